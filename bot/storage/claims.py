"""What a worker may claim at this moment. Each statement is built once: it is asked many times a second."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    TextClause,
    and_,
    bindparam,
    or_,
    select,
    text,
    true,
)

from bot.domain.notices import REPORTER, Recipient
from bot.storage.columns import Moment
from bot.storage.pauses import LONGEST, paused
from bot.storage.postgres import alone, is_postgres
from bot.storage.schema import outbox

PENDING, SENDING = "pending", "sending"
# A little more than the longest pause: what was put off at this very moment is not far ahead.
_FARTHEST_WAIT = LONGEST + timedelta(minutes=5)


def unfinished(table: str = "outbox") -> TextClause:
    """What is not finished, in the very words of the index over just that: else every old row is read."""
    return text(f"{table}.state IN ('pending', 'sending')")


def claimable(
    connection: Connection, now: datetime, lease: timedelta, limit: int, busy: Collection[Recipient]
) -> Sequence[Row[Any]]:
    """Up to `limit` rows that are due and in nobody's hands, oldest first; they are the caller's to lease.

    On PostgreSQL claims wait for one another; whoever sees without waiting that there is nothing does not.
    """
    shared = is_postgres(connection)
    values = {
        "now": now,
        "farthest_wait": now + _FARTHEST_WAIT,
        # Another machine's clock may be a little ahead: its lease must not look like one from the future.
        "farthest_lease": now + (2 if shared else 1) * lease,
        "farthest_pause": now + LONGEST,
        "busy": list(busy),
    }
    if shared:
        if connection.execute(_any(), values).first() is None:
            return ()
        alone(connection, "claim")
    return connection.execute(_rows(shared), values | {"most": limit}).all()


@cache
def _any() -> Select[Any]:
    return _free(select(outbox.c.id), shared=True).limit(1)


@cache
def _rows(shared: bool) -> Select[Any]:
    oldest = _free(select(outbox), shared).order_by(outbox.c.due_at, outbox.c.created_at)
    return oldest.limit(bindparam("most")).with_for_update(skip_locked=True)


def _free(query: Select[Any], shared: bool) -> Select[Any]:
    # A clock that was put back must hold nothing up: what was never tried is due whatever it says, nothing
    # waits longer than the longest pause, and no lease reaches further than the one that would be given now.
    now, far = _moment("now"), _moment("farthest_wait")
    due = or_(outbox.c.due_at <= now, outbox.c.attempts == 0, outbox.c.due_at > far)
    ran_out = or_(outbox.c.lease_until <= now, outbox.c.lease_until > _moment("farthest_lease"))
    waiting, stalled = and_(outbox.c.state == PENDING, due), and_(outbox.c.state == SENDING, ran_out)
    return query.where(
        unfinished(),
        or_(waiting, stalled),
        outbox.c.recipient.not_in(bindparam("busy", expanding=True)),
        _in_no_other_hand() if shared else true(),
        outbox.c.recipient.not_in(paused(now, _moment("farthest_pause"))),
    )


def _in_no_other_hand() -> ColumnElement[bool]:
    """Nothing for whoever another process is telling at this moment: one conversation, one voice, one pace.

    In one process `busy` sees to it. Each reporter is somebody else, as far as the outbox knows.
    """
    other = outbox.alias("other")
    lives = and_(other.c.lease_until > _moment("now"), other.c.lease_until <= _moment("farthest_lease"))
    leased = and_(unfinished("other"), other.c.state == SENDING, lives)
    theirs = select(other.c.report_id).where(leased, other.c.recipient == REPORTER)
    others = select(other.c.recipient).where(leased, other.c.recipient != REPORTER)
    to_reporter = outbox.c.recipient == REPORTER
    return and_(
        or_(~to_reporter, outbox.c.report_id.not_in(theirs)),
        or_(to_reporter, outbox.c.recipient.not_in(others)),
    )


def _moment(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=Moment)
