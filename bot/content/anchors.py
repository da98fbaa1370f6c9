"""Where each clause stands in the source, found by its words: a line more or less above it is no fault."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_STRAIGHT = {ord(curly): straight for curly, straight in zip("‘’“”", "''\"\"", strict=True)}
# A sentence that shares so much with a clause that is gone is that clause, changed.
_ALIKE = 0.6
# The number of a rule ("2.1", "3.", "b)"): it is no word of the rule, so that renumbering changes none.
NUMBERING = re.compile(r"\(?\d{1,2}(?:\.\d{1,2})+\.?(?=\s|$)|\(?(?:\d{1,2}|[a-z])[.)]+(?=\s|$)")
_ENDS = re.compile(r"[.!?:;][\"')\]]*$")
Lines = tuple[int, int]


@dataclass(frozen=True)
class Quoted:
    """A clause to be found: its id, its words, and the lines at which it was last seen."""

    id: str
    quote: str
    lines: Lines


@dataclass(frozen=True)
class Sentence:
    """Words of the source, verbatim but for white space, and their first and last line from 1."""

    text: str
    lines: Lines


@dataclass(frozen=True)
class Anchored:
    """`lines` of each clause that was found; the others are `changed` (what stands there now) or `lost`.

    `bare` are the sentences of the source that no clause holds and that are no headings.
    """

    lines: Mapping[str, Lines]
    changed: Mapping[str, Sentence]
    lost: tuple[str, ...]
    bare: tuple[Sentence, ...]


def fold(text: str) -> str:
    """`text` with white space and quote marks made alike, and nothing else changed."""
    return re.sub(r"\s+", " ", text).strip().translate(_STRAIGHT)


@dataclass(frozen=True)
class _Word:
    """One word of the source; `opens` where a new line, bullet or paragraph begins with it."""

    line: int
    text: str
    plain: str
    opens: bool


def anchor(source: Sequence[str], clauses: Iterable[Quoted], headings: Iterable[str]) -> Anchored:
    """Find every clause in the lines of the source.

    Where the same words stand twice, the place nearest to where the clause is expected is taken: as far from
    its written lines as the clause before it was.
    """
    words = list(_words(source))
    index = _Index(word.plain for word in words)
    taken: set[int] = set()
    found: dict[str, Lines] = {}
    missing: list[Quoted] = []
    shift = 0
    for clause in sorted(clauses, key=lambda one: one.lines):
        places = index.places(fold(clause.quote).split())
        if not places:
            missing.append(clause)
            continue
        free = [place for place in places if not taken.intersection(place)] or places
        place = _nearest(words, free, clause.lines[0] + shift)
        found[clause.id] = words[place[0]].line, words[place[-1]].line
        shift = words[place[0]].line - clause.lines[0]
        taken.update(place)
    taken |= _headings(words, taken, headings)
    bare = list(_sentences(words, taken))
    changed = dict(_changed(missing, bare))
    left = [one for one in bare if one not in changed.values()]
    lost = tuple(clause.id for clause in missing if clause.id not in changed)
    return Anchored(found, changed, lost, tuple(left))


def _words(source: Sequence[str]) -> Iterator[_Word]:
    opens = True
    for number, line in enumerate(source, 1):
        parts = line.split()
        opens = opens or not parts
        for part in parts:
            if any(map(str.isalnum, part)) and not (opens and NUMBERING.fullmatch(part)):
                yield _Word(number, part, part.translate(_STRAIGHT), opens)
                opens = False
            else:
                # A bullet, or a number before a rule.
                yield _Word(number, part, part.translate(_STRAIGHT), opens=True)
                opens = True


class _Index:
    """Where the words of the source stand, to find a run of them."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(words)
        self._at: dict[str, list[int]] = defaultdict(list)
        for at, word in enumerate(self._words):
            self._at[word].append(at)

    def places(self, run: Sequence[str]) -> list[range]:
        """Every place at which these words stand one after the other."""
        size, wanted = len(run), list(run)
        starts = self._at.get(wanted[0], ())
        return [range(at, at + size) for at in starts if self._words[at : at + size] == wanted]


def _nearest(words: Sequence[_Word], places: Sequence[range], line: int) -> range:
    return min(places, key=lambda one: abs(words[one[0]].line - line))


def _headings(words: Sequence[_Word], taken: set[int], headings: Iterable[str]) -> set[int]:
    """The words of headings, with or without a colon behind them, wherever they stand."""
    index = _Index(word.plain.casefold() for word in words)
    found: set[int] = set()
    # The longest first: "Staff" stands in "General Guidance for Staff", too.
    for heading in sorted({fold(one) for one in headings}, key=len, reverse=True):
        for written in (heading, f"{heading}:"):
            for place in index.places(written.casefold().split()):
                if _is_alone(words, place) and not (taken | found).intersection(place):
                    found.update(place)
    return found


def _is_alone(words: Sequence[_Word], place: range) -> bool:
    """Whether nothing else stands on the lines of these words: no sentence that begins like a heading."""
    before, after = place[0] - 1, place[-1] + 1
    starts = words[place[0]].opens or words[before].line != words[place[0]].line
    return starts and (after == len(words) or words[after].line != words[place[-1]].line)


def _sentences(words: Sequence[_Word], taken: set[int]) -> Iterator[Sentence]:
    run: list[_Word] = []
    for at, word in enumerate(words):
        if run and (at in taken or word.opens or _ENDS.search(run[-1].text)):
            yield from _sentence(run)
            run = []
        if at not in taken:
            run.append(word)
    yield from _sentence(run)


def _sentence(run: Sequence[_Word]) -> Iterator[Sentence]:
    if any(any(map(str.isalnum, word.text)) and not NUMBERING.fullmatch(word.text) for word in run):
        yield Sentence(" ".join(word.text for word in run), (run[0].line, run[-1].line))


def _changed(missing: Sequence[Quoted], bare: Sequence[Sentence]) -> Iterator[tuple[str, Sentence]]:
    """Each missing clause with the free sentence that is most like it, the likest pairs first."""
    pairs = [(_alike(clause.quote, one.text), clause.id, one) for clause in missing for one in bare]
    pairs = sorted((pair for pair in pairs if pair[0] >= _ALIKE), key=lambda pair: -pair[0])
    clauses: set[str] = set()
    sentences: set[Sentence] = set()
    for _, clause, one in pairs:
        if clause not in clauses and one not in sentences:
            clauses.add(clause)
            sentences.add(one)
            yield clause, one


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, fold(one).split(), fold(other).split(), autojunk=False).ratio()
