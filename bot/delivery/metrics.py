"""What delivery counts for Prometheus. No label ever holds a person, a reference or a word."""

from prometheus_client import Counter

NOTICES = Counter("signpost_notices", "Messages from the outbox, by what came of each try.", ["outcome"])
ENGINE_ANSWERS = Counter(
    "signpost_engine_answers",
    "Questions read while Rasa is configured, by the engine that read them and, for the built-in one, why.",
    ["engine", "reason"],
)
