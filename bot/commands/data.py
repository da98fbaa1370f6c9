"""`export`, `report`, `purge`, `accounts` and `roster`: what is stored, taken out, shown or destroyed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from bot.accounts.shown import register_lines
from bot.app import NoEngine, build, clock, read_world
from bot.casework.context import Context, Work
from bot.channels.paper import Sheet, on_one_page, pdf
from bot.channels.paper.case_pages import case_bytes, json_bytes
from bot.channels.paper.phone_sheet import phone_sheet
from bot.channels.paper.tables import csv_file
from bot.channels.terminal import lines as in_lines
from bot.commands.keys import agreement, used
from bot.commands.opened import opened
from bot.commands.registry import cli, command
from bot.content.documents import load
from bot.content.tables import Retention
from bot.domain.messages import Message
from bot.domain.references import read_reference
from bot.domain.retention import CASE_CLASSES
from bot.governance.report import report_of
from bot.governance.sections import as_blocks
from bot.governance.terms import whole_term
from bot.people.roster import lines
from bot.records.exports import export_case, export_subject
from bot.records.register import register
from bot.records.retention import Going, due, purge
from bot.records.subject_access import subject_blocks, subject_title
from bot.records.subjects import subject_of
from bot.settings import SettingsFaults, read_settings
from bot.storage import audit
from bot.storage.audit import AuditEntry

report = typer.Typer(help="Papers of the Federation as a whole.", no_args_is_help=True)
cli.add_typer(report, name="report")


@command("sheet", report)
def sheet(
    out: Annotated[Path, typer.Option(help="The new PDF; nothing is overwritten.")] = Path("phone-sheet.pdf"),
) -> None:
    """Print whom to phone when Signpost is down, on one page of A4 (PDF)."""
    settings = read_settings()
    world = read_world(settings)
    today = clock().astimezone(ZoneInfo(world.federation.timezone)).date()
    blocks = phone_sheet(world, today)
    title = world.paper.sheet.title.fill(federation=world.federation.name)
    printed = f"{today.day} {today:%b %Y}"
    write_new(out, on_one_page(Sheet(title, blocks, printed), world.paper.pages), mode=0o644)
    typer.echo(f"The phone sheet is in {out}. Print it, and look at every number on it once a year.")


@command("governors", report)
def governors(
    term: Annotated[str, typer.Option(help="A whole term, such as 2026-autumn (calendar > terms).")],
    out: Annotated[
        Path | None,
        typer.Option(help="The new file, .pdf or .txt; nothing is overwritten. Default: governors-TERM.pdf."),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="As text: to the screen, or to a file .txt.")] = False,
) -> None:
    """The figures of a whole term for the governors: nobody's name, and no small number (PDF or text)."""
    place = _place(term, out, as_text=text)
    product = build(read_settings(), engine=NoEngine())
    try:
        content = _governors(product.context, term, clock(), as_text=place is None or place.suffix == ".txt")
    finally:
        product.close()
    if place is None:
        typer.echo(content.decode(), nl=False)
        return
    write_new(place, content)
    typer.echo(f"The governors' report of {term} is in {place}.")


def _place(term: str, out: Path | None, *, as_text: bool) -> Path | None:
    """The file to make; None where it goes to the screen. Raises SettingsFaults where it cannot be."""
    if out is None and as_text:
        return None
    place = out or Path(f"governors-{Path(term).name}.pdf")
    wanted = (".txt",) if as_text else (".pdf", ".txt")
    if place.suffix not in wanted:
        raise SettingsFaults(f"{place} is neither: give a name that ends in {' or '.join(wanted)}.")
    refuse_existing(place)
    return place


def _governors(context: Context, name: str, now: datetime, *, as_text: bool) -> bytes:
    with context.database.transaction() as tx:
        term = whole_term(context.world, name, now)
        found = term if isinstance(term, str) else report_of(Work(tx, context, now), term)
        if isinstance(found, str):
            raise SettingsFaults(found)
        entry = AuditEntry(now, audit.HOST, "", "governors.file", detail={"term": name})
        audit.record(tx, context.vault, entry)
    if not as_text:
        from bot.channels.paper.governors import governors_pdf

        return governors_pdf(context, found, now)
    shown = in_lines(Message(as_blocks(context, found), ""))
    return ("\n".join(shown).strip() + "\n").encode()


def write_new(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file that was not there. Raises SettingsFaults; nothing is left half written."""
    refuse_existing(path)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise SettingsFaults(f"{path} cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise SettingsFaults(f"{path} cannot be written: {error.strerror}. Nothing was left there.") from None


def refuse_existing(path: Path) -> None:
    """Raise SettingsFaults where a file could not be made, before a code is used up for it."""
    if path.exists() or path.is_symlink():
        raise SettingsFaults(f"{path} is there already, and nothing is overwritten: give another name.")
    if not path.parent.is_dir():
        raise SettingsFaults(
            f"{path} cannot be written: there is no folder {path.parent}. Make it, or give another place."
        )


Format = Literal["csv", "json", "pdf"]
_ONE = ("pdf", "json")
_MANY = ("csv", "json")


@command("export")
def export(
    format_: Annotated[
        Format, typer.Option("--format", help="csv or json for the register; pdf or json for one.")
    ],
    out: Annotated[Path, typer.Option(help="The new file, for your eyes alone; nothing is overwritten.")],
    case: Annotated[str, typer.Option(help="One case, such as FED-7K3Q; needs --code.")] = "",
    subject: Annotated[
        str, typer.Option(help="What is held of one person: a roster id, or platform:user; needs --code.")
    ] = "",
    code: Annotated[
        str,
        typer.Option(
            help="The code that an EHT, DSL, chair or data-protection lead got; asked for if left out."
        ),
    ] = "",
    first: Annotated[
        str, typer.Option("--from", help="The register from this day, such as 2026-09-01.")
    ] = "",
    last: Annotated[str, typer.Option("--to", help="The register up to and with this day.")] = "",
) -> None:
    """Export one case, what is held of one person, or the register of reports without their content."""
    _refuse_odd(format_, case, subject, first or last)
    refuse_existing(out)
    days = _days(first, last)
    if case or subject:
        code = code or typer.prompt("Code", hide_input=True, err=True)
    product = build(read_settings(), engine=NoEngine())
    try:
        content = _content(product.context, format_, (read_reference(case), subject.strip(), code), days)
    finally:
        product.close()
    write_new(out, content)
    typer.echo(f"Exported to {out}. It is encrypted no longer: move it to where such records are kept.")


def _refuse_odd(wanted: str, case: str, subject: str, period: str) -> None:
    if case and subject:
        raise SettingsFaults("--case and --subject are two exports: give one of them.")
    if (case or subject) and period:
        raise SettingsFaults("--from and --to are for the register: leave them out with --case or --subject.")
    allowed = _ONE if case or subject else _MANY
    if wanted not in allowed:
        raise SettingsFaults(f"--format {wanted} does not fit here: give {' or '.join(allowed)}.")


def _days(first: str, last: str) -> tuple[date | None, date | None]:
    days = (_day(first), _day(last))
    if days[0] and days[1] and days[0] > days[1]:
        raise SettingsFaults(f"--from {first} is after --to {last}: give the earlier day to --from.")
    return days


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsFaults(f"{text!r} is no day: write it as 2026-09-01.") from None


def _content(
    context: Context, wanted: str, which: tuple[str, str, str], days: tuple[date | None, date | None]
) -> bytes:
    case, subject, code = which
    now = clock()
    if case:
        return _case(context, wanted, case, code, now)
    return _subject(context, wanted, subject, code, now) if subject else _register(context, wanted, days, now)


def _case(context: Context, wanted: str, case: str, code: str, now: datetime) -> bytes:
    with context.database.transaction() as tx:
        file = export_case(Work(tx, context, now), case, wanted, code)
    if file is None:
        raise SettingsFaults(context.world.paper.codes.refused)
    return case_bytes(context, wanted, file, now)


def _subject(context: Context, wanted: str, key: str, code: str, now: datetime) -> bytes:
    subject = subject_of(context.world.federation, key)
    if subject is None:
        raise SettingsFaults(context.world.paper.codes.errors.subject)
    with context.database.transaction() as tx:
        file = export_subject(Work(tx, context, now), subject, wanted, code)
    if file is None:
        raise SettingsFaults(context.world.paper.codes.refused)
    if wanted == "json":
        return json_bytes(file)
    sheet = Sheet(subject_title(context, file), subject_blocks(context, file), context.local(now))
    return pdf(sheet, context.world.paper.pages)


def _register(context: Context, wanted: str, days: tuple[date | None, date | None], now: datetime) -> bytes:
    texts = context.world.paper.register_
    with context.database.transaction() as tx:
        rows = register(Work(tx, context, now), *days)
    if wanted == "json":
        made = {"at": now.isoformat(timespec="seconds"), "from": str(days[0] or ""), "to": str(days[1] or "")}
        return json_bytes(
            {"format": "signpost-register", "version": 1, "note": texts.note, **made, "reports": rows}
        )
    columns = texts.columns.model_dump()
    return csv_file(texts.note, list(columns.values()), [[row[name] for name in columns] for row in rows])


@command("purge")
def purge_command(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would go, with no content.")
    ] = False,
) -> None:
    """Destroy the text of closed cases whose period has passed; two people must have agreed in the chat."""
    with opened() as product:
        retention = load(product.settings.policy_kb / "retention.yml", Retention)
        if dry_run:
            with product.database.transaction() as tx:
                _tell(retention, due(tx, retention, clock()))
            typer.echo("Nothing has changed.")
            return
        approval = agreement(product, "purge", "a purge")
        _tell(retention, purge(product.database, product.vault, retention, clock()))
        # Only now is the agreement used up: a purge that was killed is run again.
        used(product, approval, "purge")
        typer.echo(product.database.overwrite_deleted())
        typer.echo("Backups made before now still hold it: see docs/retention.md for what ends that.")


def _tell(retention: Retention, going: Iterable[Going]) -> None:
    listed = list(going)
    for name in CASE_CLASSES:
        references = [item.reference for item in listed if item.case_class == name]
        days = retention.cases[name].days
        period = f"{days} days after the last entry" if days else "kept: no period is set"
        typer.echo(f"{name} ({period}; not in this policy): {len(references)}")
        if references:
            typer.echo("  " + " ".join(references))


@command("accounts")
def accounts() -> None:
    """The register of accounts, a line each, and in figures. Changes nothing but the audit."""
    product = build(read_settings(), engine=NoEngine())
    try:
        with product.database.transaction() as tx:
            work = Work(tx, product.context, clock())
            for line in register_lines(work):
                typer.echo(line)
            audit.record(tx, work.context.vault, AuditEntry(work.now, audit.HOST, "", "account.list"))
    finally:
        product.close()


@command("roster")
def roster() -> None:
    """Who holds which role now, who is away, and what waits for a second person. Changes nothing."""
    product = build(read_settings(), engine=NoEngine())
    try:
        with product.database.transaction() as tx:
            for line in lines(Work(tx, product.context, clock())):
                typer.echo(line)
    finally:
        product.close()
