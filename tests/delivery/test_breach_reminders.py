"""The breach clock of exposed personal data: who is reminded before it ends, when, and of what."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError
from sqlalchemy import update

from bot.content.case_texts import Breach
from bot.storage.schema import reports
from tests.delivery.test_redraw import settle, updated
from tests.people.test_roster import agree
from tests.support.desk import CLOSING, Desk

# Wednesday before Christmas: the clock ends on Saturday the 26th, and nobody works before the 29th.
WEDNESDAY = datetime(2026, 12, 23, 11, 0, tzinfo=UTC)
KB = Path(__file__).parents[2] / "policy_kb"
CLOCK = "the breach clock ends on 26 Dec 2026, 11:00"


@pytest.fixture
def exposed(desk: Desk) -> str:
    desk.now = WEDNESDAY
    reference = desk.report("ana", kind="abuse", category="personal_data").reference
    desk.work(rounds=20)
    return reference


def reminded(desk: Desk) -> dict[str, int]:
    found = {
        person: sum(CLOCK in text for text in desk.notebook.texts(person)) for person in desk.notebook.seen
    }
    return {person: number for person, number in found.items() if number}


def at(desk: Desk, hours: float) -> dict[str, int]:
    """Who has been reminded how often when so many hours of the clock have passed, a worker always there."""
    while desk.now < WEDNESDAY + timedelta(hours=hours):
        desk.now = min(WEDNESDAY + timedelta(hours=hours), desk.now + timedelta(hours=2))
        desk.work(rounds=20)
    return reminded(desk)


def test_the_lead_is_reminded_through_the_holidays(desk: Desk, exposed: str) -> None:
    """24 and 4 hours before it ends, whatever day it is: the data-protection lead, and nobody else."""
    assert at(desk, 47.9) == {}
    assert at(desk, 48.1) == {"colin": 1}
    assert at(desk, 67.9) == {"colin": 1}
    assert at(desk, 120) == {"colin": 2}
    text = next(text for text in desk.notebook.texts("colin") if CLOCK in text)
    assert "PERSONAL DATA" in text
    assert f"[Open {exposed}]" in text
    assert "Ana" not in text


def test_the_holder_is_reminded_too_and_covers_of_both(desk: Desk, exposed: str) -> None:
    """Who holds the case hears of its clock, and so does who stands in for one of the two."""
    desk.press("farid", "case.acknowledge", exposed)
    agree(desk, "absent", person="colin", to="eleanor", start="2026-12-24T08:00", end="2027-01-05T09:00")
    assert at(desk, 49) == {"colin": 1, "farid": 1, "eleanor": 1}
    text = next(text for text in desk.notebook.texts("eleanor") if CLOCK in text)
    assert "you stand in for Colin" in text


def test_a_closed_case_has_no_clock(desk: Desk, exposed: str) -> None:
    """What is closed before the time reminds nobody, and what is opened again does."""
    desk.press("farid", "case.acknowledge", exposed)
    desk.close_case("farid", exposed, outcome="advice_given", reason="Taken down by its writer.", **CLOSING)
    assert at(desk, 50) == {}
    desk.fill("farid", "case.reopen", exposed, reason="It stands there again.")
    assert at(desk, 69) == {"colin": 2, "farid": 2}


def test_a_worker_that_was_away_says_it_once(desk: Desk, exposed: str) -> None:
    """Of two reminders that came due while no worker was there the newer alone goes out, and once."""
    desk.now = WEDNESDAY + timedelta(hours=70)
    for _ in range(3):
        desk.work(rounds=20)
        desk.later(minutes=10)
    assert reminded(desk) == {"colin": 1}


def test_a_case_of_the_version_before_gets_its_reminders(desk: Desk, exposed: str) -> None:
    """After an update the clock of a case that stands already is planned as its card is drawn again."""
    with desk.product.database.transaction() as tx:
        tx.execute(update(reports).values(work_at=None))
    updated(desk)
    settle(desk)
    assert at(desk, 49) == {"colin": 1}


def test_no_other_report_has_a_reminder_of_the_law(desk: Desk) -> None:
    """A report that exposes no personal data starts no clock."""
    desk.now = WEDNESDAY
    desk.report("ana", kind="abuse", category="spam")
    at(desk, 72)
    assert not any(
        "breach clock" in text for person in desk.notebook.seen for text in desk.notebook.texts(person)
    )


@pytest.mark.parametrize(
    ("slip", "told"),
    [({"remind": "dpo"}, "no such role: dpo"), ({"remind_before": [72]}, "before the clock")],
)
def test_a_slip_in_its_data_is_refused(slip: dict[str, object], told: str) -> None:
    """A role that nobody can have, and a reminder from before the report, are named."""
    right = yaml.safe_load((KB / "case-texts.yml").read_text("utf-8"))["breach"]
    Breach.model_validate(right)
    with pytest.raises(ValidationError, match=told):
        Breach.model_validate(right | slip)


def test_a_case_that_is_opened_again_late_is_said_once(desk: Desk, exposed: str) -> None:
    """What came due while it was closed is said when it is opened again, as long as the clock runs."""
    desk.press("farid", "case.acknowledge", exposed)
    desk.close_case("farid", exposed, outcome="advice_given", reason="Taken down by its writer.", **CLOSING)
    assert at(desk, 69) == {}
    desk.fill("farid", "case.reopen", exposed, reason="It stands there again.")
    desk.fill("farid", "case.note", exposed, note="Asked for it to be removed.")
    desk.work(rounds=20)
    desk.later(minutes=10)
    desk.work(rounds=20)
    assert reminded(desk) == {"colin": 1, "farid": 1}


def test_the_clock_outlives_its_lead(desk: Desk, exposed: str) -> None:
    """With the lead gone and nobody holding the case, those are reminded who see that it waits."""
    agree(desk, "leave", person="colin", to="farid")
    assert at(desk, 49).keys() >= {"farid", "grace", "tom"}
