"""Is anybody in danger: what the gate, the engine and the patterns of danger say together."""

from __future__ import annotations

from bot.asking.reading import Reading
from bot.knowledge.answer_rules import AnswerRules
from bot.knowledge.parsing import Parse

_REPORTS = ("report_abuse", "report_image", "report_other")
# A text of more words than this is a story: the quiet line always stands under its answer.
STORY_WORDS = 30


def danger_odds(reading: Reading, parse: Parse) -> float:
    """How likely the text tells of danger: the gate's word; without a gate, the engine's."""
    return reading.of("danger") if parse.alarm is None else parse.alarm.danger


def is_danger(reading: Reading, parse: Parse) -> bool:
    """Whether the safety message comes before anything else."""
    return danger_odds(reading, parse) >= reading.rules.thresholds.danger or _found(reading, parse)


def is_sure_danger(reading: Reading, parse: Parse) -> bool:
    """Whether it is danger beyond a question: then no rule stands under the safety message."""
    return danger_odds(reading, parse) >= reading.rules.thresholds.danger_sure or _found(reading, parse)


def is_concern(reading: Reading, parse: Parse) -> bool:
    """Whether a child or a colleague may be at risk: the DSL first, without the banner of danger."""
    return parse.alarm is not None and parse.alarm.concern >= reading.rules.thresholds.concern


def report_odds(reading: Reading, parse: Parse) -> float:
    """How likely something is told that ought to be reported."""
    told = 0.0 if parse.alarm is None else parse.alarm.abuse * reading.rules.thresholds.gate_report
    return max(reading.of(*_REPORTS), told)


def kind_of_report(reading: Reading) -> str:
    """Which report is offered: abuse, image or other."""
    kind = max(_REPORTS, key=reading.of)
    return kind.removeprefix("report_") if reading.of(kind) else "abuse"


def is_quiet_line_due(question: str, parse: Parse, rules: AnswerRules) -> bool:
    """Whether the line for those who worry stands under an answer: any sign of risk, or a story."""
    if len(question.split()) > STORY_WORDS:
        return True
    alarm = parse.alarm
    return alarm is not None and alarm.danger + alarm.concern >= rules.thresholds.quiet


def _found(reading: Reading, parse: Parse) -> bool:
    """Whether a pattern of danger says so. In a story that the gate reads as calm it is only a figure."""
    if not reading.rules.danger.found(reading.question):
        return False
    story = len(reading.question.split()) > STORY_WORDS
    calm = parse.alarm is not None and parse.alarm.danger < reading.rules.thresholds.danger_calm
    return not (story and calm)
