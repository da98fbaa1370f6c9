"""Whether a text is English, by the share of its words that are common or in the engine's vocabulary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_LEAST_KNOWN = 0.45
_LEAST_WORDS = 2
# Where so many of the letters are of another script, it is another language.
_FOREIGN_LETTERS = 0.3
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_COMMON = frozenset(
    """
    a about after again all also am an and any anyone anything are aren't as ask at away back be because
    been before being best better but by came can can't come could did didn't do does doesn't doing
    don't done down each else even ever every few find first for from get gets getting give go goes
    going good got had has hasn't have haven't he he'd he's her here hers him his how however i i'd i'll
    i'm i've if in into is isn't it it's its just keep know last let like long look lot made make many
    may maybe me mean might mine more most much must my myself need never new next no nobody none not
    nothing now of off ok old on once one only or other our ours out over own people please put quite
    rather really right said same saw say says see seem seen send sent she she's should shouldn't since
    so some someone something soon still such take tell than thank that that's the their them then there
    there's these they they're thing things think this those though through time to told too took two
    under until up us use used very want was wasn't way we we're we've well went were weren't what
    what's when where which while who who's why will with without won't would wouldn't yes yet you
    you're your yours
    """.split()  # noqa: SIM905 - a list of words reads as one
)


def is_english(text: str, knows: Callable[[str], bool]) -> bool:
    """Whether `text` (folded) is English. `knows` says whether a word of it is one of the engine's.

    A text of fewer than two words is taken for English unless it is in another script: a name, a platform.
    """
    letters = [sign for sign in text if sign.isalpha()]
    foreign = sum(not unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    if letters and foreign >= _FOREIGN_LETTERS * len(letters):
        return False
    words = _WORD.findall(text)
    if len(words) < _LEAST_WORDS:
        return True
    known = sum(word in _COMMON or knows(word) for word in words)
    return known >= _LEAST_KNOWN * len(words) if len(words) > 2 else known > 0
