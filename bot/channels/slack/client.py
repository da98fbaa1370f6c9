"""Slack's Web API for one installation, and its errors told apart: passing, for good, or unknown."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.common.remembered import Remembered
from bot.channels.slack.config import SlackConfig
from bot.delivery.sender import (
    DeliveryFault,
    LostFault,
    OutageFault,
    PassingFault,
    PermanentFault,
    RefusedFault,
    UnclearFault,
)

# With a level of its own: else the SDK makes a string of all that each call sends and brings, for nobody.
_LOG = logging.getLogger("signpost.slack.client")
_TIMEOUT_S = 10
_DIRECT_KEPT = 5000
_CONNECT_S = 5
_SHOWN = ("blocks", "attachments")
# A longer wait is not sat out here: the caller decides what to do meanwhile.
_LONGEST_WAIT_S = 2
# Where nobody waits, as a tier of calls asks for it: a minute, and so often.
_PATIENT_WAIT_S, _PATIENT_TRIES = 60, 5


class SlackClient:
    """`reads` asks again where Slack was busy or cut off; `posts` tries once and says what happened.

    A message that was sent twice is seen twice. Whether a card was taken is for the outbox to find out;
    an answer that somebody waits for is rather there twice than not at all. Both
    work between `open` and `close`; each call takes at most ten seconds a try. Without the session that
    `open` makes, each call makes one of its own. With `patient`, `reads`
    waits as long as Slack asks, a minute at most.
    """

    def __init__(self, config: SlackConfig, *, patient: bool = False) -> None:
        _LOG.setLevel(logging.WARNING)
        self.reads = AsyncWebClient(
            config.bot_token,
            config.api_url,
            _TIMEOUT_S,
            retry_handlers=[_BriefWait(patient), AsyncServerErrorRetryHandler(), _cut_off()],
            logger=_LOG,
        )
        self.posts = AsyncWebClient(
            config.bot_token, config.api_url, _TIMEOUT_S, retry_handlers=[], logger=_LOG
        )
        self._session: aiohttp.ClientSession | None = None
        self._direct: Remembered[str, str] = Remembered(_DIRECT_KEPT)

    async def direct_channel(self, user: str) -> str:
        """The channel of somebody's direct messages: asked for once. Raises what Slack's answer raises."""
        if user not in self._direct:
            answer = await self.reads.conversations_open(users=user)
            self._direct[user] = held(held(answer, "channel", dict), "id", str)
        return self._direct[user]

    def forget(self, channel: str) -> None:
        """It is there no longer: somebody's direct messages may have been opened again under another id."""
        for user in [user for user, known in self._direct.items() if known == channel]:
            del self._direct[user]

    async def open(self) -> None:
        """Make the connection pool, on the running event loop."""
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S, sock_connect=_CONNECT_S)
        self._session = aiohttp.ClientSession(
            timeout=timeout, trace_configs=[_no_redirects()], response_class=_Answer
        )
        self.reads.session = self.posts.session = self._session

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
        self.reads.session = self.posts.session = self._session = None

    async def lifetime(self, _app: web.Application) -> AsyncIterator[None]:
        """Open as long as the application runs (for `app.cleanup_ctx`)."""
        await self.open()
        yield
        await self.close()


class _Answer(aiohttp.ClientResponse):
    """What Slack answers, without what a message shows: of a hundred cards that takes megabytes."""

    async def json(self, **more: Any) -> Any:
        return await super().json(
            **{**more, "loads": partial(json.loads, object_hook=_without_what_it_shows)}
        )


def _without_what_it_shows(found: dict[str, Any]) -> dict[str, Any]:
    # A view has blocks, too, and is refilled from them: a message alone has a time of its own.
    if "ts" in found:
        for name in _SHOWN:
            found.pop(name, None)
    return found


class Redirected(Exception):
    """A redirect would send our words, and the token, to another address."""


def _no_redirects() -> aiohttp.TraceConfig:
    async def refuse(*_: Any) -> None:
        raise Redirected

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(refuse)
    return trace


Held = TypeVar("Held")


class Incomplete(Exception):
    """Slack said "ok", and not what such an answer holds: what it stands for is not known."""


def held(answer: Any, name: str, kind: type[Held]) -> Held:
    """What an answer holds under `name`. Raises Incomplete where it does not: silence is no answer."""
    found = answer.get(name)
    if not isinstance(found, kind) or found in ("", {}):
        raise Incomplete(name)
    return found


def _cut_off() -> AsyncConnectionErrorRetryHandler:
    # A connection that was kept is closed at any time. Time-outs are not asked again: they took too long.
    gone: list[type[Exception]] = [aiohttp.ServerDisconnectedError, aiohttp.ClientOSError]
    return AsyncConnectionErrorRetryHandler(error_types=gone)


class _BriefWait(AsyncRateLimitErrorRetryHandler):
    def __init__(self, patient: bool) -> None:
        super().__init__(max_retry_count=_PATIENT_TRIES if patient else 1)
        self._longest = _PATIENT_WAIT_S if patient else _LONGEST_WAIT_S

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        limited = await super()._can_retry_async(state=state, request=request, response=response, error=error)
        return limited and response is not None and _wait_asked(response) <= self._longest


def _wait_asked(response: HttpResponse) -> float:
    for name, values in response.headers.items():
        if name.lower() == "retry-after":
            return float(values[0])
    return 1.0


# What an administrator must mend before anything at all goes out.
_OUTAGES = frozenset(
    (
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    )
)
_PASSING = frozenset(("ratelimited", "rate_limited", "service_unavailable", "team_added_to_org"))
# Slack says of these that some of it may have been done before the error.
_UNCLEAR = frozenset(("fatal_error", "internal_error", "request_timeout"))
# Of these none will ever be taken: the person or the place is gone or closed to us, or the message is unfit.
_FOR_GOOD = frozenset(
    (
        "cannot_dm_bot",
        "cant_delete_message",
        "channel_not_found",
        "compliance_exports_prevent_deletion",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "is_archived",
        "messages_tab_disabled",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "not_in_channel",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    )
)
_LONGEST_CODE = 60
_LOST = frozenset(("message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"))
#: The channel is there no longer, or the app is not in it.
DEAD_CHANNEL = frozenset(("channel_not_found", "is_archived", "not_in_channel"))


def code_of(error: Exception) -> str:
    """Slack's own word for the error, such as "channel_not_found"; "" where it gave none."""
    data = getattr(getattr(error, "response", None), "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def fault_of(error: Exception, *, sent: bool) -> DeliveryFault:
    """The fault that an exception of the client stands for. Nothing of the message is in its text.

    `sent`: the call itself would have posted, so a lost answer leaves unclear whether it did.
    """
    lost_answer = UnclearFault if sent else PassingFault
    if isinstance(error, SlackApiError):
        return _of_answer(error, lost_answer)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return PassingFault("no connection to Slack")
    # Besides time-outs and cuts: the SDK's own stumbles over an answer that is no JSON.
    return lost_answer(f"no answer from Slack ({type(error).__name__})")


def _of_answer(error: SlackApiError, lost_answer: type[PassingFault | UnclearFault]) -> DeliveryFault:
    code, status = code_of(error), _status(error)
    if status == 429 or code in _PASSING:
        return PassingFault(code or "ratelimited", _retry_after(error))
    if code in _OUTAGES:
        return OutageFault(code)
    if code in _LOST:
        return LostFault(code)
    if code in _UNCLEAR or not code:
        return lost_answer(code or f"HTTP {status}")
    # Slack adds codes, and what is between us and it has its own: nobody is given up for one odd answer.
    return PermanentFault(code) if code in _FOR_GOOD else RefusedFault(code[:_LONGEST_CODE])


def _status(error: SlackApiError) -> int:
    response = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0))


def _retry_after(error: SlackApiError) -> float | None:
    headers = getattr(error.response, "headers", None) or {}
    for name, value in headers.items():
        if name.lower() == "retry-after":
            try:
                return float(value)
            except ValueError:
                return None
    return None
