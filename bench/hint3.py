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
from bot.knowledge.classifier import best_temperature, fit_logistic, folds, one_hot, softmax
from bot.knowledge.encoder import JointEncoder, TfidfEncoder, Vectors, learn_letters, normalised
from bot.knowledge.minilm_encoder import MiniLmEncoder, load_minilm
from bot.knowledge.spelling import Speller
from bot.knowledge.wording import fold
from bot.knowledge.wordpiece import WordPiece, load_vocabulary, whole_words

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
# As in the engine: the weight of the letters beside the meaning, and the penalty of the topic head.
_LETTERS = 0.5
_STRENGTH = 0.1
_FOLDS = 5
# Two examples of one intent with this cosine say the same thing.
_TWINS = 0.8


@dataclass(frozen=True)
class Head:
    """How intents are scored: by regression; with `nearest`, by centroids and the nearest example, too."""

    name: str
    strength: float
    nearest: bool = False


HEADS = (
    Head("**Signpost's encoder and topic head**", _STRENGTH),
    # Chosen by cross-validation on the training files. On `intents/` its gain is within the noise.
    Head(
        "the same, with centroids and nearest example (a candidate, not in the product)", 0.03, nearest=True
    ),
)


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
    found = {head: dict(_results(folder, head, minilm, known)) for head in HEADS}
    rows = [[name, *_cells((*figures, None))] for name, figures in PUBLISHED.items()]
    for head, results in found.items():
        means = np.mean([_figures(result) for result in results.values()], axis=0)
        rows.append([head.name, *_cells(means.tolist())])
    single = [[bot, *_cells(_figures(result))] for bot, result in found[HEADS[0]].items()]
    head_row = ["", "in-scope accuracy", "out-of-scope AUROC", "best MCC", "MCC, threshold from training"]
    return "\n\n".join([markdown(head_row, rows), "Signpost's head, bot by bot:", markdown(head_row, single)])


def _figures(result: Result) -> tuple[float, ...]:
    return result.accuracy, result.area, result.best, result.chosen


def _cells(figures: Sequence[float | None]) -> list[str]:
    return ["-" if figure is None else f"{figure:.3f}" for figure in figures]


def _results(
    folder: Path, head: Head, minilm: MiniLmEncoder, known: frozenset[str]
) -> Iterator[tuple[str, Result]]:
    for path in sorted(folder.glob("*_train.csv")):
        bot = path.name.removesuffix("_train.csv")
        texts, intents = _read(path)
        asked, truth = _read(folder / f"{bot}_test.csv")
        speller = Speller(texts, known)
        encoder = JointEncoder((1.0, minilm), (_LETTERS, TfidfEncoder(learn_letters(texts))))
        rows = encoder.encode(texts)
        tried = encoder.encode([speller.repair(text) for text in asked])
        yield bot, _result(head, rows, intents, tried, truth)


def _read(path: Path) -> tuple[list[str], list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return [fold(line["sentence"]) for line in lines], [line["label"] for line in lines]


def _result(head: Head, rows: Vectors, intents: list[str], tried: Vectors, truth: list[str]) -> Result:
    threshold = _threshold(head, rows, intents)
    given = guess(head, rows, intents, tried)
    inside = np.array([label != OUTSIDE for label in truth])
    right = np.array([mine == label for mine, label in zip(given.intents, truth, strict=True)])
    return Result(
        accuracy=float(right[inside].mean()),
        area=auroc(given.sure[inside].tolist(), given.sure[~inside].tolist()),
        best=given.best(truth)[0],
        chosen=matthews(truth, given.above(threshold)),
    )


def guess(head: Head, rows: Vectors, intents: Sequence[str], tried: Vectors) -> Guesses:
    """Learn from `rows` and read `tried`."""
    names = tuple(sorted(set(intents)))
    odds = softmax(
        fit_logistic(rows, intents, head.strength, names).scores(tried), _heat(head, rows, intents)
    )
    near = _nearest(rows, intents, names, tried)
    if not head.nearest:
        return _guesses(names, odds, odds.max(axis=1) * near.max(axis=1))
    scores = _whitened(rows, intents, names, tried) + 0.5 * odds + near
    return _guesses(names, scores, scores.max(axis=1))


def _guesses(names: tuple[str, ...], scores: NDArray[Any], sure: NDArray[Any]) -> Guesses:
    return Guesses([names[place] for place in scores.argmax(axis=1)], sure)


def _heat(head: Head, rows: Vectors, intents: Sequence[str]) -> float:
    names = tuple(sorted(set(intents)))
    seen, unseen = next(folds(intents, 4))
    fitted = fit_logistic(rows[seen], [intents[place] for place in seen], head.strength, names)
    truth = one_hot([intents[place] for place in unseen], names).argmax(axis=1)
    return best_temperature(fitted.scores(rows[unseen]), truth)


def _nearest(rows: Vectors, intents: Sequence[str], names: tuple[str, ...], tried: Vectors) -> NDArray[Any]:
    cosines = tried @ rows.T
    of = np.array(intents)
    return np.stack([cosines[:, of == name].max(axis=1) for name in names], axis=1)


def _whitened(rows: Vectors, intents: Sequence[str], names: tuple[str, ...], tried: Vectors) -> NDArray[Any]:
    """The cosine to each intent's centroid, where the spread within intents is made alike all round."""
    member = one_hot(intents, names)
    centres = (member.T @ rows) / member.sum(axis=0)[:, None]
    apart = rows - member @ centres
    spread = apart.T @ apart / len(rows)
    spread = 0.7 * spread + 0.3 * np.trace(spread) / len(spread) * np.eye(len(spread))
    strength, turn = np.linalg.eigh(spread)
    white = turn / np.sqrt(strength)
    middle = centres.mean(axis=0)
    asked = normalised(((tried - middle) @ white).astype(np.float32))
    return np.asarray(asked @ normalised(((centres - middle) @ white).astype(np.float32)).T)


def _threshold(head: Head, rows: Vectors, intents: Sequence[str]) -> float:
    """The best threshold where, in turn, a fifth of the intents is hidden and stands in for out of scope."""
    found, truth = Guesses([], np.zeros(0)), list[str]()
    for seen, tried, hidden in _splits(rows, intents):
        given = guess(head, rows[seen], [intents[place] for place in seen], rows[[*tried, *hidden]])
        found = Guesses([*found.intents, *given.intents], np.concatenate([found.sure, given.sure]))
        truth += [intents[place] for place in tried] + [OUTSIDE] * len(hidden)
    return found.best(truth)[1]


def _splits(rows: Vectors, intents: Sequence[str]) -> Iterator[tuple[Any, Any, Any]]:
    """(to learn from, of the same intents, of hidden intents), five times; the same in every run."""
    names = sorted(set(intents))
    shuffled = np.random.default_rng(0).permutation(len(names))
    of = np.array([names.index(intent) for intent in intents])
    turn = _turns(rows, intents)
    for share in range(_FOLDS):
        hidden = np.isin(of, shuffled[share::_FOLDS])
        seen, tried = (turn != share) & ~hidden, (turn == share) & ~hidden
        yield np.flatnonzero(seen), np.flatnonzero(tried), np.flatnonzero(hidden)


def _turns(rows: Vectors, intents: Sequence[str]) -> NDArray[Any]:
    """In which fold each example is tried. Near twins of an intent share one: else they would tell."""
    of = np.array(intents)
    twins = (rows @ rows.T > _TWINS) & (of[:, None] == of[None, :])
    group, dealt, turn = np.full(len(of), -1), dict[str, int](), np.zeros(len(of), dtype=int)
    for place, intent in enumerate(intents):
        if group[place] < 0:
            _join(group, twins, place)
            members = group == place
            turn[members] = dealt.get(intent, 0) % _FOLDS
            dealt[intent] = dealt.get(intent, 0) + 1
    return turn


def _join(group: NDArray[Any], twins: NDArray[Any], first: int) -> None:
    waiting = [first]
    while waiting:
        place = waiting.pop()
        if group[place] < 0:
            group[place] = first
            waiting += np.flatnonzero(twins[place] & (group < 0)).tolist()
