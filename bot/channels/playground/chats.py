"""Private replies, kept in memory alone: they may hold what a reporter wrote, so never on disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count

from bot.channels.playground.feed import Feed
from bot.channels.playground.hub import StreamEvent
from bot.channels.playground.pages import Item, Pages
from bot.channels.playground.store import FLT, direct
from bot.domain.messages import Message

KEPT = 200
NOT_OPENED = "You tried to share a file. It was not opened, sent or kept."


def private_notes(user: str) -> str:
    """The stream of what one member of the FLT alone sees under the channel's cards."""
    return f"{FLT}:{user}"


class Chats:
    """What each person said and was told, newest last, at most `KEPT` entries each.

    Every change returns the events that bring an open page up to date.
    """

    def __init__(self, pages: Pages, feed: Feed, first: int = 1) -> None:
        """`first` numbers the entries from there: no page has one of that name from the run before."""
        self._pages = pages
        self._feed = feed
        self._chats: dict[str, list[Item]] = defaultdict(list)
        self._notes: dict[str, dict[str, Item]] = defaultdict(dict)
        self._numbers = count(first)

    def entries(self, user: str) -> tuple[Item, ...]:
        """A person's private chat, oldest first."""
        return tuple(self._chats.get(user, ()))

    def notes(self, user: str) -> Mapping[str, Item]:
        """What one person alone sees in the FLT's channel, by the card that it stands under."""
        return dict(self._notes.get(user, {}))

    def said(self, user: str, event_id: str, text: str, now: datetime) -> list[StreamEvent]:
        """Their own words, once for each event."""
        item = Item(f"own-{event_id}", self._pages.bubble(text), now, "own")
        if any(known.id == item.id for known in self._chats[user]):
            return []
        return [*self._append(user, item), self._feed.put(direct(user), item, now)]

    def replied(
        self, user: str, messages: tuple[Message, ...], now: datetime, afresh: bool = False
    ) -> list[StreamEvent]:
        """The replies to them, each in the place of the one that it replaces; all at the end where `afresh`.

        Afresh is what was pressed on no message: its answer stands where all that is newest stands.
        """
        # Several come one below the other: in an old place above, the last of them would not be seen.
        moves = afresh or len(messages) > 1
        return [event for message in messages for event in self._reply(user, message, now, moves)]

    def noted(self, user: str, card: str, messages: tuple[Message, ...], now: datetime) -> list[StreamEvent]:
        """A reply in the channel that one person alone sees, in the place of the last one under that card."""
        notes = self._notes[user]
        events = self.dismissed(user, card)
        name = f"note-{next(self._numbers)}"
        item = Item(name, self._pages.bodies(messages, name), now, "note", anchor=card)
        notes[card] = item
        while len(notes) > KEPT:
            notes.pop(next(iter(notes)))
        return [*events, self._feed.put(private_notes(user), item, now)]

    def dismissed(self, user: str, card: str) -> list[StreamEvent]:
        """The note under a card, taken away."""
        gone = self._notes[user].pop(card, None)
        return [self._feed.drop(private_notes(user), gone)] if gone else []

    def kept(self, user: str, messages: tuple[Message, ...], now: datetime) -> list[StreamEvent]:
        """A form that is being filled in, with its current values; what is being typed is kept."""
        chat, events = self._chats[user], list[StreamEvent]()
        for message in messages:
            place = _place(chat, message.replaces)
            # A panel may have taken the form's place: it stays.
            if place is not None and "<form" in chat[place].body:
                old = chat[place]
                chat[place] = item = replace(old, body=self._pages.body(message, old.id))
                put = self._feed.put(direct(user), item, now)
                events.append(replace(put, data={**put.data, "typed": 1}))
        return events

    def _append(self, user: str, item: Item) -> list[StreamEvent]:
        chat = self._chats[user]
        chat.append(item)
        gone = chat[:-KEPT]
        del chat[:-KEPT]
        return [self._feed.drop(direct(user), old) for old in gone]

    def _reply(self, user: str, message: Message, now: datetime, moves: bool) -> list[StreamEvent]:
        chat = self._chats[user]
        place = _place(chat, message.replaces)
        if place is None or moves or message.once or message.hides or _spoken_since(chat, place):
            return [*self._remove(user, place), *self._new(user, message, now)]
        old = chat[place]
        chat[place] = item = replace(old, body=self._pages.body(message, old.id))
        return [self._feed.put(direct(user), item, now)]

    def _new(self, user: str, message: Message, now: datetime) -> list[StreamEvent]:
        name = f"chat-{next(self._numbers)}"
        body = self._pages.body(message, name)
        item = Item(name, body, now, name="" if message.once else message.replaces, hides=message.hides)
        kept = [] if message.once else self._append(user, item)
        return [*kept, self._feed.put(direct(user), item, now)]

    def _remove(self, user: str, place: int | None) -> list[StreamEvent]:
        """A step that has been talked past moves to the end, where the person is reading."""
        return [] if place is None else [self._feed.drop(direct(user), self._chats[user].pop(place))]


def _place(chat: list[Item], name: str) -> int | None:
    places = [place for place, item in enumerate(chat) if name and item.name == name]
    return places[-1] if places else None


def _spoken_since(chat: list[Item], place: int) -> bool:
    # What was hidden since is not shown by an answer to a press below: there it would be seen by nobody.
    return any(item.kind == "own" or item.hides for item in chat[place + 1 :])
