"""Which of a topic's clauses the words of a question name."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import lru_cache

from bot.content.policy_load import Clause
from bot.content.wording import fold, words

_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "ly", "s")
_SHORTEST = 4
# By how much a later clause must lead: about two rare words. With less, golden questions lose their clause.
_LEAD = 5.0


def nearest_first(question: str, clauses: Sequence[Clause], every: Collection[Clause]) -> tuple[Clause, ...]:
    """`clauses` in their order, but a later one in front where the question's own words clearly name it.

    A word counts by how rare it is among `every` clause of the policy.
    """
    asked = _stems(fold(question))
    known = [_stems(clause.quote) for clause in every]
    rarity = {word: math.log(len(known) / (1 + sum(word in found for found in known))) for word in asked}
    scores = [sum(rarity[word] for word in asked & _stems(clause.quote)) for clause in clauses]
    best = max(range(len(clauses)), key=lambda place: (scores[place], -place))
    if scores[best] < scores[0] + _LEAD:
        return tuple(clauses)
    return (clauses[best], *clauses[:best], *clauses[best + 1 :])


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    found = {stem(word) for word in words(text.casefold()) if word.isalpha()}
    return frozenset(word for word in found if len(word) >= _SHORTEST)


def stem(word: str) -> str:
    """A word without the commonest endings."""
    ending = next((end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= 3), "")
    return word.removesuffix(ending)
