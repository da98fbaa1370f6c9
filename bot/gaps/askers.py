"""A question as its asker sees it: put on the list, looked at, taken back; by name, or by a code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.asking import conversation
from bot.asking.answer import Answer
from bot.casework.answers import owe as owe_message
from bot.casework.context import Work
from bot.domain.gaps import GAP_TABLE, GapEvent, GapStage
from bot.domain.messages import Block, Button, Buttons, Callout, Facts, Heading, Message, Paragraph
from bot.domain.references import ALPHABET, receipt_code
from bot.domain.turns import Sender, Session, Submitted
from bot.engine.parse import Parse
from bot.gaps import course, reminders
from bot.gaps.checks import INTAKE
from bot.gaps.forms import PREFIX, ask_form, question_error, typed_in, withdraw_form
from bot.gaps.matching import nearness
from bot.gaps.redaction import redacted
from bot.gaps.shown import answer_blocks
from bot.reporting.after_send import wait
from bot.storage.conversations import remember_submission
from bot.storage.crypto import code_matches
from bot.storage.gaps import (
    OPEN,
    Gap,
    GapAsker,
    add_asker,
    add_gap,
    all_gaps,
    asked_by,
    asker_by_reference,
    asker_hmac,
    askers_of,
    find_gap,
    forget_asker,
    forget_gap,
    old_gaps,
    one_at_a_time,
    save_gap,
    told_before,
)

ANONYMOUS = "anonymous"
_NAME = "QST"
_LETTERS, _SIGNS, _BITS = 4, 12, 5
_DRAWS = 8
_TOKEN = re.compile(r"[0-9a-f]{32}")


def begin(work: Work, value: str = "") -> Message:
    """The form for a question: `value` is what was asked, or the token of a form that was shown before."""
    known = _TOKEN.fullmatch(value) is not None
    values = {"question": redacted(value, work.context.world)} if value and not known else {}
    return ask_form(work, value if known else work.context.vault.new_id(), values)


def ask(work: Work, sender: Sender, content: Submitted, parses: Iterable[Parse]) -> Message:
    """Put a question on the list, once however often it is sent: only as its asker has seen it."""
    world, errors = work.context.world, work.context.world.gaps.errors
    if not _TOKEN.fullmatch(content.value):
        return begin(work)
    values = typed_in(("question", "mode"), content.fields)
    wrong = {"question": question_error(work, values["question"])}
    wrong["mode"] = "" if values["mode"] in world.gaps.modes else errors.choice
    if any(wrong.values()):
        return ask_form(work, content.value, values, wrong)
    if found := _to_be_told(work, values["question"], parses):
        return _intake(work, found)
    left = redacted(values["question"], world)
    if left != " ".join(values["question"].split()):
        again = {**values, "question": left}
        return ask_form(work, content.value, again, {"question": errors.redacted})
    return _put(work, sender, content.value, left, values["mode"])


def _to_be_told(work: Work, question: str, parses: Iterable[Parse]) -> Answer | None:
    """What the gate makes of it where it tells of danger, a concern or an incident; None for a question."""
    read = next(
        (parse for parse in parses if " ".join(parse.text.split()) == " ".join(question.split())), None
    )
    session = Session(work.context.new_tokens())
    found = conversation.ask(session, question, read or next(iter(parses), None), work.context.world)[1]
    return found if found.kind in INTAKE else None


def _intake(work: Work, found: Answer) -> Message:
    texts = work.context.world.gaps.intake
    shown = conversation.show(found, work.context.world, work.now)
    blocks = (*shown.blocks, Callout("warning", texts.title, texts.text))
    return Message(blocks, summary=shown.summary, replaces="gap", ephemeral=True)


@dataclass(frozen=True)
class _Names:
    """Under what a question is asked: made from the form's token, so that a second press shows the same."""

    reference: str
    code: str


def _names(work: Work, token: str, draw: int) -> _Names:
    vault = work.context.vault
    letters = _drawn(vault.blind("gap reference", token, str(draw)), _LETTERS)
    return _Names(f"{_NAME}-{letters}", receipt_code(_drawn(vault.blind("gap code", token), _SIGNS)))


def _drawn(hidden: str, length: int) -> str:
    number = int(hidden, 16)
    return "".join(ALPHABET[number >> _BITS * at & (1 << _BITS) - 1] for at in range(length))


def _is_live(work: Work, gap: Gap) -> bool:
    """Whether its answer is in force at this moment: its stage follows when a worker has looked."""
    return any(one.id == gap.id for one in work.context.world.live)


def _put(work: Work, sender: Sender, token: str, question: str, mode: str) -> Message:
    one_at_a_time(work.tx)
    unnamed = mode == ANONYMOUS
    vault = work.context.vault
    key = vault.blind("gap", token) if unnamed else vault.blind("gap", token, sender.platform, sender.user)
    gap = _same(work, question)
    if gap is not None and gap.answer is not None and _is_live(work, gap):
        texts = work.context.world.gaps
        blocks = (Paragraph(texts.replies["there"].fill()), *answer_blocks(gap.answer, work.context.world))
        return Message(blocks, summary=texts.mark, replaces="gap", ephemeral=unnamed, once=unnamed)
    if remember_submission(work.tx, vault, key, "", work.now) is not None:
        return _receipt(work, "again", _known(work, token) if unnamed else None)
    if work.context.counters.too_many_reports(sender, work.now):
        return wait(work.context.world)
    joined = gap is not None
    if gap is None:
        gap = _new(work, question)
        add_gap(work.tx, vault, gap)
        reminders.owe_asked(work, gap)
    names = _added(work, gap, sender, token, unnamed)
    said = "joined" if joined else "asked"
    if names is None:
        return _receipt(work, "again", None)
    return _receipt(work, f"{said}_anonymous" if unnamed else said, names, unnamed=unnamed)


def _same(work: Work, question: str) -> Gap | None:
    """The question on the list that asks the same; None for a new one."""
    world = work.context.world
    listed = all_gaps(work.tx, work.context.vault, (*OPEN, GapStage.LIVE))
    near = ((nearness(question, _wordings(gap), world), gap.id, gap) for gap in listed)
    return next(
        (gap for share, _, gap in sorted(near, key=lambda item: item[:2], reverse=True) if share), None
    )


def _wordings(gap: Gap) -> tuple[str, ...]:
    return (gap.question, *(gap.answer.wordings if gap.answer else ()))


def _new(work: Work, question: str) -> Gap:
    world = work.context.world
    return Gap(
        id=work.context.vault.new_id(),
        question=question,
        stage=GapStage.WAITING,
        since=course.day_of(work.now),
        due_at=course.due_at(world, work.now),
        remind_at=course.due_at(world, work.now),
    )


def _added(work: Work, gap: Gap, sender: Sender, token: str, unnamed: bool) -> _Names | None:
    """The person who waits from now on; None where they wait already."""
    vault = work.context.vault
    for draw in range(_DRAWS):
        names = _names(work, token, draw)
        platform, user = ("", "") if unnamed else (sender.platform, sender.user)
        receipt = work.hashes[names.code] if unnamed else ""
        asker = GapAsker(vault.new_id(), gap.id, names.reference, receipt, platform, user)
        if add_asker(work.tx, vault, asker):
            return names
        if not unnamed and any(one.user == user for one in askers_of(work.tx, vault, gap.id)):
            return None
    return None


def _known(work: Work, token: str) -> _Names | None:
    """Reference and code of what was sent without a name under this token before."""
    for names in (_names(work, token, draw) for draw in range(_DRAWS)):
        asker = asker_by_reference(work.tx, work.context.vault, names.reference)
        if asker and asker.receipt_hash and code_matches(asker.receipt_hash, names.code):
            return names
    return None


def _receipt(work: Work, said: str, names: _Names | None, *, unnamed: bool = True) -> Message:
    texts = work.context.world.gaps
    blocks: list[Block] = [
        Callout("success", texts.replies.named(said).fill(days=texts.reminders[0].days)),
    ]
    if names is not None:
        code = ((texts.labels.code, names.code),) if unnamed else ()
        blocks.append(Facts(((texts.labels.reference, names.reference), *code)))
    hidden = names is not None and unnamed
    return Message(tuple(blocks), summary=texts.titles["ask"], replaces="gap", ephemeral=hidden, once=hidden)


def own(work: Work, sender: Sender) -> tuple[Block, ...]:
    """The questions that somebody asked under their name, each with what can be done; none for nobody's."""
    mine = asked_by(work.tx, work.context.vault, sender.platform, sender.user)
    shown = [block for asker in mine for block in _shown(work, asker)]
    return (Heading(work.context.world.gaps.titles["mine"]), *shown) if shown else ()


def own_one(work: Work, sender: Sender, reference: str) -> Message | None:
    """The sender's own question of this reference, asked under their name."""
    asker = asker_by_reference(work.tx, work.context.vault, reference)
    if asker is None or not belongs_to(asker, sender):
        return None
    title = work.context.world.gaps.titles["mine"]
    return Message((Heading(title), *_shown(work, asker)), summary=title)


def by_code(work: Work, reference: str) -> Message | None:
    """The question of a reference whose code opened it; None where there is none."""
    asker = asker_by_reference(work.tx, work.context.vault, reference)
    if asker is None:
        return None
    title = work.context.world.gaps.titles["mine"]
    return Message((Heading(title), *_shown(work, asker)), summary=title, ephemeral=True, once=True)


def is_reference(reference: str) -> bool:
    """Whether it is that of a question."""
    return reference.startswith(f"{_NAME}-")


def belongs_to(asker: GapAsker, sender: Sender) -> bool:
    """Whether the sender asked it under their name."""
    return bool(asker.user) and (asker.platform, asker.user) == (sender.platform, sender.user)


def _shown(work: Work, asker: GapAsker) -> Iterator[Block]:
    texts, gap = work.context.world.gaps, find_gap(work.tx, work.context.vault, asker.gap_id)
    if gap is None:
        return
    live = _is_live(work, gap)
    state = texts.stages[GapStage.ANSWERED if gap.stage is GapStage.LIVE and not live else gap.stage]
    facts = ((texts.labels.reference, asker.reference), (texts.labels.question, gap.question))
    yield Facts((*facts, (texts.labels.state, state)))
    if live and gap.answer is not None:
        yield from answer_blocks(gap.answer, work.context.world)
    if gap.stage is GapStage.DECLINED:
        yield Paragraph(texts.declined_said.named(gap.why))
    yield Buttons((Button(texts.buttons.withdraw, f"{PREFIX}withdraw", asker.reference),))


def withdraw(work: Work, sender: Sender, reference: str, *, opened: bool, sent: bool) -> Message:
    """Take a question back: `opened` by its code, or the sender's own; `sent` once they have said so."""
    texts = work.context.world.gaps
    asker = asker_by_reference(work.tx, work.context.vault, reference)
    mine = asker is not None and belongs_to(asker, sender)
    if not sent or not (mine or opened):
        wrong = {"code": texts.refusals["wrong_code"]} if sent else None
        return withdraw_form(work, reference, wrong, own=mine)
    if asker is not None:
        _leave(work, asker)
    text = texts.replies["withdrawn"].fill()
    return Message((Callout("success", text),), summary=text, replaces="gap")


def _leave(work: Work, asker: GapAsker) -> None:
    one_at_a_time(work.tx)
    gap = find_gap(work.tx, work.context.vault, asker.gap_id)
    last = forget_asker(work.tx, asker)
    if gap and last and GAP_TABLE[gap.stage, GapEvent.WITHDRAW] is None:
        forget_gap(work.tx, gap.id)
    elif gap:
        _bar(work, gap, (asker,))


def _bar(work: Work, gap: Gap, askers: Iterable[GapAsker]) -> None:
    """Keep that these are not to sign an answer to it, of those on the roster alone: nobody else could."""
    roster, vault = work.context.world.federation.roster, work.context.vault
    known = (one for one in askers if one.user and roster.by_account(one.platform, one.user))
    hmacs = (asker_hmac(vault, one.platform, one.user) for one in known)
    barred = tuple(dict.fromkeys((*gap.barred, *hmacs)))
    if barred != gap.barred:
        save_gap(work.tx, vault, replace(gap, barred=barred))


def tell(work: Work, gap: Gap, blocks: tuple[Block, ...]) -> None:
    """Owe this to everybody who asked under their name, each in their own chat. The others look by code."""
    for asker in askers_of(work.tx, work.context.vault, gap.id):
        if asker.user:
            to = Sender(asker.platform, asker.user)
            message = Message(blocks, summary=work.context.world.gaps.titles["mine"])
            owe_message(work, to, "", message, lasts=True)


def forget_old(work: Work) -> None:
    """Delete what nobody answered within its period, and who asked what was answered long ago.

    Askers in vain who gave their name are told.
    """
    texts, registers = work.context.world.gaps, work.context.retention.registers
    for gap in told_before(
        work.tx, work.context.vault, work.now - timedelta(days=registers["gap_askers"].days)
    ):
        askers = askers_of(work.tx, work.context.vault, gap.id)
        _bar(work, gap, askers)
        for one in askers:
            forget_asker(work.tx, one)
    days = registers["gaps"].days
    for gap in old_gaps(work.tx, work.context.vault, work.now - timedelta(days=days)):
        if gap.stage is not GapStage.DECLINED:
            tell(work, gap, (Paragraph(texts.told.expired.fill(days=days)), Paragraph(gap.question)))
        forget_gap(work.tx, gap.id)
