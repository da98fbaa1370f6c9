"""manifest.json asks for what the doors answer, and for no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.assistant import words
from bot.channels.slack.app import PATH
from bot.channels.slack.checkup import SCOPES
from bot.channels.slack.handlers import SHORTCUTS, command
from bot.channels.slack.payloads import Slash
from bot.domain.turns import Said

MANIFEST: dict[str, Any] = json.loads((Path(__file__).parents[3] / "manifest.json").read_text())


def test_the_scopes_are_those_that_check_proves() -> None:
    """The manifest's scopes are the ones that `check` proves, no user scope and no file among them."""
    assert set(MANIFEST["oauth_config"]["scopes"]) == {"bot"}
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == SCOPES


def test_every_command_is_answered() -> None:
    """Each slash command of the manifest means something of its own."""
    commands = [item["command"] for item in MANIFEST["features"]["slash_commands"]]
    meant = [command(Slash("t", "U1", "T1", name, "", "t", "")) for name in commands if name != "/policy"]
    assert Said("help") not in meant
    assert len(meant) == 4


def test_a_reference_after_the_command_is_read_however_it_is_written() -> None:
    """“/report-status #fed 7k3q.” asks for that report; what holds no reference asks for all."""
    for text in ("FED-7K3Q", "#fed 7k3q.", "“fed–7k3q”"):
        said = command(Slash("t", "U1", "T1", "/report-status", text, "t", ""))
        assert isinstance(said, Said)
        assert words.reference(said.text) == "FED-7K3Q"
    assert command(Slash("t", "U1", "T1", "/report-status", "please", "t", "")) == Said("status")


def test_every_shortcut_is_answered() -> None:
    """Each shortcut of the manifest is one that the door knows."""
    found = {item["callback_id"]: item["type"] for item in MANIFEST["features"]["shortcuts"]}
    assert found == {"report_incident": "global", "report_message": "message"}
    assert set(found) == set(SHORTCUTS)


def test_everything_is_sent_to_the_one_route() -> None:
    """Events, commands and buttons go to the same address, which is the route that is there."""
    settings = MANIFEST["settings"]
    urls = {item["url"] for item in MANIFEST["features"]["slash_commands"]}
    urls |= {settings["event_subscriptions"]["request_url"], settings["interactivity"]["request_url"]}
    assert [url.endswith(PATH) for url in urls] == [True]


def test_slacks_limits_are_kept() -> None:
    """Names, descriptions and prompts are no longer than Slack takes them."""
    shown, features = MANIFEST["display_information"], MANIFEST["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert len(features["agent_view"]["suggested_prompts"]) <= 4
    assert all(len(item["name"]) <= 24 and len(item["description"]) <= 150 for item in features["shortcuts"])
    assert all(len(item["command"]) <= 32 for item in features["slash_commands"])
