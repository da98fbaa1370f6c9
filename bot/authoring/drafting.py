"""`policy import`: a policy's folder, drafted from its rules; what a person must write is marked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.authoring.reading import Paper, TextPart
from bot.authoring.sentences import Rule, rules_of
from bot.content.policy_load import TO_WRITE
from bot.domain.faults import ToldFault
from bot.engine.training import intent_of

EXAMPLES = "examples.yml"
_MOST_CITES = 8
_MOST_RULES = 9_999
_ID_WORDS = 5
_DULL = frozenset(
    re.findall(r"\w+", "a an the of to in on at by for and or is are be must should may can not no it its")
)
_SUBJECT = re.compile(
    r"^(?P<who>[A-Z][\w’' -]{2,40}?) (?:(?:must|should|may|can|shall|will)(?: not| never)?"
    r"|are (?:not )?(?:allowed|permitted|required|expected) to) (?P<what>[a-z].+?)[.:;]?$"
)
_ASKING = (
    "Can {who} {what}?",
    "Are {who} allowed to {what}?",
    "Is it okay if {who} {what}?",
    "Do {who} have to {what}?",
    "What is the rule if {who} {what}?",
    "am I right that {who} can {what}",
)
_ABOUT = ("What does the policy say on {what}?", "What about {what}?", "tell me about {what}")


@dataclass(frozen=True)
class PolicyDraft:
    """What was written, and what is left to do: topics to write, examples to read."""

    folder: Path
    clauses: int
    topics: int


@dataclass
class _Topic:
    """A topic under way: its id, its first rule and the clauses that it cites."""

    id: str
    rule: Rule
    cites: list[str] = field(default_factory=list)


def draft(paper: Paper, policy_kb: Path, title: str, prefix: str, today: date) -> PolicyDraft:
    """Write `policy_kb/<id>/`, marked as a draft. Raises ToldFault where there is such a folder already."""
    title = title or _title(paper.parts)
    name = _slug(title)
    folder = policy_kb / name
    if folder.exists():
        raise ToldFault(f"{folder} is there already: for a new version of it use --into {name}.")
    rules = list(rules_of(paper.parts))
    if len(rules) > _MOST_RULES:
        raise ToldFault(f"It holds more than {_MOST_RULES} sentences: import its parts one by one.")
    prefix = prefix or _prefix(title)
    ids = [f"{prefix}-{number:03d}" for number in range(1, len(rules) + 1)]
    topics = _topics(rules, ids)
    (folder / "topics").mkdir(parents=True)
    lines = list(source_lines(paper.parts))
    _write(folder / "source.txt", lines)
    _write(folder / "policy.yml", _header(name, title, prefix, today))
    _write(folder / "clauses.yml", _clauses(rules, ids, lines))
    for section, group in _by_section(topics).items():
        _write(folder / "topics" / f"{_slug(section)}.yml", _topic_file(section, group))
    _write(folder / "clarifications.yml", ["clarifications: []"])
    _write(folder / "contradictions.yml", ["contradictions: []"])
    _write(folder / EXAMPLES, _example_file(topics))
    return PolicyDraft(folder, len(rules), len(topics))


def source_lines(parts: Sequence[TextPart]) -> Iterator[str]:
    """The paper as source text: a line a part, with an empty line before all but bullets."""
    for number, part in enumerate(parts):
        if number and part.kind != "bullet":
            yield ""
        yield f"• {part.text}" if part.kind == "bullet" else part.text


def _write(path: Path, lines: Sequence[str] | Iterator[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _title(parts: Sequence[TextPart]) -> str:
    return next((part.text for part in parts if part.kind == "heading"), parts[0].text[:60])


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))) or "policy"


def _prefix(title: str) -> str:
    letters = "".join(word[0] for word in re.findall(r"[a-z]+", title.lower()) if word not in _DULL)
    return letters[:4] if len(letters) > 1 else (letters * 2)[:2]


def _header(name: str, title: str, prefix: str, today: date) -> Iterator[str]:
    yield "# Made by `policy import`. Take the last line out when everything is written (docs/policy.md)."
    yield f"id: {name}"
    yield f"title: {_quoted(title)}"
    yield f"name: {_quoted(' '.join(map(_lowered, title.split())))}"
    yield "version: not stated"
    yield "source: source.txt"
    yield f"prefix: {prefix}"
    yield "# Who answers for it; when it was approved (null: not known); the day of its text; its review."
    yield f"owner: {TO_WRITE}"
    yield "approved: null"
    yield f"dated: {today}"
    yield f"review: {today.replace(year=today.year + 1, day=min(today.day, 28))}"
    yield "# What stands in the source and is no rule, beside the sections of the clauses."
    yield "headings: []"
    yield "draft: true"


def _lowered(word: str) -> str:
    """A word as it stands within a sentence; ICT and PE stay as they are."""
    return word if word.isupper() else word.lower()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _clauses(rules: Sequence[Rule], ids: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    yield "# Every rule of the source; each `quote` is verbatim. Correct `modality` where it is wrong."
    yield "clauses:"
    lead, at = "", 0
    for number, (rule, name) in enumerate(zip(rules, ids, strict=True), 1):
        at = next(place for place in range(at, len(lines)) if rule.text in lines[place])
        lead = "" if not rule.listed else lead
        yield f"  - id: {name}"
        yield f"    rules: [{number}]"
        yield f"    section: {_quoted(rule.section)}"
        yield f"    lines: [{at + 1}, {at + 1}]"
        yield f"    modality: {rule.modality}"
        yield f"    quote: {_quoted(rule.text)}"
        if rule.listed and lead:
            yield f"    lead_in: {lead}"
        if rule.opens:
            lead = name


def _topics(rules: Sequence[Rule], ids: Sequence[str]) -> list[_Topic]:
    """A topic for each rule; bullets stand with their lead-in, what rules nothing with its neighbour."""
    found: list[_Topic] = []
    taken: set[str] = set()
    for rule, name in zip(rules, ids, strict=True):
        last = found[-1] if found else None
        joins = last is not None and last.rule.section == rule.section and len(last.cites) < _MOST_CITES
        if (
            joins
            and last is not None
            and ((rule.listed and last.rule.opens) or rule.modality == "information")
        ):
            last.cites.append(name)
            continue
        found.append(_Topic(_topic_id(rule, taken), rule, [name]))
        taken.add(found[-1].id)
    return found


def _topic_id(rule: Rule, taken: set[str]) -> str:
    words = [word for word in re.findall(r"[a-z0-9]+", rule.text.lower()) if word not in _DULL]
    stem = "-".join(words[:_ID_WORDS]) or "rule"
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if name not in taken)


def _by_section(topics: Sequence[_Topic]) -> dict[str, list[_Topic]]:
    found: dict[str, list[_Topic]] = {}
    for topic in topics:
        found.setdefault(topic.rule.section, []).append(topic)
    return found


def _topic_file(section: str, topics: Sequence[_Topic]) -> Iterator[str]:
    yield f"# Write each question as staff ask it, and its answer in plain words; then take {TO_WRITE!r} out."
    yield f"section: {_quoted(section)}"
    yield "topics:"
    for topic in topics:
        rule = topic.rule
        start = {"never": "No. ", "allowed_if": "Yes. "}.get(rule.verdict, "")
        asked = next(iter(_asking(rule, 1)), "")
        yield f"  - id: {topic.id}"
        yield f"    question: {_quoted(f'{TO_WRITE}: {asked}')}"
        yield f"    verdict: {rule.verdict}"
        yield f"    modality: {rule.modality}"
        yield f"    answer: {_quoted(f'{TO_WRITE}: {start}{rule.text}')}"
        yield f"    cites: [{', '.join(topic.cites)}]"


def _example_file(topics: Sequence[_Topic]) -> Iterator[str]:
    yield "# How people may ask for each topic, made from the rules. Take out what nobody would say, add"
    yield "# what they say: twelve varied ones a topic. Then `policy accept` moves them to intents/."
    yield 'version: "3.1"'
    yield "nlu:"
    seen: set[str] = set()
    for topic in topics:
        lines = [line for line in _asking(topic.rule, len(_ASKING)) if line.casefold() not in seen]
        seen |= {line.casefold() for line in lines}
        yield f"- intent: {intent_of(topic.id)}"
        yield "  examples: |"
        yield from (f"    - {line}" for line in lines or [f"the rule {topic.id.replace('-', ' ')}"])


def _asking(rule: Rule, most: int) -> Iterator[str]:
    found = _SUBJECT.match(rule.text)
    if found and " " in found["what"]:
        who = found["who"][:1].lower() + found["who"][1:]
        filled = {"who": who, "what": found["what"]}
        yield from (form.format(**filled) for form in _ASKING[:most])
    else:
        what = rule.text.rstrip(".:;")
        yield from (form.format(what=what[:1].lower() + what[1:]) for form in _ABOUT[:most])
