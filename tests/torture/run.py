"""One run: a workspace, a house, people, bad weather and a reaper; then calm, and the verdict."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.acceptance.slack_office import environment_of, settle
from tests.slack_double import Channel, SlackDouble
from tests.slack_double.acts import Act, Outgoing
from tests.support.postgres import Cluster
from tests.torture.cases import stored
from tests.torture.covers import be_away
from tests.torture.house import House
from tests.torture.leaders import Leader
from tests.torture.memory import Memory, told
from tests.torture.reading import read
from tests.torture.reaper import Reaper
from tests.torture.staff import Reporter, Told
from tests.torture.verdict import TARGETS, Judge, Verdict, utc_now
from tests.torture.weather import Weather

#: Those who read cards and press on them, each in front of one conversation; "" for the direct messages.
READERS = (("farid", "flt"), ("grace", "flt"), ("dina", ""), ("lucy", ""))
DRAIN_S = 300.0
_OPEN = "SELECT count(*) FROM reports WHERE stage IN ('submitted', 'delivered')"
_CLIMBING = f"{_OPEN} AND due_at IS NOT NULL AND urgent"
_KEPT_CALLS = 200
# What must never stand in a log: a bug that was met, or the narrative itself.
BROKEN = (
    "event_broken",
    "notice_broken",
    "ladder_broken",
    "worker_died",
    "turn_failed",
    "work_failed",
    "Traceback",
)


@dataclass(frozen=True)
class Plan:
    """What to do. Seconds between two messages to a conversation (`pace`): Slack's is one."""

    database: str = "sqlite"
    kills: int = 50
    minutes: float = 0.0
    seed: int = 1
    staff: int = 8
    weather: bool = True
    # Whether Slack answers in ways that nobody has described, too.
    odd: bool = False
    # Whether the same request comes twice now and then.
    copies: bool = True
    pace: float = 0.1
    most_waiting: int = 200
    # What is not acknowledged at the end is left to its timers, or taken so that none is waited for.
    wait_for_timers: bool = True


# Among so many reports some are left to their timers.
_ENOUGH = 30


class Platform(SlackDouble):
    """The double, where now and then the same request comes twice, at the same moment."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._random = Random(plan.seed)
        self._copies = plan.copies
        self.copies = 0

    def deliver(self, request: Outgoing, start: int | None = None, silent: bool = False) -> Act:
        """Send it, and in one of fifteen cases a copy beside it."""
        again = self._copies and request.sort == "interactive" and not request.retry
        if again and self._random.randrange(15) == 0:
            self.copies += 1
            copy = Outgoing(request.sort, request.payload, 1, "twice")
            threading.Thread(target=super().deliver, args=(copy,), daemon=True).start()
        return super().deliver(request, start, silent)


@dataclass
class Result:
    """What came of it."""

    plan: Plan
    verdict: Verdict
    numbers: dict[str, Any]
    broken: list[str]

    @property
    def ok(self) -> bool:
        """Whether nothing that must not be was found."""
        return not self.verdict.faults and not self.broken and not self.numbers["deadlocks"]

    def json(self) -> dict[str, Any]:
        """All of it, for a machine."""
        return {**asdict(self.plan), **self.numbers, "faults": self.verdict.faults, "broken": self.broken}


@contextmanager
def workspace(folder: Path, plan: Plan, cluster: Cluster | None) -> Iterator[tuple[Platform, Channel, House]]:
    """A workspace with its people, and the processes behind it, all started."""
    with ExitStack() as ending:
        slack = ending.enter_context(Platform(plan))
        # Who is killed acknowledges nothing: what comes of it is what is looked at.
        ending.callback(slack.late_acks.clear)
        slack.rates.interval_s = 0
        flt = settle(slack, [f"staff{number}" for number in range(plan.staff)])
        targets = {"urgent": list(TARGETS), "standard": ["5 days", "10 days"]}
        environment = environment_of(folder, slack, flt, targets=targets)
        url = ending.enter_context(cluster.new_database()) if cluster else ""
        house = ending.enter_context(House(folder, environment, url))
        house.more = {"pace": plan.pace}
        slack.app_urls = house.doors
        house.start_all()
        be_away(house.url, house.keys)
        yield slack, flt, house


def torture(folder: Path, plan: Plan, cluster: Cluster | None, say: Callable[[str], None]) -> Result:
    """Kill as planned, wait until all is calm, and judge."""
    began = time.monotonic()
    with workspace(folder, plan, cluster) as (slack, flt, house):
        people = People(slack, flt, house, plan)
        reaper = Reaper(house, cluster, plan.seed, say, lambda: len(people.told.received))
        people.start()
        memory = Memory(house, folder / "memory.jsonl", people.ended)
        memory.start()
        reaper.kill(plan.kills)
        while time.monotonic() - began < 60 * plan.minutes:
            time.sleep(1.0)
        busy = time.monotonic() - began
        say("calm")
        left = people.calm_down()
        reaper.count_deadlocks()
        died = house.died()
        silenced = house.silenced()
        house.stop()
        judge = Judge(slack, flt, people.told, read(slack), utc_now())
        verdict = judge.judge(stored(house.url, house.keys))
        verdict.lost += [f"{left} messages are owed still"] if left else []
        verdict.silenced += silenced
        numbers = _numbers(verdict, reaper, people, slack)
        if plan.minutes:
            numbers["memory"] = told(memory.samples)
        numbers |= {"kills_s": round(busy, 1), "duration_s": round(time.monotonic() - began, 1)}
        return Result(plan, verdict, numbers, broken(house) + died + _unseen(plan, verdict))


def _unseen(plan: Plan, verdict: Verdict) -> list[str]:
    """What a run that waits for timers would say of them without having seen one."""
    waits = plan.wait_for_timers and verdict.received >= _ENOUGH
    return ["no timer was seen: nothing is known of them"] if waits and not verdict.timers else []


def broken(house: House) -> list[str]:
    """The lines of the logs that tell of a bug, or hold what somebody wrote."""
    lines = house.words_of_logs().splitlines()
    return [line[:500] for line in lines if any(word in line for word in (*BROKEN, "Marked "))]


class People:
    """Everybody who acts while processes die, and the weather."""

    def __init__(self, slack: Platform, flt: Channel, house: House, plan: Plan) -> None:
        self._slack, self._house, self._plan = slack, house, plan
        self.told = Told()
        self.ended = threading.Event()
        self._reports_end, self._end, self._everything = (threading.Event() for _ in range(3))
        self._waiting = 0
        self.weather = Weather(slack, plan.seed, self._reports_end, odd=plan.odd)
        self._staff = [
            Reporter(slack.user(f"staff{n}"), self.told, plan.seed * 100 + n, self._calm, self._reports_end)
            for n in range(plan.staff)
        ]
        self._leaders = [
            Leader(person, flt if place else slack.dm_of(person), plan.seed + n, self._end, self._everything)
            for n, (name, place) in enumerate(READERS)
            for person in [slack.user(name)]
        ]
        self._look = threading.Thread(target=self._look_at_it, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._look.start()
        if self._plan.weather:
            self.weather.start()
        for person in (*self._staff, *self._leaders):
            person.start()

    def _calm(self) -> bool:
        return self._waiting < self._plan.most_waiting

    def _look_at_it(self) -> None:
        """How much is owed, and forget what nobody will ask for: a long run makes a million calls."""
        while not self._end.wait(1.0):
            with self._slack.workspace.lock:
                del self._slack.calls[:-_KEPT_CALLS]
                del self._slack.acts[:-_KEPT_CALLS]
                del self._slack.late_acks[:]
            try:
                self._waiting = self._house.waiting()
            except Exception:  # the database is being restarted, or locked
                continue

    def calm_down(self) -> int:
        """No more faults, no more reports: wait until nothing is owed. What is left after five minutes."""
        ends = time.monotonic() + DRAIN_S
        self.ended.set()
        self._reports_end.set()
        self._slack.faults.clear()
        self._house.start_all()
        if not self._plan.wait_for_timers:
            self._everything.set()
        for person in self._staff:
            person.give_up_at(time.monotonic() + 60)
        for person in self._staff:
            person.join(90)
        while self._house.ask(_CLIMBING)[0][0] and not self._everything.is_set() and time.monotonic() < ends:
            time.sleep(0.5)
        # Anybody who has nobody is reminded for ever: only what somebody has is owed nothing in the end.
        self._everything.set()
        while (left := self._owed()) and time.monotonic() < ends:
            time.sleep(0.5)
        self._end.set()
        for leader in self._leaders:
            leader.join(10)
        return left

    def _owed(self) -> int:
        """Messages that are still to come, and cases that nobody has; twice in a row nothing is nothing."""
        left = self._left()
        if left == 0:
            time.sleep(2.0)
            left = self._left()
        return left

    def _left(self) -> int:
        return self._house.waiting() + int(self._house.ask(_OPEN)[0][0])


def _numbers(verdict: Verdict, reaper: Reaper, people: People, slack: Platform) -> dict[str, Any]:
    told = people.told
    return {
        "kills": reaper.kills,
        "cold starts": reaper.colds,
        "database restarts": reaper.restarts,
        "received": verdict.received,
        "stored": verdict.stored,
        "delivered": verdict.delivered,
        "messages": read(slack).posts,
        "lost": len(verdict.lost),
        "seen twice": len(verdict.twice),
        "wrong recipients": len(verdict.wrong),
        "silenced": len(verdict.silenced),
        "timers": verdict.timers,
        "reminders": verdict.reminders,
        "notices to a cover": verdict.covered,
        "early timers": len(verdict.early),
        "lost timers": len(verdict.timers_lost),
        "stale cards": len(verdict.stale),
        "late p50 s": round(verdict.percentile(0.50), 2),
        "late p99 s": round(verdict.percentile(0.99), 2),
        "deadlocks": reaper.deadlocks,
        "told not saved": len(told.not_saved),
        "unanswered acts": len(told.unanswered),
        "requests sent twice": slack.copies,
        "troubles": sum(people.weather.seen.values()),
        "odd answers": sum(people.weather.seen[kind] for kind in ("odd", "codes", "moved")),
    }
