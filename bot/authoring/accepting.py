"""`policy accept`: the examples of a drafted policy, read by a person, put where the engine learns."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from bot.authoring.drafting import EXAMPLES
from bot.content.documents import Document
from bot.domain.faults import ToldFault
from bot.engine.training import load_training

# Of a title these do not tell one policy from another.
_OF_ANY = frozenset(
    ("policy", "policies", "school", "schools", "federation", "with", "from", "social", "media")
)
_OUTSIDE = "out_of_scope"


def outsiders(folder: Path, intents: Path) -> tuple[str, ...]:
    """The examples that say of a policy's own subject that no policy covers it, each with its file and line.

    They were right before there was this policy; now the engine would learn to turn its questions away.
    """
    title = str(Document(folder / "policy.yml").data["title"]).lower()
    subject = set(re.findall(r"[a-z]{4,}", title)) - _OF_ANY
    if not subject:
        return ()
    about = re.compile(rf"\b(?:{'|'.join(sorted(subject))})s?\b", re.IGNORECASE)
    examples = (one for one in load_training(intents).examples if one.intent == _OUTSIDE)
    return tuple(f"{one.path}:{one.line}: {one.text}" for one in examples if about.search(one.text))


def accept(folder: Path, intents: Path) -> int:
    """Move `examples.yml` to `intents/nlu/` and list its intents; how many these are. Raises ToldFault."""
    path, place = folder / EXAMPLES, intents / "nlu" / f"{folder.name}.yml"
    if not path.exists():
        raise ToldFault(f"There is no {path}: its examples are accepted already, or it was not imported.")
    if place.exists():
        raise ToldFault(f"{place} is there already: put the examples of {path} into it by hand.")
    names = [group["intent"] for group in Document(path).data["nlu"]]
    domain = intents / "domain.yml"
    text = domain.read_text(encoding="utf-8")
    known = yaml.safe_load(text)["intents"]
    # The last entry of the list: what follows it, if anything, stays behind.
    last = re.compile(rf"^([ \t]*- ){re.escape(known[-1])}[ \t]*$", re.MULTILINE)
    found = last.search(text)
    if found is None:
        raise ToldFault(f"{domain}: its list of intents cannot be added to: write one a line, with a dash.")
    added = "".join(f"\n{found[1]}{name}" for name in names if name not in known)
    domain.write_text(text[: found.end()] + added + text[found.end() :], encoding="utf-8")
    path.replace(place)
    return len(names)
