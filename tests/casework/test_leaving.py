from dataclasses import replace

import pytest

from bot.assistant.assistant import Assistant
from bot.delivery.sender import PassingFault, UnclearFault
from tests.casework.test_steps import WHY, cases, colleague
from tests.support.desk import CLOSING, Desk


@pytest.fixture
def threaded(desk: Desk) -> Desk:
    """The product with the FLT's channel on a platform that has threads."""
    context = replace(desk.product.context, threads=("playground",))
    assistant = Assistant(context, desk.product.assistant._engine)
    desk.product = replace(desk.product, context=context, assistant=assistant)
    return desk


def restrict(desk: Desk, user: str, reference: str, **fields: str) -> str:
    return desk.fill(user, "case.restrict", reference, why=WHY, **fields)


def of_the_case(desk: Desk, user: str, reference: str) -> list[str]:
    """The cards of the case that stand in somebody's direct messages."""
    return [text for text in desk.notebook.texts(user) if f"\n{reference} · " in f"\n{text}"]


def test_a_restricted_case_leaves_the_channel_with_all_that_was_posted(threaded: Desk) -> None:
    """Card, lines and notices go; DSL and headteacher have the card; no reference is left in the channel."""
    desk = threaded
    reference, other = colleague(desk), colleague(desk)
    desk.later(minutes=1)
    desk.fill("farid", "case.urgent", reference, why=WHY)
    desk.later(minutes=1)
    desk.press("farid", "case.acknowledge", reference)
    desk.work(20)
    assert reference in "".join(desk.notebook.texts("flt"))
    assert any(desk.notebook.threads.values())
    desk.later(minutes=1)
    assert "is restricted now" in restrict(desk, "eleanor", reference)
    desk.work(30)
    left = desk.notebook.texts("flt")
    assert reference not in "".join(left)
    assert len(left) == 1
    assert other in left[0]
    assert not any(desk.notebook.threads.values())
    for user in ("dina", "eleanor"):
        [card] = of_the_case(desk, user, reference)
        assert "RESTRICTED" in card


def test_the_flt_loses_it_and_the_presser_holds_it(desk: Desk) -> None:
    """The holder of the FLT may not open it any more, reads of no such case, and has it in no list."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    restrict(desk, "eleanor", reference)
    for action in ("show", "details", "note", "take", "more"):
        assert "no case with that reference" in desk.press("farid", f"case.{action}", reference)
    assert reference not in cases(desk, "farid")
    assert "Held by: Eleanor Marsh" in desk.press("dina", "case.show", reference)
    assert "is restricted already" in restrict(desk, "dina", reference)


def test_it_is_one_way_and_stays_closed_to_the_channel(desk: Desk) -> None:
    """Nothing that happens afterwards is posted in the channel, not even closing and opening again."""
    reference = colleague(desk)
    restrict(desk, "eleanor", reference)
    desk.work(20)
    desk.fill("eleanor", "case.note", reference, note="Spoke to the office.")
    desk.close_case("eleanor", reference, outcome="no_action", reason=WHY, **CLOSING)
    desk.fill("eleanor", "case.reopen", reference, reason=WHY)
    desk.work(20)
    assert desk.notebook.texts("flt") == []


def test_a_closed_case_can_be_moved_too(desk: Desk) -> None:
    """Its card leaves the channel, and it stays closed."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case("farid", reference, outcome="no_action", reason=WHY, **CLOSING)
    restrict(desk, "eleanor", reference)
    desk.work(20)
    assert desk.notebook.texts("flt") == []
    assert "Status: Closed" in desk.press("dina", "case.show", reference)


def test_who_is_concerned_loses_it_and_the_chair_stands_in(desk: Desk) -> None:
    """With the headteacher named as concerned the chair of governors has it, and the headteacher nothing."""
    reference = colleague(desk)
    desk.fill("farid", "case.assess", reference, category="child", child="yes", crime="no", nature="neither")
    assert "is restricted now" in restrict(desk, "dina", reference, concerned="eleanor")
    desk.work(20)
    assert of_the_case(desk, "maya", reference)
    assert not of_the_case(desk, "eleanor", reference)
    assert "no case with that reference" in desk.press("eleanor", "case.show", reference)
    assert reference not in cases(desk, "eleanor")


def test_a_card_that_was_on_its_way_is_taken_away_too(desk: Desk) -> None:
    """The platform took the card and nobody here knows: it is found by its key and taken away."""
    desk.notebook.faults_after = [UnclearFault("cut")]
    reference = desk.report("ana", kind="colleague").reference
    desk.work(1)
    assert reference in "".join(desk.notebook.texts("flt"))
    restrict(desk, "eleanor", reference)
    desk.later(minutes=2)
    desk.work(20)
    assert desk.notebook.texts("flt") == []


def test_a_card_that_was_never_posted_is_not(desk: Desk) -> None:
    """Restricted before the worker came: the channel never sees it."""
    reference = desk.report("ana", kind="colleague").reference
    restrict(desk, "eleanor", reference)
    desk.work(20)
    assert desk.notebook.texts("flt") == []
    assert of_the_case(desk, "eleanor", reference)


def test_taking_away_is_tried_again_until_it_is_done(desk: Desk) -> None:
    """A platform that is busy takes nothing away at first: the row waits and goes out."""
    reference = colleague(desk)
    restrict(desk, "eleanor", reference)
    desk.notebook.refuses = {"flt": PassingFault("busy", 5)}
    desk.work(5)
    assert len(desk.notebook.texts("flt")) == 1
    desk.notebook.refuses = {}
    desk.later(minutes=2)
    desk.work(20)
    assert desk.notebook.texts("flt") == []


def test_an_open_card_forgets_a_case_that_became_restricted(desk: Desk) -> None:
    """Linked while both were open: once one is restricted, the other's card names it no more."""
    first, second = colleague(desk), colleague(desk)
    desk.fill("farid", "case.link", first, reference=second)
    desk.work(20)
    assert f"Linked to: {second}" in "".join(desk.notebook.texts("flt"))
    restrict(desk, "eleanor", second)
    desk.work(30)
    assert second not in "".join(desk.notebook.texts("flt"))
    assert second not in desk.press("farid", "case.details", first)


def test_who_steps_back_is_asked_once_more_and_loses_it(desk: Desk) -> None:
    """No reason is asked; the case is gone from list and messages, and the history says who, not why."""
    reference = colleague(desk)
    assert "Step back" in desk.press("grace", "case.recuse", reference)
    assert reference in cases(desk, "grace")
    assert "stepped back" in desk.press("grace", "case.recuse_yes", reference)
    assert "no case with that reference" in desk.press("grace", "case.recuse_yes", reference)
    assert reference not in cases(desk, "grace")
    assert "Grace Holloway" in desk.press("farid", "case.details", reference)
    assert "grace" not in desk.press("farid", "case.assign", reference)


def test_a_holder_who_steps_back_gives_it_back(desk: Desk) -> None:
    """Nobody holds it, the ladder's clock runs from now, and those who have the card are told."""
    reference = colleague(desk)
    desk.press("grace", "case.acknowledge", reference)
    desk.work(20)
    desk.later(days=1)
    desk.press("grace", "case.recuse_yes", reference)
    desk.work(20)
    shown = desk.press("farid", "case.show", reference)
    assert "Not acknowledged yet" in shown
    assert "Held by: Nobody yet" in shown
    assert "Next step if nobody acknowledges: 24 Nov 2026" in shown
    assert any("nobody's hands" in text for text in desk.notebook.texts("flt"))
    assert "You have acknowledged" in desk.press("tom", "case.acknowledge", reference)


def test_the_ladder_passes_by_who_stepped_back(desk: Desk) -> None:
    """Anybody who stepped back is never brought it again, by whichever step."""
    reference = colleague(desk)
    for user in ("farid", "eleanor"):
        desk.press(user, "case.recuse_yes", reference)
    for _ in range(12):
        desk.later(days=1)
        desk.work(20)
    assert of_the_case(desk, "grace", reference) or of_the_case(desk, "tom", reference)
    assert of_the_case(desk, "maya", reference)
    assert not of_the_case(desk, "farid", reference)
    assert not of_the_case(desk, "eleanor", reference)


def test_with_nobody_left_it_climbs_at_once(desk: Desk) -> None:
    """Told to the headteacher alone, who steps back: the chair has it at the worker's next turn."""
    reference = desk.report("ana", kind="press").reference
    desk.work(20)
    assert "stepped back" in desk.press("eleanor", "case.recuse_yes", reference)
    desk.work(20)
    assert of_the_case(desk, "maya", reference)
    assert not of_the_case(desk, "eleanor", reference)


def test_the_last_who_may_have_it_cannot_lose_it(desk: Desk) -> None:
    """Told to the chair alone, with no ladder: it would be lost, so it is refused, with whom to phone."""
    reference = desk.report("ana", kind="colleague", conflict="eht").reference
    desk.work(20)
    said = desk.press("maya", "case.recuse_yes", reference)
    assert "Nobody else in the Federation may have" in said
    assert "LADO" in said
    assert reference in cases(desk, "maya")
