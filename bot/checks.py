"""`python -m bot check`: each part proved in turn, with the fix for each fault."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.app import NoEngine, build, clock, read_rasa, read_world
from bot.authoring.proof import prove_content
from bot.channels.teams import checkup as teams
from bot.channels.teams.config import TeamsConfig
from bot.channels.teams.references import KeptReferences
from bot.content.documents import DataFaults, load
from bot.content.federation import left_from_the_demo
from bot.content.policy_load import policy_folders
from bot.content.tables import Retention
from bot.domain.retention import CASE_CLASSES
from bot.engine.engine import Fit, find_fit, read_lesson, written_ns
from bot.engine.rasa import RasaFault
from bot.people.roster import misfits
from bot.settings import Settings, SettingsFaults, read_settings
from bot.storage import migrate
from bot.storage.crypto import KeyFault
from bot.storage.database import Database, StorageFault, StorageUnavailable
from bot.storage.vault import open_vault

# So many of the files that were changed since the last fit are named.
_NAMED = 3


@dataclass(frozen=True)
class CheckResult:
    """One part: what was proved, or every fault with what to do. A warning stops nothing."""

    part: str
    faults: tuple[str, ...] = ()
    note: str = ""
    warnings: tuple[str, ...] = ()


def check_everything() -> Iterator[CheckResult]:
    """Prove each part that can be proved; later parts are tried where the earlier ones allow it."""
    try:
        settings = read_settings()
    except SettingsFaults as error:
        yield CheckResult("settings", tuple(str(error).splitlines()))
        return
    demo = " (demo values)" if settings.federation.demo else ""
    unknown = f"; not read by Signpost: {', '.join(settings.unknown)}" if settings.unknown else ""
    yield CheckResult("settings", note=f"{settings.federation.name}{demo}, from {settings.config}{unknown}")
    yield _prove("roles", lambda: _roles(settings))
    yield _prove("knowledge base", lambda: _knowledge(settings))
    yield _prove("retention", lambda: _retention(settings))
    yield _prove("intents", lambda: _intents(settings))
    yield _prove("rasa", lambda: _rasa(settings))
    yield _prove("database", lambda: _database(settings))
    yield _prove("roster changes", lambda: _changes(settings))
    yield _slack(settings)
    yield _teams(settings)


def _prove(part: str, proof: Callable[[], str | CheckResult]) -> CheckResult:
    try:
        found = proof()
        return found if isinstance(found, CheckResult) else CheckResult(part, note=found)
    except (DataFaults, StorageFault, StorageUnavailable, KeyFault, RasaFault) as error:
        return CheckResult(part, tuple(str(error).splitlines()))


def _roles(settings: Settings) -> CheckResult:
    roster = settings.federation.roster
    note = f"{len(roster.people)} people hold {len(roster.roles)} roles"
    platforms = [name for name, used in (("slack", settings.slack), ("teams", settings.teams)) if used]
    left = left_from_the_demo(settings.config, settings.federation, platforms)
    return CheckResult("roles", note=note, warnings=(*_taken_as_typed(settings), *map(str, left)))


def _taken_as_typed(settings: Settings) -> Iterator[str]:
    """What passes for the Federation's own, whatever somebody types, since its file does not say what is."""
    federation = settings.federation
    # Rule 46.
    if not federation.email_domains:
        yield (
            f"{settings.config}: without `email_domains` an account may be linked to any e-mail address."
            " Name what the Federation's own end in, such as email_domains: [harbour.example.sch.uk]"
        )
    if pageless := [name for name in federation.accounts if not federation.account(name).page]:
        yield (
            f"{settings.config}: without `page` any https link passes for a post on: {', '.join(pageless)}."
            ' Say what its address begins with, such as page: "https://www.instagram.com/southmere/"'
        )


def _knowledge(settings: Settings) -> CheckResult:
    proof = prove_content(settings.policy_kb, settings.intents, clock().date())
    return CheckResult("knowledge base", proof.faults, proof.note, proof.warnings)


def _retention(settings: Settings) -> CheckResult:
    found = load(settings.policy_kb / "retention.yml", Retention)
    days = {name: found.cases[name].days for name in CASE_CLASSES}
    note = "; ".join(f"{name} {count} days from the last entry" for name, count in days.items() if count)
    unset = ", ".join(name for name, count in days.items() if not count)
    warning = (
        f"{settings.policy_kb / 'retention.yml'}: without `days`, so kept for ever: {unset}. Agree a number"
        " with the data-protection lead; until then `purge` destroys none of these."
    )
    note = f"{note or 'no period is set'} (not in this policy)"
    return CheckResult("retention", note=note, warnings=(warning,) if unset else ())


def _intents(settings: Settings) -> str:
    policy = read_world(settings).policy
    fit = find_fit(read_lesson(settings.intents, [policy]), settings.cache)
    reduced = ", with reduced accuracy: its language model is missing" if fit.reduced_accuracy else ""
    if fit.is_whole:
        return f"the builtin engine is trained{reduced}"
    mend = "run `python -m bot train`, or the next start learns for minutes"
    return f"{_outdated(settings, fit)}: {mend}{reduced}"


def _outdated(settings: Settings, fit: Fit) -> str:
    """Why there is no fit of the examples as they are: the files that were changed after the last one."""
    if not fit.others:
        return "the builtin engine is not trained yet"
    learnt = written_ns(fit.others[0])
    folders = (settings.intents, *policy_folders(settings.policy_kb))
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    newer = [str(path.relative_to(settings.intents.parent)) for path in files if written_ns(path) > learnt]
    more = f" and {len(newer) - _NAMED} more" if len(newer) > _NAMED else ""
    named = f", which is older than {', '.join(newer[:_NAMED])}{more}" if newer else ""
    return f"the fit of the builtin engine is of other examples or topics{named}"


def _rasa(settings: Settings) -> str:
    rasa = read_rasa(settings, NoEngine())
    if rasa is None:
        return "not used: NLU_URL is not set, and the built-in engine reads alone"
    try:
        return f"answers with {rasa.prove()}, trained from these examples"
    except RasaFault as fault:
        mend = "the built-in engine answers until it is mended: `make rasa-train rasa-run` (docs/rasa.md)"
        raise RasaFault(fault.reason, f"{fault}; {mend}") from None


def _slack(settings: Settings) -> CheckResult:
    if settings.slack is None:
        return CheckResult("slack", note="not used: SLACK_BOT_TOKEN is not set")
    try:
        texts = read_world(settings).door.private
    except DataFaults:
        return CheckResult("slack", note="not proved: the knowledge base must be mended first")
    from bot.channels.slack.checkup import prove

    proof = asyncio.run(prove(settings.slack, settings.federation.roster, texts, time.monotonic))
    return CheckResult("slack", proof.faults, proof.note)


def _teams(settings: Settings) -> CheckResult:
    if settings.teams is None:
        return CheckResult("teams", note="not used: MicrosoftAppId is not set")
    try:
        return _proved_on_teams(settings, settings.teams)
    except (DataFaults, StorageFault, StorageUnavailable, KeyFault):
        return CheckResult(
            "teams", note="not proved: the knowledge base or the database must be mended first"
        )


def _proved_on_teams(settings: Settings, config: TeamsConfig) -> CheckResult:
    database = Database(settings.database_url)
    try:
        with database.transaction() as tx:
            vault = open_vault(tx, settings.ring)
        kept = KeptReferences(database, vault)
        proof = asyncio.run(teams.prove(config, read_world(settings), kept, clock))
    finally:
        database.close()
    return CheckResult("teams", proof.faults, proof.note)


def _changes(settings: Settings) -> str:
    product = build(settings, engine=NoEngine())
    try:
        with product.database.transaction() as tx:
            found = misfits(tx, product.context)
    finally:
        product.close()
    if found:
        raise StorageFault("\n".join(found))
    return "every change to the roster still fits federation.yml"


def _database(settings: Settings) -> str:
    database = Database(settings.database_url)
    try:
        database.check()
        migrate.upgrade(database)
        with database.transaction() as tx:
            open_vault(tx, settings.ring)
    finally:
        database.close()
    return f"{database.url.render_as_string(hide_password=True)}, durable, at the newest schema"
