"""Asked before posting: a senior leader (112), or the holder of the list of objections and restrictions (81).

A leader is told who asks, and nothing of what is to be posted. The list is asked about an event or a class,
never about a child; what its holder says replaces nobody's reading it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.casework import answers, auditing
from bot.casework.context import Context, Work
from bot.casework.due import do_due
from bot.content.posting import Asking
from bot.content.texts import Phrase
from bot.domain.access import has_duty
from bot.domain.messages import (
    Block,
    Button,
    Buttons,
    Callout,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Paragraph,
)
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.domain.turns import Incoming, Pressed, Sender, Submitted
from bot.posting.finding import DraftReader
from bot.posting.shown import ANSWERS, ASK_LEADER, ASK_LIST, SHOW_ASKED, line, private, quotes
from bot.reporting.inputs import clean_text
from bot.reporting.privacy import findings
from bot.storage.consulting import (
    Consultation,
    add_consultation,
    all_consultations,
    consultation_ids,
    find_consultation,
    forget_consultations,
    old_consultations,
    save_consultation,
)
from bot.storage.database import Transaction
from bot.storage.outbox import Notice, enqueue
from bot.storage.vault import Vault

KIND = "consult"
_YES, _NO = ANSWERS
_SHOWN = 12
_TOKEN = re.compile(r"[0-9a-f]{32}")
_LONGEST, _OWN_ID = 120, 32
# The parts of the key of a message that is no reminder: the question, and who is asked.
_FIRST = 2
# A leader who was told within the hour is not told again.
_HOUR = "%Y-%m-%dT%H"
# Nobody waits for it by the minute that a role has gone to somebody else.
_WATCH_EVERY = timedelta(minutes=1)


def act(work: Work, incoming: Incoming) -> Message:
    """Do what a press or a form asks, or say why not. A refusal changes nothing."""
    content, sender = incoming.content, incoming.sender
    assert isinstance(content, Pressed | Submitted)
    if content.action == ASK_LEADER:
        return _ask_leader(work, sender)
    if content.action == SHOW_ASKED:
        return _show(work, sender)
    if content.action in (_YES, _NO):
        return _answered(work, sender, content)
    if isinstance(content, Submitted) and _TOKEN.fullmatch(content.value):
        return _ask_holder(work, sender, content)
    return _form(work, work.context.vault.new_id(), {}, {})


def _texts(work: Work) -> Asking:
    return work.context.world.posting.texts.asking


def _ask_leader(work: Work, sender: Sender) -> Message:
    hour = work.now.strftime(_HOUR)
    own = work.context.vault.blind("consult", sender.platform, sender.user, hour)[:_OWN_ID]
    asked = Consultation(own, sender.platform, sender.user, _name(work, sender))
    return _asked(work, asked, _texts(work).leader_told)


def _asked(work: Work, asked: Consultation, said: Phrase) -> Message:
    """Ask it, once however often it is sent, and tell the asker who is asked."""
    world, vault = work.context.world, work.context.vault
    asked = _asked_further(work, asked)
    if asked.asked and add_consultation(work.tx, vault, asked, work.now):
        _owe(work, asked, asked.asked)
    elif before := find_consultation(work.tx, vault, asked.id):
        asked = before
    if asked.reaches_nobody:
        return line(_texts(work).nobody, world)
    reached = (one for one in asked.asked if one not in asked.unreached)
    return line(said.fill(people=_names(work, reached)), world)


def _form(
    work: Work, token: str, values: Mapping[str, tuple[str, ...]], errors: Mapping[str, str]
) -> Message:
    texts, schools = _texts(work), work.context.world.federation.schools
    options = tuple(Option(one.id, one.name) for one in schools)
    drawn = (
        Field("school", texts.school, "choice", options=options),
        Field("event", texts.event, "text", hint=texts.event_hint, max_length=_LONGEST),
    )
    fields = tuple(
        replace(one, value=values.get(one.name, ()), error=errors.get(one.name, "")) for one in drawn
    )
    form = Form(ASK_LIST, token, fields, texts.submit, texts.title)
    blocks = (Heading(texts.title), Paragraph(texts.intro), form, *quotes(texts.clauses, work.context.world))
    return private(blocks, work.context.world)


def _ask_holder(work: Work, sender: Sender, form: Submitted) -> Message:
    texts, world = _texts(work), work.context.world
    school = next(iter(form.fields.get("school", ())), "")
    event = clean_text(" ".join(form.fields.get("event", ())))
    errors = {"event": _event_error(work, event)}
    if school not in {one.id for one in world.federation.schools}:
        errors["school"] = texts.errors.choice
    if errors := {name: error for name, error in errors.items() if error}:
        return _form(work, form.value, form.fields, errors)
    vault = work.context.vault
    # Another event is another question, whichever form it stood in.
    own = vault.blind("consult", sender.platform, sender.user, form.value, school, event)[:_OWN_ID]
    asked = Consultation(own, sender.platform, sender.user, _name(work, sender), school, event)
    return _asked(work, asked, texts.holder_told)


def _event_error(work: Work, event: str) -> str:
    world, errors = work.context.world, _texts(work).errors
    if not event:
        return errors.required
    if len(event) > _LONGEST:
        return errors.too_long.fill(limit=_LONGEST)
    reader = DraftReader(world.posting, world.federation, world.playbook.not_names)
    named = any(reader.full_names(event)) or bool(findings(event, world.playbook.not_names))
    return errors.names if named else ""


def waiting(work: Work, sender: Sender) -> tuple[Consultation, ...] | None:
    """The questions about the list that wait for the sender's answer; None where they may answer none."""
    federation, duties = work.context.world.federation, work.context.world.duties
    person = federation.roster.by_account(sender.platform, sender.user)
    roles = (federation.roster.roles_of(person.id, one.id) for one in federation.schools) if person else ()
    if person is None or not any(has_duty(duties, "answer_list", held, runs=False) for held in roles):
        return None
    found = (one for _, one in all_consultations(work.tx, work.context.vault) if one.event and not one.answer)
    asker = (sender.platform, sender.user)
    return tuple(one for one in found if (one.platform, one.user) != asker and _may(work, one, person.id))


def _show(work: Work, sender: Sender) -> Message:
    """What waits, for those who may answer it."""
    texts, world, found = _texts(work), work.context.world, waiting(work, sender)
    if found is None:
        person = world.federation.roster.by_account(sender.platform, sender.user)
        auditing.note(work, person, "refused", None, pressed=SHOW_ASKED)
        return line(texts.not_permitted, world)
    blocks: list[Block] = [Heading(texts.list_title)]
    blocks += [] if found else [Paragraph(texts.none)]
    for asked in found[:_SHOWN]:
        blocks += _question(work, asked)
    if len(found) > _SHOWN:
        blocks.append(Paragraph(texts.more.fill(count=len(found) - _SHOWN)))
    return private(tuple(blocks), world)


def _question(work: Work, asked: Consultation) -> tuple[Block, ...]:
    """The question with its two answers."""
    texts, school = _texts(work), work.context.world.federation.school_name(asked.school)
    text = texts.holder_text.fill(name=asked.name, event=asked.event, school=school)
    buttons = (Button(texts.yes, _YES, asked.id), Button(texts.no, _NO, asked.id))
    return Paragraph(text), Buttons(buttons)


def _answered(work: Work, sender: Sender, content: Pressed | Submitted) -> Message:
    """The holder's word is stored and brought to the asker. The first one counts."""
    texts, world = _texts(work), work.context.world
    asked = find_consultation(work.tx, work.context.vault, content.value)
    person = world.federation.roster.by_account(sender.platform, sender.user)
    if asked is None or not asked.event or person is None or not _may(work, asked, person.id):
        # One text for all of these: who may not answer learns of no question. The audit knows which.
        detail = {"entry": asked.id} if asked else {}
        auditing.note(work, person, "refused", None, pressed=content.action, **detail)
        return line(texts.not_permitted, world)
    if asked.answer:
        return line(texts.again, world)
    yes = content.action == _YES
    save_consultation(work.tx, work.context.vault, replace(asked, answer="yes" if yes else "no"))
    auditing.note(work, person, "consult.answer", entry=asked.id)
    said = (texts.somebody if yes else texts.no_one).fill(event=asked.event)
    _tell(work, asked, texts.answer_title, said)
    return line(texts.answered.fill(name=asked.name), world)


def _tell(work: Work, asked: Consultation, title: str, said: str) -> None:
    """Bring the asker of a question about the list what became of it."""
    texts, world = _texts(work), work.context.world
    callout = Callout("warning", said, texts.read_it)
    blocks = (Heading(title), callout, *quotes(texts.clauses, world))
    to = Sender(asked.platform, asked.user)
    answers.owe(work, to, "", Message(blocks, summary=title), lasts=True)


def _roles(work: Work, asked: Consultation) -> tuple[str, ...]:
    """The role that is asked, and those that answer in its place, in their order."""
    posting = work.context.world.posting.texts
    first = posting.picture.holder if asked.event else posting.asking.leader
    return tuple(dict.fromkeys((first, *posting.asking.in_line)))


def _may(work: Work, asked: Consultation, person: str) -> bool:
    """Whether this person may be asked it now, and answer."""
    world, roles = work.context.world, work.context.world.federation.roster.roles_of(person, asked.school)
    if not asked.event:
        return not roles.isdisjoint(_roles(work, asked))
    return has_duty(world.duties, "answer_list", roles, runs=False)


def _new(work: Work, asked: Consultation, role: str) -> tuple[str, ...]:
    """Those of a role who can be asked and were not: never the asker."""
    roster = work.context.world.federation.roster
    own = roster.by_account(asked.platform, asked.user)
    but = {*asked.asked, own.id if own else ""}
    held = roster.holders(role, asked.school)
    return tuple(one for one in held if one not in but and _may(work, asked, one))


def _asked_further(work: Work, asked: Consultation) -> Consultation:
    """It asked of the first role that has anybody to be asked yet; the same where none has."""
    for number, role in enumerate(_roles(work, asked), 1):
        if whom := _new(work, asked, role):
            return replace(asked, asked=(*asked.asked, *whom), line=max(number, asked.line))
    return asked


def _owe(work: Work, asked: Consultation, whom: Iterable[str], *again: int) -> None:
    """Owe it to each of these people. `again`: the number of the reminder that it is."""
    for person in whom:
        key = NoticeKey.of(KIND, asked.id, person, *again)
        enqueue(work.tx, work.context.vault.new_id(), Notice(key, "", KIND, Recipient(person)), work.now)


@dataclass
class Watch:
    """One worker's look, once a minute, at the questions about the list that nobody has answered."""

    _watched: datetime | None = None

    def look(self, context: Context, now: datetime) -> None:
        """Pass on and remind of whatever is due. Raises StorageUnavailable."""
        recently = self._watched is not None and timedelta() <= now - self._watched < _WATCH_EVERY
        # Those who were reminded could do nothing while it is paused: their presses are not taken.
        if recently or context.paused:
            return
        self._watched = now
        do_due(context, now, consultation_ids, _unanswered, _see_to, "consultation_broken")


def _unanswered(tx: Transaction, vault: Vault, asked_id: str, _now: datetime) -> Consultation | None:
    asked = find_consultation(tx, vault, asked_id)
    return asked if asked and asked.event and not asked.answer else None


def _see_to(work: Work, before: Consultation) -> None:
    """Ask those who answer in the place of who was asked; at the target, remind, and then ask the next."""
    asked = _still_there(work, before)
    if not asked.remind_at and not asked.reminded:
        asked = replace(asked, remind_at=_later(work, _texts(work).target_days))
    elif asked.remind_at and not asked.reaches_nobody and datetime.fromisoformat(asked.remind_at) <= work.now:
        asked = _reminded(work, asked)
    if asked != before:
        save_consultation(work.tx, work.context.vault, asked)


def _still_there(work: Work, asked: Consultation) -> Consultation:
    """It asked of the covers and successors of who was asked, and not of who may answer no more."""
    gone = (one for one in asked.asked if one not in asked.unreached and not _may(work, asked, one))
    now = replace(asked, unreached=(*asked.unreached, *gone))
    roles = _roles(work, asked)[: asked.line]
    whom = tuple(dict.fromkeys(one for role in roles for one in _new(work, now, role)))
    now = replace(now, asked=(*now.asked, *whom))
    _owe(work, now, whom)
    return _passed_on(work, now) if now.unreached != asked.unreached else now


def _reminded(work: Work, asked: Consultation) -> Consultation:
    """Those who were asked, reminded; the second time the next is asked too, or the asker is told."""
    count, texts = asked.reminded + 1, _texts(work)
    _owe(work, asked, (one for one in asked.asked if one not in asked.unreached), count)
    further = _asked_further(work, asked) if asked.reminded else asked
    whom = further.asked[len(asked.asked) :]
    _owe(work, further, whom)
    ends = bool(asked.reminded) and not whom
    if ends:
        _tell(work, asked, texts.answer_title, texts.late.fill(event=asked.event))
    return replace(further, reminded=count, remind_at="" if ends else _later(work, 1))


def _later(work: Work, days: int) -> str:
    return work.context.world.federation.working_time.end_of_day(work.now, days).isoformat()


def notice(work: Work, owed: Notice, person: Person) -> Message | None:
    """What a leader or the holder of the list reads; None where it is overtaken."""
    asked = find_consultation(work.tx, work.context.vault, owed.key.parts[0])
    if asked is None or asked.answer or not _may(work, asked, person.id):
        return None
    texts, world, again = _texts(work), work.context.world, len(owed.key.parts) > _FIRST
    if not asked.event:
        text = texts.leader_text.fill(name=asked.name)
        blocks = (Heading(texts.leader_title), Paragraph(text), *quotes(texts.leader_clauses, world))
        return Message(blocks, summary=texts.leader_title)
    title = texts.reminder_title if again else texts.holder_title
    return Message((Heading(title), *_question(work, asked)), summary=title)


def pass_on(work: Work, owed: Notice) -> None:
    """It does not reach this person: where it reaches nobody, the next are asked, or its asker is told.

    What is answered or gone is left alone, and so is what was passed on before.
    """
    asked_id, person = owed.key.parts[:_FIRST]
    asked = find_consultation(work.tx, work.context.vault, asked_id)
    if asked is None or asked.answer or person in asked.unreached:
        return
    asked = _passed_on(work, replace(asked, unreached=(*asked.unreached, person)))
    save_consultation(work.tx, work.context.vault, asked)


def _passed_on(work: Work, asked: Consultation) -> Consultation:
    """It asked of the next, where it reaches none of those asked; where nobody is left its asker is told."""
    if not asked.reaches_nobody:
        return asked
    further = _asked_further(work, asked)
    _owe(work, further, further.asked[len(asked.asked) :])
    if further == asked:
        _tell_of_nobody(work, asked)
    return further


def _tell_of_nobody(work: Work, asked: Consultation) -> None:
    texts = _texts(work)
    if asked.event:
        _tell(work, asked, texts.answer_title, texts.unreached.fill(event=asked.event))
        return
    blocks = (Heading(texts.unreached_title), Paragraph(texts.nobody))
    to = Sender(asked.platform, asked.user)
    answers.owe(work, to, "", Message(blocks, summary=texts.unreached_title), lasts=True)


def _name(work: Work, sender: Sender) -> str:
    federation = work.context.world.federation
    if person := federation.roster.by_account(sender.platform, sender.user):
        return person.name
    demo = (one.name for one in federation.demo_staff if one.accounts.get(sender.platform) == sender.user)
    return next(demo, "") or sender.name or sender.user


def _names(work: Work, whom: Iterable[str]) -> str:
    return ", ".join(work.context.world.federation.person_name(one) for one in whom)


def forget_old(work: Work) -> None:
    """Delete what was asked longer ago than it is kept. Who asked in vain about the list is told."""
    texts, days = _texts(work), work.context.retention.registers["asked_before_posting"].days
    before = work.now - timedelta(days=days)
    for asked in old_consultations(work.tx, work.context.vault, before):
        if asked.event and not asked.answer and not asked.reaches_nobody:
            _tell(work, asked, texts.answer_title, texts.unanswered.fill(event=asked.event))
    forget_consultations(work.tx, before)
