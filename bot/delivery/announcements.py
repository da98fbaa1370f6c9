"""Messages to people on the roster that are about no single report: a proposal to decide, a digest."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.accounts import course
from bot.accounts.people import ACCOUNT
from bot.campaigns import reminders as campaign_reminders
from bot.campaigns import yearly
from bot.casework import auditing
from bot.casework.case_list import age
from bot.casework.context import Context, Work
from bot.casework.work_done import is_late
from bot.consulting import questions
from bot.delivery import doors, reviews, work_reminders
from bot.delivery.notices import NotBefore, NowhereToSend, Outgoing, Ways, kept_on
from bot.delivery.undelivered import CHANNEL, alarm
from bot.domain.cases import UNACKNOWLEDGED
from bot.domain.messages import Block, Button, Buttons, Facts, Heading, Message, Paragraph
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.gaps import reminders as gap_reminders
from bot.people.approvals import ANNOUNCED, SETTLED, announcement, first_announcement
from bot.people.holders import open_cases
from bot.replies import reminders as reply_reminders
from bot.storage import audit, outbox
from bot.storage.outbox import Claimed, Notice, enqueue
from bot.storage.removals import placed
from bot.storage.reports import Report, histories, people_of_each

DIGEST = "digest"
_DAILY, _WEEKEND = "daily", "weekend"
_BUTTONS = 10
_DAY = timedelta(days=1)


def slot(context: Context, now: datetime) -> str:
    """The newest digest that is due today, such as "2026-11-27.daily"; "" where there is none."""
    federation = context.world.federation
    there = now.astimezone(ZoneInfo(federation.timezone))
    working, today, times = federation.working_time, there.date(), federation.digest
    worked = working.half_days(today)
    if times is None or not worked:
        return ""
    if not working.half_days(today + _DAY) and there.time() >= times.before_days_off:
        return f"{today}.{_WEEKEND}"
    # A worker that comes back in the evening tells nobody of the morning.
    return f"{today}.{_DAILY}" if times.at <= there.time() <= worked[-1].ends else ""


def owe(work: Work, due: str) -> None:
    """Owe the digest of this slot to everybody who is to have one and is there."""
    roster, times = work.context.world.federation.roster, work.context.world.federation.digest
    people = {one for role in (times.roles if times else ()) for one in roster.holders(role, "")}
    for person in sorted(people - roster.covers.keys()):
        notice = Notice(NoticeKey.of(DIGEST, due, person), "", DIGEST, Recipient(person))
        enqueue(work.tx, work.context.vault.new_id(), notice, work.now)


def digest(work: Work, notice: Notice, person: Person) -> Message | None:
    """What this very person may see, counted; None where there is nothing."""
    seen = [report for report in open_cases(work) if not report.row.drill]
    told = people_of_each(work.tx, seen)
    mine = [report for report in seen if work.context.may(person, "list", report, told[report.id])]
    if not mine:
        return None
    texts = work.context.roster_texts.digest
    weekend = notice.key.parts[0].endswith(_WEEKEND)
    title = texts.weekend_title if weekend else texts.title
    blocks: list[Block] = [Heading(title), Facts(_counts(work, mine))]
    blocks += [Paragraph(texts.weekend)] if weekend else []
    blocks.append(Paragraph(texts.text))
    if auditing.may_audit(work.context, person):
        # The hash without its number: nobody counts what goes on in cases that are not theirs.
        blocks.append(Paragraph(texts.audit.fill(head=audit.head(work.tx).hash), muted=True))
    label = work.context.texts.buttons["open"]
    shown = (
        Button(label.fill(reference=one.reference), "case.show", one.reference) for one in mine[:_BUTTONS]
    )
    blocks.append(Buttons(tuple(shown)))
    return Message(tuple(blocks), summary=title)


def _counts(work: Work, mine: list[Report]) -> tuple[tuple[str, str], ...]:
    context, now = work.context, work.now
    texts = context.roster_texts.digest
    waiting = [report for report in mine if report.state.stage in UNACKNOWLEDGED]
    entries = histories(work.tx, waiting)
    overdue = [report for report in waiting if is_late(report, entries[report.id], now)]
    return (
        (texts.open, str(len(mine))),
        (texts.unacknowledged, str(len(waiting))),
        (texts.overdue, str(len(overdue))),
        (texts.oldest, age(context, min(report.row.received_at for report in mine), now)),
    )


_MESSAGES = {
    ACCOUNT: course.notice,
    ANNOUNCED: announcement,
    SETTLED: announcement,
    CHANNEL: alarm,
    DIGEST: digest,
    reply_reminders.REPLY: reply_reminders.notice,
    questions.KIND: questions.notice,
    campaign_reminders.OVER: campaign_reminders.over,
    campaign_reminders.CHANGED: campaign_reminders.changed,
    yearly.DUE: yearly.due,
    gap_reminders.GAP: gap_reminders.notice,
    doors.DOOR: doors.alarm,
    reviews.REVIEW: reviews.alert,
    work_reminders.WORK: work_reminders.digest,
    work_reminders.WAITS: work_reminders.waits,
}


def prepare(work: Work, claimed: Claimed) -> Outgoing | None:
    """What this row says now; None where there is nothing to say, or nobody to say it to any more.

    Raises NowhereToSend for somebody without an account in use, and NotBefore.
    """
    notice = claimed.notice
    if (at := work_reminders.not_before(work, notice)) > work.now:
        raise NotBefore(at)
    person = work.context.world.federation.roster.people.get(notice.recipient.person)
    message = _MESSAGES[notice.kind](work, notice, person) if person else None
    if person is None or message is None:
        if notice.kind == questions.KIND:
            questions.pass_on(work, notice)
        return None
    if notice.kind == SETTLED:
        return _settled(work, claimed, message)
    ways = Ways(
        gone=outbox.dead_ways(work.tx, notice, work.now),
        down=work.context.outages.platforms | doors.platform_of(notice),
        kept=kept_on(work.tx, notice),
    )
    platform = ways.to(person.accounts, work.context.platforms)
    if not platform:
        raise NowhereToSend(notice.recipient)
    account, since = person.accounts[platform], work.now - _DAY
    return Outgoing(platform, account, message, notice.key, "", 0, claimed.unclear, since=since)


# How soon it is seen whether a platform that is down is back.
_BACK = timedelta(minutes=5)


def _settled(work: Work, claimed: Claimed, message: Message) -> Outgoing | None:
    """What became of it, in the place of what asked for a decision; None where that stands nowhere.

    What has not gone out yet has no buttons when it does.
    """
    place = placed(work.tx, first_announcement(claimed.notice))
    if place is None or claimed.notice.key.refused_by:
        return None
    if place.platform in work.context.outages.platforms:
        raise NotBefore(work.now + _BACK)
    user = work.context.world.federation.roster.people[claimed.notice.recipient.person].accounts.get(
        place.platform
    )
    if not user:
        return None
    return Outgoing(
        place.platform, user, message, claimed.notice.key, place.message_id, 0, unclear=False, in_place=True
    )
