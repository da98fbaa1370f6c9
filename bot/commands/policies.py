"""`check --content` and `policy`: what a policy officer runs. It loads neither database nor platforms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import places
from bot.authoring.accepting import accept, contrary
from bot.authoring.anchoring import renew
from bot.authoring.difference import difference
from bot.authoring.drafting import draft, source_lines
from bot.authoring.proof import prove_content
from bot.authoring.reading import read_file
from bot.authoring.sentences import Rule, rules_of
from bot.commands.registry import cli, command
from bot.content.policy_load import policy_folders
from bot.domain.faults import ToldFault

group = typer.Typer(help="What a policy officer needs (docs/policy.md).", no_args_is_help=True)
cli.add_typer(group, name="policy")
Which = Annotated[
    str, typer.Argument(help="The folder in policy_kb/; it may be left out where there is only one.")
]


def folder_of(name: str) -> Path:
    """The folder of a policy by its name; the only one where none is given. Raises ToldFault."""
    folders = {path.name: path for path in policy_folders(places.HOME / "policy_kb")}
    known = ", ".join(folders)
    if not name and len(folders) > 1:
        raise ToldFault(f"Say which policy: {known}.")
    if name and name not in folders:
        raise ToldFault(f"There is no policy {name!r} in policy_kb/, only {known}.")
    return folders[name] if name else next(iter(folders.values()))


@command("check")
def check(
    content: Annotated[
        bool, typer.Option("--content", help="Only policy_kb/ and intents/: a second, and no database.")
    ] = False,
) -> None:
    """Prove settings, roles, knowledge base, intents and database; say the fix for each fault."""
    failed = _content() if content else _everything()
    if failed:
        raise typer.Exit(1)


def _content() -> bool:
    proof = prove_content(places.HOME / "policy_kb", places.HOME / "intents", places.today())
    _show("content", proof.note, proof.faults, proof.warnings)
    return bool(proof.faults)


def _everything() -> bool:
    # Imported where it is used: it loads the engine, the database and both platforms, which takes seconds.
    from bot.checks import check_everything

    failed = False
    for finding in check_everything():
        failed = failed or bool(finding.faults)
        _show(finding.part, finding.note, finding.faults, finding.warnings)
    return failed


def _show(part: str, note: str, faults: tuple[str, ...], warnings: tuple[str, ...]) -> None:
    mark = "FAULT" if faults else "warn" if warnings else "ok"
    typer.echo(f"{mark:5}  {part}: {note}")
    for line in (*faults, *warnings):
        typer.echo(f"       {line}")


@command("anchor", group)
def anchor(
    policy: Which = "",
    quotes: Annotated[
        bool,
        typer.Option("--quotes", help="Take over what a changed sentence of the source says now."),
    ] = False,
) -> None:
    """Renew where each clause stands in the source; with --quotes, also what it says."""
    folder = folder_of(policy)
    done = renew(folder, quotes=quotes, today=places.today())
    for name, before, now in done.quotes:
        typer.echo(f"{name}\n  was: {before}\n  now: {now}")
    path, taken = folder / "clauses.yml", len(done.quotes)
    typer.echo(f"{path}: {done.lines} lines renewed, {taken} sentences taken over.")
    if done.quotes:
        typer.echo(
            "The answers that stand on them are held back until two people have signed them:"
            f" `python -m bot policy sign {folder.name}`"
        )
    for fault in done.faults:
        typer.echo(str(fault), err=True)
    if done.faults:
        raise typer.Exit(1)


@command("import", group)
def import_file(
    file: Annotated[Path, typer.Argument(help="A policy as .docx, .pdf or .txt.")],
    title: Annotated[str, typer.Option("--title", help="What it is called; else its first heading.")] = "",
    prefix: Annotated[str, typer.Option("--prefix", help="Letters before the numbers of clauses.")] = "",
    into: Annotated[
        str, typer.Option("--into", help="A policy that is there: only its source is replaced.")
    ] = "",
) -> None:
    """Draft a policy's folder from a file: clauses, topics to write, examples to read."""
    paper = read_file(file)
    for notice in paper.notices:
        typer.echo(notice, err=True)
    if into:
        path = folder_of(into) / "source.txt"
        path.write_text("\n".join(source_lines(paper.parts)) + "\n", encoding="utf-8")
        typer.echo(f"{path} is the new version. `python -m bot policy anchor {into}` says what it changes.")
        return
    done = draft(paper, places.HOME / "policy_kb", title, prefix, places.today())
    typer.echo(
        f"{done.folder}: {done.clauses} clauses, {done.topics} topics to write. It is a draft, and Signpost"
        " does not start with it: `python -m bot check --content` names what is left (docs/policy.md)."
    )


@command("diff", group)
def diff(
    old: Annotated[str, typer.Argument(help="A file as for `import`, or a folder of policy_kb/.")],
    new: Annotated[str, typer.Argument(help="The same: the version after it.")],
) -> None:
    """What a new version says otherwise, rule by rule, in plain words."""
    same, changes = difference(_rules(old), _rules(new))
    for change in changes:
        for line in change.told():
            typer.echo(line)
    typer.echo(f"{same} rules are the same, {len(changes)} are not.")


def _rules(name: str) -> list[Rule]:
    if Path(name).is_file():
        return list(rules_of(read_file(Path(name)).parts))
    return list(rules_of(read_file(folder_of(name) / "source.txt").parts))


@command("accept", group)
def accept_examples(policy: Which = "") -> None:
    """Put the examples of a drafted policy, which you have read, where Signpost learns from them."""
    folder = folder_of(policy)
    count = accept(folder, places.HOME / "intents")
    found = contrary(folder, places.HOME / "intents")
    _list(
        "These examples say that no policy covers its subject. Take out each that this one now does:",
        found.outside,
    )
    _list("These lead to an answer of another policy. Move each that this one answers:", found.elsewhere)
    typer.echo(f"{count} intents are in intents/. `python -m bot train` learns them, which takes minutes.")


def _list(title: str, lines: tuple[str, ...]) -> None:
    if lines:
        typer.echo("\n".join((title, *(f"  {line}" for line in lines))))
