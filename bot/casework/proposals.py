"""The second of two who close a case: asked for by one, agreed to by another who may see it already.

Nobody is told of a case in order to be the second. Whatever changes after a proposal voids it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from bot.casework import closing
from bot.casework.acts import ACTS
from bot.casework.card import button
from bot.casework.case import Case
from bot.casework.notify import owe_alone, owe_once, owe_person, owe_reporter, reached
from bot.casework.press import CasePress, NotDone, details_slot
from bot.content.case_texts import WorkRefusal
from bot.domain.cases import Event, Happening, Refused
from bot.domain.messages import Block, Buttons, Callout, Facts, Message, Paragraph
from bot.storage.outbox import keys_of
from bot.storage.reports import Entry


def seconds(case: Case, closer: str) -> tuple[str, ...]:
    """Who may see the case already and can agree now to what `closer` asks for; nobody who is away."""
    return case.closers.seconds(closer)


def asked_of(case: Case, closer: str) -> tuple[str, ...]:
    """Those of them whom the case was brought to, or who stand in for one of these: the others know nothing.

    On the open route the leadership team knows of it by its channel.
    """
    work, report = case.work, case.report
    roster = work.context.world.federation.roster
    members = roster.holders("flt", report.row.school) if report.row.visibility.in_channel else ()
    know = {*members, *(item.person for item in case.told if item.level != "N")}
    there = {one for name in know for one in reached(work, report, case.told, name)}
    return tuple(person for person in seconds(case, closer) if person in there)


def pending(case: Case) -> Entry | None:
    """What waits for a second person; None where nothing does, or who asked for it may close it no more."""
    return case.closers.pending()


def lacks_second(case: Case, closer: str) -> bool:
    """Whether two people should close it, and nobody here can be the second."""
    return closing.by_two(case) and not seconds(case, closer)


def needed(press: CasePress) -> list[Block]:
    """That it takes a second person, and who may be; nothing where one is enough or nobody is there."""
    names = _names(press, seconds(press.case, press.person.id)) if closing.by_two(press.case) else ""
    return [Callout("info", press.context.work.closing.takes_two.fill(people=names))] if names else []


def before_closing(press: CasePress) -> Message | None:
    """What stands in the way of closing it: another's proposal, or what is to be done; None if nothing.

    A proposal to which nobody can agree holds up nobody.
    """
    found = None if press.case.closers.unanswerable() else pending(press.case)
    if found is not None and found.actor != press.person.id:
        title = press.context.work.closing.waits_already.fill(reference=press.report.reference)
        blocks = (Callout("info", title), *shown(press))
        slot = f"case.close:{press.report.reference}"
        return NotDone(blocks, summary=title, replaces=slot, ephemeral=True)
    return closing.to_do(press, closing.missing(press.case, press.person.id))


def before_agreeing(press: CasePress) -> Message | None:
    """What a person has to do before they can agree (read the details); None if nothing."""
    opened = closing.is_open_to(press.case, press.person.id)
    return None if opened else closing.to_do(press, ("details",))


def lock(press: CasePress) -> WorkRefusal | None:
    """Why there is nothing that this presser could agree to, or decline."""
    found = pending(press.case)
    if found is None:
        return "not_proposed"
    if found.actor == press.person.id:
        return "own_proposal"
    return "in_place_of" if press.case.closers.is_in_place_of(press.person.id, found.actor) else None


def asked(press: CasePress) -> list[Block]:
    """What is asked for, and by whom; nothing where nothing is."""
    found, context = pending(press.case), press.context
    if found is None:
        return []
    texts, labels = context.work.closing, context.texts.labels
    named = (("outcome", labels.outcome), ("reason", labels.reason), *texts.kept.items())
    said = tuple((label, found.detail[key]) for key, label in named if found.detail.get(key))
    title = texts.asked_for.fill(person=context.name(found.actor), when=context.local(found.at))
    return [Callout("info", title), Facts(said)]


def shown(press: CasePress) -> list[Block]:
    """The same, with who may agree, and the buttons where that is the presser."""
    found, context = pending(press.case), press.context
    if found is None:
        return []
    names, texts = _names(press, seconds(press.case, found.actor)), context.work.closing
    who = Paragraph(texts.may_agree.fill(people=names)) if names else Callout("warning", texts.none_may_agree)
    blocks = [*asked(press), who]
    acts = (ACTS["case.agree"], ACTS["case.decline"])
    buttons = tuple(button(context, press.report, act) for act in acts)
    is_second = press.may("agree") and lock(press) is None
    return [*blocks, Buttons(buttons)] if is_second else blocks


def _names(press: CasePress, people: tuple[str, ...]) -> str:
    return ", ".join(press.context.name(person) for person in people)


def propose(press: CasePress, code: str, detail: Mapping[str, str]) -> Message:
    """Ask for the closing. Those who have the case and may agree are told so, and nobody else."""
    event = Event(Happening.PROPOSE, press.person.id)
    case = press.case.apply(event, detail={**detail, "outcome_code": code})
    if isinstance(case, Refused):
        return press.refused(case.why)
    for person in asked_of(case, press.person.id):
        owe_alone(press, case.report, "proposed", person)
    names = _names(press, seconds(case, press.person.id))
    text = press.context.work.closing.proposed.fill(reference=press.report.reference, people=names)
    return press.done("close", text)


def agree(press: CasePress, values: Mapping[str, str]) -> Message:
    """The second agrees, and the case is closed: the history says who asked, and who agreed."""
    found = pending(press.case)
    assert found is not None
    context, proposed = press.context, found.detail
    kept = {name: value for name, value in proposed.items() if name != "outcome_code"}
    who = f"{context.name(found.actor)}, {context.local(found.at)}"
    kept |= {"asked": who, "agreed": press.person.name, "text": values.get("note", "")}
    event = Event(Happening.AGREE, press.person.id, outcome=proposed["outcome_code"])
    case = press.case.apply(event, detail={name: value for name, value in kept.items() if value})
    if isinstance(case, Refused):
        return press.refused(case.why)
    owe_reporter(press, case.report, "closed")
    text = context.work.replies["agree"].fill(reference=press.report.reference)
    return _in_its_place(press, press.done("agree", text))


def decline(press: CasePress, values: Mapping[str, str]) -> Message:
    """The second does not agree, and says why: it stays open, and who asked is told so."""
    found = pending(press.case)
    assert found is not None
    event = Event(Happening.DECLINE, press.person.id)
    case = press.case.apply(event, detail={"text": values["why"]})
    if isinstance(case, Refused):
        return press.refused(case.why)
    owe_person(press, case.report, "declined", found.actor)
    text = press.context.work.replies["decline"].fill(reference=press.report.reference)
    return _in_its_place(press, press.done("decline", text))


def _in_its_place(press: CasePress, done: Message) -> Message:
    """Where the form stood, which took the place of the details: no button is left that agrees again."""
    return replace(done, replaces=details_slot(press))


def tell_of_second(case: Case) -> bool:
    """Tell who asked for a closing each time that nobody is left who could agree, or that somebody is again.

    Their cover, too, and of the latter those who can agree. Whether anybody was told now: then the cards say
    what is not true any more.
    """
    found, work = pending(case), case.work
    if found is None:
        return False
    number = case.entries.index(found)
    left, back = _times(case, "no_second", number), _times(case, "second_back", number)
    askers = reached(work, case.report, case.told, found.actor)
    if not seconds(case, found.actor):
        # The first time has no number of its own.
        apart = (number, back) if back else (number,)
        told = [owe_once(work, case.report, "no_second", name, *apart) for name in askers]
    elif left > back:
        told = [owe_once(work, case.report, "second_back", name, number, left) for name in askers]
        for name in asked_of(case, found.actor):
            owe_once(work, case.report, "proposed", name, number, left)
    else:
        return False
    return any(told)


def _times(case: Case, kind: Literal["no_second", "second_back"], number: int) -> int:
    """How many times this was told of the closing with this number in the case's history."""
    keys = keys_of(case.work.tx, case.report.id, kind)
    # Its key is report, "person", their id, this number, and from the second time on which time it is.
    return len({key.parts[3:] for key in keys if key.parts[3] == str(number)})
