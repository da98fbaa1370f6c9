"""A Federation whose autumn is over, and what is printed of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.casework.context import CurrentWorld, Work
from bot.domain.roster import Federation
from bot.domain.times import Term
from bot.domain.turns import Said
from bot.governance.collect import collect
from bot.governance.figures import Figures
from bot.governance.report import GovernorsReport, report_of
from bot.governance.terms import whole_term
from tests.support.desk import DeafEngine, Desk, text_of

AUTUMN, AFTER = "2026-autumn", datetime(2027, 1, 4, 9, tzinfo=UTC)
# On the route of the whole leadership team, so in no way restricted.
OPEN: dict[str, str] = {"kind": "abuse", "category": "offensive"}


def changed(desk: Desk, *, address: str = "", engine: Any = None, **changes: object) -> None:
    """The product of a Federation that differs in this, or with an address of its own."""
    world = desk.product.context.current.at_start
    federation: Federation = replace(world.federation, **changes)  # type: ignore[arg-type]
    current = CurrentWorld(replace(world, federation=federation))
    context = replace(desk.product.context, current=current, address=address)
    assistant = type(desk.product.assistant)(context, engine or DeafEngine())
    desk.product = replace(desk.product, context=context, assistant=assistant)


def reported(desk: Desk, number: int = 1, **slots: str) -> list[str]:
    """So many reports, by their references; of abuse on an account where nothing else is said."""
    return [desk.report("ana", None, **{**OPEN, **slots}).reference for _ in range(number)]


def term(desk: Desk, name: str = AUTUMN) -> Term:
    found = whole_term(desk.product.context.world, name, desk.now)
    assert isinstance(found, Term), found
    return found


def counted(desk: Desk, name: str = AUTUMN) -> Figures:
    """Every figure of the term as it is."""
    with desk.product.database.transaction() as tx:
        return collect(Work(tx, desk.product.context, desk.now), term(desk, name))


def made(desk: Desk, name: str = AUTUMN) -> GovernorsReport | str:
    """The report, or why there is none."""
    with desk.product.database.transaction() as tx:
        return report_of(Work(tx, desk.product.context, desk.now), term(desk, name))


def printed(desk: Desk, table: Any, name: str = AUTUMN) -> dict[str, str]:
    """One table as it is printed."""
    report = made(desk, name)
    assert isinstance(report, GovernorsReport), report
    return {key: str(one) for key, one in report.tables[table].items()}


def page(desk: Desk, user: str) -> str:
    """What somebody reads who asks for the report."""
    return "\n".join(text_of(message) for message in desk.send(user, Said("governors' report")))
