"""The variables that Signpost reads, from the environment and `.env`, and those that are misspelt."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from io import StringIO
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.channels.teams.config import Sdk

_FILE = Path(".env")
# Read by `make teams-package` and `make slack-manifest` alone (manifest/).
_PACKAGE = frozenset(
    (
        "SLACK_ADDRESS",
        "SLACK_AGENT",
        "SLACK_COMMAND_PREFIX",
        "SLACK_EMAIL",
        "TEAMS_DEVELOPER",
        "TEAMS_PRIVACY_URL",
        "TEAMS_TERMS_URL",
        "TEAMS_WEBSITE",
    )
)
_PREFIXES = ("SIGNPOST_", "SLACK_", "TEAMS_", "NLU_", "MICROSOFTAPP")
_SHORT = 5


class Environment(BaseSettings):
    """The environment's variables, and `.env` where there is one (.env.example explains each).

    A field's description says what to give, for those that are more than text.
    """

    model_config = SettingsConfigDict(env_file=_FILE, extra="ignore", populate_by_name=True)

    port: int = Field(
        default=3978,
        ge=0,
        le=65535,
        validation_alias="PORT",
        description="a whole number from 0 to 65535, such as 3978",
    )
    alarm_webhook: str = Field(default="", validation_alias="ALARM_WEBHOOK", repr=False)
    smtp_url: str = Field(default="", validation_alias="SMTP_URL", repr=False)
    trusted_proxies: str = Field(default="", validation_alias="TRUSTED_PROXIES")
    database_url: str = Field(default="sqlite:///data/signpost.db", validation_alias="DATABASE_URL")
    keys: str = Field(default="", validation_alias="SIGNPOST_KEYS")
    config: Path = Field(default=Path("federation.yml"), validation_alias="SIGNPOST_CONFIG")
    public_url: str = Field(default="", validation_alias="PUBLIC_URL")
    nlu_url: str = Field(default="", validation_alias="NLU_URL")
    nlu_token: str = Field(default="", validation_alias="NLU_TOKEN")
    slack_bot_token: str = Field(default="", validation_alias="SLACK_BOT_TOKEN")
    slack_signing_secret: str = Field(default="", validation_alias="SLACK_SIGNING_SECRET")
    slack_app_token: str = Field(default="", validation_alias="SLACK_APP_TOKEN")
    slack_flt_channel: str = Field(default="", validation_alias="SLACK_FLT_CHANNEL")
    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias="SLACK_API_URL")
    teams_app_id: str = Field(default="", validation_alias="MicrosoftAppId")
    teams_password: str = Field(default="", validation_alias="MicrosoftAppPassword", repr=False)
    teams_app_type: str = Field(default="SingleTenant", validation_alias="MicrosoftAppType")
    teams_tenant_id: str = Field(default="", validation_alias="MicrosoftAppTenantId")
    teams_tenants: str = Field(default="", validation_alias="TEAMS_TENANTS")
    teams_flt_conversation: str = Field(default="", validation_alias="TEAMS_FLT_CONVERSATION")
    teams_emulator: bool = Field(default=False, validation_alias="TEAMS_EMULATOR", description="1 or 0")
    teams_sdk: Sdk = Field(
        default="botbuilder", validation_alias="TEAMS_SDK", description="botbuilder or agents"
    )


VARIABLES = {str(item.validation_alias): item.description for item in Environment.model_fields.values()}


class EnvironmentFaults(Exception):
    """What is wrong with the variables, a line each."""


# Each name in one place, with its line there; the environment has none.
_Lines = Mapping[str, int]


@dataclass(frozen=True)
class Variables:
    """The variables as read, with what is wrong and what is odd about the names of others."""

    values: Environment = field(repr=False)
    lines: _Lines
    faults: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def placed(self, fault: str) -> str:
        """A fault that begins with a variable's name, after the file and line where that stands, if any."""
        return _placed(fault, self.lines)


def read_variables() -> Variables:
    """Read both places; misspelt names are in `faults`. Raises EnvironmentFaults for a value that is none."""
    lines = _lines_of_file()
    faults, unknown = _unread((dict.fromkeys(os.environ, 0), lines))
    # What the environment gives is not read from the file.
    read = {name: line for name, line in lines.items() if not _is_in(name, os.environ)}
    try:
        return Variables(Environment(), read, tuple(faults), tuple(unknown))
    except ValidationError as error:
        wrong = [_wrong(str(item["loc"][0]), item["input"]) for item in error.errors()]
        raise EnvironmentFaults("\n".join([*faults, *(_placed(fault, read) for fault in wrong)])) from None


def near(name: str, known: str) -> bool:
    """Whether `name` is `known` with a slip of the keyboard, and no other name of the same make."""
    one, other = name.upper(), known.upper()
    if one.replace("_", "") == other.replace("_", ""):
        return True
    words, others = one.split("_"), other.split("_")
    if len(words) != len(others):
        return False
    if len(words) == 1:
        # PORTS or SPORT may be anybody's; MicrosoftAppIdd may not.
        return _swapped(one, other) if len(one) < _SHORT else _alike(one, other) >= 0.9
    return all(a == b or _swapped(a, b) or _alike(a, b) >= 0.8 for a, b in zip(words, others, strict=True))


def _swapped(one: str, other: str) -> bool:
    return sorted(one) == sorted(other)


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _lines_of_file() -> _Lines:
    if not _FILE.is_file():
        return {}
    try:
        bindings = list(parse_stream(StringIO(_FILE.read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise EnvironmentFaults(
            f"{_FILE}:1: cannot be read ({why}): make it a text file in UTF-8 that this user may read."
        ) from None
    lines = {binding.key: _line(binding) for binding in bindings if binding.key and binding.value is not None}
    bad = [one for one in bindings if one.error or (one.key and one.value is None)]
    if bad:
        told = (
            f"{_FILE}:{_line(one)}: not a variable: write NAME=value, or # before a remark." for one in bad
        )
        raise EnvironmentFaults("\n".join(told))
    return lines


def _line(binding: Binding) -> int:
    text = binding.original.string
    # The empty lines before it belong to it.
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _placed(fault: str, lines: _Lines) -> str:
    name = fault.partition(" ")[0].rstrip(":")
    line = next((lines[known] for known in lines if known.upper() == name.upper()), 0)
    return f"{_at(line)}{fault}"


def _at(line: int) -> str:
    return f"{_FILE}:{line}: " if line else ""


def _is_in(name: str, place: Iterable[str]) -> bool:
    # As the variables are read: capitals do not count.
    return name.upper() in {known.upper() for known in place}


def _wrong(name: str, value: object) -> str:
    return f"{name}: {value!r} cannot be read: give {VARIABLES[name]}."


def _unread(places: tuple[_Lines, _Lines]) -> tuple[list[str], list[str]]:
    """The names that are one of Signpost's with a slip, and those that only begin like one."""
    faults, unknown = [], []
    for place in places:
        for name, line in sorted(place.items()):
            if _is_in(name, (*VARIABLES, *_PACKAGE)):
                continue
            # Where the right one stands beside it, the other is somebody else's.
            meant = next((one for one in VARIABLES if near(name, one) and not _is_in(one, place)), None)
            if meant:
                faults.append(f"{_at(line)}{name} is not read: write {meant}, or take it out.")
            elif name.upper().startswith(_PREFIXES):
                unknown.append(f"{_at(line)}{name}")
    return faults, unknown
