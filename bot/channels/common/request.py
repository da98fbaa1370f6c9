"""A request from anybody, before it is known whose it is: from where, and its body."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# A proxy on this machine would make the whole world look local.
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
_CHUNK = 64 * 1024


async def body_of(request: web.Request, most: int) -> bytes | None:
    """The body, or None where it is longer than `most`: no more than that is read."""
    if (request.content_length or 0) > most:
        return None
    found = bytearray()
    try:
        async for chunk in request.content.iter_chunked(_CHUNK):
            found += chunk
            if len(found) > most:
                return None
    except ConnectionError:
        # Nobody is there to be answered, and the log is not for strangers to fill.
        raise web.HTTPRequestTimeout from None
    return bytes(found)


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
        return urlsplit(f"//{host}").hostname in LOCAL_NAMES
    except ValueError:
        return False


def is_proxied(request: web.Request) -> bool:
    """Whether a proxy says that it handed the request on."""
    return any(name in request.headers for name in _PROXIED)
