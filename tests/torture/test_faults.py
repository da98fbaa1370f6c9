"""One fault at a time, before real processes: what the reporter is told, and what a reader sees."""

from __future__ import annotations

import itertools
import resource
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.slack_double import Channel, Person, View
from tests.support.postgres import Cluster
from tests.torture.cases import Case, stored
from tests.torture.house import House
from tests.torture.reading import read
from tests.torture.run import Plan, Platform, broken, workspace
from tests.torture.staff import NOT_SAVED, RECEIVED, Reporter, Told

# They need nothing but Python, most of them, but some seconds each: beside the other long ones.
pytestmark = pytest.mark.postgres
SEND, PHONE = "check before you send", "020 7000 1101"
_PATIENCE_S = 40.0
_DAY_S, _HOUR_S = 86_400.0, 3_600.0
# What a disk has left before it is full, in bytes: enough for some reports; and more reports than fill it.
_ROOM, _MOST = 64 * 1024, 200


class Desk:
    """A workspace in fine weather, and one member of staff after another who reports."""

    def __init__(self, slack: Platform, flt: Channel, house: House) -> None:
        self.slack, self.flt, self.house = slack, flt, house
        self._number = 0

    def reporter(self) -> tuple[Person, Reporter]:
        """The next member of staff."""
        self._number += 1
        person = self.slack.user(f"staff{self._number % 2}")
        found = Reporter(person, Told(), self._number, lambda: True, threading.Event())
        found.give_up_at(time.monotonic() + _PATIENCE_S)
        return person, found

    def report(self, kind: str = "question") -> str:
        """A report that is received; its reference."""
        reference = self.reporter()[1].report(kind)
        assert reference, self.house.words_of_logs()[-3000:]
        return reference

    def cards(self, reference: str, place: Channel | None = None) -> list[float]:
        """When cards of this case came to the channel (or `place`), deleted ones too."""
        return read(self.slack).cards[(place or self.flt).id, reference]

    def wait(self, holds: Callable[[], object]) -> None:
        """Wait for something that a process does by itself."""
        deadline = time.monotonic() + _PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, self.house.words_of_logs()[-3000:]
            time.sleep(0.05)

    def settled(self, *references: str) -> None:
        """Nothing is owed any more; each of these has one card in the channel, and no process minded."""
        self.wait(lambda: all(map(self.cards, references)))
        self.wait(lambda: self.house.waiting() == 0)
        assert {reference: len(self.cards(reference)) for reference in references} == dict.fromkeys(
            references, 1
        )
        assert read(self.slack).twice == []
        assert self.house.died() + broken(self.house) == []

    def cases(self) -> dict[str, Case]:
        """What is stored, once all have ended."""
        self.house.stop()
        return {case.reference: case for case in stored(self.house.url, self.house.keys)}


def one(folder: Path) -> Iterator[Desk]:
    with workspace(folder, Plan(staff=2, copies=False), None) as (slack, flt, house):
        yield Desk(slack, flt, house)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One `serve` on SQLite, for all who leave it as it was."""
    yield from one(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Desk]:
    """One of the test's own."""
    yield from one(tmp_path)


@pytest.fixture
def shared(tmp_path: Path, cluster: Cluster) -> Iterator[Desk]:
    """Two webs and two workers on PostgreSQL."""
    with workspace(tmp_path, Plan(staff=2, copies=False), cluster) as (slack, flt, house):
        yield Desk(slack, flt, house)


def test_an_outage_of_the_platform(desk: Desk) -> None:
    """While Slack takes no message a report is received all the same; later its card comes, once."""
    out = [desk.slack.faults.status(503, method, times=None) for method in ("chat.*", "conversations.*")]
    reference = desk.report()
    desk.wait(lambda: sum(fault.hits for fault in out) > 2)
    assert desk.cards(reference) == []
    desk.slack.faults.clear()
    back = desk.slack.clock.now()
    desk.settled(reference)
    assert desk.cards(reference)[0] >= back


def test_a_storm_of_429(desk: Desk) -> None:
    """Slack's Retry-After is kept to the second in that conversation, and holds no other one up."""
    desk.slack.faults.storm(4, "chat.postMessage", desk.flt, times=2)
    before = len(desk.slack.calls)
    reference = desk.report("urgent")
    desk.settled(reference)
    posts = [call for call in desk.slack.calls[before:] if call.method == "chat.postMessage"]
    there = [call for call in posts if call.args["channel"] == desk.flt.id]
    # What the reporter adds meanwhile is posted there, too, once the storm is over.
    tries = [call.at for call in there if call.args["text"] == there[0].args["text"]]
    assert min(call.at for call in there[2:]) >= tries[1] + 4.0
    gaps = [after - before for before, after in itertools.pairwise(tries)]
    assert len(tries) == 3
    assert min(gaps) >= 4.0
    assert desk.cards(reference, desk.slack.dm_of(desk.slack.user("dina")))[0] < tries[1]


def test_cut_after_it_was_taken(desk: Desk) -> None:
    """A connection that is cut once Slack has the message leaves one card, found by its key."""
    cut = desk.slack.faults.cut("chat.postMessage", desk.flt, times=1)
    reference = desk.report()
    desk.settled(reference)
    assert cut.hits == 1


def test_an_answer_later_than_anybody_waits(desk: Desk) -> None:
    """A message that was taken, and whose answer comes too late, is found and not sent again."""
    slow = desk.slack.faults.slow(25.0, "chat.postMessage", desk.flt, times=1)
    reference = desk.report("urgent")
    desk.wait(lambda: slow.hits)
    desk.wait(lambda: desk.cards(reference, desk.slack.dm_of(desk.slack.user("dina"))))
    desk.settled(reference)


def test_killed_after_it_was_taken(desk: Desk) -> None:
    """A process that dies between Slack's taking the card and its own commit leaves one card as well."""
    desk.slack.faults.slow(20.0, "chat.postMessage", desk.flt, times=1)
    reference = desk.report()
    desk.wait(lambda: desk.cards(reference))
    desk.house.kill("serve-1")
    desk.house.start_all()
    desk.settled(reference)


def at_send(desk: Desk) -> tuple[Person, Reporter, View]:
    """Somebody in front of the button that sends."""
    person, reporter = desk.reporter()
    reporter.report("question", SEND)
    assert person.modal is not None
    return person, reporter, person.modal


def press_in_vain(desk: Desk, person: Person, view: View) -> None:
    """Press Send, and be told that nothing is saved, and whom to phone."""
    person.press("Send", view)
    desk.wait(lambda: NOT_SAVED in view.words)
    assert PHONE in view.words
    assert RECEIVED not in view.words


def test_a_full_disk(own: Desk) -> None:
    """Where the disk is full the reporter is told so, nothing is half stored, and with room it goes on."""
    first = own.report()
    own.settled(first)
    own.house.kill("serve-1")
    size = own.house.database.stat().st_size
    own.house.start("serve-1", file_size=size + _ROOM)
    own.house.wait_for("serve-1")
    received, (person, reporter, view) = fill_up(own)
    assert int(own.house.ask("SELECT count(*) FROM reports")[0][0]) == len(received) + 1
    limits = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(own.house.processes["serve-1"].pid, resource.RLIMIT_FSIZE, limits)
    reference = reporter.report("question")
    assert own.house.ask("PRAGMA quick_check")[0][0] == "ok"
    own.settled(first, *received, reference)
    assert set(own.cases()) == {first, *received, reference}
    assert person.modal is None or view.words


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, in memory."""
    found = tmp_path / "disk"
    found.mkdir()
    if mount("tmpfs", str(found), "-t", "tmpfs", "-o", "size=64m"):
        pytest.skip("nothing can be mounted here: it takes root")
    yield found
    mount("--lazy", str(found), program="umount")


def mount(*arguments: str, program: str = "mount") -> int:
    return subprocess.run([program, *arguments], capture_output=True, check=False).returncode


@pytest.fixture
def on_disk(tmp_path: Path, disk: Path) -> Iterator[Desk]:
    """One `serve` whose database lies on that disk, and its log elsewhere."""
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "signpost.db").symlink_to(disk / "signpost.db")
    yield from one(tmp_path / "house")


def resize(disk: Path, size: int) -> None:
    assert mount(str(disk), "-o", f"remount,size={size}") == 0


def test_a_disk_without_room(on_disk: Desk, disk: Path) -> None:
    """A file system that is really full: told so, not ready, nothing half stored; then it goes on."""
    first = on_disk.report()
    on_disk.settled(first)
    resize(disk, sum(path.stat().st_blocks * 512 for path in disk.iterdir()) + _ROOM)
    received, (_, reporter, _) = fill_up(on_disk)
    assert int(on_disk.house.ask("SELECT count(*) FROM reports")[0][0]) == len(received) + 1
    on_disk.wait(lambda: readiness(on_disk)[0] == 503)
    resize(disk, 64 * 1024 * 1024)
    reference = reporter.report("question")
    assert on_disk.house.ask("PRAGMA quick_check")[0][0] == "ok"
    on_disk.settled(first, *received, reference)
    on_disk.wait(lambda: readiness(on_disk)[0] == 200)
    assert set(on_disk.cases()) == {first, *received, reference}


def readiness(desk: Desk) -> tuple[int, str]:
    url = desk.house.doors[0].replace("/slack/events", "/readyz")
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_disk_that_takes_no_writes(on_disk: Desk, disk: Path) -> None:
    """On a read-only file system it does not start and says why; mended, nothing is missing."""
    first = on_disk.report()
    on_disk.settled(first)
    on_disk.house.kill("serve-1")
    assert mount(str(disk), "-o", "remount,ro") == 0
    on_disk.house.start("serve-1")
    on_disk.wait(lambda: on_disk.house.bury())
    log = on_disk.house.processes["serve-1"].log.read_text()
    assert "Traceback" not in log
    [why] = [line for line in log.splitlines() if "DATABASE_URL" in line]
    assert "(Read-only file system): let this user write there" in why
    assert mount(str(disk), "-o", "remount,rw") == 0
    on_disk.house.start_all()
    reference = on_disk.report()
    on_disk.settled(first, reference)
    assert set(on_disk.cases()) == {first, reference}


class Volume:
    """A file system of its own in a file, which its kernel makes read-only when it finds it broken."""

    def __init__(self, folder: Path) -> None:
        self._image, self.at = folder / "volume", folder / "disk"
        self.at.mkdir()
        with self._image.open("wb") as image:
            image.truncate(64 * 1024 * 1024)
        done("mkfs.ext4", "-q", "-F", str(self._image))

    def mount(self) -> None:
        done("mount", "-o", "loop,errors=remount-ro", str(self._image), str(self.at))

    def breaks(self) -> None:
        """As after a fault of the disk: files that are open stay so, and nothing can be written any more."""
        device = Path(done("findmnt", "-no", "SOURCE", str(self.at)).strip()).name
        Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("broken")

    def mend(self) -> None:
        """What an administrator does."""
        done("umount", str(self.at))
        # 1 says that faults were mended.
        subprocess.run(["fsck.ext4", "-p", str(self._image)], capture_output=True, check=False)
        self.mount()


def done(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Volume]:
    """One that is there, and goes with the test."""
    try:
        found = Volume(tmp_path)
        found.mount()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be made and mounted here: it takes root, ext4 and a loop device")
    yield found
    mount("--lazy", str(found.at), program="umount")


@pytest.fixture
def on_volume(tmp_path: Path, volume: Volume) -> Iterator[Desk]:
    """One `serve` whose database lies on it, and its log elsewhere."""
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "signpost.db").symlink_to(volume.at / "signpost.db")
    yield from one(tmp_path / "house")


def test_a_disk_that_takes_no_writes_any_more(on_volume: Desk, volume: Volume) -> None:
    """Read-only in the middle of the work: told so, not ready, nothing received; mended, all is there."""
    first = on_volume.report("urgent")
    on_volume.settled(first)
    person, _, view = at_send(on_volume)
    on_volume.wait(lambda: readiness(on_volume)[0] == 200)
    volume.breaks()
    press_in_vain(on_volume, person, view)
    on_volume.wait(lambda: readiness(on_volume)[0] == 503)
    assert '"database": "unavailable' in readiness(on_volume)[1]
    on_volume.house.kill("serve-1")
    volume.mend()
    on_volume.house.start_all()
    on_volume.house.wait_for("serve-1")
    assert on_volume.house.ask("PRAGMA quick_check")[0][0] == "ok"
    reference = on_volume.reporter()[1].report("question")
    assert reference
    on_volume.settled(first, reference)
    assert set(on_volume.cases()) == {first, reference}


def fill_up(desk: Desk) -> tuple[list[str], tuple[Person, Reporter, View]]:
    """Report until one is not taken: those that were, and who stands before the button still."""
    received: list[str] = []
    for _ in range(_MOST):
        person, reporter = desk.reporter()
        reporter.report("question", NOT_SAVED)
        if person.modal is not None and NOT_SAVED in person.modal.words:
            assert PHONE in person.modal.words
            return received, (person, reporter, person.modal)
        received += [found.reference for found in reporter.told.received]
    raise AssertionError(f"{_MOST} reports, and the disk is not full")


def test_the_database_is_restarted(shared: Desk, cluster: Cluster) -> None:
    """While PostgreSQL is away nothing is promised; when it is back the same press is received, once."""
    first = shared.report("urgent")
    person, reporter, view = at_send(shared)
    shared.settled(first)
    cluster.kill()
    press_in_vain(shared, person, view)
    cluster.start()
    reference = reporter.report("question")
    shared.settled(first, reference)
    assert set(shared.cases()) == {first, reference}


def test_no_connection_is_left(shared: Desk) -> None:
    """While PostgreSQL takes no more connections nothing is promised, and that is said in time."""
    first = shared.report()
    person, reporter, view = at_send(shared)
    shared.settled(first)
    with ExitStack() as held:
        taken = take_all(held, shared)
        press_in_vain(shared, person, view)
        assert taken > 10
    assert shared.slack.late_acks == []
    reference = reporter.report("question")
    shared.settled(first, reference)
    assert set(shared.cases()) == {first, reference}


_OURS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'signpost%'"


def take_all(held: ExitStack, desk: Desk) -> int:
    """Take every connection that the server has, those of the product too; how many there are."""
    where, taken = desk.house.url.replace("+psycopg", ""), list[psycopg.Connection[Any]]()
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        try:
            taken.append(held.enter_context(psycopg.connect(where, autocommit=True)))
        except psycopg.OperationalError:
            # Full: now those that are the product's.
            if not taken[0].execute(_OURS).fetchall():
                break
    return len(taken)


_SLOWLY = """
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NEW; END';
CREATE TRIGGER slowly BEFORE INSERT ON reports FOR EACH ROW EXECUTE FUNCTION slowly()
"""


@pytest.mark.parametrize(
    ("trouble", "over"),
    [("LOCK TABLE reports IN ACCESS EXCLUSIVE MODE", ""), (_SLOWLY, "DROP TRIGGER slowly ON reports")],
    ids=["a lock", "a statement"],
)
def test_a_database_that_takes_too_long(shared: Desk, trouble: str, over: str) -> None:
    """A lock that is held, a statement that hangs: given up in time, told so, and stored once, later."""
    first = shared.report()
    person, reporter, view = at_send(shared)
    shared.settled(first)
    with psycopg.connect(shared.house.url.replace("+psycopg", "")) as connection:
        connection.execute(trouble.encode())
        if over:
            connection.commit()
        press_in_vain(shared, person, view)
        if over:
            connection.execute(over.encode())
    assert shared.slack.late_acks == []
    reference = reporter.report("question")
    shared.settled(first, reference)
    assert set(shared.cases()) == {first, reference}


def test_the_clock_jumps_a_day_and_back(own: Desk, tmp_path: Path) -> None:
    """A day forwards climbs one step, not all at once; an hour back holds no new report up."""
    clock = tmp_path / "clock"
    clock.write_text("0")
    own.house.kill("serve-1")
    own.house.start("serve-1", clock=str(clock))
    own.house.wait_for("serve-1")
    before = own.report("urgent")
    own.settled(before)
    clock.write_text(str(_DAY_S))
    own.wait(lambda: own.cards(before, own.slack.dm_of(own.slack.user("farid"))))
    time.sleep(3.0)
    clock.write_text(str(-_HOUR_S))
    after = own.report("urgent")
    own.settled(before, after)
    assert own.cards(before, own.slack.dm_of(own.slack.user("maya"))) == []
    cases = own.cases()
    assert (len(cases[before].deadlines), len(cases[after].deadlines)) == (1, 0)


def test_one_workers_clock_jumps(shared: Desk, tmp_path: Path) -> None:
    """One worker an hour behind the others sends nothing twice and holds nothing up."""
    clock = tmp_path / "clock"
    clock.write_text(str(-_HOUR_S))
    shared.house.kill("worker-3")
    shared.house.start("worker-3", clock=str(clock))
    references = [shared.report(kind) for kind in ("urgent", "question", "urgent", "question")]
    shared.settled(*references)
    assert not any(case.deadlines for case in shared.cases().values())
