"""Who is asked to wait a little: one person who sends more than anybody types. Never anybody in danger."""

from __future__ import annotations

from datetime import datetime

from bot.asking import conversation
from bot.assistant import sessions, words
from bot.casework.context import Context
from bot.domain.presses import StepChoice
from bot.domain.turns import Incoming, Pressed, Said, Session, SharedFile, Submitted, Turn
from bot.engine.parse import Engine
from bot.following.check_back_form import CHECK_BACK, URGENT
from bot.storage.conversations import load_session

# The questions about danger, and the reports that a safety message offers.
_DANGER_STEPS = ("danger", "danger_now")
_DANGER_STARTS = ("danger", "concern")


class Gate:
    """Counts what each person does. Whoever is turned away loses nothing: nothing of it was looked at."""

    def __init__(self, context: Context, engine: Engine) -> None:
        self._context = context
        self._engine = engine

    def turns_away(self, incoming: Incoming, longest: int, now: datetime) -> bool:
        """Whether the sender is to wait: too much within a minute, and nothing that speaks of danger."""
        if not incoming.counts:
            return False
        if not self._context.counters.too_many_messages(incoming.sender, now):
            return False
        return not self._in_danger(incoming, longest, now)

    def one_too_many(self, incoming: Incoming, before: Session, turn: Turn, now: datetime) -> bool:
        """Whether this begins one report too many: counted when "no, no danger" is answered."""
        content, after = incoming.content, turn.session.draft
        answered = isinstance(content, Pressed) and content.action == "journey.choose"
        first = before.draft is None or "danger" not in before.draft.slots
        if not (answered and first and after is not None and after.slots.get("danger") == ("no",)):
            return False
        return self._context.counters.too_many_reports(incoming.sender, now)

    def _in_danger(self, incoming: Incoming, longest: int, now: datetime) -> bool:
        match incoming.content:
            case Said(text):
                return self._speaks_of_danger(words.question(text[:longest]))
            case SharedFile():
                return True
            case Pressed("report.start", value):
                return value in _DANGER_STARTS
            case Submitted(action) as act if action in (CHECK_BACK, URGENT) and act.fields.get("risk"):
                return True
            case Pressed() | Submitted() as act if act.action.startswith("journey."):
                step = StepChoice.parse(act.value).step
                return step in _DANGER_STEPS or self._draft_says_so(incoming, now)
        return False

    def _speaks_of_danger(self, question: str) -> bool:
        parse = self._engine.parse(question)
        session = Session(self._context.new_tokens())
        found = conversation.ask(session, question, parse, self._context.world)[1]
        return found.kind in ("danger", "concern")

    def _draft_says_so(self, incoming: Incoming, now: datetime) -> bool:
        vault, sender = self._context.vault, incoming.sender
        owner = vault.blind("session", sender.platform, sender.user)
        with self._context.database.transaction() as tx:
            stored = load_session(tx, vault, owner, now)
        session = sessions.restore(stored) if stored else None
        return bool(session and session.draft and session.draft.slots.get("danger") == ("yes",))
