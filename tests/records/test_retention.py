"""What is destroyed when its period has passed, and what never is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.assistant.assistant import Assistant
from bot.casework.context import CurrentWorld
from bot.content.tables import REGISTERS, Retention
from bot.domain.turns import Said
from bot.people.approvals import agreed, carry_out
from bot.records import retention
from bot.records.retention import due, purge
from bot.storage import audit
from bot.storage.shredding import SKELETON, belonging, shred
from tests.support.desk import CLOSING, Desk, text_of
from tests.support.files import database_bytes

PERIODS = Retention.model_validate(
    {
        "cases": {
            "safeguarding": {"days": 400, "why": "w"},
            "cases": {"days": 100, "why": "w"},
            "questions": {"days": 90, "why": "w"},
            "drills": {"days": None, "why": "w"},
        },
        "registers": {name: {"days": 365, "why": "w"} for name in REGISTERS},
    }
)
NARRATIVE = "Quetzalcoatlus wrote vile remarks"


def closed(desk: Desk, **slots: str) -> str:
    """A case that was opened, acknowledged and closed."""
    answers = {"kind": "colleague", "narrative": NARRATIVE, **slots}
    reference = desk.report("ana", None, **answers).reference
    desk.work()
    desk.press("eleanor", "case.acknowledge", reference)
    reason = "Spoken to both, and agreed what happens."
    done = desk.close_case("eleanor", reference, outcome="advice_given", reason=reason, **CLOSING)
    assert "closed" in done
    desk.work()
    return reference


def going(desk: Desk) -> list[str]:
    with desk.product.database.transaction() as tx:
        return [item.reference for item in due(tx, PERIODS, desk.now)]


def purged(desk: Desk) -> list[str]:
    vault = desk.product.context.vault
    return [item.reference for item in purge(desk.product.database, vault, PERIODS, desk.now)]


def rows(desk: Desk, statement: str) -> list[tuple[object, ...]]:
    with desk.product.database.transaction() as tx:
        return [tuple(row) for row in tx.execute(text(statement))]


def test_a_case_goes_when_its_period_has_passed(desk: Desk) -> None:
    """A closed case is listed from the day on which its period ends, and not a day before."""
    reference = closed(desk)
    desk.later(days=99)
    assert going(desk) == []
    desk.later(days=2)
    assert going(desk) == [reference]


def test_a_childs_case_is_kept_longer(desk: Desk) -> None:
    """Where a child is concerned, the longer period of safeguarding counts, whatever kind of report it is."""
    reference = closed(desk, child="yes")
    with desk.product.database.transaction() as tx:
        tx.execute(text("UPDATE reports SET child = :yes"), {"yes": True})
    desk.later(days=399)
    assert going(desk) == []
    desk.later(days=2)
    assert going(desk) == [reference]


KEEPS = {
    "legal hold": "UPDATE reports SET legal_hold = true",
    "opened again": "UPDATE reports SET stage = 'acknowledged', closed_at = NULL",
    "never opened": "DELETE FROM report_events WHERE event = 'view'",
    "a drill without a period": "UPDATE reports SET drill = true",
    "something is owed": "UPDATE outbox SET state = 'pending'",
}


@pytest.mark.parametrize("why", KEEPS)
def test_what_is_never_purged(desk: Desk, why: str) -> None:
    """Under legal hold, open, never opened, still owed to somebody, or without a period: it is kept."""
    closed(desk)
    desk.later(days=9999)
    assert len(going(desk)) == 1
    with desk.product.database.transaction() as tx:
        tx.execute(text(KEEPS[why]))
    assert going(desk) == []
    assert purged(desk) == []
    assert len(rows(desk, "SELECT 1 FROM report_events")) > 2


def add(desk: Desk, reference: str, words: str = "He did it again.") -> None:
    assert "is kept with" in desk.fill("ana", "report.add", reference, text=words)
    desk.work()


@pytest.mark.parametrize("unread", ["add", "correct"])
def test_what_nobody_has_opened_is_never_purged(desk: Desk, unread: str) -> None:
    """Words of the reporter that came after the last look keep the case, until somebody opens it."""
    reference = closed(desk)
    desk.fill("ana", f"report.{unread}", reference, text="He did it again.")
    desk.work()
    assert [row[0] for row in rows(desk, "SELECT event FROM report_events ORDER BY number")][-1] == unread
    desk.later(days=9999)
    assert going(desk) == purged(desk) == []
    assert "He did it again." in desk.press("eleanor", "case.details", reference)
    assert going(desk) == [reference]


def test_a_card_or_an_acknowledgement_opens_nothing(desk: Desk) -> None:
    """Who acknowledged a case that was withdrawn, without its details, has read none of it: it is kept."""
    reference = desk.report("ana", None, kind="staff_abuse", narrative=NARRATIVE).reference
    desk.press("eleanor", "case.acknowledge", reference)
    assert "closed" in desk.fill("ana", "report.withdraw", reference, sure="yes", code="")
    desk.later(days=9999)
    desk.press("eleanor", "case.show", reference)
    assert going(desk) == purged(desk) == []


def test_who_may_not_read_opens_nothing(desk: Desk) -> None:
    """A look that was refused leaves what was added unread."""
    reference = closed(desk)
    add(desk, reference)
    assert "He did it again." not in desk.press("ivan", "case.details", reference)
    desk.later(days=9999)
    assert going(desk) == []


def test_the_period_counts_from_the_last_entry(desk: Desk) -> None:
    """What is added after the closing begins the period again; to open the case does not."""
    reference = closed(desk)
    desk.later(days=99)
    add(desk, reference)
    desk.later(days=50)
    desk.press("eleanor", "case.details", reference)
    desk.later(days=49)
    assert going(desk) == []
    desk.later(days=2)
    assert going(desk) == [reference]


def test_a_class_without_a_period_is_never_purged(desk: Desk) -> None:
    """Where the Federation has set no number, nothing of that class goes, however old it is."""
    closed(desk)
    desk.later(days=99999)
    bare = PERIODS.model_copy(
        update={"cases": {**PERIODS.cases, "cases": PERIODS.cases["cases"].model_copy(update={"days": None})}}
    )
    assert list(purge(desk.product.database, desk.product.context.vault, bare, desk.now)) == []


def test_the_skeleton_alone_is_left(desk: Desk) -> None:
    """After a purge key and text are gone, and who was told; reference, kind, dates and outcome stay."""
    reference = closed(desk)
    other = desk.report("joe", kind="colleague").reference
    desk.later(days=101)
    assert purged(desk) == [reference]
    with desk.product.database.transaction() as tx:
        row = tx.execute(text(f"SELECT * FROM reports WHERE reference = '{reference}'")).mappings().one()
    left = {name: value for name, value in row.items() if value not in (None, "", 0, False, b"")}
    assert left.keys() <= set(SKELETON)
    assert (left["reference"], left["kind"], left["outcome"]) == (reference, "colleague", "advice_given")
    assert left["received_at"]
    assert left["closed_at"]
    assert bytes(row["wrapped_key"]) == b""
    for table, column in belonging():
        found = rows(desk, f"SELECT {column.name} FROM {table.name} WHERE {column.name} = '{row['id']}'")
        assert found == [], table.name
    # Nobody opens it any more, and nothing else has changed.
    assert "no case with that reference" in desk.press("eleanor", "case.details", reference)
    assert other in desk.press("eleanor", "case.show", other)
    assert "no report" in "\n".join(text_of(reply) for reply in desk.send("ana", Said("status")))
    assert purged(desk) == []


def test_each_purged_case_is_in_the_audit(desk: Desk) -> None:
    """That a case was purged is told, and what the audit had of it stays and holds."""
    closed(desk)
    ((report_id,),) = rows(desk, "SELECT id FROM reports")
    desk.later(days=101)
    purged(desk)
    with desk.product.database.transaction() as tx:
        assert audit.verify(tx, desk.product.context.vault).faults == ()
        told = audit.entries_of(tx, desk.product.context.vault, str(report_id), 99)
    assert (told[-1].action, told[-1].actor) == ("case.purge", "host")
    assert "case.view" in [entry.action for entry in told]


def test_killed_in_the_middle_it_is_run_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A purge that dies within a case leaves that case whole; the next one finishes the rest."""
    references = [closed(desk), closed(desk), closed(desk)]
    desk.later(days=101)
    real, turns = shred, iter(range(9))

    def dying(tx: object, report_id: str) -> None:
        real(tx, report_id)  # type: ignore[arg-type]
        if next(turns) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(retention, "shred", dying)
    with pytest.raises(KeyboardInterrupt):
        purged(desk)
    monkeypatch.setattr(retention, "shred", real)
    left = going(desk)
    assert len(left) == 2
    assert set(left) < set(references)
    assert NARRATIVE in desk.press("eleanor", "case.details", left[0])
    assert purged(desk) == left


def test_a_reference_is_never_given_twice(desk: Desk) -> None:
    """A new report never has the reference of one of which only the skeleton is left."""
    from bot.app import new_tokens
    from bot.domain.turns import Tokens

    reference = closed(desk)
    desk.later(days=101)
    purged(desk)
    fresh = new_tokens()
    again = desk.report("joe", tokens=Tokens(fresh.draft, reference, fresh.code)).reference
    assert again != reference


def say(desk: Desk, user: str) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said("approve purge")))


def is_agreed(desk: Desk) -> bool:
    with desk.product.database.transaction() as tx:
        return agreed(tx, desk.product.context.vault, "purge", desk.now) is not None


def test_two_people_must_agree(desk: Desk) -> None:
    """One proposes and another confirms, for a day and for one purge; anybody else who tries is refused."""
    assert "Only the Executive Headteacher" in say(desk, "farid")
    assert "Only the Executive Headteacher" in say(desk, "ana")
    assert "Proposed: The text of closed cases" in say(desk, "eleanor")
    assert "must confirm it" in say(desk, "eleanor")
    assert not is_agreed(desk)
    assert "on the command line" in say(desk, "ivan")
    assert is_agreed(desk)
    desk.work()
    assert any("as Eleanor Marsh proposed and Ivan Doyle" in text for text in desk.notebook.texts("maya"))
    desk.later(hours=25)
    assert not is_agreed(desk)


def test_a_leavers_proposal_is_in_nobodys_way(desk: Desk) -> None:
    """What somebody proposed who may no longer do so is left alone: two others agree in the same words."""
    say(desk, "ivan")
    roster = desk.product.context.world.federation.roster
    people = {name: person for name, person in roster.people.items() if name != "ivan"}
    moved = replace(roster, people=people, roles={**roster.roles, "it": {"": ("tom",)}})
    world = desk.product.context.world
    world = replace(world, federation=replace(world.federation, roster=moved))
    context = replace(desk.product.context, current=CurrentWorld(world))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, desk.product.engine))
    assert "Proposed" in say(desk, "eleanor")
    assert not is_agreed(desk)
    assert "Confirmed" in say(desk, "tom")
    assert is_agreed(desk)


def test_a_proposal_says_how_many_cases_would_go(desk: Desk) -> None:
    """Anybody who confirms reads how many cases had outlived their period when it was proposed."""
    desk.product = replace(desk.product, context=replace(desk.product.context, retention=PERIODS))
    desk.product = replace(desk.product, assistant=Assistant(desk.product.context, desk.product.engine))
    closed(desk)
    desk.later(days=101)
    said = say(desk, "eleanor")
    assert "1 when it was proposed" in said
    assert "not in this policy" in said


def test_an_agreement_is_used_once(desk: Desk) -> None:
    """After the purge another one needs another agreement, even where the table is set back by hand."""
    say(desk, "eleanor")
    say(desk, "ivan")
    with desk.product.database.transaction() as tx:
        found = agreed(tx, desk.product.context.vault, "purge", desk.now)
        assert found is not None
        assert carry_out(tx, desk.product.context.vault, found, "purge", desk.now)
    assert not is_agreed(desk)
    with desk.product.database.transaction() as tx:
        tx.execute(text("UPDATE approvals SET used_at = NULL"))
    assert not is_agreed(desk)


@pytest.mark.parametrize("by", ["eleanor", "ivan", "maya"])
def test_an_agreement_that_was_written_by_hand_is_none(desk: Desk, by: str) -> None:
    """Anybody who can write to the database makes no second person: the audit knows of none."""
    say(desk, "eleanor")
    statement = (
        "UPDATE approvals SET state = 'approved', number = 1, decided_by = :by, decided_at = proposed_at"
    )
    with desk.product.database.transaction() as tx:
        tx.execute(text(statement), {"by": by})
    assert not is_agreed(desk)


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[Desk]:
    """The product on SQLite, whose file is looked into."""
    found = Desk.open(tmp_path)
    yield found
    found.close()


@pytest.mark.in_full
def test_the_file_holds_no_destroyed_key(raw: Desk, tmp_path: Path) -> None:
    """After a purge neither the wrapped key nor the sealed text is in the database file or beside it."""
    closed(raw)
    ((key, sealed),) = rows(raw, "SELECT wrapped_key, sealed_answers FROM reports")
    assert isinstance(key, bytes)
    assert isinstance(sealed, bytes)

    assert key in database_bytes(tmp_path)
    raw.later(days=101)
    purged(raw)
    assert "overwritten" in raw.product.database.overwrite_deleted()
    assert key not in database_bytes(tmp_path)
    assert sealed[:64] not in database_bytes(tmp_path)


@pytest.mark.postgres
def test_vacuum_runs_on_postgres(postgres_url: str, tmp_path: Path) -> None:
    """After a purge PostgreSQL is asked to free what was deleted, and Signpost goes on."""
    desk = Desk.open(tmp_path, database_url=postgres_url)
    closed(desk)
    desk.later(days=101)
    purged(desk)
    assert "VACUUM has run" in desk.product.database.overwrite_deleted()
    assert desk.report("joe").reference
    desk.close()
