"""`keys new`, `keys rotate` and `keys sheet` (docs/keys.md), and what takes the consent of two."""

from __future__ import annotations

import secrets
import textwrap
import time

import typer

from bot.app import clock
from bot.commands.auditing import followed
from bot.commands.opened import OpenedProduct, opened
from bot.commands.registry import cli, command
from bot.content.documents import load
from bot.content.tables import PermissionTable
from bot.domain.access import Decision
from bot.people.approvals import agreed, carry_out
from bot.records.rotation import needed_keys, rotate
from bot.settings import Settings, SettingsFaults, read_settings
from bot.storage.approvals import Approval
from bot.storage.crypto import KeyFault, KeyRing, new_key
from bot.storage.database import StorageFault
from bot.storage.vault import others_serve


def agreement(product: OpenedProduct, kind: Decision, what: str) -> Approval:
    """What two people have agreed to. Raises StorageFault with what to do where they have not."""
    if followed(product).faults:
        raise StorageFault("The audit does not hold, so nobody's agreement counts: run `audit verify`.")
    with product.database.transaction() as tx:
        found = agreed(tx, product.vault, kind, clock())
    if found is None:
        roles = load(product.settings.policy_kb / "permissions.yml", PermissionTable).two_people[kind]
        raise StorageFault(
            f"Two people must have agreed to {what} within the last 24 hours. One with the role"
            f" {', '.join(sorted(roles))}"
            ' proposes it in the chat ("roster"), another confirms it. Nothing has changed.'
        )
    return found


def used(product: OpenedProduct, approval: Approval, action: str, **detail: str) -> None:
    """It is done, and the agreement with it: the next time takes another one."""
    with product.database.transaction() as tx:
        carry_out(tx, product.vault, approval, action, clock(), **detail)


group = typer.Typer(help="The keys that everything is encrypted with (docs/keys.md).", no_args_is_help=True)
cli.add_typer(group, name="keys")
_PAUSE_S = 0.05
_SHEET = """\
SIGNPOST KEYS · {federation} · printed on {day}
{line}
Everything that Signpost stores is encrypted with these keys. A lost key is a lost report: nobody
can open it again, neither the school nor the makers of Signpost. Anybody who holds this sheet
AND a copy of the database can read everything.

Keep it: on paper, in a sealed envelope, signed over the flap and dated, in the safe of the chair
of governors or another place that two people open together. A second one in another building.
Never: beside the backups, in an e-mail, in Slack or Teams, in a photograph, on a shared drive.
Replace it after each `keys new`. Keep the old sheet as long as any backup of its days is kept.
{line}
{keys}
{line}
To use it: SIGNPOST_KEYS={ids}, newest first, with commas between.
After typing a key, `python -m bot keys sheet` shows its fingerprint: it must be the one above.
The rest is in docs/keys.md."""


@command("new", group)
def new() -> None:
    """A new dated key, to be put first in SIGNPOST_KEYS; it is stored nowhere."""
    typer.echo(new_key(_free_id(_known_ids()), secrets.token_bytes))
    typer.echo(
        "Where there is no key yet: SIGNPOST_KEYS= and this line, in .env or the environment; then print it"
        " (`keys sheet`). Else put it first, before the keys that are there, with a comma, print a new"
        " sheet, start every process again with it, then run `keys rotate`.",
        err=True,
    )


def _known_ids() -> tuple[str, ...]:
    try:
        return read_settings().ring.ids
    except SettingsFaults:
        # The first key is made before anything else is set.
        return ()


def _free_id(known: tuple[str, ...]) -> str:
    today = f"{clock():%Y-%m-%d}"
    names = (today, *(f"{today}-{number}" for number in range(2, 100)))
    return next(name for name in names if name not in known)


@command("rotate", group)
def rotate_command() -> None:
    """Rewrap every record's key with the newest key, while Signpost serves; say which keys may go."""
    with opened() as product:
        _refuse_where_others_serve(product)
        approval = agreement(product, "keys", "wrapping the keys again")
        newest = product.vault.ring.ids[0]
        typer.echo(f"Wrapping every record's key again by {newest}.")
        left = 0
        done = 0
        for table in rotate(product.database, product.vault.ring, lambda: time.sleep(_PAUSE_S)):
            note = f"; {table.broken} that no key opens were left as they are" if table.broken else ""
            note += f"; {table.left} were in use: run it again" if table.left else ""
            typer.echo(f"  {table.table}: {table.done}{note}")
            left, done = left + table.left + table.broken, done + table.done
        _tell_what_may_go(product)
        if left:
            # The agreement counts until all of it is done.
            product.record("keys.rotate", to=newest, records=str(done))
            raise typer.Exit(1)
        used(product, approval, "keys.rotate", to=newest, records=str(done))


def _refuse_where_others_serve(product: OpenedProduct) -> None:
    with product.database.transaction() as tx:
        if others_serve(tx, product.vault.ring, clock()):
            raise KeyFault(
                "A process serves with other SIGNPOST_KEYS than these: what is wrapped again would stay shut."
                " Start every process again with these keys, wait a minute, then run this again. Nothing has"
                " changed."
            )


def _tell_what_may_go(product: OpenedProduct) -> None:
    needed = needed_keys(product.database)
    old = [key_id for key_id in product.vault.ring.ids[1:] if key_id not in needed]
    if not old:
        typer.echo("Keep every key: the database needs each, or there is only one.")
        return
    typer.echo(
        f"The database no longer needs {', '.join(old)}. A backup made before now does: keep each such key"
        " until the last of those backups is gone. To make them unreadable for good, with everything that was"
        " purged since, destroy the key and every sheet that shows it (docs/keys.md)."
    )


@command("sheet", group)
def sheet() -> None:
    """The sheet for the safe: each key with its fingerprint, and how to keep it. It shows the keys."""
    with opened() as product:
        product.record("keys.sheet", keys=",".join(product.vault.ring.ids))
        typer.echo(_sheet(product.settings, product.vault.ring))


def _sheet(settings: Settings, ring: KeyRing) -> str:
    return _SHEET.format(
        federation=settings.federation.name,
        day=f"{clock():%Y-%m-%d}",
        line="-" * 96,
        keys="\n\n".join(_written(ring, number, key_id) for number, key_id in enumerate(ring.ids, start=1)),
        ids=",".join(f"key {number}" for number, _ in enumerate(ring.ids, start=1)),
    )


def _written(ring: KeyRing, number: int, key_id: str) -> str:
    print_ = " ".join(textwrap.wrap(ring.fingerprint(key_id), 8))
    newest = " (in use for what is new)" if number == 1 else ""
    return f"Key {number}{newest}\n  {ring.written(key_id)}\n  SHA-256 fingerprint  {print_}"
