"""Plain questions that were asked back, turned away or met with alarm: a child known by name, a slip."""

from __future__ import annotations

import pytest

from bot.asking.answer import Answer, answer
from bot.asking.frame import read_frame
from bot.asking.render import as_messages
from bot.content.wording import fold
from bot.content.world import World
from bot.domain.messages import Callout, Paragraph
from bot.engine.parse import Alarm, Parse, Ranked

BY_NAME = (
    "Amira's mum is fine with the photo on my own page",
    "jake's dad says the picture can go on my insta story",
    "Lenas parents sent a yes for the video, so I post it myself?",
    "Otis's nan loves the pic, can I share it",
)
NOT_BY_NAME = (
    "my friend's mum is fine with the photo on my own page",
    "a colleague's dad took the picture, can I share it",
    "our receptionist's mum likes my photos, so what",
    "class mum wants photos for her page",
)
FULL_NAMES = (
    "can I put Esme Fairbank on the prize post, her dad asked",
    "may we write Idris Kaleko-Dunn under the team photo",
    "tweeting congrats to Priya Nandal on her medal, ok?",
    "do we print Owen Bretherton in the caption or just Owen",
)
NO_STUDENTS_NAME = (
    "can I put Google Classroom in the post, his parents use it",
    "may we name Mr Adam Fold in the caption of his photo",
    "congrats to Dina Frost our receptionist on her baby, may we post it",
    "can we use Canva Pro for pictures",
)
CURBED = (
    "can we stop parents filming the play",
    "may I ban mums and dads from posting clips",
    "can we tell parents they can't share photos of other children",
    "may I ask parents not to film",
)
SILLY = (
    "a year 8 asleep with his mouth open, hilarious, school page?",
    "cute one of a girl with jam all over her face, can we post it",
    "he fell flat on his back and laughed, ok for facebook",
)
_NUDE = "child naked or in a sexual way"


def say(world: World, question: str, *topics: str, alarm: Alarm | None = None, share: float = 0.8) -> Answer:
    ranking = tuple(Ranked(world.policy.intent(name), share / (4**at)) for at, name in enumerate(topics))
    return answer(question, Parse(question, ranking, 1.0, alarm=alarm), world.policy, rules=world.rules)


def persons(world: World, question: str) -> tuple[str, ...]:
    return read_frame(fold(question), world.rules.frame, world.rules.platforms).person


@pytest.mark.parametrize("question", BY_NAME)
def test_a_child_known_by_name_alone_is_a_student(world: World, question: str) -> None:
    """Where the family of somebody with a name is happy with a picture, a student is concerned."""
    assert {"parent", "student"} <= set(persons(world, question))


@pytest.mark.parametrize("question", NOT_BY_NAME)
def test_whose_parent_is_no_pupils_is_no_student(world: World, question: str) -> None:
    """The mother of a friend or of a colleague, or of a class, makes nobody a student."""
    assert "student" not in persons(world, question)


@pytest.mark.parametrize("question", FULL_NAMES)
def test_a_first_and_last_name_is_read_without_quotation_marks(world: World, question: str) -> None:
    """Who asks to put a child's names on a post asks for the rule on full names."""
    assert "a student's full name" in world.rules.frame.spelt_out(question)


@pytest.mark.parametrize("question", NO_STUDENTS_NAME)
def test_two_capitals_are_no_students_name(world: World, question: str) -> None:
    """A product, a grown-up with a title and a colleague keep their names."""
    assert world.rules.frame.spelt_out(question) == question


@pytest.mark.parametrize("question", CURBED)
def test_who_may_stop_parents_reads_that_the_policy_does_not_say(world: World, question: str) -> None:
    """What parents film is what is asked about, and not turned away as a rule about others."""
    given = say(world, question, "parents-own-use")
    assert (given.kind, given.topic) == ("answer", "parents-own-use")
    assert "does not say whether parents may be stopped" in given.statement


@pytest.mark.parametrize("question", SILLY)
def test_a_silly_picture_brings_no_word_of_sexual_ones(world: World, question: str) -> None:
    """A boy asleep is no indecent picture: the rule on ridicule stands alone, on every door."""
    given = say(world, question, "image-dress-or-ridicule")
    shown = as_messages(given, world.policy, {}, texts=world.rules.texts)
    assert given.topic == "image-dress-or-ridicule"
    assert _NUDE not in given.text
    assert not [block for block in shown.blocks if isinstance(block, Callout) and _NUDE in (block.text or "")]


@pytest.mark.parametrize("told", ["half naked", "with no shirt on", "topless"])
def test_a_picture_that_may_undress_keeps_its_note(world: World, told: str) -> None:
    """However funny it is meant: what may show a child undressed brings the note first."""
    given = say(world, f"funny pic of a year 8 {told}, lol, school page?", "image-dress-or-ridicule")
    assert _NUDE in given.text


def test_no_rule_on_pictures_stands_under_a_danger_that_asks_for_none(world: World) -> None:
    """Under what tells of danger, and asks nothing, stand incidents alone."""
    alarm = Alarm(danger=0.7, concern=0.2, likeness=0.8)
    told = "a man in a game wants photos of her and she must not tell her mother"
    given = say(world, told, "asked-not-to-be-photographed", alarm=alarm)
    assert (given.kind, given.topic) == ("danger", "")
    asked = say(world, f"{told}. can I film it?", "asked-not-to-be-photographed", alarm=alarm)
    assert (asked.kind, asked.topic) == ("danger", "asked-not-to-be-photographed")


def test_who_asks_whom_to_tell_of_a_worry_reads_of_no_blocking(world: World) -> None:
    """Under a concern whom to tell brings the rule on worries, however likely another is."""
    alarm = Alarm(danger=0.1, concern=0.85, likeness=0.4)
    told = "a girl in my form seems low since her friends fell out with her online, who do I tell"
    given = say(
        world,
        told,
        "end-contact-with-student",
        "e-safety-programme",
        "worrying-information-about-child",
        alarm=alarm,
    )
    assert (given.kind, given.topic) == ("concern", "worrying-information-about-child")


@pytest.mark.parametrize(
    ("question", "topic", "offer"),
    [
        ("a complaint came in at noon, can you note it down for me", "reply-within-24-hours", "log_comment"),
        ("remind us when this must be answered", "reply-within-24-hours", "log_comment"),
        ("can you check this photo for me", "checks-before-posting-photo", "check_picture"),
        ("please look over my wording", "check-a-draft", "check_draft"),
        ("I sent a report in May and nobody came back to me", "what-happens-to-report", "see_reports"),
        ("where do I start with a page for the choir", "apply-for-account", "account_request"),
    ],
)
def test_what_is_asked_of_signpost_itself_is_named_first(
    world: World, question: str, topic: str, offer: str
) -> None:
    """Who asks for a check, a note or a report's whereabouts reads first how to get it, on every door."""
    given = say(world, question, topic)
    texts = world.rules.texts
    assert given.text.removeprefix(f"{given.read_as}\n").startswith(texts.here[offer])  # type: ignore[index]
    shown = as_messages(given, world.policy, {}, texts=texts).blocks
    said = [block.text for block in shown if isinstance(block, Paragraph)]
    assert texts.here[offer] in said[:2]  # type: ignore[index]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("how soon must a comment be answered", "reply-within-24-hours"),
        ("what must I check before I post a photo", "checks-before-posting-photo"),
        ("what tone should a tweet have", "tone-of-posts"),
        ("who investigates reports", "what-happens-to-report"),
    ],
)
def test_who_asks_for_a_rule_is_sent_nowhere(world: World, question: str, topic: str) -> None:
    """A question for a rule begins with the rule."""
    assert say(world, question, topic).here == ""


@pytest.mark.parametrize("wording", ["who gets it", "is there a form", "what goes in it"])
def test_the_points_of_a_business_case_are_named(world: World, wording: str) -> None:
    """The clause ends in a colon, so that who asks about the business case reads its points in the answer."""
    given = say(world, f"a page for the choir, {wording}", "apply-for-account")
    assert "aim, audience, promotion" in " ".join(given.statement.split())
    assert "openness to the public" in given.statement


@pytest.mark.parametrize(
    "question",
    [
        "1) who has to sign posts 2) can they be funny",
        "a) must two of us run it? b) can it be private",
        "IT here. 1. do they have to give us the login? 2. who closes it?",
        "Governor here, new this year. Who answers for the policy? And is it normal to search for our name?",
    ],
)
def test_two_questions_with_numbers_are_two(world: World, question: str) -> None:
    """Questions that are counted are read one by one."""
    assert len(world.rules.doubles.halves(question)) == 2
