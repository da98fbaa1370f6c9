"""The keys in use: the ring of dated keys, and those for all records, kept wrapped in the database."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from bot.storage.crypto import KeyFault, KeyRing, WrappedKey, blind_index
from bot.storage.rotation import keys_in_use
from bot.storage.rows import insert_new
from bot.storage.schema import secrets


@dataclass(frozen=True)
class Vault:
    """What seals records and hides owners: `ring` for fields, `index` for look-ups by HMAC.

    `chain` binds the rows of the audit together.
    """

    ring: KeyRing
    index: bytes = field(repr=False)
    chain: bytes = field(repr=False)

    def blind(self, *parts: str) -> str:
        """A look-up value that says nothing of `parts` to whoever reads the table."""
        return blind_index(self.index, *parts)

    def new_id(self) -> str:
        """A random id of 128 bits, in hex."""
        return self.ring.entropy(16).hex()


def open_vault(connection: Connection, ring: KeyRing) -> Vault:
    """The vault of this database; its keys for all records are made on first use.

    Raises KeyFault on a foreign key, and where a key is missing that some record needs.
    """
    _refuse_missing_keys(connection, ring)
    return Vault(ring, _secret(connection, ring, "index"), _secret(connection, ring, "chain"))


def _secret(connection: Connection, ring: KeyRing, name: str) -> bytes:
    query = select(secrets).where(secrets.c.name == name)
    row = connection.execute(query).one_or_none()
    if row is None:
        _make_secret(connection, ring, name)
        row = connection.execute(query).one()
    key = ring.open_record_key("secrets", name, WrappedKey(row.key_id, row.wrapped_key))
    return bytes.fromhex(key.open("sealed_secret", row.sealed_secret))


def _make_secret(connection: Connection, ring: KeyRing, name: str) -> None:
    record, wrapped = ring.new_record_key("secrets", name)
    sealed = record.seal("sealed_secret", ring.entropy(32).hex())
    values = {"name": name, "key_id": wrapped.key_id, "wrapped_key": wrapped.wrapped}
    # Another process may start at this moment: there is one such key, and it is the first one's.
    insert_new(connection, secrets, **values, sealed_secret=sealed)


def _refuse_missing_keys(connection: Connection, ring: KeyRing) -> None:
    # Better not to start than to leave what nobody can open: reports whose ladder nobody climbs.
    needed: dict[str, list[str]] = {}
    for table, used in keys_in_use(connection).items():
        for key_id in used.keys() - set(ring.ids):
            needed.setdefault(key_id, []).append(table)
    if needed:
        told = "; ".join(f"{key_id} (for {', '.join(needed[key_id])})" for key_id in sorted(needed))
        raise KeyFault(
            f"The database needs keys that are not in SIGNPOST_KEYS: {told}. Put each back, after the newest"
            "; docs/keys.md says what to do where one is lost."
        )
