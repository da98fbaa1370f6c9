"""A message as Block Kit: shown literally, within the limits, and pressed as it was meant."""

import pytest

from bot.channels.common.look import Look
from bot.channels.common.messages import cut, pieces
from bot.channels.slack.drawing import MESSAGE_ROOM, blocks_of, opener, post_of
from bot.channels.slack.ids import action_id, pressed
from bot.channels.slack.parts import NOTHING, size_of
from bot.channels.slack.views import modal
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Facts,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Outside,
    Paragraph,
    Progress,
    Quote,
    Row,
    Table,
    Tags,
    Verdict,
)
from bot.domain.turns import Pressed

from .payloads import elements_of, faults, lost, read_back, said, squeezed

HOSTILE = (
    "<!channel>",
    "<@U1> <#C1|general> <!subteam^S1>",
    "*bold* _slanted_ ~gone~ `code` ```block```",
    "&lt;script&gt; & < > &amp;amp;",
    "<http://evil.example|policy.example>",
    "\u202egnorw\u202c \u200e\u200f\u2067back\u2069",
    "x" * 10_000,
    ":smile: :rotating_light:",
    "> quoted\n• point\n- point",
    "line\n\n\nline\ttab",
    "\U0001f469\u200d\U0001f4bb" * 400,
    "https://forum.example/a?b=1 someone@school.example",
)
_WHOLE = (Heading, Verdict, Paragraph, Callout, Quote, Bullets, Facts, Outside)
EMPTY = ("", " ", "\n", "\u2003")


def every_block(text: str) -> tuple[Block, ...]:
    """Each kind of block with `text` wherever there is a text."""
    field = Field("a", text, "long_text", hint=text, value=(text,), error=text)
    options = (Option("1", text), Option("2", f"{text}!"))
    choice = Field("b", text, "choice", options=options, value=("2",))
    several = Field("c", text, "choices", options=options, value=("1", "2"))
    return (
        Heading(text),
        Verdict("never", text),
        Paragraph(text),
        Paragraph(text, muted=True),
        Callout("danger", text, text),
        Callout("plain", text),
        Quote("c1", text, (1, 2), text),
        Bullets((text, text), text),
        Bullets(()),
        Bullets((text, f"{text}: 020 7946 0101"), text, phones=True),
        Facts(((text, text), ("Label", text), (text, "Value"))),
        Tags((text, text)),
        Outside(text, text),
        Buttons((Button(text, "one", "v"), Button(text, "two", "w", "danger"))),
        Buttons(()),
        Form("case.note", "FED-1", (field, choice, several), text),
        Progress(1, 2),
    )


@pytest.mark.parametrize("text", [*HOSTILE, *EMPTY])
def test_whatever_is_written_is_shown_and_never_read_as_marks(look: Look, text: str) -> None:
    """Mentions, links, marks, emoji names and empty texts: no fault, and each literally on the screen."""
    message = Message(every_block(text), text)
    view = modal(message, look)
    # A label, a hint and an error have their limit: only what nobody could type is longer.
    assert faults(view) == []
    assert faults(post_of(message, look)) == []
    if text.strip() and len(text) < 2000:
        assert lost(message, view) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_each_block_alone_holds_the_whole_text(look: Look, text: str) -> None:
    """However long or hostile, no block loses a character of its text."""
    for block in every_block(text):
        if isinstance(block, _WHOLE) and block != Bullets(()):
            blocks = blocks_of(Message((block,), "s"), look, room=100_000)
            assert squeezed(text) in said({"blocks": blocks}), type(block)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_fall_back_text_mentions_nobody(look: Look, text: str) -> None:
    """The text for notifications holds no control sequence of Slack's, whatever the summary is."""
    found = post_of(Message((), text), look)["text"]
    assert "<" not in found
    assert ">" not in found
    assert 0 < len(found) <= 4000


@pytest.mark.parametrize("text", EMPTY)
def test_an_empty_message_still_says_something(look: Look, text: str) -> None:
    """Slack refuses a message without text: one is always there."""
    message = Message((Paragraph(text),), text)
    assert faults(post_of(message, look)) == []
    assert faults(modal(message, look)) == []


def test_a_value_that_was_typed_comes_back_whole(look: Look) -> None:
    """Whatever was typed before is in the boxes, and is sent again as it was."""
    for text in HOSTILE:
        message = Message(every_block(text), "s")
        assert read_back(message, look)["a"] == (text,)
        assert read_back(message, look)["b"] == ("2",)
        assert read_back(message, look)["c"] == ("1", "2")


def test_presses_come_back(look: Look) -> None:
    """A button brings back its action and value; two that are alike have ids of their own."""
    items = tuple(Button(f"B{at}", "case.show", f"FED-{at}") for at in range(60))
    elements = elements_of({"blocks": blocks_of(Message((Buttons(items),), "s"), look)})
    assert [pressed(one) for one in elements] == [Pressed("case.show", f"FED-{at}") for at in range(60)]
    assert len({one["action_id"] for one in elements}) == 60


def test_a_press_without_a_value(look: Look) -> None:
    """A button without a value brings none."""
    elements = elements_of({"blocks": blocks_of(Message((Buttons((Button("B", "a"),)),), "s"), look)})
    assert "value" not in elements[0]
    assert pressed(elements[0]) == Pressed("a", "")


def test_a_choice_from_a_menu_is_a_press(look: Look) -> None:
    """Where many buttons are one menu, each option brings back what its button would have."""
    items = tuple(Button(f"Leave out {at}", "journey.strike", f"d|review|out:{at}") for at in range(9))
    (menu,) = elements_of({"blocks": blocks_of(Message((Buttons(items),), "s"), look)})
    assert menu["type"] == "static_select"
    assert menu["placeholder"]["text"] == "Leave out …"
    back = [pressed({**menu, "selected_option": option}) for option in menu["options"]]
    assert back == [Pressed(item.action, item.value) for item in items]


@pytest.mark.parametrize(
    "element", [{}, {"action_id": "home:ask"}, {"action_id": "press:x:a"}, {"action_id": "press:1:"}]
)
def test_what_is_not_ours_is_no_press(element: dict) -> None:
    """An element with another id is not taken for a button."""
    assert pressed(element) is None


def test_an_action_with_colons_is_kept_whole() -> None:
    """Only the first two parts of an id are ours."""
    assert pressed({"action_id": action_id("a:b:c", 7), "value": "v|w:x"}) == Pressed("a:b:c", "v|w:x")


def test_a_long_label_is_written_out_above_its_button(look: Look) -> None:
    """A label longer than a button takes stands whole above it, and its button ends in "…"."""
    label = "Somebody said something about somebody else, " * 4
    blocks = blocks_of(Message((Buttons((Button(label, "a"),)),), "s"), look)
    assert squeezed(label) in said({"blocks": blocks[:1]})
    assert blocks[1]["elements"][0]["text"]["text"].endswith("…")


def test_fifty_cases_fit_and_a_hundred_say_how_many_more(look: Look) -> None:
    """A list of cases has a button each, and says how many it leaves out."""
    for count, shown in ((40, 40), (100, None)):
        names = [f"FED-{at}" for at in range(count)]
        rows = tuple(Row((name,), name, Button("Open", "case.show", name)) for name in names)
        payload = post_of(Message((Heading("Open cases"), Table(("Case",), rows)), "s", "cases"), look)
        assert faults(payload) == []
        opened = len(elements_of(payload))
        assert shown in (None, opened)
        if opened < count:
            more = look.texts.more_cases.fill(count=count - opened)
            assert squeezed(more) in said(payload)


def test_each_line_of_a_list_stands_beside_its_button(look: Look) -> None:
    """One block a line, whatever its button opens: half as high as two, and twice as many fit."""
    row = Row(("Accounts", "2"), "Accounts: 2", Button("Open: Accounts", "account.list"))
    found = blocks_of(Message((Table(("List", "Waiting"), (row, row)),), "s"), look)
    assert [block["text"]["text"] for block in found] == ["Accounts: 2"] * 2
    assert [pressed(block["accessory"]) for block in found] == [Pressed("account.list")] * 2


def test_too_much_is_cut_with_more_and_keeps_its_buttons(look: Look) -> None:
    """Beyond what a message holds, the end is left out, said so, and the buttons stay."""
    blocks: tuple[Block, ...] = (
        *(Paragraph(f"{at} " + "word " * 500) for at in range(20)),
        Buttons((Button("Go", "a"),)),
    )
    payload = post_of(Message(blocks, "s"), look)
    assert faults(payload) == []
    assert size_of(payload["blocks"]) <= MESSAGE_ROOM
    assert payload["blocks"][-1]["type"] == "actions"
    assert squeezed(look.texts.more) in said(payload)


def test_text_is_parted_where_words_end() -> None:
    """No word is broken that fits a part, nothing is lost, and no part is longer than allowed."""
    text = "A sentence of words.\nAnother, on its own line. " * 300
    parts = pieces(text, 200)
    assert all(0 < len(part) <= 200 for part in parts)
    assert " ".join(parts).split() == text.split()
    assert cut("one two three", 9) == "one two…"
    assert cut("short", 9) == "short"


def test_a_card_has_its_facts_side_by_side(look: Look) -> None:
    """Short facts are pairs of fields, five in a block; a long one has the whole width."""
    facts = Facts(
        (*((f"Label {at}", f"Value {at}") for at in range(7)), ("Account", "word " * 60), ("E", ""))
    )
    blocks = blocks_of(Message((facts,), "s"), look)
    assert [len(block.get("fields", ())) for block in blocks] == [10, 4, 0, 0, 2]
    assert blocks[0]["fields"][0] == {"type": "mrkdwn", "text": "*Label 0*"}
    assert blocks[-1]["fields"][1]["text"] == NOTHING


def test_an_answer_and_its_change_stand_together(look: Look) -> None:
    """A fact whose button names it has that button beside it, with a short label and a whole one for ears."""
    facts = Facts((("Platform", "Forum"), ("Where", "a\nb"), ("Seen", "Today")))
    names = ("Platform", "Other", "Seen", "Last")
    after = Buttons(tuple(Button(f"Change: {name}", "journey.edit", name) for name in names))
    blocks = blocks_of(Message((facts, after), "s"), look)
    assert [field["text"] for field in blocks[0]["fields"]] == ["*Platform*", "Forum"]
    button = blocks[0]["accessory"]
    assert (button["text"]["text"], button["accessibility_label"]) == ("Change", "Change: Platform")
    presses = [pressed(one) for one in elements_of({"blocks": blocks})]
    assert presses == [Pressed("journey.edit", name) for name in names]
    assert [block["type"] for block in blocks] == ["section"] * 3 + ["actions", "section", "actions"]


def test_a_form_in_a_chat_is_a_button_that_opens_it(look: Look) -> None:
    """No field stands in a chat: a step's opener resumes the journey, another form has its own action."""
    for action, opened in (
        ("journey.submit", Pressed("journey.resume")),
        ("case.note", Pressed("case.note", "v")),
    ):
        message = Message((Form(action, "v", (Field("a", "A", "text"),), "Send"),), "A summary")
        for payload in (post_of(message, look), post_of(opener(message, look), look)):
            assert [pressed(one) for one in elements_of(payload)] == [opened]
            assert faults(payload) == []


CONTACTS = ("Safeguarding: 020 7946 0101 (Elm), 020 7946 0111 (Ash) (8.30 to 16.30)", "Police: 999")
LINKED = (
    "• Safeguarding: <tel:+442079460101|020 7946 0101> (Elm), <tel:+442079460111|020 7946 0111> (Ash) "
    "(8.30 to 16.30)\n• Police: <tel:999|999>"
)


def phone_section(text: str) -> dict:
    """The section that contact lines are drawn as."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def test_contact_lines_can_be_dialled(look: Look) -> None:
    """A list of numbers is one section whose numbers are links, under its title, in a message and a modal."""
    for title, shown in (("", LINKED), ("Phone", f"*Phone*\n{LINKED}")):
        message = Message((Bullets(CONTACTS, title, phones=True),), "s")
        assert post_of(message, look)["blocks"] == [phone_section(shown)]
        assert modal(message, look)["blocks"] == [phone_section(shown)]
        assert faults(post_of(message, look)) == faults(modal(message, look)) == []
        assert lost(message, post_of(message, look)) == []


def test_a_label_is_escaped_beside_its_link(look: Look) -> None:
    """Slack's control characters in a label are shown, and make no link or mention of anything."""
    items = ("<!channel> & <b|c> | @here #general (8:30-12:30): 020 7946 0101",)
    blocks = blocks_of(Message((Bullets(items, phones=True),), "s"), look)
    assert blocks == [
        phone_section(
            "• &lt;!channel&gt; &amp; &lt;b|c&gt; | @here #general (8:30-12:30): "
            "<tel:+442079460101|020 7946 0101>"
        )
    ]


@pytest.mark.parametrize("label", ["*bold*", "a_b", "~8 to 5", "`x`", ":smile:", ":+1:", "a\n> b"])
def test_a_label_with_marks_stays_plain(look: Look, label: str) -> None:
    """mrkdwn cannot show its own marks as they are: such a list is drawn as any other, with every word."""
    items = (*CONTACTS, f"{label}: 999")
    drawn, plain = (blocks_of(Message((Bullets(items, phones=on),), "s"), look) for on in (True, False))
    assert drawn == plain
    assert [block["type"] for block in drawn] == ["rich_text"]


def test_a_list_without_a_number_is_a_list(look: Look) -> None:
    """Where nothing can be dialled, the list is drawn as any other."""
    items = ("Federation Leadership Team", "Room 101")
    assert blocks_of(Message((Bullets(items, phones=True),), "s"), look)[0]["type"] == "rich_text"


def test_too_many_numbers_for_a_section_or_a_message_are_words(look: Look) -> None:
    """Rather than that a number is cut, none is a link."""
    many = tuple(f"Person {at}: 020 7946 0{at:03}" for at in range(100))
    assert blocks_of(Message((Bullets(many, phones=True),), "s"), look)[0]["type"] == "rich_text"
    filling = Paragraph("x" * 2900)
    blocks = (filling, filling, filling, Bullets(many[:40], phones=True), Bullets(many[:40], phones=True))
    plain = (*blocks[:3], Bullets(many[:40]), Bullets(many[:40]))
    room = size_of(blocks_of(Message(plain, "s"), look))
    message = Message(blocks, "s")
    assert blocks_of(message, look, room=room) == blocks_of(Message(plain, "s"), look, room=room)
    assert lost(message, {"blocks": blocks_of(message, look, room=room)}) == []


def test_a_users_number_is_never_a_link(look: Look) -> None:
    """Numbers in a report, an answer or a list of other words are shown and nothing more."""
    text = "Phone me: 020 7946 0101, or 999"
    blocks = [block for block in every_block(text) if not (isinstance(block, Bullets) and block.phones)]
    message = Message(tuple(blocks), text)
    assert "<tel:" not in str(post_of(message, look)) + str(modal(message, look))
