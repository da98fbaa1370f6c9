"""Words typed into a form of a report: from an older form or heard late, none is lost or put over others."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.domain.messages import Form, Message
from bot.domain.presses import StepChoice
from bot.domain.turns import Pressed, Said, Submitted, Typed
from tests.support.desk import Desk
from tests.support.screen import buttons_of, form_of, text_of

WROTE = "They said that it must go"
MISTAKE = {"danger": "no", "conflict": "no", "mode": "named"}
PICTURE = {"danger": "no", "nudity": "no", "origin": "me", "posted": "no", "complained": "yes", **MISTAKE}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The product, with nobody's report begun."""
    found = Desk.open(tmp_path)
    yield found
    found.close()


def form_on(shown: tuple[Message, ...]) -> Form | None:
    """The form on the screen, where there is one."""
    return next((block for one in shown for block in one.blocks if isinstance(block, Form)), None)


def answer(desk: Desk, shown: tuple[Message, ...], answers: Mapping[str, str]) -> tuple[Message, ...]:
    """One step further: what is told of the step, else the first that is offered."""
    if form := form_on(shown):
        fields = {
            item.name: answers.get(item.name, item.options[0].value) for item in form.fields if item.options
        }
        return desk.send(
            "ana", Submitted(form.action, form.value, {name: (value,) for name, value in fields.items()})
        )
    choices = [one for one in buttons_of(shown) if one.action == "journey.choose"]
    told = [one for one in choices if StepChoice.parse(one.value).option == answers.get(step_of(shown))]
    return desk.send("ana", Pressed("journey.choose", (told or choices)[0].value))


def step_of(shown: tuple[Message, ...]) -> str:
    """The step on the screen."""
    return next(StepChoice.parse(one.value).step for one in buttons_of(shown) if one.action == "journey.save")


def walk(desk: Desk, kind: str, answers: Mapping[str, str], to: str) -> tuple[Message, ...]:
    """A report of this kind, up to a step."""
    shown = desk.send("ana", Pressed("report.start", kind))
    for _ in range(20):
        if step_of(shown) == to:
            return shown
        shown = answer(desk, shown, answers)
    raise AssertionError(f"never came to {to}: {text_of(shown)}")


def value_on(shown: tuple[Message, ...], step: str) -> str:
    """What a form of this step carries, in the draft on the screen."""
    [save] = [one for one in buttons_of(shown) if one.action == "journey.save"]
    return str(StepChoice(StepChoice.parse(save.value).draft, step))


@pytest.mark.parametrize("step", ["image_complained", "a_step_that_is_gone"])
@pytest.mark.parametrize("is_sent", [True, False])
def test_words_of_a_form_of_an_older_version_wait_where_they_are_asked_for(
    desk: Desk, step: str, is_sent: bool
) -> None:
    """A field that stood in another form before an upgrade keeps its words, sent or only typed."""
    shown = walk(desk, "image", PICTURE, "image_complained")
    value, fields = value_on(shown, step), {"said": (WROTE,)}
    desk.send("ana", Submitted("journey.submit", value, fields) if is_sent else Typed(value, fields))
    shown = desk.send("ana", Said("resume"))
    for _ in range(20):
        if step_of(shown) == "image_said":
            break
        shown = answer(desk, shown, PICTURE)
    [said] = [item for item in form_of(shown).fields if item.name == "said"]
    assert said.value == (WROTE,)


def test_a_keystroke_that_is_heard_after_its_form_was_sent_changes_nothing(desk: Desk) -> None:
    """What was sent stands in the field when it is changed, not an older text that was heard later."""
    form = form_of(walk(desk, "mistake", MISTAKE, "mistake"))
    desk.send(
        "ana", Submitted(form.action, form.value, {"mistake_text": ("I posted it to the wrong group",)})
    )
    desk.send("ana", Typed(form.value, {"mistake_text": ("I posted it to",)}))
    shown = desk.send("ana", Said("resume"))
    change = [
        one for one in buttons_of(shown) if one.action == "journey.edit" and one.value.endswith("|mistake")
    ]
    shown = desk.send("ana", Pressed("journey.edit", change[0].value))
    [told] = [item for item in form_of(shown).fields if item.name == "mistake_text"]
    assert told.value == ("I posted it to the wrong group",)
