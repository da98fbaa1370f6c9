"""The whole double: a workspace, its server, its people, and the app that it talks to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.slack_double import payloads, post
from tests.slack_double.acts import Act, Answer, Outgoing, Sort, signature
from tests.slack_double.clock import Clock
from tests.slack_double.faults import Faults
from tests.slack_double.model import BOT_USER, Channel, Kind, Message
from tests.slack_double.person import Person
from tests.slack_double.rates import Rates
from tests.slack_double.server import Server
from tests.slack_double.shapes import Json
from tests.slack_double.web_api import APP_TOKEN, BOT_TOKEN
from tests.slack_double.workspace import Call, Workspace

T = TypeVar("T")
SIGNING_SECRET = "double-signing-secret"
_POLL_S = 0.02
_MOST_RETRIES = 3


class SlackDouble:
    """Slack for as long as the `with` lasts; at its end the test fails if an acknowledgement was late.

    `app_url` is the app's /slack/events; while it is "" everything goes through Socket Mode. `app_urls` are
    several of them, as behind a load balancer: in turn, passing by those that nobody listens on. With
    `retries` an event that fails is sent three times more, at once (Slack waits a minute and five before the
    last two).
    """

    def __init__(self, app_url: str = "") -> None:
        self.app_url = app_url
        self.app_urls: list[str] = []
        self.workspace = Workspace()
        self.server = Server(self.workspace)
        self.people: dict[str, Person] = {}
        self.late_acks: list[Act] = []
        self.acts: list[Act] = []
        self.hears_channels = False
        self.retries = False
        self._held: list[Act] | None = None
        self._turn = 0

    bot_token, app_token, signing_secret = BOT_TOKEN, APP_TOKEN, SIGNING_SECRET
    bot_user = BOT_USER

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()
        if kind is None:
            late = [f"{act.request.sort} after {act.ack_s:.1f} s: {act.body[:200]}" for act in self.late_acks]
            assert not late, f"not acknowledged within 3 s: {late}"

    @property
    def url(self) -> str:
        """Where the double listens."""
        return self.server.url

    @property
    def api_url(self) -> str:
        """The base of the Web API, for slack_sdk's `base_url`."""
        return f"{self.url}/api/"

    @property
    def clock(self) -> Clock:
        """The workspace's time."""
        return self.workspace.clock

    @property
    def rates(self) -> Rates:
        """How often the app may call."""
        return self.workspace.rates

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose."""
        return self.workspace.faults

    @property
    def scopes(self) -> set[str]:
        """The bot token's scopes, to be changed."""
        return self.workspace.scopes

    @property
    def calls(self) -> list[Call]:
        """Every call of the Web API, in order."""
        return self.workspace.calls

    @property
    def token_state(self) -> str:
        """The error that every call with the bot token answers with, such as token_revoked; "" for none."""
        return self.workspace.token_state

    @token_state.setter
    def token_state(self, code: str) -> None:
        self.workspace.token_state = code

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if call.method == method]

    def add_user(self, name: str, kind: Kind = "member", real_name: str = "", email: str = "") -> Person:
        """A user; members of the public channels they are not, unless added."""
        with self.workspace.lock:
            self.people[name] = Person(self, self.workspace.add_account(name, kind, real_name, email))
        return self.people[name]

    def user(self, name: str) -> Person:
        """The user of this name."""
        return self.people[name]

    def add_channel(
        self, name: str, members: Iterable[Person] = (), *, bot_in: bool = True, **more: Any
    ) -> Channel:
        """A channel; `more` are fields of `Channel`: private, archived, ext_shared, org_shared, topic."""
        ids = {person.id for person in members} | ({BOT_USER} if bot_in else set())
        with self.workspace.lock:
            return self.workspace.add_channel(Channel(self.workspace.new_id("C"), name, members=ids, **more))

    def channel(self, name: str) -> Channel:
        """The channel of this name."""
        return next(channel for channel in self.workspace.channels.values() if channel.name == name)

    def dm_of(self, person: Person) -> Channel:
        """A person's direct message with the app."""
        return self.workspace.dm(person.id)

    def messages_in(self, channel: Channel) -> list[Message]:
        """All messages there but ephemeral ones, oldest first."""
        with self.workspace.lock:
            return [m for m in self.workspace.posts if m.channel == channel.id and not m.to]

    def visible_to(self, person: Person) -> str:
        """Everything that this person could read now."""
        return self.workspace.visible_to(person.id)

    def deliver(self, request: Outgoing, start: int | None = None, silent: bool = False) -> Act:
        """Send it to the app and wait for the acknowledgement; `silent`: the app has not asked for it."""
        act = Act(request, self.workspace, len(self.workspace.shown) if start is None else start)
        self.acts.append(act)
        if silent:
            act.settle(Answer(200, "", 0.0))
        elif self._held is not None and request.sort == "events_api":
            self._held.append(act)
        else:
            self._send(act)
        return act

    def _send(self, act: Act) -> None:
        act.settle(self._answer(act.request))
        if act.late:
            self.late_acks.append(act)
        refused = act.late or act.status >= 300
        wanted = self.retries and act.request.sort == "events_api" and act.request.retry < _MOST_RETRIES
        if refused and wanted and "X-Slack-No-Retry" not in act.headers:
            reason = "http_timeout" if act.late else "http_error"
            act.retried = self.redeliver(act, act.request.retry + 1, reason)

    def _answer(self, request: Outgoing) -> Answer:
        if not (self.app_url or self.app_urls):
            return self.server.envelope(request)
        body = request.body()
        signed = signature(self.signing_secret, int(self.clock.wall()), body)
        for url in self._balanced():
            answer = post.send(url, body, request.headers() | signed)
            if not answer.body.startswith(ConnectionRefusedError.__name__):
                break
        return answer

    def _balanced(self) -> list[str]:
        self._turn += 1
        urls = self.app_urls or [self.app_url]
        first = self._turn % len(urls)
        return [*urls[first:], *urls[:first]]

    def send_event(self, inner: Json) -> Act:
        """Any other event, such as channel_shared or tokens_revoked."""
        with self.workspace.lock:
            request = payloads.event(self.workspace, inner)
        return self.deliver(request)

    def redeliver(self, act: Act, num: int = 1, reason: str = "http_timeout") -> Act:
        """The same request again, as Slack's retries are marked."""
        return self.deliver(Outgoing(act.request.sort, act.request.payload, num, reason))

    def hold(self) -> None:
        """Keep events back until `release`; commands and interactions wait for nobody."""
        self._held = []

    def release(self, reverse: bool = False) -> None:
        """Deliver what was kept back, the last first if so wished."""
        held, self._held = self._held or [], None
        for act in held[::-1] if reverse else held:
            self._send(act)

    def forge(self, made: Act | Outgoing | bytes, how: str) -> Answer:
        """Send it signed wrongly, in one of `post.HOW_FORGED`; bytes go as a form."""
        request = made.request if isinstance(made, Act) else made
        body, headers = (
            (request, {"Content-Type": "application/x-www-form-urlencoded"})
            if isinstance(request, bytes)
            else (request.body(), request.headers())
        )
        sent, signed = post.forged(self.signing_secret, int(self.clock.wall()), body, how)
        return post.send(self.app_url, sent, headers | signed)

    def send_raw(self, body: bytes, headers: dict[str, str] | None = None, signed: bool = True) -> Answer:
        """Send any bytes, rightly signed or not at all."""
        found = {"Content-Type": "application/json", **(headers or {})}
        if signed:
            found |= signature(self.signing_secret, int(self.clock.wall()), body)
        return post.send(self.app_url, body, found)

    def verify_url(self, challenge: str = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P") -> Answer:
        """What Slack sends when the address of the app is set."""
        sent = {"type": "url_verification", "token": payloads.TOKEN, "challenge": challenge}
        return self.send_raw(json.dumps(sent).encode())

    def ssl_check(self) -> Answer:
        """What Slack sends to see whether a command's address has a certificate."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send_raw(f"ssl_check=1&token={payloads.TOKEN}".encode(), form)

    def disconnect_sockets(self) -> None:
        """Socket Mode: ask for a refresh, and close."""
        self.server.disconnect()

    def wait_for_socket(self, timeout: float = 20.0) -> None:
        """Wait until the app has connected."""
        self.wait_until(lambda: self.server.sockets, timeout)

    def wait_until(self, predicate: Callable[[], T], timeout: float = 20.0) -> T:
        """Wait until it holds, and give what it gave."""
        deadline = time.monotonic() + timeout
        while not (found := predicate()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {timeout} s in vain\n{self.story()}")
            time.sleep(_POLL_S)
        return found

    def story(self, last: int = 15) -> str:
        """The last calls and what became visible, for a failure's message."""
        with self.workspace.lock:
            calls = [
                f"{c.method} {json.dumps(c.args)[:160]} → {json.dumps(c.reply)[:120]}" for c in self.calls
            ]
            shown = [f"{sorted(one.to)} in {one.place}: {one.text[:160]!r}" for one in self.workspace.shown]
        return "\n".join(["calls:", *calls[-last:], "shown:", *shown[-last:]])


__all__ = ["SIGNING_SECRET", "SlackDouble", "Sort"]
