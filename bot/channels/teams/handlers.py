"""What comes through Teams' door: words, presses, files, dialogs, installations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.asking.render import ASK_TOPIC
from bot.assistant import words
from bot.channels.common.desk import Replies, said
from bot.channels.common.messages import is_end, line, merged
from bot.channels.common.sharing import SHARE, shared, with_share
from bot.channels.common.work import left, now
from bot.channels.teams.activities import ADAPTIVE_CARD, Account, Activity, InvokeReply, Reference, TeamsPort
from bot.channels.teams.chats import Chat, Chats
from bot.channels.teams.config import PLATFORM
from bot.channels.teams.desk import TeamsDesk, id_of, user_of
from bot.channels.teams.fields import content_of
from bot.channels.teams.ids import data_of
from bot.channels.teams.people import is_bot
from bot.channels.teams.posts import (
    brief,
    card,
    card_reply,
    excuse,
    for_dialog,
    in_slot,
    message_reply,
    posts_of,
    words_of,
)
from bot.channels.teams.references import References, root
from bot.channels.teams.sender import chat_with
from bot.delivery.sender import AbsentFault, DeliveryFault
from bot.domain.messages import Button, Buttons, Field, Form, Message
from bot.domain.presses import CasePart, Share
from bot.domain.turns import Content, Pressed, Said, Submitted
from bot.posting.shown import DRAFT
from bot.reporting.steps import SLOT

REPORT_MESSAGE, REPORT, ASK = "reportMessage", "report", "askPolicy"
_ASKED = "dialog.ask"
_OPENS = ("composeExtension/fetchTask", "task/fetch")
_SENDS = ("composeExtension/submitAction", "task/submit")


class Dialogs:
    """Answers the invokes of the message extension, each with the next card of its dialog.

    `elsewhere` is told when a report goes on in a dialog: what stood of it in the chat has to go.
    """

    def __init__(self, desk: TeamsDesk, elsewhere: Callable[[Activity], Awaitable[None]]) -> None:
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
            case command if command == REPORT:
                content = Pressed("report.start")
            case _:
                pressed = self._pressed(activity.value)
                if pressed is None:
                    # Not from this app's manifest: nobody means to report anything by it.
                    log.warning("teams.unknown_dialog", name=activity.name)
                    return excuse(activity.name, self._texts.chat.unknown)
                content = pressed
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

    def _pressed(self, value: Mapping[str, Any]) -> Content | None:
        """The button of a card that opens a dialog; None for a command of the message extension."""
        data = value.get("data")
        return content_of(data, self._desk.look) if isinstance(data, Mapping) else None

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


log = structlog.get_logger()
_SHOWN_WITHIN_S, _ASKED_WITHIN_S = 2.5, 1.5
# Before the address itself gives up (app.WITHIN) and says that nothing is saved, though it is.
_ANSWERED_WITHIN_S = 3.7


class TeamsDoor:
    """The handler of every activity. An invoke is answered when what it brought is stored."""

    def __init__(self, desk: TeamsDesk, port: TeamsPort, references: References, chats: Chats) -> None:
        self._desk = desk
        self._port = port
        self._references = references
        self._chats = chats
        self._texts = desk.world.door
        self._dialogs = Dialogs(desk, self._elsewhere)

    async def handle(self, activity: Activity) -> InvokeReply | None:
        """Do what an activity asks. The answer to an invoke; None for anything else."""
        if activity.kind == "members":
            await self._left(activity)
        if is_bot(activity.sender.id):
            return None
        match activity.kind:
            case "invoke":
                return await self._invoked(activity)
            case "message":
                await self._references.saw(activity)
                await self._message(activity)
            case "edit":
                await self._edited(activity)
            case "install" | "members":
                await self._met(activity)
        return None

    # -- what is typed

    async def _message(self, activity: Activity) -> None:
        content = content_of(activity.value, self._desk.look) if activity.value else None
        if _is_for_a_dialog(content):
            await self._show_at_home(activity, (line(self._desk.world.posting.texts.draft.form_only),))
        elif content is not None:
            await self._submitted(activity, content)
        elif activity.value and not activity.text:
            # A menu from which nothing was chosen.
            await self._show_at_home(activity, (line(self._texts.required),))
        elif activity.reference.scope == "personal":
            for number, asked in enumerate(said(activity.text, activity.has_files)):
                replies = await self._desk.replies(activity, asked, str(number) if number else "")
                chat = self._chat(activity)
                if isinstance(asked, Said) and words.command(asked.text) is None:
                    replies = self._chats.beside_form(chat, replies)
                await self._chats.show(chat, self._offered(asked, replies))
        elif activity.mentioned:
            await self._mentioned(activity)

    async def _edited(self, activity: Activity) -> None:
        """A message was changed: where it tells of danger now, whom to phone, in the writer's own chat."""
        if activity.text and (activity.reference.scope == "personal" or activity.mentioned):
            replies = await self._desk.replies(activity, Said(activity.text, edited=True))
            if replies:
                await self._show_at_home(activity, replies)

    async def _submitted(self, activity: Activity, content: Content) -> None:
        """A card of a client that knows no Action.Execute: sent as a message, and rewritten by us."""
        if isinstance(content, Pressed) and content.action == SHARE:
            replies: Replies = (line(await self._share(activity, content.value)),)
        else:
            replies = await self._desk.replies(activity, content)
        chat = await self._own_chat(activity)
        if not replies:
            return
        if chat is None:
            await self._chats.say(activity.reference, self._texts.chat.unreachable, activity.reply_to)
            return
        at_home = activity.reference.scope == "personal"
        if at_home and in_slot(data_of(activity.value)) and not self._desk.stays(replies):
            await self._chats.put(chat, activity.reply_to, merged(replies))
        else:
            await self._chats.show(chat, replies)

    async def _mentioned(self, activity: Activity) -> None:
        """A question where others read: answered in the asker's own chat, and here only that it was."""
        there, asked = activity.reference, Said(activity.text or "help")
        chat = await self._own_chat(activity)
        if chat is None:
            await self._chats.say(there, self._texts.chat.unreachable, activity.id)
            return
        replies = await self._desk.replies(activity, asked)
        place = there.conversation
        offered = tuple(with_share(message, place, self._texts) for message in replies)
        if not replies:
            return
        sent = await self._chats.show(chat, offered)
        text = self._texts.channel.answered if sent else self._texts.chat.unreachable
        await self._chats.say(there, text, activity.id)

    # -- what is pressed

    async def _invoked(self, activity: Activity) -> InvokeReply | None:
        if activity.name == "adaptiveCard/action":
            return await self._pressed(activity)
        if activity.name == "message/submitAction":
            # Teams' own thumbs, under an answer of an older version: they do not say of which.
            return InvokeReply(200, {})
        return await self._dialogs.answer(activity)

    async def _pressed(self, activity: Activity) -> InvokeReply:
        ends = now() + _ANSWERED_WITHIN_S
        content = content_of(activity.value, self._desk.look)
        if content is None:
            return message_reply(self._texts.required)
        if _is_for_a_dialog(content):
            return message_reply(self._desk.world.posting.texts.draft.form_only)
        if isinstance(content, Pressed) and content.action == SHARE:
            return message_reply(await self._share(activity, content.value))
        replies = await self._desk.replies(activity, content)
        if self._desk.stays(replies):
            # The card stays, with all that was typed in it: it can be sent again.
            return message_reply(words_of(list(replies[0].blocks)))
        if not replies:
            return message_reply(self._texts.chat.again)
        if activity.reference.scope == "personal":
            return await self._in_own_chat(activity, replies, ends)
        return await self._among_others(activity, replies, ends)

    async def _in_own_chat(self, activity: Activity, replies: Replies, ends: float) -> InvokeReply:
        """In the place of the card that was pressed, where that was for one thing at a time; else below."""
        chat = self._chat(activity)
        if in_slot(data_of(activity.value)):
            shown = merged(replies)
            await self._chats.settled(activity.reply_to, _left(ends))
            await self._chats.placed(chat, activity.reply_to, shown)
            drawn = posts_of(shown, self._desk.look, slot=not is_end(shown))[0].card
            assert drawn is not None
            return card_reply(drawn)
        if text := brief(replies):
            return message_reply(text)
        if await self._chats.soon(self._chats.show(chat, replies), _left(ends)) is not False:
            return message_reply(self._texts.chat.below)
        return card_reply(card(merged(replies), self._desk.look, slot=True))

    async def _among_others(self, activity: Activity, replies: Replies, ends: float) -> InvokeReply:
        """Nothing but a short answer for the presser's eyes; the rest goes to their own chat."""
        self._chats.beside(self._healed(activity))
        if text := brief(replies):
            return message_reply(text)
        sent = await self._chats.soon(self._show_at_home(activity, replies), _left(ends))
        texts = {True: self._texts.channel.answered, None: self._texts.channel.sending}
        return message_reply(texts.get(sent, self._texts.chat.unreachable))

    async def _healed(self, activity: Activity) -> None:
        """A card that Teams took twice names itself when it is pressed: the one that nobody rewrites goes."""
        content = content_of(activity.value, self._desk.look)
        if (
            not isinstance(content, Pressed)
            or not content.action.startswith("case.")
            or not activity.reply_to
        ):
            return
        reference = CasePart.parse(content.value).reference
        if await self._references.is_outdated(reference, activity.reply_to):
            await self._chats.take_away(root(activity.reference), activity.reply_to)

    async def _show_at_home(self, activity: Activity, replies: Replies) -> bool:
        chat = await self._own_chat(activity)
        return chat is not None and await self._chats.show(chat, replies)

    async def _elsewhere(self, activity: Activity) -> None:
        """A report goes on in a dialog: its card in the reporter's own chat is emptied."""
        user = user_of(activity)
        if (there := await self._references.person(user)) is not None:
            self._chats.leave(Chat(user, there))

    async def _share(self, activity: Activity, value: str) -> str:
        """Post the topic's own answer where the asker had asked, once; what the asker is told of it."""
        world, texts = self._desk.world, self._texts.channel
        asked = Share.parse(value)
        standing = await self._desk.people.standing(activity)
        there = await self._references.conversation(root_of(asked.place))
        if standing.kind != "staff" or asked.topic not in world.policy.topics or there is None:
            return texts.not_shared
        # A client may send any place: only where the asker is a member does anything appear.
        if not await self._is_in(activity, there):
            return texts.not_shared
        # In the thread where it was asked.
        there = replace(there, conversation=asked.place)
        answer = shared(asked.topic, standing.name or activity.sender.name, world)
        user = user_of(activity)
        done = await self._desk.shared.share(PLATFORM, user, value, lambda: self._posted(there, answer))
        return texts.shared if done else texts.not_shared

    async def _posted(self, there: Reference, answer: Message) -> bool:
        """Whether it stands there, or will: a second press must not post it twice."""
        return await self._chats.soon(self._chats.post(there, answer), _SHOWN_WITHIN_S) is not False

    async def _is_in(self, activity: Activity, there: Reference) -> bool:
        try:
            await asyncio.wait_for(self._port.member(there, activity.sender.id), _ASKED_WITHIN_S)
        except (DeliveryFault, TimeoutError):
            return False
        return True

    # -- who is there

    async def _met(self, activity: Activity) -> None:
        """Installed or removed. A person who installs it for themselves is told once what it does."""
        at_home = activity.reference.scope == "personal"
        gone = (activity.kind == "install" and activity.name == "remove") or any(
            at_home or one.id == activity.reference.bot for one in activity.removed
        )
        if gone:
            if at_home:
                await self._references.lost(user_of(activity))
            return
        if not at_home:
            # What TEAMS_FLT_CONVERSATION is to name stands nowhere that an administrator could be sure of.
            there = root(activity.reference)
            log.info("teams.added", conversation=there.conversation, scope=there.scope)
        if await self._references.saw(activity):
            replies = await self._desk.replies(activity, Said("help"), "welcome")
            await self._chats.show(self._chat(activity), self._offered(Said("help"), replies))

    async def _left(self, activity: Activity) -> None:
        """People who were taken out of a conversation: those whom Teams knows no more have left.

        Nobody is taken out of their own chat while they are in the tenant. Who leaves a team is asked for
        in their own chat: 404 is nobody, 403 only that Signpost is not installed. Teams need not name
        people by their object id, by which alone they are known here: of others nothing follows.
        """
        for one in activity.removed:
            person = activity.sender if activity.sender.id == one.id else one
            if person.aad and not is_bot(person.id) and not await self._is_found(activity, person):
                await self._desk.left(activity, person)

    async def _is_found(self, activity: Activity, person: Account) -> bool:
        if activity.reference.scope == "personal":
            return False
        own = await self._references.person(id_of(person))
        try:
            if own is not None:
                await asyncio.wait_for(self._port.member(own, person.id), _ASKED_WITHIN_S)
        except AbsentFault:
            return False
        except (DeliveryFault, TimeoutError):
            pass
        return True

    def _chat(self, activity: Activity) -> Chat:
        return Chat(user_of(activity), root(activity.reference))

    async def _own_chat(self, activity: Activity) -> Chat | None:
        """The sender's own chat; None if they have not installed Signpost."""
        if activity.reference.scope == "personal":
            return self._chat(activity)
        try:
            there = await chat_with(user_of(activity), self._references, self._port, activity.reference)
        except DeliveryFault as fault:
            log.warning("teams.no_personal_chat", fault=type(fault).__name__)
            return None
        return Chat(user_of(activity), there)

    def _offered(self, said: Content, replies: Replies) -> Replies:
        """With what is often asked, on the card of `help`: Teams shows no suggested actions beside a card."""
        if not isinstance(said, Said) or words.command(said.text) != "help" or not replies:
            return replies
        topics = self._desk.world.policy.topics
        asked = Buttons(
            tuple(Button(topics[name].question, ASK_TOPIC, name) for name in self._texts.popular[:3])
        )
        return (replace(replies[0], blocks=(*replies[0].blocks, asked)), *replies[1:])


def _is_for_a_dialog(content: Content | None) -> bool:
    """Whether it is of a draft, whose words no chat may hold."""
    return isinstance(content, Pressed | Submitted) and content.action == DRAFT


def _left(ends: float) -> float:
    """How long something may still be waited for."""
    return min(_SHOWN_WITHIN_S, left(ends, 0.2))


def root_of(conversation: str) -> str:
    """A conversation without its thread."""
    return conversation.partition(";")[0]
