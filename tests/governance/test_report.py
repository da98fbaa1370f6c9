"""What is counted of a term, and that what was printed once is printed ever after."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.content.tables import Retention
from bot.domain.times import Term
from bot.domain.turns import Said, Submitted
from bot.engine.parse import Parse, Ranked
from bot.governance.figures import ReplyFigures
from bot.governance.report import GovernorsReport
from bot.governance.terms import last_whole_term, whole_term
from bot.records.retention import purge
from tests.governance.office import AFTER, AUTUMN, changed, counted, made, page, printed, reported
from tests.support.desk import Desk


def test_a_term_without_cases_is_printed(desk: Desk) -> None:
    """Nothing prints as any other small figure, in every line of every table."""
    desk.now = AFTER
    for table in ("kinds", "schools", "late", "replies"):
        assert set(printed(desk, table).values()) == {"0 to 4"}
    assert printed(desk, "topics") == {}


def test_a_term_with_one_case_prints_the_same(desk: Desk) -> None:
    """One case, of whatever kind, is told from none in no word of the report."""
    desk.now = AFTER
    without = page(desk, "eleanor")
    desk.now = datetime(2027, 2, 1, 9, tzinfo=UTC)
    reported(desk)
    desk.now = datetime(2027, 4, 20, 9, tzinfo=UTC)
    one = page(desk, "eleanor")
    assert _figures(one) == _figures(without)


def _figures(text: str) -> list[str]:
    return re.findall(r"^.*: (?:\d+|\d+ to \d+)$", text, re.MULTILINE)


@pytest.mark.parametrize("slots", [{"drill": "yes"}, {"kind": "colleague", "child_risk": "yes"}])
def test_drills_and_restricted_cases_are_in_no_figure(desk: Desk, slots: dict[str, str]) -> None:
    """However many there are, a term with these alone counts nothing."""
    reported(desk, 7, **slots)
    desk.now = AFTER
    cases = counted(desk).cases
    assert sum(cases.by_kind.values()) + sum(cases.by_school.values()) == 0
    assert (cases.acknowledged_late, cases.closed_late) == (0, 0)
    assert set(printed(desk, "kinds").values()) == {"0 to 4"}


def test_cases_are_counted_by_kind_and_school(desk: Desk) -> None:
    """Each open case of the term counts for its kind and its school, and one of another term for none."""
    reported(desk, 6)
    reported(desk, 2, school="southmere")
    reported(desk, 1, kind="press")
    desk.now = datetime(2027, 1, 5, 9, tzinfo=UTC)
    reported(desk, 9)
    cases = counted(desk).cases
    assert {kind: number for kind, number in cases.by_kind.items() if number} == {"abuse": 8, "press": 1}
    assert cases.by_school == {"northgate": 7, "southmere": 2}
    assert printed(desk, "kinds")["abuse"] == "8"
    assert printed(desk, "schools") == {"northgate": "7", "southmere": "0 to 4"}


@pytest.mark.parametrize(
    ("moment", "belongs"),
    [
        (datetime(2026, 9, 1, 22, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 9, 1, 23, 0, tzinfo=UTC), True),
        (datetime(2027, 1, 3, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2027, 1, 4, 0, 0, tzinfo=UTC), False),
    ],
)
def test_a_term_begins_and_ends_at_midnight_where_the_federation_is(
    desk: Desk, moment: datetime, belongs: bool
) -> None:
    """The first and the last day belong to the term, on the Federation's clock, in summer and in winter."""
    desk.now = moment
    reported(desk)
    desk.now = AFTER
    assert counted(desk).cases.by_kind["abuse"] == belongs


def test_what_took_longer_than_the_target_is_counted(desk: Desk) -> None:
    """Late is what was acknowledged, or closed, after its local target, or never; withdrawn is neither."""
    soon, late, _never = reported(desk, 3)
    (withdrawn,) = reported(desk, kind="staff_abuse")
    desk.press("farid", "case.acknowledge", soon)
    desk.close_somehow("farid", soon)
    desk.send("ana", Submitted("report.withdraw", withdrawn, {"sure": ("yes",)}))
    desk.later(days=2)
    desk.press("farid", "case.acknowledge", late)
    desk.now = AFTER + timedelta(days=30)
    found = counted(desk).cases
    assert (found.acknowledged_late, found.closed_late) == (2, 2)


def test_a_clock_that_begins_again_hides_no_delay(desk: Desk) -> None:
    """A case that had climbed before it was made urgent is late, however soon it is acknowledged then."""
    (reference,) = reported(desk)
    desk.work(20)
    desk.later(days=1)
    desk.work(20)
    desk.fill("farid", "case.urgent", reference, why="They may come to school today.")
    desk.later(minutes=1)
    desk.press("farid", "case.acknowledge", reference)
    desk.now = AFTER
    assert counted(desk).cases.acknowledged_late == 1


def test_what_is_not_due_yet_is_not_late(desk: Desk) -> None:
    """A case of the last day of the term is neither late nor in time as long as its target has not passed."""
    desk.now = datetime(2026, 12, 18, 11, tzinfo=UTC)
    (reference,) = reported(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.now = AFTER
    assert counted(desk).cases.closed_late == 0
    desk.now = AFTER + timedelta(days=40)
    assert counted(desk).cases.closed_late == 1


def test_replies_are_counted_by_when_they_were_due(desk: Desk) -> None:
    """What was due in the term counts, in time or late, and what nobody answered is late."""
    for token in "abc":
        fields = {"account": ("@HarbourFed on X (Twitter)",), "kind": ("query",)}
        form = {**fields, "received": ("2026-11-23T08:00",), "link": ("https://x.com/HarbourFed/1",)}
        desk.send("ana", Submitted("reply.log", token * 32, form))
    with desk.product.database.transaction() as tx:
        ids = [str(one) for one in tx.exec_driver_sql("SELECT id FROM replies").scalars()]
    desk.later(hours=2)
    desk.fill("eleanor", "reply.answer", ids[0], at="")
    desk.later(days=2)
    desk.fill("eleanor", "reply.answer", ids[1], at="")
    desk.now = AFTER
    assert counted(desk).replies == ReplyFigures(in_time=1, late=2)


def test_what_was_printed_once_stays(desk: Desk) -> None:
    """Cases that are closed, hidden or destroyed later, and later ones, change no figure that was printed."""
    references = reported(desk, 9)
    desk.now = AFTER
    before = made(desk)
    assert isinstance(before, GovernorsReport)
    assert printed(desk, "kinds")["abuse"] == "9"
    desk.work(20)
    desk.press("eleanor", "case.acknowledge", references[0])
    desk.fill("eleanor", "case.restrict", references[0], why="It concerns somebody of the team.")
    desk.press("farid", "case.acknowledge", references[1])
    desk.close_somehow("farid", references[1])
    desk.work(20)
    desk.later(days=400)
    destroyed(desk)
    assert counted(desk).cases.by_kind["abuse"] == 7
    assert made(desk) == before


def destroyed(desk: Desk) -> None:
    """Everything that is closed has outlived its period."""
    retention: Retention = desk.product.context.retention
    short = {name: period.model_copy(update={"days": 1}) for name, period in retention.cases.items()}
    period = retention.model_copy(update={"cases": short})
    list(purge(desk.product.database, desk.product.context.vault, period, desk.now))


def test_no_day_is_in_two_reports(desk: Desk) -> None:
    """A term that was moved by a day, or named again, is refused once it was printed."""
    reported(desk, 9)
    desk.now = AFTER
    first = made(desk)
    terms = desk.product.context.world.federation.terms
    moved = replace(terms[1], first=date(2026, 9, 3))
    for autumn in (moved, replace(terms[1], name="2026-michaelmas"), replace(moved, name="2026-michaelmas")):
        changed(desk, terms=(terms[0], autumn, *terms[2:]))
        told = made(desk, autumn.name)
        assert isinstance(told, str)
        assert "2026-autumn (2 Sep 2026 to 3 Jan 2027)" in told
        assert "Give the term its former dates" in told
    changed(desk, terms=terms)
    assert made(desk) == first


class Sure:
    """Takes every question for one about former students."""

    name = "builtin"

    def parse(self, text: str) -> Parse:
        return Parse(text, (Ranked("policy_follow_former_student", 0.99),), 1.0)


def test_topics_are_counted_and_their_counts_deleted(desk: Desk) -> None:
    """A topic that answered five questions is named with its number; the counts say nothing more."""
    changed(desk, engine=Sure())
    for user in ("ana", "joe", "ana", "priya"):
        desk.send(user, Said("May I follow a former student?"))
    # Picked where it was asked back which topic is meant.
    desk.press("ana", "ask.topic", "follow-former-student")
    with desk.product.database.transaction() as tx:
        rows = tx.exec_driver_sql("SELECT * FROM topics_asked").all()
    assert [tuple(row) for row in rows] == [(AUTUMN, "follow-former-student", 5)]
    desk.now = AFTER
    assert printed(desk, "topics") == {"follow-former-student": "5"}
    assert "Can I follow or be friends with a current or former student on my own account?: 5" in page(
        desk, "maya"
    )
    with desk.product.database.transaction() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM topics_asked").scalar_one() == 0


def test_outside_every_term_nothing_is_counted(desk: Desk) -> None:
    """Without terms in the configuration a question leaves no count."""
    changed(desk, engine=Sure(), terms=())
    desk.send("ana", Said("May I follow a former student?"))
    with desk.product.database.transaction() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM topics_asked").scalar_one() == 0


def test_only_a_whole_term_has_a_report(desk: Desk) -> None:
    """One that is running, has yet to begin or has no dates is refused in words that say what to do."""
    world = desk.product.context.world
    assert whole_term(world, AUTUMN, desk.now) == (
        "2026-autumn is not over: its last day is 3 Jan 2027. A report is of a whole term, and can be made"
        " from 4 Jan 2027."
    )
    assert "can be made from 12 Apr 2027" in str(whole_term(world, "2027-spring", desk.now))
    unknown = str(whole_term(world, "2031-spring", desk.now))
    assert "There is no term 2031-spring with dates" in unknown
    assert "2026-summer (13 Apr 2026 to 1 Sep 2026)" in unknown
    assert "calendar > terms in federation.yml" in unknown
    assert isinstance(whole_term(world, "2026-summer", desk.now), Term)
    assert isinstance(whole_term(world, AUTUMN, datetime(2027, 1, 4, tzinfo=UTC)), Term)
    assert isinstance(whole_term(world, AUTUMN, datetime(2027, 1, 3, 23, 59, tzinfo=UTC)), str)


def test_the_last_whole_term(desk: Desk) -> None:
    """It is the newest that is over; where none is, or none has dates, that is said."""
    world = desk.product.context.world
    for now, name in (
        (desk.now, "2026-summer"),
        (AFTER, AUTUMN),
        (AFTER + timedelta(days=365), "2027-summer"),
    ):
        found = last_whole_term(world, now)
        assert isinstance(found, Term)
        assert found.name == name
    assert "can be made from 2 Sep 2026" in str(last_whole_term(world, datetime(2026, 6, 1, tzinfo=UTC)))
    changed(desk, terms=())
    assert "There are no terms in federation.yml" in str(
        last_whole_term(desk.product.context.world, desk.now)
    )
