"""structlog: one line of JSON an event, stable names, never a message's text, a name or a token."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure(to_terminal: bool) -> None:
    """Log to standard error: coloured lines for a person, JSON for everything else."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(_LibraryLines("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    renderer = structlog.dev.ConsoleRenderer() if to_terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # A traceback may hold what a user wrote (as a local or in an error's text): its places alone.
            _places_only,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _LibraryLines(logging.Formatter):
    """What libraries log of their own: of an error its kind and places, never its text."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        """The error without its words, which may be what somebody wrote."""
        error = ei[1]
        return "" if error is None else " < ".join([type(error).__name__, *_places(error)])


def _places_only(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if event.pop("exc_info", None):
        error = sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1]
        if error is not None:
            event["error"] = type(error).__name__
            event["places"] = _places(error)
    return event


def _places(error: BaseException) -> list[str]:
    trace, places = error.__traceback__, []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/bot/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-8:]
