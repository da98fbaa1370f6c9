"""Who may run a campaign or see what came of it, and what is known of those who are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.casework.context import Context, Work
from bot.content.campaign_texts import MADE_OF_TEXT, RUNNER, version_name, version_of
from bot.domain.access import Duty, has_duty
from bot.domain.campaigns import Ask, AskStage, Campaign, SchoolFigures
from bot.domain.notices import STAFF, Recipient
from bot.domain.roster import Federation, Person
from bot.domain.staff import StaffMember
from bot.staff.register import known_as, members
from bot.storage.campaigns import asks_of
from bot.storage.database import Transaction
from bot.storage.vault import Vault

_OWNER = "policy_owner"


def may(context: Context, person: Person | None, duty: Duty) -> bool:
    """Whether the table lets somebody do this for every school; None is somebody off the roster."""
    roster = context.world.federation.roster
    people = (person.id, *roster.covered_by(person.id)) if person else ()
    roles = frozenset[str]().union(*map(roster.every_role_of, people))
    return has_duty(context.world.duties, duty, roles | _owns(context, person), runs=False)


def schools_seen(context: Context, person: Person | None) -> tuple[str, ...]:
    """The schools of which somebody may see by name who has not confirmed."""
    if person is None:
        return ()
    roster, duties = context.world.federation.roster, context.world.duties
    owns = _owns(context, person)
    return tuple(
        school.id
        for school in context.world.federation.schools
        if has_duty(duties, "see_outstanding", roster.roles_of(person.id, school.id) | owns, runs=True)
    )


def sees(context: Context, person: Person | None, member: StaffMember) -> bool:
    """Whether somebody may see by name that a person has not confirmed: of their school, or of none."""
    if not member.schools:
        return may(context, person, "see_outstanding")
    return not set(schools_seen(context, person)).isdisjoint(member.schools)


def _owns(context: Context, person: Person | None) -> frozenset[str]:
    """The policy owner's role, also for whom it falls to because nobody was given it."""
    owners = context.world.federation.roster.holders(_OWNER, "")
    return frozenset((_OWNER,)) if person and person.id in owners else frozenset()


def told_of(context: Context, campaign: Campaign) -> tuple[str, ...]:
    """Who hears how a campaign goes: its starter, while they still may, or else the policy owner."""
    roster = context.world.federation.roster
    starter = roster.people.get(campaign.started_by)
    if starter is not None and may(context, starter, "start_campaign"):
        return (starter.id,)
    return roster.holders(_OWNER, "")


def roles_of(federation: Federation, member: StaffMember) -> frozenset[str]:
    """What somebody is known by to a campaign: roles, running an account, and what the list calls them."""
    runs = any(member.person in account.runners for account in federation.account_facts.values())
    return frozenset((*member.roles, *member.jobs, *((RUNNER,) if runs and member.person else ())))


def is_meant(federation: Federation, campaign: Campaign, member: StaffMember) -> bool:
    """Whether a campaign asks somebody."""
    here = member.left_at is None
    return here and campaign.is_for(member.schools, roles_of(federation, member))


def called(work: Work, version: str, at: datetime) -> str:
    """What people read for a version that was in force then: its name, and never a name made of its text."""
    context = work.context
    if version == version_of(context.world.policy):
        return version_name(context.world.policy)
    if not MADE_OF_TEXT.fullmatch(version):
        return version
    return context.world.campaigns.earlier_version.fill(day=day_of(work, at))


def day_of(work: Work, moment: datetime) -> str:
    """The day of a moment in the Federation's own time, such as "1 Sep 2026"."""
    return work.context.local(moment).rpartition(",")[0]


def recipient(member: StaffMember, who: str) -> Recipient:
    """Whom the outbox knows somebody as: those on the roster as for every other message to them."""
    return Recipient(person=member.person) if member.person else Recipient(place=f"{STAFF}{who}")


def is_reachable(context: Context, member: StaffMember) -> bool:
    """Whether an account of theirs is known on a platform that messages can go out to."""
    return any(name in member.accounts for name in context.platforms)


@dataclass(frozen=True)
class Asked:
    """One person of a campaign who works here still, and how it stands with them."""

    member: StaffMember
    ask: Ask


def everybody_asked(
    tx: Transaction, vault: Vault, federation: Federation, campaign: Campaign
) -> tuple[Asked, ...]:
    """Those of a campaign who are on the register, by name, without those who left."""
    by_name = {ask.who: ask for ask in asks_of(tx, campaign.id) if ask.stage is not AskStage.LEFT}
    found = list[Asked]()
    for member in members(tx, vault, federation):
        ask = next((by_name[who] for who in known_as(vault, member) if who in by_name), None)
        if ask is not None and member.left_at is None:
            found.append(Asked(member, ask))
    return tuple(found)


def figures_of(asked: Sequence[Asked], school: str) -> SchoolFigures:
    """What came of it in one school, or in all ("")."""
    stages = [one.ask.stage for one in asked if not school or school in one.member.schools]
    return SchoolFigures(
        school, len(stages), stages.count(AskStage.ATTESTED), stages.count(AskStage.NOT_REACHED)
    )


def figures_by_school(
    tx: Transaction, vault: Vault, federation: Federation, campaign: Campaign
) -> tuple[SchoolFigures, ...]:
    """Read and understood, by school. Somebody at two schools counts at both; somebody who left at none."""
    asked = everybody_asked(tx, vault, federation, campaign)
    return tuple(figures_of(asked, school.id) for school in federation.schools)


def person_of(work: Work, platform: str, user: str) -> Person | None:
    """The person on the roster behind an account."""
    return work.context.world.federation.roster.by_account(platform, user)
