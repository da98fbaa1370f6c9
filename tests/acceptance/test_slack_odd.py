"""What Slack never documented: kinds, fields and gaps that nobody expects, over HTTP and over a socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.slack_office import Office, office
from tests.slack_double.acts import Outgoing, Sort

pytestmark = pytest.mark.process

Json = dict[str, Any]
CANARY = "CANARY7f3a"
QUESTION, CLAUSE = "Can I follow a former student?", "Staff are not permitted to follow or engage"
EVENT: Json = {
    "type": "message",
    "channel_type": "im",
    "channel": "D1",
    "user": "U1",
    "text": CANARY,
    "ts": "1.1",
}
PRESS: Json = {
    "type": "block_actions",
    "user": {"id": "U1", "team_id": "T1"},
    "trigger_id": "1.1.a",
    "actions": [{"type": "button", "action_id": "journey.resume", "value": CANARY}],
}
# What is sent; the line that the log has of it, if any.
ODD: dict[str, tuple[Sort, Json, tuple[str, str] | None]] = {
    "event of no known kind": (
        "events_api",
        {"type": "moon_landed", "text": CANARY},
        ("unknown", "moon_landed"),
    ),
    "event whose kind is words": ("events_api", {"type": f"{CANARY} a b"}, ("unknown", "unnamed")),
    "event that is null": ("events_api", {"event": None}, ("malformed", "request")),
    "event without a kind": ("events_api", {"text": CANARY}, ("malformed", "type")),
    "channel that is an object": (
        "events_api",
        {**EVENT, "channel": {"id": CANARY}},
        ("malformed", "channel"),
    ),
    "user who is null": ("events_api", {**EVENT, "user": None}, None),
    "kind with fields of its own": (
        "events_api",
        {"type": "app_home_opened", "user": None, "moon": {CANARY: [None]}},
        None,
    ),
    "interaction of no known kind": (
        "interactive",
        {**PRESS, "type": "moon_pressed"},
        ("unknown", "moon_pressed"),
    ),
    "element of no known kind": (
        "interactive",
        {**PRESS, "actions": [{"type": "moon", "action_id": "moon", "moon": CANARY}], "container": None},
        None,
    ),
}
# The person who pressed must not think that it was done.
REFUSED: dict[str, tuple[Json, str]] = {
    "user": ({**PRESS, "user": None}, "user"),
    "actions": ({**PRESS, "actions": None}, "request"),
    "view": ({"type": "view_submission", "user": PRESS["user"], "view": None}, "request"),
}


@pytest.fixture(scope="module", params=[False, True], ids=["http", "socket"])
def works(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One workspace for all of these."""
    with office(tmp_path_factory.mktemp("slack"), sockets=request.param) as found:
        if request.param:
            found.wait(lambda: "slack.connected" in found.server.log.read_text())
        yield found


def lines(works: Office, what: str, name: str) -> int:
    """How many lines the log has of it."""
    found = [json.loads(line) for line in works.server.log.read_text().splitlines() if "slack." in line]
    return sum((line["event"], line.get("name")) == (f"slack.{what}", name) for line in found)


def whole(sort: Sort, inner: Json, number: int) -> Outgoing:
    """As Slack would send it, for the so-manieth time."""
    if sort != "events_api":
        return Outgoing(sort, inner)
    event = inner if "event" in inner else {"event": inner}
    about = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "moon": {"rises": [None]}}
    return Outgoing(sort, {**about, "event_id": f"Ev{number}", **event})


def stored(works: Office) -> dict[str, int]:
    """How many rows each table holds of what people did; the register is filled by the worker itself."""
    return {name: count for name, count in works.settled().items() if name not in ("accounts", "audit")}


def unharmed(works: Office, rows: Any) -> None:
    """Nothing was stored of it, no word of it is in the log, and the next question is answered."""
    assert stored(works) == rows
    log = works.server.log.read_text()
    assert (CANARY in log, "Traceback" in log) == (False, False)
    asked = works["ana"].dm(QUESTION)
    works.wait(lambda: CLAUSE in asked.seen_by(works["ana"]))


def test_what_slack_never_documented_is_acknowledged(works: Office) -> None:
    """Each is acknowledged in time, in the log once however often it comes, and costs nobody a word."""
    rows = stored(works)
    for name, (sort, inner, line) in ODD.items():
        for number in range(2):
            act = works.slack.deliver(whole(sort, inner, number + 10 * len(name)))
            assert (act.status, act.late) == (200, False), name
        assert line is None or lines(works, *line) == 1, name
    unharmed(works, rows)


def test_a_press_that_cannot_be_read_is_refused(works: Office) -> None:
    """Slack shows its own sign of an error, since nothing came of the press; the log has one line of it."""
    rows = stored(works)
    for name, (payload, field) in REFUSED.items():
        act = works.slack.deliver(Outgoing("interactive", payload))
        # Over a socket a refusal is an acknowledgement that never comes.
        assert act.status in (400, 0), name
        assert lines(works, "malformed", field) == 1, name
    works.slack.late_acks.clear()
    unharmed(works, rows)
