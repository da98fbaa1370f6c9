"""A campaign of more than 300 people while processes die: nobody is asked twice, and nobody is forgotten."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.content.campaign_texts import version_name, version_of
from bot.content.policy_load import load_policy
from bot.domain.campaigns import Campaign
from bot.domain.staff import ListedStaff
from bot.settings import HOME
from bot.staff.register import take_in
from bot.storage.campaigns import add_asks, add_campaign
from bot.storage.crypto import KeyRing
from bot.storage.database import Database
from bot.storage.staff import staff_list
from bot.storage.vault import open_vault
from tests.acceptance.slack_office import Office, SlackServer, environment_of, settle
from tests.slack_double import Channel, SlackDouble
from tests.support.postgres import Cluster
from tests.torture.always_open import CALENDAR, in_two_months, noon_zone
from tests.torture.house import House
from tests.torture.run import broken

# A minute each, of real processes: beside the other long ones.
pytestmark = pytest.mark.postgres
_PEOPLE, _MOST_KILLS, _PATIENCE_S = 300, 25, 240.0
_SENT = "Please read: the social media policy"


@contextmanager
def school(folder: Path, cluster: Cluster | None) -> Iterator[tuple[SlackDouble, Channel, House]]:
    """A workspace of 300 staff beside the leaders, and the processes behind it, all started."""
    with ExitStack() as ending:
        slack = ending.enter_context(SlackDouble())
        ending.callback(slack.late_acks.clear)
        slack.rates.interval_s = 0
        flt = settle(slack, [f"staff{number}" for number in range(_PEOPLE)])
        more: dict[str, Any] = {"calendar": CALENDAR, "timezone": noon_zone()}
        environment = environment_of(folder, slack, flt, **more)
        url = ending.enter_context(cluster.new_database()) if cluster else ""
        house = ending.enter_context(House(folder, environment, url))
        house.more = {"pace": 0.01}
        slack.app_urls = house.doors
        house.start_all()
        yield slack, flt, house


def begin(slack: SlackDouble, house: House) -> str:
    """Take the list of staff in and start a campaign for them; the version that it asks about."""
    policy = load_policy(HOME / "policy_kb" / "social-media")
    people = [
        ListedStaff(f"Staff {n}", f"staff{n}@harbour.example", accounts={"slack": slack.user(f"staff{n}").id})
        for n in range(_PEOPLE)
    ]
    database, now = Database(house.url), datetime.now(UTC)
    try:
        with database.transaction() as tx:
            vault = open_vault(tx, KeyRing.parse(house.keys, lambda size: b"\0" * size))
            take_in(tx, vault, people, now)
            campaign = Campaign(
                "c" * 16, policy.id, version_of(policy), (), (), "eleanor", now, now + timedelta(days=99)
            )
            add_campaign(tx, campaign)
            add_asks(tx, campaign, (vault.blind("staff", one.email) for one in staff_list(tx, vault)), now)
    finally:
        database.close()
    return version_name(policy)


def stages(house: House) -> Counter[str]:
    rows = house.ask("SELECT stage, count(*) FROM asks GROUP BY stage")
    return Counter({str(stage): int(count) for stage, count in rows})


def kill_until_all_are_asked(house: House, seed: int) -> int:
    """Kill one process or all, again and again; how often before everybody had been asked."""
    random, kills = Random(seed), 0
    deadline = time.monotonic() + _PATIENCE_S
    while kills < _MOST_KILLS and stages(house)["asked"] < _PEOPLE:
        time.sleep(random.uniform(0.05, 1.2))
        for name in house.bury():
            house.start(name)
        names = list(house.processes)
        victims = names if random.randrange(4) == 0 else [random.choice(names)]
        house.kill(*victims)
        kills += 1
        for name in victims:
            house.start(name)
            house.wait_for(name)
        assert time.monotonic() < deadline
    return kills


def asked(slack: SlackDouble, name: str) -> int:
    return sum(_SENT in message.words for message in slack.user(name).messages())


def prove(slack: SlackDouble, house: House, seed: int) -> str:
    """Nobody of 300 is asked twice and nobody forgotten, whichever process dies; the version asked about."""
    version = begin(slack, house)
    kills = kill_until_all_are_asked(house, seed)
    assert kills >= 3, "too few died for this to prove anything"
    house.start_all()
    ends = time.monotonic() + _PATIENCE_S
    while (stages(house)["asked"] < _PEOPLE + 13 or house.waiting()) and time.monotonic() < ends:
        time.sleep(0.2)
    # Those on the roster joined with the first look of the day.
    assert stages(house) == Counter({"asked": _PEOPLE + 13})
    everybody = [*(f"staff{number}" for number in range(_PEOPLE)), "eleanor", "colin", "lucy"]
    assert Counter(asked(slack, name) for name in everybody) == Counter({1: len(everybody)})
    assert broken(house) == []
    return version


def test_three_hundred_people_on_sqlite(tmp_path: Path) -> None:
    """One process, killed again and again: 300 people have one message each, and one confirms on Slack."""
    with school(tmp_path, None) as (slack, flt, house):
        version = prove(slack, house, seed=7)
        office = Office(slack, SlackServer(tmp_path, {}), flt, flt)
        person = slack.user("staff7")
        person.press("Begin", office.said_to(person, _SENT))
        office.modal(person, "Situation 1 of 5")
        office.press(person, "No", "No", "Only if …", "No", "Yes")
        office.press(person, f"I have read and understood version “{version}”")
        assert person.modal is not None
        assert "Noted: on" in person.modal.words
        assert stages(house)["attested"] == 1
        lead(office, slack)


def lead(office: Office, slack: SlackDouble) -> None:
    """The headteacher reads who is missing, stops the campaign, and starts another one, all on Slack."""
    eleanor = slack.user("eleanor")
    assert eleanor.dm("training").ok
    shown = office.said_to(eleanor, "A campaign about version")
    eleanor.press("Show who has not confirmed", shown)
    assert "Staff 12," in office.modal(eleanor, "Who has not confirmed").words
    eleanor.press("Stop the campaign", shown)
    office.modal(eleanor, "Really stop")
    office.press(eleanor, "Yes, stop it")
    assert eleanor.dm("training").ok
    eleanor.press("Start a campaign", office.said_to(eleanor, "No campaign is running."))
    office.modal(eleanor, "Until when?")
    until = int(in_two_months().timestamp())
    assert office.submit(eleanor, {"Until when?": until, "Which schools?": ["Northgate School"]}).ok
    office.modal(eleanor, "Started: 3")


def test_three_hundred_people_on_postgresql(tmp_path: Path, cluster: Cluster) -> None:
    """Two webs and two workers, one or all of them killed: the same, and no deadlock."""
    with school(tmp_path, cluster) as (slack, _, house):
        prove(slack, house, seed=8)
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert house.ask(query) == [(0,)]
