"""The page of the Executive Headteacher and the chair: who may, each press, the link, the doors."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.common.look import Look
from bot.channels.common.messages import is_about_cases, is_private
from bot.channels.slack.chats import in_chat, leads_to_modal
from bot.channels.slack.drawing import post_of
from bot.channels.teams.drawing import card_of
from bot.domain.messages import Buttons, Link, Message
from bot.domain.roster import Absence
from bot.domain.turns import Incoming, Pressed, Said, Sender, Submitted
from tests.channels.paper.reading import words
from tests.channels.slack.test_payloads_of_cases import check as check_on_slack
from tests.channels.teams.office import office, play
from tests.channels.teams.test_payloads import check as check_on_teams
from tests.governance.office import AFTER, AUTUMN, changed, page, reported
from tests.support.case_pages import Client, visiting
from tests.support.desk import START, Desk, text_of

ADDRESS = "https://signpost.example"
REFUSED = "Only the Executive Headteacher and the chair of governors may read the governors' report."


def link(desk: Desk, user: str = "eleanor", term: str = AUTUMN) -> str:
    """The path of the link that somebody is given."""
    (message,) = desk.send(user, Pressed("governors.file", term))
    (found,) = [block.url for block in message.blocks if isinstance(block, Link)]
    assert message.ephemeral
    return found.removeprefix(ADDRESS)


@pytest.mark.parametrize("user", ["ana", "nobody", "farid", "grace", "beth", "ravi", "ivan", "dina", "colin"])
def test_nobody_else_sees_a_figure(desk: Desk, user: str) -> None:
    """To each other role, to staff and strangers every press is refused, in the audit too."""
    changed(desk, address=ADDRESS)
    desk.now = AFTER
    contents = (
        Said("governors' report"),
        Pressed("word.say", "governors"),
        Pressed("governors.show"),
        Pressed("governors.file", AUTUMN),
        Submitted("governors.file", AUTUMN),
    )
    for content in contents:
        (message,) = desk.send(user, content)
        assert text_of(message).startswith(REFUSED)
        assert AUTUMN not in text_of(message)
    audit = "\n".join(text_of(one) for one in desk.send("eleanor", Said("audit")))
    assert audit.count("Refused: ") == len(contents)
    assert "SELECT" not in audit


def test_who_stands_in_may_read_it_meanwhile(desk: Desk) -> None:
    """The cover of the chair reads it as long as that lasts, and not a minute longer."""
    desk.now = AFTER
    roster = desk.product.context.world.federation.roster
    away = Absence("maya", START, AFTER + timedelta(days=1), "beth")
    changed(desk, roster=replace(roster, absences=(away,)))
    assert "0 to 4" in page(desk, "beth")
    desk.later(days=1)
    assert page(desk, "beth").startswith(REFUSED)


def test_the_roles_are_data(desk: Desk) -> None:
    """With another row in permissions.yml others may read it, and the buttons follow."""
    desk.now = AFTER
    world = desk.product.context.current.at_start
    desk.product.context.current.at_start = replace(
        world, duties={**world.duties, "governors_report": {"dsl": "always"}}
    )
    desk.product.context.current.stand = replace(
        desk.product.context.current.stand, world=desk.product.context.current.at_start
    )
    assert "0 to 4" in page(desk, "dina")
    assert page(desk, "maya").startswith(REFUSED)
    assert "[Governors' report]" in "\n".join(text_of(one) for one in desk.send("dina", Said("help")))


def test_a_link_gives_the_file_once_and_only_to_a_press(desk: Desk) -> None:
    """Looking shows no word of the report and spends nothing; the button gives it once; all is audited."""
    changed(desk, address=ADDRESS)
    reported(desk, 6)
    desk.now = AFTER
    assert "[Get the PDF]" in page(desk, "maya")
    path = link(desk, "maya")

    async def story(client: Client) -> None:
        for _ in range(2):
            looked = await client.get(path)
            assert looked.status == 200
            assert AUTUMN not in await looked.text()
        given = await client.post(path)
        assert given.status == 200
        assert given.headers["Cache-Control"] == "no-store"
        assert 'filename="governors-2026-autumn.pdf"' in given.headers["Content-Disposition"]
        assert "Abuse on a Federation account 6" in words(await given.read())
        again = await client.post(path)
        assert again.status == 404
        assert "“Governors' report”" in (await again.text()).replace("&#x27;", "'")

    visiting(desk, story)
    audit = "\n".join(text_of(one) for one in desk.send("eleanor", Said("audit")))
    for line in ("Read the", "Asked for the", "Took the"):
        assert f"{line} governors' report" in audit


@pytest.mark.parametrize("how", ["late", "wrong", "other", "odd", "left"])
def test_a_link_opens_nothing_for_anybody_else(desk: Desk, how: str) -> None:
    """Late, with another code or term, or when its asker lost the role, there is no file."""
    changed(desk, address=ADDRESS)
    desk.now = AFTER
    path = link(desk)
    match how:
        case "late":
            desk.later(minutes=10, seconds=1)
        case "wrong":
            path = path[:-4] + "0000"
        case "other":
            path = path.replace(AUTUMN, "2026-summer")
        case "odd":
            path = path.replace(AUTUMN, "..%2Fautumn")
        case "left":
            roster = desk.product.context.world.federation.roster
            changed(desk, roster=replace(roster, roles={**roster.roles, "eht": {"": ("farid",)}}))

    async def story(client: Client) -> None:
        answer = await client.post(path)
        assert answer.status == 404
        assert "There is no file here" in await answer.text()

    visiting(desk, story)


@pytest.mark.parametrize("term", ["2031-spring", "2027-spring", "", "x" * 4000])
def test_a_button_of_another_term_shows_the_last_one(desk: Desk, term: str) -> None:
    """A press that names a term without a report gives no link: what can be read is shown instead."""
    changed(desk, address=ADDRESS)
    desk.now = AFTER
    assert f"Governors' report: {AUTUMN}" in desk.press("eleanor", "governors.file", term)


def test_without_a_term_the_reason_is_said(desk: Desk) -> None:
    """Where no term has dates, the page says what is to be done about it."""
    changed(desk, terms=())
    assert "Give each term with its first and last day under calendar > terms" in page(desk, "eleanor")


def test_it_is_drawn_on_every_door_and_left_in_no_chat(desk: Desk) -> None:
    """It fits on Slack and on Teams; on Slack it is opened in a window, and no figure stands in the chat."""
    changed(desk, address=ADDRESS)
    desk.now = AFTER
    look = Look.of(desk.product.context.world)
    (shown,) = desk.send("maya", Said("governors' report"))
    (given,) = desk.send("maya", Pressed("governors.file", AUTUMN))
    for message in (shown, *desk.send("ana", Said("governors' report"))):
        check_on_slack(message, look)
        check_on_teams(message, look)
    for drawn in (post_of(given, look), card_of(given, look)):
        assert f"{ADDRESS}/governors/{AUTUMN}/" in json.dumps(drawn)
    assert is_private(shown)
    assert is_private(given)
    left = in_chat(shown, Said("governors' report"), desk.product.context.world.door)
    assert "0 to 4" not in text_of(left)
    (button,) = [item for block in left.blocks if isinstance(block, Buttons) for item in block.items]
    assert leads_to_modal(Pressed(button.action, button.value))
    assert is_about_cases(Pressed(button.action, button.value))


def test_on_teams_the_whole_way(tmp_path: Path) -> None:
    """On Teams the chair is shown the report on a card of their own; a teacher reads the refusal."""
    with office(tmp_path) as works:

        async def story() -> None:
            await works.says("maya", "governors' report")
            assert "Governors' report: 2026-summer" in works.told("a:maya")[-1]
            await works.says("ana", "governors' report")
            assert REFUSED in works.told("a:ana")[-1]

        play(story())


def test_in_a_channel_that_others_read_nothing_is_shown(desk: Desk) -> None:
    """Typed where others read, neither a figure nor a refusal is said there."""
    desk.now = AFTER
    incoming = Incoming("e", Sender("playground", "maya"), Said("governors' report"), private=False)
    shown = desk.product.assistant.handle(incoming, desk.now)
    assert not re.search(r"0 to 4|Only the Executive", "\n".join(map(text_of, shown)))


def test_while_paused_it_can_be_read(desk: Desk) -> None:
    """A pause stops new reports, and not those who oversee."""
    desk.now = AFTER
    stand = desk.product.context.current.stand
    desk.product.context.current.stand = replace(stand, paused=True)
    messages: tuple[Message, ...] = desk.send("maya", Said("governors' report"))
    assert "Governors' report" in text_of(messages[0])
