"""Whom a screen gives to phone about a child while nobody is in the office."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.content.world import World
from bot.domain.roster import Contact
from bot.domain.turns import Draft, Tokens
from bot.reporting.steps import show_step
from tests.support.screen import text_of

SUNDAY_NIGHT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TOKENS = Tokens("draft-1", "FED-7K3Q", "KITE-4821-PLUM")


def phones(world: World, step: str, now: datetime) -> list[str]:
    """The keys of the numbers on a step's screen, in their order."""
    nspcc = Contact("nspcc", "NSPCC helpline", "0808 800 5000", any_hour=True)
    federation = replace(world.federation, contacts={**world.federation.contacts, "nspcc": nspcc})
    shown = replace(world, federation=federation, now=now)
    text = text_of((show_step(Draft(TOKENS, {}, step), shown),))
    found = {key: text.find(str(contact)) for key, contact in federation.contacts.items()}
    return [key for key in sorted(found, key=found.__getitem__) if found[key] >= 0]


def with_dsl(world: World) -> list[str]:
    return [step.id for step in world.playbook.steps.values() if "dsl" in step.contacts]


def test_each_screen_with_the_dsl_gives_those_who_answer_at_night(world: World) -> None:
    """On a Sunday night social care, the NSPCC, 999 and 101 stand before the DSL, on every such screen."""
    assert len(with_dsl(world)) > 15
    for step in with_dsl(world):
        found = phones(world, step, SUNDAY_NIGHT)
        first = found[: found.index("dsl")]
        assert {"childrens_social_care", "nspcc", "police_emergency", "police_non_emergency"} <= set(first)


@pytest.mark.parametrize("step", ["image_stop", "concern_now", "image_not_mine"])
def test_in_school_hours_the_dsl_is_first(world: World, step: str) -> None:
    """While somebody is there a screen says what its step says, the DSL first."""
    found = phones(world, step, MONDAY_MORNING)
    assert found == list(world.playbook.steps[step].contacts)


def test_possible_pictures_of_children_are_never_to_be_kept(world: World) -> None:
    """Wherever somebody is told to keep what they have, such a picture is taken out of it."""
    said = [text.text if hasattr(text, "text") else str(text) for text in _texts(world)]
    kept = [line for line in said if "keep what you have" in line.casefold()]
    assert len(kept) >= 2
    assert all("unless it shows or may show anybody under 18" in line.casefold() for line in kept)


def _texts(world: World) -> list[object]:
    return [text for step in world.playbook.steps.values() for text in step.text]
