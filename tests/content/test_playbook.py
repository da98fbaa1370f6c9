"""The journeys, routes and phrases as data: what they promise, and how each fault in them is reported."""

import re
import shutil
from pathlib import Path
from typing import get_args

import pytest

from bot.channels import terminal
from bot.channels.playground import people as playground
from bot.channels.slack import config as slack
from bot.channels.teams import config as teams
from bot.content.documents import DataFaults
from bot.content.journeys import Place, StepRecord
from bot.content.playbook import Playbook, load_playbook
from bot.content.policy_load import Policy, load_policy
from bot.domain.roster import ROLES, Roster, role_name
from bot.domain.routing import decide

KB = Path(__file__).resolve().parents[2] / "policy_kb"


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The real policy."""
    return load_policy(KB / "social-media")


@pytest.fixture(scope="module")
def playbook(policy: Policy) -> Playbook:
    """The real journeys."""
    return load_playbook(KB, policy)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the journeys, routes and phrases that a test may break."""
    shutil.copytree(KB / "journeys", tmp_path / "journeys")
    for name in ("routes.yml", "texts.yml", "privacy.yml", "contact.yml", "contacts.yml"):
        shutil.copy(KB / name, tmp_path / name)
    return tmp_path


def change(path: Path, old: str, new: str) -> int:
    """Replace the first `old` of a file; the line on which it stood."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def faults(folder: Path, policy: Policy) -> list[str]:
    """The faults of a broken copy, each as "file:line: message" without the folder."""
    with pytest.raises(DataFaults) as caught:
        load_playbook(folder, policy)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def test_at_most_five_mandatory_answers(playbook: Playbook) -> None:
    """No path of any kind of report insists on more than five answers besides the common questions."""
    assert dict(playbook.mandatory) == {
        "abuse": 5,
        "colleague": 5,
        "staff_abuse": 4,
        "query": 1,
        "image": 5,
        "concern": 3,
        "mistake": 1,
        "press": 1,
        "question": 1,
    }


def test_danger_comes_first(playbook: Playbook) -> None:
    """Danger is the first question of all, and a picture's warning comes before anything is asked of it."""
    steps = list(playbook.steps)
    assert steps[0] == "danger"
    order = [steps.index(step) for step in ("image_first", "nudity", "image_stop", "image_how", "deleted")]
    assert order == sorted(order)


def test_a_colleagues_report_asks_for_a_child_and_a_crime_before_what_happened(playbook: Playbook) -> None:
    """A child at risk, a threat or crime, conflict and identity, each of them before any narrative."""
    steps = list(playbook.steps)
    order = [steps.index(step) for step in ("child_risk", "harm_crime", "conflict", "mode", "narrative")]
    assert order == sorted(order)


def test_what_must_be_asked_by_itself_is(playbook: Playbook) -> None:
    """Danger, a child at risk, conflict and identity each have a screen of their own, and none is skipped."""
    for name in ("danger", "nudity", "child_risk", "conflict", "mode"):
        step = playbook.steps[name]
        assert (step.kind, step.mandatory, step.inline, step.offered) == ("choice", True, False, False)


def test_what_is_said_by_platform_is_said_on_every_one() -> None:
    """The names of platforms in the journey files are those under which the doors speak."""
    assert set(get_args(Place)) == {slack.PLATFORM, teams.PLATFORM, playground.PLATFORM, terminal.PLATFORM}


def test_no_step_takes_a_file(playbook: Playbook) -> None:
    """There is no field for a file, and every field is one of the kinds that channels know."""
    kinds = {field.kind for step in playbook.steps.values() for field in step.fields}
    assert kinds <= {"text", "long_text", "choice", "choices", "datetime", "number", "link", "day"}


def test_no_narrative_on_the_card(playbook: Playbook) -> None:
    """What may stand on the card is never typed freely, and never says who is concerned."""
    shown = [field for step in playbook.steps.values() for field in step.fields if field.card]
    assert {field.kind for field in shown} <= {"choice", "choices", "datetime", "number", "day"}
    cards = {step.answer_slot for step in playbook.steps.values() if step.card}
    assert not cards & {"conflict", "conflict_people", "safe_recipient", "mode"}
    assert not any(field.name == "conflict_people" for field in shown)


def test_what_is_on_the_card_asks_its_reader_nothing(playbook: Playbook) -> None:
    """Who reads a card was asked nothing: each answer stands beside a few words, and no question."""
    shown = [(step.label or step.title) for step in playbook.steps.values() if step.card]
    shown += [one.short or one.label for step in playbook.steps.values() for one in step.fields if one.card]
    assert [words for words in shown if "?" in words or {"you", "your"} & set(words.lower().split())] == []


def test_nobody_else_reads_an_answer_in_the_first_person(playbook: Playbook) -> None:
    """“Aimed at: Me” would say the reader: each answer has words for those who were not asked it."""
    steps = [step for step in playbook.steps.values() if not step.redirects]
    asked = [one for step in steps for one in step.options]
    asked += [one for step in steps for field in step.fields for one in field.options]
    read = [one.others or one.short or one.label for one in asked]
    read += [step.label for step in steps if step.kind == "choice" and step.answer_slot != "mode"]
    first = {"i", "me", "my", "mine", "we", "us", "our", "you", "your"}
    assert [words for words in read if first & set(re.findall(r"[a-z]+", words.lower()))] == []


def test_one_answer_has_one_name(playbook: Playbook) -> None:
    """A question that two screens ask is called the same on both: a case lists its answer once."""
    names = dict[str, set[str]]()
    for step in (one for one in playbook.steps.values() if not one.redirects):
        asked = [(step.answer_slot, step.label or step.title)] if step.kind == "choice" else []
        for slot, name in (*asked, *((field.name, field.short or field.label) for field in step.fields)):
            names.setdefault(slot, set()).add(name)
    assert [found for found in names.values() if len(found) > 1] == []


def test_a_case_cites_what_its_reporter_read(playbook: Playbook) -> None:
    """Whatever clauses a screen of a report shows are on the case that comes of it, and on its paper."""
    missing = {
        step.id: set(step.show) - set(decide(playbook.rows, Roster({}, {}), one).clauses)
        for step in playbook.steps.values()
        for one in _answers_for(step)
    }
    assert {step: clauses for step, clauses in missing.items() if clauses} == {}


def _answers_for(step: StepRecord) -> list[dict[str, tuple[str, ...]]]:
    """The shortest answers that lead to a step that shows clauses: one value of each slot."""
    if not step.show:
        return []
    slots = [{slot: (values[0],) for slot, values in one.items()} for one in step.when]
    # What is asked on the way to it, and decides.
    way = {"category": ("offensive",)} if slots[0].get("kind") == ("abuse",) else {}
    way |= {"nudity": ("no",)} if slots[0].get("kind") == ("image",) else {}
    return [{**way, **one} for one in slots]


def test_policy_rows_name_their_clauses(playbook: Playbook) -> None:
    """The rows that the policy itself asks for cite it: abuse 51 and 78, press 69, a picture 92."""
    clauses = {row.id: row.clauses for row in playbook.rows}
    assert clauses["abuse"] == ("sm-051", "sm-078")
    assert clauses["press"] == ("sm-069",)
    assert clauses["image_accident"] == ("sm-092",)


def test_restricted_rows_tell_no_channel(playbook: Playbook) -> None:
    """A restricted row never tells the FLT's channel, and every recipient is a role of the Federation."""
    for row in playbook.rows:
        recipients = {to for to, _ in row.told}
        assert not (row.restricted and recipients & {"flt_channel", "flt"})
        assert {to.removeprefix("deputy_") for to in recipients} <= {*ROLES, "flt_channel"}


BROKEN = [
    (
        "journeys/identity.yml",
        "platforms: [terminal]",
        "platforms: [teams]",
        "this says nothing on terminal",
    ),
    ("journeys/identity.yml", "platforms: [terminal]", "platforms: [discord]", "Input should be 'slack'"),
    (
        "journeys/start.yml",
        'when: {danger: ["yes"]}',
        'when: {dangr: ["yes"]}',
        "'dangr' is not a slot of an earlier",
    ),
    (
        "journeys/start.yml",
        'when: {danger: ["yes"]}',
        "when: {danger: [yes]}",
        'text is needed here: put it in quotes, "yes"',
    ),
    (
        "journeys/start.yml",
        'when: {danger: ["yes"]}',
        "when: {danger: [maybe]}",
        "'danger' never holds maybe",
    ),
    ("journeys/start.yml", "- id: school", "- id: danger", "this id is given twice"),
    ("journeys/image.yml", "show: [sm-092]", "show: [sm-920]", "there is no clause 'sm-920'"),
    ("journeys/image.yml", "contacts: [fbm, it]", "contacts: [fbm, ict]", "there is no contact 'ict'"),
    ("journeys/colleague.yml", "{colleague_protocol}", "{protocol}", "the braces may hold {code}"),
    ("journeys/receipt.yml", "{code}", "{code", "steps > 0 > text > 1: the braces may hold {code}"),
    (
        "journeys/image.yml",
        "posted: [personal]",
        "posted: [personal], nudity: [unsure]",
        "no answers lead here",
    ),
    (
        "journeys/image.yml",
        'label: "Where did it happen?",',
        'label: "Where did it happen?", required: true,',
        "insist on 6 answers; the most is 5",
    ),
    (
        "journeys/image.yml",
        'label: "Where?",',
        'label: "Where?", required: true,',
        "what is only offered insists on nothing",
    ),
    ("journeys/image.yml", "kind: info", "kind: information", "Input should be 'choice', 'form' or 'info'"),
    ("journeys/image.yml", "title: How did it come about?", "titel: How did it come about?", "titel"),
    ("journeys/told.yml", "200, retired: true}", "200, retired: true, card: true}", "stands on no card"),
    ("journeys/told.yml", "- {name: press_by,", "- {name: outlet,", "'outlet' is already filled"),
    ("journeys/abuse.yml", "        options_from: accounts\n        options:", "        answers:", "answers"),
    ("texts.yml", "within {days} days", "within {weeks} weeks", "the braces must hold {days}"),
    ("texts.yml", "  send: Send\n", "", "Field required"),
    ("texts.yml", "  send: Send\n", "  send: Send\n  sned: Send\n", "Extra inputs are not permitted"),
    ("routes.yml", "child_risk: [unease]", "child_risks: [unease]", "no step fills the slot 'child_risks'"),
    ("routes.yml", "child_risk: [unease]", "child_risk: [uneasy]", "'child_risk' never holds uneasy"),
    ("routes.yml", "to: dpl", "to: dpo", "there is no role 'dpo'"),
    ("routes.yml", "clauses: [sm-069]", "clauses: [sm-690]", "there is no clause 'sm-690'"),
    ("routes.yml", "from: policy, clauses: [sm-069]", "from: policy", "needs the clauses that say so"),
    (
        "routes.yml",
        "kind: [mistake]",
        "kind: [concern]",
        "no row tells anybody of a report of kind 'mistake'",
    ),
    ("routes.yml", "- id: press", "- id: mistake", "is given twice"),
    ("contact.yml", "  nights:", "  night:", "no hours are given for 'nights'"),
    ("contact.yml", "  nights:", "  lunch: {}\n  nights:", "no answer to 'contact_avoid' is 'lunch'"),
    ("contact.yml", "{working_hours: true}", "{working_hours: true, days: [monday]}", "stand alone"),
    ("contact.yml", "[saturday, sunday]", "[saturday, sonntag]", "avoid > weekends"),
    ("contact.yml", 'until: "05:00"', 'until: "25:00"', "avoid > nights"),
    ("contact.yml", "author: [staff]", "author: [stuff]", "'author' never holds stuff"),
    ("contact.yml", "[police_emergency, dsl,", "[police_emergency, dls,", "there is no contact 'dls'"),
    ("contact.yml", "report {reference}.", "report {number}.", "the braces must hold {reference}"),
    ("privacy.yml", "not_names: >-", "names: >-", "not_names"),
    ("routes.yml", "rows:\n", "rows: [\n", "not valid YAML"),
    ("routes.yml", "    accidental: true\n", "", "row 'image_accident' needs `flt` at level D"),
    (
        "routes.yml",
        "  - id: query\n    when: {kind: [query]}\n",
        "  - id: query\n    when: {kind: [query]}\n    accidental: true\n",
        "row 'query' gives `flt` level D",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), BROKEN, ids=[item[3] for item in BROKEN])
def test_a_fault_names_its_file(
    folder: Path, policy: Policy, file: str, old: str, new: str, message: str
) -> None:
    """Whatever is broken, the fault names the file and says what is wrong."""
    change(folder / file, old, new)
    found = [fault for fault in faults(folder, policy) if message in fault]
    assert found
    assert any(fault.startswith(f"{file}:") for fault in found) or "insist on" in message


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("journeys/start.yml", 'when: {danger: ["yes"]}', "when: {danger: [maybe]}"),
        ("journeys/image.yml", "contacts: [fbm, it]", "contacts: [ict]"),
        ("texts.yml", "within {days} days", "within {weeks} weeks"),
        ("routes.yml", "child_risk: [unease]", "child_risk: [uneasy]"),
        ("contact.yml", "when: [{kind: [colleague]}", "when: [{kind: [college]}"),
    ],
)
def test_a_fault_names_its_line(folder: Path, policy: Policy, file: str, old: str, new: str) -> None:
    """A fault stands at the line that has to be mended."""
    line = change(folder / file, old, new)
    assert faults(folder, policy)[0].startswith(f"{file}:{line}: ")


def test_a_missing_file_is_a_fault(folder: Path, policy: Policy) -> None:
    """A file that the order names and that is not there is named."""
    change(folder / "journeys/order.yml", "- abuse.yml ", "- abuses.yml ")
    assert any(fault.startswith("journeys/abuses.yml:1: cannot be read") for fault in faults(folder, policy))


def test_all_faults_at_once(folder: Path, policy: Policy) -> None:
    """Faults in several files are reported together, so that all can be mended in one go."""
    change(folder / "journeys/image.yml", "show: [sm-092]", "show: [sm-920]")
    change(folder / "journeys/image.yml", "contacts: [fbm, it]", "contacts: [fbm, ict]")
    change(folder / "routes.yml", "clauses: [sm-069]", "clauses: [sm-690]")
    assert len(faults(folder, policy)) == 3


def test_an_answer_fits_on_a_button(playbook: Playbook) -> None:
    """Slack cuts a button's label after 75 characters, so none that is delivered is longer."""
    steps = [step for step in playbook.steps.values() if step.kind == "choice"]
    long = [option.label for step in steps for option in step.options if len(option.label) > 75]
    assert long == []


def test_no_form_is_headed_by_who_may_be_left_out(playbook: Playbook) -> None:
    """Who reports somebody must not read on a form that it is for that person."""
    forms = [step.title for step in playbook.steps.values() if step.kind == "form"]
    assert [title for title in forms if any(role_name(role) in title for role in ROLES)] == []
