"""Between the outbox and the senders: what a claimed row says, where it goes, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.cases import Event, Happening, Refused, Stage, advance
from bot.domain.messages import Block, Callout, Heading, Message, Paragraph
from bot.domain.routing import Told
from bot.services import case_cards
from bot.services.context import Context
from bot.services.following import outcome_text, phone_list
from bot.services.owed import FLT_CHANNEL, REPORTER
from bot.storage import outbox
from bot.storage.database import Transaction
from bot.storage.outbox import Claimed, Posted
from bot.storage.reports import (
    Entry,
    Report,
    add_entry,
    history,
    people_of,
    report_by_id,
    save_state,
)


@dataclass(frozen=True)
class Outgoing:
    """What to send: where, the message, and the id of the message that it rewrites ("" for a new one).

    `unclear`: an earlier try under the same key may have been taken by the platform.
    """

    platform: str
    conversation: str
    message: Message
    key: str
    rewrites: str
    version: int
    unclear: bool


class NowhereToSend(Exception):
    """The recipient has no account on any platform in use, or no longer a role that may see the case."""


def prepare(tx: Transaction, context: Context, claimed: Claimed) -> Outgoing | None:
    """What this row says now; None where it no longer holds, or was shown already. Raises NowhereToSend."""
    notice = claimed.notice
    report = report_by_id(tx, context.vault, notice.report_id)
    told = people_of(tx, report)
    platform, conversation = _address(context, report, told, notice.recipient)
    shown = outbox.posted_card(tx, report.id, notice.recipient) if notice.kind == "card" else None
    version = int(report.row.version)
    if _is_overtaken(notice.kind, report) or (shown is not None and shown.version >= version):
        return None
    message = _message(tx, context, report, told, notice)
    # One card per report and recipient, whichever of its versions goes out first.
    key = f"card:{report.id}:{notice.recipient}" if notice.kind == "card" else notice.key
    rewrites = shown.message_id if shown else ""
    # An earlier version of the card may have been taken, whichever of its rows is at hand.
    unclear = claimed.unclear or (notice.kind == "card" and outbox.card_was_tried(tx, notice))
    return Outgoing(platform, conversation, message, key, rewrites, version, unclear)


def _is_overtaken(kind: str, report: Report) -> bool:
    """Whether what a reporter was to be told has ceased to be so before it went out."""
    stage = report.state.stage
    return (kind == "closed" and stage is not Stage.CLOSED) or (
        kind == "late" and stage in (Stage.ACKNOWLEDGED, Stage.CLOSED)
    )


def _address(context: Context, report: Report, told: tuple[Told, ...], recipient: str) -> tuple[str, str]:
    if recipient == FLT_CHANNEL:
        return context.flt_conversation
    if recipient == REPORTER:
        if report.reporter is None or report.reporter.platform not in context.platforms:
            raise NowhereToSend(recipient)
        return report.reporter.platform, report.reporter.user
    person = context.world.federation.roster.people.get(recipient.removeprefix("person:"))
    # Asked again each time: whoever has left, or has left the role, is sent nothing more.
    if person is not None and context.may(person, "list", report, told):
        for platform in context.platforms:
            if platform in person.accounts:
                return platform, person.accounts[platform]
    raise NowhereToSend(recipient)


def _message(
    tx: Transaction, context: Context, report: Report, told: tuple[Told, ...], notice: outbox.Notice
) -> Message:
    match notice.kind:
        case "card":
            return case_cards.card(context, report, told, history(tx, report), notice.recipient)
        case "notice":
            return case_cards.notice(context, report)
        case "added" | "given":
            texts = context.texts.added if notice.kind == "added" else context.texts.given
            return _plain(texts.title.format(reference=report.reference), texts.text)
    return _update(context, report, notice.kind)


def _plain(title: str, text: str) -> Message:
    return Message((Heading(title), Paragraph(text)), summary=title)


def _update(context: Context, report: Report, kind: str) -> Message:
    text = str(getattr(context.texts.updates, kind)).format(
        reference=report.reference,
        when=context.local(report.row.received_at),
        message=outcome_text(context, report),
    )
    blocks: tuple[Block, ...] = (Paragraph(text),)
    if kind == "late":
        blocks = (Callout("warning", text), phone_list(context))
    return Message(blocks, summary=text)


def record(
    tx: Transaction, context: Context, claimed: Claimed, sent: Outgoing, message_id: str, now: datetime
) -> None:
    """The platform took it: the row is done, the card's place is known, the case counts as delivered."""
    if not outbox.finish(tx, claimed, now):
        return
    if claimed.notice.kind != "card":
        return
    card = Posted(sent.platform, message_id, sent.version)
    outbox.remember_card(tx, claimed.notice.report_id, claimed.notice.recipient, card)
    report = report_by_id(tx, context.vault, claimed.notice.report_id)
    if report.state.stage is Stage.SUBMITTED:
        _delivered(tx, context, report, now)


def _delivered(tx: Transaction, context: Context, report: Report, now: datetime) -> None:
    state = advance(report.state, Event(Happening.DELIVER, "signpost"))
    assert not isinstance(state, Refused)
    save_state(tx, report, state, report.row.due_at, None)
    add_entry(tx, context.vault, report, Entry(now, "signpost", "", "deliver", Stage.DELIVERED.value, {}))


def undeliverable(tx: Transaction, context: Context, claimed: Claimed, fault: str, now: datetime) -> None:
    """The platform will never take it: the next on the ladder is told at once."""
    if not outbox.give_up(tx, claimed, fault) or claimed.notice.kind != "card":
        return
    report = report_by_id(tx, context.vault, claimed.notice.report_id)
    if report.row.due_at is None or outbox.posted_card(tx, report.id, claimed.notice.recipient) is not None:
        # Somebody has the case, or the recipient has the card: only its rewriting failed.
        return
    save_state(tx, report, report.state, now, None)
