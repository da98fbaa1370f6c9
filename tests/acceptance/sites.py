"""One Federation on each channel: who reports there, who asks back, and what everybody else was shown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bot.channels.playground.store import FLT, direct
from bot.storage import playground
from manifest.tryout import Someone as TeamsSomeone
from tests.acceptance.server import Server
from tests.acceptance.slack_office import LEADERS, OTHERS, Office, office
from tests.acceptance.slack_office import STAFF as SLACK_STAFF
from tests.acceptance.teams_office import PEOPLE, TeamsServer
from tests.acceptance.teams_office import STAFF as TEAMS_STAFF
from tests.acceptance.traces import Someone, opened
from tests.acceptance.walkers import PagePerson, Sent, TerminalPerson, Walker
from tests.acceptance.walkers_chat import SlackPerson, TeamsPerson, Tenant, chat_of, tenant

CHANNELS = ("playground", "terminal", "slack", "teams")
# Who speaks for the leadership team.
ASKER = "farid"
ASKED = "Where exactly was this, please?"


class Site(ABC):
    """A server with one channel, and the people on it."""

    server: Server

    @abstractmethod
    def person(self, name: str) -> Walker:
        """Somebody who is new to Signpost, or goes on."""

    @abstractmethod
    def known(self, name: str) -> Someone:
        """All that the channel, the roster and the platform could know of them, so far."""

    @abstractmethod
    def ask(self, sent: Sent) -> None:
        """The leadership team asks the reporter."""

    def open(self, sent: Sent) -> None:
        """The leadership team opens the details: a name stands there, and on no card."""
        leader = self.person(ASKER)
        leader.say("cases")
        leader.press(f"Open {sent.reference}")
        leader.press("Open details")

    @abstractmethod
    def elsewhere(self, name: str) -> str:
        """All that was ever shown to anybody but this person."""


def _asks(leader: Walker, sent: Sent) -> None:
    leader.say("cases")
    leader.press(f"Open {sent.reference}")
    leader.press("More …")
    leader.press("Ask the reporter")
    [field] = leader.asked()
    leader.fill({field.label: ASKED})


class Page(Site):
    """The playground."""

    platform = "playground"

    def __init__(self, server: Server) -> None:
        self.server = server
        self._people: dict[str, PagePerson] = {}

    def person(self, name: str) -> Walker:
        return self._people.setdefault(name, PagePerson(self.server, name))

    def known(self, name: str) -> Someone:
        events = tuple(event for user, event in self.server.sent if user == name)
        platform = self.platform if name not in self._people else Page.platform
        return Someone(platform, name, (PEOPLE.get(name, name.title()),), events)

    def ask(self, sent: Sent) -> None:
        self.server.wait_until(lambda: sent.reference in self.server.page())
        _asks(self.person(ASKER), sent)

    def elsewhere(self, name: str) -> str:
        others = [FLT, *(direct(person) for person in PEOPLE if person != name)]
        with opened(self.server) as (database, vault), database.transaction() as tx:
            posted = [item.html for there in others for item in playground.conversation(tx, vault, there)]
        read = [person.caller.ever for other, person in self._people.items() if other != name]
        return "\n".join([*posted, *read])

    def close(self) -> None:
        """Nothing is open."""


class Terminal(Page):
    """A terminal beside the playground, where the leadership team and Joe are."""

    platform = "terminal"

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self._chats: dict[str, TerminalPerson] = {}

    def person(self, name: str) -> Walker:
        if name in (ASKER, "joe"):
            return super().person(name)
        return self.chat(name)

    def chat(self, name: str) -> TerminalPerson:
        """Their own terminal: it takes seconds to start, and so is kept."""
        if name not in self._chats:
            self._chats[name] = TerminalPerson(self.server, name)
        return self._chats[name]

    def elsewhere(self, name: str) -> str:
        read = [person.ever for other, person in self._chats.items() if other != name]
        return "\n".join([super().elsewhere(name), *read])

    def close(self) -> None:
        """Everybody leaves."""
        for person in self._chats.values():
            person.close()


class Slack(Site):
    """A workspace."""

    def __init__(self, works: Office) -> None:
        self._works = works
        self.server = works.server

    def person(self, name: str) -> Walker:
        return SlackPerson(self._works, self._works[name])

    def known(self, name: str) -> Someone:
        person = self._works[name]
        payloads = [act.request.payload for act in self._works.slack.acts]
        events = [_event(payload) for payload in payloads if _user(payload) == person.id]
        names = (name, name.title(), PEOPLE.get(name, name), person.dm_channel.id)
        return Someone("slack", person.id, names, tuple(filter(None, events)))

    def open(self, sent: Sent) -> None:
        farid = self._works[ASKER]
        farid.press("Open details", self._works.card(sent.reference))
        self._works.modal(farid, "History")
        farid.close()

    def ask(self, sent: Sent) -> None:
        farid = self._works[ASKER]
        farid.press("More …", self._works.card(sent.reference))
        self._works.modal(farid, "Ask the reporter")
        self._works.press(farid, "Ask the reporter")
        self._works.modal(farid, "Ask the reporter of")
        assert self._works.submit(farid, {"Your question": ASKED}).ok
        farid.close()

    def elsewhere(self, name: str) -> str:
        others = {*LEADERS, *OTHERS, *SLACK_STAFF} - {name}
        return "\n".join(self._works[other].ever_saw() for other in others)


def _user(payload: Any) -> str:
    user = payload.get("user") or payload.get("event", {}).get("user") or {}
    return str(payload.get("user_id") or (user.get("id") if isinstance(user, dict) else user))


def _event(payload: Any) -> str:
    return str(payload.get("trigger_id") or payload.get("event_id") or "")


class Teams(Site):
    """A tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.server = tenant.server
        staff = {one.id: one for one in TEAMS_STAFF}
        self._people = {**staff, **{name: TeamsSomeone(name, shown) for name, shown in PEOPLE.items()}}

    def person(self, name: str) -> Walker:
        return TeamsPerson(self._tenant, self._people[name])

    def known(self, name: str) -> Someone:
        one = self._people[name]
        names = (name, one.name, f"29:{name}", chat_of(one), one.entry()["email"])
        events = tuple(event for user, event in self._tenant.sent if user == name)
        return Someone("teams", one.aad, names, events)

    def ask(self, sent: Sent) -> None:
        # As the card in the leadership team's chat comes: before that there is nothing to open.
        self.server.wait_until(lambda: sent.reference in self._tenant.elsewhere(self._people[ASKER]))
        _asks(self.person(ASKER), sent)

    def elsewhere(self, name: str) -> str:
        return self._tenant.elsewhere(self._people[name])


@contextmanager
def opened_on(channel: str, folder: Path) -> Iterator[Site]:
    """A Federation on a channel, with its real server."""
    if channel == "slack":
        with office(folder) as works:
            yield Slack(works)
    elif channel == "teams":
        with tenant(TeamsServer(folder, "botbuilder")) as there:
            yield Teams(there)
    else:
        server = Server(folder)
        try:
            folder.mkdir()
            server.start()
            with closing(Page(server) if channel == "playground" else Terminal(server)) as site:
                yield site
        finally:
            server.stop()
