"""A Federation to try Teams out without a tenant: `python -m manifest.tryout` (docs/teams.md).

It writes the example's roster with accounts of the Agents Playground, and the Teams of a teacher and of the
leadership team in which these people are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "dist" / "teams-tryout"
TENANT = "11111111-2222-3333-4444-555555555555"
FLT, STAFFROOM = ("19:flt@thread.v2", "Leadership Team"), ("19:staff@thread.v2", "Staff")
# Who is in each group chat: the first of them is who looks at it. The client refuses fewer than six.
LEADERS = ("eleanor", "farid", "grace", "tom", "beth", "ravi")
STAFF = {
    "ana": "Ana Silva",
    "joe": "Joe Whitfield",
    "priya": "Priya Shah",
    "sam": "Sam Ortiz",
    "kim": "Kim Lowe",
    "lee": "Lee Grant",
}


@dataclass(frozen=True)
class Someone:
    """A person in the tenant."""

    id: str
    name: str

    @property
    def aad(self) -> str:
        """Their object id in the tenant."""
        return f"00000000-0000-4000-8000-{self.id.encode().hex()[:12]:0>12}"

    def entry(self) -> dict[str, str]:
        """Their entry in the client's configuration."""
        first, _, last = self.name.partition(" ")
        address = f"{self.id}@harbour.example"
        return {
            "id": f"29:{self.id}",
            "name": self.name,
            "userPrincipleName": address,
            "aadObjectId": self.aad,
            "givenName": first,
            "surname": last,
            "email": address,
        }


def main() -> int:
    """Write the files, and say what is started with them."""
    for path, text in made().items():
        target = TARGET / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    print(f"{TARGET}: docs/teams.md, Try it without a tenant, says how it is started")
    return 0


def made() -> dict[str, str]:
    """The files, by path: `federation.yml`, and the configuration of a client in `staff` and in `leaders`."""
    example = yaml.safe_load((ROOT / "federation.example.yml").read_text(encoding="utf-8"))
    named = {entry["id"]: entry["name"] for entry in example["people"]}
    leaders = tuple(Someone(name, named[name]) for name in LEADERS)
    staff = tuple(Someone(name, shown) for name, shown in STAFF.items())
    texts = {"federation.yml": yaml.safe_dump(federation(example), sort_keys=False, allow_unicode=True)}
    for folder, people, group in (("staff", staff, STAFFROOM), ("leaders", leaders, FLT)):
        texts[f"{folder}/.m365agentsplayground.yml"] = json.dumps(client(people, group), indent=2)
    return texts


def federation(example: Mapping[str, Any]) -> dict[str, Any]:
    """The example's `federation.yml`, with everybody on the roster in the tenant."""
    found = {key: value for key, value in example.items() if key != "demo_staff"}
    return {
        **found,
        "people": [
            {**entry, "accounts": {"teams": Someone(entry["id"], entry["name"]).aad}}
            for entry in found["people"]
        ],
    }


def client(people: tuple[Someone, ...], group: tuple[str, str]) -> dict[str, Any]:
    """The configuration of the first one's Teams: `people` are all in the group (its id and name)."""
    me, *others = people
    channel = {"id": "19:staffroom@thread.tacv2", "name": "Staffroom"}
    return {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": {"id": "28:signpost", "name": "Signpost"},
        "currentUser": me.entry(),
        "users": [one.entry() for one in others],
        "personalChat": {"id": f"a:{me.id}"},
        "groupChat": {"id": group[0], "name": group[1]},
        "team": {
            "id": "19:harbour@thread.tacv2",
            "name": "Harbour",
            "aadGroupId": "11111111-2222-3333-4444-666666666666",
            "channels": [channel],
        },
    }


if __name__ == "__main__":
    sys.exit(main())
