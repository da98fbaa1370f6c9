"""Which terms are over, so that there can be a report of them; and why there is none of another one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.content.world import World
from bot.domain.times import Term


def last_whole_term(world: World, now: datetime) -> Term | str:
    """The last term that is over, or in words why there is none."""
    today = world.federation.working_time.day_of(now)
    over = [term for term in world.federation.terms if term.last < today]
    if over:
        return over[-1]
    texts = world.governors.refusals
    first = next(iter(world.federation.terms), None)
    return texts.no_terms if first is None else texts.none_over.fill(day=_from(first))


def whole_term(world: World, name: str, now: datetime) -> Term | str:
    """The term of this name, or in words why there can be no report of it."""
    texts, terms = world.governors.refusals, world.federation.terms
    if not terms:
        return texts.no_terms
    term = next((term for term in terms if term.name == name), None)
    if term is None:
        known = ", ".join(f"{term.name} ({in_words(term.first)} to {in_words(term.last)})" for term in terms)
        return texts.unknown.fill(term=name, terms=known)
    if term.last < world.federation.working_time.day_of(now):
        return term
    return texts.running.fill(term=name, last=in_words(term.last), day=_from(term))


def term_of(world: World, now: datetime) -> Term | None:
    """The term of this moment, where it has dates."""
    today = world.federation.working_time.day_of(now)
    return next((term for term in world.federation.terms if term.first <= today <= term.last), None)


def in_words(day: date) -> str:
    """A day, such as "3 Jan 2027"."""
    return f"{day.day} {day:%b %Y}"


def _from(term: Term) -> str:
    return in_words(term.last + timedelta(days=1))
