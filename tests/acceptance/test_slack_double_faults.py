"""What the Slack double limits and breaks: triggers, views, rates, faults, response_urls."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from tests.slack_double import SlackDouble
from tests.slack_double.asking import client_of, refusal
from tests.slack_double.echo_app import card, modal
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


def test_triggers_live_for_three_seconds_and_once(slack: SlackDouble, client: WebClient, ana: Person) -> None:
    """A trigger opens one modal, in time."""
    trigger = slack.workspace.trigger(ana.id)
    client.views_open(trigger_id=trigger, view=modal())
    assert refusal(client, "views.open", trigger_id=trigger, view=modal())["error"] == "exchanged_trigger_id"
    late = slack.workspace.trigger(ana.id)
    slack.clock.advance(3.1)
    assert refusal(client, "views.open", trigger_id=late, view=modal())["error"] == "expired_trigger_id"
    assert refusal(client, "views.open", trigger_id="x", view=modal())["error"] == "invalid_trigger_id"
    assert len(ana.stack) == 1


def test_views_change_by_id_and_hash(slack: SlackDouble, client: WebClient, ana: Person) -> None:
    """A view is updated while its hash is the newest, and no longer than it is open."""
    view: Json = client.views_open(trigger_id=slack.workspace.trigger(ana.id), view=modal())["view"]
    new: Json = client.views_update(view_id=view["id"], hash=view["hash"], view=modal("Two"))["view"]
    assert new["hash"] != view["hash"]
    args = {"view_id": view["id"], "view": modal("Three")}
    assert refusal(client, "views.update", **args, hash=view["hash"])["error"] == "hash_conflict"
    assert client.api_call("views.update", json={**args, "hash": new["hash"]})["ok"]
    slack.workspace.stacks.clear()
    assert refusal(client, "views.update", view_id=view["id"], view=modal())["error"] == "not_found"


def test_home_views(slack: SlackDouble, client: WebClient, ana: Person) -> None:
    """A home view is one person's, with a hash of its own."""
    home = {"type": "home", "blocks": card("Welcome")}
    old: Json = client.views_publish(user_id=ana.id, view=home)["view"]
    client.views_publish(user_id=ana.id, view=home)
    assert (
        refusal(client, "views.publish", user_id=ana.id, view=home, hash=old["hash"])["error"]
        == "hash_conflict"
    )
    assert refusal(client, "views.publish", user_id=ana.id, view=modal())["error"] == "invalid_arguments"
    assert "Welcome" in ana.visible()


def test_a_broken_view(slack: SlackDouble, client: WebClient, ana: Person) -> None:
    """A broken view costs no trigger, and says what is wrong."""
    trigger = slack.workspace.trigger(ana.id)
    wrong = refusal(client, "views.open", trigger_id=trigger, view=modal("x" * 25))
    assert wrong["error"] == "invalid_arguments"
    assert "view.title.text: 25 characters" in wrong["response_metadata"]["messages"][0]
    huge = modal(private_metadata="x" * 250_001)
    assert refusal(client, "views.open", trigger_id=trigger, view=huge)["error"] == "view_too_large"
    assert client.views_open(trigger_id=trigger, view=modal())["ok"]


def test_one_message_a_second(slack: SlackDouble, client: WebClient, flt: Channel) -> None:
    """A second message to a channel within a second waits for Retry-After; another channel does not."""
    slack.rates.interval_s = 1
    hall = slack.add_channel("hall")
    client.chat_postMessage(channel=flt.id, text="1")
    client.chat_postMessage(channel=hall.id, text="1")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=flt.id, text="2")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    slack.clock.advance(1)
    client.chat_postMessage(channel=flt.id, text="3")
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
    client.chat_postMessage(channel=flt.id, text="4")
    assert [message.text for message in slack.messages_in(flt)] == ["1", "3", "4"]


def test_tiers(slack: SlackDouble, client: WebClient) -> None:
    """Where tiers count, the 21st users.list of a minute is refused until the minute is over."""
    slack.rates.tiers = True
    for _ in range(20):
        client.users_list()
    assert refusal(client, "users.list")["error"] == "ratelimited"
    slack.clock.advance(60)
    client.users_list()


def test_faults(slack: SlackDouble, client: WebClient, flt: Channel) -> None:
    """Each fault happens as often as it was told, and only where."""
    hall = slack.add_channel("hall")
    fault = slack.faults.status(500, "chat.*", flt, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError):
            client.chat_postMessage(channel=flt.id, text="lost")
        client.chat_postMessage(channel=hall.id, text="there")
    assert fault.hits == 2
    slack.faults.error("is_archived", "chat.postMessage", times=None)
    slack.faults.storm(30, "users.info")
    assert refusal(client, "chat.postMessage", channel=flt.id, text="x")["error"] == "is_archived"
    assert refusal(client, "users.info", user=BOT_USER)["error"] == "ratelimited"
    slack.faults.clear()
    client.chat_postMessage(channel=flt.id, text="at last")
    assert [message.text for message in slack.messages_in(flt)] == ["at last"]


def test_a_connection_cut_after_it_was_done(slack: SlackDouble, client: WebClient, flt: Channel) -> None:
    """The app hears nothing of a message that was posted all the same; a hang ends in nothing."""
    slack.faults.cut("chat.postMessage")
    slack.faults.hang(0.2, "chat.postMessage")
    for _ in range(2):
        start = time.monotonic()
        with pytest.raises((OSError, urllib.error.URLError)):
            client.chat_postMessage(channel=flt.id, text="twice?")
    assert time.monotonic() - start >= 0.2
    assert [message.text for message in slack.messages_in(flt)] == ["twice?"]


def answer(slack: SlackDouble, name: str, **args: Any) -> int:
    """The status that an answer to a response_url is met with."""
    request = urllib.request.Request(f"{slack.url}/response/{name}", json.dumps(args).encode())
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_response_urls(slack: SlackDouble, ana: Person, flt: Channel) -> None:
    """A response_url serves five times in thirty minutes: it replaces, deletes, and speaks to the channel."""
    first = ana.write(flt, "card")
    url = slack.workspace.response_url(ana.id, flt.id, first.ts)
    old = slack.workspace.response_url(ana.id, flt.id)
    assert answer(slack, url.id, text="new", replace_original=True) == 200
    assert first.text == "new"
    assert answer(slack, url.id, text="to all", response_type="in_channel") == 200
    assert answer(slack, url.id, text="to me") == 200
    assert answer(slack, url.id, text="") == 404
    assert answer(slack, url.id, delete_original=True) == 200
    assert answer(slack, url.id, text="six") == 404
    assert [message.text for message in slack.messages_in(flt)] == ["to all"]
    assert "to me" in ana.visible()
    slack.clock.advance(1801)
    assert answer(slack, old.id, text="late") == 404
