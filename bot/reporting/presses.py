"""What a press or a form does to the draft of a report: each action, and how a late press is recognised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.content.conditions import DANGER_READ
from bot.content.journeys import FieldRecord, StepRecord
from bot.content.world import World
from bot.domain.messages import Button, Buttons, Callout, Form, Heading, Message, Paragraph
from bot.domain.presses import StepChoice, Strike
from bot.domain.routing import Slots
from bot.domain.turns import (
    AskGap,
    Draft,
    LogReply,
    Pressed,
    SendAlert,
    Session,
    SubmitReport,
    Submitted,
    Turn,
    Typed,
)
from bot.reporting import alert, drills, journeys, steps, waking
from bot.reporting.inputs import FieldContext, FormReading, clean_text, read_fields
from bot.reporting.journeys import REVIEW, settle
from bot.reporting.privacy import findings
from bot.reporting.review import show_review

# What is kept of words that were typed and not submitted: far more than any field takes.
LONGEST_KEPT = 20_000
_MOST_KEPT = 50


@dataclass(frozen=True)
class Pressing:
    """Where an action happens: the session with its draft, the world and the time."""

    session: Session
    draft: Draft
    world: World
    now: datetime

    def at(self, draft: Draft, note: str = "") -> Turn:
        """The turn that shows the draft where it now stands."""
        draft = replace(draft, aside="")
        return Turn(replace(self.session, draft=draft), (show_draft(draft, self.world, note),))

    def beside(self, draft: Draft, aside: str, shown: Message) -> Turn:
        """The turn that shows something else for a moment, remembered for what is typed next."""
        return Turn(replace(self.session, draft=replace(draft, aside=aside)), (shown,))

    def asks(self) -> Turn:
        """The turn that asks before it shows the draft."""
        asked = _line(self.world.playbook.texts.journey.asks_first, self.world, resume=True)
        return self.beside(replace(self.draft, hidden=True), "", asked)

    def ended(self, text: str) -> Turn:
        """The turn that throws the draft away and says so."""
        return Turn(replace(self.session, draft=None), (_line(text, self.world, restart=True),))

    def sent(self, slots: Mapping[str, tuple[str, ...]]) -> Turn:
        """The turn that sends the report. What is said follows when it is stored."""
        return Turn(replace(self.session, draft=None), (), (SubmitReport(self.draft.tokens, slots),))


def show_draft(draft: Draft, world: World, note: str = "") -> Message:
    """The step on screen, the review, or the line that stands for a hidden draft."""
    if draft.hidden:
        texts = world.playbook.texts.journey
        # What a platform shows of it in a notice must not tell of a report either.
        return replace(_line(texts.hidden, world, resume=True), summary=texts.blank, hides=True)
    asked = show_review(draft, world, note) if draft.step == REVIEW else steps.show_step(draft, world, note)
    return drills.shown(asked, draft, world)


def _line(text: str, world: World, restart: bool = False, resume: bool = False) -> Message:
    texts = world.playbook.texts
    again = Buttons((Button(texts.dialogue.start_button, "report.start"),)) if restart else None
    shown = Buttons((Button(texts.journey.show_again, "journey.resume", waking.SHOW),)) if resume else None
    extra = tuple(block for block in (again, shown) if block)
    return Message(
        (Paragraph(text), *extra), summary=texts.journey.summary, replaces=steps.SLOT, ephemeral=True
    )


def act(session: Session, content: Pressed | Submitted, world: World, now: datetime) -> Turn:
    """Do what was pressed, where it belongs to the step on screen; otherwise change nothing and say so."""
    texts = world.playbook.texts
    if session.draft is None:
        return Turn(session, (_line(texts.dialogue.nothing_open, world),))
    draft = journeys.current(session.draft, world)
    place = Pressing(session, draft, world, now)
    if content.action == "journey.resume":
        if content.value != waking.SHOW and waking.asks_first(draft, world, now):
            return replace(place, draft=session.draft).asks()
        changed = texts.journey.changed if draft.step != session.draft.step else ""
        return place.at(replace(draft, hidden=False), changed)
    pressed = StepChoice.parse(content.value)
    if isinstance(content, Pressed) and content.action in _ALERT and pressed.draft == draft.tokens.draft:
        # Danger waits for nothing, and an alert shows no word of the report: from whatever screen it comes.
        kept = keep(session.draft, Typed(content.value, content.typed), world)
        return _ALERT[content.action](replace(place, draft=kept), pressed.option)
    if draft.hidden or (pressed.draft, pressed.step) != (draft.tokens.draft, draft.step):
        # From an older screen, in another tab perhaps: no answer, but its words wait where they were typed.
        found = content.fields if isinstance(content, Submitted) else content.typed
        note = texts.journey.changed if draft.step != session.draft.step else texts.journey.stale
        asks, typed = waking.asks_first(draft, world, now), Typed(content.value, found)
        place = replace(place, draft=keep(session.draft if asks else draft, typed, world))
        return place.asks() if asks else place.at(place.draft, note)
    draft = replace(draft, aside="")
    if isinstance(content, Submitted):
        return submit_form(replace(place, draft=draft), content)
    place = replace(place, draft=with_typed(draft, draft.step, content.typed, world))
    action = _ACTIONS.get(content.action)
    return action(place, pressed.option) if action else place.at(place.draft, texts.dialogue.unknown_action)


def keep(draft: Draft, typed: Typed, world: World) -> Draft:
    """The draft with the words of a form of its own, of whatever step; unchanged by another draft's form."""
    form = StepChoice.parse(typed.value)
    return with_typed(draft, form.step, typed.fields, world) if form.draft == draft.tokens.draft else draft


def heard(draft: Draft, typed: Typed, world: World) -> Draft:
    """The draft with words that are still being typed; too late once their form is answered and left."""
    step = StepChoice.parse(typed.value).step
    late = step != draft.step and step in settle(draft, world).answered
    return draft if late else keep(draft, typed, world)


def with_typed(draft: Draft, name: str, typed: Mapping[str, tuple[str, ...]], world: World) -> Draft:
    """The draft with what was typed into the form of a step and not submitted; not the receipt code.

    Sealed with the session like all else, so that no way out of a form costs anybody their words. Those of
    a field that stood in this form in an older version are kept in the form that has it today.
    """
    settled, kept = settle(draft, world), dict(draft.typed)
    asked = (name, *settled.steps, *settled.offered, *world.playbook.steps)
    forms = [step for one in dict.fromkeys(asked) if (step := world.playbook.steps.get(one))]
    homes = {record.name: (step, record) for step in reversed(forms) for record in step.fields}
    for field in typed:
        step, record = homes.get(field, (None, None))
        if step is None or record is None or record.check == "receipt_code":
            continue
        words = _kept(record, typed[field], journeys.facts(step, settled.slots, world), world)
        kept[step.id] = {**kept.get(step.id, {}), field: words}
    return replace(draft, typed=kept)


def _kept(record: FieldRecord, values: tuple[str, ...], slots: Slots, world: World) -> tuple[str, ...]:
    offered = {option.value for option in journeys.options_of(record, slots, world)}
    cleaned = (clean_text(value)[:LONGEST_KEPT] for value in values[:_MOST_KEPT])
    picks = record.kind in ("choice", "choices")
    return tuple(value for value in cleaned if value and (not picks or value in offered))


def choose(place: Pressing, option: str) -> Turn:
    """A choice, "continue" or "skip": only what the step really offers."""
    draft, world = place.draft, place.world
    step = world.playbook.steps.get(draft.step)
    if step is not None and step.behind and option == steps.MORE:
        return Turn(replace(place.session, draft=draft), (steps.show_step(draft, world, behind=True),))
    if step is None or not _is_offered(step, option, place):
        return place.at(draft, world.playbook.texts.journey.stale)
    record = journeys.option_record(step, option)
    if record and record.alerts:
        return open_alert(place)
    if record and (record.logs or record.asks) and _is_harmless(draft):
        return leave_for(place, LogReply() if record.logs else AskGap())
    if record and record.ends:
        return place.ended(world.playbook.texts.journey.closed)
    values = {step.answer_slot: (option,)} if step.kind == "choice" and option != steps.SKIP else {}
    return place.at(journeys.answer(draft, step, values, world))


def _is_harmless(draft: Draft) -> bool:
    """Whether neither danger was told of nor read from it; a drill goes the way of a report."""
    told = draft.slots.get("danger", ("no",)) != ("no",) or draft.slots.get(DANGER_READ)
    return not told and not drills.is_drill(draft.slots)


def leave_for(place: Pressing, command: LogReply | AskGap) -> Turn:
    """From the report to a list that makes no case. A draft that holds more than its start is kept."""
    draft = place.draft
    begun = set(draft.visited) - {"danger", "school", draft.step} or draft.typed or draft.editing
    if not begun:
        return Turn(replace(place.session, draft=None), (), (command,))
    return replace(hide(place), commands=(command,))


def _is_offered(step: StepRecord, option: str, place: Pressing) -> bool:
    if step.kind == "info":
        return option == steps.GO_ON
    if step.kind != "choice":
        return False
    slots = journeys.facts(step, settle(place.draft, place.world).slots, place.world)
    offered = {item.value for item in journeys.options_of(step, slots, place.world)}
    return option in offered or (option == steps.SKIP and not step.mandatory)


def submit_form(place: Pressing, content: Submitted) -> Turn:
    """A form: kept where every field is right and nothing looks private, shown again otherwise."""
    draft, world = place.draft, place.world
    step = world.playbook.steps.get(draft.step)
    if step is None or step.kind != "form" or content.action != "journey.submit":
        # A form of an older version: its words wait where they are asked for today.
        kept = with_typed(draft, draft.step, content.fields, world)
        return place.at(kept, world.playbook.texts.journey.stale)
    slots = journeys.facts(step, settle(draft, world).slots, world)
    reading = read_fields(step.fields, content.fields, FieldContext(world, slots, draft.tokens, place.now))
    redo = _redo(
        reading, step.fields, steps.KEEP in content.fields and any(content.fields[steps.KEEP]), world
    )
    if redo:
        return Turn(replace(place.session, draft=draft), (steps.show_step(draft, world, redo=redo),))
    return place.at(journeys.answer(draft, step, reading.values, world))


def _redo(
    reading: FormReading, fields: tuple[FieldRecord, ...], keep: bool, world: World
) -> steps.Redo | None:
    texts = {field.name for field in fields if field.kind in ("text", "long_text") and not field.check}
    doubts = {} if keep else doubts_about(reading.values, texts, world)
    if not reading.errors and not doubts:
        return None
    return steps.Redo({**doubts, **reading.errors}, reading.typed, may_keep=bool(doubts))


def doubts_about(values: Mapping[str, tuple[str, ...]], names: set[str], world: World) -> Mapping[str, str]:
    """What to ask beside each text that looks as if it held a password or a student's full name."""
    staff = [person.name for person in world.federation.roster.people.values()]
    texts, doubts = world.playbook.texts.privacy, dict[str, str]()
    for name in sorted(names & values.keys()):
        # Every finding is named: the box below keeps the text with all of them.
        found = findings(values[name][0], world.playbook.not_names, staff)
        words = {"password": texts.password, "student_name": texts.student_name}
        lines = dict.fromkeys(words[item.kind].fill(found=item.found) for item in found)
        if lines:
            doubts[name] = " ".join(lines)
    return doubts


def go_back(place: Pressing, _option: str = "") -> Turn:
    """One question earlier."""
    before = journeys.back(place.draft, place.world)
    first = before == place.draft
    return place.at(before, place.world.playbook.texts.journey.first if first else "")


def save(place: Pressing, _option: str = "") -> Turn:
    """Off the screen, kept for the days that the Federation has set."""
    texts, days = place.world.playbook.texts.journey, place.world.federation.session_days
    saved = _line(texts.saved.fill(days=days), place.world, resume=True)
    return place.beside(replace(place.draft, hidden=True), "", saved)


def hide(place: Pressing, _option: str = "") -> Turn:
    """Off the screen at once, kept."""
    return place.at(replace(place.draft, hidden=True))


def cancel(place: Pressing, option: str = "") -> Turn:
    """Asks once; "yes" keeps nothing, "no" goes on."""
    texts = place.world.playbook.texts.journey
    if option == "yes":
        return place.ended(texts.cancelled)
    if option == "no":
        return place.at(place.draft)
    yes = Button(texts.cancel_yes, "journey.cancel", steps.value_of(place.draft, "yes"), "danger")
    no = Button(texts.cancel_no, "journey.cancel", steps.value_of(place.draft, "no"))
    said = (Paragraph(texts.cancel_text), Paragraph(texts.read_along))
    blocks = (Heading(texts.cancel_title), *said, Buttons((yes, no)))
    asked = Message(blocks, summary=texts.summary, replaces=steps.SLOT, ephemeral=True)
    return place.beside(replace(place.draft, hidden=False), "cancel", asked)


def edit(place: Pressing, option: str) -> Turn:
    """From the review to one of its answers."""
    if place.draft.step != REVIEW or option not in _shown(place):
        return place.at(place.draft, place.world.playbook.texts.journey.stale)
    return place.at(journeys.edit(place.draft, option))


def _shown(place: Pressing) -> tuple[str, ...]:
    settled = settle(place.draft, place.world)
    return (*settled.steps, *settled.offered)


def strike(place: Pressing, option: str) -> Turn:
    """Leave a person out of the report, or put them back."""
    pressed = Strike.parse(option)
    known = pressed.person in place.world.federation.roster.people and pressed.way in ("out", "in")
    if place.draft.step != REVIEW or not known:
        return place.at(place.draft, place.world.playbook.texts.journey.stale)
    return place.at(journeys.strike(place.draft, pressed.person, pressed.way == "out"))


def open_alert(place: Pressing, _option: str = "") -> Turn:
    """Show whom the urgent alert goes to; nothing is sent yet."""
    return place.beside(place.draft, "alert", alert.show(place.draft, place.world))


def strike_from_alert(place: Pressing, option: str) -> Turn:
    """Leave a person out of the alert, or put them back."""
    return open_alert(replace(place, draft=alert.strike(place.draft, option, place.world)))


def name_in_alert(place: Pressing, _option: str = "") -> Turn:
    """Let the writer's name go with the alert, or not."""
    return open_alert(replace(place, draft=alert.name(place.draft)))


def send_alert(place: Pressing, _option: str = "") -> Turn:
    """Send the alert; a report under way goes on. Where nobody safe is left, nothing is sent."""
    draft, world = place.draft, place.world
    slots = alert.alert_slots(draft, world)
    if journeys.route_of(slots, world).refusal:
        return open_alert(place)
    goes_on = alert.goes_on(draft)
    # Nothing of the report tells of its alert: an anonymous one would lead to who sent the alert.
    session = replace(place.session, draft=draft if goes_on else None)
    return Turn(session, (), (SendAlert(draft.tokens.draft, slots, goes_on),))


def deny_danger(place: Pressing, _option: str = "") -> Turn:
    """Record that the writer sees no danger now; the report stays urgent until a person has looked."""
    draft = place.draft
    if not draft.slots.get(DANGER_READ):
        return place.at(draft)
    denied = replace(draft, slots={**draft.slots, DANGER_READ: ("denied",)})
    return place.at(denied, place.world.playbook.texts.danger_in_forms.denied)


def send(place: Pressing, _option: str = "") -> Turn:
    """Send, where every question is answered and the route has somewhere safe to go."""
    settled = settle(place.draft, place.world)
    if settled.open or place.draft.step != REVIEW:
        texts = place.world.playbook.texts.review
        return place.at(journeys.at_next(place.draft, place.world), texts.not_ready)
    if journeys.route_of(settled.slots, place.world).refusal:
        return place.at(place.draft)
    return place.sent(settled.slots)


def already_open(place: Pressing) -> Turn:
    """A report was asked for while one is under way: go on with it, or cancel it."""
    texts, journey = place.world.playbook.texts.dialogue, place.world.playbook.texts.journey
    go_on = Button(texts.go_on, "journey.resume", waking.SHOW, "primary")
    stop = Button(texts.cancel_it, "journey.cancel", steps.value_of(place.draft))
    blocks = (Callout("info", texts.already_open), Paragraph(journey.read_along), Buttons((go_on, stop)))
    shown = Message(blocks, summary=journey.summary, replaces=steps.SLOT, ephemeral=True)
    return place.beside(replace(place.draft, hidden=False), "open", shown)


def typed_answer(session: Session, text: str, world: World, now: datetime) -> Pressed | Submitted | None:
    """The press that typed words stand for: a button's label, "yes", "no", "urgent". None for anything else.

    Only what is on the screen is pressed by it, so that a "yes" never answers the question behind a panel.
    While the report is not to be shown, only what shows no word of it: its panels, and always the alert.
    """
    draft, said = session.draft, _plain(text)
    if draft is None or not said:
        return None
    place = Pressing(session, journeys.current(draft, world), world, now)
    waits = draft.hidden or waking.asks_first(draft, world, now)
    shown = _on_screen(place)
    for form in (block for block in shown.blocks if isinstance(block, Form) and not waits):
        if said == _plain(form.submit):
            return Submitted(form.action, form.value, {item.name: item.value for item in form.fields})
    buttons = [one for block in shown.blocks if isinstance(block, Buttons) for one in block.items]
    found = [one for one in buttons if _plain(one.label) == said]
    if said in ("yes", "no"):
        found = found or [one for one in buttons if StepChoice.parse(one.value).option == said]
    if waits:
        found = [one for one in found if one.action in (_ON_PANELS if draft.aside else _ALERT)]
    texts = world.playbook.texts.alert
    if not found and said in ("urgent", _plain(texts.open), _plain(texts.send)):
        return Pressed("journey.alert", steps.value_of(place.draft))
    return Pressed(found[0].action, found[0].value) if found else None


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".!").casefold()


def _on_screen(place: Pressing) -> Message:
    match place.draft.aside:
        case "cancel":
            return cancel(place).replies[0]
        case "alert":
            return open_alert(place).replies[0]
        case "open":
            return already_open(place).replies[0]
        case "crisis":
            return Message((Buttons(crisis_ways(place.draft, place.world)),), summary="")
    return show_draft(place.draft, place.world)


def crisis_ways(draft: Draft, world: World) -> tuple[Button, ...]:
    """The ways on from the numbers that stand in place of a step.

    Go on, say that it is no danger now, or open the urgent alert, as from every screen.
    """
    texts, value = world.playbook.texts, steps.value_of(draft)
    return (
        Button(texts.danger_in_forms.go_on, "journey.resume", value, "primary"),
        Button(texts.danger_in_forms.deny, "journey.deny_danger", value),
        Button(texts.alert.open, "journey.alert", value),
    )


# What shows no word of the report, and is done whatever is on the screen.
_ALERT: Mapping[str, Callable[[Pressing, str], Turn]] = {
    "journey.alert": open_alert,
    alert.STRIKE: strike_from_alert,
    alert.NAME: name_in_alert,
    alert.SEND: send_alert,
}
# What stands on a panel in place of the report, under the line on who reads along or asking by itself.
_ON_PANELS = frozenset((*_ALERT, "journey.cancel", "journey.resume"))
_ACTIONS: Mapping[str, Callable[[Pressing, str], Turn]] = {
    "journey.choose": choose,
    "journey.back": go_back,
    "journey.save": save,
    "journey.hide": hide,
    "journey.cancel": cancel,
    "journey.edit": edit,
    "journey.strike": strike,
    "journey.send": send,
    "journey.deny_danger": deny_danger,
}
