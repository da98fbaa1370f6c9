"""The governors' report in a chat, for those whose role permissions.yml names; asked at every press."""

from __future__ import annotations

from bot.casework import auditing
from bot.casework.context import Work
from bot.content.world import World
from bot.domain.access import has_duty
from bot.domain.messages import Block, Button, Buttons, Callout, Heading, Link, Message, Paragraph
from bot.domain.roster import Person
from bot.domain.turns import Incoming, Pressed, Sender, Submitted
from bot.governance.report import GovernorsReport, report_of
from bot.governance.sections import as_blocks, title_of
from bot.governance.terms import last_whole_term, whole_term
from bot.storage.export_codes import LINK_VALID_FOR, keep_code, use_code

PREFIX = "governors."
FILE = f"{PREFIX}file"
_SLOT = "governors"


def may_read(world: World, person: Person) -> bool:
    """Whether the table lets somebody read it, in their own role or for somebody whom they stand in for."""
    roles = world.federation.roster.roles_of(person.id, "")
    return has_duty(world.duties, "governors_report", roles, runs=False)


def act(work: Work, incoming: Incoming) -> Message:
    """What a press on the page leads to."""
    content = incoming.content
    assert isinstance(content, Pressed | Submitted)
    if content.action == FILE:
        return _link(work, incoming.sender, content.value)
    return show(work, incoming.sender)


def show(work: Work, sender: Sender) -> Message:
    """The figures of the last whole term, or why there are none."""
    person = _reader(work, sender)
    if person is None:
        return _refused(work, sender, "governors.show")
    term = last_whole_term(work.context.world, work.now)
    report = term if isinstance(term, str) else report_of(work, term)
    if isinstance(report, str):
        return _said(report)
    auditing.note(work, person, "governors.show", term=report.term.name)
    blocks = (*as_blocks(work.context, report), _offered(work, report))
    return Message(blocks, title_of(work.context, report), replaces=_SLOT, ephemeral=True)


def _offered(work: Work, report: GovernorsReport) -> Block:
    texts = work.context.world.governors.page
    if work.context.address:
        return Buttons((Button(texts.get, FILE, report.term.name),))
    command = f"python -m bot report governors --term {report.term.name}"
    return Paragraph(texts.by_command.fill(command=command), muted=True)


def _link(work: Work, sender: Sender, name: str) -> Message:
    """A link to a page that gives the file once; the file itself is put into no chat."""
    context, person = work.context, _reader(work, sender)
    if person is None:
        return _refused(work, sender, "governors.link")
    term = whole_term(context.world, name, work.now)
    report = term if isinstance(term, str) else report_of(work, term)
    if isinstance(report, str) or not context.address:
        return show(work, sender)
    texts, code = context.world.governors.page, context.new_tokens().code
    keep_code(work.tx, context.vault, _target(name), person.id, code, work.now, LINK_VALID_FOR)
    auditing.note(work, person, "governors.link", term=name)
    title = title_of(context, report)
    text = texts.link.fill(term=name, until=context.local(work.now + LINK_VALID_FOR))
    link = Link(texts.get, f"{context.address}/governors/{name}/{code}")
    return Message((Heading(title), Paragraph(text), link), title, replaces=_SLOT, ephemeral=True)


def report_for(work: Work, name: str, code: str) -> GovernorsReport | None:
    """The report that a link opens, once; None where it does not fit, or its asker may not read it any more.

    Raises nothing for a wrong code: the try has to be counted, so the transaction must stand.
    """
    asked = use_code(work.tx, work.context.vault, _target(name), code, work.now)
    person = work.context.world.federation.roster.people.get(asked or "")
    if person is None or not may_read(work.context.world, person):
        auditing.note(work, person, "refused", pressed="governors.file")
        return None
    term = whole_term(work.context.world, name, work.now)
    report = term if isinstance(term, str) else report_of(work, term)
    if isinstance(report, str):
        return None
    auditing.note(work, person, "governors.file", term=name)
    return report


def _target(term: str) -> tuple[str, ...]:
    return ("governors", term)


def _on_roster(work: Work, sender: Sender) -> Person | None:
    return work.context.world.federation.roster.by_account(sender.platform, sender.user)


def _reader(work: Work, sender: Sender) -> Person | None:
    person = _on_roster(work, sender)
    return person if person and may_read(work.context.world, person) else None


def _refused(work: Work, sender: Sender, pressed: str) -> Message:
    auditing.note(work, _on_roster(work, sender), "refused", pressed=pressed)
    return _said(work.context.world.governors.refusals.not_permitted)


def _said(text: str) -> Message:
    return Message((Callout("warning", text),), summary=text, replaces=_SLOT)
