"""A detail that the rule leaves open: said first, with whom to ask, and never as though the rule gave it."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from bot.asking.answer import Answer, answer
from bot.asking.frame import Frame, read_frame
from bot.asking.render import as_messages
from bot.asking.whom import named_lines
from bot.content.contacts import load_contacts
from bot.content.documents import DataFaults
from bot.content.phrases import load_phrases
from bot.content.policy import Detail, Topic
from bot.content.world import World
from bot.domain.messages import Callout, Paragraph, Verdict
from bot.engine.parse import Parse, Ranked

ROOT = Path(__file__).parents[2]
# A question for each detail; what it is about comes from the parse.
ASKED: dict[Detail, str] = {
    "retention": "how long do we keep it on file",
    "frequency": "how often is that done",
    "period": "how long does that take",
    "deadline": "how soon is that due",
    "date": "when is the next one held",
    "age": "how old does one have to be",
    "cost": "how much does that cost",
    "measure": "how big does it have to be",
    "penalty": "what is the fine for that",
    "followers": "how many followers does it need",
    "number": "how many of them",
    "place": "where do I find that",
    "device": "can I take photos on my own phone",
    "pay": "do we get paid for running the school account",
    "fundraising": "can we raise money for the school on our page",
}
NOT_ASKED = (
    "is it fine for staff to follow parents",
    "is a fine line to walk on our page ok",
    "where should I post it",
    "who long ago ran the account",
    "can I text a student from my own phone",
    "how do I apply for an account",
    "is it ok to share photos I took on my own phone on the school page",
    "where is the line for phone use at work",
)


def say(world: World, question: str, *topics: str) -> Answer:
    ranking = tuple(Ranked(world.policy.intent(name), 1.0 / len(topics)) for name in topics)
    contacts = named_lines(world.federation, world.rules.texts)
    parse = Parse(question, ranking, 1.0)
    return answer(question, parse, world.policy, rules=world.rules, contacts=contacts)


def asked(world: World, question: str) -> list[str]:
    frame: Frame = read_frame(question, world.rules.frame, world.rules.platforms)
    return [entry.detail for entry in world.rules.phrases.details_asked(question, frame.of)]


def is_open(world: World, topic: Topic, question: str) -> bool:
    """Whether none of the details that a question asks for is one of which the topic speaks."""
    frame: Frame = read_frame(question, world.rules.frame, world.rules.platforms)
    found = world.rules.phrases.details_asked(question, frame.of)
    spoken = any(entry.detail in topic.states for entry in found)
    return not spoken and any(entry.of_bans or topic.verdict != "never" for entry in found)


@pytest.mark.parametrize("detail", get_args(Detail))
def test_each_detail_is_heard(world: World, detail: Detail) -> None:
    """Each detail that a topic may state is heard in a question for it."""
    assert detail in asked(world, ASKED[detail])


@pytest.mark.parametrize("question", NOT_ASKED)
def test_no_detail_is_heard_where_none_is_asked(world: World, question: str) -> None:
    """ "Fine for staff", "where should I post", a phone that is not filmed with: no detail is asked for."""
    assert asked(world, question) == []


@pytest.mark.parametrize("detail", get_args(Detail))
def test_silence_is_said_first_over_every_topic(world: World, detail: Detail) -> None:
    """Whatever rule is the closest: it gives what it states, and of the rest the answer says so before it."""
    question, texts = ASKED[detail], world.rules.texts
    opening = texts.silent.fill(detail=texts.details[detail], whom="\0").split("\0")[0]
    for topic in world.policy.topics.values():
        given = say(world, question, topic.id)
        if given.kind == "not_covered":
            continue
        if is_open(world, topic, question):
            assert given.kind == "related", topic.id
            assert not given.verdict, topic.id
            assert given.left_open, topic.id
            assert given.text.startswith(opening), topic.id
            assert given.citations[0].quote in given.text, topic.id
        else:
            assert not given.left_open, topic.id


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("how many years after she left may I follow a former student", "follow-former-student"),
        ("how old must a student be before I can message them", "message-student-personal-account"),
        ("how often can I like a student's posts from my own account", "engage-student-posts"),
        ("how long may I stay in a whatsapp group with students", "student-group-chat"),
    ],
)
def test_no_number_softens_a_ban(world: World, question: str, topic: str) -> None:
    """A ban answers how many, how often and from which age: never, and nobody is told that it is open."""
    given = say(world, question, topic)
    assert (given.kind, given.verdict) == ("answer", "never")
    assert not given.left_open


@pytest.mark.parametrize("detail", get_args(Detail))
def test_what_must_be_read_first_is_read_under_silence_too(world: World, detail: Detail) -> None:
    """The note that stands before anyone acts on a rule stands there where the rule only came close."""
    for topic in world.policy.topics.values():
        given = say(world, ASKED[detail], topic.id)
        if not given.left_open:
            continue
        shown = as_messages(given, world.policy, {}, texts=world.rules.texts)
        assert not [block for block in shown.blocks if isinstance(block, Verdict)]
        assert Paragraph(given.about) in shown.blocks
        for note in world.rules.texts.first(topic):
            text = world.rules.texts.outside(world.policy.outside[note])
            assert text in given.text
            assert any(isinstance(block, Callout) and text in block.text for block in shown.blocks)


@pytest.mark.parametrize(
    ("question", "topic", "whom"),
    [
        ("how often must the password change", "passwords-to-it", "IT Manager"),
        ("how many hours does the training take", "attend-training", "Federation Leadership Team (FLT)"),
        ("how much does an account cost", "apply-for-account", "School Business Manager"),
    ],
)
def test_who_can_answer_is_named(world: World, question: str, topic: str, whom: str) -> None:
    """Whom the topic tells, else who answers for the detail, else the leadership team: by name."""
    line = next(text for text in named_lines(world.federation, world.rules.texts).values() if whom in text)
    people = {person.name for person in world.federation.roster.people.values()}
    assert line != whom
    given = say(world, question, topic)
    assert line in given.text
    assert any(name in line for name in people)


def test_one_of_two_that_states_it_is_still_asked_about(world: World) -> None:
    """Where one of two readings gives the detail, the question back stands: nothing is said to be open."""
    given = say(
        world, "how long is too long for that", "confidentiality-after-leaving", "social-media-at-work"
    )
    assert not given.left_open


def test_every_contact_of_a_detail_may_be_set_up(world: World) -> None:
    """Each contact beside a detail is one that federation.yml may have: none is misspelt."""
    known = load_contacts(ROOT / "policy_kb")
    assert {entry.contact for entry in world.rules.phrases.details} <= {*known, ""}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("detail: frequency", "detail: frequence"),
        (r"pattern: '\bhow (?:often|", r"pattern: '\bhow ((?:often|"),
        ("of_bans: true", "of_ban: true"),
    ],
)
def test_a_broken_detail_is_named(tmp_path: Path, old: str, new: str) -> None:
    """A detail that does not exist, a pattern that does not compile, an unknown key: the file is refused."""
    text = (ROOT / "intents" / "phrases.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "phrases.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFaults, match=r"phrases\.yml"):
        load_phrases(path)
