"""What an answer may not be: about danger or a person, laxer than a rule beside it, too wide. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.asking.answer import answer
from bot.asking.reading import read
from bot.content.policy import Clause, Topic
from bot.content.world import World
from bot.domain.gaps import GapAnswer, Golden
from bot.engine.parse import Parse
from bot.gaps.matching import captured, likeness
from bot.gaps.redaction import names_in

_MOST_NEAR = 6
_HALF_STAFF = frozenset({"governor", "volunteer"})
_AT_MOST_ACTOR: tuple[tuple[str, ...], ...] = ((), ("actor",))
# What is to be told to somebody, and no question about a rule.
INTAKE = ("danger", "concern", "report")


def is_danger(parses: Iterable[Parse], world: World) -> bool:
    """Whether any of these texts tells of danger or of a child at risk, by the gate that reads questions."""
    kinds = (answer(parse.text, parse, world.policy, rules=world.rules).kind for parse in parses)
    return any(kind in ("danger", "concern") for kind in kinds)


def near_topics(wordings: Iterable[str], parses: Iterable[Parse], world: World) -> tuple[str, ...]:
    """The topics beside a question, by its words and by what the engine reads of it, the nearest first.

    None of which the frame of the question says that its rule is about somebody or something else; but a
    rule for staff stands beside a question of a governor or a volunteer, of whom the policy says little.
    """
    limits, topics = world.gaps, world.policy.topics.values()
    shares: dict[str, float] = {}
    for parse in parses:
        reading = read(parse.text, parse, world.policy, world.rules)
        ruled = _HALF_STAFF.isdisjoint(reading.frame.actor)
        for guess in reading.fitting if ruled else reading.guesses:
            if guess.against in _AT_MOST_ACTOR and guess.share >= limits.near_odds:
                shares[guess.topic.id] = max(guess.share, shares.get(guess.topic.id, 0.0))
    for wording in wordings:
        for topic in topics:
            share = likeness(wording, topic.question, world)
            if share >= limits.near_words:
                shares[topic.id] = max(share, shares.get(topic.id, 0.0))
    return tuple(sorted(shares, key=lambda name: (-shares[name], name))[:_MOST_NEAR])


def faults(given: GapAnswer, golden: Iterable[Golden], world: World) -> Iterator[tuple[str, str]]:
    """What is wrong with an answer, each with the field that it is beside; none where it may be signed."""
    errors = world.gaps.errors
    for field, text in (
        ("wording", given.question),
        ("text", given.text),
        ("examples", "\n".join(given.examples)),
    ):
        if found := names_in(text, world):
            yield field, errors.person.fill(found=", ".join(found))
    for topic in rules_beside(given, world):
        clause = world.policy.citations(topic)[0]
        if topic.verdict == "never" and (given.ruling == "allowed_if" or world.gaps.leave.search(given.text)):
            yield "text", errors.permits.fill(clause=_quoted(clause))
        if topic.verdict == "must" and world.gaps.release.search(given.text):
            yield "text", errors.releases.fill(clause=_quoted(clause))
    own = (topic.question for topic in world.policy.topics.values())
    ours = [*own, *(item.question for item in golden if item.ours)]
    for question in captured(ours, given.wordings, world)[:1]:
        yield "wording", errors.captures.fill(question=question)


def would_answer(given: GapAnswer, golden: Iterable[Golden], world: World) -> tuple[str, ...]:
    """The known questions that nobody answers, and that this would: for the second person to see."""
    return captured((item.question for item in golden if not item.ours), given.wordings, world)


def rules_beside(given: GapAnswer, world: World) -> tuple[Topic, ...]:
    """The topics beside an answer that forbid or oblige: those of when it was written, and those of now."""
    names = dict.fromkeys((*given.near, *near_topics(given.wordings, (), world)))
    known = (world.policy.topics[name] for name in names if name in world.policy.topics)
    return tuple(topic for topic in known if topic.verdict in ("never", "must"))


def _quoted(clause: Clause) -> str:
    return clause.quote if len(clause.quote) < 200 else f"{clause.quote[:200]}…"
