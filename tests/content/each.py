"""One test for all of many: half a thousand topics, each a test of its own, cost minutes of bookkeeping."""

from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


def of_each(found: Mapping[str, T]) -> Callable[[Callable[[T], None]], Callable[[], None]]:
    """Make of a test of one a test of all that were found, which names each of those that fail, and why."""

    def of_all(test: Callable[[T], None]) -> Callable[[], None]:
        def wrapped() -> None:
            assert found
            failed = {name: fault for name, one in found.items() if (fault := _fault(test, one))}
            assert not failed, "\n\n".join(f"{name}: {fault}" for name, fault in failed.items())

        wrapped.__name__, wrapped.__doc__ = test.__name__, test.__doc__
        return wrapped

    return of_all


def _fault(test: Callable[[T], None], one: T) -> str:
    try:
        test(one)
    except AssertionError as fault:
        return str(fault) or "it does not hold"
    return ""
