"""What every topic promises its reader: each test holds off one kind of wrong or misleading answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from bot.content.policy import Clause, OutsideNote, Topic
from bot.content.policy_load import load_policy
from tests.content.each import of_each

POLICY = load_policy(Path(__file__).parents[2] / "policy_kb" / "social-media")

# A bare answer that begins so leans on a "Yes" or "No" that is not shown under the verdict.
DANGLING = re.compile(
    r"(?:but|not|and|or|if|unless|when|where|because|so|then|also|with|without|in|under|only|they can|you can"
    r"|you may[.,]|it may be\.|you are encouraged to\.|all of the|certainly|of course)\b",
    re.IGNORECASE,
)
# "In" and the like may open a whole sentence; what follows the comma must then have a subject of its own.
WHOLE = re.compile(
    r"(?:where|if|in|under|when) [^.]*, (?:the|it|you|they|their|staff|disciplinary|a|any)\b", re.I
)

# What the sentence under a verdict may not say, and what it must: the two are read as one.
CLASHES = {
    "must": r"does not say whether|not if\b|is not clear|gives no (?:steps|order)|discouraged",
    "never": r"does not say whether|not if\b|not clearly|is permitted|is allowed|you may, if",
    "allowed_if": r"does not say whether|under no circumstances may|is not clear|^no\b",
    "encouraged": r"does not say whether|^no\b|is not clear|prohibited|under no circumstances",
    "information": r"^(?:do not|never|you may not|first read)\b|under no circumstances",
}
SAYS = {
    "never": r"\b(?:no|not|never|prohibited|banned|offence|discouraged)\b",
    "allowed_if": r"\b(?:if|unless|only|once|where|with|reasonable|approved|outside this policy)\b",
    "encouraged": r"\b(?:encouraged|guidance|consider|good practice|think|check|keep|review|take)\b",
}

# A clause that begins or points so is not understood without the one that it leans on.
LEANING = re.compile(
    r"[a-z]|However\b|For example\b|Such\b|This (?:also|should)\b|If necessary\b"
    r"|.*\b(?:for this, |this list\b|those accounts\b|the above policies\b)",
)
NEVER_FIRST = ("This also", "This should", "For example")
# What a lead-in says where it makes all that stands under it required, "should" or not.
BINDING = re.compile(r"rules must apply|strictly adhered to")

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
COUNT = re.compile(rf"\b({'|'.join(NUMBERS)}) (points|rules|things|conditions|steps)\b", re.IGNORECASE)

# Nothing of this happens: no answer may claim it.
CLAIMS = re.compile(
    r"\bsends (?:it|them|this) (?:straight|on|to)|records? that it|is sent automatically|informs? the"
    r"|(?:passes|forwards) it|will (?:notify|tell) them|has been (?:told|notified)",
    re.IGNORECASE,
)

PEOPLE = {
    "Federation Business Manager": r"Federation Business Manager",
    "School Business Manager": r"School Business Manager",
    "Executive Headteacher": r"Executive Headteacher",
    "IT Manager": r"IT Manager",
    "Leadership Team": r"Leadership Team|\bFLT\b",
}

# What must be read first, by the words of a topic's question.
READ_FIRST = {
    r"compromising|nudity|screenshot|made fun of": "child-image-stop",
    r"password|co-operate with an investigation": "never-send-passwords",
    r"\babus(?:e|ive|ing)\b|turned offensive|bullying starts": "order-of-steps",
    r"worries me about a child|bullying starts|look at a student": "dsl-first",
    r"student has followed me|answer their message|direct message, or answer": "student-contacted-you",
    r"\bblock\b": "before-you-block",
    r"student has sent me": "child-image-stop",
    r"colleague is doing online with": "adult-may-pose-risk",
}

# The words with which an answer gives a detail that is asked for, or says that it is left open.
SPEAKS: dict[str, str] = {
    "deadline": r"\bhours\b|immediately|as soon as possible|does not say how long|sets no time",
    "frequency": r"\b(?:regularly|frequently|check and check again)\b|gives no number of times"
    r"|how much is too much|what is reasonable|review date",
    "period": r"\bhours\b|does not say how long|sets no time|no age limit, time limit|years since leaving"
    r"|even after|any time|permanency|too much|what is reasonable|what is looked at|deleted immediately",
    "number": r"\b(?:two|five|seven)\b|number of times|too much|what is reasonable|check and check again"
    r"|\bscale\b|any one case|\bhours\b",
    "age": r"no age limit|exception for family, age",
    "date": r"\bany time\b|no version, date|where or when|\bweekend\b|working day",
    "place": r"where or when|does not say where|stores account details|keep a record|reported as soon as",
    "penalty": r"disciplinary|behaviour policy|\bpolice\b",
    "retention": r"deleted immediately",
}

# Of these nobody is ever told that it is open how soon, whatever the clauses say: a worry does not wait.
NEVER_OPEN = {
    "worrying-information-about-child",
    "worried-about-colleague-and-student",
    "safeguarding-duties-online",
    "abuse-by-colleague",
}
GIVEN = {
    "deadline": r"within \d+ hours|\bimmediately\b|as soon as possible",
    "frequency": r"\b(?:regularly|frequently)\b",
    "period": r"\bhow long\b|\btime limit\b|sets no time",
    "number": r"\bat least \w+ staff\b|no number of times|how much is too much",
    "age": r"\bage limit\b|for family, age",
    "penalty": r"disciplinary (?:action|offence)|resolved by the use of",
}

# Every topic as it stands, and as each of its wordings puts it.
PUT = dict(POLICY.topics) | {
    f"{topic.id}/{place}": topic.put(wording)
    for topic in POLICY.topics.values()
    for place, wording in enumerate(topic.wordings, 1)
}
topics = of_each(PUT)
clauses = of_each(POLICY.clauses)
notes = of_each(POLICY.outside)


def bare(topic: Topic) -> str:
    """The answer as it stands under its verdict, without a leading "Yes" or "No"."""
    return re.sub(r"^(?:Yes|No)[.,]\s+(?=\w)", "", topic.answer)


def folded(quote: str) -> str:
    """The letters and digits of a quotation: two that differ in marks alone are the same words."""
    return " ".join(re.findall(r"\w+", quote.casefold()))


def leads(clause: Clause) -> Iterator[Clause]:
    """The clauses to be read before this one, the nearest first."""
    while clause.lead_in is not None:
        clause = POLICY.clauses[clause.lead_in]
        yield clause


def first_of(topic: Topic) -> Clause:
    """The clause that answers."""
    return POLICY.citations(topic)[0]


def before_more(topic: Topic) -> int:
    """How many words are read before the button "More"."""
    read = [topic.question, "Allowed, with conditions", topic.answer, first_of(topic).quote, *topic.next]
    return len(" ".join((*read, *(POLICY.outside[note].text for note in topic.first))).split())


@topics
def test_an_answer_stands_alone_under_its_verdict(topic: Topic) -> None:
    """Without its leading yes or no, an answer is still a whole sentence."""
    text = bare(topic)
    assert not DANGLING.match(text) or WHOLE.match(text), text
    assert text[0].isupper() or text[0] == "“", text
    assert not re.match(r"(?:They|Them|This|That|These|Those|It(?! is (?:a|considered)\b))\b", text), text
    assert not re.match(r"(?:Yes|No),", topic.answer), "the yes or no is a sentence of its own"


@topics
def test_a_verdict_and_its_sentence_agree(topic: Topic) -> None:
    """The word on the verdict never contradicts the sentence under it, and the sentence has it out."""
    assert not re.search(CLASHES[topic.verdict], bare(topic), re.IGNORECASE)
    if topic.verdict in SAYS:
        assert re.search(SAYS[topic.verdict], bare(topic), re.IGNORECASE)


@topics
def test_a_question_of_fact_is_no_order(topic: Topic) -> None:
    """Who is covered, what happens and who decides are told as what the policy says."""
    if re.search(
        r"^(?:Who (?:does|is|approves|keeps|investigates)|Does the policy)|What happens", topic.question
    ):
        assert topic.verdict == "information"


@topics
def test_an_answer_is_short(topic: Topic) -> None:
    """An answer can be taken in at a glance: two sentences, thirty-five words."""
    assert len(topic.answer.split()) <= 35
    assert len(re.findall(r"[.?](?=\s|$)", bare(topic))) <= 2


@topics
def test_what_to_do_next_is_short(topic: Topic) -> None:
    """At most two lines say what to do next, each of them short."""
    assert len(topic.next) <= 2
    assert all(len(line.split()) <= 16 for line in topic.next)


def test_what_is_read_before_more_is_short() -> None:
    """In the middle, eighty words at most stand before the button "More"."""
    assert median(map(before_more, POLICY.topics.values())) <= 80


@clauses
def test_a_clause_that_leans_on_another_names_it(clause: Clause) -> None:
    """A bullet or a "such", "this", "those" has the clause that it belongs to as its lead-in."""
    if LEANING.match(clause.quote):
        assert clause.lead_in is not None
    for lead in leads(clause):
        assert lead.lines[0] <= clause.lines[0], "a lead-in stands before what it leads to"


@topics
def test_a_fragment_that_answers_has_its_lead_in_beside_it(topic: Topic) -> None:
    """Half a sentence never answers alone: the clause that opens its list is cited with it."""
    clause = first_of(topic)
    if clause.quote[0].islower():
        assert clause.lead_in in topic.cites
    elif clause.lead_in and POLICY.clauses[clause.lead_in].quote.endswith((":", ":-")):
        assert clause.lead_in in topic.cites or re.search(r"\b(?:must|should)\b", clause.quote)


@topics
def test_the_first_clause_does_not_lean_on_what_is_not_shown(topic: Topic) -> None:
    """A rule that begins "This also applies" or "For example" is quoted after the one that it refers to."""
    clause = first_of(topic)
    if clause.quote.startswith(NEVER_FIRST):
        assert clause.lead_in in topic.cites


@topics
def test_no_words_are_quoted_twice(topic: Topic) -> None:
    """A sentence that stands twice in the policy is quoted once in an answer."""
    quotes = [folded(clause.quote) for clause in POLICY.citations(topic)]
    assert len(set(quotes)) == len(quotes)


@topics
def test_should_is_said_only_where_the_clause_says_no_more(topic: Topic) -> None:
    """An answer is a "should" where its first clause is one, and no lead-in makes it required."""
    clause = first_of(topic)
    required = any(BINDING.search(lead.quote) for lead in leads(clause))
    if topic.modality == "should":
        assert clause.modality == "should"
        assert not required
    if required and topic.verdict in ("must", "never"):
        assert topic.modality == "must"


@topics
def test_a_number_in_an_answer_counts_its_clauses(topic: Topic) -> None:
    """ "Five points" are all the points of the list, and each of them is cited or named."""
    for word, _ in COUNT.findall(topic.answer):
        number = NUMBERS.index(word.lower())
        opening = first_of(topic)
        listed = [clause.id for clause in POLICY.clauses.values() if clause.lead_in == opening.id]
        if listed:
            assert set(listed) <= set(topic.cites)
            assert number == len(listed)
        named = re.split(r",\s(?:and\s)?|\sand\s(?=the\b)", topic.answer.partition(": ")[2])
        assert number == len([part for part in named if part])


@topics
def test_what_a_topic_states_stands_in_it(topic: Topic) -> None:
    """A detail that a topic is said to state stands in its answers, its clauses or what is read first."""
    read = " ".join(
        [
            topic.answer,
            *(wording.answer for wording in topic.wordings),
            *(clause.quote for clause in POLICY.citations(topic)),
            *(POLICY.contradictions[note].note for note in topic.notes),
            *(POLICY.outside[note].text for note in topic.first),
        ]
    )
    for detail in topic.states if topic.id not in NEVER_OPEN else ():
        assert re.search(SPEAKS[detail], read, re.IGNORECASE), detail


@pytest.mark.parametrize("name", sorted(NEVER_OPEN))
def test_how_soon_is_never_open_where_a_worry_is_told(name: str) -> None:
    """Anybody who worries, or is abused by a colleague, is not told that the policy leaves open how soon."""
    assert "deadline" in POLICY.topics[name].states


@topics
def test_a_time_or_number_in_an_answer_is_stated(topic: Topic) -> None:
    """Where the answer itself gives a time, a number or a penalty, nobody hears that the policy does not."""
    for detail, words in GIVEN.items():
        if re.search(words, topic.answer, re.IGNORECASE):
            assert detail in topic.states, detail


@topics
def test_words_in_quotation_marks_are_the_policy_s(topic: Topic) -> None:
    """What an answer puts in quotation marks stands so in a clause that it cites."""
    cited = folded(" ".join(clause.quote for clause in POLICY.citations(topic)))
    for words in re.findall(r"“([^”]+)”", topic.answer):
        assert folded(words) in cited


@topics
def test_people_in_an_answer_are_in_its_clauses(topic: Topic) -> None:
    """Anybody whom an answer names is named by a clause that it cites, or by its heading."""
    cited = " ".join(f"{clause.section} {clause.quote}" for clause in POLICY.citations(topic))
    for person, words in PEOPLE.items():
        if person in topic.answer:
            assert re.search(words, cited), person


@topics
def test_an_exception_for_friends_or_family_ends_at_students(topic: Topic) -> None:
    """Wherever friends or family are allowed, the same answer takes out current and former students."""
    if topic.verdict in ("allowed_if", "encouraged") and re.search(
        r"\b(?:friends?|family|relatives?)\b|\bmy hobbies\b",
        f"{topic.question} {topic.answer}",
        re.IGNORECASE,
    ):
        assert re.search(
            r"unless they are (?:with )?a current or former student of the Federation",
            topic.answer,
        )


@topics
def test_what_must_be_read_first_is_first(topic: Topic) -> None:
    """A limit on what to do about pictures, abuse, passwords and messages stands under the answer."""
    for words, note in READ_FIRST.items():
        if re.search(words, topic.question, re.IGNORECASE):
            assert note in topic.first


def test_every_rule_of_what_is_first_is_used() -> None:
    """Each kind of question that needs something read first is asked by a topic."""
    for words in READ_FIRST:
        assert any(re.search(words, topic.question, re.IGNORECASE) for topic in POLICY.topics.values()), words


@topics
def test_notes_to_be_read_first_are_known_and_few(topic: Topic) -> None:
    """What is read first exists, is not shown again below, and is no more than two notes."""
    assert set(topic.first) <= set(POLICY.outside)
    assert not set(topic.first) & set(topic.outside)
    assert len(topic.first) <= 2


@topics
def test_an_answer_that_points_below_has_something_there(topic: Topic) -> None:
    """ "Read the note below" is said where a note stands below, and removing is never ordered without it."""
    if "below" in topic.answer:
        assert topic.first
    if topic.verdict in ("must", "never") and re.search(
        r"\b(?:removed|deleted|delete|screenshot)\b", topic.answer, re.IGNORECASE
    ):
        if topic.id == "rules-for-accounts":  # It lists the rules, and tells nobody to act.
            return
        assert bare(topic).startswith("First read")
        assert {"order-of-steps", "child-image-stop"} & set(topic.first)


def test_no_text_claims_what_signpost_does_not_do() -> None:
    """Nothing here says that something was sent, passed on or recorded."""
    texts = [" ".join((topic.answer, *topic.next)) for topic in POLICY.topics.values()]
    texts += [note.text for note in POLICY.outside.values()]
    texts += [note.note for note in POLICY.contradictions.values()]
    assert not [text for text in texts if CLAIMS.search(text)]


@notes
def test_a_note_outside_the_policy_says_who_answers_for_it(note: OutsideNote) -> None:
    """Each note has an owner and a day of review, and names no "local setting" that nobody set."""
    assert note.owner.strip()
    assert note.agreed is None or note.agreed < note.review
    assert "local setting" not in note.source.casefold()
    if note.agreed is None:
        assert not re.search(r"your Federation (?:says|has agreed)", note.text)


@notes
def test_a_limit_stands_before_the_order_to_keep(note: OutsideNote) -> None:
    """Who is told to keep or copy something has read first what may not be kept."""
    order = re.search(
        r"(?<!not )\b(?:take a screenshot;|keep (?:it|what|the message))", note.text, re.IGNORECASE
    )
    if order:
        assert -1 < note.text.find("under 18") < order.start()
