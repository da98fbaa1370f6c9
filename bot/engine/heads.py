"""What is learnt from the examples: what kind of text it is, which topic, and whether it is for us at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.engine.classifier import Linear, Scores, best_temperature, fit_logistic, one_hot, softmax, twin_folds
from bot.engine.features import Vectors
from bot.engine.kernel import Kernel, fit_kernel
from bot.engine.topic_head import TopicHead, fit_topics
from bot.engine.training import POLICY_PREFIX

OUT_OF_SCOPE = "out_of_scope"
DANGER = "danger"
POLICY = "policy"
SMALL_TALK = ("greet", "help")
# Chosen by 4-fold cross-validation on intents/, near twins kept together: the penalties of the regressions,
# and the weights of regression and kernel in the kinds.
_STRENGTH = 0.1
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
        found = self.topics.scores(features, scores[:, _places(self.kernel, names)])
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
        of_topics = topics.scores(features[tried], scores[:, _places(kernel, topics.linear.labels)])
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
    summed = scores @ one_hot([kind_of(label) for label in kernel.labels], linear.labels)
    return np.asarray(_LINEAR_SHARE * linear.scores(features) + _KERNEL_SHARE * summed)


def _signals(kernel: Kernel, cosines: Vectors, scores: Vectors, outside: Any) -> Vectors:
    """On each side of the gate what the kernel says and the nearest example; and the best topic."""
    sides = np.array([_group(label) for label in kernel.labels])
    groups = sorted(set(outside.tolist()))
    said = [5 * scores[:, sides == group].sum(axis=1) for group in groups]
    nearest = [10 * cosines[:, outside == group].max(axis=1) for group in groups]
    topics = [place for place, label in enumerate(kernel.labels) if kind_of(label) == POLICY]
    return np.stack([*said, *nearest, 5 * scores[:, topics].max(axis=1)], axis=1).astype(np.float32)


def _places(kernel: Kernel, names: Sequence[str]) -> list[int]:
    return [kernel.labels.index(name) for name in names]


def _group(intent: str) -> int:
    return _GATE.index(DANGER) if intent == DANGER else int(intent == OUT_OF_SCOPE)
