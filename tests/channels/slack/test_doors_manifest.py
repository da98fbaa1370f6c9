"""manifest.json asks for what the doors answer, and for no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.assistant import words
from bot.channels.slack.app import PATH
from bot.channels.slack.checkup import ADDRESS_SCOPES, AGENT_SCOPES, SCOPES
from bot.channels.slack.handlers import SHORTCUTS, command
from bot.channels.slack.payloads import OF_CHANNELS, OF_USERS, Slash
from bot.domain.turns import Said
from manifest.package import Faults
from manifest.slack import made

MANIFEST: dict[str, Any] = json.loads((Path(__file__).parents[3] / "manifest.json").read_text())


def test_the_scopes_are_those_that_check_proves() -> None:
    """The manifest's scopes are the ones that `check` proves, no user scope and no file among them."""
    assert set(MANIFEST["oauth_config"]["scopes"]) == {"bot"}
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == SCOPES


def test_every_event_is_known() -> None:
    """The manifest asks for the events that the door reads, and for no other."""
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert set(events) == {
        *("app_home_opened", "app_mention", "message.im"),
        *("app_uninstalled", "tokens_revoked"),
        *OF_CHANNELS,
        OF_USERS,
    }
    assert events == sorted(events)


def test_every_command_is_answered() -> None:
    """Each slash command of the manifest means something of its own."""
    commands = [item["command"] for item in MANIFEST["features"]["slash_commands"]]
    meant = [command(Slash("t", "U1", "T1", name, "", "t", "")) for name in commands if name != "/policy"]
    assert Said("help") not in meant
    assert len(meant) == 5


@pytest.mark.parametrize("prefix", ["oak-", "report-", "x_"])
def test_commands_may_begin_otherwise(prefix: str) -> None:
    """Where another app has its name each command begins with a prefix, and means the same."""
    commands = [
        item["command"] for item in made({"SLACK_COMMAND_PREFIX": prefix})["features"]["slash_commands"]
    ]
    plain = [item["command"] for item in MANIFEST["features"]["slash_commands"]]
    assert commands == [f"/{prefix}{name[1:]}" for name in plain]
    meant = [
        [command(Slash("t", "U1", "T1", name, "x", "t", "")) for name in some] for some in (commands, plain)
    ]
    assert meant[0] == meant[1]


def test_the_agents_tab_is_chosen() -> None:
    """The agent's tab, which cannot be undone, is there only where it was asked for, with its scope."""
    agent = made({"SLACK_AGENT": "1", "SLACK_ADDRESS": "https://post.oak.sch.uk/"})
    assert set(agent["oauth_config"]["scopes"]["bot"]) == SCOPES | AGENT_SCOPES
    assert agent["settings"]["event_subscriptions"]["request_url"] == f"https://post.oak.sch.uk{PATH}"
    assert made({"SLACK_ADDRESS": "https://signpost.example.org"}) == MANIFEST
    with pytest.raises(Faults, match=r"SLACK_COMMAND_PREFIX.*\nSLACK_ADDRESS"):
        made({"SLACK_COMMAND_PREFIX": "Oak ", "SLACK_ADDRESS": "http://oak"})


def test_the_right_to_read_addresses_is_chosen() -> None:
    """Nobody's e-mail address may be read unless that was asked for, with the agent's tab or without."""
    told = made({"SLACK_EMAIL": "1"})["oauth_config"]["scopes"]["bot"]
    assert set(told) == SCOPES | ADDRESS_SCOPES
    both = made({"SLACK_EMAIL": "1", "SLACK_AGENT": "1"})["oauth_config"]["scopes"]["bot"]
    assert both == sorted(SCOPES | ADDRESS_SCOPES | AGENT_SCOPES)
    assert not ADDRESS_SCOPES & set(made({})["oauth_config"]["scopes"]["bot"])


def test_without_an_address_it_is_for_socket_mode() -> None:
    """Who names no address gets a manifest without one, in which Socket Mode is on; nothing else differs."""
    found = made({})
    assert "http" not in json.dumps(found)
    assert found["settings"]["socket_mode_enabled"] is True
    there = made({"SLACK_ADDRESS": "https://post.oak.sch.uk"})
    assert found["oauth_config"] == there["oauth_config"]
    assert [item["command"] for item in found["features"]["slash_commands"]] == [
        item["command"] for item in there["features"]["slash_commands"]
    ]


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
    assert "agent_view" not in features
    agent = made({"SLACK_AGENT": "1"})["features"]["agent_view"]
    assert len(agent["agent_description"]) <= 300
    assert len(agent["suggested_prompts"]) <= 4
    assert all(len(item["name"]) <= 24 and len(item["description"]) <= 150 for item in features["shortcuts"])
    assert all(len(item["command"]) <= 32 for item in features["slash_commands"])


def test_socket_mode_is_the_manifest_without_its_addresses() -> None:
    """As docs/slack.md says: eight lines out and one word changed, and it is a manifest still."""
    lines = Path("manifest.json").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if '"url"' not in line and '"request_url"' not in line]
    assert len(lines) - len(kept) == 8
    told = "\n".join(kept).replace('"socket_mode_enabled": false', '"socket_mode_enabled": true')
    settings = json.loads(told)["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert "example.org" not in told
