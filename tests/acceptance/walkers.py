"""Somebody who reports on any channel: reads what is shown, presses and fills in, step by step.

What differs from channel to channel is how the screen is read and touched; the way through a journey is one.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from bot.content.journeys import FieldRecord
from bot.content.playbook import load_playbook
from bot.content.policy_load import load_policy
from tests.acceptance.reporting import Caller
from tests.acceptance.server import ROOT, Server

NAVIGATION = ("Back", "Save for later", "Hide", "Cancel", "Urgent alert")
# What is pressed where nothing else is wanted, the first that is there.
ORDINARY = ("Continue", "No", "Neither", "Not sure", "I found it", "I don't know")
OFFERED = "Add: "
RECEIPT = "Type the receipt code here"
MOMENT = datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001 - as it is typed into a form
# Where the terminal asks for the first field of a form.
_FORM = "(Enter skips a field, a full stop leaves the form)"
Filled = Mapping[str, str | datetime]


@dataclass(frozen=True)
class Asked:
    """A field on the screen: what it is called, and the labels to choose from."""

    label: str
    options: tuple[str, ...] = ()
    required: bool = True


class Walker(ABC):
    """One person on one channel. `words` is what they read last."""

    @property
    @abstractmethod
    def words(self) -> str: ...

    @abstractmethod
    def say(self, command: str) -> None: ...

    @abstractmethod
    def buttons(self) -> list[str]: ...

    @abstractmethod
    def asked(self) -> list[Asked]: ...

    @abstractmethod
    def press(self, label: str) -> None: ...

    @abstractmethod
    def fill(self, values: Filled) -> None: ...

    def find(self, pattern: str) -> str:
        """What matches on the screen."""
        found = re.search(pattern, self.words)
        assert found, f"no {pattern} in: {self.words}"
        return found.group()


@dataclass(frozen=True)
class Sent:
    """A report that was received; the code is "" where it is not anonymous."""

    reference: str
    code: str
    # Every marked word that was written into it.
    written: frozenset[str]


@cache
def _fields() -> dict[str, FieldRecord]:
    folder = ROOT / "policy_kb"
    playbook = load_playbook(folder, load_policy(folder / "social-media"))
    return {field.label: field for step in playbook.steps.values() for field in step.fields}


def report(person: Walker, *wanted: str, mark: Callable[[str], str]) -> Sent:
    """A report to its receipt: wanted buttons first, and a marked word (by label) in every text field."""
    person.say("report")
    code, written = "", set[str]()
    for _ in range(40):
        asked = person.asked()
        if more := [label for label in person.buttons() if label.startswith(OFFERED)]:
            # What the review offers is filled in too.
            person.press(more[0])
            continue
        if "Send" in person.buttons():
            person.press("Send")
            return Sent(person.find(r"FED-[0-9A-Z]{4}"), code, frozenset(written))
        if RECEIPT in [field.label for field in asked]:
            code = person.find(r"(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}")
        if asked:
            values = {field.label: _value(field, code, mark) for field in asked}
            written |= {value for value in values.values() if isinstance(value, str)}
            written -= {"", code, *(option for field in asked for option in field.options)}
            person.fill(values)
        else:
            person.press(_chosen(person.buttons(), wanted))
    raise AssertionError(f"never came to Send: {person.words}")


def _value(asked: Asked, code: str, mark: Callable[[str], str]) -> str | datetime:
    if asked.label == RECEIPT:
        return code
    kind = _fields()[asked.label].kind if asked.label in _fields() else "text"
    if asked.options or kind in ("choice", "choices"):
        ordinary = [label for label in ORDINARY if label in asked.options]
        return (ordinary or list(asked.options))[0] if asked.required else ""
    if kind == "datetime":
        return MOMENT if asked.required else ""
    if kind == "number":
        return "3" if asked.required else ""
    return mark(asked.label) if kind in ("text", "long_text") else ""


def _chosen(buttons: list[str], wanted: tuple[str, ...]) -> str:
    known = [label for label in (*wanted, *ORDINARY) if label in buttons]
    others = [label for label in buttons if label not in NAVIGATION]
    return (known or others)[0]


def look_up(person: Walker, sent: Sent) -> str:
    """The mailbox of an anonymous report, opened with its code; what is read there."""
    person.say("status")
    person.press("With a receipt code")
    person.fill({"Reference": sent.reference, "Receipt code": sent.code})
    return person.words


def answer(person: Walker, sent: Sent, text: str) -> None:
    """Answer the question that stands in the mailbox."""
    [field] = [asked.label for asked in person.asked() if asked.label != "Receipt code"]
    person.fill({field: text, "Receipt code": sent.code})


class PagePerson(Walker):
    """On the playground's page."""

    def __init__(self, server: Server, user: str) -> None:
        self.caller = Caller(server, user)

    @property
    def words(self) -> str:
        return self.caller.text

    def say(self, command: str) -> None:
        self.caller.say(command)

    def buttons(self) -> list[str]:
        found = re.findall(
            r'<button type="button"[^>]*data-action[^>]*>(.*?)</button>', self.caller.html, re.S
        )
        return [html.unescape(label) for label in found]

    def asked(self) -> list[Asked]:
        return [Asked(label, tuple(options), required) for label, _, options, required in self._fields()]

    def _fields(self) -> list[tuple[str, str, dict[str, str], bool]]:
        found = []
        for part in re.split(r'<(?:fieldset|div) class="field', self.caller.html)[1:]:
            label, told = re.findall(r"<(?:label for|legend)[^>]*>(.*?)(?: <span|</l)(.{20})", part, re.S)[0]
            [name, *_] = re.findall(r' name="([^"]+)"', part)
            listed = re.findall(r'<option value="([^"]+)"[^>]*>(.*?)</option>', part)
            listed += re.findall(r'value="([^"]+)"\s+id="[^"]+"[^>]*><span>(.*?)</span>', part, re.S)
            options = {html.unescape(shown): value for value, shown in listed}
            found.append((html.unescape(label), name, options, "optional" not in told))
        return found

    def press(self, label: str) -> None:
        self.caller.press(label)

    def fill(self, values: Filled) -> None:
        sent = dict[str, str]()
        for label, name, options, _ in self._fields():
            value = values.get(label, "")
            if value:
                sent[name] = value.isoformat() if isinstance(value, datetime) else options.get(value, value)
        self.caller.fill(**sent)


class TerminalPerson(Walker):
    """At `python -m bot chat`, in a process of its own, logged in as `user`."""

    def __init__(self, server: Server, user: str) -> None:
        env = {**os.environ, **server.environment, "LOGNAME": user}  # noqa: TID251 - a child process
        self.log = server.folder / f"chat-{user}.log"
        with self.log.open("ab") as log:
            self._chat = subprocess.Popen(
                [sys.executable, "-m", "bot", "chat"],
                cwd=ROOT,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self._offered: list[str] = []
        self.shown = self.ever = ""

    def _read(self) -> None:
        """Up to the next prompt."""
        assert self._chat.stdout is not None
        text = ""
        while not text.endswith(("\n> ", "\n  ")) and text not in ("> ", "  "):
            part = os.read(self._chat.stdout.fileno(), 65536)
            assert part, f"the chat has ended: {text}\n{self.log.read_text()}"
            text += part.decode()
        self.shown = text
        self.ever += text

    def _type(self, line: str) -> None:
        assert self._chat.stdin is not None
        if not self.shown:
            # Not sooner: several start at once.
            self._read()
        self._chat.stdin.write(f"{line}\n".encode())
        self._chat.stdin.flush()
        self._read()

    def close(self) -> None:
        """Leave, and wait for the process."""
        self._chat.communicate(timeout=20)

    @property
    def words(self) -> str:
        return self.shown

    def say(self, command: str) -> None:
        self._type(command)
        self._offered = re.findall(r"^  \d+\. (.*)$", self.shown, re.M)

    def buttons(self) -> list[str]:
        return [] if self.asked() and "Send" not in self._offered else list(self._offered)

    def asked(self) -> list[Asked]:
        """The field that is asked for; the next one follows it."""
        if not self.shown.endswith("\n  "):
            return []
        lines = self.shown.rsplit(_FORM, 1)[-1].splitlines()
        label = next(line for line in reversed(lines) if re.match(r"  [^ !]", line)).strip()
        options = tuple(re.findall(r"^    \d+\. (.*)$", "\n".join(lines), re.M))
        return [Asked(label.removesuffix(" (optional)"), options, not label.endswith("(optional)"))]

    def press(self, label: str) -> None:
        self.say(str(self._offered.index(label) + 1))

    def fill(self, values: Filled) -> None:
        left = dict(values)
        while (asked := self.asked()) and asked[0].label in left:
            value = left.pop(asked[0].label)
            typed = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value
            options = asked[0].options
            self.say(str(options.index(typed) + 1) if typed in options else typed)
