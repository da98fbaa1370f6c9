"""A question and its parse, made into an answer. Pure: no clock, no I/O, and no word that is not curated.

The order is fixed: danger, small talk, an incident to report, not for us, and only then the topics.
A verdict is always the topic's own: however a question leads or denies, it cannot turn it round.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.asking.reading import Guess, Reading, citations_of, read, rivals_of
from bot.knowledge.answer_rules import AnswerRules
from bot.knowledge.answer_texts import AnswerTexts
from bot.knowledge.parsing import Parse
from bot.knowledge.policies import Clause, Policy, Topic

Kind = Literal["answer", "clarify", "not_covered", "report", "danger", "smalltalk"]
_REPORTS = ("report_abuse", "report_image", "report_other")
_ALLOWS = ("allowed_if", "encouraged")
_MOST_OPTIONS = 4
_BARE = re.compile(r"^(?:Yes|No)[.,]\s+(?=\w)")


@dataclass(frozen=True)
class Choice:
    """One answer to a question asked back: its words, the topic it chooses and that topic's clauses."""

    label: str
    topic: str
    citations: tuple[Clause, ...]


@dataclass(frozen=True)
class Answer:
    """What is said to one question. `text` is the whole of it, readable on its own.

    `verdict` and `modality` are those of `topic`, where there is one; `citations` too, and after its first
    two clauses the first one of a topic that came close. `report` says which report is offered ("" where
    none is), `options` are there only to clarify. `about_self`: in danger may be whoever asks.
    """

    question: str
    kind: Kind
    text: str
    confidence: float = 0.0
    topic: str = ""
    verdict: str = ""
    modality: str = ""
    citations: tuple[Clause, ...] = ()
    options: tuple[Choice, ...] = ()
    report: str = ""
    about_self: bool = False


def answer(
    question: str,
    parse: Parse,
    policy: Policy,
    *,
    rules: AnswerRules,
    last_topic: str = "",
    clarifying: bool = False,
) -> Answer:
    """The answer to `question`. `clarifying`: it was asked back once, so it is not asked back again."""
    reading = read(question, parse, policy, rules, last_topic)
    limits = rules.thresholds
    if reading.of("danger") >= limits.danger or rules.danger.found(question):
        return _danger(reading)
    if not reading.odds or reading.of("greet", "help") >= limits.smalltalk:
        return _small_talk(reading)
    if reading.of(*_REPORTS) >= limits.report_limit(question):
        return _report(reading)
    if reading.in_scope < limits.in_scope or not reading.guesses or reading.guesses[0].share < limits.topic:
        return _not_covered(reading)
    rivals = () if clarifying else rivals_of(reading)
    return _ask_back(reading, rivals) if rivals else _from_topic(reading, reading.guesses[0])


def answer_topic(topic_id: str, policy: Policy, rules: AnswerRules) -> Answer:
    """The answer of a topic that was picked by its button. Raises KeyError where there is no such topic."""
    topic = policy.topics[topic_id]
    guess = Guess(topic, 1.0)
    return _from_topic(Reading(topic.question, {}, 1.0, (guess,), policy, rules), guess)


def to_json(given: Answer) -> dict[str, Any]:
    """An answer as `ask --json` prints it."""
    return {
        "question": given.question,
        "kind": given.kind,
        "verdict": given.verdict or None,
        "modality": given.modality if given.modality in ("must", "should", "may") else None,
        "text": given.text,
        "topic": given.topic or None,
        "confidence": round(given.confidence, 4),
        "citations": [_citation(clause) for clause in given.citations],
        "options": [
            {
                "label": choice.label,
                "topic": choice.topic,
                "citations": [_citation(clause) for clause in choice.citations],
            }
            for choice in given.options
        ],
        "report": given.report or None,
    }


def _citation(clause: Clause) -> dict[str, Any]:
    return {
        "clause": clause.id,
        "section": clause.section,
        "lines": list(clause.lines),
        "quote": clause.quote,
    }


def _danger(reading: Reading) -> Answer:
    texts = reading.rules.texts
    about_self = reading.rules.danger.may_be_self(reading.question)
    what = texts.danger_self if about_self else texts.danger
    first = f"{texts.danger_title}. {what} {texts.danger_then} ({texts.danger_source})"
    confidence = reading.of("danger")
    told = Answer(
        reading.question, "danger", first, confidence=confidence, report="other", about_self=about_self
    )
    sure = confidence >= reading.rules.thresholds.danger_sure or reading.rules.danger.found(reading.question)
    # No rule about posts belongs under a child in danger; under what may be a question, it does.
    return told if sure else _beside(reading, told)


def _small_talk(reading: Reading) -> Answer:
    texts = reading.rules.texts
    greeted = reading.of("greet") > reading.of("help")
    confidence = reading.of("greet", "help")
    text = texts.greeting if greeted else texts.helping
    return Answer(reading.question, "smalltalk", text, confidence=confidence)


def _report(reading: Reading) -> Answer:
    intent = max(_REPORTS, key=reading.of)
    kind = intent.removeprefix("report_")
    text = reading.rules.texts.report(kind)
    told = Answer(reading.question, "report", text, confidence=reading.of(*_REPORTS), report=kind)
    return _beside(reading, told)


def _beside(reading: Reading, first: Answer) -> Answer:
    """What comes first, with the clauses of the topic that is closest to what was told."""
    if not reading.guesses or reading.guesses[0].share < reading.rules.thresholds.beside_report:
        return first
    related = _from_topic(reading, reading.guesses[0])
    return replace(
        first,
        text=f"{first.text}\n\n{related.text}",
        topic=related.topic,
        verdict=related.verdict,
        modality=related.modality,
        citations=related.citations,
    )


def _not_covered(reading: Reading) -> Answer:
    confidence = 1.0 - reading.in_scope
    return Answer(reading.question, "not_covered", reading.rules.texts.not_covered, confidence=confidence)


def _from_topic(reading: Reading, guess: Guess) -> Answer:
    topic, citations = guess.topic, citations_of(reading, guess)
    return Answer(
        reading.question,
        "answer",
        _sentence(topic, citations[0], reading.policy, reading.rules.texts),
        confidence=min(1.0, guess.share * reading.in_scope),
        topic=topic.id,
        verdict=topic.verdict,
        modality=topic.modality,
        citations=citations,
        report=_offered(reading, topic),
    )


def _offered(reading: Reading, topic: Topic) -> str:
    """The report that is offered beside a topic: the topic's own, or one that the question may tell of."""
    if topic.offer in _REPORTS:
        return topic.offer.removeprefix("report_")
    told = reading.of(*_REPORTS) >= reading.rules.thresholds.report_beside
    return max(_REPORTS, key=reading.of).removeprefix("report_") if told else ""


def _sentence(topic: Topic, first: Clause, policy: Policy, texts: AnswerTexts) -> str:
    parts = [topic.question, f"{texts.label(topic)}: {statement(topic)}"]
    parts += [texts.outside(policy.outside[name]) for name in texts.first(topic)]
    if topic.modality == "should" and topic.verdict in texts.verdicts_should:
        parts.append(texts.should)
    parts.append(texts.quotation(first))
    return "\n".join(parts)


def statement(topic: Topic) -> str:
    """A topic's answer without the "Yes" or "No" in front.

    That word answers the topic's own question. Under "can I skip the training?" the "Yes." of "do I have to
    attend?" would say the opposite: so the verdict stands in words instead.
    """
    bare = _BARE.sub("", topic.answer)
    return bare[:1].upper() + bare[1:]


def _ask_back(reading: Reading, rivals: tuple[Guess, ...]) -> Answer:
    question, options = _options(reading, rivals)
    words = reading.rules.texts.clarify.format(question=question)
    listed = "\n".join(f"- {choice.label}" for choice in options)
    return Answer(
        reading.question,
        "clarify",
        f"{words}\n{listed}",
        confidence=min(1.0, rivals[0].share * reading.in_scope),
        options=options,
    )


def _options(reading: Reading, rivals: tuple[Guess, ...]) -> tuple[str, tuple[Choice, ...]]:
    """The question to ask back: a written one that holds the two best, or their own questions."""
    wanted = {guess.topic.id for guess in rivals[:2]}
    for group in reading.policy.clarifications.values():
        if wanted <= {option.topic for option in group.options}:
            pairs = [(option.label, reading.policy.topics[option.topic]) for option in group.options]
            break
    else:
        group = None
        pairs = [(guess.topic.question, guess.topic) for guess in rivals]
    question = reading.rules.texts.clarify_question if group is None else group.question
    return question, tuple(Choice(label, topic.id, reading.policy.citations(topic)) for label, topic in pairs)
