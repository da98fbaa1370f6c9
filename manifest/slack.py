"""The Slack app's manifest for one Federation: `make slack-manifest`.

SLACK_ADDRESS is filled in; without one it is for Socket Mode, which has no address. Each command begins with
SLACK_COMMAND_PREFIX, and with SLACK_AGENT=1 it has the agent's tab, with what that takes from a workspace;
with SLACK_EMAIL=1 it may read people's e-mail addresses, for the staff register (docs/slack.md).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from manifest.package import Faults, settings

HERE = Path(__file__).parent
MANIFEST = HERE.parent / "manifest.json"
AGENT = HERE / "slack-agent.json"
TARGET = HERE.parent / "dist" / "slack-manifest.json"
_EXAMPLE = "https://signpost.example.org"
_EMAIL = "users:read.email"
_PREFIX = re.compile(r"[a-z0-9_-]{0,16}")


def main() -> int:
    """Write the manifest, or say what is wrong."""
    try:
        given = settings(HERE.parent / ".env")
        found = made(given)
    except Faults as faults:
        print(faults, file=sys.stderr)
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    way = given.get("SLACK_ADDRESS") or "Socket Mode, since SLACK_ADDRESS is not set"
    print(f"{TARGET}, for {way}: paste it at api.slack.com/apps, Create New App, From a manifest")
    return 0


def made(given: Mapping[str, str]) -> dict[str, Any]:
    """The manifest for these variables. Raises Faults."""
    prefix, own = given.get("SLACK_COMMAND_PREFIX", ""), given.get("SLACK_ADDRESS", "")
    address = (own or _EXAMPLE).rstrip("/")
    faults = []
    if not _PREFIX.fullmatch(prefix):
        faults.append("SLACK_COMMAND_PREFIX: at most 16 small letters, digits, - and _, such as oak-")
    if not address.startswith("https://"):
        faults.append("SLACK_ADDRESS: where Slack reaches Signpost, such as https://signpost.example.org")
    if faults:
        raise Faults("\n".join(faults))
    found: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8").replace(_EXAMPLE, address))
    if not own:
        _without_an_address(found)
    for command in found["features"]["slash_commands"]:
        command["command"] = f"/{prefix}{command['command'].removeprefix('/')}"
    scopes = [_EMAIL] if given.get("SLACK_EMAIL", "") == "1" else []
    if given.get("SLACK_AGENT", "") == "1":
        agent = json.loads(AGENT.read_text(encoding="utf-8"))
        found["features"]["agent_view"] = agent["agent_view"]
        scopes += agent["scopes"]
    found["oauth_config"]["scopes"]["bot"] = sorted([*found["oauth_config"]["scopes"]["bot"], *scopes])
    return found


def _without_an_address(manifest: dict[str, Any]) -> None:
    told = manifest["settings"]
    told["socket_mode_enabled"] = True
    for item in (told["event_subscriptions"], told["interactivity"]):
        del item["request_url"]
    for command in manifest["features"]["slash_commands"]:
        del command["url"]


if __name__ == "__main__":
    sys.exit(main())
