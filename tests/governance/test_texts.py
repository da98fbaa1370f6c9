"""What a policy officer may not do to the governors' report is told with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.content.documents import DataFaults
from bot.content.governor_texts import load_governors
from bot.settings import HOME

KINDS = frozenset({"abuse", "staff_abuse", "colleague", "image", "press", "danger", "mistake"})


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ("[abuse, gossip]", "no report is of the kind 'gossip'"),
        ("[abuse, abuse]", "each kind may stand only once"),
        (f"[{', '.join(sorted(KINDS))}]", "leave at least one kind out"),
        ("[]", "at least 1 item"),
    ],
)
def test_kinds_that_do_not_fit_are_faults(tmp_path: Path, kinds: str, told: str) -> None:
    """An unknown kind, one given twice, none, and all of them, are each a fault with its line."""
    text = (HOME / "policy_kb" / "governors.yml").read_text(encoding="utf-8")
    line = text[: text.index("\nkinds:")].count("\n") + 2
    path = tmp_path / "governors.yml"
    path.write_text(re.sub(r"^kinds: .*$", f"kinds: {kinds}", text, flags=re.MULTILINE), encoding="utf-8")
    with pytest.raises(DataFaults) as found:
        load_governors(path, KINDS)
    assert re.search(rf"governors\.yml:{line}: .*{re.escape(told)}", str(found.value)), str(found.value)
