"""Campaigns: what changed in each version, the situations, and what is said (policy_kb/campaigns.yml)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.content.documents import DataFaults, Document, Fault, Record
from bot.content.policy import NOT_STATED, Topic, Verdict
from bot.content.policy_load import Policy
from bot.content.texts import Holding, Phrase, Text, TextTable
from bot.domain.roster import OFFICE_ROLES, ROLES

CampaignAnswer = Literal["yes", "only_if", "no"]
CampaignField = Literal["until", "schools", "roles", "day"]
# As much as the tables hold of a version.
_LONGEST = 64
# A version's name that is made of its text.
MADE_OF_TEXT = re.compile(r"text [0-9a-f]{8}")
SHOWN = 5
RUNNER = "runner"
# What the code calls people; everything else is the list of staff's own word for them.
_KNOWN = frozenset((RUNNER, *ROLES, *OFFICE_ROLES))
RIGHT: Mapping[Verdict, CampaignAnswer] = {
    "never": "no",
    "must": "yes",
    "encouraged": "yes",
    "allowed_if": "only_if",
}


def version_of(policy: Policy) -> str:
    """The version as policy.yml states it; where it states none, or too long a one, a name of its text.

    Of several policies one that states none is enough for that.
    """
    stated = policy.version.casefold()
    if NOT_STATED not in stated and len(policy.version) <= _LONGEST:
        return policy.version
    quotes = [clause.quote for clause in policy.clauses.values()]
    text = "\n".join(quotes if stated == NOT_STATED else (stated, *quotes))
    return f"text {sha256(text.encode()).hexdigest()[:8]}"


def version_name(policy: Policy) -> str:
    """What people read for the version in force: as it is stated, or the day of the text."""
    version = version_of(policy)
    names = dict.fromkeys(one.version_name for one in policy.covers)
    return version if version == policy.version else ", ".join(names)


class ChangeRecord(Record):
    """One change of a version, in words; `roles` () is everybody."""

    text: Text
    roles: tuple[Text, ...] = ()
    clauses: tuple[str, ...] = ()


class VersionRecord(Record):
    """What changed with a version."""

    version: Annotated[str, Field(min_length=1, max_length=_LONGEST)]
    changes: tuple[ChangeRecord, ...] = Field(min_length=1)


class SituationRecord(Record):
    """One situation, answered by the verdict of its topic; `roles` () is for everybody."""

    topic: str
    text: Text
    roles: tuple[Text, ...] = ()


class CampaignClauses(Record):
    """The clauses that oblige people, verbatim in the message."""

    everybody: tuple[str, ...] = Field(min_length=1)
    runners: tuple[str, ...] = Field(min_length=1)


class AskTexts(Record):
    """The message to one person."""

    first_time: Annotated[Phrase, Holding("version")]
    changed: Annotated[Phrase, Holding("before")]
    unchanged: Annotated[Phrase, Holding("before version")]
    untold: Annotated[Phrase, Holding("before version")]
    how: Annotated[Phrase, Holding("until")]
    local: Text
    source: Text


class CampaignButtons(Record):
    """The buttons of the messages and pages."""

    begin: Text
    confirm: Annotated[Phrase, Holding("version")]
    trained: Text
    save: Text
    start: Text
    start_now: Text
    list: Text
    stop: Text
    stop_now: Text
    page: Text


class SituationTexts(Record):
    """Around a situation."""

    number: Annotated[Phrase, Holding("number total")]
    right: Text
    wrong: Annotated[Phrase, Holding("right")]


class TrainingPageTexts(Record):
    """How it stands with the viewer, and with the campaign."""

    attested: Annotated[Phrase, Holding("version when")]
    not_attested: Annotated[Phrase, Holding("version")]
    trained: Annotated[Phrase, Holding("day")]
    not_trained: Text
    unknown: Text
    running: Annotated[Phrase, Holding("version until")]
    outdated: Annotated[Phrase, Holding("version now")]
    none: Text


class CampaignHints(Record):
    """Beside the fields."""

    until: Text
    schools: Text
    roles: Text
    day: Text


class ListTexts(Record):
    """Who has not confirmed, by school; and the shares."""

    staff: Annotated[Phrase, Holding("school people reached away")]
    staff_from: Text
    no_school: Text
    counts: Annotated[Phrase, Holding("attested asked outstanding not_reached")]
    outstanding: Annotated[Phrase, Holding("names")]
    not_reached: Annotated[Phrase, Holding("names")]
    more: Annotated[Phrase, Holding("names count")]
    on_leave: Annotated[Phrase, Holding("name")]
    nobody: Text
    share: Annotated[Phrase, Holding("percent")]
    between: Annotated[Phrase, Holding("least most")]
    few: Annotated[Phrase, Holding("least")]
    export: Text


class NoticeTexts(Record):
    """What those who run a campaign are sent."""

    over: Annotated[Phrase, Holding("version until attested asked outstanding not_reached")]
    changed: Annotated[Phrase, Holding("version now")]
    review_due: Annotated[Phrase, Holding("title day owner")]
    yearly_due: Annotated[Phrase, Holding("day days")]


class CampaignReplies(Record):
    """What was done."""

    attested: Annotated[Phrase, Holding("when version")]
    late: Annotated[Phrase, Holding("when version until")]
    trained: Annotated[Phrase, Holding("day")]
    started: Annotated[Phrase, Holding("count days until")]
    stopped: Text
    stop_sure: Annotated[Phrase, Holding("version")]


class CampaignRefusals(Record):
    """Why nothing was done."""

    not_permitted: Text
    unknown: Text
    ended: Text
    runs: Annotated[Phrase, Holding("version until")]
    again: Text
    nobody: Text
    changed: Annotated[Phrase, Holding("version")]
    already: Annotated[Phrase, Holding("when")]
    not_listed: Text


class CampaignErrors(Record):
    """What stands beside a field that is not right."""

    required: Text
    date: Text
    past: Text
    too_far: Annotated[Phrase, Holding("days")]
    future: Text
    choice: Text


class CampaignRules(Record):
    """The whole file."""

    remind_every_days: int = Field(ge=1, le=60)
    yearly_days: int = Field(ge=30, le=1100)
    first_asked: Literal["named", "everybody"]
    clauses: CampaignClauses
    earlier_version: Annotated[Phrase, Holding("day")]
    versions: tuple[VersionRecord, ...] = ()
    situations: tuple[SituationRecord, ...]
    titles: TextTable[
        Literal[
            "page", "ask", "reminder", "situation", "finish", "trained", "start", "stop", "list", "shares",
            "over", "changed", "due", "staff",
        ],
        Text,
    ]  # fmt: skip
    ask: AskTexts
    buttons: CampaignButtons
    answers: TextTable[CampaignAnswer, Text]
    situation: SituationTexts
    finish: Text
    page: TrainingPageTexts
    fields: TextTable[CampaignField, Text]
    hints: CampaignHints
    runner: Text
    list: ListTexts
    notices: NoticeTexts
    replies: CampaignReplies
    refusals: CampaignRefusals
    errors: CampaignErrors

    def changes_for(self, before: str, version: str, roles: Collection[str]) -> tuple[str, ...] | None:
        """What changed after `before`, up to `version`, for somebody with these roles, in words.

        None where that is not known, since the file does not tell of both versions.
        """
        known = [item.version for item in self.versions]
        if before not in known or version not in known:
            return None
        passed = self.versions[known.index(before) + 1 : known.index(version) + 1]
        return tuple(
            change.text for item in passed for change in item.changes if concerns(change.roles, roles)
        )

    def named_by(self, version: str) -> tuple[str, ...]:
        """The roles that are asked first of a version: those that its changes name, or () for everybody."""
        changes = next((item.changes for item in self.versions if item.version == version), ())
        if self.first_asked == "everybody" or not all(change.roles for change in changes):
            return ()
        named = (role for change in changes for role in change.roles)
        return tuple(dict.fromkeys(role.casefold() if role.casefold() in _KNOWN else role for role in named))

    def situations_for(self, roles: Collection[str]) -> tuple[SituationRecord, ...]:
        """Five situations for somebody with these roles: their own first."""
        theirs = [one for one in self.situations if one.roles and concerns(one.roles, roles)]
        return tuple((theirs + [one for one in self.situations if not one.roles])[:SHOWN])


def concerns(named: Collection[str], roles: Collection[str]) -> bool:
    """Whether what names these roles is for somebody with those; what names none is for everybody."""
    return not named or not {one.casefold() for one in named}.isdisjoint(one.casefold() for one in roles)


def right_answer(topic: Topic) -> CampaignAnswer:
    """What the policy answers to a situation about this topic. Raises KeyError for one without a verdict."""
    return RIGHT[topic.verdict]


def load_campaigns(path: Path, policy: Policy) -> CampaignRules:
    """Read `campaigns.yml`. Raises DataFaults with file and line, also for an unknown clause or topic."""
    document = Document(path)
    found = document.parse(CampaignRules)
    if faults := [*_unknown_clauses(document, found, policy), *_bad_situations(document, found, policy)]:
        raise DataFaults(faults)
    return found


def _unknown_clauses(document: Document, found: CampaignRules, policy: Policy) -> Iterator[Fault]:
    named = [(clause, ("clauses", "everybody")) for clause in found.clauses.everybody]
    named += [(clause, ("clauses", "runners")) for clause in found.clauses.runners]
    for clause, where in named:
        if clause not in policy.clauses:
            yield document.fault(f"there is no clause {clause!r}", where)
    seen = set[str]()
    for index, item in enumerate(found.versions):
        if item.version in seen:
            yield document.fault(f"version {item.version!r} is given twice", ("versions", index, "version"))
        seen.add(item.version)
        for number, change in enumerate(item.changes):
            for clause in change.clauses:
                if clause not in policy.clauses:
                    where_of = ("versions", index, "changes", number, "clauses")
                    yield document.fault(f"there is no clause {clause!r}", where_of)


def _bad_situations(document: Document, found: CampaignRules, policy: Policy) -> Iterator[Fault]:
    for index, item in enumerate(found.situations):
        topic = policy.topics.get(item.topic)
        if topic is None or topic.verdict not in RIGHT:
            why = "it only informs, so no answer is right" if topic else "there is no such topic"
            yield document.fault(f"{item.topic!r}: {why}", ("situations", index, "topic"))
    general = sum(1 for item in found.situations if not item.roles)
    if general < SHOWN:
        yield document.fault(f"give at least {SHOWN} situations without `roles`", ("situations",))
