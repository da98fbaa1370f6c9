"""A policy officer changes the policy: what is found at once, and what nobody reads until two have signed."""

from __future__ import annotations

import pytest

from bot.asking.answer import answer_topic, to_json
from bot.asking.render import as_messages, show_more
from bot.content.campaign_texts import version_name
from bot.content.documents import DataFaults
from bot.content.signatures import stamp
from bot.domain.messages import Quote, Verdict
from bot.reporting import steps
from tests.authoring.office import Office

KB = "policy_kb/social-media"
SOURCE = f"{KB}/source.txt"
CLAUSES = f"{KB}/clauses.yml"
REPLIES = f"{KB}/topics/managing.yml"
# An answer that cites no clause with a number.
TAGGING = "Consider turning off the tagging of people in images, where possible."
REPLY = "reply-within-24-hours"
OLD, NEW = "24 hours", "48 hours"


def change_the_hours(office: Office) -> None:
    """The governors decide on 48 hours: the source is replaced, and the clause taken over."""
    office.edit(SOURCE, OLD, NEW)
    done = office.bot("policy", "anchor", "--quotes")
    assert done.status == 0, done.said
    assert "sm-061" in done.said
    assert "1 sentences taken over" in done.said


def test_a_sound_checkout_has_no_faults(office: Office) -> None:
    """As it is delivered, everything is in order and nothing is held back."""
    done = office.check()
    assert (done.status, done.said.splitlines()[0][:25]) == (0, "ok     content: social-me")
    assert office.warnings() == []


@pytest.mark.parametrize("line", [1, 30, 200, 430])
def test_a_line_more_is_no_fault(office: Office, line: int) -> None:
    """A line put into the source anywhere is no fault, and every citation gives its lines as they are."""
    before = {name: clause.lines for name, clause in office.world().policy.clauses.items()}
    path = office.home / SOURCE
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[: line - 1], "\n", *lines[line - 1 :]]), encoding="utf-8")
    assert office.faults() == []
    after = office.world().policy.clauses
    moved = {name: tuple(number + (number >= line) for number in was) for name, was in before.items()}
    assert {name: clause.lines for name, clause in after.items()} == moved
    assert office.bot("policy", "anchor").status == 0
    assert office.warnings() == []
    assert {name: clause.lines for name, clause in office.world().policy.clauses.items()} == moved


def test_anchoring_changes_nothing_else(office: Office) -> None:
    """`policy anchor` writes lines alone: comments, order and words of clauses.yml stay."""
    path = office.home / CLAUSES
    before = path.read_text(encoding="utf-8")
    assert office.bot("policy", "anchor").said.endswith("0 lines renewed, 0 sentences taken over.\n")
    assert path.read_text(encoding="utf-8") == before
    (office.home / SOURCE).write_text("\n\n" + (office.home / SOURCE).read_text(encoding="utf-8"), "utf-8")
    office.bot("policy", "anchor")
    after = path.read_text(encoding="utf-8")
    changed = [
        (was, now) for was, now in zip(before.splitlines(), after.splitlines(), strict=True) if was != now
    ]
    assert len(changed) == 167
    assert all(was.strip().startswith("lines:") for was, _ in changed)


def test_a_sentence_without_a_clause_is_one_fault(office: Office) -> None:
    """What is put into the source and into no clause is named once, with its line and its words."""
    old = "This policy is in place to minimise"
    office.edit(SOURCE, old, f"Staff may not use a drone. \n \n{old}")
    (fault,) = office.faults()
    assert fault.startswith(f"{SOURCE}:8: no clause holds “Staff may not use a drone.”")


def test_a_clause_that_the_source_lost_is_one_fault(office: Office) -> None:
    """A sentence taken out of the source alone is named once, at its clause."""
    office.edit(
        SOURCE,
        "This policy aims to encourage the safe use of social media by the Federation and its staff. \n",
        "",
    )
    (fault,) = office.faults()
    assert fault.startswith(f"{CLAUSES}:")
    assert "sm-002b: the words of this clause are not in source.txt" in fault


def test_a_changed_sentence_is_one_fault(office: Office) -> None:
    """The source changed alone is one fault, which says what stands there now and what to type."""
    office.edit(SOURCE, OLD, NEW)
    (fault,) = office.faults()
    assert fault.startswith(f"{CLAUSES}:")
    assert "sm-061: source.txt has other words at lines 213 to 215: “Any comments" in fault
    assert "48 hours" in fault
    assert "policy anchor social-media --quotes" in fault


def test_a_changed_clause_holds_back_what_says_the_old_one(office: Office) -> None:
    """After 24 became 48 hours nothing says 24 any more: the new clause stands there instead."""
    change_the_hours(office)
    given, world = office.ask(REPLY)
    shown = as_messages(given, world.policy, {}, texts=world.rules.texts)
    more = show_more(REPLY, world.policy, {}, texts=world.rules.texts)
    for text in (given.text, str(shown), str(more)):
        assert NEW in text
        assert "24" not in text.replace(REPLY, "")
    assert world.rules.texts.under_review in given.text
    assert [block for block in shown.blocks if isinstance(block, Verdict)] == []
    assert [block.clause for block in shown.blocks if isinstance(block, Quote)] == ["sm-060", "sm-061"]
    found = to_json(given, world.policy)
    assert (found["kind"], found["verdict"], found["modality"]) == ("answer", None, None)
    assert found["citations"][0]["clause"] == "sm-061"


def test_a_text_without_a_version_is_known_by_its_new_day(office: Office) -> None:
    """Taking over a changed sentence dates the text anew, for people to tell it from the one before."""
    assert version_name(office.world().policy) == "22 November 2026"
    change_the_hours(office)
    assert version_name(office.world().policy) == "30 November 2026"


def test_check_names_what_is_held_back_and_what_stands_on_it(office: Office) -> None:
    """`check` warns of each answer with file and line, and of what stands on the clause."""
    change_the_hours(office)
    warnings = office.warnings()
    assert any(
        line.startswith(f"{REPLIES}:") and f"{REPLY}: held back, because sm-061 changed" in line
        for line in warnings
    )
    assert any(line.startswith("policy_kb/replies.yml:") and "stands on sm-061" in line for line in warnings)


def test_a_number_said_in_words_holds_back_too(office: Office) -> None:
    """An answer that says "twenty-four hours" without citing the clause is held back, too."""
    office.edit(REPLIES, TAGGING, "Answer within twenty-four hours.")
    office.bot("policy", "sign", "--all", "--by", "eleanor", "--author", "maya")
    done = office.bot("policy", "sign", "--all", "--by", "dina", "--author", "maya")
    assert "tagging-on-federation-account: signed by two" in done.said
    assert office.world().policy.held == {}
    change_the_hours(office)
    assert "sm-061" in office.world().policy.held["tagging-on-federation-account"]


def test_an_answer_edited_alone_waits_too(office: Office) -> None:
    """New words of an answer are read by nobody before two have signed them; the clause is shown."""
    office.edit(REPLIES, ">-\n      Respond within 24 hours, or", ">-\n      Respond whenever you like, or")
    given, world = office.ask(REPLY)
    assert "whenever" not in given.text
    assert world.policy.clauses["sm-061"].quote in given.text
    assert "its own words are not what was signed" in "".join(office.warnings())


def test_two_others_than_the_author_sign(office: Office) -> None:
    """One signature changes nothing, the author's and a second by the same person are refused, two count."""
    change_the_hours(office)
    office.edit(REPLIES, ">-\n      Respond within 24 hours, or", ">-\n      Respond within 48 hours, or")
    assert "24 hours" not in office.bot("policy", "sign").said

    def sign(by: str, author: str = "maya") -> str:
        return office.bot("policy", "sign", "--all", "--by", by, "--author", author).said

    assert "maya wrote it, so two others sign" in sign("maya")
    assert "signed by one" in sign("eleanor")
    assert REPLY in office.world().policy.held
    assert "eleanor has signed it already" in sign("eleanor")
    assert "the first signature says that maya wrote it" in sign("dina", "omar")
    assert "signed by two" in sign("dina")
    assert office.world().policy.held == {}
    assert "Respond within 48 hours" in office.ask(REPLY)[0].text
    assert office.warnings() == []


def test_nothing_is_signed_unnamed(office: Office) -> None:
    """Who says neither which answer nor all of them signs none, and is told what is held back."""
    change_the_hours(office)
    before = (office.home / KB / "signatures.yml").read_text(encoding="utf-8")
    done = office.bot("policy", "sign", "--by", "eleanor", "--author", "maya")
    assert (done.status, "--topic ID" in done.said, REPLY in done.said) == (1, True, True)
    assert (office.home / KB / "signatures.yml").read_text(encoding="utf-8") == before
    said = office.bot("policy", "sign", "--by", "eleanor", "--author", "maya", "--topic", REPLY).said
    assert said.startswith(f"{REPLY}: signed by one; a second person signs now: Respond within")
    assert said.count("signed by") == 1


def test_a_period_in_other_words_holds_back_too(office: Office) -> None:
    """An answer that says "within a day" stands on the clause that says 24 hours; "once a day" does not."""
    for words, held in (("Answer within a day.", True), ("Look at it once a day.", False)):
        office.edit(REPLIES, TAGGING, words)
        topic = office.world().policy.topics["tagging-on-federation-account"]
        policy = office.world().policy
        assert ("sm-061" in stamp(topic, policy.clauses, policy.contradictions).clauses) == held
        office.edit(REPLIES, words, TAGGING)


def test_a_period_is_compared_in_whatever_words_it_is_said(office: Office) -> None:
    """“Within a day” agrees with “24 hours”; “within 2 days” is a fault with its line."""
    for said, fault in (("within a day", False), ("within 2 days", True)):
        office.edit(REPLIES, ">-\n      Respond within 24 hours, or", f">-\n      Respond {said}, or")
        for person in ("eleanor", "dina"):
            office.bot("policy", "sign", "--all", "--by", person, "--author", "maya")
        found = office.faults()
        assert any(f"{REPLY}: it says 2 day, and no clause" in line for line in found) == fault, found
        office.edit(REPLIES, f"Respond {said}, or", "Respond within 24 hours, or")


def test_who_may_not_sign_is_told_who_may(office: Office) -> None:
    """Neither staff, the IT Manager nor somebody off the roster signs; nothing is written."""
    change_the_hours(office)
    before = (office.home / KB / "signatures.yml").read_text(encoding="utf-8")
    for person in ("ivan", "ana", "nobody"):
        done = office.bot("policy", "sign", "--all", "--by", person, "--author", "maya")
        assert done.status == 1
        assert "dina, eleanor, maya, omar" in done.said
    assert (office.home / KB / "signatures.yml").read_text(encoding="utf-8") == before


def test_a_first_signature_of_somebody_who_left_does_not_count(office: Office) -> None:
    """Anybody who signed first and may sign no more does not count: the second is refused."""
    change_the_hours(office)
    office.bot("policy", "sign", "--all", "--by", "eleanor", "--author", "maya")
    path = office.home / KB / "signatures.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("by: [eleanor]", "by: [gone]"), "utf-8")
    done = office.bot("policy", "sign", "--all", "--by", "dina", "--author", "maya")
    assert (done.status, "gone signed first and may sign no more" in done.said) == (1, True)
    assert REPLY in office.world().policy.held


def test_what_changed_after_the_first_signature_is_signed_again(office: Office) -> None:
    """A first signature is of the words as they were: after another edit it counts no more."""
    change_the_hours(office)
    office.bot("policy", "sign", "--all", "--by", "eleanor", "--author", "maya")
    office.edit(REPLIES, ">-\n      Respond within 24 hours, or", ">-\n      Respond within 48 hours, or")
    assert "signed by one" in office.bot("policy", "sign", "--all", "--by", "dina", "--author", "maya").said
    assert REPLY in office.world().policy.held


def test_an_answer_about_danger_needs_the_safeguarding_lead(office: Office) -> None:
    """Where somebody may be at risk one of the two is a DSL; the safety notes are shown all the while."""
    topic = "compromising-picture-by-accident"
    path = office.home / f"{KB}/topics/images.yml"
    body = path.read_text(encoding="utf-8")
    at = body.index(f"id: {topic}")
    answer_at = body.index("answer: >-\n", at) + len("answer: >-\n      ")
    path.write_text(body[:answer_at] + "Hurry. " + body[answer_at:], encoding="utf-8")
    given, world = office.ask(topic)
    assert "Hurry" not in given.text
    assert world.policy.outside["child-image-stop"].text in given.text
    office.bot("policy", "sign", "--all", "--by", "eleanor", "--author", "ivan")
    done = office.bot("policy", "sign", "--all", "--by", "maya", "--author", "ivan")
    assert (done.status, "one of the two is a Designated Safeguarding Lead" in done.said) == (1, True)
    assert "signed by two" in office.bot("policy", "sign", "--all", "--by", "dina", "--author", "ivan").said
    assert topic not in office.world().policy.held


def test_a_signature_written_by_hand_is_checked(office: Office) -> None:
    """The same name twice, the author's, or one alone is a fault with file and line."""
    change_the_hours(office)
    office.bot("policy", "sign", "--all", "--by", "eleanor", "--author", "maya")
    office.bot("policy", "sign", "--all", "--by", "dina", "--author", "maya")
    path = office.home / KB / "signatures.yml"
    good = path.read_text(encoding="utf-8")
    assert "by: [eleanor, dina]" in good
    for by, why in (
        ("[eleanor, eleanor]", "twice"),
        ("[eleanor, maya]", "maya wrote it"),
        ("[dina]", "at least 2"),
    ):
        path.write_text(good.replace("by: [eleanor, dina]", f"by: {by}", 1), encoding="utf-8")
        (fault, *_) = office.faults()
        assert fault.startswith(f"{KB}/signatures.yml:")
        assert why in fault


def test_a_step_of_a_report_is_never_held_back(office: Office) -> None:
    """A changed clause in a report's step stands there verbatim, with a notice, and the step goes on."""
    office.edit(SOURCE, "screenshot, block,", "photograph, block,")
    assert office.bot("policy", "anchor", "--quotes").status == 0
    world = office.world()
    (changed,) = world.policy.changed
    shown = str(steps.quotes((changed,), world))
    assert "photograph, block," in shown
    assert world.rules.texts.clause_changed in shown
    assert world.rules.texts.clause_changed not in str(steps.quotes(("sm-061",), world))


def test_two_answers_that_number_a_clause_differently(office: Office) -> None:
    """A signed answer that says another number than its clauses is a fault with its line."""
    office.edit(REPLIES, ">-\n      Respond within 24 hours, or", ">-\n      Respond within 36 hours, or")
    office.bot("policy", "sign", "--all", "--by", "eleanor", "--author", "maya")
    office.bot("policy", "sign", "--all", "--by", "dina", "--author", "maya")
    (fault,) = office.faults()
    assert fault.startswith(f"{REPLIES}:")
    assert f"{REPLY}: it says 36 hour, and no clause that it cites does: sm-061, sm-060" in fault


def test_a_button_of_a_topic_shows_the_same(office: Office) -> None:
    """However a held-back answer is reached, by a button too, its own words are not shown."""
    change_the_hours(office)
    world = office.world()
    assert "24" not in answer_topic(REPLY, world.policy, world.rules).text


def test_overdue_reviews_are_named(office: Office) -> None:
    """A policy that was to be looked at again by now is warned of, with its owner."""
    office.edit(f"{KB}/policy.yml", "review: 2027-09-01", "review: 2026-11-29")
    (warning,) = office.warnings()
    assert warning.startswith(f"{KB}/policy.yml:13: ")
    assert "its review was due on 2026-11-29; its owner is Executive Headteacher" in warning


def test_a_contact_is_added_without_python(office: Office) -> None:
    """A new contact is a line of contacts.yml; naming one that is not there is a fault that says so."""
    source = "source: KCSIE\n    contacts: [dsl, deputy_dsl"
    path = office.policy_kb / "outside.yml"
    path.write_text(path.read_text("utf-8").replace(source, f"{source}, counsellor", 1), "utf-8")
    (fault,) = office.faults()
    assert fault.startswith("policy_kb/outside.yml:26: dsl-first: there is no contact 'counsellor'")
    office.edit("policy_kb/contacts.yml", "contacts:\n", "contacts:\n  counsellor: School counsellor\n")
    assert office.faults() == []


def test_a_half_written_folder_is_refused(office: Office) -> None:
    """A folder without its files, whatever is in it, is faults, and nothing starts with it."""
    folder = office.policy_kb / "phones"
    folder.mkdir()
    assert any(line.startswith("policy_kb/phones/policy.yml:1: cannot be read") for line in office.faults())
    with pytest.raises(DataFaults):
        office.world()
