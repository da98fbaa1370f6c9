"""Encryption at rest, field by field: AES-256-GCM under a key per record, wrapped by a dated key.

Each ciphertext is bound to its table, column and row, so that one moved elsewhere does not open.
Deleting a record's wrapped key makes its fields unreadable.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.domain.faults import ToldFault
from bot.domain.references import receipt_code

Entropy = Callable[[int], bytes]
_NONCE_BYTES = 12
_KEY_BYTES = 32


class KeyFault(ToldFault):
    """A key is missing, malformed or not the one that sealed this. The text says what to do."""


@dataclass(frozen=True)
class WrappedKey:
    """A record's own key, wrapped: which dated key wrapped it, and the wrapped bytes."""

    key_id: str
    wrapped: bytes


@dataclass(frozen=True)
class RecordKey:
    """The opened key of one record (`table` and `row`): seals and opens its fields."""

    table: str
    row: str
    raw: bytes = field(repr=False)
    entropy: Entropy = field(repr=False)

    def seal(self, column: str, text: str) -> bytes:
        """Encrypt `text` for `column` of this record."""
        nonce = self.entropy(_NONCE_BYTES)
        return nonce + AESGCM(self.raw).encrypt(nonce, text.encode(), self._bound_to(column))

    def open(self, column: str, sealed: bytes) -> str:
        """What was sealed for `column` of this record. Raises KeyFault for anything else."""
        return _decrypt(self.raw, sealed, self._bound_to(column)).decode()

    def _bound_to(self, column: str) -> bytes:
        return "\x1f".join((self.table, column, self.row)).encode()


class KeyRing:
    """The dated keys, newest first: new records are wrapped by the newest, old ones open with their own."""

    def __init__(self, keys: dict[str, bytes], entropy: Entropy) -> None:
        self._keys = keys
        self.entropy = entropy

    @classmethod
    def parse(cls, text: str, entropy: Entropy) -> KeyRing:
        """From `id:base64[,id:base64 …]`, newest first. Raises KeyFault, which never repeats a key."""
        keys = dict(_parse_key(item) for item in text.replace("\n", ",").split(",") if item.strip())
        if not keys:
            raise KeyFault("SIGNPOST_KEYS is empty: give at least one key as `date:base64 of 32 bytes`.")
        return cls(keys, entropy)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the keys, newest first."""
        return tuple(self._keys)

    def new_record_key(self, table: str, row: str) -> tuple[RecordKey, WrappedKey]:
        """A fresh key for one record, and its wrapped form to be stored beside it."""
        raw = self.entropy(_KEY_BYTES)
        return RecordKey(table, row, raw, self.entropy), self._wrap(table, row, raw)

    def open_record_key(self, table: str, row: str, stored: WrappedKey) -> RecordKey:
        """The record's key again. Raises KeyFault where the dated key is not in SIGNPOST_KEYS."""
        if stored.key_id not in self._keys:
            raise KeyFault(
                f"The key {stored.key_id!r} is not in SIGNPOST_KEYS: put it back, after the newest."
            )
        raw = _decrypt(self._keys[stored.key_id], stored.wrapped, _wrap_bound_to(table, row))
        return RecordKey(table, row, raw, self.entropy)

    def rewrap(self, table: str, row: str, stored: WrappedKey) -> WrappedKey:
        """The same record's key, wrapped by the newest key: what it seals opens as before."""
        record = self.open_record_key(table, row, stored)
        return self._wrap(table, row, record.raw)

    def _wrap(self, table: str, row: str, raw: bytes) -> WrappedKey:
        newest = self.ids[0]
        nonce = self.entropy(_NONCE_BYTES)
        wrapped = nonce + AESGCM(self._keys[newest]).encrypt(nonce, raw, _wrap_bound_to(table, row))
        return WrappedKey(newest, wrapped)

    def fingerprint(self, key_id: str) -> str:
        """What tells this key from every other, and says nothing of it (SHA-256, hex)."""
        return hashlib.sha256(self._keys[key_id]).hexdigest()

    def written(self, key_id: str) -> str:
        """The key in the form that SIGNPOST_KEYS takes: for the sheet in the safe, and nothing else."""
        return f"{key_id}:{base64.b64encode(self._keys[key_id]).decode()}"


def new_key(key_id: str, entropy: Entropy) -> str:
    """A new dated key in the form that SIGNPOST_KEYS takes."""
    return f"{key_id}:{base64.b64encode(entropy(_KEY_BYTES)).decode()}"


def blind_index(key: bytes, *parts: str) -> str:
    """A look-up value that says nothing of what it stands for (HMAC-SHA-256, hex)."""
    # An id that is half a character has a value too: no platform's event may end in a fault here.
    text = "\x1f".join(parts).encode(errors="surrogatepass")
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def hash_code(code: str) -> str:
    """The argon2id hash of a receipt code, in the form in which it is issued."""
    return PasswordHasher().hash(receipt_code(code))


def code_matches(stored: str, code: str) -> bool:
    """Whether `code` is the one that was hashed, however it was written."""
    try:
        return PasswordHasher().verify(stored, receipt_code(code))
    except (VerificationError, InvalidHashError):
        return False


@functools.cache
def _nobodys_hash() -> str:
    return hash_code("nobody has this code")


def no_code_matches(code: str) -> bool:
    """False, after as long as `code_matches` takes: how long an answer takes must not tell what exists."""
    code_matches(_nobodys_hash(), code)
    return False


def _parse_key(item: str) -> tuple[str, bytes]:
    key_id, colon, encoded = item.strip().partition(":")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raw = b""
    if not (key_id and colon and len(raw) == _KEY_BYTES):
        raise KeyFault("SIGNPOST_KEYS: each key is `date:base64 of 32 bytes`, newest first, by commas.")
    return key_id, raw


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):
        raise KeyFault(
            "This was sealed with another key, or for another record: it cannot be opened."
        ) from None


def _wrap_bound_to(table: str, row: str) -> bytes:
    return "\x1f".join(("key", table, row)).encode()
