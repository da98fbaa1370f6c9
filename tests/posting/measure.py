"""How often each finding of a draft is right, on labelled texts: `python -m tests.posting.measure`.

`first` are the hundred texts that were written from the policy before there was any rule, `harmless` and
`later` the others of their author; `apart` a hundred of somebody who had seen neither rules nor texts;
`blind` a hundred of somebody who had read the policy alone (tests/golden/drafts.jsonl). What the policy
forbids and no finding is for is named under `beyond`. A finding is right where a text is labelled with its
kind and, where it has places, one of them shares words with a labelled place.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from bot.content.documents import load
from bot.content.federation import load_federation
from bot.content.playbook import load_playbook
from bot.content.policy_load import load_policy
from bot.content.posting import Account, Kind, load_posting
from bot.content.tables import PermissionTable
from bot.posting.finding import DraftReader, Found, plain

ROOT = Path(__file__).resolve().parents[2]
DRAFTS = ROOT / "tests" / "golden" / "drafts.jsonl"
SETS = ("first", "harmless", "later", "apart", "blind")


@dataclass(frozen=True)
class Labelled:
    """A draft, where it is to be posted, and what should be found: each kind with its places.

    `beyond` says what it breaks that no finding is for.
    """

    group: str
    account: Account
    text: str
    finds: Mapping[str, Sequence[str]]
    beyond: str = ""


@dataclass
class Score:
    """Of one kind: found and labelled, found and not labelled, labelled and not found."""

    right: int = 0
    too_much: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """The share of what was found that is labelled; 1 of nothing."""
        return self.right / ((self.right + self.too_much) or 1) if self.right + self.too_much else 1.0

    @property
    def recall(self) -> float:
        """The share of what is labelled that was found; 1 of nothing."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def drafts() -> list[Labelled]:
    """All labelled drafts, in the order of the file."""
    lines = DRAFTS.read_text(encoding="utf-8").splitlines()
    read: list[Any] = [json.loads(line) for line in lines]
    return [
        Labelled(one["set"], one["account"], one["text"], one["finds"], one.get("beyond", "")) for one in read
    ]


def reader() -> DraftReader:
    """A reader with the real words and the Federation of the example."""
    folder = ROOT / "policy_kb"
    policy = load_policy(folder / "social-media")
    federation = load_federation(ROOT / "federation.example.yml")
    table = load(folder / "permissions.yml", PermissionTable)
    posting = load_posting(folder, policy, table.workflows)
    return DraftReader(posting, federation, load_playbook(folder, policy).not_names)


def is_right(found: Found, labels: Mapping[str, Sequence[str]]) -> bool:
    """Whether a finding is labelled, at one of its places."""
    if found.kind not in labels:
        return False
    wanted = [plain(place) for place in labels[found.kind]]
    return not found.places or any(a in b or b in a or _overlap(a, b) for a in found.places for b in wanted)


def _overlap(one: str, other: str) -> bool:
    return bool(set(one.casefold().split()) & set(other.casefold().split()))


def measured(texts: Iterable[Labelled], reads: DraftReader) -> tuple[dict[str, Score], list[str]]:
    """The score of each kind, and a line for each finding too much or missed."""
    scores, wrong = {kind: Score() for kind in get_args(Kind)}, list[str]()
    for one in texts:
        found = reads.read(one.text, one.account)
        right = {item.kind for item in found if is_right(item, one.finds)}
        for item in found:
            if item.kind in right:
                scores[item.kind].right += 1
            else:
                scores[item.kind].too_much += 1
                wrong.append(f"too much {item.kind} {list(item.places)}: {one.text}")
        for kind in sorted(set(one.finds) - right):
            scores[kind].missed += 1
            wrong.append(f"missed {kind} {list(one.finds[kind])}: {one.text}")
    return scores, wrong


def clean(texts: Iterable[Labelled], reads: DraftReader) -> tuple[int, int]:
    """Of the texts in which nothing is to be found: how many were let be, and how many there are."""
    harmless = [one for one in texts if not one.finds and not one.beyond]
    return sum(not reads.read(one.text, one.account) for one in harmless), len(harmless)


def table(scores: Mapping[str, Score]) -> str:
    """The scores, a line a kind."""
    lines = [f"{'finding':<14}{'labelled':>9}{'found':>7}{'precision':>11}{'recall':>8}"]
    for kind, one in scores.items():
        labelled, found = one.right + one.missed, one.right + one.too_much
        lines.append(f"{kind:<14}{labelled:>9}{found:>7}{one.precision:>11.2f}{one.recall:>8.2f}")
    return "\n".join(lines)


def main() -> None:
    """Print the figures of each set; with --misses each text that was judged wrong."""
    texts, reads = drafts(), reader()
    print(dict(Counter(one.group for one in texts)))
    for group in SETS:
        part = [one for one in texts if one.group == group]
        scores, wrong = measured(part, reads)
        let_be, harmless = clean(part, reads)
        print(f"\n{group}: {len(part)} texts; of {harmless} without a fault {let_be} were let be")
        print(table(scores))
        if "--misses" in sys.argv:
            print("\n".join(wrong))


if __name__ == "__main__":
    main()
