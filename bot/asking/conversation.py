"""A question in a conversation: its answer as a message, and what the session remembers of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.asking.answer import Answer, answer, answer_topic, ask_which
from bot.asking.frame import SLOTS, said_before
from bot.asking.reading import Earlier
from bot.asking.render import BETWEEN, as_messages, show_more
from bot.asking.whom import named_lines
from bot.content.world import World
from bot.domain.messages import Message
from bot.domain.turns import Session
from bot.engine.parse import Parse


def ask(session: Session, question: str, parse: Parse | None, world: World) -> tuple[Session, Answer]:
    """The answer, and the session that remembers its topic and whether it asked something back."""
    earlier = Earlier(session.last_topic, said_before(session.last_frame), session.last_told)
    found = answer(
        question,
        parse or Parse(question, ()),
        world.policy,
        rules=world.rules,
        earlier=earlier,
        clarifying=session.clarifying,
        contacts=named_lines(world.federation, world.rules.texts),
    )
    return _remember(session, found), found


def _remember(session: Session, found: Answer) -> Session:
    """What the next question may go on from: topic, frame and report, and never a word of the question."""
    asked = found.kind == "clarify"
    topic = found.options[0].topic if asked else found.topic
    return replace(
        session,
        last_topic=topic or session.last_topic,
        last_frame={slot: found.frame.of(slot) for slot in SLOTS if found.frame.of(slot)},
        last_told=found.report if found.kind in ("report", "danger", "concern") else "",
        clarifying=asked,
    )


def show(found: Answer, world: World, now: datetime | None = None) -> Message:
    """The answer as a message. Where `now` is out of hours, the numbers that answer then stand first."""
    texts = world.rules.texts
    # In danger a number is what is looked for.
    urgent = found.kind in ("danger", "concern")
    lines = world.safe_lines(now) if urgent else named_lines(world.federation, texts, now)
    if not found.whom:
        lines = {key: line for key, line in lines.items() if key not in world.concerned}
    shut = world.federation.is_after_hours(now)
    return as_messages(found, world.policy, lines, texts=texts, after_hours=shut)


def choose_topic(session: Session, topic_id: str, world: World) -> tuple[Session, Answer] | None:
    """The answer to a topic that was picked from the options; None where there is no such topic."""
    if topic_id not in world.policy.topics:
        return None
    found = answer_topic(topic_id, world.policy, world.rules)
    return _remember(session, found), found


def more(value: str, world: World, now: datetime) -> Message | None:
    """What stands behind "More" of an answer; None where it is of no topic that is known."""
    contacts, shut = world.federation.contact_lines(now), world.federation.is_after_hours(now)
    return show_more(value, world.policy, contacts, texts=world.rules.texts, after_hours=shut)


def other_readings(session: Session, value: str, world: World) -> tuple[Session, Answer] | None:
    """The question back of "Not what I meant"; None where no topic of it is known."""
    found = ask_which(tuple(value.split(BETWEEN)), world.policy, world.rules)
    return None if found is None else (replace(session, clarifying=True), found)
