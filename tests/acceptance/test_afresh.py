"""What a person does, and what comes, while the page reads a pane afresh, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.acceptance.chromium import desk
from tests.acceptance.pane import leaders, staff
from tests.acceptance.server import Server

pytestmark = pytest.mark.browser


def asked(page: Page, slow: list[Route], count: int) -> None:
    """Wait until so many panes were asked for."""
    while len(slow) < count:
        page.wait_for_timeout(20)


def test_a_slow_reading_afresh_undoes_nothing(chromium: Browser, server: Server) -> None:
    """A tab turned, words typed and messages that came while the panes were read again stay as they are."""
    page = desk(chromium).new_page()
    slow: list[Route] = []

    def outdated(route: Route) -> None:
        body = re.sub('(signpost-mark" content=")[^"]*', r"\1another", route.fetch().text())
        route.fulfill(body=body, content_type="text/html")

    # The page takes itself for older than what the server holds, and reads both panes again, one by one.
    page.route(re.compile(r"/\?"), outdated)
    page.route(re.compile("/playground/pane/"), lambda route: slow.append(route))
    page.goto(f"{server.url}/?staff=ana&me=farid")
    ana, farid = staff(page), leaders(page)
    asked(page, slow, 1)
    before = slow[0].fetch()
    ana.ask("new account")
    ana.reads("Apply for an account: 1 of 4")
    ana.fill("What is it to be called?", "@Northgate")
    slow[0].fulfill(response=before)
    asked(page, slow, 2)
    before = slow[1].fetch()
    farid.turn_to("Direct messages")
    slow[1].fulfill(response=before)
    # Whatever comes later comes after the pane that was read.
    page.unroute(re.compile("/playground/pane/"))
    farid.ask("help")
    farid.reads("How I can help")
    expect(page.get_by_role("tab", name="Direct messages")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#view-dm")).to_be_visible()
    ana.reads("Apply for an account: 1 of 4")
    expect(ana.region.get_by_label("What is it to be called?").last).to_have_value("@Northgate")


def test_an_alert_that_did_not_go_through_stays_to_be_sent(chromium: Browser, server: Server) -> None:
    """Server away: it is said in sight that nothing was sent, and the next press sends it and is answered."""
    page = desk(chromium).new_page()
    page.goto(f"{server.url}/?staff=priya&me=farid")
    priya = staff(page)
    priya.ask("report")
    priya.press("Urgent alert")
    priya.reads("Send an urgent alert?")
    server.kill()
    priya.press("Send the urgent alert")
    expect(priya.region.get_by_text("This did not reach Signpost.")).to_be_in_viewport()
    server.start()
    expect(page.get_by_text("There may be newer messages.")).to_be_visible()
    priya.press("Send the urgent alert")
    priya.shows("Your urgent alert has been received")
