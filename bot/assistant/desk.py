"""What somebody finds at their desk: the permanent row of buttons, and what their roles let them do."""

from __future__ import annotations

from typing import get_args

from bot.assistant import words
from bot.content.journey_texts import Duty, Workflow
from bot.content.world import World
from bot.domain.access import ACTIONS, DUTIES, has_duty
from bot.domain.messages import Button
from bot.domain.roster import Person
from bot.domain.turns import Sender
from bot.governance import page


def row(world: World, sender: Sender) -> tuple[Button, ...]:
    """Report, my reports, the numbers; by the roles of those on the roster also what those open."""
    texts, person = world.playbook.texts.dialogue, _on_roster(world, sender)
    shown = [
        Button(texts.help_report, "report.start", "", "primary"),
        Button(texts.help_status, words.WORD, "status"),
        Button(texts.numbers, words.WORD, "numbers"),
    ]
    if person and _may(world, person, "list"):
        shown.append(Button(texts.cases, words.WORD, "cases"))
    if person and any(_has_workflow(world, person, duty) for duty in get_args(Workflow)):
        shown.append(Button(texts.work.button, words.WORD, "work"))
    roles = world.federation.roster.every_role_of(person.id) if person else ()
    if has_duty(world.duties, "answer_gap", roles, runs=False):
        shown.append(Button(world.gaps.buttons.open, words.WORD, "gaps"))
    if person and _may(world, person, "roster"):
        shown.append(Button(texts.roster, words.WORD, "roster"))
    if person and page.may_read(world, person):
        shown.append(Button(world.governors.page.open, words.WORD, "governors"))
    return tuple(shown)


def duties(world: World, sender: Sender) -> tuple[str, ...]:
    """What this person may do beside asking and reporting, a line each; nothing for staff off the roster."""
    person = _on_roster(world, sender)
    texts = world.playbook.texts.dialogue.duties
    return tuple(text for duty, text in texts.items() if person and _may(world, person, duty))


def _on_roster(world: World, sender: Sender) -> Person | None:
    return world.federation.roster.by_account(sender.platform, sender.user)


def _may(world: World, person: Person, duty: Duty) -> bool:
    """Whether permissions.yml names one of their roles for it; in which cases, each press decides."""
    roster = world.federation.roster
    if duty == "drill":
        return True
    if duty == "governors":
        return page.may_read(world, person)
    if duty in ("roster", "purge"):
        return bool(roster.every_role_of(person.id) & world.approvers[duty])
    if duty in get_args(Workflow):
        return _has_workflow(world, person, duty)
    # Deputies and covers have the role's rights in the cases that are brought to them.
    roles = {role.removeprefix("deputy_") for role in roster.roles_of(person.id, "")}
    return any(roles & set(world.permissions[action]) for action in ACTIONS if action == duty)


def _has_workflow(world: World, person: Person, duty: Duty) -> bool:
    """Whether it can be theirs: about which account, each press decides."""
    roster, accounts = world.federation.roster, world.federation.account_facts.values()
    roles = roster.roles_of(person.id, "")
    runs = any(person.id in account.runners for account in accounts)
    return any(
        has_duty(world.duties, known, roles, runs=tied)
        for known in DUTIES
        if known == duty
        for tied in (False, runs)
    )
