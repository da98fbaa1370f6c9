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
DANGER = "danger"
POLICY = "policy"
# Chosen by 5-fold cross-validation on intents/.
_STRENGTH = 0.1
_FOLDS = 4
# The gate is fitted as though danger were as common as everything else; it is rarer than that.
_RARITY = 0.3
_GATE = ("in", "out", DANGER)


@dataclass(frozen=True)
class Heads:
    """The fitted heads. `rows` are the encoded examples.

    `outside` says of each whether it is for us (0), out of scope (1) or danger (2).
    """

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

    def gates(self, features: Vectors, rows: Vectors) -> Scores:
        """Two columns from 0 to 1, a row a text: that it is for Signpost at all, and that it tells of danger.

        `rows` are the encodings alone.
        """
        odds = softmax(self.gate.scores(_signals(self.kinds, features, rows, self.rows, self.outside)))
        danger = _RARITY * odds[:, 2:].sum(axis=1)
        calm = odds[:, :2].sum(axis=1)
        return np.stack([odds[:, 0] / calm, danger / (danger + calm)], axis=1)


def fit_heads(features: Vectors, rows: Vectors, intents: Sequence[str]) -> Heads:
    """Learn every head from the examples: `features` and `rows` have one row an example.

    The gate and the temperatures are fitted on what the heads say of examples that they did not see.
    """
    kinds = [kind_of(intent) for intent in intents]
    names = tuple(sorted(set(kinds)))
    outside = np.array([_group(kind) for kind in kinds])
    scores, signals = _unseen(features, rows, kinds, names, outside)
    of_topic = [place for place, kind in enumerate(kinds) if kind == POLICY]
    topics = [intents[place] for place in of_topic]
    return Heads(
        kinds=fit_logistic(features, kinds, _STRENGTH, names),
        topics=fit_logistic(features[of_topic], topics, _STRENGTH, tuple(sorted(set(topics)))),
        gate=fit_logistic(signals, [_GATE[group] for group in outside], 1.0, _GATE[: 1 + len(_sides(names))]),
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
    signals = np.zeros((len(kinds), 1 + 2 * len(_sides(names))), dtype=np.float32)
    for seen, tried in folds(kinds, _FOLDS):
        head = fit_logistic(features[seen], [kinds[place] for place in seen], _STRENGTH, names)
        scores[tried] = head.scores(features[tried])
        signals[tried] = _signals(head, features[tried], rows[tried], rows[seen], outside[seen])
    return scores, signals


def _signals(head: Linear, features: Vectors, rows: Vectors, known: Vectors, outside: Any) -> Vectors:
    """By how much "out of scope" and "danger" lead, and the nearest example on each side of the gate."""
    scores = head.scores(features)
    leads = [_lead(scores, head.labels.index(label)) for label in _sides(head.labels)]
    near = rows @ known.T
    nearest = [10 * near[:, outside == group].max(axis=1) for group in range(1 + len(leads))]
    return np.stack([*leads, *nearest], axis=1).astype(np.float32)


def _sides(labels: Sequence[str]) -> tuple[str, ...]:
    # Where nothing tells of danger (another bot's examples), there is no such side.
    return tuple(label for label in (OUT_OF_SCOPE, DANGER) if label in labels)


def _lead(scores: Scores, place: int) -> Scores:
    return np.asarray(scores[:, place] - np.delete(scores, place, axis=1).max(axis=1))


def _group(kind: str) -> int:
    return _GATE.index(DANGER) if kind == DANGER else int(kind == OUT_OF_SCOPE)


def _topic_heat(features: Vectors, topics: Sequence[str]) -> float:
    names = tuple(sorted(set(topics)))
    seen, tried = next(folds(topics, _FOLDS))
    head = fit_logistic(features[seen], [topics[place] for place in seen], _STRENGTH, names)
    truth = one_hot([topics[place] for place in tried], names).argmax(axis=1)
    return best_temperature(head.scores(features[tried]), truth)
