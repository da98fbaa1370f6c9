"""The list of open questions as people press on it: late, twice, in the wrong role, from two processes."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import build
from bot.casework.context import Work
from bot.content.documents import load
from bot.content.tables import PermissionTable, RegisterPeriod
from bot.delivery.answers import MOST_TRIES
from bot.delivery.sender import PassingFault
from bot.domain.access import Duties, Duty, has_duty
from bot.domain.gaps import GapCounts, GapStage
from bot.domain.messages import Form, Message
from bot.domain.roster import OFFICE_ROLES, ROLES
from bot.domain.turns import Content, Incoming, Pressed, Said, Sender, Submitted
from bot.people import standing
from bot.storage.gaps import all_gaps, asked_by, askers_of, count_gaps
from tests.gaps.stories import Reader
from tests.people.test_roster import agree
from tests.replies.test_entries import with_federation
from tests.support.desk import Desk, text_of

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "May we post the lunch menu?"
GIVEN = {
    "wording": QUESTION,
    "text": "The office posts it on Mondays.",
    "ruling": "information",
    "basis": "silent",
    "clause": "",
    "examples": "",
    "review": "12",
}


@pytest.fixture
def desk(tmp_path: Path, database_url: str):  # type: ignore[no-untyped-def]
    """The product with an engine that reads nothing."""
    found = Desk.open(tmp_path, Reader(), database_url)
    yield found
    found.close()


def form_in(messages: tuple[Message, ...]) -> Form:
    (form,) = [block for message in messages for block in message.blocks if isinstance(block, Form)]
    return form


def ask(desk: Desk, user: str = "ana", mode: str = "named", question: str = QUESTION, token: str = "") -> str:
    token = token or form_in(desk.send(user, Pressed("gap.ask"))).value
    return desk.fill(user, "gap.ask", token, question=question, mode=mode)


def only(desk: Desk) -> str:
    with desk.product.database.transaction() as tx:
        return str(tx.execute(text("SELECT id FROM gaps")).scalar_one())


def stages(desk: Desk) -> list[str]:
    with desk.product.database.transaction() as tx:
        return [str(row.stage) for row in tx.execute(text("SELECT stage FROM gaps ORDER BY stage"))]


def answer(desk: Desk, user: str = "eleanor", **given: str) -> str:
    shown = desk.send(user, Pressed("gap.answer", only(desk)))
    value = form_in(shown).value if any(isinstance(block, Form) for block in shown[0].blocks) else only(desk)
    return desk.fill(user, "gap.answer", value, **{**GIVEN, **given})


def sign(desk: Desk, user: str = "dina") -> str:
    form = form_in(desk.send(user, Pressed("gap.sign", only(desk))))
    return desk.fill(user, form.action, form.value)


def asked(desk: Desk, user: str, words: str = QUESTION) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said(words)))


def live(desk: Desk) -> None:
    """Asked, answered and signed."""
    ask(desk)
    assert "saved" in answer(desk)
    assert "Signed" in sign(desk)


def test_each_press_twice(desk: Desk) -> None:
    """A second press of each button changes nothing, and says what was done already."""
    token = form_in(desk.send("ana", Pressed("gap.ask"))).value
    assert "is on the list." in ask(desk, token=token)
    assert "already" in ask(desk, token=token)
    assert stages(desk) == ["waiting"]
    answer(desk)
    form = form_in(desk.send("dina", Pressed("gap.sign", only(desk))))
    assert "Signed" in desk.fill("dina", form.action, form.value)
    assert "answered and signed already" in desk.fill("dina", form.action, form.value)
    assert "answered and signed already" in answer(desk)
    desk.work(20)
    assert len([one for one in desk.notebook.texts("ana") if "has been answered" in one]) == 1
    assert "taken back" in desk.press("eleanor", "gap.take_back", only(desk))
    assert "Nobody has answered this yet" in desk.press("dina", "gap.take_back", only(desk))
    assert stages(desk) == ["waiting"]


def test_a_press_that_comes_too_late(desk: Desk) -> None:
    """What is gone, unsigned or declined is said to be, and nothing changes."""
    ask(desk)
    gap = only(desk)
    assert "Nobody has answered this yet" in desk.press("dina", "gap.sign", gap)
    assert "off the list" in desk.fill("eleanor", "gap.decline", gap, why="unclear")
    for action in ("answer", "sign", "decline"):
        assert "taken off the list" in desk.press("eleanor", f"gap.{action}", gap)
    assert "There is no such question" in desk.press("eleanor", "gap.answer", "0" * 32)
    assert stages(desk) == ["declined"]


def test_an_answer_that_comes_too_late_is_given_back(desk: Desk) -> None:
    """Who writes an answer while somebody else's is signed has their words still, and nothing is changed."""
    ask(desk)
    reference = only(desk)
    answer(desk)
    sign(desk)
    fields = {"wording": (QUESTION,), "text": ("No, and that takes a whole paragraph to explain.",)}
    shown = desk.send("eleanor", Submitted("gap.answer", reference, fields))
    assert "answered and signed already" in text_of(shown[0])
    assert "a whole paragraph to explain" in text_of(shown[0])
    assert stages(desk) == ["live"]


def test_an_answer_that_changed_is_not_signed_unseen(desk: Desk) -> None:
    """Who has looked at one text does not sign another."""
    ask(desk)
    answer(desk)
    form = form_in(desk.send("dina", Pressed("gap.sign", only(desk))))
    answer(desk, text="The office posts it on Tuesdays.")
    assert "rewritten since" in desk.fill("dina", form.action, form.value)
    assert stages(desk) == ["answered"]


def test_two_who_answer_at_once_lose_nothing(desk: Desk) -> None:
    """A form opened before another answer was saved comes back filled in, and is saved when sent again."""
    ask(desk)
    opened = Pressed("gap.answer", only(desk))
    mine, theirs = (form_in(desk.send(user, opened)) for user in ("eleanor", "dina"))
    assert "saved" in desk.fill("dina", "gap.answer", theirs.value, **GIVEN)
    # Sent once with a fault, which shows the form again: it knows what was there when it was opened.
    late = {**GIVEN, "text": "The office posts it on Tuesdays, as it always did."}
    for fields in ({**late, "ruling": ""}, late):
        filled = {name: (value,) for name, value in fields.items() if value}
        shown = desk.send("eleanor", Submitted("gap.answer", mine.value, filled))
        assert "Theirs stands below, and yours is not saved" in text_of(shown[0])
        assert f"Answer: {GIVEN['text']}" in text_of(shown[0])
        again = form_in(shown)
        assert {item.name: item.value for item in again.fields if item.value} == filled
    assert GIVEN["text"] in asked(desk, "eleanor", "gaps")
    assert "The answer is saved" in desk.fill("eleanor", "gap.answer", again.value, **late)
    assert "as it always did" in asked(desk, "dina", "gaps")


@pytest.mark.parametrize("user", ["ana", "farid", "maya", "lucy", "ivan", "colin"])
def test_the_wrong_role(desk: Desk, user: str) -> None:
    """Anybody who may not answer sees no question, changes nothing, and the press is in the audit."""
    live(desk)
    for action in ("answer", "sign", "take_back", "decline"):
        assert "Nothing has changed" in desk.press(user, f"gap.{action}", only(desk))
        assert "Nothing has changed" in desk.fill(user, f"gap.{action}", only(desk), why="unclear")
    assert "Nothing has changed" in desk.press(user, "gap.governors")
    assert QUESTION not in desk.press(user, "gap.list")
    assert stages(desk) == ["live"]
    with desk.product.database.transaction() as tx:
        refused = tx.execute(text("SELECT count(*) FROM audit WHERE action = 'refused'")).scalar_one()
    assert refused == 8


def test_who_did_what_is_in_the_audit_and_who_asked_is_not(desk: Desk) -> None:
    """Answering, signing and taking back are told by the audit; asking is not."""
    live(desk)
    desk.press("eleanor", "gap.take_back", only(desk))
    with desk.product.database.transaction() as tx:
        told = [(row.actor, row.action) for row in tx.execute(text("SELECT actor, action FROM audit"))]
    assert told == [("eleanor", "gap.answer"), ("dina", "gap.sign"), ("eleanor", "gap.take_back")]


def test_without_a_name_nothing_leads_to_who_asked(desk: Desk) -> None:
    """No table holds their id, not even hidden, and no moment finer than the day."""
    asked(desk, "kim")
    before = desk.dump()
    ask(desk, "kim", "anonymous")
    hidden = desk.product.context.vault.blind("gap asker", "playground", "kim")
    owner = desk.product.context.vault.blind("session", "playground", "kim")
    stored = desk.dump()
    assert owner in before
    assert owner not in stored
    assert hidden not in stored
    with desk.product.database.transaction() as tx:
        (gap,) = all_gaps(tx, desk.product.context.vault, (GapStage.WAITING,))
        (asker,) = askers_of(tx, desk.product.context.vault, gap.id)
        row = tx.execute(text("SELECT * FROM gap_askers")).one()
    assert (asker.platform, asker.user) == ("", "")
    assert row.asker_hmac == ""
    assert {"at", "since", "asked_at"}.isdisjoint(row._fields)
    assert (gap.since.hour, gap.since.minute, gap.since.second) == (0, 0, 0)
    desk.work(20)
    assert desk.notebook.texts("kim") == []


def test_no_word_of_it_is_readable_at_rest(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    """Question, answer and asker are sealed in every table, and in no log."""
    live(desk)
    desk.work(20)
    assert "office posts it" in asked(desk, "joe")
    stored, logged = desk.dump(), capfd.readouterr()
    for word in ("lunch", "Mondays"):
        assert word not in stored
        assert word not in logged.out + logged.err
    with desk.product.database.transaction() as tx:
        assert "ana" not in str(tx.execute(text("SELECT * FROM gap_askers")).one())


def test_the_second_press_shows_reference_and_code_again(desk: Desk) -> None:
    """A receipt that was lost on its way is shown again by the same press, with the same code."""
    token = form_in(desk.send("kim", Pressed("gap.ask"))).value
    first = ask(desk, "kim", "anonymous", token=token)
    again = ask(desk, "kim", "anonymous", token=token)
    codes = [re.findall(r"(QST-\w{4}|Code: [\w-]{14})", shown) for shown in (first, again)]
    assert codes[0] == codes[1]
    assert len(codes[0]) == 2
    with desk.product.database.transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM gap_askers")).scalar_one() == 1


def test_a_question_is_taken_back_by_its_asker_alone(desk: Desk) -> None:
    """By the account of anybody who gave their name, or by the code; nobody else's press removes anything."""
    (reference,) = re.findall(r"QST-\w{4}", ask(desk))
    shown = ask(desk, "kim", "anonymous", "May we post the bus times?")
    (hidden,), (code,) = re.findall(r"QST-\w{4}", shown), re.findall(r"Code: ([\w-]{14})", shown)
    assert "do not belong together" in desk.fill("joe", "gap.withdraw", reference)
    assert "do not belong together" in desk.fill("joe", "gap.withdraw", reference, code=code)
    assert "do not belong together" in desk.fill("joe", "gap.withdraw", hidden, code="AAAA-BBBB-1234")
    assert "do not belong together" in desk.fill("kim", "gap.withdraw", hidden)
    assert stages(desk) == ["waiting", "waiting"]
    assert "Your question is taken back" in desk.fill("ana", "gap.withdraw", reference)
    assert "Your question is taken back" in desk.fill("joe", "gap.withdraw", hidden, code=code)
    assert stages(desk) == []


def test_guessing_codes_is_slowed_and_counted(desk: Desk) -> None:
    """A question's code is guessed as rarely as that of a report, and no guess says whether it exists."""
    shown = ask(desk, "kim", "anonymous")
    (hidden,) = re.findall(r"QST-\w{4}", shown)
    look = {"code": "AAAA-BBBB-1234"}
    first = desk.fill("joe", "status.show", "", reference=hidden, **look)
    assert desk.fill("joe", "status.show", "", reference="QST-0000", **look) == first.replace(
        hidden, "QST-0000"
    )
    for _ in range(10):
        last = desk.fill("joe", "status.show", "", reference=hidden, **look)
    assert desk.product.context.texts.status.too_many in last


def test_an_open_report_survives_a_question_without_a_name(desk: Desk) -> None:
    """Anybody who has a report under way keeps it, whatever they ask meanwhile."""
    desk.press("kim", "report.start", "mistake")
    ask(desk, "kim", "anonymous")
    assert "nothing open" not in asked(desk, "kim", "resume").casefold()
    assert "danger" in asked(desk, "kim", "resume").casefold()


def test_a_signer_who_has_left_is_not_counted(desk: Desk) -> None:
    """Once anybody who signed is off the roster nobody gets the answer until another person signs."""
    live(desk)
    assert "office posts it" in asked(desk, "joe")
    agree(desk, "give", person="grace", role="dsl", school="northgate")
    assert "Confirmed" in agree(desk, "leave", person="dina")
    assert "office posts it" not in asked(desk, "joe")
    desk.work(20)
    assert stages(desk) == ["answered"]
    assert any("needs a new signature" in one for one in desk.notebook.texts("omar"))
    assert "office posts it" not in asked(desk, "joe")
    assert "Signed" in sign(desk, "omar")
    assert "office posts it" in asked(desk, "joe")


def test_in_force_and_taken_back_in_another_process(tmp_path: Path, database_url: str) -> None:
    """Another process gives a signed answer at its next event, and no more once it is taken back."""
    desk = Desk.open(tmp_path, Reader(), database_url)
    other = Desk(build(desk.product.settings, Reader(), desk.product.context.current.at_start), desk.notebook)
    try:
        assert "office posts it" not in asked(other, "joe")
        live(desk)
        assert "office posts it" in asked(other, "joe")
        desk.press("dina", "gap.take_back", only(desk))
        assert "office posts it" not in asked(other, "joe")
    finally:
        desk.close()
        other.close()


def test_two_processes_put_the_same_question_on_the_list_once(tmp_path: Path, database_url: str) -> None:
    """The same question through two doors is one entry, and both askers wait for it."""
    desk = Desk.open(tmp_path, Reader(), database_url)
    other = Desk(build(desk.product.settings, Reader(), desk.product.context.current.at_start), desk.notebook)
    try:
        ask(desk, "ana")
        assert "asked this before" in ask(other, "joe")
        assert stages(desk) == ["waiting"]
    finally:
        desk.close()
        other.close()


def test_without_the_database_no_signed_answer_is_given(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether an answer is in force still nobody can say then, so the question stays not covered."""
    live(desk)
    assert "office posts it" in asked(desk, "joe")
    assistant = desk.product.assistant
    incoming = Incoming("late", Sender("playground", "joe"), Said(QUESTION))
    parses = assistant._parse(incoming)
    shown = "\n".join(text_of(one) for one in assistant._without_storage(incoming, parses, desk.now))
    assert "I could not find an answer" in shown


def test_an_answer_outlasts_an_outage(desk: Desk) -> None:
    """However often the platform refuses it, an answer that took days is brought once it can be."""
    live(desk)
    desk.notebook.refuses["ana"] = PassingFault("away")
    for _ in range(MOST_TRIES + 10):
        desk.later(minutes=2)
        desk.work(1)
    assert desk.notebook.texts("ana") == []
    del desk.notebook.refuses["ana"]
    desk.later(minutes=2)
    desk.work(20)
    assert [one.splitlines()[0] for one in desk.notebook.texts("ana")] == ["Your question has been answered"]


def test_the_figures(desk: Desk) -> None:
    """Open, answered, in force and overdue are counted, for the governors' report."""

    def counted() -> GapCounts:
        with desk.product.database.transaction() as tx:
            return count_gaps(tx, desk.now)

    assert counted() == GapCounts(0, 0, 0, 0)
    ask(desk)
    assert counted() == GapCounts(1, 0, 0, 0)
    desk.later(days=20)
    assert counted() == GapCounts(1, 0, 0, 1)
    answer(desk)
    assert counted() == GapCounts(1, 1, 0, 1)
    sign(desk)
    assert counted() == GapCounts(0, 0, 1, 0)


def test_an_answer_in_force_outlives_every_period(desk: Desk) -> None:
    """What is in force stays, and its review date reminds the policy owner."""
    live(desk)
    desk.later(days=366)
    desk.work(20)
    assert stages(desk) == ["live"]
    assert any("due to be looked at again" in one for one in desk.notebook.texts("eleanor"))


def test_who_asked_what_was_answered_goes_after_a_year(desk: Desk) -> None:
    """Until then the asker can be told when it is taken back; the answer itself stays."""

    def waiting() -> int:
        with desk.product.database.transaction() as tx:
            return int(tx.execute(text("SELECT count(*) FROM gap_askers")).scalar_one())

    ask(desk)
    ask(desk, "farid", mode="anonymous")
    answer(desk)
    sign(desk)
    for days, left in ((364, 2), (2, 0)):
        desk.later(days=days)
        desk.work(20)
        assert waiting() == left
    assert stages(desk) == ["live"]
    assert "Mondays" in asked(desk, "lucy")


def test_how_long_askers_are_told_is_said_as_it_is_configured(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who takes an answer back reads within how many days those who were sent it are told of that."""
    live(desk)
    assert "within the last 365 days" in desk.press("dina", "gap.take_back", only(desk))
    periods = desk.product.context.retention.registers
    monkeypatch.setitem(periods, "gap_askers", RegisterPeriod(days=200, why="Local."))
    answer(desk)
    sign(desk)
    assert "within the last 200 days" in desk.press("dina", "gap.take_back", only(desk))


@pytest.mark.parametrize("forgotten", ["a year later", "taken back"])
def test_who_asked_does_not_sign_once_they_are_forgotten(desk: Desk, forgotten: str) -> None:
    """Who asked by name signs no answer to it, also when it is no longer kept who did; others sign."""
    ask(desk, "ana")
    ask(desk, "dina")
    if forgotten == "taken back":
        with desk.product.database.transaction() as tx:
            (mine,) = asked_by(tx, desk.product.context.vault, "playground", "dina")
        desk.fill("dina", "gap.withdraw", mine.reference)
    answer(desk)
    if forgotten == "a year later":
        assert "Signed" in sign(desk, "omar")
        desk.later(days=366)
        desk.work(20)
        desk.press("eleanor", "gap.take_back", only(desk))
        answer(desk, review="12")
    with desk.product.database.transaction() as tx:
        vault = desk.product.context.vault
        assert not asked_by(tx, vault, "playground", "dina")
        (gap,) = all_gaps(tx, vault, (GapStage.ANSWERED,))
        # Of a person who is not on the roster, and could not sign, nothing is left.
        assert len(gap.barred) == 1
    assert "neither written it nor asked" in desk.press("dina", "gap.sign", only(desk))
    assert "Signed" in sign(desk, "omar")


def test_the_governors_questions_stand_behind_the_list(desk: Desk) -> None:
    """X1 to X24 are read by anybody who answers, as questions for the next review of the policy."""
    shown = desk.press("eleanor", "gap.governors")
    known = desk.product.context.world.policy.contradictions.values()
    assert all(f"{item.id} · {item.title}: {item.governors}" in shown for item in known)


@pytest.mark.parametrize(
    "content",
    [
        Submitted("gap.ask", "x" * 5000, {"question": ("a " * 9000,), "mode": ("named",)}),
        Submitted("gap.ask", "", {}),
        Submitted("gap.answer", "||", {"wording": ("\x00" * 50,)}),
        Submitted("gap.sign", "no|such", {}),
        Pressed("gap.ask", "<script>" * 2000),
        Pressed("gap.nothing", "x"),
        Submitted("gap.withdraw", "'; DROP TABLE gaps", {"code": ("x",)}),
        Submitted("gap.ask", "0" * 32, {"question": ("\u202e\ud83d" * 300,), "mode": ("named",)}),
    ],
)
def test_hostile_presses_and_texts(desk: Desk, content: Pressed | Submitted) -> None:
    """Whatever a client sends, it is answered, and nothing is stored."""
    for user in ("kim", "eleanor"):
        shown = desk.send(user, content)
        assert shown
        assert "NOT saved" not in "\n".join(map(text_of, shown))
    assert stages(desk) == []


def test_while_paused_nothing_is_asked_and_an_answer_is_taken_back(desk: Desk) -> None:
    """During a pause no question is taken; a wrong answer can be taken back at any time."""
    live(desk)
    token = form_in(desk.send("kim", Pressed("gap.ask"))).value
    agree(desk, "pause", reason="An exercise")
    assert "NOT saved" in ask(desk, "kim", question="May we post the bus times?", token=token)
    assert "taken back" in desk.press("dina", "gap.take_back", only(desk))
    assert stages(desk) == ["waiting"]


def test_words_in_a_channel_show_nothing(desk: Desk) -> None:
    """Where others read, neither list nor form is shown, and nothing is stored."""
    live(desk)
    contents: tuple[Content, ...] = (
        Said("gaps"),
        Pressed("gap.list"),
        Pressed("gap.ask", QUESTION),
        Pressed("gap.take_back", only(desk)),
    )
    for number, content in enumerate(contents):
        incoming = Incoming(f"public-{number}", Sender("playground", "eleanor"), content, private=False)
        shown = "\n".join(text_of(one) for one in desk.product.assistant.handle(incoming, desk.now))
        assert "lunch" not in shown
    assert stages(desk) == ["live"]


# Written from the design, not from permissions.yml.
_ANSWERS = ("eht", "policy_owner", "dsl")
OF_GAPS: tuple[Duty, ...] = ("ask_gap", "answer_gap", "sign_gap")
EVERY_ROLE = sorted(
    {
        *ROLES,
        *OFFICE_ROLES,
        *(f"deputy_{role}" for role in ROLES if not role.startswith("deputy_")),
        "stranger",
    }
)


@pytest.mark.parametrize(
    ("role", "duty", "runs"), list(itertools.product(EVERY_ROLE, OF_GAPS, (True, False)))
)
def test_the_table_of_workflows_cell_by_cell(role: str, duty: Duty, runs: bool) -> None:
    """Everybody asks; the Executive Headteacher, the policy owner and a DSL answer and sign; nobody else."""
    table: Duties = load(ROOT / "policy_kb" / "permissions.yml", PermissionTable).workflows
    assert has_duty(table, duty, {role}, runs) == (duty == "ask_gap" or role in _ANSWERS)


def test_a_policy_owner_who_is_named_answers(desk: Desk) -> None:
    """Anybody who is given the role answers and is told of what waits."""
    roster = desk.product.context.world.federation.roster
    with_federation(desk, roster=replace(roster, roles={**roster.roles, "policy_owner": {"": ("colin",)}}))
    ask(desk)
    desk.work(20)
    assert any("A question waits" in one for one in desk.notebook.texts("colin"))
    assert "saved" in answer(desk, "colin")
    assert "Signed" in sign(desk, "eleanor")


def test_a_roster_that_is_read_again_keeps_what_is_in_force(desk: Desk) -> None:
    """A change of the roster that concerns nobody of it leaves a signed answer in force."""
    live(desk)
    with desk.product.database.transaction() as tx:
        stand = standing.stand_now(Work(tx, desk.product.context, desk.now))
    assert [one.answer.signer for one in stand.world.live] == ["dina"]
    assert replace(stand.world, live=()).live == desk.product.context.current.at_start.live
