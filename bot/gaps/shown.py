"""A signed answer as people see it, and the press below an answer that leads to the list. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from bot.asking.answer import Answer
from bot.asking.render import ASK_GAP
from bot.content.world import World
from bot.domain.gaps import GapAnswer, Live
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Heading,
    Message,
    Paragraph,
    Quote,
    Tags,
)
from bot.domain.roster import AFTER_HOURS
from bot.gaps.redaction import redacted

_DSL = ("dsl", "deputy_dsl")


def offered(message: Message, question: str, world: World) -> Message:
    """An answer whose button to ask for another one carries the question, without what is taken out of it."""
    if not any(item.action == ASK_GAP for block in message.blocks for item in _items(block)):
        return message
    asked = redacted(question, world)
    blocks = tuple(
        Buttons(tuple(replace(item, value=asked) if item.action == ASK_GAP else item for item in block.items))
        if isinstance(block, Buttons)
        else block
        for block in message.blocks
    )
    return replace(message, blocks=blocks)


def signed_message(found: Answer, live: Live, world: World) -> Message:
    """What is shown in the place of "not covered" where a signed answer fits."""
    texts = world.gaps
    blocks = list(answer_blocks(live.answer, world))
    if found.quiet:
        lines = world.safe_lines(world.now)
        at_night = AFTER_HOURS if world.federation.is_after_hours(world.now) else ()
        phones = tuple(line for key, line in lines.items() if key in (*_DSL, *at_night))
        blocks += [
            Paragraph(world.rules.texts.quiet, muted=True),
            *([Bullets(phones, phones=True)] if phones else []),
        ]
    blocks.append(Buttons((Button(texts.buttons.ask, ASK_GAP), Button(texts.buttons.report, "report.start"))))
    return offered(Message(tuple(blocks), summary=texts.mark), found.question, world)


def answer_blocks(answer: GapAnswer, world: World) -> Iterator[Block]:
    """The question, the Federation's answer marked as that, the clause or that there is none, the review."""
    texts = world.gaps
    yield Heading(answer.question)
    if answer.ruling != "information":
        yield Tags((texts.rulings[answer.ruling],))
    yield Callout("info", texts.mark, answer.text)
    if answer.clause in world.policy.clauses:
        yield from quotes((answer.clause,), world)
    elif not answer.clause:
        yield Paragraph(texts.silent)
    yield Paragraph(texts.review_by.fill(day=day(answer.review)), muted=True)


def quotes(clauses: Iterable[str], world: World) -> Iterator[Quote]:
    """The clauses verbatim, each after the sentence that opens its list, and none twice."""
    known = world.policy.clauses
    found = (part for name in clauses for part in (known[name].lead_in, name) if part is not None)
    for name in dict.fromkeys(found):
        clause = known[name]
        yield Quote(clause.id, clause.section, clause.lines, clause.quote)


def day(at: date) -> str:
    """A day such as "1 Mar 2027"."""
    return f"{at.day} {at:%b %Y}"


def _items(block: Block) -> tuple[Button, ...]:
    return block.items if isinstance(block, Buttons) else ()
