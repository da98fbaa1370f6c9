"""Bars on paper, drawn as areas and lines: what is certain is filled, what lies in between is outlined.

No meaning is in a colour: all is in one ink, and the figure stands in words at the end of its bar.
"""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Line, Rect
from reportlab.lib.colors import HexColor

_INK, _HEIGHT, _THICK = HexColor("#1a1a1a"), 10.0, 7.0
_DASHES = [2, 1.5]


@dataclass(frozen=True)
class Bar:
    """One figure: its name, the two figures between which it lies, and both in words."""

    label: str
    least: int
    most: int
    value: str

    def drawn(self, width: float, longest: int) -> Drawing:
        """The bar in a place `width` points wide, of which the whole stands for `longest`."""
        found = Drawing(width, _HEIGHT)
        below, scale = (_HEIGHT - _THICK) / 2, (width - 1) / max(longest, 1)
        found.add(Line(0.5, 0, 0.5, _HEIGHT, strokeColor=_INK, strokeWidth=0.7))
        if self.least:
            found.add(
                Rect(
                    0.5, below, self.least * scale, _THICK, fillColor=_INK, strokeColor=_INK, strokeWidth=0.7
                )
            )
        if self.most > self.least:
            outline = Rect(0.5 + self.least * scale, below, (self.most - self.least) * scale, _THICK)
            outline.fillColor, outline.strokeColor = None, _INK
            outline.strokeWidth, outline.strokeDashArray = 0.7, _DASHES
            found.add(outline)
        return found


@dataclass(frozen=True)
class Bars:
    """Figures of one table, below small print: in one scale, of which `longest` takes the whole width."""

    text: str
    items: tuple[Bar, ...]
    longest: int
