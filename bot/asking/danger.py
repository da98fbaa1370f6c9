"""Is anybody in danger: what the gate, the engine and the patterns of danger say together."""

from __future__ import annotations

from bot.asking.reading import Reading, read
from bot.content.policy_load import Policy
from bot.content.rules import AnswerRules, Thresholds
from bot.engine.gate import is_story
from bot.engine.parse import Alarm, Parse

_REPORTS = ("report_abuse", "report_image", "report_other")
# What a pattern, or the engine alone, is taken for where there is no gate.
_NO_ALARM = Alarm()


def tells_of_danger(parse: Parse, policy: Policy, rules: AnswerRules) -> bool:
    """Whether the text of a parse tells of danger, by the rule by which a question does."""
    return is_danger(read(parse.text, parse, policy, rules), parse)


def danger_odds(reading: Reading, parse: Parse) -> float:
    """How likely the text tells of danger: the gate's word; without a gate, the engine's."""
    return reading.of("danger") if parse.alarm is None else parse.alarm.danger


def is_danger(reading: Reading, parse: Parse) -> bool:
    """Whether the safety message comes before anything else."""
    limits, question = reading.rules.thresholds, reading.question
    if _found(reading, parse) or _told_in_a_clause(reading, parse):
        return True
    if reading.rules.danger.is_calm(question):
        return danger_odds(reading, parse) >= limits.danger_sure
    if is_story(question):
        odds = danger_odds(reading, parse)
        hidden = odds >= limits.danger_story and _worst(reading, parse) >= limits.danger_clause
        return hidden or odds >= limits.danger_story_whole
    if _likeness(parse) >= limits.likeness:
        return True
    least = limits.danger_unlike if _is_unlike(reading, parse) else limits.danger
    return danger_odds(reading, parse) >= least + _asked(reading.question, limits)


def is_sure_danger(reading: Reading, parse: Parse) -> bool:
    """Whether it is danger beyond a question: then no rule stands under the safety message."""
    return danger_odds(reading, parse) >= reading.rules.thresholds.danger_sure or _found(reading, parse)


def is_concern(reading: Reading, parse: Parse) -> bool:
    """Whether a child or a colleague may be at risk: the DSL first, without the banner of danger."""
    limits = reading.rules.thresholds
    if reading.rules.danger.is_calm(reading.question):
        return (parse.alarm or _NO_ALARM).concern >= limits.danger_sure
    if is_story(reading.question):
        return risk(parse) >= limits.concern_story
    least = limits.concern_unlike if _is_unlike(reading, parse) else limits.concern
    return risk(parse) >= least + _asked(reading.question, limits)


def _told_in_a_clause(reading: Reading, parse: Parse) -> bool:
    """Whether both readers see danger in one clause: no hedge and no thanks around it take that away."""
    limits, clauses = reading.rules.thresholds, (parse.alarm or _NO_ALARM).clauses
    danger = reading.rules.danger
    if danger.is_picture_refused(reading.question) or danger.is_well_wished(reading.question):
        # Read alone, "she does not want to be in it" or "she has had her hip done" could be anything.
        return False
    return any(one.danger >= limits.danger and one.likeness >= limits.likeness_clause for one in clauses)


def _worst(reading: Reading, parse: Parse) -> float:
    """The odds of danger in the worst clause; of a text of which none was read alone, its own."""
    clauses = (parse.alarm or _NO_ALARM).clauses
    return max((one.danger for one in clauses), default=danger_odds(reading, parse))


def _likeness(parse: Parse) -> float:
    return (parse.alarm or _NO_ALARM).likeness


def _is_unlike(reading: Reading, parse: Parse) -> bool:
    """Whether a text is like no example of danger: then the gate must be surer of what it reads."""
    return parse.alarm is not None and parse.alarm.likeness < reading.rules.thresholds.unlike


def _asked(question: str, limits: Thresholds) -> float:
    """By how much the odds must be higher where a short text asks for a rule."""
    return limits.asked if limits.asks(question) else 0.0


def risk(parse: Parse) -> float:
    """The odds of danger and concern together, as far as there is a gate."""
    alarm = parse.alarm or _NO_ALARM
    return alarm.danger + alarm.concern


def report_odds(reading: Reading, parse: Parse) -> float:
    """How likely something is told that ought to be reported."""
    if reading.is_no_incident:
        return 0.0
    limits, said = reading.rules.thresholds, reading.of(*_REPORTS)
    told = (parse.alarm or _NO_ALARM).abuse
    # Anybody who asks for a rule gets it, whatever has happened; where none is known, what happened counts.
    if parse.alarm is None or limits.asks(reading.question):
        return max(said, told) if told >= limits.gate_report and is_unsure(reading) else said
    owed = _is_owed_an_answer(reading)
    if (
        owed
        and told < limits.gate_report_owed
        and not limits.says_report(reading.question)
        and reading.rules.phrases.asks_here(reading.question, "log_comment")
    ):
        # "Log this": an ordinary comment is put on the list of replies, and is no report.
        return 0.0
    if told >= (limits.gate_report_owed if owed else limits.gate_report):
        return max(said, told)
    return said if told >= limits.gate_agrees and not owed else said / 4


def is_unsure(reading: Reading) -> bool:
    """Whether no rule is likely to be the one that was asked for."""
    best = next(reading.fitting, None)
    return best is None or reading.sure(best) < reading.rules.thresholds.report_unsure


def _is_owed_an_answer(reading: Reading) -> bool:
    """Whether what is told is most likely an ordinary comment: it is owed an answer, and is no incident."""
    best = next(reading.fitting, None)
    least = reading.rules.thresholds.owed
    return best is not None and best.topic.offer == "log_comment" and best.share >= least


def kind_of_report(reading: Reading) -> str:
    """Which report is offered: abuse, image or other."""
    kind = max(_REPORTS, key=reading.of)
    return kind.removeprefix("report_") if reading.of(kind) else "abuse"


def is_quiet_line_due(question: str, parse: Parse, rules: AnswerRules) -> bool:
    """Whether the line for those who worry stands under an answer: any sign of risk, or a story.

    What asks for a rule and tells of nothing needs more of a sign.
    """
    return is_story(question) or risk(parse) >= rules.thresholds.quiet + _asked(question, rules.thresholds)


def _found(reading: Reading, parse: Parse) -> bool:
    """Whether a pattern of danger says so. Where no reader sees any danger it is only a figure of speech."""
    danger, question = reading.rules.danger, reading.question
    if not danger.found(question):
        return False
    if parse.alarm is None or danger.is_plain(question):
        return True
    calm = max(parse.alarm.danger, _worst(reading, parse)) < reading.rules.thresholds.danger_calm
    return not (calm and (is_story(question) or _is_unlike(reading, parse)))
