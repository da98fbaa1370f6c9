"""Transcripts of questions that the policy leaves open, for a policy officer to read."""

from pathlib import Path
from typing import Any

import pytest

from tests.gaps.stories import VERBS, GapStory, Reader
from tests.support.desk import Desk
from tests.support.storyteller import stories

FOLDER = Path(__file__).resolve().parents[1] / "transcripts" / "gaps"


@pytest.mark.parametrize("story", stories(FOLDER))
def test_transcript(story: dict[str, Any], tmp_path: Path) -> None:
    """Each transcript holds, line by line, with the real policy and texts."""
    assert story["promise"].endswith(".")
    reader = Reader()
    desk = Desk.open(tmp_path, engine=reader)
    try:
        GapStory(desk, reader=reader).tell(story["story"], VERBS)
    finally:
        desk.close()
