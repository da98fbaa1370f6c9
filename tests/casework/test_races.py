"""Two things that people do to a case at the same moment: whichever is first, what is stored is one story."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from bot.storage.reports import history, report_by_reference
from tests.people.test_roster import holder, proposal
from tests.support.desk import REASON, Desk

ROUNDS = range(4)
NOT_SAVED = "NOT saved"


def at_once(*acts: Callable[[], str]) -> list[str]:
    """What each reads, all let go at the same moment."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], str]) -> str:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def events(desk: Desk, reference: str) -> list[str]:
    with desk.product.database.transaction() as tx:
        report = report_by_reference(tx, desk.product.context.vault, reference)
        assert report is not None
        return [entry.event for entry in history(tx, report)]


def stage(desk: Desk, reference: str) -> str:
    return holder(desk, reference)[1]


@pytest.mark.parametrize("number", ROUNDS)
def test_closed_and_opened_again_at_once(desk: Desk, number: int) -> None:
    """Closing and opening are each done or refused, in the order that the history and the card tell."""
    reference = desk.report().reference
    desk.work()
    desk.press("beth", "case.acknowledge", reference)
    desk.press("beth", "case.details", reference)
    acts: list[Callable[[], str]] = [
        lambda: desk.close_case("beth", reference, outcome="advice_given"),
        lambda: desk.fill("dina", "case.reopen", reference, reason=REASON),
    ]
    said = at_once(*(acts if number % 2 else reversed(acts)))
    assert not any(NOT_SAVED in answer for answer in said)
    done = [event for event in events(desk, reference) if event in ("close", "reopen")]
    assert done in (["close"], ["close", "reopen"])
    assert (stage(desk, reference) == "closed") == (done == ["close"])
    assert any("open again" in answer for answer in said) == ("reopen" in done)
    desk.work()
    [card] = [found for found in desk.notebook.texts("flt") if reference in found]
    assert ("Closed" in card) == (done == ["close"])


@pytest.mark.parametrize("number", ROUNDS)
def test_linked_and_restricted_at_once(desk: Desk, number: int) -> None:
    """A case that leaves the channel while it is linked is named on no card there, to nobody outside."""
    older, newer = (desk.report(user, kind="colleague").reference for user in ("ana", "joe"))
    desk.work()
    acts: list[Callable[[], str]] = [
        lambda: desk.fill("farid", "case.link", older, reference=newer),
        lambda: desk.fill("eleanor", "case.restrict", newer, why="It is about somebody on the team."),
    ]
    said = at_once(*(acts if number % 2 else reversed(acts)))
    assert not any(NOT_SAVED in answer for answer in said)
    desk.work(rounds=10)
    with desk.product.database.transaction() as tx:
        query = text("SELECT restricted FROM reports WHERE reference = :name")
        assert tx.execute(query, {"name": newer}).scalar_one()
    assert not any(newer in found for found in desk.notebook.texts("flt"))
    assert newer not in desk.press("grace", "case.show", older)
    assert newer not in desk.press("grace", "case.details", older)


@pytest.mark.parametrize("number", ROUNDS)
def test_a_press_and_the_end_of_its_presser_at_once(desk: Desk, number: int) -> None:
    """Who leaves the roster while they take a case does not keep it: it waits for the others again."""
    reference = desk.report("joe", kind="colleague").reference
    desk.work()
    desk.fill("eleanor", "roster.leave", "", person="tom", reason="Has left us.", to="")
    name = proposal(desk)
    acts: list[Callable[[], str]] = [
        lambda: desk.press("tom", "case.acknowledge", reference),
        lambda: desk.press("ivan", "roster.confirm", name),
    ]
    said = at_once(*(acts if number % 2 else reversed(acts)))
    assert not any(NOT_SAVED in answer for answer in said)
    assert any("Confirmed" in answer for answer in said)
    desk.later(seconds=11)
    desk.work(rounds=10)
    assert holder(desk, reference)[0] == ""
    assert "You have acknowledged" in desk.press("grace", "case.acknowledge", reference)
    assert "not on the roster" in desk.press("tom", "case.details", reference)
