"""What staff say before they log a comment, check a picture or a post, or apply for an account.

The questions are of an author who had read the policy and the documents of these workflows alone.
"""

import json
from collections import Counter
from pathlib import Path

from bot.assistant.dialogue import take_turn
from bot.content.world import World
from bot.domain.turns import Incoming, Said, Sender, Session, Tokens
from bot.engine.engine import build_engine, read_lesson
from tests.support.desk import START
from tests.support.screen import buttons_of

ROOT = Path(__file__).resolve().parents[2]
ASKED = ROOT / "tests" / "golden" / "ways-in.jsonl"
STARTS = {
    "log_comment": "reply.log",
    "check_picture": "posting.picture",
    "check_draft": "posting.draft",
    "account_request": "account.request",
}
# As measured on 2026-11-29; of those that miss about half are asked back, or get no answer.
FLOORS = {"log_comment": 5, "check_picture": 9, "check_draft": 9, "account_request": 10}


def test_questions_about_the_work_offer_to_start_it(world: World) -> None:
    """Of ten questions about each workflow at least as many as measured bring the button that starts it."""
    engine = build_engine(read_lesson(ROOT / "intents", [world.policy]), ROOT / ".cache")
    right, asked = Counter[str](), Counter[str]()
    for line in ASKED.read_text(encoding="utf-8").splitlines():
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
    assert asked == dict.fromkeys(FLOORS, 10)
    assert {offer: right[offer] for offer, floor in FLOORS.items() if right[offer] < floor} == {}
