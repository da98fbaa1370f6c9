"""People's names as others write them: with or without accents, any apostrophe, dash, space and case."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

_MARKS = dict.fromkeys("’‘‛ʼʻʹ´`′＇", "'") | {"−": "-"}
# Letters that no normal form takes apart.
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th", "æ": "ae", "œ": "oe"}
_CAPITALS = {letter.upper(): plain.capitalize() for letter, plain in _LETTERS.items() if letter != "ı"}
_PLAIN = _LETTERS | _CAPITALS
# Within a word an apostrophe may stand or not (O'Brien, OBrien); what follows a possessive one is no name.
_INNER = re.compile(r"(?<=\w)'(?=\w)(?!s(?!\w))", re.IGNORECASE)


def straight(text: str) -> str:
    """`text` with one kind of apostrophe and of hyphen, sign by sign, at its own length."""
    return "".join(_straight(sign) for sign in text)


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name in the form in which two of them are compared; a possessive ending is left out."""
    plain = re.sub(r"'s(?!\w)", "", "".join(_plain(sign, True) for sign in name))
    return tuple(plain.replace("'", "").replace("-", " ").split())


class Read:
    """A text in which names are looked for, however it writes them; in its own case only if `exact`."""

    def __init__(self, text: str, exact: bool = False) -> None:
        self._exact = exact
        plain, spans = list[str](), list[tuple[int, int]]()
        for at, sign in enumerate(text):
            if letters := _plain(sign, not exact):
                plain += letters
                spans += [(at, at + 1)] * len(letters)
            elif spans:
                # An accent of its own belongs to the letter before it.
                spans[-1] = (spans[-1][0], at + 1)
        inner = {found.start() for found in _INNER.finditer("".join(plain))}
        kept = [place for place in range(len(plain)) if place not in inner]
        self._text = "".join(plain[place] for place in kept).replace("-", " ")
        self._spans = [spans[place] for place in kept]

    def places(self, name: str) -> Iterator[tuple[int, int]]:
        """From where to where the whole of `name` stands in the text; nowhere if it is empty."""
        plain = "".join(_plain(sign, not self._exact) for sign in name).strip(" '-")
        spelt = "".join(_spelt(part) for part in re.split(r"(\s+|['-])", plain))
        pattern = rf"(?<!\w){spelt}(?!\w)"
        for found in re.finditer(pattern, self._text) if spelt else ():
            yield self._spans[found.start()][0], self._spans[found.end() - 1][1]


def _spelt(part: str) -> str:
    if part.isspace():
        return r"\s+"
    return {"'": r"\s?", "-": r"\s*"}.get(part, re.escape(part))


def _straight(sign: str) -> str:
    return _MARKS.get(sign, "-" if unicodedata.category(sign) == "Pd" else sign)


@functools.lru_cache(maxsize=4096)
def _plain(sign: str, any_case: bool) -> str:
    """One sign as it is compared; nothing for an accent and for what is not seen."""
    letters = unicodedata.normalize("NFKD", _PLAIN.get(_straight(sign), _straight(sign)))
    seen = (_straight(one) for one in letters if not (unicodedata.combining(one) or _is_unseen(one)))
    plain = "".join(seen)
    return plain.casefold() if any_case else plain


def _is_unseen(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf"
