"""The thread under the FLT's card: a line for each thing that happens to a case, and none of its content."""

from __future__ import annotations

from bot.casework.card import event_name
from bot.casework.context import Context
from bot.domain.messages import Message, Paragraph
from bot.domain.notices import FLT_CHANNEL
from bot.storage.database import Transaction
from bot.storage.outbox import Notice, cards_of, posted_card, waiting
from bot.storage.reports import Entry, Report, history


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


def line(tx: Transaction, context: Context, report: Report, notice: Notice) -> Message:
    """Who did what. No note, reason, answer or name of a reporter."""
    entry = history(tx, report)[notice.key.number - 1]
    text = context.texts.line.fill(what=_what(context, entry), who=_who(context, entry))
    return Message((Paragraph(text),), summary=text)


def _who(context: Context, entry: Entry) -> str:
    known = {"reporter": context.texts.labels.reporter, "signpost": "Signpost"}
    return known.get(entry.actor) or context.name(entry.actor)


def _what(context: Context, entry: Entry) -> str:
    to = context.name(entry.detail["to"]) if "to" in entry.detail else ""
    agency = entry.detail.get("agency", "")
    what = event_name(context, entry.event).fill(to=to, agency=agency)
    outcome = entry.detail.get("outcome", "") if entry.event == "close" else ""
    return f"{what}: {outcome}" if outcome else what
