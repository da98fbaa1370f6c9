"""Teams' door: what is let in, how it is answered, and that each activity is worked on once (both SDKs)."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from structlog.testing import capture_logs

from bot.channels.teams import app, desk, handlers
from bot.channels.teams.activities import Activity, InvokeReply
from bot.channels.teams.app import BODY_LIMIT, WITHIN, backend_of
from bot.channels.teams.payloads import read
from bot.channels.teams.posts import card_reply, excuse, message_reply
from tests.channels.teams.open_door import (
    BOT,
    FAILED,
    SDKS,
    TENANT,
    OpenDoor,
    Sdk,
    activity,
    emulated,
    invoke,
    play,
    settled,
)

both = pytest.mark.parametrize("sdk", SDKS)


@both
def test_a_message_is_answered_at_once(sdk: Sdk) -> None:
    """Words are acknowledged with 202 before they are worked on."""
    may_end = asyncio.Event()

    async def slow(_came: Activity) -> None:
        await may_end.wait()

    async def story(door: OpenDoor) -> None:
        door.answer = slow
        assert await door.post(door.local()) == (202, "")
        await settled(door, 1)
        may_end.set()
        assert door.seen[0].text == "May I follow a former student?"
        assert door.seen[0].sender.aad == "aad-mira"
        assert door.seen[0].reference == door.chat()

    play(emulated(sdk), story)


@both
def test_a_press_without_an_id_is_answered(sdk: Sdk) -> None:
    """An invoke that has no id is no fault; the same bytes again are the same press, others another one."""

    async def story(door: OpenDoor) -> None:
        for minute in (0, 0, 1):
            press = invoke(serviceUrl=door.connector.url, timestamp=f"2026-11-22T10:0{minute}:00Z")
            del press["id"]
            assert (await door.post(press))[0] == 200
        keys = [seen.key for seen in door.seen]
        assert len(set(keys)) == 2

    play(emulated(sdk), story)


@both
@pytest.mark.parametrize(
    "name",
    [
        "adaptiveCard/action",
        "task/fetch",
        "task/submit",
        "composeExtension/query",
        "composeExtension/fetchTask",
        "message/submitAction",
    ],
)
def test_an_invoke_gets_its_body(sdk: Sdk, name: str) -> None:
    """What the handler returns is the answer's JSON, as it is (botbuilder's own handler answers 500)."""

    async def story(door: OpenDoor) -> None:
        status, text = await door.post(invoke(name, serviceUrl=door.connector.url))
        assert (status, json.loads(text)) == (200, {"handled": name})
        assert door.seen[0].value["action"]["verb"] == "case.acknowledge"
        assert door.seen[0].reply_to == "m1"

    play(emulated(sdk), story)


@both
def test_an_invoke_that_nobody_handles_is_501(sdk: Sdk) -> None:
    """None from the handler says that there is no such thing."""

    async def nothing(_came: Activity) -> None:
        return None

    async def story(door: OpenDoor) -> None:
        door.answer = nothing
        assert await door.post(invoke("unknown/thing", serviceUrl=door.connector.url)) == (501, "")

    play(emulated(sdk), story)


@both
def test_a_press_that_fails_is_told_so(sdk: Sdk) -> None:
    """A handler that fails, or is late, is answered with our words, never with the exception's."""

    async def broken(_came: Activity) -> InvokeReply:
        raise RuntimeError("a secret that nobody may read")

    async def late(_came: Activity) -> InvokeReply:
        await asyncio.sleep(1)
        return InvokeReply(200, {"late": True})

    async def story(door: OpenDoor) -> None:
        for number, answer in enumerate((broken, late)):
            door.answer = answer
            status, text = await door.post(invoke(id=f"i{number}", serviceUrl=door.connector.url))
            assert status == 200
            assert json.loads(text)["statusCode"] == 500
            assert json.loads(text)["value"]["message"] == FAILED
            assert "secret" not in text
        assert door.connector.requests == []

    play(emulated(sdk), story, within=0.2)


@both
def test_a_failing_message_tells_nobody_why(sdk: Sdk) -> None:
    """Where work on words fails, no text of the fault goes into the chat (as the SDK's own would)."""

    async def broken(_came: Activity) -> None:
        raise RuntimeError("a secret that nobody may read")

    async def story(door: OpenDoor) -> None:
        door.answer = broken
        assert (await door.post(door.local()))[0] == 202
        await settled(door, 1)
        await asyncio.sleep(0.05)
        assert door.connector.requests == []

    play(emulated(sdk), story)


@both
def test_a_card_that_comes_as_a_message_is_stored_first(sdk: Sdk) -> None:
    """Action.Submit is acknowledged after its work: 200, 500 where it failed, 202 where it is long."""

    async def by_text(came: Activity) -> None:
        await asyncio.sleep(float(came.value.get("wait", 0)))
        if came.value.get("fail"):
            raise RuntimeError("no")

    async def story(door: OpenDoor) -> None:
        door.answer = by_text
        sent = [({"action": "x"}, 200), ({"fail": True}, 500), ({"wait": 1}, 202)]
        for number, (value, status) in enumerate(sent):
            assert (await door.post(door.local(id=f"s{number}", value=value)))[0] == status

    play(emulated(sdk), story, within=0.2)


@both
def test_copies_start_no_second_work(sdk: Sdk) -> None:
    """Of a hundred copies of one message, together and one after another, one is worked on."""

    async def slow(_came: Activity) -> None:
        await asyncio.sleep(0.05)

    async def story(door: OpenDoor) -> None:
        door.answer = slow
        answers = await asyncio.gather(*(door.post(door.local()) for _ in range(50)))
        await settled(door, 1)
        await asyncio.sleep(0.1)
        answers += [await door.post(door.local()) for _ in range(50)]
        assert {status for status, _ in answers} == {202}
        assert len(door.seen) == 1

    play(emulated(sdk), story)


@both
def test_a_copied_press_gets_the_same_answer(sdk: Sdk) -> None:
    """Copies of an invoke that is under way wait for its one answer."""

    async def slow(_came: Activity) -> InvokeReply:
        await asyncio.sleep(0.05)
        return InvokeReply(200, {"number": len(door_seen)})

    door_seen: list[Activity] = []

    async def story(door: OpenDoor) -> None:
        door.answer, door.seen = slow, door_seen
        press = invoke(serviceUrl=door.connector.url)
        answers = await asyncio.gather(*(door.post(press) for _ in range(20)))
        assert {text for _, text in answers} == {'{"number": 1}'}

    play(emulated(sdk), story)


@both
def test_too_much_at_once_is_503(sdk: Sdk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be begun in time is given back to Teams, not put on a heap without an end."""
    monkeypatch.setattr(app, "MOST_AT_ONCE", 5)
    may_end = asyncio.Event()

    async def slow(_came: Activity) -> None:
        await may_end.wait()

    async def story(door: OpenDoor) -> None:
        door.answer = slow
        found = [(await door.post(door.local(id=str(number))))[0] for number in range(8)]
        assert found == [202] * 5 + [503] * 3
        may_end.set()
        await asyncio.sleep(0.02)
        assert (await door.post(door.local(id="7")))[0] == 202

    play(emulated(sdk), story)


@both
def test_what_was_done_is_forgotten_in_time(sdk: Sdk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many ids are kept: an older copy is for the core to recognise."""
    monkeypatch.setattr(app, "_MOST_DONE", 3)

    async def story(door: OpenDoor) -> None:
        for number in range(5):
            await door.post(door.local(id=str(number)))
        await settled(door, 5)
        await asyncio.sleep(0.02)
        await door.post(door.local(id="4"))
        await door.post(door.local(id="0"))
        await settled(door, 6)
        assert door.seen[-1].id == "0"

    play(emulated(sdk), story)


@both
def test_what_failed_may_be_sent_again(sdk: Sdk) -> None:
    """A copy of a message whose work failed is worked on again."""

    async def broken(_came: Activity) -> None:
        raise RuntimeError

    async def story(door: OpenDoor) -> None:
        door.answer = broken
        await door.post(door.local())
        await settled(door, 1)
        await asyncio.sleep(0.02)
        await door.post(door.local())
        await settled(door, 2)

    play(emulated(sdk), story)


@both
def test_the_same_id_in_two_chats_is_two_events(sdk: Sdk) -> None:
    """Activity ids are times: two people may write in the same millisecond."""

    async def story(door: OpenDoor) -> None:
        for chat in ("a:mira", "a:jon"):
            conversation = {"id": chat, "conversationType": "personal", "tenantId": TENANT}
            await door.post(door.local(conversation=conversation))
        await settled(door, 2)

    play(emulated(sdk), story)


@both
def test_words_keep_their_order(sdk: Sdk) -> None:
    """One person's messages are worked on in the order in which they came."""
    ended: list[str] = []

    async def slower_first(came: Activity) -> None:
        await asyncio.sleep(0.1 if came.text == "0" else 0)
        ended.append(came.text)

    async def story(door: OpenDoor) -> None:
        door.answer = slower_first
        for number in range(5):
            await door.post(door.local(id=f"n{number}", text=str(number)))
        await settled(door, 5)
        assert ended == ["0", "1", "2", "3", "4"]

    play(emulated(sdk), story)


@both
def test_work_is_finished_before_the_end(sdk: Sdk) -> None:
    """What was acknowledged is done before the process stops."""
    done = asyncio.Event()

    async def slow(_came: Activity) -> None:
        await asyncio.sleep(0.2)
        done.set()

    async def story(door: OpenDoor) -> None:
        door.answer = slow
        await door.post(door.local())

    play(emulated(sdk), story)
    assert done.is_set()


@both
def test_other_activities_are_taken_quietly(sdk: Sdk) -> None:
    """Typing and reactions get 200 and reach nobody; members, installs and edits reach the handler."""

    async def story(door: OpenDoor) -> None:
        for kind in (
            "typing",
            "messageReaction",
            "messageDelete",
            "event",
            "endOfConversation",
        ):
            assert (await door.post(door.local(type=kind)))[0] == 200
        # A message that is brought back after its deletion is no edit.
        restored = door.local(type="messageUpdate", channelData={"eventType": "undeleteMessage"})
        assert (await door.post(restored))[0] == 200
        assert door.seen == []
        await door.post(door.local(type="installationUpdate", action="add", id="k1"))
        await door.post(
            door.local(type="conversationUpdate", id="k2", membersAdded=[{"id": BOT}, {"id": "29:jon"}])
        )
        await settled(door, 2)
        assert [(came.kind, came.name) for came in door.seen] == [("install", "add"), ("members", "")]
        # Each edit of a message bears its id: the second one is no copy of the first.
        for second in ("01", "02"):
            edit = {"channelData": {"eventType": "editMessage"}, "timestamp": f"2026-11-30T10:00:{second}Z"}
            await door.post(door.local(type="messageUpdate", id="k3", text="now", **edit))
        await settled(door, 4)
        assert [(came.kind, came.text) for came in door.seen[2:]] == [("edit", "now"), ("edit", "now")]
        assert [account.id for account in door.seen[1].added] == [BOT, "29:jon"]

    play(emulated(sdk), story)


@both
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_is_not_json_is_415(sdk: Sdk, kind: str) -> None:
    """Another content type is refused before it is read."""

    async def story(door: OpenDoor) -> None:
        assert await door.post(b"{}", **{"Content-Type": kind}) == (415, "")

    play(emulated(sdk), story)


@both
def test_what_is_too_long_is_413(sdk: Sdk) -> None:
    """More than the limit is refused, whether its length is told or not."""

    async def chunks() -> Any:
        for _ in range(BODY_LIMIT // 1024 + 2):
            yield b" " * 1024

    async def story(door: OpenDoor) -> None:
        assert (await door.post(b" " * (BODY_LIMIT + 1)))[0] == 413
        headers = {"Content-Type": "application/json"}
        async with door.client.post("/api/messages", data=chunks(), headers=headers) as response:
            assert response.status == 413
        assert (await door.post(json.dumps(door.local(text="x" * 100_000)).encode()))[0] == 202

    play(emulated(sdk), story)


@both
def test_other_methods_are_405(sdk: Sdk) -> None:
    """Only POST is answered."""

    async def story(door: OpenDoor) -> None:
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            async with door.client.request(method, "/api/messages") as response:
                assert response.status == 405

    play(emulated(sdk), story)


WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**30, "", " ", "x" * 3000, "\x00", "\ud800", [], [1], [None], [[]], {},
    {"a": 1}, {"id": 1}, {"id": None}, {"id": {"id": []}}, [{"id": 1}], [{"contentType": 7}],
    [{"mentioned": {"id": []}}],
)  # fmt: skip
FIELDS = (
    "type", "id", "name", "channelId", "serviceUrl", "from", "recipient", "conversation", "channelData",
    "text", "value", "entities", "attachments", "membersAdded", "membersRemoved", "replyToId", "locale",
    "action", "timestamp", "deliveryMode", "callerId", "relatesTo", "semanticAction",
)  # fmt: skip
INSIDE = (
    ("from", "id"), ("from", "aadObjectId"), ("from", "name"), ("recipient", "id"), ("conversation", "id"),
    ("conversation", "conversationType"), ("conversation", "tenantId"), ("conversation", "isGroup"),
    ("channelData", "tenant"), ("channelData", "team"), ("channelData", "eventType"), ("value", "action"),
)  # fmt: skip


def malformed(whole: dict[str, Any]) -> Iterator[bytes]:
    """Each field wrong in each way, and the whole cut, or one byte of it changed, at each place."""
    for name in FIELDS:
        for value in WRONG:
            yield json.dumps({**whole, name: value}).encode()
    for outer, name in INSIDE:
        for value in WRONG:
            changed = copy.deepcopy(whole)
            changed[outer] = {**(changed.get(outer) or {}), name: value}
            yield json.dumps(changed).encode()
    text = json.dumps(whole).encode()
    for place in range(len(text)):
        yield text[:place]
        yield text[:place] + bytes([text[place] ^ 0x55]) + text[place + 1 :]
    yield from (
        b"",
        b"null",
        b"1",
        b'"x"',
        b"[]",
        b"[{}]",
        b"{}",
        b"NaN",
        b'{"type": NaN}',
        b"\xff\xfe",
        b"{" * 9999,
    )
    yield b'{"type":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    yield b'{"type": ' + b"9" * 5000 + b"}"


@both
@pytest.mark.parametrize("kind", ["message", "invoke"])
def test_malformed_activities_are_400(sdk: Sdk, kind: str) -> None:
    """Over a thousand broken bodies get 400, or are read: never 500, and the door stays open."""

    async def story(door: OpenDoor) -> None:
        whole = door.local() if kind == "message" else invoke(serviceUrl=door.connector.url)
        bodies = list(malformed(whole))
        assert len(bodies) >= 1000
        found = [(await door.post(body))[0] for body in bodies]
        assert set(found) <= {200, 202, 400, 403}
        assert found.count(400) > 500
        assert (await door.post({**whole, "id": "after"}))[0] in (200, 202)

    play(emulated(sdk), story)


@both
@pytest.mark.parametrize("body", [b"not json", b"[]", b"1", b"null", b'{"type": "message", "from": "str"}'])
def test_what_botbuilder_answers_with_500_is_400(sdk: Sdk, body: bytes) -> None:
    """The bodies that the stock handler answers with 500 are the sender's fault here."""

    async def story(door: OpenDoor) -> None:
        assert await door.post(body) == (400, "")

    play(emulated(sdk), story)


@both
def test_an_activity_with_odd_extras_is_read(sdk: Sdk) -> None:
    """A date, an attachment or a delivery mode that an SDK cannot read, or obeys, loses no message."""

    async def story(door: OpenDoor) -> None:
        extras = {"timestamp": "yesterday", "deliveryMode": "expectReplies", "localTimezone": "", "name": ""}
        assert await door.post(door.local(**extras, attachments=[{"contentType": "", "content": 1}])) == (
            202,
            "",
        )
        await settled(door, 1)

    play(emulated(sdk), story)


CANARY = "CANARY7f3a"
# What Teams might send one day: the status, what the handler is given of it, and the line of the log.
ODD: dict[str, tuple[dict[str, Any], int, list[str], list[str]]] = {
    "kind": ({"type": "moonLanded", "value": {CANARY: CANARY}}, 200, [], ["moonLanded"]),
    "kind that is words": ({"type": f"{CANARY} and more"}, 200, [], ["unnamed"]),
    "members of no known event": (
        {"type": "conversationUpdate", "channelData": {"eventType": "moonRose"}},
        202,
        ["members"],
        [],
    ),
    "action of no known kind": ({"type": "installationUpdate", "action": "moon"}, 202, ["install"], []),
    "fields": ({"moon": {CANARY: [None]}, "entities": [{"type": "moon"}, None]}, 202, ["message"], []),
    "nulls": (
        dict.fromkeys(("channelData", "entities", "attachments", "value", "recipient", "locale", "name")),
        202,
        ["message"],
        [],
    ),
}


@both
@pytest.mark.parametrize("name", ODD)
def test_what_teams_never_documented_is_taken(sdk: Sdk, name: str) -> None:
    """It is acknowledged, in the log once and without a word of it, and the next message is read."""
    changes, status, kinds, named = ODD[name]

    async def story(door: OpenDoor) -> None:
        with capture_logs() as logged:
            for number in range(2):
                assert (await door.post(door.local(**{"id": f"odd{number}", **changes})))[0] == status
            await settled(door, 2 * len(kinds))
        assert [came.kind for came in door.seen] == kinds * 2
        assert [(line["event"], line["name"]) for line in logged] == [("teams.unknown", one) for one in named]
        assert CANARY not in str(logged)
        assert (await door.post(door.local(id="after")))[0] == 202
        await settled(door, 2 * len(kinds) + 1)

    play(emulated(sdk), story)


@both
@pytest.mark.parametrize("value", [None, {}, {"action": None}, {"moon": CANARY}, CANARY, []])
def test_an_invoke_that_teams_never_documented_is_in_the_log_once(sdk: Sdk, value: object) -> None:
    """501, as Microsoft has it, whatever it carries; one line with its name, and none of its words."""

    async def nothing(_came: Activity) -> None:
        return None

    async def story(door: OpenDoor) -> None:
        door.answer = nothing
        with capture_logs() as logged:
            for number in range(2):
                odd = invoke("moon/rise", serviceUrl=door.connector.url, id=f"odd{number}") | {"value": value}
                assert await door.post(odd) == (501, "")
        assert [(line["event"], line["name"]) for line in logged] == [("teams.unknown_invoke", "moon/rise")]

    play(emulated(sdk), story)


@both
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "signpost.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Origin": "https://evil.example"},
    ],
)
def test_the_emulators_door_is_for_this_machine(sdk: Sdk, headers: dict[str, str]) -> None:
    """Unsigned activities are taken neither through a proxy, nor by another name, nor from a web page."""

    async def story(door: OpenDoor) -> None:
        assert (await door.post(door.local(), **headers))[0] == 403
        assert door.seen == []

    play(emulated(sdk), story)


@pytest.mark.parametrize(
    ("remote", "taken"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("203.0.113.9", False), ("", False)],
)
def test_another_machine_is_no_emulator(remote: str, taken: bool) -> None:
    """Anybody who names this machine from elsewhere is not on it."""
    request = make_mocked_request("POST", "/api/messages", headers={"Host": "localhost:3978"})
    assert app._from_here(request.clone(remote=remote)) is taken


@both
@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/uk/",
        "http://169.254.169.254/latest/",
        "http://10.0.0.1/",
        "http://localhost.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://evil.example#127.0.0.1",
        "http://127.0.0.1/#x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://127.0.0.1\\@evil.example/",
        "http://[::1",
        "//127.0.0.1/",
    ],
)
def test_no_answer_goes_elsewhere(sdk: Sdk, url: str) -> None:
    """In the emulator an activity that names a connector beyond this machine is refused."""

    async def story(door: OpenDoor) -> None:
        assert (await door.post(activity(serviceUrl=url)))[0] == 403
        assert door.seen == []

    play(emulated(sdk), story)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"emulator": False}, "MicrosoftAppId"),
        ({"emulator": False, "app_id": "a", "password": "b"}, "MicrosoftAppTenantId"),
        ({"emulator": False, "app_id": "a", "password": "b", "tenant_id": "t"}, "MicrosoftAppType"),
        ({"app_id": "a"}, "MicrosoftAppPassword"),
        ({"sdk": "other"}, "TEAMS_SDK"),
    ],
)
def test_an_open_door_is_refused(changes: dict[str, Any], said: str) -> None:
    """Without an app id, a tenant or a password the door does not open, and says what to set."""
    config = type(emulated("agents"))(
        **{**{"app_id": "", "password": "", "app_type": "", "tenant_id": "", "flt_conversation": ""},
           "emulator": True, **changes}
    )  # fmt: skip
    with pytest.raises(ValueError, match=said):
        backend_of(config)


def test_the_password_is_never_shown() -> None:
    """A config that is printed or logged keeps its secret."""
    config = type(emulated("agents"))("app", "s3cret", "SingleTenant", "t", "flt")
    assert "s3cret" not in repr(config)


def test_mentions_and_files_are_read() -> None:
    """The bot's mention is taken out, others become names, and a picture is noticed without being opened."""
    mention = {"type": "mention", "text": "<at>Signpost</at>", "mentioned": {"id": BOT}}
    picture = {"contentType": "text/html", "content": '<p><img src="https://x/1.png"></p>'}
    emoji = {"contentType": "text/html", "content": '<img itemtype="http://schema.skype.com/Emoji" src="x">'}
    raw = activity(text="<at>Signpost</at>&nbsp;may <at>Jon</at> post?", entities=[mention])
    plain = read(json.dumps({**raw, "attachments": [emoji]}).encode())
    assert (plain.text, plain.mentioned, plain.has_files) == ("may Jon post?", True, False)
    kinds = ["application/vnd.microsoft.teams.file.download.info", "image/png", "video/mp4"]
    for attachment in (picture, *({"contentType": kind} for kind in kinds)):
        assert read(json.dumps({**raw, "attachments": [attachment]}).encode()).has_files
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": {}}
    assert not read(json.dumps({**raw, "attachments": [card]}).encode()).has_files


@pytest.mark.parametrize(
    ("conversation", "scope"),
    [
        ({"conversationType": "personal"}, "personal"),
        ({"conversationType": "channel"}, "channel"),
        ({"conversationType": "groupChat", "isGroup": True}, "groupChat"),
        ({"isGroup": False}, "personal"),
        ({"isGroup": True}, "groupChat"),
        ({}, "groupChat"),
        ({"conversationType": "somethingNew"}, "groupChat"),
    ],
)
def test_only_what_is_private_counts_as_private(conversation: dict[str, Any], scope: str) -> None:
    """A conversation of a kind that is not known is taken for shared."""
    found = read(json.dumps(activity(conversation={"id": "c", **conversation})).encode())
    assert found.reference.scope == scope


def test_half_an_emoji_loses_no_words() -> None:
    """A lone surrogate is replaced, since it could not be stored."""
    assert read(json.dumps(activity(text="help \ud83d")).encode()).text == "help \ufffd"


@pytest.mark.parametrize("name", ["task/fetch", "composeExtension/submitAction", "composeExtension/query"])
def test_each_kind_of_press_is_excused_in_its_form(name: str) -> None:
    """Dialogs and message extensions show our words where they show their answer."""
    reply = excuse(name, FAILED)
    assert reply.status == 200
    assert FAILED in json.dumps(dict(reply.body or {}))


def test_a_press_is_answered_in_the_universal_form() -> None:
    """A card takes the pressed card's place, or a line of text is shown under it."""
    card: dict[str, Any] = {"type": "AdaptiveCard"}
    assert card_reply(card).body == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.card.adaptive",
        "value": card,
    }
    assert (message_reply("Done").body or {})["type"] == "application/vnd.microsoft.activity.message"


def test_an_answer_leaves_before_teams_gives_up() -> None:
    """Stored, then shown, then excused: each ends before the next one, and all before Teams' five seconds."""
    assert desk._WITHIN_S < handlers._ANSWERED_WITHIN_S < WITHIN <= 4.0
