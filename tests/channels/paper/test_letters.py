"""What people typed in any script, as it looks on paper: in pixels, since a search finds it either way."""

import unicodedata

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from bot.channels.paper import letters
from bot.channels.paper.letters import legible
from bot.domain.messages import Heading, Paragraph
from tests.channels.paper.reading import words
from tests.channels.paper.test_paper import PAGES, printed

FONTS = letters.__file__.removesuffix("letters.py") + "fonts/"
NASKH, SANS = "NotoNaskhArabic-Regular.ttf", "DejaVuSans.ttf"
URDU = "اس نے میری تصویر لگائی یہ بہت بُرا ہے"
LINES = {
    "arabic": ("قال الطالب إنه نشر الصورة ثم حذفها", NASKH),
    "urdu": (URDU, NASKH),
    "persian": ("می‌خواهم کتاب‌ها را ببینم", NASKH),
    "hebrew": ("הוא כתב אתמול שזה לא נכון", SANS),
    "brackets": ("הוא כתב (אתמול) שזה [לא] נכון", SANS),
}
SIZE = 48


def ink(image: Image.Image) -> np.ndarray:
    """The part of a picture that is not white, as 300 by 30 values from 0 (white) to 1."""
    dark = 255 - np.asarray(image.convert("L"))
    rows, columns = np.where(dark.max(axis=1) > 60)[0], np.where(dark.max(axis=0) > 60)[0]
    cut = Image.fromarray(dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    return np.asarray(cut.resize((300, 30), Image.Resampling.BOX), dtype=float) / 255


def on_paper(text: str) -> np.ndarray:
    """The one line of text on a page, without the foot."""
    page = pypdfium2.PdfDocument(printed(Heading("x"), Paragraph(text)))[0]
    picture = page.render(scale=SIZE / 10).to_pil()
    return ink(picture.crop((0, int(picture.height * 0.08), picture.width, int(picture.height * 0.9))))


def by_harfbuzz(text: str, font: str, shaped: bool = True) -> np.ndarray:
    """The same line as another program shapes and orders it; or letter by letter, from left to right."""
    engine = ImageFont.Layout.RAQM if shaped else ImageFont.Layout.BASIC
    drawn = Image.new("L", (3000, 200), 255)
    face = ImageFont.truetype(FONTS + font, SIZE, layout_engine=engine)
    ImageDraw.Draw(drawn).text((20, 40), text, font=face, fill=0)
    return ink(drawn)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@pytest.mark.parametrize("name", LINES)
def test_right_to_left_text_is_joined_and_in_order(name: str) -> None:
    """A line of Arabic, Urdu, Persian or Hebrew looks as a shaping engine draws it."""
    text, font = LINES[name]
    seen = on_paper(text)
    right, wrong = (
        likeness(seen, by_harfbuzz(text, font)),
        likeness(seen, by_harfbuzz(text, font, shaped=False)),
    )
    assert right > 0.6, (right, wrong)
    assert wrong < right - 0.3, (right, wrong)


def test_lines_of_right_to_left_text_follow_each_other_downwards() -> None:
    """The first words of a long text from the right stand on the first line, at the right edge."""
    first, last = "שלום", "וווווו"
    page = pypdfium2.PdfDocument(printed(Heading("x"), Paragraph(f"{first} {'אב ' * 60}{last}")))[0]
    text = page.get_textpage()
    places = [text.get_charbox(at) for at in range(text.count_chars())]
    chars = text.get_text_range()
    start = next(place for char, place in zip(chars, places, strict=False) if char == "ש")
    end = next(
        place for char, place in zip(chars, places, strict=False) if char == "ו" and place[1] < start[1]
    )
    assert start[1] > end[1] + 10
    assert start[2] > page.get_width() - 60


def test_a_script_without_letters_here_is_named_with_its_length() -> None:
    """Words that the fonts cannot draw are named with their script and length; the rest stays."""
    shown = words(printed(Paragraph("Zoë Ł Жук αβγ, उसने मेरी फोटो डाली, 漢字 and ਪੰਜਾਬੀ end")))
    for text in (
        "Zoë Ł Жук αβγ, [Devanagari: 16 characters], [Chinese or Japanese: 2 characters]",
        "[Gurmukhi: 6",
    ):
        assert text in shown
    assert "\ufffd" not in shown


def test_an_emoji_is_described() -> None:
    """An emoji stands in words, a flag by its letters; nothing of it is lost."""
    assert legible("ok 😀👍🏽 🇬🇧!", PAGES) == "ok [grinning face][thumbs up sign][skin tone 4] [flag GB]!"


def test_every_letter_of_what_staff_write_in_is_drawn() -> None:
    """Each letter of the alphabets that the fonts have is drawn, and not only named."""
    alphabets = {
        "arabic and urdu": "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأؤئٹپچڈڑژکگںھہےۓۃ،؟۔٠١٢۴۵",
        "hebrew": "אבגדהוזחטיכלמנסעפצקרשתםןץףך",
        "polish, turkish, romanian": "ąćęłńóśźżğışöüçăâîșț",
        "cyrillic and greek": "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґαβγδεζηθικλμνξοπρστυφχψω",
    }
    for name, alphabet in alphabets.items():
        lacking = [unicodedata.name(char) for char in alphabet if legible(char, PAGES) != char]
        assert not lacking, name
