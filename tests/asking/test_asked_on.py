"""Follow-ups whose aspect is known from the topic before ("who approves it?", "and if they refuse?")."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.asking.answer import Answer, answer
from bot.asking.reading import Earlier
from bot.content.documents import DataFaults
from bot.content.policy import FollowUp
from bot.content.policy_load import load_policy
from bot.content.world import World
from bot.engine.parse import Parse, Ranked

ROOT = Path(__file__).parents[2]
# What is asked on for each, after the first of the topics that it goes on from.
ASKED = {
    "how-many-runners": "can i run it on my own?",
    "open-or-closed": "can it be private?",
    "who-approves": "who signs it off?",
    "who-makes-the-account": "who sets it up then?",
    "passwords-handed-over": "do i give them the login?",
    "what-convinces-them": "what do they look for first?",
    "what-the-case-covers": "what do i put in it?",
    "trained-to-run": "is there training for that?",
    "which-address": "on which e-mail address?",
    "who-keeps-them": "and who keeps them?",
    "the-lead-leaves": "what if she goes on maternity leave?",
    "it-looks-in": "do they post on it too?",
    "how-often-looked-at": "how often?",
    "who-else-looks": "who else keeps an eye on it?",
    "own-posts-kept-up": "and old posts?",
    "trouble-on-the-account": "what if they start bullying there?",
    "how-soon": "how soon?",
    "unsure-what-to-say": "and if i'm not sure what to write?",
    "public-turns-nasty": "what if they get abusive?",
    "parents-turn-nasty": "what if it's rude?",
    "nasty-parents-too": "and their parents?",
    "students-turn-nasty": "even if it is nasty?",
    "nasty-students-too": "and the kids?",
    "and-the-parents": "what about mums and dads?",
    "and-the-students": "and pupils?",
    "parent-will-not": "and if she won't?",
    "evidence-first": "do i screenshot it?",
    "block-them-too": "can i block them?",
    "told-of-abuse": "who do i tell?",
    "told-of-conduct": "who should i report that to?",
    "taken-seriously-too": "and copyright too?",
    "who-investigates": "who looks into it?",
    "against-the-law": "what if it's illegal?",
    "others-brought-in": "do they bring in anyone outside?",
    "without-a-name": "will they know it was me?",
    "short-of-the-law": "and otherwise?",
    "what-happens-to-me": "could i get into trouble?",
    "against-their-wish": "what happens if i did it anyway?",
    "will-not-remove": "what if i refuse?",
    "made-to-remove": "can they make me take it down?",
    "own-password": "even my password?",
    "take-part-in-it": "do i have to help?",
    "watched-at-work": "will they see it?",
    "too-much-at-work": "how much is too much?",
    "the-schools-account-follows": "and the school account?",
    "private-then": "and dms?",
    "own-account-then": "from mine?",
    "facebook-then": "and on facebook?",
    "follow-them-back": "do we follow them back?",
    "block-or-decline": "so i block her?",
    "tell-somebody": "do i tell anyone?",
    "grown-up-or-family": "even my niece?",
    "a-quick-look": "just a quick look?",
    "like-or-comment": "can i like her photos?",
    "e-mail-then": "on teams then?",
    "on-my-own-account": "and on my insta?",
    "which-form": "which form?",
    "in-writing": "does it have to be in writing?",
    "the-list-of-objections": "how do i know who?",
    "does-not-want-it": "what if he doesn't want it?",
    "with-a-name": "with their names?",
    "surname-then": "and the surname?",
    "how-they-look": "in swimming kit?",
    "faces-hidden": "if i blur their faces?",
    "once-they-have-left": "what once they've left?",
    "on-paper": "and for the newsletter?",
    "tagged": "can we tag them?",
    "taken-by-somebody-else": "what if someone else took it?",
    "told-of-the-picture": "who do i tell?",
    "name-the-author": "do i credit them?",
    "what-it-says": "do i have to put something on it?",
    "though-it-is-private": "it's locked though?",
    "the-logo": "can i put the badge on it?",
    "at-home-too": "even at weekends?",
    "after-i-leave": "even when i've left?",
    "wrong-account": "too late, it went up already?",
    "somewhere-else": "who should i tell?",
    "which-words": "any words to bear in mind?",
    "how-to-sign": "so initials then?",
    "how-much-of-a-name": "with my full name?",
    "without-signing": "what if i'd rather not?",
    "might-upset": "even if it's political?",
    "who-looks-over": "with whom?",
    "the-press": "who do i ask first?",
    "who-trains": "who gives it?",
    "have-to-train": "do i have to?",
    "read-it-too": "do i have to read it all?",
    "who-wrote-it": "who wrote it?",
    "in-charge-of-it": "who's responsible for it overall?",
    "governors-too": "and governors?",
    "what-others-do-online": "and what the kids get up to?",
    "what-i-come-across": "what if i spot something there?",
}
# Fresh questions after a topic that seems to lead elsewhere with them.
OF_THEIR_OWN = (
    (
        "follow-former-student",
        "what happens to the drama twitter when the person who runs it leaves",
        "lead-staff-leaving",
    ),
    ("photo-on-federation-account", "can i use the school badge on my own page", "logo-on-personal-account"),
    ("parents-comments", "who approves a new account for the history department", "account-approval"),
)
WRONG = """follow_ups:
  - {id: unknown-before, after: [no-such-topic], said: x, topic: disclaimer}
  - {id: unknown-after, after: [disclaimer], said: x, topic: no-such-topic}
  - {id: not-cited, after: [disclaimer], said: x, topic: disclaimer, cites: [sm-101]}
  - {id: permits, after: [disclaimer], said: x, topic: copyright}
  - {id: broken, after: [disclaimer], said: "(", topic: disclaimer}
"""


def say(world: World, question: str, before: str, likeliest: str, share: float) -> Answer:
    """The answer after `before`, where the engine takes the words for `likeliest`."""
    parse = Parse(question, (Ranked(world.policy.intent(likeliest), share),), 1.0)
    return answer(question, parse, world.policy, rules=world.rules, earlier=Earlier(before))


def follow_ups(world: World) -> dict[str, FollowUp]:
    return {found.id: found for topic in world.policy.topics.values() for found in topic.follow_ups}


def test_each_aspect_is_heard_after_its_topic(world: World) -> None:
    """Each follow-up of the file is answered by its topic, though the engine stays with the one before."""
    known = follow_ups(world)
    assert known.keys() == ASKED.keys()
    for name, question in ASKED.items():
        found = say(world, question, known[name].after[0], known[name].after[0], 0.4)
        assert found.topic == known[name].topic, name
        if known[name].cites:
            assert found.citations[0].id == known[name].cites[0], name


def test_no_aspect_is_heard_without_its_topic(world: World) -> None:
    """The same words on their own, or after a topic that they do not go on from, are read as ever."""
    known = follow_ups(world)
    for name, question in ASKED.items():
        for before in ("", "digital-footprint"):
            assert say(world, question, before, "privacy-settings", 0.7).topic != known[name].topic, name


@pytest.mark.parametrize(("before", "question", "topic"), OF_THEIR_OWN)
def test_a_question_of_its_own_is_no_follow_up(world: World, before: str, question: str, topic: str) -> None:
    """What is sure by itself of something else is answered by that, whatever was asked before."""
    assert say(world, question, before, topic, 0.95).topic == topic


def test_danger_comes_before_any_aspect(world: World) -> None:
    """A follow-up that tells of danger is danger, though its words are those of an aspect."""
    parse = Parse("what if he says he will kill himself when he leaves?", (), 1.0)
    found = answer(parse.text, parse, world.policy, rules=world.rules, earlier=Earlier("can-we-have-account"))
    assert found.kind == "danger"


def test_a_slip_in_the_file_is_named_with_its_line(tmp_path: Path) -> None:
    """An unknown topic, a clause that it does not cite, a permission and a broken pattern are faults."""
    shutil.copytree(ROOT / "policy_kb", tmp_path / "policy_kb")
    path = tmp_path / "policy_kb" / "social-media" / "follow-ups.yml"
    path.write_text(WRONG, encoding="utf-8")
    with pytest.raises(DataFaults) as raised:
        load_policy(path.parent)
    lines = sorted({fault.line for fault in raised.value.faults if fault.path == path})
    assert lines == [2, 3, 4, 5, 6]


def test_a_policy_needs_no_such_file(tmp_path: Path) -> None:
    """Without the file every follow-up is read as the engine reads it."""
    shutil.copytree(ROOT / "policy_kb", tmp_path / "policy_kb")
    folder = tmp_path / "policy_kb" / "social-media"
    (folder / "follow-ups.yml").unlink()
    assert not any(topic.follow_ups for topic in load_policy(folder).topics.values())
