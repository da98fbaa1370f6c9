"""What the verdict stands on: a reader who misses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from tests.acceptance.slack_office import settle
from tests.slack_double import Channel, SlackDouble
from tests.slack_double.methods_chat import delete, post_message
from tests.torture.cases import Added, Case, Reminder
from tests.torture.covers import AWAY, COVER
from tests.torture.reading import read
from tests.torture.staff import Received, Told
from tests.torture.verdict import Judge, Verdict

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
REFERENCE = "FED-7K3Q"


@pytest.fixture
def flt() -> Iterator[tuple[SlackDouble, Channel]]:
    """A workspace with the leadership team's channel, and nobody who sends anything."""
    with SlackDouble() as slack:
        slack.rates.interval_s = 0
        yield slack, settle(slack, ["staff0"])


def post(slack: SlackDouble, channel: str, key: str = "k") -> str:
    metadata = {"event_type": "signpost_message", "event_payload": {"key": key}}
    text = f"{REFERENCE} · Question for the leadership team"
    return str(post_message(slack.workspace, {"channel": channel, "text": text, "metadata": metadata})["ts"])


def add_line(slack: SlackDouble, channel: str, key: str) -> None:
    metadata = {"event_type": "signpost_message", "event_payload": {"key": key}}
    text = f"{REFERENCE}: the reporter added something"
    post_message(slack.workspace, {"channel": channel, "text": text, "metadata": metadata})


def case(**more: object) -> Case:
    values: dict[str, object] = {
        "reference": REFERENCE,
        "kind": "question",
        "marker": "",
        "received_at": NOON,
        "stage": "delivered",
        "in_channel": True,
        "carded": frozenset(),
        "noticed": frozenset(),
        "deadlines": (),
        "acknowledged_at": NOON,
        "taken_after": 0,
    }
    return Case(**(values | more))  # type: ignore[arg-type]


def judged(slack: SlackDouble, channel: Channel, *cases: Case, after: float = 1.0) -> Verdict:
    told = Told([Received(REFERENCE, "question", slack.user("staff0").id, "", 0.0)])
    now = NOON + timedelta(hours=after)
    return Judge(slack, channel, told, read(slack), now).judge(list(cases))


def test_one_card_is_right(flt: tuple[SlackDouble, Channel]) -> None:
    """A report that is stored, and whose card stands where it belongs, has no fault."""
    slack, channel = flt
    post(slack, channel.id)
    assert judged(slack, channel, case()).faults == {}


def test_a_second_card_is_seen_though_it_was_deleted(flt: tuple[SlackDouble, Channel]) -> None:
    """A card that stood there twice was seen twice, even under another key and taken back at once."""
    slack, channel = flt
    post(slack, channel.id)
    second = post(slack, channel.id, "other")
    delete(slack.workspace, {"channel": channel.id, "ts": second})
    assert judged(slack, channel, case()).faults == {"twice": [f"card of {REFERENCE} in {channel.id}"]}


def test_what_is_missing_is_lost(flt: tuple[SlackDouble, Channel]) -> None:
    """A report that was said to be received and is nowhere is lost; so is one without its card."""
    slack, channel = flt
    assert len(judged(slack, channel).lost) == 1
    assert len(judged(slack, channel, case()).lost) == 1


def test_a_strangers_eye_is_noticed(flt: tuple[SlackDouble, Channel]) -> None:
    """A card in the direct messages of somebody outside the route is a wrong recipient."""
    slack, channel = flt
    post(slack, channel.id)
    post(slack, slack.dm_of(slack.user("ivan")).id)
    assert judged(slack, channel, case()).wrong == [f"{REFERENCE} (question): read by ['ivan']"]


def test_timers_are_held_to_their_minute(flt: tuple[SlackDouble, Channel]) -> None:
    """A step before its time, or after somebody took the case, is early; one that never came is lost."""
    slack, channel = flt
    post(slack, channel.id)
    soon, later = NOON + timedelta(seconds=50), NOON + timedelta(seconds=61)
    open_case = {"kind": "urgent", "acknowledged_at": None, "taken_after": None}
    assert len(judged(slack, channel, case(**open_case, deadlines=(soon,)), after=0.02).early) == 1
    assert judged(slack, channel, case(**open_case, deadlines=(later,)), after=0.02).early == []
    taken = case(kind="urgent", acknowledged_at=NOON + timedelta(seconds=30), deadlines=(later,))
    assert len(judged(slack, channel, taken).early) == 1
    at_once = case(
        kind="urgent", acknowledged_at=later, taken_after=1, deadlines=(later + timedelta(seconds=1),)
    )
    assert judged(slack, channel, at_once).early == []
    assert len(judged(slack, channel, case(**open_case)).timers_lost) == 1


def test_a_card_that_nobody_gets_climbs_early(flt: tuple[SlackDouble, Channel]) -> None:
    """Once a card was owed too long the next one is told; a step sooner, or though it came, is early."""
    slack, channel = flt
    # The double's own clock says when a card came.
    received = datetime.fromtimestamp(float(post(slack, channel.id)), UTC)
    late, soon = (received + timedelta(minutes=at) for at in (5, 4))
    open_case = {"received_at": received, "acknowledged_at": None, "taken_after": None}
    assert len(judged(slack, channel, case(**open_case, deadlines=(late,))).early) == 1
    owed = {**open_case, "carded": frozenset(["lucy"])}
    assert judged(slack, channel, case(**owed, deadlines=(late,))).early == []
    assert len(judged(slack, channel, case(**owed, deadlines=(soon,))).early) == 1
    post(slack, slack.dm_of(slack.user("lucy")).id)
    assert len(judged(slack, channel, case(**owed, deadlines=(late,))).early) == 1


STEP = NOON + timedelta(minutes=1)
WRONG = {
    "early": Reminder("grace", STEP, NOON),
    "of no moment": Reminder("grace", NOON + timedelta(seconds=90), NOON + timedelta(seconds=91)),
    "to somebody else": Reminder("maya", STEP, STEP),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_reminder_is_seen(flt: tuple[SlackDouble, Channel], name: str) -> None:
    """One that came early, is of no step and no half-day, or told somebody else, is a fault."""
    slack, channel = flt
    post(slack, channel.id)
    fault = judged(slack, channel, case(kind="urgent", reminders=(WRONG[name],))).faults
    assert fault.keys() & {"early", "wrong"}


def test_a_doubled_reminder_is_seen_and_a_right_one_is_none(flt: tuple[SlackDouble, Channel]) -> None:
    """The same moment twice to one person is a fault; once with a step, or as a half-day begins, is none."""
    slack, channel = flt
    post(slack, channel.id)
    right = (Reminder("grace", STEP, STEP), Reminder("grace", NOON.replace(minute=30), None))
    assert judged(slack, channel, case(reminders=right)).faults == {}
    assert judged(slack, channel, case(reminders=(right[0], right[0]))).faults.keys() == {"twice"}


@pytest.mark.parametrize(
    ("carded", "told", "right"),
    [
        ((AWAY, COVER), {AWAY: 1, COVER: 1}, True),
        ((AWAY,), {AWAY: 1, COVER: 1}, False),
        ((AWAY, COVER), {AWAY: 1, COVER: 0}, False),
        ((AWAY, COVER), {AWAY: 1, COVER: 2}, False),
    ],
)
def test_a_cover_is_told_once_what_the_one_away_is_told(
    flt: tuple[SlackDouble, Channel], carded: tuple[str, ...], told: dict[str, int], right: bool
) -> None:
    """The card and each addition come to the person who is away and to their cover, once each."""
    slack, channel = flt
    for person in carded:
        post(slack, slack.dm_of(slack.user(person)).id, f"card {person}")
    for person, times in told.items():
        for _ in range(times):
            place = slack.dm_of(slack.user(person)).id
            add_line(slack, place, sha256(f"added:1:{person}".encode()).hexdigest())
    added = frozenset(Added(person, f"added:1:{person}", "added:1:") for person in told)
    post(slack, channel.id, "card flt")
    found = judged(
        slack, channel, case(kind="urgent", carded=frozenset(carded), added=added, acknowledged_at=NOON)
    )
    assert (not found.lost and not found.twice) is right
