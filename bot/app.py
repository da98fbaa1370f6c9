"""The composition root: builds everything once, mounts the routes, and runs the worker beside them."""

from __future__ import annotations

import asyncio
import errno
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import structlog
from aiohttp import web

from bot import alarms
from bot.asking.labels import read_labelled
from bot.assistant import desk
from bot.assistant.assistant import Assistant
from bot.casework.context import ChannelState, Context, CurrentWorld, DoorState, Work
from bot.casework.limits import Counters
from bot.channels import playground
from bot.channels.common.runtime import AsyncCore
from bot.channels.common.sharing import SharedOnce
from bot.channels.common.work import Runtime
from bot.channels.paper.case_pages import CasePages
from bot.channels.playground.store import KeptMessages
from bot.channels.slack.config import PLATFORM as SLACK
from bot.channels.teams import app as teams
from bot.channels.teams.config import PLATFORM as TEAMS
from bot.channels.teams.config import TeamsConfig
from bot.channels.teams.references import KeptReferences
from bot.content.case_texts import CaseTexts, CaseWork, load_case_texts
from bot.content.documents import load
from bot.content.roster_texts import RosterTexts
from bot.content.tables import Outcomes, Retention
from bot.content.world import World, load_world
from bot.delivery.sender import MessageSender as WayOut
from bot.delivery.worker import Worker
from bot.domain.gaps import Golden
from bot.domain.messages import Button
from bot.domain.references import ALPHABET, receipt_code
from bot.domain.turns import Sender, Tokens
from bot.engine.engine import STEPS, BuiltinEngine, build_engine, read_lesson, spare_memory
from bot.engine.parse import Engine, Parse
from bot.engine.rasa import RasaEngine, RasaService, model_suffix
from bot.engine.training import load_training
from bot.health import Health
from bot.people import standing
from bot.running import (
    SharedClock,
    bound,
    doors_told,
    head_logged,
    keep_what_was_read,
    not_served_on,
    repeating,
    ring_said,
    serving,
    until_stopped,
    working,
)
from bot.settings import LOOPBACK, Settings, SettingsFaults
from bot.storage import migrate
from bot.storage.database import Database, may_be_shared, served_alone
from bot.storage.vault import open_vault

log = structlog.get_logger()
PLAYGROUND = "playground"


def clock() -> datetime:
    """The time, aware. The one place that reads it."""
    return datetime.now(UTC)


def _steady() -> float:
    # Where the machine has one that counts on while it sleeps.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _word(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_tokens() -> Tokens:
    """Random names for the next report: 20 bits of reference in four letters, 60 of receipt code."""
    return Tokens(secrets.token_hex(16), reference=f"FED-{_word(4)}", code=receipt_code(_word(12)))


@dataclass(frozen=True)
class Product:
    """Everything built: what the doors and the commands use."""

    settings: Settings
    database: Database
    context: Context
    assistant: Assistant
    engine: Engine
    # The time that all processes on this database share.
    clock: Callable[[], datetime] = clock

    def close(self) -> None:
        """Give back what it holds."""
        self.database.close()


def read_world(settings: Settings) -> World:
    """The policy, journeys, texts and the Federation's settings. Raises DataFaults."""
    return load_world(settings.policy_kb, settings.intents, settings.federation)


def read_case_texts(settings: Settings, world: World) -> tuple[CaseTexts, CaseWork, RosterTexts]:
    """The texts of cases, of the work on them, and of the roster. Raises DataFaults."""
    folder = settings.policy_kb
    return (
        load_case_texts(folder / "case-texts.yml", world.playbook.kinds),
        load(folder / "case-work.yml", CaseWork),
        load(folder / "roster-texts.yml", RosterTexts),
    )


def read_engine(settings: Settings, world: World) -> BuiltinEngine:
    """The built-in engine, as `train` left it; where that is of other examples it learns now, and logs it."""
    return build_engine(read_lesson(settings.intents, [world.policy]), settings.cache, told=_log_learning)


def _log_learning(step: str, done: float) -> None:
    steps = list(STEPS)
    if done == 0.0 and step == steps[0]:
        log.warning("not_trained", now="learning, which takes minutes", beforehand="python -m bot train")
    if done == 0.0:
        log.info("learning", step=step, number=steps.index(step) + 1, of=len(steps))


def read_rasa(settings: Settings, builtin: Engine) -> RasaEngine | None:
    """Rasa, with `builtin` to fall back on; None where NLU_URL is not set."""
    if settings.nlu is None:
        return None
    service = RasaService(settings.nlu.url, settings.nlu.token)
    return RasaEngine(service, model_suffix(load_training(settings.intents)), builtin, time.monotonic)


def _golden(settings: Settings) -> tuple[Golden, ...]:
    """The questions that answers are proved on."""
    labelled = read_labelled(settings.golden)
    return tuple(Golden(item.q, ours=item.kind != "out_of_scope") for item in labelled if not item.turns)


def build(settings: Settings, engine: Engine | None = None, world: World | None = None) -> Product:
    """Open and migrate the database, read the data, train the engine. Raises a fault that says what to do."""
    world = world or read_world(settings)
    database = Database(settings.database_url)
    database.check()
    migrate.upgrade(database)
    with database.transaction() as tx:
        vault = open_vault(tx, settings.ring)
    texts, work, roster_texts = read_case_texts(settings, world)
    context = Context(
        current=CurrentWorld(world),
        texts=texts,
        roster_texts=roster_texts,
        approvers=world.approvers,
        outcomes=load(settings.policy_kb / "outcomes.yml", Outcomes),
        work=work,
        database=database,
        vault=vault,
        retention=load(settings.policy_kb / "retention.yml", Retention),
        new_tokens=new_tokens,
        counters=Counters(world.federation.limits, secrets.token_bytes),
        platforms=_platforms(settings),
        flt_conversation=_flt_conversation(settings),
        threads=(SLACK,) if settings.slack else (),
        address=settings.public_url,
        channel=ChannelState(world.door.private.unchecked if settings.slack or settings.teams else ""),
        doors={name: DoorState() for name in _platforms(settings) if name != PLAYGROUND},
        golden=partial(_golden, settings),
    )
    with database.transaction() as tx:
        standing.refresh(Work(tx, context, clock()))
    # Rasa answers people where NLU_URL is set; a draft never leaves this process.
    local = engine or read_engine(settings, world)
    engine = engine or read_rasa(settings, local) or local
    shared = SharedClock(database.now, _steady) if database.is_shared else clock
    return Product(settings, database, context, Assistant(context, engine, local), engine, shared)


def _platforms(settings: Settings) -> tuple[str, ...]:
    """Those that messages can go out to."""
    there = {
        PLAYGROUND: settings.playground,
        SLACK: settings.slack is not None,
        TEAMS: settings.teams is not None,
    }
    return tuple(name for name, mounted in there.items() if mounted)


def _flt_conversation(settings: Settings) -> tuple[str, str]:
    platforms = _platforms(settings)
    return (platforms[0], "flt") if platforms else ("", "")


def web_app(product: Product, works: bool = True) -> web.Application:
    """The HTTP doors of `web`; with the worker beside them, where it `works`, they are `serve`."""
    # Neither platform compresses what it sends: a body that claims to be compressed is only bytes.
    app = web.Application(handler_args={"auto_decompress": False})
    core = _core(app, product)
    Health(product.context, core.run, product.clock).mount(app)
    CasePages(product.context, core.run, product.clock).mount(app)
    senders = _mount_doors(app, core, product)
    if works:
        _add_worker(app, core, product, senders)
    return app


def worker_app(product: Product) -> web.Application:
    """The worker and its ways out, with nothing that anybody outside could speak to."""
    app = web.Application()
    core = _core(app, product)
    _add_worker(app, core, product, _mount_doors(app, core, product))
    return app


def _core(app: web.Application, product: Product) -> AsyncCore:
    core = AsyncCore(product.assistant, product.clock)
    app.on_cleanup.append(_closing(core))
    if isinstance(shared := product.clock, SharedClock):
        app.cleanup_ctx.append(repeating(lambda: core.run(shared.set), SharedClock.ASKED_EVERY_S))
    app.cleanup_ctx.append(ring_said(product.database, product.context.vault.ring, core.run, product.clock))
    app.cleanup_ctx.append(doors_told(product.context, core.run, product.clock))
    if product.settings.alarm_webhook:
        way = alarms.webhook(product.settings.alarm_webhook)
        app.cleanup_ctx.append(alarms.told_by(product.context, way, product.clock))
    if product.settings.mail is not None:
        way = alarms.mail(product.settings.mail, product.context, core.run, product.clock)
        app.cleanup_ctx.append(alarms.told_by(product.context, way, product.clock))
    return core


def _closing(core: AsyncCore) -> Callable[[web.Application], Awaitable[None]]:
    async def close(_app: web.Application) -> None:
        core.close()

    return close


def _add_worker(
    app: web.Application, core: AsyncCore, product: Product, senders: Mapping[str, WayOut]
) -> None:
    app.cleanup_ctx.append(head_logged(product.database, core.run))
    worker = Worker(product.context, senders, core.run, product.clock, random.random)
    core.handled = worker.wake.set
    app.cleanup_ctx.append(working(worker, product.database.listener()))


def _mount_doors(app: web.Application, core: AsyncCore, product: Product) -> dict[str, WayOut]:
    """Every configured door; what it is spoken to by, and its way out."""
    senders: dict[str, WayOut] = {}
    context, settings = product.context, product.settings
    if settings.playground:
        store = KeptMessages(product.database, context.vault)
        senders[PLAYGROUND] = playground.mount(
            app, core, settings.federation, store, core.run, product.clock, _row(context)
        )
    runtime = Runtime(asyncio.create_task, core.run, product.clock, time.monotonic, asyncio.sleep)
    shared = SharedOnce(product.database, context.vault, core.run, product.clock)
    if settings.slack:
        # Bolt and its parts hold 15 MiB: only where there is a Slack.
        from bot.channels.slack import app as slack

        senders[SLACK] = slack.mount(
            app, core, context.current, settings.slack, context.channel, context.doors[SLACK], shared, runtime
        )
    if settings.teams:
        senders[TEAMS] = _teams(app, core, product, settings.teams, shared, runtime)
    app.on_shutdown.append(runtime.ended)
    return senders


def _row(context: Context) -> Callable[[str], tuple[Button, ...]]:
    """The buttons that always stand on the playground for a user, as their roles are now."""
    return lambda user: desk.row(context.world, Sender(PLAYGROUND, user))


def _teams(
    app: web.Application,
    core: AsyncCore,
    product: Product,
    config: TeamsConfig,
    shared: SharedOnce,
    runtime: Runtime,
) -> WayOut:
    context = product.context
    # One writer: where Slack has the FLT's channel, what Teams finds of its own is no concern.
    state = context.channel if context.flt_conversation[0] == TEAMS else ChannelState()
    kept = KeptReferences(product.database, context.vault)
    return teams.mount(app, core, context.current, config, kept, state, context.doors[TEAMS], shared, runtime)


def serve(settings: Settings, works: bool = True) -> None:
    """Run `serve` until stopped; or `web`, where no worker `works`. The playground is on loopback alone."""
    if not works:
        _refuse_one_process("web", settings)
    emulated = settings.teams is not None and settings.teams.emulator
    host = LOOPBACK if settings.playground or emulated else "0.0.0.0"  # noqa: S104 - the platforms' events come from outside
    # Before the engine learns, which takes a while: a port that is taken is told at once.
    with bound(host, settings.port) as door, served_alone(settings.database_url):
        product = build(replace(settings, public_url=settings.public_url or _own_address(settings)))
        keep_what_was_read()
        try:
            log.info("serving", address=f"http://localhost:{settings.port}/", demo=settings.federation.demo)
            asyncio.run(serving(web_app(product, works), door, settings.trusted_proxies))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            # Two that were started at once are both bound until the first one listens.
            raise not_served_on(settings.port, error) from None
        finally:
            product.close()


def _own_address(settings: Settings) -> str:
    """That of the playground, whose people sit at this machine."""
    return f"http://localhost:{settings.port}" if settings.playground else ""


# glibc raises its own limit with the largest piece that is freed, and then keeps what lies between others.
_LARGE_ANSWER = 1 << 17


def work(settings: Settings) -> None:
    """Run `worker` until stopped: what is owed is delivered, and nobody is listened to."""
    _refuse_one_process("worker", settings)
    if settings.slack:
        # Socket Mode is a door: its events are for those who serve.
        deaf = replace(settings.slack, app_token="", signing_secret=settings.slack.signing_secret or "none")
        settings = replace(settings, slack=deaf)
    product = build(settings, engine=NoEngine())
    keep_what_was_read()
    spare_memory(_LARGE_ANSWER)
    log.info("working", platforms=product.context.platforms)
    try:
        asyncio.run(until_stopped(worker_app(product)))
    finally:
        product.close()


def _refuse_one_process(command: str, settings: Settings) -> None:
    if not may_be_shared(settings.database_url):
        raise SettingsFaults(
            f"`{command}` is one of several processes, and SQLite is for one alone: run `python -m bot serve`"
            ", or set DATABASE_URL to postgresql+psycopg://… (docs/databases.md)."
        )


class NoEngine:
    """For a process that is asked nothing: it saves the memory of a trained one."""

    name = "none"

    def parse(self, text: str) -> Parse:
        """Nothing is understood."""
        return Parse(text, ())
