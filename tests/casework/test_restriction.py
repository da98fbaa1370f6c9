"""Who has a case from now on: moved to restricted, or somebody has stepped back from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.app import new_tokens
from bot.assistant.assistant import Assistant
from bot.delivery.sender import PassingFault, UnclearFault
from bot.domain.turns import Said
from tests.casework.test_work import CLOSED
from tests.delivery.test_notices import withhold
from tests.following.test_status import status
from tests.support.desk import Desk, text_of

WHY = "Zanzibar is about to be told of it."


@pytest.fixture
def threaded(desk: Desk) -> Desk:
    """A desk whose platform has threads."""
    context = replace(desk.product.context, threads=("playground",))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, desk.product.engine))
    return desk


def colleague(desk: Desk, **slots: str) -> str:
    return desk.report("ana", None, kind="colleague", **slots).reference


def restrict(desk: Desk, user: str, reference: str) -> str:
    return desk.fill(user, "case.restrict", reference, why=WHY)


def listed(desk: Desk, user: str) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said("cases")))


def holder(desk: Desk, reference: str) -> tuple[str, str]:
    with desk.product.database.transaction() as tx:
        query = text("SELECT stage, holder FROM reports WHERE reference = :name")
        row = tx.execute(query, {"name": reference}).one()
    return row.stage, row.holder


def assert_gone_from_the_flt(desk: Desk, reference: str) -> None:
    """Nothing of it in the channel, in their lists, or behind any press."""
    assert reference not in "".join(desk.notebook.texts("flt"))
    for member in ("farid", "grace", "tom"):
        assert reference not in listed(desk, member)
        for name in ("show", "details", "acknowledge", "take", "note", "more", "assess", "recuse", "clauses"):
            answer = desk.press(member, f"case.{name}", reference)
            assert answer == desk.press(member, f"case.{name}", "FED-ZZZZ")


def posted(desk: Desk) -> None:
    desk.work(rounds=10)


def owed(_desk: Desk) -> None:
    pass


def unclear(desk: Desk) -> None:
    desk.notebook.faults_after.append(UnclearFault("the worker died"))
    desk.work(rounds=1)


def withheld(desk: Desk) -> None:
    withhold(desk, "it is not a private channel")
    desk.work(rounds=10)


@pytest.mark.parametrize("before", [posted, owed, unclear, withheld])
def test_a_restricted_case_leaves_nothing_with_the_flt(desk: Desk, before: Callable[[Desk], None]) -> None:
    """Wherever its card stood, was tried or was owed, nothing of the case is left with the FLT."""
    reference = colleague(desk)
    before(desk)
    assert "is restricted now" in restrict(desk, "eleanor", reference)
    if "flt" in desk.notebook.refuses:
        withhold(desk, "")
    for _ in range(3):
        desk.later(minutes=10)
        desk.work(rounds=20)
    assert_gone_from_the_flt(desk, reference)
    for name in ("dina", "eleanor"):
        assert reference in "".join(desk.notebook.texts(name))
        assert reference in listed(desk, name)
        assert "The report" in desk.press(name, "case.details", reference)
    assert holder(desk, reference) == ("acknowledged", "eleanor")


def test_the_lines_are_taken_away_too(threaded: Desk) -> None:
    """The card and its thread leave the channel, and no later change brings a line back."""
    reference = colleague(threaded)
    threaded.work(rounds=10)
    threaded.press("farid", "case.acknowledge", reference)
    threaded.work(rounds=10)
    threaded.later(minutes=1)
    restrict(threaded, "eleanor", reference)
    threaded.later(minutes=1)
    threaded.fill("dina", "case.note", reference, note="Zanzibar.")
    threaded.work(rounds=20)
    assert threaded.notebook.texts("flt") == []
    # A last look for what came twice is twenty seconds later.
    threaded.later(minutes=1)
    threaded.work(rounds=20)
    with threaded.product.database.transaction() as tx:
        waiting = tx.execute(text("SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"))
        assert waiting.scalar() == 0


def test_an_outage_only_puts_it_off(desk: Desk) -> None:
    """A platform that is away keeps the card only until it is back."""
    reference = colleague(desk)
    desk.work(rounds=10)
    desk.notebook.refuses["flt"] = PassingFault("no connection")
    restrict(desk, "eleanor", reference)
    desk.work(rounds=10)
    assert reference in "".join(desk.notebook.texts("flt"))
    desk.notebook.refuses.clear()
    desk.later(minutes=30)
    desk.work(rounds=20)
    assert reference not in "".join(desk.notebook.texts("flt"))


def test_twice_is_refused(desk: Desk) -> None:
    """What is restricted already is not moved again, and keeps its holder."""
    reference = colleague(desk)
    restrict(desk, "eleanor", reference)
    assert "restricted already" in restrict(desk, "dina", reference)
    assert "restricted already" in restrict(desk, "eleanor", reference)
    assert holder(desk, reference) == ("acknowledged", "eleanor")


def test_without_a_reason_it_is_not_moved(desk: Desk) -> None:
    """The form comes back without a reason, and the card stays where it was."""
    reference = colleague(desk)
    desk.work(rounds=10)
    assert "Form(" in desk.fill("eleanor", "case.restrict", reference, why=" ")
    desk.work(rounds=10)
    assert reference in desk.notebook.texts("flt")[0]


def test_a_conflicted_dsl_gets_nothing(desk: Desk) -> None:
    """A DSL who is concerned in the case gets neither card nor list nor a press of it."""
    reference = colleague(desk, struck="dina")
    desk.work(rounds=10)
    restrict(desk, "eleanor", reference)
    desk.work(rounds=20)
    assert reference not in "".join(desk.notebook.texts("dina"))
    assert reference not in listed(desk, "dina")
    assert desk.press("dina", "case.show", reference) == desk.press("dina", "case.show", "FED-ZZZZ")


def test_the_reporter_reads_nothing_of_it(desk: Desk) -> None:
    """Neither status nor any message tells the reporter that it was restricted, or why."""
    tokens = new_tokens()
    reference = desk.report("ana", tokens=tokens, kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.work(rounds=10)
    before, had = status(desk, "ana", reference), list(desk.notebook.texts("ana"))
    desk.later(minutes=1)
    restrict(desk, "eleanor", reference)
    desk.work(rounds=20)
    assert status(desk, "ana", reference) == before
    assert desk.notebook.texts("ana") == had


def test_a_closed_case_stays_closed(desk: Desk) -> None:
    """A closed case can be restricted, and nobody holds it or is asked to."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case("farid", reference, **CLOSED)
    desk.work(rounds=10)
    restrict(desk, "eleanor", reference)
    desk.work(rounds=20)
    assert_gone_from_the_flt(desk, reference)
    assert "Status: Closed" in desk.press("eleanor", "case.show", reference)


def test_a_restricted_case_waits_for_nobody(desk: Desk) -> None:
    """Anybody who restricts a case has it: no reminder and no step of the ladder follows."""
    reference = colleague(desk)
    desk.work(rounds=10)
    restrict(desk, "eleanor", reference)
    desk.work(rounds=20)
    had = {name: list(desk.notebook.texts(name)) for name in desk.notebook.seen}
    desk.later(days=7)
    desk.work(rounds=20)
    assert {name: desk.notebook.texts(name) for name in desk.notebook.seen} == had


def test_an_owner_of_a_task_loses_it_with_the_case(desk: Desk) -> None:
    """A task that the FLT was given is not told to them once the case is restricted."""
    reference = colleague(desk)
    desk.fill("farid", "case.task", reference, task="Ask", person="grace", due="2026-11-24T12:00")
    restrict(desk, "eleanor", reference)
    desk.work(rounds=20)
    assert reference not in "".join(desk.notebook.texts("grace"))
    assert "Nothing has changed" in desk.press("grace", "case.done", f"{reference}|1")


def test_stepping_back_is_asked_once_more(desk: Desk) -> None:
    """The first press only asks; nothing has changed until the second."""
    reference = colleague(desk)
    assert "[Yes, step back]" in desk.press("farid", "case.recuse", reference)
    assert reference in listed(desk, "farid")
    assert "[No, keep it]" in desk.press("farid", "case.recuse", reference)
    assert "You have not stepped back" in desk.press("farid", "case.recuse_no", reference)
    assert reference in listed(desk, "farid")


def test_who_steps_back_has_nothing_of_it_any_more(desk: Desk) -> None:
    """The presser's card is gone, every press is refused, and no reason stands anywhere."""
    reference = desk.report("ana", kind="image", nudity="yes").reference
    desk.work(rounds=10)
    assert reference in "".join(desk.notebook.texts("dina"))
    assert "stepped back" in desk.press("dina", "case.recuse_yes", reference)
    desk.work(rounds=20)
    assert reference not in "".join(desk.notebook.texts("dina"))
    assert reference not in listed(desk, "dina")
    for name in ("show", "details", "acknowledge", "restrict", "recuse_yes"):
        answer = desk.press("dina", f"case.{name}", reference)
        assert answer == desk.press("dina", f"case.{name}", "FED-ZZZZ")
    assert "Stepped back" in desk.press("eleanor", "case.details", reference)


def test_a_holder_who_steps_back_leaves_it_to_the_others(desk: Desk) -> None:
    """Held by nobody again, it is acknowledged by nobody, and climbs until somebody has it."""
    reference = colleague(desk)
    desk.work(rounds=10)
    desk.press("farid", "case.acknowledge", reference)
    desk.work(rounds=10)
    desk.press("farid", "case.recuse_yes", reference)
    desk.work(rounds=20)
    stage, by = holder(desk, reference)
    assert stage in ("submitted", "delivered")
    assert by == ""
    assert "Not acknowledged yet" in desk.notebook.texts("flt")[0]
    desk.later(days=1)
    desk.work(rounds=20)
    assert reference in "".join(desk.notebook.texts("grace") + desk.notebook.texts("tom"))
    assert reference not in "".join(desk.notebook.texts("farid"))
    assert "You have acknowledged" in desk.press("grace", "case.acknowledge", reference)


def test_the_card_says_who_knew_of_it(desk: Desk) -> None:
    """Who stepped back, and the channel from which it was taken, knew of it: each stands on the card."""
    reference = colleague(desk)
    assert "Told before" not in desk.press("farid", "case.show", reference)
    desk.press("grace", "case.recuse_yes", reference)
    assert "Told before: Grace Holloway" in desk.press("farid", "case.show", reference)
    restrict(desk, "eleanor", reference)
    card = desk.press("eleanor", "case.show", reference)
    assert "Told before: Grace Holloway, Federation Leadership Team" in card


def test_who_does_not_hold_it_leaves_the_holder_alone(desk: Desk) -> None:
    """Somebody else's stepping back changes nothing for anybody who holds the case."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.press("grace", "case.recuse_yes", reference)
    assert holder(desk, reference) == ("acknowledged", "farid")
    assert reference in listed(desk, "farid")
    assert reference not in listed(desk, "grace")


def test_the_last_one_cannot_step_back(desk: Desk) -> None:
    """Where nobody would be left who may have the case, stepping back is refused and nothing changes."""
    reference = colleague(desk, conflict="eht|flt|dsl|fbm", safe_recipient="chair")
    desk.work(rounds=10)
    assert reference in listed(desk, "maya")
    assert "Nothing has changed" in desk.press("maya", "case.recuse_yes", reference)
    assert reference in listed(desk, "maya")
