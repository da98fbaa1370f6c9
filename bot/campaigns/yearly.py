"""What comes round each year, and by nobody's press: a policy's review and a campaign. Its owner is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.casework.context import Work
from bot.content.policy_load import Cover
from bot.domain.campaigns import Campaign, CampaignStage
from bot.domain.messages import Block, Button, Buttons, Heading, Message, Paragraph
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.storage.campaigns import newest_campaign
from bot.storage.outbox import Notice, enqueue

DUE = "policy.due"
_OWNER = "policy_owner"


def owe(work: Work) -> None:
    """Tell the policy owner, or the Executive Headteacher where there is none: once in each month of it."""
    if not any((*_reviews(work), _campaign(work))):
        return
    roster = work.context.world.federation.roster
    month = work.context.world.federation.working_time.day_of(work.now).strftime("%Y-%m")
    for person in roster.holders(_OWNER, "") or roster.holders("eht", ""):
        notice = Notice(NoticeKey.of(DUE, month, person), "", DUE, Recipient(person))
        enqueue(work.tx, work.context.vault.new_id(), notice, work.now)


def due(work: Work, _owed: Notice, _person: Person) -> Message | None:
    """What has come round, as things stand now; None where all of it is done."""
    texts, blocks = work.context.world.campaigns, list[Block]()
    for cover in _reviews(work):
        day = f"{cover.review:%-d %B %Y}"
        blocks.append(Paragraph(texts.notices.review_due.fill(title=cover.title, day=day, owner=cover.owner)))
    if campaign := _campaign(work):
        day = work.context.local(campaign.started_at).rpartition(",")[0]
        blocks += [Paragraph(texts.notices.yearly_due.fill(day=day, days=texts.yearly_days))]
        blocks += [Buttons((Button(texts.buttons.start, "campaign.start"),))]
    title = texts.titles["due"]
    return Message((Heading(title), *blocks), summary=title) if blocks else None


def _reviews(work: Work) -> Iterator[Cover]:
    """The policies that were to be looked at again by now."""
    today = work.context.world.federation.working_time.day_of(work.now)
    return (cover for cover in work.context.world.policy.covers if cover.review <= today)


def _campaign(work: Work) -> Campaign | None:
    """The last campaign, where a year has passed since it started and it runs no more.

    None too where there never was one: whether a Federation has campaigns at all is its own decision.
    """
    newest = newest_campaign(work.tx, work.context.world.policy.id)
    if newest is None or newest.stage is CampaignStage.RUNNING:
        return None
    year = timedelta(days=work.context.world.campaigns.yearly_days)
    return newest if newest.started_at + year <= work.now else None
