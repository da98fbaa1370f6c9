from datetime import timedelta
from typing import get_args

import pytest

from bot.assistant import words
from bot.assistant.dialogue import dump, lost_draft, restore, take_turn
from bot.content.world import World
from bot.domain.turns import (
    Content,
    Incoming,
    Pressed,
    Said,
    Sender,
    Session,
    SharedFile,
    ShowStatus,
    Submitted,
    Turn,
)
from bot.engine.parse import Parse, Ranked
from tests.support.screen import buttons_of, text_of
from tests.support.storyteller import MONDAY, TOKENS


def turn(content: Content, world: World, session: Session | None = None, parse: Parse | None = None) -> Turn:
    """One event."""
    incoming = Incoming("e", Sender("playground", "ana"), content)
    return take_turn(session or Session(TOKENS), incoming, (parse,) if parse else (), world, MONDAY)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        *(
            ("report", "report"),
            ("/report", "report"),
            ("  REPORT. ", "report"),
            ("report a picture", "image"),
        ),
        *(
            ("Photo check please", "picture"),
            ("please check my tweet", "draft"),
            ("My work, please.", "work"),
        ),
        *(("/report-status", "status"), ("/cases", "cases"), ("start over", "cancel"), ("help!", "help")),
        *(
            ("report the head for me?", None),
            ("help, please", None),
            ("Please stop", None),
            ("check this photo: Sam Kestrel", None),
            ("can I go back to school", None),
            ("x" * 20000, None),
            ("", None),
        ),
    ],
)
def test_words_that_are_commands(text: str, word: str | None) -> None:
    """A command is all that was typed, with or without a slash or "please"; all else is a question."""
    assert words.command(text) == word


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        *(
            ("status FED-7K3Q", "FED-7K3Q"),
            ("/report-status fed 7k3q", "FED-7K3Q"),
            ("Status: #fed7k3q.", "FED-7K3Q"),
        ),
        *(
            ("status “FED–7K3O”", "FED-7K30"),
            ("status\nfed abcd", "FED-ABCD"),
            ("status drill-7k3q", "DRILL-7K3Q"),
        ),
        *(("status FED-7K3Q JT8A-XPDQ-3HWP", "FED-7K3Q"), ("status fed-7k3q, code jt8axpdq3hwp", "")),
        *(
            ("status", ""),
            ("status federation", ""),
            ("FED-7K3Q", ""),
            ("statusfed-7k3q", ""),
            ("status 7k3q", ""),
        ),
    ],
)
def test_the_reference_after_status(text: str, reference: str) -> None:
    """After "status" a reference is read in any spelling, and a receipt code beside it is passed by."""
    assert words.reference(text) == reference


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        *(("audit", ""), ("/audit FED-7K3Q", "FED-7K3Q"), ("audit #fed 7k3o.", "FED-7K30")),
        *(("audit the accounts", None), ("auditing", None), ("who audits FED-7K3Q", None)),
    ],
)
def test_the_reference_after_audit(text: str, reference: str | None) -> None:
    """After "audit" as well; anything else is no audit."""
    assert words.audited(text) == reference


@pytest.mark.parametrize("word", get_args(words.Word))
def test_every_command_is_answered(world: World, word: str) -> None:
    """Each command says something or asks the services, with and without a report under way."""
    phrases = [phrase for phrase in ("report", "report image", "status", "cases", "help", "back") if phrase]
    phrases += [
        "save",
        "cancel",
        "resume",
        "hide",
        "ask the flt",
        "drill",
        "approve purge",
        "roster",
        "numbers",
    ]
    phrases += ["check a picture", "check a draft"]
    phrases += [
        "replies",
        "log a comment",
        "accounts",
        "new account",
        "governors' report",
        "training",
        "open questions",
        "my work",
    ]
    [phrase] = [phrase for phrase in phrases if words.command(phrase) == word]
    begun = turn(Said("report"), world).session
    for session in (Session(TOKENS), begun):
        done = turn(Said(phrase), world, session)
        assert done.replies or done.commands


def test_the_policy_command(world: World) -> None:
    """What follows /policy is a question."""
    intent = world.policy.intent("follow-former-student")
    parse = Parse("x", (Ranked(intent, 0.99),), 0.99)
    done = turn(Said("/policy can I follow a former student?"), world, parse=parse)
    assert "Staff are not permitted" in text_of(done.replies)
    assert done.session.last_topic == "follow-former-student"
    assert "How I can help" in text_of(turn(Said("/policy"), world).replies)


def test_status_by_reference(world: World) -> None:
    """A reference may be typed; a receipt code is only ever asked for in a form."""
    assert turn(Said("status fed-7k3q"), world).commands == (ShowStatus("FED-7K3Q"),)


def test_danger_first(world: World) -> None:
    """Words of danger get 999 and the DSL before anything else."""
    done = turn(Said("a child has just told me she is being hurt at home"), world)
    text = text_of(done.replies)
    assert "999" in text.split("\n")[0]
    assert "Designated Safeguarding Lead: 020 7946 0001" in text


def test_an_incident_offers_a_report(world: World) -> None:
    """Anybody who tells of an incident gets a button that starts a report."""
    parse = Parse("x", (Ranked("report_abuse", 0.99),), 0.99)
    done = turn(Said("someone is abusing us on our page"), world, parse=parse)
    assert ("report.start", "abuse") in {(b.action, b.value) for b in buttons_of(done.replies)}


def test_a_rule_below_a_report_brings_its_way_in(world: World) -> None:
    """Where the rule below an offered report leads to work, the button of that work stands there too."""
    guess = Parse(
        "a carer complained", (Ranked("policy_reply_within_24_hours", 0.43), Ranked("report_other", 0.5))
    )
    told = turn(Said("I need to record that a carer complained on our page"), world, parse=guess)
    assert "It sounds as if something has happened" in text_of(told.replies)
    assert "reply.log" in {button.action for button in buttons_of(told.replies)}


def test_an_incident_told_beside_an_open_report_gets_its_safety_words(world: World) -> None:
    """With a report under way, an incident that is told in the chat still brings what must be read first."""
    begun = turn(Pressed("report.start"), world).session
    parse = Parse("x", (Ranked("report_image", 0.99),), 0.99)
    incoming = Incoming(
        "e", Sender("playground", "ana"), Said("i took a photo of a girl changing by accident")
    )
    shown = text_of(take_turn(begun, incoming, (parse,), world, MONDAY).replies)
    assert world.rules.texts.report("image") in shown
    assert "Your report is still open" in shown


def test_an_open_report_is_spoken_of_once_an_hour(world: World) -> None:
    """Beside each answer it would drown it; an hour later, and after a restart, it is said again."""
    session = turn(Pressed("report.start"), world).session
    parse = Parse("x", (Ranked("report_image", 0.99),), 0.99)
    said = Incoming("e", Sender("playground", "ana"), Said("i took a photo of a girl changing by accident"))
    told = []
    for minutes in (0, 1, 59, 61):
        restored = restore(dump(session))
        assert restored is not None
        done = take_turn(restored, said, (parse,), world, MONDAY + timedelta(minutes=minutes))
        session = done.session
        assert world.rules.texts.report("image") in text_of(done.replies)
        told.append("Your report is still open" in text_of(done.replies))
    assert told == [True, False, False, True]


def test_a_topic_is_chosen(world: World) -> None:
    """A topic that was picked from a question asked back is answered; an unknown one is not."""
    done = turn(Pressed("ask.topic", "follow-former-student"), world)
    assert "Staff are not permitted" in text_of(done.replies)
    unknown = turn(Pressed("ask.topic", "no-such-topic"), world)
    assert "Nothing has changed." in text_of(unknown.replies)


@pytest.mark.parametrize(
    ("value", "said"), [("x|yes", "glad that helped"), ("x|no", "Would you like to ask for an answer")]
)
def test_feedback(world: World, value: str, said: str) -> None:
    """Both thumbs are thanked; a thumb down offers to ask the leadership team."""
    assert said in text_of(turn(Pressed("ask.feedback", value), world).replies)


@pytest.mark.parametrize(
    "content",
    [
        *(Pressed("nonsense", "x"), Pressed(""), Pressed("journey.nonsense"), Pressed("ask.topic", "")),
        *(Submitted("nonsense"), Submitted("journey.submit", "|||"), Submitted("journey.submit", "a|b|c")),
        *(Said(""), Said("😱"), Said("\x00"), SharedFile()),
    ],
)
def test_whatever_comes_is_answered(world: World, content: Content) -> None:
    """An unknown action, an unknown id or a strange text gets a clear sentence and changes nothing."""
    done = turn(content, world)
    assert text_of(done.replies).strip()
    assert not done.commands
    assert done.session.draft is None


def test_summaries_hold_no_private_word(world: World) -> None:
    """What stands in a notification never says what the report is about."""
    begun = turn(Pressed("report.start", "image"), world)
    assert {reply.summary for reply in begun.replies} == {"Your report, not sent yet"}


def test_the_same_turn_twice_is_the_same(world: World) -> None:
    """A turn depends on nothing but its arguments."""
    begun = turn(Said("report"), world)
    assert turn(Said("report"), world) == begun


def test_a_look_up_needs_both(world: World) -> None:
    """The look-up asks for reference and code, and keeps what was typed."""
    done = turn(Submitted("status.show", "", {"reference": ("FED-7K3Q",)}), world)
    assert not done.commands
    assert "FED-7K3Q" in text_of(done.replies)
    assert "Please fill this in." in text_of(done.replies)


def test_an_addition_is_looked_at_first(world: World) -> None:
    """A password in an addition is asked about, and goes through where it is kept on purpose."""
    fields = {"text": ("the password is Sunflower42",)}
    asked = turn(Submitted("report.add", "FED-7K3Q", fields), world)
    assert not asked.commands
    kept = turn(Submitted("report.add", "FED-7K3Q", {**fields, "keep_as_is": ("yes",)}), world)
    assert kept.commands


def test_a_lost_draft_is_owned_up_to(world: World) -> None:
    """Somebody whose unfinished report cannot be read is told so, and that nothing of it was sent."""
    done = lost_draft(Session(TOKENS), world)
    assert "nothing of it was sent" in text_of(done.replies)
