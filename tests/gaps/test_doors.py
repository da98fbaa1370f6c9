"""Questions that the policy leaves open on each door: drawn within the limits, opened, filled in."""

import json
from collections.abc import Iterator
from pathlib import Path

from bot.channels.common.messages import is_about_cases
from bot.channels.slack.chats import in_chat, leads_to_modal
from bot.domain.messages import Buttons, Message
from bot.domain.turns import Pressed, Said, Submitted
from bot.gaps.export import exported
from tests.channels.every_door import drawn_everywhere, typed_in_terminal
from tests.channels.teams.office import Office, play
from tests.gaps.test_entries import GIVEN, QUESTION, ask, form_in, live, only, stages
from tests.support.desk import Desk, text_of

LONG = "Can a department " + "very " * 110 + "often post?"


def screens(desk: Desk) -> Iterator[Message]:
    """Everything that asker, author and signer are shown, at its longest."""
    yield from desk.send("ana", Said(LONG))
    (pressed,) = [
        item
        for message in desk.send("ana", Said(LONG))
        for block in message.blocks
        if isinstance(block, Buttons)
        for item in block.items
        if item.action == "gap.ask"
    ]
    form = desk.send("ana", Pressed(pressed.action, pressed.value))
    yield from form
    sent = {"question": (f"{LONG} Ella Smith",), "mode": ("anonymous",)}
    yield from desk.send("ana", Submitted("gap.ask", form_in(form).value, sent))
    yield from desk.send("ana", Submitted("gap.ask", form_in(form).value, {**sent, "question": (LONG,)}))
    yield from desk.send("eleanor", Said("gaps"))
    gap = only(desk)
    yield from desk.send("eleanor", Pressed("gap.answer", gap))
    long = {**GIVEN, "wording": LONG, "text": "Ask the office. " * 90, "examples": f"{LONG}\n" * 12}
    yield from desk.send(
        "eleanor", Submitted("gap.answer", gap, {n: (v,) for n, v in {**long, "ruling": ""}.items()})
    )
    yield from desk.send("eleanor", Submitted("gap.answer", gap, {n: (v,) for n, v in long.items()}))
    signing = desk.send("dina", Pressed("gap.sign", gap))
    yield from signing
    yield from desk.send("dina", Submitted("gap.sign", form_in(signing).value))
    yield from desk.send("joe", Said(LONG))
    yield from desk.send("eleanor", Said("gaps"))
    yield from desk.send("eleanor", Pressed("gap.governors"))
    yield from desk.send("eleanor", Pressed("gap.take_back", gap))
    yield from desk.send("eleanor", Pressed("gap.decline", gap))
    for number in range(9):
        ask(desk, "joe", question=f"Can a department post about topic {'abcdefghi'[number] * 4}?")
    yield from desk.send("eleanor", Said("gaps"))
    yield from desk.send("joe", Said("status"))
    yield from desk.send("joe", Pressed("gap.withdraw", "QST-7K3Q"))
    desk.work(40)
    yield from desk.notebook.messages()


def test_everything_can_be_drawn(desk: Desk) -> None:
    """Each screen fits on Slack and on Teams, and no word is lost in silence."""
    assert drawn_everywhere(desk, screens(desk)) > 20


def test_on_slack_a_button_stands_in_the_chat_and_a_window_shows_it(desk: Desk) -> None:
    """A form or the list stands in no chat: a button opens it in a window."""
    ask(desk)
    texts = desk.product.context.world.door
    for words, opens in (("gaps", "gap.list"), ("ask for an answer", "gap.ask")):
        (message,) = desk.send("eleanor", Said(words))
        left = in_chat(message, Said(words), texts)
        assert QUESTION not in text_of(left)
        (button,) = [item for block in left.blocks if isinstance(block, Buttons) for item in block.items]
        assert button.action == opens
        assert leads_to_modal(Pressed(button.action, button.value))
        again = desk.send("eleanor", Pressed(button.action, button.value))
        assert [one.summary for one in again] == [message.summary]


def test_guests_ask_and_do_not_answer() -> None:
    """What is for those who answer is looked at as strictly as a case; asking is for all staff."""
    assert is_about_cases(Pressed("gap.sign", "x"))
    assert is_about_cases(Said("open questions"))
    assert not is_about_cases(Pressed("gap.ask", "x"))


def test_on_teams_the_whole_way(works: Office) -> None:
    """On Teams a question is put on the list on a card, answered, signed, and its asker is told."""

    async def story() -> None:
        for name in ("ana", "eleanor", "dina"):
            await works.door.handle(works.activity(name, "install", name="add"))
        await works.says("ana", "ask for an answer")
        await works.fills_in("ana", "Put this question on the list", question=QUESTION, mode="named")
        assert stages(works.desk) == ["waiting"]
        await works.says("eleanor", "gaps")
        await works.presses("eleanor", "Answer")
        await works.fills_in("eleanor", "Save the answer", **GIVEN)
        assert stages(works.desk) == ["answered"]
        await works.says("dina", "open questions")
        await works.presses("dina", "Look at it and sign")
        await works.presses("dina", "Sign: put it in force")
        assert stages(works.desk) == ["live"]
        await works.work()
        assert "Your question has been answered" in works.told("a:ana")[-1]

    play(story())


def test_in_the_terminal_the_whole_way(desk: Desk) -> None:
    """In the terminal a question is asked field by field."""
    shown = typed_in_terminal(desk, "ask for an answer", "1", QUESTION, "status")
    assert any("Your question is on the list" in line for line in shown)
    assert any("Waits for an answer" in line for line in shown)


def test_what_is_in_force_is_exported(desk: Desk, tmp_path: Path) -> None:
    """Each signed answer is a topic, with its examples and a golden question; one not in force is not."""
    live(desk)
    assert "office posts it" in "\n".join(text_of(one) for one in desk.send("joe", Said(QUESTION)))
    world = desk.product.context.world
    files = exported((one.answer for one in world.live), world)
    assert set(files) == {"topics.yml", "outside.yml", "nlu.yml", "golden.jsonl"}
    assert "id: may-we-post-the-lunch-menu" in files["topics.yml"]
    assert "intent: policy_may_we_post_the_lunch_menu" in files["nlu.yml"]
    assert json.loads(files["golden.jsonl"]) == {"q": QUESTION, "kind": "out_of_scope"}
    assert "The office posts it on Mondays." in files["outside.yml"]
    desk.press("dina", "gap.take_back", only(desk))
    desk.send("joe", Said(QUESTION))
    assert desk.product.context.world.live == ()
