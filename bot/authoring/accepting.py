"""`policy accept`: the examples of a drafted policy, read by a person, put where the engine learns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.authoring.drafting import EXAMPLES
from bot.content.documents import Document
from bot.domain.faults import ToldFault
from bot.engine.training import load_training, topic_of

# These do not tell one policy from another.
_OF_ANY = frozenset(
    re.findall(
        r"\w+", "policy policies school federation with from social media must should staff pupil their"
    )
)
_OUTSIDE = "out_of_scope"


@dataclass(frozen=True)
class Contrary:
    """Examples that speak of a policy's own subject, each with its file and line, and lead elsewhere.

    `outside` say that no policy covers it, `elsewhere` lead to a topic of another policy. They were right
    before there was this policy; now the engine would learn to take its questions away from it.
    """

    outside: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


def contrary(folder: Path, intents: Path) -> Contrary:
    """What is to be read again since there is this policy.

    Its subject are the words of its title, and those that stand in more than half of its clauses.
    """
    quotes = [_words(str(one["quote"])) for one in Document(folder / "clauses.yml").data["clauses"]]
    counts = Counter(word for quote in quotes for word in quote)
    often = {word for word, count in counts.items() if 2 * count > len(quotes)}
    subject = (_words(str(Document(folder / "policy.yml").data["title"])) | often) - _OF_ANY
    if not subject:
        return Contrary()
    about = re.compile(rf"\b(?:{'|'.join(sorted(subject))})s?\b", re.IGNORECASE)
    found = [one for one in load_training(intents).examples if about.search(one.text)]
    others = [one for one in found if topic_of(one.intent) and one.path.stem != folder.name]
    return Contrary(
        tuple(f"{one.path}:{one.line}: {one.text}" for one in found if one.intent == _OUTSIDE),
        tuple(f"{one.path}:{one.line}: {topic_of(one.intent)}: {one.text}" for one in others),
    )


def _words(text: str) -> set[str]:
    """Its words of four letters or more; one and several of a thing are the same word."""
    return {word.removesuffix("s") for word in re.findall(r"[a-z]{4,}", text.lower())}


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
