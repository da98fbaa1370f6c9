"""Each block of a message as what reportlab lays out. Buttons, forms and progress have no place on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Paragraph as Lines
from reportlab.platypus import Table, TableStyle

from bot.channels.paper.markup import bold, plain
from bot.channels.paper.styles import RULE, Styles
from bot.content.paper_texts import PageTexts
from bot.domain.messages import (
    Block,
    Bullets,
    Callout,
    Facts,
    Heading,
    Outside,
    Paragraph,
    Quote,
    Tags,
    Verdict,
)

# A row of a table stands on one page; what is longer than this flows over pages under its label.
_FITS_A_ROW = 600
_ROW_LINES = 8
_LABEL_SHARE = 0.36


class Drawing:
    """Draws blocks in one style, `width` points wide."""

    def __init__(self, texts: PageTexts, styles: Styles, width: float) -> None:
        self._texts = texts
        self._styles = styles
        self._width = width

    def blocks(self, blocks: Iterable[Block]) -> list[Any]:
        """Everything on the page in order; the first heading is the title."""
        found: list[Any] = []
        for block in blocks:
            style = self._styles.heading if found else self._styles.title
            found += [Lines(plain(block.text), style)] if isinstance(block, Heading) else self._block(block)
        return found

    def _block(self, block: Block) -> list[Any]:
        styles = self._styles
        match block:
            case Paragraph(text, muted):
                return [Lines(plain(text), styles.muted if muted else styles.text)]
            case Callout(tone, title, text):
                words = "<br/>".join([bold(title), *([plain(text)] if text else [])])
                return [Lines(words, styles.box(tone))]
            case Verdict(_, label):
                return [Lines(bold(label), styles.text)]
            case Tags(items):
                return [Lines(bold(" · ".join(items)), styles.text)] if items else []
        return self._longer(block)

    def _longer(self, block: Block) -> list[Any]:
        match block:
            case Quote():
                return list(self._quote(block))
            case Outside(text, source):
                told = self._texts.outside.fill(text=text)
                named = f"\n{self._texts.source.fill(source=source)}" if source else ""
                return [Lines(plain(told + named), self._styles.box("plain"))]
            case Bullets(items, title):
                shown = [Lines(bold(title), self._styles.label)] if title else []
                return shown + [Lines(plain(item), self._styles.item, bulletText="•") for item in items]
            case Facts(items):
                return self._facts(items)
        return []

    def _quote(self, quote: Quote) -> Iterator[Any]:
        first, last = quote.lines
        where = self._texts.clause.fill(section=quote.section, first=first, last=last, clause=quote.clause)
        yield Lines(plain(f"“{quote.text}”"), self._styles.quote)
        yield Lines(plain(where), self._styles.where)

    def _facts(self, items: tuple[tuple[str, str], ...]) -> list[Any]:
        if not items:
            return []
        if all(_is_short(label) and _is_short(value) for label, value in items):
            return [self._table(items)]
        found: list[Any] = []
        for label, value in items:
            found += [Lines(plain(label), self._styles.label), Lines(plain(value), self._styles.text)]
        return found

    def _table(self, items: tuple[tuple[str, str], ...]) -> Any:
        styles = self._styles
        rows = [
            [Lines(plain(label), styles.cell_label), Lines(plain(value), styles.cell)]
            for label, value in items
        ]
        look = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0.8 * mm),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0.9 * mm),
        ]
        label = self._width * _LABEL_SHARE
        return Table(rows, [label, self._width - label], style=TableStyle(look), hAlign="LEFT")


def _is_short(text: str) -> bool:
    return len(text) <= _FITS_A_ROW and text.count("\n") < _ROW_LINES
