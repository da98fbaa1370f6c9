"""Tells a transcript to the conversation: each line is what a person does, or what they must see."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.assistant import dialogue
from bot.assistant.danger_in_forms import prose
from bot.assistant.dialogue import take_turn
from bot.content.world import World
from bot.domain.messages import Button, Field, Form, Message
from bot.domain.turns import (
    AddToReport,
    ApplyForAccount,
    AskGap,
    Command,
    Content,
    Incoming,
    ListCases,
    LogReply,
    Pressed,
    Said,
    SendAlert,
    Sender,
    Session,
    SharedFile,
    ShowAccounts,
    ShowReplies,
    ShowStatus,
    ShowTraining,
    SubmitReport,
    Submitted,
    Tokens,
    Typed,
)
from bot.engine.parse import Parse, Ranked
from bot.reporting import after_send, journeys
from tests.support.screen import buttons_of, form_of, text_of

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TOKENS = Tokens("draft-1", "FED-7K3Q", "KITE-4821-PLUM")
Told = str | list[str]


@dataclass
class Story:
    """One conversation under way: the session, the screen, all earlier screens, and what was sent."""

    world: World
    session: Session = field(default_factory=lambda: Session(TOKENS))
    now: datetime = MONDAY
    private: bool = True
    platform: str = "playground"
    screen: tuple[Message, ...] = ()
    screens: list[tuple[Message, ...]] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)

    def tell(self, lines: list[dict[str, Any]]) -> None:
        """Tell the whole story. Fails at the first line that does not hold, with the screen as it was."""
        for number, line in enumerate(lines, start=1):
            [(verb, told)] = line.items()
            try:
                VERBS[verb](self, told)
            except AssertionError as error:
                raise AssertionError(
                    f"line {number}: {verb}: {told!r}\n{error}\n--- on the screen:\n{text_of(self.screen)}"
                ) from None

    def does(self, content: Content, parse: Parse | None = None) -> None:
        """One event, through the store's form of the session, as between any two events."""
        stored = dialogue.restore(dialogue.dump(self.session))
        assert stored == self.session, "the session is not the same after it was stored"
        incoming = Incoming("event", Sender(self.platform, "ana"), content, self.private)
        # Forms are read by the patterns of danger alone: the engine has tests of its own.
        told = prose(content) if isinstance(content, Submitted) else ()
        parses = (parse,) if parse else tuple(Parse(text, ()) for text in told)
        turn = take_turn(stored, incoming, parses, self.world, self.now)
        self.session = turn.session
        self.commands += turn.commands
        receipts_now = tuple(
            self._receipt(c) for c in turn.commands if isinstance(c, SubmitReport | SendAlert)
        )
        self.screen = (*turn.replies, *receipts_now)
        self.screens.append(self.screen)

    def _receipt(self, command: SubmitReport | SendAlert) -> Message:
        world = replace(self.world, now=self.now)
        if isinstance(command, SendAlert):
            route = journeys.route_of(command.slots, self.world)
            return after_send.alerted(
                world, "FED-7K3Q", command.slots, route, again=False, goes_on=command.goes_on
            )
        route = journeys.route_of(command.slots, self.world)
        mode = command.slots["mode"][0]
        return after_send.received(world, command.tokens.reference, mode, command.slots, route)

    @property
    def report(self) -> SubmitReport:
        """The one report that was sent."""
        sent = [command for command in self.commands if isinstance(command, SubmitReport)]
        assert len(sent) == 1, f"{len(sent)} reports were sent"
        return sent[0]


def stories(folder: Path) -> list[Any]:
    """The stories of a folder of transcripts, as parameters of a test."""
    return [
        pytest.param(story, id=f"{path.stem}: {story['title']}")
        for path in sorted(folder.glob("*.yml"))
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]
    ]


def listed(told: Told) -> list[str]:
    """One phrase or several, as a list."""
    return [told] if isinstance(told, str) else told


def _written(text: str) -> str:
    """A transcript need not spell out a very long text."""
    text = re.sub(r"\{(\d+) words\}", lambda found: "word " * int(found[1]), text)
    return re.sub(r"\{(\d+) characters\}", lambda found: "x" * int(found[1]), text)


def _types(story: Story, text: str) -> None:
    text = _written(text)
    story.does(Said(text), Parse(text, (Ranked("out_of_scope", 0.99),), 0.01))


def _asks(story: Story, told: Mapping[str, str]) -> None:
    intent = story.world.policy.intent(told["about"])
    story.does(Said(told["question"]), Parse(told["question"], (Ranked(intent, 0.99),), 0.99))


def _presses(story: Story, told: Told) -> None:
    for label in listed(told):
        found = [button for button in buttons_of(story.screen) if button.label == label]
        assert len(found) == 1, f"{len(found)} buttons [{label}]"
        _press(story, found[0])


def _press(story: Story, button: Button) -> None:
    story.does(Pressed(button.action, button.value))


def _leaves(story: Story, told: Mapping[str, Any]) -> None:
    """Words are typed into the form, and a button beside it is pressed instead of its own."""
    by_label = {item.label: item for item in form_of(story.screen).fields}
    typed = {
        by_label[label].name: values_of(by_label[label], value) for label, value in told["typed"].items()
    }
    [button] = [button for button in buttons_of(story.screen) if button.label == told["button"]]
    story.does(Pressed(button.action, button.value, typed))


def _presses_before(story: Story, told: Mapping[str, str]) -> None:
    shown = [screen for screen in story.screens if told["under"] in text_of(screen)]
    assert shown, "that was never on the screen"
    found = [button for button in buttons_of(shown[0]) if button.label == told["button"]]
    assert found, "that button was never there"
    _press(story, found[0])


def _fills_in(story: Story, told: Mapping[str, Any]) -> None:
    form, fields = _filled(story.screen, told)
    story.does(Submitted(form.action, form.value, fields))


def _types_into_the_form(story: Story, told: Mapping[str, Any]) -> None:
    """Words stand in the form, and nothing is pressed."""
    form, fields = _filled(story.screen, told)
    shown = story.screen
    story.does(Typed(form.value, fields))
    story.screen = shown


def _fills_in_before(story: Story, told: Mapping[str, Any]) -> None:
    [shown, *_] = [screen for screen in story.screens if told["under"] in text_of(screen)]
    form, fields = _filled(shown, told["typed"])
    story.does(Submitted(form.action, form.value, fields))


def _filled(shown: tuple[Message, ...], told: Mapping[str, Any]) -> tuple[Form, dict[str, tuple[str, ...]]]:
    form = form_of(shown)
    by_label = {item.label: item for item in form.fields}
    assert told.keys() <= by_label.keys(), f"no field {sorted(told.keys() - by_label.keys())}"
    return form, {by_label[label].name: values_of(by_label[label], value) for label, value in told.items()}


def values_of(item: Field, told: Any) -> tuple[str, ...]:
    """What is chosen or typed in a field: options by their labels, "all" for every one of them."""
    if told == "all":
        return tuple(option.value for option in item.options)
    options = {option.label: option.value for option in item.options}
    return tuple(
        _written(options.get(str(value), str(value)))
        for value in (told if isinstance(told, list) else [told])
    )


def _starts_filled(story: Story, told: Mapping[str, Any]) -> None:
    fields = {name: (str(value),) for name, value in told.items() if name != "kind"}
    story.does(Submitted("report.start", str(told.get("kind", "")), fields))


def _shares_a_file(story: Story, _told: str) -> None:
    story.does(SharedFile())


def _in_a_channel(story: Story, told: str) -> None:
    story.private = False
    _types(story, told)
    story.private = True


def _is_on(story: Story, told: str) -> None:
    story.platform = told


def _time_passes(story: Story, told: int) -> None:
    story.now += timedelta(days=told)


def _minutes_pass(story: Story, told: int) -> None:
    story.now += timedelta(minutes=told)


def _opens_a_new_screen(story: Story, _told: str) -> None:
    """A door shows Signpost to the same person in another window."""
    story.does(Pressed("screen.new"))


def _shows(story: Story, told: Told) -> None:
    text = text_of(story.screen)
    for phrase in listed(told):
        assert phrase in text, f"missing: {phrase}"


def _shows_not(story: Story, told: Told) -> None:
    text = text_of(story.screen)
    for phrase in listed(told):
        assert phrase not in text, f"shown all the same: {phrase}"


def _keeps_what_was_typed(story: Story, told: Mapping[str, str]) -> None:
    fields = {item.label: item for item in form_of(story.screen).fields}
    for label, value in told.items():
        assert "".join(fields[label].value) == value, f"{label}: {fields[label].value}"


def _alerts(story: Story, told: Mapping[str, Any]) -> None:
    [alert] = [command for command in story.commands if isinstance(command, SendAlert)]
    _are(alert.slots, told)
    assert (story.session.draft is not None) == alert.goes_on, "the report under way"


def _sends(story: Story, told: Mapping[str, Any]) -> None:
    _are(story.report.slots, told)
    assert story.session.draft is None, "the draft is still there"


def _are(slots: Mapping[str, tuple[str, ...]], told: Mapping[str, Any]) -> None:
    for slot, value in told.items():
        given = slots.get(slot, ())
        wanted = tuple(value) if isinstance(value, list) else (str(value),) if value is not None else ()
        assert given == wanted, f"{slot}: {given}"


def _goes_to(story: Story, told: list[str]) -> None:
    route = journeys.route_of(story.report.slots, story.world)
    assert not route.refusal, route.refusal
    found = {story.world.federation.person_name(item.person) for item in route.told}
    found |= {"the FLT's channel"} if route.visibility.in_channel else set()
    assert found == set(told), f"it goes to {sorted(found)}"


def _is_marked(story: Story, told: list[str]) -> None:
    route = journeys.route_of(story.report.slots, story.world)
    marks = {"urgent": route.urgent, "restricted": route.visibility.restricted, "child": route.child}
    found = {name for name, is_set in marks.items() if is_set} | set(route.tags)
    assert found == set(told), f"it is marked {sorted(found)}"


def _nothing_is_sent(story: Story, _told: str) -> None:
    assert not [command for command in story.commands if isinstance(command, SubmitReport)]


def _no_report_is_open(story: Story, _told: str) -> None:
    assert story.session.draft is None


def _asks_the_services(story: Story, told: str) -> None:
    kinds: Mapping[str, type] = {
        "status": ShowStatus,
        "cases": ListCases,
        "an addition": AddToReport,
        "the form of the list of replies": LogReply,
        "the list of replies": ShowReplies,
        "training": ShowTraining,
        "the form of a question to the policy owner": AskGap,
        "an application for an account": ApplyForAccount,
        "the accounts": ShowAccounts,
    }
    assert isinstance(story.commands[-1], kinds[told]), story.commands[-1:]


VERBS: Mapping[str, Callable[[Story, Any], None]] = {
    "staff types": _types,
    "staff asks": _asks,
    "staff presses": _presses,
    "staff presses an old button": _presses_before,
    "staff leaves the form": _leaves,
    "a door starts a report": _starts_filled,
    "staff fills in": _fills_in,
    "staff types into the form": _types_into_the_form,
    "staff fills in an old form": _fills_in_before,
    "staff shares": _shares_a_file,
    "staff types in a channel": _in_a_channel,
    "staff is on": _is_on,
    "days pass": _time_passes,
    "minutes pass": _minutes_pass,
    "staff opens a new screen": _opens_a_new_screen,
    "signpost shows": _shows,
    "signpost does not show": _shows_not,
    "the form still holds": _keeps_what_was_typed,
    "the report says": _sends,
    "the alert says": _alerts,
    "it goes to": _goes_to,
    "it is marked": _is_marked,
    "nothing is sent": _nothing_is_sent,
    "no report is open": _no_report_is_open,
    "signpost looks up": _asks_the_services,
}
