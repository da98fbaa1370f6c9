"""A message and its buttons as Block Kit: what a person wrote never becomes a mark, link or mention."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, takewhile
from typing import Any

from bot.channels.common.look import Look
from bot.channels.common.messages import Line, cut, pair_up, pieces
from bot.channels.common.phones import without_links
from bot.channels.slack import parts
from bot.channels.slack.ids import NO_VALUE, OPTION_VALUE, action_id
from bot.channels.slack.parts import NOTHING, SECTION, Payload, can_be_bold, escaped, fits, fitted, plain
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Facts,
    Form,
    Heading,
    Link,
    Message,
    Outside,
    Paragraph,
    Progress,
    Quote,
    Table,
    Tags,
    Verdict,
)

LABEL = 75
_IN_ONE_BLOCK = 25
# Many of these at once would be a wall of buttons: they are one menu.
_IN_A_MENU = frozenset({"journey.edit", "journey.strike"})
_MENU_FROM, _MENU_TO = 4, 100


@dataclass
class Actions:
    """Draws the buttons of one message or view, and numbers them so that no two have the same id."""

    look: Look
    _numbers: Iterator[int] = field(default_factory=count)

    def blocks(self, items: Sequence[Button]) -> list[Payload]:
        """Rows of buttons, or a menu; a label too long for a button is written out above."""
        in_full = [button.label for button in items if len(button.label) > LABEL]
        found = [parts.block(parts.bullets(in_full))] if in_full else []
        elements = [self.menu(items)] if _is_a_menu(items) else [self.button(item) for item in items]
        starts = range(0, len(elements), _IN_ONE_BLOCK)
        rows: list[Payload] = [
            {"type": "actions", "elements": elements[at : at + _IN_ONE_BLOCK]} for at in starts
        ]
        return [*found, *rows]

    def button(self, item: Button, label: str = "") -> Payload:
        """One button; `label` is what it shows where its own words stand beside it already."""
        found: Payload = {
            "type": "button",
            "text": plain(cut(label or item.label, LABEL)),
            "action_id": action_id(item.action, next(self._numbers)),
        }
        if item.value:
            found["value"] = item.value
        if item.style != "default":
            found["style"] = item.style
        return found | ({"accessibility_label": cut(item.label, LABEL)} if label else {})

    def menu(self, items: Sequence[Button]) -> Payload:
        """One menu instead of many buttons with the same action."""
        options = [{"text": plain(cut(item.label, LABEL)), "value": item.value or NO_VALUE} for item in items]
        return {
            "type": "static_select",
            "action_id": action_id(items[0].action, next(self._numbers)),
            "placeholder": plain(_in_common(options) or self.look.texts.choose),
            "options": options,
        }


def _is_a_menu(items: Sequence[Button]) -> bool:
    actions = {button.action for button in items}
    fits = _MENU_FROM < len(items) <= _MENU_TO and all(len(item.value) <= OPTION_VALUE for item in items)
    return fits and len(actions) == 1 and actions <= _IN_A_MENU


def _in_common(options: Sequence[Payload]) -> str:
    """The words with which every option begins, such as "Leave out …"; "" where there are none."""
    words = zip(*(option["text"]["text"].split(" ") for option in options), strict=False)
    begin = " ".join(same[0] for same in takewhile(lambda same: len(set(same)) == 1, words))
    return f"{begin} …" if begin else ""


MESSAGE_BLOCKS, MESSAGE_ROOM = 50, 12_000
_HEADER, _TITLE_AT_MOST, _CONTEXT, _FALLBACK = 150, 90, 2000, 3000
_SHORT_LABEL, _SHORT_VALUE, _FACTS_IN_ONE = 80, 160, 5
_TONES = {
    "danger": "rotating_light",
    "warning": "warning",
    "success": "white_check_mark",
    "info": "information_source",
}
_VERDICTS = {
    "never": "red_circle",
    "must": "large_blue_circle",
    "allowed_if": "large_yellow_circle",
    "encouraged": "large_green_circle",
}


def post_of(message: Message, look: Look) -> Payload:
    """What chat.postMessage and a response_url take: text for notifications, and the blocks."""
    text = cut(escaped(message.summary), _FALLBACK) if message.summary.strip() else look.texts.form.title
    blocks = blocks_of(message, look) or [_section(text)]
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def opener(message: Message, look: Look) -> Message:
    """What stands in a chat for a message that is shown in a form only: a line, and a button to open it."""
    form = next((block for block in message.blocks if isinstance(block, Form)), None)
    at_home = form is None or form.action.startswith("journey.")
    action, value = ("journey.resume", "") if form is None or at_home else (form.action, form.value)
    button = Button(look.texts.form.open, action, value, "primary")
    return Message((Paragraph(look.texts.form.opener), Buttons((button,))), message.summary)


def blocks_of(
    message: Message, look: Look, most: int = MESSAGE_BLOCKS, room: int = MESSAGE_ROOM
) -> list[Payload]:
    """The blocks of a message: at most `most`, with at most `room` characters, with "more" where cut.

    A form stands as a button that opens it: `views.modal` draws it with its fields.
    """
    return fitted(drawn(message.blocks, look, most, room), look, most, room)


def drawn(
    blocks: Sequence[Block],
    look: Look,
    most: int,
    room: int,
    inputs: tuple[Form, list[Payload]] | None = None,
) -> list[Payload]:
    """The blocks with every word; with numbers as links where that leaves them within the limits."""
    found = Drawing(look, inputs).all(blocks)
    return found if fits(found, most, room) else Drawing(look, inputs).all(without_links(blocks))


class Drawing:
    """Draws one message or view. `inputs`: the one form that can be filled in there, with its fields."""

    def __init__(self, look: Look, inputs: tuple[Form, list[Payload]] | None = None) -> None:
        self.look = look
        self.actions = Actions(look)
        self._inputs = inputs
        self._draw: dict[type, Callable[[Any], list[Payload]]] = {
            Heading: lambda block: _heading(block.text),
            Paragraph: lambda block: _paragraph(block),
            Callout: _callout,
            Verdict: lambda block: parts.titled(block.label, "", _VERDICTS.get(block.verdict, _NEUTRAL)),
            Quote: self._quote,
            Bullets: _bullets,
            Facts: _facts,
            Tags: _tags,
            Outside: self._outside,
            Buttons: lambda block: self.actions.blocks(block.items) if block.items else [],
            Form: self._form,
            Link: _link,
            Progress: self._progress,
            Table: lambda block: [part for row in block.rows for part in self.beside(row.text, row.button)],
        }

    def all(self, blocks: Sequence[Block]) -> list[Payload]:
        """Every block in its order; what belongs together is drawn together."""
        found, index = list[Payload](), 0
        while index < len(blocks):
            block, after = blocks[index], blocks[index + 1] if index + 1 < len(blocks) else None
            pair = self._pair(block, after)
            found += self.one(block) if pair is None else pair
            index += 1 if pair is None else 2
        return found

    def one(self, block: Block) -> list[Payload]:
        """One block; nothing where it is empty."""
        return self._draw[type(block)](block)

    def _pair(self, block: Block, after: Block | None) -> list[Payload] | None:
        if isinstance(block, Facts) and isinstance(after, Buttons):
            lines = pair_up(block, after)
            return self._answers(lines) if lines else None
        return None

    def _answers(self, lines: Sequence[Line]) -> list[Payload]:
        """Each answer with the button that changes it."""
        found, plain_ones = list[Payload](), list[tuple[str, str]]()
        for line in lines:
            if line.button is None and not line.others:
                plain_ones.append((line.label, line.value))
                continue
            found += _facts(Facts(tuple(plain_ones)))
            plain_ones = []
            found += self.actions.blocks(line.others) if line.others else []
            found += self._changeable(line.label, line.value, line.button) if line.button else []
        return [*found, *_facts(Facts(tuple(plain_ones)))]

    def _changeable(self, label: str, value: str, button: Button) -> list[Payload]:
        first, *rest = _fact(label, value)
        words = button.label.replace(label, "").strip(" :")
        return [{**first, "accessory": self.actions.button(button, words)}, *rest]

    def beside(self, text: str, button: Button, label: str = "") -> list[Payload]:
        """Text with its button at the side; `label` is what the button shows where the text says the rest."""
        first, *rest = [_section(part) for part in pieces(text, SECTION) or [NOTHING]]
        return [{**first, "accessory": self.actions.button(button, label)}, *rest]

    def _quote(self, quote: Quote) -> list[Payload]:
        return [*parts.quotes(quote.text), *_context(self.look.clause(quote))]

    def _outside(self, outside: Outside) -> list[Payload]:
        text = self.look.texts.outside.fill(text=outside.text)
        return _context(f"{text}\n{outside.source}" if outside.source else text)

    def _progress(self, progress: Progress) -> list[Payload]:
        return _context(self.look.texts.progress.fill(done=progress.done, total=progress.total))

    def _form(self, form: Form) -> list[Payload]:
        if self._inputs is not None and form is self._inputs[0]:
            return self._inputs[1]
        button = opener(Message((form,), ""), self.look).blocks[-1]
        return self.one(button)


_NEUTRAL = "white_circle"


def _section(text: str) -> Payload:
    return {"type": "section", "text": plain(text)}


def _heading(text: str) -> list[Payload]:
    if not text.strip():
        return []
    if len(text) > _HEADER:
        return parts.titled(text, "")
    return [{"type": "header", "text": plain(text)}]


def _paragraph(paragraph: Paragraph) -> list[Payload]:
    if paragraph.muted:
        return _context(paragraph.text)
    return [_section(part) for part in pieces(paragraph.text, SECTION)]


def _context(text: str) -> list[Payload]:
    return [{"type": "context", "elements": [plain(part)]} for part in pieces(text, _CONTEXT)]


def _callout(callout: Callout) -> list[Payload]:
    mark = _TONES.get(callout.tone, "")
    bold = bool(callout.text) or len(callout.title) <= _TITLE_AT_MOST
    return parts.titled(callout.title, callout.text, mark, bold)


def _link(link: Link) -> list[Payload]:
    text = f"<{link.url}|{escaped(link.label)}>"
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}]


def _bullets(bullets: Bullets) -> list[Payload]:
    if bullets.phones and (lines := parts.dialled(bullets)):
        return lines
    title = [parts.line(parts.words(bullets.title, bold=True))] if bullets.title.strip() else []
    items = [part for item in bullets.items for part in pieces(item, SECTION)]
    elements = [*title, *([parts.bullets(items)] if items else [])]
    return [parts.block(*elements)] if elements else []


def _tags(tags: Tags) -> list[Payload]:
    parts = pieces(" · ".join(item for item in tags.items if item.strip()), _CONTEXT)
    return [{"type": "context", "elements": [_label(part)]} for part in parts]


def _facts(facts: Facts) -> list[Payload]:
    """Short pairs side by side, five in a block; a long one under its label, over the whole width."""
    found, row = list[Payload](), list[Payload]()
    for label, value in facts.items:
        drawn = _fact(label, value)
        short = "fields" in drawn[0]
        row += drawn[0]["fields"] if short else []
        if row and (not short or len(row) == 2 * _FACTS_IN_ONE):
            found.append({"type": "section", "fields": row})
            row = []
        found += [] if short else drawn
    return [*found, {"type": "section", "fields": row}] if row else found


def _fact(label: str, value: str) -> list[Payload]:
    """One pair: two fields, or the label with the whole of a long value below."""
    if len(label) <= _SHORT_LABEL and len(value) <= _SHORT_VALUE and "\n" not in value:
        return [{"type": "section", "fields": [_label(label), plain(value)]}]
    heads = pieces(label, SECTION) or [NOTHING]
    first = {"type": "section", "text": _label(heads[0])}
    return [first, *map(_section, [*heads[1:], *(pieces(value, SECTION) or [NOTHING])])]


def _label(text: str) -> Payload:
    if not can_be_bold(text) or len(escaped(text)) > SECTION - 2:
        return plain(text)
    return {"type": "mrkdwn", "text": f"*{escaped(text)}*"}
