"""What each channel can do, tried on the real product: `python -m tests.acceptance.parity` writes the table.

A row is a thing that a person does, a yes where somebody on that channel did it and read what should come.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.acceptance.server import ROOT
from tests.acceptance.sites import ASKED, ASKER, CHANNELS, Site, Slack, Teams, Terminal, opened_on
from tests.acceptance.walkers import MOMENT, Sent, TerminalPerson, Walker, answer, look_up, report
from tests.acceptance.walkers_chat import chat_of

TABLE = ROOT / "docs" / "channels.md"
BEGINS, ENDS = "<!-- parity: python -m tests.acceptance.parity -->\n", "<!-- /parity -->\n"
YES, NO = "yes", "–"
QUESTION = "May we post the menu of the canteen each week?"
SCHOOL, MISTAKE = "Northgate School", "I have made a mistake online"
_PATIENCE_S = 10.0
# Somebody types it in their own chat, and reads that.
TYPED: dict[str, tuple[str, str, str]] = {
    "a question is answered with its clause": (
        "ana",
        "Can I follow a former student?",
        "Staff are not permitted to follow or engage",
    ),
    "danger is answered with 999": ("ana", "A student says that he will kill himself tonight", "999"),
    "`help` says what this person may do": ("ana", "help", "How I can help"),
    "`numbers` says whom to phone": ("ana", "numbers", "Police and ambulance in an emergency"),
    "`check a picture`": ("ana", "check a picture", "Seven questions about the picture"),
    "`check a draft`": ("ana", "check a draft", "I read your draft for what the policy asks"),
    "`cases`: the open ones": (ASKER, "cases", "Open cases"),
    "`replies`: comments that are owed an answer": (ASKER, "replies", "Replies that are owed"),
    "`log a comment`": (ASKER, "log a comment", "Log a comment, query or complaint"),
    "`my work`: the lists that are mine, with how much waits": (ASKER, "my work", "What waits for you"),
    "`roster`: who holds which role": ("ivan", "roster", "Who holds which role"),
    "`audit`: who looked and acted": ("eleanor", "audit", "What was done beside the cases"),
    "`accounts`: those that the Federation has": ("ana", "accounts", "Northgate School on Facebook"),
    "`training`: what of it is mine": (ASKER, "training", "No training of yours is noted"),
    "`training`: a campaign is started": ("eleanor", "training", "No campaign is running"),
    "`gaps`: the questions that wait for an answer": ("eleanor", "gaps", QUESTION),
    "`governors' report`": ("eleanor", "governors' report", "Figures of the Federation as a whole"),
}


@dataclass
class Story:
    """One Federation on one channel, and what is sent there."""

    site: Site
    named: Sent | None = None
    unnamed: Sent | None = None

    def reports_by_name(self) -> bool:
        """From the first question to the receipt."""
        self.named = report(self.site.person("priya"), SCHOOL, MISTAKE, "Named", mark=lambda label: label)
        return bool(self.named.reference)

    def reports_unnamed(self) -> bool:
        """The same without a name; the receipt code opens it."""
        person = self.site.person("ana")
        self.unnamed = report(person, SCHOOL, MISTAKE, "Anonymous", mark=lambda label: label)
        return self.unnamed.reference in look_up(person, self.unnamed)

    def looks_after_it(self) -> bool:
        """Where one's own reports stand."""
        assert self.named is not None
        return types(self.site, "priya", "status", self.named.reference)

    def card_is_there(self) -> bool:
        """Those who handle it see the card, and no word of the report."""
        assert self.named is not None
        reference = self.named.reference
        self.site.server.wait_until(lambda: reference in self.site.elsewhere("priya"))
        return True

    def is_asked_back(self) -> bool:
        """The leadership team asks an anonymous reporter, who answers."""
        assert self.unnamed is not None
        person = self.site.person("ana")
        self.site.ask(self.unnamed)
        asked = ASKED in look_up(person, self.unnamed)
        answer(person, self.unnamed, "In the hall")
        return asked

    def applies(self) -> bool:
        """An account is applied for: the second page comes as the first is filled in."""
        person = self._says("ana", "new account")
        person.fill(
            {
                "Which school is it for?": SCHOOL,
                "Which platform?": "Facebook",
                "What is it to be called?": "Northgate History",
            }
        )
        return "What is the aim of the account?" in person.words

    def logs(self) -> bool:
        """A comment on an account is put on the list of those who run it."""
        person = self._says("beth", "log a comment")
        person.fill(
            {
                "Which account is it on?": "Northgate School on Facebook",
                "What is it?": "Comment",
                "When was it received?": MOMENT,
                "Link to the post": "",
            }
        )
        return "is on the list" in " ".join(person.words.split())

    def asks_for_an_answer(self) -> bool:
        """A question that the policy leaves open is put on the list, with a name."""
        person = self._says("ana", "ask for an answer")
        how = "With my name: the answer is sent to me"
        person.fill({"Your question": QUESTION, "How would you like to ask?": how})
        return "is on the list" in " ".join(person.words.split())

    def trains(self) -> bool:
        """The first situation of the training is answered."""
        person = self._says("beth", "training")
        if "Begin" in person.buttons():
            person.press("Begin")
        person.press("No")
        return "That is right" in " ".join(person.words.split())

    def checks_a_picture(self) -> bool:
        """The first of the questions about a picture is answered, and the second comes."""
        person = self._says("ana", "check a picture")
        if "Open the check" in person.buttons():
            person.press("Open the check")
        person.press("No, nobody has")
        return "Step 2 of" in " ".join(person.words.split())

    def _says(self, name: str, words: str) -> Walker:
        person = self.site.person(name)
        if isinstance(person, TerminalPerson):
            _out_of_a_form(person)
        person.say(words)
        return person

    def opens_details(self) -> bool:
        """The details of a case, for anybody who may read them."""
        assert self.named is not None
        if isinstance(self.site, Terminal):
            leader = _out_of_a_form(self.site.chat(ASKER))
            leader.say("cases")
            leader.press(f"Open {self.named.reference}")
            return True
        self.site.open(self.named)
        return True


WALKED: dict[str, Callable[[Story], bool]] = {
    "a report, step by step, to its receipt": Story.reports_by_name,
    "an anonymous one, looked at with its code": Story.reports_unnamed,
    "`status`: one's own reports": Story.looks_after_it,
    "those who handle it get a card": Story.card_is_there,
    "an anonymous reporter is asked, and answers": Story.is_asked_back,
    "the details of a case are opened": Story.opens_details,
    "an account is applied for": Story.applies,
    "a comment is logged": Story.logs,
    "a question that the policy leaves open is asked": Story.asks_for_an_answer,
    "a situation of the training is answered": Story.trains,
    "a picture is checked": Story.checks_a_picture,
}


def column(site: Site) -> dict[str, bool]:
    """Everything, tried on this channel."""
    story = Story(site)
    walked = {label: _tried(partial(do, story)) for label, do in WALKED.items()}
    typed = {label: _tried(partial(types, site, *what)) for label, what in TYPED.items()}
    return {**typed, **walked}


def _tried(do: Callable[[], bool]) -> bool:
    try:
        return do()
    except (AssertionError, IndexError, KeyError, StopIteration, ValueError) as fault:
        print(f"not there: {str(fault)[:300]}", file=sys.stderr)
        return False


def types(site: Site, name: str, words: str, expected: str) -> bool:
    """Somebody types this in their own chat; whether they come to read that."""
    if isinstance(site, Slack):
        return _on_slack(site, name, words, expected)
    if isinstance(site, Teams):
        who = site._people[name]
        before = len(site._tenant.connector.messages.get(chat_of(who), {}))
        site._tenant.send(who, text=words)
        return _soon(
            lambda: (
                expected
                in repr(list(site._tenant.connector.messages.get(chat_of(who), {}).values())[before:])
            )
        )
    if isinstance(site, Terminal):
        return _reads(_out_of_a_form(site.chat(name)), words, expected)
    return _reads(site.person(name), words, expected)


def _out_of_a_form(person: TerminalPerson) -> TerminalPerson:
    """Whatever is typed in a form goes into it: a full stop leaves it."""
    if person.asked():
        person.say(".")
    return person


def _reads(person: Walker, words: str, expected: str) -> bool:
    person.say(words)
    # A terminal shouts its headings.
    return expected.casefold() in " ".join(person.words.split()).casefold()


def _on_slack(site: Slack, name: str, words: str, expected: str) -> bool:
    person = site._works[name]
    # With their own words.
    before = len(person.messages()) + 1
    person.dm(words)
    if not _soon(lambda: len(person.messages()) > before):
        return False
    newest = person.messages()[-1]
    if expected not in newest.words and newest.buttons:
        # What no chat may hold opens in a window.
        person.press(newest.buttons[0], newest)
    found = _soon(
        lambda: (
            any(expected in one.words for one in person.messages()[before:])
            or (person.modal is not None and expected in person.modal.words)
        )
    )
    if person.modal is not None:
        person.close(everything=True)
    return found


def _soon(holds: Callable[[], bool]) -> bool:
    ends = time.monotonic() + _PATIENCE_S
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True


def written() -> dict[str, dict[str, bool]]:
    """The table as it stands in the document, a column for each channel."""
    rows = _table().splitlines()
    names = [cell.strip().lower() for cell in rows[0].strip("|").split("|")][1:]
    found: dict[str, dict[str, bool]] = {name: {} for name in names}
    for row in rows[2:]:
        label, *cells = [cell.strip() for cell in row.strip("|").split("|")]
        for name, cell in zip(names, cells, strict=True):
            found[name][label] = cell == YES
    return found


def _table() -> str:
    return TABLE.read_text().split(BEGINS)[1].split(ENDS)[0].strip()


def drawn(columns: dict[str, dict[str, bool]]) -> str:
    """The table."""
    lines = [f"| | {' | '.join(name.title() for name in columns)} |", "|---" * (len(columns) + 1) + "|"]
    for label in (*TYPED, *WALKED):
        cells = [YES if found[label] else NO for found in columns.values()]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Try everything, and write the table."""
    columns = dict[str, dict[str, bool]]()
    for channel in ("slack", "teams", "playground", "terminal"):
        assert channel in CHANNELS
        with tempfile.TemporaryDirectory() as folder, opened_on(channel, Path(folder) / "site") as site:
            columns[channel] = column(site)
    before, _, rest = TABLE.read_text().partition(BEGINS)
    TABLE.write_text(before + BEGINS + drawn(columns) + ENDS + rest.partition(ENDS)[2])


if __name__ == "__main__":
    main()
