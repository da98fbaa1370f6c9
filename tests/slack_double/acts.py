"""What a person does, as Slack sends it to the app, and what came of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.slack_double.shapes import Json

if TYPE_CHECKING:
    from tests.slack_double.workspace import Workspace

PATIENCE_S = 3.0
Sort = Literal["events_api", "slash_commands", "interactive"]
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Outgoing:
    """One request to the app, in whichever way it goes."""

    sort: Sort
    payload: Json
    retry: int = 0
    reason: str = ""

    @property
    def content_type(self) -> str:
        """What its HTTP body is."""
        return _JSON if self.sort == "events_api" else _FORM

    def body(self) -> bytes:
        """Its HTTP body."""
        if self.sort == "events_api":
            return json.dumps(self.payload).encode()
        fields = self.payload if self.sort == "slash_commands" else {"payload": json.dumps(self.payload)}
        return urllib.parse.urlencode(fields).encode()

    def headers(self) -> dict[str, str]:
        """Its HTTP headers but the signature."""
        found = {
            "Content-Type": self.content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        if self.retry:
            found |= {"X-Slack-Retry-Num": str(self.retry), "X-Slack-Retry-Reason": self.reason}
        return found

    def envelope(self, envelope_id: str) -> Json:
        """As it goes over Socket Mode."""
        found: Json = {"envelope_id": envelope_id, "type": self.sort, "payload": self.payload}
        found["accepts_response_payload"] = self.sort != "events_api"
        if self.sort == "events_api":
            found |= {"retry_attempt": self.retry, "retry_reason": self.reason}
        return found


def signature(secret: str, at: int, body: bytes) -> dict[str, str]:
    """Slack's v0 signature of a body."""
    digest = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


@dataclass(frozen=True)
class Answer:
    """What the app answered: status 0 and no body where it did not."""

    status: int
    body: str
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Act:
    """One thing that somebody did: the acknowledgement, and what became visible since it began.

    `said` is an error that Slack's client shows, `errors` those beside a modal's fields. An act that is held
    back (`slack.hold`) has status -1 until it is released.
    """

    request: Outgoing
    workspace: Workspace
    start: int
    status: int = -1
    body: str = ""
    ack_s: float = 0.0
    said: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    retried: Act | None = None

    def settle(self, answer: Answer) -> None:
        """Take in the acknowledgement."""
        self.status, self.body = answer.status, answer.body
        self.ack_s, self.headers = answer.seconds, answer.headers

    @property
    def late(self) -> bool:
        """Whether it was not acknowledged within three seconds."""
        return self.status == 0 or self.ack_s > PATIENCE_S

    @property
    def ok(self) -> bool:
        """Whether Slack was content."""
        return self.status == 200 and not self.late and not self.said and not self.errors

    @property
    def json(self) -> Json:
        """The acknowledgement's JSON; {} where it has none."""
        try:
            found = json.loads(self.body or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def seen_by(self, person: Any) -> str:
        """What became visible to this person since, in order, as text."""
        wanted = getattr(person, "id", person)
        with self.workspace.lock:
            return "\n".join(one.text for one in self.workspace.shown[self.start :] if wanted in one.to)

    @property
    def seen_by_whom(self) -> dict[str, str]:
        """All who saw anything since: user id → text."""
        with self.workspace.lock:
            everyone = frozenset().union(*(one.to for one in self.workspace.shown[self.start :]))
        return {user: self.seen_by(user) for user in sorted(everyone)}
