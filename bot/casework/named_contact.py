"""The contact of the person whom a case is about: named by those who handle it, and none of them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.casework.press import CasePress
from bot.domain.messages import Field
from bot.domain.names import Read

_TEXT, _SHORT = 4000, 200


def fields(press: CasePress, _people: tuple[str, ...]) -> tuple[Field, ...]:
    """Who it is, and what the person was told of it."""
    texts = press.context.work.fields
    return (
        Field("contact", texts["contact"], "text", hint=texts["contact_hint"], max_length=_SHORT),
        Field("note", texts["note"], "long_text", required=False, max_length=_TEXT),
    )


def errors(press: CasePress, values: Mapping[str, str]) -> dict[str, str]:
    """A person who holds the case, or has worked on it, cannot be its named contact."""
    roster, typed = press.context.world.federation.roster, Read(values["contact"])
    handle = {entry.actor for entry in press.case.entries} | {press.report.state.holder, press.person.id}
    for person in handle & roster.people.keys():
        if any(typed.places(roster.people[person].name)):
            return {"contact": press.context.work.errors.handles}
    return {}
