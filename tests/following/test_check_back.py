"""Some days after a report its reporter is asked once whether anything has happened since."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.app import new_tokens
from bot.assistant.assistant import Assistant
from bot.casework.context import CurrentWorld
from bot.delivery import ladder
from bot.delivery.sender import PassingFault
from bot.domain.messages import Callout, Form, Outside
from bot.domain.turns import Pressed, Said, Submitted, Tokens
from bot.storage.shredding import shred
from tests.support.desk import CLOSING, Desk, text_of
from tests.support.screen import buttons_of, form_of

BY_NAME = "SELECT id FROM reports WHERE reference = :name"
ASKED = "There is one question for you about your report"
ADDED = "the reporter added something"
URGENT = "its reporter has written again, and it is urgent"
WORDS = "He told the others not to talk to me."


def reported(desk: Desk, user: str = "ana", tokens: Tokens | None = None, **slots: str) -> str:
    """A report of abuse by a colleague that Farid holds."""
    reference = desk.report(user, tokens, kind="colleague", **slots).reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    desk.work()
    return reference


def waits(desk: Desk, **passed: float) -> None:
    desk.later(**passed)
    desk.work(rounds=20)


def asked(desk: Desk, user: str = "ana") -> int:
    """How often this reporter was sent the question."""
    return sum(line.startswith(ASKED) for line in desk.notebook.texts(user))


def answer(desk: Desk, reference: str, *risks: str, action: str = "report.since", **fields: str) -> str:
    sent = {name: (value,) for name, value in {"answer": "yes", "text": WORDS, **fields}.items()}
    replies = desk.send("ana", Submitted(action, reference, {**sent, "risk": risks}))
    return "\n".join(map(text_of, replies))


def test_it_is_asked_after_fourteen_days_and_once(desk: Desk) -> None:
    """Not a minute early, once, without a word of the report, and marked as not in the policy."""
    reference = reported(desk, narrative="Rude remarks.")
    waits(desk, days=14, minutes=-1)
    assert asked(desk) == 0
    waits(desk, minutes=1)
    assert asked(desk) == 1
    for _ in range(3):
        waits(desk, days=14)
    assert asked(desk) == 1
    _, message = desk.notebook.seen["ana"][-1]
    assert any(isinstance(block, Outside) for block in message.blocks)
    assert text_of(message).startswith(f"{ASKED} {reference}.\n")
    assert "[Read and answer]" in text_of(message)
    assert "remarks" not in text_of(message)
    assert "colleague" not in text_of(message)


@pytest.mark.parametrize("late", [2, 30])
def test_a_worker_that_was_down_asks_when_it_is_back(desk: Desk, late: int) -> None:
    """Down over the weekend in which it was due, or for a month: it is asked on return, and once."""
    desk.later(days=4)
    reported(desk)
    waits(desk, days=14 + late)
    assert asked(desk) == 1


def test_down_twice_it_is_still_asked_once(desk: Desk) -> None:
    """Down when it was due, and again before the platform took it: the reporter is asked once."""
    reported(desk)
    desk.later(days=16)
    desk.notebook.refuses["ana"] = PassingFault("no connection")
    desk.work(rounds=20)
    assert asked(desk) == 0
    desk.notebook.refuses.clear()
    waits(desk, days=2)
    waits(desk, days=2)
    assert asked(desk) == 1


def test_two_workers_that_notice_it_ask_once(desk: Desk) -> None:
    """What another worker has noticed first is asked by nobody else."""
    reported(desk)
    desk.later(days=14)
    for _ in range(2):
        ladder.climb_due(desk.product.context, desk.now)
    desk.work(rounds=20)
    assert asked(desk) == 1
    with desk.product.database.transaction() as tx:
        events = tx.execute(text("SELECT count(*) FROM report_events WHERE event = 'check_back'"))
        assert events.scalar_one() == 1


def test_a_staff_member_on_an_account_is_a_colleague(desk: Desk) -> None:
    """Who reported a colleague's post on a Federation account is asked; who reported a picture is not."""
    desk.report("ana", None, kind="abuse", category="offensive", account="other", author="staff")
    desk.report("joe")
    waits(desk, days=15)
    assert (asked(desk), asked(desk, "joe")) == (1, 0)


def test_an_anonymous_reporter_finds_it_in_the_mailbox(desk: Desk) -> None:
    """Nothing is sent; reference and code show the question and take the answer; nobody is named anywhere."""
    tokens = new_tokens()
    reference = reported(desk, tokens=tokens, mode="anonymous")
    fields = {"reference": tokens.reference, "code": tokens.code}
    assert "one question for you" not in desk.fill("ana", "status.show", "", **fields)
    waits(desk, days=14)
    assert "ana" not in desk.notebook.seen
    assert "one question for you" in desk.fill("ana", "status.show", "", **fields)
    assert "Nothing was stored" in answer(desk, reference, code="0000-0000-0000")
    assert "Your answer is kept" in answer(desk, reference, code=tokens.code)
    assert "one question for you" not in desk.fill("ana", "status.show", "", **fields)
    assert WORDS in desk.press("farid", "case.details", reference)
    assert "'ana'" not in desk.dump()


def test_who_asked_not_to_be_contacted_is_sent_nothing(desk: Desk) -> None:
    """The question waits in the status alone."""
    reported(desk, contact_by="none")
    before = len(desk.notebook.texts("ana"))
    waits(desk, days=14)
    assert len(desk.notebook.texts("ana")) == before
    assert "one question for you" in "\n".join(map(text_of, desk.send("ana", Said("status"))))


def test_who_prefers_the_telephone_is_phoned(desk: Desk) -> None:
    """Nothing is sent to them; those who handle the case are told to ask by phone."""
    reported(desk, contact_by="phone")
    waits(desk, days=14)
    assert asked(desk) == 0
    assert [text for text in desk.notebook.texts("farid") if "please phone the reporter" in text]


def test_an_answer_is_an_addition(desk: Desk) -> None:
    """It stands in the details with its question; anybody who holds the case is told that there is one."""
    reference = reported(desk)
    waits(desk, days=14)
    shown = desk.press("ana", "report.since", reference)
    assert "Has anything happened since?" in shown
    assert "Your answer is kept" in answer(desk, reference)
    waits(desk, minutes=1)
    assert ADDED in desk.notebook.texts("farid")[-1]
    posted = "".join(desk.notebook.texts("farid") + desk.notebook.texts("flt"))
    assert WORDS not in posted
    assert WORDS not in desk.dump()
    assert "URGENT" not in posted
    details = desk.press("farid", "case.details", reference)
    assert f"Asked whether anything has happened since the report: Yes. {WORDS}" in details
    assert "one question for you" not in desk.press("ana", "report.read", reference)


def test_no_is_an_answer_too(desk: Desk) -> None:
    """“No” alone is kept, and told as quietly as everything else."""
    reference = reported(desk)
    waits(desk, days=14)
    answer(desk, reference, answer="no", text="")
    assert "since the report: No." in desk.press("farid", "case.details", reference)
    assert "Please choose one of the answers" in answer(desk, reference, answer="")


def test_danger_reads_whom_to_phone_before_anything_is_sent(desk: Desk) -> None:
    """999 and the DSL stand first and nothing is stored; the second press makes the case urgent."""
    reference = reported(desk)
    waits(desk, days=14)
    before = desk.dump().count("'add'")
    fields = {"answer": ("yes",), "text": (WORDS,), "risk": ("child", "danger")}
    [reply] = desk.send("ana", Submitted("report.since", reference, fields))
    assert isinstance(reply.blocks[1], Callout)
    assert "999" in reply.blocks[1].title
    assert "020 7946 0101" in repr(reply.blocks)
    [form] = [block for block in reply.blocks if isinstance(block, Form)]
    assert form.action == "report.since_urgent"
    assert [item.value for item in form.fields[:3]] == [("yes",), ("child", "danger"), (WORDS,)]
    assert desk.dump().count("'add'") == before
    waits(desk, minutes=1)
    assert URGENT not in "".join(desk.notebook.texts("farid"))
    told = answer(desk, reference, "child", "danger", action="report.since_urgent")
    assert "does not replace a phone call" in told
    waits(desk, minutes=1)
    assert URGENT in desk.notebook.texts("farid")[-1]
    assert "URGENT" in desk.notebook.texts("flt")[0]
    assert "child" not in "".join(desk.notebook.texts("farid")).casefold()
    details = desk.press("farid", "case.details", reference)
    assert f"A child may be at risk. I feel in danger. {WORDS}" in details


def test_an_urgent_answer_starts_the_urgent_ladder(desk: Desk) -> None:
    """A case that nobody has acknowledged climbs ten minutes after the answer, at any hour."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    with desk.product.database.transaction() as tx:
        # Nobody was there to climb to: what counts here is the next step.
        tx.execute(text("UPDATE reports SET due_at = :far"), {"far": "2027-03-01 00:00:00"})
    waits(desk, days=14, hours=12)
    answer(desk, reference, "danger", action="report.since_urgent")
    waits(desk, minutes=9)
    assert not any("Held by" in line for line in desk.notebook.texts("farid"))
    waits(desk, minutes=1)
    assert any("Held by" in line for line in desk.notebook.texts("farid"))


def close(desk: Desk, reference: str) -> None:
    fields = {"outcome": "advice_given", "reason": "Spoken to both, and agreed what happens.", **CLOSING}
    desk.close_case("farid", reference, **fields)
    desk.work()


def test_a_closed_case_reaches_who_handled_it(desk: Desk) -> None:
    """The reporter of a closed case is asked too; anybody who held it is told, and it stays closed."""
    reference = reported(desk)
    close(desk, reference)
    waits(desk, days=14)
    assert asked(desk) == 1
    assert "It is closed" in answer(desk, reference)
    waits(desk, minutes=1)
    assert ADDED in desk.notebook.texts("farid")[-1]
    assert "Status: Closed" in desk.press("farid", "case.show", reference)


def test_an_urgent_answer_to_a_closed_case_reaches_everybody_who_had_it(desk: Desk) -> None:
    """Everybody with its card is told at once that it is urgent, and it is open again."""
    reference = reported(desk)
    close(desk, reference)
    waits(desk, days=14)
    answer(desk, reference, "danger", action="report.since_urgent")
    waits(desk, minutes=1)
    assert URGENT in desk.notebook.texts("farid")[-1]
    assert any(URGENT in line for line in desk.notebook.texts("flt"))
    assert "Status: Not acknowledged yet" in desk.press("farid", "case.show", reference)


def test_nobody_who_is_concerned_hears_of_an_answer(desk: Desk) -> None:
    """With an FLT member concerned, the answer reaches those who have the case, and never the team."""
    reference = desk.report("ana", kind="colleague", conflict="flt").reference
    desk.work()
    desk.press("eleanor", "case.acknowledge", reference)
    close_fields = {"outcome": "advice_given", "reason": "Spoken to both, and agreed what happens."}
    desk.close_case("eleanor", reference, **close_fields, **CLOSING)
    waits(desk, days=14)
    answer(desk, reference, "danger", action="report.since_urgent")
    waits(desk, minutes=1)
    assert URGENT in desk.notebook.texts("eleanor")[-1]
    assert not {"flt", "farid", "grace", "tom"} & desk.notebook.seen.keys()


def test_where_the_holder_has_left_others_are_told(desk: Desk) -> None:
    """A closed case whose holder is no longer on the roster: anybody who may work on it today is told."""
    reference = desk.report("ana", kind="colleague", conflict="flt").reference
    desk.work()
    desk.press("eleanor", "case.acknowledge", reference)
    context = desk.product.context
    roster = context.world.federation.roster
    people = {name: person for name, person in roster.people.items() if name != "eleanor"}
    moved = replace(roster, people=people, roles={**roster.roles, "eht": {"": ("beth",)}})
    world = replace(context.world, federation=replace(context.world.federation, roster=moved))
    context = replace(context, current=CurrentWorld(world))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, desk.product.engine))
    waits(desk, days=14)
    answer(desk, reference)
    waits(desk, minutes=1)
    assert ADDED in desk.notebook.texts("beth")[-1]


def withdrawn(desk: Desk) -> None:
    desk.fill("ana", "report.withdraw", reported(desk), sure="yes", code="")


def kept_all_the_same(desk: Desk) -> None:
    desk.fill("ana", "report.withdraw", reported(desk, crime="yes"), sure="yes", code="")


def moved(desk: Desk) -> None:
    desk.fill("ana", "report.move", reported(desk), to="chair", code="")


def drill(desk: Desk) -> None:
    reported(desk, drill="yes")


@pytest.mark.parametrize("how", [withdrawn, kept_all_the_same, moved, drill])
def test_whom_nobody_asks(desk: Desk, how: object) -> None:
    """Nobody is asked about a drill, or a report that they withdrew or gave to somebody else."""
    how(desk)  # type: ignore[operator]
    waits(desk, days=30)
    assert asked(desk) == 0
    assert "one question for you" not in "\n".join(map(text_of, desk.send("ana", Said("status"))))


def test_of_two_reports_of_one_matter_the_first_is_asked_about(desk: Desk) -> None:
    """Where a later report was linked to an earlier one, only the earlier one's reporter is asked."""
    first = reported(desk)
    desk.later(hours=1)
    second = reported(desk, "joe")
    desk.fill("farid", "case.link", second, reference=first)
    waits(desk, days=15)
    assert (asked(desk), asked(desk, "joe")) == (1, 0)


@pytest.mark.parametrize("how", ["purged", "lost"])
def test_where_the_earlier_report_is_gone_the_later_one_is_asked_about(desk: Desk, how: str) -> None:
    """Linked to a report that was purged, or whose key is missing, the other one is asked about, once."""
    first = reported(desk)
    desk.later(hours=1)
    second = reported(desk, "joe")
    desk.fill("farid", "case.link", second, reference=first)
    close(desk, first)
    desk.later(days=1)
    desk.work(rounds=20)
    with desk.product.database.transaction() as tx:
        found = tx.execute(
            text("SELECT id FROM reports WHERE reference = :name"), {"name": first}
        ).scalar_one()
        if how == "purged":
            shred(tx, found)
        else:
            tx.execute(text("UPDATE reports SET key_id = 'lost' WHERE id = :id"), {"id": found})
    waits(desk, days=14)
    waits(desk, days=1)
    assert asked(desk, "joe") == 1


def test_none_is_asked_where_the_federation_says_so(desk: Desk) -> None:
    """With 0 days in federation.yml nobody is asked, nor about what was reported before the change."""
    reported(desk)
    context = desk.product.context
    federation = context.world.federation
    off = replace(federation, targets=replace(federation.targets, check_back_days=0))
    context = replace(context, current=CurrentWorld(replace(context.world, federation=off)))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, desk.product.engine))
    desk.report("joe", kind="colleague")
    waits(desk, days=30)
    assert (asked(desk), asked(desk, "joe")) == (0, 0)


def test_an_answer_that_overtook_the_notice_is_enough(desk: Desk) -> None:
    """Anybody who answered in the status, before the platform took the notice, is not sent it any more."""
    reference = reported(desk)
    desk.notebook.refuses["ana"] = PassingFault("no connection")
    waits(desk, days=14)
    answer(desk, reference)
    desk.notebook.refuses.clear()
    waits(desk, hours=2)
    assert asked(desk) == 0


def test_it_is_asked_on_the_way_of_every_door(desk: Desk) -> None:
    """The form is private, and leads back here when it is pressed in any door's history."""
    reference = reported(desk)
    waits(desk, days=14)
    [form] = desk.send("ana", Pressed("report.since", reference))
    assert form.ephemeral


def test_who_reported_under_their_name_is_asked_for_no_code(desk: Desk) -> None:
    """The form behind the button that they are sent has no field for a receipt code, nor when it returns."""
    reference = reported(desk)
    waits(desk, days=14)
    notice = next(one for _, one in reversed(desk.notebook.seen["ana"]) if ASKED in one.summary)
    [button] = buttons_of((notice,))
    shown = desk.send("ana", Pressed(button.action, button.value))
    form = form_of(shown)
    assert "code" not in {item.name for item in form.fields}
    again = form_of(desk.send("ana", Submitted(form.action, form.value, {"risk": ("danger",)})))
    assert "code" not in {item.name for item in again.fields}
    sent = desk.send("ana", Submitted(again.action, again.value, {"risk": ("danger",)}))
    assert f"Your answer is kept with {reference}" in text_of(sent[0])


def test_who_is_told_of_an_answer_opens_the_case_from_it(desk: Desk) -> None:
    """That an answer is urgent comes with a button that opens the case."""
    reference = reported(desk)
    waits(desk, days=14)
    answer(desk, reference, "danger", action="report.since_urgent")
    desk.work(rounds=20)
    [told] = [text for text in desk.notebook.texts("farid") if URGENT in text]
    assert f"[Open {reference}]" in told
