"""Reminders of accounts: of an application, the yearly review, leavers, retention."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from structlog.testing import capture_logs

from bot.accounts.reminders import Watch
from bot.domain.accounts import AccountStage
from bot.domain.staff import ListedStaff
from bot.domain.turns import AccountGone, Pressed, Submitted
from bot.storage.schema import accounts
from bot.storage.staff import put_staff, staff_list
from tests.accounts.house import (
    NAME,
    PAGES,
    apply,
    attest,
    decide,
    entries,
    entry,
    fill,
    form_in,
    live,
    stage,
)
from tests.accounts.test_accounts import FACEBOOK, SOUTHMERE, audit, live_until_rules, to_sbm, with_roles
from tests.support.desk import START, Desk

EVERYBODY = ("ana", "joe", "ravi", "farid", "grace", "tom", "eleanor", "ivan")


def leave(desk: Desk, person: str) -> None:
    """Two people take somebody off the roster."""
    desk.fill("ivan", "roster.leave", "", person=person)
    with desk.product.database.transaction() as tx:
        newest = tx.exec_driver_sql("SELECT id FROM approvals ORDER BY proposed_at DESC").scalar()
    desk.press("maya", "roster.confirm", str(newest))
    desk.later(minutes=2)
    desk.work(20)


def count(desk: Desk, user: str, title: str, name: str = NAME) -> int:
    """How many messages of this title somebody was sent about one account."""
    return sum(told.startswith(title) and name in told for told in desk.notebook.texts(user))


def day(number: int, hour: int = 17) -> datetime:
    """An evening of November or December 2026; the desk begins on Monday the 23rd of November."""
    return datetime(2026, 11, 23, hour, 0, tzinfo=UTC) + timedelta(days=number)


def test_the_business_manager_then_the_team_then_the_headteacher(desk: Desk) -> None:
    """Two working days, then a reminder each working day; each time one more role is told."""
    desk.work()
    to_sbm(desk)
    desk.work(20)
    seen = []
    for number in (0, 1, 2, 3, 4, 5, 6, 7):
        desk.now = day(number)
        desk.work(20)
        told = [count(desk, user, "An application for an account") for user in ("ravi", "farid", "eleanor")]
        seen.append((desk.now.strftime("%a"), *told))
    assert seen == [
        ("Mon", 1, 0, 0), ("Tue", 1, 0, 0), ("Wed", 2, 0, 0), ("Thu", 3, 1, 0), ("Fri", 4, 2, 1),
        ("Sat", 4, 2, 1), ("Sun", 4, 2, 1), ("Mon", 5, 3, 2),
    ]  # fmt: skip
    assert "OVERDUE" in desk.notebook.texts("ravi")[-1]
    assert "OVERDUE" not in desk.notebook.texts("ravi")[0]


@pytest.mark.parametrize(
    ("stages", "title", "users", "days"),
    [
        ("attesting", "You are named to run an account", ("joe", "ana", "ravi", "farid", "eleanor"), 5),
        ("with_flt", "An application for an account", ("farid", "eleanor"), 5),
        ("creating", "An account to be created", ("ivan", "farid"), 2),
        ("live", "Rules to confirm", ("joe", "ivan", "farid"), 5),
        ("closing", "An account to be closed", ("ivan", "farid"), 2),
    ],
)
def test_each_stage_has_its_target_and_its_next_roles(
    desk: Desk, stages: str, title: str, users: tuple[str, ...], days: int
) -> None:
    """At the target of each stage the first role is reminded, and on each working day after one more."""
    desk.work()
    apply(desk, lead=("person:lucy",), others=("user:playground:joe",))
    if stages != "attesting":
        attest(desk, "lucy", "joe")
        fill(desk, "ravi", "complete")
    if stages in ("creating", "live", "closing"):
        decide(desk)
    if stages in ("live", "closing"):
        fill(desk, "ivan", "create", kept_in="The vault of the office")
    if stages == "closing":
        fill(desk, "ivan", "close", why="It is not needed.")
    assert stage(desk).value == stages
    desk.work(20)
    first = count(desk, users[0], title)
    before = [first, *(count(desk, user, title) for user in users[1:])]
    working = [number for number in range(1, 30) if day(number).weekday() < 5]
    desk.now = day(working[days - 1], 12)
    desk.work(20)
    assert [count(desk, user, title) for user in users] == before, "not before the target"
    for late, number in enumerate(working[days - 1 : days - 1 + len(users)], start=1):
        desk.now = day(number)
        desk.work(20)
        more = [count(desk, user, title) - old for user, old in zip(users, before, strict=True)]
        assert more == [max(late - place, 0) for place in range(len(users))], number


def test_nobody_is_reminded_of_what_is_done(desk: Desk) -> None:
    """What has moved on, or ended, is reminded of no more; a reminder on its way is not sent after it."""
    desk.work()
    to_sbm(desk)
    desk.work(20)
    desk.now = day(2)
    with desk.product.database.transaction() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM accounts WHERE remind_at IS NOT NULL").scalar()
    Watch().look(desk.product.context, desk.now)
    fill(desk, "ana", "withdraw")
    desk.work(20)
    assert count(desk, "ravi", "An application for an account") == 1
    for number in range(3, 30):
        desk.now = day(number)
        desk.work(20)
    assert count(desk, "ravi", "An application for an account") == 1


def test_two_workers_remind_once(desk: Desk) -> None:
    """However many workers look, and however late, one reminder goes out for one day."""
    desk.work()
    to_sbm(desk)
    desk.now = day(9)
    for _ in range(3):
        Watch(_seeded=True).look(desk.product.context, desk.now)
    desk.work(20)
    assert count(desk, "ravi", "An application for an account") == 2


def test_the_yearly_review(desk: Desk) -> None:
    """A year after it went live an account is due for its review, once; reviewed, it is due a year later."""
    desk.work()
    live(desk)
    desk.now = START + timedelta(days=364)
    desk.work(20)
    assert stage(desk) is AccountStage.LIVE
    desk.later(days=2)
    desk.work(20)
    assert stage(desk) is AccountStage.REVIEW_DUE
    assert count(desk, "ana", "An account to be reviewed") == 1
    assert "You may not do this" in fill(desk, "priya", "review")
    fill(desk, "ana", "review")
    assert stage(desk) is AccountStage.LIVE
    assert "already" in fill(desk, "joe", "review")
    desk.later(days=366)
    desk.work(20)
    assert stage(desk) is AccountStage.REVIEW_DUE


def test_a_runner_who_leaves_in_the_middle(desk: Desk) -> None:
    """The application goes back to its applicant, who names somebody else; it goes on from there."""
    desk.work()
    apply(desk, lead=("person:lucy",), others=("person:tom",))
    attest(desk, "lucy", "tom")
    fill(desk, "ravi", "complete")
    leave(desk, "tom")
    assert stage(desk) is AccountStage.DRAFT
    assert count(desk, "ana", "Somebody will not run the account") == 1
    assert [one.name for one in entry(desk).details.runners] == ["Lucy Banks"]
    answer = desk.press("ana", "account.send", entry(desk).id)
    assert "3 of 4" in answer
    shown = desk.send("ana", Pressed("account.page", f"{entry(desk).id}|3"))
    desk.send(
        "ana",
        Submitted(
            "account.page", form_in(shown).value, {"lead": ("person:lucy",), "others": ("person:omar",)}
        ),
    )
    desk.press("ana", "account.send", entry(desk).id)
    attest(desk, "omar")
    assert stage(desk) is AccountStage.WITH_SBM


def test_an_applicant_who_leaves(desk: Desk) -> None:
    """Nobody is left whose application it is: it is withdrawn, and anybody who had it is told."""
    desk.work()
    apply(desk, "tom", lead=("person:lucy",), others=("person:omar",))
    attest(desk, "lucy", "omar")
    leave(desk, "tom")
    assert stage(desk) is AccountStage.WITHDRAWN
    assert count(desk, "ravi", "An application was withdrawn") == 1


def test_who_leaves_the_staff_list(desk: Desk) -> None:
    """Anybody who was on the staff list alone and left it runs nothing any more."""
    desk.work()
    sam = ListedStaff("Sam Teal", "sam@harbour.example.sch.uk", ("northgate",))
    with desk.product.database.transaction() as tx:
        put_staff(tx, desk.product.context.vault, sam)
    shown = desk.send("ana", Pressed("account.request"))
    for number in ("1", "2"):
        shown = desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES[number]))
    key = next(one.value for one in form_in(shown).fields[1].options if one.label == "Sam Teal")
    shown = desk.send(
        "ana", Submitted("account.page", form_in(shown).value, {"lead": ("person:lucy",), "others": (key,)})
    )
    desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES["4"]))
    desk.press("ana", "account.send", entry(desk).id)
    attest(desk, "lucy")
    with desk.product.database.transaction() as tx:
        (listed,) = staff_list(tx, desk.product.context.vault)
        put_staff(
            tx, desk.product.context.vault, ListedStaff(listed.name, listed.email, listed.schools, (), START)
        )
    desk.later(minutes=2)
    desk.work(20)
    assert stage(desk) is AccountStage.DRAFT


def test_a_user_who_came_on_the_roster_and_leaves_it(desk: Desk) -> None:
    """Anybody who was picked as a user and is on the roster by now is that person: their leaving is seen."""
    desk.work()
    live(desk)
    desk.fill("ivan", "roster.join", "", id="anas", name="Ana Silva", user_on_playground="ana")
    with desk.product.database.transaction() as tx:
        newest = tx.exec_driver_sql("SELECT id FROM approvals ORDER BY proposed_at DESC").scalar()
    desk.press("maya", "roster.confirm", str(newest))
    desk.later(minutes=2)
    desk.work(20)
    assert entry(desk).details.runners[0].who == "person:anas"
    assert desk.product.context.world.federation.account(NAME).runners == ("anas",)
    leave(desk, "anas")
    assert stage(desk) is AccountStage.LEAD_LEFT


def test_a_user_whose_account_on_the_platform_is_closed(desk: Desk) -> None:
    """A lead who is known as a user alone has left when their platform says so: IT is told, once."""
    desk.work()
    live(desk)
    for _ in range(2):
        assert desk.send("ana", AccountGone()) == ()
        desk.work(20)
    assert stage(desk) is AccountStage.LEAD_LEFT
    assert [one.who for one in entry(desk).details.runners] == ["user:playground:joe"]
    assert count(desk, "ivan", "An account to be closed or transferred") == 1
    assert count(desk, "farid", "An account under two members of staff") == 1


def test_an_applicant_whose_account_on_the_platform_is_closed(desk: Desk) -> None:
    """Nobody is left whose application it is: it is withdrawn, as when they leave the roster."""
    desk.work()
    apply(desk, lead=("person:lucy",), others=("person:omar",))
    desk.send("ana", AccountGone())
    assert stage(desk) is AccountStage.WITHDRAWN


def test_a_closed_account_says_nothing_of_who_is_on_the_roster(desk: Desk) -> None:
    """The roster says who works here: one platform less takes nobody off an account."""
    desk.work()
    desk.send("grace", AccountGone())
    desk.work(20)
    assert stage(desk, FACEBOOK) is AccountStage.LIVE
    assert desk.product.context.world.federation.account(FACEBOOK).runners == ("grace", "lucy")


def test_a_user_who_left_by_the_staff_list(desk: Desk) -> None:
    """Anybody who was picked as a user, and by the staff list has left, runs nothing any more."""
    desk.work()
    live(desk)
    own = {"playground": "joe"}
    joe = ListedStaff("Joe", "joe@harbour.example.sch.uk", ("northgate",), (), START, own)
    with desk.product.database.transaction() as tx:
        put_staff(tx, desk.product.context.vault, joe)
    desk.later(minutes=2)
    desk.work(20)
    assert [one.who for one in entry(desk).details.runners] == ["user:playground:ana"]


def test_the_lead_of_a_live_account_leaves(desk: Desk) -> None:
    """The IT Manager is to close or transfer it (32), and is told once; it stays on the register."""
    desk.work()
    leave(desk, "tom")
    assert stage(desk, SOUTHMERE) is AccountStage.LEAD_LEFT
    assert count(desk, "ivan", "An account to be closed or transferred", SOUTHMERE) == 1
    assert SOUTHMERE in desk.product.context.world.federation.accounts
    assert desk.product.context.world.federation.account(SOUTHMERE).runners == ()
    desk.later(hours=1)
    desk.work(20)
    assert count(desk, "ivan", "An account to be closed or transferred", SOUTHMERE) == 1


def test_an_account_under_two_members_of_staff_is_flagged_once(desk: Desk) -> None:
    """When one of two runners leaves, the leadership team is told once; the lead stays."""
    desk.work()
    leave(desk, "lucy")
    assert stage(desk, FACEBOOK) is AccountStage.LIVE
    assert count(desk, "farid", "An account under two members of staff", FACEBOOK) == 1
    assert desk.product.context.world.federation.account(FACEBOOK).runners == ("grace",)
    desk.later(days=1)
    desk.work(20)
    assert count(desk, "farid", "An account under two members of staff", FACEBOOK) == 1


def test_a_new_runner_who_declines_in_a_transfer(desk: Desk) -> None:
    """Those who ran the account run it as before, and the IT Manager, who transfers it, is told once."""
    desk.work()
    fill(desk, "ivan", "transfer", FACEBOOK, lead="person:omar", others=("person:lucy",))
    assert stage(desk, FACEBOOK) is AccountStage.TRANSFERRING
    desk.work(20)
    assert desk.product.context.world.federation.account(FACEBOOK).runners == ("grace", "lucy")
    fill(desk, "omar", "decline", FACEBOOK)
    desk.work(20)
    assert stage(desk, FACEBOOK) is AccountStage.LIVE
    assert entry(desk, FACEBOOK).details.incoming == ()
    assert desk.product.context.world.federation.account(FACEBOOK).runners == ("grace", "lucy")
    assert count(desk, "ivan", "A transfer came to nothing", FACEBOOK) == 1
    assert count(desk, "ivan", "An account to be closed or transferred", FACEBOOK) == 0


def test_who_was_to_take_over_leaves_before_it(desk: Desk) -> None:
    """The transfer comes to nothing: those who ran it run it, and IT and the other new runner are told."""
    desk.work()
    fill(desk, "ivan", "transfer", FACEBOOK, lead="person:tom", others=("person:omar",))
    leave(desk, "tom")
    assert stage(desk, FACEBOOK) is AccountStage.LIVE
    assert entry(desk, FACEBOOK).details.incoming == ()
    assert desk.product.context.world.federation.account(FACEBOOK).runners == ("grace", "lucy")
    desk.later(hours=1)
    desk.work(20)
    assert count(desk, "ivan", "A transfer came to nothing", FACEBOOK) == 1
    assert count(desk, "omar", "You are not to run an account", FACEBOOK) == 1


def test_nobody_takes_over_from_a_lead_who_has_left(desk: Desk) -> None:
    """A transfer that comes to nothing is the IT Manager's again, whenever the lead left."""
    desk.work()
    fill(desk, "ivan", "transfer", FACEBOOK, lead="person:omar", others=("person:lucy",))
    leave(desk, "grace")
    assert stage(desk, FACEBOOK) is AccountStage.TRANSFERRING
    fill(desk, "omar", "decline", FACEBOOK)
    assert stage(desk, FACEBOOK) is AccountStage.LEAD_LEFT
    fill(desk, "ivan", "transfer", FACEBOOK, lead="person:tom", others=("person:lucy",))
    fill(desk, "tom", "decline", FACEBOOK)
    desk.work(20)
    assert stage(desk, FACEBOOK) is AccountStage.LEAD_LEFT
    assert count(desk, "ivan", "An account to be closed or transferred", FACEBOOK) == 2


def test_a_transfer_waits_for_attestations_and_the_team(desk: Desk) -> None:
    """Nobody takes an account over before they have attested and the leadership team is satisfied of them."""
    desk.work()
    fill(desk, "ivan", "transfer", FACEBOOK, lead="person:omar", others=("person:lucy",))
    assert "have not attested" in fill(desk, "ivan", "hand_over", FACEBOOK)
    attest(desk, "omar", "lucy", name=FACEBOOK)
    assert "must first be satisfied" in fill(desk, "ivan", "hand_over", FACEBOOK)
    fill(desk, "farid", "tick", FACEBOOK, satisfied=("person:omar", "person:lucy"))
    assert "is transferred" in fill(desk, "ivan", "hand_over", FACEBOOK, kept_in="The vault of the office")
    desk.work(20)
    assert desk.product.context.world.federation.account(FACEBOOK).runners == ("omar", "lucy")


def test_closed_while_it_is_being_transferred(desk: Desk) -> None:
    """A transfer that comes to nothing ends in a closing, and who was to take it over is told."""
    desk.work()
    fill(desk, "ivan", "transfer", FACEBOOK, lead="person:omar", others=("person:lucy",))
    fill(desk, "ivan", "close", FACEBOOK, why="Nobody needs it.")
    assert stage(desk, FACEBOOK) is AccountStage.CLOSING
    assert "Nothing has changed" in fill(desk, "omar", "attest", FACEBOOK)
    desk.work(20)
    released = [count(desk, user, "You are not to run an account", FACEBOOK) for user in ("omar", "lucy")]
    assert released == [1, 0]


@pytest.mark.parametrize("end", ["withdraw", "reject"])
def test_a_refused_application_is_deleted_after_a_year(desk: Desk, end: str) -> None:
    """Rejected and withdrawn applications are kept 365 days; then nothing of them is left but the audit."""
    desk.work()
    to_sbm(desk)
    fill(desk, "ravi", "complete")
    fill(desk, "ana" if end == "withdraw" else "farid", end, why="It is not needed.")
    desk.later(days=364)
    desk.work(20)
    assert len(entries(desk)) == 1
    desk.later(days=2)
    desk.work(20)
    assert entries(desk) == []
    assert ("farid" if end == "reject" else "unknown", f"account.{end}") in audit(desk)


def test_a_closed_account_is_deleted_after_three_years(desk: Desk) -> None:
    """A closed account is kept 1,095 days; one that federation.yml names stays, or it would come back."""
    desk.work()
    live(desk)
    for name in (NAME, FACEBOOK):
        fill(desk, "ivan", "close", name, why="It is not needed.")
        fill(desk, "ivan", "end", name)
    desk.later(days=1094)
    desk.work(20)
    assert len(entries(desk)) == 1
    desk.later(days=2)
    desk.work(20)
    assert entries(desk) == []
    assert stage(desk, FACEBOOK) is AccountStage.CLOSED
    assert FACEBOOK not in desk.product.context.world.federation.accounts


def test_a_draft_that_nobody_touches_is_deleted(desk: Desk) -> None:
    """What was begun and never sent is kept as long as a half-written report."""
    shown = desk.send("ana", Pressed("account.request"))
    desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES["1"]))
    desk.later(days=13)
    desk.work(20)
    assert len(entries(desk)) == 1
    desk.later(days=2)
    desk.work(20)
    assert entries(desk) == []


def test_one_that_cannot_be_opened_holds_up_no_other(desk: Desk) -> None:
    """A broken entry is logged, and every other one goes on."""
    desk.work()
    to_sbm(desk)
    broken = entry(desk, FACEBOOK).id
    with desk.product.database.transaction() as tx:
        tx.execute(update(accounts).values(reminded=0, remind_at=START))
        tx.execute(update(accounts).where(accounts.c.id == broken).values(sealed_detail=b"0"))
    desk.now = day(9)
    with capture_logs() as logs:
        Watch(_seeded=True, _watched=desk.now).look(desk.product.context, desk.now)
    assert [one["event"] for one in logs].count("account_broken") == 1
    desk.now = day(9)
    with desk.product.database.transaction() as tx:
        tx.execute(delete(accounts).where(accounts.c.id == broken))
    assert entry(desk).reminded == 1


def test_it_is_chased_where_nobody_is_it_manager(desk: Desk) -> None:
    """Without an IT Manager the leadership team has the task: somebody always has."""
    desk.work()
    to_sbm(desk)
    fill(desk, "ravi", "complete")
    with_roles(desk, it={})
    decide(desk)
    desk.work(20)
    assert count(desk, "tom", "An account to be created") == 1


def test_rules_that_nobody_confirms_are_brought_to_mind(desk: Desk) -> None:
    """Until each has confirmed every rule they are reminded; anybody who has is not."""
    desk.work()
    live_until_rules(desk)
    for number in range(1, 8):
        desk.press("ana", "account.confirm", f"{entry(desk).id}|{number}")
    desk.now = day(7)
    desk.work(20)
    assert count(desk, "joe", "Rules to confirm") == 2
    assert count(desk, "ana", "Rules to confirm") == 1
