"""References and receipt codes, as people write them: read in the form in which they were issued."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import new_tokens
from bot.domain.references import ALPHABET, alone, mentioned, read_reference, receipt_code

CODE = "0T81-XPDQ-3HWP"
CODES = (
    *(CODE, CODE.lower(), CODE.title(), "0T81XPDQ3HWP", "0t81xpdq3hwp", "0T81 XPDQ 3HWP", "0T81  XPDQ  3HWP"),
    *("0T81–XPDQ–3HWP", "0T81—XPDQ—3HWP", "0T81‑XPDQ‑3HWP", "0T81−XPDQ−3HWP", "0T81 - XPDQ - 3HWP"),
    *("0T81.XPDQ.3HWP", "0T81_XPDQ_3HWP", "0T81/XPDQ/3HWP", "0T81-XPDQ-3HWP.", " 0T81-XPDQ-3HWP\n"),
    *("OT81-XPDQ-3HWP", "oT8I-XPDQ-3HWP", "ot8l-xpdq-3hwp", "0T8 1XP DQ3 HWP", "#0T81-XPDQ-3HWP"),
    *("“0T81-XPDQ-3HWP”", "'0T81-XPDQ-3HWP'", "`0T81-XPDQ-3HWP`", "(0T81-XPDQ-3HWP)", "０Ｔ８１-XPDQ-3HWP"),
    *(
        "Receipt code: 0T81-XPDQ-3HWP",
        "FED-7K30 0T81-XPDQ-3HWP",
        "Reference: FED-7K30\nReceipt code: 0T81XPDQ3HWP",
    ),
)
TYPED = (
    *(
        "FED-7K30",
        "fed-7k30",
        "Fed-7K30.",
        "FED 7K30",
        "fed7k30",
        "FED–7K30",
        "FED—7K30",
        "FED‑7K30",
        "FED−7K30",
    ),
    *("#FED-7K30", "FED#7K30", "FED.7K30", "FED_7K30", "FED: 7K30", "FED - 7K30", "“FED-7K30”", "'fed 7k30'"),
    *("FED-7K3O", "fed-7k3o", "(FED-7K30)", "`FED-7K30`", "FED-7K30!", "ＦＥＤ-7K30"),
)


@pytest.mark.parametrize("typed", CODES)
def test_a_code_is_read_however_it_is_written(typed: str) -> None:
    """Case, spaces, dashes, full stops, quotes and letters for digits do not matter."""
    assert receipt_code(typed) == CODE


@pytest.mark.parametrize("typed", TYPED)
def test_a_reference_is_read_however_it_is_written(typed: str) -> None:
    """Where one is asked for and where it stands alone, each spelling is the same reference."""
    assert (read_reference(typed), alone(typed)) == ("FED-7K30", "FED-7K30")


@pytest.mark.parametrize("typed", ["DRILL-7K3Q", "drill 7k3q", "DRlLL-7K3Q", "#drill7k3q"])
def test_a_drill_keeps_its_name(typed: str) -> None:
    """The letters of DRILL are no digits, and a drill is not taken for a report."""
    assert read_reference(typed) == alone(typed) == "DRILL-7K3Q"


def test_where_one_is_asked_for_its_fed_may_be_left_out() -> None:
    """A form takes "7k3q" for FED-7K3Q; a text that is no reference stays what it was, in capitals."""
    assert read_reference(" 7k3q ") == "FED-7K3Q"
    assert read_reference("no idea") == "NO IDEA"
    # The line that it stood on, copied as it is.
    assert read_reference("Reference: FED-7K3Q") == read_reference("ref fed-7k3q, yesterday") == "FED-7K3Q"
    assert read_reference("") == ""
    assert alone("7k3q") == ""


@pytest.mark.parametrize(
    "text", ["federation", "the federation", "fed up", "I am fed that", "unfed-7k3q", "fed"]
)
def test_words_are_no_reference(text: str) -> None:
    """Words that begin like a reference are words."""
    assert mentioned(text)[0] == alone(text) == ""


def test_a_reference_is_found_within_a_text() -> None:
    """The place of the reference comes with it, so that the words around it can be read."""
    text = "any news on #fed–7k3q, please"
    found, start, end = mentioned(text)
    assert (found, text[start:end]) == ("FED-7K3Q", "fed–7k3q")


def test_no_two_signs_are_read_alike() -> None:
    """Each sign that is drawn is read as itself: two codes can never be taken for one another."""
    assert [receipt_code(sign) for sign in ALPHABET] == list(ALPHABET)


@given(st.text(ALPHABET, min_size=12, max_size=12), st.data())
def test_what_is_made_is_read_again(signs: str, data: st.DataObject) -> None:
    """Whatever is drawn and however it is spelt, it is read as it was issued."""
    issued = receipt_code(signs)
    looks = {"0": "0Oo", "1": "1IilL"}
    between = st.sampled_from(["", " ", "-", "–", ". ", "\t"])
    typed = "".join(
        data.draw(st.sampled_from(looks.get(sign, sign + sign.lower()))) + data.draw(between)
        for sign in signs
    )
    assert receipt_code(typed) == issued == receipt_code(issued)


@given(st.text(max_size=60))
def test_any_text_can_be_typed(text: str) -> None:
    """Whatever is typed is read, as a reference or as none, without a fault."""
    read_reference(text)
    receipt_code(text)
    assert re.fullmatch(r"(?:(?:FED|DRILL)-\w{3,12})?", alone(text))
    found, start, end = mentioned(text)
    assert bool(found) is (start < end)


def test_what_is_issued_has_the_form_that_is_read() -> None:
    """New references and codes are in the form that reading gives."""
    tokens = new_tokens()
    assert read_reference(tokens.reference) == tokens.reference
    assert receipt_code(tokens.code) == tokens.code
    assert re.fullmatch(r"FED-\w{4}", tokens.reference)
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", tokens.code)
