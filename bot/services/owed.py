"""What a change to a case owes to whom: rows for the outbox, stored with the change itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.routing import Told
from bot.services.context import Context
from bot.storage.database import Transaction
from bot.storage.outbox import Notice, cards_of, enqueue
from bot.storage.reports import Report

FLT_CHANNEL = "flt_channel"
REPORTER = "reporter"
# The role under which the ladder brings a case to someone.
LADDER = "ladder"


def person_recipient(person: str) -> str:
    """How the outbox names someone on the roster."""
    return f"person:{person}"


def owe_first_notices(
    tx: Transaction, context: Context, report: Report, told: Iterable[Told], now: datetime
) -> None:
    """The cards and notices that a new report owes, and its reporter's receipt."""
    if report.row.channel:
        _owe(tx, context, report, "card", FLT_CHANNEL, now)
    owe_people(tx, context, report, told, now)
    owe_reporter(tx, context, report, "receipt", now)


def owe_people(
    tx: Transaction, context: Context, report: Report, told: Iterable[Told], now: datetime
) -> None:
    """A card for each person at level C, a notice without content for those at N alone."""
    told = tuple(told)
    carded = {item.person for item in told if item.level == "C"}
    noticed = {item.person for item in told if item.level == "N"} - carded
    for person in sorted(carded):
        _owe(tx, context, report, "card", person_recipient(person), now)
    for person in sorted(noticed):
        _owe(tx, context, report, "notice", person_recipient(person), now)


def owe_rewrites(tx: Transaction, context: Context, report: Report, now: datetime) -> None:
    """Every card of the report shows its new state."""
    for recipient in cards_of(tx, report.id):
        _owe(tx, context, report, "card", recipient, now)


def owe_reporter(tx: Transaction, context: Context, report: Report, kind: str, now: datetime) -> None:
    """Tell a reporter who can be told; an anonymous one reads it with reference and code instead."""
    if report.reporter is not None and report.reporter.platform in context.platforms:
        _owe(tx, context, report, kind, REPORTER, now)


def owe_person(
    tx: Transaction, context: Context, report: Report, kind: str, person: str, now: datetime
) -> None:
    """Tell one person on the roster: a card that is rewritten in place tells nobody anything."""
    _owe(tx, context, report, kind, person_recipient(person), now)


def owe_addition(tx: Transaction, context: Context, report: Report, now: datetime) -> None:
    """Tell whoever holds the case that more was added; where nobody does yet, everyone with its card."""
    holder = report.state.holder
    for recipient in [person_recipient(holder)] if holder else cards_of(tx, report.id):
        _owe(tx, context, report, "added", recipient, now)


def _owe(tx: Transaction, context: Context, report: Report, kind: str, recipient: str, now: datetime) -> None:
    # The version makes each state's card a message of its own, and a repeated event the same one.
    key = f"{kind}:{report.id}:{recipient}:{report.row.version}"
    enqueue(tx, context.vault.new_id(), Notice(key, report.id, kind, recipient), now)
