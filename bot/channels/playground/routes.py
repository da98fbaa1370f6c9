"""The playground's addresses, who may speak to them (this machine alone), and what the page sends."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.channels.common.request import body_of, is_proxied, local_name, local_peer
from bot.channels.common.runtime import Core
from bot.channels.common.work import Turns
from bot.channels.playground import views
from bot.channels.playground.chats import NOT_OPENED, private_notes
from bot.channels.playground.hub import EVERYONE, StreamEvent, Subscription
from bot.channels.playground.parts import Parts, Row, parts_of
from bot.channels.playground.people import PLATFORM
from bot.channels.playground.sender import PlaygroundSender
from bot.channels.playground.store import FLT, PlaygroundStore, Run, direct
from bot.domain.messages import Message
from bot.domain.roster import Federation
from bot.domain.turns import Content, Incoming, Pressed, Said, Sender, SharedFile, Submitted, Typed
from bot.reporting.steps import SLOT

UNREADABLE = "That could not be read. Reload the page and try again."

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,80}$")]
EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]


class UnreadableRequest(Exception):
    """What came is not what the page sends. The text is fit to show."""


class PageAct(BaseModel):
    """One act on the page: who, where, what. `card` is the entry on which a button stood.

    `fields` of a press are what stood in the form beside the button, so that leaving it loses no words.
    "typed" is sent while somebody types: what stands in a form by now, which nothing answers.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    user: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    place: Literal["dm", "flt"]
    event: EventId
    kind: Literal["said", "pressed", "submitted", "typed", "file", "dismissed"]
    card: Id | Literal[""] = ""
    text: str = ""
    action: str = ""
    value: str = ""
    fields: dict[str, tuple[str, ...]] = {}

    def incoming(self) -> Incoming:
        """The event as the core takes it."""
        counts = self.kind != "typed"
        return Incoming(self.event, Sender(PLATFORM, self.user), self._content(), counts=counts)

    def _content(self) -> Content:
        if self.kind == "said":
            return Said(self.text)
        if self.kind == "pressed":
            return Pressed(self.action, self.value, dict(self.fields))
        if self.kind == "submitted":
            return Submitted(self.action, self.value, dict(self.fields))
        if self.kind == "typed":
            return Typed(self.value, dict(self.fields))
        return SharedFile()


def read(raw: bytes) -> PageAct:
    """The act in a request's body. Raises UnreadableRequest."""
    try:
        return PageAct.model_validate_json(raw)
    except ValidationError as fault:
        raise UnreadableRequest(UNREADABLE) from fault


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_LIMIT = 64 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def guarded(handler: Handler) -> Handler:
    """The handler, for this machine alone, with the security headers on each answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        refusal = _refusal(request)
        response = refused(403, refusal) if refusal else await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return answer


def refused(status: int, sentence: str) -> web.Response:
    """An answer that the page shows in place: one clear sentence."""
    return web.json_response({"error": sentence}, status=status)


def _refusal(request: web.Request) -> str:
    if not local_peer(request.remote) or is_proxied(request):
        return "The playground answers this computer only."
    if not local_name(request.host):
        return "Open the playground as http://localhost, on this computer."
    if request.method == "POST" and not _own_page(request):
        return "The playground takes messages from its own page only."
    return ""


def _own_page(request: web.Request) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.host}"


TOO_LONG = "That is too long to send here. Shorten it and try again."
NOBODY = "This person is not in the playground. Reload the page and choose someone."
NOT_A_MEMBER = "You are not a member of this channel."
FAILED = "Something went wrong and nothing was changed. Try again."
_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_QUIET_SECONDS = 15

log = structlog.get_logger()


def mount(
    app: web.Application,
    core: Core,
    federation: Federation,
    store: PlaygroundStore,
    run: Run,
    clock: Callable[[], datetime],
    row: Row = lambda _user: (),
) -> PlaygroundSender:
    """Add the playground to `app` and return its way out. Only this machine is answered.

    `row` are the buttons that always stand on a user's page. `run` calls the store's plain functions off
    the event loop; `clock` gives an aware time.
    """
    parts = parts_of(federation, store, run, clock, row)
    routes = Routes(parts, core)
    app.router.add_get("/", guarded(routes.page))
    app.router.add_get("/playground/pane/{side}", guarded(routes.pane))
    app.router.add_get("/playground/events", guarded(routes.events))
    app.router.add_post("/playground/send", guarded(routes.send))
    app.router.add_get("/playground/static/{name}", guarded(static()))
    app.on_shutdown.append(routes.close)
    return PlaygroundSender(parts)


class Routes:
    """The handlers, over one set of parts and the core."""

    def __init__(self, parts: Parts, core: Core) -> None:
        self._parts = parts
        self._core = core
        self._turns = Turns()

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The whole page, as it stands."""
        choice = views.chosen(self._parts, request.query)
        await self._asked_first(request, choice)
        html = await views.whole_page(self._parts, choice)
        return web.Response(text=html, content_type="text/html")

    async def pane(self, request: web.Request) -> web.StreamResponse:
        """One pane, after another person was chosen or something was missed."""
        choice = views.chosen(self._parts, request.query)
        await self._asked_first(request, choice)
        make = views.staff_pane if request.match_info["side"] == "staff" else views.leader_pane
        return web.Response(text=await make(self._parts, choice), content_type="text/html")

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What happens, live, in the streams of the two people who are on the page."""
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        # A page that was closed in the middle of a message is no fault.
        with suppress(ConnectionResetError), self._parts.hub.subscribe(self._streams(request)) as page:
            await response.prepare(request)
            await response.write(await self._hello())
            while (chunk := await _next(page)) is not None:
                await response.write(chunk)
        return response

    async def send(self, request: web.Request) -> web.StreamResponse:
        """One act on the page. The events that it caused are its answer, and reach other pages live."""
        raw = await body_of(request, BODY_LIMIT)
        if raw is None:
            return refused(413, TOO_LONG)
        try:
            sent = read(raw)
        except UnreadableRequest as fault:
            return refused(400, str(fault))
        if (turned_away := self._turned_away(sent)) is not None:
            return turned_away
        answer = await self._take(sent)
        # From now on this browser is one on which they write; until it is closed.
        answer.set_cookie(_browser_of(sent.user), "1", httponly=True, samesite="Strict")
        return answer

    async def _asked_first(self, request: web.Request, choice: views.PageState) -> None:
        """Where somebody has written nothing, what they have half-written is asked for instead of shown.

        That is: in another browser, in a process that remembers nothing of them, and after a pause.
        """
        for face in (choice.staff, choice.leader):
            if face is None:
                continue
            shown = [item.name for item in self._parts.chats.entries(face.user)]
            known = _browser_of(face.user) in request.cookies
            if shown and SLOT not in shown:
                continue
            now, sender = self._parts.clock(), Sender(PLATFORM, face.user)
            kind = "again" if shown and known else "new"
            event = f"{kind}-{now.timestamp()}-{face.user}"
            opened = Incoming(event, sender, Pressed(f"screen.{kind}"), counts=False)
            async with self._turns.of(face.user):
                replies = await self._core.handle(opened)
            # Nobody has done anything here: that Signpost is paused, or saves nothing, is said when they do.
            asked = tuple(reply for reply in replies if reply.replaces == SLOT)
            if known:
                # Nothing else is taken off the screen of somebody who has written here.
                asked = tuple(replace(reply, hides=False) for reply in asked)
            self._parts.hub.publish(self._parts.chats.replied(face.user, asked, now))

    async def close(self, _app: web.Application) -> None:
        """Let every open page go, so that the server stops at once."""
        self._parts.hub.close()

    def _turned_away(self, sent: PageAct) -> web.Response | None:
        face = self._parts.people.find(sent.user)
        if face is None:
            return refused(400, NOBODY)
        return refused(403, NOT_A_MEMBER) if sent.place == FLT and not face.member else None

    async def _take(self, sent: PageAct) -> web.Response:
        events = self._echo(sent)
        self._parts.hub.publish(events)
        try:
            async with self._turns.of(sent.user):
                replies = () if sent.kind == "dismissed" else await self._core.handle(sent.incoming())
        except Exception as fault:
            # No text of it anywhere: it may hold what somebody wrote.
            log.error("playground.turn_failed", fault=type(fault).__name__)
            return refused(500, FAILED)
        if sent.kind == "typed" and any(not reply.replaces for reply in replies):
            # Nothing was kept: the page tries again.
            return refused(503, FAILED)
        answers = self._shown(sent, replies)
        self._parts.hub.publish(answers)
        return web.json_response({"events": [event.as_json() for event in (*events, *answers)]})

    def _echo(self, sent: PageAct) -> list[StreamEvent]:
        chats, now = self._parts.chats, self._parts.clock()
        if sent.kind == "dismissed":
            return chats.dismissed(sent.user, sent.card)
        if sent.kind == "file":
            return chats.said(sent.user, sent.event, NOT_OPENED, now)
        return chats.said(sent.user, sent.event, sent.text, now) if sent.kind == "said" else []

    def _shown(self, sent: PageAct, replies: tuple[Message, ...]) -> list[StreamEvent]:
        """Replies go to the private chat; to a press in the channel, under the card, for one pair of eyes."""
        chats, now = self._parts.chats, self._parts.clock()
        if sent.kind == "typed":
            return chats.kept(sent.user, replies, now)
        if sent.place == FLT and sent.kind in ("pressed", "submitted"):
            return chats.noted(sent.user, sent.card, replies, now) if replies else []
        afresh = sent.kind == "pressed" and not sent.card
        return chats.replied(sent.user, replies, now, afresh)

    async def _hello(self) -> bytes:
        mark = self._parts.hub.mark
        totals = await self._parts.totals()
        known = [self._parts.feed.total(name, count) for name, count in totals.items()]
        hello = StreamEvent("hello", EVERYONE, {"mark": mark})
        return b"retry: 1000\n\n" + b"".join(event.encoded() for event in (hello, *known))

    def _streams(self, request: web.Request) -> list[str]:
        choice = views.chosen(self._parts, request.query)
        direct_to = [direct(face.user) for face in (choice.staff, choice.leader) if face]
        if choice.leader is None or not choice.leader.member:
            return [EVERYONE, *direct_to]
        return [EVERYONE, *direct_to, FLT, private_notes(choice.leader.user)]


async def _next(page: Subscription) -> bytes | None:
    """The next thing to tell a page; now and then a comment, so that a dead connection is noticed."""
    try:
        event = await asyncio.wait_for(page.next(), _QUIET_SECONDS)
    except TimeoutError:
        return b": still here\n\n"
    return event.encoded() if event else None


def _browser_of(user: str) -> str:
    """The name of the cookie of a browser in which this person has written."""
    return f"signpost-{hashlib.sha256(user.encode()).hexdigest()[:16]}"


def static() -> Handler:
    """The style sheet, the script and the logo, read once."""
    files = {path.name: path for path in _STATIC.iterdir() if path.suffix in _TYPES}
    contents = {name: (path.read_bytes(), _TYPES[path.suffix]) for name, path in files.items()}

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.match_info["name"] not in contents:
            raise web.HTTPNotFound
        body, kind = contents[request.match_info["name"]]
        return web.Response(body=body, content_type=kind, charset="utf-8")

    return answer
