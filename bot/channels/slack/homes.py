"""The home page of each person: published when they open it, and again when something on it has changed."""

from __future__ import annotations

from collections import OrderedDict

from bot.channels.slack.blocks import Drawing
from bot.channels.slack.config import PLATFORM
from bot.channels.slack.desk import Desk, Replies
from bot.channels.slack.home import HomeParts, home_view
from bot.channels.slack.look import Payload
from bot.channels.slack.payloads import Act
from bot.channels.slack.people import Standing
from bot.domain.messages import Message
from bot.domain.turns import Said

_REMEMBERED = 2000
# What changes a list on the page: one's own reports, or the cases of the leadership team.
_CHANGES = ("journey.send", "report.", "case.")


class Homes:
    """Builds and publishes home pages. Whoever opened theirs lately has it brought up to date."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        # How often each person's search box was emptied, for those who have seen their page.
        self._seen: OrderedDict[str, int] = OrderedDict()

    async def publish(self, act: Act) -> None:
        """Show the page to whoever opened it, or changed something that it shows."""
        standing = await self._desk.standing(act, Said(""))
        if standing.kind == "gone":
            return
        self._seen.setdefault(act.user, 0)
        self._seen.move_to_end(act.user)
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        refusal = self._desk.refusal(standing, Said(""))
        view = self._refused(refusal) if refusal else await self._page(act, standing)
        if view is not None:
            await self._desk.calls.publish_home(act.user, view)

    def asked(self, act: Act) -> None:
        """A question was asked on the page: its search box is emptied."""
        if act.user in self._seen:
            self._seen[act.user] += 1
            self._desk.background.start(self.publish(act))

    def changed(self, act: Act, action: str) -> None:
        """Something was done that the page may show."""
        if act.user in self._seen and action.startswith(_CHANGES):
            self._desk.background.start(self.publish(act))

    async def _page(self, act: Act, standing: Standing) -> Payload | None:
        """The page; None for the second copy of an event, whose page has been published."""
        roster = self._desk.world.federation.roster
        leads = standing.kind == "staff" and roster.by_account(PLATFORM, act.user) is not None
        mine = await self._desk.handle(act, Said("status"), standing, "home")
        cases = await self._desk.handle(act, Said("cases"), standing, "home-cases") if leads else ()
        if not mine:
            return None
        parts = HomeParts.of(self._desk.world, self._listed(mine), self._listed(cases))
        return home_view(parts, self._desk.look, self._seen.get(act.user, 0))

    def _listed(self, replies: Replies) -> Message | None:
        """A list for the page; none where it could not be read: there was nothing on the page to save."""
        return replies[0] if replies and not self._desk.stays(replies) else None

    def _refused(self, message: Message) -> Payload:
        return {"type": "home", "blocks": Drawing(self._desk.look).all(message.blocks)}
