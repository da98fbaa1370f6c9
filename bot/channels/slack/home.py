"""The home page of the bot: ask, what is often asked, report, one's own reports, and the FLT's cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.asking.render import ASK_TOPIC, START
from bot.channels.slack.blocks import Drawing
from bot.channels.slack.fitting import fitted
from bot.channels.slack.look import Look, Payload, cut, plain
from bot.content.world import World
from bot.domain.messages import Block, Button, Buttons, Heading, Message, Paragraph

HOME_BLOCKS, HOME_ROOM = 100, 60_000
ASK = "home:ask"
_LABEL, _PLACEHOLDER = 2000, 150
_LONGEST_QUESTION = 3000
_DIVIDER: Payload = {"type": "divider"}


@dataclass(frozen=True)
class HomeParts:
    """What differs from person to person, and the topics that are offered: (id, question).

    `title` is the policy's. `mine` is what /report-status says, `cases` what /cases says, where shown.
    """

    title: str
    popular: tuple[tuple[str, str], ...] = ()
    mine: Message | None = None
    cases: Message | None = None

    @classmethod
    def of(cls, world: World, mine: Message | None = None, cases: Message | None = None) -> HomeParts:
        """The parts for one person."""
        topics = world.policy.topics
        popular = tuple((name, topics[name].question) for name in world.door.popular)
        return cls(world.policy.title, popular, mine, cases)


def home_view(parts: HomeParts, look: Look, asked: int = 0) -> Payload:
    """The view for views.publish. A new `asked` empties the search box, whose text Slack keeps otherwise."""
    texts, drawing = look.texts.home, Drawing(look)
    blocks = [*drawing.one(Heading(texts.title)), _search(look, asked)]
    if parts.popular:
        blocks += drawing.one(Paragraph(texts.popular, muted=True))
        for name, question in parts.popular:
            blocks += drawing.beside(question, Button(question, ASK_TOPIC, name), texts.ask_submit)
    start = Buttons((Button(texts.report, START, "", "primary"),))
    blocks += [_DIVIDER, *drawing.all((Heading(texts.report), Paragraph(texts.report_text), start))]
    for title, message in ((texts.cases, parts.cases), (texts.mine, parts.mine)):
        if message is not None:
            blocks += [_DIVIDER, *drawing.all((Heading(title), *_untitled(message.blocks)))]
    footer = drawing.one(Paragraph(texts.footer.fill(title=parts.title), muted=True))
    return {
        "type": "home",
        "callback_id": "home",
        "blocks": fitted([*blocks, *footer], look, HOME_BLOCKS, HOME_ROOM),
    }


def _search(look: Look, asked: int) -> Payload:
    texts = look.texts.home
    element = {
        "type": "plain_text_input",
        "action_id": ASK,
        "multiline": False,
        "placeholder": plain(cut(texts.ask_hint, _PLACEHOLDER)),
        "max_length": _LONGEST_QUESTION,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    return {
        "type": "input",
        "block_id": f"{ASK}:{asked}",
        "dispatch_action": True,
        "label": plain(cut(texts.ask, _LABEL)),
        "element": element,
    }


def _untitled(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks without the heading that the home page gives them anyway."""
    return blocks[1:] if blocks and isinstance(blocks[0], Heading) else blocks
