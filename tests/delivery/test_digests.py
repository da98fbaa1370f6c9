"""The digest: counts of what its very reader may see, once a day, and not a word of any report."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from structlog.testing import capture_logs

from bot.app import build
from bot.delivery.upkeep import Upkeep
from bot.domain.roster import DigestTimes
from bot.storage import audit
from tests.people.test_roster import agree
from tests.support.desk import DeafEngine, Desk, Notebook, settings_in, world_of
from tests.support.force import by_force

MONDAY, FRIDAY = datetime(2026, 11, 23, 8, 5, tzinfo=UTC), datetime(2026, 11, 27, 15, 35, tzinfo=UTC)
TITLE, WEEKEND = "Your open cases today", "Your open cases before the days off"


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """The product of a Federation that has switched the digest on."""
    settings = settings_in(tmp_path, database_url)
    world = world_of(settings)
    world = replace(world, federation=replace(world.federation, digest=DigestTimes()))
    found = Desk(build(settings, DeafEngine(), world), Notebook())
    yield found
    found.close()


def digests(desk: Desk, user: str, title: str = TITLE) -> list[str]:
    return [text for text in desk.notebook.texts(user) if text.startswith(title)]


def begun(desk: Desk, now: datetime) -> Desk:
    """The clock stands just before the digest's time, with nothing owed."""
    desk.now = now.replace(
        minute=now.minute - 10 if now.minute >= 10 else 0, hour=now.hour - (now.minute < 10)
    )
    return desk


def test_each_reads_only_what_they_may_list(desk: Desk) -> None:
    """A restricted case is counted for the DSL and the Executive Headteacher, and for nobody on the FLT."""
    begun(desk, MONDAY)
    opened, hidden = desk.report().reference, desk.report(nudity="yes").reference
    desk.now = MONDAY
    desk.work(20)
    (flt,), (eht,) = digests(desk, "farid"), digests(desk, "eleanor")
    assert "Open: 1" in flt
    assert hidden not in flt
    assert "Open: 2" in eht
    assert opened in eht
    assert "icture" not in flt + eht
    assert digests(desk, "omar") == []
    assert digests(desk, "ivan") == []


def test_it_comes_once_a_day(desk: Desk) -> None:
    """However often the worker looks, and after a restart of it, one digest a person and day."""
    begun(desk, MONDAY)
    desk.report()
    desk.now = MONDAY
    for _ in range(3):
        desk.work(20)
        desk.later(minutes=20)
    assert len(digests(desk, "farid")) == 1
    desk.later(days=1)
    desk.work(20)
    assert len(digests(desk, "farid")) == 2


def test_what_was_given_back_in_time_is_not_overdue(desk: Desk) -> None:
    """A late case that somebody took and gave back is overdue again when its next step has come."""
    begun(desk, MONDAY)
    reference = desk.report("ana", kind="colleague").reference
    desk.later(hours=5)
    desk.work(20)
    desk.now = MONDAY + timedelta(days=1)
    desk.work(20)
    assert "Past their time: 1" in digests(desk, "tom")[-1]
    desk.press("farid", "case.acknowledge", reference)
    desk.later(hours=23)
    desk.press("farid", "case.recuse_yes", reference)
    desk.now = MONDAY + timedelta(days=2)
    desk.work(20)
    assert "Past their time: 0" in digests(desk, "tom")[-1]


def test_nothing_is_sent_where_there_is_nothing(desk: Desk) -> None:
    """Anybody who has no open case hears nothing."""
    desk.now = MONDAY
    desk.work(20)
    assert desk.notebook.seen == {}


@pytest.mark.parametrize("day", [28, 29])
def test_days_off_are_quiet(desk: Desk, day: int) -> None:
    """On a Saturday and a Sunday there is no digest."""
    begun(desk, MONDAY)
    desk.report()
    desk.now = MONDAY.replace(day=day)
    desk.work(20)
    assert digests(desk, "farid") == []
    assert digests(desk, "farid", WEEKEND) == []


def test_before_days_off_there_is_another(desk: Desk) -> None:
    """On Friday afternoon comes the view before the days off, which says that nobody watches."""
    begun(desk, FRIDAY)
    desk.report()
    desk.now = FRIDAY
    desk.work(20)
    (found,) = digests(desk, "farid", WEEKEND)
    assert "Nobody watches Signpost on days off" in found


def test_counts_say_what_waits(desk: Desk) -> None:
    """Unacknowledged and overdue cases are counted apart, with the age of the oldest; a drill is none."""
    begun(desk, MONDAY)
    first, _ = desk.report().reference, desk.report(kind="danger", danger="yes")
    desk.report(drill="yes")
    desk.press("beth", "case.acknowledge", first)
    desk.now = MONDAY.replace(hour=9, minute=30)
    desk.work(20)
    (found,) = digests(desk, "eleanor")
    assert "Open: 2\nNobody has acknowledged: 1\nPast their time: 1" in found


def test_who_is_away_gets_none_and_the_cover_does(desk: Desk) -> None:
    """The cover of a DSL reads the digest in their place."""
    begun(desk, MONDAY)
    desk.report(nudity="yes")
    agree(desk, "absent", person="dina", to="lucy", start="2026-11-23T07:00", end="2026-11-25T09:00")
    desk.now = MONDAY
    desk.work(20)
    assert digests(desk, "dina") == []
    assert "Open: 1" in digests(desk, "lucy")[0]


def test_a_digest_that_breaks_holds_up_nothing_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the digest is one line of the log; ladders are climbed, and once mended it comes."""
    begun(desk, MONDAY)
    desk.report(kind="danger", danger="yes")
    upkeep, broken = Upkeep(desk.product.context), Mock(side_effect=TypeError("naive and aware"))
    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr("bot.delivery.announcements.slot", broken)
        for minutes in (0, 1, 60):
            upkeep.when_due(MONDAY + timedelta(minutes=minutes))
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["digest_broken"]
    desk.now = MONDAY + timedelta(hours=1)
    desk.work(20)
    (found,) = digests(desk, "eleanor")
    assert "Past their time: 1" in found


def test_a_cut_end_of_the_audit_is_noticed_by_the_digest(desk: Desk) -> None:
    """Anybody who may audit reads its newest hash, and no count; with the end cut off it is there no more."""
    begun(desk, MONDAY)
    desk.report()
    desk.now = MONDAY
    desk.work(20)
    [line] = [line for line in digests(desk, "eleanor")[0].splitlines() if "audit" in line]
    assert not any("audit" in text for text in digests(desk, "farid") + digests(desk, "dina"))
    (kept,) = re.findall(r"[0-9a-f]{64}", line)
    assert not re.search(r"\d+ (rows|entries)", line)
    head = audit.read_head(kept)
    assert head is not None
    with desk.product.database.transaction() as tx:
        assert audit.knows(tx, head)
        by_force(tx, f"DELETE FROM audit WHERE number >= (SELECT number FROM audit WHERE hash = '{kept}')")
        assert audit.verify(tx, desk.product.context.vault).faults == ()
        assert not audit.knows(tx, head)
