"""Somebody who is away the whole time, and who stands in for them: two have agreed to it on the roster."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from bot.domain.roster import Change
from bot.people.standing import ROSTER, detail_of
from bot.storage import approvals, standing
from bot.storage.approvals import APPROVED
from bot.storage.crypto import KeyRing
from bot.storage.database import Database
from bot.storage.vault import open_vault

#: Who is away and acknowledges cards all the same, and who is told all that they are told.
AWAY, COVER = "dina", "colin"
_PROPOSES, _CONFIRMS = "eleanor", "maya"


def be_away(url: str, keys: str) -> None:
    """From a minute ago for a day."""
    now = datetime.now(UTC)
    change = Change(
        "absent", person=AWAY, to=COVER, start=now - timedelta(minutes=1), end=now + timedelta(days=1)
    )
    database, ring = Database(url), KeyRing.parse(keys, secrets.token_bytes)
    try:
        with database.transaction() as tx:
            vault = open_vault(tx, ring)
            found = approvals.propose(tx, vault, ROSTER, _PROPOSES, detail_of(change), now)
            assert approvals.decide(tx, found, APPROVED, _CONFIRMS, now)
            standing.change(tx)
    finally:
        database.close()
