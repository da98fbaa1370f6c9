"""Transcripts of the work on a case, for a safeguarding lead to read: who presses and reads what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain.messages import Field, Message
from bot.domain.turns import Content, Pressed, Said, Submitted, Tokens
from bot.records.case_file import case_blocks
from tests.channels.paper.reading import words
from tests.channels.paper.test_paper import printed
from tests.people.test_roster import agree
from tests.records.test_exports import code, taken
from tests.records.test_retention import purged
from tests.support.desk import Desk
from tests.support.screen import buttons_of, form_of, text_of

FOLDER = Path(__file__).resolve().parents[1] / "transcripts" / "cases"
Told = str | list[str]
# The reference of a report that is told of with its receipt code.
CODED = "FED-7K30"


@dataclass
class CaseStory:
    """One report under way, and what is on the screen of each person."""

    desk: Desk
    reference: str = ""
    screens: dict[str, tuple[Message, ...]] = field(default_factory=dict)

    def tell(self, lines: list[dict[str, Any]]) -> None:
        """Tell the whole story. Fails at the first line that does not hold, with that person's screen."""
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


def _listed(told: Told) -> list[str]:
    return [told] if isinstance(told, str) else told


def _reports(story: CaseStory, who: str, told: Mapping[str, str]) -> None:
    tokens = Tokens("draft", CODED, told["code"]) if "code" in told else None
    answers = {name: value for name, value in told.items() if name != "code"}
    story.reference = story.desk.report(who, tokens, **answers).reference


def _types(story: CaseStory, who: str, told: str) -> None:
    story.does(who, Said(told))


def _looks(story: CaseStory, who: str, _told: str) -> None:
    story.does(who, Pressed("case.show", story.reference))


def _presses(story: CaseStory, who: str, told: Told) -> None:
    """A button on the screen, else on the card."""
    for label in _listed(told):
        found = [one for one in buttons_of(story.screens.get(who, ())) if one.label == label]
        if not found:
            _looks(story, who, "")
            found = [one for one in buttons_of(story.screens[who]) if one.label == label]
        assert found, f"no button [{label}]"
        story.does(who, Pressed(found[0].action, found[0].value))


def _fills_in(story: CaseStory, who: str, told: Mapping[str, Any]) -> None:
    form = form_of(story.screens[who])
    by_label = {item.label.partition(" (")[0]: item for item in form.fields}
    assert told.keys() <= by_label.keys(), f"no field {sorted(told.keys() - by_label.keys())}"
    fields = {by_label[label].name: (_value(by_label[label], str(text)),) for label, text in told.items()}
    story.does(who, Submitted(form.action, form.value, fields))


def _value(item: Field, told: str) -> str:
    return {option.label: option.value for option in item.options}.get(told, told)


def _named(story: CaseStory, text: str) -> str:
    """With the report's reference as a transcript writes it; some have no report."""
    return text.replace(story.reference, "FED-1") if story.reference else text


def _sees(story: CaseStory, who: str, told: Told) -> None:
    text = _named(story, text_of(story.screens[who]))
    for phrase in _listed(told):
        assert phrase in text, f"missing: {phrase}"


def _sees_not(story: CaseStory, who: str, told: Told) -> None:
    text = _named(story, text_of(story.screens[who]))
    for phrase in _listed(told):
        assert phrase not in text, f"shown all the same: {phrase}"


def _was_sent(story: CaseStory, who: str, told: Told) -> None:
    text = _named(story, "\n".join(story.desk.notebook.texts(who)))
    for phrase in _listed(told):
        assert phrase in text, f"never sent: {phrase}\n{text}"


def _was_not_sent(story: CaseStory, who: str, told: Told) -> None:
    text = _named(story, "\n".join(story.desk.notebook.texts(who)))
    for phrase in _listed(told):
        assert phrase not in text, f"sent all the same: {phrase}"


def _reads(story: CaseStory, who: str, _told: str) -> None:
    story.does(who, Pressed("report.read", story.reference))


def _adds(story: CaseStory, who: str, told: str) -> None:
    story.does(who, Submitted("report.add", story.reference, {"text": (told,)}))


def _looks_up(story: CaseStory, who: str, told: Mapping[str, str]) -> None:
    fields = {name: (value,) for name, value in told.items()}
    story.does(who, Submitted("status.show", "", fields))


def _lists(story: CaseStory, who: str, told: str) -> None:
    story.does(who, Pressed("case.list", told))


def _is_away(story: CaseStory, who: str, cover: str) -> None:
    """From now on for a month, as two people agree in the chat."""
    there = {"start": story.desk.now, "end": story.desk.now + timedelta(days=30)}
    agree(
        story.desk,
        "absent",
        person=who,
        to=cover,
        **{name: f"{at:%Y-%m-%dT%H:%M}" for name, at in there.items()},
    )


def _passes(story: CaseStory, _who: str, told: Mapping[str, float]) -> None:
    """The worker is at work all the time."""
    end = story.desk.now + timedelta(**told)
    while story.desk.now < end:
        story.desk.now = min(end, story.desk.now + timedelta(minutes=10 if "minutes" in told else 240))
        story.desk.work(20)


def _destroys(story: CaseStory, _who: str, told: str) -> None:
    gone = purged(story.desk)
    assert gone == ([] if told == "nothing" else [story.reference]), f"destroyed: {gone}"


def _reads_on_paper(story: CaseStory, who: str, told: Told) -> None:
    desk, reference = story.desk, story.reference
    file = taken(desk, reference, code(desk, who, reference, "pdf"), "pdf")
    assert file is not None, "no paper is given"
    shown = words(printed(*case_blocks(desk.product.context, file))).replace(reference, "FED-1")
    for phrase in _listed(told):
        assert (phrase.removeprefix("not: ") in shown) is not phrase.startswith("not: "), f"{phrase}: {shown}"


def _was_sent_times(story: CaseStory, who: str, told: Mapping[str, int]) -> None:
    texts = [_named(story, text) for text in story.desk.notebook.texts(who)]
    for phrase, times in told.items():
        found = sum(phrase in text for text in texts)
        assert found == times, f"{phrase}: {found} times"


def _withdraws(story: CaseStory, who: str, _told: str) -> None:
    story.does(who, Submitted("report.withdraw", story.reference, {"sure": ("yes",)}))


VERBS: Mapping[str, Callable[[CaseStory, str, Any], None]] = {
    "reports": _reports,
    "types": _types,
    "looks at": _looks,
    "presses": _presses,
    "fills in": _fills_in,
    "sees": _sees,
    "does not see": _sees_not,
    "was sent": _was_sent,
    "was not sent": _was_not_sent,
    "reads": _reads,
    "adds": _adds,
    "looks up": _looks_up,
    "lists": _lists,
    "is away": _is_away,
    "passes": _passes,
    "destroys": _destroys,
    "reads on paper": _reads_on_paper,
    "was sent so often": _was_sent_times,
    "withdraws": _withdraws,
}


def _stories() -> list[Any]:
    return [
        pytest.param(story, id=f"{path.stem}: {story['title']}")
        for path in sorted(FOLDER.glob("*.yml"))
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]
    ]


@pytest.mark.parametrize("story", _stories())
def test_transcript(desk: Desk, story: dict[str, Any]) -> None:
    """Each transcript holds, line by line, with the real routes, permissions and texts."""
    assert story["promise"].endswith(".")
    CaseStory(desk).tell(story["story"])
