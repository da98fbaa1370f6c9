"""Paper: the blocks of a message as a PDF that can be printed, read aloud and handed over."""

from bot.channels.paper.document import Sheet, on_one_page, pdf

__all__ = ["Sheet", "on_one_page", "pdf"]
