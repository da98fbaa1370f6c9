"""A platform is cut off: the IT Manager is told by another way than a platform."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import Message as Mail
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler
from aiosmtpd.smtp import AuthResult, LoginPassword

from bot.alarms import addresses, mail, told_by, webhook
from bot.casework.context import CurrentWorld, DoorState
from bot.mail import MailServer
from tests.acceptance.server import free_port
from tests.support.desk import Desk

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
IT = "ivan@harbour.example"


def test_a_webhook_hears_of_a_platform_that_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each trouble is posted once a day, again until it is taken, without a word of any report."""
    monkeypatch.setattr("bot.alarms.DOORS_EVERY_S", 0.01)
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
            way = webhook(str(server.make_url("/hook")))
            app.cleanup_ctx.append(told_by(context, way, lambda: days[0]))
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


class Postbox(Handler):
    """What was handed in to the mail server."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Mail] = []

    def handle_message(self, message: Mail) -> None:
        self.found.append(message)


def with_mail(desk: Desk, **doors: DoorState) -> Any:
    """The context of a Federation whose IT Manager has an address."""
    context = desk.product.context
    federation = context.world.federation
    people = {**federation.roster.people, "ivan": replace(federation.roster.people["ivan"], email=IT)}
    roster = replace(federation.roster, people=people)
    world = replace(context.current.at_start, federation=replace(federation, roster=roster))
    return replace(context, current=CurrentWorld(world), doors=doors)


def told(desk: Desk, server: MailServer, state: DoorState, done: Any) -> None:
    """Let it tell by mail until `done`."""

    async def story() -> None:
        context = with_mail(desk, slack=state)
        app = web.Application()
        app.cleanup_ctx.append(
            told_by(context, mail(server, context, asyncio.to_thread, lambda: NOON), lambda: NOON)
        )
        async with TestServer(app), asyncio.timeout(30):
            while not done():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)

    asyncio.run(story())


def test_the_it_manager_is_told_by_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One mail a day to a real mail server, with why and what to do, and no word of any report."""
    monkeypatch.setattr("bot.alarms.DOORS_EVERY_S", 0.01)
    desk, box = Desk.open(tmp_path), Postbox()
    reference = desk.report("ana", kind="colleague").reference
    port = free_port()
    mailer = Controller(box, hostname="127.0.0.1", port=port)
    mailer.start()
    try:
        server = MailServer.parse(f"smtp://127.0.0.1:{port}/?from=signpost@harbour.example")
        told(desk, server, DoorState(troubles={"access": "token_revoked"}), lambda: box.found)
    finally:
        mailer.stop()
        desk.close()
    [found] = box.found
    assert (found["To"], found["From"]) == (IT, "signpost@harbour.example")
    assert "Slack" in found["Subject"]
    assert "Slack refuses Signpost's token" in str(found.get_payload())
    assert reference not in found.as_string()
    assert "Ana" not in found.as_string()


def test_a_password_is_not_sent_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server without TLS gets no password and no mail; that is logged, without a word of either."""
    monkeypatch.setattr("bot.alarms.DOORS_EVERY_S", 0.01)
    desk, box, tried = Desk.open(tmp_path), Postbox(), list[object]()
    failed = list[str]()
    monkeypatch.setattr("bot.alarms.log.error", lambda _event, fault: failed.append(fault))

    def login(
        _server: object, _session: object, _envelope: object, _kind: object, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        tried.append(data)
        return AuthResult(success=True)

    port = free_port()
    mailer = Controller(box, hostname="127.0.0.1", port=port, authenticator=login, auth_require_tls=False)
    mailer.start()
    try:
        server = MailServer.parse(f"smtp://signpost%40harbour.example:secret@127.0.0.1:{port}/")
        told(desk, server, DoorState(troubles={"access": "token_revoked"}), lambda: failed)
    finally:
        mailer.stop()
        desk.close()
    assert (tried, box.found) == ([], [])
    assert failed[0] == "SMTPNotSupportedError"


def test_nobody_with_an_address_is_said(tmp_path: Path) -> None:
    """The example's IT Manager has no address: nobody could be told."""
    desk = Desk.open(tmp_path)
    assert addresses(desk.product.context) == ()
    assert addresses(with_mail(desk)) == (IT,)
    desk.close()


@pytest.mark.parametrize(
    ("url", "port", "tls", "sender"),
    [
        ("smtp://mail.example.org/?from=a@b.example", 587, False, "a@b.example"),
        ("smtps://a%40b.example:p%25w@mail.example.org", 465, True, "a@b.example"),
        ("smtp://mail.example.org:2525/?from=a@b.example", 2525, False, "a@b.example"),
    ],
)
def test_a_mail_server_is_read(url: str, port: int, tls: bool, sender: str) -> None:
    """Host, port, TLS and sender; the password is in no text of it."""
    found = MailServer.parse(url)
    assert (found.port, found.tls, found.sender) == (port, tls, sender)
    assert "p%w" not in repr(found)


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://mail.example.org", "smtp://mail.example.org", "smtp://"]
)
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    """Without a scheme, a host or a sender."""
    with pytest.raises(ValueError, match=re.escape(url)):
        MailServer.parse(url)
