"""The two doors, each of a real server, and what hostile input made of it."""

from __future__ import annotations

import http.client
import json
import random  # noqa: TID251 - seeded: the same inputs each time
import re
import sqlite3
import threading
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.acceptance.server import Server
from tests.acceptance.slack_office import Office, office, report_accident
from tests.acceptance.teams_office import FLT, TeamsServer
from tests.channels.teams.open_door import activity, invoke
from tests.fuzz import hostile
from tests.slack_double.acts import signature

#: What a hostile request may come to: acknowledged (202), refused, or an invoke that we do not know (501, as
#: Teams asks for it). Never a fault of ours.
REFUSALS = frozenset((202, 400, 401, 403, 404, 405, 411, 413, 415, 501))
# Here a well-formed event may leave a row, since somebody spoke: the id that it came under, their session,
# the refusal of a press, how often a topic was asked about. And at the start the accounts of federation.yml
# come onto their register.
_SPOKEN = (
    *("seen_events", "audit", "sessions", "teams_references", "sqlite_sequence", "heartbeats"),
    *("topics_asked", "accounts", "answers"),
)
_OURS = re.compile(r'"event": "[a-z_]*(?:broken|died|fault)[a-z_]*"|Traceback|Error handling request')


@dataclass
class Findings:
    """What came of the inputs of one door."""

    door: str
    inputs: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    changed: dict[str, tuple[int, int]] = field(default_factory=dict)
    leaks: int = 0
    faults: list[str] = field(default_factory=list)
    alive: bool = False

    @property
    def wrong(self) -> list[str]:
        """Everything that must not be."""
        odd = {code: n for code, n in self.statuses.items() if code not in REFUSALS and code != 200}
        found = [f"{self.door}: {n} answers of status {code}" for code, n in odd.items()]
        found += [f"{self.door}: {name} went from {a} to {b} rows" for name, (a, b) in self.changed.items()]
        found += [f"{self.door}: {line[:200]}" for line in self.faults]
        if self.leaks:
            found.append(f"{self.door}: content stands in {self.leaks} lines of the log")
        return found if self.alive else [*found, f"{self.door}: the server does not answer any more"]


class _Door:
    def __init__(self, server: Server, url: str, findings: Findings) -> None:
        self._server, self._findings = server, findings
        self._target = urllib.parse.urlsplit(url)
        self._connection = self._connect()
        self._before = rows(server.database)
        self._log_from = server.log.stat().st_size

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._target.port or 80, timeout=20)

    def send(self, content: bytes, headers: dict[str, str]) -> None:
        """One input; 0 is no answer at all."""
        self._findings.inputs += 1
        try:
            self._connection.request("POST", self._target.path, content, headers)
            answer = self._connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            # A body that is refused before it is read closes the connection: ask once more, on a new one.
            status = self._once_more(content, headers)
        self._findings.statuses[status] += 1

    def _once_more(self, content: bytes, headers: dict[str, str]) -> int:
        self._connection.close()
        self._connection = self._connect()
        try:
            self._connection.request("POST", self._target.path, content, headers)
            answer = self._connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = self._connect()
            return 0

    def look(self) -> None:
        """What the inputs left behind: rows, lines of the log, a server that lives."""
        self._connection.close()
        after = rows(self._server.database)
        self._findings.changed = {
            name: (self._before.get(name, 0), count)
            for name, count in after.items()
            if name not in _SPOKEN and count != self._before.get(name, 0)
        }
        with self._server.log.open(errors="replace") as log:
            log.seek(self._log_from)
            lines = log.readlines()
        self._findings.leaks = sum(hostile.CANARY in line for line in lines)
        self._findings.faults = [line.strip() for line in lines if _OURS.search(line)][:20]
        self._findings.alive = self._server._answers()


def rows(database: Path) -> dict[str, int]:
    """How many rows each table holds."""
    with closing(sqlite3.connect(database, timeout=30)) as opened:
        names = [row[0] for row in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
        # That the channel is not as it should be is told by itself, whatever comes in.
        # A question that was asked well is owed its answer, one row of each.
        ours = "SELECT count(*) FROM outbox WHERE kind IN ('channel', 'answer')"
        return {**found, "outbox": found["outbox"] - opened.execute(ours).fetchone()[0]}


def slack(folder: Path, inputs: int, seed: int) -> Findings:
    """Rightly signed requests of every sort, spoilt; hostile words in whole ones; bodies that are none."""
    chance, findings = random.Random(seed), Findings("slack")
    with office(folder) as works:
        acts = _slack_acts(works)
        door = _Door(works.server, works.slack.app_url, findings)
        for number in range(inputs):
            request = acts[number % len(acts)].request
            content, headers = _slack_input(chance, request)
            at = int(works.slack.clock.wall())
            proof = signature(works.slack.signing_secret, at, content) if chance.random() < 0.95 else {}
            door.send(content, {**headers, **proof})
        door.look()
    return findings


def _slack_acts(works: Office) -> list[Any]:
    ana, eleanor = works["ana"], works["eleanor"]
    ana.dm("Can I follow a former student?")
    ana.mention(works.staffroom, "Can I follow a former student?")
    ana.open_home()
    reference = report_accident(works, ana)
    eleanor.press("Acknowledge", works.card(reference))
    works.wait(lambda: "Eleanor" in works.card(reference).words)
    eleanor.slash("/cases")
    works.settled()
    return works.slack.acts[:]


def _slack_input(chance: random.Random, request: Any) -> tuple[bytes, dict[str, str]]:
    how = chance.random()
    if how < 0.25:
        return hostile.body(chance, request.body())
    words = ("text", "value", "command", "name", "username")
    payload = request.payload
    payload = hostile.shaped(chance, payload) if how < 0.75 else hostile.said(chance, payload, words)
    if request.sort == "events_api":
        return json.dumps(payload).encode(), {"Content-Type": "application/json"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    if request.sort == "slash_commands":
        fields = {key: value for key, value in payload.items() if isinstance(value, str)}
        return urllib.parse.urlencode(fields, errors="replace").encode(), form
    return urllib.parse.urlencode({"payload": json.dumps(payload)}).encode(), form


def teams(folder: Path, inputs: int, seed: int) -> Findings:
    """Activities of every kind at the emulator's door, which asks for no token: spoilt, hostile, or none."""
    chance, findings = random.Random(seed), Findings("teams")
    server = TeamsServer(folder, "botbuilder")
    server.start()
    try:
        with _listening() as service:
            door = _Door(server, server.door, findings)
            kinds = _activities(service)
            for number in range(inputs):
                door.send(*_teams_input(chance, kinds[number % len(kinds)], number))
            door.look()
    finally:
        server.stop()
    return findings


@contextmanager
def _listening() -> Iterator[str]:
    """Where answers go: a service that takes whatever it is given."""

    class Taken(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = b'{"id": "1"}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_PUT = do_DELETE = do_GET = do_POST  # noqa: N815 - the names are http.server's

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Taken) as service:
        thread = threading.Thread(target=service.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{service.server_port}/"
        finally:
            service.shutdown()
            thread.join()


def _activities(service: str) -> list[dict[str, Any]]:
    here = {"serviceUrl": service, "channelId": "msteams"}
    group = {"id": FLT, "conversationType": "groupChat", "isGroup": True}
    return [
        activity(**here),
        activity(**here, conversation=group, entities=[{"type": "mention", "text": "<at>Signpost</at>"}]),
        activity(**here, attachments=[{"contentType": "image/png", "contentUrl": f"{service}x.png"}]),
        activity(**here, type="conversationUpdate", membersAdded=[{"id": "29:x"}]),
        activity(**here, type="messageReaction", reactionsAdded=[{"type": "like"}]),
        activity(**here, type="installationUpdate", action="add"),
        activity(**here, value={"action": "case.close", "value": "FED-0000", "reason": "x" * 30}),
        {**invoke(), **here},
        {**invoke("task/fetch"), **here, "value": {"data": {"action": "report.start"}}},
        {**invoke("task/submit"), **here, "value": {"data": {"action": "journey.next", "what": "x"}}},
        {**invoke("composeExtension/query"), **here, "value": {"commandId": "policy", "parameters": []}},
        {
            **invoke("composeExtension/fetchTask"),
            **here,
            "value": {"commandId": "report", "messagePayload": {}},
        },
        {**invoke("fileConsent/invoke"), **here, "value": {"action": "accept"}},
        {**invoke("signin/verifyState"), **here, "value": {"state": "1"}},
    ]


def _teams_input(chance: random.Random, payload: dict[str, Any], number: int) -> tuple[bytes, dict[str, str]]:
    how = chance.random()
    payload = {**payload, "id": f"{1_700_000_000_000 + number}"}
    if how < 0.25:
        return hostile.body(chance, json.dumps(payload).encode())
    words = ("text", "name", "value", "reason", "what", "action", "commandId", "contentUrl")
    payload = hostile.shaped(chance, payload) if how < 0.75 else hostile.said(chance, payload, words)
    return json.dumps(payload).encode(), {"Content-Type": "application/json"}
