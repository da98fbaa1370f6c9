"""The home page: for staff, and with the cases for the leadership team."""

from bot.channels.common.look import Look
from bot.channels.slack.ids import pressed
from bot.channels.slack.views import ASK, HomeParts, home_view
from bot.content.world import World
from bot.domain.messages import Button, Buttons, Facts, Heading, Message, Row, Table
from bot.domain.turns import Pressed

from .payloads import elements_of, faults, said, squeezed


def listed(count: int) -> Message:
    """A list of open cases."""
    names = [f"FED-{at}" for at in range(count)]
    rows = tuple(Row((name,), f"{name} · Picture", Button("Open", "case.show", name)) for name in names)
    return Message((Heading("Open cases"), Table(("Case",), rows)), "Open cases", "cases")


def test_staff_can_ask_and_report(world: World, look: Look) -> None:
    """A search box, the topics often asked, and a report's start; no section that is not theirs."""
    view = home_view(HomeParts.of(world), look)
    assert faults(view) == []
    elements = elements_of(view)
    assert elements[0]["action_id"] == ASK
    topics = [Pressed("ask.topic", name) for name in world.door.popular]
    assert [pressed(one) for one in elements[1:]] == [*topics, Pressed("report.start")]
    assert squeezed(look.texts.home.cases) not in said(view)
    assert squeezed(look.texts.home.mine) not in said(view)


def test_reports_and_cases_are_shown_with_their_buttons(world: World, look: Look) -> None:
    """One's own reports and the cases stand under their headings, and every button has its own id."""
    facts = Facts((("Reference", "FED-7K2M"),))
    more = Buttons((Button("Add more", "report.add", "FED-7K2M"),))
    mine = Message((Heading("Your reports"), Heading("A picture"), facts, more), "s")
    view = home_view(HomeParts.of(world, mine, listed(30)), look)
    assert faults(view) == []
    presses = [pressed(one) for one in elements_of(view)]
    assert Pressed("report.add", "FED-7K2M") in presses
    assert Pressed("case.show", "FED-29") in presses


def test_a_hundred_cases_say_how_many_more(world: World, look: Look) -> None:
    """What does not fit the page is counted, never an error."""
    view = home_view(HomeParts.of(world, None, listed(200)), look)
    assert faults(view) == []
    assert len(view["blocks"]) <= 100
    assert "andmore" not in said(view)
    assert "Closesome" in said(view)


def test_a_new_question_empties_the_box(world: World, look: Look) -> None:
    """Each asking has a box of its own: Slack keeps the words of one that is drawn again."""
    ids = {home_view(HomeParts.of(world), look, asked)["blocks"][1]["block_id"] for asked in (0, 1, 0)}
    assert len(ids) == 2
