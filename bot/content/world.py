"""Everything that a turn may read: the policy, the journeys and texts, and the Federation's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.content.account_texts import AccountRules
from bot.content.campaign_texts import CampaignRules
from bot.content.door_texts import DoorTexts, PaperTexts
from bot.content.gap_texts import GapRules
from bot.content.governor_texts import GovernorTexts
from bot.content.playbook import Playbook
from bot.content.policy_load import Policy
from bot.content.posting import Posting
from bot.content.reply_texts import ReplyRules
from bot.content.rules import AnswerRules
from bot.domain.access import Decision, Duties, Permissions
from bot.domain.gaps import Live
from bot.domain.roster import Federation


@dataclass(frozen=True)
class World:
    """Read once at start, then immutable.

    `platform` is where the person of this turn is: what others can know of them differs. "" outside a turn.
    `now` is its time: contacts that answer at that hour come first; None outside a turn.
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
