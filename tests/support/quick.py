"""What each of thousands of tests would do again: read the same texts, compile the same SQL, wait for a disk.

None of it is what they are about. Whatever lasts is tested by real processes, and in `tests/storage`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import Dialect

from bot import app
from bot.content.case_texts import load_case_texts
from bot.content.documents import load
from bot.storage import postgres, sqlite

_compiled: dict[Any, Any] = {}
_dialects: dict[str, Dialect] = {}
# Records are frozen, and no test changes the product's own files.
_load, _load_case_texts = cache(load), cache(load_case_texts)


def _create_engine(url: URL, **arguments: Any) -> Engine:
    """An engine that knows the statements of those before it: they are found by their dialect."""
    engine = create_engine(url, execution_options={"compiled_cache": _compiled}, **arguments)
    dialect = engine.dialect
    if known := _dialects.get(dialect.name):
        engine.dialect = known
    else:
        # Once it has connected it knows what its server can do.
        event.listen(engine, "connect", lambda *_: _dialects.setdefault(dialect.name, dialect))
    return engine


@contextmanager
def quickly() -> Iterator[None]:
    """What is opened meanwhile shares all that, and its SQLite file outlives no power cut."""
    with (
        patch.object(app, "load", _load),
        patch.object(app, "load_case_texts", _load_case_texts),
        patch.object(sqlite, "create_engine", _create_engine),
        patch.object(postgres, "create_engine", _create_engine),
        patch.object(sqlite, "_durable", lambda _version: ("memory", 0)),
    ):
        yield
