"""Which signed answer fits a question: the nearest one with the same frame, over a high bar. Pure.

It answers too little rather than too much: what is not nearly the same question stays not covered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from bot.asking.answer import Answer
from bot.asking.frame import SLOTS, read_frame
from bot.asking.reading import stem
from bot.content.wording import fold, words
from bot.content.world import World
from bot.domain.gaps import Live

# Where the policy itself gives no verdict; over danger, a concern or a report nothing is ever laid.
_OPEN = ("not_covered", "related")
_NEGATIONS = re.compile(r"\b(?:not?|never|without|cannot|nor)\b|n't\b")


def signed_answer(found: Answer, spelt: str, world: World) -> Live | None:
    """The signed answer to what was asked, where the policy gives none; never over a rule that forbids."""
    if not world.live or found.kind not in _OPEN:
        return None
    if found.kind == "related" and world.policy.topics[found.topic].verdict == "never":
        return None
    asked = spelt or found.question
    near = ((nearness(asked, one.answer.wordings, world), one) for one in world.live)
    best, live = max(near, key=lambda pair: (pair[0], pair[1].id))
    return live if best else None


def captured(questions: Iterable[str], wordings: tuple[str, ...], world: World) -> tuple[str, ...]:
    """Those of these questions that would get the answer to these wordings, if the policy gave none."""
    return tuple(one for one in questions if nearness(one, wordings, world))


def nearness(question: str, wordings: Iterable[str], world: World) -> float:
    """How near a question is to the nearest of these wordings with the same frame; 0 below the bar."""
    asked = content_words(question, world.gaps.small)
    alike = (one for one in wordings if _share_most(asked, _kept_words(one, world.gaps.small)))
    close = sorted(((likeness(question, one, world), one) for one in alike), reverse=True)
    return next(
        (share for share, one in close if share >= world.gaps.bar and _is_same_frame(question, one, world)),
        0.0,
    )


def _share_most(one: frozenset[str], other: frozenset[str]) -> bool:
    return 2 * len(one & other) >= len(one | other)


def likeness(one: str, other: str, world: World) -> float:
    """The share of their words that two questions have in common, each counted by how rare it is.

    0 where one of them denies and the other does not.
    """
    if len(_NEGATIONS.findall(fold(one))) != len(_NEGATIONS.findall(fold(other))):
        return 0.0
    small = world.gaps.small
    first, second = content_words(one, small), content_words(other, small)
    known = [_kept_words(topic.question, small) for topic in world.policy.topics.values()]
    rarity = {
        word: math.log((1 + len(known)) / (1 + sum(word in text for text in known)))
        for word in first | second
    }
    return sum(rarity[word] for word in first & second) / (sum(rarity.values()) or 1.0)


def _is_same_frame(one: str, other: str, world: World) -> bool:
    first, second = (read_frame(text, world.rules.frame, world.rules.platforms) for text in (one, other))
    # The actor is the asker, where nobody is named.
    first, second = (replace(read, actor=read.actor or ("staff",)) for read in (first, second))
    same = all(set(first.of(slot)) == set(second.of(slot)) for slot in SLOTS)
    return same and first.duty == second.duty


def content_words(text: str, small: frozenset[str]) -> frozenset[str]:
    """The words of a text that say what is asked, without their endings."""
    bare = (word.removesuffix("'s").strip("'") for word in words(fold(text)))
    kept = (word for word in bare if any(map(str.isalnum, word)) and word not in small)
    return frozenset(stem(word).removesuffix("e") for word in kept)


@lru_cache(maxsize=2048)
def _kept_words(text: str, small: frozenset[str]) -> frozenset[str]:
    """Of what questions are compared with again and again; nothing is kept of those that are asked."""
    return content_words(text, small)
