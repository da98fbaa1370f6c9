"""Likeness to every example at once: ridge regression with a kernel over the cosines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.engine.classifier import one_hot
from bot.engine.features import Vectors, normalised

# Chosen by 4-fold cross-validation on intents/, near twins kept together: how fast likeness fades with the
# cosine, and the penalty.
_WIDTH = np.float32(0.5)
_PENALTY = np.float32(0.1)
_BLOCK = 256


@dataclass(frozen=True)
class Kernel:
    """What each example says for each label.

    `rows` are the examples, of length 1; `weights` has a row an example and a column a label.
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
    matrix = _fade(np.asarray(rows @ rows.T))
    each = np.ones(len(rows), dtype=np.float32) if weight is None else weight
    matrix[np.diag_indices_from(matrix)] += _PENALTY / each
    return Kernel(names, rows, _solved(matrix, one_hot(labels, names).astype(np.float32)))


def _solved(matrix: Vectors, targets: Vectors) -> Vectors:
    """`x` in `matrix @ x = targets` for a positive definite matrix: half the work of the general one."""
    lower = np.linalg.cholesky(matrix)
    blocks = [slice(start, start + _BLOCK) for start in range(0, len(targets), _BLOCK)]
    inverse = [np.linalg.inv(lower[block, block]) for block in blocks]
    found = targets.copy()
    for block, turned in zip(blocks, inverse, strict=True):
        found[block] = turned @ (found[block] - lower[block, : block.start] @ found[: block.start])
    for block, turned in zip(reversed(blocks), reversed(inverse), strict=True):
        found[block] = turned.T @ (found[block] - lower[block.stop :, block].T @ found[block.stop :])
    return found


def _fade(cosines: Vectors) -> Vectors:
    # In place: the square of a few thousand examples takes 100 MB and more.
    cosines -= np.float32(1)
    cosines /= _WIDTH
    np.exp(cosines, out=cosines)
    return cosines
