"""The command line: `python -m bot COMMAND`."""

from __future__ import annotations

import sys

from bot import logs
from bot.commands import asking, auditing, data, gaps, keys, running, training
from bot.commands.registry import cli

__all__ = ["cli"]
# Each module registers its commands as it is imported.
GROUPS = (running, asking, running, keys, data, auditing, data, data, data, training, gaps)

if __name__ == "__main__":
    logs.configure(to_terminal=sys.stderr.isatty())
    cli()
