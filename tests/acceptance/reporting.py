"""A person who reads the page's HTML and presses what they read, over HTTP."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from tests.acceptance.server import Server

_BUTTON = re.compile(
    r'<button type="button"([^>]*)data-action="([^"]*)" data-value="([^"]*)">(.*?)</button>', re.S
)
_FORM = re.compile(r'<form[^>]*data-action="([^"]*)" data-value="([^"]*)"')
_TAG = re.compile(r"<[^>]+>")


class Caller:
    """One person at the page: what they read last, and what can be pressed there."""

    def __init__(self, server: Server, user: str) -> None:
        self._server = server
        self._user = user
        self.html = ""
        # All that they were ever shown.
        self.ever = ""

    @property
    def text(self) -> str:
        """What the last answer reads like, without its markup."""
        return " ".join(html.unescape(_TAG.sub(" ", self.html)).split())

    def say(self, text: str) -> str:
        """Type a line."""
        return self._act("said", text=text)

    def press(self, label: str, **where: str) -> str:
        """Press the button with this label on the last answer."""
        found = [
            (action, value)
            for around, action, value, shown in _BUTTON.findall(self.html)
            if html.unescape(shown) == label or f'aria-label="{label}"' in around
        ]
        assert found, f"no button {label!r} in: {self.text}"
        action, value = (html.unescape(part) for part in found[-1])
        return self._act("pressed", action=action, value=value, **where)

    def fill(self, **fields: str) -> str:
        """Send the form of the last answer."""
        found = _FORM.findall(self.html)
        assert found, f"no form in: {self.text}"
        action, value = (html.unescape(part) for part in found[-1])
        sent = {name: [text] for name, text in fields.items()}
        return self._act("submitted", action=action, value=value, fields=sent)

    def _act(self, kind: str, **more: Any) -> str:
        events = json.loads(self._server.send(self._user, kind, **more))["events"]
        self.html = "\n".join(event.get("html", "") for event in events)
        self.ever += self.html
        return self.text


def report_accident(server: Server, user: str = "ana", place: str = "Sports hall") -> str:
    """A picture taken by accident, reported step by step; the reference that the reporter reads."""
    caller = Caller(server, user)
    caller.say("report")
    for label in (
        "No",
        "Northgate School",
        "A picture or video that should not have been made, taken or shared",
    ):
        caller.press(label)
    caller.press("Continue")
    caller.press("No")
    caller.fill(origin="me", posted="no", complained="no")
    caller.fill(deleted="yes", deleted_from="gallery")
    for label in ("No", "Named", "Add: A little more"):
        caller.press(label)
    caller.fill(place=place)
    caller.press("Send")
    found = re.search(r"FED-[0-9A-Z]{4}", caller.text)
    assert found, f"not received: {caller.text}"
    return found.group()
