"""What is misspelt in the texts of `policy_kb/` is found when they are read, not when a button is pressed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml

from bot.checks import check_everything
from bot.content.account_texts import load_accounts
from bot.content.campaign_texts import load_campaigns
from bot.content.case_texts import CaseWork, load_case_texts
from bot.content.contact import ContactFile, check_contact
from bot.content.contacts import load_contacts
from bot.content.documents import DataFaults, Document, Record, load
from bot.content.door_texts import load_door_texts, load_paper_texts
from bot.content.gap_texts import load_gaps
from bot.content.governor_texts import load_governors
from bot.content.journey_checks import slot_values
from bot.content.journey_texts import Texts
from bot.content.playbook import load_playbook
from bot.content.policy_load import load_policy
from bot.content.reply_texts import load_replies
from bot.content.roster_texts import RosterTexts
from bot.content.rules import load_answer_texts
from bot.content.texts import Holding, Phrase, Text, TextTable
from tests.support.desk import settings_in, world_of

KB = Path(__file__).resolve().parents[2] / "policy_kb"
FILES = (
    *(
        "answer-texts.yml",
        "campaigns.yml",
        "case-texts.yml",
        "case-work.yml",
        "contact.yml",
        "door-texts.yml",
    ),
    *("gaps.yml", "governors.yml", "paper-texts.yml", "roster-texts.yml", "texts.yml"),
)
# Here the keys are the Federation's own, and no code knows them.
OWN_KEYS = {"categories", "advisers", "evidence_answers"}
_BRACES = re.compile(r"\{(\w+)\}")
Load = Callable[[Path], object]


@pytest.fixture(scope="module")
def loaders() -> Mapping[str, Load]:
    """How `python -m bot check` reads each file."""
    policy = load_policy(KB / "social-media")
    playbook = load_playbook(KB, policy)
    values, contacts = slot_values(tuple(playbook.steps.values())), load_contacts(KB)

    def load_contact(path: Path) -> None:
        document = Document(path)
        if faults := list(check_contact(document, document.parse(ContactFile), values, contacts)):
            raise DataFaults(faults)

    return {
        "answer-texts.yml": partial(load_answer_texts, policy=policy),
        "campaigns.yml": partial(load_campaigns, policy=policy),
        "case-texts.yml": partial(load_case_texts, kinds=playbook.kinds),
        "case-work.yml": partial(load, model=CaseWork),
        "contact.yml": load_contact,
        "door-texts.yml": partial(load_door_texts, topics=policy.topics),
        "governors.yml": partial(load_governors, kinds=playbook.kinds),
        "paper-texts.yml": partial(load_paper_texts, policy=policy),
        "gaps.yml": load_gaps,
        "accounts.yml": partial(load_accounts, policy=policy, playbook=playbook),
        "replies.yml": partial(load_replies, clauses=policy.clauses),
        "roster-texts.yml": partial(load, model=RosterTexts),
        "texts.yml": partial(load, model=Texts),
    }


@dataclass(frozen=True)
class Slip:
    """One letter too many at `place` of a file; the fault of it stands on `line` and says `told`."""

    place: int
    line: int
    told: str

    def made_in(self, text: str) -> str:
        return f"{text[: self.place]}x{text[self.place :]}"


def keys(text: str) -> Iterator[Slip]:
    """Each key of the file that the product knows, misspelt."""
    for name, key in _keys(yaml.compose(text, Loader=yaml.SafeLoader)):
        end = key.end_mark.index - (1 if text[key.start_mark.index] == '"' else 0)
        yield Slip(end, key.start_mark.line + 1, f"{name}x")


def _keys(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _keys(item)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, key
            yield from () if key.value in OWN_KEYS else _keys(value)


def names(text: str) -> Iterator[Slip]:
    """Each name in braces, misspelt."""
    for node, line in _texts(yaml.compose(text, Loader=yaml.SafeLoader), 1):
        start, end = node.start_mark.index, node.end_mark.index
        for found in _BRACES.finditer(text[start:end]):
            yield Slip(start + found.end(1), line, f"{{{found[1]}}}")


def _texts(node: yaml.Node | None, line: int) -> Iterator[tuple[yaml.Node, int]]:
    if isinstance(node, yaml.ScalarNode):
        yield node, line
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _texts(item, item.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _texts(value, key.start_mark.line + 1)


@pytest.mark.parametrize("slips", [keys, names])
@pytest.mark.parametrize("file", FILES)
def test_each_slip_is_named_with_its_line(
    loaders: Mapping[str, Load], tmp_path: Path, file: str, slips: Callable[[str], Iterator[Slip]]
) -> None:
    """Each key and each name in braces of each file, misspelt alone, is a fault with its file and line."""
    text, path = (KB / file).read_text(encoding="utf-8"), tmp_path / file
    missed = []
    for slip in slips(text):
        path.write_text(slip.made_in(text), encoding="utf-8")
        if not _is_told(loaders[file], path, slip):
            missed.append(slip)
    assert missed == []


def _is_told(load_file: Load, path: Path, slip: Slip) -> bool:
    try:
        load_file(path)
    except DataFaults as error:
        told = [fault for fault in error.faults if (fault.path, fault.line) == (path, slip.line)]
        return any(slip.told in fault.message for fault in told)
    return False


@pytest.mark.parametrize("file", FILES)
def test_every_slip_is_tried(file: str) -> None:
    """The slips are those of the whole file: as many as a plain search finds."""
    text = (KB / file).read_text(encoding="utf-8")
    assert len(list(names(text))) == len(_BRACES.findall(text))
    assert len(list(keys(text))) == _count(yaml.safe_load(text))


def _count(data: object) -> int:
    if isinstance(data, dict):
        return len(data) + sum(_count(value) for key, value in data.items() if key not in OWN_KEYS)
    return sum(map(_count, data)) if isinstance(data, list) else 0


@pytest.mark.parametrize("file", FILES)
def test_the_files_are_right(loaders: Mapping[str, Load], file: str) -> None:
    """As they stand, the files are read without a fault."""
    loaders[file](KB / file)


@pytest.mark.parametrize("file", ["case-texts.yml", "case-work.yml", "roster-texts.yml"])
def test_check_reads_the_texts_of_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    """`check` proves the texts of cases with the rest of the knowledge base, whatever the database says."""
    settings = settings_in(tmp_path)
    world = world_of(settings)
    for folder in ("policy_kb", "intents"):
        shutil.copytree(KB.parent / folder, tmp_path / folder)
    path = tmp_path / "policy_kb" / file
    slip = next(names(path.read_text(encoding="utf-8")))
    path.write_text(slip.made_in(path.read_text(encoding="utf-8")), encoding="utf-8")
    monkeypatch.setattr("bot.settings.HOME", tmp_path)
    monkeypatch.setattr("bot.checks.read_settings", lambda: settings)
    monkeypatch.setattr("bot.checks.read_world", lambda _settings: world)
    found = next(part for part in check_everything() if part.part == "knowledge base")
    assert [fault.partition(": ")[0] for fault in found.faults] == [f"{path}:{slip.line}"]


class Sample(Record):
    plain: Text
    table: Annotated[TextTable[Literal["given", "taken", "kept"], Phrase], Holding("who", kept="")]


def sample(tmp_path: Path, table: str, plain: str = "Plain") -> Sample:
    path = tmp_path / "sample.yml"
    path.write_text(f"plain: {plain}\ntable: {table}\n", encoding="utf-8")
    return load(path, Sample)


def test_a_phrase_is_filled(tmp_path: Path) -> None:
    """A phrase takes the names that it holds, ignores others, and never stands with a gap."""
    given = sample(tmp_path, '{taken: "To {who}, {who}", given: "{who}", kept: "{{so}}"}').table["taken"]
    assert given.fill(who="Ana", what="FED-1") == "To Ana, Ana"
    with pytest.raises(KeyError):
        given.fill(what="FED-1")


def test_a_table_keeps_the_order_of_its_file(tmp_path: Path) -> None:
    """The texts of a table stand in the order in which the Federation wrote them."""
    table = sample(tmp_path, '{taken: "{who}", kept: Kept, given: "{who}"}').table
    assert list(table) == ["taken", "kept", "given"]
    assert [table.named("kept"), table.find("lost")] == [table["kept"], None]
    with pytest.raises(KeyError):
        table.named("lost")


@pytest.mark.parametrize(
    ("table", "plain", "told"),
    [
        (
            '{given: "{who!r}", taken: "{who}", kept: Kept}',
            "Plain",
            "table > given: the braces must hold {who}",
        ),
        (
            '{given: "{who:>9}", taken: "{who}", kept: Kept}',
            "Plain",
            "table > given: the braces must hold {who}",
        ),
        ('{given: "{who", taken: "{who}", kept: Kept}', "Plain", "table > given: the braces must hold {who}"),
        ('{given: Given, taken: "{who}", kept: Kept}', "Plain", "table > given: the braces must hold {who}"),
        ('{given: "", taken: "{who}", kept: Kept}', "Plain", "table > given: String should have at least"),
        ('{given: "{who}", taken: "{who}", kept: "{who}"}', "Plain", "table > kept: nothing is filled in"),
        ('{given: "{who}", taken: "{who}"}', "Plain", "table > kept: Field required"),
        ("[given]", "Plain", "table: Input should be a valid dictionary"),
        ('{given: "{who}", taken: "{who}", kept: Kept}', '"{who}"', "plain: nothing is filled in"),
        ('{given: "{who}", taken: "{who}", kept: Kept}', '"  "', "plain: String should have at least"),
    ],
)
def test_what_cannot_be_filled_is_refused(tmp_path: Path, table: str, plain: str, told: str) -> None:
    """A text whose braces Signpost could not fill in as they stand is a fault that says which are right."""
    with pytest.raises(DataFaults, match=re.escape(told)):
        sample(tmp_path, table, plain)


def test_quotation_marks_are_of_one_kind() -> None:
    """In our own words quotation marks are curly and apostrophes straight; the policy's own words are its."""
    paths = [*KB.glob("*.yml"), *(KB / "journeys").glob("*.yml")]
    texts = [
        (path.name, text) for path in paths for text in _strings(yaml.safe_load(path.read_text("utf-8")))
    ]
    assert len(texts) > 1000
    assert [(name, text) for name, text in texts if set(text) & set('"‘’')] == []


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
