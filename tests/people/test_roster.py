"""The roster, changed by two people in the chat: who may, what counts, and what follows at once."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import build
from bot.casework.case import Case
from bot.casework.context import CurrentWorld, Work
from bot.delivery.sender import PassingFault
from bot.domain.roster import Absence, Person, unattended
from bot.domain.turns import Incoming, Pressed, Said, Sender
from bot.people import holders, standing
from bot.people.roster import lines
from bot.people.standing import folded
from bot.storage import approvals, audit
from tests.support.desk import DeafEngine, Desk, Notebook, settings_in, text_of, world_of


@pytest.fixture
def other(desk: Desk, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A second process on the same database, where that may be shared."""
    if not desk.product.database.is_shared:
        pytest.skip("SQLite is for one process")
    settings = settings_in(tmp_path, database_url)
    found = Desk(build(settings, DeafEngine(), world_of(settings)), Notebook())
    yield found
    found.close()


def proposal(desk: Desk) -> str:
    """The id of the newest proposal."""
    query = "SELECT id FROM approvals ORDER BY proposed_at DESC, id LIMIT 1"
    with desk.product.database.transaction() as tx:
        return str(tx.execute(text(query)).scalar_one())


def agree(desk: Desk, action: str, by: str = "ivan", and_by: str = "eleanor", **fields: str) -> str:
    """Proposed by one, confirmed by another; what the second one reads."""
    answer = desk.fill(by, f"roster.{action}", "", **fields)
    assert "Proposed:" in answer, answer
    desk.later(seconds=1)
    return desk.press(and_by, "roster.confirm", proposal(desk))


def said(desk: Desk, user: str, words: str) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said(words)))


def holder(desk: Desk, reference: str) -> tuple[str, str, bool]:
    query = "SELECT holder, stage, due_at FROM reports WHERE reference = :name"
    with desk.product.database.transaction() as tx:
        row = tx.execute(text(query), {"name": reference}).one()
    return row.holder, row.stage, row.due_at is not None


def test_two_people_change_the_roster_without_a_restart(desk: Desk) -> None:
    """What one proposes and another confirms counts at once: who was given a role may act."""
    reference = desk.report("joe", kind="colleague").reference
    assert "not on the roster" in desk.press("ana", "case.acknowledge", reference)
    joined = {"id": "ana", "name": "Ana Silva", "user_on_playground": "ana"}
    assert "Confirmed and done: Ana Silva (ana) joins" in agree(desk, "join", **joined)
    assert "Confirmed and done" in agree(desk, "give", person="ana", role="flt", school="every")
    assert "You have acknowledged" in desk.press("ana", "case.acknowledge", reference)
    assert "Federation Leadership Team: Farid Anwar, Grace Holloway, Tom Pritchard, Ana Silva" in said(
        desk, "maya", "roster"
    )


@pytest.mark.parametrize("user", ["ana", "farid", "dina", "beth", "lucy", "colin", "nobody"])
def test_nobody_else_sees_or_changes_it(desk: Desk, user: str) -> None:
    """Anybody who is neither Executive Headteacher, chair nor IT Manager is refused, and learns nothing."""
    desk.fill("ivan", "roster.leave", "", person="tom")
    name, before = proposal(desk), desk.dump().count("approved")
    for answer in (
        said(desk, user, "roster"),
        desk.press(user, "roster.leave"),
        desk.press(user, "roster.confirm", name),
        desk.fill(user, "roster.leave", "", person="tom"),
    ):
        assert "Only the Executive Headteacher" in answer
        assert "Tom" not in answer
    assert desk.dump().count("approved") == before


def test_the_same_person_is_no_second_one(desk: Desk) -> None:
    """The proposer cannot confirm it, from another account of theirs neither."""
    world = desk.product.context.current.at_start
    roster = world.federation.roster
    ivan = Person("ivan", "Ivan Doyle", {"playground": "ivan", "slack": "U1VAN"})
    changed = replace(roster, people={**roster.people, "ivan": ivan})
    at_start = replace(world, federation=replace(world.federation, roster=changed))
    context = replace(desk.product.context, current=CurrentWorld(at_start))
    desk.product = replace(desk.product, assistant=type(desk.product.assistant)(context, DeafEngine()))
    desk.fill("ivan", "roster.leave", "", person="tom")
    name = proposal(desk)
    assert "somebody else must confirm" in desk.press("ivan", "roster.confirm", name)
    slack = Incoming("E9", Sender("slack", "U1VAN"), Pressed("roster.confirm", name))
    (reply,) = desk.product.assistant.handle(slack, desk.now)
    assert "somebody else must confirm" in text_of(reply)
    assert "Confirmed" in desk.press("eleanor", "roster.confirm", name)


def test_a_third_is_told_that_it_is_decided(desk: Desk) -> None:
    """A second confirmation changes nothing and says so."""
    agree(desk, "leave", person="tom")
    before = desk.dump()
    assert "decided this already" in desk.press("maya", "roster.confirm", proposal(desk))
    assert desk.dump().count("'approved'") == before.count("'approved'")


def test_a_proposal_is_open_for_a_day(desk: Desk) -> None:
    """After twenty-four hours nothing can be confirmed, and it is no longer listed."""
    desk.fill("ivan", "roster.leave", "", person="tom")
    desk.later(hours=24)
    assert "older than a day" in desk.press("eleanor", "roster.confirm", proposal(desk))
    assert "Waiting" not in said(desk, "eleanor", "roster")


def test_it_can_be_refused_and_withdrawn(desk: Desk) -> None:
    """Another refuses, the proposer withdraws; neither changes the roster, and each is in the audit."""
    desk.fill("ivan", "roster.leave", "", person="tom")
    assert "Only the proposer" in desk.press("eleanor", "roster.withdraw", proposal(desk))
    assert "Refused" in desk.press("eleanor", "roster.refuse", proposal(desk))
    desk.later(seconds=1)
    desk.fill("ivan", "roster.leave", "", person="tom")
    assert "Withdrawn" in desk.press("ivan", "roster.withdraw", proposal(desk))
    assert "decided this already" in desk.press("eleanor", "roster.confirm", proposal(desk))
    assert "tom" in desk.product.context.world.federation.roster.people
    with desk.product.database.transaction() as tx:
        actions = [row.action for row in tx.execute(text("SELECT action FROM audit ORDER BY number"))]
    wanted = ["roster.proposed", "roster.refused", "roster.proposed", "roster.withdrawn"]
    assert [action for action in actions if action.startswith("roster.")] == wanted


def test_everyone_who_decides_is_told(desk: Desk) -> None:
    """Executive Headteacher, chair and IT Manager hear of a proposal and its end; nobody else does."""
    desk.fill("ivan", "roster.leave", "", person="tom")
    desk.work()
    for user in ("eleanor", "maya"):
        assert (
            "[Confirm]\n" in desk.notebook.texts(user)[-1] + "\n"
            or "[Confirm]" in desk.notebook.texts(user)[-1]
        )
        assert "Ivan Doyle proposes: Tom Pritchard leaves" in desk.notebook.texts(user)[-1]
    assert "[Withdraw]" in desk.notebook.texts("ivan")[-1]
    desk.press("maya", "roster.confirm", proposal(desk))
    desk.work()
    for user in ("eleanor", "maya", "ivan"):
        # Tom leads an account as well, which the IT Manager is told of by itself (rule 32).
        told = [item for item in desk.notebook.texts(user) if "An account to be closed" not in item]
        assert "as Ivan Doyle proposed and Maya Fenn confirmed" in told[-1]
        # The message with the buttons was rewritten, and does not say the same once more.
        assert "".join(told).count("confirmed") == 1
        assert "It has been decided." in told[0]
        assert "[Confirm]" not in told[0]
    assert set(desk.notebook.seen) == {"eleanor", "maya", "ivan"}


def test_the_federation_is_never_left_without_a_role(desk: Desk) -> None:
    """What would leave too few in a role that a report needs is refused with the role, at either step."""
    assert "Designated Safeguarding Lead for Northgate School" in desk.fill(
        "ivan", "roster.leave", "", person="dina"
    )
    desk.fill("ivan", "roster.leave", "", person="tom")
    first = proposal(desk)
    desk.later(seconds=1)
    desk.fill("ivan", "roster.take", "", person="grace", role="flt", school="every")
    second = proposal(desk)
    assert "Confirmed" in desk.press("eleanor", "roster.confirm", first)
    assert "held by fewer than 2" in desk.press("eleanor", "roster.confirm", second)
    assert desk.product.context.world.federation.roster.holders("flt", "northgate") == ("farid", "grace")


def test_a_leaver_is_out_at_once(desk: Desk) -> None:
    """An old card of a leaver changes nothing, and what was owed to them is not sent."""
    reference = desk.report(nudity="yes").reference
    assert "Designated" in desk.fill("ivan", "roster.leave", "", person="dina")
    agree(desk, "give", person="grace", role="dsl", school="northgate")
    assert "Confirmed" in agree(desk, "leave", person="dina")
    desk.work(10)
    assert "dina" not in desk.notebook.seen
    assert "not on the roster" in desk.press("dina", "case.acknowledge", reference)
    assert holder(desk, reference)[0] == ""
    assert "Dina Clarke (no longer on the roster)" in desk.press("eleanor", "case.show", reference)


def test_a_leavers_cases_go_to_whom_they_were_given(desk: Desk) -> None:
    """Cases of a leaver go to the named person who may hold them; the others wait with the clock running."""
    opened = desk.report(kind="colleague").reference
    hidden = desk.report(nudity="yes").reference
    agree(desk, "give", person="tom", role="dsl", school="every")
    for reference in (opened, hidden):
        assert "You have acknowledged" in desk.press("tom", "case.acknowledge", reference) or "no case" in (
            desk.press("tom", "case.show", reference)
        )
    desk.press("dina", "case.acknowledge", hidden)
    agree(desk, "give", person="lucy", role="dsl", school="northgate")
    assert "Confirmed" in agree(desk, "leave", person="tom", to="grace")
    assert holder(desk, opened)[:2] == ("grace", "acknowledged")
    assert "Confirmed" in agree(desk, "leave", person="dina", to="grace")
    assert holder(desk, hidden) == ("", "delivered", True)
    desk.work(10)
    assert any("waits for somebody again" in text for text in desk.notebook.texts("eleanor"))
    assert hidden not in " ".join(desk.notebook.texts("grace"))
    assert "Given to Grace Holloway" in desk.press("farid", "case.details", opened)


@pytest.mark.parametrize("action", ["leave", "handover"])
def test_nobodys_cases_go_to_themselves(desk: Desk, action: str) -> None:
    """Who leaves, or hands their cases over, is not taken as the one who takes them: it is said at once."""
    told = desk.fill("ivan", f"roster.{action}", "", person="tom", to="tom")
    assert "Nobody stands in for themselves, or takes over their own cases." in told
    assert "Proposed:" not in told


@pytest.mark.parametrize("action", ["leave", "handover"])
def test_a_taker_who_has_left_meanwhile_is_named(desk: Desk, action: str) -> None:
    """Who was to take the cases over has left before it was confirmed: the second person reads so."""
    assert "Proposed:" in desk.fill("ivan", f"roster.{action}", "", person="tom", to="susan")
    waiting = proposal(desk)
    agree(desk, "give", person="ravi", role="sbm", school="southmere")
    assert "Confirmed and done" in agree(desk, "leave", person="susan")
    assert "is not on the roster" in desk.press("eleanor", "roster.confirm", waiting)


def test_what_cannot_be_handed_over_is_not_said_to_be(desk: Desk) -> None:
    """Cases that the other may not hold stay, and both who agree to it read that."""
    reference = desk.report("joe", kind="colleague").reference
    desk.press("tom", "case.acknowledge", reference)
    told = agree(desk, "handover", person="tom", to="ivan")
    assert "as far as Ivan Doyle may hold it; the others stay with Tom Pritchard" in told
    assert holder(desk, reference)[0] == "tom"


def test_a_cover_gets_what_the_absent_one_would(desk: Desk) -> None:
    """While somebody is away the cover is told and may act, both stand on the card; afterwards no more."""
    before = desk.report(nudity="yes").reference
    desk.work()
    away = {"start": "2026-11-23T09:30", "end": "2026-11-25T09:00"}
    agree(desk, "absent", person="dina", to="grace", **away)
    desk.work()
    assert "grace" not in desk.notebook.seen
    desk.later(hours=1)
    during = desk.report(nudity="yes").reference
    desk.work(10)
    told = " ".join(desk.notebook.texts("grace"))
    assert before in told
    assert during in told
    card = next(text for text in desk.notebook.texts("eleanor") if during in text)
    assert "Grace Holloway" in card
    assert "Dina Clarke" in card
    assert "You have acknowledged" in desk.press("grace", "case.acknowledge", during)
    desk.later(days=3)
    desk.work(10)
    assert "no case with that reference" in desk.press("grace", "case.show", during)
    assert holder(desk, during) == ("", "delivered", True)


def test_a_cover_may_act_from_the_first_minute(desk: Desk) -> None:
    """From the minute at which somebody is away the cover has their cases, before any worker tells them."""
    reference = desk.report(nudity="yes").reference
    agree(desk, "absent", person="dina", to="grace", start="2026-11-23T09:30", end="2026-11-25T09:00")
    assert "no case with that reference" in desk.press("grace", "case.show", reference)
    desk.later(minutes=30)
    assert "You have acknowledged" in desk.press("grace", "case.acknowledge", reference)


def test_a_cover_who_is_concerned_is_passed_over(desk: Desk) -> None:
    """Nothing of a case reaches a cover who is concerned in it; the Executive Headteacher is told instead."""
    agree(desk, "absent", person="beth", to="grace", start="2026-11-23T08:00", end="2026-11-25T09:00")
    reference = desk.report(conflict="unsure", safe_recipient="eht").reference
    named = desk.report(conflict="yes", conflict_people="grace").reference
    desk.work(10)
    assert "grace" not in desk.notebook.seen
    for case in (reference, named):
        assert case in " ".join(desk.notebook.texts("eleanor"))
        assert "no case with that reference" in desk.press("grace", "case.show", case)


def test_urgent_waits_for_nobody_who_is_away(desk: Desk) -> None:
    """The ladder's step to the leadership team goes to a member who is there."""
    agree(desk, "absent", person="farid", to="tom", start="2026-11-23T08:00", end="2026-11-25T09:00")
    desk.report(kind="danger", danger="yes")
    desk.work()
    people = desk.product.context.world.federation.roster
    assert people.holders("flt", "northgate") == ("tom", "farid", "grace")


def test_standing_in_gives_no_say_over_the_roster(desk: Desk) -> None:
    """The cover of the Executive Headteacher may work cases, and can confirm nothing."""
    agree(
        desk,
        "absent",
        by="maya",
        and_by="ivan",
        person="eleanor",
        to="grace",
        start="2026-11-23T08:00",
        end="2026-11-25T09:00",
    )
    assert "Only the Executive Headteacher" in said(desk, "grace", "roster")


def test_another_process_sees_it_at_once(desk: Desk, other: Desk) -> None:
    """What one process stored counts in another one with its next event, without a restart."""
    reference = desk.report().reference
    assert "no case" not in other.press("tom", "case.show", reference)
    agree(desk, "leave", person="tom")
    other.now = desk.now
    assert "not on the roster" in other.press("tom", "case.show", reference)


def test_of_two_confirmations_one_counts(desk: Desk, other: Desk) -> None:
    """Two who confirm in two processes: it is done once, and the other one is told."""
    desk.fill("ivan", "roster.leave", "", person="tom")
    name = proposal(desk)
    other.now = desk.now
    answers = [desk.press("eleanor", "roster.confirm", name), other.press("maya", "roster.confirm", name)]
    assert sorted("Confirmed" in answer for answer in answers) == [False, True]


def test_an_edited_file_and_the_changes_go_together(desk: Desk) -> None:
    """What the file has caught up with does nothing; what contradicts it is passed by and reported."""
    agree(desk, "leave", person="tom")
    agree(desk, "give", person="ravi", role="flt", school="every")
    world = desk.product.context.current.at_start
    roster = world.federation.roster
    people = {name: found for name, found in roster.people.items() if name not in ("tom", "ravi")}
    roles = {**roster.roles, "flt": {"": ("farid", "grace")}, "deputy_fbm": {"": ()}, "sbm": {}}
    edited = replace(world.federation, roster=replace(roster, people=people, roles=roles))
    context = replace(desk.product.context, current=CurrentWorld(replace(world, federation=edited)))
    with desk.product.database.transaction() as tx:
        standing.refresh(Work(tx, context, desk.now))
        found = folded(tx, context)
    assert [why for _, why in found.misfits] == ["nobody", "nobody"]
    assert context.world.federation.roster.holders("flt", "northgate") == ("farid", "grace")


def test_names_and_accounts_stand_nowhere_in_the_open(desk: Desk) -> None:
    """What was proposed is sealed: neither the name nor the account of anybody who joins is readable."""
    agree(desk, "join", id="zoe", name="Zoe Quillfeather", user_on_playground="zoe-account")
    found = desk.dump()
    assert "Quillfeather" not in found
    assert "zoe-account" not in found


@pytest.mark.parametrize(
    ("action", "fields", "why"),
    [
        ("join", {"id": "Ana!", "name": "Ana", "user_on_playground": "x"}, "small letters"),
        ("join", {"id": "ana", "name": "Ana"}, "at least one account"),
        ("join", {"id": "tom", "name": "Ana", "user_on_playground": "x"}, "has this id"),
        ("join", {"id": "ana", "name": "Ana", "user_on_playground": "tom"}, "belongs to somebody"),
        ("give", {"person": "tom", "role": "flt", "school": "every"}, "so already"),
        ("give", {"person": "tom", "role": "king", "school": "every"}, "Choose from the list"),
        ("take", {"person": "tom", "role": "dsl", "school": "every"}, "do not hold"),
        ("no_account", {"person": "tom", "platform": "playground"}, "only account"),
        (
            "absent",
            {"person": "tom", "to": "tom", "start": "2026-11-23T08:00", "end": "2026-11-25T08:00"},
            "for themselves",
        ),
        (
            "absent",
            {"person": "tom", "to": "farid", "start": "2026-11-23T08:00", "end": "2026-11-22T08:00"},
            "past",
        ),
        (
            "absent",
            {"person": "tom", "to": "farid", "start": "soon", "end": "2026-11-25T08:00"},
            "date and a time",
        ),
        ("back", {"person": "tom"}, "so already"),
    ],
)
def test_a_proposal_that_is_not_right_says_why(
    desk: Desk, action: str, fields: dict[str, str], why: str
) -> None:
    """A wrong field or a change that does not fit is explained, and nothing is proposed."""
    assert why in desk.fill("ivan", f"roster.{action}", "", **fields)
    with desk.product.database.transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM approvals")).scalar_one() == 0


def test_each_form_opens(desk: Desk) -> None:
    """Every button of the roster opens its form."""
    shown = said(desk, "ivan", "roster")
    assert len(re.findall(r"\[", shown)) >= 9
    for name in desk.product.context.roster_texts.forms:
        assert "Form(" in desk.press("ivan", f"roster.{name}")


def test_a_cover_can_be_away_too(desk: Desk) -> None:
    """Where the cover is away as well, the cover of the cover is there."""
    away = {"start": "2026-11-23T08:00", "end": "2026-11-25T09:00"}
    agree(desk, "absent", person="dina", to="lucy", **away)
    agree(desk, "absent", person="lucy", to="grace", **away)
    desk.later(seconds=1)
    said(desk, "ivan", "roster")
    roster = desk.product.context.world.federation.roster
    assert roster.holders("dsl", "northgate") == ("grace", "lucy", "dina")


def test_it_is_said_that_all_who_stand_in_are_away(desk: Desk) -> None:
    """Two who stand in for each other and are away together: the roster and the command line warn of it."""
    away = {"start": "2026-11-23T08:00", "end": "2026-11-25T09:00"}
    later = {"start": "2026-11-24T08:00", "end": "2026-11-26T09:00"}
    after = {"start": "2026-11-25T09:00", "end": "2026-11-26T09:00"}
    agree(desk, "absent", person="dina", to="lucy", **away)
    assert "Nobody is there" not in said(desk, "ivan", "roster")
    agree(desk, "absent", person="lucy", to="dina", **later)
    warning = "Nobody is there for Dina Clarke, Lucy Banks"
    assert warning in said(desk, "ivan", "roster")
    with desk.product.database.transaction() as tx:
        assert warning in "\n".join(lines(Work(tx, desk.product.context, desk.now)))
    roster = desk.product.context.world.federation.roster

    def absence(person: str, cover: str, turn: dict[str, str]) -> Absence:
        start, end = (datetime.fromisoformat(f"{turn[name]}+00:00") for name in ("start", "end"))
        return Absence(person, start, end, cover)

    one = absence("dina", "lucy", away)
    assert unattended(replace(roster, absences=(one, absence("lucy", "dina", later)))) == {"dina", "lucy"}
    assert not unattended(replace(roster, absences=(one, absence("lucy", "dina", after))))


def test_the_command_line_shows_what_stands(desk: Desk) -> None:
    """The operator reads who holds what, what waits, and which change does not fit."""
    agree(desk, "give", person="ravi", role="flt", school="every")
    desk.fill("ivan", "roster.leave", "", person="tom")
    with desk.product.database.transaction() as tx:
        found = "\n".join(lines(Work(tx, desk.product.context, desk.now)))
    assert "Waiting for a second person: Tom Pritchard leaves" in found
    assert "Executive Headteacher: Eleanor Marsh" in found


@pytest.mark.parametrize("part", ["_vacate", "_tell_covers"])
def test_a_case_that_cannot_be_settled_holds_up_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """A fault with one case leaves that case as it was; the change, the others and the worker go on."""
    broken, sound = (desk.report(user, kind="colleague").reference for user in ("ana", "joe"))
    for reference in (broken, sound):
        desk.press("tom", "case.acknowledge", reference)
    real = getattr(holders, part)

    def breaking(case: Case) -> None:
        real(case)
        if case.report.reference == broken:
            raise RuntimeError(part)

    monkeypatch.setattr(holders, part, breaking)
    assert "Confirmed and done" in agree(desk, "leave", person="tom")
    desk.work(rounds=20)
    assert holder(desk, broken)[0] == "tom"
    assert holder(desk, sound)[:2] == ("", "delivered")
    assert any("waits for somebody again" in line for line in desk.notebook.texts("farid"))
    with desk.product.database.transaction() as tx:
        told = tx.execute(text("SELECT count(*) FROM audit WHERE action = 'case.vacate'")).scalar_one()
        assert told == 1
        assert audit.verify(tx, desk.product.context.vault).faults == ()


def test_a_fault_in_settling_does_not_end_the_worker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the roster's consequences cannot be worked out at all, what is owed is delivered all the same."""

    def breaking(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(holders, "open_cases", breaking)
    desk.report("ana", kind="colleague")
    desk.work()
    assert desk.notebook.texts("flt")


def test_an_approval_is_used_once_and_within_a_day(desk: Desk) -> None:
    """What two people agreed to for a command is there for it once, and no longer than a day."""
    agree(desk, "pause", reason="Moving house.")
    vault = desk.product.context.vault
    with desk.product.database.transaction() as tx:
        assert approvals.approved(tx, vault, "pause", desk.now + timedelta(days=1)) is None
        found = approvals.approved(tx, vault, "pause", desk.now)
        assert found is not None
        assert approvals.carried_out(tx, found, desk.now)
        assert not approvals.carried_out(tx, found, desk.now)
        assert approvals.approved(tx, vault, "pause", desk.now) is None


AWAY = {"person": "farid", "to": "ravi", "start": "2026-11-24T08:00", "end": "2026-11-30T09:00"}


@pytest.mark.parametrize("verdict", ["confirm", "refuse", "withdraw"])
def test_a_decided_proposal_leaves_no_live_button(desk: Desk, verdict: str) -> None:
    """Confirmed, refused or withdrawn: what asked says that it is decided, and one new message how."""
    desk.fill("ivan", "roster.absent", "", **AWAY)
    desk.work(20)
    asked = {person: desk.notebook.texts(person) for person in ("ivan", "eleanor", "maya")}
    assert all("[" in texts[-1] for texts in asked.values())
    desk.press("ivan" if verdict == "withdraw" else "eleanor", f"roster.{verdict}", proposal(desk))
    desk.work(20)
    for person, before in asked.items():
        now = desk.notebook.texts(person)
        assert len(now) == len(before) + 1
        assert "It has been decided." in now[-2]
        assert now[-2] != now[-1]
        assert "[" not in now[-2] + now[-1]


def test_a_proposal_that_ran_out_leaves_no_live_button(desk: Desk) -> None:
    """Nobody decided within a day: each message that asked says so, once, and has no button."""
    desk.fill("ivan", "roster.absent", "", **AWAY)
    desk.work(20)
    asked = {person: desk.notebook.texts(person) for person in ("ivan", "eleanor", "maya")}
    assert all("[" in texts[-1] for texts in asked.values())
    desk.later(hours=23)
    desk.work(20)
    assert "[" in desk.notebook.texts("maya")[-1]
    desk.later(hours=2)
    desk.work(20)
    for person, before in asked.items():
        now = desk.notebook.texts(person)
        assert len(now) == len(before)
        assert "so it counts no more" in now[-1]
        assert "[" not in now[-1]
    assert "older than a day" in desk.press("eleanor", "roster.confirm", proposal(desk))
    desk.later(hours=1)
    desk.work(20)
    assert desk.notebook.texts("maya") == now


def test_a_proposal_that_went_out_too_late_has_no_button(desk: Desk) -> None:
    """What a platform took only after the day was over says so, and bears no buttons."""
    desk.notebook.refuses["maya"] = PassingFault("no connection")
    desk.fill("ivan", "roster.absent", "", **AWAY)
    desk.work(20)
    desk.notebook.refuses.clear()
    desk.later(hours=25)
    desk.work(20)
    assert "so it counts no more" in desk.notebook.texts("maya")[-1]
    assert not [text for text in desk.notebook.texts("maya") if "[" in text]


def test_a_proposal_that_was_decided_before_it_went_out_has_no_button(desk: Desk) -> None:
    """What a platform took only after the decision has no buttons."""
    desk.notebook.refuses["maya"] = PassingFault("no connection")
    desk.fill("ivan", "roster.absent", "", **AWAY)
    desk.work(20)
    desk.press("eleanor", "roster.confirm", proposal(desk))
    desk.notebook.refuses.clear()
    desk.later(minutes=10)
    desk.work(20)
    assert not [text for text in desk.notebook.texts("maya") if "[" in text]
