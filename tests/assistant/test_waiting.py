"""What waits for somebody: which lists are theirs, how much stands on each, and the way there."""

from __future__ import annotations

from typing import get_args

import pytest

from bot.assistant.waiting import PREFIX
from bot.channels.common.look import Look
from bot.channels.common.messages import is_about_cases
from bot.channels.slack.chats import in_chat, leads_to_modal
from bot.channels.slack.views import HomeParts, home_view
from bot.content.journey_texts import Waiting
from bot.domain.messages import Buttons, Message, Table
from bot.domain.turns import Pressed, Said
from tests.accounts.house import apply, attest, fill, form_in
from tests.channels.every_door import drawn_everywhere, typed_in_terminal
from tests.channels.teams.office import Office, play, shown_words
from tests.consulting.test_questions import ask, without
from tests.replies.test_entries import log
from tests.support.desk import Desk, text_of

ASKED, STAFF = "Questions on the objections list", "People on the staff register"
REPLIES, ACCOUNTS = "Comments that are owed an answer", "Applications and accounts"
CAMPAIGN, GAPS = "Staff who have not confirmed", "Open questions about the policy"
# Whose lists they are, before anything waits: nobody's but by a role, or for who runs an account.
LISTS = {
    "ana": set[str](),
    "nobody": set[str](),
    "maya": set[str](),
    "beth": set[str](),
    "ivan": {REPLIES, ACCOUNTS},
    "lucy": {REPLIES, ACCOUNTS},
    "ravi": {REPLIES, ASKED, ACCOUNTS, CAMPAIGN, STAFF},
    "farid": {REPLIES, ASKED, ACCOUNTS, CAMPAIGN, STAFF},
    "eleanor": {REPLIES, ASKED, ACCOUNTS, GAPS, CAMPAIGN, STAFF},
    "dina": {GAPS},
}


def table(messages: tuple[Message, ...]) -> dict[str, int]:
    """The lists that are shown, each with its number."""
    found = [block for message in messages for block in message.blocks if isinstance(block, Table)]
    return {row.cells[0]: int(row.cells[1]) for one in found for row in one.rows}


def ways(messages: tuple[Message, ...]) -> list[str]:
    """The presses that open the lists."""
    found = [block for message in messages for block in message.blocks if isinstance(block, Table)]
    return [row.button.action for one in found for row in one.rows]


@pytest.mark.parametrize("user", LISTS)
def test_each_role_sees_its_own_lists(desk: Desk, user: str) -> None:
    """A list is shown to those whose role opens it, and hidden from everybody else."""
    desk.work()
    shown = desk.send(user, Said("my work"))
    assert set(table(shown)) == LISTS[user]
    assert LISTS[user] or "Nothing here is yours to do." in text_of(shown[0])


def test_what_waits_is_counted(desk: Desk) -> None:
    """A comment, a question about the list, an application and a campaign: each counts where it waits."""
    desk.work()
    log(desk)
    ask(desk)
    apply(desk)
    attest(desk, "ana", "joe")
    desk.work(20)
    assert table(desk.send("ravi", Said("my work")))[ASKED] == 1
    assert table(desk.send("ravi", Said("my work")))[ACCOUNTS] == 1
    assert table(desk.send("farid", Said("my work")))[ACCOUNTS] == 0
    assert table(desk.send("grace", Said("my work")))[REPLIES] == 1
    fill(desk, "ravi", "complete")
    assert table(desk.send("ravi", Said("my work")))[ACCOUNTS] == 0
    assert table(desk.send("farid", Said("my work")))[ACCOUNTS] == 1
    # An applicant off the roster has a list too, as long as there is something of theirs.
    assert table(desk.send("ana", Said("my work"))) == {ACCOUNTS: 0}


def test_a_campaign_is_counted_and_ones_own_confirmation(desk: Desk) -> None:
    """Those who look after a school read how many are outstanding; everybody who is asked, that they are."""
    desk.work()
    form = form_in(desk.send("eleanor", Pressed("campaign.start")))
    desk.fill("eleanor", "campaign.start", form.value, until="2026-12-20T12:00")
    shown = table(desk.send("eleanor", Said("my work")))
    assert shown["Yours to read and confirm"] == 1
    assert 1 < shown[CAMPAIGN] <= shown[STAFF]
    assert table(desk.send("maya", Said("my work"))) == {"Yours to read and confirm": 1}


@pytest.mark.parametrize("user", ["ravi", "eleanor"])
def test_a_role_that_was_lost_is_refused_at_the_press(desk: Desk, user: str) -> None:
    """What stood on the page leads nowhere any more, and shows nothing of what is on the list."""
    desk.work()
    log(desk)
    ask(desk)
    shown = ways(desk.send(user, Said("my work")))
    assert len(shown) == len(LISTS[user])
    without(desk, "sbm", "flt", "eht", "it", "policy_owner")
    for way in shown:
        read = desk.press(user, way)
        assert not any(word in read for word in ("sports day", "Received", "can be written to", "Sign")), way
    assert "You may not answer this" in desk.press(user, "consult.show")
    assert "can be written to" not in desk.press(user, "campaign.staff")
    assert table(desk.send(user, Said("my work"))) == {}


def test_the_list_of_questions_is_answered_from(desk: Desk) -> None:
    """A person who may answer finds each question there with its two answers, and nobody their own."""
    desk.work()
    ask(desk)
    shown = desk.send("farid", Pressed("consult.show"))
    assert "Year 8 sports day on 12 June" in text_of(shown[0])
    (yes, _no) = [item for block in shown[0].blocks if isinstance(block, Buttons) for item in block.items]
    assert "is told" in desk.press("farid", yes.action, yes.value)
    assert "Nobody is waiting for an answer." in desk.press("ravi", "consult.show")
    ask(desk, "ravi", "Year 9 trip")
    assert "Nobody is waiting for an answer." in desk.press("ravi", "consult.show")
    assert "Year 9 trip" in desk.press("farid", "consult.show")
    assert "You may not answer this" in desk.press("ana", "consult.show")


def test_the_staff_register_in_numbers(desk: Desk) -> None:
    """By school how many there are, can be written to and are away: no name, and nobody else reads it."""
    read = desk.press("ravi", "campaign.staff")
    assert "Northgate School: " in read
    assert "can be written to" in read
    assert "Southmere School: " not in read
    assert not any(one.name in read for one in desk.product.context.world.federation.roster.people.values())
    for user in ("ana", "ivan", "maya"):
        assert "can be written to" not in desk.press(user, "campaign.staff")


def test_everything_can_be_drawn(desk: Desk) -> None:
    """The page and what it leads to fit on Slack and on Teams."""
    desk.work()
    ask(desk)
    shown = desk.send("eleanor", Said("my work"))
    screens = [*shown, *desk.send("ana", Said("my work"))]
    for way in ways(shown):
        screens += desk.send("eleanor", Pressed(way))
    assert drawn_everywhere(desk, screens) == len(get_args(Waiting)) + 1


def test_on_slack_the_home_page_has_the_lists(desk: Desk) -> None:
    """On the Home tab stand the lists of those who have any, each with its button; in a chat one button."""
    desk.work()
    look, world = Look.of(desk.product.context.world), desk.product.context.world
    (shown,) = desk.send("eleanor", Said("my work"))
    home = str(home_view(HomeParts.of(world, work=shown), look))
    assert home.count("What waits for you") == 1
    assert all(way in home for way in ways((shown,)))
    (nothing,) = desk.send("ana", Said("my work"))
    assert "What waits for you" not in str(home_view(HomeParts.of(world, work=nothing), look))
    left = in_chat(shown, Said("my work"), world.door)
    (button,) = [item for block in left.blocks if isinstance(block, Buttons) for item in block.items]
    assert button.action == f"{PREFIX}show"
    assert leads_to_modal(Pressed(button.action, button.value))
    assert [one.summary for one in desk.send("eleanor", Pressed(button.action))] == ["What waits for you"]


def test_guests_see_no_list() -> None:
    """It is for the people on the roster, and looked at as strictly as a case."""
    assert is_about_cases(Said("my work"))
    assert is_about_cases(Pressed("work.show"))
    assert is_about_cases(Pressed("consult.show"))


def test_on_teams_the_command_leads_to_a_list(works: Office) -> None:
    """On Teams it is a command and a button under help; a line opens its list."""

    async def story() -> None:
        await works.door.handle(works.activity("farid", "install", name="add"))
        await works.says("farid", "help")
        assert works.action("My work")
        await works.says("farid", "my work")
        reply = await works.presses("farid", f"Open: {ASKED}")
        assert "Nobody is waiting for an answer." in shown_words(reply) + works.told("a:farid")[-1]

    play(story())


def test_in_the_terminal_the_word_leads_to_it(desk: Desk) -> None:
    """In the terminal a person who has no list reads so."""
    assert any("Nothing here is yours to do." in line for line in typed_in_terminal(desk, "my work"))
