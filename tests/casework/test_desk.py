"""The desk of those who handle cases: `help`, the row, the list, the search, the card, the file."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.assistant import desk as own_desk
from bot.casework.acts import ACTS
from bot.casework.cases_seen import AT_ONCE
from bot.domain.cases import Stage
from bot.domain.messages import Button, Buttons, Form, Heading, Link, Message, Table, Tags
from bot.domain.turns import Pressed, Said, Sender
from tests.channels.paper.reading import words
from tests.support.case_pages import Client, visiting
from tests.support.desk import Desk, text_of

REASON = "It was an accident, and all of it is deleted."


def listed(desk: Desk, user: str, which: str = "open") -> list[str]:
    """The references in one list of cases, in order."""
    [message] = desk.send(user, Pressed("case.list", which))
    tables = [block for block in message.blocks if isinstance(block, Table)]
    return [row.button.value for table in tables for row in table.rows]


def closed(desk: Desk, reference: str) -> None:
    desk.press("eleanor", "case.acknowledge", reference)
    if second := desk.close_somehow("eleanor", reference, reason=REASON):
        desk.agree(second, reference)
    assert reference in listed(desk, "eleanor", "closed")


def test_each_filter_has_its_cases_and_no_other(desk: Desk) -> None:
    """Open, mine, urgent and closed each list what they say; a closed case has its age and its outcome."""
    mine, urgent, done = (
        desk.report(kind="colleague").reference,
        desk.report(kind="abuse", category="threat").reference,
        desk.report().reference,
    )
    closed(desk, done)
    desk.press("farid", "case.acknowledge", mine)
    desk.later(days=3)
    assert set(listed(desk, "farid")) == {mine, urgent}
    assert listed(desk, "farid", "mine") == [mine]
    assert listed(desk, "farid", "urgent") == [urgent]
    assert listed(desk, "farid", "closed") == [done]
    said = desk.press("farid", "case.list", "closed")
    assert "1 closed case" in said
    assert "closed 3 days ago" in said
    assert "Dealt with; action taken" in said
    assert set(listed(desk, "farid", "nonsense")) == {mine, urgent}


def around(desk: Desk, user: str, asked: str) -> tuple[list[str], list[Button]]:
    """The references in a part of a list, and the buttons that lead on from it."""
    [message] = desk.send(user, Pressed("case.list", asked))
    buttons = [item for block in message.blocks if isinstance(block, Buttons) for item in block.items]
    return listed(desk, user, asked), [
        item for item in buttons if item.label.startswith(("Next", "Previous"))
    ]


def test_a_long_list_is_shown_in_parts(desk: Desk) -> None:
    """Of many cases twenty are shown, their own first and then the urgent; the rest is one press away."""
    every = [desk.report(kind="colleague").reference for _ in range(AT_ONCE + 2)]
    urgent = desk.report(kind="abuse", category="threat").reference
    desk.press("farid", "case.acknowledge", every[-1])
    first, [after] = around(desk, "farid", "open")
    assert first == [every[-1], urgent, *every[: AT_ONCE - 2]]
    assert after.label == "Next 3"
    said = desk.press("farid", "case.list", after.value)
    assert f"{AT_ONCE + 3} open cases" in said
    assert f"{AT_ONCE + 1} to {AT_ONCE + 3} of {AT_ONCE + 3} are shown." in said
    second, [before] = around(desk, "farid", after.value)
    assert second == every[AT_ONCE - 2 : -1]
    assert before.label == f"Previous {AT_ONCE}"
    assert around(desk, "farid", before.value) == (first, [after])


@pytest.mark.parametrize(
    "asked", ["open|900", "open|999999999999999", "open|-3", "open|x", "open|²", "open|"]
)
def test_a_part_that_is_not_there_is_another_one(desk: Desk, asked: str) -> None:
    """Beyond the end the last part is shown, and for what is no place the first: never nothing."""
    every = [desk.report().reference for _ in range(AT_ONCE + 1)]
    assert listed(desk, "farid", asked) == (every[AT_ONCE:] if asked == "open|900" else every[:AT_ONCE])


def test_no_list_and_no_search_tells_of_a_hidden_case(desk: Desk) -> None:
    """A case that is not theirs is in no list, and its reference reads like one that nobody ever drew."""
    hidden = desk.report(nudity="yes").reference
    for which in ("open", "mine", "urgent", "closed"):
        assert hidden not in desk.press("farid", "case.list", which)
    closed(desk, hidden)
    assert hidden not in desk.press("farid", "case.list", "closed")
    theirs = desk.fill("farid", "case.find", "", reference=hidden)
    unknown = desk.fill("farid", "case.find", "", reference="FED-0000")
    assert theirs.replace(hidden, "FED-0000") == unknown
    assert "There is no case with that reference" in unknown


def test_cases_of_one_kind_can_be_told_apart(desk: Desk) -> None:
    """Of reports that are alike the list says school, account and what it is, to those who have the card."""
    told = {"kind": "abuse", "category": "defamatory", "account": "Northgate School on Facebook"}
    one = desk.report("ana", None, **told).reference
    other = desk.report("joe", kind="abuse", category="offensive", school="southmere").reference
    lines = {user: desk.press(user, "case.list") for user in ("farid", "beth")}
    apart = "Abuse on a Federation account · Northgate School · Untrue and damaging (defamatory)"
    assert f"{one} · {apart} · Northgate School on Facebook" in lines["farid"]
    assert f"{other} · Abuse on a Federation account · Southmere School · Offensive" in lines["farid"]
    assert one in lines["beth"]
    assert "defamatory" not in lines["beth"]
    assert "Northgate School" not in lines["beth"]


def test_the_list_says_no_more_than_the_notice_did(desk: Desk) -> None:
    """Anybody who was told that a case exists reads its kind and urgency there, and not how it went."""
    reference = desk.report(nudity="yes").reference
    desk.work()
    desk.press("dina", "case.acknowledge", reference)
    for which in ("open", "closed"):
        [message] = desk.send("beth", Pressed("case.list", which))
        [row] = [row for block in message.blocks if isinstance(block, Table) for row in block.rows]
        assert row.text == f"URGENT · {reference} · Compromising picture"
        assert [cell for cell in row.cells if cell] == [reference, "URGENT", "Compromising picture"]
        if which == "open":
            closed(desk, reference)
    assert "Dealt with" in desk.press("dina", "case.list", "closed")


@pytest.mark.parametrize("user", ["ana", "nobody"])
def test_who_is_off_the_roster_has_no_list_and_no_search(desk: Desk, user: str) -> None:
    """Each press on the list is refused to staff and strangers, whatever it carries."""
    reference = desk.report().reference
    for answer in (
        desk.press(user, "case.list", "open"),
        desk.press(user, "case.find"),
        desk.fill(user, "case.find", "", reference=reference),
    ):
        assert "not on the roster" in answer
        assert reference not in answer


def test_a_case_is_found_by_its_reference_however_it_is_typed(desk: Desk) -> None:
    """An open or closed case is found by its reference in small letters, and its card is shown."""
    reference = desk.report().reference
    closed(desk, reference)
    assert "Its reference" in desk.press("farid", "case.find")
    found = desk.fill("farid", "case.find", "", reference=f" {reference.lower()} ")
    assert f"{reference} · Compromising picture" in found
    assert "Status: Closed" in found


def test_urgent_stands_first_and_no_name_on_the_card(desk: Desk) -> None:
    """The marks come before the title, URGENT before all; the card names no reporter, the details do once."""
    reference = desk.report("ana", kind="abuse", category="threat", mode="named").reference
    [card] = desk.send("farid", Pressed("case.show", reference))
    assert isinstance(card.blocks[0], Tags)
    assert card.blocks[0].items[0] == "URGENT"
    assert isinstance(card.blocks[1], Heading)
    assert card.summary.startswith("URGENT · ")
    assert "Ana" not in text_of(card)
    assert "Reporter: Named" in text_of(card)
    details = desk.press("farid", "case.details", reference)
    assert "Reporter: Ana Silva (teacher) · Named" in details
    assert "Your name" not in details


def test_what_protects_is_never_behind_more() -> None:
    """Advice, restricting, stepping back and urgency stand on the card itself wherever they can be done."""
    for name in ("advice", "restrict", "recuse", "urgent", "calm"):
        act = ACTS[f"case.{name}"]
        assert not act.more
        assert set(act.card) >= set(Stage) - {Stage.CLOSED}


def row(desk: Desk, user: str) -> list[str]:
    world = desk.product.context.world
    return [button.label for button in own_desk.row(world, Sender("playground", user))]


STAFF = ["Report", "My reports", "Numbers"]
ROWS = {
    "ana": STAFF,
    "nobody": STAFF,
    "farid": [*STAFF, "Cases", "My work"],
    "beth": [*STAFF, "Cases"],
    "ivan": [*STAFF, "My work", "Roster"],
    "lucy": [*STAFF, "Cases", "My work"],
    "eleanor": [*STAFF, "Cases", "My work", "Open questions", "Roster", "Governors' report"],
    "dina": [*STAFF, "Cases", "My work", "Open questions"],
    "maya": [*STAFF, "Cases", "Roster", "Governors' report"],
}


def lines(desk: Desk, user: str) -> tuple[str, ...]:
    world = desk.product.context.world
    return own_desk.duties(world, Sender("playground", user))


# The words by which each workflow is told of, and whom it is told.
WORKFLOWS = {
    "comments that are owed an answer": {"farid", "grace", "tom", "ravi", "susan", "eleanor", "ivan", "lucy"},
    "pass on or return applications": {"ravi", "eleanor", "susan"},
    "approve or reject applications": {"farid", "grace", "tom", "eleanor"},
    "create, transfer and close accounts": {"ivan"},
    "list of objections": {"farid", "grace", "tom", "ravi", "eleanor", "susan"},
    "read and confirm the policy": {"farid", "grace", "tom", "eleanor"},
    "questions that the policy leaves open": {"eleanor", "dina", "omar"},
}


@pytest.mark.parametrize("line", WORKFLOWS)
def test_help_tells_each_workflow_to_whom_it_is_given(desk: Desk, line: str) -> None:
    """Of replies, applications, campaigns and open questions those read whose role it is, and nobody else."""
    roster = desk.product.context.world.federation.roster
    told = {one for one in roster.people if any(line in text for text in lines(desk, one))}
    assert told == WORKFLOWS[line]
    assert lines(desk, "ana") == ()


@pytest.mark.parametrize("user", ROWS)
def test_the_row_is_what_a_person_may_press(desk: Desk, user: str) -> None:
    """Staff have three buttons; cases and roster are there for those alone whose role opens them."""
    assert row(desk, user) == ROWS[user]
    shown = help_of(desk, user)
    assert all(f"[{label}]" in shown for label in ROWS[user])


def help_of(desk: Desk, user: str) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, Said("help")))


HELPS = {
    "ana": (),
    "farid": ("work the cases", "drill"),
    "eleanor": (
        "work the cases",
        "as a PDF",
        "legal hold",
        "audit",
        "subject-access",
        "roster",
        "purge",
        "figures of the last whole term",
        "drill",
    ),
    "ivan": ("roster", "purge", "drill"),
}


@pytest.mark.parametrize("user", HELPS)
def test_help_says_what_this_person_may_do(desk: Desk, user: str) -> None:
    """Staff read of asking and reporting; the others what their roles let them do as well, and no more."""
    said = help_of(desk, user).casefold()
    every = {word for wanted in HELPS.values() for word in wanted}
    assert {word for word in every if word.casefold() in said} == set(HELPS[user])


def test_the_numbers_are_one_press_away(desk: Desk) -> None:
    """The row's "Numbers" shows everybody who can be phoned, with or without a report under way."""
    for before in ("", "report"):
        if before:
            desk.send("ana", Said(before))
        said = desk.press("ana", "word.say", "numbers")
        assert "Designated Safeguarding Lead" in said
        assert "020 7946 0105" in said


def links(desk: Desk, user: str, reference: str) -> dict[str, str]:
    """Format -> path of the links that an export gives."""
    found = [
        block.url
        for message in desk.send(user, Pressed("case.export", reference))
        for block in message.blocks
        if isinstance(block, Link)
    ]
    return {url.split("/")[-2]: url.removeprefix("https://signpost.example") for url in found}


def addressed(desk: Desk) -> None:
    """Give Signpost an address of its own."""
    context = replace(desk.product.context, address="https://signpost.example")
    product = replace(desk.product, context=context)
    desk.product = replace(product, assistant=type(product.assistant)(context, product.engine))


def test_a_link_gives_the_case_once_and_only_to_a_press(desk: Desk) -> None:
    """Looking shows no word of the case and spends nothing; the button gives it once."""
    addressed(desk)
    reference = desk.report("ana", kind="colleague", narrative="He grabbed the phone.").reference
    found = links(desk, "eleanor", reference)
    assert set(found) == {"pdf", "json"}

    async def story(client: Client) -> None:
        for _ in range(3):
            looked = await client.get(found["pdf"])
            page = await looked.text()
            assert looked.status == 200
            assert reference not in page
            assert "no-store" in looked.headers["Cache-Control"]
            assert "default-src 'none'" in looked.headers["Content-Security-Policy"]
        given = await client.post(found["pdf"])
        assert given.status == 200
        assert given.headers["Cache-Control"] == "no-store"
        assert f'filename="{reference}.pdf"' in given.headers["Content-Disposition"]
        shown = words(await given.read())
        assert "He grabbed the phone." in shown
        assert "by a link that worked once" in shown
        again = await client.post(found["pdf"])
        assert again.status == 404
        assert "There is no file here" in await again.text()
        assert (await (await client.post(found["json"])).json())["case"]["reference"] == reference

    visiting(desk, story)
    history = desk.press("eleanor", "case.details", reference)
    assert "Exported to a file" in history
    assert history.count("Asked for a code or a link") == 1


@pytest.mark.parametrize("how", ["late", "wrong", "other", "moved"])
def test_a_link_opens_nothing_for_anybody_else(desk: Desk, how: str) -> None:
    """Late, with another code or reference, or when its asker lost the case, there is no file."""
    addressed(desk)
    reference, other = (desk.report("ana", kind="colleague").reference for _ in range(2))
    path = links(desk, "eleanor", reference)["pdf"]
    match how:
        case "late":
            desk.now += timedelta(minutes=10, seconds=1)
        case "wrong":
            path = path[:-4] + "0000"
        case "other":
            path = path.replace(reference, other)
        case "moved":
            desk.press("eleanor", "case.recuse_yes", reference)

    async def story(client: Client) -> None:
        answer = await client.post(path)
        assert answer.status == 404
        assert "There is no file here" in await answer.text()

    visiting(desk, story)


def test_the_link_is_for_one_pair_of_eyes(desk: Desk) -> None:
    """It stands in a message that stays in no history, and nobody gets one who may not export."""
    addressed(desk)
    reference = desk.report("ana", kind="colleague").reference
    shown: tuple[Message, ...] = desk.send("eleanor", Pressed("case.export", reference))
    assert all(message.ephemeral for message in shown)
    for user in ("farid", "ivan", "ana", "nobody"):
        assert links(desk, user, reference) == {}


def test_a_case_about_the_it_manager_goes_by_link_alone(desk: Desk) -> None:
    """The link's file lies on no machine of theirs, so it is given; the command's code is not."""
    reference = desk.report("ana", kind="colleague", conflict="it").reference
    assert "the file would lie there" in desk.fill("eleanor", "case.export", reference, format="pdf")
    addressed(desk)
    path = links(desk, "eleanor", reference)["pdf"]

    async def story(client: Client) -> None:
        assert (await client.post(path)).status == 200

    visiting(desk, story)


def test_the_card_bears_its_buttons_in_two_lines(desk: Desk) -> None:
    """A card has nine buttons at most: what is rarer is behind the last one."""
    reference = desk.report().reference
    for stage in ("", "case.acknowledge"):
        if stage:
            desk.press("farid", stage, reference)
        [card] = desk.send("eleanor", Pressed("case.show", reference))
        [buttons] = [block for block in card.blocks if isinstance(block, Buttons)]
        assert len(buttons.items) <= 9
        assert buttons.items[-1].action == "case.more"


def fields_of(desk: Desk, user: str, action: str, value: str) -> list[str]:
    [message] = desk.send(user, Pressed(action, value))
    return [field.name for block in message.blocks if isinstance(block, Form) for field in block.fields]


@pytest.mark.parametrize("action", ["report.add", "report.correct", "report.withdraw", "report.move"])
def test_who_reported_by_name_is_asked_for_no_receipt_code(desk: Desk, action: str) -> None:
    """From one's own report no form asks for a code, and what is sent arrives; from elsewhere each asks."""
    reference = desk.report("ana", kind="colleague").reference
    [status] = desk.send("ana", Said("status"))
    shown = [button for block in status.blocks if isinstance(block, Buttons) for button in block.items]
    [value] = [button.value for button in shown if button.action == "report.add"]
    assert "code" not in fields_of(desk, "ana", action, value)
    assert "code" in fields_of(desk, "ana", action, reference)
    assert "those who handle it are told" in desk.fill("ana", "report.add", value, text="One thing more.")
    assert "One thing more." in desk.press("eleanor", "case.details", reference)
    assert "no report of yours" in desk.fill("tom", "report.add", value, text="Not mine.")


def test_restricted_stands_among_the_marks(desk: Desk) -> None:
    """The list says in its column of marks that a case is restricted, and in its line."""
    reference = desk.report(kind="colleague", struck="tom").reference
    [message] = desk.send("eleanor", Pressed("case.list", "open"))
    [table] = [block for block in message.blocks if isinstance(block, Table)]
    [row] = [row for row in table.rows if row.cells[0] == reference]
    assert dict(zip(table.columns, row.cells, strict=True))["Mark"] == "RESTRICTED"
    assert "RESTRICTED" not in row.cells[-1]
    assert "RESTRICTED" in row.text


def test_an_alert_is_named_in_words(desk: Desk) -> None:
    """The details of an urgent alert say what it is, though no question of a report offers it."""
    reference = desk.report(kind="danger", danger="yes", school="northgate").reference
    shown = desk.press("dina", "case.details", reference)
    assert "What it is about: An urgent alert that someone may be in danger" in shown


def test_the_channels_card_says_who_works_on_what_the_team_only_knows(desk: Desk) -> None:
    """Of a picture by accident the card in the leadership team's channel says so; abuse is theirs."""
    accident, abuse = desk.report().reference, desk.report(kind="abuse", category="spam").reference
    desk.work(20)
    posted = {name: text for text in desk.notebook.texts("flt") for name in (accident, abuse) if name in text}
    note = (
        "For the leadership team to know. The people who were told in person acknowledge it and work on it."
    )
    assert note in posted[accident]
    assert note not in posted[abuse]
    assert not any(note in text for text in desk.notebook.texts("dina"))


def test_exposed_personal_data_has_the_clock_of_the_law(desk: Desk) -> None:
    """The card says when the 72 hours end, holiday or not, while the case is open; no other card does."""
    desk.now = datetime(2026, 12, 23, 11, 0, tzinfo=UTC)
    exposed = desk.report(kind="abuse", category="personal_data").reference
    other = desk.report(kind="abuse", category="spam").reference
    clock = "72 hours since it was received end on 26 Dec 2026, 11:00"
    assert clock in desk.press("colin", "case.show", exposed)
    assert "72 hours" not in desk.press("farid", "case.show", other)
    closed(desk, exposed)
    assert "72 hours" not in desk.press("farid", "case.show", exposed)
    assert desk.product.context.texts.breach.tag in {
        tag for row in desk.product.context.world.playbook.rows for tag in row.tags
    }


OPENED = ("case.show", "case.clauses", "case.more", "case.details")


@pytest.mark.parametrize(("user", "actions"), [("farid", OPENED), ("beth", OPENED[:-1])])
def test_what_is_opened_of_a_case_is_private(desk: Desk, user: str, actions: tuple[str, ...]) -> None:
    """What is opened of a case is hidden after a while: by who works on it, and who may know of it alone."""
    reference = desk.report(kind="abuse", category="spam").reference
    for action in actions:
        shown = desk.send(user, Pressed(action, reference))
        assert reference in "".join(map(text_of, shown))
        assert all(message.ephemeral for message in shown), action
