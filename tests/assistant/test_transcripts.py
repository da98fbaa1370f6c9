from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.content.world import World
from tests.support.storyteller import Story

FOLDER = Path(__file__).resolve().parents[1] / "transcripts"


def _stories() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yml")):
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]:
            found.append(pytest.param(story, id=f"{path.stem}: {story['title']}"))
    return found


@pytest.mark.parametrize("story", _stories())
def test_transcript(story: dict[str, Any], world: World) -> None:
    """Each transcript holds, line by line, with the real policy, journeys and routes."""
    assert story["promise"].endswith(".")
    Story(world).tell(story["story"])


def test_there_are_transcripts() -> None:
    """At least thirty conversations are told."""
    assert len(_stories()) >= 30
