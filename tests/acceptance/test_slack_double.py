"""The Slack double's people, against a tiny Bolt app over HTTP and over Socket Mode."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.slack_double import Channel, ClientRefusesError, SlackDouble, View, stacks
from tests.slack_double.echo_app import EchoApp, modal
from tests.slack_double.person import Person
from tests.slack_double.post import HOW_FORGED


@pytest.fixture(params=[False, True], ids=["http", "socket"])
def slack(request: pytest.FixtureRequest) -> Iterator[SlackDouble]:
    """A workspace and the echo app, by both ways."""
    with SlackDouble() as found, EchoApp(found, socket_mode=request.param):
        found.rates.interval_s = 0
        if request.param:
            found.wait_for_socket()
        yield found


@pytest.fixture
def http() -> Iterator[SlackDouble]:
    """A workspace and the echo app over HTTP."""
    with SlackDouble() as found, EchoApp(found):
        found.rates.interval_s = 0
        yield found


@pytest.fixture
def ana(slack: SlackDouble) -> Person:
    return slack.add_user("ana")


@pytest.fixture
def flt(slack: SlackDouble, ana: Person) -> Channel:
    return slack.add_channel("flt", [ana], private=True)


def opened(slack: SlackDouble, person: Person, title: str = "Echo") -> View:
    """The modal of this title, once it is there."""
    slack.wait_until(lambda: person.modal is not None and person.modal.title == title)
    assert person.modal is not None
    return person.modal


def test_a_command_is_answered_to_one_person(slack: SlackDouble, ana: Person, flt: Channel) -> None:
    """What is answered to a command's response_url is seen by its user and by nobody else."""
    bob = slack.add_user("bob")
    flt.members.add(bob.id)
    act = ana.slash("/echo", "a secret", flt)
    slack.wait_until(lambda: "a secret" in act.seen_by(ana))
    assert act.ok
    assert list(act.seen_by_whom) == [ana.id]
    assert "secret" not in bob.visible()
    assert slack.messages_in(flt) == []


def test_an_unknown_command_fails_in_the_client(http: SlackDouble) -> None:
    """Where no listener answers, the person reads Slack's own error."""
    act = http.add_user("ana").slash("/nothing")
    assert (act.status, act.said) == (404, '/nothing failed with the error "dispatch_failed"')


def test_talk_reaches_the_app(slack: SlackDouble, ana: Person) -> None:
    """A direct message and a mention are heard, and answered where they were said."""
    act = ana.dm("hello")
    slack.wait_until(lambda: "Heard hello" in act.seen_by(ana))
    hall = slack.add_channel("hall", [ana])
    bob = slack.add_user("bob")
    act = ana.mention(hall, "are you there")
    slack.wait_until(lambda: "are you there" in act.seen_by(bob).partition("Heard")[2])
    assert [message.bot for message in ana.messages(hall)] == [False, True]


def test_a_modal_is_filled_and_sent(slack: SlackDouble, ana: Person) -> None:
    """Labels, block_ids and option labels fill a modal; its state arrives; it closes; the answer comes."""
    bob = slack.add_user("bob")
    ana.global_shortcut("open")
    view = opened(slack, ana, "From a shortcut")
    ana.fill(view, {"What?": "words", "colour": "Blue", "Who": bob})
    assert ana.submit(view).ok
    slack.wait_until(lambda: f"Got words, blue, {bob.id}" in ana.visible())
    assert ana.modal is None


def test_a_client_refuses_what_slack_refuses(slack: SlackDouble, ana: Person) -> None:
    """A required field left out or too long, and a closed modal, never reach the app."""
    ana.slash("/modal")
    view = opened(slack, ana)
    with pytest.raises(ClientRefusesError, match="What"):
        ana.submit(view)
    ana.fill(view, {"What?": "longer than ten"})
    with pytest.raises(ClientRefusesError, match="10 allowed"):
        ana.submit(view)
    with pytest.raises(AssertionError, match="no option 'Green'"):
        ana.fill(view, {"Colour": "Green"})
    ana.close(view)
    with pytest.raises(ClientRefusesError):
        ana.submit(view)
    slack.wait_until(lambda: "You closed it" in ana.visible())


def test_what_an_acknowledgement_does_to_a_modal(slack: SlackDouble, ana: Person) -> None:
    """Errors stand beside their fields; update, push and clear change what is open."""
    ana.slash("/modal")
    view = opened(slack, ana)
    ana.fill(view, {"What?": "bad"})
    assert ana.submit().errors == {"what": "Not that"}
    assert ana.modal is view
    ana.fill(view, {"What?": "nowhere"})
    assert "trouble" in ana.submit().said
    ana.fill(view, {"What?": "update"})
    assert ana.submit().ok
    assert (view.title, view.values["what"]["typed"]["value"]) == ("Updated", "update")
    ana.fill(view, {"What?": "push"})
    assert ana.submit().ok
    assert [view.title for view in ana.stack] == ["Updated", "Pushed"]
    ana.fill(None, {"What?": "clear"})
    assert ana.submit().ok
    assert ana.stack == []


def test_three_modals_and_no_more(slack: SlackDouble, ana: Person) -> None:
    """A third push is refused with Slack's code, and closing shows the modal below again."""
    ana.slash("/modal")
    opened(slack, ana)
    for depth in (2, 3):
        ana.press("Another")
        slack.wait_until(lambda depth=depth: len(ana.stack) == depth)  # type: ignore[misc]
    ana.press("Another")
    refused = slack.wait_until(lambda: slack.calls_of("views.push")[2:])
    slack.wait_until(lambda: refused[0].reply)
    assert refused[0].reply is not None
    assert refused[0].reply["error"] == "push_limit_reached"
    ana.close()
    assert [view.title for view in ana.stack] == ["Echo", "On top"]


def test_home_prompts_and_a_press_in_a_message(slack: SlackDouble, ana: Person) -> None:
    """The Home tab is published, the agent's prompts are kept, and a button's message is replaced."""
    act = ana.open_home()
    slack.wait_until(lambda: "Welcome home" in act.seen_by(ana))
    assert ana.home is not None
    assert ana.home.buttons == ["Seen"]
    ana.open_messages_tab()
    slack.wait_until(lambda: slack.workspace.prompts)
    ana.dm("hello")
    slack.wait_until(lambda: "Heard hello" in ana.visible())
    act = ana.press("Seen")
    slack.wait_until(lambda: "Seen it" in act.seen_by(ana))
    assert "Heard" not in ana.messages()[-1].words
    ana.press("seen", on=ana.home)


def test_a_message_shortcut_carries_the_message(slack: SlackDouble, ana: Person) -> None:
    """What a shortcut is used on comes with it."""
    hall = slack.add_channel("hall", [ana])
    message = ana.write(hall, "unkind words")
    act = ana.message_shortcut("report", message)
    assert act.request.payload["message"]["text"] == "unkind words"
    assert opened(slack, ana, "From a shortcut")


def test_a_late_acknowledgement_fails_the_test() -> None:
    """An app that takes more than three seconds fails the test that it happened in."""
    late = pytest.raises(AssertionError, match="not acknowledged within 3 s")
    with late, SlackDouble() as slack, EchoApp(slack):
        act = slack.add_user("ana").slash("/slow")
        assert act.late
        assert act.said.endswith('"operation_timeout"')


def test_events_come_again_and_out_of_order(http: SlackDouble) -> None:
    """A redelivery has the same event_id and says so; held events are released the last one first."""
    ana = http.add_user("ana")
    first = ana.dm("one")
    again = http.redeliver(first, num=2)
    assert again.request.payload["event_id"] == first.request.payload["event_id"]
    assert again.request.headers()["X-Slack-Retry-Num"] == "2"
    http.hold()
    held = [ana.dm("two"), ana.dm("three")]
    assert [act.status for act in held] == [-1, -1]
    http.release(reverse=True)
    http.wait_until(lambda: "Heard two" in ana.visible())
    assert ana.visible().index("Heard three") < ana.visible().index("Heard two")


@pytest.mark.parametrize("how", HOW_FORGED)
def test_a_forged_request_is_refused(http: SlackDouble, how: str) -> None:
    """Each kind of forgery of a request that was good is refused by Bolt."""
    act = http.add_user("ana").dm("hello")
    calls = len(http.wait_until(lambda: http.calls_of("chat.postMessage")))
    assert http.forge(act, how).status == 401
    assert len(http.calls_of("chat.postMessage")) == calls


def test_setting_up(http: SlackDouble) -> None:
    """The address is verified, the certificate checked, and bytes that are no JSON do no harm."""
    assert json.loads(http.verify_url("abc").body) == {"challenge": "abc"}
    assert http.ssl_check().status == 200
    assert http.send_raw(b"{", signed=False).status in (400, 401, 500)


def test_many_people_at_once(http: SlackDouble) -> None:
    """People act side by side, and each sees their own answer alone."""
    people = [http.add_user(f"p{number}") for number in range(10)]
    threads = [threading.Thread(target=one.slash, args=("/echo", f"mine-{one.id}")) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in people:
        http.wait_until(lambda one=one: f"mine-{one.id}" in one.visible())  # type: ignore[misc]
        assert one.visible().count("You said") == 2


def test_a_socket_is_renewed() -> None:
    """After Slack's disconnect the app connects again (slack_sdk perhaps twice), and hears what is said."""
    with SlackDouble() as slack, EchoApp(slack, socket_mode=True):
        slack.wait_for_socket()
        slack.disconnect_sockets()
        slack.wait_for_socket(20)
        ana = slack.add_user("ana")

        def heard() -> bool:
            # What goes to the first of two connections, just as the SDK leaves it for the second, is gone.
            ana.dm("hello")
            with suppress(AssertionError):
                slack.wait_until(lambda: "Heard hello" in ana.visible(), 5)
            return "Heard hello" in ana.visible()

        slack.wait_until(heard)
        assert len(slack.calls_of("apps.connections.open")) >= 2


def test_a_modal_that_changes_keeps_what_was_typed(http: SlackDouble) -> None:
    """views.update keeps a field's words where its ids stay, and takes the rest away."""
    ana = http.add_user("ana")
    ana.slash("/modal")
    view = opened(http, ana)
    ana.fill(view, {"What?": "kept", "Colour": "Red"})
    changed = modal("Changed")
    changed["blocks"][1]["block_id"] = "other"
    with http.workspace.lock:
        stacks.update_view(http.workspace, view, changed)
    assert view.values["what"]["typed"]["value"] == "kept"
    assert view.values["other"]["chosen"]["selected_option"] is None


def test_failed_events_are_sent_again(http: SlackDouble) -> None:
    """With `retries` an event that is refused comes three times more, with the same event_id."""
    http.retries = True
    http.app_url = f"{http.url}/nowhere"
    act = http.add_user("ana").dm("hello")
    tries = [act]
    while tries[-1].retried is not None:
        tries.append(tries[-1].retried)
    assert [one.request.retry for one in tries] == [0, 1, 2, 3]
    assert {one.request.payload["event_id"] for one in tries} == {act.request.payload["event_id"]}
    assert tries[1].request.reason == "http_error"


def test_what_was_ever_shown(http: SlackDouble) -> None:
    """A replaced message and a closed modal are gone from sight, and still known to have been seen."""
    ana = http.add_user("ana")
    ana.slash("/echo", "a secret")
    http.wait_until(lambda: "a secret" in ana.visible())
    ana.press("Seen")
    http.wait_until(lambda: "Seen it" in ana.visible())
    assert "a secret" not in ana.visible()
    assert "a secret" in ana.ever_saw()


def test_what_is_typed_is_escaped(http: SlackDouble) -> None:
    """The app is told `&amp;` and `<https://…>` as by Slack, and a person reads what was written."""
    ana = http.add_user("ana")
    act = ana.dm("A & B < C: https://e.org/?a=1&b=2 by b@e.org, <@U1>")
    told = "A &amp; B &lt; C: <https://e.org/?a=1&amp;b=2> by <mailto:b@e.org|b@e.org>, <@U1>"
    assert act.request.payload["event"]["text"] == told
    assert "A & B < C" in ana.visible()
    assert ana.slash("/echo", "A & B").request.payload["text"] == "A &amp; B"
