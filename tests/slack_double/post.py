"""How a request reaches the app: signed over HTTP, or through an open socket."""

from __future__ import annotations

import http.client
import time
import urllib.parse
from collections.abc import Callable, Mapping

from tests.slack_double.acts import PATIENCE_S, Answer, signature

HOW_FORGED = ("bad_signature", "no_signature", "old", "future", "other_secret", "altered")
_WINDOW_S = 301


def send(url: str, body: bytes, headers: Mapping[str, str], patience_s: float = PATIENCE_S) -> Answer:
    """POST it and wait as long as Slack does; status 0 where nothing came."""
    target = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=patience_s)
    start = time.monotonic()
    try:
        connection.request("POST", target.path or "/", body, dict(headers))
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        took = time.monotonic() - start
        if took > patience_s:  # the socket's own limit is for each step, not for the whole
            return Answer(0, f"too late: {response.status} {text}", took)
        return Answer(response.status, text, took, dict(response.getheaders()))
    except (OSError, http.client.HTTPException) as fault:
        return Answer(0, f"{type(fault).__name__}: {fault}", time.monotonic() - start)
    finally:
        connection.close()


def forged(secret: str, at: int, body: bytes, how: str) -> tuple[bytes, dict[str, str]]:
    """A body and its signature, wrong in one of the ways of `HOW_FORGED`."""
    signed: dict[str, Callable[[], dict[str, str]]] = {
        "bad_signature": lambda: signature(secret, at, body) | {"X-Slack-Signature": "v0=" + "0" * 64},
        "no_signature": lambda: {},
        "old": lambda: signature(secret, at - _WINDOW_S, body),
        "future": lambda: signature(secret, at + _WINDOW_S, body),
        "other_secret": lambda: signature(secret + "x", at, body),
        "altered": lambda: signature(secret, at, body),
    }
    return (body + b" " if how == "altered" else body), signed[how]()
