from collections.abc import Callable

import pytest
from argon2 import PasswordHasher

from bot.app import new_tokens
from bot.casework.context import CodeTry, Work
from bot.domain.messages import Buttons, Message
from bot.domain.turns import AddToReport, Pressed, Said, Sender, ShowStatus, Tokens
from bot.following import status as reports
from bot.following.ownership import Untried, try_code
from bot.storage import crypto
from tests.support.desk import CLOSING, Desk, text_of


def done(desk: Desk, user: str, do: Callable[[Work, Sender], Message]) -> str:
    """What a reporter reads of what they do; a code is tried between two transactions."""
    context, sender, codes = (
        desk.product.context,
        Sender("playground", user),
        dict[tuple[str, str], CodeTry](),
    )
    while True:
        try:
            with desk.product.database.transaction() as tx:
                return text_of(do(Work(tx, context, desk.now, codes=codes), sender))
        except Untried as untried:
            codes[untried.reference, untried.code] = try_code(context, sender, untried, desk.now)


def status(desk: Desk, user: str, reference: str = "", code: str = "") -> str:
    asked = ShowStatus(reference, code)
    return done(desk, user, lambda work, sender: reports.status(work, sender, asked))


def add(desk: Desk, user: str, reference: str, code: str, text: str) -> str:
    command = AddToReport(reference, code, text)
    return done(desk, user, lambda work, sender: reports.add(work, sender, command))


def close(desk: Desk, reference: str, **fields: str) -> None:
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case(
        "farid",
        reference,
        outcome="answered",
        reason="Answered by e-mail today.",
        **fields,
        **CLOSING,
    )


def test_older_reports_are_one_press_away(desk: Desk) -> None:
    """Of many reports the newest are shown, and a button leads to each of the older ones in turn."""
    every = [desk.report("ana", kind="colleague").reference for _ in range(19)]
    desk.report("joe", kind="colleague")
    shown, more = [], None
    while True:
        [message] = desk.send("ana", Pressed("status.older", more.value) if more else Said("status"))
        shown.append([one for one in every if one in text_of(message)])
        buttons = (item for block in message.blocks if isinstance(block, Buttons) for item in block.items)
        more = next((item for item in buttons if item.action == "status.older"), None)
        if more is None:
            break
    assert [len(part) for part in shown] == [8, 8, 3]
    assert [one for part in reversed(shown) for one in part] == every


def test_a_named_reporter_sees_their_own_reports_alone(desk: Desk) -> None:
    """“Status” lists one's own reports with where they stand, and nobody else's."""
    mine = desk.report("ana", kind="colleague").reference
    theirs = desk.report("joe", kind="colleague").reference
    answer = status(desk, "ana")
    assert mine in answer
    assert theirs not in answer
    desk.press("farid", "case.acknowledge", mine)
    assert "is dealing with it" in status(desk, "ana")


def test_an_anonymous_report_opens_with_reference_and_code(desk: Desk) -> None:
    """Reference and receipt code open an anonymous report from any account; one alone does not."""
    tokens = new_tokens()
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    assert tokens.reference not in status(desk, "ana")
    assert tokens.reference in status(desk, "joe", tokens.reference, tokens.code)
    assert "do not match" in status(desk, "joe", tokens.reference, "0000-0000-0000")
    assert "With its receipt code" in status(desk, "joe", tokens.reference, "")


def test_a_code_opens_however_it_is_written(desk: Desk) -> None:
    """Who noted reference and code by hand gets in, in any spelling, and no try is counted as wrong."""
    tokens = Tokens("draft", "FED-7K30", "0T81-XPDQ-3HWP")
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    codes = ("ot8i-xpdq-3hwp", "0T81XPDQ3HWP", "0T81 XPDQ 3HWP.", "“0T8l – XPDQ – 3HWP”", "#OT8L.XPDQ.3HWP")
    for code in codes * 2:
        for reference in ("fed 7k3o", "#FED–7K30", "7k30", "“FED7K30”."):
            found = desk.fill("joe", "status.show", "", reference=reference, code=code)
            assert "Not acknowledged yet" in found, (reference, code)
    assert "do not match" in desk.fill("joe", "status.show", "", reference="7k30", code="0T81-XPDQ-3HWQ")


def test_two_people_try_codes_at_one_report(desk: Desk) -> None:
    """While one person guesses, in twenty spellings, the other gets in with the right code in as many."""
    tokens = Tokens("draft", "FED-7K30", "0T81-XPDQ-3HWP")
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    right = ("ot8i-xpdq-3hwp", "0T81XPDQ3HWP", "0T81 XPDQ 3HWP.", "“0T8l – XPDQ – 3HWP”", "#OT8L.XPDQ.3HWP")
    wrong = [code.replace("3", "4") for code in right]
    for reference in ("fed 7k3o", "#FED–7K30", "7k30", "“FED7K30”."):
        for mine, theirs in zip(right, wrong, strict=True):
            guessed = desk.fill("guesser", "status.show", "", reference=reference, code=theirs)
            assert "Not acknowledged yet" not in guessed
            found = desk.fill("joe", "status.show", "", reference=reference, code=mine)
            assert "Not acknowledged yet" in found, (reference, mine)


def test_spellings_of_a_wrong_code_are_tries_of_one_report(desk: Desk) -> None:
    """Each wrong code counts once, whatever the spelling of the reference that it was tried for."""
    tokens = Tokens("draft", "FED-7K30", "0T81-XPDQ-3HWP")
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    for number, reference in enumerate(("fed 7k3o", "#FED–7K30", "7k30", "FED7K30", "FED-7K30")):
        found = desk.fill(f"guesser-{number}", "status.show", "", reference=reference, code="wrong")
        assert "do not match" in found
    assert "too many" in desk.fill("guesser-9", "status.show", "", reference="FED-7K30", code="wrong")


def test_a_code_of_dashes_is_no_try(desk: Desk) -> None:
    """A field with nothing of a code in it is read as empty: no wrong try is counted."""
    reference = desk.report("ana", tokens=new_tokens(), kind="colleague", mode="anonymous").reference
    for _ in range(9):
        desk.fill("joe", "status.show", "", reference=reference, code="----")
    assert "do not match" in desk.fill("joe", "status.show", "", reference=reference, code="wrong")


def test_guessing_codes_is_limited(desk: Desk) -> None:
    """After five wrong codes in an hour guessers are told to stop; the right code works all the same."""
    tokens = new_tokens()
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    for _ in range(5):
        assert "do not match" in status(desk, "joe", tokens.reference, "wrong")
    assert "too many wrong codes" in status(desk, "joe", tokens.reference, "wrong")
    assert tokens.reference in status(desk, "ana", tokens.reference, tokens.code)
    desk.later(minutes=61)
    assert "do not match" in status(desk, "joe", tokens.reference, "wrong")


def test_a_code_takes_as_long_whatever_is_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong code costs one hash of an anonymous report, a named one and one that is not there."""
    anonymous = desk.report("ana", tokens=new_tokens(), kind="colleague", mode="anonymous").reference
    named, verify, hashed = desk.report("ana", kind="colleague").reference, PasswordHasher.verify, []

    def counted(hasher: PasswordHasher, stored: str, code: str) -> bool:
        hashed.append(stored.split("$")[1:4])
        return bool(verify(hasher, stored, code))

    crypto.no_code_matches("made once")
    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for reference in (anonymous, named, "FED-0000"):
        assert "do not match" in status(desk, "joe", reference, "0000-0000-0000")
    # Each as costly as the others: the kind of hash, its version and its costs.
    assert len(hashed) == 3
    assert hashed[0] == hashed[1] == hashed[2]


def test_another_persons_named_report_does_not_open(desk: Desk) -> None:
    """A named report has no code: nobody else can open it, with any."""
    reference = desk.report("ana", kind="colleague").reference
    for code in ("", "0000-0000-0000"):
        assert ("do not match" if code else "With its receipt code") in status(desk, "joe", reference, code)


def test_the_reporter_reads_the_outcome_and_the_answer(desk: Desk) -> None:
    """After the closing the reporter reads the fixed words and the answer, and not the reason."""
    reference = desk.report("ana", kind="question").reference
    close(desk, reference, answer="Yes, with the form.")
    answer = status(desk, "ana")
    assert "Yes, with the form." in answer
    assert "Answered by e-mail" not in answer


def test_what_is_added_reaches_who_handles_the_case(desk: Desk) -> None:
    """An addition is kept, its handler told without its text, and read in the details."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    assert "is kept with" in add(desk, "ana", reference, "", "It happened again.")
    desk.work()
    assert "the reporter added something" in desk.notebook.texts("farid")[-1]
    assert "It happened again." not in "".join(desk.notebook.texts("farid") + desk.notebook.texts("flt"))
    assert "It happened again." in desk.press("farid", "case.details", reference)


def test_an_addition_before_anyone_acknowledged_is_told(desk: Desk) -> None:
    """Where nobody holds the case yet, an addition is told wherever its card stands, without its text."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    add(desk, "ana", reference, "", "It is getting worse.")
    desk.work()
    shown = "\n".join(desk.notebook.texts("flt"))
    assert "the reporter added something" in shown
    assert "The reporter added more" in shown
    assert "It is getting worse." not in shown


def test_an_addition_to_somebody_elses_report_is_refused(desk: Desk) -> None:
    """Nobody can add to a report that is not theirs; nothing is stored."""
    reference = desk.report("ana", kind="colleague").reference
    assert "Nothing was stored" in add(desk, "joe", reference, "", "Not mine.")
    assert "Not mine." not in desk.press("farid", "case.details", reference)


def test_the_same_words_sent_again_are_kept_once(desk: Desk) -> None:
    """A form that still stands there and is sent again adds nothing; other words, or later ones, are kept."""
    tokens = new_tokens()
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    for words in ("Year 8.", "Year 8.", "Year 9."):
        desk.later(seconds=40)
        assert "is kept with" in add(desk, "ana", tokens.reference, tokens.code, words)
    desk.later(minutes=30)
    add(desk, "ana", tokens.reference, tokens.code, "Year 9.")
    shown = desk.press("farid", "case.details", tokens.reference)
    assert (shown.count("Year 8."), shown.count("Year 9.")) == (1, 2)


def test_two_questions_may_be_answered_alike(desk: Desk) -> None:
    """The same answer to a second question is kept; sent twice while somebody reads it, it is kept once."""
    reference = desk.report("ana", kind="colleague").reference
    for asked in ("Were you there?", "Was it in school?"):
        desk.fill("farid", "case.ask", reference, question=asked)
        for _ in range(2):
            desk.later(seconds=40)
            desk.fill("ana", "report.answer", reference, text="Yes, I was.")
            desk.press("farid", "case.details", reference)
    assert desk.press("farid", "case.details", reference).count("Yes, I was.") == 2


def test_what_is_added_to_a_closed_case_is_kept(desk: Desk) -> None:
    """An addition after the closing is kept, and the case stays closed."""
    reference = desk.report("ana", kind="question").reference
    close(desk, reference, answer="Yes.")
    assert "is kept with" in add(desk, "ana", reference, "", "One more thing.")
    assert "Status: Closed" in desk.press("farid", "case.show", reference)


def test_lateness_is_shown_where_it_cannot_be_sent(desk: Desk) -> None:
    """An anonymous reporter who looks after the target has passed sees that it is late, and whom to phone."""
    tokens = new_tokens()
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    desk.later(hours=7.6)
    desk.work()
    answer = status(desk, "ana", tokens.reference, tokens.code)
    assert "Nobody has acknowledged it in the time" in answer
    assert "Designated Safeguarding Lead" in answer


def test_what_is_typed_by_mistake_is_not_written_down(desk: Desk) -> None:
    """Something that can be no reference is refused, and stands in no table."""
    assert "do not match" in status(desk, "joe", "JANE SMITH IN 9B", "0000-0000-0000")
    assert "JANE SMITH" not in desk.dump()


def test_status_leads_on(desk: Desk) -> None:
    """As the receipt says, “status” offers the look-up by receipt code; each report there can be added to."""
    assert "[With a receipt code]" in status(desk, "joe")
    tokens = new_tokens()
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    assert "[Add more]" in status(desk, "joe", tokens.reference, tokens.code)


def test_whom_to_phone_is_said_once(desk: Desk) -> None:
    """Of two reports that nobody has in time, each says so, and the numbers stand there once."""
    for _ in range(2):
        desk.report("ana", kind="colleague")
    desk.later(hours=7.6)
    desk.work()
    shown = status(desk, "ana")
    assert shown.count("Reference: ") == 2
    assert shown.count("Nobody has acknowledged it in the time") == 2
    assert shown.count("116 123") == 1


def test_nobody_concerned_is_named_to_phone(desk: Desk) -> None:
    """Who reported the headteacher and waits is given no number of theirs, in status or message."""
    desk.report("ana", kind="colleague", conflict="eht")
    desk.later(days=2)
    desk.work(40)
    shown = status(desk, "ana")
    assert "Nobody has acknowledged it in the time" in shown
    for words in (shown, "\n".join(desk.notebook.texts("ana"))):
        assert "Chair of governors" in words
        assert "Executive Headteacher: " not in words
