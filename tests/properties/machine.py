"""The product under any order of events, faults, deaths and jumps of the clock, and what must hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select, text

from bot.casework.context import Stand
from bot.delivery.sender import DeliveryFault, OutageFault, PassingFault, PermanentFault, UnclearFault
from bot.domain.notices import REPORTER
from bot.domain.turns import Content, Pressed, Submitted, Tokens
from bot.storage.schema import metadata, outbox, report_events, reports
from tests.people.test_roster import agree
from tests.properties.crew import Life, Loop, Platform, Process
from tests.properties.oracle import (
    AWAY,
    COVER,
    KINDS,
    PEOPLE_TOLD,
    PRESSING,
    REMINDED,
    STAGES,
    TELLING,
    Kind,
    wrong_closings,
    wrong_reminder,
)
from tests.support.desk import ADVICE, ASSESSED, CLOSING, START, Desk

_REPORTS = 3
# Three open cases with all their steps, and the reminders between them, come to more than a hundred.
_TURNS = 400
_KIND, _REPORTER = st.sampled_from(sorted(KINDS)), st.sampled_from(("ana", "joe"))
# Longer than any lease: anybody who stood still so long has lost what it held.
LEASE_OVER = timedelta(seconds=61)
_STOOD = (timedelta(), timedelta(seconds=5), LEASE_OVER)
# So long Send is known again, and no longer: what would tell is forgotten then, for who reported unnamed.
_REMEMBERED_S = timedelta(hours=24).total_seconds()
_FAULTS: dict[str, DeliveryFault] = {
    "passing": PassingFault("429", 40.0),
    "our own pace": PassingFault("500"),
    "unclear": UnclearFault("cut"),
    "permanent": PermanentFault("gone"),
    "outage": OutageFault("token revoked"),
}
_STAFF = ("farid", "grace", "eleanor", "dina", "maya", "beth", "ivan", "ana")
_REASON = "Looked into it at length."
_FORMS = {
    "case.assign": {"person": "grace"},
    "case.close": {"reason": _REASON, **CLOSING},
    "case.agree": {},
    "case.assess": ASSESSED,
    "case.advice": ADVICE,
    "case.reopen": {"reason": "More was reported since then."},
    "case.note": {"note": "Spoke to the office."},
}
# How two people close a case, one press after the other; any of them may be left out.
CLOSERS = ("dina", "eleanor", "lucy")
FLAWS = ("note", "assess", "advice", "details", "read")
_CLOSING = ("case.acknowledge", "case.details", "case.assess", "case.advice", "case.close")
_AGREEING = ("case.details", "case.agree")
_ACTIONS = ("case.acknowledge", "case.take", "case.details", *_FORMS)
# The keys, and the audit: nobody takes from it, and no two reports of it are one.
_KEPT = {"secrets", "audit"}


@dataclass
class Sent:
    """A report that was received, and the event that somebody may send again."""

    kind: Kind
    reporter: str
    tokens: Tokens
    reference: str
    at: float


@dataclass
class Seen:
    """What was found of a report the last time."""

    level: int = 0
    number: int = 0
    was_taken: bool = False
    ended: datetime | None = None


@dataclass
class World:
    """A product for many examples: each begins with an empty database."""

    desk: Desk
    done: Counter[str] = field(default_factory=Counter)

    def empty(self) -> None:
        with self.desk.product.database.transaction() as tx:
            for table in reversed(metadata.sorted_tables):
                if table.name not in _KEPT:
                    tx.execute(table.delete())
        current = self.desk.product.context.current
        current.stand = Stand(current.at_start)
        self.desk.now, self.desk.product.context.channel.reason = START, ""


class Machine(RuleBasedStateMachine):
    """One example: people, two processes of a worker, a platform, and time."""

    sent = Bundle("sent")
    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.world.empty()
        self.desk, self.done = self.world.desk, self.world.done
        self.loop = Loop()
        self.platform = Platform(context=self.desk.product.context, watcher=self.watch)
        self.reports: dict[str, Sent] = {}
        self.seen: dict[str, Seen] = {}
        self.ended: dict[str, str] = {}
        self.held: list[tuple[str, str, Content]] = []
        self.late: list[Process] = []
        self.process = Process(self.desk, self.platform, self.loop)
        self.events = 0
        self.waking = False
        self.wrong: list[str] = []
        # Whether somebody of the leadership team is away, and another one stands in.
        self.is_away = False
        # No reminder is of a moment that no clock has shown yet.
        self.latest = self.desk.now

    # What people do

    @initialize(target=sent, kind=_KIND, reporter=_REPORTER)
    def submit_first(self, kind: str, reporter: str) -> str:
        """Somebody reports."""
        return self._submit(kind, reporter)

    @rule(target=sent, kind=_KIND, reporter=_REPORTER)
    @precondition(lambda self: len(self.reports) < _REPORTS)
    def submit(self, kind: str, reporter: str) -> str:
        """Somebody else reports, or the same person again."""
        return self._submit(kind, reporter)

    def _submit(self, kind: str, reporter: str) -> str:
        number, at = len(self.reports) + 1, self.loop.passed
        tokens = Tokens(f"draft-{number}", f"FED-{number}{number}{number}{number}", "code")
        made = self.desk.report(reporter, tokens, **KINDS[kind].slots)
        self.reports[made.reference] = Sent(KINDS[kind], reporter, tokens, made.reference, at)
        self.seen[made.reference] = Seen()
        self.done["submit"] += 1
        return made.reference

    @rule(reference=sent)
    def send_again(self, reference: str) -> None:
        """The same Send arrives twice: it is one report."""
        again = self.reports[reference]
        if self.loop.passed - again.at > _REMEMBERED_S:
            return
        made = self.desk.report(again.reporter, again.tokens, **again.kind.slots)
        # Of who reported unnamed nothing is kept that leads to the report: its reference is theirs to keep.
        known = reference if again.kind.is_named else ""
        assert (made.reference, made.again) == (known, True), f"{reference}, sent again, is {made}"

    @rule(
        reference=sent,
        user=st.sampled_from(_STAFF),
        action=st.sampled_from(_ACTIONS),
        how=st.sampled_from(("once", "twice", "later")),
    )
    def act(self, reference: str, user: str, action: str, how: str) -> None:
        """Somebody presses a button or sends a form; it arrives once, twice, or after what came later."""
        self.events += 1
        content = self._content(action, reference)
        event = (f"event-{self.events}", user, content)
        if how != "once":
            self.held.append(event)
        if how != "later":
            self._arrive(event)

    @rule(
        reference=sent,
        closer=st.sampled_from(CLOSERS),
        second=st.sampled_from(CLOSERS),
        flaw=st.sampled_from(("", *FLAWS)),
    )
    def close_by_two(self, reference: str, closer: str, second: str, flaw: str) -> None:
        """One closes a case, or asks for it, and another one agrees; one thing of it may be wrong."""
        presses = [(closer, action) for action in _CLOSING] + [(second, action) for action in _AGREEING]
        left_out = (second, "case.details") if flaw == "read" else (closer, f"case.{flaw}")
        kept = [press for press in presses if press != left_out]
        if flaw == "note":
            kept.insert(-1, (closer, "case.note"))
        for user, action in kept:
            self.events += 1
            self._arrive((f"event-{self.events}", user, self._content(action, reference)))

    @rule()
    @precondition(lambda self: not self.is_away)
    def go_away(self) -> None:
        """One of the leadership team is away from now on, and somebody stands in, as two people agree."""
        self._pass(timedelta(minutes=1))
        start, end = (f"{self.desk.now + timedelta(days=days):%Y-%m-%dT%H:%M}" for days in (0, 80))
        agree(self.desk, "absent", person=AWAY, to=COVER, start=start, end=end)
        self.is_away, self.latest = True, max(self.latest, self.desk.now)
        self.done["away"] += 1

    @rule(which=st.integers(min_value=0, max_value=9))
    @precondition(lambda self: self.held)
    def held_event(self, which: int) -> None:
        """What was on its way arrives."""
        self._arrive(self.held.pop(which % len(self.held)))

    def _content(self, action: str, reference: str) -> Content:
        if action not in _FORMS:
            return Pressed(action, reference)
        fields = {**_FORMS[action], "outcome": self.reports[reference].kind.outcome}
        return Submitted(action, reference, {name: (value,) for name, value in fields.items()})

    def _arrive(self, event: tuple[str, str, Content]) -> None:
        event_id, user, content = event
        self.desk.send(user, content, event_id)
        self.done["press"] += 1

    # What the worker does

    @rule()
    def turn(self) -> None:
        """One whole turn."""
        self._turn(self.process)

    def _turn(self, process: Process) -> int:
        process.begin()
        return process.end()

    @rule(step=st.integers(min_value=1, max_value=14))
    def die(self, step: int) -> None:
        """The process is killed between two steps, and started again."""
        # What it has worked for stands in its memory: a new one looks for all that is older than itself.
        self.process.life.ends(dies_at=step)
        self._turn(self.process)
        self.process = Process(self.desk, self.platform, self.loop)
        self.done["die"] += 1

    @rule(step=st.integers(min_value=3, max_value=14), back=st.booleans(), stood=st.sampled_from(_STOOD))
    @precondition(lambda self: not self.late)
    def stand_still(self, step: int, back: bool, stood: timedelta) -> None:
        """A process is stopped, another works meanwhile, and it is back, perhaps late, or not.

        Within its lease only where there may be two processes; else the other one took over.
        """
        slow = self.process
        slow.life.ends(stops_at=step)
        slow.begin()
        self._pass(stood if self.desk.product.database.is_shared else LEASE_OVER)
        self.process = Process(self.desk, self.platform, self.loop)
        self._turn(self.process)
        if slow.life.stands_still:
            self.done["stand still"] += 1
            self.late.append(slow)
            if back:
                self.come_back()

    @rule(target=sent, kind=_KIND, reporter=_REPORTER, step=st.integers(min_value=8, max_value=18))
    @precondition(lambda self: self.desk.product.database.is_shared and len(self.reports) < _REPORTS)
    def between_two(self, kind: str, reporter: str, step: int) -> str:
        """While one worker is about to tell of a new report somebody takes it, and another one works too."""
        reference = self._submit(kind, reporter)
        first = Process(self.desk, self.platform, self.loop, Life(stops_at=step))
        first.begin()
        for user in ("farid", "dina"):
            self.events += 1
            self._arrive((f"event-{self.events}", user, Pressed("case.acknowledge", reference)))
        self._turn(self.process)
        self.waking = True
        first.wake()
        first.end()
        self.waking = False
        return reference

    @rule()
    @precondition(lambda self: self.late)
    def come_back(self) -> None:
        """It goes on where it stood still, with a lease that ended long ago."""
        slow = self.late.pop()
        self.waking = True
        slow.wake()
        slow.end()
        self.waking = False

    # What goes wrong

    @rule(fault=st.sampled_from(sorted(_FAULTS)), count=st.integers(min_value=1, max_value=3))
    def fail_before(self, fault: str, count: int) -> None:
        """The platform takes none of the next messages."""
        self.platform.faults = [_FAULTS[fault]] * count
        self.done[fault] += 1

    @rule()
    def fail_after(self) -> None:
        """The platform takes the next message, and nobody hears of it."""
        self.platform.faults_after = [UnclearFault("cut")]

    @rule(who=st.sampled_from(("flt", "dina", "farid")), fault=st.sampled_from(("permanent", "outage")))
    def refuse(self, who: str, fault: str) -> None:
        """A conversation takes nothing until further notice."""
        self.platform.refuses[who] = _FAULTS[fault]

    @rule()
    def heal(self) -> None:
        """All goes well again."""
        self._heal()

    @rule(reason=st.sampled_from(("", "a guest is in it")))
    def withhold(self, reason: str) -> None:
        """The FLT's channel is not private enough, or is so again."""
        self.desk.product.context.channel.reason = reason

    def _heal(self) -> None:
        self.platform.faults, self.platform.faults_after = [], []
        self.platform.refuses.clear()
        self.desk.product.context.channel.reason = ""

    # Time

    @rule(passed=st.sampled_from((timedelta(seconds=3), timedelta(seconds=61), timedelta(minutes=11))))
    def soon(self, passed: timedelta) -> None:
        """A little time passes."""
        self._pass(passed)

    @rule(passed=st.sampled_from((timedelta(hours=1), timedelta(hours=5), timedelta(hours=63))))
    def much_later(self, passed: timedelta) -> None:
        """An hour, half a day, a weekend."""
        self._pass(passed)

    @rule(back=st.sampled_from((timedelta(seconds=5), timedelta(hours=1))))
    def clock_put_back(self, back: timedelta) -> None:
        """The clock is put back; time itself goes on."""
        self.desk.now -= back
        self.done["clock put back"] += 1

    def _pass(self, passed: timedelta) -> None:
        self.desk.now += passed
        self.latest = max(self.latest, self.desk.now)
        self.loop.passed += passed.total_seconds()

    # What must hold

    def watch(self, conversation: str, key: str) -> None:
        """At the moment when somebody sees something new."""
        kind, report_id = key.split(":")[:2]
        if kind in PEOPLE_TOLD:
            # About no single report: the person that the key ends with is told, once.
            if conversation not in PEOPLE_TOLD[kind] or not key.endswith(f":{conversation}"):
                self.wrong.append(f"{conversation} was told {key}")
            if self.platform.is_double(conversation, key):
                self.wrong.append(f"{conversation} saw {key} twice")
            return
        row = self._report(report_id)
        known = self.reports[row.reference]
        may_see = known.kind.may_know | ({known.reporter} if known.kind.is_named else set())
        may_see |= self._covers(known.kind.may_know)
        wrong = {
            f"{conversation} was told of {row.reference}": conversation not in may_see,
            f"{key} although somebody has the case": kind in PRESSING
            and row.stage not in STAGES
            and not self.waking,
            f"{conversation} was shown a {kind}": conversation == known.reporter and kind in TELLING,
            f"{conversation} saw {key} twice": self.platform.is_double(conversation, key),
        }
        self.wrong += [what for what, is_wrong in wrong.items() if is_wrong]
        if kind == "reminder":
            self._watch_reminder(conversation, key, row)

    def _watch_reminder(self, conversation: str, key: str, row: Any) -> None:
        """Of a moment that has come, in its measure, and to nobody who is not to be reminded."""
        self.done["reminded"] += 1
        name = next(name for name, kind in KINDS.items() if kind is self.reports[row.reference].kind)
        slot = datetime.strptime(key.split(":not ")[0].rpartition(":")[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        ended = self.seen[row.reference].ended
        wrong = {
            "comes early": slot > self.latest,
            "goes to somebody else": conversation
            not in REMINDED[name] | {"eleanor", *KINDS[name].ladder} | self._covers(REMINDED[name]),
            wrong_reminder(row.urgent, slot, row.received_at, ended): True,
            "comes at night": not row.urgent and not self.waking and not self._is_working_time(),
        }
        self.wrong += [f"{conversation}: {key} {what}" for what, holds in wrong.items() if what and holds]

    def _covers(self, people: frozenset[str]) -> set[str]:
        """The cover of one of these."""
        return {COVER} if self.is_away and AWAY in people else set()

    def _is_working_time(self) -> bool:
        working = self.desk.product.context.world.federation.working_time
        return working.half_day_at(self.desk.now) is not None

    def _report(self, report_id: str) -> Any:
        with self.desk.product.database.transaction() as tx:
            return tx.execute(select(reports).where(reports.c.id == report_id)).one()

    @invariant()
    def holds(self) -> None:
        """After each step."""
        assert not self.wrong, self.wrong
        with self.desk.product.database.transaction() as tx:
            rows = tx.execute(select(outbox)).all()
            found = tx.execute(select(reports)).all()
            events = tx.execute(select(report_events).order_by(report_events.c.number)).all()
        for row in rows:
            assert self.ended.get(row.id, row.state) == row.state, f"{row.key} was {self.ended[row.id]}"
            if row.state in ("sent", "dead"):
                self.ended[row.id] = row.state
        assert {row.reference for row in found} == set(self.reports)
        for row in found:
            self._holds_for(row, rows, [event for event in events if event.report_id == row.id])

    def _holds_for(self, row: Any, rows: Any, events: list[Any]) -> None:
        before, known = self.seen[row.reference], self.reports[row.reference]
        assert row.level >= before.level, "the ladder was climbed down"
        assert [event.number for event in events] == list(range(1, len(events) + 1))
        taken = [event.number for event in events if event.event in ("acknowledge", "assign")]
        pressing = [event.number for event in events if event.event == "deadline"]
        assert not taken or not pressing or max(pressing) < min(taken), "climbed after the acknowledgement"
        assert bool(taken) == (row.stage not in STAGES)
        wrong = wrong_closings(known.kind, [(event.event, event.actor) for event in events])
        assert not wrong, wrong
        self.done["agreed"] += sum(event.event == "agree" for event in events)
        before.level, before.was_taken = row.level, bool(taken)
        if row.due_at is None and row.stage in STAGES and before.ended is None:
            before.ended = self.desk.now
        if not known.kind.is_named:
            assert row.sealed_reporter is None
            assert row.reporter_hmac is None
            assert not [item for item in rows if item.report_id == row.id and item.recipient == REPORTER]

    def teardown(self) -> None:
        """Nothing goes wrong any more, and all that is owed is told."""
        try:
            self._heal()
            while self.late:
                self.come_back()
            self._drain()
            self.holds()
            self._all_is_told()
            self._all_are_reminded()
        finally:
            self._close()

    def _close(self) -> None:
        for slow in self.late:
            assert slow.turn is not None
            slow.turn.cancel()
        self.loop.turns()
        self.loop.close()

    def _drain(self) -> None:
        for _ in range(_TURNS):
            if not self._turn(self.process) and not self._next_moment():
                return
        raise AssertionError(f"something is owed for ever: {self._owed()}")

    def _next_moment(self) -> bool:
        """On to when something is due next; False where nothing ever is."""
        with self.desk.product.database.transaction() as tx:
            waiting = outbox.c.state.in_(("pending", "sending"))
            moments = [row.due_at for row in tx.execute(select(outbox.c.due_at).where(waiting))]
            # Reminders go on until somebody has the case; the ladder ends.
            moments += tx.scalars(select(reports.c.due_at).where(reports.c.due_at.is_not(None)))
        if not moments:
            return False
        self._pass(max(min(moments) - self.desk.now, timedelta(seconds=61)))
        return True

    def _owed(self) -> list[str]:
        with self.desk.product.database.transaction() as tx:
            waiting = text("SELECT key, state, fault FROM outbox WHERE state NOT IN ('sent', 'dead')")
            return [str(tuple(row)) for row in tx.execute(waiting)]

    def _all_is_told(self) -> None:
        assert self._owed() == []
        with self.desk.product.database.transaction() as tx:
            rows = tx.execute(select(outbox)).all()
            found = tx.execute(select(reports)).all()
        for row in found:
            mine = [item for item in rows if item.report_id == row.id]
            dead = {str(item.recipient) for item in mine if item.state == "dead"}
            told = {who for who, key in self.platform.taken if key.split(":")[1] == row.id}
            self._is_told(row, told, dead)

    def _all_are_reminded(self) -> None:
        """Anybody who has a case that nobody has taken is reminded of it on the next working day."""
        half_days = self.desk.product.context.world.federation.working_time.half_days_from(self.desk.now)
        # What was refused for good is tried again by then.
        begins = [next(half_days)[0] for _ in range(3)][-1]
        self._pass(begins - self.desk.now + timedelta(seconds=61))
        for _ in range(_TURNS):
            if not self._turn(self.process):
                break
        self.holds()
        with self.desk.product.database.transaction() as tx:
            waiting = tx.execute(select(reports).where(reports.c.stage == "delivered")).all()
        for row in waiting:
            [name] = [name for name, kind in KINDS.items() if kind is self.reports[row.reference].kind]
            mine = {who for who, key in self.platform.taken if key.startswith(f"reminder:{row.id}:")}
            wanted = REMINDED[name] | self._covers(REMINDED[name])
            assert wanted <= mine, f"never reminded: {wanted - mine}"
            self.done["all reminded"] += 1

    def _is_told(self, row: Any, told: set[str], dead: set[str]) -> None:
        known = self.reports[row.reference]
        first = {*known.kind.first, *((known.reporter,) if known.kind.is_named else ())}
        missing = [who for who in sorted(first - told) if not dead & _recipients(who)]
        assert not missing, f"never told: {missing}"
        if row.stage not in STAGES:
            self.done["taken"] += 1
            return
        # A step that would come to somebody away comes to another one of the team.
        instead = self.is_away and bool(told & {COVER, "grace", "tom"})
        reached = told | ({AWAY} if instead else set())
        missing = [who for who in known.kind.ladder if who not in reached and not dead & _recipients(who)]
        assert not missing, f"the ladder never reached {missing}"
        if known.kind.is_named and not told & known.kind.may_know:
            assert known.reporter in told, "nobody was told, and the reporter neither"


def _recipients(conversation: str) -> set[str]:
    """How the outbox may name anybody who reads a conversation."""
    return {"flt_channel"} if conversation == "flt" else {f"person:{conversation}", "reporter"}
