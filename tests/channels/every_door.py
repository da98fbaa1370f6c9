"""What a capability is tried with on each door: drawn on Slack and Teams, and typed into the terminal."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.channels.common.look import Look
from bot.channels.terminal import Terminal
from bot.domain.messages import Message
from bot.domain.turns import Incoming, Sender
from tests.channels.slack.test_payloads_of_cases import check as check_on_slack
from tests.channels.teams.test_payloads import check as check_on_teams
from tests.support.desk import Desk


def drawn_everywhere(
    desk: Desk, messages: Iterable[Message], for_slack: Callable[[Message], Message] = lambda message: message
) -> int:
    """Check each message within the limits of Slack and Teams; how many there were."""
    look, count = Look.of(desk.product.context.world), 0
    for message in messages:
        check_on_slack(for_slack(message), look)
        check_on_teams(message, look)
        count += 1
    return count


def typed_in_terminal(desk: Desk, *lines: str) -> list[str]:
    """What ana is shown in the terminal when she types these lines."""
    typed, shown, ids = iter(lines), list[str](), itertools.count()

    def handle(incoming: Incoming) -> tuple[Message, ...]:
        return desk.product.assistant.handle(replace(incoming, sender=Sender("playground", "ana")), desk.now)

    def read(_prompt: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    Terminal("ana", handle, read, shown.append, lambda: f"e{next(ids)}").run()
    return shown
