"""Whether a platform still reaches us: what is said of it, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from structlog.testing import capture_logs

from bot.casework.context import DoorState
from bot.channels.common.hearing import Hearing

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Door:
    """A door's state, and the clock by which it is kept."""

    def __init__(self) -> None:
        self.now, self.state = START, DoorState()
        self.hearing = Hearing("slack", self.state, lambda: self.now)

    def later(self, **passed: float) -> None:
        self.now += timedelta(**passed)
        self.hearing.settle()


def test_a_refused_token_counts_at_once() -> None:
    """A platform that refuses our token is cut off that moment; once it takes it again all is well."""
    door = Door()
    with capture_logs() as lines:
        door.hearing.failing("access", "token_revoked")
        door.later(seconds=1)
        door.later(seconds=60)
        assert door.state.is_cut_off
        assert door.state.troubles == {"access": "token_revoked"}
        door.hearing.works("access")
        door.later(seconds=60)
    assert not door.state.troubles
    assert [line["event"] for line in lines] == ["slack.cut_off", "slack.in_touch"]


def test_a_short_silence_is_no_trouble() -> None:
    """A platform that does not answer, or a socket that is renewed, is one only after some minutes."""
    door = Door()
    door.hearing.failing("socket", "internal_error")
    door.hearing.failing("unreachable", "TimeoutError")
    door.later(minutes=2, seconds=59)
    assert not door.state.troubles
    door.later(seconds=1)
    assert set(door.state.troubles) == {"socket", "unreachable"}


def test_refused_requests_are_a_warning_first() -> None:
    """Refusals are counted and shown at once, and are a trouble only where they go on for ten minutes and
    nothing right came meanwhile; strangers alone cut nothing off, and a flood of them is few lines."""
    door = Door()
    with capture_logs() as lines:
        for _ in range(100):
            door.hearing.refused("signature")
            door.later(seconds=7)
    assert "requests that Slack did not sign: 100" in door.state.warning
    assert door.state.troubles == {"signatures": "signature"}
    assert not door.state.is_cut_off
    assert 10 <= len([line for line in lines if line["event"] == "slack.requests_refused"]) <= 13
    door.hearing.heard()
    door.later(seconds=1)
    assert not door.state.troubles
    door.hearing.refused("signature")
    door.later(minutes=9)
    assert not door.state.troubles
    door.later(minutes=2)
    assert (door.state.troubles, door.state.warning) == ({}, "")


def test_a_clock_that_is_off_is_told() -> None:
    """How far the host's clock is from the platform's is a warning before it costs every signature."""
    door = Door()
    door.hearing.clock(format_datetime(START - timedelta(seconds=301), usegmt=True))
    door.hearing.clock("no date")
    door.later(seconds=0)
    assert "clock is 301 s off" in door.state.warning
    door.hearing.clock(format_datetime(START, usegmt=True))
    door.later(seconds=0)
    assert not door.state.warning
