"""Questions to the reporter, and what they answer."""

import pytest

from bot.app import new_tokens
from bot.domain.messages import Form
from bot.domain.turns import Pressed, Said, Submitted
from tests.support.desk import CLOSING, Desk, text_of

ASKED = "Which day was the swimming gala?"
ANSWERED = "It was on the Thursday."
REASON = "Spoken to, and the picture is deleted."


def reported(desk: Desk) -> str:
    return desk.report("ana", kind="colleague").reference


def asked(desk: Desk, reference: str, text: str = ASKED) -> str:
    return desk.fill("farid", "case.ask", reference, question=text)


def answered(desk: Desk, user: str, reference: str, text: str = ANSWERED, code: str = "") -> str:
    return desk.fill(user, "report.answer", reference, text=text, code=code)


def looks_up(desk: Desk, user: str, reference: str, code: str) -> str:
    return desk.fill(user, "status.show", "", reference=reference, code=code)


def test_a_question_and_its_answer(desk: Desk) -> None:
    """The reporter is told that there is a question, reads and answers it; the handler reads the answer."""
    reference = reported(desk)
    desk.press("farid", "case.acknowledge", reference)
    assert "is kept with" in asked(desk, reference)
    desk.work()
    assert desk.notebook.texts("ana")[-1].startswith(f"There is a question about your report {reference}.")
    assert "[Read and answer]" in desk.notebook.texts("ana")[-1]
    assert ASKED in desk.press("ana", "report.read", reference)
    assert "Your answer is kept" in answered(desk, "ana", reference)
    desk.work()
    assert "the reporter added something" in desk.notebook.texts("farid")[-1]
    details = desk.press("farid", "case.details", reference)
    assert ASKED in details
    assert ANSWERED in details


def test_neither_stands_outside_the_report(desk: Desk) -> None:
    """No message that is sent holds a word of the question or of the answer, nor does any table."""
    reference = reported(desk)
    asked(desk, reference)
    answered(desk, "ana", reference)
    desk.work(rounds=20)
    sent = "".join(text for name in desk.notebook.seen for text in desk.notebook.texts(name))
    for words in (ASKED, ANSWERED):
        assert words not in sent
        assert words not in desk.dump()
        assert words not in desk.press("farid", "case.show", reference)


def test_what_may_stay_in_no_history_is_marked(desk: Desk) -> None:
    """The question as the reporter reads it, the details, the forms and the card that was asked for."""
    reference = reported(desk)
    asked(desk, reference)
    assert all(reply.ephemeral for reply in desk.send("ana", Pressed("report.read", reference)))
    for action in ("case.details", "case.ask", "case.refer", "case.note", "case.show"):
        assert all(reply.ephemeral for reply in desk.send("farid", Pressed(action, reference)))


@pytest.mark.parametrize("user", ["joe", "farid", "eleanor", "dina", "beth", "ivan", "maya", "nobody"])
@pytest.mark.parametrize("action", ["report.read", "report.answer"])
def test_nobody_else_reads_it_as_the_reporter(desk: Desk, user: str, action: str) -> None:
    """Only the reporter reads a question through the status, and only they answer; nobody else does."""
    reference = reported(desk)
    asked(desk, reference)
    assert ASKED not in desk.press(user, action, reference)
    assert "Nothing was stored" in answered(desk, user, reference)
    assert ANSWERED not in desk.press("farid", "case.details", reference)


@pytest.mark.parametrize("user", ["joe", "ivan", "beth", "susan", "colin", "maya"])
@pytest.mark.parametrize("action", ["ask", "refer"])
def test_who_may_not_handle_the_case_asks_and_logs_nothing(desk: Desk, user: str, action: str) -> None:
    """Anybody who may not write a note on a case can neither ask its reporter nor log a referral."""
    reference = reported(desk)
    fields = {"question": ASKED, "agency": "police", "at": "2026-11-23T08:00"}
    assert "Nothing has changed" in desk.press(user, f"case.{action}", reference)
    assert "Nothing has changed" in desk.fill(user, f"case.{action}", reference, **fields)
    details = desk.press("farid", "case.details", reference)
    assert ASKED not in details
    assert "Referred to" not in details


def test_an_anonymous_reporter_reads_it_with_the_code(desk: Desk) -> None:
    """Nothing is sent to an anonymous reporter; reference and code show the question and take the answer."""
    tokens = new_tokens()
    reference = desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous").reference
    assert "is anonymous and cannot be told" in asked(desk, reference)
    desk.work()
    assert "ana" not in desk.notebook.seen
    assert ASKED in looks_up(desk, "joe", reference, tokens.code)
    assert ASKED not in looks_up(desk, "joe", reference, "0000-0000-0000")
    assert "Nothing was stored" in answered(desk, "ana", reference)
    assert "Nothing was stored" in answered(desk, "ana", reference, code="0000-0000-0000")
    assert "Your answer is kept" in answered(desk, "ana", reference, code=tokens.code)
    assert ANSWERED in desk.press("farid", "case.details", reference)
    assert "'ana'" not in desk.dump()


def test_asked_twice(desk: Desk) -> None:
    """Every question is shown; one answer answers all that was asked before it."""
    reference = reported(desk)
    asked(desk, reference, "Who saw it?")
    asked(desk, reference, "Is it still there?")
    shown = desk.press("ana", "report.read", reference)
    assert "Who saw it?" in shown
    assert "Is it still there?" in shown
    assert "Asked, not answered yet" in desk.press("farid", "case.show", reference)
    answered(desk, "ana", reference)
    assert "Asked, not answered yet" not in desk.press("farid", "case.show", reference)
    desk.work(rounds=20)
    notices = [text for text in desk.notebook.texts("ana") if "There is a question" in text]
    assert len(notices) == 2


def test_answered_twice(desk: Desk) -> None:
    """A second answer is kept beside the first; nothing that a reporter writes is refused or replaced."""
    reference = reported(desk)
    asked(desk, reference)
    answered(desk, "ana", reference, "On Thursday.")
    assert "no answer to it yet" not in desk.press("ana", "report.read", reference)
    assert "Your answer is kept" in answered(desk, "ana", reference, "No, on Friday.")
    details = desk.press("farid", "case.details", reference)
    assert "On Thursday." in details
    assert "No, on Friday." in details


def test_answered_after_the_closing(desk: Desk) -> None:
    """A late answer is kept and told, and the case stays closed; the question is no longer put by itself."""
    reference = reported(desk)
    desk.press("farid", "case.acknowledge", reference)
    asked(desk, reference)
    desk.close_case("farid", reference, outcome="no_action", reason=REASON, **CLOSING)
    shown = desk.press("ana", "report.read", reference)
    assert ASKED in shown
    assert "no answer to it yet" not in shown
    desk.work(rounds=20)
    assert not [text for text in desk.notebook.texts("ana") if "There is a question" in text]
    assert "Your answer is kept" in answered(desk, "ana", reference)
    desk.work(rounds=20)
    assert "the reporter added something" in desk.notebook.texts("farid")[-1]
    assert "Status: Closed" in desk.press("farid", "case.show", reference)


def test_an_answer_that_nobody_asked_for(desk: Desk) -> None:
    """An answer to no question is kept as something that the reporter added."""
    reference = reported(desk)
    assert "What you added is kept" in answered(desk, "ana", reference)
    assert "The reporter added. " + ANSWERED in desk.press("farid", "case.details", reference)


@pytest.mark.parametrize(
    ("text", "error"), [("", "Write the question first"), ("  \n", "Write the"), ("x" * 4001, "too long")]
)
def test_a_question_that_is_not_right_comes_back(desk: Desk, text: str, error: str) -> None:
    """An empty or too long question is refused beside its field, and nobody is told anything."""
    reference = reported(desk)
    assert error in asked(desk, reference, text)
    assert "no answer to it yet" not in desk.press("ana", "report.read", reference)


@pytest.mark.parametrize(
    ("text", "error"), [("", "Please fill this in"), ("x" * 4001, "4,001"), ("pw: Hunter2hunter", "password")]
)
def test_an_answer_that_is_not_right_comes_back(desk: Desk, text: str, error: str) -> None:
    """An answer that is empty, too long or holds a password is shown again with why; nothing is stored."""
    reference = reported(desk)
    asked(desk, reference)
    replies = desk.send("ana", Submitted("report.answer", reference, {"text": (text,)}))
    assert error in text_of(replies[0])
    forms = [block for block in replies[0].blocks if isinstance(block, Form)]
    assert forms[0].fields[0].value == ((text,) if text else ("",))
    assert "no answer to it yet" in desk.press("ana", "report.read", reference)


def test_the_same_event_asks_and_answers_once(desk: Desk) -> None:
    """A question or an answer that is delivered twice is kept and told once."""
    reference = reported(desk)
    for _ in range(2):
        desk.send("farid", Submitted("case.ask", reference, {"question": (ASKED,)}), "EVENT-1")
        desk.send("ana", Submitted("report.answer", reference, {"text": (ANSWERED,)}), "EVENT-2")
    details = desk.press("farid", "case.details", reference)
    assert details.count(ASKED) == details.count(ANSWERED) == 1
    desk.work(rounds=20)
    assert len([text for text in desk.notebook.texts("ana") if "There is a question" in text]) == 1


def test_ones_own_list_leads_to_the_question(desk: Desk) -> None:
    """“Status” says at which report there is a question, and opens it; it holds no word of it."""
    reference, other = reported(desk), reported(desk)
    asked(desk, reference)
    shown = "\n".join(text_of(reply) for reply in desk.send("ana", Said("status")))
    assert shown.count("[Read and answer]") == 1
    assert other in shown
    assert ASKED not in shown


def test_a_closed_case_asks_nobody(desk: Desk) -> None:
    """No question is put and no referral logged on a closed case: it is opened again first."""
    reference = reported(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case("farid", reference, outcome="no_action", reason=REASON, **CLOSING)
    for action in ("case.ask", "case.refer"):
        assert "is closed. Nothing has changed" in desk.press("farid", action, reference)


@pytest.mark.parametrize(
    ("slots", "handler"),
    [
        ({"kind": "colleague"}, "farid"),
        ({"kind": "image"}, "beth"),
        ({"kind": "image", "nudity": "yes"}, "dina"),
        ({"kind": "colleague", "conflict": "eht"}, "maya"),
        ({"kind": "colleague", "child_risk": "yes"}, "eleanor"),
    ],
)
def test_no_view_shows_it_to_who_may_not_open_the_details(
    desk: Desk, slots: dict[str, str], handler: str
) -> None:
    """Whatever anyone on the roster presses, question and answer are read in the details alone."""
    reference = desk.report("ana", None, **slots).reference
    desk.fill(handler, "case.ask", reference, question=ASKED)
    answered(desk, "ana", reference)
    people = desk.product.context.world.federation.roster.people.values()
    for person in people:
        user = person.accounts.get("playground", "")
        for action in ("case.show", "case.clauses", "case.note", "case.ask", "case.assign", "report.read"):
            shown = desk.press(user, action, reference)
            assert ASKED not in shown
            assert ANSWERED not in shown
        details = desk.press(user, "case.details", reference)
        refused = "Nothing has changed" in details
        assert (ASKED in details, ANSWERED in details) == (not refused, not refused)
    assert ASKED in desk.press(handler, "case.details", reference)
