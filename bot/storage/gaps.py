"""Questions that the policy leaves open, who waits for an answer, and the answers: sealed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, func, insert, select, update

from bot.domain.gaps import GapAnswer, GapCounts, GapStage, Live
from bot.storage.crypto import WrappedKey
from bot.storage.postgres import alone
from bot.storage.rows import due_ids, due_row, insert_new
from bot.storage.schema import gap_askers, gaps
from bot.storage.vault import Vault

_TABLE, _ASKERS = "gaps", "gap_askers"
OPEN = (GapStage.WAITING, GapStage.ANSWERED)


@dataclass(frozen=True)
class Gap:
    """One question. `since` is the day on which it came to its stage, `due_at` when an answer is due.

    `answer` may be there unsigned; `why` says why it was declined ("" where it was not). `barred` are the
    HMACs of accounts on the roster that asked it by name and are no longer kept: they sign no answer to it.
    """

    id: str
    question: str
    stage: GapStage
    since: datetime
    due_at: datetime
    remind_at: datetime | None = None
    answer: GapAnswer | None = None
    why: str = ""
    barred: tuple[str, ...] = ()


@dataclass(frozen=True)
class GapAsker:
    """Who waits for the answer to a question. Without a name `platform` and `user` are "".

    `receipt_hash` is "" for an asker who gave their name.
    """

    id: str
    gap_id: str
    reference: str
    receipt_hash: str = ""
    platform: str = ""
    user: str = ""


def one_at_a_time(connection: Connection) -> None:
    """Until this transaction ends nobody else puts a question on the list, or changes one."""
    alone(connection, _TABLE)


def add_gap(connection: Connection, vault: Vault, gap: Gap) -> None:
    """Store a new question."""
    key, wrapped = vault.ring.new_record_key(_TABLE, gap.id)
    connection.execute(
        insert(gaps).values(
            id=gap.id,
            stage=gap.stage.value,
            since=gap.since,
            due_at=gap.due_at,
            remind_at=gap.remind_at,
            key_id=wrapped.key_id,
            wrapped_key=wrapped.wrapped,
            sealed_question=key.seal("sealed_question", gap.question),
            sealed_answer=None,
        )
    )


def find_gap(connection: Connection, vault: Vault, gap_id: str) -> Gap | None:
    """The question of this id, held until the transaction ends; None where there is none."""
    query = select(gaps).where(gaps.c.id == gap_id).with_for_update(key_share=True)
    row = connection.execute(query).one_or_none()
    return None if row is None else _opened(vault, row)


def all_gaps(connection: Connection, vault: Vault, stages: Collection[GapStage]) -> tuple[Gap, ...]:
    """Every question at one of these stages, the one that is due first at the top."""
    query = select(gaps).where(gaps.c.stage.in_([stage.value for stage in stages]))
    rows = connection.execute(query.order_by(gaps.c.due_at, gaps.c.id)).all()
    return tuple(_opened(vault, row) for row in rows)


def save_gap(connection: Connection, vault: Vault, gap: Gap) -> None:
    """Store where a question stands, with its answer or why it was declined."""
    query = select(gaps.c.key_id, gaps.c.wrapped_key).where(gaps.c.id == gap.id)
    row = connection.execute(query).one()
    key = vault.ring.open_record_key(_TABLE, gap.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    said = {"answer": _written(gap.answer), "why": gap.why, "barred": gap.barred}
    sealed = key.seal("sealed_answer", json.dumps(said)) if gap.answer or gap.why or gap.barred else None
    values = {
        "stage": gap.stage.value,
        "since": gap.since,
        "due_at": gap.due_at,
        "remind_at": gap.remind_at,
        "sealed_answer": sealed,
    }
    connection.execute(update(gaps).where(gaps.c.id == gap.id).values(**values))


def forget_gap(connection: Connection, gap_id: str) -> None:
    """Delete a question with everybody who waits for its answer."""
    connection.execute(delete(gap_askers).where(gap_askers.c.gap_id == gap_id))
    connection.execute(delete(gaps).where(gaps.c.id == gap_id))


def live_answers(connection: Connection, vault: Vault) -> tuple[Live, ...]:
    """Every signed answer, in the order of their ids."""
    found = all_gaps(connection, vault, (GapStage.LIVE,))
    live = [Live(gap.id, gap.answer) for gap in found if gap.answer]
    return tuple(sorted(live, key=lambda one: one.id))


def add_asker(connection: Connection, vault: Vault, asker: GapAsker) -> bool:
    """Store who waits. False where the reference is taken, or the same person waits already."""
    hidden = asker_hmac(vault, asker.platform, asker.user) if asker.user else ""
    if hidden and _waits(connection, asker.gap_id, hidden):
        return False
    key, wrapped = vault.ring.new_record_key(_ASKERS, asker.id)
    return insert_new(
        connection,
        gap_askers,
        id=asker.id,
        gap_id=asker.gap_id,
        reference=asker.reference,
        receipt_hash=asker.receipt_hash,
        asker_hmac=hidden,
        key_id=wrapped.key_id,
        wrapped_key=wrapped.wrapped,
        sealed_asker=key.seal("sealed_asker", json.dumps([asker.platform, asker.user])),
    )


def askers_of(connection: Connection, vault: Vault, gap_id: str) -> tuple[GapAsker, ...]:
    """Everybody who waits for the answer to a question, in no order that says who was first."""
    query = select(gap_askers).where(gap_askers.c.gap_id == gap_id).order_by(gap_askers.c.id)
    return _askers(vault, connection.execute(query).all())


def asked_by(connection: Connection, vault: Vault, platform: str, user: str) -> tuple[GapAsker, ...]:
    """The questions that somebody asked under their name."""
    mine = gap_askers.c.asker_hmac == asker_hmac(vault, platform, user)
    return _askers(vault, connection.execute(select(gap_askers).where(mine).order_by(gap_askers.c.id)).all())


def asker_by_reference(connection: Connection, vault: Vault, reference: str) -> GapAsker | None:
    """Who asked under this reference, or None."""
    query = select(gap_askers).where(gap_askers.c.reference == reference)
    return next(iter(_askers(vault, connection.execute(query).all())), None)


def forget_asker(connection: Connection, asker: GapAsker) -> bool:
    """Delete somebody who waited; whether nobody waits for that answer any more."""
    connection.execute(delete(gap_askers).where(gap_askers.c.id == asker.id))
    others = exists().where(gap_askers.c.gap_id == asker.gap_id)
    return not connection.execute(select(others)).scalar_one()


def told_before(connection: Connection, vault: Vault, before: datetime) -> tuple[Gap, ...]:
    """What has been answered, in force, since before then, and of which it is still kept who asked."""
    told = and_(gaps.c.stage == GapStage.LIVE.value, gaps.c.since < before)
    waits = exists().where(gap_askers.c.gap_id == gaps.c.id)
    rows = connection.execute(select(gaps).where(told, waits).with_for_update(skip_locked=True)).all()
    return tuple(_opened(vault, row) for row in rows)


def asker_hmac(vault: Vault, platform: str, user: str) -> str:
    """What stands for somebody who asked by name: the same for the same account."""
    return vault.blind("gap asker", platform, user)


def due_gaps(connection: Connection, now: datetime) -> tuple[str, ...]:
    """The ids of questions of which a reminder is due, the longest overdue first."""
    return due_ids(connection, gaps, now)


def due_gap(connection: Connection, vault: Vault, gap_id: str, now: datetime) -> Gap | None:
    """The question, if a reminder of it is still due and nobody else is at it; None otherwise."""
    row = due_row(connection, gaps, gap_id, now)
    return None if row is None else _opened(vault, row)


def old_gaps(connection: Connection, vault: Vault, before: datetime) -> tuple[Gap, ...]:
    """What has had no answer in force since before then."""
    over = and_(gaps.c.since < before, gaps.c.stage != GapStage.LIVE.value)
    rows = connection.execute(select(gaps).where(over).with_for_update(skip_locked=True)).all()
    return tuple(_opened(vault, row) for row in rows)


def count_gaps(connection: Connection, now: datetime) -> GapCounts:
    """How many questions are open, answered and not signed, in force, and overdue."""
    counted = select(gaps.c.stage, func.count()).group_by(gaps.c.stage)
    by_stage = {str(stage): int(count) for stage, count in connection.execute(counted)}
    late = and_(gaps.c.stage.in_([stage.value for stage in OPEN]), gaps.c.due_at <= now)
    overdue = int(connection.execute(select(func.count()).select_from(gaps).where(late)).scalar_one())
    return GapCounts(
        open=sum(by_stage.get(stage.value, 0) for stage in OPEN),
        answered=by_stage.get(GapStage.ANSWERED.value, 0),
        live=by_stage.get(GapStage.LIVE.value, 0),
        overdue=overdue,
    )


def _waits(connection: Connection, gap_id: str, hidden: str) -> bool:
    same = exists().where(gap_askers.c.gap_id == gap_id, gap_askers.c.asker_hmac == hidden)
    return bool(connection.execute(select(same)).scalar_one())


def _askers(vault: Vault, rows: Iterable[Row[Any]]) -> tuple[GapAsker, ...]:
    return tuple(_asker(vault, row) for row in rows)


def _asker(vault: Vault, row: Row[Any]) -> GapAsker:
    key = vault.ring.open_record_key(_ASKERS, row.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    platform, user = json.loads(key.open("sealed_asker", bytes(row.sealed_asker)))
    return GapAsker(row.id, row.gap_id, row.reference, row.receipt_hash, platform, user)


def _written(answer: GapAnswer | None) -> dict[str, Any] | None:
    return None if answer is None else {**asdict(answer), "review": answer.review.isoformat()}


def _opened(vault: Vault, row: Row[Any]) -> Gap:
    key = vault.ring.open_record_key(_TABLE, row.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    question = key.open("sealed_question", bytes(row.sealed_question))
    stage, moments = GapStage(row.stage), (row.since, row.due_at, row.remind_at)
    gap = Gap(row.id, question, stage, *moments)
    if row.sealed_answer is None:
        return gap
    said = json.loads(key.open("sealed_answer", bytes(row.sealed_answer)))
    # A row of the version before lacks the last of them.
    barred = tuple(said.get("barred", ()))
    return replace(gap, answer=_read(said["answer"]), why=said["why"], barred=barred)


def _read(said: dict[str, Any] | None) -> GapAnswer | None:
    if said is None:
        return None
    lists = {name: tuple(said[name]) for name in ("examples", "near")}
    return GapAnswer(**{**said, **lists, "review": date.fromisoformat(said["review"])})
