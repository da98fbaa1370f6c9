"""Who may speak to the page at all: this machine, from the page itself, and briefly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_LIMIT = 64 * 1024
_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# A proxy on this machine would make the whole world look local.
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def guarded(handler: Handler) -> Handler:
    """The handler, for this machine alone, with the security headers on each answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        refusal = _refusal(request)
        response = refused(403, refusal) if refusal else await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return answer


def refused(status: int, sentence: str) -> web.Response:
    """An answer that the page shows in place: one clear sentence."""
    return web.json_response({"error": sentence}, status=status)


async def body_of(request: web.Request) -> bytes | None:
    """The request's body, or None where it is longer than `BODY_LIMIT`: no more than that is read."""
    if (request.content_length or 0) > BODY_LIMIT:
        return None
    found = bytearray()
    async for chunk in request.content.iter_chunked(16 * 1024):
        found += chunk
        if len(found) > BODY_LIMIT:
            return None
    return bytes(found)


def _refusal(request: web.Request) -> str:
    if not _local_peer(request) or any(name in request.headers for name in _PROXIED):
        return "The playground answers this computer only."
    if not _local_host(request.host):
        return "Open the playground as http://localhost, on this computer."
    if request.method == "POST" and not _own_page(request):
        return "The playground takes messages from its own page only."
    return ""


def _local_peer(request: web.Request) -> bool:
    try:
        peer = ip_address(request.remote or "")
    except ValueError:
        return False
    return (getattr(peer, "ipv4_mapped", None) or peer).is_loopback


def _local_host(host: str) -> bool:
    """Against DNS rebinding: another name that leads here is not this page."""
    try:
        return urlsplit(f"//{host}").hostname in _NAMES
    except ValueError:
        return False


def _own_page(request: web.Request) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.host}"
