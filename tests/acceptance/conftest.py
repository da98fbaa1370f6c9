"""What the tests of the product in a process of its own share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.server import Server


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, with nothing stored."""
    found = Server(tmp_path_factory.mktemp("server"))
    found.start()
    yield found
    found.stop()
