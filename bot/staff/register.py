"""The staff register: taken in from a list, read together with the roster, and forgotten in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.roster import Federation
from bot.domain.staff import Listed, Member, register
from bot.storage.database import Transaction
from bot.storage.staff import forget_staff, one_import_at_a_time, put_staff, staff_list
from bot.storage.vault import Vault

log = structlog.get_logger()


@dataclass(frozen=True)
class Taken:
    """What came of a list: how many are new, have changed, are as before, and have left."""

    added: int = 0
    changed: int = 0
    same: int = 0
    left: int = 0


def take_in(
    tx: Transaction, vault: Vault, members: Sequence[Listed], now: datetime, *, everybody: bool = False
) -> Taken:
    """Store everybody on the list. With `everybody`, people who are not on it have left.

    The same list a second time changes nothing. People who come back have not left any more.
    """
    one_import_at_a_time(tx)
    known = {item.email: item for item in staff_list(tx, vault)}
    counted = {"added": 0, "changed": 0, "same": 0, "left": 0}
    for member in members:
        before = known.pop(member.email, None)
        if before == member:
            counted["same"] += 1
            continue
        put_staff(tx, vault, member)
        counted["changed" if before else "added"] += 1
    for gone in known.values() if everybody else ():
        if gone.left_at is None:
            put_staff(tx, vault, replace(gone, left_at=now))
            counted["left"] += 1
    return Taken(**counted)


def members(tx: Transaction, vault: Vault, federation: Federation) -> tuple[Member, ...]:
    """Everybody on the register as it stands, one entry a person."""
    return register(federation.roster, federation.schools, staff_list(tx, vault))


def forget_left(tx: Transaction, federation: Federation, now: datetime) -> None:
    """Delete people who left longer ago than the Federation keeps them."""
    if gone := forget_staff(tx, now - timedelta(days=federation.staff_days)):
        log.info("staff_deleted", number=gone)
