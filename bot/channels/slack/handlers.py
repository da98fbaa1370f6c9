"""Commands, messages, shortcuts, presses, modals and the home page: acknowledged at once, answered after."""

from __future__ import annotations

import asyncio
import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.assistant import desk, words
from bot.channels.common.desk import Replies, said
from bot.channels.common.messages import is_private, line, merged, said_of_hiding
from bot.channels.common.people import Standing
from bot.channels.common.remembered import Remembered
from bot.channels.common.sharing import SHARE, shared, with_share
from bot.channels.common.work import now
from bot.channels.slack import views
from bot.channels.slack.chats import in_chat, leads_to_modal
from bot.channels.slack.config import PLATFORM
from bot.channels.slack.desk import PATIENCE_S, SlackDesk, Stored
from bot.channels.slack.drawing import Drawing, post_of
from bot.channels.slack.ids import ThreadPlace
from bot.channels.slack.parts import Payload
from bot.channels.slack.payloads import (
    Closed,
    Direct,
    Mention,
    Opened,
    Press,
    Shortcut,
    SlackEvent,
    Slash,
    Submission,
)
from bot.channels.slack.views import HomeParts, home_view
from bot.domain.messages import Message
from bot.domain.presses import Share
from bot.domain.turns import Content, Pressed, Said, Sender, Submitted
from bot.posting.shown import keeps_nothing

_PAGES_KEPT = 2000
# What changes a list on the page: one's own reports, the cases of the leadership team, or what waits for one.
_CHANGES = ("journey.send", "report.", "case.", "reply.", "account.", "consult.", "gap.", "campaign.")


class Homes:
    """Builds and publishes home pages, and renews the pages that were opened lately."""

    def __init__(self, desk: SlackDesk) -> None:
        self._desk = desk
        # How often each person's search box was emptied, for those who have seen their page.
        self._seen: Remembered[str, int] = Remembered(_PAGES_KEPT)

    async def publish(self, act: SlackEvent) -> None:
        """Show the page to the person who opened it, or changed something that it shows."""
        standing = await self._desk.standing(act, Said(""))
        if standing.kind == "gone":
            return
        self._seen[act.user] = self._seen.get(act.user, 0)
        refusal = self._desk.refusal(standing, Said(""))
        view = self._refused(refusal) if refusal else await self._page(act, standing)
        if view is not None:
            await self._desk.chats.publish_home(act.user, view)

    def asked(self, act: SlackEvent) -> None:
        """A question was asked on the page: its search box is emptied."""
        if act.user in self._seen:
            self._seen[act.user] += 1
            self._desk.background.start(self.publish(act))

    def changed(self, act: SlackEvent, action: str) -> None:
        """Something was done that the page may show."""
        if act.user in self._seen and action.startswith(_CHANGES):
            self._desk.background.start(self.publish(act))

    async def _page(self, act: SlackEvent, standing: Standing) -> Payload | None:
        """The page; None for the second copy of an event, whose page has been published."""
        mine = await self._desk.handle(act, Said("status"), standing, "home")
        if not mine:
            return None
        world = self._desk.world
        row = desk.row(world, Sender(PLATFORM, act.user))
        leads = standing.kind == "staff" and any(button.value == "cases" for button in row)
        cases = await self._desk.handle(act, Said("cases"), standing, "home-cases") if leads else ()
        waits = await self._desk.handle(act, Said("my work"), standing, "home-work")
        parts = HomeParts.of(world, self._listed(mine), self._listed(cases), self._listed(waits), row)
        return home_view(parts, self._desk.look, self._seen.get(act.user, 0))

    def _listed(self, replies: Replies) -> Message | None:
        """A list for the page; none where it could not be read: there was nothing on the page to save."""
        return replies[0] if replies and not self._desk.stays(replies) else None

    def _refused(self, message: Message) -> Payload:
        return {"type": "home", "blocks": Drawing(self._desk.look).all(message.blocks)}


Opening = asyncio.Task[str]
_ANSWERS_KEPT = 500
# Who presses twice does so at once; and what was written anonymously must not be found here for days.
ANSWERED_FOR_S = 600.0


class Windows:
    """Opens modals and fills them. What no modal can show any more goes on in the direct messages."""

    def __init__(self, desk: SlackDesk) -> None:
        self._desk = desk

    def open(self, trigger: str, asked: Content, *, over: bool = False) -> Opening:
        """Open one at once, before there is anything to show: a trigger is good for three seconds.

        `over`: over the one that is open, which stays as it is.
        """
        view, chats = views.placeholder(self._desk.look, asked), self._desk.chats
        opened = chats.push_view(trigger, view) if over else chats.open_view(trigger, view)
        return self._desk.background.start(opened)

    async def open_with(self, trigger: str, replies: Replies) -> bool:
        """Open one that shows the replies. False where the trigger is good no more."""
        return bool(await self._desk.chats.open_view(trigger, self.view(replies)))

    def view(self, replies: Replies) -> Payload:
        """The modal that shows the replies."""
        return views.modal(merged(replies), self._desk.look)

    async def fill(self, act: SlackEvent, asked: Content, opening: Opening, replies: Replies) -> None:
        """Show the replies in the modal that is being opened; none for the second copy of an act."""
        view_id = await opening
        if not replies:
            return
        shown = bool(view_id) and await self._desk.chats.update_view(view_id, self.view(replies))
        if not shown:
            await self.direct(act, asked, replies)

    async def direct(self, act: SlackEvent, asked: Content, replies: Replies) -> bool:
        """The replies as direct messages: what may not stand there, as a button that opens it.

        False where Slack did not take one of them.
        """
        done = True
        for message in replies:
            shown = in_chat(message, asked, self._desk.world.door)
            done = await self._desk.chats.direct(act.user, post_of(shown, self._desk.look)) and done
        return done


class Submissions:
    """Modals that were submitted: stored before Slack is told that they came."""

    def __init__(self, desk: SlackDesk, windows: Windows, homes: Homes) -> None:
        self._desk = desk
        self._windows = windows
        self._homes = homes
        # The same words sent twice get the same answer.
        self._answers: Remembered[str, bytes] = Remembered(_ANSWERS_KEPT)

    async def take(self, act: Submission, ack: AsyncAck) -> None:
        """Store what was sent, then acknowledge with the next step, the errors, or that nothing is saved."""
        began, submitted = now(), views.submitted(act.view, self._desk.look)
        async with self._desk.turns.of(act.user, PATIENCE_S):
            if known := self._answers.get(act.event_id):
                await ack(**_unpacked(known))
                return
            standing = await self._desk.standing(act, submitted)
            if standing.kind == "gone":
                await ack(response_action="clear")
                return
            refusal = self._desk.refusal(standing, submitted)
            submitted = await self._desk.with_names(submitted)
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
        if not keeps_nothing(views.submitted(act.view, self._desk.look)):
            self._answers[act.event_id] = _packed(answer)
            asyncio.get_running_loop().call_later(ANSWERED_FOR_S, self._answers.pop, act.event_id, None)
        return answer

    def _next(self, act: Submission, replies: Replies) -> dict[str, Any]:
        view = views.following(self._windows.view(replies), act.view)
        errors = views.errors_of(merged(replies))
        # Errors can only stand beside fields that are there: a field that is new, or whose text was changed
        # here, needs the form again.
        if errors and _inputs(view) == _inputs(act.view):
            return {"response_action": "errors", "errors": errors}
        return {"response_action": "update", "view": view}

    async def _update(self, act: Submission, asked: Content, replies: Replies) -> None:
        view = self._windows.view(replies)
        if not await self._desk.chats.update_view(str(act.view["id"]), view):
            await self._windows.direct(act, asked, replies)


def _packed(answer: Payload) -> bytes:
    """A tenth of its size, and in one piece: its hundred small ones would each keep a page of memory."""
    return zlib.compress(json.dumps(answer).encode(), 1)


def _unpacked(kept: bytes) -> Payload:
    found: Payload = json.loads(zlib.decompress(kept))
    return found


def _inputs(view: Payload) -> set[str]:
    return {str(block.get("block_id")) for block in view["blocks"] if block.get("type") == "input"}


_PROMPTS = 4
SHORTCUTS = ("report_incident", "report_message")


class Events:
    """The doors that Slack wants acknowledged before anything is done."""

    def __init__(self, desk: SlackDesk, windows: Windows, homes: Homes) -> None:
        self._desk = desk
        self._windows = windows
        self._homes = homes

    async def slash(self, act: Slash) -> None:
        """A command: answered for the sender's eyes where it was typed, or in a modal."""
        content = command(act)
        opening = self._windows.open(act.trigger, content) if leads_to_modal(content) else None
        async with self._desk.turns.of(act.user):
            replies, _ = await self._replies(act, content)
            if opening is not None:
                await self._windows.fill(act, content, opening, replies)
            else:
                await self._beside(act, content, replies)

    async def direct(self, act: Direct) -> None:
        """A direct message: answered there, in its thread where it has one."""
        if act.thread and not act.edited:
            status = self._desk.chats.status(act.channel, act.thread, self._desk.world.door.asking)
            self._desk.background.start(status)
        async with self._desk.turns.of(act.user):
            for number, content in enumerate(said(act.text, act.files, act.edited)):
                replies, _ = await self._replies(act, content, str(number) if number else "", act.thread)
                await self._post(act.channel, content, replies, act.thread)

    async def mention(self, act: Mention) -> None:
        """A question in a channel: answered in the asker's direct messages, and there only that it was.

        Where no direct message can be sent, that is what is said there: never silence.
        """
        content, texts = Said(act.text or "help", act.edited), self._desk.world.door
        async with self._desk.turns.of(act.user):
            replies, standing = await self._replies(act, content)
            place = str(ThreadPlace(act.channel, act.thread))
            offered = tuple(with_share(message, place, texts) for message in replies)
            sent = await self._windows.direct(act, content, offered)
        if replies and standing.kind != "guest":
            answer = line(texts.channel.answered if sent else texts.chat.unreachable)
            await self._post(act.channel, content, (answer,), act.thread)

    async def opened(self, act: Opened) -> None:
        """The app's page: its home tab is shown; in the agent's tab questions are offered."""
        if act.tab == "home":
            await self._homes.publish(act)
        elif act.tab == "messages" and act.channel:
            standing = await self._desk.standing(act, Said(""))
            if standing.kind == "staff":
                topics, door = self._desk.world.policy.topics, self._desk.world.door
                asked = tuple(topics[name].question for name in door.popular[:_PROMPTS])
                await self._desk.chats.prompts(act.channel, door.prompts_title, asked)

    async def closed(self, act: Closed) -> None:
        """A modal closed with the cross: what stood in it is kept, and nothing is said."""
        async with self._desk.turns.of(act.user):
            await self._replies(act, views.left(act.view, self._desk.look))

    async def shortcut(self, act: Shortcut) -> None:
        """A report, begun from anywhere, or from a message: its link and time come along, not its words."""
        if act.name not in SHORTCUTS:
            return
        opening = self._windows.open(act.trigger, Pressed("report.start"))
        async with self._desk.turns.of(act.user):
            content = await self._reported(act) if act.ts else Pressed("report.start")
            replies, _ = await self._replies(act, content)
            await self._windows.fill(act, content, opening, replies)

    async def _reported(self, act: Shortcut) -> Content:
        link = await self._desk.chats.permalink(act.channel, act.ts)
        if not link and act.domain:
            # The app need not be in the channel for its members to open the message.
            link = f"https://{act.domain}.slack.com/archives/{act.channel}/p{act.ts.replace('.', '')}"
        try:
            posted = datetime.fromtimestamp(float(act.ts), UTC).astimezone(self._desk.look.zone)
        except (ValueError, OverflowError, OSError):
            return Submitted("report.start", "", {"link": (link,)})
        at = f"{posted:%Y-%m-%dT%H:%M}"
        return Submitted("report.start", "", {"link": (link,), "posted_at": (at,)})

    async def _replies(
        self, act: SlackEvent, content: Content, name: str = "", thread: str | None = None
    ) -> tuple[Replies, Standing]:
        standing = await self._desk.standing(act, content)
        if standing.kind == "gone":
            return (), standing
        refusal = self._desk.refusal(standing, content)
        if refusal is not None:
            return (refusal,), standing
        return await self._desk.handle(act, content, standing, name, thread), standing

    async def _beside(self, act: Slash, content: Content, replies: Replies) -> None:
        """Answers where a command was typed; what needs a modal opens one while the trigger lasts.

        A report that is under way does not open over the answer to a question: a button leads to it.
        """
        replies = tuple(said_of_hiding(message, self._desk.world.door) for message in replies)
        all_private = bool(replies) and all(is_private(message) for message in replies)
        if all_private and await self._windows.open_with(act.trigger, replies):
            return
        for message in replies:
            shown = in_chat(message, content, self._desk.world.door)
            post = post_of(shown, self._desk.look)
            if not await self._desk.chats.respond(act.response_url, post):
                await self._desk.chats.direct(act.user, post)

    async def _post(self, channel: str, asked: Content, replies: Replies, thread: str) -> None:
        for message in replies:
            shown = in_chat(message, asked, self._desk.world.door)
            await self._desk.chats.post(channel, post_of(shown, self._desk.look), thread)


# The longest first: "/oak-report-status" is no "/oak-report".
_COMMANDS = ("account-request", "report-status", "policy", "report", "replies", "cases")


def command(act: Slash) -> Content:
    """What a slash command asks of the core, whatever stands before its name: another app may have that."""
    match next((name for name in _COMMANDS if act.command.endswith(name)), ""):
        case "policy":
            return Said(act.text or "help")
        case "report":
            return Pressed("report.start")
        case "report-status":
            asked = f"status {act.text}"
            return Said(asked if words.reference(asked) else "status")
        case "cases":
            return Said("cases")
        case "replies":
            return Said("replies")
        case "account-request":
            return Pressed("account.request")
    return Said("help")


class Presses:
    """Presses of buttons in messages, in modals and on the home page."""

    def __init__(self, desk: SlackDesk, windows: Windows, homes: Homes) -> None:
        self._desk = desk
        self._windows = windows
        self._homes = homes

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
        """A modal for the answer, where a chat is no place for it, or the one pressed in keeps a form."""
        if act.in_modal and act.view is not None:
            form = views.submitted(act.view, self._desk.look).action
            pressed = content.action if isinstance(content, Pressed) else ""
            beside = form.startswith("case.") and pressed.startswith("case.")
            return self._windows.open(act.trigger, content, over=True) if beside else None
        at_home = act.view is not None and not act.in_modal
        wanted = at_home or (not act.in_modal and leads_to_modal(content))
        return self._windows.open(act.trigger, content) if wanted else None

    async def _stored(self, act: Press, content: Content, standing: Standing, began: float) -> Stored:
        if standing.kind == "gone":
            return Stored(())
        refusal = self._desk.refusal(standing, content)
        return Stored((refusal,)) if refusal else await self._desk.stored(act, content, standing, began)

    async def _show(self, act: Press, content: Content, replies: Replies, opening: Opening | None) -> None:
        if not replies:
            # A second copy of a press: the first has been answered.
            return
        if opening is not None:
            await self._windows.fill(act, content, opening, replies)
        elif act.in_modal:
            await self._in_modal(act, content, replies)
        else:
            await self._in_chat(act, content, replies)

    async def _in_modal(self, act: Press, content: Content, replies: Replies) -> None:
        view = act.view or {}
        if self._desk.stays(replies):
            # All that was typed stays where it is.
            shown = views.with_notice(view, replies[0], self._desk.look)
        else:
            shown = self._windows.view(replies)
        if not await self._desk.chats.update_view(str(view["id"]), shown, str(view.get("hash") or "")):
            await self._windows.direct(act, content, replies)

    async def _in_chat(self, act: Press, content: Content, replies: Replies) -> None:
        """In direct messages a message; in a channel an answer for the presser's eyes alone."""
        direct = act.channel.startswith("D") and not act.ephemeral
        chats = self._desk.chats
        for message in replies:
            post = post_of(in_chat(message, content, self._desk.world.door), self._desk.look)
            done = direct and await chats.post(act.channel, post, act.thread)
            if not (done or await chats.respond(act.response_url, post)):
                await chats.direct(act.user, post)

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
        post = partial(self._posted, act, value, standing.name)
        done = await self._desk.shared.share(PLATFORM, act.user, value, post)
        answer = line(texts.channel.shared if done else texts.channel.not_shared)
        await self._in_chat(act, act.content, (answer,))

    async def _posted(self, act: Press, value: str, name: str) -> bool:
        world = self._desk.world
        asked = Share.parse(value)
        there = ThreadPlace.parse(asked.place)
        if asked.topic not in world.policy.topics or not there.channel:
            return False
        post = post_of(shared(asked.topic, name or act.user, world), self._desk.look)
        return await self._desk.chats.post(there.channel, post, there.thread)
