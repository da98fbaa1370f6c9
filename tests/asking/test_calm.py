"""What only sounds like danger: good wishes, a picture refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.asking.answer import Answer, answer
from bot.content.world import World
from bot.engine.parse import Alarm, Parse, Ranked

KINDS = yaml.safe_load((Path(__file__).parent / "calm.yml").read_text(encoding="utf-8"))
CALM = [question for kind in KINDS.values() for question in kind["calm"]]
DANGER = [question for kind in KINDS.values() for question in kind["danger"]]
# What the gate says of many of them: as likely as not.
ALARM = Alarm(danger=0.6, concern=0.3, likeness=0.8)


def say(world: World, question: str, alarm: Alarm) -> Answer:
    ranked = (Ranked(world.policy.intent("reply-within-24-hours"), 1.0),)
    return answer(question, Parse(question, ranked, 1.0, alarm=alarm), world.policy, rules=world.rules)


@pytest.mark.parametrize("question", CALM)
def test_what_only_sounds_like_danger_gets_its_rule(world: World, question: str) -> None:
    """No 999 and no DSL first where nothing but the gate speaks of danger; the quiet line stays below."""
    given = say(world, question, ALARM)
    assert given.kind not in ("danger", "concern")
    assert given.quiet


@pytest.mark.parametrize("question", DANGER)
def test_danger_near_it_is_danger(world: World, question: str) -> None:
    """A child, a hand, a farewell or a pill beside the same words is calmed by none of the patterns."""
    assert not world.rules.danger.is_calm(question)
    assert not world.rules.danger.is_well_wished(question)
    assert say(world, question, ALARM).kind == "danger"


@pytest.mark.parametrize("question", CALM)
def test_a_gate_that_is_sure_is_believed(world: World, question: str) -> None:
    """However calm the words: where the gate is sure the safety message comes first."""
    assert say(world, question, Alarm(danger=0.9, likeness=0.8)).kind == "danger"


def test_an_operation_alone_is_no_danger_among_good_wishes(world: World) -> None:
    """ "She has had her hip done and is home" could be anything; among good wishes it is not."""
    clause = Alarm(danger=0.95, likeness=0.99)
    alarm = Alarm(danger=0.1, likeness=0.1, clauses=(clause,))
    wished = KINDS["well_wished"]["calm"][0]
    assert say(world, wished, alarm).kind != "danger"
    assert say(world, "our Linda has had her knee done and is home, he did it", alarm).kind == "danger"
