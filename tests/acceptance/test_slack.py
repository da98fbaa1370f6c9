"""Slack from outside: people in a workspace, `python -m bot serve` behind it, every entry point."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.acceptance.slack_office import (
    LEADERS,
    STAFF,
    Office,
    office,
    reference_in,
    report_accident,
    report_mistake,
)
from tests.slack_double import Act, Person
from tests.slack_double.shapes import Json

pytestmark = pytest.mark.process

QUESTION = "Can I follow a former student?"
ANSWER = "Not allowed"
CLAUSE = "Staff are not permitted to follow or engage with current or prior students of the Federation"
SECRET = "the tall boy from the swimming gala"
ANSWERED = "I've sent you the answer privately."
OPEN = "Open the form"
REASON = "Looked into and settled with the teacher."


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One workspace for all of these: each person and each report is new to its test."""
    with office(tmp_path_factory.mktemp("slack")) as found:
        yield found


def newcomer(works: Office, name: str, kind: str = "member") -> Person:
    """Somebody who has never spoken to Signpost."""
    person = works.slack.add_user(name, kind=kind, real_name=f"{name.title()} Doe")  # type: ignore[arg-type]
    works.staffroom.members.add(person.id)
    return person


def seen(works: Office, act: Act, person: Person, words: str) -> str:
    """What this act showed to a person, once it holds these words."""
    works.wait(lambda: words in act.seen_by(person))
    return act.seen_by(person)


def only(act: Act, *people: Person) -> bool:
    """Whether nobody else saw anything of it."""
    return set(act.seen_by_whom) <= {person.id for person in people}


def test_policy_is_answered_where_it_was_asked_for_the_asker_alone(works: Office) -> None:
    """/policy in a channel shows verdict, clause and lines to the asker; nobody else sees a word."""
    ana = works["ana"]
    act = ana.slash("/policy", QUESTION, channel=works.staffroom)
    assert act.ok
    assert act.body == ""
    words = seen(works, act, ana, ANSWER)
    assert CLAUSE in words
    assert "lines 328–329" in words
    assert only(act, ana)
    assert works.slack.messages_in(works.staffroom) == []


def test_a_message_that_is_changed_to_words_of_danger_is_answered(works: Office) -> None:
    """An edit that tells of danger brings the numbers, for its writer alone; no other is answered."""
    joe, before = works["joe"], works.settled()

    def edited(text: str) -> Act:
        new = {"type": "message", "user": joe.id, "text": text, "ts": "1795348908.000100", "edited": {}}
        inner: Json = {"type": "message", "subtype": "message_changed", "channel_type": "im", "message": new}
        inner |= {"channel": joe.dm_channel.id, "previous_message": {**new, "text": "I am fine"}}
        return works.slack.send_event(inner)

    act = edited("I want to kill myself tonight")
    assert "116 123" in seen(works, act, joe, "Call 999")
    assert only(act, joe)
    rows = works.settled()
    silent = edited(QUESTION)
    seen(works, joe.dm("help"), joe, "How I can help")
    assert CLAUSE not in silent.seen_by(joe)
    assert rows["reports"] == before["reports"]


def test_policy_without_a_question_says_what_signpost_can_do(works: Office) -> None:
    """/policy alone shows the help, for the sender alone."""
    act = works["joe"].slash("/policy", channel=works.staffroom)
    assert "report" in seen(works, act, works["joe"], "Report").casefold()
    assert only(act, works["joe"])


def test_a_direct_message_is_answered_there(works: Office) -> None:
    """A question typed to the app is answered in the same chat, and in its thread where it has one."""
    joe = works["joe"]
    act = joe.dm("May I follow <https://example.org|a former student> &amp; like their posts?")
    seen(works, act, joe, ANSWER)
    root = joe.messages()[-1]
    threaded = joe.dm(QUESTION, thread_ts=root.ts)
    seen(works, threaded, joe, ANSWER)
    assert joe.messages()[-1].thread_ts == root.ts
    assert only(act, joe)
    assert only(threaded, joe)


def test_an_answer_can_be_rated_and_followed_up(works: Office) -> None:
    """Helpful is thanked for, in the same chat; a clarifying question is answered by a button."""
    ana = works["ana"]
    act = ana.dm(QUESTION)
    seen(works, act, ana, ANSWER)
    thanks = ana.press("That helped", works.said_to(ana, ANSWER))
    assert thanks.ok
    works.wait(lambda: thanks.seen_by(ana))
    assert only(thanks, ana)


def test_a_file_is_noticed_and_never_fetched(works: Office) -> None:
    """A file in the chat is met with advice and the phone list; no call of Slack's asks for it."""
    joe = works["joe"]
    inner: Json = {
        "type": "message",
        "subtype": "file_share",
        "channel_type": "im",
        "user": joe.id,
        "text": "",
    }
    inner |= {
        "channel": joe.dm_channel.id,
        "ts": "1795348908.000100",
        "files": [{"id": "F1", "name": "x.jpg"}],
    }
    act = works.slack.send_event(inner)
    seen(works, act, joe, "020 7000 1101")
    assert not [call for call in works.slack.calls if call.method.startswith("files")]


def test_a_mention_is_answered_privately_and_shared_only_by_its_asker(works: Office) -> None:
    """In the channel there is one line; the answer only where its asker shares it, without the question."""
    ana, priya = works["ana"], works["priya"]
    act = ana.mention(works.staffroom, f"{QUESTION} I mean {SECRET}")
    seen(works, act, ana, CLAUSE)
    seen(works, act, priya, ANSWERED)
    assert CLAUSE not in act.seen_by(priya)
    answer = works.said_to(ana, CLAUSE)
    shared = ana.press("Share this answer in the channel", answer)
    assert shared.ok
    told = seen(works, shared, priya, CLAUSE)
    assert "Ana" in told
    assert SECRET not in told
    seen(works, shared, ana, "Shared with this channel")
    posted = [message for message in works.slack.messages_in(works.staffroom) if CLAUSE in message.words]
    assert [bool(message.buttons) for message in posted] == [False]
    assert {message.thread_ts for message in posted} == {works.slack.messages_in(works.staffroom)[0].ts}
    again = ana.press("Share this answer in the channel", answer)
    seen(works, again, ana, "Shared with this channel")
    assert len([m for m in works.slack.messages_in(works.staffroom) if CLAUSE in m.words]) == 1


def test_home_asks_reports_and_shows_ones_own_reports(works: Office) -> None:
    """The home page answers from its search box and topics, starts a report, and then lists it."""
    gail = newcomer(works, "gail")
    gail.open_home()
    works.wait(lambda: gail.home)
    box = next(block["block_id"] for block in gail.home.blocks if block["type"] == "input")  # type: ignore[union-attr]
    act = ask_at_home(works, gail, QUESTION)
    assert act.ok
    assert CLAUSE in works.modal(gail, CLAUSE).words
    gail.close()
    works.wait(lambda: box not in {block["block_id"] for block in gail.home.blocks})  # type: ignore[union-attr]
    gail.press("Ask", gail.home)
    works.modal(gail, CLAUSE)
    gail.close()
    gail.press("Report something", gail.home)
    works.modal(gail, "danger")
    gail.close()
    reference = report_accident_again(works, gail)
    works.wait(lambda: reference in gail.home.words)  # type: ignore[union-attr]


def ask_at_home(works: Office, person: Person, question: str) -> Act:
    """Type into the search box and press Enter."""
    home = person.home
    assert home is not None
    block = next(block for block in home.blocks if block["type"] == "input")
    element = {key: block["element"][key] for key in ("type", "action_id")}
    return person._act(home, block, element, {"value": question})


def report_accident_again(works: Office, person: Person) -> str:
    """Go on with the report that was begun: cancel it, then report from the beginning."""
    person.slash("/report")
    works.modal(person, "already")
    works.press(person, "Cancel it", "Yes, cancel it")
    person.close()
    return report_accident(works, person)


def held_by(name: str, works: Office, reference: str) -> bool:
    """Whether the card says so: it names whom the case was brought to, too."""
    return f"Held by*\n{name}" in works.card(reference).words


def test_a_report_from_the_command_to_the_closed_case(works: Office) -> None:
    """A named report reaches the channel's card without its words, and is worked on there until closed."""
    hana, eleanor, beth = newcomer(works, "hana"), works["eleanor"], works["beth"]
    reference = report_accident(works, hana, place=SECRET)
    card = works.card(reference)
    assert SECRET not in card.words
    assert "Hana" not in card.words
    works.said_to(hana, reference)
    hana.close()
    assert eleanor.press("Acknowledge", card).ok
    works.said_to(eleanor, "You have acknowledged", works.flt)
    works.wait(lambda: "Eleanor" in works.card(reference).words)
    works.said_to(hana, "dealing with it")
    details = eleanor.press("Open details", works.card(reference))
    assert SECRET in works.modal(eleanor, SECRET).words
    assert not [
        user for user, words in details.seen_by_whom.items() if SECRET in words and user != eleanor.id
    ]
    eleanor.close()
    press_more(works, eleanor, "Add a note", reference)
    works.modal(eleanor, "Note on")
    noted = works.submit(
        eleanor, {"Note (only those who handle the case read it; no child's name, no password)": "Spoke."}
    )
    assert noted.ok
    works.modal(eleanor, "is kept with")
    eleanor.close()
    press_more(works, eleanor, "Give to …", reference)
    works.modal(eleanor, "Person")
    assert works.submit(eleanor, {"Person": "Beth Okafor"}).ok
    eleanor.close()
    works.wait(lambda: held_by("Beth Okafor", works, reference))
    works.said_to(beth, reference)
    ask_the_reporter(works, beth, hana, reference)
    press_more(works, beth, "Log a referral", reference)
    works.modal(beth, "Who was told?")
    assert works.submit(beth, {"Who was told?": "Police", "When?": 1795344000}).ok
    beth.close()
    works.wait(lambda: "Police" in works.card(reference).words)
    beth.press("Open details", works.card(reference))
    works.modal(beth, "The report")
    beth.close()
    beth.press("Close this case", works.card(reference))
    works.modal(beth, "Outcome")
    reason = "Reason (at least 20 characters; kept with the case, not shown to the reporter)"
    deleted = "Its deletion is confirmed, everywhere it was"
    short = works.submit(beth, {"Outcome": "Advice given", reason: "Done", "The picture": deleted})
    assert len(short.errors) == 1
    assert works.submit(beth, {reason: REASON}).ok
    works.wait(lambda: "Closed" in works.card(reference).words)
    works.said_to(hana, "Advice has been given")
    assert REASON not in works.slack.visible_to(hana)
    for other in ("joe", "priya"):
        assert reference not in works.slack.visible_to(works[other])


def test_a_form_that_came_back_lies_under_what_its_buttons_open(works: Office) -> None:
    """Who must read what was added before closing reads it in a window above; their words stand below it."""
    ida, eleanor = newcomer(works, "ida"), works["eleanor"]
    reference = report_accident(works, ida)
    ida.close()
    assert eleanor.press("Acknowledge", works.card(reference)).ok
    works.wait(lambda: "Eleanor" in works.card(reference).words)
    eleanor.press("Open details", works.card(reference))
    works.modal(eleanor, "The report")
    eleanor.close()
    eleanor.press("Close this case", works.card(reference))
    works.modal(eleanor, "Outcome")
    ida.dm("status")
    assert ida.press("Add more", works.said_to(ida, "Your reports")).ok
    works.modal(ida, "What would you like to add?")
    assert works.submit(ida, {"What would you like to add?": "It is gone now."}).ok
    ida.close()
    reason = "Reason (at least 20 characters; kept with the case, not shown to the reporter)"
    deleted = "Its deletion is confirmed, everywhere it was"
    outside = "Why was nobody outside told?"
    given = {"Outcome": "Advice given", reason: REASON, "The picture": deleted, outside: "No need"}
    works.submit(eleanor, given)
    form = works.modal(eleanor, "Nothing of it was stored")
    eleanor.press("Open details", form)
    works.modal(eleanor, "It is gone now.")
    eleanor.close()
    assert eleanor.modal is form
    assert eleanor.submit().ok
    works.wait(lambda: "Closed" in works.card(reference).words)


def press_more(works: Office, person: Person, label: str, reference: str) -> None:
    """One of the rarer buttons, in the modal that the card's last button opens."""
    person.press("More …", works.card(reference))
    works.modal(person, label)
    works.press(person, label)


def ask_the_reporter(works: Office, asker: Person, reporter: Person, reference: str) -> None:
    """A question to the reporter, read and answered in a modal: no chat keeps a word of it."""
    press_more(works, asker, "Ask the reporter", reference)
    works.modal(asker, "Ask the reporter of")
    assert works.submit(asker, {"Your question": "Which hall do you mean?"}).ok
    asker.close()
    notice = works.said_to(reporter, "question")
    assert "Which hall" not in notice.words
    assert reporter.press("Read and answer", notice).ok
    works.modal(reporter, "Which hall do you mean?")
    field = next(iter(reporter.modal.fields))  # type: ignore[union-attr]
    assert works.submit(reporter, {field: "The small one."}).ok
    reporter.close()
    asker.press("Open details", works.card(reference))
    works.modal(asker, "The small one.")
    asker.close()
    assert "The small one." not in "\n".join(message.words for message in reporter.messages())


def test_anonymous_means_anonymous(works: Office) -> None:
    """An anonymous report is sent once its code is typed back; nobody and no chat knows who sent it."""
    ivy, farid = newcomer(works, "ivy"), works["farid"]
    before = len(ivy.messages())
    view = report_mistake(works, ivy, "I liked a post that I should not have.", "Anonymous")
    code = code_in(view.words)
    wrong = works.submit(ivy, {"Type the receipt code here": code[:-1]})
    assert "not the receipt code" in " ".join(wrong.errors.values())
    assert works.submit(ivy, {"Type the receipt code here": code}).ok
    works.press(ivy, "Send")
    reference = reference_in(works.modal(ivy, "has been received").words)
    card = works.card(reference)
    assert "Anonymous" in card.words
    farid.press("Acknowledge", card)
    works.said_to(farid, "You have acknowledged", works.flt)
    farid.press("Open details", works.card(reference))
    works.modal(farid, "I liked a post")
    farid.close()
    for leader in LEADERS:
        assert "Ivy" not in works.slack.visible_to(works[leader])
        assert ivy.id not in works.slack.visible_to(works[leader])
    ivy.close()
    assert len(ivy.messages()) == before
    look_up(works, ivy, reference, code)


def test_a_colleague_is_reported_anonymously(works: Office) -> None:
    """Abuse by a colleague, anonymously: the card comes without a name, and no chat keeps a word."""
    jay, farid = newcomer(works, "jay"), works["farid"]
    before = len(jay.messages())
    jay.slash("/report")
    works.modal(jay, "danger")
    works.press(jay, "No", "Northgate School", "Online abuse by a colleague")
    walk(works, jay, "Anonymous", until="Type the receipt code here")
    code = code_in(jay.modal.words)  # type: ignore[union-attr]
    assert works.submit(jay, {"Type the receipt code here": code.replace("-", " ").lower()}).ok
    works.press(jay, "Send")
    reference = reference_in(works.modal(jay, "has been received").words)
    jay.close()
    assert "Anonymous" in works.card(reference).words
    works.settled()
    assert jay.id not in works.slack.visible_to(farid)
    assert "Jay" not in works.slack.visible_to(farid)
    assert len(jay.messages()) == before


def code_in(words: str) -> str:
    """The receipt code on the screen."""
    return next(line.partition(": ")[2] for line in words.splitlines() if line.startswith("Receipt code: "))


def look_up(works: Office, person: Person, reference: str, code: str) -> None:
    """With the code, and only with it, an anonymous report can be followed."""
    person.slash("/report-status", channel=works.staffroom)
    listed = works.said_to(person, "With a receipt code", works.staffroom)
    assert reference not in listed.words
    person.press("With a receipt code", listed)
    works.modal(person, "Receipt code")
    assert works.submit(person, {"Reference": reference, "Receipt code": code}).ok
    assert "Being dealt with" in works.modal(person, reference).words
    person.close()


def test_a_restricted_case_leaves_no_trace_in_the_channel(works: Office) -> None:
    """Where a child may be at risk, DSL and headteacher get the card by DM, and the channel nothing."""
    kim = newcomer(works, "kim")
    works.settled()
    before = [message.ts for message in works.slack.messages_in(works.flt)]
    kim.slash("/report")
    works.modal(kim, "danger")
    works.press(
        kim, "No", "Northgate School", "A picture or video that should not have been made, taken or shared"
    )
    works.press(kim, "Continue", "Yes")
    walk(works, kim)
    works.press(kim, "Send")
    reference = reference_in(works.modal(kim, "has been received").words)
    for name in ("dina", "eleanor"):
        assert "RESTRICTED" in works.said_to(works[name], reference).words
    for name in ("farid", "grace", "tom"):
        assert reference not in works.slack.visible_to(works[name])
    works.settled()
    assert [message.ts for message in works.slack.messages_in(works.flt)] == before
    dina = works["dina"]
    assert dina.press("Acknowledge", works.said_to(dina, reference)).ok
    works.said_to(dina, "You have acknowledged")
    works.said_to(kim, "dealing with it")


def walk(works: Office, person: Person, *wanted: str, until: str = "Send") -> None:
    """Answer each step with what is wanted there, else with what comes first, until a button is there."""
    for _ in range(30):
        assert person.modal is not None
        if until in person.modal.buttons or until in person.modal.fields:
            return
        step_on(works, person, *wanted)
    raise AssertionError(f"never came to {until!r}")


def step_on(works: Office, person: Person, *wanted: str) -> None:
    """Answer the step on screen: a wanted button, what must be filled in, "Continue", or "No"."""
    view = person.modal
    assert view is not None
    if view.payload.get("submit"):
        values = {
            block["label"]["text"]: first_option(block)
            for block in view.blocks
            if block["type"] == "input" and not block.get("optional")
        }
        assert works.submit(person, values).ok
        return
    ways = (*wanted, "Continue", "No", "Not sure", "I found it", "Named", "I don't know", "Skip")
    known = [label for label in ways if label in view.buttons]
    navigation = ("Back", "Save for later", "Hide", "Cancel", "Urgent alert")
    answers = [label for label in view.buttons if label not in navigation]
    works.press(person, (known or answers)[0])


def first_option(block: Json) -> object:
    """Something that the field takes."""
    options = block["element"].get("options")
    if options:
        shown = [option["text"]["text"] for option in options]
        return "I found it" if "I found it" in shown else shown[0]
    return 1795344000 if block["element"]["type"] == "datetimepicker" else "Not known"


def test_shortcuts_begin_a_report(works: Office) -> None:
    """The global shortcut opens the form; the one on a message carries its link over, and never its words."""
    lea, ana = newcomer(works, "lea"), works["ana"]
    assert lea.global_shortcut("report_incident").ok
    works.modal(lea, "danger")
    works.press(lea, "Cancel", "Yes, cancel it")
    lea.close()
    message = ana.write(works.staffroom, f"Look what {SECRET} did")
    assert lea.message_shortcut("report_message", message).ok
    works.modal(lea, "danger")
    works.press(
        lea, "No", "Northgate School", "Abuse or offensive content on, or aimed at, a Federation account"
    )
    works.press(lea, "Offensive or harassing")
    view = works.modal(lea, "Link to the post")
    assert f"p{message.ts.replace('.', '')}" in view.words
    assert SECRET not in view.words
    assert works.slack.calls_of("chat.getPermalink")
    walk(works, lea)
    assert f"p{message.ts.replace('.', '')}" in works.modal(lea, "check before you send").words
    works.press(lea, "Send")
    reference = reference_in(works.modal(lea, "has been received").words)
    assert "Abuse on a Federation account" in works.card(reference).words
    assert SECRET not in "\n".join(message.words for message in works.slack.messages_in(works.flt))


def test_an_expired_trigger_goes_on_from_the_direct_messages(works: Office) -> None:
    """Where the trigger is good no more, a DM holds a button whose own trigger opens the form."""
    mia = newcomer(works, "mia")
    works.slack.faults.error("expired_trigger_id", method="views.open", times=1)
    assert mia.slash("/report").ok
    opener = works.said_to(mia, "form that only you can see")
    assert mia.modal is None
    assert mia.press(OPEN, opener).ok
    works.modal(mia, "danger")
    typed = mia.dm("report")
    seen(works, typed, mia, "form that only you can see")
    assert "danger" not in "\n".join(message.words for message in mia.messages())


def test_words_typed_in_a_modal_are_kept(works: Office) -> None:
    """What stands in a form that was left by a button is there again when the form is."""
    noa = newcomer(works, "noa")
    noa.slash("/report")
    works.modal(noa, "danger")
    works.press(noa, "No", "Northgate School", "I have made a mistake online", "No", "Named")
    noa.fill(None, {"What happened?": SECRET})
    works.press(noa, "Back", "Named")
    assert SECRET in works.modal(noa, "What happened?").words
    noa.fill(None, {"What happened?": f"{SECRET} and more"})
    works.press(noa, "Hide")
    assert SECRET not in works.modal(noa, "Show").words
    noa.close()
    act = noa.dm("resume")
    seen(works, act, noa, "form that only you can see")
    noa.press(OPEN)
    assert f"{SECRET} and more" in works.modal(noa, "What happened?").words
    assert SECRET not in "\n".join(message.words for message in noa.messages())


def test_cases_are_listed_for_the_roster_alone(works: Office) -> None:
    """/cases shows the open cases to the leadership team, and a refusal to anybody else."""
    farid, joe = works["farid"], works["joe"]
    act = farid.slash("/cases", channel=works.staffroom)
    seen(works, act, farid, "pen cases")
    assert only(act, farid)
    refused = joe.slash("/cases", channel=works.staffroom)
    seen(works, refused, joe, "not on the roster")
    assert only(refused, joe)
    farid.open_home()
    works.wait(lambda: farid.home and "Cases that you may see" in farid.home.words)
    # Nor to a person on the roster who may see none.
    for person in (joe, works["ivan"]):
        person.open_home()
        works.wait(lambda person=person: person.home)
        assert person.home is not None
        assert "Cases that you may see" not in person.home.words


def test_an_account_can_be_asked_for(works: Office) -> None:
    """/account-request says how a new account is asked for, to the sender alone."""
    act = works["priya"].slash("/account-request", channel=works.staffroom)
    seen(works, act, works["priya"], "account")
    assert only(act, works["priya"])


def test_guests_and_strangers_get_the_public_help(works: Office) -> None:
    """Guests and people from elsewhere are told whom to turn to, get no answer, and store nothing."""
    for name, kind in (("gus", "guest"), ("sid", "single_guest"), ("xan", "stranger")):
        person = newcomer(works, name, kind)
        rows = works.settled()
        for act in (person.slash("/policy", QUESTION), person.slash("/cases"), person.dm(QUESTION)):
            words = seen(works, act, person, "call 999")
            assert CLAUSE not in words
        person.slash("/report")
        assert "call 999" in works.modal(person, "danger").words
        assert works.server.rows() == rows


def test_who_has_left_can_do_nothing(works: Office) -> None:
    """A member of the roster whose account is closed changes no case, from the same day on."""
    reporter, tom = newcomer(works, "ria"), works["tom"]
    reference = report_accident(works, reporter)
    card = works.card(reference)
    rows = works.settled()
    tom.kind = "deleted"
    act = tom.press("Acknowledge", card)
    tom.kind = "member"
    assert act.status == 200
    assert works.server.rows() == rows
    assert "Not acknowledged yet" in works.card(reference).words


def test_copies_of_an_act_change_nothing(works: Office) -> None:
    """A retried event, a press that comes twice and a second person's press are each done once."""
    uma, eleanor, beth = newcomer(works, "uma"), works["eleanor"], works["beth"]
    asked = uma.dm(QUESTION)
    seen(works, asked, uma, CLAUSE)
    reference = report_accident(works, uma)
    uma.close()
    press = eleanor.press("Acknowledge", works.card(reference))
    works.wait(lambda: "Eleanor" in works.card(reference).words)
    rows, told = works.settled(), len(uma.messages())
    assert works.slack.redeliver(asked).status == 200
    assert works.slack.redeliver(press).status == 200
    assert works.settled() == rows
    assert len(uma.messages()) == told
    late = beth.press("Take it over", works.card(reference))
    assert late.ok
    works.wait(lambda: held_by("Beth Okafor", works, reference))


def test_the_agents_tab_offers_questions(works: Office) -> None:
    """Where the app is an agent its messages tab offers questions, and its failure is nobody's trouble."""
    act = works["ana"].open_messages_tab()
    assert act.ok
    works.wait(lambda: works.slack.calls_of("assistant.threads.setSuggestedPrompts"))


def test_ready_says_so(works: Office) -> None:
    """With Slack configured the server is ready, and the playground is not there."""
    with urllib.request.urlopen(f"{works.server.url}/readyz", timeout=5) as answer:
        assert json.loads(answer.read())["ready"] is True
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{works.server.url}/", timeout=5)


def test_nobody_else_saw_a_word(works: Office) -> None:
    """After all of the above, staff who only read along know nothing of any report."""
    for name in STAFF:
        assert "FED-" not in works.slack.visible_to(works[name])
