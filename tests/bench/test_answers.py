from __future__ import annotations

from dataclasses import dataclass

from bench.answers import comparison, robustness, run, without_twins
from bench.rivals import Reply
from bot.asking.labels import Labelled

QUESTIONS = (
    Labelled(q="May I follow a student?", kind="policy", expect=("must not follow",)),
    Labelled(q="May I post a photograph?", kind="policy", expect=("need consent",)),
    Labelled(q="What is for lunch?", kind="out_of_scope"),
)
CLAUSES = ("Staff must not follow students.", "Photographs need consent.")


@dataclass(frozen=True)
class Stub:
    """Always the same clauses; sure of what speaks of "may", and refuses the rest."""

    name: str = "stub"
    remote: bool = False

    def ask(self, question: str) -> Reply:
        known = question.casefold().startswith("may")
        return Reply(CLAUSES, 0.9 if known else 0.1, refused=not known)


def test_a_run_ranks_and_refuses() -> None:
    """The place of the first right clause is kept for policy questions, and refusals for every kind."""
    found = run(Stub(), QUESTIONS)
    assert found.ranks == [1, 2]
    assert (found.within(1).hits, found.within(3).hits) == (1, 2)
    assert (found.refused("out_of_scope").hits, found.refused("policy").hits) == (1, 0)
    assert len(found.seconds) == 3


def test_the_table_has_a_row_a_system() -> None:
    """Ranking, telling apart and the shipped refusals stand in one row."""
    row = comparison([run(Stub(), QUESTIONS)]).splitlines()[2]
    assert "0.500" in row
    assert "0.750" in row
    assert "1.000" in row
    assert "1.00 / 0.000" in row


def test_twins_of_examples_are_left_out() -> None:
    """A question that an example nearly repeats does not count, the others do."""
    row = without_twins([run(Stub(), QUESTIONS)], ["may i follow a student"]).splitlines()[2]
    assert row.startswith("| stub | 1 | 0.000 ")


def test_every_change_is_measured() -> None:
    """Each way of writing badly has a row, and capitals change every question."""
    lines = robustness(Stub(), QUESTIONS, ("Facebook", "TikTok")).splitlines()
    assert len(lines) == 8
    assert "| upper case | 3 | 0.500 |" in "\n".join(lines)
