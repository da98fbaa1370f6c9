"""The sender with all that it stands on, against the double; its clock moves only when it sleeps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from bot.casework.context import ChannelState
from bot.channels.common.runtime import Pace
from bot.channels.slack.channel import ChannelCheck
from bot.channels.slack.client import SlackClient
from bot.channels.slack.config import SlackConfig
from bot.channels.slack.people import People
from bot.channels.slack.sender import SECONDS_APART, SlackSender
from bot.content.documents import load
from bot.content.door_texts import DoorTexts
from bot.delivery.sender import Target
from bot.domain.messages import Message, Paragraph
from tests.slack_double import Channel, Person, SlackDouble

TEXTS = load(Path("policy_kb/door-texts.yml"), DoorTexts).private
FLT = Target("slack", "flt")
T = TypeVar("T")


@dataclass
class Ticker:
    """A clock in seconds."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def say(text: str) -> Message:
    """A message with one line."""
    return Message((Paragraph(text),), summary=text)


def plain(message: Message) -> dict[str, Any]:
    """A message as text alone."""
    return {"text": message.summary, "unfurl_links": False, "unfurl_media": False}


@dataclass
class WayOut:
    """What the composition root would build, with one person on the roster in the FLT's channel."""

    slack: SlackDouble
    farid: Person
    flt: Channel
    config: SlackConfig
    ticker: Ticker = field(default_factory=Ticker)
    state: ChannelState = field(default_factory=lambda: ChannelState("unchecked"))
    roster: set[str] = field(default_factory=set)

    @classmethod
    def in_(cls, slack: SlackDouble) -> WayOut:
        farid = slack.add_user("farid")
        flt = slack.add_channel("flt", private=True, members=[farid])
        config = SlackConfig(slack.bot_token, "", "", flt.id, slack.api_url)
        return cls(slack, farid, flt, config, roster={farid.id})

    def run(self, act: Callable[[SlackSender], Awaitable[T]]) -> T:
        """Do something with a sender on an event loop of its own."""
        return asyncio.run(self.with_client(lambda client: act(self.sender(client))))

    def ask(self, act: Callable[[People, ChannelCheck], Awaitable[T]]) -> T:
        """Do something with people and the channel's check."""
        return asyncio.run(self.with_client(lambda client: act(*self.parts(client))))

    async def with_client(self, act: Callable[[SlackClient], Awaitable[T]]) -> T:
        """Do something with a client that is open."""
        client = SlackClient(self.config)
        await client.open()
        try:
            return await act(client)
        finally:
            await client.close()

    def parts(self, client: SlackClient) -> tuple[People, ChannelCheck]:
        people = People(client.reads, self.ticker.read)
        return people, ChannelCheck(client.reads, people, self.flt.id, self.roster, TEXTS, self.state)

    def sender(self, client: SlackClient) -> SlackSender:
        _, check = self.parts(client)
        return SlackSender(
            client, self.flt.id, check, Pace(SECONDS_APART, self.ticker.read, self.ticker.sleep), plain
        )

    def said(self) -> list[str]:
        """What stands in the FLT's channel, threads included."""
        return [message.text for message in self.slack.messages_in(self.flt)]

    def nobody_listens(self) -> None:
        """From now on nothing answers at Slack's address."""
        self.config = replace(self.config, api_url="http://127.0.0.1:9/api/")
