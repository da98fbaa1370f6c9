"""Socket Mode: the same doors without a public address."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.acceptance.slack_office import office, report_accident

pytestmark = pytest.mark.process

CLAUSE = "Staff are not permitted to follow or engage"


def test_the_same_doors_through_a_socket(tmp_path: Path) -> None:
    """Questions, a report and its card go through the connection that the app opened; no route is open."""
    with office(tmp_path, sockets=True) as works:
        ana, eleanor = works["ana"], works["eleanor"]
        works.wait(lambda: "slack.connected" in works.server.log.read_text())
        act = ana.slash("/policy", "Can I follow a former student?", channel=works.staffroom)
        works.wait(lambda: CLAUSE in act.seen_by(ana))
        asked = ana.dm("Can I follow a former student?")
        works.wait(lambda: CLAUSE in asked.seen_by(ana))
        ana.open_home()
        works.wait(lambda: ana.home)
        reference = report_accident(works, ana)
        assert eleanor.press("Acknowledge", works.card(reference)).ok
        works.wait(lambda: "Eleanor" in works.card(reference).words)
        works.slack.disconnect_sockets()
        works.wait(lambda: len(works.slack.calls_of("apps.connections.open")) > 1)
        works.wait(lambda: works.slack.server.sockets)
        again = ana.dm("Can I follow a former student?")
        works.wait(lambda: CLAUSE in again.seen_by(ana))
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{works.server.url}/slack/events", data=b"{}", timeout=5)
