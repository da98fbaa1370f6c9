"""The frame of a question: who acts, what is done, on whose account, about whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.asking.frame import Frame, contradictions, read_frame
from bot.asking.reading import read
from bot.content.documents import DataFaults
from bot.content.frame_words import load_frame_words
from bot.content.policy import Applies
from bot.content.world import World
from bot.engine.parse import Parse

ROOT = Path(__file__).parents[2]


def frame(world: World, question: str) -> Frame:
    return read_frame(question, world.rules.frame, world.rules.platforms)


@pytest.mark.parametrize(
    ("question", "actor"),
    [
        ("can I follow the pupils", "staff"),
        ("are parents allowed to film the play", "parent"),
        ("is it fine for students to post selfies", "student"),
        ("Quick look at TikTok at break, fine for students?", "student"),
        ("pupils messaging each other, ok?", "student"),
        ("may the head comment from his own account", "head"),
        ("can the school see my private messages", "school"),
        ("must governors do the training", "governor"),
        ("what does the policy say", ""),
        ("I've a pupil who wants to add me", ""),
        ("I'm one of the governors. Is there anything to add to my page?", "governor"),
        ("how must a pupil be named", ""),
        ("can a child on the no-photo list be in our post", ""),
        ("may students be on a video of ours", ""),
        ("what must students be wearing in photos", ""),
        ("may students be in a group of their own", "student"),
        ("are colleagues fair game", ""),
        ("A dad's bio names us. Does he need a disclaimer?", "parent"),
        ("can my wife follow pupils", "outsider"),
        ("may my sister, a TA at another school, add our sixth formers", "outsider"),
        ("can my wife, who also teaches here, follow pupils", ""),
        ("can my daughter in year 8 follow the school's page", ""),
        ("what is the rule on filming by parents at the play", "parent"),
        ("is there an age for pupils having TikTok", "student"),
    ],
)
def test_actor_is_who_is_asked_about(world: World, question: str, actor: str) -> None:
    """The word after "can" acts; anybody who is only told of, or has something done to them, does not."""
    assert "".join(frame(world, question).actor) == actor


@pytest.mark.parametrize(
    ("question", "act"),
    [
        ("can I follow a pupil", "follow"),
        ("can I unfollow a pupil", "leave"),
        ("can I stop messaging a leaver", "leave"),
        ("may I turn down the request of a pupil", "decline"),
        ("a pupil messaged me, can I show it to the DSL", "show"),
        ("a pupil messaged me, can I screenshot it", "keep"),
        ("block a pupil ok?", "block"),
        ("can I stay friends with an ex-pupil", "follow"),
        ("can I keep the chat going with year 10", "follow"),
        ("a pupil followed me. can I share his tweet", "share"),
        ("what is social media", ""),
        ("a snapchat group for the tour off my phone, then delete it after, yes or no", "set_up"),
        ("can I delete the chat after the tour", "delete"),
    ],
)
def test_act_is_the_one_that_leave_is_asked_for(world: World, question: str, act: str) -> None:
    """The first act after "can I" is asked about, not what has happened; ending is not starting."""
    assert "".join(frame(world, question).act[:1]) == act


@pytest.mark.parametrize(
    ("question", "account"),
    [
        ("on my own facebook", ("own",)),
        ("on my gardening page", ("own",)),
        ("on our department's page", ("federation",)),
        ("on our insta", ("federation",)),
        ("the choir's page", ("federation",)),
        ("in a group chat", ("group",)),
        ("with my tutor group", ()),
        ("look at a student's profile", ("other",)),
        ("can I follow the school account", ()),
        ("can I share the school's post on my own page", ("own",)),
        ("must I check my own account for the school", ("own",)),
        ("does IT get the password, it's my account, I made it", ("federation", "own")),
        ("I set my page up for the department, may I shut it", ("federation", "own")),
        ("I made my own page, does the school need the login", ("own",)),
    ],
)
def test_account_is_where_it_is_done(world: World, question: str, account: tuple[str, ...]) -> None:
    """What is only followed or shared is no account of the asker's."""
    assert frame(world, question).account == account


@pytest.mark.parametrize(
    ("question", "person"),
    [
        ("can I message my own kids", {"own_family"}),
        ("can I message my kids", {"student"}),
        ("can I post my kids on holiday", {"own_family"}),
        ("can I follow an ex-pupil", {"former_student"}),
        ("can I add a girl I taught", {"former_student"}),
        ("can I follow a pupil at another school", {"other_pupil"}),
        ("can I follow a student who was never at our school", {"other_pupil"}),
        ("can I follow pupils from a school I used to teach at", {"other_pupil"}),
        ("can I post a picture of 7B on my insta", {"student"}),
        ("can I post about my 10k run", set()),
        ("can I message my daughter, she is a student here", {"own_family", "student"}),
        ("can I add a pupil's mum", {"parent"}),
        ("can I add a parent of a pupil", {"parent"}),
        ("a friend request from a boy's dad in my form", {"parent"}),
        ("mum has said in writing that her full name is fine on our page", {"parent", "student"}),
        ("dad agrees to Tom's surname under the photo", {"parent", "student"}),
        ("can I thank a dad by his full name", {"parent"}),
        ("can I follow a Year 9 teacher", {"colleague"}),
        ("see you at parents' evening", set()),
        ("is there a Friends of the School page", set()),
        ("can I put pictures of the nativity on my insta", {"student"}),
        ("can I forward a pupil's message to the head", {"student"}),
        ("could we have a Facebook group for the homework club", {"student"}),
        ("could we have a Facebook group for my class", {"student"}),
        ("a group for the boys in my form", {"student"}),
        ("a group with a girl in my form", {"student"}),
        ("a group for the twins", {"student"}),
        ("a group for Year 11s", {"student"}),
        ("a group for the lads", {"student"}),
        ("a group with the mums", {"parent"}),
        ("a group with somebody's dad", {"parent"}),
        ("may I put pictures of sports day on my page if nobody outside my friends can see", {"student"}),
        ("can I post the trip, only my family will see it", {"student"}),
        ("can I post my best mate's birthday", {"friend"}),
    ],
)
def test_person_is_whom_it_is_about(world: World, question: str, person: set[str]) -> None:
    """Own children are no pupils, a pupil's mother is no pupil, and a nativity is full of them."""
    assert set(frame(world, question).person) == person


@pytest.mark.parametrize(
    ("question", "actor", "act"),
    [
        ("A mum sent me a friend request. Does the policy say I can't?", (), ("follow",)),
        ("a dad asked to connect, does the policy forbid it", (), ("follow",)),
        ("can we tell parents that they can't film", ("parent", "staff"), ("film",)),
        ("is there money to boost our open day post on fb", (), ("share",)),
        ("can I open a facebook page", ("staff",), ("set_up",)),
        ("my bio says it, does it need anything adding", (), ()),
        ("y9 dmed our page", (), ("message",)),
        ("connecting with them, is that banned", (), ("follow",)),
    ],
)
def test_what_the_policy_says_is_nobodys_act(
    world: World, question: str, actor: tuple[str, ...], act: tuple[str, ...]
) -> None:
    """A policy that says or forbids, an open day and what is added to a profile are no act of somebody's."""
    read_of = frame(world, question)
    assert (read_of.actor, read_of.act) == (actor, act)


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("can I put 'Well done Ana Reyes' under the photo", True),
        ("My Twitter bio says 'Maths teacher, views on life and Leeds United'", False),
        ("is 'Head of Art, Mia Stone' ok as my own headline", False),
        ("can I post: great hat-trick by Ana Reyes in Y8", True),
        ("Superb poem by Ana Reyes of 9B", True),
        ("Superb poem by Ana Reyes, our teacher of English in year 8", False),
    ],
)
def test_a_caption_is_a_childs_and_not_the_askers(world: World, question: str, holds: bool) -> None:
    """A full name in a caption or in praise is read as a student's; what stands in one's own bio is not."""
    assert ("a student's full name" in world.rules.frame.spelt_out(question)) is holds


@pytest.mark.parametrize(
    ("question", "account"),
    [
        ("music changed their insta password and won't give it to me", ("federation",)),
        ("the art department say their twitter login is theirs", ("federation",)),
        ("a pupil changed their insta password", ("other",)),
        ("the history students changed their insta password", ("other",)),
    ],
)
def test_what_a_department_calls_its_own_is_the_federations(
    world: World, question: str, account: tuple[str, ...]
) -> None:
    """ "Their Insta" is a Federation account where a department runs it, and a pupil's where a pupil does."""
    assert frame(world, question).account == account


@pytest.mark.parametrize(
    ("question", "person"),
    [
        ("our TA is on her phone while the class gets on with it", {"colleague"}),
        ("one of my team is on tiktok when she should be teaching", {"colleague"}),
        ("one of my team scored, can I post him", {"student"}),
        ("our TA films while the class is in the hall", {"colleague", "student"}),
    ],
)
def test_who_stands_by_is_not_whom_it_is_about(world: World, question: str, person: set[str]) -> None:
    """A class that works on is no party to it; "my team" is of colleagues where it teaches."""
    assert set(frame(world, question).person) == person


def test_a_colleague_in_passing_hides_no_class(world: World) -> None:
    """Where the asking part of a long text names staff alone, whom it is about is looked for before it."""
    told = "So we have exams soon. My year 11s have been begging for a closed Facebook group for revision. "
    text = told + "I would do it all from the school e-mail, and never at night, and I know what I am doing. "
    text += "I'd get another teacher in as well. Surely that is fine if our head of year agrees?"
    read_as = frame(world, text)
    assert ("student" in read_as.person, "group" in read_as.account) == (True, True)


def test_nothing_read_contradicts_nothing() -> None:
    """A topic fits a question that says nothing of what it is about; one without `applies` fits all."""
    applies = Applies(actor=("staff",), account=("own",), person=("student",))
    assert contradictions(applies, Frame()) == ()
    assert contradictions(None, Frame(actor=("parent",))) == ()


def test_disjoint_slots_contradict() -> None:
    """One value in common is enough to fit, none contradicts; heads, IT and the school are staff."""
    applies = Applies(actor=("staff",), account=("own",), person=("student", "former_student"))
    assert contradictions(applies, Frame(account=("federation",))) == ("account",)
    assert contradictions(applies, Frame(account=("federation", "own"))) == ()
    assert contradictions(applies, Frame(actor=("head",), person=("friend",))) == ("person",)
    assert contradictions(applies, Frame(actor=("parent",))) == ("actor",)


def test_needs_must_be_named_in_a_whole_question() -> None:
    """A rule on students needs a word for one, or "them"; a follow-up may leave it unsaid."""
    applies = Applies(person=("student",), needs=("person",))
    assert contradictions(applies, Frame()) == ("person",)
    assert contradictions(applies, Frame(pronoun=True)) == ()
    assert contradictions(applies, Frame(), whole=False) == ()


def test_excluded_values_contradict() -> None:
    """One excluded person is one too many; of two acts one may be another rule's."""
    applies = Applies(person=("friend",), excludes={"person": ("student",), "act": ("block",)})
    assert contradictions(applies, Frame(person=("friend", "student"))) == ("person",)
    assert contradictions(applies, Frame(act=("block",))) == ("act",)
    assert contradictions(applies, Frame(act=("block", "follow"))) == ()


def test_frame_is_printed_with_one_value_a_slot(world: World) -> None:
    """`ask --json` prints every slot, null where nothing was read."""
    read = frame(world, "can I follow a former student on my own LinkedIn")
    assert read.to_json() == {
        "actor": "staff",
        "act": "follow",
        "account": "own",
        "person": "former_student",
        "platform": "linkedin",
    }


def test_frame_prints_no_actor_who_is_none_of_the_fixed_values(world: World) -> None:
    """The asker's own husband keeps the staff's verdict away, and `ask --json` has no name for him."""
    read = frame(world, "can my husband follow pupils on Snapchat")
    assert read.actor == ("outsider",)
    assert read.to_json()["actor"] is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "🙂" * 50,
        "can " * 500,
        "i" * 2_000,
        "can i follow " * 150,
        "\u202efollow\u202c",
        "?" * 999,
    ],
)
def test_any_text_has_a_frame(world: World, text: str) -> None:
    """Empty, endless or odd: a frame is read, if an empty one."""
    assert isinstance(frame(world, text), Frame)


def test_a_long_text_is_cut_with_any_engine(world: World) -> None:
    """Of a text longer than any question the middle is not read for its frame, with another engine either."""
    around = "can i follow " + "some words about this and that " * 300
    found = read(f"{around}a former student {around}", Parse("", (), 1.0), world.policy, world.rules).frame
    assert found.act == ("follow",)
    assert found.person == ()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("- value: block\n", "- value: blok\n", "acts > 0 > value"),
        ("{boss}\\\\b|(?:show|tell", "{bos}\\\\b|(?:show|tell", "no list {bos}"),
        ('objects: "', 'objects: "(', "not a regular expression"),
        ('  blamed: "', '  blamed: "(', "grammar > blamed"),
        ("  blamed: ", "  blame: ", "grammar > blame"),
    ],
)
def test_broken_words_are_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    """A misspelt value or list, and a broken pattern, are faults with their file, never a silent gap."""
    text = (ROOT / "intents" / "frame.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "frame.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFaults, match=fault):
        load_frame_words(path)


def test_needs_of_nothing_are_a_fault() -> None:
    """A topic cannot need a slot of which it names no value."""
    with pytest.raises(ValueError, match="names no value"):
        Applies(needs=("person",))


@pytest.mark.parametrize(
    ("question", "blocks"),
    [
        ("can I block him", True),
        ("may we ban a parent from the page", True),
        ("the ban is only about pupils, isn't it", False),
        ("is there a ban on parents as friends", False),
        ("photos of the swimmers on the blocks", False),
        ("the boiler in D block has gone", False),
    ],
)
def test_a_ban_or_a_block_of_something_blocks_nobody(world: World, question: str, blocks: bool) -> None:
    """A rule, a starting block and a building are nothing that anybody does to somebody."""
    assert ("block" in frame(world, question).act) is blocks


@pytest.mark.parametrize(
    ("question", "account"),
    [
        ("her mum says please put it on your insta, it's a lovely photo", "own"),
        ("a dad texted that I should share it on your page", "own"),
        ("a mum runs the Friends' page under the school's name", "federation"),
        ("may a parent do a facebook page in our name", "federation"),
        ("somebody runs a fake page in our name", ""),
    ],
)
def test_whose_account_it_is_by_who_speaks_and_in_whose_name(
    world: World, question: str, account: str
) -> None:
    """ "Your page" of a parent's words is the writer's; one in the school's name ours, unless it is false."""
    assert next(iter(frame(world, question).account), "") == account


def test_how_it_is_said_is_nobody_and_nothing_done(world: World) -> None:
    """Under one's own name no family is named, and who washes their hands shows nobody anything."""
    assert frame(world, "may I post on politics under my own name").person == ()
    assert "own_family" in frame(world, "can I put my own name on the page").person
    assert "show" not in frame(world, "do governors wash their hands of it, is it all down to the head").act
    assert "show" in frame(world, "can I hand the message over to the head").act
