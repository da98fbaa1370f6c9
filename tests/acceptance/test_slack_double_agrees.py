"""The double and npm's `emulate`, asked the same questions, give the same answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.slack_double.echo_app import card, modal
from tests.slack_double.emulate_service import DoublePlace, EmulatePlace, Place
from tests.slack_double.shapes import Json

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def emulate() -> Iterator[EmulatePlace]:
    with EmulatePlace() as found:
        yield found


def ask(place: Place, method: str, **args: Any) -> Json:
    """The reply, whether ok or not."""
    try:
        found = place.client.api_call(method, json=args).data
    except SlackApiError as error:
        found = error.response.data
    assert isinstance(found, dict)
    return found


def code(place: Place, method: str, **args: Any) -> str:
    """The error of the reply, or `ok`."""
    reply = ask(place, method, **args)
    return "ok" if reply["ok"] else str(reply["error"])


def post(place: Place, channel: str, **args: Any) -> str:
    return str(ask(place, "chat.postMessage", channel=channel, **args)["ts"])


def posting(place: Place) -> Iterator[object]:
    metadata = {"event_type": "card", "event_payload": {"key": "k"}}
    reply = ask(
        place, "chat.postMessage", channel=place.flt, text="one", blocks=card("one"), metadata=metadata
    )
    yield sorted({"ok", "channel", "ts", "message"} & set(reply))
    yield reply["channel"] == place.flt, reply["message"]["ts"] == reply["ts"], reply["message"]["text"]
    yield [block["type"] for block in reply["message"]["blocks"]]
    ts = reply["ts"]
    for text in ("two", "three"):
        post(place, place.flt, text=text, thread_ts=ts)
    post(place, place.flt, text="four")
    messages = ask(place, "conversations.history", channel=place.flt, include_all_metadata=True)["messages"]
    yield [(one["text"], one.get("reply_count") or 0, one.get("metadata")) for one in messages]
    yield [one["text"] for one in ask(place, "conversations.replies", channel=place.flt, ts=ts)["messages"]]
    page = ask(place, "conversations.history", channel=place.flt, limit=1)
    yield [one["text"] for one in page["messages"]], page["has_more"]
    cursor = page["response_metadata"]["next_cursor"]
    rest = ask(place, "conversations.history", channel=place.flt, limit=1, cursor=cursor)
    yield [one["text"] for one in rest["messages"]], rest["has_more"]
    link = ask(place, "chat.getPermalink", channel=place.flt, message_ts=ts)["permalink"]
    yield link.endswith(f"/archives/{place.flt}/p{ts.replace('.', '')}")


def changing(place: Place) -> Iterator[object]:
    ts = post(place, place.hall, text="one", blocks=card("one"))
    reply = ask(place, "chat.update", channel=place.hall, ts=ts, text="two")
    yield reply["text"], reply["ts"] == ts, reply["message"].get("blocks") or []
    reply = ask(place, "chat.update", channel=place.hall, ts=ts, text="three", blocks=card("three"))
    yield reply["message"]["text"], len(reply["message"]["blocks"]), "edited" in reply["message"]
    yield code(place, "chat.update", channel=place.hall, ts=ts)
    yield code(place, "chat.update", channel=place.hall, ts="1.000001", text="x")
    yield code(place, "chat.delete", channel=place.hall, ts=ts)
    yield code(place, "chat.delete", channel=place.hall, ts=ts)
    yield code(place, "chat.getPermalink", channel=place.hall, message_ts=ts)


def refusing(place: Place) -> Iterator[object]:
    yield code(place, "chat.postMessage", channel=place.hall)
    yield code(place, "chat.postMessage", channel="C1", text="x")
    yield code(place, "chat.postMessage", channel=place.old, text="x")
    yield code(place, "chat.postEphemeral", channel=place.hall, user=place.bob, text="x")
    yield code(place, "chat.postEphemeral", channel=place.hall, user="U1", text="x")
    yield code(place, "conversations.info", channel="C1")
    yield code(place, "users.info", user="U1")
    yield code(place, "conversations.open", users="U1")
    yield code(place, "conversations.open")
    reply = ask(place, "chat.postMessage", channel=place.hall, text="x" * 40_001)
    yield reply["warning"], len(reply["message"]["text"])
    place.client.token, token = "", place.client.token
    yield code(place, "auth.test")
    place.client.token = token


def looking(place: Place) -> Iterator[object]:
    keys = ("is_private", "is_archived", "is_im", "is_mpim", "is_member")
    for channel in (place.hall, place.flt, place.old):
        found = ask(place, "conversations.info", channel=channel)["channel"]
        yield [found["name"], *(found[key] for key in keys)]
    yield place.bob in ask(place, "conversations.members", channel=place.flt)["members"]
    found = ask(place, "users.info", user=place.bob)["user"]
    yield [found[key] for key in ("name", "deleted", "is_bot", "is_admin")]
    opened = ask(place, "conversations.open", users=place.bob)
    again = ask(place, "conversations.open", users=place.bob)
    yield (
        opened["channel"]["id"][0],
        again["channel"] == opened["channel"],
        again["already_open"],
        again["no_op"],
    )
    found = ask(place, "conversations.info", channel=opened["channel"]["id"])["channel"]
    yield found["is_im"], found["user"] == place.bob


def opening(place: Place) -> Iterator[object]:
    trigger = place.trigger()
    view = ask(place, "views.open", trigger_id=trigger, view=modal())["view"]
    yield [
        view[key] for key in ("type", "callback_id", "previous_view_id", "clear_on_close", "notify_on_close")
    ]
    yield (
        view["root_view_id"] == view["id"],
        view["title"]["text"],
        view["submit"]["text"],
        bool(view["hash"]),
    )
    yield code(place, "views.open", trigger_id=trigger, view=modal())
    yield code(place, "views.open", trigger_id="x", view=modal())
    late = place.trigger()
    place.wait(4.1)
    yield code(place, "views.open", trigger_id=late, view=modal())


def stacking(place: Place) -> Iterator[object]:
    first = ask(place, "views.open", trigger_id=place.trigger(), view=modal())["view"]
    trigger = place.trigger(first["id"])
    second = ask(place, "views.push", trigger_id=trigger, view=modal("Two"))["view"]
    yield second["previous_view_id"] == first["id"], second["root_view_id"] == first["id"]
    yield code(place, "views.push", trigger_id=trigger, view=modal())
    yield code(place, "views.push", trigger_id=place.trigger(second["id"]), view=modal("Three"))
    yield code(place, "views.push", trigger_id=place.trigger(second["id"]), view=modal("Four"))


def updating(place: Place) -> Iterator[object]:
    view = ask(place, "views.open", trigger_id=place.trigger(), view=modal(external_id=f"e{place.bob}"))[
        "view"
    ]
    new = ask(place, "views.update", view_id=view["id"], hash=view["hash"], view=modal("Two"))["view"]
    yield new["id"] == view["id"], new["hash"] == view["hash"], new["title"]["text"]
    yield code(place, "views.update", view_id=view["id"], hash=view["hash"], view=modal("Three"))
    yield code(place, "views.update", view_id="V1", view=modal())
    home = {"type": "home", "blocks": card("home")}
    old = ask(place, "views.publish", user_id=place.bob, view=home)["view"]
    new = ask(place, "views.publish", user_id=place.bob, view=home, hash=old["hash"])["view"]
    yield new["id"] == old["id"], new["hash"] == old["hash"], new["type"]
    yield code(place, "views.publish", user_id=place.bob, view=home, hash=old["hash"])


QUESTIONS = [posting, changing, refusing, looking, opening, stacking, updating]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_the_double_agrees_with_emulate(
    emulate: EmulatePlace, question: Callable[[Place], Iterator[object]]
) -> None:
    """Asked the same in the same order, both answer the same, error codes included."""
    with DoublePlace() as double:
        assert list(question(double)) == list(question(emulate))


def departing(place: Place) -> Iterator[object]:
    """Where emulate does not do what Slack's documentation says."""
    yield code(place, "views.push", trigger_id=place.trigger(), view=modal())
    yield code(place, "views.open", trigger_id=place.trigger(), view={"type": "home", "blocks": []})
    yield code(place, "views.open", trigger_id=place.trigger(), view=modal("x" * 25))
    yield code(place, "views.publish", user_id="U1", view={"type": "home", "blocks": []})
    yield code(place, "chat.postMessage", channel=place.hall, text="x", blocks=[{"type": "section"}])
    post(place, place.flt, text="m", metadata={"event_type": "e", "event_payload": {}})
    yield "metadata" in ask(place, "conversations.history", channel=place.flt, limit=1)["messages"][0]


def test_where_emulate_departs_from_slack(emulate: EmulatePlace) -> None:
    """The differences that README.md names, as far as they can be asked for, are there."""
    with DoublePlace() as double:
        assert list(departing(double)) == [
            "not_found",
            "invalid_arguments",
            "invalid_arguments",
            "invalid_arguments",
            "invalid_blocks",
            False,
        ]
    assert list(departing(emulate)) == ["view_not_found", "invalid_view", "ok", "user_not_found", "ok", True]
