"""What a person's hands do in messages and views: press, choose, fill in, submit, close."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.slack_double import methods_chat, payloads, stacks
from tests.slack_double.acts import Act
from tests.slack_double.form_state import chosen, complaints, key_of
from tests.slack_double.limits import faults_of_message
from tests.slack_double.model import Account, Message, SlackError, Surface, View
from tests.slack_double.shapes import TYPED, Json

if TYPE_CHECKING:
    from tests.slack_double.double import SlackDouble

TROUBLE = "We had some trouble connecting. Try again?"
Where = Message | View


class ClientRefusesError(AssertionError):
    """Slack's own client would not have let the person do this."""


class Hands:
    """The part of a person that presses and types."""

    slack: SlackDouble
    account: Account

    @property
    def stack(self) -> list[View]:
        """Every modal they have open, the top one last."""
        return list(self.slack.workspace.stacks.get(self.account.id, []))

    @property
    def modal(self) -> View | None:
        """The modal on top."""
        return self.stack[-1] if self.stack else None

    @property
    def home(self) -> View | None:
        """The app's Home tab as it was last published to them."""
        return self.slack.workspace.homes.get(self.account.id)

    def _surfaces(self) -> Iterator[Where]:
        """What can be pressed, the nearest first."""
        if self.modal is not None:
            yield self.modal
            return
        workspace = self.slack.workspace
        with workspace.lock:
            posts = list(workspace.posts)
        for message in reversed(posts):
            if message.to == self.account.id if message.to else self._reads(message):
                yield message
        if self.home is not None:
            yield self.home

    def _reads(self, message: Message) -> bool:
        workspace = self.slack.workspace
        return self.account.id in workspace.readers(workspace.channels[message.channel])

    def find(self, wanted: str, on: Where | None = None) -> tuple[Where, Json, Json]:
        """The nearest element of this label, placeholder, action_id (or `prefix*`) or block_id."""
        for where in [on] if on is not None else self._surfaces():
            for block, element in where.elements():
                if _is_called(block, element, wanted):
                    return where, block, element
        seen = [where.buttons for where in ([on] if on is not None else self._surfaces())]
        raise AssertionError(f"{self.account.name} sees nothing called {wanted!r}; buttons: {seen[:5]}")

    def press(self, button: str, on: Where | None = None) -> Act:
        """Press a button."""
        where, block, element = self.find(button, on)
        assert element["type"] in ("button", "workflow_button"), f"{button!r} is a {element['type']}"
        action: Json = {"text": element["text"], "value": element.get("value", "")}
        return self._act(where, block, element, action)

    def pick_option(self, element: str, option: Any, on: Where | None = None) -> Act:
        """Choose in a menu, radio buttons, checkboxes (a list) or an overflow menu."""
        where, block, found = self.find(element, on)
        value = chosen(found, option)
        if found["type"] == "overflow":
            return self._act(where, block, found, {"selected_option": value})
        if isinstance(where, View):
            where.values[block["block_id"]][found["action_id"]][key_of(found)] = value
        return self._act(where, block, found, {key_of(found): value})

    def pick_user(self, element: str, person: Any, on: Where | None = None) -> Act:
        """Choose a person (or several)."""
        return self.pick_option(element, person, on)

    def pick_date(self, element: str, date: str, on: Where | None = None) -> Act:
        """Choose a date, a time or both, written as the element holds it."""
        return self.pick_option(element, date, on)

    def _act(self, where: Where, block: Json, element: Json, action: Json) -> Act:
        if isinstance(where, View) and where.type == "modal" and where not in self.stack:
            raise ClientRefusesError(f"the modal {where.title!r} is closed")
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise ClientRefusesError(
                f"{element['action_id']} tells nothing before the form is sent: use fill"
            )
        action |= {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
        state = where.values if isinstance(where, View) else {}
        slack = self.slack
        with slack.workspace.lock:
            request = payloads.block_action(slack.workspace, slack.url, self.account, where, action, state)
        act = slack.deliver(request)
        if not act.said and act.status != 200:
            act.said = TROUBLE
        return act

    def fill(self, view: View | None, values: dict[str, Any]) -> View:
        """Type and choose in the fields of a modal: label, block_id or action_id → value."""
        view = self._top(view)
        for name, value in values.items():
            _, block, element = self.find(name, view)
            given = chosen(element, value)
            view.values[block["block_id"]][element["action_id"]][key_of(element)] = given
            if block.get("dispatch_action") and _tells(element):
                act = self._act(view, block, element, {key_of(element): given})
                assert act.status == 200, act
        return view

    def submit(self, view: View | None = None) -> Act:
        """Press the submit button; refused while a field is missing or wrong, as Slack's client does."""
        view = self._top(view)
        if view.payload.get("submit") is None:
            raise ClientRefusesError(f"{view.title!r} has no submit button")
        if wrong := _wrong(view):
            raise ClientRefusesError(f"{view.title!r}: {wrong}")
        view.errors = {}
        with self.slack.workspace.lock:
            request = payloads.submission(self.slack.workspace, self.account, view)
        act = self.slack.deliver(request)
        with self.slack.workspace.lock:
            self._after_submit(act, view)
        return act

    def close(self, view: View | None = None, everything: bool = False) -> Act | None:
        """Close the top modal (or all); the app is told only where the view asks for it."""
        view = self._top(view)
        workspace = self.slack.workspace
        with workspace.lock:
            request = payloads.closed(workspace, self.account, view, everything)
            clears = everything or view.payload.get("clear_on_close")
            (stacks.close_all if clears else stacks.close_top)(workspace, self.account.id)
        return self.slack.deliver(request) if view.payload.get("notify_on_close") else None

    def _top(self, view: View | None) -> View:
        top = self.modal
        if top is None or (view is not None and view.id != top.id):
            raise ClientRefusesError(f"{self.account.name} has no such modal on top")
        return top

    def _after_submit(self, act: Act, view: View) -> None:
        """Do what the acknowledgement of a submission says."""
        if act.status != 200 or (act.body.strip() and not act.json):
            act.said = TROUBLE
            return
        action = act.json.get("response_action", "")
        try:
            self._respond(action, act, view)
        except SlackError as error:
            act.said = f"{TROUBLE} ({error.code}: {error.more})"

    def _respond(self, action: str, act: Act, view: View) -> None:
        workspace, user = self.slack.workspace, self.account.id
        if action == "errors":
            self._errors(act, view)
        elif action == "clear":
            stacks.close_all(workspace, user)
        elif action == "push":
            stacks.push_on(workspace, user, stacks.check_view(act.json.get("view"), "modal"))
        elif action == "update":
            stacks.update_view(workspace, view, stacks.check_view(act.json.get("view"), "modal"))
        elif act.json:
            act.said = TROUBLE
        elif self.modal is view:
            stacks.close_top(workspace, user)

    def _errors(self, act: Act, view: View) -> None:
        errors = act.json.get("errors") or {}
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not errors or set(errors) - inputs:
            act.said = f"{TROUBLE} (errors for {sorted(errors)}, inputs are {sorted(inputs)})"
            return
        act.errors = view.errors = {key: str(value) for key, value in errors.items()}
        self.slack.workspace.show(frozenset({self.account.id}), "\n".join(view.errors.values()), view.id)

    def after_command(self, act: Act, channel: str) -> None:
        """Show what the acknowledgement of a slash command says."""
        name = act.request.payload["command"]
        if act.status != 200:
            act.said = (
                f'{name} failed with the error "{"dispatch_failed" if act.status else "operation_timeout"}"'
            )
            return
        args = act.json or ({"text": act.body} if act.body.strip() else {})
        if not args:
            return
        with self.slack.workspace.lock:
            try:
                methods_chat.answer(self.slack.workspace, self.account.id, channel, args)
            except SlackError as error:
                act.said = f'{name} failed with the error "{error.code}": {faults_of_message(args)}'


def _tells(element: Json) -> bool:
    """Whether a change of it is told before the form is sent, where its block asks for that."""
    if element["type"] not in TYPED:
        return True
    # Unless it says otherwise, Slack tells of Enter alone.
    asked = element.get("dispatch_action_config", {}).get("trigger_actions_on", [])
    return "on_character_entered" in asked


def _is_called(block: Json, element: Json, wanted: str) -> bool:
    texts = [element.get("text"), element.get("placeholder"), block.get("label")]
    if block["type"] == "section" and element["type"] != "button":
        texts.append(block.get("text"))
    names = [text["text"] for text in texts if text]
    names += [element["action_id"], block["block_id"]]
    return wanted in names or (wanted.endswith("*") and str(element["action_id"]).startswith(wanted[:-1]))


def _wrong(view: Surface) -> dict[str, str]:
    found: dict[str, str] = {}
    assert isinstance(view, View)
    for block in view.blocks:
        if block["type"] == "input":
            state = view.values[block["block_id"]][block["element"]["action_id"]]
            if complaint := complaints(block, state):
                found[block["label"]["text"]] = complaint
    return found
