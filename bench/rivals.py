"""What a school could pick instead: each reads a question and ranks the clauses of the policy.

Every rival is given the same slang and synonyms as the built-in engine; no spelling repair, which is the
engine's own. Those "over examples" know the same example questions as it does.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.asking.answer import answer
from bot.asking.reading import stem
from bot.content.policy_load import Policy
from bot.content.wording import words
from bot.content.world import World
from bot.engine.engine import Lesson
from bot.engine.features import Encoder
from bot.engine.heads import OUT_OF_SCOPE
from bot.engine.parse import Engine, Parse
from bot.engine.rasa import RasaFault, RasaService

Ranks = NDArray[Any]
_STOP_WORDS = """
a about am an and any are as at be been being but by can could did do does for from had has have he her him
his i if in into is it its just me my no of on or our she should so than that the their them then there they
this to up us was we were what when which who will with would you your
"""
_STOP = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True)
class Reply:
    """Clauses, the best first; how sure it is that the question is covered at all; whether it refused.

    `refused` is None for a system that has no threshold of its own.
    """

    quotes: tuple[str, ...]
    sure: float
    refused: bool | None = None


class System(Protocol):
    """Anything that ranks clauses for a question."""

    @property
    def name(self) -> str:
        """As it stands in the table."""

    @property
    def remote(self) -> bool:
        """Whether another process does the work: its time is then that of the clock, not of the CPU."""

    def ask(self, question: str) -> Reply:
        """Rank the clauses."""


@dataclass(frozen=True)
class EngineSystem:
    """An engine behind the product's port: the first clause of each topic, in the order of their odds."""

    name: str
    engine: Engine
    world: World
    remote: bool = False

    def ask(self, question: str) -> Reply:
        parse = self.engine.parse(question)
        policy = self.world.policy
        found = [policy.topic_of(ranked.intent) for ranked in parse.ranking]
        quotes = [policy.clauses[topic.cites[0]].quote for topic in found if topic is not None]
        given = answer(question, parse, policy, rules=self.world.rules)
        refused = given.kind in ("not_covered", "smalltalk")
        return Reply(tuple(dict.fromkeys(quotes)), parse.in_scope, refused)


class RasaAlone:
    """A Rasa service as an engine, without the built-in engine behind it. Counts its failures."""

    name = "rasa"

    def __init__(self, service: RasaService) -> None:
        self._service = service
        self.failed = 0

    def parse(self, text: str) -> Parse:
        try:
            return replace(self._service.parse(text), text=text)
        except RasaFault:
            self.failed += 1
            return Parse(text, (), 0.0)


@dataclass(frozen=True)
class Ranker:
    """Units of text, each standing for a clause; `score` gives every unit's score for a question.

    `inside` says which units are in scope: the surest of those, less the surest of the others, is how sure
    it is that a question is covered.
    """

    name: str
    quotes: tuple[str, ...]
    inside: NDArray[np.bool_]
    score: Callable[[str], Ranks]
    remote: bool = False

    def ask(self, question: str) -> Reply:
        scores = self.score(question)
        order = [place for place in np.argsort(-scores, kind="stable").tolist() if self.quotes[place]]
        best = dict.fromkeys(self.quotes[place] for place in order[:400])
        outside = float(scores[~self.inside].max()) if not self.inside.all() else 0.0
        return Reply(tuple(best), float(scores[self.inside].max()) - outside)


@dataclass(frozen=True)
class Units:
    """What a ranker ranks: texts to compare with, and the clause that each stands for ("" for none)."""

    texts: tuple[str, ...]
    quotes: tuple[str, ...]
    inside: NDArray[np.bool_]


def clause_units(policy: Policy) -> Units:
    """The clauses, each read with the heading it stands under."""
    clauses = tuple(policy.clauses.values())
    texts = tuple(f"{clause.section}: {clause.quote}" for clause in clauses)
    return Units(texts, tuple(clause.quote for clause in clauses), np.ones(len(clauses), dtype=bool))


def example_units(learnt: Lesson, policy: Policy) -> Units:
    """Everything the built-in engine learns from; an example stands for the first clause of its topic."""
    topics = [policy.topic_of(intent) for intent in learnt.intents]
    quotes = tuple("" if topic is None else policy.clauses[topic.cites[0]].quote for topic in topics)
    inside = np.array([intent != OUT_OF_SCOPE for intent in learnt.intents])
    return Units(learnt.texts, quotes, inside)


def bm25(name: str, units: Units, read: Callable[[str], str]) -> Ranker:
    """BM25 (k1 1.2, b 0.75) with stems and without stop words."""
    documents = [Counter(stems(read(text))) for text in units.texts]
    rarity = _rarity(documents, lambda count: math.log(1 + (len(documents) - count + 0.5) / (count + 0.5)))
    mean = sum(sum(document.values()) for document in documents) / len(documents)

    def weight(document: Counter[str], term: str) -> float:
        length = 0.25 + 0.75 * sum(document.values()) / mean
        return rarity[term] * document[term] * 2.2 / (document[term] + 1.2 * length)

    score = _inverted(documents, weight)
    return Ranker(name, units.quotes, units.inside, lambda text: score(Counter(stems(read(text)))))


def tfidf(name: str, units: Units, read: Callable[[str], str]) -> Ranker:
    """The cosine of TF-IDF vectors of stems and pairs of neighbouring stems."""
    documents = [Counter(_pairs(read(text))) for text in units.texts]
    rarity = _rarity(documents, lambda count: math.log((1 + len(documents)) / (1 + count)) + 1)
    lengths = {id(document): _length(document, rarity) for document in documents}
    score = _inverted(documents, lambda found, term: found[term] * rarity[term] / lengths[id(found)])

    def cosine(text: str) -> Ranks:
        asked = {term: count * rarity.get(term, 0.0) for term, count in Counter(_pairs(read(text))).items()}
        whole = math.sqrt(sum(value * value for value in asked.values())) or 1.0
        return score({term: value / whole for term, value in asked.items()})

    return Ranker(name, units.quotes, units.inside, cosine)


def dense(name: str, units: Units, read: Callable[[str], str], encoder: Encoder) -> Ranker:
    """The cosine of sentence vectors to the nearest unit."""
    rows = encoder.encode([read(text) for text in units.texts])
    return Ranker(name, units.quotes, units.inside, lambda text: rows @ encoder.encode([read(text)])[0])


def stems(text: str) -> list[str]:
    """The words of a folded text, without stop words and with the commonest endings cut off."""
    return [stem(word) for word in words(text) if word.isalnum() and word not in _STOP]


def _pairs(text: str) -> list[str]:
    found = stems(text)
    return [*found, *(f"{left} {right}" for left, right in pairwise(found))]


def _rarity(documents: Sequence[Counter[str]], formula: Callable[[int], float]) -> dict[str, float]:
    counts = Counter(term for document in documents for term in document)
    return {term: formula(count) for term, count in counts.items()}


def _length(document: Counter[str], rarity: dict[str, float]) -> float:
    return math.sqrt(sum((count * rarity[term]) ** 2 for term, count in document.items())) or 1.0


def _inverted(
    documents: Sequence[Counter[str]], weight: Callable[[Counter[str], str], float]
) -> Callable[[dict[str, Any]], Ranks]:
    listed: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, document in enumerate(documents):
        for term in document:
            listed[term].append((place, weight(document, term)))

    def score(asked: dict[str, Any]) -> Ranks:
        scores = np.zeros(len(documents))
        for term, count in asked.items():
            for place, value in listed.get(term, ()):
                scores[place] += count * value
        return scores

    return score
