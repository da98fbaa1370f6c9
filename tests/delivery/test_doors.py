"""A platform that is cut off: the IT Manager learns of it over another one, and of nothing else."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.app import build
from bot.casework.context import DoorState, Work
from bot.content.world import World
from bot.delivery import doors
from bot.delivery.worker import Worker
from tests.support.desk import DeafEngine, Desk, Notebook, inline, settings_in, world_of
from tests.support.sqlite import make_ready


def with_accounts(world: World, key: str, accounts: dict[str, str]) -> World:
    """The world in which this person has these accounts."""
    federation = world.federation
    people = dict(federation.roster.people)
    people[key] = replace(people[key], accounts=accounts)
    roster = replace(federation.roster, people=people)
    return replace(world, federation=replace(federation, roster=roster))


def test_it_is_told_over_the_other_platform(tmp_path: Path) -> None:
    """What cuts a platform off is told once a day, over the one that is up, without a word of any report."""
    settings = settings_in(tmp_path)
    make_ready(settings.database_url)
    world = with_accounts(world_of(settings), "ivan", {"slack": "UIVAN", "teams": "ivan@teams"})
    product = build(settings, DeafEngine(), world)
    state = DoorState({"access": "token_revoked"})
    context = replace(product.context, platforms=("slack", "teams"), doors={"slack": state})
    desk, over = (
        Desk(replace(product, context=context), Notebook()),
        {"slack": Notebook(), "teams": Notebook()},
    )
    reference = desk.report("ana", kind="colleague").reference
    for _ in range(3):
        with product.database.transaction() as tx:
            doors.owe(Work(tx, context, desk.now))
    worker = Worker(context, over, inline, lambda: desk.now, lambda: 0.5)
    for _ in range(10):
        asyncio.run(worker.once())
    desk.close()
    (alarm,) = over["teams"].texts("ivan@teams")
    assert "Slack refuses Signpost's token" in alarm
    assert reference not in alarm
    assert not [text for text in over["slack"].texts("UIVAN") if "Slack" in text]
