"""A product on a database of its own, driven as people would: by words, presses and forms."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import inspect

from bot.app import Product, build, new_tokens, read_world
from bot.casework.case import Case
from bot.casework.closing import kind_of
from bot.casework.context import Work
from bot.casework.open import Received, submit
from bot.casework.proposals import seconds
from bot.casework.work_done import open_tasks
from bot.content.federation import load_federation
from bot.content.world import World
from bot.delivery.sender import Target
from bot.delivery.worker import Worker
from bot.domain.closing import takes_two
from bot.domain.messages import (
    Block,
    Buttons,
    Callout,
    Facts,
    Heading,
    Link,
    Message,
    Paragraph,
    Table,
    Tags,
)
from bot.domain.presses import CasePart
from bot.domain.turns import Content, Incoming, Pressed, Sender, SubmitReport, Submitted, Tokens
from bot.engine.parse import Parse, Ranked
from bot.settings import EXAMPLE, Settings
from bot.storage.crypto import KeyRing, new_key
from bot.storage.reports import report_by_reference
from tests.support.sqlite import make_ready

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = new_key("2026-11-23", secrets.token_bytes)

ACCIDENT = {
    "kind": "image",
    "nudity": "no",
    "origin": "me",
    "posted": "no",
    "school": "northgate",
    "conflict": "no",
    "mode": "named",
}


def settings_in(folder: Path, database_url: str = "") -> Settings:
    """Settings with the demo Federation; without `database_url` on an SQLite file in the folder."""
    return Settings(
        port=0,
        database_url=database_url or f"sqlite:///{folder / 'signpost.db'}",
        config=EXAMPLE,
        federation=load_federation(EXAMPLE),
        ring=KeyRing.parse(KEY, secrets.token_bytes),
        data=folder,
        playground=True,
    )


# What closing a case demands beside outcome and reason.
CLOSING = {"agencies": "Nobody outside needed to know.", "evidence": "deleted"}
# What the closing of a case by two demands before: a first assessment, and advice.
ASSESSED = {"category": "other", "child": "no", "crime": "no", "nature": "neither"}
ADVICE = {"adviser": "lado", "who": "Pat Lowe", "at": "2026-11-23T08:30", "advice": "Look into it."}
# Who agrees where nobody who has the case can.
OUTSIDE = {
    "agreed_by": "lado",
    "agreed_name": "Pat Lowe",
    "agreed_at": "2026-11-23T08:45",
    "agreed_advice": "Close it.",
}
REASON = "Spoken to all of them; it is settled."

_worlds: list[World] = []


def world_of(settings: Settings) -> World:
    """The policy, journeys and texts of the repository."""
    # Immutable, and half a second to read: once for all tests of a process.
    if not _worlds:
        _worlds.append(read_world(settings))
    return _worlds[0]


class DeafEngine:
    """Understands nothing: for tests whose words do not matter."""

    name = "builtin"

    def parse(self, text: str) -> Parse:
        return Parse(text, (Ranked("out_of_scope", 1.0),), 0.0)


@dataclass
class Notebook:
    """A sender that keeps what each conversation would see, and can be told to fail first."""

    finds: ClassVar[bool] = True
    seen: dict[str, list[tuple[str, Message]]] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    # The lines under each message, in order.
    threads: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)
    # Raised after the message was taken: the platform has it, and nobody here knows.
    faults_after: list[Exception] = field(default_factory=list)
    # What is raised for a conversation as long as it stands here.
    refuses: dict[str, Exception] = field(default_factory=dict)
    # Messages that were taken after their sender had given up, by id, with their key.
    doubles: dict[str, str] = field(default_factory=dict)
    _ids: Any = field(default_factory=itertools.count)
    _lines: dict[str, tuple[str, str]] = field(default_factory=dict)

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
        self._fail(target)
        message_id = f"m{next(self._ids)}"
        if thread:
            self.threads.setdefault(thread, []).append(text_of(message))
            self._lines[message_id] = (thread, text_of(message))
        else:
            self.seen.setdefault(target.conversation, []).append((message_id, message))
        self.keys[target.conversation, key] = message_id
        if self.faults_after:
            raise self.faults_after.pop(0)
        return message_id

    async def edit(self, target: Target, message_id: str, message: Message) -> None:
        self._fail(target)
        shown = self.seen[target.conversation]
        shown[:] = [(known, message if known == message_id else old) for known, old in shown]

    async def remove(self, target: Target, message_id: str, instead: Message) -> None:
        self._fail(target)
        shown = self.seen.get(target.conversation, [])
        shown[:] = [item for item in shown if item[0] != message_id]
        self.keys = {key: known for key, known in self.keys.items() if known != message_id}
        if message_id in self._lines:
            thread, line = self._lines.pop(message_id)
            self.threads[thread].remove(line)

    async def find(
        self, target: Target, key: str, thread: str = "", besides: Collection[str] = ()
    ) -> str | None:
        taken = self.keys.get((target.conversation, key))
        standing = [
            known for known, _ in self.seen.get(target.conversation, []) if self.doubles.get(known) == key
        ]
        return next((known for known in (taken, *standing) if known and known not in besides), None)

    def _fail(self, target: Target) -> None:
        if self.faults:
            raise self.faults.pop(0)
        if target.conversation in self.refuses:
            raise self.refuses[target.conversation]

    def messages(self) -> Iterator[Message]:
        """Every message that stands in a conversation."""
        return (message for seen in self.seen.values() for _, message in seen)

    def texts(self, conversation: str) -> list[str]:
        """Each message that stands in a conversation, as text."""
        return [text_of(message) for _, message in self.seen.get(conversation, [])]


def text_of(message: Message) -> str:
    """The words of a message, a line a block."""
    return "\n".join(line for block in message.blocks for line in _lines(block))


def _lines(block: Block) -> list[str]:
    match block:
        case Heading(text) | Paragraph(text):
            return [text]
        case Callout(_, title, text):
            return [title, text]
        case Tags(items):
            return list(items)
        case Facts(items):
            return [f"{label}: {value}" for label, value in items]
        case Buttons(items):
            return [f"[{button.label}]" for button in items]
    return _longer(block)


def _longer(block: Block) -> list[str]:
    match block:
        case Table(_, rows):
            return [line for row in rows for line in (row.text, f"[{row.button.label}]")]
        case Link(label, url):
            return [f"{label}: {url}"]
    return [repr(block)]


@dataclass
class Desk:
    """The product with a clock that the test moves."""

    product: Product
    notebook: Notebook
    now: datetime = START

    @classmethod
    def open(cls, folder: Path, engine: Any = None, database_url: str = "") -> Desk:
        settings = settings_in(folder, database_url)
        make_ready(settings.database_url)
        return cls(build(settings, engine or DeafEngine(), world_of(settings)), Notebook())

    def close(self) -> None:
        self.product.close()

    def later(self, **passed: float) -> None:
        """Let time pass."""
        self.now += timedelta(**passed)

    def send(self, user: str, content: Content, event_id: str = "") -> tuple[Message, ...]:
        """One event from a user of the playground."""
        incoming = Incoming(event_id or secrets.token_hex(8), Sender("playground", user), content)
        try:
            return self.product.assistant.handle(incoming, self.now)
        finally:
            self._tick()

    def _tick(self) -> None:
        # No two events come at one moment: what the later one owes is sent after what the earlier one does.
        self.now += timedelta(microseconds=1)

    def press(self, user: str, action: str, value: str = "", event_id: str = "") -> str:
        """A press, and what the presser reads."""
        return "\n".join(text_of(reply) for reply in self.send(user, Pressed(action, value), event_id))

    def fill(self, user: str, action: str, value: str, **fields: str) -> str:
        """A form, and what the sender reads."""
        sent = {name: (text,) for name, text in fields.items()}
        return "\n".join(text_of(reply) for reply in self.send(user, Submitted(action, value, sent)))

    def close_case(self, user: str, reference: str, **fields: str) -> str:
        """Open the details and fill in the closing, and what is read then."""
        self.press(user, "case.details", reference)
        return self.fill(user, "case.close", reference, **{"reason": REASON, **CLOSING, **fields})

    def ask_to_close(
        self, user: str, reference: str, outcome: str, adviser: str = "lado", **fields: str
    ) -> str:
        """The same of a case that takes two: with the assessment and the advice that it demands."""
        self.fill(user, "case.assess", reference, **ASSESSED)
        self.fill(user, "case.advice", reference, **{**ADVICE, "adviser": adviser})
        return self.close_case(user, reference, outcome=outcome, **fields)

    def close_somehow(self, user: str, reference: str, **fields: str) -> str:
        """Tick its tasks, and close it or ask for it; who may agree where it takes two, else ""."""
        context = self.product.context
        with self.product.database.transaction() as tx:
            report = report_by_reference(tx, context.vault, reference)
            assert report is not None
            case = Case(Work(tx, context, self.now), report)
            open_now, kind, others = open_tasks(case.entries), kind_of(case), seconds(case, user)
        for task in open_now:
            self.press(user, "case.done", str(CasePart(reference, task.number)))
        outcome = next(item for item in context.outcomes.offered(kind) if not item.needs)
        by_two = takes_two(kind)
        outside = OUTSIDE if by_two and not others else {}
        self.ask_to_close(user, reference, outcome.code, **{**fields, **outside})
        return others[0] if by_two and others else ""

    def agree(self, user: str, reference: str) -> str:
        """Open the details and agree, as the second of two, and what is read then."""
        self.press(user, "case.details", reference)
        return self.fill(user, "case.agree", reference)

    def report(self, user: str = "ana", tokens: Tokens | None = None, **slots: str) -> Received:
        """A report with these answers, as Send would store it."""
        answers = {name: tuple(value.split("|")) for name, value in {**ACCIDENT, **slots}.items()}
        command = SubmitReport(tokens or new_tokens(), answers)
        try:
            with self.product.database.transaction() as tx:
                return submit(Work(tx, self.product.context, self.now), Sender("playground", user), command)
        finally:
            self._tick()

    def work(self, rounds: int = 5) -> None:
        """Let the worker do what is due."""
        asyncio.run(self._work(rounds))

    async def _work(self, rounds: int) -> None:
        worker = Worker(
            self.product.context, {"playground": self.notebook}, inline, lambda: self.now, lambda: 0.5
        )
        for _ in range(rounds):
            if not await worker.once():
                return

    def dump(self) -> str:
        """Every row of every table, as text."""
        with self.product.database.transaction() as tx:
            tables = sorted(inspect(tx).get_table_names())
            rows = [sorted(map(repr, tx.exec_driver_sql(f"SELECT * FROM {table}"))) for table in tables]
        return repr(rows)


async def inline(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a plain function where it is called."""
    return function(*args, **kwargs)
