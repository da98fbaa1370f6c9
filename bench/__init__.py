"""Measurements too slow, or too much of a comparison, for the tests. Nothing in `bot` imports this."""
