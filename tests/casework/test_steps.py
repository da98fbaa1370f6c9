import pytest

from bot.app import new_tokens
from bot.domain.messages import Buttons
from bot.domain.turns import Pressed, Said
from tests.support.desk import CLOSING, Desk, text_of

WHY = "A member of the leadership team is named in it."
ADVICE = {"adviser": "lado", "who": "J. Quill, LA-77", "at": "2026-11-23T08:30", "advice": "Go on, with HR."}
LATE = "Nobody has acknowledged it in the time"
ASSESSED = {"category": "colleague", "child": "no", "crime": "no", "nature": "neither"}


def colleague(desk: Desk, **slots: str) -> str:
    reference = desk.report("ana", None, kind="colleague", **slots).reference
    desk.work(20)
    return reference


def assess(desk: Desk, user: str, reference: str, **answers: str) -> str:
    return desk.fill(user, "case.assess", reference, **{**ASSESSED, **answers})


def cases(desk: Desk, user: str) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said("cases")))


def offered(desk: Desk, user: str, reference: str) -> set[str]:
    """What the card that this person asks for, and "More", offer them."""
    shown = [
        *desk.send(user, Pressed("case.show", reference)),
        *desk.send(user, Pressed("case.more", reference)),
    ]
    found = [block for message in shown for block in message.blocks if isinstance(block, Buttons)]
    return {button.action.removeprefix("case.") for block in found for button in block.items}


def test_an_assessment_is_on_the_card_as_a_state_alone(desk: Desk) -> None:
    """The card says that it was assessed, and its marks; the answers and the note stand in the details."""
    reference = colleague(desk)
    said = assess(desk, "farid", reference, crime="yes", nature="low_level", note="Zanzibar was mentioned.")
    assert "is kept with" in said
    desk.work(20)
    [card] = desk.notebook.texts("flt")
    assert "First assessment: made on" in card
    assert "POSSIBLE CRIME" in card
    assert "LOW-LEVEL CONCERN" in card
    assert "Zanzibar" not in card
    assert "Zanzibar" in desk.press("farid", "case.details", reference)
    assert "Zanzibar" not in desk.dump()


@pytest.mark.parametrize("risk", ["yes", "unsure"])
def test_an_allegation_is_not_investigated_before_advice(desk: Desk, risk: str) -> None:
    """Where a child may be at risk from an adult, investigating waits for advice on record, and says so."""
    reference = colleague(desk, child_risk=risk)
    desk.press("dina", "case.acknowledge", reference)
    for answer in (
        desk.press("dina", "case.investigate", reference),
        desk.fill("dina", "case.investigate", reference),
    ):
        assert "do not investigate before LADO advice" in answer
    assert "Investigation started" not in desk.press("dina", "case.details", reference)
    assert "is kept with" in desk.fill("dina", "case.advice", reference, **ADVICE)
    assert "Go on, with HR." in desk.press("dina", "case.investigate", reference)
    assert "you have started to investigate" in desk.fill("dina", "case.investigate", reference)
    assert "has been started already" in desk.press("dina", "case.investigate", reference)


def test_a_referral_to_the_lado_opens_it_with_its_advice_alone(desk: Desk) -> None:
    """A referral without the advice that was given opens nothing, nor does the advice of another body."""
    reference = colleague(desk, child_risk="yes")
    desk.press("dina", "case.acknowledge", reference)
    at = "2026-11-23T08:30"
    desk.fill("dina", "case.refer", reference, agency="lado", at=at)
    desk.fill("dina", "case.refer", reference, agency="police", at=at, advice="Wait for us.")
    assert "do not investigate" in desk.press("dina", "case.investigate", reference)
    desk.fill("dina", "case.refer", reference, agency="lado", at=at, advice="You may begin.")
    assert "You may begin." in desk.press("dina", "case.investigate", reference)


def test_a_lesser_assessment_lifts_no_lock(desk: Desk) -> None:
    """What was once assessed as an allegation waits for advice, and says so, whatever is assessed later."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    assess(desk, "farid", reference, nature="allegation")
    assess(desk, "farid", reference, nature="low_level")
    shown = desk.press("farid", "case.show", reference)
    for tag in ("ALLEGATION", "DO NOT INVESTIGATE BEFORE LADO ADVICE"):
        assert tag in shown
    # The milder of two marks would be the one that is read.
    assert "LOW-LEVEL CONCERN" not in shown
    assert "do not investigate" in desk.fill("farid", "case.investigate", reference)
    desk.fill("farid", "case.advice", reference, **ADVICE)
    assert "DO NOT INVESTIGATE" not in desk.press("farid", "case.show", reference)
    assert "you have started to investigate" in desk.fill("farid", "case.investigate", reference)


def test_an_assessment_as_allegation_locks_and_tells_the_safeguarding_roles(desk: Desk) -> None:
    """Assessed as an allegation, it is locked; DSL and headteacher have the card, whichever assessed it."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    said = assess(desk, "farid", reference, child="unsure", nature="allegation")
    assert "they can move it to restricted" in said
    desk.work(20)
    for user in ("dina", "eleanor"):
        assert any(reference in text and "ALLEGATION" in text for text in desk.notebook.texts(user))
    assert "do not investigate" in desk.press("farid", "case.investigate", reference)
    assert "“Move to restricted” on the card" in assess(desk, "eleanor", reference, child="yes")


def test_investigating_needs_an_acknowledgement(desk: Desk) -> None:
    """Nobody investigates what nobody holds."""
    reference = colleague(desk)
    assert "Nothing has changed" in desk.press("farid", "case.investigate", reference)


@pytest.mark.parametrize("action", ["note", "assess", "advice", "task", "urgent", "link", "hold", "restrict"])
@pytest.mark.parametrize("user", ["ana", "ivan", "susan", "nobody"])
def test_who_may_not_is_refused(desk: Desk, user: str, action: str) -> None:
    """Staff, strangers and roles without the right change nothing and learn nothing."""
    reference = colleague(desk)
    answer = desk.press(user, f"case.{action}", reference)
    assert "Nothing has changed" in answer
    assert reference not in answer


@pytest.mark.parametrize("action", ["restrict", "hold"])
def test_the_flt_neither_restricts_nor_holds(desk: Desk, action: str) -> None:
    """Restricting and legal hold are for headteacher, DSL and chair: an FLT member is told so."""
    reference = colleague(desk)
    assert "Your role does not allow this" in desk.fill("farid", f"case.{action}", reference, why=WHY)
    assert not {"restrict", "hold"} & offered(desk, "farid", reference)
    assert {"restrict", "hold"} <= offered(desk, "eleanor", reference)


def test_a_task_is_given_told_and_ticked(desk: Desk) -> None:
    """Its owner is told without a word of it; it is counted on the card, and done once."""
    reference = colleague(desk)
    fields = {"task": "Lock the account of Zanzibar", "person": "tom", "due": "2026-11-24T12:00"}
    assert "Tom Pritchard is told" in desk.fill("farid", "case.task", reference, **fields)
    desk.work(20)
    assert "there is a task for you" in desk.notebook.texts("tom")[-1]
    assert "Zanzibar" not in "".join(desk.notebook.texts("tom") + desk.notebook.texts("flt"))
    assert "Open tasks: 1" in desk.notebook.texts("flt")[0]
    assert "Lock the account of Zanzibar (Tom Pritchard" in desk.press("farid", "case.details", reference)
    assert "is done" in desk.press("tom", "case.done", f"{reference}|1")
    assert "not open any more" in desk.press("grace", "case.done", f"{reference}|1")
    desk.work(20)
    assert "Open tasks" not in desk.notebook.texts("flt")[0]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"person": "ivan"}, "Choose one of the people"),
        ({"due": "2026-11-22T12:00"}, "has passed"),
        ({"due": "soon"}, "Give a date"),
        ({"task": " "}, "fill this in"),
    ],
)
def test_a_task_that_is_not_right_comes_back(desk: Desk, fields: dict[str, str], error: str) -> None:
    """A task without words, for anybody who may not see the case, or for the past, is not taken."""
    reference = colleague(desk)
    given = {"task": "Keep the log", "person": "tom", "due": "2026-11-24T12:00", **fields}
    assert error in desk.fill("farid", "case.task", reference, **given)
    assert "Open tasks" not in desk.press("farid", "case.show", reference)


def test_overdue_tasks_and_late_cases_stand_in_the_list(desk: Desk) -> None:
    """The list begins with the asker's own, and says what is due next and what is late."""
    reference, other = colleague(desk), colleague(desk)
    assert "next step" in cases(desk, "tom")
    desk.press("farid", "case.acknowledge", reference)
    due = "2026-11-23T12:00"
    desk.fill("farid", "case.task", reference, task="Keep the log", person="tom", due=due)
    assert "open tasks: 1, next by 23 Nov 2026, 12:00" in cases(desk, "tom")
    desk.later(days=3)
    shown = cases(desk, "tom")
    assert "overdue tasks: 1, the first since 23 Nov 2026, 12:00" in shown
    assert "next by" not in shown
    assert "LATE" in shown
    assert shown.index("Yours") < shown.index(reference) < shown.index("Others") < shown.index(other)
    assert "Yours" not in cases(desk, "grace")


def test_a_case_whose_ladder_has_ended_is_late(desk: Desk) -> None:
    """Where there is no next step, and nobody has it still, the list says LATE until somebody takes it."""
    reference = colleague(desk, danger="yes")
    for _ in range(4):
        desk.later(minutes=11)
        desk.work(20)
    shown = cases(desk, "eleanor")
    assert "LATE" in shown
    assert "next step" not in shown
    desk.press("eleanor", "case.acknowledge", reference)
    assert "LATE" not in cases(desk, "eleanor")


def own_status(desk: Desk) -> str:
    return "".join(text_of(message) for message in desk.send("ana", Said("status")))


@pytest.mark.parametrize("taken", ["acknowledged", "restricted"])
def test_a_case_that_was_given_back_is_late_from_its_next_step(desk: Desk, taken: str) -> None:
    """Taken late and given back, it is LATE for nobody until the step that is counted from then has come."""
    reference = colleague(desk)
    desk.later(days=1)
    desk.work(20)
    assert "LATE" in cases(desk, "eleanor")
    assert LATE in own_status(desk)
    if taken == "acknowledged":
        desk.press("farid", "case.acknowledge", reference)
        desk.press("farid", "case.recuse_yes", reference)
    else:
        desk.fill("eleanor", "case.restrict", reference, why=WHY)
        desk.press("eleanor", "case.recuse_yes", reference)
    other = {"acknowledged": "tom", "restricted": "dina"}[taken]
    shown = cases(desk, other)
    assert reference in shown
    assert "LATE" not in shown
    assert "next step" in shown
    assert LATE not in own_status(desk)
    desk.later(days=2)
    desk.work(20)
    assert "LATE" in cases(desk, other)
    assert LATE in own_status(desk)


def test_the_list_counts_only_what_the_asker_may_see(desk: Desk) -> None:
    """A restricted case is counted for DSL and headteacher, and for nobody on the FLT."""
    colleague(desk)
    hidden = colleague(desk, child_risk="yes")
    assert "1 open case\n" in cases(desk, "farid")
    assert "2 open cases" in cases(desk, "eleanor")
    assert hidden not in cases(desk, "farid")


def test_urgency_is_raised_from_now_and_lowered(desk: Desk) -> None:
    """Raised, the ladder runs by the urgent targets from now, and those who have it are told."""
    reference = colleague(desk)
    assert "is urgent now" in desk.fill("farid", "case.urgent", reference, why=WHY)
    desk.work(20)
    assert any(f"{reference} is urgent now" in text for text in desk.notebook.texts("flt"))
    assert "Next step if nobody acknowledges: 23 Nov 2026, 09:10" in desk.notebook.texts("flt")[0]
    assert "is urgent already" in desk.fill("grace", "case.urgent", reference, why=WHY)
    assert "at least 20" in desk.fill("grace", "case.calm", reference, why="No.")
    assert "not urgent any more" in desk.fill("grace", "case.calm", reference, why=WHY)
    assert "09:10" not in desk.press("farid", "case.show", reference)


def test_two_open_cases_are_linked_on_both_cards(desk: Desk) -> None:
    """Each card names the other; a second link, itself and an unknown reference are refused."""
    first, second = colleague(desk), colleague(desk)
    assert "are linked" in desk.fill("farid", "case.link", first, reference=second.lower())
    desk.work(20)
    assert f"Linked to: {second}" in desk.press("farid", "case.show", first)
    assert f"Linked to: {first}" in desk.press("farid", "case.show", second)
    assert "linked already" in desk.fill("grace", "case.link", second, reference=first)
    for wrong in (first, "FED-ZZZZ"):
        assert "no case with that reference" in desk.fill("farid", "case.link", first, reference=wrong)


def test_a_restricted_case_is_never_named_on_an_open_one(desk: Desk) -> None:
    """Linked by the headteacher, the restricted case tells of the open one, and the open one of nothing."""
    seen, hidden = colleague(desk), colleague(desk, child_risk="yes")
    assert "no case with that reference" in desk.fill("farid", "case.link", seen, reference=hidden)
    assert "are linked" in desk.fill("eleanor", "case.link", seen, reference=hidden)
    desk.work(20)
    for user in ("farid", "eleanor"):
        for action in ("case.show", "case.details"):
            assert hidden not in desk.press(user, action, seen)
    assert "Linked" not in desk.press("farid", "case.details", seen)
    assert seen in desk.press("eleanor", "case.details", hidden)
    assert hidden not in "".join(desk.notebook.texts("flt"))


def test_a_duplicate_is_closed_once_it_is_linked(desk: Desk) -> None:
    """Closing as the same as another report needs the link to that report."""
    first, second = colleague(desk), colleague(desk)
    desk.press("farid", "case.acknowledge", second)
    fields = {"outcome": "duplicate", "reason": "The same matter, told by another.", **CLOSING}
    assert "Link the other case first" in desk.close_case("farid", second, **fields)
    desk.fill("farid", "case.link", second, reference=first)
    assert "is closed" in desk.close_case("farid", second, **fields)


def test_legal_hold_is_set_and_lifted_with_a_reason(desk: Desk) -> None:
    """It shows in the details alone, and neither is done twice."""
    reference = colleague(desk)
    assert "under legal hold" in desk.fill("eleanor", "case.hold", reference, why=WHY)
    assert "already" in desk.fill("eleanor", "case.hold", reference, why=WHY)
    assert "LEGAL HOLD" in desk.press("farid", "case.details", reference)
    assert "LEGAL HOLD" not in desk.press("farid", "case.show", reference)
    assert "no longer" in desk.fill("eleanor", "case.release", reference, why=WHY)
    assert "not under legal hold" in desk.fill("eleanor", "case.release", reference, why=WHY)


@pytest.mark.parametrize("action", ["assess", "advice", "investigate", "task", "urgent", "link", "recuse"])
def test_on_a_closed_case_none_of_it_is_done(desk: Desk, action: str) -> None:
    """The work on a case ends with it, until it is opened again."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case("farid", reference, outcome="no_action", reason=WHY, **CLOSING)
    pressed = "recuse_yes" if action == "recuse" else action
    assert "is closed. Nothing has changed" in desk.press("farid", f"case.{pressed}", reference)
    assert action not in offered(desk, "farid", reference)


def test_closing_asks_for_what_this_case_demands_and_no_more(desk: Desk) -> None:
    """Why nobody was told falls away with a referral; what became of it is asked where there is a picture."""
    picture, other = desk.report(nudity="no", origin="me").reference, colleague(desk)
    for user, reference in (("beth", picture), ("farid", other)):
        desk.press(user, "case.acknowledge", reference)
        desk.press(user, "case.details", reference)
    asked = desk.press("beth", "case.close", picture)
    assert "'evidence'" in asked
    assert "'agencies'" in asked
    assert "'evidence'" not in desk.press("farid", "case.close", other)
    pictured = desk.report(kind="staff_abuse", shows_child="unsure").reference
    for action in ("case.acknowledge", "case.details"):
        desk.press("dina", action, pictured)
    desk.fill("dina", "case.assess", pictured, **{**ASSESSED, "child": "unsure"})
    desk.fill("dina", "case.advice", pictured, **ADVICE)
    assert "'evidence'" in desk.press("dina", "case.close", pictured)
    desk.fill("farid", "case.refer", other, agency="police", at="2026-11-23T08:30")
    assert "'agencies'" not in desk.press("farid", "case.close", other)
    wanted = {"outcome": "no_action", "reason": WHY}
    assert "fill this in" in desk.fill("beth", "case.close", picture, **wanted, evidence="deleted")
    assert "Choose one" in desk.fill("beth", "case.close", picture, **wanted, agencies="No need.")
    more = {"record": "CPOMS 41", "lessons": "tom", "gap": "yes"}
    assert "is closed" in desk.close_case("farid", other, **wanted, **more)
    shown = desk.press("farid", "case.details", other)
    assert (
        "System of record: CPOMS 41. Lessons with: Tom Pritchard. The policy lacked an answer: Yes" in shown
    )


def test_a_referral_is_logged_before_it_is_the_outcome(desk: Desk) -> None:
    """The reporter is told that another body has it, so it must be on record."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    said = desk.close_case("farid", reference, outcome="referred", reason=WHY, **CLOSING)
    assert "Log the referral first" in said


@pytest.mark.parametrize("mode", ["named", "confidential", "anonymous"])
def test_nothing_of_the_work_reaches_the_reporter(desk: Desk, mode: str) -> None:
    """Notes, assessment, advice, tasks and reasons are in no message to the reporter, and in no view."""
    reference = colleague(desk, mode=mode)
    secret = "Zanzibar and nothing else but Zanzibar"
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.note", reference, note=secret)
    assess(desk, "farid", reference, nature="low_level", note=secret)
    desk.fill("farid", "case.advice", reference, **{**ADVICE, "advice": secret, "who": secret})
    desk.fill("farid", "case.investigate", reference, note=secret)
    task = {"task": secret, "person": "tom", "due": "2026-11-24T12:00"}
    desk.fill("farid", "case.task", reference, **task)
    desk.fill("farid", "case.urgent", reference, why=secret)
    desk.fill("eleanor", "case.hold", reference, why=secret)
    desk.close_case("farid", reference, outcome="no_action", reason=secret, **CLOSING)
    desk.work(30)
    views = [desk.press("ana", "report.read", reference), desk.press("ana", "status.show")]
    views += [text_of(reply) for reply in desk.send("ana", Said("status"))]
    views += [text_of(reply) for reply in desk.send("ana", Said(f"status {reference}"))]
    for text in [*views, *desk.notebook.texts("ana")]:
        assert "Zanzibar" not in text
        assert "LEGAL HOLD" not in text
        assert "nvestigat" not in text
        assert "LOW-LEVEL" not in text


def test_nothing_of_the_work_is_read_with_a_receipt_code(desk: Desk) -> None:
    """Reference and code open where the report stands, and the question alone of all that was written."""
    tokens = new_tokens()
    reference = desk.report("ana", tokens, kind="colleague", mode="anonymous").reference
    secret = "Zanzibar and nothing else but Zanzibar"
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.note", reference, note=secret)
    assess(desk, "farid", reference, nature="low_level", note=secret)
    desk.fill("farid", "case.ask", reference, question="Is it still there?")
    opened = desk.fill("joe", "status.show", "", reference=reference, code=tokens.code)
    assert "Is it still there?" in opened
    assert "Zanzibar" not in opened
    desk.fill("joe", "report.answer", reference, text="Yes, since Monday.", code=tokens.code)
    assert "Yes, since Monday." in desk.press("farid", "case.details", reference)
    assert "Asked, not answered yet" not in desk.press("farid", "case.show", reference)


def test_the_safeguarding_lead_does_not_read_that_all_of_the_team_may_open_it(desk: Desk) -> None:
    """Assessing a picture by accident where a child may be at risk, the DSL reads who sees it."""
    reference = desk.report("ana").reference
    said = assess(desk, "dina", reference, child="yes")
    assert "the whole leadership team sees this case" in said
    assert "open to" not in said
