"""A core with a story of its own, a store in memory, and a made-up Federation: for the page's tests alone.

`python -m tests.channels.fake_core` serves the page over them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.channels.playground import PlaygroundSender, PostedMessage, mount
from bot.delivery.sender import Target
from bot.domain.messages import (
    Bullets,
    Button,
    Callout,
    Facts,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Outside,
    Paragraph,
    Progress,
    Quote,
    Tags,
    Verdict,
    buttons,
)
from bot.domain.roster import Federation, Person, Roster, School
from bot.domain.turns import Incoming, Pressed, Said, SharedFile, Submitted

START = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)


def person(key: str, name: str) -> Person:
    """Someone with a playground account of the same id."""
    return Person(key, name, {"playground": key})


LEADERS = (
    person("amara", "Amara Okafor"),
    person("tom", "Tom Bretherton"),
    person("helen", "Dr Helen Marsh"),
    person("ravi", "Ravi Shah"),
    person("grace", "Grace Lindqvist"),
    person("owen", "Owen Pryce"),
)
FEDERATION = Federation(
    name="Harbour Learning Federation",
    timezone="Europe/London",
    schools=(School("elm", "Elm Primary School"), School("bay", "Bay High School")),
    roster=Roster(
        {one.id: one for one in LEADERS},
        {
            "eht": {"": ("helen",)},
            "flt": {"": ("amara", "tom")},
            "fbm": {"": ("ravi",)},
            "dsl": {"elm": ("grace",)},
            "chair": {"": ("owen",)},
        },
    ),
    contacts={},
    demo_staff=(person("mira", "Mira Patel"), person("jon", "Jon Ashworth (teaching assistant)")),
    demo=True,
)


class MemoryStore:
    """A `PlaygroundStore` in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, PostedMessage]] = {}
        self.keys: dict[tuple[str, str], str] = {}

    def post(self, conversation: str, key: str, html: str, now: datetime) -> str:
        known = self.keys.get((conversation, key))
        if known:
            return known
        message_id = self.keys[conversation, key] = str(len(self.keys) + 1)
        self.rows[message_id] = (conversation, PostedMessage(message_id, html, now))
        return message_id

    def edit(self, message_id: str, html: str) -> None:
        conversation, old = self.rows[message_id]
        self.rows[message_id] = (conversation, PostedMessage(old.id, html, old.posted_at))

    def remove(self, message_id: str) -> None:
        self.rows.pop(message_id, None)

    def find(self, conversation: str, key: str) -> str | None:
        return self.keys.get((conversation, key))

    def messages(self, conversation: str) -> tuple[PostedMessage, ...]:
        return tuple(posted for where, posted in self.rows.values() if where == conversation)


async def run(function: Callable[..., Any], *arguments: object) -> Any:
    """An executor that does not leave the loop."""
    return function(*arguments)


NEVER = Message(
    (
        Verdict("never", "Never"),
        Paragraph(
            "No. You may not follow a current or former student from any personal account, however long ago "
            "they left."
        ),
        Quote(
            "sm-094",
            "Personal use > Staff",
            (328, 329),
            "Staff are not permitted to follow or engage with current or prior students of the Federation on "
            "any personal social media network account.",
        ),
        Bullets(
            ("If a former student asks to connect, decline.", "If you follow one now, unfollow them today."),
            "What to do next",
        ),
        Outside("Your Federation asks you to tell your line manager about family links.", "Local practice"),
        buttons(Button("Ask the Leadership Team", "ask"), Button("Report something", "report")),
    ),
    "An answer from the policy",
)
DANGER = Message(
    (
        Callout(
            "danger",
            "If anyone is in danger now, call 999",
            "Then phone your Designated Safeguarding Lead: Grace Lindqvist, 01632 960 011. You need nobody’s "
            "permission to call the police.",
        ),
        Paragraph("Is anyone in immediate danger, or is a child at risk of harm right now?"),
        buttons(
            Button("Yes", "danger", "yes", "danger"),
            Button("No", "danger", "no", "primary"),
            Button("Cancel, keep nothing", "cancel"),
        ),
    ),
    "A safety question",
    "journey",
)
KINDS = tuple(
    Option(value, label)
    for value, label in (
        ("threat", "A threat or stalking"),
        ("offensive", "Offensive or harassing"),
        ("student", "A student is named or shown"),
        ("other", "Something else"),
    )
)


def form(error: str = "", typed: str = "") -> Message:
    """A step with a field of every kind."""
    fields = (
        Field("kind", "What kind of picture is it?", "choice", options=KINDS, value=("student",)),
        Field(
            "what",
            "What happened, in your own words?",
            "long_text",
            hint="No names of students, please: initials or a role will do.",
            value=(typed,) if typed else (),
            error=error,
        ),
        Field("when", "When was it taken?", "datetime"),
        Field("where", "Where has it been deleted from?", "choices", required=False, options=KINDS[:3]),
        Field("count", "How many students can be seen?", "number", hint="A number only."),
        Field("link", "Link to the post", "link", required=False),
        Field("place", "Place", "text", required=False),
        Field(
            "account",
            "Which account?",
            "choice",
            options=tuple(Option(str(n), f"Account {n}") for n in range(12)),
        ),
    )
    blocks = (Progress(3, 7), Heading("About the picture"), Form("step", "about", fields, "Continue"))
    more = buttons(Button("Back", "back"), Button("Save for later", "save"), Button("Cancel", "cancel"))
    return Message(
        (*blocks, more, Paragraph("Nothing is sent until you press Send.", True)), "A form", "journey"
    )


RECEIVED = Message(
    (
        Callout("success", "Thank you. Your report was received", "Its reference is FED-7K3Q."),
        Facts((("Reference", "FED-7K3Q"), ("Told", "Federation Business Manager, Leadership Team"))),
        Paragraph("To see where it stands, type /report-status at any time."),
    ),
    "Your report was received",
    "journey",
)


def card(state: str = "Waiting for someone to acknowledge it") -> Message:
    """The card of a case, as the FLT's channel shows it."""
    return Message(
        (
            Tags(("URGENT", "SELF-REPORT")),
            Heading("FED-7K3Q: a picture taken by accident"),
            Facts(
                (
                    ("State", state),
                    ("Received", "Tuesday 3 March, 14:05 (2 minutes ago)"),
                    ("School", "Elm Primary School"),
                    ("Reporter", "Named: Mira Patel"),
                    ("Pictures held", "None. Signpost never takes pictures."),
                    ("Told", "Ravi Shah (Federation Business Manager), 14:05"),
                )
            ),
            Callout("info", "Next: acknowledge by 14:15", "A local target. It is not in the policy."),
            buttons(
                Button("Acknowledge", "ack", "FED-7K3Q", "primary"),
                Button("Open details", "details", "FED-7K3Q"),
                Button("Add a note", "note", "FED-7K3Q"),
                Button("Close case", "close", "FED-7K3Q", "danger"),
            ),
        ),
        "Case FED-7K3Q",
        "case",
    )


CLOSE = Message(
    (
        Form(
            "closed",
            "FED-7K3Q",
            (
                Field("outcome", "Outcome", "choice", options=KINDS[:3]),
                Field("why", "Reason", "long_text", hint="At least 20 characters."),
            ),
            "Close the case",
            "Close FED-7K3Q",
        ),
    ),
    "A form to close the case",
)


class FakeCore:
    """Answers with a sample of every block; remembers what came. A second copy of an event shows nothing."""

    def __init__(self) -> None:
        self.seen: list[Incoming] = []
        self.sender: PlaygroundSender | None = None
        self.broken = False

    async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
        if self.broken:
            raise RuntimeError("a secret that nobody may read")
        if any(known.event_id == incoming.event_id for known in self.seen):
            return ()
        if incoming.content in (Pressed("screen.new"), Pressed("screen.again")):
            # Nobody has anything half-written.
            return ()
        self.seen.append(incoming)
        return await self._answer(incoming)

    async def _answer(self, incoming: Incoming) -> tuple[Message, ...]:
        content = incoming.content
        if isinstance(content, Said):
            return said(content.text)
        if isinstance(content, Pressed):
            return await self._pressed(content)
        if isinstance(content, Submitted):
            return await self._submitted(content)
        assert isinstance(content, SharedFile)
        return (
            Message(
                (Callout("warning", "I have not opened this", "Delete it where you sent it."),), "Advice"
            ),
        )

    async def _pressed(self, content: Pressed) -> tuple[Message, ...]:
        assert self.sender is not None
        if content.action == "danger" and content.value == "no":
            return (form(),)
        if content.action == "ack":
            found = await self.sender.find(Target("playground", "flt"), "FED-7K3Q")
            await self.sender.edit(
                Target("playground", "flt"), str(found), card("Acknowledged by Amara Okafor")
            )
            return (Message((Paragraph("You acknowledged FED-7K3Q."),), "Done"),)
        return (CLOSE,) if content.action == "close" else (DANGER,)

    async def _submitted(self, content: Submitted) -> tuple[Message, ...]:
        assert self.sender is not None
        if content.action == "closed":
            return (Message((Callout("success", "FED-7K3Q is closed"),), "Closed"),)
        if not content.fields.get("what", ("",))[0]:
            return (form("Say in a few words what happened.", ""),)
        await self.sender.post(Target("playground", "flt"), card(), "FED-7K3Q")
        await self.sender.post(Target("playground", "ravi"), card(), "FED-7K3Q")
        return (RECEIVED,)


def said(text: str) -> tuple[Message, ...]:
    """The reply to words: an answer, or the start of a report."""
    if "report" in text.lower():
        return (DANGER,)
    return (NEVER,) if "follow" in text.lower() else (Message((Paragraph(f"You said: {text}"),), "Echo"),)


def product() -> tuple[web.Application, FakeCore, MemoryStore, PlaygroundSender]:
    """The page over the fake core, with a clock that moves a second at each look."""
    app, core, store = web.Application(), FakeCore(), MemoryStore()
    looks = iter(range(10**9))
    core.sender = mount(app, core, FEDERATION, store, run, lambda: START + timedelta(seconds=next(looks)))
    return app, core, store, core.sender


if __name__ == "__main__":
    web.run_app(product()[0], host="127.0.0.1", port=3990, print=None, loop=asyncio.new_event_loop())
