import pytest

from bot.content.federation import load_federation
from bot.content.world import World
from bot.reporting.redaction import Redactor, hidden_name
from bot.settings import EXAMPLE
from tests.support.federation import with_federation

OTHERS = {
    "Eleanor Marsh saw it": "[Executive Headteacher] saw it",
    "ELEANOR  marsh saw it": "[Executive Headteacher] saw it",
    "Mrs Marsh saw it": "Mrs [Executive Headteacher] saw it",
    "I told Grace.": "I told [Federation Leadership Team].",
    "Tom Baker of Year 9 asked Grace": "[x] of Year 9 asked [Federation Leadership Team]",
    "a pupil, Grace O'Neil, and Ella Pritchard": "a pupil, [x], and [x]",
    "Ms Dina-Louise Clark told Dina": "Ms [x] told [Designated Safeguarding Lead]",
    "with grace and in the marsh": "with grace and in the marsh",
    "Joe Whitfield was there": "[x] was there",
    "a student, Kevin Miller, and Jane Porter": "a student, [x], and [x]",
    "My password is Summer2024!": "My password is [x]",
    "Ana Silva wrote this": "Ana Silva wrote this",
    "nothing of anybody": "nothing of anybody",
    "I told Gráce, and ELEANOR’S sister Eleanor\u00a0Mársh.": (
        "I told [Federation Leadership Team], and ELEANOR’S sister [Executive Headteacher]."
    ),
    "ana sílva’s phone, and Ana Silva’s own": "ana sílva’s phone, and Ana Silva’s own",
}


@pytest.mark.parametrize("text", list(OTHERS))
def test_others_are_taken_out(world: World, text: str) -> None:
    """People on the roster become their role, others a mark (their namesakes too), and the asker stays."""
    demo = with_federation(world, load_federation(EXAMPLE))
    assert Redactor(demo, ("Ana Silva",), "[x]").text(text) == OTHERS[text]


def test_a_whole_name_is_hidden_and_nothing_like_it(world: World) -> None:
    """A confidential reporter's whole name is hidden in any case; a part of another word is not touched."""
    assert (
        hidden_name("ANA SILVA, Ana\nSilva and Banana Silvan", "Ana Silva", "[r]")
        == "[r], [r] and Banana Silvan"
    )
    assert hidden_name("anything", " ", "[r]") == "anything"


def test_a_name_is_hidden_however_it_was_typed() -> None:
    """An accent and a curly apostrophe, which a phone puts there or leaves out, show no name."""
    for typed in ("Zoë O’Brien", "zoe o'brien", "ZOE OBRIEN", "Zoe\u0308 O\u02bcBrien"):
        assert hidden_name(f"I, {typed}, saw it", "Zoë O'Brien", "[r]") == "I, [r], saw it"
        assert hidden_name(f"I, {typed}, saw it", "Zoe O’Brien", "[r]") == "I, [r], saw it"
