"""`policy diff`: what a new version of a policy says otherwise, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.authoring.sentences import Rule, force
from bot.content.anchors import fold
from bot.content.signatures import amounts

_ALIKE = 0.55


@dataclass(frozen=True)
class RuleChange:
    """A rule before and now; "" where it is new, or gone."""

    before: str
    now: str
    section: str

    def told(self) -> Iterator[str]:
        """Lines for a policy officer."""
        if not self.before:
            yield f"NEW in {self.section}: {self.now}"
            return
        if not self.now:
            yield f"GONE from {self.section}: {self.before}"
            return
        yield f"CHANGED in {self.section}"
        yield f"  was: {self.before}"
        yield f"  now: {self.now}"
        if force(self.before) != force(self.now):
            yield f"  “{force(self.before)}” has become “{force(self.now)}”"
        lost, won = amounts(self.before) - amounts(self.now), amounts(self.now) - amounts(self.before)
        if lost or won:
            yield f"  a number has changed: {_numbers(lost)} → {_numbers(won)}"


def difference(before: Sequence[Rule], now: Sequence[Rule]) -> tuple[int, tuple[RuleChange, ...]]:
    """How many rules are the same, and every change in the order of the new version; what is gone at the end.

    A rule that only stands elsewhere, or in another section, is the same.
    """
    left = {fold(rule.text): rule for rule in before}
    same = {fold(rule.text) for rule in now} & left.keys()
    gone = [rule for text, rule in left.items() if text not in same]
    fresh = [rule for rule in now if fold(rule.text) not in same]
    partners = _partners(gone, fresh)
    changes = [
        RuleChange(partners[rule.text].text if rule.text in partners else "", rule.text, rule.section)
        for rule in fresh
    ]
    taken = {rule.text for rule in partners.values()}
    changes += [RuleChange(rule.text, "", rule.section) for rule in gone if rule.text not in taken]
    return len(same), tuple(changes)


def _partners(gone: Sequence[Rule], fresh: Sequence[Rule]) -> dict[str, Rule]:
    """For each new text the old rule that it most likely was, the likest pairs first."""
    words = {rule.text: fold(rule.text).lower().split() for rule in (*gone, *fresh)}
    pairs = [(_alike(words[old.text], words[new.text]), old, new) for old in gone for new in fresh]
    found: dict[str, Rule] = {}
    used: set[str] = set()
    for share, old, new in sorted(pairs, key=lambda pair: -pair[0]):
        if share >= _ALIKE and new.text not in found and old.text not in used:
            found[new.text] = old
            used.add(old.text)
    return found


def _alike(one: Sequence[str], other: Sequence[str]) -> float:
    # Quick looks first: thousands of rules make millions of pairs.
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()


def _numbers(found: frozenset[tuple[int, str]]) -> str:
    return ", ".join(f"{number} {unit}" for number, unit in sorted(found)) or "none"
