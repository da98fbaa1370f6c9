"""What `check` proves of Teams, and what it says of each fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.channels.common.checkup import Proof
from bot.channels.teams.checkup import prove
from bot.channels.teams.config import TeamsConfig
from tests.channels.teams.office import FLT, LEADERS, TENANT, Office, office, play, room

CONFIG = TeamsConfig("app", "secret", "SingleTenant", TENANT, FLT)


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as opened:
        yield opened


def granted() -> Mapping[str, Any]:
    """Microsoft gives a token."""
    return {"access_token": "t", "expires_in": 3600}


async def proof_of(works: Office, fetch: Any = granted) -> Proof:
    """The proof over this office."""
    context = works.desk.product.context
    kept = works.references._kept
    return await prove(CONFIG, context.world, kept, lambda: works.desk.now, works.port, fetch)


def test_a_secret_that_microsoft_refuses_is_named_first(works: Office) -> None:
    """Without a token nothing else can be proved."""

    async def story() -> None:
        proof = await proof_of(works, lambda: {"error": "invalid_client"})
        (fault,) = proof.faults
        assert fault.startswith("MicrosoftAppId, MicrosoftAppPassword")
        assert fault.endswith("no token from Microsoft: invalid_client")

    play(story())


def test_an_app_that_nobody_has_added_is_a_fault(works: Office) -> None:
    """Nothing can be sent anywhere yet."""

    async def story() -> None:
        (fault,) = (await proof_of(works)).faults
        assert fault.startswith("nothing has come from Teams yet")

    play(story())


def test_the_conversation_and_the_people_are_proved(works: Office) -> None:
    """Who can be written to is counted; a stranger in the chat is a fault."""

    async def story() -> None:
        await works.door.handle(works.activity("farid", "install", name="add", reference=room()))
        await works.door.handle(works.activity("farid", "install", name="add"))
        proof = await proof_of(works)
        assert proof == Proof((), "1 of 13 people on the roster have Signpost in their own chat")
        works.port.rooms[FLT] = (*LEADERS, "stranger")
        (fault,) = (await proof_of(works)).faults
        assert fault.startswith("TEAMS_FLT_CONVERSATION: not on the roster, but in the channel: 1")

    play(story())
