"""What runs beside the doors: here the time that all processes share."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.casework.context import DoorState
from bot.running import SharedClock, webhook_told
from bot.storage.database import Database
from tests.support.desk import Desk

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_the_shared_time_is_carried_on() -> None:
    """Between two questions to the database its time goes on by the steady clock, and each answer sets it."""
    answers, seconds = [NOON, NOON + timedelta(hours=1)], [100.0]
    clock = SharedClock(lambda: answers.pop(0), lambda: seconds[0])
    seconds[0] = 107.5
    assert clock() == NOON + timedelta(seconds=7.5)
    clock.set()
    seconds[0] = 108.0
    assert clock() == NOON + timedelta(hours=1, seconds=0.5)


def test_a_webhook_hears_of_a_platform_that_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each trouble is posted once a day, again until it is taken, without a word of any report."""
    monkeypatch.setattr("bot.running._DOORS_EVERY_S", 0.01)
    state, taken, answers = DoorState(), list[str](), [500, 302, 200, 200]
    desk = Desk.open(tmp_path)
    context = replace(desk.product.context, doors={"slack": state})
    reference = desk.report("ana", kind="colleague").reference

    async def take(request: web.Request) -> web.Response:
        taken.append((await request.json())["text"])
        return web.Response(status=answers.pop(0))

    async def story() -> None:
        hook = web.Application()
        hook.router.add_post("/hook", take)
        async with TestServer(hook) as server:
            app, days = web.Application(), [NOON]
            app.cleanup_ctx.append(webhook_told(context, str(server.make_url("/hook")), lambda: days[0]))
            async with TestServer(app), asyncio.timeout(30):
                state.troubles = {"access": "token_revoked"}
                while len(answers) > 1:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.05)
                assert len(taken) == 3
                days[0] += timedelta(days=1)
                while answers:
                    await asyncio.sleep(0.01)

    asyncio.run(story())
    desk.close()
    assert "Slack refuses Signpost's token" in taken[-1]
    assert reference not in "".join(taken)


@pytest.mark.postgres
def test_postgres_tells_the_time(postgres_url: str) -> None:
    """The database's own clock, aware, in UTC."""
    database = Database(postgres_url)
    try:
        first, second = database.now(), database.now()
    finally:
        database.close()
    assert first < second
    assert first.utcoffset() == timedelta()
