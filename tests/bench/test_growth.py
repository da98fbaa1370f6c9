from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.growth import Block, Shelf, mixed_blocks, shelve
from bench.growth_text import CLAUSES_EACH, policies
from bot.engine.features import normalised


def blocks(count: int) -> list[Block]:
    random = np.random.default_rng(0)
    centres = random.normal(0, 1, (count, 16))
    made = [centre + random.normal(0, 0.5, (CLAUSES_EACH, 16)) for centre in centres]
    return [Block(rows, rows) for rows in (normalised(each.astype(np.float32)) for each in made)]


def test_made_policies_hold_each_question_once() -> None:
    """A made-up policy has a hundred clauses, and no two of its clauses or questions are the same."""
    for made in policies(60):
        assert len({each.clause for each in made.clauses}) == CLAUSES_EACH
        assert len({each.question for each in made.clauses}) == CLAUSES_EACH


@pytest.mark.slow
def test_made_policies_are_the_same_each_time() -> None:
    """Nothing is left to chance, and a larger size begins with the smaller one."""
    assert list(policies(3)) == list(policies(50))[:3]
    assert len({made.title for made in policies(1000)}) == 1000


def test_a_clause_is_routed_to_its_own_policy() -> None:
    """The router finds the policy of a clause, and the nearest clause inside it is that clause."""
    made = blocks(5)
    shelf = shelve(made)
    for policy, block in enumerate(made):
        asked = block.rows[7]
        assert shelf.route(asked) == policy
        assert int(shelf.inside(policy, asked).argmax()) == 7
        assert shelf.nearest(asked) == policy * CLAUSES_EACH + 7


def test_a_shelf_is_kept_and_read(tmp_path: Path) -> None:
    """What is written is what is read."""
    shelf = shelve(blocks(3))
    shelf.write(tmp_path)
    read = Shelf.read(tmp_path)
    assert all(np.array_equal(value, getattr(read, name)) for name, value in vars(shelf).items())


def test_mixtures_are_unit_rows_between_two_policies() -> None:
    """A mixed policy has a hundred rows of length 1, the same in every run."""
    first, second = (list(mixed_blocks(blocks(4), 2)) for _ in range(2))
    assert np.allclose(np.linalg.norm(first[1].rows, axis=1), 1, atol=1e-5)
    assert np.array_equal(first[1].rows, second[1].rows)
