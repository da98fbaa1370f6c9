"""The side of those who run a campaign: start and stop it, who has not confirmed, the shares by school."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.campaigns.people import (
    Asked,
    called,
    everybody_asked,
    figures_of,
    is_meant,
    is_reachable,
    may,
    person_of,
    schools_seen,
    sees,
)
from bot.campaigns.reading import SLOT, own_standing, refused
from bot.campaigns.reminders import end, is_current
from bot.casework import auditing
from bot.casework.context import Work
from bot.content.campaign_texts import RUNNER, version_name, version_of
from bot.domain.campaigns import AskStage, Campaign, CampaignEvent, CampaignStage
from bot.domain.messages import (
    Block,
    Button,
    Buttons,
    Callout,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Paragraph,
)
from bot.domain.roster import OFFICE_ROLES, Person, role_name
from bot.domain.staff import StaffMember
from bot.domain.turns import Pressed, Sender, Submitted
from bot.reporting.inputs import clean_text, read_moment
from bot.staff.register import known_as, members
from bot.storage.campaigns import (
    add_asks,
    add_campaign,
    find_campaign,
    newest_campaign,
    one_start_at_a_time,
    running_campaigns,
)

_TOKEN = re.compile(r"[0-9a-f]{16}")
_MOST_DAYS = 400
_NAMES, _JOBS = 40, 15
# Fewer people than this are a handful: those who have confirmed, and those who have not. Of fewer than two
# handfuls no share is told.
LEAST = 5


def page(work: Work, sender: Sender) -> Message:
    """How it stands with the sender, and with the campaign as far as their roles let them see it."""
    texts, person = work.context.world.campaigns, person_of(work, sender.platform, sender.user)
    title = texts.titles["page"]
    blocks = [Heading(title), *own_standing(work, sender), *_campaign(work, person)]
    return Message(tuple(blocks), summary=title, replaces=SLOT)


def _campaign(work: Work, person: Person | None) -> list[Block]:
    context = work.context
    starts, sees = may(context, person, "start_campaign"), bool(schools_seen(context, person))
    shares = may(context, person, "see_shares")
    if not (starts or sees or shares):
        return []
    campaign = newest_campaign(work.tx, context.world.policy.id)
    blocks: list[Block] = [Paragraph(_state(work, campaign))]
    if shares and campaign is not None:
        blocks += _shares(work, campaign)
    texts, runs = context.world.campaigns.buttons, campaign and campaign.stage is CampaignStage.RUNNING
    offered: list[Button] = []
    if sees and campaign:
        offered.append(Button(texts.list, "campaign.list", campaign.id))
    if starts and campaign and runs:
        offered.append(Button(texts.stop, "campaign.stop", campaign.id))
    if starts and not (campaign and runs and is_current(context, campaign)):
        offered.append(Button(texts.start, "campaign.start"))
    return [*blocks, Buttons(tuple(offered))] if offered else blocks


def _state(work: Work, campaign: Campaign | None) -> str:
    texts = work.context.world.campaigns.page
    if campaign is None or campaign.stage is not CampaignStage.RUNNING:
        return texts.none
    version = called(work, campaign.version, campaign.started_at)
    if not is_current(work.context, campaign):
        return texts.outdated.fill(version=version, now=version_name(work.context.world.policy))
    return texts.running.fill(version=version, until=work.context.local(campaign.until))


def _shares(work: Work, campaign: Campaign) -> list[Block]:
    """The share of each school that has confirmed; of a handful of people none, and no handful in it."""
    context, texts = work.context, work.context.world.campaigns
    asked = everybody_asked(work.tx, context.vault, context.world.federation, campaign)
    blocks: list[Block] = [Heading(texts.titles["shares"])]
    for school in context.world.federation.schools:
        found = figures_of(asked, school.id)
        said = texts.list.few.fill(least=2 * LEAST)
        if found.asked >= 2 * LEAST:
            least, most = _hidden(found.attested, found.asked)
            said = texts.list.share.fill(percent=least)
            if least != most:
                said = texts.list.between.fill(least=least, most=most)
        blocks.append(Paragraph(f"{school.name}: {said}"))
    return blocks


def _hidden(attested: int, asked: int) -> tuple[int, int]:
    """The share in percent, from and to: of 0 to 4 people on either side it is not told how many they are."""
    least = most = attested
    if attested < LEAST:
        least, most = 0, LEAST - 1
    elif asked - attested < LEAST:
        least, most = asked - LEAST + 1, asked
    return least * 100 // asked, min(most, asked) * 100 // asked


def outstanding(work: Work, sender: Sender, campaign_id: str) -> Message:
    """Who has not confirmed and who was not reached, by school, for those who may see it."""
    context, texts = work.context, work.context.world.campaigns
    person = person_of(work, sender.platform, sender.user)
    schools = schools_seen(context, person)
    if not schools:
        return _not_permitted(work, person, "campaign.list")
    campaign = find_campaign(work.tx, campaign_id)
    if campaign is None:
        return refused(texts.refusals.unknown)
    auditing.note(work, person, "campaign.list", campaign=campaign.id)
    asked = everybody_asked(work.tx, context.vault, context.world.federation, campaign)
    blocks: list[Block] = [Heading(texts.titles["list"]), Paragraph(_state(work, campaign))]
    for school in schools:
        here = tuple(one for one in asked if school in one.member.schools)
        blocks += _of_part(work, here, context.world.federation.school_name(school))
    if may(context, person, "see_outstanding"):
        if nowhere := tuple(one for one in asked if not one.member.schools):
            blocks += _of_part(work, nowhere, texts.list.no_school)
        blocks.append(Paragraph(texts.list.export, muted=True))
    return Message(tuple(blocks), summary=texts.titles["list"], replaces=SLOT, ephemeral=True)


@dataclass(frozen=True)
class Looked:
    """How many work at the schools that somebody looks after, and how many have not confirmed."""

    people: int
    outstanding: int


def waiting(work: Work, sender: Sender) -> Looked | None:
    """The same in numbers; None for anybody who may not see who has not confirmed."""
    context, person = work.context, person_of(work, sender.platform, sender.user)
    if not schools_seen(context, person):
        return None
    federation, campaign = context.world.federation, newest_campaign(work.tx, context.world.policy.id)
    here = [one for one in members(work.tx, context.vault, federation) if one.left_at is None]
    people = sum(sees(context, person, one) for one in here)
    if campaign is None or campaign.stage is not CampaignStage.RUNNING:
        return Looked(people, 0)
    asked = everybody_asked(work.tx, context.vault, federation, campaign)
    late = [one for one in asked if one.ask.stage in (AskStage.OWED, AskStage.ASKED)]
    return Looked(people, sum(sees(context, person, one.member) for one in late))


def staff(work: Work, sender: Sender) -> Message:
    """The staff register in numbers, by school, for those who may see who has not confirmed; no names."""
    context, texts = work.context, work.context.world.campaigns
    person = person_of(work, sender.platform, sender.user)
    schools = schools_seen(context, person)
    if not schools:
        return _not_permitted(work, person, "campaign.staff")
    everybody = members(work.tx, context.vault, context.world.federation)
    blocks: list[Block] = [Heading(texts.titles["staff"])]
    here = [one for one in everybody if one.left_at is None]
    for school in schools:
        name = context.world.federation.school_name(school)
        blocks.append(_counted(work, name, [one for one in here if school in one.schools]))
    nowhere = [one for one in here if not one.schools]
    if nowhere and may(context, person, "see_outstanding"):
        blocks.append(_counted(work, texts.list.no_school, nowhere))
    blocks += [Paragraph(texts.list.staff_from, muted=True), _ways(work)]
    return Message(tuple(blocks), summary=texts.titles["staff"], replaces=SLOT, ephemeral=True)


def _counted(work: Work, part: str, here: list[StaffMember]) -> Paragraph:
    line = work.context.world.campaigns.list.staff.fill(
        school=part,
        people=len(here),
        reached=sum(is_reachable(work.context, one) for one in here),
        away=sum(one.on_leave for one in here),
    )
    return Paragraph(line)


def _ways(work: Work) -> Buttons:
    return Buttons((Button(work.context.world.campaigns.buttons.page, "campaign.show"),))


def _of_part(work: Work, here: tuple[Asked, ...], part: str) -> list[Block]:
    texts, found = work.context.world.campaigns.list, figures_of(here, "")
    counts = texts.counts.fill(
        attested=found.attested,
        asked=found.asked,
        outstanding=found.outstanding,
        not_reached=found.not_reached,
    )
    blocks: list[Block] = [Heading(part), Paragraph(counts)]
    late = [one for one in here if one.ask.stage in (AskStage.OWED, AskStage.ASKED)]
    away = [one for one in here if one.ask.stage is AskStage.NOT_REACHED]
    blocks.append(Paragraph(texts.outstanding.fill(names=_names(work, late)) if late else texts.nobody))
    return [*blocks, Paragraph(texts.not_reached.fill(names=_names(work, away)))] if away else blocks


def _names(work: Work, people: list[Asked]) -> str:
    texts = work.context.world.campaigns.list
    shown = [
        texts.on_leave.fill(name=one.member.name) if one.member.on_leave else one.member.name
        for one in people[:_NAMES]
    ]
    names = ", ".join(shown)
    more = len(people) - len(shown)
    return texts.more.fill(names=names, count=more) if more else names


def start(work: Work, sender: Sender, content: Pressed | Submitted) -> Message:
    """The form that starts a campaign, or what came of it."""
    person = person_of(work, sender.platform, sender.user)
    if person is None or not may(work.context, person, "start_campaign"):
        return _not_permitted(work, person, "campaign.start")
    if isinstance(content, Pressed) or not _TOKEN.fullmatch(content.value):
        named = work.context.world.campaigns.named_by(version_of(work.context.world.policy))
        return _start_form(work, work.context.vault.new_id()[:16], {"roles": named}, {})
    one_start_at_a_time(work.tx)
    if find_campaign(work.tx, content.value) is not None:
        return refused(work.context.world.campaigns.refusals.again)
    typed = {name: tuple(map(clean_text, content.fields.get(name, ()))) for name in _FIELDS}
    until, errors = _read(work, typed)
    if until is None or errors:
        return _start_form(work, content.value, typed, errors)
    policy = work.context.world.policy
    campaign = Campaign(
        content.value, policy.id, version_of(policy), tuple(filter(None, typed["schools"])),
        tuple(filter(None, typed["roles"])), person.id, work.now, until,
    )  # fmt: skip
    return _started(work, person, campaign)


_FIELDS = ("until", "schools", "roles")


def _started(work: Work, person: Person, campaign: Campaign) -> Message:
    context, texts = work.context, work.context.world.campaigns
    running = [one for one in running_campaigns(work.tx) if one.policy == campaign.policy]
    if same := next((one for one in running if is_current(context, one)), None):
        until = context.local(same.until)
        return refused(texts.refusals.runs.fill(version=version_name(context.world.policy), until=until))
    federation = context.world.federation
    everybody = members(work.tx, context.vault, federation)
    people = [known_as(context.vault, one)[0] for one in everybody if is_meant(federation, campaign, one)]
    if not people:
        return refused(texts.refusals.nobody)
    for older in running:
        end(work, older, CampaignEvent.SUPERSEDE)
    add_campaign(work.tx, campaign)
    add_asks(work.tx, campaign, people, work.now)
    auditing.note(work, person, "campaign.start", campaign=campaign.id, version=campaign.version)
    text = texts.replies.started.fill(
        count=len(people), days=texts.remind_every_days, until=context.local(campaign.until)
    )
    listed = Buttons((Button(texts.buttons.list, "campaign.list", campaign.id),))
    return Message((Callout("success", text), listed), summary=text, replaces=SLOT)


def _start_form(
    work: Work, token: str, typed: Mapping[str, tuple[str, ...]], errors: Mapping[str, str]
) -> Message:
    texts = work.context.world.campaigns
    hints, schools = texts.hints, work.context.world.federation.schools
    known = tuple(Option(school.id, school.name) for school in schools)
    fields = (
        Field("until", texts.fields["until"], "datetime", hint=hints.until),
        Field("schools", texts.fields["schools"], "choices", False, hints.schools, known),
        Field("roles", texts.fields["roles"], "choices", False, hints.roles, tuple(_roles(work))),
    )
    shown = tuple(
        replace(item, value=tuple(typed.get(item.name, ())), error=errors.get(item.name, ""))
        for item in fields
    )
    title = texts.titles["start"]
    form = Form("campaign.start", token, shown, texts.buttons.start_now, title)
    return Message((Heading(title), form), summary=title, replaces=SLOT, ephemeral=True)


def _roles(work: Work) -> Iterator[Option]:
    """Whom a campaign can be for: runners, the roles that somebody holds, what the list calls most people.

    And whom the changes of this version name, whether or not anybody is that today.
    """
    context = work.context
    everybody = [one for one in members(work.tx, context.vault, context.world.federation) if not one.left_at]
    held = Counter(role for one in everybody for role in one.roles)
    jobs = Counter(job for one in everybody for job in one.jobs)
    named = context.world.campaigns.named_by(version_of(context.world.policy))
    offered = {RUNNER: context.world.campaigns.runner}
    offered |= {role: role_name(role) for role in (*sorted(held), *OFFICE_ROLES)}
    for job in (*named, *(job for job, _ in jobs.most_common(_JOBS))):
        # What is parted by commas in the table cannot be chosen.
        if "," not in job:
            offered.setdefault(job, job)
    return (Option(value, label) for value, label in offered.items())


def _read(work: Work, typed: Mapping[str, tuple[str, ...]]) -> tuple[datetime | None, dict[str, str]]:
    """Until when it runs, and what is wrong with each field."""
    errors, texts = dict[str, str](), work.context.world.campaigns.errors
    text = "".join(typed["until"][:1])
    moment = read_moment(text, work.context.world.federation.timezone)
    until = moment.astimezone(UTC) if moment else None
    if until is None:
        errors["until"] = texts.date if text else texts.required
    elif until <= work.now:
        errors["until"] = texts.past
    elif until > work.now + timedelta(days=_MOST_DAYS):
        errors["until"] = texts.too_far.fill(days=_MOST_DAYS)
    schools = {school.id for school in work.context.world.federation.schools}
    roles = {option.value for option in _roles(work)}
    for name, known in (("schools", schools), ("roles", roles)):
        if not known.issuperset(filter(None, typed[name])):
            errors[name] = texts.choice
    return until, errors


def stop(work: Work, sender: Sender, content: Pressed, *, sure: bool) -> Message:
    """Ask whether it is meant, or stop the campaign: nobody is asked any more."""
    person, texts = person_of(work, sender.platform, sender.user), work.context.world.campaigns
    if not may(work.context, person, "start_campaign"):
        return _not_permitted(work, person, "campaign.stop")
    campaign = find_campaign(work.tx, content.value)
    if campaign is None:
        return refused(texts.refusals.unknown)
    title = texts.titles["stop"]
    if not sure and campaign.stage is CampaignStage.RUNNING:
        version = called(work, campaign.version, campaign.started_at)
        text = texts.replies.stop_sure.fill(version=version)
        stops = Button(texts.buttons.stop_now, "campaign.stop_now", campaign.id, "danger")
        back = Button(texts.buttons.page, "campaign.show")
        shown = (Heading(title), Paragraph(text), Buttons((stops, back)))
        return Message(shown, summary=title, replaces=SLOT)
    if not end(work, campaign, CampaignEvent.STOP):
        return refused(texts.refusals.ended)
    auditing.note(work, person, "campaign.stop", campaign=campaign.id)
    text = texts.replies.stopped
    return Message((Callout("success", text),), summary=text, replaces=SLOT)


def _not_permitted(work: Work, person: Person | None, pressed: str) -> Message:
    auditing.note(work, person, "refused", pressed=pressed)
    return refused(work.context.world.campaigns.refusals.not_permitted)
