"""A campaign as people live it: asked once, reminded, confirmed, ended; and all that can come between."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.assistant.assistant import Assistant
from bot.campaigns.people import figures_by_school
from bot.campaigns.reminders import Rounds, follow
from bot.casework.context import CurrentWorld, Work
from bot.content.campaign_texts import ChangeRecord, VersionRecord, version_of
from bot.delivery.sender import OutageFault, PermanentFault, UnclearFault
from bot.domain.messages import Button, Buttons, Form, Message
from bot.domain.roster import Absence, Person
from bot.domain.staff import ListedStaff
from bot.domain.turns import Incoming, Pressed, Said, Sender, Submitted
from bot.staff.register import take_in
from bot.storage.campaigns import newest_campaign
from tests.people.test_roster import agree
from tests.support.desk import START, DeafEngine, Desk, text_of

UNTIL = "2027-02-26T16:00"
EVERYBODY = 16
ANA = ListedStaff(
    "Ana Silva", "ana@harbour.example", ("northgate",), ("Teacher",), accounts={"playground": "ana"}
)


def with_world(desk: Desk, **changed: object) -> None:
    """The product as it is started with other data."""
    world = replace(desk.product.context.current.at_start, **changed)  # type: ignore[arg-type]
    context = replace(desk.product.context, current=CurrentWorld(world))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, DeafEngine()))


def with_version(desk: Desk, version: str) -> None:
    """The product as it is started after the policy has this version."""
    with_world(desk, policy=replace(desk.product.context.world.policy, version=version))


def form_in(messages: tuple[Message, ...]) -> Form:
    (form,) = [block for message in messages for block in message.blocks if isinstance(block, Form)]
    return form


def buttons_of(messages: tuple[Message, ...]) -> list[Button]:
    rows = [block for message in messages for block in message.blocks if isinstance(block, Buttons)]
    return [button for row in rows for button in row.items]


def begin(desk: Desk, user: str = "eleanor", until: str = UNTIL, **fields: str | tuple[str, ...]) -> str:
    """Start a campaign through its form; what the starter reads."""
    form = form_in(desk.send(user, Pressed("campaign.start")))
    given = {"until": until, **fields}
    sent = {name: (value,) if isinstance(value, str) else value for name, value in given.items()}
    answer = desk.send(user, Submitted("campaign.start", form.value, sent))
    return "\n".join(map(text_of, answer))


def work(desk: Desk) -> None:
    """Let the worker do all that is due."""
    for _ in range(12):
        desk.work(30)


def version(desk: Desk) -> str:
    return version_of(desk.product.context.world.policy)


def confirm(desk: Desk, user: str, event_id: str = "") -> str:
    return desk.press(user, "campaign.attest", version(desk), event_id)


def asked(desk: Desk, user: str) -> list[str]:
    """The titles of what somebody was sent of campaigns, in order."""
    titles = [told.splitlines()[0] for told in desk.notebook.texts(user)]
    return [title for title in titles if "social media policy" in title]


def everybody(desk: Desk) -> dict[str, list[str]]:
    return {user: asked(desk, user) for user in desk.notebook.seen if asked(desk, user)}


def stages(desk: Desk) -> dict[str, int]:
    """How many people stand at each stage, in all campaigns."""
    with desk.product.database.transaction() as tx:
        rows = tx.execute(text("SELECT stage, count(*) AS n FROM asks GROUP BY stage")).all()
    return {row.stage: row.n for row in rows}


def campaign_id(desk: Desk) -> str:
    with desk.product.database.transaction() as tx:
        found = newest_campaign(tx, desk.product.context.world.policy.id)
    assert found is not None
    return found.id


def take(desk: Desk, *people: ListedStaff, everybody: bool = False) -> None:
    """What `training import` does."""
    with desk.product.database.transaction() as tx:
        take_in(tx, desk.product.context.vault, people, desk.now, everybody=everybody)
        follow(Work(tx, desk.product.context, desk.now))


def page(desk: Desk, user: str) -> str:
    return "\n".join(map(text_of, desk.send(user, Said("training"))))


def names(desk: Desk, user: str) -> str:
    return desk.press(user, "campaign.list", campaign_id(desk))


def test_everybody_is_asked_once(desk: Desk) -> None:
    """Each of sixteen people gets one private message, with why, how and by when."""
    assert f"Started: {EVERYBODY} people are asked" in begin(desk)
    work(desk)
    assert everybody(desk) == {user: ["Please read: the social media policy"] for user in everybody(desk)}
    assert len(everybody(desk)) == EVERYBODY
    assert stages(desk) == {"asked": EVERYBODY}
    (told,) = desk.notebook.texts("ana")
    assert "You have not confirmed any version here yet" in told
    assert "a local setting" in told
    assert "by 26 Feb 2027, 16:00" in told
    assert "has read and understood this policy" not in told, "that clause is for runners"
    assert "has read and understood this policy" in desk.notebook.texts("lucy")[0]


def walk(desk: Desk, user: str, *, wrong: frozenset[int] = frozenset()) -> list[tuple[Message, ...]]:
    """Every screen from the message to the last, each situation answered right but for these."""
    world = desk.product.context.world
    shown = [desk.send(user, Pressed("campaign.begin", version(desk)))]
    while any(button.action == "campaign.answer" for button in buttons_of(shown[-1])):
        offered = buttons_of(shown[-1])
        number, said = len(shown) - 1, text_of(shown[-1][0])
        situation = next(one for one in world.campaigns.situations if one.text in said)
        verdict = world.policy.topics[situation.topic].verdict
        right = {"never": "No", "must": "Yes", "encouraged": "Yes", "allowed_if": "Only if …"}[verdict]
        picked = next(b for b in offered if (b.label == right) != (number in wrong))
        shown.append(desk.send(user, Pressed(picked.action, picked.value)))
    return shown


def test_the_whole_way(desk: Desk) -> None:
    """Five situations with one press each, then the confirmation, stored with version and time."""
    begin(desk)
    work(desk)
    shown = walk(desk, "ana")
    assert len(shown) == 6
    assert "That is right." in text_of(shown[1][0])
    assert "Situation 5 of 5" in text_of(shown[4][0])
    last = buttons_of(shown[-1])
    assert [button.action for button in last] == ["campaign.attest", "campaign.trained"]
    answer = desk.press("ana", last[0].action, last[0].value)
    assert "you confirmed that you have read and understood version “22 November 2026”" in answer
    assert stages(desk) == {"asked": EVERYBODY - 1, "attested": 1}
    assert "You confirmed version" in page(desk, "ana")
    desk.later(days=30)
    work(desk)
    assert asked(desk, "ana") == ["Please read: the social media policy"]


def test_a_wrong_answer_shows_its_clause_and_is_kept_nowhere(desk: Desk) -> None:
    """What was pressed wrongly shows the policy's answer and clause; neither it nor a score is stored."""
    begin(desk)
    work(desk)
    before = desk.dump()
    shown = walk(desk, "ana", wrong=frozenset((0,)))
    assert "The right answer: No" in text_of(shown[1][0])
    assert "Quote(" in text_of(shown[1][0])
    assert "Quote(" not in text_of(shown[2][0])
    after = desk.dump()
    assert re.sub(r"\('[0-9a-f]{64}', datetime[^)]*\)+", "", after).count("campaign.answer") == 0
    assert stages(desk) == {"asked": EVERYBODY}
    # Only that the events were seen is remembered.
    with desk.product.database.transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM attestations")).scalar_one() == 0
    assert len(after) >= len(before)


def test_a_runner_gets_the_situations_of_runners_first(desk: Desk) -> None:
    """Anybody who runs an account is shown what concerns accounts; anybody who runs none is not."""
    begin(desk)
    assert "on an account that you run" in desk.press("lucy", "campaign.begin", version(desk))
    assert "on an account that you run" not in desk.press("ana", "campaign.begin", version(desk))


def test_reminded_weekly_until_confirmed(desk: Desk) -> None:
    """A reminder a week, in working time, and none any more once somebody has confirmed."""
    begin(desk)
    work(desk)
    confirm(desk, "ana")
    for _ in range(21):
        desk.later(days=1)
        work(desk)
    assert asked(desk, "ana") == ["Please read: the social media policy"]
    reminder = "A reminder: the social media policy"
    assert asked(desk, "joe") == ["Please read: the social media policy", *[reminder] * 3]


def test_nobody_is_asked_outside_working_time(desk: Desk) -> None:
    """Started on a Saturday nobody hears of it before Monday morning; over Christmas nobody is reminded."""
    desk.now = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)
    begin(desk)
    work(desk)
    assert everybody(desk) == {}
    desk.now = datetime(2026, 11, 30, 8, 29, tzinfo=UTC)
    work(desk)
    assert everybody(desk) == {}
    desk.now = datetime(2026, 11, 30, 8, 31, tzinfo=UTC)
    work(desk)
    assert len(everybody(desk)) == EVERYBODY
    told = []
    for day in range(1, 40):
        before = len(asked(desk, "joe"))
        desk.now = datetime(2026, 11, 30, 12, 0, tzinfo=UTC) + timedelta(days=day)
        work(desk)
        told += [desk.now.date().isoformat()] * (len(asked(desk, "joe")) - before)
    assert told == ["2026-12-07", "2026-12-14", "2027-01-04"]


def test_a_message_that_waited_is_not_sent_at_night(desk: Desk) -> None:
    """What a platform did not take in working time waits for the next morning."""
    desk.now = START.replace(hour=16, minute=29)
    begin(desk)
    desk.notebook.refuses["joe"] = OutageFault("token revoked")
    work(desk)
    del desk.notebook.refuses["joe"]
    desk.later(hours=3)
    work(desk)
    assert asked(desk, "joe") == []
    desk.now = START.replace(hour=8, minute=31) + timedelta(days=1)
    work(desk)
    assert len(asked(desk, "joe")) == 1


def test_whom_no_platform_reaches_is_not_reached(desk: Desk) -> None:
    """Who is refused for good, or has no known account, is "not reached", and never outstanding."""
    take(desk, ListedStaff("Nora Quill", "nora@harbour.example", ("southmere",), ("Cook",)))
    desk.notebook.refuses["joe"] = PermanentFault("gone")
    begin(desk)
    work(desk)
    assert stages(desk) == {"asked": EVERYBODY - 1, "not_reached": 2}
    listed = names(desk, "eleanor")
    assert "Not reached, which is no omission of theirs: Joe Whitfield (teaching assistant)" in listed
    assert "Nora Quill" in listed.split("Southmere")[1].split("Not reached")[1]
    assert "Nora" not in listed.split("Southmere")[1].split("Not reached")[0]


def test_who_gets_an_account_later_is_asked_then(desk: Desk) -> None:
    """Somebody who was not reached is asked in the next week's round, once an account of theirs is known."""
    nora = ListedStaff("Nora Quill", "nora@harbour.example", ("southmere",), ("Cook",))
    take(desk, nora)
    with_world(desk, federation=replace(desk.product.context.world.federation, demo_staff=()))
    begin(desk)
    work(desk)
    take(desk, replace(nora, accounts={"playground": "nora"}))
    desk.later(days=8)
    work(desk)
    assert asked(desk, "nora") == ["Please read: the social media policy"]
    assert "not_reached" not in stages(desk)


def test_a_platform_that_lists_nobody(desk: Desk) -> None:
    """Where no account of anybody is known, everybody is not reached, and nothing is owed."""
    context = replace(desk.product.context, platforms=("slack",))
    desk.product = replace(desk.product, context=context, assistant=Assistant(context, DeafEngine()))
    begin(desk)
    work(desk)
    assert stages(desk) == {"not_reached": EVERYBODY}
    assert everybody(desk) == {}
    assert "0 are outstanding" in names(desk, "eleanor")


def test_a_campaign_for_nobody_is_refused(desk: Desk) -> None:
    """Where nobody fits what was chosen nothing is started, and it says what to do."""
    take(desk, replace(ANA, name="A", email="a@harbour.example", accounts={}, jobs=("Caretaker",)))
    assert "Nobody on the staff register fits" in begin(desk, schools="southmere", roles="Caretaker")
    assert stages(desk) == {}
    assert "No campaign is running" in page(desk, "eleanor")


def test_schools_and_roles(desk: Desk) -> None:
    """A campaign for one school and one role asks whom they fit, and nobody else."""
    take(desk, ANA)
    assert "Started: 1 people" in begin(desk, schools="northgate", roles="Teacher")
    work(desk)
    assert list(everybody(desk)) == ["ana"]


def test_a_person_on_two_platforms_and_on_the_list_is_asked_once(desk: Desk) -> None:
    """Known by the roster, by the list and by two accounts, somebody is asked on one of them, once."""
    federation = desk.product.context.world.federation
    grace = Person("grace", "Grace Holloway", {"playground": "grace", "teams": "t1"}, "grace@harbour.example")
    people = {**federation.roster.people, "grace": grace}
    with_world(desk, federation=replace(federation, roster=replace(federation.roster, people=people)))
    take(desk, ListedStaff("G. Holloway", "grace@harbour.example", (), (), accounts={"playground": "grace"}))
    assert f"Started: {EVERYBODY} people" in begin(desk)
    work(desk)
    assert len(asked(desk, "grace")) == 1
    pressed = Incoming("e1", Sender("teams", "t1"), Pressed("campaign.attest", version(desk)))
    (answer,) = desk.product.assistant.handle(pressed, desk.now)
    assert "Noted" in text_of(answer), "confirmed on the other platform"
    assert stages(desk) == {"asked": EVERYBODY - 1, "attested": 1}
    assert "already" in confirm(desk, "grace")


def test_known_on_the_list_by_an_account_of_the_roster(desk: Desk) -> None:
    """Anybody who is on the list with the account of somebody on the roster is that very person."""
    take(desk, ListedStaff("E. Marsh", "marsh@harbour.example", (), (), accounts={"playground": "eleanor"}))
    assert f"Started: {EVERYBODY} people" in begin(desk)
    work(desk)
    assert len(asked(desk, "eleanor")) == 1
    confirm(desk, "eleanor")
    desk.later(days=8)
    work(desk)
    assert len(asked(desk, "eleanor")) == 1


def test_asked_by_the_roster_and_then_known_by_an_address(desk: Desk) -> None:
    """Somebody whose e-mail address becomes known during a campaign is the same person: asked once."""
    begin(desk)
    work(desk)
    take(desk, ListedStaff("E. Marsh", "marsh@harbour.example", (), (), accounts={"playground": "eleanor"}))
    work(desk)
    confirm(desk, "eleanor")
    desk.later(days=8)
    work(desk)
    assert len(asked(desk, "eleanor")) == 1
    assert stages(desk)["attested"] == 1


def test_who_confirmed_before_is_not_asked(desk: Desk) -> None:
    """Who has confirmed this version without being asked is counted, and gets no message."""
    confirm(desk, "ana")
    begin(desk)
    work(desk)
    assert asked(desk, "ana") == []
    assert stages(desk) == {"asked": EVERYBODY - 1, "attested": 1}


def test_the_same_press_twice(desk: Desk) -> None:
    """A second press, and a second copy of the first, change nothing; the first moment counts."""
    begin(desk)
    work(desk)
    assert "Noted" in confirm(desk, "ana", "event-1")
    assert confirm(desk, "ana", "event-1") == ""
    desk.later(days=1)
    assert "You confirmed this version on 23 Nov 2026, 09:00 already" in confirm(desk, "ana")
    with desk.product.database.transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM attestations")).scalar_one() == 1


def test_a_late_press_is_noted_as_late(desk: Desk) -> None:
    """After its end a confirmation is noted all the same, and it says when the campaign ended."""
    begin(desk, until="2026-12-04T16:00")
    work(desk)
    desk.later(days=14)
    work(desk)
    assert "The campaign ended on 4 Dec 2026, 16:00" in confirm(desk, "ana")
    assert stages(desk)["attested"] == 1


def test_nobody_confirms_for_another(desk: Desk) -> None:
    """The button of another's message confirms for anybody who presses it, and a stranger for nobody."""
    begin(desk)
    work(desk)
    (told,) = desk.notebook.seen["ana"]
    (button,) = buttons_of((told[1],))
    assert button.value == version(desk), "it names nobody"
    confirm(desk, "joe")
    assert "You have not confirmed" in page(desk, "ana")
    assert "stands in no list" in confirm(desk, "a stranger")
    assert "stands in no list" in desk.press("a stranger", "campaign.begin", version(desk))
    assert "stands in no list" in page(desk, "a stranger")
    assert stages(desk)["attested"] == 1


def test_a_version_that_changes_during_a_campaign(desk: Desk) -> None:
    """Nobody is asked about a version that has passed, or can confirm it; the starter hears of it once."""
    begin(desk)
    work(desk)
    old = version(desk)
    with_version(desk, "2")
    desk.later(days=8)
    work(desk)
    assert asked(desk, "joe") == ["Please read: the social media policy"]
    assert "it is at version “2” now. Nothing was noted" in desk.press("joe", "campaign.attest", old)
    assert "it is at version “2” now" in desk.press("joe", "campaign.answer", f"0|no|{old}")
    told = [one for one in desk.notebook.texts("eleanor") if "The policy has changed" in one]
    assert len(told) == 1
    assert "The policy is now at version “2”" in told[0]
    assert "The campaign about version “as it was on 23 Nov 2026” asks nobody" in told[0]
    shown = page(desk, "eleanor")
    assert "A campaign about version “as it was on 23 Nov 2026” still runs" in shown
    assert "asks nobody any more: the policy is at version “2”" in shown
    assert "Started" in begin(desk)
    work(desk)
    assert asked(desk, "joe") == ["Please read: the social media policy"] * 2
    with desk.product.database.transaction() as tx:
        found = tx.execute(text("SELECT stage FROM campaigns ORDER BY started_at")).scalars().all()
    assert found == ["superseded", "running"]


def test_nobody_reads_a_name_that_is_made_of_the_text(desk: Desk) -> None:
    """A policy that states no version is known by its day; an earlier one by a day of its own."""
    confirm(desk, "ana")
    begin(desk)
    work(desk)
    shown = [
        walk(desk, "joe")[-1],
        desk.send("lucy", Said("training")),
        desk.send("eleanor", Said("training")),
    ]
    said = "\n".join(text_of(message) for screen in shown for message in screen)
    said += desk.press("eleanor", "campaign.stop", campaign_id(desk))
    assert "[I have read and understood version “22 November 2026”]" in said
    assert "Really stop the campaign about version “22 November 2026”?" in said
    desk.later(days=14)
    with_version(desk, "2")
    begin(desk)
    work(desk)
    told = desk.notebook.texts("ana")[-1]
    assert "You have confirmed version “as it was on 23 Nov 2026”. Version “2” says something else" in told
    assert "what has changed is not listed here, so please read all of it" in told
    everything = said + "\n".join(text for user in desk.notebook.seen for text in desk.notebook.texts(user))
    assert not re.search("text [0-9a-f]{8}", everything)


def test_what_changed_for_whom(desk: Desk) -> None:
    """Who confirmed the version before reads what changed for them since, or that nothing did."""
    with_version(desk, "1")
    for user in ("ana", "lucy"):
        confirm(desk, user)
    rules = desk.product.context.world.campaigns
    changes = (ChangeRecord(text="Comments are answered within 12 hours.", roles=("Runner",)),)
    versions = (
        VersionRecord(version="1", changes=(ChangeRecord(text="It is new."),)),
        VersionRecord(version="2", changes=changes),
    )
    with_world(desk, campaigns=rules.model_copy(update={"versions": versions}))
    with_version(desk, "2")
    form = form_in(desk.send("eleanor", Pressed("campaign.start")))
    assert form.fields[2].value == ("runner",), "those whom the changes name are asked first"
    begin(desk)
    work(desk)
    assert "Since then this has changed for you:" in desk.notebook.texts("lucy")[0]
    assert "within 12 hours" in desk.notebook.texts("lucy")[0]
    assert "Nothing that has changed since then names your role" in desk.notebook.texts("ana")[0]
    assert "You have not confirmed any version here yet" in desk.notebook.texts("joe")[0]


def test_those_whom_the_changes_name_are_asked_first(desk: Desk) -> None:
    """With the roles that are chosen already, runners alone are asked; emptied, everybody is."""
    rules = desk.product.context.world.campaigns
    changes = (ChangeRecord(text="Sooner.", roles=("runner",)),)
    versions = (VersionRecord(version="2", changes=changes),)
    with_world(desk, campaigns=rules.model_copy(update={"versions": versions}))
    with_version(desk, "2")
    assert "Started: 3 people" in begin(desk, roles="runner")
    work(desk)
    assert sorted(everybody(desk)) == ["grace", "lucy", "tom"]


def test_who_leaves_during_a_campaign(desk: Desk) -> None:
    """Anybody who leaves is reminded no more and stands in no list; anybody who comes back is asked again."""
    with_world(desk, federation=replace(desk.product.context.world.federation, demo_staff=()))
    joe = ListedStaff("Joe", "joe@harbour.example", ("northgate",), (), accounts={"playground": "joe"})
    take(desk, ANA, joe)
    begin(desk)
    work(desk)
    take(desk, ANA, everybody=True)
    assert stages(desk)["left"] == 1
    assert "stands in no list" in confirm(desk, "joe")
    desk.later(days=8)
    work(desk)
    assert len(asked(desk, "joe")) == 1
    assert "Joe" not in names(desk, "eleanor")
    take(desk, ANA, joe, everybody=True)
    work(desk)
    assert len(asked(desk, "joe")) == 2


def test_left_by_mistake_and_back_is_not_asked_again(desk: Desk) -> None:
    """Somebody who was left out of a list by mistake, and is on the next one, hears nothing for a week."""
    joe = ListedStaff("Joe", "joe@harbour.example", accounts={"playground": "somebody"})
    take(desk, joe)
    begin(desk)
    work(desk)
    take(desk, ANA, everybody=True)
    take(desk, ANA, joe, everybody=True)
    work(desk)
    assert len(asked(desk, "somebody")) == 1
    desk.later(days=8)
    work(desk)
    assert len(asked(desk, "somebody")) == 2


def test_who_leaves_the_roster_is_sent_nothing_more(desk: Desk) -> None:
    """Two people let somebody leave the roster: nothing that is owed to them still goes out."""
    begin(desk)
    desk.notebook.refuses["tom"] = OutageFault("away")
    work(desk)
    agree(desk, "leave", person="tom")
    del desk.notebook.refuses["tom"]
    desk.later(hours=1)
    work(desk)
    assert asked(desk, "tom") == []
    assert stages(desk)["left"] == 1


def test_who_joins_during_a_campaign_is_asked(desk: Desk) -> None:
    """A list that is taken in while a campaign runs adds the new ones to it, once."""
    begin(desk)
    work(desk)
    nora = ListedStaff("Nora Quill", "nora@harbour.example", (), (), accounts={"playground": "nora"})
    take(desk, nora)
    take(desk, nora)
    work(desk)
    assert len(asked(desk, "nora")) == 1
    assert len(asked(desk, "joe")) == 1


def test_leave_pauses(desk: Desk) -> None:
    """Anybody who is away is asked when they are back, and stands in the list as on leave."""
    federation = desk.product.context.world.federation
    away = Absence("dina", START - timedelta(days=1), START + timedelta(days=9), "lucy")
    with_world(desk, federation=replace(federation, roster=replace(federation.roster, absences=(away,))))
    begin(desk)
    work(desk)
    for _ in range(9):
        desk.later(days=1)
        work(desk)
    assert "Dina Clarke (on leave)" not in names(desk, "eleanor"), "she came back today"
    assert asked(desk, "dina") == ["Please read: the social media policy"]
    assert len(asked(desk, "joe")) == 2


def test_leave_that_begins_while_a_message_waits(desk: Desk) -> None:
    """What is owed to somebody who goes on leave before it arrives waits for them."""
    federation = desk.product.context.world.federation
    away = Absence("dina", START + timedelta(hours=1), START + timedelta(days=2), "lucy")
    with_world(desk, federation=replace(federation, roster=replace(federation.roster, absences=(away,))))
    begin(desk)
    desk.notebook.refuses["dina"] = OutageFault("away")
    work(desk)
    desk.notebook.refuses.clear()
    desk.later(hours=2)
    work(desk)
    assert asked(desk, "dina") == []
    assert "Dina Clarke (on leave)" in names(desk, "eleanor")
    desk.later(days=2)
    work(desk)
    assert len(asked(desk, "dina")) == 1


def test_when_it_ends_the_starter_gets_the_numbers(desk: Desk) -> None:
    """After its time nobody is asked any more, and its starter is sent what came of it, once."""
    begin(desk, "farid", until="2026-12-04T16:00")
    work(desk)
    confirm(desk, "ana")
    for _ in range(3):
        desk.later(days=7)
        work(desk)
    (told,) = [one for one in desk.notebook.texts("farid") if "ended" in one]
    assert "1 of 16 have confirmed; 15 are outstanding, 0 could not be reached" in told
    assert len(asked(desk, "joe")) == 2
    assert "Joe Whitfield" in names(desk, "farid")


def test_where_the_starter_has_left_the_policy_owner_gets_them(desk: Desk) -> None:
    """A starter who may start no more is passed over for the policy owner, here the headteacher."""
    begin(desk, "farid", until="2026-12-04T16:00")
    roster = desk.product.context.world.federation.roster
    roles = {**roster.roles, "flt": {"": ("grace", "tom")}}
    federation = replace(desk.product.context.world.federation, roster=replace(roster, roles=roles))
    with_world(desk, federation=federation)
    desk.later(days=14)
    work(desk)
    assert not [one for one in desk.notebook.texts("farid") if "has ended" in one]
    assert [one for one in desk.notebook.texts("eleanor") if "has ended" in one]


def due(desk: Desk, user: str = "eleanor") -> list[str]:
    return [one for one in desk.notebook.texts(user) if one.startswith("A review or a campaign is due")]


def test_the_yearly_campaign_is_brought_to_mind(desk: Desk) -> None:
    """A year after the last one began the policy owner is told, each month, until the next one begins."""
    begin(desk, "farid", until="2026-12-04T16:00")
    desk.later(days=364)
    work(desk)
    assert not any("The last campaign" in one for one in due(desk))
    for told in (1, 1, 2):
        desk.later(days=15)
        work(desk)
        assert sum("The last campaign began on 23 Nov 2026" in one for one in due(desk)) == told
    begin(desk, "farid", until=f"{desk.now:%Y}-12-31T16:00")
    desk.later(days=40)
    work(desk)
    assert sum("The last campaign" in one for one in due(desk)) == 2
    assert due(desk, "farid") == []


def test_a_review_that_has_come_is_brought_to_mind(desk: Desk) -> None:
    """From the policy's review date on its owner is told once a month; without any campaign of that alone."""
    policy = desk.product.context.world.policy
    (cover,) = policy.covers
    tomorrow = replace(policy, covers=(replace(cover, review=desk.now.date() + timedelta(days=1)),))
    with_world(desk, policy=tomorrow)
    work(desk)
    assert due(desk) == []
    desk.later(days=1)
    work(desk)
    work(desk)
    (told,) = due(desk)
    assert "Use of Social Media Policy was to be looked at again by" in told
    assert "campaign" not in told.removeprefix("A review or a campaign is due")


def test_stopped_nobody_is_asked(desk: Desk) -> None:
    """Stopped, after a second question, it asks nobody any more; what was owed is never sent."""
    begin(desk)
    desk.notebook.refuses["joe"] = OutageFault("away")
    work(desk)
    assert "Really stop" in desk.press("eleanor", "campaign.stop", campaign_id(desk))
    assert stages(desk)["asked"] == EVERYBODY - 1
    assert "The campaign is stopped" in desk.press("eleanor", "campaign.stop_now", campaign_id(desk))
    assert "has ended already" in desk.press("eleanor", "campaign.stop_now", campaign_id(desk))
    del desk.notebook.refuses["joe"]
    desk.later(days=8)
    work(desk)
    assert asked(desk, "joe") == []
    assert len(asked(desk, "priya")) == 1
    assert "Started" in begin(desk)


def test_one_at_a_time_and_a_form_twice(desk: Desk) -> None:
    """While one runs no other is started; the same form sent twice starts one."""
    form = form_in(desk.send("eleanor", Pressed("campaign.start")))
    assert "Started" in desk.fill("eleanor", "campaign.start", form.value, until=UNTIL)
    assert "started already" in desk.fill("eleanor", "campaign.start", form.value, until=UNTIL)
    assert "runs already, until 26 Feb 2027" in begin(desk, "farid")
    assert stages(desk) == {"owed": EVERYBODY}


@pytest.mark.parametrize(
    ("fields", "name", "error"),
    [
        ({"until": ""}, "until", "Please fill this in."),
        ({"until": "soon"}, "until", "Give a date and a time."),
        ({"until": "2026-11-23T09:00"}, "until", "This lies in the past."),
        ({"until": "2028-11-23T09:00"}, "until", "more than 400 days ahead"),
        ({"until": UNTIL, "schools": "eastgate"}, "schools", "Choose from the list."),
        ({"until": UNTIL, "roles": "a,b"}, "roles", "Choose from the list."),
        ({"until": UNTIL, "roles": "king"}, "roles", "Choose from the list."),
    ],
)
def test_bad_input_is_named_beside_its_field(
    desk: Desk, fields: dict[str, str], name: str, error: str
) -> None:
    """What is wrong stands beside its field, what was typed is kept, and nothing is started."""
    form = form_in(desk.send("eleanor", Pressed("campaign.start")))
    sent = Submitted("campaign.start", form.value, {key: (value,) for key, value in fields.items()})
    found = form_in(desk.send("eleanor", sent))
    assert {item.name: item.error for item in found.fields if item.error}.keys() == {name}
    assert error in next(item.error for item in found.fields if item.name == name)
    assert found.value == form.value
    assert stages(desk) == {}


@pytest.mark.parametrize("value", ["", "x", "7|yes|x", "0|maybe|V", "99|no|V", "-1|no|V", "0|no", "|||"])
def test_made_up_presses_change_nothing(desk: Desk, value: str) -> None:
    """A press that no screen has made is answered, and confirms nothing."""
    desk.send("ana", Pressed("campaign.answer", value.replace("V", version(desk))))
    for action in ("attest", "list", "stop", "stop_now", "start", "begin", "nothing"):
        desk.send("ana", Pressed(f"campaign.{action}", value))
    with desk.product.database.transaction() as tx:
        for table in ("attestations", "campaigns", "asks"):
            assert tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_training_is_attested(desk: Desk) -> None:
    """Somebody says when they attended training; the newest day is kept, and none that is yet to come."""
    assert "No training of yours is noted" in page(desk, "ana")
    assert "When did you attend it?" in repr(desk.send("ana", Pressed("campaign.trained")))
    for day, told in (("2026-09-01T10:00", "1 Sep 2026"), ("2025-09-01T10:00", "1 Sep 2025")):
        assert f"you attended training on {told}" in desk.fill("ana", "campaign.trained", "", day=day)
    assert "Your last training: 1 Sep 2026" in page(desk, "ana")
    for day, error in (("", "Please fill"), ("x", "Give a date"), ("2026-12-01T10:00", "in the future")):
        assert error in repr(desk.send("ana", Submitted("campaign.trained", "", {"day": (day,)})))
    assert "stands in no list" in desk.fill("a stranger", "campaign.trained", "", day="2026-09-01T10:00")


def test_figures_by_school(desk: Desk) -> None:
    """Asked, confirmed and not reached by school; anybody who is at both schools counts at both."""
    take(desk, ListedStaff("Nora Quill", "nora@harbour.example", ("southmere",), ("Cook",)))
    begin(desk)
    work(desk)
    confirm(desk, "dina")
    context = desk.product.context
    with desk.product.database.transaction() as tx:
        found = newest_campaign(tx, context.world.policy.id)
        assert found is not None
        figures = figures_by_school(tx, context.vault, context.world.federation, found)
    assert [(one.school, one.asked, one.attested, one.not_reached) for one in figures] == [
        ("northgate", 14, 1, 0), ("southmere", 16, 0, 1)
    ]  # fmt: skip


def test_a_lost_answer_leaves_one_message(desk: Desk) -> None:
    """A platform that took the message and did not say so shows it once, and the person is asked."""
    begin(desk)
    desk.notebook.faults_after = [UnclearFault("cut")] * 4
    work(desk)
    desk.later(minutes=10)
    work(desk)
    assert {len(told) for told in everybody(desk).values()} == {1}
    assert stages(desk) == {"asked": EVERYBODY}


def test_what_is_urgent_never_waits_behind_a_campaign(desk: Desk) -> None:
    """However many are to be asked, a handful of messages at most is ahead of a card that comes then."""
    take(
        desk,
        *(ListedStaff(f"P{n}", f"p{n}@harbour.example", accounts={"playground": f"p{n}"}) for n in range(90)),
    )
    begin(desk)
    for _ in range(5):
        Rounds().look(desk.product.context, desk.now)
    with desk.product.database.transaction() as tx:
        owed = tx.execute(text("SELECT count(*) FROM outbox WHERE kind = 'campaign.ask'")).scalar_one()
    assert owed == 25
    reference = desk.report("ana").reference
    desk.work(2)
    assert [user for user in desk.notebook.seen if reference in "".join(desk.notebook.texts(user))]
    work(desk)
    assert stages(desk) == {"asked": 90 + EVERYBODY}


def test_two_processes_and_a_clock_that_is_put_back(desk: Desk) -> None:
    """However many look, and at whatever hour, each message is owed once."""
    begin(desk)
    for hours in (0, 1, -2, 0, 26, 25, 26):
        desk.now = START + timedelta(hours=hours)
        for _ in range(2):
            Rounds().look(desk.product.context, desk.now)
        work(desk)
    assert {len(told) for told in everybody(desk).values()} == {1}
    assert len(everybody(desk)) == EVERYBODY


def test_somebody_whom_no_key_opens_holds_up_nobody(desk: Desk) -> None:
    """An entry of the list that cannot be opened is passed by for an hour, and the others are asked."""
    take(desk, ListedStaff("Nora Quill", "nora@harbour.example", (), (), accounts={"playground": "nora"}))
    begin(desk)
    with desk.product.database.transaction() as tx:
        tx.exec_driver_sql("UPDATE staff SET sealed_detail = wrapped_key")
    work(desk)
    assert len(everybody(desk)) == EVERYBODY
    assert stages(desk) == {"asked": EVERYBODY, "owed": 1}


def test_during_a_pause_nobody_is_asked(desk: Desk) -> None:
    """While Signpost is paused nobody is asked, and a press is answered with that; afterwards it goes on."""
    begin(desk)
    agree(desk, "pause", reason="An exercise")
    work(desk)
    assert everybody(desk) == {}
    assert "paused" in confirm(desk, "ana").casefold()
    agree(desk, "resume", reason="Over")
    desk.later(hours=1)
    work(desk)
    assert len(everybody(desk)) == EVERYBODY


def test_danger_in_a_form_comes_before_everything(desk: Desk) -> None:
    """Anybody who writes into a form of a campaign that a child is in danger reads the numbers first."""
    words = "a student is going to kill himself tonight"
    for action in ("campaign.trained", "campaign.start"):
        answer = desk.send("eleanor", Submitted(action, "", {"day": (words,), "until": (words,)}))
        assert "999" in text_of(answer[0])


def test_typed_danger_is_read_as_everywhere(desk: Desk) -> None:
    """Words typed below the message are a question like any other: no word of a campaign swallows them."""
    begin(desk)
    work(desk)
    incoming = Incoming("e1", Sender("playground", "ana"), Said("I have read and understood it"))
    assert desk.product.assistant.handle(incoming, desk.now)
    assert "You have not confirmed" in page(desk, "ana")


def test_what_is_forgotten(desk: Desk) -> None:
    """What somebody confirmed is deleted 365 days after they left, and kept as long as they work here."""
    with_world(desk, federation=replace(desk.product.context.world.federation, demo_staff=()))
    take(desk, ANA, replace(ANA, email="b@harbour.example", accounts={"playground": "b"}))
    for user in ("ana", "b"):
        confirm(desk, user)
    take(desk, ANA, everybody=True)

    def kept() -> int:
        with desk.product.database.transaction() as tx:
            return int(tx.execute(text("SELECT count(*) FROM attestations")).scalar_one())

    desk.later(days=364)
    work(desk)
    assert kept() == 2
    desk.later(days=3)
    work(desk)
    assert kept() == 1
    desk.later(days=3000)
    work(desk)
    assert kept() == 1


def test_an_old_campaign_is_forgotten(desk: Desk) -> None:
    """Three years after its end a campaign and who was asked in it are deleted; what was confirmed stays."""
    begin(desk, until="2026-12-04T16:00")
    work(desk)
    confirm(desk, "ana")
    desk.later(days=20)
    work(desk)
    desk.later(days=1096)
    work(desk)
    assert stages(desk) == {}
    with desk.product.database.transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM campaigns")).scalar_one() == 0
        # The worker sees to more than campaigns: accounts have reminders of their own by then.
        assert tx.execute(text("SELECT count(*) FROM outbox WHERE kind LIKE 'campaign.%'")).scalar_one() == 0
        assert tx.execute(text("SELECT count(*) FROM attestations")).scalar_one() == 1


def test_nobody_stands_in_the_clear(desk: Desk) -> None:
    """No name, address or account of staff stands in the tables of a campaign."""
    take(desk, replace(ANA, accounts={"playground": "a-user-of-ours"}))
    begin(desk)
    work(desk)
    confirm(desk, "a-user-of-ours")
    with desk.product.database.transaction() as tx:
        rows = [
            repr(row)
            for table in ("asks", "attestations", "staff", "staff_accounts", "outbox")
            for row in tx.execute(text(f"SELECT * FROM {table}"))
        ]
    assert not [row for row in rows for word in ("Silva", "harbour.example", "a-user") if word in row]
