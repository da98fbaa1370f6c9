import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.app import build, new_tokens
from bot.delivery.sender import (
    DeliveryFault,
    OutageFault,
    PassingFault,
    PermanentFault,
    RefusedFault,
    UnclearFault,
)
from bot.delivery.worker import Worker
from bot.domain.turns import Submitted
from tests.support.desk import DeafEngine, Desk, Notebook, inline, settings_in, text_of, world_of

EVERYONE = ("flt", "eleanor", "farid", "grace", "tom", "beth", "ravi", "dina", "lucy", "maya")


@dataclass
class TwoWays(Desk):
    """A Federation whose leaders are on two platforms: the playground, and one that stands for another."""

    other: Notebook = None  # type: ignore[assignment]

    @classmethod
    def open(cls, folder: Path, engine: object = None, database_url: str = "") -> "TwoWays":
        settings = settings_in(folder, database_url)
        world = world_of(settings)
        roster = world.federation.roster
        both = {
            name: replace(person, accounts={**person.accounts, "teams": f"teams-{name}"})
            for name, person in roster.people.items()
        }
        federation = replace(world.federation, roster=replace(roster, people=both))
        product = build(
            replace(settings, federation=federation), DeafEngine(), replace(world, federation=federation)
        )
        context = replace(product.context, platforms=("playground", "teams"))
        return cls(replace(product, context=context), Notebook(), other=Notebook())

    async def _work(self, rounds: int) -> None:
        senders = {"playground": self.notebook, "teams": self.other}
        worker = Worker(self.product.context, senders, inline, lambda: self.now, lambda: 0.5)
        for _ in range(rounds):
            if not await worker.once():
                return


@pytest.fixture
def both(tmp_path: Path, database_url: str) -> Iterator[TwoWays]:
    """The product with people who can be told on either of two platforms."""
    found = TwoWays.open(tmp_path, database_url=database_url)
    yield found
    found.close()


def refuse(notebook: Notebook, fault: DeliveryFault, names: tuple[str, ...] = EVERYONE) -> None:
    notebook.refuses = dict.fromkeys(names, fault)


def test_who_cannot_be_told_on_one_platform_is_told_on_the_other(both: TwoWays) -> None:
    """A direct message that one platform refuses for good goes to the same person on the other, once."""
    reference = both.report("ana", kind="concern").reference
    refuse(both.notebook, PermanentFault("account_inactive"), ("dina",))
    both.work(rounds=10)
    assert [reference in text for text in both.other.texts("teams-dina")] == [True]
    assert len(both.notebook.texts("eleanor")) == 1
    assert not both.other.texts("teams-eleanor")


def test_in_an_outage_people_are_told_on_the_other_platform(both: TwoWays) -> None:
    """Where one platform takes nothing at all, each person's first card comes over the other, at once."""
    reference = both.report("ana", kind="concern").reference
    refuse(both.notebook, OutageFault("token_revoked"))
    both.work(rounds=10)
    for name in ("teams-dina", "teams-eleanor"):
        assert [reference in text for text in both.other.texts(name)] == [True]
    both.notebook.refuses.clear()
    both.later(minutes=10)
    both.press("dina", "case.acknowledge", reference)
    both.work(rounds=10)
    assert not both.notebook.texts("dina")
    assert "Held by: Dina" in both.other.texts("teams-dina")[0]


def test_a_channel_in_an_outage_brings_the_card_to_its_people_elsewhere(both: TwoWays) -> None:
    """The FLT's channel cannot be posted in: its people have the card on the platform that works."""
    reference = both.report("ana", kind="colleague").reference
    refuse(both.notebook, OutageFault("token_revoked"))
    both.work(rounds=10)
    for name in ("teams-farid", "teams-grace", "teams-tom"):
        assert [reference in text for text in both.other.texts(name)] == [True]


def test_what_may_have_been_taken_is_looked_for_where_it_was_sent(both: TwoWays) -> None:
    """After an unclear send the same platform is asked first, so that nobody has the card on two."""
    both.report("ana", kind="concern")
    refuse(both.notebook, UnclearFault("cut"), ("dina",))
    both.work(rounds=10)
    refuse(both.notebook, OutageFault("token_revoked"))
    both.later(minutes=1)
    both.work(rounds=10)
    assert not both.other.texts("teams-dina")


def away_for(desk: Desk, minutes: float) -> None:
    """Let the time pass in half minutes, the worker at work."""
    for _ in range(int(minutes * 2)):
        desk.work(rounds=10)
        desk.later(seconds=30)
    desk.work(rounds=10)


def test_by_the_target_others_are_told(desk: Desk) -> None:
    """A platform is away and says nothing of mending: after five minutes the FLT's people are told, once."""
    reference = desk.report("ana", kind="colleague").reference
    refuse(desk.notebook, PassingFault("no connection"), ("flt",))
    away_for(desk, 4.5)
    assert set(desk.notebook.seen) == {"ana"}
    away_for(desk, 10)
    assert [reference in text for text in desk.notebook.texts("farid")] == [True]


def test_by_the_target_the_reporter_is_told_that_nobody_has_it(desk: Desk) -> None:
    """Where none of them can be reached the reporter reads so after five minutes, once, and whom to phone."""
    desk.report("ana", kind="colleague")
    refuse(desk.notebook, PassingFault("no connection"))
    away_for(desk, 4.5)
    assert len(desk.notebook.texts("ana")) == 1
    away_for(desk, 20)
    _receipt, late = desk.notebook.texts("ana")
    assert "has not reached anybody yet" in late
    assert "999" in late


def test_the_reporter_is_not_told_that_nobody_has_it_once_somebody_has(desk: Desk) -> None:
    """What was owed while nobody had the report is not said when it has arrived in the meantime."""
    desk.report("ana", kind="concern")
    refuse(desk.notebook, PermanentFault("gone"), ("dina", "ana"))
    desk.work(rounds=1)
    desk.notebook.refuses.clear()
    desk.later(minutes=10)
    desk.work(rounds=10)
    assert not [text for text in desk.notebook.texts("ana") if "not reached" in text]


def test_an_anonymous_reporter_reads_that_it_is_late(desk: Desk) -> None:
    """Anybody who looks an anonymous report up while nobody has it reads so, with the phone list."""
    tokens = new_tokens()
    desk.report("ana", tokens, kind="mistake", mode="anonymous")
    refuse(desk.notebook, PassingFault("no connection"))
    desk.work(rounds=10)
    desk.later(minutes=6)
    desk.work(rounds=10)
    asked = Submitted("status.show", "", {"reference": (tokens.reference,), "code": (tokens.code,)})
    shown = "\n".join(map(text_of, desk.send("ana", asked)))
    assert "has not reached anybody yet" in shown
    assert "999" in shown


def test_a_dead_letter_stands_in_the_history(desk: Desk) -> None:
    """Anybody who opens the details sees that the report could not be delivered at first."""
    reference = desk.report("ana", kind="colleague").reference
    refuse(desk.notebook, PermanentFault("is_archived"), ("flt",))
    desk.work(rounds=10)
    assert "Could not be delivered" in desk.press("farid", "case.details", reference)


def test_a_card_that_breaks_again_and_again_is_brought_to_others(desk: Desk) -> None:
    """A fault of our own that stays is told of like a platform that is away."""

    class Breaks(Notebook):
        async def post(self, target, message, key, thread=""):  # type: ignore[no-untyped-def]
            if target.conversation == "flt":
                raise RuntimeError("a bug")
            return await super().post(target, message, key, thread)

    desk.report("ana", kind="colleague")
    desk.notebook = Breaks()
    for _ in range(12):
        asyncio.run(desk._work(10))
        desk.later(seconds=40)
    assert len(desk.notebook.texts("farid")) == 1


def worked(desk: Desk, minutes: int) -> None:
    """So long, with a look every few seconds."""
    for _ in range(minutes * 12):
        desk.work(rounds=1)
        desk.later(seconds=5)


def test_an_answer_that_nobody_knows_is_tried_again_for_minutes(both: TwoWays) -> None:
    """An odd code sends the card neither elsewhere nor to others: two minutes later it is taken, once."""
    both.report("ana", kind="concern")
    refuse(both.notebook, RefusedFault("external_channel_migrating"), ("dina",))
    worked(both, 2)
    assert not both.other.texts("teams-dina")
    refuse(both.notebook, RefusedFault("gone by"), ())
    worked(both, 2)
    assert len(both.notebook.texts("dina")) == 1
    assert not both.other.texts("teams-dina")


def test_an_answer_that_nobody_knows_and_that_stays_is_a_no(both: TwoWays) -> None:
    """After minutes of it the card goes another way, once."""
    both.report("ana", kind="concern")
    refuse(both.notebook, RefusedFault("a_code_of_next_year"), ("dina",))
    worked(both, 9)
    assert len(both.other.texts("teams-dina")) == 1


def test_one_odd_answer_silences_nobody_for_a_case(desk: Desk) -> None:
    """Anybody who had the card, and refused a reminder oddly to the end, still gets the next one."""
    reference = desk.report("ana", kind="concern").reference
    desk.work()
    desk.later(minutes=10)
    refuse(desk.notebook, RefusedFault("a_code_of_next_year"), ("dina",))
    worked(desk, 8)
    before = len(desk.notebook.texts("dina"))
    refuse(desk.notebook, RefusedFault(""), ())
    worked(desk, 8)
    assert len(desk.notebook.texts("dina")) > before
    assert reference in desk.notebook.texts("dina")[-1]


def test_a_card_that_is_oddly_refused_its_rewriting_is_posted_again(desk: Desk) -> None:
    """What cannot be rewritten for minutes, nobody knows why, is not left to show what has passed."""
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    edit, desk.notebook.edit = desk.notebook.edit, refusing  # type: ignore[assignment]
    desk.press("farid", "case.acknowledge", reference)
    worked(desk, 9)
    desk.notebook.edit = edit  # type: ignore[method-assign]
    [card] = [text for text in desk.notebook.texts("flt") if reference in text]
    assert "Farid Anwar" in card


async def refusing(*_: object) -> None:
    raise RefusedFault("a_code_of_next_year")


def test_a_way_that_was_closed_is_tried_again(desk: Desk) -> None:
    """Anybody who could not be told for good is told again of the same case once they are back."""
    reference = desk.report("ana", kind="concern").reference
    refuse(desk.notebook, PermanentFault("user_disabled"), ("dina",))
    desk.work()
    refuse(desk.notebook, PermanentFault(""), ())
    desk.fill("eleanor", "case.assign", reference, person="dina")
    desk.work()
    assert not desk.notebook.texts("dina")
    desk.later(minutes=31)
    desk.fill("ana", "report.add", reference, text="It was on Monday.")
    desk.work()
    assert reference in desk.notebook.texts("dina")[-1]
