"""When a half-written report is shown only after its writer has said so: after a pause, or on a new screen.

No platform says on which device somebody is: a report that was left may be asked for on another one, beside
somebody else. The words wait; one press shows them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.content.world import World
from bot.domain.presses import StepChoice
from bot.domain.turns import Content, Draft, Pressed, Session, Submitted, Turn, Typed

# What the button of the question carries: a press with it shows the report.
SHOW = "show"
# Answers that tell nobody anything.
_TELL_NOTHING = {"danger", "danger_now", "school"}
_ANONYMOUS = ("anonymous",)
# What stands in place of the report and shows no word of it.
_PANELS = {"alert", "cancel", "open"}


def asks_first(draft: Draft, world: World, now: datetime) -> bool:
    """Whether the draft tells something, and was not touched for as long as `federation.yml` says."""
    if not draft.typed and not set(draft.visited) - _TELL_NOTHING:
        return False
    pauses, unnamed = world.federation.draft_pauses, draft.slots.get("mode") == _ANONYMOUS
    pause = timedelta(minutes=pauses.anonymous if unnamed else pauses.named)
    return not draft.touched or not timedelta() <= now - datetime.fromisoformat(draft.touched) < pause


def touched(before: Session, turn: Turn, content: Content, world: World, now: datetime) -> Turn:
    """The turn with the time noted at which the draft was last changed on a screen that shows it."""
    old, draft = before.draft, turn.session.draft
    if draft is None or draft.hidden or draft == old:
        return turn
    beside = draft.aside in _PANELS or not _shows(content, draft)
    if old is not None and asks_first(old, world, now) and beside:
        return turn
    noted = replace(draft, touched=now.isoformat(timespec="seconds"))
    return replace(turn, session=replace(turn.session, draft=noted))


def _shows(content: Content, draft: Draft) -> bool:
    """Whether this was done on a screen that shows the draft, or asked for it to be shown."""
    if not isinstance(content, Pressed | Submitted | Typed):
        return False
    return content.value == SHOW or StepChoice.parse(content.value).draft == draft.tokens.draft


def left(draft: Draft) -> Draft:
    """The draft as it is for somebody who has opened a new screen: hidden, and touched nowhere."""
    return replace(draft, hidden=True, touched="", aside="")
