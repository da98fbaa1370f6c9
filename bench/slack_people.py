"""People who ask, press and report through the test double, at a rate that does not wait for the server."""

from __future__ import annotations

import functools
import itertools
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.slack_staff import ACTS_OF_A_REPORT, Kind, Mix
from tests.acceptance.slack_office import Office
from tests.slack_double import Act, Channel, Person

ASKERS, REPORTERS, HANDS = 240, 60, 64
_HELPED = "That helped"
_FORM = "What happened?"
_WORDS = "I posted a photo of the Year 8 trip before I had asked the parents, number {}."
# How often the answer is changed before the report goes on.
_AGAIN = 6
REPORT: tuple[tuple[str, str], ...] = (
    ("command", "/report"),
    ("press", "No"),
    ("press", "Northgate School"),
    ("press", "I have made a mistake online"),
    *((("submission", _FORM), ("press", "Back")) * _AGAIN),
    ("submission", _FORM),
    ("press", "No"),
    ("press", "Named"),
    ("press", "Send"),
)
assert len(REPORT) == ACTS_OF_A_REPORT


@dataclass
class Done:
    """One act: what it was, when it was sent (the workspace's clock), and its acknowledgement."""

    kind: str
    at: float
    act: Act
    # Where its answer will stand: a response_url's id, or the id of a DM. "" where none is waited for.
    answer: str = ""


@dataclass
class Log:
    """What was sent. `missed`: acts for which nobody was ready; `lag_s`: how late the latest was sent."""

    done: list[Done] = field(default_factory=list)
    missed: int = 0
    lag_s: float = 0.0
    broken: int = 0


class Reporter:
    """Somebody who reports, step by step, each as soon as the one before is on their screen."""

    def __init__(self, person: Person, number: int) -> None:
        self._person = person
        self._number = number
        self._step = 0

    def is_ready(self) -> bool:
        """Whether the next step's button or form is there."""
        sort, label = REPORT[self._step]
        modal = self._person.modal
        if sort == "command":
            return modal is None or "Send" not in modal.buttons
        if modal is None:
            return False
        return label in (modal.buttons if sort == "press" else modal.fields)

    def act(self) -> tuple[str, Act]:
        """Take the next step."""
        sort, label = REPORT[self._step]
        self._step = (self._step + 1) % len(REPORT)
        self._number += 1
        if sort == "press":
            return sort, self._person.press(label, self._person.modal)
        if sort == "submission":
            self._person.fill(None, {_FORM: _WORDS.format(self._number)})
            return sort, self._person.submit()
        while self._person.modal is not None:
            self._person.close()
        return sort, self._person.slash(label)


class Crowd:
    """Everybody, and whose turn it is. `questions` are asked in order, none twice while they last."""

    def __init__(self, office: Office, questions: Sequence[str]) -> None:
        slack = office.slack
        self._office = office
        self._questions = itertools.cycle(questions)
        people = [slack.add_user(f"asker{number}") for number in range(ASKERS)]
        office.staffroom.members.update(person.id for person in people)
        # Those who use the command press what stands below their answers; the others only write.
        self._commanders, self._writers = deque(people[::2]), deque(people[1::2])
        self._asked: deque[Person] = deque(maxlen=ASKERS // 4)
        self._reporters = deque(
            Reporter(slack.add_user(f"reporter{number}"), number * 1000) for number in range(REPORTERS)
        )
        self._ways: Iterator[Callable[[str], Done]] = itertools.cycle(
            [self._command, self._write, self._command, self._write, self._mention]
        )

    def next_act(self, kind: Kind) -> Callable[[], Done] | None:
        """Somebody's next act of this kind; None where nobody is ready for it."""
        if kind == "question":
            way, question = next(self._ways), next(self._questions)
            return lambda: way(question)
        if kind == "home":
            person = self._next(self._writers)
            return lambda: self._done("home", person.open_home)
        return self._feedback() if kind == "feedback" else self._report()

    def _next(self, people: deque[Person]) -> Person:
        people.rotate(-1)
        return people[-1]

    def _done(self, kind: str, act: Callable[[], Act], answer: str = "") -> Done:
        at = self._office.slack.clock.now()
        return Done(kind, at, act(), answer)

    def _command(self, question: str) -> Done:
        person = self._next(self._commanders)
        done = self._done("question", lambda: person.slash("/policy", question, self._office.staffroom))
        done.answer = str(done.act.request.payload["response_url"]).partition("/response/")[2]
        self._asked.append(person)
        return done

    def _write(self, question: str) -> Done:
        person = self._next(self._writers)
        return self._done("question", lambda: person.dm(question), person.dm_channel.id)

    def _mention(self, question: str) -> Done:
        person, room = self._next(self._writers), self._office.staffroom
        return self._done("question", lambda: person.mention(room, question), person.dm_channel.id)

    def _feedback(self) -> Callable[[], Done] | None:
        room: Channel = self._office.staffroom
        while self._asked:
            person = self._asked.popleft()
            shown = [message for message in person.messages(room) if _HELPED in message.buttons]
            if shown:
                press = functools.partial(person.press, _HELPED, shown[-1])
                return functools.partial(self._done, "press", press)
        return None

    def _report(self) -> Callable[[], Done] | None:
        for _ in range(len(self._reporters)):
            reporter = self._reporters.popleft()
            if reporter.is_ready():
                return lambda: self._step(reporter)
            self._reporters.append(reporter)
        return None

    def _step(self, reporter: Reporter) -> Done:
        at = self._office.slack.clock.now()
        sort, act = reporter.act()
        self._reporters.append(reporter)
        return Done(sort, at, act)


def kinds(mix: Mix) -> Iterator[Kind]:
    """Kinds in the mix's shares, evenly spread."""
    shares: dict[Kind, float] = {
        "question": mix.question,
        "feedback": mix.feedback,
        "home": mix.home,
        "report": mix.report,
    }
    due: dict[Kind, float] = defaultdict(float)
    while True:
        for kind, share in shares.items():
            due[kind] += share / mix.rate
        chosen = max(due, key=lambda kind: due[kind])
        due[chosen] -= 1
        yield chosen


def drive(crowd: Crowd, mix: Mix, seconds: float) -> Log:
    """Send for so many seconds at the mix's rate, whether the acts before have been acknowledged or not."""
    log, wanted = Log(), kinds(mix)
    with ThreadPoolExecutor(HANDS, "hands") as hands:
        start = time.monotonic()
        for number in range(round(mix.rate * seconds)):
            due = start + number / mix.rate
            time.sleep(max(0.0, due - time.monotonic()))
            act = crowd.next_act(next(wanted))
            if act is None:
                log.missed += 1
            else:
                hands.submit(_one, log, act, due)
    return log


def _one(log: Log, act: Callable[[], Done], due: float) -> None:
    log.lag_s = max(log.lag_s, time.monotonic() - due)
    try:
        log.done.append(act())
    except Exception:
        # The double says what a person could not do: a form that was not there, a modal that was closed.
        log.broken += 1


def answered_s(log: Log, calls: Sequence[Any]) -> tuple[list[float], int]:
    """Seconds from each question to its answer, and how many have none. `calls`: of the Web API since."""
    places: dict[str, deque[float]] = defaultdict(deque)
    for call in calls:
        if call.method == "response_url":
            places[str(call.args["response_url"])].append(call.at)
        elif call.method == "chat.postMessage":
            places[str(call.args["channel"])].append(call.at)
    taken, without = list[float](), 0
    for done in sorted((one for one in log.done if one.answer), key=lambda one: one.at):
        there = places[done.answer]
        while there and there[0] < done.at:
            there.popleft()
        if there:
            taken.append(there.popleft() - done.at)
        else:
            without += 1
    return taken, without
