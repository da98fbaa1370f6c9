"""Questions that a topic takes from the one that they look like: who decides, what follows now, a dispute."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.asking.answer import Answer, answer
from bot.content.documents import DataFaults
from bot.content.policy_load import load_policy
from bot.content.wording import with_apostrophes
from bot.content.world import World
from bot.engine.parse import Alarm, Parse, Ranked

ROOT = Path(__file__).parents[2]
STORIES = yaml.safe_load((Path(__file__).parent / "taken.yml").read_text(encoding="utf-8"))
DM, CRITIC = "dm-student-federation-account", "critical-comment"
# Questions, the topic that they look like, and the one that answers.
TAKEN = (
    ("who actually makes the account once it has been agreed", "set-up-account-myself", "it-manager-role"),
    ("who'll build our page after the OK", "account-approval", "it-manager-role"),
    ("who looks into it if somebody reports a post", "report-unacceptable-conduct", "what-happens-to-report"),
    ("who deals with complaints about a tweet", "internal-grievance", "what-happens-to-report"),
    ("made a reel, fancy sticking an Adele track on it for the page", "check-a-draft", "copyright"),
    ("can we use a chart song over the leavers film", "promote-federation", "copyright"),
    (
        "drafting something on the merger for our page, do I need somebody's say-so first",
        "check-a-draft",
        "controversial-content",
    ),
    ("my facebook bio says I work at the school, must I take it off", "told-to-remove-post", "disclaimer"),
    ("put my party pic on the school page instead of mine", "manage-own-posts", "posted-by-mistake"),
    (
        "a get well post for Pat on our page, can we say what's wrong with her",
        "reply-within-24-hours",
        "disclose-personal-information",
    ),
    ("does the 24 hour rule hold over easter", "any-time-anywhere", "reply-within-24-hours"),
    ("it's a closed group so we can say what we like", "internal-grievance", "is-anything-private"),
    (
        "Mr Lamb retires in May and will hang on to the page's login, whose job is that",
        "close-federation-account",
        "lead-staff-leaving",
    ),
    ("our caretaker commented on twitter that I can't run a lesson", "fake-account", "abuse-by-colleague"),
    ("geography want a facebook group for their year 13s", "can-we-have-account", "class-facebook-group"),
    (
        "I saw a colleague's post with a pupil's details. What happens next?",
        "disclose-personal-information",
        "report-unacceptable-conduct",
    ),
    ("a TA put up a secret, I spotted it, what now", "confidential-material", "report-unacceptable-conduct"),
    ("I realise I posted my selfie on our page, what now", "unrelated-personal-posts", "posted-by-mistake"),
    ("is it enough to say thanks, got it, to a parent", "parents-comments", "reply-within-24-hours"),
    ("does acknowledging a query count", "think-before-replying", "reply-within-24-hours"),
    ("can we name Mrs Lowe and the ward on our page", "student-full-name", "disclose-personal-information"),
    ("do I come under it on a Sunday abroad", "any-time-anywhere", "any-time-anywhere"),
    (
        "one of the mums started a rant on the village group about our office",
        "respond-to-public-comments",
        "parent-offensive-post",
    ),
    (
        "a dad has put a post about me on mumsnet, says I'm useless",
        "abuse-by-colleague",
        "parent-offensive-post",
    ),
    (
        "only me posting for the choir page, do we need another teacher",
        "lead-staff-leaving",
        "account-two-runners",
    ),
    (
        "a lad dm'd our page about kit, can I just tell him",
        "reply-within-24-hours",
        "dm-student-federation-account",
    ),
    ("draft: 'Well played the under 12s, what a game!' is it ok", "friendly-tone", "check-a-draft"),
    (
        "dad ticked the form but the boy said don't put me on it",
        "parental-consent",
        "asked-not-to-be-photographed",
    ),
    ("I set up our drama page with my own gmail", "check-which-account", "separate-account"),
    (
        "flowers and a post for Mr Hill on our page, he's in for his knee operation",
        "tone-of-posts",
        "disclose-personal-information",
    ),
    ("do the rules hold for us in half term", "any-time-anywhere", "any-time-anywhere"),
    (
        "Mum's signed but the girl doesn't want to be in it. Who wins?",
        "photo-against-parents-wishes",
        "asked-not-to-be-photographed",
    ),
    ("can I be snarky with a parent who began it", "parents-comments", "professional-and-respectful"),
    ("is a rude gif ok on the PE account", "friendly-tone", "professional-and-respectful"),
    ("may we snap back at a troll on the page", "abuse-on-federation-account", "professional-and-respectful"),
    ("did I just say it: I tweeted something really daft", "own-interests-online", "posted-by-mistake"),
    ("put up a foolish comment on threads and regret it", "think-before-posting", "posted-by-mistake"),
    ("can the hall display show photos of year 3", "engage-student-posts", "pictures-on-paper"),
    ("a portrait of each child in the governors' brochure?", "parental-consent", "pictures-on-paper"),
    ("may I talk to a radio presenter about my allotment", "journalist-contact", "unrelated-personal-posts"),
    ("who gives the training", "attend-training", "where-is-training"),
    (
        "the evening paper rang about our tweet, deadline at four",
        "reply-within-24-hours",
        "journalist-contact",
    ),
    ("the lead of our music page is leaving, what now", "apply-for-account", "lead-staff-leaving"),
    (
        "a no-list boy was on it: I posted it, took it down, do I tell anyone",
        "photo-objection-list",
        "posted-by-mistake",
    ),
    ("I sent in a report, nobody has come back to me", "reply-within-24-hours", "what-happens-to-report"),
    (
        "I posted from Spain in August, surely it's not their business",
        "unrelated-personal-posts",
        "any-time-anywhere",
    ),
    (
        "our receptionist had her twins, may the page announce it",
        "school-news-online",
        "disclose-personal-information",
    ),
    (
        "mum is happy for me to put the boy's picture on my own insta",
        "parental-consent",
        "photo-on-personal-account",
    ),
    ("I only said our slt couldn't organise a raffle", "any-time-anywhere", "comments-about-colleagues"),
    ("could I actually lose my job over a joke", "comments-about-colleagues", "consequences-of-breach"),
    ("putting out our view on the new road, do I check first", "criticise-politely", "controversial-content"),
    ("may the page pay to boost the nursery post", "school-news-online", "businesses-and-adverts"),
    (
        "a TA named one of our boys on her page, I've seen it, what do I do",
        "student-full-name",
        "report-unacceptable-conduct",
    ),
    ("the thread has turned ugly, do I delete it all", "critical-comment", "conversation-turns-offensive"),
    ("a closed group asks how much we paid for the boiler", "own-interests-online", "confidential-material"),
    ("just posted my cocktail on the school page instead of mine", "images-of-me", "posted-by-mistake"),
    ("could you look over this before I post it", "student-full-name", "check-a-draft"),
    ("can you check this photo for me before it goes up", "check-a-draft", "checks-before-posting-photo"),
    ("who gives the nod to a new page", "account-approval", "account-approval"),
    ("can we put in the newsletter that parents mustn't share clips", "pictures-on-paper", "parents-own-use"),
    (
        "every parent said yes to trip photos in the class chat from my phone",
        "parents-own-use",
        "photo-on-personal-account",
    ),
    ("I slated our deputy on a locked account", "account-open-to-public", "comments-about-colleagues"),
    (
        "silly me, I named a pupil in full, who should know",
        "student-full-name",
        "posted-by-mistake",
    ),
    ("I sent you a report, any progress", "check-a-draft", "what-happens-to-report"),
    (
        "can my own holiday snap tag the school",
        "tagging-on-federation-account",
        "engage-with-federation-account",
    ),
    ("a TA scrolls insta for most of her lessons", "friends-and-family-online", "excessive-use-at-work"),
    ("someone in our office is on vinted half the day", "breach-other-policies", "excessive-use-at-work"),
    (
        "a dad is ranting on the village group, may we wade in for our cook",
        "parents-comments",
        "parent-offensive-post",
    ),
    (
        "gran put lies about a TA on her own facebook, some of us want to set her straight",
        "abuse-on-my-own-account",
        "parent-offensive-post",
    ),
    (
        "we uploaded the play and one boy's dad has said no to pictures",
        "fake-account",
        "posted-by-mistake",
    ),
    (
        "I put up the fair photos, one child is on the no photo list",
        "checks-before-posting-photo",
        "posted-by-mistake",
    ),
    (
        "took pictures at the dance and a strap has slipped on one",
        "image-dress-or-ridicule",
        "compromising-picture-by-accident",
    ),
    (
        "I was filming the relay, her top has ridden up in it",
        "posted-by-mistake",
        "compromising-picture-by-accident",
    ),
    (
        "our deputy shared a sexist clip, can I raise it in confidence",
        "offensive-or-discriminatory-content",
        "breach-by-the-head",
    ),
    (
        "someone high up posted something homophobic, who do I tell",
        "report-unacceptable-conduct",
        "breach-by-the-head",
    ),
    (
        "thinking of Mr Dean after his stroke, on our page",
        "check-a-draft",
        "disclose-personal-information",
    ),
    (
        "she is sad online, is it ok to message her",
        "show-or-keep-student-message",
        "message-student-personal-account",
    ),
    ("who minds our insta over easter", "any-time-anywhere", "monitor-federation-accounts"),
    ("does the 24 hour rule count when we're shut", "any-time-anywhere", "reply-within-24-hours"),
    (
        "the owner of our chess page retired, who has got it",
        "passwords-to-it",
        "lead-staff-leaving",
    ),
    (
        "a carer left a fair point on our page, not rude, can I wipe it",
        "parents-comments",
        "critical-comment",
    ),
    (
        "our technician likes year 10's pics on her insta, do I tell someone",
        "asked-not-to-be-photographed",
        "worried-about-colleague-and-student",
    ),
    ("my threads bio says I teach at our school, is that enough", "personal-communications", "disclaimer"),
    ("may a boy's full name stand there, his nan agreed", "student-first-name", "student-full-name"),
    ("y7 dmed the choir account about her solo, quick answer ok", "check-a-draft", DM),
    (
        "I vented about our head from home, so it doesn't count",
        "abuse-on-my-own-account",
        "any-time-anywhere",
    ),
    ("a Dua Lipa tune under the fair clip, is that fine", "inappropriate-links", "copyright"),
    (
        "what would happen if I use a picture of one whose dad refused",
        "posted-by-mistake",
        "photo-against-parents-wishes",
    ),
    (
        "forms are in, yet a y3 asked us not to film her",
        "record-or-film-lesson",
        "asked-not-to-be-photographed",
    ),
    ("shall I look after the chess page single-handed", "own-interests-online", "account-two-runners"),
    ("my angling page never names the school, disclaimer?", "disclaimer", "unrelated-personal-posts"),
    ("what about snaps from residentials?", "images-of-me", "photo-on-federation-account"),
    ("I put a photo of my tutees on my own story", "photo-on-personal-account", "posted-by-mistake"),
)
LEFT = (
    (
        "a mum was polite but now she swears on our page, do we delete it",
        "abuse-on-federation-account",
        CRITIC,
    ),
    ("can a colleague follow pupils", "follow-former-student", "worried-about-colleague-and-student"),
    (
        "my TA asked to follow pupils, is that ok",
        "follow-former-student",
        "worried-about-colleague-and-student",
    ),
    ("I was told to take my bio off linkedin", "told-to-remove-post", "disclaimer"),
    ("do I have to put something on each post on the school page", "personal-communications", "disclaimer"),
    ("a dad vented about me from home, can they do anything", "parents-comments", "any-time-anywhere"),
    ("pupils sing a nasty song about me", "inappropriate-links", "copyright"),
    (
        "I posted one whose dad refused, what happens to me",
        "posted-by-mistake",
        "photo-against-parents-wishes",
    ),
    ("who runs our page", "lead-staff-leaving", "account-two-runners"),
    ("my page names the school, do I need a disclaimer", "disclaimer", "unrelated-personal-posts"),
    ("photos of me at trips", "images-of-me", "photo-on-federation-account"),
    ("can I put a photo of my class on my own page", "photo-on-personal-account", "posted-by-mistake"),
    ("may I look at facebook in my free lesson", "social-media-at-work", "excessive-use-at-work"),
    (
        "a TA is on her phone to film the lesson for the page",
        "record-or-film-lesson",
        "excessive-use-at-work",
    ),
    ("may a parent rant about us", "parents-comments", "parent-offensive-post"),
    ("a mum is rude on our school page, do we join in", "critical-comment", "parent-offensive-post"),
    ("can I post a boy who is on the no photo list", "photo-against-parents-wishes", "posted-by-mistake"),
    (
        "I posted one that dad had said no to, can they sack me",
        "photo-against-parents-wishes",
        "posted-by-mistake",
    ),
    ("she posted a boy who is on the no photo list", "photo-against-parents-wishes", "posted-by-mistake"),
    (
        "can I post the one where his shorts have slipped",
        "image-dress-or-ridicule",
        "compromising-picture-by-accident",
    ),
    (
        "I posted one where her strap has slipped",
        "posted-by-mistake",
        "compromising-picture-by-accident",
    ),
    # What shows a child undressed is for the DSL before anybody deletes it.
    (
        "took pictures at the pool and his trunks came down in one",
        "image-dress-or-ridicule",
        "compromising-picture-by-accident",
    ),
    ("may I share a sexist joke", "offensive-or-discriminatory-content", "breach-by-the-head"),
    (
        "a pupil shared a racist clip, who do I tell",
        "offensive-or-discriminatory-content",
        "breach-by-the-head",
    ),
    ("may the page say thank you to Mrs Dean", "school-news-online", "disclose-personal-information"),
    (
        "can I keep the message a pupil sent me",
        "show-or-keep-student-message",
        "message-student-personal-account",
    ),
    ("do the rules hold for me over easter", "any-time-anywhere", "monitor-federation-accounts"),
    ("can I make the account once it has been agreed", "set-up-account-myself", "it-manager-role"),
    ("who can make an account", "account-approval", "it-manager-role"),
    ("can I post a colleague's details", "disclose-personal-information", "report-unacceptable-conduct"),
    ("can I put a selfie on my page", "unrelated-personal-posts", "posted-by-mistake"),
    ("can parents just comment", "parents-comments", "reply-within-24-hours"),
    ("can we name the winner", "student-full-name", "disclose-personal-information"),
    ("can a post be friendly", "friendly-tone", "professional-and-respectful"),
    ("she posted something stupid last night", "own-interests-online", "posted-by-mistake"),
    ("can we post a photo of the display on our page", "photo-on-federation-account", "pictures-on-paper"),
    ("may I talk to a reporter about my school", "journalist-contact", "unrelated-personal-posts"),
    ("who must do the training", "attend-training", "where-is-training"),
    ("a parent rang about our tweet", "reply-within-24-hours", "journalist-contact"),
    ("who leads our music page", "apply-for-account", "lead-staff-leaving"),
    ("may the page announce the school fair", "school-news-online", "disclose-personal-information"),
    ("do I need mum's consent for the school page", "parental-consent", "photo-on-personal-account"),
    ("does it matter that it was Sunday", "any-time-anywhere", "comments-about-colleagues"),
    ("may I joke about the deputy", "comments-about-colleagues", "consequences-of-breach"),
    ("may I criticise the council", "criticise-politely", "controversial-content"),
    ("can the page announce who won the raffle", "school-news-online", "businesses-and-adverts"),
    ("may I name a boy on the page", "student-full-name", "report-unacceptable-conduct"),
    ("may I delete a critical comment", "critical-comment", "conversation-turns-offensive"),
    ("may I join a builders' group", "own-interests-online", "confidential-material"),
    ("can I post a selfie", "images-of-me", "posted-by-mistake"),
    ("can you check this wording for me", "check-a-draft", "checks-before-posting-photo"),
    ("may we share photos of parents in the newsletter", "pictures-on-paper", "parents-own-use"),
    ("can a locked account be for staff alone", "account-open-to-public", "comments-about-colleagues"),
    ("who should know a pupil's full name", "student-full-name", "posted-by-mistake"),
    ("can I put his surname in the post", "student-full-name", "check-a-draft"),
    ("can we tag pupils in photos", "tagging-on-federation-account", "engage-with-federation-account"),
)
DISPUTES = (
    "Mum's signed but the girl herself says she doesn't want to be in it. Who wins?",
    "his dad signed the form and he says he hates being photographed",
    "the consent form says yes, but the twins don't want to be on the page",
)
OWNED_UP = (
    "posted a stupid thing last night and regret it",
    "I said something daft on facebook at the weekend",
    "we tweeted something really embarrassing",
    "put up a rash comment on linkedin, wish I hadn't",
)
LEAVERS = (
    "Mr Shaw goes at xmas and says he'll hang on to the twitter login, its his followers",
    "the colleague who ran our page left and kept the password",
    "she retires in may and wants to keep the account",
)
NOT_LEAVERS = (
    "he left the school and messages a girl from our account",
    "a pupil left and has the password of our page",
    "she left after she was threatened on our page",
    "The coach who left us in July still writes to Ellie on Instagram every night and buys her presents",
    "Ellie left with a man she met on Instagram and we can't reach her",
    "There is nothing left for me any more. I put it on facebook so they know.",
    "I have left all my passwords on the desk for my wife. I can't see a way out.",
    "My ex left voicemails saying he'd slit my throat and he is logged in to my account",
)
# Of these a clause that both readers take for danger counts, whatever was agreed.
AGREED = (
    "Her parents agreed she will marry her cousin in August and she does not want it",
    "A girl agreed to send a picture to a man on Snapchat and now she does not want it online",
    "Ellie agreed to send him a picture and now he says he'll put it on Instagram if she says no",
)
NOT_OWNED_UP = (
    "I've done something stupid",
    "posted something stupid and I want to end it",
    "I posted something stupid and can't cope",
    "she posted something stupid last night",
    "one of my year 9s posted something daft about not being here",
    "I wrote something stupid to a girl in year 10",
)
NO_DISPUTES = (
    "mum signed the form but he says he does not want to go home",
    "she agreed but says she doesn't want to be alive",
    "he says she said no and he touched her, she had agreed",
    "the boy says he doesn't want to be here",
    "he signed it but does not want the naked picture in it",
)


def say(world: World, question: str, *topics: str, scope: float = 1.0, alarm: Alarm | None = None) -> Answer:
    ranking = tuple(Ranked(world.policy.intent(name), 0.8 / (4**at)) for at, name in enumerate(topics))
    return answer(question, Parse(question, ranking, scope, alarm=alarm), world.policy, rules=world.rules)


@pytest.mark.parametrize(("question", "like", "topic"), TAKEN)
def test_the_topic_that_is_meant_answers(world: World, question: str, like: str, topic: str) -> None:
    """What one may do is no answer to who does it, nor a ban to what follows now."""
    given = say(world, question, *dict.fromkeys((like, topic)))
    assert (given.kind, given.topic) == ("answer", topic)


@pytest.mark.parametrize("topic", STORIES)
def test_a_story_gets_the_topic_that_is_meant(world: World, topic: str) -> None:
    """In a few sentences one topic is named and another meant; what only looks like those is left."""
    for like, questions in STORIES[topic]["meant"].items():
        for question in questions:
            given = say(world, question, like, topic)
            assert (given.kind, given.topic) == ("answer", topic), question
    takes = world.policy.topics[topic].takes
    for question in STORIES[topic].get("left", ()):
        assert not any(one.said.search(with_apostrophes(question)) for one in takes), question


def test_who_is_taken_from_is_no_rival(world: World) -> None:
    """Of three topics one is meant: the other from which it would take the question asks nothing back."""
    asked = "pics of kids in swimsuits for the school page, forms signed, anything else?"
    like = ("checks-before-posting-photo", "photo-on-federation-account", "image-dress-or-ridicule")
    odds = zip(like, (0.45, 0.44, 0.08), strict=True)
    ranked = tuple(Ranked(world.policy.intent(name), share) for name, share in odds)
    given = answer(asked, Parse(asked, ranked, 1.0), world.policy, rules=world.rules)
    assert (given.kind, given.topic) == ("answer", "image-dress-or-ridicule")


def test_each_taking_has_an_example(world: World) -> None:
    """No topic takes questions of which none is held above."""
    taking = {topic.id for topic in world.policy.topics.values() if topic.takes}
    assert taking == {topic for _, _, topic in TAKEN} | set(STORIES)


@pytest.mark.parametrize(("question", "like", "topic"), LEFT)
def test_what_is_not_meant_is_left(world: World, question: str, like: str, topic: str) -> None:
    """A question for leave stays with the topic that gives or denies it."""
    assert say(world, question, like, topic).topic != topic


def test_what_a_topic_takes_of_its_own_is_in_scope(world: World) -> None:
    """ "It" on a Sunday abroad has no word of social media, and is answered all the same."""
    given = say(
        world, "Do I come under it on a Sunday from my holiday abroad?", "any-time-anywhere", scope=0.02
    )
    assert "at any time and from anywhere" in given.text


@pytest.mark.parametrize("question", DISPUTES)
def test_a_dispute_over_a_consent_is_no_danger(world: World, question: str) -> None:
    """A girl who does not want to be in a picture is no 999; the quiet line stays below."""
    alarm = Alarm(danger=0.44, concern=0.51, likeness=0.8)
    given = say(world, question, "asked-not-to-be-photographed", alarm=alarm)
    assert (given.kind, given.topic, given.quiet) == ("answer", "asked-not-to-be-photographed", True)


@pytest.mark.parametrize("question", NO_DISPUTES)
def test_danger_beside_a_consent_is_danger(world: World, question: str) -> None:
    """Home, life, hands and bodies are no dispute over a picture."""
    alarm = Alarm(danger=0.55, concern=0.4, likeness=0.8)
    assert say(world, question, "asked-not-to-be-photographed", alarm=alarm).kind == "danger"


@pytest.mark.parametrize("question", OWNED_UP)
def test_owning_up_to_a_post_is_no_danger(world: World, question: str) -> None:
    """A writer who regrets a post is shown what to do about it, and no 999."""
    alarm = Alarm(danger=0.69, concern=0.1, likeness=0.8)
    given = say(world, question, "posted-by-mistake", alarm=alarm)
    assert (given.kind in ("answer", "report"), given.topic) == (True, "posted-by-mistake")


@pytest.mark.parametrize("question", LEAVERS)
def test_a_leaver_who_keeps_a_login_is_no_concern(world: World, question: str) -> None:
    """Who has the account when its lead leaves is a question for IT, and brings no DSL."""
    alarm = Alarm(danger=0.45, concern=0.4, likeness=0.8)
    assert say(world, question, "lead-staff-leaving", alarm=alarm).kind == "answer"


@pytest.mark.parametrize("question", NOT_LEAVERS)
def test_a_child_or_a_threat_beside_a_leaver_counts(world: World, question: str) -> None:
    """A message to a girl, a pupil or a threat is no handing over of an account."""
    alarm = Alarm(danger=0.55, concern=0.4, likeness=0.8)
    assert say(world, question, "lead-staff-leaving", alarm=alarm).kind == "danger"


@pytest.mark.parametrize("question", AGREED)
def test_a_clause_of_danger_counts_beside_a_consent(world: World, question: str) -> None:
    """That something was agreed takes no danger away; only a child who stays out of a picture does."""
    alarm = Alarm(danger=0.3, likeness=0.2, clauses=(Alarm(danger=0.99, likeness=0.99),))
    assert say(world, question, "parental-consent", alarm=alarm).kind == "danger"
    refused = "All forms are signed but one girl just said she doesnt want to be in it, can we carry on?"
    assert say(world, refused, "asked-not-to-be-photographed", alarm=alarm).kind == "answer"


@pytest.mark.parametrize("question", NOT_OWNED_UP)
def test_danger_beside_a_regret_is_danger(world: World, question: str) -> None:
    """Who names no post, or anything or anybody else, may be in danger, or put somebody there."""
    alarm = Alarm(danger=0.69, concern=0.1, likeness=0.8)
    assert say(world, question, "posted-by-mistake", alarm=alarm).kind == "danger"


def test_an_ordinary_comment_that_is_to_be_logged_is_no_report(world: World) -> None:
    """ "Log this" of a parent's question offers the list of replies first, and no report."""
    ranked = (
        Ranked(world.policy.intent("reply-within-24-hours"), 0.9),
        Ranked("report_other", 0.05),
    )
    asked = "log this please: a dad asks on our page when the trip leaves, nobody has replied"
    parse = Parse(asked, ranked, 1.0, alarm=Alarm(abuse=0.3))
    given = answer(asked, parse, world.policy, rules=world.rules)
    assert (given.kind, given.topic) == ("answer", "reply-within-24-hours")
    told = answer(asked, replace(parse, alarm=Alarm(abuse=0.99)), world.policy, rules=world.rules)
    assert told.kind == "report"


MOCKED = "they put my face on a donkey in the staff chat, is that even work's business?"


@pytest.mark.parametrize(
    ("share", "abuse", "kind"), [(0.3, 0.95, "report"), (0.9, 0.95, "answer"), (0.3, 0.5, "")]
)
def test_what_happened_counts_where_no_rule_is_known(
    world: World, share: float, abuse: float, kind: str
) -> None:
    """Who asks for a rule that is not known, and tells of abuse, is offered a report, its rule beside it."""
    ranked = (
        Ranked(world.policy.intent("contact-by-work-channels"), share),
        Ranked(world.policy.intent("abuse-by-colleague"), 0.1),
        *(
            Ranked(world.policy.intent(name), 0.1)
            for name in ("fake-account", "staff-group-chat", "is-anything-private")
        ),
    )
    parse = Parse(MOCKED, ranked, 1.0, alarm=Alarm(abuse=abuse))
    given = answer(MOCKED, parse, world.policy, rules=world.rules)
    assert given.kind == kind if kind else given.kind != "report"
    if kind == "report":
        assert given.topic == "abuse-by-colleague"


def test_no_rule_is_shown_for_what_is_left_over(world: World) -> None:
    """Half in scope, since no danger is left of it, and about nothing: no rule is the closest."""
    for share, kind in ((0.02, "not_covered"), (0.3, "related")):
        ranked = (Ranked("out_of_scope", 0.5), Ranked(world.policy.intent("disrepute"), share))
        parse = Parse("the heating is off, who mends it", ranked, 0.4)
        assert answer(parse.text, parse, world.policy, rules=world.rules).kind == kind


def test_no_line_says_what_a_question_does_not_name(world: World) -> None:
    """The closest rule says what it is about; that nobody was named is claimed of no question."""
    for topic in world.policy.topics.values():
        for slot in topic.applies.needs if topic.applies else ():
            frame = say(world, "what is the rule", topic.id).frame
            line = world.rules.texts.about_line(topic, (slot,), frame, "the FLT")
            assert "not name" not in line, topic.id


def test_a_topic_takes_from_topics_that_are_there(tmp_path: Path) -> None:
    """An unknown topic is told with its file."""
    shutil.copytree(ROOT / "policy_kb", tmp_path / "policy_kb")
    folder = tmp_path / "policy_kb" / "social-media"
    file = folder / "topics" / "scope.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("- of: [any-", "- of: [no-"), encoding="utf-8")
    with pytest.raises(DataFaults, match="there is no topic no-time-anywhere"):
        load_policy(folder)
