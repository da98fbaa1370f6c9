"""Two questions in one: where the second begins, and what of them is read."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.asking.answer import answer
from bot.content.documents import DataFaults
from bot.content.doubles import load_doubles
from bot.content.world import World
from bot.engine.engine import BuiltinEngine, build_engine, read_lesson
from bot.engine.features import TfidfEncoder, Vectors

ROOT = Path(__file__).parents[2]
FILE = ROOT / "intents" / "doubles.yml"


@pytest.fixture(scope="module")
def engine(world: World) -> BuiltinEngine:
    """The product's own engine."""
    return build_engine(read_lesson(ROOT / "intents", [world.policy]), ROOT / ".cache")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Do we reply at weekends and can I delete rude comments",
            ("do we reply at weekends", "can i delete rude comments"),
        ),
        ("who approves it? how many must run it?", ("who approves it", "how many must run it")),
        ("can I follow and message pupils", ()),
        ("can parents and carers film the play", ()),
        # What the second sentence tells, it does not ask.
        ("what happens if I say no? she wants my post on how the trip went gone", ()),
        ("what if I refuse? It was about how the school dealt with the snow.", ()),
        ("can I post it and should I", ()),
        ("can I go? can you? can we?", ()),
        (f"can we post {'very ' * 60}much and who decides that", ()),
        ("", ()),
    ],
)
def test_double_questions_are_split_where_both_halves_ask(
    world: World, text: str, parts: tuple[str, ...]
) -> None:
    """ "And" between two words is no second question, nor is a half of two words."""
    assert world.rules.doubles.halves(text) == parts


@pytest.mark.parametrize(
    ("question", "readings"),
    [
        (
            "who approves a new account and how many people have to run an account",
            [
                ["who approves a new account and how many people have to run an account"],
                ["who approves a new account", "how many people have to run an account"],
            ],
        ),
        (
            "a year 9 wants to kill himself, what do I do and who do I ring",
            [["a year 9 wants to kill himself, what do i do and who do i ring"]],
        ),
        ("can I reply at weekends", [["can i reply at weekends"]]),
    ],
)
def test_nothing_of_a_double_is_read_twice(
    engine: BuiltinEngine,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    question: str,
    readings: list[list[str]],
) -> None:
    """The whole is read once; the halves once, and only where they decide what is answered."""
    seen: list[list[str]] = []
    encode = TfidfEncoder.encode

    def counted(encoder: TfidfEncoder, texts: Sequence[str]) -> Vectors:
        seen.append(list(texts))
        return encode(encoder, texts)

    monkeypatch.setattr(TfidfEncoder, "encode", counted)
    answer(question, engine.parse(question), world.policy, rules=world.rules)
    assert seen == readings


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('  - "^(?:{filled}', '  - "^(?:{fillt}', "there is no list {fillt} under words"),
        ('  - "[.;]\\\\s+(?:and', '  - "[.;]\\\\s+(and', "write (?:…) for (…)"),
        ('  - "[.;]\\\\s+(?:and', '  - "[.;\\\\s+(?:and', "not a regular expression"),
        ("least_words: 3", "least_words: 0", "greater than or equal to 1"),
    ],
)
def test_faulty_pattern_is_told_with_its_line(tmp_path: Path, written: str, instead: str, said: str) -> None:
    """A list that is not there, a group that would be cut out, and what is no pattern: file, line and why."""
    copy = Path(shutil.copy(FILE, tmp_path))
    text = copy.read_text(encoding="utf-8")
    line = text[: text.index(written)].count("\n") + 1
    copy.write_text(text.replace(written, instead), encoding="utf-8")
    with pytest.raises(DataFaults) as raised:
        load_doubles(copy)
    (fault,) = raised.value.faults
    assert (fault.path, fault.line) == (copy, line)
    assert said in fault.message
