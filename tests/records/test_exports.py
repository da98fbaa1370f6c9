"""One case, what is held of one person and the register, as the operator gets them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.casework.closing import KEPT
from bot.casework.context import Work
from bot.channels.paper.case_pages import case_bytes
from bot.domain.accounts import AccountStage
from bot.domain.messages import Bullets, Button, Buttons, Facts, Form, Heading, Message, Quote
from bot.domain.turns import Pressed, Said
from bot.posting.shown import ASK_LEADER
from bot.records.case_file import case_blocks
from bot.records.exports import export_case, export_subject
from bot.records.register import register
from bot.records.subject_access import subject_blocks
from bot.records.subjects import subject_of
from bot.storage import crypto
from bot.storage.audit import verify
from bot.storage.schema import export_codes
from tests.accounts import house as accounts
from tests.channels.paper.reading import letters, read
from tests.consulting import test_questions as consultations
from tests.support.desk import Desk, text_of

CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
WORRY = "He grabbed the phone. <b>Loud</b>"


def colleague(desk: Desk) -> str:
    return desk.report("ana", kind="colleague", narrative=WORRY).reference


def code(desk: Desk, user: str, reference: str, wanted: str = "json") -> str:
    found = CODE.search(desk.fill(user, "case.export", reference, format=wanted))
    return found.group() if found else ""


def subject_code(desk: Desk, user: str, wanted: str = "json", **fields: str) -> str:
    found = CODE.search(desk.fill(user, "case.subject", "", format=wanted, **fields))
    return found.group() if found else ""


def taken(desk: Desk, reference: str, typed: str, wanted: str = "json") -> dict[str, Any] | None:
    with desk.product.database.transaction() as tx:
        return export_case(Work(tx, desk.product.context, desk.now), reference, wanted, typed)


def held(desk: Desk, key: str, typed: str, wanted: str = "json") -> dict[str, Any] | None:
    subject = subject_of(desk.product.context.world.federation, key)
    assert subject is not None
    with desk.product.database.transaction() as tx:
        return export_subject(Work(tx, desk.product.context, desk.now), subject, wanted, typed)


def rows(desk: Desk) -> tuple[dict[str, str], ...]:
    with desk.product.database.transaction() as tx:
        return register(Work(tx, desk.product.context, desk.now), None, None)


def test_a_file_names_no_linked_case_that_its_asker_may_not_know_of(desk: Desk) -> None:
    """A link to a case that concerns its reader is left out of it; others have it in theirs."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    hidden = desk.report("ana", kind="colleague", struck="dina").reference
    desk.fill("eleanor", "case.link", reference, reference=hidden)
    assert hidden not in json.dumps(taken(desk, reference, code(desk, "dina", reference)))
    theirs = taken(desk, reference, code(desk, "eleanor", reference))
    assert theirs is not None
    assert hidden in json.dumps(theirs)


def test_a_case_goes_out_whole_and_once(desk: Desk) -> None:
    """With the code the whole case goes out, notes marked and clauses verbatim; a second time nothing."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.note", reference, note="Spoke to the office.")
    desk.fill("farid", "case.refer", reference, agency="police", at="2026-11-23 08:00", their_reference="C1")
    typed = code(desk, "eleanor", reference)
    file = taken(desk, reference, typed)
    assert file is not None
    assert (file["format"], file["version"]) == ("signpost-case", 1)
    assert file["case"]["reporter"] == "Ana Silva (teacher)"
    assert WORRY in [item["answer"] for item in file["answers"]]
    [note] = file["notes"]
    assert (note["internal"], note["actor"]) == (True, "Farid Anwar")
    assert note["detail"]["text"] == "Spoke to the office."
    [referral] = file["referrals"]
    assert referral["detail"]["their_reference"] == "C1"
    assert "Federation Leadership Team" in note["roles"]
    policy = desk.product.context.world.policy.clauses
    assert file["clauses"]
    assert all(item["quote"] == policy[item["id"]].quote for item in file["clauses"])
    assert all(len(item["lines"]) == 2 for item in file["clauses"])
    assert [item["event"] for item in file["timeline"]][-2:] == ["export_code", "export"]
    assert file["exported"]["on_request_of"] == "Eleanor Marsh"
    assert file["attachments"] == []
    assert taken(desk, reference, typed) is None


@pytest.mark.parametrize("mode", ["confidential", "anonymous"])
def test_a_name_that_was_not_given_is_not_in_the_file(desk: Desk, mode: str) -> None:
    """A confidential or anonymous reporter's name stands nowhere in the file, not even where it was typed."""
    narrative = "I, ána  SILVÄ, saw it." if mode == "confidential" else "I saw it."
    reference = desk.report("ana", kind="colleague", mode=mode, narrative=narrative).reference
    file = taken(desk, reference, code(desk, "eleanor", reference))
    assert file is not None
    assert file["case"]["reporter"] is None
    assert not re.search("silv[aä]", json.dumps(file, ensure_ascii=False).casefold())
    if mode == "confidential":
        assert "I, [the reporter], saw it." in json.dumps(file)


@pytest.mark.parametrize("user", ["ana", "nobody", "ivan", "farid", "beth", "colin"])
def test_who_may_not_export_gets_no_code(desk: Desk, user: str) -> None:
    """Staff, strangers, IT, the FLT and others who may not export get no code, and nothing is kept."""
    reference = colleague(desk)
    assert code(desk, user, reference) == ""
    with desk.product.database.transaction() as tx:
        assert not tx.exec_driver_sql("SELECT * FROM export_codes").all()


def test_a_code_for_an_export_is_read_however_it_is_written(desk: Desk) -> None:
    """The code that was read out is taken in small letters and without dashes, once."""
    reference = colleague(desk)
    typed = code(desk, "eleanor", reference).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert taken(desk, reference, typed)
    assert taken(desk, reference, typed) is None


def test_what_closing_demanded_is_on_paper(desk: Desk) -> None:
    """Each thing that was said at the closing is on paper under its name, with who asked and who agreed."""
    reference, other = desk.report("ana", nudity="yes").reference, desk.report().reference
    desk.press("eleanor", "case.acknowledge", reference)
    desk.fill("eleanor", "case.link", reference, reference=other)
    said = {
        "agencies": "The parents did not want it.",
        "evidence": "deleted",
        "record": "CPOMS 4711",
        "lessons": "eleanor",
        "gap": "yes",
    }
    reason = "It was an accident, and all of it is deleted."
    # Nobody outside was told: the advice is the DSL's.
    asked = desk.ask_to_close("eleanor", reference, "picture_dealt_with", "dsl", reason=reason, **said)
    assert "stays open until a second person agrees" in asked
    assert "is closed" in desk.agree("dina", reference)
    file = taken(desk, reference, code(desk, "eleanor", reference))
    assert file is not None
    context = desk.product.context
    closing, shown = context.work.closing, text_of(Message(case_blocks(context, file), ""))
    answers = {
        **said,
        "asked": "Eleanor Marsh, 23 Nov 2026, 09:00",
        "agreed": context.name("dina"),
        "evidence": closing.evidence_answers["deleted"],
        "lessons": "Eleanor Marsh",
        "gap": closing.gap_answers["yes"],
    }
    # The other two: tests/casework/test_closing.py.
    assert answers.keys() == set(KEPT) - {"tasks", "file"}
    for name, answer in answers.items():
        assert f"{closing.kept.named(name)}: {answer}" in shown
    assert "Nobody outside told, because: The parents did not want it." in shown
    assert "Designated Safeguarding Lead, Pat Lowe: Look into it." in shown
    assert reason in shown
    assert other in shown


def test_the_paper_says_what_is_missing_from_it(desk: Desk) -> None:
    """A case on paper lists what is not in it, and says so of the name where the reporter kept it back."""
    for mode, hidden in (("named", False), ("confidential", True)):
        reference = desk.report("ana", kind="colleague", mode=mode, narrative=WORRY).reference
        file = taken(desk, reference, code(desk, "eleanor", reference))
        assert file is not None
        context = desk.product.context
        [listed] = [block for block in case_blocks(context, file) if isinstance(block, Bullets)]
        assert set(context.world.paper.case.not_here) <= set(listed.items)
        assert any("The reporter's name" in item for item in listed.items) is hidden


def told_on_paper(desk: Desk, reference: str, user: str = "eleanor") -> dict[str, str]:
    """The lines of the paper on who was told, by person."""
    file = taken(desk, reference, code(desk, user, reference))
    assert file is not None
    texts, blocks = desk.product.context.world.paper.case, case_blocks(desk.product.context, file)
    [place] = [n for n, one in enumerate(blocks) if isinstance(one, Heading) and one.text == texts.told]
    facts = blocks[place + 1]
    assert isinstance(facts, Facts)
    return dict(facts.items)


def test_who_stepped_back_was_told_all_the_same(desk: Desk) -> None:
    """The paper names who had the case and stepped back, in which role, and when; in the file too."""
    reference = desk.report("ana", kind="concern", concern_adult="yes").reference
    before = told_on_paper(desk, reference)
    desk.press("dina", "case.recuse_yes", reference)
    after = told_on_paper(desk, reference)
    assert after.keys() == before.keys()
    left = "stepped back from it on 23 Nov 2026, 09:00"
    assert after["Dina Clarke"] == f"Designated Safeguarding Lead; {left}"
    assert {
        name: line for name, line in after.items() if "stepped back" not in line
    }.keys() == before.keys() - {"Dina Clarke"}


def test_a_legal_hold_is_marked_on_paper(desk: Desk) -> None:
    """A case that must not be destroyed says so at the head of its paper, until the hold is lifted."""
    reference, marks = colleague(desk), list[bool]()
    for act in ("hold", "release"):
        desk.fill("eleanor", f"case.{act}", reference, why="The police have asked for it to be kept.")
        file = taken(desk, reference, code(desk, "eleanor", reference))
        assert file is not None
        marks.append("LEGAL HOLD" in file["case"]["marks"])
    assert marks == [True, False]


def test_who_read_it_before_it_was_restricted_was_told(desk: Desk) -> None:
    """From whom a case was taken stands on its paper too: the channel, and each person beside it."""
    reference = desk.report("ana", kind="abuse", category="personal_data").reference
    desk.fill("eleanor", "case.restrict", reference, why="A member of the team may be concerned.")
    told = told_on_paper(desk, reference)
    gone = "no longer, since it was moved to restricted on 23 Nov 2026, 09:00"
    assert told["Federation Leadership Team"] == f"the card, in its private channel; {gone}"
    assert told["Colin Hart"] == f"Data-protection lead; {gone}"
    assert gone not in told["Eleanor Marsh"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"kind": "staff_abuse", "abuser": "parent"}, "ask the parent/carer to remove the post"),
        ({"kind": "staff_abuse", "abuser": "student"}, "behaviour policy"),
        ({"kind": "staff_abuse", "abuser": "public"}, ""),
        (
            {"kind": "abuse", "category": "offensive", "author": "parent"},
            "ask the parent/carer to remove the post",
        ),
    ],
)
def test_the_paper_never_says_that_the_policy_says_nothing(
    desk: Desk, answers: dict[str, str], said: str
) -> None:
    """The clauses on what parents and students write are on it; where no clause applies, nothing is said."""
    file = taken(
        desk, reference := desk.report("ana", None, **answers).reference, code(desk, "eleanor", reference)
    )
    assert file is not None
    blocks = case_blocks(desk.product.context, file)
    quotes = " ".join(one.text for one in blocks if isinstance(one, Quote))
    assert said in quotes
    headings = [one.text for one in blocks if isinstance(one, Heading)]
    assert (desk.product.context.world.paper.case.clauses in headings) is bool(quotes)


def test_who_is_told_of_it_exports_nothing(desk: Desk) -> None:
    """Who is told that a case exists, and may not read it, cannot take it out either."""
    reference = desk.report(nudity="yes").reference
    assert code(desk, "beth", reference) == ""


def test_a_concerned_person_gets_no_code(desk: Desk) -> None:
    """The Executive Headteacher gets no code for a report that concerns them; the chair does."""
    reference = desk.report("ana", kind="colleague", conflict="eht").reference
    assert code(desk, "eleanor", reference) == ""
    assert "There is no case" in desk.fill("eleanor", "case.export", reference, format="pdf")
    assert code(desk, "maya", reference)


def test_no_file_about_who_runs_the_machine(desk: Desk) -> None:
    """A case that concerns the IT Manager gets no code, since the file would lie on their machine."""
    reference = desk.report("ana", kind="colleague", conflict="it").reference
    assert "the file would lie there" in desk.fill("eleanor", "case.export", reference, format="pdf")


@pytest.mark.parametrize("slots", [{"conflict": "it"}, {"conflict": "unsure"}, {"conflict_people": "ivan"}])
def test_nor_about_who_may_be_concerned(desk: Desk, slots: dict[str, str]) -> None:
    """Where the reporter named the IT Manager, or did not say who is concerned, no code is given."""
    more = {"safe_recipient": "chair"} if slots.get("conflict") == "unsure" else {}
    reference = desk.report("ana", None, kind="colleague", **slots, **more).reference
    assert not code(desk, "eleanor", reference) + code(desk, "maya", reference)


def test_a_code_is_bound_to_everything(desk: Desk) -> None:
    """A code fits its own case, format and quarter of an hour, and none but the newest of its asker."""
    reference, other = colleague(desk), colleague(desk)
    first = code(desk, "eleanor", reference)
    second = code(desk, "eleanor", reference)
    assert taken(desk, reference, first) is None
    assert taken(desk, other, second) is None
    assert taken(desk, reference, second, "pdf") is None
    assert taken(desk, "FED-ZZZZ", second) is None
    desk.later(minutes=15)
    assert taken(desk, reference, second) is None
    third = code(desk, "eleanor", reference)
    desk.later(minutes=14)
    assert taken(desk, reference, third) is not None


def test_guessing_ends_a_code(desk: Desk) -> None:
    """After five wrong tries the right code opens nothing either; a new one does."""
    reference = colleague(desk)
    typed = code(desk, "eleanor", reference)
    for _ in range(5):
        assert taken(desk, reference, "AAAA-AAAA-AAAA") is None
    assert taken(desk, reference, typed) is None
    assert taken(desk, reference, code(desk, "eleanor", reference)) is not None


def test_only_an_hmac_of_the_code_is_kept(desk: Desk) -> None:
    """The database holds neither the code nor the reference that it is for, and forgets both after use."""
    reference = colleague(desk)
    typed = code(desk, "eleanor", reference)
    assert typed not in desk.dump()
    with desk.product.database.transaction() as tx:
        kept = tx.execute(select(export_codes.c.code_hash, export_codes.c.target_hmac)).one()
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in kept)
    taken(desk, reference, typed)
    assert not any(one in desk.dump() for one in kept)


def test_no_export_waits_for_argon2(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code is asked for, mistyped and used without a slow hash: nobody else's writing waits for it."""
    reference = colleague(desk)
    monkeypatch.setattr(crypto, "PasswordHasher", None)
    typed = code(desk, "eleanor", reference)
    assert taken(desk, reference, "AAAA-AAAA-AAAA") is None
    assert taken(desk, reference, f"Code: {typed.lower().replace('-', ' ')}") is not None


def test_a_code_is_worth_nothing_once_its_asker_may_not(desk: Desk) -> None:
    """Anybody who lost the right between asking and exporting exports nothing: it is checked again."""
    reference = desk.report("ana", kind="colleague", child="yes").reference
    typed = code(desk, "eleanor", reference)
    federation = desk.product.context.world.federation
    roles = {**federation.roster.roles, "eht": {"": ("maya",)}}
    object.__setattr__(federation.roster, "roles", roles)
    try:
        assert taken(desk, reference, typed) is None
    finally:
        object.__setattr__(federation.roster, "roles", {**roles, "eht": {"": ("eleanor",)}})


def test_exports_and_refusals_are_in_the_audit(desk: Desk) -> None:
    """Asking, exporting, being refused, and the register each leave a row of the audit, which still holds."""
    reference = colleague(desk)
    taken(desk, reference, "wrong")
    taken(desk, reference, code(desk, "eleanor", reference))
    held(desk, "playground:ana", "wrong")
    rows(desk)
    with desk.product.database.transaction() as tx:
        actions = {row.action for row in tx.exec_driver_sql("SELECT action FROM audit")}
        assert actions >= {"case.export_code", "case.export", "export_refused", "subject_refused", "register"}
        assert not verify(tx, desk.product.context.vault).faults


def test_the_register_holds_no_content(desk: Desk) -> None:
    """The register has a row for each open report, and no word that anybody typed, whatever they typed."""
    hostile = "=cmd|' /C calc'!A0"
    open_one = desk.report("ana", kind="abuse", category="offensive", account=hostile, abuse_details=hostile)
    restricted = desk.report(nudity="yes")
    about_it = desk.report("ana", kind="colleague", conflict="it")
    drill = desk.report(drill="yes")
    found = rows(desk)
    assert [row["reference"] for row in found] == [open_one.reference]
    assert set(found[0]) == {
        "reference",
        "kind",
        "school",
        "received",
        "urgent",
        "stage",
        "closed",
        "outcome",
    }
    assert hostile not in str(found)
    assert "Ana" not in str(found)
    for hidden in (restricted, about_it, drill):
        assert hidden.reference not in str(found)


def test_a_report_without_its_key_is_not_on_the_register(desk: Desk) -> None:
    """Where a report's key was destroyed, the register is made all the same, without it."""
    gone, stays = desk.report().reference, desk.report().reference
    with desk.product.database.transaction() as tx:
        tx.execute(
            text("UPDATE reports SET wrapped_key = :none WHERE reference = :name"),
            {"none": b"", "name": gone},
        )
    assert [row["reference"] for row in rows(desk)] == [stays]


def test_the_register_keeps_to_its_days(desk: Desk) -> None:
    """A report of one minute before midnight, by the Federation's clock, is on that day's register alone."""
    desk.later(hours=14, minutes=59)
    reference = desk.report().reference
    day = desk.now.date()
    with desk.product.database.transaction() as tx:
        that = register(Work(tx, desk.product.context, desk.now), day, day)
        next_ = register(Work(tx, desk.product.context, desk.now), day.replace(day=day.day + 1), None)
    assert [row["reference"] for row in that] == [reference]
    assert next_ == ()


def test_what_is_held_of_a_reporter(desk: Desk) -> None:
    """Their own words, with other people out of them; no anonymous report, and no word of the handlers."""
    words = "Eleanor Marsh and Grace told Year 9 student Kevin Miller. Jane Porter saw it. I am Ana Silva."
    mine = desk.report("ana", kind="abuse", category="offensive", abuse_details=words).reference
    hidden = desk.report("ana", kind="colleague", mode="anonymous").reference
    desk.fill("farid", "case.note", mine, note="The reporter seems upset.")
    desk.fill("ana", "report.add", mine, text="It was Farid Anwar again.")
    file = held(desk, "playground:ana", subject_code(desk, "colin", account="playground:ana"))
    assert file is not None
    shown = json.dumps(file, ensure_ascii=False)
    assert [item["reference"] for item in file["reports"]] == [mine]
    assert hidden not in shown
    for gone in ("Marsh", "Grace", "Kevin", "Miller", "Porter", "Farid", "seems upset"):
        assert gone not in shown
    assert "[Executive Headteacher]" in shown
    assert "It was [Federation Leadership Team] again." in shown
    assert "To be read by the data-protection lead before it is handed over" in shown
    assert any("Anonymous reports" in line for line in file["not_here"])


def test_a_subject_file_opens_no_back_door(desk: Desk) -> None:
    """By asking for a reporter's data nobody reaches a report that concerns them, nor a restricted one."""
    about_eht = desk.report("ana", kind="colleague", conflict="eht").reference
    about_it = desk.report("ana", kind="colleague", conflict="it").reference
    restricted = desk.report("ana", nudity="yes").reference
    for user, seen in (("eleanor", {restricted}), ("colin", set[str]()), ("maya", set[str]())):
        file = held(desk, "playground:ana", subject_code(desk, user, account="playground:ana"))
        assert file is not None
        assert {item["reference"] for item in file["reports"]} == seen
        assert not {about_it, about_eht} & set(re.findall(r"FED-\w+", json.dumps(file)))


def test_what_is_held_of_somebody_on_the_roster(desk: Desk) -> None:
    """Their roles, and what they pressed in cases that may be shown; not what they wrote there."""
    mine, hidden = desk.report(kind="colleague").reference, desk.report(nudity="yes").reference
    desk.press("farid", "case.acknowledge", mine)
    desk.fill("farid", "case.note", mine, note="Susan Kerr was there.")
    desk.press("dina", "case.acknowledge", hidden)
    file = held(desk, "farid", subject_code(desk, "eleanor", person="farid"))
    assert file is not None
    assert file["who"]["roles"] == ["Federation Leadership Team"]
    assert [item["what"] for item in file["acts"]] == ["Acknowledged", "Note"]
    assert "Susan" not in json.dumps(file)
    dsl = held(desk, "dina", subject_code(desk, "colin", person="dina"))
    assert dsl is not None
    assert hidden not in json.dumps(dsl)


def test_what_is_held_of_an_applicant(desk: Desk) -> None:
    """What they wrote and attested and the reason that they were given; nobody else's name or part."""
    accounts.apply(desk, promotion=("In the newsletter, which Jane Porter edits.",))
    accounts.attest(desk, "ana", "joe")
    accounts.fill(desk, "ravi", "return", why="Grace Holloway asks for a clearer aim.")
    band = {"name": ("@NorthgateBand",), "aim": ("To invite parents to our concerts.",)}
    accounts.apply(desk, "joe", **band, lead=("person:lucy",), others=("person:omar",))
    accounts.write(desk, "ana", name=("@NorthgateUnsent",))
    file = held(desk, "playground:ana", subject_code(desk, "colin", account="playground:ana"))
    assert file is not None
    (found,) = file["account_applications"]
    assert (found["account"], found["applied"]) == (accounts.NAME, True)
    assert found["attested"]
    assert "The course of September 2026" in found["attested"][0]
    shown = json.dumps(file["account_applications"], ensure_ascii=False)
    assert "To show what the science department does." in shown
    assert "asks for a clearer aim" in found["reason"]
    for other in ("Porter", "Holloway", "Joe", "@NorthgateBand", "@NorthgateUnsent"):
        assert other not in shown
    joe = held(desk, "playground:joe", subject_code(desk, "colin", account="playground:joe"))
    assert joe is not None
    assert [(one["account"], one["applied"]) for one in joe["account_applications"]] == [
        ("@NorthgateBand", True),
        (accounts.NAME, False),
    ]
    assert "science department" not in json.dumps(joe)


def test_an_application_that_a_runner_declined_is_in_it(desk: Desk) -> None:
    """It is back with its applicant, and was sent: what they wrote stands in their file, with its stage."""
    accounts.apply(desk)
    accounts.fill(desk, "joe", "decline")
    assert accounts.stage(desk) is AccountStage.DRAFT
    file = held(desk, "playground:ana", subject_code(desk, "colin", account="playground:ana"))
    assert file is not None
    assert [one["account"] for one in file["account_applications"]] == [accounts.NAME]


def test_what_was_asked_before_posting_is_in_it(desk: Desk) -> None:
    """Their own questions to others, with the answer, stand in their file and on its paper; nobody else's."""
    for user, event in (("ana", "Year 8 sports day"), ("joe", "Year 9 trip")):
        consultations.ask(desk, user, event)
    desk.send("ana", Pressed(ASK_LEADER))
    desk.work(20)
    file = held(desk, "playground:ana", subject_code(desk, "colin", account="playground:ana"))
    assert file is not None
    asked = {(one["event"], one["school"], one["answer"]) for one in file["asked_before_posting"]}
    assert asked == {("Year 8 sports day", "Northgate School", ""), ("", "", "")}
    paper = str(subject_blocks(desk.product.context, file))
    assert "Year 8 sports day" in paper
    assert "Asked to speak to a senior leader" in paper
    assert "Year 9 trip" not in json.dumps(file) + paper


def test_questions_that_were_asked_by_name_are_in_it(desk: Desk) -> None:
    """A person's own named questions stand in their file and on its paper; nobody else's, no unnamed one."""
    for user, question, mode in (
        ("ana", "May we post the lunch menu?", "named"),
        ("ana", "May we post the bus times?", "anonymous"),
        ("farid", "May we post the term dates?", "named"),
    ):
        (form,) = [
            block
            for message in desk.send(user, Pressed("gap.ask"))
            for block in message.blocks
            if isinstance(block, Form)
        ]
        desk.fill(user, "gap.ask", form.value, question=question, mode=mode)
    file = held(desk, "playground:ana", subject_code(desk, "colin", account="playground:ana"))
    assert file is not None
    (asked,) = file["questions"]
    assert (asked["question"], asked["state"]) == ("May we post the lunch menu?", "Waits for an answer")
    assert asked["reference"].startswith("QST-")
    paper = str(subject_blocks(desk.product.context, file))
    assert "May we post the lunch menu?" in paper
    assert "bus times" not in json.dumps(file) + paper


@pytest.mark.parametrize("user", ["ana", "farid", "beth", "dina", "ivan", "nobody"])
def test_who_may_not_ask_for_anybodys_data(desk: Desk, user: str) -> None:
    """Only the Executive Headteacher, the chair and the data-protection lead get a code for a person."""
    assert subject_code(desk, user, account="playground:ana") == ""
    listed = desk.send(user, Pressed("case.subject"))
    assert not any(button.action == "case.subject" for message in listed for button in _buttons(message))


def _buttons(message: Any) -> list[Button]:
    return [button for block in message.blocks if isinstance(block, Buttons) for button in block.items]


def test_nobody_asks_for_their_own(desk: Desk) -> None:
    """Who may ask for others has to let somebody else ask for what is held of them, by whichever name."""
    assert "Somebody else" in repr(desk.fill("colin", "case.subject", "", format="pdf", person="colin"))
    assert subject_code(desk, "colin", account="playground:colin") == ""


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"person": "farid", "account": "slack:U1"},
        {"account": "nonsense"},
        {"person": "x"},
        {"account": "irc:a"},
    ],
)
def test_a_form_that_names_nobody_comes_back(desk: Desk, fields: dict[str, str]) -> None:
    """Nobody, two people at once or an account that cannot be is explained, and no code is given."""
    assert subject_code(desk, "eleanor", **fields) == ""


def test_the_ways_in_are_buttons(desk: Desk) -> None:
    """“More” offers a case's export, and the list of cases that of a person, to those who may."""
    reference = colleague(desk)
    assert "[Export]" in desk.press("eleanor", "case.more", reference)
    assert "[Export]" not in desk.press("farid", "case.more", reference)
    assert "[Subject-access export]" in "\n".join(text_of(item) for item in desk.send("colin", Said("cases")))
    assert "[Subject-access" not in "\n".join(text_of(item) for item in desk.send("farid", Said("cases")))


def test_a_reporter_gets_a_copy(desk: Desk) -> None:
    """A named reporter reads all that they wrote, with what was added; another person reads nothing of it."""
    reference = colleague(desk)
    desk.fill("ana", "report.add", reference, text="Once more today.")
    desk.fill("farid", "case.note", reference, note="Internal.")
    copy = desk.press("ana", "report.copy", reference)
    assert WORRY in copy
    assert "Once more today." in copy
    assert "Internal." not in copy
    for user in ("joe", "farid", "eleanor"):
        assert WORRY not in desk.press(user, "report.copy", reference)


def test_an_anonymous_reporter_gets_a_copy_by_the_code(desk: Desk, tmp_path: Path) -> None:
    """Reference and receipt code open the copy; a wrong code says so, and the copy stands in no history."""
    tokens = desk.product.context.new_tokens()
    reference = desk.report(
        "ana", tokens=tokens, kind="colleague", mode="anonymous", narrative=WORRY
    ).reference
    assert WORRY not in desk.press("ana", "report.copy", reference)
    assert WORRY not in desk.fill("ana", "report.copy", reference, code="AAAA-AAAA-AAAA")
    copied = desk.send("joe", Pressed("report.copy", reference))
    assert all(message.ephemeral for message in copied)
    assert WORRY in desk.fill("ana", "report.copy", reference, code=tokens.code)


def test_the_paper_names_everybody_who_was_told_once(desk: Desk) -> None:
    """Those who read the channel stand on the paper too; a person with card and details stands there once."""
    reference = desk.report("ana").reference
    desk.work(20)
    file = taken(desk, reference, code(desk, "eleanor", reference))
    assert file is not None
    assert file["case"]["in_channel"]
    shown = text_of(Message(case_blocks(desk.product.context, file), ""))
    assert shown.count("Beth Okafor: Federation Business Manager") == 1
    assert "Federation Leadership Team: the card, in its private channel" in shown
    hidden = desk.report("ana", nudity="yes").reference
    file = taken(desk, hidden, code(desk, "eleanor", hidden))
    assert file is not None
    assert "private channel" not in text_of(Message(case_blocks(desk.product.context, file), ""))


def test_a_hostile_case_is_words_on_paper(desk: Desk) -> None:
    """Markup, scripts and addresses that somebody typed into every field are letters in the PDF."""
    hostile = "<a href=\"javascript:alert(1)\">x</a> <img src='file:///etc/passwd'/> (/JS) =cmd|'/C calc'!A0"
    reference = desk.report("ana", kind="colleague", narrative=hostile, account=hostile).reference
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.note", reference, note=hostile)
    file = taken(desk, reference, code(desk, "eleanor", reference, "pdf"), "pdf")
    assert file is not None
    content = case_bytes(desk.product.context, "pdf", file, desk.now)
    assert letters(content).count("".join(hostile.split())) >= 2
    paper = read(content)
    root = repr(paper.trailer["/Root"])
    assert [name for name in ("/OpenAction", "/AA", "/JavaScript", "/AcroForm") if name in root] == []
    assert not any("/Annots" in page or "/AA" in page or list(page.images) for page in paper.pages)
