"""PostgreSQL: any number of processes. READ COMMITTED, with locks where SQLite's one writer needs none.

Who changes a report holds its row; who reads and rewrites a person's session holds the person; who
claims from the outbox is alone in it. Each waits two seconds at most: a platform waits three.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select, text

CHANNEL = "signpost_outbox"
_OLDEST = 130000
_CONNECTIONS, _MORE = 5, 3
_WAIT_S = 2.4
_SESSION = {
    "statement_timeout": "2000",
    "lock_timeout": "1800",
    # A process that hangs in the middle of a transaction must not hold a report for ever.
    "idle_in_transaction_session_timeout": "30000",
    "timezone": "UTC",
}
# What a commit needs to be there after a power cut, and after a fail-over where there is a standby.
_DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply", "remote_write"),
}
_AGAIN_S = 1.0
_OWED = "signpost_owed"


def make_engine(url: URL) -> Engine:
    """An engine that finds out by itself when the database was restarted, and connects again."""
    engine = create_engine(
        url,
        pool_size=_CONNECTIONS,
        max_overflow=_MORE,
        pool_timeout=_WAIT_S,
        pool_pre_ping=True,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        connect_args=_connect_args(),
    )
    event.listen(engine, "begin", _on_begin)
    event.listen(engine, "commit", _on_commit)
    return engine


def _connect_args() -> dict[str, Any]:
    return {
        "connect_timeout": 2,
        "application_name": "signpost",
        "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
        # A machine that is gone without a word is noticed within seconds, not after two hours.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 5000,
    }


def faults(connection: Connection) -> list[str]:
    """What makes this database unsafe to run on, and what to do."""
    names = (*_DURABLE, "server_version_num", "server_encoding")
    query = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
    found: dict[str, str] = {
        row.name: row.setting for row in connection.execute(query, {"names": list(names)})
    }
    wrong = [
        f"PostgreSQL could lose what it has confirmed: {name} is {found[name]}. Set it to on."
        for name, safe in _DURABLE.items()
        if found[name] not in safe
    ]
    if int(found["server_version_num"]) < _OLDEST:
        wrong.append(f"PostgreSQL {_OLDEST // 10000} or later is needed.")
    if found["server_encoding"] != "UTF8":
        wrong.append(f"The database's encoding is {found['server_encoding']}: make one with ENCODING 'UTF8'.")
    if connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar():
        wrong.append("DATABASE_URL names a standby, which takes no writes: name the primary.")
    return wrong


def overwrite_deleted(engine: Engine) -> str:
    """Free what was deleted for being written over: VACUUM, which needs the owner of the tables."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql(f"SET statement_timeout = {_SESSION['statement_timeout']}")
    return (
        "VACUUM has run; a role that does not own the tables cannot, and then autovacuum does it later. The"
        " write-ahead log keeps what was deleted until it is recycled: sealed, under keys that are gone."
    )


def leave_no_trace(_engine: Engine) -> None:
    """Nothing: autovacuum frees what was deleted."""


def is_postgres(connection: Connection) -> bool:
    """Whether other processes may be in the same database."""
    return connection.dialect.name == "postgresql"


def alone(connection: Connection, *name: str) -> None:
    """Until this transaction ends, no other one gets past here under the same name.

    On SQLite every transaction is alone already.
    """
    if is_postgres(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_number(name)})")


def alone_at_last(connection: Connection, *name: str) -> None:
    """The same, as one of the last things that a transaction does: what it announces goes with it.

    Outside any savepoint. A question less is a twentieth of what a submission takes.
    """
    if is_postgres(connection) and connection.info.pop(_OWED, False):
        locked = f"pg_advisory_xact_lock({_number(name)})"
        connection.exec_driver_sql(f"SELECT {locked}, pg_notify('{CHANNEL}', '')")
    else:
        alone(connection, *name)


def _number(name: tuple[str, ...]) -> int:
    return int.from_bytes(sha256("\0".join(name).encode()).digest()[:8], signed=True)


def be_patient(connection: Connection) -> None:
    """What this transaction does may take long, and may wait long: a migration, and nothing else."""
    if is_postgres(connection):
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '120s'")


def now(connection: Connection) -> datetime:
    """The time by the database's own clock."""
    found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found.astimezone(UTC)


def announce(connection: Connection) -> None:
    """When this transaction commits, the workers of all processes learn that something is owed."""
    connection.info[_OWED] = True


def _on_begin(connection: Connection) -> None:
    connection.info.pop(_OWED, None)


def _on_commit(connection: Connection) -> None:
    # Once a transaction, and inside it: listeners find the rows, and a rollback announces nothing.
    if connection.info.pop(_OWED, False):
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")


class Listener:
    """Hears what other processes announce. Polling stays as the fallback: what it misses is only late."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._ended = False

    def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` for each announcement, from this thread, until `end`. Connects again by itself."""
        # Here: beside SQLite its 10 MiB would be held for nothing.
        import psycopg

        while not self._ended:
            try:
                self._hear(wake)
            except psycopg.Error:
                time.sleep(_AGAIN_S)

    def _hear(self, wake: Callable[[], None]) -> None:
        import psycopg

        arguments = {**_connect_args(), "application_name": "signpost listener"}
        with psycopg.connect(self._url, autocommit=True, **arguments) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            # Something may have been announced while nobody listened.
            wake()
            while not self._ended:
                for _ in connection.notifies(timeout=_AGAIN_S):
                    wake()

    def end(self) -> None:
        """Stop listening within a second or two."""
        self._ended = True
