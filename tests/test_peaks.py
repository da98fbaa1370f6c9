"""What an act takes for a moment: a process keeps for good the most that it ever needed at once."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import app
from bot.app import NoEngine
from bot.casework.cases_seen import AT_ONCE
from bot.channels.slack.client import SlackClient
from bot.channels.slack.config import SlackConfig
from bot.channels.slack.handlers import Homes, Submissions, Windows
from bot.channels.slack.payloads import Submission
from bot.content.journey_checks import most_screens
from bot.content.world import World
from bot.domain.messages import Button, Message, Paragraph, Row, Table
from bot.domain.turns import Incoming, Said
from bot.running import keep_what_was_read
from tests.channels.slack.screens import LONG
from tests.channels.slack.test_doors_late import VIEW, SlowCore, Somebody, a_desk, acknowledged
from tests.slack_double import SlackDouble
from tests.support.desk import Desk, settings_in, world_of

_MIB = 2**20


def peak(do: Callable[[], object]) -> int:
    """The bytes that Python takes at most while something is done."""
    do()
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_screen_of_a_report_walks_its_paths_in_little_room(world: World) -> None:
    """To say how many screens may come takes less than 1 MiB, whatever the kind of report."""
    steps = tuple(world.playbook.steps.values())
    answered = frozenset(step.id for step in steps if step.answer_slot == "kind")
    for kind in world.playbook.kinds:
        assert peak(partial(most_screens, steps, answered, {"kind": (kind,)})) < _MIB, kind


@pytest.mark.parametrize("words", ["cases", "status"])
def test_a_list_of_many_takes_what_a_list_of_few_takes(tmp_path: Path, words: str) -> None:
    """`cases` and `status` take hardly more memory where there are four times as many cases to be listed."""
    desk = Desk.open(tmp_path)
    try:
        found = []
        for more in (4 * AT_ONCE, 12 * AT_ONCE):
            for _ in range(more):
                desk.report("eleanor")
            found.append(peak(lambda: desk.send("eleanor", Said(words))))
        few, many = found
        assert many < 1.5 * few
    finally:
        desk.close()


def test_what_slack_may_ask_for_again_is_kept_packed(world: World) -> None:
    """The answer to a form that was sent is kept in a tenth of its size, in one piece."""
    table = Table(
        ("Case",), tuple(Row((str(n),), f"FED-{n}", Button("Open", "case.show", str(n))) for n in range(20))
    )

    class Core(SlowCore):
        async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
            return (Message((Paragraph(LONG), table), summary="A list"),)

    async def play() -> tuple[dict[str, Any], bytes]:
        desk = a_desk(Core(0), world, Somebody())
        submissions = Submissions(desk, Windows(desk), Homes(desk))
        told = await acknowledged(submissions.take, Submission("V1:1:x", "U1", "T1", VIEW))
        [kept] = submissions._answers.values()
        return told, kept

    told, kept = asyncio.run(play())
    assert isinstance(kept, bytes)
    assert len(kept) < len(json.dumps(told)) / 10


def test_no_call_to_slack_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what Slack answers the SDK makes no text for a log that nobody reads: it may be megabytes."""
    written: list[str] = []

    async def play(slack: SlackDouble) -> None:
        client = SlackClient(SlackConfig(slack.bot_token, "", "", "C1", slack.api_url))
        for api in (client.reads, client.posts):
            monkeypatch.setattr(api._logger, "debug", written.append)
        await client.open()
        await client.reads.auth_test()
        await client.posts.auth_test()
        await client.close()

    with SlackDouble() as slack:
        asyncio.run(play(slack))
    assert written == []


def test_a_page_of_cards_is_read_in_little_room() -> None:
    """To look through a hundred cards takes hardly more than the bytes of Slack's answer."""
    cells = [{"type": "mrkdwn", "text": f"*Field {n}*"} for n in range(10)]
    shown = {
        "blocks": [{"type": "section", "fields": cells} for _ in range(40)],
        "attachments": [{"fields": cells}],
    }
    cards = [
        {"type": "message", "ts": f"1.{n}", "text": "Card", "metadata": {"n": n}, **shown} for n in range(100)
    ]
    page = json.dumps({"ok": True, "messages": cards}).encode()

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=page, content_type="application/json")

    async def play() -> int:
        app = web.Application()
        app.router.add_route("*", "/api/conversations.history", answer)
        async with TestServer(app) as server:
            client = SlackClient(SlackConfig("xoxb-1", "", "", "C1", str(server.make_url("/api/"))))
            await client.open()
            await client.reads.conversations_history(channel="C1")
            tracemalloc.start()
            found = await client.reads.conversations_history(channel="C1")
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            await client.close()
        kept = [{name: card[name] for name in ("type", "ts", "text", "metadata")} for card in cards]
        assert found["messages"] == kept
        return most

    assert asyncio.run(play()) < 3 * len(page)


@pytest.mark.parametrize("start", ["serve", "work"])
def test_what_was_read_at_the_start_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    """At the start the garbage collector passes over what was read, and a worker's memory is spared."""
    settings = replace(settings_in(tmp_path), playground=False)
    world, frozen, spared = world_of(settings), [], list[int]()
    monkeypatch.setattr(app, "build", partial(app.build, engine=NoEngine(), world=world))
    monkeypatch.setattr(app, "_refuse_one_process", lambda *_: None)
    monkeypatch.setattr(app, "spare_memory", spared.append)

    def run(serving: Coroutine[Any, Any, None]) -> None:
        serving.close()
        frozen.append((gc.get_freeze_count(), len(gc.get_objects())))

    monkeypatch.setattr(asyncio, "run", run)
    if start == "serve":
        app.serve(settings)
    else:
        app.work(settings)
    gc.unfreeze()
    assert spared == ([1 << 17] if start == "work" else [])
    [(out_of_sight, in_sight)] = frozen
    assert in_sight < out_of_sight / 10


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's own doing")
def test_a_large_answer_goes_back_to_the_system() -> None:
    """A worker's answer of 200 kB has memory of its own, though a larger one was freed before."""
    told = subprocess.run([sys.executable, "-c", _ANSWERS], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["0", "1"]


_ANSWERS = """
import ctypes
from bot.app import _LARGE_ANSWER
from bot.engine.engine import spare_memory

libc = ctypes.CDLL(None)
fields = [(name, ctypes.c_size_t) for name in "abcdefghij"]
libc.mallinfo2.restype = type("Info", (ctypes.Structure,), {"_fields_": fields})

def apart():
    larger = bytes(400_000)
    del larger
    before = libc.mallinfo2().d
    kept = bytes(200_000)
    return libc.mallinfo2().d - before, kept

kept = [apart()]
spare_memory(_LARGE_ANSWER)
kept.append(apart())
print(*(count for count, _ in kept))
"""


def test_garbage_is_found_after_the_start() -> None:
    """What nothing leads to any more is collected as before."""

    class Ring:
        own: Any

    keep_what_was_read()
    try:
        ring = Ring()
        ring.own, gone = ring, weakref.ref(ring)
        del ring
        gc.collect()
        assert gone() is None
    finally:
        gc.unfreeze()
