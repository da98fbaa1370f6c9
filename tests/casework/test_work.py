"""The work on a case: assessment, advice, investigating, tasks, urgency, links, legal hold."""

from __future__ import annotations

import pytest

from bot.app import new_tokens
from bot.domain.turns import Said
from tests.following.test_status import status
from tests.support.desk import ADVICE, Desk, text_of

WORDS = "Zanzibar was in the corridor."
WHY = "Zanzibar House has asked for it."
FORMS = {
    "assess": {"child": "no", "crime": "no", "nature": "neither", "note": WORDS, "category": "account"},
    "advice": {"adviser": "lado", "who": "LADO, Zanzibar Jones", "at": "2026-11-23T08:30", "advice": WORDS},
    "task": {"task": "Ask for Zanzibar to be removed", "person": "grace", "due": "2026-11-24T12:00"},
    "urgent": {"why": WHY},
}
# Whatever a closing may ask for: what this form does not ask is dropped.
CLOSED = {
    "outcome": "no_action",
    "reason": "Looked into it, and it is settled.",
    "agencies": "Nobody outside needed to know.",
    "evidence": "deleted",
}


def colleague(desk: Desk) -> str:
    return desk.report("ana", kind="colleague").reference


def child_at_risk(desk: Desk) -> str:
    """An allegation from the start: restricted, with the DSL and the Executive Headteacher."""
    return desk.report("ana", kind="colleague", child_risk="yes").reference


def do(desk: Desk, user: str, name: str, reference: str) -> str:
    return desk.fill(user, f"case.{name}", reference, **FORMS[name])


def everything_seen(desk: Desk) -> str:
    return "\n".join(text for name in desk.notebook.seen for text in desk.notebook.texts(name))


def cases(desk: Desk, user: str) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said("cases")))


@pytest.mark.parametrize(
    ("name", "done"),
    [
        ("assess", "assessment"),
        ("advice", "advice"),
        ("task", "is kept with"),
        ("urgent", "is urgent now"),
    ],
)
def test_what_is_done_stands_in_the_details_alone(desk: Desk, name: str, done: str) -> None:
    """Each piece of work is kept and read in the details; its words are on no card and in no message."""
    reference = colleague(desk)
    desk.work()
    assert done in do(desk, "farid", name, reference).lower()
    desk.later(minutes=1)
    desk.work(rounds=10)
    assert "Zanzibar" in desk.press("grace", "case.details", reference)
    assert "Zanzibar" not in desk.press("grace", "case.show", reference)
    assert "Zanzibar" not in everything_seen(desk)
    assert "Zanzibar" not in desk.dump()


@pytest.mark.parametrize(
    "name", ["assess", "advice", "task", "urgent", "investigate", "link", "done", "more"]
)
@pytest.mark.parametrize("user", ["ana", "ivan", "colin", "susan", "dina", "maya"])
def test_who_may_not_work_on_it_changes_nothing(desk: Desk, user: str, name: str) -> None:
    """Staff, other roles and anybody who was not told are refused, and the history stays as it was."""
    reference = colleague(desk)
    before = desk.press("farid", "case.details", reference).count(" · ")
    value = f"{reference}|1" if name == "done" else reference
    assert "Nothing has changed" in desk.fill(user, f"case.{name}", value, **FORMS.get(name, {}))
    assert desk.press("farid", "case.details", reference).count(" · ") <= before + 1
    ways = desk.press("farid", "case.more", reference) + desk.press("farid", "case.details", reference)
    assert "[Done:" not in ways


@pytest.mark.parametrize("name", ["hold", "release", "restrict"])
@pytest.mark.parametrize("user", ["farid", "beth", "ivan", "ana"])
def test_holding_and_restricting_are_for_safeguarding(desk: Desk, user: str, name: str) -> None:
    """The FLT may neither hold a case nor restrict it, nor is it offered to them."""
    reference = colleague(desk)
    assert "Nothing has changed" in desk.fill(user, f"case.{name}", reference, why=WHY)
    for act in ("case.show", "case.details", "case.more"):
        assert "[Move to restricted]" not in desk.press("farid", act, reference)
        assert "legal hold]" not in desk.press("farid", act, reference)
    assert "[Move to restricted]" in desk.press("eleanor", "case.show", reference)
    assert "[Put under legal hold]" in desk.press("eleanor", "case.more", reference)


@pytest.mark.parametrize("name", ["assess", "advice", "task", "urgent", "investigate", "recuse"])
def test_a_closed_case_is_not_worked_on(desk: Desk, name: str) -> None:
    """On a closed case each is refused until somebody opens it again."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case("farid", reference, **CLOSED)
    pressed = "recuse_yes" if name == "recuse" else name
    assert "Nothing has changed" in desk.fill("farid", f"case.{pressed}", reference, **FORMS.get(name, {}))
    assert "Status: Closed" in desk.press("farid", "case.show", reference)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("assess", "child", "perhaps"),
        ("assess", "nature", ""),
        ("advice", "advice", ""),
        ("advice", "at", "9999-01-01T00:00"),
        ("task", "person", "ivan"),
        ("task", "due", "some day"),
        ("task", "task", "x" * 201),
        ("urgent", "why", ""),
    ],
)
def test_a_form_that_is_not_right_comes_back(desk: Desk, name: str, field: str, value: str) -> None:
    """A wrong field brings the form back with what was typed, and nothing is kept."""
    reference = colleague(desk)
    answer = desk.fill("farid", f"case.{name}", reference, **{**FORMS[name], field: value})
    assert "Form(" in answer
    assert f"name='{field}'" in answer
    assert "Zanzibar" not in desk.press("farid", "case.details", reference)


def test_an_allegation_waits_for_advice(desk: Desk) -> None:
    """Nobody investigates an allegation before advice is on record; then it may be started."""
    reference = child_at_risk(desk)
    desk.press("dina", "case.acknowledge", reference)
    assert "do not investigate before LADO advice" in desk.fill("dina", "case.investigate", reference)
    do(desk, "dina", "advice", reference)
    assert "Nothing has changed" not in desk.fill("dina", "case.investigate", reference)
    assert "Investigation started" in desk.press("dina", "case.details", reference)


@pytest.mark.parametrize(
    ("agency", "advice", "locked"),
    [("lado", WORDS, False), ("lado", "", True), ("police", WORDS, True)],
)
def test_only_the_lados_advice_unlocks_by_a_referral(
    desk: Desk, agency: str, advice: str, locked: bool
) -> None:
    """A logged referral counts as advice only where the LADO gave some."""
    reference = child_at_risk(desk)
    desk.press("dina", "case.acknowledge", reference)
    desk.fill("dina", "case.refer", reference, agency=agency, at="2026-11-23T08:05", advice=advice)
    answer = desk.fill("dina", "case.investigate", reference)
    assert ("Nothing has changed" in answer) is locked


def test_a_reported_allegation_is_marked_until_advice(desk: Desk) -> None:
    """The card of what was reported as an allegation says not to investigate until advice is on record."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    assert "DO NOT INVESTIGATE BEFORE LADO ADVICE" in desk.press("eleanor", "case.show", reference)
    desk.fill("eleanor", "case.advice", reference, **ADVICE)
    card = desk.press("eleanor", "case.show", reference)
    assert "ALLEGATION" in card
    assert "DO NOT INVESTIGATE" not in card


def test_an_assessment_as_an_allegation_marks_and_locks(desk: Desk) -> None:
    """A case that turns out to be an allegation says so on its card, and is locked until advice."""
    reference = colleague(desk)
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    assert "DO NOT INVESTIGATE" not in desk.press("farid", "case.show", reference)
    fields = {**FORMS["assess"], "child": "yes", "nature": "allegation"}
    desk.fill("farid", "case.assess", reference, **fields)
    desk.work(rounds=10)
    card = desk.notebook.texts("flt")[0]
    assert "ALLEGATION" in card
    assert "DO NOT INVESTIGATE BEFORE LADO ADVICE" in card
    assert "do not investigate" in desk.fill("farid", "case.investigate", reference)


def test_a_later_assessment_replaces_the_first(desk: Desk) -> None:
    """What counts, but for an allegation, is the newest assessment; the earlier one stays in the history."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.assess", reference, **{**FORMS["assess"], "nature": "low_level"})
    assert "LOW-LEVEL CONCERN" in desk.press("farid", "case.show", reference)
    desk.later(minutes=1)
    do(desk, "farid", "assess", reference)
    assert "LOW-LEVEL CONCERN" not in desk.press("farid", "case.show", reference)
    assert desk.press("farid", "case.details", reference).count("Zanzibar was in the corridor") == 2


def test_making_it_urgent_hurries_the_ladder(desk: Desk) -> None:
    """From then on the next people are told within minutes, not at the end of the half-day."""
    reference = colleague(desk)
    desk.work(rounds=10)
    desk.later(minutes=30)
    desk.work(rounds=10)
    assert "eleanor" not in desk.notebook.seen
    do(desk, "grace", "urgent", reference)
    for _ in range(3):
        desk.later(minutes=11)
        desk.work(rounds=10)
    assert {"farid", "eleanor"} <= set(desk.notebook.seen)
    assert "URGENT" in desk.notebook.texts("flt")[0]


def carded(desk: Desk) -> set[str]:
    """Those of the ladder who have the card."""
    ladder = ("farid", "eleanor")
    return {name for name in ladder if any("Held by" in line for line in desk.notebook.texts(name))}


def test_made_urgent_late_it_climbs_every_ten_minutes_from_then(desk: Desk) -> None:
    """A day old and one step up, at night: ten minutes for each further step, none of them earlier."""
    reference = colleague(desk)
    desk.work(rounds=10)
    desk.later(hours=12)
    desk.work(rounds=10)
    assert carded(desk) == {"farid"}
    do(desk, "grace", "urgent", reference)
    expected = [(9, {"farid"}), (1, {"farid", "eleanor"})]
    for minutes, told in expected:
        desk.later(minutes=minutes)
        desk.work(rounds=20)
        assert carded(desk) == told
    late = "has not been acknowledged"
    desk.later(minutes=9)
    desk.work(rounds=20)
    assert not any(late in line for line in desk.notebook.texts("ana"))
    desk.later(minutes=1)
    desk.work(rounds=20)
    assert any(late in line for line in desk.notebook.texts("ana"))


def test_a_step_that_was_due_sooner_stays_so_and_the_next_waits(desk: Desk) -> None:
    """Made urgent five minutes before a step, that step keeps its time; the next comes at twenty."""
    reference = colleague(desk)
    desk.work(rounds=10)
    desk.later(hours=7, minutes=25)
    do(desk, "grace", "urgent", reference)
    for minutes, told in ((5, {"farid"}), (14, {"farid"}), (1, {"farid", "eleanor"})):
        desk.later(minutes=minutes)
        desk.work(rounds=20)
        assert carded(desk) == told


def test_calmed_it_waits_in_working_time_from_then(desk: Desk) -> None:
    """Urgent no more, the next step waits for the end of the next half-day, whatever was climbed before."""
    reference = desk.report("ana", kind="abuse", category="threat").reference
    desk.work(rounds=10)
    desk.later(minutes=10)
    desk.work(rounds=10)
    assert carded(desk) == {"farid"}
    desk.fill("grace", "case.calm", reference, why=WHY)
    desk.later(hours=7, minutes=19)
    desk.work(rounds=20)
    assert carded(desk) == {"farid"}
    desk.later(minutes=1)
    desk.work(rounds=20)
    assert carded(desk) == {"farid", "eleanor"}


def test_urgent_is_said_once(desk: Desk) -> None:
    """What is urgent already cannot be made so again, and can be calmed, once."""
    reference = colleague(desk)
    do(desk, "farid", "urgent", reference)
    assert "already" in do(desk, "grace", "urgent", reference)
    assert "not urgent any more" in desk.fill("grace", "case.calm", reference, why=WHY)
    assert "Nothing has changed" in desk.fill("grace", "case.calm", reference, why=WHY)
    assert "URGENT" not in desk.press("farid", "case.show", reference)


def test_a_task_is_told_to_its_owner_alone(desk: Desk) -> None:
    """The owner reads that there is a task, and not a word of it; nobody else is told."""
    reference = colleague(desk)
    desk.work()
    do(desk, "farid", "task", reference)
    desk.work(rounds=10)
    [told] = desk.notebook.texts("grace")
    assert reference in told
    assert "removed" not in told
    assert not {"farid", "tom"} & set(desk.notebook.seen)
    assert "Open tasks: 1" in desk.notebook.texts("flt")[0]


def test_a_task_is_done_once(desk: Desk) -> None:
    """A task is ticked by its number; again, or another number, it is refused."""
    reference = colleague(desk)
    do(desk, "farid", "task", reference)
    ways = desk.press("grace", "case.more", reference) + desk.press("grace", "case.details", reference)
    assert "[Done:" in ways
    assert "Nothing has changed" in desk.press("grace", "case.done", f"{reference}|2")
    assert "Nothing has changed" in desk.press("grace", "case.done", reference)
    assert "is done" in desk.press("grace", "case.done", f"{reference}|1")
    assert "Nothing has changed" in desk.press("grace", "case.done", f"{reference}|1")
    assert "Open tasks" not in desk.press("grace", "case.show", reference)


def test_a_task_of_ones_own_tells_nobody(desk: Desk) -> None:
    """Who gives a task to themselves is sent nothing about it."""
    reference = colleague(desk)
    desk.fill("farid", "case.task", reference, **{**FORMS["task"], "person": "farid"})
    desk.work(rounds=10)
    assert "farid" not in desk.notebook.seen


def test_two_cases_are_linked(desk: Desk) -> None:
    """Each of two linked cases names the other in its details."""
    first, second = colleague(desk), colleague(desk)
    assert "are linked" in desk.fill("farid", "case.link", first, reference=second.lower())
    assert second in desk.press("farid", "case.details", first)
    assert first in desk.press("farid", "case.details", second)


def test_a_hidden_case_cannot_be_linked_or_guessed(desk: Desk) -> None:
    """A case that one may not open reads like one that does not exist, and like the case itself."""
    reference, hidden = colleague(desk), child_at_risk(desk)
    answers = {
        desk.fill("farid", "case.link", reference, reference=value).replace(value, "")
        for value in (hidden, "FED-ZZZZ")
    }
    assert len(answers) == 1
    assert "Form(" in desk.fill("farid", "case.link", reference, reference=reference)
    assert hidden not in desk.press("farid", "case.details", reference)


def test_a_link_betrays_no_case_to_who_may_not_see_it(desk: Desk) -> None:
    """Linked by somebody who sees both, a hidden case is named to nobody who sees only the other."""
    reference, hidden = colleague(desk), child_at_risk(desk)
    desk.work(rounds=10)
    desk.fill("eleanor", "case.link", hidden, reference=reference)
    desk.later(minutes=1)
    desk.work(rounds=10)
    for press in ("case.show", "case.details"):
        assert hidden not in desk.press("farid", press, reference)
    assert hidden not in "".join(desk.notebook.texts("flt"))
    assert reference in desk.press("eleanor", "case.details", hidden)


def test_a_hold_is_put_and_lifted_once(desk: Desk) -> None:
    """The Executive Headteacher holds a case and lifts it again; twice is refused."""
    reference = colleague(desk)
    assert "under legal hold" in desk.fill("eleanor", "case.hold", reference, why=WHY)
    assert "already" in desk.fill("eleanor", "case.hold", reference, why=WHY)
    assert "legal hold" in desk.press("eleanor", "case.details", reference).lower()
    assert "no longer" in desk.fill("eleanor", "case.release", reference, why=WHY)
    assert "Nothing has changed" in desk.fill("eleanor", "case.release", reference, why=WHY)
    assert "Zanzibar" not in desk.press("eleanor", "case.show", reference)


def test_a_closed_case_can_be_held(desk: Desk) -> None:
    """A legal hold comes when it comes, and leaves a closed case closed."""
    reference = colleague(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case("farid", reference, **CLOSED)
    assert "under legal hold" in desk.fill("eleanor", "case.hold", reference, why=WHY)
    assert "Status: Closed" in desk.press("eleanor", "case.show", reference)


@pytest.mark.parametrize("mode", ["named", "anonymous"])
def test_the_reporter_reads_nothing_of_the_work(desk: Desk, mode: str) -> None:
    """Assessment, advice, tasks, urgency and notes are in no status, look-up or update of the reporter."""
    tokens = new_tokens()
    reference = desk.report("ana", tokens=tokens, kind="colleague", mode=mode).reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    before = status(desk, "ana", reference, tokens.code if mode == "anonymous" else "")
    desk.work(rounds=10)
    had = list(desk.notebook.texts("ana"))
    for name in FORMS:
        desk.later(minutes=1)
        do(desk, "farid", name, reference)
    desk.fill("farid", "case.note", reference, note=WORDS)
    desk.fill("farid", "case.link", reference, reference=colleague(desk))
    desk.fill("eleanor", "case.hold", reference, why=WHY)
    desk.work(rounds=10)
    after = status(desk, "ana", reference, tokens.code if mode == "anonymous" else "")
    assert after == before
    assert [text for text in desk.notebook.texts("ana") if reference in text] == had


def test_the_list_counts_only_what_one_may_see(desk: Desk) -> None:
    """A restricted case is neither listed nor counted for the FLT."""
    open_one, hidden = colleague(desk), child_at_risk(desk)
    listed = cases(desk, "farid")
    assert "1 open case\n" in listed
    assert open_one in listed
    assert hidden not in listed
    assert "2 open cases" in cases(desk, "eleanor")
