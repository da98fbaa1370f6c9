import io
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from bot import logs


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, with logging set up as `python -m bot` sets it up."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(logging.root, "handlers", [])
    before = structlog.get_config()
    logs.configure(to_terminal=False)
    yield written
    structlog.configure(**before)


def test_a_librarys_error_is_logged_without_its_words(lines: io.StringIO) -> None:
    """An error of a library is told by its kind and places: its text may be what somebody wrote."""
    try:
        raise ValueError("my colleague wrote something terrible")
    except ValueError:
        logging.getLogger("aiohttp.server").exception("Error handling request from 127.0.0.1")
    assert "Error handling request" in lines.getvalue()
    assert "ValueError" in lines.getvalue()
    assert "test_logs.py" in lines.getvalue()
    assert "terrible" not in lines.getvalue()
