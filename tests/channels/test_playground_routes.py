"""The playground's door: who is let in, what is taken, and what a reload shows."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from bot.channels.playground import mount
from bot.channels.playground.routes import guarded
from bot.domain.messages import Message
from bot.domain.roster import Roster
from bot.domain.turns import Incoming, Pressed, Said, SharedFile, Submitted
from tests.channels.fake_core import FEDERATION, START, FakeCore, MemoryStore, run
from tests.channels.playground_client import Page, with_page
from tests.support.desk import Desk

MISTAKE = "I have made a mistake online"
ASKED = "Show it only where nobody else can read along."


def shown(html: str) -> list[str]:
    """The ids of the entries on a page, in order."""
    return re.findall(r'<div class="item item-\w+" id="([\w-]+)"', html)


def test_the_page_shows_both_sides() -> None:
    """One page holds the staff chat, the channel, the Federation's name and the mark of made-up data."""

    async def story(page: Page) -> None:
        status, html = await page.get("/")
        assert status == 200
        for text in ("Signpost", "Harbour Learning Federation", "Demo data", "Mira Patel", "FLT channel"):
            assert text in html

    with_page(story)


def test_another_browser_asks_before_it_shows_what_is_half_written(tmp_path: Path) -> None:
    """An open form is asked for, not shown, where its writer wrote nothing: another browser or process."""
    desk = Desk.open(tmp_path)

    class RealCore:
        async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
            return desk.product.assistant.handle(incoming, desk.now)

    async def shows(client: TestClient[Any, Any]) -> str:
        async with client.get("/?staff=ana") as response:
            return await response.text()

    async def story() -> None:
        app = web.Application()
        mount(app, RealCore(), desk.product.context.world.federation, MemoryStore(), run, lambda: START)
        async with TestClient(TestServer(app)) as first:
            origin = str(first.make_url("")).rstrip("/")
            for number, text in enumerate(("report", "no", "northgate school", MISTAKE, "no", "named")):
                act = {
                    "user": "ana",
                    "place": "dm",
                    "event": f"event-{number:04}",
                    "kind": "said",
                    "text": text,
                }
                await first.post("/playground/send", json=act, headers={"Origin": origin})
            assert "What happened?" in await shows(first)
            other: TestClient[Any, Any] = TestClient(first.server)
            async with other:
                assert "What happened?" not in await shows(other)
                assert ASKED in await shows(other)
        # The process died, and remembers nothing of what was said: the report waits for its writer. In their
        # own browser nothing else is hidden.
        for minute, jar in ((1, None), (2, first.session.cookie_jar)):
            later, restarted = START + timedelta(minutes=minute), web.Application()
            world = desk.product.context.world
            mount(restarted, RealCore(), world.federation, MemoryStore(), run, lambda now=later: now)  # type: ignore[misc]
            async with TestClient(TestServer(restarted), cookie_jar=jar) as again:
                html = await shows(again)
                assert "What happened?" not in html
                assert html.count(ASKED) == 1
                assert ("data-hides" in html) is (jar is None)

    asyncio.run(story())
    desk.close()


def test_the_page_asks_after_a_pause(tmp_path: Path) -> None:
    """In its writer's own browser an open form is shown again, and after half an hour it is asked for."""
    desk = Desk.open(tmp_path)

    class RealCore:
        async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
            return desk.product.assistant.handle(incoming, desk.now)

    async def story() -> None:
        app, federation = web.Application(), desk.product.context.world.federation
        mount(app, RealCore(), federation, MemoryStore(), run, lambda: desk.now)
        async with TestClient(TestServer(app)) as client:
            origin = str(client.make_url("")).rstrip("/")
            for number, text in enumerate(("report", "no", "northgate school", MISTAKE, "no", "named")):
                act = {
                    "user": "ana",
                    "place": "dm",
                    "event": f"event-{number:04}",
                    "kind": "said",
                    "text": text,
                }
                await client.post("/playground/send", json=act, headers={"Origin": origin})
            for minutes, asks in ((29, False), (2, True)):
                desk.later(minutes=minutes)
                async with client.get("/?staff=ana") as response:
                    html = await response.text()
                assert ("What happened?" not in html) is asks
                assert (ASKED in html) is asks
                # Nothing else is taken off the screen of somebody who has written here.
                assert "data-hides" not in html

    asyncio.run(story())
    desk.close()


def test_the_page_runs_no_script_but_its_own() -> None:
    """Nothing inline and nothing from elsewhere: the security policy says so, and the page keeps to it."""

    async def story(page: Page) -> None:
        async with page.client.get("/") as response:
            policy, html = response.headers["Content-Security-Policy"], await response.text()
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<style|\sstyle=|<script(?! src=\"/playground/)|\son\w+=|https?://(?!\")", html)

    with_page(story)


@pytest.mark.parametrize("name", ["signpost.css", "signpost.js", "logo.svg"])
def test_static_files_are_served(name: str) -> None:
    """The style sheet, the script and the logo come from this server."""

    async def story(page: Page) -> None:
        assert (await page.get(f"/playground/static/{name}"))[0] == 200

    with_page(story)


@pytest.mark.parametrize("name", ["nothing.js", "..%2froutes.py", "%2e%2e/routes.py"])
def test_no_other_file_is_served(name: str) -> None:
    """A name that is no such file is not found, wherever it points."""

    async def story(page: Page) -> None:
        assert (await page.get(f"/playground/static/{name}"))[0] == 404

    with_page(story)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[", "0.0.0.0"]
)
def test_another_host_name_is_refused(host: str) -> None:
    """A name that was made to lead here (DNS rebinding) gets nothing."""

    async def story(page: Page) -> None:
        assert (await page.get("/", Host=host))[0] in (400, 403)
        assert (await page.get("/playground/events", Host=host))[0] in (400, 403)

    with_page(story)


@pytest.mark.parametrize("host", ["localhost:3978", "127.0.0.1:3978", "[::1]:3978", "LOCALHOST"])
def test_this_computer_is_served(host: str) -> None:
    """Each of this computer's own names opens the page."""

    async def story(page: Page) -> None:
        assert (await page.get("/", Host=host))[0] == 200

    with_page(story)


def test_behind_a_proxy_nobody_is_served() -> None:
    """A proxy on this computer would make the world look local, so its requests are refused."""

    async def story(page: Page) -> None:
        assert (await page.get("/", **{"X-Forwarded-For": "203.0.113.9"}))[0] == 403

    with_page(story)


@pytest.mark.parametrize(
    ("peer", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("192.168.1.4", 403), ("", 403)],
)
def test_only_this_machine_is_a_peer(peer: str, status: int) -> None:
    """Another machine on the network is refused, whatever host name it gives."""

    async def fine(_request: web.Request) -> web.StreamResponse:
        return web.Response()

    request = make_mocked_request("GET", "/", headers={"Host": "localhost"}).clone(remote=peer)
    assert asyncio.run(guarded(fine)(request)).status == status  # type: ignore[arg-type]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://localhost:1"])
def test_another_page_cannot_send(origin: str) -> None:
    """Only the page itself may send: a foreign or missing origin is refused, and nothing reaches the core."""

    async def story(page: Page) -> None:
        act = {"user": "mira", "place": "dm", "event": "event-0001", "kind": "said", "text": "hello"}
        status, found = await page.raw(json.dumps(act).encode(), Origin=origin)
        assert status == 403
        assert found == {"error": "The playground takes messages from its own page only."}
        assert page.core.seen == []

    with_page(story)


def test_a_body_that_is_too_long_is_refused() -> None:
    """More than 64 KB is refused with a sentence, whether or not its length was announced."""

    async def story(page: Page) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x" * 8192

        for body in (b"x" * 70_000, pieces()):
            status, found = await page.raw(body)
            assert status == 413
            assert "too long" in found["error"]

    with_page(story)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"user": "mira"}',
        b'{"user": 1, "place": "dm", "event": "event-0001", "kind": "said"}',
        b'{"user": "mira", "place": "dm", "event": "short", "kind": "said"}',
        b'{"user": "mira", "place": "dm", "event": "event-0001\\n", "kind": "said"}',
        b'{"user": "mira", "place": "dm", "event": "event-0001", "kind": "upload"}',
        b'{"user": "mira", "place": "dm", "event": "event-0001", "kind": "said", "file": "x"}',
        b'{"user": "mira", "place": "dm", "event": "event-0001", "kind": "said", "text": "\\ud800"}',
        b"[" * 5000,
    ],
)
def test_what_cannot_be_read_gets_a_sentence(body: bytes) -> None:
    """Anything that the page does not send gets one sentence, and never reaches the core."""

    async def story(page: Page) -> None:
        status, found = await page.raw(body)
        assert status == 400
        assert found == {"error": "That could not be read. Reload the page and try again."}
        assert page.core.seen == []

    with_page(story)


def test_a_stranger_is_refused() -> None:
    """Nobody speaks under a name that the Federation does not have."""

    async def story(page: Page) -> None:
        status, found = await page.send(user="stranger", text="hello")
        assert status == 400
        assert "not in the playground" in found["error"]

    with_page(story)


def test_a_press_brings_the_words_beside_it() -> None:
    """What stands in a form when a button beside it is pressed arrives with the press, unsubmitted."""

    async def story(page: Page) -> None:
        await page.send("pressed", "event-pressed", action="journey.back", value="d|s|", fields={"a": ["1"]})
        assert page.core.seen[-1].content == Pressed("journey.back", "d|s|", {"a": ("1",)})

    with_page(story)


def test_each_kind_of_act_reaches_the_core() -> None:
    """Words, presses, forms and files arrive as what they are, under the sender's own account."""

    async def story(page: Page) -> None:
        await page.send("said", "event-said", text="hello")
        await page.send("pressed", "event-pressed", action="close", value="FED-7K3Q")
        await page.send(
            "submitted", "event-form", action="closed", value="FED-7K3Q", fields={"a": ["1", "2"]}
        )
        await page.send("file", "event-file")
        assert [one.content for one in page.core.seen] == [
            Said("hello"),
            Pressed("close", "FED-7K3Q"),
            Submitted("closed", "FED-7K3Q", {"a": ("1", "2")}),
            SharedFile(),
        ]
        assert {(one.sender.platform, one.sender.user) for one in page.core.seen} == {("playground", "mira")}

    with_page(story)


def test_a_file_leaves_nothing_of_itself() -> None:
    """A file that was brought is told to the core as such; the chat says that it was not opened."""

    async def story(page: Page) -> None:
        await page.send("file")
        _, html = await page.get("/?staff=mira")
        assert "It was not opened, sent or kept." in html
        assert "I have not opened this" in html

    with_page(story)


def test_the_same_event_twice_is_one_event() -> None:
    """A double click or a retry leaves one bubble and one reply."""

    async def story(page: Page) -> None:
        _, first = await page.send(text="Can I follow a former student?")
        _, second = await page.send(text="Can I follow a former student?")
        assert len(first["events"]) == 2
        assert second["events"] == []
        assert len(shown((await page.get("/"))[1])) == 2

    with_page(story)


def test_a_reload_shows_the_same() -> None:
    """After a reload the chat stands as it was, and belongs to its own person alone."""

    async def story(page: Page) -> None:
        _, answer = await page.send(text="Can I follow a former student?")
        _, html = await page.get("/?staff=mira")
        assert shown(html) == [event["id"] for event in answer["events"]]
        assert "lines 328–329" in html
        assert shown((await page.get("/?staff=jon"))[1]) == []

    with_page(story)


def test_private_replies_never_reach_the_store() -> None:
    """What is said in the chat, and what is answered, is in memory alone."""

    async def story(page: Page) -> None:
        await page.send(text="Can I follow a former student?")
        assert page.store.rows == {}

    with_page(story)


def test_a_step_takes_the_place_of_the_last() -> None:
    """Each step of a report stands where the one before it stood."""

    async def story(page: Page) -> None:
        _, first = await page.send(event="event-0001", text="report")
        step = first["events"][-1]["id"]
        _, second = await page.send("pressed", "event-0002", card=step, action="danger", value="no")
        assert [(event["name"], event["id"]) for event in second["events"]] == [("put", step)]
        assert len(shown((await page.get("/"))[1])) == 2

    with_page(story)


def test_what_the_permanent_row_answers_stands_at_the_end() -> None:
    """A press on no message is answered below all that stands there, not in an old place above."""

    async def story(page: Page) -> None:
        _, first = await page.send(event="event-0001", text="report")
        step = first["events"][-1]["id"]
        _, second = await page.send("pressed", "event-0002", action="danger", value="no")
        gone, new = second["events"]
        assert (gone["name"], gone["id"]) == ("drop", step)
        assert new["name"] == "put"
        assert shown((await page.get("/"))[1])[-1] == new["id"] != step

    with_page(story)


def test_a_step_that_was_talked_past_moves_to_the_end() -> None:
    """After a question in the middle, the report goes on where the person is reading."""

    async def story(page: Page) -> None:
        _, first = await page.send(event="event-0001", text="report")
        step = first["events"][-1]["id"]
        await page.send(event="event-0002", text="Can I follow a former student?")
        await page.send("pressed", "event-0003", card=step, action="danger", value="no")
        _, html = await page.get("/")
        entries = shown(html)
        assert first["events"][-1]["id"] not in entries
        assert len(entries) == 4
        assert html.index("About the picture") > html.index("lines 328–329")

    with_page(story)


def test_memory_is_bounded() -> None:
    """A chat keeps its newest entries, and the page is told which ones went."""

    async def story(page: Page) -> None:
        for number in range(110):
            _, answer = await page.send(event=f"event-{number:04}", text=f"word {number}")
        assert [event["name"] for event in answer["events"]] == ["drop", "put", "drop", "put"]
        assert len(shown((await page.get("/"))[1])) == 200

    with_page(story)


def test_a_fault_is_one_sentence() -> None:
    """A fault below shows one sentence: no traceback and nothing of what was written."""

    async def story(page: Page) -> None:
        page.core.broken = True
        status, found = await page.send(text="a private word")
        assert status == 500
        assert found == {"error": "Something went wrong and nothing was changed. Try again."}
        page.core.broken = False
        status, found = await page.send(text="a private word")
        assert (status, len(found["events"])) == (200, 1)

    with_page(story)


def test_only_members_see_the_channel() -> None:
    """Who is not of the Leadership Team sees that it is closed to them, no count of it, and cannot press."""

    async def story(page: Page) -> None:
        await page.send("submitted", action="step", value="about", fields={"what": ["A picture"]})
        _, member = await page.get("/?me=amara")
        _, other = await page.get("/?me=grace")
        assert "FED-7K3Q: a picture" in member
        assert "You are not a member of this channel" in other
        assert ('data-unread="flt"' in member, 'data-unread="flt"' in other) == (True, False)
        assert "FED-7K3Q: a picture" not in other
        status, found = await page.send("pressed", "event-0002", user="grace", place="flt", action="ack")
        assert (status, found) == (403, {"error": "You are not a member of this channel."})

    with_page(story)


def test_a_reply_in_the_channel_is_for_one_pair_of_eyes() -> None:
    """The answer to a press in the channel stands under its card, for the presser alone, until dismissed."""

    async def story(page: Page) -> None:
        await page.send("submitted", action="step", value="about", fields={"what": ["A picture"]})
        act = {"user": "amara", "place": "flt", "card": "post-1", "action": "close", "value": "FED-7K3Q"}
        _, answer = await page.send("pressed", "event-0002", **act)
        note = answer["events"][-1]
        assert (note["stream"], note["after"]) == ("flt:amara", "post-1")
        assert shown((await page.get("/pane"))[1]) == []
        assert shown((await page.get("/playground/pane/leader?me=amara"))[1]) == ["post-1", note["id"]]
        assert shown((await page.get("/playground/pane/leader?me=tom"))[1]) == ["post-1"]
        await page.send("dismissed", "event-0003", user="amara", place="flt", card="post-1")
        assert shown((await page.get("/playground/pane/leader?me=amara"))[1]) == ["post-1"]
        assert [one.event_id for one in page.core.seen] == ["event-0001", "event-0002"]

    with_page(story)


def test_a_federation_without_people_still_opens() -> None:
    """With nobody to try out, the page says what to add."""

    async def go() -> None:
        app, empty = web.Application(), replace(FEDERATION, roster=Roster({}, {}), demo_staff=(), demo=False)
        mount(app, FakeCore(), empty, MemoryStore(), run, lambda: START)
        async with TestClient(TestServer(app)) as client, client.get("/") as response:
            html = await response.text()
        assert "Add people under demo_staff" in html
        assert "Demo data" not in html

    asyncio.run(go())
