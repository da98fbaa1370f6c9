"""The governors' report on paper: the same sections, with a bar for each figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.casework.context import Context
from bot.channels.paper import Sheet, pdf
from bot.channels.paper.bars import Bar, Bars
from bot.domain.messages import Block, Heading, Paragraph
from bot.governance.report import GovernorsReport
from bot.governance.sections import ReportSection, head, open_questions, sections, title_of

# A bar of a table of small figures is not drawn as though it were long.
_SHORTEST_SCALE = 20


def governors_pdf(context: Context, report: GovernorsReport, now: datetime) -> bytes:
    """The report as a PDF."""
    found = sections(context, report)
    drawn = (block for section in found for block in _on_paper(section))
    how = Paragraph(context.world.governors.bars, muted=True)
    blocks = (*head(context, report), how, *drawn, *open_questions(context))
    sheet = Sheet(title_of(context, report), blocks, context.local(now), size=9.5)
    return pdf(sheet, context.world.paper.pages)


def _on_paper(section: ReportSection) -> Iterator[Block | Bars]:
    longest = max([_SHORTEST_SCALE, *(figure.most for _, figure in section.lines)])
    bars = (Bar(label, figure.least, figure.most, str(figure)) for label, figure in section.lines)
    yield Heading(section.title)
    yield Bars(section.text, tuple(bars), longest)
    yield from (Paragraph(note) for note in section.notes)
