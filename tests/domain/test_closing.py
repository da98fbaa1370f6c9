import itertools

import pytest

from bot.domain.closing import (
    CLOSING_KINDS,
    DEMANDS,
    ClosingKind,
    Demand,
    OnRecord,
    demands,
    gravest,
    takes_two,
)

# As the routing document says it: what must be on record, and whether a second person has to agree.
EXPECTED: dict[str, tuple[set[Demand], bool]] = {
    "allegation": ({"details", "assessment", "advice", "tasks"}, True),
    "picture": ({"details", "assessment", "advice", "tasks"}, True),
    "child": ({"details", "assessment", "advice", "tasks"}, True),
    "low_level": ({"details", "assessment"}, False),
    "question": ({"details"}, False),
    "other": ({"details"}, False),
}


@pytest.mark.parametrize("kind", CLOSING_KINDS)
def test_each_kind_demands_what_the_document_says(kind: ClosingKind) -> None:
    """Whatever is on record already, exactly the rest of what the kind demands is missing."""
    wanted, by_two = EXPECTED[kind]
    assert takes_two(kind) == by_two
    for done in itertools.product((True, False), repeat=len(DEMANDS)):
        record = dict(zip(DEMANDS, done, strict=True))
        assert set(demands(kind, OnRecord(**record))) == {name for name in wanted if not record[name]}


@pytest.mark.parametrize("count", range(3))
def test_where_several_hold_the_gravest_counts(count: int) -> None:
    """A case that is more than one thing is closed by the rules of the gravest, in any order."""
    for kinds in itertools.permutations(CLOSING_KINDS, count):
        expected = min(kinds, key=CLOSING_KINDS.index) if kinds else "other"
        assert gravest(kinds) == expected
