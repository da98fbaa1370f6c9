"""An anonymous reporter on every channel: what is kept of them, and what leads from them to the report."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.sites import ASKED, CHANNELS, Site, opened_on
from tests.acceptance.traces import (
    OF_PEOPLE,
    Someone,
    columns_with,
    let_expire,
    logged,
    opened,
    raw,
    rows,
    values_of,
)
from tests.acceptance.walkers import Sent, Walker, answer, look_up, report

pytestmark = pytest.mark.slow
# Colin is on the roster, and told of nothing here.
ANONYMOUS = {
    "colin": ("Northgate School", "Online abuse by a colleague", "Anonymous"),
    "priya": ("Northgate School", "I have made a mistake online", "Anonymous"),
}
NAMED = ("Northgate School", "I have made a mistake online", "Named")
ANSWER = "Zeisigruf answer"


@dataclass(frozen=True)
class Told:
    """Two who reported anonymously, one of whom was asked back, and Joe, who gave his name; it is over."""

    channel: str
    site: Site
    people: dict[str, Someone]
    reports: dict[str, Sent]
    # What everybody but them was shown.
    elsewhere: dict[str, str]

    def needles(self) -> dict[str, str]:
        """Everything that would point to the anonymous ones, with what it is."""
        with opened(self.site.server) as (_, vault):
            theirs = [self.people[name] for name in ANONYMOUS]
            computed = [item for one in theirs for item in one.computed(vault).items()]
        plain = [(name, name) for one in theirs for name in (one.user, *one.known_as)]
        return dict([*plain, *computed])

    def acts(self) -> set[str]:
        """What the product keeps of the ids of their acts."""
        with opened(self.site.server) as (_, vault):
            return {hidden for name in ANONYMOUS for hidden in self.people[name].came(vault).values()}


@pytest.fixture(scope="module", params=CHANNELS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The whole story on one channel, with its server stopped: what is there now is what stays."""
    with opened_on(request.param, tmp_path_factory.mktemp(request.param) / "site") as site:
        numbers = itertools.count()
        people = {name: site.person(name) for name in (*ANONYMOUS, "joe")}
        sent = {
            name: report(people[name], *wanted, mark=lambda _: f"Zeisigruf{next(numbers)}")
            for name, wanted in {**ANONYMOUS, "joe": NAMED}.items()
        }
        _ask_and_answer(site, people["colin"], sent["colin"])
        look_up(people["priya"], sent["priya"])
        # Delivery goes on by itself: what others are shown is looked at when they have been shown it.
        site.server.wait_until(
            lambda: all(one.reference in site.elsewhere(name) for name, one in sent.items())
        )
        site.open(sent["joe"])
        known = {name: site.known(name) for name in people}
        return Told(request.param, site, known, sent, {name: site.elsewhere(name) for name in people})


def _ask_and_answer(site: Site, reporter: Walker, sent: Sent) -> None:
    site.ask(sent)
    assert ASKED in look_up(reporter, sent)
    answer(reporter, sent, ANSWER)
    assert ANSWER in look_up(reporter, sent)


def test_nothing_that_is_kept_points_to_an_anonymous_reporter(told: Told) -> None:
    """No column, no byte of the file and no line of the log holds who they are, or what follows from it."""
    needles = told.needles()
    # On Teams the way to everybody who ever wrote is kept: that they did, in that year, and nothing else.
    ways = {value for name, value in needles.items() if name.startswith("teams ")}
    kept = rows(told.site.server)
    assert columns_with(set(needles.values()) - ways, kept) == set()
    assert columns_with(ways, kept) <= {"teams_references.name_hmac"}
    assert bool(columns_with(ways, kept)) is (told.channel == "teams")
    file, log = raw(told.site.server).casefold(), logged(told.site.server).casefold()
    assert [name for name, value in needles.items() if value.casefold() in log] == []
    assert [name for name, value in needles.items() if value not in ways and value.casefold() in file] == []


def test_nobody_else_is_shown_who_reported(told: Told) -> None:
    """In no conversation but their own does anything name them; of Joe, who gave his name, it does."""
    for name in ANONYMOUS:
        known = told.people[name]
        shown = told.elsewhere[name].casefold()
        assert told.reports[name].reference.casefold() in shown
        assert [one for one in (known.user, *known.known_as) if one.casefold() in shown] == []
    joe, others = told.people["joe"], told.elsewhere["joe"]
    assert any(one in others for one in (joe.user, *joe.known_as))
    with opened(told.site.server) as (_, vault):
        found = columns_with(joe.computed(vault).values(), rows(told.site.server))
    assert "reports.reporter_hmac" in found


def test_what_is_kept_of_people_leads_to_no_report(told: Told) -> None:
    """Of their acts stays an HMAC for a day, in no order, and with no value or moment that a report has."""
    kept = rows(told.site.server)
    assert columns_with(told.acts(), kept) <= {"seen_events.event_hmac"}
    assert bool(told.acts()) is (told.channel != "terminal")
    of_anonymous = [row for row in kept["submission_keys"] if not row["reference"]]
    assert len(of_anonymous) == len(ANONYMOUS)
    kept["submission_keys"] = of_anonymous
    others = values_of(kept, kept.keys() - OF_PEOPLE.keys())
    moments = {row[column] for table, column in OF_PEOPLE.items() for row in kept[table]}
    assert (values_of(kept, OF_PEOPLE) - moments) & others == set()
    assert {moment.partition(":")[2] for moment in moments} == {"00:00.000000"}
    with closing(sqlite3.connect(told.site.server.database)) as database:
        for table in ("seen_events", "submission_keys", "teams_references"):
            with pytest.raises(sqlite3.OperationalError, match="rowid"):
                database.execute(f"SELECT rowid FROM {table}")


def test_after_a_day_nothing_is_left_of_their_acts(told: Told) -> None:
    """Twenty-four hours later no row and no byte is left of what they pressed and sent."""
    acts, drafts = told.acts(), [row["key_hmac"] for row in rows(told.site.server)["submission_keys"]]
    assert len(drafts) == len(told.reports)
    let_expire(told.site.server, datetime.now(UTC) + timedelta(hours=24))  # noqa: TID251
    after, file = rows(told.site.server), raw(told.site.server)
    assert (after["seen_events"], after["submission_keys"]) == ([], [])
    assert len(after["reports"]) == len(told.reports)
    assert [hidden for hidden in (*acts, *drafts) if hidden in file] == []
