"""What a door knows of a report before it is asked: the link to a post, its platform, when it was posted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.content.world import World
from bot.domain.routing import Slots
from bot.domain.turns import Tokens
from bot.reporting.inputs import Desk, read_fields

# Never a text, a name or a choice that a report is routed by: these say where the post is, and no more.
# The platform stands first, since a link is checked against it.
FILLABLE = ("platform", "link", "posted_at")


def filled_in(given: Mapping[str, tuple[str, ...]], tokens: Tokens, world: World, now: datetime) -> Slots:
    """The values of `given` that may stand in a new report, by slot, checked as if they had been typed.

    Whatever is not fillable or not right is left out: the question is then asked with an empty field.
    """
    records = [record for name in FILLABLE if (record := world.playbook.field(name)) and given.get(name)]
    return read_fields(records, given, Desk(world, {}, tokens, now)).values
