"""An account on social media, from its application to its closing (rules 27-32 and 37-53).

Anybody applies; at least two members of staff run it; they attest, the School Business Manager passes it on,
the leadership team decides, the IT Manager creates it. What does not fit a stage is refused by the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from bot.domain.access import Duty
from bot.domain.names import name_words
from bot.domain.roster import Account, Federation, Roster

LEAST_STAFF = 2
EVERY_SCHOOL = "every"


class AccountStage(StrEnum):
    """Where an application, and then its account, stands."""

    DRAFT = "draft"
    ATTESTING = "attesting"
    WITH_SBM = "with_sbm"
    WITH_FLT = "with_flt"
    CREATING = "creating"
    LIVE = "live"
    REVIEW_DUE = "review_due"
    LEAD_LEFT = "lead_left"
    TRANSFERRING = "transferring"
    CLOSING = "closing"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class AccountEvent(StrEnum):
    """What happens to it."""

    SEND = "send"
    ATTEST = "attest"
    DECLINE = "decline"
    PRESENT = "present"
    COMPLETE = "complete"
    RETURN = "return"
    TICK = "tick"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CREATE = "create"
    CONFIRM = "confirm"
    FALL_DUE = "fall_due"
    REVIEW = "review"
    LEAVE = "leave"
    STAY = "stay"
    CLOSE = "close"
    TRANSFER = "transfer"
    HAND_OVER = "hand_over"
    END = "end"


@dataclass(frozen=True)
class Unfit:
    """It makes no sense at this stage, which has its words in policy_kb/accounts.yml."""

    stage: AccountStage


_S, _E = AccountStage, AccountEvent
_FITS: Mapping[AccountStage, Mapping[AccountEvent, AccountStage]] = {
    _S.DRAFT: {_E.SEND: _S.ATTESTING, _E.WITHDRAW: _S.WITHDRAWN},
    _S.ATTESTING: {
        _E.ATTEST: _S.ATTESTING,
        _E.DECLINE: _S.DRAFT,
        _E.PRESENT: _S.WITH_SBM,
        # Where there is no School Business Manager who may pass it on.
        _E.COMPLETE: _S.WITH_FLT,
        _E.WITHDRAW: _S.WITHDRAWN,
    },
    _S.WITH_SBM: {
        _E.COMPLETE: _S.WITH_FLT,
        _E.RETURN: _S.DRAFT,
        _E.DECLINE: _S.DRAFT,
        _E.WITHDRAW: _S.WITHDRAWN,
    },
    _S.WITH_FLT: {
        _E.TICK: _S.WITH_FLT,
        _E.APPROVE: _S.CREATING,
        _E.REJECT: _S.REJECTED,
        _E.RETURN: _S.DRAFT,
        _E.DECLINE: _S.DRAFT,
        _E.WITHDRAW: _S.WITHDRAWN,
    },
    # A new runner is one that the leadership team has yet to be satisfied of: so it begins again.
    _S.CREATING: {_E.CREATE: _S.LIVE, _E.DECLINE: _S.DRAFT, _E.WITHDRAW: _S.WITHDRAWN},
    _S.LIVE: {
        _E.CONFIRM: _S.LIVE,
        _E.FALL_DUE: _S.REVIEW_DUE,
        _E.LEAVE: _S.LEAD_LEFT,
        _E.CLOSE: _S.CLOSING,
        _E.TRANSFER: _S.TRANSFERRING,
    },
    _S.REVIEW_DUE: {
        _E.CONFIRM: _S.REVIEW_DUE,
        _E.REVIEW: _S.LIVE,
        _E.LEAVE: _S.LEAD_LEFT,
        _E.CLOSE: _S.CLOSING,
        _E.TRANSFER: _S.TRANSFERRING,
    },
    _S.LEAD_LEFT: {_E.CLOSE: _S.CLOSING, _E.TRANSFER: _S.TRANSFERRING},
    _S.TRANSFERRING: {
        _E.ATTEST: _S.TRANSFERRING,
        _E.TICK: _S.TRANSFERRING,
        _E.HAND_OVER: _S.LIVE,
        _E.DECLINE: _S.LEAD_LEFT,
        _E.LEAVE: _S.LEAD_LEFT,
        # The person who was to take it over will not, and its lead is there still.
        _E.STAY: _S.LIVE,
        _E.CLOSE: _S.CLOSING,
    },
    _S.CLOSING: {_E.END: _S.CLOSED},
    _S.CLOSED: {},
    _S.REJECTED: {},
    _S.WITHDRAWN: {},
}
ACCOUNT_TABLE: Mapping[tuple[AccountStage, AccountEvent], AccountStage | Unfit] = {
    (stage, event): _FITS[stage].get(event, Unfit(stage)) for stage in AccountStage for event in AccountEvent
}


@dataclass(frozen=True)
class AccountAct:
    """What somebody can do by a button: the duty that it takes, what happens by it, and at which stages."""

    duty: Duty
    event: AccountEvent
    at: tuple[AccountStage, ...]


# Of the same event two acts are known by their stage: the business manager returns, the leadership team asks.
ACTS: Mapping[str, AccountAct] = {
    "attest": AccountAct("attest_account", _E.ATTEST, (_S.ATTESTING, _S.TRANSFERRING)),
    "decline": AccountAct(
        "attest_account",
        _E.DECLINE,
        (_S.ATTESTING, _S.WITH_SBM, _S.WITH_FLT, _S.CREATING, _S.TRANSFERRING),
    ),
    "paper": AccountAct("complete_account", _E.ATTEST, (_S.ATTESTING, _S.TRANSFERRING)),
    "complete": AccountAct("complete_account", _E.COMPLETE, (_S.WITH_SBM,)),
    "return": AccountAct("complete_account", _E.RETURN, (_S.WITH_SBM,)),
    "tick": AccountAct("decide_account", _E.TICK, (_S.WITH_FLT, _S.TRANSFERRING)),
    "approve": AccountAct("decide_account", _E.APPROVE, (_S.WITH_FLT,)),
    "reject": AccountAct("decide_account", _E.REJECT, (_S.WITH_FLT,)),
    "ask": AccountAct("decide_account", _E.RETURN, (_S.WITH_FLT,)),
    "create": AccountAct("run_account", _E.CREATE, (_S.CREATING,)),
    "review": AccountAct("review_account", _E.REVIEW, (_S.REVIEW_DUE,)),
    "hand_over": AccountAct("run_account", _E.HAND_OVER, (_S.TRANSFERRING,)),
    "end": AccountAct("run_account", _E.END, (_S.CLOSING,)),
    "transfer": AccountAct("run_account", _E.TRANSFER, (_S.LIVE, _S.REVIEW_DUE, _S.LEAD_LEFT)),
    "close": AccountAct("run_account", _E.CLOSE, (_S.LIVE, _S.REVIEW_DUE, _S.LEAD_LEFT, _S.TRANSFERRING)),
    "withdraw": AccountAct(
        "withdraw_account", _E.WITHDRAW, (_S.DRAFT, _S.ATTESTING, _S.WITH_SBM, _S.WITH_FLT, _S.CREATING)
    ),
}
# It is there, on its platform, and can be picked in forms.
REGISTERED = (_S.LIVE, _S.REVIEW_DUE, _S.LEAD_LEFT, _S.TRANSFERRING, _S.CLOSING)
APPLIED = (_S.DRAFT, _S.ATTESTING, _S.WITH_SBM, _S.WITH_FLT, _S.CREATING)
# On its way to somebody who is to run it, and does not yet.
TAKEN_UP = (_S.ATTESTING, _S.WITH_SBM, _S.WITH_FLT, _S.CREATING, _S.TRANSFERRING)
ENDED = (_S.CLOSED, _S.REJECTED, _S.WITHDRAWN)

# Who somebody is: on the roster, a user of a platform who is not, on the staff list alone, or no staff.
PERSON, USER, LISTED, GUEST = "person:", "user:", "staff:", "guest:"


@dataclass(frozen=True)
class Runner:
    """Somebody who runs an account, or would. `who` is one of the four kinds above.

    `attested` is what was said of their reading and training, "" until then; `satisfied` who of the
    leadership team is satisfied of it (45); `confirmed` how many of the rules 46 to 53 they have confirmed.
    """

    who: str
    name: str
    attested: str = ""
    satisfied: str = ""
    confirmed: int = 0

    @property
    def is_staff(self) -> bool:
        """Whether they count among the two members of staff (42); a parent or volunteer does not (47)."""
        return not self.who.startswith(GUEST)

    @property
    def on_paper(self) -> bool:
        """Whether Signpost cannot ask them: what they sign on paper, somebody else enters."""
        return self.who.startswith((LISTED, GUEST))


@dataclass(frozen=True)
class Details:
    """What is known of it. `answers` are the application's, field by field, as typed; the first runner leads.

    `incoming` are those who take over while it is transferred. `why` was said when it came back, ended or was
    rejected. `direct`: it went past the School Business Manager. `seed`: it is as federation.yml has it.
    `flagged`: the leadership team knows that fewer than two members of staff run it. `lead_stays`: its lead
    runs it still while it is being transferred. `sent`: the applicant has sent it once.
    `live_since` and `review_at` are ISO, "" where nobody knows.
    """

    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    applicant: str = ""
    applicant_name: str = ""
    runners: tuple[Runner, ...] = ()
    incoming: tuple[Runner, ...] = ()
    why: str = ""
    direct: bool = False
    seed: bool = False
    flagged: bool = False
    lead_stays: bool = False
    sent: bool = False
    page: str = ""
    kept_in: str = ""
    live_since: str = ""
    review_at: str = ""

    def answer(self, name: str) -> str:
        """The answer to a question that has one; "" where it has none yet."""
        return next(iter(self.answers.get(name, ())), "")

    @property
    def school(self) -> str:
        """Its school's id; "" for all of them, or none chosen yet."""
        school = self.answer("school")
        return "" if school == EVERY_SCHOOL else school


def identity(roster: Roster, who: str) -> str:
    """Who it is, the same whatever they are known by: a user of a platform may be on the roster by now."""
    if not who.startswith(USER):
        return who
    platform, _, user = who.removeprefix(USER).partition(":")
    found = roster.by_account(platform, user)
    return f"{PERSON}{found.id}" if found else who


def is_one_person(roster: Roster, one: Runner, other: Runner) -> bool:
    """Whether two of them are, or may well be, the same: the roster alone tells two of one name apart."""
    known = (identity(roster, one.who), identity(roster, other.who))
    if known[0] == known[1]:
        return True
    on_roster = all(who.startswith(PERSON) for who in known)
    return not on_roster and name_words(one.name) == name_words(other.name)


def staff_among(runners: Iterable[Runner]) -> tuple[Runner, ...]:
    """The members of staff among them."""
    return tuple(runner for runner in runners if runner.is_staff)


def carried_over(before: Iterable[Runner], named: Iterable[Runner]) -> tuple[Runner, ...]:
    """Those who are named now; those named before keep what they attested and confirmed."""
    known = {runner.who: runner for runner in before}
    return tuple(replace(known.get(runner.who, runner), name=runner.name) for runner in named)


def with_register(federation: Federation, known: Iterable[tuple[AccountStage, Details]]) -> Federation:
    """The Federation with the accounts that are there: those of the register, and the rest of federation.yml.

    What was closed is offered no more. What is still as federation.yml has it is read there.
    """
    accounts = dict.fromkeys(federation.accounts)
    facts = dict(federation.account_facts)
    # What was closed and is there again is there.
    for stage, details in sorted(known, key=lambda one: one[0] in REGISTERED):
        name = details.answer("name")
        if stage not in REGISTERED:
            accounts.pop(name, None)
        elif not (details.seed and name in facts):
            accounts[name] = None
            facts[name] = _facts(federation.roster, name, details)
    return replace(federation, accounts=tuple(accounts), account_facts=facts)


def _facts(roster: Roster, name: str, details: Details) -> Account:
    known = (identity(roster, runner.who) for runner in details.runners)
    runners = tuple(who.removeprefix(PERSON) for who in known if who.startswith(PERSON))
    since = date.fromisoformat(details.live_since) if details.live_since else None
    return Account(name, details.school, runners, since, details.page)
