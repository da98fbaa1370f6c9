"""The same conversation in a terminal: blocks as lines, buttons by number, forms field by field."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

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
    Link,
    Message,
    Outside,
    Paragraph,
    Progress,
    Quote,
    Table,
    Tags,
    Verdict,
)
from bot.domain.turns import Content, Incoming, Pressed, Said, Sender, Submitted, Typed

PLATFORM = "terminal"
_WIDTH = 88


def clean(text: str) -> str:
    """Without the control characters that a terminal would obey."""
    return "".join(char for char in text if char == "\n" or (char.isprintable() and char != "\x1b"))


def lines(message: Message) -> list[str]:
    """A message as lines of text; buttons and forms are announced apart (see `Terminal`)."""
    return [line for block in message.blocks for line in _block(block)]


def _block(block: Block) -> list[str]:
    match block:
        case Heading(text):
            return ["", clean(text).upper()]
        case Paragraph(text):
            return _wrapped(text)
        case Callout(tone, title, text):
            mark = "!!!" if tone == "danger" else "***"
            return ["", *_wrapped(f"{mark} {title}"), *_wrapped(text)]
        case Verdict(_, label):
            return [f"[{clean(label)}]"]
        case Quote(clause, section, (first, last), text):
            source = f"{section}, lines {first}-{last} ({clause})"
            return [*_wrapped(f"“{text}”", "  > "), *_wrapped(source, "    ")]
    return _list_block(block)


def _list_block(block: Block) -> list[str]:
    match block:
        case Bullets(items, title):
            return [*_wrapped(title), *(line for item in items for line in _wrapped(item, "  - "))]
        case Facts(items):
            return [line for label, value in items for line in _wrapped(f"{label}: {value}", "  ")]
        case Tags(items):
            return ["  ".join(f"[{clean(item)}]" for item in items)] if items else []
        case Outside(text, source):
            return _wrapped(f"Not in this policy{f' ({source})' if source else ''}: {text}")
        case Table(_, rows):
            return [line for row in rows for line in _wrapped(row.text, "  ")]
        case Link(label, url):
            return [clean(f"{label}: {url}")]
        case Progress(done, total):
            return [f"Step {done} of at most {total}"]
    return []


def _wrapped(text: str, indent: str = "") -> list[str]:
    later = " " * len(indent)
    return [
        wrapped
        for line in clean(text).split("\n")
        if line.strip()
        for wrapped in textwrap.wrap(line, _WIDTH, initial_indent=indent, subsequent_indent=later)
    ]


@dataclass
class Terminal:
    """One person's chat. `read` asks for a line, `show` prints one, `handle` is the core."""

    user: str
    handle: Callable[[Incoming], tuple[Message, ...]]
    read: Callable[[str], str]
    show: Callable[[str], None]
    new_id: Callable[[], str]
    _buttons: list[Button] = field(default_factory=list)
    _form: Form | None = None

    def run(self) -> None:
        """Until the person types quit or the input ends."""
        try:
            self._send(Pressed("screen.new"), counts=False)
            while True:
                content = self._next()
                if content is None:
                    return
                self._send(content)
        except (EOFError, KeyboardInterrupt):
            self.show("")

    def _next(self) -> Content | None:
        if self._form is not None:
            form, self._form = self._form, None
            values = dict[str, tuple[str, ...]]()
            if self._filled(form, values):
                return Submitted(form.action, form.value, values)
        text = self.read("> ").strip()
        if text in ("quit", "exit"):
            return None
        if text.isdigit() and 1 <= int(text) <= len(self._buttons):
            pressed = self._buttons[int(text) - 1]
            return Pressed(pressed.action, pressed.value)
        return Said(text)

    def _send(self, content: Content, *, counts: bool = True) -> None:
        replies = self.handle(Incoming(self.new_id(), Sender(PLATFORM, self.user), content, counts=counts))
        self._buttons, self._form = [], None
        for message in replies:
            for line in lines(message):
                self.show(line)
            self._offer(message)

    def _offer(self, message: Message) -> None:
        for block in message.blocks:
            if isinstance(block, Buttons | Table):
                shown = block.items if isinstance(block, Buttons) else [row.button for row in block.rows]
                for button in shown:
                    self._buttons.append(button)
                    self.show(f"  {len(self._buttons)}. {clean(button.label)}")
            if isinstance(block, Form):
                self._form = block

    def _filled(self, form: Form, values: dict[str, tuple[str, ...]]) -> bool:
        """Ask for each field. False where the form is left: what was typed by then is kept, not sent."""
        done = False
        try:
            done = self._fill(form, values)
        finally:
            if not done:
                kept = Typed(form.value, values)
                self.handle(Incoming(self.new_id(), Sender(PLATFORM, self.user), kept, counts=False))
        return done

    def _fill(self, form: Form, values: dict[str, tuple[str, ...]]) -> bool:
        self.show("")
        self.show(f"{clean(form.title or 'A short form')} (Enter skips a field, a full stop leaves the form)")
        for item in form.fields:
            answer = self._ask(item)
            if answer is None:
                return False
            values[item.name] = answer
        return True

    def _ask(self, item: Field) -> tuple[str, ...] | None:
        for line in _question(item):
            self.show(line)
        typed = self.read("  ").strip()
        if typed == ".":
            return None
        return _answer(item, typed)


def _question(item: Field) -> Iterator[str]:
    optional = "" if item.required else " (optional)"
    if item.error:
        yield f"  ! {clean(item.error)}"
    yield f"  {clean(item.label)}{optional}"
    if item.hint:
        yield f"    {clean(item.hint)}"
    for number, option in enumerate(item.options, start=1):
        yield f"    {number}. {clean(option.label)}"
    if item.value:
        yield f"    Enter keeps: {clean(', '.join(item.value))}"


def _answer(item: Field, typed: str) -> tuple[str, ...]:
    if not typed:
        return item.value
    if not item.options:
        return (typed,)
    numbers = [int(part) for part in typed.replace(",", " ").split() if part.isdigit()]
    picked = tuple(item.options[n - 1].value for n in numbers if 1 <= n <= len(item.options))
    # Something else than the numbers goes on as it is: the form says what is wrong with it.
    return picked or (typed,)
