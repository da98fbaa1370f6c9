"""The built-in engine: learns from `intents/` and the policies, keeps the fit, parses in this process."""

from __future__ import annotations

import ctypes
import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from filelock import FileLock

from bot.content.policy_load import Policy
from bot.content.wording import LONGEST, Lexicon, Speller, fold, load_lexicon, unroll
from bot.engine.features import (
    Encoder,
    JointEncoder,
    Letters,
    ModelUnavailable,
    TfidfEncoder,
    Vectors,
    learn_letters,
    load_minilm,
    normalised,
)
from bot.engine.gate import Gate, GateExample, Weigher, fit_gate, gate_texts, load_gate
from bot.engine.heads import (
    DANGER,
    OUT_OF_SCOPE,
    SMALL_TALK,
    Heads,
    Kernel,
    Linear,
    Scores,
    TopicHead,
    fit_heads,
    kind_signals,
)
from bot.engine.language import is_english
from bot.engine.parse import Alarm, Continued, Parse, Ranked
from bot.engine.training import Training, intent_of, load_training
from bot.engine.wordpiece import WordPiece, load_vocabulary, whole_words

_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
# Every change of an example makes a new file: the newest few are kept, with and without the language model.
_KEPT = 4
# A process that has waited so long learns by itself.
_PATIENCE_S = 300


_WEIGHING, _READING, _TOPICS = "weighing words and letters", "reading the examples", "learning the topics"
_READING_GATE, _GATE = "reading the texts about danger", "learning the gate of danger"
#: What learning consists of, in order, and what share of the time each step takes, roughly.
STEPS = {_WEIGHING: 0.02, _READING: 0.2, _TOPICS: 0.15, _READING_GATE: 0.55, _GATE: 0.08}
#: Told while learning: the step, and how much of it is done, from 0 to 1.
Told = Callable[[str, float], None]


@dataclass(frozen=True)
class Learnt:
    """All that an engine has learnt; `gate` is None where it was given no texts for one."""

    letters: Letters
    heads: Heads
    gate: Gate | None


def read_cache(path: Path) -> Learnt | None:
    """What `write_cache` kept in `path`; None where there is no such file, or it is broken."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        letters = Letters(arrays["rarity"], arrays["mixtures"])
        return Learnt(letters, _heads(arrays), _gate(arrays) if "gate_rows" in arrays else None)
    except _BROKEN:
        return None


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Of several processes that would learn what belongs in the folder of `path`, one does at a time.

    Where the folder takes no lock, or another one takes far too long, each learns by itself.
    """
    with ExitStack() as held:
        with suppress(OSError, NotImplementedError):
            path.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(FileLock(path.with_name("engine.lock"), timeout=_PATIENCE_S))
        yield


def write_cache(path: Path, learnt: Learnt) -> None:
    """Keep it in `path`, whole or not at all, and of the files like it only the newest few.

    A folder that cannot be written to is no fault.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: another process may be writing the same cache.
        with NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False) as fresh:
            np.savez(fresh, allow_pickle=False, **_arrays(learnt.letters, learnt.heads, learnt.gate))
        Path(fresh.name).replace(path)
        _prune(path)
    except OSError:
        return


def _prune(newest: Path) -> None:
    for old in _others(newest)[_KEPT - 1 :]:
        old.unlink(missing_ok=True)


def _others(fit: Path) -> tuple[Path, ...]:
    """The other fits in the folder of `fit`, the newest first."""
    found = [path for path in fit.parent.glob("engine-*.npz") if path != fit]
    return tuple(sorted(found, key=written_ns, reverse=True))


def written_ns(path: Path) -> int:
    """When a file was written; 0 where another process has taken it away."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _arrays(letters: Letters, heads: Heads, gate: Gate | None) -> dict[str, Any]:
    topics = heads.topics
    return {
        **({} if gate is None else _gate_arrays(gate)),
        "rarity": letters.rarity,
        "mixtures": letters.mixtures,
        "kernel_labels": np.array(heads.kernel.labels),
        "kernel_rows": heads.kernel.rows,
        "kernel_weights": heads.kernel.weights,
        "middle": topics.middle,
        "white": topics.white,
        "centres": topics.centres,
        "outside": heads.outside,
        "heats": np.array([heads.kind_heat, heads.topic_heat]),
        **_linear_arrays("kinds", heads.kinds),
        **_linear_arrays("topics", topics.linear),
        **_linear_arrays("gate", heads.gate),
    }


def _gate_arrays(gate: Gate) -> dict[str, Any]:
    arrays = {"gate_rows": gate.rows, "gate_kernel": gate.weights, "gate_evidence": gate.evidence}
    for name, weigher in (("short", gate.short), ("story", gate.story)):
        scale = {f"{name}_middle": weigher.middle, f"{name}_spread": weigher.spread}
        arrays |= {**scale, **_linear_arrays(name, weigher.linear)}
    return arrays


def _gate(arrays: dict[str, Any]) -> Gate:
    short, story = (
        Weigher(arrays[f"{name}_middle"], arrays[f"{name}_spread"], _linear(arrays, name))
        for name in ("short", "story")
    )
    rows = np.asfortranarray(arrays["gate_rows"])
    return Gate(rows, arrays["gate_kernel"], arrays["gate_evidence"], short, story)


def _linear_arrays(name: str, linear: Linear) -> dict[str, Any]:
    return {
        f"{name}_labels": np.array(linear.labels),
        f"{name}_weights": linear.weights,
        f"{name}_bias": linear.bias,
    }


def _heads(arrays: dict[str, Any]) -> Heads:
    kinds, topics, gate = (_linear(arrays, name) for name in ("kinds", "topics", "gate"))
    by_column = (np.asfortranarray(arrays[f"kernel_{name}"]) for name in ("rows", "weights"))
    kernel = Kernel(_labels(arrays, "kernel"), *by_column)
    rows, outside = kernel.rows, arrays["outside"]
    if outside.shape != rows.shape[:1] or kernel.weights.shape != (len(rows), len(kernel.labels)):
        raise ValueError("rows and marks do not match")
    kind_heat, topic_heat = arrays["heats"].tolist()
    head = TopicHead(topics, arrays["middle"], arrays["white"], arrays["centres"])
    return Heads(kernel, kinds, head, gate, kind_heat, topic_heat, outside)


def _linear(arrays: dict[str, Any], name: str) -> Linear:
    labels = _labels(arrays, name)
    weights, bias = arrays[f"{name}_weights"], arrays[f"{name}_bias"]
    if weights.shape[1] != len(labels) or bias.shape != (len(labels),):
        raise ValueError(f"{name}: weights and labels do not match")
    return Linear(labels, weights, bias)


def _labels(arrays: dict[str, Any], name: str) -> tuple[str, ...]:
    return tuple(str(label) for label in arrays[f"{name}_labels"])


# A number of glibc's: from this size on, memory comes from the system, and goes back to it once it is free.
_MMAP_THRESHOLD = -3
_LARGE = 1 << 20


def spare_memory(large: int = _LARGE) -> None:
    """What is of `large` bytes or more goes back to the system once it is free, and what is free goes now.

    After learning that is a third of the process. Does nothing where the C library is not glibc.
    """
    try:
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, large)
        library.malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return


_VOCABULARY = Path(__file__).parent / "minilm" / "vocab.txt"
# Chosen by 5-fold cross-validation on intents/: how much the cues and the letters weigh beside the meaning.
_CUE_WEIGHT = np.float32(0.2)
LETTER_WEIGHT = 0.5
# Part of every cache key: raise it when what is learnt from the same files changes.
_FORMAT = "9"
# So many texts are read at once while learning.
_PART = 512
# What is gone on from is a topic's own question: of so many the odds are kept, and no word of anybody's.
_BEFORE = 32
_ORDINARY = {"danger": "danger", "report_abuse": "abuse", "report_image": "abuse", "report_other": "abuse"}


@dataclass(frozen=True)
class Lesson:
    """What the engine learns from: texts with their intents, in order, and the lexicon to read them with.

    `gate` are the texts of the gate of danger; without any there is none.
    """

    texts: tuple[str, ...]
    intents: tuple[str, ...]
    lexicon: Lexicon
    gate: tuple[GateExample, ...] = ()

    @property
    def key(self) -> str:
        """A hash of everything in it."""
        lines = [self.lexicon.model_dump_json(), *self.texts, *self.intents]
        lines += [part for text in self.gate for part in (text.text, text.grade, *text.spans, text.author)]
        return hashlib.sha256("\0".join(lines).encode()).hexdigest()


def lesson(
    training: Training,
    lexicon: Lexicon,
    policies: Iterable[Policy],
    gate: Sequence[GateExample] = (),
) -> Lesson:
    """The examples of `intents/`, of each topic its question and its first clause, and the gate's texts."""
    pairs = [(example.text, example.intent) for example in training.examples]
    for policy in policies:
        for topic in policy.topics.values():
            intent = intent_of(topic.id)
            pairs += [(topic.question, intent), (policy.clauses[topic.cites[0]].quote, intent)]
    texts, intents = tuple(text for text, _ in pairs), tuple(intent for _, intent in pairs)
    return Lesson(texts, intents, lexicon, tuple(gate))


def read_lesson(intents: Path, policies: Iterable[Policy]) -> Lesson:
    """The lesson of the folder `intents` and the policies. Raises DataFaults."""
    training, lexicon = load_training(intents), load_lexicon(intents / "lexicon.yml")
    return lesson(training, lexicon, policies, load_gate(intents / "gate"))


class BuiltinEngine:
    """Parses by meaning and letters. Deterministic, and it never raises for any text."""

    name = "builtin"

    def __init__(self, reader: _Reader, learnt: Learnt, *, reduced_accuracy: bool) -> None:
        self._reader = reader
        self._heads = learnt.heads
        self._gate = learnt.gate
        #: True where the language model is missing and letters alone must do.
        self.reduced_accuracy = reduced_accuracy
        self._before = lru_cache(maxsize=_BEFORE)(self._odds)

    def parse(self, text: str) -> Parse:
        """Every intent with its odds, the likeliest first; nothing for a text without words."""
        folded = fold(text)
        if not any(map(str.isalnum, folded)):
            return Parse(text, (), in_scope=0.0)
        spelt, read, alarm = self._alarmed(text)
        return replace(
            self._parse(text, *read, alarm, spelt),
            english=is_english(folded, self._reader.knows),
            reduced=self.reduced_accuracy,
            apart=self._apart,
        )

    def _alarmed(self, text: str) -> tuple[str, tuple[Mapping[str, float], Scores], Alarm | None]:
        """A text spelt right, and what the heads and the gate say of it, its clauses and its windows."""
        gate = self._gate
        parts, clauses = ([text], []) if gate is None else (gate.parts(text), gate.clauses(text))
        alone = 1 + len(clauses)
        # All in one run: what is read for each of them costs more than the reading.
        spelt, *repaired = self._reader.repaired([_whole(text), *map(fold, (text, *clauses, *parts[1:]))])
        rows = self._reader.features(repaired, alone)
        read = self._heads.read(rows[:alone])
        if gate is None:
            return spelt, read[0], None
        said = gate.said(rows)
        each = zip(clauses, said[1:alone], read[1:], strict=True)
        told = tuple(
            replace(gate.read([clause], row[None, :], kind_signals(*heads)), likeness=float(heads[1][1]))
            for clause, row, heads in each
        )
        windowed = np.vstack([said[:1], said[alone:]])
        alarm = replace(gate.read(parts, windowed, kind_signals(*read[0])), clauses=told)
        return spelt, read[0], alarm

    def _apart(self, texts: Sequence[str]) -> tuple[Parse, ...]:
        found = self._reader.repaired([*map(_whole, texts), *map(fold, texts)])
        spelt, repaired = found[: len(texts)], found[len(texts) :]
        read = self._heads.read(self._reader.features(repaired, len(texts)))
        return tuple(
            self._parse(text, *each, None, whole)
            for text, each, whole in zip(texts, read, spelt, strict=True)
        )

    def _odds(self, said: str) -> Mapping[str, float]:
        ((odds, _),) = self._heads.read(self._reader.read([said], 1))
        return odds

    def _continued(self, said: str, text: str) -> Continued:
        ((joined, _),) = self._heads.read(self._reader.read([f"{said} {text}"], 1))
        return Continued(joined, self._before(said))

    def _parse(
        self, text: str, read: Mapping[str, float], gates: Scores, alarm: Alarm | None, spelt: str
    ) -> Parse:
        """The parse of a text from what the heads and the gate say of it."""
        likeness = float(gates[1])
        if alarm is not None:
            alarm = replace(alarm, likeness=likeness)
        odds, danger = {**read}, likeness if alarm is None else alarm.danger
        _set_danger(odds, danger)
        in_scope = max(float(gates[0]), danger, 0.0 if alarm is None else alarm.concern)
        if self.reduced_accuracy:
            # Letters alone make the gate doubt a short "hello there".
            in_scope = max(in_scope, sum(read.get(intent, 0.0) for intent in SMALL_TALK))
        after = partial(self._continued, text=text)
        return Parse(text, _ranked(odds, in_scope), in_scope, alarm, spelt=spelt, after=after)


def _whole(text: str) -> str:
    """`text` on one line, in lower case, from its beginning."""
    return unroll(text)[:LONGEST]


@dataclass(frozen=True)
class Fit:
    """The file that keeps what is learnt from a lesson.

    `is_whole` is False where it is missing or broken; `others` are fits of other lessons, the newest first.
    """

    path: Path
    is_whole: bool
    others: tuple[Path, ...]
    reduced_accuracy: bool


def find_fit(learnt_from: Lesson, cache: Path) -> Fit:
    """What the folder `cache` keeps of this lesson. Learns nothing."""
    model = _model(load_vocabulary(_VOCABULARY), cache)
    path = _kept(cache, learnt_from, model)
    return Fit(path, read_cache(path) is not None, _others(path), model is None)


def build_engine(
    learnt_from: Lesson, cache: Path | None = None, *, small: bool = False, told: Told | None = None
) -> BuiltinEngine:
    """The engine, from the folder `cache` where it learnt the same before; else it learns, and tells `told`.

    Without the language model, or with `small`, it works from letters and says so (`reduced_accuracy`).
    """
    vocabulary = load_vocabulary(_VOCABULARY)
    model = None if small else _model(vocabulary, cache)
    reader = _Reader(learnt_from, model, frozenset(whole_words(vocabulary)))
    told = told or _untold
    found = (
        reader.learn(told) if cache is None else _learnt_once(reader, _kept(cache, learnt_from, model), told)
    )
    reader.use(found.letters)
    spare_memory()
    return BuiltinEngine(reader, found, reduced_accuracy=model is None)


def _untold(_step: str, _done: float) -> None:
    """Nobody wants to know."""


def _learnt_once(reader: _Reader, kept: Path, told: Told) -> Learnt:
    found = read_cache(kept)
    if found is None:
        with one_at_a_time(kept):
            # Another process may have learnt it meanwhile.
            found = read_cache(kept)
            if found is None:
                found = reader.learn(told)
                write_cache(kept, found)
    return found


class _Reader:
    """Texts in, features out: spelling, slang, encoder and cues, in one order for all texts."""

    def __init__(self, learnt_from: Lesson, model: Encoder | None, known: frozenset[str]) -> None:
        self._lesson = learnt_from
        self._model = model
        lexicon = learnt_from.lexicon
        folded = [fold(text) for text in learnt_from.texts]
        self._speller = Speller(folded, known | {*lexicon.slang, *lexicon.synonyms, *lexicon.platforms})
        self._encoder: Encoder | None = None

    def use(self, letters: Letters) -> None:
        small, model = TfidfEncoder(letters), self._model
        self._encoder = small if model is None else JointEncoder((1.0, model), (LETTER_WEIGHT, small))

    def repaired(self, folded: Sequence[str]) -> list[str]:
        """Each text (folded) with its spelling repaired; a word of several of them is looked up once."""
        return self._speller.repair_each(folded)

    def knows(self, word: str) -> bool:
        """Whether a word (folded) is one of the examples' or of the lexicon's."""
        return self._speller.knows(word) or word in self._lesson.lexicon.slang

    def learn(self, told: Told) -> Learnt:
        """The letters, the heads, and the gate where there are texts for one."""
        lesson = self._lesson
        _begin(told, _WEIGHING)
        # As a question is read: what is misspelt in an example is no word of its own.
        spelt = self._speller.repair_each([*map(fold, lesson.texts)])
        standard = [lesson.lexicon.standard(text) for text in spelt]
        letters = learn_letters(standard)
        self.use(letters)
        _begin(told, _READING)
        read = _in_parts(self._features, standard, lambda done: told(_READING, done / len(standard)))
        features = np.stack([read[text] for text in standard])
        _begin(told, _TOPICS)
        heads = fit_heads(features, lesson.intents)
        if not lesson.gate:
            return Learnt(letters, heads, None)
        known = dict(zip(lesson.texts, features, strict=True))
        return Learnt(letters, heads, self._learn_gate(known, heads, told))

    def _learn_gate(self, known: dict[str, Vectors], heads: Heads, told: Told) -> Gate:
        """The gate; `known` are the features of the lesson's own texts."""
        lesson = self._lesson
        _begin(told, _READING_GATE)
        wholes, parts = gate_texts(lesson.gate)
        fresh = [text for text in wholes if text not in known]
        count = len(fresh) + len(parts)
        known |= _in_parts(
            lambda some: self.read(some, len(some)), fresh, lambda done: told(_READING_GATE, done / count)
        )
        cut = _in_parts(
            lambda some: self.read(some, 0),
            parts,
            lambda done: told(_READING_GATE, (len(fresh) + done) / count),
        )
        _begin(told, _GATE)
        graded = zip(lesson.texts, lesson.intents, strict=True)
        return fit_gate(
            lesson.gate,
            [(text, _ORDINARY.get(intent, "harmless")) for text, intent in graded],
            lambda texts, is_cut: np.stack([(cut if is_cut else known)[text] for text in texts]),
            lambda row: kind_signals(*heads.read(row)[0]),
        )

    def read(self, texts: Sequence[str], wholes: int) -> Vectors:
        """The features of each text, as below."""
        return self.features(self.repaired([*map(fold, texts)]), wholes)

    def features(self, repaired: Sequence[str], wholes: int) -> Vectors:
        """The features of texts whose spelling is repaired: what the encoder says, and the cues.

        The first `wholes` count as they are and with platforms masked; the others, masked alone.
        """
        lexicon = self._lesson.lexicon
        standard = [*map(lexicon.standard, repaired)]
        return self._features([*standard[:wholes], *map(lexicon.masked, standard[wholes:])])

    def _features(self, standard: Sequence[str]) -> Vectors:
        lexicon = self._lesson.lexicon
        rows = self._rows(standard, [lexicon.masked(text) for text in standard])
        cues = np.array([lexicon.cued(text) for text in standard], dtype=np.float32)
        return np.hstack([rows, _CUE_WEIGHT * cues])

    def _rows(self, standard: Sequence[str], masked: Sequence[str]) -> Vectors:
        """A text that names a platform counts as it is and with the name masked; each is encoded once."""
        assert self._encoder is not None
        places = {text: place for place, text in enumerate(dict.fromkeys([*standard, *masked]))}
        rows = self._encoder.encode(list(places))
        return normalised(rows[[places[text] for text in standard]] + rows[[places[text] for text in masked]])


def _begin(told: Told, step: str) -> None:
    # What the step before took and gave back would add to what this one takes.
    spare_memory()
    told(step, 0.0)


def _in_parts(
    read: Callable[[Sequence[str]], Vectors], texts: Sequence[str], told: Callable[[int], None]
) -> dict[str, Vectors]:
    """The features of each text, read some at a time, those of a like length together; how many is `told`."""
    found: dict[str, Vectors] = {}
    order = sorted(dict.fromkeys(texts), key=len)
    for start in range(0, len(order), _PART):
        some = order[start : start + _PART]
        found.update(zip(some, read(some), strict=True))
        told(start + len(some))
    return found


def _model(vocabulary: tuple[str, ...], cache: Path | None) -> Encoder | None:
    try:
        return load_minilm(WordPiece(vocabulary), cache)
    except ModelUnavailable:
        return None


def _kept(cache: Path, learnt_from: Lesson, model: Encoder | None) -> Path:
    """The file in `cache` for what is learnt from exactly this."""
    whole = "\0".join([_FORMAT, learnt_from.key, "letters" if model is None else model.name])
    return cache / f"engine-{hashlib.sha256(whole.encode()).hexdigest()[:24]}.npz"


def _set_danger(odds: dict[str, float], danger: float) -> None:
    if DANGER in odds:
        rest = (1.0 - danger) / max(1.0 - odds[DANGER], 1e-9)
        odds.update({intent: value * rest for intent, value in odds.items()}, danger=danger)


def _ranked(odds: dict[str, float], in_scope: float) -> tuple[Ranked, ...]:
    outside = odds.pop(OUT_OF_SCOPE, 0.0)
    rest = in_scope / max(1.0 - outside, 1e-9)
    whole = {**{intent: value * rest for intent, value in odds.items()}, OUT_OF_SCOPE: 1.0 - in_scope}
    order = sorted(whole.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Ranked(intent, min(1.0, value)) for intent, value in order)
