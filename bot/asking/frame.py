"""The frame of a question: who does what, to whom, on whose account. Pure, and words come from data alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from bot.content.frame_words import FrameWords, Grammar
from bot.content.policy import Applies, Slot
from bot.content.wording import with_apostrophes

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
_SHORT = 40
_TOLD_BEFORE = 4
_PICTURES = frozenset({"post_picture", "film", "share", "show", "keep"})
_NOT_OURS = frozenset({"own_family", "friend", "colleague"})
_PUPILS, _CONTACT = frozenset({"student", "former_student"}), frozenset({"follow", "message"})
_OF_STAFF = frozenset({"colleague", "staff", "head", "it"})
_OF_PUPILS = frozenset({"student", "former_student", "other_pupil", "own_family"})


@dataclass(frozen=True)
class Frame:
    """What was read of a question, each slot's values in the order of the text; an empty slot was not said.

    `pronoun`: somebody is concerned whom only "him", "her" or "them" names. `duty`: it asks what one must do.
    `sure`: somebody else than staff is asked about beyond doubt, so that something may be concluded from it.
    """

    actor: tuple[str, ...] = ()
    act: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    pronoun: bool = False
    duty: bool = False
    sure: bool = False

    def of(self, slot: Slot) -> tuple[str, ...]:
        """The values of a slot."""
        values: tuple[str, ...] = getattr(self, slot)
        return values

    @cached_property
    def said(self) -> Mapping[Slot, frozenset[str]]:
        """The values of each slot that was said."""
        return {slot: frozenset(self.of(slot)) for slot in SLOTS if self.of(slot)}

    def following(self, earlier: Frame) -> Frame:
        """This frame, what it leaves unsaid taken from the one before; "they" are those who acted there."""
        both = said_before({slot: self.of(slot) or earlier.of(slot) for slot in SLOTS})
        they = tuple(_PERSONS[who] for who in earlier.actor if who in _PERSONS) if self.pronoun else ()
        return replace(
            both,
            person=both.person or they,
            pronoun=self.pronoun or earlier.pronoun,
            duty=self.duty,
        )

    def to_json(self) -> dict[str, str | None]:
        """The first value of each slot, as `ask --json` prints it."""
        read: dict[str, str | None] = {slot: next(iter(self.of(slot)), None) for slot in SLOTS}
        # Anybody who is neither staff nor student nor parent has no name among the fixed values.
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
    # A slot that is not said contradicts nothing, unless the topic needs it.
    needs = applies.needs if whole else ()
    judged = (slot for slot in SLOTS if slot in frame.said or slot in needs)
    return tuple(slot for slot in judged if _contradicts(applies, frame, slot, whole))


def _contradicts(applies: Applies, frame: Frame, slot: Slot, whole: bool) -> bool:
    read = frame.said.get(slot, frozenset())
    excluded = applies.excludes.get(slot, ())
    # Of two acts ("block him, or like it back?") one is enough for the rule on it; one person is not.
    if slot == "act" and frame.duty and read.issubset(applies.duty):
        return False
    if read and (read.issubset(excluded) if slot == "act" else not read.isdisjoint(excluded)):
        return True
    covered = getattr(applies, slot)
    if not covered:
        return False
    if read:
        wider = {wide for value in read if slot == "actor" for wide in _ALSO.get(value, ())}
        return (read | wider).isdisjoint(covered)
    # Anybody who acts is concerned, too: "my tutees can chat there".
    named = slot == "person" and (frame.pronoun or not set(covered).isdisjoint(frame.actor))
    return whole and slot in applies.needs and not named


def read_frame(question: str, words: FrameWords, platforms: Collection[str]) -> Frame:
    """The frame of `question`. `platforms` are names in lower case."""
    text = with_apostrophes(question)
    asked = _asked_part(text, words)
    # Whom something is shown or sent to is not the person whom it is about.
    shown = words.shown_to.sub(_blank, words.not_there.sub(_blank, asked))
    mentions = tuple(_mentions(shown, words))
    clauses = tuple(_clauses(asked, words))
    subject = _blamed(asked, mentions, words.grammar) or _actor(asked, clauses, mentions, words)
    actor = _with_staff(subject, asked, words.grammar)
    acts = _acts(asked, clauses, words)
    concerned = (m for m in mentions if m is not actor.mention and m.who in _PERSONS)
    persons = [_person(mention, asked, words) for mention in concerned]
    if _NOT_OURS & set(persons) and "other_pupil" not in persons and words.student_too.search(asked):
        persons.append("student")
    accounts = _accounts(asked, words)
    values = actor.values
    if _is_contact(values, acts, accounts, persons):
        values = ("staff", *values)
        persons = [*(who for who in persons if who != "colleague"), "student"]
    absent = words.not_there.search(asked) is not None
    if (
        not absent
        and {*_PICTURES, "name"} & set(acts)
        and not _OF_PUPILS & set(persons)
        and words.of_pupils_life.search(asked)
    ):
        persons.append("student")
    if "parent" in persons and not _OF_PUPILS & set(persons) and words.childs_family.search(asked):
        persons.append("student")
    return Frame(
        actor=values,
        act=acts,
        account=accounts,
        person=tuple(dict.fromkeys(persons)),
        platform=_platforms(asked, platforms),
        pronoun=words.said_of.search(asked) is not None,
        duty=words.of_duty.search(asked) is not None,
        sure=actor.sure and values == actor.values,
    )


def _is_contact(
    actor: Sequence[str], acts: Sequence[str], accounts: Sequence[str], persons: Sequence[str]
) -> bool:
    """Whether students would be in contact with staff: the rules for staff hold, no matter who begins it."""
    pupils = bool(actor) and set(actor) <= _PUPILS
    meets = bool(_CONTACT & set(acts)) or (not acts and "group" in accounts)
    return pupils and meets and "colleague" in persons


class _Mention(NamedTuple):
    who: str
    start: int
    end: int


class _Subject(NamedTuple):
    """Who acts: `sure` where that is the word after "can", and not inferred."""

    values: tuple[str, ...] = ()
    mention: _Mention | None = None
    sure: bool = False


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _asked_part(text: str, words: FrameWords) -> str:
    """Of a long text the sentences in which something is asked; of a short one all."""
    if len(text.split()) <= _SHORT:
        return text
    sentences = [part for part in words.grammar.sentence.split(text) if part]
    asking = [part for part in sentences if part.endswith("?") or words.asked.search(part)]
    asked = " ".join(asking[-2:]) or text
    named = _names_others(asked, words) or any(pattern.search(asked) for _, pattern in words.held)
    # "Can I just get on with it?": what "it" is stands in the sentences before.
    return asked if named else " ".join(sentences[-_TOLD_BEFORE:])


def _names_others(text: str, words: FrameWords) -> bool:
    """Whether a text names anybody but staff: "another teacher runs it, too" says nothing of who is in it."""
    found = (words.people[int(one.lastgroup[1:])].who for one in words.named.finditer(text) if one.lastgroup)
    return any(who not in _OF_STAFF for who in found)


def _mentions(text: str, words: FrameWords) -> Iterator[_Mention]:
    inside = words.inside.search(text) is not None
    student = words.student_too.search(text) is not None
    for found in words.named.finditer(text):
        assert found.lastgroup is not None
        who: str = words.people[int(found.lastgroup[1:])].who
        # A son or daughter may be a student here: an outsider only where nothing says so.
        kin = who == "own_family" and not student and words.of_kin.search(found[0])
        if who in ("own_family", "friend") and not inside and (kin or words.outside.match(found[0])):
            who = "outsider"
        yield _Mention(who, found.start(), found.end())


def _person(mention: _Mention, text: str, words: FrameWords) -> str:
    """Who is concerned by a mention: an outsider is one's own family only where a word of kinship says so."""
    kin = mention.who != "outsider" or words.of_kin.search(text, mention.start, mention.end)
    return _PERSONS[mention.who] if kin else "friend"


def _clauses(text: str, words: FrameWords) -> Iterator[tuple[int, int]]:
    """Where each part begins in which leave or duty is asked for, and where it ends."""
    found = list(words.asked.finditer(text))
    ends = [later.start() for later in found[1:]] + [len(text)]
    yield from zip((verb.end() for verb in found), ends, strict=bool(found))


def _actor(
    text: str, clauses: Sequence[tuple[int, int]], mentions: Sequence[_Mention], words: FrameWords
) -> _Subject:
    """Who does what is asked about: the word after "can", or the one before it."""
    grammar = words.grammar
    for start, _ in clauses:
        found = _after(text, start, mentions, grammar)
        if found.values:
            return found
        if grammar.pronoun.match(text[start:].lstrip()) and not grammar.telling.search(text[:start]):
            before = [mention for mention in mentions if mention.end <= start and mention.who in _ACTORS]
            if before:
                return _Subject((_ACTORS[before[0].who],), before[0])
    for mention in mentions:
        if mention.who in _ACTORS and _acts_itself(text, mention, words):
            sure = grammar.fine_for.search(text[: mention.start]) is not None
            return _Subject((_ACTORS[mention.who],), mention, sure)
    # "I'm a GOVERNOR. Is there anything …": who says who they are asks for themselves.
    asking = _oneself(text, mentions, grammar)
    return asking if asking.mention is not None else _Subject()


def _blamed(text: str, mentions: Sequence[_Mention], grammar: Grammar) -> _Subject | None:
    """One's own people, where the question is what follows from what they did."""
    told = (mention for mention in mentions if mention.who == "outsider")
    return next((_Subject(("outsider",), m) for m in told if grammar.blamed.search(text, m.end)), None)


def _with_staff(subject: _Subject, text: str, grammar: Grammar) -> _Subject:
    """The actor, and staff beside it where the asker acts, too: "do pupils mind if I follow them"."""
    if subject.mention is None or "staff" in subject.values or not grammar.staff_too.search(text):
        return subject
    return _Subject((*subject.values, "staff"), subject.mention)


def _acts_itself(text: str, mention: _Mention, words: FrameWords) -> bool:
    """Whether somebody does something without "can" in front: "let pupils film", "pupils filming"."""
    before, after, grammar = text[: mention.start], text[mention.end :], words.grammar
    if grammar.fine_for.search(before) or grammar.done_by.search(before):
        return True
    if grammar.let.search(before):
        if grammar.for_whom.search(before) and not grammar.to.match(after):
            return False
        return grammar.to_do.match(after) is not None
    if grammar.can.match(after):
        return True
    doing = grammar.doing.match(after) if grammar.opening.match(before) else None
    return doing is not None and any(act.match(after, doing.end()) for _, act in words.done)


def _after(text: str, start: int, mentions: Sequence[_Mention], grammar: Grammar) -> _Subject:
    gap = grammar.between.match(text, start)
    place = start if gap is None else gap.end()
    begin = len(text) - len(text[start:].lstrip())
    if grammar.oneself.match(text, begin) or grammar.oneself.match(text, place):
        return _oneself(text, mentions, grammar)
    for mention in mentions:
        if begin <= mention.start <= place and mention.who in _ACTORS:
            if _is_no_actor(text, mention, grammar):
                continue
            # "are colleagues fair game" asks no leave for them; "are parents allowed to" does.
            if grammar.being.search(text[:start]) and not grammar.leave.match(text, mention.end):
                continue
            return _Subject((_ACTORS[mention.who],), mention, sure=True)
    return _Subject(("school",)) if grammar.school.match(text, begin) else _Subject()


def _oneself(text: str, mentions: Sequence[_Mention], grammar: Grammar) -> _Subject:
    """Who asks for themselves: staff, unless they say that they are something else."""
    for mention in mentions:
        before = text[: mention.start]
        if mention.who in ("governor", "volunteer") and grammar.calls_itself.search(before):
            return _Subject((mention.who,), mention)
        # "May we STOP PARENTS filming": it is what they do that the policy speaks to, or does not.
        if mention.who == "parent" and grammar.curbing.search(text):
            return _Subject(("parent", "staff"), mention)
        # "May we LET PUPILS use": what they do is asked about.
        if mention.who in ("student", "parent") and grammar.letting.search(before):
            return _Subject((mention.who, "staff"), mention)
    return _Subject(("staff",))


def _is_no_actor(text: str, mention: _Mention, grammar: Grammar) -> bool:
    """Whether it only describes the word after it ("a pupil's work"), or suffers the act ("be named")."""
    said = text[mention.start : mention.end].strip()
    return bool(grammar.describing.search(said) or grammar.passive.match(text, mention.end))


def _acts(text: str, clauses: Sequence[tuple[int, int]], words: FrameWords) -> tuple[str, ...]:
    """The first act of each part that asks; where nothing asks, that of the last sentence, or of all."""
    last = len(text) - len(words.grammar.sentence.split(text)[-1])
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
