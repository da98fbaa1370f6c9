"""Transcripts of the work on a case, for a safeguarding lead to read: who presses and reads what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.turns import Pressed, Submitted, Tokens
from bot.records.case_file import case_blocks
from tests.channels.paper.reading import words
from tests.channels.paper.test_paper import printed
from tests.people.test_roster import agree
from tests.records.test_exports import code, taken
from tests.records.test_retention import purged
from tests.support.desk import Desk
from tests.support.desk_story import SHARED_VERBS, DeskStory
from tests.support.storyteller import Told, listed, stories

FOLDER = Path(__file__).resolve().parents[1] / "transcripts" / "cases"
# The reference of a report that is told of with its receipt code.
CODED = "FED-7K30"
_MONTH = timedelta(days=31)


@dataclass
class CaseStory(DeskStory):
    """One report under way, and what is on the screen of each person."""

    reference: str = ""

    def as_written(self, text: str) -> str:
        """With the report's reference as a transcript writes it; some have no report."""
        return text.replace(self.reference, "FED-1") if self.reference else text


def _reports(story: CaseStory, who: str, told: Mapping[str, str]) -> None:
    tokens = Tokens("draft", CODED, told["code"]) if "code" in told else None
    answers = {name: value for name, value in told.items() if name != "code"}
    story.reference = story.desk.report(who, tokens, **answers).reference


def _looks(story: CaseStory, who: str, _told: str) -> None:
    story.does(who, Pressed("case.show", story.reference))


def _presses(story: CaseStory, who: str, told: Told) -> None:
    """A button on the screen, else on the card."""
    for label in listed(told):
        if not story.presses(who, label):
            _looks(story, who, "")
            assert story.presses(who, label), f"no button [{label}]"


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
    """The worker is at work all the time, as often as matters: over a month once a day, at the same hour."""
    passed = timedelta(**told)
    step = timedelta(days=1) if passed > _MONTH else timedelta(minutes=10 if "minutes" in told else 240)
    end = story.desk.now + passed
    while story.desk.now < end:
        story.desk.now = min(end, story.desk.now + step)
        story.desk.work(20)


def _destroys(story: CaseStory, _who: str, told: str) -> None:
    gone = purged(story.desk)
    assert gone == ([] if told == "nothing" else [story.reference]), f"destroyed: {gone}"


def _reads_on_paper(story: CaseStory, who: str, told: Told) -> None:
    desk, reference = story.desk, story.reference
    file = taken(desk, reference, code(desk, who, reference, "pdf"), "pdf")
    assert file is not None, "no paper is given"
    shown = words(printed(*case_blocks(desk.product.context, file))).replace(reference, "FED-1")
    for phrase in listed(told):
        assert (phrase.removeprefix("not: ") in shown) is not phrase.startswith("not: "), f"{phrase}: {shown}"


def _was_sent_times(story: CaseStory, who: str, told: Mapping[str, int]) -> None:
    texts = [story.as_written(text) for text in story.desk.notebook.texts(who)]
    for phrase, times in told.items():
        found = sum(phrase in text for text in texts)
        assert found == times, f"{phrase}: {found} times"


def _withdraws(story: CaseStory, who: str, _told: str) -> None:
    story.does(who, Submitted("report.withdraw", story.reference, {"sure": ("yes",)}))


VERBS: Mapping[str, Callable[[CaseStory, str, Any], None]] = {
    **SHARED_VERBS,
    "reports": _reports,
    "looks at": _looks,
    "presses": _presses,
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


@pytest.mark.parametrize("story", stories(FOLDER))
def test_transcript(desk: Desk, story: dict[str, Any]) -> None:
    """Each transcript holds, line by line, with the real routes, permissions and texts."""
    assert story["promise"].endswith(".")
    CaseStory(desk).tell(story["story"], VERBS)
