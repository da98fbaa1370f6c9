"""What a word or a press leads to beside questions, reports and cases: one row for each capability."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.accounts import acts as accounts
from bot.accounts import application
from bot.accounts.forms import PREFIX as ACCOUNT
from bot.accounts.people import actor_of
from bot.accounts.shown import listing
from bot.assistant import waiting
from bot.campaigns import overview
from bot.campaigns import presses as campaigns
from bot.casework.context import Work
from bot.consulting import questions
from bot.domain.messages import Message
from bot.domain.turns import (
    ApplyForAccount,
    ApprovePurge,
    AskGap,
    Content,
    Incoming,
    LogReply,
    Pressed,
    Sender,
    ShowAccounts,
    ShowGaps,
    ShowGovernors,
    ShowReplies,
    ShowRoster,
    ShowTraining,
    ShowWork,
    Submitted,
)
from bot.gaps import askers
from bot.gaps import entries as gaps
from bot.governance import page
from bot.people import roster
from bot.posting.shown import CONSULT
from bot.replies import entries
from bot.replies.forms import PREFIX as REPLY

# What comes of a word, by the command that it is read as.
SHOWN: Mapping[type, Callable[[Work, Sender], Message]] = {
    ShowRoster: roster.show,
    ApprovePurge: roster.approve_purge,
    LogReply: entries.begin,
    ShowReplies: entries.show,
    ShowGovernors: page.show,
    ShowTraining: overview.page,
    ApplyForAccount: lambda work, sender: application.begin(work, actor_of(work, sender)),
    ShowAccounts: lambda work, sender: listing(work, actor_of(work, sender)),
    AskGap: lambda work, _sender: askers.begin(work),
    ShowGaps: gaps.show,
    ShowWork: waiting.show,
}
# What does the presses and forms whose action begins so.
_ACTS: Mapping[str, Callable[[Work, Incoming], Message]] = {
    REPLY: entries.act,
    ACCOUNT: accounts.act,
    page.PREFIX: page.act,
    campaigns.PREFIX: campaigns.act,
    CONSULT: questions.act,
    waiting.PREFIX: lambda work, incoming: waiting.show(work, incoming.sender),
}


def pressed(content: Content) -> Callable[[Work, Incoming], Message] | None:
    """What does this press or form; None for every other content."""
    if not isinstance(content, Pressed | Submitted):
        return None
    return next((act for prefix, act in _ACTS.items() if content.action.startswith(prefix)), None)
