"""Text as Slack carries it: what was typed is escaped, what is read is not."""

from __future__ import annotations

import re

# What Slack itself puts between angle brackets, and a test may write as it is.
_TOKEN = re.compile(r"<(?:[@#!][^<>\s]+|(?:https?|mailto):[^<>\s]+(?:\|[^<>]*)?)>")
_LINK = re.compile(r"https?://[^\s<>|]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def escaped(text: str) -> str:
    """`&`, `<` and `>` as Slack sends them in commands and messages; its own tokens stay."""
    found, at = [], 0
    for token in _TOKEN.finditer(text):
        found += [_escape(text[at : token.start()]), token.group()]
        at = token.end()
    return "".join([*found, _escape(text[at:])])


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(text: str) -> str:
    """A message as it was typed: escaped, links and addresses made into tokens."""
    found, at = [], 0
    for token in _TOKEN.finditer(text):
        found += [_linked(text[at : token.start()]), token.group()]
        at = token.end()
    return "".join([*found, _linked(text[at:])])


def _linked(text: str) -> str:
    found, at = [], 0
    for link in _LINK.finditer(text):
        address = _escape(link.group())
        token = f"<{address}>" if "://" in address else f"<mailto:{address}|{address}>"
        found += [_escape(text[at : link.start()]), token]
        at = link.end()
    return "".join([*found, _escape(text[at:])])


def read(text: str) -> str:
    """What a person sees of it, as far as `&`, `<` and `>` go."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
