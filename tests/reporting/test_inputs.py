from datetime import UTC, datetime
from typing import Any

import pytest

from bot.content.journeys import FieldRecord
from bot.content.world import World
from bot.domain.turns import Tokens
from bot.reporting.inputs import FieldContext, clean_text, read_fields

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def read(world: World, given: str, **field: Any) -> tuple[str, str]:
    """The value that is kept of a field, and the error beside it."""
    record = FieldRecord(name="it", label="It", **field)
    desk = FieldContext(world, {}, Tokens("d", "FED-7K3Q", "KITE-4821-PLUM"), NOW)
    reading = read_fields((record,), {"it": (given,), "unknown": ("x",)}, desk)
    assert set(reading.values) <= {"it"}
    return "".join(reading.values.get("it", ())), reading.errors.get("it", "")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-11-23T08:30", "2026-11-23T08:30+00:00"),
        ("2026-07-01T08:30", "2026-07-01T08:30+01:00"),
        ("2026-07-01T07:30:00Z", "2026-07-01T08:30+01:00"),
        ("2026-11-23T09:04", "2026-11-23T09:04+00:00"),
    ],
)
def test_times_are_local(world: World, given: str, kept: str) -> None:
    """A time is the Federation's own, in summer too; a clock that is a few minutes ahead is no mistake."""
    assert read(world, given, kind="datetime", check="past") == (kept, "")


@pytest.mark.parametrize(
    "given", ["yesterday", "2026-13-01T00:00", "23/11/2026", "9" * 40, "0001-01-01T00:00+14:00"]
)
def test_what_is_no_time(world: World, given: str) -> None:
    """Anything that is not a date and a time is asked for again."""
    assert read(world, given, kind="datetime") == ("", world.playbook.texts.errors.date)


def test_no_time_in_the_future(world: World) -> None:
    """What was seen cannot lie in the future."""
    assert read(world, "2026-11-23T09:30", kind="datetime", check="past") == (
        "",
        world.playbook.texts.errors.future,
    )


@pytest.mark.parametrize(("given", "kept"), [("3", "3"), ("1,200", "1200"), ("0", "0"), ("007", "7")])
def test_numbers(world: World, given: str, kept: str) -> None:
    """A number is whole and has no sign."""
    assert read(world, given, kind="number") == (kept, "")


@pytest.mark.parametrize("given", ["-1", "3.5", "three", "1e9", "٣", "9" * 20])
def test_what_is_no_number(world: World, given: str) -> None:
    """Anything else is asked for again."""
    assert read(world, given, kind="number") == ("", world.playbook.texts.errors.number)


def test_only_options_that_were_offered(world: World) -> None:
    """A value that no option has is refused, however it was sent."""
    options = [{"value": "a", "label": "A"}]
    assert read(world, "b", kind="choice", options=options) == ("", world.playbook.texts.errors.option)
    assert read(world, "a", kind="choices", options=options) == ("a", "")


@pytest.mark.parametrize("given", ["", "   ", "\u200b", "\n\t"])
def test_a_required_field_is_not_empty(world: World, given: str) -> None:
    """Blanks and invisible characters fill nothing."""
    assert read(world, given, required=True) == ("", world.playbook.texts.errors.required)
    assert read(world, given) == ("", "")


def test_the_receipt_code_is_checked_and_never_kept(world: World) -> None:
    """The code is compared without spaces, dashes and capitals, and is not among the answers."""
    assert read(world, "kite 4821 plum", check="receipt_code") == ("", "")
    assert read(world, "kite 4821 pear", check="receipt_code") == ("", world.playbook.texts.errors.code)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\r\nb", "a\nb"),
        ("a\x00\x07b", "ab"),
        ("a\u202eb\u2066c", "abc"),
        ("e\u0301", "é"),
        ("👩‍🏫", "👩‍🏫"),
        ("مرحبا", "مرحبا"),
        ("\ud800x", "x"),
    ],
)
def test_clean_text(given: str, kept: str) -> None:
    """Control characters and marks that turn the direction go; every language and emoji stays."""
    assert clean_text(given) == kept
