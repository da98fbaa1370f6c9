"""What answers a person goes out by the outbox: a message as text to be sealed, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, get_args

from bot.casework.context import Work
from bot.domain.messages import Block, Button, Buttons, Message
from bot.domain.turns import Sender
from bot.storage import answers
from bot.storage.answers import Asker
from bot.storage.database import Transaction
from bot.storage.outbox import is_waiting
from bot.storage.vault import Vault

_BLOCKS: Mapping[str, Any] = {kind.__name__: kind for kind in get_args(Block)}


@dataclass(frozen=True)
class Owed:
    """One answer: to whom, on which platform, in which thread of their chat ("" for none)."""

    platform: str
    user: str
    thread: str
    message: Message
    lasts: bool = False


def owe(work: Work, sender: Sender, thread: str, message: Message, *, lasts: bool = False) -> None:
    """Enqueue the answer for its asker, in the same transaction as all that the question did.

    One that `lasts` is worth as much a day later, and is tried until it is there.
    """
    blocks = [{"kind": type(block).__name__, **asdict(block)} for block in message.blocks]
    sealed = {
        "to": (sender.platform, sender.user, thread),
        "summary": message.summary,
        "blocks": blocks,
        "lasts": lasts,
    }
    asker = Asker(sender.platform, sender.user)
    answers.owe(work.tx, work.context.vault, asker, json.dumps(sealed, ensure_ascii=False))


def are_owed(tx: Transaction, vault: Vault, asker: Sender) -> bool:
    """Whether anything is on its way to them."""
    return is_waiting(tx, Asker(asker.platform, asker.user).recipient(vault))


def read(work: Work, row_id: str) -> Owed | None:
    """The answer that this row owes; None where it is there already."""
    found = answers.owed(work.tx, work.context.vault, row_id)
    if found is None:
        return None
    sealed = json.loads(found)
    message = Message(tuple(map(_block, sealed["blocks"])), summary=sealed["summary"])
    platform, user, thread = sealed["to"]
    # One that was owed by the version before lacks the last of them.
    return Owed(platform, user, thread, message, bool(sealed.get("lasts")))


@dataclass(frozen=True)
class Hiding:
    """A message in somebody's own chat that is hidden at its time."""

    platform: str
    user: str
    message_id: str
    at: datetime


def hide_at(tx: Transaction, vault: Vault, hiding: Hiding) -> None:
    """Owe that it is hidden then, whatever becomes of this process. Never of a reporter's own view."""
    asker, sealed = Asker(hiding.platform, hiding.user), {**asdict(hiding), "at": hiding.at.isoformat()}
    answers.owe_hiding(tx, vault, asker, hiding.message_id, json.dumps(sealed))


def hiding_of(work: Work, row_id: str) -> Hiding | None:
    """What this row is to hide; None where that was done."""
    found = answers.owed(work.tx, work.context.vault, row_id)
    if found is None:
        return None
    sealed = json.loads(found)
    return Hiding(**{**sealed, "at": datetime.fromisoformat(sealed["at"])})


def _block(stored: dict[str, Any]) -> Block:
    kind = _BLOCKS[stored.pop("kind")]
    if kind is Buttons:
        return Buttons(tuple(Button(**item) for item in stored["items"]))
    block: Block = kind(**{name: _tuples(value) for name, value in stored.items()})
    return block


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
