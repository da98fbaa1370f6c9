"""A question under way to its answer: which topics it may mean, how sure that is, and which come close."""

from __future__ import annotations

from dataclasses import dataclass

from bot.knowledge.answer_rules import AnswerRules
from bot.knowledge.nearness import nearest_first
from bot.knowledge.parsing import Parse
from bot.knowledge.policies import Clause, Policy, Topic

_ALLOWS = ("allowed_if", "encouraged")
# Their first clause is the one that forbids or allows: nothing goes before it.
_RULED = ("never", *_ALLOWS)
_MOST_OPTIONS = 4
_MOST_CITATIONS = 5
_FIRST = 2
_BESIDE = 2


@dataclass(frozen=True)
class Guess:
    """A topic that a question may mean, and its share (0 to 1) of the odds of all topics."""

    topic: Topic
    share: float


@dataclass(frozen=True)
class Reading:
    """A question, the odds of its parse, and the topics by their share of them, the likeliest first."""

    question: str
    odds: dict[str, float]
    in_scope: float
    guesses: tuple[Guess, ...]
    policy: Policy
    rules: AnswerRules

    def of(self, *intents: str) -> float:
        """The odds of these intents together."""
        return sum(self.odds.get(intent, 0.0) for intent in intents)


def read(question: str, parse: Parse, policy: Policy, rules: AnswerRules, last_topic: str) -> Reading:
    """The reading of a question. One that goes on from `last_topic` counts its neighbours more."""
    odds = {ranked.intent: ranked.confidence for ranked in parse.ranking}
    limits = rules.thresholds
    goes_on = limits.follows_up(question) and parse.in_scope >= limits.follow_up_scope
    near = _neighbours(policy, last_topic) if goes_on else frozenset()
    weights = {name: odds.get(policy.intent(name), 0.0) for name in policy.topics}
    if near:
        weights[last_topic] += limits.last
    weights |= {name: weights[name] * limits.weight(question) for name in near}
    whole = sum(weights.values()) or 1.0
    order = sorted(weights, key=lambda name: (-weights[name], name))
    guesses = tuple(Guess(policy.topics[name], weights[name] / whole) for name in order if weights[name])
    in_scope = max(parse.in_scope, limits.in_scope if near else 0.0)
    return Reading(question, odds, in_scope, guesses, policy, rules)


def rivals_of(reading: Reading) -> tuple[Guess, ...]:
    """The topics between which the question does not decide, the best first; none where it does."""
    best, *others = reading.guesses
    rivals = [guess for guess in others if _is_rival(best, guess, reading.rules)]
    return (best, *rivals[: _MOST_OPTIONS - 1]) if rivals else ()


def citations_of(reading: Reading, guess: Guess) -> tuple[Clause, ...]:
    """The clauses of a topic, the one that the question names first, five at most.

    Where other topics came close without being asked about, the first clause of each stands after the
    topic's first two: whoever meant that one finds it, too.
    """
    policy, limits = reading.policy, reading.rules.thresholds
    own = policy.citations(guess.topic)
    if guess.topic.verdict not in _RULED:
        own = nearest_first(reading.question, own, policy.clauses.values())
    close = [other for other in reading.guesses if other.share >= limits.cite_beside * guess.share]
    beside = [policy.citations(other.topic)[0] for other in close if other is not guess]
    order = [*own[:_FIRST], *beside[:_BESIDE], *own[_FIRST:]]
    return tuple({clause.id: clause for clause in order}.values())[:_MOST_CITATIONS]


def _neighbours(policy: Policy, topic_id: str) -> frozenset[str]:
    topic = policy.topics.get(topic_id)
    return frozenset() if topic is None else frozenset({topic.id, *topic.siblings})


def _is_rival(best: Guess, other: Guess, rules: AnswerRules) -> bool:
    if best.topic.verdict == other.topic.verdict:
        return False
    # A wrong "yes" costs more than one question too many.
    risky = best.topic.verdict in _ALLOWS and other.topic.verdict == "never"
    limit = rules.thresholds.close_never if risky else rules.thresholds.close
    return other.share >= limit * best.share
