"""The two fonts that every page is drawn with, and what they cannot draw.

DejaVu stands beside this file (fonts/LICENSE_DEJAVU): what reportlab brings has few letters beyond English.
"""

from __future__ import annotations

import functools
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
# Stands for each character that the font has no picture of, so that the reader sees that one is missing.
MISSING = "\ufffd"
_FOLDER = Path(__file__).parent / "fonts"


@functools.cache
def drawn() -> frozenset[int]:
    """The characters that both fonts can draw; the fonts are registered on the way."""
    found = [TTFont(name, str(_FOLDER / f"{name}.ttf")) for name in (PLAIN, BOLD)]
    for font in found:
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)
    both = frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in found))
    # Beyond the first plane reportlab writes codes that no reader can turn back into text.
    return frozenset(code for code in both if code <= 0xFFFF)


def drawable(text: str) -> str:
    """`text` with a mark in place of each character that the fonts cannot draw."""
    known = drawn()
    return "".join(char if char == "\n" or ord(char) in known else MISSING for char in text)
