"""Everything that a turn may read: the policy, the journeys and texts, and the Federation's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.content.account_texts import AccountRules
from bot.content.door_texts import DoorTexts, PaperTexts
from bot.content.playbook import Playbook
from bot.content.policy_load import Policy
from bot.content.posting import Posting
from bot.content.reply_texts import ReplyRules
from bot.content.rules import AnswerRules
from bot.domain.access import Decision, Duties, Permissions
from bot.domain.roster import Federation


@dataclass(frozen=True)
class World:
    """Read once at start, then immutable.

    `platform` is where the person of this turn is: what others can know of them differs. "" outside a turn.
    `now` is its moment, by which whoever answers at that hour stands first; None outside a turn.
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
    platform: str = ""
    now: datetime | None = None
