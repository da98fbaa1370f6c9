"""One event in, one transaction, replies out."""
