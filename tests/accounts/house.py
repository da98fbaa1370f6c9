"""A Federation's account on its way, driven as people would: shared by the tests of accounts."""

from __future__ import annotations

from bot.domain.accounts import ENDED, AccountStage
from bot.domain.messages import Buttons, Form, Message
from bot.domain.turns import Pressed, Submitted
from bot.storage.accounts import AccountEntry, all_accounts
from tests.support.desk import Desk, text_of

NAME = "@NorthgateScience"
PAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "1": {"school": ("northgate",), "platform": ("x",), "name": (NAME,)},
    "2": {
        "aim": ("To show what the science department does.",),
        "audience": ("parents", "community"),
        "promotion": ("In the newsletter and on the school's page.",),
    },
    "3": {"lead": ("user:playground:ana",), "others": ("user:playground:joe",), "outside": ()},
    "4": {"open": ("yes",), "email": ("science@harbour.example.sch.uk",)},
}


def form_in(messages: tuple[Message, ...]) -> Form:
    """The one form of these messages."""
    (form,) = [block for message in messages for block in message.blocks if isinstance(block, Form)]
    return form


def labels(messages: tuple[Message, ...]) -> list[str]:
    """The labels of every button of these messages."""
    blocks = [block for message in messages for block in message.blocks]
    return [item.label for block in blocks if isinstance(block, Buttons) for item in block.items]


def words(messages: tuple[Message, ...]) -> str:
    """All that these messages say."""
    return "\n".join(map(text_of, messages))


def entries(desk: Desk, name: str = NAME) -> list[AccountEntry]:
    """What is stored of an account, whatever its stage."""
    with desk.product.database.transaction() as tx:
        return [one for one in all_accounts(tx, desk.product.context.vault) if one.name == name]


def entry(desk: Desk, name: str = NAME) -> AccountEntry:
    """The one that is stored under this name; of several, the one that has not ended."""
    found = entries(desk, name)
    going = [one for one in found if one.stage not in ENDED]
    (one,) = going if len(found) > 1 else found
    return one


def stage(desk: Desk, name: str = NAME) -> AccountStage:
    """Where it stands."""
    return entry(desk, name).stage


def fill(desk: Desk, user: str, act: str, name: str = NAME, **fields: str | tuple[str, ...]) -> str:
    """The form of an act, with every box of it ticked, and what its sender reads."""
    found = entry(desk, name)
    shown = desk.send(user, Pressed(f"account.{act}", found.id))
    forms = [block for message in shown for block in message.blocks if isinstance(block, Form)]
    if not forms:
        return words(shown)
    ticks = next((item.options for item in forms[0].fields if item.name == "ticks"), ())
    given = {name: (value,) if isinstance(value, str) else value for name, value in fields.items()}
    sent = {"ticks": tuple(option.value for option in ticks), **given}
    return words(desk.send(user, Submitted(f"account.{act}", found.id, sent)))


def write(desk: Desk, user: str = "ana", **changed: tuple[str, ...]) -> tuple[Message, ...]:
    """The pages of an application, with these answers changed; what is shown at the end."""
    shown = desk.send(user, Pressed("account.request"))
    for number, given in PAGES.items():
        value = form_in(shown).value
        assert value.endswith(f"|{number}"), words(shown)
        fields = {name: changed.get(name, values) for name, values in given.items()}
        shown = desk.send(user, Submitted("account.page", value, fields))
    return shown


def apply(desk: Desk, user: str = "ana", **changed: tuple[str, ...]) -> str:
    """An application that is sent, and what its applicant reads."""
    write(desk, user, **changed)
    return desk.press(user, "account.send", entry(desk, changed.get("name", (NAME,))[0]).id)


def attest(desk: Desk, *users: str, name: str = NAME) -> None:
    """These runners attest."""
    for user in users:
        fill(desk, user, "attest", name, trained="The course of September 2026")


def decide(desk: Desk, name: str = NAME, flt: str = "farid") -> None:
    """The leadership team is satisfied of everybody, and approves."""
    everyone = tuple(one.who for one in entry(desk, name).asked)
    fill(desk, flt, "tick", name, satisfied=everyone)
    fill(desk, flt, "approve", name)


def confirm(desk: Desk, *users: str, name: str = NAME) -> None:
    """These runners confirm each rule."""
    for user in users:
        for number in range(1, 8):
            desk.press(user, "account.confirm", f"{entry(desk, name).id}|{number}")


def live(desk: Desk) -> None:
    """An account that went the whole way, its rules confirmed."""
    apply(desk)
    attest(desk, "ana", "joe")
    fill(desk, "ravi", "complete")
    decide(desk)
    fill(desk, "ivan", "create", kept_in="The password vault, entry twelve")
    confirm(desk, "ana", "joe")
