"""Slack's errors told apart: what passes, what is for good, and what nobody knows the end of."""

from __future__ import annotations

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.delivery.sender import (
    DeliveryFault,
    LostFault,
    OutageFault,
    PassingFault,
    PermanentFault,
    UnclearFault,
)

# What an administrator must mend before anything at all goes out.
_OUTAGES = frozenset(
    (
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    )
)
_PASSING = frozenset(("ratelimited", "rate_limited", "service_unavailable", "team_added_to_org"))
# Slack says of these that some of it may have been done before the error.
_UNCLEAR = frozenset(("fatal_error", "internal_error", "request_timeout"))
_LOST = frozenset(("message_not_found", "cant_update_message", "edit_window_closed"))
#: The channel is there no longer, or the app is not in it.
DEAD_CHANNEL = frozenset(("channel_not_found", "is_archived", "not_in_channel"))


def code_of(error: Exception) -> str:
    """Slack's own word for the error, such as "channel_not_found"; "" where it gave none."""
    data = getattr(getattr(error, "response", None), "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def fault_of(error: Exception, *, sent: bool) -> DeliveryFault:
    """The fault that an exception of the client stands for. Nothing of the message is in its text.

    `sent`: the call itself would have posted, so a lost answer leaves unclear whether it did.
    """
    lost_answer = UnclearFault if sent else PassingFault
    if isinstance(error, SlackApiError):
        return _of_answer(error, lost_answer)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return PassingFault("no connection to Slack")
    # Besides time-outs and cuts: the SDK's own stumbles over an answer that is no JSON.
    return lost_answer(f"no answer from Slack ({type(error).__name__})")


def _of_answer(error: SlackApiError, lost_answer: type[PassingFault | UnclearFault]) -> DeliveryFault:
    code, status = code_of(error), _status(error)
    if status == 429 or code in _PASSING:
        return PassingFault(code or "ratelimited", _retry_after(error))
    if code in _OUTAGES:
        return OutageFault(code)
    if code in _LOST:
        return LostFault(code)
    if code in _UNCLEAR or not code:
        return lost_answer(code or f"HTTP {status}")
    return PermanentFault(code)


def _status(error: SlackApiError) -> int:
    response = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0))


def _retry_after(error: SlackApiError) -> float | None:
    headers = getattr(error.response, "headers", None) or {}
    for name, value in headers.items():
        if name.lower() == "retry-after":
            try:
                return float(value)
            except ValueError:
                return None
    return None
