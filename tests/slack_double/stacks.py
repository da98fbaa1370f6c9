"""Modals and home views: opened, pushed, updated, closed."""

from __future__ import annotations

from dataclasses import replace

from tests.slack_double.form_state import first_state, key_of
from tests.slack_double.limits import faults_of_view
from tests.slack_double.model import SlackError, View
from tests.slack_double.shapes import Json
from tests.slack_double.workspace import Workspace, with_ids

MOST = 3


def check_view(payload: Json | None, kind: str) -> Json:
    """The view as it was sent, if Slack takes it here."""
    if not isinstance(payload, dict) or payload.get("type") != kind:
        raise SlackError("invalid_arguments", response_metadata=_messages([f"view: a {kind} is needed"]))
    faults = faults_of_view(payload)
    if faults:
        code = "view_too_large" if any(fault.startswith("view_too_large") for fault in faults) else ""
        raise SlackError(code or "invalid_arguments", response_metadata=_messages(faults))
    return payload


def _messages(faults: list[str]) -> Json:
    return {"messages": [f"[ERROR] {fault}" for fault in faults]}


def new_view(workspace: Workspace, user: str, payload: Json, below: View | None = None) -> View:
    """A view that nobody sees yet."""
    _check_external_id(workspace, payload, "")
    name = workspace.new_id("V")
    filled = {**payload, "blocks": with_ids(payload["blocks"])}
    view = View(name, user, filled, workspace.new_hash(), below.root if below else name)
    view.previous = below.id if below else ""
    view.values = _values(view, {})
    return view


def _check_external_id(workspace: Workspace, payload: Json, own: str) -> None:
    wanted = payload.get("external_id")
    if wanted and any(v.payload.get("external_id") == wanted and v.id != own for v in all_views(workspace)):
        raise SlackError("duplicate_external_id")


def all_views(workspace: Workspace) -> list[View]:
    """Every view that somebody has open."""
    return [*(view for stack in workspace.stacks.values() for view in stack), *workspace.homes.values()]


def find_view(workspace: Workspace, view_id: str, external_id: str = "") -> View:
    """An open view."""
    for view in all_views(workspace):
        if view.id == view_id or (external_id and view.payload.get("external_id") == external_id):
            return view
    raise SlackError("not_found")


def open_modal(workspace: Workspace, trigger_id: str, payload: Json) -> View:
    """views.open: the only modal of the trigger's user."""
    trigger = workspace.exchange(trigger_id)
    view = new_view(workspace, trigger.user, payload)
    workspace.stacks[trigger.user] = [view]
    _show(workspace, view)
    return view


def push_modal(workspace: Workspace, trigger_id: str, payload: Json) -> View:
    """views.push: on top of the modal that the trigger came from."""
    trigger = workspace.exchange(trigger_id)
    stack = workspace.stacks.get(trigger.user, [])
    if not any(view.id == trigger.view for view in stack):
        raise SlackError("not_found")
    return push_on(workspace, trigger.user, payload)


def push_on(workspace: Workspace, user: str, payload: Json) -> View:
    """One more modal, three at most."""
    stack = workspace.stacks.setdefault(user, [])
    if len(stack) >= MOST:
        raise SlackError("push_limit_reached")
    view = new_view(workspace, user, payload, stack[-1] if stack else None)
    stack.append(view)
    _show(workspace, view)
    return view


def update_view(workspace: Workspace, view: View, payload: Json, wanted_hash: str = "") -> View:
    """Another content of the same view; what was typed stays where block_id and action_id stay."""
    if wanted_hash and wanted_hash != view.hash:
        raise SlackError("hash_conflict")
    _check_external_id(workspace, payload, view.id)
    shown = replace(view, payload={**payload, "blocks": with_ids(payload["blocks"])})
    values = _values(shown, view.values)
    # All at once: nobody who waits for the new words may press with the old hash, nor the other way round.
    vars(view).update(payload=shown.payload, hash=workspace.new_hash(), errors={}, values=values)
    _show(workspace, view)
    return view


def publish_home(workspace: Workspace, user: str, payload: Json, wanted_hash: str = "") -> View:
    """views.publish."""
    if user in workspace.homes:
        return update_view(workspace, workspace.homes[user], payload, wanted_hash)
    view = new_view(workspace, user, payload)
    workspace.homes[user] = view
    _show(workspace, view)
    return view


def close_top(workspace: Workspace, user: str) -> None:
    """The modal on top goes; the one below is seen again."""
    stack = workspace.stacks.get(user, [])
    if stack:
        stack.pop()


def close_all(workspace: Workspace, user: str) -> None:
    """Every modal goes."""
    workspace.stacks[user] = []


def _values(view: View, typed: dict[str, Json]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for block, element in view.elements():
        if not key_of(element):
            continue
        kept = typed.get(block["block_id"], {}).get(element["action_id"])
        state = kept if kept and kept["type"] == element["type"] else first_state(element)
        found.setdefault(block["block_id"], {})[element["action_id"]] = state
    return found


def _show(workspace: Workspace, view: View) -> None:
    workspace.show(frozenset({view.user}), view.words, view.id)
