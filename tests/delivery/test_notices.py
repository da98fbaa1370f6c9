from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.casework.context import CurrentWorld
from bot.delivery.sender import (
    LostFault,
    OutageFault,
    PassingFault,
    PermanentFault,
    Target,
    UnclearFault,
    WithheldFault,
)
from bot.domain.messages import Message
from bot.domain.notices import FLT_CHANNEL
from bot.domain.turns import Said
from bot.storage.schema import outbox
from tests.support.desk import CLOSING, START, Desk, text_of


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
    desk.report("ana", nudity="yes", image_place="Sports hall")
    desk.work()
    notice = desk.notebook.texts("beth")[0]
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
    """Killed after posting, before recording: the next version rewrites the card, and makes no second one."""
    reference = desk.report("ana", kind="colleague").reference
    desk.notebook.faults_after = [RuntimeError("killed here")]
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    if desk.product.database.is_shared:
        # Whether its worker is dead, or only slow in another process, nobody knows before the lease ends.
        desk.later(seconds=30)
    desk.work()
    assert len(desk.notebook.texts("flt")) == 1
    assert "Held by: Farid Anwar" in desk.notebook.texts("flt")[0]


def test_a_card_that_can_be_rewritten_no_more_makes_way(desk: Desk) -> None:
    """Where a platform refuses for good to rewrite a card, the newer one stands there in its place, alone."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    desk.notebook.faults = [PermanentFault("edit_window_closed")]
    desk.work()
    (card,) = (text for text in desk.notebook.texts("flt") if reference in text)
    assert "Not acknowledged yet" not in card


def test_a_card_that_cannot_be_taken_away_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the one that is out of date cannot be deleted either, the newer one is sent, and sent once."""

    async def refused(*_: object) -> None:
        raise PermanentFault("cant_delete_message")

    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    desk.notebook.faults = [PermanentFault("edit_window_closed")]
    monkeypatch.setattr(desk.notebook, "remove", refused)
    desk.work()
    desk.later(hours=1)
    desk.work()
    cards = [text for text in desk.notebook.texts("flt") if reference in text]
    assert ["Not acknowledged yet" in card for card in cards] == [True, False]


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
    desk.product = replace(desk.product, context=replace(context, current=CurrentWorld(world)))
    desk.work(rounds=10)
    assert "dina" not in desk.notebook.seen
    assert "eleanor" in desk.notebook.seen


def test_what_has_ceased_to_be_so_is_not_told(desk: Desk) -> None:
    """A case that was opened again before its closure went out is not told to the reporter as closed."""
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case("farid", reference, outcome="no_action", reason="Looked into it at length.", **CLOSING)
    desk.fill("farid", "case.reopen", reference, reason="More was reported since then.")
    desk.work(rounds=10)
    told = "\n".join(desk.notebook.texts("ana"))
    assert "has been opened again" in told
    assert "is closed" not in told


def test_an_unclear_try_stays_unclear_until_it_was_looked_up(desk: Desk) -> None:
    """Taken unseen, then a pause that the platform asked for: it is still found and not posted again."""
    desk.report("ana", kind="colleague")
    desk.notebook.faults_after = [UnclearFault("connection cut")]
    desk.work()
    desk.notebook.refuses["flt"] = PassingFault("ratelimited", retry_after=10)
    desk.later(minutes=5)
    desk.work()
    del desk.notebook.refuses["flt"]
    desk.later(minutes=5)
    desk.work()
    assert len(desk.notebook.texts("flt")) == 1


def test_a_card_that_was_deleted_is_posted_again(desk: Desk) -> None:
    """Where there is nothing left to rewrite, the new state is posted as a card, and that is rewritten."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.notebook.seen["flt"].clear()
    desk.notebook.keys.clear()
    desk.notebook.faults = [LostFault("message_not_found")]
    desk.press("farid", "case.acknowledge", reference)
    desk.work(rounds=10)
    assert "Held by: Farid Anwar" in desk.notebook.texts("flt")[0]
    desk.fill("farid", "case.assign", reference, person="tom")
    desk.work(rounds=10)
    assert len(desk.notebook.texts("flt")) == 1
    assert "Held by: Tom Pritchard" in desk.notebook.texts("flt")[0]


def withhold(desk: Desk, why: str) -> None:
    """The FLT's channel is found to be not private enough, or ("") to be so again."""
    desk.product.context.channel.reason = why
    if why:
        desk.notebook.refuses["flt"] = WithheldFault(why)
    else:
        del desk.notebook.refuses["flt"]


def test_a_channel_that_is_not_private_silences_the_card_and_the_roster_is_told(desk: Desk) -> None:
    """Nothing goes there; each FLT member learns once that a report waits, and why; nothing of it."""
    withhold(desk, "it is not a private channel")
    desk.report("ana", kind="colleague")
    for _ in range(4):
        desk.work(rounds=10)
        desk.later(minutes=6)
    assert desk.notebook.texts("flt") == []
    for member in ("farid", "grace", "tom"):
        assert len(desk.notebook.texts(member)) == 1
        assert "it is not a private channel" in desk.notebook.texts(member)[0]
    assert "Abuse by a colleague" not in desk.notebook.texts("farid")[0]
    assert "channel" not in "".join(desk.notebook.texts("ana"))


def test_the_list_of_cases_says_why_the_channel_is_silent(desk: Desk) -> None:
    """Anybody who asks for the cases reads why nothing is posted; once it is mended, no longer."""
    withhold(desk, "it is not a private channel")
    assert "it is not a private channel" in words(desk, "farid")
    withhold(desk, "")
    assert "it is not a private channel" not in words(desk, "farid")


def words(desk: Desk, user: str) -> str:
    """What somebody on the roster reads who asks for the cases."""
    return "\n".join(text_of(reply) for reply in desk.send(user, Said("cases")))


def test_the_card_comes_when_the_channel_is_mended(desk: Desk) -> None:
    """The report waited in the outbox, and its card is posted once, with the state of then."""
    withhold(desk, "it is not a private channel")
    reference = desk.report("ana", kind="colleague").reference
    desk.work(rounds=10)
    desk.press("farid", "case.acknowledge", reference)
    withhold(desk, "")
    desk.later(minutes=6)
    desk.work(rounds=10)
    assert len(desk.notebook.texts("flt")) == 1
    assert "Held by: Farid Anwar" in desk.notebook.texts("flt")[0]


def test_the_ladder_climbs_while_the_card_is_withheld(desk: Desk) -> None:
    """A silent channel stops no clock: after the target the next person has the card."""
    withhold(desk, "it is not a private channel")
    desk.report("ana", kind="colleague")
    desk.work(rounds=10)
    desk.later(hours=7.5)
    desk.work(rounds=10)
    assert any("Held by" in text for text in desk.notebook.texts("farid"))


def test_who_is_concerned_is_not_told_that_a_report_waits(desk: Desk) -> None:
    """A member of the FLT who is struck out of a report learns nothing of it from a silent channel."""
    withhold(desk, "it is not a private channel")
    desk.report("ana", kind="colleague", struck="farid")
    desk.work(rounds=10)
    assert "farid" not in desk.notebook.seen


def test_a_dead_channel_brings_the_card_to_each_member(desk: Desk) -> None:
    """Archived, or the bot removed: the FLT's people have the card in their own messages at once."""
    reference = desk.report("ana", kind="colleague").reference
    desk.notebook.refuses["flt"] = PermanentFault("is_archived")
    desk.work(rounds=10)
    for member in ("farid", "grace", "tom"):
        assert reference in desk.notebook.texts(member)[0]
    assert not set(desk.notebook.seen) & {"eleanor", "maya"}
    desk.press("grace", "case.acknowledge", reference)
    desk.work(rounds=10)
    assert [len(desk.notebook.texts(member)) for member in ("farid", "grace", "tom")] == [1, 1, 1]
    assert "Held by: Grace" in desk.notebook.texts("tom")[0]


def test_where_nobody_can_be_told_the_reporter_is_given_the_phone_list(desk: Desk) -> None:
    """With every recipient beyond reach the reporter learns at once that nobody has it, and whom to phone."""
    desk.report("ana", kind="colleague")
    staff = desk.product.context.world.federation.roster.people
    desk.notebook.refuses = {name: PermanentFault("gone") for name in ("flt", *staff)}
    desk.work(rounds=30)
    assert set(desk.notebook.seen) == {"ana"}
    assert "If it cannot wait, phone" in desk.notebook.texts("ana")[-1]


def test_an_outage_tells_others_once_and_loses_nothing(desk: Desk) -> None:
    """Where the platform refuses our token the card waits, the ladder moves one step, and it comes later."""
    desk.report("ana", kind="concern", concern_adult="unease")
    desk.notebook.refuses["dina"] = OutageFault("token_revoked")
    desk.work(rounds=10)
    seen = set(desk.notebook.seen)
    assert "dina" not in seen
    desk.later(minutes=6)
    desk.work(rounds=10)
    assert set(desk.notebook.seen) == seen
    desk.notebook.refuses.clear()
    desk.later(minutes=6)
    desk.work(rounds=10)
    assert len(desk.notebook.texts("dina")) == 1


def channel_comes(desk: Desk, after: timedelta) -> None:
    """What comes first of all that is due at one moment is chance: put the channel so long after the rest."""
    channel = update(outbox).where(outbox.c.recipient == FLT_CHANNEL)
    with desk.product.database.transaction() as tx:
        tx.execute(channel.values(created_at=START + after))


def test_an_outage_of_everything_does_not_use_the_ladder_up(desk: Desk) -> None:
    """With nobody reached the ladder moves one step, no matter who is tried first, and keeps its times."""
    desk.report("ana", kind="colleague")
    staff = desk.product.context.world.federation.roster.people
    desk.notebook.refuses = {name: OutageFault("token_revoked") for name in ("flt", "ana", *staff)}
    for _ in range(3):
        desk.work(rounds=20)
        channel_comes(desk, timedelta(hours=1))
        desk.later(minutes=6)
    desk.notebook.refuses.clear()
    channel_comes(desk, timedelta(hours=-1))
    desk.work(rounds=20)
    assert len(desk.notebook.texts("flt")) == len(desk.notebook.texts("farid")) == 1
    assert not set(desk.notebook.seen) & {"eleanor", "maya"}
    assert not [text for text in desk.notebook.texts("ana") if "phone" in text]


def slow(desk: Desk, where: str, tries: int = 1) -> None:
    """The platform takes the next messages there long after its caller has given up."""
    post, late = desk.notebook.post, list[tuple[str, Message, str]]()

    async def taken_late(target: Target, message: Message, key: str, thread: str = "") -> str:
        if target.conversation != where:
            return await post(target, message, key, thread)
        if len(late) < tries:
            late.append((target.conversation, message, key))
            raise UnclearFault("timed out")
        shown = await post(target, message, key, thread)
        for number, (conversation, old, known) in enumerate(late):
            desk.notebook.seen.setdefault(conversation, []).append((f"late{number}", old))
            desk.notebook.doubles[f"late{number}"] = known
        desk.notebook.post = post  # type: ignore[method-assign]
        return shown

    desk.notebook.post = taken_late  # type: ignore[method-assign]


@pytest.mark.parametrize("tries", [1, 2])
def test_a_card_that_was_taken_late_is_taken_away(desk: Desk, tries: int) -> None:
    """Slow, not dead: the second card stands beside the first for half a minute, and then alone."""
    reference = desk.report("ana", kind="colleague").reference
    slow(desk, "flt", tries)
    for _ in range(4):
        desk.work()
        desk.later(seconds=10)
    desk.press("farid", "case.acknowledge", reference)
    desk.work()
    assert len([text for text in desk.notebook.texts("flt") if reference in text]) == 1
    assert "Farid Anwar" in desk.notebook.texts("flt")[0]


def test_a_reminder_that_was_taken_late_is_taken_away(desk: Desk) -> None:
    """So is any other message of a case."""
    desk.report("ana", kind="concern")
    desk.work()
    desk.later(minutes=10)
    before = len(desk.notebook.texts("dina"))
    slow(desk, "dina")
    for _ in range(8):
        desk.work()
        desk.later(seconds=10)
    assert "late0" not in [name for name, _ in desk.notebook.seen["dina"]]
    assert len(desk.notebook.texts("dina")) == before + 1


def test_nothing_is_looked_for_where_all_is_clear(desk: Desk) -> None:
    """Who has the message already is not asked of again, and what was found is not doubled."""
    desk.report("ana", kind="colleague")
    desk.notebook.faults_after = [UnclearFault("cut")]
    desk.work()
    desk.later(seconds=5)
    desk.work()
    assert "double:" not in desk.dump()


def test_what_is_out_of_date_is_taken_away_in_the_end(desk: Desk) -> None:
    """A card that can be rewritten no more, and not be deleted at the moment, is deleted later."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    [(old, _)] = desk.notebook.seen["flt"]
    desk.notebook.doubles[old] = next(key for (_, key), known in desk.notebook.keys.items() if known == old)
    remove, tries = desk.notebook.remove, list[str]()

    async def busy(target: Target, message_id: str, instead: Message) -> None:
        tries.append(message_id)
        if len(tries) < 3:
            raise PassingFault("ratelimited")
        await remove(target, message_id, instead)

    desk.notebook.remove = busy  # type: ignore[method-assign]
    desk.notebook.faults = [PermanentFault("edit_window_closed")]
    desk.press("farid", "case.acknowledge", reference)
    for _ in range(6):
        desk.work()
        desk.later(seconds=10)
    assert tries == [old] * 3
    [card] = [text for text in desk.notebook.texts("flt") if reference in text]
    assert "Farid Anwar" in card
