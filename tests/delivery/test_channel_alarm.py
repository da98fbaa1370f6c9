from bot.delivery.sender import PassingFault
from tests.support.desk import Desk

WHY = "1 person in it is not on the roster"


def test_it_is_told_that_the_channel_needs_mending(desk: Desk) -> None:
    """Nothing is posted there: the IT Manager reads why, once, and not that there is a report."""
    desk.product.context.channel.reason = WHY
    reference = desk.report("ana", kind="colleague").reference
    desk.work(rounds=10)
    desk.later(minutes=30)
    desk.work(rounds=10)
    (told,) = desk.notebook.texts("ivan")
    assert WHY in told
    assert reference not in told
    assert "report" not in told.casefold()


def test_it_is_told_without_any_report_too(desk: Desk) -> None:
    """The channel is looked at daily: those who can mend it learn of it before anything is to be posted."""
    desk.product.context.channel.reason = WHY
    desk.work(rounds=10)
    assert [WHY in text for text in desk.notebook.texts("ivan")] == [True]


def test_a_channel_that_was_not_looked_at_yet_alarms_nobody(desk: Desk) -> None:
    """At each start nothing is known of the channel for a moment: that is no news."""
    context = desk.product.context
    context.channel.reason = context.world.door.private.unchecked
    desk.work(rounds=10)
    assert "ivan" not in desk.notebook.seen


def test_it_is_told_nothing_of_a_channel_that_was_mended_first(desk: Desk) -> None:
    """What waits to be sent is not sent once it has ceased to be so."""
    desk.product.context.channel.reason = WHY
    desk.notebook.refuses["ivan"] = PassingFault("no connection")
    desk.work(rounds=10)
    desk.notebook.refuses.clear()
    desk.product.context.channel.reason = ""
    desk.later(minutes=5)
    desk.work(rounds=10)
    assert "ivan" not in desk.notebook.seen
