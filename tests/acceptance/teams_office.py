"""A Federation that works on Teams: the server, and the Teams of a teacher and of a leader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from manifest import tryout
from manifest.tryout import Someone
from tests.acceptance.server import ROOT, Server
from tests.teams_double.client.app import Client, running

FLT = tryout.FLT[0]
PEOPLE: dict[str, str] = {
    entry["id"]: entry["name"]
    for entry in yaml.safe_load((ROOT / "federation.example.yml").read_text())["people"]
}
LEADERS = tuple(Someone(name, PEOPLE[name]) for name in tryout.LEADERS)
STAFF = tuple(Someone(name, shown) for name, shown in tryout.STAFF.items())


class TeamsServer(Server):
    """`python -m bot serve` with the emulator's door open."""

    def __init__(self, folder: Path, sdk: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "federation.yml"
        config.write_text(yaml.safe_dump(federation(), sort_keys=False, allow_unicode=True))
        settings = {"TEAMS_EMULATOR": "1", "TEAMS_FLT_CONVERSATION": FLT, "TEAMS_SDK": sdk}
        super().__init__(folder, SIGNPOST_CONFIG=str(config), **settings)

    @property
    def door(self) -> str:
        """Where Teams sends what people do."""
        return f"http://127.0.0.1:{self.port}/api/messages"


def federation() -> dict[str, Any]:
    """The example as a Federation on Teams would have filled it in."""
    found = tryout.federation(yaml.safe_load((ROOT / "federation.example.yml").read_text()))
    for contact in found["contacts"].values():
        contact["phone"] = re.sub(r"020 7946 0(\d{3})", r"020 7000 1\1", contact["phone"])
    return found


@dataclass(frozen=True)
class Office:
    """The server, and both people's Teams."""

    server: TeamsServer
    staff: Client
    leaders: Client
    # Who else of the roster has a Teams, by id.
    others: dict[str, Client] = field(default_factory=dict)


@contextmanager
def office(
    folder: Path, cli: Path, sdk: str = "botbuilder", others: tuple[str, ...] = ()
) -> Iterator[Office]:
    """Everything started over one of Microsoft's SDKs, and ended whatever happens; `cli`: the client."""
    server = TeamsServer(folder / "server", sdk)
    with ExitStack() as ended:
        server.start()
        ended.callback(server.stop)

        def started(name: str, people: tuple[Someone, ...], group: tuple[str, str]) -> Client:
            return ended.enter_context(running(cli, folder / name, server.door, people, group))

        staff, leaders = started("staff", STAFF, tryout.STAFFROOM), started("leaders", LEADERS, tryout.FLT)
        beside = {
            name: started(name, (Someone(name, PEOPLE[name]), *STAFF[1:]), tryout.STAFFROOM)
            for name in others
        }
        yield Office(server, staff, leaders, beside)
