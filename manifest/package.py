"""The Teams app as the zip that is uploaded in Teams: `make teams-package`.

The placeholders of manifest.json are filled in from the environment and `.env`; the result is held
against Microsoft's own schema before anything is written.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

HERE = Path(__file__).parent
SCHEMA = HERE / "schema" / "MicrosoftTeams.schema.json"
ICONS = {"color.png": 192, "outline.png": 32}
TARGET = HERE.parent / "dist" / "signpost-teams.zip"
DEFAULTS = {"TEAMS_DEVELOPER": "The Federation"}
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Faults(Exception):
    """Everything that must be mended before there can be a package, a line each."""


def main() -> int:
    """Write the package, or say what is missing."""
    try:
        package(settings(HERE.parent / ".env"), TARGET)
    except Faults as faults:
        print(faults, file=sys.stderr)
        return 1
    print(f"{TARGET}: upload it in Teams, Apps, Manage your apps, Upload an app")
    return 0


def settings(env_file: Path) -> dict[str, str]:
    """The environment's variables, and those of `.env` where there is one."""
    # Read as the product itself reads it: with remarks behind the values, as docs/teams.md has them.
    read = {name: value for name, value in dotenv_values(env_file).items() if value is not None}
    return {**DEFAULTS, **read, **os.environ}  # noqa: TID251 - a command of its own, apart from the product


def package(given: Mapping[str, str], target: Path) -> None:
    """Write the zip. Raises Faults."""
    manifest = filled(given)
    if faults := faults_of(manifest):
        raise Faults("\n".join(faults))
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False))
        for name in ICONS:
            file.write(HERE / name, name)


def filled(given: Mapping[str, str]) -> dict[str, Any]:
    """The manifest with its placeholders filled in. Raises Faults for those that have no value."""
    text = (HERE / "manifest.json").read_text(encoding="utf-8")
    names = sorted(set(_PLACEHOLDER.findall(text)))
    if missing := [name for name in names if not given.get(name, "").strip()]:
        raise Faults("\n".join(f"{name} is not set (docs/teams.md says what it is)" for name in missing))
    parsed: dict[str, Any] = json.loads(
        _PLACEHOLDER.sub(lambda found: json.dumps(given[found[1]].strip())[1:-1], text)
    )
    return parsed


def faults_of(manifest: Mapping[str, Any]) -> list[str]:
    """What Microsoft's schema has against it, and what Teams refuses besides: a line each."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    found = [
        f"manifest.json: {'.'.join(map(str, fault.absolute_path))}: {fault.message}"
        for fault in Draft7Validator(schema).iter_errors(manifest)
    ]
    if not _GUID.fullmatch(str(manifest.get("id", ""))):
        found.append("MicrosoftAppId is not an id such as 00000000-1111-2222-3333-444444444444")
    return found + [
        f"{name} is not {size} x {size}: run python manifest/icons.py"
        for name, size in ICONS.items()
        if size_of(HERE / name) != (size, size)
    ]


def size_of(path: Path) -> tuple[int, int]:
    """A PNG's width and height."""
    head = path.read_bytes()[16:24]
    return int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")


if __name__ == "__main__":
    sys.exit(main())
