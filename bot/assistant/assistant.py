"""One event, one transaction: limit, pause, session, turn, commands, save. Then the reply.

Who sends too much waits and loses nothing; danger never waits. While Signpost is paused nothing new begins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.accounts import application, leavers
from bot.asking import conversation
from bot.asking.danger import tells_of_danger
from bot.assistant import capabilities, case_presses, dialogue, questions, words
from bot.assistant.danger_in_forms import Parses, prose, read_for_danger
from bot.assistant.dialogue import lost_draft, take_turn
from bot.assistant.hashes import KeptHashes
from bot.casework import answers, auditing
from bot.casework.context import Context, Hashed, NotYetHashed, Unhashed, Work
from bot.casework.open import ANONYMOUS, NotSent, Received, submit
from bot.domain.messages import Callout, Form, Message, Paragraph
from bot.domain.presses import CasePart, StepChoice
from bot.domain.routing import decide
from bot.domain.turns import (
    AccountGone,
    AddToReport,
    AnswerCheckBack,
    Command,
    Complain,
    CopyReport,
    Incoming,
    ListCases,
    MoveReport,
    Pressed,
    Said,
    SendAlert,
    Sender,
    Session,
    SharedFile,
    ShowAudit,
    ShowStatus,
    SubmitReport,
    Submitted,
    Turn,
    Typed,
    WithdrawReport,
)
from bot.engine.parse import Engine, Parse
from bot.following import check_back, complaint, misdirection, ownership, status, withdrawal
from bot.following.check_back_form import CHECK_BACK, URGENT
from bot.following.forms import slot_of
from bot.following.whom_to_phone import phone_list
from bot.gaps import entries as gaps
from bot.governance import page
from bot.governance.terms import term_of
from bot.people import roster, standing
from bot.posting.shown import keeps_nothing
from bot.replies.forms import PREFIX
from bot.reporting import after_send, presses
from bot.reporting.inputs import clean_text
from bot.storage.conversations import (
    first_time,
    forget_session,
    load_session,
    one_at_a_time,
    save_session,
    submitted_before,
)
from bot.storage.crypto import KeyFault
from bot.storage.database import Collision, StorageUnavailable, Transaction
from bot.storage.governance import count_topic
from bot.storage.reports import report_by_reference

# The questions about danger, and the reports that a safety message offers.
_DANGER_STEPS = ("danger", "danger_now")
_DANGER_STARTS = ("danger", "concern")


class RateLimit:
    """Counts what each person does. A request over the limit is refused unread and loses nothing."""

    def __init__(self, context: Context, engine: Engine, local: Engine) -> None:
        self._context = context
        self._engine = engine
        self._local = local

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
        answered = isinstance(content, Said) or (
            isinstance(content, Pressed) and content.action == "journey.choose"
        )
        first = before.draft is None or "danger" not in before.draft.slots
        if not (answered and first and after is not None and after.slots.get("danger") == ("no",)):
            return False
        return self._context.counters.too_many_reports(incoming.sender, now)

    def _in_danger(self, incoming: Incoming, longest: int, now: datetime) -> bool:
        match incoming.content:
            case Said(text):
                text = text[:longest]
                return self._speaks_of_danger(words.question(text)) or self._answers_so(text, incoming, now)
            case SharedFile():
                return True
            case Pressed("report.start", value):
                return value in _DANGER_STARTS
            case Submitted(action) as act if action in (CHECK_BACK, URGENT) and act.fields.get("risk"):
                return True
            case Pressed() | Submitted() as act if act.action.startswith("journey."):
                step = StepChoice.parse(act.value).step
                # What is typed for the urgent alert does not wait either.
                told = step in _DANGER_STEPS or "alert" in act.action
                if told or self._draft_says_so(incoming, now):
                    return True
                return isinstance(act, Submitted) and self._tells_of_danger(act, longest)
            case Submitted() as form:
                return self._tells_of_danger(form, longest)
        return False

    def _tells_of_danger(self, form: Submitted, longest: int) -> bool:
        world, engine = self._context.world, self._local if keeps_nothing(form) else self._engine
        parses = (engine.parse(text[:longest]) for text in prose(form))
        return any(tells_of_danger(parse, world.policy, world.rules) for parse in parses)

    def _speaks_of_danger(self, question: str) -> bool:
        parse = self._engine.parse(question)
        session = Session(self._context.new_tokens())
        found = conversation.ask(session, question, parse, self._context.world)[1]
        return found.kind in ("danger", "concern")

    def _answers_so(self, text: str, incoming: Incoming, now: datetime) -> bool:
        """Whether it is typed to the question about danger, or for the urgent alert."""
        session = self._session(incoming, now)
        pressed = session and presses.typed_answer(session, text, self._context.world, now)
        if not isinstance(pressed, Pressed):
            return False
        return StepChoice.parse(pressed.value).step in _DANGER_STEPS or "alert" in pressed.action

    def _draft_says_so(self, incoming: Incoming, now: datetime) -> bool:
        session = self._session(incoming, now)
        return bool(session and session.draft and session.draft.slots.get("danger") == ("yes",))

    def _session(self, incoming: Incoming, now: datetime) -> Session | None:
        vault, sender = self._context.vault, incoming.sender
        owner = vault.blind("session", sender.platform, sender.user)
        with self._context.database.transaction() as tx:
            stored = load_session(tx, vault, owner, now)
        return dialogue.restore(stored) if stored else None


_SEND = "journey.send"


def stops(context: Context, incoming: Incoming) -> bool:
    """Whether this is not taken now. The people on the roster go on with their cases and the roster."""
    content, sender = incoming.content, incoming.sender
    if not context.paused:
        return False
    on_roster = context.world.federation.roster.by_account(sender.platform, sender.user) is not None
    match content:
        case Said() | Pressed(words.WORD):
            return not (on_roster and incoming.private and words.asks_for_cases(content))
        case Pressed() | Submitted():
            going_on = ("case.", "roster.", PREFIX, page.PREFIX) if on_roster else ("case.", "roster.")
            # A wrong answer is taken back at any time.
            goes_on = content.action.startswith(going_on) or (on_roster and content.action in gaps.OWNED)
            return not (incoming.private and goes_on)
    return True


def message(context: Context, incoming: Incoming) -> Message:
    """That Signpost is paused, with whom to phone; for words that were sent, that they are NOT saved."""
    texts, content = context.roster_texts.paused, incoming.content
    if not incoming.private:
        return Message((Paragraph(texts.title),), summary=texts.title)
    title, text = texts.title, texts.text
    if isinstance(content, Submitted) or (isinstance(content, Pressed) and content.action == _SEND):
        title, text = texts.not_saved_title, texts.not_saved_text
    return Message((Callout("warning", title, text), phone_list(context)), summary=title)


log = structlog.get_logger()
_LONGEST = 20_000


def tries_code(incoming: Incoming) -> bool:
    """Whether this is a form with a receipt code, which takes ten times as long as any other."""
    content = incoming.content
    return isinstance(content, Submitted) and any(content.fields.get("code", ()))


# Of the names under which a process keeps hashes, in bytes.
_KEY = 32


class _TooLate(Exception):
    """The platform has stopped waiting: the transaction is undone, and the person is told."""


class Assistant:
    """The one entry to the conversation and the cases, through any door."""

    def __init__(self, context: Context, engine: Engine, local: Engine | None = None) -> None:
        """`local` reads what may not leave this process; without it `engine` does."""
        self._context = context
        self._engine = engine
        self._local = local or engine
        self._gate = RateLimit(context, engine, self._local)
        self._hashes = KeptHashes(context.counters.entropy(_KEY))

    def handle(
        self, incoming: Incoming, now: datetime, in_time: Callable[[], bool] | None = None
    ) -> tuple[Message, ...]:
        """What to show the sender. An event seen before changes and shows nothing.

        Where `in_time` says no just before the commit, nothing is stored. Never raises for what a person
        sent; where the database does not take it, it came too late, or a fault of our own ends it, the
        sender is told that nothing is saved, and whom to phone.
        """
        parses: tuple[Parse, ...] = ()
        try:
            if self._gate.turns_away(incoming, _LONGEST, now):
                log.warning("event_too_soon", content=type(incoming.content).__name__)
                return (after_send.wait(self._context.world),)
            parses = self._parse(incoming)
            if keeps_nothing(incoming.content):
                return self._kept_nowhere(incoming, parses, now)
            try:
                return self._settled(incoming, parses, now, in_time)
            except Collision:
                # Another process was first, by a moment: by now what it stored can be seen.
                return self._settled(incoming, parses, now, in_time)
        except _TooLate:
            log.error("event_too_late", content=type(incoming.content).__name__)
        except StorageUnavailable as error:
            log.error("event_not_stored", reason=str(error))
            if shown := self._without_storage(incoming, parses, now):
                return shown
        except Exception:
            # The transaction is undone whatever it was: a key that is missing, or a bug.
            log.exception("event_broken", content=type(incoming.content).__name__)
        return (after_send.not_saved(self._context.world),)

    def owes(self, asker: Sender) -> bool:
        """Whether the answer to a question of theirs is on its way still."""
        try:
            with self._context.database.transaction() as tx:
                return answers.are_owed(tx, self._context.vault, asker)
        except StorageUnavailable:
            return False

    def wait_s(self, incoming: Incoming, now: datetime) -> float:
        """How many seconds this waits before it is handled: nothing, but for codes while many are guessed."""
        return self._context.counters.wait_s(now) if tries_code(incoming) else 0.0

    def _settled(
        self, incoming: Incoming, parses: Parses, now: datetime, in_time: Callable[[], bool] | None
    ) -> tuple[Message, ...]:
        """Stored; where that takes a receipt code, once it was tried, or hashed, outside the transaction."""
        work = partial(Work, context=self._context, now=now)
        try:
            return self._stored(incoming, parses, partial(work, hashes=NotYetHashed()), in_time)
        except Unhashed as needed:
            hashed = self._hashes.make(needed.code)
            replies = self._stored(
                incoming, parses, partial(work, hashes=Hashed({needed.code: hashed})), in_time
            )
            self._hashes.used(needed.code)
            return replies
        except ownership.Untried as untried:
            if in_time is not None and not in_time():
                # Nothing was tried, nothing is learnt by it, and who comes next need not wait for it.
                raise _TooLate from None
            tried = ownership.try_code(self._context, incoming.sender, untried, now)
            codes = {(untried.reference, untried.code): tried}
            return self._stored(incoming, parses, partial(work, codes=codes), in_time)

    def _stored(
        self,
        incoming: Incoming,
        parses: Parses,
        work: Callable[..., Work],
        in_time: Callable[[], bool] | None,
    ) -> tuple[Message, ...]:
        with self._context.database.transaction() as tx:
            replies = self._in(work(tx=tx), incoming, parses)
            if in_time is not None and not in_time():
                raise _TooLate
        return replies

    def _without_storage(self, incoming: Incoming, parses: Parses, now: datetime) -> tuple[Message, ...]:
        """The answer to a question, which needs nothing stored; nothing for whatever does."""
        if not isinstance(incoming.content, Said):
            return ()
        if self._context.paused:
            return (message(self._context, incoming),)
        # Whether a signed answer is in force still, only the database knows.
        world = replace(self._context.world, live=())
        turn = take_turn(self._new_session(), incoming, parses, world, now)
        return () if turn.commands or turn.session.draft else turn.replies

    def _kept_nowhere(self, incoming: Incoming, parses: Parses, now: datetime) -> tuple[Message, ...]:
        """What a check before posting shows: no database is asked, and not even the event is remembered."""
        if self._context.paused:
            return (message(self._context, incoming),)
        return take_turn(self._new_session(), incoming, parses, self._context.world, now).replies

    def _parse(self, incoming: Incoming) -> Parses:
        match incoming.content:
            case Said(text):
                return (self._engine.parse(words.question(text[:_LONGEST])),)
            case Submitted() as form:
                engine = self._local if keeps_nothing(form) else self._engine
                return tuple(engine.parse(text[:_LONGEST]) for text in prose(form))
        return ()

    def _in(self, work: Work, incoming: Incoming, parses: Parses) -> tuple[Message, ...]:
        sender = incoming.sender
        one_at_a_time(work.tx, self._context.vault, sender.platform, sender.user)
        event = (sender.platform, incoming.event_id)
        # Words that are kept twice are kept once: no trace of each of them is needed.
        typed = isinstance(incoming.content, Typed)
        if not (typed or first_time(work.tx, self._context.vault, event, work.now)):
            return ()
        standing.refresh(work)
        if isinstance(incoming.content, AccountGone):
            leavers.account_gone(work, sender)
            return ()
        return self._taken(work, incoming, parses)

    def _taken(self, work: Work, incoming: Incoming, parses: Parses) -> tuple[Message, ...]:
        """What an event that came for the first time leads to."""
        if stops(self._context, incoming):
            return (message(self._context, incoming),)
        if _is_roster_press(incoming) and incoming.private:
            return (roster.act(work, incoming),)
        if incoming.private and (act := capabilities.pressed(incoming.content)):
            return self._replied(work, incoming, parses, act)
        if questions.is_press(incoming) and incoming.private:
            return self._questioned(work, incoming, parses)
        if isinstance(incoming.content, Typed) and application.keep(work, incoming):
            return ()
        if _is_case_press(incoming) and incoming.private:
            return (case_presses.act(work, incoming),)
        return self._sent_before(work.tx, incoming, work.now) or self._turn(work, incoming, parses)

    def _replied(
        self,
        work: Work,
        incoming: Incoming,
        parses: Parses,
        act: Callable[[Work, Incoming], Message],
    ) -> tuple[Message, ...]:
        """What a press leads to that is about no case; the numbers first, where a form tells of danger."""
        turn = Turn(self._new_session(), (act(work, incoming),))
        if isinstance(incoming.content, Submitted):
            turn = read_for_danger(turn, incoming.content, parses, self._context.world, work.now)
        return turn.replies

    def _questioned(self, work: Work, incoming: Incoming, parses: Parses) -> tuple[Message, ...]:
        """What a press or a form of the list of open questions leads to."""
        shown = questions.act(work, incoming, parses)
        if any(message.once for message in shown):
            self._forget_question(work, incoming.sender)
        return shown

    def _forget_question(self, work: Work, sender: Sender) -> None:
        """Not even the last question may point to somebody who asked without a name; an open report stays."""
        owner = self._context.vault.blind("session", sender.platform, sender.user)
        session = self._session(work.tx, owner, work.now)
        if session is None or session.draft is None:
            forget_session(work.tx, owner)
            return
        kept = replace(session, last_topic="", last_frame={}, last_told="", clarifying=False)
        self._save(work, owner, kept)

    def _sent_before(self, tx: Transaction, incoming: Incoming, now: datetime) -> tuple[Message, ...]:
        """A second press of Send shows the receipt again: it must not look as if nothing had been sent."""
        content, world = incoming.content, replace(self._context.world, now=now)
        if not isinstance(content, Pressed) or content.action != "journey.send":
            return ()
        reference = submitted_before(tx, self._context.vault, StepChoice.parse(content.value).draft)
        if reference == "":
            return (after_send.received_before(world),)
        report = reference and report_by_reference(tx, self._context.vault, reference)
        if not report:
            return ()
        route = decide(world.playbook.rows, world.federation.roster, report.answers)
        mode = report.row.mode
        return (after_send.received(world, report.reference, mode, report.answers, route, duplicate=True),)

    def _turn(self, work: Work, incoming: Incoming, parses: Parses) -> tuple[Message, ...]:
        owner = self._context.vault.blind("session", incoming.sender.platform, incoming.sender.user)
        session = self._session(work.tx, owner, work.now)
        if session is None:
            forget_session(work.tx, owner)
            return lost_draft(self._new_session(), self._context.world).replies
        world = replace(self._context.world, concerned=self._not_to_phone(work, incoming, parses))
        turn = take_turn(session, incoming, parses, world, work.now)
        if self._gate.one_too_many(incoming, session, turn, work.now):
            return (after_send.wait(self._context.world),)
        try:
            done = [self._do(work, incoming, command) for command in turn.commands]
        except NotSent as refused:
            return (after_send.not_sent(self._context.world, refused.route),)
        self._keep(work, owner, session, turn)
        _count(work, turn)
        return (*_left_to_say(work, incoming, session, turn), *(_in_its_place(incoming, one) for one in done))

    def _not_to_phone(self, work: Work, incoming: Incoming, parses: Parses) -> frozenset[str]:
        """The roles that the report of this form concerns, where its turn may show whom to phone."""
        act, world = incoming.content, self._context.world
        if not isinstance(act, Submitted) or not act.action.startswith("report.") or not act.value:
            return frozenset()
        risks = act.fields.get("risk") or any(
            tells_of_danger(parse, world.policy, world.rules) for parse in parses
        )
        if not risks or act.action == "report.start":
            return frozenset()
        reference, code = CasePart.parse(act.value).reference, "".join(act.fields.get("code", ())[:1])
        return status.not_to_phone(work, incoming.sender, reference, clean_text(code))

    def _session(self, tx: Transaction, owner: str, now: datetime) -> Session | None:
        """The session as it was left, or a new one; None where one was left that cannot be read."""
        try:
            stored = load_session(tx, self._context.vault, owner, now)
        except KeyFault as fault:
            # Nobody may be kept from reporting until the old session expires.
            log.error("session_not_opened", reason=str(fault))
            return None
        return dialogue.restore(stored) if stored else self._new_session()

    def _new_session(self) -> Session:
        return Session(tokens=self._context.new_tokens())

    def _do(self, work: Work, incoming: Incoming, command: Command) -> Message:
        sender = incoming.sender
        match command:
            case SubmitReport():
                received = submit(work, sender, command)
                return self._receipt(command, received, work.now)
            case SendAlert():
                return self._alert(work, sender, command)
            case ShowStatus():
                return self._look_up(work, sender, command)
            case AddToReport():
                return status.add(work, sender, command)
            case AnswerCheckBack() | WithdrawReport() | MoveReport() | CopyReport() | Complain():
                return self._after(work, sender, command)
            case ListCases():
                return case_presses.list_cases(work, incoming)
            case ShowAudit():
                return auditing.show(work, sender, command)
            case _:
                return capabilities.SHOWN[type(command)](work, sender)

    def _look_up(self, work: Work, sender: Sender, command: ShowStatus) -> Message:
        if not command.reference:
            mine = status.status(work, sender, command)
            return mine if command.start else questions.with_own(work, sender, mine)
        card = questions.find(work, sender, command) or case_presses.case_asked_for(work, sender, command)
        return card or status.status(work, sender, command)

    def _alert(self, work: Work, sender: Sender, command: SendAlert) -> Message:
        context, world = self._context, replace(self._context.world, now=work.now)
        # The draft's own names are for the report: its alert is found again by a key of its own.
        # Nobody is told a code of it, so none is made: an alert does not wait for argon2.
        tokens = replace(context.new_tokens(), draft=f"{command.draft}.alert", code="")
        sent = submit(work, sender, SubmitReport(tokens, command.slots))
        found, slots = sent.reference, command.slots
        return after_send.alerted(world, found, slots, sent.route, again=sent.again, goes_on=command.goes_on)

    def _after(
        self,
        work: Work,
        sender: Sender,
        command: AddToReport | AnswerCheckBack | WithdrawReport | MoveReport | CopyReport | Complain,
    ) -> Message:
        match command:
            case AddToReport():
                return status.add(work, sender, command)
            case AnswerCheckBack():
                return check_back.answer(work, sender, command)
            case WithdrawReport():
                return withdrawal.withdraw(work, sender, command)
            case MoveReport():
                return misdirection.move(work, sender, command)
            case CopyReport():
                return status.own_copy(work, sender, command)
            case Complain():
                return complaint.complain(work, sender, command)

    def _receipt(self, command: SubmitReport, received: Received, now: datetime) -> Message:
        world = replace(self._context.world, now=now)
        return after_send.received(
            world,
            received.reference or command.tokens.reference,
            received.mode,
            command.slots,
            received.route,
            received.again,
        )

    def _keep(self, work: Work, owner: str, before: Session, turn: Turn) -> None:
        sent = [command for command in turn.commands if isinstance(command, SubmitReport)]
        if any(command.slots.get("mode") == (ANONYMOUS,) for command in sent):
            # Not even the last question asked may point to the reporter.
            forget_session(work.tx, owner)
            return
        session = turn.session
        if before.draft is not None and session.draft is None:
            # Sent or cancelled: an old button on another device must never fit the next draft.
            session = replace(session, tokens=self._context.new_tokens())
        if session != before:
            self._save(work, owner, session)

    def _save(self, work: Work, owner: str, session: Session) -> None:
        expires_at = work.now + timedelta(days=self._context.world.federation.session_days)
        save_session(work.tx, self._context.vault, owner, dialogue.dump(session), expires_at)


def _count(work: Work, turn: Turn) -> None:
    """One more question from this topic, in a term that has dates: of whom, and when, is kept nowhere."""
    if turn.topic and (term := term_of(work.context.world, work.now)):
        count_topic(work.tx, term.name, turn.topic)


def _left_to_say(work: Work, incoming: Incoming, session: Session, turn: Turn) -> tuple[Message, ...]:
    """What the door says itself; the answer to a question in a person's own chat is owed, and not lost.

    Nothing that shows a report, and nothing once somebody wants to be anonymous: a row would name them.
    """
    content, draft = incoming.content, session.draft
    if incoming.thread is None or not isinstance(content, Said) or not turn.replies:
        return turn.replies
    answer, *others = turn.replies
    unnamed = draft is not None and draft.slots.get("mode") == (ANONYMOUS,)
    asked = words.command(content.text) is None and not answer.replaces and not answer.ephemeral
    if unnamed or not asked or any(isinstance(block, Form) for block in answer.blocks):
        return turn.replies
    answers.owe(work, incoming.sender, incoming.thread, answer)
    return tuple(others)


def _in_its_place(incoming: Incoming, done: Message) -> Message:
    """What a form about a report that was sent led to, in the place of the form.

    Otherwise it would stay with all that was typed into it, to be sent once more. What a code opened is not
    kept where somebody else may open the chat.
    """
    act = incoming.content
    if not isinstance(act, Submitted) or any(isinstance(block, Form) for block in done.blocks):
        return done
    by_code = any(act.fields.get("code", ()))
    return replace(done, replaces=done.replaces or slot_of(act.action, act.value), once=done.once or by_code)


def _is_roster_press(incoming: Incoming) -> bool:
    content = incoming.content
    return isinstance(content, Pressed | Submitted) and content.action.startswith(roster.PREFIX)


def _is_case_press(incoming: Incoming) -> bool:
    content = incoming.content
    return isinstance(content, Pressed | Submitted) and content.action.startswith("case.")
