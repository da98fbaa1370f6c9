"""Whom notes and steps may name (`policy_kb/contacts.yml`); the numbers are in federation.yml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from bot.content.documents import Record, load
from bot.content.texts import Text

ContactKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]


class ContactsFile(Record):
    """The whole file: each key with who that is."""

    contacts: Annotated[Mapping[ContactKey, Text], Field(min_length=1)]


def load_contacts(policy_kb: Path) -> frozenset[str]:
    """The keys of every contact that may be named. Raises DataFaults."""
    return frozenset(load(policy_kb / "contacts.yml", ContactsFile).contacts)


def unknown_contact(key: str) -> str:
    """What is said of a key that is not there."""
    return f"there is no contact {key!r}: write it as in contacts.yml, or add it there and in federation.yml"
