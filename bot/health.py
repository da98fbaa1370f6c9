"""`/healthz`, `/readyz` and `/metrics`: alive, able to work, and how much was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.casework.context import Context, DoorState
from bot.storage import standing
from bot.storage.database import StorageUnavailable
from bot.storage.heartbeats import beat, last_beat
from bot.storage.outbox import oldest_due

_ALIVE = timedelta(seconds=60)
# Two people have paused it: it still answers everybody, so it stays in service.
_PAUSED = "paused"
# Anybody may ask: they must not make the disk busy.
_WRITTEN_EVERY = timedelta(seconds=5)


@dataclass
class Health:
    """The three addresses. `run` takes a plain function off the event loop; `clock` is the time."""

    context: Context
    run: Callable[..., Awaitable[Any]]
    clock: Callable[[], datetime]
    _written: datetime | None = None

    def mount(self, app: web.Application) -> None:
        """Add them to `app`."""
        app.router.add_get("/healthz", self.alive)
        app.router.add_get("/readyz", self.ready)
        app.router.add_get("/metrics", self.metrics)

    async def alive(self, _request: web.Request) -> web.Response:
        """200 while the process answers."""
        return web.json_response({"alive": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """200 with each part's state, or 503 where a part fails. No secrets."""
        parts: dict[str, str] = await self.run(self._parts)
        doors = self.context.doors
        # Where one of two platforms is cut off the other goes on: it must not be taken out of service.
        deaf = bool(doors) and all(state.is_cut_off for state in doors.values())
        ready = not deaf and all(state in ("ok", _PAUSED) for state in parts.values())
        told = {
            "ready": ready,
            "parts": parts,
            "doors": {name: _told(state) for name, state in doors.items()},
        }
        return web.json_response(told, status=200 if ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Counters for Prometheus: how many and how late, never who or what."""
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _parts(self) -> dict[str, str]:
        now = self.clock()
        try:
            with self.context.database.transaction() as tx:
                last, oldest = last_beat(tx, "worker"), oldest_due(tx, now)
                _, paused = standing.read(tx)
                if writes := self._written is None or abs(now - self._written) > _WRITTEN_EVERY:
                    beat(tx, "readyz", now)
        except StorageUnavailable as error:
            self._written = None
            return {"database": f"unavailable: {error}", "worker": "unknown", "outbox": "unknown"}
        self._written = now if writes else self._written
        late = oldest is not None and now - oldest > _ALIVE
        return {
            "database": "unavailable: its disk is full" if self.context.database.is_full else "ok",
            "knowledge_base": "ok",
            "worker": "ok" if last is not None and now - last < _ALIVE else "no heartbeat",
            "outbox": f"oldest row has waited since {oldest:%H:%M} UTC" if late and oldest else "ok",
            "flt_channel": self.context.channel.reason or "ok",
            "service": _PAUSED if paused else "ok",
        }


def _told(state: DoorState) -> dict[str, str]:
    """A door in words. Heard within ten minutes: to the minute it would tell when somebody wrote."""
    troubles = [f"{trouble}: {why}" for trouble, why in state.troubles.items()]
    heard = state.heard and f"{state.heard:%Y-%m-%d %H:%M}"[:-1] + "0 UTC"
    return {"state": "; ".join(troubles) or "ok", "warning": state.warning, "heard": heard or "not yet"}
