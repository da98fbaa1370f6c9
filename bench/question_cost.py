"""What an answer takes beside an older commit: `python -m bench.question_cost COMMIT FILE` (docs/answers.md).

CPU time from the text to the message, one thread, each tree in a process of its own. Every question goes to
both in turn, so that what slows the machine slows both. FILE holds labelled questions.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

from bench.beside import ROOT, answered, running, tree
from bench.measures import markdown, percentiles
from bot.asking.labels import read_labelled

_SCENARIO = """
import json, sys, time
from bot.app import read_engine, read_world
from bot.asking.conversation import ask, show
from bot.domain.turns import Session, Tokens
from bot.settings import read_settings
settings = read_settings()
world = read_world(settings)
engine = read_engine(settings, world)
print("=", flush=True)
for line in sys.stdin:
    text, session = json.loads(line), Session(Tokens("", "", ""))
    began = time.process_time()
    _, found = ask(session, text, engine.parse(text), world)
    show(found, world)
    print(f"={time.process_time() - began}", flush=True)
"""
_WARM = 20


def main() -> None:
    """Ask both trees every question in turn, and print both and the median of the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit")
    parser.add_argument("file", type=Path, help="labelled questions, one line of JSON each")
    parser.add_argument(
        "--words", type=int, nargs=2, default=(0, 1000), help="only questions of so many words"
    )
    parser.add_argument("--turns", type=int, default=3, help="of so many turns the median counts")
    asked = parser.parse_args()
    least, most = asked.words
    texts = [question.q for question in read_labelled(asked.file)]
    texts = [text for text in texts if least <= len(text.split()) <= most]
    with (
        tempfile.TemporaryDirectory() as folder,
        tree(asked.commit, Path(folder) / "old") as older,
        running(_SCENARIO, _with_what_is_learnt(older)) as before,
        running(_SCENARIO, ROOT) as after,
    ):
        for text in texts[:_WARM]:
            _pair(before, after, text, 1)
        pairs = [_pair(before, after, text, asked.turns) for text in texts]
    cells = [" / ".join(f"{value:.1f}" for value in percentiles(times)) for times in zip(*pairs, strict=True)]
    ratio = statistics.median(new / old for old, new in pairs)
    head = ["questions", f"{asked.commit}, ms p50 / p99", "this tree", "ratio", "load average"]
    print(markdown(head, [[str(len(pairs)), *cells, f"{ratio:.2f}", f"{os.getloadavg()[0]:.0f}"]]))


def _with_what_is_learnt(older: Path) -> Path:
    """The tree, with this clone's cache: it learns only where its examples are others."""
    (older / ".cache").symlink_to(ROOT / ".cache")
    return older


def _pair(
    before: subprocess.Popen[str], after: subprocess.Popen[str], text: str, turns: int
) -> tuple[float, float]:
    """Seconds of both, the median of the turns; who goes first changes from turn to turn."""
    found: list[tuple[float, float]] = []
    for turn in range(turns):
        if turn % 2:
            later = _seconds(after, text)
            found.append((_seconds(before, text), later))
        else:
            found.append((_seconds(before, text), _seconds(after, text)))
    older, newer = (statistics.median(times) for times in zip(*found, strict=True))
    return older, newer


def _seconds(process: subprocess.Popen[str], text: str) -> float:
    assert process.stdin
    process.stdin.write(f"{json.dumps(text)}\n")
    process.stdin.flush()
    return float(answered(process))


if __name__ == "__main__":
    main()
