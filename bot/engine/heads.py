"""What is learnt from the examples: the kind of a text, its topic, and whether it is for Signpost at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.engine.features import Vectors, normalised
from bot.engine.training import POLICY_PREFIX

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


# Chosen by 4-fold cross-validation on intents/, near twins kept together: how fast likeness fades with the
# cosine, and the penalty.
_WIDTH = np.float32(0.5)
_PENALTY = np.float32(0.1)
_BLOCK = 256


@dataclass(frozen=True)
class Kernel:
    """What each example says for each label.

    `rows` are the examples, of length 1; `weights` has a row an example and a column a label. Both are kept
    column by column: one text is compared with all examples in two thirds of the time.
    """

    labels: tuple[str, ...]
    rows: Vectors
    weights: Vectors

    def cosines(self, features: Vectors) -> Vectors:
        """How near each text is to each example: a row a text, a column an example."""
        return np.asarray(normalised(features) @ self.rows.T)

    def scores(self, cosines: Vectors) -> Vectors:
        """About 1 for the label of a text and 0 for others: a row a text, a column a label."""
        return np.asarray(_fade(cosines.copy()) @ self.weights)


def fit_kernel(
    features: Vectors, labels: Sequence[str], names: tuple[str, ...], weight: Vectors | None = None
) -> Kernel:
    """Ridge regression in closed form; `weight` says how much each example counts (all alike without)."""
    rows = normalised(features)
    each = np.ones(len(rows), dtype=np.float32) if weight is None else weight
    weights = _solved(rows, _PENALTY / each, one_hot(labels, names).astype(np.float32))
    return Kernel(names, np.asfortranarray(rows), np.asfortranarray(weights))


def _solved(rows: Vectors, ridge: Vectors, targets: Vectors) -> Vectors:
    """`x` in `matrix @ x = targets`, where the matrix is how alike `rows` are, and `ridge` on its diagonal.

    By Cholesky, a block of rows after the other, of which only what is left of the diagonal is ever made: the
    whole square of a few thousand examples takes 250 MB, and numpy's own routine five times that.
    """
    blocks = [slice(start, min(start + _BLOCK, len(rows))) for start in range(0, len(rows), _BLOCK)]
    lower: list[Vectors] = []
    inverse: list[Vectors] = []
    for block in blocks:
        row = _fade(np.asarray(rows[block] @ rows[: block.stop].T))
        left, own = row[:, : block.start], row[:, block.start :]
        for before, done, turned in zip(blocks, lower, inverse, strict=False):
            rest = left[:, before] - left[:, : before.start] @ done[:, : before.start].T
            left[:, before] = rest @ turned.T
        own[np.diag_indices_from(own)] += ridge[block]
        own[:] = np.linalg.cholesky(own - left @ left.T)
        lower.append(row)
        inverse.append(np.linalg.inv(own))
    return _substituted(blocks, lower, inverse, targets.copy())


def _substituted(
    blocks: Sequence[slice], lower: Sequence[Vectors], inverse: Sequence[Vectors], found: Vectors
) -> Vectors:
    """Solve with the triangle `lower` and then its transpose; `inverse` are of its blocks on the diagonal."""
    for block, row, turned in zip(blocks, lower, inverse, strict=True):
        found[block] = turned @ (found[block] - row[:, : block.start] @ found[: block.start])
    for block, row, turned in reversed(list(zip(blocks, lower, inverse, strict=True))):
        found[block] = turned.T @ found[block]
        found[: block.start] -= row[:, : block.start].T @ found[block]
    return found


def _fade(cosines: Vectors) -> Vectors:
    # In place: the square of a few thousand examples takes 100 MB and more.
    cosines -= np.float32(1)
    cosines /= _WIDTH
    np.exp(cosines, out=cosines)
    return cosines


# Chosen by cross-validation on intents/, near twins kept together: the penalty of the regression, how far the
# spread is drawn towards a sphere, and the weights of the parts beside that of the centroids, which is 1.
_STRENGTH = 0.1
_SHRINK = 0.3
_LOG_ODDS = 0.2
_KERNEL = 2.0


@dataclass(frozen=True)
class TopicHead:
    """Whitened centroids and logistic regression; the kernel's scores come from outside, as they are shared.

    `white` turns features less `middle` into a space where texts of one topic spread alike all round;
    `centres` are the topics there, of length 1, a column each in the order of `linear.labels`.
    """

    linear: Linear
    middle: Vectors
    white: Vectors
    centres: Vectors

    def scores(self, features: Vectors, kernel: Vectors) -> Scores:
        """One row a text, one column a topic; higher is likelier.

        `kernel` holds the kernel's scores, its columns in the same order.
        """
        turned = np.asarray((features - self.middle) @ self.white, dtype=np.float32)
        odds = np.log(softmax(self.linear.scores(features)) + 1e-12)
        return np.asarray(normalised(turned) @ self.centres + _LOG_ODDS * odds + _KERNEL * kernel)


def fit_topics(features: Vectors, topics: Sequence[str], names: tuple[str, ...]) -> TopicHead:
    """Learn the topics from the examples of topics: a row of features and a name each."""
    member = one_hot(topics, names).astype(np.float32)
    centres: Vectors = (member.T @ features) / np.maximum(member.sum(axis=0), 1)[:, None]
    middle: Vectors = centres.mean(axis=0)
    white = _whitening(features - member @ centres)
    turned = np.asarray((centres - middle) @ white, dtype=np.float32)
    linear = fit_logistic(features, topics, _STRENGTH, names)
    return TopicHead(linear, middle, white, normalised(turned).T.copy())


def _whitening(apart: Vectors) -> Vectors:
    spread: Vectors = apart.T @ apart / np.float32(len(apart))
    sphere = np.trace(spread) / len(spread) * np.eye(len(spread), dtype=np.float32)
    strength, turn = np.linalg.eigh((1 - _SHRINK) * spread + _SHRINK * sphere)
    return np.asarray(turn / np.sqrt(np.maximum(strength, 1e-9)), dtype=np.float32)


OUT_OF_SCOPE = "out_of_scope"
DANGER = "danger"
POLICY = "policy"
SMALL_TALK = ("greet", "help")
# Chosen by 4-fold cross-validation on intents/, near twins kept together: the penalties of the regressions,
# and the weights of regression and kernel in the kinds.
_GATE_STRENGTH = 0.3
_LINEAR_SHARE = 1 / 3
_KERNEL_SHARE = 4.0
_FOLDS = 4
# So many of them are tried: half the examples are enough for a gate of seven signals and two temperatures.
_TRIED = 2
# The gate is fitted as though danger were as common as everything else; it is rarer than that.
_RARITY = 0.3
_GATE = ("in", "out", DANGER)


@dataclass(frozen=True)
class Heads:
    """The fitted heads. `outside` says of each example of the kernel whether it is for us (0), out of
    scope (1) or danger (2).
    """

    kernel: Kernel
    kinds: Linear
    topics: TopicHead
    gate: Linear
    kind_heat: float
    topic_heat: float
    outside: Any

    def read(self, features: Vectors) -> list[tuple[Mapping[str, float], Scores]]:
        """Of each text the odds of every intent, which sum to 1, and its gates.

        The gates are a row of two from 0 to 1: that the text is for Signpost at all, and that it tells of
        danger.
        """
        cosines = self.kernel.cosines(features)
        scores = self.kernel.scores(cosines)
        gates = self._gates(_signals(self.kernel, cosines, scores, self.outside))
        return list(zip(self._odds(features, scores), gates, strict=True))

    def _odds(self, features: Vectors, scores: Vectors) -> Iterator[Mapping[str, float]]:
        kinds = softmax(_kind_scores(self.kinds, features, self.kernel, scores), self.kind_heat)
        names = self.topics.linear.labels
        found = self.topics.scores(features, scores[:, _places(self.kernel.labels, names)])
        topics = softmax(found, self.topic_heat)
        for of_kinds, of_topics in zip(kinds.tolist(), topics.tolist(), strict=True):
            odds = dict(zip(self.kinds.labels, of_kinds, strict=True))
            policy = odds.pop(POLICY, 0.0)
            yield {**odds, **{name: share * policy for name, share in zip(names, of_topics, strict=True)}}

    def _gates(self, signals: Vectors) -> Scores:
        odds = softmax(self.gate.scores(signals))
        danger = _RARITY * odds[:, 2:].sum(axis=1)
        calm = odds[:, :2].sum(axis=1)
        return np.stack([odds[:, 0] / calm, danger / (danger + calm)], axis=1)


def fit_heads(features: Vectors, intents: Sequence[str]) -> Heads:
    """Learn every head from the examples: one row of `features` an example.

    The gate and the temperatures are fitted on what the heads say of examples that they did not see.
    """
    outside = np.array([_group(intent) for intent in intents])
    kernel, kinds, topics = _fit(features, intents, outside, tuple(sorted(set(intents))))
    unseen = _unseen(features, intents, outside)
    sides = [_GATE[group] for group in outside[unseen.places]]
    return Heads(
        kernel=kernel,
        kinds=kinds,
        topics=topics,
        gate=fit_logistic(unseen.signals, sides, _GATE_STRENGTH, _GATE[: 1 + int(outside.max(initial=1))]),
        kind_heat=_heat(unseen.kinds, [kind_of(intents[place]) for place in unseen.places], kinds.labels),
        topic_heat=_heat(unseen.topics, [intents[place] for place in unseen.places], topics.linear.labels),
        outside=outside,
    )


def kind_signals(odds: Mapping[str, float], gates: Scores) -> Vectors:
    """Of one text the odds of danger, a report, a policy question, and what the gates say: the roots.

    The roots, so that a likelihood of a hundredth still tells more than none.
    """
    reports = sum(value for name, value in odds.items() if name.startswith("report_"))
    policy = sum(value for name, value in odds.items() if kind_of(name) == POLICY)
    found = [odds.get(DANGER, 0.0), reports, policy, odds.get(OUT_OF_SCOPE, 0.0), *gates]
    return np.sqrt(np.maximum(np.array(found, dtype=np.float32), 0.0))


def kind_of(intent: str) -> str:
    """`policy` for every topic's intent; any other intent is its own kind."""
    return POLICY if intent.startswith(POLICY_PREFIX) else intent


@dataclass(frozen=True)
class _Unseen:
    """What heads that did not see an example say of it: a row an example, whose places are `places`."""

    places: NDArray[np.int64]
    kinds: Scores
    topics: Scores
    signals: Vectors


def _unseen(features: Vectors, intents: Sequence[str], outside: Any) -> _Unseen:
    names = tuple(sorted(set(intents)))
    found = []
    for seen, tried in islice(twin_folds(features, intents, _FOLDS), _TRIED):
        kernel, kinds, topics = _fit(features[seen], [intents[at] for at in seen], outside[seen], names)
        cosines = kernel.cosines(features[tried])
        scores = kernel.scores(cosines)
        of_kinds = _kind_scores(kinds, features[tried], kernel, scores)
        of_topics = topics.scores(features[tried], scores[:, _places(kernel.labels, topics.linear.labels)])
        found.append((tried, of_kinds, of_topics, _signals(kernel, cosines, scores, outside[seen])))
    return _Unseen(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _heat(scores: Scores, labels: Sequence[str], names: tuple[str, ...]) -> float:
    """The temperature of `scores`, from the rows whose label is one of `names`."""
    known = [place for place, label in enumerate(labels) if label in names]
    truth = one_hot([labels[place] for place in known], names).argmax(axis=1)
    return best_temperature(scores[known], truth)


def _fit(
    features: Vectors, intents: Sequence[str], outside: Any, names: tuple[str, ...]
) -> tuple[Kernel, Linear, TopicHead]:
    kinds = [kind_of(intent) for intent in intents]
    of_topic = [place for place, kind in enumerate(kinds) if kind == POLICY]
    topics = tuple(name for name in names if kind_of(name) == POLICY)
    # For us, out of scope and danger weigh the same, however many examples each has.
    counts = np.bincount(outside, minlength=len(_GATE))
    weight = (len(outside) / (np.count_nonzero(counts) * counts[outside])).astype(np.float32)
    return (
        fit_kernel(features, intents, names, weight),
        fit_logistic(features, kinds, _STRENGTH, tuple(sorted({kind_of(name) for name in names}))),
        fit_topics(features[of_topic], [intents[place] for place in of_topic], topics),
    )


def _kind_scores(linear: Linear, features: Vectors, kernel: Kernel, scores: Vectors) -> Scores:
    summed = scores @ _kinds(kernel.labels, linear.labels)
    return np.asarray(_LINEAR_SHARE * linear.scores(features) + _KERNEL_SHARE * summed)


def _signals(kernel: Kernel, cosines: Vectors, scores: Vectors, outside: Any) -> Vectors:
    """On each side of the gate what the kernel says and the nearest example; and the best topic."""
    sides = _sides(kernel.labels)
    groups = np.flatnonzero(np.bincount(outside)).tolist()
    said = [5 * scores[:, sides == group].sum(axis=1) for group in groups]
    nearest = [10 * cosines[:, outside == group].max(axis=1) for group in groups]
    best = scores[:, _topics(kernel.labels)].max(axis=1)
    return np.stack([*said, *nearest, 5 * best], axis=1).astype(np.float32)


# What follows from the labels alone: the same for every question.
@lru_cache(maxsize=8)
def _places(labels: tuple[str, ...], names: tuple[str, ...]) -> NDArray[np.int64]:
    return np.array([labels.index(name) for name in names])


@lru_cache(maxsize=8)
def _kinds(labels: tuple[str, ...], names: tuple[str, ...]) -> Scores:
    """A row a label, 1.0 in the column of its kind."""
    return one_hot([kind_of(label) for label in labels], names)


@lru_cache(maxsize=8)
def _sides(labels: tuple[str, ...]) -> NDArray[np.int64]:
    return np.array([_group(label) for label in labels])


@lru_cache(maxsize=8)
def _topics(labels: tuple[str, ...]) -> NDArray[np.int64]:
    return np.flatnonzero([kind_of(label) == POLICY for label in labels])


def _group(intent: str) -> int:
    return _GATE.index(DANGER) if intent == DANGER else int(intent == OUT_OF_SCOPE)
