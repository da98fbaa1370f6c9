"""`gaps export`: what two people signed, for the policy officer to take over."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from bot.gaps.export import exported
from tests.gaps.stories import Reader
from tests.gaps.test_entries import QUESTION, ask, live
from tests.support.desk import KEY, Desk

Export = Callable[[Path], Result]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.open(tmp_path, Reader())


@pytest.fixture
def export(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Export:
    monkeypatch.setenv("DATABASE_URL", desk.product.settings.database_url)
    monkeypatch.setenv("SIGNPOST_KEYS", KEY)
    return lambda out: CliRunner().invoke(cli, ["gaps", "export", "--out", str(out)])


def test_each_answer_is_a_topic_with_examples_and_a_golden_question(
    desk: Desk, export: Export, tmp_path: Path
) -> None:
    """What is signed is written, what is only answered is not, and nothing is overwritten."""
    live(desk)
    ask(desk, "joe", question="Who looks after our oldest posts?")
    with desk.product.database.transaction() as tx:
        (gap,) = tx.exec_driver_sql("SELECT id FROM gaps WHERE stage = 'waiting'").scalars()
    given = {
        "wording": "Who looks after our oldest posts?",
        "text": "Whoever runs the account.",
        "ruling": "must",
    }
    more = {"basis": "clause", "clause": "sm-061", "examples": "Old posts, whose are they?", "review": "6"}
    assert "saved" in desk.fill("eleanor", "gap.answer", gap, **given, **more)
    form = desk.press("dina", "gap.sign", gap)
    assert "Signed" not in form
    desk.close()
    out = tmp_path / "out"
    out.mkdir()
    done = export(out)
    assert done.exit_code == 0, done.output
    assert "1 signed answers" in done.output
    topics = yaml.safe_load((out / "topics.yml").read_text("utf-8"))["topics"]
    assert [topic["question"] for topic in topics] == [QUESTION]
    assert json.loads((out / "golden.jsonl").read_text("utf-8"))["q"] == QUESTION
    again = export(out)
    assert again.exit_code == 1
    assert "is there already" in again.output


def test_a_folder_that_is_not_there(export: Export, tmp_path: Path) -> None:
    """Without the folder, or without an answer in force, it says so and writes nothing."""
    assert "There is no folder" in export(tmp_path / "no").output
    assert "nothing is written" in export(tmp_path).output
    assert not (tmp_path / "topics.yml").exists()


def test_what_rests_on_a_clause_cites_it(desk: Desk) -> None:
    """A topic cites the clause that its answer rests on, and its golden question expects those words."""
    live(desk)
    desk.press("joe", "gap.list")
    world = desk.product.context.world
    (one,) = world.live
    files = exported((replace(one.answer, clause="sm-061"), one.answer), world)
    first, second = yaml.safe_load(files["topics.yml"])["topics"]
    assert (first["cites"], second["cites"]) == (["sm-061"], [])
    assert second["id"] == f"{first['id']}-2"
    expected = json.loads(files["golden.jsonl"].splitlines()[0])["expect"][0]
    assert expected in world.policy.clauses["sm-061"].quote
