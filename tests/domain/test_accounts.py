"""The states of an account: every pair of stage and event, and who is one person."""

import itertools

import pytest

from bot.domain.accounts import (
    ACCOUNT_TABLE,
    ACTS,
    APPLIED,
    ENDED,
    REGISTERED,
    AccountEvent,
    AccountStage,
    Details,
    Runner,
    Unfit,
    carried_over,
    is_one_person,
    staff_among,
    with_register,
)
from bot.domain.roster import Account, Federation, Person, Roster, School

# Written from the design, not from the table: stage, event, stage after.
GOES = """
draft send attesting
draft withdraw withdrawn
attesting attest attesting
attesting decline draft
attesting present with_sbm
attesting complete with_flt
attesting withdraw withdrawn
with_sbm complete with_flt
with_sbm return draft
with_sbm decline draft
with_sbm withdraw withdrawn
with_flt tick with_flt
with_flt approve creating
with_flt reject rejected
with_flt return draft
with_flt decline draft
with_flt withdraw withdrawn
creating create live
creating decline draft
creating withdraw withdrawn
live confirm live
live fall_due review_due
live leave lead_left
live close closing
live transfer transferring
review_due confirm review_due
review_due review live
review_due leave lead_left
review_due close closing
review_due transfer transferring
lead_left close closing
lead_left transfer transferring
transferring attest transferring
transferring tick transferring
transferring hand_over live
transferring decline lead_left
transferring leave lead_left
transferring stay live
transferring close closing
closing end closed
"""
WANTED = {tuple(line.split()[:2]): line.split()[2] for line in GOES.split("\n") if line}
PAIRS = list(itertools.product(AccountStage, AccountEvent))


@pytest.mark.parametrize(("stage", "event"), PAIRS)
def test_each_pair_of_stage_and_event(stage: AccountStage, event: AccountEvent) -> None:
    """What fits leads on as the design says, and everything else is refused with the stage's own words."""
    found = ACCOUNT_TABLE[stage, event]
    wanted = WANTED.get((stage.value, event.value))
    assert found == (AccountStage(wanted) if wanted else Unfit(stage))


def test_the_table_is_total() -> None:
    """There is an answer for every pair; each stage is of one kind; what has ended stays ended."""
    assert len(ACCOUNT_TABLE) == len(PAIRS)
    assert sorted((*APPLIED, *REGISTERED, *ENDED)) == sorted(AccountStage)
    assert all(isinstance(ACCOUNT_TABLE[stage, event], Unfit) for stage in ENDED for event in AccountEvent)


def test_every_stage_but_an_end_leads_to_an_end() -> None:
    """No application and no account can be stuck for ever."""
    ways = {
        stage: {
            after for event in AccountEvent if isinstance(after := ACCOUNT_TABLE[stage, event], AccountStage)
        }
        for stage in AccountStage
    }
    for stage in AccountStage:
        reached, more = {stage}, {stage}
        while more := {after for one in more for after in ways[one]} - reached:
            reached |= more
        assert reached & set(ENDED), stage


@pytest.mark.parametrize("name", ACTS)
def test_each_act_fits_where_it_is_offered(name: str) -> None:
    """A button stands at no stage whose table refuses it."""
    act = ACTS[name]
    assert act.at
    assert all(isinstance(ACCOUNT_TABLE[stage, act.event], AccountStage) for stage in act.at)


ROSTER = Roster(
    {
        "grace": Person("grace", "Grace Holloway", {"slack": "U1", "teams": "T1"}),
        "tom": Person("tom", "Tom Pritchard", {"slack": "U2"}),
        "tom2": Person("tom2", "Tom Pritchard", {"slack": "U3"}),
    },
    {},
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("user:slack:U1", "Grace"), ("user:teams:T1", "G. Holloway"), True),
        (("user:slack:U1", "Grace"), ("person:grace", "Grace Holloway"), True),
        (("person:grace", "Grace Holloway"), ("person:tom", "Tom Pritchard"), False),
        # The roster knows that these are two.
        (("person:tom", "Tom Pritchard"), ("person:tom2", "Tom Pritchard"), False),
        (("user:slack:U9", "Ana O'Brien"), ("staff:ab", "ana obrien"), True),
        (("user:slack:U9", "Ana Silva"), ("user:slack:U8", "Joe Silva"), False),
        (("person:tom", "Tom Pritchard"), ("staff:ab", "Tom Pritchard"), True),
    ],
)
def test_two_runners_who_are_one_person(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    """One person on two platforms or lists is one; the roster alone tells two of one name apart."""
    assert is_one_person(ROSTER, Runner(*one), Runner(*other)) is same
    assert is_one_person(ROSTER, Runner(*other), Runner(*one)) is same


def test_a_parent_is_no_member_of_staff() -> None:
    """A parent or volunteer runs an account beside two members of staff, and signs on paper."""
    parent, listed, ana = (
        Runner("guest:pat lowe", "Pat Lowe"),
        Runner("staff:ab", "Sam"),
        Runner("person:a", "Ana"),
    )
    assert staff_among((ana, parent, listed)) == (ana, listed)
    assert [one.on_paper for one in (ana, parent, listed)] == [False, True, True]


def test_who_was_named_before_need_not_attest_again() -> None:
    """Who stays keeps what they attested; who is new has attested nothing."""
    before = (
        Runner("person:a", "Ana", attested="then", confirmed=7),
        Runner("person:b", "Bo", attested="then"),
    )
    after = carried_over(before, (Runner("person:c", "Cy"), Runner("person:a", "Ana Silva")))
    assert after == (Runner("person:c", "Cy"), Runner("person:a", "Ana Silva", attested="then", confirmed=7))


def test_the_register_over_the_configuration() -> None:
    """What is new is added, changed ones as changed, untouched ones as configured, closed ones out."""
    federation = Federation(
        "Harbour",
        "Europe/London",
        (School("ash", "Ash School"),),
        ROSTER,
        {},
        accounts=("Seed", "Moved", "Shut"),
        account_facts={"Seed": Account("Seed", "ash", ("grace",))},
    )

    def details(name: str, *who: str, seed: bool = False) -> Details:
        return Details(
            {"name": (name,), "school": ("ash",)}, runners=tuple(Runner(one, one) for one in who), seed=seed
        )

    found = with_register(
        federation,
        [
            (AccountStage.LIVE, details("Seed", "person:tom", seed=True)),
            (AccountStage.TRANSFERRING, details("Moved", "user:teams:T1", "user:slack:U9")),
            (AccountStage.CLOSED, details("Shut", "person:tom")),
            (AccountStage.REVIEW_DUE, details("New", "person:tom")),
        ],
    )
    assert found.accounts == ("Seed", "Moved", "New")
    assert found.account("Seed").runners == ("grace",)
    assert found.account("Moved").runners == ("grace",)
    assert found.account("New") == Account("New", "ash", ("tom",))
