"""The contact of the person whom a case is about: named by those who handle it, and none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.casework.card import reporter_name
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
    """A person who holds the case, has worked on it, reported it or is concerned cannot be its contact."""
    typed = Read(values["contact"])
    barred = any(any(typed.places(name)) for name in _with_a_part(press))
    return {"contact": press.context.work.errors.handles} if barred else {}


def _with_a_part(press: CasePress) -> Iterator[str]:
    roster, report = press.context.world.federation.roster, press.report
    known = {entry.actor for entry in press.case.entries} | {report.state.holder, press.person.id}
    for person in (known | set(report.route.excluded_people)) & roster.people.keys():
        yield roster.people[person].name
    # Where no name is known it is the account, with its platform in brackets.
    if name := reporter_name(press.context, report).partition("(")[0]:
        yield name
