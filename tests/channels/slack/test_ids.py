import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.ids import ThreadPlace, action_id, pressed
from bot.domain.presses import Share
from bot.domain.turns import Pressed

NAMES = st.from_regex(re.compile(r"[A-Za-z0-9._-]+", re.ASCII), fullmatch=True)


@given(NAMES, st.text(), st.integers(min_value=0), st.text(min_size=1))
def test_a_place_and_a_press_come_back(channel: str, thread: str, number: int, action: str) -> None:
    """Where an answer is shared, and which button was pressed, are read as they were written."""
    assert ThreadPlace.parse(str(ThreadPlace(channel, thread))) == ThreadPlace(channel, thread)
    assert pressed({"action_id": action_id(action, number), "value": "x"}) == Pressed(action, "x")


@pytest.mark.parametrize(("thread", "text"), [("1700.1", "topic|C1|1700.1"), ("", "topic|C1|")])
def test_a_share_names_its_place_as_it_always_did(thread: str, text: str) -> None:
    """The button that shares an answer carries topic, channel and thread, also where there is no thread."""
    assert str(Share("topic", str(ThreadPlace("C1", thread)))) == text
    assert ThreadPlace.parse(Share.parse(text).place) == ThreadPlace("C1", thread)
