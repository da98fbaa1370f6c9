"""Slack at its edges: a connection that drops once, a report under way, nobody to write to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.acceptance.slack_office import Office, office
from tests.slack_double import Person
from tests.slack_double.shapes import Json

pytestmark = pytest.mark.process

QUESTION = "Can I follow a former student?"
CLAUSE = "Staff are not permitted to follow or engage"
OPEN = "Open the form"


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One workspace for all of these."""
    with office(tmp_path_factory.mktemp("slack")) as found:
        yield found


def with_a_report_under_way(works: Office, name: str) -> Person:
    """Somebody new, who began a report and closed its window."""
    person = works.slack.add_user(name)
    works.staffroom.members.add(person.id)
    person.slash("/report")
    works.modal(person, "danger")
    person.close()
    return person


@pytest.mark.parametrize("method", ["chat.postMessage", "conversations.open", "response_url"])
def test_a_connection_that_drops_once_costs_no_answer(works: Office, method: str) -> None:
    """A question is answered though the connection drops, once, before Slack has taken the answer."""
    person = works.slack.add_user(f"one {method}")
    works.staffroom.members.add(person.id)
    works.slack.faults.hang(0.05, method=method, times=1)
    asks = {
        "chat.postMessage": lambda: person.dm(QUESTION),
        "conversations.open": lambda: person.mention(works.staffroom, QUESTION),
        "response_url": lambda: person.slash("/policy", QUESTION, channel=works.staffroom),
    }
    act = asks[method]()
    works.wait(lambda: CLAUSE in act.seen_by(person))


@pytest.mark.parametrize("method", ["views.open", "views.update"])
def test_a_connection_that_drops_once_costs_no_window(works: Office, method: str) -> None:
    """A report opens in its window though the connection drops, once."""
    person = works.slack.add_user(f"one {method}")
    works.slack.faults.hang(0.05, method=method, times=1)
    assert person.slash("/report").ok
    works.modal(person, "danger")


def test_a_report_under_way_does_not_open_over_an_answer(works: Office) -> None:
    """A question asked by command beside a report is answered; the report is a button below, no window."""
    person = with_a_report_under_way(works, "amy")
    act = person.slash("/policy", QUESTION, channel=works.staffroom)
    works.wait(lambda: CLAUSE in act.seen_by(person) and OPEN in act.seen_by(person))
    assert person.modal is None
    assert "Your report is still open" in act.seen_by(person)
    assert set(act.seen_by_whom) == {person.id}
    assert person.press(OPEN, person.messages(works.staffroom)[-1]).ok
    works.modal(person, "danger")


def test_what_is_no_answer_to_a_form_is_said_so_in_the_chat(works: Office) -> None:
    """Words that are neither question nor answer, beside a report: why they lead to its form is said."""
    person = with_a_report_under_way(works, "ben")
    act = person.dm("can I get a loan for a car")
    works.wait(lambda: OPEN in act.seen_by(person))
    assert "I could not find an answer" in act.seen_by(person)
    assert "danger" not in act.seen_by(person)


def test_who_cannot_be_written_to_is_told_so_where_they_asked(works: Office) -> None:
    """A mention whose answer cannot be sent privately is met with one line, and never with the answer."""
    person = works.slack.add_user("cyn")
    works.staffroom.members.add(person.id)
    works.slack.faults.error("cannot_dm_bot", method="conversations.open", times=None)
    try:
        act = person.mention(works.staffroom, QUESTION)
        works.wait(lambda: "could not write to you in private" in act.seen_by(person))
    finally:
        works.slack.faults.clear()
    assert CLAUSE not in act.seen_by(person)


def test_the_home_page_needs_no_tab(works: Office) -> None:
    """An opened page that names no tab is shown."""
    person = works.slack.add_user("dan")
    inner: Json = {"type": "app_home_opened", "user": person.id, "channel": person.dm_channel.id}
    assert works.slack.send_event(inner).status == 200
    works.wait(lambda: person.home and "Report something" in person.home.words)


def test_the_home_page_never_says_that_it_was_not_saved(works: Office) -> None:
    """A page that is opened while the database is held leaves its lists out: there was nothing to save."""
    person = works.slack.add_user("eli")
    with closing(sqlite3.connect(works.server.database, timeout=30, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        person.open_home()
        works.wait(lambda: person.home)
        holder.execute("ROLLBACK")
    assert person.home is not None
    assert "not saved" not in person.home.words.casefold()
    assert "Report something" in person.home.words
    person.open_home()
    works.wait(lambda: "Your reports" in person.home.words)
