from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.parse import Parse, Ranked
from bot.engine.rasa import (
    ENGINE_ANSWERS,
    Breaker,
    RasaEngine,
    RasaFault,
    RasaService,
    answers_by_engine,
    model_suffix,
)
from bot.engine.training import Example, Training
from tests.engine.fake_rasa import TOKEN, FakeRasa, fake_rasa, reading, status

ENDING = "-0123456789ab"
QUESTION = "may I share a newspaper article?"


class Builtin:
    """Says the same of every text."""

    name = "builtin"

    def __init__(self) -> None:
        self.odds = {"greet": 0.9, "danger": 0.05, "out_of_scope": 0.05}
        self.in_scope = 0.95

    def parse(self, text: str) -> Parse:
        ranking = tuple(Ranked(intent, value) for intent, value in self.odds.items())
        return Parse(text, ranking, self.in_scope)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Setting:
    """An engine in front of a fake Rasa, with a clock to move."""

    def __init__(self, fake: FakeRasa) -> None:
        self.fake = fake
        self.builtin = Builtin()
        self.clock = Clock()
        self.engine = RasaEngine(RasaService(fake.url, TOKEN, 5.0), ENDING, self.builtin, self.clock)

    def fails(self, code: int = 500) -> None:
        self.fake.answers(code, {})

    def mends(self) -> None:
        self.fake.parse = lambda reply: reply.json(200, reading(reply.text, {"policy_copyright": 0.9}))


@pytest.fixture
def setting() -> Iterator[Setting]:
    with fake_rasa() as fake:
        yield Setting(fake)


def counted(engine: str, reason: str) -> float:
    return float(ENGINE_ANSWERS.labels(engine, reason)._value.get())


def by_builtin(parse: Parse) -> bool:
    return parse.top.intent == "greet"


def test_rasa_ranks_the_topics(setting: Setting) -> None:
    """With Rasa well, its ranking decides between the topics, and the count says who read the text."""
    before = counted("rasa", "ok")
    parse = setting.engine.parse(QUESTION)
    assert parse.top == Ranked("policy_copyright", 0.9)
    assert parse.text == QUESTION
    assert counted("rasa", "ok") == before + 1
    assert "rasa (ok)" in answers_by_engine()


def test_danger_is_as_likely_as_the_surer_engine_says(setting: Setting) -> None:
    """What one engine of two takes for danger or a report is danger or a report, whichever of them it is."""
    setting.builtin.odds = {"danger": 0.8, "report_image": 0.1}
    setting.fake.parse = lambda reply: reply.json(
        200, reading(reply.text, {"report_image": 0.7, "danger": 0.1})
    )
    odds = {ranked.intent: ranked.confidence for ranked in setting.engine.parse(QUESTION).ranking}
    assert (odds["danger"], odds["report_image"]) == (0.8, 0.7)


def test_scope_is_what_the_more_doubtful_engine_says(setting: Setting) -> None:
    """A text that one engine of two does not know is not answered as if both did."""
    setting.builtin.in_scope = 0.1
    parse = setting.engine.parse(QUESTION)
    assert parse.in_scope == 0.1
    assert Ranked("out_of_scope", 0.9) in parse.ranking


@pytest.mark.parametrize("text", ["", "   ", "???", "/", "\N{THUMBS UP SIGN}"])
def test_a_text_without_words_is_never_sent(setting: Setting, text: str) -> None:
    """Rasa finds an intent in anything, even in nothing; it does not get to see it."""
    assert by_builtin(setting.engine.parse(text))
    assert setting.fake.asked == []
    assert setting.fake.checked == 0


def test_a_long_text_is_never_sent(setting: Setting) -> None:
    """A text of more than 1,000 characters is read by the built-in engine, and counted so."""
    before = counted("builtin", "too_long")
    assert by_builtin(setting.engine.parse("word " * 300))
    assert setting.fake.asked == []
    assert counted("builtin", "too_long") == before + 1


def test_a_slash_does_not_name_an_intent(setting: Setting) -> None:
    """Rasa takes “/greet” for the intent itself, with odds of 1: the slash is not sent."""
    parse = setting.engine.parse("  //policy_follow_former_student")
    assert setting.fake.asked == ["policy_follow_former_student"]
    assert parse.text == "  //policy_follow_former_student"


def test_half_a_character_is_no_fault_of_rasas(setting: Setting) -> None:
    """A text with half a character in it is asked without it."""
    assert not by_builtin(setting.engine.parse("share \ud83d it?"))
    assert setting.fake.asked == ["share ? it?"]


def test_a_fault_falls_back_at_once(setting: Setting) -> None:
    """Where Rasa fails, the same question is read by the built-in engine, and counted with why."""
    before = counted("builtin", "broken")
    setting.fails()
    assert by_builtin(setting.engine.parse(QUESTION))
    assert counted("builtin", "broken") == before + 1


def test_a_model_of_other_examples_is_not_asked(setting: Setting) -> None:
    """A model that learnt from other examples than these never answers."""
    setting.fake.status = lambda reply: reply.json(200, status("signpost-light-older0000000"))
    assert by_builtin(setting.engine.parse(QUESTION))
    assert setting.fake.asked == []
    with pytest.raises(RasaFault, match="trained from other examples"):
        setting.engine.prove()


def test_a_model_that_is_swapped_is_noticed(setting: Setting) -> None:
    """The model is looked at again each minute, not with each question."""
    setting.engine.parse(QUESTION)
    setting.fake.status = lambda reply: reply.json(200, status("swapped"))
    setting.clock.seconds += 59
    assert not by_builtin(setting.engine.parse(QUESTION))
    setting.clock.seconds += 1
    assert by_builtin(setting.engine.parse(QUESTION))
    assert setting.fake.checked == 2


def test_a_service_that_fails_is_left_to_rest(setting: Setting) -> None:
    """After three failures in a row Rasa is not asked for ten seconds, then once, and then again always."""
    setting.fails()
    for _ in range(5):
        assert by_builtin(setting.engine.parse(QUESTION))
    assert len(setting.fake.asked) == 3
    setting.clock.seconds += 10
    for _ in range(2):
        assert by_builtin(setting.engine.parse(QUESTION))
    assert len(setting.fake.asked) == 4
    setting.mends()
    setting.clock.seconds += 10
    assert not by_builtin(setting.engine.parse(QUESTION))
    assert not by_builtin(setting.engine.parse(QUESTION))


def test_a_restarted_service_is_looked_at_again(setting: Setting) -> None:
    """After a failure the model is looked at before Rasa is believed again."""
    setting.engine.parse(QUESTION)
    setting.fails()
    setting.engine.parse(QUESTION)
    setting.mends()
    setting.fake.status = lambda reply: reply.json(200, status("newest-it-found"))
    assert by_builtin(setting.engine.parse(QUESTION))


def test_one_trial_at_a_time() -> None:
    """While a trial is under way nobody else is let pass."""
    clock = Clock()
    breaker = Breaker(clock, failures=1, rest_s=10.0)
    assert breaker.ended(well=False)
    clock.seconds += 10
    assert [breaker.lets_pass() for _ in range(3)] == [True, False, False]
    assert breaker.ended(well=True)
    assert breaker.lets_pass()


def test_a_success_forgets_failures() -> None:
    """Only failures in a row count."""
    breaker = Breaker(Clock(), failures=2)
    for well in (False, True, False):
        breaker.ended(well=well)
    assert breaker.lets_pass()


def test_many_threads_ask_at_once(setting: Setting) -> None:
    """Questions that come together each get the reading of their own text."""
    found: dict[str, str] = {}

    def ask(text: str) -> None:
        found[text] = setting.engine.parse(text).text

    threads = [threading.Thread(target=ask, args=(f"question {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {text: text for text in found}
    assert len(setting.fake.asked) == 8


def test_the_ending_follows_the_examples() -> None:
    """One changed example, or one more intent, is another model; where it stands in the files is not."""
    example = Example("hello", "greet", Path("a.yml"), 3)
    training = Training(("greet",), (example,))
    ending = model_suffix(training)
    assert ending == model_suffix(Training(("greet",), (replace(example, path=Path("b.yml"), line=9),)))
    changed = Training(("greet",), (replace(example, text="hallo"),))
    assert len({ending, model_suffix(changed), model_suffix(Training(("greet", "help"), (example,)))}) == 3
