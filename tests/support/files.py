"""The files of a server that still runs: what it has listed a moment ago may be gone when it is read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def contents(folder: Path, start: str = "") -> Iterator[tuple[Path, bytes]]:
    """Each file at any depth of the folder whose name begins with `start`, with its bytes.

    A file that its writer removed meanwhile is left out: SQLite's journal stands for as long as one
    transaction, a temporary file for as long as one write. Directories may go in the same way.
    """
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(place, name)
            with suppress(FileNotFoundError):
                # Pipes and sockets would wait for somebody to write.
                if name.startswith(start) and path.is_file():
                    yield path, path.read_bytes()


def database_bytes(folder: Path) -> bytes:
    """The bytes of SQLite's files in the folder, of which the database itself must be one."""
    found = dict(contents(folder, "signpost.db"))
    assert folder / "signpost.db" in found, f"no signpost.db in {folder}"
    return b"".join(found.values())
