"""The list of replies on each door: drawn within the limits, opened, filled in, never left in a history."""

from collections.abc import Iterator

from bot.channels.slack.chats import in_chat, leads_to_modal
from bot.channels.slack.handlers import command
from bot.channels.slack.payloads import Slash
from bot.domain.messages import Buttons, Message
from bot.domain.turns import Pressed, Said, Submitted
from tests.channels.every_door import drawn_everywhere, typed_in_terminal
from tests.channels.teams.office import Office, play, shown_words
from tests.replies.test_entries import NORTHGATE, RECEIVED, entry, form_in, log, rows
from tests.support.desk import Desk, text_of

POST = "https://www.facebook.com/northgate/posts/1"


def screens(desk: Desk) -> Iterator[Message]:
    """Everything that the list of replies shows."""
    (form,) = desk.send("ana", Said("log a comment"))
    yield form
    bad = {"account": (NORTHGATE,), "received": ("soon",), "link": ("x" * 2000,)}
    yield from desk.send("ana", Submitted("reply.log", form_in((form,)).value, bad))
    for number in range(14):
        log(desk, received=f"2026-11-20T1{number % 10}:00", kind="complaint", link=f"{POST}{number}")
    for user in ("ana", "lucy", "eleanor"):
        yield from desk.send(user, Said("replies"))
    with desk.product.database.transaction() as tx:
        (name, *_) = tx.exec_driver_sql("SELECT id FROM replies").scalars().all()
    for action in ("acknowledge", "answer"):
        yield from desk.send("lucy", Pressed(f"reply.{action}", str(name)))
        yield from desk.send("lucy", Submitted(f"reply.{action}", str(name), {"at": ("2027-01-01T00:00",)}))
        yield from desk.send("lucy", Submitted(f"reply.{action}", str(name), {"at": ("",)}))
        yield from desk.send("ana", Pressed(f"reply.{action}", str(name)))
    desk.work(20)
    yield from desk.notebook.messages()


def test_everything_can_be_drawn(desk: Desk) -> None:
    """Each screen fits on Slack and on Teams, and no word is lost in silence."""
    assert drawn_everywhere(desk, screens(desk)) > 15


def test_on_slack_a_command_opens_it_and_a_window_shows_it(desk: Desk) -> None:
    """`/replies` means the list; in a chat stands a button for it, and each press opens a window."""
    assert command(Slash("t", "U1", "T1", "/replies", "", "t", "")) == Said("replies")
    log(desk, link=POST)
    texts = desk.product.context.world.door
    for words, opens in (("replies", "reply.list"), ("log a comment", "reply.log")):
        (message,) = desk.send("lucy", Said(words))
        left = in_chat(message, Said(words), texts)
        assert POST not in text_of(left)
        (button,) = [item for block in left.blocks if isinstance(block, Buttons) for item in block.items]
        assert button.action == opens
        assert leads_to_modal(Pressed(button.action, button.value))
    notice = clock_notice(desk)
    assert in_chat(notice, Said("hello"), texts) == notice, (
        "a notice stands as it is: it holds nothing private"
    )


def clock_notice(desk: Desk) -> Message:
    """What a runner is sent of the one entry."""
    desk.work()
    ((_, message),) = desk.notebook.seen["lucy"]
    assert POST not in text_of(message)
    return message


def test_on_teams_the_whole_way(works: Office) -> None:
    """On Teams a comment is logged on a card, its runner is told, and answers there."""

    async def story() -> None:
        for name in ("ana", "lucy"):
            await works.door.handle(works.activity(name, "install", name="add"))
        await works.says("ana", "log a comment")
        given = {"account": NORTHGATE, "kind": "query", "day": "2026-11-23", "time": "08:30"}
        await works.fills_in("ana", "Log it", **given)
        assert rows(works.desk) == [("open", False, True)]
        await works.work()
        assert "A reply is owed" in works.told("a:lucy")[-1]
        await works.presses("lucy", "Answered")
        await works.presses("lucy", "Save")
        assert rows(works.desk) == [("answered", True, False)]

    play(story())


def test_on_teams_the_form_takes_the_place_of_the_report(works: Office) -> None:
    """An ordinary comment that is chosen in a report leads to the form on the same card."""

    async def story() -> None:
        await works.says("ana", "report")
        for label in ("No", "Northgate School"):
            await works.presses("ana", label)
        label = "An ordinary comment, question or complaint on a Federation account"
        assert "Which account is it on?" in shown_words(await works.presses("ana", label))
        await works.says("ana", "resume")
        assert "Which school" not in works.told("a:ana")[-1]

    play(story())


def test_in_the_terminal_the_whole_way(desk: Desk) -> None:
    """In the terminal the form is asked field by field, and the entry is stored."""
    shown = typed_in_terminal(desk, "log a comment", "2", "2", RECEIVED, "", "replies")
    assert any("It is on the list" in line for line in shown)
    assert entry(desk)
    assert any("You run no account" in line for line in shown)
