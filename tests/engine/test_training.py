from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rapidfuzz import fuzz, process

from bot.content.documents import DataFaults
from bot.content.policy_load import load_policy
from bot.engine.training import example_files, intent_of, load_training, topic_of

ROOT = Path(__file__).parents[2]
INTENTS = ROOT / "intents"
ORDINARY = {"report_abuse", "report_image", "report_other", "danger", "out_of_scope", "greet", "help"}
DOMAIN = 'version: "3.1"\nintents:\n  - greet\n  - policy_one\n'


def folder(tmp_path: Path, nlu: str, domain: str = DOMAIN) -> Path:
    (tmp_path / "domain.yml").write_text(domain, encoding="utf-8")
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu" / "a.yml").write_text(f'version: "3.1"\nnlu:\n{nlu}', encoding="utf-8")
    return tmp_path


def faults(tmp_path: Path, nlu: str, domain: str = DOMAIN) -> list[str]:
    with pytest.raises(DataFaults) as caught:
        load_training(folder(tmp_path, nlu, domain))
    return [f"{fault.path.name}:{fault.line}: {fault.message}" for fault in caught.value.faults]


GOOD = "- intent: greet\n  examples: |\n    - hello\n    - hi [there](place)\n"
ONE = "- intent: policy_one\n  examples: |\n    - may I\n"


def test_examples_keep_their_place_and_lose_their_marks(tmp_path: Path) -> None:
    """An example comes with its intent and line, and without Rasa's marks for entities."""
    training = load_training(folder(tmp_path, GOOD + ONE))
    found = [(example.text, example.intent, example.line) for example in training.examples]
    assert found == [("hello", "greet", 5), ("hi there", "greet", 6), ("may I", "policy_one", 9)]
    assert training.of("greet") == ("hello", "hi there")


def test_single_file_is_read_before_the_folder(tmp_path: Path) -> None:
    """`nlu.yml` and `nlu/*.yml` are read together, in a fixed order."""
    where = folder(tmp_path, GOOD)
    (where / "nlu.yml").write_text(f'version: "3.1"\nnlu:\n{ONE}', encoding="utf-8")
    assert [path.name for path in example_files(where)] == ["nlu.yml", "a.yml"]
    assert len(load_training(where).examples) == 3


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    """An unknown intent, a repeated example and an intent without examples are all reported, with lines."""
    found = faults(tmp_path, GOOD + "- intent: other\n  examples: |\n    - HELLO\n")
    assert found == [
        "a.yml:9: the intent other is not in domain.yml",
        "a.yml:9: the example 'HELLO' is already at a.yml:5 (greet)",
        "domain.yml:1: the intent policy_one has no examples: write some, or take it out",
    ]


def test_line_that_is_no_example_is_a_fault(tmp_path: Path) -> None:
    """A line without its dash is named with its number."""
    found = faults(tmp_path, "- intent: greet\n  examples: |\n    - hi\n    hello\n")
    assert "a.yml:6: an example starts with '- ' and holds words" in found


def test_unknown_key_is_a_fault(tmp_path: Path) -> None:
    """A key that is not part of the format is not passed over."""
    found = faults(tmp_path, "- intent: greet\n  exmples: |\n    - hi\n")
    assert "a.yml:4: nlu > 0 > exmples: Extra inputs are not permitted" in found


def test_intents_and_topics_name_each_other() -> None:
    """A topic's intent leads back to the topic; other intents have none."""
    assert intent_of("follow-former-student") == "policy_follow_former_student"
    assert topic_of("policy_follow_former_student") == "follow-former-student"
    assert topic_of("greet") == ""


def test_every_topic_has_an_intent_with_twelve_examples() -> None:
    """The domain lists every topic of the policy and every ordinary intent, each with enough examples."""
    training = load_training(INTENTS)
    topics = load_policy(ROOT / "policy_kb" / "social-media").topics
    assert set(training.intents) == {intent_of(topic) for topic in topics} | ORDINARY
    assert {intent: count for intent, count in training.counts.items() if count < 12} == {}


def test_ordinary_intents_have_many_examples() -> None:
    """Reports, danger and what is out of scope are told in many ways."""
    counts = load_training(INTENTS).counts
    wanted = {"report_abuse": 60, "report_image": 60, "report_other": 30, "danger": 80, "out_of_scope": 150}
    assert {intent: counts[intent] for intent, least in wanted.items() if counts[intent] < least} == {}


def test_no_example_stands_under_two_intents() -> None:
    """No two examples of different intents are the same but for a letter or two."""
    examples = load_training(INTENTS).examples
    texts = [example.text.casefold() for example in examples]
    near = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=96, workers=1)
    clashes = [
        (texts[row], examples[row].intent, texts[column], examples[column].intent)
        for row, column in zip(*near.nonzero(), strict=True)
        if row < column and examples[row].intent != examples[column].intent
    ]
    assert clashes == []


def test_rasa_configuration_is_whole() -> None:
    """`config.yml` names a recipe, a language and a pipeline that ends in a classifier."""
    config = yaml.safe_load((INTENTS / "config.yml").read_text(encoding="utf-8"))
    assert config["recipe"] == "default.v1"
    assert config["language"] == "en"
    assert config["pipeline"][-1]["name"].endswith("Classifier")
