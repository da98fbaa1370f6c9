"""What staff say before they log a comment, check a picture or a post, or apply for an account.

The questions are of two authors: the first had read the policy and the documents of these workflows alone,
the second knew the screens too; neither had looked at what is learnt.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.assistant.dialogue import take_turn
from bot.content.world import World
from bot.domain.turns import Incoming, Said, Sender, Session, Tokens
from bot.engine.engine import build_engine, read_lesson
from tests.support.desk import START
from tests.support.screen import buttons_of

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
STARTS = {
    "log_comment": "reply.log",
    "check_picture": "posting.picture",
    "check_draft": "posting.draft",
    "account_request": "account.request",
}
# As measured on 2026-11-30; most of those that miss are led to a report, or asked back.
FLOORS = {
    "ways-in.jsonl": {"log_comment": 8, "check_picture": 9, "check_draft": 9, "account_request": 10},
    "ways-in-second.jsonl": {"log_comment": 8, "check_picture": 9, "check_draft": 9, "account_request": 10},
}


@pytest.mark.parametrize("name", FLOORS)
def test_questions_about_the_work_offer_to_start_it(name: str, world: World) -> None:
    """Of ten questions about each workflow at least as many as measured bring the button that starts it."""
    engine = build_engine(read_lesson(ROOT / "intents", [world.policy]), ROOT / ".cache")
    right, asked = Counter[str](), Counter[str]()
    for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines():
        wanted = json.loads(line)
        incoming = Incoming("e", Sender("playground", "ana"), Said(wanted["q"]))
        turn = take_turn(
            Session(Tokens("a" * 32, "b" * 32, "c" * 32)),
            incoming,
            (engine.parse(wanted["q"]),),
            world,
            START,
        )
        asked[wanted["offer"]] += 1
        actions = {button.action for button in buttons_of(turn.replies)}
        right[wanted["offer"]] += STARTS[wanted["offer"]] in actions
    assert asked == dict.fromkeys(STARTS, 10)
    assert {offer: right[offer] for offer, floor in FLOORS[name].items() if right[offer] < floor} == {}
