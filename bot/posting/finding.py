"""What a draft holds that the policy has something to say of: each kind once, with its places in the text.

Rules, no model: they see words, not what is meant. How often they are right is measured on
tests/golden/drafts.jsonl. The work grows with the length of the text, and no faster.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.content.posting import Account, DraftWords, Kind, Posting
from bot.domain.names import Read, name_words, straight
from bot.domain.roster import Federation
from bot.reporting.privacy import likely_names

# How far from a name the words may stand that say whose it is.
_NEAR = 60


@dataclass(frozen=True)
class Found:
    """One kind of finding. `places` are the words of the text; none where something is missing from it."""

    kind: Kind
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class DraftReader:
    """Reads the drafts of one Federation. `not_names` are words that are no part of a person's name."""

    posting: Posting
    federation: Federation
    not_names: frozenset[str]

    @property
    def words(self) -> DraftWords:
        """The words that are looked for."""
        return self.posting.words

    def read(self, draft: str, account: Account) -> tuple[Found, ...]:
        """What was found, in the order of the file; each place once, in the order of the text."""
        text, kinds = plain(draft), self.posting.texts.draft.findings
        held = self._held(text)
        return tuple(held[kind] for kind, said in kinds.items() if kind in held and account in said.accounts)

    def _held(self, text: str) -> dict[Kind, Found]:
        found = [
            Found(kind, tuple(dict.fromkeys(text[start:end] for start, end in finder(self, text))))
            for kind, finder in _FINDERS.items()
        ]
        held = {one.kind: one for one in found if one.places}
        if self.names_a_school(text) and not self.words.patterns["disclaimers"].search(text):
            held["disclaimer"] = Found("disclaimer")
        if not ends_with_initials(text):
            held["initials"] = Found("initials")
        return held

    def names_a_school(self, text: str) -> bool:
        """Whether the Federation or a school stands in the text by name, or by what is its own in it."""
        whole, exact = Read(text), Read(text, exact=True)
        named = (self.federation.name, *(school.name for school in self.federation.schools))
        return any(any(whole.places(name)) for name in named) or any(
            any(exact.places(name)) for name in self._short_names
        )

    @cached_property
    def _short_names(self) -> tuple[str, ...]:
        """Each school's name without the words that any school could have."""
        anyone, names = self.words.words["school_words"], (school.name for school in self.federation.schools)
        short = (" ".join(word for word in name.split() if word.casefold() not in anyone) for name in names)
        return tuple(name for name in short if name)

    @cached_property
    def _never_names(self) -> frozenset[str]:
        named = (self.federation.name, *(school.name for school in self.federation.schools))
        own = (word for name in named for word in name_words(name))
        return self.not_names | self.words.words["not_names"] | frozenset(own)

    @cached_property
    def _staff(self) -> frozenset[tuple[str, ...]]:
        return frozenset(name_words(person.name) for person in self.federation.roster.people.values())

    def full_names(self, text: str) -> Iterator[tuple[int, int]]:
        """Where somebody's full name seems to stand: nobody of the roster, and no adult by what is near."""
        for start, end in likely_names(text, self._never_names):
            end -= 2 if text[start:end].endswith("'s") else 0
            if name_words(text[start:end]) not in self._staff and not self._is_no_student(text, start, end):
                yield start, end

    def _is_no_student(self, text: str, start: int, end: int) -> bool:
        before, after = _within(text, start, end)
        words = self.words.words
        last, next_word = _last_word(text[start:end]), _first_word(text[end:after])
        if {last, next_word} & words["things"] or _last_word(text[before:start]) in words["titles"]:
            return True
        near = self.words.patterns
        return not _near(near["students"], text, before, after) and _near(near["adults"], text, before, after)

    def links(self, text: str) -> Iterator[tuple[int, int]]:
        """Where an address of the web stands, with or without http."""
        for found in _LINK.finditer(text):
            link = found.group().rstrip(".,;:!?)'\"")
            host = re.split(r"[/:?#]", link, maxsplit=1)[0]
            named = host.rpartition(".")[2].casefold() in self.words.words["domains"]
            if re.match(r"https?:|www\.", link, re.IGNORECASE) or named:
                yield found.start(), found.start() + len(link)

    def addresses(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a house in a street stands, a postcode, or words about where somebody lives."""
        streets = self.words.words["streets"]
        houses = (found.span() for found in _HOUSE.finditer(text) if found[1].casefold() in streets)
        codes = (found.span() for found in _POSTCODE.finditer(text))
        phrases = (found.span() for found in self.words.patterns["addresses"].finditer(text))
        yield from sorted((*houses, *codes, *phrases))


Finder = Callable[[DraftReader, str], Iterable[tuple[int, int]]]


def _by_words(name: str) -> Finder:
    return lambda reader, text: (found.span() for found in reader.words.patterns[name].finditer(text))


# Each begins where no word goes on, and takes a bounded part: no text makes them slow.
_LINK = re.compile(
    r"(?<![\w@.-])(?:https?://[^\s<>\"]{1,2000}|(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w@-])(?:[/?#][^\s<>\"]{0,2000})?)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}(?!\w)", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w+.,/-])(?:\+|\(?0)\d(?:[ ().-]{0,3}\d){8,13}(?!\w|[/-]\d)")
_HOUSE = re.compile(r"(?<![\w.,£-])\d{1,4}[a-z]?,? (?:[A-Z][\w'-]{0,30} ){1,3}?([A-Z][a-z]{1,10})(?!\w)")
_POSTCODE = re.compile(r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)")

_FINDERS: Mapping[Kind, Finder] = {
    "full_name": DraftReader.full_names,
    "phone": lambda _, text: (found.span() for found in _PHONE.finditer(text)),
    "email": lambda _, text: (found.span() for found in _EMAIL.finditer(text)),
    "address": DraftReader.addresses,
    "disparaged": _by_words("disparaged"),
    "selling": _by_words("selling"),
    "controversial": _by_words("controversial"),
    "journalist": _by_words("journalist"),
    "logo": _by_words("logo"),
    "credit": _by_words("credit"),
    "link": DraftReader.links,
}


def plain(draft: str) -> str:
    """The draft with one kind of apostrophe, dash and space, and without what is not seen."""
    shown = (
        "" if unicodedata.category(sign)[0] == "C" and not sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", draft)
    )
    # A line ends with "\n", and every other space is one.
    return "\n".join(" ".join(line.split()) for line in straight("".join(shown)).split("\n")).strip()


# What may stand before initials: a dash, the end of a sentence, a new line, or something that is no word.
_INITIALS = re.compile(r"(?:^|[-~.!?()]|\n|[^\w\s,;:'\"])\s*\(?([A-Z](?:\.?[A-Z]){1,3})\.?\)?$")
_END = 400


def ends_with_initials(text: str) -> bool:
    """Whether the text ends with somebody's initials; hashtags, links and signs after them are passed by."""
    end = text[-_END:].rstrip()
    while (cut := re.sub(r"(?:(?:^|\s)(?:#\w+|@\w+|https?://\S+)|[^\w\s.)])$", "", end).rstrip()) != end:
        end = cut
    return bool(_INITIALS.search(end))


def _within(text: str, start: int, end: int) -> tuple[int, int]:
    """From where to where words are near a name: some way, and not beyond its sentence."""
    before = max(text.rfind(mark, max(0, start - _NEAR), start) for mark in ".!?\n") + 1
    ends = [at for mark in ".!?\n" if (at := text.find(mark, end, end + _NEAR)) >= 0]
    return max(before, start - _NEAR, 0), min((*ends, end + _NEAR, len(text)))


def _near(cues: re.Pattern[str], text: str, before: int, after: int) -> bool:
    return cues.search(text, before, after) is not None


def _last_word(text: str) -> str:
    found = re.search(r"([\w'-]{1,40})[^\w]{0,3}$", text[-60:])
    return found[1].casefold() if found else ""


def _first_word(text: str) -> str:
    found = re.match(r" ([\w'-]{1,40})", text)
    return found[1].casefold() if found else ""
