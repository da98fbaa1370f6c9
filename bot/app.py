"""The composition root: builds everything once, mounts the routes, and runs the worker beside them."""

from __future__ import annotations

import asyncio
import functools
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

from bot.channels import playground
from bot.channels.playground.kept import KeptMessages
from bot.channels.slack import mounting as slack
from bot.channels.slack.config import PLATFORM as SLACK
from bot.conversation.turns import Incoming, Tokens
from bot.conversation.world import World
from bot.delivery.engines import RasaEngine, model_suffix
from bot.delivery.rasa_client import RasaService
from bot.delivery.sender import Sender
from bot.delivery.worker import Worker
from bot.domain.messages import Message
from bot.knowledge.answer_rules import load_answer_rules
from bot.knowledge.case_texts import CaseTexts, Outcomes
from bot.knowledge.documents import load
from bot.knowledge.door_texts import load_door_texts
from bot.knowledge.engine import BuiltinEngine, build_engine, lesson
from bot.knowledge.parsing import Engine
from bot.knowledge.permission_files import PermissionTable
from bot.knowledge.playbook import load_playbook
from bot.knowledge.policies import load_policy
from bot.knowledge.rasa_files import load_training
from bot.knowledge.wording import load_lexicon
from bot.services.assistant import Assistant
from bot.services.context import ChannelState, Context
from bot.settings import LOOPBACK, Settings
from bot.storage import migrate
from bot.storage.database import Database, StorageUnavailable
from bot.storage.outbox import last_beat, oldest_due
from bot.storage.vault import open_vault

log = structlog.get_logger()
EVENTS = Counter("signpost_events", "What came in through a door, by kind.", ["kind"])
PLAYGROUND = "playground"
# Crockford's alphabet: nothing that is mistaken for something else when it is read out on the phone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIVE = timedelta(seconds=60)


def clock() -> datetime:
    """The time, aware. The one place that reads it."""
    return datetime.now(UTC)


def _word(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_tokens() -> Tokens:
    """Random names for the next report: 20 bits of reference in four letters, 60 of receipt code."""
    code = "-".join(_word(4) for _ in range(3))
    return Tokens(draft=secrets.token_hex(16), reference=f"FED-{_word(4)}", code=code)


@dataclass(frozen=True)
class Product:
    """Everything built: what the doors and the commands use."""

    settings: Settings
    database: Database
    context: Context
    assistant: Assistant
    engine: Engine

    def close(self) -> None:
        """Give back what it holds."""
        self.database.close()


def read_world(settings: Settings) -> World:
    """The policy, journeys, texts and the Federation's settings. Raises DataFaults."""
    folder = settings.policy_kb
    policy = load_policy(folder / "social-media")
    return World(
        policy=policy,
        playbook=load_playbook(folder, policy),
        rules=load_answer_rules(settings.intents, folder),
        federation=settings.federation,
        permissions=load(folder / "permissions.yml", PermissionTable).permissions,
        door=load_door_texts(folder / "door-texts.yml", policy.topics),
    )


def read_engine(settings: Settings, world: World) -> BuiltinEngine:
    """The built-in engine, trained from `intents/` and the policy, or from the cache of that."""
    learnt_from = lesson(
        load_training(settings.intents), load_lexicon(settings.intents / "lexicon.yml"), [world.policy]
    )
    return build_engine(learnt_from, settings.cache)


def read_rasa(settings: Settings, builtin: Engine) -> RasaEngine | None:
    """Rasa, with `builtin` to fall back on; None where NLU_URL is not set."""
    if settings.nlu is None:
        return None
    service = RasaService(settings.nlu.url, settings.nlu.token)
    return RasaEngine(service, model_suffix(load_training(settings.intents)), builtin, time.monotonic)


def serving_engine(settings: Settings, world: World) -> Engine:
    """The engine that people are answered with: Rasa where NLU_URL is set, else the built-in one."""
    builtin = read_engine(settings, world)
    return read_rasa(settings, builtin) or builtin


def build(settings: Settings, engine: Engine | None = None, world: World | None = None) -> Product:
    """Open and migrate the database, read the data, train the engine. Raises a fault that says what to do."""
    world = world or read_world(settings)
    database = Database(settings.database_url)
    database.check()
    migrate.upgrade(database)
    with database.transaction() as tx:
        vault = open_vault(tx, settings.ring)
    context = Context(
        world=world,
        texts=load(settings.policy_kb / "case-texts.yml", CaseTexts),
        outcomes=load(settings.policy_kb / "outcomes.yml", Outcomes),
        database=database,
        vault=vault,
        new_tokens=new_tokens,
        platforms=_platforms(settings),
        flt_conversation=_flt_conversation(settings),
        threads=(SLACK,) if settings.slack else (),
        channel=ChannelState(world.door.private.unchecked if settings.slack else ""),
    )
    engine = engine or serving_engine(settings, world)
    return Product(settings, database, context, Assistant(context, engine), engine)


def _platforms(settings: Settings) -> tuple[str, ...]:
    """Those that messages can go out to."""
    there = {PLAYGROUND: settings.playground, SLACK: settings.slack is not None}
    return tuple(name for name, mounted in there.items() if mounted)


def _flt_conversation(settings: Settings) -> tuple[str, str]:
    platforms = _platforms(settings)
    return (platforms[0], "flt") if platforms else ("", "")


class AsyncCore:
    """The core for doors that are async: plain functions below, crossed once through threads of its own."""

    def __init__(self, product: Product) -> None:
        self._product = product
        # Few: SQLite has one writer, and a longer queue in front of it helps nobody.
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="core")
        self.handled: Callable[[], None] = lambda: None

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a plain function off the event loop."""
        call = functools.partial(function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
        """What to show the sender; whatever it left in the outbox is sent at once.

        What is not stored `within` so many seconds is not stored at all, and the sender is told so.
        """
        EVENTS.labels(type(incoming.content).__name__.lower()).inc()
        ends = None if within is None else time.monotonic() + within
        in_time = None if ends is None else lambda: time.monotonic() < ends
        replies: tuple[Message, ...] = await self.run(
            self._product.assistant.handle, incoming, clock(), in_time
        )
        self.handled()
        return replies

    def close(self) -> None:
        """Wait for what is under way."""
        self._pool.shutdown()


def web_app(product: Product) -> web.Application:
    """The HTTP doors and the worker in one process: `serve`."""
    app, core = web.Application(), AsyncCore(product)
    health = Health(product, core)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    app.router.add_get("/metrics", health.metrics)
    senders: dict[str, Sender] = {}
    if product.settings.playground:
        store = KeptMessages(product.database, product.context.vault)
        senders[PLAYGROUND] = playground.mount(app, core, product.settings.federation, store, core.run, clock)
    if product.settings.slack:
        runtime = slack.Runtime(asyncio.create_task, time.monotonic, asyncio.sleep)
        context = product.context
        senders[SLACK] = slack.mount(
            app, core, context.world, product.settings.slack, context.channel, runtime
        )
    worker = Worker(product.context, senders, core.run, clock, random.random)
    core.handled = worker.wake.set
    app.cleanup_ctx.append(_working(worker, core))
    return app


def _working(worker: Worker, core: AsyncCore) -> Callable[[web.Application], AsyncIterator[None]]:
    async def running(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_watched(worker.forever()))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        core.close()

    return running


async def _watched(work: Awaitable[None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except BaseException:
        # Nothing is delivered without the worker: better to end, and be started again.
        log.exception("worker_died")
        raise SystemExit(1) from None


@dataclass(frozen=True)
class Health:
    """`/healthz` and `/readyz`."""

    product: Product
    core: AsyncCore

    async def alive(self, _request: web.Request) -> web.Response:
        """200 while the process answers."""
        return web.json_response({"alive": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """200 with each part's state, or 503 where a part fails. No secrets."""
        parts: dict[str, str] = await self.core.run(self._parts)
        ready = all(state == "ok" for state in parts.values())
        return web.json_response({"ready": ready, "parts": parts}, status=200 if ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Counters for Prometheus: how many and how late, never who or what."""
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _parts(self) -> dict[str, str]:
        now = clock()
        try:
            with self.product.database.transaction() as tx:
                beat, oldest = last_beat(tx, "worker"), oldest_due(tx, now)
        except StorageUnavailable:
            return {"database": "unavailable", "worker": "unknown", "outbox": "unknown"}
        late = oldest is not None and now - oldest > _ALIVE
        return {
            "database": "ok",
            "knowledge_base": "ok",
            "worker": "ok" if beat is not None and now - beat < _ALIVE else "no heartbeat",
            "outbox": f"oldest row has waited since {oldest:%H:%M} UTC" if late and oldest else "ok",
            "flt_channel": self.product.context.channel.reason or "ok",
        }


def serve(settings: Settings) -> None:
    """Run until stopped. The playground is on loopback alone."""
    product = build(settings)
    host = LOOPBACK if settings.playground else "0.0.0.0"  # noqa: S104 - the platforms' events come from outside
    log.info("serving", address=f"http://localhost:{settings.port}/", demo=settings.federation.demo)
    try:
        web.run_app(web_app(product), host=host, port=settings.port, print=None, access_log=None)
    finally:
        product.close()
