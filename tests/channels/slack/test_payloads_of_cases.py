"""Cases in every state, for everybody who sees them: drawn for Slack within its limits, with every word."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.casework.cases_seen import AT_ONCE
from bot.channels.common.look import Look
from bot.channels.slack.drawing import blocks_of, post_of
from bot.channels.slack.views import HomeParts, home_view, modal
from bot.content.world import World
from bot.domain.messages import Form, Message
from bot.domain.turns import Pressed, Said
from tests.slack_double.render.pictures import all_pictures
from tests.support.desk import Desk

from . import screens
from .payloads import elements_of, faults, lost, said, squeezed

NOTE = "Every word of this note is kept. " * 100
PRIVATE = "secretword"
# What can be opened of a case, and what its forms ask.
SHOWN = (
    *("show", "details", "clauses", "assign", "note", "ask", "refer", "close", "reopen", "more"),
    *("assess", "advice", "task", "urgent", "calm", "link", "restrict", "hold", "release", "recuse"),
    "investigate",
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The product with the demo Federation, on a database of its own."""
    found = Desk.open(tmp_path)
    yield found
    found.close()


def check(message: Message, look: Look) -> None:
    """As a message and as a modal: no fault, no silent loss, and no private word in the fall-back text."""
    payload, view = post_of(message, look), modal(message, look)
    assert faults(payload) == []
    assert faults(view) == []
    assert PRIVATE not in payload["text"]
    has_form = any(isinstance(block, Form) for block in message.blocks)
    more = (look.texts.more, look.texts.more_cases.text.partition("{count}")[2])
    assert has_form or not lost(message, payload) or any(squeezed(text) in said(payload) for text in more)
    assert not lost(message, view) or any(squeezed(text) in said(view) for text in more)


def seen_by_all(desk: Desk, reference: str, holder: str) -> Iterator[Message]:
    """What each kind of person can open of a case, and every form."""
    for user in (holder, "farid", "ana"):
        for action in SHOWN:
            yield from desk.send(user, Pressed(f"case.{action}", reference))
    yield from desk.send("ana", Said("/report-status"))
    yield from desk.send("ana", Pressed("report.read", reference))
    yield from desk.send("ana", screens.sent("report.answer", reference, text="x" * 4001))
    yield from (message for seen in desk.notebook.seen.values() for _, message in seen)


def report(desk: Desk, kind: str, mode: str = "named") -> str:
    """A report with every answer at its longest."""
    slots = screens.slots_of(desk.product.context.world, kind, mode, open_route=kind != "colleague")
    long = {name: "|".join(values) for name, values in slots.items()}
    return desk.report("ana", None, **{**long, "what": f"{PRIVATE} {screens.LONG}"[:4000]}).reference


@pytest.mark.parametrize("kind", ["abuse", "image", "question", "colleague"])
def test_every_state_of_a_case_can_be_shown(desk: Desk, look: Look, kind: str) -> None:
    """From received to reopened, with long notes: cards, details, forms, notices and what reporters read."""
    reference = report(desk, kind)
    holder = next(user for user in ("farid", "dina", "eleanor", "maya") if _may(desk, user, reference))

    def all_shown() -> None:
        desk.work()
        for message in seen_by_all(desk, reference, holder):
            check(message, look)

    all_shown()
    assert ("flt" in desk.notebook.seen) == (kind != "colleague")
    desk.press(holder, "case.acknowledge", reference)
    for _ in range(4):
        desk.fill(holder, "case.note", reference, note=NOTE)
    task = "Ask for the post to be removed. " * 5
    for _ in range(4):
        desk.fill(holder, "case.task", reference, task=task, person=holder, due="2026-11-24T12:00")
    asked = desk.fill(holder, "case.ask", reference, question=NOTE)
    referred = desk.fill(holder, "case.refer", reference, agency="lado", at="2026-11-23T08:00", advice=NOTE)
    assert "Form(" not in asked + referred
    desk.fill("ana", "report.add", reference, text=NOTE)
    all_shown()
    second = desk.close_somehow(holder, reference, reason=NOTE, answer=NOTE)
    if second:
        for action in ("case.close", "case.details", "case.agree", "case.decline"):
            for message in desk.send(second, Pressed(action, reference)):
                check(message, look)
        desk.agree(second, reference)
    assert "Status: Closed" in desk.press(holder, "case.show", reference)
    all_shown()
    desk.fill(holder, "case.reopen", reference, reason=NOTE)
    assert "Status: Closed" not in desk.press(holder, "case.show", reference)
    desk.later(hours=200)
    all_shown()


def _may(desk: Desk, user: str, reference: str) -> bool:
    return "Nothing has changed" not in desk.press(user, "case.note", reference)


def test_wrong_forms_show_what_was_typed(desk: Desk, look: Look) -> None:
    """A form that comes back has its errors and its words, and a refusal is a message like any other."""
    reference, texts = desk.report(kind="colleague").reference, desk.product.context.texts.errors
    desk.press("farid", "case.acknowledge", reference)
    desk.press("farid", "case.details", reference)
    too_long = texts.too_long.fill(limit=4000)
    for action, fields, typed, errors in (
        ("case.note", {"note": "x" * 4001}, "x" * 1000, [too_long]),
        (
            "case.close",
            {"outcome": "nothing", "reason": "Too few."},
            "Too few.",
            [texts.outcome, texts.reason],
        ),
        ("case.assign", {"person": "nobody"}, "", [texts.person]),
        ("case.nonsense", {}, "", []),
    ):
        (message,) = desk.send("farid", screens.sent(action, reference, **fields))
        check(message, look)
        view = modal(message, look)
        assert [text for text in errors if squeezed(text) not in said(view)] == []
        assert typed in json.dumps(view)


def reached(desk: Desk, message: Message, look: Look) -> set[str]:
    """The cases that can be opened from a list as it is drawn, and from those after it."""
    check(message, look)
    buttons = elements_of({"blocks": blocks_of(message, look)})
    found = {one["value"] for one in buttons if "case.show" in one["action_id"]}
    after = [one["value"] for one in buttons if one["text"]["text"].startswith("Next")]
    if after:
        found |= reached(desk, desk.send("farid", Pressed("case.list", after[0]))[0], look)
    return found


@pytest.mark.parametrize("count", [0, 1, 20, 50])
def test_many_cases_are_listed(desk: Desk, look: Look, world: World, count: int) -> None:
    """Each of fifty cases can be opened from the list, or from those that its buttons lead to."""
    every = {desk.report().reference for _ in range(count)}
    (message,) = desk.send("farid", Said("/cases"))
    assert reached(desk, message, look) == every
    home = home_view(HomeParts.of(world, None, message), look)
    assert faults(home) == []
    assert len([one for one in elements_of(home) if "case.show" in one["action_id"]]) == min(count, AT_ONCE)
    home = home_view(HomeParts.of(world, desk.send("ana", Said("/report-status"))[0], message), look)
    assert faults(home) == []


def test_the_pictures_are_of_payloads_that_slack_takes(tmp_path: Path) -> None:
    """What the documentation shows is what the product sends."""
    pictures = list(all_pictures(tmp_path))
    assert [picture.frame for picture in pictures] == ["posted", "modal", "modal", "posted", "home"]
    assert [fault for picture in pictures for fault in faults(picture.payload)] == []
