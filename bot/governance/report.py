"""The report of a term: made once from its figures, and the same ever after.

What was printed stays, whatever happens to a case later: of two reports that differ by one case, the
difference would tell of that case alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.casework.context import Work
from bot.domain.times import Term
from bot.governance.collect import collect
from bot.governance.suppression import TABLES, Range, Table, Tables, publish
from bot.governance.terms import in_words
from bot.storage.governance import Printed, forget_topics, keep_printed, printed_of


@dataclass(frozen=True)
class GovernorsReport:
    """What is printed of a term, and when it was first made."""

    term: Term
    made_at: datetime
    tables: Tables


def report_of(work: Work, term: Term) -> GovernorsReport | str:
    """The report of a term that is over; made now, where it never was.

    In words why there is none, where a report of other days shares some with it.
    """
    before = printed_of(work.tx, term.first, term.last)
    if not before:
        keep_printed(work.tx, Printed(term, work.now, _dumped(publish(collect(work, term)))))
        forget_topics(work.tx, term.name)
        # As it is stored, which may be what somebody else stored at the same moment.
        before = printed_of(work.tx, term.first, term.last)
    if [one.term for one in before] == [term]:
        return GovernorsReport(term, before[0].made_at, _restored(before[0].figures))
    made = ", ".join(
        f"{one.term.name} ({in_words(one.term.first)} to {in_words(one.term.last)})" for one in before
    )
    return work.context.world.governors.refusals.moved.fill(term=term.name, made=made)


def _dumped(tables: Tables) -> str:
    return json.dumps(
        {name: {key: [one.least, one.most] for key, one in table.items()} for name, table in tables.items()}
    )


def _restored(text: str) -> Tables:
    stored: Mapping[str, Mapping[str, list[int]]] = json.loads(text)
    tables: dict[Table, Mapping[str, Range]] = {}
    for name in TABLES:
        if name in stored:
            tables[name] = {key: Range(*ends) for key, ends in stored[name].items()}
    return tables
