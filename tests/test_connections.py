"""Clients that are slow, by intent or not: they hold nobody else up, and nothing is written about each."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_network

import pytest
from aiohttp import ClientSession, web

from bot.channels.common.request import body_of
from bot.connections import Patience, listening

HALF_HEADERS = b"POST /door HTTP/1.1\r\nHost: localhost\r\nContent-"
HALF_BODY = b"POST /door HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"
WHOLE = b"POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nwhole"
Slow = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _answer(request: web.Request) -> web.Response:
    body = await body_of(request, 1000)
    return web.Response(text=str(len(body or b"")))


def told(patience: Patience, story: Callable[[int], Awaitable[None]]) -> None:
    """A story at a door with so much patience, on this port."""

    async def telling() -> None:
        app = web.Application()
        app.router.add_post("/door", _answer)
        with socket.create_server(("127.0.0.1", 0)) as door:
            async with asyncio.timeout(60), listening(app, door, patience):
                await story(door.getsockname()[1])

    asyncio.run(telling())


async def slow(port: int, count: int, half: bytes) -> list[Slow]:
    """So many connections, each of which has sent half of a request."""
    found = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    for _, writer in found:
        writer.write(half)
    return found


async def honest(port: int, count: int) -> list[str]:
    """What so many whole requests are answered, each on a connection of its own."""
    async with ClientSession(headers={"Connection": "close"}) as session:
        found = []
        for _ in range(count):
            async with session.post(f"http://127.0.0.1:{port}/door", data=b"whole") as answer:
                found.append(await answer.text())
        return found


@pytest.mark.parametrize("half", [HALF_HEADERS, HALF_BODY, b""])
def test_half_sent_requests_hold_nobody_up(half: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """While one address holds as many half-sent requests as it may, a hundred whole ones are answered; the
    oldest half-sent ones are closed for it, and no word is written about any."""

    async def story(port: int) -> None:
        held = await slow(port, 300, half)
        assert await honest(port, 100) == ["5"] * 100
        cut = [reader for reader, _ in held if reader.at_eof() or reader.exception()]
        assert len(cut) >= 250
        for _, writer in held:
            writer.close()

    told(Patience(headers_s=30, body_s=30, of_peer=50, together=100), story)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("half", [HALF_HEADERS, HALF_BODY, b""])
def test_a_request_that_never_ends_is_cut(half: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Headers and a body that are not there in time end the connection, on every address, without a word."""

    async def story(port: int) -> None:
        ((reader, writer),) = await slow(port, 1, half)
        with pytest.raises(ConnectionError):
            assert await reader.read() == b""
            raise ConnectionResetError
        writer.close()

    told(Patience(headers_s=0.05, body_s=0.05), story)
    assert caplog.messages == []


@pytest.mark.parametrize("body", [b"ZZZ\r\nhalf\r\n", b"-5\r\nhalf\r\n", b"5;\n\n"])
def test_what_is_no_http_is_no_line_of_the_log(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A body in chunks that are none gets 400, and no word is written about it: strangers can send many."""

    async def story(port: int) -> None:
        head = b"POST /door HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        ((reader, writer),) = await slow(port, 1, head + body)
        assert b" 400 " in await reader.readline()
        writer.close()

    told(Patience(headers_s=30, body_s=30), story)
    assert caplog.messages == []


def test_a_slow_request_in_time_is_answered() -> None:
    """A body that comes in pieces, in time, is read whole, and the next request on the connection too."""

    async def story(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(HALF_BODY)
            await writer.drain()
            writer.write(b"x" * 96)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(3) == b"100"
        writer.close()

    told(Patience(headers_s=30, body_s=30), story)


def test_a_trusted_proxy_may_hold_many() -> None:
    """Behind one's own proxy everybody has its address: it is not counted as one client."""

    async def story(port: int) -> None:
        held = await slow(port, 30, HALF_BODY)
        assert await honest(port, 5) == ["5"] * 5
        assert not [reader for reader, _ in held if reader.at_eof() or reader.exception()]
        for _, writer in held:
            writer.close()

    told(Patience(headers_s=30, body_s=30, of_peer=5, trusted=(ip_network("127.0.0.0/8"),)), story)


@pytest.mark.parametrize("half", [HALF_HEADERS, HALF_BODY, b""])
def test_the_end_waits_for_no_half_request(half: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A process that is asked to end answers what is whole, and cuts what is not, though it has time left."""
    began, whole = asyncio.Event(), list[bytes]()

    async def under_way(_request: web.Request) -> web.Response:
        began.set()
        await asyncio.sleep(0.1)
        return web.Response(text="answered")

    async def telling() -> None:
        app = web.Application()
        app.router.add_post("/door", _answer)
        app.router.add_post("/work", under_way)
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
            async with asyncio.timeout(20), listening(app, door, Patience(headers_s=60, body_s=60)):
                held = await slow(port, 3, half)
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(WHOLE[:-5])
                await writer.drain()
                await began.wait()
                writer.write(WHOLE[-5:])
                await writer.drain()
                await asyncio.sleep(0.02)
            whole.append(await reader.read())
            for _, each in (*held, (reader, writer)):
                each.close()

    asyncio.run(telling())
    assert whole[0].endswith(b"answered")
    assert caplog.messages == []
