"""What may stand in a chat, and what stands there for the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.asking import conversation
from bot.asking.answer import answer_topic
from bot.channels.common.desk import doubts
from bot.channels.common.messages import is_about_cases, is_private, merged
from bot.channels.common.sharing import answered_topic, shared, with_share
from bot.channels.slack.chats import in_chat, leads_to_modal
from bot.content.world import World
from bot.domain.messages import Button, Buttons, Callout, Heading, Message, Paragraph, Progress
from bot.domain.turns import Content, Pressed, Said, Submitted
from bot.following import forms
from bot.reporting.after_send import not_saved

TOPIC = "follow-former-student"
STEP = Message((Progress(1, 6), Heading("Is anyone in danger?")), "A report", replaces="journey")
HIDDEN = Message(
    (Paragraph("Hidden."), Buttons((Button("Show", "journey.resume"),))), "A report", replaces="journey"
)
DETAILS = Message((Heading("FED-7K3Q"),), "FED-7K3Q", replaces="details:FED-7K3Q", ephemeral=True)
NOT_SENT = Message((Callout("warning", "Not sent"),), "Not sent", ephemeral=True)
CARD = Message((Heading("FED-7K3Q"),), "FED-7K3Q", replaces="card:FED-7K3Q", ephemeral=True)
ROSTER = Message((Heading("The roster"),), "The roster", replaces="roster", ephemeral=True)
AUDIT = Message((Heading("FED-7K3Q"),), "FED-7K3Q", replaces="audit:FED-7K3Q", ephemeral=True)
RECEIPT = Message((Callout("success", "Received"),), "Received", replaces="journey", ephemeral=True)


def answer(world: World, topic: str = TOPIC) -> Message:
    """The answer to a topic."""
    return conversation.show(answer_topic(topic, world.policy, world.rules), world)


def opened(message: Message) -> tuple[str, str]:
    """What the button of an opener does."""
    (button,) = [item for block in message.blocks if isinstance(block, Buttons) for item in block.items]
    return button.action, button.value


def test_a_report_never_stands_in_a_chat(world: World) -> None:
    """Steps, forms and private views are shown in modals alone; answers and faults may stand in a chat."""
    for message in (
        STEP,
        HIDDEN,
        DETAILS,
        RECEIPT,
        forms.status_form(world),
        forms.text_form(forms.ADD, "FED-7K3Q", world),
    ):
        assert is_private(message)
    for message in (answer(world), not_saved(world)):
        assert not is_private(message)


@pytest.mark.parametrize(
    ("message", "asked", "opens"),
    [
        (STEP, Said("report"), ("journey.resume", "")),
        (STEP, Pressed("report.start", "image"), ("journey.resume", "")),
        (DETAILS, Pressed("case.details", "FED-7K3Q"), ("case.details", "FED-7K3Q")),
        (RECEIPT, Pressed("journey.send", "draft|review|"), ("status.show", "")),
        (NOT_SENT, Pressed("journey.send", "draft|review|"), ("journey.resume", "")),
        (ROSTER, Said("the roster"), ("word.say", "roster")),
        (CARD, Said("status FED-7K3Q"), ("case.show", "FED-7K3Q")),
        (AUDIT, Said("audit FED-7K3Q"), ("word.say", "audit FED-7K3Q")),
    ],
)
def test_what_stands_there_opens_it_again(
    message: Message, asked: Content, opens: tuple[str, str], world: World
) -> None:
    """A button opens what a chat may not hold; of an anonymous receipt not even which report it was."""
    shown = in_chat(message, asked, world.door)
    assert opened(shown) == opens
    assert not is_private(shown)


def test_hide_is_answered_as_what_it_does(world: World) -> None:
    """Typed in a chat, it says that a report is hidden, or that the chat stays; it opens no form."""
    blank = replace(HIDDEN, replaces="blank", ephemeral=True, hides=True)
    (said,) = in_chat(blank, Said("hide"), world.door).blocks
    assert said == Paragraph(world.door.chat.stays)
    hidden = replace(HIDDEN, hides=True)
    assert in_chat(hidden, Said("hide"), world.door) == hidden


def test_a_form_is_opened_by_its_own_button(world: World) -> None:
    """A form outside a journey is opened again as what it is."""
    form = forms.text_form(forms.ADD, "FED-7K3Q", world)
    assert opened(in_chat(form, Pressed("report.add", "FED-7K3Q"), world.door)) == ("report.add", "FED-7K3Q")


def test_an_answer_stands_as_it_is(world: World) -> None:
    """An answer in a chat is the answer."""
    assert in_chat(answer(world), Said("?"), world.door) == answer(world)


def test_only_answers_can_be_shared(world: World) -> None:
    """The button that shares is on answers alone, and what is shared has no button and no question."""
    assert answered_topic(answer(world)) == TOPIC
    assert answered_topic(not_saved(world)) == ""
    offered = with_share(answer(world), "C1|1.2", world.door)
    (button,) = [block for block in offered.blocks if isinstance(block, Buttons)][-1].items
    assert (button.action, button.value) == ("channel.share", f"{TOPIC}|C1|1.2")
    assert with_share(not_saved(world), "C1|1.2", world.door) == not_saved(world)
    posted = shared(TOPIC, "Ana", world)
    assert not [block for block in posted.blocks if isinstance(block, Buttons)]
    assert "Ana" in str(posted.blocks[0])


def test_modals_are_opened_where_the_answer_belongs_in_one() -> None:
    """Journeys, forms and case views are awaited in a modal; answers and acknowledgements are not."""
    for action in (
        "report.start",
        "journey.choose",
        "status.show",
        "case.details",
        "case.close",
        "report.read",
        "account.request",
    ):
        assert leads_to_modal(Pressed(action))
    for action in ("ask.topic", "ask.feedback", "case.acknowledge", "case.take"):
        assert not leads_to_modal(Pressed(action))
    assert leads_to_modal(Submitted("report.start"))
    assert leads_to_modal(Pressed("word.say", "audit"))
    assert not leads_to_modal(Pressed("word.say", "numbers"))
    assert not leads_to_modal(Said("report"))


def test_what_is_about_cases_is_known() -> None:
    """A press on a case and the command for the list, in any spelling, are for the roster alone."""
    assert is_about_cases(Pressed("case.acknowledge", "FED-7K3Q"))
    assert is_about_cases(Said("/Cases"))
    assert not is_about_cases(Said("in which cases may I post?"))
    assert not is_about_cases(Pressed("report.start"))


def test_a_modal_shows_everything_that_was_said(world: World) -> None:
    """Several messages become one, in their order."""
    both = merged((answer(world), STEP))
    assert both.blocks == (*answer(world).blocks, *STEP.blocks)
    assert both.replaces == "journey"


@pytest.mark.parametrize(
    ("content", "doubted"),
    [
        (Pressed("case.acknowledge", "FED-7K3Q"), True),
        (Submitted("case.close", "FED-7K3Q"), True),
        (Pressed("roster.away"), True),
        (Submitted("reply.answer", "0"), True),
        (Pressed("ask.feedback"), False),
        (Submitted("journey.answer", ""), False),
        (Said("cases"), False),
    ],
)
def test_who_acts_on_a_case_is_asked_again(content: Content, doubted: bool) -> None:
    """A press or form on a case or the roster asks the platform again who it is from; nothing else does."""
    assert doubts(content) is doubted
