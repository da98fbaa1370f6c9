"""HINT3 (Arora et al., 2020): three real customer-service bots, as a test that nobody here wrote.

A folder holds `NAME_train.csv` and `NAME_test.csv` (`sentence,label`) for each bot. `NO_NODES_DETECTED` is
out of scope, and stands in the test files alone. Each bot is learnt from its own training file; the threshold
is chosen on it, too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.measures import auroc, markdown, matthews
from bot.content.wording import Speller, fold
from bot.engine.engine import LETTER_WEIGHT
from bot.engine.features import JointEncoder, MiniLmEncoder, TfidfEncoder, Vectors, learn_letters, load_minilm
from bot.engine.heads import fit_kernel, fit_topics, twin_turns
from bot.engine.wordpiece import WordPiece, load_vocabulary, whole_words

OUTSIDE = "NO_NODES_DETECTED"
# Mean of the three bots: in-scope accuracy without a threshold, out-of-scope AUROC, best Matthews
# correlation; from the predictions that the authors of HINT3 published for each product.
PUBLISHED = {
    "Dialogflow": (0.693, 0.818, 0.528),
    "LUIS": (0.632, 0.758, 0.495),
    "Rasa (DIET)": (0.675, 0.768, 0.483),
    "Haptik": (0.734, 0.818, 0.544),
    "BERT": (0.719, 0.797, 0.537),
}
_NAME = "**Signpost's encoder and topic head**"
_FOLDS = 5


@dataclass(frozen=True)
class Guesses:
    """For each sentence the likeliest intent, and how sure it is that it is in scope."""

    intents: list[str]
    sure: NDArray[Any]

    def above(self, threshold: float) -> list[str]:
        """The intents, those less sure than `threshold` out of scope."""
        pairs = zip(self.intents, self.sure, strict=True)
        return [name if sure >= threshold else OUTSIDE for name, sure in pairs]

    def best(self, truth: Sequence[str]) -> tuple[float, float]:
        """The best Matthews correlation of any threshold, and that threshold."""
        limits = np.quantile(self.sure, np.linspace(0.0, 0.98, 50))
        return max((matthews(truth, self.above(limit)), float(limit)) for limit in limits)


@dataclass(frozen=True)
class Result:
    """One bot: in-scope accuracy, AUROC, Matthews at the best threshold and at the one from training."""

    accuracy: float
    area: float
    best: float
    chosen: float


def report(folder: Path, vocabulary: Path) -> str:
    """The table of all systems, and a second one of the single bots."""
    vocab = load_vocabulary(vocabulary)
    known, minilm = frozenset(whole_words(vocab)), load_minilm(WordPiece(vocab))
    found = dict(_results(folder, minilm, known))
    rows = [[name, *_cells((*figures, None))] for name, figures in PUBLISHED.items()]
    rows.append([_NAME, *_cells(np.mean([_figures(result) for result in found.values()], axis=0).tolist())])
    single = [[bot, *_cells(_figures(result))] for bot, result in found.items()]
    head_row = ["", "in-scope accuracy", "out-of-scope AUROC", "best MCC", "MCC, threshold from training"]
    return "\n\n".join([markdown(head_row, rows), "Signpost's head, bot by bot:", markdown(head_row, single)])


def _figures(result: Result) -> tuple[float, ...]:
    return result.accuracy, result.area, result.best, result.chosen


def _cells(figures: Sequence[float | None]) -> list[str]:
    return ["-" if figure is None else f"{figure:.3f}" for figure in figures]


def _results(folder: Path, minilm: MiniLmEncoder, known: frozenset[str]) -> Iterator[tuple[str, Result]]:
    for path in sorted(folder.glob("*_train.csv")):
        bot = path.name.removesuffix("_train.csv")
        texts, intents = _read(path)
        asked, truth = _read(folder / f"{bot}_test.csv")
        speller = Speller(texts, known)
        encoder = JointEncoder((1.0, minilm), (LETTER_WEIGHT, TfidfEncoder(learn_letters(texts))))
        rows = encoder.encode(texts)
        tried = encoder.encode([speller.repair(text) for text in asked])
        yield bot, _result(rows, intents, tried, truth)


def _read(path: Path) -> tuple[list[str], list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return [fold(line["sentence"]) for line in lines], [line["label"] for line in lines]


def _result(rows: Vectors, intents: list[str], tried: Vectors, truth: list[str]) -> Result:
    threshold = _threshold(rows, intents)
    given = guess(rows, intents, tried)
    inside = np.array([label != OUTSIDE for label in truth])
    right = np.array([mine == label for mine, label in zip(given.intents, truth, strict=True)])
    return Result(
        accuracy=float(right[inside].mean()),
        area=auroc(given.sure[inside].tolist(), given.sure[~inside].tolist()),
        best=given.best(truth)[0],
        chosen=matthews(truth, given.above(threshold)),
    )


def guess(rows: Vectors, intents: Sequence[str], tried: Vectors) -> Guesses:
    """Learn from `rows` and read `tried`, by the product's own topic head."""
    names = tuple(sorted(set(intents)))
    kernel, head = fit_kernel(rows, intents, names), fit_topics(rows, intents, names)
    scores = head.scores(tried, kernel.scores(kernel.cosines(tried)))
    return Guesses([names[place] for place in scores.argmax(axis=1)], scores.max(axis=1))


def _threshold(rows: Vectors, intents: Sequence[str]) -> float:
    """The best threshold where, in turn, a fifth of the intents is hidden and stands in for out of scope."""
    found, truth = Guesses([], np.zeros(0)), list[str]()
    for seen, tried, hidden in _splits(rows, intents):
        given = guess(rows[seen], [intents[place] for place in seen], rows[[*tried, *hidden]])
        found = Guesses([*found.intents, *given.intents], np.concatenate([found.sure, given.sure]))
        truth += [intents[place] for place in tried] + [OUTSIDE] * len(hidden)
    return found.best(truth)[1]


def _splits(rows: Vectors, intents: Sequence[str]) -> Iterator[tuple[Any, Any, Any]]:
    """(to learn from, of the same intents, of hidden intents), five times; the same in every run."""
    names = sorted(set(intents))
    shuffled = np.random.default_rng(0).permutation(len(names))
    of = np.array([names.index(intent) for intent in intents])
    turn = twin_turns(rows, intents, _FOLDS)
    for share in range(_FOLDS):
        hidden = np.isin(of, shuffled[share::_FOLDS])
        seen, tried = (turn != share) & ~hidden, (turn == share) & ~hidden
        yield np.flatnonzero(seen), np.flatnonzero(tried), np.flatnonzero(hidden)
