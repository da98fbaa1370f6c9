"""The one-time code by which a person on the roster lets the host's administrator export something.

Two people, so: one who may see it decides, another one has the machine. The code is shown once, privately.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from bot.casework.case import Case
from bot.casework.context import Context, Work
from bot.casework.press import CasePress
from bot.domain.messages import (
    Block,
    Button,
    Buttons,
    Callout,
    Field,
    Form,
    Heading,
    Link,
    Message,
    Option,
    Paragraph,
)
from bot.domain.roster import Person
from bot.domain.turns import Pressed, Submitted
from bot.records.register import may_lie_with_host
from bot.records.subjects import Subject, subject_of
from bot.reporting.inputs import clean_text
from bot.storage import audit
from bot.storage.audit import AuditEntry
from bot.storage.export_codes import LINK_VALID_FOR, VALID_FOR, keep_code
from bot.storage.reports import Report

CASE, SUBJECT = "case.export", "case.subject"
FORMATS = ("pdf", "json")
_SHORT = 120


def may_export(person: Person, case: Case) -> bool:
    """Whether somebody may take the case out: only who may read all of it."""
    return all(case.may(person, action) for action in ("list", "details", "export"))


def ask_for_case(press: CasePress, content: Pressed | Submitted) -> Message:
    """The form, or the code for one case in one format; a refusal changes nothing."""
    context, report, texts = press.context, press.report, press.context.world.paper.codes
    if not may_export(press.person, press.case):
        return press.refused("not_permitted")
    if context.address:
        return _links(press)
    if not may_lie_with_host(context, report):
        return _said("warning", texts.host_concerned)
    wanted = _sent(content, "format")
    if isinstance(content, Pressed) or wanted not in FORMATS:
        error = "" if isinstance(content, Pressed) else texts.errors.format
        return _case_form(context, report, error)
    press.record("export_code", {"format": wanted})
    target = case_target(report.reference, wanted)
    return _given(press, press.person, target, f"--case {report.reference}")


def _links(press: CasePress) -> Message:
    """A link for each format, to a page that gives the file once, when its button is pressed.

    The file is stored on the asker's machine only: it may concern the host's administrator.
    """
    context, report, texts = press.context, press.report, press.context.world.paper.codes
    title = texts.case_title.fill(reference=report.reference)
    until = context.local(press.now + LINK_VALID_FOR)
    blocks: list[Block] = [Heading(title), Paragraph(texts.link_text.fill(until=until))]
    press.record("export_code", {"format": ", ".join(FORMATS)})
    for wanted, label in (("pdf", texts.link_pdf), ("json", texts.link_json)):
        code, target = context.new_tokens().code, case_target(report.reference, wanted, "link")
        keep_code(press.tx, context.vault, target, press.person.id, code, press.now, LINK_VALID_FOR)
        blocks.append(Link(label, f"{context.address}/case/{report.reference}/{wanted}/{code}"))
    return Message(tuple(blocks), title, replaces=f"{CASE}:{report.reference}", ephemeral=True)


Way = Literal["command", "link"]


def case_target(reference: str, wanted: str, by: Way = "command") -> tuple[str, ...]:
    """What the code of a case is bound to."""
    return ("link" if by == "link" else "case", reference, wanted)


def subject_target(subject: Subject, wanted: str) -> tuple[str, ...]:
    """What the code for one person is bound to."""
    return ("subject", subject.key, wanted)


def may_ask_for_subject(context: Context, person: Person) -> bool:
    """Whether somebody holds a role that the permissions let collect what is held of a person."""
    roles = context.world.federation.roster.every_role_of(person.id)
    return bool(roles & set(context.world.permissions["subject"]))


def with_subject_button(context: Context, person: Person, message: Message) -> Message:
    """The message, with the button of that form below it for people who may use it."""
    if not may_ask_for_subject(context, person):
        return message
    button = Buttons((Button(context.texts.buttons["subject"].fill(), SUBJECT),))
    return replace(message, blocks=(*message.blocks, button))


def ask_for_subject(work: Work, person: Person, content: Pressed | Submitted) -> Message:
    """The form, or the code for what is held of one person; a refusal changes nothing."""
    texts = work.context.world.paper.codes
    if not may_ask_for_subject(work.context, person):
        return _said("warning", texts.not_permitted)
    if isinstance(content, Pressed):
        return _subject_form(work.context, {}, {})
    sent = {name: _sent(content, name) for name in ("person", "account", "format")}
    subject = _picked(work.context, sent)
    errors = _subject_errors(work.context, person, subject, sent["format"])
    if errors or subject is None:
        return _subject_form(work.context, sent, errors)
    roles = work.context.world.federation.roster.every_role_of(person.id)
    # Whose data it is stands in the audit as a look-up value: an account may be a reporter's.
    of = work.context.vault.blind("subject", subject.key)
    entry = AuditEntry(work.now, person.id, ",".join(sorted(roles)), "subject_code", detail={"of": of})
    audit.record(work.tx, work.context.vault, entry)
    target = subject_target(subject, sent["format"])
    return _given(work, person, target, f"--subject {subject.key}")


def _picked(context: Context, sent: Mapping[str, str]) -> Subject | None:
    given = [value for value in (sent["person"], sent["account"]) if value]
    return subject_of(context.world.federation, given[0]) if len(given) == 1 else None


def _subject_errors(
    context: Context, person: Person, subject: Subject | None, wanted: str
) -> Mapping[str, str]:
    texts = context.world.paper.codes.errors
    errors = {} if wanted in FORMATS else {"format": texts.format}
    if subject is None:
        return {**errors, "person": texts.subject}
    return {**errors, "person": texts.own} if subject.key == person.id else errors


def _sent(content: Pressed | Submitted, name: str) -> str:
    values = content.fields.get(name, ()) if isinstance(content, Submitted) else ()
    return clean_text("".join(values[:1]))[:_SHORT]


def _case_form(context: Context, report: Report, error: str) -> Message:
    texts = context.world.paper.codes
    title = texts.case_title.fill(reference=report.reference)
    form = Form(CASE, report.reference, (_format(context, "", error),), texts.case_submit)
    slot = f"{CASE}:{report.reference}"
    return Message((Heading(title), Paragraph(texts.case_text), form), title, replaces=slot, ephemeral=True)


def _format(context: Context, value: str, error: str) -> Field:
    texts = context.world.paper.codes
    options = (Option("pdf", texts.pdf), Option("json", texts.json_))
    return Field(
        "format", texts.format, "choice", options=options, value=(value,) if value else (), error=error
    )


def _subject_form(context: Context, sent: Mapping[str, str], errors: Mapping[str, str]) -> Message:
    texts, people = context.world.paper.codes, context.world.federation.roster.people.values()
    options = tuple(Option(person.id, person.name) for person in people)
    known = {option.value for option in options}
    picked = (sent["person"],) if sent.get("person") in known else ()
    typed = (sent["account"],) if sent.get("account") else ()
    fields = (
        Field("person", texts.subject_person, "choice", False, "", options, picked, errors.get("person", "")),
        Field("account", texts.subject_account, "text", False, value=typed, max_length=_SHORT),
        _format(context, sent.get("format", ""), errors.get("format", "")),
    )
    form = Form(SUBJECT, "", fields, texts.subject_submit)
    blocks = (Heading(texts.subject_title), Paragraph(texts.subject_text), form)
    return Message(blocks, texts.subject_title, replaces=SUBJECT, ephemeral=True)


def _given(work: Work, person: Person, target: tuple[str, ...], what: str) -> Message:
    code, wanted = work.context.new_tokens().code, target[-1]
    keep_code(work.tx, work.context.vault, target, person.id, code, work.now)
    command = f"python -m bot export {what} --format {wanted} --out FILE.{wanted}"
    until = work.context.local(work.now + VALID_FOR)
    return _said("info", work.context.world.paper.codes.given.fill(code=code, until=until, command=command))


def _said(tone: str, text: str) -> Message:
    title, _, more = text.partition("\n")
    return Message((Callout("warning" if tone == "warning" else "info", title, more),), "", ephemeral=True)
