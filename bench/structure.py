"""How the product is built: modules, importers, circles, and the files that two everyday acts enter.

A tree can be named, such as one of an earlier commit (`git worktree add`): it is counted and not run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import grimp
from aiohttp import web

from bot.app import Product, build, clock, new_tokens, web_app
from bot.casework.context import Work
from bot.casework.open import submit
from bot.channels.slack.app import PATH
from bot.channels.slack.config import SlackConfig
from bot.channels.slack.ids import action_id
from bot.content.federation import load_federation
from bot.domain.turns import Sender, SubmitReport
from bot.settings import HOME, LOOPBACK
from tests.acceptance.server import free_port
from tests.acceptance.slack_office import STAFF, environment_of, settle
from tests.slack_double import Channel, Message, Person, SlackDouble
from tests.support.desk import ACCIDENT, settings_in

PATIENCE_S, SETTLED_S = 10.0, 0.3
QUESTION = "Can I follow a former student?"


@dataclass(frozen=True)
class Shape:
    """What is counted of a tree, its migrations left out; `__init__.py` is a file and no module."""

    lines: tuple[int, ...]
    folders: Counter[str]
    single: tuple[str, ...]
    circles: tuple[tuple[str, ...], ...]

    def told(self) -> Iterator[str]:
        """A line for each figure."""
        folder, most = self.folders.most_common(1)[0]
        yield f"modules                        {len(self.lines):6,}"
        yield f"with a single importer         {len(self.single):6,}"
        yield f"in the fullest folder          {most:6,}   {folder}"
        yield f"lines                          {sum(self.lines):6,}"
        yield f"lines of the median module     {statistics.median(self.lines):6,.0f}"
        yield f"circles of modules             {len(self.circles):6,}"
        yield from (f"    {' -> '.join(circle)}" for circle in self.circles)


def shape_of(tree: Path) -> Shape:
    """Count the package `bot` of a tree."""
    every = [path for path in sorted((tree / "bot").rglob("*.py")) if "migrations" not in path.parts]
    files = [path for path in every if path.name != "__init__.py"]
    graph = graph_of(tree)
    names = [".".join(path.relative_to(tree).with_suffix("").parts) for path in files]
    single = tuple(name for name in names if len(graph.find_modules_that_directly_import(name)) == 1)
    lines = tuple(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    folders = Counter(path.parent.relative_to(tree).as_posix() for path in every)
    edges = {name: graph.find_modules_directly_imported_by(name) for name in sorted(graph.modules)}
    return Shape(lines, folders, single, tuple(circles_in(edges)))


def graph_of(tree: Path) -> grimp.ImportGraph:
    """Who imports whom in the package `bot` of a tree, which is read and not imported."""
    # Python finds it again, in the tree that comes first.
    ours = sys.modules.pop("bot")
    sys.path.insert(0, str(tree))
    try:
        return grimp.build_graph("bot", cache_dir=None)
    finally:
        sys.path.remove(str(tree))
        sys.modules["bot"] = ours


def circles_in(edges: dict[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """Sets of modules that reach one another, each set once, in the order of their names."""
    reached = {name: _reached(name, edges) for name in edges}
    told = set[str]()
    for name in edges:
        if name in reached[name] and name not in told:
            circle = tuple(other for other in edges if other in reached[name] and name in reached[other])
            told |= set(circle)
            yield circle


def _reached(start: str, edges: dict[str, set[str]]) -> set[str]:
    found, waiting = set[str](), [start]
    while waiting:
        for name in edges.get(waiting.pop(), set()) - found:
            found.add(name)
            waiting.append(name)
    return found


@dataclass
class Entered:
    """The product's files in which a function is called while it listens, in whichever thread."""

    files: set[str] = field(default_factory=set)
    listens: bool = False
    last: float = 0.0

    def __call__(self, frame: FrameType, event: str, _arg: object) -> None:
        if self.listens and event == "call" and frame.f_code.co_filename.startswith(_OURS):
            self.files.add(frame.f_code.co_filename.removeprefix(_OURS))
            self.last = time.monotonic()

    def during(self, act: Callable[[], object], answered: Callable[[], bool]) -> tuple[str, ...]:
        """The files from an act until it has been answered and nothing more is done."""
        self.files, self.listens, ends = set(), True, time.monotonic() + PATIENCE_S
        act()
        while not answered() or time.monotonic() - self.last < SETTLED_S:
            if time.monotonic() > ends:
                raise SystemExit("Slack's double saw no answer: run the tests of tests/channels/slack first")
            time.sleep(0.01)
        self.listens = False
        return tuple(sorted(self.files))


_OURS = f"{HOME / 'bot'}{os.sep}"


async def entered() -> dict[str, tuple[str, ...]]:
    """The files that a signed question and a signed press of Acknowledge enter, each made a second time."""
    watch = Entered()
    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        with tempfile.TemporaryDirectory() as folder, SlackDouble() as slack:
            slack.rates.interval_s = 0
            flt = settle(slack, STAFF)
            with product_on(Path(folder), slack, flt) as product:
                async with served(product, slack):
                    return await asyncio.to_thread(acted, product, slack, flt, watch)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@contextmanager
def product_on(folder: Path, slack: SlackDouble, flt: Channel) -> Iterator[Product]:
    """The product with the built-in engine, on SQLite, at Slack's double."""
    environment_of(folder, slack, flt)
    config = SlackConfig(slack.bot_token, slack.signing_secret, "", flt.id, slack.api_url)
    federation = load_federation(folder / "federation.yml")
    settings = replace(settings_in(folder), federation=federation, playground=False, slack=config)
    product = build(settings)
    try:
        yield product
    finally:
        product.close()


@asynccontextmanager
async def served(product: Product, slack: SlackDouble) -> AsyncIterator[None]:
    """Its doors, without the worker, where the double sends what people do."""
    runner, port = web.AppRunner(web_app(product, works=False)), free_port()
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    slack.app_url = f"http://{LOOPBACK}:{port}{PATH}"
    try:
        yield
    finally:
        await runner.cleanup()


def acted(product: Product, slack: SlackDouble, flt: Channel, watch: Entered) -> dict[str, tuple[str, ...]]:
    """Each act twice, by two people on two cases: what is done once for all has been done by then."""
    found = {}
    for asker, leader in (("ana", "grace"), ("joe", "farid")):
        person, card = slack.user(asker), card_of(report(product, slack.user(asker).id), slack, flt)
        found["/policy"] = watch.during(partial(person.slash, "/policy", QUESTION), seen_by(slack, person))
        person = slack.user(leader)
        press = partial(person.press, "Acknowledge", card)
        found["Acknowledge"] = watch.during(press, seen_by(slack, person))
    return found


def report(product: Product, user: str) -> str:
    """A report as Send stores it; its reference."""
    answers = {name: (value,) for name, value in ACCIDENT.items()}
    with product.database.transaction() as tx:
        sender, command = Sender("slack", user), SubmitReport(new_tokens(), answers)
        return submit(Work(tx, product.context, clock()), sender, command).reference


def card_of(reference: str, slack: SlackDouble, flt: Channel) -> Message:
    """A message with the button of the case's card, where the worker would have posted that."""
    button = {
        "type": "button",
        "action_id": action_id("case.acknowledge", 0),
        "text": {"type": "plain_text", "text": "Acknowledge"},
        "value": reference,
    }
    blocks: list[Any] = [{"type": "actions", "block_id": "case", "elements": [button]}]
    workspace = slack.workspace
    with workspace.lock:
        card = Message(workspace.new_ts(), flt.id, slack.bot_user, reference, blocks, bot=True)
        return workspace.post(card)


def seen_by(slack: SlackDouble, person: Person) -> Callable[[], bool]:
    """Whether a person sees more than now."""
    before = slack.visible_to(person)
    return lambda: slack.visible_to(person) != before


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", nargs="?", type=Path, default=HOME, help="a checkout; without: this one")
    parser.add_argument("--files", action="store_true", help="name the files, too")
    asked = parser.parse_args()
    shape = shape_of(asked.tree.resolve())
    print(*shape.told(), sep="\n")
    if asked.files:
        print("with a single importer:", *shape.single, sep="\n    ")
    if asked.tree.resolve() != HOME:
        return
    for act, files in asyncio.run(entered()).items():
        print(f"files that {act} enters".ljust(30), f"{len(files):6,}")
        if asked.files:
            print(*(f"    {name}" for name in files), sep="\n")


if __name__ == "__main__":
    main()
