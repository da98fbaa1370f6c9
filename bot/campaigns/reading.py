"""What those who are asked see and do: the message, five situations, "I have read and understood", training.

No answer to a situation is stored, nor how many were right: what was pressed stands in the next button alone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from bot.campaigns.people import called, day_of, roles_of
from bot.campaigns.reminders import Due
from bot.casework.context import Work
from bot.content.campaign_texts import RUNNER, SituationRecord, right_answer, version_name, version_of
from bot.domain.campaigns import ASK_TABLE, AskEvent, AskStage, CampaignStage
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Field,
    Form,
    Heading,
    Message,
    Outside,
    Paragraph,
)
from bot.domain.staff import StaffMember
from bot.domain.turns import Pressed, Sender, Submitted
from bot.reporting.inputs import clean_text, is_ahead, read_moment
from bot.reporting.steps import quotes
from bot.staff.register import known_as, member_at
from bot.storage.campaigns import (
    attended,
    attest,
    attested_at,
    attested_by,
    find_ask,
    keep_ask,
    newest_campaign,
    trained_at,
)

SLOT = "campaign"
_BAR = "|"
_NUMBER = re.compile(r"[0-9]{1,2}")


def ask_message(work: Work, due: Due) -> Message:
    """What somebody is sent: what changed for them, what they are asked to do, and by when."""
    texts, world = work.context.world.campaigns, work.context.world
    roles = roles_of(world.federation, due.member)
    clauses = texts.clauses.everybody + (texts.clauses.runners if RUNNER in roles else ())
    title = texts.titles["ask" if due.ask.asked_at is None else "reminder"]
    how = texts.ask.how.fill(until=work.context.local(due.campaign.until))
    blocks: list[Block] = [Heading(title), *_news(work, due, roles), *quotes(clauses, world)]
    blocks += [Outside(texts.ask.local, texts.ask.source), Paragraph(how)]
    begin = Button(texts.buttons.begin, "campaign.begin", due.campaign.version, "primary")
    return Message((*blocks, Buttons((begin,))), summary=title)


def _news(work: Work, due: Due, roles: frozenset[str]) -> list[Block]:
    """What changed for somebody since the version that they confirmed last."""
    texts, version = work.context.world.campaigns, due.campaign.version
    shown = called(work, version, due.campaign.started_at)
    names = known_as(work.context.vault, due.member)
    last = next(iter(attested_by(work.tx, names, due.campaign.policy)), None)
    if last is None:
        return [Paragraph(texts.ask.first_time.fill(version=shown))]
    changes = texts.changes_for(last.version, version, roles)
    before = called(work, last.version, last.at)
    if not changes:
        said = texts.ask.untold if changes is None else texts.ask.unchanged
        return [Paragraph(said.fill(before=before, version=shown))]
    return [Paragraph(texts.ask.changed.fill(before=before)), Bullets(changes)]


def begin(work: Work, sender: Sender, value: str) -> Message:
    """The first situation, or why there is none."""
    member = _member(work, sender)
    if refusal := _objection(work, member, value):
        return refusal
    assert member is not None
    return _situation(work, member, 0, ())


def answer(work: Work, sender: Sender, value: str) -> Message:
    """What the policy says to the situation that was answered, and the next one, or the end."""
    number, _, rest = value.partition(_BAR)
    given, _, version = rest.partition(_BAR)
    member = _member(work, sender)
    if refusal := _objection(work, member, version):
        return refusal
    assert member is not None
    situations = _situations(work, member)
    if not _NUMBER.fullmatch(number) or int(number) >= len(situations):
        return _situation(work, member, 0, ())
    said = _judged(work, situations[int(number)], given)
    return _situation(work, member, int(number) + 1, said)


def _situations(work: Work, member: StaffMember) -> tuple[SituationRecord, ...]:
    federation = work.context.world.federation
    found = work.context.world.campaigns.situations_for(roles_of(federation, member))
    # An answer that is being reviewed teaches nobody.
    return tuple(one for one in found if one.topic not in work.context.world.policy.held)


def _judged(work: Work, situation: SituationRecord, given: str) -> tuple[Block, ...]:
    """Whether it was right, in the topic's own answer; where it was not, with the clause."""
    world, texts = work.context.world, work.context.world.campaigns
    topic = world.policy.topics[situation.topic]
    right = right_answer(topic)
    if given == right:
        return (Callout("success", texts.situation.right, topic.answer),)
    wrong = texts.situation.wrong.fill(right=texts.answers[right])
    return (Callout("info", wrong, topic.answer), *quotes(topic.cites[:1], world))


def _situation(work: Work, member: StaffMember, number: int, above: tuple[Block, ...]) -> Message:
    texts, situations = work.context.world.campaigns, _situations(work, member)
    version = version_of(work.context.world.policy)
    if number >= len(situations):
        return _finish(work, version, above)
    title = texts.situation.number.fill(number=number + 1, total=len(situations))
    offered = tuple(
        Button(label, "campaign.answer", _BAR.join((str(number), name, version)))
        for name, label in texts.answers.items()
    )
    shown = (*above, Heading(title), Paragraph(situations[number].text))
    return Message((*shown, Buttons(offered)), summary=texts.titles["situation"], replaces=SLOT)


def _finish(work: Work, version: str, above: tuple[Block, ...]) -> Message:
    texts = work.context.world.campaigns
    label = texts.buttons.confirm.fill(version=version_name(work.context.world.policy))
    confirm = Button(label, "campaign.attest", version, "primary")
    trained = Button(texts.buttons.trained, "campaign.trained")
    title = texts.titles["finish"]
    shown = (*above, Heading(title), Paragraph(texts.finish), Buttons((confirm, trained)))
    return Message(shown, summary=title, replaces=SLOT)


def confirm(work: Work, sender: Sender, value: str) -> Message:
    """Store that the sender has read and understood this version, once; or say why not."""
    member = _member(work, sender)
    if refusal := _objection(work, member, value):
        return refusal
    assert member is not None
    policy, names = work.context.world.policy, known_as(work.context.vault, member)
    texts = work.context.world.campaigns
    before = attested_at(work.tx, names, policy.id, value)
    if before is not None or not attest(work.tx, names[0], policy.id, value, work.now):
        when = work.context.local(before or work.now)
        return refused(texts.refusals.already.fill(when=when))
    until = _settle(work, names, value)
    when = work.context.local(work.now)
    name = version_name(policy)
    text = texts.replies.attested.fill(when=when, version=name)
    if until is not None:
        text = texts.replies.late.fill(when=when, version=name, until=work.context.local(until))
    trained = Buttons((Button(texts.buttons.trained, "campaign.trained"),))
    return Message((Callout("success", text), trained), summary=text, replaces=SLOT)


def _settle(work: Work, names: tuple[str, ...], version: str) -> datetime | None:
    """Remind nobody of it any more; when the campaign ended, where it had ended by then."""
    campaign = newest_campaign(work.tx, work.context.world.policy.id)
    if campaign is None or campaign.version != version:
        return None
    ask = find_ask(work.tx, campaign.id, names)
    if ask is not None and (stage := ASK_TABLE[ask.stage, AskEvent.ATTEST]) is AskStage.ATTESTED:
        keep_ask(work.tx, replace(ask, stage=stage, next_at=None))
    return campaign.until if campaign.stage is CampaignStage.OVER else None


def training(work: Work, sender: Sender, content: Pressed | Submitted) -> Message:
    """The form that asks when the sender attended training, or what became of it."""
    member, texts = _member(work, sender), work.context.world.campaigns
    if member is None:
        return refused(texts.refusals.not_listed)
    if isinstance(content, Pressed):
        return _training_form(work)
    typed = clean_text("".join(content.fields.get("day", ())[:1]))
    moment = read_moment(typed, work.context.world.federation.timezone)
    errors = texts.errors
    if moment is None or is_ahead(moment, work.now):
        wrong = errors.required if not typed else errors.date if moment is None else errors.future
        return _training_form(work, typed, wrong)
    attended(work.tx, known_as(work.context.vault, member)[0], moment.astimezone(UTC), "self")
    text = texts.replies.trained.fill(day=day_of(work, moment))
    return Message((Callout("success", text),), summary=text, replaces=SLOT)


def _training_form(work: Work, typed: str = "", error: str = "") -> Message:
    texts = work.context.world.campaigns
    day = Field("day", texts.fields["day"], "datetime", hint=texts.hints.day, error=error)
    title = texts.titles["trained"]
    form = Form(
        "campaign.trained", "", (replace(day, value=(typed,) if typed else ()),), texts.buttons.save, title
    )
    return Message((Heading(title), form), summary=title, replaces=SLOT, ephemeral=True)


def own_standing(work: Work, sender: Sender) -> list[Block]:
    """What the sender has confirmed, and what they can do now."""
    texts, member = work.context.world.campaigns, _member(work, sender)
    if member is None:
        return [Paragraph(texts.page.unknown)]
    policy, names = work.context.world.policy, known_as(work.context.vault, member)
    version = version_of(policy)
    when, day = attested_at(work.tx, names, policy.id, version), trained_at(work.tx, names)
    confirmed = texts.page.not_attested.fill(version=version_name(policy))
    if when is not None:
        confirmed = texts.page.attested.fill(version=version_name(policy), when=work.context.local(when))
    trained = texts.page.trained.fill(day=day_of(work, day)) if day else texts.page.not_trained
    offered = () if when else (Button(texts.buttons.begin, "campaign.begin", version, "primary"),)
    attend = Button(texts.buttons.trained, "campaign.trained")
    return [Paragraph(confirmed), Paragraph(trained), Buttons((*offered, attend))]


def is_asked(work: Work, sender: Sender) -> bool:
    """Whether a campaign that is running waits for the sender's own confirmation."""
    campaign, member = newest_campaign(work.tx, work.context.world.policy.id), _member(work, sender)
    if member is None or campaign is None or campaign.stage is not CampaignStage.RUNNING:
        return False
    ask = find_ask(work.tx, campaign.id, known_as(work.context.vault, member))
    return ask is not None and ask.stage in (AskStage.OWED, AskStage.ASKED)


def _member(work: Work, sender: Sender) -> StaffMember | None:
    federation = work.context.world.federation
    return member_at(work.tx, work.context.vault, federation, sender.platform, sender.user)


def _objection(work: Work, member: StaffMember | None, version: str) -> Message | None:
    """Why somebody cannot go on: no list knows them, or it is about another version than the one in force."""
    texts, policy = work.context.world.campaigns, work.context.world.policy
    if member is None:
        return refused(texts.refusals.not_listed)
    if version == version_of(policy):
        return None
    return refused(texts.refusals.changed.fill(version=version_name(policy)))


def refused(text: str) -> Message:
    """Why nothing was done."""
    return Message((Callout("warning", text),), summary=text)
