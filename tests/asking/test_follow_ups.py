"""Questions that go on from the last one, asked in a conversation."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.asking.answer import Answer, answer
from bot.asking.conversation import ask
from bot.asking.labels import read_labelled
from bot.asking.reading import Earlier
from bot.assistant import dialogue
from bot.content.world import World
from bot.domain.turns import Session, Tokens
from bot.engine.engine import BuiltinEngine, build_engine, read_lesson

ROOT = Path(__file__).parents[2]
NEW = Session(Tokens("", "", ""))


@pytest.fixture(scope="module")
def engine(world: World) -> BuiltinEngine:
    """The built-in engine, with its language model."""
    return build_engine(read_lesson(ROOT / "intents", [world.policy]), ROOT / ".cache")


def talk(engine: BuiltinEngine, world: World, *turns: str) -> tuple[Session, Answer]:
    """The session and the answer after the last of these turns."""
    session, given = NEW, None
    for text in turns:
        session, given = ask(session, text, engine.parse(text), world)
    assert given is not None
    return session, given


def test_what_is_left_unsaid_was_said_before(engine: BuiltinEngine, world: World) -> None:
    """The account changes, act and person stay: the rule on the other account answers."""
    session, given = talk(
        engine, world, "Can I put a picture of a student on my own Facebook?", "and on the school's page?"
    )
    assert given.topic == "photo-on-federation-account"
    assert (given.frame.account, given.frame.act, given.frame.person) == (
        ("federation",),
        ("post_picture",),
        ("student",),
    )
    assert session.last_frame["person"] == ("student",)


def test_words_resolve_a_question_back(engine: BuiltinEngine, world: World) -> None:
    """Asked "on which account?", two typed words are as good as the button."""
    _, asked = talk(engine, world, "can I post pictures of students?")
    assert asked.kind == "clarify"
    _, given = talk(engine, world, "can I post pictures of students?", "my own")
    assert (given.topic, given.verdict) == ("photo-on-personal-account", "never")


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ("a colleague posts nasty things about me, can I block her", "What about photos of trips?"),
        ("who approves a new account", "how about pictures of sports day?"),
    ],
)
def test_what_a_topic_takes_is_a_question_of_its_own(
    engine: BuiltinEngine, world: World, before: str, then: str
) -> None:
    """ "What about photos of trips" goes on from no abuse: its words are another topic's."""
    assert talk(engine, world, before, then)[1].topic == "photo-on-federation-account"


def test_whole_question_starts_again(engine: BuiltinEngine, world: World) -> None:
    """A sentence with nothing that points back is read by itself, "so" or "and" in front of it or not."""
    _, given = talk(
        engine, world, "Is there a list of children not to photograph?", "So can I use Facebook at work?"
    )
    assert given.topic == "social-media-at-work"
    assert given.frame.person == ()


def test_whole_question_is_asked_back_as_alone(engine: BuiltinEngine, world: World) -> None:
    """A whole question that is unsure by itself is not decided by what was asked before it."""
    vague = "can I post pictures of students?"
    _, alone = talk(engine, world, vague)
    _, given = talk(engine, world, "can I follow a former student?", vague)
    assert alone.kind == given.kind == "clarify"
    assert given.frame == alone.frame


def test_question_about_what_was_told_offers_the_report_again(engine: BuiltinEngine, world: World) -> None:
    """After an incident "so do I just delete it" gets the report first, and then the rule."""
    told = "I took a picture of a pupil changing by mistake, she is half naked in it"
    _, first = talk(engine, world, told)
    _, given = talk(engine, world, told, "so do I just delete it?")
    assert first.kind in ("report", "danger", "concern")
    assert given.kind in ("report", "danger", "concern")
    assert given.verdict not in ("allowed_if", "encouraged")


def test_session_keeps_no_word_of_a_question(engine: BuiltinEngine, world: World) -> None:
    """Topic, frame and report are what the next question goes on from; what was typed is not stored."""
    session, _ = talk(
        engine, world, "Can I follow Zebedee, a former pupil, on Instagram?", "and on Strava, Zebedee again?"
    )
    stored = dialogue.dump(session)
    assert session.last_topic
    assert "zebedee" not in stored.lower()
    assert dialogue.restore(stored) == session


def test_session_of_an_earlier_version_is_read(engine: BuiltinEngine, world: World) -> None:
    """A session stored before frames were kept goes on from its topic."""
    old = (
        '{"version":1,"tokens":{"draft":"a","reference":"b","code":"c"},"draft":null,'
        '"last_topic":"follow-former-student","clarifying":false}'
    )
    session = dialogue.restore(old)
    assert session is not None
    _, given = ask(session, "and on LinkedIn?", engine.parse("and on LinkedIn?"), world)
    assert given.topic == "follow-former-student"


@pytest.mark.parametrize("topic", ["follow-former-student", "who-keeps-passwords", "parent-offensive-post"])
def test_danger_is_seen_after_any_question(engine: BuiltinEngine, world: World, topic: str) -> None:
    """No sign of danger of the golden set, however short, is read as a mere follow-up."""
    signs = [
        line.q for line in read_labelled(ROOT / "tests" / "golden" / "danger.jsonl") if line.kind == "danger"
    ]
    short = [text for text in signs if len(text.split()) <= 14]
    assert len(short) >= 80

    def kind(text: str) -> str:
        return answer(text, engine.parse(text), world.policy, rules=world.rules, earlier=Earlier(topic)).kind

    assert [text for text in short if kind(text) != "danger"] == []


@pytest.mark.parametrize(
    "text", ["Even if she is twenty-five now?", "and one who is an adult?", "not even from behind?"]
)
def test_fragment_after_a_calm_question_is_calm(engine: BuiltinEngine, world: World, text: str) -> None:
    """A few words that go on from a rule raise no alarm."""
    _, given = talk(engine, world, "Can I put a picture of a former student on our page?", text)
    assert given.kind not in ("danger", "concern")


def test_frame_of_a_forged_session_reads_nothing(engine: BuiltinEngine, world: World) -> None:
    """Slots that no frame has are passed over, and values that no topic knows contradict, at worst."""
    session = Session(NEW.tokens, last_topic="no-such-topic", last_frame={"x": ("y",), "act": ("z",)})
    _, given = ask(session, "and on LinkedIn?", engine.parse("and on LinkedIn?"), world)
    assert given.frame.act != ("z",)


ANSWERED = (
    "Can I accept a friend request from a pupil who left last summer?",
    "may I post pictures of sports day on the school facebook page",
    "a parent has complained about the school on our page, what do I do",
    "who has to approve a new twitter account",
)


@pytest.mark.parametrize("before", ANSWERED)
@pytest.mark.parametrize(
    "then",
    [
        "what time is lunch",
        "how much holiday do I get?",
        "who fixes the printer?",
        "where do I park at Southmere?",
        "what is the wifi password",
        "can I leave early on friday",
        "is there a car park?",
        "what time is lunch then",
    ],
)
def test_another_matter_does_not_go_on(engine: BuiltinEngine, world: World, before: str, then: str) -> None:
    """However short: what is about something else gets no verdict of the question before it."""
    given = talk(engine, world, before, then)[1]
    assert given.kind == "not_covered"
    assert not given.verdict


@pytest.mark.parametrize(
    "then", ["who?", "by when?", "how long", "and at the weekend?", "is it the same for TAs"]
)
def test_bare_words_go_on(engine: BuiltinEngine, world: World, then: str) -> None:
    """Words that name nothing by themselves, or point back, are about what was asked before."""
    assert talk(engine, world, "who has to approve a new twitter account", then)[1].kind != "not_covered"
