"""A channel-neutral message as an Adaptive Card: what a person wrote becomes no mark, link or mention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.common.look import Look
from bot.channels.common.pairing import Line, opens_a_case, side_by_side
from bot.channels.teams import card_parts as parts
from bot.channels.teams.card_actions import Actions
from bot.channels.teams.card_fitting import fitted
from bot.channels.teams.fields import draw
from bot.channels.teams.ids import Payload, Sent, execute
from bot.domain.messages import (
    Block,
    Bullets,
    Buttons,
    Callout,
    Facts,
    Form,
    Heading,
    Message,
    Outside,
    Paragraph,
    Progress,
    Quote,
    Tags,
    Verdict,
)

SCHEMA, VERSION = "http://adaptivecards.io/schemas/adaptive-card.json", "1.5"
# A list of more cases than this is a menu: a card has not the room for a button each.
_CASES_WITH_BUTTONS = 20
_TITLE_AT_MOST = 90
_TONES = {"danger": "attention", "warning": "warning", "success": "good", "info": "accent"}
_VERDICTS = {"never": "attention", "must": "accent", "allowed_if": "warning", "encouraged": "good"}


@dataclass(frozen=True)
class Refresh:
    """What Teams asks anew, by itself, for these user ids ("29:…", at most 60) when they see the card."""

    action: str
    value: str
    users: tuple[str, ...] = ()


def card_of(message: Message, look: Look, refresh: Refresh | None = None) -> Payload:
    """The card of a message: always less than 25 kB, with "more" where something is cut.

    What was typed into a form is never cut: only that can make a card larger. A message for one pair of
    eyes is never refreshed by Teams itself.
    """
    return fitted(message, look, lambda shown: whole_card(shown, look, refresh))


def whole_card(message: Message, look: Look, refresh: Refresh | None = None) -> Payload:
    """The card of a message with every word, whatever its size."""
    body = Drawing(message, look).all(message.blocks)
    summary = message.summary.strip() or look.texts.form.title
    card: Payload = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": VERSION,
        "fallbackText": summary,
        "speak": summary,
        "body": body or parts.words(summary),
    }
    if refresh is None or message.ephemeral:
        return card
    action = execute(0, look.texts.form.open, Sent(refresh.action, refresh.value, fields=False))
    del action["fallback"], action["id"]
    return {**card, "refresh": {"action": action, "userIds": list(refresh.users[:60])}}


class Drawing:
    """Draws the body of one card."""

    def __init__(self, message: Message, look: Look) -> None:
        self._look = look
        forms = any(isinstance(block, Form) for block in message.blocks)
        # Teams refuses every press that takes fields along while a needed one is empty. Where there is
        # a way back or a way to save, what was typed goes along with it and Teams must not refuse.
        self._strict = forms and not _keeps_words(message.blocks)
        self._actions = Actions(look, fields=not self._strict)
        self._draw: dict[type, Callable[[Any], list[Payload]]] = {
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
            Progress: self._progress,
        }

    def all(self, blocks: Sequence[Block]) -> list[Payload]:
        """Every block in its order; what belongs together is drawn together."""
        found, at = list[Payload](), 0
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

    def _pair(self, blocks: Sequence[Block]) -> list[Payload]:
        match blocks:
            case [Facts() as facts, Buttons() as after]:
                return self._answers(side_by_side(facts, after))
        return []

    def _list(self, cases: Sequence[tuple[Paragraph, Buttons]]) -> list[Payload]:
        if len(cases) <= _CASES_WITH_BUTTONS:
            return [self._actions.beside(text.text, after.items[0]) for text, after in cases]
        lines = [line for text, _ in cases for line in parts.words(text.text)]
        openers = [after.items[0] for _, after in cases]
        return [*lines, *self._actions.menu(openers)]

    def _answers(self, lines: Sequence[Line]) -> list[Payload]:
        """Each answer with the button that changes it."""
        found = list[Payload]()
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

    def _form(self, form: Form) -> list[Payload]:
        drawn = draw(form, self._look, self._strict)
        sent = Sent(form.action, form.value, drawn.more)
        return [*drawn.items, self._actions.form(form.submit, sent)]

    def _quote(self, quote: Quote) -> list[Payload]:
        items = [*parts.words(quote.text), *parts.subtle(self._look.clause(quote))]
        return parts.box(items, "emphasis")

    def _outside(self, outside: Outside) -> list[Payload]:
        text = self._look.texts.outside.fill(text=outside.text)
        return parts.subtle(f"{text}\n{outside.source}" if outside.source else text)

    def _progress(self, progress: Progress) -> list[Payload]:
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


def _paragraph(paragraph: Paragraph) -> list[Payload]:
    return parts.subtle(paragraph.text) if paragraph.muted else parts.words(paragraph.text)


def _callout(callout: Callout) -> list[Payload]:
    # A whole paragraph in bold is hard to read.
    bold: Payload = {"weight": "bolder"} if callout.text or len(callout.title) <= _TITLE_AT_MOST else {}
    items = [*parts.words(callout.title, **bold), *parts.words(callout.text)]
    return parts.box(items, _TONES.get(callout.tone, "emphasis"))


def _verdict(verdict: Verdict) -> list[Payload]:
    color = _VERDICTS.get(verdict.verdict, "default")
    return parts.words(verdict.label, weight="bolder", size="large", color=color)


def _bullets(bullets: Bullets) -> list[Payload]:
    return [*parts.words(bullets.title, weight="bolder"), *parts.bullets(bullets.items, bullets.phones)]


def _tags(tags: Tags) -> list[Payload]:
    shown = " · ".join(item for item in tags.items if item.strip())
    return parts.words(shown, weight="bolder", size="small", color="attention")
