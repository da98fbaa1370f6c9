"""What one tenant's installation of Signpost is reached with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PLATFORM = "teams"
CHANNEL = "msteams"

Sdk = Literal["botbuilder", "agents"]

OPENID_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
ISSUER = "https://api.botframework.com"
SCOPE = "https://api.botframework.com/.default"
LOGIN_URL = "https://login.microsoftonline.com"
# Hosts of Teams' connectors. trafficmanager.net itself is open to anyone, so that name is exact; under
# the others every name is Microsoft's.
SERVICE_HOSTS = ("smba.trafficmanager.net", ".botframework.com", ".teams.microsoft.com")


@dataclass(frozen=True)
class TeamsConfig:
    """The bot's registration, the FLT's conversation, and where Microsoft's side stands.

    `emulator`: the Agents Playground or the Bot Framework Emulator on this machine speaks to the bot.
    Without `app_id` nothing is signed, and only this machine is answered. `tenants` are further tenants
    whose people may write (a federation of several); `tenant_id` is always among them.
    """

    app_id: str
    password: str = field(repr=False)
    app_type: str
    tenant_id: str
    flt_conversation: str
    emulator: bool = False
    sdk: Sdk = "botbuilder"
    tenants: tuple[str, ...] = ()
    openid_url: str = OPENID_URL
    issuer: str = ISSUER
    login_url: str = LOGIN_URL

    @property
    def signed(self) -> bool:
        """Whether an incoming activity must have a token; not so in the emulator without an app id."""
        return bool(self.app_id) or not self.emulator

    @property
    def home(self) -> frozenset[str]:
        """The tenants whose people may write, in lower case."""
        return frozenset(tenant.lower() for tenant in (self.tenant_id, *self.tenants) if tenant)

    def faults(self) -> tuple[str, ...]:
        """What must be mended before the door may open, a sentence each."""
        found: list[str] = []
        if not self.emulator:
            found += self._unregistered()
        if self.app_id and not self.password:
            found.append("MicrosoftAppPassword is not set: nothing could be sent (Azure, the bot, Secrets).")
        if self.sdk not in ("botbuilder", "agents"):
            found.append(f"TEAMS_SDK: {self.sdk!r} is neither botbuilder nor agents.")
        return tuple(found)

    def _unregistered(self) -> list[str]:
        found = []
        if not self.app_id:
            found.append(
                "MicrosoftAppId is not set: anyone could write in a colleague's name. Only the emulator on"
                " this machine goes without (TEAMS_EMULATOR=1)."
            )
        if self.app_type != "SingleTenant":
            found.append(f"MicrosoftAppType: {self.app_type!r} is not supported, use SingleTenant.")
        if not self.tenant_id:
            found.append("MicrosoftAppTenantId is not set: strangers could not be told from staff.")
        return found
