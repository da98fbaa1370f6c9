"""How easily the journeys read: the reporter is tired or upset, and perhaps new to English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from textstat import textstat

JOURNEYS = sorted((Path(__file__).parents[2] / "policy_kb" / "journeys").glob("*.yml"))
# The Flesch-Kincaid grade of twelve-year-olds; the formula needs sentences, and some of them.
GRADE, WORDS, SENTENCE = 7.0, 20, 6
# What is read on the screen; clauses are quoted by their ids, and are not ours to write.
READ = frozenset(("title", "text", "label", "hint", "outside", "intro"))


def sentences(node: Any, key: str = "") -> Iterator[str]:
    """Every text of a step that is a sentence or more, with a full stop."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from sentences(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from sentences(value, key)
    elif isinstance(node, str) and key in READ and len(node.split()) >= SENTENCE:
        yield node if node.rstrip()[-1] in ".?!" else f"{node}."


def grade(node: Any) -> float:
    read = " ".join(sentences(node))
    return float(textstat.flesch_kincaid_grade(read)) if len(read.split()) >= WORDS else 0.0


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
def test_journeys_read_at_the_age_of_twelve(path: Path) -> None:
    """Each step of a journey, and each journey as a whole, has a reading age of at most twelve."""
    journey = yaml.safe_load(path.read_text(encoding="utf-8"))
    hard = {step["id"]: grade(step) for step in journey.get("steps", ()) if grade(step) > GRADE}
    assert hard == {}
    assert grade(journey) <= GRADE


def test_hard_words_are_noticed() -> None:
    """A sentence as a policy writes it is too hard, so that the test above can fail."""
    hard = (
        "Notwithstanding institutional safeguarding responsibilities, individuals are encouraged to "
        "communicate proportionately, and to document contemporaneous observations in accordance with "
        "organisational procedures."
    )
    assert grade({"text": hard}) > 2 * GRADE
