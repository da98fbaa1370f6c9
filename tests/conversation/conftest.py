from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversation.world import World
from bot.domain.roster import Federation
from bot.knowledge.answer_rules import load_answer_rules
from bot.knowledge.documents import load
from bot.knowledge.door_texts import load_door_texts
from bot.knowledge.paper_texts import load_paper_texts
from bot.knowledge.permission_files import PermissionTable
from bot.knowledge.playbook import load_playbook
from bot.knowledge.policies import load_policy

from .federation import federation

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def world() -> World:
    """The real policy, journeys and texts, and a made-up Federation."""
    folder = ROOT / "policy_kb"
    policy = load_policy(folder / "social-media")
    return World(
        policy=policy,
        playbook=load_playbook(folder, policy),
        rules=load_answer_rules(ROOT / "intents", folder, policy),
        federation=federation(),
        permissions=load(folder / "permissions.yml", PermissionTable).permissions,
        door=load_door_texts(folder / "door-texts.yml", policy.topics),
        paper=load_paper_texts(folder / "paper-texts.yml", policy),
    )


def with_federation(world: World, changed: Federation) -> World:
    """The same world for another Federation."""
    return replace(world, federation=changed)
