"""What the audit is told that no history tells: looks, refused presses, lists. And who may read it."""

from __future__ import annotations

from bot.casework.context import Context, Work
from bot.casework.history import COMPLAINT, is_hidden
from bot.domain.access import Actor, CaseFacts, access_report
from bot.domain.messages import Callout, Facts, Heading, Message, Paragraph
from bot.domain.roster import Person, role_name
from bot.domain.turns import Sender, ShowAudit
from bot.storage.audit import ASKED, UNKNOWN, AuditEntry, asked_for, entries_of, record
from bot.storage.crypto import RecordKey
from bot.storage.reports import Report, history, people_of, report_by_reference

_NEWEST = 40
_ANY_CASE = CaseFacts(open_route=False, child=False, accidental=False)


def note(
    work: Work,
    person: Person | None,
    action: str,
    report: Report | None = None,
    **detail: str,
) -> None:
    """Put into the audit what somebody on the roster, or off it (None), did or saw."""
    roster = work.context.world.federation.roster
    school = report.row.school if report else ""
    roles: frozenset[str] = frozenset()
    if person is not None:
        roles = roster.roles_of(person.id, school) if report else roster.every_role_of(person.id)
    actor, key = person.id if person else UNKNOWN, report.key if report else None
    subject = report.id if report else ""
    record(
        work.tx,
        work.context.vault,
        AuditEntry(work.now, actor, ",".join(sorted(roles)), action, subject, detail),
        key,
    )


def note_look_up(work: Work, person: Person | None, reference: str, **detail: str) -> None:
    """The same for a refused look-up of a case: one entry in one list, whether it is hidden or there is none.

    A reader of the audit who is concerned in a case must not learn from it that the case exists.
    """
    roster = work.context.world.federation.roster
    roles = roster.every_role_of(person.id) if person else frozenset()
    actor, asked = person.id if person else UNKNOWN, asked_for(work.context.vault, reference)
    entry = AuditEntry(work.now, actor, ",".join(sorted(roles)), "refused", asked, detail)
    record(work.tx, work.context.vault, entry)


def show(work: Work, sender: Sender, asked: ShowAudit) -> Message:
    """Who looked at a case and acted on it, or what was done beside the cases, for those who may audit."""
    person = work.context.world.federation.roster.by_account(sender.platform, sender.user)
    found = report_by_reference(work.tx, work.context.vault, asked.reference) if asked.reference else None
    if person is None or not _may(work, person, asked, found):
        note_look_up(work, person, asked.reference, pressed="audit.show")
        text = work.context.texts.audit.refused
        return Message((Callout("warning", text),), summary=text)
    note(work, person, "audit.show", found)
    return _listed(work, person, found)


def may_audit(context: Context, person: Person) -> bool:
    """Whether this person may read what was done beside the cases."""
    actor = Actor(person.id, context.world.federation.roster.every_role_of(person.id))
    return access_report(context.world.permissions, actor, "audit", _ANY_CASE)


def _may(work: Work, person: Person, asked: ShowAudit, found: Report | None) -> bool:
    if found is not None:
        return work.context.may(person, "audit", found, people_of(work.tx, found))
    # Nobody is told that there is no such case; entries about no case are for everyone who may audit any.
    return not asked.reference and may_audit(work.context, person)


def _listed(work: Work, person: Person, report: Report | None) -> Message:
    texts = work.context.texts.audit
    key: RecordKey | None = report.key if report else None
    vault, subject = work.context.vault, report.id if report else ""
    tried = asked_for(vault, report.reference) if report else ASKED
    entries = entries_of(work.tx, vault, subject, _NEWEST, key, tried)
    if report and any(is_hidden(person, entry) for entry in history(work.tx, report)):
        entries = tuple(entry for entry in entries if entry.action != f"case.{COMPLAINT}")
    title = texts.title.fill(reference=report.reference) if report else texts.general
    lines = tuple(_line(work.context, entry) for entry in entries)
    shown = (Paragraph(texts.newest.fill(count=_NEWEST), muted=True), Facts(lines))
    blocks = shown if lines else (Paragraph(texts.none),)
    slot = f"audit:{report.reference}" if report else "audit"
    return Message((Heading(title), *blocks), summary=title, replaces=slot, ephemeral=True)


def _line(context: Context, entry: AuditEntry) -> tuple[str, str]:
    texts = context.texts.audit
    who = texts.actors.find(entry.actor) or context.name(entry.actor)
    roles = ", ".join(role_name(role) for role in entry.role.split(",") if role)
    what = _named(context, entry.action) or entry.action
    if entry.action == "refused" and (pressed := _named(context, entry.detail.get("pressed", ""))):
        what = f"{what}: {pressed}"
    return f"{context.local(entry.at)} · {who}{f' ({roles})' if roles else ''}", what


def _named(context: Context, action: str) -> str:
    """An action in words; "" where it has none. An event of a case reads as in its history, without names."""
    if (found := context.texts.audit.actions.find(action)) is not None:
        return found
    event = action.removeprefix("case.")
    phrase = context.work.events.find(event) or context.texts.events.find(event)
    return phrase.fill() if phrase and event != action else ""
