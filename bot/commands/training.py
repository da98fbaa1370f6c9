"""`training`: the list of staff in from a CSV file, the register, and who has not confirmed out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.app import NoEngine, Product, build, clock
from bot.campaigns.export import COLUMNS as EXPORTED
from bot.campaigns.export import rows_of
from bot.campaigns.reminders import follow
from bot.casework.context import Context, Work
from bot.channels.paper.tables import csv_file
from bot.commands.data import refuse_existing, write_new
from bot.commands.registry import cli, command
from bot.content.staff_list import COLUMNS, OPTIONAL, read_staff_list
from bot.domain.roster import role_name
from bot.domain.staff import StaffMember, as_address
from bot.settings import SettingsFaults, read_settings
from bot.staff.register import known_as, members, take_directory, take_in
from bot.staff.told import told
from bot.storage import audit
from bot.storage.audit import AuditEntry
from bot.storage.campaigns import attested_by, newest_campaign, trained_at
from bot.storage.database import Transaction

group = typer.Typer(help="Who works here, and who has read and understood the policy.", no_args_is_help=True)
cli.add_typer(group, name="training")
ListFile = Annotated[
    Path,
    typer.Argument(
        help=f"A CSV file with the columns {', '.join(COLUMNS)}, and if you like {', '.join(OPTIONAL)}."
    ),
]
Everybody = Annotated[
    bool, typer.Option("--everybody", help="The file names everybody: people who are not in it have left.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Read the file, say what it would do, and do nothing.")
]
Email = Annotated[str, typer.Option("--email", help="All that is kept of this person alone.")]
Out = Annotated[Path, typer.Option(help="The new file, for your eyes alone; nothing is overwritten.")]
Add = Annotated[
    bool,
    typer.Option(
        "--add", help="Colleagues whom neither roster nor list knows become entries, without a school."
    ),
]
Who = Annotated[bool, typer.Option("--who", help="Name those for whom you have to do something.")]
All = Annotated[bool, typer.Option("--all", help="Also those who have confirmed.")]


class _NotMeant(Exception):
    """What was done is undone again: only its counts were wanted."""


@contextmanager
def _built() -> Iterator[Product]:
    """The product with nobody to ask it anything. Raises a fault that says what to do."""
    product = build(read_settings(), engine=NoEngine())
    try:
        yield product
    finally:
        product.close()


@contextmanager
def _tried(product: Product, dry_run: bool) -> Iterator[Work]:
    """A transaction that is undone where it was only to be tried; then that is said."""
    try:
        with product.database.transaction() as tx:
            yield Work(tx, product.context, clock())
            if dry_run:
                raise _NotMeant
    except _NotMeant:
        typer.echo("Nothing was changed. Without --dry-run:")


def _note(work: Work, action: str, **detail: str) -> None:
    entry = AuditEntry(work.now, audit.HOST, "", action, detail=detail)
    audit.record(work.tx, work.context.vault, entry)


@command("import", group)
def take_file(file: ListFile, everybody: Everybody = False, dry_run: DryRun = False) -> None:
    """Take the list in: all of it, or nothing where a line of it is wrong. Again, it changes nothing."""
    federation = read_settings().federation
    found = read_staff_list(file, federation.schools, federation.working_time.day_of(clock()))
    with _built() as product, _tried(product, dry_run) as work:
        taken = take_in(work.tx, work.context.vault, found, work.now, everybody=everybody)
        # A campaign that runs asks people who are new, and nobody who has left.
        follow(work)
        _note(work, "staff.import", **{name: str(number) for name, number in vars(taken).items()})
    typer.echo(
        f"{len(found)} people: {taken.added} added, {taken.changed} changed, {taken.same} as before;"
        f" {taken.left} have left."
    )


@command("members", group)
def take_members(add: Add = False, dry_run: DryRun = False, who: Who = False) -> None:
    """Join the members that Slack lists to the list of staff: all, or nothing. Again, it changes nothing."""
    slack = read_settings().slack
    if slack is None:
        raise SettingsFaults("Slack is not used here: SLACK_BOT_TOKEN is not set (docs/slack.md).")
    # Its client takes a while to load: no other command of this file needs it.
    from bot.channels.slack.directory import read_directory

    directory = asyncio.run(read_directory(slack))
    with _built() as product, _tried(product, dry_run) as work:
        roster = work.context.world.federation.roster
        joined = take_directory(work.tx, work.context.vault, directory, roster, work.now, add=add)
        follow(work)
        _note(work, "staff.members", **{one.value: str(joined.count(one)) for one in joined.found})
    for line in told(directory, joined, who=who):
        typer.echo(line)


@command("export", group)
def give_file(out: Out, all_: All = False) -> None:
    """Write who has not confirmed the policy, or could not be reached, in the newest campaign: CSV."""
    refuse_existing(out)
    with _built() as product:
        context = product.context
        policy = context.world.policy
        with product.database.transaction() as tx:
            work = Work(tx, context, clock())
            campaign = newest_campaign(tx, policy.id)
            if campaign is None:
                raise SettingsFaults("No campaign was ever started: type “training” in a chat to start one.")
            rows = tuple(rows_of(work, campaign, everybody=all_))
            _note(work, "staff.export", campaign=campaign.id, rows=str(len(rows)))
        note = f"{policy.title}, version {campaign.version}, {context.local(work.now)}"
        write_new(out, csv_file(note, EXPORTED, rows))
    typer.echo(f"{len(rows)} people are in {out}. It is encrypted no longer: keep it where such lists are.")


@command("list", group)
def show_register(email: Email = "") -> None:
    """Everybody on the staff register, a line each: schools, what they do, roles, platforms."""
    with _built() as product, product.database.transaction() as tx:
        context = product.context
        found = members(tx, context.vault, context.world.federation)
        audit.record(tx, context.vault, AuditEntry(clock(), audit.HOST, "", "staff.list"))
        shown = [one for one in found if not email or one.email == as_address(email)]
        confirmed = [tuple(_confirmed(tx, context, one)) for one in shown if email]
    for line in (_line(context, one, whole=bool(email)) for one in shown):
        typer.echo(line)
    for line in (line for lines in confirmed for line in lines):
        typer.echo(line)
    if not shown:
        typer.echo("Nobody with this address is on the register." if email else "Nobody is on the register.")


def _confirmed(tx: Transaction, context: Context, member: StaffMember) -> Iterator[str]:
    """What somebody has confirmed, and when they were trained."""
    names = known_as(context.vault, member)
    for item in attested_by(tx, names, context.world.policy.id):
        yield f"read and understood version {item.version!r}: {context.local(item.at)}"
    if trained := trained_at(tx, names):
        yield f"attended training: {context.local(trained)}"


def _line(context: Context, member: StaffMember, *, whole: bool) -> str:
    return " · ".join([member.name, *_parts(context, member), *([member.email] if whole else [])])


def _parts(context: Context, member: StaffMember) -> Iterator[str]:
    federation = context.world.federation
    schools = ", ".join(federation.school_name(school) for school in member.schools)
    yield schools or f"school not known: {member.told_by.title()} alone tells of them"
    yield from filter(
        None,
        (
            ", ".join(member.jobs),
            ", ".join(role_name(role) for role in member.roles),
            ", ".join(member.platforms),
            "on leave" if member.on_leave else "",
            f"left on {context.local(member.left_at)}" if member.left_at else "",
        ),
    )
