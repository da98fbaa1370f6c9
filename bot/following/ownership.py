"""Whose report it is: the reporter's by their account, or its bearer's by reference and receipt code."""

from __future__ import annotations

from datetime import datetime

from bot.casework.case import Case
from bot.casework.context import CodeTry, Context, Work
from bot.domain.references import receipt_code
from bot.domain.turns import Sender
from bot.storage.conversations import failures, may_be_reference, remember_failure
from bot.storage.crypto import code_matches, no_code_matches
from bot.storage.gaps import asker_by_reference
from bot.storage.reports import Report, Reporter, report_by_reference

_TRIES_AN_HOUR = 5


class Untried(Exception):
    """A receipt code that is to be tried, with the transaction undone: argon2 must not hold others up."""

    def __init__(self, reference: str, code: str) -> None:
        super().__init__()
        self.reference, self.code = reference, code


def reporter(sender: Sender) -> Reporter:
    """The sender, as a named report identifies them."""
    return Reporter(sender.platform, sender.user)


def own_case(work: Work, sender: Sender, reference: str, code: str) -> Case | str:
    """The case of the sender's report, or why it is not shown. Who reported under their name needs no code.

    The same words, after the same work, whether or not there is such a report. Raises Untried where a code
    stands between them that `try_code` has yet to try.
    """
    texts = work.context.texts.status
    report = report_by_reference(work.tx, work.context.vault, reference)
    if report is not None and report.reporter == reporter(sender):
        return _followed(work, report)
    tried = code_opens(work, reference, code)
    if tried == "opens" and report is not None:
        return _followed(work, report)
    return texts.too_many if tried == "too many" else texts.wrong_code


def unstored(context: Context, why: str) -> str:
    """Beside the code of a form that was sent in vain: that nothing was stored, or tried too often."""
    texts = context.texts.status
    return texts.add_unknown if why == texts.wrong_code else why


def code_opens(work: Work, reference: str, code: str) -> CodeTry:
    """What came of a code that stands between somebody and a report or a question. Raises Untried."""
    if not may_be_reference(reference) or not receipt_code(code):
        # Nothing that somebody typed by mistake is written down as a failed try.
        return "wrong"
    if (tried := work.codes.get((reference, code))) is None:
        raise Untried(reference, code)
    return tried


def try_code(context: Context, sender: Sender, untried: Untried, now: datetime) -> CodeTry:
    """What comes of this code, outside every transaction; each failed try is stored, whatever follows."""
    reference, code = untried.reference, untried.code
    may_try = context.counters.may_try_code(sender, now)
    # The right code works whatever others tried: nobody can lock the reporter out by guessing.
    if may_try and _opens(context, reference, code):
        return "opens"
    with context.database.transaction() as tx:
        too_many = failures(tx, reference, now) >= _TRIES_AN_HOUR
        remember_failure(tx, reference, now)
    if not may_try:
        return "too many"
    context.counters.wrong_code(sender, now)
    return "too many" if too_many else "wrong"


def _opens(context: Context, reference: str, code: str) -> bool:
    with context.database.transaction() as tx:
        report = report_by_reference(tx, context.vault, reference)
        asker = None if report else asker_by_reference(tx, context.vault, reference)
    stored = report.row.receipt_hash if report else asker.receipt_hash if asker else ""
    return code_matches(stored, code) if stored else no_code_matches(code)


def _followed(work: Work, report: Report) -> Case | str:
    case = Case(work, report)
    return case if case.reporter_may("follow") else work.context.texts.status.wrong_code
