"""The roster, in the chat and on the command line: who holds what, what waits, the forms."""

from __future__ import annotations

from collections.abc import Iterator

from bot.casework import auditing
from bot.casework.context import Context, Work
from bot.domain.access import DECISIONS
from bot.domain.messages import Block, Bullets, Button, Buttons, Callout, Facts, Heading, Message, Paragraph
from bot.domain.roster import WHATS, Person, role_name, unattended
from bot.domain.turns import Incoming, Pressed, Sender, Submitted
from bot.people import decisions, roster_forms
from bot.people.approvals import VERDICTS, agree, choices, decide, may_decide, propose, refusal
from bot.people.standing import ROSTER, detail_of, folded
from bot.storage.approvals import confirmed, pending
from bot.storage.database import Transaction

PREFIX = "roster."


def show(work: Work, sender: Sender) -> Message:
    """The roster, for those who may change it; a refusal for everybody else."""
    person = work.context.world.federation.roster.by_account(sender.platform, sender.user)
    if person is None or not may_decide(work.context, person.id):
        return refusal(work.context, "not_permitted")
    return _view(work, person)


def approve_purge(work: Work, sender: Sender) -> Message:
    """Agree to the next purge: the first person proposes it, and another confirms it."""
    person = work.context.world.federation.roster.by_account(sender.platform, sender.user)
    if person is None or not may_decide(work.context, person.id, "purge"):
        auditing.note(work, person, "refused", pressed="purge.approved")
        return refusal(work.context, "not_permitted")
    return agree(work, person, "purge")


def act(work: Work, incoming: Incoming) -> Message:
    """Do what a press or a form on the roster asks, or say why not. A refusal changes nothing."""
    content, sender = incoming.content, incoming.sender
    assert isinstance(content, Pressed | Submitted)
    person = work.context.world.federation.roster.by_account(sender.platform, sender.user)
    if person is None or not may_decide(work.context, person.id):
        return refusal(work.context, "not_permitted")
    if content.action in VERDICTS:
        return decide(work, person, content.value, VERDICTS[content.action])
    name = content.action.removeprefix(PREFIX)
    if name not in work.context.roster_texts.forms:
        return _view(work, person)
    if isinstance(content, Pressed):
        return roster_forms.form(work.context, name)
    return _proposed(work, person, name, content)


def _proposed(work: Work, person: Person, name: str, content: Submitted) -> Message:
    values, errors = roster_forms.check(work.context, name, content.fields, work.now)
    if errors:
        return roster_forms.form(work.context, name, values, errors)
    if name in WHATS:
        change = roster_forms.change(work.context, name, values)
        return propose(work, person, ROSTER, detail_of(change))
    kind = next(kind for kind in DECISIONS if kind == name)
    return propose(work, person, kind, {"reason": values["reason"]})


def _view(work: Work, person: Person) -> Message:
    labels = work.context.roster_texts.labels
    blocks: list[Block] = [Heading(labels.title)]
    if work.context.paused:
        blocks.append(Callout("warning", labels.paused))
    blocks += [Heading(labels.roles), Facts(roles(work.context))]
    if away := absences(work.context):
        blocks += [Heading(labels.away), Bullets(away)]
        blocks += [Callout("warning", line) for line in _without_anybody(work.context)]
    for number, approval in enumerate(pending(work.tx, work.context.vault, work.now)):
        blocks += [] if number else [Heading(labels.waiting)]
        line = labels.waiting_line.fill(
            what=decisions.words(work.context, approval),
            person=work.context.name(approval.proposed_by),
            until=work.context.local(approval.expires_at),
        )
        blocks += [Paragraph(line), Buttons(choices(work.context, approval, person))]
    offered = [
        name for name in work.context.roster_texts.forms if name != ("resume", "pause")[work.context.paused]
    ]
    forms = (Button(work.context.roster_texts.forms[name], f"{PREFIX}{name}") for name in offered)
    blocks += [Heading(labels.change), Buttons(tuple(forms))]
    return Message(tuple(blocks), summary=labels.title, replaces="roster", ephemeral=True)


def roles(context: Context) -> tuple[tuple[str, str], ...]:
    """Each role, for each school where they differ, and who holds it in their own right."""
    federation, found = context.world.federation, list[tuple[str, str]]()
    for role, held in federation.roster.roles.items():
        for school, people in held.items():
            name = f"{role_name(role)} ({federation.school_name(school)})" if school else role_name(role)
            names = ", ".join(context.name(person) for person in people)
            found.append((name, names or context.roster_texts.labels.nobody))
    return tuple(found)


def absences(context: Context) -> tuple[str, ...]:
    """Who is or will be away, a line each."""
    line = context.roster_texts.labels.away_line
    return tuple(
        line.fill(
            who=context.name(item.person),
            start=context.local(item.start),
            end=context.local(item.end),
            to=context.name(item.cover),
        )
        for item in context.world.federation.roster.absences
    )


def _without_anybody(context: Context) -> tuple[str, ...]:
    """That somebody is away with all who stand in for them, as a line; nothing where nobody is."""
    people = sorted(unattended(context.world.federation.roster))
    names = ", ".join(context.name(person) for person in people)
    return (context.roster_texts.labels.unattended.fill(people=names),) if names else ()


def misfits(tx: Transaction, context: Context) -> tuple[str, ...]:
    """Each confirmed change that contradicts the configuration and is passed by, with what to do."""
    changes, texts = confirmed(tx, context.vault, ROSTER), context.roster_texts
    return tuple(
        f"{decisions.words(context, changes[place])} {texts.misfits[why]}"
        " It is passed by: mend federation.yml, or let two people propose what is right (docs/roster.md)."
        for place, why in folded(tx, context).misfits
    )


def lines(work: Work) -> Iterator[str]:
    """The whole of it, a line each."""
    labels = work.context.roster_texts.labels
    yield from ((labels.paused,) if work.context.paused else ())
    yield from (f"{role}: {names}" for role, names in roles(work.context))
    yield from (f"{labels.away}: {line}" for line in absences(work.context))
    yield from _without_anybody(work.context)
    for approval in pending(work.tx, work.context.vault, work.now):
        what, person = decisions.words(work.context, approval), work.context.name(approval.proposed_by)
        until = work.context.local(approval.expires_at)
        yield f"{labels.waiting}: " + labels.waiting_line.fill(what=what, person=person, until=until)
    yield from misfits(work.tx, work.context)
