"""The list of questions that the policy leaves open, as those who answer and sign see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.casework import auditing
from bot.casework.context import Work
from bot.casework.press import with_words
from bot.domain.access import Duty
from bot.domain.gaps import GAP_TABLE, GapAnswer, GapEvent, GapStage, Unfit, may_sign
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Facts,
    Heading,
    Message,
    Paragraph,
    Tags,
)
from bot.domain.presses import CasePart
from bot.domain.roster import Person
from bot.domain.turns import Pressed, Sender, Submitted
from bot.engine.parse import Parse
from bot.gaps import course, reminders
from bot.gaps.askers import tell
from bot.gaps.checks import faults, is_danger, near_topics, rules_beside, would_answer
from bot.gaps.forms import ANSWER_FIELDS, PREFIX, answer_form, decline_form, read_answer, sign_form, typed_in
from bot.gaps.people import may
from bot.gaps.shown import answer_blocks, day, quotes
from bot.reporting.inputs import clean_text
from bot.storage.gaps import (
    OPEN,
    Gap,
    all_gaps,
    asker_hmac,
    askers_of,
    find_gap,
    one_at_a_time,
    save_gap,
)
from bot.storage.standing import change

_SHOWN = 6
_ACTS: dict[str, tuple[Duty, GapEvent]] = {
    "answer": ("answer_gap", GapEvent.ANSWER),
    "decline": ("answer_gap", GapEvent.DECLINE),
    "sign": ("sign_gap", GapEvent.SIGN),
    "take_back": ("sign_gap", GapEvent.TAKE_BACK),
}
OWNED = frozenset((*(f"{PREFIX}{name}" for name in _ACTS), f"{PREFIX}list", f"{PREFIX}governors"))


def act(work: Work, sender: Sender, content: Pressed | Submitted, parses: tuple[Parse, ...]) -> Message:
    """Do what a press or a form of those who answer asks, or say why not. A refusal changes nothing."""
    person, name = _person(work, sender), content.action.removeprefix(PREFIX)
    if name not in _ACTS:
        return governors(work, sender) if name == "governors" else show(work, sender)
    duty, event = _ACTS[name]
    if person is None or not may(work.context, person, duty):
        # That there is no such question is told to nobody who could not see one.
        auditing.note(work, person, "refused", pressed=f"{PREFIX}{name}")
        return _refused(work, "not_permitted")
    one_at_a_time(work.tx)
    value = CasePart.parse(content.value)
    gap = find_gap(work.tx, work.context.vault, value.reference)
    if gap is None:
        return _refused(work, "unknown")
    after = GAP_TABLE[gap.stage, event]
    if not isinstance(after, GapStage):
        # Somebody else was first: what was written takes long to write again.
        return with_words(work.context, _refused(work, after or "unknown"), _written(content))
    if event is GapEvent.ANSWER:
        return _answer(work, person, gap, content, value.part, parses)
    if event is GapEvent.SIGN:
        return _sign(work, person, gap, content, value.part)
    return (
        _take_back(work, person, gap, after)
        if event is GapEvent.TAKE_BACK
        else _decline(work, person, gap, content)
    )


def show(work: Work, sender: Sender) -> Message:
    """What waits for an answer or a signature, what is in force, and the questions for the governors."""
    texts, person = work.context.world.gaps, _person(work, sender)
    title = texts.titles["list"]
    if not may(work.context, person, "answer_gap"):
        return Message((Heading(title), Paragraph(texts.list.nothing_yours)), summary=title)
    waiting = all_gaps(work.tx, work.context.vault, OPEN)
    live = all_gaps(work.tx, work.context.vault, (GapStage.LIVE,))
    blocks: list[Block] = [Heading(title)]
    blocks += [] if waiting else [Paragraph(texts.list.none)]
    for heading, listed in (("", waiting), (texts.list.live, live)):
        blocks += [Heading(heading)] if heading and listed else []
        blocks += [block for gap in listed[:_SHOWN] for block in _entry(work, gap)]
        if len(listed) > _SHOWN:
            blocks.append(Paragraph(texts.list.more.fill(count=len(listed) - _SHOWN)))
    blocks.append(Buttons((Button(texts.buttons.governors, f"{PREFIX}governors"),)))
    return Message(tuple(blocks), summary=title, replaces="gaps", ephemeral=True)


def waiting(work: Work, sender: Sender) -> int | None:
    """How many wait for an answer or a signature; None where they may answer none."""
    if not may(work.context, _person(work, sender), "answer_gap"):
        return None
    return len(all_gaps(work.tx, work.context.vault, OPEN))


def governors(work: Work, sender: Sender) -> Message:
    """What the policy contradicts or leaves open itself, as questions for its next review."""
    title = work.context.world.gaps.titles["governors"]
    if not may(work.context, _person(work, sender), "answer_gap"):
        return _refused(work, "not_permitted")
    open_now = work.context.world.policy.contradictions.values()
    lines = tuple(f"{item.id} · {item.title}: {item.governors}" for item in open_now)
    return Message((Heading(title), Bullets(lines)), summary=title, replaces="gaps", ephemeral=True)


def _person(work: Work, sender: Sender) -> Person | None:
    return work.context.world.federation.roster.by_account(sender.platform, sender.user)


def _answer(
    work: Work,
    person: Person,
    gap: Gap,
    content: Pressed | Submitted,
    seen: str,
    parses: tuple[Parse, ...],
) -> Message:
    world, stands = work.context.world, _print_of(work, gap.answer) if gap.answer else ""
    above = tuple(_rules(work, near_topics((gap.question,), (), world)))
    if isinstance(content, Pressed):
        return answer_form(work, gap, str(CasePart(gap.id, stands)), (Paragraph(gap.question), *above))
    if seen != stands:
        # Somebody else's answer came since the form was opened: neither takes the other's place unseen.
        return _beside_another(work, gap, stands, content)
    given, values, errors = read_answer(work, content.fields, person.id)
    if given is None:
        return answer_form(work, gap, content.value, (Paragraph(gap.question), *above), values, errors)
    asked = [parse for parse in parses if parse.text.strip() == values["wording"]]
    given = replace(given, near=near_topics(given.wordings, asked, world))
    found = dict(faults(given, work.context.golden(), world))
    if is_danger(parses, world):
        found["text"] = world.gaps.errors.danger
    if found:
        beside = tuple(_rules(work, given.near))
        return answer_form(work, gap, content.value, (Paragraph(gap.question), *beside), values, found)
    saved = course.moved(work, gap, GapStage.ANSWERED, given)
    save_gap(work.tx, work.context.vault, saved)
    auditing.note(work, person, "gap.answer", entry=gap.id)
    reminders.owe_answered(work, saved, person.id)
    return _done(work, "saved")


def _beside_another(work: Work, gap: Gap, stands: str, content: Submitted) -> Message:
    """The form as it was filled in, below what was saved meanwhile: sent again, it takes that one's place."""
    texts = work.context.world.gaps
    above: list[Block] = [Callout("warning", texts.refusals["meanwhile"]), Paragraph(gap.question)]
    if gap.answer:
        above.append(Facts(((texts.labels.answer, gap.answer.text), *_facts(work, gap.answer))))
    typed = typed_in(ANSWER_FIELDS, content.fields)
    return answer_form(work, gap, str(CasePart(gap.id, stands)), tuple(above), typed)


def _written(content: Pressed | Submitted) -> list[str]:
    fields = content.fields if isinstance(content, Submitted) else {}
    typed = [clean_text(value) for values in fields.values() for value in values]
    return [text for text in typed if " " in text]


def _print_of(work: Work, answer: GapAnswer) -> str:
    """Of all that is signed: an answer that was saved again since the form was opened has another one."""
    said = (answer.text, answer.clause, answer.ruling, answer.review.isoformat(), answer.author)
    return work.context.vault.blind("gap answer", *answer.wordings, "", *answer.near, "", *said)[:16]


def _sign(work: Work, person: Person, gap: Gap, content: Pressed | Submitted, seen: str) -> Message:
    vault, world = work.context.vault, work.context.world
    assert gap.answer is not None
    if not may_sign(person.id, gap.answer.author, _asked_by(work, gap)):
        auditing.note(work, person, "refused", pressed=f"{PREFIX}sign")
        return _refused(work, "second")
    print_ = _print_of(work, gap.answer)
    wrong = tuple(dict.fromkeys(error for _, error in faults(gap.answer, work.context.golden(), world)))
    if wrong:
        return Message(
            (Callout("warning", world.gaps.refusals["unsigned"]), Bullets(wrong)),
            summary=world.gaps.refusals["unsigned"],
            replaces="gap",
        )
    if isinstance(content, Pressed) or seen != print_:
        changed = (
            () if isinstance(content, Pressed) else (Callout("warning", world.gaps.refusals["changed"]),)
        )
        above = (*changed, *_to_be_signed(work, gap, gap.answer))
        return sign_form(work, str(CasePart(gap.id, print_)), above)
    clause = world.policy.clauses.get(gap.answer.clause)
    signed = replace(gap.answer, signer=person.id, quote=clause.quote if clause else "")
    live = course.moved(work, gap, GapStage.LIVE, signed)
    save_gap(work.tx, vault, live)
    # Every process reads the signed answers again before the next event that it takes.
    change(work.tx)
    auditing.note(work, person, "gap.sign", entry=gap.id)
    tell(work, live, (Paragraph(world.gaps.told.answered), *answer_blocks(signed, world)))
    return _done(work, "signed")


def _take_back(work: Work, person: Person, gap: Gap, after: GapStage) -> Message:
    was_live = gap.stage is GapStage.LIVE
    save_gap(
        work.tx,
        work.context.vault,
        course.moved(work, gap, after, gap.answer and replace(gap.answer, signer="")),
    )
    auditing.note(work, person, "gap.take_back", entry=gap.id)
    if was_live:
        change(work.tx)
        told = work.context.world.gaps.told.taken_back
        tell(work, gap, (Callout("warning", told), Paragraph(gap.question)))
    days = work.context.retention.registers["gap_askers"].days
    return _done(work, "taken_back", days=days) if was_live else _done(work, "not_signed")


def _decline(work: Work, person: Person, gap: Gap, content: Pressed | Submitted) -> Message:
    texts = work.context.world.gaps
    if isinstance(content, Pressed):
        return decline_form(work, gap)
    why = typed_in(("why",), content.fields)["why"]
    if why not in texts.declined:
        return decline_form(work, gap, {"why": texts.errors.choice})
    declined = replace(course.moved(work, gap, GapStage.DECLINED, None), why=why)
    save_gap(work.tx, work.context.vault, declined)
    auditing.note(work, person, "gap.decline", entry=gap.id)
    said = (
        Paragraph(texts.told.declined),
        Paragraph(gap.question),
        Paragraph(texts.declined_said.named(why)),
    )
    tell(work, declined, said)
    return _done(work, "declined")


def _asked_by(work: Work, gap: Gap) -> frozenset[str]:
    """Those on the roster who asked it under their name, kept still or not."""
    vault, people = work.context.vault, work.context.world.federation.roster.people.values()
    askers = askers_of(work.tx, vault, gap.id)
    asked = {*gap.barred, *(asker_hmac(vault, one.platform, one.user) for one in askers if one.user)}
    return frozenset(
        one.id
        for one in people
        if any(asker_hmac(vault, *account) in asked for account in one.accounts.items())
    )


def _entry(work: Work, gap: Gap) -> Iterator[Block]:
    """One question: no day and no school, however many asked it."""
    texts = work.context.world.gaps
    if gap.stage in OPEN and gap.due_at <= work.now:
        yield Tags((texts.labels.overdue,))
    yield Facts(((texts.labels.question, gap.question), (texts.labels.state, texts.stages[gap.stage])))
    if gap.answer and gap.stage is not GapStage.WAITING:
        yield Facts(((texts.labels.answer, gap.answer.text), *_facts(work, gap.answer)))
    labels = {
        "answer": texts.buttons.answer,
        "sign": texts.buttons.sign,
        "take_back": texts.buttons.take_back,
        "decline": texts.buttons.decline,
    }
    fits = (name for name, (_, event) in _ACTS.items() if isinstance(GAP_TABLE[gap.stage, event], GapStage))
    yield Buttons(tuple(Button(labels[name], f"{PREFIX}{name}", gap.id) for name in fits))


def _facts(work: Work, given: GapAnswer) -> tuple[tuple[str, str], ...]:
    texts, context = work.context.world.gaps, work.context
    facts = [
        (texts.labels.ruling, texts.rulings[given.ruling]),
        (texts.labels.basis, given.clause or texts.basis["silent"]),
        (texts.labels.author, context.name(given.author)),
        (texts.labels.review, day(given.review)),
    ]
    facts += [(texts.labels.signer, context.name(given.signer))] if given.signer else []
    facts += [(texts.labels.examples, "\n".join(given.examples))] if given.examples else []
    return tuple(facts)


def _to_be_signed(work: Work, gap: Gap, given: GapAnswer) -> Iterator[Block]:
    """All that a second person has to see: the answer, the rules beside it, what else it would answer."""
    texts, world = work.context.world.gaps, work.context.world
    yield Facts(((texts.labels.question, gap.question),))
    yield from answer_blocks(given, world)
    yield Facts(_facts(work, given))
    yield from _rules(work, tuple(topic.id for topic in rules_beside(given, world)))
    if also := would_answer(given, work.context.golden(), world):
        yield Bullets(also[:_SHOWN], texts.labels.would_answer)


def _rules(work: Work, topics: tuple[str, ...]) -> Iterator[Block]:
    world = work.context.world
    shown = [world.policy.topics[name] for name in topics if name in world.policy.topics][:3]
    if shown:
        yield Paragraph(world.gaps.list.near)
        yield from quotes((world.policy.citations(topic)[0].id for topic in shown), world)


def _done(work: Work, said: str, **filled: int) -> Message:
    texts = work.context.world.gaps
    text, listed = texts.replies.named(said).fill(**filled), Button(texts.buttons.list, f"{PREFIX}list")
    return Message((Callout("success", text), Buttons((listed,))), summary=text, replaces="gap")


def _refused(work: Work, why: Unfit | str) -> Message:
    text = work.context.world.gaps.refusals.named(why)
    return Message((Callout("warning", text),), summary=text, replaces="gap")
