"""Every journey walked in many ways, as nobody would care to write down."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.assistant.dialogue import dump, restore, take_turn
from bot.content.world import World
from bot.domain.messages import Field, Form, Message
from bot.domain.roster import School
from bot.domain.routing import Slots
from bot.domain.turns import (
    Content,
    Draft,
    Incoming,
    Pressed,
    SendAlert,
    Sender,
    Session,
    SubmitReport,
    Submitted,
    Turn,
)
from bot.reporting import alert, journeys, steps, waking
from tests.support.federation import ROLES, federation
from tests.support.screen import buttons_of, text_of
from tests.support.storyteller import MONDAY, TOKENS

WAYS_OUT = {
    "journey.back",
    "journey.save",
    "journey.hide",
    "journey.cancel",
    "journey.edit",
    "journey.strike",
    "journey.alert",
    "journey.alert_strike",
    "journey.alert_name",
}
KINDS = ("abuse", "colleague", "image", "concern", "mistake", "press", "question", "unsure")


def turn(session: Session, content: Content, world: World) -> Turn:
    """One event."""
    return take_turn(session, Incoming("e", Sender("playground", "ana"), content), (), world, MONDAY)


def fill(field: Field, number: int) -> tuple[str, ...]:
    """Something for a field: an option, or what fits its kind."""
    if field.options:
        return (field.options[number % len(field.options)].value,)
    if field.name == "receipt_typed":
        return (TOKENS.code,)
    fitting = {"datetime": "2026-11-20T10:00", "number": "2", "link": "https://forum.example/a"}
    return (fitting.get(field.kind, "some words"),)


def walk(kind: str, seed: int, world: World) -> list[SubmitReport | SendAlert] | None:
    """Press and fill by the digits of `seed` until the journey ends; what was sent, None where it refuses."""
    done, number = turn(Session(TOKENS), Pressed("report.start", ""), world), seed
    for _ in range(60):
        if done.session.draft is None:
            return [command for command in done.commands if isinstance(command, SubmitReport | SendAlert)]
        number = number * 1_103_515_245 + 12_345 & 0x7FFFFFFF
        event = next_event(done.replies[-1], done.session.draft, kind, number >> 8)
        if event is None:
            return None
        done = turn(done.session, event, world)
    raise AssertionError("the journey does not end")


def next_event(shown: Message, draft: Draft, kind: str, number: int) -> Content | None:
    """What comes after this screen; None at a review without Send."""
    for form in (block for block in shown.blocks if isinstance(block, Form)):
        wanted = [field for field in form.fields if field.required or number % 3]
        return Submitted(form.action, form.value, {field.name: fill(field, number) for field in wanted})
    if draft.step == "kind":
        return Pressed("journey.choose", steps.value_of(draft, kind))
    ways = [button for button in buttons_of([shown]) if button.action not in WAYS_OUT]
    if not ways:
        return None
    return Pressed(ways[number % len(ways)].action, ways[number % len(ways)].value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_walk_ends_well(world: World, kind: str) -> None:
    """Whatever is answered, a journey ends: closed, refused, or sent to somebody who is not concerned."""
    sent = [command for seed in range(80) for command in walk(kind, seed, world) or []]
    assert len(sent) > 10
    for command in sent:
        route = journeys.route_of(command.slots, world)
        assert not route.refusal
        assert route.visibility.in_channel or any(item.level == "D" for item in route.told)
        assert not {item.person for item in route.told} & route.excluded
        assert "receipt_typed" not in command.slots


def choose(session: Session, world: World, *options: str) -> Session:
    """Press one option after another."""
    for option in options:
        assert session.draft is not None
        value = steps.value_of(session.draft, option)
        session = turn(session, Pressed("journey.choose", value), world).session
    return session


def started(world: World, kind: str = "") -> Session:
    """A report just begun."""
    return turn(Session(TOKENS), Pressed("report.start", kind), world).session


def test_one_school_is_not_asked_for(world: World) -> None:
    """Where there is only one school, it is filled in and nobody is asked."""
    one = replace(world, federation=federation(schools=(School("ash", "Ash School"),)))
    session = choose(started(one), one, "no")
    assert session.draft is not None
    assert session.draft.step == "kind"
    assert journeys.settle(session.draft, one).slots["school"] == ("ash",)


def test_one_school_and_an_urgent_alert(world: World) -> None:
    """With one school an urgent alert goes to its people, at the press that confirms it."""
    one = replace(world, federation=federation(schools=(School("ash", "Ash School"),)))
    session = choose(started(one), one, "yes")
    assert session.draft is not None
    shown = turn(session, Pressed("journey.choose", steps.value_of(session.draft, "alert")), one)
    assert shown.commands == ()
    [command] = turn(shown.session, Pressed(alert.SEND, steps.value_of(session.draft)), one).commands
    assert isinstance(command, SendAlert)
    assert command.slots["school"] == ("ash",)


@pytest.mark.parametrize(("answer", "stays"), [("no", True), ("yes", False)])
def test_an_alert_says_that_the_report_stays_open_where_it_does(
    answer: str, stays: bool, world: World
) -> None:
    """With more than danger told, the alert says that the report goes on, and it does; else neither."""
    session = choose(started(world), world, answer)
    if stays:
        session = choose(session, world, next(iter(world.federation.schools)).id)
    assert session.draft is not None
    shown = turn(session, Pressed("journey.alert", steps.value_of(session.draft)), world)
    assert ("your report stays open here" in text_of(shown.replies)) is stays
    assert shown.session.draft is not None
    sent = turn(shown.session, Pressed(alert.SEND, steps.value_of(shown.session.draft)), world)
    assert (sent.session.draft is not None) is stays


@pytest.mark.parametrize("mode", ["named", "confidential", "anonymous"])
def test_an_alert_keeps_what_its_writer_was_promised_of_their_name(mode: str, world: World) -> None:
    """An alert has the mode of its report; a name that is ticked or taken out decides instead."""
    session = choose(started(world), world, "no")
    assert session.draft is not None
    draft = replace(session.draft, slots={**session.draft.slots, "mode": (mode,)})
    other = alert.name(draft)
    assert alert.alert_slots(draft, world)["mode"] == (mode,)
    assert alert.alert_slots(other, world)["mode"] == ("named" if mode == "anonymous" else "anonymous",)
    assert alert.alert_slots(alert.name(other), world)["mode"] == (mode,)


def test_no_accounts_configured(world: World) -> None:
    """Without a register of accounts the reporter types the name."""
    bare = replace(world, federation=replace(world.federation, accounts=()))
    session = choose(started(bare), bare, "no", "ash", "abuse", "spam")
    assert session.draft is not None
    form = Submitted(
        "journey.submit", steps.value_of(session.draft), {"account": ("other",), "author": ("unknown",)}
    )
    session = turn(session, form, bare).session
    assert session.draft is not None
    assert session.draft.step == "account_other"


# Half-finished reports as the version before stored them, one question a screen: the step of each,
# what was answered, what was typed and not sent; and a field in which some of it stands now.
OLDER: tuple[tuple[str, Slots, Mapping[str, Slots], tuple[str, str, str]], ...] = (
    (
        "complained",
        {"kind": ("image",), "nudity": ("no",), "origin": ("me",), "posted": ("asked",)},
        {},
        ("image_how", "posted", "asked"),
    ),
    (
        "where",
        {"kind": ("abuse",), "account": ("other",), "category": ("spam",), "author": ("public",)},
        {"where": {"link": ("https://x.com/a/status/1",)}},
        ("abuse_who", "link", "https://x.com/a/status/1"),
    ),
    (
        "want",
        {"kind": ("colleague",), "about": ("me",), "conflict": ("no",), "narrative": ("They wrote it.",)},
        {"probes": {"happened_where": ("In the staff group",)}},
        ("child_risk", "", ""),
    ),
)


@pytest.mark.parametrize(("step", "slots", "typed", "found"), OLDER, ids=lambda item: str(item)[:12])
def test_a_half_finished_report_of_the_version_before_goes_on(
    world: World,
    step: str,
    slots: Slots,
    typed: Mapping[str, Slots],
    found: tuple[str, str, str],
) -> None:
    """It says that the questions have changed, goes on at an open one, and holds every word and answer."""
    known = {"danger": ("no",), "school": ("ash",), **slots}
    visited = (
        "danger",
        "school",
        "kind",
        "image_first",
        "nudity",
        "origin",
        "posted",
        "category",
        "narrative",
    )
    session = Session(TOKENS, Draft(TOKENS, known, step, visited, typed=typed))
    done = turn(restored(session), Pressed("journey.resume", waking.SHOW), world)
    assert done.session.draft is not None
    assert "The questions have changed since you began." in text_of(done.replies)
    assert done.session.draft.step == found[0]
    assert done.session.draft.slots == known
    assert done.session.draft.typed == typed
    for form in (block for block in done.replies[-1].blocks if isinstance(block, Form)):
        assert {field.name: field.value for field in form.fields}[found[1]] == (found[2],)


def restored(session: Session) -> Session:
    """As it was stored before a report could have something beside its step on the screen."""
    data = json.loads(dump(session))
    del data["draft"]["aside"]
    found = restore(json.dumps(data))
    assert found is not None
    return found


def test_a_draft_of_an_older_version(world: World) -> None:
    """Steps and answers that are no longer known fall away; the draft goes on at a question that exists."""
    draft = Draft(
        TOKENS, {"danger": ("no",), "colour": ("blue",), "kind": ("gone",)}, "gone", ("danger", "gone")
    )
    done = turn(Session(TOKENS, draft), Pressed("journey.resume", waking.SHOW), world)
    assert done.session.draft is not None
    assert done.session.draft.step == "school"


@pytest.mark.parametrize(
    "action", ["choose", "back", "save", "hide", "cancel", "edit", "strike", "send", "nonsense"]
)
@pytest.mark.parametrize(
    "value", ["", "other|kind|image", "draft-1|danger|no", "draft-1|gone|x", "|||", "draft-1"]
)
def test_a_press_that_does_not_belong_changes_nothing(world: World, action: str, value: str) -> None:
    """A press of another draft or another step leaves the session as it was and shows where it stands."""
    session = choose(started(world), world, "no", "ash")
    for content in (Pressed(f"journey.{action}", value), Submitted(f"journey.{action}", value)):
        done = turn(session, content, world)
        assert done.session == session
        assert not done.commands
        assert done.replies


@pytest.mark.parametrize(
    ("action", "option"),
    [
        *(
            ("choose", "elsewhere"),
            ("choose", ""),
            ("choose", "skip"),
            ("choose", "go_on"),
            ("edit", "danger"),
        ),
        *(("strike", "out:flo"), ("send", ""), ("nonsense", "")),
    ],
)
def test_what_the_step_does_not_offer_changes_nothing(world: World, action: str, option: str) -> None:
    """Only what is really on the screen can be pressed: no made-up option, no Send before the end."""
    session = choose(started(world), world, "no", "ash")
    assert session.draft is not None
    done = turn(session, Pressed(f"journey.{action}", steps.value_of(session.draft, option)), world)
    assert done.session == session
    assert not done.commands


def test_leaving_someone_out_twice_is_once(world: World) -> None:
    """A double press of "Leave out" does not put the person back."""
    draft = journeys.strike(journeys.strike(Draft(TOKENS), "flo", True), "flo", True)
    assert draft.slots["struck"] == ("flo",)
    assert journeys.strike(draft, "flo", False).slots["struck"] == ()


@pytest.mark.parametrize("between", [(), ("no",)], ids=["at once", "after No"])
def test_roles_that_were_ticked_stand_there_again(world: World, between: tuple[str, ...]) -> None:
    """Who goes back and says Yes again finds the roles ticked as they were left, and not an empty list."""
    session = choose(started(world), world, "no", "ash", "press", "go_on", "yes")
    for again in (*between, "yes"):
        assert session.draft is not None
        if session.draft.step == "conflict_roles":
            sent = Submitted("journey.submit", steps.value_of(session.draft), {"conflict": ("flt", "eht")})
            session = turn(session, sent, world).session
        while session.draft is not None and session.draft.step != "conflict":
            session = turn(session, Pressed("journey.back", steps.value_of(session.draft)), world).session
        session = choose(session, world, again)
    assert session.draft is not None
    shown = steps.show_step(session.draft, world)
    [form] = [block for block in shown.blocks if isinstance(block, Form)]
    assert set(form.fields[0].value) == {"flt", "eht"}


def test_a_roster_without_a_chair(world: World) -> None:
    """Where nobody is chair, a report about the Executive Headteacher refuses and shows the outside."""
    roles = {role: held for role, held in ROLES.items() if role != "chair"}
    bare = replace(world, federation=federation(roles=roles))
    slots = {"kind": ("mistake",), "school": ("ash",), "conflict": ("eht",)}
    assert journeys.route_of(slots, bare).refusal == "no_safe_recipient"
