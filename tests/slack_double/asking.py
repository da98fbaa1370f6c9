"""Calling the Web API in tests: slack_sdk's client, and what it is refused with."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack_double.double import SlackDouble
from tests.slack_double.shapes import Json


def client_of(slack: SlackDouble) -> WebClient:
    """slack_sdk's client as the bot, without retries."""
    return WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=5)


def refusal(client: WebClient, method: str, **args: Any) -> Json:
    """What the Web API refuses it with; fails where it does not."""
    try:
        client.api_call(method, json=args)
    except SlackApiError as error:
        found = error.response.data
        assert isinstance(found, dict)
        return found
    raise AssertionError(f"{method} was not refused")
