import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.paper import Sheet, on_one_page, pdf
from bot.content.door_texts import load_paper_texts
from bot.content.policy_load import load_policy
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
    Outside,
    Paragraph,
    Progress,
    Quote,
    Tags,
    Verdict,
)
from bot.settings import HOME
from tests.channels.paper.reading import letters, read, words

KB = HOME / "policy_kb"
PAGES = load_paper_texts(KB / "paper-texts.yml", load_policy(KB / "social-media")).pages
HOSTILE = (
    '<img src="file:///etc/passwd"/>',
    '<a href="javascript:alert(1)">click</a>',
    '<link href="http://localhost:3978/">here</link>',
    "<para><b>bold</para>",
    "</para><seq/><bullet>x</bullet>",
    "&lt; &amp; &#60;b&#62; & < > \" '",
    "<!-- -->]]><![CDATA[",
    '<font name="Nothing" size="900">big</font>',
    "{0} {x.__class__} %s %(x)s",
)


def printed(*blocks: Block) -> bytes:
    return pdf(Sheet("A paper", blocks, "27 Nov 2026"), PAGES)


def test_every_block_is_drawn_and_nothing_that_is_pressed() -> None:
    """Each kind of block that says something stands on paper; buttons, forms and progress do not."""
    shown = words(
        printed(
            Heading("The heading"),
            Paragraph("Running text\nsecond line"),
            Paragraph("Small print", muted=True),
            Callout("danger", "Phone 999", "at once"),
            Verdict("never", "Never"),
            Quote("sm-092", "Use of images", (319, 321), "they must delete it"),
            Bullets(("first", "second"), "A list"),
            Facts((("Label", "value"),)),
            Tags(("URGENT", "RESTRICTED")),
            Outside("Ask the DSL", "KCSIE"),
            Buttons((Button("Press me", "a"),)),
            Form("a", "", (Field("f", "Fill me", "text"),), "Send me"),
            Progress(1, 2),
        )
    )
    for text in (
        *("The heading", "Running text second line", "Small print", "Phone 999 at once", "Never"),
        *("“they must delete it”", "Use of images, lines 319 to 321 (clause sm-092)", "A list", "first"),
        *("Label value", "URGENT · RESTRICTED", "Not in this policy: Ask the DSL Source: KCSIE"),
    ):
        assert text in shown
    for text in ("Press me", "Fill me", "Send me"):
        assert text not in shown


def test_the_file_says_what_it_is() -> None:
    """Title, author, language, outline, A4, the date and "page x of y" stand in the file."""
    found = read(printed(Heading("The title"), *(Heading(f"Part {n}") for n in range(80))))
    assert found.metadata is not None
    assert (found.metadata.title, found.metadata.author) == ("A paper", "Signpost")
    assert found.trailer["/Root"]["/Lang"] == "en-GB"  # type: ignore[index]
    assert [round(float(side)) for side in found.pages[0].mediabox[2:]] == [595, 842]
    assert str(found.outline[0].title) == "The title"  # type: ignore[union-attr]
    count = len(found.pages)
    assert count > 1
    for number, page in enumerate(found.pages, start=1):
        assert f"Page {number} of {count}" in page.extract_text()
        assert "Printed on 27 Nov 2026" in page.extract_text()


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_from_people_is_printed_as_text(text: str) -> None:
    """Markup that somebody typed, anywhere in a paper, is drawn letter by letter and never obeyed."""
    content = printed(
        Heading(text),
        Paragraph(text),
        Callout("info", text, text),
        Facts(((text, text),)),
        Bullets((text,), text),
        Quote("c", text, (1, 2), text),
        Tags((text,)),
        Outside(text, text),
        Verdict("never", text),
    )
    assert letters(content).count("".join(text.split())) == 14
    pages = read(content).pages
    assert not any("/Annots" in page or list(page.images) for page in pages)


def test_what_hides_or_turns_text_is_left_out() -> None:
    """Control characters, marks that turn the direction of writing and unseen ones are not on paper."""
    text = "ab\x00c\x1b[31m \u202egnp.exe \u2066x\u2069 y\u200bz \ud800 \U000e0041\U000e0042 so\u00adft"
    assert words(printed(Paragraph(text))).startswith("abc[31m gnp.exe x yz soft")


def test_long_words_and_long_texts_flow() -> None:
    """A word of 5,000 letters is broken within the page, and 20,000 characters flow over pages, none lost."""
    long = " ".join(f"w{number}" for number in range(3600))
    content = printed(Facts((("What happened", long),)), Paragraph("x" * 5000), Callout("info", "t", long))
    shown = words(content)
    assert len(long) > 20_000
    assert all(f" w{number} " in shown for number in (0, 1700, 3598))
    assert shown.count("x") >= 5000
    assert len(read(content).pages) > 3


def test_many_facts_and_an_empty_paper() -> None:
    """A table of hundreds of rows goes over pages, and a paper with nothing on it is still a page."""
    content = printed(Facts(tuple((f"Label {n}", f"value {n}") for n in range(300))), Facts(()), Tags(()))
    assert "value 299" in words(content)
    assert len(read(printed()).pages) == 1


def test_a_long_table_begins_below_its_heading() -> None:
    """A table that does not fit the rest of a page goes on over the next: no page is left half bare."""
    above = [Paragraph(f"Line {number}") for number in range(12)]
    rows = Facts(tuple((f"Label {number}", "value " * 20) for number in range(24)))
    pages = [page.extract_text() for page in read(printed(*above, Heading("History"), rows)).pages]
    assert "History" in pages[0]
    assert "Label 3" in pages[0]
    assert "Label 23" in pages[-1]
    # Not even one row stays below its heading: they go on together.
    low = [Paragraph(f"Line {number}") for number in range(37)]
    pages = [page.extract_text() for page in read(printed(*low, Heading("History"), rows)).pages]
    assert [("History" in page) for page in pages] == [("Label 0" in page) for page in pages]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_printed(text: str) -> None:
    """Whatever somebody typed, a readable PDF comes of it."""
    assert read(printed(Heading(text), Facts(((text, text),)), Callout("info", text, text))).pages


def test_the_largest_type_that_fits_one_page_is_taken() -> None:
    """A sheet is on one page as long as the smallest type allows; nothing is cut where it does not."""
    few = tuple(Paragraph(f"line {number}") for number in range(32))
    assert len(read(pdf(Sheet("t", few * 2, "d"), PAGES)).pages) > 1
    small = tuple(Paragraph(f"line {number}") for number in range(36))
    assert len(read(on_one_page(Sheet("t", small, "d"), PAGES)).pages) == 1
    assert "line 31" in words(on_one_page(Sheet("t", few * 9, "d"), PAGES))
