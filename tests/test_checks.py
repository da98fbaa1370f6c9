"""What `check` proves beyond what a start refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot import settings
from bot.checks import check_everything
from bot.environment import VARIABLES


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The product's data files, copied to be changed."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for folder in ("policy_kb", "intents"):
        shutil.copytree(settings.HOME / folder, tmp_path / folder)
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "policy_kb"


def _faults_of(part: str) -> tuple[str, ...]:
    return next(found.faults for found in check_everything() if found.part == part)


def test_official_addresses_that_are_not_named(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `email_domains` `check` warns with the file that any address is taken."""
    config = copied.parent / "federation.yml"
    monkeypatch.setenv("SIGNPOST_CONFIG", str(config))
    example = settings.EXAMPLE.read_text(encoding="utf-8")
    for text, count in ((example, 0), (example.replace("email_domains: [harbour.example.sch.uk]", ""), 1)):
        config.write_text(text, encoding="utf-8")
        warnings = next(found.warnings for found in check_everything() if found.part == "roles")
        assert sum(one.startswith(f"{config}: without `email_domains`") for one in warnings) == count


def test_accounts_whose_page_is_not_named(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` names the accounts for whose posts any link is taken, and no other."""
    config = copied.parent / "federation.yml"
    monkeypatch.setenv("SIGNPOST_CONFIG", str(config))
    config.write_text(settings.EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    [warning] = next(found.warnings for found in check_everything() if found.part == "roles")
    assert warning.startswith(f"{config}: without `page` any https link passes for a post on: @HarbourFed")
    assert "Northgate School on Facebook" in warning
    assert "Southmere School" not in warning


def test_nobody_has_agreed_tomorrow(copied: Path) -> None:
    """A note that somebody agreed to on a day yet to come is named with file and line."""
    path = copied / "outside.yml"
    text = path.read_text(encoding="utf-8").replace("agreed: null", "agreed: 2999-01-01", 1)
    path.write_text(text.replace("review: 2", "review: 3", 1), encoding="utf-8")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "2999" in row)
    (fault,) = _faults_of("knowledge base")
    assert fault.startswith(f"{path}:{line}: ")
    assert "agreed on 2999-01-01, which is yet to come" in fault


def test_a_time_in_another_file_is_a_time_too(copied: Path) -> None:
    """In every data file a time without quotes, which YAML reads as a number, is named with its line."""
    path = copied / "contact.yml"
    text = path.read_text(encoding="utf-8")
    was = next(row for row in text.splitlines() if "until:" in row)
    path.write_text(text.replace(was, f"{was.partition('until:')[0]}until: 8:30}}", 1), encoding="utf-8")
    line = text.splitlines().index(was) + 1
    (fault,) = _faults_of("knowledge base")
    assert fault == f'{path}:{line}: YAML reads 8:30 as another number: put it in quotes, "8:30"'
