"""WordPiece: text into the word pieces that MiniLM was trained on (uncased, as BERT defines them)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

_LONGEST_WORD = 100


class WordPiece:
    """Token ids of a text, with [CLS] before and [SEP] after, at most `limit` in all."""

    def __init__(self, vocabulary: tuple[str, ...], limit: int = 128) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self._limit = limit
        self._unknown, self._start, self._end = (self._ids[mark] for mark in ("[UNK]", "[CLS]", "[SEP]"))

    def ids(self, text: str) -> list[int]:
        """The ids of `text`: never empty, never more than `limit`."""
        pieces = [piece for word in _basic(text) for piece in self._pieces(word)]
        return [self._start, *pieces[: self._limit - 2], self._end]

    def _pieces(self, word: str) -> list[int]:
        found: list[int] = []
        start = 0
        while start < len(word):
            end = self._longest(word, start)
            if end == start or len(word) > _LONGEST_WORD:
                return [self._unknown]
            found.append(self._ids[_piece(word, start, end)])
            start = end
        return found

    def _longest(self, word: str, start: int) -> int:
        ends = range(len(word), start, -1)
        return next((end for end in ends if _piece(word, start, end) in self._ids), start)


def load_vocabulary(path: Path) -> tuple[str, ...]:
    """One piece a line; the line number is the id. Raises OSError where there is no such file."""
    return tuple(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"))


def whole_words(vocabulary: tuple[str, ...]) -> frozenset[str]:
    """The pieces that are words of their own: common English, as the model's makers counted it."""
    return frozenset(piece for piece in vocabulary if piece.isalpha())


def _piece(word: str, start: int, end: int) -> str:
    return word[start:end] if start == 0 else f"##{word[start:end]}"


def _basic(text: str) -> list[str]:
    bare = unicodedata.normalize("NFD", text.lower())
    return "".join(_spaced(bare)).split()


def _spaced(text: str) -> Iterator[str]:
    for sign in text:
        category = unicodedata.category(sign)
        if category == "Mn" or (category[0] == "C" and sign not in "\t\n\r") or sign in "\0\ufffd":
            continue
        yield f" {sign} " if _stands_alone(sign, category) else sign


def _stands_alone(sign: str, category: str) -> bool:
    ascii_sign = sign.isascii() and not sign.isalnum() and not sign.isspace()
    return ascii_sign or category[0] == "P" or "\u4e00" <= sign <= "\u9fff"
