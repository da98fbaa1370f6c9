"""Members of staff who report one case after another, and begin again where they were told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.acceptance.slack_office import LOADING, reference_in
from tests.slack_double import Person, View
from tests.slack_double.acts import Act
from tests.slack_double.hands import ClientRefusesError

RECEIVED, NOT_SAVED, WAITING = "has been received", "NOT saved", "already have a report under way"
QUESTION = "Your question"
ADD, MORE = "Add more", "What would you like to add?"
_PATIENCE_S = 3.5
_POLL_S = 0.03
# What each kind presses, whichever step it finds itself at.
_WAYS = {
    "alert": ("Send the urgent alert", "Yes", "Send an urgent alert"),
    "question": (
        "Send",
        "Named",
        "None of these, I would like to ask",
        "I am not sure",
        "Northgate School",
        "No",
    ),
    "urgent": (
        "Send",
        "Named",
        "A question that the policy does not answer",
        "Northgate School",
        "I have called",
        "Yes",
    ),
}
KINDS = tuple(_WAYS)


@dataclass(frozen=True)
class Received:
    """What somebody was told is received: the reference, and what they had written with it."""

    reference: str
    kind: str
    reporter: str
    marker: str
    at: float


@dataclass
class Told:
    """What all of them were told. Only ever added to, by any thread."""

    received: list[Received] = field(default_factory=list)
    not_saved: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    begun_again: list[str] = field(default_factory=list)


class Reporter(threading.Thread):
    """One of them. `calm` says when another report may be begun; `ends` when no more are."""

    def __init__(
        self, person: Person, told: Told, seed: int, calm: Callable[[], bool], ends: threading.Event
    ) -> None:
        super().__init__(name=f"reporter-{person.name}", daemon=True)
        self._person = person
        self.told = told
        self._random = Random(seed)
        self._calm = calm
        self._ends = ends
        self._number = 0
        self._marker = ""
        self._gives_up = float("inf")

    def run(self) -> None:
        """Report until it ends; what is under way then is brought to its end."""
        while not self._ends.wait(self._random.uniform(0.1, 1.0)):
            if self._calm():
                self.report(self._random.choice(KINDS))

    def give_up_at(self, moment: float) -> None:
        """However it stands then."""
        self._gives_up = moment

    def report(self, kind: str, stop_at: str = "") -> str:
        """From `/report` until it is received: the reference. Or until a modal says `stop_at`; then ""."""
        while time.monotonic() < self._gives_up:
            view = self._person.modal
            if view is None:
                self._open()
            elif RECEIVED in view.words:
                return self._note(view, kind)
            elif stop_at and stop_at in view.words:
                break
            else:
                self._step(view, kind)
        return ""

    def _open(self) -> None:
        self._person.slash("/report")
        self._until(lambda: self._person.modal and LOADING not in self._person.modal.words)
        view = self._person.modal
        if view is not None and LOADING in view.words:
            # A modal that nobody ever filled: its process is dead.
            self._close()

    def _note(self, view: View, kind: str) -> str:
        reference = reference_in(view.words)
        found = Received(reference, kind, self._person.id, self._marker, time.time())
        self.told.received.append(found)
        if kind == "urgent":
            self._add_more(view)
        self._close()
        return reference

    def _add_more(self, view: View) -> None:
        """Something more, once: whether it was taken stands in the database."""
        try:
            self._person.press(ADD, view)
            self._until(lambda: self._person.modal and MORE in self._person.modal.fields)
            if self._person.modal is not None:
                self._person.fill(None, {MORE: f"{self._marker} and more"})
                self._person.submit()
        except (ClientRefusesError, AssertionError, KeyError):
            # The process died under their hands.
            return

    def _step(self, view: View, kind: str) -> None:
        before, saved = view.hash, NOT_SAVED not in view.words
        act = self._act(view, kind)
        if act is None:
            self._begin_again()
            return
        if act.status == 0:
            self.told.unanswered.append(self._person.id)
        self._until(lambda: self._person.modal is not view or view.hash != before)
        if saved and NOT_SAVED in view.words:
            self.told.not_saved.append(self._person.id)
        if act.status == 0 and view.hash == before:
            time.sleep(self._random.uniform(0.05, 0.4))

    def _act(self, view: View, kind: str) -> Act | None:
        """What a person does next there: the form, else the button that leads on. None at a loss."""
        try:
            if QUESTION in view.fields:
                self._person.fill(view, {QUESTION: self._marker})
                return self._person.submit(view)
            if WAITING in view.words:
                return self._person.press(
                    self._random.choice(("Go on with it", "Go on with it", "Cancel it")), view
                )
            label = next((label for label in (*_WAYS[kind], "Yes, cancel it") if label in view.buttons), "")
            if label in ("Yes", "No") or not self._marker:
                self._mark()
            return self._person.press(label, view) if label else None
        except (ClientRefusesError, AssertionError, KeyError):
            # The modal changed under their hands.
            return None

    def _mark(self) -> None:
        # The first question begins a draft: what is written in it stands in no other.
        self._number += 1
        self._marker = f"Marked {self._person.name} {self._number}"

    def _begin_again(self) -> None:
        self.told.begun_again.append(self._person.id)
        time.sleep(0.1)
        self._close()

    def _close(self) -> None:
        with self._person.slack.workspace.lock:
            self._person.slack.workspace.stacks[self._person.id] = []

    def _until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not holds() and time.monotonic() < deadline:
            time.sleep(_POLL_S)
