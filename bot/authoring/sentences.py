"""The parts of a policy as rules: one sentence or bullet each, with section and force."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.authoring.reading import TextPart
from bot.content.anchors import NUMBERING
from bot.content.policy import Modality, Verdict

_END = re.compile(r"(?<=[.!?])[\"')\]”’]*\s+(?=[A-Z“\"‘'(])")
# What ends with a point and no sentence.
_SHORT = re.compile(r"\b(?:e\.g|i\.e|etc|Mr|Mrs|Ms|Dr|No|St|vs|p|pp)\.$")
_NEVER = re.compile(
    r"\b(?:must|should|shall|may|can|will|do|does|are|is) (?:not|never)\b|\bnever\b|prohibited|\bbanned\b"
    r"|not (?:permitted|allowed)|under no circumstances|\bno (?:pupil|student|phone|member|one)",
    re.IGNORECASE,
)
_MUST = re.compile(
    r"\bmust\b|\bshall\b|\brequired to\b|prohibited|not (?:permitted|allowed)|\bnever\b"
    r"|under no circumstances|\bwill (?:not )?be (?:confiscated|kept|returned)\b",
    re.IGNORECASE,
)
_SHOULD = re.compile(r"\bshould\b|\bexpected to\b|\badvised\b", re.IGNORECASE)
_MAY = re.compile(
    r"\bmay\b|\bcan\b|\bare (?:allowed|permitted)\b|\bis (?:allowed|permitted)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Rule:
    """One sentence or bullet; `opens` where a list follows, `listed` where it stands in one."""

    section: str
    text: str
    modality: Modality
    verdict: Verdict
    opens: bool
    listed: bool


def rules_of(parts: Sequence[TextPart]) -> Iterator[Rule]:
    """The rules of a paper, in order, without their numbers; headings become their sections."""
    section = "Introduction"
    for number, part in enumerate(parts):
        if part.kind == "heading":
            section = part.text.replace(" > ", " - ")
            continue
        follows = number + 1 < len(parts) and parts[number + 1].kind == "bullet"
        found = NUMBERING.match(part.text)
        sentences = list(split(part.text[found.end() :].strip() if found else part.text))
        for place, text in enumerate(sentences):
            last = place == len(sentences) - 1
            opens = part.kind == "text" and last and follows and text.endswith(":")
            yield Rule(section, text, force(text), ruling(text), opens, part.kind == "bullet")


def split(text: str) -> Iterator[str]:
    """The sentences of a text."""
    start = 0
    for found in _END.finditer(text):
        if not _SHORT.search(text[start : found.start()]):
            yield text[start : found.end()].strip()
            start = found.end()
    if rest := text[start:].strip():
        yield rest


def force(text: str) -> Modality:
    """What the words of a rule say: must, should, may, or nothing of the kind."""
    if _MUST.search(text):
        return "must"
    if _SHOULD.search(text):
        return "should"
    return "may" if _MAY.search(text) else "information"


def ruling(text: str) -> Verdict:
    """The likely verdict of a rule, for a policy officer to judge."""
    if _NEVER.search(text):
        return "never"
    return {"must": "must", "should": "must", "may": "allowed_if"}.get(force(text), "information")  # type: ignore[return-value]
