"""The parts of an Adaptive Card: words that Teams shows as they are, boxes, columns and rows.

What a person wrote stands in a RichTextBlock, which knows no marks. A TextBlock, a FactSet and a choice
read Markdown: there only words go that hold none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.channels.common.phones import parts_of
from bot.channels.teams.ids import Element

# What stands for text that is empty.
NOTHING = "–"
# Lines that stand in elements of their own; the rest of a text stands in the last one.
_LINES = 40
# Markdown's own marks, and what Teams makes links, lists or dates of.
_MARKS = re.compile(r"[*_~`\[\]<\\]|\{\{|&(?=#?\w+;)|://|(?<=\w)\.(?=\w)|^[-+=#>]|(?<=^\d)[.)]|^\d{2,}[.)]")


def is_literal(text: str) -> bool:
    """Whether Markdown shows the text as it stands."""
    return bool(text) and text == " ".join(text.split()) and not _MARKS.search(text)


def without_marks(text: str) -> str:
    """The words of a text, such that Markdown shows them as they stand."""
    while not is_literal(text) and text:
        text = " ".join(_MARKS.sub(" ", text).split())
    return text or NOTHING


def runs(text: str, **style: Any) -> list[Element]:
    """A text within a line, shown as it stands."""
    # "{{DATE(…)}}" would be made a date of; of two runs nothing is made.
    parts = re.split(r"(?<=\{)(?=\{)", text or NOTHING)
    return [{"type": "TextRun", "text": part, **style} for part in parts]


def row(*inlines: Element) -> Element:
    """One line, or one text without a break."""
    return {"type": "RichTextBlock", "inlines": list(inlines)}


def dialled(text: str, **style: Any) -> list[Element]:
    """The same of a contact line: a press on a number dials it, where Teams lets it."""
    found = list[Element]()
    for part in parts_of(text):
        press = {"selectAction": {"type": "Action.OpenUrl", "url": part.tel}} if part.tel else {}
        found += runs(part.text, **style, **press)
    return found or runs(text, **style)


def words(text: str, *, phones: bool = False, **style: Any) -> list[Element]:
    """A text with its breaks: each line stands close under the last, with room where a line is empty."""
    draw = dialled if phones else runs
    found, gap = list[Element](), "default"
    for line in _lines(text):
        if not line.strip():
            gap = "medium" if found else gap
            continue
        spaced = {} if gap == "default" else {"spacing": gap}
        found.append({**row(*draw(line, **style)), **spaced})
        gap = "none"
    return found


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [*lines[: _LINES - 1], "\n".join(lines[_LINES - 1 :])] if len(lines) > _LINES else lines


def bullets(items: Iterable[str], phones: bool = False) -> list[Element]:
    """A list with a point before each item; with `phones` of contact lines."""
    shown = [words(f"• {item}", phones=phones) for item in items if item.strip()]
    return [{"spacing": "small", **line} for item in shown for line in item]


def small(text: str, **style: Any) -> Element:
    """Small print."""
    return row(*runs(text, size="small", **style))


def subtle(text: str) -> list[Element]:
    """Small print that stands back."""
    return words(text, size="small", isSubtle=True)


def heading(text: str) -> list[Element]:
    """A title, told to screen readers as one where its words allow it."""
    if not text.strip():
        return []
    if not is_literal(text):
        return words(text, size="large", weight="bolder")
    styled = {"size": "large", "weight": "bolder", "wrap": True, "style": "heading"}
    return [{"type": "TextBlock", "text": text, **styled}]


def box(items: Sequence[Element], style: str = "") -> list[Element]:
    """Elements that belong together, on a ground of their own; nothing where there are none."""
    if not items:
        return []
    return [{"type": "Container", **({"style": style} if style else {}), "items": list(items)}]


def side_by_side(first: Sequence[Element], second: Sequence[Element], width: str = "auto") -> Element:
    """Two columns; the second takes what it needs, or "stretch" for as much as the first."""
    columns = [("stretch", first), (width, second)]
    drawn = [{"type": "Column", "width": width, "items": list(items)} for width, items in columns]
    return {"type": "ColumnSet", "columns": drawn}


def facts(items: Sequence[tuple[str, str]]) -> Iterator[Element]:
    """Short pairs in two columns; a long one, or one that could be read as marks, under its label."""
    short = list[Element]()
    for label, value in items:
        if _is_short(label, value):
            short.append({"title": label, "value": value})
            continue
        if short:
            yield {"type": "FactSet", "facts": short}
            short = []
        yield from fact(label, value)
    if short:
        yield {"type": "FactSet", "facts": short}


def _is_short(label: str, value: str) -> bool:
    return len(label) <= 40 and len(value) <= 160 and is_literal(label) and is_literal(value)


def fact(label: str, value: str) -> list[Element]:
    """A label with its value below."""
    first, *rest = words(value) or [row(*runs(NOTHING))]
    return [row(*runs(label, weight="bolder")), {**first, "spacing": "none"}, *rest]
