from collections.abc import Iterator

from bot.channels.terminal import Terminal, clean, lines
from bot.domain.messages import (
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
    Tags,
    Verdict,
)
from bot.domain.turns import Content, Incoming, Pressed, Said, Submitted, Typed

FIELDS = (
    Field("where", "Where?", "text", required=False),
    Field("what", "What?", "choices", options=(Option("a", "Abuse"), Option("b", "Bullying"))),
)
FORM = Message((Form("journey.submit", "d|s", FIELDS, "Go on"),), "a form")
CHOICE = Message(
    (Paragraph("Which?"), Buttons((Button("One", "x", "1"), Button("Two", "x", "2")))), "a choice"
)


class Played:
    """A chat whose typed lines are given beforehand: what the core was sent, and what was shown."""

    def __init__(self, typed: list[str], replies: list[Message]) -> None:
        self.sent: list[Content] = []
        self.shown: list[str] = []
        self._typed: Iterator[str] = iter(typed)
        self._replies = iter(replies)
        ids = iter(range(100))
        Terminal("me", self._handle, self._read, self.shown.append, lambda: f"e{next(ids)}").run()

    def _handle(self, incoming: Incoming) -> tuple[Message, ...]:
        if incoming.content == Pressed("screen.new"):
            # Before anything is typed.
            assert not self.sent
            return ()
        self.sent.append(incoming.content)
        return tuple(reply for reply in [next(self._replies, None)] if reply)

    def _read(self, _prompt: str) -> str:
        try:
            return next(self._typed)
        except StopIteration:
            raise EOFError from None


def test_a_number_presses_the_button() -> None:
    """The number of a button presses it; a number that no button has is just words."""
    played = Played(["hello", "2", "7"], [CHOICE, CHOICE])
    assert played.sent == [Said("hello"), Pressed("x", "2"), Said("7")]
    assert "  2. Two" in played.shown


def test_a_form_is_asked_field_by_field() -> None:
    """Each field is asked in turn; options are chosen by number, several with commas."""
    played = Played(["report", "the hall", "1, 2"], [FORM])
    assert played.sent[1] == Submitted("journey.submit", "d|s", {"where": ("the hall",), "what": ("a", "b")})


def test_a_field_can_be_skipped_and_a_form_left() -> None:
    """Enter skips a field; a full stop leaves the form: what was typed by then is kept and not sent."""
    assert Played(["report", "", "1"], [FORM]).sent[1] == Submitted(
        "journey.submit", "d|s", {"where": (), "what": ("a",)}
    )
    kept = Typed("d|s", {"where": ("the hall",)})
    assert Played(["report", "the hall", ".", "quit"], [FORM]).sent == [Said("report"), kept]
    # So does the end of the input: a window that was closed.
    assert Played(["report", "the hall"], [FORM]).sent == [Said("report"), kept]


def test_terminal_codes_in_a_text_do_nothing() -> None:
    """Escape codes, backspaces and bidi marks in anybody's text never reach the terminal."""
    assert clean("a\x1b[2Jb\x08\x07\u202ec\n") == "a[2Jbc\n"


def test_every_block_can_be_read() -> None:
    """Each kind of block has its lines, a quotation with its section and lines."""
    message = Message(
        (
            Heading("Title"),
            Verdict("never", "No"),
            Quote("sm-094", "Personal use > Staff", (328, 329), "Staff are not permitted"),
            Bullets(("one",), "Next"),
            Facts((("School", "Oak"),)),
            Tags(("URGENT",)),
            Outside("Phone the DSL.", "KCSIE"),
            Callout("danger", "Call 999", "Now."),
            Progress(1, 6),
        ),
        "all",
    )
    text = "\n".join(lines(message))
    for part in (
        "TITLE",
        "[No]",
        "“Staff are not permitted”",
        "lines 328-329",
        "- one",
        "School: Oak",
        "[URGENT]",
    ):
        assert part in text
    for part in ("Not in this policy (KCSIE): Phone the DSL.", "!!! Call 999", "Step 1 of at most 6"):
        assert part in text
