from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """The product with the demo Federation, on a database of its own."""
    found = Desk.open(tmp_path, database_url=database_url)
    yield found
    found.close()
