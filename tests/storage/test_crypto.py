import secrets
from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher

from bot.domain.routing import Visibility
from bot.storage.crypto import KeyFault, KeyRing, blind_index, code_matches, hash_code, new_key
from bot.storage.database import Database
from bot.storage.reports import NewReport, SealedRoute, insert_report
from bot.storage.vault import Vault, open_vault

TEXT = "Sam wrote: “see me after school”"


def ring(*ids: str) -> KeyRing:
    return KeyRing.parse(
        ",".join(new_key(key_id, secrets.token_bytes) for key_id in ids), secrets.token_bytes
    )


def test_sealed_text_opens_for_its_own_field() -> None:
    """What is sealed for a column of a record is read back as it was, and not seen in the ciphertext."""
    key, wrapped = ring("a").new_record_key("reports", "1")
    sealed = key.seal("sealed_answers", TEXT)
    assert key.open("sealed_answers", sealed) == TEXT
    assert b"Sam" not in sealed + wrapped.wrapped


def test_a_field_moved_elsewhere_does_not_open() -> None:
    """A ciphertext put into another column, or a key into another row, opens nothing."""
    keys = ring("a")
    key, wrapped = keys.new_record_key("reports", "1")
    sealed = key.seal("sealed_answers", TEXT)
    with pytest.raises(KeyFault):
        key.open("sealed_route", sealed)
    with pytest.raises(KeyFault):
        keys.open_record_key("reports", "2", wrapped)


def test_a_changed_field_does_not_open() -> None:
    """One flipped bit is noticed, and a truncated field is refused without a traceback of its own."""
    key, _ = ring("a").new_record_key("reports", "1")
    sealed = bytearray(key.seal("c", TEXT))
    sealed[-1] ^= 1
    for broken in (bytes(sealed), b"", b"short"):
        with pytest.raises(KeyFault):
            key.open("c", broken)


def test_old_records_open_after_a_new_key_is_put_first() -> None:
    """A ring with a newer key first still opens what the older one wrapped, and wraps with the newer."""
    old = new_key("2025", secrets.token_bytes)
    before = KeyRing.parse(old, secrets.token_bytes)
    key, wrapped = before.new_record_key("reports", "1")
    sealed = key.seal("c", TEXT)
    after = KeyRing.parse(f"{new_key('2026', secrets.token_bytes)},{old}", secrets.token_bytes)
    assert after.open_record_key("reports", "1", wrapped).open("c", sealed) == TEXT
    assert after.new_record_key("reports", "2")[1].key_id == "2026"


def test_a_missing_key_says_what_to_do() -> None:
    """A record whose dated key is gone is a fault that names the key and what to do."""
    _, wrapped = ring("2025").new_record_key("reports", "1")
    with pytest.raises(KeyFault, match=r"2025.*SIGNPOST_KEYS: put it back"):
        ring("2026").open_record_key("reports", "1", wrapped)


@pytest.mark.parametrize("text", ["", " , ", "2026", "2026:", "2026:abc", ":" + "A" * 44, "2026:" + "A" * 40])
def test_malformed_keys_are_refused_unseen(text: str) -> None:
    """A malformed SIGNPOST_KEYS is refused with its form explained, and never repeated."""
    with pytest.raises(KeyFault) as fault:
        KeyRing.parse(text, secrets.token_bytes)
    assert "SIGNPOST_KEYS" in str(fault.value)
    assert "AAAA" not in str(fault.value)


def test_receipt_codes_are_hashed() -> None:
    """A receipt code matches its hash alone, and an empty or broken hash matches nothing."""
    stored = hash_code("7K3Q-XXXX-YYYY")
    assert "7K3Q" not in stored
    assert code_matches(stored, "7K3Q-XXXX-YYYY")
    assert not code_matches(stored, "7K3Q-XXXX-YYYZ")
    assert not code_matches("", "")


def test_codes_that_were_issued_before_still_open() -> None:
    """A hash of the code as it was printed matches every spelling of it, as it does for a new one."""
    before = PasswordHasher().hash("0K3Q-XXXX-YYY1")
    for stored in (before, hash_code("0K3Q-XXXX-YYY1")):
        assert all(
            code_matches(stored, typed) for typed in ("0K3Q-XXXX-YYY1", "ok3q xxxx yyyl", "OK3QXXXXYYYI.")
        )


def test_a_blind_index_depends_on_its_key_and_parts() -> None:
    """The same parts hide alike under one key, and differently under another or split elsewhere."""
    assert blind_index(b"k", "slack", "U1") == blind_index(b"k", "slack", "U1")
    assert blind_index(b"k", "slack", "U1") != blind_index(b"j", "slack", "U1")
    assert blind_index(b"k", "slackU", "1") != blind_index(b"k", "slack", "U1")


def test_a_missing_key_is_named_before_anything_starts(database: Database, vault: Vault) -> None:
    """Where the key of a report is no longer given, the vault does not open and says which it is."""
    new = NewReport(
        reference="FED-7K3Q", kind="abuse", school="north", mode="anonymous", visibility=Visibility.CHANNEL,
        urgent=False, child=False, accidental=False, received_at=datetime(2026, 11, 23, tzinfo=UTC),
        due_at=None, receipt_hash="", answers={}, route=SealedRoute(), reporter=None,
    )  # fmt: skip
    with database.transaction() as tx:
        insert_report(tx, vault, new)
    with (
        database.transaction() as tx,
        pytest.raises(KeyFault, match=r"2026-11 \(for reports, secrets\).*Put each back"),
    ):
        open_vault(tx, ring("2026-12"))
