"""What `check` reports of a platform, and the roster's accounts there."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.roster import Person, Roster


@dataclass(frozen=True)
class Proof:
    """What was proved, and every fault with what to do."""

    faults: tuple[str, ...] = ()
    note: str = ""


def accounts_on(platform: str, roster: Roster) -> dict[str, Person]:
    """Everybody on the roster who has an account there, by it."""
    people = roster.people.values()
    return {account: person for person in people if (account := person.accounts.get(platform))}


def not_private(setting: str, why: str) -> str:
    """The fault of a channel that is not private enough to post in."""
    return f"{setting}: {why}; no card is posted there until that is mended"
