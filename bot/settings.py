"""Settings, read once: the environment, and the data files that it points to. All faults at once."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot import places
from bot.channels.slack.config import SlackConfig
from bot.channels.teams.config import TeamsConfig
from bot.connections import Networks
from bot.content.documents import DataFaults
from bot.content.federation import date_faults, load_federation, production_faults
from bot.domain.faults import ToldFault
from bot.domain.roster import Federation
from bot.environment import Environment, EnvironmentFaults, read_variables
from bot.mail import MailServer
from bot.storage.crypto import KeyFault, KeyRing, new_key
from bot.storage.database import file_of

HOME = places.HOME
EXAMPLE = HOME / "federation.example.yml"
LOOPBACK = "127.0.0.1"
# What HS256 asks of its key; a shorter one could be guessed.
_SHORTEST_TOKEN = 32


class SettingsFaults(ToldFault):
    """Everything in the settings that must be mended before Signpost can start, a line each."""


@dataclass(frozen=True)
class Nlu:
    """Where a Rasa service answers, and the secret that signs what it is asked."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Places:
    """Where the files are. `data` is the folder of the database and of what belongs to it."""

    data: Path

    @property
    def policy_kb(self) -> Path:
        """The data that a policy officer edits."""
        return HOME / "policy_kb"

    @property
    def intents(self) -> Path:
        """The training examples."""
        return HOME / "intents"

    @property
    def golden(self) -> Path:
        """Questions of which the right answer is known."""
        return HOME / "tests" / "golden" / "questions.jsonl" if places.IS_CHECKOUT else HOME / "golden.jsonl"

    @property
    def cache(self) -> Path:
        """Where what was learnt is kept, to start faster; it may be deleted at any time."""
        return HOME / ".cache" if places.IS_CHECKOUT else self.data / "cache"


@dataclass(frozen=True)
class Settings(Places):
    """What the composition root builds from. Without `nlu` the built-in engine reads alone.

    `public_url` is where people's browsers reach it, if they do. `slack` and `teams` are there where they
    are configured. `unknown` are variables that begin like Signpost's own and are not read.
    `trusted_proxies`: other people's connections come from these.
    `alarm_webhook`: where it is posted that a platform is cut off, "" for nowhere; `mail`: what brings the
    same to the IT Manager.
    """

    port: int
    database_url: str
    config: Path
    federation: Federation
    ring: KeyRing
    playground: bool
    nlu: Nlu | None = None
    slack: SlackConfig | None = None
    teams: TeamsConfig | None = None
    public_url: str = ""
    trusted_proxies: Networks = ()
    alarm_webhook: str = field(default="", repr=False)
    mail: MailServer | None = None
    unknown: tuple[str, ...] = ()


def read_places() -> Places:
    """The places alone: reading all the settings would make this machine's keys. Raises SettingsFaults."""
    try:
        return Places(_data_folder(read_variables().values.database_url))
    except EnvironmentFaults as error:
        raise SettingsFaults(str(error)) from None


def read_settings() -> Settings:
    """Read and check everything. Raises SettingsFaults with all that is wrong and what to do."""
    try:
        variables = read_variables()
    except EnvironmentFaults as error:
        raise SettingsFaults(str(error)) from None
    environment = variables.values
    production = bool(environment.slack_bot_token or environment.teams_app_id)
    faults = list(variables.faults)
    public_url = _public_url(environment.public_url, faults)
    config, federation = _federation(environment, production, faults)
    data = _data_folder(environment.database_url)
    ring = _ring(environment.keys, data, production, faults)
    nlu = _nlu(environment.nlu_url, environment.nlu_token, faults)
    slack = _slack(environment, faults)
    teams = _teams(environment, faults)
    proxies = _networks(environment.trusted_proxies, faults)
    if environment.alarm_webhook and not _is_address(environment.alarm_webhook):
        faults.append("ALARM_WEBHOOK: not an address such as https://hooks.slack.com/services/…")
    mail = _mail(environment.smtp_url, federation, faults)
    if faults or federation is None or ring is None:
        raise SettingsFaults("\n".join(variables.placed(fault) for fault in faults))
    return Settings(
        port=environment.port,
        database_url=environment.database_url,
        config=config,
        federation=federation,
        ring=ring,
        data=data,
        # The emulator tries Teams out: beside it the playground would be where the FLT's cards go.
        playground=not production and teams is None,
        nlu=nlu,
        slack=slack,
        teams=teams,
        public_url=public_url,
        trusted_proxies=proxies,
        alarm_webhook=environment.alarm_webhook,
        mail=mail,
        unknown=variables.unknown,
    )


def _federation(
    environment: Environment, production: bool, faults: list[str]
) -> tuple[Path, Federation | None]:
    config = environment.config
    if not config.is_file():
        if "config" in environment.model_fields_set:
            faults.append(
                f"SIGNPOST_CONFIG: there is no file {config}: give the path of the Federation's file, made"
                " from federation.example.yml, or take the variable out to look at the demo."
            )
            return config, None
        config = config if production else EXAMPLE
    try:
        federation = load_federation(config)
        today = datetime.now(ZoneInfo(federation.timezone)).date()
        found = date_faults(config, federation, today)
        found += production_faults(config, federation) if production else ()
    except DataFaults as error:
        federation, found = None, error.faults
    faults += [str(fault) for fault in found]
    return config, federation


def _nlu(url: str, token: str, faults: list[str]) -> Nlu | None:
    if not url:
        return None
    if not _is_address(url):
        faults.append("NLU_URL: not an address such as http://127.0.0.1:5005")
    if len(token) < _SHORTEST_TOKEN:
        faults.append(
            f"NLU_TOKEN has fewer than {_SHORTEST_TOKEN} characters: whoever guesses it can change what Rasa"
            " answers (see .env.example)."
        )
    return Nlu(url, token)


def _slack(environment: Environment, faults: list[str]) -> SlackConfig | None:
    if not environment.slack_bot_token:
        return None
    if not environment.slack_bot_token.startswith("xoxb-"):
        faults.append(
            "SLACK_BOT_TOKEN: a bot token starts with xoxb- (OAuth & Permissions in the app's settings)."
        )
    if not (environment.slack_signing_secret or environment.slack_app_token):
        faults.append(
            "SLACK_SIGNING_SECRET is not set: requests could not be told from forged ones. Set it (Basic"
            " Information), or SLACK_APP_TOKEN for Socket Mode."
        )
    if not environment.slack_flt_channel.startswith(("C", "G")):
        faults.append(
            "SLACK_FLT_CHANNEL: give the id of the leadership team's private channel, such as C0123456789"
            " (channel name, About, at the bottom)."
        )
    if not _is_address(environment.slack_api_url):
        faults.append("SLACK_API_URL: not an address such as https://slack.com/api/")
    return SlackConfig(
        bot_token=environment.slack_bot_token,
        signing_secret=environment.slack_signing_secret,
        app_token=environment.slack_app_token,
        flt_channel=environment.slack_flt_channel,
        api_url=environment.slack_api_url.rstrip("/") + "/",
    )


def _teams(environment: Environment, faults: list[str]) -> TeamsConfig | None:
    if not (environment.teams_app_id or environment.teams_emulator):
        if environment.teams_password or environment.teams_tenant_id:
            faults.append(
                "MicrosoftAppId is not set, though MicrosoftAppPassword or MicrosoftAppTenantId is: set it,"
                " or take them out."
            )
        return None
    config = TeamsConfig(
        app_id=environment.teams_app_id,
        password=environment.teams_password,
        app_type=environment.teams_app_type,
        tenant_id=environment.teams_tenant_id,
        flt_conversation=environment.teams_flt_conversation,
        emulator=environment.teams_emulator,
        sdk=environment.teams_sdk,
        tenants=tuple(environment.teams_tenants.replace(",", " ").split()),
    )
    faults += config.faults()
    if not (config.flt_conversation or environment.slack_flt_channel):
        faults.append(
            "TEAMS_FLT_CONVERSATION: give the id of the leadership team's group chat or private channel, such"
            " as 19:…@thread.v2 (docs/teams.md)."
        )
    return config


def _public_url(url: str, faults: list[str]) -> str:
    """Without a slash at the end. Encrypted, but on this machine: a case comes through it."""
    if not url:
        return ""
    parts = urlsplit(url) if _is_address(url) else None
    local = parts is not None and parts.hostname in ("localhost", LOOPBACK)
    if parts is None or (parts.scheme != "https" and not local) or parts.query or parts.fragment:
        faults.append("PUBLIC_URL: not an address such as https://signpost.example.org (with https).")
    return url.rstrip("/")


def _networks(text: str, faults: list[str]) -> Networks:
    try:
        return tuple(ip_network(part) for part in text.replace(",", " ").split())
    except ValueError:
        faults.append(
            "TRUSTED_PROXIES: give the addresses of your own proxies, such as 10.0.0.5, 10.0.0.0/24."
        )
        return ()


def _mail(url: str, federation: Federation | None, faults: list[str]) -> MailServer | None:
    if not url:
        return None
    roster = federation.roster if federation else None
    if roster and not any(roster.people[name].email for name in roster.holders("it", "")):
        faults.append(
            "SMTP_URL: nobody with the role it has an email in the Federation's file: nobody is told."
        )
    try:
        return MailServer.parse(url)
    except ValueError:
        faults.append("SMTP_URL: not such as smtp://user:password@mail.example.org:587/?from=it@example.org")
        return None


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _data_folder(database_url: str) -> Path:
    path = file_of(database_url)
    return path.parent if path else Path("data")


def _ring(keys: str, data: Path, production: bool, faults: list[str]) -> KeyRing | None:
    if not keys and production:
        faults.append(
            "SIGNPOST_KEYS is not set: without it nothing can be read or stored (see .env.example)."
        )
        return None
    try:
        return KeyRing.parse(keys or _local_keys(data / "keys"), secrets.token_bytes)
    except KeyFault as error:
        faults.append(str(error) if keys else f"{data / 'keys'}:1: {error}")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        faults.append(
            f"{data / 'keys'}: the keys of this machine cannot be kept there ({why}): let this user write to"
            f" the folder {data}, or give DATABASE_URL another one."
        )
    return None


def _local_keys(path: Path) -> str:
    """The keys of a machine without SIGNPOST_KEYS: made on the first run, readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = new_key(f"{datetime.now(UTC):%Y-%m-%d}", secrets.token_bytes)
        # Written whole, then put in place: a half-written key would lock every report up.
        temporary = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
        _settle(path.parent)
    return path.read_text()


def _settle(folder: Path) -> None:
    # The name of the new file must be on the disk too, before anything is sealed with what is in it.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
