"""Reports and drafts of the version before: their routes, answers and urgency as they were."""

from dataclasses import replace

import pytest

from bot.content.world import World
from bot.domain.routing import RouteRow
from bot.domain.turns import Draft, Tokens
from bot.reporting import journeys
from tests.support.desk import Desk

TOKENS = Tokens("draft-1", "FED-7K3Q", "KITE-4821-PLUM")
START = ("danger", "school", "kind")


def before(rows: tuple[RouteRow, ...]) -> tuple[RouteRow, ...]:
    """The table as it was: nothing about a child urgent, and no deputy told."""
    return tuple(
        replace(row, urgent=False, told=tuple(item for item in row.told if item[0] != "deputy_dsl"))
        for row in rows
    )


@pytest.mark.parametrize(
    "slots",
    [
        {"kind": "concern", "concern_now": "told"},
        {"kind": "abuse", "category": "child_image", "child_image_dsl": "not_yet"},
        {"kind": "image", "nudity": "yes"},
        {"kind": "image", "posted": "sent", "said": "A parent rang."},
        {"kind": "colleague", "child_risk": "yes"},
    ],
)
def test_an_open_case_keeps_its_route_and_urgency(desk: Desk, slots: dict[str, str]) -> None:
    """After the upgrade nobody is told again, the case is no more urgent, and its details still open."""
    current = desk.product.context.current
    now = current.stand
    older = replace(now.world.playbook, rows=before(now.world.playbook.rows))
    current.stand = replace(now, world=replace(now.world, playbook=older))
    reference = desk.report("ana", None, **slots).reference
    desk.work(rounds=20)
    told = {name for name, found in desk.notebook.seen.items() if found}
    current.stand = now
    desk.later(minutes=40)
    desk.work(rounds=20)
    assert {name for name, found in desk.notebook.seen.items() if found} == told
    shown = desk.press("eleanor", "case.details", reference)
    assert reference in shown
    assert "URGENT" not in shown
    assert "A parent rang." in shown or "said" not in slots
    if slots.get("category"):
        assert "A sexual picture or a picture of a child" in shown


def test_an_answer_outlives_its_question(desk: Desk) -> None:
    """What was answered to a question that is asked no more stays with the details, and off the card."""
    asked = {"kind": "press", "press_deadline": "by four", "press_desk": "the night desk"}
    reference = desk.report("ana", None, **asked).reference
    for user, action in (("eleanor", "case.details"), ("ana", "report.copy")):
        shown = desk.press(user, action, reference)
        assert "press desk (no longer asked): the night desk" in shown
        assert "When do they want an answer, in your words?: by four" in shown
    card = desk.press("eleanor", "case.show", reference)
    assert "by four" not in card
    assert "night desk" not in card


def draft(visited: tuple[str, ...], **slots: str) -> Draft:
    answers = {"danger": "no", "school": "ash", **slots}
    return Draft(TOKENS, {name: (value,) for name, value in answers.items()}, visited[-1], (*START, *visited))


@pytest.mark.parametrize(
    ("found", "step"),
    [
        # Halfway through the picture's old order: told to delete, and not asked yet whether it was sent.
        (
            draft(
                ("image_first", "nudity", "origin", "image_delete"), kind="image", nudity="no", origin="me"
            ),
            "image_how",
        ),
        # One option for two kinds of picture, and a query that counted as abuse: asked again.
        (draft(("account", "category"), kind="abuse", account="other", category="child_image"), "category"),
        (draft(("account", "category"), kind="abuse", account="other", category="query"), "category"),
        # A complaint that was a report before there was a list of replies goes on as one.
        (draft(("query",), kind="query", query_at="2026-11-23T08:10+00:00"), "conflict"),
        (draft(("kind",), kind="query"), "conflict"),
        (draft(("concern_now", "concern"), kind="concern", concern_now="told"), "concern_about"),
    ],
)
def test_a_draft_goes_on(world: World, found: Draft, step: str) -> None:
    """What was answered counts, and the first question that is new or open again is asked."""
    if "account" in found.visited:
        found = replace(found, visited=(*found.visited, "account_other"))
    assert journeys.settle(found, world).open == step
    assert journeys.current(found, world).step
