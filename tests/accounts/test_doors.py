"""Accounts on each door: drawn within the limits, opened, filled in; runners picked as each door has them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.channels.common.look import Look
from bot.channels.slack.chats import in_chat, leads_to_modal
from bot.channels.slack.fields import draw, values_of
from bot.channels.slack.handlers import command
from bot.channels.slack.payloads import Slash
from bot.content.account_texts import AccountAct
from bot.domain.accounts import AccountStage
from bot.domain.messages import Buttons, Form, Message
from bot.domain.turns import Content, Incoming, Pressed, Said, Sender, Submitted
from tests.accounts.house import NAME, PAGES, attest, decide, entry, fill, form_in, stage, words
from tests.accounts.test_accounts import live_until_rules
from tests.channels.every_door import drawn_everywhere, typed_in_terminal
from tests.channels.teams.office import Office, play
from tests.replies.test_entries import with_federation
from tests.support.desk import Desk, text_of


def screens(desk: Desk) -> Iterator[Message]:
    """Everything that is shown of accounts."""
    shown = desk.send("ana", Said("new account"))
    for number, given in PAGES.items():
        yield from shown
        place = form_in(shown).value
        yield from desk.send("ana", Submitted("account.page", place, dict.fromkeys(given, ("x" * 2000,))))
        shown = desk.send("ana", Submitted("account.page", f"{place[:-1]}{number}", given))
    yield from shown
    yield from desk.send("ana", Pressed("account.send", entry(desk).id))
    attest(desk, "ana", "joe")
    for act, user in (("complete", "ravi"), ("return", "ravi"), ("withdraw", "ana"), ("decline", "joe")):
        yield from desk.send(user, Pressed(f"account.{act}", entry(desk).id))
    fill(desk, "ravi", "complete")
    yield from desk.send("farid", Pressed("account.open", entry(desk).id))
    for act in ("tick", "ask", "reject"):
        yield from desk.send("farid", Pressed(f"account.{act}", entry(desk).id))
    decide(desk)
    yield from desk.send("ivan", Pressed("account.create", entry(desk).id))
    fill(desk, "ivan", "create", kept_in="The vault of the office", page="https://x.com/science")
    yield from desk.send("ana", Pressed("account.rules", entry(desk).id))
    for rule in range(1, 8):
        yield from desk.send("ana", Pressed("account.confirm", f"{entry(desk).id}|{rule}"))
    for act in ("close", "transfer"):
        yield from desk.send("ivan", Pressed(f"account.{act}", entry(desk).id))
    for user in ("ana", "ivan", "priya"):
        yield from desk.send(user, Said("accounts"))
        yield from desk.send(user, Pressed("account.open", entry(desk).id))
    desk.work(20)
    yield from desk.notebook.messages()


def without_people(message: Message) -> Message:
    """The message as Slack draws it, whose own picker offers people."""
    blocks = [
        replace(
            block,
            fields=tuple(replace(one, options=() if one.picks else one.options) for one in block.fields),
        )
        if isinstance(block, Form)
        else block
        for block in message.blocks
    ]
    return replace(message, blocks=tuple(blocks))


def test_everything_can_be_drawn(desk: Desk) -> None:
    """Each screen fits on Slack and on Teams, and no word is lost in silence."""
    # Slack has a picker of its own for people: the options are not for it.
    assert drawn_everywhere(desk, screens(desk), without_people) > 35


def test_on_slack_a_command_opens_it_and_a_window_shows_it(desk: Desk) -> None:
    """`/account-request` begins an application; in a chat stands a button, and each press opens a window."""
    asked = command(Slash("t", "U1", "T1", "/oak-account-request", "", "t", ""))
    assert asked == Pressed("account.request")
    assert leads_to_modal(asked)
    texts = desk.product.context.world.door
    pairs: tuple[tuple[Content, str], ...] = (
        (Said("new account"), "account.page"), (Said("accounts"), "account.list")
    )  # fmt: skip
    for content, opens in pairs:
        (message,) = desk.send("ana", content)
        left = in_chat(message, content, texts)
        (button,) = [item for block in left.blocks if isinstance(block, Buttons) for item in block.items]
        assert button.action == opens
        assert leads_to_modal(Pressed(button.action, button.value))
        assert (
            words(desk.send("ana", Pressed(button.action, button.value))).splitlines()[0] == message.summary
        )


def test_on_slack_runners_are_picked_as_users(desk: Desk) -> None:
    """Slack's own picker is drawn, begins with who was picked, and gives back ids."""
    shown = desk.send("ana", Pressed("account.request"))
    for number in ("1", "2"):
        shown = desk.send("ana", Submitted("account.page", form_in(shown).value, PAGES[number]))
    form, look = form_in(shown), Look.of(desk.product.context.world)
    drawn = {
        block["label"]["text"]: block["element"] for block in draw(form, look).blocks if "element" in block
    }
    assert drawn["Who leads it?"]["type"] == "users_select"
    assert drawn["Who else runs it?"]["type"] == "multi_users_select"
    state = {
        "a": {drawn["Who leads it?"]["action_id"]: {"type": "users_select", "selected_user": "U0ANA"}},
        "b": {drawn["Who else runs it?"]["action_id"]: {"selected_users": ["U0JOE", "W0SAM"]}},
    }
    given = values_of(state, {}, look.zone)
    assert given == {"lead": ("U0ANA",), "others": ("U0JOE", "W0SAM")}
    named = {"lead": ("U0ANA Ana Silva",), "others": ("U0JOE", "person:lucy", "U0SAM Sam Teal")}
    again = [replace(field, value=named.get(field.name, ())) for field in form.fields]
    drawn = {
        block["label"]["text"]: block["element"]
        for block in draw(type(form)(form.action, form.value, tuple(again), form.submit), look).blocks
        if "element" in block
    }
    assert drawn["Who leads it?"]["initial_user"] == "U0ANA"
    assert drawn["Who else runs it?"]["initial_users"] == ["U0JOE", "U0SAM"]


def on_slack(desk: Desk, user: str, content: Content) -> tuple[Message, ...]:
    """One event of a user of Slack, as the door hands it on."""
    incoming = Incoming(f"e{next(_IDS)}", Sender("slack", user, "Ana Silva"), content)
    return desk.product.assistant.handle(incoming, desk.now)


_IDS = itertools.count()


def test_slack_users_become_runners(desk: Desk) -> None:
    """People on the roster are known by their account; another colleague by the name that Slack gives."""
    roster = desk.product.context.current.at_start.federation.roster
    people = {**roster.people, "lucy": replace(roster.people["lucy"], accounts={"slack": "U0LUCY"})}
    with_federation(desk, roster=replace(roster, people=people))
    shown = on_slack(desk, "U0ANA", Pressed("account.request"))
    for number in ("1", "2"):
        shown = on_slack(desk, "U0ANA", Submitted("account.page", form_in(shown).value, PAGES[number]))
    place = form_in(shown).value
    unknown = {"lead": ("U0LUCY Lucy B",), "others": ("U0GUEST",)}
    shown = on_slack(desk, "U0ANA", Submitted("account.page", place, unknown))
    assert "nobody whom Signpost knows" in form_in(shown).fields[1].error
    picked = {"lead": ("U0LUCY Lucy B",), "others": ("U0ANA Ana Silva",)}
    shown = on_slack(desk, "U0ANA", Submitted("account.page", place, picked))
    on_slack(desk, "U0ANA", Submitted("account.page", form_in(shown).value, PAGES["4"]))
    on_slack(desk, "U0ANA", Pressed("account.send", entry(desk).id))
    assert [(one.who, one.name) for one in entry(desk).details.runners] == [
        ("person:lucy", "Lucy Banks"), ("user:slack:U0ANA", "Ana Silva")
    ]  # fmt: skip
    assert stage(desk) is AccountStage.ATTESTING
    assert "[I will run it]" in words(on_slack(desk, "U0ANA", Pressed("account.open", entry(desk).id)))


@dataclass(frozen=True)
class OnCards:
    """An application and its account on Teams, driven by what stands on the newest card."""

    works: Office

    async def act(self, user: str, act: AccountAct, **given: str) -> None:
        """Open the account from the list, press an act, tick every box of its form, and send it."""
        record = self.works.desk.product.context.world.accounts.acts[act]
        await self.works.says(user, "accounts")
        await self.works.presses(user, f"Open {NAME}")
        await self.works.presses(user, record.button)
        ticks = {"ticks": ",".join(map(str, range(len(record.ticks))))} if record.ticks else {}
        await self.works.fills_in(user, record.button, **ticks, **given)
        await self.works.work()

    async def apply(self) -> None:
        """From the word to the application that is sent."""
        await self.works.says("ana", "new account")
        for given in (
            {"school": "northgate", "platform": "x", "name": NAME},
            {
                "aim": PAGES["2"]["aim"][0],
                "audience": "parents,staff",
                "promotion": PAGES["2"]["promotion"][0],
            },
            {"lead": "person:lucy", "others": "person:omar"},
            {"open": "yes", "email": "science@harbour.example.sch.uk"},
        ):
            await self.works.fills_in("ana", "Next", **given)
        await self.works.presses("ana", "Send the application")
        await self.works.work()


def test_on_teams_from_the_word_to_the_closing(works: Office) -> None:
    """On Teams an account is applied for, attested, created, transferred, left and closed, all on cards."""
    cards = OnCards(works)

    async def story() -> None:
        for name in ("ana", "lucy", "omar", "ravi", "farid", "ivan", "tom"):
            await works.door.handle(works.activity(name, "install", name="add"))
        await cards.apply()
        assert stage(works.desk) is AccountStage.ATTESTING
        assert "You are named to run an account" in works.told("a:lucy")[-1]
        for user in ("lucy", "omar"):
            await cards.act(user, "attest", trained="September 2026")
        await cards.act("ravi", "complete")
        await cards.act("farid", "tick", satisfied="person:lucy,person:omar")
        await cards.act("farid", "approve")
        await cards.act("ivan", "create", kept_in="The vault of the office")
        assert stage(works.desk) is AccountStage.LIVE
        assert "Rules to confirm" in works.told("a:lucy")[-1]
        await works.says("lucy", "accounts")
        await works.presses("lucy", f"Open {NAME}")
        await works.presses("lucy", "Read and confirm the rules")
        for _ in range(7):
            await works.presses("lucy", "Confirmed")
        assert entry(works.desk).details.runners[0].confirmed == 7
        await cards.act("ivan", "transfer", lead="person:tom", others="person:omar")
        await cards.act("tom", "attest", trained="September 2026")
        await cards.act("farid", "tick", satisfied="person:tom,person:omar")
        await cards.act("ivan", "hand_over", kept_in="The vault of the school")
        assert [one.who for one in entry(works.desk).details.runners] == ["person:tom", "person:omar"]
        await cards.act("ivan", "transfer", lead="person:lucy", others="person:omar")
        await cards.act("lucy", "decline")
        assert stage(works.desk) is AccountStage.LIVE
        assert "A transfer came to nothing" in works.told("a:ivan")[-1]
        await cards.act("ivan", "close", why="Nobody needs it any more.")
        await cards.act("ivan", "end")
        assert stage(works.desk) is AccountStage.CLOSED
        assert "An account was closed" in works.told("a:tom")[-1]

    play(story())


def test_in_the_terminal_the_whole_application(desk: Desk) -> None:
    """In the terminal each page is asked field by field, and the application is sent."""
    lucy = next(number for number, option in enumerate(_people(desk), start=1) if option == "Lucy Banks")
    omar = next(number for number, option in enumerate(_people(desk), start=1) if option == "Omar Reid")
    lines = [
        "new account", "1", "3", NAME, PAGES["2"]["aim"][0], "2", PAGES["2"]["promotion"][0],
        str(lucy), str(omar), "", "1", "science@harbour.example.sch.uk", "1",
    ]  # fmt: skip
    shown = typed_in_terminal(desk, *lines)
    assert stage(desk) is AccountStage.ATTESTING, shown


def _people(desk: Desk) -> list[str]:
    shown = desk.send("joe", Pressed("account.request"))
    for number in ("1", "2"):
        given = {**PAGES[number], **({"name": ("@NorthgateBand",)} if number == "1" else {})}
        shown = desk.send("joe", Submitted("account.page", form_in(shown).value, given))
    return [option.label for option in form_in(shown).fields[0].options]


def test_a_notice_says_nothing_that_was_typed_beside_the_name(desk: Desk) -> None:
    """What is sent about an application holds its name and school, and a button to open it."""
    desk.work()
    live_until_rules(desk)
    desk.work(20)
    told = "\n".join(map(text_of, desk.notebook.messages()))
    assert NAME in told
    for word in ("science department", "newsletter", "vault", "harbour.example", "September"):
        assert word not in told
