"""Whoever a case is about has a contact who does not handle it."""

import json

import pytest

from bot.domain.routing import decide
from bot.records.case_file import Taken, case_file
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
        taken = Taken(context.world.federation.roster.people["eleanor"], ("eht",), START)
        file = case_file(context, report, people_of(tx, report), history(tx, report), taken)
    assert json.loads(json.dumps(file))["case"]["named_contact"] == WHO


@pytest.mark.parametrize("who", ["Dina Clarke", "dina CLARKE, ext. 12", "Eleanor Marsh"])
def test_whoever_handles_it_is_no_contact(desk: Desk, who: str) -> None:
    """The holder, and whoever worked on the case, are refused as contacts, however they are written."""
    reference = allegation(desk)
    desk.fill("eleanor", "case.note", reference, note="The LADO was phoned.")
    answer = desk.fill("dina", "case.contact", reference, contact=who)
    assert "Name somebody who has no part in it." in answer
    assert "named on" not in desk.press("dina", "case.show", reference)


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
