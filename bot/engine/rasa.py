"""A Rasa service over HTTP: its model's name, and its reading of one text. Anything odd is a `RasaFault`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import PurePosixPath
from socket import SHUT_RDWR
from threading import Event, Timer
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import SplitResult, urlsplit

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.engine.parse import Parse, Ranked

Reason = Literal["unreachable", "slow", "refused", "broken", "malformed", "wrong_model"]
#: What Rasa calls a text that it is not sure enough about; it stands first, before the real ranking.
FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
_MOST_BYTES = 1_000_000
# Rounding may put an odds a hair above one.
_Odds = Annotated[float, Field(ge=0.0, le=1.001, allow_inf_nan=False)]


class RasaFault(Exception):
    """The service gave no reading. `reason` is for counters; the text says more, but never the question."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason: Reason = reason


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Intent(_Wire):
    name: Annotated[str, Field(min_length=1)]
    confidence: _Odds


class _Reading(_Wire):
    text: str
    intent: _Intent
    intent_ranking: Annotated[list[_Intent], Field(min_length=1)]


class _Status(_Wire):
    model_file: str


_Answer = TypeVar("_Answer", bound=_Wire)


class RasaService:
    """The service at `url` (http or https), asked with a bearer token signed with `secret`.

    Each call has `timeout_s` seconds to connect and as long for the whole answer, however slowly it drips.
    Safe from any thread: a connection of its own for each call, since Rasa drops idle ones without a word.
    """

    def __init__(self, url: str, secret: str, timeout_s: float = 0.8) -> None:
        self.url = url.rstrip("/")
        self._at: SplitResult = urlsplit(self.url)
        self._timeout_s = timeout_s
        # In a header: Rasa reads a plain token from the URL alone, where logs would keep it.
        signed = jwt.encode({"user": {"username": "signpost", "role": "admin"}}, secret, algorithm="HS256")
        self._headers = {"Authorization": f"Bearer {signed}", "Content-Type": "application/json"}

    def model(self) -> str:
        """The name of the model that it has loaded, without the folder and `.tar.gz`. Raises RasaFault.

        Where the model that it was started with is missing, Rasa takes the newest that it finds: that it is
        alive is not enough.
        """
        return PurePosixPath(self._ask("GET", "/status", None, _Status).model_file).name.removesuffix(
            ".tar.gz"
        )

    def parse(self, text: str) -> Parse:
        """Its reading of `text`, which must hold words and not begin with a slash. Raises RasaFault."""
        reading = self._ask("POST", "/model/parse", {"text": text}, _Reading)
        if reading.text.split() != text.split():
            raise RasaFault("malformed", "Rasa answered to another text")
        return _parse(reading)

    def _ask(self, method: str, path: str, body: Any, shape: type[_Answer]) -> _Answer:
        status, raw = self._exchange(method, path, None if body is None else json.dumps(body).encode())
        if status in (401, 403):
            raise RasaFault(
                "refused", f"Rasa refused the token (HTTP {status}): NLU_TOKEN differs from its own"
            )
        if status != 200:
            raise RasaFault("broken", f"Rasa answered {path} with HTTP {status}")
        try:
            return shape.model_validate_json(raw)
        except ValidationError:
            # Its text could hold what was asked.
            raise RasaFault("malformed", f"what Rasa answered to {path} cannot be read") from None

    def _exchange(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        connection = self._connection()
        late = Event()
        try:
            connection.connect()
            with _cut_after(self._timeout_s, connection, late):
                connection.request(method, self._at.path + path, body, self._headers)
                response = connection.getresponse()
                raw = response.read(_MOST_BYTES)
        except (OSError, HTTPException, ValueError) as error:
            slow = late.is_set() or isinstance(error, TimeoutError)
            raise self._not_answered(slow) from None
        finally:
            connection.close()
        if late.is_set():
            raise self._not_answered(slow=True)
        return response.status, raw

    def _connection(self) -> HTTPConnection:
        kind = HTTPSConnection if self._at.scheme == "https" else HTTPConnection
        return kind(self._at.hostname or "", self._at.port, timeout=self._timeout_s)

    def _not_answered(self, slow: bool) -> RasaFault:
        if slow:
            return RasaFault("slow", f"Rasa did not answer within {self._timeout_s} s at {self.url}")
        return RasaFault("unreachable", f"nobody answers for Rasa at {self.url}")


@contextmanager
def _cut_after(seconds: float, connection: HTTPConnection, late: Event) -> Iterator[None]:
    """Ends the exchange after `seconds` in all: a socket's own time-out begins anew with each byte."""

    def cut() -> None:
        late.set()
        try:
            connection.sock.shutdown(SHUT_RDWR)
        except (OSError, AttributeError):
            return  # It ended by itself in the meantime.

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _parse(reading: _Reading) -> Parse:
    """The ranking without Rasa's word for "not sure", which makes a text out of scope instead."""
    ranked = [intent for intent in reading.intent_ranking if intent.name != FALLBACK]
    outside = sum(intent.confidence for intent in ranked if intent.name == OUT_OF_SCOPE)
    unsure = reading.intent.name == FALLBACK
    order = sorted(ranked, key=lambda intent: (-intent.confidence, intent.name))
    ranking = tuple(Ranked(intent.name, min(1.0, intent.confidence)) for intent in order)
    return Parse(reading.text, ranking, 0.0 if unsure else max(0.0, 1.0 - outside))
