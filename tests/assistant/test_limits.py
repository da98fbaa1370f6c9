"""How much one person may do: enough for anybody who types, and never a limit on danger."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from bot.app import new_tokens
from bot.channels.common.runtime import AsyncCore
from bot.domain.messages import Message
from bot.domain.references import receipt_code
from bot.domain.roster import Limits
from bot.domain.turns import Content, Incoming, Pressed, Said, Sender, SharedFile, Submitted
from bot.engine.parse import Parse, Ranked
from bot.storage.conversations import failures
from tests.support.desk import DeafEngine, Desk, text_of

WAIT = "Please wait a minute"


class AlarmedEngine(DeafEngine):
    """Understands nothing but danger."""

    def parse(self, text: str) -> Parse:
        if "bleeding" not in text:
            return super().parse(text)
        return Parse(text, (Ranked("danger", 0.99),))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The product with limits that a test can meet."""
    found = Desk.open(tmp_path, AlarmedEngine())
    found.product.context.counters.limits = Limits(5, 2, 3, 4)
    yield found
    found.close()


def say(desk: Desk, user: str, content: Content) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, content))


def give_up(desk: Desk, user: str) -> None:
    """The report under way, cancelled."""
    asked = desk.send(user, Said("cancel"))
    buttons = [item for block in asked[0].blocks for item in getattr(block, "items", ())]
    desk.press(user, "journey.cancel", next(item.value for item in buttons if item.value.endswith("|yes")))


def choose(desk: Desk, user: str, option: str) -> str:
    """The button of the step on screen whose value ends so, pressed."""
    shown = desk.send(user, Said("report")) + desk.send(user, Pressed("journey.resume"))
    buttons = [
        item
        for message in shown
        for block in message.blocks
        for item in getattr(block, "items", ())
        if getattr(item, "action", "") == "journey.choose"
    ]
    value = next(item.value for item in buttons if item.value.endswith(f"|{option}"))
    return desk.press(user, "journey.choose", value)


def test_who_sends_too_much_waits_a_minute(desk: Desk) -> None:
    """One thing too many within a minute is not looked at, and said so with whom to phone; others go on."""
    for _ in range(5):
        assert WAIT not in say(desk, "ana", Said("hello"))
    told = say(desk, "ana", Said("hello"))
    assert WAIT in told
    assert "Nothing is lost" in told
    assert "Designated Safeguarding Lead" in told
    assert WAIT not in say(desk, "joe", Said("hello"))
    desk.later(seconds=61)
    assert WAIT not in say(desk, "ana", Said("hello"))


def test_the_same_act_can_be_done_again_after_the_minute(desk: Desk) -> None:
    """What was turned away was not taken for done: the very same event is handled when it comes again."""
    reference = desk.report("ana", kind="colleague").reference
    for _ in range(5):
        say(desk, "ana", Said("hello"))
    form = Submitted("report.add", reference, {"text": ("It happened again.",)})
    assert WAIT in text_of(desk.send("ana", form, "EVENT-1")[0])
    desk.later(seconds=61)
    assert "is kept with" in text_of(desk.send("ana", form, "EVENT-1")[0])


def test_danger_is_never_made_to_wait(desk: Desk) -> None:
    """Words of danger, the question about it, a report in which it was answered "yes", a file: all go on."""
    choose(desk, "ana", "yes")
    for _ in range(10):
        say(desk, "ana", Said("hello"))
    assert WAIT in say(desk, "ana", Said("hello"))
    assert WAIT not in say(desk, "ana", Said("he is bleeding and won't wake up"))
    assert "999" in say(desk, "ana", Said("he is bleeding and won't wake up"))
    assert WAIT not in say(desk, "ana", SharedFile())
    assert WAIT not in say(desk, "ana", Pressed("report.start", "concern"))
    assert "999" in say(desk, "ana", Pressed("journey.resume"))


def test_the_urgent_alert_is_never_made_to_wait(desk: Desk) -> None:
    """The alert opens and goes for somebody who has sent too much, whose other presses wait."""
    choose(desk, "ana", "no")
    shown = desk.send("ana", Pressed("journey.resume"))
    ways = {
        item.action: item.value
        for block in shown[0].blocks
        for item in getattr(block, "items", ())
        if hasattr(item, "action")
    }
    for _ in range(10):
        say(desk, "ana", Said("hello"))
    assert WAIT in say(desk, "ana", Pressed("journey.save", ways["journey.save"]))
    assert "Phone first" in say(desk, "ana", Pressed("journey.alert", ways["journey.alert"]))
    assert "has been received" in say(desk, "ana", Pressed("journey.alert_send", ways["journey.alert"]))


def test_reports_are_limited_and_none_under_way_is_lost(desk: Desk) -> None:
    """After so many reports within an hour the next one waits where it stands; danger goes on at once."""
    desk.product.context.counters.limits = Limits(1000, 2, 3, 4)
    for _ in range(2):
        assert "Which school" in choose(desk, "ana", "no")
        give_up(desk, "ana")
    assert WAIT in choose(desk, "ana", "no")
    assert "999" in choose(desk, "ana", "yes")
    desk.later(hours=1, seconds=1)
    assert WAIT not in say(desk, "ana", Pressed("journey.resume"))


def test_one_person_cannot_guess_on(desk: Desk) -> None:
    """Who has tried too many wrong codes is told to stop, even for the right one; its reporter goes on."""
    desk.product.context.counters.limits = Limits(1000, 1000, 3, 1000)
    tokens = new_tokens()
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    for name in ("FED-0001", "FED-0002", tokens.reference):
        assert "do not match" in desk.fill("joe", "status.show", "", reference=name, code="wrong")
    fields = {"reference": tokens.reference, "code": tokens.code}
    assert "too many wrong codes" in desk.fill("joe", "status.show", "", **fields)
    assert "Not acknowledged yet" in desk.fill("ana", "status.show", "", **fields)
    desk.later(hours=1, seconds=1)
    assert "Not acknowledged yet" in desk.fill("joe", "status.show", "", **fields)


def test_look_ups_slow_down_while_many_guess(desk: Desk) -> None:
    """When many codes are guessed in a minute, each look-up by code waits a second, and nothing else does."""
    form = Submitted("status.show", "", {"reference": ("FED-0001",), "code": ("wrong",)})
    look_up = Incoming("e", Sender("playground", "ana"), form)
    wait_s = desk.product.assistant.wait_s
    assert wait_s(look_up, desk.now) == 0
    for number in range(4):
        desk.fill(f"guesser-{number}", "status.show", "", reference="FED-0001", code="wrong")
    assert wait_s(look_up, desk.now) == 1.0
    assert wait_s(Incoming("e", Sender("playground", "ana"), Said("status")), desk.now) == 0
    assert wait_s(look_up, desk.now + timedelta(seconds=61)) == 0


def test_every_wrong_code_is_counted(desk: Desk) -> None:
    """Sixty tries of one report are sixty, also those of who may try no more and those whose answer came too
    late; what was late before it was tried is none; and the right code opens all the same."""
    tokens = new_tokens()
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    desk.product.context.counters.limits = Limits(1000, 1000, 3, 1000)
    form = Submitted("status.show", "", {"reference": (tokens.reference,), "code": ("wrong",)})
    for number in range(60):
        incoming = Incoming(f"try-{number}", Sender("playground", f"guesser-{number % 10}"), form)
        desk.product.assistant.handle(incoming, desk.now, iter((True, False)).__next__)
    desk.product.assistant.handle(incoming, desk.now, lambda: False)
    with desk.product.database.transaction() as tx:
        assert failures(tx, tokens.reference, desk.now) == 60
    fields = {"reference": tokens.reference, "code": tokens.code}
    assert "Not acknowledged yet" in desk.fill("ana", "status.show", "", **fields)


def test_nobody_waits_behind_a_code(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While codes are tried, which takes long each, others' reports are stored; then the right one opens."""
    tokens = new_tokens()
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    may_go_on = threading.Event()
    verify = PasswordHasher.verify

    def slow(hasher: PasswordHasher, stored: str, code: str) -> bool:
        assert may_go_on.wait(60)
        return verify(hasher, stored, code)

    async def both() -> tuple[Message, ...]:
        core = AsyncCore(desk.product.assistant, lambda: desk.now)
        tries = [core.handle(look_up(f"guesser-{n}", tokens.reference, "wrong")) for n in range(3)]
        tries.append(core.handle(look_up("ana", tokens.reference, tokens.code)))
        waiting = asyncio.gather(*tries)
        await core.handle(Incoming("report", Sender("playground", "joe"), Pressed("report.start")))
        may_go_on.set()
        *_, right = await waiting
        core.close()
        return right

    monkeypatch.setattr(PasswordHasher, "verify", slow)
    right = asyncio.run(both())
    assert "Not acknowledged yet" in "\n".join(map(text_of, right))
    assert "There is no report waiting here" not in desk.press("joe", "journey.resume")


def test_a_guesser_takes_turns(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many codes that one person tries at once, one is tried before the next person's, and no more."""
    tokens = new_tokens()
    desk.report("ana", tokens=tokens, kind="colleague", mode="anonymous")
    desk.product.context.counters.limits = Limits(1000, 1000, 100, 1000)
    tried: list[str] = []
    verify = PasswordHasher.verify

    def noted(hasher: PasswordHasher, stored: str, code: str) -> bool:
        tried.append(code)
        return verify(hasher, stored, code)

    async def flood() -> None:
        core = AsyncCore(desk.product.assistant, lambda: desk.now)
        tries = [core.handle(look_up("guesser", tokens.reference, f"wrong{n}")) for n in range(12)]
        await asyncio.gather(*tries, core.handle(look_up("ana", tokens.reference, tokens.code)))
        core.close()

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    asyncio.run(flood())
    assert len(tried) == 13
    assert tried.index(receipt_code(tokens.code)) <= 2


def look_up(user: str, reference: str, code: str) -> Incoming:
    """The form of a report's reference and receipt code, filled in."""
    form = Submitted("status.show", "", {"reference": (reference,), "code": (code,)})
    return Incoming(f"{user}-{code}", Sender("playground", user), form)


def test_the_wait_is_waited(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors' core waits as long as it is told before a look-up is handled."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def look_up() -> None:
        core = AsyncCore(desk.product.assistant, lambda: desk.now)
        form = Submitted("status.show", "", {"reference": ("FED-0001",), "code": ("wrong",)})
        monkeypatch.setattr("bot.channels.common.runtime.asyncio.sleep", sleep)
        for number in range(5):
            await core.handle(Incoming(f"event-{number}", Sender("playground", f"u{number}"), form))
        core.close()

    asyncio.run(look_up())
    assert slept == [1.0]


def test_nobody_is_counted_under_their_name(desk: Desk) -> None:
    """Nothing that counts holds a user id, nor an HMAC under a key that is stored or outlives the day."""
    say(desk, "ana", Said("hello"))
    counters = desk.product.context.counters
    today = set(counters._times)
    assert "ana" not in repr(counters._times)
    assert desk.product.context.vault.blind("session", "playground", "ana") not in repr(counters._times)
    desk.later(days=1)
    say(desk, "ana", Said("hello"))
    assert len(set(counters._times)) == 1
    assert not today & set(counters._times)


@pytest.mark.parametrize("length", [20_001, 1_000_000])
def test_long_words_are_answered_and_lose_nothing(desk: Desk, length: int) -> None:
    """Words of any length get an answer, and a form that is too long comes back with what was typed."""
    reference = desk.report("ana", kind="colleague").reference
    assert say(desk, "ana", Said("x " * (length // 2)))
    [again] = desk.send("ana", Submitted("report.add", reference, {"text": ("x" * length,)}))
    assert f"This has {length:,} characters" in text_of(again)
    assert "x" * length in text_of(again)
    assert "The reporter added" not in desk.press("farid", "case.details", reference)
