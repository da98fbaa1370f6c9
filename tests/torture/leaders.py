"""The people who read the cards, and acknowledge half of them soon, the others late, with the button."""

from __future__ import annotations

import threading
import time
import zlib
from random import Random

from tests.slack_double import Channel, Message, Person
from tests.torture.reading import case_on

ACKNOWLEDGE = "Acknowledge"
_AGAIN_S = 4.0
LEFT_S = 270.0


class Leader(threading.Thread):
    """One of them, in front of one conversation. `everything`: from then on no card is left."""

    def __init__(
        self, person: Person, place: Channel, seed: int, ends: threading.Event, everything: threading.Event
    ) -> None:
        super().__init__(name=f"leader-{person.name}", daemon=True)
        self._person = person
        self._place = place
        self._seed = seed
        self._random = Random(seed)
        self._ends = ends
        self._everything = everything
        self._tried: dict[str, float] = {}

    def run(self) -> None:
        """Read and press until it ends."""
        while not self._ends.wait(self._random.uniform(0.2, 0.8)):
            for card in self._open_cards():
                self._tried[card.ts] = time.monotonic() + _AGAIN_S
                try:
                    self._person.press(ACKNOWLEDGE, card)
                except AssertionError:
                    # Somebody else was quicker.
                    continue

    def _open_cards(self) -> list[Message]:
        return [
            message
            for message in self._person.messages(self._place)
            if ACKNOWLEDGE in message.buttons
            and self._wants(message)
            and self._tried.get(message.ts, 0.0) < time.monotonic()
        ]

    def _wants(self, card: Message) -> bool:
        # The other half is left until its ladder has ended: its reminders would go on for ever.
        left = time.time() - float(card.ts) < LEFT_S
        return self._everything.is_set() or is_acknowledged(case_on(card)) or not left


def is_acknowledged(reference: str) -> bool:
    """Whether anybody means to acknowledge the card of this case: the same half for every reader."""
    return zlib.crc32(reference.encode()) % 2 == 0
