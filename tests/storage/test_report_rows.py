from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import get_args, get_type_hints

import pytest
from sqlalchemy import select

from bot.domain.cases import CaseState, Stage
from bot.domain.routing import Visibility
from bot.storage.database import Database
from bot.storage.reports import NewReport, Report, ReportRow, SealedRoute, insert_report, report_by_id
from bot.storage.rerouting import Rerouted, save_route
from bot.storage.schema import reports
from bot.storage.vault import Vault

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
# Columns that are no field: those of the key, the reporter's index, and those that two fields stand for.
KEPT_BACK = {"key_id", "wrapped_key", "reporter_hmac"}
STATE = {"stage", "level", "holder", "acknowledged_by", "outcome"}
VISIBILITY = {"channel", "restricted"}


def stored(database: Database, vault: Vault, visibility: Visibility) -> Report:
    new = NewReport(
        reference="FED-7K3Q", kind="abuse", school="north", mode="anonymous", visibility=visibility,
        urgent=True, child=False, accidental=False, received_at=NOW, due_at=NOW + timedelta(hours=1),
        receipt_hash="hash", answers={"kind": ("abuse",)}, route=SealedRoute(tags=("tag",)), reporter=None,
    )  # fmt: skip
    with database.transaction() as tx:
        found = insert_report(tx, vault, new)
    assert found is not None
    return found


def columns(database: Database) -> tuple[bool, bool]:
    with database.transaction() as tx:
        row = tx.execute(select(reports.c.channel, reports.c.restricted)).one()
    return row.channel, row.restricted


def test_a_row_has_every_column_by_its_type() -> None:
    """Each column that a use case may read is a field of the row, of the column's type; nothing else is."""
    hints = get_type_hints(ReportRow)
    plain = {item.name for item in fields(ReportRow)} - {"state", "visibility"}
    named = {column.name for column in reports.columns} - KEPT_BACK - STATE - VISIBILITY
    assert plain == named
    assert {item.name for item in fields(CaseState)} == STATE
    for name in plain:
        column = reports.columns[name]
        kinds = set(get_args(hints[name])) or {hints[name]}
        # A moment's own type says nothing of Python's.
        kind = datetime if name.endswith(("_at", "_from")) else column.type.python_type
        assert kinds == ({kind, type(None)} if column.nullable else {kind}), name


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        (Visibility.CHANNEL, (True, False)),
        (Visibility.PEOPLE, (False, False)),
        (Visibility.RESTRICTED, (False, True)),
    ],
)
def test_visibility_is_kept_in_two_columns(
    database: Database, vault: Vault, visibility: Visibility, expected: tuple[bool, bool]
) -> None:
    """Where a card may be seen is stored as the two columns that were always there, and read from them."""
    first = stored(database, vault, Visibility.PEOPLE)
    with database.transaction() as tx:
        assert save_route(tx, first, CaseState(Stage.DELIVERED), Rerouted(first.route, None, visibility))
    assert columns(database) == expected
    with database.transaction() as tx:
        found = report_by_id(tx, vault, first.id)
    assert found.row.visibility is visibility
    assert found.state == CaseState(Stage.DELIVERED)


@pytest.mark.parametrize("visibility", Visibility)
def test_a_new_row_reads_as_it_was_written(database: Database, vault: Vault, visibility: Visibility) -> None:
    """What an insertion gives back and what a later look finds are the same row, of the types promised."""
    first = stored(database, vault, visibility)
    with database.transaction() as tx:
        found = report_by_id(tx, vault, first.id)
    assert found.row == first.row
    assert (found.row.urgent, found.row.child, found.row.version) == (True, False, 1)
    assert found.row.due_at == NOW + timedelta(hours=1)
    assert found.route.tags == ("tag",)
    assert {type(value) for value in (found.row.urgent, found.row.drill, found.row.legal_hold)} == {bool}


@pytest.mark.parametrize("channel", [True, False])
def test_what_is_restricted_is_never_in_the_channel(channel: bool) -> None:
    """A row that says both is restricted."""
    assert Visibility.of(channel=channel, restricted=True) is Visibility.RESTRICTED
