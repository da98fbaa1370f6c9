"""The cover of somebody away is told all that the one away is told, and nothing more."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bot.casework.context import Work
from bot.domain.turns import AnswerCheckBack, Sender
from bot.following import check_back
from tests.people.test_roster import agree
from tests.support.desk import Desk

COVERED = "You are told because you stand in for Farid Anwar, who is away."


@dataclass(frozen=True)
class Told:
    """Something that a holder is told: how it comes about, and the words by which it is known."""

    happens: Callable[[Desk, str], object]
    words: str
    kind: str = "colleague"


def _answer(desk: Desk, reference: str) -> None:
    command = AnswerCheckBack(reference, "", "yes", ("child",), "It goes on.")
    with desk.product.database.transaction() as tx:
        check_back.answer(Work(tx, desk.product.context, desk.now), Sender("playground", "ana"), command)


def _ask(desk: Desk, reference: str) -> None:
    desk.fill("tom", "case.ask", reference, question="Which class was it?")
    desk.fill("ana", "report.answer", reference, text="It was 9B.", code="")


NOTICES = {
    "an addition": Told(
        lambda desk, ref: desk.fill("ana", "report.add", ref, text="More of it", code=""),
        "the reporter added something",
    ),
    "a correction": Told(
        lambda desk, ref: desk.fill("ana", "report.correct", ref, text="It was Monday", code=""),
        "the reporter added something",
    ),
    "an answer": Told(_ask, "the reporter added something"),
    "a withdrawal": Told(
        lambda desk, ref: desk.fill("ana", "report.withdraw", ref, sure="yes", code=""),
        "its reporter has withdrawn it",
    ),
    "a withdrawal of what is kept": Told(
        lambda desk, ref: (
            desk.fill("tom", "case.urgent", ref, why="They may come to school today."),
            desk.fill("ana", "report.withdraw", ref, sure="yes", code=""),
        ),
        "its reporter has withdrawn it",
    ),
    "an urgency": Told(
        lambda desk, ref: desk.fill("tom", "case.urgent", ref, why="They may come to school today."),
        "is urgent now",
    ),
    "a hand-over": Told(
        lambda desk, ref: (
            desk.press("tom", "case.take", ref),
            desk.fill("tom", "case.assign", ref, person="farid"),
        ),
        "has been given to somebody for whom you stand in",
    ),
    "a task": Told(
        lambda desk, ref: desk.fill(
            "tom", "case.task", ref, task="Keep the log", person="farid", due="2026-11-27T12:00"
        ),
        "there is a task for somebody for whom you stand in",
    ),
    "what has happened since": Told(_answer, "its reporter has written again, and it is urgent"),
}


def away(desk: Desk, person: str = "farid", cover: str = "eleanor") -> None:
    agree(desk, "absent", person=person, to=cover, start="2026-11-23T08:00", end="2026-12-25T09:00")


def held(desk: Desk) -> str:
    """A case on the open route that Farid holds."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.work(rounds=20)
    return reference


# What says all that there is to say brings no way to the case.
NO_WAY = ("a withdrawal", "a withdrawal of what is kept", "what has happened since")


def told(desk: Desk, person: str, words: str) -> list[str]:
    return [text for text in desk.notebook.texts(person) if words in text]


@pytest.mark.parametrize("name", NOTICES)
def test_the_cover_is_told_beside_the_holder(desk: Desk, name: str) -> None:
    """Each notice of a case goes to its absent holder and to the cover, who reads for whom they stand in."""
    notice = NOTICES[name]
    reference = held(desk)
    away(desk, cover="ravi")
    desk.later(minutes=1)
    notice.happens(desk, reference)
    desk.work(rounds=20)
    (text,) = told(desk, "ravi", notice.words)
    assert reference in text
    assert name in NO_WAY or f"[Open {reference}]" in text
    assert COVERED in text
    assert len([text for text in desk.notebook.texts("farid") if reference in text]) >= 1
    assert not told(desk, "farid", "stand in")
    assert not told(desk, "grace", notice.words)


@pytest.mark.parametrize("name", NOTICES)
def test_nobody_else_is_told_where_the_holder_is_there(desk: Desk, name: str) -> None:
    """With nobody away the same notices go to the holder alone."""
    reference = held(desk)
    NOTICES[name].happens(desk, reference)
    desk.work(rounds=20)
    assert not told(desk, "ravi", reference)
    assert [text for text in desk.notebook.texts("farid") if reference in text]


def test_who_covers_a_member_gets_the_open_cases(desk: Desk) -> None:
    """The Executive Headteacher, who reads no channel, gets a card of each open case of the channel."""
    before = desk.report("ana", kind="colleague").reference
    closed_to_all = desk.report("ana", kind="colleague", struck="eleanor").reference
    desk.work(rounds=20)
    assert "eleanor" not in desk.notebook.seen
    away(desk)
    after = desk.report("ana", kind="mistake").reference
    desk.work(rounds=20)
    desk.later(minutes=1)
    desk.work(rounds=20)
    for reference in (before, after):
        (card,) = (text for text in desk.notebook.texts("eleanor") if f"{reference} ·" in text)
        assert "Held by: Nobody yet" in card
    assert not told(desk, "eleanor", closed_to_all)
    assert "You have acknowledged" in desk.press("eleanor", "case.acknowledge", after)


def test_a_member_who_covers_another_is_told_once(desk: Desk) -> None:
    """Anybody who reads the channel gets no second card of what stands there; a notice they do get."""
    away(desk, cover="grace")
    reference = held(desk)
    desk.work(rounds=20)
    assert "grace" not in desk.notebook.seen
    desk.fill("ana", "report.add", reference, text="More of it", code="")
    desk.work(rounds=20)
    assert len(told(desk, "grace", reference)) == 1


def test_a_cover_who_was_only_told_that_it_exists_gets_the_card(desk: Desk) -> None:
    """The Business Manager, told of a picture with a notice, gets the DSL's card while covering the DSL."""
    reference = desk.report(nudity="yes").reference
    desk.work(rounds=20)
    assert "Held by" not in " ".join(desk.notebook.texts("beth"))
    away(desk, "dina", "beth")
    desk.later(seconds=2)
    desk.work(rounds=20)
    assert [text for text in desk.notebook.texts("beth") if f"{reference} ·" in text and "Held by" in text]


def test_a_concerned_cover_is_told_nothing(desk: Desk) -> None:
    """A cover who is concerned gets no notice; the Executive Headteacher gets it, since nobody is there."""
    reference = desk.report(nudity="yes", struck="grace").reference
    desk.press("dina", "case.acknowledge", reference)
    away(desk, "dina", "grace")
    desk.later(minutes=1)
    desk.fill("ana", "report.add", reference, text="More of it", code="")
    desk.work(rounds=20)
    assert not told(desk, "grace", reference)
    assert told(desk, "eleanor", "the reporter added something")
    assert told(desk, "dina", "the reporter added something")


def test_where_holder_and_cover_are_away_the_covers_cover_is_told(desk: Desk) -> None:
    """Both are told, and the cover of the cover; the headteacher only where nobody is there."""
    reference = held(desk)
    away(desk, "farid", "grace")
    away(desk, "grace", "tom")
    desk.later(minutes=1)
    desk.fill("ana", "report.add", reference, text="More of it", code="")
    desk.work(rounds=20)
    for person in ("farid", "grace", "tom"):
        assert told(desk, person, "the reporter added something")
    assert not told(desk, "eleanor", reference)


def test_where_two_stand_in_for_each_other_the_headteacher_is_told(desk: Desk) -> None:
    """Each covers the other and both are away: the Executive Headteacher has it, unless concerned."""
    reference = held(desk)
    away(desk, "farid", "grace")
    away(desk, "grace", "farid")
    desk.later(minutes=1)
    desk.fill("ana", "report.add", reference, text="More of it", code="")
    desk.work(rounds=20)
    assert told(desk, "eleanor", "the reporter added something")


def test_when_they_are_back_the_cover_is_told_no_more(desk: Desk) -> None:
    """With the absence over, what is added goes to the holder alone."""
    reference = held(desk)
    away(desk)
    desk.later(days=33)
    desk.fill("ana", "report.add", reference, text="More of it", code="")
    desk.work(rounds=20)
    assert not told(desk, "eleanor", "the reporter added something")
    assert told(desk, "farid", "the reporter added something")
