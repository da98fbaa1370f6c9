from bot.delivery.sender import PermanentFault
from tests.support.desk import Desk


def told(desk: Desk) -> set[str]:
    return {name for name, messages in desk.notebook.seen.items() if messages}


def test_an_unacknowledged_case_climbs_step_by_step(desk: Desk) -> None:
    """Next FLT member, then the EHT, then the chair; then the reporter learns that it is late."""
    desk.report("ana", kind="colleague")
    desk.work()
    assert told(desk) == {"flt", "ana"}
    desk.later(minutes=240)
    desk.work()
    assert told(desk) == {"flt", "ana", "farid"}
    desk.later(minutes=1200)
    desk.work()
    assert "eleanor" in told(desk)
    desk.later(minutes=1440)
    desk.work()
    assert "maya" in told(desk)
    desk.later(days=3)
    desk.work()
    assert "has not been acknowledged" in desk.notebook.texts("ana")[-1]


def test_nothing_climbs_early(desk: Desk) -> None:
    """A minute before the target nobody else is told."""
    desk.report("ana", kind="colleague")
    desk.later(minutes=239)
    desk.work()
    assert told(desk) == {"flt", "ana"}


def test_acknowledging_stops_the_ladder(desk: Desk) -> None:
    """After the acknowledgement no deadline tells anyone anything."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    desk.later(days=30)
    desk.work()
    assert told(desk) == {"flt", "ana"}


def test_a_long_absence_climbs_one_step_at_a_time(desk: Desk) -> None:
    """A worker that was down for days does not tell the whole ladder in the same minute."""
    desk.report("ana", kind="colleague")
    desk.later(days=9)
    desk.work()
    assert "farid" in told(desk)
    assert "eleanor" not in told(desk)
    desk.later(minutes=120)
    desk.work()
    assert "eleanor" in told(desk)


def test_a_concerned_person_is_never_climbed_to(desk: Desk) -> None:
    """With the FLT concerned, however late it gets, no FLT member is told."""
    desk.report("ana", kind="colleague", conflict="flt")
    for _ in range(6):
        desk.later(days=2)
        desk.work()
    assert not told(desk) & {"flt", "farid", "grace", "tom"}


def test_an_undeliverable_card_climbs_at_once(desk: Desk) -> None:
    """Where the FLT's card can never be delivered, the next person is told without waiting."""
    desk.report("ana", kind="colleague")
    desk.notebook.faults = [PermanentFault("channel archived")]
    desk.work(rounds=10)
    assert "farid" in told(desk)


def test_the_ladders_card_says_why_it_came(desk: Desk) -> None:
    """Whoever the ladder reaches reads that nobody had acknowledged the case."""
    desk.report("ana", kind="colleague")
    desk.work()
    desk.later(minutes=240)
    desk.work()
    assert "nobody has acknowledged it in time" in desk.notebook.texts("farid")[0]
    assert "nobody has acknowledged it in time" not in desk.notebook.texts("flt")[0]
