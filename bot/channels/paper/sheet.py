"""What is printed, before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.messages import Block

if TYPE_CHECKING:
    from bot.channels.paper.bars import Bars


@dataclass(frozen=True)
class Sheet:
    """What is printed: its title, its blocks, and when, in words. `size` is of running text, in points."""

    title: str
    blocks: tuple[Block | Bars, ...]
    printed: str
    size: float = 10
