"""Who has a part in an account: who applies, runs it, decides. Nobody decides on what concerns them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.casework import answers, auditing
from bot.casework.context import Context, Work
from bot.content.campaign_texts import version_of
from bot.domain.access import Duty, has_duty
from bot.domain.accounts import GUEST, LISTED, PERSON, TAKEN_UP, USER, AccountStage, Runner, identity
from bot.domain.campaigns import Lacking
from bot.domain.messages import Message
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.domain.staff import StaffMember, register
from bot.domain.turns import Sender
from bot.staff.register import known_as, member_at, member_known_as
from bot.storage.accounts import AccountEntry
from bot.storage.campaigns import lacking_to_run, was_campaign_held
from bot.storage.outbox import Notice, enqueue
from bot.storage.staff import staff_id_at, staff_list, works_here

ACCOUNT = "account"
# Of the HMAC of an address: enough to tell the people of one Federation apart.
_LISTED = 16
# What Slack's door puts between the id of somebody who was picked and their name.
_NAMED = " "


@dataclass(frozen=True)
class AccountActor:
    """The person who presses or fills in: on the roster, or a user of a platform alone."""

    who: str
    name: str
    person: Person | None = None


# What Signpost does by itself.
SIGNPOST = AccountActor("signpost", "Signpost")


def actor_of(work: Work, sender: Sender) -> AccountActor:
    """Who sent it."""
    federation = work.context.world.federation
    if person := federation.roster.by_account(sender.platform, sender.user):
        return actor_named(person)
    who = f"{USER}{sender.platform}:{sender.user}"
    shown = (one.name for one in federation.demo_staff if one.accounts.get(sender.platform) == sender.user)
    return AccountActor(who, next(shown, "") or sender.name or sender.user)


def actor_named(person: Person) -> AccountActor:
    """Somebody on the roster."""
    return AccountActor(f"{PERSON}{person.id}", person.name, person)


def staff_of(work: Work, school: str = "") -> tuple[Runner, ...]:
    """Everybody who can be picked to run an account: the staff register, and a demo's staff.

    Those of the `school` come first: where there is no room for all, others are left out.
    """
    federation, listed = work.context.world.federation, staff_list(work.tx, work.context.vault)
    members = register(federation.roster, federation.schools, listed)
    found = [
        Runner(f"{PERSON}{one.person}" if one.person else _listed(work, one.email), one.name)
        for one in sorted(members, key=lambda one: bool(school) and school not in one.schools)
        if one.left_at is None
    ]
    demo = [
        Runner(f"{USER}{platform}:{user}", one.name)
        for one in federation.demo_staff
        for platform, user in list(one.accounts.items())[:1]
    ]
    return (*found, *demo)


def _listed(work: Work, email: str) -> str:
    return LISTED + work.context.vault.blind("staff", email)[:_LISTED]


def picked(work: Work, value: str, platform: str) -> Runner | None:
    """Who was picked: from the list, or as a user of Slack with their name; None for nobody known."""
    if found := next((one for one in staff_of(work) if one.who == value), None):
        return found
    user, _, name = value.partition(_NAMED)
    roster = work.context.world.federation.roster
    if person := roster.by_account(platform, user):
        return Runner(f"{PERSON}{person.id}", person.name)
    return Runner(f"{USER}{platform}:{user}", name) if name and not value.startswith(_KINDS) else None


_KINDS = (PERSON, USER, LISTED, GUEST)


def is_here(work: Work, runner: Runner) -> bool:
    """Whether they work here still, as far as the roster and the staff list know."""
    who = identity(work.context.world.federation.roster, runner.who)
    if who.startswith(PERSON):
        return who.removeprefix(PERSON) in work.context.world.federation.roster.people
    if who.startswith(LISTED):
        return works_here(work.tx, who.removeprefix(LISTED))
    if who.startswith(USER):
        platform, _, user = who.removeprefix(USER).partition(":")
        row = staff_id_at(work.tx, work.context.vault, platform, user)
        return row is None or works_here(work.tx, row)
    return True


def lacking(work: Work, entry: AccountEntry) -> dict[Runner, tuple[Lacking, ...]]:
    """Those who are to run it and of whom not all that rule 45 asks is on record, with what is not.

    What was signed on paper is on record by that. Where no campaign was ever held, what runners attest
    stands alone. Those who run it already when it is transferred stop nothing.
    """
    if entry.stage not in TAKEN_UP or not was_campaign_held(work.tx):
        return {}
    run_it = {one.who for one in entry.details.runners} if entry.stage is AccountStage.TRANSFERRING else ()
    asked = [one for one in entry.asked if not one.on_paper and one.who not in run_it]
    policy, found = work.context.world.policy, dict[Runner, tuple[Lacking, ...]]()
    for one in asked:
        member = _member(work, one)
        names = known_as(work.context.vault, member) if member else ()
        if missing := lacking_to_run(work.tx, names, policy.id, version_of(policy)):
            found[one] = missing
    return found


def _member(work: Work, runner: Runner) -> StaffMember | None:
    federation, vault = work.context.world.federation, work.context.vault
    who = identity(federation.roster, runner.who)
    if who.startswith(USER):
        platform, _, user = who.removeprefix(USER).partition(":")
        return member_at(work.tx, vault, federation, platform, user)
    person = federation.roster.people.get(who.removeprefix(PERSON))
    return member_known_as(work.tx, vault, federation, known_as(vault, person)[0]) if person else None


def is_one_of(context: Context, actor: AccountActor, runners: Iterable[Runner]) -> bool:
    """Whether they are among these."""
    roster = context.world.federation.roster
    return actor.who in {identity(roster, one.who) for one in runners}


def has_applied(context: Context, actor: AccountActor, entry: AccountEntry) -> bool:
    """Whether it is their application."""
    return actor.who == identity(context.world.federation.roster, entry.details.applicant)


def concerned(context: Context, entry: AccountEntry) -> frozenset[str]:
    """The roster ids of all who have a part in it: the applicant, and present and future runners."""
    roster, details = context.world.federation.roster, entry.details
    everyone = (details.applicant, *(one.who for one in (*details.runners, *details.incoming)))
    known = (identity(roster, who) for who in everyone)
    return frozenset(who.removeprefix(PERSON) for who in known if who.startswith(PERSON))


def deciders(context: Context, role: str, entry: AccountEntry) -> tuple[str, ...]:
    """Who holds this role for its school, or stands in, and has no part in it; nor stands in for who has."""
    roster, own = context.world.federation.roster, concerned(context, entry)
    free = [one for one in roster.own_holders(role, entry.school) if one not in own]
    found = (name for one in free for name in (*roster.stand_ins(one), one))
    return tuple(dict.fromkeys(name for name in found if name not in own))


def may(context: Context, actor: AccountActor, duty: Duty, entry: AccountEntry) -> bool:
    """Whether the table lets them do it with this one."""
    person, roster = actor.person, context.world.federation.roster
    held = roster.roles_of(person.id, entry.school) if person else frozenset[str]()
    runners = (*entry.details.runners, *entry.details.incoming)
    if duty == "attest_account":
        runners = entry.asked
    runs = is_one_of(context, actor, runners)
    applied = has_applied(context, actor, entry)
    if duty == "see_account" and entry.stage is AccountStage.DRAFT and not entry.details.why:
        # Not sent yet: nobody's but the applicant's. One that was returned was seen before.
        return applied
    if duty in ("complete_account", "decide_account") and person:
        # Not the role of somebody whom it concerns, for whom they stand in.
        held = frozenset(role for role in held if person.id in deciders(context, role, entry))
    vacant = not deciders(context, "sbm", entry)
    return has_duty(context.world.duties, duty, held, runs, applied=applied, vacant=vacant)


_PUBLIC = (
    AccountStage.LIVE,
    AccountStage.REVIEW_DUE,
    AccountStage.LEAD_LEFT,
    AccountStage.TRANSFERRING,
    AccountStage.CLOSING,
    AccountStage.CLOSED,
)


def is_hidden(context: Context, actor: AccountActor, entry: AccountEntry) -> bool:
    """Whether they may not know of it: a press on it reads like one on what was never there."""
    return entry.stage not in _PUBLIC and not may(context, actor, "see_account", entry)


def holders(context: Context, role: str, entry: AccountEntry) -> tuple[str, ...]:
    """Whom a role means here, as ids of the above kinds; where nobody can act, the next who can."""
    order = {"sbm": ("sbm", "flt", "eht"), "flt": ("flt", "eht"), "it": ("it", "flt", "eht")}
    if role == "it":
        found = context.world.federation.roster.holders("it", entry.school)
        if found:
            return tuple(f"{PERSON}{one}" for one in found)
    roles = order.get(role, (role,))
    found = next((held for one in roles if (held := deciders(context, one, entry))), ())
    return tuple(f"{PERSON}{one}" for one in found)


def note(work: Work, actor: AccountActor, action: str, entry: AccountEntry | None, **detail: str) -> None:
    """Put it into the audit, by the id of the entry."""
    if not actor.person:
        detail["who"] = actor.who
    if entry:
        detail["entry"] = entry.id
    auditing.note(work, actor.person, action, None, **detail)


def owe(work: Work, entry: AccountEntry, who: str, kind: str, message: Message) -> None:
    """Owe somebody a message. People on the roster read it as it stands when it goes out.

    Others are written to on their platform; where Signpost knows no way, nothing is sent.
    """
    who = identity(work.context.world.federation.roster, who)
    if who.startswith(PERSON):
        person = who.removeprefix(PERSON)
        key = NoticeKey.of(ACCOUNT, entry.id, kind, f"{entry.version}.{entry.reminded}", person)
        enqueue(work.tx, work.context.vault.new_id(), Notice(key, "", ACCOUNT, Recipient(person)), work.now)
    elif who.startswith(USER):
        platform, _, user = who.removeprefix(USER).partition(":")
        answers.owe(work, Sender(platform, user), "", message, lasts=True)
