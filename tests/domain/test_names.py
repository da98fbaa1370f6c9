"""Names as people write them: found whatever the accents, apostrophes, dashes, spaces and case."""

import unicodedata
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.names import Read, name_words, straight

NAMES = ("Zoë O'Brien", "Zoe O’Brien", "José Núñez", "Anne-Marie Lee", "Łukasz Sørensen", "Ana Silva")
WAYS: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda name: name,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "with accents apart": lambda name: unicodedata.normalize("NFD", name),
    "without accents": lambda name: "".join(
        sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign)
    ),
    "with a curly apostrophe": lambda name: name.replace("'", "’"),
    "with a straight apostrophe": lambda name: name.replace("’", "'"),
    "with a modifier letter": lambda name: name.replace("'", "ʼ").replace("’", "ʼ"),
    "without apostrophe": lambda name: name.replace("'", "").replace("’", ""),
    "with another hyphen": lambda name: name.replace("-", "‑"),
    "with an en dash": lambda name: name.replace("-", "–"),
    "with a space for the hyphen": lambda name: name.replace("-", " "),
    "over two lines": lambda name: name.replace(" ", " \n"),
    "with a hard space": lambda name: name.replace(" ", "\u00a0"),
    "with a soft hyphen in it": lambda name: name[:2] + "\u00ad" + name[2:],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_however_it_is_written(name: str, way: str) -> None:
    """In each spelling the whole name is found, and nothing beside it."""
    written = WAYS[way](name)
    text = f"I saw “{written}”’s post, and {written}'s too."
    assert [text[start:end] for start, end in Read(text).places(name)] == [written, written]


@pytest.mark.parametrize("text", ["Banana Silvan", "Ana and Silva", "Anas Silva", "AnaSilva", ""])
def test_what_is_like_a_name_is_not_found(text: str) -> None:
    """A part of other words, or the two words apart, is not the name."""
    assert list(Read(text).places("Ana Silva")) == []


def test_a_word_of_a_name_can_be_asked_for_in_its_case() -> None:
    """Exactly read, "Zoë" is found with and without its accent, and not in small letters."""
    text = "Zoe, zoe and Zoë"
    assert [text[start:end] for start, end in Read(text, exact=True).places("Zoë")] == ["Zoe", "Zoë"]


@pytest.mark.parametrize("name", ["", " ", "'", "-"])
def test_no_name_stands_nowhere(name: str) -> None:
    """An empty name is found in no text."""
    assert list(Read("anything - 'at all'").places(name)) == []


def test_the_words_of_a_name_are_compared_alike() -> None:
    """Two spellings of a name have the same words, and a possessive ending is none of them."""
    assert (
        name_words("Anne-Marie O’Brien’s") == name_words("ANNE MARIE OBRIEN") == ("anne", "marie", "obrien")
    )


@given(st.text(max_size=40), st.sampled_from(NAMES), st.text(max_size=40))
def test_a_name_is_found_in_any_text(before: str, name: str, after: str) -> None:
    """Whatever stands around it, the name is found where it stands, from its first letter to its last."""
    text = f"{before} {name}, {after}"
    start = len(before) + 1
    assert (start, start + len(name)) in list(Read(text).places(name))


@given(st.text(max_size=80))
def test_to_straighten_moves_nothing(text: str) -> None:
    """With other apostrophes and hyphens a text has the same length, so that places stay right."""
    assert len(straight(text)) == len(text)
