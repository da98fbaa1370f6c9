"""What a reporter is told is true at that moment: when somebody looks, who has it, what was answered."""

from datetime import UTC, datetime

import pytest

from bot.delivery.sender import PassingFault, PermanentFault
from bot.domain.turns import Incoming, Pressed, Said, Sender
from tests.people.test_roster import agree
from tests.support.desk import Desk, text_of

NOBODY = "has not reached anybody yet"
SUNDAY = datetime(2026, 11, 29, 4, 2, tzinfo=UTC)
BOXING_DAY = datetime(2026, 12, 28, 10, 0, tzinfo=UTC)


def status(desk: Desk, user: str = "ana") -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said("status")))


@pytest.mark.parametrize(
    ("at", "when"),
    [(SUNDAY, "30 Nov 2026, 08:30"), (BOXING_DAY, "4 Jan 2027, 08:30")],
    ids=["a night", "a holiday"],
)
def test_outside_working_hours_the_status_says_who_looks_when(desk: Desk, at: datetime, when: str) -> None:
    """On a Sunday night or a holiday: when somebody is next expected to look, and the numbers until then."""
    desk.now = at
    reference = desk.report("ana", kind="colleague").reference
    desk.work(rounds=10)
    text = status(desk)
    assert f"nobody is expected to look at it before {when}" in text
    assert "999" in text
    desk.press("farid", "case.acknowledge", reference)
    assert "nobody is expected" not in status(desk)


def test_an_urgent_report_was_told_at_once_whatever_the_hour(desk: Desk) -> None:
    """Its status says so as its receipt did: perhaps nobody looks, so that they phone now."""
    desk.now = SUNDAY
    desk.report("ana", kind="concern")
    desk.work(rounds=10)
    text = status(desk)
    assert "told at once, at this hour too" in text
    assert "perhaps nobody looks before 30 Nov 2026, 08:30" in text
    assert "nobody is expected" not in text


def test_in_working_hours_the_status_says_nothing_of_it(desk: Desk) -> None:
    """On a Monday morning nobody is told to wait for another day."""
    desk.report("ana", kind="colleague")
    desk.work(rounds=10)
    assert "nobody is expected" not in status(desk)


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("report.add", {"text": "It goes on."}),
        ("report.correct", {"text": "It was on Tuesday."}),
        ("report.answer", {"text": "Nobody else saw it."}),
        ("report.since", {"answer": "yes", "text": "It goes on."}),
        ("report.move", {"to": "eht", "code": ""}),
    ],
    ids=["added", "corrected", "answered", "asked again", "moved"],
)
def test_who_writes_again_out_of_hours_reads_who_looks_when(
    desk: Desk, action: str, fields: dict[str, str]
) -> None:
    """What a reporter writes or does on a holiday, of a held case too: when it is read, and the numbers."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.ask", reference, question="Did anybody else see it?")
    desk.now = BOXING_DAY
    told = desk.fill("ana", action, reference, **fields)
    assert "nobody is expected to look at it before 4 Jan 2027, 08:30" in told
    assert "Children's social care" in told
    desk.now = datetime(2027, 1, 4, 10, 0, tzinfo=UTC)
    assert "nobody is expected" not in desk.fill("ana", action, reference, **fields)


def test_nobody_is_to_be_waited_for_where_a_case_is_closed(desk: Desk) -> None:
    """What is added on a holiday to a closed case says that it is closed, and names no time."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case("farid", reference, outcome="advice_given")
    desk.now = BOXING_DAY
    assert "nobody is expected" not in desk.fill("ana", "report.add", reference, text="It goes on.")


def test_who_has_been_reached_is_looked_at_when_it_is_sent(desk: Desk) -> None:
    """The channel is gone for good and the members have the card then: no word that nobody has it."""
    desk.report("ana", kind="colleague")
    desk.notebook.refuses["flt"] = PermanentFault("is_archived")
    for _ in range(10):
        desk.work(rounds=3)
        desk.later(seconds=10)
    assert [text for text in desk.notebook.texts("farid") if "Held by" in text]
    assert not [text for text in desk.notebook.texts("ana") if NOBODY in text]


def test_where_nobody_was_reached_it_is_said(desk: Desk) -> None:
    """With every way shut for good the reporter soon reads that nobody has it, and whom to phone."""
    desk.report("ana", kind="colleague")
    people = desk.product.context.world.federation.roster.people
    desk.notebook.refuses = dict.fromkeys(("flt", *people), PermanentFault("account_inactive"))
    for _ in range(3):
        desk.work(rounds=5)
        desk.later(seconds=6)
    (text,) = (text for text in desk.notebook.texts("ana") if NOBODY in text)
    assert "999" in text


def test_what_is_tried_again_and_again_is_no_reason_to_wait(desk: Desk) -> None:
    """Cards that were tried and failed reach nobody: after the target the reporter is told, once."""
    desk.report("ana", kind="colleague")
    people = desk.product.context.world.federation.roster.people
    desk.notebook.refuses = dict.fromkeys(("flt", *people), PassingFault("no connection"))
    for _ in range(20):
        desk.work(rounds=5)
        desk.later(seconds=30)
    assert len([text for text in desk.notebook.texts("ana") if NOBODY in text]) == 1


def test_a_wish_for_support_is_a_task_of_who_holds_it(desk: Desk) -> None:
    """It stands on the card; the holder has a task, which goes with the case and is reminded."""
    reference = desk.report("ana", kind="abuse", category="offensive", support="yes").reference
    desk.work(rounds=10)
    assert "Support wanted: Yes\n" in desk.notebook.texts("flt")[0]
    desk.press("farid", "case.acknowledge", reference)
    details = desk.press("farid", "case.details", reference)
    task = "Get in touch with the reporter, who would like support"
    assert task in details
    assert "Farid Anwar, by 24 Nov 2026, 16:30" in details
    desk.fill("farid", "case.assign", reference, person="tom")
    assert "Tom Pritchard, by 24 Nov 2026, 16:30" in desk.press("tom", "case.details", reference)
    desk.now = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
    desk.work(rounds=10)
    assert [text for text in desk.notebook.texts("tom") if "a task for Tom Pritchard was due" in text]
    assert desk.press("grace", "case.details", reference).count(task) == 2


WHY = "One of the leadership team is named in the post."


@pytest.mark.parametrize("taken", [True, False])
def test_a_wish_for_support_goes_with_a_case_that_is_restricted(desk: Desk, taken: bool) -> None:
    """Whether somebody had taken it or not: the person who holds it from then on has the one task."""
    reference = desk.report("ana", kind="abuse", category="offensive", support="yes").reference
    desk.work(rounds=10)
    if taken:
        desk.press("farid", "case.acknowledge", reference)
    desk.fill("eleanor", "case.restrict", reference, why=WHY)
    details = desk.press("eleanor", "case.details", reference)
    assert details.count("[Done: Get in touch with the reporter") == 1
    assert "(Eleanor Marsh, by 24 Nov 2026, 16:30)" in details


def test_a_wish_for_support_is_one_task_though_its_holder_steps_back(desk: Desk) -> None:
    """Given back by its holder, the case brings the next one the same task, and no second."""
    reference = desk.report("ana", kind="abuse", category="offensive", support="yes").reference
    desk.work(rounds=10)
    desk.press("farid", "case.acknowledge", reference)
    desk.press("farid", "case.recuse_yes", reference)
    desk.press("tom", "case.acknowledge", reference)
    details = desk.press("tom", "case.details", reference)
    assert details.count("[Done: Get in touch with the reporter") == 1
    assert "(Tom Pritchard, by 24 Nov 2026, 16:30)" in details


@pytest.mark.parametrize("support", ["no", ""])
def test_without_the_wish_there_is_no_task(desk: Desk, support: str) -> None:
    """Who wants no support, or was not asked, makes nobody a task."""
    slots = {"support": support} if support else {}
    reference = desk.report("ana", None, kind="abuse", category="offensive", **slots).reference
    desk.press("farid", "case.acknowledge", reference)
    assert "Get in touch with the reporter" not in desk.press("farid", "case.details", reference)


BADLY = "its reporter says that it was handled badly"


def told_badly(desk: Desk) -> list[str]:
    return sorted(
        name for name in desk.notebook.seen if any(BADLY in text for text in desk.notebook.texts(name))
    )


def test_handled_badly_goes_to_the_headteacher(desk: Desk) -> None:
    """One press, once; the Executive Headteacher can look, and who handled it sees nothing of it anywhere."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    assert "This was handled badly" in desk.press("ana", "report.more", reference)
    assert "Executive Headteacher" in desk.press("ana", "report.badly", reference)
    assert "Nothing more has changed" in desk.press("ana", "report.badly", reference)
    desk.work(rounds=10)
    assert told_badly(desk) == ["eleanor"]
    assert "handled badly" in desk.press("eleanor", "case.details", reference)
    for user in ("farid", "grace"):
        seen = desk.press(user, "case.details", reference) + desk.press(user, "case.show", reference)
        assert "handled badly" not in seen
    assert "handled badly" not in " ".join(desk.notebook.texts("flt"))


def test_where_the_headteacher_handled_it_the_chair_hears_it(desk: Desk) -> None:
    """The chair may open it from then on; the headteacher sees it neither in the history nor in the audit."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("eleanor", "case.acknowledge", reference)
    assert "no case with that reference" in desk.press("maya", "case.show", reference)
    assert "Chair of governors" in desk.press("ana", "report.badly", reference)
    desk.work(rounds=10)
    assert told_badly(desk) == ["maya"]
    assert "Maya" not in desk.press("eleanor", "case.show", reference)
    assert "handled badly" in desk.press("maya", "case.details", reference)
    assert "handled badly" not in desk.press("eleanor", "case.details", reference)
    for user, shown in (("eleanor", False), ("maya", True)):
        audit = "\n".join(text_of(reply) for reply in desk.send(user, Said(f"audit {reference}")))
        assert ("handled badly" in audit) == shown


def test_nobody_is_named_by_what_a_complaint_brought_to_them(desk: Desk) -> None:
    """No form of the person complained of offers who heard it; once they have looked themselves, it may."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.press("eleanor", "case.acknowledge", reference)
    desk.press("eleanor", "case.details", reference)
    desk.press("ana", "report.badly", reference)
    desk.fill(
        "eleanor", "case.assess", reference, category="colleague", child="no", crime="no", nature="neither"
    )
    desk.fill(
        "eleanor", "case.advice", reference, adviser="lado", who="J", at="2026-11-23T08:30", advice="Go on"
    )
    forms = ("case.assign", "case.task", "case.close")
    assert "Reason" in desk.press("eleanor", "case.close", reference)
    assert [form for form in forms if "Maya" in desk.press("eleanor", form, reference)] == []
    assert "Maya" in desk.press("maya", "case.assign", reference)
    desk.press("maya", "case.details", reference)
    assert [form for form in forms if "Maya" in desk.press("eleanor", form, reference)] == list(forms)


def test_who_heard_it_and_stepped_back_leaves_room_for_the_next(desk: Desk) -> None:
    """Said again when the headteacher has stepped back, or worked on the case, it goes to the chair, once."""
    for act in ("case.recuse_yes", "case.note"):
        reference = desk.report("ana", kind="colleague").reference
        desk.press("farid", "case.acknowledge", reference)
        assert "Executive Headteacher" in desk.press("ana", "report.badly", reference)
        desk.work(rounds=10)
        if act == "case.note":
            desk.fill("eleanor", act, reference, note="I shall speak to Farid.")
        else:
            desk.press("eleanor", act, reference)
        assert "Chair of governors" in desk.press("ana", "report.badly", reference)
        assert "Nothing more has changed" in desk.press("ana", "report.badly", reference)
        desk.work(rounds=10)
        assert [text for text in desk.notebook.texts("maya") if BADLY in text and reference in text]
        assert "handled badly" in desk.press("maya", "case.details", reference)


def test_once_the_chair_has_had_a_part_too_it_shows_who_is_outside(desk: Desk) -> None:
    """Both who heard it have worked on the case since: said again, nobody is told, and Protect is shown."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    for person in ("eleanor", "maya"):
        desk.press("ana", "report.badly", reference)
        desk.work(rounds=10)
        desk.fill(person, "case.note", reference, note="I shall speak to them.")
    assert "Protect" in desk.press("ana", "report.badly", reference)


def test_a_cover_who_handled_it_is_not_told(desk: Desk) -> None:
    """With the headteacher away and covered by anybody who handled it, only the headteacher is told."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    agree(desk, "absent", person="eleanor", to="farid", start="2026-11-23T08:00", end="2026-12-25T09:00")
    desk.press("ana", "report.badly", reference)
    desk.work(rounds=10)
    assert told_badly(desk) == ["eleanor"]


def test_with_nobody_safe_left_it_shows_who_is_outside(desk: Desk) -> None:
    """The chair alone has a case of the headteacher: nobody inside is told, outside contacts are shown."""
    reference = desk.report("ana", kind="colleague", conflict="eht").reference
    desk.press("maya", "case.acknowledge", reference)
    answer = desk.press("ana", "report.badly", reference)
    assert "told nobody" in answer
    assert "Protect" in answer
    desk.work(rounds=10)
    assert told_badly(desk) == []


def test_an_anonymous_reporter_gives_the_code(desk: Desk) -> None:
    """Without a name the receipt code is asked for; a wrong one tells nobody."""
    reference = desk.report("ana", kind="colleague", mode="anonymous").reference
    assert "Form(" in desk.press("ana", "report.badly", reference)
    assert "Form(" in desk.fill("ana", "report.badly", reference, code="WRONG-1234-CODE")
    desk.work(rounds=10)
    assert told_badly(desk) == []


QUESTION = "May I post the hockey results?"


def test_an_answer_is_read_behind_a_button(desk: Desk) -> None:
    """The message holds neither question nor answer; the button shows both, to their asker alone."""
    reference = desk.report("ana", kind="question", question_text=QUESTION).reference
    desk.press("farid", "case.acknowledge", reference)
    desk.press("farid", "case.details", reference)
    desk.fill("farid", "case.close", reference, answer="Yes, without names.")
    desk.work(rounds=10)
    (told,) = (text for text in desk.notebook.texts("ana") if "[Read the answer]" in text)
    assert QUESTION not in told
    assert "without names" not in told
    incoming = Incoming("e1", Sender("playground", "ana"), Pressed("report.read", reference))
    (shown,) = desk.product.assistant.handle(incoming, desk.now)
    assert QUESTION in text_of(shown)
    assert "Yes, without names." in text_of(shown)
    assert shown.ephemeral
    assert QUESTION not in desk.press("joe", "report.read", reference)
