"""Transcripts of accounts, for a business manager to read: who presses, fills in and reads what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.domain.turns import Pressed
from tests.accounts.house import apply, attest, entries
from tests.support.desk import Desk
from tests.support.desk_story import SHARED_VERBS, DeskStory
from tests.support.storyteller import stories

FOLDER = Path(__file__).resolve().parents[1] / "transcripts" / "accounts"
USERS = {
    "person:lucy": "lucy",
    "person:grace": "grace",
    "user:playground:ana": "ana",
    "user:playground:joe": "joe",
}


class AccountStory(DeskStory):
    """What is on the screen of each person, and the accounts that are stored."""

    def newest(self, name: str) -> Any:
        """The entry of this name that was stored last, or is still under way."""
        found = entries(self.desk, name)
        assert found, f"no account or application {name}"
        return next((one for one in found if one.stage.value not in ("rejected", "withdrawn")), found[-1])


def _has_sent(story: AccountStory, who: str, told: Any) -> None:
    outside = (told["outside"],) if isinstance(told, dict) else ()
    apply(story.desk, who, outside=outside)


def _all_attest(story: AccountStory, _who: str, told: str) -> None:
    users = [USERS[one.who] for one in story.newest(told).asked if one.who in USERS and not one.attested]
    attest(story.desk, *users, name=told)


def _loses(story: AccountStory, _who: str, told: str) -> None:
    story.desk.fill("ivan", "roster.leave", "", person=told)
    with story.desk.product.database.transaction() as tx:
        proposal = tx.exec_driver_sql("SELECT id FROM approvals ORDER BY proposed_at DESC").scalar()
    story.desk.press("maya", "roster.confirm", str(proposal))


VERBS: Mapping[str, Callable[[AccountStory, str, Any], None]] = {
    **SHARED_VERBS,
    "opens": lambda story, who, told: story.does(who, Pressed("account.open", story.newest(told).id)),
    "has sent": _has_sent,
    "attest": _all_attest,
    "roster loses": _loses,
    "pass": lambda story, _who, told: story.desk.later(days=told),
}


@pytest.mark.parametrize("story", stories(FOLDER))
def test_transcript(desk: Desk, story: dict[str, Any]) -> None:
    """Each transcript holds, line by line, with the real table, permissions and texts."""
    assert story["promise"].endswith(".")
    desk.work(20)
    AccountStory(desk).tell(story["story"], VERBS)
