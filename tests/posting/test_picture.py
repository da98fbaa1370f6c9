"""The check of a picture as a whole: every answer leads somewhere, and few to the end."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.posting import NEXT, STOP
from bot.content.world import World
from bot.domain.messages import Button, Message, Quote
from bot.posting import picture
from bot.posting.shown import PICTURE
from tests.support.screen import buttons_of, text_of


def answers(message: Message) -> list[Button]:
    """The buttons that answer a question."""
    return [one for one in buttons_of((message,)) if one.action == PICTURE and "/" in one.value]


def paths(
    value: str, world: World, so_far: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Message]]:
    """Every way through the questions, with the screen at its end."""
    shown = picture.pressed(value, world)
    offered = answers(shown)
    if not offered:
        yield so_far, shown
    for one in offered:
        yield from paths(one.value, world, (*so_far, one.value))


def test_only_the_answers_that_do_not_stop_lead_to_the_end(world: World) -> None:
    """Of all ways, those to the end hold no stopping answer, and every other one ends at one."""
    check = world.posting.texts.picture
    leads = {f"{one.id}/{answer.id}": answer.then for one in check.questions for answer in one.answers}
    every = list(paths("", world))
    ends = [(way, check.done in text_of((shown,))) for way, shown in every]
    assert [way for way, done in ends if done and any(leads[one] == STOP for one in way)] == []
    assert [way for way, done in ends if not done and leads[way[-1]] != STOP] == []
    # With a restriction on the list, and without.
    assert sum(done for _, done in ends) == 2


def test_seven_questions_stand_on_the_way(world: World) -> None:
    """The shortest way to the end has seven questions, each with a clause of the policy and a way to stop."""
    check = world.posting.texts.picture
    done = [way for way, shown in paths("", world) if check.done in text_of((shown,))]
    assert min(map(len, done)) == 7
    for value in ("", *(f"{one.id}/{one.answers[0].id}" for one in check.questions)):
        shown = picture.pressed(value, world)
        assert any(isinstance(block, Quote) for block in shown.blocks), value


def test_the_policys_words_are_verbatim(world: World) -> None:
    """Every quotation on every screen is a clause as it stands in the source."""
    for _, shown in paths("", world):
        for block in shown.blocks:
            if isinstance(block, Quote):
                assert block.text == world.policy.clauses[block.clause].quote


def test_what_is_not_known_changes_nothing(world: World) -> None:
    """A value that no button has is answered with the way to the start."""
    for value in ("list/maybe", "nowhere/yes", "list", "list/", "/", "next", "\x00", "x" * 5000):
        assert world.posting.texts.picture.stale in text_of((picture.pressed(value, world),))


def test_every_screen_is_for_one_pair_of_eyes_and_keeps_no_answer(world: World) -> None:
    """A question's screen is the same whatever was answered before, and no chat keeps it."""
    check = world.posting.texts.picture
    for question in check.questions:
        for answer in question.answers:
            if answer.then == NEXT:
                shown = picture.pressed(f"{question.id}/{answer.id}", world)
                assert shown.ephemeral
                assert shown.summary == world.posting.texts.summary


def test_nothing_says_that_pictures_are_acceptable_where_it_says_stop(world: World) -> None:
    """Anybody who reads Stop reads beside it no sentence that pictures can be assumed to be acceptable."""
    stopped = [
        shown for _, shown in paths("", world) if world.posting.texts.picture.stop in text_of((shown,))
    ]
    assert stopped
    for shown in stopped:
        assert "assumed to be acceptable" not in text_of((shown,))
        assert any(isinstance(block, Quote) for block in shown.blocks)
