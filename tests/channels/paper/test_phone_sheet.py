from dataclasses import replace
from datetime import date

import pytest

from bot.channels.paper.phone_sheet import phone_sheet
from bot.content.federation import load_federation
from bot.content.world import World
from bot.domain.messages import Facts, Outside, Quote
from bot.settings import EXAMPLE
from tests.support.federation import with_federation

TODAY = date(2026, 11, 27)


@pytest.fixture
def demo(world: World) -> World:
    """The world with the demo Federation."""
    return with_federation(world, load_federation(EXAMPLE))


def lines(world: World, today: date = TODAY) -> dict[str, str]:
    return {
        number: text
        for block in phone_sheet(world, today)
        if isinstance(block, Facts)
        for number, text in block.items
    }


def test_everyone_whom_staff_may_need_is_on_it(demo: World) -> None:
    """Police, DSL and deputy, headteacher, chair, LADO, social care and advice lines stand on the sheet."""
    shown = " | ".join(f"{number} {text}" for number, text in lines(demo).items())
    for wanted in (
        *("999 Police", "101 Police", "Dina Clarke (Northgate School)", "Omar Reid (Southmere School)"),
        *("Deputy Designated Safeguarding Lead: Lucy Banks", "Executive Headteacher: Eleanor Marsh"),
        *("Chair of governors: Maya Fenn", "020 7946 0105 Local authority", "020 7946 0106 Children's"),
        *(
            "020 3117 2520 Protect",
            "0800 028 0285 NSPCC",
            "0344 381 4772 Professionals",
            "10 to 4",
        ),
    ):
        assert wanted in shown


def test_a_number_not_checked_for_a_year_is_marked(demo: World) -> None:
    """A year and a day after the last check the number is marked, and before that it is not."""
    assert "last checked 1 Nov 2026" in lines(demo, date(2027, 11, 1))["999"]
    assert "NOT CHECKED FOR A YEAR (last 1 Nov 2026)" in lines(demo, date(2027, 11, 2))["999"]


def test_a_number_that_nobody_checked_or_gave_is_told(demo: World) -> None:
    """A contact without a date is marked, and one that is not set up says so in its place."""
    contacts = {key: item for key, item in demo.federation.contacts.items() if key != "lado"}
    contacts["protect"] = replace(contacts["protect"], checked=None)
    shown = lines(with_federation(demo, replace(demo.federation, contacts=contacts)))
    assert "NEVER CHECKED" in shown["020 3117 2520"]
    assert "lado: none is set up" in shown["no number"]


def test_the_rule_about_pictures_says_whose_it_is(demo: World) -> None:
    """The clause stands verbatim with its lines; the rule that the policy does not hold is no quote."""
    blocks = phone_sheet(demo, TODAY)
    [quote] = [block for block in blocks if isinstance(block, Quote)]
    assert quote.text == demo.policy.clauses["sm-092"].quote
    assert quote.lines == (319, 321)
    [outside] = [block for block in blocks if isinstance(block, Outside)]
    assert "Do not look at it again, copy it, print it, share" in outside.text
    assert outside.source
