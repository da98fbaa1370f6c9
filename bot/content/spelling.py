"""Spelling put right against the words of the policy and its examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.content.wording import words

_SHORTEST = 4
_LONG = 8


class Speller:
    """Replaces a word that is in no list by the nearest word of the training text.

    `texts` (folded) are where the words to repair towards come from; a word in `known` is never
    touched, so that a rare but right word ("plagiarism") keeps its meaning.
    """

    def __init__(self, texts: Iterable[str], known: Set[str]) -> None:
        self._counts = Counter(word for text in texts for word in words(text) if word.isalpha())
        self._choices = sorted(word for word in self._counts if len(word) >= _SHORTEST)
        self._known = known

    def knows(self, word: str) -> bool:
        """Whether a word (folded) stands in the training text."""
        return word in self._counts

    def repair(self, text: str) -> str:
        """`text` (folded) with each unknown word put right: one slip, or two from eight letters on."""
        return " ".join(self._word(word) for word in text.split())

    def _word(self, token: str) -> str:
        core = token.strip(".,;:!?()\"'")
        if len(core) < _SHORTEST or not core.isalpha() or core in self._counts or core in self._known:
            return token
        return token.replace(core, self._nearest(core))

    def _nearest(self, word: str) -> str:
        slips = 2 if len(word) >= _LONG else 1
        found = process.extract(
            word, self._choices, scorer=DamerauLevenshtein.distance, score_cutoff=slips, limit=None
        )
        # "unfollowing" must not lose its "un": the opposite is never a slip.
        near = [
            (distance, self._order(word, choice))
            for choice, distance, _ in found
            if not word.endswith(choice)
        ]
        return min(near)[1][2] if near else word

    def _order(self, word: str, choice: str) -> tuple[bool, int, str]:
        return choice[0] != word[0], -self._counts[choice], choice
