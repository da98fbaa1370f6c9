"""Reading a policy's folder: what it gives, and how it names every fault with file and line."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.content.documents import DataFaults
from bot.content.policy_load import load_policy

SOURCE = """Phones
Staff must never use a
phone in class.

Staff may use the “staff room” phone.
"""

POLICY = """id: phones
title: Phones Policy
name: phones policy
version: not stated
source: source.txt
prefix: ph
owner: Headteacher
approved: 2026-01-01
review: 2027-01-01
aliases:
  - {name: mobile, also: [cell], note: Named.}
"""

CLAUSES = """clauses:
  - id: ph-001
    rules: [1]
    section: Phones
    lines: [2, 3]
    modality: must
    quote: Staff must never use a phone in class.
  - id: ph-002a
    rules: [2, 3]
    section: Phones
    lines: [5, 5]
    modality: may
    quote: Staff may use the "staff room" phone.
    lead_in: ph-001
"""

TOPICS = """section: Phones
topics:
  - id: phone-in-class
    question: Can I use a phone in class?
    verdict: never
    modality: must
    answer: No, never.
    cites: [ph-001]
    notes: [X1]
    outside: [ask-office]
    siblings: [staff-room-phone]
  - id: staff-room-phone
    question: Can I use the phone in the staff room?
    verdict: allowed_if
    modality: may
    answer: Yes.
    cites: [ph-002a, ph-001]
"""

CONTRADICTIONS = """contradictions:
  - id: X1
    title: Whose phone
    note: The policy does not say whose phone.
    governors: Say whose phone.
    clauses: [ph-001]
"""

CLARIFICATIONS = """clarifications:
  - id: where
    question: Where?
    options:
      - {label: In class, topic: phone-in-class}
      - {label: In the staff room, topic: staff-room-phone}
"""

OUTSIDE = """notes:
  - id: ask-office
    text: Ask the office.
    source: the office
    contacts: [union]
    owner: Office manager
    agreed: 2026-01-01
    review: 2027-01-01
"""

CONTACTS = "contacts:\n  union: A trade union\n"

FILES = {
    "phones/source.txt": SOURCE,
    "phones/policy.yml": POLICY,
    "phones/clauses.yml": CLAUSES,
    "phones/topics/phones.yml": TOPICS,
    "phones/contradictions.yml": CONTRADICTIONS,
    "phones/clarifications.yml": CLARIFICATIONS,
    "outside.yml": OUTSIDE,
    "contacts.yml": CONTACTS,
}

# The file, the words to change, what they become, the line of the fault, and words of its message.
BROKEN = [
    ("phones/topics/phones.yml", "[ph-001]", "[ph-001, ph-009]", 8, "no clause ph-009"),
    ("phones/topics/phones.yml", "notes: [X1]", "notes: [X1, X7]", 9, "no contradiction X7"),
    ("phones/topics/phones.yml", "[ask-office]", "[ask-porter]", 10, "no outside note ask-porter"),
    (
        "phones/topics/phones.yml",
        "outside: [ask-office]",
        "first: [ask-porter]",
        10,
        "no outside note ask-porter",
    ),
    (
        "phones/topics/phones.yml",
        "outside: [ask-office]",
        "first: [ask-office]\n    outside: [ask-office]",
        11,
        "under `first` already",
    ),
    ("phones/topics/phones.yml", "siblings: [staff", "siblings: [stuff", 11, "no topic stuff-room-phone"),
    ("phones/topics/phones.yml", "[staff-room-phone]", "[phone-in-class]", 11, "its own sibling"),
    ("phones/topics/phones.yml", "id: staff-room-phone", "id: phone-in-class", 12, "given twice"),
    ("phones/topics/phones.yml", "id: phone-in-class", "id: Phone_in_class", 3, "pattern"),
    ("phones/topics/phones.yml", "verdict: never", "verdict: perhaps", 5, "'never'"),
    ("phones/topics/phones.yml", "modality: may", "modality: might", 15, "'may'"),
    ("phones/topics/phones.yml", "answer: Yes.", "anser: Yes.", 16, "anser"),
    ("phones/topics/phones.yml", "answer: Yes.", "answer: ''", 16, "at least 1 character"),
    ("phones/topics/phones.yml", "[ph-002a, ph-001]", "[ph-002a, ph-002a]", 17, "cited twice"),
    ("phones/topics/phones.yml", "[ph-002a, ph-001]", "[]", 17, "at least 1 item"),
    (
        "phones/topics/phones.yml",
        "[ph-002a, ph-001]",
        "[ph-001, ph-002a, ph-001, ph-001, ph-001, ph-001, ph-001, ph-001, ph-001]",
        17,
        "at most 8 items",
    ),
    ("phones/topics/phones.yml", "[ph-002a, ph-001]", "[ph-001]", 8, "no topic cites this clause"),
    ("phones/topics/phones.yml", "siblings: [staff-room-phone]", "tell: [caretaker]", 11, "'eht'"),
    ("phones/clauses.yml", "never use a phone", "always use a phone", 7, "has other words at lines 2 to 3"),
    (
        "phones/clauses.yml",
        "Staff must never use a phone in class.",
        "Pupils hand in.",
        7,
        "are not in source.txt",
    ),
    (
        "phones/source.txt",
        "Staff may use",
        "Parents may not see this.\nStaff may use",
        5,
        "no clause holds “Parents",
    ),
    ("phones/clauses.yml", "lines: [2, 3]", "lines: [3, 2]", 2, "the first comes after the last"),
    ("phones/clauses.yml", "lead_in: ph-001", "lead_in: ph-004", 14, "no clause ph-004"),
    ("phones/clauses.yml", "lead_in: ph-001", "lead_in: ph-002a", 14, "its own lead-in"),
    ("phones/clauses.yml", "rules: [2, 3]", "rules: [3]", 8, "a clause of rule 3 is called ph-003"),
    ("phones/clauses.yml", "rules: [2, 3]", "rules: []", 9, "at least 1 item"),
    ("phones/contradictions.yml", "clauses: [ph-001]", "clauses: [ph-006]", 6, "no clause ph-006"),
    ("phones/contradictions.yml", "id: X1", "id: Y1", 2, "pattern"),
    (
        "phones/clarifications.yml",
        "topic: phone-in-class",
        "topic: phone-at-home",
        5,
        "no topic phone-at-home",
    ),
    ("phones/clarifications.yml", "topic: phone-in-class", "topic: staff-room-phone", 4, "same verdict"),
    ("phones/policy.yml", "title: Phones Policy\n", "", 1, "title"),
    ("phones/policy.yml", "source: source.txt", "source: sauce.txt", 5, "sauce.txt, cannot be read"),
    ("phones/policy.yml", "approved: 2026-01-01", "approved: 2028-01-01", 1, "its review cannot be"),
    ("phones/policy.yml", "approved: 2026-01-01", "approved: null", 1, "it states no version: give `dated`"),
    ("phones/policy.yml", "owner: Headteacher\n", "", 1, "owner"),
    ("phones/policy.yml", "prefix: ph\n", "prefix: ph\ndraft: true\n", 7, "this policy is a draft"),
    (
        "phones/topics/phones.yml",
        "answer: Yes.",
        "answer: TO WRITE.",
        16,
        "the answer is still to be written",
    ),
    ("phones/policy.yml", "prefix: ph", "prefix: fon", 2, "is called fon-001"),
    ("outside.yml", "contacts: [union]", "contacts: [onion]", 5, "no contact 'onion'"),
    ("outside.yml", "    owner: Office manager\n", "", 2, "owner"),
    ("outside.yml", "    agreed: 2026-01-01\n", "", 2, "agreed"),
    ("outside.yml", "    review: 2027-01-01\n", "", 2, "review"),
    ("outside.yml", "agreed: 2026-01-01", "agreed: soon", 7, "date"),
    ("outside.yml", "agreed: 2026-01-01", "agreed: 2028-01-01", 2, "its review cannot be"),
    ("outside.yml", "text: Ask the office.", "text: Ask: the office.", 3, "not valid YAML"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound small policy."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "phones"


def change(folder: Path, name: str, old: str, new: str) -> Path:
    """Change the first `old` of a file, which must be there."""
    path = folder.parent / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def faults(folder: Path) -> list[tuple[str, int, str]]:
    """File (below the parent folder), line and message of every fault."""
    with pytest.raises(DataFaults) as caught:
        load_policy(folder)
    return [
        (fault.path.relative_to(folder.parent).as_posix(), fault.line, fault.message)
        for fault in caught.value.faults
    ]


def test_a_sound_folder_is_read_whole(folder: Path) -> None:
    """Everything in the files is in the policy, by id and in the order of the files."""
    policy = load_policy(folder)
    assert (policy.id, policy.title, policy.version) == ("phones", "Phones Policy", "not stated")
    assert policy.aliases[0].also == ("cell",)
    assert list(policy.clauses) == ["ph-001", "ph-002a"]
    assert list(policy.topics) == ["phone-in-class", "staff-room-phone"]
    assert list(policy.contradictions) == ["X1"]
    assert list(policy.clarifications) == ["where"]
    assert list(policy.outside) == ["ask-office"]


def test_citations_come_best_first(folder: Path) -> None:
    """The clauses of a topic are given in the order in which it cites them."""
    policy = load_policy(folder)
    cited = policy.citations(policy.topics["staff-room-phone"])
    assert [clause.id for clause in cited] == ["ph-002a", "ph-001"]


def test_an_intent_and_its_topic_name_each_other(folder: Path) -> None:
    """The intent of a topic leads back to it, and no other intent leads anywhere."""
    policy = load_policy(folder)
    assert policy.intent("phone-in-class") == "policy_phone_in_class"
    assert policy.topic_of("policy_phone_in_class") == policy.topics["phone-in-class"]
    assert policy.topic_of("policy_unknown") is None
    assert policy.topic_of("phone_in_class") is None
    with pytest.raises(KeyError):
        policy.intent("unknown")


def test_a_policy_cannot_be_changed(folder: Path) -> None:
    """What has been checked stays as it was."""
    policy = load_policy(folder)
    with pytest.raises(TypeError):
        policy.topics["new"] = policy.topics["phone-in-class"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        policy.title = "Other"  # type: ignore[misc]


@pytest.mark.parametrize(("name", "old", "new", "line", "words"), BROKEN)
def test_a_fault_names_its_file_and_line(
    folder: Path, name: str, old: str, new: str, line: int, words: str
) -> None:
    """Whatever is wrong, the fault says where it is and what it is."""
    change(folder, name, old, new)
    found = faults(folder)
    # A clause that nobody cites any more is at fault in the file of the clauses.
    where = "phones/clauses.yml" if "no topic cites" in words or "is called" in words else name
    assert [item for item in found if item[:2] == (where, line) and words in item[2]], found


@pytest.mark.parametrize("name", [name for name in FILES if name != "phones/topics/phones.yml"])
def test_a_missing_file_is_one_fault(folder: Path, name: str) -> None:
    """A file that is not there is one fault, and brings no others with it."""
    (folder.parent / name).unlink()
    found = faults(folder)
    assert len(found) == 1
    assert "cannot be read" in found[0][2]


def test_a_folder_without_topics_leaves_every_clause_out_of_reach(folder: Path) -> None:
    """With no topics at all, each clause that nobody can ask about is a fault."""
    (folder / "topics" / "phones.yml").unlink()
    assert len([item for item in faults(folder) if "no topic cites this clause" in item[2]]) == 2


def test_all_faults_come_at_once(folder: Path) -> None:
    """Faults of every kind, in every file, are reported together and hide none of each other."""
    change(folder, "phones/topics/phones.yml", "verdict: never", "verdict: perhaps")
    change(folder, "phones/topics/phones.yml", "[ph-002a, ph-001]", "[ph-002a, ph-009]")
    change(folder, "phones/clauses.yml", "never use a phone", "always use a phone")
    change(folder, "phones/contradictions.yml", "clauses: [ph-001]", "clauses: [ph-006]")
    change(folder, "outside.yml", "[union]", "[onion]")
    assert sorted(item[:2] for item in faults(folder)) == [
        ("outside.yml", 5),
        ("phones/clauses.yml", 7),
        ("phones/contradictions.yml", 6),
        ("phones/topics/phones.yml", 5),
        ("phones/topics/phones.yml", 17),
    ]


def test_an_unsound_record_is_still_known_by_its_name(folder: Path) -> None:
    """A clause with one fault is not reported as missing wherever it is cited."""
    change(folder, "phones/clauses.yml", "modality: must", "modality: most")
    assert [item[:2] for item in faults(folder)] == [("phones/clauses.yml", 6)]


def test_white_space_and_quote_marks_are_folded_in_a_quotation(folder: Path) -> None:
    """A quotation may be typed with straight quote marks and on one line, and with no other change."""
    change(folder, "phones/clauses.yml", '"staff room"', "“staff room”")
    assert load_policy(folder).clauses["ph-002a"].quote == "Staff may use the “staff room” phone."
    change(folder, "phones/clauses.yml", "“staff room”", "“Staff room”")
    assert len(faults(folder)) == 1
