"""A whole paper by reportlab: its fonts, styles and blocks, its title, language and numbered pages."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Frame, PageTemplate, Spacer, Table, TableStyle
from reportlab.platypus import Paragraph as Lines

from bot.channels.paper.bars import Bar, Bars
from bot.channels.paper.letters import BOLD, PLAIN, drawn, faced, in_order, is_right_to_left, legible, scripts
from bot.channels.paper.sheet import Sheet
from bot.content.door_texts import PageTexts
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


def _marked(text: str, font: str) -> str:
    """Text as a paragraph takes it: every sign of markup is a letter, and lines break where they broke."""
    runs = ((face, escape(run).replace("\n", "<br/>")) for face, run in faced(text, font))
    return "".join(run if face == font else f'<font face="{face}">{run}</font>' for face, run in runs)


INK, SOFT, RULE = HexColor("#1a1a1a"), HexColor("#4a4a4a"), HexColor("#b5b5b5")
_BOXES = {
    "plain": (HexColor("#6b6b6b"), HexColor("#f6f6f6")),
    "info": (HexColor("#1d4f91"), HexColor("#f1f5fb")),
    "success": (HexColor("#1f6b3a"), HexColor("#f1f8f3")),
    "warning": (HexColor("#8a5a00"), HexColor("#fdf6e7")),
    "danger": (HexColor("#a4161a"), HexColor("#fdf0f0")),
}


def _style(name: str, size: float, **more: object) -> ParagraphStyle:
    # A word that is longer than the line is broken: what people paste never runs off the page.
    return ParagraphStyle(
        name,
        **{
            "fontName": PLAIN,
            "fontSize": size,
            "leading": size * 1.35,
            "textColor": INK,
            "spaceAfter": 2 * mm,
            "splitLongWords": 1,
            "allowWidows": 0,
            "allowOrphans": 0,
            **more,
        },
    )


class Styles:
    """The styles of one paper. `size` is that of running text, in points."""

    def __init__(self, size: float) -> None:
        close = {"spaceAfter": 0.5 * mm, "keepWithNext": 1}
        self.title = _style("Title", size * 1.7, fontName=BOLD, spaceAfter=2.5 * mm)
        self.heading = _style("Heading", size * 1.25, fontName=BOLD, spaceBefore=2.5 * mm, **close)
        # A table goes on over pages: kept with its heading as a whole, it would leave half a page bare.
        self.above_table = ParagraphStyle("AboveTable", self.heading, keepWithNext=0)
        self.text = _style("Text", size)
        self.muted = _style("Muted", size * 0.88, textColor=SOFT, spaceBefore=1.5 * mm)
        # On one page with what it stands above.
        self.caption = ParagraphStyle("Caption", self.muted, keepWithNext=1)
        self.strong = _style("Strong", size, fontName=BOLD)
        self.label = _style("Label", size, fontName=BOLD, **close)
        self.cell = _style("Cell", size, spaceAfter=0)
        self.cell_label = _style("CellLabel", size, fontName=BOLD, spaceAfter=0)
        self.item = _style("Item", size, leftIndent=5 * mm, bulletIndent=1 * mm, spaceAfter=1 * mm)
        self.quote = _style("Quote", size, leftIndent=6 * mm, rightIndent=6 * mm, **close)
        self.where = _style("Where", size * 0.88, textColor=SOFT, leftIndent=6 * mm)
        self._size = size

    def box(self, tone: str) -> ParagraphStyle:
        """A bordered box: its title says what it is, its colour only repeats it."""
        border, ground = _BOXES[tone]
        room = 2.2 * mm
        return _style(
            f"Box-{tone}",
            self._size,
            borderWidth=0.9,
            borderColor=border,
            backColor=ground,
            borderPadding=room,
            leftIndent=room,
            rightIndent=room,
            spaceBefore=room + 1 * mm,
            spaceAfter=room + 2 * mm,
        )


# A row of a table stands on one page; what is longer than this flows over pages under its label.
_FITS_A_ROW = 600
_ROW_LINES = 8
# A heading, and the longest row below it.
_ABOVE_TABLE = 45 * mm
_LABEL_SHARE = 0.36
_CELL_GAP = 6.0
_CELLS = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), _CELL_GAP),
    ("TOPPADDING", (0, 0), (-1, -1), 0.8 * mm),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0.9 * mm),
]
_BAR_LABEL_SHARE, _BAR_VALUE_SHARE = 0.42, 0.16


class Drawing:
    """Draws blocks in one style, `width` points wide."""

    def __init__(self, texts: PageTexts, styles: Styles, width: float) -> None:
        self._texts = texts
        self._styles = styles
        self._width = width
        self._undrawn: dict[str, None] = {}

    def blocks(self, blocks: Iterable[Block | Bars]) -> list[Any]:
        """Everything on the page in order; the first heading is the title."""
        found, all_of_them = list[Any](), list(blocks)
        for block, after in zip_longest(all_of_them, all_of_them[1:]):
            if not isinstance(block, Heading):
                found += self._block(block)
            elif not found:
                found.append(self._lines(block.text, self._styles.title))
            elif isinstance(after, Facts):
                found += [CondPageBreak(_ABOVE_TABLE), self._lines(block.text, self._styles.above_table)]
            else:
                found.append(self._lines(block.text, self._styles.heading))
        if self._undrawn:
            named = self._texts.undrawn.fill(scripts=", ".join(self._undrawn))
            found.insert(1, self._box(named, "", self._styles.box("warning")))
        return found

    def _lines(self, text: str, style: ParagraphStyle, width: float = 0.0, **more: object) -> Any:
        """One paragraph, from the right where it runs to the left; `width` is that of a cell."""
        shown = self._legible(text)
        if is_right_to_left(shown):
            style = ParagraphStyle(f"{style.name}Right", style, alignment=TA_RIGHT)
        return Lines(self._ordered(shown, style, style.fontName, width), style, **more)

    def _legible(self, text: str) -> str:
        self._undrawn |= dict.fromkeys(scripts(text))
        return legible(text, self._texts)

    def _ordered(self, text: str, style: ParagraphStyle, font: str, width: float = 0.0) -> str:
        room = (width or self._width) - style.leftIndent - style.rightIndent - 1
        return _marked(in_order(text, font, style.fontSize, room), font)

    def _block(self, block: Block | Bars) -> list[Any]:
        styles = self._styles
        match block:
            case Bars():
                return self._bars(block)
            case Paragraph(text, muted):
                return [self._lines(text, styles.muted if muted else styles.text)]
            case Callout(tone, title, text):
                return [self._box(title, text, styles.box(tone))]
            case Verdict(_, label):
                return [self._lines(label, styles.strong)]
            case Tags(items):
                return [self._lines(" · ".join(items), styles.strong)] if items else []
        return self._longer(block)

    def _box(self, title: str, text: str, style: ParagraphStyle) -> Any:
        shown = [
            self._ordered(self._legible(part), style, font) for part, font in ((title, BOLD), (text, PLAIN))
        ]
        return Lines(f"<b>{shown[0]}</b>" + (f"<br/>{shown[1]}" if text else ""), style)

    def _longer(self, block: Block | Bars) -> list[Any]:
        match block:
            case Quote():
                return list(self._quote(block))
            case Outside(text, source):
                told = self._texts.outside.fill(text=text)
                named = f"\n{self._texts.source.fill(source=source)}" if source else ""
                return [self._lines(told + named, self._styles.box("plain"))]
            case Bullets(items, title):
                shown = [self._lines(title, self._styles.label)] if title else []
                return shown + [self._lines(item, self._styles.item, bulletText="•") for item in items]
            case Facts(items):
                return self._facts(items)
        return []

    def _quote(self, quote: Quote) -> Iterator[Any]:
        first, last = quote.lines
        where = self._texts.clause.fill(section=quote.section, first=first, last=last, clause=quote.clause)
        yield self._lines(f"“{quote.text}”", self._styles.quote)
        yield self._lines(where, self._styles.where)

    def _facts(self, items: tuple[tuple[str, str], ...]) -> list[Any]:
        if not items:
            return []
        if all(_is_short(label) and _is_short(value) for label, value in items):
            return [self._table(items)]
        found: list[Any] = []
        for label, value in items:
            found += [self._lines(label, self._styles.label), self._lines(value, self._styles.text)]
        return found

    def _table(self, items: tuple[tuple[str, str], ...]) -> Any:
        styles, label = self._styles, self._width * _LABEL_SHARE
        value = self._width - label
        rows = [
            [
                self._lines(name, styles.cell_label, label - _CELL_GAP),
                self._lines(text, styles.cell, value - _CELL_GAP),
            ]
            for name, text in items
        ]
        look = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE)]
        return Table(rows, [label, value], style=TableStyle([*look, *_CELLS]), hAlign="LEFT")

    def _bars(self, bars: Bars) -> list[Any]:
        """A bar beside each name, and the figure in words at its end."""
        above = self._lines(bars.text, self._styles.caption)
        return [above, self._bar_table(bars.items, bars.longest)] if bars.items else [above]

    def _bar_table(self, items: tuple[Bar, ...], longest: int) -> Any:
        styles, label, value = self._styles, self._width * _BAR_LABEL_SHARE, self._width * _BAR_VALUE_SHARE
        drawn_wide = self._width - label - value
        rows = [
            [
                self._lines(item.label, styles.cell, label - _CELL_GAP),
                item.drawn(drawn_wide - _CELL_GAP, longest),
                self._lines(item.value, styles.cell_label, value - _CELL_GAP),
            ]
            for item in items
        ]
        look = TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *_CELLS])
        return Table(rows, [label, drawn_wide, value], style=look, hAlign="LEFT", spaceAfter=1.5 * mm)


def _is_short(text: str) -> bool:
    return len(text) <= _FITS_A_ROW and text.count("\n") < _ROW_LINES


AUTHOR, LANGUAGE = "Signpost", "en-GB"
_SIDE, _TOP, _FOOT = 18 * mm, 15 * mm, 18 * mm
_FOOTER_SIZE = 8
# The smallest is what can still be read on a staff room's wall.
_ONE_PAGE_SIZES = (10, 9.5, 9, 8.5, 8, 7.5)


def on_one_page(sheet: Sheet, texts: PageTexts) -> bytes:
    """The same on a single page, in the largest type that fits; on more where even the smallest does not."""
    made = b""
    for size in _ONE_PAGE_SIZES:
        made, pages = built(replace(sheet, size=size), texts)
        if pages == 1:
            break
    return made


def built(sheet: Sheet, texts: PageTexts) -> tuple[bytes, int]:
    """The sheet as a PDF, and its number of pages."""
    drawn()
    target = io.BytesIO()
    document = _Paper(target, legible(sheet.title, texts))
    story = Drawing(texts, Styles(sheet.size), document.width).blocks(sheet.blocks)
    document.build(
        story or [Spacer(1, 1)], canvasmaker=_numbered(texts, texts.printed.fill(date=sheet.printed))
    )
    return target.getvalue(), document.page


class _Paper(BaseDocTemplate):  # type: ignore[misc]
    """One frame a page, with a bookmark for each heading."""

    def __init__(self, target: io.BytesIO, title: str) -> None:
        # `invariant`: no library's clock or random id in the file; when it was printed stands on each page.
        super().__init__(
            target,
            pagesize=A4,
            leftMargin=_SIDE,
            rightMargin=_SIDE,
            topMargin=_TOP,
            bottomMargin=_FOOT,
            title=title,
            author=AUTHOR,
            subject=title,
            creator=AUTHOR,
            lang=LANGUAGE,
            invariant=1,
        )
        frame = Frame(_SIDE, _FOOT, self.width, self.height, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate(frames=[frame]))
        self._headings = 0

    def afterFlowable(self, flowable: Any) -> None:  # noqa: N802 - reportlab's own name
        """Each heading can be found in the reader's outline."""
        style = getattr(getattr(flowable, "style", None), "name", "")
        if style not in ("Title", "Heading"):
            return
        self._headings += 1
        key = f"heading-{self._headings}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(flowable.getPlainText(), key, level=0 if style == "Title" else 1)


def _numbered(texts: PageTexts, printed: str) -> type[Any]:
    """A canvas that writes the foot of each page once it knows how many there are."""

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's own name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                self._foot(number, len(self._pages))
                super().showPage()
            super().save()

        def _foot(self, number: int, count: int) -> None:
            self.setFont(PLAIN, _FOOTER_SIZE)
            self.setFillColor(SOFT)
            self.drawString(_SIDE, _FOOT / 2, legible(printed, texts))
            self.drawRightString(A4[0] - _SIDE, _FOOT / 2, texts.page.fill(page=number, pages=count))

    return Numbered
