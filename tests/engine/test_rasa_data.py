"""What `rasa data validate` does not see in intents/, and what the held-out sentences promise."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rapidfuzz import fuzz, process

from bot.engine.training import load_training

ROOT = Path(__file__).parents[2]
INTENTS = ROOT / "intents"
TRAINING = load_training(INTENTS)


GROUPS = yaml.safe_load((INTENTS / "tests" / "questions.yml").read_text(encoding="utf-8"))["nlu"]
SENTENCES = [line for group in GROUPS for line in group["examples"].splitlines()]


def test_no_intent_has_a_slash() -> None:
    """No intent has a slash: Rasa would take it for a retrieval intent, which needs responses."""
    assert [intent for intent in TRAINING.intents if "/" in intent] == []


def test_held_out_sentences_have_intents_that_exist() -> None:
    """Each held-out sentence stands under an intent of the domain, and each intent stands there once."""
    intents = [group["intent"] for group in GROUPS]
    assert set(intents) <= set(TRAINING.intents)
    assert len(set(intents)) == len(intents)


def test_nothing_learns_from_the_held_out_sentences() -> None:
    """No held-out sentence is, or nearly is, an example."""
    assert [line for line in SENTENCES if not line.startswith("- ")] == []
    held_out = [line.removeprefix("- ").casefold() for line in SENTENCES]
    examples = [example.text.casefold() for example in TRAINING.examples]
    near = process.cdist(held_out, examples, scorer=fuzz.ratio, score_cutoff=87, workers=1)
    leaked = [(held_out[row], examples[column]) for row, column in zip(*near.nonzero(), strict=True)]
    assert leaked == []


@pytest.mark.parametrize("name", ["config.yml", "config-light.yml"])
def test_both_pipelines_can_be_read_alike(name: str) -> None:
    """Each pipeline ranks every intent, ends with the classifier of the unsure, and finds no entities."""
    config = yaml.safe_load((INTENTS / name).read_text(encoding="utf-8"))
    names = [part["name"] for part in config["pipeline"]]
    assert config["assistant_id"] == "signpost"
    assert config["policies"] == []
    assert names[-1] == "FallbackClassifier"
    assert config["pipeline"][-2]["ranking_length"] == 0
    assert config["pipeline"][-2].get("entity_recognition", False) is False
