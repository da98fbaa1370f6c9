"""The ways to people and to the FLT's conversation, learnt from what they send, kept sealed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot.casework.answers import Hiding, hide_at
from bot.channels.common.remembered import Remembered
from bot.channels.teams.activities import Activity, Reference
from bot.channels.teams.config import PLATFORM
from bot.storage import teams
from bot.storage.answers import Asker, forget_hiding
from bot.storage.database import Database, StorageUnavailable
from bot.storage.removals import is_outdated
from bot.storage.vault import Vault

log = structlog.get_logger()
Run = Callable[..., Awaitable[Any]]
_REMEMBERED = 5000
_NEAR = "near"
_FRESH = timedelta(minutes=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class KeptReferences:
    """The table, one transaction a call."""

    database: Database
    vault: Vault

    def remember(self, name: str, reference: str, now: datetime) -> None:
        """Keep the newest way to `name`."""
        with self.database.transaction() as tx:
            teams.remember(tx, self.vault, name, reference, now)

    def recall(self, name: str) -> str | None:
        """The way to `name`, or None."""
        with self.database.transaction() as tx:
            return teams.recall(tx, self.vault, name)

    def forget(self, name: str) -> None:
        """Keep it no more."""
        with self.database.transaction() as tx:
            teams.forget(tx, self.vault, name)

    def is_outdated(self, reference: str, message_id: str) -> bool:
        """Whether the leaders' card of this case stands elsewhere, and none stands here."""
        with self.database.transaction() as tx:
            return is_outdated(tx, reference, PLATFORM, message_id)

    def hide_at(self, hiding: Hiding) -> None:
        """Owe that a message is hidden."""
        with self.database.transaction() as tx:
            hide_at(tx, self.vault, hiding)

    def hide_never(self, user: str, message_id: str) -> None:
        """Owe it no more."""
        with self.database.transaction() as tx:
            forget_hiding(tx, self.vault, Asker(PLATFORM, user), message_id)


class Hidings:
    """What is hidden in a chat at its time by whichever worker lives then: the details of a case.

    `run` takes a plain function off the event loop. A fault of the database costs that, never an event.
    """

    def __init__(self, kept: KeptReferences, run: Run, clock: Callable[[], datetime]) -> None:
        self._kept = kept
        self._run = run
        self._clock = clock

    async def later(self, user: str, message_id: str, seconds: float) -> None:
        """Hide it then, unless something else stands there before."""
        at = self._clock() + timedelta(seconds=seconds)
        await self._safely(self._kept.hide_at, Hiding(PLATFORM, user, message_id, at))

    async def never(self, user: str, message_id: str) -> None:
        """Something else stands there now."""
        await self._safely(self._kept.hide_never, user, message_id)

    async def _safely(self, call: Callable[..., Any], *args: Any) -> None:
        try:
            await self._run(call, *args)
        except StorageUnavailable as fault:
            log.error("teams.hiding_not_stored", fault=type(fault).__name__)


class References:
    """Who can be written to, and where. A fault of the database costs a memory, never an event.

    `run` takes a plain function off the event loop. Teams may move a tenant to another service URL: each
    activity brings the newest.
    """

    def __init__(self, kept: KeptReferences, run: Run, clock: Callable[[], datetime]) -> None:
        self._kept = kept
        self._run = run
        self._clock = clock
        # With when each was read or learnt here: another process may have learnt a newer one since.
        self._known: Remembered[str, tuple[str, datetime]] = Remembered(_REMEMBERED)
        # Installing brings two activities at once: one of them is the first.
        self._learning = asyncio.Lock()

    async def saw(self, activity: Activity) -> bool:
        """Remember where this activity came from. Whether it is the first from this person's own chat."""
        of = root(activity.reference)
        await self._learn(_NEAR, replace(of, conversation="", scope="personal", team=""))
        if of.scope != "personal":
            await self._learn(_conversation(of.conversation), of)
            channel, kind = _channel(activity)
            if kind:
                await self._note(_type(channel or of.conversation), kind)
            return False
        person = activity.sender.aad or activity.sender.id
        return bool(person) and await self._learn(_person(person), of)

    async def person(self, user: str) -> Reference | None:
        """The personal chat with a user, or None where it is not known."""
        return await self._recall(_person(user))

    async def met(self, user: str, chat: Reference) -> None:
        """Remember a personal chat that was made."""
        await self._learn(_person(user), chat)

    async def conversation(self, conversation: str) -> Reference | None:
        """The way to a group chat or channel; where nothing came from there yet, over what is nearest."""
        known = await self._recall(_conversation(conversation))
        if known is None and (near := await self.near()) is not None:
            return replace(near, conversation=conversation, scope=_scope_of(conversation))
        return known

    async def channel_type(self, conversation: str) -> str:
        """What Teams has said that a channel is: "private", "standard", "shared", or "" for nothing so far.

        https://learn.microsoft.com/microsoftteams/platform/build-apps-for-shared-private-channels
        """
        return await self._recalled(_type(conversation)) or ""

    async def near(self) -> Reference | None:
        """Where the newest activity came from: the service URL, the tenant and the bot; no conversation."""
        return await self._recall(_NEAR)

    async def is_outdated(self, reference: str, message_id: str) -> bool:
        """Whether this card of a case is one that was posted twice, and not the one that is rewritten."""
        return bool(await self._safely(self._kept.is_outdated, reference, message_id))

    async def lost(self, user: str) -> None:
        """A person's chat no longer exists: it must be recreated."""
        self._known.pop(_person(user), None)
        await self._safely(self._kept.forget, _person(user))

    async def _learn(self, name: str, reference: Reference) -> bool:
        """Keep it; whether nothing was known before."""
        return await self._note(name, json.dumps(asdict(reference)))

    async def _recall(self, name: str) -> Reference | None:
        text = await self._recalled(name)
        return Reference(**json.loads(text)) if text else None

    async def _note(self, name: str, text: str) -> bool:
        if name in self._known and self._known[name][0] == text:
            return False
        async with self._learning:
            known = await self._recalled(name)
            if known != text:
                self._known[name] = text, self._clock()
                await self._safely(self._kept.remember, name, text, self._year())
            return known is None

    def _year(self) -> datetime:
        # No finer: the day of somebody's only word may be that of an anonymous report.
        return self._clock().replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)

    async def _recalled(self, name: str) -> str | None:
        known, since = self._known.get(name, (None, _NEVER))
        if known is not None and self._clock() - since <= _FRESH:
            return known
        text: str | None = await self._safely(self._kept.recall, name)
        if text is None:
            return known
        self._known[name] = text, self._clock()
        return text

    async def _safely(self, call: Callable[..., Any], *args: Any) -> Any:
        try:
            return await self._run(call, *args)
        except StorageUnavailable as fault:
            log.error("teams.reference_not_stored", fault=type(fault).__name__)
            return None


def root(reference: Reference) -> Reference:
    """The conversation itself, where an activity names one of its threads ("19:…;messageid=…")."""
    return replace(reference, conversation=reference.conversation.partition(";")[0])


def _person(user: str) -> str:
    # An object id is the same in capitals; a user id of Teams' own ("29:…") is not.
    return f"person|{user if user.startswith('29:') else user.lower()}"


def _conversation(conversation: str) -> str:
    return f"conversation|{conversation}"


def _type(conversation: str) -> str:
    return f"type|{conversation}"


def _channel(activity: Activity) -> tuple[str, str]:
    """The channel of which an activity tells, and its type, where it says so; "" for what it does not say.

    What tells of a new channel comes from the team's general one, and is not about that.
    """
    data = activity.raw.get("channelData")
    channel = data.get("channel") if isinstance(data, Mapping) else None
    told = channel if isinstance(channel, Mapping) else {}
    found = [value if isinstance(value := told.get(name), str) else "" for name in ("id", "type")]
    return found[0].partition(";")[0], found[1].casefold()


def _scope_of(conversation: str) -> Any:
    # Teams' own ids: "…@thread.v2" is a group chat; a channel is "…@thread.tacv2", or older "…@thread.skype".
    return "groupChat" if conversation.endswith("@thread.v2") else "channel"
