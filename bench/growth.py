"""Many policies side by side: `python -m bench.growth FILE [--sizes 100 1000 10000]`, as Markdown.

The real policy with the built-in engine, and made-up policies beside it (`growth_text.py`). A question goes
to a policy first (the router), and is then ranked inside it alone: by the built-in engine in the real policy,
by the nearest clause in the others. For comparison: the nearest clause of all, without a router.

Up to 10,000 clauses every vector is that of a text. Beyond, vectors are mixtures of those of two policies:
they crowd the same space, but nothing is asked about them. Each size is served by a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.growth_text import CLAUSES_EACH, MadePolicy, policies
from bench.measures import markdown, percentiles
from bench.rivals import example_units
from bot.app import read_engine, read_world
from bot.asking.labels import Labelled, holds, read_labelled
from bot.content.policy_load import Policy
from bot.content.wording import fold
from bot.content.world import World
from bot.engine.engine import BuiltinEngine, read_lesson
from bot.engine.features import MiniLmEncoder, Vectors, load_minilm, normalised
from bot.engine.heads import softmax
from bot.engine.wordpiece import WordPiece, load_vocabulary
from bot.settings import read_settings

_VOCABULARY = Path(__file__).parents[1] / "bot" / "engine" / "minilm" / "vocab.txt"
_TEXTS = 10_000
# The router keeps so many policies by their discriminants. Among those the nearest row decides, and a little
# the log odds: how little was chosen on the made-up questions alone.
_KEPT = 30
_ODDS = 0.005
_ASKED = 300
_SHRINK = 0.3


@dataclass(frozen=True)
class Shelf:
    """Rows (float16, the policies end to end) and the router to their policies."""

    rows: NDArray[np.float16]
    starts: NDArray[np.int64]
    weights: Vectors
    bias: Vectors

    def route(self, asked: Vectors) -> int:
        """The policy of a question: of the likeliest thirty, the one with the nearest row."""
        odds = np.log(softmax(asked @ self.weights + self.bias) + 1e-9)
        kept: list[int] = np.argsort(-odds)[:_KEPT].tolist()
        return max(kept, key=lambda policy: float(self.inside(policy, asked).max() + _ODDS * odds[policy]))

    def inside(self, policy: int, asked: Vectors) -> Vectors:
        """The cosine of every row of a policy."""
        rows = self.rows[self.starts[policy] : self.starts[policy + 1]]
        return np.asarray(rows.astype(np.float32) @ asked)

    def nearest(self, asked: Vectors) -> int:
        """The place of the nearest row of all, without the router."""
        parts = range(0, len(self.rows), 8192)
        return int(
            np.concatenate([self.rows[at : at + 8192].astype(np.float32) @ asked for at in parts]).argmax()
        )

    def write(self, folder: Path) -> None:
        """Keep it in `folder`."""
        for name, value in vars(self).items():
            np.save(folder / f"{name}.npy", value)

    @classmethod
    def read(cls, folder: Path) -> Shelf:
        """What `write` kept; the rows stay on disk until they are looked at."""
        rows = np.load(folder / "rows.npy", mmap_mode="r")
        return cls(rows, *(np.load(folder / f"{name}.npy") for name in ("starts", "weights", "bias")))


def fit_router(rows: Vectors, of: NDArray[np.int64], count: int) -> tuple[Vectors, Vectors]:
    """Linear discriminants: one pass over the rows, closed form, so a new policy costs no training."""
    centres = np.zeros((count, rows.shape[1]), dtype=np.float64)
    np.add.at(centres, of, rows)
    centres /= np.bincount(of, minlength=count)[:, None]
    spread = (rows.T @ rows - centres.T @ (centres * np.bincount(of, minlength=count)[:, None])) / len(rows)
    spread = (1 - _SHRINK) * spread + _SHRINK * np.trace(spread) / len(spread) * np.eye(len(spread))
    weights = np.linalg.solve(spread, centres.T)
    bias = -0.5 * np.einsum("ij,ji->i", centres, weights)
    return weights.astype(np.float32), bias.astype(np.float32)


@dataclass(frozen=True)
class Block:
    """One policy: the rows that a question is compared with, and all that the router learns from."""

    rows: Vectors
    learnt: Vectors


def real_units(policy: Policy) -> list[tuple[str, str]]:
    """Everything that the real policy is known by, each text with the clause that it stands for."""
    intents = read_settings().intents
    learnt = read_lesson(intents, [policy])
    units = example_units(learnt, policy)
    known = [(text, quote) for text, quote in zip(units.texts, units.quotes, strict=True) if quote]
    return known + [(clause.quote, clause.quote) for clause in policy.clauses.values()]


def real_block(policy: Policy, minilm: MiniLmEncoder) -> Block:
    """The real policy, with its examples."""
    rows = minilm.encode([fold(text) for text, _ in real_units(policy)])
    return Block(rows, rows)


def made_block(made: MadePolicy, minilm: MiniLmEncoder) -> Block:
    """A made-up policy: each clause with its example question."""
    clauses = minilm.encode([fold(f"{made.title}: {each.clause}") for each in made.clauses])
    examples = minilm.encode([fold(each.example) for each in made.clauses])
    return Block(normalised(clauses + examples), np.vstack([clauses, examples]))


def mixed_blocks(blocks: Sequence[Block], count: int) -> Iterator[Block]:
    """Policies made of the vectors of two others each."""
    random = np.random.default_rng(1)
    for _ in range(count):
        first, second = random.choice(len(blocks), 2, replace=False)
        share = np.float32(random.uniform(0.4, 0.6))
        order = random.permutation(CLAUSES_EACH)
        rows = normalised(share * blocks[first].rows + (1 - share) * blocks[second].rows[order])
        yield Block(rows, rows)


def shelve(blocks: Sequence[Block]) -> Shelf:
    """All policies end to end, and the router fitted on them."""
    of = np.repeat(np.arange(len(blocks)), [len(block.learnt) for block in blocks])
    weights, bias = fit_router(np.vstack([block.learnt for block in blocks]), of, len(blocks))
    starts = np.cumsum([0, *(len(block.rows) for block in blocks)])
    return Shelf(np.vstack([block.rows for block in blocks]).astype(np.float16), starts, weights, bias)


@dataclass(frozen=True)
class Found:
    """What one size measured: seconds, MiB, milliseconds, and shares from 0 to 1.

    `real` and `made` are of the questions of each sort: routed right, top-1, top-1 without a router.
    """

    clauses: int
    policies: int
    real: tuple[float, ...]
    made: tuple[float, ...]
    start_s: float
    memory_mib: float
    added_mib: float
    half_ms: float
    slow_ms: float
    routing_slow_ms: float


class Served:
    """One size in a process of its own: loaded as a service would be, then asked."""

    def __init__(self, folder: Path) -> None:
        settings = read_settings()
        self.world: World = read_world(settings)
        self.engine: BuiltinEngine = read_engine(settings, self.world)
        self.minilm = load_minilm(WordPiece(load_vocabulary(_VOCABULARY)))
        self.quotes = [quote for _, quote in real_units(self.world.policy)]
        self.engine.parse("can I follow a student?")
        before = time.perf_counter()
        self.memory_mib = _memory_mib()
        self.shelf = Shelf.read(folder)
        self.shelf_s = time.perf_counter() - before
        self.whole: list[float] = []
        self.routing: list[float] = []
        self.ask("a first question warms up", real=False)
        self.whole.clear()
        self.routing.clear()

    def ask(self, text: str, *, real: bool) -> tuple[int, str, int]:
        """The policy, the first clause there, and its place (-1 in the real policy)."""
        begun = time.process_time()
        asked = self.minilm.encode([fold(text)])[0]
        read = time.process_time()
        policy = self.shelf.route(asked)
        place = int(self.shelf.inside(policy, asked).argmax())
        self.routing.append(time.process_time() - read)
        quote = self._quote(text) if policy == 0 and real else ""
        self.whole.append(time.process_time() - begun)
        return policy, quote, place

    def flat(self, text: str) -> int:
        """The place of the nearest row of all."""
        return self.shelf.nearest(self.minilm.encode([fold(text)])[0])

    def _quote(self, text: str) -> str:
        policy = self.world.policy
        topics = (policy.topic_of(ranked.intent) for ranked in self.engine.parse(text).ranking)
        best = next((topic for topic in topics if topic is not None), None)
        return "" if best is None else policy.clauses[best.cites[0]].quote


def serve(folder: Path, file: Path) -> Found:
    """Measure the size kept in `folder`."""
    served = Served(folder)
    questions = [question for question in read_labelled(file) if question.kind == "policy"]
    count = len(served.shelf.starts) - 1
    real = [_real(served, question) for question in questions]
    made = [_made(served, *each) for each in _made_questions(min(count - 1, _TEXTS // CLAUSES_EACH))]
    added = _memory_mib() - served.memory_mib
    half, slow = percentiles(served.whole)
    return Found(
        clauses=len(served.world.policy.clauses) + CLAUSES_EACH * (count - 1),
        policies=count,
        real=_shares(real),
        made=_shares(made),
        start_s=served.shelf_s,
        memory_mib=served.memory_mib,
        added_mib=added,
        half_ms=half,
        slow_ms=slow,
        routing_slow_ms=percentiles(served.routing)[1],
    )


def _shares(outcomes: Sequence[tuple[bool, bool, bool]]) -> tuple[float, ...]:
    return tuple(sum(column) / len(column) for column in zip(*outcomes, strict=True))


def _memory_mib() -> float:
    """What the process holds now; its peak where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 2**20
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _real(served: Served, question: Labelled) -> tuple[bool, bool, bool]:
    policy, quote, _ = served.ask(question.q, real=True)
    quotes, flat = served.quotes, served.flat(question.q)
    return (
        policy == 0,
        holds(quote, question.expect),
        flat < len(quotes) and holds(quotes[flat], question.expect),
    )


def _made(served: Served, policy: int, place: int, question: str) -> tuple[bool, bool, bool]:
    routed, _, found = served.ask(question, real=True)
    flat = served.flat(question) - int(served.shelf.starts[policy])
    return routed == policy, (routed, found) == (policy, place), flat == place


def _made_questions(count: int) -> list[tuple[int, int, str]]:
    """Questions about the made-up policies that have texts: policy, place of the clause, question."""
    every = [
        (number, place, each.question)
        for number, made in enumerate(policies(count), 1)
        for place, each in enumerate(made.clauses)
    ]
    chosen = np.random.default_rng(2).permutation(len(every))[:_ASKED]
    return [every[place] for place in chosen]


def measure(file: Path, sizes: Sequence[int]) -> Iterator[tuple[Found, float]]:
    """Each size, and the seconds that its vectors took once."""
    minilm = load_minilm(WordPiece(load_vocabulary(_VOCABULARY)))
    start = time.process_time()
    policy = read_world(read_settings()).policy
    blocks = [real_block(policy, minilm)]
    taken = [time.process_time() - start]
    for size in sorted(sizes):
        wanted = 1 + max(0, round((size - len(policy.clauses)) / CLAUSES_EACH))
        for made in list(policies(min(wanted - 1, _TEXTS // CLAUSES_EACH)))[len(blocks) - 1 :]:
            blocks.append(made_block(made, minilm))
            taken.append(time.process_time() - start)
        extra = list(mixed_blocks(blocks[1:], wanted - len(blocks))) if wanted > len(blocks) else []
        yield _in_own_process(file, shelve([*blocks, *extra])), taken[min(wanted, len(taken)) - 1]


def _in_own_process(file: Path, shelf: Shelf) -> Found:
    with TemporaryDirectory() as folder:
        shelf.write(Path(folder))
        command = [sys.executable, "-m", "bench.growth", str(file), "--serve", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Found(**json.loads(done.stdout))


_HEAD = [
    "clauses",
    "policies",
    "real questions: routed right / top-1 / top-1 without router",
    "made-up questions: routed right / top-1 / top-1 without router",
    "ms p50 / p99",
    "of that routing and ranking, p99",
    "added to a warm start",
    "vectors, once",
    "memory: engine + policies",
]


def _cells(found: Found, once_s: float) -> list[str]:
    return [
        f"{found.clauses:,}",
        str(found.policies),
        _three(found.real),
        _three(found.made),
        f"{found.half_ms:.1f} / {found.slow_ms:.1f}",
        f"{found.routing_slow_ms:.2f} ms",
        f"{found.start_s:.2f} s",
        f"{once_s:.0f} s",
        f"{found.memory_mib:.0f} + {found.added_mib:.0f} MiB",
    ]


def _three(shares: Sequence[float]) -> str:
    return " / ".join(f"{share:.3f}" for share in shares) or "-"


def main() -> None:
    """Print the table; or, with `--serve`, measure one size for it."""
    parser = argparse.ArgumentParser(prog="bench.growth", description=__doc__)
    parser.add_argument("file", type=Path, help="labelled questions, one line of JSON each")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked: Any = parser.parse_args()
    if asked.serve is not None:
        print(json.dumps(asdict(serve(asked.serve, asked.file))))
        return
    rows = [_cells(*found) for found in measure(asked.file, asked.sizes)]
    print(markdown(_HEAD, rows))


if __name__ == "__main__":
    main()
