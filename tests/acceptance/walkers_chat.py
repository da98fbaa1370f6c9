"""Somebody who reports in Slack's modals, or on the cards of Teams, against the real server."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from manifest.tryout import Someone
from tests.acceptance.slack_office import LOADING, Office
from tests.acceptance.teams_office import FLT, LEADERS, TeamsServer
from tests.acceptance.walkers import Asked, Filled, Walker
from tests.channels.teams.card_reading import actions_of, inputs_of, pressed, texts_in
from tests.channels.teams.fake_connector import FakeConnector
from tests.channels.teams.open_door import activity
from tests.slack_double import Person, View

_PATIENCE_S = 20.0
Json = dict[str, Any]


_COMMANDS = {"report": "/report", "status": "/report-status"}


class SlackPerson(Walker):
    """In a workspace, by slash commands and modals."""

    def __init__(self, works: Office, person: Person) -> None:
        self._works = works
        self.person = person

    @property
    def _modal(self) -> View:
        assert self.person.modal is not None
        return self.person.modal

    @property
    def words(self) -> str:
        return self._modal.words

    def say(self, command: str) -> None:
        self.person.close(everything=True) if self.person.modal else None
        if command not in _COMMANDS:
            self._opened(command)
            return
        self.person.slash(_COMMANDS[command])
        if command == "report":
            self._works.modal(self.person, "danger")

    def _opened(self, words: str) -> None:
        """Type it to the app: what no chat may hold opens in a window, by the button of what comes."""
        before = len(self.person.messages()) + 1
        self.person.dm(words)
        self._works.wait(lambda: len(self.person.messages()) > before)
        newest = self.person.messages()[-1]
        self.person.press(newest.buttons[0], newest)
        self._works.wait(lambda: self.person.modal and LOADING not in self.person.modal.words)

    def buttons(self) -> list[str]:
        return list(self._modal.buttons)

    def asked(self) -> list[Asked]:
        inputs = [block for block in self._modal.blocks if block["type"] == "input"]
        return [Asked(block["label"]["text"], _labels(block), not block.get("optional")) for block in inputs]

    def press(self, label: str) -> None:
        if self.person.modal is not None:
            self._works.press(self.person, label)
            return
        self.person.press(label, self._works.said_to(self.person, label))
        self._works.wait(lambda: self.person.modal and LOADING not in self.person.modal.words)

    def fill(self, values: Filled) -> None:
        sent = {label: _moment(value) for label, value in values.items() if value}
        act = self._works.submit(self.person, sent)
        assert act.ok, act.errors


def _labels(block: Json) -> tuple[str, ...]:
    return tuple(option["text"]["text"] for option in block["element"].get("options") or ())


def _moment(value: str | datetime) -> str | int:
    return int(value.replace(tzinfo=UTC).timestamp()) if isinstance(value, datetime) else value


class Tenant:
    """The server, and Microsoft's side of it: who is in it, what stands in each conversation."""

    def __init__(self, server: TeamsServer, connector: FakeConnector, port: int) -> None:
        self.server = server
        self.connector = connector
        self.url = f"http://127.0.0.1:{port}/teams/"
        self._ids = itertools.count(1_700_000_000_000)
        # Who sent which event, by the name that the door gives it.
        self.sent: list[tuple[str, str]] = []
        connector.rosters[FLT] = [one.entry() for one in LEADERS]

    def send(self, who: Someone, **changes: Any) -> Json:
        """One activity of somebody in their own chat; the body of the answer."""
        self.connector.rosters.setdefault(chat_of(who), [who.entry()])
        came = activity(
            id=str(next(self._ids)),
            serviceUrl=self.url,
            **{"from": {"id": f"29:{who.id}", "name": who.name, "aadObjectId": who.aad}},
            conversation={"id": chat_of(who), "conversationType": "personal"},
            channelData={},
            **changes,
        )
        self.sent.append((who.id, f"{chat_of(who)}|{came['type']}|{came['id']}"))
        return self._posted(came)

    def _posted(self, came: Json) -> Json:
        body, kind = json.dumps(came).encode(), {"Content-Type": "application/json"}
        with urllib.request.urlopen(
            urllib.request.Request(self.server.door, body, kind), timeout=20
        ) as answer:
            text = answer.read().decode()
        return dict(json.loads(text)) if text else {}

    def elsewhere(self, who: Someone) -> str:
        """Every request to Microsoft that is about another conversation than somebody's own."""
        return "\n".join(
            json.dumps([request.path, request.body])
            for request in list(self.connector.requests)
            if not request.path.startswith(f"/teams/v3/conversations/{_quoted(chat_of(who))}")
        )


# What stands on the card that answers a command or a press, beside notices that may come at any time.
_SHOWN = {
    "report": ("Cancel",),
    "status": ("With a receipt code",),
    "cases": ("Open FED-",),
    "With a receipt code": ("Input.",),
    "More …": ("Ask the reporter",),
    "Ask the reporter": ("Input.",),
}


def _has(card: Json, wanted: tuple[str, ...]) -> bool:
    parts = [str(one["title"]) for one in actions_of(card)] + [str(one["type"]) for one in inputs_of(card)]
    return not wanted or any(part.startswith(wanted) for part in parts)


def chat_of(who: Someone) -> str:
    """The id of somebody's own chat."""
    return f"a:{who.id}"


def _quoted(conversation: str) -> str:
    return urllib.parse.quote(conversation, safe="")


@contextmanager
def tenant(server: TeamsServer) -> Iterator[Tenant]:
    """A tenant around a server, started and ended with it."""
    loop, connector = asyncio.new_event_loop(), FakeConnector(page_size=50)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def opened() -> tuple[web.AppRunner, int]:
        runner = web.AppRunner(connector.app())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return runner, int(runner.addresses[0][1])

    runner, port = asyncio.run_coroutine_threadsafe(opened(), loop).result(10)
    try:
        server.start()
        yield Tenant(server, connector, port)
    finally:
        server.stop()
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class TeamsPerson(Walker):
    """In the personal chat, on the newest card."""

    def __init__(self, tenant: Tenant, who: Someone) -> None:
        self._tenant = tenant
        self.who = who
        self._card: Json = {"body": []}
        self._message = ""

    @property
    def words(self) -> str:
        return "\n".join(texts_in(self._card["body"]))

    def say(self, command: str) -> None:
        self._newest(lambda: self._tenant.send(self.who, text=command), *_SHOWN.get(command, ()))

    def buttons(self) -> list[str]:
        return [str(one["title"]) for one in actions_of(self._card)]

    def asked(self) -> list[Asked]:
        inputs = [one for one in inputs_of(self._card) if one["type"] != "Input.Time"]
        return [
            Asked(
                one["label"].removesuffix(" (optional)"),
                tuple(choice["title"] for choice in one.get("choices", ())),
                not one["label"].endswith("(optional)"),
            )
            for one in inputs
        ]

    def press(self, label: str) -> None:
        [one, *_] = [one for one in actions_of(self._card) if one["title"] == label]
        self._act(pressed(self._card, one), *_SHOWN.get(label, ()))

    def fill(self, values: Filled) -> None:
        [one] = [one for one in actions_of(self._card) if one["data"].get("form") is True]
        sent = pressed(self._card, one)
        for field in inputs_of(self._card):
            sent["action"]["data"][field["id"]] = _given(field, values, inputs_of(self._card))
        self._act(sent)

    def _act(self, value: Json, *wanted: str) -> None:
        def sent() -> Json:
            return self._tenant.send(
                self.who, type="invoke", name="adaptiveCard/action", value=value, replyToId=self._message
            )

        self._newest(sent, *wanted)

    def _newest(self, do: Callable[[], Json], *wanted: str) -> None:
        """Do it, and read what then stands: the card in the answer, or one in the chat with a wanted part."""
        before = {name for name, _ in self._mine()}
        answer = do()
        if str(answer.get("type", "")).endswith("card.adaptive"):
            self._card = answer["value"]
            return
        # A notice may come at the same moment, and is not meant.
        deadline = time.monotonic() + _PATIENCE_S
        while not (found := [one for one in self._mine() if one[0] not in before and _has(one[1], wanted)]):
            assert time.monotonic() < deadline, f"nothing came: {answer}"
            time.sleep(0.01)
        self._message, self._card = found[-1]

    def _mine(self) -> list[tuple[str, Json]]:
        found = self._tenant.connector.messages.get(chat_of(self.who), {})
        return [
            (name, body["attachments"][0]["content"])
            for name, body in list(found.items())
            if "attachments" in body
        ]


def _given(one: Json, values: Filled, every: list[Json]) -> str:
    # The time of a moment has a label of its own, and the name of its day.
    name = one["id"].rpartition(":")[2]
    [label] = [
        day["label"] for day in every if day["id"].rpartition(":")[2] == name and day["type"] != "Input.Time"
    ]
    value = values.get(label.removesuffix(" (optional)"), "")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if one["type"] == "Input.Date" else f"{value:%H:%M}"
    options = {choice["title"]: choice["value"] for choice in one.get("choices", ())}
    return str(options.get(value, value))
