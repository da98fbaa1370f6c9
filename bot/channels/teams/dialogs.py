"""The message extension: "Report this message" and "Ask the policy" in a dialog that one person sees."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from bot.channels.common.messages import merged
from bot.channels.teams.activities import ADAPTIVE_CARD, Activity, InvokeReply
from bot.channels.teams.desk import Desk, Replies
from bot.channels.teams.fields import content_of
from bot.channels.teams.invokes import excuse
from bot.channels.teams.posts import card, for_dialog
from bot.domain.messages import Field, Form, Message
from bot.domain.turns import Content, Pressed, Said, Submitted
from bot.reporting.steps import SLOT

REPORT_MESSAGE, REPORT, ASK = "reportMessage", "report", "askPolicy"
_ASKED = "dialog.ask"
_OPENS = ("composeExtension/fetchTask", "task/fetch")
_SENDS = ("composeExtension/submitAction", "task/submit")


class Dialogs:
    """Answers the invokes of the message extension, each with the next card of its dialog.

    `elsewhere` is told when a report goes on in a dialog: what stood of it in the chat has to go.
    """

    def __init__(self, desk: Desk, elsewhere: Callable[[Activity], Awaitable[None]]) -> None:
        self._desk = desk
        self._elsewhere = elsewhere
        self._texts = desk.world.door

    async def answer(self, activity: Activity) -> InvokeReply | None:
        """The next card; None for an invoke that is not ours."""
        if activity.name in _OPENS:
            return await self._opened(activity)
        if activity.name in _SENDS:
            return await self._sent(activity)
        return None

    async def _opened(self, activity: Activity) -> InvokeReply:
        match activity.value.get("commandId"):
            case command if command == ASK:
                return self._shown((self._question(),))
            case command if command == REPORT_MESSAGE:
                content: Content = self._reported(activity.value)
            case _:
                content = Pressed("report.start")
        return self._shown(await self._desk.replies(activity, content))

    async def _sent(self, activity: Activity) -> InvokeReply:
        data = activity.value.get("data")
        content: Content | None = None
        if isinstance(data, Mapping):
            content = content_of(data, self._desk.look)
        if isinstance(content, Submitted) and content.action == _ASKED:
            content = Said("".join(content.fields.get("question", ())) or "help")
        if content is None:
            return excuse(activity.name, self._texts.required)
        replies = await self._desk.replies(activity, content)
        if any(message.replaces == SLOT for message in replies):
            await self._elsewhere(activity)
        if self._desk.stays(replies) and isinstance(data, Mapping):
            return self._shown(replies, again=data)
        return self._shown(replies) if replies else excuse(activity.name, self._texts.chat.again)

    def _shown(self, replies: Replies, again: Mapping[str, Any] | None = None) -> InvokeReply:
        """The replies as the dialog's next card. `again`: what was sent and not saved, to send once more."""
        if not replies:
            return InvokeReply(200, {"task": {"type": "message", "value": self._texts.chat.again}})
        drawn = for_dialog(card(merged(replies), self._desk.look))
        if again is not None:
            # A dialog keeps no field of the card before it: the words go along with the button.
            retry = {"type": "Action.Submit", "title": self._texts.chat.try_again, "data": dict(again)}
            drawn = {**drawn, "body": [*drawn["body"], {"type": "ActionSet", "actions": [retry]}]}
        info = {
            "title": self._texts.form.title,
            "height": "large",
            "width": "medium",
            "card": {"contentType": ADAPTIVE_CARD, "content": drawn},
        }
        return InvokeReply(200, {"task": {"type": "continue", "value": info}})

    def _question(self) -> Message:
        texts = self._texts.home
        field = Field("question", texts.ask, "long_text", hint=texts.ask_hint, max_length=1000)
        form = Form(_ASKED, "", (field,), texts.ask_submit, texts.title)
        return Message((form,), summary=texts.title)

    def _reported(self, value: Mapping[str, Any]) -> Content:
        """The link to the message and its time come along; its words, its files and its author do not."""
        payload = value.get("messagePayload")
        payload = payload if isinstance(payload, Mapping) else {}
        fields: dict[str, tuple[str, ...]] = {}
        if isinstance(link := payload.get("linkToMessage"), str) and link:
            fields["link"] = (link,)
        if posted := self._local(payload.get("createdDateTime")):
            fields["posted_at"] = (posted,)
        return Submitted("report.start", "", fields)

    def _local(self, told: object) -> str:
        try:
            moment = datetime.fromisoformat(told) if isinstance(told, str) else None
        except ValueError:
            return ""
        if moment is None or moment.tzinfo is None:
            return ""
        return f"{moment.astimezone(self._desk.look.zone):%Y-%m-%dT%H:%M}"
