"""After the acknowledgement: tasks that are due, cases that nobody works on, ladders that have ended."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.delivery.sender import PassingFault
from bot.delivery.worker import Worker
from bot.domain.presses import CasePart
from bot.storage.schema import outbox, reports
from tests.people.test_roster import agree
from tests.support.desk import Desk, inline

WORK = "Work on cases that waits for you"
WAITS = "A case waits, and nobody has acknowledged it"


def reminders(desk: Desk, person: str, title: str = WORK) -> list[str]:
    return [text for text in desk.notebook.texts(person) if text.startswith(title)]


def counts(desk: Desk, title: str = WORK) -> dict[str, int]:
    found = {person: len(reminders(desk, person, title)) for person in desk.notebook.seen}
    return {person: number for person, number in found.items() if number}


def until(desk: Desk, day: int, hour: int = 9, minute: int = 0, month: int = 11) -> None:
    """Let the time pass to this moment (London, winter), the worker at work each half-day."""
    end = datetime(2026, month, day, hour, minute, tzinfo=UTC)
    while desk.now < end:
        desk.now = min(end, desk.now + timedelta(hours=4))
        desk.work(rounds=20)


def held(desk: Desk, by: str = "farid", kind: str = "colleague") -> str:
    reference = desk.report("ana", kind=kind).reference
    desk.press(by, "case.acknowledge", reference)
    desk.work(rounds=20)
    return reference


def task(desk: Desk, reference: str, person: str = "tom", due: str = "2026-11-24T10:30") -> None:
    desk.fill("farid", "case.task", reference, task="Keep the log", person=person, due=due)
    desk.work(rounds=20)


def test_a_task_is_brought_to_mind_when_due_and_then_weekly(desk: Desk) -> None:
    """Its owner alone is reminded as the half-day after it was due begins, a week later, and so on."""
    reference = held(desk)
    task(desk, reference)
    until(desk, 24, 12, 29)
    assert counts(desk) == {}
    until(desk, 24, 12, 30)
    assert counts(desk) == {"tom": 1}
    (text,) = reminders(desk, "tom")
    assert (
        f"{reference} · Abuse by a colleague: a task for Tom Pritchard was due by 24 Nov 2026, 10:30" in text
    )
    assert "Keep the log" not in text
    assert f"[Open {reference}]" in text
    desk.fill("farid", "case.note", reference, note="Spoken to the union.")
    until(desk, 30, 16)
    assert counts(desk) == {"tom": 1}
    until(desk, 1, 12, 30, month=12)
    assert counts(desk) == {"tom": 2}


def test_what_is_done_is_brought_to_mind_no_more(desk: Desk) -> None:
    """A task that is ticked before it is due, and one of a case that is closed, reminds nobody."""
    # What its reporter may close by withdrawing it.
    done, closed = held(desk), held(desk, kind="staff_abuse")
    for reference in (done, closed):
        task(desk, reference)
    desk.press("tom", "case.done", str(CasePart(done, "1")))
    desk.fill("ana", "report.withdraw", closed, sure="yes", code="")
    until(desk, 24, 16)
    assert counts(desk) == {}


def test_an_idle_case_goes_to_its_holder_and_then_to_the_headteacher(desk: Desk) -> None:
    """After five working days its holder alone is reminded; after five more the Executive Headteacher too."""
    reference = held(desk)
    until(desk, 30, 16, 29)
    assert counts(desk) == {}
    until(desk, 1, 8, 30, month=12)
    assert counts(desk) == {"farid": 1}
    (text,) = reminders(desk, "farid")
    assert f"{reference} · Abuse by a colleague: nobody has worked on it since 23 Nov 2026, 09:00" in text
    assert "held by Farid Anwar" in text
    until(desk, 7, 16, month=12)
    assert counts(desk) == {"farid": 1}
    until(desk, 8, 8, 30, month=12)
    assert counts(desk) == {"farid": 2, "eleanor": 1}


def asked_to_close(desk: Desk) -> str:
    """An allegation whose closing Eleanor asked for, and which Dina may agree to."""
    reference = desk.report("ana", kind="colleague", child_risk="yes").reference
    desk.press("eleanor", "case.acknowledge", reference)
    assert "stays open" in desk.ask_to_close("eleanor", reference, "unfounded")
    desk.work(rounds=20)
    return reference


def test_a_closing_that_waits_is_brought_to_the_second_person(desk: Desk) -> None:
    """After a working day who may agree is told who waits, and again each day; nobody after the decision."""
    reference = asked_to_close(desk)
    until(desk, 24, 16, 29)
    assert counts(desk) == {}
    until(desk, 25, 8, 30)
    assert counts(desk) == {"dina": 1}
    (text,) = reminders(desk, "dina")
    assert (
        f"{reference} · Abuse by a colleague: Eleanor Marsh asked on 23 Nov 2026, 09:00 to close it" in text
    )
    assert "waits for a second person" in text
    until(desk, 26, 12)
    assert counts(desk) == {"dina": 2}
    desk.press("dina", "case.details", reference)
    desk.fill("dina", "case.decline", reference, why="The tutor has not been heard yet.")
    until(desk, 30, 16)
    assert counts(desk) == {"dina": 2}


def test_a_closing_that_waits_is_brought_to_the_cover_of_the_second(desk: Desk) -> None:
    """With the second away, the cover is reminded, and nobody else is brought in."""
    asked_to_close(desk)
    agree(desk, "absent", person="dina", to="omar", start="2026-11-23T08:00", end="2026-12-25T09:00")
    until(desk, 25, 9)
    assert counts(desk) == {"omar": 1}


def test_a_closing_with_nobody_left_to_agree_goes_back_to_who_asked(desk: Desk) -> None:
    """Where the second has gone away without a cover who may agree, the asker is reminded."""
    asked_to_close(desk)
    agree(desk, "absent", person="dina", to="eleanor", start="2026-11-23T08:00", end="2026-12-25T09:00")
    until(desk, 25, 9)
    assert counts(desk) == {"eleanor": 1}


def test_work_on_it_begins_the_days_again(desk: Desk) -> None:
    """A note starts the five days again; that somebody looked, or the reporter added something, does not."""
    worked, looked = held(desk), held(desk)
    until(desk, 25, 9)
    desk.fill("farid", "case.note", worked, note="Spoken to the union.")
    desk.press("farid", "case.details", looked)
    desk.fill("ana", "report.add", looked, text="It goes on", code="")
    until(desk, 1, 9, month=12)
    (text,) = reminders(desk, "farid")
    assert looked in text
    assert worked not in text


def test_a_concerned_headteacher_is_told_of_no_idle_case(desk: Desk) -> None:
    """With the Executive Headteacher concerned the chair holds it, and nobody else ever hears of it."""
    reference = desk.report("ana", kind="colleague", conflict="eht").reference
    desk.work(rounds=20)
    desk.press("maya", "case.acknowledge", reference)
    until(desk, 22, 16, month=12)
    assert counts(desk).keys() == {"maya"}
    assert "eleanor" not in desk.notebook.seen


def test_the_cover_is_reminded_too(desk: Desk) -> None:
    """Of the case of somebody away both are reminded."""
    held(desk)
    agree(desk, "absent", person="farid", to="ravi", start="2026-11-23T08:00", end="2026-12-25T09:00")
    until(desk, 1, 9, month=12)
    assert counts(desk) == {"farid": 1, "ravi": 1}


def test_whatever_waits_is_one_message_a_half_day(desk: Desk) -> None:
    """Many cases that are idle on one morning are one message to their holder, cut short where it is long."""
    found = [held(desk) for _ in range(22)]
    until(desk, 1, 9, month=12)
    (text,) = reminders(desk, "farid")
    assert sum(reference in text for reference in found) == 20
    assert "and 2 more: type “cases”" in text
    assert text.count("[Open ") == 10


def test_a_worker_that_was_away_reminds_once_and_in_working_time(desk: Desk) -> None:
    """Down from Tuesday to Saturday night: nothing on Saturday, one reminder on Monday."""
    task(desk, held(desk))
    desk.now = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
    desk.work(rounds=20)
    assert counts(desk) == {}
    until(desk, 30, 8, 30)
    assert counts(desk) == {"tom": 1}
    until(desk, 30, 16)
    assert counts(desk) == {"tom": 1}


def test_a_note_does_not_put_off_what_is_to_be_said(desk: Desk) -> None:
    """With the worker down over the time of a task, a change to the case before it is back loses nothing."""
    reference = held(desk)
    task(desk, reference)
    desk.now = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
    desk.fill("farid", "case.note", reference, note="Spoken to the union.")
    desk.work(rounds=20)
    assert counts(desk) == {"tom": 1}


def test_an_outage_loses_no_reminder(desk: Desk) -> None:
    """What a platform did not take is sent when it does, once, and says what waits then."""
    task(desk, held(desk))
    desk.notebook.refuses["tom"] = PassingFault("no connection")
    until(desk, 24, 15)
    assert counts(desk) == {}
    desk.notebook.refuses.clear()
    desk.later(minutes=10)
    desk.work(rounds=20)
    assert counts(desk) == {"tom": 1}


def test_two_workers_remind_once(desk: Desk) -> None:
    """Two workers that come upon the same cases at the same moment send each person one message."""
    for _ in range(3):
        task(desk, held(desk))
    desk.now = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)

    async def both() -> None:
        workers = [
            Worker(desk.product.context, {"playground": desk.notebook}, inline, lambda: desk.now, lambda: 0.5)
            for _ in range(2)
        ]
        for _ in range(6):
            await asyncio.gather(*(worker.once() for worker in workers))

    asyncio.run(both())
    assert counts(desk) == {"tom": 1}
    with desk.product.database.transaction() as tx:
        kept = tx.execute(outbox.select().where(outbox.c.kind == "work")).all()
    assert len(kept) == 1


def test_existing_cases_count_from_the_upgrade(desk: Desk) -> None:
    """Of cases from before: one message of the tasks that are late, idle ones five days after the upgrade."""
    late, idle = held(desk), held(desk)
    task(desk, late, due="2026-11-24T10:30")
    desk.now = datetime(2027, 1, 12, 10, 0, tzinfo=UTC)
    with desk.product.database.transaction() as tx:
        tx.execute(update(reports).values(work_at=desk.now, work_from=desk.now))
    desk.work(rounds=20)
    assert counts(desk) == {"tom": 1}
    assert late in reminders(desk, "tom")[0]
    desk.now = datetime(2027, 1, 19, 16, 0, tzinfo=UTC)
    desk.work(rounds=20)
    assert "farid" not in counts(desk)
    desk.now = datetime(2027, 1, 20, 9, 0, tzinfo=UTC)
    desk.work(rounds=20)
    assert counts(desk)["farid"] == 1
    assert "eleanor" not in desk.notebook.seen
    assert idle in reminders(desk, "farid")[0]


def test_after_the_ladders_end_headteacher_team_and_it_hear_of_it(desk: Desk) -> None:
    """Each working half-day the first two are reminded; the IT Manager learns once a day that one waits."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work(rounds=20)
    until(desk, 25, 18)
    before = {name: len(_nobody_has_it(desk, name)) for name in ("eleanor", "farid", "grace", "tom")}
    assert counts(desk, WAITS) == {"ivan": 1}
    (text,) = reminders(desk, "ivan", WAITS)
    for word in (reference, "colleague", "Abuse"):
        assert word not in text
    until(desk, 26, 9)
    for name, number in before.items():
        assert len(_nobody_has_it(desk, name)) == number + 1
    until(desk, 26, 16)
    assert counts(desk, WAITS) == {"ivan": 2}
    desk.press("grace", "case.acknowledge", reference)
    until(desk, 30, 16)
    assert counts(desk, WAITS) == {"ivan": 2}


@pytest.mark.parametrize("concerned", ["it", "eht"])
def test_nobody_concerned_hears_that_a_case_waits(desk: Desk, concerned: str) -> None:
    """With the IT Manager, or the Executive Headteacher, concerned the IT Manager learns nothing."""
    desk.report("ana", kind="colleague", conflict=concerned)
    desk.work(rounds=20)
    until(desk, 27, 16)
    assert counts(desk, WAITS) == {}


def _nobody_has_it(desk: Desk, person: str) -> list[str]:
    return [text for text in desk.notebook.texts(person) if "nobody has acknowledged it yet" in text]
