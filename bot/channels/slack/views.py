"""Modals, and the home page: a message with its form, and what was filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.asking.render import ASK_TOPIC, START
from bot.channels.common.look import Look
from bot.channels.common.marks import named
from bot.channels.common.messages import cut
from bot.channels.slack.drawing import Drawing
from bot.channels.slack.drawing import drawn as drawn_blocks
from bot.channels.slack.fields import block_id, draw, is_choice, names_of, refilled, values_of
from bot.channels.slack.parts import SECTION, Payload, fitted, plain
from bot.content.world import World
from bot.domain.messages import Block, Button, Buttons, Form, Heading, Message, Paragraph, Table
from bot.domain.turns import Content, Pressed, Submitted, Typed

VIEW_BLOCKS, VIEW_ROOM = 100, 60_000
CALLBACK = "signpost"
_TITLE, _ERROR = 24, 2000
_KEPT = (
    *("type", "title", "submit", "close", "callback_id", "private_metadata", "blocks"),
    "notify_on_close",
)


def modal(message: Message, look: Look) -> Payload:
    """The view for a message: with inputs and a submit button where it has a form, else with neither."""
    form = _form(message)
    drawn = draw(form, look) if form else None
    inputs = (form, drawn.blocks) if form and drawn else None
    blocks = drawn_blocks(_titled(message, form).blocks, look, VIEW_BLOCKS, VIEW_ROOM, inputs)
    # Slack refuses a view without a block.
    blocks = blocks or [{"type": "section", "text": plain(cut(message.summary, SECTION))}]
    view: Payload = {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain(cut(look.texts.form.title, _TITLE)),
        "close": plain(cut(look.texts.form.close, _TITLE)),
        "blocks": fitted(blocks, look, VIEW_BLOCKS, VIEW_ROOM),
        "private_metadata": _metadata(form, drawn.long_values if drawn else {}),
    }
    # Closed with the cross, Slack says what stood in its fields.
    asked = {"submit": plain(cut(form.submit, _TITLE)), "notify_on_close": True} if form else {}
    return view | asked


def placeholder(look: Look, asked: Content) -> Payload:
    """What is opened at once, before there is anything to show: a trigger is good for three seconds.

    Where it stays, since what was to take its place got lost, it says what to do: its button asks once more.
    """
    loading = look.texts.form.loading
    blocks: tuple[Block, ...] = (Paragraph(loading),)
    if (again := _again(asked)) is not None:
        blocks = (*blocks, Buttons((Button(look.texts.form.again, again.action, again.value, "primary"),)))
    return modal(Message(blocks, loading), look)


def _again(asked: Content) -> Pressed | None:
    """The press that shows the same once more, and does nothing a second time."""
    match asked:
        case Submitted("report.start") | Pressed("report.start"):
            return Pressed("journey.resume")
        case Pressed(action) if action.startswith("journey.") and action != "journey.send":
            return Pressed("journey.resume")
        case Pressed():
            return asked
    return None


def with_notice(view: Mapping[str, Any], notice: Message, look: Look) -> Payload:
    """A view as it came in a payload, with all that was typed in it, and a notice above."""
    above = Drawing(look).all(notice.blocks)
    kept = {key: view[key] for key in _KEPT if view.get(key)}
    state = _state(view)
    old = [refilled(block, state) for block in kept.get("blocks", []) if not _is_notice(block)]
    marked = [{**block, "block_id": f"{_NOTICE}{at}"} for at, block in enumerate(above)]
    return {**kept, "blocks": fitted([*marked, *old], look, VIEW_BLOCKS, VIEW_ROOM)}


_NOTICE = "notice:"


def _is_notice(block: Payload) -> bool:
    return str(block.get("block_id", "")).startswith(_NOTICE)


def errors_of(message: Message) -> dict[str, str]:
    """The errors of a message's form, as `response_action: errors` takes them: by block_id."""
    form = _form(message)
    if form is None:
        return {}
    # A choice of nothing has no input to show an error at; the view itself shows it.
    wrong = [field for field in form.fields if field.error and (field.options or not is_choice(field))]
    return {block_id(form, field): cut(field.error, _ERROR) for field in wrong}


def following(view: Payload, sent: Mapping[str, Any]) -> Payload:
    """A view as it takes the place of the one that was sent: a text that was changed here is shown.

    Slack keeps what somebody typed under an input's block_id, whatever the next view says: the changed text
    gets an id of its own.
    """
    typed_in = _state(sent)
    return {**view, "blocks": [_renamed(block, typed_in) for block in view["blocks"]]}


def _renamed(block: Payload, typed_in: Mapping[str, Any]) -> Payload:
    text = block.get("element", {}).get("initial_value") if block.get("type") == "input" else None
    states = typed_in.get(str(block.get("block_id")))
    if not text or not isinstance(states, Mapping):
        return block
    was = [str(state.get("value") or "") for state in states.values() if isinstance(state, Mapping)]
    if any(one.split() == str(text).split() for one in was):
        return block
    return {**block, "block_id": f"{block['block_id']}:{named(str(text))}"}


def submitted(view: Mapping[str, Any], look: Look) -> Submitted:
    """What was sent with a view, as the form that the view was drawn from takes it back."""
    kept = _kept(view)
    return Submitted(str(kept.get("action", "")), str(kept.get("value", "")), typed(view, look))


def left(view: Mapping[str, Any], look: Look) -> Typed:
    """What stands in a view that is not sent, as the form that it was drawn from keeps it.

    A field that was emptied is kept as empty: a word that somebody took back does not come back.
    """
    emptied: dict[str, tuple[str, ...]] = dict.fromkeys(names_of(_state(view)), ())
    return Typed(str(_kept(view).get("value", "")), emptied | typed(view, look))


def typed(view: Mapping[str, Any], look: Look) -> dict[str, tuple[str, ...]]:
    """What stands in the fields of a view, by their names; an empty field has no value."""
    long_values = _kept(view).get("long")
    return values_of(_state(view), long_values if isinstance(long_values, Mapping) else {}, look.zone)


def _state(view: Mapping[str, Any]) -> Mapping[str, Any]:
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    return values if isinstance(values, Mapping) else {}


def _form(message: Message) -> Form | None:
    return next((block for block in message.blocks if isinstance(block, Form)), None)


def _titled(message: Message, form: Form | None) -> Message:
    """The form's title as a heading, where the message does not begin with it already."""
    said = {block.text for block in message.blocks if isinstance(block, Heading)}
    if form is None or not form.title or form.title in said:
        return message
    return replace(message, blocks=(Heading(form.title), *message.blocks))


def _metadata(form: Form | None, long_values: Mapping[str, Mapping[str, str]]) -> str:
    kept: dict[str, Any] = {} if form is None else {"action": form.action, "value": form.value}
    if long_values:
        kept["long"] = long_values
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False)


def _kept(view: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        kept = json.loads(str(view.get("private_metadata") or "{}"))
    except ValueError:
        return {}
    return kept if isinstance(kept, Mapping) else {}


HOME_BLOCKS, HOME_ROOM = 100, 60_000
ASK = "home:ask"
_LABEL, _PLACEHOLDER = 2000, 150
_LONGEST_QUESTION = 3000
_DIVIDER: Payload = {"type": "divider"}


@dataclass(frozen=True)
class HomeParts:
    """What differs from person to person, and the topics that are offered: (id, question).

    `title` is the policy's. `mine` is what /report-status says, `cases` what /cases says, where shown;
    `work` what "my work" says, where there is any list.
    `row` are the buttons that always stand above all of it.
    """

    title: str
    popular: tuple[tuple[str, str], ...] = ()
    mine: Message | None = None
    cases: Message | None = None
    work: Message | None = None
    row: tuple[Button, ...] = ()

    @classmethod
    def of(
        cls,
        world: World,
        mine: Message | None = None,
        cases: Message | None = None,
        work: Message | None = None,
        row: tuple[Button, ...] = (),
    ) -> HomeParts:
        """The parts for one person."""
        topics = world.policy.topics
        popular = tuple((name, topics[name].question) for name in world.door.popular)
        lists = work is not None and any(isinstance(block, Table) for block in work.blocks)
        return cls(world.policy.title, popular, mine, cases, work if lists else None, row)


def home_view(parts: HomeParts, look: Look, asked: int = 0) -> Payload:
    """The view for views.publish. A new `asked` empties the search box, whose text Slack keeps otherwise."""
    texts, drawing = look.texts.home, Drawing(look)
    blocks = [*drawing.one(Buttons(parts.row)), *drawing.one(Heading(texts.title)), _search(look, asked)]
    if parts.popular:
        blocks += drawing.one(Paragraph(texts.popular, muted=True))
        for name, question in parts.popular:
            blocks += drawing.beside(question, Button(question, ASK_TOPIC, name), texts.ask_submit)
    start = Buttons((Button(texts.report, START, "", "primary"),))
    blocks += [_DIVIDER, *drawing.all((Heading(texts.report), Paragraph(texts.report_text), start))]
    for title, message in ((texts.work, parts.work), (texts.cases, parts.cases), (texts.mine, parts.mine)):
        if message is not None:
            blocks += [_DIVIDER, *drawing.all((Heading(title), *_untitled(message.blocks)))]
    footer = drawing.one(Paragraph(texts.footer.fill(title=parts.title), muted=True))
    return {
        "type": "home",
        "callback_id": "home",
        "blocks": fitted([*blocks, *footer], look, HOME_BLOCKS, HOME_ROOM),
    }


def _search(look: Look, asked: int) -> Payload:
    texts = look.texts.home
    element = {
        "type": "plain_text_input",
        "action_id": ASK,
        "multiline": False,
        "placeholder": plain(cut(texts.ask_hint, _PLACEHOLDER)),
        "max_length": _LONGEST_QUESTION,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    return {
        "type": "input",
        "block_id": f"{ASK}:{asked}",
        "dispatch_action": True,
        "label": plain(cut(texts.ask, _LABEL)),
        "element": element,
    }


def _untitled(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks without the heading that the home page gives them anyway."""
    return blocks[1:] if blocks and isinstance(blocks[0], Heading) else blocks
