import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import new_tokens, read_engine
from bot.domain.messages import Message
from bot.domain.turns import Incoming, Pressed, Said, Sender, SharedFile, Submitted
from bot.engine.parse import Parse
from bot.storage.conversations import save_session
from bot.storage.database import Collision, StorageUnavailable
from tests.support.desk import Desk, settings_in, text_of, world_of
from tests.support.screen import buttons_of, form_of

STRANGE = {
    "empty": "",
    "blank": " \n\t ",
    "long": "please help me with this " * 800,
    "one long word": "x" * 20_000,
    "emoji": "🙈🙈🙈",
    "control": "\x00\x1b[2J\u202e can I \u200b follow",
    "welsh": "Alla i ddilyn cyn-ddisgybl ar Facebook?",
    "chinese": "我可以关注以前的学生吗",
    "mrkdwn": "<!channel> <@U123> *bold* `code` <http://x|y>",
    "html": "<script>alert(1)</script><img src=x onerror=y>",
    "sql": "'; DROP TABLE reports; --",
    "format": "{0} {reference} %s %(x)s ${x}",
    "surrogate": "\ud800 half a character",
    "slash": "/report /policy /",
}


@pytest.fixture(scope="module")
def clever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The product with its real engine."""
    folder = tmp_path_factory.mktemp("clever")
    settings = settings_in(folder)
    found = Desk.open(folder, read_engine(settings, world_of(settings)))
    yield found
    found.close()


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_strange_words_get_an_answer_in_words(clever: Desk, text: str) -> None:
    """Whatever is typed is answered in words, and no report comes of it."""
    replies = clever.send("ana", Said(text))
    assert replies
    assert all(text_of(reply).strip() for reply in replies)
    with clever.product.database.transaction() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM reports").scalar_one() == 0


def test_the_same_event_twice_is_answered_once(clever: Desk) -> None:
    """A second copy of an event shows and changes nothing."""
    assert clever.send("ana", Said("can I follow a former student?"), "E-1")
    assert clever.send("ana", Said("can I follow a former student?"), "E-1") == ()


def test_a_file_is_refused_unseen(clever: Desk) -> None:
    """A file is not opened, nobody is told, and the sender reads what to do."""
    reply = text_of(clever.send("ana", SharedFile())[0])
    assert "not opened" in reply
    assert "FED-" not in clever.dump()


@pytest.mark.parametrize(
    "action", ["journey.send", "journey.choose", "report.alert", "nonsense", "", "ask.topic"]
)
@pytest.mark.parametrize("value", ["", "x", "a|b|c", "|" * 50, "x" * 20_000])
def test_presses_that_were_never_offered_change_nothing(clever: Desk, action: str, value: str) -> None:
    """A press with a made-up action or value is answered in words, and stores no report."""
    assert clever.press("joe", action, value).strip()
    assert "FED-" not in clever.dump()


def test_a_failed_commit_says_that_nothing_is_saved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database does not take an event, the sender reads that it is NOT saved, and whom to phone."""

    def broken() -> None:
        raise StorageUnavailable("database or disk is full")

    monkeypatch.setattr(desk.product.database, "transaction", broken)
    answer = text_of(desk.send("ana", Said("report"))[0])
    assert "not saved" in answer.lower()


def test_an_event_that_failed_may_come_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that could not be stored does not count as seen: its retry is handled."""

    def broken() -> None:
        raise StorageUnavailable("busy")

    with monkeypatch.context() as patch:
        patch.setattr(desk.product.database, "transaction", broken)
        desk.send("ana", Said("report"), "E-1")
    assert "danger" in text_of(desk.send("ana", Said("report"), "E-1")[0])


def test_who_comes_second_by_a_moment_is_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another process stored the same row first, the event is handled again, once, and stored."""
    store, tries = desk.product.assistant._stored, []

    def second(*given: Any) -> Any:
        tries.append(given)
        if len(tries) == 1:
            raise Collision("INSERT", None, Exception("unique"))
        return store(*given)

    monkeypatch.setattr(desk.product.assistant, "_stored", second)
    (reply, *_) = desk.send("ana", Said("report"))
    assert len(tries) == 2
    assert "NOT saved" not in text_of(reply)


def test_a_session_is_kept_from_one_event_to_the_next(desk: Desk, tmp_path: Path, database_url: str) -> None:
    """A half-written report goes on after a restart, and is gone after the configured days."""
    assert "danger" in text_of(desk.send("ana", Said("report"))[0])
    again = Desk.open(tmp_path, database_url=database_url)
    assert "danger" in text_of(again.send("ana", Said("resume"))[-1])
    again.later(days=15)
    assert "danger" not in text_of(again.send("ana", Said("resume"))[-1])
    again.close()


def test_nobody_elses_session_is_touched(desk: Desk) -> None:
    """Two people with a report under way each see their own."""
    desk.send("ana", Said("report"))
    assert "danger" not in text_of(desk.send("joe", Said("resume"))[-1])


def test_a_second_press_of_send_shows_the_receipt_again(desk: Desk) -> None:
    """Send pressed again under another event id, as from a second device, shows the same receipt."""
    tokens = new_tokens()
    reference = desk.report("ana", tokens=tokens, kind="colleague").reference
    assert reference in desk.press("ana", "journey.send", f"{tokens.draft}|review|")


def walk(desk: Desk, shown: tuple[Message, ...], *steps: str) -> tuple[Message, ...]:
    """What Ana is shown last who presses these labels, or types what is none into the form on screen."""
    for step in steps:
        found = [item for item in buttons_of(shown) if item.label == step]
        if found:
            shown = desk.send("ana", Pressed(found[-1].action, found[-1].value))
        else:
            form = form_of(shown)
            shown = desk.send("ana", Submitted(form.action, form.value, {form.fields[0].name: (step,)}))
    return shown


@pytest.mark.parametrize(("mode", "left"), [("Anonymous", 0), ("Confidential", 1)])
def test_what_an_anonymous_reporter_was_asked_is_forgotten_with_send(
    desk: Desk, mode: str, left: int
) -> None:
    """With an anonymous Send the session goes, the last question included; after another one it stays."""
    shown = desk.send("ana", Said("report"))
    steps = (
        "No",
        "Northgate School",
        "I have made a mistake online",
        "No",
        mode,
    )
    shown = walk(desk, shown, *steps, "I liked a post I should not have.")
    code = re.search(r"\w{4}-\w{4}-\w{4}", "".join(map(text_of, shown)))
    shown = walk(desk, shown, *([code[0]] if code else []), "Send")
    assert "FED-" in text_of(shown[-1])
    with desk.product.database.transaction() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM reports").scalar_one() == 1
        assert tx.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one() == left


def test_an_unreadable_session_is_told(desk: Desk) -> None:
    """A stored session of an unknown form starts afresh, and the person learns that nothing was sent."""
    vault, database = desk.product.context.vault, desk.product.database
    owner = vault.blind("session", "playground", "ana")
    with database.transaction() as tx:
        save_session(tx, vault, owner, '{"version": 99}', desk.now.replace(year=2030))
    assert "sent" in text_of(desk.send("ana", Said("resume"))[0])
    assert "danger" in text_of(desk.send("ana", Said("report"))[0])


@pytest.mark.parametrize("value", ["\ud800|review|", "\x00|review|", "|", "a|" * 9000])
@pytest.mark.parametrize("action", ["journey.send", "case.show", "case.close", "report.add", "status.show"])
def test_values_that_no_button_bore_are_answered(desk: Desk, action: str, value: str) -> None:
    """Whatever a press carries, halves of characters included, the sender reads an answer."""
    assert desk.send("farid", Pressed(action, value))
    fields = {"text": ("more",), "code": ("\ud800",), "reference": (value,)}
    assert desk.send("farid", Submitted(action, value, fields))
    assert desk.send("\ud800", Said("help"), event_id=value)


def test_a_missing_key_is_answered_in_words(desk: Desk) -> None:
    """A session whose key is no longer there is told as lost, and the next report can be made."""
    desk.send("ana", Said("report"))
    with desk.product.database.transaction() as tx:
        tx.exec_driver_sql("UPDATE sessions SET key_id = 'lost'")
    assert "could not be opened again" in text_of(desk.send("ana", Said("resume"))[0])
    assert "danger" in text_of(desk.send("ana", Said("report"))[0])


def test_a_fault_of_our_own_is_answered_in_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks, the sender reads that nothing is saved and whom to phone, and may try again."""

    def broken(text: str) -> Parse:
        raise RuntimeError(text)

    monkeypatch.setattr(desk.product.engine, "parse", broken)
    assert "NOT saved" in text_of(desk.send("ana", Said("can I?"), event_id="e")[0])
    monkeypatch.undo()
    assert "NOT saved" not in text_of(desk.send("ana", Said("can I?"), event_id="e")[0])


def test_a_press_whose_reply_others_would_read_does_nothing(desk: Desk) -> None:
    """Where the reply would reach a channel, a press on a case changes and shows nothing of it."""
    reference = desk.report("ana", kind="colleague").reference
    incoming = Incoming(
        "E-9", Sender("playground", "farid"), Pressed("case.details", reference), private=False
    )
    shown = "\n".join(text_of(reply) for reply in desk.product.assistant.handle(incoming, desk.now))
    assert reference not in shown
    assert "Details opened by: Nobody yet" in desk.press("grace", "case.show", reference)
