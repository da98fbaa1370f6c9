"""Opposites and siblings (`tests/golden/opposites.yml`): no wording turns a rule round."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from bot.asking.answer import Answer, answer
from bot.asking.conversation import ask
from bot.asking.reading import Earlier
from bot.content.world import World
from bot.domain.turns import Session, Tokens
from bot.engine.engine import BuiltinEngine, build_engine, read_lesson

ROOT = Path(__file__).parents[2]
Wanted = tuple[str, ...]


def _read(path: Path) -> Mapping[str, tuple[tuple[str, Wanted], ...]]:
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        name: tuple((question, _wanted(topics)) for pair in pairs for question, topics in pair.items())
        for name, pairs in groups.items()
    }


def _wanted(topics: str | list[str]) -> Wanted:
    return (topics,) if isinstance(topics, str) else tuple(topics)


OPPOSITES = _read(ROOT / "tests" / "golden" / "opposites.yml")


@pytest.fixture(scope="module", params=[False, True], ids=["minilm", "letters"])
def engine(request: pytest.FixtureRequest, world: World) -> BuiltinEngine:
    """The engine with the language model, and the one without."""
    intents = ROOT / "intents"
    learnt_from = read_lesson(intents, [world.policy])
    return build_engine(learnt_from, ROOT / ".cache", small=request.param)


def say(engine: BuiltinEngine, world: World, question: str, last_topic: str = "") -> Answer:
    return answer(
        question, engine.parse(question), world.policy, rules=world.rules, earlier=Earlier(last_topic)
    )


def verdicts(world: World, wanted: Wanted) -> set[str]:
    return {world.policy.topics[name].verdict for name in wanted if name in world.policy.topics}


def allows_what_is_forbidden(world: World, wanted: Wanted, given: Answer) -> bool:
    right = verdicts(world, wanted)
    forbidden = "never" in right and not right & {"allowed_if", "encouraged"}
    return forbidden and given.verdict in ("allowed_if", "encouraged")


def is_right(wanted: Wanted, given: Answer) -> bool:
    refused = {"not_covered"} if given.kind == "smalltalk" else {given.kind}
    return bool({given.topic, *refused, *(choice.topic for choice in given.options)} & set(wanted))


@pytest.mark.parametrize("group", OPPOSITES)
def test_no_opposite_allows_what_is_forbidden(engine: BuiltinEngine, world: World, group: str) -> None:
    """Whatever a question turns round, a rule that says never is not answered with a permission."""
    wrong = [
        (question, given.topic)
        for question, wanted in OPPOSITES[group]
        if allows_what_is_forbidden(world, wanted, given := say(engine, world, question))
    ]
    assert wrong == []


def test_opposites_find_their_own_topic(engine: BuiltinEngine, world: World) -> None:
    """The right topic, or one question back that holds it, for nine in ten."""
    asked = [pair for pairs in OPPOSITES.values() for pair in pairs]
    share = sum(is_right(wanted, say(engine, world, text)) for text, wanted in asked) / len(asked)
    print(f"opposites answered with the right topic: {share:.3f} of {len(asked)}")
    assert share >= (0.82 if engine.reduced_accuracy else 0.93)


def test_opposites_are_many_and_real(world: World) -> None:
    """At least 150 pairs, and every topic that they name is in the policy."""
    groups = yaml.safe_load((ROOT / "tests" / "golden" / "opposites.yml").read_text(encoding="utf-8"))
    assert sum(len(pairs) for pairs in groups.values()) >= 150
    assert all(2 <= len(pair) <= 3 for pairs in groups.values() for pair in pairs)
    named = {topic for pairs in OPPOSITES.values() for _, wanted in pairs for topic in wanted}
    assert named - set(world.policy.topics) == {"not_covered", "report", "danger"}


@pytest.mark.parametrize(
    ("last_topic", "question", "topics"),
    [
        ("follow-former-student", "and what about LinkedIn?", {"follow-former-student"}),
        (
            "follow-former-student",
            "what if she's eighteen?",
            {"follow-student-exceptions", "follow-former-student"},
        ),
        ("follow-former-student", "and if he follows me?", {"student-follows-me"}),
        (
            "photo-on-federation-account",
            "and on my own account?",
            {"photo-on-personal-account"},
        ),
        ("photo-on-personal-account", "and on the school's page?", {"photo-on-federation-account"}),
        (
            "message-student-personal-account",
            "what about from the department account?",
            {"dm-student-federation-account", "teach-on-federation-account"},
        ),
        (
            "federation-account-follow-students",
            "and former students?",
            {"federation-account-follow-former-student"},
        ),
        ("student-full-name", "what about first names?", {"student-first-name"}),
    ],
)
def test_follow_up_is_read_in_the_light_of_the_last_topic(
    engine: BuiltinEngine, world: World, last_topic: str, question: str, topics: set[str]
) -> None:
    """A question that goes on from the last gets a neighbour of its topic, and no permission for a no."""
    if engine.reduced_accuracy:
        # Letters alone may stay with the rule that was just shown.
        topics = topics | {last_topic}
    given = say(engine, world, question, last_topic)
    shown = {given.topic, *(choice.topic for choice in given.options)}
    assert shown & topics
    assert not allows_what_is_forbidden(world, tuple(topics), given)


def test_nobody_is_asked_back_twice_in_a_row(engine: BuiltinEngine, world: World) -> None:
    """After one question back, whatever is typed next gets an answer or an honest refusal."""
    texts = [text for pairs in OPPOSITES.values() for text, _ in pairs]
    session = Session(Tokens("", "", ""), clarifying=True)
    for text in texts:
        after, given = ask(session, text, engine.parse(text), world)
        assert given.kind != "clarify"
        assert not after.clarifying


@pytest.mark.parametrize("text", ["@channel <!here> *bold* _x_", "<!channel>", "@everyone", "<@U123ABC> ..."])
def test_markup_gets_no_confident_answer(engine: BuiltinEngine, world: World, text: str) -> None:
    """Mentions and signs of a chat are no question: nothing is answered."""
    assert say(engine, world, text).kind in ("not_covered", "smalltalk")


@pytest.mark.parametrize(
    "text",
    [
        "do I need to declare that I know a pupil's mum",
        "The office is putting all our timetables into the new system this week, and half are wrong.",
        "Our deputy retires on Friday after twenty years, and the whole staff room has clubbed together.",
        "Do I have to tell anyone that my brother teaches at the other school?",
    ],
)
def test_nothing_of_social_media_gets_no_verdict(text: str, engine: BuiltinEngine, world: World) -> None:
    """What names no act, account or platform is neither allowed nor demanded, unless Signpost is sure."""
    assert say(engine, world, text).verdict in ("", "information")
