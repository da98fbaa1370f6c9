"""The gate of danger: is anybody in danger, at risk, or is something told that ought to be reported?

Two readers beside each other: a kernel over the meaning, and the evidence of words and pairs of words. A
story is read as a whole and in windows of a clause or two, since one clause among many tells of danger. What
both say is weighed by logistic regression, fitted on authors whom neither had read.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError, model_validator

from bot.content.documents import DataFaults, Fault, Record, read_lines
from bot.content.wording import clauses, unroll, windows, words
from bot.engine.features import Vectors, normalised
from bot.engine.heads import Linear, Scores, fit_logistic, one_hot, softmax
from bot.engine.parse import Alarm

Grade = Literal["harmless", "abuse", "concern", "danger"]
# What the readers say is weighed on an author whom they have not read.
_LEAST_AUTHORS = 2


class GateText(Record):
    """One text. `spans` are the stretches of a story in which what its grade is about is told, verbatim."""

    text: str
    grade: Grade
    spans: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _holds_its_spans(self) -> GateText:
        if not self.text.strip():
            raise ValueError("the text is empty")
        missing = [span for span in self.spans if span not in self.text]
        if missing:
            raise ValueError(f"not in the text: {missing[0]!r}")
        return self


@dataclass(frozen=True)
class GateExample:
    """A text of the gate and who wrote it: what one author wrote is learnt or tried together."""

    text: str
    grade: Grade
    spans: tuple[str, ...]
    author: str


def load_gate(folder: Path) -> tuple[GateExample, ...]:
    """Every text of the folder's files, in their order. Raises DataFaults with file and line."""
    examples: list[GateExample] = []
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in read_lines(path):
            try:
                found = GateText.model_validate(json.loads(line))
            except (ValidationError, ValueError) as error:
                faults.append(Fault(path, number, f"not a text of the gate: {_reason(error)}"))
                continue
            first = seen.setdefault(found.text.casefold(), f"{path.name}:{number}")
            if first != f"{path.name}:{number}":
                faults.append(Fault(path, number, f"this text is already at {first}"))
            examples.append(GateExample(found.text, found.grade, found.spans, path.stem))
    if not faults and len({example.author for example in examples}) < _LEAST_AUTHORS:
        faults.append(Fault(folder, 1, "the gate of danger needs texts of at least two authors, a file each"))
    if faults:
        raise DataFaults(faults)
    return tuple(examples)


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = " > ".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg']}" if where else first["msg"].removeprefix("Value error, ")
    return str(error)


GRADES = ("harmless", "abuse", "concern", "danger")
_RISK = (2, 3)
# A text of more words is a story.
STORY_WORDS = 30
# Chosen by cross-validation over authors: how fast likeness fades, the penalty, how many texts the kernel
# compares with, and which part of them are of each grade; how much a window of a story counts.
_WIDTH = np.float32(0.5)
_PENALTY = 0.1
_LANDMARKS = 2000
_SHARES = {"harmless": 0.45, "abuse": 0.15, "concern": 0.15, "danger": 0.25}
_WINDOW = 0.5
_STRENGTH = 30.0
_BLOCK = 1024
_FOLDS = 3
# Words share 32,768 places by their hash; one seen in fewer texts tells nothing.
_PLACES = 1 << 15
_SEEN = 2.0
# The windows with the most evidence are read for their meaning, too: each takes the time of a short question.
_MOST_WINDOWS = 3
# What is said around a danger must not hide it: so many clauses are read each alone, where their words make a
# risk likelier by so much (natural logarithm). Of 310 clauses that made a text danger 309 had 14 or more, and
# the text of the other one was danger as a whole.
_MOST_CLAUSES = 2
_LEAST_EVIDENCE = 8.0
_ALIKE = 0.7


@dataclass(frozen=True)
class Weigher:
    """Weighs what the two readers say: logistic regression over signals that are put to one scale."""

    middle: Vectors
    spread: Vectors
    linear: Linear

    def odds(self, signals: Vectors) -> Scores:
        """A row of odds in the order of GRADES."""
        return softmax(self.linear.scores((signals - self.middle) / self.spread))


@dataclass(frozen=True)
class Gate:
    """The fitted gate.

    `rows` are the texts that the kernel compares with (kept column by column, as those of `Kernel`),
    `weights` what each says of a grade, `evidence` what each word says of risk.
    """

    rows: Vectors
    weights: Vectors
    evidence: Vectors
    short: Weigher
    story: Weigher

    def parts(self, text: str) -> list[str]:
        """What of a text is to be read: the whole, then its windows with the most evidence."""
        return _parts(text, self.evidence)

    def clauses(self, text: str) -> list[str]:
        """The clauses of a text that are read each alone: those with the most evidence, if it is enough."""
        found = clauses(text)
        if len(found) < 2:
            return []
        told = sorted(((_evidence(self.evidence, part), part) for part in found), key=lambda pair: -pair[0])
        return [part for weight, part in told[:_MOST_CLAUSES] if weight >= _LEAST_EVIDENCE]

    def said(self, features: Vectors) -> Vectors:
        """What the kernel says of each text: a row a text, a column a grade."""
        return _said(self.rows, self.weights, features)

    def read(self, parts: Sequence[str], said: Vectors, kinds: Vectors) -> Alarm:
        """The alarm of a text: `parts` as above, a row of `said` each, and what the heads say of it."""
        signals = _signals(self.evidence, parts, said, kinds)
        weigher = self.story if is_story(parts[0]) else self.short
        _, abuse, concern, danger = weigher.odds(signals[None, :])[0].tolist()
        return Alarm(danger, concern, abuse)


def is_story(text: str) -> bool:
    """Whether a text is a story: so long that what matters may be one clause of it."""
    return len(text.split()) > STORY_WORDS


#: The features of texts; True for windows, of which only the reading without platforms counts.
Features = Callable[[Sequence[str], bool], Vectors]
#: What the engine's heads say of the features of one text: `kind_signals` of it.
Kinds = Callable[[Vectors], Vectors]


def gate_texts(examples: Sequence[GateExample]) -> tuple[list[str], list[str]]:
    """The texts whose features `fit_gate` asks for, beside the ordinary ones: the wholes, and the windows."""
    spans = (piece.text for piece in _pieces(examples, ()) if piece.window)
    cut = (part for e in examples if is_story(e.text) for part in windows(e.text))
    return [example.text for example in examples], list(dict.fromkeys([*spans, *cut]))


def fit_gate(
    examples: Sequence[GateExample],
    ordinary: Sequence[tuple[str, str]],
    features_of: Features,
    kinds_of: Kinds,
) -> Gate:
    """Learn the gate from its texts and from `ordinary` ones, each with its grade."""
    rows, weights, evidence = _fit_readers(examples, ordinary, features_of)
    short, story = _fit_weighers(examples, ordinary, features_of, kinds_of)
    return Gate(np.asfortranarray(rows), weights, evidence, short, story)


def _parts(text: str, evidence: Vectors) -> list[str]:
    found = windows(text) if is_story(text) else []
    return [text, *sorted(found, key=lambda part: -_evidence(evidence, part))[:_MOST_WINDOWS]]


def _features(parts: Sequence[str], features_of: Features) -> Vectors:
    """A row for a whole text, and one for each of its windows."""
    whole = features_of(parts[:1], False)
    return np.vstack([whole, features_of(parts[1:], True)]) if len(parts) > 1 else whole


@dataclass(frozen=True)
class _Piece:
    text: str
    grade: str
    weight: float
    window: bool = False


def _pieces(examples: Sequence[GateExample], ordinary: Sequence[tuple[str, str]]) -> list[_Piece]:
    """What the readers learn from: whole texts, the stretches that matter, and windows of calm stories."""
    found = [_Piece(text, grade, 1.0) for text, grade in ordinary]
    for example in examples:
        found.append(_Piece(example.text, example.grade, 1.0))
        if not is_story(example.text):
            continue
        cut = windows(example.text)
        if example.grade == "harmless":
            # Every other one: neighbours share half their words.
            found += [_Piece(part, "harmless", _WINDOW, window=True) for part in cut[::2]]
            continue
        spans = [unroll(span) for span in example.spans]
        found += [_Piece(span, example.grade, 1.0, window=True) for span in spans]
        told = (part for part in cut if _holds(part, spans))
        found += [_Piece(part, example.grade, _WINDOW, window=True) for part in told]
    return sorted(found, key=lambda piece: piece.window)


def _holds(part: str, spans: Sequence[str]) -> bool:
    inside = set(part.split())
    return any(len(inside & set(span.split())) >= _ALIKE * len(set(span.split())) for span in spans)


def _fit_readers(
    examples: Sequence[GateExample], ordinary: Sequence[tuple[str, str]], features_of: Features
) -> tuple[Vectors, Vectors, Vectors]:
    pieces = _pieces(examples, ordinary)
    whole, cut = ([piece.text for piece in pieces if piece.window is window] for window in (False, True))
    rows = normalised(np.vstack([features_of(whole, False), *([features_of(cut, True)] if cut else [])]))
    weight = _balanced(pieces)
    marks = rows[_landmarks([piece.grade for piece in pieces])]
    targets = one_hot([piece.grade for piece in pieces], GRADES).astype(np.float32)
    matrix = np.float32(_PENALTY) * _fade(marks @ marks.T)
    matrix[np.diag_indices_from(matrix)] += np.float32(1e-3)
    said = np.zeros((len(marks), len(GRADES)), dtype=np.float32)
    # A few at a time: how alike each piece is to each mark takes 100 MB.
    for start in range(0, len(rows), _BLOCK):
        some = slice(start, start + _BLOCK)
        like = _fade(rows[some] @ marks.T)
        heavy = like.T * weight[some]
        matrix += heavy @ like
        said += heavy @ targets[some]
    solved = np.linalg.solve(matrix, said)
    return marks, np.asarray(solved, dtype=np.float32), _fit_evidence(pieces)


def _balanced(pieces: Sequence[_Piece]) -> Vectors:
    """Each piece's weight: rare grades count more, by the root of how rare they are."""
    whole = {grade: sum(piece.weight for piece in pieces if piece.grade == grade) for grade in GRADES}
    rare = {grade: (len(pieces) / (len(GRADES) * max(sum_, 1.0))) ** 0.5 for grade, sum_ in whole.items()}
    return np.array([piece.weight * rare[piece.grade] for piece in pieces], dtype=np.float32)


def _landmarks(grades: Sequence[str]) -> NDArray[np.int64]:
    of = np.array(grades)
    chosen: list[int] = []
    for grade, share in _SHARES.items():
        mine = np.flatnonzero(of == grade)
        count = min(len(mine), int(_LANDMARKS * share))
        chosen += mine[np.linspace(0, max(len(mine) - 1, 0), count).astype(int)].tolist()
    return np.array(sorted(set(chosen)), dtype=np.int64)


def _fade(cosines: Vectors) -> Vectors:
    return np.asarray(np.exp((cosines - np.float32(1)) / _WIDTH), dtype=np.float32)


def _fit_evidence(pieces: Sequence[_Piece]) -> Vectors:
    """Of each word and pair how much likelier it is where somebody is at risk than where nobody is."""
    counts = np.full((2, _PLACES), 0.5)
    wholes = np.ones(2)
    for piece in pieces:
        side = {"harmless": 0, "concern": 1, "danger": 1}.get(piece.grade)
        if side is not None:
            counts[side, list(_places(piece.text))] += piece.weight
            wholes[side] += piece.weight
    told = np.log(counts[1] / wholes[1]) - np.log(counts[0] / wholes[0])
    return np.where(counts.sum(axis=0) - 1.0 >= _SEEN, told, 0.0).astype(np.float32)


def _places(text: str) -> frozenset[int]:
    tokens = [token for token in words(unroll(text)) if token[0].isalnum()]
    grams = [*tokens, *(f"{left} {right}" for left, right in pairwise(tokens))]
    return frozenset(zlib.crc32(gram.encode()) % _PLACES for gram in grams)


def _evidence(evidence: Vectors, text: str) -> float:
    return float(evidence[list(_places(text))].sum())


def _said(rows: Vectors, weights: Vectors, features: Vectors) -> Vectors:
    return np.asarray(_fade(normalised(features) @ rows.T) @ weights)


def _signals(evidence: Vectors, parts: Sequence[str], said: Vectors, kinds: Vectors) -> Vectors:
    """What the readers say of a text, as a whole, of its worst window and of all; and what the heads say."""
    whole, inside = said[0], said[1:] if len(parts) > 1 else said
    risk = np.sort(inside[:, list(_RISK)].sum(axis=1))[::-1]
    second = risk[1] if len(risk) > 1 else risk[0]
    told = [_evidence(evidence, part) / 10 for part in parts]
    windowed = told[1:] or told
    words_say = [max(windowed), sum(windowed) / len(windowed), told[0]]
    return np.concatenate(
        [whole, inside.max(axis=0), inside.mean(axis=0), [risk[0], second, risk.mean()], words_say, kinds]
    ).astype(np.float32)


def _fit_weighers(
    examples: Sequence[GateExample],
    ordinary: Sequence[tuple[str, str]],
    features_of: Features,
    kinds_of: Kinds,
) -> tuple[Weigher, Weigher]:
    """The weighers for short texts and for stories, from what readers say of authors they did not read."""
    authors = list(dict.fromkeys(example.author for example in examples))
    signals: list[Vectors] = []
    tried: list[GateExample] = []
    for fold in range(min(_FOLDS, len(authors))):
        out = set(authors[fold::_FOLDS])
        readers = _fit_readers([e for e in examples if e.author not in out], ordinary, features_of)
        for example in (e for e in examples if e.author in out):
            parts = _parts(example.text, readers[2])
            features = _features(parts, features_of)
            said = _said(readers[0], readers[1], features)
            signals.append(_signals(readers[2], parts, said, kinds_of(features[:1])))
            tried.append(example)
    long = np.array([is_story(example.text) for example in tried])
    table, grades = np.array(signals), np.array([str(example.grade) for example in tried])
    return _weigher(table[~long], grades[~long]), _weigher(table[long], grades[long])


def _weigher(signals: Vectors, grades: NDArray[np.str_]) -> Weigher:
    middle = signals.mean(axis=0)
    spread = signals.std(axis=0) + np.float32(1e-6)
    linear = fit_logistic((signals - middle) / spread, grades.tolist(), _STRENGTH, GRADES)
    return Weigher(middle, spread, linear)
