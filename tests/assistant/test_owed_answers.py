"""Which answers go out by the outbox, on Slack and on Teams, and what their rows hold of whom."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from bot.app import new_tokens
from bot.asking.render import ASK_TOPIC
from bot.assistant.dialogue import dump
from bot.domain.turns import (
    Content,
    Draft,
    Incoming,
    Pressed,
    Said,
    Sender,
    Session,
    SharedFile,
    Submitted,
)
from bot.engine.parse import Parse, Ranked
from bot.storage.conversations import save_session
from tests.support.desk import DeafEngine, Desk

QUESTION, DANGER = "May I follow a former student?", "He says that he will kill himself tonight"
PLATFORMS = ("slack", "teams")
# What an owed answer shares with other rows, and may: no moment, no name, no case among it.
SHARED = {"", 0, None, "pending", "None", "0", "2000-01-01 00:00:00.000000"}


class _Engine(DeafEngine):
    def parse(self, text: str) -> Parse:
        known = {QUESTION: "policy_follow_former_student", DANGER: "danger"}
        return Parse(text, (Ranked(known[text], 1.0),), 1.0) if text in known else super().parse(text)


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Any:
    found = Desk.open(tmp_path, _Engine(), database_url)
    yield found
    found.close()


def says(desk: Desk, platform: str, content: Content, thread: str | None = "") -> None:
    """Ana does this in her own chat."""
    sent = Incoming(f"e{desk.now}{content!r}", Sender(platform, "ana"), content, thread=thread)
    desk.product.assistant.handle(sent, desk.now)


def drafting(desk: Desk, platform: str, mode: str) -> None:
    """Her report is open, at the review, and she has said whether her name is on it."""
    context = desk.product.context
    slots = {"danger": ("no",), "kind": ("question",), "mode": (mode,)}
    session = Session(new_tokens(), Draft(new_tokens(), slots, "review"))
    owner = context.vault.blind("session", platform, "ana")
    with desk.product.database.transaction() as tx:
        save_session(tx, context.vault, owner, dump(session), desk.now + timedelta(days=1))


def rows(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; of the outbox those that owe an answer stand under "owed"."""
    with desk.product.database.transaction() as tx:
        found = {
            table: [tuple(row) for row in tx.exec_driver_sql(f"SELECT * FROM {table}")]
            for table in inspect(tx).get_table_names()
        }
    found["owed"] = [row for row in found["outbox"] if "answer" in row]
    found["outbox"] = [row for row in found["outbox"] if "answer" not in row]
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("question", [QUESTION, DANGER])
@pytest.mark.parametrize("mode", ["", "named", "confidential"])
def test_no_row_of_an_answer_leads_to_a_report(desk: Desk, platform: str, question: str, mode: str) -> None:
    """Row by row: nothing in what is owed to a question stands in any row of a report, or names the asker."""
    desk.report(kind="question", mode="anonymous")
    if mode:
        drafting(desk, platform, mode)
    says(desk, platform, Said(question))
    found = rows(desk)
    owed = [value for row in (*found.pop("owed"), *found.pop("answers")) for value in row]
    assert owed
    keys = set(desk.product.context.vault.ring.ids)
    others = {str(value) for table in found.values() for row in table for value in row}
    alike = {str(value) for value in owed} & others - {str(value) for value in SHARED} - keys
    assert alike == set()
    assert "ana" not in map(str, owed)
    assert not any("2026" in str(value) for value in owed if str(value) not in keys)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "content",
    [
        Said("report"),
        Said("status"),
        Said("check a picture"),
        Said("check a draft"),
        Said("help"),
        Said("cases"),
        Said("replies"),
        Said("log a comment"),
        SharedFile(),
        Pressed("posting.picture"),
        Pressed("posting.draft"),
        Submitted("posting.draft", "", {"text": ("A pupil's name",)}),
        Pressed(ASK_TOPIC, "follow-former-student"),
        Submitted("report.answer", "FED-7K3Q", {"text": ("He will kill himself",)}),
        Submitted("status.show", "", {"reference": ("FED-7K3Q",), "code": ("X",)}),
        Pressed("journey.send", "draft|review|"),
    ],
    ids=str,
)
def test_what_is_no_answer_is_in_no_row(desk: Desk, platform: str, content: Content) -> None:
    """Steps, receipts, replies of a mailbox, the checks of pictures and drafts: shown, and owed to nobody."""
    says(desk, platform, content)
    assert rows(desk)["owed"] == []
    assert rows(desk)["answers"] == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("question", [QUESTION, DANGER])
def test_once_anonymous_is_chosen_nothing_is_in_a_row(desk: Desk, platform: str, question: str) -> None:
    """A question beside an anonymous report is answered at once, whatever it is, and stored nowhere."""
    drafting(desk, platform, "anonymous")
    says(desk, platform, Said(question))
    assert rows(desk)["owed"] == []
    assert rows(desk)["answers"] == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_asked_where_others_read_is_in_no_row(desk: Desk, platform: str) -> None:
    """Only words typed in a person's own chat take this way."""
    says(desk, platform, Said(QUESTION), None)
    assert rows(desk)["owed"] == []
