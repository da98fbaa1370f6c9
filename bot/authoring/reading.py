"""A policy's file (docx, PDF, text) as paragraphs. Everything about such a file is bounded."""

from __future__ import annotations

import multiprocessing
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

from bot.domain.faults import ToldFault

Kind = Literal["heading", "bullet", "text"]
#: A book of 300 pages is well below each of these.
MOST_PAGES = 400
MOST_BYTES = 30_000_000
MOST_UNPACKED = 150_000_000
MOST_RATIO = 150
SECONDS = 60.0
_MEMORY = 2 << 30
_FEWEST_LETTERS = 200
_HEADING_WORDS = 9
_OLE = b"\xd0\xcf\x11\xe0"
# Many a PDF has a control sign, or one of a font's own, where its bullets are.
_BULLET = re.compile(r"^(?:[•▪●○◦–*·\x00-\x1f\x7f-\x9f\ue000-\uf8ff-]|\(?[a-z0-9]{1,3}[.)])\s+")
_NUMBER = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*\.?|[A-Z]\.)\s+(?=\S)")
# "The leader must:" opens a list, and heads nothing.
_LEADS_IN = re.compile(r"\b(?:must|should|shall|may|can|will|are|is)\b.*:$")
_PAGE = re.compile(r"^(?:page\s*)?\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?$", re.IGNORECASE)


class UnreadableFile(ToldFault):
    """The file gives no text that could be trusted; the words say what to do with it."""


@dataclass(frozen=True)
class TextPart:
    """A heading, a bullet or a paragraph of text, with white space made alike."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Paper:
    """The parts of a file, in order, and what was left out or changed on the way."""

    parts: tuple[TextPart, ...]
    notices: tuple[str, ...] = ()


def read_file(path: Path, seconds: float = SECONDS) -> Paper:
    """Read a file in a process of its own, which is ended after `seconds`. Raises UnreadableFile."""
    if not path.is_file():
        raise UnreadableFile(f"{path}: there is no such file.")
    if path.stat().st_size > MOST_BYTES:
        raise UnreadableFile(
            f"{path}: it is larger than {MOST_BYTES // 1_000_000} MB: take the pictures out."
        )
    apart = multiprocessing.get_context("spawn")
    ours, theirs = apart.Pipe(duplex=False)
    child = apart.Process(target=_answer, args=(theirs, path), daemon=True)
    child.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise UnreadableFile(
                f"{path}: it could not be read in {seconds:.0f} seconds: save it again, or as text."
            )
        found: Paper | str = ours.recv()
    except EOFError:
        raise UnreadableFile(f"{path}: it could not be read: save it again, or as text.") from None
    finally:
        child.kill()
        child.join()
    if isinstance(found, str):
        raise UnreadableFile(f"{path}: {found}")
    return found


def _answer(pipe: Connection, path: Path) -> None:
    """What the process of its own does: send the paper, or why there is none."""
    _bound_memory()
    try:
        pipe.send(parse(path))
    except UnreadableFile as fault:
        pipe.send(str(fault))
    except Exception as error:
        # Whatever a broken file does to a library is one answer here.
        pipe.send(f"it is damaged, or no such file as its name says ({type(error).__name__}): save it again.")


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:
        # Windows has no such bound; the others hold there, too.
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def parse(path: Path) -> Paper:
    """Read a file in this very process. Raises UnreadableFile, and what a library raises for a broken one."""
    match path.suffix.lower():
        case ".docx":
            found = _docx(path)
        case ".pdf":
            found = _pdf(path)
        case ".txt" | ".md":
            found = _text(path)
        case other:
            raise UnreadableFile(
                f"{other or 'a file without an ending'} is not read: save it as .docx, .pdf or .txt."
            )
    if sum(len(part.text) for part in found.parts) < _FEWEST_LETTERS:
        raise UnreadableFile("there is next to no text in it.")
    return found


def _text(path: Path) -> Paper:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise UnreadableFile("it is not UTF-8: save it as “UTF-8 text”.") from None
    return Paper(tuple(_grouped(lines)))


def _docx(path: Path) -> Paper:
    _refuse_bombs(path)
    # Here, so that the commands that read no such file do not load it.
    import docx
    from docx.oxml.ns import qn
    from docx.table import Table

    document = docx.Document(str(path))
    body = document.element.body
    if any(
        next(body.iter(qn(name)), None) is not None for name in ("w:ins", "w:del", "w:moveFrom", "w:moveTo")
    ):
        raise UnreadableFile(
            "it holds tracked changes: accept all changes first (Review, Accept all), and save it."
        )
    notices = []
    if next(body.iter(qn("w:commentReference")), None) is not None:
        notices.append("Its comments were left out.")
    if next(body.iter(qn("w:footnoteReference"), qn("w:endnoteReference")), None) is not None:
        notices.append("Its footnotes were left out: put what is a rule into the text.")
    if next(body.iter(qn("w:txbxContent")), None) is not None:
        notices.append("Its text boxes were left out: put what is a rule into the text.")
    parts: list[TextPart] = []
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            notices.append("A table was kept as text, a line for each of its rows.")
            parts += [TextPart("bullet", row) for row in _rows(item)]
        elif text := " ".join(item.text.split()):
            parts.append(_paragraph(item, text))
    return Paper(tuple(parts), tuple(dict.fromkeys(notices)))


def _refuse_bombs(path: Path) -> None:
    if path.read_bytes()[:4] == _OLE:
        raise UnreadableFile(
            "it is locked with a password, or in Word's old form: save it as .docx without one."
        )
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = [(item.file_size, item.compress_size) for item in archive.infolist()]
    except zipfile.BadZipFile:
        raise UnreadableFile("it is no .docx file: open it in Word and save it again.") from None
    unpacked, packed = sum(size for size, _ in sizes), sum(size for _, size in sizes)
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, 1):
        raise UnreadableFile(
            "it unpacks to far more than a policy can be, and was not opened: save it again."
        )


def _rows(table: object) -> Iterator[str]:
    for row in table.rows:  # type: ignore[attr-defined]
        cells = {cell._tc: " ".join(cell.text.split()) for cell in row.cells}
        if text := " | ".join(filter(None, cells.values())):
            yield text


def _paragraph(paragraph: object, text: str) -> TextPart:
    from docx.text.paragraph import Paragraph

    assert isinstance(paragraph, Paragraph)
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    runs = [run for run in paragraph.runs if run.text.strip()]
    bold = bool(runs) and all(run.bold for run in runs)
    if style.startswith(("Heading", "Title", "Subtitle")) or (bold and _like_heading(text)):
        return TextPart("heading", text.rstrip(":"))
    properties = paragraph._p.pPr
    listed = style.startswith("List") or (properties is not None and properties.numPr is not None)
    if listed or _BULLET.match(text):
        return TextPart("bullet", _BULLET.sub("", text))
    return TextPart("text", text)


def _pdf(path: Path) -> Paper:
    # Here, so that the commands that read no such file do not load it.
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted:
        raise UnreadableFile("it is locked with a password: save it without one.")
    if len(reader.pages) > MOST_PAGES:
        raise UnreadableFile(f"it has more than {MOST_PAGES} pages: import its parts one by one.")
    pages = [page.extract_text().splitlines() for page in reader.pages]
    empty = [number for number, lines in enumerate(pages, 1) if not any(map(str.strip, lines))]
    if len(empty) == len(pages):
        raise UnreadableFile(
            "it holds no text, only pictures of pages: ask for the file that it was made from."
        )
    notices = (
        [f"There is no text on page {', '.join(map(str, empty))}: look whether it is a scan."]
        if empty
        else []
    )
    running = _running(pages)
    if running:
        notices.append(f"Left out, as it stands on every page: {'; '.join(sorted(running))}.")
    lines = [line for page in pages for line in page if " ".join(line.split()) not in running]
    return Paper(tuple(_grouped([line for line in lines if not _PAGE.match(line.strip())])), tuple(notices))


def _running(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    """The first or last lines that most pages share."""
    ends = Counter(
        " ".join(line.split()) for page in pages for line in {*page[:2], *page[-2:]} if line.strip()
    )
    return frozenset(line for line, count in ends.items() if len(pages) > 2 and count > len(pages) / 2)


def _grouped(lines: Sequence[str]) -> Iterator[TextPart]:
    """Lines as parts: wrapped lines are joined, headings and bullets told by how they look."""
    held: list[str] = []
    kind: Kind = "text"
    for number, line in enumerate(lines):
        text = " ".join(line.split())
        # Bullets of their own line, as some PDFs have them, belong to the next line.
        if text and not any(map(str.isalnum, text)):
            yield from _part(kind, held)
            held, kind = [], "bullet"
            continue
        if _starts_new(text, held):
            yield from _part(kind, held) if held else ()
            kind = kind if not held and kind == "bullet" else "text"
            held = []
            if _BULLET.match(text) and not _is_numbered_heading(text):
                kind, text = "bullet", _BULLET.sub("", text)
            elif text and kind == "text" and _heads(text) and _before_rule(text, lines[number + 1 :]):
                yield TextPart("heading", text.lstrip("# ").rstrip(":"))
                continue
        if text:
            held.append(text)
    yield from _part(kind, held)


def _starts_new(text: str, held: Sequence[str]) -> bool:
    if not text or not held or _BULLET.match(text) or _is_marked(text):
        return True
    ended = bool(re.search(r"[.!?:;]$", held[-1]))
    return ended and _NUMBER.sub("", text)[:1].isupper()


def _part(kind: Kind, held: Sequence[str]) -> Iterator[TextPart]:
    if held:
        yield TextPart(kind, " ".join(held))


def _is_numbered_heading(text: str) -> bool:
    return bool(_NUMBER.match(text)) and _like_heading(_NUMBER.sub("", text))


def _heads(text: str) -> bool:
    return _like_heading(text) or _is_numbered_heading(text)


def _like_heading(text: str) -> bool:
    words = text.split()
    ends = re.search(r"[.!?;,]$", text) or _LEADS_IN.search(text)
    return (len(words) <= _HEADING_WORDS and not ends and text.lstrip("# ")[:1].isupper()) or _is_marked(text)


def _is_marked(text: str) -> bool:
    return text.startswith("#")


def _before_rule(text: str, rest: Sequence[str]) -> bool:
    """Whether something new begins after it: a heading does not go on in the next line."""
    if _is_marked(text):
        return True
    after = next((line.strip() for line in rest[:1]), "")
    after = _NUMBER.sub("", after)
    return not after or after[:1].isupper() or bool(_BULLET.match(after)) or not after[:1].isalnum()
