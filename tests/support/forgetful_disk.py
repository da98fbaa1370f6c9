"""A disk in memory that loses its power: it keeps what was synced, and some torn part of the rest.

It is the worst that a disk may do which does not lie about fsync: of what was not synced each sector may
have been written or not, in any order; a file that was deleted without a sync of its folder may be back.
"""

# SQLite names what it calls.
# ruff: noqa: N802

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import apsw
import numpy as np

_SECTOR = 512


class PowerCut(Exception):
    """Nothing is written any more."""


@dataclass
class _Stored:
    """One file: what it holds, what of it is safe, and which sectors were written since."""

    now: bytearray = field(default_factory=bytearray)
    safe: bytes = b""
    # Whether its folder knows of it for certain.
    is_listed: bool = False
    written: set[int] = field(default_factory=set)

    def write(self, data: bytes, offset: int) -> None:
        self.resize(max(len(self.now), offset + len(data)))
        self.now[offset : offset + len(data)] = data
        self.written.update(range(offset // _SECTOR, (offset + max(1, len(data)) - 1) // _SECTOR + 1))

    def resize(self, size: int) -> None:
        if size < len(self.now):
            del self.now[size:]
        else:
            self.now.extend(bytes(size - len(self.now)))

    def sync(self) -> None:
        self.safe, self.is_listed = bytes(self.now), True
        self.written.clear()

    def torn(self, chance: np.random.Generator) -> bytearray:
        """What is found when the power is back."""
        size = int(chance.choice((len(self.safe), len(self.now))))
        found = bytearray(self.safe[:size].ljust(size, b"\0"))
        for sector in sorted(self.written):
            place = slice(sector * _SECTOR, min((sector + 1) * _SECTOR, size))
            if place.start < size and chance.random() < 0.5:
                found[place] = self.now[place].ljust(place.stop - place.start, b"\0")
        return found


class Disk(apsw.VFS):  # type: ignore[misc,unused-ignore]
    """SQLite's way to the files of one simulated machine. `cut_after(n)`: the power fails at the n-th act."""

    def __init__(self, name: str, chance: np.random.Generator) -> None:
        super().__init__(name, base="")
        self.name = name
        self.files: dict[str, _Stored] = {}
        self._deleted: dict[str, _Stored] = {}
        self._chance = chance
        self._acts_left: int | None = None

    def cut_after(self, acts: int) -> None:
        """Let the power fail at that act from now: a write, a truncation, a sync or a deletion."""
        self._acts_left = acts

    def back(self) -> None:
        """The power is back: the files are as they are found now."""
        self._acts_left = None
        found = {name: stored for name, stored in self.files.items() if self._is_there(stored)}
        for name, stored in self._deleted.items():
            # Nor did the folder keep for certain that one is gone, or another in its place.
            if name not in found and self._perhaps():
                found[name] = stored
        self._deleted.clear()
        torn = {name: stored.torn(self._chance) for name, stored in found.items()}
        self.files = {name: _Stored(data, bytes(data), True) for name, data in torn.items()}

    def settle(self) -> None:
        """All that was written until now is safe."""
        self._deleted.clear()
        for stored in self.files.values():
            stored.sync()

    def _is_there(self, stored: _Stored) -> bool:
        return stored.is_listed or self._perhaps()

    def _perhaps(self) -> bool:
        return bool(self._chance.random() < 0.5)

    def act(self) -> None:
        """One act, or the cut."""
        if self._acts_left is None:
            return
        if self._acts_left == 0:
            raise PowerCut
        self._acts_left -= 1

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> Any:
        path = str(name.filename() if isinstance(name, apsw.URIFilename) else name)
        flags[1] = flags[0]
        if path not in self.files:
            self.act()
        return _Handle(self, self.files.setdefault(path, _Stored()))

    def xAccess(self, pathname: str, flags: int) -> bool:
        return pathname in self.files

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.act()
        if filename in self.files:
            gone = self.files.pop(filename)
            if gone.is_listed and not syncdir:
                self._deleted[filename] = gone
        if syncdir:
            self._deleted.clear()

    def xFullPathname(self, name: str) -> str:
        return name


class _Handle:
    """One open file: what SQLite calls."""

    def __init__(self, disk: Disk, stored: _Stored) -> None:
        self._disk, self._stored = disk, stored

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self._stored.now[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.act()
        self._stored.write(bytes(data), offset)

    def xTruncate(self, newsize: int) -> None:
        self._disk.act()
        self._stored.resize(newsize)

    def xSync(self, flags: int) -> None:
        self._disk.act()
        self._stored.sync()

    def xFileSize(self) -> int:
        return len(self._stored.now)

    def xSectorSize(self) -> int:
        return _SECTOR

    def xDeviceCharacteristics(self) -> int:
        return 0

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False

    def xCheckReservedLock(self) -> bool:
        return False

    def xLock(self, level: int) -> None: ...

    def xUnlock(self, level: int) -> None: ...

    def xClose(self) -> None: ...


@dataclass
class Lost:
    """What the cuts cost: commits that were confirmed and are gone, databases that are not whole."""

    cuts: int = 0
    confirmed: int = 0
    lost: int = 0
    half: int = 0
    corrupt: int = 0


def suffer(statements: tuple[str, ...], begin: str, cuts: int, seed: int) -> Lost:
    """Commit and cut the power again and again, on connections that begin with these statements."""
    found = Lost()
    for number in range(cuts):
        chance = np.random.default_rng((seed, number))
        disk = Disk(f"disk-{seed}-{number}", chance)
        connect = _connector(disk, statements)
        confirmed = _work(connect, begin, disk, chance)
        disk.back()
        _look(connect, confirmed, found)
        disk.unregister()
    return found


def _connector(disk: Disk, statements: tuple[str, ...]) -> Callable[[], apsw.Connection]:
    def connect() -> apsw.Connection:
        connection = apsw.Connection("/signpost.db", vfs=disk.name)
        # The disk has no memory to share: the index of a log stays with the one connection.
        alone = ("PRAGMA locking_mode=EXCLUSIVE",) if "PRAGMA journal_mode=wal" in statements else ()
        for statement in (*alone, *statements):
            connection.execute(statement).fetchall()
        return connection

    return connect


def _work(
    connect: Callable[[], apsw.Connection], begin: str, disk: Disk, chance: np.random.Generator
) -> list[int]:
    connection = connect()
    connection.execute("CREATE TABLE reports (n INTEGER PRIMARY KEY, body BLOB)")
    connection.execute("CREATE TABLE outbox (n INTEGER PRIMARY KEY REFERENCES reports, body BLOB)")
    disk.settle()
    disk.cut_after(int(chance.integers(20, 400)))
    confirmed: list[int] = []
    try:
        for number in range(1, 1000):
            connection.execute(begin)
            for table, size in (("reports", 1500), ("outbox", 300)):
                connection.execute(f"INSERT INTO {table} VALUES (?, ?)", (number, chance.bytes(size)))
            connection.execute("DELETE FROM outbox WHERE n = ? - 3", (number,))
            connection.execute("COMMIT")
            confirmed.append(number)
    except (PowerCut, apsw.Error):
        pass
    _drop(connection)
    return confirmed


def _drop(connection: apsw.Connection) -> None:
    # Without power it can tidy up nothing.
    with suppress(PowerCut, apsw.Error):
        connection.close(force=True)


def _look(connect: Callable[[], apsw.Connection], confirmed: list[int], found: Lost) -> None:
    found.cuts += 1
    found.confirmed += len(confirmed)
    try:
        connection = connect()
        state = connection.pragma("integrity_check")
        reports = {row[0] for row in connection.execute("SELECT n FROM reports")}
        outbox = {row[0] for row in connection.execute("SELECT n FROM outbox")}
    except apsw.Error:
        found.corrupt += 1
        return
    found.corrupt += state != "ok"
    found.lost += len(set(confirmed) - reports)
    last = max(reports, default=0)
    found.half += reports != set(range(1, last + 1)) or outbox != set(range(max(1, last - 2), last + 1))
    connection.close()
