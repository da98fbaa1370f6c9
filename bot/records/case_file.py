"""One case as a whole, for the records that it belongs to: the same content as JSON and on paper.

The keys are a promise (docs/exports.md). A confidential or anonymous reporter's name stands nowhere in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.casework import work_done
from bot.casework.card import event_name, kind_name, reporter_name, status_line, tags, told_answers
from bot.casework.closing import KEPT
from bot.casework.context import Context
from bot.casework.history import COMPLAINT
from bot.casework.notify import LADDER
from bot.casework.told_before import CHANNEL, ToldBefore, told_before
from bot.domain.messages import Block, Bullets, Callout, Facts, Heading, Paragraph, Quote, Tags
from bot.domain.roster import Person, role_name
from bot.domain.routing import Told
from bot.reporting.redaction import hidden_name
from bot.storage.reports import Entry, Report

FORMAT, VERSION = "signpost-case", 1
# What of an entry's detail names somebody on the roster.
_PEOPLE = frozenset(("to", "person", "owner"))
_TASKS = frozenset(("task", "done"))
# Who had the case before stands under "told".
_ELSEWHERE = frozenset(("left",))
Hide = Callable[[str], str]


@dataclass(frozen=True)
class ExportStamp:
    """Who asked for the export, with the roles held for this case, and when it was made."""

    person: Person
    roles: tuple[str, ...]
    at: datetime
    by_link: bool = False


def case_file(
    context: Context, report: Report, told: tuple[Told, ...], entries: tuple[Entry, ...], taken: ExportStamp
) -> dict[str, Any]:
    """Everything that Signpost holds of the case, for those who may read all of it."""
    hide = _hider(context, report)
    timeline = [_happened(context, entry, hide) for entry in entries]
    return {
        "format": FORMAT,
        "version": VERSION,
        "exported": {
            "at": taken.at.isoformat(timespec="seconds"),
            "on_request_of": taken.person.name,
            "roles": [role_name(role) for role in taken.roles],
            "by": "link" if taken.by_link else "command",
        },
        "policy": {"title": context.world.policy.title, "version": context.world.policy.version},
        "case": _case(context, report, entries),
        "told": _everyone_told(context, told, entries),
        "answers": [
            {"question": question, "answer": hide(answer)}
            for question, answer in told_answers(context, report)
        ],
        "clauses": _clauses(context, report),
        "referrals": [item for item in timeline if item["event"] == "refer"],
        "tasks": [item for item in timeline if item["event"] in _TASKS],
        "notes": [item for item in timeline if item["internal"]],
        "timeline": timeline,
        "attachments": [],
    }


def _hider(context: Context, report: Report) -> Hide:
    """Takes the name of a confidential reporter out of whatever people wrote."""
    if report.row.mode == "named" or report.reporter is None:
        return lambda text: text
    mark = context.world.paper.case.reporter_mark
    names = {reporter_name(context, report).partition("(")[0], report.reporter.name, report.reporter.user}

    def hide(text: str) -> str:
        for name in sorted(names, key=len, reverse=True):
            text = hidden_name(text, name, mark)
        return text

    return hide


def _case(context: Context, report: Report, entries: tuple[Entry, ...]) -> dict[str, Any]:
    row, state = report.row, report.state
    outcome = context.outcomes.find(state.outcome)
    named = row.mode == "named"
    return {
        "reference": report.reference,
        "kind": row.kind,
        "kind_label": kind_name(context, report),
        "school": context.world.federation.school_name(row.school),
        "received_at": _iso(row.received_at),
        "stage": state.stage.value,
        "stage_label": status_line(context, report),
        "closed_at": _iso(row.closed_at),
        "outcome": state.outcome or None,
        "outcome_label": outcome.label if outcome else None,
        # A hold stands on no card, and on the paper of what must not be destroyed.
        "marks": [*tags(context, report, entries), *([context.work.labels.held] if row.legal_hold else [])],
        "urgent": row.urgent,
        "restricted": row.visibility.restricted,
        "in_channel": row.visibility.in_channel,
        "child_concerned": row.child,
        "drill": row.drill,
        "mode": row.mode,
        "mode_label": context.texts.modes.named(row.mode),
        "reporter": reporter_name(context, report) or None if named else None,
        "held_by": context.name(state.holder) if state.holder else None,
        "named_contact": work_done.contact(entries) or None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _everyone_told(
    context: Context, told: tuple[Told, ...], entries: tuple[Entry, ...]
) -> list[dict[str, str | None]]:
    """Those who have it, then those who had it, with the event by which they have it no more and when."""
    now = [_told(context, item) for item in told if item.role != COMPLAINT]
    before = [item for item in told_before(entries, told) if item.told.role != COMPLAINT]
    return [*now, *(_told(context, item.told, item) for item in before)]


def _told(context: Context, told: Told, left: ToldBefore | None = None) -> dict[str, str | None]:
    role = context.texts.labels.ladder if told.role == LADDER else role_name(told.role)
    return {
        "person": role_name("flt") if told.person == CHANNEL else context.name(told.person),
        "role": context.world.paper.case.told_channel if told.person == CHANNEL else role,
        "level": told.level,
        "left_by": left.event if left else None,
        "left_at": _iso(left.at) if left else None,
    }


def _clauses(context: Context, report: Report) -> list[dict[str, Any]]:
    known = context.world.policy.clauses
    found = [known[clause] for clause in report.route.clauses if clause in known]
    return [
        {"id": item.id, "section": item.section, "lines": list(item.lines), "quote": item.quote}
        for item in found
    ]


def _happened(context: Context, entry: Entry, hide: Hide) -> dict[str, Any]:
    detail = {
        name: context.name(value) if name in _PEOPLE else hide(value)
        for name, value in entry.detail.items()
        if name not in _ELSEWHERE
    }
    return {
        "at": _iso(entry.at),
        "actor": _actor(context, entry.actor),
        "roles": [role_name(role) for role in entry.role.split(",") if role],
        "event": entry.event,
        "label": _label(context, entry.event, detail),
        "stage_after": entry.stage_after,
        "internal": entry.event == "note",
        "detail": detail,
    }


def _actor(context: Context, actor: str) -> str:
    known = {"reporter": context.texts.labels.reporter, "signpost": "Signpost"}
    return known.get(actor) or context.name(actor)


def _label(context: Context, event: str, detail: dict[str, str]) -> str:
    return event_name(context, event).fill(**{"to": "", "agency": "", **detail})


Item = Mapping[str, Any]
# What is printed of an entry's detail: what people wrote, when, and what closing demanded.
_WRITTEN = frozenset(
    ("at", "due", "reference", "their_reference", "text", "advice", "outcome", "reason", "answer", *KEPT)
)


def title_of(context: Context, file: Item) -> str:
    """The title of the paper."""
    case = file["case"]
    return context.world.paper.case.title.fill(reference=case["reference"], kind=case["kind_label"])


def case_blocks(context: Context, file: Item) -> tuple[Block, ...]:
    """The whole file as blocks."""
    texts = context.world.paper.case
    return (
        Heading(title_of(context, file)),
        Callout("warning", texts.confidential),
        Tags(tuple(file["case"]["marks"])),
        Facts(_facts(context, file)),
        Heading(texts.report),
        _facts_or_none(context, tuple((item["question"], item["answer"]) for item in file["answers"])),
        *_clauses_said(context, file),
        Heading(texts.told),
        _facts_or_none(context, _told_lines(context, file)),
        *_part(context, texts.referrals, file["referrals"]),
        *_part(context, texts.tasks, file["tasks"]),
        *_part(context, texts.notes, file["notes"]),
        *_part(context, texts.history, file["timeline"]),
        Heading(texts.missing),
        Bullets((*_unnamed(context, file), *texts.not_here)),
    )


def _clauses_said(context: Context, file: Item) -> tuple[Block, ...]:
    # Where no clause is on the case, the policy may still say something: nothing is said of it.
    quotes = _quotes(file)
    return (Heading(context.world.paper.case.clauses), *quotes) if quotes else ()


def _told_lines(context: Context, file: Item) -> tuple[tuple[str, str], ...]:
    """Each person once, at whatever levels they were told; those who read the channel as one."""
    channel = [(role_name("flt"), context.world.paper.case.told_channel)]
    lines = [(item["person"], _told_as(context, item)) for item in file["told"]]
    return tuple(dict.fromkeys([*(channel if file["case"]["in_channel"] else []), *lines]))


def _told_as(context: Context, item: Item) -> str:
    if not item["left_by"]:
        return str(item["role"])
    left = context.world.paper.case.left.named(item["left_by"])
    return f"{item['role']}; {left.fill(when=_local(context, item['left_at']))}"


def _facts(context: Context, file: Item) -> tuple[tuple[str, str], ...]:
    texts, labels, case = context.world.paper.case, context.texts.labels, file["case"]
    exported = file["exported"]
    named = " · ".join(filter(None, (case["reporter"], case["mode_label"])))
    reporter = named if case["reporter"] else texts.hidden_reporter.fill(mode=case["mode_label"])
    rows = (
        (labels.reference, case["reference"]),
        (labels.school, case["school"]),
        (labels.received, _local(context, case["received_at"])),
        (labels.status, case["stage_label"]),
        (labels.reporter, reporter),
        (labels.holder, case["held_by"] or context.texts.nobody),
        (context.work.labels.contact, case["named_contact"] or ""),
        (labels.outcome, case["outcome_label"] or ""),
        (
            texts.exported,
            (texts.exported_link if exported["by"] == "link" else texts.exported_by).fill(
                when=_local(context, exported["at"]),
                person=exported["on_request_of"],
                roles=", ".join(exported["roles"]),
            ),
        ),
    )
    return tuple(row for row in rows if row[1])


def _unnamed(context: Context, file: Item) -> tuple[str, ...]:
    case = file["case"]
    return () if case["reporter"] else (context.world.paper.case.no_name.fill(mode=case["mode_label"]),)


def _local(context: Context, moment: str) -> str:
    return context.local(datetime.fromisoformat(moment))


def _quotes(file: Item) -> tuple[Block, ...]:
    return tuple(
        Quote(item["id"], item["section"], (item["lines"][0], item["lines"][1]), item["quote"])
        for item in file["clauses"]
    )


def _facts_or_none(context: Context, items: tuple[tuple[str, str], ...]) -> Block:
    return Facts(items) if items else Paragraph(context.world.paper.case.none)


def _part(context: Context, title: str, items: list[Item]) -> tuple[Block, ...]:
    return (Heading(title), _facts_or_none(context, tuple(_line(context, item) for item in items)))


def _line(context: Context, item: Item) -> tuple[str, str]:
    """When and who; what, and each thing that was written with it."""
    roles = f" ({', '.join(item['roles'])})" if item["roles"] else ""
    mark = f"{context.world.paper.case.internal} · " if item["internal"] else ""
    label = f"{_local(context, item['at'])} · {item['actor']}{roles}"
    written = [_written(context, name, value) for name, value in item["detail"].items() if name in _WRITTEN]
    return label, "\n".join([f"{mark}{item['label']}", *written])


def _written(context: Context, name: str, value: str) -> str:
    if label := context.work.closing.kept.find(name):
        return f"{label}: {value}"
    if name not in ("at", "due"):
        return value
    try:
        return _local(context, value)
    except ValueError:
        return value
