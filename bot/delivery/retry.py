"""When to try again: a pure function of how often it was tried, and of what the platform asked for."""

from __future__ import annotations

_FIRST_S = 2.0
# A report that nobody has must not wait long once its platform is back.
_LONGEST_S = 60.0
_LONGEST_ASKED_S = 3600.0


def delay(attempts: int, retry_after: float | None, jitter: float) -> float:
    """Seconds until the next try, after `attempts` tries (from 1). `jitter` is in [0, 1).

    What the platform asked for is honoured to the second, up to an hour; our own pace doubles up to a
    minute.
    """
    if retry_after is not None:
        return min(max(retry_after, 0.0), _LONGEST_ASKED_S)
    # The exponent is capped before it is used: 2 ** attempts must not outgrow a float.
    ours = min(_FIRST_S * 2.0 ** min(attempts - 1, 16), _LONGEST_S)
    return ours * (0.75 + 0.5 * jitter)
