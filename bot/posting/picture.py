"""The check of a picture: question by question, and nothing of it is kept.

A button carries its question and its answer. The answers before need not be known: none of them stopped.
"""

from __future__ import annotations

from bot.content.posting import IMAGE, NEXT, STOP, PictureAnswer, PictureQuestion
from bot.content.world import World
from bot.domain.messages import (
    Block,
    Button,
    Buttons,
    Callout,
    Heading,
    Message,
    Outside,
    Paragraph,
    Progress,
)
from bot.posting.shown import ASK_LIST, CLOSE, DRAFT, PICTURE, line, private, quotes

_BETWEEN = "/"
_REPORT = "report.start", "image"


def opener(world: World) -> Message:
    """What the check is, and the button that begins it: fit for any chat."""
    texts = world.posting.texts
    return line(texts.picture.opener, world, Button(texts.open, PICTURE, "", "primary"))


def pressed(value: str, world: World) -> Message:
    """What comes after a button: the first question, the next one, where it stops, the end, or the close."""
    check = world.posting.texts.picture
    if value == CLOSE:
        return line(check.closed, world)
    if not value:
        return _asked(_questions(world)[0], world)
    found = _answer(value, world)
    if found is None:
        return private((Callout("info", check.stale), Buttons(_ways_out(world))), world)
    question, answer = found
    if answer.then == STOP:
        return _stopped(question, answer, world)
    after = _after(question, answer, world)
    return _asked(after, world) if after else _done(world)


def _questions(world: World) -> tuple[PictureQuestion, ...]:
    """Those that everybody is asked."""
    return tuple(question for question in world.posting.texts.picture.questions if not question.aside)


def _answer(value: str, world: World) -> tuple[PictureQuestion, PictureAnswer] | None:
    for question in world.posting.texts.picture.questions:
        for answer in question.answers:
            if value == _value(question, answer):
                return question, answer
    return None


def _value(question: PictureQuestion, answer: PictureAnswer) -> str:
    return f"{question.id}{_BETWEEN}{answer.id}"


def _after(question: PictureQuestion, answer: PictureAnswer, world: World) -> PictureQuestion | None:
    """The question that an answer leads to; None after the last one."""
    every = world.posting.texts.picture.questions
    if answer.then != NEXT:
        return next(one for one in every if one.id == answer.then)
    later = every[every.index(question) + 1 :]
    return next((one for one in later if not one.aside), None)


def _asked(question: PictureQuestion, world: World) -> Message:
    check, main = world.posting.texts.picture, _questions(world)
    place = world.posting.texts.picture.questions.index(question)
    before = sum(not one.aside for one in check.questions[:place])
    done = before if question.aside else before + 1
    says = (Paragraph(question.says),) if question.says else ()
    answers = Buttons(tuple(_button(question, answer) for answer in question.answers))
    blocks: tuple[Block, ...] = (
        Heading(check.title),
        Progress(done, len(main)),
        Paragraph(question.asks),
        *says,
        *quotes(question.clauses, world),
        answers,
        Paragraph(check.says, muted=True),
    )
    return private(blocks, world)


def _button(question: PictureQuestion, answer: PictureAnswer) -> Button:
    if answer.then == IMAGE:
        # The report asks what has to be known before anything is deleted.
        return Button(answer.label, *_REPORT)
    return Button(answer.label, PICTURE, _value(question, answer))


def _stopped(question: PictureQuestion, answer: PictureAnswer, world: World) -> Message:
    check = world.posting.texts.picture
    report = (Button(check.image_button, *_REPORT, "primary"),) if answer.offer == IMAGE else ()
    ask = Button(world.posting.texts.asking.list_button, ASK_LIST)
    asked = (ask,) if answer.holder else ()
    blocks: tuple[Block, ...] = (
        Callout("warning", check.stop, answer.says or ""),
        *quotes(question.clauses, world, but=check.not_at_stop),
        *((_holders(world),) if answer.holder else ()),
        Buttons((*report, *asked, *_ways_out(world))),
    )
    return private(blocks, world)


def _holders(world: World) -> Outside:
    """Who holds the list, at each school."""
    check, federation = world.posting.texts.picture, world.federation
    roster = federation.roster
    people = {
        school.name: ", ".join(
            federation.person_name(one) for one in roster.own_holders(check.holder, school.id)
        )
        for school in federation.schools
    }
    named = "; ".join(f"{names} ({school})" for school, names in people.items() if names)
    return Outside(check.holder_text.fill(people=named), check.holder_source)


def _done(world: World) -> Message:
    check = world.posting.texts.picture
    blocks: tuple[Block, ...] = (
        # Not in green: it is the end of a list, and no approval.
        Callout("info", check.done, check.done_text),
        *quotes(check.done_clauses, world),
        Buttons((Button(world.posting.texts.draft_button, DRAFT), *_ways_out(world))),
    )
    return private(blocks, world)


def _ways_out(world: World) -> tuple[Button, Button]:
    check = world.posting.texts.picture
    return Button(check.again, PICTURE), Button(check.close, PICTURE, CLOSE)
