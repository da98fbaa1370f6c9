"""What a question loses before anybody else reads it: names, numbers, schools and dates. Pure.

More goes than need be: its asker sees what is left, and sends that or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.content.world import World
from bot.domain.gaps import LONGEST_QUESTION
from bot.reporting.inputs import clean_text
from bot.reporting.privacy import findings, likely_names
from bot.reporting.redaction import Redactor

_CONTACT = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|(?<!\w)@\w+")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_ORDINAL = r"\d{1,4}(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"\b{_ORDINAL}(?:\s+of)?\s+{_MONTH}\b(?:\s+\d{{2,4}})?|\b{_MONTH}\s+{_ORDINAL}\b(?:,?\s+\d{{4}})?"
    r"|\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b\d{1,2}[:.]\d{2}\s*(?:am|pm)?\b"
    rf"|\b(?:last|this|next|since)\s+(?:{_WEEKDAY}|{_MONTH})\b",
    re.IGNORECASE,
)
# Any word with a digit in it, and the digits of a telephone number with their spaces.
_NUMBER = re.compile(r"\+?\d[\d\s()/-]{5,}\d|\b\w*\d\w*(?:[.,]\d\w*)*")
_SCHOOL = re.compile(
    r"\b(?:(?!The\b|Our\b|My\b|A\b)[A-Z][\w'’]+\s+){1,3}"
    r"(?:School|Academy|College|Primary|Infants|Juniors|Nursery|Grammar|High)\b"
)
_WORD = re.compile(r"(?<![\w'’-])[^\W\d_][\w'’-]*")
# Shorter ones in capitals are mostly no names (AI, GDPR is known).
_SHORTEST_SHOUTED = 4


def redacted(text: str, world: World) -> str:
    """The text in one line, at most 600 characters, without what may point to anybody. Idempotent."""
    texts = world.gaps
    plain = " ".join(clean_text(text)[:LONGEST_QUESTION].split())
    for pattern, mark in (
        (_CONTACT, texts.contact), (_schools(world), texts.school), (_SCHOOL, texts.school),
        (_DATE, texts.date), (_NUMBER, texts.number),
    ):  # fmt: skip
        plain = _outside_marks(plain, world, pattern, mark)
    everyday = replace(world.playbook, not_names=_known_words(world))
    plain = Redactor(replace(world, playbook=everyday), (), texts.name).text(plain)
    return _outside_marks(plain, world, _WORD, _or_name(world))[:LONGEST_QUESTION].strip()


def names_in(text: str, world: World) -> tuple[str, ...]:
    """What in an answer looks like somebody's name: of the roster, of a student, or of anybody."""
    not_names = _known_words(world)
    found = [text[start:end] for start, end in likely_names(text, not_names)]
    found += [item.found for item in findings(text, not_names)]
    people = (person.name for person in world.federation.roster.people.values())
    said = {word for word in re.findall(r"[\w'’-]+", text) if word[:1].isupper()}
    parts = {part for name in people for part in name.split() if len(part) > 2} - _titles()
    return tuple(dict.fromkeys([*found, *sorted(said & parts)]))


def _titles() -> set[str]:
    return {"Mrs", "Miss", "Mr.", "Mrs.", "The"}


def _schools(world: World) -> re.Pattern[str]:
    """The Federation's schools by their names, and by the one word that tells each from the others."""
    names = [school.name for school in world.federation.schools]
    marks = {name.split()[0] for name in names if name.split()[0].casefold() not in {"the", "st", "saint"}}
    found = sorted((*names, *marks), key=len, reverse=True) or ["(?!)"]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, found))})\b", re.IGNORECASE)


def _outside_marks(
    text: str, world: World, pattern: re.Pattern[str], to: str | Callable[[re.Match[str]], str]
) -> str:
    """The text with each find replaced; the marks that stand in it already are let be."""
    texts = world.gaps
    marks = "|".join(map(re.escape, (texts.name, texts.number, texts.school, texts.date, texts.contact)))
    parts = re.split(f"({marks})", text)
    return "".join(part if at % 2 else pattern.sub(to, part) for at, part in enumerate(parts))


def _or_name(world: World) -> Callable[[re.Match[str]], str]:
    known = _known_words(world)

    def mark(found: re.Match[str]) -> str:
        parts = [part for part in re.split(r"['’-]", found[0]) if len(part) > 1]
        strange = any(_is_written_as_name(part) and part.casefold() not in known for part in parts)
        return world.gaps.name if strange else found[0]

    return mark


def _is_written_as_name(part: str) -> bool:
    """With one capital, or all in capitals; "TikTok" and "iPad" are products."""
    shouted = part.isupper() and len(part) >= _SHORTEST_SHOUTED
    return shouted or (part[0].isupper() and part[1:].islower())


def _known_words(world: World) -> frozenset[str]:
    """Words that are no name, however they are written: everyday ones, platforms, and the policy's own."""
    ours = world.gaps.known | world.gaps.small | set(world.rules.platforms)
    return world.policy.vocabulary | world.playbook.not_names | ours
