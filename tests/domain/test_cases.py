import itertools

import pytest

from bot.domain.cases import CaseState, Event, Happening, Refused, Stage, advance

# Every stage x event pair, as a safeguarding lead would read it: the stage after it, or why not.
EXPECTED = {
    (Stage.SUBMITTED, Happening.DELIVER): "delivered",
    (Stage.SUBMITTED, Happening.ACKNOWLEDGE): "acknowledged",
    (Stage.SUBMITTED, Happening.ASSIGN): "acknowledged",
    (Stage.SUBMITTED, Happening.NOTE): "submitted",
    (Stage.SUBMITTED, Happening.ASK): "submitted",
    (Stage.SUBMITTED, Happening.REFER): "submitted",
    (Stage.SUBMITTED, Happening.ADD): "submitted",
    (Stage.SUBMITTED, Happening.ANSWER): "submitted",
    (Stage.SUBMITTED, Happening.CORRECT): "submitted",
    (Stage.SUBMITTED, Happening.WITHDRAW): "closed",
    (Stage.SUBMITTED, Happening.WITHDRAW_KEPT): "submitted",
    (Stage.SUBMITTED, Happening.MISDIRECT): "submitted",
    (Stage.SUBMITTED, Happening.VACATE): "no: not_acknowledged",
    (Stage.SUBMITTED, Happening.DEADLINE): "submitted",
    (Stage.SUBMITTED, Happening.CLOSE): "no: not_acknowledged",
    (Stage.SUBMITTED, Happening.REOPEN): "no: not_closed",
    (Stage.DELIVERED, Happening.DELIVER): "delivered",
    (Stage.DELIVERED, Happening.ACKNOWLEDGE): "acknowledged",
    (Stage.DELIVERED, Happening.ASSIGN): "acknowledged",
    (Stage.DELIVERED, Happening.NOTE): "delivered",
    (Stage.DELIVERED, Happening.ASK): "delivered",
    (Stage.DELIVERED, Happening.REFER): "delivered",
    (Stage.DELIVERED, Happening.ADD): "delivered",
    (Stage.DELIVERED, Happening.ANSWER): "delivered",
    (Stage.DELIVERED, Happening.CORRECT): "delivered",
    (Stage.DELIVERED, Happening.WITHDRAW): "closed",
    (Stage.DELIVERED, Happening.WITHDRAW_KEPT): "delivered",
    (Stage.DELIVERED, Happening.MISDIRECT): "submitted",
    (Stage.DELIVERED, Happening.VACATE): "no: not_acknowledged",
    (Stage.DELIVERED, Happening.DEADLINE): "delivered",
    (Stage.DELIVERED, Happening.CLOSE): "no: not_acknowledged",
    (Stage.DELIVERED, Happening.REOPEN): "no: not_closed",
    (Stage.ACKNOWLEDGED, Happening.DELIVER): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.ACKNOWLEDGE): "no: already_acknowledged",
    (Stage.ACKNOWLEDGED, Happening.ASSIGN): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.NOTE): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.ASK): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.REFER): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.ADD): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.ANSWER): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.CORRECT): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.WITHDRAW): "closed",
    (Stage.ACKNOWLEDGED, Happening.WITHDRAW_KEPT): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.MISDIRECT): "submitted",
    (Stage.ACKNOWLEDGED, Happening.VACATE): "delivered",
    (Stage.ACKNOWLEDGED, Happening.DEADLINE): "no: already_acknowledged",
    (Stage.ACKNOWLEDGED, Happening.CLOSE): "closed",
    (Stage.ACKNOWLEDGED, Happening.REOPEN): "no: not_closed",
    (Stage.CLOSED, Happening.DELIVER): "closed",
    (Stage.CLOSED, Happening.ACKNOWLEDGE): "no: closed",
    (Stage.CLOSED, Happening.ASSIGN): "no: closed",
    (Stage.CLOSED, Happening.NOTE): "no: closed",
    (Stage.CLOSED, Happening.ASK): "no: closed",
    (Stage.CLOSED, Happening.REFER): "no: closed",
    (Stage.CLOSED, Happening.ADD): "closed",
    (Stage.CLOSED, Happening.ANSWER): "closed",
    (Stage.CLOSED, Happening.CORRECT): "closed",
    (Stage.CLOSED, Happening.WITHDRAW): "no: closed",
    (Stage.CLOSED, Happening.WITHDRAW_KEPT): "no: closed",
    (Stage.CLOSED, Happening.MISDIRECT): "submitted",
    (Stage.CLOSED, Happening.VACATE): "no: closed",
    (Stage.CLOSED, Happening.DEADLINE): "no: closed",
    (Stage.CLOSED, Happening.CLOSE): "no: closed",
    (Stage.CLOSED, Happening.REOPEN): "acknowledged",
    (Stage.SUBMITTED, Happening.ENDANGER): "no: not_closed",
    (Stage.DELIVERED, Happening.ENDANGER): "no: not_closed",
    (Stage.ACKNOWLEDGED, Happening.ENDANGER): "no: not_closed",
    (Stage.CLOSED, Happening.ENDANGER): "delivered",
    (Stage.SUBMITTED, Happening.ASSESS): "submitted",
    (Stage.SUBMITTED, Happening.ADVICE): "submitted",
    (Stage.SUBMITTED, Happening.TASK): "submitted",
    (Stage.SUBMITTED, Happening.DONE): "submitted",
    (Stage.SUBMITTED, Happening.URGENT): "submitted",
    (Stage.SUBMITTED, Happening.CALM): "submitted",
    (Stage.SUBMITTED, Happening.LINK): "submitted",
    (Stage.SUBMITTED, Happening.CONTACT): "submitted",
    (Stage.SUBMITTED, Happening.INVESTIGATE): "no: not_acknowledged",
    (Stage.SUBMITTED, Happening.RECUSE): "submitted",
    (Stage.SUBMITTED, Happening.RESTRICT): "submitted",
    (Stage.SUBMITTED, Happening.HOLD): "submitted",
    (Stage.SUBMITTED, Happening.RELEASE): "submitted",
    (Stage.DELIVERED, Happening.ASSESS): "delivered",
    (Stage.DELIVERED, Happening.ADVICE): "delivered",
    (Stage.DELIVERED, Happening.TASK): "delivered",
    (Stage.DELIVERED, Happening.DONE): "delivered",
    (Stage.DELIVERED, Happening.URGENT): "delivered",
    (Stage.DELIVERED, Happening.CALM): "delivered",
    (Stage.DELIVERED, Happening.LINK): "delivered",
    (Stage.DELIVERED, Happening.CONTACT): "delivered",
    (Stage.DELIVERED, Happening.INVESTIGATE): "no: not_acknowledged",
    (Stage.DELIVERED, Happening.RECUSE): "delivered",
    (Stage.DELIVERED, Happening.RESTRICT): "delivered",
    (Stage.DELIVERED, Happening.HOLD): "delivered",
    (Stage.DELIVERED, Happening.RELEASE): "delivered",
    (Stage.ACKNOWLEDGED, Happening.ASSESS): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.ADVICE): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.TASK): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.DONE): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.URGENT): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.CALM): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.LINK): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.CONTACT): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.INVESTIGATE): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.RECUSE): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.RESTRICT): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.HOLD): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.RELEASE): "acknowledged",
    (Stage.CLOSED, Happening.ASSESS): "no: closed",
    (Stage.CLOSED, Happening.ADVICE): "no: closed",
    (Stage.CLOSED, Happening.TASK): "no: closed",
    (Stage.CLOSED, Happening.DONE): "no: closed",
    (Stage.CLOSED, Happening.URGENT): "no: closed",
    (Stage.CLOSED, Happening.CALM): "no: closed",
    (Stage.CLOSED, Happening.LINK): "no: closed",
    (Stage.CLOSED, Happening.CONTACT): "no: closed",
    (Stage.CLOSED, Happening.INVESTIGATE): "no: closed",
    (Stage.CLOSED, Happening.RECUSE): "no: closed",
    (Stage.CLOSED, Happening.RESTRICT): "closed",
    (Stage.CLOSED, Happening.HOLD): "closed",
    (Stage.CLOSED, Happening.RELEASE): "closed",
    (Stage.SUBMITTED, Happening.PROPOSE): "no: not_acknowledged",
    (Stage.SUBMITTED, Happening.AGREE): "no: not_acknowledged",
    (Stage.SUBMITTED, Happening.DECLINE): "no: not_acknowledged",
    (Stage.DELIVERED, Happening.PROPOSE): "no: not_acknowledged",
    (Stage.DELIVERED, Happening.AGREE): "no: not_acknowledged",
    (Stage.DELIVERED, Happening.DECLINE): "no: not_acknowledged",
    (Stage.ACKNOWLEDGED, Happening.PROPOSE): "acknowledged",
    (Stage.ACKNOWLEDGED, Happening.AGREE): "closed",
    (Stage.ACKNOWLEDGED, Happening.DECLINE): "acknowledged",
    (Stage.CLOSED, Happening.PROPOSE): "no: closed",
    (Stage.CLOSED, Happening.AGREE): "no: closed",
    (Stage.CLOSED, Happening.DECLINE): "no: closed",
}


def test_every_pair_is_expected() -> None:
    """The table of this test names every stage with every event."""
    assert set(EXPECTED) == set(itertools.product(Stage, Happening))


@pytest.mark.parametrize(("stage", "what"), EXPECTED)
def test_each_pair(stage: Stage, what: Happening) -> None:
    """Each event takes a case to the stage that the table says, or is refused for the reason it says."""
    after = advance(CaseState(stage), Event(what, "farid", "grace"))
    said = f"no: {after.why}" if isinstance(after, Refused) else after.stage.value
    assert said == EXPECTED[stage, what]


def test_acknowledging_names_the_holder() -> None:
    """Anybody who acknowledges a case holds it, and is remembered as the first."""
    after = advance(CaseState(Stage.DELIVERED), Event(Happening.ACKNOWLEDGE, "farid"))
    assert after == CaseState(Stage.ACKNOWLEDGED, holder="farid", acknowledged_by="farid")


def test_giving_a_case_acknowledges_it_once() -> None:
    """Giving a case to a colleague acknowledges it for the giver; giving it again keeps the first."""
    given = advance(CaseState(), Event(Happening.ASSIGN, "farid", "grace"))
    assert isinstance(given, CaseState)
    again = advance(given, Event(Happening.ASSIGN, "grace", "tom"))
    assert again == CaseState(Stage.ACKNOWLEDGED, holder="tom", acknowledged_by="farid")


def test_a_deadline_climbs_one_step() -> None:
    """A deadline that passes with nobody acknowledging raises the level by exactly one."""
    after = advance(CaseState(Stage.DELIVERED, level=1), Event(Happening.DEADLINE, "signpost"))
    assert after == CaseState(Stage.DELIVERED, level=2)


def test_the_second_who_agrees_closes_with_the_outcome() -> None:
    """Asking for a closing changes nothing; the second person's agreement closes with its outcome."""
    held = CaseState(Stage.ACKNOWLEDGED, holder="dina", acknowledged_by="dina")
    assert advance(held, Event(Happening.PROPOSE, "dina", outcome="unfounded")) == held
    assert advance(held, Event(Happening.DECLINE, "eleanor")) == held
    after = advance(held, Event(Happening.AGREE, "eleanor", outcome="unfounded"))
    assert after == CaseState(Stage.CLOSED, holder="dina", acknowledged_by="dina", outcome="unfounded")


def test_reopening_forgets_the_outcome() -> None:
    """A case that is opened again has no outcome, and is held by who opened it."""
    closed = CaseState(Stage.CLOSED, holder="farid", acknowledged_by="farid", outcome="no_action")
    after = advance(closed, Event(Happening.REOPEN, "grace"))
    assert after == CaseState(Stage.ACKNOWLEDGED, holder="grace", acknowledged_by="farid")


def test_danger_opens_a_closed_case_for_anybody() -> None:
    """A closed case whose reporter writes of danger has no holder, and begins at the first step."""
    closed = CaseState(Stage.CLOSED, 2, holder="farid", acknowledged_by="farid", outcome="no_action")
    assert advance(closed, Event(Happening.ENDANGER, "reporter")) == CaseState(Stage.DELIVERED)


def test_what_was_withdrawn_and_is_opened_again_has_a_first() -> None:
    """A case that was withdrawn before anybody had it is acknowledged by anybody who opens it again."""
    withdrawn = advance(CaseState(), Event(Happening.WITHDRAW, "reporter"))
    assert withdrawn == CaseState(Stage.CLOSED, outcome="withdrawn")
    after = advance(withdrawn, Event(Happening.REOPEN, "grace"))
    assert after == CaseState(Stage.ACKNOWLEDGED, holder="grace", acknowledged_by="grace")


def test_a_report_to_the_wrong_person_begins_again() -> None:
    """A person who held, acknowledged or closed it counts no more once the reporter sent it elsewhere."""
    closed = CaseState(Stage.CLOSED, 2, holder="farid", acknowledged_by="farid", outcome="no_action")
    assert advance(closed, Event(Happening.MISDIRECT, "reporter")) == CaseState()


def test_who_holds_a_case_and_steps_back_gives_it_back() -> None:
    """The case is as if it had just been delivered: nobody has it, and it can be acknowledged again."""
    held = CaseState(Stage.ACKNOWLEDGED, 1, holder="farid", acknowledged_by="farid")
    assert advance(held, Event(Happening.RECUSE, "farid")) == CaseState(Stage.DELIVERED, 1)
    assert advance(held, Event(Happening.RECUSE, "grace")) == held
