"""A question in a conversation: More, Not what I meant, a report's status, numbers out of hours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.assistant.dialogue import take_turn
from bot.content.world import World
from bot.domain.messages import Bullets, Callout, Paragraph, Quote
from bot.domain.turns import Incoming, Pressed, Said, Sender, Session, ShowStatus, Tokens, Turn
from bot.engine.parse import Alarm, Parse, Ranked
from tests.support.screen import text_of

TERM = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
FOLLOW = "follow-former-student"


def turn(world: World, content: Said | Pressed, parse: Parse | None = None, now: datetime = TERM) -> Turn:
    session = Session(Tokens("d", "FED-2222", "c"))
    return take_turn(
        session, Incoming("e", Sender("playground", "ana"), content), (parse,) if parse else (), world, now
    )


def test_more_shows_the_rest_of_an_answer(world: World) -> None:
    """The press on More shows clauses, unclear points and notes; the session stays as it was."""
    done = turn(world, Pressed("ask.more", f"{FOLLOW},student-follows-me"))
    blocks = done.replies[0].blocks
    assert any(
        isinstance(block, Callout) and block.title == "Where the policy is unclear" for block in blocks
    )
    assert next(block.clause for block in blocks if isinstance(block, Quote)) == "sm-094"
    assert done.session.last_topic == ""


def test_not_what_i_meant_asks_which(world: World) -> None:
    """The other readings are asked about, and whatever comes next is not asked back again."""
    done = turn(world, Pressed("ask.other", f"{FOLLOW},student-follows-me"))
    assert done.session.clarifying
    assert world.policy.topics[FOLLOW].question in str(done.replies[0])


@pytest.mark.parametrize("action", ["ask.more", "ask.other"])
@pytest.mark.parametrize("value", ["", "no-such-topic", ",,,", "x" * 2_000])
def test_forged_press_changes_nothing(world: World, action: str, value: str) -> None:
    """A value of no known topic, from an old or a forged button, says so and keeps the session."""
    done = turn(world, Pressed(action, value))
    assert done.replies[0].blocks[0] == Paragraph(world.playbook.texts.dialogue.unknown_action)
    assert done.session.last_topic == ""


@pytest.mark.parametrize("text", ["any news on FED 7K3Q?", "#fed-7k3q", "status fed-7k3q"])
def test_reference_leads_to_its_report(world: World, text: str) -> None:
    """However the reference is written, the report's status is asked for."""
    assert turn(world, Said(text)).commands == (ShowStatus("FED-7K3Q"),)


def test_where_is_my_report_leads_to_its_status(world: World) -> None:
    """Asked in words, the sender's own reports are shown, and no policy is looked up."""
    asked = "where is my report?"
    done = turn(world, Said(asked), Parse(asked, (Ranked("out_of_scope", 1.0),), 0.0))
    assert done.commands == (ShowStatus(),)
    assert done.replies == ()


def numbers(done: Turn) -> list[str]:
    return [item for block in done.replies[0].blocks if isinstance(block, Bullets) for item in block.items]


def test_numbers_that_answer_now_stand_first(world: World) -> None:
    """After 999 the safeguarding lead stands first in school hours, and at night those who answer then."""
    text = "a pupil is going to hurt himself"
    parse = Parse(text, (Ranked("danger", 1.0),), 1.0, Alarm(danger=0.99))
    by_day, by_night = (numbers(turn(world, Said(text), parse, now)) for now in (TERM, NIGHT))
    assert by_day[0] == by_night[0] == "Police in an emergency: 999"
    assert "Designated Safeguarding Lead" in by_day[1]
    assert "social care" in by_night[1].casefold()
    assert set(by_day) == set(by_night)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("a photo of pupils changing is on my phone", "report_image"),
        ("may I post it " * 12, f"policy_{FOLLOW}"),
    ],
)
def test_at_night_the_lead_does_not_stand_alone(world: World, text: str, intent: str) -> None:
    """Where an answer names the DSL, those who answer at night stand before them, and by day not at all."""
    parse = Parse(text, (Ranked(intent, 1.0),), 1.0)
    by_day, by_night = (text_of(turn(world, Said(text), parse, now).replies) for now in (TERM, NIGHT))
    lead = f"{world.federation.contacts['dsl'].label}:"
    assert lead in by_day
    for key in ("childrens_social_care", "police_non_emergency"):
        other = str(world.federation.contacts[key])
        assert other not in by_day
        assert other in by_night.partition(lead)[0]


def test_concern_puts_the_lead_first_without_the_banner(world: World) -> None:
    """A concern names the safeguarding lead before anything else, and shows no banner of danger."""
    text = "a pupil has become very quiet"
    parse = Parse(text, (Ranked("out_of_scope", 1.0),), 0.1, Alarm(concern=0.95))
    done = turn(world, Said(text), parse)
    first = done.replies[0].blocks[0]
    assert isinstance(first, Callout)
    assert (first.tone, first.title) == ("warning", world.rules.texts.concern_title)
    assert any("Designated Safeguarding Lead" in line for line in numbers(done))


def test_whom_to_ask_is_answered_with_numbers(world: World) -> None:
    """ "Who is the DSL" gets the line of the configuration, marked as not from the policy."""
    asked = "who is the DSL?"
    done = turn(world, Said(asked), Parse(asked, (Ranked("out_of_scope", 1.0),), 0.0))
    assert any("Designated Safeguarding Lead" in line for line in numbers(done))
    assert world.rules.texts.whom_source in str(done.replies[0])


def test_other_language_is_told_so_with_numbers(world: World) -> None:
    """A text that is not English is never called "not in the policy"."""
    asked = "puis-je suivre un élève"
    done = turn(world, Said(asked), Parse(asked, (Ranked("out_of_scope", 1.0),), 0.0, english=False))
    shown = str(done.replies[0])
    assert "I read English only" in shown
    assert "999" in shown
    assert world.rules.texts.not_covered not in shown
