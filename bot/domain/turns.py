"""The shapes that cross the edge of the conversation: what came in, and what a turn makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.domain.messages import Message


@dataclass(frozen=True)
class Said:
    """Words typed into the chat. `edited`: an earlier message reads so now; only danger is answered."""

    text: str
    edited: bool = False


@dataclass(frozen=True)
class Pressed:
    """A button: its action and value, as they were rendered.

    `typed` is what stood in the fields of the form around it, not submitted, where the door can tell.
    """

    action: str
    value: str = ""
    typed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Submitted:
    """A form: its action and value, and each field's values (several for a `choices` field)."""

    action: str
    value: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class SharedFile:
    """A file was sent. Nothing of it is known here, not even its name: it is never fetched."""


@dataclass(frozen=True)
class Typed:
    """What stands in a form that is not sent yet. It is kept with the draft, and nobody is told anything.

    `value` is the form's. A field that is left out keeps what was kept of it before. The reply is the step
    with these words in it, for a door that keeps a copy of what is on the screen.
    """

    value: str
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class AccountGone:
    """The sender's account on the platform was closed: it is the platform that says so, and not they."""


Content = Said | Pressed | Submitted | SharedFile | Typed | AccountGone


@dataclass(frozen=True)
class Sender:
    """Who sent it: the platform's name, its user id there, and the name that the platform shows of them."""

    platform: str
    user: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Incoming:
    """One event from a platform. The same `event_id` twice is the same event.

    `private` is whether the reply reaches the sender alone. Where it is False, as for words in a channel
    that others read, nothing private is answered. `counts` is whether a person did it: what a door asks
    by itself, for a page that it keeps up to date, is no act of theirs. `thread` is given for words typed
    in a person's own chat: their answers are brought there by the outbox, in that thread ("" for none).
    """

    event_id: str
    sender: Sender
    content: Content
    private: bool = True
    counts: bool = True
    thread: str | None = None


@dataclass(frozen=True)
class Tokens:
    """The random ids of a session's next report, made before it starts.

    They are made early so that a press of Send that comes twice names the same report, and so
    that an anonymous reporter holds the receipt code before anything is sent.
    """

    draft: str
    reference: str
    code: str


@dataclass(frozen=True)
class Draft:
    """A journey under way. `slots` are the answers so far; `step` is the question on screen.

    `typed` are words that were typed into a step's form and not submitted, by step and field: shown
    there again, and never counted as an answer.
    """

    tokens: Tokens
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    step: str = ""
    visited: tuple[str, ...] = ()
    editing: bool = False
    hidden: bool = False
    typed: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    # What stands on the screen in place of the step: "cancel", "alert", "crisis" or "open"; "" for the step.
    aside: str = ""
    # Digests of the texts that told of danger: each is asked about once.
    alarmed: tuple[str, ...] = ()
    # When it was last changed on a screen that shows it (ISO); "" where nobody has shown it since.
    touched: str = ""


@dataclass(frozen=True)
class Session:
    """What the conversation remembers of one person on one platform.

    Of the last question its topic, what was read of it (the frame's slots) and the report that was offered;
    none of its words. `open_shown`: when an answer last said that a report is still open (ISO).
    """

    tokens: Tokens
    draft: Draft | None = None
    last_topic: str = ""
    last_frame: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    last_told: str = ""
    clarifying: bool = False
    open_shown: str = ""


@dataclass(frozen=True)
class SubmitReport:
    """Send pressed: store the report, its history, its escalation and its notices in one transaction."""

    tokens: Tokens
    slots: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class SendAlert:
    """An urgent alert: one for each draft, however often pressed. `goes_on`: the draft is still open."""

    draft: str
    slots: Mapping[str, tuple[str, ...]]
    goes_on: bool


@dataclass(frozen=True)
class ShowStatus:
    """Where a report stands: the sender's own, or one by reference and receipt code.

    Of their own those after the newest `start`.
    """

    reference: str = ""
    code: str = ""
    start: int = 0


@dataclass(frozen=True)
class AddToReport:
    """More for a report that was sent, from its reporter (by identity, or by reference and code).

    `as_what`: more of it, an answer to what those who handle the case have asked, or a correction. `danger`:
    the text was read as danger, so that an open case becomes urgent.
    """

    reference: str
    code: str
    text: str
    as_what: Literal["add", "answer", "correct"] = "add"
    danger: bool = False


@dataclass(frozen=True)
class AnswerCheckBack:
    """Whether anything has happened since the report, from its reporter (by identity, or with the code).

    `risks` are "child" and "danger", as far as ticked; a reporter who ticks one has read whom to phone.
    """

    reference: str
    code: str
    answer: Literal["no", "yes"]
    risks: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class WithdrawReport:
    """The reporter takes a report back (by identity, or by reference and code)."""

    reference: str
    code: str


@dataclass(frozen=True)
class MoveReport:
    """The reporter told the wrong person: from now on the role `to` alone has it."""

    reference: str
    code: str
    to: str


@dataclass(frozen=True)
class CopyReport:
    """The reporter wants to read all that they wrote (by identity, or by reference and code)."""

    reference: str
    code: str = ""


@dataclass(frozen=True)
class Complain:
    """The reporter says that their report was handled badly (by identity, or by reference and code)."""

    reference: str
    code: str = ""


@dataclass(frozen=True)
class ListCases:
    """`/cases`: the open cases that the sender may see."""


@dataclass(frozen=True)
class ShowAudit:
    """Who looked at a case and acted on it; without a reference, what was done beside the cases."""

    reference: str = ""


@dataclass(frozen=True)
class ApprovePurge:
    """Agree that what has outlived its period is destroyed: two people must, before a purge does it."""


@dataclass(frozen=True)
class ShowRoster:
    """The roster, for those who may change it."""


@dataclass(frozen=True)
class LogReply:
    """A comment on an account of the Federation is to be put on the list of replies."""


@dataclass(frozen=True)
class ShowReplies:
    """The comments that are owed an answer, for those who answer them."""


@dataclass(frozen=True)
class ApplyForAccount:
    """An account on social media is to be applied for."""


@dataclass(frozen=True)
class ShowAccounts:
    """The accounts, and what is theirs to do with them, for anybody."""


@dataclass(frozen=True)
class ShowGovernors:
    """The governors' report of the last whole term, for those who may read it."""


class ShowTraining:
    """How it stands with the sender's training, and with the campaign as far as they may see it."""


@dataclass(frozen=True)
class AskGap:
    """A question that the policy leaves open is to be put on the list."""


@dataclass(frozen=True)
class ShowWork:
    """What waits for the sender, by their roles."""


@dataclass(frozen=True)
class ShowGaps:
    """The questions that the policy leaves open, for those who answer them."""


Command = (
    SubmitReport
    | SendAlert
    | ShowStatus
    | AddToReport
    | AnswerCheckBack
    | WithdrawReport
    | MoveReport
    | CopyReport
    | Complain
    | ListCases
    | ShowAudit
    | ShowRoster
    | ApprovePurge
    | LogReply
    | ShowReplies
    | ShowGovernors
    | ShowTraining
    | AskGap
    | ShowGaps
    | ShowWork
    | ApplyForAccount
    | ShowAccounts
)


@dataclass(frozen=True)
class Turn:
    """What one event did: the session after it, what to reply now, and what to ask of the services."""

    session: Session
    replies: tuple[Message, ...] = ()
    commands: tuple[Command, ...] = ()
    # The topic that a question was answered from; "" where none was.
    topic: str = ""
