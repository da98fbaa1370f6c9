from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.worker import delay


def test_what_the_platform_asks_for_is_honoured() -> None:
    """Retry-After is waited for to the second, however often it was tried."""
    assert delay(1, 30.0, 0.9) == 30.0
    assert delay(50, 30.0, 0.1) == 30.0
    assert delay(1, -5.0, 0.5) == 0.0


@given(st.integers(min_value=1, max_value=10**9), st.floats(min_value=0, max_value=0.999))
def test_our_own_pace_is_bounded(attempts: int, jitter: float) -> None:
    """However often it was tried, the wait lies between a second and a half and about six minutes."""
    assert 1.5 <= delay(attempts, None, jitter) <= 375


@given(st.integers(min_value=1, max_value=30))
def test_the_wait_never_shrinks(attempts: int) -> None:
    """With the same jitter each further try waits at least as long."""
    assert delay(attempts + 1, None, 0.5) >= delay(attempts, None, 0.5)


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.floats(0, 0.999))
def test_the_wait_never_shrinks_whatever_the_jitter(attempts: int, more: int, jitter: float) -> None:
    """However many tries lie between two, the later one waits at least as long."""
    assert delay(attempts + more, None, jitter) >= delay(attempts, None, jitter)


@given(st.integers(1, 10**9), st.floats(0, 0.999))
def test_the_jitter_is_a_quarter_either_way(attempts: int, jitter: float) -> None:
    """Workers that failed together come back apart, and none much sooner or later than was meant."""
    meant = delay(attempts, None, 0.5)
    assert 0.75 * meant - 1e-9 <= delay(attempts, None, jitter) <= 1.25 * meant + 1e-9


@given(st.integers(1, 10**9), st.floats(allow_nan=False), st.floats(0, 0.999))
def test_a_platform_is_believed_within_reason(attempts: int, asked: float, jitter: float) -> None:
    """What it asks for is waited for exactly, at most an hour and never less than nothing."""
    assert delay(attempts, asked, jitter) == min(max(asked, 0.0), 3600.0)
