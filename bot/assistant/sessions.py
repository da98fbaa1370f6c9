"""A session as text, for the store. Whatever cannot be read is None: a new session starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.domain.turns import Draft, Session, Tokens

VERSION = 1


def dump(session: Session) -> str:
    """The session as JSON, with the version of its shape."""
    return json.dumps({"version": VERSION, **asdict(session)}, ensure_ascii=False, separators=(",", ":"))


def restore(text: str) -> Session | None:
    """The session of `dump`; None for another version or anything that is not one."""
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("version") != VERSION:
            return None
        return _session(data)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _session(data: Mapping[str, Any]) -> Session:
    draft = data["draft"]
    return Session(
        tokens=_tokens(data["tokens"]),
        draft=None if draft is None else _draft(draft),
        last_topic=str(data["last_topic"]),
        # A session that was stored before follow-ups were read together with the last question has neither.
        last_frame=_values(data.get("last_frame", {})),
        last_told=str(data.get("last_told", "")),
        clarifying=bool(data["clarifying"]),
    )


def _tokens(data: Mapping[str, Any]) -> Tokens:
    return Tokens(str(data["draft"]), str(data["reference"]), str(data["code"]))


def _draft(data: Mapping[str, Any]) -> Draft:
    return Draft(
        tokens=_tokens(data["tokens"]),
        slots=_values(data["slots"]),
        step=str(data["step"]),
        visited=tuple(str(step) for step in data["visited"]),
        editing=bool(data["editing"]),
        hidden=bool(data["hidden"]),
        # A session that was stored before drafts kept unsubmitted words has none.
        typed={str(step): _values(fields) for step, fields in data.get("typed", {}).items()},
    )


def _values(data: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    return {str(name): tuple(str(value) for value in values) for name, values in data.items()}
