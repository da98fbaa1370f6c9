"""Whose report it is: the reporter's own by their account, or whoever has its reference and receipt code."""

from __future__ import annotations

from bot.casework.case import Case
from bot.casework.context import Work
from bot.domain.references import receipt_code
from bot.domain.turns import Sender
from bot.storage.conversations import failures, may_be_reference, remember_failure
from bot.storage.crypto import code_matches, no_code_matches
from bot.storage.reports import Report, Reporter, report_by_reference

_TRIES_AN_HOUR = 5


def reporter(sender: Sender) -> Reporter:
    """The sender, as a report that bears their name knows them."""
    return Reporter(sender.platform, sender.user)


def own_case(work: Work, sender: Sender, reference: str, code: str) -> Case | str:
    """The case of the sender's report, or why it is not shown. Who reported under their name needs no code.

    The same words, after the same work, whether or not there is such a report.
    """
    report = report_by_reference(work.tx, work.context.vault, reference)
    if report is not None and report.reporter == reporter(sender):
        return _followed(work, report)
    if not may_be_reference(reference) or not receipt_code(code):
        # Nothing that somebody typed by mistake is written down as a failed try.
        return work.context.texts.status.wrong_code
    if not work.context.counters.may_try_code(sender, work.now):
        no_code_matches(code)
        return work.context.texts.status.too_many
    # The right code works whatever others tried: nobody can lock the reporter out by guessing.
    if _opens(report, code):
        assert report is not None
        return _followed(work, report)
    return _wrong(work, sender, reference)


def _opens(report: Report | None, code: str) -> bool:
    stored = report.row.receipt_hash if report is not None else ""
    return code_matches(stored, code) if stored else no_code_matches(code)


def _wrong(work: Work, sender: Sender, reference: str) -> str:
    texts = work.context.texts.status
    too_many = failures(work.tx, reference, work.now) >= _TRIES_AN_HOUR
    remember_failure(work.tx, reference, work.now)
    work.context.counters.wrong_code(sender, work.now)
    return texts.too_many if too_many else texts.wrong_code


def _followed(work: Work, report: Report) -> Case | str:
    case = Case(work, report)
    return case if case.reporter_may("follow") else work.context.texts.status.wrong_code
