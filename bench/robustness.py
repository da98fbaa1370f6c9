"""The same questions, worse written: slips of the finger, no punctuation, capitals, another platform."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from bot.asking.labels import Labelled

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
Change = Callable[[Labelled, np.random.Generator], Labelled]


def typos(count: int) -> Change:
    """A change that makes `count` slips, each in another word of four letters or more where there is one."""

    def change(question: Labelled, random: np.random.Generator) -> Labelled:
        parts = re.split(r"(\W+)", question.q)
        long = [place for place, part in enumerate(parts) if len(part) >= 4 and part.isalpha()]
        for place in random.permutation(long)[:count].astype(int).tolist():
            parts[place] = slip(parts[place], random)
        return question.model_copy(update={"q": "".join(parts)})

    return change


def slip(word: str, random: np.random.Generator) -> str:
    """`word` with two letters swapped, one lost, one doubled, or one hit beside its key."""
    place = int(random.integers(len(word) - 1))
    before, letter, after = word[:place], word[place], word[place + 1 :]
    kind = int(random.integers(4))
    if kind == 0:
        return before + after[0] + letter + after[1:]
    if kind == 1:
        return before + after
    return before + (letter * 2 if kind == 2 else _beside(letter, random)) + after


def no_punctuation(question: Labelled, _: np.random.Generator) -> Labelled:
    """Letters, digits, apostrophes and spaces alone."""
    plain = re.sub(r"[^\w\s'’]", " ", question.q)
    return question.model_copy(update={"q": " ".join(plain.split())})


def upper_case(question: Labelled, _: np.random.Generator) -> Labelled:
    """Capitals throughout."""
    return question.model_copy(update={"q": question.q.upper()})


def other_platform(names: Sequence[str]) -> Change:
    """Each platform's name replaced by another, unless the right clause itself names a platform."""
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})\b", re.I)

    def change(question: Labelled, random: np.random.Generator) -> Labelled:
        if any(pattern.search(quote) for quote in question.expect or ()):
            return question

        def swapped(found: re.Match[str]) -> str:
            return str(random.choice([name for name in names if name.casefold() != found.group().casefold()]))

        return question.model_copy(update={"q": pattern.sub(swapped, question.q)})

    return change


def changed(questions: Sequence[Labelled], change: Change, seed: int) -> tuple[Labelled, ...]:
    """Every question changed, from `seed` alone."""
    random = np.random.default_rng(seed)
    return tuple(change(question, random) for question in questions)


def _beside(letter: str, random: np.random.Generator) -> str:
    row = next((keys for keys in _KEYS if letter.lower() in keys), "")
    if not row:
        return letter
    place = row.index(letter.lower())
    return str(random.choice([row[near] for near in (place - 1, place + 1) if 0 <= near < len(row)]))
