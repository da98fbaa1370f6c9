"""A whole paper: A4, its title and language told to whoever reads it aloud, each page numbered "x of y"."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Spacer

from bot.channels.paper.drawing import Drawing
from bot.channels.paper.fonts import PLAIN, drawn
from bot.channels.paper.markup import line
from bot.channels.paper.styles import SOFT, Styles
from bot.content.paper_texts import PageTexts
from bot.domain.messages import Block

AUTHOR, LANGUAGE = "Signpost", "en-GB"
_SIDE, _TOP, _FOOT = 18 * mm, 15 * mm, 18 * mm
_FOOTER_SIZE = 8
# The smallest is what can still be read on a staff room's wall.
_ONE_PAGE_SIZES = (10, 9.5, 9, 8.5, 8, 7.5)


@dataclass(frozen=True)
class Sheet:
    """What is printed: its title, its blocks, and when, in words. `size` is of running text, in points."""

    title: str
    blocks: tuple[Block, ...]
    printed: str
    size: float = 10


def pdf(sheet: Sheet, texts: PageTexts) -> bytes:
    """The sheet as a PDF. Whatever stands in its texts is drawn as text."""
    return _built(sheet, texts)[0]


def on_one_page(sheet: Sheet, texts: PageTexts) -> bytes:
    """The same on a single page, in the largest type that fits; on more where even the smallest does not."""
    made = b""
    for size in _ONE_PAGE_SIZES:
        made, pages = _built(replace(sheet, size=size), texts)
        if pages == 1:
            break
    return made


def _built(sheet: Sheet, texts: PageTexts) -> tuple[bytes, int]:
    drawn()
    target = io.BytesIO()
    document = _Paper(target, sheet.title)
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
            title=line(title),
            author=AUTHOR,
            subject=line(title),
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
            self.drawString(_SIDE, _FOOT / 2, line(printed))
            self.drawRightString(A4[0] - _SIDE, _FOOT / 2, texts.page.fill(page=number, pages=count))

    return Numbered
