"""What an answer offers to start is started by its button, on every door."""

from typing import get_args

import pytest

from bot.asking.answer import answer_topic
from bot.asking.render import as_messages
from bot.channels.slack.chats import leads_to_modal
from bot.content.policy import Offer
from bot.content.world import World
from bot.domain.messages import Button
from bot.domain.turns import Pressed
from tests.support.desk import Desk
from tests.support.screen import buttons_of


def offered(world: World, offer: Offer) -> list[Button]:
    """The primary button of each topic that offers it."""
    found = []
    for topic in world.policy.topics.values():
        if topic.offer == offer:
            shown = as_messages(
                answer_topic(topic.id, world.policy, world.rules), world.policy, {}, texts=world.rules.texts
            )
            found += [
                button
                for button in buttons_of((shown,))
                if button.label == world.rules.texts.buttons.offer(offer)
            ]
    return found


@pytest.mark.parametrize("offer", get_args(Offer))
def test_each_offer_is_made_by_a_topic(offer: Offer, world: World) -> None:
    """Each thing that can be offered is offered by a topic, once in its answer."""
    topics = [topic for topic in world.policy.topics.values() if topic.offer == offer]
    assert topics
    assert len(offered(world, offer)) == len(topics)


@pytest.mark.parametrize("offer", get_args(Offer))
def test_the_button_of_an_offer_starts_it(offer: Offer, world: World, desk: Desk) -> None:
    """A press on what is offered is known, and shows a screen of its own."""
    button = offered(world, offer)[0]
    shown = desk.press("ana", button.action, button.value)
    assert shown
    assert world.playbook.texts.dialogue.unknown_action not in shown


@pytest.mark.parametrize("offer", ["see_accounts", "log_comment", "check_picture", "check_draft"])
def test_on_slack_it_opens_a_window(offer: Offer, world: World) -> None:
    """A check or a form of what an answer offers opens in a window on Slack, not in the chat."""
    button = offered(world, offer)[0]
    assert leads_to_modal(Pressed(button.action, button.value))
