"""What 10,000 staff ask of Signpost at the worst time that we can think of, and how that is worked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["question", "feedback", "home", "report"]
# One report from /report to its receipt, as `slack_people.py` goes through it: requests that Slack makes.
ACTS_OF_A_REPORT = 20


@dataclass(frozen=True)
class Mix:
    """How many requests a second of each kind; `report` counts each act of a report."""

    question: float
    feedback: float
    home: float
    report: float

    @property
    def rate(self) -> float:
        """Requests a second, all kinds together."""
        return self.question + self.feedback + self.home + self.report

    def scaled(self, rate: float) -> Mix:
        """The same shares at another rate."""
        by = rate / self.rate
        return Mix(self.question * by, self.feedback * by, self.home * by, self.report * by)


# 55 % questions, 5 % presses below an answer, 40 % acts of people who are in the middle of a report.
MIXED = Mix(question=27.5, feedback=2.5, home=0, report=20)


@dataclass(frozen=True)
class Staff:
    """Assumptions, each on the high side, about a Federation's staff."""

    people: int = 10_000
    # An ordinary term.
    questions_a_term: float = 3
    days_a_term: int = 65
    share_of_the_peak_hour: float = 0.25
    # The training day on which all of them are shown Signpost and told to try it.
    questions_on_the_day: float = 2
    homes_opened_on_the_day: float = 1
    share_of_the_peak_ten_minutes: float = 0.25
    feedback_for_each_question: float = 0.5
    # And on that very day, within an hour, one in a hundred reports the same fake account.
    reports_in_the_hour: float = 0.01

    @property
    def ordinary(self) -> float:
        """Questions a second in the peak hour of an ordinary day."""
        a_day = self.people * self.questions_a_term / self.days_a_term
        return a_day * self.share_of_the_peak_hour / 3600

    @property
    def worst(self) -> Mix:
        """Requests a second in the worst ten minutes: the training day, and the incident on top of it."""
        busy = self.people * self.share_of_the_peak_ten_minutes / 600
        question = busy * self.questions_on_the_day
        reports = self.people * self.reports_in_the_hour / 3600
        return Mix(
            question=question,
            feedback=question * self.feedback_for_each_question,
            home=busy * self.homes_opened_on_the_day,
            report=reports * ACTS_OF_A_REPORT,
        )
