"""What everybody in the workspace could see, at every moment, by the reference that stands in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.slack_double import Channel, Message, SlackDouble

_REFERENCE = re.compile(r"\bFED-[0-9A-Z]{4}\b")
# What is urgent says so first.
_CARD = re.compile(r"^(?:URGENT · )?(FED-[0-9A-Z]{4}) · ")


def case_on(message: Message) -> str:
    """The reference of the case whose card a reader would take it for; "" for anything else."""
    found = None if not message.bot or message.thread_ts or message.to else _CARD.match(message.text)
    return found[1] if found else ""


@dataclass
class Seen:
    """What was ever seen: a message that was deleted later counts as well.

    `keys`: how often each message that is owed once came to a conversation; `cards`: when each card of a
    case came there; `words`: the references that anything but a card spoke of there; `twice`: what was seen
    more than once; `readers`: who could ever read of a case.
    """

    cards: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    words: set[tuple[str, str]] = field(default_factory=set)
    twice: list[str] = field(default_factory=list)
    readers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    stale: list[str] = field(default_factory=list)
    posts: int = 0
    keys: Counter[tuple[str, str]] = field(default_factory=Counter)


def read(slack: SlackDouble) -> Seen:
    """Read everything that was ever shown to anybody."""
    seen = Seen()
    keys = seen.keys
    with slack.workspace.lock:
        for message in slack.workspace.ever_posted:
            if message.bot and not message.to:
                _take(seen, message)
        for showing in slack.workspace.shown:
            for reference in _REFERENCE.findall(showing.text):
                seen.readers[reference] |= showing.to
    seen.twice += [f"{key[:12]} in {place}" for (place, key), count in keys.items() if count > 1]
    seen.twice += [f"card of {case} in {place}" for (place, case), at in seen.cards.items() if len(at) > 1]
    return seen


def _take(seen: Seen, message: Message) -> None:
    payload = (message.metadata or {}).get("event_payload") or {}
    if "key" in payload:
        seen.posts += 1
        seen.keys[message.channel, str(payload["key"])] += 1
    for reference in set(_REFERENCE.findall(message.words)):
        if case_on(message) == reference:
            seen.cards[message.channel, reference].append(float(message.ts))
        else:
            seen.words.add((message.channel, reference))


def standing(slack: SlackDouble, channel: Channel) -> dict[str, str]:
    """The words of each card that stands there now, by reference."""
    found = ((case_on(message), message.words) for message in slack.messages_in(channel))
    return {reference: words for reference, words in found if reference}
