"""The application: two or three questions at a time, kept as they are typed, looked at once more, sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.accounts.course import moved, on_with_it, stored, tell_released
from bot.accounts.forms import (
    FREE_TEXT,
    PAGE_FIELDS,
    PAGES,
    PREFIX,
    SLOT,
    gate_blocks,
    gate_of,
    holds_secret,
    page_form,
    read_page,
    student_in,
    trimmed,
)
from bot.accounts.people import AccountActor, actor_of, has_applied, is_here, is_hidden, is_one_of, may, note
from bot.accounts.shown import facts_of, said, whole
from bot.casework.context import Work
from bot.content.account_texts import PageNumber
from bot.domain.accounts import AccountEvent, AccountStage, Details, carried_over
from bot.domain.messages import Block, Button, Buttons, Callout, Facts, Heading, Message, Paragraph
from bot.domain.turns import Incoming, Pressed, Submitted, Typed
from bot.storage.accounts import AccountEntry, add_account, all_accounts, find_account

_PLACE = re.compile(r"([0-9a-f]{32})\|([1-4])")
_OWN_ID = 32
_S = AccountStage


def begin(work: Work, actor: AccountActor) -> Message:
    """The first page; or the application that they have begun, where they left it."""
    if not may(work.context, actor, "apply_account", _new(work, actor, "")):
        return _refused(work, "not_permitted")
    drafts = all_accounts(work.tx, work.context.vault, (_S.DRAFT,))
    for entry in drafts:
        if has_applied(work.context, actor, entry) and not _was_sent(entry):
            resumed = Callout("info", work.context.world.accounts.resumed)
            return _page(work, entry, _first_open(work, entry) or PAGES[-1], (resumed,))
    return page_form(work, (work.context.vault.new_id(), "1"), {})


def _was_sent(entry: AccountEntry) -> bool:
    return bool(entry.details.why) or any(one.attested for one in entry.details.runners)


def _new(work: Work, actor: AccountActor, entry_id: str) -> AccountEntry:
    details = Details(applicant=actor.who, applicant_name=actor.name)
    return AccountEntry(entry_id, _S.DRAFT, work.now, details)


def _place(work: Work, actor: AccountActor, value: str) -> tuple[AccountEntry, PageNumber] | Message:
    """The application that a page is of, begun by this very person, and the page."""
    match = _PLACE.fullmatch(value)
    if match is None:
        return begin(work, actor)
    number = next(page for page in PAGES if page == match[2])
    entry = find_account(work.tx, work.context.vault, match[1])
    if entry is not None and is_hidden(work.context, actor, entry):
        # Said of it is what is said of one that was never there; the audit knows.
        note(work, actor, "refused", entry, pressed=f"{PREFIX}page")
        entry = None
    if entry is None:
        # Their own: what somebody else begins under the same token is another one.
        own = work.context.vault.blind("account", actor.who, match[1])[:_OWN_ID]
        entry = find_account(work.tx, work.context.vault, own) or _new(work, actor, own)
    if not has_applied(work.context, actor, entry):
        note(work, actor, "refused", entry, pressed=f"{PREFIX}page")
        return _refused(work, "not_permitted")
    return (entry, number) if entry.stage is _S.DRAFT else _refused(work, entry.stage.value)


def _refused(work: Work, why: str) -> Message:
    return said(work, "warning", work.context.world.accounts.refusals.named(why))


def open_page(work: Work, actor: AccountActor, value: str) -> Message:
    """A page of an application, with what stands in it."""
    found = _place(work, actor, value)
    return found if isinstance(found, Message) else _page(work, *found)


def _page(work: Work, entry: AccountEntry, number: PageNumber, above: tuple[Block, ...] = ()) -> Message:
    why = (Paragraph(entry.details.why),) if entry.details.why else ()
    return page_form(work, (entry.id, number), entry.details.answers, None, (*above, *why))


def take_page(work: Work, actor: AccountActor, content: Submitted, platform: str) -> Message:
    """A page is sent: it is kept as it was typed, and the next one shown, or what is wrong or stops here."""
    found = _place(work, actor, content.value)
    if isinstance(found, Message):
        return found
    entry, number = found
    read = read_page(work, number, content.fields, platform, entry.id)
    shown = {**entry.details.answers, **read.values}
    details = replace(entry.details, answers={**entry.details.answers, **_fit_to_keep(work, read.values)})
    if number == "3" and not read.errors:
        details = replace(details, runners=carried_over(details.runners, read.runners))
    asked = entry.details.runners if entry.details.sent else ()
    before = tuple(one for one in asked if not is_one_of(work.context, actor, (one,)))
    entry = _kept(work, replace(entry, details=details))
    tell_released(work, entry, before, "not_needed")
    if read.errors:
        return page_form(work, (entry.id, number), shown, read.errors)
    runners = entry.details.runners if number >= "3" else None
    # On which platform decides as little as for whom: the second page asks for both.
    gate = gate_of(work, details.answers, runners)
    if gate and (number, gate) != ("1", "facebook"):
        return page_form(work, (entry.id, number), details.answers, None, gate_blocks(work, gate))
    return _page(work, entry, PAGES[PAGES.index(number) + 1]) if number != PAGES[-1] else _ready(work, entry)


def _fit_to_keep(work: Work, values: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The values without those that look as if a password or a student's name stood in them: never stored."""
    return {
        name: given for name, given in values.items() if not any(_unfit(work, name, one) for one in given)
    }


def _unfit(work: Work, name: str, value: str) -> bool:
    return holds_secret(value) or (name in FREE_TEXT and bool(student_in(work, value)))


def _kept(work: Work, entry: AccountEntry) -> AccountEntry:
    entry = replace(entry, since=work.now)
    if add_account(work.tx, work.context.vault, entry):
        return entry
    return stored(work, entry)


def keep(work: Work, incoming: Incoming) -> bool:
    """What stands in a page and is not sent yet is kept. False where it is no page of an application."""
    content = incoming.content
    if not isinstance(content, Typed) or not _PLACE.fullmatch(content.value):
        return False
    _keep_typed(work, actor_of(work, incoming.sender), content.value, content)
    return True


def _keep_typed(
    work: Work, actor: AccountActor, value: str, content: Typed | Pressed
) -> tuple[AccountEntry, PageNumber] | Message:
    found = _place(work, actor, value)
    if isinstance(found, Message):
        return found
    entry, number = found
    sent = content.fields if isinstance(content, Typed) else content.typed
    given = {name: values for name, values in trimmed(PAGE_FIELDS[number], sent).items() if name in sent}
    given = _fit_to_keep(work, given)
    if not given:
        return found
    details = replace(entry.details, answers={**entry.details.answers, **given})
    return _kept(work, replace(entry, details=details)), number


def back(work: Work, actor: AccountActor, content: Pressed | Submitted) -> Message:
    """The page before; what was typed into this one is kept."""
    pressed = (
        content if isinstance(content, Pressed) else Pressed(content.action, content.value, content.fields)
    )
    found = _keep_typed(work, actor, content.value, pressed)
    if isinstance(found, Message):
        return found
    entry, number = found
    return _page(work, entry, PAGES[max(PAGES.index(number) - 1, 0)])


def _first_open(work: Work, entry: AccountEntry) -> PageNumber | None:
    """The first page on which anything is missing or wrong by now."""
    return next((number for number in PAGES if _errors(work, entry, number)), None)


def _errors(work: Work, entry: AccountEntry, number: PageNumber) -> dict[str, str]:
    errors = work.context.world.accounts.errors
    if number != "3":
        return dict(read_page(work, number, entry.details.answers, "", entry.id).errors)
    # Those who were picked are known by now; whether they are here still is not.
    staff = [one for one in entry.details.runners if one.is_staff]
    for name in ("lead", "others"):
        if not entry.details.answers.get(name) or not staff:
            return {name: errors.required}
    return {} if all(is_here(work, one) for one in staff) else {"others": errors.unlisted}


def _ready(work: Work, entry: AccountEntry) -> Message:
    """The application as it will be sent."""
    texts = work.context.world.accounts
    number = _first_open(work, entry)
    if number is not None:
        return page_form(work, (entry.id, number), entry.details.answers, _errors(work, entry, number))
    buttons = (
        Button(texts.buttons.send, f"{PREFIX}send", entry.id, "primary"),
        Button(texts.buttons.change, f"{PREFIX}page", f"{entry.id}|1"),
        Button(texts.acts["withdraw"].button, f"{PREFIX}withdraw", entry.id),
    )
    blocks = (
        Heading(entry.name),
        Callout("info", texts.replies["ready"].fill()),
        Facts(facts_of(work, entry)),
    )
    return Message((*blocks, Buttons(buttons)), summary=entry.name, replaces=SLOT, ephemeral=True)


def send(work: Work, actor: AccountActor, entry_id: str) -> Message:
    """The application is sent: its future runners are asked to attest."""
    entry = find_account(work.tx, work.context.vault, entry_id)
    if entry is None:
        return _refused(work, "unknown")
    if not has_applied(work.context, actor, entry):
        note(work, actor, "refused", entry, pressed=f"{PREFIX}send")
        return _refused(work, "unknown" if is_hidden(work.context, actor, entry) else "not_permitted")
    if entry.stage is not _S.DRAFT:
        return _refused(work, entry.stage.value)
    number = _first_open(work, entry)
    gate = gate_of(work, entry.details.answers, entry.details.runners)
    if number is not None:
        return _ready(work, entry)
    if gate is not None:
        page = {"facebook": "2", "closed": "4", "runners": "3"}[gate]
        where = next(one for one in PAGES if one == page)
        return _page(work, entry, where, gate_blocks(work, gate))
    after = moved(work, entry, AccountEvent.SEND, replace(entry.details, why="", direct=False, sent=True))
    note(work, actor, f"{PREFIX}send", after, name=after.name)
    after = on_with_it(work, after)
    texts = work.context.world.accounts
    phrase = texts.replies["sent" if after.stage is _S.ATTESTING else "sent_on"]
    line = phrase.fill(name=after.name, stage=texts.stages[after.stage])
    return whole(work, actor, after, "success", line)
