"""How often a signed answer would answer what it should not: every known question in turn as an answer.

    python -m tests.gaps.measure FILE.jsonl …

Each question of the files is taken for one with a signed answer, and all the others are asked. No engine
reads them: what the policy answers by itself, or takes for danger or a report, counts as asked too, so that
the figure is too high rather than too low.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from bot.content.world import World
from bot.gaps.matching import captured, content_words
from tests.support.desk import settings_in, world_of

_LIKE = 0.5


@dataclass(frozen=True)
class Measured:
    """How many questions were asked, and the pairs of which one would get the answer to the other."""

    asked: int
    wrong: tuple[tuple[str, str], ...]

    @property
    def share(self) -> float:
        """The share of the questions that would get an answer to another one."""
        return len({one for pair in self.wrong for one in pair}) / (self.asked or 1)


def questions_of(files: Iterable[Path]) -> tuple[str, ...]:
    """The questions of these files, each once, however it is written."""
    lines = [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines() if line]
    found = {str(line["q"]).casefold().strip(" ?.!"): str(line["q"]) for line in lines if "q" in line}
    return tuple(found.values())


def measure(questions: tuple[str, ...], world: World) -> Measured:
    """Each question in turn as one that has a signed answer, all others asked."""
    small = world.gaps.small
    words = {one: content_words(one, small) for one in questions}
    close = [
        (one, other)
        for one, other in combinations(questions, 2)
        if len(words[one] & words[other]) >= _LIKE * len(words[one] | words[other])
    ]
    wrong = tuple((one, other) for one, other in close if captured((one,), (other,), world))
    return Measured(len(questions), wrong)


def at_bar(world: World, bar: float) -> World:
    """The same world with another bar."""
    return replace(world, gaps=world.gaps.model_copy(update={"bar": bar}))


def main(files: list[str]) -> None:
    """Print the figures at several bars, and the pairs at the one in use."""
    with tempfile.TemporaryDirectory() as folder:
        world = world_of(settings_in(Path(folder)))
    questions = questions_of(map(Path, files))
    for bar in sorted({0.6, 0.7, 0.8, 0.9, world.gaps.bar}):
        found = measure(questions, at_bar(world, bar))
        used = " (in use)" if bar == world.gaps.bar else ""
        print(f"bar {bar}{used}: {len(found.wrong)} pairs, {found.share:.2%} of {found.asked} questions")
    for one, other in measure(questions, world).wrong:
        print(f"  {one!r} would get the answer to {other!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
