"""What an engine has learnt, kept in a file so that the next start need not learn it again."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from filelock import FileLock

from bot.engine.classifier import Linear
from bot.engine.features import Letters
from bot.engine.gate import Gate, Weigher
from bot.engine.heads import Heads
from bot.engine.kernel import Kernel
from bot.engine.topic_head import TopicHead

_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
# Every change of an example makes a new file: the newest few are kept, with and without the language model.
_KEPT = 4
# Whoever has waited so long learns by itself.
_PATIENCE_S = 300


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
    others = [path for path in newest.parent.glob("engine-*.npz") if path != newest]
    for old in sorted(others, key=lambda path: path.stat().st_mtime_ns, reverse=True)[_KEPT - 1 :]:
        old.unlink(missing_ok=True)


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
    return Gate(arrays["gate_rows"], arrays["gate_kernel"], arrays["gate_evidence"], short, story)


def _linear_arrays(name: str, linear: Linear) -> dict[str, Any]:
    return {
        f"{name}_labels": np.array(linear.labels),
        f"{name}_weights": linear.weights,
        f"{name}_bias": linear.bias,
    }


def _heads(arrays: dict[str, Any]) -> Heads:
    kinds, topics, gate = (_linear(arrays, name) for name in ("kinds", "topics", "gate"))
    kernel = Kernel(_labels(arrays, "kernel"), arrays["kernel_rows"], arrays["kernel_weights"])
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
