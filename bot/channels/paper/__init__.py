"""Paper: the blocks of a message as a PDF that can be printed, read aloud and handed over.

What draws is imported when the first page is drawn: its libraries and fonts hold 12 MiB, and few processes
ever print.
"""

from __future__ import annotations

from bot.channels.paper.sheet import Sheet
from bot.content.door_texts import PageTexts

__all__ = ["Sheet", "on_one_page", "pdf"]


def pdf(sheet: Sheet, texts: PageTexts) -> bytes:
    """The sheet as a PDF. Whatever stands in its texts is drawn as text."""
    from bot.channels.paper.document import built

    return built(sheet, texts)[0]


def on_one_page(sheet: Sheet, texts: PageTexts) -> bytes:
    """The same on a single page, in the largest type that fits; on more where even the smallest does not."""
    from bot.channels.paper import document

    return document.on_one_page(sheet, texts)
