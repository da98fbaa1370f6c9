"""Who is to be told, by role, name and number."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.asking.answer import Answer, answer
from bot.asking.conversation import show
from bot.asking.whom import named_lines
from bot.content.world import World
from bot.domain.messages import Bullets
from bot.engine.parse import Parse, Ranked

NIGHT = datetime(2026, 11, 28, 23, 0, tzinfo=ZoneInfo("Europe/London"))


def say(world: World, question: str, *topics: str) -> Answer:
    ranking = tuple(Ranked(world.policy.intent(name), 1.0 / len(topics)) for name in topics)
    contacts = named_lines(world.federation, world.rules.texts)
    parse = Parse(question, ranking, 1.0)
    return answer(question, parse, world.policy, rules=world.rules, contacts=contacts)


def told(world: World, given: Answer) -> str:
    """The lists of a message, as one text."""
    lists = [block for block in show(given, world, NIGHT).blocks if isinstance(block, Bullets)]
    return "\n".join(line for block in lists for line in block.items)


@pytest.mark.parametrize(
    ("question", "topic", "people"),
    [
        ("a colleague insults me in a group chat, who do I tell", "abuse-by-colleague", ["Flo Tanner"]),
        ("who has to be told about an accidental photo", "compromising-picture-by-accident", ["Fiona Brook"]),
        (
            "who should I speak to if a child worries me",
            "worrying-information-about-child",
            ["Dora Ashworth"],
        ),
    ],
)
def test_who_is_to_be_told_is_named(world: World, question: str, topic: str, people: list[str]) -> None:
    """Whom the policy names, or else whom the Federation does: the role, the name and the number."""
    given = say(world, question, topic)
    for name in people:
        assert name in given.text
        assert name in told(world, given)


def test_nobody_is_named_who_was_not_asked_for(world: World) -> None:
    """What one may or may not do names nobody in its text, unless it is asked whom to tell."""
    given = say(world, "can I text a pupil", "message-student-personal-account")
    assert given.whom == ()
    assert "Dora Ashworth" not in given.text


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("a colleague insults me online", "abuse-by-colleague"),
        ("does the policy speak of AI", "use-of-ai"),
        ("can I follow a pupil from my page", "photo-on-federation-account"),
        ("what is for lunch", ""),
    ],
)
def test_where_the_policy_is_silent_somebody_is_named(world: World, question: str, topic: str) -> None:
    """Silence, the closest rule and "not covered" come with whom to ask, by name."""
    given = say(world, question, *filter(None, [topic]))
    assert "Flo Tanner" in given.text, given


def test_whom_the_policy_does_not_name_is_not_in_the_policy(world: World) -> None:
    """Where the topic names nobody, the line says that the policy does not name them either."""
    source = world.rules.texts.whom_source
    assert source in say(world, "who do I tell about a colleague's abuse", "abuse-by-colleague").text
    named = say(world, "who do I tell about an accidental photo", "compromising-picture-by-accident")
    assert source not in named.text


def test_a_role_of_several_schools_says_who_is_where(world: World) -> None:
    """Two leads of two schools stand with their schools; one of all schools without."""
    lines = named_lines(world.federation, world.rules.texts)
    assert "Dora Ashworth at Ash School" in lines["dsl"]
    assert "Dan Beckett at Beck School" in lines["dsl"]
    assert "at" not in lines["fbm"].split("(")[1]
    assert "Flo Tanner" in lines["flt"]


def test_a_role_that_nobody_holds_has_its_number_alone(world: World) -> None:
    """Without people in the configuration each line is as it was; nothing stands in empty brackets."""
    roster = replace(world.federation.roster, roles={})
    bare = replace(world.federation, roster=roster)
    lines = named_lines(bare, world.rules.texts)
    assert {key: lines[key] for key in bare.contact_lines()} == bare.contact_lines()
    assert lines["flt"] == world.rules.texts.roles["flt"]


def test_at_night_those_who_answer_then_stand_first(world: World) -> None:
    """The order of the numbers out of hours is kept."""
    lines = list(named_lines(world.federation, world.rules.texts, NIGHT))
    first = list(world.federation.contact_lines(NIGHT))
    assert lines[: len(first)] == first


@pytest.mark.parametrize(
    "question",
    [
        "who is responsible for the page, the head or the governors",
        "who is ultimately accountable, the headteacher or the chair of governors",
        "who's allowed to post, the IT manager",
        "who are finally allowed to run it, the business manager or us",
    ],
)
def test_a_question_about_a_rule_that_names_a_role_asks_for_no_number(world: World, question: str) -> None:
    """Who may, and who is responsible, is the policy's to say, however the question names an office."""
    contacts = named_lines(world.federation, world.rules.texts)
    assert world.rules.phrases.whom_asked(question, contacts) is None
    assert world.rules.phrases.whom_asked("who is the headteacher", contacts) is not None


@pytest.mark.parametrize(
    "question",
    [
        "Who's ultimately in charge of this policy, the Head or the governors?",
        "who has the last word on the policy, the headteacher?",
        "is it the head who answers for our rules",
    ],
)
def test_who_answers_for_the_policy_is_no_telephone_number(world: World, question: str) -> None:
    """Who is in charge of the policy stands in the policy."""
    assert "Governing Body has overall responsibility" in say(world, question, "who-is-responsible").text


@pytest.mark.parametrize(
    "question",
    [
        "silly question but who is our DSL and where do I find her, nobody tells me",
        "sorry, new here, but who's the DSL & how do I get hold of them, everyone just says ask the office",
        "who is the safeguarding lead and how do I reach her? My manager only says 'ask around'",
        "embarrassing after a year but who is the DSL, I asked the office and they said ask the head",
        "stupid question: what's the DSL's number, the office doesn't know",
    ],
)
def test_a_role_is_named_whatever_is_said_around_the_question(world: World, question: str) -> None:
    """An excuse before it, and who was asked in vain after it, are no part of the question."""
    given = say(world, question, "how-to-report")
    assert given.whom[:1] == ("dsl",)


@pytest.mark.parametrize(
    "question",
    [
        "who is the DSL and how do I reach her now, everyone says leave it but a child here is scared",
        "who's the DSL and what is her number, my manager says wait but a girl in my form told me more",
    ],
)
def test_a_child_beside_the_question_is_no_excuse(world: World, question: str) -> None:
    """What tells of a child is not put aside, so that it is read."""
    assert (
        say(world, question, "worrying-information-about-child").topic == "worrying-information-about-child"
    )


@pytest.mark.parametrize(
    "question",
    [
        "can you write a toast for our caretaker, 30 years here, likes pies",
        "write me a funny poem for the secretary who is off to have a baby",
        "need a few words for a colleague's leaving card, bit cheeky",
        "help me write a eulogy for our old lollipop man",
        "please do a leaving speech for the cook, loves bingo",
    ],
)
def test_a_speech_or_a_card_is_not_written(world: World, question: str) -> None:
    """Who wants a speech is told so, and gets no rule on what stays confidential."""
    given = say(world, question, "confidentiality-after-leaving")
    assert (given.kind, given.text) == ("smalltalk", world.rules.texts.writing)


@pytest.mark.parametrize(
    "question",
    [
        "can you write a post for the school page about our caretaker leaving",
        "can I film the leaving speech for our page",
        "help me write a reply to a poem on our facebook",
        "write me a tweet about the cook's last day, as a limerick",
        "need a few words for a card that goes on the school's insta",
        "can you write a speech for when I am gone",
        "help me write a poem about a girl in year 9",
    ],
)
def test_what_goes_online_is_no_speech(world: World, question: str) -> None:
    """What is to be posted, a pupil or a farewell beside the wish is read as it stands."""
    assert say(world, question, "confidentiality-after-leaving").text != world.rules.texts.writing
