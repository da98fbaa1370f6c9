"""A reporter is left alone at the times that they avoid, and nobody is reminded late at night."""

from __future__ import annotations

from bot.delivery.sender import PassingFault
from bot.domain.turns import Said
from tests.support.desk import CLOSING, Desk, text_of

HAS_IT = "somebody on the team has it"


def waits(desk: Desk, **passed: float) -> None:
    desk.later(**passed)
    desk.work(rounds=20)


def texts(desk: Desk) -> list[str]:
    return desk.notebook.texts("ana")


def test_a_notice_waits_until_the_time_is_over(desk: Desk) -> None:
    """What happens in the morning is told at noon to those who avoid mornings; the receipt comes at once."""
    reference = desk.report("ana", kind="colleague", contact_avoid="mornings|evenings").reference
    desk.work()
    assert "For your records" in texts(desk)[0]
    desk.press("farid", "case.acknowledge", reference)
    for _ in range(5):
        waits(desk, minutes=29)
    assert len(texts(desk)) == 1
    assert "Somebody on the team has it" in "\n".join(map(text_of, desk.send("ana", Said("status"))))
    waits(desk, minutes=35)
    assert [HAS_IT in line for line in texts(desk)] == [False, True]
    waits(desk, days=2)
    assert len(texts(desk)) == 2


def test_what_waits_goes_out_in_its_order(desk: Desk) -> None:
    """After a night each notice comes in its order, and a question that the closing overtook is not sent."""
    desk.later(hours=10)
    reference = desk.report("ana", kind="colleague", contact_avoid="evenings|nights").reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    waits(desk, minutes=10)
    desk.fill("farid", "case.ask", reference, question="Which day was it?")
    fields = {"outcome": "advice_given", "reason": "Spoken to both, and agreed what happens.", **CLOSING}
    waits(desk, minutes=50)
    desk.close_case("farid", reference, **fields)
    for _ in range(11):
        waits(desk, minutes=59)
    found = texts(desk)
    assert len(found) == 3
    assert HAS_IT in found[1]
    assert "is closed" in found[2]


def test_the_question_after_fourteen_days_waits_too(desk: Desk) -> None:
    """Due in school hours, it comes when they are over."""
    desk.report("ana", kind="colleague", contact_avoid="school_hours")
    desk.work()
    waits(desk, days=14)
    assert "one question for you" not in texts(desk)[-1]
    waits(desk, hours=7.5)
    assert "one question for you" in texts(desk)[-1]


def test_that_nobody_can_be_told_is_said_at_once(desk: Desk) -> None:
    """Where a report reaches nobody its reporter is told whom to phone, whatever the hour."""
    for name in ("flt", "farid", "grace", "tom"):
        desk.notebook.refuses[name] = PassingFault("no connection")
    desk.report("ana", kind="colleague", contact_avoid="mornings|afternoons")
    desk.work()
    waits(desk, minutes=6)
    assert any("has not reached anybody yet" in line for line in texts(desk))


def test_that_it_is_late_is_said_at_once(desk: Desk) -> None:
    """Where the whole ladder has passed, its reporter is told so, whatever the hour."""
    desk.report(
        "ana", kind="colleague", conflict="unsure", safe_recipient="chair", contact_avoid="afternoons"
    )
    desk.work()
    waits(desk, hours=7.5)
    assert any("has not been acknowledged" in line for line in texts(desk))


def test_who_avoids_every_hour_is_sent_nothing(desk: Desk) -> None:
    """Nothing is sent after the receipt; the asker is told so, and the status shows it."""
    every = "mornings|afternoons|evenings|nights"
    reference = desk.report("ana", kind="colleague", contact_avoid=every).reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    asked = desk.fill("farid", "case.ask", reference, question="Which day was it?")
    assert "asked not to be contacted" in asked
    waits(desk, days=3)
    assert len(texts(desk)) == 1


def test_what_was_once_typed_holds_nothing_up(desk: Desk) -> None:
    """Times in an older report's own words stand in its details, and its reporter is told as before."""
    reference = desk.report("ana", kind="colleague", contact_avoid="when he is near").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.work()
    assert HAS_IT in texts(desk)[-1]
    assert "Times to avoid: when he is near" in desk.press("farid", "case.details", reference)


def test_the_times_stand_in_the_details_alone(desk: Desk) -> None:
    """Those who may read the report see which times are to be avoided; the card says nothing of them."""
    reference = desk.report("ana", kind="colleague", contact_avoid="evenings|weekends").reference
    desk.work()
    shown = "Times to avoid: Evenings (5 to 10), Saturdays and Sundays"
    assert shown in desk.press("farid", "case.details", reference)
    assert "Evenings" not in "".join(desk.notebook.texts("flt")) + desk.press("farid", "case.show", reference)


def test_a_reminder_that_is_late_waits_for_the_morning(desk: Desk) -> None:
    """What a platform did not take by day is not sent at night, when it is back; one comes at 8:30."""
    desk.report("ana", kind="colleague")
    desk.work()
    desk.notebook.refuses["grace"] = PassingFault("no connection")
    waits(desk, hours=3.5)
    desk.notebook.refuses.clear()
    waits(desk, hours=9)
    waits(desk, hours=4)
    assert "grace" not in desk.notebook.seen
    waits(desk, hours=7)
    assert [
        line.splitlines()[0].endswith("nobody has acknowledged it yet")
        for line in desk.notebook.texts("grace")
    ] == [True]
