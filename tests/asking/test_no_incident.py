"""What is told and is no incident: no report comes before its rule, and danger still does."""

from __future__ import annotations

import pytest

from bot.asking.answer import Answer, answer
from bot.content.world import World
from bot.engine.parse import Alarm, Parse, Ranked

# Texts in which the gate reads abuse, what they look like, and the rule that is meant.
NO_INCIDENT = (
    (
        "ranted about our parents from the pub on my own phone, outside work so they can't sack me",
        "abuse-on-my-own-account",
        "any-time-anywhere",
    ),
    ("everyone lays a Queen track under the sports video on our page", "inappropriate-links", "copyright"),
    (
        "a grumpy but polite grumble is on our page, not abusive, the office would have it hidden",
        "conversation-turns-offensive",
        "critical-comment",
    ),
    (
        "I flagged a vile tweet about our cook and have heard nowt for weeks, it must have sunk",
        "report-unacceptable-conduct",
        "what-happens-to-report",
    ),
    ("I put a pic of my form on my own insta", "photo-on-personal-account", "posted-by-mistake"),
)
# Their neighbours, of which a report is made.
INCIDENT = (
    ("a mum ranted about me from the pub, they can't do anything", "abuse-on-my-own-account"),
    ("kids lay a horrid song about me under a clip", "inappropriate-links"),
    (
        "a grumble on our page was polite but now it is vile, the office would have it hidden",
        "abuse-by-colleague",
    ),
    ("I flagged a vile tweet and heard nowt, and she is at it again", "report-unacceptable-conduct"),
    ("We logged it and heard nothing, now our address is on there", "report-unacceptable-conduct"),
    ("somebody put a song over a clip of our deputy to mock her", "inappropriate-links"),
    ("we vented at the weekend and named a pupil, does it count", "comments-about-colleagues"),
)


def say(world: World, question: str, likely: tuple[str, ...], alarm: Alarm) -> Answer:
    ranked = tuple(Ranked(world.policy.intent(name), 0.6 / (2**at)) for at, name in enumerate(likely))
    parse = Parse(question, (*ranked, Ranked("report_abuse", 0.1)), 1.0, alarm=alarm)
    return answer(question, parse, world.policy, rules=world.rules)


@pytest.mark.parametrize(("question", "like", "topic"), NO_INCIDENT)
def test_what_is_no_incident_gets_its_rule(world: World, question: str, like: str, topic: str) -> None:
    """The writer of a rant, a song, fair criticism and an older report are no abuse that is reported now."""
    given = say(world, question, (like, topic), Alarm(abuse=0.99))
    assert (given.kind, given.topic) == ("answer", topic)


@pytest.mark.parametrize(("question", "like"), INCIDENT)
def test_an_incident_beside_it_is_reported(world: World, question: str, like: str) -> None:
    """Who is abused, and whose report was followed by more, is offered a report."""
    assert say(world, question, (like,), Alarm(abuse=0.99)).kind == "report"


@pytest.mark.parametrize(("question", "like", "topic"), NO_INCIDENT)
def test_danger_in_what_is_no_incident_counts(world: World, question: str, like: str, topic: str) -> None:
    """No topic that takes a question keeps the safety message from it, or the DSL."""
    assert say(world, question, (like, topic), Alarm(danger=0.9, likeness=0.9)).kind == "danger"
    assert say(world, question, (like, topic), Alarm(concern=0.9, likeness=0.2)).kind == "concern"
