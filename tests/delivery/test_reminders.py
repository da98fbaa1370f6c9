"""Who was told of a case is reminded of it, until somebody acknowledges it and not a moment longer."""

from dataclasses import replace
from datetime import timedelta

from bot.assistant.assistant import Assistant
from bot.casework.context import CurrentWorld
from bot.delivery.sender import PassingFault
from bot.domain.turns import Said
from tests.support.desk import START, Desk, text_of

FLT = ("farid", "grace", "tom")
WAITS = "nobody has acknowledged it yet"


def reminded(desk: Desk, *people: str) -> dict[str, int]:
    """How many reminders each of these people sees; without names, all who see one."""
    counts = {
        name: sum(WAITS in text for text in desk.notebook.texts(name))
        for name in people or desk.notebook.seen
    }
    return {name: count for name, count in counts.items() if count or people}


def status(desk: Desk) -> str:
    """What Ana reads of her reports."""
    return "\n".join(text_of(reply) for reply in desk.send("ana", Said("status")))


def waits(desk: Desk, **passed: float) -> None:
    desk.later(**passed)
    desk.work(rounds=20)


def test_the_flts_people_are_reminded_each_half_day(desk: Desk) -> None:
    """On the open route each FLT member is reminded as a half-day begins, and not again within it."""
    desk.report("ana", kind="colleague")
    desk.work()
    waits(desk, hours=3.4)
    assert reminded(desk) == {}
    waits(desk, hours=0.1)
    assert reminded(desk) == dict.fromkeys(FLT, 1)
    waits(desk, hours=3)
    assert reminded(desk) == dict.fromkeys(FLT, 1)
    waits(desk, hours=1)
    waits(desk, hours=16)
    assert reminded(desk) == dict.fromkeys(FLT, 2)


def test_a_reminder_says_nothing_of_the_report(desk: Desk) -> None:
    """It holds reference, kind, urgency and the way to the case, and is marked as a local rule."""
    reference = desk.report("ana", kind="colleague", what_happened="Mr Brown shouted").reference
    desk.work()
    waits(desk, hours=3.5)
    text = desk.notebook.texts("grace")[0]
    assert text.splitlines() == [
        f"{reference}: {WAITS}",
        "Abuse by a colleague. This is a reminder, by a local rule that is not in the policy. Open it in"
        " Signpost: press the button, or type “cases”.",
        f"[Open {reference}]",
    ]
    assert f"{reference} · Abuse by a colleague" in desk.press("grace", "case.show", reference)


def test_an_urgent_case_reminds_with_each_step(desk: Desk) -> None:
    """On a Saturday night too: every ten minutes all who have the card, and not anybody who just got it."""
    desk.later(days=5, hours=14)
    desk.report("ana", kind="colleague", danger="yes")
    desk.work(rounds=20)
    carded = {name for name in desk.notebook.seen if name != "ana"} - {"flt"}
    assert reminded(desk) == {}
    waits(desk, minutes=10)
    first = reminded(desk)
    assert carded <= first.keys()
    assert set(first.values()) == {1}
    assert "URGENT" in desk.notebook.texts("dina")[-1]
    waits(desk, minutes=10)
    assert reminded(desk, *first) == dict.fromkeys(first, 2)


def test_after_its_ladder_an_urgent_case_reminds_twice_a_day(desk: Desk) -> None:
    """From Saturday night on: with each step, and then as each half-day begins, on Sunday too."""
    desk.later(days=5, hours=14)
    desk.report("ana", kind="abuse", category="threat")
    desk.work(rounds=20)
    for _ in range(9):
        waits(desk, minutes=10)
    assert "has not been acknowledged" in desk.notebook.texts("ana")[-1]
    ended = reminded(desk, "grace", "eleanor")
    for _ in range(4 * 6):
        waits(desk, minutes=10)
    assert reminded(desk, "grace", "eleanor") == ended
    for half_days in range(1, 9):
        # Sunday 8:31 and 12:31, Monday 8:31 and so on.
        desk.now = START + timedelta(
            days=6 + (half_days - 1) // 2, hours=3.51 if half_days % 2 == 0 else -0.49
        )
        waits(desk)
        waits(desk, minutes=10)
        assert reminded(desk, "grace", "eleanor") == {name: ended[name] + half_days for name in ended}
    assert {name: len(found) for name, found in desk.notebook.seen.items()}["grace"] < 20


def test_who_the_ladder_tells_now_is_not_reminded_at_once(desk: Desk) -> None:
    """The next person gets the card alone, and is reminded with the step after."""
    desk.report("ana", kind="abuse", category="threat")
    desk.work(rounds=20)
    waits(desk, minutes=10)
    assert reminded(desk, "farid", "grace") == {"farid": 0, "grace": 1}
    waits(desk, minutes=10)
    assert reminded(desk, "farid", "grace") == {"farid": 1, "grace": 2}


def test_nobody_is_reminded_of_what_is_acknowledged(desk: Desk) -> None:
    """After the acknowledgement there is no reminder, however long it goes on."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    for _ in range(10):
        waits(desk, hours=7)
    assert reminded(desk) == {}


def test_a_reminder_that_waits_is_overtaken_by_the_acknowledgement(desk: Desk) -> None:
    """What was owed and could not be sent is never sent once somebody has the case."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    for name in FLT:
        desk.notebook.refuses[name] = PassingFault("no connection")
    waits(desk, hours=3.5)
    desk.press("farid", "case.acknowledge", reference)
    desk.notebook.refuses.clear()
    waits(desk, minutes=10)
    waits(desk, days=3)
    assert reminded(desk) == {}


def test_after_a_platforms_outage_there_is_one_reminder(desk: Desk) -> None:
    """Of the reminders that a platform did not take for days, each person sees the newest alone."""
    desk.report("ana", kind="colleague")
    desk.work()
    desk.notebook.refuses["grace"] = PassingFault("no connection")
    for _ in range(12):
        waits(desk, hours=4)
    assert reminded(desk, "grace", "tom") == {"grace": 0, "tom": 4}
    desk.notebook.refuses.clear()
    waits(desk, minutes=10)
    assert reminded(desk, "grace") == {"grace": 1}


def test_a_worker_that_was_down_for_a_weekend(desk: Desk) -> None:
    """From Friday 10:00 to Monday 9:00: one step climbed, Monday's reminder alone, the rest in its order."""
    desk.later(days=4, hours=1)
    desk.report("ana", kind="colleague")
    desk.work(rounds=20)
    waits(desk, days=2, hours=23)
    assert reminded(desk) == dict.fromkeys(("grace", "tom"), 1)
    assert any("Held by" in text for text in desk.notebook.texts("farid"))
    assert "eleanor" not in desk.notebook.seen
    waits(desk, hours=3.5)
    assert reminded(desk) == dict.fromkeys(FLT, 2) | {"farid": 1}
    waits(desk, hours=4)
    assert "eleanor" in desk.notebook.seen
    assert "maya" not in desk.notebook.seen


def test_nobody_is_reminded_of_what_they_were_not_told(desk: Desk) -> None:
    """A worker that was down from the start brings the card on Monday, and no reminder beside it."""
    desk.later(days=4, hours=9)
    desk.report("ana", kind="colleague")
    waits(desk, days=2, hours=15)
    assert len(desk.notebook.texts("flt")) == 1
    assert reminded(desk) == {}


def test_nobody_is_reminded_out_of_hours(desk: Desk) -> None:
    """A worker that comes back on Saturday night climbs what is overdue, and reminds nobody before Monday."""
    desk.later(days=4, hours=1)
    desk.report("ana", kind="colleague")
    desk.work(rounds=20)
    waits(desk, hours=40)
    assert reminded(desk) == {}
    assert "farid" in desk.notebook.seen
    waits(desk, hours=31)
    assert set(reminded(desk)) == set(FLT)


def test_who_is_concerned_is_never_reminded(desk: Desk) -> None:
    """With an FLT member struck out, the case is restricted, and reminders go to those who have its card."""
    desk.report("ana", kind="colleague", struck="farid")
    desk.work()
    for _ in range(8):
        waits(desk, hours=4)
    assert "eleanor" in reminded(desk)
    assert not set(reminded(desk)) & set(FLT)


def test_who_leaves_is_reminded_no_more(desk: Desk) -> None:
    """A reminder that is owed to somebody whose role ended meanwhile is not sent."""
    desk.report("ana", kind="colleague")
    desk.work()
    desk.notebook.refuses["grace"] = PassingFault("no connection")
    waits(desk, hours=3.5)
    context = desk.product.context
    roster = context.world.federation.roster
    fewer = replace(roster, roles={**roster.roles, "flt": {"": ("farid", "tom")}})
    world = replace(context.world, federation=replace(context.world.federation, roster=fewer))
    context = replace(context, current=CurrentWorld(world))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, desk.product.engine))
    desk.notebook.refuses.clear()
    waits(desk, minutes=10)
    waits(desk, days=1)
    assert reminded(desk, "grace") == {"grace": 0}


def test_the_card_shows_when_the_next_step_is_due(desk: Desk) -> None:
    """Friday's report says Monday 12:30 on the card and in the reporter's status, as a local target."""
    desk.later(days=4, hours=9)
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    due = "Next step if nobody acknowledges: 30 Nov 2026, 12:30 (a local target, not in the policy)"
    assert due in desk.notebook.texts("flt")[0]
    assert due in status(desk)
    desk.press("farid", "case.acknowledge", reference)
    desk.work()
    assert "Next step if nobody acknowledges" not in desk.notebook.texts("flt")[0]
    assert "Next step if nobody acknowledges" not in status(desk)


def test_term_holidays_pause_what_can_wait(desk: Desk) -> None:
    """A report of the last evening of term climbs on the first morning of the next, not a minute before."""
    desk.later(days=25, hours=9)
    desk.report("ana", kind="colleague")
    desk.work(rounds=20)
    waits(desk, days=16, hours=18.5, minutes=-1)
    assert not carded(desk, "farid")
    waits(desk, minutes=1)
    assert carded(desk, "farid")


def test_nothing_pauses_an_urgent_case(desk: Desk) -> None:
    """On Christmas night a threat climbs after ten minutes, and again after twenty."""
    desk.later(days=32, hours=17)
    desk.report("ana", kind="abuse", category="threat")
    desk.work(rounds=20)
    waits(desk, minutes=10)
    assert carded(desk, "farid")
    assert not carded(desk, "eleanor")
    waits(desk, minutes=10)
    assert carded(desk, "eleanor")


def carded(desk: Desk, person: str) -> bool:
    return any("Held by" in text for text in desk.notebook.texts(person))
