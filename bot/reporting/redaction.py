"""Third parties taken out of what one person is given of themselves: staff by their role, others as a mark.

More is taken out than need be, and what no rule can find stays: a person reads it before it is handed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.content.world import World
from bot.domain.names import Read, name_words
from bot.domain.roster import role_name
from bot.reporting.privacy import Finding, findings, likely_names

_SHORTEST_NAME = 3


class Redactor:
    """Takes everyone but one person out of a text. `name_mark` replaces people without a role."""

    def __init__(self, world: World, kept: Iterable[str], name_mark: str) -> None:
        self._not_names = world.playbook.not_names
        self._kept = frozenset(word for name in kept for word in name_words(name))
        self._mark = name_mark
        self._roles = _role_marks(world, self._kept, name_mark)

    def text(self, text: str) -> str:
        """`text` without the names of others and without what may be a password."""
        # A whole name in any case; one word of it only as a name is written ("Grace", not "grace").
        read = {False: Read(text, exact=True), True: Read(text)}
        roles = ((*span, mark) for name, mark in self._roles for span in read[" " in name].places(name))
        text = _without(text, (*self._namesakes(text), *roles))
        spans = [(item.start, item.end) for item in self._found(text)]
        names = likely_names(text, self._not_names)
        spans += [(start, end) for start, end in names if not self._is_kept(text[start:end])]
        return _without(text, ((start, end, self._mark) for start, end in spans))

    def _namesakes(self, text: str) -> Iterator[tuple[int, int, str]]:
        """The whole names that share one word with somebody of the Federation and are not theirs."""
        ours = {word for name, _ in self._roles for word in name_words(name)}
        whole = [name for name, _ in self._roles if " " in name]
        for start, end in likely_names(text, self._not_names):
            said = Read(text[start:end])
            if any(any(said.places(name)) for name in whole) or self._is_kept(text[start:end]):
                continue
            words = [
                found for found in re.finditer(r"\S+", text[start:end]) if not self._is_everyday(found[0])
            ]
            strange = any(not ours.issuperset(name_words(found[0])) for found in words)
            if strange and any(not ours.isdisjoint(name_words(found[0])) for found in words):
                yield start + words[0].start(), start + words[-1].end(), self._mark

    def _is_everyday(self, word: str) -> bool:
        return self._not_names.issuperset(name_words(word))

    def _found(self, text: str) -> list[Finding]:
        found = findings(text, self._not_names)
        return [item for item in found if item.kind == "password" or not self._is_kept(item.found)]

    def _is_kept(self, name: str) -> bool:
        return self._kept.issuperset(name_words(name))


def hidden_name(text: str, name: str, mark: str) -> str:
    """`text` with `mark` wherever the whole of `name` stands, however it is written."""
    return _without(text, ((start, end, mark) for start, end in Read(text).places(name)))


def _role_marks(world: World, kept: frozenset[str], name_mark: str) -> list[tuple[str, str]]:
    """For each name of the Federation's people, whole names first, what stands in its place."""
    federation = world.federation
    marks: dict[str, str] = {}
    for person in (*federation.roster.people.values(), *federation.demo_staff):
        # What stands in brackets after a name is no part of it.
        words = re.sub(r"\(.*?\)", "", person.name).split()
        if words and not kept.issuperset(name_words(" ".join(words))):
            mark = _role_mark(federation.roster.every_role_of(person.id), name_mark)
            marks[" ".join(words)] = mark
            marks.update(_parts(words, kept, mark))
    return [(name, marks[name]) for name in sorted(marks, key=len, reverse=True)]


def _parts(words: list[str], kept: frozenset[str], mark: str) -> Mapping[str, str]:
    names = [word for word in words if len(word) >= _SHORTEST_NAME and not kept.issuperset(name_words(word))]
    return dict.fromkeys(names, mark)


def _role_mark(roles: frozenset[str], name_mark: str) -> str:
    return f"[{', '.join(role_name(role) for role in sorted(roles))}]" if roles else name_mark


def _without(text: str, found: Iterable[tuple[int, int, str]]) -> str:
    """`text` with a mark in place of each span; of two that overlap, the first stands for both."""
    kept, at = list[str](), 0
    for start, end, mark in sorted(found, key=lambda item: (item[0], -item[1])):
        if start >= at:
            kept += [text[at:start], mark]
        at = max(at, end)
    return "".join([*kept, text[at:]])
