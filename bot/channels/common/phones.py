"""The telephone numbers in a contact line, as links that a phone can dial.

Only lines of federation.yml are ever read here, never what a person wrote. A number that is not clearly one
stays words: a number that cannot be pressed is better than one that dials somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.domain.messages import Block, Bullets

_TEL = "tel:"
_AT_MOST, _AT_LEAST = 15, 8
# Freephone of a children's helpline: shorter than any other number, and of no use from abroad.
_SHORT_FREEPHONE = "08001111"
_FOUND = re.compile(
    r"""
    # An extension is never dialled, though it may look like 101.
    (?P<extension>(?<![^\W\d_])(?:extensions?|extn?s?|x)[.:]?[ ]?\d+
        (?:(?:,[ ]?|[ ]?[/&-][ ]?|[ ](?:or|and|to)[ ])\d+(?![ \u00a0-]?\d))*)
    # Digits in groups, as far as they go: with a plus, with the area in brackets, or with a nought.
    | (?P<run>(?<![\w+])(?<!\d[ .:/-])
        (?:\+\d+(?:[ -]?\(0\)[ -]?\d+)?|\(0\d{2,4}\)[ -]?\d+|0\d{2,})(?:[ \u00a0-]\d+){0,9})
    # Few digits, only where a number is given and not where a room or a house is.
    | (?P<short>(?:(?<![\s\S])|(?<=[:,;/\n][ ])|(?<=[(:\n])|(?<=\bor[ ])|(?<=\band[ ])
        |(?<=\b(?:call|dial)[ ]))(?:999|112|101|116[ \u00a0-]?123)
        (?=[ ]?(?:[(),;/\n]|\Z)|\.(?:\s|\Z)|[ ](?:or|and)[ ]))
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
_GROUP_END = re.compile(r"\d(?=[ \u00a0-]|\Z)", re.ASCII)
_BRITISH = re.compile(r"\(|0(?!0)|\+44|0044")
# What may stand right behind a number: no letter or digit but an extension, no rest of a time or date.
_AFTER = re.compile(r"(?:ext|x ?\d|(?!\w|[.:/]\d))", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """Some words of a line; with `tel` ("tel:+442079460101") they are a number that can be dialled."""

    text: str
    tel: str = ""


def parts_of(line: str) -> tuple[Part, ...]:
    """The line in parts, which joined are the line again."""
    found, at = list[Part](), 0
    for start, number in _numbers(line):
        if start > at:
            found.append(Part(line[at:start]))
        found.append(number)
        at = start + len(number.text)
    return (*found, Part(line[at:])) if at < len(line) else tuple(found)


def without_links(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with every number as words: shorter, where a message would not fit otherwise."""
    return tuple(replace(block, phones=False) if isinstance(block, Bullets) else block for block in blocks)


def _numbers(line: str) -> Iterator[tuple[int, Part]]:
    for match in _FOUND.finditer(line):
        number = Part("")
        if match["short"]:
            number = Part(match["short"], _TEL + _digits(match["short"]))
        elif match["run"]:
            number = _dialled(match["run"], line[match.end() :])
        if number.tel:
            yield match.start(), number


def _dialled(run: str, rest: str) -> Part:
    """The longest number with which the run begins and a group ends; no target where there is none."""
    ends = [match.end() for match in _GROUP_END.finditer(run)]
    if _BRITISH.match(run):
        # "020 7946 0101 8 to 5": no group has one digit.
        lone = (at for at, end in enumerate(ends) if at and not run[end - 2].isdigit())
        ends = ends[: next(lone, len(ends))]
    for end in reversed(ends):
        text, after = run[:end], run[end:] + rest
        tel = _target(text, after)
        if tel and _AFTER.match(after):
            return Part(text, _TEL + tel)
    return Part(run)


def _target(text: str, after: str) -> str:
    """What is dialled for these digits, or "" where they are no number."""
    digits = _digits(text)
    if text.startswith("+") or digits.startswith("00"):
        return _international(digits if text.startswith("+") else digits[2:], "(0)" in text, after)
    if digits == _SHORT_FREEPHONE:
        return digits
    return f"+44{digits[1:]}" if len(digits) in _lengths(digits) else ""


def _international(digits: str, with_nought: bool, after: str) -> str:
    if digits.startswith("44"):
        national = "0" + (digits[3:] if with_nought else digits[2:])
        return f"+44{national[1:]}" if len(national) in _lengths(national) else ""
    # How long a number of another country is, is not known: it must end where the digits end.
    ends = re.match(r"\s*(?:[(),;/.\n]|\Z)", after) is not None
    return f"+{digits}" if ends and not with_nought and _AT_LEAST <= len(digits) <= _AT_MOST else ""


def _lengths(national: str) -> tuple[int, ...]:
    """How many digits a British number has, with its nought: some in 01, 05 and 08 have one less."""
    kind = national[1:2]
    return (11,) if kind in ("2", "3", "7") else (10, 11) if kind in ("1", "5", "8") else ()


def _digits(text: str) -> str:
    return "".join(char for char in text if char in "0123456789")
