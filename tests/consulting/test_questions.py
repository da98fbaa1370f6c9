"""Whom somebody asks before posting: who is told what, who may answer, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.channels.common.messages import is_about_cases
from bot.content.documents import load
from bot.content.tables import PermissionTable
from bot.delivery.sender import PermanentFault
from bot.domain.messages import Buttons, Form
from bot.domain.roster import Absence
from bot.domain.turns import Pressed, Submitted
from bot.posting.shown import ASK_LEADER, ASK_LIST, DRAFT
from bot.storage.audit import entries_of
from bot.storage.schema import consultations
from tests.accounts.house import form_in, labels, words
from tests.replies.test_entries import with_federation
from tests.support.desk import Desk

LEADERS = ("farid", "grace", "tom")
CANARY = "Zeisigruf"
EVENT = "Year 8 sports day on 12 June"
CONTROVERSIAL = {"account": ("federation",), "text": (f"Vote for {CANARY} at the general election! - DCH",)}


def ask(desk: Desk, user: str = "ana", event: str = EVENT, school: str = "northgate") -> str:
    """Ask the person who holds the list; what the asker reads."""
    form = form_in(desk.send(user, Pressed(ASK_LIST)))
    return words(desk.send(user, Submitted(ASK_LIST, form.value, {"school": (school,), "event": (event,)})))


def told(desk: Desk, user: str, title: str) -> list[str]:
    """What somebody was sent under this title."""
    return [text for text in desk.notebook.texts(user) if text.startswith(title)]


def stored(desk: Desk) -> int:
    """How many questions are kept."""
    with desk.product.database.transaction() as tx:
        return int(tx.execute(select(func.count()).select_from(consultations)).scalar_one())


def answered_by(desk: Desk, user: str, which: str) -> Pressed:
    """An answer below the newest question that somebody was sent."""
    blocks = [block for _, message in desk.notebook.seen[user] for block in message.blocks]
    items = [item for block in blocks if isinstance(block, Buttons) for item in block.items]
    (button,) = [item for item in items if item.action == f"consult.{which}"][-1:]
    return Pressed(button.action, button.value)


def answer(desk: Desk, user: str, which: str) -> str:
    """Press it, and what is read then."""
    return words(desk.send(user, answered_by(desk, user, which)))


def test_a_controversial_draft_leads_to_a_leader_who_reads_no_word_of_it(desk: Desk) -> None:
    """The finding has a button; each leader is told once who asks, and no byte holds the draft."""
    desk.work()
    shown = desk.send("ana", Submitted(DRAFT, "", CONTROVERSIAL))
    assert "Ask a senior leader" in labels(shown)
    for _ in range(2):
        read = words(desk.send("ana", Pressed(ASK_LEADER, "", CONTROVERSIAL)))
    assert "told that you would like to speak to one of them" in read
    assert "Farid Anwar" in read
    desk.work(20)
    (notice,) = told(desk, "farid", "Somebody asks before posting")
    assert "Ana Silva" in notice
    assert CANARY not in notice
    assert CANARY not in desk.dump()
    assert not told(desk, "dina", "Somebody asks before posting")


def test_a_draft_that_is_not_controversial_asks_nobody(desk: Desk) -> None:
    """Without that finding there is no such button."""
    calm = {"account": ("federation",), "text": ("Lovely concert tonight! - DCH",)}
    assert "Ask a senior leader" not in labels(desk.send("ana", Submitted(DRAFT, "", calm)))


def test_a_leader_is_not_told_of_themselves(desk: Desk) -> None:
    """A leader who asks is brought to the others."""
    desk.work()
    desk.send("farid", Pressed(ASK_LEADER))
    desk.work(20)
    assert not told(desk, "farid", "Somebody asks before posting")
    assert told(desk, "grace", "Somebody asks before posting")


@pytest.mark.parametrize(
    ("which", "says"), [("yes", "somebody is on the list"), ("no", "nobody is known to be on the list")]
)
def test_who_holds_the_list_answers_for_an_event(desk: Desk, which: str, says: str) -> None:
    """The holder at that school is asked; the asker reads the answer, and to read the list all the same."""
    desk.work()
    assert "Unread" not in ask(desk)
    desk.work(20)
    (question,) = told(desk, "ravi", "A question about the list")
    assert EVENT in question
    assert "Ana Silva" in question
    assert "is told" in answer(desk, "ravi", which)
    desk.work(20)
    (read,) = told(desk, "ana", "About the list of objections")
    assert says in read
    assert "Nobody's word that it will be all right replaces reading it." in read
    assert "Staff should familiarise" in read
    assert "answered already" in answer(desk, "ravi", "no" if which == "yes" else "yes")
    desk.work(20)
    assert len(told(desk, "ana", "About the list of objections")) == 1


def test_the_stop_at_the_list_offers_to_ask(desk: Desk) -> None:
    """Anybody who has not read the list may ask about an event, and does not go on."""
    shown = desk.send("ana", Pressed("posting.picture", "list/unread"))
    assert "Stop: don't post it" in words(shown)
    assert "Ask about an event or class" in labels(shown)
    assert "Ask about an event or class" not in labels(
        desk.send("ana", Pressed("posting.picture", "list/objection"))
    )


@pytest.mark.parametrize(
    ("event", "school", "error"),
    [
        ("", "northgate", "Please fill this in."),
        ("x" * 121, "northgate", "120 characters at most"),
        ("Sports day with Amelia Hartley", "northgate", "name nobody"),
        ("The pupil Jay O\u2019Brien in 8B", "northgate", "name nobody"),
        (EVENT, "elsewhere", "Choose from the list."),
    ],
)
def test_each_bad_question_is_named_beside_its_field(desk: Desk, event: str, school: str, error: str) -> None:
    """What is wrong stands beside its field; nothing is stored, and nobody is asked."""
    form = form_in(desk.send("ana", Pressed(ASK_LIST)))
    sent = Submitted(ASK_LIST, form.value, {"school": (school,), "event": (event,)})
    again = form_in(desk.send("ana", sent))
    assert [error in field.error for field in again.fields if field.error] == [True]
    assert stored(desk) == 0


@pytest.mark.parametrize("user", ["ana", "priya", "dina", "ivan", "nobody"])
def test_nobody_else_answers(desk: Desk, user: str) -> None:
    """Anybody who does not hold the list, or lead, is refused, in the audit, and the question stays open."""
    desk.work()
    ask(desk)
    desk.work(20)
    assert "You may not answer this" in words(desk.send(user, answered_by(desk, "ravi", "no")))
    desk.work(20)
    assert not told(desk, "ana", "About the list of objections")
    assert "is told" in answer(desk, "ravi", "yes")


def test_the_same_form_twice_asks_once(desk: Desk) -> None:
    """A form that is sent again is one question; the same token of somebody else is another."""
    desk.work()
    form = form_in(desk.send("ana", Pressed(ASK_LIST)))
    assert isinstance(form, Form)
    for user in ("ana", "ana", "joe"):
        given = {"school": ("northgate",), "event": (EVENT,)}
        desk.send(user, Submitted(ASK_LIST, form.value, given))
    desk.work(20)
    assert stored(desk) == 2
    assert len(told(desk, "ravi", "A question about the list")) == 2


def without(desk: Desk, *roles: str) -> None:
    """Nobody holds these roles any more."""
    roster = desk.product.context.current.at_start.federation.roster
    left = {name: held for name, held in roster.roles.items() if name not in roles}
    with_federation(desk, roster=replace(roster, roles=left))


def test_another_event_in_the_same_form_is_another_question(desk: Desk) -> None:
    """A form that is sent again with another event or school asks again: no answer is of the wrong event."""
    desk.work()
    form = form_in(desk.send("ana", Pressed(ASK_LIST)))
    for school, event in (("northgate", EVENT), ("northgate", "Year 9 trip"), ("southmere", "Year 9 trip")):
        desk.send("ana", Submitted(ASK_LIST, form.value, {"school": (school,), "event": (event,)}))
    desk.work(20)
    assert stored(desk) == 3
    assert [EVENT in text for text in told(desk, "ravi", "A question about the list")] == [True, False]
    assert len(told(desk, "susan", "A question about the list")) == 1


def test_a_question_that_does_not_reach_its_holder_goes_to_the_next(desk: Desk) -> None:
    """Refused for good, it is asked of the leadership team, and their answer comes to the asker."""
    desk.work()
    desk.notebook.refuses["ravi"] = PermanentFault("no such user")
    ask(desk)
    desk.work(20)
    assert [len(told(desk, one, "A question about the list")) for one in LEADERS] == [1, 1, 1]
    assert not told(desk, "eleanor", "A question about the list")
    assert "is told" in answer(desk, "farid", "yes")


def test_one_leader_who_can_be_told_is_enough(desk: Desk) -> None:
    """Whom else it does not reach changes nothing where somebody has it."""
    desk.work()
    for user in ("ravi", "farid", "grace"):
        desk.notebook.refuses[user] = PermanentFault("no such user")
    ask(desk)
    desk.work(20)
    assert told(desk, "tom", "A question about the list")
    assert not told(desk, "eleanor", "A question about the list")


@pytest.mark.parametrize(
    ("press", "lost", "title", "before", "whom"),
    [
        (ASK_LIST, "sbm", "A question about the list", ("ravi",), "farid"),
        (ASK_LEADER, "flt", "Somebody asks before posting", LEADERS, "eleanor"),
    ],
)
def test_who_has_lost_the_role_reads_nothing(
    desk: Desk, press: str, lost: str, title: str, before: tuple[str, ...], whom: str
) -> None:
    """The role is looked at when it is sent; the next who may answer are told in their place."""
    desk.work()
    if press == ASK_LIST:
        ask(desk)
    else:
        desk.send("ana", Pressed(ASK_LEADER))
    without(desk, lost)
    desk.work(20)
    assert len(told(desk, whom, title)) == 1
    assert not any(told(desk, one, title) for one in before)


@pytest.mark.parametrize("press", [ASK_LIST, ASK_LEADER])
def test_where_nobody_can_be_told_the_asker_is(desk: Desk, press: str) -> None:
    """A question that reaches nobody is no silence: its asker reads to ask in person, each time."""
    desk.work()
    for user in ("ravi", "eleanor", *LEADERS):
        desk.notebook.refuses[user] = PermanentFault("no such user")
    for _ in range(2):
        if press == ASK_LIST:
            ask(desk)
        else:
            desk.send("ana", Pressed(ASK_LEADER))
        desk.work(40)
    title = "About the list of objections" if press == ASK_LIST else "Your question reached nobody"
    read = told(desk, "ana", title)
    assert len(read) == (2 if press == ASK_LIST else 1)
    assert all("in person" in one for one in read)
    if press == ASK_LEADER:
        assert "There is nobody whom I can ask" in words(desk.send("ana", Pressed(ASK_LEADER)))


@pytest.mark.parametrize("answered", [False, True])
def test_what_nobody_answered_is_said_when_it_is_deleted(desk: Desk, answered: bool) -> None:
    """A person who asked about the list in vain is told so, and to read it; one who has an answer is not."""
    desk.work()
    ask(desk)
    desk.work(20)
    if answered:
        answer(desk, "ravi", "yes")
    desk.later(days=31)
    desk.work(20)
    read = told(desk, "ana", "About the list of objections")
    assert ["nobody has answered" in one for one in read] == [not answered]


@pytest.mark.parametrize("user", ["ana", "susan", "dina", "ravi"])
def test_a_question_of_others_reads_like_one_that_never_was(desk: Desk, user: str) -> None:
    """Who may not answer cannot tell a question from none; the audit can."""
    desk.work()
    ask(desk)
    desk.send("ana", Pressed(ASK_LEADER))
    desk.work(20)
    hidden, unknown = answered_by(desk, "ravi", "no"), Pressed("consult.no", "0" * 32)
    if user == "ravi":
        without(desk, "sbm")
    assert words(desk.send(user, hidden)) == words(desk.send(user, unknown))
    with desk.product.database.transaction() as tx:
        found = entries_of(tx, desk.product.context.vault, "", 99)
    tried = [one.detail.get("entry", "") for one in found if one.action == "refused"]
    assert sorted(tried) == ["", hidden.value]


TITLE, AGAIN = "A question about the list", "Still waiting: a question about the list"


def days_pass(desk: Desk, number: int) -> None:
    """Working days pass (the desk stands on a Monday morning), with the worker at work on each."""
    for _ in range(number):
        for hours in (12, 12):
            desk.later(hours=hours)
            desk.work(20)


def test_a_question_that_nobody_answers_comes_again_and_then_to_the_next(desk: Desk) -> None:
    """After a working day its holder is reminded, then the next asked too; at the end its asker reads so."""
    desk.work()
    ask(desk)
    desk.work(20)
    seen = []
    for _ in range(5):
        days_pass(desk, 1)
        read = [
            len(told(desk, "ravi", AGAIN)),
            len(told(desk, "farid", TITLE)),
            len(told(desk, "eleanor", TITLE)),
        ]
        seen.append([*read, len(told(desk, "ana", "About the list of objections"))])
    assert seen == [[0, 0, 0, 0], [1, 0, 0, 0], [2, 1, 0, 0], [3, 1, 1, 0], [4, 1, 1, 1]]
    assert "everybody who may has been asked" in told(desk, "ana", "About the list of objections")[0]
    days_pass(desk, 6)
    assert len(told(desk, "ravi", AGAIN)) == 4
    assert "is told" in answer(desk, "farid", "no")


def test_nobody_is_reminded_of_what_is_answered(desk: Desk) -> None:
    """An answer ends the reminders, and nobody further is asked."""
    desk.work()
    ask(desk)
    desk.work(20)
    answer(desk, "ravi", "yes")
    days_pass(desk, 6)
    assert not told(desk, "ravi", AGAIN)
    assert not told(desk, "farid", TITLE)
    # The answer alone: nobody reads that there is none.
    assert len(told(desk, "ana", "About the list of objections")) == 1


def test_a_holder_who_loses_the_role_passes_the_question_on(desk: Desk) -> None:
    """After it arrived the next are asked within a minute, and the old buttons change nothing and say so."""
    desk.work()
    ask(desk)
    desk.work(20)
    assert told(desk, "ravi", TITLE)
    without(desk, "sbm")
    desk.later(minutes=2)
    desk.work(20)
    assert [len(told(desk, one, TITLE)) for one in LEADERS] == [1, 1, 1]
    assert "You may not answer this" in answer(desk, "ravi", "no")
    assert not told(desk, "ana", "About the list of objections")
    days_pass(desk, 2)
    assert not told(desk, "ravi", AGAIN)
    assert "is told" in answer(desk, "farid", "yes")


def test_the_cover_of_a_holder_who_goes_away_is_asked_too(desk: Desk) -> None:
    """After it arrived: their cover reads it once and may answer; the one away reads that it is answered."""
    desk.work()
    ask(desk)
    desk.work(20)
    roster = desk.product.context.current.at_start.federation.roster
    gone = Absence("ravi", desk.now - timedelta(hours=1), desk.now + timedelta(days=9), "omar")
    with_federation(desk, roster=replace(roster, absences=(gone,)))
    for _ in range(2):
        desk.later(minutes=2)
        desk.work(20)
    assert len(told(desk, "omar", TITLE)) == 1
    assert not told(desk, "farid", TITLE)
    assert "is told" in answer(desk, "omar", "yes")
    assert "answered already" in answer(desk, "ravi", "no")


def test_where_nobody_is_left_to_pass_it_on_to_the_asker_reads_so_once(desk: Desk) -> None:
    """Nobody may answer any more: its asker is told to ask in person, and nobody is reminded."""
    desk.work()
    ask(desk)
    desk.work(20)
    without(desk, "sbm", "flt", "eht")
    days_pass(desk, 6)
    (read,) = told(desk, "ana", "About the list of objections")
    assert "I could reach nobody who may answer" in read
    assert not told(desk, "ravi", AGAIN)


def test_an_answer_is_for_the_roster_alone() -> None:
    """Anybody who may be a guest asks before posting and answers for nobody's list."""
    assert all(is_about_cases(Pressed(f"consult.{which}", "x")) for which in ("yes", "no"))
    assert not any(is_about_cases(Pressed(one, "x")) for one in (ASK_LIST, ASK_LEADER))


def test_what_was_asked_is_sealed_and_deleted_after_thirty_days(desk: Desk) -> None:
    """Event and asker stand nowhere readable; after 30 days nothing is left, and a late press says so."""
    desk.work()
    ask(desk)
    desk.work(20)
    assert EVENT not in desk.dump()
    desk.later(days=29)
    desk.work(20)
    assert stored(desk) == 1
    desk.later(days=2)
    desk.work(20)
    assert stored(desk) == 0
    assert "too old" in answer(desk, "ravi", "yes")


def test_who_may_answer_is_the_table_of_the_design(desk: Desk) -> None:
    """Business manager, leadership team, Executive Headteacher; the holder of the list is one of them."""
    path = Path(__file__).resolve().parents[2] / "policy_kb" / "permissions.yml"
    row = load(path, PermissionTable).workflows["answer_list"]
    assert row == {"sbm": "always", "flt": "always", "eht": "always"}
    asking = desk.product.context.world.posting.texts
    assert {asking.picture.holder, asking.asking.leader} <= row.keys()
