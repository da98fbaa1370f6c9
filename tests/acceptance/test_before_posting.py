"""A marked draft is checked at each door of the real server, and nothing of it is left anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.sites import Site, Terminal, opened_on
from tests.acceptance.traces import logged, raw, rows
from tests.acceptance.walkers import TerminalPerson, Walker
from tests.acceptance.walkers_chat import SlackPerson, TeamsPerson
from tests.channels.teams.card_reading import inputs_of, texts_in

pytestmark = pytest.mark.process
CANARY = "Zeisigruf"
DRAFT = f"Well done to Ivo {CANARY} in Year 9! Ring 07700 900412"
# It may be controversial.
DISPUTED = f"Vote for {CANARY} at the general election! - DCH"
ASK = "Ask a senior leader"
WHERE, TEXT, OPENER = "Where will it be posted?", "Your draft", "Open the check"
FOUND = ("This may be the full name of a student", "A telephone number", "No initials at the end")


@pytest.fixture(params=["playground", "terminal", "slack", "teams"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The real server on one channel."""
    with opened_on(request.param, tmp_path_factory.mktemp(request.param) / "site") as opened:
        yield opened


def check(person: Walker, draft: str) -> str:
    """Ask for the form, fill it in, and return what is read then."""
    if isinstance(person, SlackPerson):
        return _in_slack(person, draft)
    if isinstance(person, TeamsPerson):
        return _in_teams(person, draft)
    person.say("check a draft")
    person.press(OPENER)
    person.fill({WHERE: "On a Federation account", TEXT: draft})
    return person.words


def _in_slack(person: SlackPerson, draft: str) -> str:
    works, somebody = person._works, person.person
    assert somebody.dm("check a draft").ok
    somebody.press(OPENER, works.said_to(somebody, OPENER))
    works.modal(somebody, TEXT)
    person.fill({WHERE: "On a Federation account", TEXT: draft})
    return person.words


def _in_teams(person: TeamsPerson, draft: str) -> str:
    person._newest(lambda: person._tenant.send(person.who, text="check a draft"))
    [opener] = [one for one in _submits(person._card) if one["title"] == OPENER]
    assert opener["data"]["msteams"] == {"type": "task/fetch"}
    opened = _dialog(person, "task/fetch", opener["data"])
    return "\n".join(texts_in(_in_dialog(person, opened, draft)["body"]))


def _in_dialog(person: TeamsPerson, opened: dict[str, Any], draft: str) -> dict[str, Any]:
    """The dialog's next card, once the draft is filled in."""
    [send] = [one for one in _submits(opened) if one["data"].get("form")]
    where, text = inputs_of(opened)
    filled = {**send["data"], where["id"]: where["choices"][0]["value"], text["id"]: draft}
    return _dialog(person, "task/submit", filled)


def _dialog(person: TeamsPerson, name: str, data: dict[str, Any]) -> dict[str, Any]:
    """The card that a dialog shows next."""
    reply = person._tenant.send(person.who, type="invoke", name=name, value={"data": data})
    card: dict[str, Any] = reply["task"]["value"]["card"]["content"]
    return card


def _submits(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "Action.Submit":
            yield part
        for value in part.values():
            yield from _submits(value)
    elif isinstance(part, list):
        for one in part:
            yield from _submits(one)


def test_a_draft_is_checked_and_is_nowhere_after(site: Site) -> None:
    """What is found is shown; no byte of the database, no log and nobody else's chat has a word of it."""
    person = site.person("ana")
    words = check(person, DRAFT)
    for title in FOUND:
        assert title in words
    is_nowhere(site)


def is_nowhere(site: Site) -> None:
    """No trace of the marked word, but on the screen of who wrote it."""
    assert CANARY not in str(rows(site.server))
    assert CANARY not in raw(site.server)
    assert CANARY not in logged(site.server)
    assert CANARY not in site.elsewhere("ana")


def ask_leader(person: Walker) -> str:
    """Press the button below what was found, with the draft still in its form; what is read then."""
    if not isinstance(person, TeamsPerson):
        check(person, DISPUTED)
        if isinstance(person, TerminalPerson):
            offered = list(person._offered)
            # A full stop leaves the form, which is asked field by field; then a number is a button.
            person.say(".")
            person.say(str(offered.index(ASK) + 1))
        else:
            person.press(ASK)
        return person.words
    person._newest(lambda: person._tenant.send(person.who, text="check a draft"))
    [opener] = [one for one in _submits(person._card) if one["title"] == OPENER]
    found = _in_dialog(person, _dialog(person, "task/fetch", opener["data"]), DISPUTED)
    [ask] = [one for one in _submits(found) if one["title"] == ASK]
    typed = {one["id"]: DISPUTED for one in inputs_of(found)}
    return "\n".join(texts_in(_dialog(person, "task/submit", {**ask["data"], **typed})["body"]))


def test_a_leader_is_asked_and_reads_nothing_of_the_draft(site: Site) -> None:
    """A leader is told who asks; the draft that stood in the form goes nowhere with it."""
    assert "told that you would like to speak to one of them" in " ".join(
        ask_leader(site.person("ana")).split()
    )
    if not isinstance(site, Terminal):
        site.server.wait_until(lambda: "Somebody asks before posting" in site.elsewhere("ana"))
    is_nowhere(site)
