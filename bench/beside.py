"""The product beside an older commit of its own: `python -m bench.beside COMMIT` (CONTRIBUTING.md).

Each tree runs in a process of its own, with its own engine, on SQLite, and they take turns: what slows the
machine slows both. A ratio above 1 says that this tree, or the commit of `--after`, takes longer.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from bench.measures import markdown
from bench.slack_places import machine
from bot.asking.labels import read_labelled

ROOT = Path(__file__).resolve().parents[1]
_PARTS = {
    "question": "a question, to its answer",
    "report": "a report, to its receipt",
    "press": "an acknowledgement, to the card",
    "sent": "what a report owes, until it is sent",
}
# Told through names that both trees have: the tests' own desk, and what builds the product.
_SCENARIO = """
import sys, tempfile, time
from pathlib import Path
from bot.app import build
from tests.support.desk import Desk, Notebook, Pressed, settings_in, world_of
Said = sys.modules[Pressed.__module__].Said
folder = Path(sys.argv[1])
texts = (folder / "questions").read_text(encoding="utf-8").splitlines()
(folder / "asked").mkdir(); (folder / "reported").mkdir()
Desk.open(folder / "asked").close()
settings = settings_in(folder / "asked")
asked = Desk(build(settings, world=world_of(settings)), Notebook())
reported = Desk.open(folder / "reported")
turn = 0
def questions():
    global turn
    for text in texts:
        turn += 1
        asked.later(minutes=1)
        asked.send(f"ana", Said(text), f"q{turn}")
    return len(texts)
waiting = []
def reports():
    for _ in range(30):
        reported.later(minutes=1)
        waiting.append(reported.report().reference)
    return 30
def presses():
    for reference in waiting:
        assert reported.press("eleanor", "case.acknowledge", reference)
    count = len(waiting)
    waiting.clear()
    return count
def sent():
    reported.work(40)
    waiting.clear()
    return 30
print("=", flush=True)
for line in sys.stdin:
    part = {"question": questions, "report": reports, "press": presses, "sent": sent}[line.strip()]
    began = time.perf_counter()
    count = part()
    print(f"={(time.perf_counter() - began) / count}", flush=True)
"""


def main() -> None:
    """Measure both trees in turns, and print each part's median and the median of the pairs' ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit")
    parser.add_argument("--after", default="", help="another commit in place of this tree")
    parser.add_argument("--pairs", type=int, default=10)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        tree(asked.commit, Path(folder) / "old") as old,
        tree(asked.after, Path(folder) / "new") if asked.after else nullcontext(ROOT) as new,
        _running(old, Path(folder) / "1") as before,
        _running(new, Path(folder) / "2") as after,
    ):
        for part in _PARTS:
            _pairs(before, after, part, 1)
        rows = [_row(part, _pairs(before, after, part, asked.pairs)) for part in _PARTS]
    head = ["what", f"{asked.commit}, ms", f"{asked.after or 'this tree'}, ms", "ratio", "least to most"]
    print(f"{machine()}\n\n{asked.pairs} pairs, in turns\n\n{markdown(head, rows)}")


@contextmanager
def tree(commit: str, folder: Path) -> Iterator[Path]:
    """A checkout of the commit, with the environment of this one; its engine is learnt at its first start."""
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", folder, commit], cwd=ROOT, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=ROOT, check=True)


@contextmanager
def _running(tree: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    folder.mkdir()
    texts = [question.q for question in read_labelled(ROOT / "tests" / "golden" / "questions.jsonl")]
    (folder / "questions").write_text("\n".join(texts[:60]), encoding="utf-8")
    try:
        with running(_SCENARIO, tree, folder) as process:
            yield process
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(scenario: str, tree: Path, *arguments: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of `tree`, on one thread, that answers a line with a line; ready, and killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", scenario, *arguments],
        cwd=tree,
        env={**os.environ, "OMP_NUM_THREADS": "1"},  # noqa: TID251 - a child process gets what this one has
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        answered(process)
        yield process
    finally:
        process.kill()
        process.wait()


def _pairs(
    before: subprocess.Popen[str], after: subprocess.Popen[str], part: str, pairs: int
) -> list[tuple[float, float]]:
    """Milliseconds of one, of each tree, for each pair; who goes first changes from pair to pair."""
    found = []
    for number in range(pairs):
        if number % 2:
            second = _measured(after, part)
            found.append((_measured(before, part), second))
        else:
            found.append((_measured(before, part), _measured(after, part)))
    return found


def _measured(process: subprocess.Popen[str], part: str) -> float:
    """Milliseconds of one; the reports that are pressed or sent are made before, and not counted."""
    if part in ("press", "sent"):
        _told(process, "report")
    found = _told(process, part)
    _told(process, "sent")
    return found


def _told(process: subprocess.Popen[str], part: str) -> float:
    assert process.stdin
    process.stdin.write(f"{part}\n")
    process.stdin.flush()
    return float(answered(process)) * 1000


def answered(process: subprocess.Popen[str]) -> str:
    """What the scenario says next; the product's own log lines are passed by."""
    assert process.stdout
    for line in process.stdout:
        if line.startswith("="):
            return line[1:]
    raise SystemExit("One of the two trees could not run the scenario: start it by hand to see why.")


def _row(part: str, pairs: list[tuple[float, float]]) -> list[str]:
    ratios = sorted(after / before for before, after in pairs)
    before, after = (statistics.median(times) for times in zip(*pairs, strict=True))
    return [
        _PARTS[part],
        f"{before:.2f}",
        f"{after:.2f}",
        f"{statistics.median(ratios):.2f}",
        f"{ratios[0]:.2f}–{ratios[-1]:.2f}",
    ]


if __name__ == "__main__":
    main()
