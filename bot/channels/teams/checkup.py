"""What `check` proves of Teams: the app's secret, the FLT's conversation, and who can be written to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.casework.context import ChannelState, CurrentWorld
from bot.channels.common.checkup import Proof, accounts_on, not_private
from bot.channels.teams import app
from bot.channels.teams.activities import TeamsPort
from bot.channels.teams.app import channel_check
from bot.channels.teams.client import AppToken, Fetch, msal_fetch
from bot.channels.teams.config import PLATFORM, TeamsConfig
from bot.channels.teams.references import KeptReferences, References
from bot.content.world import World
from bot.delivery.sender import DeliveryFault

_NOBODY = (
    "nobody on the roster has a Teams account: give each person's object id (Entra ID, Users) in"
    " federation.yml"
)
_NOT_INSTALLED = (
    "nothing has come from Teams yet: upload the app (make teams-package), add it for everybody on the roster"
    " and to the leadership team's chat (docs/teams.md)"
)


async def prove(
    config: TeamsConfig,
    world: World,
    kept: KeptReferences,
    now: Callable[[], datetime],
    port: TeamsPort | None = None,
    fetch: Fetch | None = None,
) -> Proof:
    """Ask Microsoft and Teams of all that Signpost stands on there. Never raises for what they say.

    `port` and `fetch` stand for Teams and for Microsoft's sign-in, by default the real ones.
    """
    try:
        await AppToken(fetch or msal_fetch(config)).bearer()
    except DeliveryFault as fault:
        return Proof((f"MicrosoftAppId, MicrosoftAppPassword, MicrosoftAppTenantId: {fault}",))
    port = port or app.backend_of(config)
    try:
        return await _proof(config, world, References(kept, _here, now), port)
    finally:
        await port.close()


async def _proof(config: TeamsConfig, world: World, references: References, port: TeamsPort) -> Proof:
    accounts = accounts_on(PLATFORM, world.federation.roster)
    faults = [] if accounts else [_NOBODY]
    if await references.near() is None:
        return Proof((*faults, _NOT_INSTALLED))
    if config.flt_conversation:
        check = channel_check(port, references, CurrentWorld(world), config, ChannelState())
        if why := await check.verify():
            faults.append(not_private("TEAMS_FLT_CONVERSATION", why))
    reached = [account for account in accounts if await references.person(account) is not None]
    note = f"{len(reached)} of {len(accounts)} people on the roster have Signpost in their own chat"
    return Proof(tuple(faults), note)


async def _here(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)
