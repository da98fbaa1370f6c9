"""Whose report it is: the reporter's own by their account, or whoever has its reference and receipt code."""

from __future__ import annotations

from datetime import datetime

from bot.casework.context import Context, facts
from bot.domain.access import Actor, access_report
from bot.domain.references import receipt_code
from bot.domain.turns import Sender
from bot.storage.conversations import failures, may_be_reference, remember_failure
from bot.storage.crypto import code_matches, no_code_matches
from bot.storage.database import Transaction
from bot.storage.reports import Report, Reporter, people_of, report_by_reference

_TRIES_AN_HOUR = 5


def reporter(sender: Sender) -> Reporter:
    """The sender, as a report that bears their name knows them."""
    return Reporter(sender.platform, sender.user)


def own_report(
    tx: Transaction, context: Context, sender: Sender, reference: str, code: str, now: datetime
) -> Report | str:
    """The sender's report, or why it is not shown. Who reported under their name needs no code.

    The same words, after the same work, whether or not there is such a report.
    """
    report = report_by_reference(tx, context.vault, reference)
    if report is not None and report.reporter == reporter(sender):
        return _followed(tx, context, report)
    if not may_be_reference(reference) or not receipt_code(code):
        # Nothing that somebody typed by mistake is written down as a failed try.
        return context.texts.status.wrong_code
    if not context.counters.may_try_code(sender, now):
        no_code_matches(code)
        return context.texts.status.too_many
    # The right code works whatever others tried: nobody can lock the reporter out by guessing.
    if _opens(report, code):
        assert report is not None
        return _followed(tx, context, report)
    return _wrong(tx, context, sender, reference, now)


def _opens(report: Report | None, code: str) -> bool:
    stored = report.row.receipt_hash if report is not None else ""
    return code_matches(stored, code) if stored else no_code_matches(code)


def _wrong(tx: Transaction, context: Context, sender: Sender, reference: str, now: datetime) -> str:
    texts = context.texts.status
    too_many = failures(tx, reference, now) >= _TRIES_AN_HOUR
    remember_failure(tx, reference, now)
    context.counters.wrong_code(sender, now)
    return texts.too_many if too_many else texts.wrong_code


def _followed(tx: Transaction, context: Context, report: Report) -> Report | str:
    case, permissions = facts(report, people_of(tx, report)), context.world.permissions
    allowed = access_report(permissions, Actor(reporter=True), "follow", case)
    return report if allowed else context.texts.status.wrong_code
