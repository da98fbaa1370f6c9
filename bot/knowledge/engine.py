"""The built-in engine: learns from `intents/` and the policies, parses in this process, needs no service."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.knowledge.encoder import (
    Encoder,
    JointEncoder,
    Letters,
    TfidfEncoder,
    Vectors,
    learn_letters,
    normalised,
)
from bot.knowledge.engine_cache import one_at_a_time, read_cache, write_cache
from bot.knowledge.heads import DANGER, OUT_OF_SCOPE, SMALL_TALK, Heads, fit_heads
from bot.knowledge.memory import give_back
from bot.knowledge.minilm_encoder import ModelUnavailable, load_minilm
from bot.knowledge.parsing import Parse, Ranked
from bot.knowledge.policies import Policy
from bot.knowledge.rasa_files import Training, intent_of
from bot.knowledge.spelling import Speller
from bot.knowledge.wording import Lexicon, fold, passages
from bot.knowledge.wordpiece import WordPiece, load_vocabulary, whole_words

_VOCABULARY = Path(__file__).parent / "minilm" / "vocab.txt"
# Chosen by 5-fold cross-validation on intents/: how much the cues and the letters weigh beside the meaning.
_CUE_WEIGHT = np.float32(0.2)
LETTER_WEIGHT = 0.5
# Part of every cache key: raise it when what is learnt from the same files changes.
_FORMAT = "3"


@dataclass(frozen=True)
class Lesson:
    """What the engine learns from: texts with their intents, in order, and the lexicon to read them with."""

    texts: tuple[str, ...]
    intents: tuple[str, ...]
    lexicon: Lexicon

    @property
    def key(self) -> str:
        """A hash of everything in it."""
        lines = [self.lexicon.model_dump_json(), *self.texts, *self.intents]
        return hashlib.sha256("\0".join(lines).encode()).hexdigest()


def lesson(training: Training, lexicon: Lexicon, policies: Iterable[Policy]) -> Lesson:
    """The examples of `intents/`, and of each topic its question and its first clause."""
    pairs = [(example.text, example.intent) for example in training.examples]
    for policy in policies:
        for topic in policy.topics.values():
            intent = intent_of(topic.id)
            pairs += [(topic.question, intent), (policy.clauses[topic.cites[0]].quote, intent)]
    return Lesson(tuple(text for text, _ in pairs), tuple(intent for _, intent in pairs), lexicon)


class BuiltinEngine:
    """Parses by meaning and letters. Deterministic, and it never raises for any text."""

    name = "builtin"

    def __init__(self, reader: _Reader, heads: Heads, *, reduced_accuracy: bool) -> None:
        self._reader = reader
        self._heads = heads
        #: True where the language model is missing and letters alone must do.
        self.reduced_accuracy = reduced_accuracy

    def parse(self, text: str) -> Parse:
        """Every intent with its odds, the likeliest first; nothing for a text without words."""
        if not any(map(str.isalnum, fold(text))):
            return Parse(text, (), in_scope=0.0)
        # The passages of a long text are read beside it, in one run of the model, for their danger alone.
        read, gates = self._heads.read(self._reader.read([text, *passages(text)]))
        odds, danger = {**read}, float(gates[:, 1].max())
        _set_danger(odds, danger)
        in_scope = max(float(gates[0, 0]), danger)
        if self.reduced_accuracy:
            # Letters alone make the gate doubt a short "hello there".
            in_scope = max(in_scope, sum(read.get(intent, 0.0) for intent in SMALL_TALK))
        return Parse(text, _ranked(odds, in_scope), in_scope)


def build_engine(learnt_from: Lesson, cache: Path | None = None, *, small: bool = False) -> BuiltinEngine:
    """The engine, from the folder `cache` where it has learnt the same before.

    Without the language model, or with `small`, it works from letters and says so (`reduced_accuracy`).
    """
    vocabulary = load_vocabulary(_VOCABULARY)
    model = None if small else _model(vocabulary)
    reader = _Reader(learnt_from, model, frozenset(whole_words(vocabulary)))
    kept = None if cache is None else cache / f"engine-{_key(learnt_from, model)}.npz"
    found = reader.learn() if kept is None else _learnt_once(reader, kept)
    reader.use(found[0])
    give_back()
    return BuiltinEngine(reader, found[1], reduced_accuracy=model is None)


def _learnt_once(reader: _Reader, kept: Path) -> tuple[Letters, Heads]:
    found = read_cache(kept)
    if found is None:
        with one_at_a_time(kept):
            # Another process may have learnt it meanwhile.
            found = read_cache(kept)
            if found is None:
                found = reader.learn()
                write_cache(kept, *found)
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

    def learn(self) -> tuple[Letters, Heads]:
        standard = [self._lesson.lexicon.standard(text) for text in self._lesson.texts]
        letters = learn_letters(standard)
        self.use(letters)
        return letters, fit_heads(self._features(standard), self._lesson.intents)

    def read(self, texts: Sequence[str]) -> Vectors:
        """The features of each text: what the encoder says, and the cues."""
        lexicon = self._lesson.lexicon
        return self._features([lexicon.standard(self._speller.repair(fold(text))) for text in texts])

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
