"""A stand-in for the Rasa service on loopback, which answers as the real one was seen to, well and badly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt

TOKEN = "a-secret-of-more-than-32-characters"
MODEL = "signpost-light-0123456789ab"
SURE = {"policy_copyright": 0.9, "out_of_scope": 0.1}


def reading(text: str, odds: dict[str, float]) -> dict[str, Any]:
    """What the real service answers to /model/parse; the first of `odds` is its intent."""
    ranking = [{"name": name, "confidence": confidence} for name, confidence in odds.items()]
    return {"text": text, "intent": ranking[0], "entities": [], "text_tokens": [], "intent_ranking": ranking}


def status(model: str = MODEL) -> dict[str, Any]:
    """What the real service answers to /status."""
    return {"model_file": f"models/{model}.tar.gz", "model_id": "0" * 32, "num_active_training_jobs": 0}


class FakeRasa:
    """Set `status` and `parse` to change what it answers; `asked` holds the texts that were sent to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Any] = []
        self.checked = 0
        self.status: Callable[[Reply], None] = lambda reply: reply.json(200, status())
        self.parse: Callable[[Reply], None] = lambda reply: reply.json(200, reading(reply.text, SURE))

    def answers(self, code: int, body: Any) -> None:
        """Let /model/parse answer with this JSON."""
        self.parse = lambda reply: reply.json(code, body)


class Reply(BaseHTTPRequestHandler):
    """One request to the fake, and the ways to answer it."""

    protocol_version = "HTTP/1.1"
    fake: FakeRasa
    text: Any = None

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """GET /status."""
        self.fake.checked += 1
        if self._may():
            self.fake.status(self)

    def do_POST(self) -> None:
        """POST /model/parse. Without a text the real one answers 500, not 400."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._may():
            return
        if "text" not in body:
            self.json(500, {"status": "failure", "reason": "ParsingError"})
            return
        self.text = body["text"]
        self.fake.asked.append(self.text)
        self.fake.parse(self)

    def _may(self) -> bool:
        bearer = self.headers["Authorization"].removeprefix("Bearer ")
        try:
            role = str(jwt.decode(bearer, TOKEN, algorithms=["HS256"])["user"]["role"])
        except jwt.InvalidTokenError:
            role = ""
        if role != "admin":
            self.json(401, {"status": "failure", "reason": "NotAuthenticated"})
        return role == "admin"

    def json(self, code: int, body: Any) -> None:
        """Answer with JSON."""
        self.raw(code, json.dumps(body).encode())

    def raw(self, code: int, body: bytes, length: int | None = None) -> None:
        """Answer with these bytes; `length` may promise more than there are."""
        self.send_response(code)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def hang(self, until: threading.Event) -> None:
        """Say nothing."""
        until.wait(30)
        self.close_connection = True

    def drip(self, until: threading.Event) -> None:
        """Answer a byte at a time, never slowly enough for a socket's own time-out."""
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not until.wait(0.02):
            try:
                self.wfile.write(b" ")
            except OSError:
                return


@contextmanager
def fake_rasa() -> Iterator[FakeRasa]:
    """A fake on a free port of loopback."""

    class Bound(Reply):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Bound) as server:
        fake = FakeRasa(f"http://127.0.0.1:{server.server_port}")
        Bound.fake = fake
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield fake
        server.shutdown()
        thread.join()


def stopwatch() -> Callable[[], float]:
    """Seconds since it was made."""
    began = time.monotonic()
    return lambda: time.monotonic() - began
