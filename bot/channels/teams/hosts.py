"""Where Signpost lets itself be sent: Teams' own connectors, or in the emulator this machine.

An activity names the address that its answer goes to, and the bot's token goes there with it.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.channels.teams.config import TeamsConfig

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST = 1000


def allowed(url: str, config: TeamsConfig) -> bool:
    """Whether a service URL may be written to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if len(url) > _LONGEST or parts.username is not None or parts.query or parts.fragment or _odd(url):
        return False
    if config.emulator:
        return parts.scheme == "http" and host in _LOCAL
    return parts.scheme == "https" and port in (None, 443) and _microsofts(host, config.service_hosts)


def same(one: str, other: str) -> bool:
    """Whether two service URLs are one, but for a slash at the end and the case of the letters."""
    return one.rstrip("/").casefold() == other.rstrip("/").casefold()


def local_peer(remote: str | None) -> bool:
    """Whether a request's other end is this machine."""
    try:
        peer = ip_address(remote or "")
    except ValueError:
        return False
    return (getattr(peer, "ipv4_mapped", None) or peer).is_loopback


def local_name(host: str) -> bool:
    """Whether a Host header names this machine: against DNS rebinding."""
    try:
        return urlsplit(f"//{host}").hostname in _LOCAL
    except ValueError:
        return False


def _odd(url: str) -> bool:
    """A backslash, a space or a control character is read differently by different readers of URLs."""
    return not url.isascii() or not url.isprintable() or "\\" in url or " " in url


def _microsofts(host: str, names: tuple[str, ...]) -> bool:
    return any(host.endswith(name) if name.startswith(".") else host == name for name in names)
