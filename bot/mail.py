"""The mail server: where it is, and handing a message in."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

_PATIENCE_S = 10.0


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `sender` is the address that it comes from; `tls` from the first byte on."""

    host: str
    port: int
    tls: bool
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> MailServer:
        """From `smtp://user:password@host:587/?from=address`, or `smtps://…`. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError(url)
        tls, user = parts.scheme == "smtps", unquote(parts.username or "")
        sender = (parse_qs(parts.query).get("from") or [user])[0]
        if "@" not in sender.strip("@"):
            raise ValueError(url)
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587),
            tls=tls,
            sender=sender,
            user=user,
            password=unquote(parts.password or ""),
        )

    def hand_in(self, message: EmailMessage) -> None:
        """Hand it in, and wait until it is taken. Raises SMTPException or OSError."""
        trusted = ssl.create_default_context()
        if self.tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=_PATIENCE_S, context=trusted
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=_PATIENCE_S)
        with connection:
            connection.ehlo()
            if not self.tls and (self.user or connection.has_extn("starttls")):
                # A password is never sent in the clear: where the server offers no TLS this fails.
                connection.starttls(context=trusted)
                connection.ehlo()
            if self.user:
                connection.login(self.user, self.password)
            connection.send_message(message)
