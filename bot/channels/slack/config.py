"""What one workspace's installation of Signpost is reached with."""

from __future__ import annotations

from dataclasses import dataclass, field

PLATFORM = "slack"


@dataclass(frozen=True)
class SlackConfig:
    """The tokens of the app, the FLT's channel, and where Slack's API stands.

    With `app_token` events come over Socket Mode, else over HTTP, signed with `signing_secret`.
    """

    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    app_token: str = field(repr=False)
    flt_channel: str
    api_url: str = "https://slack.com/api/"
