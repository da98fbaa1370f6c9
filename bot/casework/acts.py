"""The one table of what people do with a case: a row says all that is particular to an act but its texts.

Which permission it needs, what happens to the case by it, its form, where its button stands, when it makes
no sense, whether the thread tells of it, and what the reporter is told. The rest of `casework` reads it here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.content.case_texts import Reply, Update, WorkRefusal
from bot.domain.access import Action
from bot.domain.cases import UNACKNOWLEDGED, Happening, Stage
from bot.domain.messages import ButtonStyle
from bot.storage.reports import ReportRow

Stages = tuple[Stage, ...]
# The fields of a form, each drawn in forms.py or work_forms.py; "note" and "why" fit many acts.
FormKind = Literal[
    "", "person", "note", "question", "referral", "closing", "reason",
    "assessment", "advice", "first_step", "task", "link", "why", "restriction", "contact", "agreement",
]  # fmt: skip
_ANY: Stages = tuple(Stage)
_OPEN = tuple(stage for stage in Stage if stage is not Stage.CLOSED)
_WAITING: Stages = UNACKNOWLEDGED
_TAKEN: Stages = (Stage.ACKNOWLEDGED,)


@dataclass(frozen=True)
class Act:
    """One thing that can be pressed. `card` and `more`: the stages at which its button stands there.

    `locked` is why it makes no sense now, and when; `reply` names what the presser reads, of the older acts.
    """

    name: str
    needs: Action
    event: Happening | None = None
    form: FormKind = ""
    card: Stages = ()
    more: Stages = ()
    style: ButtonStyle = "default"
    locked: tuple[WorkRefusal, Callable[[ReportRow], bool]] | None = None
    line: bool = False
    tells: Update | None = None
    reply: Reply | None = None

    @property
    def action(self) -> str:
        """What its button carries."""
        return f"case.{self.name}"


# In the order in which their buttons stand.
_ROWS = (
    Act("show", "list"),
    Act(
        "acknowledge", "assign", Happening.ACKNOWLEDGE, card=_WAITING, style="primary",
        line=True, tells="acknowledged", reply="acknowledged",
    ),
    Act("take", "assign", Happening.ASSIGN, card=_TAKEN, line=True, reply="assigned"),
    Act("details", "details", card=_ANY),
    Act("assess", "assess", Happening.ASSESS, "assessment", card=_OPEN, line=True),
    Act("close", "close", Happening.CLOSE, "closing", card=_OPEN, line=True, tells="closed", reply="closed"),
    # Where two people close a case: their buttons stand in the details, where what is agreed to can be read.
    Act("agree", "agree", Happening.AGREE, "agreement", style="primary", line=True),
    Act("decline", "agree", Happening.DECLINE, "why", line=True),
    Act(
        "reopen", "close", Happening.REOPEN, "reason", card=(Stage.CLOSED,),
        line=True, tells="reopened", reply="reopened",
    ),
    # Never behind More: what protects a child, or keeps the case from the wrong eyes.
    Act("advice", "assess", Happening.ADVICE, "advice", card=_OPEN, line=True),
    Act(
        "urgent", "assess", Happening.URGENT, "why", card=_OPEN, line=True,
        locked=("already_urgent", lambda row: row.urgent),
    ),
    Act(
        "calm", "assess", Happening.CALM, "why", card=_OPEN, line=True,
        locked=("not_urgent", lambda row: not row.urgent),
    ),
    Act(
        "restrict", "restrict", Happening.RESTRICT, "restriction", card=_ANY,
        locked=("restricted_already", lambda row: row.visibility.restricted),
    ),
    Act("recuse", "list", Happening.RECUSE, card=_OPEN),
    Act("more", "list", card=_ANY),
    Act("note", "note", Happening.NOTE, "note", more=_OPEN, line=True, reply="noted"),
    Act("ask", "ask", Happening.ASK, "question", more=_OPEN, line=True, tells="question", reply="asked"),
    Act("assign", "assign", Happening.ASSIGN, "person", more=_OPEN, line=True, reply="assigned"),
    Act("refer", "refer", Happening.REFER, "referral", more=_OPEN, line=True, reply="referred"),
    Act("clauses", "list", more=_ANY),
    Act("investigate", "assess", Happening.INVESTIGATE, "first_step", more=_TAKEN, line=True),
    Act("task", "assess", Happening.TASK, "task", more=_OPEN, line=True),
    # Whose task it is ticks it, whatever else they may do.
    Act("done", "details", Happening.DONE, line=True),
    Act("link", "assess", Happening.LINK, "link", more=_OPEN),
    Act("contact", "assess", Happening.CONTACT, "contact", more=_OPEN, line=True),
    Act(
        "hold", "restrict", Happening.HOLD, "why", more=_ANY,
        locked=("on_hold", lambda row: row.legal_hold),
    ),
    Act(
        "release", "restrict", Happening.RELEASE, "why", more=_ANY,
        locked=("not_on_hold", lambda row: not row.legal_hold),
    ),
    Act("export", "export", more=_ANY),
    Act("recuse_yes", "list"),
    Act("recuse_no", "list"),
)  # fmt: skip
# By what their buttons carry.
ACTS = {act.action: act for act in _ROWS}
# The entries of the history that the thread under the FLT's card tells of: these, and what nobody pressed
# on the card. Who has looked is on the card.
LINES = frozenset(act.event.value for act in _ROWS if act.event and act.line) | {
    "add", "answer", "correct", "withdraw", "withdraw_kept", "endanger", "deadline", "vacate", "propose",
}  # fmt: skip
