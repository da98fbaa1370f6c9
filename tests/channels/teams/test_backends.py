"""The port over both SDKs: the same requests go out, and the same faults come back."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.channels.teams.activities import Member, Post, Reference
from bot.channels.teams.client import AppToken
from bot.channels.teams.config import TeamsConfig
from bot.delivery.sender import (
    AbsentFault,
    DeliveryFault,
    OutageFault,
    PassingFault,
    PermanentFault,
    RefusedFault,
    UnclearFault,
)
from tests.channels.teams import fake_connector as faults
from tests.channels.teams.fake_connector import Fault
from tests.channels.teams.issuer import APP
from tests.channels.teams.open_door import BOT, SDKS, TENANT, OpenDoor, Sdk, emulated, play

ROOT = Path(__file__).resolve().parents[3]
both = pytest.mark.parametrize("sdk", SDKS)

CARD = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "body": [
        {"type": "TextBlock", "text": "Tell your DSL “today”.", "wrap": True, "isVisible": False, "x": None}
    ],
    "actions": [
        {"type": "Action.Execute", "verb": "case.close", "data": {"created_at": 1.5, "$when": [1, {}]}}
    ],
}
FULL = Post(card=CARD, summary="An answer from the policy", urgent=True)


@both
def test_a_card_goes_out_as_it_is(sdk: Sdk) -> None:
    """Card and alert arrive unchanged (the SDKs' own models drop or rewrite them)."""

    async def story(door: OpenDoor) -> None:
        assert await door.backend.send(door.chat(), FULL) == "m1"
        sent = door.connector.messages["a:mira"]["m1"]
        assert sent == {
            "type": "message",
            "from": {"id": BOT},
            "conversation": {"id": "a:mira"},
            "summary": "An answer from the policy",
            "importance": "high",
            "channelData": {"notification": {"alert": True}},
            "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}],
        }

    play(emulated(sdk), story)


@both
def test_text_is_plain_unless_said_otherwise(sdk: Sdk) -> None:
    """Words go out as plain text, so that nothing a person wrote becomes markup."""

    async def story(door: OpenDoor) -> None:
        await door.backend.send(door.chat(), Post(text="*no* <b>markup</b>"))
        await door.backend.send(door.chat(), Post(text="**yes**", markdown=True))
        await door.backend.send(door.chat(), Post(kind="typing"))
        assert [body.get("textFormat") for body in door.connector.bodies] == ["plain", "markdown", None]
        assert door.connector.bodies[2]["type"] == "typing"

    play(emulated(sdk), story)


@both
def test_a_message_is_replaced(sdk: Sdk) -> None:
    """`update` puts the new card in the place of the old; one that is gone is a permanent fault."""

    async def story(door: OpenDoor) -> None:
        message_id = await door.backend.send(door.chat(), Post(text="before"))
        await door.backend.update(door.chat(), message_id, Post(text="after"))
        assert door.connector.messages["a:mira"][message_id]["text"] == "after"
        with pytest.raises(PermanentFault):
            await door.backend.update(door.chat(), "gone", Post(text="after"))

    play(emulated(sdk), story)


@both
def test_what_is_rewritten_sounds_nothing(sdk: Sdk) -> None:
    """An urgent card keeps its mark when it is rewritten, and no device rings a second time for it."""

    async def story(door: OpenDoor) -> None:
        message_id = await door.backend.send(door.chat(), FULL)
        await door.backend.update(door.chat(), message_id, FULL)
        stands = door.connector.messages["a:mira"][message_id]
        assert stands["importance"] == "high"
        assert "notification" not in stands.get("channelData", {})

    play(emulated(sdk), story)


@both
def test_a_message_is_taken_away(sdk: Sdk) -> None:
    """`delete` leaves nothing of a message; one that is gone already is a permanent fault."""

    async def story(door: OpenDoor) -> None:
        message_id = await door.backend.send(door.chat(), Post(text="before"))
        await door.backend.delete(door.chat(), message_id)
        assert message_id not in door.connector.messages["a:mira"]
        with pytest.raises(PermanentFault):
            await door.backend.delete(door.chat(), message_id)

    play(emulated(sdk), story)


@both
@pytest.mark.parametrize(
    "conversation",
    ["19:abc@thread.tacv2;messageid=1700000000001", "a:" + "x" * 400, "a:b/../../c", "a:b?x=1#y", "a:%2F b"],
)
def test_ids_stand_whole_in_the_path(sdk: Sdk, conversation: str) -> None:
    """A conversation or message id is one part of the path, however long or odd it is."""

    async def story(door: OpenDoor) -> None:
        await door.backend.send(door.chat(conversation), Post(text="x", reply_to="1/2"))
        assert list(door.connector.messages) == [conversation]
        assert door.connector.bodies[0]["replyToId"] == "1/2"

    play(emulated(sdk), story)


@both
def test_a_personal_chat_is_made(sdk: Sdk) -> None:
    """The chat is asked for with the tenant (which botbuilder's model drops), and is then written to."""

    async def story(door: OpenDoor) -> None:
        near = replace(door.chat("19:flt@thread.tacv2"), scope="channel", team="19:team")
        made = await door.backend.create_personal("29:jon", near)
        assert made == Reference(door.connector.url, "a:29:jon", "personal", TENANT, BOT)
        assert door.connector.bodies[0] == {
            "bot": {"id": BOT},
            "isGroup": False,
            "members": [{"id": "29:jon"}],
            "tenantId": TENANT,
            "channelData": {"tenant": {"id": TENANT}},
        }
        await door.backend.send(made, Post(text="hello"))
        assert len(door.connector.messages["a:29:jon"]) == 1

    play(emulated(sdk), story)


def person(number: int, **more: str) -> dict[str, Any]:
    """A member as Teams tells it."""
    return {
        "id": f"29:{number}",
        "aadObjectId": f"aad-{number}",
        "name": f"Person {number}",
        "tenantId": TENANT,
        "userRole": "user",
        "userPrincipalName": f"p{number}@harbour.example",
        "givenName": "Person",
        "email": "",
        **more,
    }


@both
def test_every_page_of_members_is_read(sdk: Sdk) -> None:
    """A roster of several pages is given whole, with what tells a guest from a colleague."""

    async def story(door: OpenDoor) -> None:
        guest = {"userRole": "guest", "tenantId": "other", "userPrincipalName": "x_y#EXT#@harbour.example"}
        door.connector.rosters["a:mira"] = [*(person(number) for number in range(4)), person(4, **guest)]
        found = await door.backend.members(door.chat())
        assert [member.id for member in found] == ["29:0", "29:1", "29:2", "29:3", "29:4"]
        assert found[0] == Member("29:0", "aad-0", "Person 0", TENANT, "user", "p0@harbour.example")
        assert (found[4].role, found[4].tenant) == ("guest", "other")
        assert "#EXT#" in found[4].principal
        assert len(door.connector.requests) == 3

    play(emulated(sdk), story)


@both
def test_half_a_roster_is_a_fault(sdk: Sdk) -> None:
    """Where a page fails, or the pages go in a circle, nothing is given: never a part of the roster."""

    async def story(door: OpenDoor) -> None:
        door.connector.rosters["a:mira"] = [person(number) for number in range(4)]
        door.connector.fail(Fault(200, body='{"members": [], "continuationToken": "2"}'), faults.THROTTLED)
        with pytest.raises(PassingFault):
            await door.backend.members(door.chat())
        circle = Fault(200, body='{"members": [], "continuationToken": "0"}')
        door.connector.fail(*[circle] * 200)
        with pytest.raises(PassingFault):
            await door.backend.members(door.chat())
        door.connector.faults = [Fault(200, body="{}")]
        with pytest.raises(UnclearFault):
            await door.backend.members(door.chat())

    play(emulated(sdk), story)


@both
def test_one_member_is_found(sdk: Sdk) -> None:
    """By either id; someone who is not there is a permanent fault."""

    async def story(door: OpenDoor) -> None:
        door.connector.rosters["a:mira"] = [person(1)]
        for user in ("29:1", "aad-1"):
            assert (await door.backend.member(door.chat(), user)).principal == "p1@harbour.example"
        with pytest.raises(AbsentFault):
            await door.backend.member(door.chat(), "29:2")

    play(emulated(sdk), story)


CALLS: dict[str, Callable[[OpenDoor], Awaitable[object]]] = {
    "send": lambda door: door.backend.send(door.chat(), Post(text="x")),
    "reply": lambda door: door.backend.send(door.chat(), Post(text="x", reply_to="m1")),
    "update": lambda door: door.backend.update(door.chat(), "m1", Post(text="x")),
    "delete": lambda door: door.backend.delete(door.chat(), "m1"),
    "create": lambda door: door.backend.create_personal("29:jon", door.chat()),
    "members": lambda door: door.backend.members(door.chat()),
    "member": lambda door: door.backend.member(door.chat(), "29:1"),
}
TOLD: dict[str, tuple[Fault, type[DeliveryFault]]] = {
    "429": (faults.THROTTLED, PassingFault),
    "412": (faults.CONFLICT, PassingFault),
    "502": (faults.BAD_GATEWAY, PassingFault),
    "503": (Fault(503), PassingFault),
    "504": (faults.GATEWAY_TIMEOUT, PassingFault),
    "401": (Fault(401), PassingFault),
    "403 not installed": (faults.NOT_INSTALLED, PermanentFault),
    "403 blocked": (faults.BLOCKED, PermanentFault),
    "404": (faults.NOT_FOUND, AbsentFault),
    "413 as a page": (faults.TOO_LARGE, PermanentFault),
    "400": (Fault(400), PermanentFault),
    "redirect": (Fault(307, {"Location": "http://127.0.0.1:1/elsewhere"}), RefusedFault),
    "451": (Fault(451), RefusedFault),
    "500": (Fault(500), UnclearFault),
    "slow": (faults.SLOW, UnclearFault),
}


@both
@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("call", CALLS)
def test_faults_are_told_apart(sdk: Sdk, call: str, name: str) -> None:
    """Each fault of the connector is passing, unclear or permanent, for each call, and is asked once."""
    fault, kind = TOLD[name]

    async def story(door: OpenDoor) -> None:
        door.connector.rosters["a:mira"] = [person(1)]
        door.connector.fail(fault)
        with pytest.raises(kind) as caught:
            await CALLS[call](door)
        # Not installed, or kept out, is not nobody.
        assert type(caught.value) is kind
        assert len(door.connector.requests) == 1
        assert "as asked" not in str(caught.value)
        if isinstance(caught.value, PassingFault):
            assert caught.value.retry_after == (7 if name == "429" else None)

    play(emulated(sdk), story, patience=1 if name == "slow" else 30)


@both
@pytest.mark.parametrize("call", CALLS)
def test_a_cut_connection_is_unclear(sdk: Sdk, call: str) -> None:
    """What was cut may have been taken: only reading and replacing, which may be done twice, are."""

    async def story(door: OpenDoor) -> None:
        door.connector.fail(faults.DROPPED, faults.DROPPED)
        with pytest.raises(UnclearFault):
            await CALLS[call](door)
        assert len(door.connector.requests) == (1 if call in ("send", "reply", "create") else 2)

    play(emulated(sdk), story)


@both
@pytest.mark.parametrize("call", ["send", "create", "members", "member"])
def test_a_page_is_no_answer(sdk: Sdk, call: str) -> None:
    """HTML with status 200, from a proxy that wants a sign-in, is unclear: it names no message."""

    async def story(door: OpenDoor) -> None:
        door.connector.rosters["a:mira"] = [person(1)]
        door.connector.fail(faults.PAGE)
        with pytest.raises(UnclearFault):
            await CALLS[call](door)

    play(emulated(sdk), story)


@both
def test_nobody_there_is_a_passing_fault(sdk: Sdk) -> None:
    """A connector that takes no connection has taken no message."""

    async def story(door: OpenDoor) -> None:
        with pytest.raises(PassingFault):
            await door.backend.send(replace(door.chat(), service_url="http://127.0.0.1:9/"), Post(text="x"))

    play(emulated(sdk), story)


@both
@pytest.mark.parametrize("url", ["https://evil.example/", "http://169.254.169.254/", "", "x"])
def test_a_strange_reference_is_never_called(sdk: Sdk, url: str) -> None:
    """A stored reference that does not lead to Teams is a permanent fault, and gets no token."""

    async def story(door: OpenDoor) -> None:
        with pytest.raises(PermanentFault, match="not an address"):
            await door.backend.send(replace(door.chat(), service_url=url), Post(text="x"))

    play(emulated(sdk), story)


class Microsoft:
    """Gives out tokens, as MSAL does: blocking."""

    def __init__(self) -> None:
        self.given = 0
        self.threads: set[int] = set()
        self.error = ""

    def fetch(self) -> Mapping[str, Any]:
        """The answer of MSAL."""
        self.threads.add(threading.get_ident())
        if self.error:
            return {"error": self.error, "error_description": "AADSTS7000215 app secret tenant"}
        self.given += 1
        return {"access_token": f"token-{self.given}", "expires_in": 3600}


def signed(sdk: Sdk) -> TeamsConfig:
    """A bot with an app id, on this machine."""
    return TeamsConfig(
        APP, "secret", "SingleTenant", TENANT, "flt", emulator=True, sdk=sdk, openid_url="http://x"
    )


@both
def test_each_request_bears_the_bots_token(sdk: Sdk) -> None:
    """One token, fetched off the event loop, signs every request until Teams refuses it."""
    microsoft = Microsoft()

    async def story(door: OpenDoor) -> None:
        door.connector.token = "token-1"
        await asyncio.gather(*(door.backend.send(door.chat(), Post(text="x")) for _ in range(10)))
        assert microsoft.given == 1
        assert threading.get_ident() not in microsoft.threads
        door.connector.token = "token-2"
        with pytest.raises(PassingFault):
            await door.backend.send(door.chat(), Post(text="x"))
        await door.backend.send(door.chat(), Post(text="x"))
        assert microsoft.given == 2

    play(signed(sdk), story, fetch=microsoft.fetch)


@both
@pytest.mark.parametrize(
    ("error", "fault"), [("invalid_client", OutageFault), ("temporarily_unavailable", PassingFault)]
)
def test_without_a_token_nothing_is_sent(sdk: Sdk, error: str, fault: type[DeliveryFault]) -> None:
    """Where Microsoft gives no token the fault says the code and no more; whether it passes, too."""
    microsoft = Microsoft()
    microsoft.error = error

    async def story(door: OpenDoor) -> None:
        with pytest.raises(fault, match=error) as caught:
            await door.backend.send(door.chat(), Post(text="x"))
        assert "AADSTS" not in str(caught.value)
        assert door.connector.requests == []

    play(signed(sdk), story, fetch=microsoft.fetch)


def test_a_token_is_renewed_before_it_ends() -> None:
    """Five minutes before its end a token is replaced."""
    now, microsoft = [0.0], Microsoft()

    async def story() -> list[str]:
        token = AppToken(microsoft.fetch, lambda: now[0])
        found = []
        for second in (0, 3299, 3301):
            now[0] = second
            found.append(await token.bearer())
        return found

    assert asyncio.run(story()) == ["token-1", "token-1", "token-2"]


@both
def test_a_turn_opens_nothing_again(sdk: Sdk) -> None:
    """A hundred turns and sends share one client and one session (the stock adapters make two a turn)."""

    async def story(door: OpenDoor) -> None:
        for number in range(100):
            await door.post(door.local(id=str(number)))
            await door.backend.send(door.chat(), Post(text="x"))
        outbound: Any = vars(door.backend)["_outbound"]
        assert len(outbound._sessions) == 1
        assert len(door.connector.requests) == 100

    play(emulated(sdk), story)


@both
def test_many_service_urls_keep_few_sessions(sdk: Sdk) -> None:
    """Old sessions are closed as new ones come; writing through an old address still works."""

    async def story(door: OpenDoor) -> None:
        for number in range(40):
            there = replace(
                door.chat(), service_url=f"{door.connector.url}?".rstrip("?") + "/" * (number % 3)
            )
            await door.backend.send(there, Post(text="x"))
        for number in range(40):
            strange = replace(door.chat(), service_url=f"{door.connector.url}{number}/")
            with pytest.raises(PermanentFault):
                await door.backend.send(strange, Post(text="x"))
        await door.backend.send(door.chat(), Post(text="x"))
        outbound: Any = vars(door.backend)["_outbound"]
        assert len(outbound._sessions) <= 16

    play(emulated(sdk), story)


@both
def test_only_the_chosen_sdk_is_imported(sdk: Sdk) -> None:
    """The other SDK is never loaded, and neither is until Teams is opened."""
    code = f"""
import json, sys
import bot.channels.teams, bot.channels.teams.config, bot.channels.teams.activities, bot.channels.teams.app
sdks = {{'botbuilder', 'microsoft_agents', 'msrest'}}
loaded = lambda: sorted({{name.split('.')[0] for name in sys.modules}} & sdks)
before = loaded()
from bot.channels.teams.config import TeamsConfig
bot.channels.teams.app.backend_of(TeamsConfig('', '', '', '', '', emulator=True, sdk={sdk!r}))
print(json.dumps([before, loaded()]))
"""
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**_environment()},
    )
    before, after = json.loads(told.stdout)
    assert before == []
    assert after == (["botbuilder", "msrest"] if sdk == "botbuilder" else ["microsoft_agents"])


def test_only_two_files_know_an_sdk() -> None:
    """Nothing but the two backends names Microsoft's SDKs in an import."""
    names = ("botbuilder", "botframework", "msrest", "microsoft_agents")
    found = {
        path.name
        for path in (ROOT / "bot").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(tuple(f"{verb} {name}" for verb in ("import", "from") for name in names))
    }
    assert found == {"botbuilder_backend.py", "agents_backend.py"}


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
