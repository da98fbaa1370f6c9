import sys
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import structlog

from bot.assistant import hashes
from bot.casework import context
from tests.properties.machine import World
from tests.support.desk import Desk
from tests.support.postgres import roomy_memory


def _no_fault_of_ours(logger: Any, name: str, event: MutableMapping[str, Any]) -> Any:
    # What is caught and logged, so that nothing is held up by it, is a fault all the same.
    if str(event["event"]).endswith("_broken"):
        raise AssertionError(event) from sys.exception()
    raise structlog.DropEvent


@pytest.fixture(autouse=True)
def strict_logs() -> Iterator[None]:
    """A line of the log that tells of a fault of our own fails the test; the others are left out."""
    known = structlog.get_config()
    structlog.configure(processors=[_no_fault_of_ours])
    yield
    structlog.configure(**known)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A product on either database, in memory where there is room: it commits ten thousands of times."""
    # To hash a receipt code takes long, and is meant to.
    for module in (context, hashes):
        monkeypatch.setattr(module, "hash_code", lambda code: "hash")
    with TemporaryDirectory(dir=roomy_memory()) as folder, ExitStack() as stack:
        url = f"sqlite:///{folder}/signpost.db"
        if request.param == "postgresql":
            url = stack.enter_context(request.getfixturevalue("cluster").database())
        desk = Desk.open(tmp_path, database_url=url)
        yield World(desk)
        desk.close()
