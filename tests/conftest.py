from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings

from bot.content.world import World, load_world
from tests.channels.teams.office import Office, office
from tests.support.desk import Desk
from tests.support.federation import federation
from tests.support.postgres import Cluster
from tests.support.quick import quickly
from tests.support.sqlite import make_ready

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

# structlog's own tracebacks show every local variable, which takes seconds where a test breaks a row.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


# `make properties` (--hypothesis-profile=long): far more examples, and other ones each time.
settings.register_profile("long", max_examples=2000)

ROOT = Path(__file__).resolve().parents[1]
_IN_FULL = {"storage", "acceptance", "torture", "bench"}


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest) -> Iterator[None]:
    """What most tests are not about is done once, or not at all; where it matters it is done in full."""
    folders = request.path.relative_to(Path(__file__).parent).parts
    if _IN_FULL.isdisjoint(folders) and request.node.get_closest_marker("in_full") is None:
        with quickly():
            yield
    else:
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for this run."""
    found = Cluster()
    try:
        found.create()
        yield found
    finally:
        found.remove()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The DATABASE_URL of a database of the test's own, first on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'signpost.db'}"
        make_ready(url)
        yield url
        return
    with request.getfixturevalue("cluster").database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same, with a schema that the test may change."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'signpost.db'}"
        return
    with request.getfixturevalue("cluster").new_database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same, without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'signpost.db'}"
        return
    with request.getfixturevalue("cluster").new_database("template0") as url:
        yield url


@pytest.fixture
def postgres_url(cluster: Cluster) -> Iterator[str]:
    """The DATABASE_URL of a PostgreSQL database of the test's own, at the newest schema."""
    with cluster.database() as url:
        yield url


@pytest.fixture(scope="session")
def world() -> World:
    """The real policy, journeys and texts, and a made-up Federation."""
    return load_world(ROOT / "policy_kb", ROOT / "intents", federation())


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """The product with the demo Federation, on a database of its own."""
    found = Desk.open(tmp_path, database_url=database_url)
    yield found
    found.close()


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Office]:
    """The Federation on Teams, without a network."""
    with office(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file."""
    # Only where one is asked for: the other tests need no Playwright.
    from tests.acceptance.chromium import browser

    with browser() as opened:
        yield opened


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A desktop window of its own."""
    from tests.acceptance.chromium import desk

    opened = desk(chromium)
    yield opened
    opened.close()
