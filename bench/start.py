"""From a fresh checkout to the first answer, and the memory: `python -m bench.start` (docs/answers.md).

The checkout is copied without its cache, as it is after the packages are installed: nothing has been learnt.
Linux alone: the figures come from /proc.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measures import markdown
from bench.slack_places import machine, wait_for
from bot.asking.labels import read_labelled
from tests.acceptance.server import free_port

ROOT = Path(__file__).resolve().parents[1]
_COPIED = ("bot", "intents", "policy_kb")


def main() -> None:
    """Train, start, and ask, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1000)
    asked = parser.parse_args().questions
    texts = [question.q for question in read_labelled(ROOT / "tests" / "golden" / "questions.jsonl")]
    with tempfile.TemporaryDirectory() as folder:
        _copy(Path(folder))
        taken, peak = _trained(Path(folder))
        with _served(Path(folder)) as (url, process, started):
            _ask(url, texts[0], 0)
            first = time.perf_counter() - started
            for turn in range(1, asked):
                _ask(url, texts[turn % len(texts)], turn)
            held = _mebibytes(process.pid, "VmRSS")
            rows = [
                ["training, once after the installation", f"{taken:.0f} s", f"{peak} MiB at most"],
                ["from the first start to the first answer", f"{first:.1f} s", ""],
                [f"serving, after {asked:,} questions", "", f"{held} MiB"],
            ]
    print(f"{machine()}\n\n{markdown(['what', 'time', 'memory'], rows)}")


def _copy(folder: Path) -> None:
    for name in _COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "federation.example.yml", folder)


def _trained(folder: Path) -> tuple[float, int]:
    """The seconds that `train` took, and the mebibytes that it held at most."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bot", "train"], cwd=folder)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("`python -m bot train` failed: see above")
    return time.perf_counter() - started, used.ru_maxrss // 1024


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    port = free_port()
    settings = {"PORT": str(port), "DATABASE_URL": f"sqlite:///{folder / 'data' / 'signpost.db'}"}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=folder,
        env={**os.environ, **settings},  # noqa: TID251 - a child process gets what this one has
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, process)
        yield f"http://localhost:{port}", process, started
    finally:
        process.terminate()
        process.wait()


def _ask(url: str, text: str, turn: int) -> None:
    """Ask as the page of the playground does; each of a few people in turn."""
    people = ("ana", "farid", "grace")
    act = {
        "user": people[turn % len(people)],
        "place": "dm",
        "event": uuid.uuid4().hex,
        "kind": "said",
        "text": text,
    }
    request = urllib.request.Request(
        f"{url}/playground/send",
        data=json.dumps(act).encode(),
        headers={"Origin": url, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        response.read()


def _mebibytes(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) // 1024


if __name__ == "__main__":
    main()
