"""The phone sheet: whom to phone, and what to do, when Signpost is down. For paper, so it needs no chat."""

from __future__ import annotations

from datetime import date, timedelta

from bot.content.door_texts import ContactGroup, SheetTexts
from bot.content.world import World
from bot.domain.messages import Block, Bullets, Callout, Facts, Heading, Outside, Paragraph, Quote
from bot.domain.roster import ROLE_NAMES, Contact, Federation

# A number that nobody has phoned for so long is marked.
STALE_AFTER = timedelta(days=365)


def phone_sheet(world: World, today: date) -> tuple[Block, ...]:
    """The sheet, its title first: numbers with when they were checked, and the rule about pictures."""
    texts = world.paper.sheet
    return (
        Heading(texts.title.fill(federation=world.federation.name)),
        Callout("danger", texts.danger_title, texts.danger),
        *(block for group in texts.groups for block in _group(world, group, today)),
        Paragraph(texts.numbers_source, muted=True),
        *_pictures(world, texts),
        Heading(texts.down_title),
        Bullets(texts.down),
        Paragraph(texts.lead, muted=True),
    )


def _group(world: World, group: ContactGroup, today: date) -> tuple[Block, ...]:
    lines = tuple(_line(world, key, today) for key in group.contacts)
    return (Heading(group.title), Facts(lines))


def _line(world: World, key: str, today: date) -> tuple[str, str]:
    """The number, and whose it is with its hours and when it was last checked."""
    texts, contact = world.paper.sheet, world.federation.contacts.get(key)
    if contact is None:
        name = ROLE_NAMES.get(key, key.replace("_", " "))
        return texts.missing, texts.missing_text.fill(name=name)
    whose = ": ".join(part for part in (contact.label, _holders(world.federation, key)) if part)
    when = [part for part in (contact.hours, _checked(texts, contact, today)) if part]
    return contact.phone.replace(", ", ",\n"), "\n".join((whose, " · ".join(when)))


def _holders(federation: Federation, role: str) -> str:
    """Who holds the role, with the school where schools have holders of their own."""
    schools = federation.roster.roles.get(role, {})
    of = {
        person: [name for name, held in schools.items() if person in held]
        for ids in schools.values()
        for person in ids
    }
    return ", ".join(_holder(federation, person, names) for person, names in of.items())


def _holder(federation: Federation, person: str, schools: list[str]) -> str:
    name, everywhere = federation.person_name(person), {"", *(school.id for school in federation.schools)}
    if "" in schools or set(schools) >= everywhere - {""}:
        return name
    return f"{name} ({', '.join(federation.school_name(school) for school in schools)})"


def _checked(texts: SheetTexts, contact: Contact, today: date) -> str:
    if contact.checked is None:
        return texts.never_checked
    shown = f"{contact.checked.day} {contact.checked:%b %Y}"
    stale = today - contact.checked > STALE_AFTER
    return (texts.stale if stale else texts.checked).fill(date=shown)


def _pictures(world: World, texts: SheetTexts) -> tuple[Block, ...]:
    notes = [world.policy.outside[name] for name in texts.pictures_outside]
    clauses = [world.policy.clauses[name] for name in texts.pictures_clauses]
    return (
        Heading(texts.pictures_title),
        *(Outside(note.text, note.source) for note in notes),
        Heading(texts.pictures_clause_title),
        *(Quote(clause.id, clause.section, clause.lines, clause.quote) for clause in clauses),
    )
