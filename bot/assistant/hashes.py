"""The hashes of receipt codes that were made for what came too late."""

from __future__ import annotations

import threading

from bot.storage.crypto import blind_index, hash_code

MOST = 100


class KeptHashes:
    """Makes hashes, and keeps each until it was used: the same press, once more, does not wait for argon2.

    A code stands here as an HMAC under a key of this process alone, and the oldest of MOST makes way.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._kept = dict[str, str]()
        self._lock = threading.Lock()

    def make(self, code: str) -> str:
        """The hash of this code, as it was made before or now."""
        name = blind_index(self._key, code)
        if found := self._kept.get(name):
            return found
        made = hash_code(code)
        with self._lock:
            self._kept[name] = made
            while len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]
        return made

    def used(self, code: str) -> None:
        """It is stored: nothing of it is kept here."""
        with self._lock:
            self._kept.pop(blind_index(self._key, code), None)
