from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The product on a database of its own; the storage is tried on both databases elsewhere."""
    found = Desk.open(tmp_path)
    yield found
    found.close()
