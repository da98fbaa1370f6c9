"""A message and its buttons as a card that fits: what a person wrote becomes no mark, link or mention."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, takewhile
from typing import Any

from bot.channels.common.look import Look
from bot.channels.common.messages import Line, cut, opens_a_case, pair_up, spread
from bot.channels.common.phones import without_links
from bot.channels.teams import parts
from bot.channels.teams.fields import draw
from bot.channels.teams.ids import ACTIONS_IN_A_SET, Element, Sent, execute
from bot.channels.teams.parts import NOTHING, side_by_side, words
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Facts,
    Field,
    Form,
    Heading,
    Link,
    Message,
    Outside,
    Paragraph,
    Progress,
    Quote,
    Tags,
    Verdict,
)

# Teams clips a button whose words are wider than a card on a phone.
LABEL = 40
_TIP = 200
# Many of these at once would be a wall of buttons: they are one menu.
_IN_A_MENU = {"journey.edit": 4, "journey.strike": 4, "journey.choose": 12}


@dataclass
class Actions:
    """Draws the actions of one card, and numbers them so that no two have the same id.

    `fields` is whether a press takes along what was typed; where it is not, Teams checks no field for it.
    """

    look: Look
    fields: bool
    _numbers: Iterator[int] = field(default_factory=count)

    def rows(self, items: Sequence[Button]) -> list[Element]:
        """Sets of buttons; a menu, where many do the same; or boxes to press, where labels are long."""
        if is_a_menu(items):
            return self.menu(items)
        if any(len(item.label) > LABEL for item in items):
            return [self.pressable(item) for item in items]
        starts = range(0, len(items), ACTIONS_IN_A_SET)
        return [self.one_row(items[at : at + ACTIONS_IN_A_SET]) for at in starts]

    def pressable(self, item: Button) -> Element:
        """A box with the whole label, to press anywhere."""
        found = {"type": "Container", "style": "emphasis", "items": words(item.label, color="accent")}
        return {**found, "spacing": "small", "selectAction": self.button(item, most=_TIP)}

    def one_row(self, items: Sequence[Button]) -> Element:
        """Buttons side by side, in as many lines as Teams needs for them."""
        return {"type": "ActionSet", "actions": [self.button(item) for item in items]}

    def button(self, item: Button, label: str = "", most: int = LABEL) -> Element:
        """One button; `label` is what it shows where its own words stand beside it already."""
        sent = Sent(item.action, item.value, fields=self.fields)
        tooltip = cut(item.label, _TIP) if label else ""
        title = cut(label or item.label, most).strip() or self.look.texts.form.open
        return execute(next(self._numbers), title, sent, item.style, tooltip)

    def form(self, submit: str, sent: Sent) -> Element:
        """The button that sends a form."""
        title = cut(submit, LABEL).strip() or self.look.texts.form.open
        return {"type": "ActionSet", "actions": [execute(next(self._numbers), title, sent, "primary")]}

    def beside(self, text: str, item: Button, label: str = "") -> Element:
        """Text with its button at the side."""
        return side_by_side(words(text), [{"type": "ActionSet", "actions": [self.button(item, label)]}])

    def menu(self, items: Sequence[Button]) -> list[Element]:
        """One menu and one button, instead of many buttons with the same action."""
        number, label = next(self._numbers), _in_common(items) or self.look.texts.choose
        pick = f"pick:{number}"
        chooser: Element = {
            "type": "Input.ChoiceSet",
            "id": pick,
            "label": label,
            "placeholder": self.look.texts.choose,
            "style": "compact",
            "choices": [
                {"title": cut(one.label, _TIP).strip() or NOTHING, "value": one.value} for one in items
            ],
        }
        pressed = execute(number, label, Sent(items[0].action, pick=pick))
        return [chooser, {"type": "ActionSet", "actions": [pressed]}]


def is_a_menu(items: Sequence[Button]) -> bool:
    """Whether the buttons are so many of one kind that a menu is easier to read."""
    actions = {button.action for button in items}
    told_apart = len({button.value for button in items} - {""}) == len(items)
    most = max((_IN_A_MENU.get(action, len(items)) for action in actions), default=0)
    return len(items) > most and told_apart and len(actions) == 1


def _in_common(items: Sequence[Button]) -> str:
    """The words with which every label begins, such as "Leave out"; "" where there are none."""
    parts = zip(*(button.label.split(" ")[:-1] for button in items), strict=False)
    begin = " ".join(same[0] for same in takewhile(lambda same: len(set(same)) == 1, parts))
    return cut(begin.strip(" :"), LABEL)


# Below the smallest limit that Microsoft has named for a message of Teams, with room for what is around.
CARD_BYTES = 25_000
_LENGTHS = (3000, 2000, 1500, 1000, 700, 500, 350, 250)
# A register of accounts may be longer than a card.
_CHOICES = (400, 200, 100, 50, 25)
_TAIL = 6


def size_of(card: Element) -> int:
    """How many bytes a card takes, in UTF-8."""
    return len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())


def fitted(message: Message, look: Look, draw: Callable[[Message], Element]) -> Element:
    """The card of the message, or of as much of it as fits.

    First numbers are words and no links; then the longest texts are cut, but never a clause of the policy;
    then long menus are; then whole blocks are left out from the end. The last buttons stay, and so does
    whatever can be filled in.
    """
    card = draw(message)
    if size_of(card) < CARD_BYTES:
        return card
    message = replace(message, blocks=without_links(message.blocks))
    card = draw(message)
    if size_of(card) < CARD_BYTES:
        return card
    more = Paragraph(look.texts.more, muted=True)
    for most in _LENGTHS:
        shorter = tuple(_shortened(block, most) for block in message.blocks)
        card = draw(_with_more(message, shorter, more))
        if size_of(card) < CARD_BYTES:
            return card
    for most in _CHOICES:
        shorter = tuple(_with_fewer(block, most) for block in shorter)
        card = draw(_with_more(message, shorter, more))
        if size_of(card) < CARD_BYTES:
            return card
    return _without_the_end(message, shorter, look, draw)


def _without_the_end(
    message: Message, blocks: Sequence[Block], look: Look, draw: Callable[[Message], Element]
) -> Element:
    tail = tail_of(blocks)
    units = _units(blocks[: len(blocks) - len(tail)])
    loose = [at for at, unit in enumerate(units) if not any(isinstance(block, Form) for block in unit)]

    def drawn(count: int) -> Element:
        out = set(loose[len(loose) - count :])
        kept = [block for at, unit in enumerate(units) if at not in out for block in unit]
        shown = (*kept, _more([units[at] for at in out], look), *tail)
        return draw(replace(message, blocks=shown))

    counts = range(len(loose) + 1)
    fits = bisect_left(counts, True, key=lambda count: size_of(drawn(count)) < CARD_BYTES)
    return drawn(min(fits, len(loose)))


def _units(blocks: Sequence[Block]) -> list[tuple[Block, ...]]:
    """The blocks; those that belong together in one."""
    found, at = list[tuple[Block, ...]](), 0
    while at < len(blocks):
        size = 2 if opens_a_case(blocks[at : at + 2]) else 1
        found.append(tuple(blocks[at : at + size]))
        at += size
    return found


def tail_of(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The buttons and small print at the end: without them a message leads nowhere."""
    start = len(blocks)
    while start > max(0, len(blocks) - _TAIL) and _is_tail(blocks[start - 1]):
        start -= 1
    if opens_a_case(blocks[start - 1 : start + 1]):
        # The last line of a list of cases.
        start += 1
    return tuple(blocks[start:])


def _is_tail(block: Block) -> bool:
    return isinstance(block, Buttons) or (isinstance(block, Paragraph) and block.muted)


def _with_more(message: Message, blocks: Sequence[Block], more: Paragraph) -> Message:
    tail = tail_of(blocks)
    return replace(message, blocks=(*blocks[: len(blocks) - len(tail)], more, *tail))


def _more(left_out: Sequence[Sequence[Block]], look: Look) -> Paragraph:
    cases = sum(1 for unit in left_out if opens_a_case(unit))
    text = look.texts.more_cases.fill(count=cases) if cases else look.texts.more
    return Paragraph(text, muted=True)


def _shortened(block: Block, most: int) -> Block:
    """The block with each of its texts cut to `most` characters. A clause and a form stay whole."""
    match block:
        case Heading(text) | Paragraph(text):
            return replace(block, text=cut(text, most))
        case Verdict(_, label):
            return replace(block, label=cut(label, most))
        case Callout(_, title, text):
            return replace(block, title=cut(title, most), text=cut(text, most))
        case Bullets(items, title):
            return Bullets(tuple(cut(item, most) for item in items), cut(title, most))
        case Facts(items):
            return Facts(tuple((cut(label, most), cut(value, most)) for label, value in items))
        case Outside(text, source):
            return Outside(cut(text, most), cut(source, most))
    return block


def _with_fewer(block: Block, most: int) -> Block:
    """The block with at most so many choices of each kind. The last one stays: "It is not listed"."""
    match block:
        case Buttons(items) if is_a_menu(items) and len(items) > most:
            return Buttons((*items[: most - 1], items[-1]))
        case Form(fields=fields):
            return replace(block, fields=tuple(_with_fewer_options(field, most) for field in fields))
    return block


def _with_fewer_options(field: Field, most: int) -> Field:
    if len(field.options) <= most:
        return field
    # What was chosen before is among them still.
    chosen = (option for option in field.options[most - 1 : -1] if option.value in field.value)
    return replace(field, options=(*field.options[: most - 1], *chosen, field.options[-1]))


SCHEMA, VERSION = "http://adaptivecards.io/schemas/adaptive-card.json", "1.5"
# A list of more cases than this is a menu: a card has not the room for a button each.
_CASES_WITH_BUTTONS = 20
_TITLE_AT_MOST = 90
_TONES = {"danger": "attention", "warning": "warning", "success": "good", "info": "accent"}
_VERDICTS = {"never": "attention", "must": "accent", "allowed_if": "warning", "encouraged": "good"}


def card_of(message: Message, look: Look) -> Element:
    """The card of a message: always less than 25 kB, with "more" where something is cut.

    What was typed into a form is never cut: only that can make a card larger.
    """
    message = replace(message, blocks=spread(message.blocks))
    return fitted(message, look, lambda shown: whole_card(shown, look))


def whole_card(message: Message, look: Look) -> Element:
    """The card of a message with every word, whatever its size."""
    body = Drawing(message, look).all(spread(message.blocks))
    summary = message.summary.strip() or look.texts.form.title
    return {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": VERSION,
        "fallbackText": summary,
        "speak": summary,
        "body": body or parts.words(summary),
    }


class Drawing:
    """Draws the body of one card."""

    def __init__(self, message: Message, look: Look) -> None:
        self._look = look
        forms = any(isinstance(block, Form) for block in message.blocks)
        # Teams refuses every press that takes fields along while a needed one is empty. Where there is
        # a way back or a way to save, what was typed goes along with it and Teams must not refuse.
        self._strict = forms and not _keeps_words(message.blocks)
        self._actions = Actions(look, fields=not self._strict)
        self._draw: dict[type, Callable[[Any], list[Element]]] = {
            Heading: lambda block: parts.heading(block.text),
            Paragraph: _paragraph,
            Callout: _callout,
            Verdict: _verdict,
            Quote: self._quote,
            Bullets: _bullets,
            Facts: lambda block: list(parts.facts(block.items)),
            Tags: _tags,
            Outside: self._outside,
            Buttons: lambda block: self._actions.rows(block.items),
            Form: self._form,
            Link: _link,
            Progress: self._progress,
        }

    def all(self, blocks: Sequence[Block]) -> list[Element]:
        """Every block in its order; what belongs together is drawn together."""
        found, at = list[Element](), 0
        blocks = _titled(blocks)
        while at < len(blocks):
            cases = _cases(blocks[at:])
            pair = self._pair(blocks[at : at + 2])
            if cases:
                found += self._list(cases)
                at += 2 * len(cases)
            elif pair:
                found += pair
                at += 2
            else:
                found += self._draw[type(blocks[at])](blocks[at])
                at += 1
        return found

    def _pair(self, blocks: Sequence[Block]) -> list[Element]:
        match blocks:
            case [Facts() as facts, Buttons() as after]:
                return self._answers(pair_up(facts, after))
        return []

    def _list(self, cases: Sequence[tuple[Paragraph, Buttons]]) -> list[Element]:
        if len(cases) <= _CASES_WITH_BUTTONS:
            return [self._actions.beside(text.text, after.items[0]) for text, after in cases]
        lines = [line for text, _ in cases for line in parts.words(text.text)]
        openers = [after.items[0] for _, after in cases]
        return [*lines, *self._actions.menu(openers)]

    def _answers(self, lines: Sequence[Line]) -> list[Element]:
        """Each answer with the button that changes it."""
        found = list[Element]()
        for line in lines:
            if line.button:
                short = line.button.label.replace(line.label, "").strip(" :")
                set_of_one = {"type": "ActionSet", "actions": [self._actions.button(line.button, short)]}
                found.append(parts.side_by_side(parts.fact(line.label, line.value), [set_of_one]))
            elif line.others:
                found += self._actions.rows(line.others)
            else:
                found += parts.fact(line.label, line.value)
        return found

    def _form(self, form: Form) -> list[Element]:
        drawn = draw(form, self._look, self._strict)
        sent = Sent(form.action, form.value, drawn.more)
        return [*drawn.items, self._actions.form(form.submit, sent)]

    def _quote(self, quote: Quote) -> list[Element]:
        items = [*parts.words(quote.text), *parts.subtle(self._look.clause(quote))]
        return parts.box(items, "emphasis")

    def _outside(self, outside: Outside) -> list[Element]:
        text = self._look.texts.outside.fill(text=outside.text)
        return parts.subtle(f"{text}\n{outside.source}" if outside.source else text)

    def _progress(self, progress: Progress) -> list[Element]:
        return parts.subtle(self._look.texts.progress.fill(done=progress.done, total=progress.total))


def _keeps_words(blocks: Sequence[Block]) -> bool:
    """Whether a press beside the form keeps what was typed in it."""
    pressed = [button for block in blocks if isinstance(block, Buttons) for button in block.items]
    return any(button.action.startswith("journey.") for button in pressed)


def _titled(blocks: Sequence[Block]) -> Sequence[Block]:
    """The form's title as a heading, where the message does not begin with it already."""
    said = {block.text for block in blocks if isinstance(block, Heading)}
    form = next((block for block in blocks if isinstance(block, Form)), None)
    if form is None or not form.title or form.title in said:
        return blocks
    return (Heading(form.title), *blocks)


def _cases(blocks: Sequence[Block]) -> list[tuple[Any, Any]]:
    """The lines of a list of cases with which these blocks begin."""
    found = list[tuple[Any, Any]]()
    while opens_a_case(blocks[2 * len(found) : 2 * len(found) + 2]):
        at = 2 * len(found)
        found.append((blocks[at], blocks[at + 1]))
    return found


def _paragraph(paragraph: Paragraph) -> list[Element]:
    return parts.subtle(paragraph.text) if paragraph.muted else parts.words(paragraph.text)


def _callout(callout: Callout) -> list[Element]:
    # A whole paragraph in bold is hard to read.
    bold: Element = {"weight": "bolder"} if callout.text or len(callout.title) <= _TITLE_AT_MOST else {}
    items = [*parts.words(callout.title, **bold), *parts.words(callout.text)]
    return parts.box(items, _TONES.get(callout.tone, "emphasis"))


def _link(link: Link) -> list[Element]:
    opened = {"type": "Action.OpenUrl", "title": cut(link.label, LABEL), "url": link.url}
    return [{"type": "ActionSet", "actions": [opened]}]


def _verdict(verdict: Verdict) -> list[Element]:
    color = _VERDICTS.get(verdict.verdict, "default")
    return parts.words(verdict.label, weight="bolder", size="large", color=color)


def _bullets(bullets: Bullets) -> list[Element]:
    return [*parts.words(bullets.title, weight="bolder"), *parts.bullets(bullets.items, bullets.phones)]


def _tags(tags: Tags) -> list[Element]:
    shown = " · ".join(item for item in tags.items if item.strip())
    return parts.words(shown, weight="bolder", size="small", color="attention")
