"""What Teams tells of people who leave: who has left the Federation, and who a team or a chat alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.teams.activities import Account, Activity, Reference
from bot.delivery.sender import AbsentFault, PassingFault, PermanentFault
from bot.domain.accounts import AccountStage
from tests.accounts.house import entry, stage
from tests.accounts.test_doors import OnCards
from tests.channels.teams.office import BOT, Office, chat_of, office, play, room
from tests.channels.teams.open_door import SDKS, TENANT, OpenDoor, Sdk, emulated
from tests.channels.teams.open_door import play as play_at

STAFF = room("19:staff@thread.v2")


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as opened:
        yield opened


async def applied(works: Office) -> None:
    """Somebody who is known as a user of Teams alone has applied for an account."""
    for name in ("ana", "lucy", "omar"):
        await works.door.handle(works.activity(name, "install", name="add"))
    await OnCards(works).apply()
    assert entry(works.desk).details.applicant == "user:teams:ana"


async def removed(works: Office, user: str, where: Reference, by: str = "", **changes: Any) -> None:
    """Teams says that somebody was taken out of a conversation."""
    who = Account(f"29:{user}", user)
    activity = works.activity(by or user, "members", reference=where, removed=(who,), **changes)
    await works.door.handle(activity)


def test_who_is_taken_out_of_the_tenant_has_left(works: Office) -> None:
    """Out of their own chat Teams takes people whom the tenant has no more: what was theirs to do ends."""

    async def story() -> None:
        await applied(works)
        told = len(works.port.sent)
        await removed(works, "ana", chat_of("ana"))
        assert stage(works.desk) is AccountStage.WITHDRAWN
        assert await works.references.person("ana") is None
        # Nobody greets a person who has left.
        assert [to for to, _ in works.port.sent[told:] if to == "a:ana"] == []

    play(story())


@pytest.mark.parametrize(
    ("says", "after"),
    [
        (AbsentFault("Teams answered 404"), AccountStage.WITHDRAWN),
        (PermanentFault("Teams answered 403"), AccountStage.ATTESTING),
        (PassingFault("Teams answered 429"), AccountStage.ATTESTING),
        (None, AccountStage.ATTESTING),
    ],
)
def test_who_leaves_a_team_has_left_where_teams_knows_them_no_more(
    works: Office, says: Exception | None, after: AccountStage
) -> None:
    """They are asked for at home: nobody there is gone; not installed, or no answer, proves nothing."""

    async def story() -> None:
        await applied(works)
        works.port.faults["member"] = [says] if says else []
        await removed(works, "ana", STAFF, by="tom")
        assert stage(works.desk) is after

    play(story())


def test_the_same_news_twice_changes_nothing_more(works: Office) -> None:
    """A second copy, and the same news of another conversation, find nothing left to end."""

    async def story() -> None:
        await applied(works)
        for sent in ("same", "same", "other"):
            await removed(works, "ana", chat_of("ana"), id=sent)
        assert stage(works.desk) is AccountStage.WITHDRAWN

    play(story())


def test_the_app_taken_away_says_nothing_of_its_user(works: Office) -> None:
    """People remove Signpost from their chat who work here: their application stays."""

    async def story() -> None:
        await applied(works)
        await works.door.handle(works.activity("ana", "install", name="remove"))
        await works.door.handle(
            works.activity("ana", "members", reference=chat_of("ana"), removed=(Account(BOT),))
        )
        assert stage(works.desk) is AccountStage.ATTESTING
        assert await works.references.person("ana") is None

    play(story())


def test_somebody_on_the_roster_is_left_to_it(works: Office) -> None:
    """Of people on the roster Teams says nothing: two people change it."""

    async def story() -> None:
        await applied(works)
        await removed(works, "lucy", chat_of("lucy"))
        assert stage(works.desk) is AccountStage.ATTESTING
        assert [one.who for one in entry(works.desk).details.runners] == ["person:lucy", "person:omar"]

    play(story())


@pytest.mark.parametrize("sdk", SDKS)
def test_a_leaver_at_the_connector(works: Office, sdk: Sdk) -> None:
    """As Teams sends it: out of a team while the connector knows them, and again when it does not."""

    async def story(door: OpenDoor) -> None:
        await applied(works)
        done = list[str]()

        async def handled(came: Activity) -> None:
            await works.door.handle(came)
            done.append(came.id)

        works.port.member = door.backend.member  # type: ignore[method-assign]
        door.answer = handled
        ana = {"id": "29:ana", "aadObjectId": "ana"}
        home = {"id": "a:ana", "conversationType": "personal", "tenantId": TENANT}
        team = {"id": "19:staff@thread.v2", "conversationType": "channel", "tenantId": TENANT}
        news = {"type": "conversationUpdate", "conversation": team, "membersRemoved": [ana]}
        door.connector.rosters["a:ana"] = [{**ana, "name": "Ana", "tenantId": TENANT, "userRole": "user"}]
        await door.post(door.local(**{"from": ana, "conversation": home, "text": "accounts", "id": "said"}))
        await until(lambda: done == ["said"])
        await door.post(door.local(**news, id="team"))
        await until(lambda: done == ["said", "team"])
        assert stage(works.desk) is AccountStage.ATTESTING
        door.connector.rosters.clear()
        await door.post(door.local(**news, id="tenant"))
        await until(lambda: done == ["said", "team", "tenant"])
        assert stage(works.desk) is AccountStage.WITHDRAWN

    play_at(emulated(sdk), story)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.005)
