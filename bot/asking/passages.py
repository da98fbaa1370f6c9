"""A clause where it stands in the policy, so that its context can be read: verbatim, like every quote."""

from __future__ import annotations

from bot.content.answer_texts import AnswerTexts
from bot.content.policy_load import Clause, Policy
from bot.domain.messages import Block, Heading, Message, Paragraph, Quote

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
    blocks.append(Paragraph(texts.footer.fill(title=policy.title, version=policy.version), muted=True))
    return Message(tuple(blocks), summary=texts.summaries["answer"])


def _neighbours(clause: Clause, policy: Policy) -> tuple[list[Clause], list[Clause]]:
    section = [other for other in policy.clauses.values() if other.section == clause.section]
    section.sort(key=lambda other: other.lines)
    place = section.index(clause)
    return section[max(0, place - _AROUND) : place], section[place + 1 : place + 1 + _AROUND]


def _quote(clause: Clause) -> Quote:
    return Quote(clause.id, clause.section, clause.lines, clause.quote)
