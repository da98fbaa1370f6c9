"""What is printed, before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.messages import Block


@dataclass(frozen=True)
class Sheet:
    """What is printed: its title, its blocks, and when, in words. `size` is of running text, in points."""

    title: str
    blocks: tuple[Block, ...]
    printed: str
    size: float = 10
