"""The keys as an administrator handles them: a new one, everything wrapped by it, the sheet for the safe."""

from __future__ import annotations

import re
import secrets
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import build
from bot.storage.approvals import pending
from bot.storage.crypto import KeyRing
from bot.storage.database import Database
from bot.storage.vault import say_ring
from tests.support.desk import DeafEngine, Desk, Notebook, settings_in, world_of
from tests.test_commands import bot

pytestmark = pytest.mark.process


def agree(folder: Path, kind: str, keys: str) -> None:
    """Two people agree in the chat, at the playground of the same database."""
    settings = replace(settings_in(folder), ring=KeyRing.parse(keys, secrets.token_bytes))
    now = datetime.now(UTC)  # noqa: TID251 - the commands read the clock too
    desk = Desk(build(settings, DeafEngine(), world_of(settings)), Notebook(), now)
    assert "Proposed" in desk.fill("eleanor", f"roster.{kind}", "", reason="The month is over.")
    with desk.product.database.transaction() as tx:
        [waiting] = pending(tx, desk.product.context.vault, now)
    assert "Confirmed" in desk.press("ivan", "roster.confirm", waiting.id)
    desk.close()


def new_line(folder: Path, **env: str) -> str:
    """What `keys new` prints, and nothing else."""
    done = bot(folder, "keys", "new", **env)
    assert done.returncode == 0, done.stderr
    assert "SIGNPOST_KEYS" in done.stderr
    return done.stdout.strip()


def test_a_new_key_is_one_line_that_is_taken(tmp_path: Path) -> None:
    """`keys new` prints a line that SIGNPOST_KEYS takes, under a date of its own, and stores nothing."""
    first = new_line(tmp_path)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d(-2)?:[A-Za-z0-9+/]{43}=", first)
    second = new_line(tmp_path, SIGNPOST_KEYS=first)
    assert second.partition(":")[0] != first.partition(":")[0]
    assert KeyRing.parse(f"{second},{first}", lambda size: b"\0" * size).ids[1] == first.partition(":")[0]
    assert first not in (tmp_path / "keys").read_text()


def test_the_first_key_is_made_before_anything_else(tmp_path: Path) -> None:
    """In production nothing starts without keys, and `keys new` makes the first one all the same."""
    production = {"SLACK_BOT_TOKEN": "xoxb-1"}
    refused = bot(tmp_path, "serve", **production)
    assert refused.returncode == 1
    assert "SIGNPOST_KEYS is not set" in refused.stderr
    assert not (tmp_path / "keys").exists()
    assert ":" in new_line(tmp_path, **production)


def test_rotate_says_which_key_may_go(tmp_path: Path) -> None:
    """After `keys rotate` the old key is named with what to do, and Signpost starts without it."""
    old = new_line(tmp_path)
    new = new_line(tmp_path, SIGNPOST_KEYS=old)
    assert bot(tmp_path, "chat", typed="report\nquit\n", SIGNPOST_KEYS=old).returncode == 0
    alone = bot(tmp_path, "keys", "rotate", SIGNPOST_KEYS=f"{new},{old}")
    assert alone.returncode == 1
    assert "Two people must have agreed to wrapping the keys again" in alone.stderr
    agree(tmp_path, "keys", f"{new},{old}")
    done = bot(tmp_path, "keys", "rotate", SIGNPOST_KEYS=f"{new},{old}")
    assert done.returncode == 0, done.stderr
    assert f"no longer needs {old.partition(':')[0]}." in done.stdout
    assert "backup" in done.stdout
    assert "sessions: 1" in done.stdout
    assert bot(tmp_path, "chat", typed="resume\nquit\n", SIGNPOST_KEYS=new).returncode == 0
    # One agreement is for one time.
    assert bot(tmp_path, "keys", "rotate", SIGNPOST_KEYS=f"{new},{old}").returncode == 1


def test_a_missing_key_stops_every_start(tmp_path: Path) -> None:
    """Without a key that something in the database needs nothing starts; the key and the fix are named."""
    old = new_line(tmp_path)
    new = new_line(tmp_path, SIGNPOST_KEYS=old)
    assert bot(tmp_path, "chat", typed="report\nquit\n", SIGNPOST_KEYS=old).returncode == 0
    done = bot(tmp_path, "chat", typed="quit\n", SIGNPOST_KEYS=new)
    assert done.returncode == 1
    assert f"{old.partition(':')[0]} (for secrets, sessions)" in done.stderr
    assert "docs/keys.md" in done.stderr


def test_rotate_waits_for_who_serves_with_other_keys(tmp_path: Path) -> None:
    """While a process serves without the new key nothing is wrapped by it, and what to do is said."""
    old = new_line(tmp_path)
    new = new_line(tmp_path, SIGNPOST_KEYS=old)
    assert bot(tmp_path, "chat", typed="quit\n", SIGNPOST_KEYS=old).returncode == 0
    database = Database(f"sqlite:///{tmp_path / 'signpost.db'}")
    with database.transaction() as tx:
        say_ring(tx, KeyRing.parse(old, lambda size: b"\0" * size), datetime.now(UTC))  # noqa: TID251
    database.close()
    done = bot(tmp_path, "keys", "rotate", SIGNPOST_KEYS=f"{new},{old}")
    assert done.returncode == 1
    assert "Start every process again" in done.stderr
    with closing(sqlite3.connect(tmp_path / "signpost.db")) as raw:
        (used,) = raw.execute("SELECT DISTINCT key_id FROM secrets").fetchall()
    assert used == (old.partition(":")[0],)


def test_the_sheet_shows_each_key_and_its_fingerprint(tmp_path: Path) -> None:
    """`keys sheet` has every key as it is typed, a fingerprint to check it by, and how to keep it."""
    old = new_line(tmp_path)
    new = new_line(tmp_path, SIGNPOST_KEYS=old)
    done = bot(tmp_path, "keys", "sheet", SIGNPOST_KEYS=f"{new},{old}")
    assert done.returncode == 0, done.stderr
    for line in (new, old):
        ring = KeyRing.parse(line, lambda size: b"\0" * size)
        assert line in done.stdout
        assert ring.fingerprint(ring.ids[0])[:8] in done.stdout
    assert "Harbour Federation" in done.stdout
    assert "Never: beside the backups" in done.stdout


def test_the_audit_is_verified_from_the_command_line(tmp_path: Path) -> None:
    """`audit verify` tells a whole chain and its head, names a changed row, and misses a lost head."""
    assert bot(tmp_path, "migrate").returncode == 0
    for name in ("a.db", "b.db", "c.db"):
        assert bot(tmp_path, "backup", str(tmp_path / name)).returncode == 0
    whole = bot(tmp_path, "audit", "verify")
    assert whole.returncode == 0, whole.stderr
    assert "3 rows" in whole.stdout
    head = whole.stdout.partition("Head: ")[2].split()[0]
    number, _, hash_ = head.partition(":")
    assert number == "3"
    for kept in (head, hash_, hash_.upper()):
        assert bot(tmp_path, "audit", "verify", "--head", kept).returncode == 0
    assert "is not in it" in bot(tmp_path, "audit", "verify", "--head", f"2:{hash_}").stderr
    assert "is no head" in bot(tmp_path, "audit", "verify", "--head", "yesterday's").stderr
    with closing(sqlite3.connect(tmp_path / "signpost.db")) as raw:
        raw.execute("DROP TRIGGER audit_is_not_shortened")
        raw.execute("DELETE FROM audit WHERE number = 3")
        raw.commit()
    assert bot(tmp_path, "audit", "verify").returncode == 0
    cut = bot(tmp_path, "audit", "verify", "--head", head)
    assert cut.returncode == 1
    assert "cut off its end" in cut.stderr
    with closing(sqlite3.connect(tmp_path / "signpost.db")) as raw:
        raw.execute("DROP TRIGGER audit_is_not_changed")
        raw.execute("UPDATE audit SET actor = 'eve' WHERE number = 1")
        raw.commit()
    changed = bot(tmp_path, "audit", "verify")
    assert changed.returncode == 1
    assert "row 1: changed" in changed.stderr
    assert "row 2" not in changed.stderr


def test_nothing_is_purged_alone(tmp_path: Path) -> None:
    """`purge --dry-run` lists each class and changes nothing; `purge` asks for two people first."""
    shown = bot(tmp_path, "purge", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "questions (90 days after the last entry; not in this policy): 0" in shown.stdout
    assert "safeguarding (kept: no period is set; not in this policy): 0" in shown.stdout
    done = bot(tmp_path, "purge")
    assert done.returncode == 1
    assert "Two people must have agreed to a purge" in done.stderr
    agree(tmp_path, "purge", (tmp_path / "keys").read_text())
    agreed = bot(tmp_path, "purge")
    assert agreed.returncode == 0, agreed.stderr
    assert "overwritten" in agreed.stdout
    # One agreement is for one purge.
    assert bot(tmp_path, "purge").returncode == 1
