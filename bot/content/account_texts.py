"""Accounts: their targets, what stops an application, the rules, and all that is said (accounts.yml)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.content.documents import DataFaults, Document, Fault, Record
from bot.content.playbook import Playbook
from bot.content.policy_load import Policy
from bot.content.texts import Holding, Phrase, Text, TextTable
from bot.domain.accounts import AccountStage
from bot.domain.campaigns import Lacking

AccountAct = Literal[
    "attest", "decline", "paper", "complete", "return", "ask", "tick", "approve", "reject", "withdraw",
    "create", "review", "close", "transfer", "hand_over", "end",
]  # fmt: skip
Timed = Literal[
    "attesting", "with_sbm", "with_flt", "creating", "live", "review_due", "lead_left", "transferring",
    "closing",
]  # fmt: skip
AccountTold = Literal[
    Timed, "paper", "returned", "declined", "approved", "rejected", "withdrawn", "created", "under_two",
    "ended", "stays", "handed_over", "not_needed",
]  # fmt: skip
PageNumber = Literal["1", "2", "3", "4"]
Gate = Literal["facebook", "closed", "runners"]
AccountNote = Literal["direct", "creates", "alone", "times", "yearly"]
AccountField = Literal[
    "school", "platform", "name", "aim", "audience", "promotion", "lead", "others", "outside", "open",
    "email", "ticks", "trained", "why", "runner", "satisfied", "kept_in", "page",
]  # fmt: skip
# Who is reminded: those who are still to do something, the applicant, and roles.
Chased = Literal["runners", "applicant", "sbm", "flt", "eht", "it"]
Clauses = tuple[str, ...]


class TargetRecord(Record):
    """After how many working days who is reminded; one more of `to` on each working day after."""

    days: int = Field(ge=1, le=100)
    to: tuple[Chased, ...] = Field(min_length=1)


class GateRecord(Record):
    """What stops an application, and by which clauses."""

    text: Text
    clauses: Clauses = Field(min_length=1)


class PageRecord(Record):
    """A page of the application, and the clauses above it."""

    title: Text
    clauses: Clauses


class ActRecord(Record):
    """What somebody does with an account: its button, its form, and what is read when it is done."""

    button: Text
    title: Text
    intro: Text
    clauses: Clauses
    ticks: tuple[Text, ...]
    done: Annotated[Phrase, Holding(may="name runner")]


class NoteRecord(Record):
    """What the policy does not say, or says twice."""

    text: Text
    source: Text


class AccountButtons(Record):
    """Buttons that belong to no act."""

    apply: Text
    list: Text
    open: Text
    open_one: Annotated[Phrase, Holding("name")]
    next: Text
    back: Text
    send: Text
    change: Text
    go_on: Text
    confirm: Text


class AccountLabels(Record):
    """What stands beside each fact, and what is said of each runner."""

    account: Text
    marks: Text
    school: Text
    platform: Text
    aim: Text
    audience: Text
    promotion: Text
    runners: Text
    until_then: Text
    open: Text
    email: Text
    email_unchecked: Annotated[Phrase, Holding("email")]
    applicant: Text
    state: Text
    since: Text
    why: Text
    page: Text
    kept_in: Text
    overdue: Text
    under_two: Text
    lead: Annotated[Phrase, Holding("name")]
    guest: Annotated[Phrase, Holding("name")]
    attested: Annotated[Phrase, Holding("what")]
    by_themselves: Annotated[Phrase, Holding("when trained")]
    on_paper: Annotated[Phrase, Holding("when person")]
    not_attested: Text
    satisfied: Text
    confirmed: Annotated[Phrase, Holding("number count")]
    off_roster: Text
    earlier: Annotated[Phrase, Holding("stage when why")]
    nobody: Text


class AccountHints(Record):
    """Beside a field."""

    name: Text
    outside: Text
    others: Text
    kept_in: Text
    page: Text
    why: Text


class AccountList(Record):
    """The list of accounts and applications."""

    title: Text
    tasks: Text
    yours: Text
    known: Text
    none: Text
    line: Annotated[Phrase, Holding("name school stage")]
    more: Annotated[Phrase, Holding("count")]


class RecordTexts(Record):
    """What is not on record of those who are to run it (rule 45): said to themselves, and to who decides."""

    own: Text
    others: Annotated[Phrase, Holding("names")]
    lacking: TextTable[Lacking, Text]
    refused: Text


class AccountErrors(Record):
    """What stands beside a field that is not right."""

    required: Text
    choice: Text
    too_short: Text
    too_long: Annotated[Phrase, Holding("limit")]
    password: Text
    student: Annotated[Phrase, Holding("found")]
    email: Annotated[Phrase, Holding("domains")]
    address: Text
    taken: Text
    same: Annotated[Phrase, Holding("name")]
    unlisted: Text
    all_ticks: Text
    link: Text


class AccountNotice(Record):
    """One message: that something is to be done, or was."""

    title: Text
    text: Annotated[Phrase, Holding("name school")]


class AccountRules(Record):
    """The whole file. `rules` are confirmed one after the other, each with its clauses."""

    clause: str
    targets: TextTable[Timed, TargetRecord]
    review_days: int = Field(ge=30, le=1000)
    closed_platforms: tuple[str, ...]
    audiences: dict[str, Text] = Field(min_length=1)
    placeholders: frozenset[str]
    gates: TextTable[Gate, GateRecord]
    rules: tuple[Clauses, ...] = Field(min_length=1)
    rules_title: Annotated[Phrase, Holding("name number count")]
    rules_button: Text
    rules_lead: str
    rules_intro: Text
    pages: TextTable[PageNumber, PageRecord]
    resumed: Text
    no_password: Text
    fields: TextTable[AccountField, Text]
    hints: AccountHints
    every_school: Text
    open_options: TextTable[Literal["yes", "no"], Text]
    buttons: AccountButtons
    labels: AccountLabels
    stages: TextTable[AccountStage, Text]
    list: AccountList
    record: RecordTexts
    outside: TextTable[AccountNote, NoteRecord]
    acts: TextTable[AccountAct, ActRecord]
    replies: Annotated[
        TextTable[Literal["sent", "sent_on", "kept", "ready", "confirmed"], Phrase],
        Holding(sent="name", sent_on="name stage", confirmed="name"),
    ]
    refusals: TextTable[
        Literal[
            "not_permitted", "own", "unknown", "attested", "not_satisfied", "not_attested", "confirmed",
            "draft", "attesting", "with_sbm", "with_flt", "creating", "live", "review_due", "lead_left",
            "transferring", "closing", "closed", "rejected", "withdrawn",
        ],
        Text,
    ]  # fmt: skip
    errors: AccountErrors
    notices: TextTable[AccountTold, AccountNotice]


def load_accounts(path: Path, policy: Policy, playbook: Playbook) -> AccountRules:
    """Read `accounts.yml`. Raises DataFaults with file and line, also for no such clause or platform."""
    document = Document(path)
    found = document.parse(AccountRules)
    platforms = {item.value for item in playbook.platforms}
    faults = [
        *_clause_faults(document, found, policy.clauses),
        *_platform_faults(document, found, platforms),
    ]
    if faults:
        raise DataFaults(faults)
    return found


def _clause_faults(document: Document, found: AccountRules, clauses: Collection[str]) -> Iterator[Fault]:
    cited: list[tuple[str, tuple[str | int, ...]]] = [
        (found.clause, ("clause",)),
        (found.rules_lead, ("rules_lead",)),
    ]
    groups = (("gates", found.gates), ("pages", found.pages), ("acts", found.acts))
    for group, records in groups:
        for name, record in records.items():
            cited += [(clause, (group, name, "clauses")) for clause in record.clauses]
    cited += [(clause, ("rules", number)) for number, rule in enumerate(found.rules) for clause in rule]
    for clause, where in cited:
        if clause not in clauses:
            yield document.fault(f"there is no clause {clause!r}", where)


def _platform_faults(document: Document, found: AccountRules, platforms: Collection[str]) -> Iterator[Fault]:
    for name in set(found.closed_platforms) - set(platforms):
        yield document.fault(f"no platform of journeys/order.yml is called {name!r}", ("closed_platforms",))
