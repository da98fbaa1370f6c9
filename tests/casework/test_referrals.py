"""Referrals to a body outside the Federation: logged, never sent."""

import pytest

from bot.domain.turns import Submitted
from tests.support.desk import Desk

ADVICE = "Do not speak to the colleague before Thursday."
POLICE = {
    "agency": "police",
    "at": "2026-11-23T08:05",
    "their_reference": "CAD 4471",
    "advice": ADVICE,
}


def reported(desk: Desk) -> str:
    return desk.report("ana", kind="colleague").reference


def test_a_referral_is_kept(desk: Desk) -> None:
    """The card says who was told and when; the details say the rest; nothing of it is in a table or sent."""
    reference = reported(desk)
    desk.work()
    assert "has sent nothing to anybody outside" in desk.fill("farid", "case.refer", reference, **POLICE)
    desk.work()
    assert "Referred: Police, 23 Nov 2026, 08:05" in desk.notebook.texts("flt")[0]
    details = desk.press("farid", "case.details", reference)
    for words in ("Referred to Police", "23 Nov 2026, 08:05", "Their reference: CAD 4471", ADVICE):
        assert words in details
    for words in ("CAD 4471", ADVICE):
        assert words not in "".join(text for name in desk.notebook.seen for text in desk.notebook.texts(name))
        assert words not in desk.dump()
    assert desk.notebook.seen.keys() == {"flt", "ana"}


def test_any_number_of_referrals(desk: Desk) -> None:
    """Each referral stands on the card, in the order in which it was logged."""
    reference = reported(desk)
    desk.fill("farid", "case.refer", reference, **POLICE)
    desk.fill("grace", "case.refer", reference, agency="lado", at="2026-11-22T17:30")
    shown = desk.press("farid", "case.show", reference)
    assert (
        "Police, 23 Nov 2026, 08:05; Local authority designated officer (LADO), 22 Nov 2026, 17:30" in shown
    )


def test_the_reporter_is_not_shown_a_referral(desk: Desk) -> None:
    """The status of a report says nothing of who outside was told, or what they advised."""
    reference = reported(desk)
    desk.fill("farid", "case.refer", reference, **POLICE)
    shown = desk.press("ana", "report.read", reference)
    assert reference in shown
    for words in ("Police", "CAD 4471", ADVICE):
        assert words not in shown


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"agency": ""}, "Choose who was told"),
        ({"agency": "mi5"}, "Choose who was told"),
        ({"at": ""}, "Give a date and a time"),
        ({"at": "yesterday"}, "Give a date and a time"),
        ({"at": "9999-12-31T23:59"}, "in the future"),
        ({"at": "2026-11-23T09:30"}, "in the future"),
        ({"their_reference": "x" * 201}, "under 200"),
        ({"advice": "x" * 4001}, "under 4000"),
    ],
)
def test_a_referral_that_is_not_right_comes_back(desk: Desk, changed: dict[str, str], error: str) -> None:
    """A referral with a wrong field is explained beside it, and nothing is kept."""
    reference = reported(desk)
    assert error in desk.fill("farid", "case.refer", reference, **{**POLICE, **changed})
    assert "Referred" not in desk.press("farid", "case.show", reference)


def test_reference_and_advice_may_be_left_out(desk: Desk) -> None:
    """Who was told and when is enough."""
    reference = reported(desk)
    answer = desk.fill("farid", "case.refer", reference, agency="other", at="2026-11-23T08:05")
    assert "The referral is kept" in answer


def test_the_same_event_logs_once(desk: Desk) -> None:
    """A referral that is delivered twice is logged once."""
    reference = reported(desk)
    fields = {name: (value,) for name, value in POLICE.items()}
    for _ in range(2):
        desk.send("farid", Submitted("case.refer", reference, fields), "EVENT-1")
    assert desk.press("farid", "case.details", reference).count("CAD 4471") == 1
