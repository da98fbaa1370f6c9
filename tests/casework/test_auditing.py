"""Who did or saw what, as the audit tells it; and who may read that."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect

from bot.casework.context import Work
from bot.domain.access import DECISIONS
from bot.domain.turns import Said
from bot.records.exports import export_case
from bot.storage import audit
from bot.storage.approvals import APPROVED, PROPOSED, REFUSED, WITHDRAWN
from bot.storage.audit import ASKED, AuditEntry, asked_for
from bot.storage.reports import report_by_reference
from tests.support.desk import Desk, text_of


def told(desk: Desk, reference: str = "") -> list[AuditEntry]:
    """What the audit has about a report, or about none; the chain is whole each time."""
    vault = desk.product.context.vault
    with desk.product.database.transaction() as tx:
        assert audit.verify(tx, vault).faults == ()
        report = report_by_reference(tx, vault, reference)
        key = report.key if report else None
        tried = asked_for(vault, reference) if report else ASKED
        return list(audit.entries_of(tx, vault, report.id if report else "", 99, key, tried))


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
    """A press that is not allowed, or that the case's state refuses, stands in the audit with its presser."""
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
    assert [(entry.actor, entry.detail) for entry in told(desk)] == [
        ("ivan", {"pressed": "case.details", "why": "unknown"}),
        ("unknown", {"pressed": "case.details"}),
    ]
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


def test_who_is_concerned_does_not_read_who_looked(desk: Desk) -> None:
    """The Executive Headteacher, where the case concerns them, learns nothing of it from the audit either."""
    reference = desk.report("ana", kind="colleague", conflict="eht").reference
    desk.press("maya", "case.details", reference)
    assert said(desk, "eleanor", f"audit {reference}") == said(desk, "eleanor", "audit FED-0000")
    assert reference not in said(desk, "eleanor", "audit")


Way = Callable[[Desk, str, str], str]
CODE = "ABCD-EFGH-JKMN"


def exported(desk: Desk, _user: str, reference: str) -> str:
    with desk.product.database.transaction() as tx:
        return repr(export_case(Work(tx, desk.product.context, desk.now), reference, "json", CODE))


def typed(words: str) -> Way:
    return lambda desk, user, reference: said(desk, user, words.format(reference))


def pressed(action: str) -> Way:
    return lambda desk, user, reference: desk.press(user, action, reference)


def filled(action: str, **fields: str) -> Way:
    return lambda desk, user, reference: desk.fill(
        user, action, reference, **{name: text.format(reference) for name, text in fields.items()}
    )


def linked(desk: Desk, user: str, reference: str) -> str:
    """From a case that the asker may see to the one that they ask for."""
    return desk.fill(user, "case.link", desk.report("joe", kind="colleague").reference, reference=reference)


WAYS: dict[str, Way] = {
    "audit": typed("audit {}"),
    "status": typed("status {}"),
    "code": filled("status.show", reference="{}", code=CODE),
    "copy": filled("report.copy", code=CODE),
    "add": filled("report.add", text="More.", code=CODE),
    "withdraw": filled("report.withdraw", sure="yes", code=CODE),
    "move": filled("report.move", to="chair", code=CODE),
    "read": pressed("report.read"),
    "show": pressed("case.show"),
    "details": pressed("case.details"),
    "clauses": pressed("case.clauses"),
    "acknowledge": pressed("case.acknowledge"),
    "export": pressed("case.export"),
    "form": pressed("case.note"),
    "form sent": filled("case.note", note="Spoke to both."),
    "restrict": filled("case.restrict", keep="", why="Because."),
    "link": linked,
    "host": exported,
}


def seen_after(folder: Path, user: str, way: Way, *, hidden: bool) -> list[object]:
    """All that the asker, and anybody who reads the audit, can observe once this was asked."""
    folder.mkdir()
    desk = Desk.open(folder)
    real = desk.report("ana", kind="colleague", conflict="eht").reference
    desk.work()
    asked = real if hidden else "FED-0000"
    found: list[object] = [way(desk, user, asked)]
    for reader in (user, "eleanor"):
        found += [said(desk, reader, words) for words in ("audit", f"audit {asked}", "status", "cases")]
        found += [desk.press(reader, "case.show", asked), said(desk, reader, f"status {asked}")]
    found += [said(desk, "eleanor", "audit"), counted(desk)]
    desk.close()
    # Names are random.
    return [re.sub(r"FED-[0-9A-Z]{4}", "FED-****", str(item)) for item in found]


def counted(desk: Desk) -> dict[str, int]:
    with desk.product.database.transaction() as tx:
        tables = inspect(tx).get_table_names()
        return {name: len(tx.exec_driver_sql(f"SELECT * FROM {name}").all()) for name in sorted(tables)}


@pytest.mark.parametrize("user", ["eleanor", "ivan", "joe"])
@pytest.mark.parametrize("way", WAYS)
def test_a_refusal_never_tells_that_a_case_exists(tmp_path: Path, way: str, user: str) -> None:
    """Who is refused a hidden case sees what they would, then and later, of one that is not there."""
    there = seen_after(tmp_path / "there", user, WAYS[way], hidden=True)
    assert there == seen_after(tmp_path / "nowhere", user, WAYS[way], hidden=False)


def test_nobody_reads_the_name_of_an_action_as_the_code_has_it(desk: Desk) -> None:
    """Whatever happens to a case, is decided by two, exported or refused stands in the audit in words."""
    context, case = desk.product.context, desk.report("ana", kind="colleague")
    events = {*context.texts.events, *context.work.events}
    decided = {f"{kind}.{event}" for kind in DECISIONS for event in (PROPOSED, APPROVED, REFUSED, WITHDRAWN)}
    beside = {"export_refused", "subject_code", "subject_export", "subject_refused", "register"}
    with desk.product.database.transaction() as tx:
        report = report_by_reference(tx, context.vault, case.reference)
        assert report is not None
        for event in events:
            entry = AuditEntry(desk.now, "eleanor", "eht", f"case.{event}", report.id)
            audit.record(tx, context.vault, entry, report.key)
        for action in (*decided, *beside):
            audit.record(tx, context.vault, AuditEntry(desk.now, "eleanor", "eht", action))
    for text in (said(desk, "eleanor", f"audit {case.reference}"), said(desk, "eleanor", "audit")):
        assert not re.findall(r"\b[a-z]+[._][a-z_]+\b", text)


def test_a_link_that_is_refused_is_not_laid_to_the_command_line(desk: Desk) -> None:
    """Who pressed a link that does not fit is not known; the command line did not."""
    reference = desk.report("ana", kind="colleague").reference
    with desk.product.database.transaction() as tx:
        assert export_case(Work(tx, desk.product.context, desk.now), reference, "pdf", "no", "link") is None
    assert [(entry.actor, entry.action) for entry in told(desk)] == [("signpost", "export_refused")]
    assert "The command line" not in said(desk, "eleanor", "audit")
