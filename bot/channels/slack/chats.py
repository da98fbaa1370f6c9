"""What is shown to people on Slack: modals, home pages and messages, and what a chat may hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from typing import Any

import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.assistant import words
from bot.casework.press import CARD
from bot.channels.common.messages import is_private, is_step, said_of_hiding
from bot.channels.slack.client import DEAD_CHANNEL, SlackClient, code_of
from bot.channels.slack.parts import Payload
from bot.content.door_texts import DoorTexts
from bot.domain.messages import Block, Button, Buttons, Callout, Form, Message, Paragraph
from bot.domain.turns import Content, Pressed, Said, Submitted
from bot.reporting.steps import SLOT

log = structlog.get_logger()
_TIMEOUT_S = 10
# Twice the same is once: a window does not keep what it showed because Slack stumbled. Nobody waits longer.
_UPDATES_AFTER_S = (0.0, 0.2, 1.5)
_CLOSED = frozenset(("not_found", "view_not_found"))


class Chats:
    """Modals, home pages, direct messages and answers to the one who waits for them."""

    def __init__(self, slack: SlackClient) -> None:
        self._slack = slack
        self._client = slack.reads

    async def open_view(self, trigger: str, view: Payload) -> str:
        """Open a modal and return its id; "" where the trigger has expired or Slack refuses."""
        opened = await self._done("views.open", self._client.views_open(trigger_id=trigger, view=view))
        shown = (opened or {}).get("view") or {}
        return str(shown.get("id") or "")

    async def push_view(self, trigger: str, view: Payload) -> str:
        """Open a modal over the one that was pressed in, which is there again when this one is closed.

        Its id; "" as above, or where three stand on each other.
        """
        pushed = await self._done("views.push", self._client.views_push(trigger_id=trigger, view=view))
        shown = (pushed or {}).get("view") or {}
        return str(shown.get("id") or "")

    async def update_view(self, view_id: str, view: Payload, version: str = "") -> bool:
        """Show something else in a modal. False where it was closed.

        `version` is the hash of what it showed. Where it shows something newer by now, what we bring is
        newer still, because a person's acts are answered in their order: it is shown all the same.
        """
        for wait in _UPDATES_AFTER_S:
            await asyncio.sleep(wait)
            try:
                await self._client.views_update(view_id=view_id, view=view, hash=version or None)
            except Exception as fault:
                self._failed("views.update", fault)
                if code_of(fault) in _CLOSED:
                    return False
                version = ""
            else:
                return True
        return False

    async def publish_home(self, user: str, view: Payload) -> bool:
        """Show a home page to a user."""
        published = self._client.views_publish(user_id=user, view=view)
        return await self._done("views.publish", published) is not None

    async def direct(self, user: str, post: Payload, thread: str = "") -> bool:
        """Send a direct message."""
        channel = await self._channel_of(user)
        return bool(channel) and await self.post(channel, post, thread)

    async def post(self, channel: str, post: Payload, thread: str = "") -> bool:
        """Post in a channel, in a thread of it where one is given."""
        sent = self._client.chat_postMessage(channel=channel, thread_ts=thread or None, **post)
        return await self._done("chat.postMessage", sent, channel) is not None

    async def respond(self, url: str, post: Payload) -> bool:
        """Answer a command or a press where it was made, for the sender's eyes alone."""
        if not url:
            return False
        hook = AsyncWebhookClient(url, timeout=_TIMEOUT_S, session=self._client.session)
        body = {**post, "response_type": "ephemeral", "replace_original": False}
        try:
            answer = await hook.send_dict(body)
        except Exception as fault:
            return self._failed("response_url", fault)
        if answer.status_code != 200:
            log.warning("slack.call_failed", call="response_url", status=answer.status_code)
        return answer.status_code == 200

    async def permalink(self, channel: str, ts: str) -> str:
        """The link to a message; "" where Slack does not give it."""
        found = await self._done(
            "chat.getPermalink", self._client.chat_getPermalink(channel=channel, message_ts=ts)
        )
        return str((found or {}).get("permalink") or "")

    async def status(self, channel: str, thread: str, words: str) -> None:
        """Say in an agent's thread what is being done. Best effort: no plan needs it."""
        said = self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=words)
        await self._done("assistant.threads.setStatus", said)

    async def prompts(self, channel: str, title: str, questions: tuple[str, ...]) -> None:
        """Offer questions to ask in the agent's container. Best effort: no plan needs it."""
        # Without a thread: with one, an app with an agent view is silently not heard.
        offered = [{"title": question, "message": question} for question in questions]
        args = {"channel_id": channel, "title": title, "prompts": json.dumps(offered)}
        said = self._client.api_call("assistant.threads.setSuggestedPrompts", params=args)
        await self._done("assistant.threads.setSuggestedPrompts", said)

    async def _channel_of(self, user: str) -> str:
        return await self._done("conversations.open", self._slack.direct_channel(user)) or ""

    async def _done(self, name: str, call: Awaitable[Any], channel: str = "") -> Any | None:
        """The answer to a call; None where it was refused or not answered."""
        try:
            return await call
        except Exception as fault:
            self._failed(name, fault)
            if code_of(fault) in DEAD_CHANNEL:
                self._slack.forget(channel)
            return None

    def _failed(self, name: str, fault: Exception) -> bool:
        # Slack's word for it, never what we sent.
        log.warning("slack.call_failed", call=name, error=code_of(fault) or type(fault).__name__)
        return False


# Presses that are answered where they are made: nothing that they bring is private or typed in.
_AT_ONCE = frozenset({"case.acknowledge", "case.take"})
_WINDOWS = (
    *("journey.", "report.", "status.", "case.", "roster.", "reply.", "governors.", "campaign."),
    *("account.", "gap.", "ask.clause", "posting.", "consult.", "work."),
)
# What is asked for by a word, by what it replaces: the press that shows it again.
_AGAIN = {
    "replies": "reply.list",
    "governors": "governors.show",
    "gaps": "gap.list",
    "work": "work.show",
    "accounts": "account.list",
}
# What is shown to those alone who ask for it by a word.
_SAID = ("roster", "audit")


def leads_to_modal(content: Content) -> bool:
    """Whether a press or command is answered in a modal, so that one is opened before the answer is known."""
    if isinstance(content, Said):
        return False
    action = content.action if isinstance(content, Pressed | Submitted) else ""
    if isinstance(content, Pressed) and action == words.WORD:
        return content.value.partition(" ")[0] in _SAID
    return action.startswith(_WINDOWS) and action not in _AT_ONCE


def in_chat(message: Message, asked: Content, texts: DoorTexts) -> Message:
    """What stands in a chat for a message: itself, or a line and a button that opens it in a modal."""
    if message.hides:
        # No word of a report stands on it, and a button to a form would be no answer to "hide".
        return said_of_hiding(message, texts)
    if not is_private(message):
        return message
    again = _opens(message, asked)
    button = Buttons((Button(texts.form.open, again.action, again.value, "primary"),))
    return Message((*_said_above(message, asked), Paragraph(texts.form.opener), button), texts.form.opener)


def _said_above(message: Message, asked: Content) -> tuple[Block, ...]:
    """The line above a step that says why what was typed led there: our own words, none of the report's."""
    first = message.blocks[0] if isinstance(asked, Said) and message.replaces == SLOT else None
    return (first,) if isinstance(first, Callout) and first.tone == "info" and not first.text else ()


def _opens(message: Message, asked: Content) -> Pressed:
    """The press that shows the message again, or the nearest to it."""
    form = next((block for block in message.blocks if isinstance(block, Form)), None)
    if form is not None and not form.action.startswith("journey."):
        return Pressed(form.action, form.value)
    if form is not None or is_step(message):
        return Pressed("journey.resume")
    if message.replaces in _AGAIN:
        return Pressed(_AGAIN[message.replaces])
    if message.replaces.partition(":")[0] in _SAID:
        # As it would be typed again: "roster", "audit", "audit FED-7K3Q".
        return Pressed(words.WORD, message.replaces.replace(":", " "))
    if message.replaces.startswith(CARD):
        return Pressed("case.show", message.replaces.removeprefix(CARD))
    if isinstance(asked, Pressed) and not asked.action.startswith("journey."):
        return asked
    if message.replaces != SLOT and isinstance(asked, Pressed):
        # Not sent after all: the report is where it was.
        return Pressed("journey.resume")
    # The receipt of an anonymous report: from the chat nobody shall learn which report was sent.
    return Pressed("status.show")
