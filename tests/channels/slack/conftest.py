from pathlib import Path

import pytest

from bot.channels.common.look import Look
from bot.content.world import World
from tests.support.desk import settings_in, world_of


@pytest.fixture(scope="session")
def world() -> World:
    """The real policy, journeys and texts, and the demo Federation."""
    return world_of(settings_in(Path()))


@pytest.fixture(scope="session")
def look(world: World) -> Look:
    """How Slack's messages look for it."""
    return Look.of(world)
