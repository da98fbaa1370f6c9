"""The FLT's card and its buttons, without a word of the narrative, and the views that the card opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from bot.casework import work_done
from bot.casework.acts import ACTS, Act
from bot.casework.breach import clock_line
from bot.casework.context import Context
from bot.casework.history import COMPLAINT
from bot.casework.notify import LADDER
from bot.casework.press import CARD
from bot.casework.second_person import Closers
from bot.casework.told_before import CHANNEL, told_before
from bot.casework.work_done import is_investigated, open_tasks
from bot.content.texts import Phrase
from bot.domain.access import Action, Actor
from bot.domain.cases import Stage
from bot.domain.messages import (
    Block,
    Button,
    Buttons,
    Facts,
    Heading,
    Message,
    Outside,
    Paragraph,
    Quote,
    Tags,
)
from bot.domain.notices import FLT_CHANNEL, Recipient
from bot.domain.presses import CasePart
from bot.domain.roster import role_name
from bot.domain.routing import Told
from bot.reporting.review import answered
from bot.storage.reports import Entry, Report

# Raised when a card comes to say less than it did: those that stand are then rewritten after the update, by
# themselves. 1: no reporter's name, also not that of one who is named. 2: when a breach clock ends, and who
# works on what the leadership team only knows of.
DRAWING = 2
May = Callable[[Action], bool]
_TASKS_SHOWN, _TASK_WORDS = 10, 40


def buttons(
    context: Context, report: Report, may: May = lambda _needs: True, viewer: str = ""
) -> tuple[Button, ...]:
    """Those that a card has: a posted one the same for everyone who has it, since each press is checked.

    But for the holder, where it is known who looks: they have nothing to take over.
    """
    found = [act for act in ACTS.values() if report.state.stage in act.card and not _is_locked(report, act)]
    left_out = "take" if viewer and viewer == report.state.holder else ""
    return tuple(button(context, report, act) for act in found if may(act.needs) and act.name != left_out)


def _is_locked(report: Report, act: Act) -> bool:
    return act.locked is not None and act.locked[1](report.row)


def button(context: Context, report: Report, act: Act) -> Button:
    """The button of an act. A question is answered, where any other case is closed."""
    name = "answer" if act.name == "close" and report.row.kind == "question" else act.name
    label = context.texts.buttons.find(name) or context.work.buttons.named(act.name)
    return Button(label.fill(), act.action, report.reference, act.style)


def more(context: Context, report: Report, entries: Sequence[Entry], may: May) -> Message:
    """The rarer ones that make sense now and that the presser may press."""
    title = context.work.more_title.fill(reference=report.reference)
    shown = tuple(_rare(context, report, entries, may))
    blocks: tuple[Block, ...] = (Heading(title), Buttons(shown))
    if not shown:
        blocks = (Heading(title), Paragraph(context.work.more_none))
    return Message(blocks, summary=title, replaces=f"more:{report.reference}", ephemeral=True)


def _rare(context: Context, report: Report, entries: Sequence[Entry], may: May) -> Iterator[Button]:
    for act in ACTS.values():
        senseless = _is_locked(report, act) or (act.name == "clauses" and not quotes(context, report))
        done = act.name == "investigate" and is_investigated(entries)
        if report.state.stage in act.more and not senseless and not done and may(act.needs):
            yield button(context, report, act)


def task_buttons(context: Context, report: Report, entries: Sequence[Entry]) -> tuple[Button, ...]:
    """One button for each open task, that ticks it; who may not is told so."""
    if report.state.stage is Stage.CLOSED:
        return ()
    found = open_tasks(entries)[:_TASKS_SHOWN]
    return tuple(_tick(context, report, task.number, task.text) for task in found)


def _tick(context: Context, report: Report, number: str, text: str) -> Button:
    words = text if len(text) <= _TASK_WORDS else f"{text[: _TASK_WORDS - 1]}…"
    label = context.work.buttons["done"].fill(task=words)
    return Button(label, "case.done", str(CasePart(report.reference, number)))


def kind_name(context: Context, report: Report) -> str:
    """The kind of the report in words."""
    return context.texts.kinds.get(report.row.kind, report.row.kind)


def card(
    context: Context,
    report: Report,
    told: tuple[Told, ...],
    entries: tuple[Entry, ...],
    recipient: Recipient | None = None,
    links: tuple[str, ...] = (),
    may: May = lambda _needs: True,
) -> Message:
    """The card of a case as `recipient` sees it. No narrative, no child's or accused person's name.

    `links` are the references of linked cases that may stand on it. With `may` it has those buttons alone
    that the one who asked for it may press.
    """
    labels = context.texts.labels
    title = f"{report.reference} · {kind_name(context, report)}"
    marks = tags(context, report, entries)
    blocks: list[Block] = [Tags(marks), Heading(title)]
    if recipient in _by_ladder(told):
        blocks.append(Paragraph(context.texts.ladder_note))
    if recipient == FLT_CHANNEL and not _is_theirs(context, report, told):
        blocks.append(Paragraph(context.texts.channel_note))
    linked = [(context.work.labels.linked, ", ".join(links))] if links else []
    images = (labels.images, context.texts.images_none)
    blocks.append(Facts((*_facts(context, report, told, entries), *linked, images)))
    blocks.append(Buttons(buttons(context, report, may, recipient.person if recipient else "")))
    first = f"{context.texts.tags.urgent} · " if report.row.urgent else ""
    return Message(tuple(blocks), summary=f"{first}{title}", replaces=f"{CARD}{report.reference}")


def _is_theirs(context: Context, report: Report, told: tuple[Told, ...]) -> bool:
    """Whether the leadership team works on what its channel shows."""
    return context.allows(Actor("any of them", frozenset({"flt"})), "details", report, told)


def _by_ladder(told: tuple[Told, ...]) -> frozenset[Recipient]:
    return frozenset(Recipient(item.person) for item in told if item.role == LADDER)


def tags(context: Context, report: Report, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """The marks of a case: URGENT and the like."""
    tags, row = context.texts.tags, report.row
    marks = [
        (row.drill, tags.drill),
        (row.urgent, tags.urgent),
        (row.visibility.restricted, tags.restricted),
        (row.child, tags.child),
    ]
    shown = [text for is_set, text in marks if is_set]
    advised = {context.work.tags.do_not_investigate} if work_done.advice(context, entries) else set()
    of_route = [text for text in report.route.tags if text not in advised]
    return tuple(dict.fromkeys([*shown, *of_route, *work_done.tags(context, entries)]))


def _facts(
    context: Context, report: Report, told: tuple[Told, ...], entries: tuple[Entry, ...]
) -> tuple[tuple[str, str], ...]:
    labels, row = context.texts.labels, report.row
    items = [
        (labels.status, status_line(context, report)),
        (labels.school, context.world.federation.school_name(row.school)),
        (labels.received, context.local(row.received_at)),
        # Never a name, whatever the reporter chose: a channel's history is kept by the platform.
        (labels.reporter, context.texts.modes.named(report.row.mode)),
        *public_answers(context, report),
        (labels.holder, context.name(report.state.holder) if report.state.holder else context.texts.nobody),
        (labels.told, _told_line(context, report, told)),
        *_told_before_line(context, told, entries),
        (labels.opened, _opened_line(context, entries)),
    ]
    items += [*_since(context, entries), *work_done.facts(context, entries)]
    items += Closers(context, report, told, entries).closing_line()
    items += next_step_line(context, report)
    items += clock_line(context, report)
    if report.state.stage is Stage.CLOSED:
        outcome = context.outcomes.find(report.state.outcome)
        items.append((labels.outcome, outcome.label if outcome else report.state.outcome))
    return tuple(items)


def next_step_line(context: Context, report: Report) -> list[tuple[str, str]]:
    """When the ladder is climbed next, where it still is: a local target, and shown as that."""
    if report.row.due_at is None:
        return []
    when = context.local(report.row.due_at)
    return [(context.texts.labels.next_due, context.texts.local_target.fill(when=when))]


def _since(context: Context, entries: tuple[Entry, ...]) -> list[tuple[str, str]]:
    """What happened since the report, without a word of it: more from the reporter, questions, referrals."""
    labels, items = context.texts.labels, list[tuple[str, str]]()
    if added := [entry.at for entry in entries if entry.event in ("add", "answer", "correct")]:
        items.append((labels.added, context.local(added[-1])))
    if withdrawn := [entry.at for entry in entries if entry.event == "withdraw_kept"]:
        items.append((labels.withdrawn, context.local(withdrawn[-1])))
    if waiting := unanswered(entries):
        items.append((labels.asked, context.local(waiting[-1].at)))
    if referred := [_referral(context, entry) for entry in entries if entry.event == "refer"]:
        items.append((labels.referred, "; ".join(referred)))
    return items


def unanswered(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The questions to the reporter that no answer has followed yet, oldest first."""
    waiting: list[Entry] = []
    for entry in entries:
        # One answer is an answer to everything that was asked before it.
        waiting = [*waiting, entry] if entry.event == "ask" else [] if entry.event == "answer" else waiting
    return tuple(waiting)


def _referral(context: Context, entry: Entry) -> str:
    return f"{entry.detail['agency']}, {moment_of(context, entry)}"


def moment_of(context: Context, entry: Entry) -> str:
    """The time that an entry names, such as that of a referral."""
    return context.local(datetime.fromisoformat(entry.detail["at"]))


def public_answers(context: Context, report: Report) -> tuple[tuple[str, str], ...]:
    """The answers that the journeys mark as fit for a card: platform, account, what was done so far."""
    return answered(context.world, report.answers, card=True, by_others=True)


def told_answers(context: Context, report: Report) -> tuple[tuple[str, str], ...]:
    """Every answer in words but how the reporter is named, which stands beside them."""
    slots = {name: values for name, values in report.answers.items() if name != "mode"}
    return answered(context.world, slots, card=False, by_others=True)


def status_line(context: Context, report: Report) -> str:
    """The stage in words."""
    return context.texts.stages[report.state.stage]


def reporter_name(context: Context, report: Report) -> str:
    """The reporter's name: the Federation's where it knows the account, else the platform's."""
    reporter = report.reporter
    if reporter is None:
        return ""
    federation = context.world.federation
    known = (*federation.roster.people.values(), *federation.demo_staff)
    names = [person.name for person in known if person.accounts.get(reporter.platform) == reporter.user]
    return names[0] if names else reporter.name or f"{reporter.user} ({reporter.platform})"


def _told_line(context: Context, report: Report, told: Iterable[Told]) -> str:
    known = [item for item in told if item.role != COMPLAINT]
    reached = [item for item in known if item.level != "D" or not report.row.visibility.in_channel]
    roles = dict[str, list[str]]()
    for item in dict.fromkeys((item.person, _role(context, item.role)) for item in reached):
        roles.setdefault(context.name(item[0]), []).append(item[1])
    lines = [f"{name} ({', '.join(held)})" for name, held in roles.items()]
    channel = [role_name("flt")] if report.row.visibility.in_channel else []
    return ", ".join((*channel, *lines)) or context.texts.nobody


def _told_before_line(
    context: Context, told: tuple[Told, ...], entries: tuple[Entry, ...]
) -> list[tuple[str, str]]:
    """Who had it and has it no more: they know of it."""
    before = [item.told for item in told_before(entries, told) if item.told.role != COMPLAINT]
    names = [role_name("flt") if item.person == CHANNEL else context.name(item.person) for item in before]
    return [(context.texts.labels.told_before, ", ".join(dict.fromkeys(names)))] if names else []


def _role(context: Context, role: str) -> str:
    return context.texts.labels.ladder if role == LADDER else role_name(role)


def _opened_line(context: Context, entries: Iterable[Entry]) -> str:
    names = dict.fromkeys(context.name(entry.actor) for entry in entries if entry.event == "view")
    return ", ".join(names) or context.texts.nobody


def quotes(context: Context, report: Report) -> list[Block]:
    """The clauses that the report falls under.

    Of a picture that may be indecent the policy's "delete it immediately" is not the first thing to do.
    """
    world = context.world
    clauses = world.policy.clauses
    found = [clauses[clause] for clause in report.route.clauses if clause in clauses]
    quoted: list[Block] = [Quote(one.id, one.section, one.lines, one.quote) for one in found]
    if not any(row.closing == "picture" for row in world.playbook.rows if row.id in report.route.rows):
        return quoted
    notes = (world.policy.outside[name] for name in world.paper.sheet.pictures_outside)
    return [*(Outside(note.text, note.source) for note in notes), *quoted]


def notice(context: Context, report: Report, *, shown: bool = False) -> Message:
    """That there is a report: its reference, kind and urgency, and nothing more (level N).

    `shown`: to a person who asks for more of it, and may have none.
    """
    texts = context.texts.notice
    title = texts.title.fill(reference=report.reference)
    said = texts.shown if shown else texts.text
    text = said.fill(kind=kind_name(context, report), reference=report.reference)
    urgent = (context.texts.tags.urgent,) if report.row.urgent else ()
    return Message((Heading(title), Tags(urgent), Paragraph(text)), summary=title, ephemeral=shown)


def clauses(context: Context, report: Report) -> Message:
    """The clauses that the report falls under, verbatim."""
    title = f"{report.reference} · {context.texts.labels.clauses}"
    blocks = (Heading(title), *quotes(context, report))
    return Message(blocks, title, replaces=f"clauses:{report.reference}", ephemeral=True)


def event_name(context: Context, event: str) -> Phrase:
    """What happened, in words with places for names: `to` and `agency`."""
    return context.work.events.find(event) or context.texts.events.named(event)
