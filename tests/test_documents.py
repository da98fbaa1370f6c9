"""The documents hold together: what they link to is there, and each decision stands in the index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
DECISIONS = ROOT / "docs" / "decisions"
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def test_links_lead_to_files() -> None:
    """Each relative link in the documents leads to a file or a folder."""
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in documents
        for target in _LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert len(documents) > 20
    assert broken == []


def test_the_readme_names_the_floors_as_they_are() -> None:
    """The floors of README are those of the contract that forbids imports upwards, lowest first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(found["layers"] for found in contracts if found.get("containers") == ["bot"])
    floors = [set(re.findall(r"\w+", layer)) for layer in layers if "__main__" not in layer]
    told = (ROOT / "README.md").read_text("utf-8").split("\nbot/ ")[1].split(": imports point down")[0]
    assert [set(re.findall(r"\w+", floor)) for floor in told.split("<")] == floors[::-1]


def test_each_decision_has_a_status_and_a_row() -> None:
    """The decisions are numbered without a gap, each says its status, and the index lists each."""
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    files = sorted(DECISIONS.glob("0*.md"))
    assert [path.name[:4] for path in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    for path in files:
        heading, _, status, *_ = path.read_text(encoding="utf-8").splitlines()
        assert re.match(r"Status: (accepted|superseded by \[)", status), path.name
        assert f"| [{path.name[:4]}]({path.name}) | {heading[9:]} | {status[-10:]} |" in index


_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_tests_that_documents_name_are_there() -> None:
    """Where a page says which test holds a promise, there is one of that name in that file."""
    found = [pair for path in (ROOT / "docs").glob("*.md") for pair in _TEST.findall(path.read_text("utf-8"))]
    assert len(found) > 20
    missing = [pair for pair in found if f"def {pair[1]}(" not in (ROOT / pair[0]).read_text("utf-8")]
    assert missing == []


_PROMISE = re.compile(
    r"^\| (\d+) \| .+ \| \[.+\]\((\.\./tests/transcripts/[\w/-]+\.yml)\): (.+) \|$", re.MULTILINE
)


def test_each_promise_is_told_as_a_story() -> None:
    """The page on journeys names seventeen promises, and the story of each stands in its file."""
    page = ROOT / "docs" / "journeys.md"
    found = _PROMISE.findall(page.read_text(encoding="utf-8"))
    assert [int(number) for number, _, _ in found] == list(range(1, 18))
    for _, path, title in found:
        stories = yaml.safe_load((page.parent / path).read_text(encoding="utf-8"))["stories"]
        assert title in {story["title"] for story in stories}, (path, title)
