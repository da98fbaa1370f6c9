"""What Signpost holds of one person who asks for it, with everyone else taken out as far as rules can.

It shows no more than the one who asked for the code may see: a person concerned in a report gets no way to
it by asking for its reporter's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.casework.card import event_name, kind_name, reporter_name, status_line
from bot.casework.context import Context, Work
from bot.domain.messages import Block, Bullets, Callout, Facts, Heading, Paragraph
from bot.domain.roster import Person, role_name
from bot.records.register import host_may_know
from bot.records.subject_applications import application_blocks, applications_of
from bot.records.subjects import Subject
from bot.reporting.redaction import Redactor
from bot.reporting.review import answered
from bot.storage.consulting import asked_before_posting
from bot.storage.conversations import session_until
from bot.storage.database import Transaction
from bot.storage.gaps import asked_by, find_gap
from bot.storage.registers import acts_of, brought_to
from bot.storage.reports import Report, history, people_of, report_to_show, reports_of

FORMAT, VERSION = "signpost-subject", 1
# What of a report's history the reporter wrote.
_OWN = frozenset(("add", "answer", "correct"))


@dataclass(frozen=True)
class _Reading:
    tx: Transaction
    context: Context
    subject: Subject
    asker: Person
    redact: Redactor

    def shown(self, report: Report) -> bool:
        """Whether the file may hold it: both the asker and the host's administrator may see it."""
        told = people_of(self.tx, report)
        return self.context.may(self.asker, "subject", report, told) and host_may_know(self.context, report)


def subject_file(work: Work, subject: Subject, asker: Person) -> dict[str, Any]:
    """Everything of this person that can be collected without telling on anybody else (docs/exports.md)."""
    texts = work.context.world.paper.subject
    reports = [
        report for account in subject.accounts for report in reports_of(work.tx, work.context.vault, account)
    ]
    name = subject.name or next((reporter_name(work.context, report) for report in reports), "")
    redact = Redactor(work.context.world, (name.partition("(")[0],), texts.name_mark)
    reading = _Reading(work.tx, work.context, subject, asker, redact)
    roles = work.context.world.federation.roster.every_role_of(asker.id)
    return {
        "format": FORMAT,
        "version": VERSION,
        "read_first": [texts.read_first, texts.read_first_text],
        "exported": {
            "at": work.now.isoformat(timespec="seconds"),
            "on_request_of": [role_name(role) for role in sorted(roles)],
        },
        "not_here": list(texts.not_here),
        "who": _who(reading, name, work.now),
        "reports": [_report(reading, report) for report in reports if reading.shown(report)],
        "acts": _acts(reading),
        "brought": _brought(reading),
        "account_applications": applications_of(work, subject, redact.text),
        "questions": _questions(work, subject),
        "asked_before_posting": _consultations(work, subject, redact),
    }


def _who(reading: _Reading, name: str, now: datetime) -> dict[str, Any]:
    context, subject = reading.context, reading.subject
    owners = [context.vault.blind("session", item.platform, item.user) for item in subject.accounts]
    kept = [until for owner in owners if (until := session_until(reading.tx, owner, now))]
    roles = context.world.federation.roster.every_role_of(subject.person.id) if subject.person else ()
    return {
        "name": name,
        "accounts": [f"{item.platform}:{item.user}" for item in subject.accounts],
        "roles": [role_name(role) for role in sorted(roles)],
        "conversation_kept_until": max(kept).isoformat(timespec="seconds") if kept else None,
    }


def _report(reading: _Reading, report: Report) -> dict[str, Any]:
    context, redact = reading.context, reading.redact.text
    entries = history(reading.tx, report)
    answers = answered(context.world, report.answers, card=False)
    return {
        "reference": report.reference,
        "kind": kind_name(context, report),
        "received_at": report.row.received_at.isoformat(timespec="seconds"),
        "status": status_line(context, report),
        "answers": [{"question": question, "answer": redact(answer)} for question, answer in answers],
        "written_later": [
            {
                "at": entry.at.isoformat(timespec="seconds"),
                "what": event_name(context, entry.event).fill(),
                "text": redact(entry.detail.get("text", "")),
            }
            for entry in entries
            if entry.event in _OWN
        ],
    }


def _acts(reading: _Reading) -> list[dict[str, str]]:
    """What they pressed or opened; not what they wrote there, which is about others."""
    if reading.subject.person is None:
        return []
    found = []
    for act in acts_of(reading.tx, reading.subject.person.id):
        report = report_to_show(reading.tx, reading.context.vault, act.report_id)
        if reading.shown(report):
            label = event_name(reading.context, act.event)
            role = ", ".join(role_name(name) for name in act.role.split(",") if name)
            # Who else a case was given to, or told of, is left out of the words.
            what = label.text.partition("{")[0].strip()
            at = act.at.isoformat(timespec="seconds")
            found.append({"at": at, "role": role, "what": what, "reference": report.reference})
    return found


def _brought(reading: _Reading) -> list[str]:
    if reading.subject.person is None:
        return []
    found = (
        report_to_show(reading.tx, reading.context.vault, report_id)
        for report_id in brought_to(reading.tx, reading.subject.person.id)
    )
    return [report.reference for report in found if reading.shown(report)]


def _questions(work: Work, subject: Subject) -> list[dict[str, str]]:
    """What they asked under their name of what the policy leaves open: no report, and nobody's name in it."""
    vault, found = work.context.vault, []
    mine = (one for item in subject.accounts for one in asked_by(work.tx, vault, item.platform, item.user))
    for asker in mine:
        if gap := find_gap(work.tx, vault, asker.gap_id):
            said = {"question": gap.question, "state": work.context.world.gaps.stages[gap.stage]}
            found.append({"reference": asker.reference, **said})
    return found


def _consultations(work: Work, subject: Subject, redact: Redactor) -> list[dict[str, str]]:
    """What they asked of a leader ("event" is "" then), or about the list; of whom is others' part."""
    federation, vault = work.context.world.federation, work.context.vault
    mine = (
        one
        for item in subject.accounts
        for one in asked_before_posting(work.tx, vault, item.platform, item.user)
    )
    return [
        {
            "at": at.isoformat(timespec="seconds"),
            "school": federation.school_name(asked.school) if asked.school else "",
            "event": redact.text(asked.event),
            "answer": asked.answer,
        }
        for at, asked in mine
    ]


def subject_title(context: Context, file: dict[str, Any]) -> str:
    """The title of the paper."""
    who = file["who"]
    return context.world.paper.subject.title.fill(name=who["name"] or ", ".join(who["accounts"]))


def subject_blocks(context: Context, file: dict[str, Any]) -> tuple[Block, ...]:
    """The same on paper."""
    texts = context.world.paper.subject
    none = Paragraph(texts.none)
    acts = tuple((f"{_local(context, item['at'])} · {item['role']}", _act(item)) for item in file["acts"])
    asked = tuple((f"{item['reference']} · {item['state']}", item["question"]) for item in file["questions"])
    return (
        Heading(subject_title(context, file)),
        Callout("warning", *file["read_first"]),
        Heading(texts.who),
        Facts(_who_lines(context, file)),
        Heading(texts.reports),
        *([block for item in file["reports"] for block in _report_blocks(context, item)] or [none]),
        Heading(texts.acts),
        Facts(acts) if acts else none,
        Heading(texts.brought),
        Paragraph(", ".join(file["brought"])) if file["brought"] else none,
        Heading(texts.applications),
        *(
            [
                block
                for item in file["account_applications"]
                for block in application_blocks(context, item, _local(context, item["since"]))
            ]
            or [none]
        ),
        Heading(texts.questions),
        Facts(asked) if asked else none,
        Heading(texts.consultations),
        Facts(_consulted(context, file)) if file["asked_before_posting"] else none,
        Heading(texts.not_here_title),
        Bullets(tuple(file["not_here"])),
    )


def _consulted(context: Context, file: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    texts, asking = context.world.paper.subject, context.world.posting.texts.asking
    answers = {"yes": asking.yes, "no": asking.no, "": texts.unanswered}
    return tuple(
        (
            _local(context, item["at"]),
            f"{item['event']} · {item['school']} · {answers[item['answer']]}"
            if item["event"]
            else texts.leader,
        )
        for item in file["asked_before_posting"]
    )


def _act(item: dict[str, str]) -> str:
    return f"{item['what']} · {item['reference']}"


def _who_lines(context: Context, file: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    texts, who, exported = context.world.paper.subject, file["who"], file["exported"]
    kept = who["conversation_kept_until"]
    when, role = _local(context, exported["at"]), ", ".join(exported["on_request_of"])
    rows = (
        (texts.name, who["name"]),
        (texts.accounts, ", ".join(who["accounts"])),
        (texts.roles, ", ".join(who["roles"])),
        (texts.session, _local(context, kept) if kept else texts.no_session),
        (texts.exported, texts.asked_by.fill(when=when, role=role)),
    )
    return tuple(row for row in rows if row[1])


def _report_blocks(context: Context, item: dict[str, Any]) -> tuple[Block, ...]:
    texts, labels = context.world.paper.subject, context.texts.labels
    later = tuple(
        (texts.wrote.fill(what=entry["what"], when=_local(context, entry["at"])), entry["text"])
        for entry in item["written_later"]
    )
    facts = ((labels.received, _local(context, item["received_at"])), (labels.status, item["status"]))
    answers = tuple((line["question"], line["answer"]) for line in item["answers"])
    return (Heading(f"{item['reference']} · {item['kind']}"), Facts((*facts, *answers, *later)))


def _local(context: Context, moment: str) -> str:
    return context.local(datetime.fromisoformat(moment))
