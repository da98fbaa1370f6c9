"""The page behind a one-time link to a file: looking at it shows and spends nothing, its button does.

Whatever follows links in messages (a scanner, a preview) only ever looks.
"""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Any

from aiohttp import web

from bot.casework.context import Context, Work
from bot.channels.paper import Sheet, pdf
from bot.content.door_texts import CodeTexts
from bot.governance.page import report_for
from bot.records.case_file import case_blocks, title_of
from bot.records.export_codes import FORMATS
from bot.records.exports import export_case

_STYLE = (
    "main{max-width:34rem;margin:12vh auto;padding:0 1.2rem;font:1.05rem/1.5 system-ui,sans-serif}"
    "button{font:inherit;font-weight:600;padding:.6rem 1.2rem}"
)
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_TYPES = {"pdf": "application/pdf", "json": "application/json"}
_NAME = re.compile(r"[A-Z0-9-]{4,40}")
_TERM = re.compile(r"[0-9a-z-]{4,32}")
_PAGE = """<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title><style>{style}</style></head>
<body><main><h1>{title}</h1><p>{text}</p>{button}</main></body>
</html>
"""


@dataclass(frozen=True)
class CasePages:
    """The page and its button. `run` takes a plain function off the event loop; `clock` is the time."""

    context: Context
    run: Callable[..., Awaitable[Any]]
    clock: Callable[[], datetime]
    # Each try costs what a password costs: one at a time, so that guessing stops nobody else.
    _one: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    def mount(self, app: web.Application) -> None:
        """Add both to `app`, for a case and for the governors' report."""
        for address, give in (
            ("/case/{reference}/{wanted}/{code}", self.give),
            ("/governors/{term}/{code}", self.give_governors),
        ):
            app.router.add_get(address, self.look)
            app.router.add_post(address, give)

    async def look(self, _request: web.Request) -> web.Response:
        """The same page whatever the link: nothing is looked up."""
        texts = self._texts
        button = f'<form method="post"><button>{escape(texts.page_button)}</button></form>'
        return _page(200, texts.page_title, texts.page_text, button)

    async def give(self, request: web.Request) -> web.Response:
        """The file, once; a page that says that there is none."""
        of = request.match_info
        reference, wanted, code = of["reference"], of["wanted"], of["code"]
        content: bytes | None = None
        if wanted in FORMATS and _NAME.fullmatch(reference) and _NAME.fullmatch(code):
            async with self._one:
                content = await self.run(self._made, reference, wanted, code)
        if content is None:
            return _page(404, self._texts.page_title, self._texts.page_gone)
        return _file(content, reference, wanted)

    async def give_governors(self, request: web.Request) -> web.Response:
        """The governors' report, likewise."""
        term, code = request.match_info["term"], request.match_info["code"]
        content: bytes | None = None
        if _TERM.fullmatch(term) and _NAME.fullmatch(code):
            async with self._one:
                content = await self.run(self._made_governors, term, code)
        if content is None:
            return _page(404, self._texts.page_title, self.context.world.governors.page.gone)
        return _file(content, f"governors-{term}", "pdf")

    @property
    def _texts(self) -> CodeTexts:
        return self.context.world.paper.codes

    def _made(self, reference: str, wanted: str, code: str) -> bytes | None:
        now, context = self.clock(), self.context
        with context.database.transaction() as tx:
            file = export_case(Work(tx, context, now), reference, wanted, code, by="link")
        return None if file is None else case_bytes(context, wanted, file, now)

    def _made_governors(self, term: str, code: str) -> bytes | None:
        from bot.channels.paper.governors import governors_pdf

        now, context = self.clock(), self.context
        with context.database.transaction() as tx:
            report = report_for(Work(tx, context, now), term, code)
        return None if report is None else governors_pdf(context, report, now)


def case_bytes(context: Context, wanted: str, file: dict[str, Any], now: datetime) -> bytes:
    """The file of a case as PDF or JSON."""
    if wanted == "json":
        return json_bytes(file)
    sheet = Sheet(title_of(context, file), case_blocks(context, file), context.local(now))
    return pdf(sheet, context.world.paper.pages)


def json_bytes(content: dict[str, Any]) -> bytes:
    """JSON for people to read too, in UTF-8."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8", errors="replace")


def _file(content: bytes, name: str, wanted: str) -> web.Response:
    headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="{name}.{wanted}"'}
    return web.Response(body=content, content_type=_TYPES[wanted], headers=headers)


def _page(status: int, title: str, text: str, button: str = "") -> web.Response:
    shown = _PAGE.format(style=_STYLE, title=escape(title), text=escape(text), button=button)
    return web.Response(status=status, text=shown, content_type="text/html", headers=_HEADERS)
