"""How often the hints about passwords and names are right, measured on made-up texts of staff."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import pytest
import yaml

from bot.content.world import World
from bot.reporting.privacy import findings

SAMPLES: Mapping[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "privacy_samples.yml").read_text(encoding="utf-8")
)


def kinds(text: str, world: World) -> set[str]:
    """What is asked about in a text."""
    return {found.kind for found in findings(text, world.playbook.not_names)}


def is_right(wanted: str, found: set[str]) -> bool:
    """Whether a text was judged as it should be."""
    return not found if wanted == "fine" else wanted in found


def measured(world: World) -> dict[str, tuple[list[str], list[str]]]:
    """For each kind of sample: the texts that were judged right, and those that were not."""
    table: dict[str, tuple[list[str], list[str]]] = {}
    for wanted, texts in SAMPLES.items():
        right = [
            text
            for text in texts
            if (wanted in (found := kinds(text, world))) or (wanted == "fine" and not found)
        ]
        table[wanted] = (right, [text for text in texts if text not in right])
    return table


def test_there_are_enough_samples() -> None:
    """At least 60 texts to ask about and 120 to leave alone, none twice."""
    assert len(SAMPLES["password"]) + len(SAMPLES["student_name"]) >= 60
    assert len(SAMPLES["fine"]) >= 120
    every = [text for texts in SAMPLES.values() for text in texts]
    assert len(every) == len(set(every))


def test_rates(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Nine in ten passwords and names are asked about; about one ordinary text in twenty is, too."""
    table = measured(world)
    with capsys.disabled():
        for wanted, (right, wrong) in table.items():
            print(f"\nprivacy: {wanted}: {len(right)} of {len(right) + len(wrong)} right", end="")
    shares = {name: len(right) / (len(right) + len(wrong)) for name, (right, wrong) in table.items()}
    assert shares["password"] >= 0.9, table["password"][1]
    assert shares["student_name"] >= 0.9, table["student_name"][1]
    assert shares["fine"] >= 0.94, table["fine"][1]


def test_a_member_of_staff_is_no_student(world: World) -> None:
    """The name of somebody on the roster is let pass."""
    text = "A student told Dora Ashworth about it."
    assert findings(text, world.playbook.not_names)
    assert not findings(text, world.playbook.not_names, ["Dora Ashworth"])


@pytest.mark.parametrize(
    "name", ["Dóra Ashworth", "Dora Ashworth’s", "Dora ‘Ashworth’", "Dora Ash\u0300worth"]
)
def test_nor_is_one_who_is_spelt_another_way(world: World, name: str) -> None:
    """The name on the roster is let pass with other accents, apostrophes and case, too."""
    assert not findings(f"A student told {name} about it.", world.playbook.not_names, ["Dora Ashworth"])


@pytest.mark.parametrize("name", ["Zoë O’Brien", "Zoe\u0308 O‘Brien", "Anne‑Marie Lee", "José Núñez"])
def test_a_name_is_asked_about_whole(world: World, name: str) -> None:
    """A student's name with accents and any apostrophe or hyphen is found whole."""
    [found] = findings(f"The pupil {name}’s phone.", world.playbook.not_names)
    assert found.found == name


@pytest.mark.parametrize(
    "text", ["", "😱" * 5000, "A" * 20000, "a b " * 5000, "Aa Bb " * 3000 + "pupil", "\u0000"]
)
def test_any_text_is_read(world: World, text: str) -> None:
    """However long or strange a text is, what stands at its end is found there."""
    whole = f"{text}\nThe password is Sunflower42."
    found = findings(whole, world.playbook.not_names)
    assert (found[-1].kind, found[-1].found) == ("password", "Sunflower42")
    assert whole[found[-1].start : found[-1].end].rstrip(".") == "Sunflower42"
    assert [item for item in found if item.found not in whole[item.start : item.end]] == []


def test_where_it_stands(world: World) -> None:
    """A finding says where in the text it is."""
    text = "The password is Sunflower42."
    [found] = findings(text, world.playbook.not_names)
    assert text[found.start : found.end].rstrip(".") == found.found == "Sunflower42"


def _steps(text: str, world: World) -> int:
    """How many calls reading a text takes, of Python's own functions too: the same on every machine."""
    count = 0

    def called(_frame: FrameType, event: str, _function: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    staff = [person.name for person in world.federation.roster.people.values()]
    before = sys.getprofile()
    sys.setprofile(called)
    try:
        findings(text, world.playbook.not_names, staff)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "part", ["Aa Bb pupil ", "Aa Bb teacher ", "Ann Lee's mum ", "password x1 ", "Summer24! "]
)
def test_a_long_text_takes_as_many_times_longer_as_it_is(part: str, world: World) -> None:
    """Four times the text is four times the work: a report full of names holds nobody else's up."""
    _steps(part * 8, world)
    assert _steps(part * 400, world) < 5 * _steps(part * 100, world)
