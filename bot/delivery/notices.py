"""What a claimed row of the outbox says, where it goes, what came of it; the lines under the FLT's card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.campaigns.reminders import ASK, reached
from bot.casework import card as cards
from bot.casework.card import event_name
from bot.casework.case import Case
from bot.casework.context import Context, Work
from bot.casework.links import card_links
from bot.casework.notify import REMINDER, UNDELIVERED, has_reached_somebody, waits_until
from bot.casework.work_done import open_tasks
from bot.content import case_texts
from bot.delivery import breach_reminders, reminders
from bot.delivery.breach_reminders import BREACH
from bot.domain.cases import Event, Happening, Stage
from bot.domain.messages import Block, Button, Buttons, Callout, Heading, Message, Paragraph
from bot.domain.notices import FLT_CHANNEL, REPORTER, NoticeKey, Recipient
from bot.domain.routing import Told
from bot.following import check_back
from bot.following.status import answer_notice, is_answered, outcome_text, question_notice
from bot.following.whom_to_phone import phone_list
from bot.people.approvals import ANNOUNCED
from bot.storage import outbox
from bot.storage.database import Transaction
from bot.storage.outbox import Claimed, Notice, Posted, cards_of, posted_card, waiting
from bot.storage.removals import owe_look, remember_place, stood
from bot.storage.reports import (
    Entry,
    Report,
    history,
    people_of,
    report_to_show,
)

# How often, and after how long, it is seen whether what is on its way has reached somebody.
_LOOKS, _SOON = 12, timedelta(seconds=5)


class NotYet(Exception):
    """What must stand there first is not there yet: the card, or the line before this one."""


def thread_of(tx: Transaction, report: Report, notice: Notice) -> str | None:
    """The id of the card under which this line goes; None where there will be none. Raises NotYet."""
    if not report.row.visibility.in_channel:
        return None
    card = posted_card(tx, report.id, FLT_CHANNEL)
    if card is None:
        if FLT_CHANNEL not in cards_of(tx, report.id):
            return None
        raise NotYet("the card is not posted yet")
    number = notice.key.number
    if any(key.number < number for key in waiting(tx, notice)):
        raise NotYet("an earlier line is not posted yet")
    return card.message_id


def line(work: Work, report: Report, notice: Notice) -> Message:
    """Who did what. No note, reason, answer or name of a reporter."""
    entry = history(work.tx, report)[notice.key.number - 1]
    text = work.context.texts.line.fill(what=_what(work.context, entry), who=_who(work.context, entry))
    return Message((Paragraph(text),), summary=text)


def _who(context: Context, entry: Entry) -> str:
    known = {"reporter": context.texts.labels.reporter, "signpost": "Signpost"}
    return known.get(entry.actor) or context.name(entry.actor)


def _what(context: Context, entry: Entry) -> str:
    to = context.name(entry.detail["to"]) if "to" in entry.detail else ""
    agency = entry.detail.get("agency", "")
    what = event_name(context, entry.event).fill(to=to, agency=agency)
    outcome = entry.detail.get("outcome", "") if entry.event in ("close", "agree") else ""
    return f"{what}: {outcome}" if outcome else what


@dataclass(frozen=True)
class Outgoing:
    """What to send: where, the message, and the id of the message that it rewrites ("" for a new one).

    `unclear`: an earlier try under the same key may have been taken by the platform. `thread` is the
    message under which it goes ("" for none). `removes`: what stands there is taken away. `alone`: any other
    message of the same key is. `in_place`: it is rewritten there, or not at all. `since`: how long it may be
    owed, also in a database that was put back to an older state; `look`: so look first. `repeated`: the
    message where a platform cannot be asked whether it took an earlier try.
    """

    platform: str
    conversation: str
    message: Message
    key: NoticeKey
    rewrites: str
    version: int
    unclear: bool
    thread: str = ""
    removes: bool = False
    alone: bool = False
    in_place: bool = False
    since: datetime | None = None
    look: bool = False
    repeated: Message | None = None


class NowhereToSend(Exception):
    """The recipient has no account on any platform in use, or no longer a role that may see the case."""


class NotBefore(Exception):
    """The recipient is not to be told before `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__("not at this hour")
        self.at = at


def prepare(work: Work, claimed: Claimed) -> Outgoing | None:
    """What this row says now; None where it no longer holds, or was shown already.

    Raises NowhereToSend, NotYet for what must wait for another message, and NotBefore.
    """
    notice = claimed.notice
    report = report_to_show(work.tx, work.context.vault, notice.report_id)
    if notice.kind in ("gone", DOUBLE):
        return (_removal if notice.kind == "gone" else _double)(work, report, claimed)
    if notice.recipient == FLT_CHANNEL and not report.row.visibility.in_channel:
        # It was moved to restricted in between.
        return None
    told = people_of(work.tx, report)
    shown = outbox.posted_card(work.tx, report.id, notice.recipient) if notice.kind == "card" else None
    ways = Ways(
        gone=outbox.dead_ways(work.tx, notice, work.now),
        down=work.context.outages.platforms,
        kept=kept_on(work.tx, claimed.notice),
    )
    platform, conversation = _address(work.context, report, told, notice.recipient, ways)
    version = report.row.version
    if _is_overtaken(work, notice, report) or (shown is not None and shown.version >= version):
        return None
    if notice.kind == UNDELIVERED and claimed.attempts <= _LOOKS and outbox.on_their_way(work.tx, report.id):
        # Somebody may have it in a moment.
        raise NotBefore(work.now + _SOON)
    at = waits_until(work.context, report, notice.kind, notice.recipient == REPORTER, work.now)
    if at > work.now:
        raise NotBefore(at)
    thread = thread_of(work.tx, report, notice) if notice.kind == "line" else ""
    if thread is None:
        return None
    message = said(work, report, told, notice)
    # One card per report and recipient, whichever of its versions goes out first.
    key = NoticeKey.of("card", report.id, notice.recipient) if notice.kind == "card" else notice.key
    rewrites = shown.message_id if shown and shown.platform == platform else ""
    # An earlier version of the card may have been taken, whichever of its rows is at hand.
    unclear = claimed.unclear or (notice.kind == "card" and outbox.card_was_tried(work.tx, notice))
    outgoing = Outgoing(platform, conversation, message, key, rewrites, version, unclear, thread)
    return replace(outgoing, since=report.row.received_at)


def kept_on(tx: Transaction, notice: outbox.Notice) -> str:
    """The platform where this message stands, or where it may stand and is to be looked for; "" for none."""
    shown = outbox.posted_card(tx, notice.report_id, notice.recipient) if notice.kind == "card" else None
    return shown.platform if shown else outbox.perhaps_on(tx, notice)


def _removal(work: Work, report: Report, claimed: Claimed) -> Outgoing | None:
    """A message of somebody who is to have nothing of the report; None where it was sent nowhere.

    The key of the row names the message: the card, or what was sent beside it.
    """
    recipient, key = claimed.notice.recipient, claimed.notice.key.inner
    card = outbox.Notice(NoticeKey.of("card", report.id, recipient), report.id, "card", recipient)
    shown = outbox.posted_card(work.tx, report.id, recipient)
    other = None if key == card.key else stood(work.tx, key)
    platform = (
        shown.platform if shown else outbox.perhaps_on(work.tx, card) or _first_way(work.context, recipient)
    )
    if other is None and shown is None and not outbox.card_was_tried(work.tx, card):
        return None
    in_thread = shown.message_id if shown and other and other.kind == "line" else ""
    known = other.message_id if other else shown.message_id if shown else ""
    message = _taken_away(work.context)
    conversation, version = account_of(work.context, recipient, platform), report.row.version
    return Outgoing(
        platform, conversation, message, key, known, version, unclear=True, thread=in_thread, removes=True
    )


# That a message may stand there twice: it was posted again, because what was taken late was not found.
DOUBLE = "double"
# Slack took cards 14 s after the call. The second try comes 2 s after the first, which ends after 10.
_LOOK_AGAIN = timedelta(seconds=20)


def _double(work: Work, report: Report, claimed: Claimed) -> Outgoing | None:
    """Another message under the key of the one that stands, to be taken away; None where none stands."""
    if claimed.attempts == 1:
        # The outbox claims at once whatever was never tried.
        raise NotBefore(work.now + _LOOK_AGAIN)
    notice, key = claimed.notice, claimed.notice.key.inner
    place = stood(work.tx, notice.key)
    assert place is not None
    card = posted_card(work.tx, report.id, notice.recipient if key.kind == "card" else FLT_CHANNEL)
    if key.kind == "card":
        key = NoticeKey.of("card", report.id, notice.recipient)
    known = card.message_id if card and key.kind == "card" else place.message_id
    reporter = report.reporter if notice.recipient == REPORTER else None
    to = reporter.user if reporter else account_of(work.context, notice.recipient, claimed.platform)
    thread = card.message_id if card and key.kind == "line" else ""
    return Outgoing(
        claimed.platform, to, _taken_away(work.context), key, known, 0, claimed.unclear, thread, alone=True
    )


def _taken_away(context: Context) -> Message:
    return Message((Paragraph(context.work.removed, muted=True),), summary=context.work.removed)


def _first_way(context: Context, recipient: Recipient) -> str:
    if recipient == FLT_CHANNEL:
        return context.flt_conversation[0]
    person = context.world.federation.roster.people.get(recipient.person)
    return next((name for name in context.platforms if person and name in person.accounts), "")


def account_of(context: Context, recipient: Recipient, platform: str) -> str:
    """Where the FLT's channel is, or somebody on the roster. Raises NowhereToSend."""
    if recipient == FLT_CHANNEL and context.flt_conversation[0] == platform:
        return context.flt_conversation[1]
    person = context.world.federation.roster.people.get(recipient.person)
    if person is None or platform not in person.accounts:
        raise NowhereToSend(recipient)
    return person.accounts[platform]


def _is_overtaken(work: Work, notice: outbox.Notice, report: Report) -> bool:
    """Whether what somebody was to be told has ceased to be so before it went out."""
    kind, stage = notice.kind, report.state.stage
    in_hand = stage in (Stage.ACKNOWLEDGED, Stage.CLOSED)
    return (
        (kind == "closed" and stage is not Stage.CLOSED)
        or (kind in ("question", "declined") and stage is Stage.CLOSED)
        or (kind in ("proposed", "no_second", "second_back") and _is_second_settled(work, notice, report))
        or (kind in ("late", "vacated") and in_hand)
        or (kind == UNDELIVERED and has_reached_somebody(work, report))
        or (kind == "withheld" and (in_hand or not work.context.channel.reason))
        or (kind == check_back.CHECK_BACK and not check_back.is_open(report, history(work.tx, report)))
        or (kind == REMINDER and reminders.is_overtaken(work.tx, report, notice))
        or (kind == BREACH and breach_reminders.is_overtaken(work, report, notice))
    )


def _is_second_settled(work: Work, notice: outbox.Notice, report: Report) -> bool:
    """Whether a closing waits no more, or who could agree to it has changed since somebody was to be told."""
    closers = Case(work, report).closers
    found = closers.pending()
    if found is None or report.state.stage is Stage.CLOSED:
        return True
    seconds = closers.seconds(found.actor)
    if notice.kind == "proposed":
        return notice.recipient.person not in seconds
    return bool(seconds) if notice.kind == "no_second" else not seconds


@dataclass(frozen=True)
class Ways:
    """Which platforms a recipient is not to be told on: for good, or while another is up."""

    gone: frozenset[str]
    down: frozenset[str]
    kept: str

    def to(self, accounts: Mapping[str, str], platforms: tuple[str, ...]) -> str:
        """The platform to tell somebody with these accounts on; "" where there is none."""
        there = [name for name in platforms if name in accounts and name not in self.gone]
        up = [name for name in there if name not in self.down]
        return self.kept if self.kept in there else next(iter(up or there), "")


def _address(
    context: Context, report: Report, told: tuple[Told, ...], recipient: Recipient, ways: Ways
) -> tuple[str, str]:
    if recipient == FLT_CHANNEL:
        if context.flt_conversation[0] not in context.platforms:
            raise NowhereToSend(recipient)
        return context.flt_conversation
    if recipient == REPORTER:
        if report.reporter is None or report.reporter.platform not in context.platforms:
            raise NowhereToSend(recipient)
        return report.reporter.platform, report.reporter.user
    person = context.world.federation.roster.people.get(recipient.person)
    # Checked each time: a person who left, or left the role, is sent nothing more.
    told_still = person is not None and context.may(person, "list", report, told)
    if person and told_still and (platform := ways.to(person.accounts, context.platforms)):
        return platform, person.accounts[platform]
    raise NowhereToSend(recipient)


def said(work: Work, report: Report, told: tuple[Told, ...], notice: outbox.Notice) -> Message:
    """The message for this very person, who is to look at it now where the case is urgent."""
    message = _for_cover(work, report, told, notice, _message(work, report, told, notice))
    return replace(message, urgent=report.row.urgent and notice.recipient != REPORTER)


def _message(work: Work, report: Report, told: tuple[Told, ...], notice: outbox.Notice) -> Message:
    match notice.kind:
        case "card":
            entries = history(work.tx, report)
            links = card_links(work.tx, report, entries)
            return cards.card(work.context, report, told, entries, notice.recipient, links)
        case "line":
            return line(work, report, notice)
        case (
            "complaint"
            | "task"
            | "urgent"
            | "given_back"
            | "proposed"
            | "declined"
            | "no_second"
            | "second_back"
        ):
            return _noticed(work.context, report, work.context.work.notices.named(notice.kind))
        case "withheld":
            texts = work.context.texts.withheld
            text = texts.text.fill(why=work.context.channel.reason)
            return _plain(texts.title.fill(reference=report.reference), text)
    plain = _PLAIN.get(notice.kind)
    return plain(work.context, report) if plain else _update(work, report, notice.kind)


def _for_cover(
    work: Work, report: Report, told: tuple[Told, ...], notice: outbox.Notice, message: Message
) -> Message:
    """The same for a cover: it says whom they cover.

    A task, or a case, that was given to somebody else is not theirs.
    """
    owners = {report.state.holder}
    if notice.kind == "task":
        owners = {task.person for task in open_tasks(history(work.tx, report))}
    own = notice.recipient.person in owners
    if notice.kind == BREACH:
        # Who covers them has the case in their role by now.
        owners |= set(breach_reminders.in_its_role(work.context, told))
    away = work.context.world.federation.roster.covered_by(notice.recipient.person) & owners
    if notice.kind == "card" or own or not away:
        return message
    texts = work.context.work.covering
    other = {"given": texts.given, "task": texts.task}.get(notice.kind)
    message = _noticed(work.context, report, other) if other else message
    names = ", ".join(work.context.name(name) for name in sorted(away))
    return replace(message, blocks=(*message.blocks, Paragraph(texts.line.fill(person=names), muted=True)))


def _noticed(context: Context, report: Report, texts: case_texts.NoticeCardTexts) -> Message:
    """That something has happened, with the way to the case: that press asks whether they may have it."""
    return _with_way(context, report, _plain(texts.title.fill(reference=report.reference), texts.text))


def _with_way(context: Context, report: Report, message: Message) -> Message:
    label = context.texts.buttons["open"].fill(reference=report.reference)
    way = Buttons((Button(label, "case.show", report.reference),))
    return replace(message, blocks=(*message.blocks, way))


# What says the same whatever happened to the case.
_PLAIN: Mapping[str, Callable[[Context, Report], Message]] = {
    "notice": cards.notice,
    "added": lambda context, report: _noticed(context, report, context.texts.added),
    "given": lambda context, report: _noticed(context, report, context.texts.given),
    "vacated": lambda context, report: _noticed(context, report, context.texts.vacated),
    "question": question_notice,
    REMINDER: reminders.reminder,
    BREACH: breach_reminders.reminder,
    check_back.CHECK_BACK: check_back.notice,
    check_back.TELL_URGENT: lambda context, report: _with_way(
        context, report, check_back.tell_urgent(context, report)
    ),
    check_back.TELL_PHONE: lambda context, report: _with_way(
        context, report, check_back.tell_phone(context, report)
    ),
}


def _withdrawn(context: Context, report: Report, kind: str) -> Message:
    texts = context.world.playbook.texts.aftercare
    told = {
        "withdraw": (texts.tell_withdrawn, texts.tell_withdrawn_text),
        "withdraw_kept": (texts.tell_kept, texts.tell_kept_text),
    }
    title, text = told[kind]
    return _with_way(context, report, _plain(title.fill(reference=report.reference), text))


def _plain(title: str, text: str) -> Message:
    return Message((Heading(title), Paragraph(text)), summary=title)


def _update(work: Work, report: Report, kind: str) -> Message:
    context = work.context
    if kind in ("withdraw", "withdraw_kept"):
        return _withdrawn(context, report, kind)
    if kind == "closed" and is_answered(context, report):
        return answer_notice(context, report)
    text = context.texts.updates.named(kind).fill(
        reference=report.reference,
        when=context.local(report.row.received_at),
        message=outcome_text(context, report),
    )
    blocks: tuple[Block, ...] = (Paragraph(text),)
    if kind in ("late", "undelivered"):
        blocks = (Callout("warning", text), phone_list(context, work.now, report))
    return Message(blocks, summary=text)


def _may_be_worked_on(report: Report, recipient: Recipient) -> bool:
    """Whether anybody who has this card may work on the case: of some the FLT has the card alone."""
    return recipient != FLT_CHANNEL or not report.row.accidental


def record(work: Work, claimed: Claimed, sent: Outgoing, message_id: str, *, again: bool = False) -> None:
    """The platform took it: the row is done, the card's place is known, the case counts as delivered.

    `again`: it was posted though an earlier try may be taken yet, so that it is looked for once more.
    """
    if not outbox.finish(work.tx, claimed, work.now):
        return
    notice = claimed.notice
    if again and notice.report_id:
        look = Notice(NoticeKey.of(DOUBLE, notice.key), notice.report_id, DOUBLE, notice.recipient)
        owe_look(work.tx, work.context.vault.new_id(), look, work.now, sent.platform, message_id)
    if notice.recipient == FLT_CHANNEL or notice.kind == ANNOUNCED:
        remember_place(work.tx, claimed.id, sent.platform, message_id)
    if notice.kind == "card":
        card = Posted(sent.platform, message_id, sent.version)
        outbox.remember_card(work.tx, notice.report_id, notice.recipient, card, cards.DRAWING)
        case = Case.of(work, notice.report_id)
        if case.report.state.stage is Stage.SUBMITTED and _may_be_worked_on(case.report, notice.recipient):
            case.apply(Event(Happening.DELIVER, "signpost"))
    if notice.kind == "line" or (notice.kind == "card" and notice.recipient == FLT_CHANNEL):
        outbox.hasten(work.tx, notice.report_id, "line", work.now)
    if notice.kind == ASK:
        reached(work, notice)
