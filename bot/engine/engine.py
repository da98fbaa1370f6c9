"""The built-in engine: learns from `intents/` and the policies, parses in this process, needs no service."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bot.content.policy_load import Policy
from bot.content.spelling import Speller
from bot.content.wording import LONGEST, Lexicon, fold, load_lexicon, unroll
from bot.engine.classifier import Scores
from bot.engine.doubles import halves
from bot.engine.engine_cache import Learnt, one_at_a_time, read_cache, write_cache
from bot.engine.features import (
    Encoder,
    JointEncoder,
    Letters,
    TfidfEncoder,
    Vectors,
    learn_letters,
    normalised,
)
from bot.engine.gate import Features, fit_gate
from bot.engine.gate_files import GateExample, load_gate
from bot.engine.heads import DANGER, OUT_OF_SCOPE, SMALL_TALK, fit_heads, kind_signals
from bot.engine.language import is_english
from bot.engine.memory import give_back
from bot.engine.minilm_encoder import ModelUnavailable, load_minilm
from bot.engine.parse import Alarm, Continued, Parse, Ranked
from bot.engine.training import Training, intent_of, load_training
from bot.engine.wordpiece import WordPiece, load_vocabulary, whole_words

_VOCABULARY = Path(__file__).parent / "minilm" / "vocab.txt"
# Chosen by 5-fold cross-validation on intents/: how much the cues and the letters weigh beside the meaning.
_CUE_WEIGHT = np.float32(0.2)
LETTER_WEIGHT = 0.5
# Part of every cache key: raise it when what is learnt from the same files changes.
_FORMAT = "7"
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

    def parse(self, text: str) -> Parse:
        """Every intent with its odds, the likeliest first; nothing for a text without words."""
        folded = fold(text)
        if not any(map(str.isalnum, folded)):
            return Parse(text, (), in_scope=0.0)
        # The halves of a double question and the windows of a story are read beside it, in one run.
        halved = halves(folded)
        parts = [text] if self._gate is None else self._gate.parts(text)
        wholes = [text, *halved]
        rows = self._reader.read([*wholes, *parts[1:]], len(wholes))
        read = self._heads.read(rows[: len(wholes)])
        alarm = None
        if self._gate is not None:
            features = np.vstack([rows[:1], rows[len(wholes) :]])
            alarm = self._gate.read(parts, features, kind_signals(*read[0]))
        found = [self._parse(half, *read[at], None) for at, half in enumerate(halved, 1)]
        whole = self._parse(text, *read[0], alarm)
        english = is_english(folded, self._reader.knows)
        return replace(
            whole,
            english=english,
            parts=tuple(found),
            reduced=self.reduced_accuracy,
            after=lambda said: self._continued(said, text),
        )

    def _continued(self, said: str, text: str) -> Continued:
        before, joined = self._heads.read(self._reader.read([said, f"{said} {text}"], 2))
        return Continued(joined[0], before[0])

    def _parse(self, text: str, read: Mapping[str, float], gates: Scores, alarm: Alarm | None) -> Parse:
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
        return Parse(text, _ranked(odds, in_scope), in_scope, alarm, spelt=self._reader.spelt(text))


def build_engine(learnt_from: Lesson, cache: Path | None = None, *, small: bool = False) -> BuiltinEngine:
    """The engine, from the folder `cache` where it has learnt the same before.

    Without the language model, or with `small`, it works from letters and says so (`reduced_accuracy`).
    """
    vocabulary = load_vocabulary(_VOCABULARY)
    model = None if small else _model(vocabulary)
    reader = _Reader(learnt_from, model, frozenset(whole_words(vocabulary)))
    kept = None if cache is None else cache / f"engine-{_key(learnt_from, model)}.npz"
    found = reader.learn() if kept is None else _learnt_once(reader, kept)
    reader.use(found.letters)
    give_back()
    return BuiltinEngine(reader, found, reduced_accuracy=model is None)


def _learnt_once(reader: _Reader, kept: Path) -> Learnt:
    found = read_cache(kept)
    if found is None:
        with one_at_a_time(kept):
            # Another process may have learnt it meanwhile.
            found = read_cache(kept)
            if found is None:
                found = reader.learn()
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

    def spelt(self, text: str) -> str:
        """`text` whole, on one line, in lower case, with its spelling repaired."""
        return self._speller.repair(unroll(text)[:LONGEST])

    def knows(self, word: str) -> bool:
        """Whether a word (folded) is one of the examples' or of the lexicon's."""
        return self._speller.knows(word) or word in self._lesson.lexicon.slang

    def learn(self) -> Learnt:
        """The letters, the heads, and the gate where there are texts for one."""
        lesson = self._lesson
        standard = [lesson.lexicon.standard(text) for text in lesson.texts]
        letters = learn_letters(standard)
        self.use(letters)
        features = self._features(standard)
        heads = fit_heads(features, lesson.intents)
        if not lesson.gate:
            return Learnt(letters, heads, None)
        ordinary = [
            (text, _ORDINARY.get(intent, "harmless"))
            for text, intent in zip(lesson.texts, lesson.intents, strict=True)
        ]
        read = _remembered(self.read, dict(zip(lesson.texts, features, strict=True)))
        return Learnt(
            letters,
            heads,
            fit_gate(lesson.gate, ordinary, read, lambda row: kind_signals(*heads.read(row)[0])),
        )

    def read(self, texts: Sequence[str], wholes: int) -> Vectors:
        """The features of each text: what the encoder says, and the cues.

        The first `wholes` count as they are and with platforms masked; the others, masked alone.
        """
        lexicon = self._lesson.lexicon
        standard = [lexicon.standard(self._speller.repair(fold(text))) for text in texts]
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


def _remembered(read: Callable[[Sequence[str], int], Vectors], kept: dict[str, Vectors]) -> Features:
    """`read`, which reads each text once, none that is `kept`: the folds of the gate share most of theirs."""
    parts: dict[str, Vectors] = {}

    def found(texts: Sequence[str], windows: bool) -> Vectors:
        known = parts if windows else kept
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            known.update(zip(fresh, read(fresh, 0 if windows else len(fresh)), strict=True))
        return np.stack([known[text] for text in texts])

    return found


def _model(vocabulary: tuple[str, ...]) -> Encoder | None:
    try:
        return load_minilm(WordPiece(vocabulary))
    except ModelUnavailable:
        return None


def _key(learnt_from: Lesson, model: Encoder | None) -> str:
    whole = "\0".join([_FORMAT, learnt_from.key, "letters" if model is None else model.name])
    return hashlib.sha256(whole.encode()).hexdigest()[:24]


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
