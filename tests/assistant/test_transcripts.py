from pathlib import Path
from typing import Any

import pytest

from bot.content.world import World
from tests.support.storyteller import Story, stories

FOLDER = Path(__file__).resolve().parents[1] / "transcripts"


@pytest.mark.parametrize("story", stories(FOLDER))
def test_transcript(story: dict[str, Any], world: World) -> None:
    """Each transcript holds, line by line, with the real policy, journeys and routes."""
    assert story["promise"].endswith(".")
    Story(world).tell(story["story"])


def test_there_are_transcripts() -> None:
    """At least thirty conversations are told."""
    assert len(stories(FOLDER)) >= 30
