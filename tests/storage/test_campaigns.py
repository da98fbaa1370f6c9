"""What is stored of campaigns, on both databases: once each, also by two processes at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.campaigns import Ask, AskStage, Campaign, CampaignStage
from bot.storage.campaigns import (
    add_asks,
    add_campaign,
    asks_of,
    attended,
    attest,
    attested_at,
    attested_by,
    due_asks,
    find_ask,
    forget_attestations,
    forget_campaigns,
    keep_ask,
    lacking_to_run,
    mark_gone,
    newest_campaign,
    running_campaigns,
    set_campaign_stage,
    trained_at,
)
from bot.storage.database import Database

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ONE = Campaign("one", "p", "1", ("north",), ("flt", "Teacher"), "eleanor", NOW, NOW + 30 * DAY)


def test_what_is_stored_reads_the_same(database: Database) -> None:
    """A campaign and those who are asked in it are read as they were written; nobody stands in it twice."""
    with database.transaction() as tx:
        assert add_campaign(tx, ONE)
        assert not add_campaign(tx, ONE)
        add_asks(tx, ONE, ("a", "b"), NOW)
        add_asks(tx, ONE, ("b", "c"), NOW + DAY)
        assert running_campaigns(tx) == (ONE,)
        assert {(ask.who, ask.next_at) for ask in asks_of(tx, "one")} == {
            ("a", NOW), ("b", NOW), ("c", NOW + DAY)
        }  # fmt: skip
        assert due_asks(tx, ONE, NOW, 9) == ("a", "b")
        assert due_asks(tx, ONE, NOW, 1) == ("a",)
        ask = Ask("one", "a", AskStage.ASKED, 3, None, NOW)
        keep_ask(tx, ask)
        assert find_ask(tx, "one", ("z", "a")) == ask
        assert find_ask(tx, "one", ("z",)) is None
        assert due_asks(tx, ONE, NOW, 9) == ("b",)


def test_a_campaign_ends_once(database: Database) -> None:
    """Of two that end it, one does; the newest is found whatever its stage."""
    with database.transaction() as tx:
        add_campaign(tx, ONE)
        assert set_campaign_stage(tx, ONE, CampaignStage.OVER)
        assert not set_campaign_stage(tx, ONE, CampaignStage.STOPPED)
        assert running_campaigns(tx) == ()
        assert newest_campaign(tx, "p") == replace(ONE, stage=CampaignStage.OVER)
        assert newest_campaign(tx, "q") is None


@pytest.mark.parametrize("what", ["attest", "start"])
def test_two_at_the_same_moment(database: Database, what: str) -> None:
    """Two processes that store the same thing at once store it once, and the others learn that."""

    def store(_number: int) -> bool:
        with database.transaction() as tx:
            return attest(tx, "a", "p", "1", NOW) if what == "attest" else add_campaign(tx, ONE)

    with ThreadPoolExecutor(4) as together:
        assert sorted(together.map(store, range(4))) == [False, False, False, True]


def test_the_first_confirmation_and_the_newest_training_count(database: Database) -> None:
    """A second confirmation of a version changes nothing; of trainings the newest day is kept."""
    with database.transaction() as tx:
        assert attest(tx, "a", "p", "1", NOW)
        assert not attest(tx, "a", "p", "1", NOW + DAY)
        assert attest(tx, "a", "p", "2", NOW + DAY)
        assert attested_at(tx, ("z", "a"), "p", "1") == NOW
        assert [item.version for item in attested_by(tx, ("a",), "p")] == ["2", "1"]
        assert attested_by(tx, ("a",), "q") == ()
        assert lacking_to_run(tx, ("a",), "p", "2") == ("trained",)
        assert attended(tx, "a", NOW, "self")
        assert not attended(tx, "a", NOW - DAY, "list")
        assert trained_at(tx, ("a",)) == NOW
        assert attended(tx, "a", NOW + DAY, "list")
        assert trained_at(tx, ("a",)) == NOW + DAY
        assert lacking_to_run(tx, ("a",), "p", "2") == ()
        assert lacking_to_run(tx, ("a",), "p", "3") == ("read",)
        assert lacking_to_run(tx, (), "p", "2") == ("listed",)


def test_what_is_forgotten(database: Database) -> None:
    """Anybody who left is forgotten after their days, with what was asked of them; who came back is not."""
    with database.transaction() as tx:
        add_campaign(tx, ONE)
        add_asks(tx, ONE, ("a", "b"), NOW)
        for who in ("a", "b"):
            attest(tx, who, "p", "1", NOW)
        mark_gone(tx, ("a",), NOW)
        mark_gone(tx, ("a",), NOW + DAY)
        assert forget_attestations(tx, NOW) == 0
        mark_gone(tx, ("a", "b"), NOW + DAY)
        assert forget_attestations(tx, NOW + 9 * DAY) == 0
        mark_gone(tx, ("a",), NOW + 2 * DAY)
        assert forget_attestations(tx, NOW + 3 * DAY) == 1
        assert [ask.who for ask in asks_of(tx, "one")] == ["a"]
        assert forget_campaigns(tx, NOW + 99 * DAY) == 0, "it still runs"
        set_campaign_stage(tx, ONE, CampaignStage.OVER)
        assert forget_campaigns(tx, NOW + 99 * DAY) == 1
        assert asks_of(tx, "one") == ()
        assert attested_at(tx, ("a",), "p", "1") == NOW
