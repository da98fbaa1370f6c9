"""Buttons: stored before Slack is told that the press came, and answered where they were pressed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.asking import conversation
from bot.asking.answer import answer_topic
from bot.channels.common.messages import SHARE, line, shared
from bot.channels.slack import views
from bot.channels.slack.blocks import post_of
from bot.channels.slack.desk import PATIENCE_S, Desk, Replies, Stored, now
from bot.channels.slack.homes import Homes
from bot.channels.slack.ids import Place
from bot.channels.slack.modals import Opening, Windows
from bot.channels.slack.payloads import Press
from bot.channels.slack.people import Standing
from bot.channels.slack.replies import in_chat, leads_to_modal
from bot.domain.presses import Share
from bot.domain.turns import Content, Pressed, Said

_REMEMBERED = 1000


class Presses:
    """Presses of buttons in messages, in modals and on the home page."""

    def __init__(self, desk: Desk, windows: Windows, homes: Homes) -> None:
        self._desk = desk
        self._windows = windows
        self._homes = homes
        self._shared: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def take(self, act: Press, ack: AsyncAck) -> None:
        """Do what was pressed, acknowledge it, and show what came of it."""
        if isinstance(act.content, Pressed) and act.content.action == SHARE:
            await ack()
            async with self._desk.turns.of(act.user):
                await self._share(act, act.content.value)
            return
        began, content = now(), self._content(act)
        opening = self._opening(act, content)
        async with self._desk.turns.of(act.user, PATIENCE_S):
            standing = await self._desk.standing(act, content)
            stored = await self._stored(act, content, standing, began)
            await ack()
            if standing.kind != "gone":
                await self._show(act, content, stored.replies, opening)
        self._tell_home(act, content)
        await self._desk.corrected(stored, lambda replies: self._show(act, content, replies, opening))

    def _content(self, act: Press) -> Content:
        """What was pressed, with what stood in the modal around it."""
        if isinstance(act.content, Said):
            return Said(act.content.text.strip() or "help")
        if act.view is None or not act.in_modal:
            return act.content
        return replace(act.content, typed=views.typed(act.view, self._desk.look))

    def _opening(self, act: Press, content: Content) -> Opening | None:
        """A modal for the answer, where the press was not made in one and a chat is no place for it."""
        at_home = act.view is not None and not act.in_modal
        wanted = at_home or (not act.in_modal and leads_to_modal(content))
        return self._windows.open(act.trigger) if wanted else None

    async def _stored(self, act: Press, content: Content, standing: Standing, began: float) -> Stored:
        if standing.kind == "gone":
            return Stored(())
        refusal = self._desk.refusal(standing, content)
        return Stored((refusal,)) if refusal else await self._desk.stored(act, content, standing, began)

    async def _show(self, act: Press, content: Content, replies: Replies, opening: Opening | None) -> None:
        if not replies:
            # A second copy of a press: the first has been answered.
            return
        if act.in_modal:
            await self._in_modal(act, content, replies)
        elif opening is not None:
            await self._windows.fill(act, content, opening, replies)
        else:
            await self._in_chat(act, content, replies)

    async def _in_modal(self, act: Press, content: Content, replies: Replies) -> None:
        view = act.view or {}
        if self._desk.stays(replies):
            # All that was typed stays where it is.
            shown = views.with_notice(view, replies[0], self._desk.look)
        else:
            shown = self._windows.view(replies)
        if not await self._desk.calls.update_view(str(view["id"]), shown, str(view.get("hash") or "")):
            await self._windows.direct(act, content, replies)

    async def _in_chat(self, act: Press, content: Content, replies: Replies) -> None:
        """In direct messages a message; in a channel an answer for the presser's eyes alone."""
        direct = act.channel.startswith("D") and not act.ephemeral
        calls = self._desk.calls
        for message in replies:
            post = post_of(in_chat(message, content, self._desk.world.door), self._desk.look)
            done = direct and await calls.post(act.channel, post, act.thread)
            if not (done or await calls.respond(act.response_url, post)):
                await calls.direct(act.user, post)

    def _tell_home(self, act: Press, content: Content) -> None:
        if isinstance(content, Said):
            self._homes.asked(act)
        elif isinstance(content, Pressed):
            self._homes.changed(act, content.action)

    async def _share(self, act: Press, value: str) -> None:
        """Post the topic's own answer where the asker had asked, once."""
        texts = self._desk.world.door
        standing = await self._desk.standing(act, act.content)
        if standing.kind != "staff":
            refusal = self._desk.refusal(standing, act.content)
            await self._in_chat(act, act.content, (refusal or line(texts.channel.not_shared),))
            return
        done = (act.user, value) in self._shared or await self._posted(act, value, standing.name)
        if done:
            self._shared[act.user, value] = None
            while len(self._shared) > _REMEMBERED:
                self._shared.popitem(last=False)
        said = texts.channel.shared if done else texts.channel.not_shared
        await self._in_chat(act, act.content, (line(said),))

    async def _posted(self, act: Press, value: str, name: str) -> bool:
        world = self._desk.world
        asked = Share.parse(value)
        there = Place.parse(asked.place)
        if asked.topic not in world.policy.topics or not there.channel:
            return False
        answer = conversation.show(answer_topic(asked.topic, world.policy, world.rules), world)
        post = post_of(shared(answer, name or act.user, world.door), self._desk.look)
        return await self._desk.calls.post(there.channel, post, there.thread)
