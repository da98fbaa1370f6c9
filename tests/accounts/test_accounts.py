"""Accounts as people use them: who may do what, and what bad input gets."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.casework.context import Work
from bot.content.documents import load
from bot.content.tables import PermissionTable
from bot.domain.access import Duties, Duty, has_duty
from bot.domain.accounts import ACTS, AccountStage
from bot.domain.roster import ROLES, Absence
from bot.domain.staff import ListedStaff
from bot.domain.turns import Incoming, Pressed, Said, Sender, Submitted, Typed
from bot.governance.collect import account_figures
from bot.storage.accounts import find_account
from bot.storage.staff import put_staff
from tests.accounts.house import (
    NAME,
    PAGES,
    apply,
    attest,
    confirm,
    decide,
    entries,
    entry,
    fill,
    form_in,
    labels,
    live,
    stage,
    words,
    write,
)
from tests.people.test_roster import agree
from tests.replies.test_entries import log, with_federation
from tests.support.desk import START, Desk

ROOT = Path(__file__).resolve().parents[2]
FACEBOOK, SOUTHMERE = "Northgate School on Facebook", "Southmere School on Instagram"


def audit(desk: Desk) -> list[tuple[str, str]]:
    """Who did what beside the cases, oldest first."""
    with desk.product.database.transaction() as tx:
        rows = tx.execute(text("SELECT actor, action FROM audit ORDER BY number"))
        return [(row.actor, row.action) for row in rows]


def with_roles(desk: Desk, **changed: dict[str, tuple[str, ...]]) -> None:
    """The same Federation with other holders of these roles."""
    roster = desk.product.context.current.at_start.federation.roster
    with_federation(desk, roster=replace(roster, roles={**roster.roles, **changed}))


def to_sbm(desk: Desk) -> None:
    """An application that waits for the business manager."""
    apply(desk)
    attest(desk, "ana", "joe")


# Who may do what, written from the design and not from permissions.yml.
TABLE: dict[Duty, dict[str, str]] = {
    "apply_account": {"anybody": "always"},
    "withdraw_account": {"applicant": "own"},
    "see_account": {
        "applicant": "own", "runner": "own", "sbm": "always", "flt": "always", "eht": "always", "it": "always"
    },
    "attest_account": {"runner": "own"},
    "complete_account": {"sbm": "not_own", "flt": "vacant", "eht": "not_own"},
    "decide_account": {"flt": "not_own", "eht": "not_own"},
    "run_account": {"it": "always"},
    "review_account": {"runner": "own", "it": "always", "flt": "always"},
}  # fmt: skip
EVERY_ROLE = sorted(
    {*ROLES, "policy_owner", *(f"deputy_{one}" for one in ROLES if not one.startswith("deputy_")), "stranger"}
)


@pytest.mark.parametrize(
    ("role", "duty", "tie"),
    list(itertools.product(EVERY_ROLE, TABLE, ("", "runs", "applied", "vacant"))),
)
def test_the_permission_table_cell_by_cell(role: str, duty: Duty, tie: str) -> None:
    """Each role may do what the table of the design gives it, and nothing else; a deputy is no holder."""
    table: Duties = load(ROOT / "policy_kb" / "permissions.yml", PermissionTable).workflows
    own = tie in ("runs", "applied")
    held = {"always": True, "own": own, "not_own": not own, "vacant": tie == "vacant"}
    ties = {
        "anybody",
        role,
        *(("runner",) if tie == "runs" else ()),
        *(("applicant",) if tie == "applied" else ()),
    }
    wanted = any(held[how] for who, how in TABLE[duty].items() if who in ties)
    found = has_duty(table, duty, {role}, tie == "runs", applied=tie == "applied", vacant=tie == "vacant")
    assert found == wanted


def test_every_act_has_a_duty_of_the_table() -> None:
    """No act is done without a right that the table gives."""
    assert {act.duty for act in ACTS.values()} <= TABLE.keys()


def test_a_command_and_the_button_under_an_answer_begin_it(desk: Desk) -> None:
    """The word, the command's word and the button lead to the same first page."""
    for content in (
        Said("new account"),
        Said("account-request"),
        Said("/account-request"),
        Pressed("account.request"),
    ):
        assert "1 of 4" in words(desk.send("ana", content))
    assert entries(desk) == []


@pytest.mark.parametrize("user", ["joe", "priya", "dina", "maya", "colin", "susan", "beth", "nobody"])
def test_who_has_no_part_in_it_sees_and_changes_nothing(desk: Desk, user: str) -> None:
    """Those whom the table does not name are refused at each press and form, and each is in the audit."""
    apply(desk, lead=("person:lucy",), others=("person:omar",), user="ana")
    found, refused = entry(desk), 0
    assert NAME not in words(desk.send(user, Said("accounts")))
    assert "To show what" not in desk.press(user, "account.open", found.id)
    for act in ACTS:
        for content in (
            Pressed(f"account.{act}", found.id),
            Submitted(f"account.{act}", found.id, {"why": ("x",)}),
        ):
            assert "Nothing has changed" in words(desk.send(user, content))
            refused += 1
    assert "Nothing has changed" in desk.press(user, "account.send", found.id)
    # A page reads as under an id that never was, which begins one of their own; what there is stays as it is.
    assert NAME not in desk.press(user, "account.page", f"{found.id}|2")
    assert entry(desk) == found
    assert [action for _, action in audit(desk)].count("refused") == refused + 2


@pytest.mark.parametrize("user", ["ravi", "farid", "eleanor", "ivan"])
def test_those_who_have_a_part_see_the_whole_of_it(desk: Desk, user: str) -> None:
    """Its business manager, the leadership team, the Executive Headteacher and IT see all of it."""
    apply(desk)
    assert "To show what the science department does." in desk.press(user, "account.open", entry(desk).id)


@pytest.mark.parametrize("action", ["open", "rules", "complete", "approve", "confirm", "send"])
def test_an_application_that_is_not_shown_reads_like_none(desk: Desk, action: str) -> None:
    """Who may not know of an application reads the same of it as of one that was never there."""
    to_sbm(desk)
    behind = "|1" if action == "confirm" else ""
    hidden, unknown = (
        desk.press("dina", f"account.{action}", f"{name}{behind}") for name in (entry(desk).id, "0" * 32)
    )
    assert hidden == unknown
    assert NAME not in hidden


@pytest.mark.parametrize("action", ["page", "back"])
@pytest.mark.parametrize("user", ["joe", "dina"])
def test_a_page_of_anothers_application_reads_like_one_of_none(desk: Desk, action: str, user: str) -> None:
    """A page of what they may not know of begins an application of their own, as under any unknown id."""
    write(desk)
    found = entry(desk)
    hidden, unknown = (
        re.sub("[0-9a-f]{32}", "ID", desk.press(user, f"account.{action}", f"{name}|2"))
        for name in (found.id, "0" * 32)
    )
    assert hidden == unknown
    assert NAME not in hidden
    desk.send(user, Submitted("account.page", f"{found.id}|2", PAGES["2"]))
    assert entry(desk) == found


def test_another_schools_business_manager_is_refused(desk: Desk) -> None:
    """An application is passed on by the business manager of its own school alone."""
    to_sbm(desk)
    assert "There is no such" in fill(desk, "susan", "complete")
    assert stage(desk) is AccountStage.WITH_SBM
    desk.work(20)
    assert NAME not in "\n".join(desk.notebook.texts("susan"))
    fill(desk, "ravi", "complete")
    assert stage(desk) is AccountStage.WITH_FLT


def test_a_business_manager_who_applies_goes_past_themselves(desk: Desk) -> None:
    """Their application goes straight to the leadership team, said and logged; they may not pass it on."""
    desk.work()
    apply(desk, "ravi")
    attest(desk, "ana", "joe")
    assert stage(desk) is AccountStage.WITH_FLT
    assert ("unknown", "account.direct") in audit(desk)
    assert "went straight to the leadership team" in words(
        desk.send("farid", Pressed("account.open", entry(desk).id))
    )
    assert "Nobody decides on what concerns them" in fill(desk, "ravi", "return", why="x")


def test_a_runner_does_not_decide(desk: Desk) -> None:
    """Anybody who is to run it is neither satisfied of it nor approves it, and is not told to."""
    desk.work()
    apply(desk, lead=("person:farid",), others=("person:lucy",))
    attest(desk, "farid", "lucy")
    fill(desk, "ravi", "complete")
    before = entry(desk)
    for act in ("tick", "approve", "reject", "ask"):
        assert "Nobody decides on what concerns them" in fill(desk, "farid", act, why="x")
    assert entry(desk) == before
    desk.work(20)
    assert "An application for an account" not in "\n".join(desk.notebook.texts("farid"))
    assert "An application for an account" in "\n".join(desk.notebook.texts("tom"))


def test_an_applicant_does_not_decide(desk: Desk) -> None:
    """A leader who applied, and is not to run it, is refused each decision on their own application."""
    desk.work()
    apply(desk, "farid")
    attest(desk, "ana", "joe")
    fill(desk, "ravi", "complete")
    before = entry(desk)
    for act in ("tick", "approve", "reject", "ask"):
        assert "Nobody decides on what concerns them" in fill(desk, "farid", act, why="x")
    assert entry(desk) == before
    decide(desk, flt="tom")
    assert stage(desk) is AccountStage.CREATING


def test_the_executive_headteacher_decides_where_the_whole_team_is_concerned(desk: Desk) -> None:
    """Where everybody in the leadership team is to run it, the Executive Headteacher is told and decides."""
    desk.work()
    apply(desk, lead=("person:farid",), others=("person:grace", "person:tom"))
    attest(desk, "farid", "grace", "tom")
    fill(desk, "ravi", "complete")
    desk.work(20)
    assert "An application for an account" in "\n".join(desk.notebook.texts("eleanor"))
    decide(desk, flt="eleanor")
    assert stage(desk) is AccountStage.CREATING


def test_an_approver_on_leave_is_covered_but_not_by_way_of_whom_it_concerns(desk: Desk) -> None:
    """A cover passes on in the place of somebody away; not in the place of somebody whom it concerns."""
    roster = desk.product.context.current.at_start.federation.roster
    away = Absence("ravi", START - timedelta(days=1), START + timedelta(days=9), "omar")
    with_federation(desk, roster=replace(roster, absences=(away,)))
    to_sbm(desk)
    desk.work(20)
    assert "An application for an account" in "\n".join(desk.notebook.texts("omar"))
    assert "is with the Federation Leadership Team" in fill(desk, "omar", "complete")
    second = "@NorthgateBand"
    apply(desk, "ravi", name=(second,))
    attest(desk, "ana", "joe", name=second)
    # Ravi applied: Omar has the role through nobody but Ravi.
    assert stage(desk, second) is AccountStage.WITH_FLT
    assert "You may not do this" in fill(desk, "omar", "return", second, why="x")


def test_without_a_business_manager_the_leadership_team_completes(desk: Desk) -> None:
    """One who leaves in the middle leaves nothing lying: the leadership team may pass it on."""
    to_sbm(desk)
    assert "You may not do this" in fill(desk, "farid", "complete")
    with_roles(desk, sbm={})
    assert "is with the Federation Leadership Team" in fill(desk, "farid", "complete")


def test_approval_waits_until_the_team_is_satisfied_of_each(desk: Desk) -> None:
    """What somebody has attested alone does not do (45): one runner short, nothing is approved."""
    to_sbm(desk)
    fill(desk, "ravi", "complete")
    assert "must first be satisfied of each runner" in fill(desk, "farid", "approve")
    fill(desk, "farid", "tick", satisfied=("user:playground:ana",))
    assert "must first be satisfied of each runner" in fill(desk, "farid", "approve")
    fill(desk, "farid", "tick", satisfied=("user:playground:joe",))
    assert [one.satisfied for one in entry(desk).details.runners] == ["", "farid"], "a tick can be taken back"
    decide(desk)
    assert stage(desk) is AccountStage.CREATING


def test_every_box_must_be_ticked(desk: Desk) -> None:
    """An attestation with a box left empty is none."""
    apply(desk)
    answer = fill(desk, "ana", "attest", ticks=("0", "1"), trained="The course of May")
    assert "Each of these must hold" in answer
    assert not any(one.attested for one in entry(desk).details.runners)


@pytest.mark.parametrize("act", ACTS)
def test_each_press_on_an_entry_that_has_ended_changes_nothing(desk: Desk, act: str) -> None:
    """On a withdrawn application every press and form says so, or refuses, and changes nothing."""
    to_sbm(desk)
    fill(desk, "ana", "withdraw")
    found = entry(desk)
    for user in ("ana", "joe", "ravi", "farid", "eleanor", "ivan"):
        for content in (Pressed(f"account.{act}", found.id), Submitted(f"account.{act}", found.id, {})):
            answer = words(desk.send(user, content))
            assert "Nothing has changed" in answer, (user, answer)
    assert entry(desk) == found


def test_each_act_pressed_twice_is_done_once(desk: Desk) -> None:
    """A second press of the same says what is so already; nobody is told twice."""
    desk.work()
    apply(desk)
    assert "It waits for those who are to run it" in desk.press("ana", "account.send", entry(desk).id)
    attest(desk, "ana")
    assert "attested already" in fill(desk, "ana", "attest", trained="again")
    attest(desk, "joe")
    for act, user, fields in (
        ("complete", "ravi", {}),
        ("tick", "farid", {"satisfied": ("user:playground:ana", "user:playground:joe")}),
        ("approve", "farid", {}),
        ("create", "ivan", {"kept_in": "The vault of the office"}),
        ("close", "ivan", {"why": "It is not needed."}),
        ("end", "ivan", {}),
    ):
        answer = fill(desk, user, act, **fields)
        assert "Nothing has changed" not in answer, act
        desk.work(20)
        found = entry(desk)
        if act == "tick":
            # A form of boxes: sent again as it is, it says the same.
            fill(desk, user, act, **fields)
            continue
        sent = (Pressed(f"account.{act}", found.id), Submitted(f"account.{act}", found.id, {"why": ("x",)}))
        for content in sent:
            assert "Nothing has changed" in words(desk.send(user, content)), act
        assert entry(desk).version == found.version, act
    desk.work(20)
    assert sum("An account to be created" in told for told in desk.notebook.texts("ivan")) == 1
    assert len([action for _, action in audit(desk) if action == "account.approve"]) == 1


def test_one_event_twice_is_one(desk: Desk) -> None:
    """A form that the platform delivers again is one."""
    write(desk)
    for _ in range(2):
        desk.send("ana", Pressed("account.send", entry(desk).id), "event-1")
    assert entry(desk).version == entry(desk).version
    assert [action for _, action in audit(desk)].count("account.send") == 1


def test_a_rule_confirmed_twice_counts_once(desk: Desk) -> None:
    """The rules are confirmed one by one: one that comes twice, or too early, shows the next."""
    live_until_rules(desk)
    found = entry(desk)
    for value in ("1", "1", "1", "5", "9", "0", "x"):
        desk.press("ana", "account.confirm", f"{found.id}|{value}")
    assert entry(desk).details.runners[0].confirmed == 1
    assert "You may not do this" in desk.press("priya", "account.confirm", f"{found.id}|1")
    confirm(desk, "ana", "joe")
    assert "confirmed this rule already" in desk.press("ana", "account.confirm", f"{found.id}|7")
    assert [one.confirmed for one in entry(desk).details.runners] == [7, 7]


def live_until_rules(desk: Desk) -> None:
    """An account that is live, its rules not confirmed yet."""
    to_sbm(desk)
    fill(desk, "ravi", "complete")
    decide(desk)
    fill(desk, "ivan", "create", kept_in="The vault of the office")


@pytest.mark.parametrize(
    ("page", "fields", "wrong", "error"),
    [
        ("1", {"school": ("elsewhere",)}, "school", "Choose from the list."),
        ("1", {"platform": ()}, "platform", "Choose from the list."),
        ("1", {"name": ("x" * 121,)}, "name", "120 characters at most"),
        ("1", {"name": ("northgate school on facebook",)}, "name", "of this name already"),
        ("1", {"name": ("the password is Tr0ub4dor&3",)}, "name", "looks like a password"),
        ("2", {"aim": ("TBC.",)}, "aim", "Please say it in a sentence."),
        ("2", {"aim": ("a b c",)}, "aim", "Please say it in a sentence."),
        ("2", {"promotion": ("login: science pw: S3cret!99",)}, "promotion", "looks like a password"),
        (
            "2",
            {"aim": ("To show how well pupil Amelia Hartley paints.",)},
            "aim",
            "“Amelia Hartley” looks like",
        ),
        (
            "2",
            {"promotion": ("Our Year 9 student Jay O’Brien tells.",)},
            "promotion",
            "“Jay O’Brien” looks like",
        ),
        ("1", {"name": ("Fans of our pupil Amelia Hartley",)}, "name", "“Amelia Hartley” looks like"),
        ("2", {"audience": ("students", "martians")}, "audience", "Choose from the list."),
        ("3", {"lead": ("person:stranger",)}, "lead", "nobody whom Signpost knows"),
        ("3", {"others": ("person:lucy", "person:lucy")}, "others", "Lucy Banks is named twice"),
        ("3", {"lead": ()}, "lead", "Choose from the list."),
        ("4", {"email": ("science",)}, "email", "Give an e-mail address."),
        (
            "4",
            {"email": ("ana@harbour.example.sch.uk.evil.org",)},
            "email",
            "It ends in harbour.example.sch.uk",
        ),
        ("4", {"email": ("ana@notharbour.example.sch.uk",)}, "email", "It ends in harbour.example.sch.uk"),
        ("4", {"open": ("perhaps",)}, "open", "Choose from the list."),
    ],
)
def test_each_bad_input_is_named_beside_its_field(
    desk: Desk, page: str, fields: dict[str, tuple[str, ...]], wrong: str, error: str
) -> None:
    """What is wrong stands beside its field, what was typed stays there, and the page is not left."""
    shown = desk.send("ana", Pressed("account.request"))
    for number, given in PAGES.items():
        value = form_in(shown).value
        sent = {**given, **fields} if number == page else given
        shown = desk.send("ana", Submitted("account.page", value, sent))
        if number == page:
            break
    form = form_in(shown)
    errors = {item.name: item.error for item in form.fields if item.error}
    assert list(errors) == [wrong], errors
    assert error in errors[wrong]
    assert form.value == f"{value[:-1]}{page}" or page == "1"
    assert {item.name: item.value for item in form.fields} == {**PAGES[page], **fields}


@pytest.mark.parametrize(
    "kept_in",
    ["hunter2hunter", "S3cret!99", "password: horse", "vault, Tr0ub4dor&3", "pw=letmein99", "the PIN 4711"],
)
def test_a_password_is_never_taken(desk: Desk, kept_in: str) -> None:
    """Where the login details are kept is named, and what looks like one is refused and stored nowhere."""
    to_sbm(desk)
    fill(desk, "ravi", "complete")
    decide(desk)
    assert "never typed here" in fill(desk, "ivan", "create", kept_in=kept_in)
    assert stage(desk) is AccountStage.CREATING
    assert kept_in not in desk.dump()
    assert "is live" in fill(desk, "ivan", "create", kept_in="The password vault under Science")


def test_two_runners_who_are_one_person(desk: Desk) -> None:
    """Somebody who stands twice on the staff list, with two addresses, is one member of staff."""
    with desk.product.database.transaction() as tx:
        vault = desk.product.context.vault
        put_staff(tx, vault, ListedStaff("Ana Silva", "ana@harbour.example.sch.uk", ("northgate",)))
        put_staff(tx, vault, ListedStaff("ana  SILVA", "ana.silva@harbour.example.sch.uk", ("northgate",)))
    shown = desk.send("ana", Pressed("account.request"))
    for number in ("1", "2"):
        shown = desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES[number]))
    options = {option.label: option.value for option in form_in(shown).fields[0].options}
    both = {"lead": (options["Ana Silva"],), "others": (options["ana  SILVA"],)}
    shown = desk.send("ana", Submitted("account.page", form_in(shown).value, both))
    assert "named twice" in form_in(shown).fields[1].error


def test_the_staff_of_the_school_are_offered_first(desk: Desk) -> None:
    """Where a card has no room for everybody, those of another school are left out first."""
    with desk.product.database.transaction() as tx:
        for name, school in (("Abel Ash", "southmere"), ("Zoe Zeal", "northgate")):
            email = f"{name.split()[0].casefold()}@harbour.example.sch.uk"
            put_staff(tx, desk.product.context.vault, ListedStaff(name, email, (school,)))
    shown = desk.send("ana", Pressed("account.request"))
    for number in ("1", "2"):
        shown = desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES[number]))
    offered = [option.label for option in form_in(shown).fields[0].options]
    assert offered.index("Zoe Zeal") < offered.index("Abel Ash")


def test_who_is_on_the_staff_list_alone_signs_on_paper(desk: Desk) -> None:
    """Signpost cannot ask them: the business manager enters it, and they count as staff."""
    with desk.product.database.transaction() as tx:
        put_staff(
            tx,
            desk.product.context.vault,
            ListedStaff("Sam Teal", "sam@harbour.example.sch.uk", ("northgate",)),
        )
    shown = desk.send("ana", Pressed("account.request"))
    for number in ("1", "2"):
        shown = desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES[number]))
    sam = next(one.value for one in form_in(shown).fields[1].options if one.label == "Sam Teal")
    assert "sam@" not in sam
    third = {"lead": ("user:playground:ana",), "others": (sam,)}
    shown = desk.send("ana", Submitted("account.page", form_in(shown).value, third))
    desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES["4"]))
    desk.press("ana", "account.send", entry(desk).id)
    attest(desk, "ana")
    assert "There is no such" in fill(desk, "susan", "paper", runner=sam)
    assert "Entered for Sam Teal" in fill(desk, "ravi", "paper", runner=sam)
    assert stage(desk) is AccountStage.WITH_SBM


def test_what_is_typed_is_kept_as_it_is_typed(desk: Desk) -> None:
    """Words that are typed and not sent, a page that is wrong, and the way back lose nothing."""
    shown = desk.send("ana", Pressed("account.request"))
    shown = desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES["1"]))
    place = form_in(shown).value
    assert desk.send("ana", Typed(place, {"aim": ("To show what we",)})) == ()
    assert form_in(desk.send("ana", Said("new account"))).fields[0].value == ("To show what we",)
    shown = desk.send("ana", Pressed("account.back", place, {"aim": ("To show what we do",)}))
    assert form_in(shown).fields[2].value == (NAME,)
    shown = desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES["1"]))
    assert form_in(shown).fields[0].value == ("To show what we do",)
    # Nobody else's, and nothing but a page of an application.
    desk.send("joe", Typed(place, {"aim": ("Mine",)}))
    assert entry(desk).details.answer("aim") == "To show what we do"


def test_nobody_reaches_the_application_of_another_by_its_token(desk: Desk) -> None:
    """The same token from somebody else begins another application."""
    token = form_in(desk.send("ana", Pressed("account.request"))).value
    desk.send("ana", Submitted("account.page", token, PAGES["1"]))
    desk.send("joe", Submitted("account.page", token, PAGES["1"]))
    assert {one.details.applicant for one in entries(desk)} == {"user:playground:ana", "user:playground:joe"}


@pytest.mark.parametrize("value", ["", "x", "'; DROP TABLE accounts", "A" * 32 + "|1", "0" * 32 + "|9"])
def test_a_made_up_place_begins_again(desk: Desk, value: str) -> None:
    """A page that was not made here is the first page, with nothing stored."""
    assert "1 of 4" in words(desk.send("ana", Submitted("account.page", value, PAGES["1"])))
    assert entries(desk) == []
    for action in ("open", "send", "confirm", "attest", "rules"):
        assert "There is no such" in desk.press("ana", f"account.{action}", value)


def test_the_register_is_what_the_forms_offer(desk: Desk) -> None:
    """A live account is offered where a comment is logged and abuse is reported; before that it is not."""
    to_sbm(desk)
    assert NAME not in words(desk.send("ana", Said("log a comment")))
    fill(desk, "ravi", "complete")
    decide(desk)
    fill(desk, "ivan", "create", kept_in="The vault of the office")
    options = [one.value for one in form_in(desk.send("ana", Said("log a comment"))).fields[0].options]
    assert NAME in options
    assert NAME in desk.product.context.world.federation.accounts
    assert FACEBOOK in desk.product.context.world.federation.accounts


def test_runners_of_a_new_account_answer_its_comments(desk: Desk) -> None:
    """Anybody who runs a new account and is on the roster is told of its comments, and answers them."""
    desk.work()
    apply(desk, lead=("person:lucy",), others=("person:omar",))
    attest(desk, "lucy", "omar")
    fill(desk, "ravi", "complete")
    decide(desk)
    fill(desk, "ivan", "create", kept_in="The vault of the office")
    assert f"It is on the list: {NAME}" in log(desk, account=NAME)
    desk.work(20)
    assert any("A reply is owed" in told for told in desk.notebook.texts("omar"))
    assert NAME in words(desk.send("lucy", Said("replies")))


def test_an_account_that_is_closed_while_a_report_names_it(desk: Desk) -> None:
    """The report keeps the account's name on its card and in its details; new reports are not offered it."""
    desk.work()
    reference = desk.report(kind="abuse", account=FACEBOOK, category="offensive", mode="named").reference
    fill(desk, "ivan", "close", FACEBOOK, why="There is a new one.")
    fill(desk, "ivan", "end", FACEBOOK)
    assert stage(desk, FACEBOOK) is AccountStage.CLOSED
    desk.work(20)
    desk.press("farid", "case.acknowledge", reference)
    assert FACEBOOK in desk.press("farid", "case.details", reference)
    assert FACEBOOK not in desk.product.context.world.federation.accounts


def test_the_seed_is_as_configured_until_signpost_changes_it(desk: Desk) -> None:
    """The accounts of federation.yml are on the register at the first start, unchanged and told to nobody."""
    before = desk.product.context.world.federation
    desk.work(20)
    after = desk.product.context.world.federation
    assert (after.accounts, dict(after.account_facts)) == (before.accounts, dict(before.account_facts))
    assert desk.notebook.seen == {}
    for name in before.accounts:
        assert stage(desk, name) is AccountStage.LIVE
    desk.later(days=1)
    desk.work(20)
    assert [len(entries(desk, name)) for name in before.accounts] == [1] * len(before.accounts)
    assert desk.notebook.seen == {}


def test_figures_for_the_governors(desk: Desk) -> None:
    """Live, under two members of staff, review overdue: counted, with no name."""
    desk.work(20)
    with desk.product.database.transaction() as tx:
        found = account_figures(Work(tx, desk.product.context, desk.now))
    assert (found.live, found.under_two_runners, found.review_overdue) == (4, 3, 0)
    desk.later(days=366)
    desk.work(20)
    desk.later(days=60)
    desk.work(20)
    with desk.product.database.transaction() as tx:
        found = account_figures(Work(tx, desk.product.context, desk.now))
    assert (found.live, found.under_two_runners, found.review_overdue) == (4, 3, 4)


def test_what_is_stored_is_sealed(desk: Desk) -> None:
    """Neither a name nor an answer of an application stands readable in the database."""
    to_sbm(desk)
    dump = desk.dump()
    for word in (NAME, "science department", "harbour.example", "Ana Silva", "September"):
        assert word not in dump, word


def test_words_in_a_channel_show_nothing(desk: Desk) -> None:
    """Where others read, neither an application nor the list is shown, and nothing is stored."""
    to_sbm(desk)
    found = entry(desk)
    for content in (Said("accounts"), Said("new account"), Pressed("account.open", found.id)):
        incoming = Incoming(f"public-{content}", Sender("playground", "ravi"), content, private=False)
        answer = words(desk.product.assistant.handle(incoming, desk.now))
        assert NAME not in answer
        assert "1 of 4" not in answer
    assert entry(desk) == found


def test_danger_in_a_page_comes_before_everything(desk: Desk) -> None:
    """Who writes into an application that a child is in danger reads 999 and the DSL's number first."""
    shown = desk.send("ana", Pressed("account.request"))
    shown = desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES["1"]))
    told = {**PAGES["2"], "aim": ("a student is going to kill himself tonight",)}
    answer = words(desk.send("ana", Submitted("account.page", form_in(shown).value, told)))
    assert "999" in answer.split("Apply for an account")[0]


def test_while_paused_nothing_begins(desk: Desk) -> None:
    """While two people have paused Signpost no application is taken."""
    desk.fill("ivan", "roster.pause", "", reason="A test")
    with desk.product.database.transaction() as tx:
        proposal = str(tx.exec_driver_sql("SELECT id FROM approvals").scalar())
    desk.press("maya", "roster.confirm", proposal)
    assert "1 of 4" not in words(desk.send("ana", Said("new account")))


def test_a_rejected_account_asked_for_again_is_another_application(desk: Desk) -> None:
    """The name is free again, the old one stays as it ended, and anybody who decides reads why."""
    to_sbm(desk)
    fill(desk, "ravi", "complete")
    fill(desk, "farid", "reject", why="There is one already.")
    apply(desk, "joe")
    attest(desk, "ana", "joe")
    assert sorted(one.stage.value for one in entries(desk)) == ["rejected", "with_sbm"]
    assert "There is one already." in desk.press("ravi", "account.open", entry(desk).id)
    assert "There is one already." not in desk.press("joe", "account.open", entry(desk).id)


def test_a_second_application_of_one_name_waits_for_the_first(desk: Desk) -> None:
    """While one of that name is under way no other is sent, however it is written."""
    to_sbm(desk)
    assert (
        "of this name already"
        in form_in(
            desk.send(
                "priya",
                Submitted(
                    "account.page",
                    form_in(desk.send("priya", Pressed("account.request"))).value,
                    {**PAGES["1"], "name": ("NORTHGATESCIENCE",)},
                ),
            )
        )
        .fields[2]
        .error
    )


def test_the_same_name_on_another_platform(desk: Desk) -> None:
    """An applicant whose name is taken reads how the two are told apart, and does it."""
    to_sbm(desk)
    shown = desk.send("priya", Pressed("account.request"))
    page = {**PAGES["1"], "platform": ("instagram",)}
    shown = desk.send("priya", Submitted("account.page", form_in(shown).value, page))
    assert "add the platform to its name" in form_in(shown).fields[2].error
    named = {**page, "name": (f"{NAME} on Instagram",)}
    shown = desk.send("priya", Submitted("account.page", form_in(shown).value, named))
    assert form_in(shown).value.endswith("|2")


def test_every_button_leads_somewhere(desk: Desk) -> None:
    """Each button that is drawn on the way is answered by what it says, and none is refused."""
    desk.work()
    live(desk)
    for user in ("ana", "ravi", "farid", "ivan", "grace", "priya"):
        shown = desk.send(user, Said("accounts"))
        buttons = [
            item
            for block in shown[0].blocks
            for item in getattr(block, "items", ())
            if hasattr(item, "action")
        ]
        assert buttons
        for button in buttons:
            opened = desk.send(user, Pressed(button.action, button.value))
            assert "Nothing has changed" not in words(opened)
            for block in opened[0].blocks:
                for item in getattr(block, "items", ()):
                    if hasattr(item, "action"):
                        assert "Nothing has changed" not in words(
                            desk.send(user, Pressed(item.action, item.value))
                        )


def test_the_whole_way_is_in_the_audit(desk: Desk) -> None:
    """Each act is in the audit with who did it; nothing else that they typed."""
    live(desk)
    done = [action for _, action in audit(desk) if action.startswith("account.")]
    assert done[:8] == [
        "account.send", "account.attest", "account.attest", "account.complete", "account.tick",
        "account.approve", "account.create", "account.confirm",
    ]  # fmt: skip
    assert done.count("account.confirm") == 14
    assert ("farid", "account.approve") in audit(desk)


def test_an_entry_that_is_gone_says_so(desk: Desk) -> None:
    """A late press on what was deleted is told so."""
    live(desk)
    found = entry(desk)
    with desk.product.database.transaction() as tx:
        tx.execute(text("DELETE FROM accounts"))
        assert find_account(tx, desk.product.context.vault, found.id) is None
    for user, act in (("ana", "open"), ("ivan", "close"), ("ana", "confirm")):
        assert "There is no such" in desk.press(
            user, f"account.{act}", f"{found.id}|1" if act == "confirm" else found.id
        )


def test_no_name_of_a_key_stands_in_a_text(desk: Desk) -> None:
    """What people read names people, never the keys by which Signpost knows them."""
    live(desk)
    shown = "\n".join(
        words(desk.send(user, content))
        for user in ("ana", "ravi", "farid", "ivan")
        for content in (Said("accounts"), Pressed("account.open", entry(desk).id))
    )
    assert not re.search(r"\b(?:user|person|guest|staff):\w", shown)
    assert "[Accounts]" in shown
    assert labels(desk.send("ivan", Pressed("account.open", entry(desk).id))) == [
        "Close it",
        "Transfer it",
        "Accounts",
    ]


SECRET = ("The password is Summer2024! for the choir.",)


def begun(desk: Desk) -> str:
    """Ana's application at its second page: the value of its form."""
    form = form_in(desk.send("ana", Pressed("account.request")))
    return form_in(desk.send("ana", Submitted("account.page", form.value, PAGES["1"]))).value


@pytest.mark.parametrize("user", ["ravi", "farid", "ivan", "eleanor", "joe"])
def test_what_is_not_sent_yet_is_the_applicants_alone(desk: Desk, user: str) -> None:
    """Nobody else finds or opens an application before it is sent, whatever role they have."""
    value = begun(desk)
    desk.send("ana", Submitted("account.page", value, PAGES["2"]))
    assert NAME not in words(desk.send(user, Pressed("account.list")))
    assert PAGES["2"]["aim"][0] not in desk.press(user, "account.open", entry(desk).id)
    assert NAME in words(desk.send("ana", Pressed("account.list")))


def test_a_password_is_refused_and_not_stored(desk: Desk) -> None:
    """Whether it is sent or only typed, what looks like a password stands in no stored application."""
    value = begun(desk)
    refused = form_in(desk.send("ana", Submitted("account.page", value, {**PAGES["2"], "promotion": SECRET})))
    assert any(field.error for field in refused.fields)
    assert "Summer2024" in repr(refused.fields), "it is shown again, to be changed"
    desk.send("ana", Typed(value, {"audience": SECRET}))
    assert "Summer2024" not in repr(entry(desk).details)
    assert entry(desk).details.answer("aim")


def test_a_students_name_is_refused_and_not_stored(desk: Desk) -> None:
    """Whether it is sent or only typed, a student's likely full name stands in no stored application."""
    value, named = begun(desk), ("To show how well our pupil Amelia Hartley paints.",)
    refused = form_in(desk.send("ana", Submitted("account.page", value, {**PAGES["2"], "aim": named})))
    assert [field.name for field in refused.fields if field.error] == ["aim"]
    desk.send("ana", Typed(value, {"aim": named}))
    assert "Amelia" not in repr(entry(desk).details)
    assert entry(desk).details.answer("promotion")


@pytest.mark.parametrize("act", ["return", "reject"])
def test_no_reason_names_a_student(desk: Desk, act: str) -> None:
    """A reason that seems to name a student is refused; the application stays where it is."""
    to_sbm(desk)
    who = "ravi"
    if act == "reject":
        fill(desk, "ravi", "complete")
        who = "farid"
    before = stage(desk)
    fill(desk, who, act, why="Last year the pupil Amelia Hartley was named on it.")
    assert stage(desk) is before
    assert not entry(desk).details.why


def test_staff_and_schools_are_no_students(desk: Desk) -> None:
    """A colleague of the register, and the words of a school, stand in an aim as they are."""
    aim = ("To show pupils of Northgate School what Year 9 student teacher Lucy Banks paints.",)
    assert "Amelia" not in words(write(desk, aim=aim))
    assert entry(desk).details.answers["aim"] == aim


def test_while_paused_no_account_is_reminded_of(desk: Desk) -> None:
    """What can't be done during a pause is not asked for; after it the reminders go on."""
    to_sbm(desk)
    before = entry(desk).reminded
    agree(desk, "pause", reason="An exercise")
    desk.later(days=5)
    desk.work(20)
    assert entry(desk).reminded == before
    agree(desk, "resume", reason="It is over")
    desk.work(20)
    assert entry(desk).reminded > before
