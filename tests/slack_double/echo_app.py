"""A tiny Bolt app that answers everything in one way: what the double's own tests talk to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond, AsyncSay
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_double.double import SlackDouble
from tests.slack_double.server import end_tasks
from tests.slack_double.shapes import Json


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def modal(title: str = "Echo", **more: Any) -> Json:
    """A modal with a required field, an optional choice and buttons."""
    options = [{"text": plain(name), "value": name.lower()} for name in ("Red", "Blue")]
    typed = {"type": "plain_text_input", "action_id": "typed", "max_length": 10}
    blocks = [
        {"type": "input", "block_id": "what", "label": plain("What?"), "element": typed},
        {
            "type": "input",
            "block_id": "colour",
            "optional": True,
            "label": plain("Colour"),
            "element": {"type": "radio_buttons", "action_id": "chosen", "options": options},
        },
        {
            "type": "input",
            "block_id": "who",
            "optional": True,
            "label": plain("Who"),
            "element": {"type": "users_select", "action_id": "person"},
        },
        {"type": "actions", "block_id": "more", "elements": [button("Another", "another")]},
    ]
    frame = {"type": "modal", "title": plain(title), "submit": plain("Send"), "callback_id": "echo"}
    return frame | {"blocks": blocks, "notify_on_close": True} | more


def button(label: str, action_id: str, value: str = "v") -> Json:
    """A button."""
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": value}


def card(text: str) -> list[Json]:
    """A message with a button."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return [section, {"type": "actions", "elements": [button("Seen", "seen")]}]


def listen(app: AsyncApp) -> None:
    """The app's listeners."""
    app.command("/echo")(_echo)
    app.command("/modal")(_modal)
    app.command("/slow")(_slow)
    app.event("message")(_message)
    app.event("app_mention")(_message)
    app.event("app_home_opened")(_home)
    app.shortcut("open")(_open)
    app.shortcut("report")(_open)
    app.action("seen")(_seen)
    app.action("another")(_another)
    app.view("echo")(_submitted)
    app.view_closed("echo")(_closed)


async def _echo(ack: AsyncAck, respond: AsyncRespond, command: Json) -> None:
    await ack()
    await respond(text=f"You said {command['text']}", blocks=card(f"You said {command['text']}"))


async def _modal(ack: AsyncAck, client: AsyncWebClient, command: Json) -> None:
    await ack()
    await client.views_open(trigger_id=command["trigger_id"], view=modal())


async def _slow(ack: AsyncAck) -> None:
    await asyncio.sleep(3.5)
    await ack()


async def _message(event: Json, say: AsyncSay) -> None:
    await say(text=f"Heard {event['text']}", blocks=card(f"Heard {event['text']}"))


async def _home(event: Json, client: AsyncWebClient) -> None:
    if event["tab"] == "messages":
        prompts = [{"title": "Photos", "message": "May I post photos?"}]
        await client.assistant_threads_setSuggestedPrompts(
            channel_id=event["channel"], thread_ts="", prompts=prompts
        )
        return
    view = {"type": "home", "blocks": card("Welcome home")}
    await client.views_publish(user_id=event["user"], view=view)


async def _open(ack: AsyncAck, client: AsyncWebClient, shortcut: Json) -> None:
    await ack()
    await client.views_open(trigger_id=shortcut["trigger_id"], view=modal("From a shortcut"))


async def _seen(ack: AsyncAck, respond: AsyncRespond, body: Json) -> None:
    await ack()
    if body["container"]["type"] == "message":
        await respond(text="Seen it", replace_original=True)


async def _another(ack: AsyncAck, client: AsyncWebClient, body: Json) -> None:
    await ack()
    with suppress(SlackApiError):  # Bolt forgets the acknowledgement of a listener that fails at once
        await client.views_push(trigger_id=body["trigger_id"], view=modal("On top"))


async def _submitted(ack: AsyncAck, view: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
    values = view["state"]["values"]
    typed = values["what"]["typed"]["value"]
    answers: dict[str, Json] = {
        "bad": {"response_action": "errors", "errors": {"what": "Not that"}},
        "nowhere": {"response_action": "errors", "errors": {"gone": "Not that"}},
        "push": {"response_action": "push", "view": modal("Pushed")},
        "update": {"response_action": "update", "view": modal("Updated")},
        "clear": {"response_action": "clear"},
    }
    await ack(**answers.get(typed, {}))
    if typed not in answers:
        chosen = (values["colour"]["chosen"]["selected_option"] or {}).get("value")
        text = f"Got {typed}, {chosen}, {values['who']['person']['selected_user']}"
        await client.chat_postMessage(channel=context.user_id or "", text=text)


async def _closed(ack: AsyncAck, client: AsyncWebClient, body: Json) -> None:
    await ack()
    await client.chat_postMessage(channel=body["user"]["id"], text="You closed it")


class EchoApp:
    """The app in a thread, over HTTP (which sets the double's `app_url`) or Socket Mode."""

    def __init__(self, slack: SlackDouble, socket_mode: bool = False) -> None:
        self._slack = slack
        self._socket_mode = socket_mode
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="echo-app", daemon=True)
        self._runner: web.AppRunner | None = None
        self._handler: AsyncSocketModeHandler | None = None

    def __enter__(self) -> EchoApp:
        self._thread.start()
        self._do(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _start(self) -> None:
        slack = self._slack
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        app = AsyncApp(signing_secret=slack.signing_secret, client=client)
        listen(app)
        if self._socket_mode:
            self._handler = AsyncSocketModeHandler(app, slack.app_token, web_client=client)
            await self._handler.connect_async()  # type: ignore[no-untyped-call]
            return
        self._runner = web.AppRunner(app.web_app("/slack/events"), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        slack.app_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"

    async def _stop(self) -> None:
        if self._handler is not None:
            await self._handler.close_async()  # type: ignore[no-untyped-call]
        if self._runner is not None:
            await self._runner.cleanup()
        await end_tasks()
