"""The house rules that no linter knows: sizes, and a promise for each test."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "versions" not in path.parts)


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_module_is_long() -> None:
    """No module of the product has more than 600 lines: a file is one thing that has a name."""
    long = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules("bot")}
    assert {path: lines for path, lines in long.items() if lines > 600} == {}


def test_functions_are_short() -> None:
    """No function has more than 40 lines, and half of them have at most 8."""
    lengths = {
        f"{path}:{function.name}": length(function) for path in modules("bot") for function in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > 40} == {}
    assert statistics.median(lengths.values()) <= 8


def test_each_test_says_its_promise() -> None:
    """Each test function has a one-sentence docstring."""
    silent = [
        f"{path.name}:{function.name}"
        for path in modules("tests")
        for function in functions(path)
        if function.name.startswith("test_") and not (ast.get_docstring(function) or "").strip().endswith(".")
    ]
    assert silent == []
