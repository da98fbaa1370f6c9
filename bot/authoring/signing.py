"""`signatures.yml`, written: one person after the other signs the answers that wait to be read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.content.policy import Topic
from bot.content.policy_load import Policy
from bot.content.signatures import (
    FILE,
    NEEDED,
    SignatureFile,
    Signed,
    SignedTwice,
    Stamp,
    read_signatures,
    stamp,
)
from bot.domain.faults import ToldFault

_HEAD = """\
# Who has signed which answer, as it is and with the clauses that it stands on. `python -m bot policy sign`
# writes this file: an answer that is not as it was signed is held back until two people have signed it again.
"""
# Of those who may be told first where somebody is at risk.
_SAFEGUARDING = "dsl"


class SignatureRefused(ToldFault):
    """A signature that does not count, and what would."""


@dataclass(frozen=True)
class Signer:
    """Who signs: an id on the roster, and the roles that this person holds now."""

    id: str
    roles: frozenset[str]


def is_about_danger(topic: Topic, policy: Policy) -> bool:
    """Whether somebody may be at risk behind it: then the safeguarding lead is one of the two."""
    notes = [policy.outside[name] for name in (*topic.first, *topic.outside)]
    told = any(_SAFEGUARDING in note.contacts for note in notes)
    return told or topic.offer in ("report_abuse", "report_image")


def sign(
    folder: Path,
    policy: Policy,
    topics: Iterable[str],
    signer: Signer,
    author: str,
    roles: Mapping[str, frozenset[str]],
    today: date,
) -> Mapping[str, bool]:
    """Sign `topics` for `signer`; whether each now counts as signed by two.

    `author` wrote the answers; `roles` are those that everybody on the roster holds now.
    Raises SignatureRefused, and then nothing is written.
    """
    file = read_signatures(folder)
    signed, waiting = dict(file.signed), dict(file.waiting)
    done: dict[str, bool] = {}
    for name in topics:
        now = stamp(policy.topics[name], policy.clauses, policy.contradictions)
        first = waiting.pop(name, None)
        if first is not None and (first.words, first.clauses) != (now.words, now.clauses):
            # It was changed again after that signature.
            first = None
        found = _with(name, first, signer, author, now, today)
        done[name] = len(found.by) >= NEEDED
        if done[name]:
            _refuse_strangers(name, found, policy, roles)
            signed[name] = SignedTwice.model_validate(found.model_dump())
        else:
            waiting[name] = found
    write(folder, SignatureFile(delivered=file.delivered, signed=signed, waiting=waiting))
    return done


def _with(name: str, first: Signed | None, signer: Signer, author: str, now: Stamp, today: date) -> Signed:
    wrote = first.author if first else author
    if signer.id == wrote:
        raise SignatureRefused(f"{name}: {signer.id} wrote it, so two others sign")
    if first and author != wrote:
        raise SignatureRefused(f"{name}: the first signature says that {wrote} wrote it, not {author}")
    if first and signer.id in first.by:
        raise SignatureRefused(f"{name}: {signer.id} has signed it already; somebody else is the second")
    by = (*(first.by if first else ()), signer.id)
    return Signed(words=now.words, clauses=now.clauses, author=wrote, by=by, on=today)


def _refuse_strangers(name: str, found: Signed, policy: Policy, roles: Mapping[str, frozenset[str]]) -> None:
    for person in found.by:
        if person not in roles:
            mend = f"take that entry out of `waiting` in {FILE}, and let somebody else sign first"
            raise SignatureRefused(f"{name}: {person} signed first and may sign no more: {mend}")
    held = frozenset().union(*(roles[person] for person in found.by))
    if is_about_danger(policy.topics[name], policy) and _SAFEGUARDING not in held:
        raise SignatureRefused(
            f"{name}: it is about somebody at risk, so one of the two is a Designated Safeguarding Lead"
        )


def write(folder: Path, file: SignatureFile) -> None:
    """Write the file whole; a reader never sees half of it."""
    data: dict[str, Any] = {
        part: {name: entry.model_dump(mode="json") for name, entry in sorted(entries.items())}
        for part, entries in (
            ("delivered", file.delivered),
            ("signed", file.signed),
            ("waiting", file.waiting),
        )
        if entries
    }
    text = _HEAD + yaml.safe_dump(
        data, sort_keys=False, default_flow_style=None, width=120, allow_unicode=True
    )
    path = folder / FILE
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
