"""Where a clause stands in the source: found by its words, whatever stands above it."""

from __future__ import annotations

from bot.content.anchors import Quoted, anchor

TWICE = ["Rules", "", "Ask first.", "", "Ask", "first.", "", "Tell the office."]
FIRST, SECOND, THIRD = (
    Quoted("a", "Ask first.", (3, 3)),
    Quoted("b", "Ask first.", (5, 6)),
    Quoted("c", "Tell the office.", (8, 8)),
)


def test_the_same_words_twice_are_two_places() -> None:
    """Two clauses of the same words each keep their own place, however many lines come in above."""
    for more in (0, 1, 40):
        found = anchor([""] * more + TWICE, (FIRST, SECOND, THIRD), ["Rules"])
        assert found.lines == {
            "a": (3 + more, 3 + more),
            "b": (5 + more, 6 + more),
            "c": (8 + more, 8 + more),
        }
        assert (found.changed, found.lost, found.bare) == ({}, (), ())


def test_one_of_two_is_missed() -> None:
    """Where only one clause is left of two that say the same, it keeps its place, and the other is bare."""
    opening = Quoted("z", "Rules", (1, 1))
    for more in (0, 40):
        found = anchor([""] * more + TWICE, (opening, SECOND, THIRD), ())
        assert found.lines["b"] == (5 + more, 6 + more)
        assert [(one.text, one.lines[0]) for one in found.bare] == [("Ask first.", 3 + more)]


def test_a_sentence_that_begins_like_a_heading_is_no_heading() -> None:
    """A heading stands alone on its lines: a sentence that begins with its words is not covered by it."""
    found = anchor(["Staff", "Staff must ask."], (), ["Staff"])
    assert [(one.text, one.lines) for one in found.bare] == [("Staff must ask.", (2, 2))]


def test_a_changed_clause_goes_to_the_sentence_most_like_it() -> None:
    """Each changed clause takes the new sentence nearest in words; one too different none."""
    clauses = (
        Quoted("a", "Phones must be handed in by 9 am each day.", (1, 1)),
        Quoted("b", "Phones must be handed back by 3 pm each day.", (2, 2)),
        Quoted("c", "Nobody smokes.", (3, 3)),
    )
    source = [
        "Phones must be handed back by 4 pm each day.",
        "",
        "Phones must be handed in by 8 am each day.",
        "",
        "Bicycles are locked.",
    ]
    found = anchor(source, clauses, ())
    assert {name: one.lines[0] for name, one in found.changed.items()} == {"a": 3, "b": 1}
    assert found.lost == ("c",)
    assert [one.text for one in found.bare] == ["Bicycles are locked."]
