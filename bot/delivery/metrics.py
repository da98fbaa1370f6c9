"""What delivery counts for Prometheus. No label ever holds a person, a reference or a word."""

from prometheus_client import Counter

NOTICES = Counter("signpost_notices", "Messages from the outbox, by what came of each try.", ["outcome"])
