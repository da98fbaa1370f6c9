"""One message brought to its platform so that it is seen once: rewritten, found, or posted."""

from __future__ import annotations

from bot.delivery.sender import PermanentFault, Sender, Target
from bot.services.deliveries import Outgoing


async def send(sender: Sender, outgoing: Outgoing) -> str:
    """The platform's id of the message that shows this now. Raises a DeliveryFault.

    What stands there is rewritten; what an earlier try may have left is looked up by its key first.
    """
    target = Target(outgoing.platform, outgoing.conversation)
    if outgoing.removes is not None:
        return await _removed(sender, target, outgoing, outgoing.removes)
    known, key, thread = outgoing.rewrites, outgoing.key, outgoing.thread
    if known and await _rewritten(sender, target, known, outgoing):
        return known
    # An earlier try may have been taken: look before sending again, so that it is seen once. What that
    # try left there may show an older state than the one that is recorded now.
    found = await sender.find(target, key, thread) if outgoing.unclear or known else None
    if found and found != known and await _rewritten(sender, target, found, outgoing):
        return found
    return await sender.post(target, outgoing.message, key, thread)


async def _removed(sender: Sender, target: Target, outgoing: Outgoing, lines: tuple[str, ...]) -> str:
    """Take the lines away, then the card: while it stands, the lines can be found under it."""
    card = outgoing.rewrites or await sender.find(target, outgoing.key) or ""
    if not card:
        return ""
    for key in lines:
        if line := await sender.find(target, key, card):
            await sender.remove(target, line, outgoing.message)
    await sender.remove(target, card, outgoing.message)
    return card


async def _rewritten(sender: Sender, target: Target, message_id: str, outgoing: Outgoing) -> bool:
    """Whether the message that stood there shows the new state now; False where it must be posted anew."""
    try:
        await sender.edit(target, message_id, outgoing.message)
    except PermanentFault:
        return False
    return True
