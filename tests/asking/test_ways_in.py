"""What staff say before they log a comment, check a picture or a post, or apply for an account.

The questions are of an author who had read the policy and the documents of these workflows alone.
"""

import json
from collections import Counter
from pathlib import Path

from bot.asking.answer import answer
from bot.asking.render import as_messages
from bot.content.world import World
from bot.engine.engine import build_engine, read_lesson
from tests.support.screen import buttons_of

ROOT = Path(__file__).resolve().parents[2]
ASKED = ROOT / "tests" / "golden" / "ways-in.jsonl"
# As measured on 2026-11-29; of those that miss about half are asked back, or get no answer.
FLOORS = {"log_comment": 5, "check_picture": 5, "check_draft": 6, "account_request": 8}


def test_questions_about_the_work_offer_to_start_it(world: World) -> None:
    """Of ten questions about each workflow at least as many as measured bring the button that starts it."""
    engine = build_engine(read_lesson(ROOT / "intents", [world.policy]), ROOT / ".cache")
    right, asked = Counter[str](), Counter[str]()
    for line in ASKED.read_text(encoding="utf-8").splitlines():
        wanted = json.loads(line)
        given = answer(wanted["q"], engine.parse(wanted["q"]), world.policy, rules=world.rules)
        shown = as_messages(given, world.policy, {}, texts=world.rules.texts)
        label = world.rules.texts.buttons.offer(wanted["offer"])
        asked[wanted["offer"]] += 1
        right[wanted["offer"]] += any(button.label == label for button in buttons_of((shown,)))
    assert asked == dict.fromkeys(FLOORS, 10)
    assert {offer: right[offer] for offer, floor in FLOORS.items() if right[offer] < floor} == {}
