"""Which question gets a signed answer: nearly the same one, and never over danger or what is forbidden."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.asking.answer import Answer, Kind
from bot.content.world import World
from bot.domain.gaps import GapAnswer, Live
from bot.gaps import matching
from bot.gaps.matching import nearness, signed_answer
from tests.gaps.measure import at_bar, measure, questions_of

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
FILES = (GOLDEN / "questions.jsonl", GOLDEN / "judgement.jsonl")
QUESTION = "Can we use Canva to make posters for the school account?"


def with_answer(world: World, question: str = QUESTION, *examples: str) -> World:
    given = GapAnswer(question, "t", "information", "", date(2027, 1, 1), "eleanor", examples, (), "dina")
    return replace(world, live=(Live("one", given),))


def test_at_most_one_in_a_hundred_gets_an_answer_that_it_should_not(world: World) -> None:
    """Of all golden and judgement questions, each with a signed answer in turn, at most 1 % get another's."""
    found = measure(questions_of(FILES), world)
    assert found.asked > 1500
    assert found.share <= 0.01, found.wrong


def test_the_measure_can_fail(world: World) -> None:
    """With a low bar the twins among the golden questions do get each other's answers."""
    assert measure(questions_of(FILES), at_bar(world, 0.6)).share > 0.003


@pytest.mark.parametrize(
    "asked",
    [
        QUESTION,
        "can we use canva to make posters for the school account",
        "May I use Canva to make a poster for the school's account, please?",
        "is Canva ok to make posters for the school account",
        "Is it allowed to use Canva to make posters for the school account?",
    ],
)
def test_the_same_question_in_other_small_words(world: World, asked: str) -> None:
    """Small words, endings, capitals and politeness make no other question."""
    assert nearness(asked, (QUESTION,), world) >= world.gaps.bar


@pytest.mark.parametrize(
    "asked",
    [
        "Can we use Canva to make posters of pupils for the school account?",
        "Can we use Canva to make posters for my own account?",
        "Can pupils use Canva to make posters for the school account?",
        "Can we not use Canva to make posters for the school account?",
        "Must we use Canva to make posters for the school account?",
        "Can we use Photoshop to make posters for the school account?",
        "Can we use Canva to make videos for the school account?",
        "Canva",
        "",
    ],
)
def test_another_question(world: World, asked: str) -> None:
    """Another person, account, act, word or denial makes it another question, and it gets no answer."""
    assert nearness(asked, (QUESTION,), world) == 0.0


def test_another_way_to_ask_is_matched_as_well(world: World) -> None:
    """What was written down as another way to ask it gets the answer."""
    held = with_answer(world, QUESTION, "Poster design in Canva, who pays?")
    found = Answer("poster design in canva: who pays", "not_covered", "")
    assert signed_answer(found, "", held) == held.live[0]


@pytest.mark.parametrize("kind", ["danger", "concern", "report", "answer", "clarify", "smalltalk"])
def test_never_over_what_the_policy_or_the_gate_says(world: World, kind: Kind) -> None:
    """Danger, a concern, a report, the policy's own answer: no signed answer is laid over any of them."""
    assert signed_answer(Answer(QUESTION, kind, ""), "", with_answer(world)) is None
    assert signed_answer(Answer(QUESTION, "not_covered", ""), "", with_answer(world)) is not None


def test_never_over_a_rule_that_forbids(world: World) -> None:
    """Where the closest rule forbids it stays on the screen; where it informs, the signed answer stands."""
    never = Answer(QUESTION, "related", "", topic="follow-former-student")
    informs = Answer(QUESTION, "related", "", topic="policy-purpose")
    assert signed_answer(never, "", with_answer(world)) is None
    assert signed_answer(informs, "", with_answer(world)) is not None


def test_nothing_is_computed_where_there_is_no_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without signed answers a question costs nothing more."""
    monkeypatch.setattr("bot.gaps.matching.likeness", None)
    assert signed_answer(Answer(QUESTION, "not_covered", ""), "", world) is None


def test_a_question_that_is_asked_is_not_kept(world: World) -> None:
    """Compared with an answer that is given again and again, a question leaves no word in memory."""
    nearness(QUESTION, (QUESTION,), world)
    before = matching._kept_words.cache_info().currsize
    nearness("Quetzal posters in Canva for the school account?", (QUESTION,), world)
    assert matching._kept_words.cache_info().currsize == before
