"""A person in the workspace: talks, opens, uses commands and shortcuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.slack_double import payloads
from tests.slack_double.acts import Act
from tests.slack_double.hands import Hands
from tests.slack_double.markup import escaped, typed
from tests.slack_double.model import BOT_USER, Account, Channel, Kind, Message
from tests.slack_double.shapes import Json

if TYPE_CHECKING:
    from tests.slack_double.double import SlackDouble


class Person(Hands):
    """One user and their client. Each thing that they do waits for the app's acknowledgement."""

    def __init__(self, slack: SlackDouble, account: Account) -> None:
        self.slack = slack
        self.account = account

    @property
    def id(self) -> str:
        """The user id."""
        return self.account.id

    @property
    def name(self) -> str:
        """The user name."""
        return self.account.name

    @property
    def kind(self) -> Kind:
        """What sort of user."""
        return self.account.kind

    @kind.setter
    def kind(self, kind: Kind) -> None:
        self.account.kind = kind

    @property
    def dm_channel(self) -> Channel:
        """Their direct message with the app."""
        return self.slack.workspace.dm(self.id)

    def slash(self, command: str, text: str = "", channel: Channel | None = None) -> Act:
        """Type a slash command (in the DM with the app where no channel is named)."""
        place = channel or self.dm_channel
        workspace = self.slack.workspace
        with workspace.lock:
            request = payloads.command(workspace, self.slack.url, self.account, place, command, escaped(text))
        act = self.slack.deliver(request)
        self.after_command(act, place.id)
        return act

    def _write(self, channel: Channel, text: str, thread_ts: str) -> Message:
        workspace = self.slack.workspace
        message = Message(workspace.new_ts(), channel.id, self.id, typed(text), thread_ts=thread_ts)
        return workspace.post(message)

    def dm(self, text: str, thread_ts: str = "") -> Act:
        """Write to the app."""
        return self.say(self.dm_channel, text, thread_ts)

    def say(self, channel: Channel, text: str, thread_ts: str = "") -> Act:
        """Write somewhere; the app hears of it in its DM, elsewhere only if `slack.hears_channels`."""
        workspace = self.slack.workspace
        with workspace.lock:
            start = len(workspace.shown)
            message = self._write(channel, text, thread_ts)
            request = payloads.event(workspace, payloads.message_event(message, channel, self.account))
        return self.slack.deliver(request, start, silent=not (channel.dm_with or self.slack.hears_channels))

    def write(self, channel: Channel, text: str, thread_ts: str = "") -> Message:
        """Write in a conversation without the app hearing of it: a message to use a shortcut on."""
        with self.slack.workspace.lock:
            return self._write(channel, text, thread_ts)

    def mention(self, channel: Channel, text: str, thread_ts: str = "") -> Act:
        """Write to the app in a channel: the mention is put in front."""
        workspace = self.slack.workspace
        with workspace.lock:
            start = len(workspace.shown)
            message = self._write(channel, f"<@{BOT_USER}> {text}", thread_ts)
            request = payloads.event(workspace, payloads.mention_event(message, self.account))
        return self.slack.deliver(request, start, silent=not channel.bot_in)

    def open_home(self) -> Act:
        """Open the app's Home tab."""
        return self._open("home", None)

    def open_messages_tab(self, context: Json | None = None) -> Act:
        """Open the app's Messages tab: the agent's container."""
        return self._open("messages", context)

    def _open(self, tab: str, context: Json | None) -> Act:
        workspace = self.slack.workspace
        with workspace.lock:
            inner = payloads.home_event(workspace, self.id, tab, context)
            request = payloads.event(workspace, inner)
        return self.slack.deliver(request)

    def global_shortcut(self, callback_id: str) -> Act:
        """Use a shortcut from the search box."""
        with self.slack.workspace.lock:
            request = payloads.global_shortcut(self.slack.workspace, self.account, callback_id)
        return self.slack.deliver(request)

    def message_shortcut(self, callback_id: str, message: Message) -> Act:
        """Use a shortcut from the menu of a message."""
        slack = self.slack
        with slack.workspace.lock:
            request = payloads.message_shortcut(
                slack.workspace, slack.url, self.account, callback_id, message
            )
        return slack.deliver(request)

    def messages(self, channel: Channel | None = None) -> list[Message]:
        """What they can see in a conversation, oldest first, ephemeral messages to them included."""
        place = (channel or self.dm_channel).id
        workspace = self.slack.workspace
        with workspace.lock:
            return [
                message
                for message in workspace.posts
                if message.channel == place
                and (message.to == self.id if message.to else self._reads(message))
            ]

    def ever_saw(self) -> str:
        """Everything that was ever shown to them: closed modals, replaced and deleted messages too."""
        workspace = self.slack.workspace
        with workspace.lock:
            return "\n".join(one.text for one in workspace.shown if self.id in one.to)

    def visible(self) -> str:
        """Everything that they could read now."""
        return self.slack.workspace.visible_to(self.id)
