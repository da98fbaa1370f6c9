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
# What asks is put the other way round ("can I", "what happens"): "our kids are mates" only tells.
_FILLED = r"(?:and|also|or|plus|oh|so|ok|hi|hello|if so|please|but|then|just|\W)"
_ASKS = re.compile(
    rf"^(?:{_FILLED}\s*)*{_ASKING}\b"
    rf"|\b{_ASKING}(?:n't| not)? (?:i|we|you|he|she|it|this|that|they|there|anyone|anybody|staff|teachers"
    r"|parents|pupils|students|governors|(?:the|a|an|my|our) \w+)\b"
    r"|\b(?:who|whom|what|where|which|how) (?:\w+ )?(?:do|does|can|should|must|is|are|to|happens|has)\b"
    r"|^(?:is it )?(?:ok|okay|fine|allowed|alright) (?:to|if|for)\b"
)


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
