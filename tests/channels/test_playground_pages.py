"""How blocks become HTML: safe, complete, and readable without colour."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

import bot.channels.playground as playground
from bot.channels.playground.pages import Item, Pages
from bot.channels.playground.people import initials, people_of
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Callout,
    Facts,
    Field,
    FieldKind,
    Form,
    Heading,
    Link,
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
    buttons,
)
from tests.channels.fake_core import FEDERATION

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}{% raw %}&lt;b&gt;"
KINDS: tuple[FieldKind, ...] = ("text", "long_text", "choice", "choices", "datetime", "number", "link")
PAGES = Pages("Europe/London")


def evil_form(kind: FieldKind, many: bool = False) -> Form:
    options = tuple(Option(f"{EVIL}{n}", EVIL) for n in range(12 if many else 2))
    field = Field(EVIL, EVIL, kind, hint=EVIL, options=options, value=(EVIL,), error=EVIL)
    return Form(EVIL, EVIL, (field,), EVIL, EVIL)


class Seen(HTMLParser):
    """The tags and attributes that a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


BLOCKS: tuple[Block, ...] = (
    Heading(EVIL),
    Paragraph(EVIL),
    Callout("danger", EVIL, EVIL),
    Verdict(EVIL, EVIL),
    Quote(EVIL, EVIL, (1, 2), EVIL),
    Bullets((EVIL,), EVIL),
    Bullets((f"{EVIL}: 999",), EVIL, phones=True),
    Facts(((EVIL, EVIL),)),
    Tags((EVIL, "URGENT")),
    Outside(EVIL, EVIL),
    buttons(Button(EVIL, EVIL, EVIL)),
    Table((EVIL, EVIL), (Row((EVIL, EVIL), EVIL, Button(EVIL, EVIL, EVIL)),)),
    Link(EVIL, "http://localhost/case/FED-7K3Q/pdf/X"),
    Progress(1, 5),
    evil_form("choice", many=True),
    *(evil_form(kind) for kind in KINDS),
)


def body(*blocks: Block, summary: str = "A message") -> str:
    return PAGES.body(Message(blocks, summary), "s")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: type(block).__name__)
def test_hostile_text_stays_text(block: Block) -> None:
    """Markup, quotes and template syntax in any text of any block are shown, never obeyed."""
    html = body(block, summary=EVIL)
    seen = Seen()
    seen.feed(html)
    assert not seen.tags & {"script", "img", "style", "iframe"}
    assert not [name for name in seen.attributes if name.startswith("on") or name in ("style", "src")]
    assert "{{ 7*7 }}" in html


def test_every_block_is_rendered() -> None:
    """No kind of block is missing from the templates."""
    assert {type(block).__name__ for block in BLOCKS} == {kind.__name__ for kind in Block.__args__}


def test_a_bubble_is_escaped_and_bounded() -> None:
    """A very long message is shortened in the chat, and says so."""
    html = PAGES.bubble("<b>" + "x" * 20_000)
    assert "&lt;b&gt;" in html
    assert "the rest is not shown" in html
    assert len(html) < 3_000


def test_characters_that_turn_text_round_are_marked() -> None:
    """Bidirectional overrides, control characters and broken surrogates become a visible mark."""
    html = body(Paragraph("safe\u202egnp.exe\x00\x1b[31m\u2066\ud800"))
    assert html.count("\ufffd") == 5
    assert html.encode()


def test_contact_lines_can_be_dialled() -> None:
    """Each number of a contact line is a link to dial it, and everything around it is escaped text."""
    items = ("<b> & | *x*: 020 7946 0101 (Elm), 020 7946 0111 (Ash)", "Police: 999")
    html = body(Bullets(items, "Phone", phones=True))
    assert (
        '<li dir="auto">&lt;b&gt; &amp; | *x*: <a href="tel:+442079460101">020 7946 0101</a> (Elm), '
        '<a href="tel:+442079460111">020 7946 0111</a> (Ash)</li>'
        '<li dir="auto">Police: <a href="tel:999">999</a></li>'
    ) in html


def test_a_users_number_is_never_a_link() -> None:
    """Numbers in a report, an answer, a list of other words or a bubble are shown and nothing more."""
    said = "Phone me: 020 7946 0101, or 999"
    blocks = (Paragraph(said), Callout("info", said, said), Bullets((said,), said), Facts(((said, said),)))
    assert "tel:" not in body(*blocks, Outside(said, said)) + PAGES.bubble(said)


def test_lines_break_and_other_scripts_stay() -> None:
    """Line breaks, emoji and other alphabets are untouched."""
    assert "one\ntwo مرحبا 👩🏽‍🏫" in body(Paragraph("one\r\ntwo مرحبا 👩🏽‍🏫"))


def test_a_quote_says_where_it_stands() -> None:
    """A clause is shown word for word, with its section and its lines."""
    html = body(Quote("sm-1", "Personal use", (328, 329), "Staff are not permitted"))
    assert "<blockquote><p>Staff are not permitted</p></blockquote>" in html
    assert "Personal use, lines 328–329" in html
    assert "line 7<" in body(Quote("sm-1", "Aims", (7, 7), "x"))


def test_what_the_policy_does_not_say_is_marked() -> None:
    """Local advice always carries the words "Not in this policy"."""
    assert "Not in this policy" in body(Outside("Phone first."))


@pytest.mark.parametrize(
    "verdict", ["never", "must", "allowed_if", "encouraged", "information", "unheard-of"]
)
def test_a_verdict_is_a_word_and_a_sign(verdict: str) -> None:
    """No verdict rests on colour alone, and an unknown one is shown as information."""
    html = body(Verdict(verdict, "The word"))
    assert "The word</p>" in html
    sign = verdict if verdict != "unheard-of" else "information"
    assert f'href="#i-v-{sign}"' in html


def test_every_sign_is_drawn() -> None:
    """Each icon that a template names is in the page's set of drawings."""
    folder = Path(playground.__file__).parent / "templates"
    drawn = set(re.findall(r'id="(i-[\w-]+)"', (folder / "icons.html").read_text("utf-8")))
    named = {
        name
        for path in folder.rglob("*.html")
        for name in re.findall(r'#(i-[\w-]+)"', path.read_text("utf-8"))
    }
    tones = {f"i-{tone}" for tone in ("plain", "info", "success", "warning", "danger")}
    verdicts = {f"i-v-{one}" for one in ("never", "must", "allowed_if", "encouraged", "information")}
    assert named | tones | verdicts <= drawn


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_its_label_and_error_bound(kind: FieldKind) -> None:
    """A screen reader hears the label, the hint and the error of each kind of field."""
    field = Field(
        "when", "When was it?", kind, hint="Roughly", options=(Option("a", "A"),), error="Say when."
    )
    html = body(Form("act", "val", (field,), "Continue"))
    assert 'aria-describedby="s-1-1-when-hint s-1-1-when-error"' in html
    assert 'href="#s-1-1-when"' in html
    assert 'id="s-1-1-when"' in html
    assert "<legend>When was it?" in html or '<label for="s-1-1-when">When was it?' in html


def test_a_form_keeps_what_was_typed() -> None:
    """After an error, what was typed and picked is still there, a leading line break included."""
    text = Field("what", "What?", "long_text", value=("\nline",))
    pick = Field("kind", "Kind?", "choices", options=(Option("a", "A"), Option("b", "B")), value=("b",))
    html = body(Form("act", "", (text, pick), "Go"))
    assert ">\n\nline</textarea>" in html
    assert re.findall(r'value="(\w)"[^>]*checked', html) == ["b"]


def test_long_text_is_never_cut_short_unseen() -> None:
    """The page sets no limit of its own: what is too long comes back with its length, and nothing is lost."""
    assert "maxlength" not in "".join(body(evil_form(kind)) for kind in KINDS)


def test_a_review_is_one_list() -> None:
    """A button that changes one fact stands in its row, under its whole name; others keep their own."""
    change = Button("Change: School", "edit", "school")
    html = body(
        Facts((("School", "Elm"), ("When", "Today"))), buttons(change, Button("Change: More", "edit"))
    )
    row = html[html.index("<dt>School</dt>") : html.index("<dt>When</dt>")]
    assert 'data-value="school">Change<span class="for-ears">: School</span></button>' in row
    assert html.count("data-action") == 2
    assert body(Facts((("School", "Elm"),)), buttons(change)).count("data-action") == 1


def test_a_title_is_not_said_twice() -> None:
    """A heading that the form below it repeats is shown once."""
    form = Form("act", "", (), "Go", "Close it")
    assert body(Heading("Close it"), form).count("Close it") == 1
    assert body(Heading("Close it"), Paragraph("Read this."), form).count("Close it") == 1
    assert body(Heading("Before"), form).count("Close it") == 1


def test_a_long_warning_without_more_is_running_text() -> None:
    """A callout of one long sentence is not set as a title."""
    assert "callout-title" not in body(Callout("info", "x" * 80))
    assert "callout-title" in body(Callout("info", "Received"))


def test_there_is_no_way_to_attach_a_file() -> None:
    """No page and no form holds a file field."""
    folder = Path(playground.__file__).parent
    pages = "".join(path.read_text("utf-8") for path in folder.rglob("*.html"))
    assert 'type="file"' not in pages + "".join(body(block) for block in BLOCKS)


def test_times_are_local_and_name_another_day() -> None:
    """Times are the Federation's own; those of another day carry their date."""
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    later = datetime(2026, 7, 3, 8, 0, tzinfo=UTC)
    item = Item("chat-1", "", at)
    assert ">23:30</time>" in PAGES.item(item, at)
    assert ">Wed 1 Jul, 23:30</time>" in PAGES.item(item, later)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Dr Mira Patel", "MP"), ("Cher", "C"), ("Ana de la Cruz", "AC"), ("Mrs", "M"), ("", "?")],
)
def test_initials(name: str, letters: str) -> None:
    """A title is no part of a person's initials."""
    assert initials(name) == letters


def test_people_carry_their_roles_and_membership() -> None:
    """Only holders of the Leadership Team's roles are members; a school's role names its school."""
    people = people_of(FEDERATION)
    assert [face.user for face in people.members()] == ["amara", "tom", "helen"]
    grace = people.find("grace")
    assert grace is not None
    assert grace.roles == "Designated Safeguarding Lead (Elm Primary School)"
    assert people.find("stranger") is None


def test_a_word_in_brackets_after_a_name_is_its_caption() -> None:
    """ "Jon Ashworth (teaching assistant)" is shown as a name with what the person does under it."""
    jon = people_of(FEDERATION).find("jon")
    assert jon is not None
    assert (jon.name, jon.initials, jon.roles) == ("Jon Ashworth", "JA", "Teaching assistant")


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


PAIRS = (
    *(
        (ink, ground)
        for ink in ("ink", "soft")
        for ground in ("ground", "pane", "raised", "sunk", "brand-wash")
    ),
    *((tone, f"{tone}-wash") for tone in ("red", "amber", "green", "blue", "slate", "plum")),
    *(("ink", f"{tone}-wash") for tone in ("red", "amber", "green", "blue", "slate")),
    ("on-solid", "red"),
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("own-ink", "own"),
    ("brand", "pane"),
    ("brand-strong", "raised"),
    ("red", "pane"),
    ("red", "raised"),
)


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="dark"]'])
def test_text_stands_out(theme: str) -> None:
    """Every pair of text and ground reaches the 4.5 to 1 of WCAG AA, in both themes."""
    css = (Path(playground.__file__).parent / "static" / "signpost.css").read_text("utf-8")
    rules = dict(re.findall(r"^(:root[^ ]*) \{(.*?)\}", css, re.S | re.M))
    found = {theme: dict(re.findall(r"--([\w-]+): (#\w{6})", text)) for theme, text in rules.items()}
    colours = found[":root"] | found[theme]
    faint = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}
