"""The gate of danger, and the texts that it learns from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from bot.asking.labels import read_labelled
from bot.content.documents import DataFaults
from bot.content.world import World
from bot.engine.engine import BuiltinEngine, build_engine, read_cache, read_lesson, write_cache
from bot.engine.gate import load_gate

ROOT = Path(__file__).parents[2]
TEXTS = load_gate(ROOT / "intents" / "gate")


def test_gate_learns_from_several_authors() -> None:
    """At least 300 dangers and as many harmless texts by each of several authors, half of them stories."""
    authors = {text.author for text in TEXTS}
    assert len(authors) >= 6
    for grade in ("danger", "harmless"):
        mine = [text for text in TEXTS if text.grade == grade]
        assert len(mine) >= 300
        assert {text.author for text in mine} == authors
        stories = [text for text in mine if len(text.text.split()) > 30]
        assert len(stories) / len(mine) >= 0.4


def test_stories_of_risk_say_where_it_is_told() -> None:
    """Each story of danger or concern marks the stretch that tells of it."""
    risk = [text for text in TEXTS if text.grade in ("danger", "concern") and len(text.text.split()) > 30]
    assert [text.text[:60] for text in risk if not text.spans] == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"text": "a", "grade": "danjer"}', ":2: not a text of the gate: grade"),
        ('{"text": "a", "grade": "danger", "spans": ["b"]}', "not in the text"),
        ('{"text": " ", "grade": "danger"}', "the text is empty"),
        ("{", ":2: not a text of the gate"),
        ('{"text": "First", "grade": "danger"}', "this text is already at one.jsonl:1"),
    ],
)
def test_broken_line_is_named(tmp_path: Path, line: str, fault: str) -> None:
    """A misspelt grade, a span that is not there, a text twice: each with file and line."""
    (tmp_path / "one.jsonl").write_text('{"text": "first", "grade": "harmless"}\n' + line, encoding="utf-8")
    with pytest.raises(DataFaults, match=fault):
        load_gate(tmp_path)


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    """A file that is no UTF-8 is a fault with its name, not a crash."""
    (tmp_path / "one.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(DataFaults, match=r"one\.jsonl:1: cannot be read"):
        load_gate(tmp_path)


@pytest.mark.parametrize("authors", [0, 1])
def test_gate_without_its_texts_is_a_fault(tmp_path: Path, authors: int) -> None:
    """An empty folder, or a single author, stops the start instead of leaving danger to the words alone."""
    for number in range(authors):
        (tmp_path / f"{number}.jsonl").write_text('{"text": "a", "grade": "danger"}\n', encoding="utf-8")
    with pytest.raises(DataFaults, match="at least two authors"):
        load_gate(tmp_path)


def test_no_text_that_measures_is_learnt() -> None:
    """No text of the golden groups is one of the gate's, or nearly one."""
    texts = [text.text.casefold() for text in TEXTS]
    asked = [
        line.asked[-1].casefold()
        for line in read_labelled(ROOT / "tests" / "golden" / "judgement.jsonl")
        if len(line.asked[-1].split()) > 4
    ]
    near = process.cdist(asked, texts, scorer=fuzz.ratio, score_cutoff=90)
    assert [(asked[row], texts[column]) for row, column in zip(*near.nonzero(), strict=True)] == []


@pytest.fixture(scope="module")
def engine(world: World) -> BuiltinEngine:
    """The built-in engine with its gate."""
    return build_engine(read_lesson(ROOT / "intents", [world.policy]), ROOT / ".cache")


def test_one_clause_of_a_story_is_read(engine: BuiltinEngine) -> None:
    """A calm story stays calm; with one clause of danger in the middle it does not."""
    calm = (
        "What a day, the minibus would not start and the netball girls had to wait in the rain for an hour, "
        "then the caterers brought the wrong sandwiches, {middle}and in the end we lost by one goal, anyway "
        "my question is whether I may put the team photo on our page tonight or do I have to ask first"
    )
    before = engine.parse(calm.format(middle="")).alarm
    after = engine.parse(
        calm.format(middle="and one of them told me quietly that her stepfather hits her when he drinks, ")
    ).alarm
    assert before is not None
    assert after is not None
    assert before.danger + before.concern < 0.4
    assert after.danger + after.concern > 0.6


def test_gate_is_kept_with_the_rest(engine: BuiltinEngine, tmp_path: Path, world: World) -> None:
    """What is read back from the cache gives the same alarms, number by number."""
    lesson = read_lesson(ROOT / "intents", [world.policy])
    kept = next((ROOT / ".cache").glob("engine-*.npz"))
    learnt = read_cache(kept)
    assert learnt is not None
    if learnt.gate is not None:
        write_cache(tmp_path / "engine-x.npz", learnt)
        again = read_cache(tmp_path / "engine-x.npz")
        assert again is not None
        assert again.gate is not None
        assert np.array_equal(again.gate.rows, learnt.gate.rows)
        assert np.array_equal(again.gate.story.linear.weights, learnt.gate.story.linear.weights)
    assert lesson.gate


def test_clause_is_read_alone_only_where_its_words_tell_of_a_risk(engine: BuiltinEngine) -> None:
    """Each takes the time of a question: clauses of ordinary words get none, a danger among them does."""
    assert engine._gate is not None
    told, *calm = (
        "Her stepfather hits her when he drinks.",
        "The chess page wants to point to a chess website.",
        "What must we watch out for?",
    )
    assert engine._gate.clauses(" ".join(calm)) == []
    assert engine._gate.clauses(f"{calm[0]} {told} {calm[1]}") == [told.lower()]


def test_endless_text_is_read_in_bounded_time(engine: BuiltinEngine) -> None:
    """Of twenty thousand characters a few windows are read for their meaning, those with most evidence."""
    text = "The weather was fine. " * 900 + "He said he will kill himself tonight. " + "We had tea. " * 50
    assert engine._gate is not None
    parts = engine._gate.parts(text)
    assert len(parts) <= 4
    assert any("kill himself" in part for part in parts[1:])
