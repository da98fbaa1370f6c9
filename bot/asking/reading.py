"""A question under way to its answer: what was read of it, which topics and clauses it may mean."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice

from bot.asking.frame import NOTHING_READ, Frame, contradictions, read_frame
from bot.content.policy import Clause, ClauseId, Slot, Taking, Topic, Wording
from bot.content.policy_load import Policy
from bot.content.rules import AnswerRules
from bot.content.wording import fold, with_apostrophes, words
from bot.engine.parse import Continued, Parse

_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "ly", "s")
_SHORTEST = 4
# By how much a later clause must lead: about two rare words. With less, golden questions lose their clause.
_LEAD = 5.0


def nearest_first(question: str, clauses: Sequence[Clause], every: Collection[Clause]) -> tuple[Clause, ...]:
    """`clauses` in their order, but a later one in front where the question's own words clearly name it.

    A word counts by how rare it is among `every` clause of the policy.
    """
    asked = _stems(fold(question)) & {word for clause in clauses for word in _clause_stems(clause.quote)}
    known = [_clause_stems(clause.quote) for clause in every]
    rarity = {word: math.log(len(known) / (1 + sum(word in found for found in known))) for word in asked}
    scores = [sum(rarity[word] for word in asked & _clause_stems(clause.quote)) for clause in clauses]
    best = max(range(len(clauses)), key=lambda place: (scores[place], -place))
    if scores[best] < scores[0] + _LEAD:
        return tuple(clauses)
    return (clauses[best], *clauses[:best], *clauses[best + 1 :])


@lru_cache(maxsize=4096)
def _clause_stems(quote: str) -> frozenset[str]:
    """Kept, since every question is held against every clause; no question is kept."""
    return _stems(quote)


def _stems(text: str) -> frozenset[str]:
    found = {stem(word) for word in words(text.casefold()) if word.isalpha()}
    return frozenset(word for word in found if len(word) >= _SHORTEST)


def stem(word: str) -> str:
    """A word without the commonest endings."""
    ending = next((end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= 3), "")
    return word.removesuffix(ending)


_ALLOWS = ("allowed_if", "encouraged")
# Their first clause is the one that forbids or allows: nothing goes before it.
_RULED = ("never", *_ALLOWS)
_MOST_OPTIONS = 4
_BESIDE = 2
_BARE_WORDS = 3


@dataclass(frozen=True)
class Guess:
    """A topic that a question may mean, and its share (0 to 1) of the odds of all topics.

    `frame` is what was read of the question; `whole` says whether it stands alone, as for `contradictions`.
    `taken`: the topic takes such a question by its words, whatever was read of it. `settled`: what is told
    there is no incident, either.
    """

    topic: Topic
    share: float
    frame: Frame = NOTHING_READ
    whole: bool = False
    taken: bool = False
    settled: bool = False

    @cached_property
    def against(self) -> tuple[Slot, ...]:
        """The slots of the frame in which the question is about something else; none where it is taken."""
        if self.taken:
            return ()
        return contradictions(self.topic.applies, self.frame, whole=self.whole)


@dataclass(frozen=True)
class Earlier:
    """What the question before left: its topic, its frame, and the report offered for what it told."""

    topic: str = ""
    frame: Frame = NOTHING_READ
    told: str = ""


NOTHING_EARLIER = Earlier()


@dataclass(frozen=True)
class Reading:
    """A question, the odds of its parse, its frame, and the topics by their share, the likeliest first.

    `near` are the last topic and its neighbours where it goes on from there: what it leaves unsaid was said,
    and stands in `frame`. `told` is the report that was offered for what was told before. `aspect` are the
    clauses that answer what is asked on, where that is known.
    """

    question: str
    odds: dict[str, float]
    in_scope: float
    guesses: tuple[Guess, ...]
    policy: Policy
    rules: AnswerRules
    frame: Frame = NOTHING_READ
    near: frozenset[str] = frozenset()
    reduced: bool = False
    told: str = ""
    aspect: tuple[ClauseId, ...] = ()

    def of(self, *intents: str) -> float:
        """The odds of these intents together."""
        return sum(self.odds.get(intent, 0.0) for intent in intents)

    @property
    def goes_on(self) -> bool:
        """Whether it continues the last question."""
        return bool(self.near)

    @property
    def fitting(self) -> Iterator[Guess]:
        """The topics that nothing read contradicts, the likeliest first, each held against it in its turn."""
        return (guess for guess in self.guesses if not guess.against)

    @property
    def is_no_incident(self) -> bool:
        """Whether a topic took the question that says so of what is told."""
        return any(guess.settled and not guess.against for guess in self.guesses[:1])

    def sure(self, guess: Guess) -> float:
        """How sure an answer by `guess` is, from 0 to 1."""
        return min(1.0, guess.share * self.in_scope)


def read(
    question: str, parse: Parse, policy: Policy, rules: AnswerRules, earlier: Earlier = NOTHING_EARLIER
) -> Reading:
    """The reading of a question. One that goes on from `earlier` is read together with it."""
    odds = {ranked.intent: ranked.confidence for ranked in parse.ranking}
    weights = _by_topic(odds, policy)
    # Without the built-in engine nothing has cut it, and twenty thousand characters would take half a minute.
    frame = read_frame(parse.spelt or fold(question), rules.frame, rules.platforms)
    # "Dms" leaves unsaid what the rule needs.
    likely = _guesses(weights, policy, frame, whole=len(question.split()) > _BARE_WORDS)
    taken = _taken(likely, with_apostrophes(question))
    guesses, ours = taken or likely, 1.0 if taken else parse.in_scope
    alone = Reading(question, odds, ours, guesses, policy, rules, frame, reduced=parse.reduced)
    limits = rules.thresholds
    if parse.in_scope < limits.follow_up_limit(question):
        return alone
    if known := _asked_on(alone, earlier):
        return known
    if not limits.follows_up(question):
        return alone
    if limits.stands_alone(question) and frame.act:
        return alone
    last = policy.topics.get(earlier.topic)
    if last is None:
        # No rule stood beside what was told: the report that was offered for it is what is gone on from.
        return replace(alone, told=earlier.told)
    continued = Continued({}, {}) if parse.after is None else parse.after(last.question)
    if _is_fresh(alone, continued):
        return alone
    scores = _continued(weights, continued, last, policy, rules)
    frame = frame.following(earlier.frame)
    return replace(
        alone,
        in_scope=max(parse.in_scope, limits.in_scope),
        guesses=_guesses(scores, policy, frame, whole=False),
        frame=frame,
        near=frozenset({last.id, *last.siblings}),
        told=earlier.told,
    )


def _asked_on(alone: Reading, earlier: Earlier) -> Reading | None:
    """The reading of a follow-up whose aspect is known from the topic before; None where it is not.

    What the aspect is about was said before, so nothing that is read of these few words is against it.
    """
    policy, limits, question = alone.policy, alone.rules.thresholds, alone.question
    last = policy.topics.get(earlier.topic)
    short = len(question.split()) <= limits.asked_on_words
    if last is None or not short or not (limits.follows_up(question) or limits.leans(question)):
        return None
    found = last.goes_on_to(with_apostrophes(question))
    if found is None or _is_of_its_own(alone, found.topic, last):
        return None
    meant = Guess(policy.topics[found.topic], 1.0, taken=True)
    others = tuple(replace(guess, share=0.0) for guess in alone.guesses if guess.topic.id != found.topic)
    return replace(
        alone,
        in_scope=1.0,
        guesses=(meant, *others),
        frame=alone.frame.following(earlier.frame),
        near=frozenset({last.id, meant.topic.id, *last.siblings}),
        told=earlier.told,
        aspect=found.cites,
    )


def _is_of_its_own(alone: Reading, asked: str, last: Topic) -> bool:
    """Whether these few words are sure enough by themselves, and of something else than was asked before."""
    if not alone.guesses or alone.guesses[0].topic.id in (asked, last.id, *last.siblings):
        return False
    limits = alone.rules.thresholds
    if len(alone.question.split()) > limits.asked_on_brief:
        return alone.sure(alone.guesses[0]) >= limits.follow_up_sure
    # What points back is sure of something only because it says so little.
    return not limits.leans(alone.question) and alone.sure(alone.guesses[0]) >= limits.asked_on_fresh


def _is_fresh(alone: Reading, continued: Continued) -> bool:
    """Whether what looks like a follow-up is a question of its own: the one before does not change it."""
    limits = alone.rules.thresholds
    if not alone.guesses or alone.sure(alone.guesses[0]) < limits.follow_up_sure:
        return False
    if limits.says_all(alone.question) and alone.sure(alone.guesses[0]) >= limits.asked_on_fresh:
        return True
    if alone.guesses[0].taken:
        # Its words are a topic's own, whatever was asked before.
        return True
    joined = _by_topic(continued.joined, alone.policy)
    likeliest = max(joined, key=lambda name: joined[name])
    return limits.stands_alone(alone.question) or likeliest == alone.guesses[0].topic.id


def _by_topic(odds: Mapping[str, float], policy: Policy) -> dict[str, float]:
    return {name: odds.get(policy.intent(name), 0.0) for name in policy.topics}


def _continued(
    alone: Mapping[str, float], continued: Continued, last: Topic, policy: Policy, rules: AnswerRules
) -> dict[str, float]:
    """The weight of each topic for a question that goes on: what it adds to the one before it counts."""
    by = rules.thresholds.going_on
    joined, before = _by_topic(continued.joined, policy), _by_topic(continued.before, policy)
    weights = {
        name: (joined[name] + by.least) ** by.joined
        * (alone[name] + by.least) ** by.alone
        / (before[name] + by.least) ** by.before
        for name in alone
    }
    for name in {last.id, *last.siblings} & weights.keys():
        weights[name] *= by.neighbour
    weights[last.id] *= by.last
    return weights


def _guesses(weights: dict[str, float], policy: Policy, frame: Frame, whole: bool) -> tuple[Guess, ...]:
    total = sum(weights.values()) or 1.0
    order = sorted(weights, key=lambda name: (-weights[name], name))
    found = [(policy.topics[name], weights[name] / total) for name in order if weights[name]]
    return tuple(Guess(topic, share, frame, whole) for topic, share in found)


def _taken(guesses: tuple[Guess, ...], plain: str) -> tuple[Guess, ...]:
    """The guesses with one first, with the shares of all, that takes such a question from the likeliest.

    Or from the likeliest that nothing read contradicts. None where none does.
    """
    fitting = (guess for guess in guesses[1:] if not guess.against)
    lead = [*guesses[:1], *(islice(fitting, 1) if guesses and guesses[0].against else ())]
    for guess in guesses:
        takes = [one for one in guess.topic.takes if _takes(one, lead) and one.said.search(plain)]
        if takes:
            rest = [other for other in guesses if other is not guess]
            # It is meant, and none of those of which it would take the question, whichever of them leads.
            led = () if guess in lead else lead
            lost = (other.share for other in rest if other in led or other.topic.id in takes[0].of)
            share = guess.share + sum(lost)
            meant = replace(guess, share=share, taken=True, settled=takes[0].no_incident)
            if guess in lead:
                return (meant, *rest)
            left = [other for other in rest if other not in lead]
            return (meant, *left, *(replace(one, share=0.0) for one in lead))
    return ()


def _takes(taking: Taking, lead: Sequence[Guess]) -> bool:
    return any(guess.topic.id in taking.of for guess in lead)


def rivals_of(reading: Reading, best: Guess) -> tuple[Guess, ...]:
    """The topics between which the question does not decide, `best` first; none where it does."""
    if (asked := open_question(reading, best)) and len(asked) > 1:
        return asked[:_MOST_OPTIONS]
    limits = reading.rules.thresholds
    least = min(limits.close, limits.close_account, limits.close_never) * best.share
    others = [guess for guess in reading.guesses if guess is not best and guess.share >= least]
    rivals = [guess for guess in others if _is_rival(reading, best, guess) and not guess.against]
    return (best, *rivals[: _MOST_OPTIONS - 1]) if rivals else ()


def citations_of(reading: Reading, topic: Topic) -> tuple[Clause, ...]:
    """The clauses of a topic, the one that the question names first.

    The clause that forbids or allows stays in front; only a bullet of the list that it opens may lead. The
    clause that a wording puts first stays there: it was chosen for this very question.
    """
    own = reading.policy.citations(topic)
    if asked := {clause.id: clause for clause in own if clause.id in reading.aspect}:
        return (*asked.values(), *(clause for clause in own if clause.id not in asked))
    wording = _wording_for(reading, topic)
    if topic.id in reading.policy.held or (wording and own[0].id in wording.cites[:1]):
        return own
    if topic.verdict not in _RULED:
        return nearest_first(reading.question, own, reading.policy.clauses.values())
    listed = tuple(clause for clause in own if clause.lead_in in (own[0].id, own[0].lead_in or own[0].id))
    pool = tuple(dict.fromkeys([own[0], *listed]))
    first = nearest_first(reading.question, pool, reading.policy.clauses.values())[0]
    return (first, *(clause for clause in own if clause is not first))


def put_for(reading: Reading, topic: Topic) -> Topic:
    """`topic` in the first of its wordings that is for this question, with what is said of its twists."""
    wording = _wording_for(reading, topic)
    put = topic.put(wording) if wording else topic
    if put.first != topic.first and reading.rules.danger.may_undress(reading.question):
        # What is said of sexual pictures is left out only where nothing tells of one.
        put = put.model_copy(update={"first": topic.first})
    return put.twisted(with_apostrophes(reading.question))


def _wording_for(reading: Reading, topic: Topic) -> Wording | None:
    plain = with_apostrophes(reading.question)
    for wording in topic.wordings:
        named = all(set(values) & set(reading.frame.of(slot)) for slot, values in wording.when.items())
        if named and (wording.said is None or wording.said.search(plain)):
            return wording
    return None


def beside(reading: Reading, best: Guess) -> tuple[Topic, ...]:
    """The topics that came close: a person who meant one of them finds it, too."""
    least = reading.rules.thresholds.cite_beside * best.share
    close = [other for other in reading.guesses if other is not best and other.share >= least]
    return tuple(other.topic for other in close if not other.against)[:_BESIDE]


def open_question(reading: Reading, best: Guess) -> tuple[Guess, ...]:
    """The topics of a written question that is asked back because its slot was not said; none otherwise."""
    for group in reading.policy.clarifications.values():
        topics = {option.topic for option in group.options}
        if group.unsaid is None or best.topic.id not in topics or reading.frame.of(group.unsaid):
            continue
        return (best, *(guess for guess in reading.fitting if guess.topic.id in topics and guess is not best))
    return ()


def _is_rival(reading: Reading, best: Guess, other: Guess) -> bool:
    if best.topic.verdict == other.topic.verdict:
        return False
    limits = reading.rules.thresholds
    if _account_decides(reading, best.topic, other.topic):
        return other.share >= limits.close_account * best.share
    # A wrong "yes" costs more than one question too many.
    risky = best.topic.verdict in _ALLOWS and other.topic.verdict == "never"
    return other.share >= (limits.close_never if risky else limits.close) * best.share


def _account_decides(reading: Reading, best: Topic, other: Topic) -> bool:
    """Whether two rulings differ by the account, and the question names none."""
    if reading.frame.account or best.applies is None or other.applies is None:
        return False
    if not {best.verdict, other.verdict} <= set(_RULED):
        return False
    one, two = set(best.applies.account), set(other.applies.account)
    acts = set(best.applies.act) & set(other.applies.act)
    return bool(one and two and acts) and not one & two
