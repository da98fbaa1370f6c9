"""What a reporter does after Send: correct, withdraw, give the report to somebody else."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.app import new_tokens
from bot.assistant.assistant import Assistant
from bot.delivery.sender import PassingFault
from bot.domain.messages import Heading
from bot.domain.turns import Pressed, Said
from bot.storage.shredding import shred
from tests.support.desk import CLOSING, Desk
from tests.support.screen import buttons_of

BY_NAME = "SELECT id FROM reports WHERE reference = :name"
WRONG = "It was on Tuesday, not on Monday."


def withdraw(desk: Desk, user: str, reference: str, code: str = "") -> str:
    return desk.fill(user, "report.withdraw", reference, sure="yes", code=code)


def move(desk: Desk, user: str, reference: str, to: str, code: str = "") -> str:
    return desk.fill(user, "report.move", reference, to=to, code=code)


def anonymous(desk: Desk, **slots: str) -> tuple[str, str]:
    tokens = new_tokens()
    desk.report("ana", tokens=tokens, mode="anonymous", **slots)
    return tokens.reference, tokens.code


def test_status_leads_to_all_of_it(desk: Desk) -> None:
    """From “status” three presses reach the forms that correct, withdraw and move a report."""
    reference = desk.report("ana", kind="colleague").reference
    assert "[Copy, correct, withdraw or move it]" in desk.press("ana", "status.show") + "\n".join(
        desk.press("ana", "report.read", reference).splitlines()
    )
    shown = desk.press("ana", "report.more", reference)
    for label in ("Correct something", "Withdraw it", "I reported to the wrong person"):
        assert f"[{label}]" in shown
    for action in ("report.correct", "report.withdraw", "report.move"):
        assert all(reply.ephemeral for reply in desk.send("ana", Pressed(action, reference)))
    assert "duty to go on with it all the same" in desk.press("ana", "report.withdraw", reference)


def test_a_correction_stands_beside_the_original(desk: Desk) -> None:
    """A correction is kept as one, the first words stay, and the handler is told without a word of it."""
    reference = desk.report("ana", kind="colleague", narrative="It was on Monday.").reference
    desk.press("farid", "case.acknowledge", reference)
    assert "Your correction is kept" in desk.fill("ana", "report.correct", reference, text=WRONG)
    desk.work()
    assert "the reporter added something" in desk.notebook.texts("farid")[-1]
    assert WRONG not in "".join(desk.notebook.texts("farid") + desk.notebook.texts("flt"))
    details = desk.press("farid", "case.details", reference)
    assert "It was on Monday." in details
    assert f"The reporter corrected. {WRONG}" in details


@pytest.mark.parametrize("action", ["report.correct", "report.withdraw", "report.move"])
def test_nothing_is_done_to_somebody_elses_report(desk: Desk, action: str) -> None:
    """Nobody but the reporter corrects, withdraws or moves a report, with any code, whatever their role."""
    reference = desk.report("ana", kind="colleague").reference
    fields = {"text": WRONG, "sure": "yes", "to": "eht"}
    for user in ("joe", "farid", "eleanor", "ivan"):
        for code in ("", "0000-0000-0000"):
            assert "Nothing was stored" in desk.fill(user, action, reference, code=code, **fields)
    assert "Not acknowledged yet" in desk.press("farid", "case.show", reference)
    assert WRONG not in desk.press("farid", "case.details", reference)


@pytest.mark.parametrize("action", ["report.add", "report.correct"])
def test_a_form_names_the_report_that_it_is_about(desk: Desk, action: str) -> None:
    """Who has sent several reports reads which one they add to; the notification names none."""
    reference = desk.report().reference
    [shown] = desk.send("ana", Pressed(action, reference))
    assert isinstance(shown.blocks[0], Heading)
    assert reference in shown.blocks[0].text
    assert reference not in shown.summary


def test_withdrawing_asks_first(desk: Desk) -> None:
    """A report is not withdrawn before its reporter has ticked that they are sure."""
    reference = desk.report("ana", kind="colleague").reference
    asked = desk.fill("ana", "report.withdraw", reference, sure="", code="")
    assert "Tick the box if you are sure" in asked
    assert "Please fill this in" not in asked
    assert "Not acknowledged yet" in desk.press("farid", "case.show", reference)


def test_where_nobody_is_at_risk_it_is_closed(desk: Desk) -> None:
    """A withdrawn report is closed as withdrawn; its handler is told, nothing is deleted, nobody is late."""
    reference = desk.report("ana", kind="staff_abuse", narrative="Rude remarks.").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.work()
    assert "withdrawn and closed" in withdraw(desk, "ana", reference)
    desk.work()
    assert "its reporter has withdrawn it" in desk.notebook.texts("farid")[-1]
    assert f"[Open {reference}]" in desk.notebook.texts("farid")[-1]
    assert "Withdrawn by the reporter" in desk.notebook.texts("flt")[0]
    details = desk.press("farid", "case.details", reference)
    assert "The reporter withdrew it" in details
    assert "Rude remarks." in details
    assert "What you wrote stays in the record" in desk.press("ana", "report.read", reference)
    assert "already closed" in withdraw(desk, "ana", reference)


@pytest.mark.parametrize("kept", [True, False])
def test_withdraw_is_not_offered_again(desk: Desk, kept: bool) -> None:
    """Once it is withdrawn, or closed, nobody is offered to withdraw it, in the status or behind it."""
    reference = desk.report("ana", kind="colleague" if kept else "staff_abuse").reference
    assert "withdraw" in desk.press("ana", "report.read", reference)
    withdraw(desk, "ana", reference)
    [shown] = desk.send("ana", Pressed("report.read", reference))
    [more] = [one for one in buttons_of((shown,)) if one.label == "Copy, correct or move it"]
    assert "ithdraw" not in desk.press("ana", more.action, more.value)


def test_before_anybody_had_it_everyone_with_its_card_is_told(desk: Desk) -> None:
    """Withdrawn before it was acknowledged, it climbs no ladder, and the channel is told."""
    reference = desk.report("ana", kind="staff_abuse").reference
    desk.work()
    withdraw(desk, "ana", reference)
    desk.later(days=3)
    desk.work(rounds=20)
    assert any("its reporter has withdrawn it" in text for text in desk.notebook.texts("flt"))
    assert not [text for text in desk.notebook.texts("ana") if "has not been acknowledged" in text]
    assert "Status: Closed" in desk.press("farid", "case.show", reference)
    desk.fill("grace", "case.reopen", reference, reason="This sounds as if somebody had pressed them.")
    assert "Being dealt with" in desk.press("farid", "case.show", reference)


@pytest.mark.parametrize(
    ("slots", "handler"),
    [
        ({"kind": "colleague", "child_risk": "yes"}, "dina"),
        ({"kind": "colleague", "child_risk": "unease"}, "eleanor"),
        ({"kind": "colleague", "crime": "yes"}, "farid"),
        # The policy asks that somebody is told of these (79, 120, 51, 92): no reporter takes that back alone.
        ({"kind": "colleague"}, "farid"),
        ({"kind": "mistake"}, "farid"),
        ({"kind": "abuse", "category": "offensive", "account": "other"}, "farid"),
        ({"nudity": "no", "origin": "me"}, "beth"),
        ({"kind": "colleague", "danger": "yes"}, "farid"),
        ({"kind": "abuse", "category": "threat", "account": "other"}, "farid"),
        ({"kind": "image", "nudity": "yes"}, "dina"),
        ({"kind": "concern", "concern_now": "told"}, "dina"),
    ],
)
def test_where_somebody_may_be_at_risk_it_is_kept(desk: Desk, slots: dict[str, str], handler: str) -> None:
    """A child, urgency, a crime, or the policy's own duty: it stays open, and its reporter is told so."""
    reference = desk.report("ana", None, **slots).reference
    desk.press(handler, "case.acknowledge", reference)
    assert "kept and worked on all the same" in withdraw(desk, "ana", reference)
    assert "already withdrawn" in withdraw(desk, "ana", reference)
    desk.work(rounds=20)
    user = desk.product.context.world.federation.roster.people[handler].accounts["playground"]
    assert any("its reporter has withdrawn it" in text for text in desk.notebook.texts(user))
    assert "Being dealt with" in desk.press(handler, "case.show", reference)
    details = desk.press(handler, "case.details", reference)
    assert details.count("The reporter withdrew it; kept") == 1
    assert "worked on all the same" in desk.press("ana", "report.read", reference)


def test_the_card_says_that_it_was_withdrawn(desk: Desk) -> None:
    """Everybody who has the card of a report that is kept reads it there, also who gets it later."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.work(rounds=20)
    withdraw(desk, "ana", reference)
    desk.later(minutes=11)
    desk.work(rounds=20)
    for user in ("eleanor", "dina", "lucy"):
        cards = [text for text in desk.notebook.texts(user) if "Details opened by" in text]
        assert len(cards) == 1
        assert "The reporter withdrew it: 23 Nov 2026, 09:00\n" in cards[0], user


def test_nobody_picks_withdrawn_as_an_outcome(desk: Desk) -> None:
    """Those who close a case cannot say that its reporter withdrew it."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    fields = {"outcome": "withdrawn", "reason": "I would rather that she had withdrawn it."}
    assert "Choose an outcome" in desk.close_case("farid", reference, **fields)


def test_an_anonymous_reporter_does_it_with_the_code(desk: Desk) -> None:
    """Reference and code withdraw an anonymous report from any account; a wrong code changes nothing."""
    reference, code = anonymous(desk, kind="staff_abuse")
    assert "Nothing was stored" in withdraw(desk, "ana", reference, "0000-0000-0000")
    assert "Nothing was stored" in withdraw(desk, "ana", reference)
    assert "withdrawn and closed" in withdraw(desk, "joe", reference, code)
    desk.work(rounds=20)
    assert "ana" not in desk.notebook.seen
    assert "'ana'" not in desk.dump()


def test_the_wrong_person_loses_it(desk: Desk) -> None:
    """The report goes to the one role that its reporter chose, and nothing of it is left in the channel."""
    reference = desk.report("ana", kind="colleague", narrative="About Tom.").reference
    desk.work()
    told = move(desk, "ana", reference, "chair")
    assert "sent to this role alone: Chair of governors" in told
    assert "Nobody had opened its details" in told
    assert "Federation Leadership Team" in told
    desk.work(rounds=20)
    assert reference in desk.notebook.texts("maya")[0]
    assert desk.notebook.texts("flt") == []
    for user in ("farid", "grace", "tom", "eleanor", "dina", "beth", "ivan"):
        for action in ("case.show", "case.details", "case.acknowledge"):
            assert "There is no case with that reference" in desk.press(user, action, reference)
        assert reference not in desk.press(user, "case.show") + "\n".join(
            map(str, desk.send(user, Said("cases")))
        )
    assert "About Tom." in desk.press("maya", "case.details", reference)
    desk.press("maya", "case.acknowledge", reference)
    desk.work(rounds=20)
    assert desk.notebook.texts("flt") == []
    assert "somebody on the team has it" in desk.notebook.texts("ana")[-1]


def test_a_moved_report_leaves_no_trace(desk: Desk) -> None:
    """Card, thread and lines leave the channel, former readers' cards too; a linked case names it no more."""
    context = replace(desk.product.context, threads=("playground",))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, desk.product.engine))
    other = desk.report("joe", kind="colleague").reference
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.later(hours=8)
    desk.work(rounds=10)
    assert any(reference in line for line in desk.notebook.texts("farid"))
    desk.press("farid", "case.acknowledge", reference)
    desk.work(rounds=10)
    desk.later(minutes=1)
    desk.fill("farid", "case.link", reference, reference=other)
    desk.fill("farid", "case.note", reference, note="Spoke to both.")
    desk.work(rounds=20)
    assert any(reference in line for line in desk.notebook.texts("flt") if line.startswith(other))
    lines = sum(map(len, desk.notebook.threads.values()))
    assert lines
    desk.later(minutes=1)
    move(desk, "ana", reference, "chair")
    desk.work(rounds=40)
    posted = desk.notebook.texts("flt") + [line for found in desk.notebook.threads.values() for line in found]
    assert not any(reference in text for text in posted)
    assert [text.splitlines()[0] for text in desk.notebook.texts("flt")] == [
        f"{other} · Abuse by a colleague"
    ]
    assert sum(map(len, desk.notebook.threads.values())) < lines
    carded = [line for line in desk.notebook.texts("farid") if "Held by" in line and reference in line]
    assert carded == []
    assert reference in desk.notebook.texts("maya")[0]


@pytest.mark.parametrize("way", ["moved", "restricted"])
def test_a_link_to_a_purged_case_is_in_nobodys_way(desk: Desk, way: str) -> None:
    """A report that is linked to one of which only a skeleton is left is moved or restricted like others."""
    other = desk.report("joe", kind="colleague").reference
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.fill("farid", "case.link", reference, reference=other)
    desk.work(rounds=10)
    with desk.product.database.transaction() as tx:
        found = tx.execute(
            text("SELECT id FROM reports WHERE reference = :name"), {"name": other}
        ).scalar_one()
        shred(tx, found)
    if way == "moved":
        assert "sent to this role alone" in move(desk, "ana", reference, "chair")
    else:
        why = "It is about somebody on the team."
        assert "restricted" in desk.fill("eleanor", "case.restrict", reference, why=why)


def test_what_is_gone_and_what_never_was_look_the_same(desk: Desk) -> None:
    """Who adds to a report that was purged, or to none, reads the same: that it may not be kept any more."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    with desk.product.database.transaction() as tx:
        found = tx.execute(
            text("SELECT id FROM reports WHERE reference = :name"), {"name": reference}
        ).scalar_one()
        shred(tx, found)
    words = "It goes on."
    gone, never = (desk.fill("ana", "report.add", name, text=words) for name in (reference, "FED-7K3Q"))
    assert "may not be kept any more" in gone
    assert words in gone
    assert gone.replace(reference, "FED-7K3Q") == never


def test_a_move_in_an_outage_is_made_good(desk: Desk) -> None:
    """Where the platform is away, the card leaves the channel when it is back, and nothing else is posted."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.notebook.refuses["flt"] = PassingFault("no connection")
    move(desk, "ana", reference, "chair")
    desk.work(rounds=20)
    assert len(desk.notebook.texts("flt")) == 1
    desk.notebook.refuses.clear()
    desk.later(minutes=10)
    desk.work(rounds=20)
    assert desk.notebook.texts("flt") == []


def test_who_has_opened_it_is_told_by_role(desk: Desk) -> None:
    """A reporter learns in which role somebody had read the details, and no name."""
    reference = desk.report("ana", kind="colleague", narrative="About Tom.").reference
    desk.press("tom", "case.details", reference)
    told = move(desk, "ana", reference, "eht")
    assert "had been opened by: Federation Leadership Team" in told
    assert "Tom" not in told
    assert "There is no case" in desk.press("tom", "case.details", reference)
    assert "Details opened by: Federation Leadership Team" in desk.press("eleanor", "case.details", reference)


def test_a_card_that_was_not_sent_yet_is_not_sent(desk: Desk) -> None:
    """Moved before anything was delivered, nobody else hears of it, and its reporter is not told late."""
    reference = desk.report("ana", kind="colleague").reference
    move(desk, "ana", reference, "eht")
    desk.work(rounds=20)
    assert "flt" not in desk.notebook.seen
    assert reference in desk.notebook.texts("eleanor")[0]
    assert not [text for text in desk.notebook.texts("ana") if "has not been acknowledged" in text]


def test_it_climbs_to_nobody_else(desk: Desk) -> None:
    """Where the chosen role does not answer in time, its reporter is told, and nobody else gets it."""
    reference = desk.report("ana", kind="colleague").reference
    move(desk, "ana", reference, "eht")
    desk.later(days=2)
    desk.work(rounds=20)
    assert set(desk.notebook.seen) == {"ana", "eleanor"}
    assert any("has not been acknowledged" in text for text in desk.notebook.texts("ana"))


def test_nobody_who_is_left_out_is_chosen(desk: Desk) -> None:
    """A role that is concerned is refused, with whom to turn to outside; nothing changes."""
    reference = desk.report("ana", kind="colleague", conflict="eht").reference
    refused = move(desk, "ana", reference, "eht")
    assert "Nothing has changed" in refused
    assert "Protect" in refused
    assert "already with this role alone" in move(desk, "ana", reference, "chair")
    assert "case" in desk.press("maya", "case.show", reference).casefold()


@pytest.mark.parametrize("own", [False, True])
def test_who_was_not_sure_may_choose_the_other_one(desk: Desk, own: bool) -> None:
    """Nothing was said of the one of the two passed over: a reporter who chose wrongly is not refused."""
    kind = "mistake" if own else "colleague"
    reference = desk.report("ana", kind=kind, conflict="unsure", safe_recipient="eht").reference
    desk.press("eleanor", "case.details", reference)
    told = move(desk, "ana", reference, "chair")
    assert "sent to this role alone" in told
    assert "had been opened by: Executive Headteacher" in told
    assert "There is no case" in desk.press("eleanor", "case.show", reference)
    assert "Not acknowledged yet" in desk.press("maya", "case.show", reference)


def test_who_has_chosen_again_stays_with_the_choice(desk: Desk) -> None:
    """From whom a report was taken once, it is kept, though its reporter had not been sure at first."""
    reference = desk.report("ana", kind="colleague", conflict="unsure", safe_recipient="eht").reference
    move(desk, "ana", reference, "chair")
    assert "Nothing has changed" in move(desk, "ana", reference, "eht")
    assert "There is no case" in desk.press("eleanor", "case.show", reference)


def test_nobody_chooses_themselves_for_their_own_mistake(desk: Desk) -> None:
    """A chair who reports a mistake of their own does not give it to themselves by choosing again."""
    reference = desk.report("maya", kind="mistake", conflict="unsure", safe_recipient="eht").reference
    assert "Nothing has changed" in move(desk, "maya", reference, "chair")


def test_a_closed_report_can_still_be_moved(desk: Desk) -> None:
    """What the wrong person has closed is opened again for the right one."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("tom", "case.acknowledge", reference)
    fields = {"outcome": "no_action", "reason": "Nothing in it that needs anything.", **CLOSING}
    desk.close_case("tom", reference, **fields)
    move(desk, "ana", reference, "chair")
    assert "Not acknowledged yet" in desk.press("maya", "case.show", reference)
    assert "You have acknowledged" in desk.press("maya", "case.acknowledge", reference)


def test_an_anonymous_reporter_moves_it_with_the_code(desk: Desk) -> None:
    """Reference and code move an anonymous report; nothing stored or sent names who did."""
    reference, code = anonymous(desk, kind="colleague")
    assert "Nothing was stored" in move(desk, "ana", reference, "eht", "0000-0000-0000")
    assert "sent to this role alone" in move(desk, "ana", reference, "eht", code)
    desk.work(rounds=20)
    assert "ana" not in desk.notebook.seen
    assert "'ana'" not in desk.dump()


@pytest.mark.parametrize(
    "found", [{"crime": "yes"}, {"child": "unsure"}, {"nature": "allegation"}, {"nature": "low_level"}]
)
def test_what_was_assessed_as_a_risk_is_kept_when_it_is_withdrawn(desk: Desk, found: dict[str, str]) -> None:
    """A withdrawal does not close a case in which its handlers have seen that somebody may be at risk."""
    reference = desk.report("ana", kind="staff_abuse").reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    calm = {"category": "colleague", "child": "no", "crime": "no", "nature": "neither"}
    desk.fill("farid", "case.assess", reference, **{**calm, **found})
    assert "kept and worked on all the same" in withdraw(desk, "ana", reference)
    with desk.product.database.transaction() as tx:
        assert tx.exec_driver_sql("SELECT stage FROM reports").scalar_one() == "acknowledged"


def test_who_asked_not_to_be_contacted_is_sent_nothing_more(desk: Desk) -> None:
    """After the receipt nothing is sent, whatever happens; who asks is told so, and the status shows it."""
    reference = desk.report("ana", kind="colleague", contact_by="none").reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    asked = desk.fill("farid", "case.ask", reference, question="Which day was it?")
    desk.work()
    assert "asked not to be contacted" in asked
    assert len(desk.notebook.texts("ana")) == 1
    assert "Which day was it?" in repr(desk.send("ana", Said(f"status {reference}")))
