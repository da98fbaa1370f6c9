"""Campaigns, who is asked in them, and what was confirmed. People stand here by an HMAC alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, delete, exists, select, update

from bot.domain.campaigns import Ask, AskStage, Campaign, CampaignStage, Lacking
from bot.storage.outbox import DEAD, SENT
from bot.storage.postgres import alone
from bot.storage.rows import insert_all_new, insert_new
from bot.storage.schema import asks, attestations, campaigns, outbox

Source = Literal["self", "list"]
_READ, _TRAINED = "read", "trained"
# Fewer than a database takes in one statement.
_PAGE = 500


def one_start_at_a_time(connection: Connection) -> None:
    """Until this transaction ends nobody else starts or ends a campaign."""
    alone(connection, "campaigns")


def add_campaign(connection: Connection, campaign: Campaign) -> bool:
    """Store a new campaign. False where its id is there already: the same form was sent before."""
    return insert_new(
        connection,
        campaigns,
        id=campaign.id,
        policy=campaign.policy,
        version=campaign.version,
        schools=",".join(campaign.schools),
        roles=",".join(campaign.roles),
        started_by=campaign.started_by,
        started_at=campaign.started_at,
        until=campaign.until,
        stage=campaign.stage.value,
    )


def find_campaign(connection: Connection, campaign_id: str) -> Campaign | None:
    """The campaign of this id; None where there is none."""
    row = connection.execute(select(campaigns).where(campaigns.c.id == campaign_id)).one_or_none()
    return None if row is None else _campaign(row)


def running_campaigns(connection: Connection) -> tuple[Campaign, ...]:
    """Those that have not ended, the oldest first."""
    running = select(campaigns).where(campaigns.c.stage == CampaignStage.RUNNING.value)
    rows = connection.execute(running.order_by(campaigns.c.started_at, campaigns.c.id))
    return tuple(_campaign(row) for row in rows.all())


def newest_campaign(connection: Connection, policy: str) -> Campaign | None:
    """The one that was started last about this policy, running or ended; None where there was none."""
    query = select(campaigns).where(campaigns.c.policy == policy)
    row = connection.execute(query.order_by(campaigns.c.started_at.desc(), campaigns.c.id).limit(1)).first()
    return None if row is None else _campaign(row)


def set_campaign_stage(connection: Connection, campaign: Campaign, stage: CampaignStage) -> bool:
    """It runs no more. False where another process was first."""
    mine = and_(campaigns.c.id == campaign.id, campaigns.c.stage == campaign.stage.value)
    return connection.execute(update(campaigns).where(mine).values(stage=stage.value)).rowcount == 1


def forget_campaigns(connection: Connection, ended_before: datetime) -> int:
    """Delete the campaigns whose time was up before then, with all who were asked, and how; how many."""
    old = select(campaigns.c.id).where(
        campaigns.c.until < ended_before, campaigns.c.stage != CampaignStage.RUNNING.value
    )
    connection.execute(delete(asks).where(asks.c.campaign.in_(old)))
    done = and_(outbox.c.kind.startswith("campaign."), outbox.c.state.in_((SENT, DEAD)))
    connection.execute(delete(outbox).where(done, outbox.c.created_at < ended_before))
    return connection.execute(delete(campaigns).where(campaigns.c.id.in_(old))).rowcount


def _campaign(row: Row[Any]) -> Campaign:
    return Campaign(
        id=row.id,
        policy=row.policy,
        version=row.version,
        schools=tuple(filter(None, row.schools.split(","))),
        roles=tuple(filter(None, row.roles.split(","))),
        started_by=row.started_by,
        started_at=row.started_at,
        until=row.until,
        stage=CampaignStage(row.stage),
    )


def add_asks(connection: Connection, campaign: Campaign, people: Iterable[str], next_at: datetime) -> None:
    """Everybody here is to be asked from then on, but for those who are asked in it already."""
    rows = [{"campaign": campaign.id, "who": who, "next_at": next_at} for who in people]
    fresh = {"stage": AskStage.OWED.value, "number": 0, "asked_at": None}
    insert_all_new(connection, asks, [{**row, **fresh} for row in rows])


def asks_of(connection: Connection, campaign_id: str) -> tuple[Ask, ...]:
    """Everybody of a campaign."""
    rows = connection.execute(select(asks).where(asks.c.campaign == campaign_id))
    return tuple(_ask(row) for row in rows.all())


def due_asks(connection: Connection, campaign: Campaign, now: datetime, limit: int) -> tuple[str, ...]:
    """Whom a message is due to, the longest waiting first."""
    due = and_(asks.c.campaign == campaign.id, asks.c.next_at <= now)
    rows = connection.execute(select(asks.c.who).where(due).order_by(asks.c.next_at, asks.c.who).limit(limit))
    return tuple(str(row.who) for row in rows)


def due_ask(connection: Connection, campaign: Campaign, who: str, now: datetime) -> Ask | None:
    """The same person, if it is still due and nobody else is at it; None otherwise."""
    query = select(asks).where(asks.c.campaign == campaign.id, asks.c.who == who, asks.c.next_at <= now)
    row = connection.execute(query.with_for_update(skip_locked=True)).one_or_none()
    return None if row is None else _ask(row)


def find_ask(connection: Connection, campaign_id: str, known_as: Collection[str]) -> Ask | None:
    """One person of a campaign, by any of the names that they have here; held until the transaction ends."""
    query = select(asks).where(asks.c.campaign == campaign_id, asks.c.who.in_(known_as))
    row = connection.execute(query.order_by(asks.c.who).with_for_update()).first()
    return None if row is None else _ask(row)


def keep_ask(connection: Connection, ask: Ask) -> None:
    """Write what has become of somebody."""
    values = {
        "stage": ask.stage.value, "number": ask.number, "next_at": ask.next_at, "asked_at": ask.asked_at
    }  # fmt: skip
    mine = and_(asks.c.campaign == ask.campaign, asks.c.who == ask.who)
    connection.execute(update(asks).where(mine).values(**values))


def _ask(row: Row[Any]) -> Ask:
    return Ask(row.campaign, row.who, AskStage(row.stage), row.number, row.next_at, row.asked_at)


@dataclass(frozen=True)
class Attested:
    """A version that somebody has confirmed, and when."""

    version: str
    at: datetime


def attest(
    connection: Connection, who: str, policy: str, version: str, at: datetime, source: Source = "self"
) -> bool:
    """Somebody has read and understood this version. False where that is stored already: the first counts."""
    values = {"who": who, "what": _READ, "policy": policy, "version": version, "at": at, "source": source}
    return insert_new(connection, attestations, **values, gone_at=None)


def attended(connection: Connection, who: str, at: datetime, source: Source) -> bool:
    """Somebody attended training then. The newest day is kept; False where nothing changed."""
    mine = and_(attestations.c.who == who, attestations.c.what == _TRAINED)
    values = {"who": who, "what": _TRAINED, "policy": "", "version": "", "at": at, "source": source}
    if insert_new(connection, attestations, **values, gone_at=None):
        return True
    later = update(attestations).where(mine, attestations.c.at < at).values(at=at, source=source)
    return connection.execute(later).rowcount == 1


def attested_by(connection: Connection, known_as: Collection[str], policy: str) -> tuple[Attested, ...]:
    """What somebody has confirmed of a policy, the newest first."""
    theirs = and_(attestations.c.who.in_(known_as), attestations.c.what == _READ)
    query = select(attestations).where(theirs, attestations.c.policy == policy)
    rows = connection.execute(query.order_by(attestations.c.at.desc(), attestations.c.version)).all()
    return tuple(Attested(row.version, row.at) for row in rows)


def attested_at(
    connection: Connection, known_as: Collection[str], policy: str, version: str
) -> datetime | None:
    """When somebody confirmed this version; None where they have not."""
    found = attested_by(connection, known_as, policy)
    return min((item.at for item in found if item.version == version), default=None)


def trained_at(connection: Connection, known_as: Collection[str]) -> datetime | None:
    """When somebody last attended training, as far as it is noted."""
    theirs = and_(attestations.c.who.in_(known_as), attestations.c.what == _TRAINED)
    return connection.execute(
        select(attestations.c.at).where(theirs).order_by(attestations.c.at.desc()).limit(1)
    ).scalar_one_or_none()


def was_campaign_held(connection: Connection) -> bool:
    """Whether anybody was ever asked to confirm a policy here, as far as it is kept."""
    return connection.execute(select(exists().select_from(campaigns))).scalar_one()


def lacking_to_run(
    connection: Connection, known_as: Collection[str], policy: str, version: str
) -> tuple[Lacking, ...]:
    """What rule 45 asks of a runner and is not on record of somebody; () where all of it is.

    `known_as` is `bot.staff.register.known_as` of that person, or () of nobody whom the register knows.
    """
    if not known_as:
        return ("listed",)
    found: dict[Lacking, datetime | None] = {
        "read": attested_at(connection, known_as, policy, version),
        "trained": trained_at(connection, known_as),
    }
    return tuple(what for what, when in found.items() if when is None)


def mark_gone(connection: Connection, here: Collection[str], now: datetime) -> None:
    """Note that everybody else left the register, and that those who are back are on it."""
    there = set(here)
    known = {row.who: row.gone_at for row in connection.execute(
        select(attestations.c.who, attestations.c.gone_at).distinct()
    )}  # fmt: skip
    gone = [who for who, since in known.items() if who not in there and since is None]
    back = [who for who, since in known.items() if who in there and since is not None]
    for people, at in ((gone, now), (back, None)):
        for start in range(0, len(people), _PAGE):
            theirs = attestations.c.who.in_(people[start : start + _PAGE])
            connection.execute(update(attestations).where(theirs).values(gone_at=at))


def forget_attestations(connection: Connection, gone_before: datetime) -> int:
    """Delete what was confirmed by those who left before then; how many.

    Who was asked is forgotten with them, where nothing is left of what they confirmed.
    """
    old = attestations.c.gone_at < gone_before
    theirs = exists().where(attestations.c.who == asks.c.who, old)
    connection.execute(delete(asks).where(theirs))
    return connection.execute(delete(attestations).where(old)).rowcount
