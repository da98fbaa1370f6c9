"""A Federation that works on Slack: the double, its people and channel, and the server behind it."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import yaml

from bot.storage.crypto import new_key
from tests.acceptance.server import ROOT, Server
from tests.slack_double import Act, Channel, Message, Person, SlackDouble, View

#: Those of the example's roster who read the leadership team's channel.
LEADERS = ("eleanor", "farid", "grace", "tom", "beth")
OTHERS = ("ravi", "susan", "ivan", "dina", "omar", "lucy", "maya", "colin")
STAFF = ("ana", "joe", "priya")
PATIENCE_S = 20.0


class SlackServer(Server):
    """`python -m bot serve` with Slack configured, as a school would start it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder, **environment)

    def waiting(self) -> int:
        """How many notices are not sent yet."""
        with closing(sqlite3.connect(self.database, timeout=30)) as database:
            query = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"
            return int(database.execute(query).fetchone()[0])

    def rows(self) -> dict[str, int]:
        """How many rows each table holds."""
        with closing(sqlite3.connect(self.database, timeout=30)) as database:
            names = [
                row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            # The heart of the worker beats by itself.
            return {
                name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
                for name in names
                if "heartbeat" not in name and "beat" not in name
            }


# What a modal says until there is something to show.
LOADING = "One moment"


class Office:
    """Everybody in the workspace, by the names of the example's roster, and the server that they talk to."""

    def __init__(self, slack: SlackDouble, server: SlackServer, flt: Channel, staffroom: Channel) -> None:
        self.slack = slack
        self.server = server
        self.flt = flt
        self.staffroom = staffroom

    def __getitem__(self, name: str) -> Person:
        return self.slack.user(name)

    def wait(self, holds: Any) -> Any:
        """Wait for something that the server does by itself."""
        try:
            return self.slack.wait_until(holds, PATIENCE_S)
        except AssertionError as fault:
            calls = [(call.method, call.reply) for call in self.slack.calls[-5:]]
            log = self.server.log.read_text()[-3000:]
            raise AssertionError(f"{fault}\nlast calls: {calls}\n{log}") from None

    def settled(self) -> dict[str, int]:
        """How many rows each table holds, once nothing waits to be sent."""
        self.wait(lambda: self.server.waiting() == 0)
        return self.server.rows()

    def modal(self, person: Person, words: str) -> View:
        """The modal on top, as soon as it says these words."""
        self.wait(lambda: person.modal and words in person.modal.words)
        assert person.modal is not None
        return person.modal

    def press(self, person: Person, *labels: str) -> View:
        """Press these buttons in the modal, each as soon as the one before has been answered."""
        for label in labels:
            shown = person.modal
            assert shown is not None, f"no modal to press {label!r} in"
            before = shown.hash
            act = person.press(label, shown)
            assert act.ok, act
            self.wait(lambda shown=shown, before=before: shown.hash != before)
        assert person.modal is not None
        return person.modal

    def submit(self, person: Person, values: dict[str, Any]) -> Act:
        """Fill in the form in the modal, by label, and submit it."""
        person.fill(None, values)
        return person.submit()

    def said_to(self, person: Person, words: str, channel: Channel | None = None) -> Message:
        """The newest message that this person sees there with these words, as soon as it is there."""

        def found() -> list[Message]:
            return [message for message in person.messages(channel) if words in message.words]

        newest: Message = self.wait(found)[-1]
        return newest

    def card(self, reference: str) -> Message:
        """The card of a case in the leadership team's channel, as it reads now."""

        def found() -> list[Message]:
            return [message for message in self.slack.messages_in(self.flt) if reference in message.text]

        card: Message = self.wait(found)[0]
        return card


def settle(slack: SlackDouble, staff: Iterable[str]) -> Channel:
    """Move the Federation in: the example's roster, these staff, and the leadership team's channel."""
    for name in (*LEADERS, *OTHERS, *staff):
        slack.add_user(name, real_name=name.title())
    return slack.add_channel("flt", [slack.user(name) for name in LEADERS], private=True)


@contextmanager
def office(folder: Path, *, sockets: bool = False) -> Iterator[Office]:
    """A workspace with its server, over HTTP or Socket Mode."""
    with SlackDouble() as slack:
        slack.rates.interval_s = 0
        flt = settle(slack, STAFF)
        staffroom = slack.add_channel("staffroom", [slack.user(name) for name in STAFF], private=False)
        server = SlackServer(folder, environment_of(folder, slack, flt, sockets))
        if not sockets:
            slack.app_url = f"http://127.0.0.1:{server.port}/slack/events"
        try:
            server.start()
            yield Office(slack, server, flt, staffroom)
        finally:
            server.stop()


def environment_of(
    folder: Path, slack: SlackDouble, flt: Channel, sockets: bool = False, **more: Any
) -> dict[str, str]:
    """What a school would set; `more` goes into its federation.yml."""
    folder.mkdir(exist_ok=True)
    config = folder / "federation.yml"
    config.write_text(yaml.safe_dump(_federation(slack) | more, sort_keys=False, allow_unicode=True))
    tokens = (
        {"SLACK_APP_TOKEN": slack.app_token} if sockets else {"SLACK_SIGNING_SECRET": slack.signing_secret}
    )
    return {
        "SIGNPOST_CONFIG": str(config),
        "SIGNPOST_KEYS": new_key("2026-11-22", os.urandom),
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_API_URL": slack.api_url,
        "SLACK_FLT_CHANNEL": flt.id,
        **tokens,
    }


def _federation(slack: SlackDouble) -> dict[str, Any]:
    """The example as a Federation would have filled it in: its own accounts, and no number made for drama."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "federation.example.yml").read_text())
    found["demo"] = False
    del found["demo_staff"]
    for person in found["people"]:
        person["accounts"] = {"slack": slack.user(person["id"]).id}
    for contact in found["contacts"].values():
        contact["phone"] = re.sub(r"020 7946 0(\d{3})", r"020 7000 1\1", contact["phone"])
    return found


def reference_in(words: str) -> str:
    """The reference that stands in a text."""
    found = re.search(r"FED-[0-9A-Z]{4}", words)
    assert found, f"no reference in: {words}"
    return found.group()


# A picture of one's own, taken by accident, that nobody else has seen or asked about.
HOW = {
    "Did you take it by accident?": "Yes, I took it by accident",
    "If you took it: was it posted or sent anywhere before you noticed, or has anybody asked for it?": "No",
    "If you took it: has a student or a parent said or reported anything to you about it?": "No",
}


def report_accident(office: Office, person: Person, place: str = "Sports hall") -> str:
    """A picture taken by accident, from `/report` to the receipt; the reference that the reporter reads."""
    person.slash("/report")
    office.modal(person, "danger")
    office.press(
        person, "No", "Northgate School", "A picture or video that should not have been made, taken or shared"
    )
    office.press(person, "Continue", "No")
    assert office.submit(person, HOW).ok
    deleted = {"Is it deleted?": "Yes, everywhere", "Checked and clear": ["Gallery"]}
    assert office.submit(person, deleted).ok
    office.press(person, "No", "Named", "Add: A little more")
    assert office.submit(person, {"Where?": place}).ok
    office.press(person, "Send")
    return reference_in(office.modal(person, "has been received").words)


def report_mistake(office: Office, person: Person, what: str, mode: str) -> View:
    """A mistake of one's own, from `/report` to what happened: the step after it."""
    person.slash("/report")
    office.modal(person, "danger")
    office.press(person, "No", "Northgate School", "I have made a mistake online", "No", mode)
    assert office.submit(person, {"What happened?": what}).ok
    return office.modal(
        person, "Write these two down" if mode == "Anonymous" else "Please check before you send"
    )
