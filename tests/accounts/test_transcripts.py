"""Transcripts of accounts, for a business manager to read: who presses, fills in and reads what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.domain.turns import Pressed
from bot.storage.accounts import all_accounts
from bot.storage.audit import entries_of
from tests.accounts.house import apply, attest, entries
from tests.campaigns.test_campaign import begin, confirm, with_version
from tests.support.desk import Desk
from tests.support.desk_story import SHARED_VERBS, DeskStory
from tests.support.storyteller import stories

FOLDER = Path(__file__).resolve().parents[1] / "transcripts" / "accounts"
USERS = {
    "person:lucy": "lucy",
    "person:grace": "grace",
    "person:tom": "tom",
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


def _has_sent_with(story: AccountStory, who: str, told: str) -> None:
    # As Slack's door writes somebody who was picked among its users.
    apply(story.desk, who, others=(f"{told.partition(' ')[0].lower()} {told}",))


def _all_attest(story: AccountStory, _who: str, told: str) -> None:
    users = [USERS[one.who] for one in story.newest(told).asked if one.who in USERS and not one.attested]
    attest(story.desk, *users, name=told)


def _loses(story: AccountStory, _who: str, told: str) -> None:
    story.desk.fill("ivan", "roster.leave", "", person=told)
    with story.desk.product.database.transaction() as tx:
        proposal = tx.exec_driver_sql("SELECT id FROM approvals ORDER BY proposed_at DESC").scalar()
    story.desk.press("maya", "roster.confirm", str(proposal))


def _holds_a_campaign(story: AccountStory, who: str, _told: str) -> None:
    assert "Started" in begin(story.desk, who)


def _confirms(story: AccountStory, who: str, _told: str) -> None:
    assert "you confirmed" in confirm(story.desk, who)


def _is_ready(story: AccountStory, who: str, told: str) -> None:
    _confirms(story, who, told)
    story.desk.fill(who, "campaign.trained", "", day="2026-09-01T10:00")


def _refused_in_audit(story: AccountStory) -> list[str]:
    """What the audit has of refused presses: of which account, which press and why."""
    product = story.desk.product
    with product.database.transaction() as tx:
        found = [one for one in entries_of(tx, product.context.vault, "", 50) if one.action == "refused"]
        names = {one.id: one.name for one in all_accounts(tx, product.context.vault)}
    told = [(names.get(one.detail.get("entry", ""), ""), one.detail) for one in found]
    return [f"refused of {name}: {detail.get('pressed')}, {detail.get('why')}" for name, detail in told]


def _audit_has(story: AccountStory, _who: str, told: str) -> None:
    assert told in _refused_in_audit(story)


def _audit_does_not_name(story: AccountStory, _who: str, told: str) -> None:
    assert told not in str(_refused_in_audit(story))


VERBS: Mapping[str, Callable[[AccountStory, str, Any], None]] = {
    **SHARED_VERBS,
    "opens": lambda story, who, told: story.does(who, Pressed("account.open", story.newest(told).id)),
    "has sent": _has_sent,
    "attest": _all_attest,
    "roster loses": _loses,
    "has sent, with": _has_sent_with,
    "holds a campaign": _holds_a_campaign,
    "confirms the policy": _confirms,
    "is ready": _is_ready,
    "policy is now at version": lambda story, _who, told: with_version(story.desk, told),
    "audit has": _audit_has,
    "audit does not name": _audit_does_not_name,
    "pass": lambda story, _who, told: story.desk.later(days=told),
}


@pytest.mark.parametrize("story", stories(FOLDER))
def test_transcript(desk: Desk, story: dict[str, Any]) -> None:
    """Each transcript holds, line by line, with the real table, permissions and texts."""
    assert story["promise"].endswith(".")
    desk.work(20)
    AccountStory(desk).tell(story["story"], VERBS)
