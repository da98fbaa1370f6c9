"""The first assessment of a case: what is kept of it, and who is told where a child may be at risk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bot.casework.context import Context
from bot.casework.notify import owe_people
from bot.casework.press import CasePress
from bot.domain.routing import Told
from bot.storage.reports import Report, add_people, mark

Values = Mapping[str, str]
_AT_RISK = ("yes", "unsure")
# Whom routes.yml tells where a child may be at risk from an adult.
_SAFEGUARDING = ("dsl", "eht")


def detail(context: Context, values: Values) -> dict[str, str]:
    """The answers as they are kept: in words for people to read, and as the card's marks are told by."""
    work = context.work
    told = (
        (work.fields["category"], work.categories[values["category"]]),
        (work.fields["child"], work.answers.named(values["child"])),
        (work.fields["crime"], work.answers.named(values["crime"])),
        (work.fields["nature"], work.natures.named(values["nature"])),
    )
    words = [*(f"{label} {answer}" for label, answer in told), values.get("note", "")]
    kept = {key: values[key] for key in ("category", "child", "crime", "nature")}
    return {**kept, "text": ". ".join(word for word in words if word)}


def tell_safeguarding(
    press: CasePress, report: Report, values: Values
) -> Literal["", "assess_restrict", "assess_told"]:
    """Where a child may be at risk, the DSL and the Executive Headteacher have the case from now on.

    Nobody who is concerned in it. The text that says so to the presser, by its name; "" where nobody is told.
    """
    if values["child"] not in _AT_RISK and values["nature"] != "allegation":
        return ""
    if not report.row.child:
        mark(press.tx, report, child=True)
    told = tuple(item for item in _safeguarding(press, report) if item not in press.told)
    add_people(press.tx, report, told, "assess", press.now)
    owe_people(press, report, told)
    if not report.row.visibility.in_channel:
        return ""
    return "assess_restrict" if press.may("restrict") else "assess_told"


def _safeguarding(press: CasePress, report: Report) -> tuple[Told, ...]:
    roster, route = press.context.world.federation.roster, report.route
    return tuple(
        Told(person, role, level)
        for role in _SAFEGUARDING
        if role not in route.excluded_roles
        for person in roster.holders(role, report.row.school)
        if person not in route.excluded_people
        for level in ("C", "D")
    )
