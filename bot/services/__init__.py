"""Floor 5: the use cases, one transaction each."""
