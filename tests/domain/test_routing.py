from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.federation import load_federation
from bot.domain.roster import Federation
from bot.domain.routing import Level, Route, RouteRow, Visibility, decide, next_step

ROOT = Path(__file__).resolve().parents[2]
ROWS = (
    RouteRow("account", {"kind": frozenset({"abuse"})}, (("flt_channel", "C"), ("fbm", "N"), ("flt", "D"))),
    RouteRow("press", {"kind": frozenset({"press"})}, (("eht", "C"), ("eht", "D"))),
    RouteRow("child", {"nature": frozenset({"threat"})}, (("dsl", "C"),), urgent=True, child=True),
    RouteRow(
        "stop",
        {"kind": frozenset({"image"}), "sexual": frozenset({"yes", "unsure"})},
        (("dsl", "C"), ("dsl", "D"), ("eht", "C"), ("eht", "D"), ("fbm", "N")),
        restricted=True,
        child=True,
    ),
    RouteRow(
        "accident",
        {"kind": frozenset({"image"}), "sexual": frozenset({"no"})},
        (("fbm", "C"), ("fbm", "D"), ("flt_channel", "C"), ("dsl", "N")),
        child=True,
        accidental=True,
    ),
)


@pytest.fixture(scope="module")
def federation() -> Federation:
    return load_federation(ROOT / "federation.example.yml")


def route(federation: Federation, **slots: str) -> Route:
    answers = {name: tuple(value.split(",")) for name, value in slots.items()}
    answers.setdefault("school", ("northgate",))
    return decide(ROWS, federation.roster, answers)


def told(found: Route) -> set[str]:
    return {f"{item.person}/{item.role}/{item.level}" for item in found.told}


def test_open_route(federation: Federation) -> None:
    """Without a conflict the FLT's channel gets the card, and the policy's own addressee a notice."""
    found = route(federation, kind="abuse", conflict="no")
    assert found.visibility is Visibility.CHANNEL
    assert "beth/fbm/N" in told(found)
    assert found.ladder == (("farid",), ("eleanor",))


def test_rows_add_up(federation: Federation) -> None:
    """Every row that matches contributes: a threat to a child adds the DSL and urgency to the open route."""
    found = route(federation, kind="abuse", nature="threat", conflict="no")
    assert found.visibility.in_channel
    assert found.urgent
    assert "dina/dsl/C" in told(found)


def test_a_restricted_row_leaves_no_trace_in_the_channel(federation: Federation) -> None:
    """Where nudity is possible, DSL and EHT get the card, the FBM a notice, and the FLT's channel nothing."""
    found = route(federation, kind="image", sexual="unsure", conflict="no")
    assert found.visibility is Visibility.RESTRICTED
    assert told(found) == {"dina/dsl/C", "dina/dsl/D", "eleanor/eht/C", "eleanor/eht/D", "beth/fbm/N"}
    assert found.ladder == (("lucy",),)


def test_the_schools_own_dsl(federation: Federation) -> None:
    """The DSL who is told is the one of the school that the report is about."""
    found = route(federation, kind="image", sexual="yes", conflict="no", school="southmere")
    assert {item.person for item in found.told if item.role == "dsl"} == {"omar"}


@pytest.mark.parametrize(
    ("conflict", "kind", "expected"),
    [
        ("flt", "abuse", {"eleanor/eht/C", "eleanor/eht/D"}),
        ("eht", "abuse", {"maya/chair/C", "maya/chair/D"}),
        ("eht,flt", "abuse", {"maya/chair/C", "maya/chair/D"}),
        ("eht", "press", {"maya/chair/C", "maya/chair/D"}),
    ],
)
def test_conflict_restricts(federation: Federation, conflict: str, kind: str, expected: set[str]) -> None:
    """A conflict with the FLT goes to the EHT alone; one with the EHT goes to the chair alone."""
    found = route(federation, kind=kind, conflict=conflict)
    assert found.visibility is Visibility.RESTRICTED
    assert told(found) == expected


def test_conflict_with_the_flt_where_a_child_is_concerned(federation: Federation) -> None:
    """With a child concerned, an FLT conflict adds the DSL to the EHT."""
    found = route(federation, kind="abuse", nature="threat", conflict="flt")
    assert {item.person for item in found.told} == {"eleanor", "dina"}


@pytest.mark.parametrize("conflict", ["chair", "chair,eht"])
def test_conflict_with_the_chair_sends_nothing_by_itself(federation: Federation, conflict: str) -> None:
    """With the chair concerned nothing is sent inside unless the reporter ticks it."""
    assert route(federation, kind="abuse", conflict=conflict).refusal == "outside"
    inside = route(federation, kind="abuse", conflict=conflict, send_inside="yes")
    expected = {"eleanor"} if conflict == "chair" else {"dina"}
    assert {item.person for item in inside.told} == expected
    assert "maya" not in {person for step in inside.ladder for person in step}


@pytest.mark.parametrize("conflict", ["unsure", "rather_not"])
def test_no_clear_answer_lets_the_reporter_choose(federation: Federation, conflict: str) -> None:
    """Not sure, or rather not say: the reporter chooses between EHT and chair, and nobody climbs."""
    assert route(federation, kind="abuse", conflict=conflict).refusal == "choose"
    chosen = route(federation, kind="abuse", conflict=conflict, safe_recipient="chair")
    assert told(chosen) == {"maya/chair/C", "maya/chair/D"}
    assert chosen.ladder == ()


def test_a_deputy_stands_in(federation: Federation) -> None:
    """Where the FBM is concerned, the deputy gets the card of an accidental picture, the FLT as before."""
    found = route(federation, kind="image", sexual="no", conflict="fbm")
    assert found.visibility.in_channel
    assert {"ravi/deputy_fbm/C", "ravi/deputy_fbm/D"} <= told(found)
    assert "beth" not in {item.person for item in found.told}


def test_a_person_brings_in_their_roles(federation: Federation) -> None:
    """A named person on the FLT turns the route to the EHT, as the role itself would."""
    found = route(federation, kind="abuse", conflict="no", conflict_people="grace")
    assert told(found) == {"eleanor/eht/C", "eleanor/eht/D"}


def test_striking_out_a_reader_of_the_channel_closes_it(federation: Federation) -> None:
    """A struck-out FLT member cannot be kept from the channel, so the channel gets nothing."""
    assert not route(federation, kind="abuse", conflict="no", struck="tom").visibility.in_channel


def test_nobody_safe_is_left(federation: Federation) -> None:
    """With the EHT concerned and the chair struck out the route refuses rather than falls back."""
    found = route(federation, kind="abuse", conflict="eht", conflict_people="maya")
    assert found.refusal == "outside"
    assert found.told == ()


@pytest.mark.parametrize(
    "conflict", ["flt", "eht", "chair", "fbm", "sbm", "it", "dsl", "chair,eht", "flt,dsl"]
)
@pytest.mark.parametrize(
    "slots",
    [
        {"kind": "abuse"},
        {"kind": "image", "sexual": "no"},
        {"kind": "image", "sexual": "yes"},
        {"kind": "press"},
    ],
)
@pytest.mark.parametrize("inside", ["no", "yes"])
def test_a_concerned_person_is_nowhere(
    federation: Federation, conflict: str, slots: dict[str, str], inside: str
) -> None:
    """Whatever the journey, a holder of a concerned role is neither told nor on the ladder."""
    found = route(federation, conflict=conflict, send_inside=inside, **slots)
    roster = federation.roster
    concerned = {p for role in conflict.split(",") for ids in roster.roles[role].values() for p in ids}
    reached = {item.person for item in found.told} | {p for step in found.ladder for p in step}
    assert not concerned & reached
    if concerned & {"eleanor", "farid", "grace", "tom"}:
        assert not found.visibility.in_channel


@pytest.mark.parametrize(("choice", "other"), [("chair", "eleanor"), ("eht", "maya")])
def test_the_one_who_was_not_chosen_is_kept_out(federation: Federation, choice: str, other: str) -> None:
    """Not sure, and one of EHT and chair chosen: the other may be the very person and never gets in."""
    found = route(federation, kind="abuse", conflict="unsure", safe_recipient=choice)
    assert other in found.excluded
    assert {"chair": "eht", "eht": "chair"}[choice] in found.excluded_roles


def test_nobody_stands_in_for_the_one_who_was_chosen(federation: Federation) -> None:
    """The chair chosen where nobody is chair: the route refuses and does not fall back to the EHT."""
    roles = {role: held for role, held in federation.roster.roles.items() if role != "chair"}
    roster = replace(federation.roster, roles=roles)
    answers = {"kind": ("abuse",), "conflict": ("unsure",), "safe_recipient": ("chair",)}
    assert decide(ROWS, roster, answers).refusal == "no_safe_recipient"


@pytest.mark.parametrize(
    ("slots", "alone"),
    [
        ({"conflict": "eht"}, "chair"),
        ({"conflict": "unsure", "safe_recipient": "chair"}, "chair"),
        ({"conflict": "rather_not", "safe_recipient": "eht"}, "eht"),
        ({"conflict": "rather_not", "conflict_people": "eleanor"}, "chair"),
        ({"conflict": "unsure", "struck": "eleanor", "safe_recipient": "chair"}, "chair"),
    ],
)
def test_one_role_alone_means_that(federation: Federation, slots: dict[str, str], alone: str) -> None:
    """Where only the chair, or only the one chosen, may see a report, every other role is out of it."""
    found = route(federation, kind="image", sexual="yes", **slots)
    assert {item.role for item in found.told} == {alone}
    assert found.excluded_roles == frozenset(federation.roster.roles) - {alone}
    assert found.child


def test_a_card_in_the_channel_alone_is_no_safe_recipient(federation: Federation) -> None:
    """Where nobody beside the FLT is told of a picture by accident, nobody could open it: it is not sent."""
    rows = (
        RouteRow("alone", {"kind": frozenset({"image"})}, (("flt_channel", "C"),), accidental=True),
        RouteRow("opened", {"kind": frozenset({"abuse"})}, (("flt_channel", "C"), ("flt", "D"))),
    )
    found = [
        decide(rows, federation.roster, {"kind": (kind,), "school": ("northgate",)})
        for kind in ("image", "abuse")
    ]
    assert [one.refusal for one in found] == ["no_safe_recipient", ""]


def test_nobody_is_climbed_to_who_may_do_nothing(federation: Federation) -> None:
    """Where the channel was not told, or of a card alone, no member of the FLT is a step of the ladder."""
    assert next_step(federation.roster, "northgate", route(federation, kind="press"), frozenset()) == ()
    accident = route(federation, kind="image", sexual="no")
    assert accident.visibility.in_channel
    assert "farid" not in {person for step in accident.ladder for person in step}


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"kind": "abuse"}, {"farid", "eleanor"}),
        ({"kind": "abuse", "nature": "threat"}, {"lucy", "farid", "eleanor"}),
        ({"kind": "image", "sexual": "no"}, {"ravi", "eleanor"}),
        ({"kind": "image", "sexual": "yes"}, {"lucy"}),
        ({"kind": "press"}, set()),
        ({"kind": "abuse", "conflict": "flt"}, set()),
        ({"kind": "abuse", "nature": "threat", "conflict": "flt"}, {"lucy"}),
    ],
)
def test_the_ladder_reaches_deputies_before_the_headteacher_and_never_the_chair(
    federation: Federation, slots: dict[str, str], expected: set[str]
) -> None:
    """Deputies of those who were told, one of the FLT, the headteacher: a chair must not know of a case."""
    found = route(federation, **slots)
    carded = {item.person for item in found.told if item.level == "C"}
    assert {person for step in found.ladder for person in step} - carded == expected


def test_the_chair_climbs_where_the_headteacher_can_have_no_part(federation: Federation) -> None:
    """Anybody who has the office of the headteacher steps back from a case: then the chair may know of it."""
    found = route(federation, kind="image", sexual="yes")
    out = replace(found, excluded=frozenset({"eleanor"}))
    steps, climbed_to = [], frozenset[str]()
    while step := next_step(federation.roster, "northgate", out, climbed_to):
        steps.append(step)
        climbed_to |= set(step)
    assert steps == [("lucy",), ("maya",)]


def test_where_nobody_else_may_know_the_same_people_are_the_ladder(federation: Federation) -> None:
    """A case that one role alone may have still has a ladder, so that a successor is told in their place."""
    found = route(federation, kind="press")
    assert found.ladder == (("eleanor",),)
    roles = {**federation.roster.roles, "eht": {"": ("eleanor", "grace")}}
    roster = replace(federation.roster, roles=roles)
    assert next_step(roster, "northgate", found, frozenset()) == ("grace",)


def test_danger_reaches_the_deputy_too(federation: Federation) -> None:
    """Danger now tells the deputy DSL as well, however restricted the report; the channel still nothing."""
    told_at_once: tuple[tuple[str, Level], ...] = (
        *(("dsl", "C"), ("dsl", "D"), ("deputy_dsl", "C"), ("deputy_dsl", "D")),
        *(("eht", "C"), ("eht", "D")),
    )
    rows = (*ROWS, RouteRow("danger", {"danger": frozenset({"yes"})}, told_at_once, urgent=True))
    answers = {"kind": ("image",), "sexual": ("yes",), "danger": ("yes",), "school": ("northgate",)}
    found = decide(rows, federation.roster, answers)
    assert {"lucy/deputy_dsl/C", "lucy/deputy_dsl/D"} <= told(found)
    assert found.visibility is Visibility.RESTRICTED


def test_a_dsl_who_is_concerned_has_the_deputy_stand_in(federation: Federation) -> None:
    """The deputy DSL gets what the DSL would have got; where there is none, the headteacher alone has it."""
    found = route(federation, kind="image", sexual="yes", conflict="dsl")
    assert {"lucy/deputy_dsl/C", "lucy/deputy_dsl/D", "eleanor/eht/C"} <= told(found)
    roles = {role: held for role, held in federation.roster.roles.items() if role != "deputy_dsl"}
    answers = {
        name: (value,) for name, value in {"kind": "image", "sexual": "yes", "conflict": "dsl"}.items()
    }
    alone = decide(ROWS, replace(federation.roster, roles=roles), {"school": ("northgate",), **answers})
    assert {item.person for item in alone.told if item.level != "N"} == {"eleanor"}


@pytest.mark.parametrize("role", ["sbm", "it"])
def test_a_role_that_no_row_tells_changes_nothing_but_its_own_people(
    federation: Federation, role: str
) -> None:
    """With a school business manager or the IT Manager concerned, the route stays as open as it was."""
    found = route(federation, kind="abuse", conflict=role)
    assert found.visibility.in_channel
    holders = {person for ids in federation.roster.roles[role].values() for person in ids}
    assert holders <= found.excluded
    assert role in found.excluded_roles


@pytest.mark.parametrize("person", sorted(load_federation(ROOT / "federation.example.yml").roster.people))
@pytest.mark.parametrize("kind", ["abuse", "image", "press"])
def test_a_person_who_was_picked_is_nowhere(federation: Federation, person: str, kind: str) -> None:
    """Anybody who is picked as concerned is not told, not on the ladder, and reads no channel of it."""
    found = route(federation, kind=kind, sexual="no", conflict="no", conflict_people=person)
    reached = {item.person for item in found.told} | {name for step in found.ladder for name in step}
    assert person not in reached
    assert federation.roster.every_role_of(person) <= found.excluded_roles
    if {"flt", "eht"} & federation.roster.every_role_of(person):
        assert not found.visibility.in_channel


def test_who_is_told_alone_may_be_shown_a_card(federation: Federation) -> None:
    """What goes to people and not to the channel is not restricted: its ladder has no FLT and no DSL."""
    found = route(federation, kind="press", conflict="no")
    assert found.visibility is Visibility.PEOPLE
    assert found.ladder == (("eleanor",),)
