"""How a second policy is answered beside the first: `python -m tests.authoring.measure FOLDER [--drafted]`.

In FOLDER, which must be new, it does what a policy officer does with the made-up mobile-phone policy:
imports, finishes and accepts it, adds the examples of `mobile_phone_examples.yml` (not with --drafted), and
takes out what `policy accept` names as contrary. Then it learns, which takes minutes, and asks questions
that none of it was made from.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from shutil import copytree

import yaml

from bot.asking.conversation import ask
from bot.asking.evaluation import evaluate
from bot.asking.labels import read_labelled
from bot.authoring.accepting import accept, contrary
from bot.authoring.drafting import draft
from bot.authoring.reading import parse
from bot.content.world import load_world
from bot.domain.turns import Session, Tokens
from bot.engine.engine import build_engine, read_lesson
from bot.engine.training import intent_of
from tests.authoring import mobile_phones
from tests.authoring.office import ROOT, TODAY
from tests.support.federation import federation

HERE = Path(__file__).parent
POLICY = "mobile-phone-policy"
# Of what `policy accept` names: what asks whether pupils and staff may have phones, and where lost ones go.
_NOW_COVERED = re.compile(
    r"bring phones|phones in lessons|confiscate|school (?:phone|mobile)$|school mobile for|phone is missing"
    r"|lockers|insure my own phone|students-own-use: .*\b(?:phones?|mobile)\b",
    re.IGNORECASE,
)


def prepare(folder: Path, *, drafted: bool) -> None:
    """The officer's checkout, finished."""
    for name in ("policy_kb", "intents"):
        copytree(ROOT / name, folder / name)
    paper = parse(mobile_phones.as_docx(folder / "policy.docx"))
    home = draft(paper, folder / "policy_kb", "", "", TODAY).folder
    for path in home.rglob("*.yml"):
        text = path.read_text(encoding="utf-8").replace("owner: TO WRITE", "owner: Headteacher")
        path.write_text(text.replace("TO WRITE: ", "").replace("\ndraft: true", ""), encoding="utf-8")
    accept(home, folder / "intents")
    found = contrary(home, folder / "intents")
    for line in (*found.outside, *found.elsewhere):
        if _NOW_COVERED.search(line):
            _take_out(Path(line.split(":")[0]), line.rpartition(": ")[2])
    if not drafted:
        _add(folder / "intents" / "nlu" / f"{POLICY}.yml")


def _take_out(path: Path, example: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if line.strip() != f"- {example}"), encoding="utf-8")


def _add(path: Path) -> None:
    written = yaml.safe_load((HERE / "mobile_phone_examples.yml").read_text(encoding="utf-8"))
    text = path.read_text(encoding="utf-8")
    for topic, examples in written.items():
        head = f"- intent: {intent_of(topic)}\n  examples: |\n"
        assert head in text, topic
        text = text.replace(head, head + "".join(f"    - {example}\n" for example in examples))
    path.write_text(text, encoding="utf-8")


def main(folder: Path, *, drafted: bool) -> None:
    """Prepare, learn, ask, and print each rate."""
    prepare(folder, drafted=drafted)
    world = load_world(folder / "policy_kb", folder / "intents", federation())
    engine = build_engine(read_lesson(folder / "intents", [world.policy]), folder / "cache")

    def answered(*turns: str):  # type: ignore[no-untyped-def]
        session = Session(Tokens("", "", ""))
        for text in turns:
            session, found = ask(session, text, engine.parse(text), world)
        return found

    for file in (HERE / "mobile_phone_questions.jsonl", ROOT / "tests" / "golden" / "questions.jsonl"):
        scores = evaluate(read_labelled(file), answered, world.policy)
        print(file.name)
        for name, rate in scores.rates.items():
            if rate.of:
                print(f"  {name}: {rate.hits} of {rate.of}")
        for author, rate in scores.columns["author"].items():
            print(f"  {author}: {rate.hits} of {rate.of}")
        for miss in scores.misses:
            print(f"  missed: {miss.question} ({miss.got})")


if __name__ == "__main__":
    main(Path(sys.argv[1]), drafted="--drafted" in sys.argv)
