"""What was asked of a topic is answered by its sentence on that, and not by the topic's first one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.asking.answer import Answer, answer
from bot.content.policy import Clause, Topic, Wording
from bot.content.signatures import stamp
from bot.content.world import World
from bot.engine.parse import Parse, Ranked

FOLDER = Path(__file__).parent
TABLES: dict[str, dict[str, Any]] = {
    topic: table
    for path in sorted(FOLDER.glob("wordings-*.yml"))
    for topic, table in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}
ASKED = [(topic, put) for topic, table in TABLES.items() for put in table["asked"]]
# A question that a "should" of a required topic answers, and one that the topic itself does.
FORCE = (
    ("who should read the photo consent form", "photo-consent-form", "should"),
    ("which form do I use for photo permission", "photo-consent-form", "must"),
)


def say(world: World, question: str, topic: str) -> Answer:
    parse = Parse(question, (Ranked(world.policy.intent(topic), 1.0),), 1.0)
    return answer(question, parse, world.policy, rules=world.rules)


def put_as(topic: Topic, given: Answer) -> str:
    """The heading of the wording that was shown; none where the topic's own words were."""
    shown = (one for one in topic.wordings if given.statement.startswith(bare(one)))
    return next((one.question for one in shown if given.heading.startswith(one.question)), "")


def bare(wording: Wording) -> str:
    return wording.answer.removeprefix("Yes. ").removeprefix("No. ")


def leading(world: World, topic: Topic, wording: Wording) -> Clause:
    """The clause that a wording puts first."""
    return world.policy.citations(topic.put(wording))[0]


@pytest.mark.parametrize(("name", "put"), ASKED)
def test_what_is_asked_of_a_topic_is_what_is_answered(world: World, name: str, put: str) -> None:
    """Each phrasing of the tables shows the sentence meant, and first the clause that says it."""
    topic = world.policy.topics[name]
    wording = next(one for one in topic.wordings if one.question == put)
    first = leading(world, topic, wording)
    for question in TABLES[name]["asked"][put]:
        given = say(world, question, name)
        assert (given.kind, put_as(topic, given)) == ("answer", put), question
        assert not wording.cites or given.citations[0] == first, question


@pytest.mark.parametrize("name", TABLES)
def test_a_plain_question_gets_the_topic_s_own_sentence(world: World, name: str) -> None:
    """A question that asks for nothing in particular is answered by no wording of the tables."""
    for question in TABLES[name]["plain"]:
        assert put_as(world.policy.topics[name], say(world, question, name)) == "", question


def test_each_wording_of_the_tables_is_asked_for_in_many_words() -> None:
    """Five phrasings or more show each wording, and three plain questions of its topic do not."""
    for name, table in TABLES.items():
        assert len(table["plain"]) >= 3, name
        for put, questions in table["asked"].items():
            assert len(set(questions)) >= 5, put


@pytest.mark.parametrize(("question", "topic", "force"), FORCE)
def test_a_sentence_that_says_should_is_no_must(world: World, question: str, topic: str, force: str) -> None:
    """A wording that answers with a "should" of a required topic is shown as a "should"."""
    assert say(world, question, topic).modality == force


def test_a_wording_says_no_more_than_its_first_clause(world: World) -> None:
    """A wording that changes the force of its topic does so where its first clause has that force."""
    for topic in world.policy.topics.values():
        for wording in topic.wordings:
            if wording.modality:
                assert leading(world, topic, wording).modality == wording.modality, wording.question


def test_the_force_of_a_wording_is_signed(world: World) -> None:
    """Who makes a "should" of a wording a "must" changes what two people have signed."""
    topic = world.policy.topics["photo-consent-form"]
    harder = tuple(one.model_copy(update={"modality": "must"}) for one in topic.wordings)
    changed = topic.model_copy(update={"wordings": harder})
    clauses, notes = world.policy.clauses, world.policy.contradictions
    assert stamp(changed, clauses, notes).words != stamp(topic, clauses, notes).words
