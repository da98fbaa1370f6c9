"""A PostgreSQL of the tests' own: Debian's, on a socket in a temporary folder, as an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.schema import metadata

_START_S = 60.0
_CONFIG = """
listen_addresses = ''
unix_socket_directories = '{folder}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 32MB
max_wal_size = 256MB
log_min_messages = fatal
log_min_error_statement = panic
"""
# Whatever a test has left open must not keep its rows.
_EMPTY = "; ".join(
    (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        # The audit's triggers refuse to have it emptied.
        "SET session_replication_role = replica",
        *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
    )
)


def _program(name: str) -> str:
    # Debian keeps the server's programs off the PATH, a folder for each version.
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    program = str(found[-1]) if found else shutil.which(name)
    assert program, f"{name} is not installed: bash .ci/system-packages"
    return program


def _user() -> str | None:
    """Whom it runs as: PostgreSQL refuses root. None where we are somebody else already."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def roomy_memory() -> str | None:
    """A folder in memory where there is one with room: the tests commit thousands of times."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2**30 else None


class Cluster:
    """One server, with a database for each test, copied from a migrated one."""

    def __init__(self, folder: Path | None = None) -> None:
        # In memory, but where somebody measures what a disk costs.
        where = folder or roomy_memory()
        self.folder = Path(tempfile.mkdtemp(prefix="signpost-postgres-", dir=where))
        self._data = self.folder / "data"
        self._log = (self.folder / "log").open("ab")
        self._user = _user()
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._free: list[str] = []

    def create(self) -> None:
        """Make the server's files, start it, and make the database that the others are copied from."""
        if self._user:
            shutil.chown(self.folder, self._user)
        initdb = [_program("initdb"), "--pgdata", str(self._data), "--username=signpost", "--auth=trust"]
        done = subprocess.run([*initdb, "--encoding=UTF8", "--locale=C", "--no-sync"], **self._as_user())
        assert done.returncode == 0, (self.folder / "log").read_text()
        with (self._data / "postgresql.conf").open("a") as config:
            config.write(_CONFIG.format(folder=self.folder))
        self.start()
        self.execute("CREATE DATABASE migrated")
        database = Database(self.url("migrated"))
        migrate.upgrade(database)
        database.close()

    def _as_user(self) -> dict[str, Any]:
        env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        settings = {"cwd": self.folder, "env": env, "stdout": self._log, "stderr": self._log}
        if self._user is None:
            return settings
        return {**settings, "user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []}

    def start(self) -> None:
        """Start it and wait until it answers."""
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                # After a kill -9 the old server's children need a moment to notice.
                self._process = subprocess.Popen(
                    [_program("postgres"), "-D", str(self._data)], **self._as_user()
                )
            try:
                self.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text()[-4000:])

    def kill(self) -> None:
        """kill -9 of the server: its children end by themselves."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, cutting anybody who is connected."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(_START_S)
        self._process = None

    def remove(self) -> None:
        """Stop it and delete its files."""
        self._end(signal.SIGQUIT)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """The DATABASE_URL of one of its databases."""
        return f"postgresql+psycopg://signpost@/{name}?host={self.folder}"

    def run(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's own programs, such as pg_dump."""
        done = subprocess.run([_program(name), *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    @contextmanager
    def database(self) -> Iterator[str]:
        """The DATABASE_URL of a database of one's own: at the newest schema, and empty."""
        # Emptied and used again: to make one takes half a second, to empty one some milliseconds.
        name = self._free.pop() if self._free else self._create("migrated")
        yield self.url(name)
        self.execute(_EMPTY, name)
        self._free.append(name)

    @contextmanager
    def new_database(self, template: str = "migrated") -> Iterator[str]:
        """One whose schema the test may change; from "template0" it has no tables at all."""
        name = self._create(template)
        yield self.url(name)
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _create(self, template: str) -> str:
        self._made += 1
        name = f"test_{self._made}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def execute(self, statement: str, name: str = "postgres") -> None:
        """One statement, as the server's own administrator."""
        where = f"host={self.folder} user=signpost dbname={name}"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement.encode())
