"""What the policy's knowledge base promises about its content, no matter who edits it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.content.policy import Clause, Topic
from bot.content.policy_load import load_policy
from tests.content.each import of_each

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "policy_kb" / "social-media"
SOURCE = (FOLDER / "source.txt").read_text(encoding="utf-8").splitlines()
POLICY = load_policy(FOLDER)

RULES = range(1, 125)

# What stands in the source and is no rule: its headings, and the running title of its pages (line 43).
HEADINGS = (
    "Introduction:",
    "Purpose:",
    "Scope:",
    "Use Of Social Media Policy",
    "Definitions:",
    "Organisational control: Roles & Responsibilities",
    "Federation Leadership Team",
    "IT Manager",
    "All Staff",
    "Process for creating new accounts:",
    "Compliance",
    "Monitoring",
    "Behaviour",
    "Legal considerations:",
    "Handling abuse",
    "Tone",
    "Use of images",
    "Personal use",
    "Staff",
    "Students",
    "Parents/Carers",
    "Monitoring posts about the Federation",
    "General Guidance for Staff",
    "Managing your personal use of Social Media:",
    "Managing Federation social media accounts",
    "The Do’s",
    "The Don’ts",
)

# Topic, verdict, what the text says, and words of the clause that must come first.
SPOT_CHECKS = [
    (
        "follow-former-student",
        "never",
        "must",
        "not permitted to follow or engage with current or prior students",
    ),
    ("follow-student-exceptions", "never", "must", "current or prior students"),
    ("student-follows-me", "never", "must", "current or prior students"),
    ("message-student-personal-account", "never", "must", "must never use their personal accounts"),
    ("dm-student-federation-account", "never", "must", "should not engage with any direct messaging"),
    ("federation-account-follow-students", "never", "must", "should not “follow back”"),
    ("students-follow-federation-account", "allowed_if", "may", "would be acceptable"),
    ("teach-on-federation-account", "allowed_if", "may", "for teaching and learning purposes"),
    ("class-facebook-group", "never", "must", "would not approve using Facebook accounts or groups"),
    ("account-open-to-public", "never", "must", "not private/closed"),
    ("account-two-runners", "must", "should", "at least two staff members"),
    ("student-full-name", "never", "must", "do not identify a student using their full name"),
    ("student-first-name", "allowed_if", "may", "first/forenames or initials"),
    ("photo-on-personal-account", "never", "must", "Under no circumstances"),
    ("photo-on-federation-account", "allowed_if", "must", "strictly adhered to"),
    ("photo-against-parents-wishes", "never", "must", "disciplinary offence"),
    ("compromising-picture-by-accident", "must", "must", "delete it immediately"),
    ("abuse-on-federation-account", "must", "must", "immediately be removed and reported"),
    ("conversation-turns-offensive", "must", "should", "screenshot, block, report or delete"),
    ("abuse-by-colleague", "must", "must", "agreed Federation protocols"),
    ("journalist-contact", "must", "must", "Executive Headteacher before responding"),
    ("reply-within-24-hours", "must", "must", "within 24 hours"),
    ("disclaimer", "must", "must", "with an appropriate disclaimer"),
    ("logo-on-personal-account", "never", "must", "Federation logo and/or branding"),
    ("internal-grievance", "never", "must", "internal grievance"),
    ("personal-gain", "never", "must", "personal gain"),
    ("disclose-personal-information", "never", "must", "never disclose personal information"),
    ("posted-by-mistake", "must", "should", "report any mistakes"),
    ("worrying-information-about-child", "must", "must", "information of which they become aware online"),
    ("unrelated-personal-posts", "allowed_if", "information", "outside the scope"),
]

# How the policy names each person who may be told.
NAMED_AS = {
    "eht": "Executive Headteacher",
    "flt": r"\bFLT\b|Leadership Team",
    "sbm": "School Business Manager",
    "fbm": "Federation Business Manager",
    "it": r"to IT\b",
}

# What a lead-in says where it makes all that stands under it required, "should" or not.
BINDING = re.compile("rules must apply|strictly adhered to")

# A question that no yes or no answers.
OPEN = re.compile(r"(?:What|Which|Where|When|Whom?|Whose|How|Why|On which)\b")

# Every topic as it stands, and as each of its wordings puts it.
PUT = dict(POLICY.topics) | {
    f"{topic.id}/{place}": topic.put(wording)
    for topic in POLICY.topics.values()
    for place, wording in enumerate(topic.wordings, 1)
}
topics = of_each(PUT)
clauses = of_each(POLICY.clauses)


def straight(text: str) -> str:
    """`text` with white space and quote marks folded, and nothing else."""
    marks = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
    return " ".join(text.split()).translate(marks)


# Every word of the source, straightened, with its line from 1.
WORDS = [(number, straight(word)) for number, line in enumerate(SOURCE, 1) for word in line.split()]


def leads(clause: Clause) -> Iterator[Clause]:
    """The clauses to be read before this one, the nearest first."""
    while clause.lead_in is not None:
        clause = POLICY.clauses[clause.lead_in]
        yield clause


def places(clause: Clause) -> Iterator[range]:
    """The words of the source that are the quotation, beginning and ending on the lines it names."""
    quote = straight(clause.quote).split()
    first, last = clause.lines
    for index in [index for index, (line, _) in enumerate(WORDS) if line == first]:
        found = WORDS[index : index + len(quote)]
        if [word for _, word in found] == quote and found[-1][0] == last:
            yield range(index, index + len(quote))


PLACES = {clause.id: list(places(clause)) for clause in POLICY.clauses.values()}


def uncovered(clauses: Iterable[str]) -> list[str]:
    """The words of the source that no clause quotes; each clause takes words that no other has taken."""
    taken: set[int] = set()
    for clause in clauses:
        free = (place for place in PLACES[clause] if not taken.intersection(place))
        taken.update(next(free, ()))
    return [word for index, (_, word) in enumerate(WORDS) if index not in taken]


def examples() -> dict[str, list[str]]:
    """The examples of every intent in the training data."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "intents").rglob("*.yml")):
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in (data or {}).get("nlu") or []:
            if "intent" in entry:
                lines = [line.removeprefix("-").strip() for line in str(entry["examples"]).splitlines()]
                found.setdefault(entry["intent"], []).extend(line for line in lines if line)
    return found


@clauses
def test_a_quotation_is_in_the_source_at_its_lines(clause: Clause) -> None:
    """Every quotation stands word for word in the source, from its first line to its last."""
    first, last = clause.lines
    assert straight(clause.quote) in straight(" ".join(SOURCE[first - 1 : last]))
    assert PLACES[clause.id]


def test_every_sentence_of_the_source_is_in_a_clause() -> None:
    """Headings apart, no word of the policy is outside the clauses."""
    assert uncovered(POLICY.clauses) == straight(" ".join(HEADINGS)).split()


def test_no_clause_can_be_lost_unseen() -> None:
    """Taking any one clause away leaves words of the policy uncovered."""
    whole = uncovered(POLICY.clauses)
    for lost in POLICY.clauses:
        assert uncovered(set(POLICY.clauses) - {lost}) != whole, lost


def test_every_rule_is_in_a_clause() -> None:
    """Each of the 124 rules has at least one clause."""
    assert {rule for clause in POLICY.clauses.values() for rule in clause.rules} == set(RULES)


def test_every_clause_is_cited() -> None:
    """No clause is out of a question's reach."""
    cited = {clause for topic in POLICY.topics.values() for clause in topic.cites}
    assert cited == set(POLICY.clauses)


@topics
def test_a_topic_cites_few_clauses(topic: Topic) -> None:
    """An answer has one to eight clauses, none of them twice."""
    assert 1 <= len(topic.cites) <= 8
    assert len(set(topic.cites)) == len(topic.cites)


def test_every_contradiction_is_shown() -> None:
    """X1 to X24 exist, and each stands beside at least one answer."""
    assert list(POLICY.contradictions) == [f"X{number}" for number in range(1, 25)]
    assert {note for topic in POLICY.topics.values() for note in topic.notes} == set(POLICY.contradictions)


def test_every_outside_note_is_shown() -> None:
    """No note about what the policy does not say is out of reach."""
    topics = POLICY.topics.values()
    shown = {note for topic in topics for note in (*topic.first, *topic.outside)}
    shown |= {note for topic in topics for wording in topic.wordings for note in wording.first or ()}
    assert shown == set(POLICY.outside)


def test_every_topic_can_be_asked_about() -> None:
    """Every topic has at least one example in the training data, and every such intent has a topic."""
    trained = {intent for intent, found in examples().items() if found and intent.startswith("policy_")}
    assert trained == {POLICY.intent(topic) for topic in POLICY.topics}


@topics
def test_should_is_not_made_into_must(topic: Topic) -> None:
    """Where the policy says "should", the answer does not say "must"."""
    if topic.modality == "should":
        assert not re.search(r"\bmust\b", topic.answer, re.IGNORECASE)


@topics
def test_the_verdict_comes_first(topic: Topic) -> None:
    """What forbids never starts with a yes, what allows never with a no, an open question with neither."""
    start = topic.answer.split()[0].strip(".,:")
    assert start not in {"never": ("Yes",), "allowed_if": ("No", "Not"), "encouraged": ("No", "Not")}.get(
        topic.verdict, ()
    )
    if OPEN.match(topic.question):
        assert start not in ("Yes", "No")
    elif topic.verdict == "never":
        assert topic.answer.startswith("No. ")
    elif topic.verdict == "allowed_if":
        assert topic.answer.startswith("Yes. ")


@topics
def test_the_force_of_an_answer_is_in_its_clauses(topic: Topic) -> None:
    """An answer that binds with "must" or "should" cites a clause that does, by itself or by its lead-in."""
    if topic.modality in ("must", "should"):
        cited = POLICY.citations(topic)
        bound = {"must" for clause in cited if any(BINDING.search(lead.quote) for lead in leads(clause))}
        assert topic.modality in bound | {clause.modality for clause in cited}


@topics
def test_only_people_whom_the_clauses_name_are_told(topic: Topic) -> None:
    """Anybody whom an answer says to tell is named in one of the clauses that it cites."""
    quotes = " ".join(clause.quote for clause in POLICY.citations(topic))
    for role in topic.tell:
        assert re.search(NAMED_AS[role], quotes), role


def test_no_telephone_number_but_those_of_the_police() -> None:
    """Numbers that change live in the configuration: here are 999, 101 and the Anti-Terrorist Hotline."""
    texts = [note.text for note in POLICY.outside.values()]
    texts += [note.note for note in POLICY.contradictions.values()]
    texts += [" ".join((topic.answer, *topic.next)) for topic in POLICY.topics.values()]
    for text in texts:
        text = re.sub(r"\blines? \d+( to \d+)?( and \d+( to \d+)?)*", "", text)
        text = text.replace("Anti-Terrorist Hotline on 0800 789 321", "")
        assert set(re.findall(r"\b\d{3,}\b", text)) <= {"999", "101"}


def test_nothing_is_shouted() -> None:
    """No text of ours has an exclamation mark."""
    texts = [topic.answer + " ".join(topic.next) for topic in POLICY.topics.values()]
    texts += [note.text for note in POLICY.outside.values()]
    texts += [note.note for note in POLICY.contradictions.values()]
    assert not [text for text in texts if "!" in text]


@pytest.mark.parametrize(("topic", "verdict", "modality", "words"), SPOT_CHECKS)
def test_a_verdict_on_which_a_career_hangs(topic: str, verdict: str, modality: str, words: str) -> None:
    """The answers that matter most have this verdict, this force and this clause first."""
    found = POLICY.topics[topic]
    assert (found.verdict, found.modality) == (verdict, modality)
    assert words in POLICY.citations(found)[0].quote


def test_the_answers_that_a_child_may_depend_on_name_who_to_phone() -> None:
    """Anybody who asks about a worry for a child or a sexual picture is shown the safeguarding lead first."""
    for name in (
        "worrying-information-about-child",
        "compromising-picture-other",
        "compromising-picture-by-accident",
    ):
        notes = [POLICY.outside[note] for note in POLICY.topics[name].first]
        assert "dsl" in [contact for note in notes for contact in note.contacts]


@pytest.mark.parametrize(
    "topic",
    ["internal-grievance", "comments-about-colleagues", "confidential-material", "journalist-contact"],
)
def test_whistleblowing_is_never_discouraged(topic: str) -> None:
    """An answer that forbids speaking in public says how a concern can be raised."""
    assert "whistleblowing" in POLICY.topics[topic].outside


def test_a_question_asked_back_tells_the_answers_apart() -> None:
    """Every question asked back has options with different verdicts and short labels."""
    assert len(POLICY.clarifications) >= 10
    for clarification in POLICY.clarifications.values():
        assert len({POLICY.topics[option.topic].verdict for option in clarification.options}) > 1
        assert all(len(option.label) <= 60 for option in clarification.options)
