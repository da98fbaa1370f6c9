"""What people type that is no question about a rule: thanks, a report, a reference, whom to ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.phrases import Phrases, load_phrases

ROOT = Path(__file__).parents[2]
CONTACTS = ("dsl", "deputy_dsl", "eht", "it", "lado", "chair", "police_non_emergency")


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    """The product's own phrases."""
    return load_phrases(ROOT / "intents" / "phrases.yml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thanks", "thanks"),
        ("Ok great, thank you so much!", "thanks"),
        ("cheers mate", "thanks"),
        ("thanks, can I follow a pupil", None),
        ("bye for now", "goodbye"),
        ("good night", "goodbye"),
        ("undo that", "undo"),
        ("never mind", "undo"),
        ("never mind what the pupils say", None),
        ("How do I start a report?", "report_how"),
        ("I would like to report something anonymously", "report_how"),
        ("do I have to report a comment", None),
        ("Where is my report?", "status"),
        ("any update on the report I made", "status"),
        ("where is it reported", None),
        (
            "I reported a tweet two weeks ago and heard nowt. Where's it up to, has anyone looked at it?",
            "status",
        ),
        ("sent in a form before half term, no one's been in touch, any news?", "status"),
        ("we flagged a post in october, radio silence, who's on it", "status"),
        ("I reported a post last week and she is doing it again, what now", None),
        ("I reported that a pupil is scared two weeks ago and heard nothing, any news?", None),
    ],
)
def test_short_phrases_are_told_apart(phrases: Phrases, text: str, said: str | None) -> None:
    """Only a text that is nothing else is one of them; a question with thanks in front stays a question."""
    assert phrases.said(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "any news on FED-7K3Q",
        "any news on fed 7k3q?",
        "what has happened to #FED7K3Q",
        "FED–7K3Q",
        "what about “Fed. 7k3q”?",
        "status of my report fed-7k3q please",
    ],
)
def test_reference_is_found_however_it_is_written(phrases: Phrases, text: str) -> None:
    """With a dash, a space, a "#" or nothing between, in any case."""
    assert phrases.reference(text) == "FED-7K3Q"


@pytest.mark.parametrize(
    "text",
    [
        "I am fed up with this",
        "any news on fed that",
        "any news on federation",
        "FED-7K3Q was about my ex, who stands outside my house",
        "can I post a picture of FED-7K3Q",
        "he hurt me again, see FED-7K3Q",
        "",
    ],
)
def test_text_that_says_more_is_no_look_up(phrases: Phrases, text: str) -> None:
    """Words that ask or tell something else are read as what they are: nothing of them is waved away."""
    assert phrases.reference(text) == ""


@pytest.mark.parametrize(
    ("text", "contacts"),
    [
        ("who is the DSL", ("dsl",)),
        ("what is the LADO's number", ("lado",)),
        ("how do I get hold of the IT manager", ("it",)),
        ("who is the deputy DSL", ("deputy_dsl",)),
        ("who is our DSL and how do i get hold of them, is it in the policy", ("dsl",)),
        ("whos the safeguarding lead? cant find it anywhere in this document or online", ("dsl",)),
        (
            "who's our safeguarding lead / DSL now? was Mrs Hill before but I think she is on mat leave",
            ("dsl",),
        ),
        ("is Mrs Hill still the DSL", ("dsl",)),
        ("Is the LADO still Mr Bell, or has it changed?", ("lado",)),
        ("whos the exec head these days", ("eht",)),
        ("who's our chair of governors? used to be Mr Bell before the summer", ("chair",)),
        ("Who's the IT manager? Dave's left", ("it",)),
        ("is the head still allowed to comment on our page", None),
        ("who is the DSL and can I message a pupil about the thing that they told me today", None),
        ("can I talk to a real person", ()),
        ("are you a bot?", ()),
        ("who do I ring at night", ()),
        ("who is responsible for the policy", None),
        ("can I follow the head", None),
        ("what is the number of the union", None),
    ],
)
def test_whom_to_ask_is_found_among_known_contacts(
    phrases: Phrases, text: str, contacts: tuple[str, ...] | None
) -> None:
    """A role that has a number gives its contact, "a human" gives all, a contact that is not set up none."""
    assert phrases.whom_asked(text, CONTACTS) == contacts


def test_what_is_said_at_length_asks_for_no_number(phrases: Phrases) -> None:
    """A text of thousands of signs is not searched for what is beside a question: that would take seconds."""
    assert phrases.whom_asked("who is the DSL" + "! " * 10_000, CONTACTS) is None


def test_every_contact_that_is_asked_for_may_be_set_up(phrases: Phrases) -> None:
    """Each contact of the phrases is one of the example's configuration: none is misspelt."""
    example = (ROOT / "federation.example.yml").read_text(encoding="utf-8")
    assert [entry.contact for entry in phrases.whom.people if f"\n  {entry.contact}:" not in example] == []
