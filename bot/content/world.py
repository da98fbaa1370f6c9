"""Everything that a turn may read: the policy, the journeys and texts, and the Federation's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.content.account_texts import AccountRules, load_accounts
from bot.content.campaign_texts import CampaignRules, load_campaigns
from bot.content.documents import load
from bot.content.door_texts import DoorTexts, PaperTexts, load_door_texts, load_paper_texts
from bot.content.gap_texts import GapRules, load_gaps
from bot.content.governor_texts import GovernorTexts, load_governors
from bot.content.playbook import Playbook, load_playbook
from bot.content.policy_load import Policy, load_policies
from bot.content.posting import Posting, load_posting
from bot.content.reply_texts import ReplyRules, load_replies
from bot.content.rules import AnswerRules, load_answer_rules
from bot.content.tables import PermissionTable
from bot.domain.access import Decision, Duties, Permissions
from bot.domain.gaps import Live
from bot.domain.roster import Federation


@dataclass(frozen=True)
class World:
    """Read once at start, then immutable.

    `platform` is where the person of this turn is: what others can know of them differs. "" outside a turn.
    `now` is its time: contacts that answer at that hour come first; None outside a turn.
    `concerned` are roles that may be involved in the report that it is about: they are not to be phoned.
    """

    policy: Policy
    playbook: Playbook
    rules: AnswerRules
    federation: Federation
    permissions: Permissions
    door: DoorTexts
    paper: PaperTexts
    # The roles of which two are needed, for each kind of decision that takes two people.
    approvers: Mapping[Decision, frozenset[str]]
    posting: Posting
    duties: Duties
    replies: ReplyRules
    accounts: AccountRules
    governors: GovernorTexts
    campaigns: CampaignRules
    gaps: GapRules
    # The signed answers that are in force now; none in the world as it was read at start.
    live: tuple[Live, ...] = ()
    platform: str = ""
    now: datetime | None = None
    concerned: frozenset[str] = frozenset()

    def safe_lines(self, now: datetime | None) -> Mapping[str, str]:
        """The line of each contact, without those that are concerned."""
        lines = self.federation.contact_lines(now)
        return {key: line for key, line in lines.items() if key not in self.concerned}


def load_world(policy_kb: Path, intents: Path, federation: Federation) -> World:
    """Everything of both folders. Raises DataFaults."""
    table = load(policy_kb / "permissions.yml", PermissionTable)
    policy = load_policies(policy_kb)
    playbook = load_playbook(policy_kb, policy)
    return World(
        policy=policy,
        playbook=playbook,
        rules=load_answer_rules(intents, policy_kb, policy),
        federation=federation,
        permissions=table.permissions,
        approvers=table.two_people,
        duties=table.workflows,
        door=load_door_texts(policy_kb / "door-texts.yml", policy.topics),
        paper=load_paper_texts(policy_kb / "paper-texts.yml", policy),
        posting=load_posting(policy_kb, policy, table.workflows),
        replies=load_replies(policy_kb / "replies.yml", policy.clauses),
        governors=load_governors(policy_kb / "governors.yml", playbook.kinds),
        campaigns=load_campaigns(policy_kb / "campaigns.yml", policy),
        gaps=load_gaps(policy_kb / "gaps.yml"),
        accounts=load_accounts(policy_kb / "accounts.yml", policy, playbook),
    )
