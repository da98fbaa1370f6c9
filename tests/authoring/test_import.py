"""A second policy comes in as a file: what is drafted from it, what is refused, and how it is finished."""

from __future__ import annotations

import re
import time
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from bot.asking.answer import answer
from bot.asking.labels import read_labelled
from bot.authoring.proof import prove_content
from bot.authoring.reading import MOST_PAGES, UnreadableFile, parse, read_file
from bot.authoring.sentences import rules_of
from bot.content.documents import DataFaults
from bot.content.wording import fold
from bot.engine.parse import Parse, Ranked
from bot.engine.training import load_training
from tests.authoring import measure, mobile_phones
from tests.authoring.office import TODAY, Office

KB = "policy_kb/mobile-phone-policy"
# Numbered as many a policy is; a line of a PDF may begin with a number of its own.
NUMBERED = """\
# 1. Pupils
1.1 Pupils must keep their phones off from 8.30 am to 3.15 pm.
1.2 A phone that rings must be handed in.
1.3 Pupils in the sixth form may use their phones in the common room.
# 2. Trips
2.1 The leader must carry a phone. It must be charged.
2.2 Before a trip the leader must:
- test the phone;
- leave its number with the office.
"""
LONG = "Pupils must not use their phones in lesson {number} of the week. Staff may use theirs at lunch."


def texts(path: Path) -> list[str]:
    return [rule.text for rule in rules_of(parse(path).parts)]


def refused(office: Office, path: Path) -> str:
    """What `policy import` says to a file that it does not take; no folder is left behind."""
    before = sorted(office.policy_kb.rglob("*"))
    done = office.bot("policy", "import", str(path))
    assert done.status == 1
    assert sorted(office.policy_kb.rglob("*")) == before
    return done.said


def finish(office: Office) -> None:
    """What an officer does with a draft: write what is marked, accept the examples, take the mark out."""
    for path in (office.home / KB).rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        text = text.replace("owner: TO WRITE", "owner: Headteacher").replace("TO WRITE: ", "")
        path.write_text(text.replace("\ndraft: true", ""), encoding="utf-8")
    assert office.bot("policy", "accept", "mobile-phone-policy").status == 0


def sign(office: Office) -> None:
    for person in ("eleanor", "dina"):
        assert (
            office.bot(
                "policy", "sign", "mobile-phone-policy", "--all", "--by", person, "--author", "maya"
            ).status
            == 0
        )


def test_a_docx_and_a_pdf_give_the_same_rules(tmp_path: Path) -> None:
    """The same policy as Word file and as PDF is the same rules in the same sections, forty and more."""
    word = list(rules_of(parse(mobile_phones.as_docx(tmp_path / "m.docx")).parts))
    pdf = list(rules_of(parse(mobile_phones.as_pdf(tmp_path / "m.pdf")).parts))
    assert word == pdf
    binding = [rule for rule in word if rule.modality != "information"]
    assert (len(word), len(binding)) == (44, 36)
    assert [rule.opens for rule in word].count(True) == 1
    assert [rule.listed for rule in word].count(True) == 3


def test_numbers_before_rules_are_no_words_of_them(office: Office, tmp_path: Path) -> None:
    """Word file and PDF of a numbered policy are the same rules, and numbering anew changes none."""
    word = list(rules_of(parse(mobile_phones.as_docx(tmp_path / "n.docx", NUMBERED)).parts))
    pdf = list(rules_of(parse(mobile_phones.as_pdf(tmp_path / "n.pdf", NUMBERED)).parts))
    assert word == pdf
    assert [rule.text for rule in word[:2]] == [
        "Pupils must keep their phones off from 8.30 am to 3.15 pm.",
        "A phone that rings must be handed in.",
    ]
    assert {rule.section for rule in word} == {"1. Pupils", "2. Trips"}
    assert [(rule.opens, rule.listed) for rule in word[-3:]] == [(True, False), (False, True), (False, True)]
    office.bot("policy", "import", str(tmp_path / "n.docx"))
    finish(office)
    assert office.faults() == []
    anew = NUMBERED.replace("1.2 A", "1.2 Headphones must not be worn.\n1.3 A").replace(
        "1.3 Pupils", "1.4 Pupils"
    )
    mobile_phones.as_docx(tmp_path / "n.docx", anew)
    office.bot("policy", "import", str(tmp_path / "n.docx"), "--into", "mobile-phone-policy")
    (fault,) = office.faults()
    assert "Headphones must not be worn." in fault


def test_text_gives_the_same_rules(tmp_path: Path) -> None:
    """A text file is read as well, with headings, bullets and wrapped lines."""
    path = tmp_path / "m.txt"
    wrapped = re.sub(r"(.{60,80}) ", r"\1\n", mobile_phones.TEXT).replace("\n# ", "\n\n# ")
    path.write_text(wrapped, encoding="utf-8")
    assert texts(path) == texts(mobile_phones.as_docx(tmp_path / "m.docx"))


@pytest.mark.parametrize("make", [mobile_phones.as_docx, mobile_phones.as_pdf])
def test_a_draft_is_refused_until_it_is_finished(office: Office, make: object) -> None:
    """An imported policy is a draft: check names it and all that is to be written; nothing starts."""
    path = office.home / ("m.docx" if make is mobile_phones.as_docx else "m.pdf")
    done = office.bot("policy", "import", str(make(path)))  # type: ignore[operator]
    assert done.status == 0, done.said
    assert "44 clauses" in done.said
    faults = office.faults()
    assert f"{KB}/policy.yml:15: this policy is a draft, and Signpost does not start with it" in faults[0]
    assert all("still to be written" in fault for fault in faults[1:])
    assert all(re.match(rf"{KB}/[\w/-]+\.yml:\d+: ", fault) for fault in faults)
    with pytest.raises(DataFaults):
        office.world()


def test_a_second_policy_is_added_finished_signed_and_answers(office: Office) -> None:
    """Imported, written, accepted and signed, it stands beside the first; each answer names its policy."""
    office.bot("policy", "import", str(mobile_phones.as_docx(office.home / "m.docx")))
    finish(office)
    assert office.faults() == []
    world = office.world()
    mine = [name for name, home in world.policy.homes.items() if home.id == "mobile-phone-policy"]
    assert set(world.policy.held) == set(mine)
    sign(office)
    world = office.world()
    assert world.policy.held == {}
    assert [cover.id for cover in world.policy.covers] == ["mobile-phone-policy", "social-media"]
    name = next(name for name in mine if "staff-use-personal" in name)
    given, world = office.ask(name)
    shown = office.shown(given, world)
    assert given.verdict == "never"
    assert "Mobile Phone Policy, version: not stated" in shown
    assert "Social Media" not in shown
    other, world = office.ask("reply-within-24-hours")
    assert "Mobile Phone" not in office.shown(other, world)
    assert "social media policy" in world.rules.texts.not_covered
    assert "mobile phone policy or the social media policy" in world.rules.texts.not_covered
    assert {f"policy_{name.replace('-', '_')}" for name in mine} <= set(
        load_training(office.home / "intents").intents
    )


def test_a_name_of_another_policy_is_a_fault(office: Office) -> None:
    """A topic, clause or note that two policies call alike is named once, in the second of them."""
    office.bot("policy", "import", str(mobile_phones.as_docx(office.home / "m.docx")))
    finish(office)
    path = office.home / KB / "contradictions.yml"
    path.write_text(
        "contradictions:\n  - id: X1\n    title: A\n    note: B\n    governors: C\n    clauses: [mpp-001]\n",
        "utf-8",
    )
    (fault,) = office.faults()
    assert "X1: there is a contradiction of this name in mobile-phone-policy, too" in fault


def test_an_import_overwrites_nothing(office: Office) -> None:
    """A second import of the same policy is refused, and says how a new version comes in."""
    path = mobile_phones.as_docx(office.home / "m.docx")
    office.bot("policy", "import", str(path))
    assert "--into mobile-phone-policy" in refused(office, path)


def test_a_new_version_replaces_the_source_alone(office: Office) -> None:
    """`--into` writes the source; check then names each changed sentence once, and `anchor` takes it over."""
    path = mobile_phones.as_docx(office.home / "m.docx")
    office.bot("policy", "import", str(path))
    finish(office)
    sign(office)
    document = docx.Document(str(path))
    for paragraph in document.paragraphs:
        if "within 5 days" in paragraph.text:
            paragraph.text = paragraph.text.replace("within 5 days", "within 10 days")
    document.save(str(path))
    assert office.bot("policy", "import", str(path), "--into", "mobile-phone-policy").status == 0
    (fault,) = office.faults()
    assert "within 10 days" in fault
    assert office.bot("policy", "anchor", "mobile-phone-policy", "--quotes").status == 0
    held = office.world().policy.held
    assert [name for name in held if "confiscated-phones" in name]


def test_diff_tells_in_plain_words(office: Office, tmp_path: Path) -> None:
    """What is new, gone and changed, with the number and the force that changed; what moved is the same."""
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text(mobile_phones.TEXT, encoding="utf-8")
    text = mobile_phones.TEXT.replace("within 24 hours", "within 4 hours")
    text = text.replace("Visitors should leave", "Visitors must leave")
    text = text.replace("Staff must lock their phones with a passcode.", "")
    text = text.replace("# Review\n", "# Review\nGovernors may visit. ")
    new.write_text(text, encoding="utf-8")
    said = office.bot("policy", "diff", str(old), str(new)).said
    assert "a number has changed: 24 hour → 4 hour" in said
    assert "“should” has become “must”" in said
    assert "GONE from Staff: Staff must lock their phones with a passcode." in said
    assert "NEW in Review: Governors may visit." in said
    assert said.endswith("41 rules are the same, 4 are not.\n")


def test_tracked_changes_are_refused(office: Office, tmp_path: Path) -> None:
    """A Word file with tracked changes has no settled text: it says to accept them first."""
    path = mobile_phones.as_docx(tmp_path / "m.docx")
    document = docx.Document(str(path))
    marked = f'<w:ins {nsdecls("w")} w:id="1" w:author="A"><w:r><w:t>not </w:t></w:r></w:ins>'
    document.paragraphs[3]._p.append(parse_xml(marked))
    document.save(str(path))
    assert "accept all changes first" in refused(office, path)


def test_comments_and_footnotes_are_left_out_and_told(tmp_path: Path) -> None:
    """A comment is no rule: it is left out, and that is said."""
    path = mobile_phones.as_docx(tmp_path / "m.docx")
    document = docx.Document(str(path))
    document.add_comment(document.paragraphs[2].runs, text="Is this still so?", author="A")
    document.save(str(path))
    found = parse(path)
    assert "Its comments were left out." in found.notices
    assert "still so" not in str(found.parts)


def test_tables_are_kept_as_text(tmp_path: Path) -> None:
    """Each row of a table is a line of the source, in its place, and that is said."""
    path = mobile_phones.as_docx(tmp_path / "m.docx")
    document = docx.Document(str(path))
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("When", "What"), ("First time", "A warning")), strict=True):
        row.cells[0].text, row.cells[1].text = cells
    document.save(str(path))
    found = parse(path)
    assert [part.text for part in found.parts][-2:] == ["When | What", "First time | A warning"]
    assert "A table was kept as text" in found.notices[0]


def test_three_hundred_pages_are_within_the_bounds(tmp_path: Path) -> None:
    """A Word file and a PDF of three hundred pages are read whole, well within the time."""
    document, canvas = docx.Document(), Canvas(str(tmp_path / "long.pdf"))
    for number in range(300):
        canvas.drawString(72, 700, LONG.format(number=number))
        canvas.showPage()
        document.add_paragraph(LONG.format(number=number))
        document.add_page_break()  # type: ignore[no-untyped-call]
    canvas.save()
    document.save(str(tmp_path / "long.docx"))
    for name in ("long.pdf", "long.docx"):
        started = time.monotonic()
        found = read_file(tmp_path / name)
        assert len(list(rules_of(found.parts))) == 600, name
        assert time.monotonic() - started < 60


def test_a_zip_bomb_is_not_opened(office: Office, tmp_path: Path) -> None:
    """A file that unpacks to far more than it is, is refused before anything of it is unpacked."""
    path = mobile_phones.as_docx(tmp_path / "m.docx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/picture.bin", b"\0" * 100_000_000)
    assert "unpacks to far more than a policy can be" in refused(office, path)


def test_a_scan_says_that_it_holds_no_text(office: Office, tmp_path: Path) -> None:
    """A PDF of pictures alone is no policy: it asks for the file behind it."""
    path, canvas = tmp_path / "scan.pdf", Canvas(str(tmp_path / "scan.pdf"))
    canvas.rect(10, 10, 200, 200, fill=1)
    canvas.showPage()
    canvas.save()
    assert "it holds no text, only pictures of pages" in refused(office, path)


def test_a_locked_pdf_is_refused(office: Office, tmp_path: Path) -> None:
    """A PDF with a password, even an empty one for reading, is refused with what to do."""
    path = tmp_path / "locked.pdf"
    writer = PdfWriter()
    writer.append(PdfReader(mobile_phones.as_pdf(tmp_path / "m.pdf")))
    writer.encrypt("", "owner")
    writer.write(path)
    assert "locked with a password" in refused(office, path)


def test_too_many_pages_are_refused(office: Office, tmp_path: Path) -> None:
    """Beyond the bound a PDF is imported in parts."""
    path, writer = tmp_path / "many.pdf", PdfWriter()
    for _ in range(MOST_PAGES + 1):
        writer.add_blank_page(100, 100)
    writer.write(path)
    assert f"more than {MOST_PAGES} pages" in refused(office, path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("m.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "locked with a password, or in Word's old form"),
        ("m.docx", b"PK nothing", "it is no .docx file"),
        ("m.pdf", b"%PDF-1.7 nothing", "it is damaged"),
        ("m.txt", b"\xff\xfe\x00", "it is not UTF-8"),
        ("m.txt", b"Short.", "next to no text"),
        ("m.odt", b"anything", ".odt is not read: save it as .docx, .pdf or .txt"),
    ],
)
def test_what_is_no_such_file_is_refused(
    office: Office, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    """Damaged, old and foreign files are refused in one line that says what to do."""
    path = tmp_path / name
    path.write_bytes(content)
    assert words in refused(office, path)
    assert "there is no such file" in refused(office, tmp_path / "none.pdf")


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """Reading ends after its time, whatever the file does to a library."""
    with pytest.raises(UnreadableFile, match="could not be read in 0 seconds"):
        read_file(mobile_phones.as_pdf(tmp_path / "m.pdf"), seconds=0.001)


def test_accepting_names_examples_that_say_the_contrary(office: Office) -> None:
    """Examples of "no policy covers it" on the new policy's own subject are named with file and line."""
    office.bot("policy", "import", str(mobile_phones.as_docx(office.home / "m.docx")))
    said = office.bot("policy", "accept", "mobile-phone-policy").said
    assert "intents/nlu/ordinary.yml:" in said
    assert "can pupils bring phones" in said
    assert "timetable" not in said
    outside, elsewhere = said.split("These lead to an answer of another policy.")
    assert re.search(
        r"intents/nlu/everyday.yml:\d+: students-own-use: phones at lunch for year 10\?", elsewhere
    )
    assert "students-own-use" not in outside
    assert "mobile-phone-policy.yml" not in said


def test_the_subject_of_a_policy_stands_in_its_rules_too(office: Office) -> None:
    """Where the title says "devices" and the rules "phones", the examples on phones are named as well."""
    path = mobile_phones.as_docx(office.home / "m.docx")
    office.bot("policy", "import", str(path), "--title", "Personal Devices Policy")
    said = office.bot("policy", "accept", "personal-devices-policy").said
    assert "can pupils bring phones" in said
    assert "does a pupil" not in said.split("These lead to")[0], "every policy is about pupils"


def test_accepting_twice_is_refused(office: Office) -> None:
    """Examples are moved once; a second time, and a policy without any, says so."""
    office.bot("policy", "import", str(mobile_phones.as_docx(office.home / "m.docx")))
    finish(office)
    done = office.bot("policy", "accept", "mobile-phone-policy")
    assert (done.status, "accepted already" in done.said) == (1, True)
    assert "Say which policy: mobile-phone-policy, social-media." in office.bot("policy", "anchor").said
    assert "There is no policy 'phones'" in office.bot("policy", "anchor", "phones").said


def test_what_is_allowed_is_said_where_a_topic_says_nothing_of_whom(office: Office) -> None:
    """A policy about no social media allows without a platform being named; the first policy's bar stays."""
    office.bot("policy", "import", str(mobile_phones.as_docx(office.home / "m.docx")))
    finish(office)
    sign(office)
    world = office.world()
    for topic, kind in (("contractors-carry-phones-their-work", "answer"), ("copyright", "not_covered")):
        parse = Parse("is it fine then", (Ranked(world.policy.intent(topic), 0.4),), 0.4)
        assert answer("is it fine then", parse, world.policy, rules=world.rules).kind == kind, topic


def test_questions_and_examples_of_the_measure_are_apart(office: Office, tmp_path: Path) -> None:
    """`tests.authoring.measure` makes a checkout without a fault, and asks nothing that it has taught."""
    measure.prepare(tmp_path / "made", drafted=False)
    proof = prove_content(tmp_path / "made" / "policy_kb", tmp_path / "made" / "intents", TODAY)
    assert proof.faults == ()
    taught = {fold(one.text) for one in load_training(tmp_path / "made" / "intents").examples}
    asked = read_labelled(Path(measure.HERE) / "mobile_phone_questions.jsonl")
    assert len(asked) == 56
    assert taught.isdisjoint(fold(one.q) for one in asked)
    few = [line for line in proof.warnings if "fewer than 12 examples" in line]
    assert few == []
