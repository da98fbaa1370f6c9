"""`python -m bot accounts`: the register as an administrator reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.settings import EXAMPLE
from tests.accounts.house import live
from tests.support.desk import KEY, Desk

pytestmark = pytest.mark.process


def accounts(folder: Path, **settings: str) -> str:
    """What the command says."""
    env = {"DATABASE_URL": f"sqlite:///{folder / 'signpost.db'}", "SIGNPOST_CONFIG": str(EXAMPLE), **settings}
    found = CliRunner().invoke(cli, ["accounts"], env=env)
    assert found.exit_code == 0, found.output
    return found.output


def test_the_register_is_printed(tmp_path: Path) -> None:
    """Each account is a line with its school, its stage and who runs it; that it was read is in the audit."""
    desk = Desk.open(tmp_path)
    desk.work()
    live(desk)
    desk.close()
    said = accounts(tmp_path, SIGNPOST_KEYS=KEY)
    assert "@NorthgateScience · Northgate School · Live · Ana Silva (teacher), Joe Whitfield" in said
    assert "Southmere School on Instagram · Southmere School · Live · Tom Pritchard · UNDER TWO STAFF" in said
    with Desk.open(tmp_path).product.database.transaction() as tx:
        assert "account.list" in tx.execute(text("SELECT action FROM audit")).scalars().all()


def test_an_empty_register_is_said(tmp_path: Path) -> None:
    """Before the first start there is nothing on it."""
    assert accounts(tmp_path).strip() == "The Federation has no account that Signpost knows of."
