"""What a question loses before anybody else reads it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.world import World
from bot.gaps.redaction import names_in, redacted


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("May Ella Smith post it?", "May [name] post it?"),
        ("may Ella post it?", "may [name] post it?"),
        ("Can a pupil called O'Connor-Jones post it?", "Can a pupil called [name] post it?"),
        ("Is 07700 900123 ok to share?", "Is [number] ok to share?"),
        ("Can 10B and Year 7 see it?", "Can [number] and Year [number] see it?"),
        ("Since 12 March 2026 can we post?", "Since [date] can we post?"),
        ("Can we post on 12/03/2026 at 8:30 am?", "Can we post on [date] at [date]?"),
        ("What of last Tuesday's posts?", "What of [date]'s posts?"),
        ("Can Ash School post about St Mary's Primary?", "Can [school] post about [school]?"),
        ("Can ash school post?", "Can [school] post?"),
        ("Is ella@school.org or @ella_s ours?", "Is [contact] or [contact] ours?"),
        ("See https://x.com/ella/status/1 please", "See [contact] please"),
        ("May I post on TikTok and use ChatGPT or Canva?", "May I post on TikTok and use ChatGPT or Canva?"),
        ("  Can\n we \t post? ", "Can we post?"),
    ],
)
def test_what_may_point_to_somebody_goes(world: World, said: str, left: str) -> None:
    """Names, numbers, schools, dates and addresses leave a mark; platforms and everyday words stay."""
    assert redacted(said, world) == left


def test_people_of_the_roster_become_their_role(world: World) -> None:
    """Somebody on the roster is named by what they do, in any case of letters."""
    person = next(iter(world.federation.roster.people.values()))
    assert person.name.casefold() not in redacted(f"May {person.name.lower()} post it?", world).casefold()


@given(
    st.text(alphabet=st.sampled_from("Ella Smith 12.03/2026 @x[]name]Ash School\n-’é\u202e"), max_size=900)
)
@settings(max_examples=150, deadline=None)
def test_what_is_left_is_left(text: str) -> None:
    """Whatever is sent, what is left is short, has no digit, and loses nothing more the second time."""
    world = _WORLD[0]
    once = redacted(text, world)
    assert len(once) <= 600
    assert re.search(r"\d", once) is None
    assert redacted(once, world) == once


_WORLD: list[World] = []


@pytest.fixture(autouse=True)
def _known(world: World) -> None:
    _WORLD[:] = [world]


def test_an_answer_names_nobody(world: World) -> None:
    """A name in an answer is found: of the roster, or any two words that look like one."""
    person = next(iter(world.federation.roster.people.values()))
    assert person.name.split()[-1] in " ".join(names_in(f"Ask {person.name}.", world))
    assert names_in("Ask Ella Smith about it.", world) == ("Ella Smith",)
    assert names_in("Ask the School Business Manager, or look at Canva.", world) == ()
