from dataclasses import replace

import pytest

from bot.assistant.assistant import Assistant
from bot.casework.acts import LINES
from bot.casework.card import event_name
from bot.delivery.sender import LostFault, PassingFault
from bot.domain.cases import Happening
from tests.support.desk import CLOSING, Desk


@pytest.fixture
def threaded(desk: Desk) -> Desk:
    """A desk whose platform has threads."""
    context = replace(desk.product.context, threads=("playground",))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, desk.product.engine))
    return desk


def lines(desk: Desk) -> list[str]:
    """All lines in the threads of the FLT's channel, in order."""
    cards = [message_id for message_id, _ in desk.notebook.seen.get("flt", [])]
    return [line for card in cards for line in desk.notebook.threads.get(card, [])]


def test_each_change_is_one_line_under_the_card(threaded: Desk) -> None:
    """Acknowledged, given, a note, more from the reporter, closed, opened again: in order, by whom."""
    reference = threaded.report("ana", kind="colleague").reference
    threaded.work()
    threaded.press("farid", "case.acknowledge", reference)
    threaded.later(minutes=1)
    threaded.fill("farid", "case.assign", reference, person="tom")
    threaded.later(minutes=1)
    threaded.fill("tom", "case.note", reference, note="Spoke to Zanzibar House.")
    threaded.later(minutes=1)
    threaded.close_case(
        "tom", reference, outcome="no_action", reason="Looked into it with Zanzibar.", **CLOSING
    )
    threaded.later(minutes=1)
    threaded.fill("tom", "case.reopen", reference, reason="Zanzibar called again, with more.")
    threaded.work(rounds=20)
    found = lines(threaded)
    assert found[:3] == [
        "Acknowledged · Farid Anwar",
        "Given to Tom Pritchard · Farid Anwar",
        "Note · Tom Pritchard",
    ]
    assert found[3].startswith("Closed: ")
    assert found[4] == "Opened again · Tom Pritchard"
    assert len(found) == 5
    assert "Zanzibar" not in "".join(found)


def test_opening_the_details_is_no_line(threaded: Desk) -> None:
    """Who has looked stands on the card, and not in the thread."""
    reference = threaded.report("ana", kind="colleague").reference
    threaded.work()
    threaded.press("farid", "case.details", reference)
    threaded.work(rounds=10)
    assert lines(threaded) == []


def test_a_deadline_is_a_line(threaded: Desk) -> None:
    """That nobody acknowledged in time is told under the card."""
    threaded.report("ana", kind="colleague")
    threaded.work()
    threaded.later(hours=7.5)
    threaded.work(rounds=10)
    assert lines(threaded) == ["Not acknowledged in time; next on the ladder told · Signpost"]


def test_lines_wait_for_the_card_and_keep_their_order(threaded: Desk) -> None:
    """While the card cannot be posted its lines wait; once it is, they follow at once and in order."""
    reference = threaded.report("ana", kind="colleague").reference
    threaded.notebook.refuses["flt"] = PassingFault("no connection")
    for press in ("case.acknowledge", "case.take"):
        threaded.work()
        threaded.later(minutes=1)
        threaded.press("farid" if press == "case.acknowledge" else "tom", press, reference)
    threaded.work()
    assert lines(threaded) == []
    threaded.notebook.refuses.clear()
    threaded.later(minutes=10)
    threaded.work(rounds=20)
    assert [line.partition(" · ")[2] for line in lines(threaded)] == ["Farid Anwar", "Tom Pritchard"]


def test_a_line_goes_under_the_card_that_stands(threaded: Desk) -> None:
    """After somebody deleted the card there is a new one, and what comes after stands under that."""
    reference = threaded.report("ana", kind="colleague").reference
    threaded.work()
    first = threaded.notebook.seen["flt"].pop()[0]
    threaded.notebook.keys.clear()
    threaded.press("farid", "case.acknowledge", reference)
    threaded.notebook.faults = [LostFault("message_not_found")]
    threaded.work(rounds=10)
    assert lines(threaded) == ["Acknowledged · Farid Anwar"]
    assert first not in threaded.notebook.threads


def test_a_restricted_case_leaves_no_line(threaded: Desk) -> None:
    """What the FLT's channel may not know of has no thread there either."""
    reference = threaded.report("ana", kind="concern").reference
    threaded.work()
    threaded.press("dina", "case.acknowledge", reference)
    threaded.work(rounds=10)
    assert lines(threaded) == []
    assert threaded.notebook.threads == {}


def test_without_threads_there_are_no_lines(desk: Desk) -> None:
    """On a platform without threads nothing is owed to one."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    desk.work(rounds=10)
    assert desk.notebook.threads == {}
    assert "line:" not in desk.dump()


def test_everything_that_can_happen_has_its_line(desk: Desk) -> None:
    """Whatever changes a case is told under its card, but for its delivery and the move away from there."""
    context = desk.product.context
    assert {happening.value for happening in Happening} - LINES == {
        "deliver",
        "misdirect",
        "link",
        "restrict",
        "recuse",
        "hold",
        "release",
    }
    for event in LINES:
        assert event_name(context, event).fill(to="Tom", agency="Police")
