"""Sessions, the events already seen, submission keys and failed receipt codes: all of them expire.

Owners are found by HMAC: no table says who has a conversation with Signpost. What is kept of a person
knows no moment finer than the hour or the day, so that none is also that of an anonymous report.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, delete, select, update

from bot.storage.crypto import WrappedKey
from bot.storage.postgres import alone
from bot.storage.rows import insert_new, put
from bot.storage.schema import code_attempts, export_codes, seen_events, sessions, submission_keys
from bot.storage.vault import Vault

SEEN_FOR = timedelta(hours=24)
_SUBMITTED = select(submission_keys.c.reference).where(submission_keys.c.key_hmac == bindparam("key"))


def _seen_until(now: datetime) -> datetime:
    # The full hour before a day has passed: gone within the day, and no time that a report has too.
    return (now + SEEN_FOR).replace(minute=0, second=0, microsecond=0)


def _end_of_day(moment: datetime) -> datetime:
    day = timedelta(days=1)
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return start if start == moment else start + day


def one_at_a_time(connection: Connection, vault: Vault, platform: str, user: str) -> None:
    """What one person does is done in order, whichever process does it, until this transaction ends."""
    alone(connection, "person", vault.blind("session", platform, user))


def load_session(connection: Connection, vault: Vault, owner: str, now: datetime) -> str | None:
    """The stored session of an owner (as `Vault.blind` hides it); None where there is none any more."""
    query = select(sessions).where(sessions.c.owner_hmac == owner, sessions.c.expires_at > now)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    key = vault.ring.open_record_key("sessions", owner, WrappedKey(row.key_id, row.wrapped_key))
    return key.open("sealed_session", row.sealed_session)


def save_session(connection: Connection, vault: Vault, owner: str, text: str, expires_at: datetime) -> None:
    """Store the session under a fresh key, in place of the last one, until the end of the day it expires on.

    The day alone is kept: when somebody last wrote is nobody's to know.
    """
    key, wrapped = vault.ring.new_record_key("sessions", owner)
    put(
        connection,
        sessions,
        owner_hmac=owner,
        key_id=wrapped.key_id,
        wrapped_key=wrapped.wrapped,
        sealed_session=key.seal("sealed_session", text),
        expires_at=_end_of_day(expires_at),
    )


def session_until(connection: Connection, owner: str, now: datetime) -> datetime | None:
    """Until when an owner's session is kept; None where there is none. It is not opened for this."""
    query = select(sessions.c.expires_at).where(sessions.c.owner_hmac == owner, sessions.c.expires_at > now)
    return connection.execute(query).scalar_one_or_none()


def forget_session(connection: Connection, owner: str) -> None:
    """Delete the session and its key."""
    connection.execute(delete(sessions).where(sessions.c.owner_hmac == owner))


def first_time(connection: Connection, vault: Vault, event: tuple[str, str], now: datetime) -> bool:
    """Whether this (platform, event id) comes for the first time; it is remembered for nearly a day."""
    hidden = vault.blind("event", *event)
    return insert_new(connection, seen_events, event_hmac=hidden, expires_at=_seen_until(now))


def forget_event(connection: Connection, vault: Vault, event: tuple[str, str]) -> None:
    """What was begun with it has failed: it may come again as if for the first time."""
    hidden = vault.blind("event", *event)
    connection.execute(delete(seen_events).where(seen_events.c.event_hmac == hidden))


def submitted_before(connection: Connection, vault: Vault, draft: str) -> str | None:
    """The reference under which this draft was received, "" where it is kept apart; None: it was not."""
    hidden = vault.blind("draft", draft)
    row = connection.execute(_SUBMITTED, {"key": hidden}).first()
    return None if row is None else str(row.reference)


def remember_submission(
    connection: Connection, vault: Vault, draft: str, reference: str, now: datetime
) -> str | None:
    """Remember the draft until a day is nearly over: None. Where it is known already, its reference.

    Of two transactions with one draft the second waits here until the first has ended. An anonymous report's
    reference is "": nothing leads from what was pressed to what is stored.
    """
    row = {
        "key_hmac": vault.blind("draft", draft),
        "reference": reference,
        "expires_at": _seen_until(now),
    }
    while not insert_new(connection, submission_keys, **row):
        # What has just been forgotten is new again.
        if (known := submitted_before(connection, vault, draft)) is not None:
            return known
    return None


def correct_submission(connection: Connection, vault: Vault, draft: str, reference: str) -> None:
    """The report of this draft, remembered in this very transaction, has another reference."""
    here = submission_keys.c.key_hmac == vault.blind("draft", draft)
    connection.execute(update(submission_keys).where(here).values(reference=reference))


def may_be_reference(text: str) -> bool:
    """Whether a report could have this reference: short, of nothing but capitals, digits and dashes."""
    return re.fullmatch(r"[A-Z0-9-]{1,16}", text) is not None


def failures(connection: Connection, reference: str, now: datetime) -> int:
    """How many wrong codes were tried for this reference within the hour."""
    query = select(code_attempts).where(
        code_attempts.c.reference == reference, code_attempts.c.expires_at > now
    )
    # Held until the try is counted: many guesses at once are still counted one by one.
    row = connection.execute(query.with_for_update()).one_or_none()
    return 0 if row is None else int(row.failures)


def remember_failure(connection: Connection, reference: str, now: datetime) -> None:
    """Count a wrong code, whether or not the reference exists."""
    expires_at = now + timedelta(hours=1)
    if insert_new(connection, code_attempts, reference=reference, failures=1, expires_at=expires_at):
        return
    count = case((code_attempts.c.expires_at > now, code_attempts.c.failures + 1), else_=1)
    here = update(code_attempts).where(code_attempts.c.reference == reference)
    connection.execute(here.values(failures=count, expires_at=expires_at))


def forget_expired(connection: Connection, now: datetime) -> None:
    """Delete whatever has expired; what somebody is using at this moment goes the next time."""
    for table in (sessions, seen_events, submission_keys, code_attempts, export_codes):
        (key,) = table.primary_key
        expired = select(key).where(table.c.expires_at <= now).with_for_update(skip_locked=True)
        connection.execute(delete(table).where(key.in_(expired.scalar_subquery())))
