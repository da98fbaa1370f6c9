"""What is learnt from the examples: what kind of text it is, which topic, and whether it is for us at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.knowledge.classifier import (
    Linear,
    Scores,
    best_temperature,
    fit_logistic,
    folds,
    one_hot,
    softmax,
)
from bot.knowledge.encoder import Vectors
from bot.knowledge.rasa_files import POLICY_PREFIX

OUT_OF_SCOPE = "out_of_scope"
POLICY = "policy"
# Chosen by 5-fold cross-validation on intents/.
_STRENGTH = 0.1
_FOLDS = 4
_GATE = ("in", "out")


@dataclass(frozen=True)
class Heads:
    """The fitted heads. `rows` are the encoded examples, `outside` which of them are out of scope."""

    kinds: Linear
    topics: Linear
    gate: Linear
    kind_heat: float
    topic_heat: float
    rows: Vectors
    outside: Any

    def ranking(self, features: Vectors) -> Mapping[str, float]:
        """Every intent with its odds, for one row of features; they sum to 1."""
        kinds = dict(zip(self.kinds.labels, self.kind_odds(features)[0].tolist(), strict=True))
        topics = softmax(self.topics.scores(features), self.topic_heat)[0] * kinds.pop(POLICY, 0.0)
        return {**kinds, **dict(zip(self.topics.labels, topics.tolist(), strict=True))}

    def kind_odds(self, features: Vectors) -> Scores:
        """The odds of each kind, a row a row of features, in the order of `kinds.labels`."""
        return softmax(self.kinds.scores(features), self.kind_heat)

    def in_scope(self, features: Vectors, row: Vectors) -> float:
        """How likely it is that one text is for Signpost, from 0 to 1; `row` is its encoding alone."""
        signals = _signals(self.kinds, features, row, self.rows, self.outside)
        return float(softmax(self.gate.scores(signals))[0, 0])


def fit_heads(features: Vectors, rows: Vectors, intents: Sequence[str]) -> Heads:
    """Learn every head from the examples: `features` and `rows` have one row an example.

    The gate and the temperatures are fitted on what the heads say of examples that they did not see.
    """
    kinds = [kind_of(intent) for intent in intents]
    names = tuple(sorted(set(kinds)))
    outside = np.array([kind == OUT_OF_SCOPE for kind in kinds])
    scores, signals = _unseen(features, rows, kinds, names, outside)
    of_topic = [place for place, kind in enumerate(kinds) if kind == POLICY]
    topics = [intents[place] for place in of_topic]
    return Heads(
        kinds=fit_logistic(features, kinds, _STRENGTH, names),
        topics=fit_logistic(features[of_topic], topics, _STRENGTH, tuple(sorted(set(topics)))),
        gate=fit_logistic(signals, [_GATE[int(out)] for out in outside], 1.0, _GATE),
        kind_heat=best_temperature(scores, one_hot(kinds, names).argmax(axis=1)),
        topic_heat=_topic_heat(features[of_topic], topics),
        rows=rows,
        outside=outside,
    )


def kind_of(intent: str) -> str:
    """`policy` for every topic's intent; any other intent is its own kind."""
    return POLICY if intent.startswith(POLICY_PREFIX) else intent


def _unseen(
    features: Vectors, rows: Vectors, kinds: Sequence[str], names: tuple[str, ...], outside: Any
) -> tuple[Scores, Vectors]:
    scores = np.zeros((len(kinds), len(names)))
    signals = np.zeros((len(kinds), 3), dtype=np.float32)
    for seen, tried in folds(kinds, _FOLDS):
        head = fit_logistic(features[seen], [kinds[place] for place in seen], _STRENGTH, names)
        scores[tried] = head.scores(features[tried])
        signals[tried] = _signals(head, features[tried], rows[tried], rows[seen], outside[seen])
    return scores, signals


def _signals(head: Linear, features: Vectors, rows: Vectors, known: Vectors, outside: Any) -> Vectors:
    """By how much "out of scope" leads, and the nearest example in scope and out of it."""
    scores = head.scores(features)
    place = head.labels.index(OUT_OF_SCOPE)
    lead = scores[:, place] - np.delete(scores, place, axis=1).max(axis=1)
    near = rows @ known.T
    nearest = [near[:, ~outside].max(axis=1), near[:, outside].max(axis=1)]
    return np.stack([lead, *(10 * signal for signal in nearest)], axis=1).astype(np.float32)


def _topic_heat(features: Vectors, topics: Sequence[str]) -> float:
    names = tuple(sorted(set(topics)))
    seen, tried = next(folds(topics, _FOLDS))
    head = fit_logistic(features[seen], [topics[place] for place in seen], _STRENGTH, names)
    truth = one_hot([topics[place] for place in tried], names).argmax(axis=1)
    return best_temperature(head.scores(features[tried]), truth)
