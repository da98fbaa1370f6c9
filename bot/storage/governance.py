"""What the governors' report counts, and what was printed of each term, which never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, select, update

from bot.domain.cases import Stage
from bot.domain.times import Term
from bot.storage.rows import insert_new
from bot.storage.schema import governors_reports, report_events, reports, topics_asked


@dataclass(frozen=True)
class CountedCase:
    """What the figures need of a case. `acknowledged_at` is of its clock as it counts now."""

    kind: str
    school: str
    urgent: bool
    received_at: datetime
    clock_from: datetime | None
    clock_level: int
    acknowledged_at: datetime | None
    closed_at: datetime | None
    outcome: str


def counted_cases(connection: Connection, since: datetime, before: datetime) -> tuple[CountedCase, ...]:
    """The cases received from `since` until `before`: no restricted one, and no drill.

    Nor one whose key was destroyed: nobody can say any more whether it was restricted.
    """
    entered = report_events.c.report_id == reports.c.id
    taken = report_events.c.stage_after == Stage.ACKNOWLEDGED.value
    on_this_clock = report_events.c.at >= func.coalesce(reports.c.clock_from, reports.c.received_at)
    acknowledged = select(func.min(report_events.c.at)).where(entered, taken, on_this_clock)
    columns = (reports.c[name] for name in CountedCase.__dataclass_fields__ if name != "acknowledged_at")
    query = (
        select(*columns, acknowledged.scalar_subquery().label("acknowledged_at"))
        .where(reports.c.restricted.is_(False), reports.c.drill.is_(False), reports.c.wrapped_key != b"")
        .where(reports.c.received_at >= since, reports.c.received_at < before)
    )
    return tuple(CountedCase(**row._mapping) for row in connection.execute(query))


@dataclass(frozen=True)
class Printed:
    """A report as it was made: the term, when, and its figures as text."""

    term: Term
    made_at: datetime
    figures: str


def keep_printed(connection: Connection, printed: Printed) -> None:
    """Keep what is printed of a term; what was kept of it before stays."""
    term, made_at, figures = printed.term, printed.made_at, printed.figures
    days = {"first_day": term.first, "last_day": term.last}
    insert_new(connection, governors_reports, term=term.name, made_at=made_at, figures=figures, **days)


def printed_of(connection: Connection, first: date, last: date) -> tuple[Printed, ...]:
    """Every report that was made of any of these days, oldest first."""
    shares = (governors_reports.c.first_day <= last) & (governors_reports.c.last_day >= first)
    rows = connection.execute(select(governors_reports).where(shares).order_by(governors_reports.c.first_day))
    return tuple(
        Printed(Term(row.term, row.first_day, row.last_day), row.made_at, row.figures) for row in rows
    )


def count_topic(connection: Connection, term: str, topic: str) -> None:
    """A question was answered from this topic. Nothing of who asked, what, or when, is kept."""
    same = (topics_asked.c.term == term) & (topics_asked.c.topic == topic)
    more = update(topics_asked).where(same).values(asked=topics_asked.c.asked + 1)
    if connection.execute(more).rowcount or insert_new(
        connection, topics_asked, term=term, topic=topic, asked=1
    ):
        return
    connection.execute(more)


def topics_of(connection: Connection, term: str) -> dict[str, int]:
    """How often each topic answered a question in this term."""
    rows = connection.execute(select(topics_asked).where(topics_asked.c.term == term))
    return {row.topic: row.asked for row in rows}


def forget_topics(connection: Connection, term: str) -> None:
    """Delete the counts of a term whose report is made."""
    connection.execute(delete(topics_asked).where(topics_asked.c.term == term))
