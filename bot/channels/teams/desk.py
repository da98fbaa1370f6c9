"""What each door of Teams does with an act: who it is from, and what the core says to it, in time or not."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.common.desk import Desk, Replies, doubts
from bot.channels.common.messages import line
from bot.channels.common.people import Standing
from bot.channels.common.sharing import SharedOnce
from bot.channels.common.work import left, now
from bot.channels.teams.activities import Account, Activity
from bot.channels.teams.config import PLATFORM
from bot.channels.teams.people import People
from bot.domain.turns import AccountGone, Content, Incoming, Pressed, Said, Sender, Submitted

# Teams shows the presser an error of its own when no answer has come in five seconds or so.
_WITHIN_S = 3.0


def user_of(activity: Activity) -> str:
    """The one id by which the sender is known everywhere: their object id in the tenant."""
    return id_of(activity.sender)


def id_of(person: Account) -> str:
    """The same of anybody."""
    return person.aad.lower() or person.id


@dataclass(frozen=True)
class TeamsDesk(Desk):
    """The core, and what is known of people: shared by the chat and the dialogs."""

    platform = PLATFORM
    people: People
    shared: SharedOnce

    async def replies(self, activity: Activity, content: Content, name: str = "") -> Replies:
        """What the core says; what a guest is told instead. Stored when this returns, or not at all.

        Nothing for a bot, and for the second copy of what was typed. `name` tells several events of one
        activity apart.
        """
        ends = now() + _WITHIN_S
        standing = await self.people.standing(activity, fresh=doubts(content))
        if standing.kind == "gone":
            return ()
        refusal = self.refusal(standing, content)
        if refusal is not None:
            return (refusal,)
        # Words are answered after the acknowledgement, however long that takes.
        within = None if isinstance(content, Said) else left(ends, 0.5)
        found = await self._ask(activity, content, standing, name, within)
        return found or await self._again(activity, content, standing)

    async def left(self, activity: Activity, person: Account) -> None:
        """Teams said that this person's account is there no more."""
        user = id_of(person)
        sender = Sender(PLATFORM, user)
        await self.ask(Incoming(f"{activity.key}|{user}", sender, AccountGone(), counts=False), None)

    async def _again(self, activity: Activity, content: Content, standing: Standing) -> Replies:
        """Where things stand: what a second copy of a press or of a form is answered with."""
        if not isinstance(content, Pressed | Submitted):
            return ()
        if content.action == "journey.send":
            # The report is sent, and its receipt must not give way to "nothing is open".
            return await self._ask(activity, content, standing, "again")
        if content.action.startswith("journey."):
            return await self._ask(activity, Pressed("journey.resume"), standing, "again")
        if content.action.startswith("case."):
            return await self._ask(activity, Pressed("case.show", content.value), standing, "again")
        return (line(self.world.door.chat.again),)

    async def _ask(
        self, activity: Activity, content: Content, standing: Standing, name: str, within: float | None = None
    ) -> Replies:
        event_id = f"{activity.key}|{name}" if name else activity.key
        sender = Sender(PLATFORM, user_of(activity), standing.name)
        # What is asked in a window of the message extension is answered in it.
        typed = activity.kind == "message" and activity.reference.scope == "personal"
        thread = "" if typed and isinstance(content, Said) else None
        incoming = Incoming(event_id, sender, content, counts=not name, thread=thread)
        return await self.ask(incoming, within)
