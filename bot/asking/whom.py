"""Whom to turn to, by name and number: contacts, and those who hold a role (`federation.yml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.asking.reading import Reading
from bot.content.policy import Topic
from bot.content.rules import AnswerTexts
from bot.domain.roster import Federation

# Who may or may not do something need not tell anybody.
_RULES_ON_ACTS = ("never", "allowed_if", "encouraged")
# A contact that goes by another name than the role of its holder.
_ROLES = {"data_protection_lead": "dpl"}


def named_lines(federation: Federation, texts: AnswerTexts, now: datetime | None = None) -> Mapping[str, str]:
    """Each contact's line with who holds that role, then the roles of the policy that have no number.

    Out of hours those stand first who answer then.
    """
    lines = {key: _held(key, line, federation, texts) for key, line in federation.contact_lines(now).items()}
    without = {
        str(role): _held(role, name, federation, texts)
        for role, name in texts.roles.items()
        if role not in lines
    }
    return lines | without


def _held(role: str, line: str, federation: Federation, texts: AnswerTexts) -> str:
    names = ", ".join(dict.fromkeys(_names(_ROLES.get(role, role), federation, texts)))
    return texts.held_by.fill(line=line, names=names) if names else line


def _names(role: str, federation: Federation, texts: AnswerTexts) -> Iterator[str]:
    schools = {school.id: federation.roster.own_holders(role, school.id) for school in federation.schools}
    everywhere = len(set(schools.values())) == 1
    for school, people in schools.items():
        for person in people:
            name = federation.person_name(person)
            there = federation.school_name(school)
            yield name if everywhere else texts.held_at.fill(name=name, school=there)


def line_to_ask(contacts: Mapping[str, str], texts: AnswerTexts, *keys: str) -> str:
    """The line of the first of these that is known; in the end that of the leadership team."""
    return next((contacts[key] for key in (*keys, "flt") if key in contacts), texts.roles["flt"])


def to_tell(reading: Reading, topic: Topic, contacts: Mapping[str, str]) -> tuple[str, ...]:
    """The contacts under a rule: those of the policy, or whom is asked for; where it is silent, the topic's.

    Whom a note under the answer names is not named again.
    """
    if topic.tell or reading.rules.phrases.asks_whom_to_tell(reading.question):
        return to_turn_to(topic, contacts)
    if topic.verdict in _RULES_ON_ACTS:
        return ()
    notes = (reading.policy.outside[name] for name in reading.rules.texts.first(topic))
    noted = {key for note in notes for key in note.contacts}
    return tuple(key for key in topic.whom if key in contacts and key not in noted)


def to_turn_to(topic: Topic, contacts: Mapping[str, str], contact: str = "") -> tuple[str, ...]:
    """Whom the policy names, else whom the topic does, else `contact`; the leadership team in the end."""
    for keys in (topic.tell, topic.whom, (contact,)):
        if known := tuple(key for key in keys if key in contacts):
            return known
    return ("flt",) if "flt" in contacts else ()
