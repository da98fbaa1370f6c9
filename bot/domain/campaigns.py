"""A campaign: everybody who is to confirm that they have read and understood a version of the policy.

A person of a campaign is asked, reminded, and settled by attesting or leaving; whom no platform reaches is
"not reached", which is nobody's omission. What happens to either is one total table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from bot.domain.times import WorkingTime

# What may not be on record of somebody who is to run an account (rule 45): that a list of staff has them,
# that they confirmed this version, a training.
Lacking = Literal["listed", "read", "trained"]


class CampaignStage(StrEnum):
    """Whether a campaign still asks."""

    RUNNING = "running"
    OVER = "over"
    STOPPED = "stopped"
    SUPERSEDED = "superseded"


class CampaignEvent(StrEnum):
    """What happens to a campaign: its time has passed, it is stopped, or one about a newer version begins."""

    END = "end"
    STOP = "stop"
    SUPERSEDE = "supersede"


CAMPAIGN_TABLE: Mapping[tuple[CampaignStage, CampaignEvent], CampaignStage | Literal["ended"]] = {
    (CampaignStage.RUNNING, CampaignEvent.END): CampaignStage.OVER,
    (CampaignStage.RUNNING, CampaignEvent.STOP): CampaignStage.STOPPED,
    (CampaignStage.RUNNING, CampaignEvent.SUPERSEDE): CampaignStage.SUPERSEDED,
    (CampaignStage.OVER, CampaignEvent.END): "ended",
    (CampaignStage.OVER, CampaignEvent.STOP): "ended",
    (CampaignStage.OVER, CampaignEvent.SUPERSEDE): "ended",
    (CampaignStage.STOPPED, CampaignEvent.END): "ended",
    (CampaignStage.STOPPED, CampaignEvent.STOP): "ended",
    (CampaignStage.STOPPED, CampaignEvent.SUPERSEDE): "ended",
    (CampaignStage.SUPERSEDED, CampaignEvent.END): "ended",
    (CampaignStage.SUPERSEDED, CampaignEvent.STOP): "ended",
    (CampaignStage.SUPERSEDED, CampaignEvent.SUPERSEDE): "ended",
}


class AskStage(StrEnum):
    """How it stands with one person of a campaign. OWED: the first message has not arrived yet."""

    OWED = "owed"
    ASKED = "asked"
    NOT_REACHED = "not_reached"
    ATTESTED = "attested"
    LEFT = "left"


class AskEvent(StrEnum):
    """What happens to one person of a campaign. ASK: a message, the first or a reminder, is to go out."""

    ASK = "ask"
    REACH = "reach"
    REFUSE = "refuse"
    ATTEST = "attest"
    LEAVE = "leave"
    RETURN = "return"


# Why an event does not fit.
Unfit = Literal["attested", "left", "here"]
_WAITING = (AskStage.OWED, AskStage.ASKED, AskStage.NOT_REACHED)
ASK_TABLE: Mapping[tuple[AskStage, AskEvent], AskStage | Unfit] = {
    **{(stage, AskEvent.ASK): stage for stage in _WAITING},
    **{(stage, AskEvent.REACH): AskStage.ASKED for stage in _WAITING},
    **{(stage, AskEvent.REFUSE): AskStage.NOT_REACHED for stage in _WAITING},
    **{(stage, AskEvent.ATTEST): AskStage.ATTESTED for stage in _WAITING},
    **{(stage, AskEvent.LEAVE): AskStage.LEFT for stage in _WAITING},
    **{(stage, AskEvent.RETURN): "here" for stage in _WAITING},
    # Somebody who leaves afterwards has attested: the figures of the campaign stay true.
    **{(AskStage.ATTESTED, event): "attested" for event in AskEvent},
    **{(AskStage.LEFT, event): "left" for event in AskEvent},
    (AskStage.LEFT, AskEvent.RETURN): AskStage.OWED,
}


@dataclass(frozen=True)
class Campaign:
    """Who is to confirm which version of which policy, until when. No schools, no roles: everybody."""

    id: str
    policy: str
    version: str
    schools: tuple[str, ...]
    roles: tuple[str, ...]
    started_by: str
    started_at: datetime
    until: datetime
    stage: CampaignStage = CampaignStage.RUNNING

    def is_for(self, schools: Collection[str], roles: Collection[str]) -> bool:
        """Whether it asks somebody of these schools, who is known by these roles (in any case of letters)."""
        wanted, known = {one.casefold() for one in self.roles}, {one.casefold() for one in roles}
        at_school = not self.schools or not frozenset(self.schools).isdisjoint(schools)
        return at_school and (not wanted or not wanted.isdisjoint(known))


@dataclass(frozen=True)
class Ask:
    """One person of a campaign. `who` names them in no clear words; `number` counts the messages owed.

    `next_at` is when the next one is due, None for never; `asked_at` when the first arrived.
    """

    campaign: str
    who: str
    stage: AskStage = AskStage.OWED
    number: int = 0
    next_at: datetime | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True)
class SchoolFigures:
    """What came of a campaign in one school. Those who left are in none of them."""

    school: str
    asked: int
    attested: int
    not_reached: int

    @property
    def outstanding(self) -> int:
        """Those who were reached, or are being asked, and have not attested."""
        return self.asked - self.attested - self.not_reached


def may_ask_at(moment: datetime, hours: WorkingTime) -> datetime:
    """This moment, or the first after it at which somebody works: never in a holiday."""
    if hours.half_day_at(moment) is not None:
        return moment
    return next(hours.half_days_from(moment))[0]


def next_reminder(now: datetime, days: int, until: datetime, hours: WorkingTime) -> datetime | None:
    """When somebody is asked again; None where the campaign is over by then."""
    at = may_ask_at(now + timedelta(days=days), hours)
    return at if at < until else None
