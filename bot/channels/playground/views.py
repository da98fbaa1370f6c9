"""The page and its two panes, from what is kept and what is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from bot.channels.playground.pages import sorted_items, with_notes
from bot.channels.playground.parts import Parts, as_item
from bot.channels.playground.people import Face
from bot.channels.playground.store import FLT, direct
from bot.domain.messages import Button

ASK = (
    "Can I follow a former student?",
    "Can I post a photo from a school trip?",
    "I want to report a picture I took by accident",
    "I want to report abuse online",
)
LEADER_ASK = ("/cases", "/report-status", "Who approves a new school account?")


@dataclass(frozen=True)
class PageState:
    """What the page shows: which member of staff, which person on the right, and which tab."""

    staff: Face | None
    leader: Face | None
    tab: Literal["flt", "dm"]


def chosen(parts: Parts, query: Mapping[str, str]) -> PageState:
    """What a query asks for; anybody unknown is the first of the list."""
    staff = _pick(parts.people.staff, query.get("staff", ""))
    leader = _pick(_members_first(parts), query.get("me", ""))
    return PageState(staff, leader, "dm" if query.get("tab") == "dm" else "flt")


async def whole_page(parts: Parts, choice: PageState) -> str:
    """The page, with both panes."""
    # The mark is read before the conversations: a change in between is then shown twice, never missed.
    mark = parts.hub.mark
    panes = {"staff_pane": await staff_pane(parts, choice), "leader_pane": await leader_pane(parts, choice)}
    return parts.pages.page("page.html", federation=parts.federation, choice=choice, mark=mark, **panes)


async def staff_pane(parts: Parts, choice: PageState) -> Markup:
    """The left pane: one member of staff's private chat."""
    chat, desk = await _chat(parts, choice.staff), _desk(parts, choice.staff)
    return await _pane(parts, "staff_pane.html", choice, asks=ASK, items=chat, desk=desk)


async def leader_pane(parts: Parts, choice: PageState) -> Markup:
    """The right pane: the FLT's channel, for its members, and one person's direct messages."""
    channel = await _channel(parts, choice.leader)
    chat, desk = await _chat(parts, choice.leader), _desk(parts, choice.leader)
    shown = {"items": chat, "channel": channel, "desk": desk}
    return await _pane(parts, "leader_pane.html", choice, asks=LEADER_ASK, **shown)


def _desk(parts: Parts, face: Face | None) -> tuple[Button, ...]:
    """The permanent row, as this person's roles are now."""
    return parts.row(face.user) if face else ()


async def _pane(parts: Parts, template: str, choice: PageState, **values: object) -> Markup:
    html = parts.pages.page(
        template, people=parts.people, choice=choice, federation=parts.federation, **values
    )
    return Markup(html)  # noqa: S704 - our own template's output


async def _chat(parts: Parts, face: Face | None) -> Markup:
    if face is None:
        return Markup()
    posted = [as_item(one) for one in await parts.posted(direct(face.user))]
    items = sorted_items([*posted, *parts.chats.entries(face.user)])
    return parts.pages.items(items, parts.clock())


async def _channel(parts: Parts, face: Face | None) -> Markup:
    if face is None or not face.member:
        return Markup()
    posted = [as_item(one) for one in await parts.posted(FLT)]
    return parts.pages.items(with_notes(posted, parts.chats.notes(face.user)), parts.clock())


def _members_first(parts: Parts) -> tuple[Face, ...]:
    return (*parts.people.members(), *parts.people.leaders)


def _pick(faces: tuple[Face, ...], user: str) -> Face | None:
    return next((face for face in faces if face.user == user), faces[0] if faces else None)
