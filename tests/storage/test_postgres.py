"""What several processes do at the same moment, which SQLite's one writer never lets happen."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text

from bot.app import new_tokens
from bot.delivery import ladder
from bot.delivery.worker import Worker
from bot.domain.notices import FLT_CHANNEL, REPORTER, NoticeKey, Recipient
from bot.domain.turns import Incoming, Pressed, Said, Sender
from bot.people import holders
from bot.people.approvals import agreed
from bot.storage import conversations, migrate, outbox
from bot.storage.approvals import pending
from bot.storage.database import Database, StorageFault, StorageUnavailable
from bot.storage.outbox import Notice
from bot.storage.postgres import alone
from bot.storage.reports import Entry, add_entry, history, report_by_id, report_by_reference, save_state
from bot.storage.schema import report_events
from bot.storage.timers import open_ids
from tests.support.desk import ADVICE, ASSESSED, CLOSING, REASON, Desk, inline, text_of
from tests.support.postgres import Cluster

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
NOT_SAVED = "NOT saved"


@pytest.fixture
def desk(postgres_url: str, tmp_path: Path) -> Iterator[Desk]:
    """The product on PostgreSQL."""
    found = Desk.open(tmp_path, database_url=postgres_url)
    yield found
    found.close()


def together(times: int, do: Callable[[int], Any]) -> list[Any]:
    """Do it in as many threads, all let go at once."""
    gate = threading.Barrier(times)

    def run(number: int) -> Any:
        gate.wait()
        return do(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def times(desk: Desk, event: str) -> int:
    """How often this stands in the history of whatever case there is."""
    with desk.product.database.transaction() as tx:
        return len(tx.execute(select(report_events).where(report_events.c.event == event)).all())


@pytest.mark.parametrize("kind", ["staff_abuse", "danger"])
def test_two_who_close_at_the_same_moment(desk: Desk, kind: str) -> None:
    """Of two forms that arrive at once one closes the case, or asks for it, and the other changes nothing."""
    slots = {"kind": "colleague", "danger": "yes"} if kind == "danger" else {"kind": kind}
    reference = desk.report("ana", None, **slots).reference
    desk.press("farid", "case.acknowledge", reference)
    for person in ("farid", "grace"):
        desk.fill(person, "case.assess", reference, **ASSESSED)
    desk.fill("farid", "case.advice", reference, **ADVICE)
    for person in ("farid", "grace", "tom"):
        desk.press(person, "case.details", reference)
    outcome = "child_supported" if kind == "danger" else "advice_given"
    fields = {"outcome": outcome, "reason": REASON, **CLOSING}
    who = ("farid", "grace")
    said = together(2, lambda number: desk.fill(who[number], "case.close", reference, **fields))
    if kind != "danger":
        assert times(desk, "close") == 1
        assert sum("Nothing has changed" in one for one in said) == 1
        return
    assert times(desk, "propose") == 1
    assert sum("Somebody else has asked to close" in one for one in said) == 1
    asker = next(person for person, one in zip(who, said, strict=True) if "stays open" in one)
    others = [person for person in ("farid", "grace", "tom") if person != asker]
    said = together(2, lambda number: desk.fill(others[number], "case.agree", reference))
    assert times(desk, "agree") == 1
    assert sum("is closed. It says who asked" in one for one in said) == 1


def test_a_setting_that_could_lose_a_commit_is_refused(cluster: Cluster) -> None:
    """With synchronous_commit off Signpost does not start, and says what to set."""
    with cluster.new_database() as url:
        sound = Database(url)
        sound.check()
        with sound.transaction() as tx:
            tx.execute(text(f'ALTER DATABASE "{sound.url.database}" SET synchronous_commit = off'))
        sound.close()
        weak = Database(url)
        with pytest.raises(StorageFault, match=r"synchronous_commit is off\. Set it to on"):
            weak.check()
        weak.close()


def test_an_absent_server_is_a_fault_in_words(tmp_path: Path) -> None:
    """Where nobody answers, the fault says so, and repeats no password."""
    database = Database(f"postgresql://signpost:secret@/x?host={tmp_path}")
    with pytest.raises(StorageFault, match="cannot be opened") as fault:
        database.check()
    assert "secret" not in str(fault.value)
    with pytest.raises(StorageUnavailable), database.transaction():
        pass


def test_a_backup_says_which_command_makes_it(postgres_url: str, tmp_path: Path) -> None:
    """PostgreSQL is backed up with its own tool: the command is named, without a password."""
    database = Database(postgres_url.replace("signpost@", "signpost:secret@"))
    with pytest.raises(StorageFault, match="pg_dump --format=custom") as fault:
        database.backup(tmp_path / "monday.dump")
    assert "secret" not in str(fault.value)
    assert "+psycopg" not in str(fault.value)


def test_a_dump_opens_with_the_keys(cluster: Cluster, tmp_path: Path) -> None:
    """What pg_dump saved shows no name; pg_restore puts it back, and the report opens again."""
    dump = tmp_path / "monday.dump"
    with cluster.new_database() as url, cluster.new_database("template0") as restored:
        desk = Desk.open(tmp_path, database_url=url)
        reference = desk.report("ana", kind="colleague").reference
        desk.press("farid", "case.acknowledge", reference)
        cluster.run("pg_dump", "--format=custom", f"--file={dump}", url.replace("+psycopg", ""))
        desk.close()
        assert b"Ana Silva" not in dump.read_bytes()
        target = restored.replace("+psycopg", "")
        cluster.run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={target}", str(dump))
        again = Desk.open(tmp_path, database_url=restored)
        assert "Reporter: Ana Silva" in again.press("farid", "case.details", reference)
        again.close()


def test_a_held_row_is_waited_for_two_seconds(desk: Desk) -> None:
    """Where another process holds a report, a transaction fails within the time that a platform waits."""
    reference = desk.report("ana", kind="colleague").reference
    database, vault = desk.product.database, desk.product.context.vault
    with database.transaction() as first:
        report_by_reference(first, vault, reference)
        began = time.monotonic()
        with pytest.raises(StorageUnavailable, match="55P03"), database.transaction() as second:
            report_by_reference(second, vault, reference)
        assert 1.5 < time.monotonic() - began < 2.9


def test_a_statement_that_takes_too_long_is_cut(desk: Desk) -> None:
    """What takes longer than a platform waits ends its transaction, and nothing of it is stored."""
    reference = desk.report("ana", kind="colleague").reference
    with desk.product.database.transaction() as tx:
        assert tx.execute(text("SHOW statement_timeout")).scalar() == "2s"
    with pytest.raises(StorageUnavailable, match="57014"), desk.product.database.transaction() as tx:
        tx.execute(text("UPDATE reports SET reference = 'FED-0000'"))
        tx.execute(text("SET LOCAL statement_timeout = 50"))
        tx.execute(text("SELECT pg_sleep(9)"))
    assert reference in desk.press("farid", "case.details", reference)


def test_with_no_connection_left_it_is_said_and_nothing_is_lost(postgres_url: str, tmp_path: Path) -> None:
    """While others hold every connection people read that nothing is saved; then all goes on as before."""
    owner = Database(postgres_url)
    with owner.transaction() as tx:
        tx.execute(text("CREATE ROLE few LOGIN"))
    migrate.grant(owner, "few")
    desk = Desk.open(tmp_path, database_url=postgres_url.replace("signpost@", "few@"))
    reference = desk.report("ana", kind="colleague").reference
    with owner.transaction() as tx:
        tx.execute(text("ALTER ROLE few CONNECTION LIMIT 0"))
    desk.product.database.engine.dispose()
    assert NOT_SAVED in desk.press("ana", "report.start")
    with pytest.raises(StorageUnavailable):
        desk.work()
    with owner.transaction() as tx:
        tx.execute(text("ALTER ROLE few CONNECTION LIMIT -1"))
    desk.work()
    assert reference in "".join(desk.notebook.texts("flt"))
    desk.close()
    with owner.transaction() as tx:
        tx.execute(text("DROP OWNED BY few"))
        tx.execute(text("DROP ROLE few"))
    owner.close()


def test_what_one_person_does_is_done_in_order(desk: Desk) -> None:
    """While one process handles what a person sent, no other begins with what they sent next."""
    database, vault = desk.product.database, desk.product.context.vault
    with database.transaction() as first:
        conversations.one_at_a_time(first, vault, "slack", "U1")
        with database.transaction() as second:
            conversations.one_at_a_time(second, vault, "slack", "U2")
        with pytest.raises(StorageUnavailable, match="55P03"), database.transaction() as second:
            conversations.one_at_a_time(second, vault, "slack", "U1")


def test_a_restarted_database_is_found_again(cluster: Cluster, tmp_path: Path) -> None:
    """After the server was killed, the next transaction works, and what was committed is there."""
    with cluster.new_database() as url:
        desk = Desk.open(tmp_path, database_url=url)
        reference = desk.report("ana", kind="colleague").reference
        cluster.kill()
        cluster.start()
        assert reference in desk.press("farid", "case.show", reference)
        cluster.stop()
        assert "not saved" in desk.press("farid", "case.show", reference).lower()
        cluster.start()
        assert reference in desk.press("farid", "case.show", reference)
        desk.close()


def test_two_workers_never_claim_one_row(desk: Desk) -> None:
    """Of many workers that claim at the same moment, each row is leased to one, and each channel too."""
    database = desk.product.database
    for _ in range(10):
        desk.report("ana", kind="colleague")

    def claim(number: int) -> list[tuple[str, Recipient]]:
        with database.transaction() as tx:
            claimed = outbox.claim(tx, f"worker-{number}", desk.now, LEASE, 7)
            return [(item.id, item.notice.recipient) for item in claimed]

    claims = together(6, claim)
    rows = [row for claim in claims for row, _recipient in claim]
    # Ten receipts, each to somebody else as far as anybody knows, and what the channel's one voice took.
    assert len(rows) == len(set(rows)) > 10
    assert sum(any(recipient == FLT_CHANNEL for _row, recipient in claim) for claim in claims) == 1


def test_one_recipient_of_one_report_is_one_workers(desk: Desk) -> None:
    """While one process sends a report's card, no other sends a newer one to the same place."""
    database = desk.product.database
    reference = desk.report("ana", kind="colleague").reference
    with database.transaction() as tx:
        first = outbox.claim(tx, "one", desk.now, LEASE, 20)
    assert any(item.notice.recipient == FLT_CHANNEL for item in first)
    desk.press("farid", "case.acknowledge", reference)
    with database.transaction() as tx:
        second = outbox.claim(tx, "two", desk.now, LEASE, 20)
    assert not {item.notice.recipient for item in first} & {item.notice.recipient for item in second}


def test_who_finds_nothing_to_claim_waits_for_nobody(desk: Desk) -> None:
    """While another worker claims, one for whom nothing is due has its answer at once."""
    database = desk.product.database
    with database.transaction() as busy:
        alone(busy, "claim")
        with database.transaction() as tx:
            tx.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            assert outbox.claim(tx, "two", desk.now, LEASE, 20) == ()
        desk.report("ana", kind="colleague")
        with pytest.raises(StorageUnavailable), database.transaction() as tx:
            tx.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            outbox.claim(tx, "two", desk.now, LEASE, 20)


def test_settled_cases_are_looked_at_without_a_lock(desk: Desk) -> None:
    """A worker that starts sees to the roster without waiting for a case that somebody is working on."""
    database, context = desk.product.database, desk.product.context
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    with database.transaction() as tx:
        (report_id,) = open_ids(tx)
        report_by_id(tx, context.vault, report_id)
        # Who waits for a lock longer than two seconds gets StorageUnavailable.
        holders.settle_safely(context, desk.now)


def test_a_clock_that_is_a_little_ahead_takes_no_lease_away(desk: Desk) -> None:
    """A worker whose clock is some seconds behind does not mistake a live lease for a stale one."""
    desk.report("ana", kind="colleague")
    with desk.product.database.transaction() as tx:
        assert outbox.claim(tx, "ahead", desk.now + timedelta(seconds=10), LEASE, 20)
    with desk.product.database.transaction() as tx:
        assert outbox.claim(tx, "behind", desk.now, LEASE, 20) == ()


def test_what_a_leaver_is_just_taking_waits_again(desk: Desk) -> None:
    """A press that is stored a moment after its presser has left, and was seen by no worker, is undone."""
    reference = desk.report("joe", kind="colleague").reference
    desk.work()
    worker = Worker(
        desk.product.context, {"playground": desk.notebook}, inline, lambda: desk.now, lambda: 0.5
    )

    def meanwhile() -> bool:
        # Nothing of the press is to be seen from outside yet.
        change = {"person": "tom", "reason": "Has left us.", "to": ""}
        desk.fill("eleanor", "roster.leave", "", **change)
        with desk.product.database.transaction() as tx:
            (waiting,) = pending(tx, desk.product.context.vault, desk.now)
        assert "Confirmed" in desk.press("ivan", "roster.confirm", waiting.id)
        asyncio.run(worker.once())
        return True

    press = Incoming("press", Sender("playground", "tom"), Pressed("case.acknowledge", reference))
    desk.product.assistant.handle(press, desk.now, meanwhile)
    assert holder(desk) == "tom"
    desk.later(seconds=11)
    asyncio.run(worker.once())
    assert holder(desk) == ""


def holder(desk: Desk) -> str:
    with desk.product.database.transaction() as tx:
        return str(tx.execute(text("SELECT holder FROM reports")).scalar_one())


def test_two_workers_climb_one_step(desk: Desk) -> None:
    """A deadline that two workers see pass at the same moment is climbed once."""
    desk.report("ana", kind="colleague")
    desk.later(hours=7.6)
    together(4, lambda _: ladder.climb_due(desk.product.context, desk.now))
    with desk.product.database.transaction() as tx:
        assert tx.execute(text("SELECT level FROM reports")).scalar_one() == 1
        assert tx.execute(text("SELECT count(*) FROM report_events WHERE event = 'deadline'")).scalar() == 1


def test_one_draft_sent_at_both_webs_is_one_report(desk: Desk) -> None:
    """Send that arrives at several processes at once stores one report; the others wait, and are told it."""
    tokens = new_tokens()
    sent = together(4, lambda _: desk.report("ana", tokens=tokens))
    assert {received.reference for received in sent} == {tokens.reference}
    assert sorted(received.again for received in sent) == [False, True, True, True]
    with desk.product.database.transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM reports")).scalar() == 1


def test_one_event_at_two_webs_is_handled_once(desk: Desk) -> None:
    """The same event at several processes at once is answered by one of them, and changes things once."""
    reference = desk.report("ana", kind="colleague").reference
    answers = together(4, lambda _: desk.press("farid", "case.acknowledge", reference, "E-1"))
    assert len([answer for answer in answers if answer]) == 1


def test_two_who_acknowledge_at_once(desk: Desk) -> None:
    """Of several people who acknowledge at the same moment one has it, and the others are told who."""
    reference = desk.report("ana", kind="colleague").reference
    people = ("farid", "grace", "eleanor")
    answers = together(3, lambda number: desk.press(people[number], "case.acknowledge", reference))
    assert len([answer for answer in answers if "You have acknowledged" in answer]) == 1
    assert not [answer for answer in answers if "not saved" in answer.lower()]


def test_histories_written_at_once_lose_no_line(desk: Desk) -> None:
    """Entries that several processes add to one report at the same moment are all kept, numbered in order."""
    reference = desk.report("ana", kind="colleague").reference
    database, vault = desk.product.database, desk.product.context.vault

    def note(number: int) -> bool:
        with database.transaction() as tx:
            report = report_by_reference(tx, vault, reference)
            assert report is not None
            add_entry(tx, vault, report, Entry(NOW, f"p{number}", "flt", "note", "submitted", {}))
            return save_state(tx, report, report.state, report.row.due_at, None)

    assert together(5, note) == [True] * 5
    with database.transaction() as tx:
        found = report_by_reference(tx, vault, reference)
        assert found is not None
        assert {entry.actor for entry in history(tx, found)} >= {f"p{number}" for number in range(5)}
        assert report_by_id(tx, vault, found.id).row.version == 6


def test_wrong_codes_at_once_are_all_counted(desk: Desk) -> None:
    """Guesses that several processes take at the same moment are counted one by one."""

    def guess(_: int) -> None:
        with desk.product.database.transaction() as tx:
            conversations.failures(tx, "FED-NONE", NOW)
            conversations.remember_failure(tx, "FED-NONE", NOW)

    together(5, guess)
    database = desk.product.database
    with database.transaction() as tx:
        assert conversations.failures(tx, "FED-NONE", NOW) == 5
        with pytest.raises(StorageUnavailable, match="55P03"), database.transaction() as other:
            # Nobody else's guess slips in between looking at the count and adding to it.
            conversations.failures(other, "FED-NONE", NOW)


def test_somebody_with_every_role_can_act(desk: Desk) -> None:
    """A history line names all the roles of anybody who acted, however many they are."""
    reference = desk.report("ana", kind="colleague").reference
    vault = desk.product.context.vault
    with desk.product.database.transaction() as tx:
        report = report_by_reference(tx, vault, reference)
        assert report is not None
        roles = ",".join(f"deputy_{name}" for name in ("chair", "dpl", "eht", "fbm", "flt", "it", "sbm"))
        add_entry(tx, vault, report, Entry(NOW, "farid", roles, "view", "submitted", {}))
        assert history(tx, report)[-1].role == roles


def test_a_commit_wakes_the_workers_of_other_processes(desk: Desk) -> None:
    """What leaves something in the outbox is announced at its commit; what does not, or is undone, is not."""
    listener = desk.product.database.listener()
    assert listener is not None
    heard: list[float] = []
    thread = threading.Thread(target=listener.listen, args=(lambda: heard.append(time.monotonic()),))
    thread.start()
    try:
        _wait_until(lambda: len(heard) == 1)
        desk.press("ana", "status.show")
        with pytest.raises(RuntimeError), desk.product.database.transaction() as tx:
            outbox.hasten(tx, "x", "line", NOW)
            raise RuntimeError
        began = time.monotonic()
        desk.report("ana", kind="colleague")
        _wait_until(lambda: len(heard) == 2)
        assert heard[1] - began < 1
    finally:
        listener.end()
        thread.join()


def test_the_listener_comes_back_after_a_restart(cluster: Cluster, tmp_path: Path) -> None:
    """After the database was restarted the worker is woken again, and once for what it may have missed."""
    with cluster.new_database() as url:
        listener = Database(url).listener()
        assert listener is not None
        heard: list[int] = []
        thread = threading.Thread(target=listener.listen, args=(lambda: heard.append(1),))
        thread.start()
        try:
            _wait_until(lambda: len(heard) == 1)
            cluster.stop()
            cluster.start()
            _wait_until(lambda: len(heard) == 2)
            with psycopg.connect(url.replace("+psycopg", "")) as connection:
                connection.execute("NOTIFY signpost_outbox")
            _wait_until(lambda: len(heard) == 3)
        finally:
            listener.end()
            thread.join()


def test_a_message_in_the_same_words_is_owed_once(desk: Desk) -> None:
    """One key that several processes owe at the same moment is one row."""
    desk.report("ana", kind="colleague")
    with desk.product.database.transaction() as tx:
        report_id = str(tx.execute(text("SELECT id FROM reports")).scalar_one())
    late = Notice(NoticeKey.of("late", 1), report_id, "late", REPORTER)

    def owe(number: int) -> bool:
        with desk.product.database.transaction() as tx:
            return outbox.enqueue(tx, f"row-{number}", late, NOW)

    assert sorted(together(4, owe)) == [False, False, False, True]


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def press_as(desk: Desk, people: tuple[str, ...], action: str, value: str, who: int) -> str:
    return desk.press(people[who], action, value)


def verdicts(do: Callable[[int], str]) -> list[str]:
    return sorted(reply.split(":")[0].strip() for reply in together(2, do))


def test_two_who_confirm_at_once(desk: Desk) -> None:
    """Of two who confirm one proposal at the same moment exactly one does; the other reads so."""
    for number in range(5):
        desk.later(seconds=1)
        joins = {"id": f"new{number}", "name": "Zoe", "user_on_playground": f"zoe{number}"}
        desk.fill("eleanor", "roster.join", "", **joins)
        with desk.product.database.transaction() as tx:
            [waiting] = pending(tx, desk.product.context.vault, desk.now)
        confirm = partial(press_as, desk, ("maya", "ivan"), "roster.confirm", waiting.id)
        assert verdicts(confirm) == [
            "Confirmed and done",
            "Somebody has decided this already. Nothing has changed.",
        ]
    with desk.product.database.transaction() as tx:
        done = tx.execute(text("SELECT count(*) FROM audit WHERE action = 'roster.approved'"))
        assert done.scalar_one() == 5


def test_two_who_agree_to_a_purge_at_once(desk: Desk) -> None:
    """Of two who say “approve purge” at the same moment one proposes and the other confirms."""

    def say(who: int) -> str:
        [reply] = desk.send(("eleanor", "ivan")[who], Said("approve purge"))
        return text_of(reply)

    assert verdicts(say) == ["Confirmed", "Proposed"]
    with desk.product.database.transaction() as tx:
        assert agreed(tx, desk.product.context.vault, "purge", desk.now) is not None


def waiting_for_locks(desk: Desk) -> int:
    """How many transactions of this database wait for another one."""
    here = "datname = current_database() AND wait_event_type = 'Lock'"
    with desk.product.database.transaction() as tx:
        return int(tx.execute(text(f"SELECT count(*) FROM pg_stat_activity WHERE {here}")).scalar_one())


def crossing(desk: Desk, first: str, *presses: Callable[[], str]) -> list[str]:
    """What each reads who presses while the case `first` is held: each waits, and then all are let go."""
    database, vault = desk.product.database, desk.product.context.vault
    with ThreadPoolExecutor(len(presses)) as pool:
        with database.transaction() as held:
            report_by_reference(held, vault, first)
            began = []
            for number, press in enumerate(presses, start=1):
                began.append(pool.submit(press))
                until = time.monotonic() + 1.5
                while waiting_for_locks(desk) < number and time.monotonic() < until:
                    time.sleep(0.01)
                assert waiting_for_locks(desk) == number
        return [press.result() for press in began]


def two_cases(desk: Desk) -> tuple[str, str]:
    older = desk.report("ana", kind="colleague").reference
    desk.later(seconds=1)
    return older, desk.report("joe", kind="colleague").reference


def test_two_who_link_one_pair_from_both_ends(desk: Desk) -> None:
    """Linked in opposite directions at once, the pair is linked once, and neither waits for the other."""
    older, newer = two_cases(desk)
    said = crossing(
        desk,
        older,
        lambda: desk.fill("farid", "case.link", older, reference=newer),
        lambda: desk.fill("grace", "case.link", newer, reference=older.lower()),
    )
    assert sorted("linked already" in text for text in said) == [False, True]
    assert not any("NOT saved" in text for text in said)
    with desk.product.database.transaction() as tx:
        links = tx.execute(text("SELECT count(*) FROM report_events WHERE event = 'link'"))
        assert links.scalar_one() == 2


def test_two_who_restrict_linked_cases(desk: Desk) -> None:
    """Of two cases that are linked each can be moved to restricted at the same moment."""
    older, newer = two_cases(desk)
    desk.fill("farid", "case.link", older, reference=newer)
    with desk.product.database.transaction() as tx:
        # So that the DSL may do it too.
        tx.execute(text("UPDATE reports SET child = true"))
    said = crossing(
        desk,
        older,
        lambda: desk.fill("eleanor", "case.restrict", older, why="It is about somebody on the team."),
        lambda: desk.fill("dina", "case.restrict", newer, why="It is about somebody on the team."),
    )
    assert not any("NOT saved" in text for text in said)
    with desk.product.database.transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM reports WHERE restricted")).scalar_one() == 2
