from dataclasses import replace

from sqlalchemy import text

from bot.assistant.assistant import Assistant
from bot.casework.context import CurrentWorld
from bot.delivery.sender import PermanentFault
from bot.domain.roster import Person, Roster
from tests.support.desk import Desk


def told(desk: Desk) -> set[str]:
    return {name for name, messages in desk.notebook.seen.items() if messages}


def test_an_unacknowledged_case_climbs_step_by_step(desk: Desk) -> None:
    """Next FLT member, then the EHT, never the chair; then the reporter learns that it is late."""
    desk.report("ana", kind="colleague")
    desk.work()
    assert told(desk) == {"flt", "ana"}
    desk.later(hours=7.5)
    desk.work()
    assert told(desk) == {"flt", "ana", "farid"}
    desk.later(days=1)
    desk.work()
    assert "eleanor" in told(desk)
    desk.later(days=4)
    desk.work()
    assert "maya" not in told(desk)
    assert "has not been acknowledged" in desk.notebook.texts("ana")[-1]


def test_nothing_climbs_early(desk: Desk) -> None:
    """A minute before the target nobody else is told."""
    desk.report("ana", kind="colleague")
    desk.later(minutes=449)
    desk.work()
    assert told(desk) == {"flt", "ana"}


def test_acknowledging_stops_the_ladder(desk: Desk) -> None:
    """After the acknowledgement no deadline tells anyone anything."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    desk.later(days=30)
    desk.work()
    assert told(desk) == {"flt", "ana"}


def test_a_long_absence_climbs_one_step_at_a_time(desk: Desk) -> None:
    """A worker that was down for days does not tell the whole ladder in the same minute."""
    desk.report("ana", kind="colleague")
    desk.later(days=9)
    desk.work()
    assert "farid" in told(desk)
    assert "eleanor" not in told(desk)
    desk.later(hours=7.5)
    desk.work()
    assert "eleanor" in told(desk)


def test_a_concerned_person_is_never_climbed_to(desk: Desk) -> None:
    """With the FLT concerned, however late it gets, no FLT member is told."""
    desk.report("ana", kind="colleague", conflict="flt")
    for _ in range(6):
        desk.later(days=2)
        desk.work()
    assert not told(desk) & {"flt", "farid", "grace", "tom"}


def test_an_undeliverable_card_climbs_at_once(desk: Desk) -> None:
    """Where the FLT's card can never be delivered, the next person is told without waiting."""
    desk.report("ana", kind="colleague")
    desk.notebook.faults = [PermanentFault("channel archived")]
    desk.work(rounds=10)
    assert "farid" in told(desk)


def test_the_ladders_card_says_why_it_came(desk: Desk) -> None:
    """Those whom the ladder reaches read that nobody had acknowledged the case."""
    desk.report("ana", kind="colleague")
    desk.work()
    desk.later(hours=7.5)
    desk.work()
    assert "nobody has acknowledged it in time" in desk.notebook.texts("farid")[0]
    assert "nobody has acknowledged it in time" not in desk.notebook.texts("flt")[0]


def test_one_unreachable_person_does_not_race_the_ladder(desk: Desk) -> None:
    """Of several who are told, one without an account brings the next step forward once, and no further."""
    people = dict(desk.product.context.world.federation.roster.people)
    people["lucy"] = replace(people["lucy"], accounts={})
    with_people(desk, people)
    desk.report("ana", kind="colleague", danger="yes")
    desk.work(rounds=30)
    assert "farid" in told(desk)
    assert not told(desk) & {"maya"}
    assert "has not been acknowledged" not in "".join(desk.notebook.texts("ana"))


def test_a_report_that_cannot_be_opened_holds_up_no_other(desk: Desk) -> None:
    """Where one report's key is missing, the ladder of the others is climbed and their cards go out."""
    broken = desk.report("ana", kind="colleague").reference
    desk.later(minutes=1)
    with desk.product.database.transaction() as tx:
        tx.execute(text("UPDATE reports SET key_id = 'lost' WHERE reference = :name"), {"name": broken})
    desk.report("joe", kind="colleague")
    desk.work(rounds=10)
    assert len(desk.notebook.texts("flt")) == 1
    desk.later(hours=7.5)
    desk.work(rounds=10)
    assert len(desk.notebook.texts("farid")) == 1


def test_a_new_member_stands_in_for_one_who_left(desk: Desk) -> None:
    """A step goes to the person who holds the role on that day: a leaver is passed over, a successor told."""
    desk.report("ana", kind="colleague")
    desk.work()
    with_roles(desk, flt=("grace", "tom"), eht=("beth",))
    climb(desk, hours=7.5)
    assert "grace" in told(desk)
    climb(desk, days=1)
    assert "beth" in told(desk)
    assert not told(desk) & {"farid", "eleanor"}


def test_a_change_between_the_steps(desk: Desk) -> None:
    """Anybody who joins a role after its step is told at the next; the step after that is not lost."""
    desk.report("ana", kind="colleague")
    desk.work()
    climb(desk, hours=7.5)
    climb(desk, days=1)
    assert "eleanor" in told(desk)
    with_roles(desk, eht=("beth",))
    climb(desk, days=1)
    assert "beth" in told(desk)
    climb(desk, days=3)
    assert "has not been acknowledged" in desk.notebook.texts("ana")[-1]


def test_who_was_left_out_stays_out(desk: Desk) -> None:
    """A person and a role that the reporter left out are no step, whatever roles change hands later."""
    desk.report("ana", kind="colleague", conflict_people="farid")
    desk.work()
    with_roles(desk, flt=("grace",), dsl=("farid", "tom"), chair=("farid", "maya"))
    for _ in range(6):
        climb(desk, days=2)
    assert not told(desk) & {"flt", "farid", "grace"}


def test_nobody_joins_where_one_person_was_chosen(desk: Desk) -> None:
    """Where the reporter chose the one person to be told, no later change of the roster adds a step."""
    desk.report("ana", kind="colleague", conflict="unsure", safe_recipient="chair")
    desk.work()
    before = told(desk)
    with_roles(desk, chair=("beth",), eht=("tom",))
    for _ in range(4):
        climb(desk, days=2)
    assert told(desk) == before


def climb(desk: Desk, **passed: float) -> None:
    desk.later(**passed)
    desk.work(rounds=10)


def with_roles(desk: Desk, **roles: tuple[str, ...]) -> None:
    roster = desk.product.context.world.federation.roster
    changed = {role: {"": people} for role, people in roles.items()}
    with_roster(desk, replace(roster, roles={**roster.roles, **changed}))


def with_people(desk: Desk, people: dict[str, Person]) -> None:
    with_roster(desk, replace(desk.product.context.world.federation.roster, people=people))


def with_roster(desk: Desk, roster: Roster) -> None:
    context = desk.product.context
    world = replace(context.world, federation=replace(context.world.federation, roster=roster))
    context = replace(context, current=CurrentWorld(world))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, desk.product.engine))
