"""Rasa as the engine: its service over HTTP, the built-in engine beside it or in its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import PurePosixPath
from socket import SHUT_RDWR
from threading import Event, Lock, Timer
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import SplitResult, urlsplit

import jwt
import structlog
from prometheus_client import Counter
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.engine.parse import Engine, Parse, Ranked
from bot.engine.training import Training

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
    """Ends the exchange after `seconds` in all: a socket's own time-out restarts with each byte."""

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


log = structlog.get_logger()
_LONGEST = 1_000
_FAILURES = 3
_REST_S = 10.0
_RECHECK_S = 60.0
# What must not be missed because one engine of two missed it.
_NEVER_MISSED = ("danger", "report_abuse", "report_image", "report_other")

Monotonic = Callable[[], float]


def model_suffix(training: Training) -> str:
    """How the name of every model ends that was trained from exactly these intents and examples."""
    lines = [*training.intents, *(f"{example.intent}\0{example.text}" for example in training.examples)]
    return "-" + sha256("\n".join(lines).encode()).hexdigest()[:12]


# No label ever holds a person or a word.
ENGINE_ANSWERS = Counter(
    "signpost_engine_answers",
    "Questions read while Rasa is configured, by the engine that read them and, for the built-in one, why.",
    ["engine", "reason"],
)


class Breaker:
    """Stops asking a service that fails. Safe from any thread.

    After `failures` in a row nothing passes for `rest_s` seconds; then one call passes as a trial, and its
    end decides. `monotonic` is a clock in seconds that never goes back.
    """

    def __init__(self, monotonic: Monotonic, failures: int = _FAILURES, rest_s: float = _REST_S) -> None:
        self._monotonic = monotonic
        self._failures = failures
        self._rest_s = rest_s
        self._failed = 0
        self._closed_until = 0.0
        self._lock = Lock()

    def lets_pass(self) -> bool:
        """Whether to ask now. A caller that gets True reports the outcome."""
        with self._lock:
            if self._failed < self._failures:
                return True
            now = self._monotonic()
            if now < self._closed_until:
                return False
            # This one is the trial: the others wait until it ends, or for as long again.
            self._closed_until = now + self._rest_s
            return True

    def ended(self, *, well: bool) -> bool:
        """How a call that was let pass ended. True where that opened or closed the way."""
        with self._lock:
            before = self._failed >= self._failures
            self._failed = 0 if well else self._failed + 1
            after = self._failed >= self._failures
            if after:
                self._closed_until = self._monotonic() + self._rest_s
            return before != after


class RasaEngine:
    """Rasa ranks the topics, where its model is of these very examples; otherwise the built-in engine does.

    Danger and reports are as likely as the surer of the two engines says; the text is in scope as far as the
    more doubtful one says. Rasa is never sent a text without words, one of more than 1,000 characters (the
    built-in engine reads it in windows), or a slash in front, which it takes for an intent's name.
    """

    name = "rasa"

    def __init__(
        self, service: RasaService, model_ending: str, builtin: Engine, monotonic: Monotonic
    ) -> None:
        self._service = service
        self._model_ending = model_ending
        self._builtin = builtin
        self._monotonic = monotonic
        self._breaker = Breaker(monotonic)
        self._checked_at: float | None = None

    def parse(self, text: str) -> Parse:
        """Rank the intents for `text`. Never raises for any text, nor for anything that Rasa does."""
        plain = _sendable(text)
        if not any(map(str.isalnum, plain)):
            return self._fall_back(text, "empty")
        if len(plain) > _LONGEST:
            return self._fall_back(text, "too_long")
        if not self._breaker.lets_pass():
            return self._fall_back(text, "resting")
        try:
            parse = self._ask(plain)
        except RasaFault as fault:
            self._ended(well=False, why=str(fault))
            return self._fall_back(text, fault.reason)
        self._ended(well=True)
        ENGINE_ANSWERS.labels("rasa", "ok").inc()
        return _both(text, parse, self._builtin.parse(text))

    def prove(self) -> str:
        """The name of the model that answers. Raises RasaFault where the built-in engine would have to."""
        model = self._service.model()
        if not model.endswith(self._model_ending):
            raise RasaFault("wrong_model", f"Rasa has loaded {model}, which was trained from other examples")
        return model

    def _ask(self, text: str) -> Parse:
        now = self._monotonic()
        if self._checked_at is None or now - self._checked_at >= _RECHECK_S:
            self._checked_at = None
            self.prove()
            self._checked_at = now
        return self._service.parse(text)

    def _ended(self, *, well: bool, why: str = "") -> None:
        if not well:
            # The next answer may come from a restarted service with another model.
            self._checked_at = None
        if self._breaker.ended(well=well):
            log.warning("rasa_answers_again" if well else "rasa_rests", **({} if well else {"reason": why}))

    def _fall_back(self, text: str, reason: str) -> Parse:
        ENGINE_ANSWERS.labels("builtin", reason).inc()
        return self._builtin.parse(text)


def _sendable(text: str) -> str:
    """`text` without what Rasa would trip over: half characters, and a slash in front."""
    return text.encode("utf-8", "replace").decode().strip().lstrip("/").strip()


def _both(text: str, rasa: Parse, builtin: Parse) -> Parse:
    odds = {ranked.intent: ranked.confidence for ranked in rasa.ranking}
    for ranked in builtin.ranking:
        if ranked.intent in _NEVER_MISSED:
            odds[ranked.intent] = max(odds.get(ranked.intent, 0.0), ranked.confidence)
    in_scope = min(rasa.in_scope, builtin.in_scope)
    odds[OUT_OF_SCOPE] = 1.0 - in_scope
    order = sorted(odds.items(), key=lambda pair: (-pair[1], pair[0]))
    ranking = tuple(Ranked(intent, value) for intent, value in order)
    # The gate, the language and the halves are the built-in engine's, whichever engine ranks the topics.
    return replace(builtin, text=text, ranking=ranking, in_scope=in_scope)


def answers_by_engine() -> str:
    """Which engine read how many texts in this process, and why; empty before the first."""
    found = [
        (sample.labels, int(sample.value))
        for metric in ENGINE_ANSWERS.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    ]
    return ", ".join(f"{labels['engine']} ({labels['reason']}) {count}" for labels, count in found)
