"""Who did or saw what, as the audit tells it; and who may read that."""

from __future__ import annotations

import pytest

from bot.domain.turns import Said
from bot.storage import audit
from bot.storage.audit import AuditEntry
from bot.storage.reports import report_by_reference
from tests.support.desk import Desk, text_of


def told(desk: Desk, reference: str = "") -> list[AuditEntry]:
    """What the audit has about a report, or about none; the chain is whole each time."""
    vault = desk.product.context.vault
    with desk.product.database.transaction() as tx:
        assert audit.verify(tx, vault).faults == ()
        report = report_by_reference(tx, vault, reference)
        key = report.key if report else None
        return list(audit.entries_of(tx, vault, report.id if report else "", 99, key))


def said(desk: Desk, user: str, text: str) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said(text)))


def test_every_change_and_every_look_is_told(desk: Desk) -> None:
    """Each event of a case, and each look at its card, clauses and details, is in the audit once."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    for action in ("case.show", "case.clauses", "case.details", "case.details", "case.acknowledge"):
        desk.press("farid", action, reference)
    desk.fill("farid", "case.note", reference, note="Spoke to both.")
    actions = [entry.action for entry in told(desk, reference)]
    looked = ["case.show", "case.clauses", "case.view", "case.view"]
    assert actions == ["case.submit", "case.deliver", *looked, "case.acknowledge", "case.note"]
    last = told(desk, reference)[-1]
    assert (last.actor, last.role, last.detail) == ("farid", "flt", {})


def test_a_refused_press_is_told(desk: Desk) -> None:
    """Whoever presses what they may not, or what the case's state refuses, stands in the audit with it."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("ivan", "case.details", reference)
    desk.press("farid", "case.reopen", reference)
    desk.press("priya", "case.details", reference)
    found = [entry for entry in told(desk, reference) if entry.action == "refused"]
    assert [(entry.actor, entry.detail["pressed"], entry.detail["why"]) for entry in found] == [
        ("ivan", "case.details", "unknown"),
        ("farid", "case.reopen", "not_closed"),
    ]
    # Somebody off the roster leaves no user id behind.
    assert [(entry.actor, entry.detail) for entry in told(desk)] == [("unknown", {"pressed": "case.details"})]
    assert "priya" not in desk.dump()


def test_a_list_that_was_looked_at_is_told(desk: Desk) -> None:
    """Who lists the open cases stands in the audit."""
    said(desk, "farid", "cases")
    assert [(entry.actor, entry.role, entry.action) for entry in told(desk)] == [("farid", "flt", "cases")]


def test_an_anonymous_reporter_is_nobody_in_it(desk: Desk) -> None:
    """Neither who reported anonymously nor a word of theirs is in the audit, however they look again."""
    received = desk.report("priya", kind="colleague", mode="anonymous", narrative="Quetzal")
    said(desk, "priya", "status")
    said(desk, "priya", f"status {received.reference}")
    found = repr(told(desk, received.reference)) + repr(told(desk))
    assert "priya" not in found
    assert "Quetzal" not in found
    assert [entry.actor for entry in told(desk, received.reference)] == ["reporter"]


@pytest.mark.parametrize("user", ["eleanor", "maya"])
def test_those_who_may_audit_see_who_looked(desk: Desk, user: str) -> None:
    """The Executive Headteacher and the chair read who looked at a case; that they did is told as well."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.details", reference)
    shown = said(desk, user, f"audit {reference.lower()}")
    assert "Farid Anwar (Federation Leadership Team): Opened the details" in shown
    assert "The reporter: Received" in shown
    assert "Read the audit" in said(desk, user, f"audit {reference}")
    said(desk, "farid", "cases")
    assert "Farid Anwar (Federation Leadership Team): Listed the open cases" in said(desk, user, "audit")


@pytest.mark.parametrize("user", ["farid", "ivan", "dina", "ana"])
def test_nobody_else_reads_the_audit(desk: Desk, user: str) -> None:
    """Anybody else reads the same words with and without a case, and the try is told."""
    reference = desk.report("ana", kind="colleague").reference
    there, nowhere = said(desk, user, f"audit {reference}"), said(desk, user, "audit FED-0000")
    assert there == nowhere == said(desk, user, "audit")
    assert "Nothing has changed" in there
    assert [entry.detail for entry in told(desk, reference)][1:] == [{"pressed": "audit.show"}]


def test_whoever_is_concerned_does_not_read_who_looked(desk: Desk) -> None:
    """The Executive Headteacher, where the case concerns them, learns nothing of it from the audit either."""
    reference = desk.report("ana", kind="colleague", conflict="eht").reference
    desk.press("maya", "case.details", reference)
    assert said(desk, "eleanor", f"audit {reference}") == said(desk, "eleanor", "audit FED-0000")
    assert reference not in said(desk, "eleanor", "audit")
