"""The files of the checks before posting: whatever is misspelt in them is a fault with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.content.documents import DataFaults
from bot.content.posting import load_posting
from bot.content.world import World

FILES = ("before-you-post.yml", "draft-words.yml")


def broken(folder: Path, world: World, name: str, old: str, new: str) -> str:
    """What is said of the files with one thing changed."""
    for file in FILES:
        shutil.copy(Path("policy_kb") / file, folder / file)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFaults) as raised:
        load_posting(folder, world.policy, world.duties)
    for fault in raised.value.faults:
        assert fault.path == folder / name
        assert fault.line > 1 or "titles" in fault.message
    return "\n".join(fault.message for fault in raised.value.faults)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("student-first-name, photo-on", "student-first-name, foto-on", "there is no topic foto-on"),
        ("clauses: [sm-086]", "clauses: [sm-999]", "there is no clause sm-999"),
        ("done_clauses: [sm-084", "done_clauses: [sm-999", "there is no clause sm-999"),
        ("clauses: [sm-103b]", "clauses: [sm-999]", "there is no clause sm-999"),
        ("then: restriction}", "then: restrictions}", "restrictions is nowhere to go"),
        ("- id: consent", "- id: list", "there is a question list already"),
        ("id: objection,", 'id: "no",', "there is an answer no already"),
        (', then: stop, says: "Somebody asked', ', says: "Somebody asked', "then"),
        (
            'then: stop, says: "Find out whose',
            'then: next, says: "Find out whose',
            "an answer that stops needs",
        ),
        ("{people}", "{persons}", "{people}"),
        ("{most} characters", "many characters", "{count}, {most}"),
        ("holder: sbm", "holder: chef", "holder"),
        ("  holder: sbm", "  holder: dpl", "dpl may not answer_list"),
        ("  leader_clauses: [sm-112]", "  leader_clauses: [sm-999]", "there is no clause sm-999"),
        (
            "  clauses: [sm-081b]\n  holder_told",
            "  clauses: [sm-999]\n  holder_told",
            "there is no clause sm-999",
        ),
        ("    selling:\n", "    sailing:\n", "sailing"),
        ("accounts: [own]", "accounts: [mine]", "'federation' or 'own'"),
    ],
)
def test_a_fault_in_the_texts(tmp_path: Path, world: World, old: str, new: str, said: str) -> None:
    """A clause, topic, answer, name in braces or kind that there is not is told with its line."""
    assert said in broken(tmp_path, world, "before-you-post.yml", old, new)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- for sale", "- for* s*le", "* may end a word"),
        ("- for sale", "- ... sale", "... may stand between"),
        ("- for sale", '- ""', "at least 1"),
        ("domains: com", "domains: .com", "take out .com"),
        ("titles: mr", "titel: mr", "titel"),
    ],
)
def test_a_fault_in_the_words(tmp_path: Path, world: World, old: str, new: str, said: str) -> None:
    """A phrase that cannot be read, or a list that nobody reads, is told with its line."""
    assert said in broken(tmp_path, world, "draft-words.yml", old, new)


def test_a_leader_who_is_asked_and_may_not_answer_is_told(tmp_path: Path, world: World) -> None:
    """Roles are checked against the permissions: one that is asked and could not answer has a line."""
    for file in FILES:
        shutil.copy(Path("policy_kb") / file, tmp_path / file)
    duties = {**world.duties, "answer_list": {"sbm": "always", "eht": "always"}}
    with pytest.raises(DataFaults) as raised:
        load_posting(tmp_path, world.policy, duties)  # type: ignore[arg-type]
    first, second = raised.value.faults
    assert "flt may not answer_list" in first.message
    assert "flt may not answer_list" in second.message
    assert 1 < first.line < second.line
