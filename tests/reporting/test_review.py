from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.content.world import World
from bot.domain.routing import Route
from bot.reporting import after_send, journeys
from bot.reporting.review import answered, readers
from tests.support.screen import text_of

ACCIDENT = {
    "school": ("ash",),
    "kind": ("image",),
    "nudity": ("no",),
    "origin": ("me",),
    "deleted": ("yes",),
    "deleted_at": ("2026-11-23T08:30+00:00",),
    "posted": ("no",),
    "device": ("personal",),
    "said": ("A parent rang about it.",),
    "activity": ("swimming gala",),
    "conflict": ("no",),
    "mode": ("named",),
}


def seen(world: World, **slots: str) -> dict[str, str]:
    """Who sees a report with these answers, and how much."""
    answers = {**ACCIDENT, **{slot: (value,) for slot, value in slots.items()}}
    found = readers(world, answers, journeys.route_of(answers, world))
    return {reader.person: reader.level for reader in found}


def test_everyone_who_can_read_is_listed(world: World) -> None:
    """The list holds those who are told and those whom the permissions let in, and nobody else."""
    assert seen(world) == {
        "eve": "details",
        "flo": "card",
        "fay": "card",
        "fred": "card",
        "fiona": "details",
        "dora": "details",
    }


def test_a_restricted_report_lists_few(world: World) -> None:
    """Where nudity is possible the DSLs and the EHT read it, and the Business Manager has a notice."""
    assert seen(world, nudity="unsure") == {
        "eve": "details",
        "dora": "details",
        "dee": "details",
        "fiona": "notice",
    }


def test_the_one_who_was_not_chosen_is_not_listed(world: World) -> None:
    """With the chair chosen, the Executive Headteacher cannot open it either; one's own needs a reason."""
    assert seen(world, kind="colleague", conflict="unsure", safe_recipient="chair") == {"carol": "details"}
    assert seen(world, conflict="unsure", safe_recipient="chair_for_eht") == {"carol": "details"}
    assert journeys.route_of(
        {**ACCIDENT, "conflict": ("unsure",), "safe_recipient": ("chair",)}, world
    ).refusal


def test_answers_in_words(world: World) -> None:
    """Details hold every answer in words; the card holds no free text and nothing about conflicts."""
    full = dict(answered(world, ACCIDENT, card=False))
    assert full["Deleted"] == "Yes, everywhere"
    assert full["Deleted at"] == "23 Nov 2026, 08:30"
    assert "A parent rang about it." in full.values()
    card = dict(answered(world, ACCIDENT, card=True))
    assert card["Device"] == "My own device"
    assert not {"A parent rang about it.", "swimming gala"} & set(card.values())
    assert not any("involved" in label for label in card)


def test_answers_of_an_older_version(world: World) -> None:
    """Answers that the journeys no longer know come last under their slot's name, and on no card."""
    slots = {"colour": ("blue",), "kind": ("gone",), "danger_read": ("yes",)}
    assert answered(world, slots, card=False) == (
        ("What it is about", "gone"),
        ("colour (no longer asked)", "blue"),
    )
    assert "blue" not in str(answered(world, slots, card=True))


def received(world: World, mode: str = "named", duplicate: bool = False, **slots: str) -> str:
    """The receipt as text."""
    answers = {**ACCIDENT, **{slot: (value,) for slot, value in slots.items()}}
    route = journeys.route_of(answers, world)
    return text_of([after_send.received(world, "FED-7K3Q", mode, answers, route, duplicate)])


def test_a_receipt(world: World) -> None:
    """The receipt has the reference, what comes next, how to follow up, and what to do if it gets worse."""
    text = received(world)
    for part in (
        "FED-7K3Q",
        "Reporting it promptly",
        "/report-status",
        "If it gets worse",
        "999",
        "[Add more]",
    ):
        assert part in text
    assert "Nobody watches this chat" in text


@pytest.mark.parametrize("hour", [10, 23])
def test_a_receipt_sends_nothing_to_those_who_cannot_open_it(world: World, hour: int) -> None:
    """Of a picture by accident the leadership team sees a card alone: the receipt names the list instead."""
    shown = replace(world, now=datetime(2026, 11, 24, hour, tzinfo=UTC))
    text = received(shown)
    assert "leadership team" not in text.casefold()
    assert "to the people you saw listed" in text


def test_a_receipt_for_an_anonymous_report(world: World) -> None:
    """Without a name, the reference and the code are the only way back."""
    assert "you need the reference and the receipt code" in received(world, mode="anonymous")


def test_a_duplicate_says_so(world: World) -> None:
    """A report that had been received before was not sent twice."""
    assert "It was not sent twice." in received(world, duplicate=True)


@pytest.mark.parametrize("nudity", ["yes", "unsure"])
def test_child_and_conflict_always_show_the_lado(world: World, nudity: str) -> None:
    """Where a child may be affected and someone is left out, the local authority's number is shown."""
    assert "020 7946 0007" in received(world, nudity=nudity, conflict="dsl")
    assert "020 7946 0007" not in received(world, nudity=nudity)


def test_a_press_receipt_says_whom_to_phone_for_a_child_too(world: World) -> None:
    """It names the emergency and safeguarding numbers as others do, and the head unless it is about them."""
    text, about_the_head = received(world, kind="press"), received(world, kind="press", conflict="eht")
    for part in ("999", "Designated Safeguarding Lead", "Executive Headteacher: "):
        assert part in text
    assert "Executive Headteacher: " not in about_the_head


def test_not_saved(world: World) -> None:
    """Where nothing was saved it says NOT, and lists everyone who can be phoned."""
    text = text_of([after_send.not_saved(world)])
    assert "NOT saved" in text
    assert all(line in text for line in world.federation.contact_lines().values())


@pytest.mark.parametrize("why", ["no_safe_recipient", "choose", "outside"])
def test_not_sent(world: World, why: str) -> None:
    """Where the route refuses at the last moment, the outside contacts are shown."""
    text = text_of([after_send.not_sent(world, Route(refusal=why))])
    assert "NOT sent" in text
    assert "020 7946 0009" in text
