"""The pages of an application, and the forms of acts: drawn, and read field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.accounts.people import picked, staff_of
from bot.casework.context import Work
from bot.content.account_texts import AccountAct, AccountErrors, AccountField, Gate, PageNumber
from bot.domain.accounts import (
    ENDED,
    EVERY_SCHOOL,
    GUEST,
    LEAST_STAFF,
    AccountStage,
    Runner,
    is_one_person,
    staff_among,
)
from bot.domain.messages import (
    Block,
    Button,
    Buttons,
    Callout,
    Field,
    FieldKind,
    Form,
    Heading,
    Message,
    Option,
    Paragraph,
    Quote,
)
from bot.domain.names import name_words
from bot.domain.staff import EMAIL, as_address
from bot.reporting.inputs import clean_link, clean_text
from bot.reporting.privacy import findings
from bot.reporting.steps import quotes
from bot.storage.accounts import AccountEntry, all_accounts

PREFIX = "account."
# Where each screen takes the place of the one before.
SLOT = "account"
PAGES: tuple[PageNumber, ...] = ("1", "2", "3", "4")
PAGE_FIELDS: Mapping[PageNumber, tuple[AccountField, ...]] = {
    "1": ("school", "platform", "name"),
    "2": ("aim", "audience", "promotion"),
    "3": ("lead", "others", "outside"),
    "4": ("open", "email"),
}
ACT_FIELDS: Mapping[AccountAct, tuple[AccountField, ...]] = {
    "attest": ("ticks", "trained"),
    "paper": ("runner", "ticks"),
    "complete": ("ticks",),
    "return": ("why",),
    "ask": ("why",),
    "tick": ("satisfied",),
    "approve": ("ticks",),
    "reject": ("why",),
    "withdraw": ("ticks",),
    "create": ("ticks", "kept_in", "page"),
    "review": ("ticks",),
    "close": ("why",),
    "transfer": ("lead", "others", "outside"),
    "hand_over": ("ticks", "kept_in"),
    "end": ("ticks",),
}
_OPTIONAL = ("outside", "page")
_CHOICE = ("school", "platform", "lead", "open", "runner")
_CHOICES = ("audience", "others", "satisfied", "ticks")
_LONG = ("aim", "promotion", "why")
# In which somebody may write of a student.
FREE_TEXT = ("name", "trained", "kept_in", *_LONG)
_SHORT, _TEXT, _LONGEST_LINK = 120, 1500, 2000
_FEWEST_WORDS, _FEWEST_SIGNS = 3, 12
# One word of letters and digits together is no name of a place.
_SECRET = re.compile(r"(?=\S*\d)(?=\S*[^\W\d])\S{6,}|\S*[!$%^*?=£#~|<>]\S*")

Sent = Mapping[str, tuple[str, ...]]
Errors = Mapping[str, str]


@dataclass(frozen=True)
class FilledForm:
    """What a form says: each field's values, trimmed, what is wrong with each, and whom it names."""

    values: Mapping[str, tuple[str, ...]]
    errors: Mapping[str, str]
    runners: tuple[Runner, ...] = ()


def page_form(
    work: Work,
    place: tuple[str, PageNumber],
    values: Sent,
    errors: Errors | None = None,
    above: Iterable[Block] = (),
) -> Message:
    """A page of the application: `place` is the entry's id, or its token, and the page."""
    (entry_id, number), texts = place, work.context.world.accounts
    page = texts.pages[number]
    above = tuple(above)
    # A clause that stopped it stands there already.
    quoted = {block.clause for block in above if isinstance(block, Quote)}
    clauses = tuple(clause for clause in page.clauses if clause not in quoted)
    fields = _shown(work, PAGE_FIELDS[number], values, errors or {})
    form = Form(f"{PREFIX}page", f"{entry_id}|{number}", fields, texts.buttons.next, page.title)
    back = Button(texts.buttons.back, f"{PREFIX}back", f"{entry_id}|{number}")
    after = () if number == PAGES[0] else (Buttons((back,)),)
    # The questions first: the policy's words stand below them.
    said = Paragraph(texts.no_password, muted=True)
    shown = (Heading(page.title), *above, said, form, *after, *quotes(clauses, work.context.world))
    return Message(shown, summary=page.title, replaces=SLOT, ephemeral=True)


def act_form(
    work: Work,
    act: AccountAct,
    entry: AccountEntry,
    values: Sent | None = None,
    errors: Errors | None = None,
) -> Message:
    """The form of an act."""
    record = work.context.world.accounts.acts[act]
    fields = _shown(work, ACT_FIELDS.get(act, ()), values or _known(act, entry), errors or {}, act, entry)
    above = (Paragraph(f"{entry.name} · {record.intro}"), *quotes(record.clauses, work.context.world))
    form = Form(f"{PREFIX}{act}", entry.id, fields, record.button, record.title)
    return Message(
        (Heading(record.title), *above, form),
        summary=record.title,
        replaces=SLOT,
        ephemeral=True,
    )


def _known(act: AccountAct, entry: AccountEntry) -> Sent:
    if act != "transfer":
        return {"satisfied": tuple(one.who for one in entry.asked if one.satisfied)}
    here = entry.details.runners
    outside = ", ".join(one.name for one in here if not one.is_staff)
    staff = staff_among(here)
    return {"others": tuple(one.who for one in staff), "outside": (outside,) if outside else ()}


def _shown(
    work: Work,
    names: Iterable[AccountField],
    values: Sent,
    errors: Errors,
    act: AccountAct | None = None,
    entry: AccountEntry | None = None,
) -> tuple[Field, ...]:
    school = next(iter(values.get("school", ())), entry.school if entry else "")
    drawn = (_field(work, name, act, entry, school) for name in names)
    return tuple(
        replace(item, value=values.get(item.name, ()), error=errors.get(item.name, "")) for item in drawn
    )


def _field(
    work: Work, name: AccountField, act: AccountAct | None, entry: AccountEntry | None, school: str = ""
) -> Field:
    texts = work.context.world.accounts
    label, hint = texts.fields[name], dict(texts.hints).get(name, "")
    required = name not in _OPTIONAL
    if name in (*_CHOICE, *_CHOICES):
        kind: FieldKind = "choices" if name in _CHOICES else "choice"
        found = Field(name, label, kind, hint=hint)
        if name in ("lead", "others"):
            people = tuple(Option(one.who, one.name) for one in staff_of(work, school))
            return replace(found, options=people, picks=True)
        return replace(found, options=_options(work, name, act, entry))
    if name == "page":
        return Field(name, label, "link", required=False, hint=hint, max_length=_LONGEST_LINK)
    longest = _TEXT if name in _LONG else _SHORT
    return Field(name, label, "long_text" if name in _LONG else "text", required, hint, max_length=longest)


def _options(
    work: Work, name: AccountField, act: AccountAct | None, entry: AccountEntry | None
) -> tuple[Option, ...]:
    asked = entry.asked if entry else ()
    match name:
        case "runner":
            return tuple(Option(one.who, one.name) for one in asked if one.on_paper and not one.attested)
        case "satisfied":
            return tuple(Option(one.who, one.name) for one in asked if one.attested)
        case "ticks" if act:
            ticks = work.context.world.accounts.acts[act].ticks
            return tuple(Option(str(number), text) for number, text in enumerate(ticks))
    return tuple(Option(value, label) for value, label in _listed(work, name))


def _listed(work: Work, name: AccountField) -> Iterable[tuple[str, str]]:
    world, texts = work.context.world, work.context.world.accounts
    match name:
        case "school":
            schools = [(one.id, one.name) for one in world.federation.schools]
            return [*schools, (EVERY_SCHOOL, texts.every_school)]
        case "platform":
            return [(one.value, one.label) for one in world.playbook.platforms]
        case "audience":
            return texts.audiences.items()
    return texts.open_options.items()


def trimmed(names: Iterable[str], sent: Sent) -> dict[str, tuple[str, ...]]:
    """What was sent in these fields, each value trimmed; empty ones are left out."""
    found = {name: tuple(map(clean_text, sent.get(name, ()))) for name in names}
    return {name: tuple(filter(None, values)) for name, values in found.items()}


def read_page(work: Work, number: PageNumber, sent: Sent, platform: str, entry_id: str) -> FilledForm:
    """What a page says, checked. `entry_id` is the application's own, whose name is not taken by itself."""
    return _read(work, PAGE_FIELDS[number], sent, platform, entry_id, None, None)


def read_act(work: Work, act: AccountAct, entry: AccountEntry, sent: Sent, platform: str) -> FilledForm:
    """What the form of an act says, checked."""
    return _read(work, ACT_FIELDS.get(act, ()), sent, platform, entry.id, act, entry)


def _read(
    work: Work,
    names: tuple[AccountField, ...],
    sent: Sent,
    platform: str,
    entry_id: str,
    act: AccountAct | None,
    entry: AccountEntry | None,
) -> FilledForm:
    values = trimmed(names, sent)
    fields = {name: _field(work, name, act, entry) for name in names}
    errors: dict[str, str] = {
        name: _error(work, field, values[name], entry_id) for name, field in fields.items()
    }
    if "lead" not in names:
        return FilledForm(values, {name: error for name, error in errors.items() if error})
    runners, people_errors = _runners(work, values, platform)
    errors |= people_errors
    return FilledForm(values, {name: error for name, error in errors.items() if error}, runners)


def _error(work: Work, field: Field, values: tuple[str, ...], entry_id: str) -> str:
    texts, value = work.context.world.accounts, next(iter(values), "")
    if field.name in ("lead", "others"):
        return "" if values else _missing(texts.errors, field)
    if not value:
        return _missing(texts.errors, field) if field.required else ""
    if field.kind in ("choice", "choices"):
        offered = {option.value for option in field.options}
        if not offered.issuperset(values):
            return texts.errors.choice
        return texts.errors.all_ticks if field.name == "ticks" and set(values) != offered else ""
    if len(value) > field.max_length:
        return texts.errors.too_long.fill(limit=field.max_length)
    return _text_error(work, field.name, value, entry_id)


def _missing(errors: AccountErrors, field: Field) -> str:
    if field.name == "ticks":
        return errors.all_ticks
    return errors.choice if field.kind in ("choice", "choices") else errors.required


def _text_error(work: Work, name: str, value: str, entry_id: str) -> str:
    errors, world = work.context.world.accounts.errors, work.context.world
    if name == "page":
        return "" if clean_link(value, world.playbook.tracking, world.playbook.platforms) else errors.link
    if name == "email":
        return _email_error(work, value)
    if holds_secret(value, strict=name == "kept_in"):
        return errors.password
    if name in FREE_TEXT and (found := student_in(work, value)):
        return errors.student.fill(found=found)
    if name in ("aim", "promotion") and says_nothing(value, world.accounts.placeholders):
        return errors.too_short
    return errors.taken if name == "name" and is_taken(work, value, entry_id) else ""


def holds_secret(text: str, *, strict: bool = False) -> bool:
    """Whether it looks as if a password or login stood in it; `strict`: rather once too often."""
    found = any(one.kind == "password" for one in findings(text, frozenset()))
    return found or (strict and any(_SECRET.fullmatch(word) for word in text.split()))


def student_in(work: Work, text: str) -> str:
    """What looks like a student's full name in it (49); "" for nothing. A member of staff is none."""
    world = work.context.world
    schools = (world.federation.name, *(one.name for one in world.federation.schools))
    never = world.playbook.not_names.union(*map(name_words, schools))
    found = [one.found for one in findings(text, never) if one.kind == "student_name"]
    staff = {name_words(one.name) for one in staff_of(work)} if found else set()
    return next((name for name in found if name_words(name) not in staff), "")


def says_nothing(text: str, placeholders: frozenset[str]) -> bool:
    """Whether it is no sentence, or only holds the place of one."""
    plain = " ".join(text.casefold().strip(" .!-").split())
    return plain in placeholders or len(plain) < _FEWEST_SIGNS or len(plain.split()) < _FEWEST_WORDS


def is_taken(work: Work, name: str, entry_id: str) -> bool:
    """Whether another account, or an application under way, has this name."""
    going = [stage for stage in AccountStage if stage not in (*ENDED, AccountStage.DRAFT)]
    found = all_accounts(work.tx, work.context.vault, going)
    known = {_plain(one.name) for one in found if one.id != entry_id}
    return _plain(name) in known | {_plain(one) for one in work.context.world.federation.accounts}


def _plain(name: str) -> str:
    return " ".join(name_words(name.replace("@", "")))


def _email_error(work: Work, value: str) -> str:
    errors, domains = work.context.world.accounts.errors, work.context.world.federation.email_domains
    if not re.fullmatch(EMAIL, value):
        return errors.address
    at = as_address(value).rpartition("@")[2]
    fits = any(at == domain or at.endswith(f".{domain}") for domain in domains)
    return "" if fits or not domains else errors.email.fill(domains=", ".join(domains))


def _runners(
    work: Work, values: Mapping[str, tuple[str, ...]], platform: str
) -> tuple[tuple[Runner, ...], dict[str, str]]:
    """Whom the form names, the lead first, and what is wrong with it."""
    texts, roster = work.context.world.accounts.errors, work.context.world.federation.roster
    errors, staff = dict[str, str](), list[Runner]()
    for name in ("lead", "others"):
        for value in values[name][: 1 if name == "lead" else None]:
            runner = picked(work, value, platform)
            if runner is None:
                errors[name] = texts.unlisted
            elif name == "others" and staff[:1] and runner.who == staff[0].who:
                # The lead is one of the runners, and may be ticked there too.
                continue
            elif any(is_one_person(roster, runner, one) for one in staff):
                errors[name] = texts.same.fill(name=runner.name)
            else:
                staff.append(runner)
    named = (clean_text(one) for one in "".join(values["outside"]).replace("\n", ",").split(","))
    guests = [Runner(f"{GUEST}{' '.join(name_words(one))}", one) for one in named if one]
    return (*staff, *guests), errors


def gate_of(work: Work, answers: Sent, runners: tuple[Runner, ...] | None) -> Gate | None:
    """What stops the application as it stands so far; `runners` None where nobody was asked yet."""
    rules, platform = work.context.world.accounts, next(iter(answers.get("platform", ())), "")
    if platform in rules.closed_platforms or answers.get("open") == ("no",):
        return "closed"
    if platform == "facebook" and "students" in answers.get("audience", ()):
        return "facebook"
    too_few = runners is not None and len(staff_among(runners)) < LEAST_STAFF
    return "runners" if too_few else None


def gate_blocks(work: Work, gate: Gate) -> tuple[Block, ...]:
    """That it stops here, and by which clauses."""
    record = work.context.world.accounts.gates[gate]
    return (Callout("warning", record.text), *quotes(record.clauses, work.context.world))
