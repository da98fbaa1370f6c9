"""What is acknowledged at once and answered after: commands, messages, mentions, shortcuts, the home page."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.assistant import words
from bot.channels.common.messages import is_private, with_share
from bot.channels.slack.blocks import post_of
from bot.channels.slack.desk import Desk, Replies
from bot.channels.slack.homes import Homes
from bot.channels.slack.ids import Place
from bot.channels.slack.modals import Windows
from bot.channels.slack.payloads import Act, Direct, Mention, Opened, Shortcut, Slash
from bot.channels.slack.people import Standing
from bot.channels.slack.replies import in_chat, leads_to_modal
from bot.domain.messages import Message, Paragraph
from bot.domain.turns import Content, Pressed, Said, SharedFile, Submitted

_PROMPTS = 4
SHORTCUTS = ("report_incident", "report_message")


class Events:
    """The doors that Slack wants acknowledged before anything is done."""

    def __init__(self, desk: Desk, windows: Windows, homes: Homes) -> None:
        self._desk = desk
        self._windows = windows
        self._homes = homes

    async def slash(self, act: Slash) -> None:
        """A command: answered for the sender's eyes where it was typed, or in a modal."""
        content = command(act)
        opening = self._windows.open(act.trigger) if leads_to_modal(content) else None
        async with self._desk.turns.of(act.user):
            replies, _ = await self._replies(act, content)
            if opening is not None:
                await self._windows.fill(act, content, opening, replies)
            else:
                await self._beside(act, content, replies)

    async def direct(self, act: Direct) -> None:
        """A direct message: answered there, in its thread where it has one."""
        contents: list[Content] = [SharedFile()] if act.files else []
        contents += [Said(act.text or "help")] if act.text or not act.files else []
        if act.thread:
            said = self._desk.calls.status(act.channel, act.thread, self._desk.world.door.asking)
            self._desk.background.start(said)
        async with self._desk.turns.of(act.user):
            for number, content in enumerate(contents):
                replies, _ = await self._replies(act, content, str(number) if number else "")
                await self._post(act.channel, content, replies, act.thread)

    async def mention(self, act: Mention) -> None:
        """A question in a channel: answered in the asker's direct messages, and there only that it was.

        Where no direct message can be sent, that is what is said there: never silence.
        """
        content, texts = Said(act.text or "help"), self._desk.world.door
        async with self._desk.turns.of(act.user):
            replies, standing = await self._replies(act, content)
            place = str(Place(act.channel, act.thread))
            offered = tuple(with_share(message, place, texts) for message in replies)
            sent = await self._windows.direct(act, content, offered)
        if replies and standing.kind != "guest":
            said = texts.channel.answered if sent else texts.chat.unreachable
            line = Message((Paragraph(said),), summary=said)
            await self._post(act.channel, content, (line,), act.thread)

    async def opened(self, act: Opened) -> None:
        """The app's page: its home tab is shown; in the agent's tab questions are offered."""
        if act.tab == "home":
            await self._homes.publish(act)
        elif act.tab == "messages" and act.channel:
            standing = await self._desk.standing(act, Said(""))
            if standing.kind == "staff":
                topics, door = self._desk.world.policy.topics, self._desk.world.door
                asked = tuple(topics[name].question for name in door.popular[:_PROMPTS])
                await self._desk.calls.prompts(act.channel, door.prompts_title, asked)

    async def shortcut(self, act: Shortcut) -> None:
        """A report, begun from anywhere, or from a message: its link and time come along, not its words."""
        if act.name not in SHORTCUTS:
            return
        opening = self._windows.open(act.trigger)
        async with self._desk.turns.of(act.user):
            content = await self._reported(act) if act.ts else Pressed("report.start")
            replies, _ = await self._replies(act, content)
            await self._windows.fill(act, content, opening, replies)

    async def _reported(self, act: Shortcut) -> Content:
        link = await self._desk.calls.permalink(act.channel, act.ts)
        if not link and act.domain:
            # The app need not be in the channel for its members to open the message.
            link = f"https://{act.domain}.slack.com/archives/{act.channel}/p{act.ts.replace('.', '')}"
        try:
            posted = datetime.fromtimestamp(float(act.ts), UTC).astimezone(self._desk.look.zone)
        except (ValueError, OverflowError, OSError):
            return Submitted("report.start", "", {"link": (link,)})
        at = f"{posted:%Y-%m-%dT%H:%M}"
        return Submitted("report.start", "", {"link": (link,), "posted_at": (at,)})

    async def _replies(self, act: Act, content: Content, name: str = "") -> tuple[Replies, Standing]:
        standing = await self._desk.standing(act, content)
        if standing.kind == "gone":
            return (), standing
        refusal = self._desk.refusal(standing, content)
        if refusal is not None:
            return (refusal,), standing
        return await self._desk.handle(act, content, standing, name), standing

    async def _beside(self, act: Slash, content: Content, replies: Replies) -> None:
        """Answers where a command was typed; what needs a modal opens one while the trigger lasts.

        A report that is under way does not open over the answer to a question: a button leads to it.
        """
        all_private = bool(replies) and all(is_private(message) for message in replies)
        if all_private and await self._windows.open_with(act.trigger, replies):
            return
        for message in replies:
            shown = in_chat(message, content, self._desk.world.door)
            post = post_of(shown, self._desk.look)
            if not await self._desk.calls.respond(act.response_url, post):
                await self._desk.calls.direct(act.user, post)

    async def _post(self, channel: str, asked: Content, replies: Replies, thread: str) -> None:
        for message in replies:
            shown = in_chat(message, asked, self._desk.world.door)
            await self._desk.calls.post(channel, post_of(shown, self._desk.look), thread)


def command(act: Slash) -> Content:
    """What a slash command asks of the core."""
    match act.command:
        case "/policy":
            return Said(act.text or "help")
        case "/report":
            return Pressed("report.start")
        case "/report-status":
            asked = f"status {act.text}"
            return Said(asked if words.reference(asked) else "status")
        case "/cases":
            return Said("cases")
        case "/account-request":
            return Pressed("account.request")
    return Said("help")
