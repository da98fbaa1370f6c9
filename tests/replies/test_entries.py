"""The list of replies as people use it: logged, acknowledged, answered, and who may do what."""

import itertools
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.casework.context import CurrentWorld
from bot.content.documents import load
from bot.content.tables import PermissionTable
from bot.domain.access import Duties, Duty, has_duty
from bot.domain.messages import Buttons, Form, Message
from bot.domain.roster import ROLES, Absence, Account, Federation
from bot.domain.turns import Incoming, Pressed, Said, Sender, Submitted
from bot.storage.replies import find_reply
from tests.people.test_roster import agree
from tests.support.desk import START, DeafEngine, Desk, text_of

ROOT = Path(__file__).resolve().parents[2]
NORTHGATE, SOUTHMERE, BARE = (
    "Northgate School on Facebook", "Southmere School on Instagram", "@HarbourFed on X (Twitter)"
)  # fmt: skip
# The desk's clock stands at Monday, 23 November 2026, 9:00.
RECEIVED = "2026-11-23T08:30"


def form_in(messages: tuple[Message, ...]) -> Form:
    (form,) = [block for message in messages for block in message.blocks if isinstance(block, Form)]
    return form


def log(desk: Desk, user: str = "ana", token: str = "", **fields: str) -> str:
    """A comment is logged through its form; what its sender reads."""
    token = token or form_in(desk.send(user, Pressed("reply.log"))).value
    given = {"account": NORTHGATE, "kind": "query", "received": RECEIVED, **fields}
    return desk.fill(user, "reply.log", token, **given)


def entry(desk: Desk) -> str:
    """The id of the one entry that is stored."""
    with desk.product.database.transaction() as tx:
        return str(tx.execute(text("SELECT id FROM replies")).scalar_one())


def rows(desk: Desk) -> list[tuple[str, bool, bool]]:
    with desk.product.database.transaction() as tx:
        found = tx.execute(text("SELECT stage, settled_at, remind_at FROM replies ORDER BY due_at"))
        return [(row.stage, row.settled_at is not None, row.remind_at is not None) for row in found]


def said(desk: Desk, user: str, words: str) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said(words)))


def with_federation(desk: Desk, **changed: object) -> None:
    """The product of a Federation that differs in this."""
    world = desk.product.context.current.at_start
    federation: Federation = replace(world.federation, **changed)  # type: ignore[arg-type]
    context = replace(desk.product.context, current=CurrentWorld(replace(world, federation=federation)))
    assistant = type(desk.product.assistant)(context, DeafEngine())
    desk.product = replace(desk.product, context=context, assistant=assistant)


def test_who_sees_a_comment_logs_it(desk: Desk) -> None:
    """Anybody logs one; they read by when it is owed an answer, and its runners hear of it at once."""
    answer = log(desk)
    assert f"It is on the list: {NORTHGATE}. Those who run the account are told." in answer
    assert "Answer due: 24 Nov 2026, 08:30 (24 hours after receipt)" in answer
    desk.work()
    assert set(desk.notebook.seen) == {"grace", "lucy"}
    (told,) = desk.notebook.texts("grace")
    assert "A reply is owed" in told
    assert f"{NORTHGATE}: a new query." in told
    assert "ana" not in told.casefold()


def test_the_form_shows_the_clause_and_what_is_to_be_reported_instead(desk: Desk) -> None:
    """Rule 61 stands above the form verbatim, and abuse is sent to the report."""
    (message,) = desk.send("ana", Said("log a comment"))
    assert "must be responded to within 24 hours" in text_of(message)
    assert "type “report”" in text_of(message)
    assert message.ephemeral


@pytest.mark.parametrize("words", ["replies", "/replies", "Open replies."])
def test_words_lead_to_the_list(desk: Desk, words: str) -> None:
    """The list opens by words, on every platform the same."""
    assert "Replies that are owed" in said(desk, "grace", words)


def test_a_runner_sees_their_own_accounts_alone(desk: Desk) -> None:
    """A runner's list holds the accounts that they run; the link stands on it, and nowhere else."""
    log(desk, link="https://www.facebook.com/northgate/posts/1?fbclid=abc")
    log(desk, account=SOUTHMERE)
    desk.work()
    listed = said(desk, "lucy", "replies")
    assert NORTHGATE in listed
    assert SOUTHMERE not in listed
    assert "https://www.facebook.com/northgate/posts/1" in listed
    assert "fbclid" not in listed
    assert all(
        "facebook.com" not in told for user in desk.notebook.seen for told in desk.notebook.texts(user)
    )
    assert "facebook.com" not in desk.dump()


@pytest.mark.parametrize("user", ["ravi", "susan", "farid", "eleanor", "ivan"])
def test_those_who_answer_for_all_see_all(desk: Desk, user: str) -> None:
    """Business managers, the leadership team, the Executive Headteacher and IT see every entry."""
    log(desk)
    log(desk, account=SOUTHMERE)
    listed = said(desk, user, "replies")
    assert NORTHGATE in listed
    assert SOUTHMERE in listed


@pytest.mark.parametrize("user", ["ana", "dina", "maya", "colin", "beth", "nobody"])
def test_everybody_else_sees_and_changes_nothing(desk: Desk, user: str) -> None:
    """Those whom the table does not name are refused at each press, and each is in the audit."""
    log(desk, link="https://www.facebook.com/northgate/posts/1")
    listed = said(desk, user, "replies")
    assert NORTHGATE not in listed
    assert "You run no account" in listed
    before = rows(desk)
    for name in ("acknowledge", "answer"):
        assert "Nothing has changed" in desk.press(user, f"reply.{name}", entry(desk))
        assert "Nothing has changed" in desk.fill(user, f"reply.{name}", entry(desk), at="")
    assert rows(desk) == before
    with desk.product.database.transaction() as tx:
        actions = [row.action for row in tx.execute(text("SELECT action FROM audit"))]
    assert actions.count("refused") == 4


def test_a_runner_of_another_account_is_refused(desk: Desk) -> None:
    """Running one account gives no say over another."""
    log(desk, account=SOUTHMERE)
    assert "Only those who run this account" in desk.fill("lucy", "reply.answer", entry(desk), at="")
    assert rows(desk) == [("open", False, True)]


def test_acknowledged_then_answered(desk: Desk) -> None:
    """An acknowledgement stops the clock and keeps the entry on the list; the answer closes it."""
    log(desk)
    desk.later(hours=2)
    assert "in time" in desk.fill("lucy", "reply.acknowledge", entry(desk), at="")
    assert rows(desk) == [("acknowledged", True, False)]
    assert "the answer is still owed" in said(desk, "lucy", "replies")
    desk.later(days=3)
    answer = desk.fill("lucy", "reply.answer", entry(desk), at="")
    assert "Noted: answered on 26 Nov 2026" in answer
    assert "late" not in answer
    assert rows(desk) == [("answered", True, False)]
    assert "Nothing is owed" in said(desk, "lucy", "replies")


def test_the_time_of_an_answer_may_lie_before_the_press(desk: Desk) -> None:
    """Anybody who answered on the page at ten and notes it after the end was in time."""
    log(desk)
    desk.later(days=2)
    answer = desk.fill("lucy", "reply.answer", entry(desk), at="2026-11-23T10:00")
    assert "Noted: answered on 23 Nov 2026, 10:00" in answer
    assert "late" not in answer


def test_a_late_answer_is_taken_and_said_to_be_late(desk: Desk) -> None:
    """What is answered after the end is noted, and counts as late."""
    log(desk)
    desk.later(days=2)
    assert "It was due on 24 Nov 2026, 08:30, so it counts as late" in desk.fill(
        "lucy", "reply.answer", entry(desk), at=""
    )


@pytest.mark.parametrize("name", ["acknowledge", "answer"])
def test_a_closed_entry_takes_no_press(desk: Desk, name: str) -> None:
    """On an answered entry each press and form says so and changes nothing."""
    log(desk)
    desk.fill("lucy", "reply.answer", entry(desk), at="")
    desk.later(days=2)
    before = desk.dump().count("answered")
    for answer in (
        desk.press("grace", f"reply.{name}", entry(desk)),
        desk.fill("grace", f"reply.{name}", entry(desk), at=""),
    ):
        assert "answered already" in answer
    assert desk.dump().count("answered") == before


def test_a_second_acknowledgement_says_what_is_left_to_do(desk: Desk) -> None:
    """Two runners acknowledge at once: the first one's moment counts."""
    log(desk)
    desk.fill("lucy", "reply.acknowledge", entry(desk), at="")
    before = desk.dump()
    assert "acknowledged already. Press “Answered”" in desk.fill(
        "grace", "reply.acknowledge", entry(desk), at=""
    )
    assert re.findall(r"'acknowledged'", desk.dump()) == re.findall(r"'acknowledged'", before)


def test_the_same_form_twice_is_one_entry(desk: Desk) -> None:
    """Logged twice by an impatient press it stands on the list once, and its sender reads so."""
    token = form_in(desk.send("ana", Pressed("reply.log"))).value
    log(desk, token=token)
    assert "This is on the list already" in log(desk, token=token)
    assert len(rows(desk)) == 1
    desk.work()
    assert len(desk.notebook.texts("grace")) == 1


def test_one_event_twice_is_one_entry(desk: Desk) -> None:
    """A platform that delivers a form again changes nothing."""
    token = form_in(desk.send("ana", Pressed("reply.log"))).value
    fields = {"account": (NORTHGATE,), "kind": ("query",), "received": (RECEIVED,)}
    for _ in range(2):
        desk.send("ana", Submitted("reply.log", token, fields), "event-1")
    assert len(rows(desk)) == 1


def test_nobody_reaches_the_entry_of_another_by_its_token(desk: Desk) -> None:
    """The same token from somebody else is another entry: nothing of the first one is shown or changed."""
    token = form_in(desk.send("ana", Pressed("reply.log"))).value
    log(desk, token=token, account=SOUTHMERE)
    answer = log(desk, "joe", token=token)
    assert SOUTHMERE not in answer
    assert len(rows(desk)) == 2


@pytest.mark.parametrize("token", ["", "x", "'; DROP TABLE replies", "A" * 32, "0" * 400])
def test_a_made_up_token_begins_again(desk: Desk, token: str) -> None:
    """A form that was not made here is asked again, with nothing stored."""
    fields = {"account": (NORTHGATE,), "kind": ("query",), "received": (RECEIVED,)}
    (message,) = desk.send("ana", Submitted("reply.log", token, fields))
    assert form_in((message,)).value != token
    assert rows(desk) == []


@pytest.mark.parametrize(
    ("fields", "wrong", "error"),
    [
        ({"account": ""}, "account", "Choose from the list."),
        ({"account": "An account of somebody"}, "account", "Choose from the list."),
        ({"kind": "abuse"}, "kind", "Choose from the list."),
        ({"kind": ""}, "kind", "Choose from the list."),
        ({"received": ""}, "received", "Please fill this in."),
        ({"received": "yesterday"}, "received", "Give a date and a time."),
        ({"received": "2026-11-23T09:06"}, "received", "This lies in the future."),
        ({"received": "2027-11-23T09:00"}, "received", "This lies in the future."),
        ({"received": "2025-11-23T08:59"}, "received", "This is more than 365 days ago"),
        ({"received": "0001-01-01T00:00+14:00"}, "received", "Give a date and a time."),
        ({"received": "0001-01-01T00:00"}, "received", "This is more than 365 days ago"),
        ({"link": "http://www.facebook.com/1"}, "link", "begins with https://"),
        ({"link": "www.facebook.com/1"}, "link", "begins with https://"),
        ({"link": "https://me:secret@facebook.com/1"}, "link", "begins with https://"),
        ({"link": "javascript:alert(1)"}, "link", "begins with https://"),
        ({"link": "https://facebook.com/" + "x" * 2000}, "link", "begins with https://"),
        ({"account": SOUTHMERE, "link": "https://www.instagram.com/a_parent/p/1"}, "link", "southmere/"),
        ({"account": "other"}, "link", "please give the link"),
    ],
)
def test_each_bad_input_is_named_beside_its_field(
    desk: Desk, fields: dict[str, str], wrong: str, error: str
) -> None:
    """What is wrong stands beside its field, what was typed is kept, and nothing is stored."""
    token = form_in(desk.send("ana", Pressed("reply.log"))).value
    given = {"account": NORTHGATE, "kind": "query", "received": RECEIVED, **fields}
    found = form_in(desk.send("ana", Submitted("reply.log", token, {k: (v,) for k, v in given.items()})))
    errors = {item.name: item.error for item in found.fields if item.error}
    assert list(errors) == [wrong], errors
    assert error in errors[wrong]
    assert {item.name: "".join(item.value) for item in found.fields} == {"link": "", **given}
    assert found.value == token
    assert rows(desk) == []


@pytest.mark.parametrize("end", ["Parents/status/1", "-watch", ".evil.example/1"])
def test_a_page_whose_name_begins_like_ours_is_not_ours(desk: Desk, end: str) -> None:
    """A link leads to our page or below it, whether or not the page is written with its last slash."""
    page = "https://x.com/NorthgateSchool"
    account = Account(NORTHGATE, "northgate", ("lucy",), page=page)
    with_federation(desk, account_facts={NORTHGATE: account})
    token = form_in(desk.send("ana", Pressed("reply.log"))).value
    fields = {"account": (NORTHGATE,), "kind": ("query",), "received": (RECEIVED,)}
    form = form_in(desk.send("ana", Submitted("reply.log", token, {**fields, "link": (page + end,)})))
    assert page in form.fields[3].error
    for ours in ("https://x.com/northgateschool", f"{page}/status/1", f"{page}?lang=en"):
        assert "on the list" in log(desk, link=ours)


def test_not_before_the_account_existed(desk: Desk) -> None:
    """A receipt before the account's first day is refused with that day; on the day itself it is taken."""
    account = Account(NORTHGATE, "northgate", ("lucy",), since=date(2026, 11, 20))
    with_federation(desk, account_facts={NORTHGATE: account})
    token = form_in(desk.send("ana", Pressed("reply.log"))).value
    fields = {"account": (NORTHGATE,), "kind": ("query",), "received": ("2026-11-19T23:59",)}
    form = form_in(desk.send("ana", Submitted("reply.log", token, fields)))
    assert "exists only since 20 Nov 2026" in form.fields[2].error
    assert "on the list" in log(desk, received="2026-11-20T00:00")


@pytest.mark.parametrize(
    ("received", "owed"),
    [
        # It comes twice: the first is meant. A Sunday, so due on the next working day.
        ("2026-10-25T01:30", ["2026-10-25 00:30", "2026-10-26"]),
        # It does not come: an hour later is meant.
        ("2026-03-29T01:30", ["2026-03-29 01:30", "2026-03-30"]),
    ],
)
def test_received_in_the_hour_of_a_clock_change(desk: Desk, received: str, owed: list[str]) -> None:
    """An hour that comes twice is the first of them, and one that does not come counts an hour later."""
    log(desk, "ana", received=received)
    own = entry(desk)
    with desk.product.database.transaction() as tx:
        found = find_reply(tx, desk.product.context.vault, own)
    assert found is not None
    assert [f"{found.received_at:%Y-%m-%d %H:%M}", f"{found.due_at:%Y-%m-%d}"] == owed


def test_a_clock_that_is_a_little_ahead_is_no_slip(desk: Desk) -> None:
    """A receipt of a few minutes from now counts as received now: its end is never put off by that."""
    assert "Answer due: 24 Nov 2026, 09:00" in log(desk, received="2026-11-23T09:04")


@pytest.mark.parametrize(
    ("at", "error"),
    [
        ("2026-11-23T08:29", "before the comment was received"),
        ("2026-11-24T12:00", "in the future"),
        ("soon", "Give a date and a time."),
    ],
)
def test_an_answer_lies_between_receipt_and_now(desk: Desk, at: str, error: str) -> None:
    """An answer before the receipt, in the future or at no time at all is refused beside its field."""
    log(desk)
    sent = Submitted("reply.answer", entry(desk), {"at": (at,)})
    assert error in form_in(desk.send("lucy", sent)).fields[0].error
    assert rows(desk) == [("open", False, True)]


def test_logged_late_those_who_must_know_are_told_at_once(desk: Desk) -> None:
    """What comes on the list after its end is said to be late, and the SBM hears of it with the runners."""
    assert "Its time has passed already" in log(desk, received="2026-11-20T08:00")
    desk.work()
    assert set(desk.notebook.seen) >= {"grace", "lucy", "ravi"}
    (told,) = desk.notebook.texts("ravi")
    assert "A reply is overdue" in told
    assert "OVERDUE" in told


def test_received_at_a_weekend(desk: Desk) -> None:
    """Its end is that of the next working day, and that reading is said to be a local setting."""
    answer = log(desk, received="2026-11-22T23:59")
    assert "Answer due: 23 Nov 2026, 16:30 (received at a weekend" in answer
    assert "a local setting" in answer


def test_outside_working_hours_the_literal_time_is_shown_and_marked(desk: Desk) -> None:
    """On a Friday evening the literal time stands there, with the mark and that the policy is silent."""
    desk.now = START + timedelta(days=4, hours=10)
    answer = log(desk, received="2026-11-27T18:00")
    assert "Answer due: 28 Nov 2026, 18:00 (24 hours after receipt)" in answer
    assert "OUTSIDE WORKING HOURS" in answer
    assert "The policy does not say" in answer


def test_an_account_that_nobody_runs_is_its_business_managers(desk: Desk) -> None:
    """Without runners the School Business Managers are told; without those the leadership team is."""
    log(desk, account=BARE)
    desk.work()
    assert set(desk.notebook.seen) == {"ravi", "susan"}


def test_an_account_that_is_not_listed(desk: Desk) -> None:
    """It is taken with its link, and the business managers of every school are told."""
    assert "An account that is not listed" in log(desk, account="other", link="https://example.org/page/1")
    desk.work()
    assert set(desk.notebook.seen) == {"ravi", "susan"}


def test_it_is_the_leadership_teams_where_there_is_no_business_manager(desk: Desk) -> None:
    """Somebody is always told."""
    roster = desk.product.context.current.at_start.federation.roster
    with_federation(desk, roster=replace(roster, roles={**roster.roles, "sbm": {}}))
    log(desk, account=BARE)
    desk.work()
    assert set(desk.notebook.seen) == {"farid", "grace", "tom"}


def test_figures_name_nobody(desk: Desk) -> None:
    """The share of what was due is shown to those who answer for all accounts; no runner stands in it."""
    for number, user in enumerate(("lucy", "grace", "")):
        log(desk)
        with desk.product.database.transaction() as tx:
            newest = tx.execute(text("SELECT id FROM replies WHERE stage = 'open'")).scalars().all()[-1]
        if user:
            desk.later(hours=number * 30)
            desk.fill(user, "reply.answer", newest, at="")
            desk.now = START
    desk.later(days=3)
    line = "Answered or acknowledged in time, of what was due in the last 90 days: 1 of 3 (33 %)."
    assert line in said(desk, "eleanor", "replies")
    assert line not in said(desk, "lucy", "replies")
    assert "lucy" not in str([line for line in desk.dump().splitlines() if "replies" in line])


def test_what_was_acknowledged_in_time_counts_as_in_time(desk: Desk) -> None:
    """The first moment counts: an answer that took days after an acknowledgement is late in no figure."""
    log(desk)
    desk.fill("lucy", "reply.acknowledge", entry(desk), at="")
    desk.later(days=3)
    desk.fill("lucy", "reply.answer", entry(desk), at="")
    assert "1 of 1 (100 %)" in said(desk, "eleanor", "replies")


def test_neither_who_logged_nor_who_answered_stands_in_the_table(desk: Desk) -> None:
    """The entry holds account, kind and times; who did what is in the audit alone."""
    log(desk, "farid")
    desk.fill("lucy", "reply.answer", entry(desk), at="")
    with desk.product.database.transaction() as tx:
        row = str(tx.execute(text("SELECT * FROM replies")).one())
        actions = [(row.actor, row.action) for row in tx.execute(text("SELECT actor, action FROM audit"))]
    assert "farid" not in row
    assert "lucy" not in row
    assert actions == [("farid", "reply.log"), ("lucy", "reply.answer")]


def test_a_settled_entry_is_deleted_after_a_year_and_an_open_one_never(desk: Desk) -> None:
    """After 365 days what was answered is gone; what nobody has answered stays on the list."""
    log(desk)
    desk.fill("lucy", "reply.answer", entry(desk), at="")
    log(desk)
    desk.later(days=364)
    desk.work(20)
    assert len(rows(desk)) == 2
    desk.later(days=2)
    desk.work(20)
    assert [row[0] for row in rows(desk)] == ["open"]


def test_danger_in_the_form_comes_before_everything(desk: Desk) -> None:
    """Anybody who writes into the form that a child is in danger reads 999 and the DSL's number first."""
    token = form_in(desk.send("ana", Pressed("reply.log"))).value
    answer = log(desk, token=token, link="a student is going to kill himself tonight")
    assert "999" in answer.split("Log a comment")[0]


def test_words_in_a_channel_show_nothing(desk: Desk) -> None:
    """Where others read, neither the list nor the form is shown."""
    log(desk)
    for content in (Said("replies"), Pressed("reply.list"), Pressed("reply.answer", entry(desk))):
        incoming = Incoming(f"public-{content}", Sender("playground", "lucy"), content, private=False)
        answer = "\n".join(text_of(one) for one in desk.product.assistant.handle(incoming, desk.now))
        assert NORTHGATE not in answer
    assert rows(desk) == [("open", False, True)]


def test_the_list_is_cut_and_says_how_many_are_left(desk: Desk) -> None:
    """Twelve entries are shown, what is due first at the top, and the rest is counted."""
    for minute in range(14):
        log(desk, received=f"2026-11-23T08:{59 - minute}")
    shown = said(desk, "lucy", "replies")
    assert shown.count("Answer due") == 12
    assert "2 more are owed" in shown
    assert shown.index("08:46") < shown.index("08:47")


def test_a_cover_answers_for_who_is_away(desk: Desk) -> None:
    """The cover of a runner is told in their place, and may answer."""
    roster = desk.product.context.current.at_start.federation.roster
    away = Absence("lucy", START - timedelta(days=1), START + timedelta(days=1), "omar")
    with_federation(desk, roster=replace(roster, absences=(away,)))
    log(desk)
    desk.work()
    assert "A reply is owed" in desk.notebook.texts("omar")[0]
    assert NORTHGATE in said(desk, "omar", "replies")
    assert "Noted" in desk.fill("omar", "reply.answer", entry(desk), at="")


def test_every_button_of_the_list_leads_somewhere(desk: Desk) -> None:
    """Each button that the list draws is answered by what it says."""
    log(desk)
    (message,) = desk.send("lucy", Said("replies"))
    buttons = [item for block in message.blocks if isinstance(block, Buttons) for item in block.items]
    answers = [desk.press("lucy", button.action, button.value) for button in buttons]
    assert [answer.splitlines()[0] for answer in answers] == [
        "Acknowledged", "Answered", "Log a comment, query or complaint"
    ]  # fmt: skip


# Written from the design, not from permissions.yml.
_HOLDERS: dict[Duty, tuple[str, ...]] = {
    "log_reply": (),
    "answer_reply": ("sbm", "flt", "eht", "it"),
    "governors_report": ("eht", "chair"),
    "sign_answer": ("eht", "dsl", "chair"),
}
EVERY_ROLE = sorted(
    {*ROLES, *(f"deputy_{role}" for role in ROLES if not role.startswith("deputy_")), "stranger"}
)


@pytest.mark.parametrize(
    ("role", "duty", "runs"), list(itertools.product(EVERY_ROLE, _HOLDERS, (True, False)))
)
def test_the_table_of_workflows_cell_by_cell(role: str, duty: Duty, runs: bool) -> None:
    """Everybody logs; runners answer on their accounts, four roles on all; two read figures; three sign."""
    table: Duties = load(ROOT / "policy_kb" / "permissions.yml", PermissionTable).workflows
    runner = runs and duty == "answer_reply"
    wanted = duty == "log_reply" or runner or role in _HOLDERS[duty]
    assert has_duty(table, duty, {role}, runs) == wanted


def test_while_paused_nothing_is_logged_and_what_is_owed_is_answered(desk: Desk) -> None:
    """During a pause a comment is NOT saved and its sender reads so; the people on the roster go on."""
    log(desk)
    token = form_in(desk.send("ana", Pressed("reply.log"))).value
    agree(desk, "pause", reason="An exercise")
    assert "NOT saved" in log(desk, token=token)
    assert len(rows(desk)) == 1
    assert NORTHGATE in said(desk, "lucy", "replies")
    assert "Noted: answered" in desk.fill("lucy", "reply.answer", entry(desk), at="")
