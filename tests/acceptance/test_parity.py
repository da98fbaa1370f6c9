"""The table of docs/channels.md says what each channel can do, no more and no less."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.parity import column, written
from tests.acceptance.sites import CHANNELS, opened_on


@pytest.mark.slow
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_channel_does_what_the_table_says(channel: str, tmp_path: Path) -> None:
    """Each row is tried by somebody on the real product; a yes that is not so fails, and so does a no."""
    with opened_on(channel, tmp_path / "site") as site:
        assert column(site) == written()[channel]
