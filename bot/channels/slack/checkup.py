"""What `check` proves of Slack: the token, its scopes, the FLT's channel, and everybody on the roster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.casework.context import ChannelState
from bot.channels.common.checkup import Proof, accounts_on, not_private
from bot.channels.common.people import Standing
from bot.channels.slack.channel import ChannelCheck
from bot.channels.slack.client import SlackClient, code_of
from bot.channels.slack.config import PLATFORM, SlackConfig
from bot.channels.slack.directory import EMAIL_SCOPE
from bot.channels.slack.people import People
from bot.content.door_texts import PrivacyTexts
from bot.domain.roster import Person, Roster

#: Exactly the bot scopes of manifest.json: one too few and a part fails, one too many is a right unused.
SCOPES = frozenset(
    (
        "app_mentions:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "users:read",
    )
)
# What the agent's tab takes besides, and what joins the members to the list of staff: each where a Federation
# has chosen it (docs/slack.md).
AGENT_SCOPES = frozenset(("assistant:write",))
ADDRESS_SCOPES = frozenset((EMAIL_SCOPE,))
_PATIENCE_S = 10.0
_REINSTALL = "then reinstall the app to the workspace (OAuth & Permissions)"
_STANDINGS = {
    "guest": "is a guest or from another organisation: make it a full member, or give another account",
    "gone": "is deactivated, a bot or unknown to Slack: give the person's present user id",
    "unknown": "could not be looked up: Slack did not answer, run the check again",
}


async def prove(
    config: SlackConfig, roster: Roster, texts: PrivacyTexts, monotonic: Callable[[], float]
) -> Proof:
    """Ask Slack of everything that Signpost stands on there. Never raises for anything that Slack says."""
    client = SlackClient(config)
    await client.open()
    try:
        return await _Checkup(config, client, roster, texts, monotonic).proof()
    finally:
        await client.close()


class _Checkup:
    def __init__(
        self,
        config: SlackConfig,
        client: SlackClient,
        roster: Roster,
        texts: PrivacyTexts,
        monotonic: Callable[[], float],
    ) -> None:
        self._config = config
        self._client: AsyncWebClient = client.reads
        self._accounts = accounts_on(PLATFORM, roster)
        self._people = People(self._client, monotonic)
        flt = config.flt_channel
        self._channel = ChannelCheck(
            self._client, self._people, flt, self._accounts.keys(), texts, ChannelState()
        )

    async def proof(self) -> Proof:
        try:
            answer = await self._client.auth_test()
        except Exception as error:
            return Proof((_of_token(error),))
        headers = answer.headers or {}
        faults = [*_of_scopes(headers), *await self._of_socket()]
        faults += await self._of_channel()
        faults += await self._of_roster()
        count = len(self._accounts)
        return Proof(tuple(faults), f"{answer['team']}, as {answer['user']}; {count} people on the roster")

    async def _of_socket(self) -> list[str]:
        if not self._config.app_token:
            return []
        try:
            await self._client.apps_connections_open(app_token=self._config.app_token)
        except Exception as error:
            code = code_of(error) or type(error).__name__
            return [
                f"SLACK_APP_TOKEN is refused ({code}): make one with connections:write (Basic Information)"
                " and switch Socket Mode on"
            ]
        return []

    async def _of_channel(self) -> list[str]:
        why = await self._channel.verify()
        if not why:
            return []
        fault = not_private("SLACK_FLT_CHANNEL", why)
        try:
            members = await self._channel.members()
        except Exception:
            return [fault]
        return [fault, *self._strangers(members)]

    def _strangers(self, members: Mapping[str, Standing]) -> Iterator[str]:
        for user, who in members.items():
            if not who.bot and user not in self._accounts:
                yield (
                    f"{who.name or user} ({user}) is in the channel and not on the roster: remove them, or"
                    " add them to federation.yml"
                )

    async def _of_roster(self) -> list[str]:
        found = [
            (person, await self._people.standing(account, within=_PATIENCE_S))
            for account, person in self._accounts.items()
        ]
        faults = [_of_person(person, who) for person, who in found if who.kind != "staff"]
        if not self._accounts:
            faults.append(
                "nobody on the roster has a Slack account: give each person's user id in federation.yml"
            )
        return faults


def _of_token(error: Exception) -> str:
    code = code_of(error)
    if not code:
        return f"SLACK_API_URL: Slack does not answer there ({type(error).__name__})"
    return (
        f"SLACK_BOT_TOKEN is refused ({code}): copy the Bot User OAuth Token again (OAuth & Permissions),"
        " or reinstall the app"
    )


def _of_scopes(headers: Mapping[str, str]) -> Iterator[str]:
    given = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if given is None:
        yield (
            "which scopes the token has cannot be told: the answer bears no X-OAuth-Scopes (a proxy may take"
            " it away); compare OAuth & Permissions with docs/slack.md"
        )
        return
    granted = {scope.strip() for scope in given.split(",") if scope.strip()}
    for scope in sorted(SCOPES - granted):
        yield f"the scope {scope} is missing: add it as a bot token scope, {_REINSTALL}"
    for scope in sorted(granted - SCOPES - AGENT_SCOPES - ADDRESS_SCOPES):
        yield f"the scope {scope} is not needed: take it away, {_REINSTALL}"


def _of_person(person: Person, who: Standing) -> str:
    return f"federation.yml: the Slack account of {person.name} {_STANDINGS[who.kind]}"
