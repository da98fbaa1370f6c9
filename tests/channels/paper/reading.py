"""PDFs read back, as a screen reader or a search would."""

import io

from pypdf import PdfReader


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content), strict=True)


def words(content: bytes) -> str:
    """Everything that stands on the pages, with each run of white space as one space."""
    return " ".join(" ".join(page.extract_text() for page in read(content).pages).split())


def letters(content: bytes) -> str:
    """The same without any white space: where a line broke is no matter."""
    return "".join(words(content).split())
