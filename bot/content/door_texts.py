"""What the doors of Slack and Teams say around the conversation (`policy_kb/door-texts.yml`)."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.content.documents import DataFaults, Document, Record
from bot.content.texts import Holding, Phrase, Text, Title


class ChannelTexts(Record):
    """In a channel that others read: never a word of what was asked."""

    answered: Text
    shared: Text
    shared_by: Annotated[Phrase, Holding("person")]
    share: Text
    not_shared: Text


class FormTexts(Record):
    """Around a form that opens in a window of its own."""

    open: Text
    opener: Text
    title: Title
    loading: Text
    close: Title
    late: Text


class HomeTexts(Record):
    """The home page of the bot."""

    title: Text
    ask: Text
    ask_hint: Text
    ask_submit: Text
    popular: Text
    report: Text
    report_text: Text
    mine: Text
    cases: Text
    footer: Annotated[Phrase, Holding("title")]


class PrivacyTexts(Record):
    """Why the FLT's channel is not private enough to post in: no name in it, it is shown to many."""

    missing: Text
    archived: Text
    public: Text
    shared: Text
    off_roster: Annotated[Phrase, Holding("count")]
    outsiders: Annotated[Phrase, Holding("count")]
    refused: Annotated[Phrase, Holding("platform code")]
    unanswered: Annotated[Phrase, Holding("platform")]
    unchecked: Text


class ChatTexts(Record):
    """In a personal chat on a platform whose messages all stay: what a press is answered with."""

    below: Text
    moved: Text
    try_again: Text
    again: Text
    unreachable: Text
    hidden: Text


class DoorTexts(Record):
    """The whole file. `popular` are the topics offered before anybody has asked, by id."""

    channel: ChannelTexts
    form: FormTexts
    more: Text
    more_cases: Annotated[Phrase, Holding("count")]
    goes_on: Text
    progress: Annotated[Phrase, Holding("done total")]
    choose: Text
    required: Text
    optional: Text
    time: Text
    outside: Annotated[Phrase, Holding("text")]
    clause: Annotated[Phrase, Holding("section lines")]
    home: HomeTexts
    popular: tuple[str, ...] = Field(min_length=1, max_length=5)
    prompts_title: Text
    guests: Annotated[Phrase, Holding("federation")]
    unsure: Annotated[Phrase, Holding("platform")]
    asking: Text
    private: PrivacyTexts
    chat: ChatTexts


def load_door_texts(path: Path, topics: Container[str]) -> DoorTexts:
    """Read `door-texts.yml`. Raises DataFaults with file and line, also for a topic that is not there."""
    document = Document(path)
    texts = document.parse(DoorTexts)
    unknown = [topic for topic in texts.popular if topic not in topics]
    if unknown:
        raise DataFaults(
            [document.fault(f"popular: no such topic: {name}", ("popular",)) for name in unknown]
        )
    return texts
