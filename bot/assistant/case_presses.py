"""What the people on the roster do with a case: every press is checked, and changes it once or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import get_args

from bot.assistant.danger_in_forms import prose
from bot.casework import auditing, card, case_list, do_act, forms, proposals, restriction, views
from bot.casework.acts import ACTS, Act
from bot.casework.case import Case
from bot.casework.case_list import FIND, LIST
from bot.casework.cases_seen import cases_seen, sees_the_card
from bot.casework.context import Work
from bot.casework.forms import Checked
from bot.casework.history import entries_for
from bot.casework.links import card_links, hold_together, other_case
from bot.casework.press import CasePress, NotDone, refusal, with_words
from bot.casework.work_done import is_contact
from bot.content.case_texts import CaseFilter
from bot.domain.cases import Refused, advance
from bot.domain.messages import Message, Paragraph
from bot.domain.notices import Recipient
from bot.domain.presses import CasePart, ListPart
from bot.domain.references import read_reference
from bot.domain.roster import Person
from bot.domain.turns import Incoming, Pressed, Sender, ShowStatus, Submitted
from bot.records import export_codes
from bot.reporting.inputs import clean_text
from bot.storage.reports import (
    Reporter,
    report_by_reference,
)


def act(work: Work, incoming: Incoming) -> Message:
    """Do what a press or a form on a case asks, or say why not. A refusal changes nothing."""
    content = incoming.content
    assert isinstance(content, Pressed | Submitted)
    sender = incoming.sender
    person = work.context.world.federation.roster.by_account(sender.platform, sender.user)
    if person is None:
        # Of what was pressed only what Signpost knows is written down: the rest could be anything.
        auditing.note(work, None, "refused", pressed=_known(content.action))
        return refusal(work.context, "not_on_roster")
    if content.action == export_codes.SUBJECT:
        return export_codes.ask_for_subject(work, person, content)
    if content.action == LIST:
        return _listed(work, person, content.value)
    if content.action == FIND:
        return _found(work, person, content)
    if content.action not in ACTS:
        return refusal(work.context, "unknown_action")
    press = _permitted(work, person, content)
    if isinstance(press, Message):
        # They may not, or may no more: what they wrote is theirs all the same.
        return _with_words(work, content, press)
    return _answer(press, content)


# These change the case and others that it is linked to.
_SEVERAL = ("case.link", "case.restrict")


def _known(action: str) -> str:
    return action if action in ACTS else ""


def _permitted(work: Work, person: Person, content: Pressed | Submitted) -> CasePress | Message:
    of = CasePart.parse(content.value)
    if content.action in _SEVERAL and isinstance(content, Submitted):
        hold_together(work, (of.reference, *_typed_reference(content)))
    report = report_by_reference(work.tx, work.context.vault, of.reference)
    case = Case(work, report) if report else None
    if case is None or not case.may(person, "list"):
        auditing.note_look_up(work, person, of.reference, pressed=content.action, why="unknown")
        # The same words as for an unknown reference: that a case exists is a secret of its own.
        return refusal(work.context, "unknown")
    press = CasePress(work.tx, work.context, work.now, person, case, content.action, of.part)
    if press.may(needs := ACTS[content.action].needs):
        return press
    barred = needs == "assign" and is_contact(case.entries, person.name)
    return press.may_not("is_contact") if barred else press.refused("not_permitted")


def _typed_reference(content: Submitted) -> tuple[str, ...]:
    return tuple(read_reference(clean_text(text)) for text in content.fields.get("reference", ())[:1])


def _answer(press: CasePress, content: Pressed | Submitted) -> Message:
    action = content.action
    if action in _VIEWS:
        return _VIEWS[action](press)
    if action == export_codes.CASE:
        return export_codes.ask_for_case(press, content)
    if not ACTS[action].form:
        return _done_at_once(press, action)
    answer = _with_form(press, ACTS[action], content)
    return _with_form_again(press, ACTS[action], content, answer) if isinstance(answer, NotDone) else answer


def _done_at_once(press: CasePress, action: str) -> Message:
    match action:
        case "case.recuse":
            return restriction.ask_to_recuse(press)
        case "case.recuse_yes":
            return restriction.recuse(press)
        case "case.recuse_no":
            return restriction.keep(press)
        case "case.done":
            return do_act.tick(press)
    return do_act.do(press, ACTS[action], {})


def case_asked_for(work: Work, sender: Sender, asked: ShowStatus) -> Message | None:
    """The card of the case behind "status FED-…", for somebody on the roster who may list it.

    None for everyone else, and for a report of the sender's own: its status is theirs to read.
    """
    person = work.context.world.federation.roster.by_account(sender.platform, sender.user)
    report = report_by_reference(work.tx, work.context.vault, asked.reference)
    if person is None or report is None or asked.code:
        return None
    case = Case(work, report)
    own = report.reporter == Reporter(sender.platform, sender.user)
    if own or not case.may(person, "list"):
        return None
    return _show(CasePress(work.tx, work.context, work.now, person, case))


def _show(press: CasePress) -> Message:
    auditing.note(press, press.person, "case.show", press.report)
    if not _may_see_the_card(press):
        # Told "N": that the case exists, its kind and urgency, and nothing that the card says.
        return card.notice(press.context, press.report, shown=True)
    entries = press.case.entries
    links = card_links(press.tx, press.report, entries)
    me = Recipient(press.person.id)
    shown = card.card(press.context, press.report, press.told, entries, me, links, press.may)
    # A card that was posted is rewritten and taken away with the case; this one is not known afterwards.
    return replace(shown, ephemeral=True)


def _may_see_the_card(press: CasePress) -> bool:
    return sees_the_card(press, press.person, press.report, press.told)


def _details(press: CasePress) -> Message:
    opened = any(entry.event == "view" and entry.actor == press.person.id for entry in press.case.entries)
    press.record("view", {})
    if not opened:
        # The card names who has opened the details, so the first time by each is a change to it.
        press.case.touch()
    return views.details(press, entries_for(press, press.person, press.report))


def _clauses(press: CasePress) -> Message:
    auditing.note(press, press.person, "case.clauses", press.report)
    if not _may_see_the_card(press):
        # The clauses say more of what happened than a notice may.
        return card.notice(press.context, press.report, shown=True)
    return card.clauses(press.context, press.report)


def _more(press: CasePress) -> Message:
    return card.more(press.context, press.report, press.case.entries, press.may)


_VIEWS: dict[str, Callable[[CasePress], Message]] = {
    "case.show": _show,
    "case.clauses": _clauses,
    "case.details": _details,
    "case.more": _more,
}


def _with_form_again(press: CasePress, act: Act, content: Pressed | Submitted, answer: NotDone) -> Message:
    """Why nothing was done; below it the form as it was sent: nothing that was typed is lost."""
    if isinstance(content, Pressed) or not prose(content):
        return answer
    kept = {name: clean_text("".join(values[:1])) for name, values in content.fields.items()}
    shown = forms.form(press, act, Checked(kept, {}))
    blocks = (*answer.blocks, Paragraph(press.context.work.not_stored), *shown.blocks)
    return replace(shown, blocks=blocks, summary=answer.summary)


def _with_words(work: Work, content: Pressed | Submitted, answer: Message) -> Message:
    """A refusal of somebody who may not see the case; below it their own words, and nothing of the case."""
    typed = prose(content) if isinstance(content, Submitted) else ()
    return with_words(work.context, answer, map(clean_text, typed))


# What has to be done first, and is said instead of the form.
_BEFORE: dict[str, Callable[[CasePress], Message | None]] = {
    "close": proposals.before_closing,
    "agree": proposals.before_agreeing,
}


def _with_form(press: CasePress, act: Act, content: Pressed | Submitted) -> Message:
    # A form is not opened for what the case's state refuses anyway.
    if why := do_act.lock(press, act):
        return press.may_not(why)
    tried = advance(press.report.state, do_act.event_of(press, act, {}))
    if isinstance(tried, Refused):
        return do_act.refused(press, tried)
    first = _BEFORE[act.name](press) if act.name in _BEFORE else None
    if first is not None:
        return first
    if isinstance(content, Pressed):
        return forms.form(press, act)
    checked = forms.check(press, act, content.fields)
    return forms.form(press, act, checked) if checked.errors else _filled_in(press, act, checked.values)


def _filled_in(press: CasePress, act: Act, values: Mapping[str, str]) -> Message:
    match act.name:
        case "close":
            return do_act.close(press, values)
        case "agree":
            return proposals.agree(press, values)
        case "decline":
            return proposals.decline(press, values)
        case "restrict":
            return restriction.restrict(press, values)
        case "link":
            other = other_case(press, read_reference(values["reference"]))
            if other is not None:
                return do_act.link(press, other)
            unknown = {"reference": press.context.work.errors.unknown}
            return forms.form(press, act, Checked(values, unknown))
    return do_act.do(press, act, values)


def list_cases(work: Work, incoming: Incoming) -> Message:
    """The open cases that the sender may see; a refusal for someone off the roster."""
    sender = incoming.sender
    person = work.context.world.federation.roster.by_account(sender.platform, sender.user)
    if person is None:
        auditing.note(work, None, "refused")
        return refusal(work.context, "not_on_roster")
    return _listed(work, person, "open")


_FILTERS: tuple[CaseFilter, ...] = get_args(CaseFilter)


def _listed(work: Work, person: Person, asked: str) -> Message:
    """One list of cases, of which each may be seen by this person now."""
    auditing.note(work, person, "cases")
    part = ListPart.parse(asked)
    which: CaseFilter = next((name for name in _FILTERS if name == part.which), "open")
    listed = case_list.case_list(work.context, cases_seen(work, person, which, part.start), work.now)
    return export_codes.with_subject_button(work.context, person, listed)


def _found(work: Work, person: Person, content: Pressed | Submitted) -> Message:
    """The form for a reference, or the card; unknown and not theirs read the same."""
    if isinstance(content, Pressed):
        return case_list.find_form(work.context)
    typed = next(iter(content.fields.get("reference", ())), "")
    press = _permitted(work, person, Pressed("case.show", read_reference(clean_text(typed))))
    if isinstance(press, CasePress):
        return _show(press)
    return case_list.find_form(work.context, typed[:40], work.context.texts.refusals["unknown"].fill())
