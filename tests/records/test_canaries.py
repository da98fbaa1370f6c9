"""Marked words in everything that somebody writes: they are found where they belong, and nowhere else."""

from __future__ import annotations

import itertools

import pytest
from prometheus_client import generate_latest

from bot.app import new_tokens
from bot.casework.acts import ACTS
from bot.domain.messages import Field, Form, Message
from bot.domain.notices import REPORTER
from bot.domain.turns import Pressed, Said, Submitted
from tests.support.desk import Desk, text_of

CANARY = "Zeisigruf"
FORMS = [name for name, act in ACTS.items() if act.form]
# Every kind of report with what makes its routes differ: open, restricted, urgent, conflicted.
JOURNEYS = {
    "account": {"kind": "abuse", "category": "offensive", "account": "other"},
    "threat": {"kind": "abuse", "category": "threat", "target": "student"},
    "personal data": {"kind": "abuse", "category": "personal_data"},
    "child image": {"kind": "abuse", "category": "child_image"},
    "colleague": {"kind": "colleague", "child_risk": "no"},
    "adult risk": {"kind": "colleague", "child_risk": "yes"},
    "unease": {"kind": "colleague", "child_risk": "unease"},
    "crime": {"kind": "colleague", "child_risk": "no", "crime": "yes"},
    "accident": {"kind": "image"},
    "nudity": {"kind": "image", "nudity": "yes"},
    "complained": {"kind": "image", "complained": "yes"},
    "staff abuse": {"kind": "staff_abuse", "abuser": "student", "harm": "threat"},
    "staff picture": {"kind": "staff_abuse", "shows_child": "unsure"},
    "query": {"kind": "query"},
    "adult concern": {"kind": "concern", "concern_adult": "yes"},
    "posted": {"kind": "image", "posted": "sent"},
    "mistake": {"kind": "mistake"},
    "press": {"kind": "press"},
    "concern": {"kind": "concern"},
    "question": {"kind": "question"},
    "danger": {"kind": "mistake", "danger": "yes"},
    "about the EHT": {"kind": "mistake", "conflict": "yes", "conflict_role": "eht"},
    "about the FLT": {"kind": "mistake", "conflict": "yes", "conflict_role": "flt"},
}
MODES = ("named", "confidential", "anonymous")
LEADERS = ("eleanor", "farid", "grace", "tom", "beth", "dina", "lucy", "maya", "colin", "ivan")


def words(desk: Desk) -> dict[str, str]:
    """Each slot that is written into by hand, with a marked word of its own."""
    steps = desk.product.context.world.playbook.steps.values()
    kinds = {field.name: field.kind for step in steps for field in step.fields if not field.options}
    texts = sorted(name for name, kind in kinds.items() if kind in ("text", "long_text"))
    return {name: f"{CANARY}{number}" for number, name in enumerate(texts)}


def shown(messages: tuple[Message, ...]) -> str:
    return "\n".join(text_of(message) for message in messages)


def everywhere_else(desk: Desk) -> str:
    """What was posted to anybody, what stands in plain in the database, and what is counted."""
    posted = [text for seen in desk.notebook.seen for text in desk.notebook.texts(seen)]
    lines = [line for thread in desk.notebook.threads.values() for line in thread]
    return "\n".join([*posted, *lines, desk.dump(), generate_latest().decode()])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("journey", JOURNEYS)
def test_what_is_reported_stands_on_no_card(
    desk: Desk, journey: str, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No word of any report is in a posted message, a plain column, a metric or the log."""
    tokens, marked = new_tokens(), words(desk)
    assert len(marked) > 5
    reference = desk.report("ana", tokens, **{**marked, **JOURNEYS[journey], "mode": mode}).reference
    desk.work(rounds=20)
    desk.later(days=3)
    desk.work(rounds=20)
    added = {"text": (f"{CANARY}add",), "code": (tokens.code,)}
    desk.send("ana", Submitted("report.added", reference, added))
    desk.work(rounds=20)
    found = everywhere_else(desk) + "".join(capsys.readouterr())
    assert CANARY not in found
    # It is there all the same, for those who may read it.
    assert any(CANARY in desk.press(name, "case.details", reference) for name in LEADERS)
    if mode == "anonymous":
        assert str(REPORTER) not in _recipients(desk)
        assert "ana" not in desk.notebook.seen


def _recipients(desk: Desk) -> list[str]:
    with desk.product.database.transaction() as tx:
        return [str(row[0]) for row in tx.exec_driver_sql("SELECT recipient FROM outbox")]


@pytest.mark.parametrize("mode", MODES)
def test_what_handlers_write_is_read_by_those_who_may_alone(
    desk: Desk, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is written into any form on a case is in no posted message, and in nothing the reporter reads."""
    tokens = new_tokens()
    reference = desk.report("ana", tokens, kind="colleague", mode=mode).reference
    desk.work(rounds=10)
    desk.press("farid", "case.acknowledge", reference)
    for number, action in enumerate(FORMS):
        fill_all(desk, "farid", action, reference, f"{CANARY}{number}")
    desk.work(rounds=20)
    found = everywhere_else(desk) + "".join(capsys.readouterr())
    assert CANARY not in found
    asked = {"reference": (reference,), "code": (tokens.code,)}
    for read in (Said("status"), Said(f"status {reference}"), Submitted("status.show", "", asked)):
        told = shown(desk.send("ana", read))
        assert {word for word in told.split() if CANARY in word} <= question(told)


def question(told: str) -> set[str]:
    """What the reporter is asked is theirs to read; nothing else that was written is."""
    asked = FORMS.index("case.ask")
    return {word for word in told.split() if word.strip(".'\")(,") == f"{CANARY}{asked}"}


def fill_all(desk: Desk, user: str, action: str, reference: str, word: str) -> None:
    """Open a form and fill in each field: the marked word, the first of the choices, a moment."""
    opened = desk.send(user, Pressed(action, reference))
    blocks = itertools.chain(*(message.blocks for message in opened))
    fields = [field for block in blocks if isinstance(block, Form) for field in block.fields]
    sent = {field.name: (_value(field, word),) for field in fields}
    desk.send(user, Submitted(action, reference, sent))


def _value(field: Field, word: str) -> str:
    if field.options:
        return field.options[0].value
    return "2026-11-20 10:00" if field.kind == "datetime" else f"{word} and so on, in some words"


def test_who_may_not_see_a_case_finds_no_trace_of_it(desk: Desk) -> None:
    """By list, reference, press and form a restricted case is to everybody else as if it were not there."""
    reference = desk.report("ana", None, **{**words(desk), "kind": "concern"}).reference
    desk.work(rounds=10)
    for user in ("farid", "grace", "tom", "beth", "ivan", "joe"):
        seen = [shown(desk.send(user, Said("cases"))), shown(desk.send(user, Said(f"status {reference}")))]
        seen += [desk.press(user, action, reference) for action in ("case.details", "case.show", "case.more")]
        seen.append(desk.fill(user, "case.note", reference, note="Let me in."))
        assert CANARY not in "".join(seen)
        assert "Concern about a child" not in "".join(seen)
        unknown = desk.press(user, "case.details", "FED-0000")
        assert desk.press(user, "case.details", reference) == unknown
    assert set(desk.notebook.seen) & set(LEADERS) == {"dina", "lucy", "eleanor"}
