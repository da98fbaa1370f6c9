"""A double question in its two halves, where each could stand alone."""

from __future__ import annotations

import re

_LEAST_WORDS = 3
_MOST_WORDS = 45
_ASKING = (
    r"(?:can|could|may|might|must|should|shall|do|does|did|is|are|am|will|would|have|has"
    r"|who|whom|whose|what|when|where|which|why|how)"
)
_BETWEEN = re.compile(
    rf"\?\s+(?:and |also |or |plus |oh and )*(?=\w)"
    rf"|,?\s+(?:and also|and|also|plus|& also|&)\s+(?=(?:if so,? )?{_ASKING}\b)"
    rf"|[.;]\s+(?:and |also )?(?={_ASKING}\b)"
)
_ASKS = re.compile(rf"\b{_ASKING}\b")


def halves(text: str) -> tuple[str, ...]:
    """The two halves of `text` (folded), split where a second question begins; () where there are not two."""
    if len(text.split()) > _MOST_WORDS:
        return ()
    parts = [part.strip(" ?,.;") for part in _BETWEEN.split(text)]
    parts = [part for part in parts if part]
    if len(parts) != 2:
        return ()
    whole = all(len(part.split()) >= _LEAST_WORDS and _ASKS.search(part) for part in parts)
    return (parts[0], parts[1]) if whole else ()
