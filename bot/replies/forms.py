"""The forms of the reply clock: logging a comment, and saying when it was acknowledged or answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.casework.context import Work
from bot.content.reply_texts import ReplyForm
from bot.domain.messages import Block, Field, Form, Heading, Message, Option, Paragraph
from bot.domain.replies import ReplyKind
from bot.reporting.inputs import clean_link, clean_text, is_ahead, read_moment
from bot.reporting.steps import quotes
from bot.storage.replies import Reply

PREFIX = "reply."
UNLISTED = "other"
_LONGEST_LINK = 2000

Values = Mapping[str, str]


@dataclass(frozen=True)
class Logged:
    """What a form without errors says. `account` is "" where it is not listed."""

    account: str
    kind: ReplyKind
    received: datetime
    link: str


def log_form(work: Work, token: str, values: Values | None = None, errors: Values | None = None) -> Message:
    """The form for a new entry; `token` makes two presses of its button one entry."""
    texts = work.context.world.replies
    above = (
        Paragraph(texts.intro),
        *quotes((texts.clause,), work.context.world),
        Paragraph(texts.not_this, muted=True),
    )
    return _form(work, "log", token, (log_fields(work), texts.buttons.log), above, values, errors)


def settle_form(
    work: Work, name: ReplyForm, reply: Reply, values: Values | None = None, errors: Values | None = None
) -> Message:
    """The form that asks when an entry was acknowledged or answered."""
    texts = work.context.world.replies
    at = Field("at", texts.fields["at"], "datetime", required=False, hint=texts.hints.at)
    said = Paragraph(f"{account_name(work, reply)} · {texts.kinds[reply.kind]}")
    return _form(work, name, reply.id, ((at,), texts.buttons.save), (said,), values, errors)


def log_fields(work: Work) -> tuple[Field, ...]:
    """The fields of a new entry."""
    texts, accounts = work.context.world.replies, work.context.world.federation.accounts
    offered = (*(Option(name, name) for name in accounts), Option(UNLISTED, texts.other))
    kinds = tuple(Option(kind, label) for kind, label in texts.kinds.items())
    link = Field("link", texts.fields["link"], "link", required=False, hint=texts.hints.link)
    return (
        Field("account", texts.fields["account"], "choice", options=offered),
        Field("kind", texts.fields["kind"], "choice", options=kinds),
        Field("received", texts.fields["received"], "datetime"),
        replace(link, max_length=_LONGEST_LINK),
    )


def _form(
    work: Work,
    name: ReplyForm,
    value: str,
    asked: tuple[tuple[Field, ...], str],
    above: tuple[Block, ...],
    values: Values | None,
    errors: Values | None,
) -> Message:
    typed, wrong = values or {}, errors or {}
    fields, submit = asked
    shown = tuple(
        replace(
            item, value=(typed[item.name],) if typed.get(item.name) else (), error=wrong.get(item.name, "")
        )
        for item in fields
    )
    title, action = work.context.world.replies.titles[name], f"{PREFIX}{name}"
    form = Form(action, value, shown, submit, title)
    return Message((Heading(title), *above, form), summary=title, replaces=action, ephemeral=True)


def account_name(work: Work, reply: Reply) -> str:
    """What its account is called."""
    return reply.account or work.context.world.replies.unlisted


def typed_in(names: tuple[str, ...], sent: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """What was sent in these fields, trimmed."""
    return {name: clean_text("".join(sent.get(name, ())[:1])) for name in names}


def read_log(work: Work, values: Values) -> tuple[Logged | None, dict[str, str]]:
    """What the form says, or what is wrong with each field."""
    accounts = (*work.context.world.federation.accounts, UNLISTED)
    kind = next((one for one in work.context.world.replies.kinds if one == values["kind"]), None)
    account = "" if values["account"] == UNLISTED else values["account"]
    received, link = _moment(work, values["received"]), _link(work, values["link"])
    errors = {
        "account": _choice_error(work, values["account"] in accounts),
        "kind": _choice_error(work, kind is not None),
        "received": received if isinstance(received, str) else _receipt_error(work, account, received),
        "link": _link_error(work, values, link),
    }
    found = {name: error for name, error in errors.items() if error}
    if found or kind is None or isinstance(received, str):
        return None, found
    return Logged(account, kind, received, link or ""), {}


def read_when(work: Work, reply: Reply, value: str) -> tuple[datetime, str]:
    """When it was acknowledged or answered, and what is wrong with that; left empty, it is now."""
    errors = work.context.world.replies.errors
    if not value:
        return work.now, ""
    moment = _moment(work, value)
    if isinstance(moment, str):
        return work.now, moment
    return moment, errors.before_receipt if moment < reply.received_at else ""


def _choice_error(work: Work, known: bool) -> str:
    errors = work.context.world.replies.errors
    return "" if known else errors.choice


def _moment(work: Work, value: str) -> datetime | str:
    """The moment in UTC, never in the future, or what is wrong with it.

    Where the clock change repeats the hour it is the first of the two, so that nothing is due later.
    """
    errors = work.context.world.replies.errors
    if not value:
        return errors.required
    moment = read_moment(value, work.context.world.federation.timezone)
    if moment is None:
        return errors.date
    # A clock that is a few minutes ahead is no slip of the pen; nothing is received later than it is logged.
    return errors.future if is_ahead(moment, work.now) else min(moment.astimezone(UTC), work.now)


def _receipt_error(work: Work, account: str, received: datetime) -> str:
    errors, federation = work.context.world.replies.errors, work.context.world.federation
    days = work.context.retention.registers["replies"].days
    if received < work.now - timedelta(days=days):
        return errors.too_old.fill(days=days)
    since = federation.account(account).since
    if since is not None and federation.working_time.day_of(received) < since:
        return errors.before_account.fill(day=f"{since.day} {since:%b %Y}")
    return ""


def _link(work: Work, value: str) -> str | None:
    """The link without what only tracks its reader; None where it is no https link."""
    playbook = work.context.world.playbook
    return clean_link(value, playbook.tracking, playbook.platforms) if value else ""


def _link_error(work: Work, values: Values, link: str | None) -> str:
    errors, page = work.context.world.replies.errors, ""
    if values["account"] != UNLISTED:
        page = work.context.world.federation.account(values["account"]).page
    elif link == "":
        return errors.unlisted
    if link is None or len(link) > _LONGEST_LINK:
        return errors.link
    # Below the page, not beside it: x.com/Northgate is the beginning of x.com/NorthgateParents, too.
    below = re.compile(rf"{re.escape(page.rstrip('/'))}([/?#]|$)", re.IGNORECASE)
    return errors.page.fill(page=page) if link and page and not below.match(link) else ""
