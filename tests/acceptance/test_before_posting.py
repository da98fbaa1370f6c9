"""A marked draft is checked at each door of the real server, and nothing of it is left anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.sites import Site, opened_on
from tests.acceptance.traces import logged, raw, rows
from tests.acceptance.walkers import Walker
from tests.acceptance.walkers_chat import SlackPerson, TeamsPerson
from tests.channels.teams.card_reading import inputs_of, texts_in

pytestmark = pytest.mark.process
CANARY = "Zeisigruf"
DRAFT = f"Well done to Ivo {CANARY} in Year 9! Ring 07700 900412"
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
    [send] = [one for one in _submits(opened) if one["data"].get("form")]
    where, text = inputs_of(opened)
    filled = {**send["data"], where["id"]: where["choices"][0]["value"], text["id"]: draft}
    return "\n".join(texts_in(_dialog(person, "task/submit", filled)["body"]))


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
    assert CANARY not in str(rows(site.server))
    assert CANARY not in raw(site.server)
    assert CANARY not in logged(site.server)
    assert CANARY not in site.elsewhere("ana")
