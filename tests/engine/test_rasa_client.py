from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.engine.parse import Ranked
from bot.engine.rasa import RasaFault, RasaService
from tests.engine.fake_rasa import MODEL, SURE, TOKEN, FakeRasa, Reply, fake_rasa, reading, status, stopwatch

QUESTION = "may I share a newspaper article?"
SECRET_SUBJECT = "Ellie in 9B"


@pytest.fixture
def fake() -> Iterator[FakeRasa]:
    with fake_rasa() as running:
        yield running


def service(fake: FakeRasa, secret: str = TOKEN, timeout_s: float = 5.0) -> RasaService:
    return RasaService(fake.url, secret, timeout_s)


def test_a_reading_is_a_ranking(fake: FakeRasa) -> None:
    """Rasa's ranking comes over whole, and the odds of being out of scope are taken from it."""
    parse = service(fake).parse(QUESTION)
    assert parse.ranking == (Ranked("policy_copyright", 0.9), Ranked("out_of_scope", 0.1))
    assert parse.in_scope == pytest.approx(0.9)
    assert fake.asked == [QUESTION]


def test_not_sure_is_out_of_scope(fake: FakeRasa) -> None:
    """`nlu_fallback` stands first with the threshold as its odds: it is no intent, and means "not for us"."""
    odds = {"nlu_fallback": 0.1, "greet": 0.02, "policy_copyright": 0.08}
    fake.parse = lambda reply: reply.json(200, reading(reply.text, odds))
    parse = service(fake).parse(QUESTION)
    assert parse.top == Ranked("policy_copyright", 0.08)
    assert parse.in_scope == 0.0


def test_the_name_of_the_model_is_read(fake: FakeRasa) -> None:
    """The model is known by its file's name, whatever folder it lies in."""
    assert service(fake).model() == MODEL


def answering(code: int, body: Any) -> Callable[[Reply], None]:
    return lambda reply: reply.json(code, body)


BAD_ANSWERS: dict[str, tuple[str, Callable[[Reply], None]]] = {
    "an error of the server": ("broken", answering(500, {"reason": "ParsingError"})),
    "no model loaded": ("broken", answering(409, {"reason": "Conflict"})),
    "a redirect": ("broken", lambda reply: reply.raw(302, b"")),
    "a page instead of JSON": ("malformed", lambda reply: reply.raw(200, b"<html>Bad gateway</html>")),
    "nothing": ("malformed", lambda reply: reply.raw(200, b"")),
    "not UTF-8": ("malformed", lambda reply: reply.raw(200, b'{"text": "\xff"}')),
    "another shape": ("malformed", answering(200, ["policy_copyright"])),
    "no ranking": ("malformed", answering(200, {"text": QUESTION, "intent": {"name": "a", "confidence": 1}})),
    "an empty ranking": (
        "malformed",
        answering(200, {"text": QUESTION, "intent": {"name": "a", "confidence": 1.0}, "intent_ranking": []}),
    ),
    "no intent": (
        "malformed",
        answering(200, {**reading(QUESTION, SURE), "intent": {"name": None, "confidence": 0.0}}),
    ),
    "impossible odds": ("malformed", answering(200, reading(QUESTION, {"policy_copyright": 17.0}))),
    "odds that are no number": ("malformed", answering(200, reading(QUESTION, {"greet": float("nan")}))),
    "odds in words": ("malformed", answering(200, reading(QUESTION, {"greet": "0.9"}))),  # type: ignore[dict-item]
    "the answer to another text": ("malformed", answering(200, reading("may I follow her?", SURE))),
    "less than it promised": ("malformed", lambda reply: reply.raw(200, b'{"text": ', length=500)),
    "far too much": ("malformed", lambda reply: reply.raw(200, b" " * 2_000_000)),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_a_bad_answer_is_a_fault(fake: FakeRasa, name: str) -> None:
    """Whatever is not a whole, plausible reading of this text is a fault with a reason, never a guess."""
    reason, fake.parse = BAD_ANSWERS[name]
    with pytest.raises(RasaFault) as fault:
        service(fake).parse(QUESTION)
    assert fault.value.reason == reason


def test_a_wrong_secret_is_refused(fake: FakeRasa) -> None:
    """A token that Rasa does not accept is told apart, and the secret is not repeated."""
    with pytest.raises(RasaFault, match="NLU_TOKEN") as fault:
        service(fake, "another-secret-of-more-than-32-chars").parse(QUESTION)
    assert fault.value.reason == "refused"
    assert "another-secret" not in str(fault.value)
    assert fake.asked == []


def test_nobody_there_is_a_fault() -> None:
    """A service that is not running is unreachable."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(RasaFault) as fault:
        RasaService(f"http://127.0.0.1:{port}", TOKEN).parse(QUESTION)
    assert fault.value.reason == "unreachable"


def test_silence_is_cut(fake: FakeRasa) -> None:
    """A service that takes the question and says nothing is slow, not waited for."""
    told = threading.Event()
    fake.parse = lambda reply: reply.hang(told)
    with pytest.raises(RasaFault) as fault:
        service(fake, timeout_s=0.1).parse(QUESTION)
    told.set()
    assert fault.value.reason == "slow"


def test_a_dripping_answer_is_cut(fake: FakeRasa) -> None:
    """The time allowed is for the whole answer: one byte now and then does not buy more of it."""
    told = threading.Event()
    fake.parse = lambda reply: reply.drip(told)
    elapsed = stopwatch()
    with pytest.raises(RasaFault) as fault:
        service(fake, timeout_s=0.2).parse(QUESTION)
    told.set()
    assert fault.value.reason == "slow"
    assert elapsed() < 10


def test_a_fault_never_holds_the_question(fake: FakeRasa) -> None:
    """What was asked stands in no fault: faults are logged, and questions are not."""
    fake.answers(200, {"text": SECRET_SUBJECT, "intent": SECRET_SUBJECT})
    with pytest.raises(RasaFault) as fault:
        service(fake).parse(f"what about {SECRET_SUBJECT}")
    assert SECRET_SUBJECT not in f"{fault.value!r} {fault.value.__cause__!r}"


def test_a_status_without_a_model_is_a_fault(fake: FakeRasa) -> None:
    """A service that is alive without a model (409, or a status without one) is not ready."""
    for answer, reason in [
        (answering(409, {}), "broken"),
        (answering(200, {"model_file": None}), "malformed"),
    ]:
        fake.status = answer
        with pytest.raises(RasaFault) as fault:
            service(fake).model()
        assert fault.value.reason == reason
    fake.status = answering(200, status("other"))
    assert service(fake).model() == "other"
