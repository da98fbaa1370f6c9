"""Names for what a platform cannot carry whole: a form at one step, and the values of its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256

from bot.domain.messages import Form


def step_of(form: Form) -> str:
    """A name for one form at one step: what was typed in another never gets mixed up with it."""
    return named(f"{form.action}|{form.value}")


def mark(value: str, fits: object) -> str:
    """The value as an option holds it: itself, or a name for one that does not fit."""
    return value if fits else "#" + named(value)


def long_values(form: Form, marked: Callable[[str], str]) -> Mapping[str, Mapping[str, str]]:
    """Each option's value that is borne by a mark: field -> mark -> value."""
    found = {
        field.name: {marked(one.value): one.value for one in field.options if marked(one.value) != one.value}
        for field in form.fields
    }
    return {name: values for name, values in found.items() if values}


def named(text: str) -> str:
    """A short name for a text, the same each time."""
    return sha256(text.encode()).hexdigest()[:12]
