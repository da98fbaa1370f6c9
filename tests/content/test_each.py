"""One test over many fails for each that fails, and never for want of any."""

import pytest

from tests.content.each import of_each


def is_even(number: int) -> None:
    assert number % 2 == 0, "odd"


def test_each_that_fails_is_named() -> None:
    """Of several, those that fail are named with the reason, and the others are not."""
    with pytest.raises(AssertionError) as failed:
        of_each({"first": 1, "second": 2, "third": 3})(is_even)()
    said = str(failed.value)
    assert "first: odd" in said
    assert "third: odd" in said
    assert "second" not in said
    of_each({"second": 2})(is_even)()


def test_none_at_all_is_a_failure() -> None:
    """Where nothing was found nothing was tested."""
    with pytest.raises(AssertionError):
        of_each({})(is_even)()
