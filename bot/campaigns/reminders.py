"""Reminders of campaigns: who is asked and when, who has joined or left, and that one has ended."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import structlog

from bot.campaigns import yearly
from bot.campaigns.people import (
    called,
    everybody_asked,
    figures_of,
    is_meant,
    is_reachable,
    may,
    recipient,
    told_of,
)
from bot.casework.context import Context, Stand, Work
from bot.content.campaign_texts import version_name, version_of
from bot.domain.campaigns import (
    ASK_TABLE,
    CAMPAIGN_TABLE,
    Ask,
    AskEvent,
    AskStage,
    Campaign,
    CampaignEvent,
    CampaignStage,
    next_reminder,
)
from bot.domain.messages import Button, Buttons, Heading, Message, Paragraph
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.domain.staff import StaffMember
from bot.staff.register import known_as, member_known_as, members
from bot.storage.campaigns import (
    add_asks,
    asks_of,
    attested_at,
    due_ask,
    due_asks,
    find_ask,
    find_campaign,
    forget_attestations,
    forget_campaigns,
    keep_ask,
    mark_gone,
    one_start_at_a_time,
    running_campaigns,
    set_campaign_stage,
)
from bot.storage.database import StorageUnavailable
from bot.storage.outbox import Notice, enqueue, owed_now

ASK, OVER, CHANGED = "campaign.ask", "campaign.over", "campaign.changed"
# So many at one look, and on their way: what is more urgent never waits behind a whole campaign.
_AT_ONCE = 25
_AN_HOUR = timedelta(hours=1)
log = structlog.get_logger()


@dataclass
class Rounds:
    """What one process does for campaigns; what it leaves undone because of a fault, the next time does."""

    _followed: date | None = None
    _reminded: date | None = None
    _stand: Stand | None = None
    _told: set[str] = field(default_factory=set)

    def look(self, context: Context, now: datetime) -> None:
        """Ask those who are due, end what is over, and once a day see who has come and gone.

        What breaks is logged, and holds up nothing else.
        """
        self._safely(self._follow, context, now)
        self._safely(self._remind, context, now)
        with context.database.transaction() as tx:
            running = running_campaigns(tx)
        self._told.intersection_update(campaign.id for campaign in running)
        for campaign in running:
            self._safely(self._see_to, context, campaign, now)

    def _safely(self, do: Callable[..., None], *about: object) -> None:
        try:
            do(*about)
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("campaign_broken")

    def _follow(self, context: Context, now: datetime) -> None:
        today, stand = context.world.federation.working_time.day_of(now), context.current.stand
        if self._followed == today and self._stand is stand:
            return
        # Whatever becomes of it: not again every second.
        self._followed, self._stand = today, stand
        try:
            with context.database.transaction() as tx:
                follow(Work(tx, context, now))
        except StorageUnavailable:
            # Nothing of it was done: the next look does it.
            self._followed = None
            raise

    def _remind(self, context: Context, now: datetime) -> None:
        """Once a day, in working time: a policy's review, or the yearly campaign, has come round."""
        working = context.world.federation.working_time
        today = working.day_of(now)
        if self._reminded != today and not context.paused and working.half_day_at(now) is not None:
            self._reminded = today
            with context.database.transaction() as tx:
                yearly.owe(Work(tx, context, now))

    def _see_to(self, context: Context, campaign: Campaign, now: datetime) -> None:
        if campaign.until <= now:
            with context.database.transaction() as tx:
                end(Work(tx, context, now), campaign)
        elif not is_current(context, campaign):
            if campaign.id not in self._told:
                with context.database.transaction() as tx:
                    _owe(Work(tx, context, now), campaign, CHANGED)
                self._told.add(campaign.id)
        elif not context.paused and context.world.federation.working_time.half_day_at(now) is not None:
            ask_due(context, campaign, now)


def is_current(context: Context, campaign: Campaign) -> bool:
    """Whether a campaign is about the policy as it is in force."""
    policy = context.world.policy
    return (campaign.policy, campaign.version) == (policy.id, version_of(policy))


def follow(work: Work) -> None:
    """In every running campaign ask people who joined, nobody who left; and forget what is old."""
    vault, federation = work.context.vault, work.context.world.federation
    # Somebody may be importing a list, or starting a campaign, at this moment.
    one_start_at_a_time(work.tx)
    everybody = [one for one in members(work.tx, vault, federation) if one.left_at is None]
    here = {who for member in everybody for who in known_as(vault, member)}
    for campaign in running_campaigns(work.tx):
        meant = [known_as(vault, one) for one in everybody if is_meant(federation, campaign, one)]
        _follow_one(work, campaign, meant, here)
    mark_gone(work.tx, here, work.now)
    registers = work.context.retention.registers
    forget_attestations(work.tx, work.now - timedelta(days=registers["attestations"].days))
    forget_campaigns(work.tx, work.now - timedelta(days=registers["campaigns"].days))


def _follow_one(work: Work, campaign: Campaign, meant: list[tuple[str, ...]], here: Collection[str]) -> None:
    known = {ask.who: ask for ask in asks_of(work.tx, campaign.id)}
    add_asks(work.tx, campaign, (names[0] for names in meant if known.keys().isdisjoint(names)), work.now)
    for ask in known.values():
        if ask.who not in here and (left := _after(ask, AskEvent.LEAVE)) != ask:
            keep_ask(work.tx, replace(left, next_at=None))
        elif ask.who in here and (back := _after(ask, AskEvent.RETURN)) != ask:
            keep_ask(work.tx, replace(back, next_at=_no_sooner(work, ask)))


def _no_sooner(work: Work, ask: Ask) -> datetime:
    """When somebody who is back is asked: no sooner after the last message than anybody else."""
    days = timedelta(days=work.context.world.campaigns.remind_every_days)
    return max(work.now, ask.asked_at + days) if ask.asked_at else work.now


def _after(ask: Ask, event: AskEvent) -> Ask:
    """The person after the event; unchanged where it does not fit."""
    stage = ASK_TABLE[ask.stage, event]
    return replace(ask, stage=stage) if isinstance(stage, AskStage) else ask


def ask_due(context: Context, campaign: Campaign, now: datetime) -> None:
    """Owe a message to each person who is due, in a transaction of its own.

    Somebody whose entry cannot be opened is logged, and holds up nobody else.
    """
    with context.database.transaction() as tx:
        room = _AT_ONCE - owed_now(tx, ASK, now)
        people = due_asks(tx, campaign, now, room) if room > 0 else ()
    for who in people:
        try:
            with context.database.transaction() as tx:
                _ask(Work(tx, context, now), campaign, who)
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("campaign_ask_broken")
            with context.database.transaction() as tx:
                broken = due_ask(tx, campaign, who, now)
                if broken is not None:
                    keep_ask(tx, replace(broken, next_at=now + _AN_HOUR))


def _ask(work: Work, campaign: Campaign, who: str) -> None:
    # Another worker may have been there first.
    ask = due_ask(work.tx, campaign, who, work.now)
    if ask is None:
        return
    context, hours = work.context, work.context.world.federation.working_time
    member = member_known_as(work.tx, context.vault, context.world.federation, who)
    if member is None or member.left_at is not None:
        keep_ask(work.tx, replace(_after(ask, AskEvent.LEAVE), next_at=None))
    elif has_attested(work, campaign, member):
        keep_ask(work.tx, replace(_after(ask, AskEvent.ATTEST), next_at=None))
    else:
        again = next_reminder(work.now, context.world.campaigns.remind_every_days, campaign.until, hours)
        keep_ask(work.tx, replace(_owed(work, campaign, ask, member), next_at=again))


def _owed(work: Work, campaign: Campaign, ask: Ask, member: StaffMember) -> Ask:
    """The next message to somebody; where no platform in use knows them, that they are not reached."""
    if not is_reachable(work.context, member):
        return _after(ask, AskEvent.REFUSE)
    number = ask.number + 1
    key = NoticeKey.of(ASK, campaign.id, ask.who, number)
    notice = Notice(key, "", ASK, recipient(member, ask.who))
    enqueue(work.tx, work.context.vault.new_id(), notice, work.now)
    return replace(_after(ask, AskEvent.ASK), number=number)


def has_attested(work: Work, campaign: Campaign, member: StaffMember) -> bool:
    """Whether somebody has confirmed the version that a campaign is about, in it or before."""
    names = known_as(work.context.vault, member)
    return attested_at(work.tx, names, campaign.policy, campaign.version) is not None


@dataclass(frozen=True)
class Due:
    """What a message to somebody is about, as it stands when it goes out."""

    campaign: Campaign
    ask: Ask
    member: StaffMember


def still_due(work: Work, notice: Notice) -> Due | None:
    """Whom a message is for; None where a newer one is owed, or nothing is to be said to them any more."""
    campaign_id, who, number = notice.key.parts
    campaign, ask = find_campaign(work.tx, campaign_id), find_ask(work.tx, campaign_id, (who,))
    vault, federation = work.context.vault, work.context.world.federation
    member = member_known_as(work.tx, vault, federation, who)
    if campaign is None or ask is None or member is None or member.left_at is not None:
        return None
    runs = campaign.stage is CampaignStage.RUNNING and work.now < campaign.until
    if not runs or not is_current(work.context, campaign) or ask.number != int(number):
        return None
    waits = isinstance(ASK_TABLE[ask.stage, AskEvent.ASK], AskStage)
    return Due(campaign, ask, member) if waits and not has_attested(work, campaign, member) else None


def reached(work: Work, notice: Notice) -> None:
    """A message has arrived."""
    _settle(work, notice, AskEvent.REACH)


def not_reached(work: Work, notice: Notice) -> None:
    """No platform takes a message to somebody."""
    _settle(work, notice, AskEvent.REFUSE)


def _settle(work: Work, notice: Notice, event: AskEvent) -> None:
    campaign_id, who, _ = notice.key.parts
    ask = find_ask(work.tx, campaign_id, (who,))
    if ask is not None and (after := _after(ask, event)).stage is not AskStage.LEFT:
        arrived = ask.asked_at or (work.now if event is AskEvent.REACH else None)
        keep_ask(work.tx, replace(after, asked_at=arrived))


def end(work: Work, campaign: Campaign, event: CampaignEvent = CampaignEvent.END) -> bool:
    """It asks nobody any more; those who run it are sent what came of it. False where it had ended before."""
    after = CAMPAIGN_TABLE[campaign.stage, event]
    if not isinstance(after, CampaignStage) or not set_campaign_stage(work.tx, campaign, after):
        return False
    if event is CampaignEvent.END:
        _owe(work, campaign, OVER)
    return True


def _owe(work: Work, campaign: Campaign, kind: str) -> None:
    for person in told_of(work.context, campaign):
        notice = Notice(NoticeKey.of(kind, campaign.id, person), "", kind, Recipient(person))
        enqueue(work.tx, work.context.vault.new_id(), notice, work.now)


def over(work: Work, owed: Notice, person: Person) -> Message | None:
    """What came of a campaign, in numbers; the names stand behind the button. None for who may not see it."""
    campaign = find_campaign(work.tx, owed.key.parts[0])
    if campaign is None or not may(work.context, person, "see_outstanding"):
        return None
    texts, context = work.context.world.campaigns, work.context
    asked = everybody_asked(work.tx, context.vault, context.world.federation, campaign)
    found = figures_of(asked, "")
    text = texts.notices.over.fill(
        version=called(work, campaign.version, campaign.started_at),
        until=context.local(campaign.until),
        attested=found.attested,
        asked=found.asked,
        outstanding=found.outstanding,
        not_reached=found.not_reached,
    )
    button = Button(texts.buttons.list, "campaign.list", campaign.id)
    return Message(
        (Heading(texts.titles["over"]), Paragraph(text), Buttons((button,))), summary=texts.titles["over"]
    )


def changed(work: Work, owed: Notice, person: Person) -> Message | None:
    """That a campaign is about a version that is in force no more; None where it has ended since."""
    campaign = find_campaign(work.tx, owed.key.parts[0])
    if campaign is None or campaign.stage is not CampaignStage.RUNNING or is_current(work.context, campaign):
        return None
    if not may(work.context, person, "start_campaign"):
        return None
    texts = work.context.world.campaigns
    version = called(work, campaign.version, campaign.started_at)
    text = texts.notices.changed.fill(version=version, now=version_name(work.context.world.policy))
    button = Button(texts.buttons.start, "campaign.start")
    title = texts.titles["changed"]
    return Message((Heading(title), Paragraph(text), Buttons((button,))), summary=title)
