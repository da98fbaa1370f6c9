from __future__ import annotations

import numpy as np
import pytest

from bench.robustness import changed, no_punctuation, other_platform, slip, typos, upper_case
from bot.asking.labels import Labelled

QUESTION = Labelled(q="Can't I post the photo on Facebook, please?", kind="policy", expect=("post",))


def differing(left: str, right: str) -> int:
    return sum(one != other for one, other in zip(left.split(), right.split(), strict=True))


@pytest.mark.parametrize("count", [1, 2])
def test_so_many_words_are_hit(count: int) -> None:
    """As many words change as asked for, never more, and short words never."""
    for seed in range(20):
        (made,) = changed([QUESTION], typos(count), seed)
        assert differing(QUESTION.q, made.q) <= count
        assert made.q.startswith("Can't I ")


def test_a_slip_is_one_edit() -> None:
    """A slip keeps the length to within one letter and the word's other letters."""
    random = np.random.default_rng(0)
    for _ in range(200):
        made = slip("photo", random)
        assert abs(len(made) - 5) <= 1
        assert len(set(made) & set("photo")) >= 3


def test_the_same_seed_makes_the_same_questions() -> None:
    """The questions depend on the seed alone."""
    assert changed([QUESTION] * 5, typos(2), 3) == changed([QUESTION] * 5, typos(2), 3)
    assert changed([QUESTION] * 5, typos(2), 3) != changed([QUESTION] * 5, typos(2), 4)


def test_signs_and_case_alone_change() -> None:
    """No punctuation keeps the words and the apostrophes; capitals keep the letters."""
    assert changed([QUESTION], no_punctuation, 0)[0].q == "Can't I post the photo on Facebook please"
    assert changed([QUESTION], upper_case, 0)[0].q.casefold() == QUESTION.q.casefold()


def test_another_platform_never_turns_the_label_wrong() -> None:
    """The name changes to another one, but not where the right clause itself names a platform."""
    change = other_platform(("Facebook", "TikTok"))
    assert changed([QUESTION], change, 0)[0].q == "Can't I post the photo on TikTok, please?"
    named = QUESTION.model_copy(update={"expect": ("on Facebook",)})
    assert changed([named], change, 0)[0] == named
