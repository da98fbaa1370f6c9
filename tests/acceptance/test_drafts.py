"""What somebody types into a report and does not send, in a real browser against the real server."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, Dialog, Locator, Page, Route, expect

from tests.acceptance.pane import Pane, channel, leaders, staff
from tests.acceptance.reporting import Caller, report_accident
from tests.acceptance.server import Server
from tests.acceptance.test_browser import COLLEAGUE

pytestmark = pytest.mark.browser

WORDS = "They post about me in the staff group, every night.\nIt began in September."
QUESTION = "can I follow a former student?"
CLAUSE = "Staff are not permitted to follow or engage"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("drafts"))
    found.start()
    yield found
    found.stop()


def fresh(window: BrowserContext, server: Server, user: str) -> Page:
    """The page of somebody whose report of the test before is thrown away."""
    caller = Caller(server, user)
    caller.say("cancel")
    if "Yes, cancel it" in caller.text:
        caller.press("Yes, cancel it")
    return opened_at(window, server, user)


def opened_at(window: BrowserContext, server: Server, user: str, me: str = "farid") -> Page:
    expect.set_options(timeout=8000)
    page = window.new_page()
    page.set_default_timeout(8000)
    page.goto(f"{server.url}/?staff={user}&me={me}")
    return page


def advice_under(page: Page, card: Locator) -> Locator:
    """The field for advice in the form that stands under one card, whatever other tests have left open."""
    item = card.locator("xpath=ancestor-or-self::*[contains(@class, 'item-')][@id][1]").get_attribute("id")
    return leaders(page).region.locator(f"[data-under='{item}']").get_by_label("What did they advise?")


def writing(page: Page) -> Pane:
    """Somebody who has typed what happened, and pressed nothing."""
    pane = staff(page)
    pane.ask("report")
    pane.answer(
        ("First, is anyone in danger?", "No"),
        ("Which school is this about?", "Northgate School"),
        ("What is this about?", "I have made a mistake online"),
        ("Thank you for saying so", "No"),
        ("Who may know it was you?", "Named"),
    )
    pane.reads("In your own words")
    # Saved as one types: nothing else is pressed.
    with page.expect_response(lambda found: '"typed"' in (found.request.post_data or "")):
        pane.fill("What happened?", WORDS)
    return pane


def holds(pane: Pane, words: str = WORDS) -> None:
    """Wait until the form on the screen holds these words."""
    expect(pane.region.get_by_label("What happened?").last).to_have_value(words)


def test_a_question_in_the_middle_costs_no_word(server: Server, window: BrowserContext) -> None:
    """A question from the box below is answered, and the form that comes again holds what was typed."""
    pane = writing(fresh(window, server, "ana"))
    pane.ask(QUESTION)
    pane.shows(CLAUSE, "Your report is still open")
    holds(pane)


def test_a_question_in_a_second_tab_costs_no_word(server: Server, window: BrowserContext) -> None:
    """What is typed in one tab stands in the other, and a question in either costs no letter of it."""
    page = fresh(window, server, "joe")
    pane = writing(page)
    other = staff(opened_at(window, server, "joe"))
    page.bring_to_front()
    field = pane.region.get_by_label("What happened?").last
    field.press_sequentially(" And")
    other.ask(QUESTION)
    pane.shows(CLAUSE)
    holds(pane, f"{WORDS} And")
    field.press_sequentially(" more.")
    other.ask(QUESTION)
    holds(pane, f"{WORDS} And more.")
    holds(other, f"{WORDS} And more.")
    other.fill("What happened?", f"{WORDS} And more, here.")
    holds(pane, f"{WORDS} And more, here.")
    other.ask(QUESTION)
    holds(pane, f"{WORDS} And more, here.")
    holds(other, f"{WORDS} And more, here.")


def test_what_is_saved_takes_no_focus_away(server: Server, window: BrowserContext) -> None:
    """The form that comes back once its words are saved leaves the focus on the button that it was on."""
    page = fresh(window, server, "joe")
    with page.expect_request(lambda sent: '"typed"' in (sent.post_data or "")) as saved:
        pane = writing(page)
    button = pane.button("Continue")
    button.focus()
    item = pane.region.locator(".item:has(form.form)").last
    number = item.get_attribute("data-seq")
    # The page is told of its own save once more, later than the answer to it.
    again = {**(saved.value.post_data_json or {}), "event": "saved-once-more"}
    answer = page.request.post(f"{server.url}/playground/send", data=again, headers={"Origin": server.url})
    assert answer.ok
    expect(item).not_to_have_attribute("data-seq", number or "")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(pane.region.get_by_label("What happened?")).to_be_hidden()


def test_a_reload_and_a_restart_cost_no_word(server: Server, window: BrowserContext) -> None:
    """What was typed and not sent is there after a reload, in a new tab, and after the server died."""
    page = fresh(window, server, "priya")
    writing(page)
    page.reload()
    holds(staff(page))
    page.close()
    holds(staff(opened_at(window, server, "priya")))
    server.kill()
    server.start()
    pane = staff(opened_at(window, server, "priya"))
    pane.ask("resume")
    # Whose page it is now nobody knows: what was written is shown only where somebody asks for it.
    pane.press("Show it again")
    holds(pane)


def test_a_report_stands_once_after_a_restart_on_two_devices(server: Server, chromium: Browser) -> None:
    """The form that a restart found under somebody's hands gives way to the question whether to show it."""
    with chromium.new_context() as desk, chromium.new_context() as phone:
        page = fresh(desk, server, "priya")
        pane = writing(page)
        opened_at(phone, server, "priya")
        pane.press("Show it again")
        holds(pane)
        server.kill()
        pane.region.get_by_label("What happened?").last.focus()
        server.start()
        page.get_by_text("There may be newer messages").wait_for(timeout=30_000)
        opened_at(phone, server, "priya")
        expect(pane.button("Show it again")).to_be_visible()
        expect(pane.region.get_by_label("What happened?")).to_have_count(0)
        pane.press("Show it again")
        holds(pane)
        expect(pane.region.get_by_label("What happened?")).to_have_count(1)


def test_two_forms_of_one_case_keep_their_own_words(server: Server, window: BrowserContext) -> None:
    """Who turns from a half-written form of a case to another one, and back, finds the words of each."""
    number = report_accident(server, "susan")
    page = opened_at(window, server, "priya", me="eleanor")
    eleanor, card = leaders(page), channel(page).get_by_role("article").filter(has_text=number).first

    def opens(label: str, more: bool = False) -> None:
        card.get_by_role("button", name="More …" if more else label, exact=True).click()
        if more:
            eleanor.press(label)

    def field(label: str) -> Locator:
        return eleanor.region.get_by_label(label).last

    opens("LADO or DSL advice")
    field("What did they advise?").fill("Speak to the parents first.")
    opens("Add a note", more=True)
    field("Note").fill("The tutor will phone at noon.")
    opens("LADO or DSL advice")
    expect(field("What did they advise?")).to_have_value("Speak to the parents first.")
    opens("Add a note", more=True)
    expect(field("Note")).to_have_value("The tutor will phone at noon.")


def test_a_form_that_came_back_keeps_its_words_until_it_is_taken(
    server: Server, window: BrowserContext
) -> None:
    """A form that was not taken keeps its words when it is opened again; a taken one does not."""
    number = report_accident(server, "susan")
    page = opened_at(window, server, "priya", me="eleanor")
    card = channel(page).get_by_role("article").filter(has_text=number).first
    advice = advice_under(page, card)

    def opens() -> None:
        card.get_by_role("button", name="LADO or DSL advice", exact=True).click()
        expect(card.locator(".busy")).to_have_count(0)

    opens()
    advice.fill("Speak to the parents first.")
    leaders(page).press("Save the advice")
    expect(leaders(page).region.locator(".errors")).to_be_visible()
    opens()
    expect(leaders(page).region.locator(".errors")).to_be_hidden()
    expect(advice).to_have_value("Speak to the parents first.")
    leaders(page).press("Save the advice")
    expect(leaders(page).region.locator(".errors")).to_be_visible()
    page.reload()
    opens()
    expect(advice).to_have_value("Speak to the parents first.")
    leaders(page).choice("Whose advice is it?", "Designated Safeguarding Lead").check()
    leaders(page).fill("Whom did you speak to?", "Ms Clarke")
    leaders(page).fill("When?", "2026-11-01T09:00")
    leaders(page).press("Save the advice")
    expect(advice).to_be_hidden()
    opens()
    expect(advice).to_have_value("")
    leaders(page).press("Dismiss")
    expect(advice).to_be_hidden()


def test_a_form_waits_while_somebody_else_is_chosen(server: Server, window: BrowserContext) -> None:
    """Who comes back to a person finds the words in that one's form; nobody else has them in theirs."""
    number = report_accident(server, "susan")
    page = opened_at(window, server, "priya", me="eleanor")
    desk, card = leaders(page), channel(page).get_by_role("article").filter(has_text=number).first
    advice = desk.region.get_by_label("What did they advise?").last

    card.get_by_role("button", name="LADO or DSL advice", exact=True).click()
    advice.fill("Speak to the parents first.")
    desk.become("Beth Okafor")
    desk.turn_to("Direct messages")
    desk.region.get_by_role("button", name="LADO or DSL advice", exact=True).last.click()
    expect(advice).to_have_value("")
    desk.become("Eleanor Marsh")
    desk.turn_to("FLT channel")
    expect(advice).to_have_value("Speak to the parents first.")


def test_what_another_tab_has_sent_does_not_come_back(server: Server, window: BrowserContext) -> None:
    """A form that was refused in two tabs, and taken in one of them, opens empty in the other."""
    number = report_accident(server, "susan")
    pages = [opened_at(window, server, "priya", me="eleanor") for _ in range(2)]
    cards = [channel(page).get_by_role("article").filter(has_text=number).first for page in pages]
    fields = [advice_under(page, card) for page, card in zip(pages, cards, strict=True)]
    cards[0].get_by_role("button", name="LADO or DSL advice", exact=True).click()
    fields[0].fill("Speak to the parents first.")
    desk = leaders(pages[0])
    desk.press("Save the advice")
    expect(fields[1]).to_have_value("Speak to the parents first.")
    desk.choice("Whose advice is it?", "Designated Safeguarding Lead").check()
    desk.fill("Whom did you speak to?", "Ms Clarke")
    desk.fill("When?", "2026-11-01T09:00")
    desk.press("Save the advice")
    expect(fields[1]).to_be_hidden()
    cards[1].get_by_role("button", name="LADO or DSL advice", exact=True).click()
    expect(fields[1]).to_have_value("")
    pages[1].close()


def test_the_browser_asks_before_a_half_written_form_is_gone(server: Server, window: BrowserContext) -> None:
    """A page with words in a form beside a report is not closed without a question; an empty one is."""
    number = report_accident(server, "susan")
    page = opened_at(window, server, "priya", me="eleanor")
    card = channel(page).get_by_role("article").filter(has_text=number).first
    asked: list[str] = []

    def answer(found: Dialog) -> None:
        asked.append(found.type)
        found.accept()

    page.on("dialog", answer)
    page.reload()
    assert asked == []
    card.get_by_role("button", name="LADO or DSL advice", exact=True).click()
    advice = advice_under(page, card)
    advice.press_sequentially("Wait.")
    expect(advice).to_have_value("Wait.")
    page.reload()
    assert asked == ["beforeunload"]


def test_a_late_answer_does_not_take_the_cursor(server: Server, window: BrowserContext) -> None:
    """A form that came before the answer to its press keeps the cursor, and every letter of its writer."""
    number = report_accident(server, "susan")
    page = opened_at(window, server, "priya", me="eleanor")
    card = channel(page).get_by_role("article").filter(has_text=number).first
    late: list[tuple[Route, APIResponse]] = []
    page.route("**/playground/send", lambda route: late.append((route, route.fetch())))
    advice = advice_under(page, card)

    card.get_by_role("button", name="LADO or DSL advice", exact=True).click()
    advice.press_sequentially("Wait ")
    for _ in range(200):
        if not late:
            page.wait_for_timeout(20)
    [(route, found)] = late
    with page.expect_response("**/playground/send"):
        route.fulfill(response=found)
    # What the page does with the answer comes a moment after it.
    page.wait_for_timeout(500)
    page.keyboard.type("for them.")
    expect(advice).to_have_value("Wait for them.")


def test_at_twice_its_size_most_of_the_page_is_the_conversation(
    server: Server, window: BrowserContext
) -> None:
    """On 720 by 450 points, and on a phone held sideways, more than 45 % of the height is what is said."""
    page = fresh(window, server, "joe")
    staff(page).ask("report")
    for width, height in ((720, 450), (667, 375)):
        page.set_viewport_size({"width": width, "height": height})
        for side, log in (("Staff chat", "#staff-log"), ("Leadership Team", "#flt-log")):
            page.get_by_role("tab", name=re.compile(f"^{side}")).click()
            assert page.locator(log).evaluate("one => one.clientHeight") > 0.45 * height
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hide_and_escape_take_the_conversation_off_the_screen(server: Server, window: BrowserContext) -> None:
    """Hide, or Escape, leaves nothing that was said or typed on the screen, until it is shown again."""
    page = fresh(window, server, "ana")
    pane = writing(page)
    pane.press("Hide")
    pane.shows("Hidden.")
    for _ in range(2):
        expect(pane.region.get_by_text("report", exact=True)).to_be_hidden()
        expect(pane.region.get_by_text(CLAUSE)).to_be_hidden()
        expect(pane.region.get_by_label("What happened?")).to_have_count(0)
        page.reload()
    pane.press("Show it again")
    holds(pane)
    expect(pane.region.get_by_text("report", exact=True).last).to_be_visible()
    pane.region.get_by_label("What happened?").last.press("Escape")
    pane.shows("Hidden.")
    expect(pane.region.get_by_text("report", exact=True).last).to_be_hidden()
    pane.press("Show it again")
    holds(pane)


def test_escape_hides_an_answer_too(server: Server, window: BrowserContext) -> None:
    """With no report under way Escape takes a question and its answer off the screen, and gives them back."""
    page = fresh(window, server, "joe")
    pane = staff(page)
    pane.ask(QUESTION)
    answer = pane.region.get_by_text(CLAUSE).last
    expect(answer).to_be_visible()
    page.keyboard.press("Escape")
    expect(answer).to_be_hidden()
    page.reload()
    expect(pane.region.get_by_text(CLAUSE).last).to_be_hidden()
    pane.press("Show it again")
    expect(pane.region.get_by_text(CLAUSE).last).to_be_visible()


def test_a_press_after_hide_is_answered_where_it_is_seen(server: Server, window: BrowserContext) -> None:
    """What a button brings once more, after it was hidden, does not come among what is hidden."""
    report_accident(server, "joe")
    page = fresh(window, server, "joe")
    pane = staff(page)
    for _ in range(2):
        pane.press("My reports")
        pane.press("Copy, correct, withdraw or move it")
        expect(pane.button("Withdraw it")).to_be_visible()
        page.keyboard.press("Escape")
        pane.shows("Hidden.")
        expect(pane.region.get_by_role("button", name="Withdraw it")).to_have_count(0)


@pytest.mark.parametrize("key", ["Escape", ""], ids=["key", "button"])
def test_escape_hides_a_message_that_is_not_sent(server: Server, window: BrowserContext, key: str) -> None:
    """What stands in the message box is hidden with the conversation, by key and button, and comes back."""
    page = fresh(window, server, "ana")
    pane = staff(page)
    box = pane.region.get_by_role("textbox", name=re.compile("^Message to Signpost"))
    if not key:
        # The button stands there while a report is under way.
        pane.ask("report")
        pane.reads("First, is anyone in danger?")
    box.fill(WORDS)
    if key:
        page.keyboard.press(key)
    else:
        pane.press("Hide")
    expect(box).to_have_value("")
    pane.press("Show it again")
    expect(box).to_have_value(WORDS)


def test_half_a_date_is_asked_for_whole(server: Server, window: BrowserContext) -> None:
    """A day without its time is not lost in silence: the form says so and keeps it; a whole one goes on."""
    page = fresh(window, server, "priya")
    pane = writing(page)
    when = pane.region.get_by_label("When?").last
    when.focus()
    page.keyboard.type("11302026")
    pane.press("Continue")
    expect(pane.region.locator(".field-wrong .field-error")).to_contain_text("Give the date and the time")
    expect(when).to_be_focused()
    assert when.evaluate("one => one.validity.badInput")
    pane.reads("In your own words")
    # The time follows the year: nobody has to leave a year of six digits first.
    page.keyboard.press("Backspace")
    page.keyboard.type("113020260815AM")
    pane.press("Continue")
    pane.reads("Please check before you send")
    pane.shows("30 Nov 2026, 08:15")


def test_a_choice_that_may_stay_empty_is_taken_back(server: Server, window: BrowserContext) -> None:
    """What was picked by a slip, where nothing need be, is cleared with one press and stays cleared."""
    page = fresh(window, server, "joe")
    pane = staff(page)
    pane.ask("report")
    pane.answer(*COLLEAGUE[:-1], ("Who may know it was you?", "Named"))
    group, clear = "Who is it happening to? (optional)", pane.button("Clear this answer")
    pane.reads("What happened?")
    expect(clear).to_have_count(0)
    with page.expect_response(lambda found: '"typed"' in (found.request.post_data or "")):
        pane.choice(group, "Me").check()
    with page.expect_response(lambda found: '"typed"' in (found.request.post_data or "")):
        clear.click()
    expect(pane.choice(group, "Me")).not_to_be_checked()
    page.reload()
    expect(pane.choice(group, "Me")).not_to_be_checked()
    expect(clear).to_have_count(0)


def test_a_tick_that_is_taken_out_stays_out(server: Server, window: BrowserContext) -> None:
    """The last tick of a list, taken out before one goes back to it, is not there again."""
    page = fresh(window, server, "ana")
    pane = staff(page)
    pane.ask("report")
    pane.answer(
        ("First, is anyone in danger?", "No"),
        ("Which school is this about?", "Northgate School"),
        ("What is this about?", "Abuse or offensive content on, or aimed at, a Federation account"),
        ("What is it?", "Spam"),
    )
    group = "Aimed at (optional)"
    pane.choice(group, "A student").check()
    pane.press("Back")
    pane.answer(("What is it?", "Spam"))
    expect(pane.choice(group, "A student")).to_be_checked()
    pane.choice(group, "A student").uncheck()
    pane.press("Back")
    pane.answer(("What is it?", "Spam"))
    pane.reads("Which account, and who wrote it?")
    expect(pane.choice(group, "A student")).not_to_be_checked()
