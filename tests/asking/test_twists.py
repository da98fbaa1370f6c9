"""Circumstances of a question ("at the weekend", "he asked me to"), and what the policy does with each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.asking.answer import Answer, answer
from bot.content.documents import DataFaults
from bot.content.policy import Twist
from bot.content.policy_load import load_policy
from bot.content.world import World
from bot.engine.parse import Parse, Ranked

ROOT = Path(__file__).parents[2]
# A question for each, and a topic that it stands under.
ASKED = {
    "own-time-contact": ("can i text a pupil over half term", "message-student-personal-account"),
    "own-time-posts": ("can they sack me for a tweet on a sunday in my free time", "consequences-of-breach"),
    "weekend-received": ("it came in on friday night, when do we reply", "reply-within-24-hours"),
    "holiday-received": ("must we reply at christmas", "reply-within-24-hours"),
    "few-see-it": ("my account is locked, can i moan about the head", "internal-grievance"),
    "only-ours-may-follow": ("can we approve who follows", "account-open-to-public"),
    "looking-only": ("can i look at her page if i do not follow her", "view-student-accounts"),
    "hidden-face": ("can i post him with a sticker over his face", "photo-against-parents-wishes"),
    "spoken-consent": ("his mum told me it is fine, can we post it", "parental-consent"),
    "all-find-it-funny": ("pic of a boy asleep, his mum laughed, school page?", "image-dress-or-ridicule"),
    "consent-for-own-page": ("can i put her on my page, her parents agreed", "photo-on-personal-account"),
    "name-known-anyway": ("can we name the pupil who won the county cup", "student-full-name"),
    "student-began": ("a pupil messaged me first, may i answer", "message-student-personal-account"),
    "parents-agree-to-contact": ("his dad says it is ok to add him", "follow-former-student"),
    "grown-up": ("she is 24 now, can i text her", "message-student-personal-account"),
    "one-time-or-urgent": ("can i whatsapp them on a school trip", "student-group-chat"),
    "after-i-leave": ("can i add her once i have left", "follow-former-student"),
    "leader-agrees": ("my line manager says i can text a pupil", "message-student-personal-account"),
    "no-names": ("can i rant if i never name anyone", "internal-grievance"),
    "only-a-joke": ("it was a joke about the deputy", "comments-about-colleagues"),
    "with-disclaimer": ("i say views my own, can i slate the head", "internal-grievance"),
    "done-already": ("i have already accepted her", "follow-former-student"),
    "by-mistake": ("what if i post a child on the list by mistake", "photo-against-parents-wishes"),
    "closed-group": ("can my class have a closed facebook group", "class-facebook-group"),
    "soon-removed": ("i deleted it straight away, must i say so", "posted-by-mistake"),
    "alone-on-account": ("can he run it on his own", "account-two-runners"),
    "with-a-credit": ("can i use the song if i credit the artist", "copyright"),
}
NOT_ASKED = (
    ("can i follow a leaver", "follow-former-student"),
    ("can i complain about my head on facebook", "internal-grievance"),
    ("can i post a holiday photo of a pupil on my page", "photo-on-personal-account"),
    ("when must we answer a comment", "reply-within-24-hours"),
    ("can a group leave the page private", "account-two-runners"),
    ("can i message the head of year about a pupil", "message-student-personal-account"),
    ("must i tell my line manager that a pupil added me", "student-follows-me"),
)
WRONG = """twists:
  - {id: unknown-topic, said: x, topics: [no-such-topic], says: The policy makes no exception.}
  - {id: unknown-clause, said: x, topics: [disclaimer], says: It says so., cites: [sm-999]}
  - {id: misquoted, said: x, topics: [disclaimer], says: It is “never written”., cites: [sm-101]}
  - {id: groundless, said: x, topics: [disclaimer], says: It is fine.}
  - {id: broken, said: "(", topics: [disclaimer], says: The policy makes no exception.}
"""


def say(world: World, question: str, topic: str) -> Answer:
    parse = Parse(question, (Ranked(world.policy.intent(topic), 1.0),), 1.0)
    return answer(question, parse, world.policy, rules=world.rules)


def twists(world: World) -> dict[str, Twist]:
    return {twist.id: twist for topic in world.policy.topics.values() for twist in topic.twists}


def test_what_the_policy_does_with_each_circumstance_is_said(world: World) -> None:
    """Each circumstance of the file is heard in a question, and its sentence follows the answer."""
    known = twists(world)
    assert known.keys() == ASKED.keys()
    for name, (question, topic) in ASKED.items():
        said, own = known[name], world.policy.topics[topic]
        put = own.twisted(question)
        assert put.answer.startswith(own.answer), question
        assert said.says in put.answer, question
        assert set(said.cites) <= set(put.cites), question


def test_the_sentence_and_its_clause_come_with_the_answer(world: World) -> None:
    """ "Can I follow a pupil once I have left" is told that confidentiality goes on, with that clause."""
    given = say(world, "can i follow a pupil once i have left", "follow-former-student")
    assert "even after they leave the employment" in given.text
    assert "sm-067" in {clause.id for clause in given.citations}


@pytest.mark.parametrize(("question", "topic"), NOT_ASKED)
def test_nothing_is_said_of_what_was_not_asked(world: World, question: str, topic: str) -> None:
    """Where no circumstance is named, or "holiday" is a picture's, the topic's answer stands alone."""
    own = world.policy.topics[topic]
    assert own.twisted(question) is own


def test_no_more_than_two_circumstances_stand_under_an_answer(world: World) -> None:
    """Of a question that heaps up circumstances the first two of the file are spoken to."""
    question = "he is 19 now, he asked me first, just once, at the weekend, his mum agreed, and i have left"
    put = world.policy.topics["message-student-personal-account"].twisted(question)
    assert sum(twist.says in put.answer for twist in twists(world).values()) == 2


def test_a_faulty_circumstance_stops_the_start(world: World, tmp_path: Path) -> None:
    """An unknown topic or clause, words of no clause, no ground at all: each is told with its line."""
    shutil.copytree(ROOT / "policy_kb", tmp_path / "policy_kb")
    folder = tmp_path / "policy_kb" / "social-media"
    (folder / "twists.yml").write_text(WRONG, encoding="utf-8")
    with pytest.raises(DataFaults) as told:
        load_policy(folder)
    found = {fault.line: fault.message for fault in told.value.faults if fault.path.name == "twists.yml"}
    assert found.keys() == {2, 3, 4, 5, 6}
    for line, words in ((2, "no-such-topic"), (3, "sm-999"), (4, "never written"), (5, "cite the clause")):
        assert words in found[line]


def test_what_a_parent_did_is_nothing_that_the_asker_did(world: World) -> None:
    """That a mum has messaged is no post that is to be reported; that a colleague has posted is."""
    own = world.policy.topics["photo-on-personal-account"]
    assert "done already" not in own.twisted("her mum has messaged me to put the photo on my page").answer
    assert "done already" in own.twisted("she has posted the photo on her page").answer
    slip = world.policy.topics["dm-student-federation-account"]
    assert (
        "done already" in slip.twisted("i answered a pupil in the page's inbox, it was her deadline").answer
    )
