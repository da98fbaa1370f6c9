from pathlib import Path

import pytest

from bot.environment import VARIABLES
from bot.settings import EXAMPLE, SettingsFaults, read_settings
from bot.storage.crypto import new_key
from bot.storage.database import Database

KEY = new_key("2026", lambda size: b"k" * size)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, and none of the machine's variables."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_set_is_the_demo(alone: Path) -> None:
    """With no variable and no file, Signpost runs as a demo with the playground and keys of its own."""
    settings = read_settings()
    assert settings.playground
    assert settings.federation.demo
    assert settings.config == EXAMPLE
    assert (alone / "data" / "keys").stat().st_mode & 0o777 == 0o600


def test_the_keys_are_made_once() -> None:
    """A second start reads the keys that the first one made."""
    assert read_settings().ring.ids == read_settings().ring.ids


def test_the_keys_lie_beside_the_database(monkeypatch: pytest.MonkeyPatch, alone: Path) -> None:
    """A folder whose name the address has to write with a percent sign is one folder for both."""
    url = f"sqlite:///{alone}/100%25/signpost.db"
    monkeypatch.setenv("DATABASE_URL", url)
    assert read_settings().data == alone / "100%"
    database = Database(url)
    database.check()
    database.close()
    assert {path.name for path in (alone / "100%").iterdir()} == {"keys", "signpost.db"}


def test_a_channel_turns_the_playground_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a channel configured, demo values and missing keys are refused, all told at once."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret-token")
    monkeypatch.setenv("SIGNPOST_CONFIG", str(EXAMPLE))
    with pytest.raises(SettingsFaults) as fault:
        read_settings()
    text = str(fault.value)
    assert "SIGNPOST_KEYS is not set" in text
    assert "federation.example.yml:6: demo: is true" in text
    assert "is a demo number" in text
    assert "xoxb" not in text


def test_a_channel_without_its_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo never stands in for a missing federation.yml once a channel is configured."""
    monkeypatch.setenv("MicrosoftAppId", "app")
    monkeypatch.setenv("SIGNPOST_KEYS", KEY)
    with pytest.raises(SettingsFaults, match=r"federation\.yml:1: cannot be read"):
        read_settings()


def test_a_file_that_was_named_must_be_there(monkeypatch: pytest.MonkeyPatch, alone: Path) -> None:
    """The demo stands in for a file that nobody named, never for one that SIGNPOST_CONFIG names."""
    for name in ("federation.yml", str(alone), ""):
        monkeypatch.setenv("SIGNPOST_CONFIG", name)
        with pytest.raises(SettingsFaults, match="SIGNPOST_CONFIG: there is no file"):
            read_settings()
    monkeypatch.delenv("SIGNPOST_CONFIG")
    (alone / ".env").write_text("\nSIGNPOST_CONFIG=mine.yml\n")
    with pytest.raises(SettingsFaults, match=r"^\.env:2: SIGNPOST_CONFIG: there is no file mine\.yml: give"):
        read_settings()


def test_a_number_cannot_have_been_phoned_tomorrow(monkeypatch: pytest.MonkeyPatch, alone: Path) -> None:
    """A day under `checked` that is yet to come is refused with file and line; a demo's days are made up."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("113, checked: 2026-11-01", "113, checked: 2999-01-01")
    path = alone / "mine.yml"
    monkeypatch.setenv("SIGNPOST_CONFIG", str(path))
    path.write_text(text, encoding="utf-8")
    assert read_settings().federation.demo
    path.write_text(text.replace("2026-11-01", "2024-11-01").replace("demo: true", "demo: false"))
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "2999" in row)
    assert f"mine.yml:{line}: contacts > it > checked: 2999-01-01 is yet to come" in _faults()


def test_a_folder_that_takes_no_keys_is_named(monkeypatch: pytest.MonkeyPatch, alone: Path) -> None:
    """Where the keys of this machine cannot be kept the folder is named, and not SIGNPOST_KEYS."""
    (alone / "file").write_text("")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///file/signpost.db")
    found = _faults()
    assert "file/keys: the keys of this machine cannot be kept there" in found
    assert "SIGNPOST_KEYS" not in found
    assert "Errno" not in found


@pytest.mark.parametrize("port", ["no", "-1", "70000"])
def test_a_wrong_port_is_named(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    """A port that is none is a fault that names the variable."""
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SettingsFaults, match="PORT"):
        read_settings()


def test_malformed_keys_are_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that cannot be read are a fault that shows their form and not their text."""
    monkeypatch.setenv("SIGNPOST_KEYS", "2026:not-base64-at-all")
    with pytest.raises(SettingsFaults, match="SIGNPOST_KEYS") as fault:
        read_settings()
    assert "not-base64" not in str(fault.value)


def test_without_an_address_there_is_no_rasa() -> None:
    """Nothing set means the built-in engine alone."""
    assert read_settings().nlu is None


def test_rasa_has_an_address_and_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Address and secret are read, and the secret shows in no printed settings."""
    monkeypatch.setenv("NLU_URL", "http://127.0.0.1:5005")
    monkeypatch.setenv("NLU_TOKEN", "t" * 32)
    settings = read_settings()
    assert settings.nlu is not None
    assert settings.nlu.url == "http://127.0.0.1:5005"
    assert "tttt" not in repr(settings)


@pytest.mark.parametrize(
    "url", ["127.0.0.1:5005", "ftp://rasa", "http://", "http://rasa:port", "http://[rasa"]
)
def test_a_rasa_that_cannot_be_asked_is_named(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """An address that is none, and a secret that could be guessed, are both told at once, unrepeated."""
    monkeypatch.setenv("NLU_URL", url)
    monkeypatch.setenv("NLU_TOKEN", "short-secret")
    with pytest.raises(SettingsFaults) as fault:
        read_settings()
    assert "NLU_URL: not an address" in str(fault.value)
    assert "NLU_TOKEN has fewer than 32 characters" in str(fault.value)
    assert "short-secret" not in str(fault.value)


def _slack(monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    variables = {
        "SLACK_BOT_TOKEN": "xoxb-1-secret",
        "SLACK_SIGNING_SECRET": "signing-secret",
        "SLACK_FLT_CHANNEL": "C0123456789",
        **changed,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def _faults() -> str:
    with pytest.raises(SettingsFaults) as fault:
        read_settings()
    return str(fault.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-a-person's-secret"),
        ("SLACK_SIGNING_SECRET", ""),
        ("SLACK_FLT_CHANNEL", ""),
        ("SLACK_FLT_CHANNEL", "#leadership"),
        ("SLACK_API_URL", "slack.com"),
    ],
)
def test_slack_half_set_up_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Each variable of Slack that is missing or malformed is named, and no secret is repeated."""
    _slack(monkeypatch, **{name: value})
    found = _faults()
    assert name in found
    assert "secret" not in found.replace("SECRET", "")


def test_slack_over_socket_mode_needs_no_signing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an app-level token no request comes in from outside, so there is nothing to sign."""
    _slack(monkeypatch, SLACK_SIGNING_SECRET="", SLACK_APP_TOKEN="xapp-1")
    assert "SLACK_SIGNING_SECRET" not in _faults()


def test_proxies_are_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """One's own proxies are given as addresses or networks; anything else is told with an example."""
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.5, 2001:db8::/32")
    assert [str(one) for one in read_settings().trusted_proxies] == ["10.0.0.5/32", "2001:db8::/32"]
    monkeypatch.setenv("TRUSTED_PROXIES", "proxy.example")
    assert "TRUSTED_PROXIES: give the addresses of your own proxies" in _faults()


def test_mail_for_nobody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An alarm by mail that would reach nobody is told at the start, and so is what names no mail server."""
    monkeypatch.setenv("SMTP_URL", "mail.example.org")
    with pytest.raises(SettingsFaults) as fault:
        read_settings()
    assert "SMTP_URL: nobody with the role it has an email" in str(fault.value)
    assert "SMTP_URL: not such as smtp://" in str(fault.value)
