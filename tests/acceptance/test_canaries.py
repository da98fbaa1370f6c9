"""Marked words in every text field of every kind of report, on each channel: nobody reads them uninvited."""

from __future__ import annotations

import http.client
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.acceptance.server import ROOT, Server
from tests.acceptance.sites import Site, opened_on
from tests.acceptance.traces import left, logged
from tests.acceptance.walkers import Sent, Walker, look_up, report
from tests.acceptance.walkers_chat import SlackPerson

pytestmark = pytest.mark.slow
CANARY = "Zeisigruf"
REPORTER = "ana"
CONCERN = "I am worried that a child is being abused, groomed or exploited"
KINDS = {
    "Abuse or offensive content on, or aimed at, a Federation account": "Confidential",
    "Online abuse by a colleague": "Anonymous",
    "A picture or video that should not have been made, taken or shared": "Named",
    CONCERN: "Named",
    "I have made a mistake online": "Anonymous",
    "A journalist has been in touch": "Named",
}


@dataclass(frozen=True)
class Told:
    """Every kind of report was sent on a channel, whose server still answers."""

    site: Site
    sent: dict[str, Sent]
    # What the reporter reads of an anonymous one when they come back.
    read: str


@pytest.fixture(scope="module", params=["slack", "teams", "terminal"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A report of each kind, with a marked word in each text field."""
    with opened_on(request.param, tmp_path_factory.mktemp(request.param) / "site") as site:
        person, numbers = site.person(REPORTER), itertools.count()
        ask_policy(person, f"May I follow {CANARY}-asked on Instagram?")
        sent = {
            kind: report(person, "Northgate School", kind, mode, mark=lambda _: f"{CANARY}{next(numbers)}x")
            for kind, mode in KINDS.items()
        }
        references = [one.reference for one in sent.values()]
        site.server.wait_until(lambda: all(one in site.elsewhere(REPORTER) for one in references))
        yield Told(site, sent, look_up(person, sent["Online abuse by a colleague"]))


def ask_policy(person: Walker, question: str) -> None:
    """A question to the policy, which is answered where it was asked."""
    if isinstance(person, SlackPerson):
        person.person.slash("/policy", question)
    else:
        person.say(question)


def test_marked_words_reach_nobody_by_themselves(told: Told) -> None:
    """No conversation but the reporter's, no file, log or argument of a process holds one, or a code."""
    # A worry about a child asks for nothing in writing.
    assert [kind for kind, sent in told.sent.items() if not sent.written] == [CONCERN]
    assert CANARY not in told.site.elsewhere(REPORTER)
    assert CANARY not in told.read
    found = left(told.site.server)
    codes = {sent.code for sent in told.sent.values()} - {""}
    assert codes
    assert [word for word in (CANARY, *codes) if word in found] == []
    assert all(sent.reference in found for sent in told.sent.values())


def test_no_page_of_the_server_holds_one(told: Told) -> None:
    """Health, metrics and every error page say nothing of what was written, nor of what was asked for."""
    marked = f"{CANARY}-asked"
    big = (CANARY * 200_000).encode()
    requests = [
        ("GET", "/healthz", b""),
        ("GET", "/readyz", b""),
        ("GET", "/metrics", b""),
        ("GET", f"/{marked}", b""),
        ("DELETE", "/healthz", b""),
        *[("POST", path, body) for path in DOORS for body in (big, b'{"x": "' + marked.encode())],
    ]
    answers = [ask(told.site.server, *request) for request in requests]
    assert {status for status, _ in answers} >= {200, 404, 405}
    assert 500 not in {status for status, _ in answers}
    assert [text for _, text in answers if CANARY in text] == []
    assert CANARY not in logged(told.site.server)


DOORS = ("/slack/events", "/api/messages", "/playground/send")


def ask(server: Server, method: str, path: str, body: bytes) -> tuple[int, str]:
    """The status and all that comes back, headers too; 0 where the server hangs up on a body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, f"{answer.headers}\n{answer.read().decode()}"
    except (BrokenPipeError, ConnectionResetError):
        return 0, ""
    finally:
        connection.close()


@pytest.mark.parametrize("told", ["terminal"], indirect=True)
def test_the_register_holds_none(told: Told) -> None:
    """The register, which needs nobody's code, has a line for the open reports and no word of them."""
    out = told.site.server.folder / "register.json"
    export(
        told.site.server, "--format", "json", "--out", str(out), "--from", "2026-01-01", "--to", "2099-01-01"
    )
    register = out.read_text()
    assert told.sent["I have made a mistake online"].reference in register
    assert CANARY not in register


@pytest.mark.parametrize("told", ["terminal"], indirect=True)
def test_a_case_is_not_exported_without_a_code(told: Told) -> None:
    """The operator gets no case out by its reference alone."""
    reference = told.sent["Online abuse by a colleague"].reference
    out = told.site.server.folder / "case.json"
    refused = export(told.site.server, "--format", "json", "--case", reference, "--out", str(out))
    assert refused.returncode != 0
    assert not out.exists()
    assert CANARY not in refused.stdout + refused.stderr


def export(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m bot export`, beside the server."""
    env = {**os.environ, **server.environment}  # noqa: TID251 - a child process gets what this one has
    command = [sys.executable, "-m", "bot", "export", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, input="")
