"""Kinds of question that were answered wrongly once, each in wordings that nothing is learnt from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.asking.answer import Answer, answer
from bot.asking.whom import named_lines
from bot.content.world import World
from bot.engine.engine import build_engine, read_lesson

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
Ask = Callable[[str], Answer]

FORMER_STUDENTS = (
    "can old pupils be my facebook friends",
    "could a leaver become one of my followers on insta",
    "may ex-students who teach here now be my friends on facebook",
    "are former pupils allowed on my friends list",
    "can alumni stay my contacts on linkedin",
    "is it ok for past students to be among my followers",
    "can last year's leavers be my mates on snapchat",
    "should an ex-pupil be in my connections",
)
OWN_CHILD_AND_OTHERS = (
    "may I post my son's race on my own facebook when others are in the picture",
    "can I put my daughter in the nativity on my insta if the rest are in the background",
    "photo of my own child with her classmates in the shot, can I share it on my facebook",
    "can i post my lad at the match on my own page, other people's kids are in it",
    "my girl's assembly: can I upload it to my own account when everyone else is in the video",
    "am i ok to share my boy on stage on my private insta with teammates in the picture",
    "can I post a pic of my twins on the trip to my own facebook, others are in it",
    "may i put my own kid's prize giving on my own insta if classmates are in the photo",
)
PARENTS = (
    "a parent has sent me a friend request",
    "one of the mums has asked to follow me",
    "got a request off a dad on instagram",
    "a carer wants to be friends with me on facebook",
    "a pupil's mother added me last night",
    "the father of one of my tutees has sent an invitation on linkedin",
    "what do I do with friend requests from parents",
    "somebody's gran has requested to follow my account",
)
PARENTS_WHO_ARE_FRIENDS = (
    "an old friend has a daughter here now, must I unfriend her",
    "my mate's got two kids at our school, do i have to drop him from facebook",
    "can I stay friends on insta with a neighbour who has a son in my year",
    "my cousin has a child in year 8 here, can we still be connected",
    "I was friends with her before she had a boy here, should I end it",
    "my running partner is a mum with a girl at the school, fine to keep her on facebook",
    "do I unfollow a friend of mine who has children at our school",
    "my best friend now has twins in reception here, may we still chat on facebook",
)
PARENTS_OF_MY_CLASS = (
    "may I add parents of pupils in my form on facebook",
    "are teachers allowed to be connected with the parents of students they teach",
    "is it ok to follow parents of children in our reception class on insta",
    "can I be linked on linkedin with parents of my year 9s",
)
CAPTIONS = (
    'can we write "Goal of the season: Amara Nwosu" below the clip on our page',
    "is 'Bravo Leo Whitfield 7C' fine for the tweet",
    "may the caption say “Head girl Ruth Adeyemi opens the fair”",
    'would "Spelling bee champion Ines Carvalho!" be ok on the school insta',
)
FOR_THE_SCHOOL = (
    "could we ask families to donate books on the school page",
    "may the governors raise money for the roof on our facebook page",
    "is a raffle for the minibus ok on the school account",
    "do staff get paid overtime for running the school account",
    "is there a TLR for managing the department page",
)
FOLLOWERS = (
    "how many followers does a department page need",
    "is there a minimum number of followers for our account",
    "what is the maximum number of followers we may have",
    "do we have to reach a certain number of likes",
    "how many subscribers before the channel is approved",
    "how many likes should a post get",
    "is there a target of followers in the first year, a minimum number of followers say",
    "how many views must a video have",
)
LEAVERS = (
    "delete pictures when children leave",
    "do photos have to come off the page once a pupil has left",
    "must we remove a student's pictures after she has gone to another school",
    "what becomes of pictures of students who leave us",
    "when year 11 go, do we take their photos down",
    "how long do we keep photos of pupils who have left",
    "are leavers' photos to be wiped from the account",
    "pictures of children no longer with us, do they stay up",
)
PRIVATE_MESSAGES_OF_STUDENTS = (
    "may students write to us privately on the faculty twitter",
    "can pupils direct message the PE account",
    "is it fine if a student messages the school instagram in private",
    "can year 10s dm our department page about revision",
    "are students allowed to send direct messages to the school account",
    "could a pupil message the choir's account privately",
    "can tutees private message the history account for help",
    "is a student allowed to dm the school's facebook",
)
CALM = (
    "his son was left out of the caption",
    "mum wants her girl's name added, she got left off the list",
    "the goalie got cut out of the team picture",
    "a boy was missed off the cast list we posted",
    "her daughter was left behind in the captions again",
    "gran says we forgot her grandson in the thank-you post",
    "a child was cropped out and dad has complained",
    "we left a pupil out of the medal post",
    "one lad said no photos although his mum has signed",
    "a girl wants to be in the video and her dad has refused",
    "the pupil would rather not be filmed, the form says yes",
    "he wants to be in the prom photo, his carers have said no",
)
VILE_COMMENTS = (
    "a grandmother writes vile things about our office staff under every post",
    "some man insults our cook in the comments day after day",
    "a dad keeps calling the bursar filthy names on our page",
    "an auntie has been horrible about the TA under the fair post",
)
TAKEN_TO_BE_HARMED = (
    "a student posted that she is going to Somalia this summer to be cut",
    "her friend says they are sending her away to get married",
    "one of our girls wrote she will be flown to her grandmother to be circumcised",
    "year 10 girl says her dad is marrying her off in the holidays",
    "a pupil told a classmate she is being sent abroad to be married",
    "she wrote under a video that they take her abroad to have it cut, she's in my tutor group",
    "a girl in year 9 thinks she is going home in july for the cutting",
    "they want to marry her off, she is fifteen and in my class",
)
ADULTS_OF_A_SCHOOL = (
    "my head",
    "the headteacher",
    "our head of year",
    "the deputy head",
    "the DSL",
    "a governor",
    "the site manager",
    "the IT technician",
    "a teacher",
)
WEDDINGS_AND_CUTS = (
    "my sister sent me an invitation, she is getting married in the holidays, can I post it",
    "her hair is cut for summer, can her picture stay up",
    "the girls' hours will be cut after easter, can I complain on facebook",
    "children come home in the holidays for the cutting of the cake, can we film it",
    "a colleague is flying to Italy to be a bridesmaid, can we post the photos",
    "she asks for the video to be cut to a minute",
    "year 9 girl was cut from the netball squad at christmas and is sad",
    "is it ok to congratulate a teacher who got engaged abroad",
)


@pytest.fixture(scope="module")
def ask(world: World) -> Ask:
    """Answers a question by the built-in engine, with its language model."""
    engine = build_engine(read_lesson(ROOT / "intents", [world.policy]), ROOT / ".cache")
    contacts = named_lines(world.federation, world.rules.texts)
    return lambda text: answer(text, engine.parse(text), world.policy, rules=world.rules, contacts=contacts)


def topics_of(given: Answer) -> set[str]:
    """The topics of an answer, of its second half, and of what is asked back."""
    return {given.topic, *(second.topic for second in given.also), *(one.topic for one in given.options)}


@pytest.mark.parametrize("text", FORMER_STUDENTS)
def test_former_students_are_no_friends_of_staff(ask: Ask, text: str) -> None:
    """Whether "they" may be "my friends" is asked by staff: the ban on following answers."""
    given = ask(text)
    assert given.verdict == "never", given
    assert "sm-094" in {clause.id for clause in given.citations}


@pytest.mark.parametrize("text", OWN_CHILD_AND_OTHERS)
def test_others_in_a_picture_of_an_own_child_are_students(ask: Ask, text: str) -> None:
    """Nobody is allowed a picture of other people's children because their own child is in it."""
    given = ask(text)
    assert given.verdict != "allowed_if", given
    assert "photo-on-personal-account" in topics_of(given)


@pytest.mark.parametrize("text", [*PARENTS, *PARENTS_WHO_ARE_FRIENDS])
def test_parents_are_no_students(ask: Ask, text: str) -> None:
    """A parent who asks to connect, and a friend who became a parent, are not taken for students."""
    given = ask(text)
    assert given.verdict != "never", given
    assert topics_of(given) & {"colleagues-and-parents-online", "friends-and-family-online"}


def test_parents_of_ones_class_are_no_students(ask: Ask) -> None:
    """The class, form or year that a parent's child is in makes the parent no student."""
    for text in PARENTS_OF_MY_CLASS:
        given = ask(text)
        assert given.verdict != "never", given
        assert given.frame.person == ("parent",), given


def test_a_caption_with_a_full_name_gets_the_rule_on_names(ask: Ask) -> None:
    """A first and last name within the quoted caption: no full name of a student."""
    for text in CAPTIONS:
        given = ask(text)
        assert (given.topic, given.verdict, given.question) == ("student-full-name", "never", text)


def test_what_is_for_the_school_is_no_personal_gain(ask: Ask) -> None:
    """Pay for running an account, and money raised for the school: the policy forbids neither."""
    for text in FOR_THE_SCHOOL:
        assert ask(text).verdict != "never", text


@pytest.mark.parametrize("text", FOLLOWERS)
def test_no_number_of_followers_is_made_up(ask: Ask, text: str) -> None:
    """The two who run an account are no number of followers, of which the policy gives none."""
    given = ask(text)
    assert given.kind in ("related", "not_covered", "clarify"), given
    assert not given.verdict


@pytest.mark.parametrize("text", LEAVERS)
def test_pictures_of_leavers_have_an_answer(ask: Ask, text: str) -> None:
    """What becomes of pictures when students leave is left open by the policy, and no ban on contact."""
    given = ask(text)
    assert "pictures-of-leavers" in topics_of(given), given
    assert given.verdict != "never"


@pytest.mark.parametrize("text", PRIVATE_MESSAGES_OF_STUDENTS)
def test_private_messages_of_students_are_never_allowed(ask: Ask, text: str) -> None:
    """Staff may not enter into private messages with students on a Federation account."""
    assert ask(text).verdict == "never"


def test_what_is_told_of_a_picture_is_seldom_taken_for_danger(ask: Ask) -> None:
    """A child left out of a caption and a disputed consent: no more of them alarm than was measured."""
    alarming = [text for text in CALM if ask(text).kind in ("danger", "concern")]
    assert len(alarming) <= 5, alarming


@pytest.mark.parametrize("text", VILE_COMMENTS)
def test_vile_comments_are_abuse_and_no_danger(ask: Ask, text: str) -> None:
    """Insults of staff are reported; nobody is in danger of them."""
    assert ask(text).kind not in ("danger", "concern")


@pytest.mark.parametrize("text", TAKEN_TO_BE_HARMED)
def test_a_girl_who_is_to_be_cut_or_married_is_in_danger(ask: Ask, text: str) -> None:
    """Female genital mutilation and forced marriage are danger, in the words in which girls tell of them."""
    assert ask(text).kind == "danger"


@pytest.mark.parametrize("adult", ADULTS_OF_A_SCHOOL)
def test_whichever_adult_touched_a_student_it_is_danger(ask: Ask, adult: str) -> None:
    """Nobody's office keeps what they did to a child from being read as danger."""
    assert ask(f"{adult} touched a student").kind == "danger"
    assert ask(f"I think {adult} has touched one of the girls").kind == "danger"


@pytest.mark.parametrize(
    "text",
    [
        "May I send the picture of a naked girl to the head as proof?",
        "he has a video with two undressed boys on his phone",
        "Somebody wrote: on Friday we'll see how many of you get out alive",
        "a message says 'count how many of them make it'",
    ],
)
def test_undressed_child_and_a_count_of_the_living_are_danger_by_their_words(world: World, text: str) -> None:
    """However calm the readers are: a blind author's were answered with a rule and no number."""
    assert world.rules.danger.is_plain(text)


@pytest.mark.parametrize("text", WEDDINGS_AND_CUTS)
def test_weddings_and_cuts_match_no_pattern_of_danger(world: World, text: str) -> None:
    """A wedding, a haircut and a squad are none of what is done to a girl against her will."""
    assert not world.rules.danger.found(text)
