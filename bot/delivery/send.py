"""One message brought to its platform so that it is seen once: rewritten, found, or posted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.delivery.notices import Outgoing
from bot.delivery.sender import (
    DeliveryFault,
    MessageSender,
    PassingFault,
    PermanentFault,
    RefusedFault,
    Target,
)

# How often in a row words that nobody knows are taken for a no that may pass: three minutes at least.
MOST_REFUSALS = 7
_REFUSED = re.compile(r"refused (\d+): ")


@dataclass(frozen=True)
class Shown:
    """The platform's id of the message that shows it now.

    `again`: another one may stand beside it. An earlier try may have been taken and was not found, or what is
    out of date could not be taken away just now.
    """

    message_id: str
    again: bool = False


async def send(sender: MessageSender, outgoing: Outgoing, *, last: bool = False) -> Shown:
    """Show it. Raises a DeliveryFault.

    What stands there is rewritten; what an earlier try may have left is looked up by its key first. `last`:
    it was refused so often in words that nobody knows that what cannot be rewritten is posted again.
    """
    target = Target(outgoing.platform, outgoing.conversation)
    if outgoing.in_place:
        await sender.edit(target, outgoing.rewrites, outgoing.message)
        return Shown(outgoing.rewrites)
    if outgoing.alone:
        return Shown(await _left_alone(sender, target, outgoing))
    if outgoing.removes:
        return Shown(await _removed(sender, target, outgoing))
    known, key, thread = outgoing.rewrites, str(outgoing.key), outgoing.thread
    if known and await _rewritten(sender, target, known, outgoing, last=last):
        return Shown(known)
    # An earlier try may have been taken: look before sending again, so that it is seen once. What that
    # try left there may show an older state than the one that is recorded now.
    looks = outgoing.unclear or outgoing.look or known
    found = await sender.find(target, key, thread) if looks else None
    again = False
    if found and found != known and await _rewritten(sender, target, found, outgoing, last=last):
        shown = found
    else:
        message = outgoing.message
        if outgoing.unclear and not sender.finds:
            # Nobody is to take a second copy for a second answer.
            message = outgoing.repeated or message
        shown = await sender.post(target, message, key, thread)
        again = outgoing.unclear and not found
    for stale in {known, found} - {shown, "", None}:
        again = not await _taken_away(sender, target, str(stale), outgoing) or again
    return Shown(shown, again)


async def _left_alone(sender: MessageSender, target: Target, outgoing: Outgoing) -> str:
    """Take away whatever else the platform took of the message after we had given up waiting for it."""
    known, key = {outgoing.rewrites}, str(outgoing.key)
    while found := await sender.find(target, key, outgoing.thread, known):
        await sender.remove(target, found, outgoing.message)
        known.add(found)
    return outgoing.rewrites


async def _taken_away(sender: MessageSender, target: Target, message_id: str, outgoing: Outgoing) -> bool:
    """Take away what can be rewritten no more and shows what has passed: two cards would be two cases.

    Only once the newer one is there, and where even that is refused it stays: none would be worse. False
    where it is to be tried again.
    """
    try:
        await sender.remove(target, message_id, outgoing.message)
    except PermanentFault:
        return True
    except DeliveryFault:
        return False
    return True


async def _removed(sender: MessageSender, target: Target, outgoing: Outgoing) -> str:
    """Take away what stands there, and what an earlier try may have left; nothing to find is no fault."""
    known = outgoing.rewrites
    if known:
        await sender.remove(target, known, outgoing.message)
    found = await sender.find(target, str(outgoing.key), outgoing.thread) if outgoing.unclear else None
    if found and found != known:
        await sender.remove(target, found, outgoing.message)
    return known or found or ""


async def _rewritten(
    sender: MessageSender, target: Target, message_id: str, outgoing: Outgoing, *, last: bool
) -> bool:
    """Whether the message that stood there shows the new state now; False where it must be posted again."""
    try:
        await sender.edit(target, message_id, outgoing.message)
    except PermanentFault:
        return False
    except RefusedFault:
        if not last:
            raise
        return False
    return True


def refusals(fault: str) -> int:
    """How often in a row, up to a fault as the outbox keeps it, words were met that nobody knows."""
    found = _REFUSED.search(fault)
    return int(found[1]) if found else 0


def reason_of(fault: Exception, before: str = "") -> tuple[str, str]:
    """The kind of a fault that passes, and its text; of our own faults the kind alone.

    `before` is the fault of the try before, as the outbox keeps it.
    """
    match fault:
        case RefusedFault():
            return f"refused {refusals(before) + 1}", str(fault)
        case PassingFault():
            return "passing", str(fault)
        case DeliveryFault() | TimeoutError():
            return "unclear", str(fault) or "timed out"
    # Wherever in the way it broke, the platform may have taken it.
    return "unclear", f"broken ({type(fault).__name__})"
