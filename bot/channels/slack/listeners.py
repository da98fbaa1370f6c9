"""The Bolt app: every kind of act that Slack knows, each acknowledged, each in the hands of its door."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.channels.slack.blocks import post_of
from bot.channels.slack.config import SlackConfig
from bot.channels.slack.desk import Desk
from bot.channels.slack.handlers import Events
from bot.channels.slack.homes import Homes
from bot.channels.slack.modals import Submissions, Windows
from bot.channels.slack.payloads import (
    Act,
    Direct,
    Malformed,
    Mention,
    Nothing,
    Opened,
    Shortcut,
    Slash,
    read,
)
from bot.channels.slack.presses import Presses

log = structlog.get_logger()
_ANY = re.compile("")
_ACT = "act"
# Bolt's own lines quote what was sent; what matters of it is logged here, without a word of it.
_QUIET = logging.getLogger("signpost.slack.bolt")


def bolt_app(desk: Desk, config: SlackConfig) -> AsyncApp:
    """The app. Nobody's signature is checked here: the HTTP route does, and Socket Mode has none."""
    _QUIET.setLevel(logging.CRITICAL)

    async def authorize(team_id: str | None = None) -> AuthorizeResult:
        # One workspace, one token: nothing to ask Slack about for each event.
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token=config.bot_token)

    app = AsyncApp(
        name="signpost",
        logger=_QUIET,
        # Empty and not None: else Bolt would look in the environment.
        signing_secret="",
        request_verification_enabled=False,
        authorize=authorize,
        client=None,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.middleware(_reading)
    _Doors(desk).stand_at(app)
    return app


async def _reading(
    body: dict[str, Any], context: AsyncBoltContext, next: Callable[[], Awaitable[None]]
) -> BoltResponse | None:
    """Read what came into an act, once, for the listener."""
    try:
        act = read(body)
    except Malformed:
        return BoltResponse(status=400, body="")
    if isinstance(act, Nothing):
        return BoltResponse(status=200, body="")
    context[_ACT] = act
    await next()
    return None


class _Doors:
    """The listeners: the act goes to its door as work of its own, which is watched until it ends."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        homes, windows = Homes(desk), Windows(desk)
        self._events = Events(desk, windows, homes)
        self._presses = Presses(desk, windows, homes)
        self._submissions = Submissions(desk, windows, homes)

    def stand_at(self, app: AsyncApp) -> None:
        """Listen to everything: a listener that is missing would be an error on somebody's screen."""
        app.event(_ANY)(self._acknowledged)
        app.command(_ANY)(self._acknowledged)
        app.shortcut(_ANY)(self._acknowledged)
        app.action(_ANY)(self._pressed)
        app.view_submission(_ANY)(self._submitted)

    async def _acknowledged(self, ack: AsyncAck, context: AsyncBoltContext) -> None:
        await ack()
        act = context[_ACT]
        self._desk.background.start(self._guarded(act, ack, self._work(act)))

    async def _pressed(self, ack: AsyncAck, context: AsyncBoltContext) -> None:
        act = context[_ACT]
        self._desk.background.start(self._guarded(act, ack, self._presses.take(act, ack)))

    async def _submitted(self, ack: AsyncAck, context: AsyncBoltContext) -> None:
        act = context[_ACT]
        self._desk.background.start(self._guarded(act, ack, self._submissions.take(act, ack)))

    def _work(self, act: Act) -> Coroutine[Any, Any, None]:
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
        raise TypeError(type(act).__name__)

    async def _guarded(self, act: Act, ack: AsyncAck, work: Coroutine[Any, Any, None]) -> None:
        """The work; a fault of our own ends in an acknowledgement, and the person is told by message."""
        try:
            await work
        except Exception as fault:
            log.error("slack.act_failed", act=type(act).__name__, fault=type(fault).__name__)
            await self._desk.calls.direct(act.user, post_of(self._desk.unsaved, self._desk.look))
        finally:
            if ack.response is None:
                await ack()
