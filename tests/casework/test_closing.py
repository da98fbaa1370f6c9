"""Closing a case: what it demands, the second of two, and what happens between two people."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content.documents import DataFaults, load
from bot.content.tables import Outcomes
from bot.delivery.sender import PassingFault
from bot.domain.messages import Form, Message
from bot.domain.presses import CasePart
from bot.domain.turns import Pressed, Submitted
from tests.following.test_status import add, status
from tests.people.test_roster import agree as agreed_by_two
from tests.support.desk import ADVICE, ASSESSED, CLOSING, REASON, Desk, text_of

KB = Path(__file__).resolve().parents[2] / "policy_kb"
# Each takes two: what it is reported as, by whom it is closed, who may agree, an outcome of its own.
BY_TWO = {
    "allegation": ({"kind": "colleague", "child_risk": "yes"}, "eleanor", "dina", "unfounded"),
    "doubt about an adult": ({"kind": "concern", "concern_adult": "unsure"}, "dina", "eleanor", "false"),
    "picture": ({"nudity": "unsure"}, "dina", "eleanor", "picture_harmless"),
    "picture on an account": (
        {"kind": "abuse", "category": "sexual_image"}, "eleanor", "lucy", "picture_dealt_with",
    ),
    "child": ({"kind": "concern", "concern_now": "told"}, "dina", "lucy", "child_not_at_risk"),
    "danger": ({"kind": "colleague", "danger": "yes"}, "farid", "grace", "child_supported"),
}  # fmt: skip


@pytest.fixture(params=BY_TWO)
def case(request: pytest.FixtureRequest, desk: Desk) -> tuple[str, str, str, str]:
    """A case that takes two: its reference, who closes it, who agrees, and the outcome."""
    slots, closer, second, outcome = BY_TWO[request.param]
    reference = desk.report("ana", None, **slots).reference
    desk.work(20)
    desk.press(closer, "case.acknowledge", reference)
    return reference, closer, second, outcome


def allegation(desk: Desk) -> str:
    """An allegation whose closing waits for Dina, the DSL."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.press("eleanor", "case.acknowledge", reference)
    assert "stays open" in desk.ask_to_close("eleanor", reference, "unfounded")
    return reference


def is_closed(desk: Desk, user: str, reference: str) -> bool:
    return "Status: Closed" in desk.press(user, "case.show", reference)


def sent(desk: Desk, user: str) -> str:
    desk.work(20)
    return "\n".join(desk.notebook.texts(user))


def test_nothing_that_is_missing_is_waved_through(desk: Desk, case: tuple[str, str, str, str]) -> None:
    """Details, one's own assessment and advice are each demanded, also of a form that is sent unseen."""
    reference, closer, second, outcome = case
    fields = {"outcome": outcome, "reason": REASON, **CLOSING}
    steps: tuple[tuple[str, Callable[[], str]], ...] = (
        ("Open the details", lambda: desk.press(closer, "case.details", reference)),
        ("the first assessment yourself", lambda: desk.fill(closer, "case.assess", reference, **ASSESSED)),
        ("Record the advice", lambda: desk.fill(closer, "case.advice", reference, **ADVICE)),
    )
    # What another one has read and assessed is no work of the closer's.
    desk.press(second, "case.details", reference)
    desk.fill(second, "case.assess", reference, **ASSESSED)
    for wanted, done in steps:
        for said in (
            desk.press(closer, "case.close", reference),
            desk.fill(closer, "case.close", reference, **fields),
        ):
            assert wanted in said
        done()
    assert "stays open until a second person" in desk.fill(closer, "case.close", reference, **fields)
    assert not is_closed(desk, closer, reference)


def test_the_second_has_opened_the_details_and_agrees(desk: Desk, case: tuple[str, str, str, str]) -> None:
    """The closer cannot agree to it; the second can, once the details are open; then it is closed."""
    reference, closer, second, outcome = case
    desk.ask_to_close(closer, reference, outcome)
    assert "somebody else has to agree" in desk.fill(closer, "case.agree", reference)
    assert "Open the details" in desk.fill(second, "case.agree", reference)
    assert not is_closed(desk, closer, reference)
    assert "is closed" in desk.agree(second, reference)
    assert is_closed(desk, closer, reference)


def test_an_open_task_stands_in_the_way(desk: Desk) -> None:
    """Where two close a case, an open task is not decided on the way: it is ticked, or it stays open."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.press("eleanor", "case.acknowledge", reference)
    task = {"task": "Phone the parents", "person": "dina", "due": "2026-11-24T12:00"}
    desk.fill("eleanor", "case.task", reference, **task)
    said = desk.ask_to_close("eleanor", reference, "unfounded")
    assert "See to the open tasks" in said
    assert "[Done: Phone the parents]" in said
    desk.press("eleanor", "case.done", str(CasePart(reference, "1")))
    assert "stays open until" in desk.close_case("eleanor", reference, outcome="unfounded")


def test_nobody_is_told_of_a_case_in_order_to_be_the_second(desk: Desk) -> None:
    """Only who has the case already is asked; nobody else learns of it or may agree."""
    reference = allegation(desk)
    desk.work(20)
    assert "its closing waits for a second person" in sent(desk, "dina")
    for user in ("farid", "grace", "tom", "maya", "beth", "lucy", "omar"):
        assert reference not in sent(desk, user)
        assert "no case with that reference" in desk.agree(user, reference)
    assert reference not in sent(desk, "flt")


def test_who_was_never_told_of_it_is_not_told_now(desk: Desk) -> None:
    """A DSL appointed later may see the case and agree, and gets no message for the sake of the closing."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.press("eleanor", "case.acknowledge", reference)
    agreed_by_two(desk, "give", person="omar", role="dsl", school="northgate")
    assert "Omar" in desk.ask_to_close("eleanor", reference, "unfounded")
    assert "waits for a second person" in sent(desk, "dina")
    assert reference not in sent(desk, "omar")
    assert "is closed" in desk.agree("omar", reference)


@pytest.mark.parametrize(
    "changed",
    ["addition", "note", "assess", "task", "urgent", "decline", "proposal", "restrict"],
)
def test_whatever_changes_first_voids_the_proposal(desk: Desk, changed: str) -> None:
    """Nobody agrees to what was different when it was asked for: it has to be asked for again."""
    reference = desk.report("ana", kind="colleague", danger="yes").reference
    desk.press("dina", "case.acknowledge", reference)
    desk.fill("dina", "case.calm", reference, why="It was about something else.")
    desk.ask_to_close("dina", reference, "child_not_at_risk")
    desk.press("eleanor", "case.details", reference)
    changes = {
        "addition": lambda: desk.fill("ana", "report.add", reference, text="He did it again."),
        "note": lambda: desk.fill("farid", "case.note", reference, note="I heard more of it."),
        "assess": lambda: desk.fill("farid", "case.assess", reference, **ASSESSED),
        "task": lambda: desk.fill(
            "farid", "case.task", reference, task="Phone", person="farid", due="2026-11-24T12:00"
        ),
        "urgent": lambda: desk.fill("farid", "case.urgent", reference, why="It happens this very evening."),
        "decline": lambda: desk.fill("farid", "case.decline", reference, why="This is not what I was told."),
        "proposal": lambda: desk.close_case("dina", reference, outcome="child_supported"),
        "restrict": lambda: desk.fill("eleanor", "case.restrict", reference, why="One of the team is in it."),
    }
    changes[changed]()
    said = desk.agree("eleanor", reference)
    if changed == "proposal":
        # Asked for again by the same person, with another outcome: that is what is agreed to.
        assert "is closed" in said
        assert "Support or a plan" in desk.press("dina", "case.show", reference)
    else:
        assert "something has changed since it was asked for" in said
        assert not is_closed(desk, "dina", reference)


@pytest.mark.parametrize("harmless", ["view", "hold", "other_recuses"])
def test_what_changes_nothing_leaves_it_waiting(desk: Desk, harmless: str) -> None:
    """A look, a legal hold, or somebody else who steps back: the second may still agree."""
    reference = desk.report("ana", kind="concern", concern_now="told").reference
    desk.press("dina", "case.acknowledge", reference)
    desk.ask_to_close("dina", reference, "child_not_at_risk")
    changes = {
        "view": lambda: desk.press("lucy", "case.details", reference),
        "hold": lambda: desk.fill("eleanor", "case.hold", reference, why="A solicitor has asked for it."),
        "other_recuses": lambda: desk.press("lucy", "case.recuse_yes", reference),
    }
    changes[harmless]()
    assert "is closed" in desk.agree("eleanor", reference)


def test_two_people_close_at_once(desk: Desk) -> None:
    """The first to ask is the one who asked: the other is shown that, and may agree; nothing is lost."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.press("eleanor", "case.acknowledge", reference)
    for user in ("eleanor", "dina"):
        desk.press(user, "case.details", reference)
        desk.fill(user, "case.assess", reference, **ASSESSED)
    desk.fill("dina", "case.advice", reference, **ADVICE)
    fields = {"reason": REASON, **CLOSING}
    assert "stays open" in desk.fill("eleanor", "case.close", reference, outcome="unfounded", **fields)
    said = desk.fill("dina", "case.close", reference, outcome="substantiated", **fields)
    assert "Somebody else has asked to close" in said
    assert "[Agree to the closing …]" in said
    assert "Substantiated" not in desk.press("dina", "case.details", reference)
    assert "is closed" in desk.agree("dina", reference)
    assert "No closing of" in desk.fill("dina", "case.agree", reference)
    assert "Outcome: Unfounded" in desk.press("eleanor", "case.show", reference)


def typed_in(messages: tuple[Message, ...]) -> dict[str, tuple[str, ...]]:
    """What stands in the fields of the form that they show."""
    [form] = [block for message in messages for block in message.blocks if isinstance(block, Form)]
    return {field.name: field.value for field in form.fields if field.value}


def test_the_second_closer_keeps_what_they_wrote(desk: Desk) -> None:
    """Below what the first one asks for stands the form of the second, with all that they typed and chose."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.press("eleanor", "case.acknowledge", reference)
    desk.press("dina", "case.details", reference)
    desk.fill("dina", "case.assess", reference, **ASSESSED)
    desk.ask_to_close("eleanor", reference, "unfounded")
    fields = {"outcome": ("false",), "reason": ("I have heard the tutor, and it is not true.",)}
    shown = desk.send("dina", Submitted("case.close", reference, fields))
    assert "Nothing of it was stored. What you wrote stands here" in text_of(shown[0])
    assert typed_in(shown) == fields


def test_what_is_to_be_done_first_costs_no_word(desk: Desk) -> None:
    """A form of a closing that lacks something comes back below it, as it was sent."""
    reference = desk.report("ana", kind="staff_abuse").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.press("farid", "case.details", reference)
    desk.fill("ana", "report.add", reference, text="He did it again.")
    fields = {"outcome": ("removed",), "reason": ("Taken down by the parent, who is sorry.",)}
    shown = desk.send("farid", Submitted("case.close", reference, fields))
    assert "Open the details" in text_of(shown[0])
    assert typed_in(shown) == fields


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("case.close", {"outcome": ("removed",), "reason": ("Taken down by the parent, who is sorry.",)}),
        ("case.note", {"note": ("I spoke to the parent at the gate.",)}),
        ("case.ask", {"question": ("On which day was it?",)}),
        ("case.calm", {"why": ("The police have been and gone.",)}),
        ("case.task", {"task": ("Phone the parent",)}),
    ],
)
def test_a_form_that_comes_too_late_keeps_its_words(
    desk: Desk, action: str, fields: dict[str, tuple[str, ...]]
) -> None:
    """Of a case that somebody else has closed meanwhile each form comes back with what was written in it."""
    reference = desk.report("ana", kind="staff_abuse").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case("farid", reference, outcome="advice_given")
    shown = desk.send("grace", Submitted(action, reference, fields))
    assert "Nothing has changed" in text_of(shown[0])
    assert typed_in(shown) == fields
    assert "Outcome: Advice given" in desk.press("farid", "case.show", reference)


def test_who_lost_a_case_keeps_their_own_words_alone(desk: Desk) -> None:
    """Who may have the case no more reads what they wrote, and the same words as of no case at all."""
    reference = desk.report("ana", kind="staff_abuse").reference
    desk.fill("eleanor", "case.restrict", reference, why="One of the team is concerned in it.")
    words = "I spoke to the parent at the gate."
    lost = desk.fill("grace", "case.note", reference, note=words)
    assert words in lost
    assert "[" not in lost
    assert lost == desk.fill("grace", "case.note", "FED-0000", note=words).replace("FED-0000", reference)


def test_an_ordinary_case_that_two_close_at_once(desk: Desk) -> None:
    """The second of two forms on an ordinary case is told that it is closed, and changes nothing."""
    reference = desk.report("ana", kind="staff_abuse").reference
    desk.press("farid", "case.acknowledge", reference)
    assert "is closed" in desk.close_case("farid", reference, outcome="advice_given")
    assert "Nothing has changed" in desk.close_case("grace", reference, outcome="removed")
    assert "Outcome: Advice given" in desk.press("farid", "case.show", reference)


def test_the_only_second_steps_back(desk: Desk) -> None:
    """The asker is told, and the form asks for the LADO's or a governor's agreement instead."""
    reference = allegation(desk)
    desk.press("dina", "case.recuse_yes", reference)
    assert "nobody is left who could agree" in sent(desk, "eleanor")
    assert "no case with that reference" in desk.fill("dina", "case.agree", reference)
    desk.press("eleanor", "case.details", reference)
    assert "Who outside agrees to the closing?" in desk.press("eleanor", "case.close", reference)


NOBODY = "nobody who has this case can agree"


def test_the_card_says_that_nobody_is_left(desk: Desk) -> None:
    """Card, details, list and reminder say that nobody can agree and what to do, not that it waits."""
    reference = allegation(desk)
    desk.work(20)
    desk.press("dina", "case.recuse_yes", reference)
    desk.work(20)
    [posted] = [text for text in desk.notebook.texts("eleanor") if f"\n{reference} · " in f"\n{text}"]
    for card in (posted, desk.press("eleanor", "case.show", reference)):
        assert NOBODY in card
        assert "a governor who has no part in it" in card
    details = desk.press("eleanor", "case.details", reference)
    assert "Close it again: the form then asks who outside agrees" in details
    assert "Who may agree" not in details
    listed = desk.press("eleanor", "case.list")
    assert "nobody who has it can agree: close it again" in listed
    assert not any("waits for a second person" in text for text in (posted, details, listed))
    before = len(desk.notebook.texts("eleanor"))
    desk.later(days=2, hours=2)
    desk.work(20)
    reminded = "\n".join(desk.notebook.texts("eleanor")[before:])
    assert "nobody who has it can agree. Close it again" in reminded


def test_the_only_second_goes_away(desk: Desk) -> None:
    """Who asked is told once, and the card says it, also where the roster takes the last who could agree."""
    reference = allegation(desk)
    desk.work(20)
    absent(desk, "dina", "eleanor")
    desk.work(20)
    posted = [text for text in desk.notebook.texts("eleanor") if f"\n{reference} · " in f"\n{text}"]
    assert any(NOBODY in text for text in posted)
    absent(desk, "colin", "tom")
    desk.later(seconds=30)
    assert sent(desk, "eleanor").count("nobody is left who could agree") == 1


def test_the_only_second_comes_back(desk: Desk) -> None:
    """Who can agree again is told, and the card says that it waits, as often as they come and go."""
    reference = allegation(desk)
    desk.work(20)

    def card() -> str:
        [*_, posted] = [text for text in desk.notebook.texts("eleanor") if f"\n{reference} · " in f"\n{text}"]
        return posted

    for times in (1, 2, 3):
        absent(desk, "dina", "eleanor")
        desk.work(20)
        assert NOBODY in card()
        assert sent(desk, "eleanor").count("nobody is left who could agree") == times
        before = len(desk.notebook.texts("dina"))
        agreed_by_two(desk, "back", person="dina")
        desk.work(20)
        assert NOBODY not in card()
        assert "waits for a second person" in card()
        new = "".join(desk.notebook.texts("dina")[before:])
        assert new.count(f"{reference}: its closing waits for a second person") == 1
        assert sent(desk, "eleanor").count("somebody can agree to its closing again") == times
    before = len(desk.notebook.texts("dina"))
    absent(desk, "colin", "tom")
    desk.later(seconds=30)
    desk.work(20)
    assert f"{reference}: its closing" not in "".join(desk.notebook.texts("dina")[before:])


def test_somebody_new_can_agree(desk: Desk) -> None:
    """Who joins as one who could agree changes the card, and is told of no case that was never theirs."""
    reference = allegation(desk)
    desk.press("dina", "case.recuse_yes", reference)
    desk.work(20)
    before = len(desk.notebook.texts("tom"))
    agreed_by_two(desk, "give", person="tom", role="dsl", school="every")
    told = sent(desk, "eleanor")
    assert told.count("somebody can agree to its closing again") == 1
    [*_, card] = [text for text in desk.notebook.texts("eleanor") if f"\n{reference} · " in f"\n{text}"]
    assert NOBODY not in card
    assert reference not in "".join(desk.notebook.texts("tom")[before:])


@pytest.mark.parametrize("then", ["voided", "away"])
def test_nobody_is_told_to_agree_to_what_waits_no_more(desk: Desk, then: str) -> None:
    """A notice that was held up is not sent where the closing was voided, or its reader has gone away."""
    desk.notebook.refuses["dina"] = PassingFault("no connection")
    reference = allegation(desk)
    desk.work(20)
    if then == "voided":
        add(desk, "ana", reference, "", "More of it.")
    else:
        absent(desk, "dina", "tom")
    desk.notebook.refuses.clear()
    desk.later(hours=2)
    assert "its closing waits for a second person" not in sent(desk, "dina")


def test_a_closing_that_nobody_can_agree_to_holds_up_nobody(desk: Desk) -> None:
    """Who stands in for the closer, who is away too, is given the form, and not another's dead proposal."""
    reference = allegation(desk)
    desk.press("dina", "case.recuse_yes", reference)
    absent(desk, "eleanor", "tom")
    desk.work(20)
    desk.press("tom", "case.details", reference)
    said = desk.press("tom", "case.close", reference)
    assert "Somebody else has asked to close" not in said
    assert "Make the first assessment yourself" in said


def alone(desk: Desk) -> str:
    reference = allegation(desk)
    desk.press("dina", "case.recuse_yes", reference)
    return reference


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "Choose one of the answers."),
        ({"agreed_by": "lado"}, "Please fill this in."),
        ({"agreed_by": "lado", "agreed_name": "Pat Lowe", "agreed_at": "2026-11-23T08:45"}, "fill this in"),
        ({"agreed_by": "governor", "agreed_name": "Noor Haddad"}, "Give a date and a time."),
        (
            {"agreed_by": "governor", "agreed_name": "Noor Haddad", "agreed_at": "2026-11-24T08:45"},
            "in the future",
        ),
        ({"agreed_by": "governor", "agreed_name": "eleanor MARSH"}, "no part in the case"),
        ({"agreed_by": "governor", "agreed_name": "Dina Clarke"}, "no part in the case"),
        ({"agreed_by": "governor", "agreed_name": "Mrs Ana Silva"}, "no part in the case"),
    ],
)
def test_without_a_second_somebody_outside_agrees_by_name(
    desk: Desk, fields: dict[str, str], wrong: str
) -> None:
    """Name, time and the LADO's advice are demanded; nobody who has a part in the case is independent."""
    reference = alone(desk)
    fields = {"agreed_at": "2026-11-23T08:45", **fields} if "part" in wrong else fields
    assert wrong in desk.close_case("eleanor", reference, outcome="unfounded", **fields)
    assert not is_closed(desk, "eleanor", reference)


@pytest.mark.parametrize(("by", "kept"), [("lado", "(LADO)"), ("governor", "no part in the case")])
def test_who_outside_agreed_is_kept(desk: Desk, by: str, kept: str) -> None:
    """With the LADO or a governor on record it is closed, and the history names them."""
    reference = alone(desk)
    agreed = {"agreed_by": by, "agreed_name": "Noor Haddad", "agreed_at": "2026-11-23T08:45"}
    said = desk.close_case("eleanor", reference, outcome="unfounded", **agreed, agreed_advice="Agreed.")
    assert "is closed" in said
    shown = desk.press("eleanor", "case.details", reference)
    assert kept in shown
    assert "Noor Haddad, 23 Nov 2026, 08:45. Agreed." in shown


def test_the_list_says_that_a_closing_waits(desk: Desk) -> None:
    """In the list a case whose closing waits says so, and who waits; decided, it says so no more."""
    reference = allegation(desk)
    waits = "Eleanor Marsh asked on 23 Nov 2026, 09:00 to close it, and waits for a second person"
    for person in ("dina", "eleanor"):
        assert waits in desk.press(person, "case.list")
    desk.press("dina", "case.details", reference)
    desk.fill("dina", "case.decline", reference, why="The tutor has not been heard yet.")
    assert waits not in desk.press("dina", "case.list")


def test_a_cover_who_is_there_is_asked(desk: Desk) -> None:
    """With the second away already when the closing is asked for, the cover is told that it waits."""
    absent(desk, "dina", "omar")
    allegation(desk)
    assert "its closing waits for a second person" in sent(desk, "omar")
    assert "its closing waits for a second person" not in sent(desk, "dina")


@pytest.mark.parametrize("name", ["agree", "decline"])
def test_the_form_and_what_came_of_it_stand_where_the_details_stood(desk: Desk, name: str) -> None:
    """In a chat no button is left that would agree again: the details make way for form and answer."""
    reference = allegation(desk)
    [details] = desk.send("dina", Pressed("case.details", reference))
    [form] = desk.send("dina", Pressed(f"case.{name}", reference))
    fields = {"why": ("The tutor has not been heard yet.",)} if name == "decline" else {}
    [done] = desk.send("dina", Submitted(f"case.{name}", reference, fields))
    assert details.replaces == form.replaces == done.replaces
    assert "[" not in text_of(done)


def test_who_steps_back_has_the_details_on_no_screen(desk: Desk) -> None:
    """In a chat what came of stepping back stands where the details of the case stood."""
    reference = allegation(desk)
    [details] = desk.send("dina", Pressed("case.details", reference))
    [done] = desk.send("dina", Pressed("case.recuse_yes", reference))
    assert "You have stepped back" in text_of(done)
    assert done.replaces == details.replaces


def test_nobody_closes_alone_while_there_is_a_second(desk: Desk) -> None:
    """Who sends the fields for an agreement outside, though a second is there, still asks for the second."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.press("eleanor", "case.acknowledge", reference)
    agreed = {"agreed_by": "governor", "agreed_name": "Noor Haddad", "agreed_at": "2026-11-23T08:45"}
    assert "stays open" in desk.ask_to_close("eleanor", reference, "unfounded", **agreed)
    assert "Noor Haddad" not in desk.press("eleanor", "case.details", reference)


def test_who_asked_steps_back(desk: Desk) -> None:
    """What somebody asked for who has nothing of the case any more is agreed to by nobody."""
    reference = allegation(desk)
    assert "Closing: asked for" in desk.press("dina", "case.show", reference)
    desk.press("eleanor", "case.recuse_yes", reference)
    assert "Closing: asked for" not in desk.press("dina", "case.show", reference)
    desk.press("dina", "case.acknowledge", reference)
    assert "No closing of" in desk.agree("dina", reference)


def test_who_asked_loses_the_role(desk: Desk) -> None:
    """What somebody asked for who may close the case no more is agreed to by nobody."""
    reference = desk.report("ana", kind="concern", concern_now="told").reference
    desk.press("dina", "case.acknowledge", reference)
    desk.ask_to_close("lucy", reference, "child_not_at_risk")
    agreed_by_two(desk, "take", person="lucy", role="deputy_dsl", school="northgate")
    assert "No closing of" in desk.agree("eleanor", reference)
    assert not is_closed(desk, "dina", reference)


def test_the_cover_of_the_second_agrees(desk: Desk) -> None:
    """Who stands in for the second has the case by that, and may agree."""
    reference = allegation(desk)
    absent(desk, "dina", "omar")
    desk.work(20)
    assert "Omar" in desk.press("eleanor", "case.details", reference)
    assert "is closed" in desk.agree("omar", reference)


def test_who_stands_in_for_the_closer_is_no_second(desk: Desk) -> None:
    """Who has the case in the place of the one who asked does not agree with themselves; others still may."""
    reference = allegation(desk)
    absent(desk, "eleanor", "tom")
    desk.work(20)
    assert "[Agree" not in desk.press("tom", "case.details", reference)
    assert "stand in for the person who asked" in desk.agree("tom", reference)
    assert not is_closed(desk, "dina", reference)
    assert "is closed" in desk.agree("dina", reference)


def test_the_second_and_their_cover_are_away(desk: Desk) -> None:
    """With nobody there who may agree, the form asks who outside does; nobody is brought in."""
    reference = allegation(desk)
    absent(desk, "dina", "eleanor")
    desk.work(20)
    said = desk.press("eleanor", "case.close", reference)
    assert "Who outside agrees to the closing?" in said


def absent(desk: Desk, person: str, cover: str) -> None:
    """From now on for a week, as two people agree in the chat."""
    agreed_by_two(desk, "absent", person=person, to=cover, start="2026-11-23T08:00", end="2026-11-30T09:00")


@pytest.mark.parametrize("found", [{"child": "yes"}, {"child": "unsure"}, {"nature": "allegation"}])
def test_an_assessment_makes_a_case_one_for_two(desk: Desk, found: dict[str, str]) -> None:
    """What was once assessed as a risk or an allegation takes two people, whatever is assessed afterwards."""
    reference = desk.report("ana", kind="staff_abuse").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("grace", "case.assess", reference, **{**ASSESSED, **found})
    said = desk.ask_to_close("farid", reference, "no_action")
    assert "Choose an outcome from the list." in said
    outcome = "unfounded" if "nature" in found else "child_not_at_risk"
    assert "stays open until a second" in desk.close_case("farid", reference, outcome=outcome)


def test_a_low_level_concern_has_outcomes_of_its_own(desk: Desk) -> None:
    """It is assessed by who closes it, and by one person."""
    reference = desk.report("ana", kind="colleague", child_risk="unease").reference
    desk.press("dina", "case.acknowledge", reference)
    assert "first assessment" in desk.close_case("dina", reference, outcome="low_level_kept")
    desk.fill("dina", "case.assess", reference, **{**ASSESSED, "nature": "low_level"})
    assert "Choose an outcome" in desk.close_case("dina", reference, outcome="no_action")
    assert "is closed" in desk.close_case("dina", reference, outcome="low_level_kept")


@pytest.mark.parametrize("user", ["farid", "grace"])
def test_what_was_added_is_read_before_the_closing(desk: Desk, user: str) -> None:
    """Details that were opened before the reporter wrote last have to be opened again."""
    reference = desk.report("ana", kind="staff_abuse").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.press(user, "case.details", reference)
    desk.fill("ana", "report.add", reference, text="There is more.")
    said = desk.fill(user, "case.close", reference, outcome="removed", reason=REASON, **CLOSING)
    assert "Open the details" in said
    assert "is closed" in desk.close_case(user, reference, outcome="removed")


def test_a_form_of_the_version_before_comes_back(desk: Desk) -> None:
    """A button or a form that was posted before the rules leads to what is to be done, or to the form."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.press("eleanor", "case.acknowledge", reference)
    old = {"outcome": ("no_action",), "reason": ("I know her, a good teacher.",), "agencies": ("not needed",)}
    for content in (Submitted("case.close", reference, old), Submitted("case.close", reference, {})):
        [reply] = desk.send("eleanor", content)
        assert reply.summary == f"Before you close {reference}:"
    desk.ask_to_close("eleanor", reference, "no_action")
    assert "Choose an outcome" in desk.fill(
        "eleanor", "case.close", reference, outcome="no_action", reason=REASON
    )
    assert "'outcome'" in desk.press("eleanor", "case.close", reference)
    assert not is_closed(desk, "eleanor", reference)


@pytest.mark.parametrize("outcome", ["no_action", "answered", "action_taken"])
def test_a_case_that_an_older_version_closed_keeps_its_outcome(desk: Desk, outcome: str) -> None:
    """Its reporter is told nothing that was not so; opened again, it is closed by the rules of now."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.press("eleanor", "case.acknowledge", reference)
    with desk.product.database.transaction() as tx:
        tx.exec_driver_sql(f"UPDATE reports SET stage = 'closed', outcome = '{outcome}'")
    assert "looked into" not in status(desk, "ana", reference)
    assert "Status: Closed" in desk.press("dina", "case.show", reference)
    desk.fill("dina", "case.reopen", reference, reason="Nobody had opened it, it seems.")
    assert "Make the first assessment yourself" in desk.close_case("dina", reference, outcome=outcome)


def test_opened_again_it_is_assessed_again(desk: Desk) -> None:
    """An assessment and a look of before do not close what was opened again."""
    reference = allegation(desk)
    desk.agree("dina", reference)
    desk.fill("eleanor", "case.reopen", reference, reason="A second pupil has come forward.")
    said = desk.press("eleanor", "case.close", reference)
    assert "Open the details" in said
    assert "Make the first assessment yourself" in said


def test_the_holder_takes_nothing_over(desk: Desk) -> None:
    """ "Take it over" is not offered to the holder, who is told so where an old card offers it."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    assert "[Take it over]" not in desk.press("farid", "case.show", reference)
    assert "[Take it over]" in desk.press("grace", "case.show", reference)
    assert "You hold" in desk.press("farid", "case.take", reference)


def test_a_question_that_tells_of_a_child_is_no_mere_question(desk: Desk) -> None:
    """Assessed as a child at risk it takes two, and its asker is still answered."""
    reference = desk.report(
        "ana", kind="question", question_text="Whom do I tell that he is alone?"
    ).reference
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.assess", reference, **{**ASSESSED, "child": "yes"})
    assert "Make the first" in desk.close_case("dina", reference, answer="Me.", outcome="child_supported")
    said = desk.ask_to_close("farid", reference, "child_supported", answer="Phone the DSL, please.")
    assert "stays open until a second" in said


def test_what_was_decided_of_a_task_stays_decided(desk: Desk) -> None:
    """Opened again, a task that was left at the closing is not open any more."""
    reference = desk.report("ana", kind="staff_abuse").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.task", reference, task="Phone", person="grace", due="2026-11-24T12:00")
    assert "Choose one of the answers." in desk.close_case("farid", reference, outcome="removed")
    done = desk.close_case("farid", reference, outcome="removed", task_1="moved", tasks_why="The office.")
    assert "is closed" in done
    desk.fill("farid", "case.reopen", reference, reason="It has begun again this morning.")
    assert "Open tasks: 1" not in desk.press("farid", "case.show", reference)


@pytest.mark.parametrize(
    ("told", "instead", "fault"),
    [
        ("code: unfounded", "code: groundless", "an allegation has the outcomes"),
        ("for: [question]", "for: [other]", "nothing is offered for question"),
        ("for: [allegation]", "for: [allegations]", "allegation"),
        ("needs: referral", "needs: referal", "needs"),
    ],
)
def test_outcomes_are_checked_on_start(tmp_path: Path, told: str, instead: str, fault: str) -> None:
    """A finding that is none of the five, a kind without an outcome, a slip of the pen: the start says so."""
    shutil.copy(KB / "outcomes.yml", tmp_path)
    path = tmp_path / "outcomes.yml"
    text = path.read_text(encoding="utf-8")
    assert told in text
    path.write_text(text.replace(told, instead), encoding="utf-8")
    with pytest.raises(DataFaults) as raised:
        load(path, Outcomes)
    assert fault in "\n".join(str(item) for item in raised.value.faults)


def test_nobody_is_said_to_contact_a_reporter_whom_they_do_not_know() -> None:
    """That somebody may contact a reporter is said of those alone who are known: others read it too."""
    told = [
        item.reporter for item in load(KB / "outcomes.yml", Outcomes).outcomes if "contact" in item.reporter
    ]
    assert told
    assert all("If they know who you are" in text for text in told)


def test_looked_into_is_said_only_where_it_was() -> None:
    """No text to a reporter says so of a case that can be closed without an assessment."""
    outcomes = load(KB / "outcomes.yml", Outcomes).outcomes
    claims = [item for item in outcomes if "looked into" in item.reporter or "investigated" in item.reporter]
    assert claims
    assert not [item.code for item in claims if {"other", "question"} & set(item.kinds)]


def test_the_form_says_that_it_takes_two(desk: Desk) -> None:
    """Before anything is typed it is said who may agree; of a case that one closes nothing of it is said."""
    reference = allegation(desk)
    form = desk.press("eleanor", "case.close", reference)
    assert "It takes two" in form
    assert "Dina Clarke" in form
    other = desk.report("ana").reference
    desk.press("farid", "case.acknowledge", other)
    desk.press("farid", "case.details", other)
    assert "takes two" not in desk.press("farid", "case.close", other)


def test_the_history_ends_each_sentence_once(desk: Desk) -> None:
    """What people wrote with a full stop gets no second one in the history."""
    shown = desk.press("dina", "case.details", allegation(desk))
    assert REASON.endswith(".")
    assert REASON in shown
    assert ".." not in shown
