"""What `check --content` proves of `policy_kb/` and `intents/` alone: no database, no engine, no settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from bot.content.account_texts import load_accounts
from bot.content.campaign_texts import load_campaigns, version_name, version_of
from bot.content.case_texts import CaseWork, load_case_texts
from bot.content.documents import DataFaults, Document, Fault, load, read_lines
from bot.content.door_texts import load_door_texts, load_paper_texts
from bot.content.gap_texts import load_gaps
from bot.content.governor_texts import load_governors
from bot.content.playbook import load_playbook
from bot.content.policy_load import INTENT_PREFIX, Policy, load_policies, policy_folders
from bot.content.posting import load_posting
from bot.content.reply_texts import load_replies
from bot.content.roster_texts import RosterTexts
from bot.content.rules import load_answer_rules
from bot.content.signatures import read_signatures
from bot.content.tables import Outcomes, PermissionTable, Retention
from bot.engine.gate import load_gate
from bot.engine.training import Training, intent_of, load_training

ItemT = TypeVar("ItemT")
# So many examples a topic needs at least to be found (CONTRIBUTING.md).
FEWEST_EXAMPLES = 12
_NAMED = 5


@dataclass(frozen=True)
class PolicyProof:
    """What was read, every fault, and what waits for somebody: a warning stops nothing."""

    note: str
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def prove_content(policy_kb: Path, intents: Path, today: date) -> PolicyProof:
    """Read every file as a start would. Where a policy has faults, what stands on it is not tried."""
    found: list[Fault] = []
    policy = _tried(lambda: load_policies(policy_kb), found)
    training = _tried(lambda: load_training(intents), found)
    _tried(lambda: load_gate(intents / "gate"), found)
    if policy is not None:
        found += _rest(policy_kb, intents, policy)
        found += _early(policy_kb, policy, today)
    if policy is not None and training is not None:
        found += _unasked(policy_kb, policy, training)
    faults = tuple(map(str, dict.fromkeys(found)))
    if policy is None or training is None or faults:
        return PolicyProof("", faults)
    return PolicyProof(_noted(policy), (), tuple(warnings(policy_kb, policy, training, today)))


def _noted(policy: Policy) -> str:
    names = ", ".join(cover.id for cover in policy.covers)
    counted = f"{len(policy.clauses)} clauses, {len(policy.topics)} topics"
    found = f"{names}, version {version_name(policy)!r}{_made(policy)}: {counted}"
    bare = [topic.id for topic in policy.topics.values() if topic.applies is None]
    # Such a topic answers for any actor, account and person.
    return f"{found}; without `applies`: {_listed(bare)}" if bare else found


def _made(policy: Policy) -> str:
    """The name that `versions` of campaigns.yml has for a text that states no version."""
    version = version_of(policy)
    return "" if version == policy.version else f" ({version!r} in campaigns.yml)"


def _tried(read: Callable[[], ItemT], faults: list[Fault]) -> ItemT | None:
    try:
        return read()
    except DataFaults as error:
        faults += error.faults
        return None


def _rest(policy_kb: Path, intents: Path, policy: Policy) -> list[Fault]:
    """What is wrong with the files that stand beside the policies."""
    faults: list[Fault] = []
    playbook = _tried(lambda: load_playbook(policy_kb, policy), faults)
    table = _tried(lambda: load(policy_kb / "permissions.yml", PermissionTable), faults)
    readers: list[Callable[[], object]] = [
        lambda: load_answer_rules(intents, policy_kb, policy),
        lambda: load_door_texts(policy_kb / "door-texts.yml", policy.topics),
        lambda: load_paper_texts(policy_kb / "paper-texts.yml", policy),
        lambda: load_replies(policy_kb / "replies.yml", policy.clauses),
        lambda: load_campaigns(policy_kb / "campaigns.yml", policy),
        lambda: load_gaps(policy_kb / "gaps.yml"),
        lambda: load(policy_kb / "outcomes.yml", Outcomes),
        lambda: load(policy_kb / "retention.yml", Retention),
        lambda: load(policy_kb / "case-work.yml", CaseWork),
        lambda: load(policy_kb / "roster-texts.yml", RosterTexts),
    ]
    if table is not None:
        duties = table.workflows
        readers.append(lambda: load_posting(policy_kb, policy, duties))
    if playbook is not None:
        readers += [
            lambda: load_case_texts(policy_kb / "case-texts.yml", playbook.kinds),
            lambda: load_governors(policy_kb / "governors.yml", playbook.kinds),
            lambda: load_accounts(policy_kb / "accounts.yml", policy, playbook),
        ]
    for reader in readers:
        _tried(reader, faults)
    return faults


def _early(policy_kb: Path, policy: Policy, today: date) -> Iterator[Fault]:
    """Agreements and approvals on a day that is yet to come."""
    outside = Document(policy_kb / "outside.yml")
    for number, note in enumerate(policy.outside.values()):
        if note.agreed and note.agreed > today:
            message = f"{note.id}: agreed on {note.agreed}, which is yet to come"
            yield outside.fault(message, ("notes", number, "agreed"))
    for cover in policy.covers:
        if cover.approved and cover.approved > today:
            header = Document(policy_kb / cover.id / "policy.yml")
            yield header.fault(f"approved on {cover.approved}, which is yet to come", ("approved",))


def _unasked(policy_kb: Path, policy: Policy, training: Training) -> Iterator[Fault]:
    """Topics that nobody can ask for, and examples of none."""
    for name, (path, line) in topic_places(policy_kb).items():
        intent = intent_of(name)
        if name in policy.topics and not training.counts[intent]:
            mend = f"write {FEWEST_EXAMPLES} under {intent} in intents/nlu/, and list it in domain.yml"
            yield Fault(path, line, f"{name}: there is no example of how people ask for it: {mend}")
    known = {intent_of(name) for name in policy.topics}
    strange = {example.intent: example for example in reversed(training.examples)}
    for intent, example in strange.items():
        if intent.startswith(INTENT_PREFIX) and intent not in known:
            yield Fault(example.path, example.line, f"{intent}: there is no topic of this name in any policy")


def topic_places(policy_kb: Path) -> dict[str, tuple[Path, int]]:
    """The file and line of each topic."""
    found: dict[str, tuple[Path, int]] = {}
    for path in sorted(policy_kb.glob("*/topics/*.yml")):
        document = Document(path)
        for number, raw in enumerate(document.data["topics"]):
            found[raw["id"]] = path, document.line(("topics", number))
    return found


def warnings(policy_kb: Path, policy: Policy, training: Training, today: date) -> Iterator[str]:
    """What waits for somebody: answers that are held back, and what stands on changed clauses."""
    yield from _held(policy_kb, policy)
    yield from _unreviewed(policy_kb, policy, today)
    few = [name for name in policy.topics if training.counts[intent_of(name)] < FEWEST_EXAMPLES]
    if few:
        yield f"topics with fewer than {FEWEST_EXAMPLES} examples are found less surely: {_listed(few)}"


def _held(policy_kb: Path, policy: Policy) -> Iterator[str]:
    places = topic_places(policy_kb)
    for cover in policy.covers:
        file = read_signatures(policy_kb / cover.id)
        mend = f"two people sign: `python -m bot policy sign {cover.id}`"
        held = [name for name in policy.held if policy.homes[name] is cover]
        fresh = [name for name in held if file.of(name) is None and name not in file.waiting]
        if fresh:
            yield f"{policy_kb / cover.id}: held back, as nobody has signed them: {_listed(fresh)}; {mend}"
        for name in held:
            if name in fresh:
                continue
            (path, line), changed = places[name], policy.held[name]
            why = f"{', '.join(changed)} changed" if changed else "its own words are not what was signed"
            waits = file.waiting.get(name)
            signed = f"; {', '.join(waits.by)} signed" if waits else ""
            yield f"{path}:{line}: {name}: held back, because {why}{signed}; {mend}"
    if policy.changed:
        yield from _standing_on(policy_kb, policy.changed)


def _standing_on(policy_kb: Path, changed: frozenset[str]) -> Iterator[str]:
    """What shows a changed clause and is never held back: journeys, checks, sheets. It is read again."""
    named = re.compile(r"\b(" + "|".join(map(re.escape, sorted(changed))) + r")\b")
    folders = {path.name for path in policy_folders(policy_kb)}
    for path in sorted(policy_kb.rglob("*.yml")):
        inside = path.relative_to(policy_kb).parts
        if inside[0] in folders and inside[1:] not in (("contradictions.yml",),):
            continue
        for number, line in read_lines(path):
            for clause in dict.fromkeys(named.findall(line)):
                yield f"{path}:{number}: stands on {clause}, which has changed: read it again"


def _unreviewed(policy_kb: Path, policy: Policy, today: date) -> Iterator[str]:
    for cover in policy.covers:
        if cover.review < today:
            path = policy_kb / cover.id / "policy.yml"
            line = Document(path).line(("review",))
            yield f"{path}:{line}: {cover.title}: {_overdue(cover.review, cover.owner)}"
    path = policy_kb / "outside.yml"
    document = Document(path)
    for number, note in enumerate(policy.outside.values()):
        if note.review < today:
            line = document.line(("notes", number, "review"))
            yield f"{path}:{line}: {note.id}: {_overdue(note.review, note.owner)}"


def _overdue(due: date, owner: str) -> str:
    return f"its review was due on {due}; its owner is {owner}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
