"""`policy sign`: one person after the other signs what has changed. The roster is in the database."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import places
from bot.app import NoEngine, build, clock
from bot.authoring.signing import SignatureRefused, Signer, sign
from bot.casework.context import Work
from bot.commands.policies import Which, folder_of, group
from bot.commands.registry import command
from bot.content.policy_load import Policy, load_policy
from bot.domain.roster import Roster
from bot.people import standing
from bot.settings import read_settings


@command("sign", group)
def sign_command(
    policy: Which = "",
    by: Annotated[str, typer.Option("--by", help="Who signs: an id of `people` in federation.yml.")] = "",
    author: Annotated[str, typer.Option("--author", help="Who wrote what is signed.")] = "",
    topic: Annotated[
        list[str] | None, typer.Option("--topic", help="Only this answer; may be given again.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every answer of the policy that is held back.")
    ] = False,
) -> None:
    """Sign the answers that are held back, once you have read each; it takes two people, never the author.

    Without --by and --author it shows them; with them it signs only what --topic names, or --all.
    """
    folder = folder_of(policy)
    # Of its own clauses alone, as it is at a start: "24 hours" of another policy is another matter.
    known = load_policy(folder)
    held = list(known.held)
    if unknown := [name for name in topic or () if name not in held]:
        raise SignatureRefused(
            f"Not held back in {folder.name}: {', '.join(unknown)}. Held back: {_listed(held)}."
        )
    wanted = topic or held
    if not by or not author:
        _show(wanted, known)
        return
    _refuse_unnamed(folder.name, held, named=bool(topic) or every)
    roles = _signers()
    if by not in roles:
        raise SignatureRefused(
            f"{by}: nobody of this id is on the roster and may sign. Who may: {_listed(sorted(roles))}."
        )
    done = sign(folder, known, wanted, Signer(by, roles[by]), author, roles, places.today())
    for name, counts in done.items():
        state = "signed by two" if counts else "signed by one; a second person signs now"
        typer.echo(f"{name}: {state}: {known.topics[name].answer}")
    if any(done.values()):
        typer.echo("What two have signed is said from the next start on.")


def _refuse_unnamed(policy: str, held: list[str], *, named: bool) -> None:
    if not named:
        raise SignatureRefused(
            "Say what you sign: --topic ID for each answer that you have read, or --all for every one."
            f" Held back in {policy}: {_listed(held)}. Nothing was signed."
        )
    if not held:
        raise SignatureRefused(f"Nothing of {policy} is held back, so there is nothing to sign.")


def _signers() -> dict[str, frozenset[str]]:
    """Everybody who may sign, as the roster stands now, with the roles that they hold in their own right."""
    product = build(read_settings(), engine=NoEngine())
    try:
        with product.database.transaction() as tx:
            stand = standing.stand_now(Work(tx, product.context, clock()))
        roster, allowed = stand.world.federation.roster, stand.world.duties["sign_answer"]
    finally:
        product.close()
    return {person: held for person in roster.people if (held := _roles(roster, person)) & allowed.keys()}


def _roles(roster: Roster, person: str) -> frozenset[str]:
    return frozenset(
        role for role in (*roster.roles, "policy_owner") if person in roster.own_holders(role, "")
    )


def _show(topics: list[str], policy: Policy) -> None:
    """What is to be read before it is signed: the clauses as they are, and the answer."""
    for name in topics:
        found = policy.topics[name]
        typer.echo(f"{name}: {found.question}\n  answer: {found.answer}")
        for step in found.next:
            typer.echo(f"  next: {step}")
        for clause in policy.citations(found):
            typer.echo(f"  {clause.id}: {clause.quote}")
    typer.echo(
        f"{len(topics)} held back. Two people sign, neither of them the author, each for themselves, with"
        " --by ID --author ID and --topic ID for each answer that they have read (or --all)."
    )


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
