from __future__ import annotations

import numpy as np
import pytest

from bench.rivals import Ranker, Units, bm25, stems, tfidf

TEXTS = ("Staff must not follow students", "Photographs need the consent of parents", "Lunch is at noon")
UNITS = Units(TEXTS, (TEXTS[0], TEXTS[1], ""), np.array([True, True, False]))


@pytest.fixture(params=[bm25, tfidf])
def ranker(request: pytest.FixtureRequest) -> Ranker:
    return request.param("rival", UNITS, str.casefold)  # type: ignore[no-any-return]


def test_the_clause_with_the_words_comes_first(ranker: Ranker) -> None:
    """A question is answered with the clause that shares its stems."""
    assert ranker.ask("Can I photograph without a parent's consent?").quotes[0] == TEXTS[1]
    assert ranker.ask("following a student").quotes[0] == TEXTS[0]


def test_what_is_out_of_scope_lowers_the_certainty(ranker: Ranker) -> None:
    """A question like an out-of-scope example is less sure than one like a clause, and never quotes it."""
    covered, outside = ranker.ask("follow students"), ranker.ask("when is lunch at noon")
    assert covered.sure > 0 > outside.sure
    assert "" not in outside.quotes


def test_stems_join_forms_of_a_word() -> None:
    """Endings and stop words go."""
    assert stems("following the students, followed by a student") == [
        "follow",
        "student",
        "follow",
        "student",
    ]
