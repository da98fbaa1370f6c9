"""The types of the texts in `policy_kb/`: a plain text, a phrase with names to fill in, a table of either.

Each is checked when its file is read: whatever is misspelt there is a fault with file and line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from string import Formatter
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import AfterValidator, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema

KeyT = TypeVar("KeyT", bound=str)
ValueT = TypeVar("ValueT")
_NOTHING = "nothing is filled in here: take the braces out"


def _plain(text: str) -> str:
    if "{" in text or "}" in text:
        raise ValueError(_NOTHING)
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_plain)]
# What heads a window, or closes it: Slack has no room for more.
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=24), AfterValidator(_plain)
]


@dataclass(frozen=True)
class Phrase:
    """A text that must hold each of `names` in braces, may hold those of `may`, and nothing else.

    Raises ValueError for any other text.
    """

    text: str
    names: frozenset[str]
    may: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        found = _named(self.text)
        if found is None or not self.names <= found <= self.names | self.may:
            how = "may" if self.may else "must"
            listed = ", ".join(f"{{{name}}}" for name in sorted(self.names | self.may))
            raise ValueError(f"the braces {how} hold {listed}, and nothing else" if listed else _NOTHING)

    def fill(self, **given: object) -> str:
        """The text with its names filled in, whatever else is given. Raises KeyError for a missing one."""
        return self.text.format(**given)


def _named(text: str) -> frozenset[str] | None:
    """The names in braces; None where the braces cannot be read, or say how a name is to be shown."""
    try:
        parts = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    plain = not any(how or kind for _, how, kind in parts)
    return frozenset(str(name) for name, _, _ in parts) if plain else None


class TextTable(Mapping[KeyT, ValueT]):
    """A text for each key: for every one that the code knows, and for no other. In the order of the file."""

    def __init__(self, texts: Mapping[KeyT, ValueT]) -> None:
        self._texts: dict[Any, ValueT] = dict(texts)

    def __getitem__(self, key: KeyT) -> ValueT:
        return self._texts[key]

    def __iter__(self) -> Iterator[KeyT]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def find(self, key: str) -> ValueT | None:
        """The text for a key that may not be here, or None."""
        return self._texts.get(key)

    def named(self, key: str) -> ValueT:
        """The text for a key known only at run time, such as one from the database. Raises KeyError."""
        if (found := self.find(key)) is None:
            raise KeyError(key)
        return found

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _table(source, lambda _key: handler.generate_schema(get_args(source)[1]))


class Holding:
    """Which names a phrase must and `may` hold; for a table each of its phrases, or that of a key."""

    def __init__(self, names: str = "", *, may: str = "", **by_key: str) -> None:
        self._names, self._may, self._by_key = names, may, by_key

    def __get_pydantic_core_schema__(self, source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        if source is Phrase:
            return _phrase(self._names, self._may)
        assert get_origin(source) is TextTable
        assert self._by_key.keys() <= set(_keys(source))
        return _table(source, lambda key: _phrase(self._by_key.get(key, self._names)))


def _phrase(names: str, may: str = "") -> CoreSchema:
    wanted, allowed = frozenset(names.split()), frozenset(may.split())
    text = core_schema.str_schema(strip_whitespace=True, min_length=1)
    return core_schema.no_info_after_validator_function(lambda text: Phrase(text, wanted, allowed), text)


def _table(source: Any, schema: Callable[[str], CoreSchema]) -> CoreSchema:
    # A fault stands at its own key, which a check of the whole mapping could not say.
    fields = {key: core_schema.typed_dict_field(schema(key)) for key in _keys(source)}
    found = core_schema.typed_dict_schema(fields, extra_behavior="forbid")

    def in_order(data: Any, read: Callable[[Any], dict[Any, Any]]) -> TextTable[Any, Any]:
        texts = read(data)
        return TextTable({key: texts[key] for key in data})

    return core_schema.no_info_wrap_validator_function(in_order, found)


def _keys(source: Any) -> tuple[str, ...]:
    keys = get_args(source)[0]
    return tuple(keys) if isinstance(keys, type) and issubclass(keys, Enum) else get_args(keys)


WithReference = Annotated[Phrase, Holding("reference")]
