"""A platform that is cut off from us: the IT Manager is told, over another one where there is one."""

from __future__ import annotations

from typing import cast

from bot.casework.context import Context, Work
from bot.content.roster_texts import Trouble
from bot.domain.messages import Heading, Message, Paragraph
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.storage.outbox import Notice, enqueue

DOOR = "door"
_ROLE = "it"


def owe(work: Work) -> None:
    """Notify those who can mend it of each trouble of this process's doors, once a day."""
    people = work.context.world.federation.roster.holders(_ROLE, "")
    for platform, state in work.context.doors.items():
        for trouble in state.troubles:
            for person in people:
                key = NoticeKey.of(DOOR, work.now.date(), platform, trouble, person)
                enqueue(
                    work.tx, work.context.vault.new_id(), Notice(key, "", DOOR, Recipient(person)), work.now
                )


def platform_of(notice: Notice) -> frozenset[str]:
    """The platform that such a notice is about, and goes over last; none for another kind."""
    return frozenset(notice.key.parts[1:2]) if notice.kind == DOOR else frozenset()


def alarm(work: Work, notice: Notice, _person: Person) -> Message | None:
    """What the IT Manager reads. Nothing of a report is in it, nor whether there is one."""
    day, platform, trouble, *_ = notice.key.parts
    title, *lines = words(work.context, platform, cast(Trouble, trouble), day)
    return Message((Heading(title), *map(Paragraph, lines)), summary=title)


def words(context: Context, platform: str, trouble: Trouble, day: str) -> tuple[str, str, str]:
    """The alarm: that the platform is cut off, why, and what to do."""
    texts, name = context.roster_texts.doors, platform.title()
    return texts.title.fill(platform=name), texts.why[trouble].fill(platform=name), texts.text.fill(day=day)
