"""Rasa, for real: installed from its lock, trained on these examples, measured, served and asked."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.engine.rasa import RasaFault
from tests.acceptance.rasa_service import NO_PYTHON, TOKEN, RasaProcess, command, run
from tests.acceptance.server import ROOT
from tests.test_commands import bot

pytestmark = pytest.mark.rasa
KIND = os.environ.get("RASA_CONFIG", "light")  # noqa: TID251 - the Makefile says which
GOLDEN = ROOT / "tests" / "golden" / "questions.jsonl"
# What a model must reach on intents/tests alone, without the built-in engine beside it: below what was
# measured (docs/rasa.md), so that it fails for a broken model and not for a changed example.
LEAST_RECALL = {
    "light": {"danger": 0.6, "report_abuse": 0.5, "report_image": 0.7, "report_other": 0.3},
    "diet": {"danger": 0.5, "report_abuse": 0.35, "report_image": 0.6, "report_other": 0.3},
}[KIND]
LEAST_MACRO_F1 = 0.65
LEAST_TOPICS = {"light": 0.55, "diet": 0.4}[KIND]


@pytest.fixture(scope="module")
def installed() -> None:
    done = run([".ci/rasa-setup"])
    if done.returncode == NO_PYTHON:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.fixture(scope="module")
def trained(installed: None) -> None:
    done = command("train", KIND)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.fixture(scope="module")
def rasa(trained: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RasaProcess]:
    process = RasaProcess(KIND, tmp_path_factory.mktemp("rasa") / "rasa.log")
    process.start()
    yield process
    process.stop()


def test_rasa_finds_the_examples_whole(installed: None) -> None:
    """Rasa's own validation of domain, examples and pipeline has no warning."""
    done = command("validate", KIND)
    assert done.returncode == 0, done.stdout[-4000:]


def test_the_model_knows_sentences_that_it_never_saw(trained: None) -> None:
    """On held-out sentences danger and reports are recognised, and intents told apart, often enough."""
    done = command("test", KIND)
    assert done.returncode == 0, done.stdout[-4000:]
    report = json.loads((ROOT / f".cache/rasa/results-{KIND}/intent_report.json").read_text())
    print(json.dumps({name: report[name] for name in (*LEAST_RECALL, "macro avg", "accuracy")}))
    recall = {name: report[name]["recall"] for name in LEAST_RECALL}
    assert {name: share for name, share in recall.items() if share < LEAST_RECALL[name]} == {}
    assert report["macro avg"]["f1-score"] >= LEAST_MACRO_F1


def test_check_knows_the_model(rasa: RasaProcess, tmp_path: Path) -> None:
    """`check` finds the service, and that its model learnt from exactly these examples."""
    done = bot(tmp_path, "check", **rasa.env)
    assert done.returncode == 0, done.stdout
    assert f"ok     rasa: answers with signpost-{KIND}-" in done.stdout


def test_questions_are_answered_with_rasa(rasa: RasaProcess, tmp_path: Path) -> None:
    """`evaluate --engine rasa` is read by Rasa, with the built-in engine looking on: danger is seen."""
    # The first questions to a service are slow; what is measured here is the answers.
    for _ in range(5):
        rasa.service().parse("may I post a picture?")
    done = bot(tmp_path, "evaluate", str(GOLDEN), "--engine", "rasa", "--json", **rasa.env)
    rates: dict[str, Any] = json.loads(done.stdout)["rates"]
    print({name: rate["share"] for name, rate in rates.items()}, done.stderr)
    read = re.search(r"rasa \(ok\) (\d+)", done.stderr)
    assert read is not None
    assert int(read[1]) >= 0.9 * len(GOLDEN.read_text(encoding="utf-8").splitlines())
    assert rates["danger: seen"]["share"] >= 0.95
    assert rates["policy: first clause right"]["share"] >= LEAST_TOPICS
    assert rates["out of scope: refused"]["share"] >= 0.85


def test_another_secret_is_refused(rasa: RasaProcess) -> None:
    """The service refuses a token that another secret signed, and shows its own to no list of processes."""
    with pytest.raises(RasaFault) as fault:
        rasa.service("another-secret-of-more-than-32-chars").parse("hello")
    assert fault.value.reason == "refused"
    assert TOKEN not in rasa.arguments()


def test_it_falls_back_when_rasa_goes(rasa: RasaProcess, tmp_path: Path) -> None:
    """With Rasa stopped, the same question is answered by the built-in engine, and `check` says so."""
    rasa.stop()
    done = bot(tmp_path, "ask", "can I follow a former student?", "--engine", "rasa", **rasa.env)
    assert "not permitted to follow" in done.stdout
    assert "builtin (unreachable)" in done.stderr
    checked = bot(tmp_path, "check", **rasa.env)
    assert checked.returncode == 1
    assert "the built-in engine answers until it is mended" in checked.stdout
