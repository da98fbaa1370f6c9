"""What should not be stored unseen: a likely password or login, a likely full name of a student.

These are hints, never refusals: the writer takes it out or keeps it as it is. How often they are
right is measured on tests/reporting/privacy_samples.yml.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.domain.names import name_words, straight


@dataclass(frozen=True)
class Finding:
    """A piece of a text that looks like a secret or a student's name, from `start` up to `end`."""

    kind: Literal["password", "student_name"]
    found: str
    start: int
    end: int


def findings(text: str, not_names: frozenset[str], staff: Iterable[str] = ()) -> tuple[Finding, ...]:
    """What to ask about before `text` is stored, in the order of the text.

    `not_names` are words (in lower case) that are never part of a name, `staff` are names to let pass.
    """
    known = frozenset(map(name_words, staff))
    found = [*_passwords(text), *_student_names(text, not_names, known)]
    return tuple(sorted(found, key=lambda item: item.start))


# "password: x", "pwd=x", "the login is x", "PIN 1234". What follows a bare "is" must look like a secret.
_LABEL = re.compile(
    r"\b(?P<word>pass\s?words?|pass\s?codes?|pass\s?phrase|passwd|pwd|pw|pass|pin(?:\s(?:number|code))?|log-?in|"
    r"user\s?name|credentials?)\b"
    r"(?P<between>[^\n.!?:=]{0,40}?)"
    r"(?P<join>\s*[:=]\s*|\s+(?:is|was|are|be|to)\s+(?:(?:now|still|just)\s+)?|\s*[-–→]\s+|\s+(?=\S*\d))"
    r"(?P<secret>[\"'“‘][^\"'”’\n]{3,40}[\"'”’]|[^\s,;)]{4,})",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?<![\w@#/.:-])[^\s\"'“”‘’(),;/]{8,}")
_KEY = re.compile(r"\b(?:sk|pk|rk|ghp|gho|xox[abprs]|eyJ)[-_]?[A-Za-z0-9_.-]{16,}")
_SYMBOLS = "!$%^&*?+=£#@~|<>"
_ORDINARY_AFTER_COLON = frozenset(
    ("unknown", "none", "changed", "reset", "shared", "expired", "please", "same", "nothing", "removed")
)


def _passwords(text: str) -> Iterator[Finding]:
    taken: set[int] = set()
    for match in _LABEL.finditer(text):
        start, end = match.span("secret")
        if _is_labelled_secret(match):
            taken.update(range(start, end))
            yield Finding("password", match["secret"].rstrip(".,"), start, end)
    for match in (*_KEY.finditer(text), *_TOKEN.finditer(text)):
        found = match.group().rstrip(".,:")
        is_key = match.re is _KEY
        if match.start() not in taken and (is_key or _is_mixed(found)):
            taken.update(range(*match.span()))
            yield Finding("password", found, match.start(), match.start() + len(found))


def _is_labelled_secret(match: re.Match[str]) -> bool:
    secret = match["secret"].rstrip(".,!?")
    quoted = secret[:1] in "\"'“‘"
    if "@" in secret and re.fullmatch(r"[\w.+-]+@[\w.-]+\.\w+", secret):
        return False
    if re.search(r"[:=]", match["join"]) and not match["between"].strip(" s"):
        return secret.casefold() not in _ORDINARY_AFTER_COLON
    if re.match(r"pin|pass\s?code", match["word"], re.IGNORECASE) and re.fullmatch(r"\d{4,8}", secret):
        return True
    if match["word"].casefold() in ("pass", "pw", "login", "log-in", "username", "user name"):
        return _has_digit_among_letters(secret)
    return (quoted and bool(re.search(r"[:=]|is|was|to|are", match["join"]))) or _has_digit_among_letters(
        secret
    )


def _has_digit_among_letters(word: str) -> bool:
    plain = word.strip("\"'“”‘’")
    return bool(re.search(r"[A-Za-z]", plain) and re.search(r"\d", plain)) and not _is_school_word(plain)


def _is_mixed(word: str) -> bool:
    """Letters, digits and a symbol in one word, as in "Summer2024!"; never a link, an address or a tag."""
    if re.match(r"(?:https?:|www\.|[@#])", word) or re.search(r"@[\w-]+\.", word) or _is_school_word(word):
        return False
    letters, digits = re.search(r"[A-Za-z]", word), re.search(r"\d", word)
    return bool(letters and digits) and any(symbol in word for symbol in _SYMBOLS)


def _is_school_word(word: str) -> bool:
    plain = word.strip("!?.,)(:").casefold()
    return bool(
        re.fullmatch(
            r"(?:year|yr|y|ks|room|form|class|group|covid|fed)-?\d{1,4}[a-z]?|\d+(?:st|nd|rd|th|am|pm)|fed-\w+",
            plain,
        )
    )


# A letter, and the accents that stand after it as signs of their own.
_LETTER = r"[^\W\d_][\u0300-\u036f]*"
_WORD = re.compile(rf"(?:{_LETTER})+(?:['-](?:{_LETTER})+)*")
_STUDENT = re.compile(
    r"\b(?:students?|pupils?|child|boys?|girls?|lads?|kids?|learners?|sons?|daughters?|classmates?|"
    r"year\s\d{1,2}s?|yr\s?\d{1,2}s?|y\d{1,2}s?|\d{1,2}[A-Z]{1,2}|tutor\sgroup|my\sclass|his\sclass|her\sclass)\b",
    re.IGNORECASE,
)
_ADULT = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|sir|colleagues?|teachers?|tas?|assistants?|staff|head(?:teacher)?|governors?|parents?|"
    r"mums?|dads?|mothers?|fathers?|carers?|technician|coach|manager|caretaker|receptionist|officer|volunteers?|"
    r"journalist|reporter|author|councillor|mp|secretary|librarian|nurse|counsellor)\b",
    re.IGNORECASE,
)
_POSSESSED = re.compile(r"\s+(?:mum|dad|mother|father|parents?|carer|gran|nan|brother|sister)\b")
_NEAR = 60


def _student_names(
    text: str, not_names: frozenset[str], staff: frozenset[tuple[str, ...]]
) -> Iterator[Finding]:
    for at, sentence in _sentences(text):
        cues = _Cues(sentence)
        for start, end in _capital_runs(sentence, not_names):
            name = sentence[start:end].removesuffix("'s")
            if name_words(name) not in staff and cues.are_of_a_student(start, end):
                first, last = at + start, at + start + len(name)
                yield Finding("student_name", text[first:last], first, last)


def likely_names(text: str, not_names: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where two or more words in a row look like a person's name."""
    for at, sentence in _sentences(text):
        for start, end in _capital_runs(sentence, not_names):
            yield at + start, at + end


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Where each sentence begins, and what it says with one kind of apostrophe and of hyphen."""
    for match in re.finditer(r"[^.!?\n]+", straight(text)):
        yield match.start(), match.group()


def _capital_runs(sentence: str, not_names: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Two or more words with a capital in a row, none of which is a word of everyday school life."""
    run: list[re.Match[str]] = []
    for word in (*_WORD.finditer(sentence), None):
        joined = word and (not run or sentence[run[-1].end() : word.start()] in (" ", "  "))
        if word and joined and _may_be_a_name(word.group(), not_names):
            run.append(word)
            continue
        if len(run) > 1:
            yield run[0].start(), run[-1].end()
        run = [word] if word and _may_be_a_name(word.group(), not_names) else []


def _may_be_a_name(word: str, not_names: frozenset[str]) -> bool:
    bare = word.removesuffix("'s")
    return (
        len(bare) > 1
        and bare[0].isupper()
        and not bare.isupper()
        and not not_names.issuperset(name_words(bare))
    )


class _Cues:
    """The words of a sentence that speak of a student and of an adult, found once for all names in it.

    Looked for again for each name, a text full of both would hold the writing transaction for minutes.
    """

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence
        self._students = [found.span() for found in _STUDENT.finditer(sentence)]
        self._adults = [found.span() for found in _ADULT.finditer(sentence)]

    def are_of_a_student(self, start: int, end: int) -> bool:
        """Whether the name from `start` up to `end` is likely a student's."""
        if self._sentence.endswith("'s", start, end) and _POSSESSED.match(self._sentence, end):
            return True
        student = _distance(self._students, start, end)
        return student <= _NEAR and student < _distance(self._adults, start, end)


def _distance(cues: list[tuple[int, int]], start: int, end: int) -> float:
    """How many characters lie between a name and the nearest of `cues`, which stand in order."""
    after = bisect_left(cues, (start, start))
    gaps = [cues[after][0] - end] if after < len(cues) else []
    gaps += [start - cues[after - 1][1]] if after else []
    return min((max(gap, 0) for gap in gaps), default=float("inf"))
