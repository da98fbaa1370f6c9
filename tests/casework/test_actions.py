import pytest
from sqlalchemy import text

from bot.domain.messages import Buttons, Table
from bot.domain.turns import Pressed, Said
from tests.support.desk import CLOSING, Desk, text_of

REASON = "Spoken to, and the picture is deleted."


def state(desk: Desk, reference: str) -> tuple[str, str]:
    with desk.product.database.transaction() as tx:
        row = tx.execute(
            text("SELECT stage, holder FROM reports WHERE reference = :name"), {"name": reference}
        ).one()
    return row.stage, row.holder


def accident(desk: Desk) -> str:
    return desk.report(nudity="no", origin="me").reference


def test_from_card_to_closure(desk: Desk) -> None:
    """A case is acknowledged, noted, given on, closed with a reason, and its one card shows each state."""
    reference = accident(desk)
    desk.work()
    assert "Not acknowledged yet" in desk.notebook.texts("flt")[0]
    assert "You have acknowledged" in desk.press("beth", "case.acknowledge", reference)
    assert "kept with" in desk.fill("beth", "case.note", reference, note="Phoned the teacher.")
    assert "now held by Dina Clarke" in desk.fill("beth", "case.assign", reference, person="dina")
    assert "is closed" in desk.close_case("dina", reference, outcome="removed", reason=REASON, **CLOSING)
    desk.work()
    cards = desk.notebook.texts("flt")
    assert len(cards) == 1
    assert "Status: Closed" in cards[0]
    assert "Outcome: Content or picture removed" in cards[0]
    assert REASON not in cards[0]
    assert "Phoned the teacher." not in cards[0]


def test_the_second_to_acknowledge_is_told_who_was_first(desk: Desk) -> None:
    """A second press of Acknowledge changes nothing and names the first."""
    reference = accident(desk)
    desk.press("beth", "case.acknowledge", reference)
    assert "Beth Okafor has already acknowledged" in desk.press("dina", "case.acknowledge", reference)
    assert state(desk, reference) == ("acknowledged", "beth")


def test_the_same_press_twice_is_one(desk: Desk) -> None:
    """The same event delivered twice is answered once, and kept once in the history."""
    reference = accident(desk)
    assert desk.press("beth", "case.acknowledge", reference, event_id="E1")
    assert desk.press("beth", "case.acknowledge", reference, event_id="E1") == ""
    assert desk.press("beth", "case.details", reference).count("Acknowledged") == 1


@pytest.mark.parametrize("user", ["ana", "nobody", "ivan", "colin", "susan"])
@pytest.mark.parametrize(
    "action", ["acknowledge", "details", "note", "assign", "close", "reopen", "show", "take"]
)
def test_who_may_not_changes_and_learns_nothing(desk: Desk, user: str, action: str) -> None:
    """Staff, strangers and roles without the right are refused in words, with no change and no content."""
    reference = accident(desk)
    before = desk.dump().count("acknowledged")
    answer = desk.press(user, f"case.{action}", reference)
    assert "Nothing has changed" in answer
    assert "picture" not in answer.lower()
    assert state(desk, reference) == ("submitted", "")
    assert desk.dump().count("acknowledged") == before


def test_an_unknown_reference_reads_like_a_hidden_one(desk: Desk) -> None:
    """Whether a restricted case exists cannot be found out by guessing its reference."""
    hidden = desk.report(nudity="yes").reference
    answers = {desk.press("farid", "case.show", value) for value in (hidden, "FED-ZZZZ", "", "x" * 5000)}
    assert len(answers) == 1


def test_a_restricted_case_is_invisible_to_the_flt(desk: Desk) -> None:
    """A restricted case is in nobody's list on the FLT, and in those of the DSL and the EHT."""
    reference = desk.report(nudity="yes").reference
    desk.work()
    assert reference not in desk.press("farid", "case.show", reference)
    assert "flt" not in desk.notebook.seen
    assert reference in desk.notebook.texts("dina")[0]
    assert reference in desk.press("dina", "case.show", reference)
    assert "You have acknowledged" in desk.press("dina", "case.acknowledge", reference)


def test_closing_before_acknowledging_is_refused(desk: Desk) -> None:
    """A case that nobody acknowledged cannot be closed."""
    reference = accident(desk)
    answer = desk.close_case("beth", reference, outcome="removed", reason=REASON, **CLOSING)
    assert "before you close it" in answer
    assert state(desk, reference) == ("submitted", "")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Choose an outcome"),
        ({"outcome": "made_up", "reason": REASON}, "Choose an outcome"),
        ({"outcome": "removed", "reason": "too short"}, "at least 20"),
        ({"outcome": "removed", "reason": " " * 40}, "at least 20"),
        ({"outcome": "removed", "reason": "x" * 20000}, "too long"),
    ],
)
def test_a_form_that_is_not_right_comes_back(desk: Desk, fields: dict[str, str], error: str) -> None:
    """A wrong field is explained beside it, and the case stays as it was."""
    reference = accident(desk)
    desk.press("beth", "case.acknowledge", reference)
    assert error in desk.close_case("beth", reference, **fields)
    assert state(desk, reference)[0] == "acknowledged"


def test_a_button_on_a_closed_case_changes_nothing(desk: Desk) -> None:
    """Every press on a closed case is refused in words, but for reading it and opening it again."""
    reference = accident(desk)
    desk.press("beth", "case.acknowledge", reference)
    desk.close_case("beth", reference, outcome="removed", reason=REASON, **CLOSING)
    for action in ("acknowledge", "take", "assign", "note", "close"):
        assert "is closed. Nothing has changed" in desk.press("beth", f"case.{action}", reference)
    assert "open again and held by you" in desk.fill("beth", "case.reopen", reference, reason=REASON)
    assert state(desk, reference) == ("acknowledged", "beth")


def test_a_case_is_only_given_to_who_may_handle_it(desk: Desk) -> None:
    """A case cannot be given to someone who could not open it."""
    reference = accident(desk)
    assert "Choose one of the people" in desk.fill("beth", "case.assign", reference, person="ivan")
    assert state(desk, reference) == ("submitted", "")


def test_a_case_is_not_given_to_its_holder(desk: Desk) -> None:
    """Who holds the case is not offered as the next to have it; who stepped in for nobody still is."""
    reference = accident(desk)
    assert "Beth Okafor" in desk.press("dina", "case.assign", reference)
    desk.press("beth", "case.acknowledge", reference)
    shown = desk.press("beth", "case.assign", reference)
    assert "Beth Okafor" not in shown
    assert "Dina Clarke" in shown
    assert "Choose one of the people" in desk.fill("beth", "case.assign", reference, person="beth")
    assert state(desk, reference) == ("acknowledged", "beth")


def test_nobody_is_asked_to_choose_from_nobody(desk: Desk) -> None:
    """Where the holder alone may have a case, it is said so, and no empty form comes."""
    reference = desk.report(
        "ana", None, kind="colleague", conflict="eht|flt|dsl|fbm", safe_recipient="chair"
    ).reference
    desk.work()
    desk.press("maya", "case.acknowledge", reference)
    assert f"nobody else whom you can give {reference} to" in desk.press("maya", "case.assign", reference)


def test_opening_the_details_is_recorded(desk: Desk) -> None:
    """Who opened the details stands in the history and on the card."""
    reference = accident(desk)
    assert "Details opened" in desk.press("dina", "case.details", reference)
    assert "Details opened by: Dina Clarke" in desk.press("beth", "case.show", reference)


def test_the_clauses_are_a_tap_away(desk: Desk) -> None:
    """Anybody who sees the card can read the clauses that the report falls under, verbatim."""
    assert "they must delete it immediately" in desk.press("dina", "case.clauses", accident(desk))


@pytest.mark.parametrize("way", ["case.clauses", "case.details"])
def test_a_picture_is_not_deleted_before_somebody_is_asked(desk: Desk, way: str) -> None:
    """Where it may be indecent, whom to ask first stands above "delete it immediately"; else it does not."""
    stop = desk.report(nudity="yes").reference
    shown = desk.press("dina", way, stop)
    assert "ask the DSL or the police before you delete it" in " ".join(shown.split())
    assert shown.index("before you delete it") < shown.index("delete it immediately")
    assert "before you delete it" not in desk.press("dina", way, accident(desk))


def test_who_is_told_that_it_exists_sees_no_more(desk: Desk) -> None:
    """The Federation Business Manager, told "N" of abuse on an account, sees neither card nor details."""
    reference = desk.report("ana", kind="abuse", category="offensive", account="@HarbourFed").reference
    shown = desk.press("beth", "case.show", reference)
    assert "a report has come in" in shown
    assert "@HarbourFed" not in shown
    assert "Ana Silva" not in shown
    # Who comes from the list is not sent back to it.
    assert "Type “cases”" not in shown
    assert "see no more of it" in shown
    assert "Nothing has changed" in desk.press("beth", "case.details", reference)


def test_an_unknown_button_changes_nothing(desk: Desk) -> None:
    """A button that Signpost never made is answered in words."""
    assert "does not know that button" in desk.press("beth", "case.explode", accident(desk))


def test_a_confidential_reporter_is_not_on_the_card(desk: Desk) -> None:
    """The card of a confidential report shows no name; the details show it to who handles the case."""
    reference = desk.report("ana", kind="colleague", mode="confidential").reference
    assert "Ana Silva" not in desk.press("farid", "case.show", reference)
    assert "Ana Silva" in desk.press("farid", "case.details", reference)


def test_who_is_given_a_case_is_told(desk: Desk) -> None:
    """A case that is given to somebody is told to them in their own messages, without a word of it."""
    reference = accident(desk)
    desk.work()
    desk.fill("beth", "case.assign", reference, person="eleanor")
    desk.work()
    assert f"{reference} has been given to you" in desk.notebook.texts("eleanor")[-1]
    desk.press("dina", "case.take", reference)


def test_a_notice_opens_no_clauses(desk: Desk) -> None:
    """Who is told only that a report exists is not shown which clauses it falls under."""
    report = desk.report("ana", kind="abuse", category="offensive", author="journalist")
    assert "a report has come in" in desk.press("beth", "case.clauses", report.reference)


def test_what_is_written_on_a_case_can_be_shown(desk: Desk) -> None:
    """Control characters and halves of characters are left out of a note: the details always open."""
    reference = accident(desk)
    desk.fill("beth", "case.note", reference, note="Seen \ud800\x00\u202enow")
    details = desk.press("beth", "case.details", reference)
    assert "Seen now" in details
    assert details.encode()


def test_the_card_itself_shows_who_opened_the_details(desk: Desk) -> None:
    """Opening the details rewrites the card in the channel, once for each person, and delays no deadline."""
    reference = accident(desk)
    desk.work()
    desk.press("dina", "case.details", reference)
    desk.press("dina", "case.details", reference)
    desk.work()
    assert "Details opened by: Dina Clarke" in desk.notebook.texts("flt")[0]
    assert "Next step if nobody acknowledges" in desk.notebook.texts("flt")[0]


def test_who_is_only_told_of_it_may_not_open_it(desk: Desk) -> None:
    """Of a picture that may be sexual the Business Manager has a notice, and neither details nor handling."""
    reference = desk.report(nudity="unsure").reference
    desk.work()
    assert "a report has come in" in desk.notebook.texts("beth")[0]
    assert "a report has come in" in desk.press("beth", "case.show", reference)
    for action in ("details", "acknowledge", "note", "ask", "refer", "assign", "take"):
        assert "Your role does not allow this" in desk.press("beth", f"case.{action}", reference)


def test_a_dsl_opens_an_accidental_picture(desk: Desk) -> None:
    """A picture taken by accident is the example of a low-level concern: the DSL has its card and details."""
    reference = accident(desk)
    desk.work()
    assert "Open details" in desk.notebook.texts("dina")[0]
    assert "Your role" not in desk.press("dina", "case.details", reference)


def test_a_dsl_opens_what_concerns_a_child(desk: Desk) -> None:
    """Of a picture that may be sexual the DSL is told with the details, and opens them."""
    reference = desk.report(nudity="unsure").reference
    assert "The report" in desk.press("dina", "case.details", reference)


def test_the_list_counts_and_puts_urgent_first(desk: Desk) -> None:
    """The list says how many there are; the urgent stand first and say so, then the oldest."""
    assert "There is no case here" in cases(desk, "beth")
    first = accident(desk)
    assert "1 open case\n" in cases(desk, "beth")
    desk.later(minutes=5)
    second = accident(desk)
    desk.later(minutes=5)
    urgent = desk.report(kind="abuse", category="threat").reference
    shown = cases(desk, "beth")
    assert "3 open cases" in shown
    places = [
        shown.index(f"{mark}{name} ·") for mark, name in (("URGENT · ", urgent), ("", first), ("", second))
    ]
    assert places == sorted(places)
    assert shown.count("URGENT") == 1


def test_a_long_list_is_whole(desk: Desk) -> None:
    """However many cases are open, each is listed once with its way in, in a part that "Next" leads to."""
    references = [accident(desk) for _ in range(30)]
    [listed] = desk.send("beth", Said("cases"))
    onward = listed.blocks[-1]
    assert isinstance(onward, Buttons)
    [rest] = desk.send("beth", Pressed(onward.items[-1].action, onward.items[-1].value))
    parts = (listed, rest)
    rows = [row for part in parts for block in part.blocks if isinstance(block, Table) for row in block.rows]
    assert sorted(row.button.value for row in rows if row.button) == sorted(references)
    assert all(any(f"[Open {reference}]" in text_of(part) for part in parts) for reference in references)


def test_status_with_a_reference_shows_a_handler_the_card(desk: Desk) -> None:
    """Who may list a case and types “status FED-…” is shown its card, or the notice where told N."""
    reference = desk.report("ana", kind="abuse", category="offensive", account="@HarbourFed").reference
    assert "[Open details]" in status_of(desk, "farid", reference)
    notice = status_of(desk, "beth", reference)
    assert "a report has come in" in notice
    assert "@HarbourFed" not in notice


def test_status_betrays_no_hidden_case(desk: Desk) -> None:
    """Who may not list a case reads the same words for its reference as for an unknown one."""
    hidden = desk.report(nudity="yes").reference
    assert len({status_of(desk, "farid", value) for value in (hidden, "FED-ZZZZ")}) == 1


def test_status_of_ones_own_report_is_the_reporters_view(desk: Desk) -> None:
    """A member of the FLT who reported sees their own status, not the card."""
    reference = desk.report("beth", kind="colleague").reference
    shown = status_of(desk, "beth", reference)
    assert "Nobody has acknowledged it yet" in shown
    assert "[Open details]" not in shown


def cases(desk: Desk, user: str) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said("cases")))


def status_of(desk: Desk, user: str, reference: str) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said(f"status {reference}")))
