import asyncio
from collections.abc import Iterator

import pytest

from bot.channels.common.people import UNKNOWN, Standing
from bot.channels.slack.channel import ChannelCheck
from bot.channels.slack.people import People
from tests.channels.slack.way_out import WayOut
from tests.slack_double import SlackDouble


@pytest.fixture
def way_out() -> Iterator[WayOut]:
    with SlackDouble() as slack:
        slack.rates.interval_s = 0
        yield WayOut.in_(slack)


def standings(way_out: WayOut, *users: str) -> list[Standing]:
    async def act(people: People, _: ChannelCheck) -> list[Standing]:
        return [await people.standing(user) for user in users]

    return way_out.ask(act)


@pytest.mark.parametrize(
    ("kind", "stands"),
    [
        ("member", "staff"),
        ("admin", "staff"),
        ("guest", "guest"),
        ("single_guest", "guest"),
        ("stranger", "guest"),
        ("deleted", "gone"),
        ("bot", "gone"),
    ],
)
def test_each_kind_of_user_has_its_standing(way_out: WayOut, kind: str, stands: str) -> None:
    """Only a member of our own workspace is staff; guests, strangers, leavers and bots are told apart."""
    user = way_out.slack.add_user("somebody", kind=kind)  # type: ignore[arg-type]
    found = standings(way_out, user.id)[0]
    assert found.kind == stands
    assert found.bot == (kind == "bot")


def test_the_name_is_the_real_one(way_out: WayOut) -> None:
    """The name is what the profile calls the person."""
    user = way_out.slack.add_user("ab", real_name="Ana Brown")
    assert standings(way_out, user.id) == [Standing("staff", "Ana Brown")]


def test_who_acts_from_another_workspace_is_a_guest(way_out: WayOut) -> None:
    """A colleague's id with another workspace's event is no colleague."""

    async def act(people: People, _: ChannelCheck) -> list[str]:
        ours = await people.team()
        return [(await people.standing(way_out.farid.id, team)).kind for team in (ours, "T0ELSE", "")]

    assert way_out.ask(act) == ["staff", "guest", "staff"]


def test_nobody_of_that_id_is_gone(way_out: WayOut) -> None:
    """A user whom Slack does not know is not staff."""
    assert standings(way_out, "U0NOBODY") == [Standing("gone")]


def test_a_standing_is_kept_for_five_minutes(way_out: WayOut) -> None:
    """Slack is asked once in five minutes, and again after that."""

    async def act(people: People, _: ChannelCheck) -> list[int]:
        counts = []
        for passed in (0, 299, 2):
            way_out.ticker.now += passed
            await people.standing(way_out.farid.id)
            counts.append(len(way_out.slack.calls_of("users.info")))
        return counts

    assert way_out.ask(act) == [1, 1, 2]


def test_a_fresh_look_sees_a_leaver_at_once(way_out: WayOut) -> None:
    """Anybody who was deactivated a moment ago is seen as gone on the next press, and remembered as that."""

    async def act(people: People, _: ChannelCheck) -> list[str]:
        user = way_out.farid.id
        before = (await people.standing(user)).kind
        way_out.slack.workspace.users[user].kind = "deleted"
        fresh = (await people.standing(user, fresh=True)).kind
        return [before, fresh, (await people.standing(user)).kind]

    assert way_out.ask(act) == ["staff", "gone", "gone"]


def test_without_an_answer_nobody_is_known(way_out: WayOut) -> None:
    """An error, an outage or a missing scope leaves the standing unknown, and is not kept."""
    way_out.slack.faults.status(500, "users.info", times=2)
    way_out.slack.faults.error("missing_scope", "users.info")

    async def act(people: People, _: ChannelCheck) -> list[str]:
        return [(await people.standing(way_out.farid.id)).kind for _ in range(3)]

    assert way_out.ask(act) == ["unknown", "unknown", "staff"]


def test_an_answer_that_takes_too_long_is_none(way_out: WayOut) -> None:
    """After the time given it is unknown, and the press can still be answered."""
    way_out.slack.faults.hang(2.0, "users.info")

    async def act(people: People, _: ChannelCheck) -> Standing:
        return await people.standing(way_out.farid.id, within=0.05)

    assert way_out.ask(act) == UNKNOWN


def test_a_doubted_standing_is_not_used_again(way_out: WayOut) -> None:
    """Where a fresh look fails, the old answer is forgotten: the next look asks again."""

    async def act(people: People, _: ChannelCheck) -> list[str]:
        user = way_out.farid.id
        await people.standing(user)
        way_out.slack.faults.error("internal_error", "users.info")
        doubted = (await people.standing(user, fresh=True)).kind
        way_out.slack.workspace.users[user].kind = "guest"
        return [doubted, (await people.standing(user)).kind]

    assert way_out.ask(act) == ["unknown", "guest"]


def test_many_looks_at_once_are_fine(way_out: WayOut) -> None:
    """Looks that run side by side each get their answer."""

    async def act(people: People, _: ChannelCheck) -> list[Standing]:
        return list(await asyncio.gather(*(people.standing(way_out.farid.id) for _ in range(5))))

    assert {standing.kind for standing in way_out.ask(act)} == {"staff"}
