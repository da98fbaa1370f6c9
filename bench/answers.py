"""The comparison: `python -m bench.answers FILE [--hint3 FOLDER] [--plots FOLDER]`, as Markdown.

FILE holds labelled questions (the form of `tests/golden/questions.jsonl`). Every system is asked all of
them in one run of one thread. Nothing here is fitted to FILE.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rapidfuzz import fuzz, process

from bench import hint3, plots
from bench.measures import auroc, auroc_interval, markdown, percentiles, refused_outside
from bench.rivals import (
    EngineSystem,
    RasaAlone,
    Reply,
    System,
    bm25,
    clause_units,
    dense,
    example_units,
    tfidf,
)
from bench.robustness import changed, no_punctuation, other_platform, typos, upper_case
from bot.app import read_world
from bot.asking.evaluation import Rate, Scores, evaluate, table
from bot.asking.labels import Labelled, holds, read_labelled
from bot.commands.asking import Answering
from bot.content.wording import fold
from bot.content.world import World
from bot.engine.engine import BuiltinEngine, Lesson, build_engine, read_lesson
from bot.engine.features import load_minilm
from bot.engine.parse import Engine
from bot.engine.rasa import RasaService
from bot.engine.wordpiece import WordPiece, load_vocabulary
from bot.settings import Settings, read_settings

VOCABULARY = Path(hint3.__file__).parents[1] / "bot" / "engine" / "minilm" / "vocab.txt"
_SEEDS = 5
_FALSE_REFUSALS = 0.05
# Letters and words in any order: "can I follow ex-pupils?" is a twin of "Can I follow an ex-pupil".
_TWIN = 80.0


@dataclass(frozen=True)
class Run:
    """What one system made of the questions, in their order, and how many seconds each took."""

    name: str
    questions: Sequence[Labelled]
    replies: Sequence[Reply]
    seconds: Sequence[float]

    @cached_property
    def ranks(self) -> list[int]:
        """Of each policy question, the place of the first right clause from 1; 0 where there is none."""
        return [_rank(question, reply) for question, reply in self.of("policy")]

    def of(self, kind: str) -> list[tuple[Labelled, Reply]]:
        """The questions of one kind with their replies."""
        pairs = zip(self.questions, self.replies, strict=True)
        return [(question, reply) for question, reply in pairs if question.kind == kind]

    def sure(self, kind: str) -> list[float]:
        """How sure it was, of each question of a kind, that it is covered."""
        return [reply.sure for _, reply in self.of(kind)]

    def within(self, place: int) -> Rate:
        """The policy questions with a right clause among the first `place`."""
        return Rate(sum(1 <= rank <= place for rank in self.ranks), len(self.ranks))

    def refused(self, kind: str) -> Rate:
        """The questions of a kind that it refused, as it is shipped."""
        found = self.of(kind)
        return Rate(sum(bool(reply.refused) for _, reply in found), len(found))


def run(system: System, questions: Sequence[Labelled]) -> Run:
    """Ask a system everything. CPU seconds of this process, or of the clock for a remote system."""
    clock = time.perf_counter if system.remote else time.process_time
    for question in questions[:3]:
        system.ask(question.q)
    replies, seconds = [], []
    for question in questions:
        start = clock()
        replies.append(system.ask(question.q))
        seconds.append(clock() - start)
    return Run(system.name, questions, replies, seconds)


def _rank(question: Labelled, reply: Reply) -> int:
    return next((place for place, quote in enumerate(reply.quotes, 1) if holds(quote, question.expect)), 0)


def comparison(runs: Sequence[Run]) -> str:
    """A row a system: the ranking of every policy question, and the telling apart of what is not covered."""
    head = [
        "system",
        "top-1",
        "top-3",
        "MRR",
        "out-of-scope AUROC",
        "refused at 5% false refusals",
        "as shipped: refused / false refusals",
        "ms p50 / p99",
    ]
    return markdown(head, [_row(found) for found in runs])


def without_twins(runs: Sequence[Run], examples: Sequence[str]) -> str:
    """The ranking where no example nearly is the question: who has more than learnt by heart."""
    apart = [_likeness(question.q, examples) < _TWIN for question in runs[0].questions]
    rows = []
    for found in runs:
        kept = [place for place, wanted in enumerate(apart) if wanted]
        alone = Run(
            found.name,
            [found.questions[place] for place in kept],
            [found.replies[place] for place in kept],
            [found.seconds[place] for place in kept],
        )
        rows.append([found.name, str(len(alone.ranks)), _share(alone.within(1)), _share(alone.within(3))])
    return markdown(["system", "questions", "top-1", "top-3"], rows)


def _likeness(question: str, examples: Sequence[str]) -> float:
    found = process.extractOne(question, examples, scorer=fuzz.token_sort_ratio, processor=fold)
    return found[1] if found else 0.0


def _row(found: Run) -> list[str]:
    inside, outside = found.sure("policy"), found.sure("out_of_scope")
    area = auroc(inside, outside)
    low, high = auroc_interval(area, len(inside), len(outside))
    shipped = any(reply.refused is not None for reply in found.replies)
    half, slow = percentiles(found.seconds)
    mrr = sum(1 / rank for rank in found.ranks if rank) / len(found.ranks)
    return [
        found.name,
        _share(found.within(1)),
        _share(found.within(3)),
        f"{mrr:.3f}",
        f"{area:.3f} ({low:.2f}-{high:.2f})",
        f"{refused_outside(inside, outside, _FALSE_REFUSALS):.2f}",
        f"{found.refused('out_of_scope').share:.2f} / {found.refused('policy').share:.3f}"
        if shipped
        else "-",
        f"{half:.1f} / {slow:.1f}",
    ]


def _share(rate: Rate) -> str:
    low, high = rate.interval
    return f"{rate.share:.3f} ({low:.2f}-{high:.2f})"


def robustness(system: System, questions: Sequence[Labelled], platforms: Sequence[str]) -> str:
    """A row a change; of those left to chance, the mean of five seeds and the worst."""
    changes = {
        "as written": (None, 1),
        "one typo": (typos(1), _SEEDS),
        "two typos": (typos(2), _SEEDS),
        "no punctuation": (no_punctuation, 1),
        "upper case": (upper_case, 1),
        "another platform named": (other_platform(platforms), _SEEDS),
    }
    head = ["change", "questions changed", "top-1", "worst seed", "top-3", "refused / false refusals"]
    rows = []
    for name, (change, seeds) in changes.items():
        tried = [changed(questions, change, seed) if change else tuple(questions) for seed in range(seeds)]
        moved = sum(new.q != old.q for new, old in zip(tried[0], questions, strict=True))
        rows.append([name, str(moved), *_spread([run(system, each) for each in tried])])
    return markdown(head, rows)


def _spread(runs: Sequence[Run]) -> list[str]:
    first = [found.within(1).share for found in runs]
    three = [found.within(3).share for found in runs]
    refused = [found.refused("out_of_scope").share for found in runs]
    wrongly = [found.refused("policy").share for found in runs]
    return [
        f"{_mean(first):.3f}",
        f"{min(first):.3f}",
        f"{_mean(three):.3f}",
        f"{_mean(refused):.2f} / {_mean(wrongly):.3f}",
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


@dataclass(frozen=True)
class Bench:
    """The systems of the comparison, built once from this clone's own files."""

    settings: Settings
    world: World

    @cached_property
    def builtin(self) -> BuiltinEngine:
        """The engine that the product answers with."""
        return build_engine(self.learnt, self.settings.cache)

    @cached_property
    def reduced(self) -> BuiltinEngine:
        """The same where the language model is missing."""
        return build_engine(self.learnt, self.settings.cache, small=True)

    def systems(self) -> Iterator[System]:
        """In the order of the table."""
        yield EngineSystem("**built-in engine**", self.builtin, self.world)
        yield EngineSystem("built-in, without its language model", self.reduced, self.world)
        yield from self._rasa()
        policy, read = self.world.policy, self.learnt.lexicon.standard
        clauses, examples = clause_units(policy), example_units(self.learnt, policy)
        minilm = load_minilm(WordPiece(load_vocabulary(VOCABULARY)))
        yield dense("MiniLM, nearest example (kNN)", examples, read, minilm)
        yield tfidf("TF-IDF, nearest example", examples, read)
        yield bm25("BM25, nearest example", examples, read)
        yield dense("MiniLM over clauses (zero-shot)", clauses, read, minilm)
        yield tfidf("TF-IDF over clauses", clauses, read)
        yield bm25("BM25 over clauses", clauses, read)

    def scores(self, engine: Engine, questions: Sequence[Labelled]) -> Scores:
        """The scores of `python -m bot evaluate`."""
        return evaluate(questions, Answering(engine, self.world), self.world.policy)

    @cached_property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that staff name most."""
        return ("Facebook", "Instagram", "WhatsApp", "Snapchat", "TikTok", "Twitter", "LinkedIn", "YouTube")

    def _rasa(self) -> Iterator[System]:
        if self.settings.nlu is not None:
            service = RasaService(self.settings.nlu.url, self.settings.nlu.token, timeout_s=5.0)
            model = service.model().rsplit("-", 1)[0]
            yield EngineSystem(f"Rasa ({model}), clock time", RasaAlone(service), self.world, remote=True)

    @cached_property
    def learnt(self) -> Lesson:
        """What the engines learn from."""
        intents = self.settings.intents
        return read_lesson(intents, [self.world.policy])


def main() -> None:
    """Print every table, and draw the plots where a folder for them is named."""
    asked = _arguments()
    questions = read_labelled(asked.file)
    settings = read_settings()
    bench = Bench(settings, read_world(settings))
    kinds = Counter(question.kind for question in questions)
    _tell(", ".join(f"{count} {kind}" for kind, count in kinds.items()) + " questions")
    runs = [run(system, questions) for system in bench.systems()]
    _tell("## Ranking, and telling what is not covered", comparison(runs))
    _tell("## Only questions that no example nearly repeats", without_twins(runs, bench.learnt.texts))
    scores = bench.scores(bench.builtin, questions)
    _tell("## The built-in engine as shipped", f"```\n{table(scores)}\n```")
    _tell(
        "## The same without its language model",
        f"```\n{table(bench.scores(bench.reduced, questions)).split(chr(10) * 2)[0]}\n```",
    )
    system = EngineSystem("built-in", bench.builtin, bench.world)
    _tell("## Robustness of the built-in engine", robustness(system, questions, bench.platforms))
    if asked.hint3 is not None:
        _tell("## HINT3", hint3.report(asked.hint3, VOCABULARY))
    if asked.plots is not None:
        plots.draw(asked.plots, scores.judged, runs)


def _tell(*parts: str) -> None:
    print("\n\n".join(parts), end="\n\n", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.answers", description=__doc__)
    parser.add_argument("file", type=Path, help="labelled questions, one line of JSON each")
    parser.add_argument("--hint3", type=Path, help="the folder with *_train.csv and *_test.csv of HINT3")
    parser.add_argument("--plots", type=Path, help="a folder for the plots (needs matplotlib)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
