import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.presses import CasePart, ListPart, Rating, Share, StepChoice, Strike

# As references, drafts, steps, topics and roster ids are: neither bar nor colon.
NAMES = st.from_regex(re.compile(r"[A-Za-z0-9._-]+", re.ASCII), fullmatch=True)

TEXTS = st.text() | st.text("ab|:")


@given(NAMES, TEXTS)
def test_a_case_and_a_part_of_it_come_back(reference: str, part: str) -> None:
    """What a button on a case carries is read as it was written, whatever the part is."""
    assert CasePart.parse(str(CasePart(reference, part))) == CasePart(reference, part)


@given(NAMES, NAMES, TEXTS)
def test_a_choice_at_a_step_comes_back(draft: str, step: str, option: str) -> None:
    """What a button of a step carries is read as it was written, whatever the option is."""
    assert StepChoice.parse(str(StepChoice(draft, step, option))) == StepChoice(draft, step, option)


@given(st.sampled_from(["out", "in"]), TEXTS)
def test_who_is_struck_out_comes_back(way: str, person: str) -> None:
    """Who is left out or put back is read as they were written."""
    assert Strike.parse(str(Strike(way, person))) == Strike(way, person)


@given(TEXTS, st.booleans())
def test_a_rating_comes_back(topic: str, helped: bool) -> None:
    """A rating is read as it was written, whatever the topic is called."""
    assert Rating.parse(str(Rating(topic, helped))) == Rating(topic, helped)


@given(NAMES, TEXTS)
def test_a_share_comes_back(topic: str, place: str) -> None:
    """The topic and the place of a share are read as they were written, however a platform names places."""
    assert Share.parse(str(Share(topic, place))) == Share(topic, place)


@given(NAMES, st.integers(0, 999_999_999))
def test_a_part_of_a_list_comes_back(which: str, start: int) -> None:
    """A list and a place in it are read as they were written."""
    assert ListPart.parse(str(ListPart(which, start))) == ListPart(which, start)


@given(NAMES, TEXTS)
def test_what_is_no_place_in_a_list_is_its_beginning(which: str, place: str) -> None:
    """A client may send anything: what is read is a list and a place that is no less than nothing."""
    found = ListPart.parse(f"{which}|{place}")
    assert found.which == which
    assert 0 <= found.start <= 999_999_999


@pytest.mark.parametrize(
    ("pressed", "text"),
    [
        (CasePart("FED-7K3Q"), "FED-7K3Q"),
        (CasePart("FED-7K3Q", "3"), "FED-7K3Q|3"),
        (StepChoice("d1", "danger"), "d1|danger|"),
        (StepChoice("d1", "conflict", "out:tom"), "d1|conflict|out:tom"),
        (Strike("out", "tom"), "out:tom"),
        (Rating("following", True), "following|yes"),
        (Rating("following", False), "following|no"),
        (Share("following", "C1|1700.1"), "following|C1|1700.1"),
        (ListPart("open"), "open"),
        (ListPart("open", 20), "open|20"),
    ],
)
def test_buttons_carry_what_they_always_did(
    pressed: CasePart | StepChoice | Strike | Rating | Share | ListPart, text: str
) -> None:
    """A button that was drawn before an update works after it, and the other way round."""
    assert str(pressed) == text
    assert type(pressed).parse(text) == pressed


@given(TEXTS)
def test_whatever_a_client_sends_is_read(text: str) -> None:
    """No text of a client is a fault: what it names is looked for, and refused there."""
    for kind in (CasePart, StepChoice, Strike, Rating, Share):
        kind.parse(text)


@pytest.mark.parametrize("text", ["", "|", "FED-7K3Q", "no"])
def test_what_is_cut_short_names_nothing_more(text: str) -> None:
    """Where a part is missing it is empty, and no other part takes its place."""
    assert StepChoice.parse(text).option == ""
    assert Share.parse(text).place == ""
    assert Rating.parse(text).topic == ""
