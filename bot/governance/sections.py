"""What a report says, section by section: the same for the chat, as text and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.casework.context import Context
from bot.content.governor_texts import Part
from bot.domain.escalation import Wait
from bot.domain.messages import Block, Bullets, Callout, Facts, Heading, Paragraph
from bot.governance.report import GovernorsReport
from bot.governance.suppression import LEAST, SMALL, Range, percent_in_time
from bot.governance.terms import in_words


@dataclass(frozen=True)
class ReportSection:
    """One table: its title, what is counted, each figure with its name, and what is to be known of it."""

    title: str
    text: str
    lines: tuple[tuple[str, Range], ...]
    notes: tuple[str, ...] = ()


def title_of(context: Context, report: GovernorsReport) -> str:
    """The title of the report."""
    return context.world.governors.title.fill(term=report.term.name)


def head(context: Context, report: GovernorsReport) -> tuple[Block, ...]:
    """What stands above the figures: the term, and how they are to be read."""
    texts, term = context.world.governors, report.term
    made = context.local(report.made_at)
    return (
        Heading(title_of(context, report)),
        Paragraph(texts.period.fill(first=in_words(term.first), last=in_words(term.last), made=made)),
        Callout("info", texts.lead, texts.how.fill(least=LEAST, small=SMALL.most)),
    )


def sections(context: Context, report: GovernorsReport) -> tuple[ReportSection, ...]:
    """Every section of which there are figures, in the order of the texts."""
    makers = {"late": _late, "replies": _replies, "read": _read, "topics": _topics}
    found = (part for part in context.world.governors.sections if part in report.tables)
    return tuple(makers.get(part, _plain)(context, report, part) for part in found)


def open_questions(context: Context) -> tuple[Block, ...]:
    """The contradictions of the policy, each with what the governors would decide."""
    texts, policy = context.world.governors.questions, context.world.policy
    items = tuple(
        texts.item.fill(id=one.id, title=one.title, question=one.governors)
        for one in policy.contradictions.values()
    )
    text = texts.text.fill(title=policy.title, version=policy.version)
    return (Heading(texts.title), Paragraph(text, muted=True), Bullets(items)) if items else ()


def as_blocks(context: Context, report: GovernorsReport) -> tuple[Block, ...]:
    """The whole report in words."""
    shown = (block for section in sections(context, report) for block in _in_words(section))
    return (*head(context, report), *shown, *open_questions(context))


def _in_words(section: ReportSection) -> Iterator[Block]:
    yield Heading(section.title)
    yield Paragraph(section.text, muted=True)
    if section.lines:
        yield Facts(tuple((label, str(figure)) for label, figure in section.lines))
    yield from (Paragraph(note) for note in section.notes)


def _plain(context: Context, report: GovernorsReport, part: Part, *notes: str) -> ReportSection:
    texts, names = context.world.governors, _names(context, part)
    lines = tuple((names.get(key, key), figure) for key, figure in report.tables[part].items())
    head = texts.sections[part]
    return ReportSection(head.title, head.text.fill(least=LEAST), lines, notes)


def _names(context: Context, part: Part) -> Mapping[str, str]:
    """What each figure of a section is called."""
    world = context.world
    lines: Mapping[Part, Mapping[Any, str]] = {
        "late": world.governors.lines.late,
        "replies": world.governors.lines.replies,
        "accounts": world.governors.lines.accounts,
        "gaps": world.governors.lines.gaps,
        "kinds": context.texts.kinds,
    }
    return lines.get(part) or {school.id: school.name for school in world.federation.schools}


def _late(context: Context, report: GovernorsReport, part: Part) -> ReportSection:
    texts, targets = context.world.governors, context.world.federation.targets
    wait = _wait(context, targets.standard[0])
    told = (
        texts.targets.acknowledged.fill(minutes=targets.urgent[0], wait=wait),
        texts.targets.closed.fill(days=targets.close_days),
    )
    return _plain(context, report, part, *(texts.local.fill(target=target) for target in told))


def _wait(context: Context, wait: Wait) -> str:
    texts = context.world.governors.waits
    one, several = (texts.day, texts.days) if wait.days else (texts.half_day, texts.half_days)
    return one if wait.number == 1 else several.fill(number=wait.number)


def _replies(context: Context, report: GovernorsReport, part: Part) -> ReportSection:
    table = report.tables["replies"]
    percent = percent_in_time(table["in_time"], table["late"])
    notes = () if percent is None else (context.world.governors.share.fill(percent=percent),)
    return _plain(context, report, part, *notes)


def _read(context: Context, report: GovernorsReport, part: Part) -> ReportSection:
    found, texts = _plain(context, report, part), context.world.governors.staff
    asked = report.tables["asked"].values()
    lines = tuple(
        (texts.fill(school=name, asked=number), figure)
        for (name, figure), number in zip(found.lines, asked, strict=True)
    )
    return ReportSection(found.title, found.text, lines)


def _topics(context: Context, report: GovernorsReport, part: Part) -> ReportSection:
    """The topics that were asked most; one that the policy has no more is left out."""
    texts, known = context.world.governors, context.world.policy.topics
    found = [(topic, figure) for topic, figure in report.tables["topics"].items() if topic in known]
    most = sorted(found, key=lambda one: (-one[1].least, one[0]))[: texts.topics]
    head = texts.sections[part]
    lines = tuple((known[topic].question, figure) for topic, figure in most)
    return ReportSection(
        head.title, head.text.fill(least=LEAST), lines, () if lines else (texts.nobody_asked,)
    )
