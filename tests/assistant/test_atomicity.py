"""All of a report, or nothing of it: whatever fails on the way, and wherever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, inspect

from bot.domain.messages import Button, Buttons, Message
from bot.domain.turns import Pressed, Said, Tokens
from bot.storage.database import StorageUnavailable
from tests.support.desk import Desk

TOKENS = Tokens("draft-1", "FED-1111", "code")
# What counts tries and keys, and nothing of a report.
_ELSEWHERE = {"secrets", "alembic_version"}


class Broken(Exception):
    """What a statement ends with."""


def counted(desk: Desk) -> dict[str, int]:
    """How many rows each table has."""
    with desk.product.database.transaction() as tx:
        tables = set(inspect(tx).get_table_names()) - _ELSEWHERE
        return {
            name: int(tx.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one())
            for name in sorted(tables)
        }


@contextmanager
def broken_at(desk: Desk, number: int) -> Iterator[list[str]]:
    """The `number`-th statement that writes fails; after the last one, the commit. What was written."""
    written: list[str] = []

    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            if len(written) == number:
                raise Broken
            written.append(statement)

    def at_commit(connection: Any) -> None:
        if len(written) == number:
            raise Broken

    engine = desk.product.database.engine
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "commit", at_commit)
    try:
        yield written
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "commit", at_commit)


def statements_of(desk: Desk) -> int:
    """How many statements write a whole submission, and that it succeeds."""
    with broken_at(desk, -1) as written:
        desk.report("joe", Tokens("draft-0", "FED-0000", "code"), kind="colleague")
    return len(written)


def test_a_submission_is_stored_whole_or_not_at_all(desk: Desk) -> None:
    """Whichever of its statements fails, or the commit, no table has a row of it; sent again it is whole."""
    writes = statements_of(desk)
    before = counted(desk)
    assert writes == 6
    for number in range(writes + 1):
        with pytest.raises((Broken, StorageUnavailable)), broken_at(desk, number):
            desk.report("ana", TOKENS, kind="colleague")
        assert counted(desk) == before
    assert not desk.report("ana", TOKENS, kind="colleague").again
    after = counted(desk)
    grown = {name for name in after if after[name] > before[name]}
    assert grown == {"reports", "report_people", "report_events", "outbox", "submission_keys", "audit"}


def button(replies: tuple[Message, ...], label: str) -> Button:
    """The last button with this label among what somebody reads."""
    blocks = [block for message in replies for block in message.blocks if isinstance(block, Buttons)]
    return [item for block in blocks for item in block.items if item.label == label][-1]


def test_a_sent_alert_and_its_session_are_stored_whole_or_not_at_all(desk: Desk) -> None:
    """Where Send fails at any statement, the person reads that nothing is saved; the same press sends it."""
    yes = button(desk.send("ana", Said("report")), "Yes")
    alert = button(desk.send("ana", Pressed(yes.action, yes.value)), "Send an urgent alert")
    send = button(desk.send("ana", Pressed(alert.action, alert.value)), "Send the urgent alert")
    before = desk.dump()
    shown, number = "", 0
    while "received" not in shown and number < 60:
        assert desk.dump() == before
        with broken_at(desk, number):
            shown = desk.press("ana", send.action, send.value, "the-press").lower()
        assert "not saved" in shown or "received" in shown
        number += 1
    assert number > 8
    found = counted(desk)
    assert (found["reports"], found["submission_keys"]) == (1, 1)
    assert found["outbox"] > 3


def test_a_press_is_stored_whole_or_not_at_all(desk: Desk) -> None:
    """An acknowledgement of which one statement fails leaves the case as it was, and can be pressed again."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    before, shown, number = desk.dump(), "", 0
    while "You have acknowledged" not in shown and number < 60:
        assert desk.dump() == before
        with broken_at(desk, number):
            shown = desk.press("farid", "case.acknowledge", reference, "the-press")
        number += 1
    assert number > 4


def test_what_was_sent_and_could_not_be_recorded_is_found_again(desk: Desk) -> None:
    """Whichever statement of a turn fails, after the message went out too, everybody sees one message."""
    number = 0
    desk.report("ana", kind="colleague")
    while number < 12:
        with suppress(Broken), broken_at(desk, number):
            desk.work(rounds=1)
        desk.later(minutes=1)
        number += 1
    desk.work()
    # What was posted again after a try whose end is unknown is looked for once more.
    desk.later(minutes=1)
    desk.work()
    assert len(desk.notebook.texts("flt")) == 1
    assert len(desk.notebook.texts("ana")) == 1
    assert "pending" not in desk.dump()


def test_a_bad_row_holds_up_no_other(desk: Desk) -> None:
    """A row that nobody can make a message of waits; what came after it goes out, and nothing is left out."""
    reference = desk.report("ana", kind="colleague").reference
    with desk.product.database.transaction() as tx:
        tx.exec_driver_sql("UPDATE outbox SET kind = 'nonsense' WHERE recipient = 'flt_channel'")
    desk.later(seconds=1)
    desk.report("joe", kind="colleague")
    desk.work()
    assert len(desk.notebook.texts("flt")) == 1
    assert reference not in desk.notebook.texts("flt")[0]
    assert len(desk.notebook.texts("ana")) == len(desk.notebook.texts("joe")) == 1


def test_a_timer_that_came_due_while_nothing_ran_is_kept(
    tmp_path: Path, database_url: str, desk: Desk
) -> None:
    """After a restart the overdue step of the ladder is taken at once, and taken once."""
    desk.report("ana", kind="colleague")
    desk.work()
    desk.close()
    again = Desk.open(tmp_path, database_url=database_url)
    again.now = desk.now + timedelta(days=1)
    again.notebook = desk.notebook
    again.work(rounds=1)
    again.work(rounds=9)
    assert len(again.notebook.texts("farid")) == 1
    again.close()


def test_a_row_for_nobody_is_refused_when_it_is_sent(desk: Desk) -> None:
    """A recipient that cannot be read is given up in plain words; others are told, and nothing waits."""
    desk.report("ana", kind="colleague")
    with desk.product.database.transaction() as tx:
        tx.exec_driver_sql("UPDATE outbox SET recipient = 'nonsense:' WHERE recipient = 'flt_channel'")
    desk.work()
    with desk.product.database.transaction() as tx:
        query = "SELECT state, fault FROM outbox WHERE recipient = 'nonsense:'"
        assert [tuple(row) for row in tx.exec_driver_sql(query)] == [("dead", "permanent: nonsense:")]
    assert len(desk.notebook.texts("ana")) > 0
    desk.later(seconds=6)
    desk.work()
    assert "pending" not in desk.dump()
