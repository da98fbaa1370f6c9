"""What the doors of Slack and Teams say around the conversation (`policy_kb/door-texts.yml`)."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from bot.knowledge.documents import DataFaults, Document, Record

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_BRACES = {
    "progress": {"done", "total"},
    "outside": {"text"},
    "clause": {"section", "lines"},
    "more_cases": {"count"},
    "guests": {"federation"},
    "unsure": {"platform"},
}


class ChannelTexts(Record):
    """In a channel that others read: never a word of what was asked."""

    answered: Text
    shared: Text
    shared_by: Text
    share: Text
    not_shared: Text


class FormTexts(Record):
    """Around a form that opens in a window of its own."""

    open: Text
    opener: Text
    title: Annotated[str, StringConstraints(min_length=1, max_length=24)]
    loading: Text
    close: Annotated[str, StringConstraints(min_length=1, max_length=24)]
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
    footer: Text


class PrivacyTexts(Record):
    """Why the FLT's channel is not private enough to post in: no name in it, it is shown to many."""

    missing: Text
    archived: Text
    public: Text
    shared: Text
    off_roster: Text
    outsiders: Text
    refused: Text
    unanswered: Text
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
    more_cases: Text
    goes_on: Text
    progress: Text
    choose: Text
    required: Text
    optional: Text
    time: Text
    outside: Text
    clause: Text
    home: HomeTexts
    popular: tuple[str, ...] = Field(min_length=1, max_length=5)
    prompts_title: Text
    guests: Text
    unsure: Text
    asking: Text
    private: PrivacyTexts
    chat: ChatTexts

    @model_validator(mode="after")
    def _hold_their_braces(self) -> DoorTexts:
        for name, wanted in _BRACES.items():
            found = {brace for _, brace, _, _ in Formatter().parse(getattr(self, name)) if brace is not None}
            if found != wanted:
                raise ValueError(f"{name} must hold exactly these braces: {', '.join(sorted(wanted))}")
        return self


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
