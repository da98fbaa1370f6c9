"""Links to posts: https only, to the platform that was named, without what tracks a reader. Never opened."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot.content.journeys import PlatformRecord

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def clean_link(text: str, tracking: Iterable[str]) -> str | None:
    """The link without tracking parts, fragment, user name or port; None where it is not an https link."""
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return None
    if parts.scheme.lower() != "https" or not _HOST.fullmatch(host) or re.search(r"[\s\\]", text):
        return None
    if parts.username is not None or parts.password is not None:
        return None
    kept = [(key, value) for key, value in parse_qsl(parts.query) if not _tracks(key, tracking)]
    return urlunsplit(("https", host, parts.path, urlencode(kept), ""))


def _tracks(key: str, tracking: Iterable[str]) -> bool:
    # fnmatch reads [ and ] as a set of characters: __cft__[0] is a plain name here.
    plain = key.replace("[", "").replace("]", "")
    return any(fnmatchcase(plain.lower(), pattern.lower()) for pattern in tracking)


def leads_to(link: str, platform: PlatformRecord) -> bool:
    """Whether the link's host is one of the platform's, or below one; any host where it lists none."""
    host = urlsplit(link).hostname or ""
    return not platform.hosts or any(host == known or host.endswith(f".{known}") for known in platform.hosts)
