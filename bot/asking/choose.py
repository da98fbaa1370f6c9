"""Which topic answers a reading: the likeliest that fits, or none with a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.asking.reading import Guess, Reading, rivals_of
from bot.content.policy import Slot
from bot.engine.heads import OUT_OF_SCOPE

_OF_SOCIAL_MEDIA: tuple[Slot, ...] = ("act", "account", "platform")
_PERSON: tuple[Slot, ...] = ("person",)
Way = Literal["answer", "ask_back", "related", "nothing"]


@dataclass(frozen=True)
class Choice:
    """How a reading is answered. `rivals` are asked about; `decided`: the frame turned a likelier topic away.

    A `related` guess is the closest rule, about something else (`guess.against`) or too unsure for a verdict.
    """

    way: Way
    guess: Guess | None = None
    rivals: tuple[Guess, ...] = ()
    decided: bool = False


def choose(reading: Reading, *, asked_before: bool) -> Choice:
    """A topic that fits, a question back, the closest rule without a verdict, or nothing: in that order.

    `asked_before`: it was asked back once, so it is not asked back again.
    """
    limits = reading.rules.thresholds
    if reading.in_scope < limits.in_scope or not reading.guesses:
        ours = _stand_in(reading, None) if reading.guesses else None
        return Choice("nothing") if ours is None else Choice("answer", ours, decided=True)
    likeliest = reading.guesses[0]
    if likeliest.share < limits.topic and not reading.goes_on:
        return Choice("nothing")
    best = _fits(reading, likeliest)
    if best is None and not reading.goes_on and (instead := _stand_in(reading, likeliest)):
        return Choice("answer", instead, decided=True)
    if best is None:
        enough = reading.sure(likeliest) >= limits.related and not _is_rather_for_others(reading, likeliest)
        return Choice("related", likeliest, decided=True) if enough else Choice("nothing", decided=True)
    decided = best is not likeliest
    rivals = () if asked_before or reading.goes_on else rivals_of(reading, best)
    if rivals and (ruling := _that_forbids(rivals)):
        best = ruling
    elif rivals:
        return Choice("ask_back", best, rivals, decided)
    if not _sure_enough(reading, best):
        allows = best.topic.verdict == "allowed_if" and _is_bare(reading, best)
        guessed = allows or reading.sure(best) < limits.related_least or _is_for_others(reading, best)
        return Choice("nothing" if guessed else "related", best, decided=decided)
    return Choice("answer", best, decided=decided)


def _that_forbids(rivals: tuple[Guess, ...]) -> Guess | None:
    """Of rulings on the very same clauses the one that forbids: it says what the others say, too."""
    alike = len({frozenset(guess.topic.cites) for guess in rivals}) == 1
    return next((guess for guess in rivals if alike and guess.topic.verdict == "never"), None)


def _fits(reading: Reading, likeliest: Guess) -> Guess | None:
    """The likeliest topic where it fits; else the next one that is likely enough and fits."""
    limits = reading.rules.thresholds
    if not likeliest.against:
        return likeliest
    best = next(reading.fitting, None)
    if best is None:
        return None
    if reading.goes_on:
        return best if best.share >= limits.going_on.instead * likeliest.share else None
    rest = sum(guess.share for guess in reading.fitting)
    return best if best.share >= max(limits.topic, limits.instead * rest) else None


def _stand_in(reading: Reading, likeliest: Guess | None) -> Guess | None:
    """The likeliest of the topics that stand in where the frame names what they are about.

    For a question that is hardly in scope (`likeliest` is None) only an act of social media tells that it is
    for Signpost at all.
    """
    limits = reading.rules.thresholds
    social = set(limits.social) & set(reading.frame.act)
    if likeliest is None and (reading.in_scope < limits.stand_in or not social):
        return None
    against = None if likeliest is None else set(likeliest.against)
    for guess in reading.guesses:
        slots = () if guess.topic.applies is None else guess.topic.applies.stands_in
        named = slots and all(reading.frame.of(slot) for slot in slots)
        # A ruling that hardly anything speaks for is none, whatever was named.
        if likeliest is not None and guess.topic.verdict != "information" and guess.share < limits.stand_in:
            continue
        # Where others act, what is theirs answers, whatever else turned the likeliest away.
        theirs = named and (against is None or (against and {"actor", *against} & set(slots)))
        if theirs and not guess.against:
            return guess
    return None


def _sure_enough(reading: Reading, guess: Guess) -> bool:
    """Whether a topic may be the answer: to forbid, allow or oblige takes more than a guess.

    So does any answer, where the question names nothing of what the topic is about.
    """
    limits = reading.rules.thresholds
    if reading.goes_on:
        return True
    # Nothing read says nothing against the topic.
    named = limits.unmet if reading.frame.said else limits.verdict
    if not guess.taken and not _is_met(reading, guess) and reading.sure(guess) < named:
        return False
    if guess.topic.verdict == "information":
        return True
    # Words that a topic claims as its own name what it is about, too.
    least = limits.verdict_named if guess.taken or _is_named(reading, guess) else limits.verdict
    if _is_bare(reading, guess):
        least = limits.verdict_bare
    # What its neighbours say, too, is not in doubt between them.
    alike = {guess.topic.id} | {
        other for other in guess.topic.siblings if reading.policy.topics[other].verdict == guess.topic.verdict
    }
    near = (other for other in reading.guesses if other.topic.id in alike)
    sure = sum(reading.sure(other) for other in near if not other.against)
    return sure >= (max(least, limits.verdict_reduced) if reading.reduced else least)


def _is_for_others(reading: Reading, guess: Guess) -> bool:
    """Whether a question is far likelier to be for somebody else than about a topic: "mend the boiler"."""
    return reading.of(reading.policy.intent(guess.topic.id)) < (
        reading.rules.thresholds.related_outside * reading.of(OUT_OF_SCOPE)
    )


def _is_rather_for_others(reading: Reading, guess: Guess) -> bool:
    """Whether a question is likelier to be for somebody else than about a topic: a starter on fractions."""
    own = reading.of(reading.policy.intent(guess.topic.id))
    return not reading.goes_on and own < reading.of(OUT_OF_SCOPE)


def _is_bare(reading: Reading, guess: Guess) -> bool:
    """Whether a verdict would answer what names nothing of social media: "can I smoke on site".

    What is forbidden is told to those who name a person, too. A topic that says nothing of whom and what it
    is about, as one of another policy may, has nothing to name.
    """
    if guess.topic.verdict == "information" or guess.topic.applies is None:
        return False
    named = (*_OF_SOCIAL_MEDIA, *_PERSON) if guess.topic.verdict == "never" else _OF_SOCIAL_MEDIA
    return not any(map(reading.frame.of, named))


def _is_met(reading: Reading, guess: Guess) -> bool:
    """Whether the question names an act, account, person, platform or an actor beside staff of the topic."""
    applies, frame = guess.topic.applies, reading.frame
    if applies is None:
        return False
    slots = (*_OF_SOCIAL_MEDIA, *_PERSON)
    others = set(frame.actor) - {"staff"}
    return any(set(getattr(applies, slot)) & set(frame.of(slot)) for slot in slots) or bool(
        others & set(applies.actor)
    )


def _is_named(reading: Reading, guess: Guess) -> bool:
    """Whether the question names all that a rule needs: "whatsapp" and "a pupil"."""
    applies = guess.topic.applies
    return applies is not None and bool(applies.needs) and all(map(reading.frame.of, applies.needs))
