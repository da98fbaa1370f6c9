"""A campaign on each door: every screen drawn within its limits, and the whole way walked."""

from __future__ import annotations

from collections.abc import Iterator

from bot.assistant.dialogue import help_message
from bot.channels.slack.chats import leads_to_modal
from bot.domain.messages import Buttons, Message
from bot.domain.staff import ListedStaff
from bot.domain.turns import Incoming, Pressed, Said, Sender, Submitted
from tests.campaigns.test_campaign import begin, campaign_id, confirm, take, version, walk, work
from tests.channels.every_door import drawn_everywhere, typed_in_terminal
from tests.channels.teams.office import Office, play
from tests.support.desk import Desk, text_of


def screens(desk: Desk) -> Iterator[Message]:
    """Everything that a campaign shows."""
    people = [
        ListedStaff(f"Person number {n}", f"p{n}@harbour.example", jobs=(f"Job {n}",)) for n in range(60)
    ]
    take(desk, *people)
    for user in ("ana", "eleanor", "a stranger"):
        yield from desk.send(user, Said("training"))
    yield from desk.send("eleanor", Pressed("campaign.start"))
    yield from desk.send("eleanor", Submitted("campaign.start", "0" * 16, {"until": ("soon",)}))
    begin(desk)
    work(desk)
    for shown in walk(desk, "ana", wrong=frozenset((0, 2))):
        yield from shown
    yield from desk.send("ana", Pressed("campaign.trained"))
    yield from desk.send("ana", Submitted("campaign.trained", "", {"day": ("soon",)}))
    yield from desk.send("ana", Pressed("campaign.attest", version(desk)))
    for user in ("eleanor", "susan", "maya"):
        yield from desk.send(user, Said("training"))
        yield from desk.send(user, Pressed("campaign.list", campaign_id(desk)))
    yield from desk.send("eleanor", Pressed("campaign.stop", campaign_id(desk)))
    desk.later(days=200)
    work(desk)
    yield from desk.notebook.messages()


def test_everything_can_be_drawn(desk: Desk) -> None:
    """Each screen fits on Slack and on Teams, also with a long list of people."""
    assert drawn_everywhere(desk, screens(desk)) > 35


def test_the_help_leads_there(desk: Desk) -> None:
    """Under the help stands a button, which opens a window on Slack and shows one's own standing."""
    shown = help_message(desk.product.context.world, Sender("playground", "ana"))
    buttons = [item for block in shown.blocks if isinstance(block, Buttons) for item in block.items]
    (button,) = [item for item in buttons if item.label == "Training"]
    assert leads_to_modal(Pressed(button.action))
    assert "You have not confirmed version" in desk.press("ana", button.action)


def test_on_teams_the_whole_way(works: Office) -> None:
    """On Teams somebody is asked, answers five situations and confirms, on cards."""

    async def story() -> None:
        for name in ("eleanor", "lucy"):
            await works.door.handle(works.activity(name, "install", name="add"))
        desk, account = works.desk, works.desk.product.context.world.federation.roster.people["eleanor"]
        sender = Sender("teams", account.accounts["teams"])
        form = Submitted("campaign.start", "0" * 16, {"until": ("2027-02-26T16:00",)})
        (answer,) = desk.product.assistant.handle(Incoming("start", sender, form), desk.now)
        assert "Started: 16 people" in text_of(answer)
        for _ in range(8):
            await works.work()
        assert "Please read: the social media policy" in works.told("a:lucy")[-1]
        await works.presses("lucy", "Begin")
        for _ in range(5):
            await works.presses("lucy", "No")
        await works.presses("lucy", "I have read and understood version “22 November 2026”")
        assert "Noted: on" in works.told("a:lucy")[-1]

    play(story())


def test_in_the_terminal_the_whole_way(desk: Desk) -> None:
    """In the terminal the situations are answered by number, and the confirmation is stored."""
    shown = typed_in_terminal(desk, "training", "1", "3", "3", "2", "3", "1", "1", "training")
    assert any("Noted: on 23 Nov 2026" in line for line in shown)
    assert "You confirmed version" in "\n".join(shown)


def test_a_message_in_a_chat_holds_no_other_name(desk: Desk) -> None:
    """What is sent names nobody: not who started it, nor anybody who has or has not confirmed."""
    begin(desk, "farid", until="2026-12-04T16:00")
    work(desk)
    confirm(desk, "ana")
    desk.later(days=7)
    work(desk)
    desk.later(days=7)
    work(desk)
    told = "\n".join(map(text_of, desk.notebook.messages()))
    for name in ("Farid", "Ana", "Whitfield"):
        assert name not in told
