"""What patterns are looked for in: a text as it would be written with care."""

import pytest

from bot.content.wording import with_apostrophes


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("I dont think shes here, theyre off", "i don't think she's here, they're off"),
        ("He WONT, cant and didnt", "he won't, can't and didn't"),
        ("ive seen it, im sure, whos next", "i've seen it, i'm sure, who's next"),
        ("it doesn’t, that's all", "it doesn't, that's all"),
        # Each is a word of its own.
        ("its we were ill, want, cant­eloupe and hears", "its we were ill, want, canteloupe and hears"),
    ],
)
def test_apostrophes_that_were_left_out_are_put_back(typed: str, read: str) -> None:
    """Negations and the like are found whether or not a phone was helpful; what is another word is left."""
    assert with_apostrophes(typed) == read
