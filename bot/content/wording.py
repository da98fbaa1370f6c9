"""A question put into the words that the engine knows: folded, slang spelt out, spelling repaired."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property, lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path

from pydantic import field_validator
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.content.documents import Record, load

# A question is a sentence or two. Of a longer text the beginning and the end are read: people
# say what they want in one or the other.
LONGEST = 1_200
_HEAD = 800
# A danger named in one clause of many must not be averaged away: windows are read one by one.
_LONG_SENTENCE, _PIECE, _MOST_WORDS = 22, 8, 40
_CUT = re.compile(
    r",\s|\s(?=(?:and|but|so|because|cos|when|while|which|who|then|anyway|also|though|since|if|or)\b)"
)
# Forms that are no other word without their apostrophe, by the letters that stand after it.
_BARE = re.compile(
    r"\b(?:(?P<not>(?:do|does|did|is|are|was|were|have|has|had|could|would|should|must|need|wo|ca)nt)"
    r"|(?P<two>(?:they|you)(?:re|ve)|weve|ive)|(?P<one>(?:he|she|that|what|who|where|there)s|im))\b"
)
_KEPT = {"not": 1, "two": 2, "one": 1}
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": " "})
# What Slack and Teams write for a mention of a person, a channel or everybody: no word of the question.
_MENTION = re.compile(r"<[!@#][^<>\s]*>|@(?:channel|here|everyone)\b")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[^\w\s]")


class Cue(Record):
    """A turn of phrase that changes the answer ("they follow us" is not "we follow them")."""

    name: str
    pattern: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern


class Lexicon(Record):
    """`intents/lexicon.yml`: slang, platform names, the Federation's own words, and cues."""

    slang: Mapping[str, str]
    synonyms: Mapping[str, str]
    platforms: tuple[str, ...]
    platform: str
    cues: tuple[Cue, ...]

    def standard(self, text: str) -> str:
        """`text` folded, with slang and the Federation's own words put into plain words."""
        return self._phrases.sub(lambda found: self._plain[found.group()], fold(text))

    def masked(self, text: str) -> str:
        """`text` with every platform's name replaced by one word for all of them."""
        return self._platform_pattern.sub(self.platform, text)

    def cued(self, text: str) -> tuple[bool, ...]:
        """Which of the cues `text` (already standard) holds, in their order."""
        return tuple(bool(pattern.search(text)) for pattern in self._cue_patterns)

    @cached_property
    def _cue_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(cue.pattern) for cue in self.cues)

    @cached_property
    def _platform_pattern(self) -> re.Pattern[str]:
        return _any_of(self.platforms)

    @cached_property
    def _phrases(self) -> re.Pattern[str]:
        return _any_of([*self.slang, *self.synonyms])

    @cached_property
    def _plain(self) -> Mapping[str, str]:
        return {**self.slang, **self.synonyms}


def load_lexicon(path: Path) -> Lexicon:
    """Read `lexicon.yml`. Raises DataFaults."""
    return load(path, Lexicon)


def fold(text: str) -> str:
    """`text` in lower case on one line, quotes straight, invisible characters gone, cut to size."""
    return _cut(unroll(text))


def unroll(text: str) -> str:
    """As `fold`, at its whole length."""
    # Most questions are printable ASCII, of which none of this changes a sign.
    if not (text.isascii() and text.isprintable()):
        straight = unicodedata.normalize("NFKC", text).translate(_QUOTES)
        text = "".join(map(_visible, straight))
    return " ".join(_MENTION.sub(" ", text.casefold()).split())


def with_apostrophes(text: str) -> str:
    """As `unroll`, with the apostrophes that are left out on a phone: what patterns are looked for in."""
    return _BARE.sub(_apostrophe, unroll(text))


def _apostrophe(found: re.Match[str]) -> str:
    word, ending = found[0], found.lastgroup or ""
    cut = len(word) - _KEPT[ending]
    return f"{word[:cut]}'{word[cut:]}"


def windows(text: str) -> list[str]:
    """A text in pieces of a clause or two, each pair of neighbours together; [] for one piece alone."""
    whole = clauses(text)
    if len(whole) <= 2:
        return whole if len(whole) == 2 else []
    return [f"{left} {right}" for left, right in pairwise(whole)]


def clauses(text: str) -> list[str]:
    """A text in its sentences, long ones cut at commas and conjunctions into eight words or more."""
    pieces: list[str] = []
    for sentence in re.split(r"(?<=[.!?;:])\s", unroll(text)):
        pieces += [sentence] if len(sentence.split()) <= _LONG_SENTENCE else _clauses(sentence)
    return [piece for piece in pieces if piece.strip()]


def _clauses(sentence: str) -> list[str]:
    pieces: list[str] = []
    held: list[str] = []
    for part in _CUT.split(sentence):
        held += part.split()
        if len(held) >= _PIECE:
            # Without a comma for very long, words are cut as they come.
            pieces += [" ".join(held[at : at + _MOST_WORDS]) for at in range(0, len(held), _MOST_WORDS)]
            held = []
    if held and pieces:
        pieces[-1] = f"{pieces[-1]} {' '.join(held)}"
    elif held:
        pieces.append(" ".join(held))
    return pieces


def words(text: str) -> list[str]:
    """The words and signs of a folded text."""
    return _WORD.findall(text)


@lru_cache(maxsize=4096)
def _visible(sign: str) -> str:
    category = unicodedata.category(sign)
    if category[0] == "Z" or category == "Cc":
        return " "
    return "" if category[0] == "C" else sign


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:_HEAD]} {text[_HEAD - LONGEST + 1 :]}"


def _any_of(phrases: list[str] | tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


_SHORTEST = 4
_LONG = 8
# A word of five letters or more that is a slip of one that is over 25 times as common is none of its own
# ("acount"). Shorter or commoner ones are words ("lice", "repost", "fete").
_SLIP_LETTERS = 5
_FAR_COMMONER = 25
_VOWELS = frozenset("aeiou")


class Speller:
    """Replaces a word that is in no list by the nearest word of the training text.

    `texts` (folded) are where the words to repair towards come from; a word in `known` is never
    touched, so that a rare but right word ("plagiarism") keeps its meaning. Texts are as people type
    them: their own slips are no words.
    """

    def __init__(self, texts: Iterable[str], known: Set[str]) -> None:
        self._counts = Counter(word for text in texts for word in words(text) if word.isalpha())
        every = sorted(word for word in self._counts if len(word) >= _SHORTEST)
        self._slips = frozenset(self._found_slips(every, known))
        self._choices = [word for word in every if word not in self._slips]
        self._known = known

    def knows(self, word: str) -> bool:
        """Whether a word (folded) stands in the training text."""
        return word in self._counts

    def repair(self, text: str) -> str:
        """`text` (folded) with each unknown word put right: one slip, or two from eight letters on."""
        return self.repair_each([text])[0]

    def repair_each(self, texts: Sequence[str]) -> list[str]:
        """Each of `texts` repaired; a word that stands in several of them is looked up once."""
        every = {word for text in texts for word in text.split()}
        put_right = {word: self._word(word) for word in every}
        return [" ".join(put_right[word] for word in text.split()) for text in texts]

    def _word(self, token: str) -> str:
        core = token.strip(".,;:!?()\"'")
        if len(core) < _SHORTEST or not core.isalpha() or core in self._known:
            return token
        if core in self._counts and core not in self._slips:
            return token
        return token.replace(core, self._nearest(core))

    def _found_slips(self, every: Sequence[str], known: Set[str]) -> Iterator[str]:
        """The words of the texts that are a far commoner one, mistyped by one letter."""
        for _, group in groupby(every, key=itemgetter(0)):
            alike = list(group)
            for word in alike:
                if len(word) < _SLIP_LETTERS or word in known:
                    continue
                least = _FAR_COMMONER * self._counts[word]
                if _is_mistyped(word, (choice for choice in alike if self._counts[choice] > least)):
                    yield word

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


def _is_mistyped(word: str, commoner: Iterable[str]) -> bool:
    """Whether `word` is one slip away from one of the others.

    An ending is no slip ("schools"), and with another consonant it is another word ("bleach", "breach").
    """
    for choice in commoner:
        if word.startswith(choice) or DamerauLevenshtein.distance(word, choice, score_cutoff=1) != 1:
            continue
        differing = [pair for pair in zip(word, choice, strict=False) if pair[0] != pair[1]]
        if len(word) != len(choice) or len(differing) > 1 or _VOWELS.issuperset(differing[0]):
            return True
    return False
