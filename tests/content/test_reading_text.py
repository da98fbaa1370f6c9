"""What the engine reads of a text before it ranks topics: its language, its halves, its windows."""

from __future__ import annotations

import pytest

from bot.content.wording import windows
from bot.engine.doubles import halves
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


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "do we reply at weekends and can I delete rude comments",
            ("do we reply at weekends", "can I delete rude comments"),
        ),
        ("who approves it? how many must run it?", ("who approves it", "how many must run it")),
        ("can I follow and message pupils", ()),
        ("can parents and carers film the play", ()),
        ("can I post it and should I", ()),
        ("can I go? can you? can we?", ()),
        ("", ()),
    ],
)
def test_double_questions_are_split_where_both_halves_ask(text: str, parts: tuple[str, ...]) -> None:
    """ "And" between two words is no second question, nor is a half of two words."""
    assert halves(text) == parts


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
