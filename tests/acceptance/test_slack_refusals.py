"""Requests that are not Slack's, or not whole: each is refused, none is a fault, and nothing changes."""

from __future__ import annotations

import copy
import json
import random  # noqa: TID251 - seeded: the same requests each time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.slack_office import Office, office, report_accident
from tests.slack_double import Act
from tests.slack_double.acts import signature
from tests.slack_double.post import HOW_FORGED, send

pytestmark = pytest.mark.process

SEED = 20261122
MALFORMED = 800
AT_LEAST = 1000
REFUSED = {400, 401, 413}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A workspace in which everything was done once, so that there is something to forge and replay."""
    with office(tmp_path_factory.mktemp("slack")) as found:
        ana, eleanor = found["ana"], found["eleanor"]
        ana.dm("Can I follow a former student?")
        ana.mention(found.staffroom, "Can I follow a former student?")
        ana.open_home()
        ana.open_messages_tab()
        ana.global_shortcut("report_incident")
        found.modal(ana, "danger")
        found.press(ana, "Cancel", "Yes, cancel it")
        ana.close()
        reference = report_accident(found, ana)
        eleanor.press("Acknowledge", found.card(reference))
        found.wait(lambda: "Eleanor" in found.card(reference).words)
        eleanor.slash("/cases")
        found.settled()
        yield found


def kinds(works: Office) -> list[Act]:
    """One act of each sort and shape."""
    found: dict[str, Act] = {}
    for act in works.slack.acts:
        payload = act.request.payload
        inner = payload.get("event") or {}
        name = f"{act.request.sort}:{payload.get('type')}:{inner.get('type')}:{payload.get('command')}"
        found.setdefault(name, act)
    return list(found.values())


def post_as(works: Office, body: bytes, headers: dict[str, str]) -> int:
    """Send it as it is and return the status."""
    return send(works.slack.app_url, body, headers).status


def stored(works: Office) -> dict[str, int]:
    """What is stored, but for the ids of the requests that were taken."""
    return {name: count for name, count in works.settled().items() if name != "seen_events"}


def post(works: Office, body: bytes, headers: dict[str, str], signed: bool = True) -> int:
    """Send it and return the status; 0 where there was no answer."""
    proof = signature(works.slack.signing_secret, int(works.slack.clock.wall()), body) if signed else {}
    return send(works.slack.app_url, body, {**headers, **proof}).status


def test_forged_and_late_requests_are_refused(works: Office) -> None:
    """Every sort of request, forged in every way and sent late or early, is a 401 and changes nothing."""
    rows, sent = works.settled(), 0
    for act in works.slack.acts:
        body, headers = act.request.body(), act.request.headers()
        for how in HOW_FORGED:
            # Well beyond the window: at its very edge the way here would count.
            at = int(works.slack.clock.wall()) + 400
            early = signature(works.slack.signing_secret, at, body)
            if how == "future":
                assert post_as(works, body, headers | early) == 401
            else:
                assert works.slack.forge(act, how).status == 401
            sent += 1
    assert sent >= 100
    assert works.settled() == rows


def test_replayed_requests_change_nothing(works: Office) -> None:
    """Each request again, byte for byte and rightly signed: acknowledged, and nothing changes."""
    rows = works.settled()
    cards = [message.words for message in works.slack.messages_in(works.flt)]
    for act in works.slack.acts[:]:
        request = act.request
        body = request.body()
        assert post(works, body, request.headers()) == 200
    assert works.settled() == rows
    assert [message.words for message in works.slack.messages_in(works.flt)] == cards


def test_malformed_requests_are_refused(works: Office) -> None:
    """Hundreds of rightly signed requests that are not whole: never a fault, never a change."""
    rows, chance = stored(works), random.Random(SEED)
    acts, statuses, events = kinds(works), list[int](), list[int]()
    for number in range(MALFORMED):
        act = acts[number % len(acts)]
        body, headers = broken(chance, act)
        found = events if act.request.sort == "events_api" else statuses
        found.append(post(works, body, headers))
    assert {*statuses, *events} <= {200, *REFUSED}
    # Most of what is broken is seen to be so; the rest was broken where nobody looks.
    assert statuses.count(400) > len(statuses) // 3
    # An event that can be told to be one is acknowledged, since Slack would only send it again.
    assert 0 < events.count(400) < len(events) // 2
    assert stored(works) == rows


def broken(chance: random.Random, act: Act) -> tuple[bytes, dict[str, str]]:
    """A request with something wrong in it: cut, of the wrong type, without a part, or no text at all."""
    request, how = act.request, chance.randrange(6)
    body = request.body()
    if how == 0:
        return body[: chance.randrange(1, len(body))], request.headers()
    if how == 1:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(1, 400))), request.headers()
    if how == 2:
        return body, chance.choice([_JSON, _FORM, {"Content-Type": "text/plain"}, {}])
    payload = damaged(chance, copy.deepcopy(request.payload))
    if request.sort == "events_api":
        return json.dumps(payload).encode(), _JSON
    if request.sort == "slash_commands" and isinstance(payload, dict):
        fields = {key: value for key, value in payload.items() if isinstance(value, str)}
        return urllib.parse.urlencode(fields).encode(), _FORM
    return urllib.parse.urlencode({"payload": json.dumps(payload)}).encode(), _FORM


def damaged(chance: random.Random, payload: dict[str, Any]) -> Any:
    """The payload with one to three of its parts taken away or replaced by what does not belong there."""
    for _ in range(chance.randrange(1, 4)):
        holder: Any = payload
        key: Any = chance.choice(list(holder))
        while isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.7:
            holder = holder[key]
            key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        # An id that is another text would be another event, which is not malformed.
        holder[key] = chance.choice([None, [], {}, 7, True, [None], {"type": None}, [[]]])
        if chance.random() < 0.3 and isinstance(holder, dict):
            del holder[key]
        if not payload:
            break
    return payload if chance.random() < 0.95 else chance.choice([[], [payload], "text", 7, None])


def test_what_is_no_request_of_slacks_is_refused(works: Office) -> None:
    """Rubbish without a signature and bodies that are too long are refused, and nothing changes."""
    rows, chance = works.settled(), random.Random(SEED)
    for _ in range(100):
        body = bytes(chance.randrange(256) for _ in range(chance.randrange(0, 300)))
        assert post(works, body, chance.choice([_JSON, _FORM]), signed=False) == 401
    strange = [
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=1"},
        {"X-Slack-Request-Timestamp": "9" * 40, "X-Slack-Signature": "v0=1"},
        {"X-Slack-Request-Timestamp": "-1", "X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
    ]
    assert [post(works, b"{}", {**_JSON, **more}, signed=False) for more in strange] == [401] * len(strange)
    assert post(works, b"x" * (1024 * 1024 + 1), _JSON) == 413
    assert post(works, b"x" * (2 * 1024 * 1024), _JSON, signed=False) in (413, 0)
    assert works.settled() == rows


def test_slacks_own_checks_are_answered(works: Office) -> None:
    """The check of the certificate and of the address are answered as Slack wants them."""
    assert post(works, b"ssl_check=1&token=x", _FORM, signed=False) == 200
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"}).encode()
    answer = works.slack.send_raw(body)
    assert answer.status == 200
    assert "3eZbrw1a" in answer.body
    assert post(works, body, _JSON, signed=False) == 401


def test_events_of_other_kinds_are_acknowledged(works: Office) -> None:
    """An event that Signpost does not know is acknowledged, so that Slack does not send it again."""
    rows = works.settled()
    for kind in ("team_join", "channel_shared", "tokens_revoked", "app_context_changed", "something_new"):
        act = works.slack.send_event({"type": kind, "event_ts": "1795344000.000100"})
        assert act.status == 200
    for user in ({"id": "U1", "name": "new"}, ["U1"]):
        assert works.slack.send_event({"type": "team_join", "user": user}).status == 200
    assert works.settled() == rows


def test_there_were_enough_of_them(works: Office) -> None:
    """Forged, late, replayed and malformed requests come to a thousand and more."""
    assert len(works.slack.acts) * (len(HOW_FORGED) + 1) + MALFORMED + 100 >= AT_LEAST
