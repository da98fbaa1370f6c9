"""A picture taken by accident: the FLT's channel has its card, and no member of the FLT works on it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.assistant.assistant import Assistant
from bot.casework.context import Context, CurrentWorld, Work
from bot.casework.next_told import next_people
from bot.content.world import World
from bot.delivery.sender import RefusedFault
from bot.domain.access import Condition
from bot.storage.reports import people_of, report_by_reference
from tests.delivery.test_covers import away
from tests.delivery.test_reminders import reminded
from tests.support.desk import Desk

FLT = {"farid", "grace", "tom"}
TASK = {"task": "Ask for the deletion", "person": "farid", "due": "2026-11-24T10:00"}


def in_world(desk: Desk, world: World) -> None:
    """The product as if it had been started with this world."""
    context = replace(desk.product.context, current=CurrentWorld(world))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, desk.product.engine))


@pytest.mark.parametrize("cover", ["maya", "colin", "susan", "tom"])
def test_who_stands_in_for_a_member_opens_it_as_little(desk: Desk, cover: str) -> None:
    """Chair, data-protection lead or anybody: they see the card, and neither open nor take the case."""
    away(desk, cover=cover)
    reference = desk.report(kind="image").reference
    desk.work(rounds=20)
    assert f"{reference} · Compromising picture" in desk.press(cover, "case.show", reference)
    for action in ("case.details", "case.acknowledge", "case.close"):
        assert "Your role does not allow this" in desk.press(cover, action, reference)


def test_who_stands_in_for_the_business_manager_opens_it(desk: Desk) -> None:
    """What the one away was told by the route opens it to the cover, a member of the FLT too."""
    away(desk, "beth", "grace")
    reference = desk.report(kind="image").reference
    assert "The report" in desk.press("grace", "case.details", reference)


def test_a_member_is_not_chased_for_what_they_cannot_take(desk: Desk) -> None:
    """Before the ladder's end those are reminded who may take it, however urgent it is; afterwards all."""
    desk.report(kind="image", danger_read="yes")
    for _ in range(2):
        desk.work(rounds=20)
        desk.later(minutes=10)
    desk.work(rounds=20)
    assert reminded(desk, "beth", "dina") == {"beth": 2, "dina": 2}
    assert not reminded(desk).keys() & FLT
    for _ in range(3):
        desk.later(minutes=10)
        desk.work(rounds=20)
    desk.later(hours=8)
    desk.work(rounds=20)
    assert reminded(desk).keys() >= FLT


def test_the_channels_card_alone_delivers_nothing(desk: Desk) -> None:
    """Where nobody who could work on it was reached, its reporter learns that, as of any report."""
    desk.notebook.refuses = dict.fromkeys(("beth", "dina", "eleanor", "ravi", "lucy"), RefusedFault("gone"))
    desk.report(kind="image")
    for _ in range(8):
        desk.work(rounds=30)
        desk.later(minutes=30)
    desk.work(rounds=30)
    assert any("has not reached anybody yet" in text for text in desk.notebook.texts("ana"))


def test_a_task_of_who_may_open_it_no_more_is_its_holders(desk: Desk) -> None:
    """After the update that takes the details from the FLT the holder is reminded of a member's task."""
    world = desk.product.context.current.world
    before: dict[str, Condition] = {"flt": "open_route"}
    older = {
        action: {**granted, **before} for action, granted in world.permissions.items() if "flt" in granted
    }
    in_world(desk, replace(world, permissions={**world.permissions, **older}))
    reference = desk.report(kind="image").reference
    desk.press("beth", "case.acknowledge", reference)
    assert "Your role" not in desk.fill("beth", "case.task", reference, **TASK)
    desk.work(rounds=20)
    in_world(desk, world)
    desk.later(days=1, hours=4)
    desk.work(rounds=30)
    assert "Work on cases that waits for you" in " ".join(desk.notebook.texts("beth"))
    assert "Work on cases that waits for you" not in " ".join(desk.notebook.texts("farid"))


def next_names(context: Context, desk: Desk, reference: str) -> tuple[str, ...]:
    with desk.product.database.transaction() as tx:
        report = report_by_reference(tx, context.vault, reference)
        assert report is not None
        work = Work(tx, context, desk.now)
        return next_people(work.context, report, people_of(tx, report), frozenset({"ravi", "lucy"}))


def test_its_ladder_leaves_the_flt_out_though_the_rows_have_changed(desk: Desk) -> None:
    """What a stored case is decides, as it decides who may open it, and not what the table says today."""
    reference = desk.report(kind="image").reference
    world = desk.product.context.current.world
    rows = tuple(row for row in world.playbook.rows if row.id != "image_accident")
    in_world(desk, replace(world, playbook=replace(world.playbook, rows=rows)))
    assert next_names(desk.product.context, desk, reference) == ("eleanor",)


def test_the_headteacher_works_on_it_from_the_channel(desk: Desk) -> None:
    """The channel's card has buttons that no member may use: the Executive Headteacher reads it too."""
    reference = desk.report(kind="image").reference
    desk.work(rounds=20)
    (card,) = (text for text in desk.notebook.texts("flt") if reference in text)
    assert {"Acknowledge", "Open details"} <= set(re.findall(r"\[([^]]+)\]", card))
    assert "You have acknowledged" in desk.press("eleanor", "case.acknowledge", reference)
