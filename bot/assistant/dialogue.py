"""One event in, one turn out: the conversation as a pure function, and its session as text for the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from bot.asking import conversation
from bot.asking.answer import Answer
from bot.asking.danger import tells_of_danger
from bot.asking.render import ACCOUNTS, APPLY, LOG, show_passage
from bot.assistant import desk, words
from bot.assistant.danger_in_forms import Parses, read_for_danger
from bot.content.policy import Offer
from bot.content.world import World
from bot.domain.messages import Bullets, Button, Buttons, Callout, Heading, Message, Paragraph
from bot.domain.presses import Rating
from bot.domain.routing import conflict_of
from bot.domain.turns import (
    AccountGone,
    ApplyForAccount,
    ApprovePurge,
    AskGap,
    Draft,
    Incoming,
    ListCases,
    LogReply,
    Pressed,
    Said,
    Sender,
    Session,
    SharedFile,
    ShowAccounts,
    ShowAudit,
    ShowGaps,
    ShowGovernors,
    ShowReplies,
    ShowRoster,
    ShowStatus,
    ShowTraining,
    ShowWork,
    Submitted,
    Tokens,
    Turn,
    Typed,
)
from bot.engine.parse import Parse
from bot.following import aftercare
from bot.gaps.forms import ASK
from bot.gaps.matching import signed_answer
from bot.gaps.shown import offered as with_question
from bot.gaps.shown import signed_message
from bot.posting import draft as draft_check
from bot.posting import picture as picture_check
from bot.posting.shown import DRAFT, PICTURE, offered
from bot.reporting import drills, journeys, presses, steps, waking
from bot.reporting.inputs import filled_in

_REMIND_EVERY = timedelta(hours=1)


def take_turn(session: Session, incoming: Incoming, parses: Parses, world: World, now: datetime) -> Turn:
    """What one event does. Pure: the same arguments give the same turn.

    `parses` holds that of a question, or those of the texts of a form (`danger_in_forms.prose`).

    In a channel that others read, only one line is said and nothing changes: the channel opens a
    private conversation and hands the event over again from there.
    """
    if not incoming.private:
        return Turn(session, (_text(world.playbook.texts.dialogue.public_line),))
    concerned = world.concerned | _concerned(session.draft, world)
    world = replace(world, platform=incoming.sender.platform, now=now, concerned=concerned)
    turn = _turn(session, incoming, parses, world, now)
    return waking.touched(session, turn, incoming.content, world, now)


def _concerned(draft: Draft | None, world: World) -> frozenset[str]:
    """The roles of which the report that is being written says that they are or may be involved."""
    return conflict_of(draft.slots, world.federation.roster).roles if draft else frozenset()


def _turn(session: Session, incoming: Incoming, parses: Parses, world: World, now: datetime) -> Turn:
    match incoming.content:
        case SharedFile():
            return Turn(session, (file_advice(world),))
        case Said(text, edited=True):
            return _edited(session, words.question(text), next(iter(parses), None), world, now)
        case Said(text):
            if (word := _of_sender(text)) is not None:
                return word(session, incoming.sender, world, now)
            return _said(session, text, next(iter(parses), None), world, now)
        case Pressed() as pressed:
            return _pressed(session, pressed, world, now)
        case Submitted() as submitted:
            turn = _submitted(session, submitted, parses, world, now)
            return read_for_danger(turn, submitted, parses, world, now, session.draft)
        case Typed() | AccountGone() as told:
            return _kept(session, told, world)


def _kept(session: Session, typed: Typed | AccountGone, world: World) -> Turn:
    if session.draft is None or isinstance(typed, AccountGone):
        return Turn(session)
    draft = presses.heard(session.draft, typed, world)
    shown = journeys.current(draft, world)
    return Turn(replace(session, draft=draft), (presses.show_draft(shown, world),))


def _text(text: str, *buttons: Button) -> Message:
    blocks = (Paragraph(text), Buttons(buttons)) if buttons else (Paragraph(text),)
    return Message(blocks, summary=text)


def file_advice(world: World) -> Message:
    """A file was sent: it was not opened, and nobody is told."""
    texts = world.playbook.texts.dialogue
    advice = Callout("danger", texts.file_title, texts.file_text)
    if "dsl" in world.concerned:
        others = steps.contact_list(("deputy_dsl", "childrens_social_care", "lado"), world)
        return Message((advice, *others), summary=texts.file_title)
    tell = Button(texts.file_button, "report.start", "concern", "primary")
    blocks = (advice, *steps.contact_list(("dsl", "deputy_dsl"), world), Buttons((tell,)))
    return Message(blocks, summary=texts.file_title)


def _said(session: Session, text: str, parse: Parse | None, world: World, now: datetime) -> Turn:
    if found := words.reference(text) or world.rules.phrases.reference(text):
        return Turn(session, (), (ShowStatus(found),))
    if (audited := words.audited(text)) is not None:
        return Turn(session, (), (ShowAudit(audited),))
    if words.with_draft(text) and not (parse and tells_of_danger(parse, world.policy, world.rules)):
        return Turn(session, (draft_check.opener(world, turned_away=True),))
    match presses.typed_answer(session, text, world, now):
        case Pressed() as pressed:
            return waking.touched(session, _pressed(session, pressed, world, now), pressed, world, now)
        case Submitted() as form:
            return _submitted(session, form, (), world, now)
    word = words.command(text)
    question = words.question(text)
    if word is None:
        return _asked(session, question, parse, world, now)
    return _COMMANDS[word](session, world, now)


def _edited(session: Session, question: str, parse: Parse | None, world: World, now: datetime) -> Turn:
    """A message was changed: where it tells of danger now, the numbers; else it is no answer to anything."""
    found = conversation.ask(session, question, parse, world)[1]
    if found.kind not in ("danger", "concern"):
        return Turn(session)
    return _asked(session, question, parse, world, now)


def _asked(session: Session, question: str, parse: Parse | None, world: World, now: datetime) -> Turn:
    session, found = conversation.ask(session, question, parse, world)
    if found.kind == "report" and world.rules.phrases.said(question) == "status":
        return Turn(session, (), (ShowStatus(),))
    signed = signed_answer(found, parse.spelt if parse else "", world)
    shown = signed_message(found, signed, world) if signed else conversation.show(found, world, now)
    if found.kind == "answer":
        shown = offered(shown, found.topic, world)
    if found.kind in ("clarify", "related", "report"):
        shown = _with_ways_in(shown, found, world)
    shown = with_question(shown, question, world)
    turn = _beside_draft(session, found, shown, world, now, signed=bool(signed))
    return replace(turn, topic=found.topic) if found.kind == "answer" and not signed else turn


# What a topic's `offer` starts.
_WAYS_IN: Mapping[Offer, str] = {
    "account_request": APPLY,
    "see_accounts": ACCOUNTS,
    "log_comment": LOG,
    "check_picture": PICTURE,
    "check_draft": DRAFT,
}


def _with_ways_in(shown: Message, found: Answer, world: World) -> Message:
    """What is asked back, the closest rule, or a rule below a report, with the work that it leads to."""
    near: Iterable[str | None] = (option.topic for option in found.options)
    if found.kind == "related":
        near = (topic.id for topic in found.beside)
    elif found.kind == "report":
        near = (found.topic,)
    topics = (world.policy.topics[topic] for topic in near if topic)
    offers = dict.fromkeys(topic.offer for topic in topics if topic.offer in _WAYS_IN)
    label = world.rules.texts.buttons.offer
    buttons = tuple(Button(label(offer), _WAYS_IN[offer]) for offer in offers if offer)
    return replace(shown, blocks=(*shown.blocks, Buttons(buttons))) if buttons else shown


def _beside_draft(
    session: Session, found: Answer, shown: Message, world: World, now: datetime, *, signed: bool
) -> Turn:
    """An answer, and that a report is still open, where one is."""
    draft = session.draft
    if draft is None or draft.hidden:
        return Turn(session, (shown,))
    if waking.asks_first(draft, world, now):
        asked = presses.Pressing(session, draft, world, now).asks()
        return replace(asked, replies=(shown, *asked.replies))
    texts = world.playbook.texts.dialogue
    draft = replace(journeys.current(draft, world), aside="")
    session = replace(session, draft=draft)
    if signed or found.whom or found.kind in ("answer", "related", "clarify", "danger", "concern", "report"):
        if _was_shown_lately(session, now):
            return Turn(session, (shown,))
        session = replace(session, open_shown=now.isoformat(timespec="minutes"))
        return Turn(session, (shown, presses.show_draft(draft, world, texts.still_open)))
    # Who may be worried reads whom to phone; what may be an answer to the form is turned to it too.
    worried = (shown,) if found.quiet else ()
    note = f"{texts.not_an_answer} {texts.not_in_the_form}"
    return Turn(session, (*worried, presses.show_draft(draft, world, note)))


def _was_shown_lately(session: Session, now: datetime) -> bool:
    """Whether they were told within the hour that their report is open: an answer is not to drown in it."""
    if not session.open_shown:
        return False
    return timedelta() <= now - datetime.fromisoformat(session.open_shown) < _REMIND_EVERY


def help_message(world: World, sender: Sender) -> Message:
    """What this person may do."""
    texts = world.playbook.texts.dialogue
    duties = desk.duties(world, sender)
    more = (Bullets(duties, texts.help_desk),) if duties else ()
    checks = (
        Button(world.posting.texts.picture_button, PICTURE),
        Button(world.posting.texts.draft_button, DRAFT),
        Button(world.replies.buttons.new, "reply.log"),
        Button(world.campaigns.buttons.page, "campaign.show"),
        Button(world.accounts.buttons.list, ACCOUNTS),
    )
    row = Buttons((*desk.row(world, sender), *checks))
    blocks = (Heading(texts.help_title), Paragraph(texts.help_text), *more, row)
    return Message(blocks, summary=texts.help_title)


def _numbers(world: World) -> Message:
    """Everyone who can be phoned."""
    title = world.playbook.texts.dialogue.numbers
    lines = tuple(world.federation.contact_lines(world.now).values())
    return Message((Heading(title), Bullets(lines, phones=True)), summary=title, replaces="numbers")


def start_report(
    session: Session,
    kind: str,
    world: World,
    now: datetime,
    given: Mapping[str, tuple[str, ...]] | None = None,
) -> Turn:
    """A new draft, unless one is under way. `given`: what a door has to fill in, where it fits."""
    if session.draft is not None:
        draft = journeys.current(session.draft, world)
        return presses.already_open(presses.Pressing(session, draft, world, now))
    # A report of abuse can be of two kinds: the question that tells them apart is asked.
    filled = filled_in(given or {}, session.tokens, world, now)
    begun = journeys.begin(session, "" if kind in ("abuse", "other") else kind, world, filled)
    assert begun.draft is not None
    return Turn(begun, (presses.show_draft(begun.draft, world),))


# Typed words of which what comes depends on who says them.
_OF_SENDER: Mapping[str, Callable[[Session, Sender, World, datetime], Turn]] = {
    "drill": lambda session, sender, world, now: _drill(session, sender, world, now),
    "help": lambda session, sender, world, _now: Turn(session, (help_message(world, sender),)),
}


def _of_sender(text: str) -> Callable[[Session, Sender, World, datetime], Turn] | None:
    said = words.command(text) or ("" if words.question(text) else "help")
    return _OF_SENDER.get(said)


def _drill(session: Session, sender: Sender, world: World, now: datetime) -> Turn:
    """The same from the top, as a drill; for people on the roster."""
    if not drills.may_start(sender, world):
        return Turn(session, (_text(world.playbook.texts.dialogue.no_drill),))
    if session.draft is not None:
        return start_report(session, "", world, now)
    begun = drills.begin(session, world)
    assert begun.draft is not None
    return Turn(begun, (presses.show_draft(begun.draft, world),))


def _resume(session: Session, world: World, now: datetime) -> Turn:
    if session.draft is None:
        texts = world.playbook.texts.dialogue
        return Turn(session, (_text(texts.nothing_saved, Button(texts.start_button, "report.start")),))
    return presses.act(session, Pressed("journey.resume"), world, now)


def _on_draft(action: Callable[[presses.Pressing, str], Turn]) -> Callable[[Session, World, datetime], Turn]:
    def act(session: Session, world: World, now: datetime) -> Turn:
        if session.draft is None:
            return _resume(session, world, now)
        if action is presses.go_back and waking.asks_first(session.draft, world, now):
            return presses.Pressing(session, session.draft, world, now).asks()
        draft = journeys.current(session.draft, world)
        return action(presses.Pressing(session, draft, world, now), "")

    return act


_COMMANDS: Mapping[str, Callable[[Session, World, datetime], Turn]] = {
    "report": lambda session, world, now: start_report(session, "", world, now),
    "image": lambda session, world, now: start_report(session, "image", world, now),
    "question": lambda session, _world, _now: Turn(session, (), (AskGap(),)),
    "work": lambda session, _world, _now: Turn(session, (), (ShowWork(),)),
    "gaps": lambda session, _world, _now: Turn(session, (), (ShowGaps(),)),
    "status": lambda session, _world, _now: Turn(session, (), (ShowStatus(),)),
    "purge": lambda session, _world, _now: Turn(session, (), (ApprovePurge(),)),
    "roster": lambda session, _world, _now: Turn(session, (), (ShowRoster(),)),
    "replies": lambda session, _world, _now: Turn(session, (), (ShowReplies(),)),
    "governors": lambda session, _world, _now: Turn(session, (), (ShowGovernors(),)),
    "log_reply": lambda session, _world, _now: Turn(session, (), (LogReply(),)),
    "training": lambda session, _world, _now: Turn(session, (), (ShowTraining(),)),
    "new_account": lambda session, _world, _now: Turn(session, (), (ApplyForAccount(),)),
    "accounts": lambda session, _world, _now: Turn(session, (), (ShowAccounts(),)),
    "cases": lambda session, _world, _now: Turn(session, (), (ListCases(),)),
    "numbers": lambda session, world, _now: Turn(session, (_numbers(world),)),
    "picture": lambda session, world, _now: Turn(session, (picture_check.opener(world),)),
    "draft": lambda session, world, _now: Turn(session, (draft_check.opener(world),)),
    "back": _on_draft(presses.go_back),
    "save": _on_draft(presses.save),
    "cancel": _on_draft(presses.cancel),
    "hide": lambda session, world, now: _hide(session, world, now),
    "resume": _resume,
}


def _hide(session: Session, world: World, now: datetime) -> Turn:
    """The conversation off the screen, with a report under way or without."""
    if session.draft is not None:
        return _on_draft(presses.hide)(session, world, now)
    texts = world.playbook.texts.journey
    line = _text(texts.blank, Button(texts.show_again, "screen.show"))
    return Turn(session, (replace(line, replaces=_BLANK, ephemeral=True, hides=True),))


def _show_again(session: Session, world: World, _now: datetime) -> Turn:
    shown = _text(world.playbook.texts.journey.shown)
    return Turn(session, (replace(shown, replaces=_BLANK, ephemeral=True),))


def _on_new_screen(session: Session, world: World, now: datetime) -> Turn:
    """A door has opened a new screen for somebody: it does not show by itself what they have half-written."""
    left = session.draft and waking.left(session.draft)
    if left is None or not waking.asks_first(left, world, now):
        return Turn(session)
    asked = presses.Pressing(session, left, world, now).asks()
    return replace(asked, replies=tuple(replace(line, hides=True) for line in asked.replies))


def _on_screen_again(session: Session, world: World, now: datetime) -> Turn:
    """A screen on which they write is opened again: after a pause it may be somebody else who sits there."""
    draft = session.draft
    if draft is None or draft.hidden or not waking.asks_first(draft, world, now):
        return Turn(session)
    return _on_new_screen(session, world, now)


_BLANK = "blank"
_SCREEN: Mapping[str, Callable[[Session, World, datetime], Turn]] = {
    "screen.hide": _hide,
    "screen.show": _show_again,
    "screen.new": _on_new_screen,
    "screen.again": _on_screen_again,
}


def _pressed(session: Session, pressed: Pressed, world: World, now: datetime) -> Turn:
    if pressed.action == words.WORD and (turn := _pressed_word(session, pressed.value, world, now)):
        return turn
    if pressed.action in _SCREEN:
        return _SCREEN[pressed.action](session, world, now)
    if pressed.action.startswith("journey."):
        return presses.act(session, pressed, world, now)
    if pressed.action in (PICTURE, DRAFT):
        check = picture_check if pressed.action == PICTURE else draft_check
        return Turn(session, (check.pressed(pressed.value, world),))
    if pressed.action == "report.start":
        if pressed.value == "question":
            # A button of before there was the list; what was begun as a report goes on as one.
            return Turn(session, (), (AskGap(),))
        return start_report(session, pressed.value, world, now)
    if turn := aftercare.pressed(session, pressed, world):
        return turn
    return _pressed_on_answer(session, pressed, world, now)


def _pressed_word(session: Session, word: str, world: World, now: datetime) -> Turn | None:
    if word in _COMMANDS:
        return _COMMANDS[word](session, world, now)
    audited = words.audited(word)
    return None if audited is None else Turn(session, (), (ShowAudit(audited),))


def _pressed_on_answer(session: Session, pressed: Pressed, world: World, now: datetime) -> Turn:
    texts = world.playbook.texts.dialogue
    match pressed.action:
        case "ask.topic" if chosen := conversation.choose_topic(session, pressed.value, world):
            answer = conversation.show(chosen[1], world, now)
            return Turn(chosen[0], (offered(answer, pressed.value, world),), topic=pressed.value)
        case "ask.other" if chosen := conversation.other_readings(session, pressed.value, world):
            return Turn(chosen[0], (conversation.show(chosen[1], world, now),))
        case "ask.more" if shown := conversation.more(pressed.value, world, now):
            return Turn(session, (shown,))
        case "ask.clause" if shown := show_passage(pressed.value, world.policy, world.rules.texts):
            return Turn(session, (shown,))
        case "account.request":
            return Turn(session, (), (ApplyForAccount(),))
        case "ask.feedback":
            return Turn(session, (_thanks(pressed.value, world),))
    return Turn(session, (_text(texts.unknown_action),))


def _thanks(value: str, world: World) -> Message:
    texts = world.playbook.texts.dialogue
    if not Rating.parse(value).helped:
        return _text(texts.thanks_no, Button(texts.ask_button, ASK))
    return _text(texts.thanks_yes)


def _submitted(session: Session, submitted: Submitted, parses: Parses, world: World, now: datetime) -> Turn:
    if submitted.action.startswith("journey."):
        return presses.act(session, submitted, world, now)
    if submitted.action == DRAFT:
        english = all(parse.english for parse in parses)
        return Turn(session, (draft_check.checked(submitted.fields, world, english=english),))
    if submitted.action == "report.start":
        return start_report(session, submitted.value, world, now, submitted.fields)
    unknown = Turn(session, (_text(world.playbook.texts.dialogue.unknown_action),))
    return aftercare.submitted(session, submitted, world) or unknown


def lost_draft(session: Session, world: World) -> Turn:
    """A session that could not be read: the person is told that nothing of it was sent."""
    return Turn(replace(session, draft=None), (_text(world.playbook.texts.dialogue.lost),))


VERSION = 1


def dump(session: Session) -> str:
    """The session as JSON, with the version of its shape."""
    return json.dumps({"version": VERSION, **asdict(session)}, ensure_ascii=False, separators=(",", ":"))


def restore(text: str) -> Session | None:
    """The session of `dump`; None for another version or anything that is not one."""
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("version") != VERSION:
            return None
        return _session(data)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _session(data: Mapping[str, Any]) -> Session:
    draft = data["draft"]
    return Session(
        tokens=_tokens(data["tokens"]),
        draft=None if draft is None else _draft(draft),
        last_topic=str(data["last_topic"]),
        # A session that was stored before follow-ups were read together with the last question has neither.
        last_frame=_values(data.get("last_frame", {})),
        last_told=str(data.get("last_told", "")),
        clarifying=bool(data["clarifying"]),
        open_shown=str(data.get("open_shown", "")),
    )


def _tokens(data: Mapping[str, Any]) -> Tokens:
    return Tokens(str(data["draft"]), str(data["reference"]), str(data["code"]))


def _draft(data: Mapping[str, Any]) -> Draft:
    return Draft(
        tokens=_tokens(data["tokens"]),
        slots=_values(data["slots"]),
        step=str(data["step"]),
        visited=tuple(str(step) for step in data["visited"]),
        editing=bool(data["editing"]),
        hidden=bool(data["hidden"]),
        # A session that was stored before drafts kept unsubmitted words has none.
        typed={str(step): _values(fields) for step, fields in data.get("typed", {}).items()},
        aside=str(data.get("aside", "")),
        # A session that was stored before texts were asked about once asks once more.
        alarmed=tuple(str(digest) for digest in data.get("alarmed", ())),
        touched=str(data.get("touched", "")),
    )


def _values(data: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    return {str(name): tuple(str(value) for value in values) for name, values in data.items()}
