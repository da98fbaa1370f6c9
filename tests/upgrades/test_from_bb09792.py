"""A database of the version before (bb09792), opened by this one: nothing is lost, nobody newly told.

`bb09792.db.xz` was made by that version's own code, through the conversation, the presses and the forms that
people use: 58 cases of every kind in every state, two people away, 111 drafts, one at each step of each
journey, and rows of the outbox that are owed still. `bb09792.json.xz` says what stands in it: what was typed
into each draft and which buttons were shown, every message with its buttons, the codes, and how each case
stood. Its key is made for this test and protects nothing.
"""

from __future__ import annotations

import itertools
import json
import lzma
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot.app import build
from bot.assistant import dialogue
from bot.domain.accounts import AccountStage
from bot.domain.cases import Stage
from bot.domain.messages import Button, Buttons, Field, Form, Message, Paragraph
from bot.domain.turns import Pressed, Said, Session, Submitted
from bot.reporting.after_send import not_saved
from bot.reporting.waking import SHOW
from bot.storage import migrate
from bot.storage.accounts import all_accounts
from bot.storage.conversations import load_session
from bot.storage.crypto import KeyRing, new_key
from bot.storage.database import Database
from bot.storage.reports import report_by_reference
from bot.storage.schema import posted as posted_cards
from bot.storage.schema import report_people, reports
from tests.support import desk as support
from tests.support.desk import ADVICE, ASSESSED, CLOSING, REASON, DeafEngine, Desk, Notebook, text_of

HERE = Path(__file__).parent
KEY = new_key("2026-11-23", lambda length: bytes(range(length)))
# Anybody who posts again is told apart from what stood there by its number.
NEW = 1_000_000
DIGEST, LATE = "Work on cases that waits for you", "nobody has acknowledged it yet"
VACATED = "waits for somebody again"
WAITS = "A case waits, and nobody has acknowledged it"


@dataclass
class Upgraded:
    """The product on the old database, and what is known of it."""

    desk: Desk
    known: dict[str, Any]

    def session(self, user: str) -> Session | None:
        vault = self.desk.product.context.vault
        owner = vault.blind("session", "playground", user)
        with self.desk.product.database.transaction() as tx:
            stored = load_session(tx, vault, owner, self.desk.now)
        return dialogue.restore(stored) if stored else None

    def told(self) -> set[tuple[str, str]]:
        with self.desk.product.database.transaction() as tx:
            rows = tx.execute(select(report_people.c.report_id, report_people.c.person))
            return {(row.report_id, row.person) for row in rows}

    def cases(self) -> dict[str, list[Any]]:
        names = ("stage", "holder", "urgent", "outcome", "level")
        with self.desk.product.database.transaction() as tx:
            rows = tx.execute(select(reports)).all()
        return {row.reference: [getattr(row, name) for name in names] for row in rows}

    def given_up(self) -> set[str]:
        """Pictures by accident that a member of the FLT held: they open them no more, so they wait again."""
        with self.desk.product.database.transaction() as tx:
            query = select(reports.c.reference).where(reports.c.accidental)
            accidents = {row.reference for row in tx.execute(query)}
        flt = self.desk.product.context.world.federation.roster.holders("flt", "")
        held = {name for name, case in self.known["state"].items() if case[1] in flt and case[0] != "closed"}
        return held & accidents

    def new(self) -> dict[str, Counter[str]]:
        """By conversation the first lines of what was posted since the upgrade, without references."""
        found = {}
        for conversation, messages in self.desk.notebook.seen.items():
            posted = [message for number, message in messages if int(number[1:]) >= NEW]
            titles = [message.summary.split(": ", 1)[-1] for message in posted]
            found[conversation] = Counter(titles)
        return {name: titles for name, titles in found.items() if titles}


@pytest.fixture
def upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Upgraded]:
    """The old database, migrated, with what stood on the platform."""
    known = json.loads(lzma.decompress((HERE / "bb09792.json.xz").read_bytes()))
    (tmp_path / "signpost.db").write_bytes(lzma.decompress((HERE / "bb09792.db.xz").read_bytes()))
    monkeypatch.setattr(support, "KEY", KEY)
    settings = support.settings_in(tmp_path)
    assert isinstance(settings.ring, KeyRing)
    now = datetime.fromisoformat(known["now"])
    database = Database(settings.database_url)
    migrate.upgrade(database)
    with database.transaction() as tx:
        # The migration reads the real clock, which a test may not.
        of_open = update(reports).where(reports.c.work_at.is_not(None))
        tx.execute(of_open.values(work_at=now, work_from=now))
    database.close()
    notebook = Notebook(_ids=itertools.count(NEW))
    stood = Message((Paragraph("From before."),), summary="From before.")
    notebook.seen = {
        name: [(shown[0], stood) for shown in posted] for name, posted in known["posted"].items()
    }
    notebook.keys = {(place, key): message for place, key, message in known["keys"]}
    product = build(settings, DeafEngine(), support.world_of(settings))
    yield Upgraded(Desk(product, notebook, now), known)
    product.close()


def owed(upgraded: Upgraded) -> dict[str, int]:
    """How many messages went where since the upgrade, but for those on cases that wait for somebody again."""
    others = {
        name: sum(count for title, count in titles.items() if VACATED not in title)
        for name, titles in upgraded.new().items()
    }
    return {name: count for name, count in others.items() if count}


def test_cases_stand_as_they_stood_and_nobody_is_newly_told(upgraded: Upgraded) -> None:
    """Stage, holder, urgency, outcome and step are kept; what was owed goes out, and nothing else.

    But a picture by accident that a member of the FLT held waits again: those who had its card are told.
    """
    desk, told = upgraded.desk, upgraded.told()
    assert upgraded.cases() == upgraded.known["state"]
    desk.work(rounds=60)
    assert upgraded.told() == told
    assert owed(upgraded) == {"beth": 2, "flt": 2, "lee": 1}
    waiting = {reference for reference, case in upgraded.known["state"].items() if case[0] == "submitted"}
    [given_up] = upgraded.given_up()
    assert upgraded.cases()[given_up][:2] == ["delivered", ""]
    told_of_it = {
        name for name, titles in upgraded.new().items() for title in titles if title.startswith(given_up)
    }
    assert told_of_it == {"beth", "dina"}
    waiting.add(given_up)
    now = {reference: case for reference, case in upgraded.cases().items() if reference not in waiting}
    assert now.items() <= upgraded.known["state"].items()


def test_cards_from_before_are_rewritten_by_themselves(upgraded: Upgraded) -> None:
    """Open or closed, in the channel or with a person: each says what a card says today, a few at a time.

    Nobody is sent a message for it, and a worker that starts afterwards finds nothing left to do.
    """
    desk, notebook = upgraded.desk, upgraded.desk.notebook
    with desk.product.database.transaction() as tx:
        cards = [row.message_id for row in tx.execute(select(posted_cards))]
    counts = []
    for _ in range(len(cards)):
        desk.work(rounds=60)
        desk.later(seconds=2)
        shown = {known: message for seen in notebook.seen.values() for known, message in seen}
        counts.append(sum(shown[one].summary == "From before." for one in cards if one in shown))
    assert counts[-1] == 0
    assert max(before - after for before, after in itertools.pairwise(counts)) <= 5
    assert owed(upgraded) == {"beth": 2, "flt": 2, "lee": 1}
    named = [text_of(message) for message in notebook.messages() if "FED-" in message.summary]
    assert not [shown for shown in named if "Named: " in shown]


def test_the_accounts_of_the_configuration_stand_on_the_register(upgraded: Upgraded) -> None:
    """Each is live as it stood in federation.yml, with its runners, and no message is about any of them."""
    desk, context = upgraded.desk, upgraded.desk.product.context
    configured = context.current.at_start.federation
    for _ in range(2):
        # A worker of its own: as after a start.
        desk.work(rounds=60)
        with desk.product.database.transaction() as tx:
            found = {one.name: one for one in all_accounts(tx, context.vault)}
        assert sorted(found) == sorted(configured.accounts)
        for name, one in found.items():
            runners = tuple(runner.who for runner in one.details.runners)
            assert runners == tuple(f"person:{who}" for who in configured.account(name).runners)
            assert one.stage is AccountStage.LIVE
    assert context.world.federation.accounts == configured.accounts
    about = {said.title for said in context.world.accounts.notices.values()}
    assert about.isdisjoint(title for titles in upgraded.new().values() for title in titles)


def test_reminders_begin_as_one_digest(upgraded: Upgraded) -> None:
    """Nothing of the work at night; in the morning one message each, then none until a half-day later."""
    desk = upgraded.desk
    desk.work(rounds=60)
    desk.later(hours=1)
    desk.work(rounds=60)
    assert not any(titles[DIGEST] for titles in upgraded.new().values())
    # 10:05 on the next working day, and again within the half-day.
    desk.later(hours=11)
    for _ in range(3):
        desk.work(rounds=60)
        desk.later(minutes=20)
    counts = {name: titles[DIGEST] for name, titles in upgraded.new().items() if titles[DIGEST]}
    assert counts == dict.fromkeys(("eleanor", "farid", "grace", "susan"), 1)
    # What is new to them beside: that a case waits says neither which nor what, once a day.
    assert upgraded.new()["ivan"] == {WAITS: 2}
    [digest] = [body for body in desk.notebook.texts("farid") if body.startswith(DIGEST)]
    assert "Ring the parents" not in digest


def test_a_later_absence_is_told(upgraded: Upgraded) -> None:
    """Anybody who covers somebody who goes away after the upgrade is told of the older cases too."""
    desk = upgraded.desk
    desk.work(rounds=60)
    told = upgraded.told()
    start, end = "2026-11-25T22:05", "2026-12-24T09:00"
    desk.fill("ivan", "roster.absent", "", person="farid", to="colin", start=start, end=end)
    desk.later(minutes=1)
    with desk.product.database.transaction() as tx:
        newest = "SELECT id FROM approvals ORDER BY proposed_at DESC LIMIT 1"
        proposal = str(tx.execute(text(newest)).scalar_one())
    desk.press("eleanor", "roster.confirm", proposal)
    desk.later(minutes=1)
    desk.work(rounds=60)
    assert {person for _, person in upgraded.told() - told} == {"colin"}


def test_every_old_button_works_or_says_why(upgraded: Upgraded) -> None:
    """Each button of each message that was posted before does what it says today, or says why it cannot."""
    desk = upgraded.desk
    world = desk.product.context.world
    faults = (world.playbook.texts.dialogue.unknown_action, text_of(not_saved(world)))
    failed, pressed = [], 0
    for conversation, posted in upgraded.known["posted"].items():
        user = "farid" if conversation == "flt" else conversation
        for action, value in {tuple(button) for _, buttons in posted for button in buttons}:
            desk.later(seconds=15)
            pressed += 1
            read = desk.press(user, action, value)
            if not read.strip() or read.startswith(faults):
                failed.append((user, action, value, read))
    assert not failed
    assert pressed > 500


def test_anonymous_reports_stay_reachable(upgraded: Upgraded) -> None:
    """Reference and code open each of them, and what is added is kept."""
    desk = upgraded.desk
    for reference, code in upgraded.known["anonymous"].values():
        desk.later(minutes=1)
        assert reference in desk.fill("zoe", "status.show", "", reference=reference, code=code)
        read = desk.fill("zoe", "report.add", reference, text="It was on Tuesday.", code=code)
        assert f"What you added is kept with {reference}" in read


def test_closed_cases_keep_their_outcome_until_they_are_reopened(upgraded: Upgraded) -> None:
    """The old outcome stands, and is read; once reopened, an allegation takes the new rules: two people."""
    desk, cases = upgraded.desk, upgraded.known["cases"]
    outcomes = desk.product.context.outcomes
    for name, reference in cases.items():
        stage, _, _, outcome, _ = upgraded.known["state"][reference]
        if stage == Stage.CLOSED and name != "withdrawn":
            found = outcomes.find(outcome)
            assert found is not None
            assert found.label in desk.press("eleanor", "case.show", reference), name
    allegation = cases["closed_colleague_child"]
    desk.fill("eleanor", "case.reopen", allegation, reason="It has happened once again.")
    old = {"outcome": "no_action", "reason": REASON, **CLOSING}
    assert f"Before you close {allegation}" in desk.fill("eleanor", "case.close", allegation, **old)
    desk.press("eleanor", "case.details", allegation)
    desk.fill("eleanor", "case.assess", allegation, **ASSESSED)
    desk.fill("eleanor", "case.advice", allegation, **ADVICE)
    desk.fill("eleanor", "case.close", allegation, **old)
    assert upgraded.cases()[allegation][0] == Stage.ACKNOWLEDGED
    desk.fill("eleanor", "case.close", allegation, **{**old, "outcome": "unfounded"})
    assert upgraded.cases()[allegation][0] == Stage.ACKNOWLEDGED
    desk.agree("dina", allegation)
    assert upgraded.cases()[allegation][:1] + upgraded.cases()[allegation][3:4] == ["closed", "unfounded"]


def _blocks(shown: tuple[Message, ...], kind: type[Any]) -> list[Any]:
    return [block for message in shown for block in message.blocks if isinstance(block, kind)]


def _buttons(shown: tuple[Message, ...]) -> list[Button]:
    return [button for block in _blocks(shown, Buttons) for button in block.items]


def _filled(item: Field, code: str) -> tuple[str, ...]:
    """What a person sends of a field: what stands there, else the first that fits where something must."""
    offered = {option.value for option in item.options}
    if item.name == "receipt_typed":
        return (code,)
    if item.value and (not offered or offered.issuperset(item.value)):
        return item.value
    if not item.required:
        return ()
    return (item.options[0].value,) if item.options else ("2026-11-20T10:00",)


@dataclass
class Walk:
    """A draft that goes on to Send: what stood in its fields on the way, and what was sent at its end."""

    upgraded: Upgraded
    user: str
    shown: tuple[Message, ...]

    def __post_init__(self) -> None:
        self.stood: set[str] = set()
        self.reference = ""

    def go(self) -> None:
        for _ in range(40):
            self.upgraded.desk.later(seconds=2)
            session = self.upgraded.session(self.user)
            if session is None or session.draft is None:
                return
            forms = _blocks(self.shown, Form)
            content = self._fills(forms[0], session) if forms else self._presses(session.draft.step)
            self.shown = self.upgraded.desk.send(self.user, content)
            if content.action == "journey.send":
                self.reference = session.draft.tokens.reference
                self.code = session.draft.tokens.code
        raise AssertionError(f"{self.user} never comes to Send: {list(map(text_of, self.shown))}")

    def _fills(self, form: Form, session: Session) -> Submitted:
        assert session.draft is not None
        self.stood |= {value for item in form.fields for value in item.value}
        sent = {item.name: _filled(item, session.draft.tokens.code) for item in form.fields}
        return Submitted(form.action, form.value, {**sent, "keep_as_is": ("yes",)})

    def _presses(self, step: str) -> Pressed:
        found = {button.action: button for button in reversed(_buttons(self.shown))}
        for button in _buttons(self.shown):
            if step in ("danger", "conflict") and button.value.endswith("|no"):
                found["journey.choose"] = button
        ways = ("journey.send", "journey.choose", "journey.resume")
        button = next(found[way] for way in ways if way in found)
        return Pressed(button.action, button.value)


# No word of anybody's: an account of a list that the journey of a sexual picture asks for no more, and the
# choices that only lead on to another one.
_LEADS_ON = ("account", "kind", "conflict", "receipt_typed")


def test_drafts_go_on_without_losing_a_word(upgraded: Upgraded) -> None:
    """At each step of each journey: what was answered is sent, what was typed is shown, a change is said."""
    desk, lost = upgraded.desk, []
    changed = desk.product.context.world.playbook.texts.journey.changed
    for user, draft in upgraded.known["drafts"].items():
        before = upgraded.session(user)
        assert before is not None
        assert before.draft is not None
        shown = desk.send(user, Said("resume"))
        # When it was last on a screen is not known of a draft of that version: it asks before it is shown.
        if "not sent yet" in text_of(shown[-1]):
            shown = desk.send(user, Pressed("journey.resume", SHOW))
        walk = Walk(upgraded, user, shown)
        after = upgraded.session(user)
        assert after is not None
        assert after.draft is not None
        moved = after.draft.step != before.draft.step
        assert (changed in "\n".join(map(text_of, walk.shown))) == moved, (user, before.draft.step)
        walk.go()
        with desk.product.database.transaction() as tx:
            report = report_by_reference(tx, desk.product.context.vault, walk.reference)
        assert report is not None, (user, draft)
        # It came into a form that some had sent already: they are asked all the same.
        assert report.row.kind != "colleague" or report.answers.get("want"), user
        answers = {name: value for name, value in before.draft.slots.items() if name not in _LEADS_ON}
        lost += [(user, name) for name, value in answers.items() if value != report.answers.get(name, ())]
        lost += [(user, name) for name, words in draft["typed"].items() if words not in walk.stood]
        if report.row.mode == "anonymous":
            desk.later(minutes=1)
            opened = desk.fill("zoe", "status.show", "", reference=walk.reference, code=walk.code)
            assert walk.reference in opened
    assert not lost


def test_every_old_button_of_a_draft_keeps_its_words(upgraded: Upgraded) -> None:
    """Whatever stood on the screen is pressed: the draft keeps every word, unless its writer gives it up."""
    desk = upgraded.desk
    unknown = desk.product.context.world.playbook.texts.dialogue.unknown_action
    for user, draft in upgraded.known["drafts"].items():
        before = upgraded.session(user)
        assert before is not None
        assert before.draft is not None
        kept = (*before.draft.slots.values(), *((words,) for words in draft["typed"].values()))
        for action, value in draft["buttons"]:
            if action == "journey.alert_send" or value.endswith(("|cancel|yes", "|yes", "|close")):
                continue
            desk.later(seconds=5)
            read = desk.press(user, action, value)
            assert read.strip()
            assert unknown not in read, (user, action)
            after = upgraded.session(user)
            assert after is not None
            if after.draft is None:
                break
            typed = [value for fields in after.draft.typed.values() for value in fields.values()]
            held = {*after.draft.slots.values(), *typed}
            picked = [answer for answer in kept if answer and answer not in held]
            assert all(len(answer) == 1 and " " not in answer[0] for answer in picked), (user, picked)
