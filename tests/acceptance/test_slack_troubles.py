"""Slack on a bad day: a database that is held, triggers and modals that are gone, answers that get lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.acceptance.slack_office import Office, office, reference_in, report_accident, report_mistake
from tests.slack_double import Person

pytestmark = pytest.mark.process

QUESTION = "Can I follow a former student?"
CLAUSE = "Staff are not permitted to follow or engage"
WORDS = "I liked a post that I should not have liked."
NOT_SAVED = "not saved"
PHONE = "020 7000 1101"


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One workspace for all of these."""
    with office(tmp_path_factory.mktemp("slack")) as found:
        yield found


@contextmanager
def held(works: Office) -> Iterator[None]:
    """The database, held by somebody else: nothing can be stored."""
    with closing(sqlite3.connect(works.server.database, timeout=30, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


def at_a_form(works: Office, name: str) -> Person:
    """Somebody new, with the form about a mistake of their own in front of them."""
    person = works.slack.add_user(name)
    person.slash("/report")
    works.modal(person, "danger")
    works.press(person, "No", "Northgate School", "I have made a mistake online", "No", "Named")
    return person


def test_what_cannot_be_stored_is_said_in_time_and_kept_on_screen(works: Office) -> None:
    """A submission that is not stored is answered in time: NOT saved, whom to phone, and all words kept."""
    person = at_a_form(works, "abe")
    with held(works):
        act = works.submit(person, {"What happened?": WORDS})
        assert act.status == 200
        assert not act.late
        assert not act.said
        shown = person.modal.words  # type: ignore[union-attr]
    assert NOT_SAVED in shown.casefold()
    assert PHONE in shown
    assert WORDS in shown
    again = person.submit()
    assert again.ok
    works.modal(person, "Please check before you send")


def test_a_press_that_cannot_be_stored_is_said_in_time(works: Office) -> None:
    """A press in a modal that the database does not take says so in the modal; what was typed stays there."""
    person = at_a_form(works, "bea")
    person.fill(None, {"What happened?": WORDS})
    with held(works):
        act = person.press("Back")
        assert act.ok
        shown = works.modal(person, PHONE).words
    assert NOT_SAVED in shown.casefold()
    assert WORDS in shown
    works.press(person, "Back")
    works.modal(person, "Who may know it was you?")


def test_a_question_that_cannot_be_stored_is_answered_too(works: Office) -> None:
    """While the database takes nothing a question is answered, and what needs it brings whom to phone."""
    person = works.slack.add_user("cal")
    with held(works):
        asked = person.dm(QUESTION)
        works.wait(lambda: CLAUSE in asked.seen_by(person))
        act = person.dm("status")
        works.wait(lambda: PHONE in act.seen_by(person))


def test_a_modal_that_was_closed_goes_on_in_the_direct_messages(works: Office) -> None:
    """Where the modal is gone before its answer comes, a DM holds a button that opens it again."""
    person = at_a_form(works, "dot")
    works.slack.faults.error("not_found", method="views.update", times=1)
    act = person.press("Back")
    works.wait(lambda: "form that only you can see" in act.seen_by(person))
    person.close()
    assert person.press("Open the form").ok
    works.modal(person, "Who may know it was you?")


def test_a_modal_closed_with_the_cross_costs_no_word(works: Office) -> None:
    """What stood in a modal that was closed stands in its field when the report is opened again."""
    person = at_a_form(works, "dan")
    person.fill(None, {"What happened?": "Half a sentence about"})
    closed = person.close()
    assert closed is not None
    assert closed.ok
    person.slash("/report")
    works.modal(person, "under way")
    works.press(person, "Go on with it")
    shown = works.modal(person, "What happened?")
    assert "Half a sentence about" in str(shown.payload)


def test_the_second_of_two_quick_presses_is_shown(works: Office) -> None:
    """An answer to a modal that has changed meanwhile is shown all the same: it is the newest."""
    person = works.slack.add_user("eve")
    person.slash("/report")
    works.modal(person, "danger")
    works.slack.faults.error("hash_conflict", method="views.update", times=1)
    works.press(person, "No")
    works.modal(person, "Which school")


def test_an_answer_that_slack_loses_goes_another_way(works: Office) -> None:
    """Where Slack does not take an answer beside the command, it comes as a direct message."""
    person = works.slack.add_user("fay")
    works.slack.faults.error("expired_url", method="response_url", times=1)
    act = person.slash("/policy", QUESTION, channel=works.staffroom)
    works.wait(lambda: CLAUSE in act.seen_by(person))
    assert CLAUSE in person.messages()[-1].words


def test_slack_that_is_busy_is_asked_again(works: Office) -> None:
    """Two answers at once are both there, though Slack takes one message a second in each channel."""
    person = at_a_form(works, "flo")
    works.slack.rates.interval_s = 1
    try:
        act = person.dm(QUESTION)
        works.wait(lambda: "form that only you can see" in act.seen_by(person))
    finally:
        works.slack.rates.interval_s = 0
    assert CLAUSE in act.seen_by(person)
    assert [call for call in works.slack.calls_of("chat.postMessage") if not call.ok]


def test_slack_that_does_not_say_who_it_is(works: Office) -> None:
    """Where Slack does not answer, questions and reports go on, and no case can be touched."""
    person, farid = works.slack.add_user("gil"), works["farid"]
    reference = report_accident(works, works.slack.add_user("hal"))
    card = works.card(reference)
    rows = works.settled()
    works.slack.faults.status(500, method="users.info", times=None)
    try:
        asked = person.dm(QUESTION)
        works.wait(lambda: CLAUSE in asked.seen_by(person))
        pressed = farid.press("Acknowledge", card)
        works.wait(lambda: "could not check" in pressed.seen_by(farid))
        listed = farid.slash("/cases")
        works.wait(lambda: listed.seen_by(farid))
    finally:
        works.slack.faults.clear()
    assert "Not acknowledged yet" in works.card(reference).words
    assert works.server.rows()["reports"] == rows["reports"]


def test_a_receipt_sent_twice_is_one_report(works: Office) -> None:
    """Send pressed twice in one modal is one report, and both say the same reference."""
    person = works.slack.add_user("ida")
    view = report_mistake(works, person, WORDS, "Named")
    works.modal(person, "check before you send")
    rows = works.settled()
    stale = person.find("Send", view)
    works.press(person, "Send")
    first = reference_in(works.modal(person, "has been received").words)
    where, block, element = stale
    action = {"text": element["text"], "value": element["value"]}
    assert person._act(where, block, element, action).ok
    works.wait(lambda: person.modal and reference_in(person.modal.words) == first)
    assert works.settled()["reports"] == rows["reports"] + 1


def test_nothing_that_was_written_is_in_the_log(works: Office) -> None:
    """After all of that, the log holds no word, no name and no token."""
    log = works.server.log.read_text()
    for word in (WORDS, QUESTION, works.slack.bot_token, works.slack.signing_secret, works["farid"].id):
        assert word not in log


DANGER = "A student says that he is going to kill himself tonight"
FAULTS = {
    "busy": lambda slack: slack.faults.storm(retry_after=3, method="chat.postMessage"),
    "not JSON": lambda slack: slack.faults.status(200, method="chat.postMessage"),
    "500": lambda slack: slack.faults.status(500, method="chat.postMessage"),
    "answer lost": lambda slack: slack.faults.cut(method="chat.postMessage"),
    "no name": lambda slack: slack.faults.hollow(method="chat.postMessage"),
    "unclear": lambda slack: slack.faults.error("internal_error", method="chat.postMessage"),
    "no chat": lambda slack: slack.faults.status(500, method="conversations.open", times=2),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("open_report", [False, True], ids=["", "with a report open"])
def test_what_to_do_in_danger_is_never_lost(works: Office, fault: str, open_report: bool) -> None:
    """One fault of Slack, whichever: 999 is read in the direct messages, in exactly one copy."""
    person = works.slack.add_user(f"gil {fault} {open_report}".replace(" ", "-").lower())
    if open_report:
        person.slash("/report")
        works.modal(person, "danger")
    FAULTS[fault](works.slack)
    person.dm(DANGER)
    works.said_to(person, "999")
    works.settled()
    assert len([message for message in person.messages() if "999" in message.words]) == 1


def test_an_answer_leaves_nothing_behind(works: Office) -> None:
    """Once the answer is there no row tells that anybody asked; before, none has a report."""
    person = works.slack.add_user("hal")
    before = works.settled()
    fault = works.slack.faults.storm(retry_after=1, method="chat.postMessage", times=None)
    person.dm(QUESTION)
    with closing(sqlite3.connect(works.server.database)) as database:
        query = "SELECT report_id, key, recipient FROM outbox WHERE kind = 'answer'"
        works.wait(lambda: database.execute(query).fetchall())
        [(report, key, recipient)] = database.execute(query)
    assert report is None
    assert person.id not in key + recipient
    fault.clear()
    works.said_to(person, CLAUSE)
    after = works.settled()
    assert (after["outbox"], after["answers"], after["pauses"]) == (before["outbox"], 0, before["pauses"])


def test_who_wants_to_be_anonymous_is_in_no_row(works: Office) -> None:
    """Once anonymous is chosen, a question is answered at once and no row is written of it."""
    person = works.slack.add_user("ida")
    report_mistake(works, person, WORDS, "Anonymous")
    fault = works.slack.faults.error("channel_not_found", method="chat.postMessage", times=None)
    person.dm(QUESTION)
    works.wait(lambda: fault.hits)
    with closing(sqlite3.connect(works.server.database)) as database:
        assert database.execute("SELECT count(*) FROM answers").fetchone()[0] == 0
        assert database.execute("SELECT count(*) FROM outbox WHERE kind = 'answer'").fetchone()[0] == 0
    fault.clear()


def test_a_guest_in_the_leaders_channel_is_noticed_at_once(works: Office) -> None:
    """Slack says that somebody joined: before any card is posted, cards are withheld and IT is told."""
    guest = works.slack.add_user("jan", kind="guest")
    works.flt.members.add(guest.id)
    joined = {"type": "member_joined_channel", "user": guest.id, "channel": works.flt.id}
    assert works.slack.send_event({**joined, "channel_type": "G", "team": "T1"}).status == 200
    told = works.said_to(works["ivan"], "guest")
    assert "jan" not in told.words
    works["farid"].slash("/cases")
    works.flt.members.remove(guest.id)
    assert works.slack.send_event({**joined, "type": "member_left_channel"}).status == 200
    reference = report_accident(works, works.slack.add_user("kim"))
    works.card(reference)
    assert reference not in works.slack.visible_to(guest)


STUMBLES = {
    "busy": lambda slack: slack.faults.storm(retry_after=3, method="views.update"),
    "not JSON": lambda slack: slack.faults.status(200, method="views.update"),
    "cut": lambda slack: slack.faults.status(503, method="views.update", times=2),
    "internal": lambda slack: slack.faults.error("internal_error", method="views.update"),
}


@pytest.mark.parametrize("fault", STUMBLES)
def test_a_window_does_not_stay_at_one_moment(works: Office, fault: str) -> None:
    """Slack stumbles once over what a window is to show: it shows it all the same."""
    person = works.slack.add_user(f"lou-{fault}".replace(" ", "-").lower())
    STUMBLES[fault](works.slack)
    person.slash("/report")
    works.modal(person, "danger")


def test_a_window_that_stays_says_what_to_do(works: Office) -> None:
    """Where it cannot be filled for long it says so, and its button shows what was asked for."""
    person = works.slack.add_user("max")
    fault = works.slack.faults.error("internal_error", method="views.update", times=None)
    person.slash("/report")
    works.said_to(person, "Open the form")
    assert "press the button" in works.modal(person, "One moment").words
    fault.clear()
    works.press(person, "Show it now")
    works.modal(person, "danger")


def test_an_answer_can_be_shared_after_a_restart(works: Office) -> None:
    """The button says itself what it shares and where, and what it has shared is not posted again."""
    person = works.slack.add_user("rosa")
    works.staffroom.members.add(person.id)
    person.mention(works.staffroom, QUESTION)
    answer = works.said_to(person, CLAUSE)
    works.server.kill()
    works.server.start()
    assert person.press("Share this answer in the channel", answer).ok
    posted = works.said_to(works["priya"], CLAUSE, works.staffroom)
    assert (posted.buttons, "Rosa" in posted.words) == ([], True)
    works.server.kill()
    works.server.start()
    again = person.press("Share this answer in the channel", answer)
    works.wait(lambda: "Shared with this channel" in again.seen_by(person))
    assert len([one for one in works.slack.messages_in(works.staffroom) if CLAUSE in one.words]) == 1


@pytest.mark.parametrize(
    "kind",
    [
        "channel_shared",
        "channel_unshared",
        "group_archive",
        "group_deleted",
        "group_left",
        "group_unarchive",
        "member_joined_channel",
        "member_left_channel",
    ],
)
def test_the_leaders_channel_is_looked_at_when_slack_says_so(works: Office, kind: str) -> None:
    """Each event that may open the channel to others is acknowledged, and the channel is looked at."""
    before = len(works.slack.calls_of("conversations.info"))
    event = {"type": kind, "channel": works.flt.id, "user": works["farid"].id}
    assert works.slack.send_event(event).status == 200
    works.wait(lambda: len(works.slack.calls_of("conversations.info")) > before)


def test_it_ends_while_slack_hangs_and_the_next_start_sends_the_rest(works: Office) -> None:
    """Asked to end, it does not wait for a Slack that hangs; the next start sends the card, once."""
    fault = works.slack.faults.hang(60.0, method="chat.postMessage", channel=works.flt, times=None)
    reference = report_accident(works, works.slack.add_user("zoe"))
    works.wait(lambda: works.server.waiting() > 0)
    # Half as long as Slack hangs, at most.
    works.server.stop()
    fault.clear()
    works.server.start()
    works.card(reference)
    assert len([one for one in works.slack.messages_in(works.flt) if reference in one.text]) == 1
