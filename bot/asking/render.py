"""An answer as a message: the same blocks for every channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.asking.answer import Answer, statement
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Heading,
    Message,
    Outside,
    Paragraph,
    Quote,
    Verdict,
)
from bot.knowledge.answer_texts import AnswerTexts
from bot.knowledge.policies import Clause, Offer, Policy, Topic

START = "report.start"
ASK_TOPIC = "ask.topic"
APPLY = "account.request"
FEEDBACK = "ask.feedback"
PASSAGE = "ask.clause"
_OFFERS: Mapping[Offer, tuple[str, str]] = {
    "report_abuse": (START, "abuse"),
    "report_image": (START, "image"),
    "report_other": (START, "other"),
    "account_request": (APPLY, ""),
    "ask_flt": (START, "question"),
}
_DSL = ("dsl", "deputy_dsl")
_SUPPORT = ("samaritans", "employee_assistance")


def as_messages(
    answer: Answer, policy: Policy, contacts: Mapping[str, str], *, texts: AnswerTexts
) -> Message:
    """The message of an answer.

    `contacts` gives the line that is shown for a contact or role ("Designated Safeguarding Lead: …"); one
    that is not set up is left out.
    """
    blocks = (*_opening(answer, contacts, texts), *_related(answer, policy, contacts, texts))
    pressed = _buttons(answer, policy, texts)
    footer = Paragraph(texts.footer.format(title=policy.title, version=policy.version), muted=True)
    last: tuple[Block, ...] = (Buttons(pressed), footer) if pressed else (footer,)
    return Message((*blocks, *last), texts.summaries[answer.kind])


def _opening(answer: Answer, contacts: Mapping[str, str], texts: AnswerTexts) -> Iterator[Block]:
    if answer.kind == "danger":
        what = texts.danger_self if answer.about_self else texts.danger
        yield Callout("danger", texts.danger_title, what)
        keys = (*_SUPPORT, *_DSL) if answer.about_self else _DSL
        lines = tuple(contacts[key] for key in keys if key in contacts)
        yield from (Bullets(lines),) if lines else ()
        yield Paragraph(texts.danger_then)
        yield Outside(texts.danger_source)
    elif answer.kind == "report":
        yield Callout("warning", texts.report(answer.report))
    elif answer.kind != "answer":
        # The options of a question asked back are its buttons.
        yield Paragraph(answer.text.split("\n- ", 1)[0])


def _related(
    answer: Answer, policy: Policy, contacts: Mapping[str, str], texts: AnswerTexts
) -> Iterator[Block]:
    topic = policy.topics.get(answer.topic)
    if topic is None:
        return
    if answer.kind != "answer":
        yield Paragraph(texts.headings.related)
    # The topic's own question, so that its answer can be read in one way only.
    yield Heading(topic.question)
    yield Verdict(topic.verdict, texts.label(topic))
    yield Paragraph(statement(topic))
    yield from _beside(topic, policy, contacts, texts)
    if topic.modality == "should" and topic.verdict in texts.verdicts_should:
        yield Paragraph(texts.should, muted=True)
    yield from (_quote(clause) for clause in answer.citations)
    yield from _lists(topic, policy, contacts, texts)


def _beside(topic: Topic, policy: Policy, contacts: Mapping[str, str], texts: AnswerTexts) -> Iterator[Block]:
    for name in texts.first(topic):
        note = policy.outside[name]
        lines = [contacts[key] for key in note.contacts if key in contacts]
        yield Callout("warning", texts.headings.beside, "\n".join([texts.outside(note), *lines]))


def _lists(topic: Topic, policy: Policy, contacts: Mapping[str, str], texts: AnswerTexts) -> Iterator[Block]:
    if topic.next:
        yield Bullets(topic.next, texts.headings.next)
    if topic.tell:
        yield Bullets(
            tuple(contacts.get(role, texts.roles[role]) for role in topic.tell), texts.headings.tell
        )
    for note in topic.notes:
        yield Callout("info", texts.headings.unclear, policy.contradictions[note].note)
    for name in topic.outside:
        if name not in texts.first(topic):
            yield _outside(policy, name, contacts)


def _outside(policy: Policy, name: str, contacts: Mapping[str, str]) -> Outside:
    note = policy.outside[name]
    lines = [contacts[key] for key in note.contacts if key in contacts]
    return Outside("\n".join([note.text, *lines]), note.source)


def _quote(clause: Clause) -> Quote:
    return Quote(clause.id, clause.section, clause.lines, clause.quote)


def _buttons(answer: Answer, policy: Policy, texts: AnswerTexts) -> tuple[Button, ...]:
    words = texts.buttons
    ask = Button(words.ask_flt, START, "question")
    match answer.kind:
        case "clarify":
            return tuple(Button(choice.label, ASK_TOPIC, choice.topic) for choice in answer.options)
        case "not_covered":
            return (ask, Button(words.report, START))
        case "smalltalk":
            return (Button(words.report, START),)
        case "danger":
            return (Button(words.report, START, style="primary"),)
        case "report":
            kind = Button(words.offer(_offer(answer.report)), START, answer.report, "primary")
            return (kind, Button(words.report, START))
    feedback = (
        Button(words.helped, FEEDBACK, f"{answer.topic}|yes"),
        Button(words.not_helped, FEEDBACK, f"{answer.topic}|no"),
    )
    topic = policy.topics[answer.topic]
    clauses = [clause.id for clause in answer.citations] or topic.cites
    source = Button(words.passage, PASSAGE, clauses[0])
    return (*_offered(answer, topic, texts), source, ask, *feedback)


def _offered(answer: Answer, topic: Topic, texts: AnswerTexts) -> tuple[Button, ...]:
    offer = topic.offer
    if offer is None and answer.report:
        # The topic has nothing to offer, but the question may tell of an incident.
        offer = _offer(answer.report)
    if offer is None or offer == "ask_flt":
        return ()
    return (Button(texts.buttons.offer(offer), *_OFFERS[offer], "primary"),)


def _offer(report: str) -> Offer:
    return {"abuse": "report_abuse", "image": "report_image"}.get(report, "report_other")  # type: ignore[return-value]
