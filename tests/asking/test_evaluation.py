from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest

from bot.asking.answer import Answer, Offered
from bot.asking.evaluation import Judged, evaluate, misses_table, table, to_json, wilson
from bot.asking.labels import Labelled, holds, read_labelled
from bot.asking.marking import Marked
from bot.content.documents import DataFaults
from bot.content.policy import Clause
from bot.content.policy_load import Policy, load_policy

ROOT = Path(__file__).parents[2]
JUDGEMENT = ROOT / "tests" / "golden" / "judgement.jsonl"
SIZES = {
    "twin": 222,
    "swap": 222,
    "protective": 55,
    "private-life": 62,
    "school-life": 48,
    "harmless": 210,
    "harmless-story": 210,
    "danger-short": 85,
    "danger-story": 85,
    "language": 40,
    "double": 30,
    "follow-up": 40,
    "to-report": 20,
}


def clause(quote: str) -> Clause:
    name = f"sm-{crc32(quote.encode()) % 900 + 100}"
    return Clause(id=name, rules=(1,), section="Scope", lines=(1, 2), modality="must", quote=quote)


def given(kind: str, *quotes: str, options: tuple[str, ...] = (), report: str = "") -> Answer:
    choices = tuple(Offered(quote, "a-topic", (clause(quote),)) for quote in options)
    return Answer("q", kind, "text", citations=tuple(map(clause, quotes)), options=choices, report=report)  # type: ignore[arg-type]


def policy(*clauses: Clause) -> Policy:
    known = {each.id: each for each in clauses}
    return Policy("p", "", "", (), known, {}, {}, {}, {})


def ask(question: str, expect: str = "", verdict: str | None = None, also: tuple[str, ...] = ()) -> Labelled:
    return Labelled(q=question, kind="policy", expect=(expect,), verdict=verdict, verdict_also=also)


def meets(answer: Answer, **conditions: object) -> bool:
    """Whether an answer meets the conditions of a group test."""
    test = Labelled.model_validate({"q": "q", "group": "g", **conditions})
    return not evaluate([test], lambda _: answer).misses


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
        "concern: seen": (0, 0),
        "numbers shown": (1, 1),
        "danger: false alarms": (1, 7),
        "concern: false alarms": (0, 7),
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
    assert len(lines) == sum(rate.of > 0 for rate in scores.rates.values()) + 6
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
    clauses = policy(
        clause("Staff must"), clause("Nobody may").model_copy(update={"section": "Tone", "id": "sm-002"})
    )
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


@pytest.mark.parametrize("kind", ["danger", "concern", "report", "related"])
def test_a_clause_beside_something_else_is_not_right(kind: str) -> None:
    """A clause under a danger, a concern or a report, or as the closest rule, answers no policy question."""
    scores = evaluate([ask("q", "Staff must")], lambda _: given(kind, "Staff must"))
    assert scores.rates["policy: first clause right"].hits == 0
    assert scores.rates["policy: right in the first three"].hits == 0
    assert scores.rates["policy: closest rule only"].hits == (kind == "related")
    assert scores.mrr == 0
    assert len(scores.misses) == 1


def test_the_first_clauses_of_topics_beside_are_cited_too() -> None:
    """They stand after the second clause, as `ask --json` prints them, and five are printed in all."""
    nearby = (clause("near"), clause("nearer"))
    two = replace(given("answer", "a", "b"), nearby=nearby)
    four = replace(given("answer", "a", "b", "c", "d"), nearby=nearby)
    three = "policy: right in the first three"
    expected = [(two, "near", 1, 1 / 3), (two, "nearer", 0, 1 / 4), (two, "far", 0, 0)]
    for answer, expect, hits, mrr in [*expected, (four, "nearer", 0, 1 / 4), (four, "c", 0, 1 / 5)]:
        scores = evaluate([ask("q", expect)], lambda _, answer=answer: answer)
        assert scores.rates[three].hits == hits
        assert scores.mrr == pytest.approx(mrr)
        assert scores.rates["policy: first clause right"].hits == 0


def test_a_sign_that_may_be_a_concern_is_right_with_either_grade() -> None:
    """Danger for sure wants danger; a line that may be a concern counts apart and takes both."""
    lines = [
        Labelled(q=q, kind="danger", concern=q.startswith("maybe")) for q in ("sure", "maybe", "maybe 2")
    ]
    answers = {"sure": given("concern"), "maybe": given("concern"), "maybe 2": given("danger")}
    scores = evaluate(lines, answers.__getitem__)
    assert (scores.rates["danger: seen"].hits, scores.rates["danger: seen"].of) == (0, 1)
    assert (scores.rates["concern: seen"].hits, scores.rates["concern: seen"].of) == (2, 2)
    assert [miss.question for miss in scores.misses] == ["sure"]


def test_numbers_are_shown_by_grade_or_by_text() -> None:
    """A danger or concern shows whom to phone, and so does 999 as a word in any other text."""
    texts = {"a": "Phone 999.", "b": "It costs 1999.", "c": "nothing"}
    answers = {name: replace(given("not_covered"), text=text) for name, text in texts.items()}
    answers["d"] = given("concern")
    scores = evaluate([Labelled(q=name, kind="danger") for name in answers], answers.__getitem__)
    assert (scores.rates["numbers shown"].hits, scores.rates["numbers shown"].of) == (2, 4)


def test_false_alarms_count_danger_and_concern_apart() -> None:
    """An alarm at a calm question counts by its grade; a group test counts in neither."""
    lines = [ask("danger"), ask("concern"), Labelled(q="none", kind="out_of_scope")]
    lines.append(Labelled.model_validate({"q": "danger", "group": "g", "not_kind": ["danger"]}))
    answers = {"danger": given("danger"), "concern": given("concern"), "none": given("not_covered")}
    rates = evaluate(lines, answers.__getitem__).rates
    for name in ("danger", "concern"):
        assert (rates[f"{name}: false alarms"].hits, rates[f"{name}: false alarms"].of) == (1, 3)


def test_a_conversation_is_asked_turn_by_turn() -> None:
    """All turns are asked in their order, the answer to the last is scored, and a miss shows them all."""
    line = Labelled.model_validate({"turns": ["one?", "two?"], "kind": "policy", "expect": ["right"]})
    heard: list[tuple[str, ...]] = []

    def hear(*turns: str) -> Answer:
        heard.append(turns)
        return given("not_covered")

    scores = evaluate([line], hear)
    assert line.q == "two?"
    assert heard == [("one?", "two?")]
    assert scores.misses[0].question == "one? / two?"


@pytest.mark.parametrize(
    ("verdict", "also", "agrees"),
    [
        ("never", (), True),
        ("must", (), False),
        ("must", ("never",), True),
        ("must", ("should",), True),
        ("must", ("may",), False),
    ],
)
def test_a_verdict_agrees_or_is_among_the_others(verdict: str, also: tuple[str, ...], agrees: bool) -> None:
    """The verdict is the labelled one, or it or its modality is among the others that are right."""
    answer = replace(given("answer", "x"), verdict="never", modality="should")
    rate = evaluate([ask("q", "x", verdict, also)], lambda _: answer).rates["policy: verdict agrees"]
    assert (rate.hits, rate.of) == (agrees, 1)


def test_a_verdict_counts_only_where_the_clause_is_right() -> None:
    """A question without a verdict, or whose first clause is wrong, counts in no rate of verdicts."""
    answer = replace(given("answer", "x"), verdict="never")
    lines = [ask("wrong", "y", "never"), ask("unlabelled", "x")]
    assert evaluate(lines, lambda _: answer).rates["policy: verdict agrees"].of == 0


def test_a_modality_that_says_nothing_agrees_with_nothing() -> None:
    """The modality "information" is not printed, so it is no verdict."""
    answer = replace(given("answer", "x"), verdict="encouraged", modality="information")
    lines = [ask("q", "x", "must", ("information",))]
    assert evaluate(lines, lambda _: answer).rates["policy: verdict agrees"].hits == 0


def test_columns_are_counted_by_what_is_right() -> None:
    """Form, author, voice and group are counted apart, in the table (but for voices) and in the JSON."""
    lines = [
        Labelled(q="right", kind="policy", expect=("x",), form="short", author="ann", voice="cook"),
        Labelled(q="wrong", kind="policy", expect=("x",), form="short", author="bob", group="mine"),
        Labelled(q="wrong", kind="out_of_scope", form="story"),
        Labelled.model_validate({"q": "right", "group": "swap", "form": "story", "kind": ["answer"]}),
    ]
    answers = {"right": given("answer", "x"), "wrong": given("answer", "y")}
    scores = evaluate(lines, answers.__getitem__)
    counted = {
        column: {name: (rate.hits, rate.of) for name, rate in rates.items()}
        for column, rates in scores.columns.items()
    }
    assert counted == {
        "form": {"short": (1, 2), "story": (1, 2)},
        "author": {"ann": (1, 1), "bob": (0, 1)},
        "voice": {"cook": (1, 1)},
        "group": {"mine": (0, 1), "swap": (1, 1)},
    }
    shown = table(scores).splitlines()
    assert [line for line in shown if line.startswith("right, by")] == [
        "right, by form",
        "right, by author",
        "right, by group",
    ]
    assert shown[shown.index("right, by form") + 1].split()[:4] == ["short", "1/2", "0.500", "0.095"]
    assert to_json(scores)["right_by"]["voice"] == {
        "cook": {"hits": 1, "of": 1, "share": 1.0, "low": 0.2065, "high": 1.0}
    }


def test_what_was_not_asked_has_no_line() -> None:
    """A file of group tests alone gives a table of groups alone; the JSON keeps every rate."""
    lines = [Labelled.model_validate({"q": "q", "group": "swap", "kind": ["answer"]})]
    scores = evaluate(lines, lambda _: given("answer", "x"))
    assert [line.split()[0] for line in table(scores).splitlines() if line] == ["right", "right,", "swap"]
    assert to_json(scores)["rates"]["danger: seen"]["of"] == 0
    assert scores.judged == ()


def test_a_kind_is_wanted_or_forbidden() -> None:
    """One of the wanted kinds is right; where danger is forbidden, a concern is too."""
    assert meets(given("clarify"), kind=["answer", "clarify"])
    assert not meets(given("related"), kind=["answer", "clarify"])
    assert not meets(given("danger"), not_kind=["danger"])
    assert not meets(given("concern"), not_kind=["danger"])
    assert meets(given("danger"), not_kind=["concern"])
    assert meets(given("report"), not_kind=["danger"])


def test_a_topic_is_wanted_of_an_answer() -> None:
    """Only an answer, or the second one of a double question, is of a topic; the closest rule is not."""
    answer = replace(given("answer", "x"), topic="one")
    assert meets(answer, topic=["one", "two"])
    assert not meets(answer, topic=["two"])
    assert not meets(replace(answer, kind="related"), topic=["one"])
    assert not meets(replace(answer, kind="report"), topic=["one"])
    assert meets(replace(answer, topic="three", also=(answer,)), topic=["one"])


def test_a_topic_or_verdict_is_forbidden() -> None:
    """It may not be given, under an alarm or second neither; the closest rule gives none."""
    answer = replace(given("answer", "x"), topic="one", verdict="never")
    for shown in (answer, replace(answer, kind="report"), replace(given("answer", "y"), also=(answer,))):
        assert not meets(shown, not_topic=["one"])
        assert not meets(shown, not_verdict=["never"])
        assert meets(shown, not_topic=["two"], not_verdict=["must"])
    assert meets(replace(answer, kind="related", verdict=""), not_topic=["one"], not_verdict=["never"])


def test_a_text_says_one_of_the_pieces() -> None:
    """One piece of the text is enough, and it is compared folded."""
    assert meets(given("smalltalk"), says=["999", "TEXT"])
    assert not meets(given("smalltalk"), says=["999"])


def test_a_group_test_expects_a_first_clause() -> None:
    """An answer, or the second one, has the clause in front; one under a report does not count."""
    assert meets(given("answer", "Staff must"), expect=["staff must"])
    assert not meets(given("answer", "other", "Staff must"), expect=["staff must"])
    assert not meets(given("report", "Staff must"), expect=["staff must"])
    assert meets(replace(given("answer", "x"), also=(given("answer", "Staff must"),)), expect=["staff must"])


def test_both_halves_of_a_double_question_are_expected() -> None:
    """Each half has a clause among the first three of one of the two answers."""
    halves = [["one", "other one"], ["two"]]
    assert meets(replace(given("answer", "one"), also=(given("answer", "two"),)), expect_all=halves)
    assert meets(given("answer", "other one", "x", "two"), expect_all=halves)
    assert not meets(given("answer", "one", "x", "y", "two"), expect_all=halves)
    assert not meets(given("answer", "one"), expect_all=halves)
    assert not meets(given("related", "one", "two"), expect_all=halves)


def test_all_conditions_must_hold() -> None:
    """A group test is right where every one of its conditions is met; a miss has the group's name."""
    assert meets(given("answer", "x"), kind=["answer"], expect=["x"])
    assert not meets(given("answer", "x"), kind=["report"], expect=["x"])
    line = Labelled.model_validate({"q": "q", "group": "swap", "kind": ["report"]})
    assert evaluate([line], lambda _: given("answer")).misses[0].label == "swap"


def test_a_question_with_a_group_keeps_its_label() -> None:
    """A kind that is one word is a label; the group is then a column like the others."""
    line = Labelled.model_validate({"q": "q", "group": "g", "kind": "policy", "expect": ["x"]})
    assert (line.kind, line.expect, line.group) == ("policy", ("x",), "g")


def test_a_conversation_may_say_its_last_turn_twice(tmp_path: Path) -> None:
    """A line with both a question and turns is read where the question is the last of them."""
    path = tmp_path / "lines.jsonl"
    path.write_text('{"q": "b", "turns": ["a", "b"], "kind": "danger"}', encoding="utf-8")
    assert [line.asked for line in read_labelled(path)] == [("a", "b")]


@pytest.mark.parametrize(
    ("label", "verdict", "modality", "agrees"),
    [
        ("info", "information", "", True),
        ("info", "must", "must", False),
        ("should", "encouraged", "should", True),
        ("should", "must", "should", True),
        ("should", "must", "must", False),
        ("may", "allowed_if", "must", True),
        ("may", "never", "must", False),
        ("must", "never", "must", False),
    ],
)
def test_a_label_may_name_a_force(label: str, verdict: str, modality: str, agrees: bool) -> None:
    """A force in place of a verdict agrees with what has it, and "must" with no ban."""
    line = Labelled.model_validate({"q": "q", "kind": "policy", "expect": ["x"], "verdict": label})
    given = Answer("q", "answer", "text", verdict=verdict, modality=modality)
    assert Marked(line, given).verdict_agrees is agrees


def test_abuse_by_a_colleague_is_a_report_of_abuse() -> None:
    """A label that tells who it was is met by the offer to report abuse, and by no other."""
    line = Labelled.model_validate({"q": "q", "kind": "report", "report": "colleague"})
    offers = [
        Marked(line, Answer("q", "report", "text", report=kind)).as_labelled for kind in ("abuse", "image")
    ]
    assert offers == [True, False]


@pytest.mark.parametrize(
    "line",
    [
        {"q": "q", "group": "g"},
        {"q": "q", "group": "g", "kind": []},
        {"q": "q", "group": "g", "kind": ["nonsense"]},
        {"q": "q", "group": "g", "kind": "answer"},
        {"q": "q", "kind": ["answer"]},
        {"q": "q", "group": "g", "expect_all": [["one half"]]},
        {"q": "q", "turns": ["a", "b"], "kind": "danger"},
        {"turns": [], "kind": "danger"},
        {"turns": "a", "kind": "danger"},
        {"turns": [1], "kind": "danger"},
    ],
)
def test_lines_that_mean_nothing_are_faults(tmp_path: Path, line: dict[str, object]) -> None:
    """No conditions, kinds that are none, half a double question, or no clear turns: the line is named."""
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps(line), encoding="utf-8")
    with pytest.raises(DataFaults, match="not a labelled question"):
        read_labelled(path)


def test_the_groups_of_the_project_are_well_formed() -> None:
    """Every line is a group test whose topics and clauses are the policy's, and none stands there twice."""
    lines = read_labelled(JUDGEMENT)
    known = load_policy(ROOT / "policy_kb" / "social-media")
    quotes = [each.quote for each in known.clauses.values()]
    assert {line.kind for line in lines} == {"group"}
    assert len({(line.group, line.asked) for line in lines}) == len(lines)
    for conditions in (line.conditions for line in lines):
        assert {*conditions.topic, *conditions.not_topic} <= set(known.topics)
        pieces = [*conditions.expect, *(piece for half in conditions.expect_all for piece in half)]
        assert [piece for piece in pieces if not any(piece in quote for quote in quotes)] == []


def test_the_groups_of_the_project_keep_their_size() -> None:
    """No line of a group is lost; a follow-up has two turns, and other languages are twenty."""
    lines = read_labelled(JUDGEMENT)
    sizes = {name: sum(line.group == name for line in lines) for name in {line.group for line in lines}}
    assert sizes == SIZES
    assert all(len(line.turns) == 2 for line in lines if line.group == "follow-up")
    assert len({line.voice for line in lines if line.group == "language"}) == 20
