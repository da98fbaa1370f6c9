"""What every use case needs: the world that was read at start, the database and its keys."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from bot.casework.limits import Counters
from bot.content.case_texts import CaseTexts, CaseWork
from bot.content.roster_texts import RosterTexts, Trouble
from bot.content.tables import Outcomes, Retention
from bot.content.world import World
from bot.domain.access import Action, Actor, CaseFacts, Decision, access_report, told_people
from bot.domain.escalation import Timetable
from bot.domain.gaps import Golden
from bot.domain.roster import Person
from bot.domain.routing import Told
from bot.domain.turns import Tokens
from bot.storage.crypto import hash_code
from bot.storage.database import Database, Transaction
from bot.storage.reports import Report
from bot.storage.vault import Vault


@dataclass
class ChannelState:
    """Why nothing is posted in the FLT's channel, in words fit to show; "" where it may be.

    One writer, many readers, each of one whole string: safe from any thread.
    """

    reason: str = ""


@dataclass
class Outages:
    """The platforms that take nothing at the moment: what can go another way does.

    Set and read from any thread, as one whole set.
    """

    platforms: frozenset[str] = frozenset()


@dataclass
class DoorState:
    """How things stand with a platform: its troubles, each with why, a warning, and when it was last heard.

    One writer, many readers, each of one whole value: safe from any thread.
    """

    troubles: Mapping[Trouble, str] = field(default_factory=dict)
    warning: str = ""
    heard: datetime | None = None

    @property
    def is_cut_off(self) -> bool:
        """Whether nothing goes in or out. Refused requests are no proof of it: anybody can send those."""
        return any(trouble != "signatures" for trouble in self.troubles)


@dataclass(frozen=True)
class Stand:
    """How things stand from `since` until before `until` (None: for good), if the version stays the same."""

    world: World
    version: int = -1
    paused: bool = False
    since: datetime | None = None
    until: datetime | None = None

    def is_of(self, version: int, now: datetime) -> bool:
        """Whether it is what would be read now."""
        begun = self.since is None or self.since <= now
        return self.version == version and begun and (self.until is None or now < self.until)


class CurrentWorld:
    """The world as it was read at start, and as it stands now: with the changes to the roster.

    `stand` is replaced as one whole value, and is safe from any thread.
    """

    def __init__(self, at_start: World) -> None:
        self.at_start = at_start
        self.stand = Stand(at_start)

    @property
    def world(self) -> World:
        """The world as it stands now."""
        return self.stand.world


class RosterAccounts(Container[str]):
    """The user ids on one platform of everybody who is on the roster now; in any case of letters."""

    def __init__(self, current: CurrentWorld, platform: str) -> None:
        self._current = current
        self._platform = platform

    def __contains__(self, user: object) -> bool:
        people = self._current.world.federation.roster.people.values()
        accounts = (person.accounts.get(self._platform, "").casefold() for person in people)
        return bool(user) and str(user).casefold() in accounts


@dataclass(frozen=True)
class Context:
    """Built once by the composition root. `platforms` are those that messages can go out to.

    `threads` are those of them where a card has a thread for its history. `approvers`: the roles of
    which two are needed, for each kind of decision that takes two people. `doors`: how this process stands
    with each platform.
    """

    current: CurrentWorld
    texts: CaseTexts
    roster_texts: RosterTexts
    approvers: Mapping[Decision, frozenset[str]]
    outcomes: Outcomes
    work: CaseWork
    database: Database
    vault: Vault
    retention: Retention
    new_tokens: Callable[[], Tokens]
    counters: Counters
    platforms: tuple[str, ...] = ()
    flt_conversation: tuple[str, str] = ("", "")
    threads: tuple[str, ...] = ()
    channel: ChannelState = field(default_factory=ChannelState)
    outages: Outages = field(default_factory=Outages)
    # Where people's browsers reach Signpost, without a slash at the end; "" where they do not.
    address: str = ""
    doors: Mapping[str, DoorState] = field(default_factory=dict)
    # Questions of which the right answer is known: read where an answer is to be signed, and not before.
    golden: Callable[[], tuple[Golden, ...]] = tuple

    @property
    def world(self) -> World:
        """Everything that was read at start, with the roster as it stands now."""
        return self.current.world

    @property
    def paused(self) -> bool:
        """Whether two people have paused Signpost."""
        return self.current.stand.paused

    def local(self, moment: datetime) -> str:
        """A moment in the Federation's own time, such as "22 Nov 2026, 14:05"."""
        return self.world.federation.local(moment)

    def name(self, person: str) -> str:
        """The name of someone on the roster."""
        return self.world.federation.person_name(person)

    def timetable(self, report: Report, *, ended: bool = False) -> Timetable:
        """The timers of a stored report. `ended`: its ladder has no step left, and nobody has it."""
        row = report.row
        since, climbed = row.clock_from or row.received_at, row.clock_level
        return replace(self.world.federation.timetable(since, row.urgent, climbed), ended=ended)

    def actor(self, person: str, report: Report) -> Actor:
        """Somebody with the roles that they hold for this report's school."""
        return Actor(person, self.world.federation.roster.roles_of(person, report.row.school))

    def may(self, person: Person, action: Action, report: Report, told: tuple[Told, ...]) -> bool:
        """Whether the roster and the table let this person do this: the one way to ask for somebody."""
        told = (*told, *self._told_for_others(person, told))
        return self.allows(self.actor(person.id, report), action, report, told)

    def allows(self, actor: Actor, action: Action, report: Report, told: tuple[Told, ...]) -> bool:
        """Whether the table lets them do this with the report, by what is stored of it."""
        return access_report(self.world.permissions, actor, action, _facts(report, told))

    def _told_for_others(self, person: Person, told: tuple[Told, ...]) -> tuple[Told, ...]:
        """What those were told for whom this person stands in at the moment."""
        away = self.world.federation.roster.covered_by(person.id)
        return tuple(replace(item, person=person.id) for item in told if item.person in away)


def _facts(report: Report, told: tuple[Told, ...]) -> CaseFacts:
    """What the permissions ask of a stored report."""
    at_c_or_d, at_n = told_people(told, accidental=report.row.accidental)
    return CaseFacts(
        open_route=report.row.visibility.in_channel,
        child=report.row.child,
        accidental=report.row.accidental,
        told=at_c_or_d,
        noticed=at_n,
        excluded_people=frozenset(report.route.excluded_people),
        excluded_roles=frozenset(report.route.excluded_roles),
    )


CodeTry = Literal["opens", "wrong", "too many"]


class Hashed(dict[str, str]):
    """Receipt codes and their hashes; of another the hash is made when it is asked for."""

    def __missing__(self, code: str) -> str:
        return hash_code(code)


class Unhashed(Exception):
    """A receipt code whose hash is needed, with the transaction undone: argon2 must not hold others up."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class NotYetHashed(dict[str, str]):
    """No hash of any receipt code; asking for one raises Unhashed."""

    def __missing__(self, code: str) -> str:
        raise Unhashed(code)


@dataclass(frozen=True)
class Work:
    """Where something is done, with what, and when: one transaction, the context, one moment.

    `codes` holds, by reference and receipt code, what came of codes that were tried before it began; `hashes`
    the hashes of receipt codes.
    """

    tx: Transaction
    context: Context
    now: datetime
    codes: Mapping[tuple[str, str], CodeTry] = field(default_factory=dict, kw_only=True)
    hashes: Mapping[str, str] = field(default_factory=Hashed, kw_only=True, repr=False)
