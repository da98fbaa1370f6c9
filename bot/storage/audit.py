"""The audit: who did or saw what, in which role. Rows are only ever added, each bound to the one before.

A row's hash is an HMAC over the row and the hash before it, under a key that is kept wrapped in the
database: somebody who has the database alone can neither change a row nor make one that fits. That the newest
rows were cut off is found by a hash that was kept elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select

from bot.storage.crypto import KeyFault, RecordKey
from bot.storage.postgres import alone_at_last
from bot.storage.schema import audit
from bot.storage.vault import Vault

REPORTER, SIGNPOST, HOST, UNKNOWN = "reporter", "signpost", "host", "unknown"
# Of a reference that somebody asked for and was refused, whether there is such a report or not.
ASKED = "asked:"
_PENDING = "signpost_audit"
_PAGE = 2000
# Built once: each transaction that is audited asks for it, under a lock that others wait for.
_NEWEST = select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
_APPENDED = insert(audit)
_WRITTEN = re.compile(r"(?:(?P<number>[1-9]\d{0,17}):)?(?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True)
class AuditEntry:
    """One act or look. `actor` is a roster id, or REPORTER, SIGNPOST, HOST (the command line) or UNKNOWN.

    `subject` is a report's row id, `asked_for` a reference, or "". `detail` is stored sealed. Neither who
    reported nor a word of what they wrote belongs in any of it.
    """

    at: datetime
    actor: str
    role: str
    action: str
    subject: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """The newest row: its number and its hash. 0 and "" where there is none yet."""

    number: int = 0
    hash: str = ""

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True)
class Verified:
    """How far the chain was followed, and each number at which it does not hold, with what is wrong there."""

    head: Head = Head()
    faults: tuple[tuple[int, str], ...] = ()
    whole: bool = False


def asked_for(vault: Vault, reference: str) -> str:
    """The subject of refused look-ups of this reference, which it cannot be read from."""
    return f"{ASKED}{vault.blind('asked', reference)[:32]}"


def record(connection: Connection, vault: Vault, entry: AuditEntry, key: RecordKey | None = None) -> None:
    """Add to the audit when this transaction commits; nothing where it is undone.

    With the `key` of the report that it is about, the detail is lost when that key is.
    """
    connection.info.setdefault(_PENDING, []).append((vault, entry, key))


def recorded(connection: Connection) -> int:
    """How much this transaction has recorded so far."""
    return len(connection.info.get(_PENDING, ()))


def forget_from(connection: Connection, number: int) -> None:
    """What this transaction recorded from there on was undone."""
    del connection.info.get(_PENDING, [])[number:]


def forget_pending(connection: Connection) -> None:
    """What an earlier transaction on this connection did not commit is no part of the next."""
    connection.info.pop(_PENDING, None)


def write_pending(connection: Connection) -> None:
    """Write what was recorded: the last thing that a transaction does before it commits.

    The chain is one, so transactions wait for each other here. A waiting one holds its reports already and
    asks for nothing afterwards: no two can wait for one another.
    """
    pending: list[tuple[Vault, AuditEntry, RecordKey | None]] = connection.info.pop(_PENDING, [])
    if not pending:
        return
    alone_at_last(connection, "audit")
    last = head(connection)
    for vault, entry, key in pending:
        last = _append(connection, vault, entry, key, last)


def _append(
    connection: Connection, vault: Vault, entry: AuditEntry, key: RecordKey | None, last: Head
) -> Head:
    number = last.number + 1
    sealed = None
    if entry.detail:
        sealed = (key or _own_key(vault)).seal(f"audit:{number}", json.dumps(dict(entry.detail)))
    values = (entry.actor, entry.role, entry.action, entry.subject, sealed)
    mac = _mac(vault, last.hash, number, entry.at, *values)
    names = ("actor", "role", "action", "subject", "sealed_detail")
    row = {"number": number, "at": entry.at, "previous": last.hash, "hash": mac}
    connection.execute(_APPENDED, {**row, **dict(zip(names, values, strict=True))})
    return Head(number, mac)


def _own_key(vault: Vault) -> RecordKey:
    # What is about no report is sealed for good: these rows outlive every report.
    raw = hmac.new(vault.chain, b"detail", hashlib.sha256).digest()
    return RecordKey("audit", "", raw, vault.ring.entropy)


def _mac(vault: Vault, previous: str, number: int, at: datetime, *values: str | bytes | None) -> str:
    told = [value.hex() if isinstance(value, bytes) else value for value in values]
    # JSON, so that no value can be moved over into the one beside it.
    row = json.dumps([previous, number, at.astimezone(UTC).isoformat(), *told])
    return hmac.new(vault.chain, row.encode(), hashlib.sha256).hexdigest()


def head(connection: Connection) -> Head:
    """The newest row."""
    row = connection.execute(_NEWEST).first()
    return Head() if row is None else Head(row.number, row.hash)


def verify(connection: Connection, vault: Vault) -> Verified:
    """Follow the whole chain. For a long one beside others at work, `verify_page` is kinder."""
    found = Verified()
    while not found.whole:
        found = verify_page(connection, vault, found)
    return found


def verify_page(connection: Connection, vault: Vault, so_far: Verified, limit: int = _PAGE) -> Verified:
    """Follow the chain some rows further; `whole` says that its end was reached."""
    query = select(audit).where(audit.c.number > so_far.head.number).order_by(audit.c.number).limit(limit)
    rows = connection.execute(query).all()
    faults, last = list(so_far.faults), so_far.head
    for row in rows:
        faults += _row_faults(vault, last, row)
        # What comes after a broken row is judged by what stands there: one change is one fault.
        last = Head(row.number, row.hash)
    return replace(so_far, head=last, faults=tuple(faults), whole=len(rows) < limit)


def _row_faults(vault: Vault, last: Head, row: Row[Any]) -> Iterator[tuple[int, str]]:
    if row.number != last.number + 1:
        missing = f"{last.number + 1} to {row.number - 1}" if row.number > last.number + 2 else ""
        yield last.number + 1, f"missing ({missing})" if missing else "missing"
    sealed = None if row.sealed_detail is None else bytes(row.sealed_detail)
    values = (row.actor, row.role, row.action, row.subject, sealed)
    mac = _mac(vault, row.previous, row.number, row.at, *values)
    if not hmac.compare_digest(mac, str(row.hash)):
        yield row.number, "changed, or not written by Signpost"
    elif row.number == last.number + 1 and row.previous != last.hash:
        yield row.number, "does not follow the row before it"


def read_head(text: str) -> Head | None:
    """A head as it was kept: the hash, or "number:hash" as `audit verify` prints it; else None."""
    found = _WRITTEN.fullmatch(text.strip().lower())
    return Head(int(found["number"] or 0), found["hash"]) if found else None


def knows(connection: Connection, kept: Head) -> bool:
    """Whether this row is in the chain, at its number where that was kept: it must stay there for ever."""
    row = connection.execute(select(audit.c.number).where(audit.c.hash == kept.hash)).first()
    return row is not None and kept.number in (0, row.number)


def entries_of(
    connection: Connection,
    vault: Vault,
    subject: str,
    limit: int,
    key: RecordKey | None = None,
    asked: str = "",
) -> tuple[AuditEntry, ...]:
    """The newest rows about one subject, oldest first; of "" those that are about no report.

    With `asked` the refused look-ups whose subject begins so stand among them. A detail is shown where `key`,
    or for what is about no report the audit's own, opens it; otherwise it is left out.
    """
    about = audit.c.subject == subject
    if asked:
        # Nothing that follows in a subject sorts behind "~".
        about = or_(about, and_(audit.c.subject >= asked, audit.c.subject < f"{asked}~"))
    query = select(audit).where(about).order_by(audit.c.number.desc()).limit(limit)
    own = _own_key(vault)
    rows = reversed(connection.execute(query).all())
    return tuple(_entry(own if row.subject.startswith(ASKED) else key or own, row) for row in rows)


def _entry(key: RecordKey, row: Row[Any]) -> AuditEntry:
    detail: dict[str, str] = {}
    if row.sealed_detail is not None:
        try:
            detail = json.loads(key.open(f"audit:{row.number}", bytes(row.sealed_detail)))
        except KeyFault:
            # Its report's key was destroyed: that it happened stays.
            detail = {}
    return AuditEntry(row.at, str(row.actor), str(row.role), str(row.action), str(row.subject), detail)
