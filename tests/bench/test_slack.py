from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections import Counter, deque
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bench.slack import cost_table, headroom, ms, sustained
from bench.slack_cost import Cost
from bench.slack_load import Found, questions
from bench.slack_people import REPORT, Done, Log, answered_s, kinds
from bench.slack_places import cpu_s, machine
from bench.slack_staff import ACTS_OF_A_REPORT, MIXED, Mix, Staff

FINE = Found(50, 100, {"question": [0.01]}, [0.02], 0, 0, 0, 0.0, 0.5, 0.2, 0.01)


def asked(at: float, answer: str) -> Done:
    act: Any = SimpleNamespace(ack_s=0.01, ok=True)
    return Done("question", at, act, answer)


def call(method: str, at: float, **args: str) -> SimpleNamespace:
    return SimpleNamespace(method=method, at=at, args=args)


def test_the_mix_is_sent_in_its_shares() -> None:
    """Of twenty requests eleven are questions, one is a press below an answer, eight are acts of a report."""
    sent = Counter(itertools.islice(kinds(MIXED), 200))
    assert sent == {"question": 110, "feedback": 10, "report": 80}
    assert Counter(itertools.islice(kinds(Mix(1, 0, 0, 0)), 5)) == {"question": 5}


def test_the_mix_keeps_its_shares_at_another_rate() -> None:
    """Scaling changes the rate alone."""
    doubled = MIXED.scaled(100)
    assert doubled.rate == pytest.approx(100)
    assert doubled.report / doubled.question == pytest.approx(MIXED.report / MIXED.question)


def test_the_load_of_the_staff_can_be_checked_by_hand() -> None:
    """10,000 people: 0.03 questions a second in an ordinary peak hour, 17 requests a second at the worst."""
    worst = Staff().worst
    assert Staff().ordinary == pytest.approx(10_000 * 3 / 65 * 0.25 / 3600)
    assert worst.question == pytest.approx(10_000 * 0.25 * 2 / 600)
    assert worst.feedback == pytest.approx(worst.question / 2)
    assert worst.report == pytest.approx(100 / 3600 * ACTS_OF_A_REPORT)
    assert worst.rate == pytest.approx(17.2, abs=0.1)


def test_a_report_is_as_long_as_the_load_says() -> None:
    """The acts of a report are those that the staff's load counts: a command, presses and submissions."""
    assert Counter(sort for sort, _ in REPORT) == {"command": 1, "press": 12, "submission": 7}
    assert len(REPORT) == ACTS_OF_A_REPORT


def test_each_question_gets_its_own_answer() -> None:
    """An answer counts for the question before it; a question without one is counted as such."""
    log = Log([asked(1.0, "D1"), asked(2.0, "D1"), asked(1.0, "url"), asked(3.0, "D2")])
    calls = [
        call("chat.postMessage", 0.5, channel="D1"),
        call("chat.postMessage", 1.25, channel="D1"),
        call("chat.postMessage", 2.5, channel="D1"),
        call("response_url", 2.0, response_url="url"),
        call("users.info", 4.0, user="U1"),
    ]
    taken, without = answered_s(log, deque(calls))
    assert sorted(taken) == [0.25, 0.5, 1.0]
    assert without == 1


def test_sustained_means_in_time_without_errors_and_really_sent() -> None:
    """A rate counts only where it was sent in time, nothing failed and nobody waited more than 3 s."""
    runs = [
        FINE,
        replace(FINE, rate=75, answers=[4.0]),
        replace(FINE, rate=100, lag_s=2.0),
        replace(FINE, rate=125, errors=1),
        replace(FINE, rate=150, acks={"press": [3.1]}),
    ]
    assert "no error: 75 requests/s" in sustained(runs)
    assert "as well: 50 requests/s" in sustained(runs)
    assert "10.0 times as many" in headroom(Mix(5, 0, 0, 0), runs)


def test_costs_stand_beside_bolts() -> None:
    """The table's last column is the CPU time over that of the bare Bolt app."""
    made = [Cost("aiohttp", (1e-4,)), Cost("bolt", (4e-4, 5e-4, 9e-4)), Cost("signpost", (6e-4,))]
    rows = [line.split(" | ") for line in cost_table(made).splitlines()]
    assert [row[-1] for row in rows[2:]] == ["0.20 |", "1.00 |", "1.20 |"]
    assert ms([0.001, 0.001]) == "1 / 1 / 1"
    assert ms([]) == "–"


def test_questions_are_all_different() -> None:
    """There are enough for a run, no two the same, in the same order each time."""
    found = questions()
    assert len(set(found)) == len(found) > 10_000
    assert questions()[:5] == found[:5]


def test_cpu_time_of_another_process_is_read() -> None:
    """It grows with what the process does, and the machine's load is named."""
    busy = [sys.executable, "-c", "sum(range(10**7)); input()"]
    with subprocess.Popen(busy, stdin=subprocess.PIPE) as process:
        first = cpu_s(process.pid)
        assert first >= 0
        process.communicate(b"\n")
    assert cpu_s(os.getpid()) > 0
    assert "load average" in machine()
