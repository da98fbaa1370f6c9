"""The Teams app's package: complete, as Microsoft's schema wants it, and in step with the door."""

from __future__ import annotations

import importlib.util
import json
import re
import zipfile
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

from bot.assistant import words
from bot.channels.teams import handlers
from bot.content.federation import load_federation
from manifest import tryout

FOLDER = Path("manifest")
GIVEN = {
    "MicrosoftAppId": "00000000-1111-2222-3333-444444444444",
    "TEAMS_DEVELOPER": 'The "Harbour" Federation',
    "TEAMS_WEBSITE": "https://harbour.example",
    "TEAMS_PRIVACY_URL": "https://harbour.example/privacy",
    "TEAMS_TERMS_URL": "https://harbour.example/terms",
}


def script(name: str) -> ModuleType:
    """One of the folder's scripts."""
    spec = importlib.util.spec_from_file_location(f"manifest_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def packed(folder: Path, given: dict[str, str]) -> dict[str, Any]:
    """The manifest in the package."""
    script("package").package(given, folder / "app.zip")
    with zipfile.ZipFile(folder / "app.zip") as file:
        assert sorted(file.namelist()) == ["color.png", "manifest.json", "outline.png"]
        manifest: dict[str, Any] = json.loads(file.read("manifest.json"))
    return manifest


def test_the_package_is_as_microsoft_wants_it(tmp_path: Path) -> None:
    """The schema has nothing against it, and every placeholder is filled in."""
    manifest = packed(tmp_path, GIVEN)
    assert manifest["bots"][0]["botId"] == GIVEN["MicrosoftAppId"]
    assert manifest["supportsChannelFeatures"] == "tier1"
    assert sorted(manifest["bots"][0]["scopes"]) == ["groupChat", "personal", "team"]
    assert "${" not in json.dumps(manifest)


def test_the_variables_are_read_as_the_pages_write_them(tmp_path: Path) -> None:
    """Each block of `.env` in docs/teams.md and docs/slack.md is read without its remarks."""
    for page in ("teams", "slack"):
        blocks = re.findall(r"^ +```\n(.+?)^ +```", Path(f"docs/{page}.md").read_text(), re.M | re.S)
        file = tmp_path / ".env"
        file.write_text(dedent("".join(blocks)))
        read = script("package").settings(file)
        names = re.findall(r"^ *(\w+)=", "".join(blocks), re.M)
        assert len(names) >= 4
        for name in names:
            assert read[name]
            assert "#" not in read[name]
            assert " " not in read[name] or name == "TEAMS_DEVELOPER"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MicrosoftAppId", "signpost"),
        ("MicrosoftAppId", ""),
        ("TEAMS_WEBSITE", "harbour.example"),
        ("TEAMS_DEVELOPER", "x" * 33),
    ],
)
def test_a_package_that_teams_would_refuse_is_not_made(tmp_path: Path, name: str, value: str) -> None:
    """What is missing or wrong is named, and nothing is written."""
    module = script("package")
    with pytest.raises(module.Faults):
        module.package({**GIVEN, name: value}, tmp_path / "app.zip")
    assert not (tmp_path / "app.zip").exists()


def test_every_command_of_the_manifest_is_one_that_signpost_knows(tmp_path: Path) -> None:
    """What Teams offers, the core understands; every dialog that it opens is ours."""
    manifest = packed(tmp_path, GIVEN)
    typed = {one["title"] for part in manifest["bots"][0]["commandLists"] for one in part["commands"]}
    assert {name for name in typed if words.command(name) is None} == set()
    assert typed >= {
        "report",
        "my work",
        "training",
        "open questions",
        "governors' report",
        "replies",
        "accounts",
    }
    opened = {one["id"] for one in manifest["composeExtensions"][0]["commands"]}
    assert opened == {handlers.REPORT_MESSAGE, handlers.REPORT, handlers.ASK}


def test_the_icons_are_those_that_the_script_draws() -> None:
    """Anybody who changes the shapes makes the pictures again."""
    module = script("icons")
    drawn = module.png(32, lambda x, y: module._outline(x * 40, y * 40))
    assert (FOLDER / "outline.png").read_bytes() == drawn


def test_settings_come_from_the_environment_and_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`.env` is read as the product reads it; the environment comes first."""
    (tmp_path / ".env").write_text("# no=1\nTEAMS_WEBSITE='https://a.example'\nTEAMS_TERMS_URL=b\n")
    monkeypatch.setenv("TEAMS_TERMS_URL", "c")
    found = script("package").settings(tmp_path / ".env")
    assert (found["TEAMS_WEBSITE"], found["TEAMS_TERMS_URL"]) == ("https://a.example", "c")


def test_who_tries_teams_out_is_on_the_roster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the try-out writes loads, and nobody is in its leaders' chat but its roster."""
    monkeypatch.setattr(tryout, "TARGET", tmp_path)
    assert tryout.main() == 0
    roster = load_federation(tmp_path / "federation.yml").roster
    for folder, on_roster in (("leaders", True), ("staff", False)):
        config = json.loads((tmp_path / folder / ".m365agentsplayground.yml").read_text())
        there = [config["currentUser"], *config["users"]]
        known = [roster.by_account("teams", one["aadObjectId"]) for one in there]
        # Microsoft's client refuses to start with fewer.
        assert len(config["users"]) >= 5
        assert {one is not None for one in known} == {on_roster}
