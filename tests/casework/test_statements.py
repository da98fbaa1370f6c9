"""How often the database is asked: a list of many costs no more statements than one of few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from bot.domain.turns import Said
from tests.support.desk import Desk, text_of


@contextmanager
def counted(desk: Desk) -> Iterator[list[str]]:
    """Every statement that the database gets meanwhile."""
    found: list[str] = []

    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    engine = desk.product.database.engine
    event.listen(engine, "before_cursor_execute", before)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", before)


# The list of cases is looked through, and then the part that is shown is read.
@pytest.mark.parametrize(
    ("user", "words", "at_once", "most"), [("ana", "status", 8, 10), ("eleanor", "/cases", 20, 14)]
)
def test_twenty_cost_as_much_as_two(desk: Desk, user: str, words: str, at_once: int, most: int) -> None:
    """One's own reports and the list of cases take as many statements for twenty as for two."""
    asked = []
    for reports in (2, 18):
        shown = [desk.report("ana", kind="colleague").reference for _ in range(reports)]
        with counted(desk) as statements:
            told = "".join(map(text_of, desk.send(user, Said(words))))
        assert sum(reference in told for reference in shown) == min(reports, at_once)
        asked.append(len(statements))
    assert asked[0] == asked[1]
    assert asked[1] <= most
