"""A message as an Adaptive Card: shown literally, within the limits, pressed and filled in as meant."""

from dataclasses import replace
from typing import Any

import pytest

from bot.channels.common.look import Look
from bot.channels.teams.drawing import card_of, size_of
from bot.channels.teams.fields import content_of, day_and_time
from bot.channels.teams.ids import Element
from bot.channels.teams.parts import NOTHING, is_literal
from bot.channels.teams.posts import cards_of
from bot.content.world import World
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    ButtonStyle,
    Callout,
    Facts,
    Field,
    FieldKind,
    Form,
    Heading,
    Message,
    Option,
    Paragraph,
    Progress,
    Tone,
    Verdict,
)
from bot.domain.turns import Draft, Pressed, Submitted
from bot.reporting import steps
from tests.channels.slack import screens
from tests.channels.slack.payloads import squeezed
from tests.channels.slack.test_drawing import EMPTY, every_block
from tests.channels.slack.test_drawing import HOSTILE as FOR_SLACK

from .card_reading import (
    action,
    actions_of,
    faults,
    fits,
    inputs_of,
    lost,
    nodes_of,
    pressed,
    said,
    typed_in,
)

HOSTILE = (
    *FOR_SLACK,
    "[x](http://evil.example) ![y](http://evil.example/p.png) <http://evil.example>",
    "<at>Everyone</at> <b>bold</b> <script>alert(1)</script>",
    "**bold** __bold__ ~~gone~~ \\*",
    "# title\n- point\n1. first\n1) second\n---\n===\n    code",
    "{{DATE(2026-11-22T09:00:00Z,SHORT)}} {{{{ ${name} {{TIME(2026-11-22T09:00:00Z)}}",
    "&#42;&amp;&lt;at&gt;",
)


def card(look: Look, *blocks: Block, ephemeral: bool = False) -> Element:
    """The card of a message of these blocks."""
    return card_of(Message(blocks, "A summary", ephemeral=ephemeral), look)


def formed(*fields: Field, value: str = "d|step|") -> Form:
    """A form."""
    return Form("journey.submit", value, fields, "Go on")


BACK = Buttons((Button("Back", "journey.back", "d|step|"),))


def sent(look: Look, drawn: Element, verb: str, **changed: str) -> Any:
    """What comes of a press, where fields were changed: by Action.Execute and by its fall-back alike."""
    value = pressed(drawn, action(drawn, verb), **changed)
    content = content_of(value, look)
    assert content_of(value["action"]["data"], look) == content
    return content


@pytest.mark.parametrize("text", [*HOSTILE, *EMPTY])
def test_whatever_is_written_is_shown_and_never_read_as_marks(look: Look, text: str) -> None:
    """Marks, links, mentions, HTML, dates and empty texts: a valid card, and each literally on the screen."""
    message = Message(every_block(text), text)
    drawn = card_of(message, look)
    assert faults(drawn) == []
    assert drawn["speak"]
    if text.strip() and len(text) < 80:
        assert lost(message, drawn) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_each_block_alone_holds_the_whole_text(look: Look, text: str) -> None:
    """However hostile, no block loses a character of its text where the card has room for it."""
    for block in every_block(text):
        if not isinstance(block, Form | Buttons | Progress) and block != Bullets(()):
            drawn = card(look, block)
            assert any(squeezed(words) in said(drawn) for words in (text, look.texts.more)), type(block)


def test_a_value_that_was_typed_comes_back_whole(look: Look) -> None:
    """Whatever was typed before is in the fields, and is sent again as it was."""
    for text in HOSTILE:
        drawn = card_of(Message(every_block(text), "s"), look)
        assert sent(look, drawn, "case.note").fields == {"a": (text,), "b": ("2",), "c": ("1", "2")}


def test_words_without_end_are_cut_and_the_card_says_so(look: Look) -> None:
    """Texts that no card could hold: a card of less than 25 kB, cut where words end, that says "more"."""
    for text in ("word " * 8000, "x" * 40_000, "line\n" * 8000, "\U0001f469\u200d\U0001f4bb" * 4000):
        blocks = (Heading("Title"), Paragraph(text), Facts((("Label", text),)), Bullets((text,)), BACK)
        drawn = card(look, *blocks)
        assert fits(drawn)
        assert faults(drawn) == []
        assert squeezed(look.texts.more) in said(drawn)
        assert content_of(pressed(drawn, action(drawn, "journey.back")), look) == Pressed(
            "journey.back", "d|step|"
        )
    assert "…" in said(drawn)


def test_many_blocks_leave_the_end_out_and_keep_the_buttons(look: Look) -> None:
    """What is too much even in short is left out from the end, in front of the last buttons."""
    blocks = [Paragraph(f"{at} " + "word " * 100) for at in range(200)]
    drawn = card(look, *blocks, BACK)
    assert 20_000 < size_of(drawn) < 25_000
    assert [drawn["body"][-1]["type"], squeezed(look.texts.more) in said(drawn)] == ["ActionSet", True]


def test_what_was_typed_is_never_cut(look: Look) -> None:
    """However much stands in a form, it all stays: a form in which words are missing would lose them."""
    typed = tuple(Field(f"f{at}", "Label", "long_text", value=("word " * 800,)) for at in range(7))
    drawn = card(look, Paragraph("word " * 5000), formed(*typed), BACK)
    assert faults(drawn) == []
    assert [one["value"] for one in inputs_of(drawn)] == ["word " * 800] * 7
    assert squeezed(look.texts.more) in said(drawn)


def test_buttons_stand_in_sets_of_at_most_six(look: Look) -> None:
    """Teams shows six actions of a set: more are in further sets, and each is pressed as itself."""
    items = tuple(Button("A label", f"do.{at}", f"v{at}") for at in range(13))
    drawn = card(look, Buttons(items))
    assert faults(drawn) == []
    assert [len(one["actions"]) for one in drawn["body"]] == [6, 6, 1]
    presses = [content_of(pressed(drawn, one), look) for one in actions_of(drawn)]
    assert presses == [Pressed(f"do.{at}", f"v{at}") for at in range(13)]


def test_a_button_looks_as_it_is_meant(look: Look) -> None:
    """The main way on is positive, a dangerous one destructive, in the fall-back too."""
    styles: tuple[ButtonStyle, ...] = ("primary", "danger", "default")
    drawn = card(look, Buttons(tuple(Button(style, style, style=style) for style in styles)))
    assert [one.get("style") for one in actions_of(drawn)] == ["positive", "destructive", None]
    assert [one["fallback"].get("style") for one in actions_of(drawn)] == ["positive", "destructive", None]


def test_long_labels_are_boxes_to_press(look: Look) -> None:
    """Teams clips a long button: where one label is long, each stands whole in a box that is pressed."""
    label = "Somebody said something about somebody else, " * 4
    drawn = card(look, Buttons((Button(label, "a", "1"), Button("Short", "b"), Button("", "c"))))
    assert faults(drawn) == []
    assert squeezed(label) in said(drawn)
    assert [one["type"] for one in drawn["body"]] == ["Container"] * 3
    presses = [content_of(pressed(drawn, one), look) for one in actions_of(drawn)]
    assert presses == [Pressed("a", "1"), Pressed("b"), Pressed("c")]
    assert all(one["title"] for one in actions_of(drawn))


def test_many_changes_are_a_menu(look: Look) -> None:
    """More than four ways to change the same kind of thing are one menu; nothing chosen is nothing done."""
    items = tuple(Button(f"Leave out {at}", "journey.strike", f"v,{at}") for at in range(9))
    drawn = card(look, Buttons(items))
    (menu,), (one,) = inputs_of(drawn), actions_of(drawn)
    assert (menu["label"], one["title"], len(menu["choices"])) == ("Leave out", "Leave out", 9)
    assert content_of(pressed(drawn, one), look) is None
    chosen = {**typed_in(drawn), menu["id"]: "v,7", **one["data"]}
    assert content_of({"action": {"data": chosen}}, look) == Pressed("journey.strike", "v,7")


def _with_register(world: World, count: int, length: int) -> World:
    """The world with so many accounts in its register, each with a name of this length."""
    accounts = tuple(f"{f'@account-{number}':x<{length}}" for number in range(count))
    return replace(world, federation=replace(world.federation, accounts=accounts))


@pytest.mark.parametrize(("count", "length"), [(13, 20), (60, 40), (250, 120), (1000, 200)])
def test_a_long_register_fits_on_a_card(look: Look, world: World, count: int, length: int) -> None:
    """The form that asks for the account stays below 25 kB however many there are; "It is not listed" is
    always there, and a card that is cut says so."""
    whole = _with_register(world, count, length)
    draft = Draft(
        screens.TOKENS, {"kind": ("abuse",), "school": ("northgate",)}, "abuse_who", visited=("danger",)
    )
    card = card_of(steps.show_step(draft, whole), look)
    assert size_of(card) < 25_000
    menu = next(node for node in nodes_of(card) if len(node.get("choices", ())) > 12)
    titles = [choice["title"] for choice in menu["choices"]]
    assert "It is not listed" in titles
    assert titles[0].startswith("@account-0x")
    is_whole = len(titles) == count + 1
    assert is_whole != (squeezed(look.texts.more) in said(card))


def test_a_form_with_a_long_register_fits_on_a_card(look: Look, world: World) -> None:
    """A form with a choice among more accounts than fit has fewer, and keeps the one that was chosen."""
    whole = _with_register(world, 250, 120)
    chosen = whole.federation.accounts[200]
    slots = {"kind": ("query",), "query_account": (chosen,)}
    draft = Draft(screens.TOKENS, slots, "query", visited=("danger",))
    card = card_of(steps.show_step(draft, whole), look)
    assert size_of(card) < 25_000
    assert chosen in {one["title"] for node in nodes_of(card) for one in node.get("choices", ())}


def test_an_answer_and_its_change_stand_together(look: Look) -> None:
    """A fact whose button names it has that button beside it, with a short label and a tip that names it."""
    facts = Facts((("Platform", "Forum"), ("Where", "a\nb"), ("Seen", "Today")))
    names = ("Platform", "Other", "Seen", "Last")
    after = Buttons(tuple(Button(f"Change: {name}", "journey.edit", name) for name in names))
    drawn = card(look, facts, after)
    kinds = [one["type"] for one in drawn["body"]]
    assert kinds == ["ColumnSet", *["RichTextBlock"] * 3, "ActionSet", "ColumnSet", "ActionSet"]
    first = actions_of(drawn)[0]
    assert (first["title"], first["tooltip"]) == ("Change", "Change: Platform")
    assert [one["data"]["value"] for one in actions_of(drawn)] == list(names)


def test_facts_are_two_columns_unless_they_could_be_marks(look: Look) -> None:
    """Short pairs are a FactSet; a long value, a link or words with marks stand under their label."""
    facts = (("A", "one"), ("B", "two"), ("C", "*three*"), ("D", "https://forum.example"), ("E", ""))
    drawn = card(look, Facts((*facts, ("F", "word " * 60))))
    kinds = [one["type"] for one in drawn["body"]]
    assert kinds == ["FactSet"] + ["RichTextBlock"] * 8
    assert drawn["body"][6]["inlines"][0]["text"] == NOTHING


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("Abuse & harassment (online)", True),
        ("@HarbourFed on X", True),
        ("FED-7K2M · 23 Nov 2026, 09:00", True),
        ("Don't know / rather not say", True),
        ("a_b", False),
        ("[x](y)", False),
        ("1. first", False),
        ("- point", False),
        ("&amp;", False),
        ("see forum.example", False),
        ("two  spaces", False),
        ("", False),
    ],
)
def test_words_that_markdown_would_change_are_known(text: str, literal: bool) -> None:
    """Only words of which Markdown makes nothing are ever put where Teams reads Markdown."""
    assert is_literal(text) is literal


def test_tones_and_verdicts_have_their_colours(look: Look) -> None:
    """Danger is red, a warning yellow, success green, a note blue, and so are the verdicts."""
    tones: dict[Tone, str] = {
        "danger": "attention",
        "warning": "warning",
        "success": "good",
        "info": "accent",
        "plain": "emphasis",
    }
    for tone, style in tones.items():
        (box,) = card(look, Callout(tone, "Title", "Text"))["body"]
        assert (box["type"], box["style"]) == ("Container", style)
    for verdict, colour in (("never", "attention"), ("must", "accent"), ("other", "default")):
        (line,) = card(look, Verdict(verdict, "Word"))["body"]
        assert line["inlines"][0]["color"] == colour


def test_what_is_read_aloud_is_the_summary(look: Look) -> None:
    """Speech and the words of an old client are the summary, which holds no private word."""
    drawn = card(look, Paragraph("secretword"))
    assert drawn["speak"] == drawn["fallbackText"] == "A summary"
    assert card_of(Message((), " "), look)["speak"] == look.texts.form.title


OPTIONS = (Option("x", "X"), Option("y", "Y"))


def test_a_submission_is_read_back(look: Look) -> None:
    """The form's action and value and each field come back; an empty field has no value."""
    fields = (
        Field("a", "A", "text", value=("words",)),
        Field("b", "B", "choice", options=OPTIONS, value=("y",)),
        Field("c", "C", "choices", options=OPTIONS, value=("x", "y")),
        Field("d", "D", "number", value=("12",)),
        Field("e", "E", "link", value=("https://forum.example/1",)),
        Field("f", "F", "long_text", required=False),
        Field("g", "G", "datetime", value=("2026-11-20T10:00",)),
        Field("h", "H", "datetime"),
    )
    drawn = card(look, formed(*fields))
    expected = {field.name: field.value for field in fields}
    assert sent(look, drawn, "journey.submit") == Submitted("journey.submit", "d|step|", expected)
    assert [one["type"].partition(".")[2] for one in inputs_of(drawn)] == [
        *("Text", "ChoiceSet", "ChoiceSet", "Number", "Text", "Text", "Date", "Time", "Date", "Time")
    ]


def test_teams_asks_for_what_is_needed(look: Look) -> None:
    """In a form without a way back, a needed field says so and Teams refuses to send it empty."""
    fields = (Field("a", "A", "text"), Field("b", "B", "text", required=False, hint="A hint"))
    needed, other = inputs_of(card(look, formed(*fields)))
    assert (needed["isRequired"], needed["errorMessage"]) == (True, look.texts.required)
    assert ("isRequired" in other, other["label"]) == (False, f"B {look.texts.optional}")
    drawn = card(look, formed(*fields), Buttons((Button("Other", "case.show", "FED-1"),)))
    assert action(drawn, "case.show")["associatedInputs"] == "none"
    assert "associatedInputs" not in action(drawn, "journey.submit")


def test_a_way_back_takes_along_what_was_typed(look: Look) -> None:
    """In a step, Back, Save and Cancel go through whatever is empty, and what was typed is not lost."""
    drawn = card(look, formed(Field("a", "A", "text"), Field("b", "B", "text")), BACK)
    assert not any("isRequired" in one for one in inputs_of(drawn))
    back = sent(look, drawn, "journey.back", a="half a sent")
    assert back == Pressed("journey.back", "d|step|", {"a": ("half a sent",), "b": ()})


def test_errors_and_hints_stand_at_their_fields(look: Look) -> None:
    """What is wrong with a field stands below it, in red, and its hint after that."""
    drawn = card(look, formed(Field("a", "A", "text", error="Write something.", hint="Like this")))
    texts = [one["inlines"][0] for one in drawn["body"] if one["type"] == "RichTextBlock"]
    assert [(one["text"], one.get("color")) for one in texts] == [
        ("Write something.", "attention"),
        ("Like this", None),
    ]


def test_another_step_has_other_inputs(look: Look) -> None:
    """What was typed in one step never appears in the next one's field of the same name."""
    field = Field("a", "A", "text")
    ids = {inputs_of(card(look, formed(field, value=value)))[0]["id"] for value in ("1", "2", "1")}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("day", "time", "value"),
    [
        ("2026-11-20", "10:00", ("2026-11-20T10:00",)),
        ("2026-11-20", "", ("2026-11-20T",)),
        ("", "10:00", ("T10:00",)),
        ("", "", ()),
    ],
)
def test_half_a_moment_is_never_midnight(look: Look, day: str, time: str, value: tuple[str, ...]) -> None:
    """A day without a time is sent as that, so that the form asks for the time, and keeps the day."""
    drawn = card(look, formed(Field("a", "A", "datetime")), BACK)
    ids = {one["type"]: one["id"] for one in inputs_of(drawn)}
    data = {**action(drawn, "journey.submit")["data"], ids["Input.Date"]: day, ids["Input.Time"]: time}
    content = content_of({"action": {"data": data}}, look)
    assert content == Submitted("journey.submit", "d|step|", {"a": value})
    again = inputs_of(card(look, formed(Field("a", "A", "datetime", value=value))))
    assert [one.get("value", "") for one in again] == [day, time]


@pytest.mark.parametrize(
    ("value", "local"),
    [
        ("2026-01-15T12:00+00:00", ("2026-01-15", "12:00")),
        ("2026-07-15T11:00+00:00", ("2026-07-15", "12:00")),
        ("2026-10-25T01:30+00:00", ("2026-10-25", "01:30")),
        ("2026-10-25T01:30+01:00", ("2026-10-25", "01:30")),
        ("2026-11-20T10:00", ("2026-11-20", "10:00")),
        ("0001-01-01T00:00+14:00", ("", "")),
        ("soon", ("", "")),
    ],
)
def test_times_are_the_federations_own(look: Look, value: str, local: tuple[str, str]) -> None:
    """A moment is shown in the Federation's time, and sent as it was where nobody changed it."""
    assert day_and_time(value, look.zone) == local
    drawn = card(look, formed(Field("a", "A", "datetime", value=(value,))))
    assert faults(drawn) == []
    back = sent(look, drawn, "journey.submit").fields["a"]
    assert back == ((value,) if all(local) else ())


@pytest.mark.parametrize(
    ("count", "label", "style"), [(10, "Option", "expanded"), (11, "Option", "compact"), (2, "*", "compact")]
)
def test_many_options_are_a_menu(look: Look, count: int, label: str, style: str) -> None:
    """Up to ten options are on the screen; more, or what could be marks, are in a menu; each comes back."""
    options = tuple(Option(f"{at}", f"{label} {at}") for at in range(count))
    drawn = card(look, formed(Field("a", "A", "choice", options=options, value=(f"{count - 1}",))))
    assert faults(drawn) == []
    assert inputs_of(drawn)[0]["style"] == style
    assert sent(look, drawn, "journey.submit").fields == {"a": (f"{count - 1}",)}


def test_strange_options_come_back(look: Look) -> None:
    """Values with commas, empty or long ones are sent as they were, also several at once."""
    values = ("a,b", "", "v" * 600, "#1", "plain")
    options = tuple(Option(value, f"Label {at}") for at, value in enumerate(values))
    drawn = card(look, formed(Field("a", "A", "choices", options=options, value=values)))
    assert faults(drawn) == []
    assert sent(look, drawn, "journey.submit").fields == {"a": values}


def test_a_choice_of_nobody_can_still_be_shown(look: Look) -> None:
    """Where there is nothing to choose from, the card says what is asked."""
    drawn = card(look, formed(Field("person", "Who", "choice", error="Choose somebody.")))
    assert faults(drawn) == []
    assert inputs_of(drawn) == []
    assert "Who" in said(drawn)


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "two"), ("number", "1e999"), ("link", "javascript:x")]
)
def test_what_is_no_number_stands_in_a_plain_box(look: Look, kind: FieldKind, value: str) -> None:
    """What was typed elsewhere is kept even where Teams' own box would refuse it."""
    drawn = card(look, formed(Field("a", "A", kind, value=(value,))))
    assert inputs_of(drawn)[0]["type"] == "Input.Text"
    assert sent(look, drawn, "journey.submit").fields == {"a": (value,)}


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"action": None},
        {"action": {"data": "text"}},
        {"action": {"data": {"action": 7}}},
        {"action": ""},
        {"action": "case.show", "pick": "pick:1", "pick:1": 7},
    ],
)
def test_a_strange_value_is_no_press(look: Look, value: dict[str, Any]) -> None:
    """What no card of ours sends is nothing."""
    assert content_of(value, look) is None


def test_strange_fields_are_empty(look: Look) -> None:
    """What is no text in a field is no value, and a stray key is no field."""
    step = "0123456789ab"
    data = {
        "action": "a",
        "value": 7,
        "form": True,
        "marks": {"c": "x"},
        "moments": ["x"],
        f"in:text:{step}:a": {"x": 1},
        f"in:text:{step}:b": 2.0,
        f"in:many:{step}:c": "x,,y",
        f"in:day:{step}:d": True,
        f"in:text:{step}:e": True,
        "in:text:short:f": "x",
        "other": "x",
    }
    fields = {"a": (), "b": ("2",), "c": ("x", "y"), "d": (), "e": ()}
    assert content_of(data, look) == Submitted("a", "", fields)


def test_no_action_holds_what_the_playground_breaks(look: Look) -> None:
    """Each action is Action.Execute with the same as Action.Submit, or a number; no data.msteams anywhere."""
    drawn = card_of(Message(every_block("Words"), "s"), look)
    kinds = {node["type"] for node in nodes_of(drawn) if node["type"].startswith("Action.")}
    assert kinds == {"Action.Execute", "Action.Submit", "Action.OpenUrl"}
    assert "msteams" not in str(drawn)


def number(shown: str, url: str) -> Element:
    """A run of text that dials a number."""
    return {"type": "TextRun", "text": shown, "selectAction": {"type": "Action.OpenUrl", "url": url}}


def run(text: str) -> Element:
    """A run of text."""
    return {"type": "TextRun", "text": text}


def test_contact_lines_can_be_dialled(look: Look) -> None:
    """Each number of a contact line is a run that dials it; the words around it stand as they are written."""
    items = (
        "Safeguarding: 020 7946 0101 (Elm), 020 7946 0111 (Ash)",
        "<at>Police</at> & *others* | [x](y) {{DATE}}: 999",
    )
    drawn = card(look, Bullets(items, "Phone", phones=True))
    assert faults(drawn) == []
    title, *lines = drawn["body"]
    assert title["inlines"] == [{**run("Phone"), "weight": "bolder"}]
    assert [line["inlines"] for line in lines] == [
        [
            run("• Safeguarding: "),
            number("020 7946 0101", "tel:+442079460101"),
            run(" (Elm), "),
            number("020 7946 0111", "tel:+442079460111"),
            run(" (Ash)"),
        ],
        [
            run("• <at>Police</at> & *others* | [x](y) {"),
            run("{DATE}}: "),
            number("999", "tel:999"),
        ],
    ]


def test_too_many_numbers_for_a_card_are_words(look: Look) -> None:
    """Where only the links are too much for a card, it has every number, as words, and is not cut."""
    many = tuple(f"Person {at}: 020 7946 0{at:03}" for at in range(180))
    message = Message((Bullets(many, phones=True), BACK), "s")
    drawn = card_of(message, look)
    assert drawn == card_of(Message((Bullets(many), BACK), "s"), look)
    assert lost(message, drawn) == []
    assert cards_of(Message((Bullets(many, phones=True),), "s"), look) == (
        card_of(Message((Bullets(many),), "s"), look),
    )


def test_a_users_number_is_never_a_link(look: Look) -> None:
    """Numbers in a report, an answer or a list of other words are shown and nothing more."""
    blocks = every_block("Phone me: 020 7946 0101, or 999")
    typed = [block for block in blocks if not (isinstance(block, Bullets) and block.phones)]
    kinds = {node["type"] for node in nodes_of(card_of(Message(tuple(typed), "s"), look)["body"])}
    assert "Action.OpenUrl" not in kinds
