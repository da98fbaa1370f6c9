"""One message brought to its platform so that it is seen once: rewritten, found, or posted."""

from __future__ import annotations

from contextlib import suppress

from bot.delivery.notices import Outgoing
from bot.delivery.sender import DeliveryFault, PassingFault, PermanentFault, Sender, Target


async def send(sender: Sender, outgoing: Outgoing) -> str:
    """The platform's id of the message that shows this now. Raises a DeliveryFault.

    What stands there is rewritten; what an earlier try may have left is looked up by its key first.
    """
    target = Target(outgoing.platform, outgoing.conversation)
    if outgoing.removes:
        return await _removed(sender, target, outgoing)
    known, key, thread = outgoing.rewrites, str(outgoing.key), outgoing.thread
    if known and await _rewritten(sender, target, known, outgoing):
        return known
    # An earlier try may have been taken: look before sending again, so that it is seen once. What that
    # try left there may show an older state than the one that is recorded now.
    found = await sender.find(target, key, thread) if outgoing.unclear or known else None
    if found and found != known and await _rewritten(sender, target, found, outgoing):
        shown = found
    else:
        shown = await sender.post(target, outgoing.message, key, thread)
    for stale in {known, found} - {shown, "", None}:
        await _taken_away(sender, target, str(stale), outgoing)
    return shown


async def _taken_away(sender: Sender, target: Target, message_id: str, outgoing: Outgoing) -> None:
    """Take away what can be rewritten no more and shows what has passed: two cards would be two cases.

    Only once the newer one is there, and where even that is refused it stays: none would be worse.
    """
    with suppress(DeliveryFault):
        await sender.remove(target, message_id, outgoing.message)


async def _removed(sender: Sender, target: Target, outgoing: Outgoing) -> str:
    """Take away what stands there, and what an earlier try may have left; nothing to find is no fault."""
    known = outgoing.rewrites
    if known:
        await sender.remove(target, known, outgoing.message)
    found = await sender.find(target, str(outgoing.key), outgoing.thread) if outgoing.unclear else None
    if found and found != known:
        await sender.remove(target, found, outgoing.message)
    return known or found or ""


async def _rewritten(sender: Sender, target: Target, message_id: str, outgoing: Outgoing) -> bool:
    """Whether the message that stood there shows the new state now; False where it must be posted anew."""
    try:
        await sender.edit(target, message_id, outgoing.message)
    except PermanentFault:
        return False
    return True


def reason_of(fault: Exception) -> tuple[str, str]:
    """The kind of a fault that passes, and its text; of our own faults the kind alone."""
    match fault:
        case PassingFault():
            return "passing", str(fault)
        case DeliveryFault() | TimeoutError():
            return "unclear", str(fault) or "timed out"
    # Wherever in the way it broke, the platform may have taken it.
    return "unclear", f"broken ({type(fault).__name__})"
