"""An attacker who has every report and knows the rules of printing works out no small figure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from bot.governance.suppression import (
    LEAST,
    LEAST_WHOLE,
    SMALL,
    Range,
    Table,
    Tables,
    percent_in_time,
    publish,
    shown,
    shown_part,
    shown_whole,
)

KINDS, SCHOOLS = ("abuse", "staff_abuse", "image"), ("ash", "beck")
# What is in none of the figures: a kind that is not printed, and no school that is known.
LEFT_OUT, NO_SCHOOL = "mistake", ""
SMALL_FIGURES = range(LEAST)


@dataclass(frozen=True)
class Case:
    """What the figures see of a case."""

    kind: str = LEFT_OUT
    school: str = NO_SCHOOL
    acknowledged_late: bool = False
    closed_late: bool = False


@dataclass(frozen=True)
class Term:
    """What happened in a term."""

    cases: tuple[Case, ...]
    replies: ReplyFigures

    def figures(self) -> Figures:
        cases = self.cases
        return Figures(
            CaseFigures(
                {kind: sum(case.kind == kind for case in cases) for kind in KINDS},
                {school: sum(case.school == school for case in cases) for school in SCHOOLS},
                sum(case.acknowledged_late for case in cases),
                sum(case.closed_late for case in cases),
            ),
            self.replies,
        )

    def printed(self) -> Tables:
        return publish(self.figures())

    def count(self, of: tuple[str, str]) -> int:
        return sum(has(case, of) for case in self.cases)


# The figures of cases: the table, what it counts there, and what a case that is not counted has instead.
COUNTED: dict[tuple[str, str], tuple[str, object, object]] = {
    **{("kinds", kind): ("kind", kind, LEFT_OUT) for kind in KINDS},
    **{("schools", school): ("school", school, NO_SCHOOL) for school in SCHOOLS},
    ("late", "acknowledged"): ("acknowledged_late", True, False),
    ("late", "closed"): ("closed_late", True, False),
}


def has(case: Case, of: tuple[str, str]) -> bool:
    name, value, _ = COUNTED[of]
    return bool(getattr(case, name) == value)


def another(term: Term, of: tuple[str, str], number: int) -> Term:
    """The same term, but that this figure is another one; whatever is in no figure makes up for it."""
    if of[0] == "replies":
        return replace(term, replies=replace(term.replies, **{of[1]: number}))
    name, value, instead = COUNTED[of]
    cases, more = list(term.cases), number - term.count(of)
    if more > 0:
        cases += [replace(Case(), **{name: value})] * more  # type: ignore[arg-type]
    for _ in range(-more):
        at = next(at for at, case in enumerate(cases) if has(case, of))
        cases[at] = replace(cases[at], **{name: instead})  # type: ignore[arg-type]
    return replace(term, cases=tuple(cases))


cases = st.builds(
    Case,
    kind=st.sampled_from([*KINDS, LEFT_OUT]),
    school=st.sampled_from([*SCHOOLS, NO_SCHOOL]),
    acknowledged_late=st.booleans(),
    closed_late=st.booleans(),
)
terms = st.builds(
    Term,
    st.lists(cases, max_size=40).map(tuple),
    st.builds(ReplyFigures, st.integers(0, 12), st.integers(0, 12)),
)
figures_of = [*COUNTED, ("replies", "in_time"), ("replies", "late")]


@settings(deadline=None)
@given(st.lists(terms, min_size=1, max_size=3), st.data())
def test_no_small_figure_can_be_worked_out(told: Sequence[Term], data: st.DataObject) -> None:
    """Whatever a small figure is, other terms with any other small one print the very same reports."""
    reports = [term.printed() for term in told]
    at = data.draw(st.integers(0, len(told) - 1))
    for table, key in figures_of:
        if reports[at][table][key] != SMALL:  # type: ignore[index]
            continue
        for number in SMALL_FIGURES:
            others = [*told]
            others[at] = another(told[at], (table, key), number)
            assert [term.printed() for term in others] == reports


@settings(deadline=None)
@given(st.lists(terms, min_size=2, max_size=2), st.data())
def test_all_small_figures_are_free_of_one_another(told: Sequence[Term], data: st.DataObject) -> None:
    """Even all of them together, each with any small value, print the very same reports."""
    reports = [term.printed() for term in told]
    others = list(told)
    for at, (table, key) in itertools.product(range(2), figures_of):
        if reports[at][table][key] == SMALL:  # type: ignore[index]
            others[at] = another(others[at], (table, key), data.draw(st.sampled_from(SMALL_FIGURES)))
    assert [term.printed() for term in others] == reports


@settings(deadline=None)
@given(st.lists(terms, min_size=1, max_size=3))
def test_no_printed_figure_is_a_total(told: Sequence[Term]) -> None:
    """One more case that is in no figure changes no report: nothing in them depends on how many there are."""
    for term in told:
        assert replace(term, cases=(*term.cases, Case())).printed() == term.printed()


def test_nothing_and_one_to_four_print_alike() -> None:
    """From five on a figure is printed; below, each of the five is printed as all of them."""
    assert {shown(count) for count in SMALL_FIGURES} == {SMALL}
    assert str(SMALL) == "0 to 4"
    assert [str(shown(count)) for count in (5, 27)] == ["5", "27"]


@pytest.mark.parametrize("whole", range(61))
def test_neither_a_part_nor_the_rest_is_told_where_it_is_small(whole: int) -> None:
    """Of a known whole what is printed fits each small part, and each small rest, or none of them."""
    for part in range(whole + 1):
        printed = shown_part(part, whole)
        alike = {other for other in range(whole + 1) if shown_part(other, whole) == printed}
        small = {number for number in SMALL_FIGURES if number <= whole}
        assert part in range(printed.least, printed.most + 1)
        assert alike >= small or not alike & small
        rests = {whole - other for other in alike}
        assert rests >= small or not rests & small
    assert shown_whole(whole) == (Range(whole, whole) if whole >= LEAST_WHOLE else Range(0, LEAST_WHOLE - 1))


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 200))
def test_the_share_is_right_and_tells_nothing_more(in_time: int, late: int) -> None:
    """The share in time lies between what is printed, and is made of nothing but what is printed."""
    found = percent_in_time(shown(in_time), shown(late))
    if in_time < LEAST and late < LEAST:
        assert found is None
        return
    assert found is not None
    assert found.least <= 100 * in_time / (in_time + late) <= found.most
    assert 0 <= found.least <= found.most <= 100


def test_each_capability_has_its_table_and_none_without() -> None:
    """What a Federation does not use is in no table; what it uses is, and each figure by the same rules."""
    cases_ = CaseFigures({"abuse": 7}, {"ash": 1}, 0, 6)
    bare = publish(Figures(cases_, ReplyFigures(9, 0)))
    assert set(bare) == {"kinds", "schools", "late", "replies"}
    whole = publish(
        Figures(
            cases_,
            ReplyFigures(9, 0),
            AccountFigures(live=14, under_two_runners=1, review_overdue=5),
            TrainingFigures(
                {"ash": SchoolTraining(asked=42, read=40), "beck": SchoolTraining(asked=6, read=6)}
            ),
            TopicFigures({"follow": 31, "photo": 4}),
            GapFigures(answered=0, waiting=8),
        )
    )
    told: dict[Table, dict[str, str]] = {
        name: {key: str(one) for key, one in table.items()} for name, table in whole.items()
    }
    assert told == {
        "kinds": {"abuse": "7"},
        "schools": {"ash": "0 to 4"},
        "late": {"acknowledged": "0 to 4", "closed": "6"},
        "replies": {"in_time": "9", "late": "0 to 4"},
        "accounts": {"live": "14", "under_two_runners": "0 to 4", "review_overdue": "5"},
        "asked": {"ash": "42", "beck": "0 to 8"},
        "read": {"ash": "38 to 42", "beck": "0 to 8"},
        "topics": {"follow": "31"},
        "gaps": {"answered": "0 to 4", "waiting": "8"},
    }
