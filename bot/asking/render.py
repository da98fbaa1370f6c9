"""An answer as a message, and a clause in its context: the same blocks for every channel."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from bot.asking.answer import Answer, heading, leading
from bot.content.danger_words import Endangered
from bot.content.policy import Clause, Offer, Topic
from bot.content.policy_load import Policy
from bot.content.rules import AnswerTexts
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
from bot.domain.roster import AFTER_HOURS

START = "report.start"
STATUS = "status.show"
ASK_TOPIC = "ask.topic"
ASK_OTHER = "ask.other"
ASK_MORE = "ask.more"
APPLY = "account.request"
ACCOUNTS = "account.list"
LOG = "reply.log"
PICTURE, DRAFT = "posting.picture", "posting.draft"
FEEDBACK = "ask.feedback"
#: Asks for an answer that the policy does not give; its value is the question, once it is known.
ASK_GAP = "gap.ask"
PASSAGE = "ask.clause"
#: Between the topics in the value of "Not what I meant" and of "More".
BETWEEN = ","
_OFFERS: Mapping[Offer, tuple[str, str]] = {
    "report_abuse": (START, "abuse"),
    "report_image": (START, "image"),
    "report_other": (START, "other"),
    "account_request": (APPLY, ""),
    "see_accounts": (ACCOUNTS, ""),
    "see_reports": (STATUS, ""),
    "log_comment": (LOG, ""),
    "check_picture": (PICTURE, ""),
    "check_draft": (DRAFT, ""),
    "ask_flt": (ASK_GAP, ""),
}
_DSL = ("dsl", "deputy_dsl")
#: Whom to phone where somebody may be in danger; the order is that of the contacts.
PHONED = ("police_emergency", *_DSL, "childrens_social_care", "nspcc")
_SUPPORT = ("samaritans", "employee_assistance")
# For a grown-up: no child is named, and the DSL decides whether one is concerned.
_ADULT = ("police_emergency", "police_non_emergency", "eht", *_DSL, *_SUPPORT)
_NEXT = 2


def as_messages(
    answer: Answer,
    policy: Policy,
    contacts: Mapping[str, str],
    *,
    texts: AnswerTexts,
    after_hours: bool = False,
) -> Message:
    """The message of an answer: the verdict, one clause and the next step; the rest is behind "More".

    `contacts` gives the line that is shown for a contact or role ("Designated Safeguarding Lead: …"), those
    first that answer now; one that is not set up is left out. `after_hours`: the DSL's office is shut.
    """
    show = _Show(policy, contacts, texts, after_hours)
    blocks = [*show.opening(answer), *show.topic(answer)]
    for second in answer.also:
        blocks += [Heading(texts.headings.also), *show.topic(second)]
    if answer.quiet:
        blocks.append(Paragraph("\n".join([texts.quiet, *show.lines(_DSL)]), muted=True))
    pressed = show.buttons(answer)
    named = [answer.topic, *(second.topic for second in answer.also)]
    footer = _footer(policy, texts, *named)
    last: tuple[Block, ...] = (Buttons(pressed), footer) if pressed else (footer,)
    return Message((*blocks, *last), texts.summaries[answer.kind])


def show_more(
    value: str,
    policy: Policy,
    contacts: Mapping[str, str],
    *,
    texts: AnswerTexts,
    after_hours: bool = False,
) -> Message | None:
    """What stands behind "More": `value` names the topic, then those that came close. None if unknown."""
    known = [policy.topics[name] for name in value.split(BETWEEN) if name in policy.topics]
    if not known:
        return None
    topic, *close = known
    show = _Show(policy, contacts, texts, after_hours)
    blocks = [Heading(texts.headings.more), *show.rest(topic), *show.close(close)]
    footer = _footer(policy, texts, *(one.id for one in known))
    return Message((*blocks, footer), texts.summaries["answer"])


def _footer(policy: Policy, texts: AnswerTexts, *topics: str) -> Paragraph:
    """The policies that these topics are of; every policy that was looked into where there is no topic."""
    covers = policy.covers_of(*topics)
    named = (texts.footer.fill(title=cover.title, version=cover.version) for cover in covers)
    return Paragraph(" · ".join(named), muted=True)


class _Show:
    """Blocks of answers and topics, with one policy's clauses and one Federation's contacts."""

    def __init__(
        self, policy: Policy, contacts: Mapping[str, str], texts: AnswerTexts, after_hours: bool
    ) -> None:
        self._policy = policy
        self._contacts = contacts
        self._texts = texts
        self._after_hours = after_hours

    def lines(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """The lines of those contacts that are set up, in the order in which all contacts stand.

        After hours those who answer then stand with the DSL, whose office is shut.
        """
        wanted = (*keys, *AFTER_HOURS) if self._after_hours and "dsl" in keys else keys
        return tuple(line for key, line in self._contacts.items() if key in wanted)

    def opening(self, answer: Answer) -> Iterator[Block]:
        """What comes before any rule."""
        texts = self._texts
        match answer.kind:
            case "danger":
                yield from danger_panel(self._contacts, texts, answer.endangered)
                yield Paragraph(texts.danger_then)
                yield Outside(texts.danger_source)
            case "concern":
                yield _concern(self._contacts, texts)
                yield from self._numbers(self.lines(phoned("anybody", self._contacts)))
                yield Outside(texts.danger_source)
            case "report" if answer.text.startswith((texts.report_how, texts.status)):
                yield Paragraph(
                    texts.report_how if answer.text.startswith(texts.report_how) else texts.status
                )
            case "report":
                yield Callout("warning", texts.report(answer.report))
                yield from self._numbers(self._above(answer))
            case "answer" | "related" if answer.also:
                yield Paragraph(texts.both)
            case "answer" | "related":
                pass
            case "smalltalk" if answer.whom:
                yield Paragraph(answer.text.split("\n- ", 1)[0])
                yield from self._numbers(self.lines(answer.whom))
                yield Outside(texts.whom_source)
            case _:
                # The options of a question asked back are its buttons; the quiet line is a block of its own.
                yield Paragraph(_without_quiet(answer, texts).split("\n- ", 1)[0])

    def topic(self, answer: Answer) -> Iterator[Block]:
        """The rule: its verdict, what must be read first, one clause and the next step."""
        topic = self._policy.topics.get(answer.topic)
        if topic is None:
            return
        texts = self._texts
        if answer.read_as:
            yield Paragraph(answer.read_as, muted=True)
        if answer.here:
            yield Paragraph(answer.here)
        if answer.kind == "related":
            yield from self._closest(answer)
        else:
            if answer.kind != "answer":
                yield Paragraph(texts.headings.related)
            yield from self._ruling(answer, topic)
            yield from self._first(answer)
        yield from self._quotes(leading(answer.citations[:1], topic, self._policy))
        if answer.kind != "related":
            yield from self._steps(topic)
        if answer.whom and not topic.tell:
            told = tuple(self._contacts[key] for key in answer.whom if key in self._contacts)
            yield Bullets(told, texts.headings.ask, phones=True)
            yield Outside(texts.whom_source)

    def _closest(self, answer: Answer) -> Iterator[Block]:
        """The closest rule, after what it is about or leaves open."""
        yield Paragraph(answer.about)
        yield Heading(answer.heading)
        if answer.left_open:
            yield from self._first(answer)

    def _ruling(self, answer: Answer, topic: Topic) -> Iterator[Block]:
        """The topic's own question, so that its answer can be read in one way only, and that answer."""
        texts = self._texts
        yield Heading(answer.heading)
        if topic.id in self._policy.held:
            yield Callout("info", texts.under_review)
            return
        yield Verdict(topic.verdict, texts.label(topic))
        yield Paragraph(answer.statement)

    def rest(self, topic: Topic) -> Iterator[Block]:
        """All of a topic that its answer leaves out."""
        texts = self._texts
        held = topic.id in self._policy.held
        if topic.modality == "should" and topic.verdict in texts.verdicts_should and not held:
            yield Outside(texts.should)
        yield from self._quotes(self._policy.citations(topic))
        if topic.next[_NEXT:] and not held:
            yield Bullets(topic.next[_NEXT:], texts.headings.next)
        for note in () if held else topic.notes:
            yield Callout("info", texts.headings.unclear, self._policy.contradictions[note].note)
        first = texts.first(topic)
        yield from (self._outside(name) for name in topic.outside if name not in first)

    def close(self, topics: list[Topic]) -> Iterator[Block]:
        """The first clause of topics that came close, each under its own question."""
        if topics:
            yield Heading(self._texts.headings.see_also)
        for topic in topics:
            yield Paragraph(heading(topic, self._policy))
            yield from self._quotes(self._policy.citations(topic)[:1])

    def buttons(self, answer: Answer) -> tuple[Button, ...]:
        """What can be done with an answer, the likeliest first."""
        words = self._texts.buttons
        ask = Button(words.ask_flt, ASK_GAP)
        match answer.kind:
            case "clarify":
                options = (Button(choice.label, ASK_TOPIC, choice.topic) for choice in answer.options)
                return (*options, Button(words.none, START, "question"))
            case "not_covered":
                return (ask, Button(words.report, START))
            case "smalltalk":
                return (Button(words.report, START),)
            case "danger":
                return (Button(words.report, START, style="primary"),)
            case "concern":
                return (Button(words.report, START, "concern", "primary"), Button(words.report_other, START))
            case "report":
                return self._report_buttons(answer)
        return self._topic_buttons(answer, ask)

    def _report_buttons(self, answer: Answer) -> tuple[Button, ...]:
        words = self._texts.buttons
        if answer.text.startswith(self._texts.status):
            return (Button(words.status, STATUS, style="primary"), Button(words.report, START))
        if answer.text.startswith(self._texts.report_how):
            return (Button(words.report, START, style="primary"), Button(words.status, STATUS))
        kind = Button(words.offer(_offer(answer.report)), START, answer.report, "primary")
        return (kind, Button(words.report, START))

    def _topic_buttons(self, answer: Answer, ask: Button) -> tuple[Button, ...]:
        words, topic = self._texts.buttons, self._policy.topics[answer.topic]
        more = BETWEEN.join([topic.id, *(other.id for other in answer.beside)])
        clauses = [clause.id for clause in answer.citations] or topic.cites
        found = [*self._offered(answer, topic), Button(words.more, ASK_MORE, more)]
        if answer.others:
            found.append(Button(words.not_meant, ASK_OTHER, BETWEEN.join(answer.others)))
        found += [Button(words.passage, PASSAGE, clauses[0]), ask]
        if answer.kind == "answer":
            found.append(Button(words.helped, FEEDBACK, f"{answer.topic}|yes"))
            found.append(Button(words.not_helped, FEEDBACK, f"{answer.topic}|no"))
        return tuple(found)

    def _offered(self, answer: Answer, topic: Topic) -> tuple[Button, ...]:
        offer = topic.offer
        if offer is None and answer.report:
            # The topic has nothing to offer, but the question may tell of an incident.
            offer = _offer(answer.report)
        if offer is None or offer == "ask_flt":
            return ()
        return (Button(self._texts.buttons.offer(offer), *_OFFERS[offer], "primary"),)

    def _numbers(self, lines: tuple[str, ...]) -> Iterator[Block]:
        if lines:
            yield Bullets(tuple(dict.fromkeys(lines)), phones=True)

    def _above(self, answer: Answer) -> tuple[str, ...]:
        """The numbers that stand under the offer of a report."""
        return self.lines(_DSL) if answer.kind == "report" and answer.report == "image" else ()

    def _first(self, answer: Answer) -> Iterator[Block]:
        above = self._above(answer)
        for name in answer.first:
            note = self._policy.outside[name]
            lines = [line for line in self.lines(note.contacts) if line not in above]
            yield Callout(
                "warning", self._texts.headings.beside, "\n".join([self._texts.outside(note), *lines])
            )

    def _steps(self, topic: Topic) -> Iterator[Block]:
        texts = self._texts
        if topic.next[:_NEXT] and topic.id not in self._policy.held:
            yield Bullets(topic.next[:_NEXT], texts.headings.next)
        if topic.tell and topic.id not in self._policy.held:
            told = tuple(self._contacts.get(role, texts.roles[role]) for role in topic.tell)
            yield Bullets(told, texts.headings.tell, phones=True)

    def _outside(self, name: str) -> Outside:
        note = self._policy.outside[name]
        return Outside("\n".join([note.text, *self.lines(note.contacts)]), note.source)

    def _quotes(self, clauses: tuple[Clause, ...]) -> Iterator[Quote]:
        """Each clause after the sentence that opens its list, or before it where it is whole; none twice."""
        shown: set[str] = set()
        for clause in clauses:
            lead_in = None if clause.lead_in is None else self._policy.clauses[clause.lead_in]
            for part in (clause, lead_in) if clause.stands_alone else (lead_in, clause):
                if part is not None and part.id not in shown:
                    shown.add(part.id)
                    yield Quote(part.id, part.section, part.lines, part.quote)


def _leaves_out_dsl(contacts: Collection[str]) -> bool:
    # With no number at all, whom to phone is said all the same.
    return bool(contacts) and "dsl" not in contacts


def _concern(contacts: Collection[str], texts: AnswerTexts) -> Callout:
    if _leaves_out_dsl(contacts):
        return Callout("warning", texts.concern_not_dsl_title, texts.concern_not_dsl)
    return Callout("warning", texts.concern_title, texts.concern)


def phoned(who: Endangered, contacts: Collection[str]) -> tuple[str, ...]:
    """The contacts of the panel for danger, by whom it is about; without the DSL the LADO's too."""
    keys = _ADULT if who == "adult" else PHONED
    return (*keys, "lado") if _leaves_out_dsl(contacts) else keys


def danger_panel(contacts: Mapping[str, str], texts: AnswerTexts, who: Endangered) -> Iterator[Block]:
    """999 and whom to phone, in the order of the contacts; for the writer's own life, who listens first."""
    said = texts.danger_not_dsl if _leaves_out_dsl(contacts) else texts.danger
    yield Callout("danger", texts.danger_title, said[who])
    support = tuple(contacts[key] for key in _SUPPORT if key in contacts) if who == "asker" else ()
    keys = phoned(who, contacts)
    urgent = tuple(line for key, line in contacts.items() if key in keys)
    if lines := tuple(dict.fromkeys((*support, *urgent))):
        yield Bullets(lines, phones=True)


def _without_quiet(answer: Answer, texts: AnswerTexts) -> str:
    return answer.text.removesuffix(texts.quiet).rstrip() if answer.quiet else answer.text


def _offer(report: str) -> Offer:
    return {"abuse": "report_abuse", "image": "report_image"}.get(report, "report_other")  # type: ignore[return-value]


_AROUND = 4


def show_passage(clause_id: str, policy: Policy, texts: AnswerTexts) -> Message | None:
    """The clause, then up to four clauses before and after it in its section; None for an unknown id."""
    clause = policy.clauses.get(clause_id)
    if clause is None:
        return None
    before, after = _neighbours(clause, policy)
    blocks: list[Block] = [Heading(clause.section), Paragraph(texts.headings.passage), _quote(clause)]
    if before or after:
        blocks += [Paragraph(texts.headings.around), *map(_quote, (*before, *after))]
    cited = (topic.id for topic in policy.topics.values() if clause_id in topic.cites)
    blocks.append(_footer(policy, texts, *cited))
    return Message(tuple(blocks), summary=texts.summaries["answer"])


def _neighbours(clause: Clause, policy: Policy) -> tuple[list[Clause], list[Clause]]:
    section = [other for other in policy.clauses.values() if other.section == clause.section]
    section.sort(key=lambda other: other.lines)
    place = section.index(clause)
    return section[max(0, place - _AROUND) : place], section[place + 1 : place + 1 + _AROUND]


def _quote(clause: Clause) -> Quote:
    return Quote(clause.id, clause.section, clause.lines, clause.quote)
