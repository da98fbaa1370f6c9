"""`export`: cases out. One case or one person with a code of somebody who may see it, or the register."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bot.app import NoEngine, build, clock
from bot.casework.context import Context
from bot.channels.paper import Sheet, pdf
from bot.channels.paper.tables import csv_file
from bot.commands.papers import refuse_existing, write_new
from bot.commands.registry import command
from bot.domain.messages import Block
from bot.records.case_paper import case_blocks, title_of
from bot.records.exports import export_case, export_subject
from bot.records.register import register
from bot.records.subject_access import subject_blocks, subject_title
from bot.records.subjects import subject_of
from bot.settings import SettingsFaults, read_settings

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
        content = _content(
            product.context, format_, (case.strip().upper(), subject.strip(), code.strip().upper()), days
        )
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
        file = export_case(tx, context, case, wanted, code, now)
    if file is None:
        raise SettingsFaults(context.world.paper.codes.refused)
    return _one(context, wanted, file, (title_of(context, file), case_blocks(context, file)), now)


def _subject(context: Context, wanted: str, key: str, code: str, now: datetime) -> bytes:
    subject = subject_of(context.world.federation, key)
    if subject is None:
        raise SettingsFaults(context.world.paper.codes.errors.subject)
    with context.database.transaction() as tx:
        file = export_subject(tx, context, subject, wanted, code, now)
    if file is None:
        raise SettingsFaults(context.world.paper.codes.refused)
    return _one(context, wanted, file, (subject_title(context, file), subject_blocks(context, file)), now)


def _one(
    context: Context, wanted: str, file: dict[str, Any], paper: tuple[str, tuple[Block, ...]], now: datetime
) -> bytes:
    if wanted == "json":
        return _json(file)
    title, blocks = paper
    return pdf(Sheet(title, blocks, context.local(now)), context.world.paper.pages)


def _register(context: Context, wanted: str, days: tuple[date | None, date | None], now: datetime) -> bytes:
    texts = context.world.paper.register_
    with context.database.transaction() as tx:
        rows = register(tx, context, *days, now)
    if wanted == "json":
        made = {"at": now.isoformat(timespec="seconds"), "from": str(days[0] or ""), "to": str(days[1] or "")}
        return _json(
            {"format": "signpost-register", "version": 1, "note": texts.note, **made, "reports": rows}
        )
    columns = texts.columns.model_dump()
    return csv_file(texts.note, list(columns.values()), [[row[name] for name in columns] for row in rows])


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8", errors="replace")
