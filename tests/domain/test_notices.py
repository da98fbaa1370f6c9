import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.notices import FLT_CHANNEL, REPORTER, NoticeKey, Recipient

# As the ids of the roster, of rows and of platforms are: no colon, no space.
IDS = st.from_regex(re.compile(r"[A-Za-z0-9._-]+", re.ASCII), fullmatch=True)
# Any text, and such as the outbox is made of, malformed.
TEXTS = st.text() | st.text("a:").map("person{}".format) | st.text("a: not")
CARD = NoticeKey.of("card", "a1", Recipient("tom"), 3)


@given(TEXTS)
def test_every_text_of_a_recipient_comes_back_as_it_was(text: str) -> None:
    """Whatever a row says, it is read without a fault and written byte for byte."""
    assert str(Recipient.parse(text)) == text


@given(IDS)
def test_someone_on_the_roster_is_read_as_they_were_written(person: str) -> None:
    """Who is written as a recipient is read as the same person."""
    assert Recipient.parse(str(Recipient(person))) == Recipient(person)


@pytest.mark.parametrize(
    ("recipient", "text"),
    [(FLT_CHANNEL, "flt_channel"), (REPORTER, "reporter"), (Recipient("tom"), "person:tom")],
)
def test_recipients_are_stored_as_they_always_were(recipient: Recipient, text: str) -> None:
    """Rows that an earlier version wrote are read, and those of this one look the same."""
    assert str(recipient) == text
    assert Recipient.parse(text) == recipient


@pytest.mark.parametrize("text", ["", "tom", "person", "person:", "Person:tom", "flt_channel:x", " reporter"])
def test_a_malformed_recipient_is_nobody(text: str) -> None:
    """What is no recipient is nobody on the roster, and neither the FLT's channel nor a reporter."""
    found = Recipient.parse(text)
    assert found.person == ""
    assert found not in (FLT_CHANNEL, REPORTER)
    assert str(found) == text


@given(TEXTS)
def test_every_text_of_a_key_comes_back_as_it_was(text: str) -> None:
    """Whatever key a row has, it is read without a fault and written byte for byte."""
    assert str(NoticeKey.parse(text)) == text


@given(IDS, st.lists(IDS), st.lists(IDS))
def test_a_key_is_read_as_it_was_made(kind: str, parts: list[str], refused_by: list[str]) -> None:
    """A key that is made of its parts is read as the same parts, no matter who has refused the message."""
    key = NoticeKey.of(kind, *parts)
    for platform in refused_by:
        key = key.elsewhere(platform)
    assert key == NoticeKey(kind, tuple(parts), tuple(refused_by))
    assert NoticeKey.parse(str(key)) == key
    assert key.first == NoticeKey.of(kind, *parts)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (CARD, "card:a1:person:tom:3"),
        (NoticeKey.of("card", "a1", FLT_CHANNEL), "card:a1:flt_channel"),
        (CARD.elsewhere("slack").elsewhere("teams"), "card:a1:person:tom:3:not slack:not teams"),
        (NoticeKey.of("line", "a1", 12), "line:a1:12"),
        (NoticeKey.of("gone", NoticeKey.of("line", "a1", 12)), "gone:line:a1:12"),
        (NoticeKey.of("digest", "2026-11-27.daily", "tom"), "digest:2026-11-27.daily:tom"),
        (NoticeKey.of("reminder", "a1", Recipient("tom"), "2026"), "reminder:a1:person:tom:2026"),
        (NoticeKey.of("approval", "b2", "proposed", "tom"), "approval:b2:proposed:tom"),
    ],
)  # fmt: skip
def test_keys_are_stored_as_they_always_were(key: NoticeKey, text: str) -> None:
    """What an earlier version has sent or owes has the key that this one would give it."""
    assert str(key) == text
    assert NoticeKey.parse(text) == key


def test_what_a_removal_is_about() -> None:
    """The key of a removal holds the key of what is taken away, refused somewhere or not."""
    for key in (CARD, CARD.elsewhere("slack"), NoticeKey.of("line", "a1", 12)):
        assert NoticeKey.of("gone", key).inner == key


def test_the_other_ways_of_a_message_begin_alike() -> None:
    """The keys of a message that went another way begin with its own, and no other message's do."""
    assert str(CARD.elsewhere("slack").elsewhere("teams")).startswith(CARD.elsewhere("slack").every_other)
    assert not str(NoticeKey.of("card", "a1", Recipient("tom"), 31)).startswith(CARD.every_other)


def test_the_number_of_a_line() -> None:
    """A line's number is read whole, and a key without one is refused."""
    assert NoticeKey.parse("line:a1:12").number == 12
    for text in ("line", "line:a1:", "line:a1:x"):
        with pytest.raises(ValueError, match="invalid literal"):
            _ = NoticeKey.parse(text).number
