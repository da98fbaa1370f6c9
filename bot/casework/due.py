"""What has fallen due by the clock: each in a transaction of its own, so that one holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

import structlog

from bot.casework.context import Context, Work
from bot.storage.database import StorageUnavailable, Transaction
from bot.storage.vault import Vault

_Item = TypeVar("_Item")
log = structlog.get_logger()


def do_due(
    context: Context,
    now: datetime,
    find: Callable[[Transaction, datetime], Iterable[str]],
    take: Callable[[Transaction, Vault, str, datetime], _Item | None],
    do: Callable[[Work, _Item], None],
    fault: str,
) -> None:
    """Find the ids of what is due, and do each that is still due when it is taken.

    One that cannot be done (its key is missing) is logged as `fault`, and holds up no other. Raises
    StorageUnavailable.
    """
    with context.database.transaction() as tx:
        overdue = find(tx, now)
    for item_id in overdue:
        try:
            with context.database.transaction() as tx:
                # Another worker may have been there first: what is due is done once.
                item = take(tx, context.vault, item_id, now)
                if item is not None:
                    do(Work(tx, context, now), item)
        except StorageUnavailable:
            raise
        except Exception:
            log.exception(fault)
