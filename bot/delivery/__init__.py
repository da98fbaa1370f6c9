"""What speaks to the outside: the sender port, retries, and the worker that drains the outbox."""
