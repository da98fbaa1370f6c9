"""Slack's door, put together: Bolt's listeners, over HTTP or Socket Mode, and the way out."""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.casework.context import ChannelState, CurrentWorld, DoorState, RosterAccounts
from bot.channels.common.hearing import Hearing
from bot.channels.common.look import Look
from bot.channels.common.people import Standing
from bot.channels.common.request import body_of
from bot.channels.common.runtime import Core, Pace
from bot.channels.common.sharing import SharedOnce
from bot.channels.common.work import FINISH_S, Background, Runtime, Sleep, Turns, alongside, until_done
from bot.channels.slack.channel import ChannelCheck
from bot.channels.slack.chats import Chats
from bot.channels.slack.client import SlackClient, code_of
from bot.channels.slack.config import PLATFORM, SlackConfig
from bot.channels.slack.desk import SlackDesk
from bot.channels.slack.drafts import Drafts
from bot.channels.slack.drawing import post_of
from bot.channels.slack.handlers import Events, Homes, Presses, Submissions, Windows
from bot.channels.slack.hearing import SlackHearing
from bot.channels.slack.payloads import (
    Changed,
    Closed,
    Departed,
    Direct,
    Filling,
    Malformed,
    Mention,
    Nothing,
    Opened,
    Shortcut,
    SlackEvent,
    Slash,
    Unknown,
    read,
)
from bot.channels.slack.people import People
from bot.channels.slack.sender import SECONDS_APART, SlackSender
from bot.domain.turns import AccountGone

log = structlog.get_logger()
_ANY = re.compile("")
_ACT = "act"
_EVENT = "event_callback"
# Bolt's own lines quote what was sent; what matters of it is logged here, without a word of it.
_BOLT_LOG = logging.getLogger("signpost.slack.bolt")


def bolt_app(desk: SlackDesk, config: SlackConfig, check: ChannelCheck, hearing: SlackHearing) -> AsyncApp:
    """The app. Nobody's signature is checked here: the HTTP route does, and Socket Mode has none."""
    _BOLT_LOG.setLevel(logging.CRITICAL)

    async def authorize(team_id: str | None = None) -> AuthorizeResult:
        # One workspace, one token: nothing to ask Slack about for each event.
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token=config.bot_token)

    app = AsyncApp(
        name="signpost",
        logger=_BOLT_LOG,
        # Empty and not None: else Bolt would look in the environment.
        signing_secret="",
        request_verification_enabled=False,
        authorize=authorize,
        client=None,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.middleware(hearing.middleware)
    app.middleware(_Reading(hearing, desk.background).middleware)
    _Doors(desk, config, check).stand_at(app)
    return app


@dataclass(frozen=True)
class _Reading:
    hearing: SlackHearing
    background: Background

    async def middleware(
        self, body: dict[str, Any], context: AsyncBoltContext, next: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        """Read what came into an act, once, for the listener."""
        try:
            act = read(body)
        except Malformed as fault:
            self.hearing.odd("malformed", str(fault))
            # An event that is refused is sent again, and can be read no better. Of a press or a form the
            # refusal tells the person that nothing came of it.
            return BoltResponse(status=200 if body.get("type") == _EVENT else 400, body="")
        if isinstance(act, Unknown):
            self.hearing.odd("unknown", act.kind)
        if isinstance(act, Nothing):
            return BoltResponse(status=200, body="")
        if self.background.is_full:
            # Slack sends an event again, and tells the person of a press or a form that nothing came of it.
            return BoltResponse(status=429, body="")
        context[_ACT] = act
        await next()
        return None


async def _answered(
    app: AsyncApp, hearing: Hearing, request: Callable[[], AsyncBoltRequest], is_event: bool
) -> BoltResponse:
    """What Bolt answers; where it stumbles over the shape of a request, as `_Reading` does."""
    try:
        answer = await app.async_dispatch(request())
    except Exception:
        # It reads the body and who sent it before it knows whether any of it is there.
        answer = BoltResponse(status=500)
    if answer.status >= 500:
        # No listener raises.
        hearing.odd("malformed", "request")
        return BoltResponse(status=200 if is_event else 400)
    # Slack's own, and nothing that we know: to refuse it would only have it sent again.
    return BoltResponse(status=200) if answer.status == 404 else answer


class _Doors:
    """The listeners: the act goes to its door as work of its own, which is watched until it ends."""

    def __init__(self, desk: SlackDesk, config: SlackConfig, check: ChannelCheck) -> None:
        self._desk = desk
        self._flt = config.flt_channel
        self._check = check
        homes, windows = Homes(desk), Windows(desk)
        self._events = Events(desk, windows, homes)
        self._presses = Presses(desk, windows, homes)
        self._submissions = Submissions(desk, windows, homes)
        self._drafts = Drafts(desk)

    def stand_at(self, app: AsyncApp) -> None:
        """Listen to everything: a listener that is missing would be an error on somebody's screen."""
        app.event(_ANY)(self._acknowledged)
        app.command(_ANY)(self._acknowledged)
        app.shortcut(_ANY)(self._acknowledged)
        app.action(_ANY)(self._pressed)
        app.view_submission(_ANY)(self._submitted)
        app.view_closed(_ANY)(self._acknowledged)

    async def _acknowledged(self, ack: AsyncAck, context: AsyncBoltContext) -> None:
        await ack()
        act = context[_ACT]
        if isinstance(act, Changed):
            if act.channel == self._flt:
                # A person who should not be in it is noticed now, and not at the next card.
                self._desk.background.start(self._check.verify())
            return
        if isinstance(act, Departed):
            self._desk.background.start(self._desk.handle(act, AccountGone(), Standing("gone")))
            return
        self._desk.background.start(self._guarded(act, ack, self._work(act)))

    async def _pressed(self, ack: AsyncAck, context: AsyncBoltContext) -> None:
        act = context[_ACT]
        if isinstance(act, Filling):
            await self._acknowledged(ack, context)
            return
        if act.in_modal:
            self._drafts.settled(act.user)
        self._desk.background.start(self._guarded(act, ack, self._presses.take(act, ack)))

    async def _submitted(self, ack: AsyncAck, context: AsyncBoltContext) -> None:
        act = context[_ACT]
        self._drafts.settled(act.user)
        self._desk.background.start(self._guarded(act, ack, self._submissions.take(act, ack)))

    def _work(self, act: SlackEvent) -> Coroutine[Any, Any, None]:
        match act:
            case Slash():
                return self._events.slash(act)
            case Direct():
                return self._events.direct(act)
            case Mention():
                return self._events.mention(act)
            case Opened():
                return self._events.opened(act)
            case Shortcut():
                return self._events.shortcut(act)
            case Closed():
                self._drafts.settled(act.user)
                return self._events.closed(act)
            case Filling():
                return self._drafts.changed(act)
        raise TypeError(type(act).__name__)

    async def _guarded(self, act: SlackEvent, ack: AsyncAck, work: Coroutine[Any, Any, None]) -> None:
        """The work; a fault of our own ends in an acknowledgement, and the person is told by message."""
        try:
            await work
        except Exception as fault:
            log.error("slack.act_failed", act=type(act).__name__, fault=type(fault).__name__)
            await self._desk.chats.direct(act.user, post_of(self._desk.unsaved, self._desk.look))
        finally:
            if ack.response is None:
                await ack()


PATH = "/slack/events"
BODY_LIMIT = 1024 * 1024


class EventsRoute:
    """Slack's requests over HTTP. Only those that Slack signed in the last five minutes are read."""

    def __init__(self, app: AsyncApp, signing_secret: str, hearing: Hearing) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret)
        self._hearing = hearing

    async def answer(self, request: web.Request) -> web.Response:
        """200 with the acknowledgement, 400 malformed, 401 not signed or too late, 413 too long."""
        raw = await body_of(request, BODY_LIMIT)
        if raw is None:
            return web.Response(status=413)
        if not self._is_signed(raw, request):
            # Slack's test of the certificate is the one request that it does not sign: it does nothing.
            if _is_ssl_check(raw):
                return web.Response(status=200)
            self._hearing.refused(self._why_refused(raw, request))
            return web.Response(status=401)
        asked = lambda: AsyncBoltRequest(  # noqa: E731 - raises for a body that is no text
            body=raw.decode(), query=request.query_string, headers=dict(request.headers)
        )
        return await to_aiohttp_response(await _answered(self._app, self._hearing, asked, _is_event(raw)))

    def _is_signed(self, raw: bytes, request: web.Request) -> bool:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not (timestamp.isascii() and timestamp.isdigit() and signature.isascii() and len(timestamp) < 20):
            return False
        try:
            return bool(self._verifier.is_valid(raw, timestamp, signature))
        except ValueError:
            # A body that is no text is not from Slack.
            return False

    def _why_refused(self, raw: bytes, request: web.Request) -> str:
        """Unsigned, signed with another secret, or Slack's own and not of these five minutes."""
        signature = request.headers.get("X-Slack-Signature", "")
        if not signature:
            return "unsigned"
        try:
            timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
            ours = self._verifier.generate_signature(timestamp=timestamp, body=raw) or ""
            return "time" if hmac.compare_digest(ours.encode(), signature.encode()) else "signature"
        except ValueError:
            # A body, a time or a signature that is no text.
            return "signature"


def _is_event(raw: bytes) -> bool:
    try:
        return bool(json.loads(raw).get("type") == _EVENT)
    except (ValueError, AttributeError, RecursionError):
        return False


def _is_ssl_check(raw: bytes) -> bool:
    return raw.isascii() and parse_qs(raw.decode()).get("ssl_check") == ["1"]


class _Opening(AsyncWebClient):
    """The client that asks for connections, and remembers why it got none."""

    fault = ""

    async def apps_connections_open(self, *, app_token: str, **kwargs: Any) -> AsyncSlackResponse:
        """See `AsyncWebClient`."""
        try:
            answer = await super().apps_connections_open(app_token=app_token, **kwargs)
        except Exception as error:
            self.fault = code_of(error) or type(error).__name__
            raise
        self.fault = ""
        return answer


# The SDK's lines may quote what came; its connection's faults are logged here by name.
_SOCKET_LOG = logging.getLogger("signpost.slack.socket")


class _Handler(AsyncSocketModeHandler):
    """Answers as the HTTP route does: what is not acknowledged is refused."""

    hearing: Hearing

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        """See `AsyncSocketModeHandler`."""
        asked = partial(AsyncBoltRequest, mode="socket_mode", body=req.payload, headers=build_headers(req))
        answer = await _answered(self.app, self.hearing, asked, req.type == "events_api")
        await send_async_response(client, req, answer, 0.0)


class Socket:
    """The connection. Once it stands, the SDK keeps it: it is renewed whenever Slack asks for that."""

    def __init__(self, config: SlackConfig, hearing: Hearing) -> None:
        _SOCKET_LOG.setLevel(logging.CRITICAL)
        self._config = config
        self._hearing = hearing
        self._handler: AsyncSocketModeHandler | None = None
        self._opening: _Opening | None = None

    async def fault(self) -> str:
        """What is wrong with it, in a word; "" while it stands. The SDK tries for ever, and says nothing."""
        if self._handler is not None and await self._handler.client.is_connected():
            return ""
        return (self._opening.fault if self._opening else "") or "not connected"

    async def connect(self, app: AsyncApp, sleep: Sleep) -> None:
        """Connect, again and again until it works: Slack may be away when the app starts."""
        self._opening = _Opening(base_url=self._config.api_url, logger=_SOCKET_LOG)
        self._handler = _Handler(app, self._config.app_token, logger=_SOCKET_LOG, web_client=self._opening)
        self._handler.hearing = self._hearing
        await until_done(self._handler.client.connect, _failed("slack.not_connected"), sleep)
        log.info("slack.connected")

    async def close(self) -> None:
        """Take nothing more."""
        if self._handler is not None:
            await self._handler.client.close()  # type: ignore[no-untyped-call]


def mount(
    app: web.Application,
    core: Core,
    current: CurrentWorld,
    config: SlackConfig,
    state: ChannelState,
    heard: DoorState,
    shared: SharedOnce,
    runtime: Runtime,
) -> SlackSender:
    """Add Slack's door to `app` and return its way out.

    With an app token events come over Socket Mode, and no route is there to be spoken to; else over
    `POST /slack/events`. `state` is kept at why nothing may be posted in the FLT's channel, `heard`
    at how the door stands with Slack.
    """
    client, look = SlackClient(config), Look.of(current.world)
    people = People(client.reads, runtime.monotonic)
    check = _channel_check(client, people, current, config, state)
    background = Background(runtime.start, PLATFORM)
    desk = SlackDesk(core, current, look, Chats(client), people, background, Turns(), shared)
    # The host's clock, by which signatures are checked: not the one that all processes share.
    hearing = Hearing(PLATFORM, heard, lambda: datetime.fromtimestamp(Clock().now(), UTC))
    door = Door(desk, client, check, config, hearing, runtime)
    if not config.app_token:
        app.router.add_post(PATH, EventsRoute(door.bolt, config.signing_secret, hearing).answer)
    runtime.ends.append(door.close)
    app.cleanup_ctx.append(door.lifetime)
    pace = Pace(SECONDS_APART, runtime.monotonic, runtime.sleep)
    return SlackSender(client, config.flt_channel, check, pace, lambda message: post_of(message, look))


def _channel_check(
    client: SlackClient, people: People, current: CurrentWorld, config: SlackConfig, state: ChannelState
) -> ChannelCheck:
    roster, texts = RosterAccounts(current, PLATFORM), current.world.door.private
    return ChannelCheck(client.reads, people, config.flt_channel, roster, texts, state)


class Door:
    """Everything of it that lives as long as the application does."""

    def __init__(
        self,
        desk: SlackDesk,
        client: SlackClient,
        check: ChannelCheck,
        config: SlackConfig,
        hearing: Hearing,
        runtime: Runtime,
    ) -> None:
        self._socket = Socket(config, hearing) if config.app_token else None
        self._hearing = hearing
        self._ears = SlackHearing(client.reads, self._socket, hearing, desk.background)
        self.bolt = bolt_app(desk, config, check, self._ears)
        self._desk = desk
        self._client = client
        self._check = check
        self._runtime = runtime

    async def lifetime(self, _app: web.Application) -> AsyncIterator[None]:
        """Connected, and the FLT's channel watched, until the application ends."""
        await self._client.open()
        sleep = self._runtime.sleep
        beside = [self._introduced(), self._check.watch(sleep)]
        beside.append(self._hearing.watch(self._ears.probe, sleep))
        beside += [self._socket.connect(self.bolt, sleep)] if self._socket is not None else []
        async with alongside(self._runtime.start, *beside):
            yield
        await self._client.close()

    async def close(self) -> None:
        """Take nothing more, and finish what is under way, while the core still answers."""
        if self._socket is not None:
            await self._socket.close()
        await self._desk.background.finish(FINISH_S)

    async def _introduced(self) -> None:
        """Ask who we are before anybody waits for it: a token that is wrong is in the log at once."""
        await until_done(self._desk.people.team, _failed("slack.not_introduced"), self._runtime.sleep)
        log.info("slack.introduced")


def _failed(event: str) -> Callable[[Exception], None]:
    return lambda fault: log.error(event, fault=code_of(fault) or type(fault).__name__)
