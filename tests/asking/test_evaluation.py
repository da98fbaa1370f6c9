from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.asking.answer import Answer, Choice
from bot.asking.calibration import Judged
from bot.asking.evaluation import (
    Labelled,
    evaluate,
    holds,
    read_labelled,
    wilson,
)
from bot.asking.score_tables import misses_table, table, to_json
from bot.knowledge.documents import DataFaults
from bot.knowledge.policies import Clause


def clause(quote: str) -> Clause:
    return Clause(id="sm-001", rules=(1,), section="Scope", lines=(1, 2), modality="must", quote=quote)


def given(kind: str, *quotes: str, options: tuple[str, ...] = (), report: str = "") -> Answer:
    choices = tuple(Choice(quote, "a-topic", (clause(quote),)) for quote in options)
    return Answer("q", kind, "text", citations=tuple(map(clause, quotes)), options=choices, report=report)  # type: ignore[arg-type]


def ask(question: str, expect: str = "") -> Labelled:
    return Labelled(q=question, kind="policy", expect=(expect,))


def test_first_and_first_three_are_counted_apart() -> None:
    """The first citation counts for both; a later one, or an option's first, for the second alone."""
    answers = {
        "first": given("answer", "Staff must", "other"),
        "third": given("answer", "a", "b", "Staff must"),
        "fourth": given("answer", "a", "b", "c", "Staff must"),
        "option": given("clarify", options=("a", "Staff must")),
        "none": given("not_covered"),
    }
    scores = evaluate([ask(name, "staff  must") for name in answers], answers.__getitem__)
    assert scores.rates["policy: first clause right"].hits == 1
    assert scores.rates["policy: right in the first three"].hits == 3
    assert scores.rates["policy: asked back"].hits == 1
    assert scores.rates["policy: refused though covered"].hits == 1
    assert scores.mrr == pytest.approx((1 + 1 / 3 + 1 / 4 + 1 / 2) / 5)
    assert [miss.question for miss in scores.misses] == ["third", "fourth", "option", "none"]


def test_refusals_reports_and_danger_are_counted() -> None:
    """Small talk refuses too; a report needs its kind; danger is counted both ways."""
    questions = [
        Labelled(q="refused", kind="out_of_scope", near=True),
        Labelled(q="chat", kind="out_of_scope"),
        Labelled(q="answered", kind="out_of_scope"),
        Labelled(q="abuse", kind="report", report="abuse"),
        Labelled(q="image", kind="report", report="image"),
        Labelled(q="any", kind="report", report="any"),
        Labelled(q="seen", kind="danger"),
        Labelled(q="alarm", kind="report", report="abuse"),
    ]
    answers = {
        "refused": given("not_covered"),
        "chat": given("smalltalk"),
        "answered": given("answer", "a"),
        "abuse": given("report", report="abuse"),
        "image": given("report", report="abuse"),
        "any": given("report", report="other"),
        "seen": given("danger"),
        "alarm": given("danger"),
    }
    rates = evaluate(questions, answers.__getitem__).rates
    counted = {name: (rate.hits, rate.of) for name, rate in rates.items() if not name.startswith("policy")}
    assert counted == {
        "out of scope: refused": (2, 3),
        "out of scope, near: refused": (1, 1),
        "report: offered": (3, 4),
        "report: offered, or danger": (4, 4),
        "report: of the right kind": (2, 3),
        "danger: seen": (1, 1),
        "danger: false alarms": (1, 7),
    }


def test_substrings_are_compared_folded() -> None:
    """White space, case and quote marks do not matter; words do."""
    assert holds("Staff should not “follow\n back” those", ['NOT "follow back"'])
    assert not holds("Staff should follow back", ["should not"])
    assert not holds("anything", None)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(0, 0, 0.0, 1.0), (8, 10, 0.490, 0.943), (10, 10, 0.722, 1.0)]
)
def test_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    """The 95% interval is the one of the textbook, and never leaves 0 to 1."""
    assert wilson(hits, of) == pytest.approx((low, high), abs=0.001)


def test_labelled_questions_are_read(tmp_path: Path) -> None:
    """A line is a question; keys that are not known are let be, empty lines too."""
    path = tmp_path / "questions.jsonl"
    path.write_text('{"q": "a", "kind": "out_of_scope", "near": true, "x": 1}\n\n', encoding="utf-8")
    assert read_labelled(path) == (Labelled(q="a", kind="out_of_scope", near=True),)


def test_bad_lines_are_all_named(tmp_path: Path) -> None:
    """Each line that is not a labelled question is named with its number."""
    path = tmp_path / "questions.jsonl"
    path.write_text('{"q": "a"}\nnonsense\n{"q": "a", "kind": "danger"}\n', encoding="utf-8")
    with pytest.raises(DataFaults) as caught:
        read_labelled(path)
    assert [fault.line for fault in caught.value.faults] == [1, 2]


def test_missing_file_is_a_fault(tmp_path: Path) -> None:
    """A file that is not there is named, not traced back."""
    with pytest.raises(DataFaults, match="cannot be read"):
        read_labelled(tmp_path / "nothing.jsonl")


def test_table_and_json_say_the_same() -> None:
    """Both give the counts; the table one rate a line, the JSON every miss."""
    scores = evaluate([ask("q", "right")], lambda _: given("answer", "wrong"))
    lines = table(scores).splitlines()
    assert len(lines) == len(scores.rates) + 6
    assert "policy: first clause right            0/1" in lines[1]
    machine = to_json(scores)
    assert machine["rates"]["policy: first clause right"] == {
        "hits": 0,
        "of": 1,
        "share": 0.0,
        "low": 0.0,
        "high": 0.7935,
    }
    assert machine["misses"] == [{"q": "q", "label": "policy", "got": "answer"}]


def test_sections_are_counted_apart() -> None:
    """A question counts in the section of its clause, and in no other; one without a clause in none."""
    clauses = [clause("Staff must"), clause("Nobody may").model_copy(update={"section": "Tone"})]
    questions = [ask("right", "staff must"), ask("third", "nobody may"), ask("lost", "not in it")]
    answers = {"right": given("answer", "Staff must"), "third": given("answer", "a", "b", "Nobody may")}
    scores = evaluate(questions, lambda q: answers.get(q, given("not_covered")), clauses)
    counted = {
        name: (part.first.hits, part.three.hits, part.first.of) for name, part in scores.sections.items()
    }
    assert counted == {"Scope": (1, 1, 1), "Tone": (0, 1, 1)}
    assert "Tone" in table(scores)
    assert to_json(scores)["sections"]["Tone"]["three"]["hits"] == 1


def test_answers_are_judged_with_their_confidence() -> None:
    """Every answer is judged, one to a question out of scope as wrong; what asks back or refuses is not."""
    questions = [ask("right", "x"), ask("back", "x"), Labelled(q="outside", kind="out_of_scope")]
    answers = {
        "right": replace(given("answer", "x", "y"), confidence=0.9),
        "back": given("clarify", options=("x",)),
        "outside": replace(given("answer", "y"), confidence=0.4),
    }
    scores = evaluate(questions, answers.__getitem__)
    assert scores.judged == (Judged(0.9, right=True), Judged(0.4, right=False))
    assert scores.citations == 1.5


def test_misses_are_listed_with_what_they_got() -> None:
    """Each miss is a line: what it is, what it got, and the question."""
    scores = evaluate([ask("where to?", "right")], lambda _: given("not_covered"))
    assert misses_table(scores).split() == ["policy", "not_covered", "where", "to?"]
