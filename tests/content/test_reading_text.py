"""What the engine reads of a text before it ranks topics: its language, its windows."""

from __future__ import annotations

import pytest

from bot.content.wording import unroll, windows
from bot.engine.gate import is_story
from bot.engine.language import is_english

KNOWN = frozenset(
    ["follow", "pupil", "instagram", "photo", "school", "facebook", "teacher", "trip", "fb", "pls", "u"]
)


@pytest.mark.parametrize(
    "text",
    [
        "can i follow a pupil on instagram",
        "wot about fb tho",
        "ok",
        "zoella",
        "my kids school trip photo",
        "999",
        "",
        "😀😀",
        "pls can u tel me abt this",
    ],
)
def test_english_is_not_called_foreign(text: str) -> None:
    """Staffroom English with slips, slang and names, one word, numbers and signs."""
    assert is_english(text, KNOWN.__contains__)


@pytest.mark.parametrize(
    "text",
    [
        "puis-je suivre un élève sur instagram",
        "darf ich einem schüler folgen",
        "czy mogę obserwować ucznia",
        "¿puedo seguir a un alumno?",
        "pot urmări un elev",
        "我可以关注学生吗",
        "هل يمكنني متابعة طالب",
        "ਕੀ ਮੈਂ ਵਿਦਿਆਰਥੀ",
        "чи можу я",
        "a gaf i ddilyn disgybl",
    ],
)
def test_other_languages_are_seen(text: str) -> None:
    """Another script, or few words that are known: Signpost says that it reads English only."""
    assert not is_english(text, KNOWN.__contains__)


def test_long_sentence_is_cut_at_its_clauses() -> None:
    """A story in one breath still has windows, and each word of it stands in one."""
    story = (
        "it has been a long week and the boiler broke, but what I meant to ask is about the trip photos "
        "because a mum has rung twice and the office wants to know by Friday whether we may keep them, can we"
    )
    assert is_story(story)
    parts = windows(story)
    assert len(parts) >= 2
    assert set(story.casefold().replace(",", "").split()) <= {
        word.strip(",") for part in parts for word in part.split()
    }


def test_endless_sentence_has_windows_of_some_length() -> None:
    """A text without stops or commas is not one window of thousands of words."""
    assert max(len(part.split()) for part in windows("word " * 3_000)) <= 100


@pytest.mark.parametrize(
    "text",
    [
        "Can I follow  a PUPIL?",
        " <@U123> what about @here and <!channel|x> ",
        "".join(map(chr, range(32, 127))),
        "one\0two\tthree\nfour\x7f",
        'it\'s "quoted" - yes...',
    ],
)
def test_plain_text_is_read_as_with_signs_that_nobody_sees(text: str) -> None:
    """Printable ASCII takes a shorter way, and comes out as the same text with invisible signs in it."""
    assert unroll(text) == unroll(f"{text}\u200b") == unroll(text.replace(" ", "\u2003"))
