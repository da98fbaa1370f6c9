"""A second policy of 40 rules, made up, as the Word and PDF files that a school would have of it."""

from __future__ import annotations

from pathlib import Path

import docx
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

TITLE = "Mobile Phone Policy"
#: A heading, then paragraphs; those that begin with "- " are bullets.
TEXT = """\
# Purpose
This policy sets out how mobile phones and smart watches are used in our schools. It applies to \
pupils, staff, parents and visitors.
# Pupils
Pupils must not use mobile phones during the school day. Pupils must hand their phones in to the \
office before registration. Pupils may collect their phones from the office at the end of the day.
A phone that is seen or heard will be confiscated. Confiscated phones must be collected by a \
parent within 5 days. Smart watches with cameras must not be worn in school.
Pupils in the sixth form may use their phones in the common room. Sixth formers must not use \
phones in corridors.
Pupils should tell a teacher if they receive an unkind message. Pupils must not share other \
people’s phone numbers.
# Staff
Staff must not use personal mobile phones in the presence of pupils. Staff may use their phones in \
the staff room during breaks. Staff should keep their phones on silent.
Staff must never take photographs of pupils with a personal phone. Staff must never give pupils \
their personal phone number. Staff should use a school phone on trips.
Staff expecting an urgent call may ask the office to take it. Line managers should agree to any \
exception in writing. Staff must lock their phones with a passcode.
# Trips and visits
The trip leader must carry a school mobile phone. On a trip, staff must:
- leave the number of the school phone with the office;
- charge the school phone the evening before;
- report a lost school phone within 24 hours.
Pupils may take phones on residential trips. Phones on residential trips must be handed in at 9 pm.
# Parents and visitors
Parents must not use phones inside the school buildings. Visitors should leave their phones at \
reception. Parents may photograph their own child at school events. Photographs of other children \
must not be posted online.
In an emergency, parents should phone the office and not their child’s phone. Contractors may \
carry phones for their work.
# Examinations
Phones must not be taken into an examination room. A pupil with a phone in an examination will be \
reported to the examination board. Invigilators must keep their own phones switched off.
# Loss and damage
The schools are not liable for lost or damaged phones. Pupils should mark their phones with their \
name. Lost phones should be reported to the office on the same day.
# Searching
The headteacher may authorise a search for a phone. Staff must not look through the contents of a \
pupil’s phone. A phone that may hold evidence of a crime must be given to the Designated \
Safeguarding Lead.
# Review
The governors review this policy every 2 years.
"""
PAGE_LINE = "Harbour Federation - Mobile Phone Policy"


def lines(text: str = TEXT) -> list[str]:
    """The paper, a paragraph a line."""
    return [line for line in text.splitlines() if line]


def as_docx(path: Path, text: str = TEXT) -> Path:
    """The Word file."""
    document = docx.Document()
    document.add_heading(TITLE, 0)
    for line in lines(text):
        if line.startswith("# "):
            document.add_heading(line[2:], 1)
        elif line.startswith("- "):
            document.add_paragraph(line[2:], style="List Bullet")
        else:
            document.add_paragraph(line)
    document.save(str(path))
    return path


def as_pdf(path: Path, text: str = TEXT) -> Path:
    """The PDF, with a running title and a number on each page."""
    styles = getSampleStyleSheet()
    story = [Paragraph(TITLE, styles["Title"])]
    for line in lines(text):
        if line.startswith("# "):
            story.append(Paragraph(line[2:], styles["Heading1"]))
        else:
            story.append(
                Paragraph(line.replace("- ", "• ", 1) if line.startswith("- ") else line, styles["BodyText"])
            )

    def running(canvas: object, _document: object) -> None:
        canvas.drawString(72, 810, PAGE_LINE)  # type: ignore[attr-defined]
        canvas.drawString(290, 30, f"Page {canvas.getPageNumber()} of 3")  # type: ignore[attr-defined]

    SimpleDocTemplate(str(path), pagesize=(595, 420)).build(story, onFirstPage=running, onLaterPages=running)
    return path
