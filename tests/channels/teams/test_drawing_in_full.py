"""Cards as Microsoft's own renderer draws them: nothing is found wrong, and every text stands as written."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from bot.channels.common.look import Look
from bot.channels.teams.drawing import card_of
from bot.channels.teams.fields import content_of
from bot.content.world import World
from bot.domain.messages import Button, Buttons, Field, Form, Message
from bot.domain.turns import Pressed, Submitted
from tests.acceptance.chromium import browser
from tests.channels.slack import screens
from tests.channels.slack.payloads import squeezed, words_of
from tests.channels.slack.test_drawing import every_block
from tests.teams_double.render.drawing import draw, installed, opened

from .test_drawing import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.node]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A window with the renderer."""
    built = installed(tmp_path_factory.mktemp("renderer"))
    with browser() as chromium, opened(chromium, built) as window:
        yield window


def seen(page: Page) -> str:
    """What stands on the screen, in fields and in menus, without white space."""
    values = "[...document.querySelectorAll('#root input, #root textarea')].map(one => one.value).join('')"
    return squeezed(page.locator("#root .card").inner_text() + str(page.evaluate(values)))


def test_nothing_is_wrong_with_any_card(page: Page, world: World, look: Look) -> None:
    """The renderer refuses no part of any answer, step, review or receipt, and shows every word of them."""
    for part in (screens.answers, screens.dialogues, screens.journey_steps, screens.outcomes):
        for name, message in part(world):
            assert draw(page, card_of(message, look)) == [], name
            shown = seen(page)
            words = [
                text for block in message.blocks if not isinstance(block, Form) for text in words_of(block)
            ]
            assert [text for text in words if squeezed(text) not in shown] == [], name


@pytest.mark.parametrize("text", [text for text in HOSTILE if len(text) < 200])
def test_hostile_words_stand_as_written(page: Page, look: Look, text: str) -> None:
    """No mark, link, date or HTML is made of what somebody wrote: each letter is on the screen."""
    message = Message(every_block(text), "s")
    assert draw(page, card_of(message, look)) == []
    shown = seen(page)
    words = [one for block in message.blocks for one in words_of(block)]
    assert [one for one in words if squeezed(one) not in shown] == []
    marks = page.locator(
        "#root .card :is(a:not([href^='tel:']), b, strong, em, img, script, code, ul, ol, h1, hr)"
    )
    assert marks.count() == 0, marks.first.evaluate("one => one.parentElement.outerHTML")


def test_what_the_renderer_sends_is_read_back(page: Page, look: Look) -> None:
    """A form filled in with a keyboard is sent once, and is the submission that the core takes."""
    fields = (Field("what", "What", "long_text"), Field("when", "When", "datetime"))
    form = Form("journey.submit", "d|step|", fields, "Go on")
    back = Buttons((Button("Back", "journey.back", "d|step|"),))
    draw(page, card_of(Message((form, back), "s"), look))
    page.get_by_label("What", exact=True).fill("Words & <more>")
    page.get_by_label("When").fill("2026-11-20")
    page.get_by_label(look.texts.time).fill("10:30")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Back").click()
    submitted, went_back = page.evaluate("window.sent")
    typed = {"what": ("Words & <more>",), "when": ("2026-11-20T10:30",)}
    assert submitted["type"] == "Action.Execute"
    assert content_of({"action": submitted}, look) == Submitted("journey.submit", "d|step|", typed)
    assert content_of({"action": went_back}, look) == Pressed("journey.back", "d|step|", typed)


def test_a_needed_field_stops_the_form_and_no_other_press(page: Page, look: Look) -> None:
    """Where a needed field is empty the form is not sent, and the reader is told at the field."""
    form = Form("case.note", "FED-1", (Field("note", "Note", "long_text"),), "Keep it")
    other = Buttons((Button("Back to the case", "case.show", "FED-1"),))
    draw(page, card_of(Message((form, other), "s"), look))
    page.get_by_role("button", name="Keep it").click()
    assert page.get_by_text(look.texts.required).is_visible()
    page.get_by_role("button", name="Back to the case").click()
    assert [one["verb"] for one in page.evaluate("window.sent")] == ["case.show"]
