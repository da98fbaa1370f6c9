import json

import pytest

from bot.assistant.dialogue import dump, restore
from bot.domain.turns import Draft, Session, Tokens

TOKENS = Tokens("d1", "FED-7K3Q", "KITE-4821")
SESSION = Session(
    TOKENS,
    Draft(
        TOKENS,
        {"kind": ("image",), "target": ("me", "student"), "what": ("ünï 😱",)},
        "origin",
        ("kind",),
        True,
        True,
        {"narrative": {"narrative": ("half a sen",)}},
    ),
    "follow-former-student",
    {"account": ("own",), "person": ("student", "friend")},
    "image",
    True,
)


@pytest.mark.parametrize("session", [Session(TOKENS), SESSION])
def test_a_session_comes_back_as_it_was(session: Session) -> None:
    """Whatever a session holds, it is the same after it was stored."""
    assert restore(dump(session)) == session


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "not json",
        '{"version": 1}',
        json.dumps({**json.loads(dump(SESSION)), "version": 2}),
    ],
)
def test_what_cannot_be_read_is_none(text: str) -> None:
    """Another version, or anything that is no session, is None and never an error."""
    assert restore(text) is None


def test_a_broken_draft_is_none() -> None:
    """A session whose draft has lost a part is None."""
    data = json.loads(dump(SESSION))
    del data["draft"]["tokens"]["code"]
    assert restore(json.dumps(data)) is None


def test_a_session_from_before_words_were_kept() -> None:
    """A session that was stored without unsubmitted words is restored, with none."""
    data = json.loads(dump(SESSION))
    del data["draft"]["typed"]
    found = restore(json.dumps(data))
    assert found is not None
    assert found.draft is not None
    assert found.draft.typed == {}
