"""The Slack double's Web API as slack_sdk calls it: state, error codes, rates and faults."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from tests.slack_double import SlackDouble
from tests.slack_double.asking import client_of, refusal
from tests.slack_double.echo_app import card
from tests.slack_double.model import BOT_USER, Channel
from tests.slack_double.person import Person
from tests.slack_double.shapes import Json


@pytest.fixture
def slack() -> Iterator[SlackDouble]:
    """A workspace without an app."""
    with SlackDouble() as found:
        found.rates.interval_s = 0
        yield found


@pytest.fixture
def client(slack: SlackDouble) -> WebClient:
    return client_of(slack)


@pytest.fixture
def ana(slack: SlackDouble) -> Person:
    return slack.add_user("ana")


@pytest.fixture
def flt(slack: SlackDouble, ana: Person) -> Channel:
    return slack.add_channel("flt", [ana], private=True)


def raw(slack: SlackDouble, method: str, data: bytes | None = None, **headers: str) -> Json:
    """A call without slack_sdk."""
    sent = {
        "Authorization": f"Bearer {slack.bot_token}",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    request = urllib.request.Request(slack.api_url + method, data, sent)
    with urllib.request.urlopen(request, timeout=5) as response:
        found = json.load(response)
    assert isinstance(found, dict)
    return found


def test_who_the_bot_is(slack: SlackDouble, client: WebClient) -> None:
    """auth.test names the bot and its scopes."""
    reply = client.auth_test()
    assert reply["user_id"] == BOT_USER
    assert set(reply.headers["x-oauth-scopes"].split(",")) == slack.scopes


def test_every_way_to_call(slack: SlackDouble, flt: Channel) -> None:
    """A query, a form and JSON are read alike, the token in a header or among the arguments."""
    args = {"channel": flt.id, "text": "hi", "blocks": json.dumps(card("hi"))}
    form = urllib.parse.urlencode(args).encode()
    assert raw(slack, "chat.postMessage", form)["ok"]
    assert raw(slack, "chat.postMessage?" + form.decode(), b"")["ok"]
    body = json.dumps(args | {"blocks": card("hi")}).encode()
    assert raw(slack, "chat.postMessage", body, Content_Type="application/json; charset=utf-8")["ok"]
    url = f"{slack.api_url}conversations.info?channel={flt.id}&token={slack.bot_token}"
    with urllib.request.urlopen(url, timeout=5) as response:
        assert json.load(response)["channel"]["is_private"]
    assert [call.method for call in slack.calls][:2] == ["chat.postMessage"] * 2
    assert len({tuple(message.buttons) for message in slack.messages_in(flt)}) == 1


@pytest.mark.parametrize("state", ["token_revoked", "account_inactive", "invalid_auth"])
def test_a_token_that_is_no_good(slack: SlackDouble, client: WebClient, state: str) -> None:
    """A bot token refuses every call as it is told to."""
    slack.token_state = state
    assert refusal(client, "auth.test")["error"] == state


def test_no_token_and_the_wrong_one(slack: SlackDouble) -> None:
    """No token, a foreign one and an app's each have their own error."""
    for token, code in [
        ("", "not_authed"),
        ("x", "invalid_auth"),
        (slack.app_token, "not_allowed_token_type"),
    ]:
        assert refusal(WebClient(token, base_url=slack.api_url), "auth.test")["error"] == code


def test_missing_scope(slack: SlackDouble, client: WebClient, ana: Person) -> None:
    """Without a scope a method says which one it needed."""
    slack.scopes.remove("im:write")
    assert refusal(client, "conversations.open", users=ana.id)["needed"] == "im:write"


def test_people_of_every_kind(slack: SlackDouble, client: WebClient) -> None:
    """users.info tells members, guests, strangers, leavers and bots apart."""
    flags = {
        "member": {},
        "admin": {"is_admin": True},
        "guest": {"is_restricted": True},
        "single_guest": {"is_restricted": True, "is_ultra_restricted": True},
        "stranger": {"is_stranger": True},
        "deleted": {"deleted": True},
        "bot": {"is_bot": True},
    }
    names = {"is_admin", "is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_bot"}
    for kind, wanted in flags.items():
        person = slack.add_user(kind, kind)  # type: ignore[arg-type]
        found: Json = client.users_info(user=person.id)["user"]
        assert {name: True for name in names if found.get(name)} == wanted
        assert (found["team_id"] == client.auth_test()["team_id"]) == (kind != "stranger")
    assert refusal(client, "users.info", user="U1")["error"] == "user_not_found"
    assert len(client.users_list()["members"]) == len(flags) + 1


def test_direct_messages(slack: SlackDouble, client: WebClient, ana: Person) -> None:
    """A direct message is opened once, refused for bots and leavers, and reached by a user id too."""
    place = client.conversations_open(users=ana.id)["channel"]["id"]
    assert client.conversations_open(users=[ana.id])["already_open"]
    assert client.chat_postMessage(channel=ana.id, text="hi")["channel"] == place
    assert ana.messages()[0].text == "hi"
    for kind, code in [("bot", "cannot_dm_bot"), ("deleted", "user_disabled")]:
        person = slack.add_user(kind, kind)  # type: ignore[arg-type]
        assert refusal(client, "conversations.open", users=person.id)["error"] == code
    assert refusal(client, "conversations.open")["error"] == "users_list_not_supplied"


def test_channels_that_cannot_be_written_to(slack: SlackDouble, client: WebClient) -> None:
    """Unknown and unseen private channels, archived ones and others' are refused with their own codes."""
    places = {
        "C1": "channel_not_found",
        slack.add_channel("secret", private=True, bot_in=False).id: "channel_not_found",
        slack.add_channel("hall", bot_in=False).id: "not_in_channel",
        slack.add_channel("old", archived=True).id: "is_archived",
    }
    for place, code in places.items():
        assert refusal(client, "chat.postMessage", channel=place, text="hi")["error"] == code


def test_what_a_channel_is(slack: SlackDouble, client: WebClient, ana: Person, flt: Channel) -> None:
    """conversations.info and .members say what a check of privacy needs, as it is now."""
    assert client.conversations_members(channel=flt.id)["members"] == sorted([BOT_USER, ana.id])
    flt.ext_shared = True
    found: Json = client.conversations_info(channel=flt.id)["channel"]
    assert (found["is_private"], found["is_ext_shared"], found["is_archived"]) == (True, True, False)
    assert "num_members" not in found
    assert client.conversations_list(types="private_channel")["channels"][0]["id"] == flt.id


def test_a_message_and_its_thread(slack: SlackDouble, client: WebClient, flt: Channel) -> None:
    """Messages are posted with metadata, answered in a thread, changed in place, found again, and deleted."""
    metadata = {"event_type": "card", "event_payload": {"key": "k1"}}
    ts = str(client.chat_postMessage(channel=flt.id, text="card", metadata=metadata)["ts"])
    client.chat_postMessage(channel=flt.id, text="history", thread_ts=ts)
    client.chat_update(channel=flt.id, ts=ts, text="new card", blocks=card("new card"))
    found: list[Json] = client.conversations_history(channel=flt.id, include_all_metadata=True)["messages"]
    assert [(one["text"], one["metadata"], one["reply_count"]) for one in found] == [
        ("new card", metadata, 1)
    ]
    assert "metadata" not in client.conversations_history(channel=flt.id)["messages"][0]
    thread: list[Json] = client.conversations_replies(channel=flt.id, ts=ts)["messages"]
    assert [one["text"] for one in thread] == ["new card", "history"]
    assert ts.replace(".", "") in client.chat_getPermalink(channel=flt.id, message_ts=ts)["permalink"]
    client.chat_delete(channel=flt.id, ts=ts)
    assert refusal(client, "chat.update", channel=flt.id, ts=ts, text="x")["error"] == "message_not_found"


def test_the_messages_of_others(slack: SlackDouble, client: WebClient, ana: Person, flt: Channel) -> None:
    """The bot changes and deletes its own messages alone."""
    ts = ana.write(flt, "mine").ts
    assert refusal(client, "chat.update", channel=flt.id, ts=ts, text="x")["error"] == "cant_update_message"
    assert refusal(client, "chat.delete", channel=flt.id, ts=ts)["error"] == "cant_delete_message"


def test_what_slack_does_not_take(client: WebClient, flt: Channel) -> None:
    """Each broken message has Slack's error."""
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5
    wrong: list[tuple[Json, str]] = [
        ({}, "no_text"),
        ({"text": "t", "blocks": "[]]"}, "invalid_blocks_format"),
        ({"text": "t", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "t", "blocks": long}, "msg_blocks_too_long"),
        ({"text": "t", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        (
            {"text": "t", "metadata": {"event_type": "x", "event_payload": {"a": "b" * 9000}}},
            "metadata_too_large",
        ),
    ]
    for args, code in wrong:
        assert refusal(client, "chat.postMessage", channel=flt.id, **args)["error"] == code
    ts = client.chat_postMessage(channel=flt.id, text="t")["ts"]
    assert refusal(client, "chat.update", channel=flt.id, ts=ts, text="x" * 4001)["error"] == "msg_too_long"
    assert client.chat_postMessage(channel=flt.id, text="x" * 40_001)["warning"] == "message_truncated"


def test_ephemeral_messages(slack: SlackDouble, client: WebClient, ana: Person, flt: Channel) -> None:
    """One member sees it; it is in no history; who is not in the channel gets none."""
    bob = slack.add_user("bob")
    client.chat_postEphemeral(channel=flt.id, user=ana.id, text="psst")
    assert "psst" in ana.visible()
    assert client.conversations_history(channel=flt.id)["messages"] == []
    assert (
        refusal(client, "chat.postEphemeral", channel=flt.id, user=bob.id, text="psst")["error"]
        == "user_not_in_channel"
    )


def test_who_can_read_what(slack: SlackDouble, client: WebClient, ana: Person) -> None:
    """Members read private channels, the team reads public ones, guests theirs, leavers nothing."""
    guest, gone = slack.add_user("guest", "guest"), slack.add_user("gone", "deleted")
    bob = slack.add_user("bob")
    private = slack.add_channel("private", [ana, gone], private=True)
    public = slack.add_channel("public", [guest])
    client.chat_postMessage(channel=private.id, text="in private")
    client.chat_postMessage(channel=public.id, text="in public")
    reads = {
        person.name: ("private" in person.visible(), "public" in person.visible())
        for person in slack.people.values()
    }
    assert reads == {
        "ana": (True, True),
        "guest": (False, True),
        "gone": (False, False),
        "bob": (False, True),
    }
    assert bob.messages(private) == []


def test_a_body_that_is_no_json(slack: SlackDouble) -> None:
    """A broken JSON body and an unknown method have Slack's errors."""
    assert raw(slack, "auth.test", b"{", Content_Type="application/json")["error"] == "invalid_json"
    assert raw(slack, "auth.nothing", b"")["error"] == "unknown_method"
