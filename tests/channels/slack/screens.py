"""Everything that Signpost shows: answers, steps of the journeys, reviews, receipts and cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bot.asking.answer import Answer, Offered, answer_topic
from bot.asking.render import as_messages
from bot.assistant import dialogue
from bot.content.danger_words import ENDANGERED
from bot.content.journeys import StepRecord
from bot.content.world import World
from bot.domain.messages import Message
from bot.domain.turns import Draft, Sender, Submitted, Tokens
from bot.following import check_back_form, forms
from bot.posting import draft, picture
from bot.reporting import after_send, steps
from bot.reporting.journeys import REVIEW, route_of
from bot.reporting.review import show_review
from bot.reporting.steps import Redo

TOKENS = Tokens("0123456789abcdef0123456789abcdef", "FED-7K2M", "ABCD-EFGH-JKMN")
LONG = ("Every word of this stands in the report. " * 98)[:4000]
MODES = ("named", "confidential", "anonymous")
Screens = Callable[[World], Iterator[tuple[str, Message]]]
# What keeps a report on the open route: its card goes to the leadership team's channel.
OPEN = {"conflict": "no", "nudity": "no", "category": "offensive", "author": "public", "child_risk": "no"}
KINDS = ("abuse", "colleague", "image", "concern", "mistake", "press", "question", "unsure", "danger")


def shown(world: World, answer: Answer) -> Message:
    """An answer as a message."""
    return as_messages(answer, world.policy, world.federation.contact_lines(), texts=world.rules.texts)


def answers(world: World) -> Iterator[tuple[str, Message]]:
    """Every topic's answer, every question asked back, and every other kind of answer."""
    for name in world.policy.topics:
        answer = answer_topic(name, world.policy, world.rules)
        yield f"topic {name}", shown(world, answer)
    for name, group in world.policy.clarifications.items():
        options = tuple(Offered(option.label, option.topic, ()) for option in group.options)
        asked = Answer("q", "clarify", f"{group.question}\n- …", options=options)
        yield f"clarify {name}", shown(world, asked)
    texts = world.rules.texts
    yield "not covered", shown(world, Answer("q", "not_covered", texts.not_covered))
    yield "greeting", shown(world, Answer("q", "smalltalk", texts.greeting))
    yield "helping", shown(world, Answer("q", "smalltalk", texts.helping))
    for who in ENDANGERED:
        yield "danger", shown(world, Answer("q", "danger", "", report="other", endangered=who))
    related = answer_topic("message-student-personal-account", world.policy, world.rules)
    for kind in ("abuse", "image", "other"):
        yield f"report {kind}", shown(world, Answer("q", "report", "", report=kind))
        beside = replace(related, kind="report", report=kind)
        yield f"report {kind} with its rule", shown(world, beside)


def dialogues(world: World) -> Iterator[tuple[str, Message]]:
    """What is said around a question and a report."""
    yield "help", dialogue.help_message(world, Sender("slack", "U0STAFF"))
    yield "file", dialogue.file_advice(world)
    yield "not saved", after_send.not_saved(world)
    redo = Redo({"text": "Write something.", "code": "That is not it."}, {"text": (LONG,)}, may_keep=True)
    for name, again in (("empty", None), ("again", redo)):
        yield f"status form {name}", forms.status_form(world, again)
        for action in (forms.ADD, forms.CORRECT, forms.ANSWER):
            yield f"{action} form {name}", forms.text_form(action, "FED-7K2M", world, again)
    yield "more choices", forms.choices("FED-7K2M", world)
    sure = Redo({"sure": "Please fill this in.", "to": "Please fill this in.", "code": "That is not it."})
    for name, asked in (("empty", None), ("again", sure)):
        yield f"withdraw form {name}", forms.withdraw_form("FED-7K2M", world, asked)
        yield f"move form {name}", forms.move_form("FED-7K2M", world, asked)
        for urgent in (False, True):
            yield f"since form {name}", check_back_form.form("FED-7K2M", world, asked or redo, urgent=urgent)


EVERYTHING = (
    "Well done to Zoë O'Brien (9B)! Ring 07700 900412, write to a@example.org, or call at 14 Marlow Close. "
    "Such a lazy idiot, says a reporter. For sale: a logo off google, https://example.org. Brexit! "
    "Northgate School"
)


def checks(world: World) -> Iterator[tuple[str, Message]]:
    """A picture and a draft before they are posted: every question, every way to stop, every finding."""
    yield "opener", picture.opener(world)
    yield "opener of drafts", draft.opener(world, turned_away=True)
    yield "closed", draft.pressed("close", world)
    yield "empty form", draft.pressed("", world)
    for value in ("", "nowhere"):
        yield f"picture {value}", picture.pressed(value, world)
    for question in world.posting.texts.picture.questions:
        for answer in question.answers:
            if answer.then != "image":
                yield f"{question.id} {answer.id}", picture.pressed(f"{question.id}/{answer.id}", world)
    for account in ("federation", "own", "moon"):
        for text in (
            EVERYTHING,
            "Rain again.",
            "",
            "<!channel> *Zoë* _O'Brien_ [a](https://example.org) @here",
        ):
            fields = {"account": (account,), "text": (text,)}
            yield f"draft {account} {text[:9]}", draft.checked(fields, world, english=account == "own")


def filled(step: StepRecord) -> dict[str, tuple[str, ...]]:
    """An answer to every field of a form, as long as it may be."""
    values = {"datetime": "2026-10-25T01:30", "day": "2026-10-24", "number": "2"}
    values["link"] = "https://forum.example/a?b=1&c=2"
    return {
        field.name: (values.get(field.kind, LONG[: field.max_length]),)
        for field in step.fields
        if not field.options and field.options_from is None
    }


def journey_steps(world: World) -> Iterator[tuple[str, Message]]:
    """Every step: first seen, with what was typed, and with errors and the box to keep it."""
    for step in world.playbook.steps.values():
        for kind in ("abuse", "image"):
            slots: Mapping[str, tuple[str, ...]] = {"kind": (kind,), "school": ("northgate",)}
            draft = Draft(TOKENS, slots, step.id, visited=("danger",))
            yield f"step {step.id} of {kind}", steps.show_step(draft, world)
        if step.kind != "form":
            continue
        typed = filled(step)
        yield f"step {step.id} filled", steps.show_step(replace(draft, slots={**slots, **typed}), world)
        errors = {field.name: "This is needed. Write it here." for field in step.fields}
        redo = Redo(errors, typed, may_keep=True)
        yield f"step {step.id} wrong", steps.show_step(draft, world, "Something to say above.", redo)


def slots_of(world: World, kind: str, mode: str, open_route: bool = False) -> dict[str, tuple[str, ...]]:
    """Every slot of every step filled."""
    slots: dict[str, tuple[str, ...]] = {}
    for step in world.playbook.steps.values():
        slots |= filled(step)
        if step.kind == "choice" and step.options:
            slots[step.answer_slot] = (step.options[0].value,)
        for field in step.fields:
            if field.options:
                slots[field.name] = (field.options[0].value,)
    slots |= {name: (value,) for name, value in OPEN.items()} if open_route else {}
    return {**slots, "kind": (kind,), "school": ("northgate",), "mode": (mode,), "danger": ("no",)}


def _reports(world: World) -> Iterator[tuple[str, str, dict[str, tuple[str, ...]]]]:
    for kind in KINDS:
        for mode in MODES:
            for open_route in (False, True):
                name = f"{kind} {mode} {'open' if open_route else 'restricted'}"
                yield name, mode, slots_of(world, kind, mode, open_route)


def reviews(world: World) -> Iterator[tuple[str, Message]]:
    """The review of each kind with everything filled to its longest, where it can be sent and where not."""
    everything = tuple(world.playbook.steps)
    for name, _, slots in _reports(world):
        for struck in ((), tuple(world.federation.roster.people)):
            draft = Draft(TOKENS, {**slots, "struck": struck}, REVIEW, visited=everything)
            yield f"review {name} without {len(struck)}", show_review(draft, world, "A note.")


def outcomes(world: World) -> Iterator[tuple[str, Message]]:
    """What a reporter is told after Send."""
    for name, mode, slots in _reports(world):
        route = route_of(slots, world)
        for again in (False, True):
            yield f"receipt {name}", after_send.received(world, "FED-7K2M", mode, slots, route, again)
        yield f"not sent {name}", after_send.not_sent(world, route)


def sent(action: str, value: str, **fields: str) -> Submitted:
    """A form with these fields."""
    return Submitted(action, value, {name: (text,) for name, text in fields.items()})
