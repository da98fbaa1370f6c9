"""Transcripts of questions that the policy leaves open, for a policy officer to read."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.gaps.stories import GapStory, Reader
from tests.support.desk import Desk

FOLDER = Path(__file__).resolve().parents[1] / "transcripts" / "gaps"


def _stories() -> list[Any]:
    return [
        pytest.param(story, id=f"{path.stem}: {story['title']}")
        for path in sorted(FOLDER.glob("*.yml"))
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]
    ]


@pytest.mark.parametrize("story", _stories())
def test_transcript(story: dict[str, Any], tmp_path: Path) -> None:
    """Each transcript holds, line by line, with the real policy and texts."""
    assert story["promise"].endswith(".")
    reader = Reader()
    desk = Desk.open(tmp_path, engine=reader)
    try:
        GapStory(desk, reader).tell(story["story"])
    finally:
        desk.close()
