"""Teams in the environment's variables: what is missing is named, and the emulator stands apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import _flt_conversation, _platforms
from bot.settings import EXAMPLE, SettingsFaults, read_settings

NAMES = (
    "DATABASE_URL",
    "SIGNPOST_KEYS",
    "SLACK_BOT_TOKEN",
    "MicrosoftAppId",
    "MicrosoftAppPassword",
    "MicrosoftAppType",
    "MicrosoftAppTenantId",
    "TEAMS_FLT_CONVERSATION",
    "TEAMS_SDK",
    "TEAMS_EMULATOR",
    "NLU_URL",
)
FLT = "19:flt@thread.v2"


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, and none of the machine's variables."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SIGNPOST_CONFIG", str(EXAMPLE))
    monkeypatch.chdir(tmp_path)


def test_an_app_without_the_rest_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that is missing is told at once, and demo values are refused."""
    monkeypatch.setenv("MicrosoftAppId", "00000000-1111-2222-3333-444444444444")
    with pytest.raises(SettingsFaults) as fault:
        read_settings()
    for said in (
        "MicrosoftAppPassword is not set",
        "MicrosoftAppTenantId is not set",
        "TEAMS_FLT_CONVERSATION: give the id",
        "SIGNPOST_KEYS is not set",
        "demo: is true",
    ):
        assert said in str(fault.value)


def test_the_emulator_takes_the_demo_and_the_place_of_the_playground(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tried out on this machine, the cards go to Teams' side and nowhere else."""
    monkeypatch.setenv("TEAMS_EMULATOR", "1")
    monkeypatch.setenv("TEAMS_FLT_CONVERSATION", FLT)
    settings = read_settings()
    assert settings.teams is not None
    assert settings.teams.emulator
    assert not settings.teams.signed
    assert not settings.playground
    assert _platforms(settings) == ("teams",)
    assert _flt_conversation(settings) == ("teams", "flt")


def test_without_either_there_is_no_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversation alone configures nothing."""
    monkeypatch.setenv("TEAMS_FLT_CONVERSATION", FLT)
    settings = read_settings()
    assert settings.teams is None
    assert settings.playground


def test_another_sdk_than_ours_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip of the pen is no reason to start with another one."""
    monkeypatch.setenv("TEAMS_EMULATOR", "1")
    monkeypatch.setenv("TEAMS_SDK", "botbilder")
    with pytest.raises(SettingsFaults):
        read_settings()


def test_the_secret_is_in_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings nor the faults repeat it."""
    monkeypatch.setenv("TEAMS_EMULATOR", "1")
    monkeypatch.setenv("TEAMS_FLT_CONVERSATION", FLT)
    monkeypatch.setenv("MicrosoftAppPassword", "s3cret-value")
    assert "s3cret-value" not in repr(read_settings())


@pytest.mark.parametrize("name", ["MicrosoftAppPassword", "MicrosoftAppTenantId"])
def test_a_forgotten_app_id_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A registration without its app id is no quiet start as a demo, and no secret is repeated."""
    monkeypatch.setenv(name, "s3cret-value")
    with pytest.raises(SettingsFaults, match="MicrosoftAppId is not set") as fault:
        read_settings()
    assert "s3cret" not in str(fault.value)


def test_further_tenants_may_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tenants of a Federation's other schools are a setting; the bot's own is always among them."""
    monkeypatch.setenv("TEAMS_EMULATOR", "1")
    monkeypatch.setenv("TEAMS_FLT_CONVERSATION", FLT)
    monkeypatch.setenv("MicrosoftAppTenantId", "HOME")
    monkeypatch.setenv("TEAMS_TENANTS", "oak, Elm")
    teams = read_settings().teams
    assert teams is not None
    assert teams.home == {"home", "oak", "elm"}
