"""The buttons of the two checks under an answer."""

from __future__ import annotations

from collections import Counter

from bot.asking.conversation import choose_topic, show
from bot.content.world import World
from bot.domain.messages import Buttons
from bot.domain.turns import Session, Tokens
from bot.posting.shown import DRAFT, PICTURE, offered
from tests.support.desk import START


def test_no_answer_has_a_button_twice(world: World) -> None:
    """Each answer leads to a check by one button, whether its topic or the check names the other."""
    twice, led = dict[str, list[str]](), Counter[str]()
    for topic in world.policy.topics:
        found = choose_topic(Session(Tokens("a" * 32, "b" * 32, "c" * 32)), topic, world)
        assert found is not None
        shown = offered(show(found[1], world, START), topic, world)
        actions = Counter(
            item.action for block in shown.blocks if isinstance(block, Buttons) for item in block.items
        )
        checks = {action: count for action, count in actions.items() if action in (PICTURE, DRAFT)}
        led.update(checks.keys())
        if max(checks.values(), default=1) > 1:
            twice[topic] = sorted(checks)
    assert twice == {}
    assert min(led[PICTURE], led[DRAFT]) >= 8
