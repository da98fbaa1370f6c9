"""The frame of a question: who does what, to whom, on whose account. Pure, and words come from data alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.content.frame_words import FrameWords
from bot.content.policy import Applies, Slot
from bot.content.wording import unroll

SLOTS: tuple[Slot, ...] = ("actor", "act", "account", "person", "platform")
_ACTORS: Mapping[str, str] = {
    "colleague": "staff",
    "former_student": "student",
    "other_pupil": "student",
    **{
        name: name
        for name in (
            *("staff", "student", "parent", "governor", "volunteer"),
            *("head", "it", "school", "outsider"),
        )
    },
}
_PERSONS: Mapping[str, str] = {
    **dict.fromkeys(("governor", "volunteer", "head", "it"), "colleague"),
    "outsider": "own_family",
    **{
        name: name
        for name in (
            *("student", "former_student", "other_pupil", "own_family"),
            *("colleague", "parent", "friend", "public"),
        )
    },
}
# Whom a rule for staff covers, too; and a school acts through its staff.
_ALSO: Mapping[str, tuple[str, ...]] = {"head": ("staff",), "it": ("staff",), "school": ("staff",)}
_SELF = re.compile(r"(?:i|we|you|one|us)\b")
_TELLING = re.compile(r"\b(?:i|i'm|i've|me|my|we|got|having)\b")
_BEING = re.compile(r"\b(?:is|are|am)(?:n't)?\s*$")
_LEAVE = re.compile(
    r"\s*(?:not |still |now |ever |even )*(?:allowed|permitted|able|supposed|meant|expected|obliged|required"
    r"|free|ok|okay|fine|exempt|bound|forbidden|all ?right|alright|to\b|\w+(?:ing|ed)\b|taught)"
)
_PASSIVE = re.compile(
    r"\s*(?:ever |still |now )?(?:to )?be (?:\w+ly )?(?:\w+ed|named|told|shown|seen|taken|put)\b"
)
_PRONOUN = re.compile(r"(?:he|she|they)\b")
# "fine FOR STUDENTS?", at the end
_FINE_FOR = re.compile(
    r"\b(?:ok|okay|fine|allowed|al+ ?right|acceptable|compulsory|permitted|required|rules?|needed)"
    r" (?:for|if|that|when)\s+$"
)
_SCHOOL = re.compile(
    r"(?:the |our |my )?(?:whole )?(?:schools?|federation|trust|office|department|account)\b"
)
_BETWEEN = re.compile(
    r"(?:\s*(?:ever|also|still|now|just|even|only|all|both|really|any of|some of|our|my|the))*\s*"
)
# "is it ok FOR PARENTS TO film", "let PUPILS film"
_LET = re.compile(r"\b(?:for|let|lets|letting|allow|allowing|make|making|stop)\s+$")
_TO_DO = re.compile(r"^\s*(?:to\b|\w+)")
# "PARENTS can film", and at the beginning "STUDENTS filming"
_CAN = re.compile(
    r"^\s*(?:can|could|may|might|must|should|shall|needs? to|ha(?:ve|s) to|(?:are |is )?(?:not )?allowed)\b"
)
_OPENING = re.compile(r"^\s*(?:what about |re |about |is |are )?$")
_DOING = re.compile(r"^\s*(?=\w+ing\b)")
_BARE = frozenset({"pupil", "student", "child", "kid", "parent", "teacher", "colleague"})
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\s+[-–]\s+|\n+")
_SHORT = 40
_PICTURES = frozenset({"post_picture", "film", "share", "show", "keep"})
_NOT_OURS = frozenset({"own_family", "friend", "colleague"})
_OF_PUPILS = frozenset({"student", "former_student", "other_pupil", "own_family"})


@dataclass(frozen=True)
class Frame:
    """What was read of a question, each slot's values in the order of the text; an empty slot was not said.

    `pronoun`: somebody is concerned whom only "him", "her" or "them" names. `duty`: it asks what one must do.
    """

    actor: tuple[str, ...] = ()
    act: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    pronoun: bool = False
    duty: bool = False

    def of(self, slot: Slot) -> tuple[str, ...]:
        """The values of a slot."""
        values: tuple[str, ...] = getattr(self, slot)
        return values

    def following(self, earlier: Frame) -> Frame:
        """This frame, what it leaves unsaid taken from the one before it."""
        both = said_before({slot: self.of(slot) or earlier.of(slot) for slot in SLOTS})
        return replace(both, pronoun=self.pronoun or earlier.pronoun, duty=self.duty)

    def to_json(self) -> dict[str, str | None]:
        """The first value of each slot, as `ask --json` prints it."""
        read: dict[str, str | None] = {slot: next(iter(self.of(slot)), None) for slot in SLOTS}
        # Whoever is neither staff nor student nor parent has no name among the fixed values.
        return read | ({"actor": None} if read["actor"] == "outsider" else {})


NOTHING_READ = Frame()


def said_before(slots: Mapping[str, tuple[str, ...]]) -> Frame:
    """The frame of these slots, as a session kept them; a name that is no slot is passed over."""
    actor, act, account, person, platform = (slots.get(slot, ()) for slot in SLOTS)
    return Frame(actor, act, account, person, platform)


def contradictions(applies: Applies | None, frame: Frame, *, whole: bool = True) -> tuple[Slot, ...]:
    """The slots in which what was read is not what a topic is about; none where all fits or nothing is said.

    `whole`: the question stands alone, so that what the topic needs must be said in it.
    """
    if applies is None:
        return ()
    return tuple(slot for slot in SLOTS if _contradicts(applies, frame, slot, whole))


def _contradicts(applies: Applies, frame: Frame, slot: Slot, whole: bool) -> bool:
    read = set(frame.of(slot))
    excluded = set(applies.excludes.get(slot, ()))
    # Of two acts ("block him, or like it back?") one is enough for the rule on it; one person is not.
    if slot == "act" and frame.duty and read <= set(applies.duty):
        return False
    if read and (read <= excluded if slot == "act" else read & excluded):
        return True
    covered = set(getattr(applies, slot))
    if not covered:
        return False
    read |= {wider for value in read if slot == "actor" for wider in _ALSO.get(value, ())}
    if read:
        return not read & covered
    # Whoever acts is concerned, too: "my tutees can chat there".
    named = slot == "person" and (frame.pronoun or bool(covered & set(frame.actor)))
    return whole and slot in applies.needs and not named


def read_frame(question: str, words: FrameWords, platforms: Collection[str]) -> Frame:
    """The frame of `question`. `platforms` are names in lower case."""
    text = unroll(question)
    asked = _asked_part(text, words)
    # Whom something is shown or sent to is not the person whom it is about.
    concerned = words.shown_to.sub(_blank, words.not_there.sub(_blank, asked))
    mentions = tuple(_mentions(concerned, words))
    clauses = tuple(_clauses(asked, words))
    actor = _actor(asked, clauses, mentions, words)
    acts = _acts(asked, clauses, words)
    persons = [_PERSONS[m.who] for m in mentions if m is not actor.mention and m.who in _PERSONS]
    if _NOT_OURS & set(persons) and "other_pupil" not in persons and words.student_too.search(asked):
        persons.append("student")
    absent = words.not_there.search(asked) is not None
    if (
        not absent
        and {*_PICTURES, "name"} & set(acts)
        and not _OF_PUPILS & set(persons)
        and words.of_pupils_life.search(asked)
    ):
        persons.append("student")
    return Frame(
        actor=() if actor.value is None else (actor.value,),
        act=acts,
        account=_accounts(asked, words),
        person=tuple(dict.fromkeys(persons)),
        platform=_platforms(asked, platforms),
        pronoun=words.said_of.search(asked) is not None,
        duty=words.of_duty.search(asked) is not None,
    )


class _Mention(NamedTuple):
    who: str
    start: int
    end: int


class _Subject(NamedTuple):
    value: str | None
    mention: _Mention | None


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _asked_part(text: str, words: FrameWords) -> str:
    """Of a long text the sentences in which something is asked; of a short one all."""
    if len(text.split()) <= _SHORT:
        return text
    sentences = [part for part in _SENTENCE.split(text) if part]
    asking = [part for part in sentences if part.endswith("?") or words.asked.search(part)]
    return " ".join(asking[-2:]) or text


def _mentions(text: str, words: FrameWords) -> Iterator[_Mention]:
    inside = words.inside.search(text) is not None
    for found in words.named.finditer(text):
        assert found.lastgroup is not None
        who: str = words.people[int(found.lastgroup[1:])].who
        if who in ("own_family", "friend") and not inside and words.outside.match(found[0]):
            who = "outsider"
        yield _Mention(who, found.start(), found.end())


def _clauses(text: str, words: FrameWords) -> Iterator[tuple[int, int]]:
    """Where each part begins in which leave or duty is asked for, and where it ends."""
    found = list(words.asked.finditer(text))
    ends = [later.start() for later in found[1:]] + [len(text)]
    yield from zip((verb.end() for verb in found), ends, strict=bool(found))


def _actor(
    text: str, clauses: Sequence[tuple[int, int]], mentions: Sequence[_Mention], words: FrameWords
) -> _Subject:
    """Who does what is asked about: the word after "can", or the one before it."""
    for start, _ in clauses:
        found = _after(text, start, mentions)
        if found.value is not None:
            return found
        if _PRONOUN.match(text[start:].lstrip()) and not _TELLING.search(text[:start]):
            before = [mention for mention in mentions if mention.end <= start and mention.who in _ACTORS]
            if before:
                return _Subject(_ACTORS[before[0].who], before[0])
    for mention in mentions:
        if mention.who in _ACTORS and _acts_itself(text, mention, words):
            return _Subject(_ACTORS[mention.who], mention)
    return _Subject(None, None)


def _acts_itself(text: str, mention: _Mention, words: FrameWords) -> bool:
    """Whether somebody does something without "can" in front: "let pupils film", "pupils filming"."""
    before, after = text[: mention.start], text[mention.end :]
    if _FINE_FOR.search(before):
        return True
    if _LET.search(before):
        # "take a picture for the head" ends there; "for parents to film" goes on.
        return (_TO_DO.match(after) is not None) and (
            not before.rstrip().endswith("for") or after.lstrip().startswith("to ")
        )
    if _CAN.match(after):
        return True
    doing = _DOING.match(after) if _OPENING.match(before) else None
    return doing is not None and any(act.match(after, doing.end()) for _, act in words.done)


def _after(text: str, start: int, mentions: Sequence[_Mention]) -> _Subject:
    gap = _BETWEEN.match(text, start)
    place = start if gap is None else gap.end()
    begin = len(text) - len(text[start:].lstrip())
    if _SELF.match(text, begin) or _SELF.match(text, place):
        return _Subject("staff", None)
    for mention in mentions:
        if begin <= mention.start <= place and mention.who in _ACTORS and not _is_no_actor(text, mention):
            # "are colleagues fair game" asks no leave for them; "are parents allowed to" does.
            if _BEING.search(text[:start]) and not _LEAVE.match(text, mention.end):
                continue
            return _Subject(_ACTORS[mention.who], mention)
    if _SCHOOL.match(text, begin):
        return _Subject("school", None)
    return _Subject(None, None)


def _is_no_actor(text: str, mention: _Mention) -> bool:
    """Whether it only describes the word after it ("a pupil's work"), or suffers the act ("be named")."""
    said = text[mention.start : mention.end].strip()
    return said.endswith(("'s", "s'")) or said in _BARE or _PASSIVE.match(text, mention.end) is not None


def _acts(text: str, clauses: Sequence[tuple[int, int]], words: FrameWords) -> tuple[str, ...]:
    """The first act of each part that asks; where nothing asks, that of the last sentence, or of all."""
    last = len(text) - len(_SENTENCE.split(text)[-1])
    whole = [(last, len(text))], [(0, len(text))]
    for parts in (clauses, *whole) if clauses else whole:
        found = [_first_act(text, start, end, words) for start, end in parts]
        if any(found):
            return tuple(dict.fromkeys(act for act in found if act is not None))
    return ()


def _first_act(text: str, start: int, end: int, words: FrameWords) -> str | None:
    best: tuple[int, str] | None = None
    for value, pattern in words.done:
        match = pattern.search(text, start)
        if match is not None and match.start() < end and (best is None or match.start() < best[0]):
            best = (match.start(), value)
    return None if best is None else best[1]


def _accounts(text: str, words: FrameWords) -> tuple[str, ...]:
    bare = words.looks_like_account.sub(" ", text)
    found = [(entry, match.start()) for entry, pattern in words.held if (match := pattern.search(bare))]
    named = [pair for pair in found if not pair[0].weak] or found
    return tuple(dict.fromkeys(entry.value for entry, _ in sorted(named, key=lambda pair: pair[1])))


def _platforms(text: str, platforms: Collection[str]) -> tuple[str, ...]:
    said = re.findall(r"[\w+]+", text)
    return tuple(dict.fromkeys(word for word in said if word in platforms))
