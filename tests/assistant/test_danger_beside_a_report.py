"""Where somebody tells of danger beside a report, nobody whom it concerns is a number to phone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.app import new_tokens
from bot.domain.messages import Bullets, Message
from bot.domain.turns import Said, SharedFile, Submitted
from bot.following.forms import slot_of
from tests.assistant.test_danger_in_forms import form_on, press
from tests.support.desk import Desk, text_of
from tests.support.sqlite import make_ready

TONIGHT = "She is going to kill herself tonight, please help"
DSL, DEPUTY, LADO = "020 7946 0101", "020 7946 0102", "020 7946 0105"
CHAIR, EHT = "020 7946 0104", "020 7946 0103"
# Of a person on the roster, as a report names them; nobody is asked of the role.
BY_ROLE, BY_NAME = {"conflict": "dsl"}, {"conflict_people": "dina"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """On SQLite alone: nothing here is asked of a database that others do not ask of both."""
    url = f"sqlite:///{tmp_path / 'signpost.db'}"
    make_ready(url)
    return url


def numbers(replies: tuple[Message, ...]) -> str:
    """The numbers to phone, a line each."""
    return "\n".join(
        line
        for reply in replies
        for block in reply.blocks
        if isinstance(block, Bullets) and block.phones
        for line in block.items
    )


def write(
    desk: Desk,
    reference: str,
    action: str = "report.add",
    fields: Mapping[str, tuple[str, ...]] | None = None,
    code: str = "",
) -> tuple[Message, ...]:
    sent = {"text": (TONIGHT,), "code": (code,), **(fields or {})}
    return desk.send("ana", Submitted(action, reference, sent))


# All that is sent beside a report; the last two ask for no text, and a door may send more than was asked.
FORMS: dict[str, dict[str, tuple[str, ...]]] = {
    "report.add": {},
    "report.correct": {},
    "report.answer": {},
    "report.since": {"answer": ("yes",)},
    "report.since_urgent": {"answer": ("yes",), "risk": ("child",)},
    "report.withdraw": {"sure": ("yes",)},
    "report.move": {"to": ("eht",)},
}


@pytest.mark.parametrize("said", [BY_ROLE, BY_NAME], ids=["role", "name"])
def test_who_is_reported_is_not_phoned(desk: Desk, said: dict[str, str]) -> None:
    """In each form beside a report of the DSL the others stand, the LADO among them, and no word of why."""
    reference = desk.report("ana", None, kind="colleague", child_risk="yes", **said).reference
    for action, fields in FORMS.items():
        panel, *_, done = write(desk, reference, action, fields)
        # Nothing that was typed stays on the screen to be sent once more.
        assert done.replaces == slot_of(action, reference)
        found, text = numbers((panel,)), text_of(panel)
        assert all(number in found for number in ("999", DEPUTY, LADO, "0808 800 5000")), action
        assert DSL not in found, action
        assert "(DSL)" not in text, action
        assert "involved" not in text, action


def test_anybody_elses_report_names_the_dsl(desk: Desk) -> None:
    """Beside a report that does not concern the DSL, they are whom to phone."""
    [panel, *_] = write(desk, desk.report(kind="colleague").reference)
    assert DSL in numbers((panel,))
    assert "Phone your Designated Safeguarding Lead (DSL) now" in text_of(panel)


def test_who_stepped_back_and_who_had_it_before(desk: Desk) -> None:
    """A DSL who recused is left out; of a report that was moved, everybody who had it or could have."""
    recused, moved = (desk.report(kind="concern", concern_now="told").reference for _ in range(2))
    desk.press("dina", "case.recuse_yes", recused)
    desk.fill("ana", "report.move", moved, to="eht")
    kept = [numbers(write(desk, reference)) for reference in (recused, moved)]
    assert [(DSL in found, DEPUTY in found) for found in kept] == [(False, True), (False, False)]
    assert all("020 7946 0106" in found for found in kept)


def test_with_the_code_alone(desk: Desk) -> None:
    """Without the right code those outside are shown, whomever it concerns; with it, the report's own."""
    of_dsl, of_nobody = new_tokens(), new_tokens()
    for tokens, said in ((of_dsl, "dsl"), (of_nobody, "no")):
        desk.report(tokens=tokens, kind="colleague", child_risk="yes", mode="anonymous", conflict=said)
    risk = {"answer": ("yes",), "risk": ("child",)}
    for tokens in (of_dsl, of_nobody):
        without = numbers(write(desk, tokens.reference, "report.since", risk)[:1])
        wrong = numbers(write(desk, tokens.reference, code="0000-0000-0000")[:1])
        assert all(number in found for number in ("999", "020 7946 0106") for found in (without, wrong))
        shown = [number for number in (DSL, DEPUTY, EHT, CHAIR) if number in without + wrong]
        assert not shown
    panel, done = write(desk, of_dsl.reference, code=of_dsl.code)
    # A line that names the report is kept in no chat.
    assert done.once
    found = numbers((panel,))
    assert (DSL in found, DEPUTY in found) == (False, True)
    with desk.product.database.transaction() as tx:
        # Each wrong code was tried once.
        assert tx.exec_driver_sql("SELECT count(*) FROM code_attempts").scalar() == 2


def test_the_chat_beside_an_open_report(desk: Desk) -> None:
    """Words of danger, and a file, between the steps of a report of the DSL leave the DSL out too."""
    desk.send("ana", Said("report"))
    for option in ("no", "northgate", "mistake", "yes"):
        press(desk, "ana", option)
    action, value, [roles] = form_on(desk, "ana")
    desk.send("ana", Submitted(action, value, {roles.name: ("dsl",)}))
    for said in (Said(TONIGHT), SharedFile()):
        [first, *_] = desk.send("ana", said)
        assert DSL not in numbers((first,))
        assert DEPUTY in numbers((first,))
        assert "(DSL)" not in text_of(first)
