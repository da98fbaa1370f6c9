"""Everything that a turn may read: the policy, the journeys and texts, and the Federation's own settings."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.access import Permissions
from bot.domain.roster import Federation
from bot.knowledge.answer_rules import AnswerRules
from bot.knowledge.door_texts import DoorTexts
from bot.knowledge.paper_texts import PaperTexts
from bot.knowledge.playbook import Playbook
from bot.knowledge.policies import Policy


@dataclass(frozen=True)
class World:
    """Read once at start, then immutable.

    `platform` is where the person of this turn is: what others can know of them differs. "" outside a turn.
    """

    policy: Policy
    playbook: Playbook
    rules: AnswerRules
    federation: Federation
    permissions: Permissions
    door: DoorTexts
    paper: PaperTexts
    platform: str = ""
