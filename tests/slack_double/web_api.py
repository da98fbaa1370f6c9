"""The Web API over HTTP: what was sent, may it be done, do it, say so as Slack does."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from tests.slack_double import methods_chat
from tests.slack_double.faults import Fault
from tests.slack_double.methods_read import METHODS, kind_of
from tests.slack_double.model import SlackError
from tests.slack_double.shapes import Json
from tests.slack_double.workspace import Call, Workspace

BOT_TOKEN, APP_TOKEN = "xoxb-double-bot-token", "xapp-1-A0DOUBLE1-1-double-app-token"
_AS_JSON = ("blocks", "metadata", "view", "attachments", "prompts")
_BROKEN = "(not a JSON object)"
_PREFIXES = {"private_channel": "groups", "public_channel": "channels", "im": "im"}
_SCOPES = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "conversations.open": "im:write",
    "users.info": "users:read",
    "users.list": "users:read",
    "bots.info": "users:read",
    "team.info": "team:read",
}
_READS = {
    "conversations.info": "read",
    "conversations.members": "read",
    "conversations.history": "history",
    "conversations.replies": "history",
}


class WebApi:
    """The methods of one workspace at /api/, and its response_urls at /response/."""

    def __init__(self, workspace: Workspace, socket_url: str = "") -> None:
        self.workspace = workspace
        self.socket_url = socket_url

    def routes(self) -> list[web.RouteDef]:
        """Where it answers."""
        return [
            web.route("*", "/api/{method}", self.method),
            web.post("/response/{id:.*}", self.response_url),
        ]

    async def method(self, request: web.Request) -> web.StreamResponse:
        """One call of a method."""
        args, token = await _arguments(request)
        return await self._answer(request, Call(request.match_info["method"], args, 0.0, token))

    async def response_url(self, request: web.Request) -> web.StreamResponse:
        """One answer to a response_url."""
        args, _ = await _arguments(request)
        call = Call("response_url", {**args, "response_url": request.match_info["id"]}, 0.0)
        return await self._answer(request, call)

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        with self.workspace.lock:
            call.at = self.workspace.clock.now()
            self.workspace.calls.append(call)
            fault = self.workspace.faults.meet(call.method, call.args)
        if fault and fault.how in ("status", "hang", "moved"):
            return await _break(request, call, fault)
        if fault and fault.how == "late":
            # The asker may be gone by then: it is done all the same.
            return await asyncio.shield(asyncio.ensure_future(self._late(call, fault)))
        if fault and fault.how == "odd":
            return self._odd(call, fault)
        status, reply, headers = self._reply(call, fault)
        if fault and fault.how == "cut":
            return _cut(request, reply)
        if fault and fault.how == "hollow":
            reply = {"ok": reply["ok"]}
        if fault and fault.how == "slow":
            await asyncio.sleep(fault.seconds)
        call.status, call.reply = status, reply
        if call.method == "response_url" and reply["ok"]:
            return web.Response(text="ok")
        return web.json_response(reply, status=status, headers=headers)

    async def _late(self, call: Call, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.seconds)
        call.status, call.reply, headers = self._reply(call, fault)
        return web.json_response(call.reply, status=call.status, headers=headers)

    def _odd(self, call: Call, fault: Fault) -> web.StreamResponse:
        if fault.done:
            self._reply(call, fault)
        call.status, body = fault.status, fault.body
        kind = "application/json" if body[:1] in ("{", "[") else "text/html"
        return web.Response(status=call.status, text=body, content_type=kind)

    def _reply(self, call: Call, fault: Fault | None) -> tuple[int, Json, dict[str, str]]:
        headers = {"x-slack-req-id": "double"}
        if self.workspace.tells_scopes:
            headers["x-oauth-scopes"] = ",".join(sorted(self.workspace.scopes))
        try:
            with self.workspace.lock:
                reply: Json = {"ok": True, **self._done(call, fault)}
        except SlackError as error:
            reply = {"ok": False, "error": error.code}
            reply |= {key: value for key, value in error.more.items() if key != "retry_after"}
            if "retry_after" in error.more:
                return 429, reply, headers | {"Retry-After": str(error.more["retry_after"])}
            return (404 if call.method == "response_url" else 200), reply, headers
        return 200, reply, headers

    def _done(self, call: Call, fault: Fault | None) -> Json:
        if fault and fault.how == "storm":
            raise SlackError("ratelimited", retry_after=fault.retry_after)
        if fault and fault.how == "error":
            raise SlackError(fault.code)
        if call.args.get(_BROKEN):
            raise SlackError("invalid_json")
        if call.method == "response_url":
            return methods_chat.respond(self.workspace, str(call.args["response_url"]), call.args)
        if call.method == "apps.connections.open":
            return self._connection(call)
        self._check_token(call)
        if call.method not in METHODS:
            raise SlackError("unknown_method", req_method=call.method)
        self._check_scope(call)
        self.workspace.rates.method(call.method, self.workspace.clock.now())
        return METHODS[call.method](self.workspace, call.args)

    def _connection(self, call: Call) -> Json:
        if not call.token:
            raise SlackError("not_authed")
        if call.token != APP_TOKEN:
            raise SlackError("not_allowed_token_type" if call.token == BOT_TOKEN else "invalid_auth")
        return {"url": self.socket_url}

    def _check_token(self, call: Call) -> None:
        if not call.token:
            raise SlackError("not_authed")
        if call.token == APP_TOKEN:
            raise SlackError("not_allowed_token_type")
        if call.token != BOT_TOKEN:
            raise SlackError("invalid_auth")
        if self.workspace.token_state:
            raise SlackError(self.workspace.token_state)

    def _check_scope(self, call: Call) -> None:
        needed = _SCOPES.get(call.method, "")
        if call.method in _READS:
            channel = self.workspace.channels.get(str(call.args.get("channel") or ""))
            if channel is None:
                raise SlackError("channel_not_found")
            place = _PREFIXES[kind_of(channel.private, channel.dm_with)]
            needed = f"{place}:{_READS[call.method]}"
        if call.method == "conversations.list":
            types = str(call.args.get("types") or "public_channel").split(",")
            needed = next(
                (n for t in types if (n := f"{_PREFIXES.get(t, 'mpim')}:read") not in self.workspace.scopes),
                "",
            )
        if call.method.startswith("assistant.") and not self.workspace.scopes & {
            "assistant:write",
            "chat:write",
        }:
            needed = "assistant:write"
        if needed and needed not in self.workspace.scopes:
            raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(self.workspace.scopes)))


async def _arguments(request: web.Request) -> tuple[Json, str]:
    """Query, form and JSON together, and the token from wherever it was put."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            sent = json.loads(await request.text() or "{}")
        except ValueError:
            sent = {_BROKEN: True}
        args |= sent if isinstance(sent, dict) else {_BROKEN: True}
    elif request.method == "POST":
        args |= {key: str(value) for key, value in (await request.post()).items()}
    for key in _AS_JSON:
        if isinstance(args.get(key), str):
            args[key] = _parsed(args[key])
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return {key: value for key, value in args.items() if key != "token"}, bearer or str(
        args.get("token") or ""
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


async def _break(request: web.Request, call: Call, fault: Fault) -> web.StreamResponse:
    call.status = fault.status if fault.how == "status" else 0
    if fault.how == "moved":
        return web.Response(status=307, headers={"Location": fault.code})
    if fault.how == "status":
        return web.Response(status=fault.status, text="upstream connect error", content_type="text/html")
    await asyncio.sleep(fault.seconds)
    return _cut(request, {})


def _cut(request: web.Request, reply: Json) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.json_response(reply)
