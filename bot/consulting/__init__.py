"""Asked before posting: a senior leader, or the holder of the list of objections and restrictions."""
