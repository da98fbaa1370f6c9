"""A question for a detail that the rule leaves open: how often, for how long, at what price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.asking.choose import Choice
from bot.asking.reading import Reading
from bot.asking.whom import line_to_ask, to_turn_to
from bot.content.phrases import DetailPattern
from bot.content.policy import Topic


def heed(reading: Reading, chosen: Choice) -> tuple[Choice, DetailPattern | None]:
    """The choice as it stands, or the closest rule without a verdict and the detail that it leaves open.

    Of several details that are asked for it is enough that one topic speaks to one.
    """
    asked = reading.rules.phrases.details_asked(reading.question, reading.frame.of)
    topics = [guess.topic for guess in chosen.rivals or (chosen.guess,) if guess is not None]
    if chosen.way == "nothing" or not topics or any(_speaks(topic, asked) for topic in topics):
        return chosen, None
    open_ones = [entry for entry in asked if entry.of_bans or topics[0].verdict != "never"]
    if not open_ones:
        return chosen, None
    return replace(chosen, way="related"), open_ones[0]


def _speaks(topic: Topic, asked: tuple[DetailPattern, ...]) -> bool:
    return any(entry.detail in topic.states for entry in asked)


def line(reading: Reading, topic: Topic, left_open: DetailPattern, contacts: Mapping[str, str]) -> str:
    """That the policy does not say it, and whom to ask: whom the topic names, else who answers for it."""
    texts = reading.rules.texts
    whom = line_to_ask(contacts, texts, *to_turn_to(topic, contacts, left_open.contact))
    return texts.silent.fill(detail=texts.details[left_open.detail], whom=whom)
