"""The outbox: one row per logical message, stored with what it tells of, and claimed under a lease.

A row names a report and a kind, never a word of it: texts are rendered when it is sent. The holder of the
lease may finish the row; a lease that ran out is anyone's, so a dead worker's rows are rescued.
Workers of several processes claim one after another, and pass by what another one is changing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
    case,
    func,
    or_,
    select,
    text,
    true,
    update,
)

from bot.domain.notices import REPORTER, NoticeKey, Recipient
from bot.storage.postgres import alone, announce, is_postgres
from bot.storage.rows import insert_all_new, insert_new, put
from bot.storage.schema import Moment, outbox, pauses, posted


@dataclass(frozen=True)
class Notice:
    """A logical message: its key (the same key is the same message), what it is, and for whom.

    `report_id` is "" for what is about no report.
    """

    key: NoticeKey
    report_id: str
    kind: str
    recipient: Recipient


def of_the_same(notice: Notice) -> ColumnElement[bool]:
    """What is owed to the same recipient of the same report; else the same message, in whichever way."""
    if notice.report_id:
        return and_(outbox.c.report_id == notice.report_id, outbox.c.recipient == notice.recipient)
    key = notice.key
    return or_(outbox.c.key == str(key.first), outbox.c.key.startswith(key.every_other))


# No platform asks for more; what is further off was set by a clock that was ahead, and holds nobody up.
LONGEST = timedelta(hours=1)


def pause(connection: Connection, recipient: Recipient, until: datetime) -> None:
    """Nothing for this recipient before `until`."""
    put(connection, pauses, recipient=recipient, until=until)


def paused(now: ColumnElement[datetime], farthest: ColumnElement[datetime]) -> Select[tuple[Recipient]]:
    """The recipients who are left alone at `now`; `farthest` is LONGEST after it."""
    return select(pauses.c.recipient).where(pauses.c.until > now, pauses.c.until <= farthest)


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

    On PostgreSQL claims wait for one another; a look that finds nothing does not wait.
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
    """Nothing for a recipient that another process is telling now: one conversation, one voice, one pace.

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


SENT, DEAD = "sent", "dead"


@dataclass(frozen=True)
class Claimed:
    """A notice under lease. `unclear` says that an earlier try may have been taken by the platform.

    `fault` is what the last try came to, as `try_again` kept it, and `platform` where it was made.
    """

    id: str
    token: str
    notice: Notice
    attempts: int
    unclear: bool
    fault: str = ""
    platform: str = ""


@dataclass(frozen=True)
class Posted:
    """Where a report's card stands, and the version of the report that it shows."""

    platform: str
    message_id: str
    version: int


def enqueue(connection: Connection, row_id: str, notice: Notice, due_at: datetime) -> bool:
    """Store a notice. False where its key is there already: the same message is owed once."""
    announce(connection)
    return insert_new(connection, outbox, **_row(row_id, notice, due_at))


def enqueue_all(connection: Connection, notices: Mapping[str, Notice], due_at: datetime) -> None:
    """Store these notices, by their rows' ids, in one go; none whose key is there already."""
    announce(connection)
    insert_all_new(connection, outbox, [_row(name, notice, due_at) for name, notice in notices.items()])


def _row(row_id: str, notice: Notice, due_at: datetime) -> dict[str, Any]:
    return {
        "id": row_id,
        "key": str(notice.key),
        "report_id": notice.report_id or None,
        "kind": notice.kind,
        "recipient": notice.recipient,
        "state": PENDING,
        "attempts": 0,
        "created_at": due_at,
        "due_at": due_at,
        "lease_token": "",
        "fault": "",
    }


def claim(
    connection: Connection,
    token: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    busy: Collection[Recipient] = (),
) -> tuple[Claimed, ...]:
    """Lease up to `limit` rows that are due, oldest first, rescuing those whose lease ran out.

    None of a recipient in `busy`, or paused: their messages go out in order, one after another.
    """
    rows = claimable(connection, now, lease, limit, busy)
    if rows:
        taken = outbox.c.id.in_([row.id for row in rows])
        leased = {"state": SENDING, "lease_token": token, "lease_until": now + lease}
        connection.execute(update(outbox).where(taken).values(**leased, attempts=outbox.c.attempts + 1))
    return tuple(_claimed(row, token) for row in rows)


def _claimed(row: Row[Any], token: str) -> Claimed:
    return Claimed(
        id=row.id,
        token=token,
        notice=Notice(NoticeKey.parse(row.key), row.report_id or "", row.kind, row.recipient),
        attempts=row.attempts + 1,
        unclear=row.state == SENDING or row.fault.startswith("unclear"),
        fault=row.fault,
        platform=row.platform,
    )


def _fenced(connection: Connection, claimed: Claimed, **values: object) -> bool:
    # A worker whose lease ran out must not overwrite what its rescuer did.
    mine = and_(outbox.c.id == claimed.id, outbox.c.lease_token == claimed.token, outbox.c.state == SENDING)
    return connection.execute(update(outbox).where(mine).values(**values)).rowcount == 1


def finish(connection: Connection, claimed: Claimed, now: datetime) -> bool:
    """Mark as sent. False where the lease was lost."""
    return _fenced(connection, claimed, state=SENT, sent_at=now, lease_until=None, fault="")


def try_again(
    connection: Connection, claimed: Claimed, due_at: datetime, fault: str, platform: str = ""
) -> bool:
    """Give the row back, due at `due_at`, as tried on `platform`. False where the lease was lost."""
    tried = {"fault": fault, "platform": platform or claimed.platform}
    return _fenced(connection, claimed, state=PENDING, due_at=due_at, lease_until=None, **tried)


def give_back(connection: Connection, claimed: Claimed) -> bool:
    """Give back a row that was not tried, as it was, in its place. False where the lease was lost."""
    fault = "unclear" if claimed.unclear and not claimed.fault.startswith("unclear") else claimed.fault
    untried = {"attempts": claimed.attempts - 1, "lease_until": None, "fault": fault}
    return _fenced(connection, claimed, state=PENDING, **untried)


def give_up(connection: Connection, claimed: Claimed, now: datetime, fault: str, platform: str = "") -> bool:
    """Mark as undeliverable, on this platform at least. False where the lease was lost."""
    tried = {"due_at": now, "fault": fault, "platform": platform}
    return _fenced(connection, claimed, state=DEAD, lease_until=None, **tried)


def renew(connection: Connection, tokens: Collection[str], until: datetime) -> None:
    """The worker that holds these lives: what is still in its hands stays there until `until`."""
    mine = and_(outbox.c.lease_token.in_(tokens), outbox.c.state == SENDING)
    connection.execute(update(outbox).where(unfinished(), mine).values(lease_until=until))


# After this long a way that was refused for good is tried again: people come back, channels are opened.
DEAD_FOR = timedelta(minutes=30)


def dead_ways(connection: Connection, notice: Notice, now: datetime) -> frozenset[str]:
    """The platforms that refused this recipient for good lately, whatever of the report, or this message.

    A message that was refused in words which nobody knows says nothing of the next one.
    """
    lately = and_(outbox.c.fault.startswith("permanent: "), outbox.c.due_at > now - DEAD_FOR)
    dead = and_(of_the_same(notice), outbox.c.state == DEAD, outbox.c.platform != "", lately)
    refused = {row.platform for row in connection.execute(select(outbox.c.platform).where(dead))}
    return frozenset(refused.union(notice.key.refused_by))


def call_off(connection: Connection, report_id: str, kept: Collection[Recipient]) -> None:
    """What waits for anybody but these and the reporter is owed no more: they are not to have the report."""
    others = and_(outbox.c.report_id == report_id, outbox.c.recipient.not_in((*kept, REPORTER)))
    left = and_(others, outbox.c.state == PENDING)
    # Whether an earlier try was taken is as unclear as before.
    fault = case((outbox.c.fault.startswith("unclear"), outbox.c.fault), else_="called off")
    connection.execute(update(outbox).where(left).values(state=DEAD, fault=fault))


def hasten(connection: Connection, report_id: str, kind: str, now: datetime) -> None:
    """What waits of this kind for a report is due now: what it waited for has come."""
    _hasten(connection, and_(outbox.c.report_id == report_id, outbox.c.kind == kind), now)


def hasten_held(connection: Connection, now: datetime) -> None:
    """What was withheld, or met an outage, is due now: the channel is as it should be again."""
    held = or_(outbox.c.fault.contains("withheld: "), outbox.c.fault.contains("outage: "))
    _hasten(connection, held, now)


def _hasten(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    # What another transaction holds is being claimed, or hastened, already: nobody waits for anybody.
    owed = and_(unfinished(), outbox.c.state == PENDING, which)
    query = select(outbox.c.id).where(owed).with_for_update(skip_locked=True)
    announce(connection)
    connection.execute(update(outbox).where(outbox.c.id.in_(query.scalar_subquery())).values(due_at=now))


def waiting(connection: Connection, notice: Notice) -> tuple[NoticeKey, ...]:
    """The keys of all that is owed still to this recipient, of this kind, for this report."""
    same = and_(outbox.c.report_id == notice.report_id, outbox.c.recipient == notice.recipient)
    owed = and_(same, outbox.c.kind == notice.kind, unfinished())
    return tuple(NoticeKey.parse(row.key) for row in connection.execute(select(outbox.c.key).where(owed)))


def is_waiting(connection: Connection, recipient: Recipient) -> bool:
    """Whether anything is owed to this recipient still."""
    owed = select(outbox.c.id).where(unfinished(), outbox.c.recipient == recipient).limit(1)
    return connection.execute(owed).first() is not None


def waiting_ids(connection: Connection, kind: str) -> frozenset[str]:
    """The rows of this kind that are owed still."""
    owed = select(outbox.c.id).where(unfinished(), outbox.c.kind == kind)
    return frozenset(connection.execute(owed).scalars())


def owed_now(connection: Connection, kind: str, now: datetime) -> int:
    """How many messages of a kind are due or being sent, those not counted that wait for a platform."""
    due = and_(unfinished(), outbox.c.kind == kind, outbox.c.due_at <= now)
    return int(connection.execute(select(func.count()).select_from(outbox).where(due)).scalar_one())


def newest_key(connection: Connection, notice: Notice) -> NoticeKey:
    """The key of the newest message of this kind to this recipient of this report, sent or not."""
    same = and_(outbox.c.report_id == notice.report_id, outbox.c.recipient == notice.recipient)
    query = select(outbox.c.key).where(same, outbox.c.kind == notice.kind)
    # Compared here: databases do not agree on the order of digits and signs.
    return NoticeKey.parse(max(row.key for row in connection.execute(query)))


def keys_of(connection: Connection, report_id: str, kind: str) -> tuple[NoticeKey, ...]:
    """The keys of all messages of this kind about this report, sent or not, to anybody."""
    query = select(outbox.c.key).where(outbox.c.report_id == report_id, outbox.c.kind == kind)
    return tuple(NoticeKey.parse(row.key) for row in connection.execute(query))


# Before all else that waits, and the same time for all of them: it reveals when nobody asked.
FIRST = datetime(2000, 1, 1, tzinfo=UTC)


def oldest_due(connection: Connection, now: datetime) -> datetime | None:
    """Since when the longest-waiting row has been due, or None where nothing waits."""
    # An answer that was not tried yet has no time at all.
    owed = and_(unfinished(), outbox.c.due_at <= now, outbox.c.due_at > FIRST)
    row = connection.execute(select(outbox.c.due_at).where(owed).order_by(outbox.c.due_at).limit(1)).first()
    return None if row is None else row.due_at


def posted_card(connection: Connection, report_id: str, recipient: Recipient) -> Posted | None:
    """Where this recipient's card of the report stands, or None where there is none yet."""
    here = and_(posted.c.report_id == report_id, posted.c.recipient == recipient)
    row = connection.execute(select(posted).where(here)).one_or_none()
    return None if row is None else Posted(row.platform, row.message_id, row.version)


def remember_card(
    connection: Connection, report_id: str, recipient: Recipient, card: Posted, drawing: int
) -> None:
    """Remember where the card stands, so that it is rewritten in place, and in which drawing."""
    place = {"platform": card.platform, "message_id": card.message_id, "version": card.version}
    put(connection, posted, report_id=report_id, recipient=recipient, **place, drawn=drawing)


def card_was_tried(connection: Connection, notice: Notice) -> bool:
    """Whether another version of this card was given to the platform, with or without an answer."""
    same = and_(outbox.c.report_id == notice.report_id, outbox.c.recipient == notice.recipient)
    others = and_(same, outbox.c.kind == notice.kind, outbox.c.key != str(notice.key), outbox.c.attempts > 0)
    return connection.execute(select(outbox.c.id).where(others)).first() is not None


def perhaps_on(connection: Connection, notice: Notice) -> str:
    """The platform that may have taken this message, or another version of this card; "" where none may."""
    same = of_the_same(notice)
    versions = outbox.c.kind == "card" if notice.kind == "card" else outbox.c.key == str(notice.key)
    unclear = and_(same, versions, outbox.c.fault.startswith("unclear"), outbox.c.platform != "")
    row = connection.execute(select(outbox.c.platform).where(unclear)).first()
    return "" if row is None else str(row.platform)


def was_shown(connection: Connection, report_id: str, recipients: Collection[Recipient]) -> bool:
    """Whether one of these was sent the report's card, or that it waits."""
    theirs = and_(outbox.c.report_id == report_id, outbox.c.recipient.in_(recipients))
    shown = and_(theirs, outbox.c.kind.in_(("card", "withheld")), outbox.c.state == SENT)
    return connection.execute(select(outbox.c.id).where(shown).limit(1)).first() is not None


def on_their_way(connection: Connection, report_id: str) -> bool:
    """Whether a card of the report is being sent at this moment, or waits for its first try."""
    cards = and_(outbox.c.report_id == report_id, outbox.c.kind.in_(("card", "withheld")))
    untried = and_(outbox.c.state == PENDING, outbox.c.attempts == 0)
    begun = and_(cards, or_(outbox.c.state == SENDING, untried))
    return connection.execute(select(outbox.c.id).where(begun).limit(1)).first() is not None


def cards_of(connection: Connection, report_id: str) -> tuple[Recipient, ...]:
    """The recipients who have, or are owed, a card of the report; not those whom none can reach."""
    query = select(outbox.c.recipient).where(
        outbox.c.report_id == report_id, outbox.c.kind == "card", outbox.c.state != DEAD
    )
    return tuple(dict.fromkeys(row.recipient for row in connection.execute(query)))
