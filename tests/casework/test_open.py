from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import new_tokens
from bot.casework.open import NotSent
from tests.support.desk import Desk


def count(desk: Desk, table: str) -> int:
    with desk.product.database.transaction() as tx:
        return int(tx.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_a_report_is_stored_with_all_that_it_owes(desk: Desk) -> None:
    """One submission stores the report, its history, its people and its notices together."""
    received = desk.report(nudity="no", origin="me")
    assert received.reference.startswith("FED-")
    assert count(desk, "reports") == 1
    assert count(desk, "report_events") == 1
    # The FLT's card, the Federation Business Manager's card, the DSL's notice, the reporter's receipt.
    assert count(desk, "outbox") == 4


def test_a_second_send_is_the_same_report(desk: Desk) -> None:
    """Send pressed twice makes one report, and names the same reference."""
    tokens = new_tokens()
    first, second = desk.report(tokens=tokens), desk.report(tokens=tokens)
    assert (first.reference, first.again) == (second.reference, False)
    assert second.again
    assert count(desk, "reports") == 1


def test_a_taken_reference_is_replaced(desk: Desk) -> None:
    """Two reports that drew the same reference are both stored, under different ones."""
    tokens = new_tokens()
    first = desk.report(tokens=tokens)
    second = desk.report(tokens=replace(new_tokens(), reference=tokens.reference))
    assert first.reference != second.reference
    assert count(desk, "reports") == 2


def test_nothing_leads_from_an_anonymous_press_to_its_report(desk: Desk) -> None:
    """A second press of an anonymous Send is told that it was received; no row beside the report names it."""
    tokens = new_tokens()
    desk.report("ana", tokens, mode="anonymous", kind="colleague")
    told = desk.press("ana", "journey.send", f"{tokens.draft}|review|")
    assert "It was not sent twice" in told
    assert count(desk, "reports") == 1
    assert references(desk) == [""]


def test_an_anonymous_report_that_was_renamed_can_be_named_again(desk: Desk) -> None:
    """Where the reference written down was taken, a second press of Send tells the one that stands."""
    taken = desk.report()
    tokens = replace(new_tokens(), reference=taken.reference)
    found = desk.report("ana", tokens, mode="anonymous", kind="colleague")
    assert found.reference != taken.reference
    assert found.reference in desk.press("ana", "journey.send", f"{tokens.draft}|review|")


def references(desk: Desk) -> list[str]:
    with desk.product.database.transaction() as tx:
        return [row[0] for row in tx.exec_driver_sql("SELECT reference FROM submission_keys")]


def test_nothing_is_stored_where_nobody_safe_is_left(desk: Desk) -> None:
    """A report that nobody safe could receive is refused, and leaves no row at all."""
    with pytest.raises(NotSent) as refused:
        desk.report(conflict="chair")
    assert refused.value.route.refusal == "outside"
    assert count(desk, "reports") == count(desk, "outbox") == count(desk, "submission_keys") == 0


def test_an_anonymous_report_points_to_nobody(desk: Desk) -> None:
    """No table holds the user id of an anonymous reporter, nor anything to send them."""
    desk.report("zelda-unique", mode="anonymous", kind="colleague", story="What happened is private")
    desk.work()
    dump = desk.dump()
    assert "zelda-unique" not in dump
    assert "What happened is private" not in dump
    assert "zelda-unique" not in desk.notebook.seen


def test_the_narrative_is_nowhere_in_the_file(desk: Desk) -> None:
    """The bytes that the database holds show no word of a report, and no reporter's name."""
    desk.report("ana", kind="colleague", story="Unmistakable narrative text")
    desk.work()
    database = desk.product.database
    raw = desk.dump().encode() if database.is_shared else Path(database.url.database or "").read_bytes()
    assert b"Unmistakable" not in raw
    assert b"Ana Silva" not in raw


def test_the_card_says_by_when_the_press_wants_an_answer(desk: Desk) -> None:
    """The Executive Headteacher reads the deadline on the card, and of what was typed nothing."""
    at = "2026-11-24T16:00+00:00"
    received = desk.report("ana", None, kind="press", press_by=at, outlet="The Gazette", press_about="A trip")
    desk.work()
    (card,) = desk.notebook.texts("eleanor")
    assert received.reference in card
    assert "Answer wanted by: 24 Nov 2026, 16:00" in card
    assert "Gazette" not in card
    assert "A trip" not in card


@pytest.mark.parametrize("adult", ["no", "yes", "unease"])
def test_a_worry_about_a_child_cites_the_duty(desk: Desk, adult: str) -> None:
    """Those who work on it read the clauses that its reporter has read."""
    reference = desk.report("ana", None, kind="concern", concern_adult=adult).reference
    assert "Children Missing from Education" in desk.press("eleanor", "case.clauses", reference)
