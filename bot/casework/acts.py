"""What each press on a case needs, and what happens to the case by it."""

from __future__ import annotations

from bot.content.case_texts import WORK
from bot.domain.access import Action
from bot.domain.cases import Happening

PERMISSION: dict[str, Action] = {
    "case.show": "list",
    "case.clauses": "list",
    "case.details": "details",
    "case.acknowledge": "assign",
    "case.take": "assign",
    "case.assign": "assign",
    "case.note": "note",
    "case.ask": "ask",
    "case.refer": "refer",
    "case.close": "close",
    "case.reopen": "close",
    "case.more": "details",
    "case.export": "export",
    **{f"case.{name}": "assess" for name in WORK},
    "case.restrict": "restrict",
    "case.hold": "restrict",
    "case.release": "restrict",
    # Whose task it is ticks it, whatever else they may do.
    "case.done": "details",
    "case.recuse": "list",
    "case.recuse_yes": "list",
}
HAPPENING = {
    "case.acknowledge": Happening.ACKNOWLEDGE,
    "case.take": Happening.ASSIGN,
    "case.assign": Happening.ASSIGN,
    "case.note": Happening.NOTE,
    "case.ask": Happening.ASK,
    "case.refer": Happening.REFER,
    "case.close": Happening.CLOSE,
    "case.reopen": Happening.REOPEN,
}
