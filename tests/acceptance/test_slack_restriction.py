"""A case that is moved to restricted in Slack: nothing of it is left in the leadership team's channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.slack_office import office, report_accident
from tests.acceptance.test_slack import held_by

pytestmark = pytest.mark.process

WHY = "It may concern somebody on the team."


def test_the_card_and_its_thread_leave_the_channel(tmp_path: Path) -> None:
    """Card and lines are deleted there; the DSL has the case by direct message, and the FLT has nothing."""
    with office(tmp_path) as works:
        reference = report_accident(works, works["ana"])
        eleanor, beth = works["eleanor"], works["beth"]
        assert beth.press("Acknowledge", works.card(reference)).ok
        works.wait(lambda: held_by("Beth Okafor", works, reference))
        works.settled()
        card = works.card(reference)
        lines = [message for message in works.slack.messages_in(works.flt) if message.thread_ts == card.ts]
        assert lines
        eleanor.press("Move to restricted", card)
        works.modal(eleanor, "Why?")
        assert works.submit(eleanor, {"Why?": WHY}).ok
        works.modal(eleanor, "is restricted now")
        works.settled()
        works.wait(lambda: works.slack.messages_in(works.flt) == [])
        assert reference in works.said_to(works["dina"], reference).words
        assert reference in works.said_to(eleanor, reference).words
        for name in ("farid", "grace", "tom", "ana"):
            assert WHY not in works.slack.visible_to(works[name])
        for name in ("grace", "tom"):
            assert reference not in works.slack.visible_to(works[name])
