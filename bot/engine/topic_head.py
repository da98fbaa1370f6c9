"""Which topic a text is about: three readings of the same features, added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.engine.classifier import Linear, Scores, fit_logistic, one_hot, softmax
from bot.engine.features import Vectors, normalised

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
