"""What was typed into a form or known by the door, checked field by field; a link is never opened."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from bot.content.journeys import FieldRecord, PlatformRecord
from bot.content.world import World
from bot.domain.references import receipt_code
from bot.domain.routing import Slots
from bot.domain.turns import Tokens
from bot.reporting.journeys import options_of
from bot.reporting.steps import EARLIER, local_day

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_HTTPS_PORT = 443
# What stands in a query as it is; anything else is written as the platform's own pages write it.
_SAFE = "%!$&*+,;=:@/?~"


def clean_link(text: str, tracking: Iterable[str], platforms: Iterable[PlatformRecord] = ()) -> str | None:
    """The link without what only tracks its reader; None where it is not an https link.

    `tracking` is cut on every host, a platform's own on its hosts alone: elsewhere it may find the post.
    """
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        return None
    if parts.scheme.lower() != "https" or not _HOST.fullmatch(host) or re.search(r"[\s\\]", text):
        return None
    if parts.username is not None or parts.password is not None:
        return None
    own = (pattern for platform in platforms if _is_at(host, platform) for pattern in platform.tracking)
    cut = (*tracking, *own)
    place = host if port in (None, _HTTPS_PORT) else f"{host}:{port}"
    return urlunsplit(("https", place, parts.path, _kept(parts.query, cut), _kept(parts.fragment, cut)))


def _kept(query: str, tracking: tuple[str, ...]) -> str:
    """What finds the post, as it was written, in a query or a fragment."""
    parts = [part for part in query.split("&") if not _tracks(part.partition("=")[0], tracking)]
    return quote("&".join(parts), safe=_SAFE)


def _tracks(key: str, tracking: Iterable[str]) -> bool:
    # fnmatch reads [ and ] as a set of characters: __cft__[0] is a plain name here.
    plain = unquote_plus(key).replace("[", "").replace("]", "")
    return any(fnmatchcase(plain.lower(), pattern.lower()) for pattern in tracking)


def leads_to(link: str, platform: PlatformRecord) -> bool:
    """Whether the link's host is one of the platform's, or below one; any host where it lists none."""
    return not platform.hosts or _is_at(urlsplit(link).hostname or "", platform)


def _is_at(host: str, platform: PlatformRecord) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in platform.hosts)


# Clocks differ: a time that is a few minutes ahead is not a slip of the pen.
_CLOCK_SKEW = timedelta(minutes=5)
_HIDDEN_MARKS = frozenset("\u200b\u200e\u200f\u061c\ufeff\u2028\u2029") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


@dataclass(frozen=True)
class FormReading:
    """`values` to keep where `errors` is empty; `typed` is what to show again in the form otherwise."""

    values: Mapping[str, tuple[str, ...]]
    errors: Mapping[str, str]
    typed: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class FieldContext:
    """What a field is checked against: the world, the answers so far, the draft's tokens and the time."""

    world: World
    slots: Slots
    tokens: Tokens
    now: datetime


def clean_text(text: str) -> str:
    """Typed text without control characters or marks that turn its direction; line breaks are kept."""
    unified = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(char for char in unified if char == "\n" or _is_visible(char)).strip()


def _is_visible(char: str) -> bool:
    return char not in _HIDDEN_MARKS and unicodedata.category(char) not in ("Cc", "Cs")


def read_fields(
    records: Iterable[FieldRecord], submitted: Mapping[str, tuple[str, ...]], desk: FieldContext
) -> FormReading:
    """Check a submitted form. A field that the form does not have is ignored."""
    values, errors, typed = dict[str, tuple[str, ...]](), dict[str, str](), dict[str, tuple[str, ...]]()
    for record in records:
        given = tuple(text for value in submitted.get(record.name, ()) if (text := clean_text(value)))
        typed[record.name] = given
        try:
            values[record.name] = _checked(record, given, {**values}, desk)
        except _Wrong as wrong:
            errors[record.name] = wrong.message
    kept = {
        record.name: values[record.name]
        for record in records
        if values.get(record.name) and record.check != "receipt_code"
    }
    return FormReading(kept, errors, typed)


class _Wrong(Exception):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def _checked(
    record: FieldRecord, given: tuple[str, ...], so_far: Slots, desk: FieldContext
) -> tuple[str, ...]:
    errors = desk.world.playbook.texts.errors
    if not given and record.required:
        raise _Wrong(_missing(record, desk))
    if not given:
        return ()
    if record.kind in ("choice", "choices"):
        return _chosen(record, given, desk)
    if record.kind == "day":
        return (_day(given[0], desk),)
    if len(given[0]) > record.max_length:
        length, most = f"{len(given[0]):,}", f"{record.max_length:,}"
        raise _Wrong(errors.too_long.fill(length=length, most=most))
    return (_one(record, given[0], {**desk.slots, **so_far}, desk),)


def _missing(record: FieldRecord, desk: FieldContext) -> str:
    """What stands beside a field that was left empty: where nothing is typed, nothing is to be filled in."""
    errors = desk.world.playbook.texts.errors
    return {"choice": errors.unpicked, "choices": errors.unticked}.get(record.kind, errors.required)


def _one(record: FieldRecord, text: str, slots: Slots, desk: FieldContext) -> str:
    match record.kind:
        case "datetime":
            return _moment(record, text, desk)
        case "number":
            return _number(text, desk)
        case "link":
            return _link(text, slots, desk)
    if record.check == "receipt_code" and receipt_code(text) != receipt_code(desk.tokens.code):
        raise _Wrong(desk.world.playbook.texts.errors.code)
    return text


def _chosen(record: FieldRecord, given: tuple[str, ...], desk: FieldContext) -> tuple[str, ...]:
    offered = {option.value for option in options_of(record, desk.slots, desk.world)}
    wanted = given if record.kind == "choices" else given[:1]
    if not offered.issuperset(wanted):
        raise _Wrong(desk.world.playbook.texts.errors.option)
    return tuple(dict.fromkeys(wanted))


def _day(text: str, desk: FieldContext) -> str:
    """ "earlier", or a date that has come: that of the form, which may have been drawn yesterday."""
    errors = desk.world.playbook.texts.errors
    if text == EARLIER:
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _Wrong(errors.option) from None
    if day > local_day(desk.now, desk.world):
        raise _Wrong(errors.future)
    return day.isoformat()


def _moment(record: FieldRecord, text: str, desk: FieldContext) -> str:
    errors = desk.world.playbook.texts.errors
    local = read_moment(text, desk.world.federation.timezone)
    if local is None:
        raise _Wrong(errors.date)
    if record.check == "past" and is_ahead(local, desk.now):
        raise _Wrong(errors.future)
    return local.isoformat(timespec="minutes")


def read_moment(text: str, timezone: str) -> datetime | None:
    """An ISO date and time, in the Federation's time where it names no other; None where it is not one."""
    zone = ZoneInfo(timezone)
    try:
        moment = datetime.fromisoformat(text)
        local = moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
        # At the very ends of the calendar there is no moment to compare with.
        local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return local


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Whether it lies in the future, by more than clocks differ."""
    return moment > now + _CLOCK_SKEW


def _number(text: str, desk: FieldContext) -> str:
    if not re.fullmatch(r"[0-9]{1,9}", text.replace(",", "")):
        raise _Wrong(desk.world.playbook.texts.errors.number)
    return str(int(text.replace(",", "")))


def _link(text: str, slots: Slots, desk: FieldContext) -> str:
    playbook = desk.world.playbook
    link = clean_link(text, playbook.tracking, playbook.platforms)
    if link is None:
        raise _Wrong(playbook.texts.errors.link)
    for platform in playbook.platforms:
        if (platform.value,) == slots.get("platform") and not leads_to(link, platform):
            raise _Wrong(playbook.texts.errors.link_platform.fill(platform=platform.label))
    return link


# Never a text, a name or a choice that a report is routed by: these say where the post is, and no more.
# The platform stands first, since a link is checked against it.
FILLABLE = ("platform", "link", "posted_at")


def filled_in(given: Mapping[str, tuple[str, ...]], tokens: Tokens, world: World, now: datetime) -> Slots:
    """The values of `given` that may stand in a new report, by slot, checked as if they had been typed.

    Whatever is not fillable or not right is left out: the question is then asked with an empty field.
    """
    records = [record for name in FILLABLE if (record := world.playbook.field(name)) and given.get(name)]
    return read_fields(records, given, FieldContext(world, {}, tokens, now)).values
