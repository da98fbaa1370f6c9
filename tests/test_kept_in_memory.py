"""What a process keeps while it runs: each thing that could grow has an end, and says which."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_GROWS = {"dict", "set", "list", "deque", "defaultdict", "OrderedDict", "Counter"}
_PERHAPS = re.compile(rf"= (\{{\}}|\[\]|(field|{'|'.join(_GROWS)})(\[.*\])?\()|^\s*@\S*cache\b", re.M)
# Read once at the start, made for one document or one command, or no more than what one call works with.
_PASSING = ("authoring", "content", "domain", "migrations", "paper", "terminal.py")
# `Remembered` and `lru_cache` have a number; a cache without one is of our own tables and files.
ENDS = {
    "assistant/hashes.py KeptHashes._kept": "MOST, and each until it was used",
    "campaigns/reminders.py Rounds._told": "campaigns that run",
    "casework/context.py DoorState.troubles": "kinds of trouble",
    "casework/limits.py Counters._times": "those who wrote today: cleared with the day",
    "channels/common/hearing.py Hearing._failing": "kinds of trouble",
    "channels/common/work.py Background._tasks": "what is under way: MOST_AT_ONCE, and what it begins",
    "channels/playground/chats.py Chats._chats": "the Federation's people, KEPT entries each",
    "channels/playground/chats.py Chats._notes": "the Federation's people, KEPT cards each",
    "channels/playground/hub.py Hub._open": "pages that are open",
    "channels/playground/routes.py PageAct.fields": "one act",
    "channels/slack/drafts.py Drafts._newest": "those who typed in the last two seconds",
    "channels/teams/app.py UnderWay._under_way": "MOST_AT_ONCE",
    "channels/teams/auth.py SigningKeys._keys": "Microsoft's list of keys: replaced by the next",
    "channels/teams/backend.py ConnectorBackend._clients": "sessions that are open",
    "channels/teams/chats.py Chats._rewriting": "cards that are being rewritten",
    "channels/teams/chats.py Chats._wanted": "cards that are being rewritten",
    "channels/teams/chats.py Chats._hiding": "what was shown in the last fifteen minutes",
    "channels/teams/client.py Outbound._sessions": "_MOST_SESSIONS",
    "connections.py Connections._of_peer": "connections that are waited for",
    "connections.py Connections._waiting": "connections that are waited for",
    "delivery/worker.py Leases._held": "what is claimed: its hands",
    "delivery/worker.py _Held.sends": "what is being sent",
    "storage/crypto.py @_nobodys_hash": "one",
    "storage/migrate.py @_head": "one",
    "storage/migrate.py @_known": "one",
    "storage/outbox.py @_any": "one",
    "storage/outbox.py @_rows": "two",
    "storage/rows.py @_into": "our tables",
    "storage/rows.py @_new": "our tables",
    "storage/rows.py @_over": "our tables, by the columns that a call names",
    "storage/rows.py @_read": "our tables",
}


def test_whatever_could_grow_has_an_end() -> None:
    """Each mapping, list or cache without a number that outlives a call stands here with what ends it."""
    assert set(_growing()) == set(ENDS)


def _growing() -> Iterator[str]:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        if set(_PASSING).isdisjoint(path.parts):
            where, text = path.relative_to(ROOT / "bot").as_posix(), path.read_text()
            # To parse all of them takes seconds.
            if _PERHAPS.search(text):
                yield from (f"{where} {name}" for name in _kept(ast.parse(text)))


def _kept(module: ast.Module) -> Iterator[str]:
    yield from (ast.unparse(target) for target, value in _assigned(module.body) if _is_empty(value))
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and {"cache", "functools.cache"} & _decorators(node):
            yield f"@{node.name}"
        if isinstance(node, ast.ClassDef):
            of_class = [] if any("frozen=True" in one for one in _decorators(node)) else node.body
            inside = [target for target, value in _assigned(of_class) if _is_empty(value)]
            every = (one for one in ast.walk(node) if isinstance(one, ast.stmt))
            inside += [
                target
                for target, value in _assigned(every)
                if isinstance(target, ast.Attribute) and _is_empty(value)
            ]
            yield from sorted({f"{node.name}.{ast.unparse(one).removeprefix('self.')}" for one in inside})


def _decorators(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    return set(map(ast.unparse, node.decorator_list))


def _assigned(body: Iterator[ast.stmt] | list[ast.stmt]) -> Iterator[tuple[ast.expr, ast.expr]]:
    for one in body:
        if isinstance(one, ast.AnnAssign) and one.value is not None:
            yield one.target, one.value
        if isinstance(one, ast.Assign):
            yield one.targets[0], one.value


def _is_empty(value: ast.expr) -> bool:
    """Whether something begins as nothing, to be filled."""
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.List | ast.Set):
        return not value.elts
    if not isinstance(value, ast.Call):
        return False
    made = ast.unparse(value.func).partition("[")[0].rpartition(".")[2]
    if made == "field":
        factory = next((word.value for word in value.keywords if word.arg == "default_factory"), None)
        return factory is not None and not _GROWS.isdisjoint(
            node.id for node in ast.walk(factory) if isinstance(node, ast.Name)
        )
    return made in _GROWS and (not value.args or made in ("defaultdict", "deque"))
