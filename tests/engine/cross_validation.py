"""How well the engine does on examples that it did not learn from: how its settings are chosen.

Nothing here reads a labelled question: those measure the result, and would measure nothing once used here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bot.engine.engine import Lesson, build_engine
from bot.engine.features import TfidfEncoder, learn_letters
from bot.engine.heads import twin_folds
from bot.engine.parse import Parse


@dataclass(frozen=True)
class HeldOut:
    """One example, its intent, and what an engine that never saw it makes of it."""

    text: str
    intent: str
    parse: Parse


def held_out(lesson: Lesson, examples: int, count: int = 5, *, small: bool = False) -> Iterator[HeldOut]:
    """Each of the first `examples` texts of `lesson`, parsed by an engine that learnt from the others.

    `count` engines are trained, each without its share of every intent; examples of one intent that say
    nearly the same share an engine. What comes after `examples` (the topics' own questions and clauses) is
    learnt by all of them and tried by none.
    """
    always = np.arange(examples, len(lesson.texts))
    texts = [lesson.lexicon.standard(text) for text in lesson.texts[:examples]]
    rows = TfidfEncoder(learn_letters(texts)).encode(texts)
    for seen, tried in twin_folds(rows, lesson.intents[:examples], count):
        engine = build_engine(_part(lesson, [*seen.tolist(), *always.tolist()]), small=small)
        for place in tried.tolist():
            text = lesson.texts[place]
            yield HeldOut(text, lesson.intents[place], engine.parse(text))


def _part(lesson: Lesson, places: list[int]) -> Lesson:
    # Without the gate: it has folds of its own, by author.
    return replace(
        lesson,
        gate=(),
        texts=tuple(lesson.texts[place] for place in places),
        intents=tuple(lesson.intents[place] for place in places),
    )
