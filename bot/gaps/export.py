"""Signed answers as a policy officer takes them over: topics, notes, examples, golden questions. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from bot.content.policy_load import INTENT_PREFIX, Policy
from bot.content.world import World
from bot.domain.gaps import GapAnswer

_LONGEST_ID = 48
_EXPECTED = 60


def exported(answers: Iterable[GapAnswer], world: World) -> Mapping[str, str]:
    """The text of each file by its name. A topic without a clause cites nothing: `check` asks for one."""
    named = _named(answers)
    policy = world.policy
    topics = [_topic(name, given, policy) for name, given in named.items()]
    silent = [
        _note(name, given, world.gaps.mark)
        for name, given in named.items()
        if given.clause not in policy.clauses
    ]
    nlu = "".join(_examples(name, given) for name, given in named.items())
    golden = (json.dumps(_golden(given, policy), ensure_ascii=False) for given in named.values())
    return {
        "topics.yml": _yaml({"section": world.gaps.titles["list"], "topics": topics}),
        "outside.yml": _yaml({"notes": silent}),
        "nlu.yml": f'version: "3.1"\nnlu:\n{nlu}',
        "golden.jsonl": "".join(f"{line}\n" for line in golden),
    }


def _named(answers: Iterable[GapAnswer]) -> dict[str, GapAnswer]:
    named: dict[str, GapAnswer] = {}
    for given in answers:
        words = "-".join(re.findall(r"[a-z0-9]+", given.question.casefold()))
        name = base = words[:_LONGEST_ID].strip("-") or "answer"
        number = 2
        while name in named:
            name, number = f"{base}-{number}", number + 1
        named[name] = given
    return named


def _topic(name: str, given: GapAnswer, policy: Policy) -> dict[str, Any]:
    clause = policy.clauses.get(given.clause)
    return {
        "id": name,
        "question": given.question,
        "verdict": given.ruling,
        "modality": clause.modality if clause else "information",
        "answer": given.text,
        "cites": [clause.id] if clause else [],
    }


def _note(name: str, given: GapAnswer, source: str) -> dict[str, Any]:
    return {
        "id": name,
        "text": given.text,
        "source": source,
        "owner": "policy owner",
        "agreed": None,
        "review": given.review,
    }


def _examples(name: str, given: GapAnswer) -> str:
    lines = "".join(f"    - {' '.join(wording.split())}\n" for wording in given.wordings)
    return f"- intent: {INTENT_PREFIX}{name.replace('-', '_')}\n  examples: |\n{lines}"


def _golden(given: GapAnswer, policy: Policy) -> dict[str, Any]:
    clause = policy.clauses.get(given.clause)
    if clause is None:
        return {"q": given.question, "kind": "out_of_scope"}
    return {"q": given.question, "kind": "policy", "expect": [clause.quote[:_EXPECTED]]}


def _yaml(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)
