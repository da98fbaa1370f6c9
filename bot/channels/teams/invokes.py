"""Answers to invokes, in the forms that Teams reads. Written by us: botbuilder's own cannot be sent."""

from __future__ import annotations

from bot.channels.teams.activities import ADAPTIVE_CARD, InvokeReply, Payload

_DIALOGS = ("composeExtension/fetchTask", "composeExtension/submitAction")


def excuse(name: str, text: str) -> InvokeReply:
    """What a person is shown whose press could not be answered, in the form that this invoke has."""
    if name.startswith("task/") or name in _DIALOGS:
        return InvokeReply(200, {"task": {"type": "message", "value": text}})
    if name.startswith("composeExtension/"):
        return InvokeReply(200, {"composeExtension": {"type": "message", "text": text}})
    if name == "adaptiveCard/action":
        fault = {"code": "NotDone", "message": text}
        return InvokeReply(
            200, {"statusCode": 500, "type": "application/vnd.microsoft.error", "value": fault}
        )
    return InvokeReply(500)


def card_reply(card: Payload) -> InvokeReply:
    """The answer to an `adaptiveCard/action` that puts `card` in the place of the one that was pressed."""
    return InvokeReply(200, {"statusCode": 200, "type": ADAPTIVE_CARD, "value": card})


def message_reply(text: str) -> InvokeReply:
    """The answer to an `adaptiveCard/action` that leaves the card and shows `text`."""
    return InvokeReply(
        200, {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}
    )
