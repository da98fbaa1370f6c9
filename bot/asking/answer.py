"""A question and its parse, made into an answer. Pure: no clock, no I/O, and no word that is not curated.

The order is fixed: danger, small talk, whom to ask, another language, a concern, an incident to report, not
for us, and only then the topics. A verdict is always the topic's own, and only of a topic that is about what
was asked: however a question leads or denies, it cannot turn it round.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.asking import choose, danger, silence
from bot.asking.frame import NOTHING_READ, Frame
from bot.asking.reading import (
    NOTHING_EARLIER,
    Earlier,
    Guess,
    Reading,
    beside,
    citations_of,
    put_for,
    read,
)
from bot.asking.whom import line_to_ask, to_tell
from bot.content.danger_words import Endangered
from bot.content.policy import Clause, Topic
from bot.content.policy_load import Policy
from bot.content.rules import AnswerRules, AnswerTexts
from bot.content.wording import fold
from bot.engine.parse import Parse

Kind = Literal["answer", "related", "clarify", "not_covered", "report", "concern", "danger", "smalltalk"]
_REPORTS = ("report_abuse", "report_image", "report_other")
# Verdicts on what one may do: no answer to what was done.
_FOR_ACTS = ("never", "allowed_if", "encouraged")
_MOST_CITATIONS = 5
_FIRST = 2
_MOST_OTHERS = 3
_BARE = re.compile(r"^(?:Yes|No)[.,]\s+(?=\w)")


@dataclass(frozen=True)
class Offered:
    """One answer to a question asked back: its words, the topic it chooses and that topic's clauses."""

    label: str
    topic: str
    citations: tuple[Clause, ...]


@dataclass(frozen=True)
class Answer:
    """What is said to one question. `text` is the whole of it before "More", readable on its own.

    `heading` and `statement` are `topic`'s question and answer as they are put to this asker; `verdict` and
    `modality` are the topic's, where it gives one; `citations` are its clauses, `beside`
    the topics that came close, `nearby` their first clauses. `report` says which report is offered ("" where
    none is), `options` are there
    only to clarify. `endangered`: who may be in danger. `read_as` says what was read, where that
    decided; `about` what the closest rule is about, or what it has `left_open`, where it gives no verdict;
    `others` are the topics of "Not what I meant". `also` is the answer to the second half of a double
    question. `quiet`: the line for those who worry stands under it. `whom` are the contacts asked for.
    `first` are the notes to be read before anyone acts; `here` names what Signpost was asked to do itself.
    """

    question: str
    kind: Kind
    text: str
    confidence: float = 0.0
    topic: str = ""
    heading: str = ""
    statement: str = ""
    verdict: str = ""
    modality: str = ""
    citations: tuple[Clause, ...] = ()
    beside: tuple[Topic, ...] = ()
    nearby: tuple[Clause, ...] = ()
    options: tuple[Offered, ...] = ()
    report: str = ""
    endangered: Endangered = "anybody"
    frame: Frame = NOTHING_READ
    read_as: str = ""
    about: str = ""
    left_open: bool = False
    others: tuple[str, ...] = ()
    also: tuple[Answer, ...] = ()
    quiet: bool = False
    whom: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    here: str = ""


def answer(
    question: str,
    parse: Parse,
    policy: Policy,
    *,
    rules: AnswerRules,
    earlier: Earlier = NOTHING_EARLIER,
    clarifying: bool = False,
    contacts: Mapping[str, str] | None = None,
) -> Answer:
    """The answer to `question`. `clarifying`: it was asked back once, so it is not asked back again.

    `contacts` gives the line of each contact that is set up, for those who ask whom to phone.
    """
    reading = read(question, parse, policy, rules, earlier)
    asked = _Asked(reading, parse, contacts or {}, clarifying)
    given = replace(asked.answer(), frame=reading.frame)
    said = given.kind == "smalltalk" and rules.phrases.said(question) is not None
    if said or given.kind in ("danger", "concern") or not danger.is_quiet_line_due(question, parse, rules):
        return given
    text = given.text if given.quiet else f"{given.text}\n\n{rules.texts.quiet}"
    return replace(given, text=text, quiet=True)


def answer_topic(topic_id: str, policy: Policy, rules: AnswerRules) -> Answer:
    """The answer of a topic that was picked by its button. Raises KeyError where there is no such topic."""
    topic = policy.topics[topic_id]
    guess = Guess(topic, 1.0)
    # Its own question is no question of somebody's: it picks none of the topic's wordings.
    return replace(
        _from_topic(Reading("", {}, 1.0, (guess,), policy, rules), guess), question=heading(topic, policy)
    )


def ask_which(topic_ids: tuple[str, ...], policy: Policy, rules: AnswerRules) -> Answer | None:
    """The question back of "Not what I meant": which of these topics; None where none is known."""
    known = tuple(Guess(policy.topics[name], 0.0) for name in topic_ids if name in policy.topics)
    if not known:
        return None
    reading = Reading("", {}, 1.0, known, policy, rules)
    options = tuple(Offered(heading(g.topic, policy), g.topic.id, policy.citations(g.topic)) for g in known)
    return _question_back(reading, rules.texts.clarify_question, options, 0.0)


class _Asked:
    """One question on its way through the order above."""

    def __init__(self, reading: Reading, parse: Parse, contacts: Mapping[str, str], clarifying: bool) -> None:
        self._reading = reading
        self._parse = parse
        self._contacts = contacts
        self._clarifying = clarifying

    def answer(self) -> Answer:
        reading, limits = self._reading, self._reading.rules.thresholds
        if danger.is_danger(reading, self._parse):
            return _danger(reading, self._parse)
        if spoken := self._spoken():
            return spoken
        if danger.is_concern(reading, self._parse):
            return _beside(reading, _concern(reading, self._parse))
        if danger.report_odds(reading, self._parse) >= limits.report_limit(reading.question):
            return _report(reading, self._parse)
        if reading.told:
            return _beside(reading, _report_told(reading))
        given = self._both() or self._chosen(self._spelt_out())
        # A picture of a child, it may be: to delete it at once destroys what the police may need.
        wrong = any(_deletes_too_soon(reading, one.topic) for one in (given, *given.also))
        return _picture(reading) if wrong else given

    def _spoken(self) -> Answer | None:
        """What is no question about a rule: thanks, a report, whom to ask, another language, a greeting."""
        reading, texts = self._reading, self._reading.rules.texts
        question, phrases = reading.question, reading.rules.phrases
        if said := phrases.said(question):
            if said == "report_how":
                return _beside(reading, Answer(question, "report", texts.report_how, 1.0, report="other"))
            kind: Kind = "report" if said == "status" else "smalltalk"
            return Answer(question, kind, texts.said(said), 1.0, report="other" if said == "status" else "")
        if (whom := phrases.whom_asked(question, self._contacts)) is not None:
            return _whom(question, whom, self._contacts, texts)
        if not self._parse.english:
            return Answer(question, "smalltalk", f"{texts.english_only}\n\n{texts.quiet}", 1.0, quiet=True)
        if not reading.odds and any(map(str.isalnum, question)):
            # No engine read it: nothing is made up, and a worried reader finds the numbers.
            return Answer(
                question, "not_covered", f"{_not_covered(texts, self._contacts)}\n\n{texts.quiet}", quiet=True
            )
        chatty = reading.of("greet", "help") >= reading.rules.thresholds.smalltalk
        if not reading.odds or (chatty and not reading.goes_on):
            return _small_talk(reading)
        return None

    def _both(self) -> Answer | None:
        """The answers to both halves of a double question; None where one of them cannot stand alone.

        The second may lean on the first: "and what happens if they are rude".
        """
        # Read only here: what comes before the topics needs the whole alone.
        halves = self._reading.rules.doubles.halves(self._reading.question)
        if not halves or self._parse.apart is None:
            return None
        one, last = self._parse.apart(halves)
        first = self._half(one)
        if first is None:
            return None
        before = Earlier(first.topic, first.frame)
        leans = self._reading.rules.thresholds.leans(last.text)
        second = (self._half(last, before) if leans else None) or self._half(last)
        if second is None or first.topic == second.topic:
            return None
        texts = self._reading.rules.texts
        text = f"{texts.both}\n\n{first.text}\n\n{second.text}"
        return replace(first, question=self._reading.question, text=text, also=(second,))

    def _spelt_out(self) -> Reading:
        """The question as it is read, with a caption in it read as what it is."""
        reading = self._reading
        plain = reading.rules.frame.spelt_out(reading.question)
        if plain == reading.question or self._parse.apart is None:
            return reading
        (parse,) = self._parse.apart((fold(plain),))
        return replace(read(plain, parse, reading.policy, reading.rules), question=reading.question)

    def _chosen(self, reading: Reading) -> Answer:
        chosen = choose.choose(reading, asked_before=self._clarifying)
        return _from_choice(reading, chosen, self._contacts)

    def _half(self, part: Parse, earlier: Earlier = NOTHING_EARLIER) -> Answer | None:
        policy, rules = self._reading.policy, self._reading.rules
        reading = read(part.text, part, policy, rules, earlier)
        if earlier.topic:
            # What leans on the first half is as much for Signpost as the whole.
            reading = replace(reading, in_scope=max(reading.in_scope, self._reading.in_scope))
        chosen = choose.choose(reading, asked_before=True)
        if chosen.way != "answer" or chosen.guess is None:
            return None
        if reading.sure(chosen.guess) < rules.thresholds.half:
            return None
        return replace(_from_choice(reading, chosen, self._contacts), frame=reading.frame)


def to_json(given: Answer, policy: Policy | None = None) -> dict[str, Any]:
    """An answer as `ask --json` prints it, with the id of its policy; none where it may be any of several."""
    covers = () if policy is None else policy.covers_of(given.topic)
    shown = {
        "question": given.question,
        "kind": given.kind,
        "verdict": given.verdict or None,
        "modality": given.modality if given.modality in ("must", "should", "may") else None,
        "text": given.text,
        "topic": given.topic or None,
        "confidence": round(given.confidence, 4),
        "citations": [_citation(clause) for clause in shown_clauses(given)],
        "options": [
            {
                "label": choice.label,
                "topic": choice.topic,
                "citations": [_citation(clause) for clause in choice.citations[:_MOST_CITATIONS]],
            }
            for choice in given.options
        ],
        "report": given.report or None,
        "frame": given.frame.to_json(),
        "policy": covers[0].id if len(covers) == 1 else None,
    }
    if given.also:
        shown["also"] = [to_json(second, policy) for second in given.also]
    return shown


def shown_clauses(given: Answer) -> tuple[Clause, ...]:
    """The clauses of an answer, five at most: its own, after the second those of topics that came close."""
    order = [*given.citations[:_FIRST], *given.nearby, *given.citations[_FIRST:]]
    return tuple({clause.id: clause for clause in order}.values())[:_MOST_CITATIONS]


def _citation(clause: Clause) -> dict[str, Any]:
    return {
        "clause": clause.id,
        "section": clause.section,
        "lines": list(clause.lines),
        "quote": clause.quote,
    }


def _danger(reading: Reading, parse: Parse) -> Answer:
    texts = reading.rules.texts
    who = reading.rules.danger.endangered(reading.question)
    first = f"{texts.danger_title}. {texts.danger[who]} {texts.danger_then} ({texts.danger_source})"
    told = Answer(
        reading.question,
        "danger",
        first,
        confidence=danger.danger_odds(reading, parse),
        report="other",
        endangered=who,
    )
    # No rule about posts belongs under a child in danger; under what may be a question, it does.
    return told if danger.is_sure_danger(reading, parse) else _beside(reading, told)


def _concern(reading: Reading, parse: Parse) -> Answer:
    texts = reading.rules.texts
    odds = 0.0 if parse.alarm is None else parse.alarm.concern
    text = f"{texts.concern_title}. {texts.concern} ({texts.danger_source})"
    return Answer(reading.question, "concern", text, confidence=odds, report="other")


def _small_talk(reading: Reading) -> Answer:
    texts = reading.rules.texts
    greeted = reading.of("greet") > reading.of("help")
    confidence = reading.of("greet", "help")
    text = texts.greeting if greeted else texts.helping
    return Answer(reading.question, "smalltalk", text, confidence=confidence)


def _whom(question: str, keys: tuple[str, ...], contacts: Mapping[str, str], texts: AnswerTexts) -> Answer:
    names = keys or tuple(name for name in texts.whom_anybody if name in contacts)
    lines = "\n".join(f"- {contacts[name]}" for name in names)
    text = f"{texts.whom if keys else texts.human}\n{lines}\n{texts.whom_source}"
    return Answer(question, "smalltalk", text, confidence=1.0, whom=names)


def _report(reading: Reading, parse: Parse) -> Answer:
    kind = danger.kind_of_report(reading)
    text = reading.rules.texts.report(kind)
    odds = danger.report_odds(reading, parse)
    return _beside(reading, Answer(reading.question, "report", text, confidence=odds, report=kind))


def _picture(reading: Reading) -> Answer:
    return Answer(reading.question, "report", reading.rules.texts.report("image"), report="image")


def _deletes_too_soon(reading: Reading, topic_id: str) -> bool:
    """Whether a topic's rule orders to delete a picture about which the DSL or the police are asked first."""
    topic, beside = reading.policy.topics.get(topic_id), reading.rules.texts.beside
    if topic is None or not reading.rules.danger.may_undress(reading.question):
        return False
    notes = (reading.policy.contradictions[name] for name in topic.notes if name in beside)
    return any(topic.cites[0] in note.clauses for note in notes)


def _report_told(reading: Reading) -> Answer:
    """A question that goes on from what was told: the report is offered again, the rule below it."""
    text = reading.rules.texts.report(reading.told)
    return Answer(reading.question, "report", text, confidence=reading.in_scope, report=reading.told)


def _beside(reading: Reading, first: Answer) -> Answer:
    """What comes first, with the clauses of the closest topic that is about what was told."""
    closest = _closest(reading, first)
    if closest is None or _deletes_too_soon(reading, closest.topic.id):
        return first
    related = _from_topic(reading, closest)
    return replace(
        first,
        text=f"{first.text}\n\n{related.text}",
        topic=related.topic,
        heading=related.heading,
        statement=related.statement,
        verdict=related.verdict,
        modality=related.modality,
        citations=related.citations,
        first=related.first,
    )


def _closest(reading: Reading, first: Answer) -> Guess | None:
    """The topic under what comes first: of incidents under a concern, or where no known rule is asked for.

    Anybody who tells that a pupil poses as them is not told that they may not message pupils.
    """
    limits, best = reading.rules.thresholds, next(reading.fitting, None)
    if best is None:
        return None
    asks = limits.asks(reading.question) or "?" in reading.question
    ruled = limits.asks(reading.question) and not danger.is_unsure(reading)
    told = first.kind == "report" and not reading.goes_on and not ruled
    # Who tells of a danger asks for no rule on pictures; whom to tell of a worry is no question on blocking.
    alarmed = first.kind == "danger" and not asks and bool(reading.frame.person)
    worried = first.kind == "concern" and reading.rules.phrases.asks_whom_to_tell(reading.question)
    if told or alarmed or first.kind == "concern":
        kinds = (guess for guess in reading.guesses if guess.topic.offer in _REPORTS and not guess.against)
        incident = next((guess for guess in kinds if not worried or _is_for_dsl(reading, guess.topic)), None)
        if incident is not None and (worried or incident.share >= limits.beside_incident):
            return incident
    if alarmed:
        return None
    likely = reading.goes_on or best.share >= limits.beside_report
    return best if likely and not (told and best.topic.verdict in _FOR_ACTS) else None


def _is_for_dsl(reading: Reading, topic: Topic) -> bool:
    """Whether a topic's answer sends its reader to the DSL first."""
    return any(reading.policy.outside[name].contacts[:1] == ("dsl",) for name in topic.first)


def _from_choice(reading: Reading, chosen: choose.Choice, contacts: Mapping[str, str]) -> Answer:
    chosen, left_open = silence.heed(reading, chosen)
    match chosen.way:
        case "related" if chosen.guess is not None and left_open is not None:
            silent = silence.line(reading, chosen.guess.topic, left_open, contacts)
            return _silent(reading, chosen.guess, silent, contacts)
        case "ask_back":
            return _ask_back(reading, chosen.rivals)
        case "related" if chosen.guess is not None:
            return _related(reading, chosen.guess, contacts)
        case "answer" if chosen.guess is not None:
            given = _from_topic(reading, chosen.guess)
            unsure = given.confidence < reading.rules.thresholds.reading_shown and not chosen.guess.taken
            read_as = reading.rules.texts.read_as_line(reading.frame) if chosen.decided or unsure else ""
            text = f"{read_as}\n{given.text}" if read_as else given.text
            others = _others(reading, chosen.guess)
            return _with_whom(reading, replace(given, text=text, read_as=read_as, others=others), contacts)
    confidence = 1.0 - reading.in_scope
    text = _not_covered(reading.rules.texts, contacts)
    return Answer(reading.question, "not_covered", text, confidence=confidence)


def _not_covered(texts: AnswerTexts, contacts: Mapping[str, str]) -> str:
    return f"{texts.not_covered}\n{texts.not_covered_whom.fill(whom=line_to_ask(contacts, texts))}"


def _from_topic(reading: Reading, guess: Guess) -> Answer:
    topic = put_for(reading, guess.topic)
    citations = citations_of(reading, topic)
    held, texts = topic.id in reading.policy.held, reading.rules.texts
    here = _here(reading, topic)
    said = _sentence(topic, citations[0], reading.policy, texts)
    return Answer(
        reading.question,
        "answer",
        f"{here}\n{said}" if here else said,
        confidence=reading.sure(guess),
        topic=topic.id,
        heading=heading(topic, reading.policy),
        statement="" if held else statement(topic),
        verdict="" if held else topic.verdict,
        modality="" if held else topic.modality,
        citations=citations,
        **_near(reading, guess),
        report=_offered(reading, topic),
        first=texts.first(topic),
        here=here,
    )


def _here(reading: Reading, topic: Topic) -> str:
    """What starts the very thing that Signpost was asked to do itself: said before any rule."""
    for offer, said in reading.rules.texts.here.items():
        if topic.offer == offer and reading.rules.phrases.asks_here(reading.question, offer):
            return said
    return ""


def _related(reading: Reading, guess: Guess, contacts: Mapping[str, str]) -> Answer:
    """The closest rule: what it is about is said first, and it gives no verdict."""
    texts, topic = reading.rules.texts, guess.topic
    citations = citations_of(reading, topic)
    whom = line_to_ask(contacts, texts, *topic.whom)
    about = texts.about_line(topic, guess.against, reading.frame, whom)
    read_as = texts.read_as_line(reading.frame)
    parts = [*([read_as] if read_as else []), about, heading(topic, reading.policy)]
    parts.append(quotation(citations[0], reading.policy, texts))
    return Answer(
        reading.question,
        "related",
        "\n".join(parts),
        confidence=reading.sure(guess),
        topic=topic.id,
        heading=heading(topic, reading.policy),
        citations=citations,
        **_near(reading, guess),
        read_as=read_as,
        about=about,
        others=_others(reading, guess),
    )


def _with_whom(reading: Reading, given: Answer, contacts: Mapping[str, str]) -> Answer:
    """The same answer, with whom to tell or ask under it; under one that is held back nobody is named."""
    topic, texts = reading.policy.topics[given.topic], reading.rules.texts
    whom = () if topic.id in reading.policy.held else to_tell(reading, topic, contacts)
    if not whom:
        return given
    told = "; ".join(contacts[key] for key in whom)
    line = (
        f"{texts.headings.tell}: {told}"
        if topic.tell
        else f"{texts.headings.ask}: {told} {texts.whom_source}"
    )
    return replace(given, text=f"{given.text}\n{line}", whom=whom)


def _silent(reading: Reading, guess: Guess, silent: str, contacts: Mapping[str, str]) -> Answer:
    """The closest rule, under the line that the policy does not say what was asked of it.

    What must be read before anyone acts on that rule stands beside it here, too.
    """
    texts, topic, given = (
        reading.rules.texts,
        put_for(reading, guess.topic),
        _related(reading, guess, contacts),
    )
    about = f"{silent}\n{given.about}" if guess.against else silent
    notes = [texts.outside(reading.policy.outside[name]) for name in texts.first(topic)]
    quoted = quotation(given.citations[0], reading.policy, texts)
    text = "\n".join([about, given.heading, *notes, quoted])
    return replace(given, text=text, read_as="", about=about, left_open=True, first=texts.first(topic))


def _near(reading: Reading, guess: Guess) -> dict[str, Any]:
    """The topics that came close, and the first clause of each."""
    topics = beside(reading, guess)
    return {"beside": topics, "nearby": tuple(reading.policy.citations(topic)[0] for topic in topics)}


def _others(reading: Reading, best: Guess) -> tuple[str, ...]:
    """The topics that "Not what I meant" offers: what else it may have been, whatever was read of it."""
    likely = [guess for guess in reading.guesses if guess.topic is not best.topic]
    return tuple(guess.topic.id for guess in likely[:_MOST_OTHERS])


def _offered(reading: Reading, topic: Topic) -> str:
    """The report that is offered beside a topic: the topic's own, or one that the question may tell of."""
    if topic.offer in _REPORTS:
        return topic.offer.removeprefix("report_")
    told = not reading.is_no_incident and reading.of(*_REPORTS) >= reading.rules.thresholds.report_beside
    return max(_REPORTS, key=reading.of).removeprefix("report_") if told else ""


def _sentence(topic: Topic, first: Clause, policy: Policy, texts: AnswerTexts) -> str:
    held = topic.id in policy.held
    said = texts.under_review if held else f"{texts.label(topic)}: {statement(topic)}"
    parts = [heading(topic, policy), said]
    parts += [texts.outside(policy.outside[name]) for name in texts.first(topic)]
    parts += [quotation(clause, policy, texts) for clause in leading((first,), topic, policy)]
    parts += [] if held else [f"{texts.headings.next}: {step}" for step in topic.next[:1]]
    return "\n".join(parts)


def heading(topic: Topic, policy: Policy) -> str:
    """What stands over a topic: its question; over one that is held back, the section of its first clause."""
    return policy.citations(topic)[0].section if topic.id in policy.held else topic.question


def leading(first: tuple[Clause, ...], topic: Topic, policy: Policy) -> tuple[Clause, ...]:
    """The clauses in an answer itself: the `first`; of one that is held back each that has changed."""
    changed = tuple(policy.clauses[name] for name in policy.held.get(topic.id, ()))
    return changed or first


def quotation(clause: Clause, policy: Policy, texts: AnswerTexts) -> str:
    """A clause verbatim, after the sentence that opens its list, which it cannot be read without."""
    lead_in = None if clause.lead_in is None else policy.clauses[clause.lead_in]
    return texts.quotation(clause, lead_in)


def statement(topic: Topic) -> str:
    """A topic's answer without the "Yes" or "No" in front.

    That word answers the topic's own question. Under "can I skip the training?" the "Yes." of "do I have to
    attend?" would say the opposite: so the verdict stands in words instead.
    """
    bare = _BARE.sub("", topic.answer)
    return bare[:1].upper() + bare[1:]


def _ask_back(reading: Reading, rivals: tuple[Guess, ...]) -> Answer:
    question, options = _options(reading, rivals)
    return _question_back(reading, question, options, reading.sure(rivals[0]))


def _question_back(
    reading: Reading, question: str, options: tuple[Offered, ...], confidence: float
) -> Answer:
    words = reading.rules.texts.clarify.fill(question=question)
    listed = "\n".join(f"- {choice.label}" for choice in options)
    return Answer(reading.question, "clarify", f"{words}\n{listed}", confidence=confidence, options=options)


def _options(reading: Reading, rivals: tuple[Guess, ...]) -> tuple[str, tuple[Offered, ...]]:
    """The question to ask back: a written one that holds the two best, or their own questions."""
    wanted = {guess.topic.id for guess in rivals[:2]}
    for group in reading.policy.clarifications.values():
        if wanted <= {option.topic for option in group.options}:
            pairs = [(option.label, reading.policy.topics[option.topic]) for option in group.options]
            break
    else:
        group = None
        pairs = [(heading(guess.topic, reading.policy), guess.topic) for guess in rivals]
    question = reading.rules.texts.clarify_question if group is None else group.question
    return question, tuple(
        Offered(label, topic.id, reading.policy.citations(topic)) for label, topic in pairs
    )
