"""The payloads of the pictures: the real core over the demo Federation, drawn as Slack's door draws them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.assistant.desk import row
from bot.channels.common.look import Look
from bot.channels.slack.drawing import post_of
from bot.channels.slack.parts import Payload
from bot.channels.slack.views import HomeParts, home_view, modal
from bot.domain.messages import Buttons, Form, Message
from bot.domain.turns import Pressed, Said, Sender, Submitted
from tests.support.desk import Desk

_TOPIC = "follow-former-student"
_PICKED = {
    "platform": "instagram",
    "link": "https://www.instagram.com/p/C9x2",
    "what": "Comments under the school's post make fun of a student by their nickname, and are shared on.",
}


@dataclass(frozen=True)
class Picture:
    """A payload with its frame, and the name of the place where it was posted."""

    name: str
    frame: Literal["posted", "modal", "home"]
    payload: Payload
    where: str = ""


def all_pictures(folder: Path) -> Iterator[Picture]:
    """Every picture, over a database in `folder`."""
    desk = Desk.open(folder)
    try:
        yield from _pictures(desk)
    finally:
        desk.close()


def _pictures(desk: Desk) -> Iterator[Picture]:
    world = desk.product.context.world
    look = Look.of(world)
    (answer,) = desk.send("ana", Pressed("ask.topic", _TOPIC))
    yield Picture("slack-answer", "posted", post_of(answer, look), "Signpost")
    step, review, _receipt = reported(desk, "ana")
    yield Picture("slack-report", "modal", modal(step, look))
    yield Picture("slack-review", "modal", modal(review, look))
    for school in ("northgate", "southmere"):
        desk.report("joe", school=school)
        desk.later(minutes=40)
    desk.work()
    yield Picture("slack-card", "posted", post_of(desk.notebook.seen["flt"][0][1], look), "🔒 flt-reports")
    (mine,) = desk.send("farid", Said("/report-status"))
    (cases,) = desk.send("farid", Said("/cases"))
    (waits,) = desk.send("farid", Said("my work"))
    always = row(world, Sender("playground", "farid"))
    yield Picture("slack-home", "home", home_view(HomeParts.of(world, mine, cases, waits, always), look))


def reported(desk: Desk, user: str) -> tuple[Message, Message, Message]:
    """A report of abuse told to its end: the step with the most fields, the review, and the receipt."""
    (shown,) = desk.send(user, Pressed("report.start", "abuse"))
    fullest = shown
    for _ in range(40):
        if _button(shown, "journey.send") is not None:
            break
        form = _form(shown)
        if form is not None and len(form.fields) >= len((_form(fullest) or Form("", "", (), "")).fields):
            fullest = shown
        (shown,) = desk.send(user, _next(shown))
    sending = _button(shown, "journey.send")
    assert sending is not None
    (receipt,) = desk.send(user, sending)
    return fullest, shown, receipt


def _form(message: Message) -> Form | None:
    return next((block for block in message.blocks if isinstance(block, Form)), None)


def _button(message: Message, action: str, wanted: str = "") -> Pressed | None:
    buttons = [item for block in message.blocks if isinstance(block, Buttons) for item in block.items]
    found = [item for item in buttons if item.action == action]
    best = [item for item in found if item.value.endswith(f"|{wanted}")] if wanted else found
    return Pressed(best[0].action, best[0].value) if best else None


def _next(message: Message) -> Pressed | Submitted:
    form = _form(message)
    if form is not None:
        given = {field.name: _PICKED[field.name] for field in form.fields if field.name in _PICKED}
        needed = {
            field.name: field.options[0].value if field.options else "2026-11-20T10:00"
            for field in form.fields
            if field.required and field.name not in given
        }
        values = {**needed, **given}
        return Submitted(form.action, form.value, {name: (value,) for name, value in values.items()})
    for wanted in ("abuse", "no", "northgate", "named", "go_on", "skip"):
        if pressed := _button(message, "journey.choose", wanted):
            return pressed
    pressed = _button(message, "journey.choose")
    assert pressed is not None
    return pressed
