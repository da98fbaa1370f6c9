"""What is typed into the form of a report, kept while it is typed: a lost window costs nobody words."""

from __future__ import annotations

import asyncio

from bot.channels.slack import views
from bot.channels.slack.desk import SlackDesk
from bot.channels.slack.payloads import Filling

# Slack tells of each letter: so long after the first of them all that stands there by then is kept at once.
_KEPT_AFTER_S = 2.0


class Drafts:
    """Keeps the newest state of each person's form, sealed in the place of the one before."""

    def __init__(self, desk: SlackDesk) -> None:
        self._desk = desk
        self._newest: dict[str, Filling] = {}

    async def changed(self, act: Filling) -> None:
        """A field has changed: keep what stands in the form soon, unless it is sent or left before."""
        waits = act.user in self._newest
        self._newest[act.user] = act
        if waits:
            return
        await asyncio.sleep(_KEPT_AFTER_S)
        async with self._desk.turns.of(act.user):
            if (newest := self._newest.pop(act.user, None)) is None:
                return
            typed = views.left(newest.view, self._desk.look)
            standing = await self._desk.standing(newest, typed)
            if standing.kind != "gone" and self._desk.refusal(standing, typed) is None:
                await self._desk.handle(newest, typed, standing)

    def settled(self, user: str) -> None:
        """The form was sent, left or closed, and its words came along: nothing older is kept over them."""
        self._newest.pop(user, None)
