"""What the door asks of Slack while somebody waits. Nothing here raises: each says whether it was done."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.channels.slack.faults import code_of

log = structlog.get_logger()
Payload = dict[str, Any]
_TIMEOUT_S = 10


class Calls:
    """Modals, home pages, direct messages and answers to the one who waits for them."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        # The direct-message channel with each user: it never changes.
        self._direct: dict[str, str] = {}

    async def open_view(self, trigger: str, view: Payload) -> str:
        """Open a modal and return its id; "" where the trigger has expired or Slack refuses."""
        opened = await self._done("views.open", self._client.views_open(trigger_id=trigger, view=view))
        shown = (opened or {}).get("view") or {}
        return str(shown.get("id") or "")

    async def update_view(self, view_id: str, view: Payload, version: str = "") -> bool:
        """Show something else in a modal. False where it was closed.

        `version` is the hash of what it showed. Where it shows something newer by now, what we bring is
        newer still, because a person's acts are answered in their order: it is shown all the same.
        """
        if version:
            try:
                await self._client.views_update(view_id=view_id, view=view, hash=version)
            except Exception as fault:
                if code_of(fault) != "hash_conflict":
                    return self._failed("views.update", fault)
            else:
                return True
        again = self._client.views_update(view_id=view_id, view=view)
        return await self._done("views.update", again) is not None

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
        return await self._done("chat.postMessage", sent) is not None

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
        if user not in self._direct:
            opened = await self._done("conversations.open", self._client.conversations_open(users=[user]))
            channel = str(((opened or {}).get("channel") or {}).get("id") or "")
            if not channel:
                return ""
            self._direct[user] = channel
        return self._direct[user]

    async def _done(self, name: str, call: Awaitable[Any]) -> Any | None:
        """The answer to a call; None where it was refused or not answered."""
        try:
            return await call
        except Exception as fault:
            self._failed(name, fault)
            return None

    def _failed(self, name: str, fault: Exception) -> bool:
        # Slack's word for it, never what we sent.
        log.warning("slack.call_failed", call=name, error=code_of(fault) or type(fault).__name__)
        return False
