"""Reminders of replies: who is reminded when, once, and of nothing that is settled."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.delivery.sender import PermanentFault
from bot.domain.replies import ReplyStage
from bot.replies import reminders
from bot.storage.replies import Reply, add_reply
from tests.replies.test_entries import BARE, NORTHGATE, entry, log, rows, with_federation
from tests.support.desk import START, Desk

TITLES = {"A reply is owed": "owed", "A reply is still owed": "still", "A reply is overdue": "overdue"}


def told(desk: Desk, user: str) -> list[str]:
    """What somebody was sent of replies, in order: owed, still or overdue, with the percentage named."""
    found = []
    for message in desk.notebook.texts(user):
        kind = TITLES[message.splitlines()[0]]
        found.append(f"{kind} {message.split(' %')[0].split()[-1]}" if kind == "still" else kind)
    return found


def test_the_whole_way(desk: Desk) -> None:
    """Runners at 0, 50, 80 and 100 %, the business manager at 100 %, the leadership team a day later."""
    log(desk, received="2026-11-23T09:00")
    seen = []
    for hours in (0, 11.9, 12.1, 19.1, 19.3, 23.9, 24.0, 47.9, 48.1, 72, 200):
        desk.now = START + timedelta(hours=hours)
        desk.work(20)
        seen.append((hours, len(told(desk, "lucy")), len(told(desk, "ravi")), len(told(desk, "farid"))))
    assert seen == [
        (0, 1, 0, 0), (11.9, 1, 0, 0), (12.1, 2, 0, 0), (19.1, 2, 0, 0), (19.3, 3, 0, 0), (23.9, 3, 0, 0),
        (24.0, 4, 1, 0), (47.9, 4, 1, 0), (48.1, 4, 1, 1), (72, 4, 1, 1), (200, 4, 1, 1),
    ]  # fmt: skip
    assert told(desk, "lucy") == ["owed", "still 50", "still 80", "overdue"]
    assert told(desk, "susan") == [], "the other school's business manager"
    assert rows(desk) == [("open", False, False)]


@pytest.mark.parametrize("name", ["acknowledge", "answer"])
@pytest.mark.parametrize("hours", [0, 12, 19.2, 24, 48])
def test_nobody_is_reminded_of_what_is_settled(desk: Desk, name: str, hours: float) -> None:
    """What was acknowledged or answered just before a reminder is due is reminded of no more."""
    log(desk, received="2026-11-23T09:00")
    desk.work(20)
    desk.now = START + timedelta(hours=hours)
    desk.fill("ravi", f"reply.{name}", entry(desk), at="")
    before = {user: len(seen) for user, seen in desk.notebook.seen.items()}
    for _ in range(5):
        desk.later(hours=12)
        desk.work(20)
    assert {user: len(seen) for user, seen in desk.notebook.seen.items()} == before


def test_what_is_owed_already_is_not_sent_after_the_answer(desk: Desk) -> None:
    """A reminder that waits because a platform is away is not sent once somebody has answered."""
    log(desk)
    desk.work()
    desk.later(hours=13)
    reminders.remind_due(desk.product.context, desk.now)
    desk.fill("ravi", "reply.acknowledge", entry(desk), at="")
    desk.work(20)
    assert told(desk, "lucy") == ["owed"]


def test_a_reminder_that_waited_makes_way_for_the_newer_one(desk: Desk) -> None:
    """Two reminders that are owed when a platform comes back are one message, the newer."""
    log(desk)
    desk.work()
    for hours in (13, 7):
        desk.later(hours=hours)
        reminders.remind_due(desk.product.context, desk.now)
    desk.work(20)
    assert told(desk, "lucy") == ["owed", "still 80"]


def test_after_an_outage_the_newest_reminder_goes_to_all_who_were_missed(desk: Desk) -> None:
    """A worker that was away for two days sends one message to each, and the business manager has one."""
    log(desk)
    desk.work(20)
    desk.later(hours=26)
    desk.work(20)
    assert told(desk, "lucy") == ["owed", "overdue"]
    assert told(desk, "ravi") == ["overdue"]
    desk.later(days=3)
    desk.work(20)
    assert told(desk, "farid") == ["overdue"]


def test_two_workers_and_a_clock_that_is_put_back_remind_once(desk: Desk) -> None:
    """However often it is looked at, and at whatever hour, each reminder is one message."""
    log(desk, received="2026-11-23T09:00")
    for hours in (13, 12.5, 13, 1, 13, 20, 13, 20):
        desk.now = START + timedelta(hours=hours)
        reminders.remind_due(desk.product.context, desk.now)
        reminders.remind_due(desk.product.context, desk.now)
        desk.work(20)
    assert told(desk, "lucy").count("still 50") == 1
    assert told(desk, "lucy").count("still 80") == 1


def test_who_left_is_told_nothing_and_somebody_else_is(desk: Desk) -> None:
    """A runner who is on the roster no more is reminded of nothing; without runners the SBM is reminded."""
    log(desk)
    desk.work(20)
    roster = desk.product.context.current.at_start.federation.roster
    people = {key: person for key, person in roster.people.items() if key not in ("lucy", "grace")}
    roles = {**roster.roles, "flt": {"": ("farid", "tom")}, "deputy_dsl": {}}
    with_federation(desk, roster=replace(roster, people=people, roles=roles))
    desk.later(hours=13)
    desk.work(20)
    assert told(desk, "lucy") == ["owed"]
    assert told(desk, "ravi") == ["still 50"]


def test_a_runner_whom_no_platform_reaches_holds_up_nobody(desk: Desk) -> None:
    """What one cannot be told, the others are, and the business manager at the end."""
    desk.notebook.refuses["lucy"] = PermanentFault("gone")
    log(desk)
    desk.work(20)
    desk.later(days=1)
    desk.work(20)
    assert told(desk, "lucy") == []
    assert told(desk, "grace") == ["owed", "overdue"]
    assert told(desk, "ravi") == ["overdue"]


@pytest.mark.parametrize(
    ("hours", "says"), [(1, "owed"), (13, "still 50"), (20, "still 80"), (23.9, "still 80")]
)
def test_logged_late_in_its_time_its_runners_are_told_at_once(desk: Desk, hours: float, says: str) -> None:
    """Whenever a comment is logged, who runs the account has one message at once: how late it is."""
    desk.later(days=1)
    desk.work(20)
    received = desk.now - timedelta(hours=hours)
    log(desk, "ana", received=f"{received:%Y-%m-%dT%H:%M}")
    desk.work(20)
    assert told(desk, "grace") == told(desk, "lucy") == [says]


def test_who_logged_it_need_not_be_told(desk: Desk) -> None:
    """A runner who logs a comment is not told of it at once, and is reminded like the others."""
    log(desk, "lucy")
    desk.work(20)
    assert told(desk, "lucy") == []
    assert told(desk, "grace") == ["owed"]
    desk.later(hours=13)
    desk.work(20)
    assert told(desk, "lucy") == ["still 50"]


def test_a_weekend_has_its_own_length(desk: Desk) -> None:
    """Of a comment of Saturday noon half the time has passed on Sunday afternoon, and no case is touched."""
    desk.now = START + timedelta(days=5, hours=4)
    log(desk, received="2026-11-28T12:00")
    desk.work(20)
    desk.later(hours=25)
    desk.work(20)
    assert told(desk, "lucy") == ["owed"]
    desk.later(hours=1)
    desk.work(20)
    assert told(desk, "lucy") == ["owed", "still 50"]


def test_an_entry_that_no_key_opens_holds_up_no_other(desk: Desk) -> None:
    """A broken entry is logged without a word of it, and the next one is reminded of."""
    log(desk, account=BARE)
    broken = entry(desk)
    with desk.product.database.transaction() as tx:
        tx.exec_driver_sql("UPDATE replies SET sealed_link = wrapped_key")
    log(desk)
    desk.later(hours=13)
    with capture_logs() as logs:
        reminders.remind_due(desk.product.context, desk.now)
    assert [line["event"] for line in logs] == ["reply_reminder_broken"]
    assert broken not in str([line for line in logs if "exception" not in line])
    desk.work(20)
    assert "still 50" in told(desk, "lucy")


def test_an_account_that_is_configured_no_more_is_still_answered_for(desk: Desk) -> None:
    """An open entry of an account that left federation.yml goes on to the business managers."""
    reply = Reply("0" * 32, "An old account", "comment", START, START + timedelta(days=1), remind_at=START)
    with desk.product.database.transaction() as tx:
        assert add_reply(tx, desk.product.context.vault, reply)
    desk.later(hours=13)
    desk.work(20)
    assert told(desk, "ravi") == ["still 50"]
    assert reply.stage is ReplyStage.OPEN
    assert told(desk, "lucy") == []
    assert NORTHGATE not in "".join(desk.notebook.texts("ravi"))
