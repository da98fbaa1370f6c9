"""Does the answer answer the asker: the heading, the sentence, the clause, and what is said of others."""

from __future__ import annotations

import pytest

from bot.asking.answer import Answer, answer
from bot.asking.frame import Frame, read_frame
from bot.asking.render import as_messages
from bot.content.world import World
from bot.domain.messages import Heading, Paragraph, Quote, Verdict
from bot.engine.parse import Continued, Parse, Ranked

# Others are the subject, and the asker acts all the same.
MISLEADING = (
    "do pupils mind if I follow them on my own Instagram",
    "can parents object when I post pictures of their kids on my own page",
    "would students be happy with me following them from my own account",
    "can pupils see what I post on my own account",
    "may parents let me add their kids on my own Snapchat",
    "are students fine with me messaging them from my own phone",
    "can a parent stop me posting a picture of a pupil on my own page",
    "should pupils expect me to like their posts from my own account",
    "can students tell that I follow them on my own TikTok",
    "will parents complain if a teacher follows a pupil",
)
FOLLOW = "follow-former-student"


def frame(world: World, question: str) -> Frame:
    return read_frame(question, world.rules.frame, world.rules.platforms)


def say(world: World, question: str, *topics: str, in_scope: float = 1.0) -> Answer:
    shares = (0.8, 0.15, 0.05)
    ranking = tuple(
        Ranked(world.policy.intent(name), share) for name, share in zip(topics, shares, strict=False)
    )
    return answer(question, Parse(question, ranking, in_scope), world.policy, rules=world.rules)


# Contact has two sides: who begins it does not matter to the rule.
CONTACT = (
    "can students be in a WhatsApp group with their form tutor",
    "can pupils message their teacher on instagram",
    "can a student follow their old head of year on insta",
    "can sixth formers be in a group chat with the sports coach",
    "is it ok if a former student messages a teacher on facebook",
)


@pytest.mark.parametrize("question", CONTACT)
def test_contact_of_students_with_staff_is_ruled_as_that_of_staff(world: World, question: str) -> None:
    """Students who contact staff are read as staff in contact with them, no matter who began it."""
    read = frame(world, question)
    assert read.actor == ("staff", "student")
    assert read.person == ("student",)
    assert not read.sure


@pytest.mark.parametrize(
    "question",
    [
        "can students comment on each other's posts",
        "can pupils film their teacher",
        "can parents message their child's teacher",
        "can students follow the school's account",
    ],
)
def test_what_is_no_contact_of_students_with_staff_stays_theirs(world: World, question: str) -> None:
    """Other acts of students, and other people's messages, are not read as the staff's."""
    assert "staff" not in frame(world, question).actor


@pytest.mark.parametrize("question", MISLEADING)
def test_the_asker_is_an_actor_where_the_asker_acts_too(world: World, question: str) -> None:
    """Pupils or parents may be the subject: staff act beside them, and nothing is sure."""
    read = frame(world, question)
    assert not read.sure
    assert "staff" in read.actor or not read.actor


@pytest.mark.parametrize("question", MISLEADING)
@pytest.mark.parametrize("topic", [FOLLOW, "photo-on-personal-account", "sign-posts", "disclaimer"])
def test_no_misread_actor_turns_a_rule_into_a_yes(world: World, question: str, topic: str) -> None:
    """ "Does not bind a student" is never said to an asker of what they do themselves."""
    assert "not bind" not in say(world, question, topic).text


@pytest.mark.parametrize(
    "question",
    [
        "can parents follow pupils",
        "are students allowed to follow year 7s",
        "is it fine for parents to add pupils",
    ],
)
def test_what_is_read_beyond_doubt_is_sure(world: World, question: str) -> None:
    """The word after "can" is beyond doubt where the asker does nothing."""
    assert frame(world, question).sure


@pytest.mark.parametrize(
    ("question", "actor"),
    [
        ("I'm a governor, can I follow pupils", "governor"),
        ("as a governor may I tweet about the school", "governor"),
        ("I work with the governors, can I follow pupils", "staff"),
        ("my husband put a rude post about us on Facebook, am I in trouble", "outsider"),
        ("my sister tweeted about the head, could it come back on me", "outsider"),
        ("my husband and I are going to Spain, can I post pictures", "staff"),
        ("can one of the parents film the play", "parent"),
    ],
)
def test_who_asks_may_say_who_they_are_or_ask_of_another(world: World, question: str, actor: str) -> None:
    """A governor who asks is one, and what a husband posted is the husband's."""
    assert frame(world, question).actor == (actor,)


def test_the_closest_rule_begins_with_what_it_says_for_who_asks(world: World) -> None:
    """Who or what was asked about first, then what the rule is about, then whom to ask, then the rule."""
    given = say(world, "do I need two people to run my own account", "account-two-runners")
    assert given.kind == "related"
    order = ["does not ask this of your own account", "about a Federation account", "Leadership Team"]
    places = [given.text.index(words) for words in (*order, "The policy says")]
    assert places == sorted(places)


def test_a_rule_that_needs_what_is_not_named_says_when_it_holds(world: World) -> None:
    """A class that was not read as students is not told that the rule does not apply."""
    given = say(
        world,
        "can I put my own phone's pictures of the netball lot's bus on my own page",
        "student-full-name",
    )
    assert "does not apply" not in given.text
    given = say(world, "can the library's account follow the theatre", "federation-account-follow-students")
    assert "the rule holds" in given.text
    assert given.verdict == ""


@pytest.mark.parametrize(
    ("question", "topic", "heading"),
    [
        ("can I post pictures of my cousin's wedding", "friends-and-family-online", "Can I post pictures of"),
        ("can I message my brother on WhatsApp", "friends-and-family-online", "Can I be in touch"),
        ("can a dad film the harvest assembly", "parents-own-use", "Can parents take or post pictures"),
        ("can parents set up their own group chat", "parents-own-use", "Can parents have their own groups"),
        ("are pupils allowed to set up a page", "students-own-use", "Can students have their own accounts"),
        (
            "can I unfollow a mum on my own account",
            "colleagues-and-parents-online",
            "Can I end or decline contact",
        ),
        ("does the policy hold for a trainee", "who-is-covered", "Does the policy apply to trainees"),
        ("how do we get an account", "can-we-have-account", "How do we get"),
    ],
)
def test_heading_and_sentence_answer_what_was_asked(
    world: World, question: str, topic: str, heading: str
) -> None:
    """A topic is put in the words for this question, in the text and on every channel; its verdict stays."""
    given, found = say(world, question, topic), world.policy.topics[topic]
    assert given.heading.startswith(heading)
    assert (given.verdict, given.modality) == (found.verdict, found.modality)
    assert f"{given.heading}\n" in given.text
    assert given.statement in given.text
    message = as_messages(given, world.policy, {}, texts=world.rules.texts)
    assert Heading(given.heading) in message.blocks
    assert Paragraph(given.statement) in message.blocks


def test_own_child_at_the_school_is_told_no_plainly(world: World) -> None:
    """A picture of one's own child who is a student here has the ban on pictures, in words for a parent."""
    given = say(
        world,
        "my son is in year 4 here, can I put his picture on my own Facebook",
        "photo-on-personal-account",
    )
    assert given.verdict == "never"
    assert "own child" in given.statement


def test_a_ban_stands_before_the_sentence_that_opens_its_list(world: World) -> None:
    """ "Under no circumstances …" is read before "… can be assumed to be acceptable", never after it."""
    given = say(world, "can I put a picture of a pupil on my own page", "photo-on-personal-account")
    assert given.text.index("Under no circumstances") < given.text.index("can be assumed to be acceptable")
    message = as_messages(given, world.policy, {}, texts=world.rules.texts)
    quotes = [block.text for block in message.blocks if isinstance(block, Quote)]
    assert quotes[0].startswith("Under no circumstances")


def test_every_ban_of_a_list_that_allows_stands_alone(world: World) -> None:
    """No clause that forbids or limits is shown under a sentence that only allows."""
    for clause in world.policy.clauses.values():
        lead_in = world.policy.clauses.get(clause.lead_in or "")
        if lead_in and "can be assumed to be acceptable" in lead_in.quote:
            assert clause.stands_alone, clause.id


@pytest.mark.parametrize(
    "text",
    [
        "my own daughter is in year 8 here. can i post her picture on my page",
        "a parent wants to add me, do i say yes? she is kind and our kids are mates",
        "can i put the trip on my page? it is only so the other parents can see",
        "i am on leave this term. can i still post on the account",
    ],
)
def test_what_only_tells_is_no_second_question(world: World, text: str) -> None:
    """A sentence that tells something beside the question does not make "two things"."""
    assert world.rules.doubles.halves(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "can we post a photo of the trip and can we name the pupils",
        "do i need a disclaimer and what happens if i forget it",
        "who approves an account? how do i apply for one",
    ],
)
def test_two_questions_are_two(world: World, text: str) -> None:
    """Two questions in one are still read as two."""
    assert len(world.rules.doubles.halves(text)) == 2


def test_the_second_half_is_read_after_the_first(world: World) -> None:
    """ "And what happens if they are rude" asks of those who were named in the first half."""

    def part(text: str, topic: str, after: Continued | None = None) -> Parse:
        ranking = (Ranked(world.policy.intent(topic), 0.9),)
        return Parse(text, ranking, 0.9, after=None if after is None else lambda _: after)

    names = ("parent-offensive-post", "student-offensive-comments", "parents-comments")
    intents = [world.policy.intent(name) for name in names]
    after = Continued(dict(zip(intents, (0.8, 0.1, 0.1), strict=True)), {intents[2]: 0.9})
    first = part("can parents comment on our posts", "parents-comments")
    second = part("what happens if they are rude", "student-offensive-comments", after)
    question = "can parents comment on our posts and what happens if they are rude"
    whole = Parse(question, first.ranking, 0.9, apart=lambda _: (first, second))
    given = answer(question, whole, world.policy, rules=world.rules)
    assert [also.topic for also in given.also] == ["parent-offensive-post"]


@pytest.mark.parametrize(
    ("told", "likeliest", "next_best"),
    [
        (
            "a year 11 poses as me and writes to other kids",
            "message-student-personal-account",
            "fake-account",
        ),
        (
            "someone wrote a racist thing under our post",
            "think-before-replying",
            "abuse-on-federation-account",
        ),
        (
            "a girl's top slipped in the picture that I took",
            "photo-on-personal-account",
            "compromising-picture-by-accident",
        ),
    ],
)
def test_what_is_told_is_not_answered_with_what_one_may_do(
    world: World, told: str, likeliest: str, next_best: str
) -> None:
    """Under the offer of a report stands the topic of such incidents, and no verdict on the teller."""
    intent, other = world.policy.intent(likeliest), world.policy.intent(next_best)
    ranking = (Ranked(intent, 0.5), Ranked("report_abuse", 0.3), Ranked(other, 0.2))
    given = answer(told, Parse(told, ranking), world.policy, rules=world.rules)
    assert given.kind == "report"
    assert given.topic == next_best
    alone = answer(told, Parse(told, ranking[:2]), world.policy, rules=world.rules)
    assert (alone.kind, alone.topic, alone.verdict) == ("report", "", "")


def test_a_verdict_counts_what_its_neighbours_say_too(world: World) -> None:
    """Between two topics that forbid the same the verdict is not in doubt."""
    ranking = (
        Ranked(world.policy.intent("own-interests-online"), 0.2),
        Ranked(world.policy.intent("unrelated-personal-posts"), 0.18),
    )
    question = "may I post about my garden on my own page"
    sure = answer(question, Parse(question, ranking, 0.5), world.policy, rules=world.rules)
    assert (sure.kind, sure.verdict) == ("answer", "allowed_if")
    message = as_messages(sure, world.policy, {}, texts=world.rules.texts)
    assert [block for block in message.blocks if isinstance(block, Verdict)]
