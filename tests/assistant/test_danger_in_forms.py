"""Free text of forms is read for danger, whatever the form: the numbers first, and nothing typed is lost."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.asking.danger import tells_of_danger
from bot.assistant.danger_in_forms import prose
from bot.content.world import World
from bot.domain.messages import Field, Form, Message
from bot.domain.turns import Pressed, Said, Submitted
from bot.engine.engine import BuiltinEngine, build_engine, read_lesson
from bot.storage.reports import report_by_reference
from tests.support.desk import Desk, text_of
from tests.support.screen import buttons_of

ROOT = Path(__file__).parents[2]
TONIGHT = "I cannot go on and I want to kill myself tonight"
REFERENCE = re.compile(r"FED-\w{4}")
NUMBERS = "Call 999 if anyone is in immediate danger"


@pytest.fixture(scope="module")
def engine(world: World) -> BuiltinEngine:
    """The built-in engine, with its language model."""
    return build_engine(read_lesson(ROOT / "intents", [world.policy]), ROOT / ".cache")


@pytest.fixture
def read(tmp_path: Path, engine: BuiltinEngine) -> Iterator[Desk]:
    """The product with the engine that it is shipped with."""
    found = Desk.open(tmp_path, engine)
    yield found
    found.close()


def form_on(desk: Desk, user: str) -> tuple[str, str, tuple[Field, ...]]:
    """Action, value and fields of the form on screen."""
    shown = desk.send(user, Pressed("journey.resume"))
    [form] = [block for message in shown for block in message.blocks if isinstance(block, Form)]
    return form.action, form.value, form.fields


def to_the_narrative(desk: Desk, user: str) -> tuple[str, str, tuple[Field, ...]]:
    """A mistake of one's own, up to the form in which it is told."""
    desk.send(user, Said("report"))
    for option in ("no", "northgate", "mistake", "no", "named"):
        press(desk, user, option)
    return form_on(desk, user)


def press(desk: Desk, user: str, option: str) -> tuple[Message, ...]:
    shown = desk.send(user, Pressed("journey.resume"))
    values = [
        button.value
        for m in shown
        for b in m.blocks
        for button in getattr(b, "items", ())
        if hasattr(button, "value")
    ]
    return desk.send(user, Pressed("journey.choose", next(v for v in values if v.endswith(f"|{option}"))))


def test_a_dsl_who_is_reported_is_not_whom_to_phone(read: Desk) -> None:
    """Where the reporter named the DSL, the numbers are the others', and the LADO's."""
    read.send("ana", Said("report"))
    for option in ("no", "northgate", "mistake", "yes"):
        press(read, "ana", option)
    action, value, [roles] = form_on(read, "ana")
    read.send("ana", Submitted(action, value, {roles.name: ("dsl",)}))
    press(read, "ana", "named")
    action, value, fields = form_on(read, "ana")
    [name] = [field.name for field in fields if field.kind == "long_text"][:1]
    text = "\n".join(map(text_of, read.send("ana", Submitted(action, value, {name: (TONIGHT,)}))))
    assert NUMBERS in text
    assert "you said that they are or may be involved: Designated Safeguarding Lead" in text
    assert "(DSL)" not in text
    assert "Local authority designated officer" in text
    assert "Deputy Designated Safeguarding Lead: " in text
    assert text.count("Designated Safeguarding Lead: ") == text.count("Deputy Designated Safeguarding Lead: ")


def test_story_in_a_form_is_read_as_a_message_is(read: Desk) -> None:
    """What the chat would answer with the numbers, a form answers with them too, and the words stay."""
    action, value, fields = to_the_narrative(read, "ana")
    [name] = [field.name for field in fields if field.kind == "long_text"][:1]
    shown = read.send("ana", Submitted(action, value, {name: (TONIGHT,)}))
    text = "\n".join(map(text_of, shown))
    assert NUMBERS in text
    assert "Samaritans" in text
    assert "in an emergency: 999" in text
    assert "NSPCC helpline" in text
    assert TONIGHT not in text
    assert NUMBERS not in "\n".join(text_of(m) for m in read.send("ana", Pressed("journey.resume")))


def test_wrong_form_loses_no_word_of_it(read: Desk) -> None:
    """A form with an error brings the numbers first, and then comes back as it was typed."""
    action, value, fields = to_the_narrative(read, "ana")
    [name] = [field.name for field in fields if field.kind == "long_text"][:1]
    words = f"{TONIGHT}. My password is Summer2024!"
    assert NUMBERS in read.fill("ana", action, value, **{name: words})
    _, _, again = form_on(read, "ana")
    assert next(field.value for field in again if field.name == name) == (words,)


def test_calm_form_goes_on(read: Desk) -> None:
    """An everyday mistake brings the next question and no alarm."""
    action, value, fields = to_the_narrative(read, "ana")
    [name] = [field.name for field in fields if field.kind == "long_text"][:1]
    shown = read.fill("ana", action, value, **{name: "I put the wrong date of the concert on our page."})
    assert NUMBERS not in shown


def test_addition_is_read_too(read: Desk) -> None:
    """More that is told of a report that was sent brings the numbers, and is kept."""
    received = read.report()
    shown = read.fill("ana", "report.add", received.reference, text=TONIGHT)
    assert shown.startswith(NUMBERS)
    assert "What became of what you wrote stands below." in shown
    assert received.reference in shown


def test_danger_in_an_addition_makes_the_case_urgent(read: Desk) -> None:
    """Who has the case is told at once, without a word of it; a calm addition changes no urgency."""
    calm, told = read.report().reference, read.report(user="bo").reference
    read.work()
    read.fill("ana", "report.add", calm, text="It was the second of May, not the first.")
    read.fill("bo", "report.add", told, text=TONIGHT)
    read.work()
    with read.product.database.transaction() as tx:
        found = {
            reference: report_by_reference(tx, read.product.context.vault, reference)
            for reference in (calm, told)
        }
    assert [bool(report and report.row.urgent) for report in found.values()] == [False, True]
    assert TONIGHT not in str(read.notebook.__dict__)


@pytest.mark.parametrize("action", ["report.add", "report.correct"])
def test_danger_added_to_a_closed_case_opens_it_and_climbs(read: Desk, action: str) -> None:
    """Nobody has it, it is urgent and everybody who had it is told; unanswered, it climbs in ten minutes."""
    reference = read.report("ana", kind="mistake", mode="named").reference
    read.press("farid", "case.acknowledge", reference)
    read.close_case("farid", reference, outcome="advice_given")
    read.later(days=20, hours=12)
    calm = read.fill("ana", action, reference, text="Thank you for all that you did.")
    assert "It is closed" in calm
    assert "Status: Closed" in read.press("farid", "case.show", reference)
    said = read.fill("ana", action, reference, text=TONIGHT)
    assert said.startswith(NUMBERS)
    assert "It is open again and urgent" in said
    read.work(20)
    card = read.press("farid", "case.show", reference)
    assert "URGENT" in card
    assert "Status: Not acknowledged yet" in card
    assert "it is urgent" in read.notebook.texts("farid")[-1]
    assert not any(reference in text for text in read.notebook.texts("eleanor"))
    read.later(minutes=10)
    read.work(20)
    assert any("next on the ladder" in text for text in read.notebook.texts("flt"))
    assert any("nobody has acknowledged it yet" in text for text in read.notebook.texts("grace"))


def test_who_closes_again_what_danger_opened_reads_it_first(read: Desk) -> None:
    """What was read before the danger was told of is read again before the case is closed."""
    reference = read.report("ana", kind="mistake", mode="named").reference
    read.press("farid", "case.acknowledge", reference)
    read.close_case("farid", reference, outcome="advice_given")
    read.fill("ana", "report.add", reference, text=TONIGHT)
    read.press("farid", "case.acknowledge", reference)
    assert "Open the details" in read.press("farid", "case.close", reference)
    details = read.press("farid", "case.details", reference)
    assert "Opened again, urgent: its reporter has written of danger" in details


@pytest.mark.parametrize("user", ["ana", "a stranger"])
def test_codes_and_single_words_are_no_stories(user: str) -> None:
    """A receipt code, a reference and one word are not read; every text of two words is."""
    fields = {
        "code": ("KITE 4821",),
        "reference": ("FED 7K3Q",),
        "name": (user,),
        "text": ("two words", "one"),
    }
    assert prose(Submitted("report.add", "", fields)) == (*((user,) if " " in user else ()), "two words")


def test_forms_and_chat_agree(engine: BuiltinEngine, world: World) -> None:
    """A text tells of danger in a form exactly where it does as a question."""
    for text in (TONIGHT, "she took an overdose at lunch", "the printer died again", "can I follow a pupil"):
        parse = engine.parse(text)
        assert tells_of_danger(parse, world.policy, world.rules) == (
            text in (TONIGHT, "she took an overdose at lunch")
        )


def answer_panel(desk: Desk, user: str, shown: tuple[Message, ...], action: str) -> str:
    """Press the button of the panel that does this."""
    [value] = [one.value for one in buttons_of(shown) if one.action == action]
    return "\n".join(map(text_of, desk.send(user, Pressed(action, value))))


def tell(desk: Desk, user: str, words: str) -> tuple[Message, ...]:
    """Send the form on screen with these words."""
    action, value, fields = form_on(desk, user)
    [name] = [field.name for field in fields if field.kind == "long_text"][:1]
    return desk.send(user, Submitted(action, value, {name: (words,)}))


def press_named(desk: Desk, user: str, action: str) -> tuple[Message, ...]:
    """Press the button on the report that does this."""
    shown = buttons_of(desk.send(user, Pressed("journey.resume", "show")))
    [value] = [one.value for one in shown if one.action == action]
    return desk.send(user, Pressed(action, value))


def marks(desk: Desk, user: str) -> str:
    """Send the report, and read its card."""
    sent = press_named(desk, user, "journey.send")
    [reference] = set(REFERENCE.findall("\n".join(map(text_of, sent))))
    return desk.press("farid", "case.show", reference)


@pytest.mark.parametrize("words", [TONIGHT, f"  {TONIGHT.replace(' ', '   ')} \n"])
def test_words_that_were_answered_are_not_asked_about_again(read: Desk, words: str) -> None:
    """Back and on again, with other blanks at most, brings the next question; what was answered stands."""
    to_the_narrative(read, "ana")
    answer_panel(read, "ana", tell(read, "ana", TONIGHT), "journey.deny_danger")
    press_named(read, "ana", "journey.back")
    assert NUMBERS not in "\n".join(map(text_of, tell(read, "ana", words)))
    assert "THE WRITER SAYS: NOT NOW" in marks(read, "ana")


def test_words_that_were_changed_are_read_again(read: Desk) -> None:
    """One word more is another text: the numbers come first again, and the last answer is open again."""
    to_the_narrative(read, "ana")
    answer_panel(read, "ana", tell(read, "ana", TONIGHT), "journey.deny_danger")
    press_named(read, "ana", "journey.back")
    assert NUMBERS in "\n".join(map(text_of, tell(read, "ana", f"{TONIGHT}, I mean it")))
    read.send("ana", Pressed("journey.resume"))
    assert "THE WRITER SAYS: NOT NOW" not in marks(read, "ana")


def test_panel_that_nobody_answered_comes_again(read: Desk) -> None:
    """While the numbers stand there unanswered, the same form sent once more brings them once more."""
    action, value, fields = to_the_narrative(read, "ana")
    [name] = [field.name for field in fields if field.kind == "long_text"][:1]
    form = Submitted(action, value, {name: (TONIGHT,)})
    for _ in range(2):
        assert NUMBERS in "\n".join(map(text_of, read.send("ana", form)))
