"""The governors' report on paper, looked at as a reader sees it: bars, words, pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pypdfium2
import pytest

from bot.casework.context import Context
from bot.channels.paper import Sheet, pdf
from bot.channels.paper.bars import Bar, Bars
from bot.channels.paper.governors import governors_pdf
from bot.domain.messages import Heading
from bot.domain.times import Term
from bot.governance.figures import (
    AccountFigures,
    CaseFigures,
    Figures,
    GapFigures,
    ReplyFigures,
    SchoolTraining,
    TopicFigures,
    TrainingFigures,
)
from bot.governance.report import GovernorsReport
from bot.governance.suppression import publish
from tests.channels.paper.reading import read, words
from tests.channels.paper.test_paper import PAGES
from tests.support.desk import Desk

SCALE = 4
NOW = datetime(2027, 1, 10, 9, tzinfo=UTC)
FIGURES = Figures(
    CaseFigures({"abuse": 27, "staff_abuse": 6, "press": 0}, {"northgate": 31, "southmere": 12}, 2, 5),
    ReplyFigures(64, 3),
    AccountFigures(14, 0, 5),
    TrainingFigures({"northgate": SchoolTraining(86, 84), "southmere": SchoolTraining(54, 40)}),
    TopicFigures({"follow-former-student": 31}),
    GapFigures(7, 2),
)


def report() -> GovernorsReport:
    return GovernorsReport(Term("2026-autumn", date(2026, 9, 2), date(2027, 1, 3)), NOW, publish(FIGURES))


def pages(content: bytes) -> list[np.ndarray]:
    """Each page as its red, green and blue, from 0 to 255."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [np.asarray(page.render(scale=SCALE).to_pil().convert("RGB")) for page in document]
    finally:
        document.close()


def bar(least: int, most: int, longest: int = 20) -> np.ndarray:
    """The ink of one bar alone, from its axis on, row by row."""
    bars = Bars(" ", (Bar(" ", least, most, " "),), longest)
    (page,) = pages(pdf(Sheet("A paper", (Heading(" "), bars), " "), PAGES))
    dark = page.max(axis=2)[: page.shape[0] // 2] < 128
    rows, columns = np.where(dark.any(axis=1))[0], np.where(dark.any(axis=0))[0]
    found: np.ndarray = dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return found


def filled(picture: np.ndarray) -> float:
    """How long the filled part is: the columns in which most of the bar is ink."""
    return float((picture.mean(axis=0) > 0.6).sum())


def test_a_bar_is_as_long_as_its_figure() -> None:
    """Twice the figure is twice as long, and the longest takes the whole width."""
    ten, twenty = filled(bar(10, 10)), filled(bar(20, 20))
    assert twenty == pytest.approx(2 * ten, abs=2 * SCALE)
    assert twenty == pytest.approx(0.42 * 174 * 72 / 25.4 * SCALE, abs=8 * SCALE)


def test_what_lies_in_between_is_outlined() -> None:
    """A small figure is outlined alone; one of a range is filled up to its least, and ends with its most."""
    small, between, whole = bar(0, 4), bar(16, 20), bar(20, 20)
    assert filled(small) < 2 * SCALE
    assert small.shape[1] == pytest.approx(whole.shape[1] / 5, abs=2 * SCALE)
    assert filled(between) == pytest.approx(filled(whole) * 16 / 20, abs=2 * SCALE)
    assert between.shape[1] == pytest.approx(whole.shape[1], abs=2 * SCALE)


def test_no_meaning_is_in_a_colour() -> None:
    """The bars are drawn in one ink, without a hue, and each has its figure in words."""
    found = pages(
        pdf(Sheet("A paper", (Heading("x"), Bars("y", (Bar("z", 3, 9, "3 to 9"),), 20)), "w"), PAGES)
    )
    for page in found:
        assert int((page.max(axis=2).astype(int) - page.min(axis=2)).max()) < 12


def test_nothing_runs_off_a_page_and_no_page_is_bare(desk: Desk) -> None:
    """Every page has something on it, with its margins free; no heading stands alone at a page's end."""
    content = governors_pdf(desk.product.context, report(), NOW)
    for page in pages(content):
        ink = page.min(axis=2) < 200
        margin = 12 * SCALE
        assert not ink[:, :margin].any()
        assert not ink[:, -margin:].any()
        assert ink[: page.shape[0] * 9 // 10].any()
    titles = {section.title for section in desk.product.context.world.governors.sections.values()}
    for text in (page.extract_text() for page in read(content).pages):
        lines = [line for line in text.splitlines() if line.strip() and "Printed on" not in line]
        assert not titles & set(lines[-2:-1])


def test_every_section_says_what_it_counts(desk: Desk) -> None:
    """Each table has its title, its figures in words, and what is local is said to be."""
    context: Context = desk.product.context
    shown = words(governors_pdf(context, report(), NOW))
    for line in (
        "Governors' report: 2026-autumn 2 Sep 2026 to 3 Jan 2027",
        "Abuse on a Federation account 27 Abuse of staff by people outside 6 Contact from the press 0 to 4",
        "Northgate School 31 Southmere School 12",
        "Not acknowledged in time 0 to 4 Not closed in time 5",
        "A local target, not in this policy: urgent reports are acknowledged within 10 minutes, others within"
        " one working half-day.",
        "Answered or acknowledged in time 64 Late, or not at all 0 to 4 In time: 94 to 100 %.",
        "Live accounts 14 Accounts with fewer than two runners 0 to 4",
        "Northgate School (86 staff) 82 to 86 Southmere School (54 staff) 40",
        "former student on my own account? 31",
        "With an answer of the Federation that two people signed 7 Waiting for an answer 0 to 4",
        "X1 Different people to tell: Say who receives each kind of report",
    ):
        assert line in shown, line


def test_the_same_report_is_the_same_file(desk: Desk) -> None:
    """Printed at the same moment, it is the same to the byte."""
    first, second = (governors_pdf(desk.product.context, report(), NOW) for _ in range(2))
    assert first == second
