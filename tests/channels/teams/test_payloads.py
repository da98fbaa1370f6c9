"""Everything that Signpost shows is drawn for Teams: valid, within its limits, with the words Slack shows."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.channels.common.look import Look
from bot.channels.common.look import Look as SlackLook
from bot.channels.common.messages import pieces
from bot.channels.slack.views import modal
from bot.channels.teams.drawing import card_of
from bot.channels.teams.fields import content_of
from bot.channels.teams.ids import Element
from bot.channels.teams.posts import cards_of
from bot.content.world import World
from bot.domain.messages import Block, Button, Buttons, Form, Heading, Message, Paragraph, Quote
from bot.domain.turns import Pressed, Said, Submitted
from tests.channels.slack import payloads as slack
from tests.channels.slack import screens
from tests.channels.slack.payloads import squeezed, words_of
from tests.channels.slack.test_payloads import PARTS
from tests.channels.slack.test_payloads_of_cases import SHOWN
from tests.support.desk import Desk

from .card_reading import action, actions_of, faults, fits, lost, nodes_of, pressed, said

NOTE = "Every word of this note is kept. " * 100
PRIVATE = "secretword"


def check(message: Message, look: Look, name: str = "") -> Element:
    """A card without a fault that fits, with every word or a line that says that there is more."""
    card = card_of(message, look)
    assert faults(card) == [], name
    assert fits(card), name
    assert card["speak"] == card["fallbackText"] == message.summary
    assert "refresh" not in card
    assert not lost(message, card) or says_more(card, look), (name, lost(message, card))
    return card


def says_more(card: Element, look: Look) -> bool:
    """Whether the card says that something was left out."""
    more = (look.texts.more, look.texts.more_cases.text.partition("{count}")[2])
    return any(squeezed(text) in said(card) for text in more)


@pytest.mark.parametrize("part", PARTS)
def test_everything_can_be_shown(world: World, look: Look, part: screens.Screens) -> None:
    """Each screen is a valid card of less than 25 kB that loses no word without saying so."""
    count = 0
    for name, message in part(world):
        check(message, look, name)
        count += 1
    assert count > 5


@pytest.mark.parametrize("part", PARTS)
def test_slack_and_teams_show_the_same_words(world: World, look: Look, part: screens.Screens) -> None:
    """Whatever stands whole in Slack's modal stands whole in the card, unless the card says it is cut."""
    for name, message in part(world):
        view, card = modal(message, SlackLook.of(world)), card_of(message, look)
        assert slack.lost(message, view) == [], name
        assert lost(message, card) == [] or says_more(card, look), name


def test_answers_and_steps_are_never_cut(world: World, look: Look) -> None:
    """Only what people wrote at great length can need cutting: answers, steps and receipts stand whole."""
    for part in (screens.answers, screens.dialogues, screens.journey_steps):
        for name, message in part(world):
            assert lost(message, card_of(message, look)) == [], name


def test_every_clause_is_shown_verbatim(world: World, look: Look) -> None:
    """Each clause that an answer quotes stands in one box, character for character, above its section."""
    for name, message in screens.answers(world):
        boxes = [
            [node["text"] for node in nodes_of(box) if node["type"] == "TextRun"]
            for box in card_of(message, look)["body"]
            if box.get("style") == "emphasis" and "selectAction" not in box
        ]
        quotes = [block for block in message.blocks if isinstance(block, Quote)]
        assert ["\n".join(texts[:-1]) for texts in boxes] == [quote.text for quote in quotes], name
        for texts, quote in zip(boxes, quotes, strict=True):
            assert texts[-1].startswith(quote.section)


def test_every_button_comes_back(world: World, look: Look) -> None:
    """Each button of each screen is pressed, or picked from a menu, as the press that it stands for."""
    count = 0
    for part in PARTS:
        for name, message in part(world):
            card = card_of(message, look)
            wanted = [
                Pressed(item.action, item.value)
                for block in message.blocks
                if isinstance(block, Buttons)
                for item in block.items
            ]
            assert sorted(map(repr, presses(card, look))) == sorted(map(repr, wanted)), name
            count += len(wanted)
    assert count > 300


def presses(card: Element, look: Look) -> Iterator[Pressed]:
    """What each button does, and each choice of a menu; the fall-back does the same."""
    dialogs = (node["data"] for node in nodes_of(card["body"]) if "msteams" in node.get("data", {}))
    for opened in (content_of(data, look) for data in dialogs if data["msteams"] == {"type": "task/fetch"}):
        if isinstance(opened, Pressed):
            yield opened
    for one in actions_of(card):
        if "pick" in one["data"]:
            menu = next(node for node in nodes_of(card["body"]) if node.get("id") == one["data"]["pick"])
            values = [{one["data"]["pick"]: choice["value"]} for choice in menu["choices"]]
        else:
            values = [{}]
        for value in values:
            content = content_of({"action": {"data": {**one["data"], **value}}}, look)
            assert content == content_of({**one["fallback"]["data"], **value}, look)
            if not isinstance(content, Submitted):
                assert content is not None
                yield content


def test_every_form_comes_back_as_it_was_drawn(world: World, look: Look) -> None:
    """What stands in a form is what is sent, to the last of 4,000 characters."""
    count = 0
    for name, message in screens.journey_steps(world):
        for form in (block for block in message.blocks if isinstance(block, Form)):
            card = card_of(message, look)
            back = content_of(pressed(card, action(card, form.action)), look)
            given = {field.name: field.value for field in form.fields if field.value}
            assert isinstance(back, Submitted)
            assert (back.action, back.value) == (form.action, form.value)
            assert {key: value for key, value in back.fields.items() if value} == given, name
            count += 1
    assert count > 30


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The product with the demo Federation, on a database of its own."""
    found = Desk.open(tmp_path)
    yield found
    found.close()


def everything_seen(desk: Desk, reference: str) -> Iterator[Message]:
    """What each kind of person can open of a case, every form, and whatever was posted."""
    for user in ("farid", "dina", "ana"):
        for name in SHOWN:
            yield from desk.send(user, Pressed(f"case.{name}", reference))
    yield from desk.send("ana", Said("/report-status"))
    yield from (message for seen in desk.notebook.seen.values() for _, message in seen)


def shown_whole(desk: Desk, reference: str, look: Look) -> Callable[[], None]:
    """A check of everything that can be seen of the case now."""

    def check_all() -> None:
        desk.work()
        for message in everything_seen(desk, reference):
            card = check(message, look)
            assert PRIVATE not in card["speak"]

    return check_all


@pytest.mark.parametrize("kind", ["abuse", "image", "question", "colleague"])
def test_every_state_of_a_case_can_be_shown(desk: Desk, look: Look, kind: str) -> None:
    """From received to reopened, with long notes: cards, details, forms, notices and what reporters read."""
    slots = screens.slots_of(desk.product.context.world, kind, "named")
    answers = {name: "|".join(values) for name, values in slots.items()}
    answers["what"] = f"{PRIVATE} {screens.LONG}"[:4000]
    reference = desk.report("ana", None, **answers).reference
    all_shown = shown_whole(desk, reference, look)
    all_shown()
    holder = holder_of(desk, reference)
    desk.press(holder, "case.acknowledge", reference)
    for _ in range(4):
        desk.fill(holder, "case.note", reference, note=NOTE)
    task = "Ask for the post to be removed. " * 5
    for _ in range(4):
        desk.fill(holder, "case.task", reference, task=task, person=holder, due="2026-11-24T12:00")
    desk.fill("ana", "report.add", reference, text=NOTE)
    all_shown()
    second = desk.close_somehow(holder, reference, reason=NOTE, answer=NOTE)
    if second:
        for action in ("case.close", "case.agree", "case.decline"):
            for message in desk.send(second, Pressed(action, reference)):
                check(message, look)
        desk.agree(second, reference)
    assert "Status: Closed" in desk.press(holder, "case.show", reference)
    all_shown()
    desk.fill(holder, "case.reopen", reference, reason=NOTE)
    desk.later(hours=200)
    all_shown()


def test_a_long_report_is_read_on_several_cards(desk: Desk, look: Look) -> None:
    """However much was reported and noted, each word of the details stands on one of the cards."""
    slots = screens.slots_of(desk.product.context.world, "abuse", "named")
    answers = {name: "|".join(values) for name, values in slots.items()}
    reference = desk.report("ana", None, **answers).reference
    desk.work()
    holder = holder_of(desk, reference)
    for at in range(6):
        desk.fill(holder, "case.note", reference, note=f"{at} {NOTE}")
    (details,) = desk.send(holder, Pressed("case.details", reference))
    cards = cards_of(details, look)
    assert len(cards) > 2
    assert [faults(card) + ([] if fits(card) else ["too large"]) for card in cards] == [[]] * len(cards)
    shown = "".join(map(said, cards)).replace(squeezed(look.texts.goes_on), "")
    words = [text for block in details.blocks for text in words_of(block)]
    parts = [part for text in words for part in pieces(text, 2000)]
    assert [text for text in parts if squeezed(text) not in shown] == []
    assert not any(says_more(card, look) for card in cards)
    assert [bool(actions_of(card)) for card in cards] == [False] * (len(cards) - 1) + [True]


def test_what_fits_is_one_card(world: World, look: Look) -> None:
    """Answers, steps and receipts are one card, and so is a review however long it is."""
    for part in PARTS:
        for name, message in part(world):
            assert cards_of(message, look) == (card_of(message, look),), name


def holder_of(desk: Desk, reference: str) -> str:
    """Somebody who may write in the case."""
    people = ("farid", "dina", "eleanor", "maya")
    return next(
        user for user in people if "Nothing has changed" not in desk.press(user, "case.note", reference)
    )


def test_wrong_forms_show_what_was_typed(desk: Desk, look: Look) -> None:
    """A form that comes back has its errors and its words, and a refusal is a card like any other."""
    reference, texts = desk.report(kind="colleague").reference, desk.product.context.texts.errors
    desk.press("farid", "case.acknowledge", reference)
    desk.press("farid", "case.details", reference)
    too_long = texts.too_long.fill(limit=4000)
    for name, fields, typed, errors in (
        ("case.note", {"note": "x" * 4001}, "x" * 1000, [too_long]),
        (
            "case.close",
            {"outcome": "nothing", "reason": "Too few."},
            "Too few.",
            [texts.outcome, texts.reason],
        ),
        ("case.assign", {"person": "nobody"}, "", [texts.person]),
        ("case.nonsense", {}, "", []),
    ):
        (message,) = desk.send("farid", screens.sent(name, reference, **fields))
        card = check(message, look)
        assert [text for text in errors if squeezed(text) not in said(card)] == []
        assert typed in json.dumps(card)
    for message in desk.send("ana", Pressed("case.show", reference)):
        check(message, look)


@pytest.mark.parametrize("count", [0, 1, 20, 21, 50])
def test_many_cases_are_listed(desk: Desk, look: Look, count: int) -> None:
    """Each of fifty cases can be opened from the list, or from those that its buttons lead to."""
    every, shown = {desk.report().reference for _ in range(count)}, set[str]()
    part: str | None = "open"
    while part is not None:
        (message,) = desk.send("farid", Pressed("case.list", part))
        card = check(message, look)
        assert lost(message, card) == []
        offered = list(presses(card, look))
        shown |= {one.value for one in offered if one.action == "case.show"}
        buttons = (item for block in message.blocks if isinstance(block, Buttons) for item in block.items)
        after = [item.value for item in buttons if item.label.startswith("Next")]
        assert all(Pressed("case.list", value) in offered for value in after)
        part = after[0] if after else None
    assert shown == every


def test_two_hundred_cases_say_how_many_are_left_out(look: Look) -> None:
    """A list that is longer than a card leaves out the end, and says how many cases that is."""
    blocks = screens_of_cases(200)
    card = check(Message(blocks, "Cases", "cases"), look)
    opened = [one for one in presses(card, look) if one.action == "case.show"]
    assert 50 < len(opened) < 200
    assert squeezed(look.texts.more_cases.fill(count=200 - len(opened))) in said(card)


def screens_of_cases(count: int) -> tuple[Block, ...]:
    """A list of cases with long lines."""
    line = "Abuse or offensive content · Northgate School · acknowledged by Farid Rahman · 12 days ago"
    found: list[Block] = [Heading("Open cases")]
    for at in range(count):
        opener = Buttons((Button("Open", "case.show", f"FED-{at:04}"),))
        found += [Paragraph(f"FED-{at:04} · {line}\nDue on Monday at 09:00"), opener]
    return tuple(found)
