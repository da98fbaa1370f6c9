"""The policy owner learns, once, what is held back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import build
from tests.support.desk import DeafEngine, Desk, Notebook, settings_in, world_of

TITLE = "Answers wait to be read again"


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """A start after a clause was changed: one answer is held back."""
    settings = settings_in(tmp_path, database_url)
    world = world_of(settings)
    held = {"reply-within-24-hours": ("sm-061",)}
    world = replace(world, policy=replace(world.policy, held=held, changed=frozenset({"sm-061"})))
    found = Desk(build(settings, DeafEngine(), world), Notebook())
    yield found
    found.close()


def test_the_owner_is_told_once(desk: Desk) -> None:
    """The policy owner reads which answer waits and which clause changed, once; nobody else is told."""
    desk.work(10)
    desk.work(10)
    (told,) = [text for text in desk.notebook.texts("eleanor") if text.startswith(TITLE)]
    assert "Held back until two people have signed: 1" in told
    assert "How quickly must we reply" in told
    assert "sm-061" in told
    for person in ("farid", "dina", "ivan"):
        assert not [text for text in desk.notebook.texts(person) if TITLE in text]
