"""The list of replies: a comment is logged, acknowledged, answered; who may, and what they read."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.casework import auditing
from bot.casework.context import Work
from bot.content.reply_texts import ReplyForm
from bot.domain.messages import Block, Button, Buttons, Callout, Facts, Heading, Message, Paragraph
from bot.domain.replies import REPLY_TABLE, ReplyEvent, ReplyStage, Unfit, due, share_on_time
from bot.domain.roster import Person
from bot.domain.turns import Incoming, Pressed, Sender, Submitted
from bot.replies.forms import (
    PREFIX,
    account_name,
    log_fields,
    log_form,
    read_log,
    read_when,
    settle_form,
    typed_in,
)
from bot.replies.people import may
from bot.replies.reminders import owe_logged
from bot.replies.shown import choices, due_text, outside, tags
from bot.storage.replies import Reply, add_reply, counts_in_time, find_reply, owed_replies, settle_reply

_SHOWN = 12
_SHARE_DAYS = 90
_TOKEN = re.compile(r"[0-9a-f]{32}")
_EVENTS: dict[str, tuple[ReplyForm, ReplyEvent]] = {
    f"{PREFIX}acknowledge": ("acknowledge", ReplyEvent.ACKNOWLEDGE),
    f"{PREFIX}answer": ("answer", ReplyEvent.ANSWER),
}


def act(work: Work, incoming: Incoming) -> Message:
    """Do what a press or a form asks, or say why not. A refusal changes nothing."""
    content, sender = incoming.content, incoming.sender
    assert isinstance(content, Pressed | Submitted)
    if content.action == f"{PREFIX}log":
        if isinstance(content, Submitted):
            return _log(work, sender, content)
        return begin(work, sender, content.value)
    if content.action not in _EVENTS:
        return show(work, sender)
    person = _person(work, sender)
    reply = find_reply(work.tx, work.context.vault, content.value)
    name, event = _EVENTS[content.action]
    if not may(work.context, person, "answer_reply", reply.account if reply else ""):
        # That there is no such entry is told to nobody who could not see one.
        auditing.note(work, person, "refused", pressed=f"reply.{name}")
        return _refused(work, "not_permitted")
    if reply is None:
        return _refused(work, "unknown")
    after = REPLY_TABLE[reply.stage, event]
    if not isinstance(after, ReplyStage):
        return _refused(work, after)
    if isinstance(content, Pressed):
        return settle_form(work, name, reply)
    return _settle(work, (person, reply), (name, after), content)


def begin(work: Work, sender: Sender, token: str = "") -> Message:
    """The form in which anybody logs a comment."""
    if not may(work.context, _person(work, sender), "log_reply", ""):
        return _refused(work, "not_permitted")
    return log_form(work, token if _TOKEN.fullmatch(token) else work.context.vault.new_id())


def show(work: Work, sender: Sender) -> Message:
    """What is owed on the accounts that the sender answers for, what is due first at the top."""
    texts, person = work.context.world.replies, _person(work, sender)
    found = waiting(work, sender)
    mine = found or ()
    blocks: list[Block] = [Heading(texts.titles["list"])]
    if not mine:
        blocks.append(Paragraph(texts.list.nothing_yours if found is None else texts.list.none))
    for reply in mine[:_SHOWN]:
        blocks += _entry(work, reply)
    if len(mine) > _SHOWN:
        blocks.append(Paragraph(texts.list.more.fill(count=len(mine) - _SHOWN)))
    # An account without runners: anyone who may answer for any account sees the figures of all.
    blocks += _figures(work) if may(work.context, person, "answer_reply", "") else []
    blocks.append(Buttons((Button(texts.buttons.new, f"{PREFIX}log"),)))
    return Message(tuple(blocks), summary=texts.titles["list"], replaces="replies", ephemeral=True)


def _person(work: Work, sender: Sender) -> Person | None:
    return work.context.world.federation.roster.by_account(sender.platform, sender.user)


def waiting(work: Work, sender: Sender) -> tuple[Reply, ...] | None:
    """What is owed on the accounts that the sender answers for; None where there are none."""
    person, accounts = _person(work, sender), ("", *work.context.world.federation.accounts)
    if not any(may(work.context, person, "answer_reply", account) for account in accounts):
        return None
    owed = owed_replies(work.tx, work.context.vault)
    return tuple(one for one in owed if may(work.context, person, "answer_reply", one.account))


def _log(work: Work, sender: Sender, content: Submitted) -> Message:
    if not _TOKEN.fullmatch(content.value):
        return begin(work, sender)
    person = _person(work, sender)
    if not may(work.context, person, "log_reply", ""):
        return _refused(work, "not_permitted")
    values = typed_in(tuple(item.name for item in log_fields(work)), content.fields)
    found, errors = read_log(work, values)
    if found is None:
        return log_form(work, content.value, values, errors)
    owed_at = due(found.received, work.context.world.federation.working_time)
    # One's own: what somebody else has sent under the same token is another entry.
    own = work.context.vault.blind("reply", sender.platform, sender.user, content.value)[:32]
    # Of one that is logged late in its time the newest reminder that has passed is owed at once.
    remind_at = found.received
    reply = Reply(own, found.account, found.kind, found.received, owed_at.at, found.link, remind_at=remind_at)
    return _stored(work, person, reply)


def _stored(work: Work, person: Person | None, reply: Reply) -> Message:
    texts = work.context.world.replies.replies
    if not add_reply(work.tx, work.context.vault, reply):
        known = find_reply(work.tx, work.context.vault, reply.id)
        return _said(work, texts["again"].fill(), known or reply, person)
    auditing.note(work, person, "reply.log", entry=reply.id, account=reply.account)
    late = reply.due_at <= work.now
    if not late:
        owe_logged(work, reply, but=person)
    told = "" if late else f" {texts['told'].fill()}"
    text = texts["logged_late" if late else "logged"].fill(account=account_name(work, reply))
    return _said(work, f"{text}{told}", reply, person)


def _settle(
    work: Work, of: tuple[Person | None, Reply], done: tuple[ReplyForm, ReplyStage], content: Submitted
) -> Message:
    (person, reply), (name, after) = of, done
    values = typed_in(("at",), content.fields)
    at, error = read_when(work, reply, values["at"])
    if error:
        return settle_form(work, name, reply, values, {"at": error})
    settle_reply(work.tx, reply, after, at)
    auditing.note(work, person, f"reply.{name}", entry=reply.id, account=reply.account)
    # What was acknowledged in time is in time, however long the answer took.
    late = (reply.settled_at or at) > reply.due_at
    texts = work.context.world.replies.replies
    said = texts.named(f"{after.value}_late" if late else after.value)
    text = said.fill(when=work.context.local(at), due=work.context.local(reply.due_at))
    listed = Buttons((Button(work.context.world.replies.buttons.list, f"{PREFIX}list"),))
    return Message((Callout("success", text), listed), summary=text, replaces=f"{PREFIX}{name}")


def _said(work: Work, text: str, reply: Reply, person: Person | None) -> Message:
    """What is said of a new entry: by when it is owed an answer. Its link stays with those who answer."""
    facts = Facts(_facts(work, reply)[:-1])
    offered = may(work.context, person, "answer_reply", reply.account)
    buttons = [Buttons(choices(work, reply, also_list=True))] if offered else []
    shown = (
        Callout("success", text),
        *tags(work, reply),
        facts,
        *outside(work, reply),
        *buttons,
    )
    return Message(shown, summary=work.context.world.replies.titles["log"], replaces=f"{PREFIX}log")


def _entry(work: Work, reply: Reply) -> list[Block]:
    facts, labels = _facts(work, reply), work.context.world.replies.labels
    if reply.link:
        facts = (*facts, (labels.link, reply.link))
    buttons = Buttons(choices(work, reply))
    return [*tags(work, reply), Facts(facts), *outside(work, reply), buttons]


def _facts(work: Work, reply: Reply) -> tuple[tuple[str, str], ...]:
    texts, labels = work.context.world.replies, work.context.world.replies.labels
    state = labels.open
    if reply.settled_at is not None:
        state = labels.acknowledged.fill(when=work.context.local(reply.settled_at))
    return (
        (labels.account, account_name(work, reply)),
        (labels.kind, texts.kinds[reply.kind]),
        (labels.received, work.context.local(reply.received_at)),
        (labels.due, due_text(work, reply)),
        (labels.state, state),
    )


def _figures(work: Work) -> list[Block]:
    """The share that was settled in time: of accounts, and of nobody by name."""
    since = work.now - timedelta(days=_SHARE_DAYS)
    count, on_time = counts_in_time(work.tx, since, work.now)
    percent = share_on_time(count, on_time)
    if percent is None:
        return []
    line = work.context.world.replies.list.share
    text = line.fill(days=_SHARE_DAYS, on_time=on_time, count=count, percent=percent)
    return [Paragraph(text, muted=True)]


def _refused(work: Work, why: Unfit | str) -> Message:
    text = work.context.world.replies.refusals.named(why)
    return Message((Callout("warning", text),), summary=text)
