from dataclasses import replace

from bot.delivery.sender import PassingFault, PermanentFault, UnclearFault
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


def test_a_card_that_was_taken_unseen_is_brought_up_to_date(desk: Desk) -> None:
    """A cut after the card was posted, then an acknowledgement: the one card shows the acknowledgement."""
    reference = desk.report("ana", kind="colleague").reference
    desk.notebook.faults_after = [UnclearFault("connection cut")]
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    desk.later(minutes=5)
    desk.work(rounds=10)
    assert len(desk.notebook.texts("flt")) == 1
    assert "Held by: Farid Anwar" in desk.notebook.texts("flt")[0]


def test_a_newer_version_finds_the_card_of_a_dead_worker(desk: Desk) -> None:
    """Killed after posting, before recording: the next version of the card rewrites it, at once."""
    reference = desk.report("ana", kind="colleague").reference
    desk.notebook.faults_after = [RuntimeError("killed here")]
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    desk.work()
    assert len(desk.notebook.texts("flt")) == 1
    assert "Held by: Farid Anwar" in desk.notebook.texts("flt")[0]


def test_a_card_that_cannot_be_rewritten_climbs_no_ladder(desk: Desk) -> None:
    """Where the card was delivered and only its rewriting fails for good, nobody else is told early."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.fill("farid", "case.note", reference, note="I am reading this now.")
    desk.notebook.faults = [PermanentFault("message deleted")]
    desk.work(rounds=10)
    assert "farid" not in desk.notebook.seen


def test_who_has_left_the_role_is_sent_nothing_more(desk: Desk) -> None:
    """A card owed to somebody who has lost the role in the meantime is not delivered to them."""
    desk.report("ana", kind="concern")
    context = desk.product.context
    federation = context.world.federation
    roles = {**federation.roster.roles, "dsl": {"northgate": ("lucy",)}}
    roster = replace(federation.roster, roles=roles)
    world = replace(context.world, federation=replace(federation, roster=roster))
    desk.product = replace(desk.product, context=replace(context, world=world))
    desk.work(rounds=10)
    assert "dina" not in desk.notebook.seen
    assert "eleanor" in desk.notebook.seen


def test_what_has_ceased_to_be_so_is_not_told(desk: Desk) -> None:
    """A case that was opened again before its closure went out is not told to the reporter as closed."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.close", reference, outcome="no_action", reason="Looked into it at length.")
    desk.fill("farid", "case.reopen", reference, reason="More was reported since then.")
    desk.work(rounds=10)
    told = "\n".join(desk.notebook.texts("ana"))
    assert "has been opened again" in told
    assert "is closed" not in told
