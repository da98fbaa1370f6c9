"""Words that are typed as commands. Everything else that is typed is a question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from bot.domain.references import alone, is_code, mentioned
from bot.domain.turns import Content, Pressed, Said

Word = Literal[
    "report",
    "image",
    "status",
    "cases",
    "help",
    "back",
    "save",
    "cancel",
    "resume",
    "hide",
    "question",
    "purge",
    "drill",
    "roster",
    "numbers",
    "picture",
    "draft",
    "replies",
    "log_reply",
    "governors",
    "training",
    "gaps",
    "new_account",
    "accounts",
    "work",
]
_LONGEST = 60


def _check_of(*nouns: str) -> tuple[str, ...]:
    """Each way to ask for a check of one of these: "check a photo", "check my photo", "photo check"."""
    ways = ("check {}", "check a {}", "check an {}", "check my {}", "check this {}", "{} check")
    return tuple(way.format(noun) for noun in nouns for way in ways)


_WORDS: Mapping[Word, tuple[str, ...]] = {
    "report": (
        *("report", "report something", "report abuse", "report an incident", "report a problem"),
        *("make a report", "start a report", "new report", "i want to report something"),
    ),
    "image": ("report image", "report an image", "report a picture", "report picture", "report a photo"),
    "question": ("ask the flt", "ask the leadership team", "ask for an answer"),
    "status": ("status", "report-status", "report status", "my reports", "my report"),
    "cases": ("cases", "open cases"),
    "help": ("help", "?", "menu", "start", "what can you do"),
    "back": ("back", "go back"),
    "save": ("save", "save for later"),
    "cancel": ("cancel", "cancel report", "start over", "restart", "stop"),
    "resume": ("resume", "continue", "go on"),
    "hide": ("hide", "quick hide"),
    "drill": ("drill", "start a drill"),
    "purge": ("approve purge", "approve the purge"),
    "roster": ("roster", "the roster"),
    "numbers": ("numbers", "phone numbers", "emergency numbers", "phone list"),
    "picture": _check_of("picture", "photo", "image", "video"),
    "draft": _check_of("draft", "post", "tweet", "caption"),
    "replies": ("replies", "open replies"),
    "governors": ("governors' report", "governors’ report", "governors report", "report for the governors"),
    "gaps": ("open questions", "gaps"),
    "new_account": ("new account", "account-request", "account request"),
    "accounts": ("accounts", "the accounts", "our accounts"),
    "log_reply": ("log a comment", "log a query", "log a complaint", "log a reply"),
    "work": ("my work", "work", "to do", "what waits for me"),
    "training": ("training", "my training", "read and understood"),
}
_MEANING: Mapping[str, Word] = {phrase: word for word, phrases in _WORDS.items() for phrase in phrases}
# What "please" beside it does not make a command: words that may be a cry, or end what is being written.
_BARE: frozenset[Word] = frozenset(("help", "back", "save", "cancel", "resume", "hide"))


def command(text: str) -> Word | None:
    """The command that `text` is, with or without a slash or "please"; None where it is a question."""
    if len(text) > _LONGEST:
        return None
    plain = re.sub(r"\s+", " ", text.strip().removeprefix("/").strip().rstrip(".!").casefold())
    asked = _MEANING.get(re.sub(r"^please,? |,? please$", "", plain))
    return _MEANING.get(plain) or (None if asked in _BARE else asked)


# What a button carries that does what a typed word does, and the word as its value.
WORD = "word.say"


def asks_for_cases(content: Content) -> bool:
    """Whether it is typed or pressed to see a case, the list of them, or the roster."""
    match content:
        case Said(text):
            return command(text) in _OF_CASES or reference(text) != ""
        case Pressed(action, value):
            return action == WORD and value in _OF_CASES
    return False


_OF_CASES = ("cases", "roster", "replies", "governors", "gaps", "work")


def question(text: str) -> str:
    """The question in `text`: what follows "/policy", or all of it."""
    return re.sub(r"^\s*/policy\b\s*", "", text, flags=re.IGNORECASE).strip()


def with_draft(text: str) -> bool:
    """Whether a draft to be checked was typed along ("check a draft: Well done …"), where it would stay."""
    return re.match(r"\s*/?check (?:a|my|this) (?:draft|post|tweet)\b\W*\w", text, re.IGNORECASE) is not None


def audited(text: str) -> str | None:
    """The reference in "audit FED-7K3Q"; "" for "audit" alone; None for anything else."""
    found = re.fullmatch(r"\s*/?audit\b(.*)", text, re.IGNORECASE | re.DOTALL)
    if found is None:
        return None
    return "" if not found[1].strip() else alone(found[1]) or None


def reference(text: str) -> str:
    """The reference in "status FED-7K3Q", however it is written; "" where there is none.

    A receipt code after it is passed by: a chat keeps what is typed, so the form asks for it.
    """
    found = re.fullmatch(r"\s*/?(?:report-)?status\b(.*)", text, re.IGNORECASE | re.DOTALL)
    if found is None:
        return ""
    within, _, end = mentioned(found[1])
    return within if is_code(found[1][end:]) else alone(found[1])
