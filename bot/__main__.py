"""The command line: `python -m bot COMMAND`."""

from __future__ import annotations

import sys
from importlib import import_module

from bot.commands import policies
from bot.commands.registry import cli

__all__ = ["cli"]
# What a policy officer runs after each change: nothing else is loaded, which would take seconds.
LIGHT = (["check", "--content"], *(["policy", name] for name in ("accept", "anchor", "diff", "import")))
# Each module registers its commands as it is imported; the order is that of the help.
OTHERS = ("running", "asking", "keys", "data", "auditing", "training", "gaps", "signing")
GROUPS = (policies,)

if sys.argv[1:3] not in LIGHT:
    for name in OTHERS:
        import_module(f"bot.commands.{name}")

if __name__ == "__main__":
    if sys.argv[1:3] not in LIGHT:
        # The others log nothing.
        import_module("bot.logs").configure(to_terminal=sys.stderr.isatty())
    cli()
