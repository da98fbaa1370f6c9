from bot.delivery.sender import PassingFault, UnclearFault
from tests.support.desk import Desk


def test_a_passing_fault_delays_and_loses_nothing(desk: Desk) -> None:
    """After the platform refused for a while, the card is there once."""
    desk.report("ana", kind="colleague")
    desk.notebook.faults = [PassingFault("429", retry_after=30), PassingFault("500")]
    desk.work()
    desk.later(seconds=29)
    desk.work()
    desk.later(minutes=5)
    desk.work()
    assert len(desk.notebook.texts("flt")) == 1


def test_a_cut_after_the_platform_took_it_is_seen_once(desk: Desk) -> None:
    """Where the answer was lost but the card posted, it is found by its key and not posted again."""
    desk.report("ana", kind="colleague")
    desk.notebook.faults_after = [UnclearFault("connection cut")]
    desk.work()
    desk.later(minutes=5)
    desk.work()
    assert len(desk.notebook.texts("flt")) == 1


def test_a_cut_before_the_platform_took_it_is_sent_again(desk: Desk) -> None:
    """Where nothing is found under the key, the card is posted."""
    desk.report("ana", kind="colleague")
    desk.notebook.faults = [UnclearFault("timed out")]
    desk.work()
    desk.later(minutes=5)
    desk.work()
    assert len(desk.notebook.texts("flt")) == 1


def test_a_row_that_breaks_does_not_hold_up_the_rest(desk: Desk) -> None:
    """A fault of our own in one row leaves the others delivered, and the row is tried again."""
    desk.report("ana", kind="colleague")
    desk.notebook.faults = [RuntimeError("a bug")]
    desk.work()
    assert set(desk.notebook.seen) & {"flt", "ana"}
    desk.later(minutes=2)
    desk.work()
    assert len(desk.notebook.texts("flt")) == len(desk.notebook.texts("ana")) == 1


def test_quick_changes_end_in_one_card_with_the_last_state(desk: Desk) -> None:
    """Several changes before the worker runs are one card, showing the newest state."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.assign", reference, person="tom")
    desk.work()
    cards = desk.notebook.texts("flt")
    assert len(cards) == 1
    assert "Held by: Tom Pritchard" in cards[0]


def test_a_notice_holds_no_content(desk: Desk) -> None:
    """Who is told only that a report exists reads its reference and kind, and no answer."""
    desk.report("ana", nudity="no", origin="me", image_place="Sports hall")
    desk.work()
    notice = desk.notebook.texts("dina")[0]
    assert "a report has come in" in notice
    assert "Sports hall" not in notice
