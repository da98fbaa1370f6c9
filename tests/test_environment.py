"""The variables: what is misspelt or malformed is told with its place, and what is others' is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.environment import VARIABLES, EnvironmentFaults, near, read_variables

ROOT = Path(__file__).resolve().parents[1]
SLIPS = [
    ("DATABSE_URL", "DATABASE_URL"),
    ("DATABASE_ULR", "DATABASE_URL"),
    ("DATABASEURL", "DATABASE_URL"),
    ("SIGNPOST_KEY", "SIGNPOST_KEYS"),
    ("SIGNPOST_CONFG", "SIGNPOST_CONFIG"),
    ("PROT", "PORT"),
    ("NLU_TOKN", "NLU_TOKEN"),
    ("SLACK_BOT_TOKENS", "SLACK_BOT_TOKEN"),
    ("SLACK_SIGNIN_SECRET", "SLACK_SIGNING_SECRET"),
    ("SLACK_FTL_CHANNEL", "SLACK_FLT_CHANNEL"),
    ("SLACK_FLT_CHANEL", "SLACK_FLT_CHANNEL"),
    ("MicrosoftAppPasword", "MicrosoftAppPassword"),
    ("MICROSOFT_APP_ID", "MicrosoftAppId"),
    ("TEAM_SDK", "TEAMS_SDK"),
    ("TEAMS_FLT_CONVERSTION", "TEAMS_FLT_CONVERSATION"),
]
# What other programs, and Kubernetes for a service called signpost or database, put there.
OTHERS = """
    DATABASE_URI DATABASE_USER DATABASE_PORT DATABASE_HOST DB_URL PORTS SPORT POST HOST SIGNPOST_PORT
    SIGNPOST_SERVICE_HOST SIGNPOST_PORT_3978_TCP SLACK_TOKEN SLACK_API_TOKEN SLACK_USER_TOKEN SLACK_CHANNEL
    SLACK_APP_ID SLACK_TEAM_ID SLACK_WEBHOOK_URL SLACK_CLIENT_SECRET TEAMS_APP_ID TEAMS_WEBHOOK NLP_URL
"""


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, and none of Signpost's variables."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("name", "meant"), SLIPS)
def test_a_slip_names_what_was_meant(monkeypatch: pytest.MonkeyPatch, name: str, meant: str) -> None:
    """A variable with a slip in its name is a fault that says which one is read, and repeats no value."""
    monkeypatch.setenv(name, "a-secret")
    (fault,) = read_variables().faults
    assert fault == f"{name} is not read: write {meant}, or take it out."


@pytest.mark.parametrize("name", OTHERS.split())
def test_a_variable_of_others_is_no_fault(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A name of the same make is no fault; one that begins like Signpost's own is told, and stops nothing."""
    monkeypatch.setenv(name, "x")
    found = read_variables()
    assert found.faults == ()
    assert found.unknown == ((name,) if name.startswith(("SIGNPOST_", "SLACK_", "TEAMS_")) else ())


def test_no_variable_is_a_slip_of_another() -> None:
    """Each variable that is read is told from every other one."""
    assert [(a, b) for a in VARIABLES for b in VARIABLES if a != b and near(a, b)] == []


def test_a_slip_beside_the_right_one_is_somebody_elses(monkeypatch: pytest.MonkeyPatch, alone: Path) -> None:
    """With the right name in the same place another is left alone; a right one in `.env` excuses no slip."""
    monkeypatch.setenv("SLACK_BOT_TOKENS", "x")
    (alone / ".env").write_text("SLACK_BOT_TOKEN=xoxb-1\n")
    assert len(read_variables().faults) == 1
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    assert read_variables().faults == ()


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("PORT", "abc", "a whole number from 0 to 65535, such as 3978"),
        ("PORT", "", "a whole number"),
        ("PORT", "70000", "a whole number"),
        ("TEAMS_EMULATOR", "perhaps", "1 or 0"),
        ("TEAMS_SDK", "bot", "botbuilder or agents"),
    ],
)
@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_value_that_is_none_says_what_to_give(
    monkeypatch: pytest.MonkeyPatch, alone: Path, place: str, name: str, value: str, cure: str
) -> None:
    """A value that cannot be read is one line: its place where that is a file, the variable, the cure."""
    if place == "file":
        (alone / ".env").write_text(f"# first\n\n{name}={value}\n")
    else:
        monkeypatch.setenv(name, value)
    with pytest.raises(EnvironmentFaults) as fault:
        read_variables()
    at = ".env:3: " if place == "file" else ""
    assert str(fault.value).startswith(f"{at}{name}: {value!r} cannot be read: give {cure}")
    assert len(str(fault.value).splitlines()) == 1


def test_the_line_of_a_slip_in_the_file_is_told(alone: Path) -> None:
    """In `.env` a misspelt name is told with its line, after a value of several lines too."""
    (alone / ".env").write_text('SIGNPOST_KEYS="a,\nb"\n\nexport DATABSE_URL=x\n')
    assert read_variables().faults == (
        ".env:4: DATABSE_URL is not read: write DATABASE_URL, or take it out.",
    )


@pytest.mark.parametrize("line", ["PORT 4000", "PORT: 4000", "PORT"])
def test_a_line_that_sets_nothing_is_a_fault(alone: Path, line: str) -> None:
    """A line of `.env` that gives no variable a value is refused with its number."""
    (alone / ".env").write_text(f"# first\n{line}\n")
    with pytest.raises(EnvironmentFaults, match=r"^\.env:2: not a variable: write NAME=value"):
        read_variables()


def test_a_file_that_is_no_text_is_a_fault(alone: Path) -> None:
    """An `.env` that is not UTF-8 is named, and not what is in it."""
    (alone / ".env").write_bytes(b"PORT=\xff\n")
    with pytest.raises(EnvironmentFaults, match=r"^\.env:1: cannot be read \(it is not UTF-8\)"):
        read_variables()


def test_the_example_names_every_variable(alone: Path) -> None:
    """`.env.example` holds each variable that is read, and as it stands it is taken without a word."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert [name for name in VARIABLES if f"{name}=" not in example] == []
    (alone / ".env").write_text(example, encoding="utf-8")
    found = read_variables()
    assert (found.faults, found.unknown) == ((), ())
