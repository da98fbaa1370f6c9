"""One-time codes for exports: only an HMAC is kept, of the code and of what is exported together.

`target` names what a code is for ("case", reference, format …); the table holds its HMAC alone.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from bot.domain.references import receipt_code
from bot.storage.schema import export_codes
from bot.storage.vault import Vault

VALID_FOR = timedelta(minutes=15)
# Of what a link opens, which its asker presses at once.
LINK_VALID_FOR = timedelta(minutes=10)
TRIES = 5


def keep_code(
    connection: Connection,
    vault: Vault,
    target: tuple[str, ...],
    person: str,
    code: str,
    now: datetime,
    valid_for: timedelta = VALID_FOR,
) -> None:
    """Keep a code for a while, in place of the last one of this person for this target."""
    hidden = vault.blind("export", *target)
    same = (export_codes.c.target_hmac == hidden) & (export_codes.c.person == person)
    connection.execute(delete(export_codes).where(same))
    connection.execute(
        insert(export_codes).values(
            id=vault.new_id(),
            target_hmac=hidden,
            person=person,
            code_hash=_hash(vault, target, code),
            failures=0,
            expires_at=now + valid_for,
        )
    )


def use_code(
    connection: Connection, vault: Vault, target: tuple[str, ...], code: str, now: datetime
) -> str | None:
    """Who asked for this code, which is gone now; None where it fits nothing, which counts as a try.

    After some wrong tries every code for the target is worthless.
    """
    hidden = vault.blind("export", *target)
    live = (
        (export_codes.c.target_hmac == hidden)
        & (export_codes.c.expires_at > now)
        & (export_codes.c.failures < TRIES)
    )
    rows = connection.execute(select(export_codes).where(live).with_for_update()).all()
    for row in rows:
        if hmac.compare_digest(str(row.code_hash), _hash(vault, target, code)):
            connection.execute(delete(export_codes).where(export_codes.c.id == row.id))
            return str(row.person)
    connection.execute(update(export_codes).where(live).values(failures=export_codes.c.failures + 1))
    return None


def _hash(vault: Vault, target: tuple[str, ...], code: str) -> str:
    # Not argon2, whose tenth of a second would hold up every other writer: a code is drawn at random, is
    # worth five tries and some minutes, and nobody can try one on a copy of the table without the keys.
    return vault.blind("export code", *target, receipt_code(code))
