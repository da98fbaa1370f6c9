"""The person whom a case is about has a contact who does not handle it."""

import json

import pytest

from bot.domain.routing import decide
from bot.records.case_file import ExportStamp, case_file
from bot.storage.reports import history, people_of, report_by_reference
from tests.support.desk import START, Desk

WHO = "Nora Quill (HR), 020 7946 0199"


def allegation(desk: Desk) -> str:
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.work(rounds=10)
    desk.press("dina", "case.acknowledge", reference)
    return reference


def test_the_contact_stands_in_the_case_and_on_its_paper(desk: Desk) -> None:
    """Shown in the details and the export by name, on the card as a fact alone; nobody is told."""
    reference = allegation(desk)
    desk.work(rounds=10)
    had = {name: len(desk.notebook.texts(name)) for name in desk.notebook.seen}
    assert "kept with" in desk.fill("dina", "case.contact", reference, contact=WHO, note="")
    desk.work(rounds=10)
    assert WHO in desk.press("eleanor", "case.details", reference)
    card = desk.press("dina", "case.show", reference)
    assert "Contact of the person concerned: named on 23 Nov 2026, 09:00" in card
    assert "Nora" not in card
    assert {name: len(desk.notebook.texts(name)) for name in desk.notebook.seen} == had
    with desk.product.database.transaction() as tx:
        context = desk.product.context
        report = report_by_reference(tx, context.vault, reference)
        assert report is not None
        taken = ExportStamp(context.world.federation.roster.people["eleanor"], ("eht",), START)
        file = case_file(context, report, people_of(tx, report), history(tx, report), taken)
    assert json.loads(json.dumps(file))["case"]["named_contact"] == WHO


@pytest.mark.parametrize("who", ["Dina Clarke", "dina CLARKE, ext. 12", "Eleanor Marsh"])
def test_who_handles_it_is_no_contact(desk: Desk, who: str) -> None:
    """The holder, and anybody who worked on the case, are refused as contacts, however they are written."""
    reference = allegation(desk)
    desk.fill("eleanor", "case.note", reference, note="The LADO was phoned.")
    answer = desk.fill("dina", "case.contact", reference, contact=who)
    assert "Name somebody who has no part in it." in answer
    assert "named on" not in desk.press("dina", "case.show", reference)


@pytest.mark.parametrize("who", ["Ana Silva", "ANA SILVA, by e-mail", "Tom Pritchard", "tom pritchard (FLT)"])
def test_who_reported_it_or_is_concerned_is_no_contact(desk: Desk, who: str) -> None:
    """Neither the reporter nor the person whom the case is about keeps in touch with that person."""
    reference = desk.report("ana", kind="colleague", conflict="flt", conflict_people="tom").reference
    desk.work(rounds=10)
    desk.press("eleanor", "case.acknowledge", reference)
    assert "reported it" in desk.fill("eleanor", "case.contact", reference, contact=who)
    assert "named on" not in desk.press("eleanor", "case.show", reference)
    assert "kept with" in desk.fill("eleanor", "case.contact", reference, contact=WHO)


def test_a_contact_is_not_given_the_case_afterwards(desk: Desk) -> None:
    """Anybody who was named as contact is offered to nobody, takes nothing over, and opens nothing again."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.contact", reference, contact="GRACE Holloway, ext. 12")
    desk.work(rounds=10)
    assert "Grace" not in desk.press("farid", "case.assign", reference)
    assert "Choose one of the people" in desk.fill("farid", "case.assign", reference, person="grace")
    assert "You are the contact of the person" in desk.press("grace", "case.take", reference)
    assert "Held by: Farid Anwar" in desk.press("tom", "case.show", reference)
    desk.close_case("farid", reference, outcome="no_action")
    opened = desk.fill("grace", "case.reopen", reference, reason="There is more to it than was said.")
    assert "You are the contact of the person" in opened
    assert "Status: Closed" in desk.press("tom", "case.show", reference)


def test_a_contact_who_is_told_by_the_ladder_does_not_take_it(desk: Desk) -> None:
    """Given back by its holder, a case is acknowledged by somebody else than the contact."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.contact", reference, contact="Grace Holloway")
    desk.press("farid", "case.recuse_yes", reference)
    assert "You are the contact of the person" in desk.press("grace", "case.acknowledge", reference)
    assert "now held by you" in desk.press("tom", "case.acknowledge", reference)


SELF_REPORTS = (
    {"kind": "image", "nudity": "no", "origin": "me", "posted": "no"},
    {"kind": "image", "nudity": "no", "origin": "me", "posted": "sent"},
    {"kind": "image", "nudity": "no", "origin": "me", "posted": "no", "complained": "yes"},
    {"kind": "mistake"},
)


@pytest.mark.parametrize("answers", SELF_REPORTS)
@pytest.mark.parametrize("conflict", ["no", "flt", "fbm", "sbm", "it", "dsl", "unsure"])
def test_a_self_report_never_comes_to_the_chair(desk: Desk, answers: dict[str, str], conflict: str) -> None:
    """Neither its route nor its ladder names the chair, unless the Executive Headteacher is concerned."""
    world = desk.product.context.world
    slots = {
        name: (value,) for name, value in {**answers, "school": "northgate", "conflict": conflict}.items()
    }
    route = decide(world.playbook.rows, world.federation.roster, {**slots, "safe_recipient": ("eht",)})
    assert "maya" not in {item.person for item in route.told}.union(*route.ladder)
    concerned = decide(world.playbook.rows, world.federation.roster, {**slots, "conflict": ("eht",)})
    assert {item.person for item in concerned.told} == {"maya"}


@pytest.mark.parametrize("answers", SELF_REPORTS)
@pytest.mark.parametrize("conflict", ["unsure", "rather_not"])
def test_with_no_clear_answer_the_chair_is_chosen_for_a_reason(
    desk: Desk, answers: dict[str, str], conflict: str
) -> None:
    """The chair alone is no choice; said with it that the headteacher may be involved, they are left out."""
    world = desk.product.context.world
    slots = {**answers, "school": "northgate", "conflict": conflict}
    given = {name: (value,) for name, value in slots.items()}
    bare = decide(world.playbook.rows, world.federation.roster, {**given, "safe_recipient": ("chair",)})
    assert (bare.refusal, bare.told) == ("choose", ())
    said = {**given, "safe_recipient": ("chair_for_eht",)}
    route = decide(world.playbook.rows, world.federation.roster, said)
    assert {item.person for item in route.told} == {"maya"}
    assert "eleanor" in route.excluded
    assert "eht" in route.excluded_roles
    assert not route.ladder
