"""Reminders of open questions: a new question, an answer to sign, a signature that lapsed, a review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.casework.context import Context, Work
from bot.casework.due import do_due
from bot.content.gap_texts import GapReminder
from bot.content.world import World
from bot.domain.gaps import GAP_TABLE, GapEvent, GapStage, in_force
from bot.domain.messages import Button, Buttons, Heading, Message, Paragraph
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.gaps.course import moved
from bot.gaps.people import holders, may, who_may
from bot.storage.gaps import (
    OPEN,
    Gap,
    all_gaps,
    due_gap,
    due_gaps,
    find_gap,
    save_gap,
)
from bot.storage.outbox import Notice, enqueue

GAP = "gap"
_ASKED, _ANSWERED, _LAPSED, _REVIEW = "asked", "answered", "lapsed", "review"


def _reminders(world: World, gap: Gap) -> list[tuple[datetime, GapReminder]]:
    """When each reminder is due: the first with the answer, the others so many working days later."""
    first, *others = world.gaps.reminders
    working = world.federation.working_time
    later = [(working.end_of_day(gap.due_at, item.days - first.days), item) for item in others]
    return [(gap.due_at, first), *later]


def owe_asked(work: Work, gap: Gap) -> None:
    """Tell the policy owner that a question waits."""
    _owe(work, gap, holders(work.context.world.federation.roster, "policy_owner"), _ASKED)


def owe_answered(work: Work, gap: Gap, author: str) -> None:
    """Tell those who may sign that an answer waits for one of them; its author knows."""
    _owe(work, gap, (one for one in who_may(work.context, "sign_gap") if one != author), _ANSWERED)


def remind_due(context: Context, now: datetime) -> None:
    """Owe every reminder that is due, each in a transaction of its own. A broken one holds up no other."""
    do_due(context, now, due_gaps, due_gap, _remind, "gap_reminder_broken")


def _remind(work: Work, gap: Gap) -> None:
    world, ahead = work.context.world, None
    roster = world.federation.roster
    if GAP_TABLE[gap.stage, GapEvent.REMIND] is gap.stage:
        if gap.stage is GapStage.LIVE:
            _owe(work, gap, holders(roster, "policy_owner"), _REVIEW)
        else:
            # However late the worker is, the newest reminder says it all.
            times = _reminders(world, gap)
            passed = [item for at, item in times if at <= work.now]
            ahead = next((at for at, _ in times if at > work.now), None)
            if passed:
                people = dict.fromkeys(one for role in passed[-1].to for one in holders(roster, role))
                _owe(work, gap, people, str(passed[-1].days))
    save_gap(work.tx, work.context.vault, replace(gap, remind_at=ahead))


def lapse(context: Context, now: datetime) -> None:
    """Ask for a new signature where the signer has left the roster, or the clause has changed. Idempotent."""
    with context.database.transaction() as tx:
        work, signers = Work(tx, context, now), who_may(context, "sign_gap")
        quotes = {clause.id: clause.quote for clause in context.world.policy.clauses.values()}
        for gap in all_gaps(tx, context.vault, (GapStage.LIVE,)):
            if gap.answer is None or in_force(gap.answer, signers, quotes):
                continue
            after = GAP_TABLE[gap.stage, GapEvent.LAPSE]
            assert isinstance(after, GapStage)
            unsigned = replace(gap.answer, signer="", quote="")
            save_gap(tx, context.vault, moved(work, gap, after, unsigned))
            _owe(work, gap, who_may(context, "sign_gap"), _LAPSED)


def _owe(work: Work, gap: Gap, people: Iterable[str], step: str) -> None:
    # What happens twice to a question is told twice.
    nonce = work.context.vault.new_id()[:8]
    for person in people:
        notice = Notice(NoticeKey.of(GAP, gap.id, step, nonce, person), "", GAP, Recipient(person))
        enqueue(work.tx, work.context.vault.new_id(), notice, work.now)


def notice(work: Work, owed: Notice, person: Person) -> Message | None:
    """What somebody reads who is to answer or to sign; None where it is settled. No word of the question."""
    gap_id, step = owed.key.parts[0], owed.key.parts[1]
    gap = find_gap(work.tx, work.context.vault, gap_id)
    unsigned = step in (_ANSWERED, _LAPSED)
    if gap is None or not may(work.context, person, "sign_gap" if unsigned else "answer_gap"):
        return None
    wanted = {_ANSWERED: (GapStage.ANSWERED,), _LAPSED: (GapStage.ANSWERED,), _REVIEW: (GapStage.LIVE,)}
    if gap.stage not in wanted.get(step, OPEN):
        return None
    texts = work.context.world.gaps
    said = texts.notices.named("reminder" if step.isdigit() else step)
    listed = Buttons((Button(texts.buttons.list, f"{GAP}.list"),))
    text = Paragraph(said.text.fill(days=step))
    return Message((Heading(said.title), text, listed), summary=said.title)
