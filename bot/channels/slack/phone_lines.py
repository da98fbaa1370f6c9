"""Contact lines whose numbers can be dialled: mrkdwn, where Slack makes a link of `<tel:…|…>`."""

from __future__ import annotations

import re

from bot.channels.common.phones import Part, parts_of
from bot.channels.slack.rich_text import SECTION, Payload, can_be_bold, escaped
from bot.domain.messages import Bullets

# What mrkdwn makes something else of though it is escaped and `verbatim`: marks, emoji names, further lines.
_MARKS = re.compile(r"[*_~`\n\r\v\f\x85\u2028\u2029]|:(?:[^\s:]*[^\W\d][^\s:]*|[+-]?\d+):")


def drawn(bullets: Bullets) -> list[Payload]:
    """The list as one section with its numbers as links.

    Nothing where there is no number, where a word could be read as a mark, or where one section is too small:
    then it is drawn as any other list.
    """
    items = [item for item in bullets.items if item.strip()]
    lines = [parts_of(item) for item in items]
    titled = bool(bullets.title.strip())
    linked = any(part.tel for parts in lines for part in parts)
    if not linked or any(map(_MARKS.search, items)) or (titled and not can_be_bold(bullets.title)):
        return []
    title = [f"*{escaped(bullets.title)}*"] if titled else []
    text = "\n".join([*title, *("• " + "".join(map(_part, parts)) for parts in lines)])
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    return [section] if len(text) <= SECTION else []


def _part(part: Part) -> str:
    return f"<{part.tel}|{escaped(part.text)}>" if part.tel else escaped(part.text)
