"""Modals: opened before the answer is known, filled with it, and taken back when they are submitted."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.channels.common.messages import merged
from bot.channels.slack import views
from bot.channels.slack.blocks import post_of
from bot.channels.slack.desk import PATIENCE_S, Desk, Replies, Stored, now
from bot.channels.slack.homes import Homes
from bot.channels.slack.look import Payload
from bot.channels.slack.payloads import Act, Submission
from bot.channels.slack.people import Standing
from bot.channels.slack.replies import in_chat
from bot.domain.turns import Content

Opening = asyncio.Task[str]
_REMEMBERED = 500


class Windows:
    """Opens modals and fills them. What no modal can show any more goes on in the direct messages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, trigger: str) -> Opening:
        """Open one at once, before there is anything to show: a trigger is good for three seconds."""
        view = views.placeholder(self._desk.look)
        return self._desk.background.start(self._desk.calls.open_view(trigger, view))

    async def open_with(self, trigger: str, replies: Replies) -> bool:
        """Open one that shows the replies. False where the trigger is good no more."""
        return bool(await self._desk.calls.open_view(trigger, self.view(replies)))

    def view(self, replies: Replies) -> Payload:
        """The modal that shows the replies."""
        return views.modal(merged(replies), self._desk.look)

    async def fill(self, act: Act, asked: Content, opening: Opening, replies: Replies) -> None:
        """Show the replies in the modal that is being opened; none for the second copy of an act."""
        view_id = await opening
        if not replies:
            return
        shown = bool(view_id) and await self._desk.calls.update_view(view_id, self.view(replies))
        if not shown:
            await self.direct(act, asked, replies)

    async def direct(self, act: Act, asked: Content, replies: Replies) -> bool:
        """The replies as direct messages: what may not stand there, as a button that opens it.

        False where Slack did not take one of them.
        """
        done = True
        for message in replies:
            shown = in_chat(message, asked, self._desk.world.door)
            done = await self._desk.calls.direct(act.user, post_of(shown, self._desk.look)) and done
        return done


class Submissions:
    """Modals that were submitted: stored before Slack is told that they came."""

    def __init__(self, desk: Desk, windows: Windows, homes: Homes) -> None:
        self._desk = desk
        self._windows = windows
        self._homes = homes
        # The same words sent twice get the same answer.
        self._answers: OrderedDict[str, dict[str, Any]] = OrderedDict()

    async def take(self, act: Submission, ack: AsyncAck) -> None:
        """Store what was sent, then acknowledge with the next step, the errors, or that nothing is saved."""
        began, submitted = now(), views.submitted(act.view, self._desk.look)
        async with self._desk.turns.of(act.user, PATIENCE_S):
            if known := self._answers.get(act.event_id):
                await ack(**known)
                return
            standing = await self._desk.standing(act, submitted)
            if standing.kind == "gone":
                await ack(response_action="clear")
                return
            refusal = self._desk.refusal(standing, submitted)
            stored = (
                Stored((refusal,)) if refusal else await self._desk.stored(act, submitted, standing, began)
            )
            await ack(**await self._answered(act, stored, standing))
        self._homes.changed(act, submitted.action)
        await self._desk.corrected(stored, lambda replies: self._update(act, submitted, replies))

    async def _answered(self, act: Submission, stored: Stored, standing: Standing) -> dict[str, Any]:
        if self._desk.stays(stored.replies):
            # Kept as it is, with all that was typed: it can be sent again as soon as it can be stored.
            shown = views.with_notice(act.view, stored.replies[0], self._desk.look)
            return {"response_action": "update", "view": shown}
        replies = stored.replies or await self._desk.resumed(act, standing)
        answer = self._next(act, replies)
        self._answers[act.event_id] = answer
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        return answer

    def _next(self, act: Submission, replies: Replies) -> dict[str, Any]:
        view = self._windows.view(replies)
        errors = views.errors_of(merged(replies))
        # Errors can only stand beside fields that are there: a field that is new needs the form again.
        if errors and _inputs(view) == _inputs(act.view):
            return {"response_action": "errors", "errors": errors}
        return {"response_action": "update", "view": view}

    async def _update(self, act: Submission, asked: Content, replies: Replies) -> None:
        view = self._windows.view(replies)
        if not await self._desk.calls.update_view(str(act.view["id"]), view):
            await self._windows.direct(act, asked, replies)


def _inputs(view: Payload) -> set[str]:
    return {str(block.get("block_id")) for block in view["blocks"] if block.get("type") == "input"}
