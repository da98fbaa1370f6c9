"""What is typed in Slack's window and never sent: kept while it is typed, whatever becomes of the window."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.acceptance.slack_office import Office, office
from tests.slack_double import Person

pytestmark = pytest.mark.process
WORDS = "I sent the list to the wrong parents group"


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One workspace for all of these."""
    with office(tmp_path_factory.mktemp("slack")) as found:
        yield found


def writing(works: Office, name: str) -> Person:
    """Somebody new, before the form of a mistake."""
    person = works.slack.add_user(name)
    person.slash("/report")
    works.modal(person, "danger")
    works.press(person, "No", "Northgate School", "I have made a mistake online", "No", "Named")
    return person


def kept(works: Office) -> list[tuple[bytes, str]]:
    """What is stored of reports under way: sealed, with the moment that it bears."""
    with closing(sqlite3.connect(works.server.database, timeout=30)) as database:
        return list(database.execute("SELECT sealed_session, expires_at FROM sessions ORDER BY owner_hmac"))


def standing(person: Person, label: str) -> str:
    """What stands in a field of the modal on top."""
    assert person.modal is not None
    [element] = [
        block["element"]
        for block in person.modal.blocks
        if block["type"] == "input" and block["label"]["text"] == label
    ]
    return str(element.get("initial_value", ""))


def reopened(works: Office, person: Person) -> None:
    """The window is lost, without a word to the app, and the report is asked for again."""
    works.slack.workspace.stacks.pop(person.id, None)
    person.slash("/report")
    works.modal(person, "Go on with it")
    works.press(person, "Go on with it")


def test_words_that_were_never_sent_outlive_window_and_process(works: Office) -> None:
    """Typed, not sent; the client goes away and the server is killed: the words stand in the form again."""
    person = writing(works, "lena")
    before = kept(works)
    person.fill(None, {"What happened?": WORDS[:9]})
    person.fill(None, {"What happened?": WORDS})
    works.wait(lambda: kept(works) != before)
    works.server.kill()
    assert WORDS[:9].encode() not in works.server.database.read_bytes()
    works.server.start()
    reopened(works, person)
    assert standing(person, "What happened?") == WORDS


def test_a_draft_is_replaced_in_place_and_bears_no_time_of_day(works: Office) -> None:
    """However often it is kept there is one row of it, which tells the day and nothing finer."""
    person = writing(works, "mona")
    rows, before = works.server.rows(), kept(works)
    person.fill(None, {"What happened?": WORDS})
    works.wait(lambda: kept(works) != before)
    after = kept(works)
    assert works.server.rows() == rows
    assert {moment for _, moment in after} == {moment for _, moment in before}
    assert all("00:00:00" in str(moment) for _, moment in after), after


def test_a_word_that_was_taken_back_does_not_come_back(works: Office) -> None:
    """A field that was emptied is kept as empty."""
    person = writing(works, "nils")
    before = kept(works)
    person.fill(None, {"What happened?": "Her name is Secretname"})
    works.wait(lambda: kept(works) != before)
    before = kept(works)
    person.fill(None, {"What happened?": ""})
    works.wait(lambda: kept(works) != before)
    reopened(works, person)
    assert standing(person, "What happened?") == ""


def test_what_is_sent_is_not_overwritten_by_what_was_typed(works: Office) -> None:
    """The form is sent while older words wait to be kept: they are not kept over the answer."""
    other, person = writing(works, "pete"), writing(works, "odas")
    view = person.fill(None, {"What happened?": WORDS[:9]})
    for elements in view.values.values():
        for state in elements.values():
            # The last of it is typed and sent at one moment.
            state["value"] = WORDS if state.get("value") == WORDS[:9] else state.get("value")
    assert person.submit().ok
    before = kept(works)
    # What is typed later is kept later.
    other.fill(None, {"What happened?": WORDS})
    works.wait(lambda: kept(works) != before)
    works.press(person, "Back")
    assert standing(person, "What happened?") == WORDS
