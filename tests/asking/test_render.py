from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from bot.asking.answer import Answer, Kind, Offered, answer, answer_topic, ask_which
from bot.asking.render import as_messages, show_more
from bot.content.documents import DataFaults
from bot.content.rules import load_answer_texts
from bot.content.world import World
from bot.domain.messages import (
    Bullets,
    Button,
    Buttons,
    Callout,
    Heading,
    Message,
    Outside,
    Paragraph,
    Quote,
    Verdict,
)
from bot.engine.parse import Parse, Ranked
from tests.support.screen import text_of

ROOT = Path(__file__).parents[2]
CONTACTS = {
    "dsl": "Designated Safeguarding Lead: Jo Bloggs, 020 7946 0001",
    "fbm": "Federation Business Manager: Sam Jones",
}


def show(world: World, given: Answer) -> Message:
    return as_messages(given, world.policy, CONTACTS, texts=world.rules.texts)


def of(message: Message, kind: type) -> list:
    return [block for block in message.blocks if isinstance(block, kind)]


def buttons(message: Message) -> list[Button]:
    return [button for block in of(message, Buttons) for button in block.items]


def test_answer_shows_verdict_quote_and_version(world: World) -> None:
    """Verdict, sentence, clauses verbatim with their lines, and at the foot the policy and its version."""
    message = show(world, answer_topic("follow-former-student", world.policy, world.rules))
    topic = world.policy.topics["follow-former-student"]
    assert message.blocks[:2] == (Heading(topic.question), Verdict("never", "Not allowed"))
    assert [quote.text for quote in of(message, Quote)] == [world.policy.citations(topic)[0].quote]
    assert message.blocks[-1] == Paragraph("Use of Social Media Policy, version: not stated", muted=True)
    assert [(button.action, button.value) for button in buttons(message)] == [
        ("ask.more", "follow-former-student"),
        ("ask.clause", "sm-094"),
        ("gap.ask", ""),
        ("ask.feedback", "follow-former-student|yes"),
        ("ask.feedback", "follow-former-student|no"),
    ]


def quotes(message: Message) -> list[str]:
    return [quote.clause for quote in of(message, Quote)]


def test_every_topic_can_be_shown(world: World) -> None:
    """One clause with its lead-in, the cautions and the next steps; all the rest stands behind More."""
    for topic in world.policy.topics.values():
        given = answer_topic(topic.id, world.policy, world.rules)
        message, first = show(world, given), given.citations[0]
        led = [first.lead_in] if first.lead_in else []
        assert quotes(message) == ([first.id, *led] if first.stands_alone else [*led, first.id])
        assert len(of(message, Callout)) == len(world.rules.texts.first(topic))
        assert of(message, Outside) == []
        assert len(of(message, Bullets)) == bool(topic.next) + bool(topic.tell)
        more = show_more(topic.id, world.policy, CONTACTS, texts=world.rules.texts)
        assert more is not None
        assert set(topic.cites) <= set(quotes(more))
        assert len(quotes(more)) == len(set(quotes(more)))
        said = set(topic.outside) - set(world.rules.texts.first(topic))
        should = topic.modality == "should" and topic.verdict in world.rules.texts.verdicts_should
        assert len(of(more, Outside)) == len(said) + should
        assert len(of(more, Callout)) == len(topic.notes)


def test_answers_are_short_before_more(world: World) -> None:
    """The median answer has at most 80 words before More: what a tired teacher reads."""
    lengths = sorted(
        len(answer_topic(name, world.policy, world.rules).text.split()) for name in world.policy.topics
    )
    assert lengths[len(lengths) // 2] <= 80


def test_closest_rule_says_first_what_it_is_about(world: World) -> None:
    """Without a verdict, what the rule is about and what the question is about stand before its clause."""
    asked = "can parents follow pupils on Instagram"
    given = answer(
        asked,
        Parse(asked, (Ranked("policy_follow_former_student", 0.9),), 1.0),
        world.policy,
        rules=world.rules,
    )
    assert (given.kind, given.verdict, given.modality) == ("related", "", "")
    message = show(world, given)
    texts = [block.text for block in of(message, Paragraph)]
    assert "staff" in texts[1]
    assert "a parent" in texts[1]
    assert of(message, Verdict) == []
    kinds = [type(block) for block in message.blocks]
    assert kinds.index(Heading) > 0
    assert ("ask.more", "follow-former-student") in [(b.action, b.value) for b in buttons(message)]


@pytest.mark.parametrize(
    ("asked", "intent", "follows", "never"),
    [
        (
            "can parents follow pupils on Instagram",
            "follow_former_student",
            "does not bind a parent",
            "outside",
        ),
        (
            "can governors follow pupils on Instagram",
            "follow_former_student",
            "does not say whether",
            "not bind",
        ),
        ("do I need initials on my own Facebook", "sign_posts", "does not ask this of your own", "not bind"),
        ("do I need initials on my own Facebook", "sign_posts", "does not refer to the Federation", "staff"),
        ("do pupils need initials on their Facebook", "sign_posts", "does not bind a student", "outside"),
    ],
)
def test_closest_rule_says_what_follows_from_it(
    asked: str, intent: str, follows: str, never: str, world: World
) -> None:
    """A rule about something else than was asked says whether it binds the asker, and gives no verdict."""
    ranking = (Ranked(f"policy_{intent}", 0.9),)
    given = answer(asked, Parse(asked, ranking, 1.0), world.policy, rules=world.rules)
    assert (given.kind, given.verdict) == ("related", "")
    assert follows in given.about
    assert never not in given.about


def test_closest_rule_about_a_student_promises_a_colleague_nothing_outside_the_policy(world: World) -> None:
    """Where students are concerned nobody reads that their own account is outside the policy."""
    asked = "do I need initials under a picture of a pupil on my own Facebook"
    ranking = (Ranked("policy_sign_posts", 0.9),)
    given = answer(asked, Parse(asked, ranking, 1.0), world.policy, rules=world.rules)
    assert given.kind == "related"
    assert "outside this policy" not in given.about


def test_what_was_read_is_shown_and_can_be_put_right(world: World) -> None:
    """ "Read as" stands over an answer that the frame decided, with a button for other readings."""
    asked = "can I follow a former student from our school page"
    ranking = (
        Ranked("policy_follow_former_student", 0.5),
        Ranked("policy_federation_account_follow_former_student", 0.4),
    )
    given = answer(asked, Parse(asked, ranking, 1.0), world.policy, rules=world.rules)
    assert given.topic == "federation-account-follow-former-student"
    assert given.read_as == "Read as: you · a Federation account · a former student · following or adding"
    message = show(world, given)
    assert message.blocks[0] == Paragraph(given.read_as, muted=True)
    wrong = next(button for button in buttons(message) if button.action == "ask.other")
    back = ask_which(tuple(wrong.value.split(",")), world.policy, world.rules)
    assert back is not None
    assert back.kind == "clarify"
    assert "follow-former-student" in [choice.topic for choice in back.options]
    assert ask_which(("no-such-topic",), world.policy, world.rules) is None


def test_quiet_line_names_whom_to_phone(world: World) -> None:
    """Under the answer to a story stands the line for those who worry, with the lead's number."""
    story = "I have a long tale to tell about the summer fair and the printer that never works, " * 3
    given = answer(story, Parse(story, (), 0.0), world.policy, rules=world.rules)
    assert given.quiet
    assert "999" in given.text
    quiet = of(show(world, given), Paragraph)[-2].text
    assert quiet.startswith(world.rules.texts.quiet)
    assert CONTACTS["dsl"] in quiet


def test_unknown_more_is_nothing(world: World) -> None:
    """An old or forged value of More gives nothing to show."""
    assert show_more("no-such-topic", world.policy, CONTACTS, texts=world.rules.texts) is None
    assert show_more("", world.policy, CONTACTS, texts=world.rules.texts) is None


def test_people_are_named_where_they_are_known(world: World) -> None:
    """Whom to tell comes with the name that is set up, or else with the role."""
    message = show(world, answer_topic("abuse-on-federation-account", world.policy, world.rules))
    told = [item for block in of(message, Bullets) if block.title == "Who to tell" for item in block.items]
    assert "Federation Business Manager: Sam Jones" in told
    assert "Federation Leadership Team (FLT)" in told


def test_danger_is_first_and_names_the_phone(world: World) -> None:
    """999 stands first in the danger tone, then the DSL's line; a report can be started below."""
    message = show(world, Answer("q", "danger", "text", report="other"))
    first = message.blocks[0]
    assert isinstance(first, Callout)
    assert (first.tone, first.title) == ("danger", "Call 999 if anyone is in immediate danger")
    assert message.blocks[1] == Bullets((CONTACTS["dsl"],), phones=True)
    assert [button.action for button in buttons(message)] == ["report.start"]
    assert of(message, Outside)


def test_adult_in_danger_sees_support_first(world: World) -> None:
    """Samaritans and the employee's own help stand before the safeguarding lead, where they are set up."""
    given = Answer("q", "danger", "text", report="other", endangered="asker")
    lines = {key: key for key in ("samaritans", "employee_assistance", "dsl")}
    message = as_messages(given, world.policy, lines, texts=world.rules.texts)
    assert message.blocks[1] == Bullets(("samaritans", "employee_assistance", "dsl"), phones=True)
    assert "Samaritans" in message.blocks[0].text  # type: ignore[union-attr]
    bare = as_messages(given, world.policy, {}, texts=world.rules.texts)
    assert "116 123" in bare.blocks[0].text  # type: ignore[union-attr]


def test_caution_stands_directly_under_the_answer(world: World) -> None:
    """Anybody who reads that a picture must be deleted reads at once when not to, and whom to phone."""
    message = show(world, answer_topic("compromising-picture-by-accident", world.policy, world.rules))
    place = next(at for at, block in enumerate(message.blocks) if isinstance(block, Paragraph))
    caution = message.blocks[place + 1]
    assert isinstance(caution, Callout)
    assert caution.tone == "warning"
    assert "before you delete it" in caution.text
    assert CONTACTS["dsl"] in caution.text


def test_danger_without_a_phone_still_says_whom(world: World) -> None:
    """Where no number is set up, the callout itself says to phone the DSL."""
    given = Answer("q", "danger", "text")
    message = as_messages(given, world.policy, {}, texts=world.rules.texts)
    assert "Phone your Designated Safeguarding Lead" in message.blocks[0].text  # type: ignore[union-attr]
    assert of(message, Bullets) == []


@pytest.mark.parametrize("kind", ["abuse", "image", "other"])
def test_report_opens_its_own_journey(world: World, kind: str) -> None:
    """The first button starts the report that was told of."""
    message = show(world, Answer("q", "report", "text", report=kind))
    assert (buttons(message)[0].action, buttons(message)[0].value) == ("report.start", kind)
    assert of(message, Verdict) == []


def test_report_shows_the_rule_below(world: World) -> None:
    """With a topic that is close, its verdict and clauses follow the callout."""
    topic = "abuse-on-federation-account"
    message = show(world, Answer("q", "report", "text", report="abuse", topic=topic))
    kinds = [type(block) for block in message.blocks]
    assert kinds[0] is Callout
    assert Verdict in kinds


def test_options_are_buttons(world: World) -> None:
    """A question asked back shows its question, a button for each topic, and one for none of them."""
    options = (Offered("My own account", "logo-on-personal-account", ()), Offered("Other", "disclaimer", ()))
    message = show(world, Answer("q", "clarify", "Which?\n- My own account\n- Other", options=options))
    assert message.blocks[0] == Paragraph("Which?")
    assert [(button.action, button.value) for button in buttons(message)] == [
        ("ask.topic", "logo-on-personal-account"),
        ("ask.topic", "disclaimer"),
        ("report.start", "question"),
    ]
    assert buttons(message)[-1].label.startswith("None of these")


def test_refusal_offers_a_person(world: World) -> None:
    """Not covered: the honest text, and buttons to ask for an answer or to report."""
    message = show(world, Answer("q", "not_covered", world.rules.texts.not_covered))
    assert message.blocks[0] == Paragraph(world.rules.texts.not_covered)
    assert [button.action for button in buttons(message)] == ["gap.ask", "report.start"]


def test_summary_holds_nothing_of_the_question(world: World) -> None:
    """What a notification shows says neither the question nor the topic."""
    for kind in get_args(Kind):
        topic = "follow-former-student" if kind in ("answer", "related") else ""
        given = Answer("secret words", kind, "text", topic=topic, report="other")
        assert "secret" not in show(world, given).summary
        assert "student" not in show(world, given).summary


def test_offers_lead_where_they_say(world: World) -> None:
    """A topic's offer is a button of its own: a report, or an application for an account."""
    apply = show(world, answer_topic("apply-for-account", world.policy, world.rules))
    offered = [world.policy.topics["apply-for-account"].offer, buttons(apply)[0].action]
    assert offered == ["account_request", "account.request"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("clarify: I want to give you the right rule. {question}", "clarify: Which", "must hold {question}"),
        ("  information: What the policy says\n", "", "verdicts > information: Field required"),
        ("danger_title:", "danger_titel:", "danger_titel"),
    ],
)
def test_broken_texts_are_named(world: World, tmp_path: Path, old: str, new: str, fault: str) -> None:
    """A lost brace, verdict or key in the texts is a fault with its file, not a gap in an answer."""
    text = (ROOT / "policy_kb" / "answer-texts.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "answer-texts.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFaults, match=fault):
        load_answer_texts(path, world.policy)


def test_a_number_stands_once_under_the_offer_of_a_report(world: World) -> None:
    """A note that gives the DSL's number too leaves it out where it stands above already."""
    topic, note = next(
        (topic.id, note)
        for topic in world.policy.topics.values()
        for note in world.rules.texts.first(topic)
        if "dsl" in world.policy.outside[note].contacts
    )
    message = show(world, Answer("q", "report", "text", report="image", topic=topic, first=(note,)))
    assert text_of((message,)).count(CONTACTS["dsl"]) == 1
