"""The numbers of contact lines: found where they are sure, left as words where they are not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.common.phones import Part, parts_of, without_links
from bot.channels.terminal import lines
from bot.domain.messages import Bullets, Heading, Message

PIECES = st.sampled_from(
    [
        *(
            "020 7946 0101",
            "999",
            "101",
            "112",
            "116 123",
            "0800 1111",
            "+44 (0)20 7946 0101",
            "extension 12",
        ),
        *("x", "ext", " ", ", ", ": ", "(", ")", "-", "+", "0", "00", "44", "8 to 5", "\n", "\u00a0", " or "),
    ]
)
LINES = st.one_of(st.text(), st.lists(PIECES).map("".join))


@given(LINES)
def test_the_parts_joined_are_the_line(line: str) -> None:
    """No letter is lost or added, no part is empty, and a target is digits that stand in its part."""
    parts = parts_of(line)
    assert "".join(part.text for part in parts) == line
    assert all(part.text for part in parts)
    for part in parts:
        if part.tel:
            assert re.fullmatch(r"tel:\+?[0-9]{3,15}", part.tel)
            digits = re.sub(r"\D", "", part.text)
            assert part.tel.removeprefix("tel:").removeprefix("+44").removeprefix("+") in digits


def test_the_lines_a_federation() -> None:
    """Two schools' numbers in one line are two links, and its words stay words."""
    line = "Safeguarding: 020 7946 0101 (Northgate), 020 7946 0111 (Southmere) (school days, 8 to 5)"
    assert parts_of(line) == (
        Part("Safeguarding: "),
        Part("020 7946 0101", "tel:+442079460101"),
        Part(" (Northgate), "),
        Part("020 7946 0111", "tel:+442079460111"),
        Part(" (Southmere) (school days, 8 to 5)"),
    )


@pytest.mark.parametrize(
    ("line", "dialled"),
    [
        ("Police in an emergency: 999", ["999"]),
        ("Police: 101 (day and night)", ["101"]),
        ("Police: 999 or 112", ["999", "112"]),
        ("Samaritans, to talk at any time: 116 123 (day and night)", ["116123"]),
        ("Childline: 0800 1111", ["08001111"]),
        ("Office: 020 7946 0100 extension 101", ["+442079460100"]),
        ("Office: 020 7946 0100, ext. 12 or 999", ["+442079460100"]),
        ("Office: 020 7946 0100, extension 12, 020 7946 0111", ["+442079460100", "+442079460111"]),
        ("Office: 020 7946 0100x12", ["+442079460100"]),
        ("Office: 020 7946 0101 8 to 5", ["+442079460101"]),
        ("Office: 020 7946 0101 24 hours", ["+442079460101"]),
        ("Office: 020 7946 0101-0111", ["+442079460101"]),
        ("Line: 0800 123456 8 to 5", ["+44800123456"]),
        ("Line: (01632) 960123", ["+441632960123"]),
        ("Line: 020-7946-0101", ["+442079460101"]),
        ("Line: 020\u00a07946\u00a00101", ["+442079460101"]),
        ("Line: +44 20 7946 0101", ["+442079460101"]),
        ("Line: +44 (0)20 7946 0101", ["+442079460101"]),
        ("Line: 0044 20 7946 0101", ["+442079460101"]),
        ("Line: +353 1 234 5678 (Dublin)", ["+35312345678"]),
        ("Line: +353 1 234 5678 8 to 5", []),
        ("Line: 020 7946 010", []),
        ("Line: 020 7946 01012 3456", []),
        ("Line: 020 7946 0101abc", []),
        ("Line (0800-1600), from 01-09-2026 10:30", []),
        ("Room 101, 101 High Street, £999, 24/7, 2026", []),
        ("Extensions 100, 101 and 112", []),
        ("", []),
    ],
)
def test_only_sure_numbers_are_dialled(line: str, dialled: list[str]) -> None:
    """Numbers in the forms in which they are written; times, dates, rooms and extensions are none."""
    assert [part.tel for part in parts_of(line) if part.tel] == [f"tel:{number}" for number in dialled]


def test_links_can_be_taken_away() -> None:
    """Of the blocks only the lists of numbers change, and keep their words."""
    blocks = (Heading("Title"), Bullets(("Police: 999",), "Phone", phones=True))
    assert without_links(blocks) == (Heading("Title"), Bullets(("Police: 999",), "Phone"))


def test_a_terminal_shows_the_same_words() -> None:
    """Where nothing can be pressed, a contact line is a line like any other."""
    linked, plain = (Message((Bullets(("Police: 999",), phones=on),), "s") for on in (True, False))
    assert lines(linked) == lines(plain)
