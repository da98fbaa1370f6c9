from __future__ import annotations

import numpy as np

from bench.hint3 import OUTSIDE, Guesses, guess
from bot.engine.features import Vectors, normalised

INTENTS = ["order"] * 6 + ["refund"] * 6 + ["greet"] * 6


def rows(count: int, seed: int) -> Vectors:
    """`count` noisy rows about each of three directions."""
    noise = np.random.default_rng(seed).normal(0, 0.15, (3 * count, 8))
    return normalised((np.eye(8)[np.repeat(range(3), count)] + noise).astype(np.float32))


def test_the_head_learns_plain_intents() -> None:
    """Intents that lie apart are told apart, and a row unlike any is less sure than all of them."""
    strange = np.eye(8, dtype=np.float32)[7:]
    given = guess(rows(6, 0), INTENTS, np.vstack([rows(2, 1), strange]))
    assert given.intents[:6] == ["order"] * 2 + ["refund"] * 2 + ["greet"] * 2
    assert given.sure[6] < given.sure[:6].min()


def test_unsure_guesses_are_out_of_scope() -> None:
    """Below the threshold a guess is out of scope; the best threshold parts the two."""
    given = Guesses(["order", "refund", "greet"], np.array([0.9, 0.8, 0.1]))
    assert given.above(0.5) == ["order", "refund", OUTSIDE]
    score, threshold = given.best(["order", "refund", OUTSIDE])
    assert score == 1.0
    assert 0.1 < threshold <= 0.8
