"""Who has not confirmed the policy, as the lines of a table."""

from __future__ import annotations

from collections.abc import Iterator

from bot.campaigns.people import Asked, day_of, everybody_asked
from bot.casework.context import Work
from bot.domain.campaigns import AskStage, Campaign
from bot.domain.roster import role_name
from bot.staff.register import known_as
from bot.storage.campaigns import attested_at, trained_at

COLUMNS = ("name", "e-mail", "school", "role", "state", "asked", "confirmed", "trained")
_STATES = {
    AskStage.OWED: "outstanding",
    AskStage.ASKED: "outstanding",
    AskStage.NOT_REACHED: "not reached",
    AskStage.ATTESTED: "confirmed",
}


def rows_of(work: Work, campaign: Campaign, *, everybody: bool) -> Iterator[tuple[str, ...]]:
    """A line each for those who are outstanding or not reached, by name; with `everybody` for all."""
    context = work.context
    for one in everybody_asked(work.tx, context.vault, context.world.federation, campaign):
        if everybody or one.ask.stage is not AskStage.ATTESTED:
            yield _row(work, campaign, one)


def _row(work: Work, campaign: Campaign, asked: Asked) -> tuple[str, ...]:
    member, names = asked.member, known_as(work.context.vault, asked.member)
    confirmed = attested_at(work.tx, names, campaign.policy, campaign.version)
    trained = trained_at(work.tx, names)
    federation = work.context.world.federation
    return (
        member.name,
        member.email,
        "; ".join(federation.school_name(school) for school in member.schools),
        "; ".join((*map(role_name, member.roles), *member.jobs)),
        _STATES[asked.ask.stage] + (" (on leave)" if member.on_leave else ""),
        work.context.local(asked.ask.asked_at) if asked.ask.asked_at else "",
        work.context.local(confirmed) if confirmed else "",
        day_of(work, trained) if trained else "",
    )
