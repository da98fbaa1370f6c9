"""The two tables of a campaign, pair by pair; when somebody is asked again; whom a campaign is for."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.campaigns import (
    ASK_TABLE,
    CAMPAIGN_TABLE,
    AskEvent,
    AskStage,
    Campaign,
    CampaignEvent,
    CampaignStage,
    SchoolFigures,
    may_ask_at,
    next_reminder,
)
from bot.domain.times import Closure, WorkingTime

# Written from the design, not from the table: what becomes of each stage, "" where the event does not fit.
ASKS = {
    "owed": {"ask": "owed", "reach": "asked", "refuse": "not_reached", "attest": "attested", "leave": "left"},
    "asked": {
        "ask": "asked", "reach": "asked", "refuse": "not_reached", "attest": "attested", "leave": "left"
    },
    "not_reached": {
        "ask": "not_reached", "reach": "asked", "refuse": "not_reached", "attest": "attested", "leave": "left"
    },
    "attested": {},
    "left": {"return": "owed"},
}  # fmt: skip
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHRISTMAS = Closure("Christmas", date(2026, 12, 21), date(2027, 1, 1))


@pytest.mark.parametrize(("stage", "event"), list(itertools.product(AskStage, AskEvent)))
def test_the_table_of_asks_is_total(stage: AskStage, event: AskEvent) -> None:
    """Each stage answers each event: with the stage after it, or with why it does not fit."""
    found = ASK_TABLE[stage, event]
    wanted = ASKS[stage.value].get(event.value, "")
    if wanted:
        assert found is AskStage(wanted)
    else:
        assert found in ("attested", "left", "here")
        assert found == {"attested": "attested", "left": "left"}.get(stage.value, "here")


@pytest.mark.parametrize(("stage", "event"), list(itertools.product(CampaignStage, CampaignEvent)))
def test_the_table_of_campaigns_is_total(stage: CampaignStage, event: CampaignEvent) -> None:
    """A running campaign ends in one of three ways, and one that has ended takes no event."""
    ends = {"end": "over", "stop": "stopped", "supersede": "superseded"}
    wanted = CampaignStage(ends[event.value]) if stage is CampaignStage.RUNNING else "ended"
    assert CAMPAIGN_TABLE[stage, event] == wanted


@pytest.mark.parametrize(
    ("now", "at"),
    [
        # A week later, at the same time of a working day.
        ("2026-11-23T09:00", "2026-11-30T09:00"),
        # A bank holiday, a term holiday, a weekend, an evening: when somebody works next.
        ("2026-12-14T09:00", "2027-01-04T08:30"),
        ("2026-11-21T10:00", "2026-11-30T08:30"),
        ("2026-11-23T20:00", "2026-12-01T08:30"),
    ],
)
def test_a_reminder_waits_for_working_time(now: str, at: str) -> None:
    """Nobody is reminded in a holiday, at a weekend or at night."""
    hours = WorkingTime(closures=(CHRISTMAS,))
    found = next_reminder(datetime.fromisoformat(f"{now}+00:00"), 7, START + timedelta(days=300), hours)
    assert found == datetime.fromisoformat(f"{at}+00:00")


def test_no_reminder_after_the_end() -> None:
    """A reminder that would come when the campaign is over is none."""
    hours = WorkingTime()
    assert next_reminder(START, 7, START + timedelta(days=7), hours) is None
    assert next_reminder(START, 7, START + timedelta(days=7, minutes=1), hours) == START + timedelta(days=7)


def test_working_time_is_now() -> None:
    """In working time somebody is asked at once."""
    assert may_ask_at(START, WorkingTime()) == START


@pytest.mark.parametrize(
    ("schools", "roles", "asked"),
    [
        ((), (), True),
        (("north",), (), True),
        (("south",), (), False),
        ((), ("teacher",), True),
        ((), ("runner",), False),
        (("north",), ("runner", "TEACHER"), True),
        (("south",), ("Teacher",), False),
    ],
)
def test_whom_a_campaign_is_for(schools: tuple[str, ...], roles: tuple[str, ...], asked: bool) -> None:
    """Without schools it is for every school, without roles for everybody; capitals make no difference."""
    campaign = Campaign("c", "p", "1", schools, roles, "eleanor", START, START)
    assert campaign.is_for(("north",), ("Teacher", "flt")) == asked


def test_not_reached_is_never_outstanding() -> None:
    """Of ten who are asked, three confirmed and two not reached, five are outstanding."""
    assert SchoolFigures("north", 10, 3, 2).outstanding == 5
