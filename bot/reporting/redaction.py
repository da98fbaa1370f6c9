"""Third parties taken out of what one person is given of themselves: staff by their role, others as a mark.

More is taken out than need be, and what no rule can find stays: a person reads it before it is handed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.content.world import World
from bot.domain.roster import role_name
from bot.reporting.privacy import Finding, findings, likely_names

_SHORTEST_NAME = 3


class Redactor:
    """Takes everyone but one person out of a text. `name_mark` stands for whoever has no role."""

    def __init__(self, world: World, kept: Iterable[str], name_mark: str) -> None:
        self._not_names = world.playbook.not_names
        self._kept = {word.casefold() for name in kept for word in name.split()}
        self._mark = name_mark
        self._roles = _role_marks(world, frozenset(self._kept), name_mark)

    def text(self, text: str) -> str:
        """`text` without the names of others and without what may be a password."""
        for pattern, mark in self._roles:
            text = _put(pattern, mark, text)
        spans = [(item.start, item.end) for item in self._found(text)]
        names = likely_names(text, self._not_names)
        spans += [(start, end) for start, end in names if not self._is_kept(text[start:end])]
        return _without(text, spans, self._mark)

    def _found(self, text: str) -> list[Finding]:
        found = findings(text, self._not_names)
        return [item for item in found if item.kind == "password" or not self._is_kept(item.found)]

    def _is_kept(self, name: str) -> bool:
        return all(word.casefold() in self._kept for word in name.split())


def hidden_name(text: str, name: str, mark: str) -> str:
    """`text` with `mark` wherever the whole of `name` stands, in any case."""
    return _put(_pattern(_spelt(name.split()), re.I), mark, text) if name.strip() else text


def _spelt(words: list[str]) -> str:
    return r"\s+".join(re.escape(word) for word in words)


def _pattern(name: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){name}(?!\w)", flags)


def _put(pattern: re.Pattern[str], mark: str, text: str) -> str:
    def put(_match: re.Match[str]) -> str:
        return mark

    return pattern.sub(put, text)


def _role_marks(world: World, kept: frozenset[str], name_mark: str) -> list[tuple[re.Pattern[str], str]]:
    """For each name of the Federation's people, whole names first, what stands in its place."""
    federation = world.federation
    marks: dict[str, str] = {}
    for person in (*federation.roster.people.values(), *federation.demo_staff):
        # What stands in brackets after a name is no part of it.
        words = re.sub(r"\(.*?\)", "", person.name).split()
        if words and not kept.issuperset(word.casefold() for word in words):
            mark = _role_mark(federation.roster.every_role_of(person.id), name_mark)
            marks[_spelt(words)] = mark
            marks.update(_parts(words, kept, mark))
    # A whole name in any case; one word of it only as a name is written ("Grace", not "grace").
    return [
        (_pattern(name, re.I if r"\s+" in name else re.NOFLAG), marks[name])
        for name in sorted(marks, key=len, reverse=True)
    ]


def _parts(words: list[str], kept: frozenset[str], mark: str) -> Mapping[str, str]:
    names = [word for word in words if len(word) >= _SHORTEST_NAME and word.casefold() not in kept]
    return {re.escape(word): mark for word in names}


def _role_mark(roles: frozenset[str], name_mark: str) -> str:
    return f"[{', '.join(role_name(role) for role in sorted(roles))}]" if roles else name_mark


def _without(text: str, spans: list[tuple[int, int]], mark: str) -> str:
    kept, at = list[str](), 0
    for start, end in sorted(spans):
        if start >= at:
            kept += [text[at:start], mark]
        at = max(at, end)
    return "".join([*kept, text[at:]])
