"""Word of a platform that is cut off, by another way than a platform: a webhook, mail to the IT Manager."""

from __future__ import annotations

import smtplib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.casework.context import Context
from bot.delivery import doors
from bot.mail import MailServer
from bot.running import DOORS_EVERY_S, repeating

log = structlog.get_logger()
_PATIENCE_S = 10.0
_IT = "it"
Run = Callable[..., Awaitable[Any]]
# Takes a title and what stands below it. Whether it was taken.
Way = Callable[[str, str], Awaitable[bool]]


def told_by(
    context: Context, way: Way, clock: Callable[[], datetime]
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Tell of each platform that is cut off from this process, once a day each, again until it is taken."""
    told = set[tuple[str, str, str]]()

    async def tell() -> None:
        day = f"{clock().date()}"
        for platform, state in context.doors.items():
            for trouble in state.troubles:
                title, *lines = doors.words(context, platform, trouble, day)
                key = (day, platform, trouble)
                if key not in told and await way(title, "\n".join(lines)):
                    told.add(key)

    return repeating(tell, DOORS_EVERY_S)


def webhook(url: str) -> Way:
    """The form is that of an incoming webhook of Slack, Teams and most others."""
    return partial(_posted, url)


async def _posted(url: str, title: str, text: str) -> bool:
    try:
        async with (
            ClientSession(timeout=ClientTimeout(_PATIENCE_S)) as session,
            session.post(url, json={"text": f"{title}\n{text}"}, allow_redirects=False) as answer,
        ):
            taken, why = answer.status < 300, str(answer.status)
    except (ClientError, OSError, TimeoutError) as fault:
        taken, why = False, type(fault).__name__
    if not taken:
        # The address may hold a secret.
        log.error("webhook_failed", fault=why)
    return taken


def mail(server: MailServer, context: Context, run: Run, clock: Callable[[], datetime]) -> Way:
    """To everybody who is IT Manager at that moment and has an e-mail address in the roster."""

    async def way(title: str, text: str) -> bool:
        to = addresses(context)
        if not to:
            log.error("mail_failed", fault="no IT Manager has an email")
            return False
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = server.sender, ", ".join(to), title
        message["Date"] = format_datetime(clock())
        message.set_content(text)
        try:
            await run(server.hand_in, message)
        except (smtplib.SMTPException, OSError) as fault:
            # Its text may repeat addresses, and what the server said of the password.
            log.error("mail_failed", fault=type(fault).__name__)
            return False
        return True

    return way


def addresses(context: Context) -> tuple[str, ...]:
    """The e-mail addresses of those who are IT Manager now."""
    roster = context.world.federation.roster
    people = (roster.people[name] for name in sorted(roster.holders(_IT, "")))
    return tuple(one.email for one in people if one.email)
