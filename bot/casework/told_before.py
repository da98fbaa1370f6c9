"""Who had a case and has it no more: who stepped back, and from whom it was taken.

Their names leave the list of those who are told, so that nothing more reaches them; the history keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.routing import Level, Told
from bot.storage.reports import Entry

#: Stands in a detail for the readers of the FLT's channel, in place of a person.
CHANNEL = ""
_KEY = "left"
_LEVELS: dict[str, Level] = {"N": "N", "C": "C", "D": "D"}


@dataclass(frozen=True)
class ToldBefore:
    """One who had it, how they came to have it no more ("recuse", "restrict", "misdirect"), and when."""

    told: Told
    event: str
    at: datetime


def leaving(told: Iterable[Told], *, channel: bool = False) -> dict[str, str]:
    """The detail of an entry by which these have the case no more; with `channel` the FLT's channel too."""
    items = [f"{item.person}:{item.role}:{item.level}" for item in told]
    return {_KEY: " ".join([*([f"{CHANNEL}:flt:C"] if channel else []), *items])}


def told_before(entries: Iterable[Entry], told: Iterable[Told]) -> tuple[ToldBefore, ...]:
    """Everyone who had it and is not among `told`, in the order in which they left it."""
    still, found = {item.person for item in told}, dict[Told, ToldBefore]()
    for entry in entries:
        for item in _left(entry):
            if item.person not in still:
                found[item] = ToldBefore(item, entry.event, entry.at)
    return tuple(found.values())


def lost_by(entry: Entry) -> frozenset[str]:
    """Who had the case until this entry, and has it no more."""
    return frozenset(item.person for item in _left(entry))


def _left(entry: Entry) -> list[Told]:
    if kept := entry.detail.get(_KEY):
        items = (item.split(":") for item in kept.split())
        return [Told(person, role, _LEVELS[level]) for person, role, level in items]
    # An entry of an older version says who stepped back and in which roles, and of nobody else.
    roles = entry.role.split(",") if entry.event == "recuse" else []
    return [Told(entry.actor, role, "C") for role in roles if role]
