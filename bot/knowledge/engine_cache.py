"""What an engine has learnt, kept in a file so that the next start need not learn it again."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

from bot.knowledge.classifier import Linear
from bot.knowledge.encoder import Letters
from bot.knowledge.heads import Heads

_LINEARS = ("kinds", "topics", "gate")
_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def read_cache(path: Path) -> tuple[Letters, Heads] | None:
    """What `write_cache` kept in `path`; None where there is no such file, or it is broken."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return Letters(arrays["rarity"], arrays["mixtures"]), _heads(arrays)
    except _BROKEN:
        return None


def write_cache(path: Path, letters: Letters, heads: Heads) -> None:
    """Keep them in `path`, whole or not at all. A folder that cannot be written to is no fault."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: another process may be writing the same cache.
        with NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False) as fresh:
            np.savez(fresh, allow_pickle=False, **_arrays(letters, heads))
        Path(fresh.name).replace(path)
    except OSError:
        return


def _arrays(letters: Letters, heads: Heads) -> dict[str, Any]:
    arrays: dict[str, Any] = {"rarity": letters.rarity, "mixtures": letters.mixtures}
    arrays |= {"rows": heads.rows, "outside": heads.outside}
    arrays["heats"] = np.array([heads.kind_heat, heads.topic_heat])
    for name in _LINEARS:
        linear: Linear = getattr(heads, name)
        arrays[f"{name}_labels"] = np.array(linear.labels)
        arrays[f"{name}_weights"], arrays[f"{name}_bias"] = linear.weights, linear.bias
    return arrays


def _heads(arrays: dict[str, Any]) -> Heads:
    kinds, topics, gate = (_linear(arrays, name) for name in _LINEARS)
    kind_heat, topic_heat = arrays["heats"].tolist()
    rows, outside = arrays["rows"], arrays["outside"]
    if rows.ndim != 2 or outside.shape != rows.shape[:1]:
        raise ValueError("rows and marks do not match")
    return Heads(kinds, topics, gate, kind_heat, topic_heat, rows, outside)


def _linear(arrays: dict[str, Any], name: str) -> Linear:
    labels = tuple(str(label) for label in arrays[f"{name}_labels"])
    weights, bias = arrays[f"{name}_weights"], arrays[f"{name}_bias"]
    if weights.shape[1] != len(labels) or bias.shape != (len(labels),):
        raise ValueError(f"{name}: weights and labels do not match")
    return Linear(labels, weights, bias)
