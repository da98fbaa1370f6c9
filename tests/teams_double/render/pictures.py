"""The cards of the pictures: the real core over the demo Federation, drawn as Teams' door draws them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.channels.common.look import Look
from bot.channels.teams.drawing import card_of
from bot.channels.teams.ids import Element
from bot.domain.turns import Pressed
from tests.slack_double.render.pictures import reported
from tests.support.desk import Desk

_TOPIC = "follow-former-student"


@dataclass(frozen=True)
class Picture:
    """A card, and the name of the chat in which it stands."""

    name: str
    card: Element
    where: str = "Signpost"


def all_pictures(folder: Path) -> Iterator[Picture]:
    """Every picture, over a database in `folder`."""
    desk = Desk.open(folder)
    try:
        yield from _pictures(desk)
    finally:
        desk.close()


def _pictures(desk: Desk) -> Iterator[Picture]:
    look = Look.of(desk.product.context.world)
    (answer,) = desk.send("ana", Pressed("ask.topic", _TOPIC))
    yield Picture("teams-answer", card_of(answer, look))
    step, review, _receipt = reported(desk, "ana")
    yield Picture("teams-report", card_of(step, look))
    yield Picture("teams-review", card_of(review, look))
    for school in ("northgate", "southmere"):
        desk.report("joe", school=school)
        desk.later(minutes=40)
    desk.work()
    yield Picture("teams-card", card_of(desk.notebook.seen["flt"][0][1], look), "🔒 FLT reports")
