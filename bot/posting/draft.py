"""The check of a draft: a form, and the same form again with what was found. Nothing of it is kept.

No message holds a word of a draft but the form itself, which every door shows to one person alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import get_args

from bot.content.posting import Account, DraftCheck
from bot.content.world import World
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Field,
    Form,
    Message,
    Option,
    Paragraph,
)
from bot.posting.finding import DraftReader, Found, plain
from bot.posting.shown import ASK_LEADER, CLOSE, DRAFT, line, private, quotes

#: How many characters of a draft are read.
LONGEST = 20_000
# More bytes than this do not come back with the form: on a card of Teams they would push out what was found.
_SHOWN = 8_000
_PLACES = 5
# What the longest place is cut to.
_PLACE = 80
Fields = Mapping[str, tuple[str, ...]]


def opener(world: World, turned_away: bool = False) -> Message:
    """What the check is, and the button that opens its form: fit for any chat."""
    texts = world.posting.texts
    says = texts.draft.turned_away if turned_away else texts.draft.opener
    return line(says, world, Button(texts.open, DRAFT, "", "primary"))


def pressed(value: str, world: World) -> Message:
    """The empty form; or that it is closed."""
    texts = world.posting.texts.draft
    if value == CLOSE:
        return line(texts.closed, world)
    return _shown((), {}, {}, world)


def checked(fields: Fields, world: World, *, english: bool = True) -> Message:
    """The form as it was filled in, below what was found in it, or with what is missing from it."""
    wrong = _faults(fields, world.posting.texts.draft)
    if wrong:
        return _shown((), fields, wrong, world)
    account: Account = "own" if fields["account"] == ("own",) else "federation"
    reader = DraftReader(world.posting, world.federation, world.playbook.not_names)
    found = reader.read(_draft(fields), account)
    return _shown(tuple(_result(found, world, english)), fields, {}, world)


def _draft(fields: Fields) -> str:
    return "\n".join(fields.get("text", ()))


def _faults(fields: Fields, texts: DraftCheck) -> dict[str, str]:
    """What keeps the draft from being read, by field."""
    wrong, draft = dict[str, str](), _draft(fields)
    if not plain(draft[: LONGEST + 1]):
        wrong["text"] = texts.empty
    elif len(draft) > LONGEST:
        wrong["text"] = texts.too_long.fill(most=LONGEST, count=len(draft))
    if fields.get("account", ()) not in {(account,) for account in get_args(Account)}:
        wrong["account"] = texts.account_missing
    return wrong


def _shown(above: tuple[Block, ...], fields: Fields, wrong: Mapping[str, str], world: World) -> Message:
    texts = world.posting.texts.draft
    options = tuple(Option(account, label) for account, label in texts.accounts.items())
    empty = (
        Field("account", texts.account, "choice", options=options),
        Field("text", texts.text, "long_text", hint=texts.text_hint, max_length=LONGEST),
    )
    fits = len(_draft(fields).encode(errors="replace")) <= _SHOWN
    kept = fields if fits else {**fields, "text": ()}
    filled = tuple(replace(one, value=kept.get(one.name, ()), error=wrong.get(one.name, "")) for one in empty)
    said = Paragraph(texts.says, muted=True) if fits else Callout("info", texts.not_shown)
    form = Form(DRAFT, "", filled, texts.again if above else texts.submit, texts.title)
    close = Buttons((Button(texts.close, DRAFT, CLOSE),))
    return private((*above, said, form, close), world)


def _result(found: tuple[Found, ...], world: World, english: bool) -> Iterator[Block]:
    texts = world.posting.texts.draft
    if not english:
        yield Callout("warning", texts.not_english)
    title = texts.found.fill(count=len(found)) if found else texts.nothing
    yield Callout("warning" if found else "info", title, texts.not_approved)
    for one in found:
        said = texts.findings[one.kind]
        # The draft's own words stand in a list: as plain text, never as a link or a mark.
        yield Bullets(_places(one, texts) or (said.advice,), said.title)
        if one.places:
            yield Paragraph(said.advice)
        yield from quotes(said.clauses, world)
        if one.kind == "controversial":
            yield Buttons((Button(world.posting.texts.asking.leader_button, ASK_LEADER),))
    yield Bullets(texts.blind, texts.blind_title)


def _places(found: Found, texts: DraftCheck) -> tuple[str, ...]:
    shown = tuple(f"“{_cut(place)}”" for place in found.places[:_PLACES])
    more = len(found.places) - _PLACES
    return (*shown, texts.more.fill(count=more)) if more > 0 else shown


def _cut(place: str) -> str:
    text = re.sub(r"\s+", " ", place)
    return text if len(text) <= _PLACE else f"{text[:_PLACE]}…"
