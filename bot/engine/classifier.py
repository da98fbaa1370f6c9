"""Heads on top of an encoder: logistic regression fitted in closed steps, and how its scores become odds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.engine.features import Vectors

Scores = NDArray[np.floating[Any]]
_STEPS = 25
# Two examples of one label with this cosine say the same thing.
_TWINS = 0.8


@dataclass(frozen=True)
class Linear:
    """Scores `rows @ weights + bias`, one column a label, in the order of `labels`."""

    labels: tuple[str, ...]
    weights: Vectors
    bias: Vectors

    def scores(self, rows: Vectors) -> Scores:
        """One row of scores a row of `rows`; higher is likelier."""
        return np.asarray(rows @ self.weights + self.bias, dtype=np.float64)


def fit_logistic(rows: Vectors, labels: Sequence[str], strength: float, names: tuple[str, ...]) -> Linear:
    """Multinomial logistic regression in which every label weighs the same, however many examples it has.

    `strength` is the L2 penalty. Boehning's bound replaces the changing Hessian by a fixed one, so that each
    step is two multiplications, and nothing is left to chance.
    """
    targets = one_hot(labels, names).astype(np.float32)
    weight = _balance(targets)[:, None].astype(np.float32)
    lifted = np.hstack([rows, np.ones((len(rows), 1), dtype=np.float32)])
    solved = _descend(lifted, targets, weight, np.float32(strength))
    return Linear(names, solved[:-1], solved[-1])


def _descend(rows: Vectors, targets: Vectors, weight: Vectors, penalty: np.float32) -> Vectors:
    bound = rows.T @ (rows * weight) / 2 + penalty * np.eye(rows.shape[1], dtype=np.float32)
    step = np.linalg.inv(bound)
    solved: Vectors = np.zeros((rows.shape[1], targets.shape[1]), dtype=np.float32)
    ahead = solved
    for turn in range(_STEPS):
        slope = rows.T @ (weight * (softmax(rows @ ahead) - targets)) + penalty * ahead
        before, solved = solved, np.asarray(ahead - step @ slope, dtype=np.float32)
        # Nesterov's momentum: half as many steps for the same scores.
        ahead = solved + np.float32(turn / (turn + 3)) * (solved - before)
    return solved


def _balance(targets: Scores) -> Scores:
    counts = np.maximum(targets.sum(axis=0), 1.0)
    return np.asarray(targets @ (len(targets) / (targets.shape[1] * counts)))


def one_hot(labels: Sequence[str], names: Sequence[str]) -> Scores:
    """A row a label, 1.0 in the column of its name."""
    places = {name: place for place, name in enumerate(names)}
    return np.eye(len(names))[[places[label] for label in labels]]


def softmax(scores: Scores, temperature: float = 1.0) -> Scores:
    """Each row as odds that sum to 1."""
    scaled = scores / temperature
    raised = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def twin_folds(
    rows: Vectors, labels: Sequence[str], count: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """`count` splits into (to learn from, to try on): each label's examples are dealt out in turn.

    Near twins of a label are tried together: one would tell of the other.
    """
    fold_of = twin_turns(rows, labels, count)
    for fold in range(count):
        yield np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)


def twin_turns(rows: Vectors, labels: Sequence[str], count: int) -> NDArray[np.int64]:
    """In which of `count` folds each example is tried. Rows of one label with a cosine over 0.8 are twins."""
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    straight, of = rows / lengths, np.array(labels)
    turn = np.zeros(len(of), dtype=np.int64)
    for label in dict.fromkeys(labels):
        mine = np.flatnonzero(of == label)
        turn[mine] = _dealt(straight[mine] @ straight[mine].T > _TWINS, count)
    return turn


def _dealt(twins: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    """The fold of each example of one label: a group of twins after the other."""
    group = np.full(len(twins), -1)
    for place in range(len(twins)):
        if group[place] < 0:
            _join(group, twins, place, int(group.max()) + 1)
    return np.asarray(group % count)


def _join(group: NDArray[np.int64], twins: NDArray[np.bool_], first: int, number: int) -> None:
    waiting = [first]
    while waiting:
        place = waiting.pop()
        if group[place] < 0:
            group[place] = number
            waiting += np.flatnonzero(twins[place] & (group < 0)).tolist()


def best_temperature(scores: Scores, truth: NDArray[np.int64]) -> float:
    """The temperature under which `softmax(scores)` gives the true columns the highest likelihood."""
    candidates: list[float] = [2.0 ** (power / 4) for power in range(-20, 13)]
    surprises = [_surprise(scores, truth, value) for value in candidates]
    return candidates[surprises.index(min(surprises))]


def _surprise(scores: Scores, truth: NDArray[np.int64], temperature: float) -> float:
    odds = softmax(scores, temperature)[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(odds, 1e-12)).mean())
