"""A question in a conversation: its answer as a message, and what the session remembers of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.asking.answer import Answer, answer, answer_topic, ask_which
from bot.asking.render import BETWEEN, as_messages, show_more
from bot.conversation.turns import Session
from bot.conversation.world import World
from bot.domain.messages import Message
from bot.knowledge.parsing import Parse


def ask(session: Session, question: str, parse: Parse | None, world: World) -> tuple[Session, Answer]:
    """The answer, and the session that remembers its topic and whether it asked something back."""
    found = answer(
        question,
        parse or Parse(question, ()),
        world.policy,
        rules=world.rules,
        last_topic=session.last_topic,
        clarifying=session.clarifying,
        contacts=world.federation.contact_lines(),
    )
    topic = found.topic or session.last_topic
    return replace(session, last_topic=topic, clarifying=found.kind == "clarify"), found


def show(found: Answer, world: World, now: datetime | None = None) -> Message:
    """The answer as a message. Where `now` is out of hours, the numbers that answer then stand first."""
    return as_messages(found, world.policy, world.federation.contact_lines(now), texts=world.rules.texts)


def choose_topic(session: Session, topic_id: str, world: World) -> tuple[Session, Answer] | None:
    """The answer to a topic that was picked from the options; None where there is no such topic."""
    if topic_id not in world.policy.topics:
        return None
    found = answer_topic(topic_id, world.policy, world.rules)
    return replace(session, last_topic=topic_id, clarifying=False), found


def more(value: str, world: World, now: datetime) -> Message | None:
    """What stands behind "More" of an answer; None where it is of no topic that is known."""
    contacts = world.federation.contact_lines(now)
    return show_more(value, world.policy, contacts, texts=world.rules.texts)


def other_readings(session: Session, value: str, world: World) -> tuple[Session, Answer] | None:
    """The question back of "Not what I meant"; None where no topic of it is known."""
    found = ask_which(tuple(value.split(BETWEEN)), world.policy, world.rules)
    return None if found is None else (replace(session, clarifying=True), found)
