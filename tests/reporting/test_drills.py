import re

from bot.domain.messages import Block, Buttons, Form, Message
from bot.domain.turns import Pressed, Said, Submitted
from tests.support.desk import Desk, text_of


class Walker:
    """Somebody who presses what they read."""

    def __init__(self, desk: Desk, user: str) -> None:
        self._desk, self._user = desk, user
        self.shown: tuple[Message, ...] = ()

    @property
    def blocks(self) -> list[Block]:
        return [block for message in self.shown for block in message.blocks]

    @property
    def text(self) -> str:
        return "\n".join(map(text_of, self.shown))

    def say(self, text: str) -> str:
        self.shown = self._desk.send(self._user, Said(text))
        return self.text

    def press(self, *labels: str) -> str:
        for label in labels:
            buttons = [
                button for block in self.blocks if isinstance(block, Buttons) for button in block.items
            ]
            found = next(button for button in buttons if button.label == label)
            self.shown = self._desk.send(self._user, Pressed(found.action, found.value))
        return self.text

    def fill(self, **fields: str) -> str:
        form = next(block for block in self.blocks if isinstance(block, Form))
        sent = {name: (text,) for name, text in fields.items()}
        self.shown = self._desk.send(self._user, Submitted(form.action, form.value, sent))
        return self.text


def drill(desk: Desk, user: str = "dina", mode: str = "Named") -> Walker:
    walker = Walker(desk, user)
    walker.say("drill")
    walker.press("No", "Northgate School", "I have made a mistake online", "No", mode)
    walker.fill(mistake_text="I tried this out.")
    return walker


def test_a_drill_says_so_at_every_step(desk: Desk) -> None:
    """From the first question to the review and the receipt, it reads as a drill."""
    walker = Walker(desk, "dina")
    steps = [walker.say("drill")]
    for label in ("No", "Northgate School", "I have made a mistake online", "No", "Named"):
        steps.append(walker.press(label))
    steps.append(walker.fill(mistake_text="I tried this out."))
    assert all("This is a drill" in step for step in steps)
    assert "This was a drill" in walker.press("Send")


def test_a_drills_card_and_messages_bear_its_reference(desk: Desk) -> None:
    """Nobody who is told can take it for a report: the reference begins with DRILL wherever it stands."""
    walker = drill(desk)
    reference = re.findall(r"DRILL-\w{4}", walker.press("Send"))[0]
    desk.work()
    card = desk.notebook.texts("flt")[0]
    assert card.startswith("DRILL\n")
    assert f"\n{reference} · " in card
    assert not [text for seen in desk.notebook.seen for text in desk.notebook.texts(seen) if "FED-" in text]
    assert reference in Walker(desk, "dina").say(f"status {reference}")


def test_an_anonymous_drill_is_looked_up_like_a_report(desk: Desk) -> None:
    """The reference that stood beside the receipt code opens it."""
    walker = drill(desk, mode="Anonymous")
    code = re.findall(r"(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}", walker.text)[0]
    walker.fill(receipt_typed=code)
    reference = re.findall(r"DRILL-\w{4}", walker.press("Send"))[0]
    asked = Submitted("status.show", "", {"reference": (reference,), "code": (code,)})
    assert "Nobody has acknowledged it yet" in "\n".join(map(text_of, desk.send("joe", asked)))


def test_the_next_report_after_a_drill_is_none(desk: Desk) -> None:
    """A drill ends with Send: what is reported after it is a report."""
    walker = drill(desk)
    walker.press("Send")
    assert "drill" not in walker.say("report").casefold()


def test_only_the_roster_holds_drills(desk: Desk) -> None:
    """Somebody who is not on the roster starts none."""
    assert "Only somebody on the Federation's roster" in Walker(desk, "ana").say("drill")
    assert "already" not in Walker(desk, "ana").say("report")


def test_a_report_under_way_does_not_turn_into_a_drill(desk: Desk) -> None:
    """Anybody who types “drill” in the middle of a report is asked about that one; it stays a report."""
    walker = Walker(desk, "dina")
    walker.say("report")
    walker.press("No")
    assert "This is a drill" not in walker.say("drill")


def test_drills_are_marked_for_who_counts(desk: Desk) -> None:
    """The database tells drills from reports."""
    drill(desk).press("Send")
    desk.report("ana", kind="mistake")
    with desk.product.database.transaction() as tx:
        rows = tx.exec_driver_sql("SELECT reference, drill FROM reports").all()
    assert sorted((str(row[0]).partition("-")[0], bool(row[1])) for row in rows) == [
        ("DRILL", True),
        ("FED", False),
    ]
