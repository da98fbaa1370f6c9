"""The table of questions that the policy leaves open: total, and each pair as it is meant."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.gaps import GAP_TABLE, GapAnswer, GapEvent, GapStage, in_force, may_sign

# In words, from the design: what each stage answers to each event.
MEANT: dict[str, dict[str, str | None]] = {
    "waiting": {
        "join": "waiting", "answer": "answered", "sign": "unanswered", "take_back": "unanswered",
        "decline": "declined", "lapse": "not_live", "remind": "waiting", "withdraw": None,
    },
    "answered": {
        "join": "answered", "answer": "answered", "sign": "live", "take_back": "waiting",
        "decline": "declined", "lapse": "not_live", "remind": "answered", "withdraw": None,
    },
    "live": {
        "join": "live", "answer": "live", "sign": "live", "take_back": "waiting",
        "decline": "live", "lapse": "answered", "remind": "live", "withdraw": "live",
    },
    "declined": {
        "join": "declined", "answer": "declined", "sign": "declined", "take_back": "declined",
        "decline": "declined", "lapse": "not_live", "remind": "declined", "withdraw": None,
    },
}  # fmt: skip
# Where the word of a stage is a refusal: it stays as it is, and anybody who pressed reads why.
REFUSED = {
    *(("live", event) for event in ("answer", "sign", "decline")),
    *(("declined", event) for event in GapEvent if event is not GapEvent.WITHDRAW),
    *((stage, "lapse") for stage in ("waiting", "answered", "declined")),
    ("waiting", "sign"), ("waiting", "take_back"),
}  # fmt: skip


@pytest.mark.parametrize(("stage", "event"), list(itertools.product(GapStage, GapEvent)))
def test_each_pair_of_a_stage_and_an_event(stage: GapStage, event: GapEvent) -> None:
    """Every stage has an answer to every event, and it is the one that is meant."""
    after = GAP_TABLE[stage, event]
    assert after == MEANT[stage.value][event.value]
    assert (after is None or isinstance(after, GapStage)) == ((stage.value, event.value) not in REFUSED)


def test_only_a_signature_puts_an_answer_in_force() -> None:
    """Nothing but SIGN leads into force from outside it, and only from a written answer."""
    ways = {key for key, after in GAP_TABLE.items() if after is GapStage.LIVE and key[0] is not GapStage.LIVE}
    assert ways == {(GapStage.ANSWERED, GapEvent.SIGN)}


def test_the_second_is_somebody_else() -> None:
    """Neither the author nor anybody who asked signs; and anybody who has left counts no more."""
    assert may_sign("dana", "eleanor", {"ana"})
    assert not may_sign("eleanor", "eleanor", set())
    assert not may_sign("ana", "eleanor", {"ana"})
    signed = GapAnswer("q", "t", "must", "sm-1", date(2027, 1, 1), "eleanor", signer="dana", quote="Do it.")
    assert in_force(signed, {"dana"}, {"sm-1": "Do it."})
    assert not in_force(signed, {"eleanor"}, {"sm-1": "Do it."})
    assert not in_force(replace(signed, signer=""), {"eleanor"}, {"sm-1": "Do it."})


def test_a_signature_is_of_the_clause_as_it_was() -> None:
    """A signed answer whose clause has changed or gone is in force no more; a silent one needs no clause."""
    signed = GapAnswer("q", "t", "must", "sm-1", date(2027, 1, 1), "eleanor", signer="dana", quote="Do it.")
    assert not in_force(signed, {"dana"}, {"sm-1": "Do it twice."})
    assert not in_force(signed, {"dana"}, {})
    assert in_force(replace(signed, clause="", quote=""), {"dana"}, {"sm-1": "Do it."})
