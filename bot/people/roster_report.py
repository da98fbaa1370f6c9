"""The roster as whoever runs the machine reads it: who holds what now, what waits, what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.casework.context import Context
from bot.people import decisions
from bot.people.roster import absences, roles
from bot.people.standing import ROSTER, folded
from bot.storage.approvals import confirmed, pending
from bot.storage.database import Transaction


def misfits(tx: Transaction, context: Context) -> tuple[str, ...]:
    """Each confirmed change that contradicts the configuration and is passed by, with what to do."""
    changes, texts = confirmed(tx, context.vault, ROSTER), context.roster_texts
    return tuple(
        f"{decisions.words(context, changes[place])} {texts.misfits[why]}"
        " It is passed by: mend federation.yml, or let two people propose what is right (docs/roster.md)."
        for place, why in folded(tx, context).misfits
    )


def lines(tx: Transaction, context: Context, now: datetime) -> Iterator[str]:
    """The whole of it, a line each."""
    labels = context.roster_texts.labels
    yield from ((labels.paused,) if context.paused else ())
    yield from (f"{role}: {names}" for role, names in roles(context))
    yield from (f"{labels.away}: {line}" for line in absences(context))
    for approval in pending(tx, context.vault, now):
        what, person = decisions.words(context, approval), context.name(approval.proposed_by)
        until = context.local(approval.expires_at)
        yield f"{labels.waiting}: " + labels.waiting_line.fill(what=what, person=person, until=until)
    yield from misfits(tx, context)
