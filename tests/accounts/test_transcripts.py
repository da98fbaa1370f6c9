"""Transcripts of accounts, for a business manager to read: who presses, fills in and reads what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain.messages import Field, Message, Table
from bot.domain.turns import Content, Pressed, Said, Submitted
from tests.accounts.house import apply, attest, entries
from tests.support.desk import Desk
from tests.support.screen import buttons_of, form_of, text_of

FOLDER = Path(__file__).resolve().parents[1] / "transcripts" / "accounts"
USERS = {
    "person:lucy": "lucy",
    "person:grace": "grace",
    "user:playground:ana": "ana",
    "user:playground:joe": "joe",
}
Told = str | list[str]


@dataclass
class Story:
    """What is on the screen of each person."""

    desk: Desk
    screens: dict[str, tuple[Message, ...]] = field(default_factory=dict)

    def tell(self, lines: list[dict[str, Any]]) -> None:
        """Tell the whole story. Fails at the first line that does not hold, with that person's screen."""
        self.desk.work(20)
        for number, line in enumerate(lines, start=1):
            [(said, told)] = line.items()
            who, _, verb = said.partition(" ")
            try:
                VERBS[verb](self, who, told)
            except AssertionError as error:
                screen = text_of(self.screens.get(who, ()))
                raise AssertionError(
                    f"line {number}: {said}: {told!r}\n{error}\n--- {who} sees:\n{screen}"
                ) from None
            self.desk.work(20)

    def does(self, who: str, content: Content) -> None:
        self.screens[who] = self.desk.send(who, content)

    def newest(self, name: str) -> Any:
        """The entry of this name that was stored last, or is still under way."""
        found = entries(self.desk, name)
        assert found, f"no account or application {name}"
        return next((one for one in found if one.stage.value not in ("rejected", "withdrawn")), found[-1])


def _listed(told: Told) -> list[str]:
    return [told] if isinstance(told, str) else told


def _presses(story: Story, who: str, told: Told) -> None:
    for label in _listed(told):
        found = [one for one in buttons_of(story.screens[who]) if one.label == label]
        assert found, f"no button [{label}]"
        story.does(who, Pressed(found[0].action, found[0].value))


def _fills_in(story: Story, who: str, told: Mapping[str, Any]) -> None:
    form = form_of(story.screens[who])
    by_label = {item.label: item for item in form.fields}
    assert told.keys() <= by_label.keys(), f"no field {sorted(told.keys() - by_label.keys())}"
    fields = {by_label[label].name: _values(by_label[label], given) for label, given in told.items()}
    story.does(who, Submitted(form.action, form.value, fields))


def _values(item: Field, told: Any) -> tuple[str, ...]:
    if told == "all":
        return tuple(option.value for option in item.options)
    known = {option.label: option.value for option in item.options}
    return tuple(known.get(one, one) for one in _listed(told))


def _screen(story: Story, who: str) -> str:
    """All that stands there, the lines of a table among it."""
    shown = story.screens[who]
    blocks = [block for message in shown for block in message.blocks]
    rows = [row.text for block in blocks if isinstance(block, Table) for row in block.rows]
    return "\n".join((text_of(shown), *rows))


def _sees(story: Story, who: str, told: Told) -> None:
    text = _screen(story, who)
    for phrase in _listed(told):
        assert phrase in text, f"missing: {phrase}"


def _sees_not(story: Story, who: str, told: Told) -> None:
    text = _screen(story, who)
    for phrase in _listed(told):
        assert phrase not in text, f"shown all the same: {phrase}"


def _was_sent(story: Story, who: str, told: Told) -> None:
    text = "\n".join(story.desk.notebook.texts(who))
    for phrase in _listed(told):
        assert phrase in text, f"never sent: {phrase}\n{text}"


def _was_not_sent(story: Story, who: str, told: Told) -> None:
    text = "\n".join(story.desk.notebook.texts(who))
    for phrase in _listed(told):
        assert phrase not in text, f"sent all the same: {phrase}"


def _has_sent(story: Story, who: str, told: Any) -> None:
    outside = (told["outside"],) if isinstance(told, dict) else ()
    apply(story.desk, who, outside=outside)


def _all_attest(story: Story, _who: str, told: str) -> None:
    users = [USERS[one.who] for one in story.newest(told).asked if one.who in USERS and not one.attested]
    attest(story.desk, *users, name=told)


def _loses(story: Story, _who: str, told: str) -> None:
    story.desk.fill("ivan", "roster.leave", "", person=told)
    with story.desk.product.database.transaction() as tx:
        proposal = tx.exec_driver_sql("SELECT id FROM approvals ORDER BY proposed_at DESC").scalar()
    story.desk.press("maya", "roster.confirm", str(proposal))


VERBS: Mapping[str, Callable[[Story, str, Any], None]] = {
    "types": lambda story, who, told: story.does(who, Said(told)),
    "opens": lambda story, who, told: story.does(who, Pressed("account.open", story.newest(told).id)),
    "presses": _presses,
    "fills in": _fills_in,
    "sees": _sees,
    "does not see": _sees_not,
    "was sent": _was_sent,
    "was not sent": _was_not_sent,
    "has sent": _has_sent,
    "attest": _all_attest,
    "roster loses": _loses,
    "pass": lambda story, _who, told: story.desk.later(days=told),
}


def _stories() -> list[Any]:
    return [
        pytest.param(story, id=f"{path.stem}: {story['title']}")
        for path in sorted(FOLDER.glob("*.yml"))
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]
    ]


@pytest.mark.parametrize("story", _stories())
def test_transcript(desk: Desk, story: dict[str, Any]) -> None:
    """Each transcript holds, line by line, with the real table, permissions and texts."""
    assert story["promise"].endswith(".")
    Story(desk).tell(story["story"])
