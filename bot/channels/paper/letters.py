"""What the fonts can draw of what people typed: the rest is named in words, never left out or a blank mark.

Arabic, Urdu, Persian and Hebrew are joined and ordered here, line by line: reportlab draws what it is given
from left to right.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_base_level, get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from bot.content.door_texts import PageTexts
from bot.reporting.inputs import clean_text

PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
# DejaVu lacks two of the commonest letters of Urdu.
_ARABIC = {PLAIN: "NotoNaskhArabic-Regular", BOLD: "NotoNaskhArabic-Bold"}
_ARABIC_BLOCKS = ((0x600, 0x700), (0x750, 0x780), (0xFB50, 0xFE00), (0xFE70, 0xFF00))
_FOLDER = Path(__file__).parent / "fonts"
# Neither drawn nor read: soft hyphens, joiners, tags, and halves of characters.
_UNSEEN = frozenset(("Cc", "Cf", "Cs"))
# Parts two letters of Persian or Urdu that would else be joined.
_NON_JOINER = "\u200c"
_EMOJI, _FLAG = "So", "REGIONAL INDICATOR SYMBOL LETTER "
_RIGHT_TO_LEFT = frozenset(("R", "AL"))
# What Unicode calls a script by the first word of its letters' names, where people call it otherwise.
_SCRIPTS = {"CJK": "Chinese or Japanese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}


@functools.cache
def drawn() -> frozenset[int]:
    """The characters that can be drawn, in bold too; the fonts are registered on the way."""
    letters = frozenset.intersection(*map(_registered, (PLAIN, BOLD)))
    arabic = frozenset.intersection(*map(_registered, _ARABIC.values()))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)
    both = {code for code in letters if not _is_arabic(code)} | {code for code in arabic if _is_arabic(code)}
    # Beyond the first plane reportlab writes codes that no reader can turn back into text.
    return frozenset(code for code in both if code <= 0xFFFF)


def _registered(name: str) -> frozenset[int]:
    font = TTFont(name, str(_FOLDER / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def _is_arabic(code: int) -> bool:
    return any(first <= code < last for first, last in _ARABIC_BLOCKS)


def faced(text: str, font: str) -> Iterator[tuple[str, str]]:
    """The runs of `text`, each with the font that has its letters."""
    for arabic, run in groupby(text, lambda char: _is_arabic(ord(char))):
        yield (_ARABIC[font] if arabic else font), "".join(run)


def _width(text: str, font: str, size: float) -> float:
    return float(sum(pdfmetrics.stringWidth(run, face, size) for face, run in faced(text, font)))


def legible(text: str, texts: PageTexts) -> str:
    """`text` without what is unseen or turns the direction of writing, and with a name for what has no glyph.

    An emoji becomes "[grinning face]", a run of another script "[Devanagari: 12 characters]".
    """
    seen = "".join(char for char in clean_text(text) if _is_seen(char))
    parts = [(kind, "".join(run)) for kind, run in groupby(seen, _kind)]
    return "".join(_named(kind, run, texts) for kind, run in _joined(parts))


def scripts(text: str) -> tuple[str, ...]:
    """The scripts in `text` that the fonts cannot draw, each once."""
    found = (_kind(char) for char in clean_text(text) if _is_seen(char))
    return tuple(dict.fromkeys(kind for kind in found if kind not in ("", _EMOJI)))


def _is_seen(char: str) -> bool:
    if "\ufe00" <= char <= "\ufe0f":
        # Says only whether an emoji is coloured.
        return False
    return char in ("\n", _NON_JOINER) or unicodedata.category(char) not in _UNSEEN


def _kind(char: str) -> str:
    """ "" for what is drawn, "So" for an emoji, else the name of the script."""
    if char == "\n" or ord(char) in drawn():
        return ""
    if unicodedata.category(char) in (_EMOJI, "Sk"):
        return _EMOJI
    first = unicodedata.name(char, "").partition(" ")[0]
    return _SCRIPTS.get(first, first.capitalize()) or "?"


def _joined(parts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The parts; words of one script with the spaces between them as one."""
    waiting: tuple[str, str] = ("", "")
    gap = ""
    for kind, run in parts:
        if waiting[0] and kind == "" and run.strip(" ") == "":
            gap = run
        elif waiting[0] and gap and kind == waiting[0] != _EMOJI:
            waiting, gap = (kind, waiting[1] + gap + run), ""
        else:
            yield from (waiting, ("", gap))
            waiting, gap = (kind, run), ""
    yield from (waiting, ("", gap))


def _named(kind: str, run: str, texts: PageTexts) -> str:
    if not kind:
        return run
    if kind == _EMOJI:
        return "".join(texts.emoji.fill(name=name) for name in _emojis(run))
    count = sum(1 for char in run if not char.isspace())
    if kind == "?":
        return texts.unknown.fill(count=count)
    return texts.script.fill(script=kind, count=count)


def _emojis(run: str) -> Iterator[str]:
    """The name of each emoji; two letters of a flag are one."""
    letters = ""
    for char in run:
        name = unicodedata.name(char, "emoji")
        if not name.startswith(_FLAG):
            yield name.lower().replace("emoji modifier fitzpatrick type-", "skin tone ")
            continue
        letters += name.removeprefix(_FLAG)
        if len(letters) == 2:
            yield f"flag {letters}"
            letters = ""


# Vowel marks stay: they tell words apart.
_reshaper = ArabicReshaper({"delete_harakat": False, "support_ligatures": True})


def is_right_to_left(text: str) -> bool:
    """Whether the text as a whole runs from right to left: what its first letter does."""
    return any(map(_turns, text)) and get_base_level(text) == 1


def _turns(char: str) -> bool:
    return unicodedata.bidirectional(char) in _RIGHT_TO_LEFT


def in_order(text: str, font: str, size: float, width: float) -> str:
    """`text` with right-to-left letters joined, and its lines, `width` points wide, in the order of drawing.

    A line that runs from left to right alone is left as it is, to be broken when it is drawn.
    """
    drawn()
    found = [
        "\n".join(_turned(line, lambda part: _width(part, font, size), width))
        if any(map(_turns, line))
        else line
        for line in text.split("\n")
    ]
    return "\n".join(found).replace(_NON_JOINER, "")


def _turned(line: str, width_of: Callable[[str], float], width: float) -> Iterator[str]:
    base = "R" if get_base_level(line) == 1 else "L"
    for part in _broken(_shaped(line), width_of, width):
        yield get_display(part, base_dir=base)


def _shaped(line: str) -> str:
    shaped = _reshaper.reshape(line)
    # A form that the fonts lack stands as the letter itself, unjoined, rather than as nothing.
    return "".join(char if ord(char) in drawn() else unicodedata.normalize("NFKC", char) for char in shaped)


def _broken(text: str, width_of: Callable[[str], float], width: float) -> Iterator[str]:
    """Lines of whole words; a word that is longer than a line is broken."""
    held = ""
    for word in text.split():
        if held and width_of(f"{held} {word}") > width:
            yield held
            held = ""
        while width_of(word) > width:
            most = max(
                1, next(at for at in range(len(word), 0, -1) if at == 1 or width_of(word[:at]) <= width)
            )
            yield word[:most]
            word = word[most:]
        held = f"{held} {word}" if held else word
    if held:
        yield held
