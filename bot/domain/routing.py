"""Who is told of a report, in which detail, and who climbs the ladder.

Follows the routing table: every row that matches contributes; a conflict of interest takes its
people and roles out of every row and of the ladder; where nobody safe is left, nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal

from bot.domain.closing import ClosingKind
from bot.domain.roster import OFFICE_ROLES, Roster

# N: that there is a case. C: the card. D: may open the details.
Level = Literal["N", "C", "D"]
Slots = Mapping[str, tuple[str, ...]]

FLT_CHANNEL = "flt_channel"
# Those who read the FLT's channel: a conflict with one of them must leave no trace there.
CHANNEL_ROLES = ("flt", "eht")
# Those whom a restricted report may reach anyway.
_SAFE_ROLES = frozenset(("dsl", "deputy_dsl", "eht"))
_OTHER = {"eht": "chair", "chair": "eht"}
# The chair was chosen because the Executive Headteacher is or may be concerned.
CHAIR_FOR_EHT = "chair_for_eht"


@dataclass(frozen=True)
class RouteRow:
    """A row of the routing table: the answers that it is for, and who is told at which level.

    `when` maps a slot to the values of which one must be given; every slot must match. Where each slot of
    `unless` holds one of its values, the row is for other answers.
    """

    id: str
    when: Mapping[str, frozenset[str]]
    told: tuple[tuple[str, Level], ...]
    unless: Mapping[str, frozenset[str]] = field(default_factory=dict)
    restricted: bool = False
    urgent: bool = False
    child: bool = False
    accidental: bool = False
    # Worked on though its reporter withdraws it: somebody may be at risk, or the policy asks for the report.
    # A child and urgency say so too.
    keep: bool = False
    # What somebody reports of themselves: never for the chair, unless the Executive Headteacher is concerned.
    own: bool = False
    # By which rules it is closed, beside what its assessments say; None where the row says nothing of it.
    closing: ClosingKind | None = None
    # Nobody investigates before the LADO's or the DSL's advice is on record.
    advice_first: bool = False
    tags: tuple[str, ...] = ()
    # What the policy says of such a case, and the clauses that ask for somebody to be told.
    clauses: tuple[str, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether it tells nobody but those whom a restricted report may reach."""
        return {role for role, _ in self.told} <= _SAFE_ROLES

    def matches(self, slots: Slots) -> bool:
        """Whether each slot of `when` holds at least one of its values, and not each of `unless`."""
        return _holds(self.when, slots) and not (self.unless and _holds(self.unless, slots))


def _holds(condition: Mapping[str, frozenset[str]], slots: Slots) -> bool:
    return all(values.intersection(slots.get(slot, ())) for slot, values in condition.items())


class Visibility(Enum):
    """Where a case's card may be seen: in the FLT's channel too, or by the people who are told alone.

    RESTRICTED: by those whom a restricted case may reach, and nothing of it stands anywhere else.
    """

    CHANNEL = "channel"
    PEOPLE = "people"
    RESTRICTED = "restricted"

    @classmethod
    def of(cls, *, channel: bool, restricted: bool) -> Visibility:
        """What two facts say together: a restricted case is never in the channel."""
        return cls.RESTRICTED if restricted else cls.CHANNEL if channel else cls.PEOPLE

    @property
    def in_channel(self) -> bool:
        """Whether the FLT's channel may hold anything of the case."""
        return self is Visibility.CHANNEL

    @property
    def restricted(self) -> bool:
        """Whether nobody may see it but those whom a restricted case may reach."""
        return self is Visibility.RESTRICTED


@dataclass(frozen=True)
class Told:
    """One person who is told, in which role, at which level."""

    person: str
    role: str
    level: Level


@dataclass(frozen=True)
class Route:
    """Where a report goes. `refusal`: "", or why it is not sent (no_safe_recipient, choose, outside).

    `own`: it is what somebody reports of themselves.
    """

    rows: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PEOPLE
    told: tuple[Told, ...] = ()
    ladder: tuple[tuple[str, ...], ...] = ()
    excluded: frozenset[str] = frozenset()
    excluded_roles: frozenset[str] = frozenset()
    urgent: bool = False
    child: bool = False
    accidental: bool = False
    own: bool = False
    tags: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True)
class Conflict:
    """What the reporter said of the person concerned: roles and people out, or no clear answer."""

    roles: frozenset[str]
    people: frozenset[str]
    unclear: bool
    choice: str
    inside: bool


def conflict_of(slots: Slots, roster: Roster) -> Conflict:
    """Read the conflict slots. A named or struck-out person brings in every role that they hold."""
    said = frozenset(slots.get("conflict", ()))
    people = frozenset(slots.get("conflict_people", ())) | frozenset(slots.get("struck", ()))
    choice = next(iter(slots.get("safe_recipient", ())), "")
    unclear = bool(said & {"unsure", "rather_not"})
    roles = said - {"no", "unsure", "rather_not"}
    held = frozenset(role for person in people for role in roster.every_role_of(person))
    named = held.difference(OFFICE_ROLES)
    holders = frozenset(
        person for role in roles for ids in roster.roles.get(role, {}).values() for person in ids
    )
    return Conflict(roles | named, people | holders, unclear, choice, "yes" in slots.get("send_inside", ()))


def decide(rows: Iterable[RouteRow], roster: Roster, slots: Slots) -> Route:
    """The route of a report with these answers. Never names an excluded person anywhere."""
    matched = tuple(row for row in rows if row.matches(slots))
    school = next(iter(slots.get("school", ())), "")
    conflict = _of_own(conflict_of(slots, roster), roster, own=any(row.own for row in matched))
    route = _facts(matched, conflict, roster)
    plan = _Plan(roster, school, conflict, route)
    notices = _notices(matched, route.visibility.restricted)
    return plan.settle(_conflicted(plan, notices))


def _of_own(conflict: Conflict, roster: Roster, *, own: bool) -> Conflict:
    """A reporter who chooses the chair for a self-report says why, or has not chosen yet."""
    if not conflict.unclear:
        return conflict
    if conflict.choice == CHAIR_FOR_EHT:
        holders = frozenset(person for ids in roster.roles.get("eht", {}).values() for person in ids)
        roles, people = conflict.roles | {"eht"}, conflict.people | holders
        return replace(conflict, roles=roles, people=people, unclear=False)
    return replace(conflict, choice="") if own and conflict.choice == "chair" else conflict


# An FLT member may open what their channel was told, and could do nothing with anything else: nor with a
# picture taken by accident, of which their channel has the card alone.
_LAST_STEPS = {
    Visibility.CHANNEL: ("flt", "eht"),
    Visibility.PEOPLE: ("eht",),
    Visibility.RESTRICTED: ("eht",),
}


def next_step(roster: Roster, school: str, route: Route, climbed: frozenset[str]) -> tuple[str, ...]:
    """Who is next on the ladder as the roster stands; () where it has ended.

    `route.told` are those who were told, `climbed` those of them whom the ladder brought it to. Somebody
    who came into a role after its step was climbed is told at the next; of the FLT, one member is a step.
    """
    # The FLT's members see the channel; a direct message to one of them is still a step.
    reached = route.excluded | climbed | {item.person for item in route.told if item.level == "C"}
    step: tuple[str, ...] = ()
    for role in _climbs(roster, school, route):
        holders = roster.holders(role, school)
        people = tuple(person for person in holders if person not in (*reached, *step))
        if role == "flt":
            people = () if climbed.intersection(holders) else _first_there(roster, people)
        if role not in route.excluded_roles:
            step += people
        # A step that only reaches people who are away reaches those of the next one too.
        if step and not roster.all_away(step):
            break
    return step


def _climbs(roster: Roster, school: str, route: Route) -> tuple[str, ...]:
    """The roles of the ladder in their order: those told, their deputies, and who comes last.

    The chair of governors is no part of it unless the Executive Headteacher can have no part in the case:
    a chair who knows a case cannot sit on its panel.
    """
    told = dict.fromkeys(item.role for item in route.told if item.level != "N" and item.role in roster.roles)
    known = (*told, "dsl") if route.child and route.visibility.restricted else tuple(told)
    pairs = [(role, f"deputy_{role}") for role in known if role not in ("flt", "chair")]
    roles = [role for pair in zip(*pairs, strict=True) for role in pair] if pairs else []
    headteachers = roster.holders("eht", school)
    concerned = "eht" in route.excluded_roles or route.excluded.issuperset(headteachers)
    last = ("eht",) if route.accidental else _LAST_STEPS[route.visibility]
    return (*roles, *last, *(("chair",) if concerned else ()))


def _first_there(roster: Roster, people: tuple[str, ...]) -> tuple[str, ...]:
    there = [person for person in people if not roster.all_away((person,))]
    return tuple(there[:1]) or people[:1]


def _passed_over(conflict: Conflict, roster: Roster) -> tuple[frozenset[str], frozenset[str]]:
    """Where one role alone may see the report: every other role, and the people of the one passed over.

    With the Executive Headteacher concerned it is the chair; with no clear answer the one of the two
    whom the reporter chose, since the other may be the very person. Not even the DSL, who may
    otherwise open whatever concerns a child: the reporter was promised that nobody else is told.
    """
    alone = "chair" if "eht" in conflict.roles else conflict.choice if conflict.unclear else ""
    if alone not in _OTHER or "chair" in conflict.roles:
        return frozenset(), frozenset()
    holders = (person for ids in roster.roles.get(_OTHER[alone], {}).values() for person in ids)
    return frozenset(roster.roles) - {alone}, frozenset(holders)


def _facts(matched: tuple[RouteRow, ...], conflict: Conflict, roster: Roster) -> Route:
    roles, people = _passed_over(conflict, roster)
    return Route(
        rows=tuple(row.id for row in matched),
        excluded=conflict.people | people,
        excluded_roles=conflict.roles | roles,
        visibility=Visibility.of(channel=False, restricted=any(row.restricted for row in matched)),
        urgent=any(row.urgent for row in matched),
        child=any(row.child for row in matched),
        accidental=any(row.accidental for row in matched),
        own=any(row.own for row in matched),
        tags=tuple(dict.fromkeys(tag for row in matched for tag in row.tags)),
        clauses=tuple(dict.fromkeys(clause for row in matched for clause in row.clauses)),
    )


def _notices(matched: tuple[RouteRow, ...], restricted: bool) -> tuple[tuple[str, Level], ...]:
    # Where one row is restricted, what an open row would have posted must not betray it; what an open
    # row tells the safeguarding roles alone (anyone in danger now: the deputy too) they are still told.
    chosen = [row for row in matched if row.restricted or not restricted or row.is_safe]
    return tuple(dict.fromkeys(notice for row in chosen for notice in row.told))


@dataclass(frozen=True)
class _Plan:
    roster: Roster
    school: str
    conflict: Conflict
    route: Route

    def people(self, role: str) -> tuple[str, ...]:
        # Nor whom the reporter passed over: they could stand in for the very one who was chosen.
        holders = self.roster.holders(role, self.school)
        return tuple(person for person in holders if person not in self.route.excluded)

    @property
    def channel_is_unsafe(self) -> bool:
        """Whether someone concerned reads the FLT's channel, in whatever role they hold."""
        readers = {person for role in CHANNEL_ROLES for person in self.roster.holders(role, "")}
        return bool(readers & self.conflict.people) or "flt" in self.conflict.roles

    def told(self, notices: Iterable[tuple[str, Level]]) -> tuple[Told, ...]:
        found = [
            Told(person, stand_in, level)
            for role, level in notices
            if role != FLT_CHANNEL
            for stand_in in self.stand_ins(role)
            for person in self.people(stand_in)
        ]
        return tuple(dict.fromkeys(found))

    def beside_the_channel(self, seen: Visibility) -> tuple[Told, ...]:
        """A card for each who stands in for a member of the FLT, and whom its channel shows nothing."""
        own = self.roster.own_holders("flt", self.school)
        people = self.people("flt") if seen.in_channel else ()
        return tuple(Told(person, "flt", "C") for person in people if person not in own)

    def stand_ins(self, role: str) -> tuple[str, ...]:
        """The role itself; its deputy, else eht, where its people are concerned or there are none.

        Where all who are left are away, the next one too: nothing waits for somebody who is not there.
        """
        candidates: tuple[str, ...] = (role, f"deputy_{role}".replace("deputy_deputy_", "deputy_"), "eht")
        if self.conflict.unclear:
            # The reporter chose this role and nobody else: someone in its place may be the very person.
            candidates = candidates[:1]
        free = [item for item in candidates if self.people(item) and item not in self.conflict.roles]
        there = [item for item in free if not self.roster.all_away(self.people(item))]
        reached = free.index(there[0]) + 1 if there else len(free)
        return tuple(dict.fromkeys(free[:reached])) or (role,)

    def settle(self, decided: tuple[tuple[tuple[str, Level], ...], bool, str]) -> Route:
        notices, restricted, refusal = decided
        restricted = restricted or self.route.visibility.restricted
        seen = Visibility.of(channel=(FLT_CHANNEL, "C") in notices, restricted=restricted)
        told = () if refusal else (*self.told(notices), *self.beside_the_channel(seen))
        opens = seen.in_channel and not self.route.accidental and bool(self.people("flt"))
        can_act = opens or any(item.level == "D" for item in told)
        if not refusal and not can_act:
            return self._refused("no_safe_recipient", restricted)
        if refusal:
            return self._refused(refusal, restricted)
        route = replace(self.route, visibility=seen, told=told)
        return replace(route, ladder=self._ladder(route))

    def _refused(self, why: str, restricted: bool) -> Route:
        seen = Visibility.of(channel=False, restricted=restricted)
        return replace(self.route, visibility=seen, refusal=why)

    def _ladder(self, route: Route) -> tuple[tuple[str, ...], ...]:
        # With no clear answer, or the Executive Headteacher concerned, the other may be the very person.
        if self.conflict.unclear or "eht" in self.conflict.roles:
            return ()
        steps: list[tuple[str, ...]] = []
        climbed: frozenset[str] = frozenset()
        while step := next_step(self.roster, self.school, route, climbed):
            steps.append(step)
            climbed |= set(step)
        # Nobody beside those who were told: the same people again, and their successors.
        return tuple(steps) or (tuple(dict.fromkeys(item.person for item in route.told)),)


def _both(role: str) -> tuple[tuple[str, Level], ...]:
    return ((role, "C"), (role, "D"))


def _conflicted(
    plan: _Plan, notices: tuple[tuple[str, Level], ...]
) -> tuple[tuple[tuple[str, Level], ...], bool, str]:
    """The notices after the conflict of interest, whether it makes the case restricted, and a refusal."""
    conflict, child = plan.conflict, _both("dsl") if plan.route.child else ()
    if "chair" in conflict.roles:
        inside = _both("dsl") if "eht" in conflict.roles else (*_both("eht"), *child)
        return (inside, True, "" if conflict.inside else "outside")
    if "eht" in conflict.roles:
        return _both("chair"), True, ""
    if conflict.unclear:
        chosen = conflict.choice in ("eht", "chair")
        return _both(conflict.choice) if chosen else (), True, "" if chosen else "choose"
    if plan.channel_is_unsafe:
        return (*_both("eht"), *child), True, ""
    return notices, False, ""
