"""How paper looks: one size of running text, dark on white, and boxes that do not speak by colour alone."""

from __future__ import annotations

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm

from bot.channels.paper.fonts import BOLD, PLAIN

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
        self.text = _style("Text", size)
        self.muted = _style("Muted", size * 0.88, textColor=SOFT, spaceBefore=1.5 * mm)
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
