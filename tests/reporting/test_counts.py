"""How many presses and answers each report asks for, counted as the table in docs/journeys.md has them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.assistant.dialogue import take_turn
from bot.content.world import World
from bot.domain.messages import Button, Form, Message, Progress
from bot.domain.turns import Content, Incoming, Pressed, Sender, Session, SubmitReport, Submitted
from tests.support.screen import buttons_of
from tests.support.storyteller import MONDAY, TOKENS

TABLE = Path(__file__).resolve().parents[2] / "docs" / "journeys.md"
_FREE = ("text", "long_text")


@dataclass(frozen=True)
class Journey:
    """One way through a report: what is chosen at a step (its id), else the first that goes on."""

    name: str
    kind: str
    choices: dict[str, str]
    picks: dict[str, str]
    most: int = 0


PICTURE = {"nudity": "no", "conflict": "no", "mode": "named"}
MINE = {"origin": "me", "posted": "no", "complained": "no", "deleted": "yes"}
PLAIN = {"child_risk": "no", "conflict": "no", "mode": "named"}
CALM = {"harm": "none", "crime": "no", "want": "stop"}
JOURNEYS = (
    Journey("picture, taken by accident", "image", PICTURE, MINE, 9),
    Journey("picture, nudity or not sure", "image", {**PICTURE, "nudity": "unsure"}, {}),
    Journey("picture, a parent has complained", "image", PICTURE, {**MINE, "complained": "yes"}),
    Journey("picture, sent to me", "image", PICTURE, {"origin": "sent"}),
    Journey("abuse on an account", "abuse", {**PLAIN, "category": "offensive"}, {"author": "parent"}, 9),
    Journey("abuse on an account, a threat", "abuse", {**PLAIN, "category": "threat"}, {"author": "public"}),
    Journey("colleague, named", "colleague", PLAIN, CALM, 11),
    Journey("colleague, anonymous", "colleague", {**PLAIN, "mode": "anonymous"}, CALM, 11),
    Journey(
        "colleague on the FLT, anonymous",
        "colleague",
        {**PLAIN, "conflict": "yes", "mode": "anonymous"},
        {**CALM, "conflict": "flt"},
        11,
    ),
    Journey("abuse of staff elsewhere", "staff_abuse", {**PLAIN, "shows_child": "none"}, {}),
    Journey("worry about a child", "concern", {**PLAIN, "concern_now": "told"}, {}),
    Journey("own mistake", "mistake", PLAIN, {}),
    Journey("journalist", "press", PLAIN, {}),
    Journey("ordinary comment, with danger", "query", {**PLAIN, "danger": "yes", "danger_now": "called"}, {}),
    Journey(
        "not sure, and a question to the FLT",
        "unsure",
        {"mode": "named", "unsure_picture": "unsure_who", "unsure_who": "question"},
        {},
    ),
)
ASKED_AGAIN = Journey("two answers left out", "image", PICTURE, {**MINE, "posted": "", "complained": ""})


@dataclass
class Counted:
    """What it took, and what the progress line said on the way: the screens by number, and the totals.

    `told_first`: the fields for what happened that stood before it was said who may know who reports.
    """

    presses: int = 0
    mandatory: int = 0
    free: int = 0
    done: tuple[int, ...] = ()
    totals: tuple[int, ...] = ()
    named: bool = False
    told_first: tuple[str, ...] = ()


def counted(journey: Journey, world: World) -> Counted:
    """Walk it from its first question to Send; a picture from its own button, which says the kind."""
    found, session = Counted(), Session(TOKENS)
    start = "image" if journey.kind == "image" else ""
    shown, session = _turn(session, Pressed("report.start", start), world, found)
    for _ in range(30):
        assert session.draft is not None
        said = [block for block in shown.blocks if isinstance(block, Progress)]
        found.done += tuple(block.done for block in said)
        found.totals += tuple(block.total for block in said)
        found.named = found.named or session.draft.step == "mode"
        act = _next(shown, session.draft.step, journey, found)
        found.presses += 1
        shown, session = _turn(session, act, world, found)
        if session.draft is None:
            return found
    raise AssertionError("the journey does not end")


def _turn(session: Session, act: Content, world: World, found: Counted) -> tuple[Message, Session]:
    turn = take_turn(session, Incoming("e", Sender("playground", "ana"), act), (), world, MONDAY)
    if turn.session.draft is None:
        assert isinstance(turn.commands[0], SubmitReport)
        return Message((), ""), turn.session
    return turn.replies[-1], turn.session


def _next(shown: Message, step: str, journey: Journey, found: Counted) -> Content:
    for form in (block for block in shown.blocks if isinstance(block, Form)):
        return _filled(form, journey, found)
    buttons = buttons_of([shown])
    if step == "review":
        return _press(next(button for button in buttons if button.action == "journey.send"))
    offered = [button for button in buttons if button.action == "journey.choose"]
    found.mandatory += len(offered) > 1
    wanted = {"danger": "no", "school": "ash", "kind": journey.kind, **journey.choices}.get(step)
    return _press(next((one for one in offered if one.value.endswith(f"|{wanted}")), offered[0]))


def _press(button: Button) -> Pressed:
    return Pressed(button.action, button.value)


def _filled(form: Form, journey: Journey, found: Counted) -> Submitted:
    values = dict[str, tuple[str, ...]]()
    found.free += sum(field.kind in _FREE for field in form.fields)
    if not found.named:
        found.told_first += tuple(field.name for field in form.fields if field.kind == "long_text")
    for field in form.fields:
        found.mandatory += field.required
        if field.name in journey.picks:
            values[field.name] = tuple(filter(None, (journey.picks[field.name],)))
        elif field.required and field.options:
            values[field.name] = (field.options[0].value,)
        elif field.required:
            values[field.name] = (TOKENS.code if field.name == "receipt_typed" else "2026-11-20T10:00",)
    return Submitted(form.action, form.value, values)


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)
def test_a_report_takes_few_presses(world: World, journey: Journey) -> None:
    """No more presses than agreed, three free texts at the most, and a total that never grows on the way."""
    found = counted(journey, world)
    assert not journey.most or found.presses <= journey.most
    assert found.free <= 3
    assert list(found.totals) == sorted(found.totals, reverse=True)
    assert found.presses <= found.totals[0]


@pytest.mark.parametrize("journey", [*JOURNEYS, ASKED_AGAIN], ids=lambda journey: journey.name)
def test_the_progress_line_counts_each_screen_once(world: World, journey: Journey) -> None:
    """The first screen is step 1, and each answer leads to the next number, whatever it was an answer to."""
    found = counted(journey, world)
    assert list(found.totals) == sorted(found.totals, reverse=True)
    assert found.done == tuple(range(1, len(found.done) + 1))


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)
def test_who_may_know_is_said_before_what_happened(world: World, journey: Journey) -> None:
    """In no report is a word of what happened asked for before the identity screen."""
    found = counted(journey, world)
    assert found.named
    assert found.told_first == ()


def test_the_table_is_what_is_counted(world: World) -> None:
    """The table in docs/journeys.md says what a walk through the real journeys counts."""
    rows = ["| report | presses | mandatory answers | free texts on the way |", "|---|---|---|---|"]
    for journey in JOURNEYS:
        found = counted(journey, world)
        rows.append(f"| {journey.name} | {found.presses} | {found.mandatory} | {found.free} |")
    table = "\n".join(rows)
    print(table)
    assert table in TABLE.read_text(encoding="utf-8")
